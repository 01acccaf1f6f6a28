"""The files of an export as one: WACZ 1.1.1, a ZIP that ReplayWeb.page opens from a disk or over the network.

Everything is stored uncompressed, so that a reader finds a record by its place in the file.
"""

from __future__ import annotations

import hashlib
import heapq
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec

from wirecopy.version import __version__

_READ = 1 << 20


def write(goal: IO[bytes], folder: Path, archives: Sequence[str], indexes: Sequence[str], *, title: str) -> None:
    """Put these files of a folder, with a merged index and a list of pages, into a ZIP that is written to `goal`."""
    resources: list[dict[str, object]] = []
    with zipfile.ZipFile(goal, "w", zipfile.ZIP_STORED, allowZip64=True) as bundle:
        for name in archives:
            with (folder / name).open("rb") as file:
                resources.append(_put(bundle, f"archive/{Path(name).name}", iter(lambda: file.read(_READ), b"")))
        opened = [(folder / name).open("rb") for name in indexes]
        try:
            resources.append(_put(bundle, "indexes/index.cdxj", heapq.merge(*opened)))
        finally:
            for file in opened:
                file.close()
        resources.append(_put(bundle, "pages/pages.jsonl", _pages(folder, indexes)))
        told = {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "title": title,
            "software": f"wirecopy {__version__}",
            "resources": resources,
        }
        package = msgspec.json.format(msgspec.json.encode(told), indent=2)
        _put(bundle, "datapackage.json", [package])
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        _put(bundle, "datapackage-digest.json", [msgspec.json.format(msgspec.json.encode(digest), indent=2)])


def _pages(folder: Path, indexes: Sequence[str]) -> Iterator[bytes]:
    """What a person may begin with: every page that answered with itself, once an answer."""
    yield b'{"format": "json-pages-1.0", "id": "pages", "title": "All pages"}\n'
    for name in indexes:
        with (folder / name).open("rb") as file:
            for line in file:
                _, stamp, told = line.split(b" ", 2)
                entry = msgspec.json.decode(told)
                if entry["status"] == "200" and entry["mime"] in ("text/html", "application/xhtml+xml"):
                    ts = stamp.decode()
                    at = f"{ts[:4]}-{ts[4:6]}-{ts[6:8]}T{ts[8:10]}:{ts[10:12]}:{ts[12:14]}Z"
                    page = {"id": f"{ts}-{entry['digest'][-16:]}", "url": entry["url"], "ts": at}
                    yield msgspec.json.encode(page) + b"\n"


def _put(bundle: zipfile.ZipFile, path: str, pieces: Iterable[bytes]) -> dict[str, object]:
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    digest, size = hashlib.sha256(), 0
    with bundle.open(entry, "w", force_zip64=True) as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{digest.hexdigest()}", "bytes": size}
