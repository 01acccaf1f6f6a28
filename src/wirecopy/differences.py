"""What changed between two readings of an article, as a person reads it: blocks first, then words. Pure.

Words are compared as words, Chinese and Japanese by the character: there a word has no edges to cut at.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from wirecopy.model import Article, Noun, document_text

_TOKEN = re.compile(r"[⺀-鿿豈-﫿＀-￯぀-ヿ㐀-䶿𠀀-𯿿]|\w+|\s+|[^\w\s]")
# Two lines that share less than this are two lines, not one that was edited: a guess, tried on real edits.
_ALIKE = 0.4


class Piece(Noun, frozen=True, kw_only=True):
    """Some text that was kept (""), put in ("+") or taken out ("-")."""

    text: str
    sign: str = ""


class Line(Noun, frozen=True, kw_only=True):
    """One line of a difference: where in the article, and its pieces."""

    where: str
    pieces: tuple[Piece, ...]


def differences(before: Article, after: Article) -> tuple[Line, ...]:
    """Every line of the document that changed, in the order of the newer one."""
    lines: list[Line] = []
    for where in ("title", "kicker", "subtitle", "summary", "byline"):
        old, new = str(getattr(before, where)), str(getattr(after, where))
        if old != new:
            lines.append(Line(where=where, pieces=tuple(_words(old, new))))
    if before.url != after.url:
        lines.append(Line(where="url", pieces=tuple(_whole(before.url, after.url))))
    if before.authors != after.authors:
        lines.append(Line(where="authors", pieces=tuple(_words(", ".join(before.authors), ", ".join(after.authors)))))
    if before.published != after.published:
        lines.append(Line(where="published", pieces=tuple(_words(str(before.published), str(after.published)))))
    lines.extend(_picture(before, after))
    lines.extend(_text(document_text(before.body).split("\n"), document_text(after.body).split("\n")))
    return tuple(lines)


def marked(line: Line) -> str:
    """A line with its changes marked as `git diff --word-diff` marks them: [-taken out-]{+put in+}."""
    marks = {"+": ("{+", "+}"), "-": ("[-", "-]"), "": ("", "")}
    return "".join(marks[piece.sign][0] + piece.text + marks[piece.sign][1] for piece in line.pieces)


def _picture(before: Article, after: Article) -> Iterator[Line]:
    old = before.picture.url if before.picture else ""
    new = after.picture.url if after.picture else ""
    if old != new:
        yield Line(where="picture", pieces=tuple(_whole(old, new)))


def _text(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        taken, put = list(old[a:b]), list(new[c:d])
        for line in put:
            like = max(taken, key=lambda other: _alike(other, line), default="")
            if like and _alike(like, line) >= _ALIKE:
                taken.remove(like)
                yield Line(where="text", pieces=tuple(_words(like, line)))
            else:
                yield Line(where="text", pieces=(Piece(text=line, sign="+"),))
        for line in taken:
            yield Line(where="text", pieces=(Piece(text=line, sign="-"),))


def _alike(a: str, b: str) -> float:
    return difflib.SequenceMatcher(a=a, b=b, autojunk=False).quick_ratio()


def _whole(old: str, new: str) -> Iterator[Piece]:
    if old:
        yield Piece(text=old, sign="-")
    if new:
        yield Piece(text=new, sign="+")


def _words(old: str, new: str) -> Iterator[Piece]:
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    for kind, i, j, k, m in difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(text="".join(a[i:j]))
        else:
            yield from _whole("".join(a[i:j]), "".join(b[k:m]))
