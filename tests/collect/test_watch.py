"""Collecting until stopped, over real sockets, in played time."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from played import PlayedLoop, play
from wirecopy.archive import open_archive
from wirecopy.cli.collecting import run_watch
from wirecopy.collect import watch as watching
from wirecopy.config import Config
from wirecopy.demo.outlet import FakeOutlet
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

    def __init__(self, loop: PlayedLoop, tmp_path, archive, *sources: Source) -> None:
        self.loop, self.archive = loop, archive
        self.stop = asyncio.Event()
        self.outcomes: list[tuple[datetime, Outcome]] = []
        self.seen: list[watching.Seen] = []
        self.task = loop.create_task(
            run_watch(
                config_of(tmp_path, *sources), sources, archive,
                clock=loop.now, monotonic=loop.time, stop=self.stop, after=self.after, tell=self.seen.append,
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
        async with FakeOutlet(clock=loop.true_now) as outlet:
            outlet.publish_all()
            source = outlet.source("zh")
            watched = Watched(loop, tmp_path, archive, source)
            await asyncio.sleep(600)
            archive.note_pictures("demo-zh", at=MONDAY)
            assert archive.next_due("demo-zh") == MONDAY
            assert watching.due_of(archive, source, MONDAY) == MONDAY
            before = len(watched.outcomes)
            await asyncio.sleep(1200)
            await watched.end()
            assert len(watched.outcomes) - before < 5, "pictures that are not gathered give no source a turn a minute"

    play(MONDAY, story)


def test_a_backlog_is_worked_off_in_bounded_turns(tmp_path, archive, monkeypatch) -> None:
    monkeypatch.setattr("wirecopy.cli.collecting._MOST_A_TURN", 3)

    async def story(loop: PlayedLoop) -> None:
        async with FakeOutlet(clock=loop.true_now) as outlet:
            outlet.publish_all()
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"))
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
        async with FakeOutlet(clock=loop.true_now) as outlet:
            outlet.publish_all()
            watched = Watched(loop, tmp_path, archive, outlet.source("zh"))
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


def test_after_a_day_of_a_full_disk_somebody_must_look(tmp_path, archive) -> None:
    async def turn(source, now):
        raise Unwritable("the disk is full")

    async def story(loop: PlayedLoop) -> None:
        with pytest.raises(Unwritable, match="full"):
            await watching.watch(
                [Source(id="a", feeds=("http://127.0.0.1/",))], archive=archive, turn=turn, clock=loop.now,
                stop=asyncio.Event(), after=lambda *_: None,
            )  # fmt: skip
        assert timedelta(hours=20) < loop.true_now() - MONDAY < timedelta(hours=28)

    play(MONDAY, story)


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


def test_what_is_due_is_an_index_an_article_or_a_picture_and_never_the_past(archive) -> None:
    source = Source(id="a", feeds=("http://127.0.0.1/feed",))
    assert watching.due_of(archive, source, MONDAY) == MONDAY
    later = MONDAY + timedelta(hours=2)
    archive.remember([Visit(url="http://127.0.0.1/feed", due=later)])
    assert watching.due_of(archive, source, MONDAY) == later
    assert watching.due_of(archive, source, later + timedelta(hours=1)) == later + timedelta(hours=1)
