"""What changed between two readings of an article, as a person reads it: blocks first, then words. Pure.

Words are compared as words, Chinese and Japanese by the character: there a word has no edges to cut at. What belongs
to a character (vowel signs, accents, joiners, variation selectors) is never cut from it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence

from wirecopy.model import Article, Noun, document_text

# What joins the character before it: combining marks of the scripts that news is written in, joiners and selectors.
_JOINED = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711"
    "\u0730-\u074a\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7\u0a01-\u0a03"
    "\u0a3c-\u0a51\u0a70\u0a71\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3e-\u0c56"
    "\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f84\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u200c\u200d\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
)
_TOKEN = rf"[⺀-〿ぁ-ヿ㄀-鿿豈-﫿＀-￯𠀀-𯿿][{_JOINED}]*|(?:[^\W⺀-鿿豈-﫿＀-￯𠀀-𯿿][{_JOINED}]*)+|\s+|[^\w\s][{_JOINED}]*"
_ISOLATE, _END = "\u2068", "\u2069"  # FIRST STRONG ISOLATE, POP DIRECTIONAL ISOLATE
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


def isolated(line: Line) -> str:
    """`marked`, for a line in which something is written from right to left: each piece keeps its own direction, and
    brackets stay where they belong. For terminals and pages that know isolates (Unicode 6.3, UAX 9).
    """
    words = marked(line)
    if not any(unicodedata.bidirectional(each) in ("R", "AL") for each in words):
        return words
    pieces = (marked(Line(where="", pieces=(piece,))) for piece in line.pieces)
    return _ISOLATE + "".join(_ISOLATE + piece + _END if piece[:1] in "[{" else piece for piece in pieces) + _END


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
    a, b = re.findall(_TOKEN, old), re.findall(_TOKEN, new)  # compiled once, and not before somebody asks
    for kind, i, j, k, m in difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(text="".join(a[i:j]))
        else:
            yield from _whole("".join(a[i:j]), "".join(b[k:m]))
