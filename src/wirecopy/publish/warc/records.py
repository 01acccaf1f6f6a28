"""A capture → WARC 1.1 records: bytes that any WARC tool reads, the same bytes whenever they are made.

- `response` and `request`, or `revisit` where the archive holds the same payload from before; `resource` for what was
  no server's answer. After them `metadata`: the capture's head as the archive has it, and whose evidence it is.
- A payload is stored as the archive has it, decoded: headers that speak of its coding are renamed as Common Crawl does
  (`X-Crawler-Content-Encoding`), so that no tool decodes it again.
- Nothing that an outlet sent can end a line of ours: CR, LF and NUL in header lines become spaces.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5

from wirecopy.model import Capture, Headers, Kept, encode, replace
from wirecopy.version import __version__

# Of a capture's records: so that the same archive names the same record alike for ever.
_OURS = UUID("b6f0a3f6-6c0b-5d0e-9e0b-7f1f4d6f2a11")
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_MASK = "X-Crawler-"
_BREAKS = re.compile(r"[\r\n\0]")
_NO_NAME = re.compile(r"[^!#$%&'*+\-.^_`|~0-9A-Za-z]")
# What somebody gave us, and what a feed carried of an article: nobody was asked for them.
_DOCUMENTS = ("text/markdown", "application/vnd.wirecopy.entry+json")
_TRUNCATED = (
    ("more than", "length"),
    ("more bytes", "length"),
    ("not complete after", "time"),
    ("broken off", "disconnect"),
)


class Written(NamedTuple):
    """A record as it goes into a file, and what an index says of it ("" for those that are not in it)."""

    member: bytes
    target: str = ""
    mime: str = ""
    status: str = ""
    digest: str = ""
    at: datetime | None = None


def warcinfo(name: str, archive: str, at: datetime) -> bytes:
    """What a file begins with; `at` is when the first answer in it came, so that it is the same whenever it is made."""
    told = (
        ("software", f"wirecopy/{__version__.split('.', maxsplit=1)[0]} https://github.com/wirecopy/wirecopy"),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("isPartOf", f"urn:uuid:{archive}"),
        ("description", "Captures of a wirecopy archive: payloads decoded, what that changed renamed X-Crawler-*"),
    )
    head = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", info_id(name, archive)),
        ("WARC-Date", moment(at)),
        ("WARC-Filename", name),
        ("Content-Type", "application/warc-fields"),
    ]
    return _member(head, _fields(told))


def info_id(name: str, archive: str) -> str:
    """The name of a file's warcinfo record."""
    return f"<{uuid5(_OURS, f'{archive}/{name}').urn}>"


def records(capture: Capture, kept: Kept, original: Capture | None, info: str) -> Iterator[Written]:
    """The records of a capture. `original` is an earlier one with the same payload, `info` the file's warcinfo."""
    own = _id(capture, "answer")
    target = _address(capture.final_url or capture.url)
    common = [("WARC-Date", moment(capture.at)), ("WARC-Target-URI", target), ("WARC-Warcinfo-ID", info)]
    yield _answer(capture, original, own, target, common)
    if capture.asked:
        head = [("WARC-Type", "request"), ("WARC-Record-ID", _id(capture, "request")), *common]
        head += [("WARC-Concurrent-To", own), ("Content-Type", "application/http;msgtype=request")]
        path = urlsplit(target)._replace(scheme="", netloc="").geturl() or "/"
        yield Written(_member(head, _http(f"GET {path} HTTP/1.1", capture.asked)))
    head = [("WARC-Type", "metadata"), ("WARC-Record-ID", _id(capture, "metadata", *kept.articles, *kept.readings))]
    head += [*common, ("WARC-Concurrent-To", own), ("Content-Type", "application/warc-fields")]
    told = [("wirecopy-capture", capture.id), ("wirecopy-head", encode(replace(capture, body=b"")).decode())]
    told += [("wirecopy-article", name) for name in kept.articles]
    told += [("wirecopy-reading", name) for name in kept.readings]
    yield Written(_member(head, _fields(told)))


def moment(at: datetime) -> str:
    """A moment as WARC 1.1 has it, to the microsecond where there are any."""
    return f"{at:%Y-%m-%dT%H:%M:%S}{f'.{at.microsecond:06d}' if at.microsecond else ''}Z"


def is_document(capture: Capture) -> bool:
    """Whether this is no server's answer: a document that was imported, or what a feed carried of an article."""
    return not capture.asked and capture.header("content-type").startswith(_DOCUMENTS)


def _answer(
    capture: Capture, original: Capture | None, own: str, target: str, common: list[tuple[str, str]]
) -> Written:
    digest = f"sha256:{capture.digest}"
    head = [("WARC-Type", "response"), ("WARC-Record-ID", own), *common, ("WARC-Payload-Digest", digest)]
    if capture.truncated:
        why = (name for begins, name in _TRUNCATED if capture.truncated.startswith(begins))
        head.append(("WARC-Truncated", next(why, "unspecified")))
    mime = capture.header("content-type").partition(";")[0].strip().lower()
    mime = mime if re.fullmatch(r"[\w.+-]+/[\w.+-]+", mime, re.ASCII) else "unk"
    written = Written(b"", target, mime, f"{capture.status:03d}", digest, capture.at)
    if is_document(capture):
        head[0] = ("WARC-Type", "resource")
        head.append(("Content-Type", mime))
        return written._replace(member=_member(head, capture.body))
    block = _http(f"HTTP/1.1 {capture.status:03d} ", _masked(capture))
    kind = ("Content-Type", "application/http;msgtype=response")
    if original is None or not capture.body or is_document(original):
        return written._replace(member=_member([*head, kind], block + capture.body))
    head[0] = ("WARC-Type", "revisit")
    head += [
        ("WARC-Profile", _PROFILE),
        ("WARC-Refers-To", _id(original, "answer")),
        ("WARC-Refers-To-Target-URI", _address(original.final_url or original.url)),
        ("WARC-Refers-To-Date", moment(original.at)),
    ]
    return written._replace(member=_member([*head, kind], block), mime="warc/revisit")


def _masked(capture: Capture) -> Headers:
    """The header lines, with other names for what is no longer true of the payload."""
    size = str(len(capture.body))
    lines: list[tuple[str, str]] = []
    has_length = False
    for name, value in capture.headers:
        small = name.lower()
        if small == "content-length" and not has_length:
            has_length = True
            lines += [(name, value)] if value == size else [(_MASK + name, value), (name, size)]
        elif small == "transfer-encoding" or (small == "content-encoding" and value.strip().lower() != "identity"):
            lines.append((_MASK + name, value))
        else:
            lines.append((name, value))
    return tuple(lines)


def _http(first: str, lines: Headers) -> bytes:
    head = [first, *(f"{_name(name)}: {_line(value)}" for name, value in lines)]
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1", "replace")


def _fields(told: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {_line(value)}\r\n" for name, value in told).encode()


def _name(spelt: str) -> str:
    """A header's name: what can't stand in one (RFC 9110 5.6.2) becomes "_"."""
    return _NO_NAME.sub("_", spelt) or "_"


def _line(value: str) -> str:
    return _BREAKS.sub(" ", value)


def _address(url: str) -> str:
    return (
        quote(url, safe="%/:?#[]@!$&'()*+,;=-._~|^`{}\\\"<>")
        if not url.isascii() or re.search(r"\s", url)
        else _line(url)
    )


def _id(capture: Capture, *what: str) -> str:
    return f"<{uuid5(_OURS, '/'.join((capture.id, *what))).urn}>"


def _member(head: Sequence[tuple[str, str]], block: bytes) -> bytes:
    """A record as a gzip member of its own (RFC 1952), with nothing in it of the moment or the machine."""
    lines = "".join(f"{name}: {_line(value)}\r\n" for name, value in head)
    digest = hashlib.sha256(block).hexdigest()
    record = b"".join(
        (
            b"WARC/1.1\r\n",
            lines.encode(),
            f"WARC-Block-Digest: sha256:{digest}\r\nContent-Length: {len(block)}\r\n\r\n".encode(),
            block,
            b"\r\n\r\n",
        )
    )
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    ends = zlib.crc32(record).to_bytes(4, "little") + (len(record) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packer.compress(record) + packer.flush() + ends
