"""The store between collecting and publishing."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wirecopy.archive.sqlite import SqliteArchive


def open_archive(
    path: str | os.PathLike[str],
    *,
    write: bool,
    wait: float = 0.0,
    holder: str = "wirecopy",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> SqliteArchive:
    """The archive in this file; `write` makes it where there is none, and holds it against other writers.

    A second writer waits at most `wait` seconds for the first. `holder` (a command) and `clock` say to others who
    holds it and since when. Raises ArchiveError, in words, for whatever is no archive of ours.
    """
    from wirecopy.archive.sqlite import SqliteArchive  # who needs the protocol alone should not load a database

    if write:
        return SqliteArchive.for_writing(path, wait=wait, holder=holder, clock=clock)
    return SqliteArchive.for_reading(path)
