"""Captures are read in processes of their own: a page that attacks its reader costs only itself.

- `Readers` runs up to so many processes (`worker.py`), each started when it is first needed and kept for the next
  page. `Here` reads in this process, with the same words: for tests, and where nothing may be started.
- A page that takes too much CPU, time or memory, or ends its process in any other way, ends as ReadError; a new process
  takes the place of that one. What reading raises crosses over as what it is.
- Nothing is left behind: an interrupted reading's process is killed, closing ends the others, and all of them end
  by themselves when this one is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import msgspec

from wirecopy.collect.read import Incomplete, Reading
from wirecopy.collect.read.habits import NO_HABITS, Glance, Habits
from wirecopy.collect.read.worker import LARGEST, Answered, Asked, answer, receive, send
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Capture, Lead, Noun, Source

MOST = 4  # processes by default: a guess; what is fetched politely is never read faster by more


class Bounds(Noun, frozen=True, kw_only=True):
    """What reading one page may take: seconds of CPU, bytes of memory, seconds by the clock."""

    cpu: float = 10.0
    memory: int = 512 << 20
    wall: float = 60.0  # six times the CPU: a busy machine is no reason to give a page up


class Fault(RuntimeError):
    """A reader's own fault on a page: not the page's, and to be reported."""


def count() -> int:
    """How many processes should read on this machine: one for each core it may use, `MOST` at most."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux's word; it knows containers and taskset
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(MOST, cores)


class Here:
    """Reads in this process."""

    async def read(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
    ) -> Reading:
        """What these captures say. Raises ReadError and Doubtful as reading does."""
        asked = Asked(source=source, lead=lead, capture=capture, more=tuple(more), habits=habits)
        return _reading(answer(asked))

    async def believed(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
    ) -> Reading:
        """What these captures say, whatever is to be thought of it. Raises as `read` does."""
        asked = Asked(what="believed", source=source, lead=lead, capture=capture, more=tuple(more), habits=habits)
        return _reading(answer(asked))

    async def glance(self, source: Source, lead: Lead, capture: Capture) -> Glance:
        """What habits are learned from. Raises ReadError and Doubtful as reading does."""
        return _glance(answer(Asked(what="glance", source=source, lead=lead, capture=capture)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class Readers:
    """Reads in processes: `async with Readers(2) as readers: await readers.read(…)`. Of one event loop."""

    def __init__(
        self,
        processes: int,
        *,
        bounds: Bounds = Bounds(),  # noqa: B008 -- frozen
        entry: str = "wirecopy.collect.read.worker",
    ) -> None:
        """So many processes at most; `entry` is the module that they run."""
        self.started = 0
        self._bounds = bounds
        self._entry = entry
        self._gate = asyncio.Semaphore(processes)
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="reading")
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._is_closed = False

    async def read(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
    ) -> Reading:
        """What these captures say. Raises ReadError and Doubtful as reading does, and ReadError for what it cost."""
        asked = Asked(source=source, lead=lead, capture=capture, more=tuple(more), habits=habits)
        return _reading(await self._ask(asked))

    async def believed(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
    ) -> Reading:
        """What these captures say, whatever is to be thought of it. Raises as `read` does."""
        asked = Asked(what="believed", source=source, lead=lead, capture=capture, more=tuple(more), habits=habits)
        return _reading(await self._ask(asked))

    async def glance(self, source: Source, lead: Lead, capture: Capture) -> Glance:
        """What habits are learned from. Raises as `read` does."""
        return _glance(await self._ask(Asked(what="glance", source=source, lead=lead, capture=capture)))

    async def close(self) -> None:
        """End all processes. What is still being read ends as ReadError. Closing twice is closing once."""
        self._is_closed = True
        for process in self._busy:
            process.kill("was stopped")
        idle, self._idle = self._idle, []
        for process in idle:
            process.dismiss()
        for process in idle:
            process.wait()
        self._threads.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask(self, asked: Asked) -> Answered:
        async with self._gate:
            if self._is_closed:
                raise ReadError(f"{asked.capture.url} was not read: the reading processes are closed")
            process = self._process()
            self._busy.add(process)
            loop = asyncio.get_running_loop()
            asking = loop.run_in_executor(self._threads, process.ask, asked)
            wall = self._bounds.wall
            watch = loop.call_later(wall, process.kill, f"took more than {wall:.0f} s")
            try:
                answered = await asyncio.shield(asking)
            except asyncio.CancelledError:
                process.kill("was interrupted")
                await asyncio.wait([asking])
                raise
            finally:
                watch.cancel()
                self._busy.discard(process)
            if process.is_alive and not self._is_closed:
                self._idle.append(process)
            else:
                process.wait()
            return answered

    def _process(self) -> _Process:
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
            process.wait()  # it was ended from outside, between two pages
        self.started += 1
        return _Process(self._entry, self._bounds)


class _Process:
    """One process that reads. All but `kill` is for one thread at a time."""

    def __init__(self, entry: str, bounds: Bounds) -> None:
        self._entry = entry
        self._bounds = bounds
        self._running: subprocess.Popen[bytes] | None = None
        self._killed = ""  # why we killed it
        self._is_ready = False
        self._lock = threading.Lock()  # between starting and killing
        self._decoder = msgspec.msgpack.Decoder(Answered)

    @property
    def is_alive(self) -> bool:
        return self._running is not None and self._running.poll() is None and not self._killed

    def ask(self, asked: Asked) -> Answered:
        """The answer. A process that gives none is gone when this returns or raises."""
        try:
            process = self._running or self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            message = msgspec.msgpack.encode(asked)
            if len(message) > LARGEST:
                return Answered(fate="unread", why=f"{asked.capture.url} is too large to be read")
            send(process.stdin, message)
            answered = self._received(process)
        except (OSError, EOFError, ValueError, msgspec.MsgspecError):  # it is gone, or talks nonsense
            answered = Answered(fate="unread", why=f"{asked.capture.url}: reading it {self._end()}")
        except BaseException:
            self._end()
            raise
        if answered.fate == "memory":
            self._end()
            answered = Answered(fate="unread", why=f"{asked.capture.url}: reading it took {_too_much(self._bounds)}")
        return answered

    def kill(self, why: str) -> None:
        """End it at once, from any thread."""
        with self._lock:
            self._killed = self._killed or why
            if self._running is not None:
                self._running.kill()

    def dismiss(self) -> None:
        """Tell it that there is no more to read."""
        if self._running is not None and self._running.stdin is not None:
            with contextlib.suppress(OSError):
                self._running.stdin.close()

    def wait(self) -> None:
        """Until it is gone; for a process that was dismissed, or is gone already."""
        process = self._running
        if process is None:
            return
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
        self._reap(process)

    def _start(self) -> subprocess.Popen[bytes]:
        bounds = self._bounds
        with self._lock:
            if self._killed:
                raise EOFError
            process = self._running = subprocess.Popen(  # noqa: S603 — ourselves
                [sys.executable, "-P", "-m", self._entry, str(bounds.cpu), str(bounds.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                # Ctrl-C in a terminal is for us; we end them.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        if self._received(process).fate != "ready":
            raise EOFError
        self._is_ready = True
        return process

    def _received(self, process: subprocess.Popen[bytes]) -> Answered:
        assert process.stdout is not None
        message = receive(process.stdout)
        if message is None:
            raise EOFError
        return self._decoder.decode(message)

    def _end(self) -> str:
        """Make sure that it is gone; what came of its last page, in words."""
        process = self._running
        if process is None:
            return self._killed or "did not begin"
        # Its pipe may close a moment before it is gone: what it died of would be lost by a kill now.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.kill()
        told = self._reap(process)
        self._killed, killed = self._killed or "is gone", self._killed
        ended = killed or _died_of(process.returncode, told, self._bounds)
        return ended if self._is_ready or killed else f"did not begin: the process that reads {ended}"

    def _reap(self, process: subprocess.Popen[bytes]) -> str:
        """Take back what a process that is gone has used; what it said last."""
        process.wait()
        told = b""
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    if pipe is process.stderr:
                        told = pipe.read()[-4_000:]
                with contextlib.suppress(OSError):
                    pipe.close()
        return told.decode(errors="replace").strip().rpartition("\n")[2][:300]


_PATIENCE = 5.0  # seconds for a process to end by itself; it needs some milliseconds
_PASSED_ON = (
    # What a process needs to be started at all, where it needs it.
    "SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONTZPATH",
)  # fmt: skip


def _environment() -> dict[str, str]:
    """What a process is told: where our modules are, and nothing that could be a secret."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # An empty entry of the path is the folder we are in.
    return {**kept, "PYTHONPATH": os.pathsep.join(each or os.getcwd() for each in sys.path), "PYTHONUTF8": "1"}  # noqa: PTH109


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
        case "unread":
            return ReadError(answered.why)
        case _:
            return Fault(answered.why or "a reading without a result")


def _too_much(bounds: Bounds) -> str:
    return f"more than {bounds.memory >> 20:,} MB of memory"


def _died_of(code: int, told: str, bounds: Bounds) -> str:
    """Why a process ended, from what its end and its last line say."""
    if code == -getattr(signal, "SIGPROF", 0):
        return f"took more than {bounds.cpu:.0f} s of CPU"
    if "MemoryError" in told:
        return f"took {_too_much(bounds)}"
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}{': ' + told if told else ''}"
