"""Captures are read in processes of their own: what one page does to its reader costs that page, and no other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from wirecopy.children import Fault
from wirecopy.collect.read import Incomplete, reading, workers
from wirecopy.collect.read.glances import glance
from wirecopy.collect.read.habits import Habits, fingerprint
from wirecopy.collect.read.workers import BOUNDS, Here, Readers
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Capture, Lead, Source, document_text, replace

SOURCE = Source(id="harbour", name="Harbour Post", language="en", homepage="https://harbour.example/")
AT = datetime(2024, 2, 8, 12, tzinfo=UTC)
SENTENCES = (
    "The ferry between the two harbours runs again, four months after a storm damaged the pier, the council said.",
    "Two boats will cross every hour, and the fare stays what it was, according to the operator on Thursday.",
    "Fishermen had asked for it to return before the season, since the road around the bay takes two hours.",
    "The pier was rebuilt in oak, as it stood in 1911, and carries a light that can be seen from the island.",
)
HOSTILE = "hostile_reader"

posix = pytest.mark.skipif(os.name != "posix", reason="the kernel keeps these limits elsewhere, or nobody does")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts a process's memory so")


def page(number: int = 1, body: str = "") -> tuple[Lead, Capture]:
    url = f"https://harbour.example/2024/02/08/ferry-{number}"
    told = body or "".join(f"<p>{sentence} ({number})</p>" for sentence in SENTENCES)
    html = (
        f'<!doctype html><html lang="en"><head><title>Ferry {number} - Harbour Post</title></head>'
        f"<body><main><h1>Ferry {number}</h1>{told}</main></body></html>"
    )
    head = (("Content-Type", "text/html; charset=utf-8"),)
    capture = Capture(
        url=url, final_url=url, asked=(("Host", "x"),), status=200, headers=head, body=html.encode(), at=AT
    )
    return Lead(source="harbour", key=str(number), url=url), capture


def misbehaving(how: str) -> tuple[Lead, Capture]:
    lead, capture = page(13)
    return replace(lead, title=how), capture


def run(
    steps: Callable[[Readers], Awaitable[None]], processes: int = 1, *, entry: str = HOSTILE, **bounds: float
) -> None:
    """Do these steps with such readers, and see that nothing is left of their processes."""

    async def go() -> None:
        async with Readers(processes, bounds=replace(BOUNDS, **bounds), entry=entry) as readers:
            await steps(readers)

    before = children()
    asyncio.run(go())
    assert children() == before


def children() -> set[int]:
    return {each.pid for each in psutil.Process().children(recursive=True)}


async def fails(readers: Readers, how: str) -> str:
    with pytest.raises(ReadError) as caught:
        await readers.read(SOURCE, *misbehaving(how))
    return str(caught.value)


async def reads_on(readers: Readers) -> None:
    lead, capture = page(2)
    assert await readers.read(SOURCE, lead, capture) == reading(SOURCE, lead, capture)


def test_a_process_reads_what_would_be_read_here() -> None:
    async def steps(readers: Readers) -> None:
        habits = Habits(repeated=(fingerprint(f"{SENTENCES[1]} (1)"),))
        for number in range(1, 4):
            lead, capture = page(number)
            here = await Here().read(SOURCE, lead, capture, (), habits)
            assert (
                await readers.read(SOURCE, lead, capture, (), habits)
                == here
                == reading(SOURCE, lead, capture, (), habits)
            )
            assert await readers.glance(SOURCE, lead, capture) == await Here().glance(SOURCE, lead, capture)
            assert await Here().glance(SOURCE, lead, capture) == glance(SOURCE, lead, capture)
        assert readers.started == 1

    run(steps, entry="wirecopy.collect.read.worker")


def test_no_process_is_started_before_something_is_read_and_no_more_than_are_needed() -> None:
    async def nothing(readers: Readers) -> None:
        assert readers.started == 0

    async def one_after_the_other(readers: Readers) -> None:
        for number in range(3):
            await readers.read(SOURCE, *page(number))
        assert readers.started == 1

    async def side_by_side(readers: Readers) -> None:
        found = await asyncio.gather(*(readers.read(SOURCE, *page(number)) for number in range(7)))
        assert [each.article.key for each in found] == [str(number) for number in range(7)]
        assert readers.started == 2

    for steps in (nothing, one_after_the_other, side_by_side):
        run(steps, 2)


def test_errors_cross_over_as_what_they_are() -> None:
    async def steps(readers: Readers) -> None:
        lead, capture = page()
        for each in (readers, Here()):
            with pytest.raises(ReadError, match="answered 404, which is no article"):
                await each.read(SOURCE, lead, replace(capture, status=404))
            with pytest.raises(Doubtful, match="arrived in part"):
                await each.read(SOURCE, lead, replace(capture, truncated="the connection broke off"))
            with pytest.raises(Doubtful, match="arrived in part"):
                await each.glance(SOURCE, lead, replace(capture, truncated="the connection broke off"))
            with pytest.raises(Incomplete) as caught:
                await each.read(
                    SOURCE, *page(1, '<link rel="amphtml" href="https://harbour.example/amp/1"><p>Wait.</p>')
                )
            assert caught.value.wants == ("https://harbour.example/amp/1",)
        with pytest.raises(Fault, match=r"KeyError: 'no such thing' \(hostile_reader.py:\d+\)"):
            await readers.read(SOURCE, *misbehaving("fail"))
        assert readers.started == 1  # none of this is the process's end

    run(steps)


@posix
def test_a_page_that_takes_too_much_cpu_costs_only_itself() -> None:
    async def steps(readers: Readers) -> None:
        assert (await fails(readers, "compute for ever")).endswith("reading it took more than 2 s of CPU")
        await reads_on(readers)

    run(steps, cpu=2.0)


def test_a_page_that_takes_too_long_costs_only_itself() -> None:
    async def steps(readers: Readers) -> None:
        assert "reading it took more than 5 s" in await fails(readers, "sleep for ever")
        await reads_on(readers)

    run(steps, wall=5.0)


def test_what_starting_takes_is_no_page_s_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "never_begins.py").write_text("import time; time.sleep(1_000)", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("wirecopy.children._STARTING", 1.0)

    async def steps(readers: Readers) -> None:
        assert "reading it did not begin within 1 s" in await fails(readers, "")

    run(steps, wall=0.2, entry="never_begins")


@linux
def test_a_page_that_takes_too_much_memory_costs_only_itself() -> None:
    async def steps(readers: Readers) -> None:
        assert (await fails(readers, "take all memory")).endswith("reading it took more than 512 MB of memory")
        await reads_on(readers)

    run(steps)


@posix
@pytest.mark.parametrize(("how", "why"), [("jump out of memory", "SIGSEGV"), ("leave", "exit code 7")])
def test_a_page_that_ends_its_process_costs_only_itself(how: str, why: str) -> None:
    async def steps(readers: Readers) -> None:
        beside = asyncio.gather(*(readers.read(SOURCE, *page(number)) for number in range(5)))
        assert why in await fails(readers, how)
        assert len(await beside) == 5
        await reads_on(readers)

    run(steps, 2)


def test_what_a_reader_prints_is_no_message() -> None:
    async def steps(readers: Readers) -> None:
        found = await readers.read(SOURCE, *misbehaving("print"))
        assert SENTENCES[0] in document_text(found.article.body)

    run(steps)


def test_a_process_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRECOPY_PASSWORD", "open sesame")

    async def steps(readers: Readers) -> None:
        told = json.loads(await fails(readers, "tell"))
        assert "open sesame" not in json.dumps(told)
        assert "HOME" not in told["environment"]

    run(steps)


def test_a_process_that_was_ended_from_outside_is_replaced() -> None:
    async def steps(readers: Readers) -> None:
        process = psutil.Process(json.loads(await fails(readers, "tell"))["process"])
        process.kill()
        process.wait(60)
        await reads_on(readers)
        assert readers.started == 2

    run(steps)


def test_an_interrupted_reading_leaves_no_process() -> None:
    async def steps(readers: Readers) -> None:
        await reads_on(readers)
        (process,) = children()
        asking = asyncio.create_task(readers.read(SOURCE, *misbehaving("compute for ever")))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not psutil.pid_exists(process)
        await reads_on(readers)

    run(steps)


def test_closing_ends_what_is_being_read_and_reads_no_more() -> None:
    async def go() -> None:
        readers = Readers(1, entry=HOSTILE)
        await readers.read(SOURCE, *page())
        asking = asyncio.create_task(fails(readers, "compute for ever"))
        await asyncio.sleep(0)
        await readers.close()
        await readers.close()
        assert "reading it was stopped" in await asking
        with pytest.raises(ReadError, match="the processes are closed"):
            await readers.read(SOURCE, *page())

    before = children()
    asyncio.run(go())
    assert children() == before


def test_a_process_that_does_not_start_is_said_to() -> None:
    async def steps(readers: Readers) -> None:
        said = await fails(readers, "")
        assert "did not begin: its process ended with exit code 1" in said
        assert "No module named no_such_module" in said

    run(steps, entry="no_such_module")


@posix
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_when_the_starter_is_killed_or_interrupted_its_processes_end(end: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "starter.py"
    script.write_text(
        "import asyncio\n"
        "from collect_pages import page, misbehaving, SOURCE, Readers\n"
        "async def go():\n"
        "    async with Readers(2, entry='hostile_reader') as readers:\n"
        "        await readers.read(SOURCE, *page())\n"
        "        print('reading', flush=True)\n"
        "        await asyncio.gather(readers.read(SOURCE, *misbehaving('sleep for ever')), asyncio.sleep(1000))\n"
        "asyncio.run(go())\n"
    )
    # This module under a name that can be imported.
    (tmp_path / "collect_pages.py").write_text(Path(__file__).read_text())
    paths = os.pathsep.join([*sys.path, str(tmp_path)])
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
    ) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"reading\n"
        processes = psutil.Process(starter.pid).children(recursive=True)
        assert processes
        starter.send_signal(end)
        starter.wait(60)
        gone, alive = psutil.wait_procs(processes, timeout=60)
        assert gone
        assert not alive


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 200_000 + "text",
        "<b><i>" * 100_000 + "text",
        "<table><tr><td>" * 50_000 + "text",
        "<p>" + "a b, " * 1_000_000,
        "<a href=x>" + "y" * 3_000_000,
        "<p class='" + "share " * 300_000 + "'>text",
        "&#x41;" * 500_000,
        "<!--" * 500_000,
        "<p>" + " " * 2_000_000 + "x",
        "(" * 1_000_000,
        "<br>" * 500_000,
    ],
    ids=["deep", "inline", "tables", "long", "link", "names", "references", "comments", "blanks", "brackets", "breaks"],
)
@pytest.mark.slow
def test_no_page_of_some_megabytes_reaches_a_limit(body: str) -> None:
    async def steps(readers: Readers) -> None:
        with contextlib.suppress(Doubtful, ReadError):  # most of these are no articles
            await readers.read(SOURCE, *page(1, body))
        await reads_on(readers)
        assert readers.started == 1

    run(steps, entry="wirecopy.collect.read.worker")


@pytest.mark.slow
def test_twenty_megabytes_of_tags_cost_only_themselves() -> None:
    async def steps(readers: Readers) -> None:
        with pytest.raises(ReadError):
            await readers.read(SOURCE, *page(1, "<b>x</b> <i>" * 1_700_000))
        await reads_on(readers)

    run(steps, entry="wirecopy.collect.read.worker")


def test_one_process_reads_for_each_core_and_four_at_most() -> None:
    assert 1 <= workers.count() <= 4
