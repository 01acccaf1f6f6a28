"""What another archive holds is taken into this one. merge(A, B) holds what merge(B, A) does; again, it is nothing.

- An article's revisions are those of both, in the order of time, each once. Where one archive saw what the other had
  seen before it, that is no revision (its evidence stays): two mirrors that looked are not an outlet that edited.
- Of two ledger lines the later look says how the article stands, the later sight what its lead is; what an operator
  refused stays refused. Of two visits the later one counts. What both say differently without a moment is decided by
  the bytes, the greater ones, so that both sides decide alike.
- An article filed under two days is filed under the earlier. Documents that move this way have published folders made
  anew (see `ArchiveRow.name`).
- The other archive may be a stranger's: what it holds is decoded and checked against its digests, its names against
  its lines, its moments against what clocks show, before any of it is kept. What readers get of its pictures is made
  here, from their bytes as they came. It is only read, from a snapshot, a few articles at a time; each batch is one
  transaction, and who was interrupted begins again and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar

from wirecopy.archive import dropping, names, packing, pictures, taking_down, terms, timeline, verify
from wirecopy.archive.file import File
from wirecopy.archive.kin import index as kin
from wirecopy.archive.schema import (
    ARCHIVE,
    CAPTURES,
    DOCUMENTS,
    EVIDENCE,
    HABITS,
    LEDGER,
    PAGES,
    PICTURES,
    REVISIONS,
    SOURCES,
    VERSIONS,
    VISITS,
    CaptureRow,
    EvidenceRow,
    HabitsRow,
    LedgerRow,
    PageRow,
    PictureRow,
    R,
    RevisionRow,
    SourceRow,
    Table,
    VersionRow,
    VisitRow,
    from_micros,
    name_digest,
    to_micros,
)
from wirecopy.archive.search import index
from wirecopy.errors import ArchiveError
from wirecopy.model import (
    Article,
    Change,
    Checked,
    Lead,
    Noun,
    PictureState,
    Revision,
    Source,
    State,
    Validators,
    Visit,
    decode,
    encode,
    replace,
)
from wirecopy.urls import is_id, is_name

# Articles that become durable together: as importing.py has it.
_TOGETHER = 200
_PAGE = 500
# No blob that wirecopy stores is this large; one that says so is a stranger's trick.
_LARGEST = 1 << 28
# Which of two looks at the same moment is believed: the one that knows more.
_RANK = {state: rank for rank, state in enumerate((
    State.WAITING, State.EXCLUDED, State.FAILED, State.HELD, State.UNCHANGED, State.ARCHIVED, State.GONE))}  # fmt: skip
# The moments of a mirror, in microseconds: between them there is room to reckon with days and months.
_MOMENTS = tuple(map(to_micros, (datetime(1, 1, 2, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))))
# From a look at an article or a picture to the next, in microseconds: no schedule of wirecopy waits for longer.
_LONGEST_REST = timedelta(days=31) // timedelta(microseconds=1)
_MOST_FAILURES = 10_000  # in a row: one a day for as long as any mirror runs
_REFUSED = "refused: "  # how collect/holding.py marks what an operator refused

_T = TypeVar("_T")
_L = TypeVar("_L", LedgerRow, PictureRow)
Same = Callable[[Article, Article], bool]
"""Whether a reader sees the same in two articles; beyond equal fingerprints, which are."""
Render = Callable[[bytes], Checked | None]
"""What a picture's bytes are, with what readers get of them; None where they are no picture."""


class Merged(Noun, frozen=True, kw_only=True):
    """What a merge did: articles looked at, leads and articles that were new, revisions and captures that came.

    `same` counts revisions that said what the archive knew already, `moved` documents filed under another day.
    """

    archive: str
    articles: int = 0
    leads: int = 0
    new: int = 0
    revisions: int = 0
    same: int = 0
    captures: int = 0
    moved: int = 0


class Hands(NamedTuple):
    """What a merge needs of the archive that it writes to."""

    transaction: Callable[[], AbstractContextManager[None]]
    stamp: Callable[[], int]
    touch: Callable[[Iterable[int]], None]
    referring: Callable[[Iterable[bytes]], list[int]]
    refer: Callable[[int, set[bytes], set[bytes]], None]
    enrol: Callable[[Iterable[Source]], None]


class Merge:
    """One merge of the archive `there` into the archive `here`."""

    def __init__(
        self,
        here: File,
        there: File,
        hands: Hands,
        same: Same,
        render: Render,
        progress: Callable[[int, int], None] | None = None,
        now: datetime | None = None,
    ) -> None:
        self._here, self._there, self._hands, self._same, self._render = here, there, hands, same, render
        self._progress, self._now = progress, now
        self._counts = dict.fromkeys(("articles", "leads", "new", "revisions", "same", "captures", "moved"), 0)
        self._has_moved = False
        self._doubted: set[str] = set()  # addresses whose "not modified" would speak of a copy that is gone by now

    def run(self) -> Merged:
        """Take in everything. Raises ArchiveError where the other archive is damaged; what came before it is kept."""
        self._there.snapshot()
        name = self._there.every(ARCHIVE)[0].name
        todo = self._there.number("SELECT count(*) FROM ledger")
        with self._hands.transaction():
            self._sources()
            self._habits()
        for lines in self._lines():
            with self._hands.transaction():
                for line in lines:
                    self._article(line)
                self._make_anew_what_moved()
            if self._progress is not None:
                self._progress(self._counts["articles"], todo)
        self._kept_pages()
        self._pictures()
        # Last: who knows of a visit must know what it brought.
        self._visits()
        return Merged(archive=name, **self._counts)

    # --- what stands beside the articles

    def _sources(self) -> None:
        for theirs in self._there.every(SOURCES, "ORDER BY id"):
            ours = self._here.first(SOURCES, "WHERE id = ?", theirs.id)
            both = SourceRow(theirs.id, *(max(pair) for pair in zip((ours or theirs)[1:], theirs[1:], strict=True)))
            if both != ours:
                self._hands.enrol([Source(**both._asdict())])

    def _habits(self) -> None:
        for theirs in self._there.every(HABITS, "ORDER BY source"):
            ours = self._here.first(HABITS, "WHERE source = ?", theirs.source)
            if ours is None or _order(ours.habits) < _order(theirs.habits):
                self._here.put(HABITS, HabitsRow(theirs.source, theirs.habits))

    def _visits(self) -> None:
        for urls in self._keys("visits", "url"):
            with self._hands.transaction():
                for url in urls:
                    self._visit(*self._there.every(VISITS, "WHERE url = ?", url))

    def _visit(self, theirs: VisitRow) -> None:
        visit = self._decoded(theirs.visit, Visit, f"the visit to {theirs.url}")
        if theirs.url in self._doubted:
            visit = replace(visit, validators=Validators())
        ours = self._here.first(VISITS, "WHERE url = ?", theirs.url)
        if visit.url == theirs.url and (ours is None or _visited(decode(ours.visit.encode(), Visit)) < _visited(visit)):
            self._here.put(VISITS, VisitRow(visit.url, encode(visit).decode()))

    def _kept_pages(self) -> None:
        for urls in self._keys("pages", "url"):
            with self._hands.transaction():
                for url in urls:
                    for page in self._there.every(PAGES, "WHERE url = ?", url):
                        if not self._is_of_a_future(page.capture):
                            self._put_new(PAGES, PageRow(url, self._capture(page.capture)))

    def _is_of_a_future(self, capture: int) -> bool:
        """Whether a capture is said to be later than now: a robots.txt of each day to come would be what that day's
        rounds go by, and nobody would ask for a true one.
        """
        at = self._sound(lambda: self._there.sound(CAPTURES, capture)).at
        return self._now is not None and at > to_micros(self._now)

    # --- pictures

    def _pictures(self) -> None:
        """The ledger of pictures, what was kept of them, and what was made of that."""
        after = 0
        while rows := self._there.every(PICTURES, f"WHERE id > ? ORDER BY id LIMIT {_PAGE // 10}", after):
            with self._hands.transaction():
                for row in rows:
                    self._picture(row)
            after = rows[-1].id

    def _picture(self, theirs: PictureRow) -> None:
        if taking_down.is_barred_picture(self._here, theirs.name, None):
            return
        if theirs.state not in set(PictureState):
            raise ArchiveError(f"{self._there.path}: the line of the picture {theirs.url} cannot be read")
        theirs = self._in_time(theirs, f"the picture {theirs.url}")
        ours = self._here.first(PICTURES, "WHERE name = ?", theirs.name)
        line = ours or theirs._replace(id=0, state=PictureState.WAITING.value, original=None, bytes=0)
        number = line.id or self._here.put(PICTURES, line)
        for version in self._there.every(VERSIONS, "WHERE picture = ? ORDER BY at, capture", theirs.id):
            self._version(number, version)
        merged = self._picture_line(line._replace(id=number), theirs)
        if merged != ours:
            self._here.put(PICTURES, merged)
        if ours is None or merged.original != ours.original:
            self._hands.touch(pictures.showing(self._here, theirs.name))

    def _version(self, picture: int, theirs: VersionRow) -> None:
        """One state of a picture: its bytes, the answer that brought them, what is made of them here."""
        self._show("a state of a picture", theirs.at)
        payload = self._there.number("SELECT payload FROM captures WHERE id = ?", theirs.capture)
        stored = self._there.row("SELECT digest FROM blobs WHERE id = ?", payload)
        if stored is None or taking_down.is_barred(self._here, stored[0]):
            return
        known = "SELECT 1 FROM originals JOIN blobs ON blobs.id = blob WHERE digest = ?"
        checked = None
        if self._here.row(known, stored[0]) is None and (checked := self._render(self._bytes(payload))) is None:
            return
        capture = self._capture(theirs.capture)
        original = self._here.number("SELECT payload FROM captures WHERE id = ?", capture)
        if checked is not None:
            pictures.render(self._here, original, checked)
        if (
            self._here.first(VERSIONS, "WHERE picture = ? AND at = ? AND capture = ?", picture, theirs.at, capture)
            is None
        ):
            self._here.put(VERSIONS, VersionRow(picture, theirs.at, capture, original))

    def _picture_line(self, ours: PictureRow, theirs: PictureRow) -> PictureRow:
        """What the ledger says of a picture that two archives know."""
        looked = max(
            ours, theirs, key=lambda row: (row.checked or 0, row.state, row.reason, row.due or 0, row.failures)
        )
        newest = max(ours, theirs, key=lambda row: (row.news, row.url, row.source))
        latest = self._here.first(
            VERSIONS,
            "JOIN captures ON captures.id = capture WHERE picture = ? "
            "ORDER BY picture_versions.at DESC, captures.digest DESC LIMIT 1",
            ours.id,
        )
        state, original = looked.state, None if latest is None else latest.original
        if original is not None:
            state = PictureState.KEPT.value
        elif state == PictureState.KEPT:
            state = PictureState.WAITING.value
        return ours._replace(
            source=newest.source,
            url=newest.url,
            news=newest.news,
            first_seen=min(ours.first_seen, theirs.first_seen),
            state=state,
            reason=looked.reason if state == looked.state else "",
            checked=looked.checked,
            due=looked.due,
            failures=looked.failures,
            original=original,
            bytes=0 if original is None else self._weight(original),
        )

    def _weight(self, original: int) -> int:
        made = "SELECT coalesce(sum(size), 0) FROM renditions WHERE original = ?"
        size = self._here.number("SELECT size FROM originals WHERE blob = ?", original)
        return size + self._here.number(made, original)

    # --- one article

    def _article(self, theirs: LedgerRow) -> None:
        self._counts["articles"] += 1
        of = f"{theirs.source}/{theirs.key}"
        lead = self._decoded(theirs.lead, Lead, f"the lead of {of}")
        if (lead.source, lead.key) != (theirs.source, theirs.key) or theirs.state not in _RANK:
            raise ArchiveError(f"{self._there.path}: the ledger line of {of} is of another article; verify it first")
        if not (is_id(theirs.source) and is_name(theirs.key)):
            raise ArchiveError(f"{self._there.path}: {of[:200]!r} is no name that wirecopy gives an article")
        theirs = self._in_time(theirs, of)
        ours = self._here.first(LEDGER, "WHERE source = ? AND key = ?", theirs.source, theirs.key)
        if taking_down.is_taken(self._there, theirs.id) or not self._may_come(ours, theirs, lead):
            return
        line = ours or theirs._replace(id=0)
        article = line.id or self._here.put(LEDGER, line)
        self._counts["leads"] += ours is None
        for evidence in self._there.every(EVIDENCE, "WHERE article = ?", theirs.id):
            self._put_new(EVIDENCE, EvidenceRow(article, self._capture(evidence.capture)))
        rows = self._timeline(article, theirs)
        line = line._replace(id=article)
        merged = _ledger_line(line, theirs, rows)
        if merged != line:
            self._here.put(LEDGER, merged)
            if merged.state == State.GONE != max(line, theirs, key=_look).state:
                self._doubt(lead.url, article)
        self._names(article, theirs.id)

    def _may_come(self, ours: LedgerRow | None, theirs: LedgerRow, lead: Lead) -> bool:
        """Nothing comes back that was taken down here; and nothing goes because it was taken down there."""
        first = self._there.first(REVISIONS, "WHERE article = ? AND body IS NOT NULL ORDER BY at LIMIT 1", theirs.id)
        revision = None
        if first is not None and first.body is not None:
            article, at = self._read(self._there, first.body, theirs), from_micros(first.at)
            revision = Revision(source=theirs.source, key=theirs.key, change=Change.NEW, at=at, article=article)
        hands = taking_down.Hands(self._hands.stamp, self._hands.touch, self._hands.referring)
        return taking_down.passes(self._here, hands, ours, lead, revision, from_micros(theirs.last_seen))

    def _doubt(self, url: str, article: int) -> None:
        """Have an article asked for without a condition: one archive holds its withdrawal, the other saw it later."""
        asked = "SELECT capture FROM evidence WHERE article = ?"
        urls = {url, *(verify.capture(self._here, number).url for (number,) in self._here.rows(asked, article))}
        for each in sorted(urls - self._doubted):
            ours = self._here.first(VISITS, "WHERE url = ?", each)
            if ours is not None:
                visit = replace(decode(ours.visit.encode(), Visit), validators=Validators())
                self._here.put(VISITS, VisitRow(each, encode(visit).decode()))
        self._doubted |= urls

    def _timeline(self, article: int, line: LedgerRow) -> list[RevisionRow]:
        """Bring the revisions of both together, and all that follows from them; they, in the order of time."""
        order = "WHERE article = ? ORDER BY at, fingerprint"
        before = self._here.every(REVISIONS, order, article)
        theirs = [self._possible(row, line) for row in self._there.every(REVISIONS, order, line.id)]
        known = {(row.at, row.fingerprint): row for row in before}
        if all(self._is_known(row, known.get((row.at, row.fingerprint))) for row in theirs) and (
            not theirs or theirs[0].day >= before[0].day
        ):
            return before
        day = min(row.day for row in (*before[:1], *theirs[:1]))
        both = self._both(article, before, theirs, line)
        rows = [row._replace(day=day) for row in timeline.relabelled(both)]
        if rows == before:
            return before
        told = self._told(article, line)
        rows = [row if row in before else row._replace(id=self._here.put(REVISIONS, row)) for row in rows]
        self._restate(article, line, rows, told)
        self._drop(before, rows)
        self._counts["new"] += not before
        return rows

    def _is_known(self, theirs: RevisionRow, ours: RevisionRow | None) -> bool:
        """Whether a revision of theirs brings nothing: ours of that moment is the same, or wins where it is not."""
        if ours is None:
            return False
        return self._digests(self._here, ours) >= self._digests(self._there, theirs)

    def _digests(self, file: File, row: RevisionRow) -> tuple[bytes, bytes]:
        body, capture = (
            file.row(f"SELECT digest FROM {table} WHERE id = ?", number)  # noqa: S608  # our tables' names
            for table, number in (("blobs", row.body), ("captures", row.capture))
        )
        return (body[0] if body else b"", capture[0] if capture else b"")

    def _both(
        self, article: int, before: Sequence[RevisionRow], theirs: Sequence[RevisionRow], line: LedgerRow
    ) -> list[RevisionRow]:
        """The revisions of both in the order of time, without those that say what the one before them says."""
        places = {id(row): (row.at, row.fingerprint) for row in (*before, *theirs)}
        in_ours = {places[id(row)]: row for row in before}
        in_theirs = {places[id(row)]: row for row in theirs}
        found: list[RevisionRow] = []
        for place in sorted({*in_ours, *in_theirs}):
            last = found[-1] if found else None
            row = in_ours.get(place)
            foreign = in_theirs.get(place)
            if last is not None:
                told = (last.at, last.fingerprint)
                together = (told in in_ours and place in in_ours) or (told in in_theirs and place in in_theirs)
                if not together and self._says_the_same(last, row, foreign, line):
                    self._counts["same"] += 1
                    continue
            if foreign is not None and not self._is_known(foreign, row):
                taken = self._taken(article, foreign, line, found)
                self._counts["revisions"] += row is None
                if row is not None:
                    self._here.rows("DELETE FROM let_go WHERE revision = ?", row.id)
                row = taken if row is None else taken._replace(id=row.id)
            assert row is not None
            found.append(row)
        return found

    def _says_the_same(
        self, last: RevisionRow, ours: RevisionRow | None, theirs: RevisionRow | None, line: LedgerRow
    ) -> bool:
        row = ours or theirs
        assert row is not None
        if last.body is None or row.body is None:
            return last.body is None and row.body is None
        if last.fingerprint == row.fingerprint:
            return True
        file = self._here if ours is not None else self._there
        return self._same(self._read(self._here, last.body, line), self._read(file, row.body, line))

    def _taken(self, article: int, row: RevisionRow, line: LedgerRow, before: Sequence[RevisionRow]) -> RevisionRow:
        """A revision of theirs with its evidence and its text in this archive."""
        capture = None if row.capture is None else self._capture(row.capture)
        if capture is not None:
            self._put_new(EVIDENCE, EvidenceRow(article, capture))
        body = None
        if row.body is not None:
            self._read(self._there, row.body, line)
            copy = timeline.standing(before)
            body = self._here.keep(self._bytes(row.body), ours=True, base=None if copy is None else copy.body)
        return row._replace(id=0, article=article, capture=capture, body=body)

    def _told(self, article: int, line: LedgerRow) -> Article | None:
        """What stands in the document of this article now; None when there is none."""
        document = self._here.first(DOCUMENTS, "WHERE article = ?", article)
        copy = None if document is None else self._here.first(REVISIONS, "WHERE id = ?", document.standing)
        if copy is None or copy.body is None:
            return None
        return self._read(self._here, copy.body, line)

    def _restate(self, article: int, line: LedgerRow, rows: list[RevisionRow], told: Article | None) -> None:
        """Bring the document in step with the revisions, as `SqliteArchive` does after a settlement."""
        copy = timeline.standing(rows)
        if copy is None or copy.body is None:
            return
        seen = self._read(self._here, copy.body, line)
        old = self._here.first(DOCUMENTS, "WHERE article = ?", article)
        document = timeline.document(line.source, line.key, rows, copy, seen)._replace(stamp=self._hands.stamp())
        has_moved = old is not None and old.day != document.day
        if has_moved:
            # Anew, because the calendar counts what is put in and taken out.
            assert old is not None
            index.drop(self._here, old)
            self._here.rows("DELETE FROM documents WHERE article = ?", article)
            self._counts["moved"] += 1
            self._has_moved = True
        self._here.put(DOCUMENTS, document)
        index.follow(self._here, document, seen)
        self._hands.touch(kin.follow(self._here, old, document, seen))
        self._hands.refer(article, set() if told is None else names.refs_of(told), names.refs_of(seen))
        terms.follow(self._here, self._hands.stamp, old, told, document, seen)
        if seen.url:
            self._name(article, name_digest(seen.url))
        if old is None or has_moved or (old.withdrawn is None) != (document.withdrawn is None):
            self._hands.touch(self._hands.referring(names.names_of(self._here, article, line.source, line.key)))

    def _drop(self, before: Sequence[RevisionRow], rows: Sequence[RevisionRow]) -> None:
        """Take away what is no revision any more, and the texts that nothing holds."""
        kept = {row.id for row in rows}
        self._here.each("DELETE FROM revisions WHERE id = ?", ((row.id,) for row in before if row.id not in kept))
        dropping.blobs(self._here, {row.body for row in before if row.body is not None} - {row.body for row in rows})

    def _make_anew_what_moved(self) -> None:
        if self._has_moved:
            row = self._here.every(ARCHIVE)[0]
            self._here.put(ARCHIVE, row._replace(name=another_layout(row.name)))
            self._has_moved = False

    def _names(self, article: int, number: int) -> None:
        for (name,) in self._there.rows("SELECT name FROM names WHERE article = ? ORDER BY name", number):
            self._name(article, name)

    def _name(self, article: int, name: bytes) -> None:
        fresh = self._here.row(
            "INSERT INTO names (name, article) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1", name, article
        )
        if fresh is not None and self._here.row("SELECT 1 FROM documents WHERE article = ?", article) is not None:
            self._hands.touch(self._hands.referring([name]))

    # --- what can be

    def _in_time(self, theirs: _L, of: str) -> _L:
        """A line of theirs, due no later than a schedule says. Raises ArchiveError where no clock shows its moments."""
        seen = theirs.news if isinstance(theirs, PictureRow) else theirs.last_seen
        self._show(of, theirs.first_seen, seen, theirs.checked or 0, theirs.due or 0)
        latest = max(theirs.first_seen, seen, theirs.checked or 0) + _LONGEST_REST
        due = None if theirs.due is None else min(theirs.due, latest)
        return theirs._replace(due=due, failures=min(theirs.failures, _MOST_FAILURES))

    def _possible(self, theirs: RevisionRow, line: LedgerRow) -> RevisionRow:
        """A revision of theirs. Raises ArchiveError where nothing like it is ever stored."""
        of = f"a revision of {line.source}/{line.key}"
        self._show(of, theirs.at)
        try:
            Change(theirs.change)
            date.fromisoformat(theirs.day)
        except ValueError as error:
            raise ArchiveError(f"{self._there.path}: {of} cannot be read: {error}; verify it first") from error
        return theirs

    def _show(self, of: str, *moments: int) -> None:
        """Raise ArchiveError unless these are moments that a clock shows."""
        earliest, latest = _MOMENTS
        if not all(earliest <= each <= latest for each in moments):
            raise ArchiveError(f"{self._there.path}: {of} has a moment that no clock shows; verify it first")

    # --- bytes

    def _capture(self, number: int) -> int:
        """The capture of theirs with this number, as one of ours: kept now if it was not."""
        row = self._sound(lambda: self._there.sound(CAPTURES, number))
        known = self._here.number("SELECT id FROM captures WHERE digest = ?", row.digest)
        if known:
            return known
        self._check_size(row.payload)
        self._sound(lambda: verify.capture(self._there, number))  # digest for digest
        head = self._sound(lambda: packing.unpack(packing.Packed(row.codec, row.size, row.head)))
        codec, size, packed = packing.pack(head, ours=True)
        self._counts["captures"] += 1
        kept = self._here.keep(self._bytes(row.payload))
        return self._here.put(CAPTURES, CaptureRow(0, row.digest, row.at, kept, codec, size, packed))

    def _bytes(self, blob: int) -> bytes:
        self._check_size(blob)
        return self._sound(lambda: self._there.unpacked(blob))

    def _read(self, file: File, blob: int, line: LedgerRow) -> Article:
        of = f"{line.source}/{line.key}"
        if file is self._there:
            self._check_size(blob)
        article = self._decoded(file.blob(blob, of).decode(), Article, of)
        if (article.source, article.key) != (line.source, line.key):
            raise ArchiveError(f"{file.path}: a revision of {of} is of {article.source}/{article.key}; verify it first")
        return article

    def _check_size(self, blob: int) -> None:
        if self._there.number("SELECT size FROM blobs WHERE id = ?", blob) > _LARGEST:
            raise ArchiveError(f"{self._there.path}: blob {blob} says it is larger than anything wirecopy stores")

    def _put_new(self, table: Table[R], row: R) -> None:
        """Put a row of two columns, unless it is there."""
        first, second = table.columns
        known = f"SELECT 1 FROM {table.name} WHERE {first} = ? AND {second} = ?"  # noqa: S608  # our tables' names
        if self._here.row(known, *row) is None:
            self._here.put(table, row)

    def _decoded(self, stored: str, kind: type[_T], of: str) -> _T:
        try:
            return decode(stored.encode(), kind)
        except ValueError as error:
            raise ArchiveError(f"{self._there.path}: {of} cannot be read: {error}; verify it first") from error

    def _sound(self, look: Callable[[], _T]) -> _T:
        try:
            return look()
        except ValueError as error:
            raise ArchiveError(
                f"{self._there.path} is damaged: {error}; what came before it was taken in. `wirecopy verify --repair` "
                "on that archive first, then again"
            ) from error

    def _lines(self) -> Iterator[list[LedgerRow]]:
        after = 0
        while rows := self._there.every(LEDGER, f"WHERE id > ? ORDER BY id LIMIT {_TOGETHER}", after):
            yield rows
            after = rows[-1].id

    def _keys(self, table: str, column: str) -> Iterator[list[str]]:
        after = ""
        query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} > ? ORDER BY {column} LIMIT {_PAGE}"  # noqa: S608  # our tables' names
        while rows := self._there.rows(query, after):
            yield [str(key) for (key,) in rows]
            after = str(rows[-1][0])


def another_layout(name: str) -> str:
    """The archive's name from when a document's place has changed: publishers see that their folders are not of it."""
    own, _, number = name.partition("/")
    return f"{own}/{int(number or 1) + 1}"


def _ledger_line(ours: LedgerRow, theirs: LedgerRow, rows: Sequence[RevisionRow]) -> LedgerRow:
    """What the ledger says of an article that two archives know; `rows` are its revisions, of both."""
    seen = max(ours, theirs, key=lambda line: (line.last_seen, line.lead))
    looked = max(ours, theirs, key=_look)
    reason = looked.reason
    if looked.state == State.HELD:
        held = [line.reason for line in (ours, theirs) if line.state == State.HELD]
        refused = [each for each in held if each.startswith(_REFUSED)]
        reason = max(refused, default=reason)
    state, due = looked.state, looked.due
    is_gone = bool(rows) and rows[-1].body is None
    if is_gone and state in (State.ARCHIVED, State.UNCHANGED):
        state = State.GONE.value
        due = min((line.due for line in (ours, theirs) if line.due is not None), default=None)
    elif rows and not is_gone and state == State.GONE:
        state = State.ARCHIVED.value
    return ours._replace(
        lead=seen.lead,
        state=state,
        reason=reason,
        first_seen=min(ours.first_seen, theirs.first_seen),
        last_seen=max(ours.last_seen, theirs.last_seen),
        checked=looked.checked,
        due=due,
        failures=looked.failures,
    )


def _look(line: LedgerRow) -> tuple[object, ...]:
    return (line.checked or 0, _RANK[State(line.state)], line.reason, line.due or 0, line.failures)


def _visited(visit: Visit) -> tuple[object, ...]:
    if visit.checked is None:
        return (False,)
    return (True, visit.checked, visit.validators == Validators(), encode(visit))


def _order(words: str) -> tuple[int, str]:
    return len(words), words
