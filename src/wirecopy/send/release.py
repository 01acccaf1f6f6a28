"""A published folder as it is sent: what it holds by its manifests, and what of it differs from what is elsewhere.

- Only what a manifest vouches for is sent, and each file is read against its digest first: what was changed on the
  disk, or is being published anew right now, is not sent.
- Two publications are compared by the pages of their manifests, from the root down: equal pages hold equal files, so
  that one more article costs reading a few small pages, whatever the folder holds.
- What is elsewhere was perhaps written by somebody else: a page that is none, or does not have the digest that the
  page above it lists, counts as not there.
- `stages` is the order that keeps a reader's pages whole where files are replaced one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import msgspec

from wirecopy.errors import PublishError
from wirecopy.publish import manifest
from wirecopy.publish.output import BOOKMARK, JOURNAL

Entry: TypeAlias = tuple[str, int]
"""The SHA-256 of a file (hexadecimal) and its size in bytes, as in the manifest."""

Reader: TypeAlias = Callable[[Sequence[str]], Mapping[str, bytes]]
"""Reads small files elsewhere, those that are there, each at most `LARGEST_PAGE` bytes."""

LARGEST_PAGE = 32 << 20
"""Bytes of a page of a manifest: some 300,000 files. Ours have at most some thousands."""

_DEEPEST = 8
_CHUNK = 1 << 20


class _Book(msgspec.Struct):
    """What the note beside a ZIM file says of it."""

    sha256: str = ""
    size: int = -1


@dataclass(frozen=True)
class Release:
    """What is sent: publications in one folder, each below its prefix ("" or "feeds/"), with the root of its manifest.

    `roots` are these, by prefix. `is_all`: nothing else of ours shall stand at the target. `left` are the prefixes of
    what was sent there before and is not any more: publications without a file.
    """

    folder: Path
    roots: Mapping[str, bytes]
    is_all: bool = False
    left: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """The same for the same publications."""
        return digest_of(self.roots)

    def after(self, prefixes: Iterable[str]) -> Release:
        """What is sent to where publications below these prefixes were sent before."""
        left = frozenset(prefixes) - self.roots.keys() if self.is_all else frozenset()
        return replace(self, roots={**self.roots, **dict.fromkeys(left, manifest.encode({}))}, left=left)

    def page(self, path: str, entry: Entry) -> bytes:
        """A page of a manifest, or any other file that is small."""
        return self.body(path, entry)

    def body(self, path: str, entry: Entry) -> bytes:
        """The bytes of a file, read against its digest."""
        if (made := self.made().get(path)) is not None:
            return made
        try:
            body = (self.folder / path).read_bytes()
        except OSError as error:
            raise self._changed(path, error.strerror or "can't be read") from error
        if (hashlib.sha256(body).hexdigest(), len(body)) != entry:
            raise self._changed(path, "not the bytes that its manifest lists")
        return body

    def check(self, path: str, entry: Entry) -> Path:
        """The place of a file that is not read at once, after it was read against its digest."""
        place = self.folder / path
        found = hashlib.sha256()
        try:
            with place.open("rb") as file:
                while part := file.read(_CHUNK):
                    found.update(part)
                size = file.tell()
        except OSError as error:
            raise self._changed(path, error.strerror or "can't be read") from error
        if (found.hexdigest(), size) != entry:
            raise self._changed(path, "not the bytes that its manifest lists")
        return place

    def made(self) -> dict[str, bytes]:
        """The roots of the manifests, by path: they are sent last, and of books they are on no disk."""
        return {prefix + manifest.ROOT: body for prefix, body in self.roots.items()}

    def stands(self, path: str) -> bool:
        """Is there such a file in the folder, of a publication that is sent?"""
        return self.owner(path) not in self.left and (self.folder / path).exists()

    def files(self) -> dict[str, Entry]:
        """Every file, the pages of the manifests too."""
        found = compare(self, lambda _: {})
        return {**found.new, **{path: entry_of(body) for path, body in found.roots.items()}}

    def owner(self, path: str) -> str:
        """The prefix of the publication that a path belongs to."""
        return max((prefix for prefix in self.roots if path.startswith(prefix)), key=len, default="")

    def _changed(self, path: str, why: str) -> PublishError:
        return PublishError(
            f"{self.folder / path}: {why}. Either somebody publishes there right now (then send again when that is "
            "done), or the file was damaged: `wirecopy verify --repair` makes it anew. Nothing of it was sent"
        )


@dataclass
class Difference:
    """What a place elsewhere lacks (`new`), has otherwise (`changed`) and has too much (`gone`), by path.

    `roots` are the manifests that make it count, where they differ. `levels` tells how far below its root each file is
    listed.
    """

    new: dict[str, Entry] = field(default_factory=dict)
    changed: dict[str, Entry] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    roots: dict[str, bytes] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)

    @property
    def files(self) -> int:
        """How many files are to be sent."""
        return len(self.new) + len(self.changed) + len(self.roots)

    @property
    def size(self) -> int:
        """How many bytes these have."""
        listed = (*self.new.values(), *self.changed.values())
        return sum(size for _, size in listed) + sum(map(len, self.roots.values()))


def standing(folder: Path, prefixes: Iterable[str] = ("",), *, is_all: bool = False) -> Release:
    """What is published in this folder: at its root ("") and in folders below it ("feeds/"). `is_all` as in `Release`.

    Raises PublishError where there is nothing, or where a publication did not finish.
    """
    roots: dict[str, bytes] = {}
    for prefix in prefixes:
        at = folder / prefix
        if (at / JOURNAL).exists():
            raise PublishError(f"{at}: the last publication did not finish; run `wirecopy publish` first")
        try:
            roots[prefix] = (at / manifest.ROOT).read_bytes()
        except FileNotFoundError:
            books = _books(at)
            if books:
                roots[prefix] = manifest.encode(books)
        except OSError as error:
            raise PublishError(f"{at / manifest.ROOT} can't be read: {error.strerror}") from error
    if not roots:
        raise PublishError(f"nothing is published in {folder} yet; `wirecopy publish` does that")
    return Release(folder, roots, is_all=is_all)


def compare(
    release: Release,
    there: Reader,
    *,
    held: Mapping[str, str] | None = None,
    roots: Mapping[str, bytes] | None = None,
) -> Difference:
    """What differs between a release and what stands elsewhere.

    `roots` are the roots of the manifests there, if they were read already. `held` are the digests of files that were
    sent since these were written: from a journal.
    """
    held = held or {}
    found = Difference()
    was: dict[str, Entry] = {}
    kept: set[str] = set()
    stored = there([prefix + manifest.ROOT for prefix in release.roots]) if roots is None else roots
    for prefix, root in release.roots.items():
        name = prefix + manifest.ROOT
        before = stored.get(name)
        if before != root:
            found.roots[name] = root
            for level, path, entry in _differing(release, there, prefix, root, before, was):
                if path not in kept:
                    kept.add(path)
                    found.new[path] = entry
                    found.levels[path] = level
    astray = [path for path in held if path not in kept and release.stands(path)]
    listed = release.files() if astray else {}
    for path in astray:  # sent by a run that was cut, and since then again as it was before that
        if path in listed and path not in found.roots:
            found.new[path] = listed[path]
            found.levels[path] = 0
            kept.add(path)
    for path, (digest, _) in list(found.new.items()):
        if held.get(path) == digest:
            del found.new[path]
        elif path in held or path in was:
            if path not in held and was[path][0] == digest:
                del found.new[path]  # it moved from one page of the manifest to another
            else:
                found.changed[path] = found.new.pop(path)
    found.gone = {path for path in (*was, *held) if path not in kept and not release.stands(path)}
    return found


def stages(release: Release, found: Difference) -> Iterator[list[tuple[str, Entry]]]:
    """The files to send, in groups: one group whole before the next begins.

    First what is new, which no page names yet; then what changed, the deepest first, so that a list is replaced after
    the articles that it names, the front pages last of all; then the pages of the manifest, each after those that it
    lists, so that a page that is there vouches for all below it. The roots are not in it.
    """
    late: dict[int, list[tuple[str, Entry]]] = {}
    first = []
    for path, entry in found.new.items():
        within = path.removeprefix(release.owner(path))
        if within.startswith("manifest/"):
            late.setdefault(200 - found.levels[path], []).append((path, entry))
        elif "/" in within and not within.endswith("/index.html"):
            first.append((path, entry))
        else:
            late.setdefault(99 - _DEEPEST, []).append((path, entry))
    for path, entry in found.changed.items():
        within = path.removeprefix(release.owner(path))
        depth = min(within.count("/"), _DEEPEST)
        is_front = depth == 0 or within.endswith("/index.html")
        is_page = within.startswith("manifest/")
        rank = 200 - found.levels[path] if is_page else 99 - (0 if is_front else depth)
        late.setdefault(rank, []).append((path, entry))
    yield from (sorted(group) for group in (first, *(late[rank] for rank in sorted(late))) if group)


def entry_of(body: bytes) -> Entry:
    """What a manifest says of these bytes."""
    return hashlib.sha256(body).hexdigest(), len(body)


def digest_of(roots: Mapping[str, bytes]) -> str:
    """One digest of several manifests."""
    told = "".join(f"{prefix} {hashlib.sha256(body).hexdigest()}\n" for prefix, body in sorted(roots.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def _differing(
    release: Release, there: Reader, prefix: str, root: bytes, before: bytes | None, was: dict[str, Entry]
) -> Iterator[tuple[int, str, Entry]]:
    """Each file that is listed otherwise than elsewhere. Into `was` goes what is listed there, of pages that differ."""
    pairs: list[tuple[str, bytes | None, bytes | None]] = [(manifest.ROOT, root, before)]
    for level in range(_DEEPEST):
        pages: list[tuple[str, Entry | None, Entry | None]] = []
        for name, body, old in pairs:
            now = manifest.decode(body, str(release.folder / prefix / name)) if body is not None else {}
            listed = _listed(old, name)
            for path in listed.keys() | now.keys():
                here, then = now.get(path), listed.get(path)
                if then is not None and here != then:
                    was[prefix + path] = then
                if here is not None and here != then:
                    yield level, prefix + path, here
                if path.startswith("manifest/") and here != then:
                    pages.append((path, here, then))
        if not pages:
            return
        stored = there([prefix + path for path, _, then in pages if then is not None])
        pairs = []
        for path, here, then in sorted(pages, key=lambda each: each[0]):
            old = stored.get(prefix + path)
            is_whole = old is not None and entry_of(old) in (then, here)  # as `here` since a run that was cut
            pairs.append(
                (path, release.page(prefix + path, here) if here is not None else None, old if is_whole else None)
            )
    raise PublishError(f"{release.folder / prefix}: its manifest has more than {_DEEPEST} levels: publish it again")


def _listed(page: bytes | None, name: str) -> manifest.Files:
    """What a page elsewhere lists; nothing where it is none."""
    if page is None or len(page) > LARGEST_PAGE:
        return {}
    try:
        return manifest.decode(page, name)
    except PublishError:
        return {}


def _books(folder: Path) -> manifest.Files:
    """The ZIM files in a folder, by the notes beside them."""
    books: manifest.Files = {}
    for noted in sorted(folder.glob(f".*.zim{BOOKMARK}")):
        name = noted.name.removeprefix(".").removesuffix(BOOKMARK)
        try:
            said = msgspec.json.decode(noted.read_bytes(), type=_Book)
        except (OSError, ValueError) as error:
            raise PublishError(f"{noted} can't be read ({error}): run `wirecopy publish zim`") from error
        if not said.sha256:
            raise PublishError(f"{folder / name}: the last publication did not finish; run `wirecopy publish zim`")
        books[manifest.checked(name)] = said.sha256, said.size
    return books
