"""Reading in processes: what two give over one, and whether their memory stays what it is.

The pages are the demo's, in their common shape, read by the common reader; pages a second by the clock, so the machine
should do nothing else. "as the cores give" is what two processes that only compute gain over one at that moment: no
readers can gain more.
"""

import asyncio
import contextlib
import subprocess
import sys
import time
from datetime import UTC, datetime

import psutil

from bench import Row
from bench.read import captured
from wirecopy.collect.read import workers
from wirecopy.collect.read.workers import Here, Readers
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.stories import many
from wirecopy.errors import Doubtful
from wirecopy.model import Capture, Lead, Source, replace

AT = datetime(2026, 1, 1, tzinfo=UTC)
_DISTINCT = 200


def run(quick: bool) -> list[Row]:
    count = 120 if quick else 10_000
    source, pages = _pages()
    asked = [(source, *pages[n % len(pages)]) for n in range(count)]
    bare = asyncio.run(_here(asked[: count // 10]))
    begun = time.process_time()
    one, (early, late), there = asyncio.run(_read(asked, 1))
    beside = time.process_time() - begun
    two, _, _ = asyncio.run(_read(asked, 2))
    size = sum(len(page.body) for _, page in pages) / len(pages) / 1000
    return [
        Row(f"read in this process, {size:.0f} KB a page", len(asked[: count // 10]) / bare, "pages/s"),
        Row(f"read by one process, {count:,} pages", count / one, "pages/s", f"{workers.count()} by default here"),
        Row("read by two", count / two, "pages/s", f"{one / two:.2f} x one; as the cores give {_cores():.2f} x"),
        Row(
            "CPU of a page, in the process",
            there / count * 1e3,
            "ms",
            f"{beside / count * 1e3:.2f} ms for it in this one",
        ),
        Row("memory of a process after a tenth of them", early / 1e6, "MB"),
        Row("memory of a process after all of them", late / 1e6, "MB", f"{(late - early) / 1e6:+.1f} MB"),
    ]


def _pages() -> tuple[Source, list[tuple[Lead, Capture]]]:
    with FakeOutlet(many(_DISTINCT, "zh")) as outlet:
        outlet.publish_all()
        found = []
        for piece in outlet.pieces():
            url = f"{outlet.url}/zh/x/a-{piece.story.id}"
            found.append((Lead(source="demo", key=str(piece.story.id), url=url), captured(url)))
        return replace(outlet.source("zh"), id="demo", reader=""), found


Pages = list[tuple[Source, Lead, Capture]]


async def _here(asked: Pages) -> float:
    begun = time.perf_counter()
    for each in asked:
        with contextlib.suppress(Doubtful):  # made-up words may look like it, and are read all the same
            await Here().read(*each)
    return time.perf_counter() - begun


async def _read(asked: Pages, processes: int) -> tuple[float, tuple[int, int], float]:
    """Seconds for all of these; memory of the largest process after a tenth of them and after all; CPU of them all."""
    async with Readers(processes) as readers:
        await _all(readers, asked[:8], processes)  # started, warm
        started, begun = _cpu(), time.perf_counter()
        await _all(readers, asked[: len(asked) // 10], processes)
        seconds, early = time.perf_counter() - begun, _memory()
        begun = time.perf_counter()
        await _all(readers, asked[len(asked) // 10 :], processes)
        return seconds + time.perf_counter() - begun, (early, _memory()), _cpu() - started


async def _all(readers: Readers, asked: Pages, processes: int) -> None:
    waiting = iter(asked)

    async def one_after_the_other() -> None:
        for each in waiting:
            with contextlib.suppress(Doubtful):
                await readers.read(*each)

    await asyncio.gather(*(one_after_the_other() for _ in range(2 * processes)))


def _cpu() -> float:
    return sum(each.cpu_times().user + each.cpu_times().system for each in psutil.Process().children())


def _memory() -> int:
    return max(each.memory_info().rss for each in psutil.Process().children())


def _cores() -> float:
    """What two processes that only compute do in the time of one."""
    work = [sys.executable, "-S", "-c", "for n in range(20_000_000): pass"]

    def seconds(processes: int) -> float:
        begun = time.perf_counter()
        for each in [subprocess.Popen(work) for _ in range(processes)]:
            each.wait()
        return time.perf_counter() - begun

    return 2 * seconds(1) / seconds(2)
