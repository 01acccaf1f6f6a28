"""An index page's bytes -> a tree of elements, whatever they are in.

- A sound page takes the short way: expat, in C. What expat refuses, and what declares entities, takes the tolerant
  way. Both give the same kind of tree, so there is one reading of it; on sound pages they give the same tree.
- Characters are decided once, for the page: byte order mark, its own declaration, the header, UTF-8. A byte that is
  wrong in that encoding costs itself, never the page.
- Nothing is loaded from outside, no entity expands into more than a word, sizes are bounded.
"""

from __future__ import annotations

import codecs
import re
import zlib
from xml.etree.ElementTree import Element, ParseError, XMLParser

from wirecopy.collect.discover import tolerant
from wirecopy.errors import ReadError
from wirecopy.model import Capture

_MOST_BYTES = 50_000_000  # sitemaps.org: a sitemap is at most 50 MB unpacked
_MOST_TAGS = 1_250_000  # a guess: 50,000 sitemap entries of 20 elements; about 250 MB as a tree
# The tolerant way takes ten times as long, and a round waits for it: this many take two seconds.
_MOST_BROKEN_TAGS = 250_000

# The first bytes of a document and what they are written in (XML 1.0, appendix F).
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# Labels that are written for their bigger sister (WHATWG Encoding, 4.2).
_SISTERS = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
# Codecs of Python that are no charsets, or cost more than a line each byte.
_NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}


def unzipped(capture: Capture) -> bytes:
    """The capture's payload; a sitemap may be a .gz file in itself (sitemaps.org), which is unpacked within bounds."""
    if not capture.body.startswith(b"\x1f\x8b"):
        return capture.body
    unpacked = zlib.decompressobj(wbits=31)
    try:
        body = unpacked.decompress(capture.body, _MOST_BYTES)
    except zlib.error as error:
        raise ReadError(f"{capture.url} is a damaged gzip file: {error}") from error
    if unpacked.unconsumed_tail:
        raise ReadError(f"{capture.url} unpacks to more than 50 MB; a sitemap must not (sitemaps.org)")
    return body


def charset(body: bytes, content_type: str) -> str:
    """The codec that this page is written in: what it says itself counts before what its server says of it."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    if not body.isascii() and _is_utf8(body):
        return "utf-8"  # as pages are read: no other encoding's text is valid by chance
    declared = _DECLARED.search(body[:500])
    spoken = _CHARSET.search(content_type)
    for name in (declared[1].decode() if declared else "", spoken[1] if spoken else ""):
        # Who can be read so far as to say so is in no encoding of two or four bytes each.
        if name and (codec := _codec(name)) and not codec.startswith(("utf-16", "utf-32")):
            return codec
    return "utf-8"


def decoded(body: bytes, codec: str) -> str:
    """The page's characters. Bytes that are wrong in UTF-8 are Windows-1252, as they are in practice; where most of
    what is beyond ASCII is wrong, another script's encoding is guessed.
    """
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        pass
    text = body.decode(codec, "replace")
    if 2 * text.count("\ufffd") > len(text) - len(text.encode("ascii", "ignore")):
        from wirecopy.collect.read.page import charset as pages  # here: it loads what reads pages, and feeds are sound

        guess = pages.guessed(body)
        if guess and guess not in pages.LATIN:
            return body.decode(guess, "replace")
    return body.decode("utf-8", _WINDOWS) if codec == "utf-8" else text


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def tree(body: bytes, codec: str, *, where: str) -> Element:
    """The root of the page's elements. Raises ReadError when there are none, or more than any index has."""
    if len(body) > 3 * _MOST_TAGS and body.count(b"<") > _MOST_TAGS:
        raise ReadError(f"{where} has more than {_MOST_TAGS:,} tags; no feed and no sitemap is so large")
    root = sound(body, codec)
    if root is not None:
        return root
    text = decoded(body, codec)
    if len(text) > 3 * _MOST_BROKEN_TAGS and text.count("<") > _MOST_BROKEN_TAGS:
        raise ReadError(f"{where} is no well-formed XML, and has more than {_MOST_BROKEN_TAGS:,} tags to make sense of")
    return tolerant.tree(text)


def sound(body: bytes, codec: str) -> Element | None:
    """The tree of a well-formed page, or None for one that is not, or that declares entities.

    Nor is a page sound in which something opens that does not end, though XML may see none of it: a CDATA section
    left open in one item is well-formed where it swallows the next as far as the next one's end.
    """
    page = (
        body.strip() if codec == "utf-8" else decoded(body, codec).lstrip("\ufeff").strip().encode("utf-8", "replace")
    )
    if b"<!ENTITY" in page or page.count(b"<![CDATA[") != page.count(b"]]>"):
        return None
    if (instructions := page.count(b"?>")) > 1 and instructions != page.count(b"<?"):  # one is the XML declaration
        return None
    parser = XMLParser(encoding="utf-8")  # noqa: S314 (no entity comes this far, and expat opens nothing)
    try:
        parser.feed(page)
        root: Element = parser.close()
    except (ParseError, ValueError):
        return None
    return root


def _codec(label: str) -> str:
    """Python's name for a label's codec, or "" when it is none that reads text."""
    try:
        name = codecs.lookup(label.replace("x-", "")).name
        b"<<<<".decode(name, "replace")  # refuses codecs that are not of text
    except (LookupError, ValueError):
        return ""
    return "" if name in _NO_CHARSETS else _SISTERS.get(name, name)


def _windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


_WINDOWS = "wirecopy.windows-1252"
codecs.register_error(_WINDOWS, _windows)
