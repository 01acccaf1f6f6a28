"""A finished ZIM file gets the same bytes wherever it is made: what libzim drew by lot is put in from the content.

libzim writes a random UUID into the head of a file and Xapian one into each of its two indexes; the MD5 at the end
covers them. With one worker all else follows from what was given to it (decision 13). Here the UUIDs are set to a
digest of the rest, and the MD5 is made again: another content has another UUID, which is how readers tell books apart.

The format: https://wiki.openzim.org/wiki/ZIM_file_format (little-endian throughout). A part that is not where it says
is left as it is: then the file is whole all the same, and only not the same twice.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from wirecopy.errors import PublishError

_HEAD = struct.Struct("<IHH16sIIQQQQIIQ")
_MAGIC = 72173914
_UUID = 8  # where it stands in the head
_DIRENT = struct.Struct("<HBcIII")
_REDIRECT = 0xFFFD  # from here on a dirent is no item
_PLAIN = (0, 1)  # the kinds of clusters that are not compressed
_EXTENDED = 0x10  # this cluster has offsets of eight bytes
_GLASS = b"\x0f\x0dXapian Glass"  # then two bytes of version, then the UUID (xapian-core: glass_version.cc)
_CHUNK = 1 << 20


def seal(file: Path) -> str:
    """Put digests where the file has random numbers. The SHA-256 of what it is then, in hexadecimal.

    Raises PublishError when it is no ZIM file.
    """
    with file.open("r+b") as zim:
        head = zim.read(_HEAD.size)
        if len(head) != _HEAD.size or _HEAD.unpack(head)[0] != _MAGIC:
            raise PublishError(f"{file}: libzim did not leave a ZIM file; publish again")
        *_, end = _HEAD.unpack(head)
        places = [_UUID, *_xapian(zim, head)]
        for place in places:
            _put(zim, place, bytes(16))
        content = hashlib.blake2b(digest_size=16)
        for chunk in _read(zim, end):
            content.update(chunk)
        for number, place in enumerate(places):
            _put(zim, place, hashlib.blake2b(content.digest() + bytes([number]), digest_size=16).digest())
        checksum, digest = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        for chunk in _read(zim, end):
            checksum.update(chunk)
            digest.update(chunk)
        _put(zim, end, checksum.digest())
        digest.update(checksum.digest())
        return digest.hexdigest()


def _xapian(zim: IO[bytes], head: bytes) -> Iterator[int]:
    """Where the indexes have their UUIDs. They are the last entries, in the namespace X."""
    _, _, _, _, entries, _, paths, _, clusters, *_ = _HEAD.unpack(head)
    for entry in range(entries - 1, -1, -1):
        (place,) = struct.unpack("<Q", _get(zim, paths + 8 * entry, 8))
        kind, _, namespace, _, cluster, blob = _DIRENT.unpack(_get(zim, place, _DIRENT.size))
        if namespace != b"X":
            return
        if kind >= _REDIRECT:
            continue
        (start,) = struct.unpack("<Q", _get(zim, clusters + 8 * cluster, 8))
        info = _get(zim, start, 1)[0]
        if info & 0x0F not in _PLAIN:
            continue
        width, form = (8, "<Q") if info & _EXTENDED else (4, "<I")
        (offset,) = struct.unpack(form, _get(zim, start + 1 + width * blob, width))
        glass = start + 1 + offset
        if _get(zim, glass, len(_GLASS)) == _GLASS:
            yield glass + len(_GLASS) + 2


def _get(zim: IO[bytes], place: int, size: int) -> bytes:
    zim.seek(place)
    found = zim.read(size)
    return found + bytes(size - len(found))


def _put(zim: IO[bytes], place: int, body: bytes) -> None:
    zim.seek(place)
    zim.write(body)


def _read(zim: IO[bytes], end: int) -> Iterator[bytes]:
    """The file up to its checksum."""
    zim.seek(0)
    while end > 0 and (chunk := zim.read(min(_CHUNK, end))):
        end -= len(chunk)
        yield chunk
