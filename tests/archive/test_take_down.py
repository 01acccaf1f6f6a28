"""What is taken down is gone, bytes and all, and stays gone; what is let go says so."""

import gzip
import hashlib
import random
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta

import pytest

import faults
from archive.samples import NOON, article, capture, entry, gone, lead, minutes, revision
from wirecopy.archive import open_archive
from wirecopy.errors import ConfigError
from wirecopy.model import (
    Checked,
    Figure,
    Picture,
    PictureState,
    Removal,
    Rendered,
    State,
    Visit,
    replace,
    text,
)

LATER = minutes(600)
SECRET = "Der Minister traf sich im Mai mit dem Verleger in einem Hotel am Starnberger See, sagten zwei Zeugen."
HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多"
SPOKEN = "消息人士称该部长于五月在施塔恩贝格湖畔与出版商会面，两名证人向检察官证实了这一说法。"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wirecopy.db"


@pytest.fixture
def archive(path):
    with open_archive(path, write=True) as archive:
        yield archive
        assert list(archive.verify()) == []


def put(archive, key="1", source="demo-zh", words="正文", at=NOON, body=b"", picture=None, **fields):
    """An article with a page of its own as evidence; the capture."""
    seen = article(key, source, words, **fields)
    if picture is not None:
        seen = replace(seen, body=(*seen.body, Figure(picture=picture)))
    page = capture(body or f"<html>{words}".encode(), at=at, url=seen.url, final_url=seen.url)
    archive.note([lead(key, source, url=seen.url, summary=words[:40])], at=at)
    archive.settle(
        entry(key, source, lead=lead(key, source, url=seen.url, summary=words[:40])),
        captures=[page],
        revision=revision(seen, at=at, capture=page.id),
        visits=[Visit(url=seen.url, result="200")],
    )
    return page


def down(archive, *, at=LATER, reason="a court said so", **what):
    return archive.take_down(Removal(**what), at=at, reason=reason, who="the operator")


def raw(path):
    """Every byte of the archive's file and its log."""
    files = (path, path.with_name(path.name + "-wal"))
    return b"".join(each.read_bytes() for each in files if each.exists())


def distinctive(path, digests):
    """Some bytes out of the middle of what is stored under these digests, as it is packed."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        bodies = [
            connection.execute("SELECT body FROM blobs WHERE digest = ?", (digest,)).fetchone()[0] for digest in digests
        ]
    return [body[len(body) // 2 : len(body) // 2 + 24] for body in bodies]


# --- gone -----------------------------------------------------------------------------------------------------------


def test_nothing_of_an_article_that_was_taken_down_is_left(archive, path):
    put(archive, "1", words=SECRET)
    put(archive, "1", words=SPOKEN, at=minutes(60))
    put(archive, "2", words="etwas anderes")
    done = down(archive, source="demo-zh", key="1")
    assert (done.scope, done.articles, done.revisions, done.captures) == ("article", 1, 2, 2)
    assert done.name == hashlib.sha256(b"demo-zh/1").hexdigest()
    assert archive.history("demo-zh", "1") == ()
    assert archive.captures("demo-zh", "1") == ()
    assert archive.named("https://www.example.org/demo-zh/a-1") is None
    assert archive.visit("https://www.example.org/demo-zh/a-1") is None
    line = archive.entry("demo-zh", "1")
    assert (line.state, line.reason, line.due) == (State.EXCLUDED, "taken down: a court said so", None)
    assert (line.lead.title, line.lead.summary, line.lead.url) == ("", "", "")
    with archive.edition() as edition:
        assert edition.document("demo-zh", "1") is None
        assert edition.document("demo-zh", "2") is not None
        assert edition.take_downs() == (done,)
    assert [each.lead.key for each in archive.due("demo-zh", None)] == ["2"]


def test_no_byte_of_it_is_left_in_the_file_or_its_log(archive, path):
    chance = random.Random(1)
    page = chance.randbytes(20_000)  # cannot be packed: it stands in the file as it is
    long = "".join(chance.choice(HAN) for _ in range(4000))
    before = put(archive, "1", words=long, body=page)
    put(archive, "1", words=long.replace("的", "之", 5), at=minutes(60))
    for key in range(2, 40):
        put(archive, str(key), words=f"另一篇 {key} " * 50)
    digests = [hashlib.sha256(page).digest()]
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT digest FROM revisions JOIN blobs ON blobs.id = revisions.body "
            "JOIN ledger ON ledger.id = article WHERE key = '1'"
        )
        digests += [digest for (digest,) in rows]
    pieces = [*distinctive(path, digests), page[7_000:7_040], long[:12].encode(), '标题 1"'.encode()]
    assert len(pieces) == 6
    before_bytes = raw(path)
    assert all(piece in before_bytes for piece in pieces[:4])
    assert b'a-1"' in before_bytes
    down(archive, source="demo-zh", key="1")
    assert archive.purge(LATER)
    left = raw(path)
    assert [piece for piece in pieces if piece in left] == []
    assert before.digest not in left.hex()
    assert list(archive.leftovers()) == []
    assert archive.take_downs()[0].purged == LATER
    assert len(archive.history("demo-zh", "7")) == 1
    assert len(left) < len(before_bytes)


def test_a_picture_that_only_it_shows_goes_with_it_and_one_that_is_shared_stays(archive, path):
    own, shared = Picture(url="https://img.example.org/own.jpg"), Picture(url="https://img.example.org/shared.jpg")
    put(archive, "1", picture=own)
    put(archive, "2", picture=shared)
    put(archive, "3", picture=shared)
    bodies = {each.url: random.Random(each.url).randbytes(9_000) for each in (own, shared)}
    archive.note_pictures("demo-zh", at=NOON)
    for url, body in bodies.items():
        keep_picture(archive, url, body)
    down(archive, source="demo-zh", key="1")
    down(archive, source="demo-zh", key="2")
    archive.purge(LATER)
    assert archive.picture_entry(own.url) is None
    assert archive.picture_entry(shared.url).state is PictureState.KEPT
    assert bodies[own.url][500:540] not in raw(path)
    assert bodies[shared.url][500:540] in raw(path)


def keep_picture(archive, name, body, *, at=NOON, rendition=b""):
    known = archive.picture_entry(name)
    page = capture(body, at=at, url=name, final_url=name)
    made = tuple(
        Rendered(name=each, media="image/jpeg", width=9, height=9, body=rendition or body + each.encode())
        for each in ("full", "small", "small-jpeg")
    )
    checked = Checked(media="image/jpeg", width=9, height=9, recipe="1", renditions=made)
    archive.settle_picture(replace(known, state=PictureState.KEPT), capture=page, checked=checked)


def test_a_capture_of_two_articles_stays_with_the_other(archive):
    page = put(archive, "1")
    archive.settle(entry("2", state=State.HELD), captures=[page])
    down(archive, source="demo-zh", key="1")
    assert [each.id for each in archive.captures("demo-zh", "2")] == [page.id]


def test_texts_that_rest_on_what_goes_can_be_read_still(archive):
    long = "长文" * 3000
    same = replace(article("1", words=long), title="x")
    put(archive, "1", words=long)
    for number in range(5):
        archive.settle(entry("1"), revision=revision(replace(same, title=f"{number}"), at=minutes(number + 1)))
    before = archive.history("demo-zh", "1")
    assert archive.reread(before[0], replace(before[0].article, title="gelesen"), "1:other")
    assert [each.article.title for each in archive.history("demo-zh", "1")] == ["gelesen", *"01234"]


def test_a_source_goes_whole_and_what_comes_of_it_later_is_passed_over(archive, path):
    put(archive, "1", "demo-de", SECRET)
    put(archive, "2", "demo-de")
    put(archive, "1", "demo-zh")
    archive.learn("demo-de", b'{"learned_at":7}')
    done = down(archive, source="demo-de")
    assert (done.scope, done.articles) == ("source", 2)
    assert archive.note([lead("3", "demo-de", title=SECRET)], at=LATER) == 1
    assert archive.entry("demo-de", "3").state is State.EXCLUDED
    assert archive.entry("demo-de", "3").lead.title == ""
    assert archive.settle(entry("4", "demo-de"), revision=revision(article("4", "demo-de"))) is None
    assert archive.history("demo-de", "4") == ()
    assert archive.counts("demo-de")[State.EXCLUDED] == 4
    assert len(archive.history("demo-zh", "1")) == 1


def test_days_of_a_source_go_and_what_comes_of_them_late_is_passed_over(archive):
    for key, day in (("1", 1), ("2", 2), ("3", 3)):
        put(archive, key, published=NOON - timedelta(days=day))
    done = down(archive, source="demo-zh", since="2026-11-20", until="2026-11-21")
    assert (done.scope, done.articles) == ("days", 2)
    assert [len(archive.history("demo-zh", key)) for key in "123"] == [0, 0, 1]
    late = article("9", published=NOON - timedelta(days=1))
    archive.note([lead("9")], at=NOON)  # its lead tells no day
    assert archive.settle(entry("9"), revision=revision(late)) is None
    assert archive.entry("demo-zh", "9").state is State.EXCLUDED
    archive.note([lead("8", published=NOON - timedelta(days=2))], at=NOON)
    assert archive.entry("demo-zh", "8").state is State.EXCLUDED
    assert archive.settle(entry("7"), revision=revision(article("7", published=NOON))) is not None


# --- it stays gone --------------------------------------------------------------------------------------------------


def test_what_was_taken_down_does_not_come_back(archive):
    page = put(archive, "1", words=SECRET)
    down(archive, source="demo-zh", key="1")
    assert archive.note([lead("1", title="Neuer Titel", modified=LATER)], at=LATER) == 0
    back = archive.settle(entry("1"), captures=[page], revision=revision(article("1", words=SECRET), capture=page.id))
    assert back is None
    archive.settle(replace(archive.entry("demo-zh", "1"), state=State.WAITING, due=LATER))
    line = archive.entry("demo-zh", "1")
    assert (line.state, line.lead.title, line.last_seen, line.due) == (State.EXCLUDED, "", LATER, None)
    assert archive.capture(page.id) is None


def test_the_same_take_down_again_changes_nothing(archive):
    put(archive, "1")
    first = down(archive, source="demo-zh", key="1")
    assert down(archive, source="demo-zh", key="1", reason="another reason", at=minutes(900)) == first
    assert archive.take_downs() == (first,)


def test_an_archive_that_holds_it_still_does_not_bring_it_back(archive, tmp_path):
    with open_archive(tmp_path / "other.db", write=True) as other:
        put(other, "1", words=SECRET, at=minutes(5))
        put(other, "2", at=minutes(5))
    put(archive, "1", words=SECRET)
    down(archive, source="demo-zh", key="1")
    archive.merge(tmp_path / "other.db")
    assert archive.history("demo-zh", "1") == ()
    assert archive.entry("demo-zh", "1").state is State.EXCLUDED
    assert len(archive.history("demo-zh", "2")) == 1


def test_another_archive_takes_nothing_down_here(archive, tmp_path):
    with open_archive(tmp_path / "other.db", write=True) as other:
        put(other, "1", at=minutes(5))
        put(other, "2", at=minutes(5))
        down(other, source="demo-zh", key="1")
    put(archive, "1", words=SECRET)
    archive.merge(tmp_path / "other.db")
    assert archive.standing("demo-zh", "1").article == article("1", words=SECRET)
    assert archive.entry("demo-zh", "1").lead.title == "标题 1"
    assert archive.take_downs() == ()


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["address", "bytes", "rendition"])
def test_a_picture_is_taken_down_and_not_kept_again(archive, path, by):
    url, other = "https://img.example.org/p.jpg", "https://img.example.org/q.jpg"
    body = random.Random(3).randbytes(8_000)
    put(archive, "1", picture=Picture(url=url, caption=text("Bildunterschrift")))
    put(archive, "2", picture=Picture(url=other))
    archive.note_pictures("demo-zh", at=NOON)
    keep_picture(archive, url, body)
    rendered = hashlib.sha256(body + b"full").hexdigest()
    names = {"address": url, "bytes": hashlib.sha256(body).hexdigest(), "rendition": rendered}
    with archive.edition() as edition:
        stamp = edition.stamp
        assert edition.picture("demo-zh", "1", Picture(url=url)).digest == rendered
    done = down(archive, picture=names[by])
    assert (done.scope, done.pictures, done.articles) == ("picture", 1, 0)
    assert archive.purge(LATER)
    assert body[3_000:3_040] not in raw(path)
    line = archive.picture_entry(url)
    assert (line.state, line.due) == (PictureState.REFUSED, None)
    assert url not in [each.name for each in archive.pictures_due("demo-zh", None, 99)]
    with archive.edition() as edition:
        assert ("demo-zh", "1") in set(edition.changed(stamp))
        shown = edition.document("demo-zh", "1").article.body[-1]
        assert shown == Figure(picture=Picture(caption=text("Bildunterschrift")))
    keep_picture(archive, url, body + b"another", at=LATER)
    keep_picture(archive, other, body, at=LATER)
    assert archive.picture_entry(url).state is PictureState.REFUSED
    by_bytes = by != "address"
    assert (archive.picture_entry(other).state is PictureState.REFUSED) == by_bytes
    assert (body[3_000:3_040] in raw(path)) != by_bytes


def test_bytes_that_another_picture_is_too_stay_with_that(archive):
    one, two = (f"https://img.example.org/{name}.jpg" for name in "pq")
    put(archive, "1", picture=Picture(url=one))
    put(archive, "2", picture=Picture(url=two))
    archive.note_pictures("demo-zh", at=NOON)
    for url in (one, two):
        keep_picture(archive, url, b"the same picture" * 99)
    down(archive, picture=one)
    assert archive.picture_entry(two).state is PictureState.KEPT
    assert archive.original(hashlib.sha256(b"the same picture" * 99).hexdigest())


# --- what is asked for wrongly ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({}, "of one article, of a source"),
        ({"source": "demo-zh", "key": "77"}, "no article goes by demo-zh/77"),
        ({"picture": "https://img.example.org/none.jpg"}, "no picture goes by"),
        ({"picture": "ab" * 32}, "no picture goes by"),
        ({"source": "demo-zh", "key": "1", "since": "2026-01-01"}, "of one article, of a source"),
    ],
)
def test_what_can_not_be_taken_down_is_told(archive, what, says):
    put(archive)
    with pytest.raises(ConfigError, match=says):
        down(archive, **what)
    assert archive.take_downs() == ()


def test_a_take_down_says_why(archive):
    put(archive)
    with pytest.raises(ConfigError, match="needs its reason"):
        down(archive, source="demo-zh", key="1", reason=" ")


# --- known again ------------------------------------------------------------------------------------------------------


def test_a_copy_that_still_holds_it_is_known_again_though_nothing_of_it_is_kept(archive, path, tmp_path):
    chance = random.Random(5)
    words = "".join(chance.choice(HAN) for _ in range(3000))
    put(archive, "1", words=words)
    put(archive, "2", words="eine andere Geschichte " * 40)
    copy = tmp_path / "backup.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as made:
        source.backup(made)
    document = tmp_path / "1.md"
    document.write_text(f"# 标题 1\n\n{words}\n", "utf-8")
    other = tmp_path / "2.md"
    other.write_text("# 标题 2\n\n" + "eine andere Geschichte " * 40, "utf-8")
    down(archive, source="demo-zh", key="1")
    assert archive.purge(LATER)
    found = list(archive.leftovers([copy, document, other]))
    assert {each.file for each in found} == {str(copy), str(document)}
    assert all("an article of demo-zh, taken down on 2026-11-22 (a court said so)" in each.what for each in found)


def test_a_web_archive_that_still_holds_it_is_looked_into(archive, tmp_path):
    chance = random.Random(5)
    words = "".join(chance.choice(HAN) for _ in range(3000))
    record = f"WARC/1.1\r\n\r\n<p>{words}".encode()
    put(archive, "1", words=words)
    down(archive, source="demo-zh", key="1")
    assert archive.purge(LATER)
    warc = gzip.compress(b"WARC/1.1\r\nwarcinfo") + gzip.compress(record)
    cut, whole, other = tmp_path / "cut.warc.gz", tmp_path / "whole.warc.gz", tmp_path / "other.warc.gz"
    whole.write_bytes(warc)
    cut.write_bytes(warc[:-4])
    other.write_bytes(gzip.compress(b"something else " * 500))
    wacz = tmp_path / "all.wacz"
    with zipfile.ZipFile(wacz, "w") as packed:
        packed.writestr("datapackage.json", "{}", zipfile.ZIP_DEFLATED)
        packed.writestr("archive/data.warc.gz", warc)
    damaged = tmp_path / "damaged.wacz"
    damaged.write_bytes(wacz.read_bytes().replace(b"\x1f\x8b\x08", b"\x1f\x8b\xff"))
    files = [whole, cut, other, wacz, damaged]
    assert {each.file for each in archive.leftovers(files)} == {str(whole), str(cut), str(wacz)}
    assert {each.file for each in archive.leftovers(files, [words[100:120]])} == {str(whole), str(cut), str(wacz)}


def test_words_that_are_given_are_searched_in_packed_bytes_too(archive):
    put(archive, "1", words=SECRET * 30)
    put(archive, "1", words="Neu: " + SECRET * 30, at=minutes(9))
    found = list(archive.leftovers(words=["Starnberger See"]))
    assert len(found) >= 3  # two texts and two pages; what is not packed stands in the file as it is, too
    assert any("demo-zh/1" in each.what for each in found)
    down(archive, source="demo-zh", key="1")
    archive.purge(LATER)
    assert list(archive.leftovers(words=["Starnberger See"])) == []


def test_a_reader_of_an_older_state_keeps_it_from_being_purged(archive, path):
    put(archive, "1", words=SECRET)
    with archive.edition() as edition:
        assert edition.document("demo-zh", "1") is not None
        down(archive, source="demo-zh", key="1")
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA busy_timeout = 1")
        archive._file._connection.execute("PRAGMA busy_timeout = 50")
        assert archive.purge(LATER) is False
        assert archive.take_downs()[0].purged is None
        assert edition.document("demo-zh", "1") is not None  # as it stood when it was opened
    assert archive.purge(LATER) is True
    assert SECRET[:20].encode() not in raw(path)


def test_verify_says_when_something_that_was_taken_down_is_there(path):
    with open_archive(path, write=True) as archive:
        put(archive, "1")
        put(archive, "2")
        down(archive, source="demo-zh", key="1")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE taken_down SET article = (SELECT id FROM ledger WHERE key = '2')")
        connection.commit()
    with open_archive(path, write=False) as archive:
        reasons = [damage.reason for damage in archive.verify() if damage.what == "take-down"]
    assert any("its line says archived" in reason for reason in reasons)
    assert any("revisions still has it" in reason for reason in reasons)
    assert any("still says what it was" in reason for reason in reasons)


# --- interrupted ------------------------------------------------------------------------------------------------------


def removing(folder, say):
    with open_archive(folder / "wirecopy.db", write=True) as archive:
        archive.take_down(Removal(source="demo-zh", key="1"), at=LATER, reason="a court said so")
        say("taken down")
        if archive.purge(LATER):
            say("purged")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not faults.can_fail(), reason="the SQLite of this Python hides its functions")
@pytest.mark.parametrize("how", ["kill", "eio", "full"])
def test_a_fault_anywhere_leaves_it_whole_or_gone(tmp_path, how):
    model = tmp_path / "model"
    model.mkdir()
    page = random.Random(9).randbytes(6_000)
    with open_archive(model / "wirecopy.db", write=True) as archive:
        put(archive, "1", words=SECRET, body=page)
        put(archive, "2")
    stored = (model / "wirecopy.db").read_bytes()

    def fresh(name):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "wirecopy.db").write_bytes(stored)
        return folder

    changes = faults.changes(removing, fresh("counted"))
    assert len(changes) > 20
    for at in range(1, len(changes) + 1, 1 if how == "kill" else 5):
        if not faults.matters(changes[at - 1], how):
            continue
        folder = fresh(f"{how}{at}")
        ended, said = faults.played(removing, folder, at, how)
        assert "a fault of wirecopy" not in ended, ended
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            assert list(archive.verify()) == []
            assert len(archive.history("demo-zh", "1")) == (0 if archive.take_downs() else 1)
            assert bool(archive.take_downs()) >= ("taken down" in said)
            archive.take_down(Removal(source="demo-zh", key="1"), at=LATER, reason="a court said so")
            assert archive.purge(LATER)
            assert archive.history("demo-zh", "1") == ()
            assert len(archive.history("demo-zh", "2")) == 1
            assert page[3_000:3_040] not in raw(folder / "wirecopy.db")
        left = {each.name for each in folder.iterdir()}
        assert left <= {"wirecopy.db", "wirecopy.db-wal", "wirecopy.db-shm", "wirecopy.db.lock"}, left


def reading_again(folder, say):
    with open_archive(folder / "wirecopy.db", write=True) as archive:
        for key in ("1", "2"):
            with archive.batch():
                for old in reversed(archive.history("demo-zh", key)):
                    archive.reread(old, replace(old.article, title="Neu gelesen", rules="9"), f"1:new{old.number}")
            say(f"read {key}")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not faults.can_fail(), reason="the SQLite of this Python hides its functions")
@pytest.mark.parametrize("how", ["kill", "torn", "full"])
def test_a_fault_anywhere_leaves_each_article_read_once_or_twice(tmp_path, how):
    model = tmp_path / "model"
    model.mkdir()
    with open_archive(model / "wirecopy.db", write=True) as archive:
        for key in ("1", "2"):
            put(archive, key, words=SECRET * 9)
            put(archive, key, words=SPOKEN + SECRET * 9, at=minutes(5))
    stored = (model / "wirecopy.db").read_bytes()

    def fresh(name):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "wirecopy.db").write_bytes(stored)
        return folder

    for at, change in enumerate(faults.changes(reading_again, fresh("counted")), 1):
        if not faults.matters(change, how):
            continue
        folder = fresh(f"{how}{at}")
        ended, said = faults.played(reading_again, folder, at, how)
        assert "a fault of wirecopy" not in ended, ended
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            assert list(archive.verify()) == []
            for key in ("1", "2"):
                titles = {each.article.title for each in archive.history("demo-zh", key)}
                assert titles == {"Neu gelesen"} or (titles == {f"标题 {key}"} and f"read {key}" not in said)


# --- let go -----------------------------------------------------------------------------------------------------------


def test_a_revision_whose_capture_was_let_go_still_names_it(archive):
    old = put(archive, "1", at=minutes(0))
    new = put(archive, "1", words="geändert", at=minutes(300))
    done = archive.let_go("demo-zh", captures=minutes(200), pictures=None, at=LATER)
    assert (done.captures, done.more) == (1, False)
    assert done.bytes > 0
    assert [each.capture for each in archive.history("demo-zh", "1")] == [old.id, new.id]
    assert archive.capture(old.id) is None
    assert archive.capture(new.id) == new
    assert archive.history("demo-zh", "1")[0].article is not None
    assert archive.let_go("demo-zh", captures=minutes(200), pictures=None, at=LATER).captures == 0
    assert archive.let_go("demo-zh", captures=minutes(400), pictures=None, at=LATER).captures == 1
    with archive.edition() as edition:
        assert edition.document("demo-zh", "1").capture == new.id


def test_what_is_still_needed_is_not_let_go(archive):
    page = put(archive, "1")
    archive.settle(replace(archive.entry("demo-zh", "1"), due=LATER))  # it is still asked for
    put(archive, "2")
    archive.settle(replace(archive.entry("demo-zh", "2"), state=State.HELD))
    other = put(archive, "3", "demo-de")
    assert archive.let_go("demo-zh", captures=LATER, pictures=None, at=LATER).captures == 0
    assert archive.capture(page.id) == page
    assert archive.capture(other.id) == other


def test_a_withdrawal_lets_its_capture_go_too(archive):
    put(archive, "1")
    page = capture(b"404", at=minutes(5), status=404)
    archive.settle(
        entry("1", state=State.GONE), captures=[page], revision=replace(gone("1", at=minutes(5)), capture=page.id)
    )
    assert archive.let_go("demo-zh", captures=LATER, pictures=None, at=LATER).captures == 2
    assert archive.history("demo-zh", "1")[-1].capture == page.id


def test_pictures_older_than_their_source_keeps_are_let_go_and_not_asked_for_again(archive, path):
    url = "https://img.example.org/p.jpg"
    body = random.Random(4).randbytes(5_000)
    put(archive, "1", picture=Picture(url=url))
    archive.note_pictures("demo-zh", at=NOON)
    keep_picture(archive, url, body)
    assert archive.let_go("demo-zh", captures=None, pictures=minutes(-600), at=LATER).pictures == 0
    done = archive.let_go("demo-zh", captures=None, pictures=LATER, at=LATER)
    assert (done.pictures, done.captures) == (1, 0)
    assert archive.picture_entry(url).state is PictureState.GONE
    assert archive.picture_entry(url).reason.startswith("let go: ")
    assert archive.pictures_due("demo-zh", None, 9) == ()
    with archive.edition() as edition:
        assert edition.picture("demo-zh", "1", Picture(url=url)) is None
        assert edition.document("demo-zh", "1").article.body[-1].picture.url == url


def test_growth_counts_what_was_stored_since(archive):
    put(archive, "1", body=random.Random(1).randbytes(50_000))
    put(archive, "2", at=minutes(300), body=random.Random(2).randbytes(20_000))
    since = archive.growth(minutes(200))
    assert since.revisions == 1
    assert 20_000 < since.bytes < 24_000
    assert archive.growth(NOON).bytes > 70_000
    assert since.began == NOON
    assert since.size > 70_000
