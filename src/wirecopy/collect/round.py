"""One round over what is due: the only loop, and the only caller of the steps.

A source gives leads; the ledger says which articles are due; each is asked for at its addresses in order until one
answer can be read and believed; what changed becomes a revision. Workers look, one writer writes: everything here runs
in one event loop, and each article ends in one transaction. The broad net of the house is here, around one source.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol, TypeVar

from wirecopy import urls, usage
from wirecopy.archive.protocol import Archive
from wirecopy.collect import discover, holding, pictures, schedule
from wirecopy.collect.doubt import doubt, repeats
from wirecopy.collect.read import Incomplete, Reading, habits, is_copy, is_imported, rules_of
from wirecopy.collect.read.habits import Glance, Habits, remembered
from wirecopy.collect.read.workers import Here
from wirecopy.collect.revise import fingerprint, revise
from wirecopy.errors import ArchiveError, Doubtful, FetchError, ReadError, Refused, SourceError
from wirecopy.model import (
    Article,
    Capture,
    Change,
    Entry,
    Failure,
    Footprint,
    Lead,
    Listing,
    Outcome,
    Revision,
    Source,
    State,
    Validators,
    Visit,
    document_text,
    encode,
    replace,
)
from wirecopy.text import without_addresses

# How many articles of one source are under way at once; the fetcher paces each host, whatever this is.
_AT_ONCE = 4
# So many articles of one host in a row without any answer, and the rest of it is left for the next round: it is down,
# and neither it nor the operator gains by asking for each of them.
_SILENT_AFTER = 5
# A page that has shrunk is believed when it says the same this much later.
_CONFIRMED_AFTER = timedelta(hours=1)
# Further pages of an index into the past that one round follows, each; a guess: two years of a busy outlet's feed.
_MOST_OLDER = 500
# Further pages of one article that are asked for: its other parts, or all of it on one page.
_MOST_PARTS = 30
# Answers of an index over which it is averaged how much it usually lists.
_USUAL_OF = 20
# A `lastmod` may be a day without an hour, in a zone nobody knows; one that never moves is not believed for ever.
_LASTMOD_SLACK = timedelta(days=1)
_LASTMOD_BELIEVED = timedelta(days=7)
_TDMREP_KEPT = timedelta(days=1)
# For so long a turn believes what an earlier one has read of its source; then all of it is looked at again.
_REMEMBERED = timedelta(hours=6)
_GONE = (404, 410)

SET_BACK = timedelta(minutes=5)
"""What a clock may go back without having been wrong: summer time is none, in UTC."""

_T = TypeVar("_T")


class Door(Protocol):
    """What a round needs of `fetch.Fetcher`."""

    def fetch(
        self, url: str, *, validators: Validators = ..., pace: float | None = ..., robots: bool = ...
    ) -> Awaitable[Capture]:
        """The answer of this address. Raises FetchError when there is none."""
        ...

    def robots_of(self, origin: str) -> Capture | None:
        """The last answer to robots.txt of this origin."""
        ...

    def footprints(self) -> tuple[Footprint, ...]:
        """What was asked of each host and day since the last call of `trodden`."""
        ...

    def closings(self) -> tuple[tuple[str, datetime], ...]:
        """The hosts that asked to be left alone since the last call of `trodden`, and until when."""
        ...

    def trodden(self) -> None:
        """What `footprints` and `closings` gave is kept."""
        ...

    def closed(self, url: str) -> float:
        """The seconds for which the host of this address wants to be left alone."""
        ...


class Reader(Protocol):
    """What a round needs to read with: `read.workers` has it, in this process and in processes of their own."""

    def read(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = ..., habits: Habits = ...
    ) -> Awaitable[Reading]:
        """What captures say (`read.reading`). Raises ReadError and Doubtful as that does."""
        ...

    def believed(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = ..., habits: Habits = ...
    ) -> Awaitable[Reading]:
        """What captures say, whatever is to be thought of it. Raises as `read` does."""
        ...

    def glance(self, source: Source, lead: Lead, capture: Capture) -> Awaitable[Glance]:
        """What habits are learned from. Raises as `read` does."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened in a round, for a progress bar and a log: what, of which source, and how far it is."""

    source: str
    what: str
    done: int = 0
    todo: int = 0


def _say_nothing(_step: Step) -> None:
    """For those who do not want to hear."""


async def collect(
    sources: Iterable[Source],
    *,
    archive: Archive,
    door: Door,
    now: datetime,
    everything: bool = False,
    indexes: bool = True,
    most: int | None = None,
    since: datetime | None = None,
    reader: Reader | None = None,
    checker: pictures.Checker | None = None,
    tell: Callable[[Step], None] = _say_nothing,
    jitter: Callable[[], float] = random.random,
) -> tuple[Outcome, ...]:
    """One round: every source that is due (all of them and all their articles with `everything`), side by side.

    Without `indexes` no index page is asked, only articles; `most` bounds the articles looked at per source. With
    `since` every index is asked, and followed into its past as far as that moment. Pictures are asked for where there
    is a `checker` of them and the source keeps them.
    Never raises for one source: its failures are in its Outcome. An ArchiveError ends the round.
    """
    chosen = tuple(sources)
    archive.enrol(chosen)
    if last_asked(archive, chosen, now) > now + SET_BACK:
        archive.set_back(now)
    plan = _Plan(now=now, everything=everything, indexes=indexes, most=most, since=since)
    rounds = [_Round(source, archive, door, reader or Here(), checker, plan, tell, jitter) for source in chosen]
    return tuple(await _side_by_side(each.run() for each in rounds))


@dataclass(slots=True)
class Memory:
    """What turns of a source need not ask the archive for as long as they find nothing new: when something besides its
    indexes is due (None: nothing is), as it was at `since`; its rhythm, once it was asked for.
    """

    since: datetime
    others: datetime | None
    rates: tuple[float, ...] | None = None

    def holds(self, now: datetime) -> bool:
        """Whether nothing besides its indexes is due, as far as this can be believed."""
        return timedelta() <= now - self.since < _REMEMBERED and (self.others is None or self.others > now)


async def turn(
    source: Source,
    *,
    archive: Archive,
    door: Door,
    now: datetime,
    memory: Memory | None,
    most: int,
    reader: Reader,
    checker: pictures.Checker | None,
) -> Outcome:
    """A round of one source, as `watch` makes them. With a `memory`, which must hold, nothing else is looked at where
    its indexes bring nothing new. Visits that bring nothing new are jotted down, and the footprint of a turn that is
    quiet is left to the next who keeps.
    """
    if memory is None:
        archive.enrol((source,))
    plan = _Plan(now=now, everything=False, indexes=True, most=most, since=None, is_turn=True)
    return await _Round(source, archive, door, reader, checker, plan, _say_nothing, random.random, memory).run()


def closings(asked: Iterable[tuple[str, datetime]], now: datetime) -> tuple[Visit, ...]:
    """The wishes of hosts to be left alone, as they are remembered."""
    return tuple(Visit(url=f"host:{host}", checked=now, due=until, result="left alone") for host, until in asked)


def left_alone(archive: Archive, host: str) -> datetime | None:
    """Until when a host wants to be left alone, where it ever said so."""
    visit = archive.visit(f"host:{host}")
    return None if visit is None else visit.due


def last_asked(archive: Archive, sources: Iterable[Source], now: datetime) -> datetime:
    """When an index of these sources was asked last, or `now`. Later than now: the clock was wrong then."""
    listed = (url for each in sources for url in (*each.feeds, *each.listings, *each.sitemaps))
    asked = (visit.checked for visit in map(archive.visit, listed) if visit and visit.checked)
    return max(asked, default=now)


def indexes_of(source: Source) -> Iterator[tuple[str, float]]:
    """The indexes of a source, each with how often it is asked: sitemaps catch up, and are asked more seldom."""
    others = (*source.feeds, *source.listings)
    yield from ((url, source.every) for url in others)
    yield from ((url, source.every * (8 if others else 1)) for url in source.sitemaps)


def is_quiet(outcome: Outcome) -> bool:
    """Whether a turn found all as it was: whatever it asked for had not been modified, and nothing else was due."""
    return outcome == Outcome(source=outcome.source, asked=outcome.asked, not_modified=outcome.asked)


async def _side_by_side(steps: Iterable[Coroutine[object, object, _T]]) -> list[_T]:
    """All of these at once. The first that fails stops the others, and its own error is what is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(step) for step in steps]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a round is to do, and the one moment for all its decisions."""

    now: datetime
    everything: bool
    indexes: bool
    most: int | None
    since: datetime | None
    is_turn: bool = False


@dataclass(slots=True)
class _Tally:
    """What an Outcome is made from while the round goes on."""

    leads: int = 0
    unchanged: int = 0
    held: int = 0
    not_modified: int = 0
    asked: int = 0
    pictures: int = 0
    pictures_missing: int = 0
    changes: dict[Change, int] = field(default_factory=lambda: dict.fromkeys(Change, 0))
    failures: list[Failure] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Look:
    """What looking at one article brought: the evidence, and why each address that failed did.

    `page` is what `article` was read from, with `parts`; `carried` is what the feed itself said of it.
    """

    article: Article | None = None
    page: Capture | None = None
    parts: list[Capture] = field(default_factory=list)
    carried: tuple[Article, Capture] | None = None
    captures: list[Capture] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    gone: Capture | None = None
    same: bool = False
    doubts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    retry_after: float = 0.0

    @property
    def has_answer(self) -> bool:
        """Whether the outlet said anything at all about this article: not silence, and not that it is in trouble."""
        return self.same or self.gone is not None or any(page.status < 500 for page in self.captures)


class _Round:
    """One source's part of a round."""

    def __init__(
        self,
        source: Source,
        archive: Archive,
        door: Door,
        reader: Reader,
        checker: pictures.Checker | None,
        plan: _Plan,
        tell: Callable[[Step], None],
        jitter: Callable[[], float],
        memory: Memory | None = None,
    ) -> None:
        self.source = source
        self.archive = archive
        self.door = door
        self.reader = reader
        self.checker = checker
        self.plan = plan
        self.now = plan.now
        self.tell = tell
        self.jitter = jitter
        self.tally = _Tally()
        self.silent: Counter[str] = Counter()  # articles of a host in a row that had no answer
        self.copies: dict[str, Capture] = {}
        self.told: dict[int, list[tuple[str, str, str]]] = {}
        self.wishes: dict[str, Capture | None] = {}
        self.asking_wishes = asyncio.Lock()
        self.is_whole = memory is None
        self.memory = memory or Memory(plan.now, None)

    @cached_property
    def habits(self) -> Habits:
        """What repeats on the source's pages, as it was learned last."""
        return remembered(self.archive.habits(self.source.id))

    async def run(self) -> Outcome:
        try:
            if self.plan.indexes:
                await self.discover()
            if self.is_whole or not is_quiet(self.outcome()):
                await self.follow()
                await self.learn()
                await self.gather()
        except ArchiveError:
            raise
        except Exception as error:  # noqa: BLE001 - one failing source harms no other; what it was is in the outcome
            self.fail(self.source.homepage or self.source.id, _fault(error))
        finally:
            outcome = self.outcome()
            if not (self.plan.is_turn and is_quiet(outcome)):
                with contextlib.suppress(ArchiveError):  # what raised is worse; the next who keeps keeps these too
                    self.keep_footprints()
        return outcome

    def outcome(self) -> Outcome:
        counted = self.tally
        return Outcome(
            source=self.source.id,
            leads=counted.leads,
            new=counted.changes[Change.NEW],
            edited=counted.changes[Change.EDITED],
            gone=counted.changes[Change.GONE],
            back=counted.changes[Change.BACK],
            unchanged=counted.unchanged,
            held=counted.held,
            asked=counted.asked,
            not_modified=counted.not_modified,
            pictures=counted.pictures,
            pictures_missing=counted.pictures_missing,
            failures=tuple(counted.failures),
            complaints=tuple(counted.complaints),
        )

    def keep_footprints(self, *visits: Visit) -> None:
        """Remember these visits, and what outlets were asked and asked of us: that is known as soon as what it brought
        is.
        """
        footprints = self.door.footprints()
        if not footprints and not visits:
            return
        with self.archive.batch():
            self.archive.remember((*visits, *closings(self.door.closings(), self.now)))
            self.archive.tread(footprints)
        self.door.trodden()

    def fail(self, url: str, reason: str) -> None:
        self.tally.failures.append(Failure(url=url, reason=reason))

    # --- a source gives leads

    async def discover(self) -> None:
        """Ask the index pages that are due. Sitemaps catch up: they are asked more seldom, or when a feed failed."""
        feeds_failed = False
        for url, every in indexes_of(self.source):
            is_sitemap = url in self.source.sitemaps
            went_well = await self.index(url, every, at_once=is_sitemap and feeds_failed)
            feeds_failed |= not (went_well or is_sitemap)

    def is_untouched(self, url: str, touched: datetime | None) -> bool:
        """Whether a part of an index has not changed since it was read, by the index's word; believed for a week."""
        visit = self.archive.visit(url)
        read = None if visit is None else visit.good
        if self.plan.everything or self.plan.since is not None or read is None or touched is None:
            return False
        return touched < read - _LASTMOD_SLACK and self.now - read < _LASTMOD_BELIEVED

    async def index(self, url: str, every: float, depth: int = 0, *, at_once: bool = False) -> bool:
        """Ask one index page, where it is due or wanted `at_once`, and note its leads; whether that went well."""
        visit = self.archive.visit(url) or Visit(url=url)
        wanted = at_once or self.plan.everything or self.plan.since is not None
        due = schedule.index_due(visit.due, visit.checked, every)
        if not wanted and due is not None and due > self.now:
            return True
        self.tell(Step(self.source.id, f"asking {url}"))
        if self.plan.since is not None:  # its entries are wanted, whether they are new or not
            visit = replace(visit, validators=Validators())
        try:
            page = await self.ask(url, visit)
            if _is_same(page, visit):
                self.tally.not_modified += 1
                listing = Listing()
            elif page.status == 200:
                listing = discover.read(self.source, page, self.plan.since)
            else:
                wait = self.door.closed(page.final_url)
                raise FetchError(f"{url} answered {page.status}, not a feed or sitemap", retry_after=wait)
        except SourceError as error:
            self.fail(url, str(error))
            failures = visit.failures + 1
            since = visit.since if visit.failures and visit.since else self.now
            due = schedule.next_try(self.now, failures, jitter=self.jitter())
            if isinstance(error, FetchError) and error.retry_after:
                due = max(due, self.now + timedelta(seconds=error.retry_after))
            self.keep_footprints(
                replace(
                    visit,
                    validators=Validators(),
                    checked=self.now,
                    due=due,
                    failures=failures,
                    result=str(error)[:300],
                    since=since,
                )
            )
            return False
        self.take(listing)
        due = schedule.next_index(self.now, every, self.rates(), max_age=_max_age(page), jitter=self.jitter())
        seen = replace(_visit_of(url, page, self.now, visit), due=due)
        if page.status == 200:
            listed = len(listing.leads) + len(listing.more)
            usual = listed if visit.good is None else visit.usual + (listed - visit.usual) / _USUAL_OF
            seen = replace(seen, listed=listed, usual=round(usual, 2))
        if self.plan.is_turn and page.status == 304:
            self.archive.jot(seen)
        else:
            self.keep_footprints(seen)
        if depth == 0:
            touched = dict(listing.touched)
            for more in listing.more if self.plan.since is not None else listing.more[:50]:
                if not self.is_untouched(more, touched.get(more)):
                    await self.index(more, every * 4, depth=1)
        if self.plan.since is not None:
            await self.page_back(listing, self.plan.since)
        return True

    def rates(self) -> tuple[float, ...]:
        """The source's rhythm: see `schedule.rhythm`."""
        if self.memory.rates is None:
            published = self.archive.published(self.source.id, self.now - schedule.RHYTHM)
            self.memory.rates = schedule.rhythm(published, self.now)
        return self.memory.rates

    async def page_back(self, listing: Listing, since: datetime) -> None:
        """Follow an index into its past, until all that it lists is older than asked for, or nothing new."""
        seen = {lead.key for lead in listing.leads}
        asked: set[str] = set()
        while (url := next((each for each in listing.older if each not in asked), "")) and len(asked) < _MOST_OLDER:
            asked.add(url)
            self.tell(Step(self.source.id, f"asking {url}"))
            try:
                page = await self.ask_anew(url)
                if page.status in _GONE:  # as WordPress says that there are no more
                    return
                listing = discover.read(self.source, page, since)
            except SourceError as error:
                self.tally.complaints.append(f"paging back ended here: {error}")
                return
            fresh = [lead for lead in listing.leads if lead.key not in seen]
            if not fresh or all(_is_before(lead, since) for lead in fresh):
                return
            seen.update(lead.key for lead in fresh)
            self.take(listing)

    def take(self, listing: Listing) -> None:
        """Note what an index gave; when paging back, no lead that is older than asked for and was never seen."""
        self.tally.complaints += listing.complaints
        for key, copy in listing.copies:
            self.copies.setdefault(key, copy)
        leads = listing.leads
        if (since := self.plan.since) is not None:
            known = self.archive.entry
            leads = tuple(lead for lead in leads if not _is_before(lead, since) or known(lead.source, lead.key))
        self.note(leads)
        if self.source.read == "feed":
            self.wake_what_reads_otherwise(leads)

    def wake_what_reads_otherwise(self, leads: Sequence[Lead]) -> None:
        """An entry whose text changed is due, also where its title and its moment stayed."""
        for lead in leads:
            copy, entry = self.copies.get(lead.key), self.archive.entry(lead.source, lead.key)
            if copy is None or entry is None or entry.state is State.EXCLUDED:
                continue
            visit = self.archive.visit(lead.url)
            if (visit is None or visit.digest != copy.digest) and (entry.due is None or entry.due > self.now):
                self.archive.settle(replace(entry, due=self.now))

    def note(self, leads: Sequence[Lead]) -> None:
        self.tally.leads += len(leads)
        if not leads:
            return
        self.forget_validators_of_what_moved(leads)
        self.archive.note(leads, at=self.now)
        for lead in leads:
            entry = self.archive.entry(lead.source, lead.key)
            if entry is None:
                continue
            reason = discover.exclusion(self.source, lead)
            if reason and entry.state is not State.EXCLUDED:
                self.archive.settle(replace(entry, state=State.EXCLUDED, reason=reason, due=None))
            elif entry.state is State.GONE and self.now - (entry.checked or self.now) >= schedule.SOONEST:
                # The outlet lists again what it had taken away.
                self.archive.settle(replace(entry, due=self.now))

    def forget_validators_of_what_moved(self, leads: Sequence[Lead]) -> None:
        """An index that says that an article changed is believed before a server that would answer 304."""
        known = ((lead, self.archive.entry(lead.source, lead.key)) for lead in leads)
        moved = [lead for lead, entry in known if entry is not None and _has_moved(entry.lead, lead)]
        self.archive.remember([visit for lead in moved for visit in self.without_validators(lead)])

    def without_validators(self, lead: Lead) -> list[Visit]:
        """What is remembered of asking for this article, but for what could be answered by a 304."""
        visits = filter(None, map(self.archive.visit, asks_of(self.source, lead)))
        return [replace(visit, validators=Validators()) for visit in visits]

    # --- a lead is fetched, read, revised

    def admit_what_no_rule_excludes(self) -> None:
        """The operator's rules change; what was excluded by a former one is waiting again."""
        for entry in self.archive.entries(self.source.id, State.EXCLUDED):
            if not discover.exclusion(self.source, entry.lead):
                self.archive.settle(replace(entry, state=State.WAITING, reason="", due=self.now))

    async def follow(self) -> None:
        """Look at every article that is due, a few at once."""
        if self.plan.everything:
            self.admit_what_no_rule_excludes()
        due = self.archive.due(self.source.id, None if self.plan.everything else self.now)[: self.plan.most]
        gate = asyncio.Semaphore(_AT_ONCE)
        done = left = 0

        async def one(entry: Entry) -> None:
            nonlocal done, left
            async with gate:
                host = urls.host(entry.lead.url)
                if self.silent[host] >= _SILENT_AFTER:
                    left += 1
                    return
                look = await self.look(entry)
                if look.has_answer:
                    self.silent[host] = 0
                elif look.visits:  # what was refused was never asked, and says nothing of a host
                    self.silent[host] += 1
                await self.settle(entry, look)
                done += 1
                self.tell(Step(self.source.id, entry.lead.title or entry.lead.url, done, len(due)))

        await _side_by_side(one(entry) for entry in due)
        if left:
            self.fail(
                self.source.homepage or self.source.id,
                f"{max(self.silent.values())} articles in a row had no answer; the {left:,} others that are due are "
                "left for later",
            )

    async def look(self, entry: Entry) -> _Look:
        """What the outlet says of an article now: its feed, where that is what is read; else its pages."""
        if self.source.read == "feed":
            return await self.look_in_feed(entry)
        look = await self.look_at_pages(entry.lead)
        if look.article is None and not look.same and look.gone is None:
            look.carried = await self.carried(entry.lead)
        return look

    async def look_in_feed(self, entry: Entry) -> _Look:
        """The entry that the feed has now. What it had before stands; what it never had is looked for on its page."""
        lead = entry.lead
        copy = self.copies.get(lead.key)
        if copy is None:
            if self.archive.standing(lead.source, lead.key) is not None:
                return _Look(same=True)
            return await self.look_at_pages(lead)
        look = _Look(captures=[copy])
        try:
            look.article = (await self.read(lead, copy)).article
        except SourceError as error:
            look.doubts.append(str(error))
            return look
        look.page = copy
        look.visits.append(Visit(url=lead.url, digest=copy.digest, checked=self.now, result="feed"))
        return look

    async def carried(self, lead: Lead) -> tuple[Article, Capture] | None:
        """What the feed itself carried of an article, where that can be read."""
        copy = self.copies.get(lead.key)
        if copy is None:
            return None
        try:
            article = (await self.read(lead, copy)).article
        except SourceError:
            return None
        return None if doubt(article, None) else (article, copy)

    async def look_at_pages(self, lead: Lead) -> _Look:
        """Ask for an article at its addresses, in order, until an answer can be read and believed."""
        look = _Look()
        asks = asks_of(self.source, lead)
        missing = 0
        for url in asks:
            visit = self.archive.visit(url) or Visit(url=url)
            try:
                page = await self.ask(url, visit)
            except FetchError as error:
                look.failures.append(str(error))
                look.retry_after = max(look.retry_after, error.retry_after or 0.0)
                if not isinstance(error, Refused):
                    look.visits.append(
                        replace(visit, checked=self.now, failures=visit.failures + 1, result=str(error)[:300])
                    )
                continue
            if _is_same(page, visit):
                self.tally.not_modified += 1
                look.same = True
                look.visits.append(_visit_of(url, page, self.now, visit))
                return look
            if page.status in _GONE:
                look.failures.append(f"{url} answered {page.status}")
                missing += 1
                # The public page decides; where it is not asked, all that are asked must agree.
                if url == lead.url or missing == len(asks):
                    look.gone = page
                    return look
                continue
            look.captures.append(page)
            if page.status != 200:
                look.retry_after = max(look.retry_after, self.door.closed(page.final_url))
            try:
                article, parts = await self.read_whole(lead, page)
            except SourceError as error:
                if isinstance(error, Doubtful) and await self.was_accepted(lead, page):
                    look.same = True
                    look.visits.append(_visit_of(url, page, self.now, visit))
                    return look
                # An answer of 4xx or 5xx says nothing about the article; one of 200 that is not it is held.
                (look.doubts if page.status == 200 else look.failures).append(str(error))
                continue
            if (article.source, article.key) != (lead.source, lead.key):
                look.doubts.append(f"{url} answered with another article, {article.key!r:.80} and not {lead.key!r}")
                continue
            if look.article is None or not article.weak:
                look.article, look.page, look.parts = article, page, parts
                seen = _visit_of(url, page, self.now, visit)
                # What is read as a last resort is asked for again in full: a 304 would speak of that.
                look.visits.append(replace(seen, validators=Validators()) if article.weak else seen)
            if not article.weak:
                return look
        return look

    async def was_accepted(self, lead: Lead, page: Capture) -> bool:
        """Whether a page that is doubted says what the operator has accepted before."""
        standing = self.archive.standing(lead.source, lead.key)
        if standing is None:
            return False
        try:
            seen = (await self.reader.believed(self.source, lead, page, (), self.habits)).article
        except SourceError:
            return False
        return holding.was_accepted(seen, standing)

    async def read_whole(self, lead: Lead, page: Capture) -> tuple[Article, list[Capture]]:
        """An article with all the parts that its pages name, as far as they can be had; and the pages of these.

        Where a part could not be had the article is `weak`: it takes the place of no whole one. Raises SourceError when
        there is no article, also not where its page says that it is.
        """
        parts: list[Capture] = []
        asked: set[str] = set()
        article: Article | None = None
        missing: SourceError = ReadError(f"{page.url} holds no article")
        while True:
            try:
                whole = await self.read(lead, page, parts)
                article, wants = whole.article, whole.wants
            except Incomplete as error:
                missing, wants = error, error.wants
            url = next((each for each in wants if each not in asked), "")
            if not url or len(asked) >= _MOST_PARTS:
                break
            asked.add(url)
            try:
                part = await self.ask_anew(url)
            except FetchError as error:
                self.tally.complaints.append(f"{lead.url} lacks a part: {error}")
                article = None if article is None else replace(article, weak=True)
                break
            parts.append(part)
        if article is None:
            raise missing
        return article, parts

    async def read(self, lead: Lead, capture: Capture, more: Sequence[Capture] = ()) -> Reading:
        """What captures say. Raises SourceError."""
        try:
            return await self.reader.read(self.source, lead, capture, more, self.habits)
        except SourceError:
            raise
        except Exception as error:  # a reader's fault on one page must not cost the others
            raise Doubtful(f"{capture.url}: {_fault(error)}") from error

    async def learn(self) -> None:
        """See what repeats on the source's pages, now and then: it is not the articles'."""
        counts = self.archive.counts(self.source.id)
        articles = counts[State.ARCHIVED] + counts[State.UNCHANGED]
        if self.source.read == "feed" or not habits.is_due(self.habits, articles):
            return
        self.tell(Step(self.source.id, "learning what repeats on its pages"))
        entries = (
            each for state in (State.ARCHIVED, State.UNCHANGED) for each in self.archive.entries(self.source.id, state)
        )
        newest = heapq.nlargest(habits.MOST, entries, key=lambda each: (each.first_seen, each.lead.key))
        glances: list[Glance] = []
        for entry in newest:
            standing = self.archive.standing(self.source.id, entry.lead.key)
            page = self.archive.capture(standing.capture) if standing is not None and standing.capture else None
            if page is None or is_copy(page) or is_imported(page):
                continue
            with contextlib.suppress(SourceError):
                glances.append(await self.reader.glance(self.source, entry.lead, page))
        self.archive.learn(self.source.id, encode(habits.learn(glances, articles)))

    async def gather(self) -> None:
        """Fetch the pictures that the archived articles show. What is missing is no failure of the source."""
        if self.checker is None or self.source.pictures != "own":
            return
        found = await pictures.gather(
            self.source,
            archive=self.archive,
            door=self.door,
            checker=self.checker,
            now=self.now,
            everything=self.plan.everything,
            jitter=self.jitter,
            tell=lambda name, done, todo: self.tell(Step(self.source.id, f"picture {name}", done, todo)),
        )
        self.tally.pictures, self.tally.pictures_missing = found.kept, found.missing
        self.tally.asked += found.asked
        self.tally.not_modified += found.not_modified
        if found.left:
            self.tally.complaints.append(
                f"pictures had no answer, one after the other; {found.left:,} are left for later"
            )

    async def settle(self, entry: Entry, look: _Look) -> None:
        """End a look in the ledger, with its evidence and what it changed, in one transaction."""
        place = (self.source.id, entry.lead.key)
        latest = None if look.same else self.archive.latest(*place)
        standing = None if look.same else self.archive.standing(*place)
        kept: list[Capture] = []
        revision: Revision | None = None
        state, reason = entry.state, ""
        if look.same:
            state = State.UNCHANGED
        elif look.article is not None and (wish := await self.unwanted(look, entry.lead)):
            state, reason = State.EXCLUDED, wish
            look.carried = None
        elif look.article is not None and look.page is not None:
            before = await self.by_todays_rules(entry.lead, standing)
            reason = await self.reason_to_doubt(entry, look.article, before)
            if reason:
                state, kept = State.HELD, [look.page, *look.parts]
            else:
                revision = revise(latest, before, look.article, look.page)
                state = State.UNCHANGED if revision is None else State.ARCHIVED
                kept = [look.page, *look.parts] if revision is not None else []
        elif look.gone is not None:
            state, reason = State.GONE, f"{look.gone.url} answered {look.gone.status}"
            revision = revise(latest, None, None, look.gone) if standing is not None else None
            kept = [look.gone] if revision is not None else []
        elif look.doubts:
            state, reason, kept = State.HELD, _told_once(look.doubts), look.captures
        else:
            state, reason = State.FAILED, _told_once(look.failures) or "it has no address to ask"
        if state is State.HELD:
            kept = self.not_held_yet(entry, kept)
            reason = holding.reason_again(entry, reason)
        if look.carried is not None and (standing is None or _is_from_feed(standing)):
            # The page could not be had or is not believed: what the feed itself said is kept, and marked as that.
            revision = revise(latest, await self.by_todays_rules(entry.lead, standing), *look.carried)
            kept = [*kept, look.carried[1]] if revision is not None else kept
        if revision is not None and latest is not None and revision.at <= latest.at:
            # The clock was ahead when the latest was taken: what was seen after it comes after it all the same.
            revision = replace(revision, at=latest.at + timedelta(milliseconds=1))
        self.count(entry, state, reason, revision)
        failed = state in (State.HELD, State.FAILED)
        failures = entry.failures + 1 if failed else 0
        ended = replace(
            entry,
            state=state,
            reason=reason[:1000],
            checked=self.now,
            failures=failures,
            due=None if state is State.EXCLUDED else self.next_due(entry, failures, look, standing),
        )
        visits = look.visits
        if state is State.HELD:
            visits = [self.without_new_validators(visit) for visit in visits]
        elif state is State.GONE:
            visits = self.without_validators(entry.lead)
        self.archive.settle(ended, captures=kept, revision=revision, visits=visits)
        self.keep_footprints()

    async def unwanted(self, look: _Look, lead: Lead) -> str:
        """Put the site's own wishes beside those of the page; why the article is not kept, where one is obeyed."""
        assert look.article is not None
        url, origin = look.article.url or lead.url, urls.origin(lead.url)
        robots = self.door.robots_of(origin)
        said = list(look.article.usage)
        said += usage.in_robots(robots, url) if robots is not None else ()
        if "tdm" in self.source.respect and (file := await self.tdmrep(origin)) is not None:
            said += usage.in_tdmrep(file, url)
        look.article = replace(look.article, usage=tuple(dict.fromkeys(said))[: usage.MOST])
        signal = "noarchive" in self.source.respect and usage.forbidden(look.article.usage, "noarchive")
        return f"its publisher asks not to archive it ({signal}), and respect names noarchive" if signal else ""

    async def tdmrep(self, origin: str) -> Capture | None:
        """A site's TDMRep file, asked for once a day."""
        url = origin + usage.TDMREP
        async with self.asking_wishes:
            if url not in self.wishes:
                page = self.archive.page(url, self.now)
                if page is None or self.now - page.at >= _TDMREP_KEPT:
                    try:
                        page = await self.ask(url, Visit(url=url))
                        self.archive.keep([page])
                    except FetchError:
                        page = None
                self.wishes[url] = page
            return self.wishes[url]

    def count(self, entry: Entry, state: State, reason: str, revision: Revision | None) -> None:
        if revision is not None:
            self.tally.changes[revision.change] += 1
        if state is State.HELD:
            self.tally.held += 1
        elif state is State.FAILED:
            self.fail(entry.lead.url, reason)
        elif revision is None:
            self.tally.unchanged += 1

    def without_new_validators(self, visit: Visit) -> Visit:
        """A visit whose answer was not believed: a later 304 must speak of the last answer that was."""
        before = self.archive.visit(visit.url)
        return replace(visit, validators=before.validators if before else Validators(), result="held")

    def not_held_yet(self, entry: Entry, pages: list[Capture]) -> list[Capture]:
        """Of what is doubted, the pages that are not in the archive already: a wall looks the same every day. None
        whose publisher does not wish it, where that is obeyed.
        """
        known = {page.digest for page in self.archive.captures(self.source.id, entry.lead.key)}
        new = [page for page in pages if page.digest not in known]
        if "noarchive" not in self.source.respect:
            return new
        return [page for page in new if not usage.forbidden(usage.signals(page), "noarchive")]

    async def by_todays_rules(self, lead: Lead, standing: Revision | None) -> Article | None:
        """The last good copy as it would be read today: a better rule must not look like an edit by the outlet."""
        if standing is None or standing.article is None or standing.article.rules == rules_of(self.source, self.habits):
            return None if standing is None else standing.article
        evidence = self.archive.capture(standing.capture) if standing.capture else None
        if evidence is None:
            return standing.article
        others = self.archive.captures(self.source.id, standing.key)
        more = [each for each in others if each.at >= evidence.at and each.id != evidence.id and not is_copy(each)]
        try:
            return (await self.read(lead, evidence, more)).article
        except SourceError:
            return standing.article

    async def reason_to_doubt(self, entry: Entry, seen: Article, before: Article | None) -> str:
        """Why what was read is held. A page that only shrank is believed when it says the same again an hour later."""
        if seen.weak and before is not None and not before.weak:
            return f"only a reading of last resort was to be had ({seen.reader}); the copy from {before.reader} stands"
        always = doubt(seen, None, source=self.source, lead=entry.lead, lengths=self.habits.lengths) or self.repeats(
            entry, seen
        )
        reason = always or doubt(seen, before)
        if not reason or always or entry.state is not State.HELD or entry.checked is None or holding.is_refused(entry):
            return reason
        if self.now - entry.checked < _CONFIRMED_AFTER:
            return reason
        held = self.archive.captures(self.source.id, entry.lead.key)
        try:
            again = (await self.read(entry.lead, held[-1])).article if held else None
        except SourceError:
            again = None
        return "" if again is not None and fingerprint(again) == fingerprint(seen) else reason

    def repeats(self, entry: Entry, seen: Article) -> str:
        """Why a text that this round has seen at other addresses is not believed."""
        text = document_text(seen.body)
        alike = self.told.setdefault(hash(text), [])
        reason = repeats(seen, alike)
        alike.append((seen.key, entry.lead.title, text))
        return reason

    def next_due(self, entry: Entry, failures: int, look: _Look, standing: Revision | None) -> datetime | None:
        if failures:
            due = schedule.next_try(self.now, failures, jitter=self.jitter())
            return max(due, self.now + timedelta(seconds=look.retry_after))
        article = look.article or (standing.article if standing is not None else None)
        published = article.published if article is not None else entry.lead.published
        since = max(filter(None, (published, entry.first_seen)), default=self.now)
        return schedule.next_look(self.now, min(since, self.now))

    async def ask_anew(self, url: str) -> Capture:
        """What an address says, or that it is gone. Raises FetchError for all else."""
        page = await self.ask(url, Visit(url=url))
        if page.status != 200 and page.status not in _GONE:
            raise FetchError(f"{url} answered {page.status}")
        return page

    async def ask(self, url: str, visit: Visit) -> Capture:
        try:
            robots = "robots" in self.source.respect
            return await self.door.fetch(url, validators=visit.validators, pace=self.source.pace, robots=robots)
        except Refused:
            self.tally.asked -= 1
            raise
        finally:
            self.tally.asked += 1


def asks_of(source: Source, lead: Lead) -> tuple[str, ...]:
    """The addresses to ask for one article, in order, each once."""
    values = {
        "url": lead.url,
        "key": lead.key,
        "kind": lead.kind,
        "language": source.language,
        "origin": urls.origin(lead.url),
    }
    asks = [template.format(**values) for template in source.asks] or [lead.url]
    return tuple(dict.fromkeys(filter(None, (urls.resolve(ask) for ask in asks))))


def _has_moved(before: Lead, now: Lead) -> bool:
    """Whether an index says something new about an article; what it leaves out says nothing."""
    return any(
        new and new != old
        for old, new in ((before.title, now.title), (before.url, now.url), (before.modified, now.modified))
    )


def _is_before(lead: Lead, moment: datetime) -> bool:
    """Whether an index says that an article is older than this; of one without a moment nothing is known."""
    newest = max(filter(None, (lead.published, lead.modified)), default=None)
    return newest is not None and newest < moment


def _is_from_feed(standing: Revision) -> bool:
    return standing.article is not None and standing.article.weak and standing.article.reader == "feed"


def _is_same(page: Capture, visit: Visit) -> bool:
    """Whether an answer says that nothing changed. A 304 to a question without a condition says nothing at all."""
    return page.status == 304 and visit.validators != Validators()


def _visit_of(url: str, page: Capture, now: datetime, before: Visit) -> Visit:
    """What to remember of an answer. A 304 keeps the validators it confirmed, unless it brings new ones."""
    given = Validators(etag=page.header("etag"), last_modified=page.header("last-modified"))
    if page.status == 304:
        kept = before.validators if given == Validators() else given
        return replace(before, validators=kept, checked=now, failures=0, result="304", good=now, since=None)
    good = now if page.status == 200 else None
    return Visit(url=url, validators=given, digest=page.digest, checked=now, result=str(page.status), good=good)


def _max_age(page: Capture) -> float:
    """The seconds for which an answer says that it holds (Cache-Control: max-age, less its Age); 0: it says none."""
    said = re.search(r"(?:^|[\s,])max-age=\"?(\d{1,9})", page.header("cache-control"), re.IGNORECASE)
    age = page.header("age")
    spent = float(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0.0
    return max(0.0, float(said[1]) - spent) if said else 0.0


def _fault(error: Exception) -> str:
    return f"a fault of wirecopy itself, please report it: {type(error).__name__}: {error}"


def _told_once(reasons: Iterable[str]) -> str:
    """Reasons in a row, each once: what differs only in the address that was asked is one reason."""
    first: dict[str, str] = {}
    for reason in reasons:
        first.setdefault(without_addresses(reason), reason)
    return "; ".join(first.values())
