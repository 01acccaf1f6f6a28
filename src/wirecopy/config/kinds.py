"""The kinds of values that a key may have: how one is read, written, and told to an editor.

Each reads a value of the file (raising `Wrong` with complaints that name the key), turns words of the environment into
such a value, and gives its JSON Schema. Only keywords that draft 7 and draft 2020-12 share are used, because editors
for TOML know one or the other.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from wirecopy.config.checks import Check, is_address, one_of

if TYPE_CHECKING:
    from wirecopy.config.keys import Table

_SIZES = {"KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_SPANS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


class Wrong(ValueError):
    """A value can't be: `complaints`, each beginning with the key's name. `meant` is what stands where it is at least
    of the right kind: what follows from it needs no complaint of its own.
    """

    def __init__(self, *complaints: str, meant: Any = None) -> None:
        super().__init__("; ".join(complaints))
        self.complaints = complaints
        self.meant = meant


class Kind(msgspec.Struct, frozen=True):
    """What all kinds share."""

    def read(self, key: str, value: object) -> Any:
        """The value as it is used. Raises Wrong."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """What JSON Schema can say of it."""
        raise NotImplementedError

    def of_words(self, words: str) -> object:
        """What these words of the environment would be in the file. Raises ValueError for what is no TOML."""
        return words

    def spelt(self, value: Any) -> str:
        """The value as it is written in the file."""
        return written(value)


class Words(Kind, frozen=True):
    """Words in quotes, `check`ed where they may not be any; complaints show those that hold no secret by mistake."""

    check: Check | None = None
    is_shown: bool = True

    def read(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise Wrong(f'{key} must be words in quotes, as in {key} = "…", not {value!r}')
        if self.check and (reason := self.check(value)):
            raise Wrong(f"{key} = {value!r}: {reason}" if self.is_shown else f"{key}: {reason}", meant=value)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri"} if self.check is is_address else {"type": "string"}


class Place(Words, frozen=True):
    """A path, relative to the folder of the file."""


class Choice(Kind, frozen=True):
    """One of a few words."""

    choices: tuple[str, ...]

    def read(self, key: str, value: object) -> str:
        return Words(one_of(self.choices)).read(key, value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}


class List(Kind, frozen=True):
    """A list of words, each of which is `of`."""

    of: Words | Choice = Words()

    def read(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Wrong(f'{key} must be a list of words, as in {key} = ["…", "…"], not {value!r}')
        check = one_of(self.of.choices) if isinstance(self.of, Choice) else self.of.check
        if wrong := [f"{key}: {item!r}: {reason}" for item in value if check and (reason := check(item))]:
            raise Wrong(*wrong, meant=tuple(value))
        return tuple(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema()}

    def of_words(self, words: str) -> object:
        return _toml(words)


class Whole(Kind, frozen=True):
    """A whole number from 0 to `most`. Where a key's default is another number, 0 stands for it, unless 0 is meant."""

    most: int
    is_zero_meant: bool = False

    def read(self, key: str, value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= self.most:
            return value
        raise Wrong(f"{key} must be a whole number from 0 to {self.most}, not {value!r}")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "maximum": self.most}

    def of_words(self, words: str) -> object:
        return int(words) if words.isascii() and words.isdecimal() else words


class Yes(Kind, frozen=True):
    """true or false."""

    def read(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise Wrong(f"{key} must be true or false, not {value!r}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def of_words(self, words: str) -> object:
        return {"true": True, "false": False}.get(words.lower(), words)


class Size(Kind, frozen=True):
    """Bytes: a number, or "30MB" (powers of 1,000)."""

    def read(self, key: str, value: object) -> int:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB)", value) if isinstance(value, str) else None
        if found:
            return int(float(found[1]) * _SIZES[found[2]])
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        raise Wrong(f'{key} must be a size, as "30MB" or a number of bytes, not {value!r}')

    def schema(self) -> dict[str, Any]:
        pattern = r"^[0-9]+(\.[0-9]+)?\s*(KB|MB|GB)$"
        return {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": pattern}]}

    def of_words(self, words: str) -> object:
        return int(words) if words.isascii() and words.isdecimal() else words

    def spelt(self, value: int) -> str:
        unit = next((unit for unit in ("GB", "MB", "KB") if value and value % _SIZES[unit] == 0), "")
        return written(f"{value // _SIZES[unit]}{unit}" if unit else value)


class Seconds(Kind, frozen=True):
    """A length of time, `least` seconds or more: a number of seconds, or "15m", "2h", "1d"."""

    least: float = 0

    def read(self, key: str, value: object) -> float:
        seconds = _seconds(value)
        if seconds is None or not self.least <= seconds < float("inf"):
            raise Wrong(f'{key} must be {self.least:g} seconds or more, as a number or as "15m", "2h", not {value!r}')
        return seconds

    def schema(self) -> dict[str, Any]:
        pattern = r"^[0-9]+(\.[0-9]+)?\s*(s|m|h|d)$"
        return {"anyOf": [{"type": "number", "minimum": self.least}, {"type": "string", "pattern": pattern}]}

    def of_words(self, words: str) -> object:
        return float(words) if re.fullmatch(r"\d+(\.\d+)?", words, re.ASCII) else words

    def spelt(self, value: float) -> str:
        unit = next((unit for unit, size in _SPANS.items() if size > 1 and value and value % size == 0), "")
        if unit:
            return written(f"{value // _SPANS[unit]:g}{unit}")
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)


class Pairs(Kind, frozen=True):
    """A table of words, whatever their names."""

    def read(self, key: str, value: object) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, dict):
            raise Wrong(f"{key} must be a table, not {value!r}")
        return tuple((name, str(each)) for name, each in value.items())

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}

    def of_words(self, words: str) -> object:
        return _toml(words)

    def spelt(self, value: Any) -> str:
        return inline(value)


class ListOfPairs(Kind, frozen=True):
    """A list of tables of words."""

    def read(self, key: str, value: object) -> tuple[tuple[tuple[str, str], ...], ...]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise Wrong(f'{key} must be a list of tables, as in {key} = [{{ text = "News" }}], not {value!r}')
        return tuple(Pairs().read(key, each) for each in value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": Pairs().schema()}

    def of_words(self, words: str) -> object:
        return _toml(words)

    def spelt(self, value: Any) -> str:
        return f"[{', '.join(map(inline, value))}]"


class Secret(Kind, frozen=True):
    """Words that never stand in the file: the environment has them, or a file that another key names."""

    def read(self, key: str, value: object) -> Any:  # noqa: ARG002  not even the complaint shows it
        raise Wrong(f"{key} does not belong in this file; name a file that holds it alone ({key}_file), or set {{env}}")

    def schema(self) -> dict[str, Any]:
        return {}


class Sub(Kind, frozen=True):
    """A table below."""

    table: Table

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError


class Many(Kind, frozen=True):
    """Any number of tables below, by their names; `name` stands for these in the documentation."""

    table: Table
    name: str

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError


def written(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else f"{value}"


def inline(pairs: Iterable[tuple[str, str]]) -> str:
    """Pairs of words as a table in one line of TOML."""
    return "{ " + ", ".join(f"{quoted(key)} = {quoted(value)}" for key, value in pairs) + " }"


def quoted(words: str) -> str:
    """Words as a TOML string: JSON's strings are, but for DEL and for halves of characters."""
    whole = words.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007F")


def _toml(words: str) -> object:
    """A value of TOML. What begins otherwise than a list or a table is left as words, for the complaint to show."""
    if not words.lstrip().startswith(("[", "{")):
        return words
    tables = tomllib.loads(f"value = {words}")
    if list(tables) != ["value"]:
        raise ValueError("it must be one value of TOML")
    return tables["value"]


def _seconds(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)", value) if isinstance(value, str) else None
    return float(match[1]) * _SPANS[match[2]] if match else None
