"""What a round costs this process: the outlet runs in another one, on the loopback interface."""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bench import Row
from wirecopy.archive import open_archive
from wirecopy.collect import round as rounds
from wirecopy.collect.fetch import Fetcher
from wirecopy.demo.stories import many
from wirecopy.model import Source, decode, replace

AT = datetime(2026, 1, 1, tzinfo=UTC)
OUTLET = """
import sys
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.stories import many
from wirecopy.model import encode
with FakeOutlet(many({count}, "zh")) as outlet:
    outlet.publish_all()
    print(encode(outlet.source("zh")).decode(), flush=True)
    sys.stdin.read()
"""


def run(quick: bool) -> list[Row]:
    count = 30 if quick else 500
    with _outlet(count) as source, tempfile.TemporaryDirectory() as folder:
        archive = open_archive(Path(folder) / "bench.db", write=True, holder="bench")
        try:
            first, asked = _round(source, archive, AT)
            second, again = _round(source, archive, AT + timedelta(hours=12))
        finally:
            archive.close()
        home = source.homepage.removesuffix("/zh/")
        urls = [f"{home}/graph-api/zh/content/article/{story.id}" for story in many(count, "zh")]
        bare = _bare(urls)
        door = _door(urls)
    return [
        Row("new articles: fetched, read, archived", count / first, "articles/CPU-s", f"{asked} requests"),
        Row("unchanged articles: asked again, 304", second / again * 1e6, "µs CPU a request", f"{again} requests"),
        Row("the door alone, an article a request", door * 1e6, "µs CPU a request", f"bare aiohttp {bare * 1e6:,.0f}"),
    ]


@contextlib.contextmanager
def _outlet(count: int) -> Iterator[Source]:
    with subprocess.Popen(
        [sys.executable, "-c", OUTLET.format(count=count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        yield replace(decode(running.stdout.readline(), Source), pace=0.0)
        running.stdin.close()


def _round(source: Source, archive, now: datetime) -> tuple[float, int]:
    """The CPU seconds of one round over everything, and its requests."""

    async def go() -> int:
        async with Fetcher(contact="bench", clock=lambda: now, allow=frozenset({"127.0.0.1"})) as door:
            (outcome,) = await rounds.collect((source,), archive=archive, door=door, now=now, everything=True)
            assert not outcome.failures, outcome.failures
            return outcome.asked

    begun = time.process_time()
    asked = asyncio.run(go())
    return time.process_time() - begun, asked


def _door(urls: list[str]) -> float:
    async def go() -> float:
        async with Fetcher(contact="bench", clock=lambda: AT, allow=frozenset({"127.0.0.1"}), pace=0.0) as door:
            await door.fetch(urls[0])
            begun = time.process_time()
            for url in urls:
                await door.fetch(url)
            return (time.process_time() - begun) / len(urls)

    return asyncio.run(go())


def _bare(urls: list[str]) -> float:
    async def go() -> float:
        async with aiohttp.ClientSession() as session:
            begun = time.process_time()
            for url in urls:
                async with session.get(url) as answer:
                    await answer.read()
            return (time.process_time() - begun) / len(urls)

    return asyncio.run(go())
