"""An edition becomes a book for Kiwix: every article whole in it, found by its words, asking nobody for anything."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
from libzim.reader import Archive
from libzim.search import Query, Searcher
from libzim.suggestion import SuggestionSearcher

from publish import golden
from publish.edition import NOON, MemoryEdition, document
from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import Figure, Link, Paragraph, Picture, TakeDown, document_text, text
from wirecopy.publish import publication, zim
from wirecopy.publish.zim import illustration, languages

ABOUT = {"name": "gazette", "title": "港口报", "description": "A mirror of the Harbour Gazette"}


def book(edition: MemoryEdition, folder: Path, **options: object) -> Archive:
    zim.publish(edition, folder / "news.zim", **{**ABOUT, **options})  # type: ignore[arg-type]
    return Archive(folder / "news.zim")


def entries(archive: Archive) -> Iterator[tuple[str, str, str, bytes]]:
    """The path, title, media type and bytes of what is in a book, redirects left out."""
    for number in range(archive.all_entry_count):
        entry = archive._get_entry_by_id(number)
        if not entry.is_redirect:
            item = entry.get_item()
            yield entry.path, entry.title, item.mimetype, bytes(item.content)


def pages(archive: Archive) -> dict[str, str]:
    return {path: body.decode() for path, _, media, body in entries(archive) if media == "text/html"}


class Shown(HTMLParser):
    """The text of a page, what it loads and where it leads."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        assert tag not in ("script", "iframe", "object", "embed", "base", "form", "style"), tag
        assert not [name for name in told if name.startswith("on") or name in ("style", "srcset", "background")]
        if tag == "a":
            self.leads.append(told.get("href") or "")
        elif tag == "link":
            self.loads.append(told.get("href") or "")
        elif "src" in told or "poster" in told:
            self.loads.append(told.get("src") or told.get("poster") or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def squeezed(words: str) -> str:
    return "".join(words.split())


def hits(archive: Archive, words: str) -> list[str]:
    found = Searcher(archive).search(Query().set_query(words))
    return list(found.getResults(0, found.getEstimatedMatches()))


# --- what is in the book


def test_the_book_opens_and_says_what_it_is(tmp_path: Path) -> None:
    archive = book(golden.edition(), tmp_path, long_description="More.", tags=["news", "harbour"])
    assert archive.check()
    told = {name: bytes(archive.get_metadata(name)).decode("utf-8", "replace") for name in archive.metadata_keys}
    assert {name: told[name] for name in ("Name", "Title", "Description", "Creator", "Publisher", "Date")} == {
        "Name": "gazette",
        "Title": "港口报",
        "Description": "A mirror of the Harbour Gazette",
        "Creator": "جريدة الميناء, Hafenblatt, Harbour Gazette, 港口报",
        "Publisher": "wirecopy",
        "Date": golden.edition().days()[0][0],
    }
    assert set(told["Language"].split(",")) == {"ara", "deu", "eng", "zho"}
    assert told["Tags"].startswith("news;harbour;")
    assert {"Illustration_48x48@1", "LongDescription", "Flavour", "Scraper", "License"} <= set(told)
    assert archive.has_illustration(48)
    assert archive.has_fulltext_index
    assert archive.has_title_index
    assert archive.main_entry.get_item().path == "index.html"


def test_every_article_is_whole_on_its_page(tmp_path: Path) -> None:
    edition = golden.edition()
    made = pages(book(edition, tmp_path))
    seen = 0
    for shelf in edition.shelves():
        for month, _ in shelf.months:
            for held in edition.documents(shelf.source, month):
                page = made[f"articles/{shelf.source}/{held.day[:4]}/{held.day[5:7]}/{held.article.key}.html"]
                shown = squeezed("".join(Shown(page).words))
                for line in (held.article.title, *document_text(held.article.body).split("\n")):
                    assert squeezed(line) in shown
                assert f'datetime="{held.at:%Y-%m-%dT%H:%M:%S}Z"' in page
                seen += 1
    assert seen == 6


def test_nothing_in_the_book_asks_another_host_for_anything(tmp_path: Path) -> None:
    archive = book(golden.edition(), tmp_path)
    there = {path for path, *_ in entries(archive)}
    followed = 0
    for path, markup in pages(archive).items():
        shown = Shown(markup)
        for target in shown.loads:
            assert urljoin(path, target) in there
        for target in shown.leads:
            if not re.match(r"(https?|mailto):", target) and not target.startswith("#"):
                assert urljoin(path, target) in there, (path, target)
                followed += 1
    assert followed > 40
    style = archive.get_entry_by_path("style.css").get_item()
    assert "url(" not in bytes(style.content).decode()
    assert "prefers-color-scheme" in bytes(style.content).decode()


def test_pictures_are_in_the_book_or_links_in_the_text_tier(tmp_path: Path) -> None:
    edition = golden.edition()
    archive = book(edition, tmp_path)
    shown = [(path, media) for path, _, media, _ in entries(archive) if path.startswith("pictures/")]
    assert len(shown) == 1
    (tmp_path / "text").mkdir()
    plain = book(edition, tmp_path / "text", tier="text")
    assert not [path for path, *_ in entries(plain) if path.startswith("pictures/")]
    assert "<img" not in "".join(pages(plain).values())


def test_pictures_of_a_source_that_is_to_show_none_are_not_in_the_book(tmp_path: Path) -> None:
    edition = golden.edition()
    sources = [shelf.source for shelf in edition.shelves()]
    book(edition, tmp_path)
    archive = book(edition, tmp_path, by_source=dict.fromkeys(sources, "none"))  # the operator thought better of it
    assert not [path for path, *_ in entries(archive) if path.startswith("pictures/")]
    assert "<img" not in "".join(pages(archive).values())


def test_a_link_to_an_article_that_is_held_leads_to_its_page(tmp_path: Path) -> None:
    words = (
        *text("see ", link=None),
        *text("this", link=Link(ref="dw:2")),
        *text(" there", link=Link(href="https://x.example/")),
    )
    edition = MemoryEdition(document("dw-zh", "1", body=(Paragraph(text=words),)), document("dw-en", "2"))
    page = pages(book(edition, tmp_path))["articles/dw-zh/2024/02/1.html"]
    assert "../../../dw-en/2024/02/2.html" in Shown(page).leads
    assert "https://x.example/" in Shown(page).leads


def test_an_article_goes_by_its_name_and_its_original_address_too(tmp_path: Path) -> None:
    edition = MemoryEdition(
        document("dw-zh", "1", url="https://www.dw.com/zh/%E6%99%AE%E4%BA%AC/a-1"), document("dw-zh", "2")
    )
    archive = book(edition, tmp_path)
    for name in ("dw-zh/1", "www.dw.com/zh/普京/a-1"):
        assert archive.get_entry_by_path(name).get_redirect_entry().path == "articles/dw-zh/2024/02/1.html"


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    bad = '"><script>alert(1)</script><img src=x onerror=y>'
    made = document(
        "dw-zh", "1", title=bad, kicker=bad, subtitle=bad, byline=bad, rights=bad, section=bad, dateline=bad,
        url="javascript:alert(1)", language='zh"><script>',
        body=(
            Paragraph(text=text(bad, link=Link(href="javascript:alert(1)"))), Figure(picture=Picture(url=bad, alt=bad)),
        ),
    )  # fmt: skip
    edition = MemoryEdition(made)
    edition.names["dw-zh"] = (bad, 'zh"><script>', "javascript:alert(1)")
    for markup in pages(book(edition, tmp_path)).values():
        shown = Shown(markup)  # which refuses scripts and handlers
        assert not [target for target in (*shown.loads, *shown.leads) if "javascript" in target]


def test_what_the_book_tells_programs_holds_no_control_and_turns_nothing(tmp_path: Path) -> None:
    """kiwix-serve puts titles into JSON as they are: one control in one, and no title is suggested any more."""
    edition = MemoryEdition(document("dw-zh", "1", title="a\x1b]0;b\u202ec"))
    edition.names["dw-zh"] = ("Ne\x00ws\u202e", "zh", "")
    archive = book(edition, tmp_path)
    told = [title for _, title, _, _ in entries(archive)]
    told += [archive.get_metadata(name).decode("utf-8", "replace") for name in ("Creator", "Title", "Description")]
    assert "a\ufffd]0;b\ufffdc" in told
    assert all(each.isprintable() for each in told)


@pytest.mark.parametrize("tail", ["..%2F..%2F..%2Fetc", "a/%2E%2E%5C..%5Cb", "a%0Ab", "%E2%80%AEb"])
def test_no_address_is_a_name_that_leads_out_of_a_folder_or_is_two_lines(tmp_path: Path, tail: str) -> None:
    archive = book(MemoryEdition(document("dw-zh", "1", url=f"https://evil.example/{tail}")), tmp_path)
    paths = [archive._get_entry_by_id(number).path for number in range(archive.all_entry_count)]
    assert "dw-zh/1" in paths
    assert not [path for path in paths if path.startswith("evil.example")]


# --- what is found


def test_one_and_two_han_characters_are_found_in_text_and_titles(tmp_path: Path) -> None:
    edition = MemoryEdition(
        *(
            document(
                "dw-zh",
                str(number),
                title=f"第{number}篇 {'乌克兰局势' if number % 10 else '普京访华'}",
                body=(Paragraph(text=text("俄罗斯总统来访。" if number % 5 else "德国总理朔尔茨在柏林会见习近平。")),),
            )
            for number in range(100)
        )
    )
    archive = book(edition, tmp_path)
    put, berlin = ({f"articles/dw-zh/2024/02/{n}.html" for n in range(0, 100, step)} for step in (10, 5))
    assert set(hits(archive, "普京")) == put
    for words in ("柏林", "柏", "朔尔茨", "德国总理", "习近平"):
        assert set(hits(archive, words)) == berlin, words
    assert hits(archive, "火星") == []
    for words in ("普京访华", "普京", "普"):
        suggested = SuggestionSearcher(archive).suggest(words)
        assert put <= set(suggested.getResults(0, 100)), words


def test_words_are_found_with_and_without_their_accents(tmp_path: Path) -> None:
    edition = MemoryEdition(
        *(document("dw-zh", str(number)) for number in range(10, 14)),
        document("dw-ar", "1", title="الرئيس في برلين", body=(Paragraph(text=text("قال رئيس الوزراء عن ألمانيا")),)),
        document("dw-de", "2", title="Höhere Löhne", body=(Paragraph(text=text("In Köln streiken die Fahrer.")),)),
    )
    archive = book(edition, tmp_path)
    for words in ("الرئيس", "رئيس", "ألمانيا", "المانيا"):
        assert hits(archive, words) == ["articles/dw-ar/2024/02/1.html"], words
    for words in ("Köln", "koln", "KÖLN", "Löhne", "fahrer"):
        assert hits(archive, words) == ["articles/dw-de/2024/02/2.html"], words


# --- again and again


def test_the_same_archive_makes_the_same_bytes(tmp_path: Path) -> None:
    edition = golden.edition()
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        archive = book(edition, tmp_path / name)
        assert archive.check()
        made.append((tmp_path / name / "news.zim").read_bytes())
    assert made[0] == made[1]


def test_another_content_is_another_book(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1"))
    first = book(edition, tmp_path).uuid
    edition.put(document("dw-zh", "1", title="Other"))
    assert book(edition, tmp_path).uuid != first


def test_a_book_that_would_be_the_same_is_not_made_again(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1"))
    book(edition, tmp_path)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir() if not file.name.endswith(".lock")}
    assert sorted(file.name for file in before) == [".news.zim.wirecopy.json", "news.zim"]
    done = zim.publish(edition, tmp_path / "news.zim", **ABOUT)
    assert (done.written, done.unchanged, done.rendered, done.documents) == (0, 1, 0, 1)
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert zim.publish(edition, tmp_path / "news.zim", **{**ABOUT, "title": "Other"}).written == 1
    edition.put(document("dw-zh", "2", at=NOON + timedelta(days=1)))
    assert zim.publish(edition, tmp_path / "news.zim", **ABOUT).written == 1
    assert bytes(Archive(tmp_path / "news.zim").get_metadata("Date")) == b"2024-02-09"
    assert list(zim.check(tmp_path / "news.zim")) == []


def test_a_book_that_was_changed_or_is_missing_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "news.zim"
    assert [each.what for each in zim.check(file)] == ["note"]
    book(MemoryEdition(document("dw-zh", "1")), tmp_path)
    body = file.read_bytes()
    file.write_bytes(body[:-1] + b"?")
    assert [each.reason for each in zim.check(file)] == ["changed since it was published; remove it and publish again"]
    file.unlink()
    assert [each.reason for each in zim.check(file)] == ["missing; publish again"]


def test_a_file_of_someone_else_stays(tmp_path: Path) -> None:
    (tmp_path / "news.zim").write_bytes(b"mine")
    with pytest.raises(PublishError, match="did not make"):
        zim.publish(MemoryEdition(document("dw-zh", "1")), tmp_path / "news.zim", **ABOUT)
    assert (tmp_path / "news.zim").read_bytes() == b"mine"


def test_a_publication_that_fails_leaves_the_book_before(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1"))
    book(edition, tmp_path)
    before = (tmp_path / "news.zim").read_bytes()
    edition.put(document("dw-zh", "../up"))
    with pytest.raises(PublishError, match="cannot name a file"):
        zim.publish(edition, tmp_path / "news.zim", **ABOUT)
    assert (tmp_path / "news.zim").read_bytes() == before
    assert list(zim.check(tmp_path / "news.zim")) == []
    assert not [file.name for file in tmp_path.iterdir() if file.name.endswith("~")]


KILLED = """
import os, signal, sys
from pathlib import Path
from publish.edition import NOON, MemoryEdition, document
from wirecopy.model import TakeDown
from wirecopy.publish import zim

folder, last, ABOUT = Path(sys.argv[1]), int(sys.argv[2]), {"name": "gazette", "title": "G", "description": "D"}
edition = MemoryEdition(document("dw-zh", "1"))
zim.publish(edition, folder / "news.zim", **ABOUT)
edition.put(document("dw-zh", "2"))
edition.taken_down.append(TakeDown(scope="source", source="dw-en", at=NOON, reason="asked"))
done = 0

def count(event, arguments):
    global done
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir") and str(folder) in str(arguments[0]):
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
zim.publish(edition, folder / "news.zim", **ABOUT)
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_killed_at_any_moment_the_book_before_or_the_new_one_is_there(tmp_path: Path) -> None:
    about = {"name": "gazette", "title": "G", "description": "D"}
    edition = MemoryEdition(document("dw-zh", "1"))
    wanted = []
    for name, key in (("before", "1"), ("after", "2")):
        edition.put(document("dw-zh", key))
        zim.publish(edition, tmp_path / f"{name}.zim", **about)
        wanted.append((tmp_path / f"{name}.zim").read_bytes())
    edition.taken_down.append(TakeDown(scope="source", source="dw-en", at=NOON, reason="asked"))
    for operation in range(1, 100):
        folder = tmp_path / str(operation)
        folder.mkdir()
        command = [sys.executable, "-c", KILLED, str(folder), str(operation)]
        died = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}, check=False)
        found = (folder / "news.zim").read_bytes()
        assert found in wanted
        noted = publication.noted((folder / ".news.zim.wirecopy.json").read_bytes(), publication.Bookmark)
        assert noted is not None
        assert found == wanted[1] or noted.take_downs == 0  # a book from before the take-down does not say otherwise
        zim.publish(edition, folder / "news.zim", **about)
        assert (folder / "news.zim").read_bytes() == wanted[1]
        assert list(zim.check(folder / "news.zim")) == []
        assert sorted(each.name for each in folder.iterdir()) == [
            ".news.zim.wirecopy.json",
            ".wirecopy.lock",
            "news.zim",
        ]
        if died.returncode == 0:
            break
    assert operation > 5


def test_nothing_is_said_on_stdout(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    book(MemoryEdition(document("dw-zh", "1")), tmp_path)
    assert capfd.readouterr().out == ""


def test_an_edition_without_documents_makes_no_book(tmp_path: Path) -> None:
    assert zim.publish(MemoryEdition(), tmp_path / "news.zim", **ABOUT).written == 0
    assert list(tmp_path.iterdir()) == []


def test_when_all_is_taken_down_the_book_goes(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1"))
    book(edition, tmp_path)
    edition.remove("dw-zh", "1")
    assert zim.publish(edition, tmp_path / "news.zim", **ABOUT).removed == 1
    assert [file.name for file in tmp_path.iterdir()] == [".wirecopy.lock"]


# --- what is refused


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "two words"}, "name"),
        ({"title": "x" * 31}, "title has 31"),
        ({"title": " "}, "title is empty"),
        ({"description": "x" * 81}, "description has 81"),
        ({"tier": "huge"}, "'small', 'text'"),
        ({"date": "today"}, "no day"),
    ],
)
def test_what_a_book_cannot_be_called_is_refused(tmp_path: Path, wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        zim.publish(MemoryEdition(document("dw-zh", "1")), tmp_path / "news.zim", **{**ABOUT, **wrong})


def test_without_libzim_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("libzim")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libzim", None)
    monkeypatch.delitem(sys.modules, "wirecopy.publish.zim.books", raising=False)
    monkeypatch.delattr(zim, "books", raising=False)
    with pytest.raises(ConfigError, match=r"pip install 'wirecopy\[zim\]'"):
        zim.publish(MemoryEdition(document("dw-zh", "1")), tmp_path / "news.zim", **ABOUT)


# --- small things


def test_the_illustration_is_a_picture_of_48_pixels() -> None:
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(illustration.png())) as found:
        found.load()
        assert (found.format, found.size) == ("PNG", (48, 48))
        assert len(found.convert("RGB").getcolors() or ()) == 2


@pytest.mark.parametrize(
    ("tag", "code"), [("zh", "zho"), ("zh-Hant-TW", "zho"), ("en-GB", "eng"), ("yue", "yue"), ("", ""), ("x-y", "")]
)
def test_languages_have_three_letters(tag: str, code: str) -> None:
    assert languages.three(tag) == code


# --- a real reader


def program(name: str, package: str) -> str:
    """A program of Debian's; where it is not, the test is skipped, but not in CI."""
    found = shutil.which(name)
    if found is None:
        assert "CI" not in os.environ, f"{name} is missing: apt-get install {package}"
        pytest.skip(f"{name} is not installed (Debian: {package})")
    return found


@pytest.mark.slow
def test_zimcheck_finds_nothing(tmp_path: Path) -> None:
    """All but the integrity check: that of Debian 12 looks for an index which the format no longer has."""
    book(golden.edition(), tmp_path)
    checks = ["--empty", "--checksum", "--metadata", "--favicon", "--main", "--url_internal", "--url_external"]
    done = subprocess.run(
        [program("zimcheck", "zim-tools"), *checks, "--redirect_loop", str(tmp_path / "news.zim")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "ERROR" not in done.stdout


@pytest.mark.slow
def test_kiwix_serves_and_searches_the_book(tmp_path: Path) -> None:
    serve = program("kiwix-serve", "kiwix-tools")
    book(golden.edition(), tmp_path)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    home = f"http://127.0.0.1:{port}"
    command = [serve, f"--port={port}", "--address=127.0.0.1", str(tmp_path / "news.zim")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as served:
        try:
            assert served.stdout is not None
            wait_for(home)
            front = fetched(f"{home}/news/index.html")
            assert "港口报" in front
            page = fetched(f"{home}/news/articles/hg-zh/2024/02/1001.html")
            assert "海鸥号" in page
            original = fetched(f"{home}/news/{quote('gazette.example/zh/渡轮 ：新/a-1001')}")
            assert "海鸥号" in original
            for words in ("海鸥", "海"):
                found_page = fetched(f"{home}/search?content=news&pattern={quote(words)}")
                assert "1001.html" in found_page, words
            assert "港口报" in fetched(f"{home}/catalog/v2/entries")
        finally:
            served.terminate()


def wait_for(home: str) -> None:
    """Until it answers, 20 seconds at most."""
    end = time.monotonic() + 60
    while True:
        try:
            fetched(home + "/")
        except OSError:
            assert time.monotonic() < end
        else:
            return


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())
