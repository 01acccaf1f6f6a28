"""The archive's one file as SQLite has it: opened with care, read row by checked row, written in transactions.

- Opening to read changes nothing; opening to write brings the schema up to date.
- A row whose check sum is wrong, a blob that is not its digest, a file that is no archive: each an ArchiveError.
- Every error of SQLite leaves here as an ArchiveError in words, with the file's name. This is the only module that
  knows SQLite's error codes.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from wirecopy.archive import packing
from wirecopy.archive.schema import APPLICATION_ID, BLOBS, VERSION, BlobRow, R, Table, migrate
from wirecopy.errors import ArchiveError

# 3.37 is the first with STRICT tables (November 2021).
_FLOOR = (3, 37)
# In a damaged file even the words of an error may be no UTF-8.
_ERRORS = (sqlite3.Error, UnicodeDecodeError)
_HELP = "run `wirecopy verify` to see what is hit, and bring the archive back from a copy"


class File:
    """An open archive file. Calls may come from any thread, one at a time: a transaction keeps the others waiting."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, writable: bool) -> None:
        self.path = path
        self._connection = connection
        self._writable = writable
        self._turn = threading.RLock()
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
            if migrate(connection):
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
            except _ERRORS as error:
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
        return [self._checked(table, stored) for stored in self.rows(table.select(rest), *values)]

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
        except _ERRORS as error:
            raise in_words(self.path, error) from error

    def _checked(self, table: Table[R], stored: tuple[Any, ...]) -> R:
        row = table.checked(stored)
        if row is None:
            told = table.told(stored)
            raise ArchiveError(f"{self.path} is damaged: the {table.what} {told} has a wrong check sum; {_HELP}")
        return row

    def snapshot(self) -> None:
        """From here on, see the archive as it stands now."""
        self.rows("BEGIN")
        self.rows("SELECT stamp FROM archive")  # a snapshot begins with the first look

    # --- blobs

    def blob(self, number: int, of: str) -> bytes:
        """The bytes of a blob, against their digest; `of` says whose they are."""
        try:
            return self.unpacked(number)
        except ValueError as error:
            raise ArchiveError(f"{self.path} is damaged: {of}: {error}; {_HELP}") from error

    def unpacked(self, number: int) -> bytes:
        """Like `blob`; raises ValueError when the bytes are not what they were."""
        blob = self.sound(BLOBS, number)
        base = None
        if blob.base is not None:
            root = self.sound(BLOBS, blob.base)
            base = packing.unpack(packing.Packed(root.codec, root.size, root.body))
        data = packing.unpack(packing.Packed(blob.codec, blob.size, blob.body), base=base)
        digest = hashlib.sha256(data).digest()
        if digest != blob.digest:
            raise ValueError(f"its SHA-256 is {digest.hex()}, and {blob.digest.hex()} was stored")
        return data

    def keep(self, data: bytes, *, ours: bool = False, base: int | None = None) -> int:
        """The blob that holds these bytes, stored now if it was not. `base`: the blob of an earlier state of them."""
        digest = hashlib.sha256(data).digest()
        known = self.number("SELECT id FROM blobs WHERE digest = ?", digest)
        if known:
            return known
        # One step deep: a blob never rests on one that rests on another, so reading costs two at most and damage
        # to one spoils only those that rest on it.
        root = None if base is None else self.number("SELECT coalesce(base, id) FROM blobs WHERE id = ?", base)
        ground = None if root is None else self.blob(root, f"blob {root}")
        packed = packing.pack(data, ours=ours, base=ground)
        rests_on = root if packed.codec == packing.Codec.ZSTD_BASE else None
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
            try:
                yield
                self.rows("RELEASE call" if inner else "COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # some errors have rolled back by themselves
                    with suppress(sqlite3.Error):
                        for undo in ("ROLLBACK TO call", "RELEASE call") if inner else ("ROLLBACK",):
                            self._connection.execute(undo)
                raise

    def each(self, sql: str, values: Iterable[tuple[object, ...]]) -> None:
        """Run a statement for each of these values."""
        with self._turn:
            try:
                self._connection.executemany(sql, values)
            except _ERRORS as error:
                raise in_words(self.path, error) from error

    def put(self, table: Table[R], row: R) -> int:
        """Write a whole row, new or in the place of the one it is told by; the number of a numbered one."""
        return self.number(table.upsert, *table.values(row))


def in_words(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> ArchiveError:
    """What SQLite said, with what to do about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            words = "the disk is full; what was being written is undone, nothing before it is lost: make room and go on"
        case sqlite3.SQLITE_IOERR:
            name = getattr(error, "sqlite_errorname", "")
            words = (
                f"the disk refused ({error}, {name}); what was being written is undone: look for its health, "
                "its quota, and the room on it"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            words = f"another program works on it and does not take wirecopy's lock ({error}): stop that program"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            words = f"cannot be opened ({error}): check who may read and write it and its folder"
        case sqlite3.SQLITE_NOTADB:
            words = "is no wirecopy archive, or its first page is lost: name another file, or bring back a copy"
        case sqlite3.SQLITE_CORRUPT:
            words = f"is damaged ({error}): {_HELP}"
        case _ if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
            words = "the archive was closed"
        case _ if "decode" in str(error):  # text that is no UTF-8 any more
            words = f"is damaged ({error}): {_HELP}"
        case _:
            words = f"SQLite says: {error}"
    return ArchiveError(f"{path}: {words}")


# --- opening -------------------------------------------------------------------------------------------------------


def _connected(path: Path, mode: str = "ro") -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < _FLOOR:
        raise ArchiveError(f"this Python has SQLite {sqlite3.sqlite_version}; wirecopy needs 3.37 or later")
    try:
        return _prepared(path, mode)
    except _ERRORS as error:
        # Beside a file on a read-only medium SQLite cannot put its shared memory. Nobody writes there, so it is told
        # that nobody does; where a log is waiting (-wal) that would hide what the log holds.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        refused = code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if mode == "ro" and refused and not path.with_name(path.name + "-wal").exists():
            with suppress(*_ERRORS):
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
    except _ERRORS:
        connection.close()
        raise
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
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
    return True
