"""Outlets that ship with wirecopy: a TOML table each, and a module only where data can not say it.

A file is either one source, or a system in several languages: then `{language}` and `{feed}` are filled in for each
line of its `[languages]`, and a language without a feed is found by its sitemaps.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

from wirecopy import urls
from wirecopy.errors import ConfigError
from wirecopy.model import Source, replace


class _Family(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An outlet's file as it is written."""

    family: str
    name: str
    homepage: str
    key: str
    kinds: dict[str, str]
    asks: tuple[str, ...]
    languages: dict[str, dict[str, str]]
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    reader: str = ""


@cache
def shipped() -> dict[str, Source]:
    """Every source that ships with wirecopy, by its id."""
    return {source.id: source for source in _sources()}


def shipped_source(source_id: str) -> Source:
    """The shipped source of this id. Raises ConfigError, with the nearest ones, when there is none."""
    if source_id in shipped():
        return shipped()[source_id]
    import difflib  # here: only on the way to an error

    near = difflib.get_close_matches(source_id, shipped(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(sorted(shipped()))}"
    raise ConfigError(f"no outlet {source_id!r} ships with wirecopy; {hint}")


def source_of(url: str) -> Source | None:
    """The shipped source that this article address belongs to, if any: by its host and the language in its path."""
    own, path = urls.host(url).removeprefix("www."), url.split("/", 3)[-1]
    for source in shipped().values():
        home_host = urls.host(source.homepage).removeprefix("www.")
        if own == home_host and path.startswith(source.homepage.split("/", 3)[-1]):
            return source
    return None


def _sources() -> Iterator[Source]:
    for file in sorted(resources.files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield from _of_family(msgspec.convert(tomllib.loads(file.read_text("utf-8")), _Family))


def _of_family(outlet: _Family) -> Iterator[Source]:
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
        yield replace(
            common,
            id=f"{outlet.family}-{language}",
            name=line.get("name", outlet.name),
            language=language,
            homepage=outlet.homepage.format(language=language),
            feeds=feeds,
            sitemaps=tuple(sitemap.format(language=language) for sitemap in outlet.sitemaps),
        )
