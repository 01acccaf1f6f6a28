"""One writer at a time, known by name: a lock beside the archive, and a note of who holds it.

- The lock is the operating system's, on `<archive>.lock`: it ends with its process, however that ends.
- The note, `<archive>.holder`, is for people. It is believed only while the lock is held; it names no host or user.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wirecopy import dates
from wirecopy.errors import ArchiveError

if TYPE_CHECKING:
    from filelock import FileLock


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds an archive."""

    pid: int
    command: str
    since: str


class Lock:
    """The right to write to an archive, held until `release`."""

    def __init__(self, path: Path, *, wait: float, holder: str, since: datetime) -> None:
        self._note = path.with_name(path.name + ".holder")
        self._lock = _acquired(path, self._note, wait)
        try:
            _write_note(self._note, Holder(pid=os.getpid(), command=holder, since=dates.iso(since)))
        except OSError as error:
            self._lock.release()
            raise ArchiveError(f"{self._note} could not be written: {error.strerror or error}") from error

    def release(self) -> None:
        """Let the next one write. Releasing twice is releasing once."""
        if self._lock.is_locked:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._lock.release()


def _acquired(path: Path, note: Path, wait: float) -> FileLock:
    # Here, because reading needs no lock, and filelock brings asyncio with it: 15 ms of every start.
    from filelock import FileLock, Timeout

    # Not per thread: the round may close in another thread than it opened in.
    lock = FileLock(path.with_name(path.name + ".lock"), thread_local=False)
    try:
        lock.acquire(timeout=max(wait, 0.0))
    except Timeout as error:
        raise ArchiveError(f"{path} is held by {_described(note)}; wait for it or stop it") from error
    except OSError as error:
        raise ArchiveError(f"{path} cannot be locked: {lock.lock_file}: {error.strerror or error}") from error
    return lock


def _described(note: Path) -> str:
    try:
        holder = msgspec.json.decode(note.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return "another process"
    return f"pid {holder.pid} (`{holder.command}`, since {holder.since})"


def _write_note(note: Path, holder: Holder) -> None:
    fresh = note.with_name(note.name + ".new")
    fresh.write_bytes(msgspec.json.encode(holder) + b"\n")
    fresh.replace(note)
