"""A folder on this machine, as a web server's or a mounted disk: every file whole or not at all.

A file is written under a temporary name beside its place, synced, renamed over it. No symbolic link below the folder is
followed, so that what stands there can't have us write elsewhere.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from wirecopy.errors import PublishError
from wirecopy.publish.output import _create as create
from wirecopy.publish.output import _naming as naming
from wirecopy.publish.output import _temporary as temporary
from wirecopy.send.release import LARGEST_PAGE, Entry, Release
from wirecopy.send.targets import Target

_AT_ONCE = 64 << 20  # bytes that are held in memory; a larger file (a book) is copied


class Folder:
    """A folder, as `staged.Place`. It must be there: where a disk is not mounted nothing is written in its place."""

    def __init__(self, target: Target, place: Path) -> None:
        if not place.is_dir():
            raise PublishError(f"target {target.name!r}: there is no folder {place}: make it, or mount the disk")
        self._place = place.resolve()

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        found = {}
        for path in paths:
            place = self._at(path)
            with naming(place), suppress(FileNotFoundError):
                if place.lstat().st_size <= LARGEST_PAGE:
                    found[path] = place.read_bytes()
        return found

    def put(self, release: Release, files: Sequence[tuple[str, Entry]], done: Callable[[str], None]) -> None:
        for path, entry in files:
            place, beside = self._at(path), self._at(temporary(path))
            with naming(place):
                place.parent.mkdir(parents=True, exist_ok=True)
                beside.unlink(missing_ok=True)
                if entry[1] <= _AT_ONCE:
                    create(str(beside), release.body(path, entry))
                else:
                    shutil.copyfile(release.check(path, entry), beside)
                beside.replace(place)
            done(path)

    def remove(self, paths: Sequence[str], done: Callable[[str], None]) -> None:
        for path in paths:
            place = self._at(path)
            with naming(place):
                place.unlink(missing_ok=True)
            with suppress(OSError):  # not empty
                for above in place.relative_to(self._place).parents:
                    if above != Path():
                        (self._place / above).rmdir()
            done(path)

    def _at(self, path: str) -> Path:
        """The place of a file, with no link on the way to it."""
        place = self._place
        for part in path.split("/"):
            place /= part
            with suppress(FileNotFoundError):
                if stat.S_ISLNK(os.lstat(place).st_mode):
                    raise PublishError(f"{place} is a symbolic link: move it away, or send to another folder")
        return place
