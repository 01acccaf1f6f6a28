"""Which documents of an archive are one text: found, kept in step, forgotten, made anew, checked."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy.archive import open_archive
from wirecopy.archive.kin import index
from wirecopy.archive.kin.sketch import is_one, overlap, pack, sketch, sketched, unpack
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.collect.revise import fingerprint
from wirecopy.demo import agency
from wirecopy.model import Article, Change, Entry, Lead, Paragraph, Revision, State, replace, text

AT = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteArchive]:
    with open_archive(tmp_path / "wirecopy.db", write=True) as opened:
        yield opened


def settle(archive: SqliteArchive, article: Article | None, at: datetime = AT, key: tuple[str, str] = ("", "")) -> None:
    source, name = (article.source, article.key) if article else key
    lead = Lead(source=source, key=name, url=f"https://{source}.example/a-{name}")
    state = State.ARCHIVED if article else State.GONE
    made = Revision(
        source=source,
        key=name,
        change=Change.EDITED if article else Change.GONE,
        at=at,
        article=article,
        fingerprint=fingerprint(article) if article else "1:gone",
    )
    archive.settle(Entry(lead=lead, state=state, first_seen=at, last_seen=at, checked=at), revision=made)


def kin(archive: SqliteArchive, article: Article) -> list[str]:
    with archive.edition() as edition:
        return [f"{each.source}/{each.key}" for each in edition.kin(article.source, article.key)]


def changed(archive: SqliteArchive, since: int) -> set[str]:
    with archive.edition() as edition:
        return {key for _, key in edition.changed(since)}


def stamp(archive: SqliteArchive) -> int:
    with archive.edition() as edition:
        return edition.stamp


def made(kind: str, seed: int = 5) -> tuple[Article, Article]:
    (pair,) = agency.pairs(seed, 1, (kind,))
    return pair.first, pair.second


def trio() -> tuple[Article, Article, Article]:
    """One story, a copy of it in another outlet, and one that has nothing to do with them."""
    first, second = made("all at once")
    other, _ = made("unrelated", 6)
    return (
        first,
        replace(second, published=first.published),
        replace(other, source="third-zh", published=first.published),
    )


# --- what is one text ------------------------------------------------------------------------------------------------


def told(seed: int, number: int) -> tuple[float, float]:
    """(recall, precision) on so many generated pairs."""
    right = wrong = missed = 0
    for pair in agency.pairs(seed, number):
        first, second = sketch(pair.first), sketch(pair.second)
        one = bool(first and second) and is_one(first, second, same_source=pair.first.source == pair.second.source)
        right += one and pair.is_one
        wrong += one and not pair.is_one
        missed += pair.is_one and not one
    return right / (right + missed), right / (right + wrong)


def test_what_is_one_text_is_told_from_what_is_two() -> None:
    recall, precision = told(seed=77, number=660)
    assert recall >= 0.95
    assert precision >= 0.99


@pytest.mark.slow
def test_of_many_pairs_95_in_100_are_found_and_995_in_1000_of_those_found_are_right() -> None:
    recall, precision = told(seed=78, number=8_800)
    assert recall >= 0.95
    assert precision >= 0.995


@pytest.mark.parametrize("kind", agency.ONE)
def test_every_kind_of_copy_is_recognised(kind: str) -> None:
    pairs = list(agency.pairs(9, 40, (kind,)))
    found = [
        is_one(first, second, same_source=pair.first.source == pair.second.source)
        for pair in pairs
        if (first := sketch(pair.first)) and (second := sketch(pair.second))
    ]
    assert sum(found) >= 0.9 * len(pairs)


def test_simplified_and_traditional_characters_are_one() -> None:
    first, second = made("in the other script")
    assert first.body != second.body
    assert sketch(first) == sketch(second)


def test_case_marks_and_lines_do_not_count() -> None:
    words = (
        "The river rose by 4.2 metres on Monday, said the mayor of Alderford; nobody was hurt there, he added. A dam "
    )
    words += "above the town had been closed on Sunday, and people in seven streets were asked to leave their houses."
    assert sketched(words) is not None
    assert sketched(words) == sketched(words.upper().replace(",", "").replace(" he ", "\nhe ").replace("4.2", "(42)"))


def test_a_text_of_a_few_words_is_known_by_nothing() -> None:
    assert sketched("The mayor said no.") is None
    assert sketched("") is None
    assert sketched("市长说不。") is None


def test_notices_after_one_template_differ_by_their_numbers() -> None:
    notice = (
        "An earthquake of magnitude {} shook the coast of Alderford at a depth of {} kilometres at {} on Monday, the "
    )
    notice += (
        "national survey said. There were no reports of damage or of people hurt, and no warning of a wave was given."
    )
    quakes = [sketched(notice.format(*numbers)) for numbers in (("4.2", "35", "06:12"), ("5.9", "110", "23:40"))]
    assert not is_one(*quakes, same_source=True)
    assert is_one(quakes[0], quakes[0], same_source=True)


@given(st.text(max_size=2_000), st.text(max_size=2_000), st.booleans())
def test_it_does_not_matter_which_text_is_first(one: str, other: str, same_source: bool) -> None:
    first, second = sketched(one + other), sketched(other + one)
    if first is not None and second is not None:
        assert is_one(first, second, same_source=same_source) == is_one(second, first, same_source=same_source)


@given(st.text(min_size=200, max_size=3_000))
@settings(deadline=None)
def test_a_sketch_comes_back_as_it_was_stored(words: str) -> None:
    known = sketched(words)
    if known is not None:
        assert unpack(pack(known)) == known
        assert overlap(known, known)[0] == 1.0


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x40\x01abc", b"\x02\x00\x00\x00\x00\x00"])
def test_what_is_no_sketch_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="no sketch"):
        unpack(stored)


# --- in an archive ---------------------------------------------------------------------------------------------------


def test_a_copy_in_another_outlet_is_kin_both_ways(archive: SqliteArchive) -> None:
    first, copy, other = trio()
    for article in (first, copy, other):
        settle(archive, article)
    assert kin(archive, first) == [f"{copy.source}/{copy.key}"]
    assert kin(archive, copy) == [f"{first.source}/{first.key}"]
    assert kin(archive, other) == []
    assert list(archive.verify()) == []


def test_kin_is_found_whoever_came_first(tmp_path: Path) -> None:
    first, copy, other = trio()
    found = []
    for name, order in (("one.db", (first, copy, other)), ("two.db", (other, copy, first))):
        with open_archive(tmp_path / name, write=True) as archive:
            for article in order:
                settle(archive, article)
            found.append([kin(archive, article) for article in (first, copy, other)])
    assert found[0] == found[1]


def test_kin_is_told_oldest_first(archive: SqliteArchive) -> None:
    first, copy, _ = trio()
    later = replace(copy, source="late-zh", key="late", published=first.published + timedelta(days=2))
    for article in (later, copy, first):
        settle(archive, article)
    assert kin(archive, copy) == [f"{first.source}/{first.key}", "late-zh/late"]


def test_a_text_of_another_season_is_no_kin(archive: SqliteArchive) -> None:
    first, copy, _ = trio()
    settle(archive, first)
    settle(
        archive, replace(copy, published=first.published + timedelta(days=index.WINDOW + 1)), AT + timedelta(days=365)
    )
    assert kin(archive, first) == []


def test_who_is_kin_reads_differently_when_a_copy_comes_is_retitled_and_is_withdrawn(archive: SqliteArchive) -> None:
    first, copy, other = trio()
    settle(archive, first)
    settle(archive, other)
    before = stamp(archive)
    settle(archive, copy)
    assert changed(archive, before) == {first.key, copy.key}
    before = stamp(archive)
    settle(archive, replace(copy, title="another title"), AT + timedelta(hours=1))
    assert changed(archive, before) == {first.key, copy.key}
    before = stamp(archive)
    settle(archive, None, AT + timedelta(hours=2), (copy.source, copy.key))
    assert changed(archive, before) == {first.key, copy.key}
    assert kin(archive, first) == [f"{copy.source}/{copy.key}"]


def test_what_becomes_another_text_is_kin_no_more(archive: SqliteArchive) -> None:
    first, copy, other = trio()
    settle(archive, first)
    settle(archive, copy)
    before = stamp(archive)
    settle(archive, replace(copy, body=other.body), AT + timedelta(hours=1))
    assert kin(archive, first) == kin(archive, copy) == []
    assert first.key in changed(archive, before)
    settle(archive, copy, AT + timedelta(hours=2))
    assert kin(archive, first) == [f"{copy.source}/{copy.key}"]
    assert list(archive.verify()) == []


def test_what_was_taken_out_is_no_ones_kin(archive: SqliteArchive) -> None:
    first, copy, _ = trio()
    settle(archive, first)
    settle(archive, copy)
    (number,) = archive._file.row("SELECT article FROM documents WHERE source = ?", copy.source)
    (document,) = archive._file.every(index.DOCUMENTS, "WHERE article = ?", number)
    (whose,) = archive._file.row("SELECT article FROM documents WHERE source = ?", first.source)
    with archive._file.transaction():
        assert index.drop(archive._file, document) == {whose}
    assert kin(archive, first) == []
    left = "SELECT count(*) FROM shingles WHERE article = ?"
    assert archive._file.number(left, number) == 0


def test_made_anew_it_is_the_same_and_whoever_reads_differently_is_told(archive: SqliteArchive, tmp_path: Path) -> None:
    first, copy, other = trio()
    for article in (first, copy, other):
        settle(archive, article)
    tables = ("sketches", "shingles", "kin")
    stood = [archive._file.rows(f"SELECT * FROM {table}") for table in tables]
    with archive._file.transaction():
        archive._file.rows("DELETE FROM kin")
    assert kin(archive, first) == []
    before = stamp(archive)
    archive.rebuild_kin()
    assert [archive._file.rows(f"SELECT * FROM {table}") for table in tables] == stood
    assert changed(archive, before) == {first.key, copy.key}
    assert list(archive.verify()) == []


def test_an_archive_whose_documents_nobody_looked_at_is_caught_up_with_when_it_is_opened(tmp_path: Path) -> None:
    first, copy, other = trio()
    path = tmp_path / "wirecopy.db"
    with open_archive(path, write=True) as archive:
        for article in (first, copy, other):
            settle(archive, article)
        with archive._file.transaction():
            for table in ("kin", "shingles", "sketches", "kinning"):
                archive._file.rows(f"DELETE FROM {table}")
        before = stamp(archive)
        assert list(archive.verify()) == []  # not looked at is no damage
    with open_archive(path, write=True) as archive:
        assert kin(archive, first) == [f"{copy.source}/{copy.key}"]
        assert changed(archive, before) == {first.key, copy.key}
        assert list(archive.verify()) == []


def test_a_set_phrase_makes_nobody_kin_and_hides_nobody(archive: SqliteArchive) -> None:
    phrase = "The national survey of the river Greenbrook says that nothing has changed since last week at Alderford."
    stories = [each for each in agency.stories(3, 80, share=0) if len(each.body) > 6]
    assert len(stories) > 2 * 8
    for n, each in enumerate(stories):
        said = Paragraph(text=text(phrase))
        settle(archive, replace(each, source=f"outlet-{n}", body=(said, *each.body), published=AT))
    assert archive._file.number("SELECT count(*) FROM kin") == 0
    copied = replace(stories[5], source="copy", key="copy", published=AT)
    settle(archive, copied)
    assert kin(archive, copied) == [f"outlet-5/{stories[5].key}"]


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("DELETE FROM kin WHERE rowid_of", "kin"),
        ("DELETE FROM shingles WHERE article = 1", "shingle"),
        ("INSERT INTO shingles VALUES (1, 1, 1)", "shingle"),
        ("INSERT INTO kin VALUES (1, 3), (3, 1)", "kin"),
        ("DELETE FROM sketches WHERE article = 3", "sketch"),
        ("UPDATE sketches SET sketch = x'0001' WHERE article = 3", "sketch"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, damage: str, what: str) -> None:
    path = tmp_path / "wirecopy.db"
    with open_archive(path, write=True) as archive:
        for article in trio():
            settle(archive, article)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage.replace("WHERE rowid_of", "WHERE article = 1"))
    with open_archive(path, write=False) as archive:
        assert what in {each.what for each in archive.verify()}
