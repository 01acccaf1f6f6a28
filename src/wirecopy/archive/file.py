"""The archive's one file as SQLite has it: opened with care, read row by checked row, written in transactions.

- Opening to read changes nothing; opening to write brings the schema up to date.
- A row whose check sum is wrong, a blob that is not its digest, a file that is no archive: each an ArchiveError.
- Every error of SQLite leaves here as an ArchiveError in words (failing.py), with the file's name.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path
from typing import Any

from wirecopy.archive import copying, migrating, packing
from wirecopy.archive.failing import ERRORS, HELP, in_words
from wirecopy.archive.schema import APPLICATION_ID, BLOBS, DICTIONARIES, VERSION, BlobRow, R, Table
from wirecopy.errors import ArchiveError

# 3.37 is the first with STRICT tables (November 2021).
_FLOOR = (3, 37)


class File:
    """An open archive file. Calls may come from any thread, one at a time: a transaction keeps the others waiting."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, writable: bool) -> None:
        self.path = path
        self._connection = connection
        self._writable = writable
        self._turn = threading.RLock()
        self._dictionaries: dict[int, bytes] = {}  # by their blobs: the few that most blobs rest on
        self._depth = 0  # of transactions in one another
        self._put_off: list[tuple[int, str, tuple[object, ...]]] = []
        # Not left to the collector: an unclosed connection is a ResourceWarning from Python 3.13 on.
        self._close = weakref.finalize(self, connection.close)

    @classmethod
    def reading(cls, path: Path, *, lenient: bool = False) -> File:
        """The file as it is. `lenient` reads text that is no UTF-8 too, to look at what is damaged."""
        if not path.exists():
            raise ArchiveError(f"there is no archive at {path}: `wirecopy collect` makes it")
        check_plain(path)
        connection = _connected(path)
        if lenient:
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
        with _closed_on_error(connection, path):
            connection.execute("PRAGMA query_only = ON")
            if not _is_archive(path, connection):
                raise ArchiveError(f"{path} is empty: `wirecopy collect` makes an archive of it")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                raise ArchiveError(
                    f"{path} was written by an older wirecopy (schema {version}, this one knows {VERSION}): "
                    "any command that writes, `wirecopy collect` for one, brings it up to date"
                )
            return cls(path, connection, writable=False)

    @classmethod
    def writing(cls, path: Path) -> File:
        """The file, made where there is none, in today's schema. The caller holds the lock."""
        if path.exists():
            check_plain(path)
        connection = _connected(path, mode="rwc")
        with _closed_on_error(connection, path):
            _is_archive(path, connection)
            (journal,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if journal != "wal":
                raise ArchiveError(f"{path} cannot be written safely here: its file system has no shared memory")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if migrating.bring_up(path, connection):
                # From the log into the file: what stands in its first bytes is part of what `verify` looks at.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return cls(path, connection, writable=True)

    def close(self) -> None:
        """Closing twice is closing once."""
        with self._turn:
            self._close()

    # --- reading. Rows are `Any`: that a column holds its type is SQLite's promise (STRICT).

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._turn:
            try:
                return self._connection.execute(sql, values).fetchall()
            except ERRORS as error:
                raise in_words(self.path, error) from error

    def row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of a query."""
        return next(iter(self.rows(sql, *values)), None)

    def number(self, sql: str, *values: object) -> int:
        """The one number that a query gives, 0 when it gives none."""
        found = self.row(sql, *values)
        return found[0] if found is not None and isinstance(found[0], int) else 0

    def every(self, table: Table[R], rest: str = "", *values: object) -> list[R]:
        """All rows of a table that answer to `rest`, each against its check sum."""
        return [self.checked(table, stored) for stored in self.rows(table.select(rest), *values)]

    def first(self, table: Table[R], rest: str = "", *values: object) -> R | None:
        """The first of `every`."""
        return next(iter(self.every(table, rest, *values)), None)

    def sound(self, table: Table[R], number: int) -> R:
        """The row of this number. Raises ValueError when it is missing or not what was written."""
        stored = self.row(table.select("WHERE id = ?"), number)
        if stored is None:
            raise ValueError(f"{table.what} {number} is missing")
        row = table.checked(stored)
        if row is None:
            raise ValueError(f"{table.what} {table.told(stored)}: its check sum is wrong")
        return row

    def stream(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one after the other: for snapshots, where nothing is written meanwhile."""
        try:
            yield from self._connection.execute(sql, values)
        except ERRORS as error:
            raise in_words(self.path, error) from error

    def checked(self, table: Table[R], stored: tuple[Any, ...]) -> R:
        """The row that stands in these columns (`Table.whole`), against its check sum."""
        row = table.checked(stored)
        if row is None:
            told = table.told(stored)
            raise ArchiveError(f"{self.path} is damaged: the {table.what} {told} has a wrong check sum; {HELP}")
        return row

    def snapshot(self) -> None:
        """From here on, see the archive as it stands now."""
        self.rows("BEGIN")
        self.rows("SELECT stamp FROM archive")  # a snapshot begins with the first look

    def copy_to(self, goal: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """A copy of the archive as this sees it, in a new file: after `snapshot`, as it stood then."""
        with self._turn:
            copying.copy(self._connection, self.path, goal, progress)

    def overwrite(self, made: sqlite3.Connection, progress: Callable[[int, int], None] | None = None) -> None:
        """Put another file's pages in the place of this one's, in one transaction."""
        told = None if progress is None else lambda _status, left, pages: progress(pages - left, pages)
        with self._turn:
            try:
                made.backup(self._connection, pages=1024 if told else -1, progress=told)
            except ERRORS as error:
                raise in_words(self.path, error) from error

    # --- blobs

    def blob(self, number: int, of: str) -> bytes:
        """The bytes of a blob, against their digest; `of` says whose they are."""
        try:
            return self.unpacked(number)
        except ValueError as error:
            raise ArchiveError(f"{self.path} is damaged: {of}: {error}; {HELP}") from error

    def unpacked(self, number: int) -> bytes:
        """Like `blob`; raises ValueError when the bytes are not what they were."""
        return self.unpacked_of(self.sound(BLOBS, number))

    def unpacked_of(self, blob: BlobRow) -> bytes:
        """Like `unpacked`, of a row that has been read."""
        data = packing.unpack(packing.Packed(blob.codec, blob.size, blob.body), base=self._ground(blob))
        digest = hashlib.sha256(data).digest()
        if digest != blob.digest:
            raise ValueError(f"its SHA-256 is {digest.hex()}, and {blob.digest.hex()} was stored")
        return data

    def _ground(self, blob: BlobRow) -> bytes | None:
        """The bytes that a blob rests on: a text, which may itself be packed with a dictionary, or a dictionary."""
        if blob.base is None:
            return None
        if blob.codec == packing.Codec.ZSTD_DICTIONARY:
            return self._remembered(blob.base)
        root = self.sound(BLOBS, blob.base)
        if root.base is not None and root.codec != packing.Codec.ZSTD_DICTIONARY:
            raise ValueError("it rests on what rests on something else")  # damage must not lead in circles
        return packing.unpack(packing.Packed(root.codec, root.size, root.body), base=self._ground(root))

    def _remembered(self, number: int) -> bytes:
        if number not in self._dictionaries:
            self._dictionaries[number] = self._dictionary(number)
        return self._dictionaries[number]

    def _dictionary(self, number: int) -> bytes:
        """A dictionary, by its blob or else by its copy."""
        try:
            return self.unpacked(number)
        except ValueError:
            known = self.first(DICTIONARIES, "WHERE blob = ?", number)
            if known is None:
                raise
            data = packing.unpack(packing.Packed(packing.Codec.ZSTD, known.size, known.copy))
            if hashlib.sha256(data).digest() != known.digest:
                raise
            return data

    def keep(self, data: bytes, *, ours: bool = False, base: int | None = None, dictionary: int | None = None) -> int:
        """The blob that holds these bytes, stored now if it was not. `base`: the blob of an earlier state of them;
        `dictionary`: that of what texts like this have in common.
        """
        digest = hashlib.sha256(data).digest()
        known = self.number("SELECT id FROM blobs WHERE digest = ?", digest)
        if known:
            return known
        # One step deep: a text never rests on one that rests on another, so reading costs two at most (and a
        # dictionary, which is remembered) and damage to one spoils only those that rest on it.
        known_by = "SELECT CASE codec WHEN ? THEN base ELSE id END FROM blobs WHERE id = ?"
        root = None if base is None else self.number(known_by, packing.Codec.ZSTD_BASE, base)
        ground = None if root is None else self.blob(root, f"blob {root}")
        common = None if dictionary is None else self._remembered(dictionary)
        packed = packing.pack(data, ours=ours, base=ground, dictionary=common)
        grounds = {packing.Codec.ZSTD_BASE: root, packing.Codec.ZSTD_DICTIONARY: dictionary}
        rests_on = grounds.get(packing.Codec(packed.codec))
        return self.put(BLOBS, BlobRow(0, digest, packed.codec, rests_on, packed.size, packed.body))

    # --- writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is done inside, durable at the end, or nothing of it. Inside another, that one's end counts."""
        if not self._writable:
            raise ArchiveError(f"{self.path} is open for reading only")
        with self._turn:
            inner = self._connection.in_transaction
            self.rows("SAVEPOINT call" if inner else "BEGIN IMMEDIATE")
            self._depth += 1
            pending = len(self._put_off)
            try:
                yield
                if not inner:
                    self._catch_up()
                self.rows("RELEASE call" if inner else "COMMIT")
            except BaseException:
                self._dictionaries.clear()  # one that was learned in here has never been
                del self._put_off[pending:]
                if self._connection.in_transaction:  # some errors have rolled back by themselves
                    with suppress(sqlite3.Error):
                        for undo in ("ROLLBACK TO call", "RELEASE call") if inner else ("ROLLBACK",):
                            self._connection.execute(undo)
                raise
            finally:
                self._depth -= 1
            if self._depth == 1 and len(self._put_off) > _MOST_PUT_OFF:
                self._catch_up()

    def put_off(self, order: int, sql: str, *values: object) -> None:
        """Run a statement when the outermost transaction ends, those of a lower `order` first, else as they came.

        For what FTS5 is told: it writes out all it has gathered at each savepoint, and SQLite sets one for many
        statements, so the next of these would pay for it. Nothing that is put off is seen before.
        """
        self._put_off.append((order, sql, values))

    def _catch_up(self) -> None:
        for _, sql, values in sorted(self._put_off, key=itemgetter(0)):
            self.rows(sql, *values)
        self._put_off.clear()

    def each(self, sql: str, values: Iterable[tuple[object, ...]]) -> None:
        """Run a statement for each of these values."""
        with self._turn:
            try:
                self._connection.executemany(sql, values)
            except ERRORS as error:
                raise in_words(self.path, error) from error

    def put(self, table: Table[R], row: R) -> int:
        """Write a whole row, new or in the place of the one it is told by; the number of a numbered one."""
        return self.number(table.upsert, *table.values(row))


_MOST_PUT_OFF = 1_000  # statements: some 20 MB of tokens


# --- opening -------------------------------------------------------------------------------------------------------


def _connected(path: Path, mode: str = "ro") -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < _FLOOR:
        raise ArchiveError(f"this Python has SQLite {sqlite3.sqlite_version}; wirecopy needs 3.37 or later")
    try:
        return _prepared(path, mode)
    except ERRORS as error:
        # Beside a file on a read-only medium SQLite cannot put its shared memory. Nobody writes there, so it is told
        # that nobody does; where a log is waiting (-wal) that would hide what the log holds.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        refused = code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if mode == "ro" and refused and not path.with_name(path.name + "-wal").exists():
            with suppress(*ERRORS):
                return _prepared(path, "ro&immutable=1")
        raise in_words(path, error) from error


def _prepared(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False, timeout=5.0
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")  # an archive may come from a stranger
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except ERRORS:
        connection.close()
        raise
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    try:
        yield
    except ERRORS as error:
        connection.close()
        raise in_words(path, error) from error
    except BaseException:
        connection.close()
        raise


def check_plain(path: Path) -> None:
    """Raises ArchiveError for what is no SQLite file, before anything is put beside it."""
    if path.is_dir():
        raise ArchiveError(f"{path} is a folder: name a file in it, {path / 'wirecopy.db'} for one")
    if not path.is_file():
        raise ArchiveError(f"{path} is no plain file: name a file that can hold an archive")
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}") from error
    if start not in (b"", b"SQLite format 3\0"):
        raise ArchiveError(f"{path} is no wirecopy archive, or its first page is lost: name another, or bring a copy")


def _is_archive(path: Path, connection: sqlite3.Connection) -> bool:
    """Has this file our tables? Raises ArchiveError for another program's, and for one of a newer wirecopy."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (application, version, objects) == (0, 0, 0):
        return False
    if application != APPLICATION_ID or version < 1:
        raise ArchiveError(f"{path} is a database of another program, no wirecopy archive: name another file")
    if version > VERSION:
        raise ArchiveError(
            f"{path} was written by a newer wirecopy (schema {version}, this one knows {VERSION}): "
            "upgrade wirecopy, or open a copy from before"
        )
    view = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchone()
    if view is not None:  # in the place of a table it may give rows without end
        name = str(view[0])[:50]
        raise ArchiveError(
            f"{path} has a view, {name!r}, as no archive has: drop it if it is yours, else use another file"
        )
    return True
