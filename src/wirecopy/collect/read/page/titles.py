"""A title without what the outlet hangs on it: its own name, the section, the date.

What headlines, `<h1>`, Open Graph and `<title>` agree on is the title; they differ only in what was added.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_BETWEEN = re.compile(
    r"\s+[-–—|·•»«›:/\\~]+\s+|\s*[|｜_»«]+\s*|\s+::\s+|\s*[–—]{2,}\s*|(?<=[\u3040-\u9fff」』”）])\s*[-–—－]\s*(?=[\u3040-\u9fffA-Za-z])"
)
_LONG = 400


def same(words: str) -> str:
    """Letters and digits only, case and width alike: two titles are one if this is the same."""
    return "".join(c for c in unicodedata.normalize("NFKC", words).casefold() if c.isalnum())


def choose(*, heads: Iterable[str], given: Iterable[str], document: str, site: str) -> str:
    """The title, from the page's `<h1>`s, the titles `given` in its data (best first), and its `<title>`."""
    headings = [head for head in dict.fromkeys(heads) if 2 <= len(head) <= _LONG]
    names = [each for each in given if 2 <= len(each) <= _LONG]
    document = document[:_LONG]
    whole = same(document)
    for head in headings:
        spelt = same(head)
        if len(spelt) > 3 and any(spelt == same(bare(each, site)) for each in names):
            return head
    for head in headings:
        spelt = same(head)
        if len(spelt) > 5 and whole.startswith(spelt) and (not site or spelt != same(site)):
            return head
    for head in headings:
        spelt = same(head)
        if len(spelt) > 8 and (spelt in whole or any(spelt in same(each) for each in names)) and spelt != same(site):
            return head
    if names:
        best = bare(names[0], site)
        # A title that the document's title begins with has nothing of the outlet's in it.
        return next((bare(each, site) for each in names if whole.startswith(same(bare(each, site)))), best)
    shown = bare(document, site)
    if document and headings:
        close = max(headings, key=lambda head: _alike(head, document))
        if _alike(close, document) > 0.6 and same(close) != same(site):
            return close
    return shown or (headings[0] if len(headings) == 1 else "")


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
