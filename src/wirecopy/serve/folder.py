"""The published folder as it is read for readers: what a path names, as one whole file, and nothing outside.

- A name is one that a publication could have given (`manifest.checked`): no `..`, no dot files, no backslash, no
  control. No symbolic link below the folder is followed, and nothing is listed.
- A file is opened once and read from what was opened: a publication that puts another in its place meanwhile changes
  nothing for who is reading. Files of up to 2 MiB are read whole, longer ones in pieces.
- A file that was read whole is known by the SHA-256 of its bytes, which is what the manifest says of it too; a longer
  one by its size and age. What was read and what was packed stays in memory, so much of it as is allowed, as long as
  the file on the disk is the same one.

Values and plain calls; who calls `load` from a thread of its own keeps others from waiting for the disk.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import OrderedDict
from pathlib import Path
from typing import IO
from urllib.parse import unquote_to_bytes

from wirecopy.errors import PublishError
from wirecopy.publish import manifest
from wirecopy.serve import packing
from wirecopy.serve.conditions import http_date
from wirecopy.serve.media import LOOKED_AT, caching, is_compressible, media_type

WHOLE = 2 << 20
"""Bytes of a file up to which it is read at once: every page, picture and search shard is shorter."""

CACHE = 64 << 20
"""Bytes that are kept in memory at most, unless told otherwise."""

_LONGEST = 1024  # characters of a path, each escaped; a publication names none longer than 200

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_Identity = tuple[int, int, int, int, int]


class Moved(Exception):
    """What is asked for is a folder with an index page: it stands at `location`, relative to the address asked."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class Known:
    """A file of the folder as it was read: its bytes where it was read whole, plain and packed, and its headers.

    `answers` is for who sends them: all headers, put together once, by coding.
    """

    __slots__ = ("answers", "body", "etag", "headers", "identity", "modified", "packed", "path", "place", "size")

    def __init__(self, path: str, place: str, found: os.stat_result, body: bytes | None, start: bytes) -> None:
        self.path, self.place, self.body, self.size = path, place, body, found.st_size
        self.identity = _identity(found)
        self.modified = int(found.st_mtime)
        digest = "" if body is None else hashlib.sha256(body).hexdigest()
        self.etag = digest or f"{found.st_size:x}-{found.st_mtime_ns:x}"
        kind = media_type(path, start)
        self.headers = {
            "Content-Type": kind,
            "Cache-Control": caching(path, digest),
            "Last-Modified": http_date(self.modified),
            "Accept-Ranges": "bytes",
        }
        if is_compressible(kind):
            self.headers["Vary"] = "Accept-Encoding"
        self.packed: dict[str, bytes] = {}
        self.answers: dict[str, dict[str, str]] = {}

    @property
    def is_packable(self) -> bool:
        """Does this come packed, to whom that likes?"""
        return self.body is not None and "Vary" in self.headers and len(self.body) >= packing.LEAST

    @property
    def weight(self) -> int:
        """Bytes of memory, roughly."""
        return 2_000 + len(self.body or b"") + sum(map(len, self.packed.values()))

    def tag(self, coding: str) -> str:
        """The entity tag (strong) of the file in this coding."""
        return f'"{self.etag}-{coding}"' if coding else f'"{self.etag}"'

    def variant(self, coding: str) -> tuple[str, bytes]:
        """The coding that it comes in to who accepts this one, and its bytes. Only of what was read whole."""
        assert self.body is not None
        if not coding or not self.is_packable:
            return "", self.body
        packed = self.packed.get(coding)
        if packed is None:
            packed = packing.packed(self.body, coding)
            if len(packed) >= len(self.body):
                packed = b""  # a note that it makes it no smaller: readers get it plain
            self.packed[coding] = packed
        return (coding, packed) if packed else ("", self.body)

    def has(self, coding: str) -> bool:
        """Is there nothing left to do for who accepts this coding?"""
        return not coding or coding in self.packed or not self.is_packable


class Folder:
    """A published folder. `find` and `keep` belong to one thread; `load` to any."""

    def __init__(self, folder: Path, *, memory: int = CACHE) -> None:
        self.root = folder.resolve()
        self._memory = memory
        self._known: OrderedDict[str, tuple[Known, int]] = OrderedDict()  # with what it weighed when it was kept
        self._weight = 0

    def find(self, target: str) -> Known | None:
        """What is known of the file that a request's target names, if it is the same on the disk still."""
        known, _ = self._known.get(target, (None, 0))
        if known is None:
            return None
        try:
            found = os.lstat(known.place)
        except OSError:
            found = None
        if found is None or _identity(found) != known.identity:
            self._forget(target)
            return None
        self._known.move_to_end(target)
        return known

    def load(self, target: str) -> Known | None:
        """Read the file that a request's target (RFC 9112 3.2.1: an absolute path) names; None: there is none.

        Raises Moved where a folder was asked for as if it were a file.
        """
        path = path_of(target)
        if path is None:
            return None
        try:
            return self._read(path)
        except OSError:
            return None

    def keep(self, target: str, known: Known) -> None:
        """Remember what was read for this target, and forget what was asked for longest ago when it is too much."""
        if target in self._known:
            self._forget(target)
        weight = known.weight
        self._known[target] = known, weight
        self._weight += weight
        while self._weight > self._memory:
            self._forget(next(iter(self._known)))

    def _forget(self, target: str) -> None:
        self._weight -= self._known.pop(target)[1]

    def opened(self, known: Known) -> IO[bytes] | None:
        """Exactly this file, open, for who reads it in pieces; None: another stands in its place now."""
        try:
            file = _opened(known.place)
        except OSError:
            return None
        if _identity(os.fstat(file.fileno())) == known.identity:
            return file
        file.close()
        return None

    def has(self, path: str) -> bool:
        """Is there a file at this path in the folder?"""
        try:
            return stat.S_ISREG(self._looked_at(manifest.checked(path))[1].st_mode)
        except (OSError, PublishError):
            return False

    def _read(self, path: str) -> Known | None:
        wants_folder = path.endswith("/") or not path
        place, found = self._looked_at(path.rstrip("/"))
        if stat.S_ISDIR(found.st_mode):
            index = f"{path.rstrip('/')}/{_INDEX}".lstrip("/")
            place, found = self._looked_at(index)  # none: an OSError, and so nothing
            if not wants_folder:
                raise Moved(f"./{path.rpartition('/')[2]}/")
            path = index
        elif wants_folder:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        with _opened(place) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return None
            if found.st_size > WHOLE:
                return Known(path, place, found, None, file.read(LOOKED_AT))
            body = _all(file, found.st_size)
        if len(body) < found.st_size:  # somebody writes into it: what stands there is nobody's promise
            return None
        return Known(path, place, found, body, body)

    def _looked_at(self, path: str) -> tuple[str, os.stat_result]:
        """The place of a path, and what is there. Raises OSError where a folder on the way is no plain one."""
        place = str(self.root)
        found = self.root.stat()
        for segment in path.split("/") if path else ():
            if not stat.S_ISDIR(found.st_mode):
                raise NotADirectoryError(place)
            place = f"{place}{os.sep}{segment}"
            found = os.lstat(place)
        return place, found


def path_of(target: str) -> str | None:
    """The path in the folder that a request's target names, "/" at its end where it names a folder; None: none.

    Segments are told apart before they are unescaped, once: an escaped "/" is no "/".
    """
    if len(target) > _LONGEST or not target.startswith("/"):
        return None
    path = target.partition("?")[0].partition("#")[0][1:]
    if "%" in path:
        try:
            path = "/".join(_unescaped(segment) for segment in path.split("/"))
        except ValueError:
            return None
    name = path.removesuffix("/")
    if not name:
        return "" if not path else None
    try:
        manifest.checked(name)
    except PublishError:
        return None
    return path


_INDEX = "index.html"


def _opened(place: str) -> IO[bytes]:
    # Non-blocking: whoever puts a pipe in the place of a file must not make us wait for its other end.
    handle = os.open(place, os.O_RDONLY | _NOFOLLOW | _BINARY | _NONBLOCK)
    return open(handle, "rb", buffering=0)  # noqa: PTH123  (a descriptor)


def _all(file: IO[bytes], size: int) -> bytes:
    body = file.read(size)
    while len(body) < size and (part := file.read(size - len(body))):
        body += part
    return body


def _unescaped(segment: str) -> str:
    plain = unquote_to_bytes(segment).decode("ascii")
    if "/" in plain:
        raise ValueError(segment)
    return plain


def _identity(found: os.stat_result) -> _Identity:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
