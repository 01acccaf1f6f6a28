"""What a page says of itself in JSON-LD (schema.org): found anywhere in it, whatever its nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from wirecopy.collect.read import stranger
from wirecopy.collect.read.stranger import Json

_ARTICLE = re.compile(
    r"(?:\w*Article|\w*BlogPosting|Report|ReportageNewsArticle|VideoObject|AudioObject|ImageGallery)$"
)
_BLOCKS = 50  # scripts, and objects in each, that are looked at


def article(root: HtmlElement) -> Json:
    """The first article (or live blog, video, gallery) that a page describes; the value of null when it does not."""
    return next((each for each in objects(root) if any(map(_ARTICLE.match, types(each)))), Json())


def objects(root: HtmlElement) -> Iterator[Json]:
    """Every object at the top of a page's JSON-LD, also those in lists and in `@graph`."""
    scripts = (script for script in root.iter("script") if (script.get("type") or "").strip() == "application/ld+json")
    for script, _ in zip(scripts, range(_BLOCKS), strict=False):
        try:
            found = stranger.parse(script.text or "")
        except ValueError:
            continue
        for each in (found, *found):
            if each.is_object:
                yield each
                yield from (inner for inner in each.at("@graph") if inner.is_object)


def types(thing: Json) -> tuple[str, ...]:
    """What a thing is: its `@type`, one or several."""
    return tuple(filter(None, (thing.line("@type"), *(each.line() for each in thing.at("@type")))))


def names(thing: Json, key: str) -> tuple[str, ...]:
    """The names of the persons (or houses) under a key: objects, plain texts, one or several."""
    value = thing.at(key)
    found = (each.line("name") or each.line() for each in (value, *value))
    return tuple(dict.fromkeys(filter(None, found)))
