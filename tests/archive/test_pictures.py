"""Pictures in the archive: their ledger, their versions, what readers get, and damage that is noticed and mended."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256

import pytest

from archive.samples import NOON, article, capture, entry, gone, minutes, revision
from wirecopy.archive import open_archive
from wirecopy.errors import ArchiveError
from wirecopy.model import (
    Checked,
    Figure,
    Gallery,
    GalleryEntry,
    Media,
    Picture,
    PictureState,
    Rendered,
    Visit,
    replace,
)

LEAD = Picture(url="https://img.example/1_605.jpg", key="demo:1")
OTHER = Picture(url="https://img.example/plain.jpg?utm_source=feed#top")
NAMES = ("full", "small", "small-jpeg")


@pytest.fixture
def archive(tmp_path):
    with open_archive(tmp_path / "wirecopy.db", write=True) as opened:
        yield opened
        assert list(opened.verify()) == []


def showing(*pictures, key="1", source="demo-zh", words="正文", **fields):
    return article(key, source, words, picture=pictures[0] if pictures else None, **fields, body=tuple(
        Figure(picture=each) for each in pictures[1:]
    ))  # fmt: skip


def put(archive, *articles, at=NOON):
    for each in articles:
        archive.settle(entry(each.key, each.source), revision=revision(each, at))


def checked(body, recipe="1"):
    made = tuple(
        Rendered(name=name, media="image/jpeg", width=1, height=1, body=name.encode() + b" of " + body)
        for name in NAMES
    )
    return Checked(media="image/jpeg", width=1920, height=1080, recipe=recipe, renditions=made)


def keep(archive, name, body, at=NOON, recipe="1", url="https://img.example/1_607.jpg"):
    line = archive.picture_entry(name)
    archive.settle_picture(
        replace(line, state=PictureState.KEPT, reason="", checked=at, due=at + timedelta(days=1), failures=0),
        capture=capture(body, at, url=url, final_url=url),
        checked=checked(body, recipe),
        visits=[Visit(url=url, digest=sha256(body).hexdigest(), checked=at)],
    )


def bodies(archive, key="1", source="demo-zh", *pictures, rendition="full"):
    with archive.edition() as edition:
        found = [edition.picture(source, key, each, rendition) for each in pictures]
        return [None if each is None else edition.picture_body(each.digest) for each in found]


# --- the ledger


def test_every_picture_of_an_article_is_due_once_however_often_it_is_shown(archive):
    slides = Gallery(
        entries=(GalleryEntry(picture=OTHER), GalleryEntry(picture=replace(LEAD, url="https://b.example/x")))
    )
    poster = Media(kind="video", poster=Picture(url="https://img.example/poster.png"))
    put(archive, replace(showing(LEAD, LEAD), body=(Figure(picture=LEAD), slides, poster)), showing(LEAD, key="2"))
    assert archive.note_pictures("demo-zh", at=NOON) == 3
    due = archive.pictures_due("demo-zh", NOON, 10)
    assert {each.name for each in due} == {
        "demo:1", "https://img.example/plain.jpg", "https://img.example/poster.png"
    }  # fmt: skip
    assert {each.state for each in due} == {PictureState.WAITING}
    assert archive.pictures_due("demo-zh", minutes(-1), 10) == ()
    assert len(archive.pictures_due("demo-zh", NOON, 2)) == 2
    assert archive.picture_counts("demo-zh")[PictureState.WAITING] == (3, 0)


def test_noting_again_looks_at_nothing_and_changes_nothing(archive):
    put(archive, showing(LEAD, OTHER))
    assert archive.note_pictures("demo-zh", at=NOON) == 2
    keep(archive, "demo:1", b"picture")
    before = archive.picture_entry("demo:1")
    assert archive.note_pictures("demo-zh", at=minutes(5)) == 0
    put(archive, showing(LEAD, key="2"))
    assert archive.note_pictures("demo-zh", at=minutes(5)) == 0
    assert archive.picture_entry("demo:1") == before


def test_more_documents_than_a_page_are_all_noted(archive):
    with archive.batch():
        for number in range(1_203):
            put(archive, showing(Picture(url=f"https://img.example/{number}.jpg"), key=str(number)))
    assert archive.note_pictures("demo-zh", at=NOON) == 1_203
    assert archive.note_pictures("demo-zh", at=NOON) == 0
    assert archive.note_pictures("demo-en", at=NOON) == 0


def test_the_newest_articles_come_first_and_what_was_asked_before_last(archive):
    for number in (1, 3, 2):
        put(
            archive,
            showing(Picture(url=f"https://img.example/{number}.jpg"), key=str(number), published=minutes(-number)),
        )
    archive.note_pictures("demo-zh", at=NOON)
    order = [each.name[-5] for each in archive.pictures_due("demo-zh", NOON, 10)]
    assert order == ["1", "2", "3"]
    first = archive.picture_entry("https://img.example/1.jpg")
    archive.settle_picture(replace(first, state=PictureState.FAILED, reason="x", checked=NOON, due=NOON, failures=1))
    assert [each.name[-5] for each in archive.pictures_due("demo-zh", NOON, 10)] == ["2", "3", "1"]


def test_a_picture_that_no_article_shows_any_more_is_not_asked_for_and_stays_kept(archive):
    put(archive, showing(LEAD))
    archive.note_pictures("demo-zh", at=NOON)
    keep(archive, "demo:1", b"picture")
    put(archive, showing(OTHER, words="新"), at=minutes(5))
    archive.note_pictures("demo-zh", at=minutes(5))
    assert [each.name for each in archive.pictures_due("demo-zh", None, 10)] == ["https://img.example/plain.jpg"]
    assert archive.picture_entry("demo:1").state is PictureState.KEPT
    assert bodies(archive, "1", "demo-zh", LEAD) == [None]


def test_what_was_gone_is_due_when_another_article_shows_it(archive):
    put(archive, showing(LEAD))
    archive.note_pictures("demo-zh", at=NOON)
    line = archive.picture_entry("demo:1")
    archive.settle_picture(replace(line, state=PictureState.GONE, reason="404", checked=NOON, due=None))
    assert archive.pictures_due("demo-zh", minutes(9), 10) == ()
    put(archive, showing(LEAD, key="2", source="demo-en"))
    archive.note_pictures("demo-en", at=minutes(10))
    (due,) = archive.pictures_due("demo-en", minutes(10), 10)
    assert (due.name, due.source, due.state) == ("demo:1", "demo-en", PictureState.GONE)


def test_an_article_that_is_gone_keeps_its_pictures(archive):
    put(archive, showing(LEAD))
    archive.note_pictures("demo-zh", at=NOON)
    keep(archive, "demo:1", b"picture")
    archive.settle(entry(), revision=gone(at=minutes(9)))
    archive.note_pictures("demo-zh", at=minutes(9))
    assert bodies(archive, "1", "demo-zh", LEAD) == [b"full of picture"]


def test_what_contradicts_itself_is_refused(archive):
    put(archive, showing(LEAD))
    archive.note_pictures("demo-zh", at=NOON)
    line = archive.picture_entry("demo:1")
    with pytest.raises(ValueError, match="is kept, and nothing is kept"):
        archive.settle_picture(replace(line, state=PictureState.KEPT))
    with pytest.raises(ValueError, match="comes with its capture, or neither"):
        archive.settle_picture(line, checked=checked(b"x"))
    with pytest.raises(ValueError, match="was never noted"):
        archive.settle_picture(replace(line, name="demo:9"))
    keep(archive, "demo:1", b"picture")
    with pytest.raises(ValueError, match="is failed, and it is kept"):
        archive.settle_picture(replace(archive.picture_entry("demo:1"), state=PictureState.FAILED))


# --- what is kept


def test_bytes_are_kept_as_they_came_and_so_is_the_answer(archive):
    put(archive, showing(LEAD))
    archive.note_pictures("demo-zh", at=NOON)
    came = bytes(range(256)) * 40
    keep(archive, "demo:1", came)
    ((at, digest),) = archive.picture_versions("demo:1")
    assert (at, digest) == (NOON, sha256(came).hexdigest())
    assert archive.original(digest) == came
    assert archive.capture(capture(came, NOON, url="https://img.example/1_607.jpg",
                                   final_url="https://img.example/1_607.jpg").id).body == came  # fmt: skip
    assert [bodies(archive, "1", "demo-zh", LEAD, rendition=name)[0] for name in NAMES] == [
        name.encode() + b" of " + came for name in NAMES
    ]


def test_the_same_bytes_of_ten_pictures_are_kept_once(archive, tmp_path):
    for number in range(10):
        put(archive, showing(Picture(url=f"https://cdn{number}.example/a.jpg"), key=str(number)))
    archive.note_pictures("demo-zh", at=NOON)
    for number in range(10):
        keep(archive, f"https://cdn{number}.example/a.jpg", b"alike" * 9_000, url=f"https://cdn{number}.example/a.jpg")
    with closing(sqlite3.connect(tmp_path / "wirecopy.db")) as database:
        assert database.execute("SELECT count(*) FROM originals").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM renditions").fetchone() == (3,)
        assert database.execute("SELECT count(*) FROM blobs WHERE size = 45000").fetchone() == (1,)
    assert archive.picture_counts("demo-zh")[PictureState.KEPT][0] == 10


def test_other_bytes_are_a_new_version_and_the_old_one_stays(archive):
    put(archive, showing(LEAD))
    archive.note_pictures("demo-zh", at=NOON)
    keep(archive, "demo:1", b"first")
    keep(archive, "demo:1", b"first", minutes(5))
    assert len(archive.picture_versions("demo:1")) == 1
    keep(archive, "demo:1", b"second", minutes(10))
    assert [archive.original(digest) for _, digest in archive.picture_versions("demo:1")] == [b"first", b"second"]
    assert bodies(archive, "1", "demo-zh", LEAD) == [b"full of second"]
    assert archive.has_picture("demo:1", b"second")
    assert not archive.has_picture("demo:1", b"first")


def test_documents_read_differently_when_their_picture_arrives_or_changes_and_only_then(archive):
    put(archive, showing(LEAD), showing(LEAD, key="2"), showing(OTHER, key="3"))
    archive.note_pictures("demo-zh", at=NOON)

    def touched(step):
        with archive.edition() as edition:
            since = edition.stamp
        step()
        with archive.edition() as edition:
            return [key for _, key in edition.changed(since)] if edition.stamp > since else []

    line = archive.picture_entry("demo:1")
    failed = replace(line, state=PictureState.FAILED, reason="x", checked=NOON, due=minutes(60), failures=1)
    assert touched(lambda: archive.settle_picture(failed)) == []
    assert touched(lambda: keep(archive, "demo:1", b"first")) == ["1", "2"]
    assert touched(lambda: keep(archive, "demo:1", b"first", minutes(1))) == []
    assert touched(lambda: keep(archive, "demo:1", b"second", minutes(2))) == ["1", "2"]
    assert touched(lambda: archive.note_pictures("demo-zh", at=minutes(3))) == []
    put(archive, showing(LEAD, key="4"), at=minutes(4))
    assert touched(lambda: archive.note_pictures("demo-zh", at=minutes(5))) == ["4"]


def test_only_a_document_that_shows_a_picture_is_given_it(archive):
    put(archive, showing(LEAD), showing(OTHER, key="2"))
    archive.note_pictures("demo-zh", at=NOON)
    keep(archive, "demo:1", b"picture")
    assert bodies(archive, "1", "demo-zh", LEAD, OTHER) == [b"full of picture", None]
    assert bodies(archive, "2", "demo-zh", LEAD, OTHER) == [None, None]
    with archive.edition() as edition:
        found = edition.picture("demo-zh", "1", replace(LEAD, url="https://elsewhere.example/1_303.jpg"), "small")
        assert (found.name, found.media, found.size) == ("small", "image/jpeg", len(b"small of picture"))
        assert list(edition.showing(found.digest)) == [("demo-zh", "1")]
        with pytest.raises(ArchiveError, match="is missing"):
            edition.picture_body("00" * 32)


def test_the_counts_are_those_of_the_ledger(archive):
    put(archive, showing(LEAD, OTHER))
    archive.note_pictures("demo-zh", at=NOON)
    keep(archive, "demo:1", b"x" * 100)
    counts = archive.picture_counts("demo-zh")
    assert set(counts) == set(PictureState)
    assert counts[PictureState.KEPT] == (1, 100 + sum(len(name) + 104 for name in NAMES))
    assert counts[PictureState.WAITING] == (1, 0)


# --- damage and repair


@pytest.fixture
def damaged(tmp_path):
    path = tmp_path / "damaged.db"
    with open_archive(path, write=True) as archive:
        put(archive, showing(LEAD, OTHER))
        archive.note_pictures("demo-zh", at=NOON)
        keep(archive, "demo:1", b"picture" * 50)
        archive.note_pictures("demo-zh", at=minutes(1))  # the document was touched: it is looked at once more
    return path


def damage(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for sql in statements:
            assert database.execute(sql).rowcount > 0
        database.commit()
    with open_archive(path, write=False) as archive:
        return [f"{each.what} {each.name}: {each.reason}" for each in archive.verify()]


BLOB = "(SELECT blob FROM renditions WHERE name = 'small')"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM renditions WHERE name = 'small'", "rendition small of .*: it is missing; it can be made again"),
        (f"UPDATE blobs SET body = zeroblob(length(body)) WHERE id = {BLOB}", "rendition small of .*can be made again"),
        ("UPDATE renditions SET width = 9 WHERE name = 'full'", "rendition full of .*: its check sum is wrong"),
        ("UPDATE originals SET width = 9", "original .*: its check sum is wrong"),
        ("UPDATE pictures SET state = 'gone' WHERE name = 'demo:1'", "demo:1: it is gone, and something is kept"),
        ("UPDATE pictures SET url = 'x' WHERE name = 'demo:1'", "picture demo:1: its check sum is wrong"),
        ("DELETE FROM picture_versions", "demo:1: no capture says where its bytes came from"),
        ("UPDATE picture_versions SET at = at + 1", "its capture .* says otherwise"),
        ("DELETE FROM shows", "picture shown demo-zh/1 demo:1: it shows it, and that is missing"),
        ("UPDATE picture_tallies SET bytes = bytes + 1 WHERE state = 'kept'", "picture_tallies demo-zh kept"),
        ("UPDATE pictured SET stamp = stamp + 1", "mark of pictures demo-zh: its check sum is wrong"),
        ("UPDATE captures SET payload = (SELECT blob FROM renditions LIMIT 1) WHERE id = "
         "(SELECT capture FROM picture_versions)", "capture "),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_named(damaged, sql, said):
    found = damage(damaged, sql)
    assert any(re.search(said, each) for each in found), found


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM renditions WHERE name = 'small'",
        f"UPDATE blobs SET body = zeroblob(length(body)) WHERE id = {BLOB}",
        "UPDATE renditions SET width = 9 WHERE name = 'full'",
    ],
)
def test_renditions_that_are_missing_or_damaged_are_made_again(damaged, sql):
    with open_archive(damaged, write=False) as archive:
        assert list(archive.unrendered()) == []
    assert damage(damaged, sql)
    with open_archive(damaged, write=True) as archive:
        (digest,) = archive.unrendered()
        archive.rerender(digest, checked(archive.original(digest)))
        assert list(archive.unrendered()) == []
        assert [each for each in archive.verify() if each.what in ("rendition", "blob")] == []
        assert bodies(archive, "1", "demo-zh", LEAD) == [b"full of " + b"picture" * 50]


def test_another_recipe_finds_what_was_made_before_and_takes_its_place(damaged):
    with open_archive(damaged, write=True) as archive:
        assert list(archive.unrendered("1")) == []
        (digest,) = archive.unrendered("2")
        made = checked(archive.original(digest), "2")
        better = tuple(replace(each, body=b"better " + each.body) for each in made.renditions)
        with archive.edition() as edition:
            since = edition.stamp
        archive.rerender(digest, replace(made, renditions=better))
        assert list(archive.unrendered("2")) == []
        assert bodies(archive, "1", "demo-zh", LEAD) == [b"better full of " + b"picture" * 50]
        with archive.edition() as edition:
            assert [key for _, key in edition.changed(since)] == ["1"]
        assert list(archive.verify()) == []


# --- those of another archive


def test_what_readers_get_of_a_picture_of_another_archive_is_made_here(archive, tmp_path):
    with open_archive(tmp_path / "other.db", write=True) as other:
        put(other, showing(LEAD, OTHER))
        other.note_pictures("demo-zh", at=NOON)
        keep(other, "demo:1", b"a picture")
        keep(other, "https://img.example/plain.jpg", b"none", url="https://img.example/plain.jpg")
        forged = replace(checked(b"GPS"), renditions=tuple(
            Rendered(name=name, media="image/svg+xml", width=1, height=1, body=b"<svg/>") for name in NAMES
        ))  # fmt: skip
        other.rerender(sha256(b"a picture").hexdigest(), forged)

    def render(body):
        return checked(body) if body == b"a picture" else None

    archive.merge(tmp_path / "other.db", render=render)
    archive.note_pictures("demo-zh", at=NOON)
    assert bodies(archive, "1", "demo-zh", LEAD, OTHER) == [b"full of a picture", None]
    assert archive.picture_entry("https://img.example/plain.jpg").state is PictureState.WAITING
    archive.merge(tmp_path / "other.db", render=lambda _: None)
    assert bodies(archive, "1", "demo-zh", LEAD) == [b"full of a picture"]
