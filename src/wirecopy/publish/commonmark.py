"""The words of a text as CommonMark, so that every renderer gives back each character, mark and link.

- All that could be markup is escaped; what an editor, a terminal or a template engine could trip over, too: marks of
  direction and line separators are written as numbers, controls and overrides of direction as U+FFFD, `{` never opens
  a template.
- Emphasis is `*` where each renderer of CommonMark 0.28 to 0.31 takes it for emphasis, else `<strong>` or `<em>`:
  `**“…”**中文` is not bold in CommonMark, because a quotation mark between a star and a letter does not open.
- `*` only, never `_`, and never one emphasis within or directly after another: no rule of three, no nesting.
- White space at the ends of a mark or link stands outside of it.

Where an address leads is decided by the caller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from wirecopy.model import Link, Mark, Run, Text, text

Address = Callable[[Link], str]
"""Where a link is to lead: an address or a relative path, "" for nowhere."""

# ASCII punctuation that means something inside a line, to CommonMark, GFM, Liquid, Pandoc or a formula renderer.
_SPECIAL = re.compile(r"[\\`*_\[\]<~|{^$]|&(?=#?\w+;)")
_IN_DESTINATION = re.compile(r"[\\()<>`|{}]|&(?=#?\w+;)")
_LINE_START = re.compile(r"([-+=#>:])|(\d{1,9})([.)])(?=[ ]|$)")
_AS_NUMBER = re.compile("[\t\u2028\u2029\u202a-\u202c\u2066-\u2069\ufeff]")
_NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
_TROUBLE = re.compile(f"{_SPECIAL.pattern}|{_AS_NUMBER.pattern}|{_NEVER.pattern}|\n")
_TAGS = {Mark.UNDERLINE: "u", Mark.STRIKE: "s", Mark.SMALL: "small", Mark.SUB: "sub", Mark.SUP: "sup"}
_HARD_BREAK = "\\\n"
_TAG_BREAK = "<br>"


def words(words: Text, address: Address) -> str:
    """A text as the inline content of a paragraph. It may have several lines; none of them starts a block."""
    return _written(words, address, _HARD_BREAK)


def line(words: Text, address: Address) -> str:
    """A text on a single line, for a heading."""
    written = _written(words, address, _TAG_BREAK)
    return written[:-1] + "\\#" if written.endswith("#") else written  # a closing sequence of # would vanish


def cell(words: Text, address: Address) -> str:
    """A text for a cell of a GFM table: a single line without a bar."""
    return _written(words, address, _TAG_BREAK).replace("\\|", "&#124;")


def escaped(characters: str) -> str:
    """Plain characters for a label within a line: white space squeezed."""
    return line(text(" ".join(clean(characters).split())), _nowhere)


def html(words: Text, address: Address) -> str:
    """A text as HTML on a single line, for what CommonMark has no form for."""
    parts = []
    for run in words:
        part = html_escaped(run.text).replace("\n", _TAG_BREAK)
        for mark in reversed(run.marks):
            tag = mark.value
            part = f"<{tag}>{part}</{tag}>"
        target = address(run.link) if run.link is not None else ""
        parts.append(f'<a href="{html_escaped(target)}">{part}</a>' if target else part)
    return "".join(parts)


def html_escaped(characters: str) -> str:
    """Plain characters as HTML, in text or between double quotes."""
    safe = clean(characters).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _AS_NUMBER.sub(_number, safe.replace("{", "&#123;"))


def destination(target: str) -> str:
    """An address as it stands between the parentheses of a link."""
    return _IN_DESTINATION.sub(r"\\\g<0>", target)


def clean(characters: str) -> str:
    """The characters without those that must not reach a terminal or cannot be written: U+FFFD in their place."""
    return _NEVER.sub("\ufffd", characters)


def _nowhere(_: Link) -> str:
    return ""


class _Piece(NamedTuple):
    text: str
    marks: tuple[Mark, ...] = ()


def _written(words: Text, address: Address, newline: str) -> str:
    if len(words) == 1 and not words[0].marks and words[0].link is None:  # most paragraphs
        return _ended(_plain(words[0].text, True, True, newline), newline)
    groups = _groups(words, address)
    written = ""
    for place, (target, pieces) in enumerate(groups):
        follows = groups[place + 1][0] != "" if place + 1 < len(groups) else None
        if target:
            inner = _sequence(pieces, "[", "]", newline)
            written += f"[{inner}]({destination(target)})"
        else:
            written = _sequence(pieces, written, "" if follows is None else "[", newline, on_page=True)
            if follows and written.endswith("!"):
                written = written[:-1] + "\\!"  # else it would be a picture
    return _ended(written, newline)


def _ended(written: str, newline: str) -> str:
    """A hard break at the end of a block is a stray backslash; a tag is a break anywhere."""
    end = len(written)
    while newline == _HARD_BREAK and written.endswith(newline, 0, end):
        end -= len(newline)
    return written[:end] + _TAG_BREAK * ((len(written) - end) // len(newline))


_Group = tuple[str, list[_Piece]]


def _groups(words: Text, address: Address) -> list[_Group]:
    """Pieces that lead to one target each, without marks or links on the white space at their ends."""
    groups: list[_Group] = []
    for link, runs in groupby(words, key=_link):
        target = address(link) if link is not None else ""
        pieces: list[_Piece] = []
        for run in runs:
            lead, core, trail = _parts(clean(run.text)) if run.marks else ("", "", clean(run.text))
            _add(pieces, lead)
            _add(pieces, core, run.marks)
            _add(pieces, trail)
        if target:
            outside = _bared(pieces)
            _add_group(groups, "", outside[0])
            _add_group(groups, target, pieces)
            _add_group(groups, "", outside[1])
        else:
            _add_group(groups, "", pieces)
    return groups


def _link(run: Run) -> Link | None:
    return run.link


def _parts(characters: str) -> tuple[str, str, str]:
    """Leading white space, what is between, trailing white space."""
    rest = characters.lstrip()
    core = rest.rstrip()
    return characters[: len(characters) - len(rest)], core, rest[len(core) :]


def _add(pieces: list[_Piece], characters: str, marks: tuple[Mark, ...] = ()) -> None:
    if not characters:
        return
    if pieces and pieces[-1].marks == marks:
        pieces[-1] = _Piece(pieces[-1].text + characters, marks)
    else:
        pieces.append(_Piece(characters, marks))


def _bared(pieces: list[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """Take the white space at both ends of these pieces away, and give it."""
    lead: list[_Piece] = []
    trail: list[_Piece] = []
    if pieces and not pieces[0].marks:
        space, core, rest = _parts(pieces.pop(0).text)
        _add(lead, space)
        if core:
            pieces.insert(0, _Piece(core + rest))
        else:
            _add(lead, rest)
    if pieces and not pieces[-1].marks:
        rest, core, space = _parts(pieces.pop().text)
        _add(pieces, rest + core)
        _add(trail, space)
    return lead, trail


def _add_group(groups: list[_Group], target: str, pieces: list[_Piece]) -> None:
    if not pieces:
        return
    if not target and groups and not groups[-1][0]:
        for piece in pieces:
            _add(groups[-1][1], *piece)
    else:
        groups.append((target, pieces))


def _sequence(pieces: list[_Piece], before: str, after: str, newline: str, *, on_page: bool = False) -> str:
    """These pieces after what is written already (`before`, kept in front when `on_page`)."""
    written = before
    starred = False
    for place, piece in enumerate(pieces):
        is_last = place + 1 == len(pieces)
        if not piece.marks:
            at_start = on_page and (not written or written.endswith("\n"))
            written += _plain(piece.text, at_start, is_last and not after, newline)
            starred = False
            continue
        follows = after if is_last else _first(pieces[place + 1], newline)
        inner = _inner(piece, written[-1:], newline)
        stars = "*" * (2 * (Mark.STRONG in piece.marks) + (Mark.EM in piece.marks))
        if stars and not starred and _flanks(written[-1:], inner[0]) and _flanks(follows[:1], inner[-1]):
            written += f"{stars}{inner}{stars}"
            starred = True
        else:
            for mark, tag in ((Mark.EM, "em"), (Mark.STRONG, "strong")):
                if mark in piece.marks:
                    inner = f"<{tag}>{inner}</{tag}>"
            written += inner
            starred = False
    return written if on_page else written[len(before) :]


def _first(piece: _Piece, newline: str) -> str:
    """What the next piece begins with, when this one ends in stars: never with a star."""
    return "<" if piece.marks else _plain(piece.text[:2], False, False, newline)


def _inner(piece: _Piece, before: str, newline: str) -> str:
    if Mark.CODE in piece.marks:
        inner = _code(piece.text, before, newline)
    else:
        inner = _plain(piece.text, False, False, newline)
    for mark in reversed(piece.marks):
        if mark in _TAGS:
            inner = f"<{_TAGS[mark]}>{inner}</{_TAGS[mark]}>"
    return inner


def _code(characters: str, before: str, newline: str) -> str:
    # A span of code takes no escapes, so what needs one is written as a tag; also where a backtick stands before it,
    # and where a link that begins with it would be read as a definition: [`]:`](…
    if before == "`" or re.search(r"[\n|{]|\]:", characters) or _AS_NUMBER.search(characters):
        return f"<code>{_plain(characters, False, False, newline)}</code>"
    fence = "`"
    while fence in characters:
        fence += "`"
    pad = " " if "`" in (characters[0], characters[-1]) else ""
    return f"{fence}{pad}{clean(characters)}{pad}{fence}"


def _plain(characters: str, at_start: bool, at_end: bool, newline: str) -> str:
    """Characters without marks. White space at the ends of a line would be lost: there it is written as a number."""
    if _TROUBLE.search(characters) is None:  # most text
        return _line(characters, at_start, at_end, newline)
    lines = clean(characters).split("\n")
    last = len(lines) - 1
    return newline.join(
        _line(one, at_start or place > 0, at_end or place < last, newline) if one else ""
        for place, one in enumerate(lines)
    )


def _line(characters: str, at_start: bool, at_end: bool, newline: str) -> str:
    head = tail = ""
    if at_start and characters[:1].isspace():
        head, characters = f"&#{ord(characters[0])};", characters[1:]
    if at_end and characters[-1:].isspace():
        tail, characters = f"&#{ord(characters[-1])};", characters[:-1]
    if _TROUBLE.search(characters):
        characters = _AS_NUMBER.sub(_number, _SPECIAL.sub(r"\\\g<0>", characters))
    if at_start and not head and newline == _HARD_BREAK:
        start = _LINE_START.match(characters)
        if start is not None:
            characters = _unmarked(start) + characters[start.end() :]
    return head + characters + tail


def _unmarked(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"


def _number(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _flanks(outer: str, inner: str) -> bool:
    """Is a star between these two, with the emphasis on the side of `inner`, taken for emphasis by every renderer?

    The renderers differ in symbols (punctuation since CommonMark 0.31), in characters beyond U+FFFF (two halves to
    some) and in the invisible ones; where any of them could see it otherwise, the answer is no.
    """
    return _is_letter(inner) or _is_edge(outer)


@lru_cache(maxsize=8192)
def _is_letter(character: str) -> bool:
    return character <= "\uffff" and unicodedata.category(character)[0] in "LNM"


@lru_cache(maxsize=8192)
def _is_edge(character: str) -> bool:
    if not character or character in " \t\n":
        return True
    if character < "\x80":
        return not character.isalnum()
    return character <= "\uffff" and (
        unicodedata.category(character)[0] == "P" or unicodedata.category(character) == "Zs"
    )
