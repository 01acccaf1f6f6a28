"""Feeds and books: everything, one more article, and the memory that it takes; each in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import Row
from bench.publish import _article, _settle

FORMATS = ("feeds", "epub")


def run(quick: bool) -> list[Row]:
    """Both over one archive; `quick` takes seconds and is good for the order of magnitude."""
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
        for name in FORMATS:
            cpu, memory, size, files, rendered = _published(folder, name)
            what = f"{name}, {number:,} articles, {rendered:,} rendered"
            rows.append(Row(what, rendered / cpu, "articles/CPU-s", f"{memory} MB at most"))
            rows.append(Row("  its size", size / 1e6, "MB", f"{files:,} files"))
        for place, name in enumerate(FORMATS):
            _settle(archive, _article(number + place))
            cpu, *_ = _published(folder, name)
            rows.append(Row(f"{name}, one more, cold process", cpu * 1000, "ms CPU"))
        archive.close()
    return rows


def _published(folder: Path, name: str) -> tuple[float, int, int, int, int]:
    """CPU seconds, MB of memory, bytes, files and documents of a publication in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.feeds_out", str(folder), name], capture_output=True, text=True, check=True
    ).stdout.split()
    files = [each for each in (folder / name).rglob("*") if each.is_file() and not each.name.startswith(".")]
    size = sum(each.stat().st_size for each in files)
    return float(told[0]), int(told[1]), size, len(files), int(told[2])


def _publish(folder: Path, name: str) -> None:
    from wirecopy.archive import open_archive

    with open_archive(folder / "wirecopy.db", write=False) as archive, archive.edition() as edition:
        if name == "feeds":
            from wirecopy.publish import feeds

            done = feeds.publish(edition, folder / name, address="https://mirror.example/")
        else:
            from wirecopy.publish import epub

            done = epub.publish(edition, folder / name, issues=("day", "week"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(time.process_time(), peak, done.rendered)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _publish(Path(sys.argv[1]), sys.argv[2])
    else:
        for row in _rows(int(sys.argv[1])):
            print(f"  {row.what:<58} {row.figure:>10,.2f} {row.unit:<22} {row.beside}".rstrip())
