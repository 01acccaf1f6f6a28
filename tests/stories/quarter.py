"""A quarter of a year at three simulated outlets, watched: a program, so that it can be killed in the middle.

    python quarter.py FOLDER [KILL_AT]

What happens at the outlets follows from the day; it goes on from the moment at which the last run ended or was killed
(FOLDER/clock). Every request is in FOLDER/log as `moment outlet status path`, as the outlets' own logs have it; alerts
are in FOLDER/alerts. KILL_AT: seconds from the beginning, from when on the tenth request kills this process.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace as replace_story
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import connector

from played import PlayedLoop, play
from wirecopy.archive import open_archive
from wirecopy.cli.collecting import Aftermath, run_watch
from wirecopy.collect import watch as watching
from wirecopy.config import Alerts, Config
from wirecopy.demo.newsroom import P, Story, plain
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.stories import STORIES, many
from wirecopy.model import replace

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
DAYS = 90
EVERY = 2 * 3600.0
A_DAY = {"zh": 1, "de": 1, "en": 1}
FLOOD = 60
DAY, HOUR = 86_400.0, 3600.0
ALERT = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read().strip() + b'\\n')"

Event = tuple[float, Callable[[dict[str, FakeOutlet]], None]]


def events() -> list[Event]:
    """What happens at the outlets, and when: seconds from the beginning."""
    chance = random.Random(90)
    found: list[Event] = []

    def at(seconds: float, what: Callable[[dict[str, FakeOutlet]], None]) -> None:
        found.append((seconds, what))

    for language, a_day in A_DAY.items():
        for day in range(DAYS - 3):
            if language == "de" and 62 <= day < 76:
                continue  # nothing new for a fortnight
            for number in range(a_day):
                name = f"{language}-bulk-{day * a_day + number}"
                hour = chance.uniform(6, 18)
                at(day * DAY + hour * HOUR, lambda o, n=name, lang=language: o[lang].publish(n))
                if chance.random() < 0.25:
                    later = day * DAY + hour * HOUR + chance.uniform(1, 30) * HOUR
                    at(
                        later,
                        lambda o, n=name, lang=language: o[lang].edit(n, paragraph="Spät ergänzt · 后来补上的一句。"),
                    )
                elif chance.random() < 0.05:
                    at(day * DAY + 40 * HOUR, lambda o, n=name, lang=language: o[lang].withdraw(n))
    at(10 * DAY, lambda o: o["zh"].down())
    at(12 * DAY, lambda o: o["zh"].up())
    for number in range(FLOOD):
        name = f"en-bulk-{DAYS + number}"
        at(20 * DAY + number, lambda o, n=name: o["en"].publish(n))
    at(40 * DAY, lambda o: o["en"].html_feed())
    at(43 * DAY, lambda o: o["en"].heal())
    at(50 * DAY, lambda o: o["zh"].consent())
    at(54 * DAY, lambda o: o["zh"].heal())
    return sorted(found, key=lambda each: each[0])


def moment(spelt: str) -> datetime:
    """The moment that `2026-01-05T00:00:00Z` spells."""
    return datetime.fromisoformat(spelt)


def written(language: str, count: int, first_id: int) -> list[Story]:
    """Stories of which no two say the same: the language's own sentences, shuffled, and their number."""
    stop = "。" if language == "zh" else ". "
    own = [plain(block.text) for story in STORIES if story.language == language for block in story.body
           if isinstance(block, P)]  # fmt: skip
    sentences = sorted({each.strip() for text in own for each in text.split(stop) if len(each.strip()) > 8})
    stories = []
    for story in many(count, language, first_id=first_id):
        chance = random.Random(story.id)
        said = [f"{each} ({story.id}-{number}){stop}" for number, each in enumerate(chance.sample(sentences, 8))]
        stories.append(replace_story(story, body=tuple(P(each) for each in said)))
    return stories


def outlets(loop: PlayedLoop, ports: dict[str, int]) -> dict[str, FakeOutlet]:
    return {
        language: FakeOutlet(
            written(language, DAYS * A_DAY[language] + FLOOD, 80_000_000 + number * 1_000_000),
            clock=loop.true_now, port=ports[language],
        )
        for number, language in enumerate(A_DAY)
    }  # fmt: skip


def config_of(folder: Path, papers: dict[str, FakeOutlet]) -> Config:
    sources = tuple(replace(paper.source(language), every=EVERY, pace=1.0) for language, paper in papers.items())
    return Config(
        path=folder / "wirecopy.toml", contact="test@example.org", archive=folder / "wirecopy.db",
        public=folder / "public", allow_private=("127.0.0.1",), workers=0, sources=sources,
        alerts=Alerts(command=(sys.executable, "-c", ALERT, str(folder / "alerts"))),
    )  # fmt: skip


def happen(papers: dict[str, FakeOutlet], todo: list[Event], until: float, now: datetime) -> int:
    """Let happen at the outlets what has until then, each at its own moment; how much that was."""
    happened = 0
    while happened < len(todo) and todo[happened][0] <= until:
        moment, what = todo[happened]
        for paper in papers.values():
            paper._passed = BEGIN + timedelta(seconds=moment) - now
        what(papers)
        happened += 1
    for paper in papers.values():
        paper._passed = timedelta()
    return happened


async def quarter(loop: PlayedLoop, folder: Path, ports: dict[str, int], kill_at: float) -> None:
    papers = outlets(loop, ports)
    todo = events()
    happened = happen(papers, todo, (loop.true_now() - BEGIN).total_seconds(), loop.true_now())
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    left = 10

    def heard(language: str, handle):
        def answer(request):
            nonlocal left
            reply = handle(request)
            seconds = (loop.true_now() - BEGIN).total_seconds()
            status = 0 if reply.fails == "silence" else reply.status
            os.write(log, f"{seconds:.3f} {language} {status} {request.path}\n".encode())
            if seconds >= kill_at:
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
            return reply

        return answer

    for language, paper in papers.items():
        paper._server._handle = heard(language, paper._server._handle)
    async with AsyncExitStack() as open_papers:
        for paper in papers.values():
            await open_papers.enter_async_context(paper)
        config = config_of(folder, papers)
        with open_archive(config.archive, write=True, holder="a quarter") as archive:
            aftermath = Aftermath(config, archive, loop.now(), as_lines=False, quiet=True)
            stop = asyncio.Event()
            watch = asyncio.ensure_future(
                run_watch(
                    config, config.sources, archive, clock=loop.now, monotonic=loop.time, stop=stop,
                    after=aftermath.after, pictures=False,
                )
            )  # fmt: skip
            clock = os.open(folder / "clock", os.O_WRONLY | os.O_CREAT)
            (pages,) = archive._file.row("PRAGMA page_count")
            while (now := (loop.true_now() - BEGIN).total_seconds()) < DAYS * DAY:
                os.pwrite(clock, f"{now:020.3f}".encode(), 0)
                happened += happen(papers, todo[happened:], now, loop.true_now())
                # Six hours of a full disk, and a clock that is wrong for forty minutes.
                if 30 * DAY <= now < 30 * DAY + 600:
                    (pages,) = archive._file.row("PRAGMA page_count")
                    archive._file.rows(f"PRAGMA max_page_count = {pages + 1}")
                elif 30.25 * DAY <= now < 30.25 * DAY + 600:
                    archive._file.rows("PRAGMA max_page_count = 1073741823")
                loop.jump = timedelta(days=400) if 60 * DAY <= now < 60 * DAY + 2400 else timedelta()
                upcoming = todo[happened][0] - now if happened < len(todo) else DAY
                await asyncio.sleep(min(600.0, max(1.0, upcoming)))
                assert not watch.done(), watch.result()
            os.pwrite(clock, f"{DAYS * DAY:020.3f}".encode(), 0)
            stop.set()
            await watch
            aftermath.courier.stop(loop.now())


def main(folder: Path, kill_at: float) -> None:
    watching._LONGEST_SLEEP = 600.0  # played time costs what is done in it
    clock = folder / "clock"
    passed = float(clock.read_text()) if clock.exists() else 0.0
    ports = dict(zip(A_DAY, map(int, (folder / "ports").read_text().split()), strict=True))
    # The clock is written every ten minutes: what was asked since then is in the log, and is not asked twice.
    log = (folder / "log").read_text().splitlines() if (folder / "log").exists() else []
    last = float(log[-1].split()[0]) if log else 0.0
    begin = BEGIN + timedelta(seconds=max(passed, last) + (5.0 if log else 0.0))

    def story(loop: PlayedLoop):
        connector.monotonic = (
            loop.time
        )  # or connections never grow old, and are looked at every 15 seconds of a quarter
        return quarter(loop, folder, ports, kill_at)

    play(begin, story)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else float("inf"))
