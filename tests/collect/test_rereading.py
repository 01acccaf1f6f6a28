"""Rereading puts today's reading in the place of a former one, and nothing else ever changes by it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from mirror import Mirror
from wirecopy.collect import rereading
from wirecopy.collect.importing import Found, take_in
from wirecopy.collect.read import Reading, rules_of
from wirecopy.collect.read.workers import Here, Readers
from wirecopy.collect.revise import fingerprint
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Paragraph, Source, replace, text

DOCUMENT = """\
<!--1707406569000-->
[一个标题](https://www.example.org/zh/a-77)
------

<div><i>某人<br>2024-02-08T13:36:09.000Z</i></div>\
<img src="" width="100%"><div><small style="color: #999;"></small></div>\
<p>第一段说了些什么，足够长，可以读。</p><p>第二段也说了些什么。</p>
"""


@pytest.fixture(scope="module")
def outlet():
    with FakeOutlet() as running:
        running.publish_all()
        shown = next(each for each in running.shown("zh") if each.kind == "article")
        running.retitle(shown.id, "改过的标题")
        yield running


@pytest.fixture
def mirror(tmp_path, outlet):
    with Mirror(tmp_path, outlet) as made:
        made.collect()
        yield made
        made.verify()


def reread(mirror, reader=None, **options):
    return asyncio.run(rereading.reread(mirror.sources[0], archive=mirror.archive, reader=reader or Here(), **options))


def histories(archive):
    return {
        (source, entry.lead.key): archive.history(source, entry.lead.key)
        for source in archive.sources()
        for entry in archive.entries(source)
    }


def age(archive, revision, **changes):
    """Have a revision say what former rules made of it."""
    former = replace(revision.article, **{"rules": "0", **changes})
    assert archive.reread(revision, former, fingerprint(former))


def some(mirror):
    return [revision for history in histories(mirror.archive).values() for revision in history if revision.article]


def test_a_better_rule_reaches_what_was_stored(mirror):
    before = histories(mirror.archive)
    old = some(mirror)
    age(mirror.archive, old[0], title="Falsch gelesen")
    age(mirror.archive, old[1])
    with mirror.archive.edition() as edition:
        stamp = edition.stamp
    done = reread(mirror)
    assert (done.read, done.differ, done.same) == (2, 1, len(old) - 2)
    assert (done.unread, done.doubted, done.without, done.in_the_way) == (0, 0, 0, 0)
    assert histories(mirror.archive) == before
    with mirror.archive.edition() as edition:
        assert list(edition.changed(stamp)) == [(old[0].source, old[0].key)]
        assert edition.document(old[0].source, old[0].key).article.title == old[0].article.title


def test_a_rehearsal_keeps_nothing_and_shows_what_would_change(mirror):
    (first, *_) = some(mirror)
    age(mirror.archive, first, title="Falsch gelesen", body=(Paragraph(text=text("Nur das.")),))
    before = histories(mirror.archive)
    done = reread(mirror, rehearse=True, differences=5)
    assert histories(mirror.archive) == before
    assert (done.read, done.differ) == (1, 1)
    (shown,) = done.differences
    assert (shown.key, shown.number) == (first.key, first.number)
    assert "-title: Falsch gelesen" in shown.lines
    assert f"+title: {first.article.title}" in shown.lines
    assert "-Nur das." in shown.lines
    assert reread(mirror, rehearse=True, differences=0).differences == ()


def test_a_reading_that_fails_or_is_doubted_today_keeps_what_was_read(mirror):
    class Strict(Here):
        def __init__(self, *errors):
            self.errors = list(errors)

        async def read(self, *asked, **options):
            if self.errors:
                raise self.errors.pop()
            return await super().read(*asked, **options)

    old = some(mirror)[:3]
    for each in old:
        age(mirror.archive, each, title="Falsch gelesen")
    aged = histories(mirror.archive)
    done = reread(mirror, Strict(ReadError("no article in it"), Doubtful("a wall"), Doubtful("a wall")))
    assert (done.read, done.unread, done.doubted) == (0, 1, 2)
    assert done.reasons == (("a wall", 2), ("no article in it", 1))
    assert histories(mirror.archive) == aged


def test_a_reading_that_lost_most_of_its_text_is_not_taken(mirror):
    class Poor(Here):
        async def read(self, *asked, **options):
            whole = await super().read(*asked, **options)
            return Reading(article=replace(whole.article, body=whole.article.body[:1]))

    long = max(some(mirror), key=lambda each: len(each.article.body))
    age(mirror.archive, long)
    done = reread(mirror, Poor())
    assert (done.read, done.doubted) == (0, 1)
    assert "shrunk" in done.reasons[0][0]


def test_what_was_let_go_is_passed_over(mirror, outlet):
    for each in some(mirror):
        age(mirror.archive, each)
    source, now = mirror.sources[0].id, outlet.now() + timedelta(days=90)
    for entry in mirror.archive.entries(source):
        mirror.archive.settle(replace(entry, due=None))
    assert mirror.archive.let_go(source, captures=now, pictures=None, at=now).captures > 0
    done = reread(mirror)
    assert done.read == 0
    assert done.without == len(some(mirror)) == done.revisions


def test_two_revisions_that_read_alike_today_both_stay(tmp_path, outlet):
    with Mirror(tmp_path, outlet) as mirror:
        mirror.collect()
        first = some(mirror)[0]
        outlet.retitle(int(first.key), first.article.title + "（更新）")
        mirror.collect(everything=True)
        history = mirror.archive.history(first.source, first.key)
        assert len(history) == 2
        for each in history:
            age(mirror.archive, each)

        class Blind(Here):
            async def read(self, *asked, **options):
                seen = (await super().read(*asked, **options)).article
                return Reading(article=replace(seen, title="同一个标题", url="https://example.org/a"))

        reread(mirror, Blind())
        after = mirror.archive.history(first.source, first.key)
        assert [(each.number, each.at, each.change, each.capture) for each in after] == [
            (each.number, each.at, each.change, each.capture) for each in history
        ]
        assert after[0].fingerprint == after[1].fingerprint
        mirror.verify()


def test_imported_documents_are_read_again_under_their_own_names(tmp_path, outlet):
    with Mirror(tmp_path, outlet) as mirror:
        take_in(
            [Found(name="a.md", body=DOCUMENT.encode(), at=outlet.now())],
            archive=mirror.archive,
            source_of=lambda _url: Source(id="somewhere", language="zh-Hans"),
            tell=lambda _count, _name: None,
        )
        (before,) = some(mirror)
        age(mirror.archive, before, title="Falsch gelesen", body=())
        done = asyncio.run(
            rereading.reread(Source(id="somewhere"), archive=mirror.archive, reader=Here(), imported_only=True)
        )
        assert (done.read, done.differ) == (1, 1)
        assert some(mirror) == [before]
        mirror.verify()


def test_an_interrupted_run_goes_on_where_it_was(mirror):
    class Tired(Here):
        left = 3

        async def read(self, *asked, **options):
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return await super().read(*asked, **options)

    before = histories(mirror.archive)
    old = some(mirror)
    for each in old:
        age(mirror.archive, each, summary="alt")
    together, rereading._TOGETHER = rereading._TOGETHER, 2
    try:
        with pytest.raises(KeyboardInterrupt):
            reread(mirror, Tired())
        done = reread(mirror)
    finally:
        rereading._TOGETHER = together
    assert 0 < done.same < len(old)
    assert done.read == len(old) - done.same
    assert histories(mirror.archive) == before


@pytest.mark.slow
def test_processes_read_what_one_reads(mirror):
    before = histories(mirror.archive)
    for each in some(mirror):
        age(mirror.archive, each, title="alt")

    async def go():
        async with Readers(2) as readers:
            return await rereading.reread(mirror.sources[0], archive=mirror.archive, reader=readers)

    assert asyncio.run(go()).read == len(some(mirror))
    assert histories(mirror.archive) == before


CHANGES = st.sampled_from([
    {},
    {"title": "alt"},
    {"summary": "", "authors": ()},
    {"body": (Paragraph(text=text("kurz")),)},
    {"url": "https://www.example.org/elsewhere"},
    {"lost": (("svg", 3),)},
])  # fmt: skip


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(aged=st.lists(st.tuples(st.integers(0, 30), CHANGES), max_size=8))
def test_rereading_twice_is_rereading_once_and_the_next_round_brings_nothing(outlet, aged):
    with TemporaryDirectory() as folder, Mirror(Path(folder), outlet) as mirror:
        mirror.collect()
        read = histories(mirror.archive)
        for number, changes in aged:
            revisions = some(mirror)
            age(mirror.archive, revisions[number % len(revisions)], **changes)
        reread(mirror)
        once = histories(mirror.archive)
        assert once == read
        done = reread(mirror)
        assert (done.read, done.differ) == (0, 0)
        assert histories(mirror.archive) == once
        outcome = mirror.collect(everything=True, pass_hours=0)
        assert (outcome.new, outcome.edited, outcome.held) == (0, 0, 0)
        assert {revision.article.rules for revision in some(mirror)} <= {rules_of(mirror.sources[0])}
        mirror.verify()
