"""One writer at a time, known by name: a lock beside the archive, and a note of who holds it.

- The lock is the operating system's, on `<archive>.lock`: it ends with its process, however that ends.
- The note, `<archive>.holder`, is for people. It is believed only while the lock is held; it names no host or user.
- Who holds an archive for months steps aside when asked: whoever waits holds another lock meanwhile, on
  `<archive>.waiting`, one at a time.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wirecopy import dates
from wirecopy.errors import ArchiveError, InUse

if TYPE_CHECKING:
    from filelock import FileLock


_PATIENCE = 30.0  # seconds for a holder that steps aside: it breaks off what it does, within ten


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds an archive, and whether it steps aside for others."""

    pid: int
    command: str
    since: str
    steps_aside: bool = False


class Lock:
    """The right to write to an archive, held until `release`.

    A holder that `steps_aside` looks often whether it is waited for; others ask it to, and wait for that. It asks
    nobody itself: two of them would send each other away for ever.
    """

    def __init__(self, path: Path, *, wait: float, holder: str, since: datetime, steps_aside: bool = False) -> None:
        self._note = path.with_name(path.name + ".holder")
        self._lock = _acquired(path, self._note, wait, asks=not steps_aside)
        known = Holder(pid=os.getpid(), command=holder, since=dates.iso(since), steps_aside=steps_aside)
        try:
            _write_note(self._note, known)
        except OSError as error:
            self._lock.release()
            raise ArchiveError(f"{self._note} could not be written: {error.strerror or error}") from error

    def release(self) -> None:
        """Let the next one write. Releasing twice is releasing once."""
        if self._lock.is_locked:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._lock.release()


def is_wanted(path: Path) -> bool:
    """Whether somebody waits to write to this archive. Cheap where nobody ever did."""
    waiting = _waiting(path)
    if not waiting.exists():
        return False
    from filelock import FileLock, Timeout

    try:
        with FileLock(waiting, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _waiting(path: Path) -> Path:
    return path.with_name(path.name + ".waiting")


def _acquired(path: Path, note: Path, wait: float, *, asks: bool) -> FileLock:
    # Here, because reading needs no lock, and filelock brings asyncio with it: 15 ms of every start.
    from filelock import FileLock, Timeout

    # Not per thread: the round may close in another thread than it opened in.
    lock = FileLock(path.with_name(path.name + ".lock"), thread_local=False)
    try:
        try:
            lock.acquire(timeout=max(wait, 0.0))
        except Timeout:
            holder = _holder(note)
            if not asks or holder is None or not holder.steps_aside:
                raise
            until = time.monotonic() + _PATIENCE
            with FileLock(_waiting(path), timeout=_PATIENCE):
                lock.acquire(timeout=max(until - time.monotonic(), 0.0))
    except Timeout as error:
        raise InUse(f"{path} is held by {_described(note)}; wait for it or stop it") from error
    except OSError as error:
        raise ArchiveError(f"{path} cannot be locked: {lock.lock_file}: {error.strerror or error}") from error
    return lock


def _described(note: Path) -> str:
    holder = _holder(note)
    return f"pid {holder.pid} (`{holder.command}`, since {holder.since})" if holder else "another process"


def _holder(note: Path) -> Holder | None:
    try:
        return msgspec.json.decode(note.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return None


def _write_note(note: Path, holder: Holder) -> None:
    fresh = note.with_name(note.name + ".new")
    fresh.write_bytes(msgspec.json.encode(holder) + b"\n")
    fresh.replace(note)
