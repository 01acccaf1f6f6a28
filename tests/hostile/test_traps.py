# ruff: noqa: E501 - names of traps stand as they are
"""Traps for parsers: none takes a round more than seconds, none loads anything, and what is sound beside them arrives.

Each trap was tried against the parsers as they stood: headings in headings, blanks in JSON-LD and 300,000 broken tags
took minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hostile import traps
from hostile.outlet import Outlet, document, mirror, story
from scripted import serving
from wirecopy.collect.read import workers
from wirecopy.model import replace

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts a process's memory so")


@linux
@pytest.mark.slow
def test_no_index_takes_more_than_seconds_and_a_few_hundred_megabytes() -> None:
    """In a process whose limits the kernel keeps: all traps together in 60 s of CPU and 800 MB of addresses, where they
    take seven and a hundred.
    """
    told = subprocess.run(
        [sys.executable, "-m", "hostile.traps", "60", str(800 << 20)],
        capture_output=True, check=True, timeout=280, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    ).stdout  # fmt: skip
    came = json.loads(told)
    harmless = ("a billion laughs", "a quadratic blow-up", "a file as an entity", "another host's DTD",
                "a parameter entity", "XInclude", "a style sheet", "50,000 that never end", "100,000 attributes", "comments that never end",
                "instructions that never end", "one long name")  # fmt: skip
    assert {what: came[what] for what in harmless} == dict.fromkeys(harmless, "sound")
    assert all(each == "sound" or "lead" in each or each.startswith("ReadError: ") for each in came.values())


@linux
@pytest.mark.slow
def test_no_page_takes_its_reader_longer_than_it_may_and_none_costs_another(tmp_path: Path) -> None:
    async def go() -> None:
        async with serving() as server:
            evil = Outlet(server, "evil")
            for number, (what, said) in enumerate(traps.PAGES.items()):
                evil.tell(number, what, document("Trap", story(number) + said))
            evil.story(1000)
            source = evil.source()
            with mirror(tmp_path, source) as mine:
                async with workers.Readers(2) as reader:
                    await mine.round(source, reader=reader)
                states = mine.states("evil")
                assert states["Ferry 1000 runs again"] == "archived"
                assert all(each.reason for each in mine.entries("evil") if each.state.value != "archived")
                ended = [each.reason for each in mine.entries("evil") if "it took more than" in each.reason]
                assert ended == []

    asyncio.run(go())


def test_limits_of_a_process_are_kept(tmp_path: Path) -> None:
    """What would take too much is ended by the kernel, is reported, and the next page is read."""

    async def go() -> None:
        async with serving() as server:
            evil = Outlet(server, "evil")
            evil.tell(1, "compute for ever", document("compute for ever", story(1)))
            evil.tell(2, "take all memory", document("take all memory", story(2)))
            evil.story(3)
            source = evil.source()
            bounds = replace(workers.BOUNDS, cpu=2.0, memory=200 << 20)
            with mirror(tmp_path, source) as mine:
                async with workers.Readers(2, bounds=bounds, entry="hostile_reader") as reader:
                    await mine.round(source, reader=reader)
                assert mine.states("evil") == {
                    "compute for ever": "held", "take all memory": "held", "Ferry 3 runs again": "archived",
                }  # fmt: skip
                why = {each.lead.title: each.reason for each in mine.entries("evil")}
                assert "2 s of CPU" in why["compute for ever"]
                assert "200 MB of memory" in why["take all memory"]

    asyncio.run(go())
