"""The plan of a published folder: where each thing stands, what may be a name, and the manifest that vouches for it.

- A document is named by its ids alone, so its place outlives every edit of its title and address.
- Every file is listed, with the SHA-256 and the size of its bytes, on one page of the manifest; every page is listed on
  the page above it, up to `manifest.json`. One more article rewrites three small pages, whatever the folder holds.
- A name comes from the network until it is checked: `checked` lets through what is a plain file name everywhere.

Values only; `output.py` reads and writes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

from wirecopy.errors import PublishError
from wirecopy.model import Noun

ROOT = "manifest.json"
FORMAT = "wirecopy-manifest"
VERSION = 1

Files = dict[str, tuple[str, int]]  # path: (SHA-256 in hexadecimal, size in bytes)

PICTURE = re.compile(r"pictures/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z]{3,4}")
"""The path of a picture, wherever it stands in a document."""

_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_LONGEST_NAME = 120  # a temporary name is 11 longer, and some file systems stop at 143 (eCryptfs)
# Names that Windows keeps for devices, with any extension (learn.microsoft.com/windows/win32/fileio/naming-a-file).
_RESERVED = r"(?i:con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(?:[./]|\Z)"
_SEGMENT = rf"(?!{_RESERVED})[A-Za-z0-9_][A-Za-z0-9._~=+@-]{{0,{_LONGEST_NAME - 1}}}(?<!\.)"
_PATH = re.compile(rf"(?:{_SEGMENT}(?:/(?!\Z)|\Z))+")
_LONGEST_PATH = 200  # Windows stops at 260, and the folder itself needs some


class _Stored(Noun, frozen=True, kw_only=True):
    format: str
    version: int
    files: Files


def document(source: str, day: str, key: str) -> str:
    """Where a document stands: articles/dw-zh/2024/02/68204677.md."""
    return f"articles/{source}/{day[:4]}/{day[5:7]}/{key}.md"


def day_list(day: str) -> str:
    """Where the list of a day stands: days/2024/02/2024-02-08.md."""
    return f"days/{day[:4]}/{day[5:7]}/{day}.md"


def source_list(source: str) -> str:
    """Where the list of a source stands: sources/dw-zh.md."""
    return f"sources/{source}.md"


def month_list(source: str, month: str) -> str:
    """Where the list of a source's month stands: sources/dw-zh/2024-02.md."""
    return f"sources/{source}/{month}.md"


def picture(digest: str, media: str) -> str:
    """Where a picture stands: pictures/3f/3f9a….jpg, by the SHA-256 of its bytes. Whoever shows it, it is one file."""
    return f"pictures/{digest[:2]}/{digest}.{_EXTENSIONS[media]}"


def pictures_page(shard: str) -> str:
    """The page of the manifest for the pictures whose digests begin so."""
    return f"manifest/pictures/{shard}.json"


def month_page(source: str, month: str) -> str:
    """The page of the manifest for a source's month: its documents and their list."""
    return f"manifest/sources/{source}/{month}.json"


def source_page(source: str) -> str:
    """The page of the manifest for a source: its list and the pages of its months."""
    return f"manifest/sources/{source}.json"


def days_page(month: str) -> str:
    """The page of the manifest for the lists of a month's days."""
    return f"manifest/days/{month}.json"


def listed_in(path: str) -> str:
    """The page of the manifest on which this path is listed."""
    match path.split("/"):
        case ["articles", source, year, month, _]:
            return month_page(source, f"{year}-{month}")
        case ["sources", source, month]:
            return month_page(source, month.removesuffix(".md"))
        case ["sources", source]:
            return source_page(source.removesuffix(".md"))
        case ["days", year, month, _]:
            return days_page(f"{year}-{month}")
        case ["pictures", shard, _]:
            return pictures_page(shard)
        case ["manifest", "sources", source, _]:
            return source_page(source)
        case _:
            return ROOT


def relative(path: str, start: str) -> str:
    """`path` as a link in the file `start`; both are paths in the folder."""
    return posixpath.relpath(path, posixpath.dirname(start) or ".")


def checked(path: str) -> str:
    """The path, if it is a plain name everywhere. Raises PublishError with what is wrong with it."""
    if _PATH.fullmatch(path) is None:
        segment = next(each for each in path.split("/") if re.fullmatch(_SEGMENT, each) is None)
        raise PublishError(
            f"{path[:300]!r}: {segment[:150]!r} cannot name a file. A source id or key has letters and digits of "
            f"ASCII and . _ ~ = + @ - (not first, no dot at the end), at most {_LONGEST_NAME - 3} of them, and is "
            "no device name of Windows; give the source a `key` that finds such a name"
        )
    if len(path) > _LONGEST_PATH:
        raise PublishError(f"{path!r} is {len(path)} characters long; at most {_LONGEST_PATH} fit every file system")
    return path


def encode(files: Mapping[str, tuple[str, int]]) -> bytes:
    """A page of the manifest: one line a file, sorted, so that a comparison of two pages can be read."""
    lines = ",\n".join(f'"{path}": ["{digest}", {size}]' for path, (digest, size) in sorted(files.items()))
    return f'{{"format": "{FORMAT}", "version": {VERSION}, "files": {{\n{lines}\n}}}}\n'.encode()


def decode(page: bytes, name: str) -> Files:
    """The files listed on a page of the manifest. Raises PublishError when it is none."""
    try:
        stored = msgspec.json.decode(page, type=_Stored)
    except ValueError as error:  # msgspec's errors are ValueErrors, so is broken UTF-8
        raise PublishError(
            f"{name} is no page of a wirecopy manifest ({error}). If the folder belongs to something else, publish "
            "elsewhere; if it is ours and damaged, move the folder away and publish again: all of it is made anew"
        ) from None
    if stored.format != FORMAT:
        raise PublishError(f"{name} says it is {stored.format[:80]!r}, not {FORMAT!r}: publish to a folder of its own")
    if stored.version > VERSION:
        raise PublishError(
            f"{name} was written by a newer wirecopy (manifest version {stored.version}, we know {VERSION}): "
            "use that one, or publish to a new folder"
        )
    for path in stored.files:
        checked(path)
    return stored.files
