"""What watching costs: feeds that have nothing new, asked again and again of an outlet in another process.

One poll after the other, as fast as they go: what finds nothing new is written 500 polls at a time. Bare aiohttp is one
session that asks the same outlet the same, and keeps nothing; it is measured before and after, and the mean is named.
"""

import asyncio
import contextlib
import resource
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
from wirecopy.cli.collecting import run_watch
from wirecopy.config import Config
from wirecopy.model import Outcome, Source

AT = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = timedelta(minutes=20)  # what passes between two cycles: each feed is due again, and its source remembered
# An outlet of two answers: the feed, and that it has not changed.
OUTLET = """
import asyncio
FEED = (b'<rss version="2.0"><channel><title>f</title><item><title>One</title>'
        b'<link>http://127.0.0.1/1</link><guid>1</guid></item></channel></rss>')
HEAD = (b'HTTP/1.1 200 OK\\r\\nETag: "1"\\r\\nContent-Type: application/rss+xml\\r\\n'
        b'Content-Length: %d\\r\\n\\r\\n' % len(FEED))
class Outlet(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        if b'/robots.txt' in data:
            self.transport.write(b'HTTP/1.1 404 Not Found\\r\\nContent-Length: 0\\r\\n\\r\\n')
        elif b'If-None-Match' in data:
            self.transport.write(b'HTTP/1.1 304 Not Modified\\r\\nETag: "1"\\r\\n\\r\\n')
        else:
            self.transport.write(HEAD + FEED)
async def main():
    server = await asyncio.get_running_loop().create_server(Outlet, '127.0.0.1', 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def run(quick: bool) -> list[Row]:
    feeds, rounds = (50, 3) if quick else (1000, 18)  # of which one looks at everything again
    cycles = 20 if quick else 200
    with _outlet() as port:
        bare = _bare(port, feeds)
        polled, _ = _watched(port, feeds, rounds)
        bare = (bare + _bare(port, feeds)) / 2
        _, grown = _watched(port, 20, cycles)
    return [
        Row(
            "an unchanged feed, polled",
            polled * 1e6,
            "µs CPU",
            f"limit 150; {polled / bare:.1f} × bare aiohttp, {bare * 1e6:,.0f}",
        ),
        Row(f"memory after {cycles} cycles of 20 feeds, grown by", grown / 1e6, "MB", "limit 0 (flat)"),
    ]


@contextlib.contextmanager
def _outlet() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", OUTLET], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        try:
            yield int(running.stdout.readline())
        finally:
            running.kill()


def _watched(port: int, feeds: int, rounds: int) -> tuple[float, int]:
    """The CPU seconds of a poll once every feed is known, and the bytes by which memory grew in the second half."""
    sources = tuple(
        Source(id=f"feed-{number}", feeds=(f"http://127.0.0.1:{port}/{number}",), drop=(".",), pace=0.0)
        for number in range(feeds)
    )
    passed = timedelta()
    turns = 0
    marks: list[tuple[float, int]] = []
    stop = asyncio.Event()

    async def after(_source: Source, outcome: Outcome, *_: object) -> None:
        nonlocal passed, turns
        assert not outcome.failures, outcome.failures
        turns += 1
        if turns % feeds == 0:
            marks.append((time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
            passed += EVERY
            if len(marks) > rounds:
                stop.set()

    with contextlib.ExitStack() as open_until_here:
        folder = open_until_here.enter_context(tempfile.TemporaryDirectory())
        archive = open_until_here.enter_context(open_archive(Path(folder) / "bench.db", write=True, holder="bench"))
        config = Config(
            path=Path(folder) / "wirecopy.toml",
            archive=Path(folder) / "bench.db",
            public=Path(folder),
            allow_private=("127.0.0.1",),
            workers=0,
            sources=sources,
        )

        async def go() -> None:
            await run_watch(
                config,
                sources,
                archive,
                clock=lambda: AT + passed,
                sleep=lambda _: asyncio.sleep(0.01),
                stop=stop,
                after=after,
                pictures=False,
            )

        asyncio.run(go())
    (begun, _), (ended, _) = marks[0], marks[rounds]
    return (ended - begun) / (rounds * feeds), marks[rounds][1] - marks[rounds // 2][1]


def _bare(port: int, feeds: int) -> float:
    async def go() -> float:
        async with aiohttp.ClientSession() as session:
            begun = time.process_time()
            for number in range(feeds):
                async with session.get(f"http://127.0.0.1:{port}/{number}", headers={"If-None-Match": '"1"'}) as answer:
                    await answer.read()
            return (time.process_time() - begun) / feeds

    return asyncio.run(go())
