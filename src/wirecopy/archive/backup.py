"""A copy of the archive somewhere else, and the way back.

- `backup` asks nobody to stop: it copies a snapshot while another process collects. The copy is read back, every byte
  against its digest, before it takes its name; until then a backup made before it stands.
- Nothing foreign is replaced: only an earlier state of the same archive makes room for a newer one.
- `restore` puts back a copy that is whole, brings it to today's schema, and removes nothing: what stood in its place
  is kept beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from wirecopy.archive import copying, schema, verify
from wirecopy.archive.failing import ERRORS, in_words
from wirecopy.archive.file import File, check_plain
from wirecopy.archive.lock import Lock
from wirecopy.archive.schema import APPLICATION_ID, ARCHIVE, VERSION, ArchiveRow
from wirecopy.errors import ArchiveError, ConfigError
from wirecopy.model import Damage, Noun

Progress = Callable[[str, int, int], None]
"""Told what is being done ("copy", "check"), how much of it is done, and how much there is."""


class Copied(Noun, frozen=True, kw_only=True):
    """A copy that was made and read back: from where, to where, how many bytes. `kept`: what had to make room."""

    source: str
    path: str
    size: int
    archive: str
    stamp: int
    kept: str = ""


def backup(
    path: Path, to: Path, *, clock: Callable[[], datetime], progress: Progress | None = None, wait: float = 0.0
) -> Copied:
    """Copy the archive at `path` to a file, or into a folder under its own name. Raises ArchiveError when it can't."""
    path, goal = path.resolve(), _goal(to, path.name)
    if goal == path or (goal.exists() and goal.samefile(path)):
        raise ConfigError(f"{goal} is the archive itself: name another file or folder, best on another disk")
    file = File.reading(path)
    try:
        file.snapshot()
        here = file.every(ARCHIVE)[0]
        lock = Lock(goal, wait=wait, holder="wirecopy backup", since=clock())
        try:
            _check_goal(goal, here)
            fresh = goal.with_name(goal.name + ".new")
            with copying.clean(fresh):
                file.copy_to(fresh, _phase(progress, "copy"))
                _check_whole(fresh, path, progress)
                size = fresh.stat().st_size
                copying.place(fresh, goal)
        finally:
            lock.release()
    finally:
        file.close()
    return Copied(source=str(path), path=str(goal), size=size, archive=here.name, stamp=here.stamp)


def restore(
    path: Path,
    source: Path,
    *,
    force: bool = False,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
    wait: float = 0.0,
) -> Copied:
    """Make the archive at `path` what the copy `source` is. `force`: though there is one; it is kept beside it."""
    path, found = path.resolve(), _found(source, path.name)
    if found == path:
        raise ConfigError(f"{found} is the archive itself: name the copy that is to take its place")
    if not path.parent.is_dir():
        raise ArchiveError(f"the folder {path.parent} does not exist: make it, or set `archive` to another place")
    _refuse_if_there(path, force=force)
    lock = Lock(path, wait=wait, holder="wirecopy restore", since=clock())
    try:
        _refuse_if_there(path, force=force)
        fresh = path.with_name(path.name + ".restored")
        with copying.clean(fresh):
            _copy_closed(found, fresh, _phase(progress, "copy"))
            _migrate(fresh)
            _check_whole(fresh, found, progress)
            restored = _identity(fresh)
            copying.sync(fresh)
            kept = _put(fresh, path)
    finally:
        lock.release()
    size = path.stat().st_size
    return Copied(source=str(found), path=str(path), size=size, archive=restored.name, stamp=restored.stamp, kept=kept)


def _put(fresh: Path, path: Path) -> str:
    """Change the archive for a restored one; where the one before is kept, "" if there was none."""
    if not path.exists():
        copying.remove(path, only_beside=True)  # the log of an archive that somebody deleted
        copying.place(fresh, path)
        return ""
    copying.written_back(path)
    kept = copying.free_name(path.with_name(path.name + ".before-restore"))
    copying.change(fresh, path, kept)
    return str(kept)


def _goal(to: Path, name: str) -> Path:
    to = to.expanduser().absolute()
    goal = to / name if to.is_dir() else to
    if not goal.parent.is_dir():
        raise ConfigError(f"the folder {goal.parent} does not exist: make it, or mount the disk it is on")
    return goal.resolve()


def _found(source: Path, name: str) -> Path:
    found = source.expanduser().resolve()
    found = found / name if found.is_dir() else found
    if not found.exists():
        raise ConfigError(f"there is no {found}: name the file that `wirecopy backup` wrote, or its folder")
    check_plain(found)
    return found


def _check_goal(goal: Path, here: ArchiveRow) -> None:
    """Raises ArchiveError unless a backup may take this name: nothing is there, or an earlier state of this archive."""
    if not goal.exists():
        return
    check_plain(goal)
    if goal.stat().st_size == 0:
        return
    there = _identity(goal)
    if there.name.partition("/")[0] != here.name.partition("/")[0]:
        raise ArchiveError(f"{goal} is another archive (or none of ours), and stays: name another file or folder")
    if there.stamp > here.stamp:
        raise ArchiveError(
            f"{goal} holds a later state of this archive (stamp {there.stamp}, here it is {here.stamp}), and stays: "
            "name another file, or take it in with `wirecopy import`"
        )


def _identity(path: Path) -> ArchiveRow:
    """What an archive calls itself, of whatever schema. Raises ArchiveError for what is none."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                raise ArchiveError(f"{path} is a database of another program, no wirecopy archive: name another file")
            row = ARCHIVE.checked(connection.execute(ARCHIVE.select()).fetchone() or (0, "", 0, 0))
    except ERRORS as error:
        raise in_words(path, error) from error
    if row is None:
        raise ArchiveError(f"{path} is damaged: it does not know its own name; move it away, or name another file")
    return row


def _refuse_if_there(path: Path, *, force: bool) -> None:
    if path.exists() and path.stat().st_size and not force:
        raise ArchiveError(
            f"{path} is there already, and stays: `--force` restores all the same and keeps it as "
            f"{path.name}.before-restore; `wirecopy import` takes the copy's articles into it instead"
        )


def _copy_closed(found: Path, fresh: Path, progress: copying.Progress | None) -> None:
    """Copy an archive of this or an older schema, from a medium that may be for reading only."""
    version = _version(found)
    if version > VERSION:
        raise ArchiveError(
            f"{found} was written by a newer wirecopy (schema {version}, this one knows {VERSION}): upgrade wirecopy"
        )
    _identity(found)
    for mode in ("ro", "ro&immutable=1"):  # the second where no shared memory can be put beside it
        try:
            with closing(sqlite3.connect(f"{found.as_uri()}?mode={mode}", uri=True, isolation_level=None)) as source:
                source.execute("BEGIN")
                source.execute("SELECT stamp FROM archive").fetchone()
                copying.copy(source, found, fresh, progress)
                return
        except ERRORS as error:
            refused = isinstance(error, sqlite3.OperationalError)
            if not refused or "immutable" in mode or found.with_name(found.name + "-wal").exists():
                raise in_words(found, error) from error


def _version(found: Path) -> int:
    with found.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64], "big")


def _migrate(fresh: Path) -> None:
    """Bring a copy that nobody knows yet to today's schema: what it was copied from is copy enough."""
    try:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            schema.migrate(connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except ERRORS as error:
        raise in_words(fresh, error) from error


def _check_whole(fresh: Path, of: Path, progress: Progress | None) -> None:
    found = list(verify.damages(fresh, _phase(progress, "check")))
    copying.remove(fresh, only_beside=True)
    if found:
        raise ArchiveError(
            f"{of} is damaged, and no copy of it takes the place of a good one: {_told(found)}. "
            "`wirecopy verify` lists it all, `wirecopy verify --repair` saves what can be saved"
        )


def _told(found: Iterable[Damage]) -> str:
    each = [f"{damage.what} {damage.name}: {damage.reason}" for damage in found]
    more = f"; and {len(each) - 3} more" if len(each) > 3 else ""
    return "; ".join(each[:3]) + more


def _phase(progress: Progress | None, what: str) -> copying.Progress | None:
    return None if progress is None else lambda done, todo: progress(what, done, todo)
