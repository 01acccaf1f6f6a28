"""An archive of an older schema is brought to today's, in place, after a copy of it was made beside it.

- The copy is `<archive>.v<N>.bak`: made whole, read back, then named. One that holds just this is not made again.
- Each step is a transaction. Killed anywhere, the archive is at one of the steps, and opening it again goes on.
- `<archive>.migrating` stands beside it meanwhile and says from which schema to which: half way there no second copy
  is made.
- There is nothing to copy of a file that is empty, and nothing happens to one that is damaged: repair comes first.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from wirecopy.archive import copying, schema
from wirecopy.archive.failing import ERRORS
from wirecopy.errors import ArchiveError


def bring_up(path: Path, connection: sqlite3.Connection) -> int:
    """Bring an archive, or an empty file, to today's schema; how many steps it took. The caller holds the lock."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    newest = schema.MIGRATIONS[-1].number
    under_way = path.with_name(path.name + ".migrating")
    if version == newest:
        with suppress(OSError):
            under_way.unlink(missing_ok=True)
        return 0
    if version == 0:
        return schema.migrate(connection)
    if not _is_under_way(under_way, version, newest):
        copy_before(path, connection, version)
        _note(under_way, f"{version} {newest}\n")
    steps = schema.migrate(connection)
    with suppress(OSError):  # who opens it next removes it
        under_way.unlink(missing_ok=True)
    return steps


def copy_before(path: Path, connection: sqlite3.Connection, version: int) -> Path:
    """The copy of an archive as it is before it is migrated, made now unless it is there."""
    named = path.with_name(f"{path.name}.v{version}.bak")
    content = _content(connection)
    if named.exists() and _content_of(named) == content:
        return named
    goal, fresh = copying.free_name(named), path.with_name(f"{path.name}.v{version}.bak.new")
    with copying.clean(fresh):
        copying.copy(connection, path, fresh)
        if _content_of(fresh) != content:
            raise ArchiveError(
                f"{path} is damaged, and is not changed to today's schema as it is: "
                "`wirecopy verify --repair` first, or bring back a copy"
            )
        copying.place(fresh, goal)
    return goal


def _is_under_way(note: Path, version: int, newest: int) -> bool:
    """Whether a migration to this schema was begun before, with its copy, and has come this far."""
    try:
        first, last = map(int, note.read_text("ascii").split())
    except (OSError, ValueError):
        return False
    return first <= version < last == newest


def _note(path: Path, words: str) -> None:
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as file:
            file.write(words.encode())
            file.flush()
            os.fsync(file.fileno())
        copying.place(fresh, path)
    except OSError as error:
        raise ArchiveError(f"{fresh} could not be written: {error.strerror or error}; nothing was changed") from error


def _content_of(copy: Path) -> object:
    """What `_content` says of a file, None when it is not whole."""
    try:
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                return None
            return _content(connection)
    except ERRORS:
        return None


def _content(connection: sqlite3.Connection) -> object:
    """What an archive holds, in short: its schema, and the rows and the check sums of every table."""
    # A virtual table stands in tables of its own.
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    ).fetchall()
    found: list[object] = [connection.execute("PRAGMA user_version").fetchone()]
    for (name,) in tables:
        if name.startswith("sqlite_"):
            continue
        summed = any(column[1] == "sum" for column in connection.execute(f"PRAGMA table_info({name})"))
        added = "sum(sum)" if summed else "0"
        found.append((name, connection.execute(f"SELECT count(*), {added} FROM {name}").fetchone()))  # noqa: S608  # names of the schema
    return found
