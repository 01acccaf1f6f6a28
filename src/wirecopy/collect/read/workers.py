"""Captures are read in processes of their own: a page that attacks its reader costs only itself.

- `Readers` runs up to so many processes (`worker.py`, kept as children.py keeps them). `Here` reads in this process,
  with the same words: for tests, and where nothing may be started.
- A page that takes too much CPU, time or memory, or ends its process in any other way, ends as ReadError. What reading
  raises crosses over as what it is.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import msgspec

from wirecopy.children import LARGEST, Bounds, Children, Ended
from wirecopy.collect.read import Incomplete, Reading
from wirecopy.collect.read.habits import NO_HABITS, Glance, Habits
from wirecopy.collect.read.worker import Answered, Asked, answer
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Capture, Lead, Source

MOST = 4  # processes by default: a guess; what is fetched politely is never read faster by more
# Six times as long by the clock as by the CPU: a busy machine is no reason to give a page up.
BOUNDS = Bounds(cpu=10.0, memory=512 << 20, wall=60.0)


def count() -> int:
    """How many processes should read on this machine: one for each core it may use, `MOST` at most."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux's word; it knows containers and taskset
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(MOST, cores)


class _Reader(ABC):
    """What can be asked of whoever reads. Each raises ReadError and Doubtful as reading does."""

    async def read(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
    ) -> Reading:
        """What these captures say."""
        asked = Asked(source=source, lead=lead, capture=capture, more=tuple(more), habits=habits)
        return _reading(await self._ask(asked))

    async def believed(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
    ) -> Reading:
        """What these captures say, whatever is to be thought of it."""
        asked = Asked(what="believed", source=source, lead=lead, capture=capture, more=tuple(more), habits=habits)
        return _reading(await self._ask(asked))

    async def glance(self, source: Source, lead: Lead, capture: Capture) -> Glance:
        """What habits are learned from."""
        asked = Asked(what="glance", source=source, lead=lead, capture=capture)
        return _glance(await self._ask(asked))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    @abstractmethod
    async def _ask(self, asked: Asked) -> Answered: ...


class Here(_Reader):
    """Reads in this process."""

    async def _ask(self, asked: Asked) -> Answered:
        return answer(asked)


class Readers(_Reader):
    """Reads in processes: `async with Readers(2) as readers: await readers.read(…)`. Of one event loop."""

    def __init__(self, processes: int, *, bounds: Bounds = BOUNDS, entry: str = "wirecopy.collect.read.worker") -> None:
        """So many processes at most; `entry` is the module that they run."""
        self._children = Children(entry, processes, bounds)
        self._decoder = msgspec.msgpack.Decoder(Answered)

    @property
    def started(self) -> int:
        """How many processes were started until now."""
        return self._children.started

    async def close(self) -> None:
        """End all processes. What is still being read ends as ReadError. Closing twice is closing once."""
        await self._children.close()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _ask(self, asked: Asked) -> Answered:
        message = msgspec.msgpack.encode(asked)
        if len(message) > LARGEST:
            raise ReadError(f"{asked.capture.url} is too large to be read")
        try:
            return self._decoder.decode(await self._children.ask(message))
        except Ended as ended:
            raise ReadError(f"{asked.capture.url}: reading it {ended}") from None
        except msgspec.MsgspecError as error:
            raise ReadError(f"{asked.capture.url}: reading it gave no sense: {error}") from None


def _reading(answered: Answered) -> Reading:
    if answered.reading is None:
        raise _error(answered)
    return answered.reading


def _glance(answered: Answered) -> Glance:
    if answered.glance is None:
        raise _error(answered)
    return answered.glance


def _error(answered: Answered) -> Exception:
    match answered.fate:
        case "doubtful":
            return Doubtful(answered.why)
        case "incomplete":
            return Incomplete(answered.why, answered.wants)
        case _:
            return ReadError(answered.why)
