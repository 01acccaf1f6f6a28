"""Whose turn it is at which host: first come, first served, one pace a host, hosts beside each other.

- Between the starts of two requests to a host lies at least the gap that the later one asks for.
- No more than `per_host` requests to a host are under way.
- A host that said "not before" is left alone until then: whoever comes meanwhile is told so at once, unless the
  moment is only seconds away.
- The clock (monotonic seconds) and the sleep are arguments.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from wirecopy import dates
from wirecopy.errors import FetchError

PATIENCE = 5.0  # seconds that a request itself waits for a closed host; a guess: longer is the schedule's business
LONGEST_CLOSED = 86_400.0  # a Retry-After beyond a day is a mistake or an attack; the day is news-crawl's habit too
_IDLE = 3600.0  # a host not asked for this long has no pace left to keep
_MANY = 1024  # hosts remembered before the idle ones are forgotten


class Turns:
    """Gives turns at hosts. Every `take` that returns is followed by one `give`."""

    def __init__(
        self,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        per_host: int = 1,
        on_wait: Callable[[str, float], None] | None = None,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._per_host = per_host
        self._on_wait = on_wait
        self._lines: dict[str, _Line] = {}
        self._prune_at = _MANY

    async def take(self, host: str, gap: float) -> None:
        """Wait for a turn at this host. Raises FetchError, at once, while the host wants to be left alone."""
        line = self._lines.get(host) or self._line(host)
        line.wanted += 1
        try:
            await line.slots.acquire()
            try:
                async with line.head:
                    await self._stand(line, host, gap)
            except BaseException:
                line.slots.release()
                raise
        except BaseException:
            line.wanted -= 1
            raise

    def give(self, host: str) -> None:
        """The request is over."""
        line = self._lines[host]
        line.wanted -= 1
        line.slots.release()

    def close(self, host: str, seconds: float) -> None:
        """Leave this host alone for so long."""
        line = self._lines.get(host) or self._line(host)
        line.closed = max(line.closed, self._now() + min(seconds, LONGEST_CLOSED))

    def closed(self, host: str) -> float:
        """The seconds for which this host is still to be left alone; 0 when it is open."""
        line = self._lines.get(host)
        return max(0.0, line.closed - self._now()) if line else 0.0

    async def rest(self, host: str, seconds: float) -> None:
        """Wait on behalf of this host."""
        if self._on_wait is not None:
            self._on_wait(host, seconds)
        await self._sleep(seconds)

    async def _stand(self, line: _Line, host: str, gap: float) -> None:
        """Wait at the head of the line until the next start is due."""
        while True:
            now = self._now()
            closed = line.closed - now
            if closed > PATIENCE:
                raise FetchError(f"{host} asked not to be visited for another {closed:.0f} s", retry_after=closed)
            start = max(line.last + gap, line.closed)
            if start <= now:
                line.last = now
                return
            await self.rest(host, start - now)

    def _line(self, host: str) -> _Line:
        if len(self._lines) >= self._prune_at:
            now = self._now()
            self._lines = {name: line for name, line in self._lines.items() if line.is_needed(now)}
            self._prune_at = max(_MANY, 2 * len(self._lines))
        line = self._lines[host] = _Line(self._per_host)
        return line


class _Line:
    """Those who want to ask one host."""

    __slots__ = ("closed", "head", "last", "slots", "wanted")

    def __init__(self, slots: int) -> None:
        self.slots = asyncio.Semaphore(slots)
        self.head = asyncio.Lock()
        self.last = float("-inf")
        self.closed = float("-inf")
        self.wanted = 0

    def is_needed(self, now: float) -> bool:
        return self.wanted > 0 or self.closed > now or self.last > now - _IDLE


def retry_after(spelt: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header (RFC 9110 10.2.3) asks for, at most a day; None when it says nothing."""
    spelt = spelt.strip()
    if spelt.isascii() and spelt.isdigit():
        return min(float(spelt[:9]), LONGEST_CLOSED)
    moment = dates.parse(spelt)
    return None if moment is None else min(max(0.0, (moment - now).total_seconds()), LONGEST_CLOSED)
