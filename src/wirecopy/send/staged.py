"""Files replaced one by one, in an order that keeps every page's links whole: for places that can do no better.

- What a reader sees is the old publication until all that is new is there; then, for as long as the changed pages take,
  pages of both, each of which names only files that are there; then the new one. The roots of the manifest are written
  last, then what no page names any more goes.
- A run that was cut leaves the old manifest there. A journal here says what was sent since, so that the next run goes
  on where it ended. It counts only while the manifest there is one that the journal knows; else somebody else wrote
  there, and the place is compared by its manifests alone. Losing the journal costs sending some files twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from wirecopy.errors import PublishError
from wirecopy.model import Noun
from wirecopy.publish import manifest
from wirecopy.send.release import Difference, Entry, Release, compare, entry_of, stages

Progress = Callable[[int, int, str], None]
"""Called with (files done, all, the one at hand)."""


class Sent(Noun, frozen=True, kw_only=True):
    """What was sent to a target, or would be: files, their bytes, files removed there. `note`: what else to know."""

    files: int = 0
    bytes: int = 0
    removed: int = 0
    note: str = ""


class Place(Protocol):
    """A folder elsewhere. Each file is replaced whole or not at all; errors are PublishError."""

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Those of these files that are there, each at most `release.LARGEST_PAGE` bytes."""

    def put(self, release: Release, files: Sequence[tuple[str, Entry]], done: Callable[[str], None]) -> None:
        """Have these files there, in any order; `done` is called for each when it is."""

    def remove(self, paths: Sequence[str], done: Callable[[str], None]) -> None:
        """Have these files gone, in any order."""


def send(release: Release, place: Place, journal: Path, *, dry: bool, progress: Progress) -> Sent:
    """Send what differs. With `dry`, only say what that would be."""
    roots = place.read([prefix + manifest.ROOT for prefix in release.roots])
    kept = _Journal(journal, roots)
    found = compare(release, place.read, held=kept.held, roots=roots)
    found.gone |= {path for path in kept.gone if not release.stands(path)}
    told = Sent(files=found.files, bytes=found.size, removed=len(found.gone))
    if dry or not (found.files or found.gone):
        if not dry:
            kept.clear()
        return told
    with kept.begun(roots, found):
        _send(release, place, kept, found, progress)
    kept.clear()
    return told


def _send(release: Release, place: Place, kept: _Journal, found: Difference, progress: Progress) -> None:
    todo, count = found.files + len(found.gone), 0

    def done(path: str) -> None:
        nonlocal count
        count += 1
        progress(count, todo, path)

    for group in stages(release, found):
        entries = dict(group)

        def put(path: str, entries: Mapping[str, Entry] = entries) -> None:
            kept.put(path, entries[path][0])
            done(path)

        place.put(release, group, put)
    for path, body in sorted(found.roots.items()):
        kept.announce(path, entry_of(body)[0])
        place.put(release, [(path, entry_of(body))], done)
    place.remove(sorted(found.gone), done)


class _Journal:
    """What was sent since the manifests there were written. A line a fact:

    `was DIGEST PATH`, a root as it was when we began; `root DIGEST PATH`, one that we were about to write;
    `put DIGEST PATH`, a file that was sent; `gone - PATH`, one that is to go. What follows the last line end is torn.
    """

    def __init__(self, place: Path, roots: Mapping[str, bytes]) -> None:
        self._place = place
        self._file: int | None = None
        self.held: dict[str, str] = {}
        self.gone: set[str] = set()
        known: dict[str, set[str]] = {}
        for kind, digest, path in self._lines():
            if kind in ("was", "root"):
                known.setdefault(path, set()).add(digest)
            elif kind == "put":
                self.held[path] = digest
                self.gone.discard(path)
            else:
                self.gone.add(path)
        now = {path: entry_of(body)[0] for path, body in roots.items()}
        if any(digests and now.get(path, "-") not in digests for path, digests in known.items()):
            self.held.clear()
            self.gone.clear()
            self._is_ours = False
        else:
            self._is_ours = bool(known)

    @contextmanager
    def begun(self, roots: Mapping[str, bytes], found: Difference) -> Iterator[None]:
        """While things are sent."""
        try:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (0 if self._is_ours else os.O_TRUNC)
            self._file = os.open(self._place, flags, 0o600)
        except OSError as error:
            raise PublishError(f"{self._place} can't be written: {error.strerror}") from error
        try:
            was = (f"was {entry_of(roots[path])[0] if path in roots else '-'} {path}" for path in sorted(found.roots))
            self._write(["", *was, *(f"gone - {path}" for path in sorted(found.gone))], sync=True)
            yield
        finally:
            os.close(self._file)
            self._file = None

    def put(self, path: str, digest: str) -> None:
        self._write([f"put {digest} {path}"])

    def announce(self, path: str, digest: str) -> None:
        self._write([f"root {digest} {path}"], sync=True)

    def clear(self) -> None:
        """All is done: there is nothing to go on with."""
        self._place.unlink(missing_ok=True)

    def _lines(self) -> Iterable[tuple[str, str, str]]:
        try:
            stored = self._place.read_bytes().decode("ascii", "replace")
        except FileNotFoundError:
            return
        except OSError as error:
            raise PublishError(f"{self._place} can't be read: {error.strerror}") from error
        for line in stored.split("\n")[:-1]:
            match line.split(" "):
                case ["was" | "root" | "put" | "gone" as kind, digest, path]:
                    yield kind, digest, path

    def _write(self, lines: Sequence[str], *, sync: bool = False) -> None:
        assert self._file is not None
        try:
            os.write(self._file, "".join(f"{line}\n" for line in lines).encode())
            if sync:
                os.fsync(self._file)
        except OSError as error:
            raise PublishError(f"{self._place} can't be written: {error.strerror}") from error
