"""`wirecopy collect`: one round over what is due, or turns of every source until stopped.

The network is opened here, once for all sources of a command, so that each host has one pace.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from wirecopy import config as configs
from wirecopy import dates
from wirecopy.archive import is_wanted, open_archive
from wirecopy.cli import distress, health, sending, show, upkeep
from wirecopy.cli.alerts import Courier
from wirecopy.cli.systemd import Notifier
from wirecopy.cli.terminal import Bar, ago, as_json, as_json_line, bar, result, talk
from wirecopy.collect import round as rounds
from wirecopy.collect import watch as watching
from wirecopy.config import Config
from wirecopy.errors import ArchiveError, ConfigError, InUse
from wirecopy.model import Failure, Incident, Outcome, Source, Trouble
from wirecopy.text import without_addresses

if TYPE_CHECKING:
    from wirecopy.archive.protocol import Archive
    from wirecopy.collect.fetch import Fetcher
    from wirecopy.collect.pictures import Checker

_MOST_A_TURN = 200
"""Articles that one turn looks at: a backlog of thousands is many turns, and other sources have theirs between."""

_KEPT_UP = timedelta(hours=12)
"""How often a watch lets go of what is older than its source keeps."""

_HEEDED = 1.0
"""Seconds after which a watch notices that another command waits for the archive."""

_LOOKED_ROUND = timedelta(hours=1)
"""How often a watch looks at the disk and the clock."""

_LOOKED_AT = timedelta(minutes=30)
"""How often the health of a source is looked at while its turns find nothing new: what can be wrong with it then takes
days to show.
"""

_WRONG_CLOCK = 300.0
"""Seconds by which the clock may differ from what outlets say: no cache or slow answer explains more."""


def _now() -> datetime:
    return datetime.now(UTC)


def collect(arguments: argparse.Namespace, *, since: datetime | None, clock: Callable[[], datetime]) -> int:
    """One round over what is due; with --watch until stopped."""
    config = configs.load(configs.find(arguments.config))
    sources = tuple(config.source(each) for each in dict.fromkeys(arguments.sources)) or config.sources
    if not sources:
        raise ConfigError(f"{config.path} has no source yet; `wirecopy add dw-zh` adds one, `wirecopy add` lists them")
    if arguments.watch and (arguments.all or since):
        raise ConfigError("--watch visits what is due, again and again: --all and --since are for a round by itself")
    if not config.contact:
        talk(
            f"contact is not set in {config.path}: outlets are told {configs.PROJECT} instead of whom to write to",
            quiet=arguments.quiet,
        )
    with distress.told(config, clock):
        how = _watch if arguments.watch else partial(_round, since=since)
        return how(arguments, config, sources, clock)


def _round(
    arguments: argparse.Namespace,
    config: Config,
    sources: tuple[Source, ...],
    clock: Callable[[], datetime],
    *,
    since: datetime | None,
) -> int:
    archive = open_archive(config.archive, write=True, holder="wirecopy collect")
    doors: list[Fetcher] = []
    try:
        sources = _not_taken_down(archive, sources, quiet=arguments.quiet)
        with bar(quiet=arguments.quiet) as shown:
            outcomes = run_round(
                config,
                sources,
                archive,
                everything=arguments.all,
                since=since,
                shown=shown,
                pictures=not arguments.no_pictures,
                clock=clock,
                after=doors.append,
            )
            _keep_up(sources, archive, clock(), quiet=arguments.quiet)
        now, (door,) = clock(), doors
        mirror = _of_the_disk(config, archive, now) | _of_the_clock(door, archive, now, is_whole_round=True)
        mirror |= _of_the_targets(config, archive)
        judged = () if door.doubts_clock() else outcomes
        health.watch_over(archive, config.sources, judged, now, config.alerts, mirror=mirror)
    finally:
        archive.close()
    distress.over(config, now)
    if arguments.json:
        as_json({"sources": outcomes})
    else:
        show.outcomes(outcomes, everything=arguments.all)
    return 1 if any(outcome.failures for outcome in outcomes) else 0


def run_round(
    config: Config,
    sources: tuple[Source, ...],
    archive: Archive,
    *,
    everything: bool = False,
    since: datetime | None = None,
    shown: Bar | None = None,
    clock: Callable[[], datetime] = _now,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    monotonic: Callable[[], float] | None = None,
    most: int | None = None,
    indexes: bool = True,
    pictures: bool = False,
    after: Callable[[Fetcher], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Open the network, run one round, close it: also for `try` and `demo`. Whoever brings their own clock may bring
    their own time to wait by, too. `after` is handed the door that was asked through.
    """
    shown = shown or Bar(shown=False)

    async def go() -> tuple[Outcome, ...]:
        async with _tools(config, archive, clock, sleep, monotonic, shown) as tools:
            outcomes = await rounds.collect(
                sources,
                archive=archive,
                door=tools.door,
                reader=tools.reader,
                checker=tools.checker if pictures else None,
                now=clock(),
                everything=everything,
                since=since,
                most=most,
                indexes=indexes,
                tell=lambda step: shown.step(step.source, step.done, step.todo, step.what),
            )
            archive.keep(tools.door.fresh_robots)
            after(tools.door)
            return outcomes

    return asyncio.run(go())


async def run_watch(
    config: Config,
    sources: tuple[Source, ...],
    archive: Archive,
    *,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    after: Callable[[Source, Outcome, datetime, Fetcher], Awaitable[None]],
    tell: Callable[[watching.Seen], None] = lambda _: None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    monotonic: Callable[[], float] | None = None,
    pictures: bool = True,
) -> watching.Seen:
    """Open the network and let every source have its turns until `stop` is set."""
    async with _tools(config, archive, clock, sleep, monotonic, Bar(shown=False)) as tools:

        def turn(source: Source, now: datetime, memory: rounds.Memory | None) -> Awaitable[Outcome]:
            return rounds.turn(
                source,
                archive=archive,
                door=tools.door,
                reader=tools.reader,
                checker=tools.checker if pictures else None,
                now=now,
                memory=memory,
                most=_MOST_A_TURN,
            )

        def keep() -> None:
            with archive.batch():
                archive.remember(rounds.closings(tools.door.closings(), clock()))
                archive.tread(tools.door.footprints())  # and what was jotted goes with it
            tools.door.trodden()

        async def ended(source: Source, outcome: Outcome, now: datetime) -> None:
            # A robots.txt that was asked for anew is evidence, and the next process need not ask for it.
            if fresh := tools.door.fresh_robots:
                archive.keep(fresh)
                fresh.clear()
            await after(source, outcome, now, tools.door)

        return await watching.watch(
            sources,
            archive=archive,
            turn=turn,
            clock=clock,
            sleep=sleep,
            stop=stop,
            at_once=config.watch.at_once,
            pictures=pictures,
            after=ended,
            keep=keep,
            tell=tell,
        )


@dataclass(frozen=True, slots=True)
class _Tools:
    """What a round works with."""

    door: Fetcher
    reader: rounds.Reader
    checker: Checker


@asynccontextmanager
async def _tools(
    config: Config,
    archive: Archive,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[object]],
    monotonic: Callable[[], float] | None,
    shown: Bar,
) -> AsyncIterator[_Tools]:
    from wirecopy.collect.fetch import Fetcher
    from wirecopy.collect.pictures import checking
    from wirecopy.collect.read import workers

    processes = workers.count() if config.workers is None else config.workers
    async with (
        workers.Readers(processes) if processes else workers.Here() as reader,
        checking.Checkers(processes) if processes else checking.Here() as checker,
        Fetcher(
            contact=config.contact or configs.PROJECT,
            clock=clock,
            sleep=sleep,
            monotonic=monotonic,
            proxy=config.proxy,
            allow=frozenset(config.allow_private),
            known=lambda url: archive.page(url, clock()),
            left_alone=partial(rounds.left_alone, archive),
            on_wait=lambda host, _seconds: shown.note(f"waiting for {host}"),
        ) as door,
    ):
        yield _Tools(door, reader, checker)


def _watch(
    arguments: argparse.Namespace, config: Config, sources: tuple[Source, ...], clock: Callable[[], datetime]
) -> int:
    """Turns until SIGTERM or Ctrl-C; what each brought, a line. While another command writes, it steps aside."""
    watcher = _Watcher(arguments, config, sources, clock)
    try:
        seen = asyncio.run(watcher.run(watcher.hold()))
    finally:
        watcher.notifier.stopping()
    broken_off = f", {seen.under_way:,} broken off" if seen.under_way else ""
    talk(f"stopped: {seen.turns:,} turns finished{broken_off}; what was settled is kept", quiet=arguments.quiet)
    return 0


class _Watcher:
    """Watches for as long as nobody else needs the archive, and again, until it is told to stop."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        config: Config,
        sources: tuple[Source, ...],
        clock: Callable[[], datetime],
    ) -> None:
        self.notifier = Notifier()
        self._arguments, self._config, self._sources, self._clock = arguments, config, sources, clock
        self._stop = asyncio.Event()

    def hold(self) -> Archive:
        """The archive, to be written to. Raises InUse where somebody else does."""
        holder = "wirecopy collect --watch"
        return open_archive(self._config.archive, write=True, holder=holder, steps_aside=True, clock=self._clock)

    async def run(self, archive: Archive) -> watching.Seen:
        """Watch until SIGTERM, Ctrl-C or the end of its terminal; what was done in all."""
        loop = asyncio.get_running_loop()
        ending = [signal.SIGTERM, signal.SIGINT]
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup has it ignored
            ending.append(signal.SIGHUP)
        for each in ending:
            with suppress(NotImplementedError):  # Windows has none of them: Ctrl-C ends it there as it ends everything
                loop.add_signal_handler(each, self._stop.set)
        number = f"{len(self._sources)} source{'s' if len(self._sources) > 1 else ''}"
        self._talk(f"watching {number}; Ctrl-C ends it, and nothing is lost")
        self.notifier.ready()
        held: Archive | None = archive
        turns = 0
        while held is not None:
            try:
                seen = await self._until_wanted(held)
            finally:
                held.close()
            seen.turns = turns = turns + seen.turns
            if not self._stop.is_set():
                self._talk("another command waits for the archive: stepping aside")
            held = await self._held_again()
        return seen

    async def _until_wanted(self, archive: Archive) -> watching.Seen:
        arguments, config, clock = self._arguments, self._config, self._clock
        aftermath = Aftermath(config, archive, clock(), as_lines=arguments.json, quiet=arguments.quiet)
        leave = asyncio.Event()
        heeding = asyncio.create_task(self._heed(leave))
        try:
            return await run_watch(
                config,
                _not_taken_down(archive, self._sources, quiet=arguments.quiet),
                archive,
                clock=clock,
                stop=leave,
                after=aftermath.after,
                tell=lambda seen: self.notifier.alive(_said(seen, clock())),
                pictures=not arguments.no_pictures,
            )
        finally:
            heeding.cancel()
            aftermath.courier.stop(clock())

    async def _heed(self, leave: asyncio.Event) -> None:
        """Set `leave` when it is told to stop, or somebody waits for the archive."""
        while not (self._stop.is_set() or is_wanted(self._config.archive)):
            await self._stopped_within(_HEEDED)
        leave.set()

    async def _held_again(self) -> Archive | None:
        """The archive, once nobody else needs it and each host's pace has passed; None where all is to end."""
        pause = max(each.pace for each in self._sources)
        while not await self._stopped_within(max(pause, _HEEDED)):
            pause = 0.0
            self.notifier.alive("another command writes to the archive")
            if not is_wanted(self._config.archive):
                with suppress(InUse):
                    return self.hold()
        return None

    async def _stopped_within(self, seconds: float) -> bool:
        """Wait so long, or until told to stop; whether that was told."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return self._stop.is_set()

    def _talk(self, words: str) -> None:
        talk(words, quiet=self._arguments.quiet)


class Aftermath:
    """What follows a turn of a watch: it is told, health is looked at, and the archive is kept in shape."""

    def __init__(self, config: Config, archive: Archive, now: datetime, *, as_lines: bool, quiet: bool) -> None:
        self.courier = Courier(archive, config.alerts)
        self._config, self._archive, self._quiet = config, archive, quiet
        self._teller = _Teller(as_lines=as_lines)
        self._kept_up = dict.fromkeys((each.id for each in config.sources), now)
        self._looked_round = now - _LOOKED_ROUND
        self._looked_at: dict[str, datetime] = {}
        self._fault_told = False

    async def after(self, source: Source, outcome: Outcome, now: datetime, door: Fetcher) -> None:
        """A turn of this source ended so."""
        config, archive = self._config, self._archive
        self._teller.tell(outcome, now)
        mirror: dict[Trouble, Incident | None] = {}
        if not timedelta() <= now - self._looked_round < _LOOKED_ROUND:
            self._looked_round = now
            mirror = _of_the_disk(config, archive, now) | _of_the_clock(door, archive, now)
            mirror |= _of_the_targets(config, archive)
            await asyncio.to_thread(distress.over, config, now)
        looked_at = self._looked_at.get(source.id)
        is_known = looked_at is not None and timedelta() <= now - looked_at < _LOOKED_AT
        if rounds.is_quiet(outcome) and is_known and not mirror:
            self.courier.go(now, turned=False)
        else:
            self._looked_at[source.id] = now
            self._look(() if door.doubts_clock() else (outcome,), now, mirror)
        if not timedelta() <= now - self._kept_up[source.id] < _KEPT_UP:
            self._kept_up[source.id] = now
            _keep_up((source,), archive, now, quiet=self._quiet)

    def _look(self, outcomes: tuple[Outcome, ...], now: datetime, mirror: dict[Trouble, Incident | None]) -> None:
        """Look at the health of these sources, and of the mirror as far as that was looked at."""
        config, archive = self._config, self._archive
        try:
            health.watch_over(
                archive, config.sources, outcomes, now, config.alerts, mirror=mirror, courier=self.courier
            )
        except ArchiveError:
            raise
        except Exception as error:  # noqa: BLE001 - who looks at health must not end what is healthy
            if not self._fault_told:
                self._fault_told = True
                talk(f"a fault of wirecopy itself, please report it: {type(error).__name__}: {error}", quiet=False)


class _Teller:
    """Says what turns brought: what changed, and what fails, not again and again what fails alike."""

    def __init__(self, *, as_lines: bool) -> None:
        self._as_lines = as_lines
        self._failing: dict[str, frozenset[str]] = {}

    def tell(self, outcome: Outcome, now: datetime) -> None:
        failing = frozenset(without_addresses(each.reason) for each in outcome.failures)
        known = self._failing.get(outcome.source, frozenset())
        self._failing[outcome.source] = failing
        is_news = outcome.new or outcome.edited or outcome.gone or outcome.back or outcome.held
        if self._as_lines:
            if is_news or outcome.failures:
                as_json_line({"at": dates.iso(now), "outcome": outcome})
            return
        at = now.strftime("%Y-%m-%d %H:%M")
        if is_news:
            result(f"{at}  {outcome.source}  {show.changes(outcome)}")
        for failure in _first_of_each(outcome.failures, known):
            result(f"{at}  {outcome.source}  {show.failed(failure)}")
        if known and not failing:
            result(f"{at}  {outcome.source}  answers again")


def _first_of_each(failures: tuple[Failure, ...], known: frozenset[str]) -> list[Failure]:
    """The first failure of each reason that was not told already."""
    first: dict[str, Failure] = {}
    for failure in failures:
        first.setdefault(without_addresses(failure.reason), failure)
    return [failure for reason, failure in first.items() if reason not in known]


def _said(seen: watching.Seen, now: datetime) -> str:
    """What a watch is doing, in a line for `systemctl status`."""
    if seen.trouble:
        return f"resting: {seen.trouble}"[:200]
    wait = max(0, int((seen.next_due - now).total_seconds())) if seen.next_due else 0
    return f"{seen.turns:,} turns, {seen.under_way} under way, the next in {wait} s"


def _not_taken_down(archive: Archive, sources: tuple[Source, ...], *, quiet: bool) -> tuple[Source, ...]:
    """The sources without those that were taken down as a whole: nothing of them is asked for."""
    gone = {each.source for each in archive.take_downs() if each.scope == "source"}
    for source in sources:
        if source.id in gone:
            talk(f"{source.id} was taken down: nothing of it is asked; take its table out of the file", quiet=quiet)
    return tuple(source for source in sources if source.id not in gone)


def _of_the_disk(config: Config, archive: Archive, now: datetime) -> dict[Trouble, Incident | None]:
    """Whether the disk fills."""
    known = _known(archive, Trouble.DISK)
    disk = upkeep.disk_of(archive, config.archive, now)
    return {Trouble.DISK: health.disk(disk.free, disk.days_left, now, known)}


def _of_the_clock(
    door: Fetcher, archive: Archive, now: datetime, *, is_whole_round: bool = False
) -> dict[Trouble, Incident | None]:
    """Whether outlets say that it is another time; nothing where they did not say enough. Hours are believed of two,
    and after a whole round, when nobody else will say anything, of one.
    """
    from wirecopy.collect.fetch.clocks import DOUBTED

    ahead, most = door.clock_ahead(), _WRONG_CLOCK
    if ahead is None:
        ahead, most = door.clock_ahead(heard=1 if is_whole_round else 2), DOUBTED
    if ahead is None:
        return {}
    known = _known(archive, Trouble.CLOCK)
    how = f"{ago(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} what outlets say"
    since = now - timedelta(seconds=ahead)  # by their time: ours is the one that is wrong
    wrong = known or Incident(source="", trouble=Trouble.CLOCK, since=since, what=how, now=round(ahead))
    return {Trouble.CLOCK: wrong if abs(ahead) > most else None}


def _of_the_targets(config: Config, archive: Archive) -> dict[Trouble, Incident | None]:
    """Whether publications reach where they are to stand, by what `publish` wrote down: once is no incident."""
    wrong = [(name, each) for name, each in sending.failing(config) if each.times > 1]
    if not wrong:
        return {Trouble.TARGET: None}
    since = min(each.since for _, each in wrong)
    reasons = "; ".join(f"{name}: {each.reason}" for name, each in wrong)
    known = _known(archive, Trouble.TARGET)
    return {Trouble.TARGET: known or Incident(source="", trouble=Trouble.TARGET, since=since, what=reasons[:500])}


def _known(archive: Archive, trouble: Trouble) -> Incident | None:
    """This trouble of the mirror itself, where it is known already."""
    still = archive.incidents(only_open=True)
    return next((each for each in still if not each.source and each.trouble is trouble), None)


def _keep_up(sources: tuple[Source, ...], archive: Archive, now: datetime, *, quiet: bool) -> None:
    """Let go of what is older than its source keeps, and end a take-down that was interrupted."""
    for source in sources:
        captures, pictures = (
            now - timedelta(seconds=each) if each else None for each in (source.keep_captures, source.keep_pictures)
        )
        if captures is None and pictures is None:
            continue
        done = archive.let_go(source.id, captures=captures, pictures=pictures, at=now)
        if done.captures or done.pictures:
            talk(upkeep.let_go(source.id, done), quiet=quiet)
    archive.purge(now)
