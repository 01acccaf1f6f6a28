"""Records that belong together: an answer, the request for it, what was noted of it; revisits with what they revisit.

An original is remembered by its place, not kept: it is read again where a revisit asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wirecopy.collect.warcs import answers
from wirecopy.collect.warcs.files import WarcFile
from wirecopy.collect.warcs.flows import Damaged, open_flow
from wirecopy.collect.warcs.records import Broken, Record, records
from wirecopy.model import Capture

_ANSWERS = ("response", "revisit", "resource")
_LARGEST_NOTE = 1_000_000  # bytes of a request or metadata record that are looked at
_MOST_ORIGINALS = 500_000  # payloads whose places are remembered: some 100 MB
_PAGES = ("text/html", "application/xhtml+xml", "application/json", "text/markdown", "application/vnd.wirecopy")


@dataclass(slots=True)
class Exchange:
    """An answer and what belongs to it. `offset` is where to begin to read it again, `told` what wirecopy noted."""

    record: Record
    offset: int
    request: Record | None = None
    told: dict[str, str] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()


def exchanges(file: WarcFile, offset: int = 0) -> Iterator[Exchange | Broken]:
    """The answers of a file, from a place in it on."""
    with file.open() as opened:
        try:
            flow = open_flow(opened, file.size)
        except Damaged as damage:
            yield Broken(0, str(damage))
            return
        if offset:
            flow.seek(offset)
        yield from _together(records(flow, is_wanted))


def first_date(file: WarcFile) -> str:
    """The date of a file's first record, as it is spelt; "" where there is none."""
    with file.open() as opened:
        try:
            found = next(records(open_flow(opened, file.size), lambda _: False), None)
        except Damaged:
            return ""
    return found.fields.get("warc-date", "") if isinstance(found, Record) else ""


def is_wanted(fields: Mapping[str, str]) -> bool:
    """Whether a record may belong to a page: of pictures, films and the like the blocks are not even unpacked."""
    kind = fields.get("warc-type", "").lower()
    if kind in ("request", "metadata"):
        length = fields.get("content-length", "")
        return len(length) < 8 and int(length) <= _LARGEST_NOTE
    if kind not in _ANSWERS or not fields.get("warc-target-uri", "").strip("<").lower().startswith("http"):
        return False
    identified = fields.get("warc-identified-payload-type", "").lower()
    return not identified or identified.startswith((*_PAGES, "text/", "application/xml"))


def _together(found: Iterator[Record | Broken]) -> Iterator[Exchange | Broken]:
    pending: Exchange | None = None
    asked: Record | None = None
    for record in found:
        if isinstance(record, Broken):
            yield record
        elif record.type in _ANSWERS:
            if pending is not None:
                yield pending
            pending = Exchange(record, record.offset)
            if asked is not None and _belongs(asked, record):
                pending.request, pending.offset = asked, asked.offset
            asked = None
        elif record.type == "request":
            if pending is not None and pending.request is None and _belongs(record, pending.record):
                pending.request = record
            else:
                asked = record
        elif record.type == "metadata" and pending is not None and _belongs(record, pending.record):
            pending.told = {**answers.told_of(record), **pending.told}
            pending.names += answers.names_of(record)
    if pending is not None:
        yield pending


def _belongs(record: Record, answer: Record) -> bool:
    named = f"{record.fields.get('warc-concurrent-to', '')} {record.fields.get('warc-refers-to', '')}".strip()
    names = answer.fields.get("warc-concurrent-to", "")
    if named or names:
        return (answer.id != "" and answer.id in named) or (record.id != "" and record.id in names)
    return record.fields.get("warc-target-uri") == answer.fields.get("warc-target-uri") != ""


class Originals:
    """Where the payloads are that later records only refer to."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[WarcFile, int]] = {}

    def note(self, file: WarcFile, record: Record) -> None:
        """Remember where this answer is."""
        for name in (record.fields.get("warc-payload-digest", ""), record.id):
            if name and len(self._places) < _MOST_ORIGINALS:
                self._places.setdefault(name, (file, record.offset))

    def of(self, record: Record) -> Capture | None:
        """The answer that a revisit record refers to, where it was seen."""
        names = (record.fields.get("warc-refers-to", ""), record.fields.get("warc-payload-digest", ""))
        place = next((self._places[name] for name in names if name in self._places), None)
        if place is None:
            return None
        wanted = {name for name in names if name}
        for each in exchanges(*place):
            if isinstance(each, Broken):
                return None
            if {each.record.id, each.record.fields.get("warc-payload-digest", "")} & wanted:
                try:
                    return answers.answer_of(each.record)
                except answers.Unusable:
                    return None
        return None
