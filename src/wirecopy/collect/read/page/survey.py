"""One walk over a page: its blocks of text as a tree of boxes, with what choosing the article needs to know of each.

- A `Box` is an element that stands on lines of its own; what runs inside a line belongs to the box around it.
- What is hidden, active or clutter by its name is not entered; `Survey.dropped` has it, with the reason.
- Lengths are in characters of an alphabet: one of Chinese, Japanese or Korean says more and counts `WIDE` times.
- Time is linear, depth bounded: what nests deeper is read as one piece of text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from wirecopy.collect.read.page.clutter import HINTS, NONE, Hint

WIDE = 2.5  # letters that an ideograph is worth: translations of news run 2 to 3 times longer in Latin letters
_DEPTH = 180
_CARD = 1_500  # characters, with the blanks of the source, that a link may say
_CARD_PARTS = 300  # elements
_LONG = 40  # characters from which a paragraph is a sentence
# The first bytes in UTF-8 of kana, ideographs and hangul, which stand nowhere else.
_NOT_WIDE = bytes(set(range(256)) - set(range(0xE3, 0xEE)))
_COMMAS = re.compile("[,，、。；،؛、.!?！？।]")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def _names(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


_SKIPPED = _names(
    # A figcaption is read with its figure, and is no part of the text.
    "script style canvas input option textarea meter progress applet map area link meta "
    "base title head iframe embed video audio math datalist figcaption"
)
# Never text; but a page that does not close one of them hangs the rest of itself in it.
_CLUTTER_TAGS = _names("nav dialog svg template button select noscript object")
_INLINE = _names(
    "a span b strong i em u s strike del ins font small big sub sup code kbd samp tt var dfn abbr acronym cite q mark "
    "time data label bdi bdo wbr nobr ruby rb rt rtc rp output blink img picture source o:p"
)
_HEADINGS = _names("h1 h2 h3 h4 h5 h6")
_CLUTTER_ROLES = _names(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar toolbar alert tablist"
)


class Line:
    """A paragraph's text as the page has it: one line of words in a box. `told`: how much of it is told rather than
    labelled or linked.
    """

    __slots__ = ("box", "length", "linked", "told", "words")

    def __init__(self, box: Box, words: str, length: float, linked: float) -> None:
        self.box, self.words, self.length, self.linked = box, words, length, linked
        self.told = length - linked if length >= 40 and linked < length * 0.5 else 0.0


class Box:
    """An element on lines of its own."""

    __slots__ = (
        "element", "hints", "kids", "length", "lines", "linked", "parent", "score", "sentences", "tag", "told",
    )  # fmt: skip

    def __init__(self, element: HtmlElement, tag: str, parent: Box | None, hints: int) -> None:
        self.element, self.tag, self.parent, self.hints = element, tag, parent, hints
        self.kids: list[Box] = []
        self.lines: list[Line] = []
        self.length = self.linked = self.told = self.score = 0.0
        self.sentences = 0

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
    marked: list[tuple[HtmlElement, int, int]]
    figures: list[tuple[int, HtmlElement]]
    left: list[tuple[int, HtmlElement]]  # what was not entered for its name, by the line that follows

    def figures_between(self, start: int, end: int) -> list[HtmlElement]:
        """The figures that stand between two lines."""
        return [figure for at, figure in self.figures if start <= at <= end]

    def release(self) -> None:
        """Untie the boxes from each other, so that the page's tree goes when it is no longer needed and not later."""
        for box in self.boxes:
            box.parent = None
            box.lines.clear()


def is_wide(page: str | bytes) -> bool:
    """Is a page (in UTF-8, where it is bytes) written in a script whose characters are words or syllables?"""
    if page.isascii():
        return False
    data = page.encode(errors="replace") if isinstance(page, str) else page
    return len(data.translate(None, _NOT_WIDE)) > 150


_MARKED = Hint.BYLINE | Hint.LEAD | Hint.DATE
_PRUNED = Hint.CLUTTER | Hint.COMMENTS | Hint.CAPTION | Hint.HIDDEN
_KEPT = _names("body article main")
_TELLING = _names("style hidden role aria-hidden itemprop")  # attributes that may say that an element is left out
_NEVER_PRUNED = _names("h1 tr td tbody figure picture img")


def _is_sentence(paragraph: HtmlElement) -> bool:
    return len(paragraph.text or "") > _LONG or len("".join(paragraph.itertext())) > _LONG


def _is_short(anchor: HtmlElement) -> bool:
    length = 0
    for n, each in enumerate(anchor.iter()):
        length += len(each.text or "") + len(each.tail or "")
        if length > _CARD or n > _CARD_PARTS:
            return False
    return True


def _unseen(attributes: dict[str, str], found: int) -> str:
    """Is an element hidden by its attributes? The article itself is often shown by a script only when it has loaded."""
    style = attributes.get("style")
    if style and _HIDDEN_STYLE.search(style):
        return "" if found & Hint.LIKELY and "visibility" in style else "hidden"
    return "hidden" if "hidden" in attributes else ""


_NOTHING: dict[str, str] = {}


def _beside(attributes: dict[str, str], tag: str, found: int) -> str:
    """Why an element is beside the article by its names, or ""."""
    if found & _PRUNED and tag not in _NEVER_PRUNED:
        if found & (Hint.CLUTTER | Hint.COMMENTS):
            return "name"
        if found & Hint.CAPTION:
            return "caption"
        return "" if found & Hint.LIKELY else "hidden"
    if attributes.get("role") in _CLUTTER_ROLES:
        return "role"
    if attributes.get("aria-hidden") == "true" and tag != "img":
        return "hidden"
    return "name" if attributes.get("itemprop") == "comment" else ""


class _Surveyor:
    def __init__(self, body: HtmlElement, *, wide: bool, prune: bool) -> None:
        self.scale = WIDE if wide else 1.0
        self.prune = prune
        self.boxes: list[Box] = []
        self.lines: list[Line] = []
        self.dropped: dict[HtmlElement, str] = {}
        self.headings: list[tuple[int, HtmlElement, str]] = []
        self.marked: list[tuple[HtmlElement, int, int]] = []
        self.figures: list[tuple[int, HtmlElement]] = []
        self.left: list[tuple[int, HtmlElement]] = []
        self.words: list[str] = []
        self.linked = 0  # characters of the line under way that stand in links …
        self.blanks = 0  # … and before its first word
        self.anchor: HtmlElement | None = None  # the link that we are in, and whether it is a card
        self.card: bool | None = None
        self.paragraphs = -1  # of the whole page, counted when first needed
        self.body = body

    def box(
        self, element: HtmlElement, tag: str, parent: Box | None, hints: int, depth: int, *, linked: bool = False
    ) -> Box:
        box = Box(element, tag, parent, hints)
        self.boxes.append(box)
        if parent is not None:
            parent.kids.append(box)
        if depth > _DEPTH:
            self.words.append(" ".join(element.itertext()))
        else:
            self.content(element, box, linked, depth)
        self.end(box)
        for kid in box.kids:
            box.length += kid.length
            box.linked += kid.linked
            box.told += kid.told
            box.sentences += kid.sentences
        return box

    def content(self, element: HtmlElement, box: Box, linked: bool, depth: int) -> None:
        words = self.words
        if said := element.text:
            # Blanks before the first word of a line are counted and not gathered: most texts are such.
            if words or not said.isspace():
                words.append(said)
            else:
                self.blanks += len(said)
            if linked:
                self.linked += len(said)
        for child in element:
            tag = child.tag
            if tag not in _SKIPPED and isinstance(tag, str):
                self.child(child, tag, box, linked, depth)
            if said := child.tail:
                if words or not said.isspace():
                    words.append(said)
                else:
                    self.blanks += len(said)
                if linked:
                    self.linked += len(said)

    def child(self, child: HtmlElement, tag: str, box: Box, linked: bool, depth: int) -> None:
        if tag == "br":
            self.words.append("\n\0")
            if len(child):
                self.content(child, box, linked, depth + 1)
            return
        # Their names first: to ask for what is not there, or for addresses, costs as much as all else here.
        if names := child.keys():
            hints = self.hints(child, tag, names)
            if hints is None:
                return
        elif tag in _CLUTTER_TAGS:
            hints = self.without(child, "element", NONE)
            if hints is None:
                return
        else:
            hints = NONE
        if tag in _INLINE:
            if depth >= _DEPTH:
                self.words.append(" ".join(child.itertext()))
            elif tag == "a" and not linked:
                around, self.anchor, self.card = (self.anchor, self.card), child, None
                self.content(child, box, True, depth + 1)
                self.anchor, self.card = around
            else:
                self.content(child, box, linked, depth + 1)
            return
        self.end(box)
        if tag == "figure":
            self.figures.append((len(self.lines), child))
        elif tag in _HEADINGS:
            self.headings.append((len(self.lines), child, tag))
        self.box(child, tag, box, hints, depth + 1, linked=linked and self.is_card())

    def is_card(self) -> bool:
        """Does the link that we are in lead somewhere, and say no more than a teaser does? One that was never closed
        has the rest of its page in it.
        """
        if self.card is None:
            self.card = self.anchor is not None and self.anchor.get("href") is not None and _is_short(self.anchor)
        return self.card

    def hints(self, child: HtmlElement, tag: str, names: list[str]) -> int | None:
        """What an element's names say; None: it is not entered. `names` are those of its attributes."""
        found = HINTS[child.get("class")] if "class" in names else NONE
        # The id of a heading is what it says, spelt for an address.
        if "id" in names and tag not in _HEADINGS:
            found |= HINTS[child.get("id")]
        if found & _MARKED:
            self.marked.append((child, found, len(self.lines)))
        if tag in _KEPT:
            return found
        reason = "element" if tag in _CLUTTER_TAGS else ""
        if not _TELLING.isdisjoint(names):  # next to none do
            known = dict(child.items())
            reason = _unseen(known, found) or reason or (_beside(known, tag, found) if self.prune else "")
        elif not reason and self.prune and found & _PRUNED:
            reason = _beside(_NOTHING, tag, found)
        return self.without(child, reason, found) if reason else found

    def without(self, child: HtmlElement, reason: str, found: int) -> int | None:
        """Leave an element out, unless the article would go with it: malformed pages hang the rest of themselves in
        whatever they did not close, and names lie.
        """
        inside = [*child.iter("p")] if len(child) and not found & Hint.COMMENTS else []
        if len(inside) > 2 and (paragraphs := sum(map(_is_sentence, inside))) > 2:
            if self.paragraphs < 0:
                self.paragraphs = sum(map(_is_sentence, self.body.iter("p")))
            if paragraphs > self.paragraphs * (0.3 if found & Hint.LIKELY else 0.5):
                return found
        self.dropped[child] = reason
        if reason == "name":
            self.left.append((len(self.lines), child))
        return None

    def end(self, box: Box) -> None:
        """End the line that is under way."""
        if self.words:
            self.flush(box)
        self.linked = self.blanks = 0

    def flush(self, box: Box) -> None:
        whole = "".join(self.words)
        self.words.clear()
        linked = self.linked
        pieces = whole.split("\0") if "\0" in whole else (whole,)
        total = len(whole) + self.blanks
        for n, piece in enumerate(pieces):
            words = " ".join(piece.split())
            if not words:
                continue
            length = len(words) * self.scale
            spelt = len(piece) if n else len(piece) + self.blanks
            share = min(length, linked * self.scale * spelt / total) if linked else 0.0
            line = Line(box, words, length, share)
            self.lines.append(line)
            box.lines.append(line)
            box.length += length
            box.linked += share
            if told := line.told:
                box.told += told
                box.sentences += 1


def survey(root: HtmlElement, *, wide: bool, prune: bool = True) -> Survey:
    """The boxes of a page, from its body down."""
    body = root.find("body")
    if body is None:
        body = root
    surveyor = _Surveyor(body, wide=wide, prune=prune)
    top = surveyor.box(body, "body", None, NONE, 0)
    return Survey(
        top,
        surveyor.boxes,
        surveyor.lines,
        surveyor.dropped,
        wide,
        surveyor.headings,
        surveyor.marked,
        surveyor.figures,
        surveyor.left,
    )


def commas(words: str) -> int:
    """Marks that sentences have and labels haven't."""
    if words.isascii():  # four marks are counted faster than an expression finds them
        return words.count(",") + words.count(".") + words.count("!") + words.count("?")
    return len(_COMMAS.findall(words))
