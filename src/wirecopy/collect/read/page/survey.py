"""One walk over a page: its blocks of text as a tree of boxes, with what choosing the article needs to know of each.

- A `Box` is an element that stands on lines of its own; what runs inside a line belongs to the box around it.
- What is hidden, active or clutter by its name is not entered; `Survey.dropped` has it, with the reason.
- Lengths are in characters of an alphabet: one of Chinese, Japanese or Korean says more and counts `WIDE` times.
- Time is linear, depth bounded: what nests deeper is read as one piece of text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from wirecopy.collect.read.page.clutter import NONE, Hint, hint

WIDE = 2.5  # letters that an ideograph is worth: translations of news run 2 to 3 times longer in Latin letters
_DEPTH = 180
_WIDE_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]")
_COMMAS = re.compile("[,，、。；،؛、.!?！？।]")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def _names(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


_SKIPPED = _names(
    "script style template svg canvas button input select option textarea meter progress applet map area link meta "
    "base title head noscript iframe object embed video audio math datalist nav dialog"
)
_INLINE = _names(
    "a span b strong i em u s strike del ins font small big sub sup code kbd samp tt var dfn abbr acronym cite q mark "
    "time data label bdi bdo wbr nobr ruby rb rt rtc rp output blink img picture source o:p"
)
_CLUTTER_ROLES = _names(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar toolbar alert tablist"
)


@dataclass(slots=True, eq=False)
class Line:
    """A paragraph's text as the page has it: one line of words in a box."""

    box: Box
    words: str
    length: float
    linked: float

    @property
    def told(self) -> bool:
        """Is it a sentence rather than a label or a link?"""
        return self.length >= 40 and self.linked < self.length * 0.5


@dataclass(slots=True, eq=False)
class Box:
    """An element on lines of its own."""

    element: HtmlElement
    tag: str
    parent: Box | None
    hints: Hint
    kids: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    length: float = 0.0
    linked: float = 0.0
    told: float = 0.0
    sentences: int = 0
    images: int = 0
    score: float = 0.0

    @property
    def density(self) -> float:
        """The share of its text that is links."""
        return self.linked / self.length if self.length else 0.0

    def ancestors(self) -> list[Box]:
        found = []
        box = self.parent
        while box is not None:
            found.append(box)
            box = box.parent
        return found


@dataclass(slots=True)
class Survey:
    """A page's boxes in document order, its lines, and what was not entered."""

    root: Box
    boxes: list[Box]
    lines: list[Line]
    dropped: dict[HtmlElement, str]
    wide: bool
    headings: list[tuple[int, HtmlElement, str]]
    marked: list[tuple[HtmlElement, Hint, int]]


def is_wide(html: str) -> bool:
    """Is a page written in a script whose characters are words or syllables?"""
    return len(_WIDE_LETTERS.findall(html[:400_000])) > 150


class _Surveyor:
    def __init__(self, *, wide: bool, prune: bool) -> None:
        self.scale = WIDE if wide else 1.0
        self.prune = prune
        self.boxes: list[Box] = []
        self.lines: list[Line] = []
        self.dropped: dict[HtmlElement, str] = {}
        self.headings: list[tuple[int, HtmlElement, str]] = []
        self.marked: list[tuple[HtmlElement, Hint, int]] = []
        self.words: list[str] = []
        self.linked = 0

    def box(self, element: HtmlElement, tag: str, parent: Box | None, hints: Hint, depth: int) -> Box:
        box = Box(element, tag, parent, hints)
        self.boxes.append(box)
        if parent is not None:
            parent.kids.append(box)
        if depth > _DEPTH:
            self.words.append(" ".join(element.itertext()))
        else:
            self.content(element, box, False, depth)
        self.flush(box)
        for kid in box.kids:
            box.length += kid.length
            box.linked += kid.linked
            box.told += kid.told
            box.sentences += kid.sentences
            box.images += kid.images
        return box

    def content(self, element: HtmlElement, box: Box, linked: bool, depth: int) -> None:
        words = self.words
        if said := element.text:
            words.append(said)
            if linked:
                self.linked += len(said)
        for child in element:
            tag = child.tag
            if isinstance(tag, str) and tag not in _SKIPPED:
                if tag == "br":
                    words.append("\n\0")
                    if len(child):
                        self.content(child, box, linked, depth + 1)
                else:
                    hints = self.hints(child, tag)
                    if hints is None:
                        pass
                    elif tag in _INLINE:
                        if tag == "img":
                            box.images += 1
                        if depth < _DEPTH:
                            self.content(child, box, linked or tag == "a", depth + 1)
                        else:
                            words.append(" ".join(child.itertext()))
                    else:
                        self.flush(box)
                        if tag[0] == "h" and len(tag) == 2 and tag != "hr":
                            self.headings.append((len(self.lines), child, tag))
                        self.box(child, tag, box, hints, depth + 1)
            if said := child.tail:
                words.append(said)
                if linked:
                    self.linked += len(said)

    def hints(self, child: HtmlElement, tag: str) -> Hint | None:
        """What an element's names say; None: it is not entered."""
        attrib = child.attrib
        if not attrib:
            return NONE
        get = child.get
        found = NONE
        named = get("class")
        if named:
            found |= hint(named)
        named = get("id")
        if named:
            found |= hint(named)
        if found & (Hint.BYLINE | Hint.LEAD | Hint.DATE):
            self.marked.append((child, found, len(self.lines)))
        if tag in ("body", "article", "main"):
            return found
        style = get("style")
        reason = ""
        if (style and _HIDDEN_STYLE.search(style)) or get("hidden") is not None:
            reason = "hidden"
        elif self.prune:
            role = get("role")
            if role in _CLUTTER_ROLES:
                reason = "role"
            elif found & (Hint.CLUTTER | Hint.COMMENTS) and tag not in ("h1", "tr", "td", "tbody"):
                reason = "name"
            elif found & Hint.HIDDEN and not found & Hint.LIKELY:
                reason = "hidden"
            elif found & Hint.CAPTION:
                reason = "caption"
            elif get("aria-hidden") == "true" and tag != "img":
                reason = "hidden"
            elif get("itemprop") in ("comment",):
                reason = "name"
        if reason:
            self.dropped[child] = reason
            return None
        return found

    def flush(self, box: Box) -> None:
        if not self.words:
            return
        whole = "".join(self.words)
        linked, self.linked = self.linked, 0
        self.words.clear()
        pieces = whole.split("\0") if "\0" in whole else (whole,)
        total = len(whole) or 1
        for piece in pieces:
            words = " ".join(piece.split())
            if not words:
                continue
            length = len(words) * self.scale
            share = min(length, linked * self.scale * len(piece) / total)
            line = Line(box, words, length, share)
            self.lines.append(line)
            box.lines.append(line)
            box.length += length
            box.linked += share
            if length >= 40 and share < length * 0.5:
                box.told += length - share
                box.sentences += 1


def survey(root: HtmlElement, *, wide: bool, prune: bool = True) -> Survey:
    """The boxes of a page, from its body down."""
    body = root.find("body")
    if body is None:
        body = root
    surveyor = _Surveyor(wide=wide, prune=prune)
    top = surveyor.box(body, "body", None, NONE, 0)
    return Survey(top, surveyor.boxes, surveyor.lines, surveyor.dropped, wide, surveyor.headings, surveyor.marked)


def commas(words: str) -> int:
    """Marks that sentences have and labels haven't."""
    return len(_COMMAS.findall(words))
