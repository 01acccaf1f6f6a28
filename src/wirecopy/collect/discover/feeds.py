"""Feeds (RSS 0.9x to 2.0, RDF, Atom) and sitemaps (plain, news, index) -> leads.

One tolerant XML pass for all of them: elements are known by their local names, a broken item costs only itself, and
nothing is loaded from outside (no DTD, no entities, no XInclude).
"""

from __future__ import annotations

import gzip
import html
import re
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from wirecopy import dates, text
from wirecopy.collect.discover import MOST_LEADS, gather, lead_of
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Lead, Listing, Source, replace

_HTML = re.compile(rb"^\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_MOST_SITEMAPS = 500
_MOST_WORDS = 2_000
_PUBLISHED = ("pubdate", "published", "date", "publication_date", "issued", "lastmod")

Element = Any  # lxml ships no types


def read(source: Source, capture: Capture) -> Listing:
    """The leads of a feed or sitemap, in its own order. Raises ReadError for what is neither."""
    root = _root(capture)
    complaints: list[str] = []
    if _name(root) == "sitemapindex":
        return Listing(more=tuple(_sitemaps(root)))
    leads: list[Lead] = []
    for item in _items(root):
        if len(leads) >= MOST_LEADS:
            complaints.append(f"{capture.url} lists more than {MOST_LEADS:,} articles; the rest was left")
            break
        lead = _lead(source, item, capture)
        if lead is None:
            complaints.append(
                f"{capture.url} has an item without a web address: {_first(_words(item), 'title')[:80]!r}"
            )
        else:
            leads.append(lead)
    return Listing(leads=gather(leads), complaints=tuple(complaints[:20]))


def _root(capture: Capture) -> Element:
    body = _unzipped(capture)
    start = body[:2000].removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise ReadError(f"{capture.url} is empty: no feed and no sitemap")
    if _HTML.match(start):
        raise ReadError(
            f"{capture.url} is an HTML page, not a feed; look for the feed's address in that page, "
            "or the outlet shows a block or consent page here"
        )
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        encoding=_charset(capture),
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise ReadError(f"{capture.url} is no feed that can be read: {error}") from error
    if root is None or _name(root) not in ("rdf", "rss", "feed", "urlset", "sitemapindex"):
        what = "nothing" if root is None else f"<{_name(root)}>"
        raise ReadError(f"{capture.url} is no feed and no sitemap: it begins with {what}")
    return root


def _unzipped(capture: Capture) -> bytes:
    """A sitemap may be a .gz file in itself (sitemaps.org); its size is bounded like any answer's."""
    if not capture.body.startswith(b"\x1f\x8b"):
        return capture.body
    unpacked = zlib.decompressobj(wbits=31)
    try:
        body = unpacked.decompress(capture.body, 50_000_000)  # sitemaps.org: 50 MB unpacked
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ReadError(f"{capture.url} is a damaged gzip file: {error}") from error
    if unpacked.unconsumed_tail:
        raise ReadError(f"{capture.url} unpacks to more than 50 MB; a sitemap must not (sitemaps.org)")
    return body


def _charset(capture: Capture) -> str | None:
    """The charset of the header, when the document does not say its own."""
    if re.search(rb"<\?xml[^>]*encoding", capture.body[:200]) or capture.body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None
    match = re.search(r"charset=\"?([\w-]+)", capture.header("content-type"), re.IGNORECASE)
    return match[1] if match else None


def _items(root: Element) -> Iterator[Element]:
    wanted = {"urlset": "url", "feed": "entry"}.get(_name(root), "item")
    return (element for element in root.iter() if _name(element) == wanted)


def _lead(source: Source, item: Element, capture: Capture) -> Lead | None:
    words = _words(item)
    addresses = _addresses(item, words)
    found = next((lead for address in addresses if (lead := lead_of(source, address, capture.final_url))), None)
    if found is None:
        return None
    authors = words.get("creator") or [_author(element) for element in item if _name(element) == "author"]
    return replace(
        found,
        title=_first(words, "title"),
        summary=_first(words, "description", "summary"),
        section=_first(words, "subject", "category"),
        authors=tuple(filter(None, authors)),
        published=dates.parse(_first(words, *_PUBLISHED)),
        modified=dates.parse(_first(words, "updated", "modified", "lastmod")),
        via=capture.url,
    )


def _addresses(item: Element, words: dict[str, list[str]]) -> Iterator[str]:
    """Where an item may have its address, best first: link, loc, RDF's about, a guid that is one."""
    for element in item:
        if _name(element) == "link" and element.get("href") and element.get("rel", "alternate") == "alternate":
            yield element.get("href")
    yield from filter(None, (_first(words, "link"), _first(words, "loc")))
    about = next((value for name, value in item.attrib.items() if str(name).endswith("about")), "")
    yield from filter(None, (about, _first(words, "guid", "id")))


def _words(item: Element) -> dict[str, list[str]]:
    """The words of every element inside an item, by the element's name."""
    words: dict[str, list[str]] = {}
    for element in item.iter():
        if element is not item and (name := _name(element)):
            words.setdefault(name, []).append(_inner(element))
    return words


def _first(words: dict[str, list[str]], *names: str) -> str:
    """The first words under one of these names, in the order of the names."""
    return next((found for name in names for found in words.get(name, ()) if found), "")


def _inner(element: Element) -> str:
    """The words inside an element; escaped HTML in them is shown as its words."""
    words = "".join(element.itertext())
    if "<" in words or "&" in words:
        words = html.unescape(re.sub(r"<[^<>]*>", " ", words))
    return text.squeeze(words)[:_MOST_WORDS]


def _author(element: Element) -> str:
    """Atom's author/name, or RSS's "mail (name)"."""
    words = _first(_words(element), "name") or _inner(element)
    match = re.search(r"\S+@\S+ \((.+)\)", words)
    return match[1] if match else words


def _sitemaps(root: Element) -> Iterator[str]:
    found = [_inner(element) for element in root.iter() if _name(element) == "loc"]
    yield from found[:_MOST_SITEMAPS]


def _name(element: Element) -> str:
    """An element's local name in small letters; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
