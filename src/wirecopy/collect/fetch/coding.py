"""A payload as it arrives, its content coding undone piece by piece, never more of it than a limit.

- gzip (also of several members), deflate (in zlib's frame, and bare, which servers send too) and zstd; two codings
  on top of each other at most.
- No piece is larger than `PIECE` and no stage gives more than the limit, so a bomb costs neither memory nor time.
- What is wrong is said in words, and what was decoded until then stays: this is evidence.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from wirecopy.text import printable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, zstd"
PIECE = 262_144  # bytes a decoder may give at once: a guess, large enough that most pages are one piece
_NESTED = 2  # a server that compresses and a cache that compresses again; nobody was seen to do more
_WINDOW: dict[int, int] = {
    zstd.DecompressionParameter.window_log_max: 23
}  # RFC 9659: 8 MB must do for the zstd content coding


class Payload:
    """Collects a payload. `body` is what was decoded, `trouble` why no more of it is wanted."""

    def __init__(self, codings: str, limit: int) -> None:
        self.trouble = ""
        self.arrived = 0
        self._limit = limit
        self._size = 0
        self._pieces: list[bytes] = []
        self._stages: tuple[_Stage, ...] = self._undo(codings) if codings else ()

    @property
    def body(self) -> bytes:
        """The bytes so far, content coding undone; coded still where the coding is unknown."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def feed(self, data: bytes) -> bool:
        """Take what arrived; False when no more is wanted."""
        self.arrived += len(data)
        try:
            self._pass(data, 0)
        except _Enough as enough:
            self.trouble = self.trouble or str(enough)
            return False
        if self.arrived > self._limit:
            self.trouble = self.trouble or self._too_much()
            return False
        return True

    def ended(self) -> str:
        """Why the payload is not whole although all of it arrived; "" when it is."""
        if self.trouble or not self.arrived:  # an empty payload is whole, whatever coding its head names
            return self.trouble
        return next((f"the {stage.name} coding has no end" for stage in self._stages if not stage.ended), "")

    def _undo(self, codings: str) -> tuple[_Stage, ...]:
        names = [name for name in (part.strip().lower() for part in codings.split(",")) if name not in ("", "identity")]
        unknown = next((name for name in names if name not in _CODINGS), "")
        if unknown or len(names) > _NESTED:
            self.trouble = (
                f"unknown content coding {printable(unknown[:40])}" if unknown else f"{len(names)} content codings"
            )
            return ()
        return tuple(_CODINGS[name](name, self._limit) for name in reversed(names))

    def _pass(self, data: bytes, stage: int) -> None:
        if stage < len(self._stages):
            for piece in self._stages[stage].feed(data):
                self._pass(piece, stage + 1)
            return
        room = self._limit - self._size
        self._size += len(data)
        self._pieces.append(data if len(data) <= room else data[:room])
        if len(data) > room:
            raise _Enough(self._too_much())

    def _too_much(self) -> str:
        return f"more than {self._limit} bytes"


class _Enough(Exception):
    """No more of this payload is wanted."""


class _Decoder(Protocol):
    """One member of a gzip file, one frame of zstd."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Stage:
    """One coding being undone, member after member."""

    def __init__(self, name: str, limit: int, begin: Callable[[bytes], _Decoder | None], next_begins: bytes) -> None:
        self.name = name
        self.ended = True  # we stand between two members
        self._room = limit
        self._begin = begin
        self._next_begins = next_begins
        self._decoder: _Decoder | None = None
        self._held = b""
        self._first = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What this much more input decodes to, in pieces."""
        data, self._held = self._held + data, b""
        more = bool(data)
        while more:
            if self._decoder is None:
                if not self._first and data[:1] != self._next_begins:
                    return  # padding after the end, which browsers ignore too
                self.ended = False
                self._decoder = self._begin(data)
                if self._decoder is None:
                    self._held = data
                    return
            piece, data, more = self._pull(self._decoder, data)
            if piece:
                self._room -= len(piece)
                yield piece  # before the limit is looked at: the next stage keeps what still fits
                if self._room < 0:
                    raise _Enough("more bytes inside the coding than the limit")

    def _pull(self, decoder: _Decoder, data: bytes) -> tuple[bytes, bytes, bool]:
        try:
            piece = decoder.decompress(data, PIECE)
        except (zlib.error, zstd.ZstdError) as error:
            raise _Enough(f"the {self.name} coding is damaged ({error})") from None
        if decoder.eof:
            self._decoder, self._first, self.ended = None, False, True
            return piece, decoder.unused_data, bool(decoder.unused_data)
        rest = getattr(decoder, "unconsumed_tail", b"")  # zlib hands back what did not fit, zstd keeps it
        return piece, rest, bool(rest) or len(piece) == PIECE


def _begin_deflate(data: bytes) -> _Decoder | None:
    """RFC 9110 8.4.1.2: zlib's frame it should be, but bare deflate is sent too; two bytes tell."""
    if len(data) < 2:
        return None
    framed = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)


def _gzip(name: str, limit: int) -> _Stage:
    return _Stage(name, limit, lambda _: zlib.decompressobj(16 + zlib.MAX_WBITS), b"\x1f")


def _deflate(name: str, limit: int) -> _Stage:
    return _Stage(name, limit, _begin_deflate, b"never")


def _zstd(name: str, limit: int) -> _Stage:
    # A frame begins with 28 B5 2F FD, a skippable one with 5n 2A 4D 18 (RFC 8878): only the former is looked for.
    return _Stage(name, limit, lambda _: zstd.ZstdDecompressor(options=_WINDOW), b"\x28")


_CODINGS: dict[str, Callable[[str, int], _Stage]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
}
