"""The publishers' window on an SQLite archive: one snapshot, whatever is written meanwhile.

It has a connection of its own, so it can be read while the next round collects. Every question is an index's range.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import TracebackType

from wirecopy.archive import barring, names, pictures, taking_down
from wirecopy.archive.file import File
from wirecopy.archive.kin import index as kin
from wirecopy.archive.schema import ARCHIVE, DOCUMENTS, REVISIONS, SOURCES, DocumentRow, SourceRow, from_micros
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Document, Headline, Picture, Rendition, Shelf, TakeDown, decode


class SqliteEdition:
    """A read-only window on an archive at one moment. Close it, or leave it to its `with`."""

    def __init__(self, path: Path) -> None:
        self._file = File.reading(path)
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
        row = self._row("WHERE article = (SELECT id FROM ledger WHERE source = ? AND key = ?)", source, key)
        if row is None:
            return None
        copy = self._file.first(REVISIONS, "WHERE id = ?", row.standing)
        if copy is None or copy.body is None:
            raise ArchiveError(f"{self._file.path} is damaged: the copy of {source}/{key} is missing")
        number, first = self._file.rows(
            "SELECT count(*) FILTER (WHERE (at, fingerprint) <= (?, ?)), min(at) FROM revisions WHERE article = ?",
            copy.at,
            copy.fingerprint,
            row.article,
        )[0]
        digest = self._file.row("SELECT lower(hex(digest)) FROM captures WHERE id = ?", copy.capture)
        if digest is None:
            digest = self._file.row("SELECT lower(hex(capture)) FROM let_go WHERE revision = ?", copy.id)
        return Document(
            article=barring.without(self._article(copy.body, source, key), self._barred),
            number=int(number),
            revisions=row.revisions,
            at=from_micros(copy.at),
            first_at=from_micros(int(first)),
            day=row.day,
            capture="" if digest is None else str(digest[0]),
            withdrawn=None if row.withdrawn is None else from_micros(row.withdrawn),
        )

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

    def find(self, name: str) -> Headline | None:
        """The document that goes by this name: a `ref` or an article's address. None: not held."""
        found = names.claimant(self._file, name, readable=True)
        row = None if found is None else self._row("WHERE article = ?", found[0])
        return None if row is None else _headline(row)

    def kin(self, source: str, key: str) -> tuple[Headline, ...]:
        """The other documents that are one text with this one, oldest first; () if there are none."""
        row = self._file.row("SELECT id FROM ledger WHERE source = ? AND key = ?", source, key)
        found = [] if row is None else kin.of(self._file, row[0])
        rows = [each for other in found if (each := self._row("WHERE article = ?", other)) is not None]
        return tuple(sorted(map(_headline, rows), key=lambda each: (each.published or each.at, each.source, each.key)))

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

    def _row(self, rest: str, *values: object) -> DocumentRow | None:
        return self._file.first(DOCUMENTS, rest, *values)

    def _article(self, blob: int, source: str, key: str) -> Article:
        try:
            return decode(self._file.blob(blob, f"the copy of {source}/{key}"), Article)
        except ValueError as error:
            raise ArchiveError(f"{self._file.path}: the copy of {source}/{key} cannot be read: {error}") from error


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
