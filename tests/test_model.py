"""The laws of the nouns and of text with one spelling."""

import itertools

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

import strategies as some
from wirecopy import model as m


@given(st.lists(some.runs, max_size=6))
def test_merging_twice_is_merging_once(runs):
    once = m.merge(runs)
    assert m.merge(once) == once


@given(st.lists(some.runs, max_size=6))
def test_no_run_is_empty_and_no_two_neighbours_could_be_one(runs):
    merged = m.merge(runs)
    assert all(run.text for run in merged)
    assert all((a.marks, a.link) != (b.marks, b.link) for a, b in itertools.pairwise(merged))


@given(st.lists(some.runs, max_size=6))
def test_merging_keeps_every_character(runs):
    assert m.plain(m.merge(runs)) == "".join(run.text for run in runs)


@given(st.lists(some.runs, max_size=6), st.integers(0, 40))
def test_where_a_text_is_cut_does_not_change_its_spelling(runs, at):
    whole = m.merge(runs)
    pieces = [
        m.replace(run, text=part)
        for run in whole
        for part in (run.text[: at % (len(run.text) + 1)], run.text[at % (len(run.text) + 1) :])
    ]
    assert m.merge(pieces) == whole


def test_marks_are_ordered_and_single():
    run = m.Run(text="x", marks=(m.Mark.EM, m.Mark.STRONG, m.Mark.EM))
    assert m.merge([run])[0].marks == (m.Mark.STRONG, m.Mark.EM)


@given(some.articles)
def test_json_out_and_in_is_the_identity(article):
    assert m.decode(m.encode(article), m.Article) == article


@given(some.bodies)
def test_the_text_of_a_document_is_the_text_of_its_blocks(body):
    whole = m.document_text(body)
    assert whole == "\n".join(filter(None, (m.document_text((block,)) for block in body)))
    pieces = [m.plain(words) for block in m.walk(body) for words in m.texts((_alone(block),))]
    assert sorted(whole.replace("\n", "")) == sorted("".join(pieces).replace("\n", ""))


def _alone(block):
    """The block without the blocks it holds: `walk` brings those on their own."""
    if isinstance(block, m.Quote | m.Aside | m.LiveEntry):
        return m.replace(block, body=())
    if isinstance(block, m.List):
        return m.replace(block, items=())
    return block


def test_a_quote_s_credit_comes_after_its_words():
    quote = m.Quote(body=(m.Paragraph(text=m.text("words")),), credit=m.text("who"))
    assert m.document_text((quote,)) == "words\nwho"


def test_nouns_do_not_change():
    with pytest.raises(AttributeError):
        m.Lead(source="a", key="1", url="https://example.org/").key = "2"


def test_what_is_no_article_is_not_decoded():
    with pytest.raises(msgspec.ValidationError):
        m.decode(b'{"source": 1}', m.Article)
    with pytest.raises(ValueError, match="truncated"):
        m.decode(b'{"source": "dw', m.Article)


def test_pictures_come_in_reading_order():
    def picture(name):
        return m.Picture(url=f"https://example.org/{name}.jpg")

    article = m.Article(
        source="s",
        key="1",
        picture=picture("lead"),
        body=(
            m.Figure(picture=picture("first")),
            m.Aside(body=(m.Gallery(entries=(m.GalleryEntry(picture=picture("second")),)),)),
            m.Media(kind="video", poster=picture("third")),
        ),
    )
    assert [each.url[20:-4] for each in m.pictures(article)] == ["lead", "first", "second", "third"]


def test_a_moment_without_a_zone_is_no_moment():
    from datetime import datetime, timedelta, timezone

    with pytest.raises(ValueError, match="time zone"):
        m.utc(datetime(2024, 2, 8))  # noqa: DTZ001 - the naive moment is the point
    berlin = datetime(2024, 2, 8, 14, 36, tzinfo=timezone(timedelta(hours=1)))
    assert m.utc(berlin).hour == 13
