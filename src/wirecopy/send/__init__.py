"""A published folder, sent to places elsewhere: Git, S3-compatible storage, rsync, SFTP ([how](docs/sending.md)).

Several targets are sent to at once, each on its own: one that fails harms no other, and says why. What readers see at a
target is a whole publication, the old one or the new one, as far as the place can do that: each module says how far.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from wirecopy.errors import PublishError, WirecopyError
from wirecopy.model import Noun
from wirecopy.publish.output import LOCK
from wirecopy.publish.output import _locked as locked
from wirecopy.send.release import Release as Release
from wirecopy.send.release import standing as standing
from wirecopy.send.running import Children
from wirecopy.send.staged import Sent as Sent
from wirecopy.send.targets import Address, Target, check, shown_of
from wirecopy.text import printable

Progress = Callable[[str, int, int, str], None]
"""Called with (target, files done, all, the one at hand), never from two threads at once."""

_FAILING = "failing.json"
_STANDS = "stands.json"


class Result(Noun, frozen=True, kw_only=True):
    """What became of one target. `failed` says why nothing, or not all, was sent; "" where all was."""

    target: str
    to: str
    files: int = 0
    bytes: int = 0
    removed: int = 0
    note: str = ""
    failed: str = ""


class Failing(Noun, frozen=True, kw_only=True):
    """A target that was not reached: since when, how often in a row, and why the last time."""

    since: datetime
    times: int
    reason: str


def send(
    jobs: Sequence[tuple[Target, Release]], *, state: Path, at: datetime, dry: bool, progress: Progress
) -> list[Result]:
    """Send each release to its target, all at once; a result for each, in their order.

    `state` is a folder of ours beside the archive; losing it costs time, no more. With `dry`, nothing elsewhere is
    changed, and the results say what would be sent. Raises ConfigError before anything is sent, where a target makes no
    sense; what goes wrong at a target is in its result.
    """
    checked = [(target, check(target), release) for target, release in jobs]
    guard = threading.Lock()
    children = [Children() for _ in checked]

    def run(place: int) -> Result:
        target, address, release = checked[place]

        def told(done: int, todo: int, what: str) -> None:
            with guard:
                progress(target.name, done, todo, what)

        to = shown_of(target.to)
        try:
            sent = _sent(target, address, release, state, at, children[place], dry=dry, progress=told)
        except WirecopyError as error:
            return Result(target=target.name, to=to, failed=str(error))
        except Exception as error:  # noqa: BLE001  (one target's bug is no other's: it is told as a failure)
            return Result(
                target=target.name, to=to, failed=f"unexpected: {type(error).__name__}: {printable(str(error))[:300]}"
            )
        return Result(
            target=target.name, to=to, files=sent.files, bytes=sent.bytes, removed=sent.removed, note=sent.note
        )

    with ThreadPoolExecutor(len(checked) or 1, thread_name_prefix="target") as pool:
        try:
            return list(pool.map(run, range(len(checked))))
        except BaseException:  # Ctrl-C: end what runs, so that the threads end
            for each in children:
                each.stop()
            raise


def note(target: Target, failed: str, *, state: Path, at: datetime) -> None:
    """Write down in the folder `state` that a target was not reached, and why; or, with "", that it was."""
    path = _folder(target, state) / _FAILING
    with suppress(OSError):  # where nothing can be written down, whoever looks at the disk says so
        if not failed:
            path.unlink(missing_ok=True)
            return
        before = failing(target, state)
        now = Failing(since=before.since if before else at, times=before.times + 1 if before else 1, reason=failed)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, now)


def failing(target: Target, state: Path) -> Failing | None:
    """What was written down of a target that was not reached when it was last sent to; else None."""
    try:
        return msgspec.json.decode((_folder(target, state) / _FAILING).read_bytes(), type=Failing)
    except (OSError, ValueError):
        return None


def _folder(target: Target, state: Path) -> Path:
    return state / hashlib.sha256(target.to.encode()).hexdigest()[:16]


def _sent(
    target: Target,
    address: Address,
    release: Release,
    state: Path,
    at: datetime,
    children: Children,
    *,
    dry: bool,
    progress: Callable[[int, int, str], None],
) -> Sent:
    """Send one release to one target, alone: a lock keeps a second run out."""
    from wirecopy.send import git, rsync  # here: each is needed by some targets only

    folder = _folder(target, state)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise PublishError(f"{folder} can't be made: {error.strerror}") from error
    children.lock = lock = locked(folder / LOCK)
    try:
        if address.kind == "rsync+ssh" and target.releases:  # each time a new folder
            return rsync.send(
                release, target, address, folder=folder, at=at, children=children, dry=dry, progress=progress
            )
        before = _stands(folder)
        going = release.after(before)
        if not dry:
            _note_stands(folder, before | release.roots.keys())
        if address.kind == "git":
            sent = git.send(going, target, address, folder=folder, at=at, children=children, dry=dry, progress=progress)
        else:
            sent = _staged(going, target, address, folder, children, dry=dry, progress=progress)
        if not dry:
            _note_stands(folder, (before | release.roots.keys()) - going.left)
        return sent
    finally:
        os.close(lock)


def _staged(
    release: Release,
    target: Target,
    address: Address,
    folder: Path,
    children: Children,
    *,
    dry: bool,
    progress: Callable[[int, int, str], None],
) -> Sent:
    """Send one release to a place where files are replaced one by one."""
    from wirecopy.send import folders, objects, rsync, sftp, staged  # as above

    place: staged.Place
    if address.kind == "s3":
        place = objects.Bucket(target, address, stop=children.stopped)
    elif address.kind == "folder":
        place = folders.Folder(target, Path(address.path))
    elif address.kind == "sftp":
        place = sftp.Folder(target, address, folder=folder, children=children)
    else:
        place = rsync.Folder(target, address, folder=folder, children=children)
    return staged.send(release, place, folder / "journal", dry=dry, progress=progress)


def several_stand(target: Target, state: Path) -> bool:
    """Whether several publications were sent to a target, each to its own place there."""
    return not _stands(_folder(target, state)) <= {""}


def _stands(folder: Path) -> frozenset[str]:
    """The prefixes of what was sent to a target; none where that is not known."""
    try:
        return frozenset(msgspec.json.decode((folder / _STANDS).read_bytes(), type=list[str]))
    except (OSError, ValueError):
        return frozenset()


def _note_stands(folder: Path, prefixes: Iterable[str]) -> None:
    try:
        _write(folder / _STANDS, sorted(prefixes))
    except OSError as error:
        raise PublishError(f"{folder / _STANDS} can't be written: {error.strerror}") from error


def _write(path: Path, what: object) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(what))
    fresh.replace(path)
