"""The default archive: one SQLite file. It keeps every promise of `protocol.py`.

- Each call that writes is one transaction: the ledger, the evidence, the revision and what follows from it for
  publishers go in together or not at all.
- `documents`, `names` and `refs` are what publishing asks for, kept up to date here so that asking costs what the
  answer costs. Whoever may read differently after a change gets the change's stamp, at once and not when asked.
- How the file is opened is file.py; what follows from the order of time is timeline.py; names are names.py; the
  publishers' window is edition.py; the search for damage is verify.py.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TypeVar
from uuid import uuid4

from wirecopy.archive import (
    diary,
    dropping,
    names,
    packing,
    pictures,
    purging,
    retention,
    taking_down,
    terms,
    timeline,
    verify,
)
from wirecopy.archive.dictionaries import Dictionaries
from wirecopy.archive.edition import SqliteEdition
from wirecopy.archive.evidence import SqliteEvidence
from wirecopy.archive.file import File, check_plain
from wirecopy.archive.kin import index as kin
from wirecopy.archive.ledger import entry_of, line_of
from wirecopy.archive.lock import Lock
from wirecopy.archive.merge import Hands, Merge, Merged, Render, Same
from wirecopy.archive.schema import (
    ARCHIVE,
    CAPTURES,
    DOCUMENTS,
    EVIDENCE,
    HABITS,
    LEDGER,
    PAGES,
    PICTURED,
    PICTURES,
    REVISIONS,
    SOURCES,
    VISITS,
    ArchiveRow,
    CaptureRow,
    EvidenceRow,
    HabitsRow,
    LedgerRow,
    PageRow,
    RevisionRow,
    SourceRow,
    VisitRow,
    from_micros,
    name_digest,
    to_micros,
)
from wirecopy.archive.search import index
from wirecopy.archive.search.find import Found, find
from wirecopy.archive.search.query import parse
from wirecopy.errors import ArchiveError
from wirecopy.model import (
    MOST_ALSO,
    Article,
    Capture,
    Change,
    Checked,
    Damage,
    Entry,
    Footprint,
    Growth,
    Incident,
    Lead,
    Leftover,
    LetGo,
    PictureEntry,
    PictureState,
    Removal,
    Revision,
    Source,
    SourceDay,
    State,
    TakeDown,
    Visit,
    decode,
    encode,
    replace,
)

_T = TypeVar("_T")
_PAGE = 500  # rows read at a time where an answer may be long: an iterator left standing holds nothing open
_HELD = (State.ARCHIVED, State.GONE)


class SqliteArchive:
    """An archive in one SQLite file; see `open_archive`."""

    def __init__(self, file: File, lock: Lock | None) -> None:
        self._file = file
        self._lock = lock
        self._dictionaries = Dictionaries(file)
        self._stamped = 0  # the stamp of the transaction that runs, 0 before it changes what can be published
        self._jotted: dict[str, Visit] = {}  # what the next transaction takes along

    @classmethod
    def for_reading(cls, path: str | os.PathLike[str]) -> SqliteArchive:
        """An archive that is only looked at, as others may be doing."""
        return cls(File.reading(Path(path).resolve()), None)

    @classmethod
    def for_writing(
        cls,
        path: str | os.PathLike[str],
        *,
        wait: float,
        holder: str,
        clock: Callable[[], datetime],
        steps_aside: bool = False,
    ) -> SqliteArchive:
        """The archive with the right to write to it, made if there is none."""
        place = Path(path).resolve()  # one file, one lock, whatever it is called
        _check_place(place)
        lock = Lock(place, wait=wait, holder=holder, since=clock(), steps_aside=steps_aside)
        try:
            file = File.writing(place)
            if file.first(ARCHIVE) is None:
                with file.transaction():
                    file.put(ARCHIVE, ArchiveRow(1, str(uuid4()), 0))
            index.catch_up(file)
            archive = cls(file, lock)
            kin.catch_up(file, archive._touch, archive._transaction)
            terms.catch_up(file, archive._stamp, archive._transaction)
        except BaseException:
            lock.release()
            raise
        return archive

    def close(self) -> None:
        """Give the lock back. Closing twice is closing once."""
        self._file.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> SqliteArchive:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    # --- the ledger

    def note(self, leads: Sequence[Lead], *, at: datetime) -> int:
        """Put these leads into the ledger; how many were never seen before."""
        new = 0
        with self._transaction():
            for lead in leads:
                line = self._line(lead.source, lead.key)
                new += line is None
                if not taking_down.passes_lead(self._file, self._hands, line, lead, at):
                    continue
                entry = _first_entry(lead, at) if line is None else _next_entry(entry_of(line), lead, at)
                article = self._file.put(LEDGER, line_of(entry))
                self._name(article, lead.url)
            diary.saw(self._file, leads[0].source if leads else "", at, new)
        return new

    def entry(self, source: str, key: str) -> Entry | None:
        """A line of the ledger."""
        line = self._line(source, key)
        return None if line is None else entry_of(line)

    def entries(self, source: str, state: State | None = None) -> Iterator[Entry]:
        """The ledger of a source, by key; of one state if given."""
        after = ""
        only = "" if state is None else "AND state = ? "
        values = () if state is None else (state.value,)
        while True:
            rest = f"WHERE source = ? {only}AND key > ? ORDER BY key LIMIT {_PAGE}"
            page = self._file.every(LEDGER, rest, source, *values, after)
            yield from map(entry_of, page)
            if len(page) < _PAGE:
                return
            after = page[-1].key

    def due(self, source: str, at: datetime | None) -> tuple[Entry, ...]:
        """What is due at this moment: never visited first, then longest overdue, then key; None: all but EXCLUDED."""
        order = "ORDER BY checked IS NOT NULL, due IS NULL, due, key"
        if at is None:
            others = tuple(state.value for state in State if state is not State.EXCLUDED)
            places = ", ".join("?" * len(others))
            lines = self._file.every(LEDGER, f"WHERE source = ? AND state IN ({places}) {order}", source, *others)
        else:
            due = f"WHERE source = ? AND due <= ? AND state <> 'excluded' {order}"
            lines = self._file.every(LEDGER, due, source, to_micros(at))
        return tuple(map(entry_of, lines))

    def counts(self, source: str) -> dict[State, int]:
        """How many leads of a source are in each state."""
        found: dict[str, int] = dict(self._file.rows("SELECT state, leads FROM tallies WHERE source = ?", source))
        return {state: found.get(state.value, 0) for state in State}

    # --- visits

    def visit(self, url: str) -> Visit | None:
        """What is remembered of asking this address."""
        if url in self._jotted:
            return self._jotted[url]
        row = self._file.first(VISITS, "WHERE url = ?", url)
        return None if row is None else self._decoded(row.visit.encode(), Visit, f"the visit to {url}")

    def remember(self, visits: Iterable[Visit]) -> None:
        """Remember these visits, in one transaction."""
        with self._transaction():
            self._remember(visits)

    def jot(self, visit: Visit) -> None:
        """Remember a visit that brought nothing, for now in memory: the next call that writes takes it along."""
        self._jotted[visit.url] = visit

    # --- habits

    def habits(self, source: str) -> bytes:
        """What was learned of a source's pages, as `learn` was given it; b"" when nothing was."""
        row = self._file.first(HABITS, "WHERE source = ?", source)
        return b"" if row is None else row.habits.encode()

    def learn(self, source: str, habits: bytes) -> None:
        """Keep what was learned of a source's pages: UTF-8, in place of what was kept before."""
        with self._transaction():
            self._file.put(HABITS, HabitsRow(source, habits.decode()))

    def _remember(self, visits: Iterable[Visit]) -> None:
        for visit in visits:
            self._file.put(VISITS, VisitRow(visit.url, encode(visit).decode()))

    # --- articles

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Calls inside become durable together, when the block ends; none of them if it ends in an error."""
        with self._transaction():
            yield

    def settle(
        self,
        entry: Entry,
        *,
        captures: Sequence[Capture] = (),
        revision: Revision | None = None,
        visits: Iterable[Visit] = (),
    ) -> Revision | None:
        """How a visit to one article ended, in one transaction: ledger line, evidence, revision, visits."""
        _check_settlement(entry, revision)
        lead = entry.lead
        settled = None
        with self._transaction():
            known = self._line(lead.source, lead.key)
            if not taking_down.passes(self._file, self._hands, known, lead, revision, entry.last_seen):
                return None
            if known is not None:  # the ledger saw the lead when it did, whatever this round remembers
                entry = replace(
                    entry,
                    first_seen=min(entry.first_seen, from_micros(known.first_seen)),
                    last_seen=max(entry.last_seen, from_micros(known.last_seen)),
                )
            article = self._file.put(LEDGER, line_of(entry))
            for capture in captures:
                self._file.put(EVIDENCE, EvidenceRow(article, self._keep(capture, lead.source)))
            if revision is not None:
                settled = self._insert(article, entry, revision)
            diary.settled(self._file, entry, None if known is None else State(known.state))
            self._name(article, lead.url)
            self._remember(visits)
        return settled

    def reread(self, revision: Revision, article: Article, fingerprint: str) -> bool:
        """Put another reading of its capture in the place of what a revision says; False where that can't be."""
        source, key, at = revision.source, revision.key, to_micros(revision.at)
        with self._transaction():
            line = self._line(source, key)
            rows = [] if line is None else self._timeline(line.id)
            old = next((row for row in rows if (row.at, row.fingerprint) == (at, revision.fingerprint)), None)
            if line is None or old is None or old.body is None:
                raise ValueError(f"there is no text of {source}/{key} taken at {revision.at} that could be read again")
            if (article.source, article.key) != (source, key):
                raise ValueError(f"the revision is of {source}/{key}, its reading of {article.source}/{article.key}")
            place = rows.index(old)
            before = timeline.standing(rows[:place])
            new = old._replace(fingerprint=fingerprint)
            if timeline.in_order([*rows[:place], new, *rows[place + 1 :]])[place] is not new or any(
                (row.at, row.fingerprint) == (at, fingerprint) for row in rows if row is not old
            ):
                return False  # another revision of the same moment: their order tells their numbers
            base = None if before is None else before.body
            new = new._replace(body=self._file.keep(encode(article), ours=True, base=base))
            if new != old:
                self._replace_reading(line, rows, old, new, article)
            return True

    def _replace_reading(
        self, line: LedgerRow, rows: Sequence[RevisionRow], old: RevisionRow, new: RevisionRow, article: Article
    ) -> None:
        assert old.body is not None
        said = self._article(old, line.source, line.key)
        values = (new.fingerprint, new.body, REVISIONS.values(new)[-1], new.id)
        self._file.rows("UPDATE revisions SET fingerprint = ?, body = ?, sum = ? WHERE id = ?", *values)
        self._name(line.id, article.url)
        rows = [new if row is old else row for row in rows]
        standing = self._file.first(DOCUMENTS, "WHERE standing = ?", new.id)
        if standing is not None:
            document = timeline.document(line.source, line.key, rows, new, article)
            if timeline.reads_alike(said, article):
                self._file.put(DOCUMENTS, document._replace(stamp=standing.stamp))
            else:
                self._file.put(DOCUMENTS, document._replace(stamp=self._stamp()))
                terms.follow(self._file, self._stamp, standing, said, document, article)
            index.follow(self._file, document, article)
            self._touch(kin.follow(self._file, standing, document, article))
            self._refer(line.id, names.refs_of(said), names.refs_of(article))
        dropping.blobs(self._file, [old.body])

    def latest(self, source: str, key: str) -> Revision | None:
        """The latest revision of an article; of kind GONE it has no article (see `standing`)."""
        return self._last(source, key, "")

    def standing(self, source: str, key: str) -> Revision | None:
        """The latest revision that has an article: the last good copy."""
        return self._last(source, key, "AND body IS NOT NULL")

    def history(self, source: str, key: str) -> tuple[Revision, ...]:
        """Every revision of an article in the order of time, numbered from 1; () if there is none."""
        line = self._line(source, key)
        rows = [] if line is None else self._timeline(line.id)
        return tuple(self._revision(row, source, key, number) for number, row in enumerate(rows, 1))

    def capture(self, capture_id: str) -> Capture | None:
        """One capture, whole."""
        number = self._capture_number(capture_id)
        return None if number is None else self._capture(number)

    def captures(self, source: str, key: str) -> tuple[Capture, ...]:
        """Every capture kept for an article, also those that were held or failed, in the order of time."""
        line = self._line(source, key)
        if line is None:
            return ()
        order = "JOIN captures ON captures.id = evidence.capture WHERE article = ? ORDER BY at, digest"
        return tuple(self._capture(row.capture) for row in self._file.every(EVIDENCE, order, line.id))

    def keep(self, pages: Iterable[Capture]) -> None:
        """Keep captures that are of no article, by their addresses."""
        with self._transaction():
            for capture in pages:
                self._file.put(PAGES, PageRow(capture.url, self._keep(capture)))

    def page(self, url: str, now: datetime) -> Capture | None:
        """The latest capture that was kept of this address by `now`, though it is of no article."""
        of_it = "JOIN captures ON captures.id = pages.capture WHERE pages.url = ? AND at <= ?"
        row = self._file.first(PAGES, f"{of_it} ORDER BY at DESC, digest LIMIT 1", url, to_micros(now))
        return None if row is None else self._capture(row.capture)

    def named(self, name: str) -> tuple[str, str] | None:
        """The (source, key) of the article that goes by this name: `family:key`, an address, or `source/key`."""
        found = names.claimant(self._file, name, readable=False)
        return None if found is None else found[1:]

    # --- pictures

    def note_pictures(self, source: str, *, at: datetime) -> int:
        """Put every picture that the documents of a source show into the ledger of pictures; how many were new."""
        new = 0
        for mark, documents in pictures.unnoted(self._file, source):
            with self._transaction():
                for document in documents:
                    found, reads_differently = pictures.note(self._file, document, at)
                    new += found
                    if reads_differently:
                        self._touch([document.article])
                self._file.put(PICTURED, mark)
        return new

    def pictures_due(self, source: str, at: datetime | None, most: int) -> tuple[PictureEntry, ...]:
        """At most so many pictures of a source that are due: never asked for first, then of the newest articles."""
        return pictures.due(self._file, source, at, most)

    def picture_entry(self, name: str) -> PictureEntry | None:
        """A line of the ledger of pictures."""
        return pictures.entry(self._file, name)

    def picture_versions(self, name: str) -> tuple[tuple[datetime, str], ...]:
        """What a picture was since when, oldest first: moments and digests."""
        return pictures.versions(self._file, name)

    def has_picture(self, name: str, body: bytes) -> bool:
        """Whether these bytes are what is kept of this picture now."""
        return pictures.is_kept(self._file, name, body)

    def settle_picture(
        self,
        entry: PictureEntry,
        *,
        capture: Capture | None = None,
        checked: Checked | None = None,
        visits: Iterable[Visit] = (),
    ) -> None:
        """How a look at a picture ended, in one transaction: ledger line, evidence, renditions, visits."""
        if (capture is None) != (checked is None):
            raise ValueError(f"the picture {entry.name!r}: what was checked comes with its capture, or neither")
        with self._transaction():
            if taking_down.is_barred_picture(self._file, entry.name, capture.body if capture else None):
                self._refuse_picture(entry)
                return
            kept = None if capture is None or self.has_picture(entry.name, capture.body) else self._keep(capture)
            if pictures.settle(self._file, entry, kept, capture.at if capture else None, checked):
                self._touch(pictures.showing(self._file, entry.name))
            self._remember(visits)

    def _refuse_picture(self, entry: PictureEntry) -> None:
        """Of what was taken down nothing is kept, whatever it is called now."""
        known = pictures.entry(self._file, entry.name)
        if known is None or known.reason.startswith(taking_down.REASON):
            return
        reason = f"{taking_down.REASON}what it shows now is not kept"
        keeps = known.state is PictureState.KEPT
        refused = replace(
            entry,
            state=PictureState.KEPT if keeps else PictureState.REFUSED,
            due=entry.due if keeps else None,
            reason=reason,
        )
        pictures.settle(self._file, refused, None, None, None)

    def picture_counts(self, source: str) -> dict[PictureState, tuple[int, int]]:
        """How many pictures of a source are in each state, and how many bytes are kept of them."""
        return pictures.counts(self._file, source)

    def original(self, digest: str) -> bytes:
        """The bytes of a picture as they came, or of a rendition."""
        return pictures.body(self._file, digest)

    def unrendered(self, recipe: str = "") -> Iterator[str]:
        """The digests of originals whose renditions are missing, damaged, or made by other rules."""
        return pictures.unrendered(self._file, recipe)

    def rerender(self, digest: str, checked: Checked) -> None:
        """Put these renditions in the place of those that an original has."""
        with self._transaction():
            for name in pictures.rerender(self._file, digest, checked):
                self._touch(pictures.showing(self._file, name))

    # --- taking down

    def take_down(self, what: Removal, *, at: datetime, reason: str, who: str = "") -> TakeDown:
        """Take something out, for good; in one transaction. Its bytes leave the file with `purge`."""
        with self._transaction():
            return taking_down.take_down(self._file, self._hands, what, at=at, reason=reason, who=who)

    def take_downs(self) -> tuple[TakeDown, ...]:
        """Everything that was taken down, oldest first."""
        return taking_down.take_downs(self._file)

    def purge(self, at: datetime, progress: Callable[[int, int], None] | None = None) -> bool:
        """Have no byte left in the file of what was taken down; False where somebody still reads an older state."""
        if not taking_down.is_unpurged(self._file):
            return True
        if not purging.purge(self._file, progress):
            return False
        with self._transaction():
            taking_down.purged(self._file, at)
        return True

    def leftovers(
        self, files: Sequence[Path] = (), words: Sequence[str] = (), progress: Callable[[int], None] | None = None
    ) -> Iterator[Leftover]:
        """Where something that was taken down, or one of these words, still stands: here, or in these files."""
        own = [self._file.path, self._file.path.with_name(self._file.path.name + "-wal")]
        here = [path for path in own if path.exists()]
        yield from taking_down.leftovers(self._file, [*here, *files], words, progress)
        yield from taking_down.unpacked_leftovers(self._file, words)

    def let_go(self, source: str, *, captures: datetime | None, pictures: datetime | None, at: datetime) -> LetGo:
        """Let go of captures and pictures that are older than these moments: some at each call, all in the end."""
        with self._transaction():
            return retention.let_go(self._file, self._touch, source, captures=captures, pictures=pictures, at=at)

    def growth(self, since: datetime) -> Growth:
        """What was stored since this moment."""
        return retention.growth(self._file, since)

    @property
    def _hands(self) -> taking_down.Hands:
        return taking_down.Hands(self._stamp, self._touch, self._referring)

    # --- sources

    def enrol(self, sources: Iterable[Source]) -> None:
        """Remember what these sources are; what is known already changes nothing."""
        told = [SourceRow(each.id, each.name, each.language, each.homepage, each.family) for each in sources]
        known = {new.id: self._file.first(SOURCES, "WHERE id = ?", new.id) for new in told}
        if all(known.get(new.id) == new for new in told):
            return
        with self._transaction():
            for new in told:
                old = known.get(new.id) or SourceRow(new.id, "", "", "", "")
                self._file.put(SOURCES, new)
                if new != old:
                    self._renamed(new.id, {old.family or old.id, new.family or new.id})

    def _renamed(self, source: str, prefixes: set[str]) -> None:
        """Every document of a source shows what it is; and where the family is another, so are their names."""
        shown = [row.article for row in self._file.every(DOCUMENTS, "WHERE source = ?", source)]
        self._touch(shown)
        if len(prefixes) > 1:
            for article in shown:
                key = self._file.every(DOCUMENTS, "WHERE article = ?", article)[0].key
                self._touch(self._referring(name_digest(f"{prefix}:{key}") for prefix in prefixes))

    def sources(self) -> tuple[str, ...]:
        """The ids of all sources that have leads or articles, sorted."""
        return tuple(
            str(source) for (source,) in self._file.rows("SELECT DISTINCT source FROM tallies ORDER BY source")
        )

    def recent(self, since: datetime) -> Iterator[tuple[str, str, Change, datetime]]:
        """(source, key, change, at) of every revision taken at or after this moment, oldest first."""
        at, number = to_micros(since), 0
        while True:
            rest = f"WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT {_PAGE}"
            page = self._file.every(REVISIONS, rest, at, number)
            for row in page:
                line = self._line_of(row.article)
                yield line.source, line.key, Change(row.change), from_micros(row.at)
            if len(page) < _PAGE:
                return
            at, number = page[-1].at, page[-1].id

    def last_copy(self, source: str) -> datetime | None:
        """When the latest copy of this source was taken."""
        latest = "SELECT at FROM documents WHERE source = ? ORDER BY at DESC LIMIT 1"
        moment = next((int(at) for (at,) in self._file.rows(latest, source)), None)
        return None if moment is None else from_micros(moment)

    # --- the diary

    def next_due(self, source: str, *, with_pictures: bool = True) -> datetime | None:
        """When the next article of a source is due, or picture that one shows; None: none is."""
        first = "SELECT min(due) FROM ledger WHERE source = ? AND due IS NOT NULL AND state <> 'excluded'"
        dues = [moment for (moment,) in self._file.rows(first, source)]
        dues += [pictures.next_due(self._file, source)] if with_pictures else []
        known = [moment for moment in dues if moment is not None]
        return from_micros(min(known)) if known else None

    def seen_before(self, source: str, moment: datetime, most: int) -> tuple[Entry, ...]:
        """The lines of the ledger that were first seen before this moment, the latest first."""
        rest = f"WHERE source = ? AND first_seen < ? ORDER BY first_seen DESC LIMIT {most:d}"
        return tuple(map(entry_of, self._file.every(LEDGER, rest, source, to_micros(moment))))

    def published(self, source: str, since: datetime) -> tuple[datetime, ...]:
        """When the articles of a source since this moment were published, oldest first."""
        return diary.published(self._file, source, since)

    def source_days(self, source: str, since: str) -> tuple[SourceDay, ...]:
        """What a source gave since this day ("yyyy-mm-dd"), oldest first."""
        return diary.source_days(self._file, source, since)

    def tread(self, footprints: Iterable[Footprint]) -> None:
        """Hosts were asked this, besides what is known of the day; in one transaction."""
        with self._transaction():
            diary.tread(self._file, footprints)

    def footprints(self, since: str) -> tuple[Footprint, ...]:
        """What hosts were asked since this day ("yyyy-mm-dd"), by day, then host."""
        return diary.footprints(self._file, since)

    def keep_incident(self, incident: Incident) -> None:
        """Keep what was or is wrong, in the place of what is known of the same (source, trouble, since)."""
        with self._transaction():
            diary.keep(self._file, incident)
            self._stamp()

    def incidents(self, *, only_open: bool = False, most: int = 1000) -> tuple[Incident, ...]:
        """What still is wrong first, then what was, the latest first."""
        return diary.incidents(self._file, only_open=only_open, most=most)

    def set_back(self, now: datetime) -> int:
        """Make due what was first or last looked at after `now` and is due after it, or no more: the clock was wrong
        then; of how many.
        """
        changed = 0
        moment, soon = to_micros(now), to_micros(now + timedelta(hours=1))
        then = "WHERE coalesce(checked, first_seen) > ? AND"
        with self._transaction():
            for line in self._file.every(
                LEDGER, f"{then} (due > ? OR due IS NULL AND state <> 'excluded')", soon, moment
            ):
                self._file.put(LEDGER, line._replace(due=moment, checked=line.checked and moment))
                changed += 1
            for picture in self._file.every(
                PICTURES, f"{then} (due > ? OR due IS NULL AND state = 'kept')", soon, moment
            ):
                self._file.put(PICTURES, picture._replace(due=moment, checked=picture.checked and moment))
                changed += 1
            for row in self._file.every(VISITS):
                visit = self._decoded(row.visit.encode(), Visit, f"the visit to {row.url}")
                if visit.checked is not None and to_micros(visit.checked) > soon:
                    self._remember([replace(visit, checked=now, due=now)])
                    changed += 1
        return changed

    # --- the whole

    def search(self, words: str, *, limit: int, best: bool, now: datetime) -> Found:
        """The documents that answer to these words, newest first, or best first."""
        return find(self._file, parse(words, now), limit=limit, best=best)

    def reindex(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Make the search index anew from the documents."""
        index.rebuild(self._file, progress)

    def edition(self) -> SqliteEdition:
        """A window for publishers, on the archive as it stands now. Close it when done."""
        return SqliteEdition(self._file.path)

    def evidence(self) -> SqliteEvidence:
        """A window on every capture, as the archive stands now. Close it when done."""
        return SqliteEvidence(self._file.path)

    def verify(self, progress: Callable[[int, int], None] | None = None) -> Iterator[Damage]:
        """Read every stored byte against its digest and every reference against what it names."""
        return verify.damages(self._file.path, progress)

    def rebuild_kin(self) -> None:
        """Find out anew which documents are one text."""
        kin.rebuild(self._file, self._touch, self._transaction)

    def refile(self) -> None:
        """File every document anew under its section, its authors and its topics."""
        terms.rebuild(self._file, self._stamp, self._transaction)

    def merge(
        self,
        other: Path,
        *,
        same: Same = lambda *_: False,
        render: Render = lambda _: None,
        progress: Callable[[int, int], None] | None = None,
        now: datetime | None = None,
    ) -> Merged:
        """Take in what another archive holds; again, and nothing changes. `same`: whether a reader sees the same in two
        articles whose fingerprints differ. `render`: what a picture's bytes are; of what is none, no picture comes.
        `now`: no robots.txt comes that is said to be later.
        """
        there = File.reading(other.resolve())
        hands = Hands(self._transaction, self._stamp, self._touch, self._referring, self._refer, self.enrol)
        try:
            return Merge(self._file, there, hands, same, render, progress, now).run()
        finally:
            there.close()

    # --- writing

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        jotted, self._jotted = self._jotted, {}
        try:
            with self._file.transaction():
                self._stamped = 0
                self._remember(jotted.values())
                yield
        except BaseException:
            self._jotted = jotted | self._jotted  # not written, and known as before
            raise

    def _keep(self, capture: Capture, source: str = "") -> int:
        """The row of this capture, stored now if it was not; `source`: whose page it is."""
        head = encode(replace(capture, body=b""))
        digest = hashlib.sha256(head + capture.digest.encode()).digest()
        known = self._file.number("SELECT id FROM captures WHERE digest = ?", digest)
        if known:
            return known
        codec, size, body = packing.pack(head, ours=True)
        dictionary = self._dictionaries.of_pages(source) if source else None
        payload = self._file.keep(capture.body, dictionary=dictionary)
        row = CaptureRow(0, digest, to_micros(capture.at), payload, codec, size, body)
        return self._file.put(CAPTURES, row)

    def _insert(self, article: int, entry: Entry, revision: Revision) -> Revision:
        """Put a revision in its place in time, and set right what follows from it."""
        source, key = revision.source, revision.key
        rows = self._timeline(article)
        at = to_micros(revision.at)
        for number, row in enumerate(rows, 1):
            if (row.at, row.fingerprint) == (at, revision.fingerprint):
                self._follow(entry, rows[-1])
                return self._revision(row, source, key, number)
        new = RevisionRow(
            id=0,
            article=article,
            at=at,
            fingerprint=revision.fingerprint,
            change=revision.change,
            day=rows[0].day if rows else timeline.calendar_day(revision.article, revision.at),
            capture=self._evidence(article, revision),
            body=self._body(rows, at, revision),
        )
        labelled = timeline.relabelled(timeline.in_order([*rows, new]))
        before = {row.id: row for row in rows}
        rows = [
            row if before.get(row.id) == row else row._replace(id=self._file.put(REVISIONS, row)) for row in labelled
        ]
        number = next(number for number, row in enumerate(rows, 1) if row.id not in before)
        row = rows[number - 1]
        self._follow(entry, rows[-1])
        self._restate(rows, revision, row)
        if revision.article is not None:
            self._name(article, revision.article.url)
        settled = replace(revision, number=number, change=Change(row.change), day=row.day)
        diary.gave(self._file, settled)
        return settled

    def _body(self, rows: Sequence[RevisionRow], at: int, revision: Revision) -> int | None:
        """The blob of a revision's article, packed as a change to the copy before it."""
        if revision.article is None:
            return None
        before = timeline.standing([row for row in rows if row.at <= at]) or timeline.standing(rows)
        base = None if before is None else before.body
        dictionary = self._dictionaries.of_language(revision.article.language)
        return self._file.keep(encode(revision.article), ours=True, base=base, dictionary=dictionary)

    def _evidence(self, article: int, revision: Revision) -> int | None:
        """The capture that a revision names, as evidence of its article."""
        if not revision.capture:
            return None
        number = self._capture_number(revision.capture)
        if number is None:
            raise ValueError(
                f"the revision of {revision.source}/{revision.key} names capture {revision.capture}, "
                "which is neither in the archive nor among the captures given with it"
            )
        self._file.put(EVIDENCE, EvidenceRow(article, number))
        return number

    def _follow(self, entry: Entry, last: RevisionRow) -> None:
        """The ledger says of an article whether it stands or is gone now, also when an older revision came late."""
        state = State.GONE if last.body is None else State.ARCHIVED
        if entry.state in _HELD and entry.state is not state:
            self._file.put(LEDGER, line_of(replace(entry, state=state)))

    def _restate(self, rows: Sequence[RevisionRow], revision: Revision, new: RevisionRow) -> None:
        """Bring the document of an article in step with its revisions, and stamp all who may read differently."""
        copy = timeline.standing(rows)
        if copy is None:
            return
        article, source, key = copy.article, revision.source, revision.key
        seen = revision.article if copy is new else None
        seen = seen or self._article(copy, source, key)
        old = self._file.first(DOCUMENTS, "WHERE article = ?", article)
        document = timeline.document(source, key, rows, copy, seen)
        self._file.put(DOCUMENTS, document._replace(stamp=self._stamp()))
        index.follow(self._file, document, seen)
        self._touch(kin.follow(self._file, old, document, seen))
        before = None if old is None else seen
        if old is None or old.standing != copy.id:
            said = None if old is None else next((row for row in rows if row.id == old.standing), None)
            before = None if said is None else self._article(said, source, key)
            self._refer(article, set() if before is None else names.refs_of(before), names.refs_of(seen))
        terms.follow(self._file, self._stamp, old, before, document, seen)
        if old is None or (old.withdrawn is None) != (document.withdrawn is None):
            self._touch(self._referring(names.names_of(self._file, article, source, key)))

    def _refer(self, article: int, old: set[bytes], new: set[bytes]) -> None:
        """The document of this article refers to these names."""
        drop, add = sorted(old - new), sorted(new - old)
        self._file.each("DELETE FROM refs WHERE name = ? AND article = ?", ((name, article) for name in drop))
        self._file.each("INSERT INTO refs (name, article) VALUES (?, ?)", ((name, article) for name in add))

    def _name(self, article: int, url: str) -> None:
        """From now on the article goes by this address too; whoever refers to it may find a document there."""
        if not url:
            return
        name = name_digest(url)
        fresh = self._file.row(
            "INSERT INTO names (name, article) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1", name, article
        )
        if fresh is not None and self._file.row("SELECT 1 FROM documents WHERE article = ?", article) is not None:
            self._touch(self._referring([name]))

    def _referring(self, digests: Iterable[bytes]) -> list[int]:
        """The articles that refer to one of these names."""
        found: set[int] = set()
        for name in digests:
            found.update(article for (article,) in self._file.rows("SELECT article FROM refs WHERE name = ?", name))
        return sorted(found)

    def _touch(self, articles: Iterable[int]) -> None:
        """The documents of these articles may read differently from now on."""
        for article in articles:
            document = self._file.first(DOCUMENTS, "WHERE article = ?", article)
            if document is not None:
                self._file.put(DOCUMENTS, document._replace(stamp=self._stamp()))

    def _stamp(self) -> int:
        """The stamp of the transaction that runs: one more than any before."""
        if not self._stamped:
            row = self._file.every(ARCHIVE)[0]
            self._stamped = row.stamp + 1
            self._file.put(ARCHIVE, row._replace(stamp=self._stamped))
        return self._stamped

    # --- reading

    def _line(self, source: str, key: str) -> LedgerRow | None:
        return self._file.first(LEDGER, "WHERE source = ? AND key = ?", source, key)

    def _line_of(self, article: int) -> LedgerRow:
        line = self._file.first(LEDGER, "WHERE id = ?", article)
        if line is None:
            raise ArchiveError(f"{self._file.path} is damaged: ledger line {article} is missing")
        return line

    def _timeline(self, article: int) -> list[RevisionRow]:
        return self._file.every(REVISIONS, "WHERE article = ? ORDER BY at, fingerprint", article)

    def _last(self, source: str, key: str, only: str) -> Revision | None:
        line = self._line(source, key)
        if line is None:
            return None
        row = self._file.first(
            REVISIONS, f"WHERE article = ? {only} ORDER BY at DESC, fingerprint DESC LIMIT 1", line.id
        )
        if row is None:
            return None
        before = "SELECT count(*) FROM revisions WHERE article = ? AND (at, fingerprint) <= (?, ?)"
        return self._revision(row, source, key, self._file.number(before, line.id, row.at, row.fingerprint))

    def _revision(self, row: RevisionRow, source: str, key: str, number: int) -> Revision:
        digest = self._file.row("SELECT lower(hex(digest)) FROM captures WHERE id = ?", row.capture)
        if digest is None:  # named all the same where it was there once and was let go
            digest = self._file.row("SELECT lower(hex(capture)) FROM let_go WHERE revision = ?", row.id)
        return Revision(
            source=source,
            key=key,
            number=number,
            change=Change(row.change),
            at=from_micros(row.at),
            article=None if row.body is None else self._article(row, source, key),
            fingerprint=row.fingerprint,
            capture="" if digest is None else str(digest[0]),
            day=row.day,
        )

    def _article(self, row: RevisionRow, source: str, key: str) -> Article:
        of = f"the revision of {source}/{key} taken at {from_micros(row.at)}"
        assert row.body is not None
        return self._decoded(self._file.blob(row.body, of), Article, of)

    def _capture_number(self, capture_id: str) -> int | None:
        try:
            digest = bytes.fromhex(capture_id)
        except ValueError:
            return None
        return self._file.number("SELECT id FROM captures WHERE digest = ?", digest) or None

    def _capture(self, number: int) -> Capture:
        try:
            return verify.capture(self._file, number)
        except ValueError as error:
            raise ArchiveError(f"{self._file.path} is damaged: {error}") from error

    def _decoded(self, stored: bytes, kind: type[_T], of: str) -> _T:
        try:
            return decode(stored, kind)
        except ValueError as error:
            raise ArchiveError(f"{self._file.path}: {of} cannot be read: {error}") from error


# --- the ledger's lines ----------------------------------------------------------------------------------------------


def _first_entry(lead: Lead, at: datetime) -> Entry:
    return Entry(lead=lead, first_seen=at, last_seen=at, due=at)


def _next_entry(entry: Entry, lead: Lead, at: datetime) -> Entry:
    """The entry after its lead was seen again: it follows the lead where the lead says something."""
    old = entry.lead
    moved = any(
        said and said != known
        for said, known in ((lead.title, old.title), (lead.url, old.url), (lead.modified, old.modified))
    )
    followed = replace(
        old,
        url=lead.url or old.url,
        title=lead.title or old.title,
        summary=lead.summary or old.summary,
        section=lead.section or old.section,
        published=lead.published or old.published,
        modified=lead.modified or old.modified,
        # These do not change by being seen elsewhere; they are taken from the first that knows them.
        kind=old.kind or lead.kind,
        authors=old.authors or lead.authors,
        via=old.via or lead.via,
        also=_indexes_beside(old, lead),
    )
    due = at if moved and (entry.due is None or entry.due > at) else entry.due
    return replace(entry, lead=followed, last_seen=at, due=due)


def _indexes_beside(old: Lead, lead: Lead) -> tuple[str, ...]:
    known = {old.via or lead.via, *old.also, ""}
    return (*old.also, *(each for each in (lead.via, *lead.also) if each not in known))[:MOST_ALSO]


# --- what callers must keep to -------------------------------------------------------------------------------------


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise ArchiveError(f"the folder {path.parent} does not exist: make it, or name another place for {path.name}")
    if path.exists():
        check_plain(path)


def _check_settlement(entry: Entry, revision: Revision | None) -> None:
    if revision is None:
        return
    name = (entry.lead.source, entry.lead.key)
    article = revision.article
    if (revision.source, revision.key) != name or (article is not None and (article.source, article.key) != name):
        raise ValueError(f"the ledger line is of {'/'.join(name)}, the revision of {revision.source}/{revision.key}")
    if (article is None) != (revision.change is Change.GONE):
        raise ValueError(
            f"{'/'.join(name)}: a revision has no article exactly when it is GONE; this is {revision.change}"
        )
