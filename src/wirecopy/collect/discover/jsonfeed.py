"""JSON Feed 1.0 and 1.1 (jsonfeed.org) -> entries. A member of the wrong kind is as good as none.

A document that is cut or broken gives the items that are whole.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from wirecopy import dates, urls
from wirecopy.collect.discover import markup
from wirecopy.collect.discover.entries import Enclosure, Entry
from wirecopy.errors import ReadError

_MOST_LISTED = 100
_MOST_BROKEN = 1_000
_ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_LARGEST = 10**18  # a number that is an id; Python gives the digits of absurd ones up with a ValueError
# JSON may spell what no text is: half a character, NUL and its kin (RFC 8259, 8.2).
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


Feed = dict[str, Any]


def decoded(body: bytes) -> Feed:
    """A JSON document as an object; of a broken one, the items that are whole."""
    try:
        feed = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {"items": list(_whole_items(body.decode("utf-8", "replace")))}
    return feed if isinstance(feed, dict) else {}


def entries(feed: Feed, *, where: str) -> Iterator[Entry]:
    """The entries of a JSON Feed, in its own order. Raises ReadError for what is none."""
    items = feed.get("items")
    if not isinstance(items, list):
        raise ReadError(f"{where} is no feed that can be read: JSON without a list of items")
    language = _words(feed, "language")
    return (_entry(item, language) for item in items if isinstance(item, dict))


def older(feed: Feed, base: str) -> tuple[str, ...]:
    """The feed with the entries before these (`next_url`)."""
    named = urls.resolve(_words(feed, "next_url"), base)
    return (named,) if named and named != base else ()


def _whole_items(text: str) -> Iterator[object]:
    """The items of a broken document that can be read one by one, each place looked at once."""
    begun = _ITEMS.search(text)
    place = begun.end() if begun else len(text)
    decoder = json.JSONDecoder(strict=False)
    broken = 0
    while place < len(text) and broken < _MOST_BROKEN:
        try:
            item, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            broken += 1
            following = _NEXT.search(text, max(place, error.pos - 1))
            place = following.end() if following else len(text)
            continue
        except (RecursionError, ValueError):  # nested too deep; a number of thousands of digits
            return
        yield item
        comma = re.compile(r"\s*,\s*").match(text, place)
        if comma is None:
            return
        place = comma.end()


def _entry(item: dict[str, Any], language: str) -> Entry:
    plain = _words(item, "content_text")
    return Entry(
        id=_words(item, "id"),
        link=_words(item, "url") or _words(item, "external_url"),
        title=markup.squeezed(_words(item, "title")),
        summary=html.escape(_words(item, "summary"), quote=False),
        content=_words(item, "content_html") or html.escape(plain, quote=False),
        authors=tuple(filter(None, map(markup.squeezed, _authors(item))))[:_MOST_LISTED],
        published=dates.parse(_words(item, "date_published")),
        updated=dates.parse(_words(item, "date_modified")),
        categories=tuple(markup.squeezed(_sound(tag)) for tag in _list(item, "tags") if isinstance(tag, str))[
            :_MOST_LISTED
        ],
        enclosures=tuple(_enclosures(item))[:_MOST_LISTED],
        language=_words(item, "language") or language,
    )


def _authors(item: dict[str, Any]) -> Iterator[str]:
    named = _list(item, "authors") or [item.get("author")]
    return (_words(author, "name") for author in named if isinstance(author, dict))


def _enclosures(item: dict[str, Any]) -> Iterator[Enclosure]:
    for name in ("image", "banner_image"):
        if url := _words(item, name):
            yield Enclosure(url=url, medium="image")
    for file in _list(item, "attachments"):
        if isinstance(file, dict) and (url := _words(file, "url")):
            length = file.get("size_in_bytes")
            size = int(length) if isinstance(length, (int, float)) and 0 <= length < 2**53 else 0
            yield Enclosure(url=url, type=_words(file, "mime_type"), length=size)


def _words(thing: dict[str, Any], name: str) -> str:
    """A member that is words; ids are often numbers."""
    value = thing.get(name)
    if isinstance(value, str):
        return _sound(value).strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST else ""


def _sound(words: str) -> str:
    """The words without what is no character: an item that has some is not lost, and no other with it."""
    return words if words.isprintable() else _NO_CHARACTER.sub("", words)


def _list(thing: dict[str, Any], name: str) -> list[Any]:
    value = thing.get(name)
    return value if isinstance(value, list) else []
