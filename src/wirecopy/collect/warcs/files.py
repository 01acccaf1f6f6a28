"""Which web archives are below some paths: known by what they begin with, whatever they are called.

Nothing of a WACZ is ever unpacked to a disk, and its names name nothing but themselves: a member is read where it
stands. What claims to be more than its file can hold is refused.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from wirecopy.collect.warcs.flows import is_warc
from wirecopy.model import Failure

HEAD = 1 << 20  # bytes by which a file is known again
_SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".wacz")
_MOST_MEMBERS = 10_000
_RATIO = 200
_GRACE = 64 << 20


class WarcFile:
    """A file of records, perhaps inside a WACZ: `name` for people, `size` in bytes."""

    def __init__(self, path: Path, member: zipfile.ZipInfo | None = None) -> None:
        self.name = f"{path}:{member.filename}" if member else str(path)
        self.size = member.file_size if member else path.stat().st_size
        self._path = path
        self._member = member

    def open(self) -> IO[bytes]:
        """The file, to be read and sought in. Raises OSError."""
        if self._member is None:
            return self._path.open("rb")
        if self._member.compress_type == zipfile.ZIP_STORED:
            return io.BufferedReader(_Part(self._path, self._member), 1 << 18)
        return zipfile.ZipFile(self._path).open(self._member)

    def identity(self) -> str:
        """The SHA-256 of its beginning: a file that grew at its end is the same one."""
        with self.open() as file:
            return hashlib.sha256(file.read(HEAD)).hexdigest()


def is_web_archive(path: Path) -> bool:
    """Whether this file is a WARC or WACZ file."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            if file.read(4) == b"PK\x03\x04":
                return path.suffix.lower() == ".wacz" or any(map(_is_archive, zipfile.ZipFile(file).namelist()))
            return is_warc(file)
    except (OSError, zipfile.BadZipFile):
        return path.name.lower().endswith(_SUFFIXES)


def below(path: Path) -> Iterator[Path]:
    """The files below a folder that are named as web archives are; a file itself, if it is one."""
    if path.is_dir():
        named = (each for each in path.rglob("*") if each.name.lower().endswith(_SUFFIXES) and each.is_file())
        yield from sorted(named)
    elif is_web_archive(path):
        yield path


def opened(paths: Iterable[Path]) -> Iterator[WarcFile | Failure]:
    """The files of records that these are or hold, and what of them can't be read."""
    for path in paths:
        try:
            with path.open("rb") as file:
                is_zip = file.read(4) == b"PK\x03\x04"
            if is_zip:
                yield from _members(path)
            else:
                yield WarcFile(path)
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            yield Failure(url=str(path), reason=f"it can't be read: {error}")


def _members(path: Path) -> Iterator[WarcFile | Failure]:
    size = path.stat().st_size
    with zipfile.ZipFile(path) as bundle:
        members = [each for each in bundle.infolist() if not each.is_dir()]
    if len(members) > _MOST_MEMBERS or sum(each.compress_size for each in members) > size:
        yield Failure(url=str(path), reason=f"it claims {len(members):,} files of more bytes than it has: not opened")
        return
    for member in members:
        name = f"{path}:{member.filename}"
        if member.filename.lower().endswith((".wacz", ".zip")):
            yield Failure(url=name, reason="an archive inside an archive is not opened; import it by itself")
        elif _is_archive(member.filename):
            if member.flag_bits & 1 or member.file_size > member.compress_size * _RATIO + _GRACE:
                yield Failure(url=name, reason="it is encrypted, or unpacks to more than 200 times its size")
            else:
                yield WarcFile(path, member)


def _is_archive(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES[:3])


class _Part(io.RawIOBase):
    """A stored member of a ZIP, as a file of its own."""

    def __init__(self, path: Path, member: zipfile.ZipInfo) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._file.seek(member.header_offset)
        head = self._file.read(30)
        if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
            self._file.close()
            raise OSError("its place in the ZIP holds something else")
        names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        self._begin = member.header_offset + 30 + names
        self._size = min(member.file_size, max(0, os.fstat(self._file.fileno()).st_size - self._begin))
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._begin + self._place)
        data = self._file.read(max(0, min(len(buffer), self._size - self._place)))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
