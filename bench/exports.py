"""Data and ZIM: everything, one more article, and the memory that it takes.

Each figure is of a process of its own, so that memory (the highest resident size) is this format's alone, Python and
the library among it. How it grows: `python -m bench.exports 100000` (some minutes).
"""

from __future__ import annotations

import importlib
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import Row
from bench.publish import _article, _settle

ABOUT = {"name": "bench", "title": "Bench", "description": "Articles made by the bench"}
FORMATS = {"jsonl": ("jsonl",), "parquet": ("parquet",), "ninjs": ("ninjs",), "zim": ()}


def run(quick: bool) -> list[Row]:
    """All formats over one archive; `quick` takes seconds and is good for the order of magnitude."""
    return _rows(150 if quick else 10_000)


def _rows(number: int) -> list[Row]:
    from wirecopy.archive import open_archive

    rows = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        archive = open_archive(folder / "wirecopy.db", write=True, holder="bench")
        with archive.batch():
            for place in range(number):
                _settle(archive, _article(place))
        with archive.edition() as edition:
            text = sum(len(_text(each)) for shelf in edition.shelves() for month, _ in shelf.months
                       for each in edition.documents(shelf.source, month))  # fmt: skip
        for name in FORMATS:
            cpu, memory, size, files = _published(folder, name)
            rows.append(Row(f"{name}, {number:,} articles", number / cpu, "articles/CPU-s", f"{memory} MB at most"))
            rows.append(Row("  its size", size / text, "x the text", f"{files:,} files, {size / 1e6:,.0f} MB"))
        for place, name in enumerate(FORMATS):
            _settle(archive, _article(number + place))
            cpu, *_ = _published(folder, name)
            rows.append(Row(f"{name}, one more, cold process", cpu * 1000, "ms CPU"))
        archive.close()
    return rows


def _published(folder: Path, name: str) -> tuple[float, int, int, int]:
    """CPU seconds, MB of memory, bytes and files of a publication in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.exports", str(folder), name], capture_output=True, text=True, check=True
    ).stdout.split()
    files = [each for each in (folder / name).rglob("*") if each.is_file() and not each.name.startswith(".")]
    return float(told[0]), int(told[1]), sum(each.stat().st_size for each in files), len(files)


def _publish(folder: Path, name: str) -> None:
    from wirecopy.archive import open_archive

    archive = open_archive(folder / "wirecopy.db", write=False)
    with archive.edition() as edition:
        if name == "zim":
            importlib.import_module("wirecopy.publish.zim").publish(edition, folder / name / "news.zim", **ABOUT)
        else:
            importlib.import_module("wirecopy.publish.data").publish(edition, folder / name, formats=FORMATS[name])
    archive.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1000 if sys.platform == "linux" else 1_000_000)
    print(time.process_time(), memory)


def _text(document: object) -> bytes:
    from wirecopy.model import Document, document_text

    assert isinstance(document, Document)
    return document_text(document.article.body).encode()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _publish(Path(sys.argv[1]), sys.argv[2])
    else:
        for each in _rows(int(sys.argv[1])):
            print(f"{each.what:<50} {each.figure:>12,.2f} {each.unit:<20} {each.beside}")
