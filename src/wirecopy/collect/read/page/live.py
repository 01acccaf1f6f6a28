"""Entries of live blogs: elements with a time of their own, or what the page's data tells of each entry.

- In the page, what is called an entry (by its class, or by schema.org's `liveBlogUpdate`) and has a time is one, where
  there are several; its words stay as the page has them.
- In the data (JSON-LD `LiveBlogPosting`), entries are taken where the page itself shows none: paragraphs that these
  tell again are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from lxml.html import HtmlElement

from wirecopy import dates
from wirecopy.collect.read import blocks, jsonld
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.stranger import Json
from wirecopy.model import Blocks, Heading, LiveEntry, Paragraph, document_text, plain, text

_FEW = 2  # entries from which there is a live blog
_MANY = 1_000  # entries that are read
_NAMES = 200  # characters of a name that are looked at
_TITLE = 300  # characters of a heading of an entry
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:live-?(?:blog|ticker|event|update|feed|post|text|story)?s?(?:__|--|-|_)?(?:entry|post|item|update|event|block|article|card)(?:$|[\s_-])"
    r"|liveblog-?(?:entry|post|item)|ticker-?(?:entry|event|item|post|eintrag)|timeline-?(?:entry|item|post|event)"
    r"|lblog-?entry|live-?(?:entry|post|update)|(?:entry|post)-?live)",
    re.IGNORECASE,
)
_ITEM = frozenset({"div", "article", "li", "section"})
_BLANK = re.compile(r"\W+")


def is_named(names: str) -> bool:
    """Do these names of an element say that it is an entry of a live blog?"""
    return _is_named(names[:_NAMES])


@lru_cache(maxsize=2048)
def _is_named(names: str) -> bool:
    return _NAMED.search(names) is not None


def entries(roots: Iterable[HtmlElement]) -> set[HtmlElement]:
    """The elements that are entries of a live blog, outermost ones only; none where there are not several."""
    found: dict[HtmlElement, None] = {}
    for root in roots:
        for element in root.iter(*_ITEM):
            if (
                element is not root
                and _is_entry(element)
                and not any(each in found for each in element.iterancestors())
            ):
                found[element] = None
                if len(found) >= _MANY:
                    break
    return set(found) if len(found) >= _FEW else set()


def entry(element: HtmlElement, dialect: Dialect) -> Blocks:
    """An element as an entry of a live blog, its first heading as its title."""
    body = blocks.read(element, dialect).blocks
    title = ""
    for place, block in enumerate(body[:4]):
        if isinstance(block, Heading) and len(plain(block.text)) < _TITLE:
            title, body = plain(block.text).replace("\n", " "), body[:place] + body[place + 1 :]
            break
    body = tuple(block for n, block in enumerate(body) if n > 2 or not _is_time(block))
    if not body and not title:
        return ()
    return (LiveEntry(body=body, key=element.get("id") or "", at=_moment(element), title=title),)


def told(objects: Iterable[Json], base: str) -> tuple[LiveEntry, ...]:
    """The entries that the page's data tells of."""
    found: list[LiveEntry] = []
    for thing in objects:
        if "LiveBlogPosting" not in jsonld.types(thing):
            continue
        for each in thing.at("liveBlogUpdate"):
            made = _of_data(each, base)
            if made is not None and len(found) < _MANY:
                found.append(made)
    return tuple(found) if len(found) >= _FEW else ()


def joined(body: Blocks, entries: tuple[LiveEntry, ...]) -> Blocks:
    """A body with the entries of the page's data, without the lines that these tell again."""
    if not entries or any(isinstance(block, LiveEntry) for block in body):
        return body
    said = _squashed(document_text(entries))
    kept = [
        block
        for block in body
        if not isinstance(block, Paragraph | Heading) or _squashed(plain(block.text)) not in said
    ]
    return (*kept, *entries)


def is_live(body: Blocks) -> bool:
    """Are most of these words told in entries?"""
    live = [block for block in body if isinstance(block, LiveEntry)]
    return len(live) >= _FEW and len(document_text(tuple(live))) * 2 > len(document_text(body))


def _is_entry(element: HtmlElement) -> bool:
    item = (element.get("itemprop") or "") == "liveBlogUpdate"
    names, key = element.get("class"), element.get("id")
    named = item or (names is not None and is_named(names)) or (key is not None and is_named(key))
    return named and (next(element.iter("time"), None) is not None or _moment(element) is not None)


def _moment(element: HtmlElement) -> datetime | None:
    """The moment that an entry gives itself."""
    times = (each.get("datetime") for each, _ in zip(element.iter("time"), range(3), strict=False))
    spelt = [*times, *(element.get(name) for name in ("data-time", "data-timestamp", "data-date", "data-published"))]
    for each in spelt:
        if each and len(each) < 100:
            if each.isascii() and each.isdigit() and len(each) in (10, 13):
                return dates.from_epoch_ms(int(each) * (1000 if len(each) == 10 else 1))
            if (found := dates.parse(each)) is not None:
                return found
    return None


def _is_time(block: object) -> bool:
    """Is this line no more than the hour of an entry?"""
    return isinstance(block, Paragraph) and _HOUR.fullmatch(plain(block.text)) is not None


_HOUR = re.compile(
    r"\W*(?:\d{1,2}[:.h]\d{2}(?:\s*(?:uhr|a\.?m\.?|p\.?m\.?|h|[a-z]{2,4}t))?|\d{1,2}\s*(?:h|min|mins|m)\b.{0,8})\W*",
    re.IGNORECASE,
)


def _of_data(update: Json, base: str) -> LiveEntry | None:
    title = update.line("headline")
    spelt = update.text("articleBody") or update.text("description")
    if "<p" in spelt or "<br" in spelt:
        body = blocks.read_fragment(spelt, Dialect(base=base)).blocks
    else:
        lines = (" ".join(line.split()) for line in spelt.split("\n"))
        body = tuple(Paragraph(text=text(line)) for line in lines if line)
    if not body:
        return None
    return LiveEntry(
        body=body,
        at=update.moment("datePublished"),
        title="" if title == _start(body) else title,
        authors=jsonld.names(update, "author"),
        key=update.line("@id")[:200],
    )


def _start(body: Blocks) -> str:
    """The first line of a body."""
    first = body[0]
    return plain(first.text) if isinstance(first, Paragraph) else ""


def _squashed(words: str) -> str:
    return _BLANK.sub("", words).lower()
