"""Work on a stranger's bytes in processes of our own making: what attacks the work costs only itself.

- `serve` is the process: it answers one message at a time, bytes for bytes, within so much CPU and so much memory over
  what it needs for itself. It needs no network, no files and no secrets, and it ends with its input.
- `Children` starts and keeps such processes. What takes too much CPU, time or memory, or ends its process in any other
  way, is `Ended`; a new process takes the place of that one.
- Nothing is left behind: who is interrupted kills what works for them, closing ends the others, and all of them end by
  themselves when this process is killed.

A message is its length in four bytes, then itself; in an answer one byte before it says what it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from traceback import extract_tb
from typing import IO, Self, TypeVar

from wirecopy.model import Noun

LARGEST = 256 << 20  # bytes of a message; far more than anything that is fetched

_T = TypeVar("_T")
_LENGTH = struct.Struct(">I")
_READY, _DONE, _MEMORY, _FAULT = b"r", b"d", b"m", b"f"


class Bounds(Noun, frozen=True, kw_only=True):
    """What one piece of work may take: seconds of CPU, bytes of memory, seconds by the clock.

    What starting the process takes counts for none of them.
    """

    cpu: float
    memory: int
    wall: float


class Ended(Exception):
    """The work on a message ended its process; the words follow on "reading it "."""


class Fault(RuntimeError):
    """The work failed by a fault of ours, and is to be reported."""


# --- the process ---------------------------------------------------------------------------------------------------


def serve(work: Callable[[bytes], bytes]) -> None:
    """Answer messages until there are no more. Arguments of the process: CPU seconds and bytes of memory for each."""
    cpu, memory = float(sys.argv[1]), int(sys.argv[2])
    # What prints by mistake must not get between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the starter decides what an interrupt ends
    gc.collect()
    gc.freeze()  # what was imported lives as long as the process
    asked: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    _bound_memory(memory)
    _send(answers, _READY)
    kind = _READY
    while kind != _MEMORY:  # what is left of a heap that was too small is nobody's promise
        message = asked.get()
        with _bound_cpu(cpu):
            kind, told = _guarded(work, message)
        del message
        _send(answers, kind + told)


def _listen(asked: SimpleQueue[bytes]) -> None:
    """Hand on what is asked, and end the process with its input, whatever it is doing then."""
    try:
        while (message := _receive(sys.stdin.buffer)) is not None:
            asked.put(message)
    finally:
        os._exit(0)


def _guarded(work: Callable[[bytes], bytes], message: bytes) -> tuple[bytes, bytes]:
    try:
        return _DONE, work(message)
    except MemoryError:
        return _MEMORY, b""
    except Exception as error:  # noqa: BLE001 - it is told to whoever asked, who decides what it costs
        places = extract_tb(error.__traceback__)
        at = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
        return _FAULT, f"{type(error).__name__}: {str(error)[:300]}{at}".encode()


@contextlib.contextmanager
def _bound_cpu(seconds: float) -> Iterator[None]:
    """Let the kernel end this process (SIGPROF) when what is inside takes more CPU than this."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _bound_memory(more: int) -> None:
    """Let this process have so many bytes of memory more than it has now, where the system counts them."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    except (ImportError, OSError):
        return
    most = pages * resource.getpagesize() + more
    with contextlib.suppress(ValueError, OSError):  # a lower limit is set already: that one holds
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _send(stream: IO[bytes], message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """One message; None at the end of the stream, also in the middle of a message. Raises ValueError for nonsense."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST:
        raise ValueError(f"a message of {length:,} bytes is none of ours")
    message = stream.read(length)
    return message if len(message) == length else None


# --- who starts them -----------------------------------------------------------------------------------------------


class Children:
    """Processes that run the module `entry`, so many at most, each started when first needed. Of one event loop."""

    def __init__(self, entry: str, processes: int, bounds: Bounds) -> None:
        self.started = 0
        self._entry = entry
        self._bounds = bounds
        self._gate = asyncio.Semaphore(processes)
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="child")
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._is_closed = False

    async def ask(self, message: bytes) -> bytes:
        """The answer to this message. Raises Ended when the work on it ended its process, Fault when it failed."""
        async with self._gate:
            if self._is_closed:
                raise Ended("was not begun: the processes are closed")
            child = self._child()
            self._busy.add(child)
            try:
                if not child.is_ready:
                    await self._within(_STARTING, "did not begin within", child, child.start)
                    if self._is_closed:
                        raise Ended("was stopped")
                return await self._within(self._bounds.wall, "took more than", child, child.ask, message)
            finally:
                self._busy.discard(child)
                if child.is_alive and not self._is_closed:
                    self._idle.append(child)
                else:
                    child.end()

    async def _within(self, seconds: float, why: str, child: _Child, step: Callable[..., _T], *given: bytes) -> _T:
        """What this step of a child's gives. Who takes longer, or is interrupted, is killed."""
        loop = asyncio.get_running_loop()
        stepping = loop.run_in_executor(self._threads, step, *given)
        watch = loop.call_later(seconds, child.kill, f"{why} {seconds:g} s")
        try:
            return await asyncio.shield(stepping)
        except asyncio.CancelledError:
            child.kill("was interrupted")
            await asyncio.wait([stepping])
            stepping.exception()  # looked at: that it was ended is our doing
            raise
        finally:
            watch.cancel()

    async def close(self) -> None:
        """End all processes; what is still worked on is Ended. Closing twice is closing once."""
        self._is_closed = True
        for child in self._busy:
            child.kill("was stopped")
        while self._idle:
            self._idle.pop().end()
        self._threads.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _child(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            child.end()  # it was ended from outside, between two messages
        self.started += 1
        return _Child(self._entry, self._bounds)


class _Child:
    """One process. All but `kill` is for one thread at a time."""

    def __init__(self, entry: str, bounds: Bounds) -> None:
        self._entry = entry
        self._bounds = bounds
        self._running: subprocess.Popen[bytes] | None = None
        self._killed = ""  # why we killed it
        self.is_ready = False
        self._lock = threading.Lock()  # between starting and killing

    @property
    def is_alive(self) -> bool:
        return self._running is not None and self._running.poll() is None and not self._killed

    def start(self) -> None:
        """Let it begin. A process that does not is gone when this raises Ended."""
        try:
            self._begin()
        except (OSError, EOFError, ValueError):
            raise Ended(self.end()) from None
        self.is_ready = True

    def ask(self, message: bytes) -> bytes:
        """The answer of one that began. A process that gives none is gone when this raises Ended."""
        process = self._running
        assert process is not None
        assert process.stdin is not None
        try:
            _send(process.stdin, message)
            kind, told = self._received(process)
        except (OSError, EOFError, ValueError):  # it is gone, or talks nonsense
            raise Ended(self.end()) from None
        if kind == _MEMORY:
            self.end()
            raise Ended(f"took {_too_much(self._bounds)}")
        if kind == _FAULT:
            raise Fault(told.decode(errors="replace"))
        return told

    def kill(self, why: str) -> None:
        """End it at once, from any thread."""
        with self._lock:
            self._killed = self._killed or why
            if self._running is not None:
                self._running.kill()

    def end(self) -> str:
        """Make sure that it is gone; what came of its last message, in words. Ending twice is ending once."""
        process = self._running
        if process is None:
            return self._killed or "did not begin"
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        # Its pipe may close a moment before it is gone: what it died of would be lost by a kill now.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        process.kill()
        process.wait()
        told = b""
        for pipe in (process.stdout, process.stderr):
            if pipe is not None and not pipe.closed:
                if pipe is process.stderr:
                    with contextlib.suppress(OSError, ValueError):
                        told = pipe.read()[-4_000:]
                with contextlib.suppress(OSError):
                    pipe.close()
        killed, self._killed = self._killed, self._killed or "is gone"
        ended = killed or _died_of(process.returncode, told.decode(errors="replace"), self._bounds)
        return ended if self.is_ready or killed else f"did not begin: its process {ended}"

    def _begin(self) -> None:
        with self._lock:
            if self._killed:
                raise EOFError
            process = self._running = subprocess.Popen(  # noqa: S603 — ourselves
                [sys.executable, "-P", "-m", self._entry, str(self._bounds.cpu), str(self._bounds.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                # Ctrl-C in a terminal is for us; we end them.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        if self._received(process)[0] != _READY:
            raise EOFError

    def _received(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        assert process.stdout is not None
        message = _receive(process.stdout)
        if not message:
            raise EOFError
        return message[:1], message[1:]


_STARTING = 60.0  # seconds for a process to begin, which takes a tenth of one: the machine may be busy, or asleep
_PATIENCE = 1.0  # seconds for a process to end by itself; it needs some milliseconds
_PASSED_ON = (
    # What a process needs to be started at all, where it needs it.
    "SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONTZPATH",
)  # fmt: skip


def _environment() -> dict[str, str]:
    """What a process is told: where our modules are, and nothing that could be a secret."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # An empty entry of the path is the folder we are in.
    return {**kept, "PYTHONPATH": os.pathsep.join(each or os.getcwd() for each in sys.path), "PYTHONUTF8": "1"}  # noqa: PTH109


def _too_much(bounds: Bounds) -> str:
    return f"more than {bounds.memory >> 20:,} MB of memory"


def _died_of(code: int, told: str, bounds: Bounds) -> str:
    """Why a process ended, from what its end and its last line say."""
    if code == -getattr(signal, "SIGPROF", 0):
        return f"took more than {bounds.cpu:g} s of CPU"
    if "MemoryError" in told:
        return f"took {_too_much(bounds)}"
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    last = told.strip().rpartition("\n")[2][:300]
    return f"ended with exit code {code}{': ' + last if last else ''}"
