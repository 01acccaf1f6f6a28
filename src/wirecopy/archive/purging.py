"""No byte of what was removed stays in the archive's file, nor in its log.

- Removing rows frees pages, and copies of them wait in the log: the file is made anew from what is left (SQLite's
  VACUUM INTO, beside it), put in its place page by page in one transaction, and the log is cut to nothing.
- Killed anywhere, the archive opens as it was or as it is to be; what is not done is done by the next purge.
- Whoever reads an older state keeps it on the disk: then nothing is called purged, and who asks is told.

What the disk itself remembers of a file's former blocks is beyond any program; so are copies of the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from wirecopy.archive import copying
from wirecopy.archive.failing import ERRORS, in_words
from wirecopy.archive.file import File
from wirecopy.archive.search import index
from wirecopy.errors import ArchiveError

Progress = Callable[[int, int], None]


def purge(file: File, progress: Progress | None = None) -> bool:
    """Make the file anew from what it holds. False: somebody reads an older state of it, so that had to wait."""
    fresh = file.path.with_name(file.path.name + ".purging")
    copying.check_room(file.path, 2 * _size(file), f"making {file.path.name} anew")
    with file.transaction():
        index.compact(file)
    try:
        with copying.clean(fresh):
            file.rows("VACUUM INTO ?", str(fresh))
            with closing(sqlite3.connect(f"{fresh.as_uri()}?mode=ro", uri=True)) as made:
                file.overwrite(made, progress)
    except ERRORS as error:
        raise in_words(file.path, error) from error
    except OSError as error:
        raise ArchiveError(f"{fresh} could not be made: {error.strerror or error}; try again") from error
    busy, *_ = file.row("PRAGMA wal_checkpoint(TRUNCATE)") or (1,)
    return not busy


def _size(file: File) -> int:
    return file.number("PRAGMA page_count") * file.number("PRAGMA page_size")
