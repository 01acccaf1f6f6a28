"""Dictionaries: learned from what an archive holds, packed with, kept twice, and nobody's text."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from archive import samples
from wirecopy.archive import dictionaries, open_archive, packing
from wirecopy.archive.packing import Codec, Packed
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.demo import agency
from wirecopy.model import Article, Capture, encode, replace

FEW = (20, 60)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dictionaries are learned from tens of articles here, from hundreds in earnest."""
    monkeypatch.setattr(dictionaries, "_STAGES", FEW)
    monkeypatch.setattr(dictionaries, "_ARTICLES", FEW[0])
    monkeypatch.setattr(dictionaries, "_EVERY", 10)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteArchive]:
    with open_archive(tmp_path / "wirecopy.db", write=True) as opened:
        yield opened


@cache
def english() -> list[Article]:
    return [replace(each, source="demo-en") for each in agency.stories(11, 600, share=0) if each.language == "en"]


def stories(number: int) -> list[Article]:
    assert number <= len(english())
    return english()[:number]


def settle(archive: SqliteArchive, article: Article, minute: int = 0) -> None:
    made = samples.revision(article, samples.minutes(minute))
    archive.settle(samples.entry(article.key, article.source), revision=made)


def codecs(archive: SqliteArchive) -> list[int]:
    rows = archive._file.rows(
        "SELECT codec FROM revisions JOIN blobs ON blobs.id = revisions.body ORDER BY revisions.id"
    )
    return [codec for (codec,) in rows]


def page(number: int, of: random.Random) -> bytes:
    frame = random.Random("frame")
    menu = "".join(
        f'<li class="n{frame.getrandbits(40):x}"><a href="/s/{frame.getrandbits(40):x}">x</a>' for _ in range(90)
    )
    words = " ".join(f"{of.getrandbits(40):x}" for _ in range(150))
    return f"<html><head><title>{number}</title></head><body><ul>{menu}</ul><p>{words}</p></body></html>".encode()


def captures(number: int) -> list[Capture]:
    of = random.Random(5)
    return [samples.capture(page(n, of), samples.minutes(n), url=f"https://e.org/{n}") for n in range(number)]


def held(archive: SqliteArchive, number: int) -> list[Capture]:
    taken = captures(number)
    for n, each in enumerate(taken):
        archive.settle(samples.entry(str(n), state=samples.State.HELD), captures=[each])
    return taken


# --- learning --------------------------------------------------------------------------------------------------------


def test_articles_are_packed_with_what_their_language_has_in_common(archive: SqliteArchive) -> None:
    articles = stories(90)
    for article in articles:
        settle(archive, article)
    assert codecs(archive).count(Codec.ZSTD_DICTIONARY) >= 85
    for article in articles:
        standing = archive.standing(article.source, article.key)
        assert standing is not None
        assert standing.article == article
    row = archive._file.row("SELECT name, texts FROM dictionaries")
    assert row == ("language en", FEW[1])
    assert list(archive.verify()) == []


def test_a_dictionary_makes_them_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def size(name: str) -> int:
        with open_archive(tmp_path / name, write=True) as archive:
            for article in stories(100):
                settle(archive, article)
            return archive._file.number(
                "SELECT sum(length(blobs.body)) FROM revisions JOIN blobs ON blobs.id = revisions.body"
            )

    packed = size("with.db")
    monkeypatch.setattr(dictionaries, "_STAGES", ())
    assert packed < 0.9 * size("without.db")


def test_a_revision_rests_on_its_first_copy_and_that_on_the_dictionary(archive: SqliteArchive) -> None:
    articles = stories(40)
    for article in articles:
        settle(archive, article)
    edited = replace(articles[0], title="another title")
    again = replace(articles[0], title="a third title")
    settle(archive, edited, 5)
    settle(archive, again, 9)
    assert codecs(archive)[-2:] == [Codec.ZSTD_BASE, Codec.ZSTD_BASE]
    assert [each.article for each in archive.history("demo-en", articles[0].key)] == [articles[0], edited, again]
    roots = "SELECT DISTINCT codec FROM blobs WHERE id IN (SELECT base FROM blobs WHERE codec = 3)"
    assert archive._file.rows(roots) == [(Codec.ZSTD_DICTIONARY,)]
    assert list(archive.verify()) == []


def test_the_pages_of_an_outlet_are_packed_with_their_frame(archive: SqliteArchive) -> None:
    taken = held(archive, 60)
    blobs = archive._file.rows("SELECT blobs.codec, length(blobs.body) FROM captures JOIN blobs ON blobs.id = payload")
    assert [codec for codec, _ in blobs].count(Codec.ZSTD_DICTIONARY) == 60
    alone = sum(len(packing.pack(each.body).body) for each in taken)
    assert sum(size for _, size in blobs) < 0.7 * alone
    assert [archive.capture(each.id) for each in taken] == taken
    assert list(archive.verify()) == []


def test_pages_that_have_nothing_in_common_have_no_dictionary(archive: SqliteArchive) -> None:
    of = random.Random(8)
    for n in range(40):
        body = " ".join(f"{of.getrandbits(60):x}" for _ in range(300)).encode()
        archive.settle(samples.entry(str(n)), captures=[samples.capture(body, samples.minutes(n))])
    assert archive._file.number("SELECT count(*) FROM dictionaries") == 0


def test_other_pages_of_an_outlet_that_was_built_anew_have_another_dictionary(archive: SqliteArchive) -> None:
    held(archive, 30)
    first = archive._file.row("SELECT blob FROM dictionaries")
    of = random.Random(9)
    new = [page(n, of).replace(b'class="n', b'id="zz').replace(b"/s/", b"/y/q") for n in range(60)]
    new = [
        bytes(
            b"ghijklmnopqrstuv"["0123456789abcdef".index(chr(c))] if chr(c) in "0123456789abcdef" else c for c in each
        )
        for each in new
    ]
    for n, body in enumerate(new):
        taken = samples.capture(body, samples.minutes(100 + n), url=f"https://e.org/new/{n}")
        archive.settle(samples.entry(f"new-{n}", state=samples.State.HELD), captures=[taken])
    assert archive._file.row("SELECT blob FROM dictionaries") != first
    assert list(archive.verify()) == []


def test_texts_with_next_to_nothing_in_common_make_no_dictionary() -> None:
    assert dictionaries.of_pages([b"<p>%d" % n for n in range(30)]) == b""
    assert dictionaries.of_articles([]) == b""
    assert packing.WORDS in dictionaries.of_articles([b'{"n":%d}' % n for n in range(30)])  # our own words at least
    assert packing.trained([b""], 1_000) == b""


# --- nobody's text ---------------------------------------------------------------------------------------------------


def test_nothing_in_a_dictionary_is_of_one_article_only() -> None:
    articles = stories(24)
    secret = "Quillby met the ferryman Tobin Lark near the seventh bollard"
    first = encode(articles[0]).replace(b'"text":"', b'"text":"' + secret.encode() + b" ", 1)
    made = dictionaries.of_articles([first, *map(encode, articles[1:])])
    assert len(made) > 1_000
    for word in ("Quillby", "Tobin", "bollard", "ferryman"):
        assert word.encode() not in made


def test_a_headline_that_every_page_teases_is_in_no_dictionary() -> None:
    teased = (
        b"The king visits the old town of Alderford on Monday",
        "国王星期一访问古老的城市并且会见市长".encode(),
        b'<a href="/the-king-visits-the-old-town-of-alderford">',
    )
    pages = [each.body.replace(b"</ul>", b"</ul><p>" + b"</p><p>".join(teased) + b"</p>") for each in captures(20)]
    made = dictionaries.of_pages(pages)
    assert b'<li class="' in made
    for each in teased:
        assert each[3:-3] not in made


# --- damage, and what never was --------------------------------------------------------------------------------------


def test_a_damaged_dictionary_spoils_nothing_as_it_is_kept_twice(tmp_path: Path) -> None:
    path = tmp_path / "wirecopy.db"
    articles = stories(40)
    with open_archive(path, write=True) as archive:
        for article in articles:
            settle(archive, article)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE blobs SET body = zeroblob(99) WHERE id = (SELECT blob FROM dictionaries)")
    with open_archive(path, write=False) as archive:
        standing = archive.standing("demo-en", articles[-1].key)
        assert standing is not None
        assert standing.article == articles[-1]
        assert [each.what for each in archive.verify()] == ["blob"]


def test_a_dictionary_that_is_gone_with_its_copy_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "wirecopy.db"
    articles = stories(40)
    with open_archive(path, write=True) as archive:
        for article in articles:
            settle(archive, article)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE blobs SET body = zeroblob(99) WHERE id = (SELECT blob FROM dictionaries)")
        connection.execute("DELETE FROM dictionaries")
    with open_archive(path, write=False) as archive, pytest.raises(Exception, match="is damaged"):
        archive.standing("demo-en", articles[-1].key)


def test_what_was_learned_in_a_batch_that_failed_never_was(archive: SqliteArchive) -> None:
    articles = stories(80)

    def settle_in_vain() -> None:
        with archive.batch():
            for article in articles[:40]:
                settle(archive, article)
            assert archive._file.number("SELECT count(*) FROM dictionaries") == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        settle_in_vain()
    assert archive._file.number("SELECT count(*) FROM dictionaries") == 0
    for article in reversed(articles):
        settle(archive, article)
    assert Codec.ZSTD_DICTIONARY in codecs(archive)
    assert all(archive.standing(each.source, each.key).article == each for each in articles)
    assert list(archive.verify()) == []


@pytest.mark.parametrize("base", [None, b"", b"no dictionary", b"\x37\xa4\x30\xec" + bytes(20)])
def test_what_was_packed_with_a_dictionary_is_nothing_without_it(base: bytes | None) -> None:
    dictionary = dictionaries.of_articles([encode(each) for each in stories(24)])
    data = encode(stories(1)[0])
    packed = packing.pack(data, dictionary=dictionary)
    assert packed.codec == Codec.ZSTD_DICTIONARY
    assert packing.unpack(packed, base=dictionary) == data
    with pytest.raises(ValueError, match=r"unpacked|missing"):
        packing.unpack(packed, base=base)


def test_a_blob_in_a_circle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wirecopy.db"
    article = stories(1)[0]
    with open_archive(path, write=True) as archive:
        settle(archive, article)
        settle(archive, replace(article, title="2"), 1)
        settle(archive, replace(article, title="3"), 2)
        ids = [number for (number,) in archive._file.rows("SELECT body FROM revisions ORDER BY id")]
        rows = archive._file.every(dictionaries.BLOBS, "WHERE id IN (?, ?)", *ids[1:])
        for row, base in zip(rows, (ids[2], ids[1]), strict=True):
            archive._file.put(dictionaries.BLOBS, row._replace(base=base))
        with pytest.raises(Exception, match="rests on something else"):
            archive.latest(article.source, article.key)


def test_old_ways_of_packing_stay_readable() -> None:
    assert packing.unpack(Packed(Codec.RAW, 3, b"abc")) == b"abc"
    words = b'{"source":"dw-zh","key":"1"}' * 3
    assert packing.unpack(packing.pack(words, ours=True)) == words
    assert packing.unpack(packing.pack(words * 9, base=words * 8), base=words * 8) == words * 9


def test_time_goes_on(archive: SqliteArchive) -> None:
    """What is settled long after the last dictionary was learned is packed with it."""
    for n, article in enumerate(stories(75)):
        settle(archive, replace(article, published=samples.NOON + timedelta(days=n)), n)
    assert codecs(archive)[-5:] == [Codec.ZSTD_DICTIONARY] * 5
