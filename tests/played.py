"""A loop whose time is played: when nothing is ready, the next timer is, at once. Months pass in seconds.

Sockets on 127.0.0.1 are ready as soon as the other end has written; where both ends are in this loop, nothing ready
means that nothing is under way but waiting. Work in threads is waited for in earnest.
"""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta


class _Played(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None):
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self.threads or timeout is None:
            return super().select(0.05)
        self.passed += timeout
        return []


class PlayedLoop(asyncio.SelectorEventLoop):
    def __init__(self, begin: datetime) -> None:
        self.played = _Played()
        super().__init__(self.played)
        self.begin = begin
        self.jump = timedelta()

    def time(self) -> float:
        return self.played.passed

    def now(self) -> datetime:
        """The clock on the wall, which may `jump`."""
        return self.true_now() + self.jump

    def true_now(self) -> datetime:
        return self.begin + timedelta(seconds=self.played.passed)

    def run_in_executor(self, *arguments):
        self.played.threads += 1
        future = super().run_in_executor(*arguments)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _: object) -> None:
        self.played.threads -= 1


def play(begin: datetime, story: Callable[[PlayedLoop], Awaitable[None]]) -> PlayedLoop:
    """Play a story to its end."""
    loop = PlayedLoop(begin)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(story(loop))
    return loop
