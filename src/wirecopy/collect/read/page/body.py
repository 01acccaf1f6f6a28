"""Which part of a page is the article: a survey → the boxes that hold it, and what in them is not the article.

- Paragraphs vote for what holds them (the method of Arc90's Readability, in characters): the box with the best sum of
  votes is the article, or what several good boxes have in common.
- Neighbours that read like more of it are joined; what precedes it as its lead is put before it.
- Inside, what is mostly links, forms, or lines that close an article is dropped.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from wirecopy.collect.read import blocks
from wirecopy.collect.read.page import closing
from wirecopy.collect.read.page.clutter import Hint, hint
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
_RANKED = 20  # boxes that are looked at …
_GOOD = 6  # … and of which several may be parts of one article
_FEW = 600  # letters that a form has beside what it asks
_FIELDS = 20  # of a form that are looked at
_NEARLY = 0.6  # of the best score; the three are guesses that hold on both halves of the shared pages
_FAR_MORE = 2.5  # times what the best box tells
_LINKS = 0.2  # the share of links that a text has at most
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
    voted = _voted(page, told, summary)
    if voted and (own := _of_title(page, voted[0], title, ("h1",))):
        return within(page, [own], own, summary=summary, title=title)
    top = _best(voted) if voted else _pictured(page)
    if top is None:
        return None
    top = _expanded(_of_title(page, top, title, ("h1", "h2")) or top)
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


def _pictured(page: Survey) -> Box | None:
    """The article of a page that shows pictures, or a table, and tells nothing: not the `main` that is around it."""
    articles = [box for box in page.boxes if box.tag == "article"]
    named = articles or [box for box in page.boxes if box.tag == "main"]
    return named[0] if len(named) == 1 and next(named[0].element.iter("img", "table"), None) is not None else None


# --- votes -----------------------------------------------------------------------------------------------------------


def _voted(page: Survey, told: str, summary: str) -> list[Box]:
    """The boxes for which lines vote, the best first."""
    squashed = _squash(told) if len(told) > 200 else ""
    opening, first = _squash(summary)[:40], summary[:8]
    whole = "\n".join([line.words for line in page.lines]).lower()
    rights = [each for each in _RIGHTS if each in whole]
    candidates: dict[Box, float] = {}
    for line in page.lines:
        vote = _vote(line, squashed, opening, first, rights)
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
    for box in candidates:
        box.score = candidates[box] * (1 - box.density)
    return sorted(candidates, key=lambda box: -box.score)


def _best(voted: list[Box]) -> Box:
    ranked = voted[:_RANKED]
    at = next((n for n, box in enumerate(ranked) if not _asks(box)), 0)
    top = _in_common(ranked[at : at + _GOOD])
    rivals = [box for box in ranked if _is_fuller(box, top)]
    return _with_all_of_it(max(rivals, key=lambda box: box.told) if rivals else top, set(voted))


def _asks(box: Box) -> bool:
    """Is this a form with a few words about it: a newsletter's, a petition's?"""
    return box.told < _FEW and any(
        (each.get("type") or "").lower() == "email" or "mail" in (each.get("name") or "").lower()
        for each in islice(box.element.iter("input"), _FIELDS)
    )


def _is_fuller(box: Box, top: Box) -> bool:
    """Does a box tell far more than the best one, and nearly as well? Votes fade where each paragraph has its own."""
    if box.tag == "body" or box.score < top.score * _NEARLY or box.told < top.told * _FAR_MORE or box.density > _LINKS:
        return False
    likely = box.hints & Hint.LIKELY or (box.parent is not None and box.parent.hints & Hint.LIKELY)
    return bool(likely) and box.element.get("class") != top.element.get("class")


def _vote(line: Line, squashed: str, opening: str, first: str, rights: list[str]) -> float:
    """How much a line speaks for the boxes around it. `squashed` is the text that the page's data tells, `opening` the
    beginning of its summary, `first` that beginning as it is spelt; `rights` what tells lines of rights on this page.
    """
    if line.length < _PARAGRAPH or line.linked > line.length * 0.6 or line.box.tag in _HEADINGS:
        return 0.0
    vote = 1 + min(commas(line.words), 12) + min(line.length / 100, 3)
    vote *= 1 - line.linked / line.length
    if rights and _is_rights(line.words.lower(), rights):
        vote *= 0.2
    elif len(opening) > 20 and first in line.words and opening in _squash(line.words):
        vote *= 3
    if squashed:
        vote *= 3 if _squash(line.words[:80])[:40] in squashed else 0.3
    return vote


def _in_common(ranked: list[Box]) -> Box:
    """The best box, or, where several are nearly as good, what they have in common."""
    top = ranked[0]
    if top.tag in _LISTS and (
        held := [box for box in top.ancestors() if box.tag != "body" and box.score > top.score / 2]
    ):
        return max(held, key=lambda box: box.score)
    good = [box for box in ranked if box.score >= top.score * 0.75]
    if len(good) >= 3:
        for ancestor in top.ancestors():
            if sum(ancestor in box.ancestors() for box in good) >= 3:
                return top if ancestor.tag == "body" else ancestor
    return top


def _with_all_of_it(top: Box, candidates: set[Box]) -> Box:
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


def _of_title(page: Survey, top: Box, title: str, levels: tuple[str, ...]) -> Box | None:
    """Of several articles in boxes of one name, as pages have them that load the next below, the one of the title."""
    name = top.element.get("class")
    if not name:
        return None
    alike = {box for box in page.boxes if box.told > _SHORT and box.tag == top.tag and box.element.get("class") == name}
    if len(alike) < _FEED:
        return None
    named = _squash(title)
    headed = _headed(page, alike)
    # Parts of one article stand below headings of a lower level than its title, or below none of their own.
    found = {level for level, _ in headed.values()}
    if len(headed) < len(alike) or len(set(headed.values())) < len(alike) or len(found) > 1 or not found <= {*levels}:
        return None
    fits = [box for box, (_, said) in headed.items() if len(said) > _NAMED and said in named]
    return fits[0] if len(fits) == 1 else None


def _headed(page: Survey, boxes: set[Box]) -> dict[Box, tuple[str, str]]:
    """The headings after which these boxes begin: their level, and what they say."""
    found: dict[Box, tuple[str, str]] = {}
    headings = deque((at, heading, tag) for at, heading, tag in page.headings if tag in ("h1", "h2"))
    said = ("", "")
    for n, line in enumerate(page.lines):
        while headings and headings[0][0] <= n:
            _, heading, tag = headings.popleft()
            said = tag, _squash(blocks.said(heading, _PIECES_OF_LEAD))
        for box in (line.box, *line.box.ancestors()):
            if box in boxes:
                found.setdefault(box, said)
    return found


_FEED = 3  # articles on a page, at least, that are several
_SHORT = 200  # letters of a box that may be one of them
_NAMED = 12  # letters of a heading that can be told from others

# Plain search is many times faster than an expression that knows no case.
_RIGHTS = (
    "©", "(c) ", "copyright", "all rights reserved", "cookies", "版权所有", "版權所有", "不得转载", "правообладател",
    "все права",
)  # fmt: skip


def _is_rights(spelt: str, rights: list[str]) -> bool:
    return any(each in spelt for each in rights)


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
    if box.hints & _ABOUT or box.tag in ("aside", "footer", "header", "form") or _asks(box):
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
    amid, last = _amid(box)
    for n, kid in enumerate(box.kids):
        if (n in amid and _is_given(box.kids, n, is_last=n > last)) or (amid and kid.tag == "table" and _is_data(kid)):
            continue
        if _is_clutter(kid, top):
            dropped.add(kid.element)
        else:
            _clean(kid, dropped, top)


def _amid(box: Box) -> tuple[range, int]:
    """The places among a box's parts that stand between its own paragraphs and headings, the last one's follower
    among them; and the place of its last paragraph.
    """
    told = [n for n, kid in enumerate(box.kids) if kid.tag == "p" and kid.told]
    own = [
        n for n, kid in enumerate(box.kids) if (kid.tag == "p" and kid.told) or (kid.tag in _HEADINGS and kid.length)
    ]
    if len(own) < 2:
        return range(0), 0
    return range(own[0] + 1, own[-1] + 2), told[-1] if told else -1


def _is_given(kids: list[Box], n: int, *, is_last: bool) -> bool:
    """Is this list given by the text itself: announced by it, or with words of its own beside its links? `is_last`:
    no paragraph follows.
    """
    box = kids[n]
    while box.tag in _WRAPS and len(box.kids) == 1 and not box.lines and not box.hints & _BESIDE:
        box = box.kids[0]
    if box.tag not in _LISTS or box.hints & _BESIDE or not box.length:
        return False
    before = kids[n - 1]
    said = before.lines[-1].words if before.lines else ""
    items = sum(kid.tag in ("li", "dd") for kid in box.kids) or 1
    if closing.is_heading_for_more(said) or _points(box):
        return False
    if said.endswith((":", "：")):
        return True
    if before.tag in _HEADINGS and (is_last or box.length < items * _LABEL):
        return True
    return box.density < _MIXED or box.length - box.linked > items * _SAID


def _points(box: Box) -> bool:
    """Does a list begin by pointing to other articles?"""
    return any(closing.is_pointer(line.words) for line in islice(_lines_of(box), 1))


def _lines_of(box: Box) -> Iterable[Line]:
    yield from box.lines
    for kid in box.kids:
        yield from _lines_of(kid)


def _is_data(table: Box) -> bool:
    """Does a table hold data: has it a caption or headed cells, and rows of as many cells?"""
    if table.hints & _BESIDE or table.density > _ALL_LINKS:
        return False
    rows: Counter[int] = Counter()
    headed = False
    for each in islice(table.element.iter(), _CELLS):
        headed = headed or each.tag in ("th", "caption")
        if each.tag == "tr":
            rows[len(each)] += 1
    if not headed or not rows:
        return False
    width, often = rows.most_common(1)[0]
    return width > 1 and rows.total() >= _FEW_ROWS and often > rows.total() / 2


_CELLS = 2_000  # elements of a table that are looked at
_FEW_ROWS = 3
_ALL_LINKS = 0.8  # the share of links from which a table is one of links
_WRAPS = frozenset({"div", "section"})
_LISTS = frozenset({"ul", "ol", "dl"})
_LABEL = 45  # letters of an item that is a label and no headline
_MIXED = 0.7  # the share of links of a list that says something beside them …
_SAID = 30  # … or so many letters an item
_BESIDE = Hint.CLUTTER | Hint.UNLIKELY | Hint.COMMENTS


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
        if not ended and (box.length < 60 or box.tag in _HEADINGS) and closing.is_heading_for_more(line.words):
            ended = total - before - line.told < before * 0.15
        if ended:
            dropped.add(box.element)
        before += line.told
    return sum(line.length for line in lines if line.box.element not in dropped)


def _walk(box: Box, dropped: set[HtmlElement]) -> Iterable[Box]:
    waiting = [box]
    while waiting:
        each = waiting.pop()
        if each.element not in dropped:
            yield each
            waiting.extend(reversed(each.kids))


# --- the lead --------------------------------------------------------------------------------------------------------


def _leads(page: Survey, inside: set[Box], first: int, heading: int, summary: str, title: str) -> list[HtmlElement]:
    """What stands before the article as its lead and not in it."""
    start = max(0, first - 40)
    want, named = _squash(summary)[:50], _squash(title)
    left = islice((element for at, element in page.left if heading <= at <= first), _LEFT)
    found = [each for element in left if (each := _named_aside(element, want))]
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


def _named_aside(element: HtmlElement, want: str) -> tuple[HtmlElement, str] | None:
    """The lead in what was left out by its name, with its beginning: names say teaser, intro and the like of both. It
    is what the page gives as its summary, or one text that is named a lead.
    """
    found = None
    may_hold = len(want) > 20 and want in _squash("".join(element.itertext()))
    for each in islice(element.iter(*_LEAD_TAGS, "li"), _PARTS_OF_LEAD) if may_hold else ():
        squashed = _squash(_beginning(each))
        if squashed.startswith(want) and len(squashed) < _LONG_LEAD:
            found = each, squashed[:60]
    if found is not None:
        return found
    words = _beginning(element)
    is_text = 100 < len(words) < _LONG_LEAD and _SENTENCE.search(words) and next(element.iter("a", "img"), None) is None
    named = is_text and hint(element.get("class") or "") & Hint.LEAD
    return (element, _squash(words)[:60]) if named else None


def _beginning(element: HtmlElement) -> str:
    return "".join(islice(element.itertext(), _PIECES_OF_LEAD))[:_LONG_LEAD]


_LEFT = 12  # elements left out before the text that are looked at
_PARTS_OF_LEAD = 40  # elements in each
_PIECES_OF_LEAD = 30
_LONG_LEAD = 900  # characters


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
_SQUASHED = {n: chr(n).lower() if chr(n).isalnum() else None for n in range(128)}


def _squash(words: str) -> str:
    if words.isascii():
        return words.translate(_SQUASHED)
    return _BLANK.sub("", words).lower()
