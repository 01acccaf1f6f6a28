"""Pure: what a text is known by, and whether two texts are one.

- A text's shingles are the places in it that begin at chosen letters: 14 characters from the beginning of a word that
  begins with one, or four characters of a script without spaces, from one on. What was inserted, left out or moved
  touches the shingles beside it and no others.
- A sketch holds those 64 of them that have the smallest check sums: a sample, and the same sample of the same text.
  The share of one text that stands in another is the share of the samples that they have in common.
- Notices after one template share most of their words and tell of different things: their numbers disagree.
- Within one outlet more must agree than between two: an outlet repeats itself, but seldom prints a story twice.
- Traditional and simplified characters are one, case and punctuation do not count.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple
from zlib import crc32

from wirecopy.matching.hanzi import SIMPLIFIED
from wirecopy.model import Article, document_text

SIZE = 64
"""Shingles in a sketch: from 64 a share of 0.3 is known within 0.06 (one standard deviation)."""

_NUMBERS = 24  # of a text that go into its sketch: a guess; an article has a dozen
SHARED = 4
"""Shingles that two texts must have in common, however short they are."""

_MOST = 0xFFFFFFFF
_FEWEST = 8  # shingles below which a text is too short to be compared: some 20 words or 50 Chinese characters
_LONGEST = 100_000  # characters that are looked at

# Measured by bench/kin.py; see docs/decisions/0010.
_SHARE, _SHARE_OF_OWN = 0.34, 0.58  # of the smaller text, that stands in the other: of another outlet, of the same
_NUMBERS_AGREE = 0.5  # of the numbers of the one that has fewer, that the other has too …
_TELLING = 3  # … where it has so many; else …
_MORE = 0.2  # … so much more of the text must be the same


class Sketch(NamedTuple):
    """What a text is known by: check sums of its shingles in order, whether (1) these are all, and of its numbers."""

    shingles: tuple[int, ...]
    is_whole: bool
    numbers: tuple[int, ...]


# --- what a text is known by -----------------------------------------------------------------------------------------

# One in two of the letters that words begin with, one in six of the characters of scripts without spaces: a shingle
# at each place would be the same sample for several times the CPU.
_ALPHABETS = ((0x30, 0x3A), (0x61, 0x7B), (0xC0, 0x2000), (0xAC00, 0xD7A4))
_SPACELESS = ((0xE00, 0xF00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3040, 0x3100), (0x3400, 0xA000))


def _letters(ranges: Iterable[tuple[int, int]], one_in: int = 1) -> str:
    """The letters of these ranges, or one in so many of them, as a class of a regular expression."""
    codes = (code for first, last in ranges for code in range(first, last))
    return f"[{''.join(chr(code) for code in codes if code % one_in == one_in // 2 and chr(code).isalnum())}]"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What words begin with, pieces of scripts without spaces, traditional characters. To compile them takes 50 ms,
    which only who sketches is to pay.
    """
    return (
        re.compile(f" (?=({_letters(_ALPHABETS, 2)}.{{13}}))", re.DOTALL),
        re.compile(f"({_letters(_SPACELESS, 6)})(?=({_letters(_SPACELESS)}{{3}}))"),
        re.compile(f"[{''.join(map(chr, SIMPLIFIED))}]"),
    )


_MARKS = bytes(c for c in range(33, 127) if not chr(c).isalnum())
_DIGITS = bytes(c if chr(c) in "0123456789" else 32 for c in range(256))
_PLAIN = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\n\r\t", b"abcdefghijklmnopqrstuvwxyz   ")


def sketch(article: Article) -> Sketch | None:
    """What an article is known by; None for one that says too little to be known by it."""
    return sketched(document_text(article.body))


def sketched(words: str) -> Sketch | None:
    """What a text is known by, None where it is too short."""
    words_begin, characters, other = _patterns()
    # By bytes, as its ASCII then costs next to nothing: a blank before, capitals small, marks gone ("4.2" is "42").
    written = (" " + words[:_LONGEST]).encode("utf-8", "replace").translate(_PLAIN, _MARKS)
    plain = written.decode()
    found = [] if plain.isascii() else characters.findall(plain)
    if found and other.search(plain):
        plain = plain.translate(SIMPLIFIED)
        found = characters.findall(plain)
    texts = [*words_begin.findall(plain), *map("".join, found)]
    shingles = sorted(set(map(crc32, map(str.encode, texts))))
    if len(shingles) < _FEWEST:
        return None
    numbers = sorted({crc32(each) & 0xFFFF for each in written.translate(_DIGITS).split()})
    return Sketch(tuple(shingles[:SIZE]), len(shingles) <= SIZE, tuple(numbers[:_NUMBERS]))


# --- whether two texts are one ---------------------------------------------------------------------------------------


def is_one(first: Sketch, second: Sketch, *, same_source: bool) -> bool:
    """Whether two texts are one; it does not matter which is first."""
    share, shared = overlap(first, second)
    least = _SHARE_OF_OWN if same_source else _SHARE
    fewer = min(len(first.numbers), len(second.numbers))
    if fewer < _TELLING:
        least += _MORE
    elif len({*first.numbers} & {*second.numbers}) < _NUMBERS_AGREE * fewer:
        return False
    return shared >= SHARED and share >= least


def overlap(first: Sketch, second: Sketch) -> tuple[float, int]:
    """Which share of the smaller text stands in the other, and the number of shingles that this is told from."""
    # Both are samples down from some check sum on: compared is what lies below the lower one of these.
    until = min(_MOST if each.is_whole else each.shingles[-1] for each in (first, second))
    one = {each for each in first.shingles if each <= until}
    other = {each for each in second.shingles if each <= until}
    shared = len(one & other)
    return shared / max(1, min(len(one), len(other))), shared


# --- stored ----------------------------------------------------------------------------------------------------------


def pack(known: Sketch) -> bytes:
    """A sketch as it is stored: how many shingles, whether these are all, they, the numbers; small end first."""
    shingles, is_whole, numbers = known
    return struct.pack(f"<BB{len(shingles)}I{len(numbers)}H", len(shingles), is_whole, *shingles, *numbers)


def unpack(stored: bytes) -> Sketch:
    """The sketch in these bytes. Raises ValueError when they are none."""
    try:
        number, is_whole = stored[0], bool(stored[1])
        found = struct.unpack(f"<{number}I{(len(stored) - 2 - 4 * number) // 2}H", stored[2:])
    except (IndexError, struct.error) as error:
        raise ValueError(f"no sketch: {error}") from error
    return Sketch(found[:number], is_whole, found[number:])
