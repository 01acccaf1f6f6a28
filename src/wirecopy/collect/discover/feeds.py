"""Feeds and sitemaps -> leads. `read` finds out which a page is; their formats are in the rooms beside.

A broken item costs only itself; what an index has that is no lead is told in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from xml.etree.ElementTree import Element

from wirecopy.collect.discover import jsonfeed, markup, names, sitemaps, trees
from wirecopy.collect.discover.entries import Entry, copied, entries
from wirecopy.collect.discover.leads import gather, lead_of
from wirecopy.collect.discover.older import older
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Lead, Listing, Source, replace
from wirecopy.text import printable

# More than any news index holds; a sitemap may have 50,000 (sitemaps.org), a feed of that size is an attack.
MOST_LEADS = 50_000

_MOST_COMPLAINTS = 20
_MUCH_TEXT = 600  # characters of markup in an entry that may be more than a teaser; a guess
_ROOTS = frozenset({"rdf:rdf", "rss", "feed", "channel", "urlset", "sitemapindex"})
_HTML = re.compile(rb"(?>\s+|<!--.*?-->|<\?[^>]*>|<!doctype[^>]*>)*+<(?:html|head|body)\b", re.IGNORECASE | re.DOTALL)


def read(source: Source, capture: Capture, since: datetime | None = None) -> Listing:
    """The leads of a feed or sitemap, in its own order. Raises ReadError for what is neither.

    Of an index of sitemaps those that are older than `since` are left out.
    """
    body = _body(capture)
    if body[:1] in (b"{", b"["):
        feed = jsonfeed.decoded(body)
        listing = _listing(source, capture, jsonfeed.entries(feed, where=capture.url))
        return replace(listing, older=jsonfeed.older(feed, capture.final_url or capture.url))
    codec = trees.charset(body, capture.header("content-type"))
    if sitemaps.is_list_of_lines(body):
        return _listing(source, capture, sitemaps.lines(trees.decoded(body, codec)))
    root = _root(body, codec, capture.url)
    common = names.of(root)
    if sitemaps.is_index(root, common):
        parts = sitemaps.more(root, common, since)
        return Listing(more=tuple(url for url, _ in parts), touched=tuple((url, at) for url, at in parts if at))
    if sitemaps.is_one(root, common):
        return _listing(source, capture, sitemaps.pages(root, common))
    return replace(_listing(source, capture, entries(root)), older=older(root, common, capture))


def parse(capture: Capture) -> tuple[Entry, ...]:
    """The entries of a feed, with all that it says of each. Raises ReadError for what is none."""
    body = _body(capture)
    if body[:1] in (b"{", b"["):
        return tuple(jsonfeed.entries(jsonfeed.decoded(body), where=capture.url))
    return tuple(entries(_root(body, trees.charset(body, capture.header("content-type")), capture.url)))


def _body(capture: Capture) -> bytes:
    body = trees.unzipped(capture).lstrip()
    bare = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare:
        raise ReadError(f"{capture.url} is empty: no feed and no sitemap")
    if _HTML.match(bare[:2000]):
        raise ReadError(
            f"{capture.url} is an HTML page, not a feed; look for the feed's address in that page, "
            "or the outlet shows a block or consent page here"
        )
    return bare if bare[:1] in (b"{", b"[") else body


def _root(body: bytes, codec: str, where: str) -> Element:
    root = trees.tree(body, codec, where=where)
    common = names.of(root)
    first = common[root[0].tag if root.tag == "document" and len(root) else root.tag]
    if first not in _ROOTS and not any(common[element.tag] in names.ITEMS for element in root.iter()):
        what = "nothing" if first == "document" else f"<{printable(first)[:80]}>"
        raise ReadError(f"{where} is no feed and no sitemap: it begins with {what}")
    return root


def _listing(source: Source, capture: Capture, found: Iterator[Entry]) -> Listing:
    leads: list[Lead] = []
    copies: list[tuple[str, Capture]] = []
    complaints: list[str] = []
    # All entries first, then all leads: a quarter faster than one by one (bench/feeds.py).
    for entry in tuple(islice(found, MOST_LEADS)):
        lead = _lead(source, entry, capture)
        if lead is not None:
            leads.append(lead)
            if _carries_text(source, entry):
                copies.append((lead.key, copied(entry, capture)))
        elif len(complaints) < _MOST_COMPLAINTS:
            complaints.append(f"{capture.url} has an item without a web address: {entry.title[:80]!r}")
    if next(found, None) is not None:
        complaints.insert(0, f"{capture.url} lists more than {MOST_LEADS:,} articles; the rest was left")
    return Listing(leads=gather(leads), copies=tuple(copies), complaints=tuple(complaints[:_MOST_COMPLAINTS]))


def _carries_text(source: Source, entry: Entry) -> bool:
    """Whether an entry is worth keeping for its own text: where it is all that is read, whatever it says."""
    return source.read == "feed" or len(entry.content or entry.summary) >= _MUCH_TEXT


def _lead(source: Source, entry: Entry, capture: Capture) -> Lead | None:
    base = entry.base or capture.final_url or capture.url
    found = next((lead for address in _addresses(entry) if (lead := lead_of(source, address, base))), None)
    if found is None:
        return None
    return replace(
        found,
        title=entry.title,
        summary=markup.words(entry.summary),
        section=next(iter(entry.categories), ""),
        authors=entry.authors,
        published=entry.published,
        modified=entry.updated,
        via=capture.url,
    )


def _addresses(entry: Entry) -> Iterator[str]:
    """Where an entry may have its page, best first. An id is one only when it is a web address in full."""
    if entry.link:
        yield entry.link
    if entry.id.startswith(("http://", "https://", "HTTP")):
        yield entry.id
