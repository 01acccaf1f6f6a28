"""Writing the index of a site's search: all of it, or what a few documents change. Both ways end with the same bytes.

- Each document has a file with its text: what an excerpt is shown from, and what decides whether it answers.
- Each segment of time (plan.py) has files that tell which documents may have a token (postings.py).
- The directory tells the segments, the days in them, and the sources.

Everything is a function of the documents that stand: nothing of one that is gone is left in any file.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import NamedTuple, Protocol

import msgspec

from wirecopy.errors import PublishError
from wirecopy.matching import folding, texts
from wirecopy.matching.hanzi import SIMPLIFIED
from wirecopy.model import Document, Edition, Noun
from wirecopy.publish.searching import codes, coding, plan
from wirecopy.publish.searching.postings import Postings
from wirecopy.text import clean, language_tag

RULES = 1
"""Raise this with every change to the bytes that are written here: sites are then indexed anew."""


_LATE = 1000  # texts, some 4 MB


class Files(Protocol):
    """What is asked of the folder (publish/output.py)."""

    def write(self, path: str, body: bytes) -> bool:
        """Have these bytes at this path."""
        ...

    def remove(self, path: str) -> bool:
        """Take away what was published at this path."""
        ...

    def read(self, path: str) -> bytes:
        """What stands at this path, as it was published before; b"" for nothing."""
        ...

    def listed(self, page: str) -> tuple[str, ...]:
        """The paths on a page of the manifest."""
        ...

    def seal(self, name: str) -> None:
        """This page of the manifest is complete, and need not be held."""
        ...


def everything(edition: Edition, output: Files) -> None:
    """Write the index of all documents, oldest first, holding the texts of one month and the tokens of one segment.

    For an output that is made anew (`Output.renew`): what stands there otherwise is not taken away.
    """
    segments = plan.segments(dict(edition.days()))
    months = _Months(edition, output)
    numbers = []
    for segment in segments:
        numbers.append(_segment(output, segment, months.text))
        if not plan.is_of_a_day(segment.name):  # texts of the day may still come
            output.seal(plan.listed_in(plan.shard(segment.name, 0)))
    _write_rest(edition, output, segments, numbers)


def changes(edition: Edition, output: Files, changed: Iterable[tuple[str, str]], days: Iterable[str] = ()) -> None:
    """Have the index follow: these documents (source, key) came, may read differently, or are gone.

    What is gone stood in one of these `days` (yyyy-mm-dd); one too many costs reading its documents. Where the index
    cannot be read, it is written anew.
    """
    before = _read_directory(output.read(plan.DIRECTORY))
    if before is None:
        _clear(output)
        everything(edition, output)
        return
    work = _Days(edition, output, before.days())
    counts = dict(edition.days())
    gone = {day for day, count in before.days().items() if counts.get(day, 0) < count}
    work.look(changed, {*days, *gone})
    segments = plan.segments(counts)
    known = {each.name: each for each in before.segments}
    numbers = []
    for segment in segments:
        stands = known.pop(segment.name, None)
        if stands is not None and stands.pieces() == segment.pieces and not work.touches(segment):
            numbers.append(stands.files)
            continue
        number = _segment(output, segment, work.text)
        numbers.append(number)
        _remove(output, segment.name, range(number, 0 if stands is None else stands.files))
    for stands in known.values():
        _remove(output, stands.name, range(stands.files))
    _write_rest(edition, output, segments, numbers)


def _segment(output: Files, segment: plan.Segment, text: Callable[[str, int], bytes]) -> int:
    """Write the files of a segment; how many they are."""
    postings = Postings()
    for piece in segment.pieces:
        for place in range(piece.begin, piece.end):
            postings.add(found_by(text(piece.day, place)))
    files = postings.files(one=segment.is_rest)
    for number, data in enumerate(files):
        output.write(plan.shard(segment.name, number), coding.script(coding.packed(data)))
    return len(files)


def _remove(output: Files, name: str, numbers: Iterable[int]) -> None:
    for number in numbers:
        output.remove(plan.shard(name, number))


def _write_rest(edition: Edition, output: Files, segments: Iterable[plan.Segment], numbers: Iterable[int]) -> None:
    output.write(plan.DIRECTORY, _directory(edition, segments, numbers))
    output.write(plan.FOLDING, folding_table())
    output.write(plan.SCRIPT, resources.files(__package__).joinpath("search.js").read_bytes())


def _clear(output: Files) -> None:
    for page in output.listed("manifest.json"):
        if page.startswith("manifest/search/"):
            for below in output.listed(page):
                for path in output.listed(below) if below.startswith("manifest/") else (below,):
                    output.remove(path)


# --- the text of a document ------------------------------------------------------------------------------------------


class _Head(NamedTuple):
    """What stands before a document's text, enough to name it. `at`: yyyy-mm-ddThh:mmZ; `tags`: lines of them."""

    source: str
    key: str
    day: str
    at: str
    language: str
    withdrawn: int
    tags: int


_encoder = msgspec.json.Encoder()


def text_of(document: Document) -> bytes:
    """What is in the file of a document: its head (JSON), then all that it is looked for by, a line each."""
    article = document.article
    head = _Head(
        source=article.source,
        key=article.key,
        day=document.day,
        at=f"{_moment(document):%Y-%m-%dT%H:%MZ}",
        language=language_tag(article.language),
        withdrawn=int(document.withdrawn is not None),
        tags=len(article.tags),
    )
    lines = "\n".join(texts.lines(article))
    return b"%b\n%b" % (_encoder.encode(head), lines.encode("utf-8", "replace"))


def _moment(document: Document) -> datetime:
    """When it was published, if that fits its day, else noon of that day, which is shown without the hour anyway."""
    published = document.article.published
    if published is not None and f"{published.astimezone(UTC):%Y-%m-%d}" == document.day:
        return published.astimezone(UTC)
    return datetime.fromisoformat(document.day).replace(hour=12, tzinfo=UTC)


def found_by(data: bytes) -> array[int]:
    """The numbers that a document is found by, from what is in its file; some are told several times."""
    head, _, lines = data.partition(b"\n")
    found = codes.of(folding.folded(lines.decode()))
    found.append(codes.source(msgspec.json.decode(head)[0]))
    return found


class _Months:
    """The documents of an edition, month by month, in order; each text is written as its month is come to."""

    def __init__(self, edition: Edition, output: Files) -> None:
        self._edition, self._output = edition, output
        self._sources = [(shelf.source, {month for month, _ in shelf.months}) for shelf in edition.shelves()]
        self._month = ""
        self._days: dict[str, list[bytes]] = {}

    def text(self, day: str, place: int) -> bytes:
        """The text of the document at this place; it is handed over, and so given once."""
        if self._month != day[:7]:
            for each in self._days:  # segments follow one another in time: nothing is added to these
                self._output.seal(plan.listed_in(plan.text(each, 0)))
            self._month = day[:7]
            self._days = self._read(day[:7])
            for each, found in self._days.items():
                for number, text in enumerate(found):
                    self._output.write(plan.text(each, number), coding.script(coding.packed(text)))
        text, self._days[day][place] = self._days[day][place], b""
        return text

    def _read(self, month: str) -> dict[str, list[bytes]]:
        self._days = {}  # so that two months are never held
        found: dict[str, list[tuple[datetime, str, str, bytes]]] = {}
        for source, months in self._sources:
            for document in self._edition.documents(source, month) if month in months else ():
                key = document.article.key
                found.setdefault(document.day, []).append((document.first_at, source, key, text_of(document)))
        return {day: [text for *_, text in sorted(found[day])] for day in sorted(found)}


class _Days:
    """The days in which something changed, and which of their texts did so in what is looked for."""

    def __init__(self, edition: Edition, output: Files, before: Mapping[str, int]) -> None:
        self._edition, self._output, self._before = edition, output, before
        self._written: dict[tuple[str, int], tuple[str, str]] = {}  # what stands in the folder only when all is done
        self._late: dict[tuple[str, int], bytes] = {}  # of them, the latest
        self._altered: dict[str, set[int]] = {}

    def look(self, changed: Iterable[tuple[str, str]], days: Iterable[str]) -> None:
        """Write the texts of what changed. Where something is gone, look at all documents of these days."""
        names: dict[str, set[tuple[str, str]]] = {}
        is_gone = False
        for name in changed:
            document = self._edition.document(*name)
            if document is None:
                is_gone = True
            else:
                names.setdefault(document.day, set()).add(name)
        whole = set(days) if is_gone else set()
        for day in sorted({*names, *whole}):
            places = self._places(day)
            if day in whole or not self._few(day, places, names[day]):
                self._all(day, places)

    def touches(self, segment: plan.Segment) -> bool:
        """Did a text of this segment change?"""
        return any(
            piece.begin <= place < piece.end for piece in segment.pieces for place in self._altered.get(piece.day, ())
        )

    def text(self, day: str, place: int) -> bytes:
        """The text of the document at this place."""
        late = self._late.get((day, place))
        if late is not None:
            return late
        written = self._written.get((day, place))
        if written is not None:
            return text_of(self._document(written))
        try:
            return coding.unpacked(self._output.read(plan.text(day, place)))
        except ValueError:  # somebody damaged it
            self._all(day, self._places(day))
            return self.text(day, place)

    def _places(self, day: str) -> list[tuple[str, str]]:
        """The documents of a day in the order in which they first came."""
        found = []
        for headline in self._edition.day(day):
            name = headline.source, headline.key
            first = headline.at if headline.revisions == 1 else self._document(name).first_at
            found.append((first, name))
        return [name for _, name in sorted(found)]

    def _few(self, day: str, places: list[tuple[str, str]], names: Container[tuple[str, str]]) -> bool:
        """Write these documents, if all others of the day stand where they stood.

        They do if none is gone, as many came as now stand at its end, and what else changed stands where it stood.
        """
        count = self._before.get(day, 0)
        if len(places) < count or any(name not in names for name in places[count:]):
            return False
        numbered = [(place, name) for place, name in enumerate(places) if name in names]
        for place, name in numbered:
            if place < count and _name(self._output.read(plan.text(day, place))) != name:
                return False
        for place, name in numbered:
            self._write(day, place, name)
        return True

    def _all(self, day: str, places: list[tuple[str, str]]) -> None:
        for place, name in enumerate(places):
            self._write(day, place, name)
        for place in range(len(places), self._before.get(day, 0)):
            self._output.remove(plan.text(day, place))
            self._altered.setdefault(day, set()).add(place)

    def _write(self, day: str, place: int, name: tuple[str, str]) -> None:
        text = text_of(self._document(name))
        path = plan.text(day, place)
        stood = self._output.read(path)
        if self._output.write(path, coding.script(coding.packed(text))) and _looked_for(stood) != _parts(text):
            self._altered.setdefault(day, set()).add(place)
        self._written[day, place] = name
        self._late[day, place] = text
        if len(self._late) > _LATE:
            del self._late[next(iter(self._late))]

    def _document(self, name: tuple[str, str]) -> Document:
        document = self._edition.document(*name)
        if document is None:
            raise PublishError(f"{'/'.join(name)} is in the lists of the archive, and it has no copy of it: verify it")
        return document


def _name(body: bytes) -> tuple[str, str] | None:
    try:
        source, key, *_ = msgspec.json.decode(coding.unpacked(body).partition(b"\n")[0])
    except ValueError:
        return None
    return source, key


def _looked_for(body: bytes) -> tuple[str, bytes] | None:
    """What of a file makes tokens."""
    try:
        return _parts(coding.unpacked(body))
    except ValueError:
        return None


def _parts(text: bytes) -> tuple[str, bytes]:
    head, _, lines = text.partition(b"\n")
    return msgspec.json.decode(head)[0], lines


# --- the directory ---------------------------------------------------------------------------------------------------


class _Listed(Noun, frozen=True, kw_only=True, array_like=True):
    """A segment in the directory. `counts`: documents of each day from `since` on; `begin`: the first one's place."""

    name: str
    files: int
    since: str
    counts: tuple[int, ...]
    begin: int = 0

    def pieces(self) -> tuple[plan.Piece, ...]:
        return tuple(
            plan.Piece(
                day=f"{date.fromisoformat(self.since) + timedelta(days=number)}",
                begin=self.begin,
                end=self.begin + count,
            )
            for number, count in enumerate(self.counts)
            if count
        )


class _Directory(Noun, frozen=True, kw_only=True, array_like=True):
    rules: int
    sources: tuple[tuple[str, str], ...]
    segments: tuple[_Listed, ...]

    def days(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for segment in self.segments:
            for piece in segment.pieces():
                found[piece.day] = max(found.get(piece.day, 0), piece.end)
        return found


def _directory(edition: Edition, segments: Iterable[plan.Segment], numbers: Iterable[int]) -> bytes:
    listed = []
    for segment, files in zip(segments, numbers, strict=True):
        first = date.fromisoformat(segment.pieces[0].day)
        counts = [0] * ((date.fromisoformat(segment.pieces[-1].day) - first).days + 1)
        for piece in segment.pieces:
            counts[(date.fromisoformat(piece.day) - first).days] = piece.end - piece.begin
        listed.append(
            _Listed(
                name=segment.name, files=files, since=f"{first}", counts=tuple(counts), begin=segment.pieces[0].begin
            )
        )
    sources = tuple((shelf.source, clean(shelf.name) or shelf.source) for shelf in edition.shelves() if shelf.months)
    told = _Directory(rules=RULES, sources=sources, segments=tuple(listed))
    return coding.script(coding.packed(_encoder.encode(told)))


def _read_directory(body: bytes) -> _Directory | None:
    try:
        told = msgspec.json.decode(coding.unpacked(body), type=_Directory)
    except ValueError:
        return None
    return told if told.rules == RULES else None


# --- the folding table -----------------------------------------------------------------------------------------------


@cache
def folding_table() -> bytes:
    """The script with what a browser must know to fold and cut as folding.py does: JSON, the rules in words of regular
    expressions that Python and ECMAScript have in common, and what is folded beside NFKD and small letters.
    """
    codes = sorted(SIMPLIFIED)
    table = {
        **folding.rules(),
        "traditional": "".join(map(chr, codes)),
        "simplified": "".join(SIMPLIFIED[code] for code in codes),
    }
    return coding.script(coding.packed(_encoder.encode(table)))
