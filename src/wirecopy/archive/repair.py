"""A damaged archive is made anew from all of it that is whole; what could not be saved is named.

- Nothing is changed in the damaged file. Every row that can be vouched for goes into a new one beside it, what is made
  from rows is made again, the new file is read through, and takes the old one's name in one step. The damaged one is
  kept as `<archive>.damaged-<time>`.
- A row is vouched for by its check sum; bytes and captures also by their digests. A reading whose bytes are lost is
  read again from its capture; a ledger line and a revision whose rows are lost are made again from the article and the
  capture that they were about, where these leave no doubt. Whatever is left is in the list of what was lost.
- What is only made from the rest (names, references, documents, counts, the search index, what is filed where) is never
  copied; of terms, only that there were some.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from wirecopy.archive import copying, dropping, names, packing, timeline, verify
from wirecopy.archive.file import File, check_plain
from wirecopy.archive.lock import Lock
from wirecopy.archive.merge import another_layout
from wirecopy.archive.salvage import Source, Stored
from wirecopy.archive.schema import (
    ARCHIVE,
    BLOBS,
    CAPTURES,
    DICTIONARIES,
    DOCUMENTS,
    EVIDENCE,
    FOOTPRINTS,
    HABITS,
    INCIDENTS,
    LEDGER,
    PAGES,
    PICTURES,
    REVISIONS,
    SOURCE_DAYS,
    TERMS,
    VERSIONS,
    VISITS,
    ArchiveRow,
    BlobRow,
    CaptureRow,
    DictionaryRow,
    DocumentRow,
    EvidenceRow,
    LedgerRow,
    PageRow,
    RevisionRow,
    Table,
    from_micros,
    name_digest,
    to_micros,
)
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Capture, Damage, Lead, Noun, PictureState, State, Visit, decode, encode, replace

# Made from the rest, by those who read the new file first: nothing of them is carried over.
_MADE = frozenset({"documents", "searched", "indexing", "pictured", "sketches", "kinning", "filing"})
_GONE = (404, 410)
_BAD = (ValueError, OverflowError, ArchiveError)

Progress = Callable[[str, int, int], None]


class Reader(NamedTuple):
    """How readings are made: what a capture says (None: it can't be read), with others of the same article; and how a
    reading is known again.
    """

    read: Callable[[Lead, Capture, Sequence[Capture]], Article | None]
    fingerprint: Callable[[Article], str]


class Repaired(Noun, frozen=True, kw_only=True):
    """What a repair did. `found`: the damage there was; `made`: what was made again; `lost`: what could not be saved;
    `kept`: where the damaged file is, "" when nothing was damaged.
    """

    archive: str
    found: tuple[Damage, ...] = ()
    made: tuple[Damage, ...] = ()
    lost: tuple[Damage, ...] = ()
    kept: str = ""


def repair(
    path: Path,
    *,
    clock: Callable[[], datetime],
    rebuild: Callable[[Path], Sequence[Damage]],
    reader: Reader | None = None,
    progress: Progress | None = None,
) -> Repaired:
    """Save what can be saved of an archive, if anything is wrong with it. `rebuild` is told of the new file before it
    is checked, to make what else is made from the rest, and says what of it was damaged.
    """
    path = path.resolve()
    if not path.exists():
        raise ArchiveError(f"there is no archive at {path}: `wirecopy restore` brings back a backup")
    _check_place(path)
    now = clock()
    lock = Lock(path, wait=0.0, holder="wirecopy verify --repair", since=now)
    fresh = path.with_name(path.name + ".repaired")
    try:
        with copying.clean(fresh, *(fresh.with_name(fresh.name + end) for end in (".lock", ".holder", ".holder.new"))):
            found = tuple(_damages(path, progress))
            if not found:
                return Repaired(archive=str(path))
            copying.written_back(path)
            copying.check_room(path, path.stat().st_size * 2, f"a repaired copy of {path}")
            work = _Repair(path, fresh, reader, progress)
            work.run()
            work.made += rebuild(fresh)
            copying.write_back(fresh)
            left = tuple(_damages(fresh, progress))
            copying.remove(fresh, only_beside=True)
            copying.sync(fresh)
            kept = copying.free_name(path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%SZ}"))
            copying.change(fresh, path, kept)
    finally:
        lock.release()
    return Repaired(archive=str(path), found=found, made=tuple(work.made), lost=(*work.lost, *left), kept=str(kept))


def _check_place(path: Path) -> None:
    """Only what cannot be an archive is refused here: its first page may be what is damaged."""
    if not path.is_file():
        check_plain(path)


def _damages(path: Path, progress: Progress | None) -> Iterator[Damage]:
    told = None if progress is None else lambda done, todo: progress("check", done, todo)
    try:
        yield from verify.damages(path, told)
    except ArchiveError as error:
        if "newer wirecopy" in str(error) or "another program" in str(error):
            raise
        with closing(Source(path)) as source:
            if "older wirecopy" in str(error) and source.is_sound:
                raise  # it is not damaged, only not of today
        yield Damage(what="file", name=path.name, reason=str(error))


class _Repair:
    """One repair: from the damaged archive at `path` into the new one at `fresh`."""

    def __init__(self, path: Path, fresh: Path, reader: Reader | None, progress: Progress | None) -> None:
        self._source = Source(path)
        self._path = path
        self._fresh = fresh
        self._reader = reader
        self._progress = progress
        self._doubted: dict[str, list[Stored]] = {}
        self.made: list[Damage] = []
        self.lost: list[Damage] = []

    def run(self) -> None:
        with closing(self._source), closing(File.writing(self._fresh)) as self._file:
            # Nobody knows the file yet: it is synced when it is whole.
            for setting in ("synchronous = OFF", "foreign_keys = OFF"):
                self._file.rows(f"PRAGMA {setting}")
            for step in (self._copy, self._bytes, self._captures, self._lines, self._readings, self._stray_readings,
                         self._timelines, self._evidence, self._states, self._rest, self._pictures, self._references,
                         self._names, self._documents, self._counts, self._missing_names, self._identity):  # fmt: skip
                with self._file.transaction():
                    step()
            self._file.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    # --- rows

    def _copy(self) -> None:
        """Every row whose check sum fits; those whose does not are looked at again, where something else vouches."""
        for table in verify.TABLES:
            if table.name in _MADE:
                continue
            columns = (*table.columns, "sum")
            places = ", ".join("?" * len(columns))
            put = f"INSERT OR IGNORE INTO {table.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  # our tables' names
            self._tell(f"copy {table.name}")
            for stored in self._source.rows(table, verify.TABLES):
                if table.checked(stored) is not None and _is_of(table, stored):
                    self._file.rows(put, *stored)
                else:
                    self._doubted.setdefault(table.name, []).append(stored)

    def _bytes(self) -> None:
        """Blobs whose bytes are what their digests say, though their rows are not; and none whose are not."""
        for stored in self._doubted.get(BLOBS.name, ()):
            row = BlobRow._make(stored[:-1])
            if self._unpacked(row) is not None and not self._holds("blobs", row.id):
                self._put_row(BLOBS, row)
                self._remade("blob", row.digest.hex(), "its row was damaged, its bytes are whole")
        self._dictionaries()
        for (number,) in self._file.rows("SELECT id FROM blobs ORDER BY base IS NOT NULL, id"):
            try:
                self._file.unpacked(number)
            except _BAD:
                self._file.rows("DELETE FROM blobs WHERE id = ?", number)

    def _dictionaries(self) -> None:
        """A dictionary is kept twice, because much rests on it: each of the two makes the other again."""
        for stored in self._doubted.get(DICTIONARIES.name, ()):
            row = DictionaryRow._make(stored[:-1])
            blob = self._file.first(BLOBS, "WHERE id = ?", row.blob)
            if blob is not None and blob.codec == packing.Codec.ZSTD and self._unpacked(blob) is not None:
                self._put_row(DICTIONARIES, row._replace(digest=blob.digest, size=blob.size, copy=blob.body))
                self._remade("dictionary", row.name, "its row was damaged, its bytes are whole")
        for row in self._file.every(DICTIONARIES, "ORDER BY name"):
            copy = BlobRow(row.blob, row.digest, packing.Codec.ZSTD, None, row.size, row.copy)
            blob = self._file.first(BLOBS, "WHERE id = ?", row.blob)
            if (blob is None or self._unpacked(blob) is None) and self._unpacked(copy) is not None:
                self._put_row(BLOBS, copy)
                self._remade("blob", row.digest.hex(), f"the dictionary {row.name}: from its copy")

    def _unpacked(self, row: BlobRow) -> bytes | None:
        try:
            base = None if row.base is None else self._file.unpacked(row.base)
            data = packing.unpack(packing.Packed(row.codec, row.size, row.body), base=base)
        except (*_BAD, TypeError):
            return None
        return data if hashlib.sha256(data).digest() == row.digest else None

    def _captures(self) -> None:
        """Captures that are what their ids say; of the others, their names."""
        for stored in self._doubted.get(CAPTURES.name, ()):
            self._vouched_capture(CaptureRow._make(stored[:-1]))
        for (number,) in self._file.rows("SELECT id FROM captures ORDER BY id"):
            try:
                verify.capture(self._file, number)
            except _BAD:
                row = self._file.every(CAPTURES, "WHERE id = ?", number)[0]
                self._file.rows("DELETE FROM captures WHERE id = ?", number)
                self._lose("capture", row.digest.hex(), f"an answer of {from_micros(row.at)}: its bytes are damaged")

    def _vouched_capture(self, row: CaptureRow) -> None:
        try:
            head = packing.unpack(packing.Packed(row.codec, row.size, row.head))
            capture = decode(head, Capture)
            stored = self._file.row("SELECT lower(hex(digest)) FROM blobs WHERE id = ?", row.payload)
            told = "" if stored is None else str(stored[0])
            if hashlib.sha256(head + told.encode()).digest() != row.digest or self._holds("captures", row.id):
                raise ValueError("not what was stored")
        except (*_BAD, TypeError):
            if isinstance(row.digest, bytes) and not self._file.number(
                "SELECT 1 FROM captures WHERE digest = ?", row.digest
            ):
                self._lose("capture", row.digest.hex(), "its row is damaged")
            return
        self._put_row(CAPTURES, row._replace(at=to_micros(capture.at)))
        self._remade("capture", row.digest.hex(), "its row was damaged, it is whole")

    # --- articles

    def _lines(self) -> None:
        """Ledger lines that can be read; those that are lost and have a revision are made from its article."""
        for line in self._file.every(LEDGER, "ORDER BY id"):
            try:
                lead, _ = decode(line.lead.encode(), Lead), State(line.state)
                sound = (lead.source, lead.key) == (line.source, line.key)
            except ValueError:
                sound = False
            if not sound:
                self._file.rows("DELETE FROM ledger WHERE id = ?", line.id)
        told = {stored[0]: stored for stored in self._doubted.get(LEDGER.name, ()) if stored}
        missing = "SELECT DISTINCT article FROM revisions WHERE article NOT IN (SELECT id FROM ledger) ORDER BY article"
        for (article,) in self._file.rows(missing):
            rows = self._rows(article)
            read = next(filter(None, (self._article(row.body) for row in reversed(rows))), None)
            if read is None or self._file.number(
                "SELECT id FROM ledger WHERE source = ? AND key = ?", read.source, read.key
            ):
                self._file.rows("DELETE FROM revisions WHERE article = ?", article)
                self._lose("article", f"number {article}", "its ledger line and all its readings are damaged")
                continue
            self._put_row(LEDGER, _line_of(article, read, rows))
            self._remade("ledger line", f"{read.source}/{read.key}", "made again from its revisions")
        for number, stored in sorted(told.items(), key=str):
            if not self._holds("ledger", number):
                self._revive_line(LedgerRow._make(stored[:-1]))

    def _revive_line(self, line: LedgerRow) -> None:
        """A lead whose row is damaged, if it says whose it is: it is to be looked at again."""
        name = f"{line.source}/{line.key}"
        try:
            lead = decode(line.lead.encode(), Lead)
            moments = line.first_seen, line.last_seen
            if (lead.source, lead.key) != (line.source, line.key) or not all(map(from_micros, moments)):
                raise ValueError("of another article")
            if self._file.number("SELECT 1 FROM ledger WHERE source = ? AND key = ?", line.source, line.key):
                return
        except (*_BAD, TypeError, AttributeError):
            self._lose("ledger line", name, "its row is damaged")
            return
        fresh = line._replace(state=State.WAITING.value, reason="", checked=None, due=line.last_seen, failures=0)
        self._put_row(LEDGER, fresh)
        self._remade("ledger line", name, "its lead is whole; how it ended is lost, and it is looked at again")

    def _readings(self) -> None:
        """Readings whose bytes are lost are read again from their captures."""
        for row in self._file.every(REVISIONS, "WHERE body IS NOT NULL ORDER BY article, at, fingerprint"):
            if row.body is not None and self._holds("blobs", row.body) and self._is_of_line(row):
                continue
            line = self._file.first(LEDGER, "WHERE id = ?", row.article)
            name = f"{line.source}/{line.key}" if line else f"article {row.article}"
            of = f"{name} {from_micros(row.at)}"
            read = None if line is None else self._read_again(line, row.capture)
            if read is None:
                self._file.rows("DELETE FROM revisions WHERE id = ?", row.id)
                self._lose("revision", of, "its text is damaged, and no whole capture of it can be read again")
            else:
                body = self._file.keep(encode(read), ours=True)
                self._put_row(REVISIONS, row._replace(body=body))
                self._remade("revision", of, "read again from its capture")

    def _is_of_line(self, row: RevisionRow) -> bool:
        line = self._file.first(LEDGER, "WHERE id = ?", row.article)
        read = self._article(row.body)
        return line is not None and read is not None and (read.source, read.key) == (line.source, line.key)

    def _read_again(self, line: LedgerRow, number: int | None) -> Article | None:
        if self._reader is None or number is None or not self._holds("captures", number):
            return None
        page = verify.capture(self._file, number)
        others = [
            verify.capture(self._file, each)
            for (each,) in self._file.rows("SELECT capture FROM evidence WHERE article = ?", line.id)
            if each != number and self._holds("captures", each)
        ]
        more = sorted((each for each in others if each.at >= page.at), key=lambda each: each.at)
        read = self._reader.read(decode(line.lead.encode(), Lead), page, more)
        return None if read is None else replace(read, source=line.source, key=line.key)

    def _stray_readings(self) -> None:
        """A reading whose revision is lost becomes one again, if it can be told from which capture it was read."""
        stray = f"SELECT id FROM blobs WHERE {self._is_nobodys()} ORDER BY id"  # noqa: S608  # the schema's names
        for (number,) in self._file.rows(stray):
            read = self._article(number)
            if read is None:
                continue
            line = self._file.first(LEDGER, "WHERE source = ? AND key = ?", read.source, read.key)
            capture = None if line is None or self._reader is None else self._origin(line, read)
            of = f"{read.source}/{read.key}"
            if line is None or capture is None or self._reader is None:
                self._lose("revision", of, f"a text of it is whole («{read.title}»), when it was taken is lost")
                continue
            at = self._file.number("SELECT at FROM captures WHERE id = ?", capture)
            known = self._doubted_fingerprint(line.id, at)
            row = RevisionRow(0, line.id, at, known or self._reader.fingerprint(read), "new", "", capture, number)
            self._file.put(REVISIONS, row)
            self._remade("revision", f"{of} {from_micros(at)}", "made again from its text and its capture")
        self._gone_again()

    def _doubted_fingerprint(self, article: int, at: int) -> str:
        """What a damaged row of this very revision says of its fingerprint, if that looks like one."""
        for stored in self._doubted.get(REVISIONS.name, ()):
            row = RevisionRow._make(stored[:-1])
            if (row.article, row.at) == (article, at) and str(row.fingerprint).isascii():
                return str(row.fingerprint)
        return ""

    def _origin(self, line: LedgerRow, read: Article) -> int | None:
        """The capture that says this, of those that no revision names."""
        assert self._reader is not None
        free = self._unused(line.id)
        said = self._reader.fingerprint(read)
        for number in free:
            again = self._read_again(line, number)
            if again is not None and self._reader.fingerprint(again) == said:
                return number
        return free[0] if len(free) == 1 else None

    def _unused(self, article: int) -> list[int]:
        sql = (
            "SELECT captures.id FROM evidence JOIN captures ON captures.id = capture WHERE article = ? AND "
            "captures.id NOT IN (SELECT capture FROM revisions WHERE article = ? AND capture IS NOT NULL) ORDER BY at"
        )
        return [int(number) for (number,) in self._file.rows(sql, article, article)]

    def _gone_again(self) -> None:
        """The answers that an article was gone, where the revision that says so is lost."""
        told = "SELECT article FROM revisions WHERE body IS NULL"
        said_gone = f"SELECT id FROM ledger WHERE state = 'gone' AND id NOT IN ({told})"  # noqa: S608  # the words above
        numbers = {stored[1] for stored in self._doubted.get(REVISIONS.name, ())}
        numbers |= {number for (number,) in self._file.rows(said_gone)}
        for line in self._file.every(LEDGER, "ORDER BY id") if numbers else ():
            for number in self._unused(line.id) if line.id in numbers else ():
                page = verify.capture(self._file, number)
                if page.status in _GONE:
                    row = RevisionRow(0, line.id, to_micros(page.at), "gone", "gone", "", number, None)
                    self._file.put(REVISIONS, row)
                    of = f"{line.source}/{line.key} {page.at}"
                    self._remade("revision", of, "made again from the answer that it was gone")

    def _timelines(self) -> None:
        """What each revision is, and the day of its article, as the others say; what a lost row leaves is named."""
        for _, group in groupby(
            self._file.every(REVISIONS, "ORDER BY article, at, fingerprint"), key=lambda row: row.article
        ):
            rows = timeline.relabelled(list(group))
            days = Counter(row.day for row in rows if row.day)
            first = next((row for row in rows if row.body is not None), rows[0])
            day = (
                days.most_common(1)[0][0]
                if days
                else timeline.calendar_day(self._article(first.body), from_micros(first.at))
            )
            for row in rows:
                whole = row._replace(day=day, capture=self._kept(row))
                if self._file.first(REVISIONS, "WHERE id = ?", row.id) != whole:
                    self._put_row(REVISIONS, whole)
        for stored in self._doubted.get(REVISIONS.name, ()):
            row = RevisionRow._make(stored[:-1])
            if not self._holds("revisions", row.id) and not self._is_back(row):
                self._lose("revision", self._called(row), "its row is damaged")

    def _kept(self, row: RevisionRow) -> int | None:
        if row.capture is None or self._holds("captures", row.capture):
            return row.capture
        self._lose("evidence", self._called(row), "the capture it was read from is damaged; its text is whole")
        return None

    def _is_back(self, row: RevisionRow) -> bool:
        sql = "SELECT 1 FROM revisions WHERE article = ? AND (at = ? OR (body = ? AND body IS NOT NULL))"
        return self._file.row(sql, row.article, row.at, row.body) is not None

    def _called(self, row: RevisionRow) -> str:
        line = self._file.first(LEDGER, "WHERE id = ?", row.article)
        try:
            at = str(from_micros(row.at))
        except (OverflowError, TypeError):
            at = "at a moment that is lost"
        return f"{line.source}/{line.key} {at}" if line else f"article {row.article} {at}"

    def _evidence(self) -> None:
        """Every capture is evidence of something: of its revision, of the article at its address, or kept as a page."""
        for table in ("evidence", "pages"):
            self._file.rows(f"DELETE FROM {table} WHERE capture NOT IN (SELECT id FROM captures)")  # noqa: S608  # two names
        self._file.rows("DELETE FROM evidence WHERE article NOT IN (SELECT id FROM ledger)")
        for row in self._file.every(REVISIONS, "WHERE capture IS NOT NULL"):
            assert row.capture is not None
            if not self._file.row("SELECT 1 FROM evidence WHERE article = ? AND capture = ?", row.article, row.capture):
                self._file.put(EVIDENCE, EvidenceRow(row.article, row.capture))
        stray = (
            "SELECT id FROM captures WHERE id NOT IN (SELECT capture FROM evidence) "
            "AND id NOT IN (SELECT capture FROM pages) AND id NOT IN (SELECT capture FROM picture_versions) ORDER BY id"
        )
        for (number,) in self._file.rows(stray):
            page = verify.capture(self._file, number)
            article = self._at_address(page.url) or self._at_address(page.final_url)
            if article:
                self._file.put(EVIDENCE, EvidenceRow(article, number))
                self._remade("evidence", page.id, f"an answer of {page.url}: put back by its address")
            else:
                self._file.put(PAGES, PageRow(page.url, number))
                self._remade("page", page.id, f"an answer of {page.url}, of which it is lost what it was evidence of")

    def _at_address(self, url: str) -> int:
        for (article,) in self._file.rows(
            "SELECT id FROM ledger WHERE instr(lead, ?) > 0 ORDER BY id LIMIT 1", f'"{url}"' if url else "\0"
        ):
            return int(article)
        return 0

    def _states(self) -> None:
        """The ledger agrees with the revisions that there are."""
        for line in self._file.every(LEDGER, "ORDER BY id"):
            last = self._file.row(
                "SELECT body IS NULL FROM revisions WHERE article = ? ORDER BY at DESC, fingerprint DESC LIMIT 1",
                line.id,
            )
            state = line.state
            if last is None and state in (State.ARCHIVED, State.UNCHANGED):
                state = State.WAITING.value
            elif last is not None and state in (State.ARCHIVED, State.GONE):
                state = State.GONE.value if last[0] else State.ARCHIVED.value
            if state != line.state:
                # What stands is not what the last look said: it is asked for again, without a condition.
                fresh = line._replace(state=state, due=line.last_seen)
                self._put_row(LEDGER, fresh)
                self._file.rows("DELETE FROM visits WHERE url = ?", decode(line.lead.encode(), Lead).url)
                self._remade("ledger line", f"{line.source}/{line.key}", f"it is {state} now, and is looked at again")

    # --- the rest

    def _rest(self) -> None:
        """What is only remembered may be lost: it is asked for again. It is named all the same."""
        diary: tuple[Table[Any], ...] = (SOURCE_DAYS, FOOTPRINTS, INCIDENTS)
        for each in diary:
            keys = " AND ".join(f"{column} = ?" for column in each.told_by)
            for stored in self._doubted.get(each.name, ()):
                named = [stored[each.columns.index(column)] for column in each.told_by]
                if not self._file.row(f"SELECT 1 FROM {each.name} WHERE {keys}", *named):  # noqa: S608  # as below
                    self._lose(each.what, each.told(stored), "it is not what was written; nothing else says it")
        for table in (VISITS, HABITS):
            known = f"SELECT 1 FROM {table.name} WHERE {table.columns[0]} = ?"  # noqa: S608  # our tables' names
            for stored in self._doubted.get(table.name, ()):
                if _is_of(table, stored) and not self._file.row(known, stored[0]):
                    self._remade(table.what, table.told(stored), "forgotten: it is asked for, or learned, again")
        nobodys = f"SELECT id, lower(hex(digest)), size FROM blobs WHERE {self._is_nobodys()}"  # noqa: S608  # as above
        found = self._file.rows(nobodys)
        for number, digest, size in found:
            if self._article(number) is None:
                self._lose("blob", str(digest), f"{size} bytes are whole, and it is lost what they are")
        dropping.blobs(self._file, (number for number, *_ in found))

    def _is_nobodys(self) -> str:
        """Whether a blob is held by no row of any other table, and is no dictionary, as a condition."""
        coded = f"codec = {packing.Codec.ZSTD_DICTIONARY:d} AND base IS NOT NULL"
        held = [
            f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608  # the schema's names
            for table, column in dropping.holders(self._file, "blobs")
        ]
        dictionaries = f"SELECT base FROM blobs WHERE {coded}"  # noqa: S608  # a number of ours
        return " AND ".join(f"id NOT IN ({each})" for each in (*held, dictionaries))

    def _pictures(self) -> None:
        """The ledger of pictures agrees with what is there; what is not is asked for again."""
        self._file.rows("DELETE FROM shows")
        broken = (
            "DELETE FROM renditions WHERE blob NOT IN (SELECT id FROM blobs) OR original NOT IN (SELECT id FROM blobs)",
            "DELETE FROM picture_versions WHERE capture NOT IN (SELECT id FROM captures) "
            "OR original NOT IN (SELECT blob FROM originals) OR picture NOT IN (SELECT id FROM pictures)",
            "DELETE FROM originals WHERE blob NOT IN (SELECT original FROM picture_versions)",
            "DELETE FROM renditions WHERE original NOT IN (SELECT blob FROM originals)",
        )
        for statement in broken:
            self._file.rows(statement)
        for row in self._file.every(PICTURES, "ORDER BY id"):
            last = self._file.first(VERSIONS, "WHERE picture = ? ORDER BY at DESC, capture DESC LIMIT 1", row.id)
            original = None if last is None else last.original
            made = "SELECT coalesce(sum(size), 0) FROM renditions WHERE original = ?"
            size = self._file.number("SELECT size FROM originals WHERE blob = ?", original)
            size += self._file.number(made, original)
            fresh = row._replace(original=original, bytes=size)
            if original is None and row.state == PictureState.KEPT:
                fresh = fresh._replace(state=PictureState.WAITING.value, due=row.checked, bytes=0)
                self._lose("picture", row.name, "its bytes are damaged; it is asked for again")
            elif original is not None:
                fresh = fresh._replace(state=PictureState.KEPT.value)
            if fresh != row:
                self._put_row(PICTURES, fresh)

    def _references(self) -> None:
        """Whatever else names a row that is lost goes with it."""
        while wrong := self._file.rows("PRAGMA foreign_key_check"):
            before = len(wrong)
            for table, number, parent, _ in wrong:
                if number is not None and table not in ("blobs", "captures", "revisions", "ledger"):
                    self._file.rows(f"DELETE FROM {table} WHERE rowid = ?", number)  # noqa: S608  # the schema's names
                    if self._source.is_sound:  # else it may be another table's row, taken for this one's by its shape
                        self._lose(str(table), f"row {number}", f"the row of {parent} that it is about is lost")
            if len(self._file.rows("PRAGMA foreign_key_check")) >= before:
                return

    def _missing_names(self) -> None:
        """What has left no row but stands in an index still: it is lost, and can be named."""
        if self._source.is_sound:
            return
        told = {(each.what, each.name) for each in (*self.lost, *self.made)}
        for source, key in sorted(self._source.lines()):
            if not self._file.row("SELECT 1 FROM ledger WHERE source = ? AND key = ?", source, key):
                self._lose_once(told, "ledger line", f"{source}/{key}", "its row is lost")
        for digest in sorted(self._source.captures()):
            if not self._file.row("SELECT 1 FROM captures WHERE digest = ?", digest):
                self._lose_once(told, "capture", digest.hex(), "its row is lost")
        for article, at in sorted(self._source.revisions()):
            if not self._file.row("SELECT 1 FROM revisions WHERE article = ? AND at = ?", article, at):
                row = RevisionRow(0, article, at, "", "", "", None, None)
                self._lose_once(told, "revision", self._called(row), "its row is lost")
        if missing := self._source.missing_pages():
            pages = f"{missing:,} pages of the file are missing: what was in them alone has no name any more"
            self._lose("file", self._path.name, pages)

    def _lose_once(self, told: set[tuple[str, str]], what: str, name: str, reason: str) -> None:
        if (what, name) not in told:
            told.add((what, name))
            self._lose(what, name, reason)

    def _names(self) -> None:
        """What articles go by: as it stood, where it can be read, and as leads and revisions say."""
        put = "INSERT OR IGNORE INTO names (name, article) VALUES (?, ?)"
        for name, article in self._source.plain("SELECT name, article FROM names"):
            if isinstance(name, bytes) and len(name) == 12 and self._holds("ledger", article):
                self._file.rows(put, name, article)
        for number, lead in self._file.rows("SELECT id, lead FROM ledger"):
            if url := decode(str(lead).encode(), Lead).url:
                self._file.rows(put, name_digest(url), number)

    def _documents(self) -> None:
        """What publishers ask for, made from the revisions."""
        put_name = "INSERT OR IGNORE INTO names (name, article) VALUES (?, ?)"
        old = {row.article: row for row in self._old_documents()}
        stamp = self._stamp(old)
        for article, group in groupby(
            self._file.every(REVISIONS, "ORDER BY article, at, fingerprint"), key=lambda row: row.article
        ):
            rows = list(group)
            for row in rows:
                read = self._article(row.body)
                if read is not None and read.url:
                    self._file.rows(put_name, name_digest(read.url), article)
            copy, line = timeline.standing(rows), self._file.first(LEDGER, "WHERE id = ?", article)
            read = None if copy is None else self._article(copy.body)
            if copy is None or line is None or read is None:
                continue
            made = timeline.document(line.source, line.key, rows, copy, read)
            before = old.pop(article, None)
            same = before is not None and before[:-1] == made[:-1] and 0 < before.stamp <= stamp
            self._file.put(DOCUMENTS, made._replace(stamp=before.stamp if before is not None and same else stamp + 1))
            self._changed = self._changed or not same
            refs = sorted(names.refs_of(read))
            self._file.each("INSERT INTO refs (name, article) VALUES (?, ?)", ((name, article) for name in refs))
        self._missing = bool(old)

    _changed = _missing = False

    def _old_documents(self) -> Iterator[DocumentRow]:
        for stored in self._source.rows(DOCUMENTS, verify.TABLES):
            row = DOCUMENTS.checked(stored)
            if row is not None:
                yield row

    def _stamp(self, old: dict[int, DocumentRow]) -> int:
        known = self._file.first(ARCHIVE)
        return max([known.stamp if known else 0, *(row.stamp for row in old.values())], default=0)

    def _counts(self) -> None:
        """Counts are counted; the triggers that keep them do not see how rows were put here."""
        for table, counted in (
            ("tallies", "SELECT source, state, count(*) FROM ledger"),
            ("picture_tallies", "SELECT source, state, count(*), sum(bytes) FROM pictures"),
        ):
            self._file.rows(f"DELETE FROM {table}")  # noqa: S608  # two names
            self._file.rows(f"INSERT INTO {table} {counted} GROUP BY source, state")

    def _identity(self) -> None:
        """The archive's name and stamp; published folders are made anew where a document is gone from them."""
        row = self._file.first(ARCHIVE)
        last = self._file.number("SELECT coalesce(max(stamp), 0) FROM documents")
        if row is None:
            row = ArchiveRow(1, str(uuid4()), last)
            self._remade(
                "archive", self._path.name, "its name is lost; with a new one all that is published is made anew"
            )
        # A damaged term may have been one without documents: nothing else tells publishers to take its pages away.
        if self._missing or self._has_lost_names() or TERMS.name in self._doubted:
            row = row._replace(name=another_layout(row.name))
        self._file.put(ARCHIVE, row._replace(stamp=max(row.stamp, last)))

    def _has_lost_names(self) -> bool:
        return not self._source.is_sound and bool(self.lost)

    # --- what steps share

    def _rows(self, article: int) -> list[RevisionRow]:
        return self._file.every(REVISIONS, "WHERE article = ? ORDER BY at, fingerprint", article)

    def _article(self, body: int | None) -> Article | None:
        if body is None:
            return None
        try:
            return decode(self._file.unpacked(body), Article)
        except _BAD:
            return None

    def _holds(self, table: str, number: object) -> bool:
        return self._file.row(f"SELECT 1 FROM {table} WHERE id = ?", number) is not None  # noqa: S608  # our tables' names

    def _put_row(self, table: Table[Any], row: tuple[Any, ...]) -> None:
        """Write a row under its own number."""
        columns = (*table.columns, "sum")
        places = ", ".join("?" * len(columns))
        put = f"INSERT OR REPLACE INTO {table.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  # our tables' names
        self._file.rows(put, *row, table.values(row)[-1])

    def _remade(self, what: str, name: str, reason: str) -> None:
        self.made.append(Damage(what=what, name=name, reason=reason))

    def _lose(self, what: str, name: str, reason: str) -> None:
        self.lost.append(Damage(what=what, name=name, reason=reason))

    def _tell(self, what: str) -> None:
        if self._progress is not None:
            self._progress(what, 0, 0)


def _is_of(table: Table[Any], stored: Stored) -> bool:
    """Two tables have rows of one shape: only a visit is a Visit."""
    if table.name not in ("visits", "habits"):
        return True
    try:
        is_visit = decode(str(stored[1]).encode(), Visit).url == stored[0]
    except ValueError:
        is_visit = False
    return is_visit is (table.name == "visits")


def _line_of(article: int, read: Article, rows: Sequence[RevisionRow]) -> LedgerRow:
    """A ledger line for an article of which only its revisions are known."""
    lead = Lead(source=read.source, key=read.key, url=read.url, title=read.title, published=read.published)
    return LedgerRow(
        id=article,
        source=read.source,
        key=read.key,
        lead=encode(lead).decode(),
        state=State.GONE.value if rows[-1].body is None else State.ARCHIVED.value,
        reason="",
        first_seen=rows[0].at,
        last_seen=rows[-1].at,
        checked=rows[-1].at,
        due=rows[-1].at,
        failures=0,
    )
