"""Which part of a page is the article: a survey → the boxes that hold it, and what in them is not the article.

- Paragraphs vote for what holds them (the method of Arc90's Readability, in characters): the box with the best sum of
  votes is the article, or what several good boxes have in common.
- Neighbours that read like more of it are joined; what precedes it as its lead is put before it.
- Inside, what is mostly links, forms, or lines that close an article is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from wirecopy.collect.read.page import closing
from wirecopy.collect.read.page.clutter import Hint
from wirecopy.collect.read.page.survey import Box, Line, Survey, commas

_PARAGRAPH = 25  # characters below which a line casts no vote (Readability's own limit)
_BASE = {
    "article": 15, "main": 8, "div": 5, "section": 3, "pre": 3, "td": 3, "blockquote": 3, "form": -3, "ul": -3,
    "ol": -3,
    "dl": -3, "dd": -3, "dt": -3, "li": -3, "address": -3, "th": -5, "aside": -15, "footer": -25, "header": -5,
    "h1": -5, "h2": -5, "h3": -5, "h4": -5, "h5": -5, "h6": -5,
}  # fmt: skip
# Of a vote, for what holds a paragraph and for the boxes around that (Readability.js has the same).
_SHARES = (1, 1 / 2, 1 / 6, 1 / 9, 1 / 12)
_HOLDERS = frozenset({"td", "body", "article", "main"})
_PARTS = frozenset({"ul", "ol", "dl", "table", "div", "section", "header", "td", "tr", "tbody", "center", "menu"})
_NOT_TEXT = frozenset({"footer", "form", "address"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Chosen:
    """The roots of the article in document order, and the elements inside them that are not part of it."""

    roots: list[HtmlElement]
    dropped: set[HtmlElement]
    length: float = 0.0
    box: Box | None = None
    leads: list[HtmlElement] = field(default_factory=list)
    title_at: int = 0
    first_at: int = 0


def choose(page: Survey, *, told: str = "", summary: str = "", title: str = "") -> Chosen | None:
    """The article in a page. `told` is its text as the page's data has it, used only to find the place."""
    top = _best(page, told, summary)
    if top is None:
        return None
    top = _expanded(top)
    return within(page, _with_neighbours(top), top, summary=summary, title=title)


def within(page: Survey, joined: list[Box], top: Box, *, summary: str = "", title: str = "") -> Chosen:
    """The article in these boxes, of which `top` is the one that holds most of it."""
    dropped: set[HtmlElement] = set()
    for box in joined:
        _clean(box, dropped, top=box)
    length = _cut_tail(joined, dropped)
    inside = {box for root in joined for box in _walk(root, set())}
    first = next((n for n, line in enumerate(page.lines) if line.box in inside), 0)
    heading = next((at for at, _, tag in reversed(page.headings) if tag == "h1" and at <= first), max(0, first - 8))
    leads = _leads(page, inside, first, heading, summary, title)
    return Chosen([box.element for box in joined], dropped, length, top, leads, heading, first)


# --- votes -----------------------------------------------------------------------------------------------------------


def _best(page: Survey, told: str, summary: str) -> Box | None:
    squashed = _squash(told) if len(told) > 200 else ""
    opening, first = _squash(summary)[:40], summary[:8]
    candidates: dict[Box, float] = {}
    for line in page.lines:
        vote = _vote(line, squashed, opening, first)
        if not vote:
            continue
        # A box with one line is a paragraph; one with several holds paragraphs itself.
        box = line.box
        holds = len(box.lines) > 1 or box.tag in _HOLDERS
        holder: Box | None = box if holds else box.parent or box
        for share in _SHARES:
            if holder is None:
                break
            if holder not in candidates:
                candidates[holder] = _initial(holder)
            candidates[holder] += vote * share
            holder = holder.parent
    if not candidates:
        return None
    for box in candidates:
        box.score = candidates[box] * (1 - box.density)
    ranked = sorted(candidates, key=lambda box: -box.score)[:6]
    return _with_all_of_it(_in_common(ranked), candidates)


def _vote(line: Line, squashed: str, opening: str, first: str) -> float:
    """How much a line speaks for the boxes around it. `squashed` is the text that the page's data tells, `opening` the
    beginning of its summary, `first` that beginning as it is spelt.
    """
    if line.length < _PARAGRAPH or line.linked > line.length * 0.6 or line.box.tag in _HEADINGS:
        return 0.0
    vote = 1 + min(commas(line.words), 12) + min(line.length / 100, 3)
    vote *= 1 - line.linked / line.length
    if _is_rights(line.words):
        vote *= 0.2
    elif len(opening) > 20 and first in line.words and opening in _squash(line.words):
        vote *= 3
    if squashed:
        vote *= 3 if _squash(line.words[:80])[:40] in squashed else 0.3
    return vote


def _in_common(ranked: list[Box]) -> Box:
    """The best box, or, where several are nearly as good, what they have in common."""
    top = ranked[0]
    good = [box for box in ranked if box.score >= top.score * 0.75]
    if len(good) >= 3:
        for ancestor in top.ancestors():
            if sum(ancestor in box.ancestors() for box in good) >= 3:
                return top if ancestor.tag == "body" else ancestor
    return top


def _with_all_of_it(top: Box, candidates: Mapping[Box, float]) -> Box:
    """An ancestor that scores better still has parts of the article beside this box; one that holds only it is it."""
    last, least = top.score, top.score / 3
    parent = top.parent
    while parent is not None and parent.tag != "body":
        if parent in candidates:
            if parent.score < least:
                break
            if parent.score > last:
                top = parent
                break
            last = parent.score
        parent = parent.parent
    while (parent := top.parent) is not None and parent.tag != "body" and not parent.lines:
        if sum(kid.length > 0 for kid in parent.kids) != 1:
            break
        top = parent
    return top


# Asked of every line: plain search is many times faster than an expression that knows no case.
_RIGHTS = (
    "©", "(c) ", "copyright", "all rights reserved", "cookies", "版权所有", "版權所有", "不得转载", "правообладател",
    "все права",
)  # fmt: skip


def _is_rights(words: str) -> bool:
    spelt = words.lower()
    return any(each in spelt for each in _RIGHTS)


def _initial(box: Box) -> float:
    score = float(_BASE.get(box.tag, 0))
    if box.hints & Hint.LIKELY:
        score += 25
    if box.hints & (Hint.UNLIKELY | Hint.COMMENTS | Hint.CLUTTER):
        score -= 25
    if (box.element.get("itemprop") or "").lower() == "articlebody":
        score += 50
    return score


def _expanded(top: Box) -> Box:
    """The box that holds the rest of the article too, where it is spread over several."""
    best, box = top, top
    for _ in range(3):
        parent = box.parent
        if parent is None or parent.tag == "body":
            break
        others = [kid for kid in parent.kids if kid is not box]
        more = sum(kid.told for kid in others if _reads_on(kid))
        if more > max(300.0, best.told * 0.2):
            best = parent
        box = parent
    return best


def _reads_on(box: Box) -> bool:
    """Is this like the article's own text: sentences, hardly a link, no list of teasers?"""
    if box.tag in ("aside", "footer", "header", "form", "ul", "table") or box.hints & (
        Hint.UNLIKELY | Hint.CLUTTER | Hint.COMMENTS
    ):
        return False
    return box.sentences > 0 and box.density < 0.12 and box.told > box.length * 0.6 and box.told / box.sentences > 90


# --- neighbours ------------------------------------------------------------------------------------------------------


def _with_neighbours(top: Box) -> list[Box]:
    parent = top.parent
    if parent is None or top.tag == "body":
        return [top]
    return [box for box in parent.kids if box is top or _belongs(box, top)]


def _belongs(box: Box, top: Box) -> bool:
    """Does what stands beside the article read like more of it?"""
    if box.hints & _ABOUT or box.tag in ("aside", "footer", "header", "form"):
        return False
    named = box.element.get("class")
    bonus = top.score * 0.2 if named and named == top.element.get("class") else 0.0
    if box.score + bonus >= max(10.0, top.score * 0.2) and box.density < 0.3:
        return True
    if box.tag != "p" or not box.lines:
        return False
    if box.length > 80:
        return box.density < 0.25
    return box.density == 0 and _SENTENCE.search(box.lines[0].words) is not None


_ABOUT = Hint.CLUTTER | Hint.COMMENTS | Hint.BYLINE | Hint.DATE
_SENTENCE = re.compile(r"[.!?。！？…”\"»]\s*$")


# --- what is not the article inside it -------------------------------------------------------------------------------


def _clean(box: Box, dropped: set[HtmlElement], top: Box) -> None:
    for kid in box.kids:
        if _is_clutter(kid, top):
            dropped.add(kid.element)
        else:
            _clean(kid, dropped, top)


def _is_clutter(box: Box, top: Box) -> bool:
    tag = box.tag
    if box.length == 0:
        return False
    share = box.length / top.length if top.length else 0
    if tag in _NOT_TEXT and share < 0.5:
        return True
    if tag == "aside" and share < 0.4:
        return True
    if box.hints & _UNDER and share < 0.2 and not box.hints & Hint.LEAD and box.length < _SIGNED:
        return True
    if tag == "p" or tag in _HEADINGS:
        return box.density > 0.9 and len(box.lines) == 1 and _is_pointer(box)
    if share > 0.6:
        return False
    return tag in _PARTS and _is_beside(box)


_UNDER = Hint.BYLINE
_SIGNED = 350  # letters of a byline with a few words about its author


def _is_beside(box: Box) -> bool:
    """Is a part of the article's box, by its names and links, not told but listed?"""
    likely, unlikely = bool(box.hints & Hint.LIKELY), bool(box.hints & (Hint.UNLIKELY | Hint.CLUTTER | Hint.COMMENTS))
    unlikely = unlikely and not likely
    if (unlikely and box.told < 200) or box.density > (0.25 if unlikely else 0.5):
        return True
    items = sum(kid.tag == "li" for kid in box.kids)
    if items and box.density > 0.35 and box.length / items < 120:
        return True
    return box.tag == "div" and box.density > 0.35 and box.told < 100


def _is_pointer(box: Box) -> bool:
    """Is this line, all of it a link, the title of another article?"""
    words = box.lines[0].words
    if closing.is_pointer(words):
        return True
    return box.tag == "p" and 20 < box.length < 200 and (words.isupper() or not _SENTENCE.search(words))


# --- the end ---------------------------------------------------------------------------------------------------------


def _cut_tail(roots: list[Box], dropped: set[HtmlElement]) -> float:
    """Drop all that follows a heading for more, where no more of the article does. How much is left."""
    lines = [line for root in roots for box in _walk(root, dropped) for line in box.lines]
    total = sum(line.told for line in lines)
    before = 0.0
    ended = False
    for line in lines:
        box = line.box
        if not ended and closing.is_heading_for_more(line.words) and (box.tag in _HEADINGS or box.length < 60):
            ended = total - before - line.told < before * 0.15
        if ended:
            dropped.add(box.element)
        before += line.told
    return sum(line.length for line in lines if line.box.element not in dropped)


def _walk(box: Box, dropped: set[HtmlElement]) -> Iterable[Box]:
    if box.element in dropped:
        return
    yield box
    for kid in box.kids:
        yield from _walk(kid, dropped)


# --- the lead --------------------------------------------------------------------------------------------------------


def _leads(page: Survey, inside: set[Box], first: int, heading: int, summary: str, title: str) -> list[HtmlElement]:
    """What stands before the article as its lead and not in it."""
    start = max(0, first - 40)
    want, named = _squash(summary)[:50], _squash(title)
    found: list[tuple[HtmlElement, str]] = []
    for at, line in enumerate(page.lines[start:first], start):
        box = line.box
        if line.linked > line.length * 0.3 or line.length < 30 or box.tag in ("h1", "figcaption"):
            continue
        hints = box.hints | (box.parent.hints if box.parent else 0)
        if hints & (Hint.BYLINE | Hint.DATE | Hint.CAPTION | Hint.COMMENTS) or closing.is_opening(line.words):
            continue
        squashed = _squash(line.words)
        if squashed == named or _is_listed(box):
            continue
        opens = len(want) > 20 and squashed.startswith(want)
        named_lead = bool(hints & Hint.LEAD)
        follows = heading < at <= heading + 8 and line.length > 60 and box.tag in _LEAD_TAGS
        if opens or named_lead or (follows and _SENTENCE.search(line.words)):
            found.append((box.element, squashed[:60]))
    if not found:
        return []
    told = {_squash(line.words[:120])[:60] for line in page.lines[first:] if line.box in inside}
    return list(dict.fromkeys(element for element, squashed in found if squashed not in told))[:3]


def _is_listed(box: Box) -> bool:
    """Does a line stand beside the article, or in a list of links to others?"""
    around = (box, *box.ancestors()[:_LISTED_UP])
    return any(
        each.tag == "aside" or (each.tag in ("ul", "ol", "li") and each.density > _LISTED_LINKS) for each in around
    )


_LISTED_UP = 6
_LISTED_LINKS = 0.1
_LEAD_TAGS = frozenset({"p", "div", "h2", "h3", "header", "section"})
_BLANK = re.compile(r"[\W_]+")


def _squash(words: str) -> str:
    return _BLANK.sub("", words).lower()
