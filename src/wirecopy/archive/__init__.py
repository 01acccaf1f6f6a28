"""The store between collecting and publishing."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wirecopy.archive.repair import Progress, Reader, Repaired
    from wirecopy.archive.sqlite import SqliteArchive
    from wirecopy.model import Damage


def is_archive(path: str | os.PathLike[str]) -> bool:
    """Whether this file says that it is an archive of wirecopy: by its first bytes, not by its name."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # a name or a path
            start = file.read(72)
    except OSError:
        return False
    return start.startswith(b"SQLite format 3\0") and start[68:72] == b"wire"


def open_archive(
    path: str | os.PathLike[str],
    *,
    write: bool,
    wait: float = 0.0,
    holder: str = "wirecopy",
    steps_aside: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> SqliteArchive:
    """The archive in this file; `write` makes it where there is none, and holds it against other writers.

    A second writer waits at most `wait` seconds for the first; half a minute for one that `steps_aside`, which promises
    to look every few seconds whether it `is_wanted`, and asks nobody else to. `holder` (a command) and `clock` say to
    others who holds it and since when. Raises ArchiveError, in words, for whatever is no archive of ours.
    """
    from wirecopy.archive.sqlite import SqliteArchive  # who needs the protocol alone should not load a database

    if write:
        return SqliteArchive.for_writing(path, wait=wait, holder=holder, clock=clock, steps_aside=steps_aside)
    return SqliteArchive.for_reading(path)


def is_wanted(path: str | os.PathLike[str]) -> bool:
    """Whether another process waits for the holder of this archive to step aside."""
    from wirecopy.archive import lock

    return lock.is_wanted(Path(path).resolve())


def repair_archive(
    path: str | os.PathLike[str],
    *,
    reader: Reader | None = None,
    renew: Callable[[SqliteArchive], Sequence[Damage]] = lambda _: (),
    progress: Progress | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Repaired:
    """Save what can be saved of a damaged archive, and name the rest; see repair.py. `reader` reads captures again;
    `renew` makes again what this layer cannot (renditions), in the repaired archive, and says what.
    """
    from wirecopy.archive.repair import repair
    from wirecopy.archive.sqlite import SqliteArchive

    def rebuild(fresh: Path) -> Sequence[Damage]:
        # Opening an archive makes what is only made from the rest: the search index, who copied whom.
        with SqliteArchive.for_writing(fresh, wait=0.0, holder="wirecopy verify --repair", clock=clock) as archive:
            return renew(archive)

    return repair(Path(path), clock=clock, rebuild=rebuild, reader=reader, progress=progress)
