"""Web archives in and out: records a second beside warcio and fastwarc, and an import beside reading alone.

The pages are the demo's, in their common shape. "reading alone" is what the same processes do with the same captures
that stand in memory already; both are measured by CPU seconds of all processes too, since the clock tells on a busy
machine what else it does.
"""

import asyncio
import contextlib
import io
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from bench import Row
from bench.reading import _pages as pages_of_the_demo
from wirecopy.archive import open_archive
from wirecopy.collect.read import workers
from wirecopy.collect.warcs import files
from wirecopy.collect.warcs.answers import answer_of
from wirecopy.collect.warcs.exchanges import exchanges
from wirecopy.collect.warcs.flows import open_flow
from wirecopy.collect.warcs.records import Broken, records
from wirecopy.collect.warcs.taking import Outlets, take_in
from wirecopy.errors import SourceError
from wirecopy.model import Capture, Entry, Lead, Source, State, replace
from wirecopy.publish import warc
from wirecopy.publish.warc.records import records as written

AT = datetime(2026, 1, 1, tzinfo=UTC)


def run(quick: bool) -> list[Row]:
    count = 60 if quick else 3_000
    source, pages = pages_of_the_demo()
    home = "https://demo.example/"
    source = replace(source, homepage=home, key="", asks=(), keep=(), drop=())
    captures = []
    for number in range(count):
        lead, page = pages[number % len(pages)]
        url = f"{home}{number}/{lead.key}.html"
        captures.append(replace(page, url=url, final_url=url, asked=(("A", "b"),), at=AT + timedelta(seconds=number)))
    with tempfile.TemporaryDirectory() as folder:
        rows, path = _out(Path(folder), captures)
        rows += _parsed(path, count)
        for processes in (1, workers.count()):
            rows += asyncio.run(_in(Path(folder), path, source, processes))
        return rows


def _out(folder: Path, captures: list[Capture]) -> tuple[list[Row], Path]:
    with open_archive(folder / "out.db", write=True, holder="bench") as archive:
        with archive.batch():
            for number, page in enumerate(captures):
                lead = Lead(source="demo", key=str(number), url=page.url)
                entry = Entry(lead=lead, state=State.ARCHIVED, first_seen=AT, last_seen=AT)
                archive.settle(entry, captures=[page])
        with archive.evidence() as evidence:
            begun = time.process_time()
            done = warc.publish(evidence, folder / "warc")
            seconds = time.process_time() - begun
    (path,) = (folder / "warc" / "archive").iterdir()
    assert done.captures == len(captures)
    size = sum(len(page.body) for page in captures)
    # The file that is read has each payload once: revisits would flatter the parsers.
    with (folder / "all.warc.gz").open("wb") as file, archive_names(folder) as kept:
        for page, each in zip(captures, kept, strict=True):
            for record in written(page, replace(each, articles=()), None, "<urn:uuid:0>"):
                file.write(record.member)
    told = f"{size / len(captures) / 1000:.0f} KB a page; {path.stat().st_size / len(captures):,.0f} bytes each"
    return [
        Row("captures published as WARC, by CPU", len(captures) / seconds, "captures/s", told)
    ], folder / "all.warc.gz"


@contextlib.contextmanager
def archive_names(folder: Path):
    with open_archive(folder / "out.db", write=False) as archive, archive.evidence() as evidence:
        yield list(evidence.kept())


def _parsed(path: Path, count: int) -> list[Row]:
    data = path.read_bytes()

    def ours() -> int:
        found = list(records(open_flow(io.BytesIO(data), len(data)), lambda _: True))
        return sum(not isinstance(each, Broken) for each in found)

    def answered() -> int:
        found = exchanges(files.WarcFile(path))
        return sum(bool(answer_of(each.record, each.request).body) for each in found if not isinstance(each, Broken))

    def by_warcio() -> int:
        from warcio.archiveiterator import ArchiveIterator

        return sum(each.content_stream().read() is not None for each in ArchiveIterator(io.BytesIO(data)))

    def by_fastwarc() -> int:
        from fastwarc.warc import ArchiveIterator

        return sum(each.reader.read() is not None for each in ArchiveIterator(io.BytesIO(data)))

    rows = []
    for what, work, expected in (
        ("records read, block digests checked", ours, 3 * count),
        ("the same to captures", answered, count),
        ("records read by warcio, digests not checked", by_warcio, 3 * count),
        ("records read by fastwarc, digests not checked", by_fastwarc, 3 * count),
    ):
        seconds, found = _cpu(work)
        assert found == expected, (what, found)
        unit = "captures/CPU-s" if work is answered else "records/CPU-s"
        rows.append(Row(what, expected / seconds, unit))
    return rows


async def _in(folder: Path, path: Path, source: Source, processes: int) -> list[Row]:
    file = files.WarcFile(path)
    known = [answer_of(each.record, each.request) for each in exchanges(file) if not isinstance(each, Broken)]
    outlets = Outlets(known=lambda _: source, named=lambda _: None, stranger=None)
    async with workers.Readers(processes) as readers:
        await _read(readers, source, known[:16], processes)  # started, warm
        with open_archive(folder / f"in{processes}.db", write=True, holder="bench") as archive:
            begun, there = time.perf_counter(), _all_cpu()
            done = await take_in(
                [file], archive=archive, reader=readers, outlets=outlets, now=AT, at_once=4 * processes
            )
            wall, cpu = time.perf_counter() - begun, _all_cpu() - there
        begun, there = time.perf_counter(), _all_cpu()
        await _read(readers, source, known, processes)
        alone, cpu_alone = time.perf_counter() - begun, _all_cpu() - there
    assert done.answers == len(known)
    count = len(known)
    by = f"by {processes} process{'es' * (processes > 1)}"
    return [
        Row(f"pages read alone, {by}", count / alone, "pages/s", f"{cpu_alone / count * 1e3:.1f} ms of CPU each"),
        Row(
            f"WARC imported, end to end, {by}",
            count / wall,
            "pages/s",
            f"{alone / wall:.2f} of reading alone; {cpu / count * 1e3:.1f} ms of CPU each",
        ),
    ]


async def _read(readers: workers.Readers, source: Source, pages: list[Capture], processes: int) -> None:
    waiting = iter(pages)

    async def one_after_the_other() -> None:
        for page in waiting:
            with contextlib.suppress(SourceError):
                await readers.read(source, Lead(source=source.id, key="x", url=page.url), page)

    await asyncio.gather(*(one_after_the_other() for _ in range(2 * processes)))


def _all_cpu() -> float:
    here = psutil.Process()
    return sum(sum(each.cpu_times()[:2]) for each in (here, *here.children()))


def _cpu(work: Callable[[], int]) -> tuple[float, int]:
    measured = []
    for _ in range(3):
        begun = time.process_time()
        found = work()
        measured.append(time.process_time() - begun)
    return min(measured), found
