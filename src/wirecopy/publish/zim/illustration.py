"""The little picture that libraries of ZIM files show a book by: a folded newspaper, drawn here from rectangles.

A PNG (RFC 2083) of two colours in a palette, its pixels stored and not packed: the same bytes whichever zlib made it.
"""

from __future__ import annotations

import struct
import zlib

SIZE = 48  # pixels a side: the one size that every reader asks for

_PALETTE = bytes.fromhex("1f4e5f fdfbf6")  # ink, paper
# Paper on ink: left, top, right, bottom; then ink on paper.
_PAPER = ((6, 8, 38, 41), (39, 15, 43, 41))
_INK = (
    (10, 12, 34, 17),
    (10, 20, 21, 30),
    *((24, top, 34, top + 2) for top in (20, 24, 28)),
    *((10, top, 34, top + 2) for top in (33, 37)),
)


def png() -> bytes:
    """The picture, 48 by 48 pixels."""
    rows = bytearray()
    for y in range(SIZE):
        bits = 0
        for x in range(SIZE):
            bits = bits << 1 | (_in(_PAPER, x, y) and not _in(_INK, x, y))
        rows += b"\0" + bits.to_bytes(SIZE // 8, "big")
    head = struct.pack(">IIBBBBB", SIZE, SIZE, 1, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", _stored(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def _in(boxes: tuple[tuple[int, int, int, int], ...], x: int, y: int) -> bool:
    return any(left <= x < right and top <= y < bottom for left, top, right, bottom in boxes)


def _stored(body: bytes) -> bytes:
    """A zlib stream of one stored block (RFC 1950, 1951)."""
    size = struct.pack("<HH", len(body), len(body) ^ 0xFFFF)
    return b"\x78\x01\x01" + size + body + struct.pack(">I", zlib.adler32(body))
