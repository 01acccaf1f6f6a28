"""The bytes of a WARC file as they were before it was compressed, member after member.

- Plain files are one member; `.gz` and `.zst` files should have one a record, and may be one for all. A dictionary
  at the beginning of a `.zst` file is for all of its frames.
- What is damaged costs one member: `resume` looks for where the next one begins that a record begins with.
- Nothing is unpacked in one piece, and what grows beyond all measure is given up, so a bomb costs a moment.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import IO, Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BEGINS = b"WARC/"
PIECE = 262_144  # bytes unpacked at once: a guess, large enough that most records are one piece
_READ = 65_536  # bytes read at once: what a member leaves over is copied, so not much more
_GZIP = b"\x1f\x8b\x08"
_FRAME = b"\x28\xb5\x2f\xfd"
_DICTIONARY = b"\x5d\x2a\x4d\x18"  # the skippable frame of the .warc.zst convention
_MOST_DICTIONARY = 16 << 20
_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 27}  # what zstd itself allows unasked: 128 MB
# Pages are packed to a fifth of their size or so; a hundredth was seen of generated ones. Beyond that it is a bomb.
_RATIO = 200
_GRACE = 256 << 20


class Damaged(Exception):
    """The member that is being read can't be read on: why, in words."""


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Flow(Protocol):
    """A file's members: `begin` one, take its `piece`s until b"", begin the next."""

    is_plain: bool  # whether places in a member are places in the file
    size: int  # of the file, in bytes
    offset: int  # where in the file the member begins that is being read

    def begin(self) -> bool:
        """Go on to the next member; False at the end of the file. Raises Damaged when there is something else."""
        ...

    def piece(self) -> bytes:
        """More of the member, b"" at its end. Raises Damaged."""
        ...

    def resume(self) -> int:
        """After damage: look for the next member that a record begins with; how many bytes were passed over."""
        ...

    def seek(self, offset: int) -> None:
        """Go on with the member that begins here."""
        ...

    @property
    def place(self) -> int:
        """How far the file has been read."""
        ...


def open_flow(file: IO[bytes], size: int) -> Flow:
    """The flow of a WARC file, by what it begins with. Raises Damaged for what is none."""
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    if head.startswith(BEGINS):
        return _Plain(file, size)
    if head.startswith(_GZIP):
        return _Packed(file, size, lambda: zlib.decompressobj(31), _GZIP)
    if head.startswith(_FRAME):
        return _Packed(file, size, lambda: zstd.ZstdDecompressor(options=_WINDOW), _FRAME)
    if head.startswith(_DICTIONARY):
        begin = 8 + int.from_bytes(head[4:8], "little")
        dictionary = _dictionary(file, begin - 8)
        return _Packed(file, size, lambda: zstd.ZstdDecompressor(dictionary, options=_WINDOW), _FRAME, begin=begin)
    raise Damaged("it begins as no WARC file does: neither WARC/1.x, nor gzip, nor zstd")


def is_warc(file: IO[bytes]) -> bool:
    """Whether a file begins with a WARC record, packed or not."""
    try:
        flow = open_flow(file, sys.maxsize)
        return flow.begin() and flow.piece().startswith(BEGINS)
    except (Damaged, OSError):
        return False


def _dictionary(file: IO[bytes], size: int) -> zstd.ZstdDict:
    """The dictionary in the skippable frame at the beginning, itself perhaps packed."""
    if size > _MOST_DICTIONARY:
        raise Damaged(f"its dictionary says that it has {size:,} bytes")
    file.seek(8)
    packed = file.read(size)
    try:
        if packed.startswith(_FRAME):
            packed = zstd.ZstdDecompressor(options=_WINDOW).decompress(packed, _MOST_DICTIONARY)
        return zstd.ZstdDict(packed)
    except (zstd.ZstdError, ValueError) as error:
        raise Damaged(f"its dictionary is damaged ({error})") from None


class _Plain:
    """A file that is not packed: one member, in which `seek` goes anywhere."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.is_plain = True
        self.size = size
        self.offset = 0
        self._file = file

    def begin(self) -> bool:
        self.offset = self._file.tell()
        return self.offset < self.size

    def piece(self) -> bytes:
        return self._file.read(PIECE)

    def resume(self) -> int:
        """Look for a line that a record begins with, from one byte after where the last one began."""
        begun = self.offset
        place, found = _find(self._file, begun + 1, b"\n" + BEGINS + b"1.")
        self._file.seek(place + 1 if found else self.size)
        return self._file.tell() - begun

    def seek(self, offset: int) -> None:
        self._file.seek(offset)

    @property
    def place(self) -> int:
        return self._file.tell()


class _Packed:
    """A file of gzip members or zstd frames."""

    def __init__(
        self, file: IO[bytes], size: int, decoder: Callable[[], _Decoder], magic: bytes, *, begin: int = 0
    ) -> None:
        self.is_plain = False
        self.size = size
        self.offset = begin
        self._first = begin
        self._file = file
        self._new = decoder
        self._magic = magic
        self._raw = b""  # read and not unpacked yet
        self._decoder: _Decoder | None = None
        self._given = 0
        file.seek(begin)

    def begin(self) -> bool:
        while self._decoder is not None:  # what nobody wanted of the last one
            self.piece()
        while True:
            if len(self._raw) < len(self._magic):
                self._raw += self._file.read(_READ)
            stripped = self._raw.lstrip(b"\0")  # padding, as some tapes and file systems leave it
            if stripped or not self._raw:
                break
            self._raw = b""
        self._raw = stripped
        self.offset = self.place
        if not self._raw:
            return False
        if not self._raw.startswith(self._magic):
            raise Damaged("what follows is no member of the file")
        self._decoder = self._new()
        return True

    def piece(self) -> bytes:
        decoder = self._decoder
        while decoder is not None:
            try:
                unpacked = decoder.decompress(self._raw, PIECE)
            except (zlib.error, zstd.ZstdError) as error:
                raise Damaged(f"its compression is damaged ({error})") from None
            if decoder.eof:
                self._raw, self._decoder = decoder.unused_data, None
                decoder = None
            else:
                self._raw = getattr(decoder, "unconsumed_tail", b"")  # zstd keeps what did not fit, zlib hands it back
                if not unpacked and not self._raw:
                    self._raw = self._file.read(_READ)
                    if not self._raw:
                        raise Damaged("the file ends in the middle of it")
            if unpacked:
                self._count(len(unpacked))
                return unpacked
        return b""

    def resume(self) -> int:
        begun = self.offset
        self._decoder, self._raw = None, b""
        start = begun + 1
        while True:
            place, found = _find(self._file, start, self._magic)
            self.seek(place)
            if not found or self._begins_a_record():
                self.seek(place)
                return place - begun
            start = place + 1

    def seek(self, offset: int) -> None:
        self._decoder, self._raw = None, b""
        self._file.seek(max(offset, self._first))
        self._given = self.place * _RATIO  # what was passed over is not held against what comes

    @property
    def place(self) -> int:
        return self._file.tell() - len(self._raw)

    def _begins_a_record(self) -> bool:
        try:
            return self.begin() and self.piece().startswith(BEGINS)
        except Damaged:
            return False

    def _count(self, given: int) -> None:
        self._given += given
        if self._given > self._file.tell() * _RATIO + _GRACE:
            raise Damaged(f"it unpacks to more than {_RATIO} times its size")


def _find(file: IO[bytes], start: int, wanted: bytes) -> tuple[int, bool]:
    """Where this stands first, from `start` on; the end of the file, and False, when it does nowhere."""
    file.seek(start)
    held, at = b"", start
    while data := file.read(1 << 20):
        window = held + data
        if (place := window.find(wanted)) >= 0:
            return at + place, True
        held = window[-(len(wanted) - 1) :]
        at += len(window) - len(held)
    return file.tell(), False
