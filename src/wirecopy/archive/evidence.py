"""The window on an archive's captures: one snapshot, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from wirecopy.archive import verify
from wirecopy.archive.file import File
from wirecopy.archive.schema import ARCHIVE
from wirecopy.errors import ArchiveError
from wirecopy.model import Capture, Kept

# The first capture of each payload is found once, not for each row: SQLite joins what it has grouped.
_CAPTURES = """
    SELECT captures.id, lower(hex(captures.digest)), first.id, lower(hex(first.digest))
    FROM captures
    JOIN (SELECT payload, min(id) AS id FROM captures GROUP BY payload) AS of_payload USING (payload)
    JOIN captures AS first ON first.id = of_payload.id
    ORDER BY captures.id
"""
_ARTICLES = """
    SELECT capture, source || '/' || key FROM evidence JOIN ledger ON ledger.id = evidence.article
    ORDER BY capture, source, key
"""
_READINGS = """
    SELECT DISTINCT capture, source || '/' || key FROM revisions JOIN ledger ON ledger.id = revisions.article
    WHERE capture IS NOT NULL ORDER BY capture, source, key
"""


class SqliteEvidence:
    """A read-only window on the captures of an archive at one moment. Close it, or leave it to its `with`."""

    def __init__(self, path: Path) -> None:
        self._file = File.reading(path)
        self._file.snapshot()
        self._archive = self._file.every(ARCHIVE)[0]

    def close(self) -> None:
        """Let go of the snapshot. Closing twice is closing once."""
        self._file.close()

    def __enter__(self) -> SqliteEvidence:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def archive(self) -> str:
        """The archive's own name (a UUID)."""
        return self._archive.name

    def kept(self) -> Iterator[Kept]:
        """Every capture, by number."""
        articles, readings = _Names(self._file, _ARTICLES), _Names(self._file, _READINGS)
        for number, digest, original, original_digest in self._file.stream(_CAPTURES):
            yield Kept(
                number=number,
                id=digest,
                original=original,
                original_id=original_digest,
                articles=articles.of(number),
                readings=readings.of(number),
            )

    def capture(self, number: int) -> Capture:
        """One capture, whole."""
        try:
            return verify.capture(self._file, number)
        except ValueError as error:
            raise ArchiveError(f"{self._file.path} is damaged: {error}") from error


class _Names:
    """The names that belong to captures, asked for in the order of their numbers."""

    def __init__(self, file: File, sql: str) -> None:
        self._groups = groupby(file.stream(sql), key=itemgetter(0))
        self._number = -1
        self._names: Iterator[str] = iter(())

    def of(self, number: int) -> tuple[str, ...]:
        while self._number < number and (group := next(self._groups, None)) is not None:
            self._number, names = group
            self._names = iter([str(name) for _, name in names])
        return tuple(self._names) if self._number == number else ()
