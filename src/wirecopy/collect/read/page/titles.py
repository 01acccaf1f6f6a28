"""A title without what the outlet hangs on it: its own name, the section, the date.

What headlines, `<h1>`, Open Graph and `<title>` agree on is the title; they differ only in what was added.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_BETWEEN = re.compile(
    r"\s+[-–—|·•»«›:/\\~]+\s+|\s*[|｜_»«]+\s*|\s+::\s+|\s*[–—]{2,}\s*|(?<=[\u3040-\u9fff」』”）])\s*[-–—－]\s*(?=[\u3040-\u9fffA-Za-z])"
)
_LONG = 400


def same(words: str) -> str:
    """Letters and digits only, case and width alike: two titles are one if this is the same."""
    if words.isascii():
        return words.translate(_SQUASHED)
    return _same(words) if len(words) < _LONG else _squashed(words)


def _squashed(words: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", words).casefold())


_same = lru_cache(maxsize=512)(_squashed)


_MARKS = re.compile(r"[\W_]+")
_SQUASHED = {n: chr(n).lower() if chr(n).isalnum() else None for n in range(128)}


@dataclass(frozen=True, slots=True)
class Title:
    """The title, and where it was found."""

    title: str = ""
    where: str = ""


def choose(*, heads: Iterable[str], given: Iterable[str], document: str, site: str) -> str:
    """The title, from the page's `<h1>`s, the titles `given` in its data (best first), and its `<title>`."""
    return chosen(heads=heads, given=given, document=document, site=site).title


def chosen(
    *,
    heads: Iterable[str],
    given: Iterable[str],
    document: str,
    site: str,
    others: Iterable[str] = (),
    lines: Iterable[str] = (),
    outlet: tuple[str, ...] = (),
) -> Title:
    """The title with its place. `others` are lower headings, `lines` the first lines of the page, `outlet` other names
    of the outlet.
    """
    houses = {same(each) for each in (site, *outlet) if each}
    headings = [head for head in dict.fromkeys(heads) if 2 <= len(head) <= _LONG and same(head) not in houses]
    names = [each for each in given if 2 <= len(each) <= _LONG and same(each) not in houses]
    document = document[:_LONG]
    found = _chosen(headings, names, document, site, list(others), list(lines), houses)
    return found if same(found.title) else Title()


def _chosen(
    headings: list[str],
    names: list[str],
    document: str,
    site: str,
    others: list[str],
    lines: list[str],
    houses: set[str],
) -> Title:
    whole = same(document)
    bares = [same(bare(each, site)) for each in names]
    spelt = [(head, same(head)) for head in headings]
    for head, said in spelt:
        if len(said) > 3 and said in bares:
            return Title(head, where="h1")
    for head, said in spelt:
        if len(said) > 5 and whole.startswith(said):
            return Title(head, where="h1")
    for head, said in spelt:
        if len(said) > 8 and (said in whole or any(said in same(each) for each in names)):
            return Title(head, where="h1")
    if names:
        best = bare(names[0], site)
        # A title that the document's title begins with has nothing of the outlet's in it.
        best = next((bare(each, site) for each in names if whole.startswith(same(bare(each, site)))), best)
        return Title(best, where="data")
    shown = bare(document, site)
    if document:
        if inside := _within(document, (*headings, *others, *lines), houses):
            return Title(inside, where="shown")
        if headings:
            close = max(headings, key=lambda head: _alike(head, document))
            if _alike(close, document) > 0.6:
                return Title(close, where="h1")
    if shown and same(shown) not in houses:
        return Title(shown, where="title")
    return Title(headings[0], where="h1") if len(headings) == 1 else Title()


def _within(document: str, shown: Iterable[str], houses: set[str]) -> str:
    """The longest of the lines that a page shows which its document's title holds whole, if it is most of it."""
    whole = same(document)
    found = ""
    for words in shown:
        if 4 < len(words) <= len(document) and len(words) > len(found):
            said = same(words)
            if said and said not in houses and said in whole and len(said) > max(5, len(whole) * 0.4):
                found = words
    return found


def bare(title: str, site: str = "") -> str:
    """A title without the outlet's name at its end (or beginning)."""
    title = " ".join(title.split())
    cuts = [(found.start(), found.end()) for found in _BETWEEN.finditer(title)]
    if not cuts:
        return title
    outlet = same(site)
    if outlet:
        for start, end in cuts:
            if same(title[end:]) == outlet:
                return title[:start]
        for start, end in reversed(cuts):
            if same(title[:start]) == outlet:
                return title[end:]
    parts = [
        title[a:b].strip()
        for a, b in zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(title)], strict=True)
    ]
    weights = [_weight(part) for part in parts]
    first = weights[0]
    # The outlet stands last and is short; where the first part is a section, the longest part is the title.
    if first >= max(weights) * 0.6:
        keep = 0
        while keep + 1 < len(parts) - 1 and weights[keep + 1] >= max(12, first * 0.5):
            keep += 1
        if len(parts) == 2 and weights[1] >= max(20, first * 0.8):
            return title
        return title[: cuts[keep][0]]
    best = max(range(len(parts)), key=weights.__getitem__)
    return parts[best] if weights[best] > 10 else title


def _weight(part: str) -> float:
    return sum(2.0 if c > "\u2e7f" else 1.0 for c in part)


def _alike(one: str, other: str) -> float:
    a, b = set(_pairs(same(one))), set(_pairs(same(other)))
    return len(a & b) / max(1, len(a))


def _pairs(words: str) -> list[str]:
    return [words[n : n + 2] for n in range(len(words) - 1)]
