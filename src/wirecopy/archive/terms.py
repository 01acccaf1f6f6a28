"""What documents are filed under: sections, authors, topics. Kept in step with them, made anew, checked against them.

- `terms` has a row for each that ever had a document, `filed` the documents of each, by day.
- A term is spelt as the document of the earliest day spells it, of several that with the smallest (source, key):
  whatever order the documents came in, it is the same, and a new one seldom changes it.
- A term without documents keeps its digest and the stamp of its end, so that publishers take its pages away; not its
  name, which may be what was taken down.
- What a document was filed under is told by its text before the change: the caller has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from wirecopy.archive.file import File
from wirecopy.archive.schema import DOCUMENTS, FILING, TERMS, DocumentRow, FilingRow, TermRow
from wirecopy.archive.search.index import article_of
from wirecopy.model import Article, Damage, Term, terms

RULES = 1
"""Raise this with every change to `model.terms` or `model.term`: all is filed anew then."""

_TOGETHER = 500  # documents in one transaction when all are filed

Stamp = Callable[[], int]
Transaction = Callable[[], AbstractContextManager[None]]


# --- kept in step ----------------------------------------------------------------------------------------------------


def follow(
    file: File, stamp: Stamp, old: DocumentRow | None, before: Article | None, document: DocumentRow, article: Article
) -> None:
    """After a document has come or changed, in the caller's transaction.

    `old` is what lists said of it and `before` what stood in it, `article` what stands in it now.
    """
    was = {} if before is None else {each.digest: each for each in terms(before)}
    now = {each.digest: each for each in terms(article)}
    day = day_number(document.day)
    old_day = day if old is None else day_number(old.day)
    for digest in was if old_day != day else was.keys() - now.keys():
        _leave(file, stamp(), digest, old_day, document.article)
    for digest, each in now.items():
        if digest in was and old_day == day:
            _stay(file, stamp(), each, document.article)
        else:
            _join(file, stamp(), each, document)


def drop(file: File, stamp: Stamp, document: DocumentRow) -> None:
    """Take a document out, in the caller's transaction, before its text is thrown away."""
    for each in terms(article_of(file, document)):
        _leave(file, stamp(), each.digest, day_number(document.day), document.article)


def day_number(day: str) -> int:
    """A day (yyyy-mm-dd) as a small number, in the order of time, that shifted right by five bits tells the month."""
    year, month, number = map(int, day.split("-"))
    return (((year - 1970) * 16 + month) << 5) + number


def month_numbers(month: str) -> tuple[int, int]:
    """The first and the last number that a day of this month ("yyyy-mm") can have; nothing lies between where there is
    no such month.
    """
    try:
        first = day_number(f"{month}-00")
    except ValueError:
        return 0, -1
    return first, first + 31


def month_of(number: int) -> str:
    """The month ("yyyy-mm") of a number shifted right by five bits."""
    return f"{1970 + (number >> 4):04}-{number & 15:02}"


def _join(file: File, stamp: int, term: Term, document: DocumentRow) -> None:
    digest = bytes.fromhex(term.digest)
    row = file.first(TERMS, "WHERE digest = ?", digest) or TermRow(0, digest, term.kind, term.source, "", 0, 0, 0)
    if not row.documents or _place(file, row.speller) > _place_of(document):
        row = row._replace(name=term.name, speller=document.article)
    number = file.put(TERMS, row._replace(documents=row.documents + 1, stamp=stamp))
    put = "INSERT INTO filed (term, day, article) VALUES (?, ?, ?)"
    file.rows(put, number, day_number(document.day), document.article)


def _stay(file: File, stamp: int, term: Term, article: int) -> None:
    for row in file.every(TERMS, "WHERE digest = ?", bytes.fromhex(term.digest)):
        name = term.name if row.speller == article else row.name
        if (name, stamp) != (row.name, row.stamp):
            file.put(TERMS, row._replace(name=name, stamp=stamp))


def _leave(file: File, stamp: int, digest: str, day: int, article: int) -> None:
    for row in file.every(TERMS, "WHERE digest = ?", bytes.fromhex(digest)):
        file.rows("DELETE FROM filed WHERE term = ? AND day = ? AND article = ?", row.id, day, article)
        left = row._replace(documents=row.documents - 1, stamp=stamp)
        file.put(TERMS, _spelt_anew(file, left) if row.speller == article else left)


def _spelt_anew(file: File, row: TermRow) -> TermRow:
    """A term whose speller has left it."""
    found = file.first(DOCUMENTS, _FIRST, row.id)
    if found is None:
        return row._replace(name="", speller=0)
    said = next((each.name for each in terms(article_of(file, found)) if each.digest == row.digest.hex()), "")
    return row._replace(name=said, speller=found.article)


_FIRST = (
    "JOIN filed ON filed.article = documents.article WHERE term = ? "
    "ORDER BY filed.day, documents.source, documents.key LIMIT 1"
)


def _place(file: File, article: int) -> tuple[str, str, str]:
    """Where a document stands in the order in which terms are spelt; behind all others when it is none (any more)."""
    row = file.row("SELECT day, source, key FROM documents WHERE article = ?", article)
    return ("~", "", "") if row is None else (str(row[0]), str(row[1]), str(row[2]))


def _place_of(document: DocumentRow) -> tuple[str, str, str]:
    return document.day, document.source, document.key


# --- made anew -------------------------------------------------------------------------------------------------------


def is_whole(file: File) -> bool:
    """Is every document filed, by today's rules?"""
    row = file.first(FILING)
    return row is not None and row.rules == RULES and row.whole == 1


def catch_up(file: File, stamp: Stamp, transaction: Transaction) -> None:
    """File the documents that nobody has filed: after a change of the schema or of the rules, or a kill.

    It costs one look where nothing is missing, and goes on where it was interrupted.
    """
    row = file.first(FILING)
    if row is not None and row.rules == RULES and row.whole:
        return
    if row is None or row.rules != RULES:
        row = _clear(file, stamp, transaction)
    while not row.whole:
        page = file.every(DOCUMENTS, f"WHERE article > ? ORDER BY article LIMIT {_TOGETHER}", row.last)
        with transaction():
            for document in page:
                follow(file, stamp, None, None, document, article_of(file, document))
            last = page[-1].article if page else row.last
            row = FilingRow(1, RULES, int(len(page) < _TOGETHER), last)
            file.put(FILING, row)


def rebuild(file: File, stamp: Stamp, transaction: Transaction) -> None:
    """Throw away how documents are filed, and file them anew."""
    _clear(file, stamp, transaction)
    catch_up(file, stamp, transaction)


def _clear(file: File, stamp: Stamp, transaction: Transaction) -> FilingRow:
    """No document is filed any more. Publishers are told of every term that there was."""
    row = FilingRow(1, RULES, 0, -1)
    with transaction():
        file.rows("DELETE FROM filed")
        for known in file.every(TERMS, "ORDER BY id"):
            file.put(TERMS, known._replace(name="", speller=0, documents=0, stamp=stamp()))
        file.put(FILING, row)
    return row


# --- asked -----------------------------------------------------------------------------------------------------------


def told(row: TermRow) -> Term:
    """The term that a row is of."""
    return Term(kind=row.kind, name=row.name, source=row.source, documents=row.documents, digest=row.digest.hex())


def row_of(file: File, term: Term | None) -> TermRow | None:
    """The row of a term that has documents."""
    return None if term is None else file.first(TERMS, "WHERE digest = ? AND documents > 0", bytes.fromhex(term.digest))


# --- checked ---------------------------------------------------------------------------------------------------------


class Filed:
    """How documents, told one after the other, should be filed, against how they are."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._count = 0

    def tell(self, article: int, day: str, seen: Article) -> Iterator[Damage]:
        """A document of this day stands, and says this."""
        for each in terms(seen):
            self._count += 1
            row = self._file.first(TERMS, "WHERE digest = ?", bytes.fromhex(each.digest))
            filed = "SELECT 1 FROM filed WHERE term = ? AND day = ? AND article = ?"
            if row is None or self._file.row(filed, row.id, day_number(day), article) is None:
                yield _damage(each.digest, f"{seen.source}/{seen.key} is not filed under it")
            elif (row.kind, row.source) != (each.kind, each.source):
                yield _damage(each.digest, f"it is said to be a {row.kind}, and is a {each.kind}")
            elif row.speller == article and row.name != each.name:
                yield _damage(each.digest, f"it is spelt otherwise than {seen.source}/{seen.key} has it")

    def damages(self) -> Iterator[Damage]:
        """What is wrong with the rest, after all documents have been told."""
        stands = self._file.number("SELECT count(*) FROM filed")
        if stands != self._count:
            yield Damage(what="term", name="all terms", reason=f"{stands} are filed, and should be {self._count}")
        last = self._file.number("SELECT stamp FROM archive")
        for stored in self._file.stream(TERMS.select("ORDER BY id")):
            yield from (_damage(stored[1].hex(), reason) for reason in self._wrong(TermRow(*stored[:-1]), last))

    def _wrong(self, row: TermRow, last: int) -> Iterable[str]:
        documents = self._file.number("SELECT count(*) FROM filed WHERE term = ?", row.id)
        if documents != row.documents:
            yield f"{documents} documents are filed under it, and it says {row.documents}"
        first = self._file.row(f"SELECT documents.article FROM documents {_FIRST}", row.id)  # noqa: S608  # our own words
        if row.speller != (0 if first is None else first[0]) or (not row.documents and row.name):
            yield "it is not spelt by the first of its documents"
        if not 0 < row.stamp <= last:
            yield f"its stamp is {row.stamp}, the archive's {last}"


def _damage(digest: str, reason: str) -> Damage:
    return Damage(what="term", name=digest, reason=reason)
