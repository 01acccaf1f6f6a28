"""Collecting until stopped: every source has turns of its own, when something of it is due.

- A turn is a round of one source (round.py), bounded: what is left of a backlog is the next turn's. Sources take turns
  beside each other, so many at once, longest due first; each host keeps its one pace, whoever asks, and so the sources
  of one host have a quarter of the places at most: more of them would only wait for each other, and keep all else out.
- What turns that found nothing new brought is gathered, and written some seconds later, or with whatever is written
  first: a kill forgets it, and those feeds are asked again.
- Time is asked for anew at each step: after a sleep of the machine what is overdue comes first, and nothing is asked
  twice for it. Where the clock was set back, what was due in a future that is none is due now.
- A source that fails costs only itself. An archive that can't be written to stops all turns for a while; what the
  answers brought meanwhile is asked for again.
- To stop, the turns under way are broken off: what is settled is durable, all else was never acknowledged.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from wirecopy import urls
from wirecopy.archive.protocol import Archive
from wirecopy.collect import schedule
from wirecopy.collect.round import SET_BACK, Memory, indexes_of, is_quiet, last_asked
from wirecopy.errors import ArchiveError, Unwritable
from wirecopy.model import Outcome, Source

Turn = Callable[[Source, datetime, Memory | None], Awaitable[Outcome]]

LEAST = timedelta(minutes=1)
"""Between the ends and the beginnings of two turns of one source: articles that are due one by one are looked at
together."""

AFTER_FAILURE = timedelta(minutes=10)
"""The same where something failed: what a turn left for later, because a host is silent, is not asked for at once."""

GATHERED = timedelta(seconds=5)
"""How long what quiet turns brought waits to be written, at most: so much of it a kill forgets."""

_OF_ONE_HOST = 0.25  # of the places, for the sources of one host: a guess; one request at a time is under way there

_MOST_GATHERED = 500  # quiet turns, and then it is written at once: a transaction of some milliseconds
_SHOWN = timedelta(seconds=1)  # between two words on how it goes
_LONGEST_SLEEP = 60.0  # seconds: a clock that jumps, or a machine that slept, is noticed this soon
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


@dataclass(slots=True)
class _Place:
    """A source, where it lives, and what its turns remember."""

    source: Source
    host: str
    memory: Memory | None = None


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
    keep: Callable[[], None] = lambda: None,
    tell: Callable[[Seen], None] = lambda _: None,
) -> Seen:
    """Let each source have its `turn` when it is due, until `stop` is set; what was done. Without `pictures`, turns
    gather none, and none makes a source due.

    `after` is awaited when a turn ended, before the source's next. `keep` writes what quiet turns left unwritten.
    `tell` is called when something changed, once a second at most, once a minute at least. Raises ArchiveError where
    the archive is damaged, Unwritable after a day of trying in vain.
    """
    return await _Watch(sources, archive, turn, clock, sleep, stop, at_once, pictures, after, keep, tell).run()


def due_of(archive: Archive, source: Source, now: datetime, others: datetime | None) -> datetime:
    """When something of a source is due: one of its indexes, or at `others` something else; `now` at the earliest."""
    first = others
    for url, every in indexes_of(source):
        visit = archive.visit(url)
        due = None if visit is None else schedule.index_due(visit.due, visit.checked, every)
        if due is None:
            return now
        first = due if first is None or due < first else first
    return now if first is None or first < now else first


def _host_of(source: Source) -> str:
    """The host that a source lives at, as far as it says."""
    said = next(filter(None, (source.homepage, *source.feeds, *source.listings, *source.sitemaps)), "")
    return urls.host(said) if said else source.id


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
        keep: Callable[[], None],
        tell: Callable[[Seen], None],
    ) -> None:
        self.archive, self.turn, self.after, self.keep = archive, turn, after, keep
        self.clock, self.sleep, self.stop, self.tell = clock, sleep, stop, tell
        self.at_once, self.pictures = at_once, pictures
        self.seen = Seen()
        self.shown: datetime | None = None
        now = clock()
        self.latest = max(now, last_asked(archive, sources, now))  # by a clock that was wrong, perhaps
        self.places = [_Place(each, _host_of(each)) for each in sources]
        self.queue = [(self.due(place, now), number) for number, place in enumerate(self.places)]
        heapq.heapify(self.queue)
        for place in self.places:
            place.memory = None  # the first turn of each looks at everything
        self.running: dict[asyncio.Task[Outcome], int] = {}
        self.at_one_host = max(1, int(at_once * _OF_ONE_HOST))
        self.busy: Counter[str] = Counter()  # turns under way, by host
        self.in_line: defaultdict[str, deque[tuple[datetime, int]]] = defaultdict(deque)  # due, behind those of a host
        self.ended: deque[asyncio.Task[Outcome]] = deque()
        self.woken = asyncio.Event()
        self.alarm: asyncio.Task[None] | None = None
        self.rings = now
        self.unwritten = 0  # quiet turns since `unwritten_since`
        self.unwritten_since = now
        self.rested = 0

    async def run(self) -> Seen:
        stopping = asyncio.create_task(self.stop.wait())
        stopping.add_done_callback(lambda _: self.woken.set())
        try:
            while not self.stop.is_set():
                await self.write()
                now = self.look_at_the_clock()
                self.begin(now)
                self.show(now)
                await self.wait(now)
                await self.end()
        finally:
            self.seen.under_way = len(self.running)
            for task in (stopping, *self.running, *filter(None, (self.alarm,))):
                task.cancel()
            await asyncio.gather(*self.running, return_exceptions=True)
            with suppress(ArchiveError):  # what raised is worse; and these feeds are asked again
                self.keep()
        return self.seen

    def look_at_the_clock(self) -> datetime:
        """Now; where the clock went back, what it had said was due is due by what it says now."""
        now = self.clock()
        if now < self.latest - SET_BACK:
            self.archive.set_back(now)
            for line in self.in_line.values():
                self.queue += line
                line.clear()
            self.queue = [(min(due, now), number) for due, number in self.queue]
            heapq.heapify(self.queue)
        self.latest = now
        return now

    def begin(self, now: datetime) -> None:
        """Begin the turns that are due, as many as there is room for, at all and at each host."""
        while self.queue and self.queue[0][0] <= now and len(self.running) < self.at_once:
            due, number = heapq.heappop(self.queue)
            place = self.places[number]
            if self.busy[place.host] >= self.at_one_host:
                self.in_line[place.host].append((due, number))
                continue
            self.busy[place.host] += 1
            if place.memory is not None and not place.memory.holds(now):
                place.memory = None
            task = asyncio.ensure_future(self.turn(place.source, now, place.memory))
            task.add_done_callback(self.has_ended)
            self.running[task] = number

    def has_ended(self, task: asyncio.Task[Outcome]) -> None:
        self.ended.append(task)
        self.woken.set()

    async def wait(self, now: datetime) -> None:
        """Until a turn ends, the next is due, something is to be written, or all is to end; a minute at most."""
        rings = now + timedelta(seconds=_LONGEST_SLEEP)
        if self.queue and len(self.running) < self.at_once:
            rings = min(rings, self.queue[0][0])
        if self.unwritten:
            rings = min(rings, self.unwritten_since + GATHERED)
        if self.alarm is None or self.alarm.done() or not now < self.rings <= rings:
            if self.alarm is not None:
                self.alarm.cancel()
            self.alarm = asyncio.ensure_future(self.ring(max(0.0, (rings - now).total_seconds())))
            self.rings = rings
        await self.woken.wait()
        self.woken.clear()

    async def ring(self, seconds: float) -> None:
        await self.sleep(seconds)
        self.woken.set()

    async def end(self) -> None:
        """See what came of the turns that ended, and when their sources are due again."""
        full: Unwritable | None = None
        while self.ended:
            task = self.ended.popleft()
            number = self.running.pop(task)
            place = self.places[number]
            self.busy[place.host] -= 1
            if line := self.in_line[place.host]:
                heapq.heappush(self.queue, line.popleft())
            try:
                due = await self.settled(place, task.result())
            except Unwritable as error:
                full, due = error, self.clock()
            self.seen.turns += 1
            heapq.heappush(self.queue, (due, number))
        if full is not None:
            await self.rest(full)

    async def settled(self, place: _Place, outcome: Outcome) -> datetime:
        """A turn ended so; when the next is due."""
        now = self.clock()
        await self.after(place.source, outcome, now)
        if not is_quiet(outcome):
            place.memory = None
            self.has_written()
        else:
            if not self.unwritten:
                self.unwritten_since = now
            self.unwritten += 1
        return max(self.due(place, now), now + (AFTER_FAILURE if outcome.failures else LEAST))

    def due(self, place: _Place, now: datetime) -> datetime:
        """When a source is due, by what is remembered of it, or else by what is remembered from now on."""
        source = place.source
        if place.memory is None or not place.memory.holds(now):
            others = self.archive.next_due(source.id, with_pictures=self.pictures and source.pictures == "own")
            place.memory = Memory(now, others)
        return due_of(self.archive, source, now, place.memory.others)

    async def write(self) -> None:
        """Write what quiet turns left unwritten, once it has waited for long enough, or is enough."""
        if not self.unwritten:
            return
        waited = self.clock() - self.unwritten_since
        if timedelta() <= waited < GATHERED and self.unwritten < _MOST_GATHERED:
            return
        try:
            self.keep()
            self.unwritten = 0
            self.has_written()
        except Unwritable as error:
            await self.rest(error)

    def has_written(self) -> None:
        self.rested = 0
        self.seen.trouble = ""

    async def rest(self, error: Unwritable) -> None:
        """The archive could not be written to: begin no turn for a while. Raises the error when that was of no use."""
        self.rested += 1
        self.seen.rests += 1
        self.seen.trouble = str(error)
        if self.rested > _MOST_RESTS:
            raise error
        left = min(_FIRST_REST * 2.0 ** min(self.rested - 1, 8), _LONGEST_REST)
        stopping = asyncio.ensure_future(self.stop.wait())
        while left > 0 and not stopping.done():
            self.show()  # and whoever looks whether we live sees it
            asleep = asyncio.ensure_future(self.sleep(min(left, _LONGEST_SLEEP)))
            await asyncio.wait({asleep, stopping}, return_when=asyncio.FIRST_COMPLETED)
            asleep.cancel()
            left -= _LONGEST_SLEEP
        stopping.cancel()

    def show(self, now: datetime | None = None) -> None:
        """Tell how it goes; `now`: only if that was not told a moment ago."""
        if now is not None and self.shown is not None and timedelta() <= now - self.shown < _SHOWN:
            return
        self.shown = now or self.shown
        self.seen.under_way = len(self.running)
        self.seen.next_due = self.queue[0][0] if self.queue else None
        self.tell(self.seen)
