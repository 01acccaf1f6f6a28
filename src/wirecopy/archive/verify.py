"""The search for damage: every stored byte against its digest or check sum, every reference against what it names.

- What is kept twice (indexes, documents, references, tallies) is made again from what is kept once, and compared.
- A check that cannot go on says so as damage and leaves the rest to the others.
- It reads a snapshot: the archive may be written to meanwhile.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from wirecopy.archive import names, packing, pictures, taking_down, terms, timeline
from wirecopy.archive.file import File
from wirecopy.archive.kin import index as kin
from wirecopy.archive.schema import (
    ARCHIVE,
    BARRED,
    BARRED_NAMES,
    BLOBS,
    CAPTURES,
    DICTIONARIES,
    DOCUMENTS,
    EVIDENCE,
    FILING,
    FOOTPRINTS,
    HABITS,
    INCIDENTS,
    INDEXING,
    KINNING,
    LEDGER,
    LET_GO,
    ORIGINALS,
    PAGES,
    PICTURED,
    PICTURES,
    RENDITIONS,
    RETENTION,
    REVISIONS,
    SEARCHED,
    SKETCHES,
    SOURCE_DAYS,
    SOURCES,
    TAKE_DOWNS,
    TAKEN,
    TERMS,
    TRACES,
    VERSIONS,
    VISITS,
    LedgerRow,
    RevisionRow,
    Table,
    expected_objects,
    from_micros,
    name_digest,
    to_micros,
)
from wirecopy.archive.search import index
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Capture, Damage, Lead, State, Visit, decode, replace

_BAD = (ValueError, OverflowError, ArchiveError, OSError)
Progress = Callable[[int, int], None]
TABLES: tuple[Table[Any], ...] = (
    ARCHIVE,
    SOURCES,
    LEDGER,
    VISITS,
    HABITS,
    SOURCE_DAYS,
    FOOTPRINTS,
    INCIDENTS,
    SEARCHED,
    INDEXING,
    BLOBS,
    CAPTURES,
    EVIDENCE,
    PAGES,
    REVISIONS,
    ORIGINALS,
    RENDITIONS,
    PICTURES,
    VERSIONS,
    PICTURED,
    SKETCHES,
    KINNING,
    DICTIONARIES,
    TERMS,
    FILING,
    DOCUMENTS,
    TAKE_DOWNS,
    TAKEN,
    BARRED_NAMES,
    BARRED,
    TRACES,
    LET_GO,
    RETENTION,
)


def damages(path: Path, progress: Progress | None = None) -> Iterator[Damage]:
    """Everything in this archive that is not what it should be."""
    yield from _header(path)
    file = File.reading(path, lenient=True)
    try:
        file.snapshot()
        yield from _Search(file, progress).damages()
    finally:
        file.close()


def capture(file: File, number: int) -> Capture:
    """One capture. Raises ValueError, naming it, when it is not what was stored."""
    row = file.sound(CAPTURES, number)
    try:
        found = _capture(packing.Packed(row.codec, row.size, row.head), file.unpacked(row.payload), row.digest)
    except ValueError as error:
        raise ValueError(f"capture {row.digest.hex()}: {error}") from error
    if to_micros(found.at) != row.at:
        raise ValueError(f"capture {row.digest.hex()}: it is filed under another moment than {found.at}")
    return found


def _capture(packed: packing.Packed, body: bytes, digest: bytes) -> Capture:
    # The id is made from the head as it was stored, not as today's encoder would spell it.
    head = packing.unpack(packed)
    if hashlib.sha256(head + hashlib.sha256(body).hexdigest().encode()).digest() != digest:
        raise ValueError("its SHA-256 is not the one that was stored")
    return replace(decode(head, Capture), body=body)


class _Search:
    """One search through one snapshot, counting what it has looked at."""

    def __init__(self, file: File, progress: Progress | None) -> None:
        self._file = file
        self._progress = progress
        self._done = self._all = 0

    def damages(self) -> Iterator[Damage]:
        checks = (self._count, self._schema, self._structure, self._sums, self._captures, self._revisions,
                  self._ledger, self._recounts, self._visits, self._pictures, self._kin, self._take_downs)  # fmt: skip
        for check in checks:
            try:
                yield from check()
            except ArchiveError as error:
                yield self._damage("file", self._file.path.name, str(error))
            except Exception as error:  # noqa: BLE001 - damage may break any step, and that it broke is the finding
                yield self._damage("file", self._file.path.name, f"{type(error).__name__}: {error}")

    def _count(self) -> Iterator[Damage]:
        for table in ("captures", "revisions", "ledger", *(table.name for table in TABLES)):
            self._all += self._file.number(f"SELECT count(*) FROM {table}")  # noqa: S608  # our tables' names
        if self._file.number("SELECT count(*) FROM archive") != 1:
            yield self._damage("archive", self._file.path.name, "its own name and stamp are missing")

    def _schema(self) -> Iterator[Damage]:
        found = self._file.rows(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'"
        )
        for kind, name, *_ in sorted(set(found) ^ _as_made(), key=str):
            yield self._damage("schema", f"{kind} {name}", "it is not as wirecopy made it")

    def _structure(self) -> Iterator[Damage]:
        for (said,) in self._file.stream("PRAGMA integrity_check"):
            if said != "ok":
                yield self._damage("file", self._file.path.name, str(said))
        yield from self._free_pages()
        for table, row, parent, _ in self._file.stream("PRAGMA foreign_key_check"):
            yield self._damage(str(table), f"row {row}", f"it names a row of {parent} that is missing")

    def _free_pages(self) -> Iterator[Damage]:
        """Is the list of free pages (https://sqlite.org/fileformat2.html#the_freelist) as long as the file says?

        SQLite's own check leaves it out where the first table it comes to is a virtual one, as the search index is.
        """
        path = self._file.path
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            return  # what the file says is not the last word
        with path.open("rb") as file:
            size, page, told = struct.unpack(">16xH14xLL", file.read(40))
            size = size if size > 1 else 1 << 16
            found = 0
            while page and found <= told:
                file.seek((page - 1) * size)
                page, leaves = struct.unpack(">LL", file.read(8).ljust(8, b"\xff"))
                found += 1 + leaves
        if found != told:
            yield self._damage("file", path.name, f"it says that {told:,} pages are free, and its list has others")

    def _sums(self) -> Iterator[Damage]:
        for table in TABLES:
            for stored in self._file.stream(table.select()):
                self._tick()
                if table.checked(stored) is None:
                    yield self._damage(table.what, table.told(stored), "its check sum is wrong")

    def _captures(self) -> Iterator[Damage]:
        for number, digest in self._file.stream("SELECT id, lower(hex(digest)) FROM captures ORDER BY id"):
            self._tick()
            try:
                capture(self._file, int(number))
            except _BAD as error:
                yield self._damage("capture", str(digest), str(error))
        for (digest,) in self._file.stream(
            "SELECT lower(hex(digest)) FROM captures WHERE id NOT IN (SELECT capture FROM evidence) "
            "AND id NOT IN (SELECT capture FROM pages) AND id NOT IN (SELECT capture FROM picture_versions)"
        ):
            yield self._damage("capture", str(digest), "it is evidence of no article or picture, and no page")
        for (digest,) in self._file.stream(
            "SELECT lower(hex(digest)) FROM blobs WHERE id NOT IN (SELECT payload FROM captures) "
            "AND id NOT IN (SELECT body FROM revisions WHERE body IS NOT NULL) "
            "AND id NOT IN (SELECT blob FROM renditions) AND id NOT IN (SELECT blob FROM dictionaries) "
            "AND id NOT IN (SELECT base FROM blobs WHERE base IS NOT NULL)"
        ):
            yield self._damage("blob", str(digest), "no capture and no revision is in it")

    def _revisions(self) -> Iterator[Damage]:
        documents = references = 0
        indexed, filed = index.Sum(), terms.Filed(self._file)
        is_filed = terms.is_whole(self._file)  # if not, the next command that writes goes on with it
        rows = self._file.stream(REVISIONS.select("ORDER BY article, at, fingerprint"))
        for article, group in groupby(rows, key=lambda stored: stored[1]):
            found = [RevisionRow._make(stored[:-1]) for stored in group]
            stored = self._file.row(LEDGER.select("WHERE id = ?"), article)
            if stored is None:
                yield self._damage("revision", f"article {article}", "its ledger line is missing")
                continue
            line = LedgerRow._make(stored[:-1])
            seen: dict[int, Article] = {}
            yield from self._timeline(line, found, seen)
            copy = timeline.standing(found)
            if copy is not None and copy.id in seen:
                documents += 1
                references += len(names.refs_of(seen[copy.id]))
                yield from self._document(line, found, copy, seen[copy.id])
                if slot := self._file.number("SELECT slot FROM searched WHERE article = ?", article):
                    indexed.tell(slot, seen[copy.id])
                yield from pictures.disagreement(self._file, line, seen[copy.id])
                yield from kin.disagreement(self._file, line, copy.day, seen[copy.id])
                if is_filed:
                    yield from filed.tell(line.id, copy.day, seen[copy.id])
        for table, counted in (("documents", documents), ("refs", references)):
            stands = self._file.number(f"SELECT count(*) FROM {table}")  # noqa: S608  # our tables' names
            if stands != counted:
                yield self._damage(table, f"all {table}", f"there are {stands}, and the revisions make {counted}")
        yield from self._index(indexed)
        if is_filed:
            yield from filed.damages()

    def _index(self, indexed: index.Sum) -> Iterator[Damage]:
        """The search index against what the documents say that it should hold."""
        if not index.is_whole(self._file):
            return  # the next command that writes goes on with it
        for name, reason in index.strays(self._file):
            yield self._damage("search index", name, reason)
        for reason in indexed.complaints(self._file):
            yield self._damage("search index", "all words", reason)

    def _timeline(self, line: LedgerRow, rows: list[RevisionRow], seen: dict[int, Article]) -> Iterator[Damage]:
        """The revisions of one article; those that can be read go into `seen`."""
        for row, said in zip(rows, timeline.relabelled(rows), strict=True):
            self._tick()
            try:
                of = f"{line.source}/{line.key} {from_micros(row.at)}"
                seen |= {} if row.body is None else {row.id: self._article(row.body, line)}
            except _BAD as error:
                yield self._damage("revision", f"{line.source}/{line.key} {row.at}", str(error))
                continue
            if row.change != said.change:
                yield self._damage("revision", of, f"it is kept as {row.change}, and is {said.change}")
            if row.day != rows[0].day:
                yield self._damage("revision", of, f"it is filed under {row.day}, its article under {rows[0].day}")
            if row.capture is not None and not self._holds("evidence", "capture", row.capture, line.id):
                yield self._damage("revision", of, f"its capture {row.capture} is not evidence of its article")
            if row.id in seen and not self._named(seen[row.id].url, line.id):
                yield self._damage("name", seen[row.id].url, f"{line.source}/{line.key} does not go by its address")

    def _article(self, body: int, line: LedgerRow) -> Article:
        article = decode(self._file.unpacked(body), Article)
        if (article.source, article.key) != (line.source, line.key):
            raise ValueError(f"its article is that of {article.source}/{article.key}")
        return article

    def _document(
        self, line: LedgerRow, rows: list[RevisionRow], copy: RevisionRow, article: Article
    ) -> Iterator[Damage]:
        """What publishers are told of one article, against its revisions."""
        of = f"{line.source}/{line.key}"
        stored = self._file.row(DOCUMENTS.select("WHERE article = ?"), line.id)
        last = self._file.number("SELECT stamp FROM archive")
        if stored is None:
            yield self._damage("document", of, "it is missing")
        elif timeline.document(line.source, line.key, rows, copy, article)[:-1] != stored[:-2]:
            yield self._damage("document", of, "it is not what its revisions make it")
        elif not 0 < int(stored[-2]) <= last:
            yield self._damage("document", of, f"its stamp is {stored[-2]}, the archive's {last}")
        for name in sorted(names.refs_of(article)):
            if not self._holds("refs", "name", name, line.id):
                yield self._damage("reference", f"{of} to {name.hex()}", "it is missing")

    def _ledger(self) -> Iterator[Damage]:
        for stored in self._file.stream(LEDGER.select()):
            self._tick()
            line = LedgerRow._make(stored[:-1])
            of = f"{line.source}/{line.key}"
            try:
                lead, state = decode(line.lead.encode(), Lead), State(line.state)
            except ValueError as error:
                yield self._damage("ledger line", of, str(error))
                continue
            if (lead.source, lead.key) != (line.source, line.key):
                yield self._damage("ledger line", of, f"its lead is that of {lead.source}/{lead.key}")
            if not self._named(lead.url, line.id):
                yield self._damage("name", lead.url, f"{of} does not go by its address")
            reason = _disagreement(state, self._last_change(line.id))
            if reason:
                yield self._damage("ledger line", of, reason)

    def _last_change(self, article: int) -> str | None:
        row = self._file.row(
            "SELECT change FROM revisions WHERE article = ? ORDER BY at DESC, fingerprint DESC LIMIT 1", article
        )
        return None if row is None else str(row[0])

    def _recounts(self) -> Iterator[Damage]:
        for table, columns, counted in (
            ("tallies", "source, state", "ledger"),
            ("calendar", "day, source", "documents"),
        ):
            stored = set(self._file.rows(f"SELECT * FROM {table}"))  # noqa: S608  # our tables' names
            made = set(self._file.rows(f"SELECT {columns}, count(*) FROM {counted} GROUP BY {columns}"))  # noqa: S608
            for first, second, _ in sorted(stored ^ made, key=str):
                yield self._damage(table, f"{first} {second}", f"the count is not that of the {counted}")

    def _visits(self) -> Iterator[Damage]:
        for url, visit in self._file.stream("SELECT url, visit FROM visits"):
            try:
                if decode(str(visit).encode(), Visit).url != url:
                    yield self._damage("visit", str(url), "it is of another address")
            except ValueError as error:
                yield self._damage("visit", str(url), str(error))

    def _pictures(self) -> Iterator[Damage]:
        return pictures.damages(self._file)

    def _kin(self) -> Iterator[Damage]:
        return kin.damages(self._file)

    def _take_downs(self) -> Iterator[Damage]:
        for name, reason in taking_down.disagreements(self._file):
            yield self._damage("take-down", name, reason)

    def _named(self, url: str, article: int) -> bool:
        return not url or self._holds("names", "name", name_digest(url), article)

    def _holds(self, table: str, column: str, value: object, article: int) -> bool:
        sql = f"SELECT 1 FROM {table} WHERE {column} = ? AND article = ?"  # noqa: S608  # our tables' names
        return self._file.row(sql, value, article) is not None

    def _damage(self, what: str, name: str, reason: str) -> Damage:
        return Damage(what=what, name=name, reason=reason)

    def _tick(self) -> None:
        self._done += 1
        if self._progress is not None and (self._done % 100 == 0 or self._done >= self._all):
            self._progress(self._done, max(self._done, self._all))


@cache
def _as_made() -> frozenset[tuple[str, str, str, str | None]]:
    """What the schema of an undamaged archive is: the same in every archive, and a migration to find out."""
    return frozenset(expected_objects())


def _disagreement(state: State, last: str | None) -> str:
    """Why a ledger line in this state cannot stand beside an article whose last change is this, or ""."""
    if state in (State.ARCHIVED, State.UNCHANGED) and last is None:
        return f"it is {state}, and there is no revision"
    if state is State.ARCHIVED and last == "gone":
        return "it is archived, and its last revision is gone"
    if state is State.GONE and last is not None and last != "gone":
        return f"it is gone, and its last revision is {last}"
    return ""


# What stands in the first 100 bytes of an archive, beside what SQLite itself looks at (https://sqlite.org/fileformat2.html):
# (from, to, bytes). 18: WAL; 20: no reserved space; 44: schema format; 56: UTF-8; 72: for later, zero.
_FIXED = (
    (0, 16, b"SQLite format 3\0"),
    (18, 24, b"\2\2\0\x40\x20\x20"),
    (44, 60, b"\0\0\0\4" + bytes(8) + b"\0\0\0\1"),
    (64, 68, bytes(4)),
    (72, 92, bytes(20)),
)


def _header(path: Path) -> Iterator[Damage]:
    try:
        with path.open("rb") as file:
            start = file.read(100)
    except OSError:
        return  # whoever opens it next says so better
    log = path.with_name(path.name + "-wal")
    if start[44:60] == bytes(16) and log.exists() and log.stat().st_size:
        return  # made a moment ago: the header that counts is still in the log
    wrong = any(start[first:last] != fixed for first, last, fixed in _FIXED) or start[24:28] != start[92:96]
    if wrong:
        yield Damage(what="file", name=path.name, reason="the first 100 bytes are not an archive's header")
