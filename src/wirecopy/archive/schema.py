"""The tables of an archive in SQLite: numbered migrations, and the rows as named tuples.

- Migrations go forward only, each in one transaction (a new archive: all in one); what is released is never edited.
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
    Migration(
        3,
        "the search index",
        """
        CREATE VIRTUAL TABLE search USING fts5 (
            words, content='', columnsize=0, detail=none, tokenize="ascii tokenchars ':_'"
        );
        INSERT INTO search (search, rank) VALUES ('automerge', 8);
        INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);
        CREATE VIRTUAL TABLE search_terms USING fts5vocab (search, instance);

        CREATE TABLE searched (
            article INTEGER PRIMARY KEY REFERENCES ledger (id),
            slot INTEGER NOT NULL UNIQUE,
            astray INTEGER NOT NULL,
            body INTEGER NOT NULL REFERENCES blobs (id),
            sum INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX searched_astray ON searched (slot) WHERE astray = 1;

        CREATE TABLE indexing (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            rules INTEGER NOT NULL,
            whole INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;
        """,
    ),
    Migration(
        4,
        "pictures of our own",
        """
        CREATE TABLE originals (
            blob INTEGER PRIMARY KEY REFERENCES blobs (id),
            media TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            size INTEGER NOT NULL,
            recipe TEXT NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE renditions (
            original INTEGER NOT NULL REFERENCES originals (blob),
            name TEXT NOT NULL,
            blob INTEGER NOT NULL REFERENCES blobs (id),
            media TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sum INTEGER NOT NULL,
            PRIMARY KEY (original, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX renditions_by_blob ON renditions (blob);

        CREATE TABLE pictures (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL,
            url TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            news INTEGER NOT NULL,
            checked INTEGER,
            due INTEGER,
            failures INTEGER NOT NULL,
            original INTEGER REFERENCES originals (blob),
            bytes INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX pictures_by_due ON pictures (source, due) WHERE due IS NOT NULL;
        CREATE INDEX pictures_by_original ON pictures (original) WHERE original IS NOT NULL;

        CREATE TABLE picture_versions (
            picture INTEGER NOT NULL REFERENCES pictures (id),
            at INTEGER NOT NULL,
            capture INTEGER NOT NULL REFERENCES captures (id),
            original INTEGER NOT NULL REFERENCES originals (blob),
            sum INTEGER NOT NULL,
            PRIMARY KEY (picture, at, capture)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX picture_versions_by_capture ON picture_versions (capture);
        CREATE INDEX picture_versions_by_original ON picture_versions (original);

        CREATE TABLE shows (
            article INTEGER NOT NULL REFERENCES ledger (id),
            picture INTEGER NOT NULL REFERENCES pictures (id),
            PRIMARY KEY (article, picture)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX shows_by_picture ON shows (picture);

        CREATE TABLE pictured (
            source TEXT PRIMARY KEY,
            stamp INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE picture_tallies (
            source TEXT NOT NULL,
            state TEXT NOT NULL,
            pictures INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (source, state)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER pictures_insert AFTER INSERT ON pictures BEGIN
            INSERT INTO picture_tallies VALUES (NEW.source, NEW.state, 1, NEW.bytes)
                ON CONFLICT DO UPDATE SET pictures = pictures + 1, bytes = bytes + NEW.bytes;
        END;
        CREATE TRIGGER pictures_delete AFTER DELETE ON pictures BEGIN
            UPDATE picture_tallies SET pictures = pictures - 1, bytes = bytes - OLD.bytes
                WHERE source = OLD.source AND state = OLD.state;
            DELETE FROM picture_tallies WHERE source = OLD.source AND state = OLD.state AND pictures = 0;
        END;
        CREATE TRIGGER pictures_update AFTER UPDATE OF source, state, bytes ON pictures BEGIN
            UPDATE picture_tallies SET pictures = pictures - 1, bytes = bytes - OLD.bytes
                WHERE source = OLD.source AND state = OLD.state;
            DELETE FROM picture_tallies WHERE source = OLD.source AND state = OLD.state AND pictures = 0;
            INSERT INTO picture_tallies VALUES (NEW.source, NEW.state, 1, NEW.bytes)
                ON CONFLICT DO UPDATE SET pictures = pictures + 1, bytes = bytes + NEW.bytes;
        END;
        """,
    ),
    Migration(
        5,
        "who holds a blob is found without looking at everything",
        """
        CREATE INDEX blobs_by_base ON blobs (base) WHERE base IS NOT NULL;
        CREATE INDEX captures_by_payload ON captures (payload);
        CREATE INDEX revisions_by_body ON revisions (body) WHERE body IS NOT NULL;
        CREATE INDEX documents_by_standing ON documents (standing);
        """,
    ),
    Migration(
        6,
        "what was taken down, and what was let go",
        """
        CREATE TABLE take_downs (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            scope TEXT NOT NULL,
            source TEXT NOT NULL,
            name BLOB NOT NULL,
            since TEXT NOT NULL,
            until TEXT NOT NULL,
            reason TEXT NOT NULL,
            who TEXT NOT NULL,
            articles INTEGER NOT NULL,
            revisions INTEGER NOT NULL,
            captures INTEGER NOT NULL,
            pictures INTEGER NOT NULL,
            size INTEGER NOT NULL,
            salt BLOB NOT NULL,
            purged INTEGER,
            sum INTEGER NOT NULL,
            UNIQUE (scope, source, name, since, until)
        ) STRICT;

        CREATE TABLE taken_down (
            article INTEGER PRIMARY KEY REFERENCES ledger (id),
            take_down INTEGER NOT NULL REFERENCES take_downs (id),
            stamp INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX taken_down_by_stamp ON taken_down (stamp);

        CREATE TABLE barred_names (
            name BLOB PRIMARY KEY,
            take_down INTEGER NOT NULL REFERENCES take_downs (id),
            sum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE barred_pictures (
            digest BLOB PRIMARY KEY,
            take_down INTEGER NOT NULL REFERENCES take_downs (id),
            sum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE traces (
            take_down INTEGER NOT NULL REFERENCES take_downs (id),
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            windows BLOB NOT NULL,
            sum INTEGER NOT NULL,
            PRIMARY KEY (take_down, number)
        ) STRICT;

        CREATE TABLE let_go (
            revision INTEGER PRIMARY KEY REFERENCES revisions (id) ON DELETE CASCADE,
            capture BLOB NOT NULL,
            at INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE retention (
            source TEXT NOT NULL,
            what TEXT NOT NULL,
            after INTEGER NOT NULL,
            sum INTEGER NOT NULL,
            PRIMARY KEY (source, what)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX evidence_by_capture ON evidence (capture);
        CREATE INDEX pages_by_capture ON pages (capture);
        CREATE INDEX revisions_by_capture ON revisions (capture) WHERE capture IS NOT NULL;
        """,
    ),
    Migration(
        7,
        "which articles are one text",
        """
        CREATE TABLE sketches (
            article INTEGER PRIMARY KEY REFERENCES ledger (id),
            day INTEGER NOT NULL,
            sketch BLOB NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE shingles (
            period INTEGER NOT NULL,
            shingle INTEGER NOT NULL,
            article INTEGER NOT NULL,
            PRIMARY KEY (period, shingle, article)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE kin (
            article INTEGER NOT NULL,
            other INTEGER NOT NULL,
            PRIMARY KEY (article, other)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE kinning (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            rules INTEGER NOT NULL,
            whole INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;
        """,
    ),
    Migration(
        8,
        "dictionaries to pack with",
        """
        CREATE TABLE dictionaries (
            name TEXT PRIMARY KEY,
            texts INTEGER NOT NULL,
            blob INTEGER NOT NULL REFERENCES blobs (id),
            digest BLOB NOT NULL,
            size INTEGER NOT NULL,
            copy BLOB NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX dictionaries_by_blob ON dictionaries (blob);
        """,
    ),
    Migration(
        9,
        "what is new, what has changed, and what documents are filed under",
        """
        CREATE INDEX documents_by_news ON documents (
            source, (CASE WHEN published BETWEEN 631152000000000 AND at + 86400000000 THEN published ELSE at END)
        );
        CREATE INDEX documents_by_change ON documents (source, (coalesce(withdrawn, at))) WHERE revisions > 1;

        CREATE TABLE terms (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            source TEXT NOT NULL,
            name TEXT NOT NULL,
            speller INTEGER NOT NULL,
            documents INTEGER NOT NULL,
            stamp INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX terms_by_stamp ON terms (stamp);

        CREATE TABLE filed (
            term INTEGER NOT NULL,
            day INTEGER NOT NULL,
            article INTEGER NOT NULL,
            PRIMARY KEY (term, day, article)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE filing (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            rules INTEGER NOT NULL,
            whole INTEGER NOT NULL,
            last INTEGER NOT NULL,
            sum INTEGER NOT NULL
        ) STRICT;
        """,
    ),
    Migration(
        10,
        "a diary: what sources gave, what hosts were asked, what was wrong",
        """
        CREATE TABLE source_days (
            source TEXT NOT NULL,
            day TEXT NOT NULL,
            leads INTEGER NOT NULL,
            new INTEGER NOT NULL,
            edited INTEGER NOT NULL,
            gone INTEGER NOT NULL,
            back INTEGER NOT NULL,
            held INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            undated INTEGER NOT NULL,
            unsigned INTEGER NOT NULL,
            unpictured INTEGER NOT NULL,
            characters INTEGER NOT NULL,
            sum INTEGER NOT NULL,
            PRIMARY KEY (source, day)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE footprints (
            host TEXT NOT NULL,
            day TEXT NOT NULL,
            asked INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            not_modified INTEGER NOT NULL,
            refused INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            sum INTEGER NOT NULL,
            PRIMARY KEY (host, day)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE incidents (
            source TEXT NOT NULL,
            trouble TEXT NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER,
            incident TEXT NOT NULL,
            sum INTEGER NOT NULL,
            PRIMARY KEY (source, trouble, since)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX incidents_by_time ON incidents (since);
        CREATE INDEX incidents_open ON incidents (source) WHERE until IS NULL;

        CREATE INDEX ledger_by_first_seen ON ledger (source, first_seen);
        """,
    ),
)
VERSION = MIGRATIONS[-1].number

# As the indexes of migration 9 have them, word for word: SQLite knows an index by them.
NEWS = "(CASE WHEN published BETWEEN 631152000000000 AND at + 86400000000 THEN published ELSE at END)"
"""How new a document is, in SQL: `published` from 1990 to a day after it was taken, else `at` (`index.moment`)."""
CHANGED = "(coalesce(withdrawn, at))"
"""When a document was last seen to change, in SQL."""


# --- rows ----------------------------------------------------------------------------------------------------------


class ArchiveRow(NamedTuple):
    """The archive's own name and its stamp. The name is a UUID, and behind a slash how often what is published had to
    be laid out anew: who publishes sees another name, and makes everything again.
    """

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


class SourceDayRow(NamedTuple):
    """What a source gave on a day."""

    source: str
    day: str
    leads: int
    new: int
    edited: int
    gone: int
    back: int
    held: int
    failed: int
    undated: int
    unsigned: int
    unpictured: int
    characters: int


class FootprintRow(NamedTuple):
    """What a host was asked on a day."""

    host: str
    day: str
    asked: int
    bytes: int
    not_modified: int
    refused: int
    failed: int


class IncidentRow(NamedTuple):
    """What was wrong with a source, from when to when."""

    source: str
    trouble: str
    since: int
    until: int | None
    incident: str


class SearchedRow(NamedTuple):
    """A document in the search index: its number there, whether (1) that is of a later minute than the document's own,
    and the blob that holds what it is found by.
    """

    article: int
    slot: int
    astray: int
    body: int


class IndexingRow(NamedTuple):
    """By which rules the search index was made, and whether it holds everything (1) or is being made (0)."""

    id: int
    rules: int
    whole: int


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


class OriginalRow(NamedTuple):
    """The bytes of a picture as they came: `blob`, what they turned out to be, by which rules they were rendered."""

    blob: int
    media: str
    width: int
    height: int
    size: int
    recipe: str


class RenditionRow(NamedTuple):
    """A picture made for readers from `original`, under its `name`."""

    original: int
    name: str
    blob: int
    media: str
    width: int
    height: int
    size: int


class PictureRow(NamedTuple):
    """A line of the ledger of pictures. `news`: the moment of the newest article that shows it; `original`: what it
    is now; `bytes`: how many are kept of that, renditions included.
    """

    id: int
    name: str
    source: str
    url: str
    state: str
    reason: str
    first_seen: int
    news: int
    checked: int | None
    due: int | None
    failures: int
    original: int | None
    bytes: int


class VersionRow(NamedTuple):
    """What a picture was from a moment on, and the capture that says so."""

    picture: int
    at: int
    capture: int
    original: int


class PicturedRow(NamedTuple):
    """Up to which stamp the documents of a source have their pictures in the ledger."""

    source: str
    stamp: int


class TakeDownRow(NamedTuple):
    """Something that the operator took out of the archive. `name`: SHA-256 of what it was called, nothing of what it
    said; `purged`: since when no byte of it is in the file; `salt`: see taking_down.py.
    """

    id: int
    at: int
    scope: str
    source: str
    name: bytes
    since: str
    until: str
    reason: str
    who: str
    articles: int
    revisions: int
    captures: int
    pictures: int
    size: int
    salt: bytes
    purged: int | None


class TakenRow(NamedTuple):
    """An article that was taken down, and the archive's stamp at that moment."""

    article: int
    take_down: int
    stamp: int


class BarredNameRow(NamedTuple):
    """A name that an article went by which was taken down: its address, its reference (`name_digest`)."""

    name: bytes
    take_down: int


class BarredRow(NamedTuple):
    """A picture that is not to come back: the SHA-256 of its bytes, or of its name."""

    digest: bytes
    take_down: int


class TraceRow(NamedTuple):
    """By what one removed thing would be known again in a file: salted digests of short windows of its bytes."""

    take_down: int
    number: int
    kind: str
    windows: bytes


class LetGoRow(NamedTuple):
    """A revision whose capture is not kept any more: which it was, and when it went."""

    revision: int
    capture: bytes
    at: int


class RetentionRow(NamedTuple):
    """How far the search for what is older than the source's policy keeps has come."""

    source: str
    what: str
    after: int


class SketchRow(NamedTuple):
    """What a document is known by; `day` counts from the year 1, `sketch` is empty where its text says too little."""

    article: int
    day: int
    sketch: bytes


class KinningRow(NamedTuple):
    """By which rules kin was looked for, and whether for every document (1) or for those that have a sketch (0)."""

    id: int
    rules: int
    whole: int


class TermRow(NamedTuple):
    """What documents are filed under: `digest` (8 bytes, `model.term`), the spelling of the article `speller` (0 and
    no name where no document is left), how many documents, and the stamp of the last change to any of them.
    """

    id: int
    digest: bytes
    kind: str
    source: str
    name: str
    speller: int
    documents: int
    stamp: int


class FilingRow(NamedTuple):
    """By which rules documents were filed, whether all (1), and if not up to which article (`last`)."""

    id: int
    rules: int
    whole: int
    last: int


class DictionaryRow(NamedTuple):
    """The latest dictionary of its name: how many texts there were, its blob, and the same bytes again, as codec 1."""

    name: str
    texts: int
    blob: int
    digest: bytes
    size: int
    copy: bytes


R = TypeVar("R", bound=tuple[object, ...])


class Table(Generic[R]):
    """A table whose last column sums up the others: the statements to write and to read whole rows.

    `told_by` are the columns that tell two rows apart. A row with an `id` of 0 is given one when it is first put.
    `whole` are the columns that make a whole row, for a statement that joins tables.
    """

    def __init__(self, name: str, row: type[R], *, told_by: tuple[str, ...], what: str) -> None:
        self.name, self.what = name, what
        columns = cast("tuple[str, ...]", row._fields)  # type: ignore[attr-defined]  # every R is a NamedTuple
        self._make = cast("type[NamedTuple]", row)._make
        self.columns, self.told_by = columns, told_by
        self._numbered = columns[0] == "id" and told_by != ("id",)
        written = (columns[1:] if self._numbered else columns) + ("sum",)
        changed = ", ".join(f"{column} = excluded.{column}" for column in written if column not in told_by)
        places = ", ".join("?" * len(written))
        # Names of our own tables and columns, never a stranger's words: the S608 below are about nothing else.
        put = f"INSERT INTO {name} ({', '.join(written)}) VALUES ({places}) "  # noqa: S608
        put += f"ON CONFLICT ({', '.join(told_by)}) DO UPDATE SET {changed}"
        self.upsert = put + (" RETURNING id" if self._numbered else "")
        self.whole = ", ".join(f"{name}.{column}" for column in (*columns, "sum"))
        self._select = f"SELECT {self.whole} FROM {name} "  # noqa: S608

    def select(self, rest: str = "") -> str:
        """A statement that gives whole rows."""
        return self._select + rest

    def values(self, row: R) -> tuple[object, ...]:
        """What `upsert` binds."""
        written = row[1:] if self._numbered else tuple(row)
        return (*written, check_sum(written))

    def told(self, stored: tuple[Any, ...]) -> str:
        """A name for a row that `select` gave, for people."""
        named = dict(zip(self.columns, stored, strict=False))
        values = (named[column] for column in self.told_by)
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
SOURCE_DAYS = Table("source_days", SourceDayRow, told_by=("source", "day"), what="day of a source")
FOOTPRINTS = Table("footprints", FootprintRow, told_by=("host", "day"), what="footprint")
INCIDENTS = Table("incidents", IncidentRow, told_by=("source", "trouble", "since"), what="incident")
SEARCHED = Table("searched", SearchedRow, told_by=("article",), what="search entry")
INDEXING = Table("indexing", IndexingRow, told_by=("id",), what="state of the search index")
BLOBS = Table("blobs", BlobRow, told_by=("digest",), what="blob")
CAPTURES = Table("captures", CaptureRow, told_by=("digest",), what="capture")
EVIDENCE = Table("evidence", EvidenceRow, told_by=("article", "capture"), what="evidence")
PAGES = Table("pages", PageRow, told_by=("url", "capture"), what="page")
REVISIONS = Table("revisions", RevisionRow, told_by=("article", "at", "fingerprint"), what="revision")
ORIGINALS = Table("originals", OriginalRow, told_by=("blob",), what="original")
RENDITIONS = Table("renditions", RenditionRow, told_by=("original", "name"), what="rendition")
PICTURES = Table("pictures", PictureRow, told_by=("name",), what="picture")
VERSIONS = Table("picture_versions", VersionRow, told_by=("picture", "at", "capture"), what="picture version")
PICTURED = Table("pictured", PicturedRow, told_by=("source",), what="mark of pictures")
DICTIONARIES = Table("dictionaries", DictionaryRow, told_by=("name",), what="dictionary")
SKETCHES = Table("sketches", SketchRow, told_by=("article",), what="sketch")
KINNING = Table("kinning", KinningRow, told_by=("id",), what="state of the search for kin")
TERMS = Table("terms", TermRow, told_by=("digest",), what="term")
FILING = Table("filing", FilingRow, told_by=("id",), what="state of filing")
DOCUMENTS = Table("documents", DocumentRow, told_by=("article",), what="document")
TAKE_DOWNS = Table("take_downs", TakeDownRow, told_by=("scope", "source", "name", "since", "until"), what="take-down")
TAKEN = Table("taken_down", TakenRow, told_by=("article",), what="taken down")
BARRED_NAMES = Table("barred_names", BarredNameRow, told_by=("name",), what="barred name")
BARRED = Table("barred_pictures", BarredRow, told_by=("digest",), what="barred picture")
TRACES = Table("traces", TraceRow, told_by=("take_down", "number"), what="trace")
LET_GO = Table("let_go", LetGoRow, told_by=("revision",), what="capture let go")
RETENTION = Table("retention", RetentionRow, told_by=("source", "what"), what="mark of retention")


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
    """Bring an archive to today's schema, a transaction a step, or an empty file, in one; how many steps it took."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    steps = [step for step in MIGRATIONS if step.number > version]
    for step in steps:
        if version or step is steps[0]:
            connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(step.sql):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {step.number}")
        if version or step is steps[-1]:
            connection.execute("COMMIT")
    return len(steps)


def objects(connection: sqlite3.Connection) -> list[tuple[str, str, str, str | None]]:
    """Every table, index and trigger as the file describes it."""
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").fetchall()


def expected_objects() -> list[tuple[str, str, str, str | None]]:
    """What `objects` gives in an undamaged archive."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection)
        return objects(connection)
    finally:
        connection.close()


def expected_columns() -> dict[str, list[tuple[str, bool, bool]]]:
    """The columns of every table, in order: the kind, whether it may be null, whether it is the row's number."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection)
        tables = connection.execute("SELECT name, type, wr FROM pragma_table_list WHERE type = 'table'").fetchall()
        found = {}
        for name, _, without_number in tables:
            told = connection.execute('SELECT type, "notnull", pk FROM pragma_table_info(?)', (name,)).fetchall()
            alone = sum(bool(pk) for *_, pk in told) == 1 and not without_number
            found[str(name)] = [
                (str(kind), not (needed or pk), bool(pk) and alone and kind == "INTEGER") for kind, needed, pk in told
            ]
        return found
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
