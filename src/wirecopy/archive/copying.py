"""Whole copies of an archive, and changing one file for another: what backup, restore, repair and migrating share.

- A copy is of one moment, whatever is written meanwhile: it reads a snapshot, page by page, by SQLite's own backup.
- It is made under a temporary name, read back, synced, and only then takes its name.
- An archive that another one takes the place of is kept under a free name beside it, never removed.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from wirecopy.archive.failing import ERRORS, in_words
from wirecopy.errors import ArchiveError

# Pages copied before somebody is told and may interrupt: about 4 MB.
_STEP = 1024
# What a disk should have beyond the copy itself: a guess.
_SPARE = 16 << 20
_BESIDE = ("-wal", "-shm", "-journal")

Progress = Callable[[int, int], None]


def copy(source: sqlite3.Connection, of: Path, goal: Path, progress: Progress | None = None) -> None:
    """A copy of the archive `of`, as `source` sees it, in a new file. The caller has a snapshot open, or the lock.

    Raises ArchiveError, and leaves no file, when it could not be made.
    """
    check_room(goal, size_of(source), f"a copy of {of}")
    remove(goal)
    try:
        with closing(sqlite3.connect(goal, isolation_level=None)) as made:
            # Nobody knows the file yet: a run that is killed makes it anew. It is synced when it is whole.
            made.execute("PRAGMA journal_mode = OFF")
            made.execute("PRAGMA synchronous = OFF")
            source.backup(made, pages=_STEP, progress=_told(progress))
        sync(goal)
    except (*ERRORS, OSError) as error:
        remove(goal)
        raise _in_words(of, goal, error) from error
    except BaseException:
        remove(goal)
        raise


def size_of(source: sqlite3.Connection) -> int:
    """How many bytes a copy of what this connection sees takes."""
    (pages,) = source.execute("PRAGMA page_count").fetchone()
    (size,) = source.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(size)


def check_room(place: Path, size: int, what: str) -> None:
    """Raises ArchiveError when the disk cannot hold so much more."""
    with suppress(OSError):
        free = shutil.disk_usage(place.parent).free
        if free < size + _SPARE:
            raise ArchiveError(
                f"{what} takes {size / 1e6:,.1f} MB, {_SPARE / 1e6:,.0f} MB are to stay free, and {place.parent} has "
                f"{free / 1e6:,.1f} MB left: make room there and try again; nothing was changed"
            )


def place(new: Path, goal: Path) -> None:
    """Give a whole, closed and synced file its name, in one step."""
    try:
        remove(new, only_beside=True)
        new.replace(goal)
        sync_folder(goal.parent)
    except OSError as error:
        raise ArchiveError(f"{goal} could not be written: {error.strerror or error}; what was there stands") from error


def change(new: Path, goal: Path, kept: Path) -> None:
    """Put `new` in the place of the archive at `goal`, which lives on as `kept`. The caller holds the lock.

    The name is never without a file: the old one is linked to its new name, then replaced. A log that could not be
    written back goes with the archive whose log it is: beside another file it would be taken for that one's.
    """
    try:
        remove(new, only_beside=True)
        log, aside = _beside(goal, "-wal"), _beside(kept, "-wal")
        _linked(goal, kept)
        if log.exists() and log.stat().st_size:
            _linked(log, aside)
        sync_folder(goal.parent)
        remove(goal, only_beside=True)
        new.replace(goal)
        sync_folder(goal.parent)
    except OSError as error:
        raise ArchiveError(
            f"{goal} could not be changed for {new.name}: {error.strerror or error}; run the command again. "
            f"What was there is at {goal} or {kept}"
        ) from error


def written_back(path: Path) -> None:
    """Bring what waits in the log into the file, as far as it can be: then the file alone is the archive."""
    with suppress(*ERRORS), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def write_back(path: Path) -> None:
    """Bring all that waits in the log into the file. Raises ArchiveError where that cannot be: SQLite says nothing when
    it fails on closing, and leaves the rest in the log, which must then not be taken away.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except ERRORS as error:
        raise in_words(path, error) from error
    if busy:
        raise ArchiveError(f"{path} is open in another program; close that and try again")


def free_name(path: Path) -> Path:
    """This name, or the first of `name.2`, `name.3` … that nothing has."""
    names = (path if number == 1 else path.with_name(f"{path.name}.{number}") for number in range(1, 10_000))
    return next(name for name in names if not os.path.lexists(name))


def remove(path: Path, *, only_beside: bool = False) -> None:
    """Take a temporary file away, with what SQLite has put beside it."""
    for each in (*(_beside(path, end) for end in _BESIDE), *(() if only_beside else (path,))):
        try:
            if os.path.lexists(each):
                each.unlink()
        except OSError as error:
            raise ArchiveError(f"{each} could not be removed: {error.strerror or error}") from error


def sync(path: Path) -> None:
    """Have it on the disk."""
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise ArchiveError(f"{path} could not be synced: {error.strerror or error}; nothing was changed") from error


def sync_folder(folder: Path) -> None:
    """Have its names on the disk."""
    if os.name == "nt":  # Windows has no such call, and no need of it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def clean(*temporary: Path) -> Iterator[None]:
    """No temporary file before the block, none after it."""
    for path in temporary:
        remove(path)
    try:
        yield
    finally:
        for path in temporary:
            with suppress(ArchiveError):
                remove(path)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _linked(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError:  # a disk without links (FAT): a moment without the old name, and nothing lost
        path.replace(name)


def _told(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    return None if progress is None else lambda _status, left, pages: progress(pages - left, pages)


def _in_words(of: Path, goal: Path, error: sqlite3.Error | UnicodeDecodeError | OSError) -> ArchiveError:
    if isinstance(error, OSError):
        return ArchiveError(f"{goal} could not be written: {error.strerror or error}; no copy was made")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return ArchiveError(f"{goal}: the disk is full; no copy was made, and {of} is as it was: make room there")
    if code == sqlite3.SQLITE_IOERR:
        return ArchiveError(
            f"the disk of {of} or of {goal} refused ({error}, {getattr(error, 'sqlite_errorname', '')}); no copy was "
            "made: look for the health of both"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return in_words(of, error)
    return in_words(goal, error)
