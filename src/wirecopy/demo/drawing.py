"""Pictures that the simulated outlet draws itself: a valley, another for every id, the same whenever it is drawn.

- `picture` gives a whole file; the formats and their sizes are DW's (what it calls `_303` is 700 by 394 pixels).
- JPEG here is the smallest that is still one (ITU-T T.81 baseline): every 8×8 block is of one colour, so only its mean
  is coded, with Huffman tables of our own. PNG is RFC 2083 with a palette.
"""

from __future__ import annotations

import math
import random
import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

# Format → width, height. 16:9, square, the page's banner (43.75 %), the apps' and the sharing format.
FORMATS: dict[int, tuple[int, int]] = {
    **{600 + n: (w, round(w * 9 / 16)) for n, w in enumerate((78, 201, 379, 545, 767, 1199, 1568, 1920))},
    **{800 + n: (w, w) for n, w in enumerate((50, 129, 352, 575, 767))},
    **{1000 + n: (w, round(w * 0.4375)) for n, w in enumerate((80, 576, 768, 992, 1200))},
    103: (1024, 448),
    301: (220, 124),
    302: (460, 259),
    303: (700, 394),
    304: (940, 529),
    6: (940, 529),
}

Colour = tuple[int, int, int]
_ACROSS, _DOWN = 64, 36  # the scene is drawn this coarse and then made larger


@lru_cache(maxsize=512)
def picture(number: int, form: int, kind: str) -> bytes:
    """The file of picture `number` in this format, as "jpg" or "png". Raises KeyError for a format there is not."""
    width, height = FORMATS[form]
    scene, palette = _valley(number)
    return (_jpeg if kind == "jpg" else _png)(scene, palette, width, height)


@lru_cache(maxsize=128)
def _valley(number: int) -> tuple[tuple[bytes, ...], tuple[Colour, ...]]:
    """A scene as rows of palette numbers: sky, sun, three ranges of hills, a river."""
    chance = random.Random(number)  # noqa: S311 - a drawing, not a secret
    hue = chance.random()
    palette = (
        *(_tint(hue + 0.02 * band, 0.25 + 0.08 * band, 0.95 - 0.06 * band) for band in range(6)),
        _tint(hue + 0.45, 0.35, 0.98),
        *(_tint(hue + 0.3 + 0.04 * hill, 0.35 + 0.12 * hill, 0.66 - 0.15 * hill) for hill in range(3)),
        _tint(hue + 0.1, 0.3, 0.85),
    )
    waves = [(chance.uniform(0.05, 0.2), chance.uniform(0, 6), chance.uniform(2, 5)) for _ in range(3)]
    sun_x, sun_y, sun = chance.randrange(8, _ACROSS - 8), chance.randrange(4, 12), chance.uniform(2, 4)
    bend, rows = chance.uniform(0.1, 0.3), []
    for y in range(_DOWN):
        row = bytearray([min(5, y // 4)]) * _ACROSS
        for x in range(_ACROSS):
            if (x - sun_x) ** 2 + (y - sun_y) ** 2 < sun * sun:
                row[x] = 6
            for hill, (pitch, start, size) in enumerate(waves):
                if y > 14 + 6 * hill + size * math.sin(pitch * x + start):
                    row[x] = 7 + hill
            if y > 26 and abs(x - 32 - 14 * math.sin(bend * y)) < (y - 24) / 3:
                row[x] = 10
        rows.append(bytes(row))
    return tuple(rows), palette


def _tint(hue: float, saturation: float, value: float) -> Colour:
    """A colour by hue, saturation and value; the sixths of the wheel as colorsys has them, in whole numbers."""
    sixth, rest = divmod((hue % 1) * 6, 1)
    low, down, up = (
        value * (1 - saturation),
        value * (1 - saturation * rest),
        value * (1 - saturation * (1 - rest)),
    )
    wheel = ((value, up, low), (down, value, low), (low, value, up), (low, down, value), (up, low, value))
    red, green, blue = (*wheel, (value, low, down))[int(sixth)]
    return round(red * 255), round(green * 255), round(blue * 255)


def _png(scene: tuple[bytes, ...], palette: tuple[Colour, ...], width: int, height: int) -> bytes:
    lines, above = [], -1
    for y in range(height):
        source = y * _DOWN // height
        if source == above:
            lines.append(b"\x02" + bytes(width))  # the same line again: filter "up", nothing added
        else:
            columns = scene[source]
            lines.append(b"\x00" + bytes(columns[x * _ACROSS // width] for x in range(width)))
        above = source
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(map(bytes, palette))),
        (b"IDAT", zlib.compress(b"".join(lines), 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def _jpeg(scene: tuple[bytes, ...], palette: tuple[Colour, ...], width: int, height: int) -> bytes:
    tones = [_tones(colour) for colour in palette]
    across, down = -(-width // 8), -(-height // 8)
    rows: dict[tuple[int, int], tuple[str, int]] = {}
    bits, last = [], -1
    for y in range(down):
        source = y * _DOWN // down
        if (source, last) not in rows:
            columns = scene[source]
            rows[source, last] = _coded((columns[x * _ACROSS // across] for x in range(across)), tones, last)
        coded, last = rows[source, last]
        bits.append(coded)
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)  # T.81 F.1.2.3: the last byte is filled with ones
    scan = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\x00")
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, b"\x00" + bytes([8]) * 64),  # a mean is coded as 8 times itself; divided by 8, it is itself
            _segment(
                0xC0, struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes((n, 0x11, 0)) for n in (1, 2, 3))
            ),
            _segment(0xC4, b"\x00" + bytes((1, 0, 0, 0, 8)) + bytes(11) + bytes(range(9))),  # DC: sizes 0 to 8
            _segment(0xC4, b"\x10" + bytes((1,)) + bytes(15) + b"\x00"),  # AC: only "end of block"
            _segment(0xDA, b"\x03" + b"".join(bytes((n, 0)) for n in (1, 2, 3)) + b"\x00\x3f\x00"),
            scan,
            b"\xff\xd9",
        )
    )


def _segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes((marker,)) + struct.pack(">H", len(data) + 2) + data


def _tones(colour: Colour) -> tuple[int, int, int]:
    """JFIF's Y, Cb, Cr of a colour, each around zero."""
    red, green, blue = colour
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(y) - 128, min(127, round((blue - y) / 1.772)), min(127, round((red - y) / 1.402))


def _coded(columns: Iterable[int], tones: list[tuple[int, int, int]], last: int) -> tuple[str, int]:
    """A row of blocks as bits, and the palette number it ends with; a mean is coded as its step from the one before."""
    bits: list[str] = []
    for number, run in groupby(columns):
        before = tones[last] if last >= 0 else (0, 0, 0)
        bits.extend(_step(now - then) + "0" for now, then in zip(tones[number], before, strict=True))
        bits.append("000000" * (sum(1 for _ in run) - 1))  # three means that do not step, three ends of block
        last = number
    return "".join(bits), last


def _step(step: int) -> str:
    """The code of a size (0, or 1 and the size less one in four bits), then the step in so many bits (T.81 F.1.2.1)."""
    if step == 0:
        return "0"
    size = abs(step).bit_length()
    return f"1{size - 1:04b}{step if step > 0 else step + (1 << size) - 1:0{size}b}"
