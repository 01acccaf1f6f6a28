"""Captures → WARC files: the evidence of an archive in the format of web archives, for others to check and replay.

- Captures stand in the order in which the archive took them in. Ten thousand numbers make a segment, of one file or,
  beyond a gigabyte, of several: which capture is in which does not depend on when anything was published.
- What was written stays as it is, and a segment only grows at its end, unless the archive no longer holds what is in
  it (a take-down): then it is written anew without that.
- A file is written beside its place, synced, renamed. `warc.json` says what should be there, and is written last.
- The folder is laid out as a collection of pywb (`archive/`, `indexes/`). It is no publication for readers: pages stand
  in it with their scripts, as they came.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import IO

import msgspec

from wirecopy.errors import PublishError
from wirecopy.model import Damage, Evidence, Kept, Noun
from wirecopy.publish.output import _locked as locked
from wirecopy.publish.output import _naming as naming
from wirecopy.publish.publication import lasting
from wirecopy.publish.warc import indexes, wacz
from wirecopy.publish.warc.records import info_id, records, warcinfo

SPAN = 10_000  # captures of a segment: some 100 MB of pages
LARGEST = 1_000_000_000  # bytes of a file: what the WARC standard recommends
WACZ = "evidence.wacz"
_STATE = "warc.json"
_LOCK = ".wirecopy.lock"
_NAME = re.compile(r"(?:archive/[a-z0-9-]+\.warc\.gz|indexes/[a-z0-9-]+\.cdxj|evidence\.wacz)\Z")

Progress = Callable[[int, int, str], None]


class Published(Noun, frozen=True, kw_only=True):
    """What a publication did: captures in all and new ones, files written and removed, bytes in all."""

    captures: int = 0
    new: int = 0
    written: int = 0
    removed: int = 0
    size: int = 0


class _File(Noun, frozen=True, kw_only=True):
    """A file as it should be. Of one that is being made, `size` is -1."""

    name: str
    size: int = -1
    sha256: str = ""


class _Segment(Noun, frozen=True, kw_only=True):
    """What is in a segment: how many captures, the digest of what they are, its files."""

    number: int
    captures: int = 0
    contents: str = ""
    files: tuple[_File, ...] = ()
    parts: int = 1


class _State(Noun, frozen=True, kw_only=True):
    """What stands in the folder."""

    format: str
    version: int
    archive: str = ""
    segments: tuple[_Segment, ...] = ()
    others: tuple[_File, ...] = ()


def publish(
    evidence: Evidence, folder: Path, *, bundle: bool = False, largest: int = LARGEST, progress: Progress | None = None
) -> Published:
    """Make the folder hold every capture of the archive. With `bundle`, one WACZ file of all of it too."""
    with _opened(folder) as state:
        if lasting(state.archive) not in ("", lasting(evidence.archive)):
            raise PublishError(f"{folder} holds the evidence of another archive ({state.archive}): name another folder")
        made = _Making(evidence, folder, state, largest, progress or (lambda *_: None))
        return made.all(bundle=bundle)


def check(folder: Path) -> Iterator[Damage]:
    """Every file that should be in the folder, against its digest."""
    state = _read(folder)
    for file in (file for each in state.segments for file in each.files), state.others:
        for each in file:
            path = folder / each.name
            if not path.is_file():
                yield Damage(what="WARC file", name=each.name, reason="it is missing")
            elif _digest(path) != each.sha256:
                yield Damage(what="WARC file", name=each.name, reason="its SHA-256 is not the one in warc.json")


class _Making:
    """One publication on its way."""

    def __init__(self, evidence: Evidence, folder: Path, state: _State, largest: int, progress: Progress) -> None:
        self.evidence = evidence
        self.folder = folder
        self.largest = largest
        self.progress = progress
        self.before = {each.number: each for each in state.segments}
        self.now: dict[int, _Segment] = {}
        self.others = tuple(each for each in state.others if each.size >= 0)
        self.captures = self.new = self.written = self.removed = 0
        self.ours = {file.name for each in state.segments for file in each.files} | {each.name for each in state.others}

    def all(self, *, bundle: bool) -> Published:
        known = {**self.before}
        for number, members in groupby(self.evidence.kept(), key=lambda kept: kept.number // SPAN):
            self.segment(number, list(members))
            known.pop(number, None)
        for gone in known.values():
            self.before.pop(gone.number)
            self.remove(gone.files)
        if bundle and (self.written or self.removed or not self.others or not self.stand(self.others)):
            self.bundle()
        elif not bundle and self.others and (self.written or self.removed):
            self.remove(self.others)  # it would tell of what no longer is
            self.others = ()
        self.remove(tuple(_File(name=name) for name in sorted(self.ours - self.told())))  # of a run that was killed
        self.save()
        files = [*(file for each in self.now.values() for file in each.files), *self.others]
        return Published(
            captures=self.captures,
            new=self.new,
            written=self.written,
            removed=self.removed,
            size=sum(file.size for file in files),
        )

    def segment(self, number: int, members: list[Kept]) -> None:
        """Have one segment hold these captures."""
        self.captures += len(members)
        before = self.before.get(number, _Segment(number=number))
        contents = _contents(members)
        if (before.captures, before.contents) == (len(members), contents) and self.stand(before.files):
            self.now[number] = before
            return
        grown = (
            0 < before.captures < len(members)
            and _contents(members[: before.captures]) == before.contents
            and self.stand(before.files)
        )
        start = before.captures if grown else 0
        self.now[number] = before if grown else _Segment(number=number)
        self.new += len(members) - start
        files = list(before.files if grown else ())
        parts = before.parts if grown else 1
        rest = members[start:]
        while rest:
            stem = f"wirecopy-{self.evidence.archive[:8]}-{number:06d}-{parts:02d}"
            last = tuple(files[-2:]) if grown and len(files) == 2 * parts else ()
            pair, done = self.part(stem, rest, last)
            files = [*files[: 2 * parts - 2], *pair]
            rest = rest[done:]
            parts += bool(rest)
            grown = False
        self.now[number] = _Segment(
            number=number, captures=len(members), contents=contents, files=tuple(files), parts=parts
        )
        self.remove(tuple(file for file in before.files if file.name not in {each.name for each in files}))
        self.save()

    def part(self, stem: str, members: list[Kept], last: tuple[_File, ...]) -> tuple[tuple[_File, _File], int]:
        """Write as many of these captures into a file as it may hold, after what stands in it; how many."""
        path, index = f"archive/{stem}.warc.gz", f"indexes/{stem}.cdxj"
        lines: list[bytes] = []
        done = 0
        with self.replaced(path) as file:
            if last and not self.copied(last[0], file):
                raise PublishError(
                    f"{self.folder / last[0].name} is not what was written there: its SHA-256 is another one. "
                    "Restore it, or remove it to have it written anew"
                )
            if last:
                lines = (self.folder / index).read_bytes().splitlines(keepends=True)
            for kept in members:
                capture = self.evidence.capture(kept.number)
                if not file.tell():
                    file.write(warcinfo(f"{stem}.warc.gz", self.evidence.archive, capture.at))
                original = None if kept.original == kept.number else self.evidence.capture(kept.original)
                written = list(records(capture, kept, original, info_id(f"{stem}.warc.gz", self.evidence.archive)))
                if (done or last) and file.tell() + sum(len(each.member) for each in written) > self.largest:
                    break
                for each in written:
                    if each.target:
                        lines.append(indexes.line(each, f"{stem}.warc.gz", file.tell()))
                    file.write(each.member)
                done += 1
                self.progress(self.captures - len(members) + done, self.captures, stem)
        with self.replaced(index) as file:
            file.writelines(sorted(lines))
        return (self.described(path), self.described(index)), done

    def bundle(self) -> None:
        files = [file.name for each in self.now.values() for file in each.files]
        archives = [name for name in files if name.startswith("archive/")]
        lists = [name for name in files if name.startswith("indexes/")]
        self.others = ()
        with self.replaced(WACZ) as file:
            wacz.write(file, self.folder, archives, lists, title=f"Evidence of the archive {self.evidence.archive}")
        self.others = (self.described(WACZ),)

    # --- files

    def stand(self, files: tuple[_File, ...]) -> bool:
        """Whether these files are there, at least as far as their size tells."""
        with suppress(OSError):
            return all((self.folder / file.name).stat().st_size == file.size for file in files)
        return False

    def copied(self, before: _File, file: IO[bytes]) -> bool:
        digest = hashlib.sha256()
        with (self.folder / before.name).open("rb") as old:
            while data := old.read(1 << 20):
                digest.update(data)
                file.write(data)
        return digest.hexdigest() == before.sha256

    @contextmanager
    def replaced(self, name: str) -> Iterator[IO[bytes]]:
        """Write a file anew, beside its place; it takes its place when it is whole."""
        place = self.folder / name
        beside = place.with_name(f".{place.name}.wirecopy~")
        with naming(place):
            if place.is_symlink() or (place.exists() and name not in self.ours):
                raise PublishError(
                    f"{place}: a file stands here that wirecopy did not make, and it stays untouched. "
                    "Move it away, or publish to another folder"
                )
            place.parent.mkdir(exist_ok=True)
            self.ours.add(name)
            self.save()
            try:
                with beside.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)
        self.written += 1

    def described(self, name: str) -> _File:
        path = self.folder / name
        with naming(path):
            return _File(name=name, size=path.stat().st_size, sha256=_digest(path))

    def remove(self, files: tuple[_File, ...]) -> None:
        for file in files:
            place = self.folder / file.name
            with naming(place):
                self.removed += place.exists()
                place.unlink(missing_ok=True)
            self.ours.discard(file.name)

    def told(self) -> set[str]:
        """The names of all files that are finished."""
        segments = {**self.before, **self.now}
        return {file.name for each in segments.values() for file in each.files} | {each.name for each in self.others}

    def save(self) -> None:
        """Say what stands in the folder, and which files are ours though they are not finished."""
        segments = {**self.before, **self.now}
        unfinished = tuple(_File(name=name) for name in sorted(self.ours - self.told()))
        state = _State(
            format="wirecopy-warc",
            version=1,
            archive=self.evidence.archive,
            segments=tuple(segments[number] for number in sorted(segments)),
            others=(*self.others, *unfinished),
        )
        body = msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n"
        place = self.folder / _STATE
        beside = place.with_name(f".{_STATE}.wirecopy~")
        with naming(place):
            with beside.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)


@contextmanager
def _opened(folder: Path) -> Iterator[_State]:
    with naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
    handle = locked(folder / _LOCK)
    try:
        yield _read(folder)
    finally:
        os.close(handle)


def _read(folder: Path) -> _State:
    place = folder / _STATE
    with naming(place):
        if not place.exists():
            return _State(format="wirecopy-warc", version=1)
        stored = place.read_bytes()
    try:
        state = msgspec.json.decode(stored, type=_State)
    except ValueError as error:
        raise PublishError(f"{place} is damaged ({error}): remove the folder, and it is written anew") from error
    if (state.format, state.version) != ("wirecopy-warc", 1):
        raise PublishError(f"{place} was written by another version of wirecopy: upgrade, or name another folder")
    named = [file.name for each in state.segments for file in each.files] + [each.name for each in state.others]
    if not all(map(_NAME.match, named)):
        raise PublishError(f"{place} names files that are none of ours: it was changed; name another folder")
    return state


def _contents(members: list[Kept]) -> str:
    """The digest of what stands in a segment: which captures, whose payload is told elsewhere, of which articles."""
    digest = hashlib.sha256()
    for each in members:
        told = (each.id, each.original_id, *each.articles, "", *each.readings)
        digest.update("\0".join(told).encode() + b"\n")
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
