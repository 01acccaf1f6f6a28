"""A folder that readers see: every file whole or not at all, every file known to the manifest. The only writer of it.

- A file is written under a temporary name beside its place, synced, renamed over it. An equal file is left alone.
- What the manifest does not know, we did not make: it is never overwritten and never removed.
- Before a file is touched, its path is in `.wirecopy.unfinished`, and before one is removed, that journal is there.
  A killed run leaves it behind; the next one knows from it which files are ours and which temporary ones to clear,
  forgets the bookmark and makes everything anew.
- The manifest is written when all it lists is on the disk; then the bookmark; then `.wirecopy.unfinished` goes.
- No path leaves the folder: names are checked (`manifest.checked`) and no symbolic link in it is followed.

What stands in the files, and which page of the manifest lists which, is the publisher's business.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from wirecopy.errors import PublishError
from wirecopy.model import Damage, replace
from wirecopy.publish import manifest
from wirecopy.publish.manifest import Files

BOOKMARK = ".wirecopy.json"
JOURNAL = ".wirecopy.unfinished"
LOCK = ".wirecopy.lock"

# Files wait in memory until so many of them share one line of the journal and its sync: a guess that keeps a full
# publication's extra syncs under one in a hundred.
_BATCH_FILES = 256
_BATCH_BYTES = 4 << 20
_NAMED_PATHS = 1000

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)

_REMEDIES = {
    errno.ENOSPC: "the disk is full: free some space and publish again",
    errno.EDQUOT: "your share of the disk is used up: free some space and publish again",
    errno.EROFS: "the disk is read-only: publish to another folder, or have it mounted for writing",
    errno.EACCES: "no permission: let this user write to the folder and everything in it",
    errno.EPERM: "no permission: let this user write to the folder and everything in it",
    errno.ENAMETOOLONG: "the name is too long for this disk: publish to a folder with a shorter path",
    errno.ENOTDIR: "something that is no folder stands where a folder should be: move it away",
    errno.EISDIR: "a folder stands where a file should be: move it away",
}


class Output:
    """A folder open for one publication. Nothing counts until `finish`; leaving without it leaves the one before.

    `bookmark` is what the last finished publication noted, b"" when there is none or the last run did not finish:
    then everything must be written again, after `renew`.
    """

    def __init__(self, folder: Path, listed_in: Callable[[str], str] = manifest.listed_in) -> None:
        self._folder = folder
        self._root = str(folder)
        self._listed_in = listed_in
        self._pages: dict[str, _Page] = {}
        self._pending: dict[str, bytes] = {}
        self._weight = 0
        self._trusted: set[str] = set()
        self._made: set[str] = set()  # folders, by us and just now
        self._absent: set[str] = set()  # folders that are not there yet
        self._touched: set[str] = set()
        self._emptied: set[str] = set()
        self._left: frozenset[str] = frozenset()
        self._unmade: set[str] = set()
        self._renewing = False
        self._has_announced = False
        self._lock: int | None = None
        self.bookmark = b""
        self.written = self.unchanged = self.removed = 0
        self.paths: list[str] = []

    def __enter__(self) -> Output:
        with _naming(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder = self._folder.resolve()
            self._root = str(self._folder)
        self._lock = _locked(self._folder / LOCK)
        try:
            journal = self._read(JOURNAL)
            if journal is None:
                self.bookmark = self._read(BOOKMARK) or b""
            else:
                self._take_over(journal)
            for control in (manifest.ROOT, BOOKMARK):
                self._unlink(_temporary(control))
            self._page(manifest.ROOT)
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    def renew(self) -> None:
        """From here on everything is made again: what is listed and not written before its page is sealed goes."""
        self._renewing = True
        self._pages.clear()
        self._page(manifest.ROOT)

    def listed(self, page: str, part: str = "") -> tuple[str, ...]:
        """The paths on a page of the manifest, as it will be, sorted; only those that hold `part`."""
        return tuple(sorted(path for path in self._page(page).files if part in path))

    def write(self, path: str, body: bytes) -> bool:
        """Have these bytes at this path. True: they differ from what stands there and will replace it."""
        page = self._page(self._listed_in(manifest.checked(path)))
        page.claim(path)
        is_ours = path in page.files or path in page.before or path in self._left
        changed = self._put(path, body, is_ours=is_ours)
        page.files[path] = _entry(body)
        if changed:
            self.written += 1
            if len(self.paths) < _NAMED_PATHS:
                self.paths.append(path)
        else:
            self.unchanged += 1
        return changed

    def place(self, path: str, digest: str, body: Callable[[], bytes]) -> None:
        """Have the bytes of this SHA-256 (hexadecimal) at this path; they are asked for only where they are not there.

        What the manifest lists is believed to stand there in its size; where everything is made again, it is read.
        """
        page = self._page(self._listed_in(manifest.checked(path)))
        page.claim(path)
        known = page.files.get(path) or page.before.get(path)
        if known is not None and known[0] == digest and self._stands(path, known):
            page.files[path] = known
            self.unchanged += 1
        else:
            self.write(path, body())

    def read(self, path: str) -> bytes:
        """What stands at this path, as it was published before; b"" for nothing."""
        return self._read(path) or b""

    def remove(self, path: str) -> bool:
        """Take away what we published at this path. False: we did not."""
        return self._page(self._listed_in(manifest.checked(path))).drop(path)

    def seal(self, name: str) -> None:
        """This page of the manifest is complete: what it no longer lists goes, and it is written."""
        page = self._pages.pop(name, None)
        if page is None:
            return
        self._drop_unlisted(page)
        above = self._page(self._listed_in(name))
        is_ours = name in above.before or name in above.files or name in self._left
        if page.files:
            body = manifest.encode(page.files)
            self._put(name, body, is_ours=is_ours)
            above.files[name] = _entry(body)
        elif is_ours:
            above.drop(name)
            self._announce()
            self._unlink(name)

    def finish(self, bookmark: bytes) -> None:
        """Make it count: the manifest, then the publisher's own bookmark."""
        while below := [name for name in self._pages if name != manifest.ROOT]:
            self.seal(max(below, key=lambda name: (name.count("/"), name)))
        root = self._page(manifest.ROOT)
        self._drop_unlisted(root)
        self._flush()
        for path in sorted(self._unmade):
            self._unlink(path)
        self._remove_empty_folders()
        self._sync_folders()
        for control, body in ((manifest.ROOT, manifest.encode(root.files)), (BOOKMARK, bookmark)):
            if not self._holds(control, body):
                self._replace(control, body)
                self._sync_folders()
        if self._unlink(JOURNAL):
            self._sync_folders()

    # --- what is ours ---------------------------------------------------------------------------------------------

    def _page(self, name: str) -> _Page:
        page = self._pages.get(name)
        if page is not None:
            return page
        is_ours = True
        if name != manifest.ROOT:
            above = self._page(self._listed_in(manifest.checked(name)))
            above.claim(name)
            is_ours = name in above.before or name in above.files or name in self._left
        stored = (self._pending.get(name) or self._read(name)) if is_ours else None
        before = {} if stored is None else manifest.decode(stored, str(self._folder / name))
        page = self._pages[name] = _Page(before, {} if self._renewing else dict(before))
        return page

    def _drop_unlisted(self, page: _Page) -> None:
        gone = sorted(page.before.keys() - page.files.keys())
        if gone:
            self._announce()
        folded = {path.casefold() for path in page.files} if gone else set()
        for path in gone:
            if path.casefold() in folded and self._on_a_disk_without_case(path):
                continue  # the new file has taken the old one's place already
            self._drop(path)

    def _drop(self, path: str) -> None:
        if path.startswith("manifest/"):
            stored = self._read(path)
            for listed in () if stored is None else sorted(manifest.decode(stored, str(self._folder / path))):
                if listed != path and not self._is_listed_elsewhere(listed, path):
                    self._drop(listed)
            self._unlink(path)
        elif self._unlink(path):
            self.removed += 1

    def _is_listed_elsewhere(self, path: str, page: str) -> bool:
        """Is this path now listed on another page than on this one, which goes?"""
        now = self._listed_in(path)
        return now != page and path in self._page(now).files

    def _on_a_disk_without_case(self, path: str) -> bool:
        self._flush()
        with suppress(OSError):
            return (self._folder / path.swapcase()).samefile(self._folder / path)
        return False

    # --- a run that was killed ------------------------------------------------------------------------------------

    def _take_over(self, journal: bytes) -> None:
        lines = journal.decode("ascii", "replace").split("\n")[:-1]  # what follows the last line end is a torn line
        self._left = frozenset(filter(_is_name, lines))
        self._unmade = set(self._left)
        for path in self._left:
            if self._has_folder(path):
                self._unlink(_temporary(path))

    def _announce(self, *paths: str) -> None:
        """Have it on the disk that these files are about to change, or that some are about to go."""
        if self._has_announced and not paths:
            return
        self._has_announced = True
        journal = self._folder / JOURNAL
        with _naming(journal):
            is_new = not journal.exists()
            with _opened(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as file:
                file.write("".join(f"{path}\n" for path in paths).encode())
                file.flush()
                os.fsync(file.fileno())
        if is_new:
            self._sync_folder("")

    # --- files ----------------------------------------------------------------------------------------------------

    def _put(self, path: str, body: bytes, *, is_ours: bool) -> bool:
        if path in self._pending:
            self._flush()
        self._unmade.discard(path)
        # In a folder that we made just now stands nothing but what we wrote.
        is_free = not is_ours and path.rpartition("/")[0] in self._made
        there = None if is_free else self._holds(path, body)
        if there:
            return False
        if there is False and not is_ours:
            raise PublishError(
                f"{self._folder / path}: a file stands here that wirecopy did not make, and it stays untouched. "
                "Move it away, or publish to another folder"
            )
        self._pending[path] = body
        self._weight += len(body)
        if len(self._pending) >= _BATCH_FILES or self._weight >= _BATCH_BYTES:
            self._flush()
        return True

    def _flush(self) -> None:
        if not self._pending:
            return
        self._announce(*self._pending)
        for path, body in self._pending.items():
            self._replace(path, body)
        self._pending.clear()
        self._weight = 0

    def _replace(self, path: str, body: bytes) -> None:
        self._make_folder(path)
        place, beside = self._at(path), self._at(_temporary(path))
        try:
            try:
                _create(beside, body)
            except FileExistsError:  # left by a run that was killed
                os.unlink(beside)  # noqa: PTH108  (as below)
                _create(beside, body)
            os.replace(beside, place)  # noqa: PTH105  (a Path costs as much as the file; and POSIX rename is the promise)
        except BaseException as error:
            with suppress(OSError):
                os.unlink(beside)  # noqa: PTH108  (as above)
            if isinstance(error, OSError):
                raise _named(error, place) from error
            raise
        self._touched.add(path.rpartition("/")[0])

    def _holds(self, path: str, body: bytes) -> bool | None:
        """Does the file at this path hold these bytes? None: there is no file."""
        if not self._has_folder(path):
            return None
        place = self._at(path)
        try:
            found = os.lstat(place)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _named(error, place) from error
        if not stat.S_ISREG(found.st_mode):
            raise PublishError(f"{place} is no plain file (perhaps a symbolic link): move it away")
        if found.st_size != len(body):
            return False
        with _naming(place), _opened(place, os.O_RDONLY) as file:
            return file.read() == body

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _stands(self, path: str, entry: tuple[str, int]) -> bool:
        """Is the file there that the manifest lists?"""
        if self._renewing:
            body = self._read(path)
            return body is not None and _entry(body) == entry
        if not self._has_folder(path):
            return False
        place = self._folder / path
        with _naming(place):
            try:
                found = os.lstat(place)
            except FileNotFoundError:
                return False
        return stat.S_ISREG(found.st_mode) and found.st_size == entry[1]

    def _read(self, path: str) -> bytes | None:
        if not self._has_folder(path):
            return None
        place = self._folder / path
        with _naming(place):
            try:
                if not stat.S_ISREG(os.lstat(place).st_mode):
                    raise PublishError(f"{place} is no plain file (perhaps a symbolic link): move it away")
                with _opened(place, os.O_RDONLY) as file:
                    return file.read()
            except FileNotFoundError:
                return None

    def _unlink(self, path: str) -> bool:
        if not self._has_folder(path):
            return False
        place = self._folder / path
        with _naming(place):
            try:
                place.unlink()
            except FileNotFoundError:
                return False
        above = path.rpartition("/")[0]
        self._touched.add(above)
        self._emptied.add(above)
        return True

    # --- folders --------------------------------------------------------------------------------------------------

    def _has_folder(self, path: str) -> bool:
        """Is there a folder for this path, and a real one all the way down?"""
        above = path.rpartition("/")[0]
        if not above or above in self._trusted:
            return True
        if above in self._absent or not self._has_folder(above):
            return False
        place = self._folder / above
        with _naming(place):
            try:
                found = os.lstat(place)
            except FileNotFoundError:
                self._absent.add(above)
                return False
        if not stat.S_ISDIR(found.st_mode):
            raise PublishError(f"{place} is no folder (perhaps a symbolic link): move it away, or publish elsewhere")
        self._trusted.add(above)
        return True

    def _make_folder(self, path: str) -> None:
        if self._has_folder(path):
            return
        above = path.rpartition("/")[0]
        self._make_folder(above)
        with _naming(self._folder / above), suppress(FileExistsError):
            self._absent.discard(above)
            (self._folder / above).mkdir()
            self._made.add(above)
        self._touched.add(above.rpartition("/")[0])
        if not self._has_folder(path):
            raise PublishError(f"{self._folder / above} was removed while we wrote there: publish again")

    def _remove_empty_folders(self) -> None:
        for folder in sorted(self._emptied, reverse=True):
            above = folder
            while above:
                try:
                    (self._folder / above).rmdir()
                except OSError:  # not empty, or gone already
                    break
                self._trusted.discard(above)
                self._made.discard(above)
                above = above.rpartition("/")[0]
                self._touched.add(above)
        self._emptied.clear()

    def _sync_folders(self) -> None:
        for folder in sorted(self._touched, reverse=True):
            self._sync_folder(folder)
        self._touched.clear()

    def _sync_folder(self, folder: str) -> None:
        if os.name == "nt":  # Windows has no such call, and no need of it
            return
        with _naming(self._folder / folder):
            try:
                handle = os.open(self._folder / folder, os.O_RDONLY)
            except FileNotFoundError:  # it was empty and is removed; the folder above it is synced too
                return
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class _Page:
    """A page of the manifest: as it was, and as it will be."""

    def __init__(self, before: Files, files: Files) -> None:
        self.before = before
        self.files = files
        self._folded = {path.casefold(): path for path in files}

    def claim(self, path: str) -> None:
        other = self._folded.setdefault(path.casefold(), path)
        if other != path:
            raise PublishError(
                f"{path!r} and {other!r} are one file on disks that do not tell capitals from small letters: "
                "rename the source, or give it a `key` that tells its articles apart otherwise"
            )

    def drop(self, path: str) -> bool:
        self._folded.pop(path.casefold(), None)
        return self.files.pop(path, None) is not None


def check(folder: Path) -> Iterator[Damage]:
    """Read every published file against the manifest: what is missing, what was changed, what we did not make.

    A folder within that has a manifest of its own is another publication, and is read against that; a file that has a
    note of its own (`.NAME.wirecopy.json`) is one too, and is its format's to check. Names that begin with a dot are
    not looked at: `.git` and the like are the operator's.
    """
    known: set[str] = set()
    if (folder / JOURNAL).exists():
        yield Damage(
            what="folder", name=str(folder), reason="the last publication did not finish: publish again to complete it"
        )
    yield from _check_page(folder, manifest.ROOT, None, known)
    for above, folders, files in os.walk(folder):
        within = {name for name in folders if (Path(above) / name / manifest.ROOT).is_file()}
        for name in sorted(within):
            at = (Path(above) / name).relative_to(folder).as_posix()
            for damage in check(Path(above) / name):
                yield replace(damage, name=damage.name if damage.what == "folder" else f"{at}/{damage.name}")
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in within)
        for name in sorted(files):
            path = (Path(above) / name).relative_to(folder).as_posix()
            noted = Path(above) / f".{name}{BOOKMARK}"
            if not name.startswith(".") and path not in known and not noted.is_file():
                yield Damage(what="file", name=path, reason="not in the manifest: wirecopy did not publish it")


def _check_page(folder: Path, name: str, entry: tuple[str, int] | None, known: set[str]) -> Iterator[Damage]:
    known.add(name)
    body, reason = _verified(folder, name, entry)
    if reason:
        yield Damage(what="manifest", name=name, reason=reason)
    if body is None:
        return
    try:
        files = manifest.decode(body, name)
    except PublishError as error:
        yield Damage(what="manifest", name=name, reason=str(error))
        return
    if manifest.encode(files) != body:
        yield Damage(what="manifest", name=name, reason=f"not as it was written; delete {BOOKMARK} and publish again")
    for path, listed in sorted(files.items()):
        if path in known:
            yield Damage(what="manifest", name=name, reason=f"lists {path}, which is listed already")
        elif path.startswith("manifest/"):
            yield from _check_page(folder, path, listed, known)
        else:
            known.add(path)
            _, reason = _verified(folder, path, listed)
            if reason:
                yield Damage(what="file", name=path, reason=reason)


def _verified(folder: Path, path: str, entry: tuple[str, int] | None) -> tuple[bytes | None, str]:
    place = folder
    again = f"delete {BOOKMARK} and publish again to put it right"
    try:
        for segment in path.split("/"):
            place /= segment
            if place.is_symlink():
                return None, f"{place.relative_to(folder).as_posix()} is a symbolic link; {again}"
        body = place.read_bytes()
    except FileNotFoundError:
        return None, f"missing; {again}"
    except OSError as error:
        return None, f"cannot be read ({error.strerror})"
    if entry is not None and entry != _entry(body):
        return body, f"changed since it was published; {again}"
    return body, ""


def _entry(body: bytes) -> tuple[str, int]:
    return hashlib.sha256(body).hexdigest(), len(body)


def _temporary(path: str) -> str:
    above, slash, name = path.rpartition("/")
    return f"{above}{slash}.{name}.wirecopy~"


def _is_name(line: str) -> bool:
    try:
        return bool(manifest.checked(line))
    except PublishError:
        return False


@contextmanager
def _naming(place: Path | str) -> Iterator[None]:
    """An error of the system as ours."""
    try:
        yield
    except OSError as error:
        raise _named(error, place) from error


def _named(error: OSError, place: Path | str) -> PublishError:
    """An error of the system as ours: the file by name, and what to do about it."""
    remedy = _REMEDIES.get(error.errno or 0, "put that right and publish again")
    return PublishError(f"{place}: {error.strerror or error}; {remedy}. What was published before stands")


def _create(place: str, body: bytes) -> None:
    """A new file with these bytes, on the disk."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, 0o666)
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _opened(place: Path | str, flags: int) -> Iterator[IO[bytes]]:
    mode = "rb" if not flags & os.O_WRONLY else "wb"
    with open(os.open(place, flags | _NOFOLLOW | _BINARY, 0o666), mode) as file:  # noqa: PTH123  (a descriptor)
        yield file


def _locked(place: Path) -> int:
    """The lock of a folder, held until it is closed or we die. `filelock` would cost 45 ms of start-up here."""
    with _naming(place):
        handle = os.open(place, os.O_RDWR | os.O_CREAT | _NOFOLLOW, 0o666)
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            raise PublishError(
                f"{place.parent}: another wirecopy is publishing there; wait for it, or publish elsewhere"
            ) from None
        raise PublishError(f"{place}: {error.strerror}; publish to a disk that can lock files") from error
    return handle
