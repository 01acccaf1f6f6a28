"""Markup that no XML parser takes -> the tree that was meant.

Its rules, in the order of what they save:
- items are fences: an item ends where the next begins, and nothing inside one reaches over its end, not an open
  CDATA section, a comment, a quote or an element;
- an end tag closes what it names, and with it what was left open inside; one that names nothing is dropped;
- a field of an item (`<guid>`) ends a field left open before it (`<title>`);
- a prefix that nobody declared means what it usually means; an entity is a character or stays as it was written.

It is one pass over the text: no rule looks at a place twice.
"""

from __future__ import annotations

import re
from html.entities import html5
from itertools import islice
from xml.etree.ElementTree import Element, TreeBuilder

from wirecopy.collect.discover import names

_NAME = re.compile(r"</?([^\W\d][^\s<>/=\"'&;]*)")
_ATTRIBUTE = re.compile(r"[\s/]*([^\s=<>\"'/]+)(?:\s*=\s*(\"[^\"<]*\"|'[^'<]*'|[^\s\"'<>]*))?")
_ENTITY = re.compile(r"&(#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{0,31});")
_DECLARATION = re.compile(r"<!ENTITY\s+(\w{1,32})\s+(?:\"([^\"<&]{0,64}|&#\w{1,8};)\"|'([^'<&]{0,64}|&#\w{1,8};)')\s*>")
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FENCE = re.compile(r"</?(?:\w+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_MOST_ATTRIBUTES = 200
_MOST_DEPTH = 500  # what stands deeper stands beside: no feed means it, and it would cost a page of memory each
_MOST_ENTITIES = 500

# Fields that hold words, which another field cannot stand in; and those that may hold markup with such names.
_WORDS = frozenset(
    {"category", "comments", "created", "dc:creator", "dc:date", "dc:subject", "dc:title", "guid", "id",
     "issued", "link", "modified", "pubdate", "published", "title", "updated"}
)  # fmt: skip
_MARKUP = frozenset(
    {"abstract", "content", "content:encoded", "dc:description", "description", "summary"}
)  # fmt: skip
_FIELDS = frozenset(
    {"author", "category", "comments", "content:encoded", "dc:creator", "dc:date", "dc:description",
     "dc:subject", "dc:title", "description", "enclosure", "guid", "issued", "modified", "pubdate", "published",
     "updated"}
)  # fmt: skip
_FRAME = frozenset({"item", "entry", "channel", "rss", "feed", "rdf:rdf", "urlset", "url", "items"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "param", "track", "wbr"}
)  # fmt: skip


def tree(text: str) -> Element:
    """The elements of the text, under one root "document" that stands for the page."""
    return _Reading(_NO_CHARACTER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).read()


class _Reading:
    """One pass over a text: where it is, which elements are open, and what prefixes and entities mean there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.entities: dict[str, str] = {}
        self.builder = TreeBuilder()
        # Each open element: its name as written, its common name, the tag of the tree, the prefixes that hold in it.
        self.open: list[tuple[str, str, str, dict[str, str]]] = []
        self.places: dict[str, list[int]] = {}
        self.item = -1
        self.common = names.Names()
        self.ahead: dict[str, int] = {}

    def read(self) -> Element:
        self.builder.start("document", {})
        text = self.text
        while (at := text.find("<", self.place)) >= 0:
            self.words(text[self.place : at])
            self.place = at
            after = text[at + 1 : at + 2]
            if after == "!":
                self.declaration()
            elif after == "?":
                self.instruction()
            else:
                self.tag()
        self.words(text[self.place :])
        while self.open:
            self.close()
        self.builder.end("document")
        return self.builder.close()

    # --- what stands between "<" and ">"

    def declaration(self) -> None:
        at, text = self.place, self.text
        if text[at : at + 9].upper() == "<![CDATA[":
            end, skip = self.cdata_end(at + 9)
            self.builder.data(text[at + 9 : end])
            self.place = end + skip
        elif text.startswith("<!--", at):
            end, inner = self.find("-->", at + 4), self.find("<!--", at + 4)
            unclosed = end < 0 or 0 <= inner < end
            self.place = at + 4 if unclosed else end + 3
        elif text[at : at + 9].upper() == "<!DOCTYPE" and not self.common:
            self.doctype()
        else:
            self.skip(2)

    def cdata_end(self, start: int) -> tuple[int, int]:
        """Where this section ends, and how long its end is: a section that is never closed ends with its element."""
        end, fence = self.find("]]>", start), self.fence(start)
        # A section may hold "<item>" as words. One that holds another item's section swallowed that item.
        swallows = 0 <= fence < end and 0 <= self.find("<![CDATA[", fence) < end
        if end >= 0 and not swallows:
            return end, 3
        last = fence if fence >= 0 else len(self.text)
        closing = self.text.find(f"</{self.open[-1][0]}", start, last) if self.open else -1
        return (closing if closing >= 0 else last), 0

    def doctype(self) -> None:
        at, text = self.place, self.text
        end = self.find(">", at)
        subset = self.find("[", at)
        close = self.find("]", subset) if 0 <= subset < end else -1
        if close < 0:
            self.skip(2)
            return
        for found in islice(_DECLARATION.finditer(text, subset, close), _MOST_ENTITIES):
            self.entities.setdefault(found[1], self.resolved(found[2] or found[3] or ""))
        self.place = close
        self.skip_to_end()

    def instruction(self) -> None:
        end = self.find("?>", self.place)
        if end >= 0 and not 0 <= self.fence(self.place) < end:
            self.place = end + 2
        else:
            self.skip(2)

    def skip(self, least: int) -> None:
        """Pass over something that is not read: to its ">", but never into the next tag."""
        end, inner = self.find(">", self.place), self.find("<", self.place + least)
        if end >= 0 and (inner < 0 or end < inner):
            self.place = end + 1
        else:
            self.place += least

    def tag(self) -> None:
        at, text = self.place, self.text
        named = _NAME.match(text, at)
        if named is None:  # "a < b", "<3"
            self.builder.data("<")
            self.place = at + 1
            return
        self.place = named.end()
        if text[at + 1] == "/":
            self.skip_to_end()
            self.end(named[1].lower())
            return
        attributes = self.attributes()
        closed = text[self.place - 1 : self.place] == "/"
        self.skip_to_end()
        self.start(named[1], attributes, closed)

    def attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        text = self.text
        while text[self.place : self.place + 1] not in ("", ">", "<"):
            one = _ATTRIBUTE.match(text, self.place)
            if one is None:
                self.place += 1
                continue
            value = one[2] or ""
            self.place = one.end()
            if value[:1] in ("'", '"'):
                value = value[1:-1]
            elif value.endswith("/") and text[self.place : self.place + 1] == ">":
                value = value[:-1]
            if len(found) < _MOST_ATTRIBUTES:
                found.setdefault(one[1], self.resolved(value))
        return found

    def skip_to_end(self) -> None:
        end, inner = self.find(">", self.place), self.find("<", self.place)
        if end >= 0 and (inner < 0 or end < inner):
            self.place = end + 1
        elif inner >= 0:
            self.place = inner
        else:
            self.place = len(self.text)

    # --- elements

    def start(self, name: str, attributes: dict[str, str], closed: bool) -> None:
        prefixes = self.open[-1][3] if self.open else names.USUAL
        declared = {key[6:]: value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}
        if declared:
            prefixes = prefixes | declared
        tag = _tag(name, prefixes)
        if not self.common:
            self.common = names.Names(tag)
        common = self.common[tag]
        self.make_room(common)
        inside = self.item >= 0 and len(self.open) > self.item + 1
        self.builder.start(tag, _qualified(attributes, prefixes) if attributes else {})
        if closed or len(self.open) >= _MOST_DEPTH or (inside and common.rpartition(":")[2] in _VOID):
            self.builder.end(tag)
            return
        if common in names.ITEMS:
            self.item = len(self.open)
        lower = name.lower()
        self.places.setdefault(lower, []).append(len(self.open))
        self.open.append((lower, common, tag, prefixes))

    def make_room(self, common: str) -> None:
        """Close what the new element cannot stand in."""
        if self.item < 0:
            return
        if common in names.ITEMS:
            self.close_to(self.item)
        elif len(self.open) > self.item + 1:
            field = self.open[self.item + 1][1]
            if (field in _WORDS and (common in _FIELDS or common in _WORDS or common in _MARKUP)) or (
                field in _MARKUP and common in _FIELDS
            ):
                self.close_to(self.item + 1)

    def end(self, lower: str) -> None:
        place = self.places.get(lower)
        if not place:
            return
        if place[-1] < self.item and self.open[place[-1]][1] not in _FRAME:
            return
        self.close_to(place[-1])

    def close_to(self, place: int) -> None:
        while len(self.open) > place:
            self.close()

    def close(self) -> None:
        lower, _, tag, _ = self.open.pop()
        self.places[lower].pop()
        if len(self.open) == self.item:
            self.item = -1
        self.builder.end(tag)

    # --- words

    def words(self, words: str) -> None:
        if words:
            self.builder.data(self.resolved(words))

    def resolved(self, words: str) -> str:
        return _ENTITY.sub(self.character, words) if "&" in words else words

    def character(self, found: re.Match[str]) -> str:
        name = found[1]
        if not name.startswith("#"):
            known = self.entities.get(name)
            return known if known is not None else html5.get(name + ";", found[0])
        number = int("0" + name[1:], 0) if name[1] in "xX" else int(name[1:])
        if 0x80 <= number < 0xA0:  # meant as Windows-1252, as browsers know
            return bytes([number]).decode("cp1252", "replace")
        if number > 0x10FFFF or (number < 32 and number not in (9, 10, 13)):
            return "\ufffd"
        return "\ufffd" if 0xD800 <= number < 0xE000 or number in (0xFFFE, 0xFFFF) else chr(number)

    # --- looking ahead, each place once

    def find(self, what: str, start: int) -> int:
        known = self.ahead.get(what)
        if known is not None and (known < 0 or known >= start):
            return known
        found = self.ahead[what] = self.text.find(what, start)
        return found

    def fence(self, start: int) -> int:
        known = self.ahead.get("")
        if known is not None and (known < 0 or known >= start):
            return known
        found = _FENCE.search(self.text, start)
        self.ahead[""] = place = found.start() if found else -1
        return place


def _tag(name: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = name.rpartition(":")
    space = prefixes.get(prefix)
    if space is None:
        space = prefixes.get(prefix.lower(), f"?{prefix}")
    return f"{{{space}}}{local}" if space else local


def _qualified(attributes: dict[str, str], prefixes: dict[str, str]) -> dict[str, str]:
    return {
        _tag(name, prefixes) if ":" in name else name: value
        for name, value in attributes.items()
        if not (name == "xmlns" or name.startswith("xmlns:"))
    }
