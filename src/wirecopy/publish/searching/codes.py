"""Pure: the numbers of 32 bits that a text is found by.

- A word: the CRC-32 of its UTF-8. Two words in a row: one of 65,536, which others share; enough to narrow a phrase.
- A character of a run, and two neighbours in one: their code points, mixed.

What is cut is folding.py's. All of a text are mixed in one go, each in 64 bits of one large number:
that costs less than a step of Python for each.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Callable, Sequence
from itertools import compress

from wirecopy.matching import folding

# Odd numbers with well-mixed bits: of the finalizers of MurmurHash3 and xxHash.
_FIRST, _SECOND, _MIX = 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F
_APART = "\0"
_UTF_32 = f"utf-32-{sys.byteorder[0]}e"


def of(text: str) -> set[int]:
    """What this text, folded, is found by."""
    words, runs = folding.cut(text)
    found = _of_runs(_APART.join(runs)) if runs else set()
    found.update(map(_words.__getitem__, words))
    if len(words) > 1:
        found.update(_pairs(words))
    return found


def word(letters: str) -> int:
    """The number of a word."""
    return _words[letters]


def pair(one: str, other: str) -> int:
    """The number of two words in a row."""
    return _pairs([one, other])[0]


def neighbours(one: str, other: str) -> int:
    """The number of two neighbours in a run; of one character where `one` is ""."""
    return _mixed(array("Q", [ord(one) << 32 | ord(other)]))[0] if one else _characters[other]


def source(name: str) -> int:
    """The number of all documents of a source: no word has a colon."""
    return _words[f"o:{name.lower()}"]


class _Numbers(dict[str, int]):
    """The numbers of words or characters; those of late are remembered."""

    def __init__(self, number: Callable[[str], int]) -> None:
        self._number = number

    def __missing__(self, letters: str) -> int:
        if len(self) > 1 << 16:
            self.clear()
        self[letters] = code = self._number(letters)
        return code


_words = _Numbers(lambda letters: zlib.crc32(letters.encode("utf-8", "replace")))
_characters = _Numbers(lambda letter: _mixed(array("Q", [ord(letter)]))[0])


def _pairs(words: Sequence[str]) -> array[int]:
    """Sixteen bits of each two numbers, spread over thirty-two."""
    number = _little(array("Q", map(_words.__getitem__, words)))
    mixed = number + 5 * (number >> 64) & int.from_bytes(b"\xff\xff\0\0\0\0\0\0" * (len(words) - 1), "little")
    return _mixed(_array(mixed, 8 * (len(words) - 1)))


def _of_runs(runs: str) -> set[int]:
    """Each character, and each two neighbours."""
    data = array("I", runs.encode(_UTF_32))
    following = data[1:]
    halves = array("I", bytes(8 * len(following)))
    first, second = (1, 0) if sys.byteorder == "little" else (0, 1)
    halves[first::2] = data[:-1]
    halves[second::2] = following
    both = array("Q", halves.tobytes())
    found = set(compress(_mixed(both), following)) if both else set()  # without those that end a run
    found.update(map(_characters.__getitem__, set(runs) - {_APART}))
    return found


def _mixed(pairs: array[int]) -> array[int]:
    """A number of 32 bits for each of these of 64, whose halves are below 2^21."""
    low = int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * len(pairs), "little")
    data = _little(pairs)
    mixed = ((data >> 32 & low) * _FIRST + (data & low) * _SECOND) & low
    mixed = (mixed ^ (mixed >> 15 & low)) * _MIX & low
    mixed ^= mixed >> 16 & low
    return _array(mixed, 8 * len(pairs))


def _little(codes: array[int]) -> int:
    return int.from_bytes(codes.tobytes() if sys.byteorder == "little" else codes[::-1].tobytes(), sys.byteorder)


def _array(number: int, size: int) -> array[int]:
    codes = array("Q", number.to_bytes(size, sys.byteorder))
    if sys.byteorder == "big":
        codes.reverse()
    return codes
