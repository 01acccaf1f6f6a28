"""Which part of a page is the article: a survey → the boxes that hold it, and what in them is not the article.

- Paragraphs vote for what holds them (the method of Arc90's Readability, in characters): the box with the best sum of
  votes is the article, or what several good boxes have in common.
- Neighbours that read like more of it are joined; what precedes it as its lead is put before it.
- Inside, what is mostly links, forms, or lines that close an article is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from wirecopy.collect.read.page import closing
from wirecopy.collect.read.page.clutter import Hint
from wirecopy.collect.read.page.survey import Box, Survey, commas

_PARAGRAPH = 25  # characters below which a line casts no vote (Readability's own limit)
_BASE = {"article": 15, "main": 8, "div": 5, "section": 3, "pre": 3, "td": 3, "blockquote": 3, "form": -3, "ul": -3, "ol": -3,
         "dl": -3, "dd": -3, "dt": -3, "li": -3, "address": -3, "th": -5, "aside": -15, "footer": -25, "header": -5, "h1": -5,
         "h2": -5, "h3": -5, "h4": -5, "h5": -5, "h6": -5}  # fmt: skip
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


def choose(page: Survey, *, told: str = "", summary: str = "", title: str = "") -> Chosen | None:
    """The article in a page. `told` is its text as the page's data has it, used only to find the place."""
    top = _best(page, told)
    if top is None:
        return None
    joined = _with_neighbours(page, top)
    dropped: set[HtmlElement] = set()
    for box in joined:
        _clean(box, dropped, top=box)
    _cut_tail(joined, dropped)
    leads = _leads(page, joined, summary, title)
    length = sum(_kept(box, dropped) for box in joined)
    return Chosen([box.element for box in joined], dropped, length, top, leads)


# --- votes -----------------------------------------------------------------------------------------------------------


def _best(page: Survey, told: str) -> Box | None:
    squashed = _squash(told) if len(told) > 200 else ""
    candidates: dict[Box, float] = {}
    for line in page.lines:
        if line.length < _PARAGRAPH or line.linked > line.length * 0.6:
            continue
        box = line.box
        if box.tag in _HEADINGS or box.tag == "figcaption":
            continue
        vote = 1 + min(commas(line.words), 12) + min(line.length / 100, 3)
        vote *= 1 - line.linked / line.length
        if squashed:
            vote *= 3 if _squash(line.words)[:40] in squashed else 0.3
        # A box with one line is a paragraph; one with several holds paragraphs itself.
        level = 0
        holder: Box | None = box if len(box.lines) > 1 or box.tag in ("td", "body", "article", "main") else box.parent or box
        while holder is not None and level < 5:
            if holder not in candidates:
                candidates[holder] = _initial(holder)
            candidates[holder] += vote / (1 if level == 0 else 2 if level == 1 else level * 3)
            holder, level = holder.parent, level + 1
    if not candidates:
        return None
    for box in candidates:
        box.score = candidates[box] * (1 - box.density)
    ranked = sorted(candidates, key=lambda box: -box.score)[:6]
    top = ranked[0]
    # Several good ones with an ancestor in common: that is the article.
    good = [box for box in ranked if box.score >= top.score * 0.75]
    if len(good) >= 3:
        shared = None
        for ancestor in top.ancestors():
            if sum(ancestor in box.ancestors() for box in good) >= 3:
                shared = ancestor
                break
        if shared is not None and shared.tag != "body":
            top = shared
    # An ancestor that scores better still has parts of the article beside it.
    last, least = top.score, top.score / 3
    parent = top.parent
    while parent is not None and parent.tag != "body":
        if parent not in candidates or parent.score < least:
            parent = parent.parent if parent not in candidates else None
            continue
        if parent.score > last:
            top = parent
            break
        last = parent.score
        parent = parent.parent
    while top.parent is not None and top.parent.tag != "body" and len([k for k in top.parent.kids if k.length > 0]) == 1 and not top.parent.lines:
        top = top.parent
    return top


def _initial(box: Box) -> float:
    score = float(_BASE.get(box.tag, 0))
    if box.hints & Hint.LIKELY:
        score += 25
    if box.hints & (Hint.UNLIKELY | Hint.COMMENTS | Hint.CLUTTER):
        score -= 25
    if (box.element.get("itemprop") or "").lower() == "articlebody":
        score += 50
    return score


# --- neighbours --------------------------------------------------------------------------------------------------------


def _with_neighbours(page: Survey, top: Box) -> list[Box]:
    parent = top.parent
    if parent is None or top.tag == "body":
        return [top]
    threshold = max(10.0, top.score * 0.2)
    found = []
    for box in parent.kids:
        if box is top:
            found.append(box)
            continue
        if box.hints & (Hint.CLUTTER | Hint.COMMENTS | Hint.BYLINE | Hint.DATE) or box.tag in ("aside", "footer", "header", "form"):
            continue
        bonus = top.score * 0.2 if box.element.get("class") and box.element.get("class") == top.element.get("class") else 0
        if box.score + bonus >= threshold and box.density < 0.3:
            found.append(box)
        elif box.tag == "p" and ((box.length > 80 and box.density < 0.25) or (0 < box.length <= 80 and box.density == 0 and _SENTENCE.search(box.lines[0].words if box.lines else ""))):
            found.append(box)
    return found


_SENTENCE = re.compile(r"[.!?。！？…”\"»]\s*$")


# --- what is not the article inside it ---------------------------------------------------------------------------------


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
    if tag in ("p", "blockquote", "pre") or tag in _HEADINGS:
        return tag == "p" and box.density > 0.9 and box.length < 200 and bool(box.lines) and closing.is_pointer(box.lines[0].words)
    if share > 0.6:
        return False
    if tag in ("ul", "ol", "dl", "table", "div", "section", "header", "td", "tr", "tbody", "center", "menu"):
        weight = -25 if box.hints & (Hint.UNLIKELY | Hint.CLUTTER | Hint.COMMENTS) else 0
        weight += 25 if box.hints & Hint.LIKELY else 0
        items = sum(1 for kid in box.kids if kid.tag == "li")
        if weight < 0 and box.told < 200:
            return True
        if box.density > (0.5 if weight >= 0 else 0.25):
            return True
        if tag in ("ul", "ol") and items and box.density > 0.35 and box.length / items < 120:
            return True
        if tag == "div" and box.density > 0.35 and box.told < 100:
            return True
    return False


def _kept(box: Box, dropped: set[HtmlElement]) -> float:
    if box.element in dropped:
        return 0.0
    return sum(line.length for line in box.lines) + sum(_kept(kid, dropped) for kid in box.kids)


# --- the end -----------------------------------------------------------------------------------------------------------


def _cut_tail(roots: list[Box], dropped: set[HtmlElement]) -> None:
    """Drop what follows the last sentence: credits of editors, pointers to more; and all after a heading for more."""
    lines = [(box, n, line) for root in roots for box in _walk(root, dropped) for n, line in enumerate(box.lines)]
    total = sum(line.length for _, _, line in lines)
    before = 0.0
    ended = False
    for box, _, line in lines:
        if not ended and before > total * 0.3 and closing.is_heading_for_more(line.words) and (box.tag in _HEADINGS or box.length < 60):
            rest = total - before
            ended = rest < total * 0.5
        if ended:
            dropped.add(box.element)
        before += line.length
    for box, _, line in reversed(lines):
        if box.element in dropped:
            continue
        if len(box.lines) == 1 and not box.kids and closing.is_credit(line.words):
            dropped.add(box.element)
        elif line.length > 120:
            break


def _walk(box: Box, dropped: set[HtmlElement]) -> Iterable[Box]:
    if box.element in dropped:
        return
    yield box
    for kid in box.kids:
        yield from _walk(kid, dropped)


# --- the lead -------------------------------------------------------------------------------------------------------------


def _leads(page: Survey, roots: list[Box], summary: str, title: str) -> list[HtmlElement]:
    """What stands before the article as its lead and not in it."""
    inside: set[Box] = set()
    for root in roots:
        inside.update(_walk(root, set()))
    first = next((n for n, line in enumerate(page.lines) if line.box in inside), 0)
    start = max(0, first - 40)
    told = {_squash(line.words)[:60] for line in page.lines if line.box in inside}
    want = _squash(summary)[:50]
    found: list[HtmlElement] = []
    named = _squash(title)
    for line in page.lines[start:first]:
        box = line.box
        if line.linked > line.length * 0.3 or line.length < 30 or box.tag in _HEADINGS and box.tag == "h1":
            continue
        squashed = _squash(line.words)
        if squashed[:60] in told or squashed == named:
            continue
        hints = box.hints | (box.parent.hints if box.parent else Hint(0))
        is_lead = bool(hints & Hint.LEAD) and not hints & (Hint.BYLINE | Hint.DATE) and box.tag != "li"
        if (want and len(want) > 20 and squashed.startswith(want)) or is_lead:
            found.append(box.element)
    return found[:3]


_BLANK = re.compile(r"[\W_]+")


def _squash(words: str) -> str:
    return _BLANK.sub("", words).lower()
