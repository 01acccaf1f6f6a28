"""What bytes say of themselves before anybody decodes them: which kind of picture, and how large.

- The kind is told by the first bytes, never by an address or a header of HTTP. JPEG, PNG, GIF, WebP and AVIF are
  pictures; all else is none, and is named as what it seems to be.
- Sizes are read where each format writes them, a few fields and no more: a picture that would unpack to gigabytes is
  refused by a hundred bytes. That it can be decoded, and to what it says, is for `renditions.py` to find out.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from wirecopy.errors import ReadError

LARGEST = 20_000_000  # bytes; what one request may bring (fetch.Limits), and twice the largest press photographs
MOST_PIXELS = 50_000_000  # a guess: the cameras of press photographers give 24 to 50


class Header(NamedTuple):
    """What a picture says that it is. `width` and `height` are 0 where only decoding tells."""

    media: str
    width: int
    height: int


def look(body: bytes) -> Header:
    """The kind and size of a picture. Raises ReadError for what is none, and for one that is too large."""
    if not body:
        raise ReadError("it is empty")
    if len(body) > LARGEST:
        raise ReadError(f"it has more than {LARGEST:,} bytes")
    found = next((read for begins, read in _FORMATS if begins.match(body)), None)
    if found is None:
        raise ReadError(f"it is {_named(body)}, not a picture that is kept (JPEG, PNG, GIF, WebP, AVIF)")
    try:
        header = found(body)
    except (struct.error, IndexError):
        raise ReadError("it ends before it says how large it is") from None
    check_size(header.width, header.height)
    return header


def check_size(width: int, height: int) -> None:
    """Raises ReadError for a size that is not decoded."""
    if width * height > MOST_PIXELS:
        raise ReadError(f"it has {width:,} × {height:,} pixels; up to {MOST_PIXELS // 10**6} million are decoded")


_MOST_PARTS = 1_000  # segments or boxes looked at; a guess: a profile may take 255, and nobody was seen with more
_MARKER = re.compile(rb"\xff+([^\x00\xff])")

# --- formats -------------------------------------------------------------------------------------------------------


def _jpeg(body: bytes) -> Header:
    """ITU-T T.81 B.2: the frame header is one of the segments before the first scan."""
    at = 2
    for _ in range(_MOST_PARTS):
        marker = _MARKER.match(body, at)
        if marker is None:
            raise ReadError("it is no JPEG beyond its first bytes")
        at, kind = marker.end(), marker[1][0]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", body, at + 3)
            return _sized("image/jpeg", width, height)
        if kind in (0xD9, 0xDA):
            break
        (length,) = struct.unpack_from(">H", body, at)
        at += max(2, length)
    raise ReadError("it is a JPEG that says nowhere how large it is")


def _png(body: bytes) -> Header:
    kind, width, height = struct.unpack_from(">4sII", body, 12)
    if kind != b"IHDR":
        raise ReadError("it is no PNG beyond its first bytes")
    return _sized("image/png", width, height)


def _gif(body: bytes) -> Header:
    return _sized("image/gif", *struct.unpack_from("<HH", body, 6))


def _webp(body: bytes) -> Header:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    kind = body[12:16]
    if kind == b"VP8X":
        canvas = body[24:30]
        if len(canvas) < 6:
            raise IndexError
        return _sized("image/webp", 1 + int.from_bytes(canvas[:3], "little"), 1 + int.from_bytes(canvas[3:], "little"))
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 21)
        return _sized("image/webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 26)
        return _sized("image/webp", width & 0x3FFF, height & 0x3FFF)
    raise ReadError("it is no WebP beyond its first bytes")


def _avif(body: bytes) -> Header:
    """The largest of the sizes (`ispe`) of the items in its `meta` box (ISO/IEC 23008-12); a sequence may have none."""
    sizes = [
        struct.unpack_from(">II", body, ispe + 4)
        for meta in _boxes(body, 0, len(body), b"meta")
        for iprp in _boxes(body, meta[0] + 4, meta[1], b"iprp")
        for ipco in _boxes(body, *iprp, b"ipco")
        for ispe, _ in _boxes(body, *ipco, b"ispe")
    ]
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    return Header("image/avif", width, height)


def _boxes(body: bytes, start: int, end: int, kind: bytes) -> Iterator[tuple[int, int]]:
    """Where the boxes of this kind begin and end, without their heads, among those between two places."""
    for _ in range(_MOST_PARTS):
        if start + 8 > end:
            return
        size, found = struct.unpack_from(">I4s", body, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", body, start + 8)
            head = 16
        size = end - start if size == 0 else size
        if size < head or start + size > end:
            return
        if found == kind:
            yield start + head, start + size
        start += size


def _sized(media: str, width: int, height: int) -> Header:
    if not width or not height:
        raise ReadError(f"it is {media} without any pixels: {width:,} × {height:,}")
    return Header(media, width, height)


_FORMATS = (
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"GIF8[79]a"), _gif),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
    (re.compile(rb"....ftyp(?:avif|avis|mif1.{0,60}?avif|msf1.{0,60}?avis)", re.DOTALL), _avif),
)

# What else comes, by how it begins, and what it is called.
_OTHERS = (
    (re.compile(rb"<(?:!doctype html|html|head|body|script)", re.IGNORECASE), "a page"),
    (re.compile(rb"[{\[]"), "JSON"),
    (re.compile(rb"....ftyp", re.DOTALL), "HEIC or a video"),
    (re.compile(rb"BM"), "a bitmap (BMP)"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "TIFF"),
    (re.compile(rb"\x00\x00\x01\x00"), "an icon"),
    (re.compile(rb"%PDF"), "PDF"),
    (re.compile(rb"PK"), "an archive (ZIP)"),
    (re.compile(rb"\x1f\x8b"), "packed (gzip)"),
)


def _named(body: bytes) -> str:
    start = body[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    named = next((name for begins, name in _OTHERS if begins.match(start)), "")
    if not named and start.startswith(b"<"):
        named = "SVG, a program" if b"<svg" in start.lower() else "a page"
    return named or "nothing known"
