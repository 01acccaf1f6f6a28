"""What every archive promises to the house. `sqlite.py` is the default; tests/archive/test_contract.py is the law.

- Acknowledged is durable: when a call that writes returns, a power cut takes nothing of it away (`jot` is the one that
  waits for another).
- One call, one transaction: after a kill the archive holds all of a call or nothing of it.
- One writer: opening to write takes a lock that names its holder. Any number may read meanwhile.
- What is read back is what was given, digest for digest; a damaged byte is an ArchiveError that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from wirecopy.archive.search.find import Found
from wirecopy.model import (
    Article,
    Capture,
    Change,
    Checked,
    Damage,
    Edition,
    Entry,
    Evidence,
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
)


class Archive(Protocol):
    """The store between collecting and publishing."""

    # --- the ledger

    def note(self, leads: Sequence[Lead], *, at: datetime) -> int:
        """Put these leads into the ledger, in one transaction; the number of those never seen before.

        A new lead is WAITING and due at `at`. A known one keeps its state; its title, address, summary, section and
        dates follow the lead where the lead has them, `last_seen` becomes `at`; when its `modified` or `title` or
        `url` moved, it is due at `at`. The lead's address becomes a name of the article (see `named`).
        """
        ...

    def entry(self, source: str, key: str) -> Entry | None:
        """A line of the ledger."""
        ...

    def entries(self, source: str, state: State | None = None) -> Iterator[Entry]:
        """The ledger of a source, by key; of one state if given."""
        ...

    def due(self, source: str, at: datetime | None) -> tuple[Entry, ...]:
        """What is due at this moment: never visited first, then longest overdue, then key. None: everything that is
        not EXCLUDED.
        """
        ...

    def counts(self, source: str) -> dict[State, int]:
        """How many leads of a source are in each state (every state is a key). Their sum is the leads ever seen."""
        ...

    # --- visits

    def visit(self, url: str) -> Visit | None:
        """What is remembered of asking this address."""
        ...

    def remember(self, visits: Iterable[Visit]) -> None:
        """Remember these visits, in one transaction."""
        ...

    def jot(self, visit: Visit) -> None:
        """Remember a visit that brought nothing new, without a transaction of its own. `visit` gives it at once; it is
        durable with whatever is written next. A kill before that forgets it, and its address is asked again.
        """
        ...

    # --- habits

    def habits(self, source: str) -> bytes:
        """What was learned of a source's pages, as `learn` was given it; b"" when nothing was."""
        ...

    def learn(self, source: str, habits: bytes) -> None:
        """Keep what was learned of a source's pages: UTF-8, in place of what was kept before."""
        ...

    # --- articles

    def batch(self) -> AbstractContextManager[None]:
        """Calls inside become durable together, when the block ends; none of them if it ends in an error."""
        ...

    def settle(
        self,
        entry: Entry,
        *,
        captures: Sequence[Capture] = (),
        revision: Revision | None = None,
        visits: Iterable[Visit] = (),
    ) -> Revision | None:
        """How a visit to one article ended, in one transaction: ledger line, evidence, revision, visits.

        The revision is given without number and day; it comes back with both. A revision older than the latest is put
        in its place in time, and NEW/EDITED of its neighbours are set right. The same revision again (same source, key,
        moment and fingerprint) changes nothing and is given back as it stands. The article's `ref` names (`family:key`
        of the source, its address) become names to find it by.
        """
        ...

    def reread(self, revision: Revision, article: Article, fingerprint: str) -> bool:
        """Put another reading of its capture in the place of what a revision says, as that was given here.

        Its number, moment, change, day and capture stay; documents that read differently after it get the change's
        stamp. False, and nothing changes, where another revision of the same moment stands in the way.
        """
        ...

    def latest(self, source: str, key: str) -> Revision | None:
        """The latest revision of an article; of kind GONE it has no article (see `standing`)."""
        ...

    def standing(self, source: str, key: str) -> Revision | None:
        """The latest revision that has an article: the last good copy."""
        ...

    def history(self, source: str, key: str) -> tuple[Revision, ...]:
        """Every revision of an article in the order of time, numbered from 1; () if there is none."""
        ...

    def capture(self, capture_id: str) -> Capture | None:
        """One capture, whole."""
        ...

    def captures(self, source: str, key: str) -> tuple[Capture, ...]:
        """Every capture kept for an article, also those that were held or failed, in the order of time."""
        ...

    def keep(self, pages: Iterable[Capture]) -> None:
        """Keep captures that are evidence of no article (robots.txt), by their addresses, in one transaction."""
        ...

    def page(self, url: str, now: datetime) -> Capture | None:
        """The latest capture of this address that was kept by `keep` until `now`: what is of later says a clock that
        was wrong.
        """
        ...

    def named(self, name: str) -> tuple[str, str] | None:
        """The (source, key) of the article that goes by this name: `family:key`, an address, or `source/key`."""
        ...

    # --- pictures

    def note_pictures(self, source: str, *, at: datetime) -> int:
        """Put every picture that the documents of a source show into the ledger of pictures; how many were never seen.

        Only documents that changed since the last call are looked at. A new picture is WAITING and due at `at`.
        """
        ...

    def pictures_due(self, source: str, at: datetime | None, most: int) -> tuple[PictureEntry, ...]:
        """At most so many pictures of a source that are due at this moment: never asked for first, then by the newest
        article that shows them. None: all that an article shows.
        """
        ...

    def picture_entry(self, name: str) -> PictureEntry | None:
        """A line of the ledger of pictures: by a picture's key, or its address where it has none."""
        ...

    def picture_versions(self, name: str) -> tuple[tuple[datetime, str], ...]:
        """What a picture was since when, oldest first: moments, and digests (hexadecimal) of the bytes that came."""
        ...

    def has_picture(self, name: str, body: bytes) -> bool:
        """Whether these bytes are what is kept of this picture now."""
        ...

    def settle_picture(
        self,
        entry: PictureEntry,
        *,
        capture: Capture | None = None,
        checked: Checked | None = None,
        visits: Iterable[Visit] = (),
    ) -> None:
        """How a look at a picture ended, in one transaction: ledger line, evidence, renditions, visits.

        `capture` with `checked` is a picture to be kept: other bytes than before are its new version, and every
        document that shows it may read differently. An entry is KEPT exactly when something is kept of it.
        """
        ...

    def picture_counts(self, source: str) -> dict[PictureState, tuple[int, int]]:
        """How many pictures of a source are in each state (every state is a key), and how many bytes are kept."""
        ...

    def original(self, digest: str) -> bytes:
        """The bytes of a picture as they came, or of a rendition."""
        ...

    def unrendered(self, recipe: str = "") -> Iterator[str]:
        """The digests of originals whose renditions are missing, damaged, or (with `recipe`) made by other rules."""
        ...

    def rerender(self, digest: str, checked: Checked) -> None:
        """Put these renditions in the place of those that the original of this digest has."""
        ...

    # --- taking down and letting go

    def take_down(self, what: Removal, *, at: datetime, reason: str, who: str = "") -> TakeDown:
        """Take something out, for good, in one transaction; the documents that went read differently from then on.

        What was taken down does not come back: not by `note`, `settle` or `settle_picture`, which pass it over without
        a word (`settle` gives None). The same again changes nothing. Raises ConfigError where there is no such thing.
        """
        ...

    def take_downs(self) -> tuple[TakeDown, ...]:
        """Everything that was taken down, oldest first."""
        ...

    def purge(self, at: datetime, progress: Callable[[int, int], None] | None = None) -> bool:
        """Have no byte left in the store of what was taken down. False: somebody reads an older state; try again."""
        ...

    def leftovers(
        self, files: Sequence[Path] = (), words: Sequence[str] = (), progress: Callable[[int], None] | None = None
    ) -> Iterator[Leftover]:
        """Where something that was taken down, or one of these words, still stands: in the store, or in these files."""
        ...

    def let_go(self, source: str, *, captures: datetime | None, pictures: datetime | None, at: datetime) -> LetGo:
        """Let go of captures and pictures of a source from before these moments (None: of none), some at each call.

        A revision still names a capture that was let go. What is still needed stays: see archive/retention.py.
        """
        ...

    def growth(self, since: datetime) -> Growth:
        """What was stored since this moment, and what all of it takes on the disk."""
        ...

    # --- sources

    def enrol(self, sources: Iterable[Source]) -> None:
        """Remember what these sources are (name, language, homepage, family), for `edition` and `named`."""
        ...

    def sources(self) -> tuple[str, ...]:
        """The ids of all sources that have leads or articles, sorted."""
        ...

    def recent(self, since: datetime) -> Iterator[tuple[str, str, Change, datetime]]:
        """(source, key, change, at) of every revision taken at or after this moment, oldest first."""
        ...

    def last_copy(self, source: str) -> datetime | None:
        """When the latest standing copy of an article of this source was taken; None if there is none."""
        ...

    # --- the diary

    def next_due(self, source: str, *, with_pictures: bool = True) -> datetime | None:
        """When the next article of a source is due, or picture that one shows; None: none is."""
        ...

    def seen_before(self, source: str, moment: datetime, most: int) -> tuple[Entry, ...]:
        """The lines of the ledger of a source that were first seen before this moment, the latest first, at most so
        many.
        """
        ...

    def published(self, source: str, since: datetime) -> tuple[datetime, ...]:
        """When the articles of a source were published that are from this moment or later, oldest first: by their own
        word where that can be believed, else when they were taken.
        """
        ...

    def source_days(self, source: str, since: str) -> tuple[SourceDay, ...]:
        """What a source gave since this day ("yyyy-mm-dd"), oldest first, without the days it gave nothing."""
        ...

    def tread(self, footprints: Iterable[Footprint]) -> None:
        """Hosts were asked this, besides what is known of the day; in one transaction."""
        ...

    def footprints(self, since: str) -> tuple[Footprint, ...]:
        """What hosts were asked since this day ("yyyy-mm-dd"), by day, then host."""
        ...

    def keep_incident(self, incident: Incident) -> None:
        """Keep what was or is wrong, in the place of what is known of the same (source, trouble, since)."""
        ...

    def incidents(self, *, only_open: bool = False, most: int = 1000) -> tuple[Incident, ...]:
        """What still is wrong first, then what was, the latest first; at most so many."""
        ...

    def set_back(self, now: datetime) -> int:
        """Make due at `now` what was first or last looked at after it, and is due later or no more, because the clock
        was wrong then; of how many.
        """
        ...

    # --- the whole

    def search(self, words: str, *, limit: int, best: bool, now: datetime) -> Found:
        """The documents that answer to these words (docs/search.md), newest first, or best first.

        What was settled is found at once. `now` is what "30d" counts from. No words are wrong.
        """
        ...

    def reindex(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Make the search index anew from the documents; interrupted, whoever opens to write next goes on."""
        ...

    def edition(self) -> AbstractContextManager[Edition]:
        """A window for publishers, on the archive as it stands now; it closes with its block."""
        ...

    def evidence(self) -> AbstractContextManager[Evidence]:
        """A window on every capture, as the archive stands now; it closes with its block."""
        ...

    def verify(self, progress: Callable[[int, int], None] | None = None) -> Iterator[Damage]:
        """Read every stored byte against its digest and every reference against what it names.

        `progress` is called with (done, all).
        """
        ...

    def close(self) -> None:
        """Give the lock back. Closing twice is closing once."""
        ...
