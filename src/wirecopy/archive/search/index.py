"""The index of an archive's standing documents: kept in step with them, made anew, checked against them.

- `search` is a table of SQLite's FTS5 that keeps no text and no positions (docs/decisions/0007): which tokens are in
  which document. What it names is looked at in the document itself, so a hit is always a hit.
- A document's number in it (`slot`) counts minutes, so that the newest come first without sorting.
- FTS5 has no check sums: `complaints` adds up all it holds, and what the documents say it should hold.
"""

from __future__ import annotations

import itertools
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from wirecopy.archive.file import File
from wirecopy.archive.schema import (
    DOCUMENTS,
    INDEXING,
    SEARCHED,
    DocumentRow,
    IndexingRow,
    SearchedRow,
    from_micros,
)
from wirecopy.archive.search.query import EVERY, PLACES, quoted, source_token
from wirecopy.errors import ArchiveError
from wirecopy.matching import folding
from wirecopy.matching.texts import fields, lines
from wirecopy.model import Article, decode

_PLACES_IN_A_MINUTE = 4
EPOCH = datetime(1990, 1, 1, tzinfo=UTC)  # before the web, as in timeline.py: an older date is a slip
SLACK = _PLACES_IN_A_MINUTE * 60 * 24 * 30  # how much later a document's number can be than its minute's
_LAST = 1 << 62  # after all numbers
_TOGETHER = 1000  # documents that are indexed in one transaction when all are
Progress = Callable[[int, int], None]


# --- what is indexed -------------------------------------------------------------------------------------------------


def tokens(article: Article) -> list[str]:
    """All that the index knows an article by, each once."""
    found = folding.tokens(folding.folded("\n".join(lines(article))))
    for field, text in fields(article).items():
        pieces = folding.pieces(folding.folded(text))
        found += {PLACES[field] + token for piece in pieces for token in folding.known_by(piece)}
    return [*found, EVERY, source_token(article.source)]


def moment(row: DocumentRow) -> datetime:
    """When a document is from: when its outlet says, where that can be believed, else when it was taken."""
    at = from_micros(row.at)
    published = None if row.published is None else from_micros(row.published)
    return published if published is not None and EPOCH <= published <= at + timedelta(days=1) else at


def slot_of(when: datetime) -> int:
    """The first of the numbers of this minute."""
    return (when - EPOCH) // timedelta(minutes=1) * _PLACES_IN_A_MINUTE


# --- kept in step ----------------------------------------------------------------------------------------------------


def follow(file: File, document: DocumentRow, article: Article) -> None:
    """The index after a document has come or changed, in the caller's transaction, before what it was is thrown away.

    `article` is what stands in it now.
    """
    body = _body(file, document)
    known = file.first(SEARCHED, "WHERE article = ?", document.article)
    if known is None:
        _add(file, _put(file, document, body), tokens(article))
        return
    first = slot_of(moment(document))
    stays = known.slot in range(first, first + _PLACES_IN_A_MINUTE)
    if known.body == body and stays:
        return
    old, new = set(tokens(article_of(file, document, known.body))), set(tokens(article))
    if stays:
        # Both, if only of nothing: FTS5 counts its documents by them.
        _remove(file, known.slot, old - new)
        _add(file, known.slot, new - old)
        file.put(SEARCHED, known._replace(body=body))
    else:
        _remove(file, known.slot, old)
        _add(file, _put(file, document, body), new)


def drop(file: File, document: DocumentRow) -> None:
    """Take a document out, in the caller's transaction, before its text is thrown away."""
    known = file.first(SEARCHED, "WHERE article = ?", document.article)
    if known is not None:
        _remove(file, known.slot, tokens(article_of(file, document, known.body)))
        file.rows("DELETE FROM searched WHERE article = ?", document.article)


def compact(file: File) -> None:
    """Write the index anew without what was taken out of it, in the caller's transaction."""
    file.put_off(_LAST, "INSERT INTO search (search) VALUES ('optimize')")


def _put(file: File, document: DocumentRow, body: int) -> int:
    first = slot_of(moment(document))
    slot = _free(file, first, document.article)
    file.put(SEARCHED, SearchedRow(document.article, slot, int(slot >= first + _PLACES_IN_A_MINUTE), body))
    return slot


def _free(file: File, first: int, article: int) -> int:
    """A number that nobody has: of this minute if one is free, else of the minutes, hours, days after it.

    Looked for at random places (always the same for one article): an outlet that dates by days only fills its minute.
    """
    for attempt in itertools.count():
        reach = min(_PLACES_IN_A_MINUTE << 2 * (attempt // 4), SLACK)
        slot = first + zlib.crc32(b"%d %d" % (article, attempt)) % reach
        if file.row("SELECT 1 FROM searched WHERE slot = ?", slot) is None:
            return slot
    raise AssertionError("counting does not end")


def last_slot(file: File, until: datetime) -> int:
    """The number before which everything stands that is from before this moment."""
    first = slot_of(until)
    astray = "SELECT max(slot) + 1 FROM searched WHERE astray = 1 AND slot >= ? AND slot < ?"
    return max(first, file.number(astray, first, first + SLACK))


def _body(file: File, document: DocumentRow) -> int:
    """The blob of what stands in a document."""
    body = file.number("SELECT body FROM revisions WHERE id = ?", document.standing)
    if not body:
        raise ArchiveError(f"{file.path} is damaged: the copy of {document.source}/{document.key} is missing")
    return body


def _add(file: File, slot: int, words: Iterable[str]) -> None:
    file.put_off(slot, "INSERT INTO search (rowid, words) VALUES (?, ?)", slot, " ".join(words))


def _remove(file: File, slot: int, words: Iterable[str]) -> None:
    file.put_off(slot, "INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", slot, " ".join(words))


# --- made anew -------------------------------------------------------------------------------------------------------


def is_whole(file: File) -> bool:
    """Does the index hold every standing document, by today's rules?"""
    row = file.first(INDEXING)
    return row is not None and row.whole == 1 and row.rules == folding.RULES


def catch_up(file: File, progress: Progress | None = None) -> None:
    """Index what stands and is not in the index yet: after a change of the schema or of the rules, or a kill.

    It costs one look where nothing is missing, and goes on where it was interrupted.
    """
    row = file.first(INDEXING)
    if row is None or row.rules != folding.RULES:
        _clear(file)
    elif row.whole:
        return
    todo = file.number("SELECT count(*) FROM documents")
    done, last = 0, -1
    while True:
        rest = f"WHERE article > ? ORDER BY article LIMIT {_TOGETHER}"
        page = file.every(DOCUMENTS, rest, last)
        with file.transaction():
            for document in sorted(page, key=moment):  # FTS5 writes at once what comes before its last number
                if file.row("SELECT 1 FROM searched WHERE article = ?", document.article) is None:
                    body = _body(file, document)
                    _add(file, _put(file, document, body), tokens(article_of(file, document, body)))
            if len(page) < _TOGETHER:
                file.put(INDEXING, IndexingRow(1, folding.RULES, 1))
        done += len(page)
        if progress is not None:
            progress(done, max(todo, done))
        if len(page) < _TOGETHER:
            return
        last = page[-1].article


def rebuild(file: File, progress: Progress | None = None) -> None:
    """Throw the index away and make it anew from the documents."""
    _clear(file)
    catch_up(file, progress)


def _clear(file: File) -> None:
    with file.transaction():
        file.rows("INSERT INTO search (search) VALUES ('delete-all')")
        file.each("INSERT INTO search (search, rank) VALUES (?, ?)", SETTINGS)
        file.rows("DELETE FROM searched")
        file.put(INDEXING, IndexingRow(1, folding.RULES, 0))


def stored(file: File, document: DocumentRow, body: int) -> bytes:
    """The article that stands in a document, in this blob, as it is kept."""
    return file.blob(body, _copy(document))


def article_in(file: File, document: DocumentRow, data: bytes) -> Article:
    """The article in these bytes."""
    try:
        return decode(data, Article)
    except ValueError as error:
        raise ArchiveError(f"{file.path}: {_copy(document)} cannot be read: {error}") from error


def article_of(file: File, document: DocumentRow, body: int = 0) -> Article:
    """The article that stands in a document; `body` is its blob where that is known."""
    return article_in(file, document, stored(file, document, body or _body(file, document)))


def _copy(document: DocumentRow) -> str:
    return f"the copy of {document.source}/{document.key}"


# --- checked ---------------------------------------------------------------------------------------------------------

_PRIME = (1 << 61) - 1
_TABLES = ("search_data", "search_idx", "search_config")  # what FTS5 keeps; these names are fixed by ours


class Sum:
    """What the documents, told one after the other, say that the index should hold."""

    def __init__(self) -> None:
        self._sum = self._documents = self._tokens = 0

    def tell(self, slot: int, article: Article) -> None:
        """A document stands under this number."""
        found = tokens(article)
        self._sum += _weight(slot) * sum(zlib.crc32(token.encode()) for token in found)
        self._documents += 1
        self._tokens += len(found)

    def complaints(self, file: File) -> Iterator[str]:
        """In words, what the index holds otherwise than it should. Reads it whole."""
        total = count = 0
        for term, told in file.stream("SELECT term, count(*) FROM search_terms GROUP BY term"):
            spelt = str(term)
            weight, documents = file.row(_WEIGHED, quoted(spelt)) or (0, 0)
            if documents != told:
                yield f"{told:,} documents have {spelt!r}, and asked for it, it names {documents:,}"
            total += zlib.crc32(spelt.encode("utf-8", "replace")) * int(weight or 0)
            count += int(told)
        if (total - self._sum) % _PRIME or count != self._tokens:
            yield f"it holds {count:,} tokens, and the documents make {self._tokens:,} or others"
        averages = file.row("SELECT block FROM search_data WHERE id = 1")
        counts = [] if averages is None else _numbers(averages[0])  # empty before the first document
        if [*counts, 0, 0][:2] != [self._documents, self._tokens]:
            yield f"its own counts are not those of {self._documents:,} documents"
        yield from _structure(file)


def strays(file: File) -> Iterator[tuple[str, str]]:
    """(name, reason) of every document that is not in the index as it stands, and of what is there without one."""
    rows = file.stream(
        "SELECT documents.source || '/' || documents.key, searched.article IS NULL FROM documents "
        "LEFT JOIN revisions ON revisions.id = documents.standing "
        "LEFT JOIN searched ON searched.article = documents.article WHERE searched.body IS NOT revisions.body"
    )
    for name, missing in rows:
        yield str(name), "it is not in the search index" if missing else "the search index has another revision of it"
    for (article,) in file.stream("SELECT article FROM searched WHERE article NOT IN (SELECT article FROM documents)"):
        yield f"article {article}", "the search index has it, and it is no document"


# What a document adds to the sum of a token, in Python and in SQL. Squared: the sum of two numbers that changed against
# each other would be the same.
_WEIGHED = (
    "SELECT sum((rowid * 1000003 % 2147483647) * (rowid * 1000003 % 2147483647) % 2147483647), count(*) "
    "FROM search WHERE search MATCH ?"
)


def _weight(slot: int) -> int:
    return (slot * 1000003 % 2147483647) ** 2 % 2147483647


def _numbers(block: bytes) -> list[int]:
    """The variable-length integers of SQLite in these bytes (https://sqlite.org/fileformat2.html#varint)."""
    found, number = [], 0
    for byte in block:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(number)
            number = 0
    return found


def _structure(file: File) -> Iterator[str]:
    """What FTS5 says of its own tables: asked of a copy, because its check wants to write."""
    aside = sqlite3.connect("", isolation_level=None)
    try:
        (made,) = file.row("SELECT sql FROM sqlite_schema WHERE name = 'search'") or ("",)
        aside.execute(str(made))
        config = aside.execute("SELECT k, v FROM search_config").fetchall()
        for table, columns in zip(_TABLES, (2, 3, 2), strict=True):
            aside.execute(f"DELETE FROM {table}")  # noqa: S608  # names of ours
            places = ", ".join("?" * columns)
            aside.executemany(f"INSERT INTO {table} VALUES ({places})", file.stream(f"SELECT * FROM {table}"))  # noqa: S608
        kept = sorted(file.rows("SELECT k, v FROM search_config"))
        if kept != sorted([*config, *SETTINGS]):
            yield f"its settings are {kept}"
        aside.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield f"FTS5 says: {error}"
    finally:
        aside.close()


# Set in the migration: 16 MB of words before they are written, and fewer, larger steps when they are put in order; both
# measured (bench/search.py).
SETTINGS = (("automerge", 8), ("hashsize", 16 * 1024 * 1024))
