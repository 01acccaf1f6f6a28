"""Who says whether bytes are a picture: `Checkers` in processes with limits, `Here` in this one, in the same words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from wirecopy.children import Bounds, Children, Ended
from wirecopy.collect.pictures import headers
from wirecopy.errors import ReadError
from wirecopy.model import Checked, Noun

# Measured: 50 million pixels take 5 s and 700 MB in the worst format (PNG with transparency, interlaced).
BOUNDS = Bounds(cpu=30.0, memory=1 << 30, wall=120.0)


class Here:
    """Decodes in this process: for tests, and where nothing may be started."""

    async def check(self, body: bytes) -> Checked:
        """What these bytes are, with renditions. Raises ReadError for what is not kept, and why."""
        from wirecopy.collect.pictures import renditions  # here: Pillow is for those who decode

        return renditions.check(body)

    async def __aenter__(self) -> Here:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class Checkers:
    """Decodes in processes, so many at most. Of one event loop; use it as an async context manager."""

    def __init__(
        self, processes: int, *, bounds: Bounds = BOUNDS, entry: str = "wirecopy.collect.pictures.worker"
    ) -> None:
        self.children = Children(entry, processes, bounds)

    async def check(self, body: bytes) -> Checked:
        """What these bytes are, with renditions. Raises ReadError for what is not kept, and for what it cost."""
        headers.look(body)  # what can be told without a process is
        try:
            answered = msgspec.msgpack.decode(await self.children.ask(body), type=_Answered)
        except Ended as ended:
            raise ReadError(f"checking it {ended}") from None
        except msgspec.MsgspecError as error:
            raise ReadError(f"checking it gave no sense: {error}") from None
        if answered.checked is None:
            raise ReadError(answered.why)
        return answered.checked

    async def __aenter__(self) -> Checkers:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.children.close()


@contextmanager
def in_turn(processes: int) -> Iterator[Callable[[bytes], Checked | None]]:
    """Says of one picture after the other what it is, None for what is none: for who waits for it and for nothing else.

    With no `processes` it decodes in this one.
    """
    checker = Checkers(min(processes, 1)) if processes else Here()
    with asyncio.Runner() as runner:

        def check(body: bytes) -> Checked | None:
            try:
                return runner.run(checker.check(body))
            except ReadError:
                return None

        try:
            yield check
        finally:
            runner.run(checker.__aexit__())


class _Answered(Noun, frozen=True, kw_only=True):
    checked: Checked | None = None
    why: str = ""
