"""How something that was removed is known again in a file, though nothing of it is kept: salted digests of windows.

- A window is 24 bytes that begin at an anchor: one of 8 bytes followed by one of 62, so that about one place in a
  hundred is looked at, whatever the file, and each costs one digest.
- Of each removed thing some windows are taken: of what it said, as UTF-8, and of its bytes as they were packed. Only
  8 bytes of their keyed BLAKE2b stay. Nobody reads a text out of these; but who has a text and the archive can tell
  whether it was this one.
- What many pages say is no trace of one of them: one window proves nothing in a text, half of them do. Packed bytes
  are nobody else's: there one is enough.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol, cast

WIDTH = 24
TEXT, PACKED = "text", "packed"

_FIRST = b"\x1b\x5f\x6d\x84\xa7\xb8\xcb\xf2"
_SECOND = bytes(byte for byte in range(256) if byte % 4 == 1 and byte not in _FIRST)
_ANCHOR = re.compile(b"[" + re.escape(_FIRST) + b"][" + re.escape(_SECOND) + b"]")
_DIGEST = 8
_MOST = 16  # windows kept of one thing: enough for half of them to be no accident
_PIECE = 4 << 20  # bytes of a file that are looked at together
_GZIP = b"\x1f\x8b"
# What unpacking says of what is damaged, enciphered, or packed in a way that Python does not know.
_NOT_PACKED = (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError)


class _Read1(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class Trace(NamedTuple):
    """One removed thing: whose, of which kind, and the digests of its windows, one after the other."""

    take_down: int
    kind: str
    windows: bytes

    def each(self) -> list[bytes]:
        """The digests."""
        return [self.windows[at : at + _DIGEST] for at in range(0, len(self.windows), _DIGEST)]


def of_text(take_down: int, words: str, salt: bytes) -> Trace | None:
    """By what a text would be known again, None for one that is too short for that."""
    lines = (line.encode() for line in words.split("\n"))
    return _trace(take_down, TEXT, (window for line in lines for window in _windows(line)), salt)


def of_bytes(take_down: int, packed: bytes, salt: bytes) -> Trace | None:
    """By what packed bytes would be known again. Their beginning is left out: it may be a format's own."""
    return _trace(take_down, PACKED, _windows(packed[min(len(packed) // 4, 2_000) :]), salt)


def said(words: str, salt: bytes) -> set[bytes]:
    """Every window of a text: what others say too is no trace of one of them."""
    return {_digest(window, salt) for line in words.split("\n") for window in _windows(line.encode())}


def without(trace: Trace, common: set[bytes]) -> Trace | None:
    """A trace without the windows that are not its own; None where none is left."""
    left = [digest for digest in trace.each() if digest not in common]
    return trace._replace(windows=b"".join(left)) if left else None


def found(
    path: Path, traces: Sequence[Trace], salt: bytes, progress: Callable[[int], None] | None = None
) -> set[bytes]:
    """Which of these windows stand in a file, packed or not. `progress` is told how many bytes were looked at."""
    wanted = {digest for trace in traces for digest in trace.each()}
    seen: set[bytes] = set()
    if not wanted:
        return seen
    for file in _within(path):
        rest = b""
        for piece in _pieces(file):
            together = rest + piece
            for window in _windows(together):
                digest = _digest(window, salt)
                if digest in wanted:
                    seen.add(digest)
            rest = together[-(WIDTH - 1) :]
            if progress is not None:
                progress(len(piece))
    return seen


def stands(path: Path, words: Iterable[bytes]) -> set[bytes]:
    """Which of these strings stand in a file, byte for byte, packed or not."""
    wanted = set(filter(None, words))
    longest = max(map(len, wanted), default=1)
    seen: set[bytes] = set()
    for file in _within(path) if wanted else ():
        rest = b""
        for piece in _pieces(file):
            together = rest + piece
            seen |= {each for each in wanted - seen if each in together}
            rest = together[-(longest - 1) :] if longest > 1 else b""
    return seen


def _within(path: Path) -> Iterator[_Read1]:
    """A file as it stands, then what is packed in it: gzip (WARC files), and the members of a ZIP (WACZ)."""
    with path.open("rb") as file:
        yield file
        file.seek(0)
        if file.read(2) == _GZIP:
            file.seek(0)
            yield gzip.GzipFile(fileobj=file)
        elif zipfile.is_zipfile(file):
            with suppress(*_NOT_PACKED), zipfile.ZipFile(file) as packed:
                for name in packed.namelist():
                    with suppress(*_NOT_PACKED), packed.open(name) as member:
                        yield gzip.GzipFile(fileobj=member) if _is_gzip(packed, name) else cast("_Read1", member)


def _is_gzip(packed: zipfile.ZipFile, name: str) -> bool:
    with packed.open(name) as member:
        return member.read(2) == _GZIP


def _pieces(file: _Read1) -> Iterator[bytes]:
    """What a file holds, up to where it can't be unpacked: what only looks packed is none."""
    with suppress(*_NOT_PACKED):
        while piece := file.read1(_PIECE):  # not `read`, which gives nothing of a piece that is cut off
            yield piece


def is_known(trace: Trace, seen: set[bytes]) -> int:
    """How many windows of a removed thing were found, 0 where they are too few to mean anything."""
    windows = trace.each()
    count = sum(digest in seen for digest in windows)
    return count if trace.kind == PACKED or 2 * count >= len(windows) else 0


def _trace(take_down: int, kind: str, windows: Iterable[bytes], salt: bytes) -> Trace | None:
    every = list(dict.fromkeys(windows))
    if not every:
        return None
    step = max(len(every) / _MOST, 1.0)
    chosen = [every[int(number * step)] for number in range(min(len(every), _MOST))]
    return Trace(take_down, kind, b"".join(sorted(_digest(window, salt) for window in chosen)))


def _windows(data: bytes) -> Iterator[bytes]:
    # No byte is both a first and a second one: two anchors never overlap, and none is missed.
    for match in _ANCHOR.finditer(data):
        window = data[match.start() : match.start() + WIDTH]
        if len(window) == WIDTH:
            yield window


def _digest(window: bytes, salt: bytes) -> bytes:
    return hashlib.blake2b(window, digest_size=_DIGEST, key=salt).digest()
