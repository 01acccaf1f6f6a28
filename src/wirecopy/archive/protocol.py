"""What every archive promises to the house. `sqlite.py` is the default; tests/archive/test_contract.py is the law.

- Acknowledged is durable: when a call that writes returns, a power cut takes nothing of it away.
- One call, one transaction: after a kill the archive holds all of a call or nothing of it.
- One writer: opening to write takes a lock that names its holder. Any number may read meanwhile.
- What is read back is what was given, digest for digest; a damaged byte is an ArchiveError that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from wirecopy.model import (
    Capture,
    Change,
    Damage,
    Edition,
    Entry,
    Lead,
    Revision,
    Source,
    State,
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

    def page(self, url: str) -> Capture | None:
        """The latest capture kept of this address by `keep`."""
        ...

    def named(self, name: str) -> tuple[str, str] | None:
        """The (source, key) of the article that goes by this name: `family:key`, an address, or `source/key`."""
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

    # --- the whole

    def edition(self) -> AbstractContextManager[Edition]:
        """A window for publishers, on the archive as it stands now; it closes with its block."""
        ...

    def verify(self, progress: Callable[[int, int], None] | None = None) -> Iterator[Damage]:
        """Read every stored byte against its digest and every reference against what it names.

        `progress` is called with (done, all).
        """
        ...

    def close(self) -> None:
        """Give the lock back. Closing twice is closing once."""
        ...
