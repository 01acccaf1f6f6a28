"""Pure: the numbers of 32 bits that a text is found by.

- A word: the CRC-32 of its UTF-8. Two words in a row: one of 65,536, which others share; enough to narrow a phrase.
- A character of a run, and two neighbours in one: their code points, mixed.

What is cut is folding.py's. All of a text are mixed in one go, each in a lane of one large number (lanes.py).
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TypeVar

from wirecopy.matching import folding
from wirecopy.publish.searching import lanes

# Odd numbers with well-mixed bits: of the finalizers of MurmurHash3 and xxHash.
_FIRST, _SECOND, _MIX = 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F
_APART = "\0"
_ASIDE = b"\xff\xff\xff\xff\0\0\0\0"  # of two lanes of 32 bits the first


def of(text: str) -> array[int]:
    """What this text, folded, is found by, some of it told several times."""
    words, runs = folding.cut(text)
    found = array("I", [*map(_words.__getitem__, words)])
    if len(words) > 1:
        found += _pairs(found)
    if runs:
        found += _of_runs(runs)
    return found


def word(letters: str) -> int:
    """The number of a word."""
    return _words[letters]


def pair(one: str, other: str) -> int:
    """The number of two words in a row."""
    return _pairs([_words[one], _words[other]])[0]


def neighbours(one: str, other: str) -> int:
    """The number of two neighbours in a run; of one character where `one` is ""."""
    return _mixed(ord(one), ord(other), 1)[0] if one else _characters[ord(other)]


def source(name: str) -> int:
    """The number of all documents of a source: no word has a colon."""
    return _words[f"o:{name.lower()}"]


_Piece = TypeVar("_Piece")


class _Numbers(dict[_Piece, int]):
    """The numbers of words or characters; those of late are remembered."""

    def __init__(self, number: Callable[[_Piece], int]) -> None:
        self._number = number

    def __missing__(self, piece: _Piece) -> int:
        if len(self) > 1 << 16:
            self.clear()
        self[piece] = code = self._number(piece)
        return code


_words = _Numbers[str](lambda letters: zlib.crc32(letters.encode("utf-8", "replace")))
_characters = _Numbers[int](lambda letter: _mixed(0, letter, 1)[0])


def _pairs(words: Sequence[int]) -> array[int]:
    """Sixteen bits of each two numbers, spread over thirty-two."""
    low = lanes.wide(b"\xff\xff\0\0" * len(words))
    number = lanes.wide(lanes.data(array("I", words))) & low
    return _mixed(0, number + 5 * (number >> 32) & low, len(words) - 1)


def _of_runs(runs: Sequence[str]) -> array[int]:
    """Each character, and each two neighbours."""
    data = _APART.join(runs).encode("utf-32-le")
    number, letters = lanes.wide(data), lanes.numbers("I", data)
    found = _mixed(number, number >> 32, len(letters))
    each = array("I", [*map(_characters.__getitem__, {*letters} - {0})])
    for end in accumulate(len(run) + 1 for run in runs):
        found[end - 2] = each[0]  # where a run ends, none follows; told twice is no harm
    return found + each


def _mixed(ones: int, others: int, count: int) -> array[int]:
    """A number for each lane of 32 bits in `ones` and the same in `others`, which hold less than 2^21 each."""
    aside = _ASIDE * (count + 1 >> 1)
    every_other = lanes.wide(aside)
    even = _half(ones & every_other, others & every_other, every_other)
    odd = _half(ones >> 32 & every_other, others >> 32 & every_other, every_other)
    return lanes.numbers("I", (even | odd << 32).to_bytes(len(aside), "little")[: 4 * count])


def _half(ones: int, others: int, lane: int) -> int:
    """The numbers of every other lane: a product takes the room of two."""
    mixed = ones * _FIRST + others * _SECOND & lane
    mixed = (mixed ^ mixed >> 15 & lane) * _MIX & lane
    return mixed ^ mixed >> 16 & lane
