"""Pure: which documents of a segment have which tokens, in files of two kilobytes, of which a search asks one a token.

A token has a number of 32 bits (codes.py). With n files it is in file floor(number * n / 2^32); in the file, it is
known by so many bits after those (`key`) that one in 128 tokens that no document has is taken for another: whoever
searches looks at the text of what is named.

A file, unpacked: documents of the segment, bits of a key, number of keys; each key less the one before; for each key,
its number of documents; for each key, its documents, each less the one before. All are numbers of seven bits a byte,
the lowest first, the highest bit set where another byte follows (LEB128).
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice, pairwise
from operator import sub
from typing import NamedTuple

from wirecopy.publish.searching import lanes

# Places of tokens in a file: with it a file of a large segment has about two kilobytes, so that a question for a rare
# word asks all segments for some 20 KB in all. Smaller ones would be more files than there are documents.
_IN_A_FILE = 2000

# A place, a token in a document, is one floating-point number (IEEE 754, binary64): its bits are these sixteen, the
# token's thirty-two, the document's sixteen. So it is 2^19 + token / 2^17 + document / 2^33, and floats are what Python
# sorts fastest and keeps, in an array, in eight bytes.
_SIGN_AND_EXPONENT = 0x4120
_BASE, _A_WHOLE = 1 << 19, 1 << 17

# Places that are sorted as they come, in a heap. A set hands floats over by the low bits of hash(), which begins with
# the whole part: while it has some 2^15 slots, as many as there are whole parts, they come nearly in order, and sorting
# costs a third. Nothing but that depends on it.
_A_HEAP = 1 << 13


class Postings:
    """The tokens of the documents of one segment, told one after the other: at most 65,536 documents."""

    def __init__(self) -> None:
        self._late: set[float] = set()
        self._heaps: list[array[float]] = []
        self._documents = 0

    def add(self, codes: Iterable[int]) -> None:
        """The next document has the tokens of these numbers."""
        self._late.update(_places(array("I", codes), self._documents))
        self._documents += 1
        if len(self._late) > _A_HEAP:
            self._settle()

    def files(self, *, one: bool = False) -> list[bytes]:
        """What the files hold, unpacked; after this no document is known. `one`: a single file."""
        self._settle()
        number = 1 if one else max(1, sum(map(len, self._heaps)) // _IN_A_FILE)
        together = max(32, len(self._heaps) // 32)  # files: so that at least sixty places of a heap are taken at once
        found: list[_File] = []
        for first in reversed(range(0, number, together)):  # from the last on: a heap is cut short at its end
            codes = [_first(file, number) for file in range(first, min(first + together, number))]
            found += reversed(_files(self._from(codes[0]), codes))
        bits = min(24, max(8, (sum(len(file.codes) for file in found) // number).bit_length() + 7))
        return [file.spelt(self._documents, number, bits) for file in reversed(found)]

    def _settle(self) -> None:
        self._heaps.append(array("d", sorted(self._late)))
        self._late = set()

    def _from(self, code: int) -> list[float]:
        """The places of tokens from this one on, in order; they are not kept."""
        found = array("d")
        least = _BASE + code / _A_WHOLE
        for heap in self._heaps:
            begin = bisect_left(heap, least)
            found += heap[begin:]
            del heap[begin:]
        return sorted(found)


def read(data: bytes) -> tuple[int, int, dict[int, list[int]]]:
    """The documents of the segment, the bits of a key, and for each key its documents, of a file."""
    numbers = _numbers(data)
    documents, bits, count = next(numbers), next(numbers), next(numbers)
    keys = list(_sums(islice(numbers, count)))
    sizes = list(islice(numbers, count))
    return documents, bits, {key: list(_sums(islice(numbers, size))) for key, size in zip(keys, sizes, strict=True)}


def where(code: int, files: int, bits: int = 0) -> tuple[int, int]:
    """The number of the file of a token, and its key there."""
    place = code * files
    return place >> 32, (place & 0xFFFFFFFF) >> (32 - bits)


def _places(codes: array[int], document: int) -> array[float]:
    """The places of these tokens; sixteen bits are moved at a time."""
    halves = array("H", lanes.data(codes))
    words = array("H", struct.pack("<HHHH", document, 0, 0, _SIGN_AND_EXPONENT) * len(codes))
    words[1::4], words[2::4] = halves[0::2], halves[1::2]
    return lanes.numbers("d", words.tobytes())


def _first(file: int, files: int) -> int:
    """The least token of a file."""
    return -(-(file << 32) // files)


class _File(NamedTuple):
    """Tokens in order, how many documents each has, and these, each less the one before."""

    codes: array[int]
    sizes: array[int]
    steps: array[int]

    def spelt(self, documents: int, files: int, bits: int) -> bytes:
        """The file of a segment of so many documents in so many files, with keys of so many bits."""
        shift = 32 - bits
        keys = array("I", [(code * files & 0xFFFFFFFF) >> shift for code in self.codes])
        if len(set(keys)) < len(keys):
            _join(keys, self.sizes, self.steps)
        head = array("I", [documents, bits, len(keys)])
        return _spelt(head + _steps(keys) + self.sizes + self.steps)


def _files(places: list[float], firsts: list[int]) -> list[_File]:
    """The files of these places, in order, that begin with these tokens."""
    words = array("H", lanes.data(array("d", places)))
    tokens, documents = array("H", bytes(4 * len(places))), array("H", bytes(4 * len(places)))
    tokens[0::2], tokens[1::2], documents[0::2] = words[1::4], words[2::4], words[0::4]
    begins, steps = _told_apart(tokens.tobytes(), documents.tobytes())
    sizes = array("I", [len(rest) + 1 for rest in begins.split(b"\1")[1:]])
    starts = array("I", [0, *accumulate(sizes)])
    codes = array("I", map(lanes.numbers("I", tokens.tobytes()).__getitem__, starts[:-1]))
    cuts = [*(bisect_left(codes, first) for first in firsts), len(codes)]
    return [_File(codes[a:b], sizes[a:b], steps[starts[a] : starts[b]]) for a, b in pairwise(cuts)]


def _told_apart(tokens: bytes, documents: bytes) -> tuple[bytes, array[int]]:
    """For each place 1 if a token begins there, else 0; and its document, less the one before where that has the same
    token. Tokens and documents stand in lanes of 32 bits.
    """
    ones = lanes.wide(b"\1\0\0\0" * (len(tokens) // 4))
    most = (ones << 31) - ones
    more = lanes.wide(tokens) - lanes.wide(_before(tokens))
    begins = ((more & most) + most | more) >> 31 & ones | ones & 1  # what is not naught has or gets a highest bit
    steps = lanes.wide(documents) - (lanes.wide(_before(documents)) & (ones ^ begins) * 0xFFFF)
    size = len(tokens)
    return begins.to_bytes(size, "little")[::4], lanes.numbers("I", steps.to_bytes(size, "little"))


def _before(data: bytes) -> bytes:
    """For each lane the one before it."""
    return (bytes(4) + data)[: len(data)]


def _join(keys: array[int], sizes: array[int], steps: array[int]) -> None:
    """Make one of tokens that have the same key."""
    end = len(steps)
    for place in range(len(keys) - 1, 0, -1):
        middle = end - sizes[place]
        if keys[place] != keys[place - 1]:
            end = middle
            continue
        begin = middle - sizes[place - 1]
        documents = sorted({*accumulate(steps[begin:middle]), *accumulate(steps[middle:end])})
        steps[begin:end] = _steps(documents)
        end = begin + len(documents)
        sizes[place - 1] = len(documents)
        del keys[place], sizes[place]


def _steps(numbers: Sequence[int]) -> array[int]:
    return array("I", [*numbers[:1], *map(sub, numbers[1:], numbers)])


def _spelt(numbers: array[int]) -> bytes:
    """These numbers, of seven bits a byte.

    Each is spelt in a lane of four bytes, of which those that are 0 are then left out: no number but 0 has one. For 0
    stands meanwhile what would be 2^21, of which none is among the others.
    """
    ones = lanes.wide(b"\1\0\0\0" * len(numbers))
    number = lanes.wide(lanes.data(numbers))
    if number & ones * (0xFFFFFFFF >> 21 << 21):  # hardly ever: keys far apart
        return b"".join(map(_long, numbers))
    some, two, three = (number + ones * ((1 << 31) - least) >> 31 & ones for least in (1, 1 << 7, 1 << 14))
    seven = ones * 0x7F
    spelt = number & seven | (number & seven << 7) << 1 | (number & seven << 14) << 2 | two << 7 | three << 15
    spelt |= (ones - some) * int.from_bytes(_NAUGHT, "little")
    return spelt.to_bytes(4 * len(numbers), "little").translate(None, b"\0").replace(_NAUGHT, b"\0")


_NAUGHT = b"\x80\x80\x80\x01"


def _long(number: int) -> bytes:
    spelt = bytearray()
    while number > 0x7F:
        spelt.append(number & 0x7F | 0x80)
        number >>= 7
    spelt.append(number)
    return bytes(spelt)


def _numbers(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0


def _sums(steps: Iterable[int]) -> Iterator[int]:
    total = 0
    for step in steps:
        total += step
        yield total
