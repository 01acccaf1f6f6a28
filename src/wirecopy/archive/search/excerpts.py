"""Pure: the places of a text where what was looked for stands, with marks.

A mark is (begin, end) in characters of the excerpt's own text, which is the article's, unfolded. Nothing is escaped
here: who shows it makes it safe for the place where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice, pairwise

from wirecopy.archive.search.query import Term
from wirecopy.matching import folding
from wirecopy.model import Noun

_WIDTH = 160  # characters of an excerpt, about two lines of a terminal
_MOST = 2
_MOST_MARKS = 20
_LONGEST_LINE = 20_000  # characters of a line that are looked at: no paragraph is longer
# A letter with all that may be folded together with it: hangul parts, accents and other marks.
_LETTER = re.compile(".[\u0300-\u036f\u3099\u309a\u1160-\u11ff]*", re.DOTALL)
_ADDED = re.compile("[\u0300-\u036f\u3099\u309a\u1160-\u11ff]")


class Excerpt(Noun, frozen=True, kw_only=True):
    """A piece of a text. `marks` are the places of what was looked for; "…" stands where something was left out."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def marked(line: str, terms: Sequence[Term]) -> Excerpt:
    """A whole line, with marks."""
    return Excerpt(text=line, marks=_marks(line, terms)[:_MOST_MARKS] if terms else ())


def excerpts(text: folding.Text, terms: Sequence[Term]) -> tuple[Excerpt, ...]:
    """The places of a text, below its first line, where the terms stand: a few, each term's first if it can be."""
    found: list[Excerpt] = []
    missing = list(terms)
    for number, line in enumerate(text.lines):
        here = [term for term in missing if text.stands(term.needle, number)] if number else []
        if here and (marks := _marks(line[:_LONGEST_LINE], terms)):
            missing = [term for term in missing if term not in here]
            found.append(_cut(line, marks))
        if len(found) == _MOST or not missing:
            break
    if not found:
        line = next((line for line in text.lines[1:] if len(line) > 60), "")
        return (_cut(line, ()),) if line else ()
    return tuple(found)


def _cut(line: str, marks: tuple[tuple[int, int], ...]) -> Excerpt:
    """So much of a line as fits, around its first mark."""
    first = marks[0][0] if marks else 0
    begin = 0 if first < _WIDTH // 2 or len(line) <= _WIDTH else max(0, min(first - _WIDTH // 3, len(line) - _WIDTH))
    end = min(len(line), begin + _WIDTH)
    begin, end = _at_blank(line, begin, -1), _at_blank(line, end, 1)
    before, after = "…" if begin else "", "…" if end < len(line) else ""
    shift = len(before) - begin
    seen = [(max(start, begin), min(stop, end)) for start, stop in marks if start < end and stop > begin]
    kept = tuple((start + shift, stop + shift) for start, stop in seen[:_MOST_MARKS])
    return Excerpt(text=before + line[begin:end] + after, marks=kept)


def _at_blank(line: str, place: int, step: int) -> int:
    """The place of a blank near by, so that no word is cut; the same place where there is none (as in Chinese)."""
    for near in range(place, place + 15 * step, step):
        if near <= 0 or near >= len(line):
            return max(0, min(near, len(line)))
        if line[near].isspace():
            return near + 1 if step < 0 else near
    return place


def _marks(line: str, terms: Iterable[Term]) -> tuple[tuple[int, int], ...]:
    """Where the terms stand in a line, in order, those that touch made one."""
    folded, places = _aligned(line)
    found: list[tuple[int, int]] = []
    for term in terms:
        for place in islice(_pattern(term).finditer(folded), 10 * _MOST_MARKS):
            begin, end = place.span()
            found.append((places[begin][0], places[end - 1][1]) if places else (begin, end))
    return _joined(sorted(found))


@lru_cache(maxsize=64)
def _pattern(term: Term) -> re.Pattern[str]:
    """What finds the term in a folded line: what lies between its pieces there is no part of any piece."""
    inner = re.escape(term.pieces[0])
    for one, other in pairwise(term.pieces):
        inner += r"[\W_]" + ("*" if folding.is_run(one) != folding.is_run(other) else "+") + re.escape(other)
    before = f"(?<!{folding.IN_WORDS})" if term.needle[0] == " " else ""
    after = f"(?!{folding.IN_WORDS})" if term.needle[-1] == " " else ""
    return re.compile(before + inner + after)


def _joined(places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for begin, end in places:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


_fold = lru_cache(maxsize=1 << 15)(folding.folded)


def _aligned(line: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded line, and for each of its characters where in the line it comes from; [] where each stays in place."""
    if (plain := folding.plain(line)) is not None:
        return plain, []
    letters = _LETTER.findall(line) if _ADDED.search(line) else line
    made = list(map(_fold, letters))
    folded = "".join(made)
    if letters is line and len(folded) == len(line) and all(made):
        return folded, []
    places: list[tuple[int, int]] = []
    end = 0
    for letter, each in zip(letters, made, strict=True):
        begin, end = end, end + len(letter)
        places += [(begin, end)] * len(each)
    return folded, places
