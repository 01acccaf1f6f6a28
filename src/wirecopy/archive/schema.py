"""The tables of an archive in SQLite: numbered migrations, and the rows as named tuples.

- Migrations go forward only, each in one transaction; what has been released is never edited.
- A row carries a check sum over its columns, so that a byte that changed on the disk is noticed wherever it is.
  Rows without one are kept twice, or can be counted again.
- Columns and their meaning are promised in docs/formats.md.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from wirecopy.model import utc

APPLICATION_ID = 0x77697265  # "wire"


class Migration(NamedTuple):
    """A step from one version of the schema to the next."""

    number: int
    name: str
    sql: str


MIGRATIONS = (
    Migration(
        1,
        "the first schema",
        """
        CREATE TABLE archive (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            name TEXT NOT NULL,
            stamp INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE sources (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            language TEXT NOT NULL,
            homepage TEXT NOT NULL,
            family TEXT NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sources_by_family ON sources (family);

        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            lead TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            checked INTEGER,
            due INTEGER,
            failures INTEGER NOT NULL,
            sum INTEGER NOT NULL,
            UNIQUE (source, key)
        ) STRICT;
        CREATE INDEX ledger_by_state ON ledger (source, state, key);
        CREATE INDEX ledger_by_due ON ledger (source, due) WHERE due IS NOT NULL;

        CREATE TABLE tallies (
            source TEXT NOT NULL,
            state TEXT NOT NULL,
            leads INTEGER NOT NULL,
            PRIMARY KEY (source, state)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER ledger_insert AFTER INSERT ON ledger BEGIN
            INSERT INTO tallies VALUES (NEW.source, NEW.state, 1) ON CONFLICT DO UPDATE SET leads = leads + 1;
        END;
        CREATE TRIGGER ledger_delete AFTER DELETE ON ledger BEGIN
            UPDATE tallies SET leads = leads - 1 WHERE source = OLD.source AND state = OLD.state;
            DELETE FROM tallies WHERE source = OLD.source AND state = OLD.state AND leads = 0;
        END;
        CREATE TRIGGER ledger_update AFTER UPDATE OF state ON ledger WHEN OLD.state <> NEW.state BEGIN
            UPDATE tallies SET leads = leads - 1 WHERE source = OLD.source AND state = OLD.state;
            DELETE FROM tallies WHERE source = OLD.source AND state = OLD.state AND leads = 0;
            INSERT INTO tallies VALUES (NEW.source, NEW.state, 1) ON CONFLICT DO UPDATE SET leads = leads + 1;
        END;

        CREATE TABLE visits (
            url TEXT PRIMARY KEY,
            visit TEXT NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE blobs (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            codec INTEGER NOT NULL,
            base INTEGER REFERENCES blobs (id),
            size INTEGER NOT NULL,
            body BLOB NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE captures (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            at INTEGER NOT NULL,
            payload INTEGER NOT NULL REFERENCES blobs (id),
            codec INTEGER NOT NULL,
            size INTEGER NOT NULL,
            head BLOB NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE evidence (
            article INTEGER NOT NULL REFERENCES ledger (id),
            capture INTEGER NOT NULL REFERENCES captures (id),
            sum INTEGER NOT NULL,
            PRIMARY KEY (article, capture)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE pages (
            url TEXT NOT NULL,
            capture INTEGER NOT NULL REFERENCES captures (id),
            sum INTEGER NOT NULL,
            PRIMARY KEY (url, capture)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE revisions (
            id INTEGER PRIMARY KEY,
            article INTEGER NOT NULL REFERENCES ledger (id),
            at INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            change TEXT NOT NULL,
            day TEXT NOT NULL,
            capture INTEGER REFERENCES captures (id),
            body INTEGER REFERENCES blobs (id),
            sum INTEGER NOT NULL,
            UNIQUE (article, at, fingerprint)
        ) STRICT;
        CREATE INDEX revisions_by_time ON revisions (at);

        CREATE TABLE names (
            name BLOB NOT NULL,
            article INTEGER NOT NULL REFERENCES ledger (id),
            PRIMARY KEY (name, article)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX names_by_article ON names (article);

        CREATE TABLE refs (
            name BLOB NOT NULL,
            article INTEGER NOT NULL REFERENCES ledger (id),
            PRIMARY KEY (name, article)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE documents (
            article INTEGER PRIMARY KEY REFERENCES ledger (id),
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            day TEXT NOT NULL,
            title TEXT NOT NULL,
            kind TEXT NOT NULL,
            language TEXT NOT NULL,
            published INTEGER,
            at INTEGER NOT NULL,
            revisions INTEGER NOT NULL,
            withdrawn INTEGER,
            standing INTEGER NOT NULL REFERENCES revisions (id),
            stamp INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX documents_by_day ON documents (day, source, published DESC, key);
        CREATE INDEX documents_by_source ON documents (source, day DESC, published DESC, key);
        CREATE INDEX documents_by_stamp ON documents (stamp);
        CREATE INDEX documents_by_moment ON documents (source, at);

        CREATE TABLE calendar (
            day TEXT NOT NULL,
            source TEXT NOT NULL,
            documents INTEGER NOT NULL,
            PRIMARY KEY (day, source)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER documents_insert AFTER INSERT ON documents BEGIN
            INSERT INTO calendar VALUES (NEW.day, NEW.source, 1) ON CONFLICT DO UPDATE SET documents = documents + 1;
        END;
        CREATE TRIGGER documents_delete AFTER DELETE ON documents BEGIN
            UPDATE calendar SET documents = documents - 1 WHERE day = OLD.day AND source = OLD.source;
            DELETE FROM calendar WHERE day = OLD.day AND source = OLD.source AND documents = 0;
        END;
        """,
    ),
    Migration(
        2,
        "what repeats on the pages of a source",
        """
        CREATE TABLE habits (
            source TEXT PRIMARY KEY,
            habits TEXT NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    ),
)
VERSION = MIGRATIONS[-1].number


# --- rows ----------------------------------------------------------------------------------------------------------


class ArchiveRow(NamedTuple):
    """The archive's own name and its stamp."""

    id: int
    name: str
    stamp: int


class SourceRow(NamedTuple):
    """What a source is."""

    id: str
    name: str
    language: str
    homepage: str
    family: str


class LedgerRow(NamedTuple):
    """A line of the ledger; its id is the article's in every other table."""

    id: int
    source: str
    key: str
    lead: str
    state: str
    reason: str
    first_seen: int
    last_seen: int
    checked: int | None
    due: int | None
    failures: int


class VisitRow(NamedTuple):
    """What is remembered of asking an address."""

    url: str
    visit: str


class HabitsRow(NamedTuple):
    """What was learned of a source's pages."""

    source: str
    habits: str


class BlobRow(NamedTuple):
    """Bytes under their SHA-256: how they are packed, on what they rest, how many they are, and they themselves."""

    id: int
    digest: bytes
    codec: int
    base: int | None
    size: int
    body: bytes


class CaptureRow(NamedTuple):
    """A capture under its id; `payload` is the blob of its body, `codec`, `size` and `head` are the rest, packed."""

    id: int
    digest: bytes
    at: int
    payload: int
    codec: int
    size: int
    head: bytes


class EvidenceRow(NamedTuple):
    """A capture that was taken for an article."""

    article: int
    capture: int


class PageRow(NamedTuple):
    """A capture of a page that is no article and is kept all the same: robots.txt."""

    url: str
    capture: int


class RevisionRow(NamedTuple):
    """A revision; `body` is the blob of its article, None when it is gone."""

    id: int
    article: int
    at: int
    fingerprint: str
    change: str
    day: str
    capture: int | None
    body: int | None


class DocumentRow(NamedTuple):
    """An article that can be read, as lists show it; `standing` is the revision its copy is from."""

    article: int
    source: str
    key: str
    day: str
    title: str
    kind: str
    language: str
    published: int | None
    at: int
    revisions: int
    withdrawn: int | None
    standing: int
    stamp: int


R = TypeVar("R", bound=tuple[object, ...])


class Table(Generic[R]):
    """A table whose last column sums up the others: the statements to write and to read whole rows.

    `told_by` are the columns that tell two rows apart. A row with an `id` of 0 is given one when it is first put.
    """

    def __init__(self, name: str, row: type[R], *, told_by: tuple[str, ...], what: str) -> None:
        self.name, self.what = name, what
        columns = cast("tuple[str, ...]", row._fields)  # type: ignore[attr-defined]  # every R is a NamedTuple
        self._make = cast("type[NamedTuple]", row)._make
        self._columns, self._told_by = columns, told_by
        self._numbered = columns[0] == "id" and told_by != ("id",)
        written = (columns[1:] if self._numbered else columns) + ("sum",)
        changed = ", ".join(f"{column} = excluded.{column}" for column in written if column not in told_by)
        places = ", ".join("?" * len(written))
        # Names of our own tables and columns, never a stranger's words: the S608 below are about nothing else.
        put = f"INSERT INTO {name} ({', '.join(written)}) VALUES ({places}) "  # noqa: S608
        put += f"ON CONFLICT ({', '.join(told_by)}) DO UPDATE SET {changed}"
        self.upsert = put + (" RETURNING id" if self._numbered else "")
        self._select = f"SELECT {', '.join(f'{name}.{column}' for column in columns)}, {name}.sum FROM {name} "  # noqa: S608

    def select(self, rest: str = "") -> str:
        """A statement that gives whole rows."""
        return self._select + rest

    def values(self, row: R) -> tuple[object, ...]:
        """What `upsert` binds."""
        written = row[1:] if self._numbered else tuple(row)
        return (*written, check_sum(written))

    def told(self, stored: tuple[Any, ...]) -> str:
        """A name for a row that `select` gave, for people."""
        named = dict(zip(self._columns, stored, strict=False))
        values = (named[column] for column in self._told_by)
        return " ".join(value.hex() if isinstance(value, bytes) else str(value) for value in values)

    def checked(self, stored: tuple[Any, ...]) -> R | None:
        """The row that `select` gave, or None when its check sum says that it is not what was written."""
        row, written = stored[:-1], stored[1:-1] if self._numbered else stored[:-1]
        return cast("R", self._make(row)) if check_sum(written) == stored[-1] else None


ARCHIVE = Table("archive", ArchiveRow, told_by=("id",), what="archive")
SOURCES = Table("sources", SourceRow, told_by=("id",), what="source")
LEDGER = Table("ledger", LedgerRow, told_by=("source", "key"), what="ledger line")
VISITS = Table("visits", VisitRow, told_by=("url",), what="visit")
HABITS = Table("habits", HabitsRow, told_by=("source",), what="habits")
BLOBS = Table("blobs", BlobRow, told_by=("digest",), what="blob")
CAPTURES = Table("captures", CaptureRow, told_by=("digest",), what="capture")
EVIDENCE = Table("evidence", EvidenceRow, told_by=("article", "capture"), what="evidence")
PAGES = Table("pages", PageRow, told_by=("url", "capture"), what="page")
REVISIONS = Table("revisions", RevisionRow, told_by=("article", "at", "fingerprint"), what="revision")
DOCUMENTS = Table("documents", DocumentRow, told_by=("article",), what="document")


def check_sum(values: tuple[object, ...]) -> int:
    """The CRC-32 of these columns as a MessagePack array: enough for accidents, which is what it is for."""
    return zlib.crc32(msgspec.msgpack.encode(values))


def name_digest(name: str) -> bytes:
    """What `names` and `refs` keep of a name: 12 bytes of its SHA-256. Addresses are long, and kept twice."""
    return hashlib.sha256(name.encode()).digest()[:12]


# --- moments -------------------------------------------------------------------------------------------------------

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for a moment without a zone."""
    return (utc(moment) - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment that many microseconds after 1970. Raises OverflowError beyond the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=micros)


# --- migrating -----------------------------------------------------------------------------------------------------


def migrate(connection: sqlite3.Connection) -> int:
    """Bring an archive (or an empty file) to today's schema, a transaction a step; how many steps it took."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    steps = [step for step in MIGRATIONS if step.number > version]
    for step in steps:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(step.sql):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {step.number}")
        connection.execute("COMMIT")
    return len(steps)


def objects(connection: sqlite3.Connection) -> list[tuple[str, str, str | None]]:
    """Every table, index and trigger as the file describes it."""
    return connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()


def expected_objects() -> list[tuple[str, str, str | None]]:
    """What `objects` gives in an undamaged archive."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection)
        return objects(connection)
    finally:
        connection.close()


def _statements(sql: str) -> Iterator[str]:
    # A trigger holds semicolons: only SQLite itself knows where a statement ends.
    statement = ""
    for line in sql.splitlines():
        statement += line.strip() + "\n" if line.strip() else ""
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
