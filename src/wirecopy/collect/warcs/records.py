"""A WARC file becomes records, one after the other; a broken one costs only itself.

- A record is as long as it says and is followed by the next one, or it is broken: cut, longer than its member, shorter
  than it says. It is told as `Broken`, and reading goes on where the next record begins.
- Of a member that begins with a broken record nothing is believed: what looks like a record in it may be a page's text.
- A block is kept in memory as far as `MOST`; of what is longer, and of what nobody wants, only the head is.
- Block digests are checked where they are given. WARC 1.0 and 1.1 (ISO 28500), and what tools make of them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from wirecopy.collect.warcs.flows import BEGINS, Damaged, Flow

MOST = 24_000_000  # bytes of a block in memory: what `fetch` takes of a page, with room for a head and chunks
_MOST_HEAD = 65_536  # bytes of a record's own head; a guess: they have some five hundred
_MOST_LINES = 256
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_NEXT = re.compile(rb"[\r\n]{0,8}(?:WARC/|$)")
_AGAIN = b"\nWARC/1."
_LONGEST_NUMBER = 30  # digits of a length that is looked at, and then found to be too large
_ALGORITHMS = {"sha1": 20, "sha256": 32, "sha512": 64, "md5": 16}


class Record(NamedTuple):
    """A record: `offset` of its member in the file, its fields by small names, its block, b"" where it is not kept."""

    offset: int
    fields: Mapping[str, str]
    block: bytes
    length: int

    @property
    def type(self) -> str:
        """response, request, revisit, metadata, resource, warcinfo, conversion …"""
        return self.fields.get("warc-type", "").lower()

    @property
    def id(self) -> str:
        """The record's name."""
        return self.fields.get("warc-record-id", "")


class Broken(NamedTuple):
    """Something in the file that is no whole record: where, and why."""

    offset: int
    reason: str


Wanted = Callable[[Mapping[str, str]], bool]


def records(flow: Flow, wanted: Wanted) -> Iterator[Record | Broken]:
    """Every record from where the flow stands; of those that are not `wanted` the block is left empty."""
    reader = _Reader(flow, wanted)
    while True:
        try:
            found = reader.next()
        except Damaged as damage:
            at = flow.offset
            found = Broken(at, f"{damage}; {flow.resume():,} bytes passed over")
            reader.forget()
        if found is None:
            return
        yield found


def agrees(digest: str, data: bytes) -> bool | None:
    """Whether these bytes have this digest ("sha1:" and Base32, or its kin). None: nobody can tell."""
    name, _, value = digest.strip().partition(":")
    name = name.lower().replace("-", "")
    if name not in _ALGORITHMS or not value:
        return None
    try:
        expected = _value(value, _ALGORITHMS[name])
    except (binascii.Error, ValueError):
        return None
    return hashlib.new(name, data, usedforsecurity=False).digest() == expected


def _value(spelt: str, size: int) -> bytes:
    if len(spelt) == 2 * size:
        return bytes.fromhex(spelt)
    if len(spelt.rstrip("=")) == -(-size * 8 // 5):
        return base64.b32decode(spelt.rstrip("=").upper() + "=" * (-len(spelt.rstrip("=")) % 8))
    return base64.urlsafe_b64decode(spelt.replace("+", "-").replace("/", "_") + "=" * (-len(spelt) % 4))


class _Malformed(Exception):
    """What stands here is no whole record: why."""


class _Reader:
    """Takes records from a flow. The buffer is what was unpacked and is not used yet."""

    def __init__(self, flow: Flow, wanted: Wanted) -> None:
        self._flow = flow
        self._wanted = wanted
        self._buffer = bytearray()
        self._used = 0  # bytes of the member before the buffer
        self._has_ended = True  # the member has no more than the buffer
        self._is_first = True  # nothing of the member was a record yet
        self._is_next = False  # what stands in the buffer is the member after the one of a broken record

    def forget(self) -> None:
        """Begin anew, where the flow stands."""
        self._buffer.clear()
        self._has_ended = True

    def next(self) -> Record | Broken | None:
        """The next record, None at the end. Raises Damaged where the flow can't go on."""
        while not self._stands():
            if not self._begin():
                return None
        at = self._flow.offset + (self._used if self._flow.is_plain else 0)
        try:
            record = self._record(at)
        except _Malformed as why:
            self._pass_over(at)
            return Broken(at, str(why))
        self._is_first = False
        digest = record.fields.get("warc-block-digest", "")
        if record.block and digest and agrees(digest, record.block) is False:
            return Broken(at, f"its block is not what its digest says ({digest[:100]})")
        return record

    def _begin(self) -> bool:
        self._buffer.clear()
        self._used, self._is_first = 0, True
        self._has_ended = not self._flow.begin()
        return not self._has_ended

    def _more(self) -> bool:
        piece = b"" if self._has_ended else self._flow.piece()
        self._has_ended = not piece
        self._buffer += piece
        return bool(piece)

    def _use(self, size: int) -> None:
        del self._buffer[:size]
        self._used += size

    def _stands(self) -> bool:
        """Whether something stands in the buffer, blank lines before it passed over."""
        while True:
            self._use(len(self._buffer) - len(self._buffer.lstrip(b"\r\n")))
            if len(self._buffer) >= len(BEGINS) or not self._more():
                return bool(self._buffer)

    def _record(self, at: int) -> Record:
        if not self._buffer.startswith(BEGINS):
            raise _Malformed("no record begins here")
        while (ends := _HEAD_ENDS.search(self._buffer, 0, _MOST_HEAD)) is None:
            if len(self._buffer) >= _MOST_HEAD:
                raise _Malformed(f"its head has more than {_MOST_HEAD:,} bytes")
            if not self._more():
                raise _Malformed("its head is cut")
        begins = ends.end()
        fields = _fields(bytes(self._buffer[: ends.start()]))
        length = _length(fields)
        if self._flow.is_plain and at + begins + length > self._flow.size:
            raise _Malformed(f"it says that it has {length:,} bytes, and the file ends before")
        if not self._wanted(fields) or length > MOST:
            self._skip(begins + length)
            self._check_end(0)
            return Record(at, fields, b"", length)
        while len(self._buffer) < begins + length:
            there = len(self._buffer) - begins
            if not self._more() and not self._goes_on():
                raise _Malformed(f"it says that it has {length:,} bytes, and there are {there:,}")
        self._check_end(begins + length)
        with memoryview(self._buffer) as view:
            block = bytes(view[begins : begins + length])
        self._use(begins + length)
        return Record(at, fields, block, length)

    def _skip(self, size: int) -> None:
        while len(self._buffer) < size:
            size -= len(self._buffer)
            self._use(len(self._buffer))
            if not self._more() and not self._goes_on():
                raise _Malformed(f"it ends {size:,} bytes before it says")
        self._use(size)

    def _check_end(self, size: int) -> None:
        """What follows so many bytes of the buffer must be the next record, or the end."""
        while len(self._buffer) < size + 16 and self._more():
            pass
        if not _NEXT.match(self._buffer, size, size + 16):
            raise _Malformed("it is longer than it says")

    def _goes_on(self) -> bool:
        """Whether the record goes on in the next member, as tools that pack by blocks have it."""
        if self._flow.is_plain:
            return False
        held, first, used = bytes(self._buffer), self._is_first, self._used
        if not self._begin():
            return False
        self._more()
        if self._buffer.startswith(BEGINS):
            self._is_next = True
            return False
        self._buffer[:0] = held
        self._is_first, self._used = first, used
        return True

    def _pass_over(self, at: int) -> None:
        """Leave a broken record: go to where the next one may begin."""
        if self._is_next:
            self._is_next = False
            return
        if self._flow.is_plain:
            self._flow.seek(at)
            self._begin()
            self._more()
        elif self._is_first:
            self.forget()
            return
        self._use(1)
        while (place := self._buffer.find(_AGAIN)) < 0:
            self._use(max(0, len(self._buffer) - len(_AGAIN)))
            if not self._more():
                self._use(len(self._buffer))
                return
        self._use(place + 1)


def _fields(head: bytes) -> dict[str, str]:
    """The named fields of a record's head, the first of each name; all of them of WARC-Concurrent-To."""
    found: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\n")[1 : _MOST_LINES + 1]:
        name, colon, value = line.rstrip("\r").partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "warc-concurrent-to":
            value = f"{found.get(name, '')} {value}".strip()
        elif name in found:
            continue
        found[name] = value
    return found


def _length(fields: Mapping[str, str]) -> int:
    spelt = fields.get("content-length", "")
    if not (spelt.isascii() and spelt.isdigit()) or len(spelt) > _LONGEST_NUMBER:
        raise _Malformed(f"its length is {spelt[:40]!r}, which is none")
    return int(spelt)
