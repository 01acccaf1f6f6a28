"""Publishing data: an edition becomes tables for researchers, as Parquet and JSON Lines, and items of ninjs.

- Tables (tables.py, docs/data.md): articles, revisions, pictures, leads. A file holds a source's month; where a month
  has more than 2,000 documents, its oldest are in the first file, so that the files before the last stay as they are.
- A new article rewrites the files of its month, nothing else. Both ways, at once or bit by bit, the bytes are the same.
- JSON Lines and ninjs are the same bytes on any machine. Parquet is, with the same version of pyarrow: where that has
  changed, everything is written again.
- Leads are a ledger, which moves without any document changing: it is read at every publication, and only months whose
  lines changed are written.
- What was taken down is in no table from the next publication on; nor is what its publisher wishes not to be used so,
  where that is obeyed.

A publication holds one file's rows at a time, and the leads of one source packed.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Protocol

import msgspec

from wirecopy import usage
from wirecopy.errors import ConfigError
from wirecopy.model import Document, Edition, Shelf, replace
from wirecopy.publish import manifest, publication
from wirecopy.publish.data import jsonl, ninjs, tables
from wirecopy.publish.data.tables import ARTICLES, LEADS, PICTURES, REVISIONS, ROWS, LeadRow, Row
from wirecopy.publish.feeds.entries import Place
from wirecopy.publish.output import Output, check
from wirecopy.publish.publication import Bookmark, Progress, Published

__all__ = ["FORMATS", "Published", "check", "publish"]

FORMATS = ("parquet", "jsonl", "ninjs")

RENDERING = 4
"""Raise this with every change to the bytes that are written: folders are then made anew."""

PART = 2_000
"""How many documents (or leads) a file holds at most: some 30 MB of JSON Lines."""

_TABLE = re.compile(r"(?P<table>\w+)/[^/]+/(?P<month>\d{4}-\d\d)(?:\.\d+)?\.(?:jsonl|parquet)")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(LeadRow).decode


class _Bookmark(Bookmark, frozen=True, kw_only=True):
    """What a folder shows. `engine`: whose Parquet; `names`: what the sources are called; `leads`: the digest of the
    lines of each source's months.
    """

    formats: tuple[str, ...]
    engine: str
    place: Place
    without: tuple[str, ...] = ()
    names: dict[str, str]
    leads: dict[str, dict[str, str]]

    @property
    def ever(self) -> Place:
        """The place, without the day from which on it has pictures: that moves, and few months with it."""
        return replace(self.place, since="")


class _Sheet(Protocol):
    def add(self, row: Row) -> None: ...

    def close(self) -> bytes: ...


def publish(
    edition: Edition,
    folder: Path,
    *,
    formats: Iterable[str] = FORMATS,
    address: str = "",
    without: Iterable[str] = (),
    pictures: tuple[str, ...] = ("small", "full"),
    pictures_since: str = "",
    by_source: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make the folder show the edition as data. `progress` is called with (done, all, what) for each document.

    `formats`: any of "parquet" (needs pyarrow), "jsonl", "ninjs". `address` is the absolute address of the site, with
    "/" at its end, "" where it is not known: ninjs items then name our copies of pictures without leading to them.
    `without`: wishes of publishers ("tdm", "ai") that are obeyed: what is under such a wish is left out. Of the copies
    that the site does not show, by `pictures`, `pictures_since` and `by_source` (as for feeds), no place is named.

    Raises ConfigError for a format that is unknown or whose library is missing, PublishError when something could not
    be written; what was published before then stands, and the next call completes this one.
    """
    chosen = _chosen(formats)
    shelves = publication.shelves_of(edition)
    names = {shelf.source: shelf.name for shelf in shelves.values()}
    kinds, engine = _kinds(chosen)
    place = Place(
        address=address if "ninjs" in chosen else "",
        pictures=pictures,
        since=pictures_since,
        without=tuple(sorted(source for source in shelves if (by_source or {}).get(source, "own") != "own")),
    )
    items = ninjs.Renderer(edition, names, place) if "ninjs" in chosen else None
    now = _Bookmark(
        archive=edition.archive,
        stamp=edition.stamp,
        take_downs=len(edition.take_downs()),
        formats=chosen,
        rendering=RENDERING,
        engine=engine,
        place=place,
        without=tuple(without),
        names=names,
        leads={},
    )
    with Output(folder, listed_in) as output:
        work = _Publication(edition, output, shelves, kinds, items, now, progress)
        before = publication.standing(
            output.bookmark, now, same=("formats", "engine", "ever", "without"), said=("names",)
        )
        if before is None:
            output.renew()
            work.everything()
        elif (before.stamp, before.place) != (now.stamp, now.place):
            work.changes(before)
        now = replace(now, leads=work.leads({} if before is None else before.leads))
        return publication.finished(output, now, documents=publication.number_of(shelves), rendered=work.rendered)


def listed_in(path: str) -> str:
    """The page of the manifest on which this path is listed: one a source, and one a month of its ninjs items."""
    match path.split("/"):
        case ["ninjs", source, year, month, _]:
            return _items_page(source, f"{year}-{month}")
        case ["manifest", "sources", source, _]:
            return manifest.source_page(source)
        case [table, source, _] if table in ROWS:
            return manifest.source_page(source)
        case _:
            return manifest.ROOT


class _Publication:
    def __init__(
        self,
        edition: Edition,
        output: Output,
        shelves: Mapping[str, Shelf],
        kinds: Mapping[str, Callable[[type[Row]], _Sheet]],
        items: ninjs.Renderer | None,
        now: _Bookmark,
        progress: Progress | None,
    ) -> None:
        self._edition = edition
        self._output = output
        self._shelves = shelves
        self._kinds = kinds
        self._items = items
        self._without = now.without
        self._place = now.place
        self._progress = progress
        self._todo = 0
        self.rendered = 0

    def everything(self) -> None:
        """Write all, month by month; what the manifest has beyond that goes."""
        self._todo = publication.number_of(self._shelves)
        for source, shelf in self._shelves.items():
            for month, _ in shelf.months:
                self._month(source, month)
                self._output.seal(_items_page(source, month))

    def changes(self, before: _Bookmark) -> None:
        """Write the months in which something changed since that publication; of ninjs, the items that did."""
        changed = {month: self._keys(*month) for month in self._moved(before.place.since)}
        for source, key in self._edition.changed(before.stamp):
            document = self._edition.document(source, key)
            if document is not None:
                changed.setdefault((source, document.day[:7]), set()).add(key)
                continue
            self._remove(source, key)
            for month in self._months(source):  # nothing says in which of them its rows are
                changed.setdefault((source, month), set())
        self._todo = sum(self._documents(*each) for each in changed)
        for (source, month), keys in sorted(changed.items()):
            self._month(source, month, keys)

    def _moved(self, since: str) -> Iterator[tuple[str, str]]:
        """The months of sources in which documents got or lost their pictures, which they had from that day on."""
        first, last = sorted((since or "0", self._place.since or "0"))
        for source, shelf in self._shelves.items() if first != last else ():
            yield from ((source, month) for month, _ in shelf.months if first[:7] <= month <= last[:7])

    def _keys(self, source: str, month: str) -> set[str]:
        return {each.key for each in self._edition.month(source, month)}

    def leads(self, before: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
        """Write the months of the ledger whose lines are others than before. What they are now, as digests."""
        if not self._kinds:
            return {}
        now = {source: self._ledger(source, before.get(source, {})) for source in self._shelves}
        for source, months in before.items():
            for month in months.keys() - now.get(source, {}).keys():
                self._clear(LEADS, source, month, ())
        return now

    # --- a month of documents -------------------------------------------------------------------------------------

    def _month(self, source: str, month: str, changed: Container[str] | None = None) -> None:
        """A source's month: its tables, and the ninjs items of all its documents or of those that changed."""
        number = self._documents(source, month)
        written: set[str] = set()
        documents = self._edition.documents(source, month) if number else iter(())
        # They come newest first, so the last part is the first we see, and the only one that is not full.
        for part in range(-(-number // PART), 0, -1):
            sheets = _Sheets(self._kinds)
            for document in islice(documents, number - (part - 1) * PART):
                self._document(document, sheets, changed)
            number = (part - 1) * PART
            for table, extension, body in sheets.close():
                path = _path(table, source, month, part, extension)
                self._output.write(path, body)
                written.add(path)
        for table in (ARTICLES, REVISIONS, PICTURES):
            self._clear(table, source, month, written)

    def _document(self, document: Document, sheets: _Sheets, changed: Container[str] | None) -> None:
        said = document.article
        if any(usage.forbidden(said.usage, wish) for wish in self._without):
            self._output.remove(_item(said.source, document.day, said.key))
            return
        if self._kinds:
            name = self._shelves[said.source].name
            sheets.add(ARTICLES, tables.article(document, name, _page(document)))
            for revision in self._edition.history(said.source, said.key):
                sheets.add(REVISIONS, tables.revision(revision, document.day))
            for row in tables.shown(document, self._edition, self._place):
                sheets.add(PICTURES, row)
        if self._items is not None and (changed is None or said.key in changed):
            self._output.write(_item(said.source, document.day, said.key), self._items.render(document))
        self.rendered += 1
        if self._progress is not None:
            self._progress(self.rendered, self._todo, f"{said.source}/{said.key}")

    def _remove(self, source: str, key: str) -> None:
        """Take the ninjs item away of a document that the edition no longer has."""
        for page in self._output.listed(manifest.source_page(source)):
            month = Path(page).stem
            if page == _items_page(source, month):
                self._output.remove(_item(source, month, key))

    def _documents(self, source: str, month: str) -> int:
        shelf = self._shelves.get(source)
        return 0 if shelf is None else dict(shelf.months).get(month, 0)

    def _months(self, source: str) -> set[str]:
        """The months of which there is or was something."""
        listed = map(_TABLE.fullmatch, self._output.listed(manifest.source_page(source)))
        return {found["month"] for found in listed if found and found["table"] != LEADS} | {
            month for month, _ in self._shelves.get(source, Shelf(source=source)).months
        }

    # --- a source's ledger ----------------------------------------------------------------------------------------

    def _ledger(self, source: str, before: Mapping[str, str]) -> dict[str, str]:
        spools: defaultdict[str, _Spool] = defaultdict(_Spool)
        for entry in self._edition.entries(source):
            spools[f"{entry.first_seen:%Y-%m}"].add(_encode(tables.lead(entry)))
        for month, spool in sorted(spools.items()):
            if spool.digest != before.get(month):
                self._leads(source, month, spool)
        return {month: spool.digest for month, spool in sorted(spools.items())}

    def _leads(self, source: str, month: str, spool: _Spool) -> None:
        written: set[str] = set()
        rows = map(_decode, spool.lines())
        for part in count(1):
            sheets = _Sheets(self._kinds)
            for row in islice(rows, PART):
                sheets.add(LEADS, row)
            before = len(written)
            for table, extension, body in sheets.close():
                path = _path(table, source, month, part, extension)
                self._output.write(path, body)
                written.add(path)
            if len(written) == before:
                break
        self._clear(LEADS, source, month, written)

    def _clear(self, table: str, source: str, month: str, kept: Container[str]) -> None:
        """Take away the files of a table's month that are no longer written."""
        for path in self._output.listed(manifest.source_page(source)):
            found = _TABLE.fullmatch(path)
            if found and (found["table"], found["month"]) == (table, month) and path not in kept:
                self._output.remove(path)


class _Sheets:
    """The files that one part of a month makes, each begun with its first row."""

    def __init__(self, kinds: Mapping[str, Callable[[type[Row]], _Sheet]]) -> None:
        self._kinds = kinds
        self._open: dict[tuple[str, str], _Sheet] = {}

    def add(self, table: str, row: Row) -> None:
        for extension, kind in self._kinds.items():
            sheet = self._open.get((table, extension))
            if sheet is None:
                sheet = self._open[table, extension] = kind(ROWS[table])
            sheet.add(row)

    def close(self) -> Iterator[tuple[str, str, bytes]]:
        """The table, the extension and the bytes of each."""
        while self._open:
            (table, extension), sheet = self._open.popitem()
            yield table, extension, sheet.close()


class _Spool:
    """Lines that wait until all of them are known, packed. A ledger is by key, its files are by month."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(1)
        self._packed: list[bytes] = []
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, line: bytes) -> None:
        line += b"\n"
        self._hash.update(line)
        if packed := self._packer.compress(line):
            self._packed.append(packed)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def lines(self) -> Iterator[bytes]:
        """The lines, in their order; once."""
        unpacker = zlib.decompressobj()
        rest = b""
        for packed in (*self._packed, self._packer.flush()):
            *lines, rest = (rest + unpacker.decompress(packed)).split(b"\n")
            yield from lines


def _path(table: str, source: str, month: str, part: int, extension: str) -> str:
    return f"{table}/{source}/{month}{f'.{part}' if part > 1 else ''}.{extension}"


def _item(source: str, day: str, key: str) -> str:
    return f"ninjs/{source}/{day[:4]}/{day[5:7]}/{key}.json"


def _items_page(source: str, month: str) -> str:
    return f"manifest/sources/{source}/{month}.json"


def _page(document: Document) -> str:
    """Where the page of a document stands in the site."""
    return manifest.document(document.article.source, document.day, document.article.key).removesuffix(".md") + ".html"


def _kinds(formats: Iterable[str]) -> tuple[dict[str, Callable[[type[Row]], _Sheet]], str]:
    """What makes files of rows, by their extension, and whose Parquet that is."""
    kinds: dict[str, Callable[[type[Row]], _Sheet]] = {}
    engine = ""
    if "parquet" in formats:
        from wirecopy.publish.data import parquet

        kinds["parquet"] = parquet.Sheet
        engine = parquet.version()
    if "jsonl" in formats:
        kinds["jsonl"] = jsonl.Sheet
    return kinds, engine


def _chosen(formats: Iterable[str]) -> tuple[str, ...]:
    named = tuple(formats)
    unknown = [each for each in named if each not in FORMATS]
    if unknown or not named:
        said = ", ".join(map(repr, unknown)) or "none"
        raise ConfigError(f"publish data: formats: {said}: there are {', '.join(map(repr, FORMATS))}")
    return tuple(each for each in FORMATS if each in named)
