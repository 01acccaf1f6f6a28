"""Outlets that ship with wirecopy: a TOML file each, and a module only where data can not say it.

A file has one of three forms (docs/add-an-outlet.md):

- one source: the file is named by its id, and its keys are those of `[sources.ID]` in wirecopy.toml;
- a few sources: shared keys at the top, and a table `[sources.ID]` for each with what is its own;
- a system in many languages: `{language}` and `{feed}` are filled in for each line of its `[languages]`, and a
  language without a feed is found by its sitemaps.

In each, `known` says what the outlet is known from and when, and `also` where else its addresses begin. A file's name
is the id of its sources or what their ids begin with before a hyphen: so one source costs the reading of one file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

import msgspec

from wirecopy import urls
from wirecopy.errors import ConfigError
from wirecopy.model import Noun, Source, replace


class Outlet(Noun, frozen=True, kw_only=True):
    """A source as it ships. `known`: from what and when; `also`: where its addresses begin beside its homepage."""

    source: Source
    known: str
    also: tuple[str, ...] = ()


def shipped() -> Mapping[str, Source]:
    """Every source that ships with wirecopy, by its id: asked for one, it reads one file."""
    return _SHIPPED


def shipped_source(source_id: str) -> Source:
    """The shipped source of this id. Raises ConfigError, with the nearest ones, when there is none."""
    return outlet(source_id).source


def outlet(source_id: str) -> Outlet:
    """What ships under this id. Raises ConfigError, with the nearest ones, when there is nothing."""
    if found := _find(source_id):
        return found
    import difflib  # here: only on the way to an error

    near = difflib.get_close_matches(source_id, shipped(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`wirecopy add` lists what does"
    hint += "; any other outlet is added by its address, https://…"
    raise ConfigError(f"no outlet {source_id!r} ships with wirecopy; {hint}")


def source_of(url: str) -> Source | None:
    """The shipped source that this address belongs to, if any.

    It begins as the homepage does (or one of `also`), or stands on the same host and is what the source's `keep`
    finds: editions of one host may differ by the end of their addresses. The closest goes before the others.
    """
    place = _place(url)
    claims = [
        (strength, found.source)
        for found in _by_host().get(place.partition("/")[0], ())
        if (strength := _claim(found, url, place))
    ]
    return max(claims, key=lambda claim: claim[0])[1] if claims else None


# --- files -----------------------------------------------------------------------------------------------------------


class _Shipped(Mapping[str, Source]):
    """All shipped sources, without reading more of them than is asked for."""

    def __getitem__(self, source_id: str) -> Source:
        if found := _find(source_id):
            return found.source
        raise KeyError(source_id)

    def __iter__(self) -> Iterator[str]:
        return (each.source.id for name in _names() for each in _file(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)


_SHIPPED = _Shipped()


@cache
def _names() -> tuple[str, ...]:
    files = (file.name for file in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def _find(source_id: str) -> Outlet | None:
    """What ships under this id: in the file of that name, or of what it begins with before a hyphen."""
    name = source_id
    while name:
        found = next((each for each in _file(name) if each.source.id == source_id), None) if name in _names() else None
        if found is not None:
            return found
        name = name.rpartition("-")[0]
    return None


@cache
def _file(name: str) -> tuple[Outlet, ...]:
    """The outlets of one file. What a table may hold is checked by the tests, with the eyes of config.py."""
    written = tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text("utf-8"))
    if "languages" in written:
        return tuple(_of_family(msgspec.convert(written, _Family)))
    own = written.pop("sources", {name: {}})
    return tuple(_of_table(source_id, {**written, **table}) for source_id, table in own.items())


def _of_table(source_id: str, table: dict[str, object]) -> Outlet:
    kinds = msgspec.convert(table.pop("kinds", {}), dict[str, str])
    known, also = table.pop("known"), table.pop("also", ())
    source = msgspec.convert({**table, "id": source_id, "kinds": list(kinds.items())}, Source)
    return msgspec.convert({"source": source, "known": known, "also": also}, Outlet)


class _Family(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A system in many languages, as its file is written."""

    family: str
    name: str
    known: str
    homepage: str
    key: str
    kinds: dict[str, str]
    asks: tuple[str, ...]
    languages: dict[str, dict[str, str]]
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    reader: str = ""


def _of_family(outlet: _Family) -> Iterator[Outlet]:
    common = Source(
        id="",
        family=outlet.family,
        strip=outlet.strip,
        reader=outlet.reader,
        key=outlet.key,
        kinds=tuple(outlet.kinds.items()),
        asks=outlet.asks,
    )
    for language, line in outlet.languages.items():
        feeds = tuple(feed.format(feed=line["feed"]) for feed in outlet.feeds) if "feed" in line else ()
        source = replace(
            common,
            id=f"{outlet.family}-{language}",
            name=line.get("name", outlet.name),
            language=language,
            homepage=outlet.homepage.format(language=language),
            feeds=feeds,
            sitemaps=tuple(sitemap.format(language=language) for sitemap in outlet.sitemaps),
        )
        yield Outlet(source=source, known=outlet.known)


# --- addresses -------------------------------------------------------------------------------------------------------


@cache
def _by_host() -> dict[str, tuple[Outlet, ...]]:
    found: dict[str, tuple[Outlet, ...]] = {}
    for each in (each for name in _names() for each in _file(name)):
        for host in {_place(home).partition("/")[0] for home in (each.source.homepage, *each.also)}:
            found[host] = (*found.get(host, ()), each)
    return found


def _claim(outlet: Outlet, url: str, place: str) -> tuple[bool, int] | None:
    """How strongly an outlet claims an address on one of its hosts; None when it does not."""
    source = outlet.source
    if any(re.search(pattern, url) for pattern in source.drop):
        return None
    kept = any(re.search(pattern, url) for pattern in source.keep)
    homes = (_place(home) for home in (source.homepage, *outlet.also))
    length = max((len(home) for home in homes if place.startswith(home)), default=0)
    return (kept, length) if kept or length else None


def _place(url: str) -> str:
    """An address without what does not tell outlets apart: its scheme, "www." and doubled slashes after the host."""
    try:
        host = urls.host(urls.parse(url)).removeprefix("www.")
    except ValueError:
        return ""
    path = url.partition("://")[2].partition("/")[2]
    return f"{host}/{path.lstrip('/')}"
