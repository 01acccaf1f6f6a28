"""The pure decisions of a round: what changed, what to doubt, when to come back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import strategies as some
from wirecopy import model as m
from wirecopy.collect import schedule
from wirecopy.collect.doubt import doubt
from wirecopy.collect.revise import fingerprint, revise
from wirecopy.differences import differences, marked

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PAGE = m.Capture(url="https://example.org/a-1", status=200, body=b"x", at=AT)


def article(*paragraphs, **fields):
    body = tuple(m.Paragraph(text=m.text(words)) for words in paragraphs)
    return m.Article(**{"source": "s", "key": "1", "title": "Title", "reader": "r", "body": body, **fields})


def archived(seen, change=m.Change.NEW):
    return m.Revision(source="s", key="1", change=change, at=AT, article=seen)


@given(some.articles)
def test_revising_with_what_is_there_is_no_revision(seen):
    assert revise(archived(seen), seen, seen, PAGE) is None


@given(some.articles, some.articles)
def test_two_articles_have_one_fingerprint_only_when_a_reader_sees_the_same(one, two):
    assume(m.document_text(one.body).split() != m.document_text(two.body).split())
    assert fingerprint(one) != fingerprint(two)


@given(some.articles, some.moments)
def test_what_no_reader_sees_is_no_change(seen, moment):
    moved = m.replace(seen, modified=moment, tags=("new",), rules="9", lost=(("svg", 3),), related=())
    assert fingerprint(moved) == fingerprint(seen)


def test_blanks_and_another_host_of_the_same_picture_are_no_change():
    before = article("one  two", picture=m.Picture(url="https://a.example/1.jpg", key="dw:1"))
    after = article("one\u00a0two", picture=m.Picture(url="https://b.example/1.webp", key="dw:1", width=5))
    assert fingerprint(before) == fingerprint(after)


@pytest.mark.parametrize(
    "after",
    [
        article("one", title="Other"),
        article("one", url="https://example.org/moved"),
        article("one", picture=m.Picture(url="https://e.org/p", caption=m.text("c"))),
        article("one", authors=("Ada",)),
        article("one", opinion=True),
        article("one", "two"),
        article("One"),
    ],
)
def test_what_a_reader_sees_is_an_edit(after):
    before = article("one")
    revision = revise(archived(before), before, after, PAGE)
    assert revision.change is m.Change.EDITED
    assert (revision.at, revision.capture) == (AT, PAGE.id)


def test_gone_and_back():
    seen = article("one")
    gone = revise(archived(seen), seen, None, PAGE)
    assert (gone.change, gone.article) == (m.Change.GONE, None)
    assert revise(gone, None, None, PAGE) is None
    assert revise(gone, seen, seen, PAGE).change is m.Change.BACK
    assert revise(None, None, None, PAGE) is None


def test_the_same_words_from_another_shape_of_the_page_are_no_edit():
    before = article("one", picture=m.Picture(url="https://e.org/p", credit="A. B."), reader="dw-content")
    assert revise(archived(before), before, article("one", reader="dw-page"), PAGE) is None
    edited = revise(archived(before), before, article("one", "two", reader="dw-page"), PAGE)
    assert edited.change is m.Change.EDITED


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (article("x" * 500, title=" "), "no title"),
        (article("x" * 500, title="Just a moment..."), "stands in"),
        (article("x" * 500, title="Before you continue"), "stands in"),
        (article("x" * 500, title="页面不存在"), "stands in"),
        (article(), "no text"),
        (article("x" * 100), "shrunk from 1,000 to 100"),
    ],
)
def test_what_is_not_the_article_is_doubted(seen, said):
    assert said in doubt(seen, article("x" * 1000))


@pytest.mark.parametrize(
    "seen",
    [
        article("x" * 500),
        article("x" * 300, title="Cookie settings of a nation: how Norway bakes"),
        article("x" * 900, title="404 days of war"),
        article(picture=m.Picture(url="https://e.org/p")),
    ],
)
def test_what_is_an_article_is_believed(seen):
    assert doubt(seen, None) == ""


@given(st.integers(0, 400 * 86400))
def test_an_article_is_looked_at_ever_more_seldom_and_never_too_often(age):
    due = schedule.next_look(AT, AT - timedelta(seconds=age))
    if due is None:
        assert age > schedule.FORGET.total_seconds()
    else:
        assert schedule.SOONEST <= due - AT <= schedule.LATEST
        later = schedule.next_look(AT, AT - timedelta(seconds=age + 3600))
        assert later is None or later >= due


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_failures_back_off_and_never_give_up(failures, jitter):
    due = schedule.next_try(AT, failures, jitter=jitter)
    assert timedelta(minutes=10) <= due - AT <= schedule.LONGEST_BACK_OFF * 1.25
    assert schedule.next_try(AT, failures + 1) >= schedule.next_try(AT, failures)


MORNINGS = tuple(
    AT.replace(hour=7) - timedelta(days=day, minutes=7 * number) for day in range(28, 0, -1) for number in (3, 2, 1)
)


def test_an_index_is_asked_as_soon_as_something_is_to_be_expected_and_seldom_at_night():
    rates = schedule.rhythm(MORNINGS, AT)
    assert len(rates) == 24
    assert sum(rates) == pytest.approx(3, rel=0.05)
    night, morning = (schedule.next_index(AT.replace(hour=hour, minute=0), 900, rates) for hour in (20, 6))
    assert night - AT.replace(hour=20, minute=0) == timedelta(hours=2)
    assert morning - AT.replace(hour=6, minute=0) < timedelta(minutes=30)


def test_a_rhythm_is_known_after_a_week():
    assert schedule.rhythm((), AT) == ()
    assert schedule.rhythm((AT - timedelta(days=6),), AT) == ()
    assert schedule.rhythm((AT - timedelta(days=90), AT - timedelta(days=8)), AT) != ()


@given(
    st.lists(st.integers(0, 40 * 86400), max_size=200), st.integers(60, 86400), st.floats(0, 1e9), st.floats(0, 0.999)
)
def test_an_index_is_asked_neither_too_often_nor_too_seldom(ages, every, max_age, jitter):
    moments = sorted(AT - timedelta(seconds=age) for age in ages)
    rates = schedule.rhythm(moments, AT)
    wait = schedule.next_index(AT, every, rates, max_age=max_age, jitter=jitter) - AT
    assert timedelta(seconds=every) <= wait <= timedelta(seconds=8 * every)
    assert wait >= min(timedelta(seconds=max_age), timedelta(seconds=8 * every)) - timedelta(milliseconds=1)
    busier = schedule.rhythm(sorted(moments * 2), AT)
    assert schedule.next_index(AT, every, busier) <= schedule.next_index(AT, every, rates) or not rates


@given(st.integers(60, 30 * 86400), st.floats(0, 1e9), st.floats(0, 0.999), st.integers(1, 100))
def test_what_this_schedule_said_of_an_index_holds_and_no_later_moment_does(every, max_age, jitter, failures):
    for due in (
        schedule.next_index(AT, every, max_age=max_age, jitter=jitter),
        schedule.next_try(AT, failures, jitter=jitter),
    ):
        assert schedule.index_due(due, AT, every) == due
    latest = AT + timedelta(seconds=8 * every) + timedelta(hours=30)
    for asked in (AT, AT - timedelta(days=9)):
        assert schedule.index_due(datetime.max.replace(tzinfo=UTC), asked, every) <= latest
    assert schedule.index_due(AT, datetime.max.replace(tzinfo=UTC), every) == AT
    assert schedule.index_due(datetime.max.replace(tzinfo=UTC), None, every) is None, "it is asked at once"


def test_a_difference_is_told_in_words_and_in_chinese_by_the_character():
    before = article("德国总理周四访问北京。", "The old line stays.", title="总理访华")
    after = article("德国总理周五访问北京。", "The old line stays.", "A new one.", title="总理访问中国")
    told = [marked(line) for line in differences(before, after)]
    assert told == ["总理访{+问中国+}[-华-]", "德国总理周[-四-]{+五+}访问北京。", "{+A new one.+}"] or told == [
        "总理访[-华-]{+问中国+}",
        "德国总理周[-四-]{+五+}访问北京。",
        "{+A new one.+}",
    ]


@given(some.articles, some.articles)
def test_differences_rebuild_the_newer_text(before, after):
    lines = differences(before, after)
    assert (before.title == after.title) == all(line.where != "title" for line in lines)
    for line in lines:
        if line.where == "title":
            assert "".join(piece.text for piece in line.pieces if piece.sign != "-") == after.title
            assert "".join(piece.text for piece in line.pieces if piece.sign != "+") == before.title
