"""The publishers' window on an SQLite archive: one snapshot, whatever is written meanwhile.

It has a connection of its own, so it can be read while the next round collects. Every question is an index's range.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Any

from wirecopy import model
from wirecopy.archive import barring, diary, names, pictures, taking_down, terms
from wirecopy.archive.failing import HELP
from wirecopy.archive.file import File
from wirecopy.archive.ledger import entry_of
from wirecopy.archive.schema import (
    ARCHIVE,
    BLOBS,
    CHANGED,
    DOCUMENTS,
    LEDGER,
    NEWS,
    REVISIONS,
    SOURCES,
    TERMS,
    BlobRow,
    DocumentRow,
    RevisionRow,
    SourceRow,
    from_micros,
)
from wirecopy.errors import ArchiveError
from wirecopy.model import (
    Article,
    Change,
    Document,
    Entry,
    Headline,
    Incident,
    Picture,
    Rendition,
    Revision,
    Shelf,
    SourceDay,
    TakeDown,
    Term,
    decode,
    term,
)

# Only names of our own tables and columns are put into these statements (S608).
_CAPTURE = "lower(hex(coalesce(captures.digest, let_go.capture)))"
_KEPT = "LEFT JOIN captures ON captures.id = revisions.capture LEFT JOIN let_go ON let_go.revision = revisions.id"
_STANDING = f"""SELECT {DOCUMENTS.whole}, {REVISIONS.whole}, {BLOBS.whole}, {_CAPTURE} FROM documents
    LEFT JOIN revisions ON revisions.id = documents.standing LEFT JOIN blobs ON blobs.id = revisions.body {_KEPT}"""  # noqa: S608
_DOCUMENT = f"{_STANDING} WHERE documents.article = (SELECT id FROM ledger WHERE source = ? AND key = ?)"  # noqa: S608
_DOCUMENTS = f"""{_STANDING} WHERE documents.source = ? AND documents.day > ? AND documents.day < ?
    ORDER BY documents.day DESC, documents.published DESC, documents.key"""
_TO_REVISION = len(DOCUMENTS.columns) + 1
_WHOLE = len(REVISIONS.columns) + 1
_TO_BLOB = _TO_REVISION + _WHOLE
_CHANGE = REVISIONS.columns.index("change")
_PLACE = "SELECT count(*) FILTER (WHERE (at, fingerprint) <= (?, ?)), min(at) FROM revisions WHERE article = ?"
_REVISIONS = f"""SELECT {REVISIONS.whole}, {BLOBS.whole}, {_CAPTURE} FROM revisions
    LEFT JOIN blobs ON blobs.id = revisions.body {_KEPT}
    WHERE revisions.article = (SELECT id FROM ledger WHERE source = ? AND key = ?)
    ORDER BY revisions.at, revisions.fingerprint"""  # noqa: S608
_LAST_REVISIONS = f"""SELECT {REVISIONS.whole}, {_CAPTURE} FROM revisions {_KEPT} WHERE revisions.article = ?
    ORDER BY revisions.at DESC, revisions.fingerprint DESC LIMIT ?"""  # noqa: S608
_LATEST = f"""SELECT {DOCUMENTS.whole}, {NEWS} FROM documents INDEXED BY documents_by_news
    WHERE source = ? ORDER BY {NEWS} DESC, key LIMIT ?"""  # noqa: S608
_LAST_CHANGED = f"""SELECT {DOCUMENTS.whole}, {CHANGED} FROM documents INDEXED BY documents_by_change
    WHERE source = ? AND revisions > 1 ORDER BY {CHANGED} DESC, key LIMIT ?"""  # noqa: S608
_SOURCE, _KEY = DOCUMENTS.columns.index("source"), DOCUMENTS.columns.index("key")
# All sources that have documents, each found from the one before it: a look at an index each.
_SOURCES = """WITH RECURSIVE found (id) AS (
        SELECT min(source) FROM documents
        UNION ALL SELECT (SELECT min(source) FROM documents WHERE source > found.id) FROM found WHERE id IS NOT NULL
    ) SELECT id FROM found WHERE id IS NOT NULL"""
_UNDER = """JOIN filed ON filed.article = documents.article WHERE term = ? AND filed.day BETWEEN ? AND ?
    ORDER BY filed.day DESC, documents.published DESC, documents.source, documents.key"""
_KIN = "JOIN kin ON other = documents.article WHERE kin.article = (SELECT id FROM ledger WHERE source = ? AND key = ?)"
_MONTHS = "SELECT day >> 5 AS month, count(*) FROM filed WHERE term = ? GROUP BY month ORDER BY month DESC"
_CACHE = 16 << 10  # KiB of pages: a site takes a tenth less CPU than with the 2 MiB that SQLite keeps; more do no more
_FIRST_DAY, _LAST_DAY = -(1 << 40), 1 << 40
_NOT_TAKEN = "WHERE source = ? AND id NOT IN (SELECT article FROM taken_down) ORDER BY key"


class SqliteEdition:
    """A read-only window on an archive at one moment. Close it, or leave it to its `with`."""

    def __init__(self, path: Path) -> None:
        self._file = File.reading(path)
        self._file.rows(f"PRAGMA cache_size = -{_CACHE}")
        self._file.snapshot()
        self._archive = self._file.every(ARCHIVE)[0]
        self._barred = barring.Barred(taking_down.barred_pictures(self._file), taking_down.barred_names(self._file))

    def close(self) -> None:
        """Let go of the snapshot. Closing twice is closing once."""
        self._file.close()

    def __enter__(self) -> SqliteEdition:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    @property
    def archive(self) -> str:
        """The archive's own name (a UUID)."""
        return self._archive.name

    @property
    def stamp(self) -> int:
        """A number that grows with every change to what can be published."""
        return self._archive.stamp

    def shelves(self) -> tuple[Shelf, ...]:
        """Every source that has documents, by id, months newest first."""
        months = self._file.rows(
            "SELECT source, substr(day, 1, 7) AS month, sum(documents) FROM calendar "
            "GROUP BY source, month ORDER BY source, month DESC"
        )
        shelves = []
        for source, found in groupby(months, key=lambda row: str(row[0])):
            known = self._file.first(SOURCES, "WHERE id = ?", source) or SourceRow(source, "", "", "", "")
            counted = tuple((str(month), int(number)) for _, month, number in found)
            shelves.append(
                Shelf(source=source, name=known.name, language=known.language, homepage=known.homepage, months=counted)
            )
        return tuple(shelves)

    def changed(self, since: int) -> Iterator[tuple[str, str]]:
        """The (source, key) of every document that may read differently than at stamp `since`, by source and key.

        A stamp from ahead of this archive was another's, or this one was brought back from a copy: everything.
        """
        if since > self.stamp:
            since = 0
        # Without being told, SQLite reads all documents in the order of their sources to save the sorting.
        changed = "SELECT source, key FROM documents INDEXED BY documents_by_stamp WHERE stamp > ? ORDER BY source, key"
        taken = "SELECT source, key FROM taken_down JOIN ledger ON ledger.id = article WHERE stamp > ?"
        rows = self._file.rows(changed, since)
        if gone := self._file.rows(taken, since):
            rows = sorted({*rows, *gone})
        yield from ((str(source), str(key)) for source, key in rows)

    def document(self, source: str, key: str) -> Document | None:
        """One document, or None when the archive holds no readable copy of it."""
        stored = self._file.row(_DOCUMENT, source, key)
        return None if stored is None else self._document(stored)

    def documents(self, source: str, month: str) -> Iterator[Document]:
        """Every document of one source and month, in the order of `month`."""
        yield from map(self._document, self._file.stream(_DOCUMENTS, source, f"{month}-", f"{month}-~"))

    def history(self, source: str, key: str) -> tuple[Revision, ...]:
        """Every revision of an article, oldest first, numbered from 1; () where there is none."""
        rows = self._file.rows(_REVISIONS, source, key)
        found = []
        for number, stored in enumerate(rows, 1):
            row = self._file.checked(REVISIONS, stored[:_WHOLE])
            article = None if row.body is None else self._article(stored[_WHOLE:-1], source, key)
            found.append(self._revision(row, source, key, number, article, stored[-1]))
        return tuple(found)

    def day(self, day: str) -> tuple[Headline, ...]:
        """The documents of one day, by source, then newest published first, then key."""
        rows = self._file.every(DOCUMENTS, "WHERE day = ? ORDER BY source, published DESC, key", day)
        return tuple(map(_headline, rows))

    def month(self, source: str, month: str) -> tuple[Headline, ...]:
        """The documents of one source and month, newest day first, then newest published, then key."""
        rows = self._file.every(
            DOCUMENTS,
            "WHERE source = ? AND day > ? AND day < ? ORDER BY day DESC, published DESC, key",
            source,
            f"{month}-",
            f"{month}-~",
        )
        return tuple(map(_headline, rows))

    def days(self) -> tuple[tuple[str, int], ...]:
        """Every day that has documents with their number, newest first."""
        rows = self._file.rows("SELECT day, sum(documents) FROM calendar GROUP BY day ORDER BY day DESC")
        return tuple((str(day), int(number)) for day, number in rows)

    def latest(self, most: int, source: str = "") -> tuple[Headline, ...]:
        """The newest documents, of all sources or of one, at most so many; then by source and key."""
        return tuple(map(_headline, self._first(_LATEST, source, most)))

    def changes(self, most: int, source: str = "") -> tuple[tuple[Headline, Revision], ...]:
        """The latest revisions that are not NEW, newest first, each with its document as it is now."""
        # A revision that is among the latest is of one of the documents that changed last: only they are looked at.
        found = []
        for row in self._first(_LAST_CHANGED, source, most):
            for number, copy, capture in self._changed_of(row, most):
                revision = self._revision(copy, row.source, row.key, number, None, capture)
                found.append((-copy.at, row.source, row.key, -number, _headline(row), revision))
        return tuple((headline, revision) for *_, headline, revision in heapq.nsmallest(most, found))

    def entries(self, source: str) -> Iterator[Entry]:
        """The ledger of a source, by key, without what was taken down."""
        for stored in self._file.stream(LEDGER.select(_NOT_TAKEN), source):
            line = self._file.checked(LEDGER, stored)
            try:
                yield entry_of(line)
            except (ValueError, OverflowError) as error:
                of = f"{line.source}/{line.key}"
                raise ArchiveError(f"{self._file.path}: the ledger line of {of} cannot be read: {error}") from error

    def terms(self, kind: str) -> Iterator[Term]:
        """Every term of a kind that has documents, those with most first, then by name and source."""
        yield from self._terms("WHERE kind = ? AND documents > 0 ORDER BY documents DESC, name, source, digest", kind)

    def term(self, kind: str, name: str, source: str = "") -> Term | None:
        """The term of this name, however it is spelt; None where no document is filed under it."""
        row = terms.row_of(self._file, term(kind, name, source))
        return None if row is None else terms.told(row)

    def terms_of(self, source: str, key: str) -> tuple[Term, ...]:
        """What a document is filed under: its section, its authors, its topics, in its own order."""
        document = self.document(source, key)
        rows = () if document is None else (terms.row_of(self._file, each) for each in model.terms(document.article))
        return tuple(terms.told(row) for row in rows if row is not None)

    def under(self, term: Term, month: str = "") -> tuple[Headline, ...]:
        """The documents that are filed under a term, of all months or of one, newest first."""
        row = terms.row_of(self._file, term)
        if row is None:
            return ()
        first, last = terms.month_numbers(month) if month else (_FIRST_DAY, _LAST_DAY)
        return tuple(map(_headline, self._file.every(DOCUMENTS, _UNDER, row.id, first, last)))

    def months_of(self, term: Term) -> tuple[tuple[str, int], ...]:
        """The months in which documents are filed under a term, newest first, with their numbers."""
        row = terms.row_of(self._file, term)
        rows = [] if row is None else self._file.rows(_MONTHS, row.id)
        return tuple((terms.month_of(int(month)), int(number)) for month, number in rows)

    def terms_changed(self, since: int) -> Iterator[Term]:
        """Every term whose documents, or their headlines, may be others than at stamp `since`, by kind and digest."""
        if since > self.stamp or since <= 0:
            yield from self._terms("WHERE documents > 0 ORDER BY kind, digest")
        else:
            yield from self._terms("WHERE stamp > ? ORDER BY kind, digest", since)

    def find(self, name: str) -> Headline | None:
        """The document that goes by this name: a `ref` or an article's address. None: not held."""
        found = names.claimant(self._file, name, readable=True)
        row = None if found is None else self._file.first(DOCUMENTS, "WHERE article = ?", found[0])
        return None if row is None else _headline(row)

    def kin(self, source: str, key: str) -> tuple[Headline, ...]:
        """The other documents that are one text with this one, oldest first; () if there are none."""
        found = map(_headline, self._file.every(DOCUMENTS, _KIN, source, key))
        return tuple(sorted(found, key=lambda each: (each.published or each.at, each.source, each.key)))

    def picture(self, source: str, key: str, picture: Picture, rendition: str = "full") -> Rendition | None:
        """Our own copy of a picture that this document shows. None: there is none (yet). No bytes are read."""
        return pictures.rendition(self._file, source, key, picture, rendition)

    def picture_body(self, digest: str) -> bytes:
        """The bytes of a rendition."""
        return pictures.body(self._file, digest)

    def showing(self, digest: str) -> Iterator[tuple[str, str]]:
        """The (source, key) of every document that may show the rendition of this digest."""
        return pictures.documents_showing(self._file, digest)

    def take_downs(self) -> tuple[TakeDown, ...]:
        """What the operator of the archive took out of it, oldest first."""
        return taking_down.take_downs(self._file)

    def source_days(self, source: str, most: int) -> tuple[SourceDay, ...]:
        """The latest days on which a source gave something, at most so many, oldest first."""
        return diary.source_days(self._file, source, most=most)

    def incidents(self, most: int) -> tuple[Incident, ...]:
        """What was or is wrong: what still is first, then the latest that began, at most so many."""
        return diary.incidents(self._file, most=most)

    def _terms(self, rest: str, *values: object) -> Iterator[Term]:
        for stored in self._file.stream(TERMS.select(rest), *values):
            yield terms.told(self._file.checked(TERMS, stored))

    def _first(self, sql: str, source: str, most: int) -> list[DocumentRow]:
        """The first documents of this source, or of all, by what the statement puts last in its rows, the greatest
        first; then by source and key. Of each source no more are read than come.
        """
        sources = [source] if source else [str(each) for (each,) in self._file.rows(_SOURCES)]
        found = heapq.merge(*(self._file.stream(sql, each, most) for each in sources), key=_greatest)
        return [self._file.checked(DOCUMENTS, stored[:-1]) for stored in islice(found, most)]

    def _document(self, stored: tuple[Any, ...]) -> Document:
        """What stands in a row of _STANDING."""
        row = self._file.checked(DOCUMENTS, stored[:_TO_REVISION])
        if stored[_TO_REVISION] is None:
            raise self._missing(row.source, row.key)
        copy = self._file.checked(REVISIONS, stored[_TO_REVISION:_TO_BLOB])
        number, first = 1, copy.at
        if row.revisions > 1:
            number, first = self._file.rows(_PLACE, copy.at, copy.fingerprint, row.article)[0]
        return Document(
            article=self._article(stored[_TO_BLOB:-1], row.source, row.key),
            number=number,
            revisions=row.revisions,
            at=from_micros(copy.at),
            first_at=from_micros(first),
            day=row.day,
            capture=stored[-1],
            withdrawn=None if row.withdrawn is None else from_micros(row.withdrawn),
        )

    def _revision(
        self, row: RevisionRow, source: str, key: str, number: int, article: Article | None, capture: str
    ) -> Revision:
        return Revision(
            source=source,
            key=key,
            number=number,
            change=Change(row.change),
            at=from_micros(row.at),
            article=article,
            fingerprint=row.fingerprint,
            capture=capture,
            day=row.day,
        )

    def _changed_of(self, document: DocumentRow, most: int) -> list[tuple[int, RevisionRow, str]]:
        """The last revisions of a document that changed it, at most so many, newest first: number, row, capture."""
        rows = self._file.rows(_LAST_REVISIONS, document.article, 2 * most + 1)
        found = []
        for place, stored in enumerate(rows[: 2 * most]):
            row = self._file.checked(REVISIONS, stored[:-1])
            before = rows[place + 1][_CHANGE] if place + 1 < len(rows) else ""
            if row.change != Change.NEW and (row.change, before) != (Change.GONE, Change.GONE):
                found.append((document.revisions - place, row, stored[-1]))
        return found

    def _article(self, blob: tuple[Any, ...], source: str, key: str) -> Article:
        """The article in a blob, given with its check sum: its digest vouches for the bytes, so what is wrong in its
        row does not matter, or is noticed by that.
        """
        if blob[0] is None:
            raise self._missing(source, key)
        of = f"the copy of {source}/{key}"
        try:
            body = self._file.unpacked_of(BlobRow(*blob[:-1]))
        except ValueError as error:
            raise ArchiveError(f"{self._file.path} is damaged: {of}: {error}; {HELP}") from error
        try:
            return barring.without(decode(body, Article), self._barred)
        except ValueError as error:
            raise ArchiveError(f"{self._file.path}: {of} cannot be read: {error}") from error

    def _missing(self, source: str, key: str) -> ArchiveError:
        return ArchiveError(f"{self._file.path} is damaged: the copy of {source}/{key} is missing")


def _greatest(stored: tuple[Any, ...]) -> tuple[int, str, str]:
    return -stored[-1], stored[_SOURCE], stored[_KEY]


def _headline(row: DocumentRow) -> Headline:
    return Headline(
        source=row.source,
        key=row.key,
        day=row.day,
        title=row.title,
        kind=row.kind,
        language=row.language,
        published=None if row.published is None else from_micros(row.published),
        at=from_micros(row.at),
        revisions=row.revisions,
        withdrawn=row.withdrawn is not None,
    )
