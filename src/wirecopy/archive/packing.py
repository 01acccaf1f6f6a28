"""Bytes made small, each saying how: the codec numbers are part of the stored form (docs/formats.md).

- A number never changes its meaning, nor WORDS a byte: what was packed once is unpacked for good. A better way is a
  new number.
- Unpacking is bounded by the size written beside the packed bytes: a damaged or hostile blob cannot fill the memory.
- Digests are not checked here: the caller knows what the bytes should be.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 3  # level 12 takes 7 times the CPU for 10 % of the bytes (docs/decisions/0003)


class Codec(IntEnum):
    """How bytes are packed."""

    RAW = 0
    ZSTD = 1
    ZSTD_WORDS = 2
    ZSTD_BASE = 3
    ZSTD_DICTIONARY = 4


class Packed(NamedTuple):
    """Packed bytes, and what is needed to unpack them: the codec and the size that comes out."""

    codec: int
    size: int
    body: bytes


# What the stored JSON of our nouns is made of, and what servers say in almost every answer: a raw-content dictionary,
# the most frequent at the end, where zstd finds it cheapest.
WORDS = (
    b'"is":"table","rows":[[{"text":[{"text":"","header":true}]"is":"list","items":[[{"is":"p","ordered":true}'
    b'"is":"media","kind":"video","poster":{"url":"","duration":"is":"embed","kind":"youtube","url":"https://www.'
    b'"is":"live","body":[{"is":"p","key":"","at":"","title":"","authors":["'
    b'"is":"aside","body":[{"role":"related","title":""is":"quote","body":[{"is":"p","text":[{"text":""}]}],"credit":['
    b'"is":"gallery","entries":[{"picture":{"url":"https://static.","key":"","caption":[{"text":""}],"credit":"","alt":'
    b'"","width":1920,"height":1080},"title":"","text":[{"text":""}]}],"title":"","ref":""}'
    b'"seams":[{"path":"","tags":[[0,""]]}],"lost":[["",1]],"weak":true,"reader":"","rules":"1"'
    b'"related":[{"title":"","url":"https://www.","ref":"","kind":"ArticleRef"}],"translations":[{"language":"zh-Hant",'
    b'"url":"https://","ref":""}],"short_url":"https://p.dw.com/p/","rights":"","agencies":["dpa","rtr","afp"]'
    b'{"url":"https://www.dw.com/graph-api/","final_url":"https://www.dw.com/","asked":[["Host","www.dw.com"],'
    b'["User-Agent","wirecopy/0.1 (+https://"],["Accept","text/html,application/xhtml+xml,application/xml;q=0.9,'
    b'application/json;q=0.9,*/*;q=0.8"],["Accept-Encoding","gzip, deflate, br"],["Accept-Language","zh-CN"],'
    b'["If-None-Match","W/\\""],["If-Modified-Since","Mon, 01 Jan 2024 00:00:00 GMT"],["Connection","keep-alive"]],'
    b'"status":404,"status":301,"status":200,"headers":[["Server","nginx"],["server","cloudflare"],["Date","Tue, 02 '
    b'Feb 2025 12:00:00 GMT"],["Content-Type","application/json; charset=utf-8"],["Content-Type","text/html; '
    b'charset=utf-8"],["Content-Length","1"],["Transfer-Encoding","chunked"],["Connection","keep-alive"],["Vary",'
    b'"Accept-Encoding"],["Content-Encoding","gzip"],["Cache-Control","public, max-age=300, s-maxage=60"],["Expires",'
    b'"Wed, 03 Mar 2026 00:00:00 GMT"],["Last-Modified","Thu, 04 Apr 2024 "],["ETag","\\""],["Age","0"],["X-Cache",'
    b'"HIT"],["Strict-Transport-Security","max-age=31536000; includeSubDomains; preload"],["X-Content-Type-Options",'
    b'"nosniff"],["X-Frame-Options","SAMEORIGIN"],["Access-Control-Allow-Origin","*"],["Content-Security-Policy",'
    b'"upgrade-insecure-requests"],["Referrer-Policy","strict-origin-when-cross-origin"],["Alt-Svc","h3=\\":443\\"; '
    b'ma=86400"]],"at":"2026-01-01T00:00:00.000000Z"}'
    b'"is":"h","text":[{"text":""}],"level":3},{"is":"rule"},{"is":"figure","picture":{"url":"https://static.dw.com/'
    b'image/","key":"dw:","caption":[{"text":"\xe5\x9b\xbe\xe7\x89\x87\xe6\x9d\xa5\xe6\xba\x90"}],"credit":"","alt":"",'
    b'"width":1200,"height":675}},{"is":"p","text":[{"text":"","marks":["strong"]},{"text":"","marks":["em"]},'
    b'{"text":"","link":{"href":"https://www.dw.com/zh/","ref":"dw:","rel":"ArticleRef"}},{"text":""}],"role":"agency"'
    b'"source":"dw-zh","key":"","kind":"gallery","kind":"liveblog","url":"https://www.dw.com/zh/a-","title":"",'
    b'"kicker":"","subtitle":"","summary":"","byline":"","authors":[""],"dateline":"","published":"2026-01-01T00:00:00Z",'
    b'"modified":"2025-01-01T00:00:00Z","language":"zh-Hans","section":"","tags":["",""],"opinion":true,"picture":'
    b'{"url":"https://"},"body":[{"is":"p","text":[{"text":""}]},{"is":"p","text":[{"text":""}]},{"is":"p","text":'
    b'[{"text":"'
)

_words = zstd.ZstdDict(WORDS, is_raw=True)


def pack(data: bytes, *, ours: bool = False, base: bytes | None = None, dictionary: bytes | None = None) -> Packed:
    """The smallest form of these bytes. `ours`: they are the JSON of a noun; `base`: an earlier state of the same;
    `dictionary`: what texts like this have in common (dictionaries.py).
    """
    codec = Codec.ZSTD_DICTIONARY if dictionary else Codec.ZSTD_WORDS if ours else Codec.ZSTD
    # Digested, as it is loaded for one text in a thousand only.
    common = _loaded(dictionary).as_digested_dict if dictionary else _words if ours else None
    body = zstd.compress(data, LEVEL, zstd_dict=common)
    if base is not None:
        change = zstd.compress(data, LEVEL, zstd_dict=_prefix(base))
        # Half, a guess: an article that has drifted further from its base is the base of what comes after it.
        if len(change) * 2 < len(body):
            codec, body = Codec.ZSTD_BASE, change
    if len(body) >= len(data):
        codec, body = Codec.RAW, data
    return Packed(codec, len(data), body)


def unpack(packed: Packed, *, base: bytes | None = None) -> bytes:
    """The bytes that were packed. Raises ValueError when there are no `packed.size` bytes in it."""
    if packed.size < 0:
        raise ValueError(f"cannot be {packed.size} bytes long")
    match packed.codec:
        case Codec.RAW:
            data = packed.body
        case Codec.ZSTD:
            data = _decompress(packed, None)
        case Codec.ZSTD_WORDS:
            data = _decompress(packed, _words)
        case Codec.ZSTD_BASE if base is not None:
            data = _decompress(packed, _prefix(base))
        case Codec.ZSTD_DICTIONARY if base is not None:
            data = _decompress(packed, _loaded(base))
        case Codec.ZSTD_BASE | Codec.ZSTD_DICTIONARY:
            raise ValueError("packed on other bytes, which are missing")
        case _:
            raise ValueError(f"packed in a way that this wirecopy does not know (codec {packed.codec})")
    if len(data) != packed.size:
        raise ValueError(f"{len(data)} bytes where {packed.size} were stored")
    return data


def compressed(data: bytes) -> bytes:
    """These bytes as codec 1 has them, also where that is not smaller."""
    return zstd.compress(data, LEVEL)


def trained(texts: Sequence[bytes], size: int) -> bytes:
    """What is frequent in these texts, in so many bytes; b"" where that is nothing."""
    try:
        return zstd.train_dict(texts, size).dict_content[8:]
    except (zstd.ZstdError, ValueError):  # too few of them, or too short
        return b""


def finished(content: bytes, texts: Sequence[bytes]) -> bytes:
    """A dictionary of this content, for texts like these; b"" where there is too little of either."""
    if len(content) < _LEAST or not any(texts):
        return b""
    return zstd.finalize_dict(zstd.ZstdDict(content, is_raw=True), texts, len(content) + _TABLES, LEVEL).dict_content


_LEAST = 256  # bytes of content below which a dictionary saves nothing
_TABLES = 4096  # bytes that a dictionary's own tables take at most


@lru_cache(maxsize=32)
def _loaded(dictionary: bytes) -> zstd.ZstdDict:
    try:
        return zstd.ZstdDict(dictionary)
    except (zstd.ZstdError, ValueError) as error:
        raise ValueError(f"cannot be unpacked: its dictionary is none: {error}") from error


def _prefix(base: bytes) -> zstd.ZstdDict | tuple[zstd.ZstdDict, int]:
    # Of fewer than 8 bytes zstd makes no dictionary; padding is as good as none.
    return zstd.ZstdDict(base.ljust(8), is_raw=True).as_prefix


def _decompress(packed: Packed, words: zstd.ZstdDict | tuple[zstd.ZstdDict, int] | None) -> bytes:
    decompressor = zstd.ZstdDecompressor(zstd_dict=words)
    try:
        data = decompressor.decompress(packed.body, max_length=packed.size + 1)
    except (zstd.ZstdError, EOFError, OverflowError, ValueError) as error:
        raise ValueError(f"cannot be unpacked: {error}") from error
    if not decompressor.eof or decompressor.unused_data:
        raise ValueError("cannot be unpacked: its end is missing or something follows it")
    return data
