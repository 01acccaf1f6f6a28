"""A feed's tree -> its entries: what each item says, whatever dialect says it.

RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, CDF; `content:encoded`, Dublin Core, Media RSS, `xml:base`, `xml:lang`.

- An entry says what the feed says: addresses as written, texts as HTML (a plain text is escaped), titles as words.
- Where an item says a thing twice, its own element counts before a module's, and the first before the second.
- What an entry lacks is empty; nothing here fails.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from xml.etree.ElementTree import Element

from wirecopy import dates, urls
from wirecopy.collect.discover import markup, names
from wirecopy.model import Capture, Noun, encode

# The type of an entry that is kept as the evidence of an article (docs/formats.md): JSON of `Entry`.
COPY = "application/vnd.wirecopy.entry+json"

_MOST_LISTED = 100  # authors, categories, enclosures of one entry: a guess

_PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "created", "dcterms:created")
_UPDATED = ("updated", "modified", "dcterms:modified", "lastmod")
_TITLE = ("title", "dc:title", "media:title")
# Ranks: of names with one rank, the one that the item has first counts.
_SUMMARY = {
    "description": 0,
    "summary": 0,
    "abstract": 0,
    "dc:description": 1,
    "itunes:summary": 2,
    "media:description": 3,
}
_CONTENT = {"content:encoded": 0, "content": 1, "fullitem": 2, "body": 2, "xhtml:body": 2}
_HTML_BY_CUSTOM = frozenset({"description", "content:encoded", "fullitem", "dc:description", "media:description"})
_ID = ("guid", "id")
_OWN_LANGUAGE = ("dc:language", "language")
_AUTHOR = ("dc:creator", "author", "dc:author", "itunes:author")
_FILES = ("enclosure", "media:content", "media:thumbnail")
_CATEGORY = ("dc:subject", "category", "keywords", "media:category")
_PLAIN = frozenset({"text", "plain", "text/plain"})
_PAGES = frozenset({"", "html", "text/html", "xhtml", "application/xhtml+xml"})
_MAILED = re.compile(r"(?<!\S)[^\s@]{1,100}@\S{1,100} \((.+)\)")
_BASE, _LANGUAGE = f"{{{names.XML}}}base", f"{{{names.XML}}}lang"


class Enclosure(Noun, frozen=True, kw_only=True):
    """A file that an entry carries: a picture, a sound, a video. `medium` is Media RSS's word for what it is."""

    url: str
    type: str = ""
    medium: str = ""
    length: int = 0


class Entry(Noun, frozen=True, kw_only=True):
    """One item of a feed. `id` is its guid; `link` its page, "" when only the id may be one.

    `title` is words; `summary` and `content` are HTML as the feed gave it, not safe to show. `base` is what relative
    addresses in them stand on: "" for the feed's own address.
    """

    id: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str = ""
    base: str = ""


Fields = dict[str, list[Element]]


def copied(entry: Entry, feed: Capture) -> Capture:
    """An entry as evidence of its own: what the feed said of one article, when it said it."""
    return Capture(
        url=feed.url,
        final_url=feed.final_url,
        status=200,
        headers=(("Content-Type", COPY),),
        body=encode(entry),
        at=feed.at,
    )


def entries(root: Element) -> Iterator[Entry]:
    """Every entry of a feed, in its own order."""
    common = names.of(root)
    around = dict(_surroundings(root, common))
    language = _language(root, common)
    for element in root.iter():
        if common[element.tag] in names.ITEMS:
            base, own = around.get(element, ("", ""))
            yield _entry(element, common, base, own or language)


def _entry(item: Element, common: names.Names, base: str, language: str) -> Entry:
    fields = _fields(item, common)
    atom = common[item.tag] == "entry"
    own = _attributes(item)
    about = own.get("about", "")
    return Entry(
        id=_last(fields, _ID) or about,
        link=_link(fields) or own.get("href", "") or _permalink(fields) or about,
        title=_title(fields, atom),
        summary=_first_markup(fields, _SUMMARY, atom),
        content=_first_markup(fields, _CONTENT, atom),
        authors=_some(_authors(fields, common)),
        published=_moment(fields, _PUBLISHED),
        updated=_moment(fields, _UPDATED) or (dates.parse(own["lastmod"]) if "lastmod" in own else None),
        categories=_some(_categories(fields)),
        enclosures=tuple(islice(_enclosures(fields), _MOST_LISTED)),
        language=_last(fields, _OWN_LANGUAGE) or language,
        base=base,
    )


def _fields(item: Element, common: names.Names) -> Fields:
    """The elements of an item by their common names; a media:group is only a bracket around its own."""
    fields: Fields = {}
    for element in item:
        name = common[element.tag]
        if name == "media:group":
            for inner in element:
                fields.setdefault(common[inner.tag], []).append(inner)
        else:
            fields.setdefault(name, []).append(element)
    return fields


# --- texts


def _text(element: Element) -> str:
    """The characters in an element, of the elements in it too."""
    return ("".join(element.itertext()) if len(element) else element.text or "").strip()


def _last(fields: Fields, wanted: Iterable[str]) -> str:
    """What the last of these elements says that says anything: ids are written again to be corrected."""
    for name in wanted:
        for element in reversed(fields.get(name, ())):
            if words := _text(element):
                return words
    return ""


def _title(fields: Fields, atom: bool) -> str:
    for name in _TITLE:
        for element in fields.get(name, ()):
            words = element.text or ""
            if len(element) or "<" in words or "&" in words or "/" in element.get("type", "") or element.get("mode"):
                words = markup.words(_markup(element, "title", atom))
            if line := markup.squeezed(words):
                return line
    return ""


def _first_markup(fields: Fields, wanted: Mapping[str, int], atom: bool) -> str:
    """What the first of these elements says, by the rank of their names, then in their own order."""
    found = [name for name in fields if name in wanted]
    if len(found) > 1:
        found.sort(key=wanted.__getitem__)
    for name in found:
        for element in fields[name]:
            if meant := _markup(element, name, atom):
                return meant
    return ""


def _markup(element: Element, name: str, atom: bool) -> str:
    """The HTML that an element means, by its type or, where it has none, by the custom of its dialect."""
    own = _attributes(element)
    kind, mode = own.get("type", "").lower(), own.get("mode", "").lower()
    if len(element) and mode != "escaped":
        return markup.inner(element)
    words = _text(element)
    if mode == "base64" or ("/" in kind and not kind.startswith("text/") and not kind.endswith("xml")):
        words = _unpacked(words)
    if (kind not in _PLAIN and (kind or name in _HTML_BY_CUSTOM)) or (not atom and markup.looks_like_html(words)):
        return words
    return html.escape(words, quote=False)


def _unpacked(words: str) -> str:
    try:
        return base64.b64decode(words.encode(), validate=False).decode()
    except (binascii.Error, ValueError):
        return words


# --- addresses


def _link(fields: Fields) -> str:
    """The page that an entry names: Atom's alternate link, RSS's link."""
    for link in fields.get("link", ()):
        own = _attributes(link)
        if own.get("rel", "alternate").lower() != "alternate" or own.get("type", "").lower() not in _PAGES:
            continue
        if address := own.get("href") or own.get("url") or _text(link):
            return urls.resolve(address, base) or address if (base := own.get("base", "")) else address
    return ""


def _permalink(fields: Fields) -> str:
    """The guid, where nothing says that it is no address."""
    for guid in fields.get("guid", ()):
        if _attributes(guid).get("ispermalink", "true").lower() == "true":
            return _text(guid)
    return ""


def _enclosures(fields: Fields) -> Iterator[Enclosure]:
    found = [element for name in _FILES for element in fields.get(name, ())]
    found += [link for link in fields.get("link", ()) if link.get("rel") == "enclosure"]
    for one in found:
        own = _attributes(one)
        if url := own.get("url") or own.get("href"):
            length = own.get("length") or own.get("filesize") or ""
            yield Enclosure(
                url=url,
                type=own.get("type", ""),
                medium=own.get("medium", ""),
                length=int(length) if length.isdecimal() and length.isascii() and len(length) < 16 else 0,
            )


# --- people, subjects, moments


def _authors(fields: Fields, common: names.Names) -> Iterator[str]:
    """Dublin Core's creators, else Atom's author/name or RSS's "mail (name)", else the podcast's author."""
    for name in _AUTHOR:
        if name in fields:
            for element in fields[name]:
                yield markup.squeezed(_author(element, common))
            return


def _author(element: Element, common: names.Names) -> str:
    for inner in element:
        if common[inner.tag] == "name":
            return _text(inner)
    words = _text(element)
    mailed = _MAILED.search(words) if "@" in words[:200] else None
    return mailed[1] if mailed else words


def _categories(fields: Fields) -> Iterator[str]:
    for name in _CATEGORY:
        for element in fields.get(name, ()):
            words = _text(element)
            if not words:
                own = _attributes(element)
                words = own.get("label") or own.get("term") or ""
            yield markup.words(words)


def _some(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, words)))[:_MOST_LISTED]


def _moment(fields: Fields, wanted: Iterable[str]) -> datetime | None:
    for name in wanted:
        for element in reversed(fields.get(name, ())):
            if moment := dates.parse(_text(element)):
                return moment
    return None


# --- what an item inherits


def _attributes(element: Element) -> dict[str, str]:
    """An element's attributes by their local names in small letters."""
    return {names.local(key): value.strip() for key, value in element.items()}


def _surroundings(root: Element, common: names.Names) -> Iterator[tuple[Element, tuple[str, str]]]:
    """The base address and the language that hold in each item, for pages that set any inside their elements."""
    if not any(element.get(_BASE) or element.get(_LANGUAGE) or element.get("BASE") for element in root.iter()):
        return
    waiting = [(root, "", "")]
    while waiting:
        element, base, language = waiting.pop()
        base = urls.resolve(element.get(_BASE) or element.get("BASE") or "", base) or base  # "BASE" is CDF's
        language = element.get(_LANGUAGE, language)
        if common[element.tag] in names.ITEMS:
            yield element, (base, language)
        waiting.extend((child, base, language) for child in element)


def _language(root: Element, common: names.Names) -> str:
    """What the channel says of its own language."""
    for element in root.iter():
        name = common[element.tag]
        if name in names.ITEMS:
            return ""
        if name in ("language", "dc:language"):
            return _text(element)
    return ""
