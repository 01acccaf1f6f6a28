"""The only door to the network: an address in, a capture out.

- An answer is data, whatever its status; no answer is a FetchError; what must not be asked is Refused.
- Where we may go is `guard`'s word, given before asking, at each redirect, and on the very IP address that a
  connection is opened to. Whose turn it is, is `pace`'s; what a site forbids, `robots`'; the request itself, `door`'s.
- Every request has a time, a size and a number of redirects it may not exceed. An answer that breaks off, or goes on
  too long, is a capture that says so in `truncated`.
- Nothing is remembered between two requests but pace, robots.txt and open connections: no cookies, no credentials, no
  cache. Schedules and validators are the caller's, and so is what a host's wish to be left alone is kept in.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlencode

from wirecopy.collect.fetch import robots as robots_txt
from wirecopy.collect.fetch.clocks import ENOUGH, Clocks
from wirecopy.collect.fetch.coding import ACCEPTED
from wirecopy.collect.fetch.door import Door, Limits, Resolve, Unanswered
from wirecopy.collect.fetch.guard import Guard, Target, split
from wirecopy.collect.fetch.pace import LONGEST_CLOSED, PATIENCE, Turns, retry_after
from wirecopy.errors import ConfigError, FetchError, Refused
from wirecopy.model import Capture, Footprint, Validators, replace
from wirecopy.version import __version__

__all__ = ["Fetcher", "Limits"]

_RETRIED = frozenset({429, 500, 502, 503, 504})
_LONGEST_BACK_OFF = 30.0  # seconds; what needs longer is the schedule's business
_MANY_ORIGINS = 1024  # sites that are remembered before old ones are forgotten


class Fetcher:
    """Asks the web. Use it as an async context manager, one for all sources, so that each host has one pace.

    `clock` stamps captures; `monotonic` (default: the loop's time) and `sleep` keep the pace; `allow` names hosts or
    addresses that may be asked although they are private; `known` gives the last capture of a robots.txt, so that it
    is not asked for again before its time; `left_alone` gives the moment until which a host wants to be left alone, by
    what an earlier process kept of `closings`; `proxy` (http, https, socks5, socks5h) replaces those of
    the environment; `on_wait` is told (host, seconds) before each wait; `resolve` replaces the system's resolver.
    `notes` says what robots.txt asked for and did not get; `fresh_robots` has the answers to robots.txt that nobody
    has kept yet: whoever keeps them clears it.
    """

    def __init__(
        self,
        *,
        contact: str,
        clock: Callable[[], datetime],
        pace: float = 1.0,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        allow: frozenset[str] = frozenset(),
        known: Callable[[str], Capture | None] | None = None,
        left_alone: Callable[[str], datetime | None] | None = None,
        proxy: str = "",
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        per_host: int = 1,
        attempts: int = 3,
        robots: bool = True,
        monotonic: Callable[[], float] | None = None,
        on_wait: Callable[[str, float], None] | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self.notes: list[str] = []
        self.fresh_robots: list[Capture] = []
        self._agent = f"wirecopy/{__version__} (+{_checked(contact)})"
        self._clock = clock
        self._pace = pace
        self._limits = limits
        self._guard = Guard(allow)
        self._door = Door(self._guard, limits, proxy=proxy, clock=clock, resolve=resolve)
        self._jitter = jitter
        self._attempts = attempts
        self._heeds_robots = robots
        self._monotonic = monotonic or _loop_time
        self._turns = Turns(now=self._monotonic, sleep=sleep, per_host=per_host, on_wait=on_wait)
        self._known = known
        self._left_alone = left_alone
        self._recalled: set[str] = set()  # hosts of which was asked whether they want to be left alone
        self._closings: dict[str, datetime] = {}
        self._clocks = Clocks()
        self._robots: dict[str, _KeptRobots] = {}
        self._silent: set[str] = set()  # origins that did not answer when last asked, however often

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._door.close()

    @property
    def asked(self) -> int:
        """How many requests were really sent: the operator's footprint."""
        return self._door.asked

    def footprints(self) -> tuple[Footprint, ...]:
        """What was asked of each host and day since the last call of `trodden`."""
        return tuple(self._door.footprints.values())

    def closings(self) -> tuple[tuple[str, datetime], ...]:
        """The hosts that asked to be left alone since the last call of `trodden`, and until when."""
        return tuple(self._closings.items())

    def trodden(self) -> None:
        """What `footprints` and `closings` gave is kept now, by whoever asked for it."""
        self._door.footprints.clear()
        self._closings.clear()

    def closed(self, url: str) -> float:
        """The seconds for which the host of this address still wants to be left alone; 0: for none."""
        return self._turns.closed(split(url).host)

    def clock_ahead(self, heard: int = ENOUGH) -> float | None:
        """By how many seconds this machine's clock is ahead of what servers say (behind: below 0); None: fewer than
        `heard` said something.
        """
        return self._clocks.ahead(heard)

    def doubts_clock(self) -> bool:
        """Whether every server that said something says that this machine's clock is hours off."""
        return self._clocks.is_doubted()

    @property
    def robots_captures(self) -> dict[str, Capture]:
        """The last answers to robots.txt, by origin: evidence."""
        return {origin: kept.capture for origin, kept in self._robots.items() if kept.capture is not None}

    def robots_of(self, origin: str) -> Capture | None:
        """The last answer to robots.txt of this origin."""
        kept = self._robots.get(origin)
        return None if kept is None else kept.capture

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators = Validators(),  # noqa: B008 -- frozen
        accept: str = "*/*",
        pace: float | None = None,
        robots: bool = True,
    ) -> Capture:
        """Ask for this address and follow where it leads.

        `validators` are sent back as they came, to this address and not to where it redirects: there they would be
        another page's. Without `robots`, robots.txt is neither asked for nor obeyed. Raises FetchError for no answer,
        Refused for what must not be asked.
        """
        headers = {"User-Agent": self._agent, "Accept": accept, "Accept-Encoding": ACCEPTED}
        own = self._pace if pace is None else pace
        heeds = self._heeds_robots and robots
        return await self._walk(_Errand(self._target(url), headers, own, self._limits, heeds), validators)

    async def tell(self, url: str, form: Sequence[tuple[str, str]]) -> Capture:
        """Tell this address something, once (POST, application/x-www-form-urlencoded): a hub that a feed has changed.

        Raises FetchError for no answer, Refused for what must not be asked.
        """
        target = self._target(url)
        headers = {"User-Agent": self._agent, "Content-Type": "application/x-www-form-urlencoded"}
        await self._turns.take(target.host, self._pace)
        try:
            until = _loop_time() + self._limits.total
            capture, _ = await self._door.ask(target, headers, self._limits, until, urlencode(form).encode())
        finally:
            self._turns.give(target.host)
        return capture

    # --- one errand: retries, redirects, turns

    async def _walk(self, errand: _Errand, validators: Validators) -> Capture:
        target, headers = errand.target, errand.headers | _conditions(validators)
        been = {target.href}
        left = errand.limits.total
        failures = 0
        while True:
            last_try = failures + 1 >= (1 if target.origin in self._silent else self._attempts)
            try:
                gap = await self._agreed_pace(target, errand.pace) if errand.heeds_robots else errand.pace
                capture, location, took = await self._turn(target, headers, gap, errand.limits, left)
            except Unanswered:
                if last_try:
                    self._call_silent(target.origin)
                    raise
            else:
                if location:
                    target = self._redirected(target, location, been, errand.limits.redirects)
                    headers, left = errand.headers, left - took
                    continue
                if last_try or not self._is_worth_retrying(capture, target):
                    return replace(capture, url=errand.target.url) if len(been) > 1 else capture
            failures += 1
            left = errand.limits.total
            # Exponential with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
            await self._turns.rest(target.host, self._jitter() * min(_LONGEST_BACK_OFF, 2.0**failures))

    def _is_worth_retrying(self, capture: Capture, target: Target) -> bool:
        return capture.status in _RETRIED and self._turns.closed(target.host) <= PATIENCE

    async def _turn(
        self, target: Target, headers: dict[str, str], gap: float, limits: Limits, left: float
    ) -> tuple[Capture, str, float]:
        """Wait for a turn and ask; the capture, where it redirects to, and the seconds it took to answer."""
        host = target.host
        self._recall(host)
        await self._turns.take(host, gap)
        begun = _loop_time()
        try:
            capture, location = await self._door.ask(target, headers, limits, begun + left)
        finally:
            self._turns.give(host)
        self._silent.discard(target.origin)
        self._clocks.hear(host, capture, self._monotonic())
        if capture.status in (429, 503):
            wait = retry_after(capture.header("Retry-After"), capture.at)
            if wait is not None:
                self._turns.close(host, wait)
                self._closings[host] = self._clock() + timedelta(seconds=self._turns.closed(host))
        return capture, location, _loop_time() - begun

    def _recall(self, host: str) -> None:
        """Leave a host alone for what is left of what it asked an earlier process for."""
        if self._left_alone is None or host in self._recalled:
            return
        if len(self._recalled) >= _MANY_ORIGINS:
            self._recalled.clear()
        self._recalled.add(host)
        until = self._left_alone(host)
        left = 0.0 if until is None else (until - self._clock()).total_seconds()
        if 0.0 < left <= LONGEST_CLOSED:  # more was said by a clock that was wrong
            self._turns.close(host, left)

    def _call_silent(self, origin: str) -> None:
        """It is asked once, with no second try, from now on, until it answers."""
        if len(self._silent) >= _MANY_ORIGINS:
            self._silent.clear()
        self._silent.add(origin)

    def _redirected(self, source: Target, location: str, been: set[str], most: int) -> Target:
        try:
            target = self._target(location, source.href)
        except Refused as refusal:
            raise Refused(f"{source.href} redirects to where we don't go: {refusal}") from None
        if target.href in been:
            raise _Astray(f"{source.href} redirects in a circle; it may want cookies, and wirecopy keeps none")
        if len(been) > most:
            raise _Astray(f"{source.href} is the end of {most} redirects and redirects again; that is too often")
        been.add(target.href)
        # Fetch standard, HTTP-redirect fetch: a fragment is kept unless the new address has its own.
        fragment = source.url.partition("#")[2]
        return target._replace(url=f"{target.url}#{fragment}") if fragment and "#" not in target.url else target

    def _target(self, address: str, base: str = "") -> Target:
        target = self._guard.target(address, base)
        if target.host.endswith(".onion") and not self._door.reaches_onions(target):  # RFC 7686: never ask the DNS
            raise Refused(f"{target.href} is reached through Tor only; set the proxy to 'socks5h://127.0.0.1:9050'")
        return target

    # --- robots.txt

    async def _agreed_pace(self, target: Target, own: float) -> float:
        """The seconds between requests that the site and we can agree on. Raises Refused if robots.txt says so."""
        kept = self._robots.get(target.origin)
        if kept is None:
            self._forget_old_robots()
            kept = self._robots[target.origin] = _KeptRobots()
            known = self._known(f"{target.origin}/robots.txt") if self._known else None
            if known is not None and (rules := robots_txt.read(known)) is not None:
                kept.capture, kept.rules = known, rules
                kept.since, kept.until = known.at, known.at + robots_txt.KEPT
        if not kept.holds(self._clock()):
            async with kept.lock:
                if not kept.holds(self._clock()):
                    await self._ask_robots(kept, target, own)
        if kept.rules is None:
            raise Refused(
                f"{target.href} is not asked: robots.txt of {target.host} can't be read ({kept.why}), so nobody knows "
                f"what it forbids; it is tried again in {kept.lasts(self._clock()):.0f} s",
                retry_after=kept.lasts(self._clock()),
            )
        if not kept.rules.allows(target.href):
            raise Refused(f"{target.href} is not asked: {target.origin}/robots.txt forbids it")
        return max(own, kept.rules.delay)

    async def _ask_robots(self, kept: _KeptRobots, target: Target, own: float) -> None:
        headers = {"User-Agent": self._agent, "Accept": "text/plain, */*;q=0.1", "Accept-Encoding": ACCEPTED}
        limits = replace(self._limits, body=robots_txt.LIMIT, redirects=robots_txt.REDIRECTS)
        there = split(f"{target.origin}/robots.txt")
        rules: robots_txt.Robots | None = None
        try:
            capture = await self._walk(_Errand(there, headers, own, limits, heeds_robots=False), Validators())
        except _Astray:
            rules = robots_txt.Robots()  # RFC 9309 2.3.1.2: redirects without end are as good as no file
        except FetchError as error:
            if error.retry_after is not None:
                raise  # no word on robots.txt: the host wants to be left alone
            kept.why = str(error)
        else:
            kept.capture = capture
            self.fresh_robots.append(capture)
            rules = robots_txt.read(capture)
            kept.why = capture.truncated or f"status {capture.status}"
        again = robots_txt.RETRIED if kept.rules is None else robots_txt.RETRIED_BESIDE
        again = max(again, timedelta(seconds=self._turns.closed(target.host)))
        now = self._clock()
        kept.since, kept.until = now, now + (again if rules is None else robots_txt.KEPT)
        # RFC 9309 2.4: while it can't be reached, the copy from before stays in force.
        kept.rules = rules or kept.rules
        if rules is not None and rules.note:
            note = f"{target.host}: {rules.note}"
            self.notes += [] if note in self.notes else [note]

    def _forget_old_robots(self) -> None:
        if len(self._robots) >= _MANY_ORIGINS:
            now = self._clock()
            self._robots = {at: kept for at, kept in self._robots.items() if kept.holds(now) or kept.lock.locked()}


class _Errand(NamedTuple):
    """What one call is after, on every hop of its way."""

    target: Target
    headers: dict[str, str]
    pace: float
    limits: Limits
    heeds_robots: bool


class _Astray(FetchError):
    """Redirects that lead nowhere."""


class _KeptRobots:
    """What we know of one origin's robots.txt. `rules` is None while they can't be known."""

    __slots__ = ("capture", "lock", "rules", "since", "until", "why")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.rules: robots_txt.Robots | None = None
        self.capture: Capture | None = None
        self.why = ""
        self.since = self.until = datetime.min.replace(tzinfo=UTC)

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.until  # a clock that was set back must not keep old rules in force

    def lasts(self, now: datetime) -> float:
        return max(0.0, (self.until - now).total_seconds())


def _checked(contact: str) -> str:
    if not contact.strip():
        raise ConfigError("contact is empty; publishers must be able to reach you: an e-mail address or a web page")
    if not contact.isascii() or not contact.isprintable() or set("()\\") & set(contact):
        raise ConfigError(
            f"contact can't be sent: {contact!r}; it becomes part of the User-Agent line: ASCII, without parentheses"
        )
    return contact.strip()


def _conditions(validators: Validators) -> dict[str, str]:
    pairs = (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified))
    return {name: line for name, value in pairs if value and (line := _verbatim(value))}


def _verbatim(value: str) -> str:
    """The Latin-1 value of a header so that aiohttp, which writes UTF-8, sends the same bytes; "" if that can't be."""
    if any(character < " " or character == "\x7f" for character in value):
        return ""
    try:
        return value if value.isascii() else value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
