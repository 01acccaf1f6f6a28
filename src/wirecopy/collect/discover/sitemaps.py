"""Sitemaps (sitemaps.org): pages, indexes of sitemaps, Google's news extension, plain lists of addresses.

Only what stands directly in <url> is the page's: the image, video and language extensions name other addresses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from xml.etree.ElementTree import Element

from wirecopy import dates
from wirecopy.collect.discover import markup
from wirecopy.collect.discover.entries import Entry
from wirecopy.collect.discover.names import Names

_MOST_SITEMAPS = 500
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-/_.]|&\w+=|)(0[1-9]|1[0-2])(?!\d\d\d)")
_LINE = re.compile(rb"\s*https?://[^\s<>]+\s*(?:\n|\r|$)")


def is_index(root: Element, common: Names) -> bool:
    """Does this tree list sitemaps?"""
    return any(common[element.tag] == "sitemapindex" for element in islice(root.iter(), 2))


def is_one(root: Element, common: Names) -> bool:
    """Does this tree list pages as a sitemap does?"""
    return any(common[element.tag] == "urlset" for element in islice(root.iter(), 2))


def is_list_of_lines(body: bytes) -> bool:
    """Is this a plain list, one address a line?"""
    return _LINE.match(body.removeprefix(b"\xef\xbb\xbf"), 0, 3000) is not None


def more(root: Element, common: Names, since: datetime | None = None) -> tuple[tuple[str, datetime | None], ...]:
    """The sitemaps of an index with their `lastmod`, as many as are looked at: first those that name no moment, then
    the newest.

    Those that have no page since the moment given are left out: by their `lastmod`, or the month in their address.
    """
    found = (element for element in root.iter() if common[element.tag] == "sitemap")
    named = [
        (_said(own := _children(element, common), "loc"), dates.parse(_said(own, "lastmod")))
        for element in islice(found, _MOST_SITEMAPS)
    ]
    dated = [(moment or _month_of(address), address, moment) for address, moment in named if address]
    fresh = [each for each in dated if since is None or each[0] is None or each[0] >= since]
    return tuple((address, said) for _, address, said in sorted(fresh, key=_newest_first))


def _newest_first(named: tuple[datetime | None, str, datetime | None]) -> float:
    return -named[0].timestamp() if named[0] is not None else -math.inf


def _month_of(address: str) -> datetime | None:
    """The end of the month that an address names: sitemap-2026-11.xml, /2026/11/, sitemap.xml?yyyy=2026&mm=11."""
    match = _MONTH.search(address)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def pages(root: Element, common: Names) -> Iterator[Entry]:
    """The pages of a sitemap; the news extension gives their titles and moments."""
    for element in root.iter():
        if common[element.tag] != "url":
            continue
        own = _children(element, common)
        news = _children(own.get("news:news"), common)
        outlet = _children(news.get("news:publication"), common)
        yield Entry(
            link=_said(own, "loc"),
            title=markup.words(_said(news, "news:title")),
            categories=tuple(filter(None, [_said(news, "news:keywords").partition(",")[0].strip()])),
            published=dates.parse(_said(news, "news:publication_date")),
            updated=dates.parse(_said(own, "lastmod")),
            language=_said(outlet, "news:language"),
        )


def lines(text: str) -> Iterator[Entry]:
    """The pages of a plain list."""
    return (Entry(link=line.strip()) for line in text.lstrip("\ufeff").splitlines() if line.strip())


def _children(element: Element | None, common: Names) -> dict[str, Element]:
    """The children of an element by their names, of each name the first."""
    return {} if element is None else {common[child.tag]: child for child in reversed(element)}


def _said(children: dict[str, Element], name: str) -> str:
    """The words of the child of this name, or ""."""
    child = children.get(name)
    if child is None:
        return ""
    return ("".join(child.itertext()) if len(child) else child.text or "").strip()
