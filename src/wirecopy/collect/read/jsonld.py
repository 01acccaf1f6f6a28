"""What a page says of itself in JSON-LD (schema.org): found anywhere in it, whatever its nesting.

It is read as tolerantly as can be done in bounded time: raw control characters, comments, trailing commas, HTML
entities, CDATA and several objects in one script cost nothing, and one script that can't be read not the others.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from wirecopy.collect.read.stranger import Json

_ARTICLE = re.compile(
    r"(?:\w*Article|\w*BlogPosting|Report|ReportageNewsArticle|VideoObject|AudioObject|ImageGallery)$"
)
_BLOCKS = 50  # scripts, and objects in each, that are looked at
_LONG = 2_000_000  # characters of a script that are mended
_OPENED = re.compile(r"(?:(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|<!--)")
_CLOSED = re.compile(r"(?:(?://|/\*)?\s*\]\]>\s*(?:\*/)?|(?://\s*)?-->)\s*;?$")
_END = 100  # characters at the end of a script in which a wrapping may end: what looks back is asked of no more
# Strings are passed over; what stands outside of them is mended: comments, commas with nothing behind them.
_OUTSIDE = re.compile(
    r'"(?:[^"\\]|\\.)*+"|(?P<comment>/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z)|(?<![:\w])//[^\n]*+)|(?P<comma>,)(?=\s*[}\]])|(?P<twice>,)(?=\s*,)|(?P<nothing>\bundefined\b|\bNaN\b)',
    re.DOTALL,
)


def article(root: HtmlElement) -> Json:
    """The first article (or live blog, video, gallery) that a page describes; the value of null when it does not."""
    return next((each for each in objects(root) if any(map(_ARTICLE.match, types(each)))), Json())


def objects(root: HtmlElement) -> Iterator[Json]:
    """Every object at the top of a page's JSON-LD, also those in lists and in `@graph`."""
    return objects_in(root.iter("script"))


def objects_in(scripts: Iterator[HtmlElement]) -> Iterator[Json]:
    """Every object at the top of the JSON-LD among these scripts."""
    found = (
        script for script in scripts if (script.get("type") or "").strip().lower().startswith("application/ld+json")
    )
    for script, _ in zip(found, range(_BLOCKS), strict=False):
        for value in parse(script.text or ""):
            for each in (value, *value):
                if each.is_object:
                    yield each
                    yield from (inner for inner in each.at("@graph") if inner.is_object)


def parse(spelt: str) -> tuple[Json, ...]:
    """The values in a script, mended where it is broken; those behind an error that can't be mended are lost."""
    if found := _several(spelt):
        return found
    return next(filter(None, map(_several, _mended(spelt[:_LONG]))), ())


def _several(spelt: str) -> tuple[Json, ...]:
    """The values that stand behind each other, as far as they can be read."""
    found: list[Json] = []
    end = 0
    while len(found) < _BLOCKS and (start := _BEGIN.search(spelt, end, end + _GAP)):
        try:
            value, end = _decoder.raw_decode(spelt, start.start())
        except (ValueError, RecursionError):
            break
        found.append(Json(value))
    return tuple(found)


def _mended(spelt: str) -> Iterator[str]:
    bare = _unwrapped(_unwrapped(spelt))
    yield (tidied := _OUTSIDE.sub(_kept, bare))
    if "&quot;" in bare[:_GAP] or "&#34;" in bare[:_GAP]:
        yield _OUTSIDE.sub(_kept, html.unescape(bare))
    yield _ESCAPE.sub(r"\\\\", tidied)


def _unwrapped(spelt: str) -> str:
    bare = spelt.strip()
    opened = _OPENED.match(bare)
    bare = bare[opened.end() :] if opened else bare
    return bare[:-_END] + _CLOSED.sub("", bare[-_END:])


def _kept(found: re.Match[str]) -> str:
    if found["nothing"]:
        return "null"
    return "" if found["comma"] or found["twice"] else " " if found["comment"] else found[0]


_decoder = json.JSONDecoder(strict=False)  # raw line breaks in texts are let pass
_BEGIN = re.compile(r"[{\[]")
_GAP = 2000  # characters between one value and the next
_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')


def types(thing: Json) -> tuple[str, ...]:
    """What a thing is: its `@type`, one or several."""
    return tuple(filter(None, (thing.line("@type"), *(each.line() for each in thing.at("@type")))))


def names(thing: Json, key: str, known: Mapping[str, Json] | None = None) -> tuple[str, ...]:
    """The names of the persons (or houses) under a key: objects, plain texts, one or several, `known` by an `@id`."""
    found: list[str] = []
    for each in people(thing, key, known):
        name = each.at("name")
        found += [name.line() or each.line(), *(part.line() for part in name)]
    return tuple(dict.fromkeys(filter(None, found)))


def people(thing: Json, key: str, known: Mapping[str, Json] | None = None) -> Iterator[Json]:
    """What stands under a key, one or several; what is only named by its `@id` is looked up in what is `known`."""
    value = thing.at(key)
    for each in (value, *value):
        if known and each.is_object and not each.at("name").value and (there := known.get(each.line("@id"))):
            yield there
        else:
            yield each
