"""Pure: which documents of a segment have which tokens, in files of two kilobytes, of which a search asks one a token.

A token has a number of 32 bits (codes.py). With n files it is in file floor(number * n / 2^32); in the file, it is
known by so many bits after those (`key`) that one in 128 tokens that no document has is taken for another: whoever
searches looks at the text of what is named.

A file, unpacked: documents of the segment, bits of a key, number of keys; each key less the one before; for each key,
its number of documents; for each key, its documents, each less the one before. All are numbers of seven bits a byte,
the lowest first, the highest bit set where another byte follows (LEB128).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import sub

# Places of tokens in a file: with it a file of a large segment has about two kilobytes, so that a question for a rare
# word asks all segments for some 20 KB in all. Smaller ones would be more files than there are documents.
_IN_A_FILE = 2000


class Postings:
    """The tokens of the documents of one segment, told one after the other."""

    def __init__(self) -> None:
        self._places: defaultdict[int, list[int]] = defaultdict(list)
        self._documents = 0

    def add(self, codes: Iterable[int]) -> None:
        """The next document has the tokens of these numbers, each told once."""
        number, places = self._documents, self._places
        for code in codes:
            places[code].append(number)
        self._documents += 1

    def files(self, *, one: bool = False) -> list[bytes]:
        """What the files hold, unpacked. `one`: a single file."""
        total = sum(map(len, self._places.values()))
        number = 1 if one else max(1, total // _IN_A_FILE)
        bits = min(24, max(8, (len(self._places) // number).bit_length() + 7))
        head = [self._documents, bits]
        found: list[bytes] = []
        keys: list[int] = []
        lists: list[list[int]] = []
        shift = 32 - bits
        for code in sorted(self._places):
            place = code * number
            while place >> 32 > len(found):
                found.append(_file(head, keys, lists))
                keys, lists = [], []
            key = (place & 0xFFFFFFFF) >> shift
            documents = self._places[code]
            if keys and keys[-1] == key:
                lists[-1] = sorted({*lists[-1], *documents})
            else:
                keys.append(key)
                lists.append(documents)
        found.append(_file(head, keys, lists))
        found += [_file(head, [], [])] * (number - len(found))
        return found


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


def _file(head: list[int], keys: list[int], lists: list[list[int]]) -> bytes:
    numbers = [*head, len(keys), *_steps(keys), *map(len, lists)]
    for documents in lists:
        numbers += _steps(documents)
    return _bytes(numbers)


def _steps(numbers: list[int]) -> list[int]:
    return [*numbers[:1], *map(sub, numbers[1:], numbers)]


_SMALL = [bytes((number,)) for number in range(0x80)]
_SPELT = _SMALL + [bytes((number & 0x7F | 0x80, number >> 7)) for number in range(0x80, 0x4000)]


def _bytes(numbers: list[int]) -> bytes:
    try:
        return b"".join(map(_SPELT.__getitem__, numbers))
    except IndexError:  # a large one
        return b"".join(_SPELT[number] if number < 0x4000 else _long(number) for number in numbers)


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
