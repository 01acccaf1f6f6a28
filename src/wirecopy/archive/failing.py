"""What SQLite says when it fails, in words that help."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from wirecopy.errors import ArchiveError, Unwritable

# In a damaged file even the words of an error may be no UTF-8.
ERRORS = (sqlite3.Error, UnicodeDecodeError)
HELP = "run `wirecopy verify` to see what is hit, and `wirecopy verify --repair` to save what can be saved"


def is_full(error: BaseException) -> bool:
    """Whether this error of SQLite says that the disk is full."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def in_words(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> ArchiveError:
    """What SQLite said, with what to do about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            words = "the disk is full; what was being written is undone, nothing before it is lost: make room and go on"
        case sqlite3.SQLITE_IOERR:
            name = getattr(error, "sqlite_errorname", "")
            words = (
                f"the disk refused ({error}, {name}); what was being written is undone: look for its health, "
                "its quota, and the room on it"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            words = f"another program works on it and does not take wirecopy's lock ({error}): stop that program"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            words = f"cannot be opened ({error}): check who may read and write it and its folder"
        case sqlite3.SQLITE_NOTADB:
            words = "is no wirecopy archive, or its first page is lost: name another file, or bring back a copy"
        case sqlite3.SQLITE_CORRUPT:
            words = f"is damaged ({error}): {HELP}"
        case _ if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
            words = "the archive was closed"
        case _ if "decode" in str(error):  # text that is no UTF-8 any more
            words = f"is damaged ({error}): {HELP}"
        case _:
            words = f"SQLite says: {error}"
    passes = code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return (Unwritable if passes else ArchiveError)(f"{path}: {words}")
