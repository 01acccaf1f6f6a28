"""Keys set by the environment: `WIRECOPY_PUBLISH_TITLE=…` goes before `title` in `[publish]`.

- A variable is `WIRECOPY_`, the tables and the key in capitals, joined by `_`; in names of sources and targets `_`
  stands for each hyphen and dot. A name is that of the file or of a shipped outlet where it is one, else with hyphens.
- Words are written as they are, lists and tables as TOML; an empty variable counts as none.
- What is no key is complained of: a setting that is not heard must not go unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from wirecopy.config import keys
from wirecopy.config.checks import near
from wirecopy.config.keys import Key, Table
from wirecopy.config.kinds import Many, Secret, Sub, Wrong
from wirecopy.outlets import shipped

PREFIX = "WIRECOPY_"

OTHERS = (
    "WIRECOPY_CONFIG", "WIRECOPY_TARGET_PASSWORD", "WIRECOPY_GOLDEN", "WIRECOPY_FEED_CORPUS", "WIRECOPY_FUZZ",
)  # fmt: skip
"""Variables that are no keys: which file is read, the password of a target that is given by its address alone, and
those that the tests of wirecopy itself look at."""

_BEGIN = {"sources": ("outlet", "feeds", "sitemaps", "listings"), "targets": ("to",)}
"""What makes a new table by itself: a variable for anything else is a slip for a name of the file."""


class Overlaid(msgspec.Struct):
    """The file's tables with what the environment says; which variable said what; what is wrong with others."""

    tables: dict[str, Any]
    origins: dict[tuple[str, ...], str] = msgspec.field(default_factory=dict)
    complaints: list[str] = msgspec.field(default_factory=list)


def variable(path: tuple[str, ...]) -> str:
    """The variable for a key, by the path of its tables and its name."""
    return PREFIX + "_".join(map(_folded, path))


@lru_cache(2048)
def _folded(part: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", part.upper())


def names_a_source(environ: Mapping[str, str]) -> bool:
    """Whether a mirror can be made from these variables alone, without a file."""
    ends = tuple(f"_{key.upper()}" for key in _BEGIN["sources"])
    return any(name.startswith(f"{PREFIX}SOURCES_") and name.endswith(ends) and environ[name] for name in environ)


def overlay(tables: Mapping[str, Any], environ: Mapping[str, str], file: str) -> Overlaid:
    """The tables of the file, with the environment's values in their place. `file` is named in complaints."""
    done = Overlaid(_copied(tables))
    said = {name: words for name, words in sorted(environ.items()) if name.startswith(PREFIX) and words}
    if not said:
        return done
    known: dict[str, list[tuple[tuple[str, ...], Key]]] = {}
    for path, key in _leaves(keys.TOP, (), tables):
        known.setdefault(variable(path), []).append((path, key))
    fresh = {name: place for name in said if name not in known and (place := _new(name))}
    made = {path[:2] for path, _ in fresh.values() if path[2] in _BEGIN[path[0]]}
    for name, words in said.items():
        if name in OTHERS:
            continue
        places = known.get(name, [])
        if name in fresh and fresh[name][0][:2] in made:
            places = [fresh[name]]
        if not places:
            hint = near(name, known) or f"`wirecopy config` lists the keys of {file}"
            done.complaints.append(f"environment: {name} is no key; {hint}")
        elif len(places) > 1:
            meant = " or ".join(f"{keys.where(path[:-1])} {path[-1]}" for path, _ in places)
            done.complaints.append(f"environment: {name} may mean {meant}; say it in {file}")
        else:
            _set(done, name, words, *places[0])
    return done


def _set(done: Overlaid, name: str, words: str, path: tuple[str, ...], key: Key) -> None:
    """Put one value in its place, if it can be."""
    if isinstance(key.kind, Secret):
        return  # it is read where it is used, and stands nowhere else
    try:
        value = key.kind.of_words(words)
        key.kind.read(name, value)
    except Wrong as wrong:
        done.complaints += [f"environment: {each}" for each in wrong.complaints]
        return
    except ValueError as error:
        done.complaints.append(f"environment: {name} is not valid TOML: {error}")
        return
    table = done.tables
    for part in path[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return  # the file is wrong there, and told so
    table[path[-1]] = value
    done.origins[path] = name


def _new(name: str) -> tuple[tuple[str, ...], Key] | None:
    """The key of a source or target that the file has not."""
    for many, table in (("sources", keys.SOURCE), ("targets", keys.TARGET)):
        before = variable((many,)) + "_"
        if not name.startswith(before):
            continue
        rest = name.removeprefix(before)
        for leaf, key in sorted(_leaves(table, (), {}), key=lambda leaf: -len(variable(leaf[0]))):
            end = variable(leaf).removeprefix(PREFIX.rstrip("_"))
            if rest.endswith(end) and (named := rest.removesuffix(end)):
                ships = (each for each in shipped() if many == "sources" and variable((each,)) == PREFIX + named)
                return (many, next(ships, named.lower().replace("_", "-")), *leaf), key
    return None


def _leaves(table: Table, path: tuple[str, ...], given: object) -> Iterator[tuple[tuple[str, ...], Key]]:
    """Every key below a table, by its path; of sources and targets those that are given."""
    for key in table.keys:
        below = given.get(key.name, {}) if isinstance(given, dict) else {}
        if isinstance(key.kind, Sub):
            yield from _leaves(key.kind.table, (*path, key.name), below)
        elif isinstance(key.kind, Many):
            for name in below if isinstance(below, dict) else ():
                yield from _leaves(key.kind.table, (*path, key.name, name), below[name])
        else:
            yield (*path, key.name), key


def _copied(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in tables.items()}
