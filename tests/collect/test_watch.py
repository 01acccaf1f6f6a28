"""Collecting until stopped, over real sockets, in played time."""

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from played import PlayedLoop, play
from wirecopy.archive import open_archive
from wirecopy.cli import health
from wirecopy.cli.collecting import Aftermath, run_watch
from wirecopy.collect import watch as watching
from wirecopy.collect.round import is_quiet
from wirecopy.config import Config
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.stories import many
from wirecopy.errors import Unwritable
from wirecopy.model import Lead, Outcome, Source, Visit, replace

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path):
    with open_archive(tmp_path / "wirecopy.db", write=True, holder="a test") as opened:
        yield opened


def config_of(tmp_path, *sources) -> Config:
    return Config(
        path=tmp_path / "wirecopy.toml", contact="test@example.org", archive=tmp_path / "wirecopy.db",
        public=tmp_path / "public", allow_private=("127.0.0.1",), workers=0, sources=sources,
    )  # fmt: skip


class Watched:
    """A watch of these sources under way in played time."""

    def __init__(self, loop: PlayedLoop, tmp_path, archive, *sources: Source, after=None) -> None:
        self.loop, self.archive = loop, archive
        self.stop = asyncio.Event()
        self.outcomes: list[tuple[datetime, Outcome]] = []
        self.seen: list[watching.Seen] = []
        self.task = loop.create_task(
            run_watch(
                config_of(tmp_path, *sources), sources, archive,
                clock=loop.now, monotonic=loop.time, stop=self.stop, after=after or self.after, tell=self.seen.append,
                pictures=False,
            )
        )  # fmt: skip

    async def after(self, source: Source, outcome: Outcome, now: datetime, door) -> None:
        assert not any("fault of wirecopy" in each.reason for each in outcome.failures), outcome
        self.outcomes.append((now, outcome))

    async def end(self) -> watching.Seen:
        self.stop.set()
        return await self.task

    def turns(self, source: str) -> list[datetime]:
        return [at for at, outcome in self.outcomes if outcome.source == source]


@asynccontextmanager
async def watched_outlet(loop: PlayedLoop, tmp_path, archive) -> AsyncIterator[tuple[FakeOutlet, Watched]]:
    """An outlet with all its articles, and a watch of its Chinese source."""
    async with FakeOutlet(clock=loop.true_now) as outlet:
        outlet.publish_all()
        yield outlet, Watched(loop, tmp_path, archive, outlet.source("zh"))


def an_article(outlet: FakeOutlet) -> int:
    """The id of a Chinese article with a paragraph to edit."""
    chinese = [each for each in outlet.pieces() if each.story.language == "zh" and each.story.kind == "article"]
    return next(each.story.id for each in chinese if any(getattr(block, "text", "") for block in each.body))


def test_a_watch_sees_what_is_published_and_edited_and_asks_less_at_night(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet:
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"))
            outlet.publish(outlet.unpublished()[0])
            await asyncio.sleep(3600)
            first = sum(outcome.new for _, outcome in watched.outcomes)
            outlet.publish_all()
            await asyncio.sleep(3600)
            outlet.edit(an_article(outlet), paragraph="这一段改过了。")
            await asyncio.sleep(6 * 3600)
            await watched.end()
            assert first <= 1
            assert sum(outcome.new for _, outcome in watched.outcomes) > 5
            assert sum(outcome.edited for _, outcome in watched.outcomes) == 1
            assert len(watched.turns("demo-zh")) + 2 >= 8 * 4  # its index is asked every quarter of an hour
            assert list(archive.verify()) == []

    play(MONDAY, story)


def test_a_source_that_never_answers_costs_the_others_no_turn(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet, FakeOutlet(clock=loop.true_now) as dead:
            outlet.publish_all()
            dead.down()
            watched = Watched(loop, tmp_path, archive, replace(dead.source("de"), id="dead"), outlet.source("zh"))
            await asyncio.sleep(6 * 3600)
            await watched.end()
            assert len(watched.turns("demo-zh")) >= 20
            failed = [outcome for _, outcome in watched.outcomes if outcome.source == "dead"]
            assert failed
            assert all(outcome.failures for outcome in failed)
            assert len(failed) < 20, "failures back off"
            visit = archive.visit(dead.source("de").feeds[0])
            assert visit.failures > 2
            assert visit.since < MONDAY + timedelta(minutes=2)

    play(MONDAY, story)


def test_a_backlog_at_a_host_that_fell_silent_is_asked_for_seldom(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet:
            outlet.publish_all()
            source = outlet.source("zh")
            leads = [
                Lead(source=source.id, key=str(n), url=f"{outlet.url}/zh/x/a-{n}", kind="article") for n in range(200)
            ]
            watched = Watched(loop, tmp_path, archive, source)
            await asyncio.sleep(120)  # robots.txt is known, or nothing would be asked at all
            archive.note(leads, at=MONDAY)
            outlet.down()
            await asyncio.sleep(2 * 3600)
            await watched.end()
            assert any("left for later" in each.reason for _, outcome in watched.outcomes for each in outcome.failures)
            assert sum(entry.state == "waiting" for entry in archive.entries("demo-zh")) > 100

    play(MONDAY, story)


def test_what_no_turn_would_gather_makes_nothing_due(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with watched_outlet(loop, tmp_path, archive) as (_, watched):
            await asyncio.sleep(600)
            archive.note_pictures("demo-zh", at=MONDAY)
            assert archive.next_due("demo-zh") == MONDAY
            before = len(watched.outcomes)
            await asyncio.sleep(1200)
            await watched.end()
            assert len(watched.outcomes) - before < 5, "pictures that are not gathered give no source a turn a minute"

    play(MONDAY, story)


def test_a_backlog_is_worked_off_in_bounded_turns(tmp_path, archive, monkeypatch) -> None:
    monkeypatch.setattr("wirecopy.cli.collecting._MOST_A_TURN", 3)

    async def story(loop: PlayedLoop) -> None:
        async with watched_outlet(loop, tmp_path, archive) as (outlet, watched):
            await asyncio.sleep(3600)
            await watched.end()
            news = [outcome.new for _, outcome in watched.outcomes]
            assert max(news) == 3
            assert sum(news) == sum(1 for piece in outlet.pieces() if piece.story.language == "zh")

    play(MONDAY, story)


def test_after_a_sleep_of_the_machine_each_index_is_asked_once_not_once_for_each_time_missed(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.now) as outlet:
            outlet.publish_all()
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"))
            await asyncio.sleep(3600)
            before = len(outlet.log)
            loop.jump = timedelta(days=3)
            await asyncio.sleep(120)
            asked = Counter(each.path for each in outlet.log[before:])
            assert asked[f"/rdf/rss-{outlet.source('zh').feeds[0].rpartition('rss-')[2]}"] == 1
            assert max(asked.values()) == 1
            await watched.end()

    play(MONDAY, story)


def test_a_clock_that_was_wrong_for_a_while_silences_nothing(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with watched_outlet(loop, tmp_path, archive) as (outlet, watched):
            await asyncio.sleep(3600)
            key = an_article(outlet)
            loop.jump = timedelta(days=400)
            outlet.edit(key, paragraph="钟走错了。")
            await asyncio.sleep(1200)
            assert archive.latest("demo-zh", str(key)).at > MONDAY + timedelta(days=399)
            loop.jump = timedelta()
            before = len(watched.outcomes)
            await asyncio.sleep(2 * 3600)
            assert len(watched.outcomes) - before >= 6
            outlet.edit(key, paragraph="钟走对了。")
            await asyncio.sleep(3 * 3600)
            await watched.end()
            assert [each.change for each in archive.history("demo-zh", str(key))] == ["new", "edited", "edited"]
            assert "钟走对了。" in repr(archive.standing("demo-zh", str(key)).article.body)

    play(MONDAY, story)


def test_while_the_clock_is_days_ahead_that_alone_is_told(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        stories = many(10, "zh")
        async with FakeOutlet(stories, clock=loop.true_now) as outlet:
            source = replace(outlet.source("zh"), every=12 * 3600.0)
            aftermath = Aftermath(config_of(tmp_path, source), archive, loop.now(), as_lines=True, quiet=True)
            watched = Watched(loop, tmp_path, archive, source, after=aftermath.after)
            for each in stories:
                outlet.publish(each.name)
                await asyncio.sleep(22 * 3600)
            loop.jump = timedelta(days=20)
            await asyncio.sleep(24 * 3600)
            loop.jump = timedelta()
            await asyncio.sleep(12 * 3600)
            await watched.end()
            [clock] = archive.incidents()
            assert clock.trouble == "clock"
            assert clock.since < loop.now(), "by the outlets' time"

    play(MONDAY, story)


def test_a_clock_that_was_wrong_until_the_watch_was_started_anew_silences_nothing(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        loop.jump = timedelta(days=400)
        async with watched_outlet(loop, tmp_path, archive) as (outlet, watched):
            await asyncio.sleep(1200)
            await watched.end()
            loop.jump, asked = timedelta(), len(outlet.log)
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"))
            await asyncio.sleep(1200)
            await watched.end()
            assert any("/rdf/" in each.path for each in outlet.log[asked:])

    play(MONDAY, story)


def test_what_another_archive_says_of_when_to_ask_silences_no_index(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet:
            outlet.publish_all()
            source = outlet.source("zh")
            archive.remember([Visit(url=source.feeds[0], checked=MONDAY, due=MONDAY.replace(year=2099))])
            watched = Watched(loop, tmp_path, archive, source)
            await asyncio.sleep(29 * 3600)
            assert not any("/rdf/" in each.path for each in outlet.log)
            await asyncio.sleep(2 * 3600)
            await watched.end()
            assert any("/rdf/" in each.path for each in outlet.log)

    play(MONDAY, story)


def test_many_sources_of_a_slow_host_cost_the_sources_of_others_no_turn(archive) -> None:
    def source(name: str, host: str) -> Source:
        return Source(id=name, homepage=f"http://{host}.example/", feeds=(f"http://feeds.example/{name}",))

    async def story(loop: PlayedLoop) -> None:
        begun: dict[str, float] = {}
        under_way: Counter[str] = Counter()
        most: Counter[str] = Counter()
        line = asyncio.Lock()

        async def turn(source: Source, now: datetime, memory) -> Outcome:
            begun.setdefault(source.id, loop.time())
            under_way[source.homepage] += 1
            most[source.homepage] = max(most[source.homepage], under_way[source.homepage])
            for _ in range(20 if "slow" in source.homepage else 0):
                async with line:
                    await asyncio.sleep(10)
            archive.remember([Visit(url=source.feeds[0], checked=now, due=loop.now() + timedelta(minutes=15))])
            under_way[source.homepage] -= 1
            return Outcome(source=source.id, leads=1)

        async def after(*_: object) -> None:
            pass

        stop = asyncio.Event()
        slow, others = [source(f"a{n}", "slow") for n in range(40)], [source(f"b{n}", f"other{n}") for n in range(3)]
        watching_them = asyncio.create_task(
            watching.watch([*slow, *others], archive=archive, turn=turn, clock=loop.now, stop=stop, after=after)
        )
        await asyncio.sleep(600)
        loop.jump = -timedelta(days=1)  # who stands in line is not forgotten by it
        await asyncio.sleep(12 * 3600)
        stop.set()
        await watching_them
        assert max(begun[each.id] for each in others) < 1
        assert most["http://slow.example/"] == 8
        assert len(begun) == 43, "and each of the slow host's has its turn"

    play(MONDAY, story)


def test_a_full_disk_is_waited_for_and_then_everything_is_there(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet:
            (pages,) = archive._file.row("PRAGMA page_count")
            archive._file.rows(f"PRAGMA max_page_count = {pages + 2}")
            outlet.publish_all()
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"))
            await asyncio.sleep(2 * 3600)
            assert not watched.task.done()
            assert "the disk is full" in watched.seen[-1].trouble
            asked = len(outlet.log)
            assert asked < 300, "an outlet does not pay for our full disk"
            archive._file.rows("PRAGMA max_page_count = 1000000")
            await asyncio.sleep(2 * 3600)
            seen = await watched.end()
            assert seen.trouble == ""
            assert seen.rests > 2
            there = sum(1 for piece in outlet.pieces() if piece.story.language == "zh")
            assert len(list(archive.entries("demo-zh"))) == there
            assert list(archive.verify()) == []

    play(MONDAY, story)


def test_after_a_day_of_a_full_disk_somebody_must_look_and_until_then_it_is_seen_to_live(tmp_path, archive) -> None:
    told: list[datetime] = []

    async def turn(source, now, memory):
        raise Unwritable("the disk is full")

    async def story(loop: PlayedLoop) -> None:
        with pytest.raises(Unwritable, match="full"):
            await watching.watch(
                [Source(id="a", feeds=("http://127.0.0.1/",))], archive=archive, turn=turn, clock=loop.now,
                stop=asyncio.Event(), after=lambda *_: None, tell=lambda _: told.append(loop.now()),
            )  # fmt: skip
        assert timedelta(hours=20) < loop.true_now() - MONDAY < timedelta(hours=28)

    play(MONDAY, story)
    assert max(later - one for one, later in pairwise(told)) <= timedelta(minutes=2), "or systemd's watchdog ends it"


def test_the_footprint_is_what_the_outlets_log_counts(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet:
            outlet.publish_all()
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"), outlet.source("ar"))
            await asyncio.sleep(20 * 3600)
            outlet.down(status=503)
            await asyncio.sleep(8 * 3600)
            outlet.heal()
            await asyncio.sleep(20 * 3600)
            await watched.end()
            footprints = archive.footprints("2026-03-01")
            assert {each.host for each in footprints} == {"127.0.0.1"}
            assert len(footprints) == 3
            assert sum(each.asked for each in footprints) == len(outlet.log)
            assert sum(each.not_modified for each in footprints) == sum(each.status == 304 for each in outlet.log)
            assert sum(each.refused for each in footprints) == sum(each.status == 503 for each in outlet.log) > 0
            assert sum(each.failed for each in footprints) == 0

    play(MONDAY, story)


def test_stopped_in_the_middle_of_a_turn_it_ends_at_once_and_the_next_watch_goes_on(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet:
            outlet.publish_all()
            outlet.slow(5)
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"))
            await asyncio.sleep(31)
            begun = loop.time()
            await watched.end()
            assert loop.time() - begun < 10
            some = sum(1 for entry in archive.entries("demo-zh") if entry.state == "archived")
            assert list(archive.verify()) == []
            assert 0 < some < sum(1 for piece in outlet.pieces() if piece.story.language == "zh")
            outlet.heal()
            again = Watched(loop, tmp_path, archive, outlet.source("zh"))
            await asyncio.sleep(1800)
            await again.end()
            assert all(entry.state in ("archived", "unchanged") for entry in archive.entries("demo-zh"))

    play(MONDAY, story)


async def until_quiet(watched: Watched) -> datetime:
    """Wait until a turn asked for something and found nothing new; when that ended."""
    known = len(watched.outcomes)
    for _ in range(4 * 3600):
        await asyncio.sleep(0.5)
        if any(is_quiet(outcome) and outcome.asked for _, outcome in watched.outcomes[known:]):
            return watched.outcomes[-1][0]
    raise AssertionError("no turn was quiet in two hours")


def test_what_finds_nothing_new_is_known_at_once_and_written_within_seconds_or_at_the_end(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with watched_outlet(loop, tmp_path, archive) as (outlet, watched):
            source = outlet.source("zh")
            await asyncio.sleep(3600)
            asked = await until_quiet(watched)
            assert asked - archive.visit(source.feeds[0]).checked < timedelta(seconds=2)
            with open_archive(tmp_path / "wirecopy.db", write=False) as others:
                assert asked - others.visit(source.feeds[0]).checked > timedelta(minutes=5)
                await asyncio.sleep(watching.GATHERED.total_seconds() + 1)
                assert others.visit(source.feeds[0]) == archive.visit(source.feeds[0])
                assert sum(each.asked for each in others.footprints("")) == len(outlet.log)
                asked = await until_quiet(watched)
                await watched.end()
                assert asked - others.visit(source.feeds[0]).checked < timedelta(seconds=2)
                assert sum(each.asked for each in others.footprints("")) == len(outlet.log)

    play(MONDAY, story)


def test_what_a_kill_takes_of_it_is_asked_again_and_nothing_else_is_lost(tmp_path, archive) -> None:
    async def story(loop: PlayedLoop) -> None:
        async with watched_outlet(loop, tmp_path, archive) as (outlet, watched):
            source = outlet.source("zh")
            await asyncio.sleep(3600)
            await until_quiet(watched)
            lost = len(outlet.log)
            left = tmp_path / "left"
            left.mkdir()
            with (
                closing(sqlite3.connect(tmp_path / "wirecopy.db")) as of,
                closing(sqlite3.connect(left / "wirecopy.db")) as to,
            ):
                of.backup(to)  # what a kill leaves: all that was committed
            await watched.end()
            with open_archive(left / "wirecopy.db", write=True, holder="the next") as kept:
                assert list(kept.verify()) == []
                assert 1 <= lost - sum(each.asked for each in kept.footprints("")) <= 5
                assert list(kept.entries("demo-zh")) == list(archive.entries("demo-zh"))
                again = Watched(loop, left, kept, source)
                await asyncio.sleep(60)
                await again.end()
                assert [each.path for each in outlet.log[lost:]].count(urlsplit(source.feeds[0]).path) == 1

    play(MONDAY, story)


def test_a_disk_that_fills_while_something_waits_to_be_written_costs_no_revision(
    tmp_path, archive, monkeypatch
) -> None:
    monkeypatch.setattr(watching, "GATHERED", timedelta(hours=9))

    async def story(loop: PlayedLoop) -> None:
        async with watched_outlet(loop, tmp_path, archive) as (outlet, watched):
            await asyncio.sleep(3600)
            await until_quiet(watched)
            key = an_article(outlet)
            (pages,) = archive._file.row("PRAGMA page_count")
            archive._file.rows(f"PRAGMA max_page_count = {pages}")
            chance = random.Random(1)
            outlet.edit(key, paragraph="。".join(chr(chance.randrange(0x4E00, 0x9FA5)) * 3 for _ in range(9_000)))
            await asyncio.sleep(2 * 3600)
            assert "the disk is full" in watched.seen[-1].trouble
            archive._file.rows("PRAGMA max_page_count = 1000000")
            await asyncio.sleep(4 * 3600)
            assert (await watched.end()).trouble == ""
            assert [each.change for each in archive.history("demo-zh", str(key))] == ["new", "edited"]
            assert sum(each.asked for each in archive.footprints("")) == len(outlet.log)
            assert list(archive.verify()) == []

    play(MONDAY, story)


def test_a_source_without_news_is_asked_for_its_index_and_now_and_then_for_all(tmp_path, archive) -> None:
    turns: list[tuple[timedelta, bool]] = []

    async def turn(source, now, memory):
        turns.append((now - MONDAY, memory is None))
        archive.jot(Visit(url=source.feeds[0], checked=now, due=now + timedelta(hours=1)))
        return Outcome(source="a", asked=1, not_modified=1)

    async def after(*_) -> None:
        if len(turns) == 12:
            stop.set()

    stop = asyncio.Event()

    async def story(loop: PlayedLoop) -> None:
        source = Source(id="a", feeds=("http://127.0.0.1/",))
        await watching.watch([source], archive=archive, turn=turn, clock=loop.now, stop=stop, after=after)

    play(MONDAY, story)
    assert [number for number, (_, is_whole) in enumerate(turns) if is_whole] == [0, 6]
    assert turns[-1][0] >= timedelta(hours=11)


def test_health_is_looked_at_after_each_turn_that_found_something_and_else_every_half_hour(
    tmp_path, archive, monkeypatch
) -> None:
    looked: list[float] = []
    look = health.watch_over

    def watch_over(archive, sources, outcomes, now, *told, **more):
        looked.append((now - MONDAY) / timedelta(minutes=1))
        return look(archive, sources, outcomes, now, *told, **more)

    monkeypatch.setattr(health, "watch_over", watch_over)
    source = Source(id="a", feeds=("http://127.0.0.1/",))
    quiet = Outcome(source="a", asked=1, not_modified=1)
    aftermath = Aftermath(config_of(tmp_path, source), archive, MONDAY, as_lines=False, quiet=True)
    door = SimpleNamespace(clock_ahead=lambda **_: None, doubts_clock=lambda: False)
    for minutes, outcome in (
        (0, quiet), (15, quiet), (31, quiet), (32, replace(quiet, unchanged=1)), (33, replace(quiet, not_modified=0)),
        (50, quiet), (5, quiet),
    ):  # fmt: skip
        asyncio.run(aftermath.after(source, outcome, MONDAY + timedelta(minutes=minutes), door))
    assert looked == [0, 31, 32, 33, 5]


def test_what_is_due_is_an_index_an_article_or_a_picture_and_never_the_past(archive) -> None:
    source = Source(id="a", feeds=("http://127.0.0.1/feed",))
    assert watching.due_of(archive, source, MONDAY, None) == MONDAY
    later = MONDAY + timedelta(hours=2)
    archive.remember([Visit(url="http://127.0.0.1/feed", checked=MONDAY, due=later)])
    assert watching.due_of(archive, source, MONDAY, None) == later
    assert watching.due_of(archive, source, MONDAY, later - timedelta(hours=1)) == later - timedelta(hours=1)
    assert watching.due_of(archive, source, MONDAY, later + timedelta(hours=1)) == later
    assert watching.due_of(archive, source, later + timedelta(hours=1), None) == later + timedelta(hours=1)
