"""The process that reads, one page at a time: what is asked on standard input, what it says on standard output.

- It needs nothing but what it is sent: no network, no files, no secrets; `workers.py` starts it with next to no
  environment.
- A page may take so much CPU: then the kernel ends the process. It may take so much memory over what the process needs
  for itself: then the process says so, and ends itself, since what is left of its heap is nobody's promise. Where the
  system keeps no such limits (memory on macOS; both on Windows) the starter's own limit of time is all there is.
- A message is its length in four bytes, then MessagePack. The first one says that the process is ready.
- It ends with its input, so it outlives nobody who started it, however that one ended.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from traceback import extract_tb
from typing import IO, Literal

import msgspec
from lxml import etree

from wirecopy.collect.read import Incomplete, Reading, believed, reading
from wirecopy.collect.read.habits import NO_HABITS, Glance, Habits
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Capture, Lead, Noun, Source

LARGEST = 256 << 20  # bytes of a message; several captures of the size that `fetch` allows, and no more

_LENGTH = struct.Struct(">I")


class Asked(Noun, frozen=True, kw_only=True):
    """Captures to read, to read as somebody does who believes them, or to take a glance at."""

    what: Literal["reading", "believed", "glance"] = "reading"
    source: Source
    lead: Lead
    capture: Capture
    more: tuple[Capture, ...] = ()
    habits: Habits = NO_HABITS


class Answered(Noun, frozen=True, kw_only=True):
    """What was read, or why it was not: `fate` says which error that is, "memory" that there was too little of it."""

    reading: Reading | None = None
    glance: Glance | None = None
    fate: Literal["", "ready", "unread", "incomplete", "doubtful", "memory", "fault"] = ""
    why: str = ""
    wants: tuple[str, ...] = ()


Read = Callable[[Asked], Answered]


def answer(asked: Asked) -> Answered:
    """The reading that is asked for, or the error that it ended in."""
    try:
        if asked.what == "glance":
            from wirecopy.collect.read.glances import glance  # here: it needs the page reader, and our starter doesn't

            return Answered(glance=glance(asked.source, asked.lead, asked.capture))
        if asked.what == "believed":
            article = believed(asked.source, asked.lead, asked.capture, asked.more, asked.habits)
            return Answered(reading=Reading(article=article))
        return Answered(reading=reading(asked.source, asked.lead, asked.capture, asked.more, asked.habits))
    except Incomplete as error:
        return Answered(fate="incomplete", why=str(error), wants=error.wants)
    except ReadError as error:
        return Answered(fate="unread", why=str(error))
    except Doubtful as error:
        return Answered(fate="doubtful", why=str(error))


def main(read: Read = answer) -> None:
    """Read what is asked until there is no more. Arguments: CPU seconds and bytes of memory that a page may take."""
    cpu, memory = float(sys.argv[1]), int(sys.argv[2])
    # What prints by mistake must not get between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the starter decides what an interrupt ends
    import wirecopy.collect.read.glances  # noqa: F401 — before memory is counted; `answer` and `reading` do it late

    gc.collect()
    gc.freeze()  # what was imported lives as long as the process
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Asked)
    asked: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(asked,), daemon=True).start()
    bound_memory(memory)
    send(answers, encoder.encode(Answered(fate="ready")))
    fate = ""
    while fate != "memory":
        message = asked.get()
        with _cpu(cpu):
            told = _guarded(read, message, decoder)
            del message
            reply = encoder.encode(told)
        send(answers, reply)
        fate = told.fate


def _listen(asked: SimpleQueue[bytes]) -> None:
    """Hand on what is asked, and end the process with its input, whatever it is doing then."""
    try:
        while (message := receive(sys.stdin.buffer)) is not None:
            asked.put(message)
    finally:
        os._exit(0)


def _guarded(read: Read, message: bytes, decoder: msgspec.msgpack.Decoder[Asked]) -> Answered:
    try:
        return read(decoder.decode(message))
    except MemoryError:
        return Answered(fate="memory")
    except etree.XMLSyntaxError as error:
        # Our parsers mend whatever they are given; that they could not, and don't say why, is want of memory.
        return Answered(fate="memory" if "unknown error" in str(error) else "fault", why=str(error)[:300])
    except Exception as error:  # noqa: BLE001 - a reader's fault is told to whoever asked, who notes it for one page
        places = extract_tb(error.__traceback__)
        at = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
        return Answered(fate="fault", why=f"{type(error).__name__}: {str(error)[:300]}{at}")


def send(stream: IO[bytes], message: bytes) -> None:
    """One message into a pipe."""
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """One message from a pipe; None at its end, also in the middle of a message. Raises ValueError for nonsense."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST:
        raise ValueError(f"a message of {length:,} bytes is none of ours")
    message = stream.read(length)
    return message if len(message) == length else None


@contextlib.contextmanager
def _cpu(seconds: float) -> Iterator[None]:
    """Let the kernel end this process (SIGPROF) when what is inside takes more CPU than this."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def bound_memory(more: int) -> None:
    """Let this process have so many bytes of memory more than it has now, where the system counts them."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    except (ImportError, OSError):
        return
    most = pages * resource.getpagesize() + more
    with contextlib.suppress(ValueError, OSError):  # a lower limit is set already: that one holds
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
