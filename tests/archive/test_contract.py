"""The law of every archive (wirecopy.archive.protocol). A second store adds a line to STORES and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from archive.samples import NOON, article, capture, entry, gone, lead, minutes, revision
from wirecopy.archive import open_archive
from wirecopy.archive.protocol import Archive
from wirecopy.errors import ArchiveError
from wirecopy.model import (
    Change,
    Document,
    Edition,
    Footprint,
    Gallery,
    Incident,
    Reference,
    Removal,
    Revision,
    Shelf,
    Source,
    SourceDay,
    State,
    Translation,
    Trouble,
    Validators,
    Visit,
    document_text,
    links,
    replace,
)


class Opener(Protocol):
    """Opens the one archive of a test, again and again."""

    def __call__(self, *, write: bool) -> Archive: ...


def sqlite(folder: Path) -> Opener:
    def opener(*, write: bool) -> Archive:
        return open_archive(folder / "wirecopy.db", write=write)

    return opener


STORES: dict[str, Callable[[Path], Opener]] = {"sqlite": sqlite}


@pytest.fixture(params=STORES)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return STORES[request.param](tmp_path)


@pytest.fixture
def archive(opener: Opener) -> Iterator[Archive]:
    archive = opener(write=True)
    yield archive
    assert list(archive.verify()) == []  # whatever a test did, the archive is whole
    archive.close()


def put(archive: Archive, *revisions: Revision) -> None:
    for each in revisions:
        archive.settle(entry(each.key, each.source), revision=each)


# --- what publishers read ------------------------------------------------------------------------------------------


def test_the_documents_of_a_month_are_what_document_gives_of_each_in_the_order_of_the_month(archive: Archive) -> None:
    page = capture()
    archive.settle(entry(), captures=[page], revision=revision(article(words="zuerst"), capture=page.id))
    put(archive, revision(article(words="dann"), at=minutes(5)), gone(at=minutes(9)))
    for n in range(2, 9):
        published = None if n == 4 else NOON + timedelta(days=n - 5)
        put(archive, revision(article(str(n), words="词" * n, published=published), at=minutes(n * 1440)))
    put(archive, revision(article("9", "demo-en")), gone("99"))
    barred = article("10", related=(Reference(title="weg", url=article("2").url),))
    put(archive, revision(barred))
    archive.take_down(Removal(source="demo-zh", key="2"), at=minutes(1), reason="test")
    with archive.edition() as edition:
        for shelf in edition.shelves():
            for month, count in shelf.months:
                documents = list(edition.documents(shelf.source, month))
                listed = [(each.source, each.key) for each in edition.month(shelf.source, month)]
                assert documents == [edition.document(*place) for place in listed]
                assert len(documents) == count
        assert list(edition.documents("demo-zh", "1999-01")) == []
        assert len({each.article.key for each in edition.documents("demo-zh", "2026-11")}) == 8


def test_the_newest_documents_come_first_whoever_published_them(archive: Archive) -> None:
    moments = {
        "old": NOON - timedelta(days=9),
        "a": NOON - timedelta(hours=2),
        "b": NOON - timedelta(hours=2),
        "future": NOON + timedelta(days=400),  # not believed: it is as new as its copy
        "slip": datetime(1970, 1, 1, tzinfo=UTC),  # nor this
    }
    for key, published in moments.items():
        put(archive, revision(article(key, published=published)))
    put(archive, revision(article("undated", "demo-en", published=None), at=minutes(-1)))
    put(archive, revision(article("a", "demo-en", published=moments["a"])))
    put(archive, gone("never", "demo-en"))
    with archive.edition() as edition:
        found = edition.latest(9)
        assert [(each.source, each.key) for each in found] == [
            ("demo-zh", "future"),
            ("demo-zh", "slip"),
            ("demo-en", "undated"),
            ("demo-en", "a"),
            ("demo-zh", "a"),
            ("demo-zh", "b"),
            ("demo-zh", "old"),
        ]
        assert edition.latest(2) == found[:2]
        assert edition.latest(9, "demo-en") == found[2:4]
        assert edition.latest(0) == edition.latest(5, "nobody") == ()


def test_the_history_that_publishers_read_is_the_archives_without_what_was_taken_down(archive: Archive) -> None:
    page = capture()
    telling = Reference(title="weg", url="https://www.example.org/demo-zh/a-2")
    first = article(words="zuerst", related=(telling,))
    archive.settle(entry(), captures=[page], revision=revision(first, capture=page.id))
    put(archive, gone(at=minutes(3)), revision(article(words="dann", related=(telling,)), at=minutes(5)))
    put(archive, revision(article("2")))
    with archive.edition() as edition:
        assert edition.history("demo-zh", "1") == archive.history("demo-zh", "1")
        assert edition.history("demo-zh", "9") == ()
    archive.take_down(Removal(source="demo-zh", key="2"), at=minutes(9), reason="test")
    with archive.edition() as edition:
        found = edition.history("demo-zh", "1")
        assert [each.change for each in found] == [Change.NEW, Change.GONE, Change.BACK]
        assert [each.article and each.article.related for each in found] == [(), None, ()]
        assert edition.history("demo-zh", "2") == ()


def test_the_latest_changes_are_told_newest_first_with_the_documents_they_are_of(archive: Archive) -> None:
    put(archive, revision(article()), revision(article(words="b"), at=minutes(1)), gone(at=minutes(2)))
    put(archive, gone(at=minutes(3), fingerprint="1:gone again"))  # a second look is no change
    put(archive, revision(article(words="c"), at=minutes(4)))
    put(archive, revision(article("2")), revision(article("2", words="b"), at=minutes(2)))
    put(archive, revision(article("3", "demo-en")), gone("3", "demo-en", at=minutes(5)))
    put(archive, revision(article("4")), gone("5"))
    with archive.edition() as edition:
        found = edition.changes(9)
        assert [(each.source, each.key, change.change, change.number) for each, change in found] == [
            ("demo-en", "3", Change.GONE, 2),
            ("demo-zh", "1", Change.BACK, 5),
            ("demo-zh", "1", Change.GONE, 3),
            ("demo-zh", "2", Change.EDITED, 2),
            ("demo-zh", "1", Change.EDITED, 2),
        ]
        assert all(each == edition.find(f"{each.source}:{each.key}") for each, _ in found)
        known = {change: archive.history(each.source, each.key)[change.number - 1] for each, change in found}
        assert all(change == replace(kept, article=None) for change, kept in known.items())
        for most in range(6):
            assert edition.changes(most) == found[:most]
        assert edition.changes(9, "demo-en") == found[:1]


def test_publishers_see_the_ledger_without_what_was_taken_down(archive: Archive) -> None:
    archive.note([lead("3"), lead("1"), lead("2"), lead("1", "demo-en")], at=NOON)
    put(archive, revision(article("2")))
    archive.take_down(Removal(source="demo-zh", key="1"), at=minutes(1), reason="test")
    with archive.edition() as edition:
        kept = [each for each in archive.entries("demo-zh") if each.lead.key != "1"]
        assert list(edition.entries("demo-zh")) == kept
        assert [each.state for each in kept] == [State.ARCHIVED, State.WAITING]
        assert list(edition.entries("nobody")) == []


# --- read again ----------------------------------------------------------------------------------------------------


def test_a_reading_takes_the_place_of_a_former_one_and_nothing_else_changes(archive: Archive) -> None:
    page = capture()
    first, second = article(words="zuerst"), article(words="dann", title="Neu")
    archive.settle(entry(), captures=[page], revision=revision(first, capture=page.id))
    archive.settle(entry(), revision=revision(second, at=minutes(5)))
    archive.settle(entry("2"), revision=revision(article("2", "demo-zh", "x", "demo-zh:3")))
    with archive.edition() as edition:
        stamp = edition.stamp
    old, new = archive.history("demo-zh", "1")
    better = replace(first, title="Besser gelesen", rules="9")
    assert archive.reread(old, better, "1:better")
    assert archive.history("demo-zh", "1") == (replace(old, article=better, fingerprint="1:better"), new)
    with archive.edition() as edition:
        assert list(edition.changed(stamp)) == []  # readers see the latest
    assert archive.reread(new, replace(second, rules="9", lost=(("svg", 1),)), new.fingerprint)
    with archive.edition() as edition:
        assert list(edition.changed(stamp)) == []  # nothing that is published
    again = replace(second, title="Noch neuer", body=article("1", "demo-zh", "x", "demo-zh:2").body)
    assert archive.reread(archive.history("demo-zh", "1")[1], again, "1:again")
    with archive.edition() as edition:
        assert list(edition.changed(stamp)) == [("demo-zh", "1")]
        found = edition.document("demo-zh", "1")
        assert found is not None
        assert (found.article, found.number, found.at) == (again, 2, minutes(5))
    assert archive.captures("demo-zh", "1") == (page,)


def test_readings_of_one_moment_do_not_get_in_each_others_way(archive: Archive) -> None:
    put(archive, revision(article(words="a"), fingerprint="1:a"), revision(article(words="b"), fingerprint="1:b"))
    history = archive.history("demo-zh", "1")
    for taken in ("1:b", "1:c"):  # the same as the other; behind it
        assert archive.reread(history[0], article(words="b"), taken) is False
    assert archive.history("demo-zh", "1") == history
    assert archive.reread(history[0], article(words="c"), "1:aa")


def test_what_is_no_revision_can_not_be_read_again(archive: Archive) -> None:
    put(archive, revision(article()), gone(at=minutes(5)))
    seen = archive.history("demo-zh", "1")
    for wrong in (replace(seen[0], fingerprint="1:other"), replace(seen[0], key="2"), seen[1]):
        with pytest.raises(ValueError, match="there is no text of"):
            archive.reread(wrong, article(wrong.key), "1:x")
    with pytest.raises(ValueError, match="its reading of demo-zh/2"):
        archive.reread(seen[0], article("2"), "1:x")


def test_what_was_taken_down_is_told_to_publishers_and_stays_out(archive: Archive) -> None:
    put(archive, revision(article()), revision(article("2", "demo-zh", "x", "demo-zh:1")))
    with archive.edition() as edition:
        stamp = edition.stamp
    done = archive.take_down(Removal(source="demo-zh", key="1"), at=minutes(9), reason="weil", who="ich")
    assert (done.articles, done.revisions, done.purged) == (1, 1, None)
    assert archive.take_down(Removal(source="demo-zh", key="1"), at=minutes(99), reason="noch mal") == done
    with archive.edition() as edition:
        assert list(edition.changed(stamp)) == [("demo-zh", "1"), ("demo-zh", "2")]
        assert edition.document("demo-zh", "1") is None
        assert edition.find("demo-zh:1") is None
        assert edition.take_downs() == (done,) == archive.take_downs()
    assert archive.settle(entry(), revision=revision(article())) is None
    assert archive.note([lead()], at=minutes(10)) == 0
    assert archive.due("demo-zh", None) == tuple(each for each in archive.due("demo-zh", None) if each.lead.key != "1")
    assert archive.purge(minutes(11))
    assert archive.take_downs() == (replace(done, purged=minutes(11)),)


# --- the ledger ----------------------------------------------------------------------------------------------------


def test_a_new_lead_is_waiting_and_due_at_once(archive: Archive) -> None:
    seen = lead(summary="摘要", authors=("甲",), published=NOON, via="https://www.example.org/rss")
    assert archive.note([seen, lead("2")], at=NOON) == 2
    found = archive.entry("demo-zh", "1")
    assert found is not None
    assert found.lead == seen
    assert (found.state, found.first_seen, found.last_seen, found.due) == (State.WAITING, NOON, NOON, NOON)
    assert (found.checked, found.failures, found.reason) == (None, 0, "")
    assert archive.entry("demo-zh", "3") is None
    assert archive.entry("demo-en", "1") is None


def test_a_lead_that_stands_twice_in_a_listing_is_one_lead(archive: Archive) -> None:
    assert archive.note([lead(), lead()], at=NOON) == 1
    assert archive.note([lead()], at=minutes(1)) == 0
    assert archive.note([], at=minutes(2)) == 0


def test_a_known_lead_keeps_its_state_and_follows_what_it_says(archive: Archive) -> None:
    archive.note([lead(summary="旧", section="中国")], at=NOON)
    archive.settle(entry(lead=lead(summary="旧", section="中国"), state=State.HELD, reason="同意页", due=minutes(900)))
    archive.note([lead(summary="新", section="", published=NOON)], at=minutes(5))
    found = archive.entry("demo-zh", "1")
    assert found is not None
    assert found.lead == lead(summary="新", section="中国", published=NOON)
    assert (found.state, found.reason) == (State.HELD, "同意页")
    assert (found.first_seen, found.last_seen, found.due) == (NOON, minutes(5), minutes(900))


@pytest.mark.parametrize("moved", [{"title": "改题"}, {"url": "https://www.example.org/b-1"}, {"modified": NOON}])
def test_a_lead_that_moved_is_due_at_once(archive: Archive, moved: dict[str, object]) -> None:
    archive.settle(entry(state=State.HELD, due=minutes(900)))
    archive.note([lead(**moved)], at=minutes(5))
    assert [each.lead for each in archive.due("demo-zh", minutes(5))] == [lead(**moved)]


@pytest.mark.parametrize("said", [{}, {"title": "", "url": ""}, {"summary": "新"}, {"section": "体育"}])
def test_a_lead_that_did_not_move_is_not_due(archive: Archive, said: dict[str, object]) -> None:
    archive.settle(entry(state=State.HELD, due=minutes(900)))
    archive.note([lead(**said)], at=minutes(5))
    assert archive.due("demo-zh", minutes(5)) == ()


def test_what_is_due_comes_never_visited_first_then_longest_overdue_then_by_key(archive: Archive) -> None:
    archive.settle(entry("e", due=minutes(1), checked=NOON))
    archive.settle(entry("d", due=minutes(-9), checked=NOON))
    archive.settle(entry("c", state=State.WAITING, due=minutes(2), checked=None))
    archive.settle(entry("b", state=State.WAITING, due=minutes(2), checked=None))
    archive.settle(entry("later", due=minutes(3)))
    archive.settle(entry("never", due=None))
    archive.settle(entry("elsewhere", source="demo-en", due=NOON))
    assert [each.lead.key for each in archive.due("demo-zh", minutes(2))] == ["b", "c", "d", "e"]
    everything = [each.lead.key for each in archive.due("demo-zh", None)]
    assert everything == ["b", "c", "d", "e", "later", "never"]
    put(archive, *(revision(article(key), at=NOON) for key in ("d", "e", "later", "never")))
    put(archive, revision(article("elsewhere", "demo-en")))


def test_an_excluded_lead_is_counted_and_never_due(archive: Archive) -> None:
    archive.note([lead("1"), lead("2")], at=NOON)
    archive.settle(entry("1", state=State.EXCLUDED, reason="[[drop]] /sport/", checked=None))
    archive.note([lead("1", title="改题")], at=minutes(1))
    assert [each.lead.key for each in archive.due("demo-zh", minutes(1))] == ["2"]
    assert [each.lead.key for each in archive.due("demo-zh", None)] == ["2"]
    assert archive.counts("demo-zh")[State.EXCLUDED] == 1


def test_the_counts_have_every_state_and_add_up(archive: Archive) -> None:
    assert archive.counts("demo-zh") == dict.fromkeys(State, 0)
    archive.note([lead(str(n)) for n in range(20)], at=NOON)
    archive.settle(entry("3", state=State.HELD, reason="短"))
    archive.settle(entry("4"), revision=revision(article("4")))
    archive.settle(entry("3", state=State.FAILED, reason="503", failures=2))
    archive.settle(entry("99", state=State.GONE))
    counts = archive.counts("demo-zh")
    assert counts == {**dict.fromkeys(State, 0), State.WAITING: 18, State.ARCHIVED: 1, State.FAILED: 1, State.GONE: 1}
    assert sum(counts.values()) == 21


def test_the_ledger_is_read_by_key_and_by_state_also_while_it_is_written(archive: Archive) -> None:
    archive.note([lead(f"{n:04}") for n in range(1203)], at=NOON)
    seen = []
    for found in archive.entries("demo-zh"):
        seen.append(found.lead.key)
        if found.lead.key.endswith("7"):
            archive.settle(replace(found, state=State.HELD, reason="试"))
    assert seen == [f"{n:04}" for n in range(1203)]
    held = [found.lead.key for found in archive.entries("demo-zh", State.HELD)]
    assert held == [f"{n:04}" for n in range(1203) if n % 10 == 7]
    assert list(archive.entries("demo-en")) == []


def test_settling_with_an_old_memory_does_not_forget_when_the_lead_was_seen(archive: Archive) -> None:
    archive.note([lead()], at=NOON)
    remembered = archive.entry("demo-zh", "1")
    assert remembered is not None
    archive.note([lead()], at=minutes(9))
    archive.settle(replace(remembered, state=State.HELD, first_seen=minutes(1)))
    found = archive.entry("demo-zh", "1")
    assert found is not None
    assert (found.first_seen, found.last_seen) == (NOON, minutes(9))


# --- visits --------------------------------------------------------------------------------------------------------


def test_a_visit_is_remembered_word_for_word_and_replaced_by_the_next(archive: Archive) -> None:
    first = Visit(
        url="https://www.example.org/rss?a=1#x",
        validators=Validators(etag='W/"a\\b"', last_modified="Sun, 22 Nov 2026 11:59:59 GMT"),
        digest="00" * 32,
        checked=NOON,
        due=minutes(15),
        failures=3,
        result="503",
    )
    other = Visit(url="https://www.example.org/sitemap.xml")
    archive.remember([first, other])
    assert archive.visit(first.url) == first
    assert archive.visit(other.url) == other
    assert archive.visit("https://www.example.org/") is None
    archive.remember([replace(first, failures=0)])
    assert archive.visit(first.url) == replace(first, failures=0)
    archive.settle(entry(state=State.FAILED), visits=[replace(other, result="404")])
    assert archive.visit(other.url) == replace(other, result="404")


def test_what_was_learned_of_a_source_is_kept_as_it_was_given_and_replaced_by_the_next(archive: Archive) -> None:
    assert archive.habits("demo-zh") == b""
    archive.learn("demo-zh", '{"repeated":["责任编辑"]}'.encode())
    archive.learn("demo-en", b"{}")
    assert archive.habits("demo-zh") == '{"repeated":["责任编辑"]}'.encode()
    archive.learn("demo-zh", b'{"learned_at":7}')
    assert (archive.habits("demo-zh"), archive.habits("demo-en")) == (b'{"learned_at":7}', b"{}")


# --- the diary -------------------------------------------------------------------------------------------------------


def test_what_a_source_gave_is_counted_on_its_day_and_once(archive: Archive) -> None:
    archive.note([lead("1"), lead("2"), lead("3")], at=NOON)
    archive.note([lead("1"), lead("4")], at=NOON + timedelta(days=1))
    first = article("1", words="正文十个字。", authors=("路一苇",))
    archive.settle(entry("1"), revision=revision(first))
    archive.settle(entry("1"), revision=revision(first))  # the same again
    archive.settle(entry("2"), revision=revision(article("2", published=None)))
    archive.settle(entry("1", state=State.UNCHANGED))
    archive.settle(entry("1"), revision=revision(article("1", words="改了。"), at=minutes(60 * 24)))
    archive.settle(entry("1", state=State.GONE), revision=gone("1", at=minutes(60 * 25)))
    held = entry("3", state=State.HELD, checked=minutes(60 * 26), reason="a consent wall")
    archive.settle(held)
    archive.settle(replace(held, failures=2))
    today, tomorrow = archive.source_days("demo-zh", "")
    assert today == SourceDay(
        source="demo-zh", day="2026-11-22", leads=3, new=2, undated=1, unsigned=1, unpictured=2, characters=8
    )
    assert tomorrow == SourceDay(source="demo-zh", day="2026-11-23", leads=1, edited=1, gone=1, held=1)
    assert archive.source_days("demo-zh", "2026-11-23") == (tomorrow,)
    assert archive.source_days("demo-en", "") == ()
    with archive.edition() as edition:
        assert edition.source_days("demo-zh", 1) == (tomorrow,)
        assert edition.source_days("demo-zh", 9) == (today, tomorrow)


def test_a_visit_that_is_jotted_down_is_known_at_once_and_written_with_what_is_written_next(archive: Archive) -> None:
    url = "https://a.example/feed"
    with type(archive).for_reading(archive._file.path) as others:
        archive.remember([Visit(url=url, result="200")])
        archive.jot(Visit(url=url, result="304"))
        assert archive.visit(url).result == "304"
        assert others.visit(url).result == "200"
        with suppress(KeyError), archive.batch():
            archive.note([lead("1")], at=NOON)
            raise KeyError
        assert archive.visit(url).result == "304"
        assert others.visit(url).result == "200"
        archive.note([lead("1")], at=NOON)
        assert archive.visit(url).result == others.visit(url).result == "304"
        archive.jot(Visit(url=url, result="304", listed=1))
        with archive.batch():
            archive.remember([Visit(url=url, result="held")])
            archive.note([lead("2")], at=NOON)
        assert archive.visit(url).result == others.visit(url).result == "held"


def test_footprints_add_up_by_host_and_day(archive: Archive) -> None:
    one = Footprint(host="a.example", day="2026-11-22", asked=3, bytes=70, not_modified=1, failed=1)
    other = Footprint(host="b.example", day="2026-11-22", asked=1, refused=1)
    archive.tread([one, other])
    archive.tread([one, replace(one, day="2026-11-23")])
    twice = Footprint(host="a.example", day="2026-11-22", asked=6, bytes=140, not_modified=2, failed=2)
    assert archive.footprints("") == (twice, other, replace(one, day="2026-11-23"))
    assert archive.footprints("2026-11-23") == (replace(one, day="2026-11-23"),)


def test_incidents_are_kept_by_when_they_began_and_those_that_stand_come_first(archive: Archive) -> None:
    over = Incident(source="demo-zh", trouble=Trouble.FAILING, since=NOON, until=minutes(5), what="no answer")
    again = Incident(source="demo-zh", trouble=Trouble.FAILING, since=minutes(9), told=(("email", "begun"),))
    older = Incident(source="", trouble=Trouble.DISK, since=minutes(-9), now=3.5)
    for each in (replace(over, until=None), over, again, older):
        archive.keep_incident(each)
    assert archive.incidents() == (again, older, over)
    assert archive.incidents(only_open=True) == (again, older)
    assert archive.incidents(most=1) == (again,)
    archive.keep_incident(replace(again, until=minutes(10)))
    assert archive.incidents() == (older, replace(again, until=minutes(10)), over)
    with archive.edition() as edition:
        assert edition.incidents(1) == (older,)
        before = edition.stamp
    archive.keep_incident(older)
    with archive.edition() as edition:
        assert edition.stamp > before, "what readers see of it may be another"


def test_the_lines_first_seen_before_a_moment_come_latest_first(archive: Archive) -> None:
    for key, at in (("1", NOON), ("2", minutes(1)), ("3", minutes(2))):
        archive.note([lead(key)], at=at)
    assert [each.lead.key for each in archive.seen_before("demo-zh", minutes(2), 5)] == ["2", "1"]
    assert [each.lead.key for each in archive.seen_before("demo-zh", minutes(9), 1)] == ["3"]


def test_the_next_due_is_the_first_of_what_is_asked_for(archive: Archive) -> None:
    assert archive.next_due("demo-zh") is None
    archive.note([lead("1")], at=NOON)
    archive.note([lead("2")], at=minutes(-5))
    assert archive.next_due("demo-zh") == minutes(-5)
    archive.settle(entry("2", state=State.EXCLUDED, reason="a rule", due=minutes(-5)))
    assert archive.next_due("demo-zh") == NOON
    assert archive.next_due("demo-en") is None


def test_when_articles_were_published_is_told_oldest_first_and_only_as_far_as_it_can_be_believed(
    archive: Archive,
) -> None:
    for key, published in (
        ("1", minutes(-60)),
        ("2", None),
        ("3", minutes(60 * 24 * 300)),
        ("4", minutes(-60 * 24 * 9)),
    ):
        archive.settle(entry(key), revision=revision(article(key, published=published)))
    assert archive.published("demo-zh", minutes(-60 * 24)) == (minutes(-60), NOON, NOON)


def test_what_was_looked_at_in_a_future_that_is_none_is_due_now(archive: Archive) -> None:
    wrong = minutes(60 * 24 * 400)
    for each in (
        entry("1", checked=wrong, due=wrong + timedelta(days=1)),
        entry("2", checked=NOON, due=minutes(60)),
        entry("3", checked=wrong, due=None),
    ):
        archive.settle(each, revision=revision(article(each.lead.key)))
    archive.settle(entry("4", checked=wrong, state=State.EXCLUDED, reason="a rule", due=None))
    archive.note([lead("5")], at=wrong)
    archive.remember(
        [Visit(url="https://a.example/f", checked=wrong, due=wrong), Visit(url="https://b.example/f", due=NOON)]
    )
    assert archive.set_back(NOON) == 4
    assert [each.lead.key for each in archive.due("demo-zh", NOON)] == ["5", "1", "3"]
    assert archive.visit("https://a.example/f").due == NOON
    assert archive.set_back(NOON) == 0


# --- captures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seen",
    [
        capture(),
        capture(b"", status=404, headers=()),
        capture(bytes(range(256)) * 40, truncated="the connection ended after 10240 of 20480 bytes"),
        capture("中文".encode("gb18030") * 3000),
        capture(status=410, asked=(), final_url="", at=datetime(1999, 1, 1, tzinfo=UTC)),
    ],
    ids=["a page", "an empty answer", "a truncated one", "a long one", "a bare one"],
)
def test_a_capture_comes_back_as_it_was(archive: Archive, seen: object) -> None:
    archive.settle(entry(state=State.HELD), captures=[seen])
    assert archive.capture(seen.id) == seen
    assert archive.captures("demo-zh", "1") == (seen,)


def test_a_capture_that_is_not_there_is_none(archive: Archive) -> None:
    assert archive.capture(capture().id) is None
    assert archive.capture("") is None
    assert archive.capture("no digest") is None
    assert archive.captures("demo-zh", "1") == ()


def test_pages_that_are_no_articles_are_kept_and_the_latest_is_found(archive: Archive) -> None:
    url = "https://www.example.org/robots.txt"
    assert archive.page(url, NOON) is None
    older, newer = capture(b"User-agent: *", minutes(1), url=url), capture(b"", minutes(2), url=url)
    archive.keep([newer, older])
    archive.keep([newer])
    assert archive.page(url, minutes(9)) == newer
    assert archive.page(url, minutes(1)) == older, "what is of later says a clock that was wrong"
    assert list(archive.verify()) == []


def test_captures_of_an_article_come_in_the_order_of_time_each_once(archive: Archive) -> None:
    early, late = capture(b"1", at=NOON), capture(b"2", at=minutes(1))
    archive.settle(entry(state=State.HELD), captures=[late, early])
    archive.settle(entry(state=State.HELD), captures=[early])
    assert archive.captures("demo-zh", "1") == (early, late)


def test_a_capture_can_be_evidence_of_two_articles(archive: Archive) -> None:
    feed = capture(b"<rss>")
    archive.settle(entry("1", state=State.HELD), captures=[feed])
    archive.settle(entry("2", state=State.HELD), captures=[feed])
    assert archive.captures("demo-zh", "1") == archive.captures("demo-zh", "2") == (feed,)


# --- revisions -------------------------------------------------------------------------------------------------------


def test_a_revision_comes_back_with_its_number_and_its_day(archive: Archive) -> None:
    page = capture()
    seen = article()
    kept = archive.settle(entry(), captures=[page], revision=revision(seen, capture=page.id))
    assert kept == replace(revision(seen, capture=page.id), number=1, change=Change.NEW, day="2026-11-22")
    assert archive.latest("demo-zh", "1") == archive.standing("demo-zh", "1") == kept
    assert archive.history("demo-zh", "1") == (kept,)
    assert archive.latest("demo-zh", "2") is archive.standing("demo-zh", "2") is None
    assert archive.history("demo-zh", "2") == ()


def test_a_revision_may_name_a_capture_that_came_before(archive: Archive) -> None:
    page = capture()
    archive.settle(entry("2", state=State.HELD), captures=[page])
    kept = archive.settle(entry(), revision=revision(article(), capture=page.id))
    assert kept is not None
    assert kept.capture == page.id
    assert archive.captures("demo-zh", "1") == (page,)


def test_the_same_revision_again_changes_nothing(archive: Archive) -> None:
    put(archive, revision(article(), at=NOON), revision(article(words="改"), at=minutes(1)))
    before, stamp = archive.history("demo-zh", "1"), archive.edition().stamp
    again = archive.settle(entry(), revision=revision(article(), at=NOON))
    assert again == before[0]
    assert archive.history("demo-zh", "1") == before
    assert archive.edition().stamp == stamp


def test_a_withdrawn_article_stays_readable(archive: Archive) -> None:
    put(archive, revision(article(), at=NOON), gone(at=minutes(1)))
    latest, standing = archive.latest("demo-zh", "1"), archive.standing("demo-zh", "1")
    assert latest is not None
    assert (latest.change, latest.number, latest.article) == (Change.GONE, 2, None)
    assert standing is not None
    assert (standing.number, standing.article) == (1, article())
    found = archive.entry("demo-zh", "1")
    assert found is not None
    assert found.state is State.GONE


def test_revisions_take_their_place_in_time_in_whatever_order_they_come(archive: Archive) -> None:
    for arrival in permutations(range(5)):
        key = "".join(map(str, arrival))
        story = (
            gone(key, at=minutes(0), fingerprint="a"),
            revision(article(key, words="一"), at=minutes(1), fingerprint="b"),
            revision(article(key, words="二"), at=minutes(2), fingerprint="c"),
            gone(key, at=minutes(3), fingerprint="d"),
            revision(article(key, words="三"), at=minutes(3), fingerprint="e"),  # at the moment of the withdrawal
        )
        put(archive, *(story[place] for place in arrival))
        history = archive.history("demo-zh", key)
        assert [each.number for each in history] == [1, 2, 3, 4, 5]
        assert [each.change for each in history] == [Change.GONE, Change.NEW, Change.EDITED, Change.GONE, Change.BACK]
        assert [each.article for each in history] == [each.article for each in story]
        assert [each.at for each in history] == [each.at for each in story]
        assert archive.latest("demo-zh", key) == archive.standing("demo-zh", key) == history[-1]


def test_an_older_revision_sets_its_neighbours_right(archive: Archive) -> None:
    put(archive, revision(article(words="二"), at=minutes(5)), gone(at=minutes(9)))
    put(archive, revision(article(words="一"), at=minutes(1)))
    assert [each.change for each in archive.history("demo-zh", "1")] == [Change.NEW, Change.EDITED, Change.GONE]
    put(archive, gone(at=minutes(3), fingerprint="1:gone then"))
    changes = [each.change for each in archive.history("demo-zh", "1")]
    assert changes == [Change.NEW, Change.GONE, Change.BACK, Change.GONE]
    found = archive.entry("demo-zh", "1")
    assert found is not None
    assert found.state is State.GONE  # what came late does not bring the article back


@pytest.mark.parametrize(
    ("published", "day"),
    [
        (None, "2026-11-22"),
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 11, 21, 7, 0, tzinfo=UTC).astimezone(tz=None), "2026-11-21"),
        (NOON + timedelta(days=1), "2026-11-23"),
        (NOON + timedelta(days=1, microseconds=1), "2026-11-22"),
        (datetime(1990, 1, 1, tzinfo=UTC), "1990-01-01"),
        (datetime(1989, 12, 31, tzinfo=UTC), "2026-11-22"),
        (datetime(1970, 1, 1, tzinfo=UTC), "2026-11-22"),
    ],
)
def test_an_article_is_filed_under_the_outlets_own_day_where_that_can_be_believed(
    archive: Archive, published: datetime | None, day: str
) -> None:
    kept = archive.settle(entry(), revision=revision(article(published=published)))
    assert kept is not None
    assert kept.day == day


def test_the_day_of_an_article_never_changes(archive: Archive) -> None:
    put(archive, revision(article(), at=NOON))
    put(archive, revision(article(words="改", published=NOON - timedelta(days=9)), at=minutes(1)))
    put(archive, revision(article(words="旧", published=NOON - timedelta(days=30)), at=minutes(-9999)))
    assert {each.day for each in archive.history("demo-zh", "1")} == {"2026-11-22"}
    assert archive.edition().days() == (("2026-11-22", 1),)


def test_a_revision_of_another_article_is_refused_and_nothing_is_stored(archive: Archive) -> None:
    for wrong in (
        revision(article("2")),
        replace(revision(article()), article=article("2")),
        replace(gone(), change=Change.EDITED),
        replace(revision(article()), change=Change.GONE),
        revision(article(), capture="ab" * 32),
    ):
        with pytest.raises(ValueError, match="demo-zh/1"):
            archive.settle(entry(), captures=[capture()], revision=wrong)
    assert archive.entry("demo-zh", "1") is None
    assert archive.capture(capture().id) is None
    assert archive.sources() == ()


def test_a_moment_without_a_zone_is_refused(archive: Archive) -> None:
    with pytest.raises(ValueError, match="time zone"):
        archive.note([lead()], at=datetime(2026, 11, 22))  # noqa: DTZ001 - that is the test
    assert archive.sources() == ()


def test_recent_changes_come_oldest_first_over_all_sources(archive: Archive) -> None:
    put(archive, *(revision(article(str(n), f"demo-{'zh' if n % 2 else 'en'}"), at=minutes(n)) for n in range(1100)))
    found = list(archive.recent(minutes(10)))
    assert [at for *_, at in found] == [minutes(n) for n in range(10, 1100)]
    assert found[0] == ("demo-en", "10", Change.NEW, minutes(10))
    assert list(archive.recent(minutes(2000))) == []


# --- names -----------------------------------------------------------------------------------------------------------


def test_the_last_copy_of_a_source_is_known(archive: Archive) -> None:
    assert archive.last_copy("demo-zh") is None
    archive.settle(entry("1"), revision=revision(article("1"), minutes(2)))
    archive.settle(entry("2"), revision=revision(article("2"), minutes(1)))
    assert archive.last_copy("demo-zh") == minutes(2)
    assert archive.last_copy("demo-en") is None


def test_an_article_goes_by_its_family_its_addresses_and_its_place(archive: Archive) -> None:
    archive.enrol([Source(id="demo-zh", family="demo")])
    archive.note([lead(url="https://www.example.org/first")], at=NOON)
    archive.note([lead(url="https://www.example.org/moved")], at=minutes(1))
    put(archive, revision(article(url="https://www.example.org/page")))
    for name in (
        "demo:1",
        "demo-zh/1",
        "https://www.example.org/first",
        "https://www.example.org/moved",
        "https://www.example.org/page",
        "https://www.example.org/demo-zh/a-1",  # of the entry it was settled with
    ):
        assert archive.named(name) == ("demo-zh", "1"), name
    for name in ("", "demo-zh:1", "demo:2", "demo-zh/2", "https://www.example.org/", "1", ":", "/"):
        assert archive.named(name) is None, name


def test_a_source_without_a_family_is_its_own(archive: Archive) -> None:
    archive.note([lead("a:b/c", "solo")], at=NOON)
    assert archive.named("solo:a:b/c") == archive.named("solo/a:b/c") == ("solo", "a:b/c")


@pytest.mark.parametrize("arrival", list(permutations(["demo-ar", "demo-de", "demo-zh"])))
def test_of_several_that_claim_a_name_the_smallest_answers(archive: Archive, arrival: tuple[str, ...]) -> None:
    archive.enrol(Source(id=source, family="demo") for source in arrival)
    for source in arrival:
        archive.note([lead("7", source, url="https://www.example.org/7")], at=NOON)
    assert archive.named("demo:7") == archive.named("https://www.example.org/7") == ("demo-ar", "7")
    put(archive, revision(article("7", "demo-zh")))
    found = archive.edition().find("demo:7")  # of those that can be read
    assert found is not None
    assert found.source == "demo-zh"


# --- sources ---------------------------------------------------------------------------------------------------------


def test_the_sources_are_those_that_have_leads(archive: Archive) -> None:
    archive.enrol([Source(id="quiet"), Source(id="demo-zh")])
    archive.note([lead(), lead(source="demo-en")], at=NOON)
    assert archive.sources() == ("demo-en", "demo-zh")


# --- editions --------------------------------------------------------------------------------------------------------


def test_a_document_says_what_became_of_its_article(archive: Archive) -> None:
    page = capture(at=minutes(2))
    first, second = article(words="一"), article(words="二", title="改题")
    put(archive, revision(first, at=minutes(1)))
    archive.settle(entry(), captures=[page], revision=revision(second, at=minutes(2), capture=page.id))
    put(archive, gone(at=minutes(3)), gone(at=minutes(4), fingerprint="1:still gone"))
    edition = archive.edition()
    found = edition.document("demo-zh", "1")
    assert found is not None
    assert found.article == second
    assert (found.number, found.revisions, found.day) == (2, 4, "2026-11-22")
    assert (found.first_at, found.at, found.withdrawn) == (minutes(1), minutes(2), minutes(3))
    assert found.capture == page.id
    (headline,) = edition.day("2026-11-22")
    assert (headline.title, headline.withdrawn, headline.revisions, headline.at) == ("改题", True, 4, minutes(2))
    assert (headline.kind, headline.language, headline.published) == ("article", "zh-Hans", second.published)


def test_what_has_no_copy_is_no_document(archive: Archive) -> None:
    archive.note([lead("1")], at=NOON)
    put(archive, gone("2"))
    edition = archive.edition()
    assert edition.document("demo-zh", "1") is edition.document("demo-zh", "2") is None
    assert edition.find("demo-zh:1") is edition.find("demo-zh:2") is None
    assert (edition.shelves(), edition.days(), list(edition.changed(0))) == ((), (), [])


def test_lists_are_in_the_promised_order(archive: Archive) -> None:
    archive.enrol([Source(id="demo-zh", name="演示报", language="zh-Hans", homepage="https://www.example.org/")])
    hour = timedelta(hours=1)
    for source, key, published in (
        ("demo-zh", "b", NOON),
        ("demo-zh", "a", NOON),
        ("demo-zh", "late", NOON + hour),
        ("demo-zh", "undated", None),
        ("demo-en", "c", NOON),
        ("demo-zh", "yesterday", NOON - 24 * hour),
        ("demo-zh", "october", NOON - 30 * 24 * hour),
    ):
        put(archive, revision(article(key, source, published=published)))
    edition = archive.edition()
    assert [each.key for each in edition.day("2026-11-22")] == ["c", "late", "a", "b", "undated"]
    assert [each.key for each in edition.month("demo-zh", "2026-11")] == ["late", "a", "b", "undated", "yesterday"]
    assert [each.key for each in edition.month("demo-zh", "2026-10")] == ["october"]
    assert edition.month("demo-zh", "2026-1") == edition.month("demo-fr", "2026-11") == edition.day("") == ()
    assert edition.days() == (("2026-11-22", 5), ("2026-11-21", 1), ("2026-10-23", 1))
    assert edition.shelves() == (
        Shelf(source="demo-en", months=(("2026-11", 1),)),
        Shelf(
            source="demo-zh",
            name="演示报",
            language="zh-Hans",
            homepage="https://www.example.org/",
            months=(("2026-11", 5), ("2026-10", 1)),
        ),
    )


def test_an_edition_stands_still_while_the_archive_goes_on(archive: Archive) -> None:
    put(archive, revision(article(words="一")))
    before = archive.edition()
    put(archive, revision(article(words="二"), at=minutes(1)), revision(article("2")))
    seen, later = before.document("demo-zh", "1"), archive.edition().document("demo-zh", "1")
    assert seen is not None
    assert later is not None
    assert (seen.article, seen.revisions) == (article(words="一"), 1)
    assert (later.article, later.revisions) == (article(words="二"), 2)
    assert list(before.changed(0)) == [("demo-zh", "1")]
    assert before.archive == archive.edition().archive
    assert before.stamp < archive.edition().stamp


def changed(archive: Archive, since: int) -> list[str]:
    return [f"{source}/{key}" for source, key in archive.edition().changed(since)]


@pytest.mark.parametrize(
    "refers",
    [
        {"words": "见"},
        {"related": (Reference(ref="demo:9"),)},
        {"related": (Reference(url="https://www.example.org/demo-zh/a-9#kommentar"),)},
        {"translations": (Translation(language="zh-Hant", ref="demo:9"),)},
        {"body": (Gallery(entries=(), ref="demo:9"),)},
    ],
    ids=["in-text", "related", "related address", "translation", "gallery"],
)
def test_a_document_is_changed_when_what_it_refers_to_can_be_read(archive: Archive, refers: dict[str, object]) -> None:
    archive.enrol([Source(id="demo-zh", family="demo")])
    words = str(refers.pop("words", ""))
    referring = article("1", "demo-zh", words, *(["demo:9"] if words else []), **refers)
    put(archive, revision(referring), revision(article("2")))
    start = archive.edition().stamp
    put(archive, gone("9"))
    assert changed(archive, start) == []
    put(archive, revision(article("9"), at=minutes(1)))
    assert changed(archive, start) == ["demo-zh/1", "demo-zh/9"]
    arrived = archive.edition().stamp
    put(archive, revision(article("9", words="改"), at=minutes(2)))
    assert changed(archive, arrived) == ["demo-zh/9"]
    edited = archive.edition().stamp
    put(archive, gone("9", at=minutes(3)))
    assert changed(archive, edited) == ["demo-zh/1", "demo-zh/9"]


def test_a_stamp_from_ahead_of_the_archive_means_everything(archive: Archive) -> None:
    put(archive, revision(article()))
    edition = archive.edition()
    assert list(edition.changed(edition.stamp)) == []
    assert list(edition.changed(edition.stamp + 1)) == list(edition.changed(0)) == [("demo-zh", "1")]


def test_leads_and_visits_are_nothing_to_publish(archive: Archive) -> None:
    put(archive, revision(article()))
    stamp = archive.edition().stamp
    archive.note([lead(), lead("2")], at=minutes(1))
    archive.remember([Visit(url="https://www.example.org/rss")])
    archive.enrol([Source(id="quiet", name="没有文章")])
    archive.settle(entry(state=State.UNCHANGED))
    assert archive.edition().stamp == stamp


def test_enrolling_what_is_known_changes_nothing(archive: Archive) -> None:
    put(archive, revision(article()))
    archive.enrol([Source(id="demo-zh", name="演示报")])
    stamp = archive.edition().stamp
    archive.enrol([Source(id="demo-zh", name="演示报")])
    assert archive.edition().stamp == stamp
    archive.enrol([Source(id="demo-zh", name="演示日报")])
    assert changed(archive, stamp) == ["demo-zh/1"]


# --- batches ---------------------------------------------------------------------------------------------------------


def test_a_call_that_fails_inside_a_batch_leaves_nothing_and_the_others_stay(archive: Archive) -> None:
    with archive.batch():
        put(archive, revision(article("1")))
        with pytest.raises(ValueError, match="names capture"):
            archive.settle(entry("2"), revision=revision(article("2"), capture="ab" * 32))
        put(archive, revision(article("3")))
        assert archive.standing("demo-zh", "1") is not None  # seen inside before it is durable
    assert [found.lead.key for found in archive.entries("demo-zh")] == ["1", "3"]


def test_a_batch_that_ends_in_an_error_never_was(archive: Archive) -> None:
    put(archive, revision(article("1")))
    stamp = archive.edition().stamp
    with pytest.raises(ValueError, match="time zone"), archive.batch():
        put_and_fail(archive)
    assert [found.lead.key for found in archive.entries("demo-zh")] == ["1"]
    put(archive, revision(article("3")))
    assert changed(archive, stamp) == ["demo-zh/3"]


def put_and_fail(archive: Archive) -> None:
    put(archive, revision(article("2")))
    archive.note([lead("3")], at=datetime(2026, 11, 22))  # noqa: DTZ001 - what makes it fail


# --- the whole -------------------------------------------------------------------------------------------------------


def test_what_was_acknowledged_is_there_when_it_is_opened_again(opener: Opener) -> None:
    archive = opener(write=True)
    page = capture()
    archive.settle(entry(), captures=[page], revision=revision(article(), capture=page.id))
    history, name = archive.history("demo-zh", "1"), archive.edition().archive
    archive.close()
    archive.close()
    for write in (False, True):
        again = opener(write=write)
        assert again.history("demo-zh", "1") == history
        assert again.captures("demo-zh", "1") == (page,)
        assert again.edition().archive == name
        again.close()


def test_there_is_one_writer_and_any_number_of_readers(opener: Opener) -> None:
    writer = opener(write=True)
    writer.note([lead()], at=NOON)
    readers = [opener(write=False) for _ in range(3)]
    with pytest.raises(ArchiveError, match="is held by"):
        opener(write=True)
    writer.note([lead("2")], at=minutes(1))
    for reader in readers:
        assert reader.counts("demo-zh")[State.WAITING] == 2
        with pytest.raises(ArchiveError, match="reading"):
            reader.note([lead("3")], at=NOON)
        reader.close()
    writer.close()
    opener(write=True).close()


def test_a_closed_archive_says_so(opener: Opener) -> None:
    archive = opener(write=True)
    archive.close()
    with pytest.raises(ArchiveError, match="closed"):
        archive.counts("demo-zh")


def test_verify_tells_how_far_it_is(archive: Archive) -> None:
    put(archive, *(revision(article(str(n))) for n in range(150)))
    steps: list[tuple[int, int]] = []
    assert list(archive.verify(lambda done, todo: steps.append((done, todo)))) == []
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1] > 150


# --- the law of publishing -------------------------------------------------------------------------------------------


def rendered(edition: Edition, source: str, key: str) -> str:
    """A document as the plainest of publishers would write it: what it says, and where its references lead."""
    found = edition.document(source, key)
    assert isinstance(found, Document)
    shelf = next(shelf for shelf in edition.shelves() if shelf.source == source)
    lines = [f"{shelf.name} {found.day} {found.number}/{found.revisions} {found.at} {found.withdrawn}"]
    lines.append(found.article.title + document_text(found.article.body))
    for link in links(found.article):
        target = edition.find(link.ref) or edition.find(link.href)
        lines.append("-> " + (f"{target.source}/{target.day}/{target.key} {target.withdrawn}" if target else link.href))
    return "\n".join(lines)


def published(edition: Edition, since: int = 0) -> dict[tuple[str, str], str]:
    return {place: rendered(edition, *place) for place in edition.changed(since)}


# Few of each, so that they meet: the same names, the same addresses, the same moments.
KEYS = st.sampled_from("12")
SOURCES = st.sampled_from(["demo-en", "demo-zh"])
ADDRESSES = st.sampled_from(["https://www.example.org/1", "https://www.example.org/2"])
NAMES = st.sampled_from(["demo:1", "demo:2", "demo-zh:1", "demo-en:2"])
MOMENTS = st.integers(0, 12)


class Publishing(RuleBasedStateMachine):
    """Publishing what changed since any earlier publication gives what publishing in full gives."""

    store: Callable[[Path], Opener]

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.archive = self.store(Path(self.folder.name))(write=True)
        self.before: list[tuple[int, dict[tuple[str, str], str]]] = [(0, {})]
        self.told: dict[tuple[str, str], dict[tuple[datetime, str], Revision]] = {}

    @rule(source=SOURCES, key=KEYS, url=ADDRESSES, at=MOMENTS)
    def note(self, source: str, key: str, url: str, at: int) -> None:
        self.archive.note([lead(key, source, url=url)], at=minutes(at))

    @rule(
        source=SOURCES,
        key=KEYS,
        at=MOMENTS,
        words=st.sampled_from(["一", "二", "三"]),
        refs=st.lists(NAMES | ADDRESSES | ADDRESSES.map(lambda url: url + "#part"), max_size=2),
        days=st.integers(0, 2),
    )
    def take(self, source: str, key: str, at: int, words: str, refs: list[str], days: int) -> None:
        seen = article(key, source, words, *refs, published=NOON - timedelta(days=days))
        self.settle(revision(seen, at=minutes(at)))

    @rule(source=SOURCES, key=KEYS, url=ADDRESSES, at=MOMENTS)
    def move(self, source: str, key: str, url: str, at: int) -> None:
        self.settle(revision(article(key, source, url=url), at=minutes(at)))

    @rule(source=SOURCES, key=KEYS, at=MOMENTS)
    def withdraw(self, source: str, key: str, at: int) -> None:
        self.settle(gone(key, source, at=minutes(at)))

    def settle(self, told: Revision) -> None:
        known = self.told.setdefault((told.source, told.key), {})
        known.setdefault((told.at, told.fingerprint), told)
        kept = self.archive.settle(entry(told.key, told.source), revision=told)
        assert kept is not None
        assert kept.number == sorted(known).index((told.at, told.fingerprint)) + 1

    @rule(source=SOURCES, name=st.sampled_from(["", "报"]), family=st.sampled_from(["", "demo"]))
    def enrol(self, source: str, name: str, family: str) -> None:
        self.archive.enrol([Source(id=source, name=name, family=family)])

    @invariant()
    def what_changed_is_all_that_changed(self) -> None:
        if hasattr(self, "archive"):
            with self.archive.edition() as edition:
                full, stamp = published(edition), edition.stamp
                since, output = self.before[-1]
                assert output | published(edition, since) == full
            self.before.append((stamp, full))

    @invariant()
    def history_is_what_was_told(self) -> None:
        for (source, key), known in getattr(self, "told", {}).items():
            history = self.archive.history(source, key)
            assert [(each.at, each.fingerprint) for each in history] == sorted(known)
            assert [each.article for each in history] == [known[place].article for place in sorted(known)]
            assert len({each.day for each in history}) == 1
            standing = [each for each in history if each.article is not None]
            assert self.archive.latest(source, key) == history[-1]
            assert self.archive.standing(source, key) == (standing[-1] if standing else None)

    def teardown(self) -> None:
        if not hasattr(self, "archive"):
            return
        try:
            with self.archive.edition() as edition:
                full = published(edition)
                for stamp, output in self.before:
                    assert output | published(edition, stamp) == full
            assert list(self.archive.verify()) == []
            for source in self.archive.sources():
                assert sum(self.archive.counts(source).values()) == len(list(self.archive.entries(source)))
        finally:
            self.archive.close()
            self.folder.cleanup()


@pytest.mark.slow
@pytest.mark.parametrize("store", STORES)
def test_publishing_what_changed_gives_what_publishing_everything_gives(store: str) -> None:
    machine = type("PublishingHere", (Publishing,), {"store": staticmethod(STORES[store])})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=80,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
