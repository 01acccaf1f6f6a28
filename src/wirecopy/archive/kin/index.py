"""Which documents of an archive are one text: kept in step with them, made anew, checked against them.

- `sketches` holds what each document is known by, `shingles` where to look for it, `kin` who is kin, both ways.
- A document is compared with those of 30 days around it that share one of its eight smallest shingles. A set phrase is
  shared by thousands: of those that share no more than that none is looked at.
- Kin is who was found when either of two arrived or changed. It is no group: two halves of a story are kin of it, and
  not of each other.
- Whoever is kin of what came, changed or went may read differently, and is told to the caller.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date

from wirecopy.archive.file import File
from wirecopy.archive.kin.sketch import SHARED, Sketch, is_one, pack, sketch, unpack
from wirecopy.archive.schema import (
    DOCUMENTS,
    KINNING,
    REVISIONS,
    SKETCHES,
    DocumentRow,
    KinningRow,
    LedgerRow,
    SketchRow,
)
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Damage, decode

RULES = 1
"""Raise this with every change to what sketches are made of or how they are compared: all is made anew then."""

WINDOW = 30  # days before and after a document in which its kin is looked for
_PERIOD = 256  # days whose shingles stand together: what comes in writes to few pages, a window seldom touches two
_SOUGHT = 8  # shingles by which a document is looked for; bench/kin.py says what fewer and more find
_COMMON = 8  # documents that share a shingle from which on it is a set phrase
_MOST = 64  # documents that one is compared with
_TOGETHER = 500  # documents in one transaction when all are looked at

Touch = Callable[[Iterable[int]], None]
Transaction = Callable[[], AbstractContextManager[None]]


# --- kept in step ----------------------------------------------------------------------------------------------------


def follow(file: File, old: DocumentRow | None, document: DocumentRow, article: Article) -> set[int]:
    """After a document has come or changed, in the caller's transaction: who may read differently besides it.

    `old` is what lists said of it before, `article` what stands in it now.
    """
    changed = _resketched(file, document, article, is_new=old is None)
    if old is not None and _shown(old) != _shown(document):
        changed.update(_of(file, document.article))
    return changed


def _shown(row: DocumentRow) -> tuple[object, ...]:
    """What kin says of a document."""
    return row.day, row.title, row.language, row.published, row.withdrawn


def _resketched(file: File, document: DocumentRow, article: Article, *, is_new: bool) -> set[int]:
    day = _ordinal(document.day)
    known = sketch(article)
    packed = b"" if known is None else pack(known)
    old = None if is_new else file.first(SKETCHES, "WHERE article = ?", document.article)
    if old is not None and (old.day, old.sketch) == (day, packed):
        return set()
    before = _drop(file, old) if old is not None else set()
    file.put(SKETCHES, SketchRow(document.article, day, packed))
    if known is None:
        return before
    found = _find(file, document.article, document.source, day, known)
    # In the order of their tree, so that one page is written once.
    rows = sorted((day // _PERIOD, each, document.article) for each in known.shingles[:_SOUGHT])
    file.each("INSERT INTO shingles (period, shingle, article) VALUES (?, ?, ?)", rows)
    if found:
        pairs = ((one, other) for each in found for one, other in ((document.article, each), (each, document.article)))
        file.each("INSERT INTO kin (article, other) VALUES (?, ?)", sorted(pairs))
    return before ^ found


def drop(file: File, document: DocumentRow) -> set[int]:
    """Take a document out, in the caller's transaction: who was kin of it, and may read differently."""
    old = file.first(SKETCHES, "WHERE article = ?", document.article)
    return set() if old is None else _drop(file, old)


def _drop(file: File, old: SketchRow) -> set[int]:
    kin = set(_of(file, old.article))
    known = _sketch(file, old)
    shingles = () if known is None else known.shingles[:_SOUGHT]
    rows = ((old.day // _PERIOD, each, old.article) for each in shingles)
    file.each("DELETE FROM shingles WHERE period = ? AND shingle = ? AND article = ?", rows)
    if kin:
        pairs = ((one, other) for each in kin for one, other in ((old.article, each), (each, old.article)))
        file.each("DELETE FROM kin WHERE article = ? AND other = ?", pairs)
    file.rows("DELETE FROM sketches WHERE article = ?", old.article)
    return kin


def _of(file: File, article: int) -> list[int]:
    """The documents that are kin of one."""
    rows = file.rows("SELECT other FROM kin WHERE article = ? ORDER BY other", article)
    return [int(other) for (other,) in rows]


def _find(file: File, article: int, source: str, day: int, known: Sketch) -> set[int]:
    """Who is kin of a text, of those that the index knows."""
    found: set[int] = set()
    near = _near(file, day, known) - {article}
    if not near:
        return found
    shingles = frozenset(known.shingles)
    places = ", ".join("?" * len(near))
    around = (day - WINDOW, day + WINDOW)
    for row in file.every(SKETCHES, f"WHERE article IN ({places}) AND day BETWEEN ? AND ?", *sorted(near), *around):
        other = _sketch(file, row)
        if other is None or len(shingles.intersection(other.shingles)) < SHARED:
            continue
        if is_one(known, other, same_source=False):
            same = file.row("SELECT source FROM ledger WHERE id = ?", row.article) == (source,)
            if not same or is_one(known, other, same_source=True):
                found.add(row.article)
    return found


def _near(file: File, day: int, known: Sketch) -> set[int]:
    """Who is to be compared: those that share two shingles, or one that is no set phrase."""
    sought = known.shingles[:_SOUGHT]
    periods = sorted({(day - WINDOW) // _PERIOD, (day + WINDOW) // _PERIOD})
    one = f"SELECT * FROM (SELECT shingle, article FROM shingles WHERE period = ? AND shingle = ? LIMIT {_COMMON})"  # noqa: S608  # a number of ours
    rows = file.rows(
        " UNION ALL ".join([one] * (len(periods) * len(sought))),
        *(value for period in periods for each in sought for value in (period, each)),
    )
    sharing: dict[int, list[int]] = defaultdict(list)
    for shingle, article in rows:
        sharing[shingle].append(article)
    times = Counter(article for articles in sharing.values() for article in articles)
    telling = {each for articles in sharing.values() if len(articles) < _COMMON for each in articles}
    chosen = sorted((-count, article) for article, count in times.items() if count > 1 or article in telling)
    return {article for _, article in chosen[:_MOST]}


def _sketch(file: File, row: SketchRow) -> Sketch | None:
    try:
        return unpack(row.sketch) if row.sketch else None
    except ValueError as error:
        raise ArchiveError(f"{file.path} is damaged: the sketch of article {row.article}: {error}") from error


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


# --- made anew -------------------------------------------------------------------------------------------------------


def is_complete(file: File) -> bool:
    """Has every document been looked at, by today's rules?"""
    row = file.first(KINNING)
    return row is not None and row.rules == RULES and row.whole == 1


def catch_up(file: File, touch: Touch, transaction: Transaction) -> None:
    """Look at the documents that nobody looked at: after a change of the schema or of the rules, or a kill.

    It costs one look where nothing is missing, and goes on where it was interrupted. `touch` is told who may read
    differently now.
    """
    if is_complete(file):
        return
    row = file.first(KINNING)
    if row is None or row.rules != RULES:
        _clear(file, touch, transaction)
    last = -1
    while True:
        page = file.every(DOCUMENTS, f"WHERE article > ? ORDER BY article LIMIT {_TOGETHER}", last)
        with transaction():
            for document in page:
                if file.row("SELECT 1 FROM sketches WHERE article = ?", document.article) is None:
                    found = _resketched(file, document, _article(file, document), is_new=True)
                    touch({*found, document.article} if found else ())
            if len(page) < _TOGETHER:
                file.put(KINNING, KinningRow(1, RULES, 1))
                return
        last = page[-1].article


def rebuild(file: File, touch: Touch, transaction: Transaction) -> None:
    """Throw away what is known of kin, and make it anew from the documents."""
    _clear(file, touch, transaction)
    catch_up(file, touch, transaction)


def _clear(file: File, touch: Touch, transaction: Transaction) -> None:
    with transaction():
        touch(int(article) for (article,) in file.rows("SELECT DISTINCT article FROM kin ORDER BY article"))
        for table in ("kin", "shingles", "sketches"):
            file.rows(f"DELETE FROM {table}")  # noqa: S608  # our tables' names
        file.put(KINNING, KinningRow(1, RULES, 0))


def _article(file: File, document: DocumentRow) -> Article:
    of = f"the copy of {document.source}/{document.key}"
    copy = file.first(REVISIONS, "WHERE id = ?", document.standing)
    if copy is None or copy.body is None:
        raise ArchiveError(f"{file.path} is damaged: {of} is missing")
    try:
        return decode(file.blob(copy.body, of), Article)
    except ValueError as error:
        raise ArchiveError(f"{file.path}: {of} cannot be read: {error}") from error


# --- checked ---------------------------------------------------------------------------------------------------------


def disagreement(file: File, line: LedgerRow, day: str, article: Article) -> Iterator[Damage]:
    """Whether a document is known by what it says."""
    if not is_complete(file):
        return  # the next command that writes goes on with it
    known = sketch(article)
    said = (_ordinal(day), b"" if known is None else pack(known))
    if file.row("SELECT day, sketch FROM sketches WHERE article = ?", line.id) != said:
        yield Damage(what="sketch", name=f"{line.source}/{line.key}", reason="it is not that of the text")


def damages(file: File) -> Iterator[Damage]:
    """What is wrong with who is kin, and with where it is looked for; `disagreement` looks at the sketches."""
    counted = 0
    for article, day, packed in file.stream("SELECT article, day, sketch FROM sketches ORDER BY article"):
        known = _sketch(file, SketchRow(article, day, packed))
        for each in () if known is None else known.shingles[:_SOUGHT]:
            counted += 1
            row = "SELECT 1 FROM shingles WHERE period = ? AND shingle = ? AND article = ?"
            if file.row(row, day // _PERIOD, each, article) is None:
                yield Damage(what="shingle", name=f"{each:08x} of article {article}", reason="it is missing")
    stands = file.number("SELECT count(*) FROM shingles")
    if stands != counted:
        yield Damage(what="shingle", name="all shingles", reason=f"there are {stands}, and the sketches make {counted}")
    for article, other in file.stream("SELECT article, other FROM kin ORDER BY article, other"):
        if file.row("SELECT 1 FROM kin WHERE article = ? AND other = ?", other, article) is None:
            yield Damage(what="kin", name=f"articles {article} and {other}", reason="one is kin of the other only")
        elif not _are_kin(file, int(article), int(other)):
            yield Damage(what="kin", name=f"articles {article} and {other}", reason="their texts are not one")
    strays = "SELECT article FROM sketches WHERE article NOT IN (SELECT article FROM documents)"
    for (article,) in file.stream(strays):
        yield Damage(what="sketch", name=f"article {article}", reason="it is of no document")


def _are_kin(file: File, *articles: int) -> bool:
    rows = [file.first(SKETCHES, "WHERE article = ?", article) for article in articles]
    sources = {file.row("SELECT source FROM ledger WHERE id = ?", article) for article in articles}
    if rows[0] is None or rows[1] is None or abs(rows[0].day - rows[1].day) > WINDOW:
        return False
    first, second = _sketch(file, rows[0]), _sketch(file, rows[1])
    return first is not None and second is not None and is_one(first, second, same_source=len(sources) == 1)
