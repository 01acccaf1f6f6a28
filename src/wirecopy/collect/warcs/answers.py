"""Records become captures: an HTTP answer as it was stored, its transfer and content coding undone within bounds.

- Header lines stay as they came. Where a tool stored the payload decoded and renamed the headers that no longer fit
  (Common Crawl: `X-Crawler-Content-Encoding`), they get their names back; where it forgot to rename them, the payload
  tells that it is not coded.
- A capture that wirecopy exported comes back as it was, field by field, with the same id; see docs/evidence.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from wirecopy import dates, urls
from wirecopy.collect.fetch.coding import Payload
from wirecopy.collect.warcs.records import Record, agrees
from wirecopy.model import Capture, Headers, decode, replace

_NESTED = 2  # codings in each other, as in fetch/coding.py
MOST = 20_000_000  # bytes of a payload, as `fetch` has it
_MOST_HEAD = 262_144  # bytes of an HTTP head: eight times what `fetch` takes of one line
_MOST_LINES = 1_000
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t\r\n]|$)")
_MASKED = re.compile(
    r"(?:x-crawler-|x-crawl-|x-archive-orig-|x-orig-)(content-encoding|transfer-encoding|content-length)$"
)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_BEGINNINGS = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
_TEXT = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[]")


class Unusable(Exception):
    """A record that is whole and yet no answer that could be read: why, in a few words to be counted by."""


def moment_of(record: Record) -> datetime:
    """When the answer came. Raises Unusable where the record does not say, or says what can't be."""
    moment = dates.parse(record.fields.get("warc-date", ""))
    if moment is None or not _OLDEST <= moment <= datetime.now(UTC) + timedelta(days=1):
        raise Unusable("without a moment that can be")
    return moment


def address_of(record: Record) -> str:
    """The web address that answered. Raises Unusable for what is none."""
    spelt = record.fields.get("warc-target-uri", "").strip("<>")  # as WARC 1.0's own examples, and wget, write it
    try:
        return urls.parse(spelt)
    except ValueError:
        raise Unusable("of no web address") from None


def answer_of(record: Record, request: Record | None = None) -> Capture:
    """What a response record holds, as if it had been fetched. Raises Unusable for what is no HTTP answer."""
    status, lines, entity = _split(record.block)
    url = address_of(record)
    headers, codings, chunked = _unmasked(lines)
    digest = record.fields.get("warc-payload-digest", "")
    is_sound = not digest or agrees(digest, entity) is not False
    if chunked:
        entity, whole = _dechunked(entity)
        is_sound = is_sound or agrees(digest, entity) is True
    else:
        whole = True
    body, trouble = _decoded(entity, codings)
    if not is_sound and agrees(digest, body) is False and "warc-block-digest" not in record.fields:
        raise Unusable("whose payload is not what its digest says")
    cut = record.fields.get("warc-truncated", "")
    truncated = (
        f"the WARC record says: {cut[:100]}" if cut else trouble if whole else "broken off, before the last chunk"
    )
    return Capture(
        url=url,
        final_url=url,
        asked=_asked(request),
        status=status,
        headers=headers,
        body=body,
        at=moment_of(record),
        truncated=truncated,
    )


def resource_of(record: Record) -> Capture:
    """What a resource record holds: a document without the answer that brought it."""
    url = address_of(record)
    kind = record.fields.get("content-type", "")
    headers = (("Content-Type", kind),) if kind else ()
    return Capture(url=url, final_url=url, status=200, headers=headers, body=record.block[:MOST], at=moment_of(record))


def ours(told: Mapping[str, str], body: bytes) -> Capture | None:
    """The capture that wirecopy exported, from what it said of it; None where that does not belong to this payload."""
    try:
        head = decode(told.get("wirecopy-head", "").encode(), Capture)
    except ValueError:
        return None
    capture = replace(head, body=body)
    return capture if capture.id == told.get("wirecopy-capture") else None


def told_of(record: Record) -> dict[str, str]:
    """The fields of a metadata record (application/warc-fields), the first of each name."""
    found: dict[str, str] = {}
    for line in record.block.decode("utf-8", "replace").split("\n")[:_MOST_LINES]:
        name, colon, value = line.rstrip("\r").partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def names_of(record: Record) -> tuple[tuple[str, str], ...]:
    """The articles that a metadata record of ours names: ("article" or "reading", source/key)."""
    lines = record.block.decode("utf-8", "replace").split("\n")[:_MOST_LINES]
    parts = (line.strip().partition(":") for line in lines)
    return tuple(
        (name.removeprefix("wirecopy-"), value.strip())
        for name, _, value in parts
        if name in ("wirecopy-article", "wirecopy-reading")
    )


def with_body(record: Record, original: Capture) -> Capture:
    """What a revisit record stands for: the payload of the original, under the address and at the moment of its own."""
    url = address_of(record)
    headers, status = original.headers, original.status
    if record.block and (own := _STATUS.match(record.block)) and own[1] == str(status).encode():
        headers = _unmasked(_split(record.block)[1])[0]
    return replace(original, url=url, final_url=url, asked=(), headers=headers, at=moment_of(record))


# --- HTTP ------------------------------------------------------------------------------------------------------------


def _split(block: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, header lines and entity of an answer."""
    status = _STATUS.match(block)
    if status is None:
        raise Unusable("without an HTTP answer in it")
    ends = _HEAD_ENDS.search(block, 0, _MOST_HEAD)
    if ends is None and len(block) > _MOST_HEAD:
        raise Unusable(f"with an HTTP head of more than {_MOST_HEAD:,} bytes")
    head, entity = (block, b"") if ends is None else (block[: ends.start()], block[ends.end() :])
    lines = head.decode("latin-1").split("\n")
    if len(lines) > _MOST_LINES:
        raise Unusable(f"with more than {_MOST_LINES:,} header lines")
    return int(status[1]), _header_lines(lines[1:]), entity


def _header_lines(lines: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in (each.rstrip("\r") for each in lines):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:  # a folded line (RFC 9112 5.2)
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif colon and name.strip():
            found.append((name.strip(), value.strip()))
    return found


def _unmasked(lines: list[tuple[str, str]]) -> tuple[Headers, str, bool]:
    """The header lines as the server sent them, and what of its coding is still in the payload: codings, chunks."""
    masked = {match[1] for name, _ in lines if (match := _MASKED.match(name.lower()))}
    headers: list[tuple[str, str]] = []
    codings: list[str] = []
    chunked = False
    for name, value in lines:
        small = name.lower()
        if match := _MASKED.match(small):
            headers.append((_cased(name, match[1]), value))
            continue
        if small == "content-length" and small in masked:
            continue  # it counts the payload as it is stored
        headers.append((name, value))
        if small == "content-encoding" and not masked & {"content-encoding"}:
            codings.append(value)
        elif small == "transfer-encoding" and not masked & {"transfer-encoding"}:
            chunked = chunked or "chunked" in value.lower()
    return tuple(headers), ", ".join(codings), chunked


def _cased(name: str, bare: str) -> str:
    """The name without its mask, in the case in which it stands."""
    return name[-len(bare) :]


def _asked(request: Record | None) -> Headers:
    if request is None or not request.block:
        return ()
    head = _HEAD_ENDS.split(request.block[:_MOST_HEAD], maxsplit=1)[0]
    return tuple(_header_lines(head.decode("latin-1").split("\n")[1:_MOST_LINES]))


def _dechunked(entity: bytes) -> tuple[bytes, bool]:
    """The payload of a chunked message (RFC 9112 7.1), and whether it is whole; of any other, as it stands."""
    pieces: list[bytes] = []
    place = 0
    while head := _CHUNK.match(entity, place):
        size, place = int(head[1], 16), head.end()
        if size == 0:
            return b"".join(pieces), True
        piece = entity[place : place + size]
        pieces.append(piece)
        place += size
        if len(piece) < size:
            return b"".join(pieces), False
        ends = 2 if entity[place : place + 2] == b"\r\n" else 1
        if ends == 1 and entity[place : place + 1] not in (b"\n", b""):
            return entity, True  # it only looked like a chunk
        place += ends
    return (b"".join(pieces), False) if pieces else (entity, True)


def _decoded(entity: bytes, codings: str) -> tuple[bytes, str]:
    """The payload, and why it is not whole."""
    names = [name for name in (part.strip().lower() for part in codings.split(",")) if name not in ("", "identity")]
    if not names:
        return entity[:MOST], f"more than {MOST} bytes" if len(entity) > MOST else ""
    if len(names) > _NESTED:
        return entity[:MOST], f"{len(names)} content codings"
    outermost = names[-1]
    if outermost in _BEGINNINGS and not entity.startswith(_BEGINNINGS[outermost]):
        return entity[:MOST], ""  # stored decoded, under the headers of the coded one, as many tools do
    if outermost == "br":
        entity, trouble = _unbrotlied(entity)
        return (entity, trouble) if trouble or len(names) == 1 else _decoded(entity, ", ".join(names[:-1]))
    payload = Payload(codings, MOST)
    payload.feed(entity)
    trouble = payload.ended()
    if trouble and not payload.body and _TEXT.match(entity):
        return entity[:MOST], ""
    return payload.body, trouble


def _unbrotlied(entity: bytes) -> tuple[bytes, str]:
    """Browsers ask for Brotli, so what they archived may be in it; we never do, so its decoder is an extra."""
    if _TEXT.match(entity):
        return entity[:MOST], ""
    try:
        import brotli
    except ImportError:
        raise Unusable("coded with Brotli: pip install 'wirecopy[warc]'") from None
    decoder = brotli.Decompressor()
    pieces: list[bytes] = []
    room = MOST
    data = entity
    try:
        while room > 0 and not decoder.is_finished():
            piece = decoder.process(data, output_buffer_limit=min(room, 1 << 20))
            data = b""
            if not piece and decoder.can_accept_more_data():
                return b"".join(pieces), "the br coding has no end"
            pieces.append(piece[:room])
            room -= len(piece)
    except brotli.error as error:
        return b"".join(pieces), f"the br coding is damaged ({error})"
    return b"".join(pieces), "" if decoder.is_finished() else f"more than {MOST} bytes"
