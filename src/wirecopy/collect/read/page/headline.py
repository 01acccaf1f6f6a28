"""What stands around a page's headline: the lines in which its date, its authors and its subtitle are told.

The survey leaves out what its names call clutter; a byline is often inside it. So the lines before and after the
headline are taken from the tree itself: a bounded number of them, with the elements that their words stand in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from wirecopy.collect.read.page.clutter import HINTS, NONE, Hint


def _words(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


_SKIPPED = _words(
    "script style svg noscript template select textarea iframe video audio object canvas math figure figcaption "
    "picture nav head button dialog img input form link meta"
)
_INLINE = _words("a span b strong i em u s small big font sub sup abbr acronym cite q time data bdi bdo label")
_ELEMENTS = 500  # elements that are looked at
_LINES = 60
_DEPTH = 60
_CLOSE = 12  # lines that are read first
_PROSE = 90  # characters from which a line is a sentence of the article
_ENOUGH = 900  # characters of sentences after which the article has begun
_NAMED = ("datetime", "title", "content", "data-date", "data-published", "data-time", "data-datetime", "data-timestamp")

_NAMES = frozenset(_NAMED)


@dataclass(slots=True)
class Piece:
    """Words that stand in one element; `glued`: no blank stands between them and the words before."""

    element: HtmlElement
    words: str
    glued: bool = False


@dataclass(slots=True)
class Near:
    """A line near the headline. `hints`: what the names of the elements around it say."""

    words: str = ""
    pieces: list[Piece] = field(default_factory=list)
    hints: int = NONE
    above: bool = False

    @property
    def is_prose(self) -> bool:
        return len(self.words) > _PROSE


class Around:
    """The lines after a headline and those above it, the nearest first; no more are read than are asked for."""

    def __init__(self, headline: HtmlElement | None) -> None:
        self._headline = headline
        self._after: list[Near] | None = None  # the nearest lines below
        self._close: list[Near] | None = None
        self._all: list[Near] | None = None

    @property
    def close(self) -> list[Near]:
        """The nearest lines."""
        if self._close is None and self._all is not None:
            self._close = self._all[:_CLOSE]
        if self._close is None:
            self._close = []
            if self._headline is not None:
                self._after = _below(self._headline, _CLOSE)
                self._close = _around(self._headline, self._after, _CLOSE // 2)
        return self._close

    @property
    def all(self) -> list[Near]:
        """All lines until the article has begun."""
        if self._all is None:
            self._all = []
            if self._headline is not None:
                # Where there are fewer than were asked for, there are no more.
                known = self._after if self._after is not None and len(self._after) < _CLOSE else None
                after = _below(self._headline, _LINES) if known is None else known
                self._all = _around(self._headline, after, _CLOSE)
        return self._all


def lines_of(element: HtmlElement, most: int = 40) -> list[Near]:
    """The lines inside an element."""
    reader = _Reader(most)
    reader.hints = _names(element)
    reader.inside(element)
    reader.flush()
    return reader.lines


def _around(headline: HtmlElement, after: list[Near], above: int) -> list[Near]:
    before = list(itertools.islice(_above(headline), above))
    return [*after[: _CLOSE // 2], *before[: _CLOSE // 2], *after[_CLOSE // 2 :], *before[_CLOSE // 2 :]]


def _below(headline: HtmlElement, most: int) -> list[Near]:
    reader = _Reader(most)
    told = counted = 0
    node = headline
    while (parent := node.getparent()) is not None and node.tag != "body":
        reader.hints = _names(parent)
        reader.add(parent, node.tail)
        for sibling in node.itersiblings():
            if isinstance(sibling.tag, str):
                reader.inside(sibling)
            reader.add(parent, sibling.tail)
            told += sum(len(line.words) for line in reader.lines[counted:] if line.is_prose)
            counted = len(reader.lines)
            if told > _ENOUGH or reader.is_full:
                return reader.lines
        reader.flush()
        node = parent
    reader.flush()
    return reader.lines


def _above(headline: HtmlElement) -> Iterator[Near]:
    node, seen = headline, 0
    for _ in range(4):
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return
        for sibling in node.itersiblings(preceding=True):
            seen += 1
            if seen > 16:
                return
            if not isinstance(sibling.tag, str) or sibling.tag in _SKIPPED or sibling.tag in ("header", "ul"):
                continue
            lines = lines_of(sibling, 6)
            if len(lines) > 5:  # a box of its own, and not a line over the headline
                return
            for line in reversed(lines):
                line.above = True
                yield line
        node = parent


class _Reader:
    """Gathers pieces into lines: an element that stands on lines of its own ends the line before it and its own."""

    def __init__(self, most: int) -> None:
        self.hints = NONE
        self.lines: list[Near] = []
        self.seen = 0
        self.most = most
        self._line = Near()

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= self.most or self.seen > _ELEMENTS

    def inside(self, element: HtmlElement, depth: int = 0) -> None:
        """Read an element with all that it holds."""
        tag = element.tag
        self.seen += 1
        breaks = tag not in _INLINE
        if breaks and self._line.pieces:
            self.flush()
        if tag in _SKIPPED or depth > _DEPTH or self.seen > _ELEMENTS or len(self.lines) >= self.most:
            return
        outer = self.hints
        if keys := element.keys():
            if "class" in keys or "id" in keys:
                names = _names(element)
                if names & Hint.COMMENTS:
                    return
                self.hints = outer | names
            if not _NAMES.isdisjoint(keys):  # machines' words about a date come as a piece without words
                self._line.pieces.append(Piece(element, ""))
        if words := element.text:
            self.add(element, words)
        for child in element:
            if isinstance(child.tag, str):
                self.inside(child, depth + 1)
            if words := child.tail:
                self.add(element, words)
        if breaks and self._line.pieces:
            self.flush()
        self.hints = outer

    def add(self, element: HtmlElement, words: str | None) -> None:
        if not words:
            return
        line = self._line
        if words.isspace():  # as most are
            if line.words and line.words[-1] != " ":
                line.words += " "
        elif bare := " ".join(words[:2000].split()):
            glued = bool(line.words) and not words[0].isspace() and line.words[-1] != " "
            line.words += ("" if glued or not line.words or line.words[-1] == " " else " ") + bare
            if words[-1].isspace():
                line.words += " "
            line.pieces.append(Piece(element, bare, glued))
            line.hints |= self.hints
        elif line.words and line.words[-1] != " ":
            line.words += " "

    def flush(self) -> None:
        line = self._line
        if line.pieces:
            line.words = line.words.strip()
            line.hints |= self.hints
            self.lines.append(line)
            self._line = Near()


def _names(element: HtmlElement) -> int:
    return HINTS[element.get("class") or ""] | HINTS[element.get("id") or ""]


def written_in(element: HtmlElement) -> Iterator[str]:
    """What an element's attributes say of a date, machines' words first."""
    for name in _NAMED:
        if said := element.get(name):
            yield said[:100]
