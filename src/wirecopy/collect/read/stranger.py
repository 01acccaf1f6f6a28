"""A stranger's JSON: every field may be missing, null, of another type, or absurd, and reading it never fails.

- `parse` makes a value of bytes or text; only text that is no JSON is an error.
- A value is asked by path and gives what was asked for or nothing: "" for no text, 0 for no number, () for no list.
- A GraphQL cache is read as the tree it stands for: `{"__ref": "Article:1"}` is followed where it is met (and only
  there, so circles do no harm), and `persons({"amount":1})` answers to `persons`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from wirecopy import dates

_MANY = 10_000  # elements of a list that are looked at
_LONG = 5_000_000  # characters of a text that are kept
_HOPS = 10  # references that are followed in a row
_UNDEFINED = re.compile(r'("(?:[^"\\]|\\.)*+")|\bundefined\b', re.DOTALL)
# Lone surrogates can't be stored, NUL and its kin are never text.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_decoder = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Json:
    """One value of a stranger's JSON."""

    value: object = None
    refs: Mapping[str, object] = field(default_factory=dict)

    def at(self, *path: str | int) -> Json:
        """The value at the end of this path; the value of null where there is none."""
        value: object = self.value
        for step in path:
            value = _step(self._followed(value), step)
        return Json(self._followed(value), self.refs)

    def __iter__(self) -> Iterator[Json]:
        """The elements of a list, a bounded number of them; of anything else, nothing."""
        if isinstance(self.value, list):
            for value in self.value[:_MANY]:
                yield Json(self._followed(value), self.refs)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of an object's fields."""
        return tuple(self.value) if isinstance(self.value, dict) else ()

    @property
    def is_object(self) -> bool:
        return isinstance(self.value, dict)

    def text(self, *path: str | int) -> str:
        """The text there as it stands, without what could not be stored; a number as its digits."""
        value = self.at(*path).value
        if isinstance(value, str):
            return _UNWRITABLE.sub("", value[:_LONG])
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
            return str(value)
        return ""

    def line(self, *path: str | int) -> str:
        """The text there as one line: blanks squeezed, none at the ends."""
        return " ".join(self.text(*path).split())

    def number(self, *path: str | int, most: int = 10**9) -> int:
        """The number there, in whole, from 0 to `most`; anything else is 0."""
        value = self.at(*path).value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            return 0
        return int(value)

    def truth(self, *path: str | int) -> bool:
        """Is it true there? Only `true` is."""
        return self.at(*path).value is True

    def moment(self, *path: str | int) -> datetime | None:
        """The moment spelt there."""
        spelt = self.text(*path)
        return dates.parse(spelt) if 0 < len(spelt) < 100 else None

    def _followed(self, value: object) -> object:
        for _ in range(_HOPS):
            if not (isinstance(value, dict) and isinstance(name := value.get("__ref"), str)):
                return value
            value = self.refs.get(name)
        return None


def parse(spelt: bytes | str, *, start: int = 0) -> Json:
    """The value that begins at `start`; what follows it is not looked at. Raises ValueError when there is none.

    The message says where it went wrong. JavaScript's `undefined` is taken for null: pages embed such "JSON".
    """
    words = spelt.decode("utf-8-sig", "replace") if isinstance(spelt, bytes) else spelt
    try:
        return Json(_decoded(words, start))
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _decoded(words: str, start: int) -> object:
    start += len(words[start : start + 1000]) - len(words[start : start + 1000].lstrip())
    try:
        return _decoder.raw_decode(words, start)[0]
    except json.JSONDecodeError as error:
        if not words.startswith("undefined", error.pos):
            raise
    plain = _UNDEFINED.sub(lambda match: match[1] or "null", words[start:])
    return _decoder.raw_decode(plain)[0]


def _step(value: object, step: str | int) -> object:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and 0 <= step < len(value) else None
    if not isinstance(value, dict):
        return None
    if step in value:
        return value[step]
    called = step + "("  # as a GraphQL cache spells a field that was asked with arguments
    return next((each for name, each in value.items() if name.startswith(called)), None)
