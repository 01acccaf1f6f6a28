"""Collecting until stopped: every source has turns of its own, when something of it is due.

- A turn is a round of one source (round.py), bounded: what is left of a backlog is the next turn's. Sources take turns
  beside each other, so many at once, longest due first; each host keeps its one pace, whoever asks.
- Time is asked for anew at each step: after a sleep of the machine what is overdue comes first, and nothing is asked
  twice for it. Where the clock was set back, what was due in a future that is none is due now.
- A source that fails costs only itself. An archive that can't be written to stops all turns for a while; what the
  answers brought meanwhile is asked for again.
- To stop, the turns under way are broken off: what is settled is durable, all else was never acknowledged.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wirecopy.archive.protocol import Archive
from wirecopy.errors import Unwritable
from wirecopy.model import Outcome, Source

Turn = Callable[[Source, datetime], Awaitable[Outcome]]

LEAST = timedelta(minutes=1)
"""Between the ends and the beginnings of two turns of one source: articles that are due one by one are looked at
together."""

AFTER_FAILURE = timedelta(minutes=10)
"""The same where something failed: what a turn left for later, because a host is silent, is not asked for at once."""

_LONGEST_SLEEP = 60.0  # seconds: a clock that jumps, or a machine that slept, is noticed this soon
_SET_BACK = timedelta(minutes=5)  # what a clock may go back without having been wrong: summer time is none, in UTC
_FIRST_REST, _LONGEST_REST = 60.0, 1800.0  # seconds between two tries to write to an archive that can't be
_MOST_RESTS = 48  # a day of them; then somebody must look


@dataclass(slots=True)
class Seen:
    """What a watch has done so far, for whoever shows it."""

    turns: int = 0
    under_way: int = 0
    next_due: datetime | None = None
    rests: int = 0
    trouble: str = ""


@dataclass(order=True, slots=True)
class _Place:
    due: datetime
    number: int
    source: Source = field(compare=False)


async def watch(
    sources: Sequence[Source],
    *,
    archive: Archive,
    turn: Turn,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    stop: asyncio.Event,
    at_once: int = 32,
    pictures: bool = True,
    after: Callable[[Source, Outcome, datetime], Awaitable[None]],
    tell: Callable[[Seen], None] = lambda _: None,
) -> Seen:
    """Let each source have its `turn` when it is due, until `stop` is set; what was done. Without `pictures`, turns
    gather none, and none makes a source due.

    `after` is awaited when a turn ended, before the source's next. `tell` is called whenever something changed, at
    least once a minute. Raises ArchiveError where the archive is damaged, Unwritable after a day of trying in vain.
    """
    return await _Watch(sources, archive, turn, clock, sleep, stop, at_once, pictures, after, tell).run()


def due_of(archive: Archive, source: Source, now: datetime, *, pictures: bool = True) -> datetime:
    """When something of a source is due: one of its indexes, an article, a picture where these are gathered; `now` at
    the earliest.
    """
    moments = [archive.next_due(source.id, with_pictures=pictures and source.pictures == "own")]
    for url in (*source.feeds, *source.listings, *source.sitemaps):
        visit = archive.visit(url)
        if visit is None or visit.due is None:
            return now
        moments.append(visit.due)
    return max(now, min(filter(None, moments), default=now))


class _Watch:
    def __init__(
        self,
        sources: Sequence[Source],
        archive: Archive,
        turn: Turn,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]],
        stop: asyncio.Event,
        at_once: int,
        pictures: bool,
        after: Callable[[Source, Outcome, datetime], Awaitable[None]],
        tell: Callable[[Seen], None],
    ) -> None:
        self.archive, self.turn, self.after = archive, turn, after
        self.clock, self.sleep, self.stop, self.tell = clock, sleep, stop, tell
        self.at_once, self.pictures = at_once, pictures
        self.seen = Seen()
        self.latest = clock()
        self.queue = [
            _Place(due_of(archive, each, self.latest, pictures=pictures), number, each)
            for number, each in enumerate(sources)
        ]
        heapq.heapify(self.queue)
        self.running: dict[asyncio.Task[Outcome], _Place] = {}
        self.rested = 0

    async def run(self) -> Seen:
        stopping = asyncio.create_task(self.stop.wait())
        try:
            while not self.stop.is_set():
                now = self.look_at_the_clock()
                self.begin(now)
                self.show()
                await self.wait(stopping, now)
                await self.end()
        finally:
            stopping.cancel()
            for task in self.running:
                task.cancel()
            await asyncio.gather(*self.running, return_exceptions=True)
        return self.seen

    def look_at_the_clock(self) -> datetime:
        """Now; where the clock went back, what it had said was due is due by what it says now."""
        now = self.clock()
        if now < self.latest - _SET_BACK:
            self.archive.set_back(now)
            self.queue = [_Place(min(each.due, now), each.number, each.source) for each in self.queue]
            heapq.heapify(self.queue)
        self.latest = now
        return now

    def begin(self, now: datetime) -> None:
        """Begin the turns that are due, as many as there is room for."""
        while self.queue and self.queue[0].due <= now and len(self.running) < self.at_once:
            place = heapq.heappop(self.queue)
            self.running[asyncio.ensure_future(self.turn(place.source, now))] = place

    async def wait(self, stopping: asyncio.Task[bool], now: datetime) -> None:
        """Until a turn ends, the next is due, or all is to end; a minute at most."""
        is_full = len(self.running) >= self.at_once
        left = _LONGEST_SLEEP
        if self.queue and not is_full:
            left = min(left, max(0.0, (self.queue[0].due - now).total_seconds()))
        asleep = asyncio.ensure_future(self.sleep(left))
        await asyncio.wait({stopping, asleep, *self.running}, return_when=asyncio.FIRST_COMPLETED)
        asleep.cancel()

    async def end(self) -> None:
        """See what came of the turns that ended, and when their sources are due again."""
        for task in [each for each in self.running if each.done()]:
            place = self.running.pop(task)
            try:
                outcome = task.result()
                now = self.clock()
                await self.after(place.source, outcome, now)
                least = AFTER_FAILURE if outcome.failures else LEAST
                due = max(due_of(self.archive, place.source, now, pictures=self.pictures), now + least)
                self.rested = 0
                self.seen.trouble = ""
            except Unwritable as error:
                due = await self.rest(error)
            self.seen.turns += 1
            heapq.heappush(self.queue, _Place(due, place.number, place.source))

    async def rest(self, error: Unwritable) -> datetime:
        """The archive could not be written to: begin no turn for a while. Raises the error when that was of no use."""
        self.rested += 1
        self.seen.rests += 1
        self.seen.trouble = str(error)
        if self.rested > _MOST_RESTS:
            raise error
        self.show()
        seconds = min(_FIRST_REST * 2.0 ** min(self.rested - 1, 8), _LONGEST_REST)
        asleep, stopping = asyncio.ensure_future(self.sleep(seconds)), asyncio.ensure_future(self.stop.wait())
        await asyncio.wait({asleep, stopping}, return_when=asyncio.FIRST_COMPLETED)
        asleep.cancel()
        stopping.cancel()
        return self.clock()

    def show(self) -> None:
        self.seen.under_way = len(self.running)
        self.seen.next_due = self.queue[0].due if self.queue else None
        self.tell(self.seen)
