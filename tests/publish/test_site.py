"""An edition becomes a site: whole, the same everywhere, by what changed, safe, and with nothing left out."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

import strategies
from publish import golden, killed
from publish.edition import NOON, MemoryEdition, document
from wirecopy.errors import ConfigError
from wirecopy.model import (
    Article,
    Aside,
    Blocks,
    Cell,
    Document,
    Heading,
    Link,
    LiveEntry,
    Paragraph,
    Picture,
    Quote,
    Table,
    plain,
    replace,
    text,
    texts,
)
from wirecopy.publish import messages, site
from wirecopy.publish.look import LANGUAGES, Look
from wirecopy.publish.output import BOOKMARK, JOURNAL, LOCK, check

GOLDEN = Path(__file__).parents[1] / "golden" / "site"
LOOK = Look(interface="zh-Hans", title="港口镜像", address="https://mirror.example/港/", contact="op@mirror.example")


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != LOCK
    }


def pages(folder: Path) -> Iterator[tuple[Path, html.HtmlElement]]:
    for path in sorted(folder.rglob("*.html")):
        yield path, html.document_fromstring(path.read_bytes())


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden edition as a site."""
    folder = tmp_path_factory.mktemp("shown")
    site.publish(golden.edition(), folder, LOOK)
    return folder


# --- the golden tree

# What is packed differs by a machine's zlib, and with it what vouches for it.
_PACKED = (BOOKMARK, "search/", "manifest/search/", "manifest.json")


def test_the_golden_edition_gives_the_golden_tree(shown: Path) -> None:
    """With WIRECOPY_GOLDEN=write the tree is written instead: read the diff before you commit it."""
    made = {path: body for path, body in tree(shown).items() if not path.startswith(_PACKED)}
    if os.environ.get("WIRECOPY_GOLDEN") == "write":
        shutil.rmtree(GOLDEN, ignore_errors=True)
        for path, body in made.items():
            (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / path).write_bytes(body)
    kept = tree(GOLDEN)
    assert sorted(made) == sorted(kept)
    for path, body in made.items():
        assert body.decode("utf-8", "replace") == kept[path].decode("utf-8", "replace"), path
        assert body == kept[path], path


def test_the_site_vouches_for_itself(shown: Path) -> None:
    assert list(check(shown)) == []


def test_every_address_on_every_page_leads_somewhere(shown: Path) -> None:
    followed = 0
    for path, page in pages(shown):
        ids = set(page.xpath("//@id"))
        for target in page.xpath("//*[not(self::link[@rel='canonical' or @rel='alternate'])]/@href | //@src"):
            if "://" in target or target.startswith("mailto:"):
                continue
            if target.startswith("#"):
                assert target[1:] in ids, (path, target)
            else:
                assert (path.parent / target.partition("#")[0]).resolve().is_file(), (path, target)
            followed += 1
    assert followed > 500


def test_no_page_asks_another_host_for_anything(shown: Path) -> None:
    for path, page in pages(shown):
        asked = page.xpath(
            "//@src | //@srcset | //link[@rel='stylesheet']/@href | //@poster | //@action | //object/@data"
        )
        assert not [each for each in asked if ":" in each or each.startswith("//")], path
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert len(policy) == 1, path
        assert policy[0].startswith("default-src 'none'"), path
        assert not page.xpath("//script[not(@src) and not(@type='application/ld+json')]"), path
        assert not page.xpath("//@style | //@onclick | //@onload | //iframe | //object | //embed | //base"), path
    assert b"url(" not in (shown / "style.css").read_bytes()
    assert b"@import" not in (shown / "style.css").read_bytes()


def test_a_withdrawn_article_says_when_that_was_seen(tmp_path: Path) -> None:
    edition = golden.edition()
    edition.withdraw("hg-zh", "1001")
    site.publish(edition, tmp_path, LOOK)
    [notice] = html.parse(tmp_path / "articles/hg-zh/2024/02/1001.html").xpath("//p[@class='notice']")
    assert notice.xpath("time/@datetime") == ["2024-02-10T12:00:00Z"]
    assert "\ufffd" not in notice.text_content()


def test_a_date_keeps_its_order_after_arabic_words(tmp_path: Path) -> None:
    """By an isolate: after an Arabic letter the bidirectional algorithm turns the numbers of a date round (its W2)."""
    site.publish(golden.edition(), tmp_path, replace(LOOK, interface="ar"))
    said = html.parse(tmp_path / "articles/hg-zh/2024/02/1001.html").xpath("string(//nav[@class='neighbours'])")
    assert "\u20682024-02-08\u2069" in said


def test_an_article_is_shown_to_others_with_its_picture_its_summary_and_its_other_languages(shown: Path) -> None:
    """What a link to it becomes in a messenger (Open Graph), and what search engines ask for: both absolute."""
    [path] = (shown / "articles").rglob("1001.html")
    page = html.parse(path)
    said = {each.get("property"): each.get("content") for each in page.xpath("//meta[starts-with(@property, 'og:')]")}
    assert said["og:description"].startswith("电动渡轮")
    copy = said["og:image"].removeprefix(LOOK.address)
    assert (shown / copy).is_file()
    assert json.loads(page.xpath("string(//script[@type='application/ld+json'])"))["image"] == said["og:image"]
    named = {each.get("hreflang"): each.get("href") for each in page.xpath("//link[@hreflang]")}
    assert set(named) == {"zh", "zh-Hant"}
    assert named["zh"] == said["og:url"]  # a page that names others names itself


def test_paper_is_light_also_where_the_screen_is_dark(shown: Path) -> None:
    style = (shown / "style.css").read_text()
    dark, paper = (style.partition(f"@media {what} {{")[2] for what in ("(prefers-color-scheme: dark)", "print"))
    colours = set(re.findall(r"--\w+(?=:)", dark.partition("}")[0])) - {"--line"}
    assert colours
    assert colours <= set(re.findall(r"--\w+(?=:)", paper.partition("}")[0]))


def test_every_page_says_what_it_is_and_can_be_walked_through(shown: Path) -> None:
    for path, page in pages(shown):
        assert page.get("lang") == "zh-Hans"
        assert page.xpath("string(//title)").strip(), path
        assert len(page.xpath("//main")) == len(page.xpath("//h1")) == 1, path
        assert page.xpath("//a[@class='skip']/@href") == ["#main"], path
        levels = [int(each.tag[1]) for each in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (path, levels)
        assert len(set(page.xpath("//@id"))) == len(page.xpath("//@id")), path
        assert not page.xpath("//img[not(@alt)]"), path


def test_an_article_keeps_its_language_and_direction(shown: Path) -> None:
    page = html.parse(str(next((shown / "articles" / "hg-ar").rglob("*.html")))).getroot()
    (article,) = page.xpath("//main/article")
    assert (article.get("lang"), article.get("dir")) == ("ar", "rtl")
    assert page.xpath("//article//dl[@lang='zh-Hans'][@dir='ltr']")


def test_every_link_has_words_also_where_the_article_has_no_title(tmp_path: Path) -> None:
    blank = Paragraph(text=(*text("See "), *text(" ", link=Link(href="https://dw-zh.example/a-2")), *text("there.")))
    edition = MemoryEdition(document("dw-zh", "1", title="", number=2, body=(blank,)), document("dw-zh", "2", title=""))
    site.publish(edition, tmp_path, replace(LOOK, scripts=True))
    for path, page in pages(tmp_path):
        assert [each.get("href") for each in page.iter("a") if not each.text_content().strip()] == [], path
        assert not page.findtext("head/title").startswith((" ", "·")), path
        assert page.xpath("//meta[@property='og:title']/@content") != [""], path


def test_a_cell_reaches_no_further_down_than_its_table(tmp_path: Path) -> None:
    rows = ((Cell(text=text("a"), down=9), Cell(text=text("b"))), (Cell(text=text("c"), down=2),))
    site.publish(MemoryEdition(document("dw-en", "1", body=(Table(rows=rows),))), tmp_path, LOOK)
    page = (tmp_path / "articles/dw-en/2024/02/1.html").read_text()
    assert '<td rowspan="2">a</td><td>b</td></tr><tr><td>c</td>' in page


def test_a_language_is_told_as_a_tag_or_not_at_all(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1", language="zh_TW"), document("dw-en", "1", language="English (US)"))
    site.publish(edition, tmp_path, replace(LOOK, scripts=True))
    said = {each for _, page in pages(tmp_path) for each in page.xpath("//@lang")}
    assert said == {"zh-Hans", "zh-TW", "zh", "en"}  # of the interface, the article, the sources
    assert (tmp_path / "script/articles/dw-zh/2024/02/1.html").exists()
    assert b'"inLanguage":"zh-TW"' in (tmp_path / "articles/dw-zh/2024/02/1.html").read_bytes()
    assert b"inLanguage" not in (tmp_path / "articles/dw-en/2024/02/1.html").read_bytes()


def test_words_of_no_known_language_go_their_own_way(tmp_path: Path) -> None:
    body = (Paragraph(text=text("نص بلا لغة")),)
    site.publish(MemoryEdition(document("dw-x", "1", title="خبر", language="", body=body, number=2)), tmp_path, LOOK)
    for name in (
        "articles/dw-x/2024/02/1.html",
        "text/articles/dw-x/2024/02/1.html",
        "articles/dw-x/2024/02/1.r/2.html",
    ):
        page = html.document_fromstring((tmp_path / name).read_bytes())
        assert page.xpath("//h1/@dir | //div[@class='body']/@dir") == ["auto", "auto"], name


def test_a_first_page_is_small(shown: Path) -> None:
    import gzip

    for name in ("index.html", "text/index.html"):
        assert len(gzip.compress((shown / name).read_bytes())) < 14_000


# --- nothing is lost


def said(element: html.HtmlElement) -> str:
    for broken in element.iter("br"):
        broken.tail = "\n" + (broken.tail or "")
    return " ".join(element.text_content().split())


def is_whole(article: Article, page: html.HtmlElement) -> None:
    """Every text of the article stands on the page."""
    seen = said(page.xpath("//main")[0])
    wanted = [plain(words) for words in texts(article.body)] + [article.title, article.subtitle]
    wanted += [each.title for each in article.related]
    for words in wanted:
        clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", words)
        assert " ".join(clean.split()) in seen, words


def test_every_text_stands_in_every_tier(shown: Path) -> None:
    edition = golden.edition()
    for source, key in edition.changed(0):
        found = edition.document(source, key)
        assert found is not None
        for tier in ("articles", "text/articles", "full/articles"):
            (path,) = (shown / tier / source).rglob(f"{key}.html")
            is_whole(found.article, html.parse(str(path)).getroot())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.articles)
def test_no_text_of_any_document_is_lost_and_none_is_active(article: Article) -> None:
    made = document("dw-zh", "1")
    made = type(made)(**{**{name: getattr(made, name) for name in made.__struct_fields__}, "article": article})
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        site.publish(MemoryEdition(made), Path(folder), Look(interface="en"))
        for path, page in pages(Path(folder)):
            assert not page.xpath("//script[not(@src='search/search.js') and not(@type='application/ld+json')]")
            if path.name == f"{article.key}.html":
                is_whole(article, page)


def test_what_stands_deeper_than_markup_goes_keeps_its_titles_and_credits(tmp_path: Path) -> None:
    body: Blocks = (Paragraph(text=text("innermost")),)
    for number in range(20):
        body = (Quote(body=body, credit=text(f"credit {number}")),)
        body = (Aside(body=body, title=f"box {number}"),)
        body = (LiveEntry(body=body, title=f"entry {number}", at=NOON, authors=(f"author {number}",)),)
    made = document("dw-en", "1", body=body)
    site.publish(MemoryEdition(made), tmp_path, Look(interface="en"))
    page = html.parse(tmp_path / "articles/dw-en/2024/02/1.html").getroot()
    is_whole(made.article, page)
    words = page.text_content()
    assert [number for number in range(20) if f"author {number}" not in words] == []
    assert {each[1:] for each in page.xpath("//a/@href[starts-with(., '#')]")} <= {*page.xpath("//@id")}


def test_markup_in_words_is_words(tmp_path: Path) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>&#x202e;\u202e'
    made = document(
        "dw-zh", "1", number=2, title=evil, byline=evil, authors=(evil,), section=evil, tags=(evil,), rights=evil,
        kicker=evil, summary=evil, subtitle=evil, dateline=evil, kind=evil, language='"><script>',
        url="javascript:alert(1)", picture=Picture(url="data:text/html,x", alt=evil, credit=evil),
        body=(Paragraph(text=text(evil, link=Link(href="javascript:alert(1)"))), Heading(text=text(evil))),
    )  # fmt: skip
    site.publish(MemoryEdition(made), tmp_path, LOOK)
    for path, page in pages(tmp_path):
        assert not page.xpath(
            "//script[not(@src='search/search.js') and not(@type='application/ld+json')] | //img | //@onerror"
        ), path
        assert not [each for each in page.xpath("//@href") if each.startswith(("javascript", "data"))], path
        for data in page.xpath("//script/text()"):
            assert "<" not in data


def test_what_no_page_may_hold_is_on_none_and_what_programs_read_says_it(tmp_path: Path) -> None:
    """https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream"""
    words = "a\x7f\x85\u202e\u2067</script>\ufdd0\U0001fffe\U0010ffff b\U0002a6d6\U0001f600"
    made = document("dw-zh", "1", title=words, summary=words, body=(Paragraph(text=text(words)),))
    site.publish(MemoryEdition(made), tmp_path, LOOK)
    for path, page in pages(tmp_path):
        assert not re.search("[\x7f-\x9f\u202e\ufdd0\U0001fffe\U0010ffff]", path.read_text("utf-8")), path
        if path.name == "1.html":
            assert "b\U0002a6d6\U0001f600" in path.read_text("utf-8")
        for said in map(json.loads, page.xpath("//script[@type='application/ld+json']/text()")):
            if "headline" in said:
                assert said["headline"] == "a\x7f\x85\u202e\u2067</script>\ufffd\ufffd\ufffd b\U0002a6d6\U0001f600"


# --- what is written, and what is not


def small() -> MemoryEdition:
    return MemoryEdition(
        document("dw-zh", "1", section="文化", authors=("李明",), tags=("河", "桥")),
        document("dw-zh", "2", at=NOON - timedelta(days=40), section="文化"),
        document("dw-en", "3"),
    )


def test_publishing_twice_writes_nothing(tmp_path: Path) -> None:
    edition = small()
    first = site.publish(edition, tmp_path, LOOK)
    assert (first.documents, first.rendered, first.removed) == (3, 3, 0)
    again = site.publish(edition, tmp_path, LOOK)
    assert (again.written, again.unchanged, again.removed, again.rendered, again.documents) == (0, 0, 0, 0, 3)


def test_what_was_taken_down_leaves_no_revision_behind_whatever_its_source_is_called(tmp_path: Path) -> None:
    for source in ("articles", "text"):
        folder = tmp_path / source
        edition = MemoryEdition(document(source, "1", number=3), document(source, "2"))
        site.publish(edition, folder, LOOK)
        assert (folder / f"articles/{source}/2024/02/1.r/3.html").exists()
        edition.remove(source, "1")
        site.publish(edition, folder, LOOK)
        assert not [path for path in tree(folder) if "/1." in path]
        assert list(check(folder)) == []


def test_another_look_makes_the_site_anew(tmp_path: Path) -> None:
    edition = small()
    site.publish(edition, tmp_path, LOOK)
    done = site.publish(edition, tmp_path, Look(interface="de", tiers=("text",)))
    assert done.removed > 3
    assert not (tmp_path / "full").exists()
    assert not (tmp_path / "text").exists()
    assert b'lang="de"' in (tmp_path / "index.html").read_bytes()
    assert list(check(tmp_path)) == []


def test_one_more_article_touches_these_files_and_no_others(tmp_path: Path) -> None:
    edition = small()
    for number in range(100, 140):
        edition.put(document("dw-zh", str(number), at=NOON - timedelta(days=number - 60), tags=("河",)))
    site.publish(edition, tmp_path, LOOK)
    before = {path: (tmp_path / path).stat().st_ino for path in tree(tmp_path)}
    edition.put(document("dw-zh", "4", at=NOON + timedelta(days=1)))
    done = site.publish(edition, tmp_path, LOOK)
    assert done.rendered == 1
    paths = {
        "articles/dw-zh/2024/02/4.html", "text/articles/dw-zh/2024/02/4.html", "full/articles/dw-zh/2024/02/4.html",
        "days/2024-02-09.html", "days/2024-02-08.html", "days.html",  # the day before leads to it
        "sources/dw-zh/2024-02.html", "sources/dw-zh.html", "sources.html",
        "index.html", "text/index.html", "sitemaps/2024-02.xml", "health.html",
        "search/directory.js", "search/2024/02/09/0.js", "search/2024/02/09/0-rest/0.js",
    }  # fmt: skip
    assert set(done.paths) == paths
    known = {
        "manifest.json", "manifest/lists.json", "manifest/articles/dw-zh/2024-02.json", "manifest/search/2024.json",
        "manifest/search/2024/02/09.json", BOOKMARK,
    }  # fmt: skip
    now = {path: (tmp_path / path).stat().st_ino for path in tree(tmp_path)}
    assert {path for path, inode in now.items() if before.get(path) != inode} == paths | known


def test_what_stands_beside_the_site_rewrites_the_pages_that_show_it(tmp_path: Path) -> None:
    edition = small()
    site.publish(edition, tmp_path / "by", LOOK)
    beside = replace(LOOK, beside=("feeds", "data"))
    done = site.publish(edition, tmp_path / "by", beside)
    pages = {"index.html", "text/index.html", "about.html", "health.html", "sources/dw-zh.html", "sources/dw-en.html"}
    assert (done.rendered, done.removed, set(done.paths)) == (0, 0, pages)
    site.publish(edition, tmp_path / "whole", beside)
    assert tree(tmp_path / "by") == tree(tmp_path / "whole")
    edition.put(document("dw-zh", "4"))  # both at once: news, and a format less
    site.publish(edition, tmp_path / "by", LOOK)
    site.publish(edition, tmp_path / "other", LOOK)
    assert tree(tmp_path / "by") == tree(tmp_path / "other")


@pytest.mark.parametrize(
    "look",
    [Look(tiers=()), Look(tiers=("huge",)), Look(address="mirror.example/"), Look(address="https://mirror.example")],
)
def test_a_look_that_can_not_be_is_told(look: Look, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        site.publish(small(), tmp_path, look)


def test_a_budget_is_spent_on_the_newest_days(tmp_path: Path) -> None:
    edition = MemoryEdition()
    for number in range(6):
        url = f"https://img.example/{number}.jpg"
        edition.put(document("dw-zh", str(number), at=NOON - timedelta(days=number), picture=Picture(url=url)))
        edition.copy(url, b"x" * 1000 + bytes([number]))
    site.publish(edition, tmp_path, Look(interface="en", budget=3500))
    kept = list((tmp_path / "pictures").rglob("*.jpg"))
    assert len(kept) == 3
    edition.put(document("dw-zh", "9", at=NOON + timedelta(days=1), picture=Picture(url="https://img.example/9.jpg")))
    edition.copy("https://img.example/9.jpg", b"y" * 1001)
    site.publish(edition, tmp_path, Look(interface="en", budget=3500))
    assert len(list((tmp_path / "pictures").rglob("*.jpg"))) == 3
    shutil.copytree(tmp_path, tmp_path.with_suffix(".by"))
    site.publish(edition, tmp_path.with_suffix(".whole"), Look(interface="en", budget=3500))
    assert tree(tmp_path.with_suffix(".by")) == tree(tmp_path.with_suffix(".whole"))


def test_a_chinese_article_is_there_in_the_other_script_too(tmp_path: Path) -> None:
    pytest.importorskip("opencc")
    edition = MemoryEdition(
        document(
            "dw-zh",
            "1",
            title="头发与发展",
            body=(Paragraph(text=text("说“后台”", link=Link(href="https://a.example/发"))),),
        ),
        document("dw-en", "2", language="en"),
    )
    site.publish(edition, tmp_path, Look(interface="zh-Hans", scripts=True))
    (path,) = (tmp_path / "script").rglob("*.html")
    page = html.parse(str(path)).getroot()
    assert page.xpath("//article/@lang") == ["zh-Hant"]
    assert page.xpath("string(//h1)") == "頭髮與發展"
    assert "說" in page.xpath("string(//article)")
    assert page.xpath("//div[@class='body']//@href") == ["https://a.example/%E5%8F%91"]
    edition.remove("dw-zh", "1")
    site.publish(edition, tmp_path, Look(interface="zh-Hans", scripts=True))
    assert not (tmp_path / "script").exists()


def test_a_page_in_the_other_script_leads_to_its_like_and_out_of_its_tree(tmp_path: Path) -> None:
    pytest.importorskip("opencc")
    there = [text(f"到{key}", link=Link(href=f"https://dw-{key}.example/a-{key}")) for key in ("zh", "en")]
    first = document("dw-zh", "1", language="zh", tags=("河",), body=tuple(Paragraph(text=each) for each in there))
    edition = MemoryEdition(first, document("dw-zh", "zh", language="zh"), document("dw-en", "en", language="en"))
    site.publish(edition, tmp_path, Look(interface="en", scripts=True))
    path = tmp_path / "script/articles/dw-zh/2024/02/1.html"
    targets = [each for each in html.parse(path).xpath("//a/@href") if "://" not in each and each[0] != "#"]
    led = [(path.parent / each).resolve() for each in targets]
    assert [each for each in led if not each.is_file()] == []
    known = [each.relative_to(tmp_path.resolve()).parts for each in led]
    assert {"terms", "days", "script", "articles", "text"} <= {each[0] for each in known}


# --- incremental is whole


@pytest.fixture(scope="module")
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one: the law is about bytes, and syncing them takes its time."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


KEYS = [(source, str(number)) for source in ("dw-zh", "dw-en") for number in range(1, 6)]
steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "withdraw", "remove", "publish"]),
        st.sampled_from(KEYS),
        st.integers(0, 50),
        st.sampled_from(["", "1", "3", "5"]),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_by_what_changed_is_the_same_as_whole(fast_folder: Path, moves: list[killed.Step]) -> None:
    shutil.rmtree(fast_folder / "by", ignore_errors=True)
    shutil.rmtree(fast_folder / "whole", ignore_errors=True)
    edition = MemoryEdition()
    for move in moves:
        killed.play(edition, move)
        if move[0] == "publish":
            site.publish(edition, fast_folder / "by", LOOK)
    site.publish(edition, fast_folder / "by", LOOK)
    site.publish(edition, fast_folder / "whole", LOOK)
    by, whole = tree(fast_folder / "by"), tree(fast_folder / "whole")
    assert sorted(by) == sorted(whole)
    assert [path for path in by if by[path] != whole[path]] == []
    assert list(check(fast_folder / "by")) == []


def in_a_day(key: str, hours: int) -> Document:
    return document("dw-zh", key, at=NOON - timedelta(hours=hours))


def test_what_is_taken_down_is_named_on_no_page_beside_it_whatever_else_comes_that_day(tmp_path: Path) -> None:
    edition = MemoryEdition(*(in_a_day(str(number), number) for number in range(1, 8)))
    site.publish(edition, tmp_path / "by", LOOK)
    edition.remove("dw-zh", "2")
    edition.remove("dw-zh", "3")  # neighbours of one another
    edition.put(in_a_day("8", 8))  # beside 7, far from them
    site.publish(edition, tmp_path / "by", LOOK)
    site.publish(edition, tmp_path / "whole", LOOK)
    by = tree(tmp_path / "by")
    assert [path for path, body in by.items() if b"Title of 2" in body or b"Title of 3" in body] == []
    assert by == tree(tmp_path / "whole")


def test_what_moves_in_its_day_leaves_its_former_neighbours_to_one_another(tmp_path: Path) -> None:
    edition = MemoryEdition(*(in_a_day(str(number), number) for number in range(1, 8)))
    site.publish(edition, tmp_path / "by", LOOK)
    edition.put(replace(in_a_day("2", 10), number=2, revisions=2))  # the outlet says another hour now
    site.publish(edition, tmp_path / "by", LOOK)
    site.publish(edition, tmp_path / "whole", LOOK)
    by, whole = tree(tmp_path / "by"), tree(tmp_path / "whole")
    assert [path for path in whole if by.get(path) != whole[path]] == []


def of_one_topic(documents: int) -> MemoryEdition:
    """Two a day, back from noon."""
    hours = (timedelta(hours=12 * number) for number in range(documents))
    return MemoryEdition(
        *(document("dw-zh", str(number), at=NOON - ago, tags=("河",)) for number, ago in enumerate(hours))
    )


def test_many_documents_of_a_term_stand_on_pages_of_months(tmp_path: Path) -> None:
    edition = of_one_topic(130)
    site.publish(edition, tmp_path, LOOK)
    (page,) = (tmp_path / "terms").glob("*.html")
    listed = html.parse(str(page)).getroot()
    assert len(listed.xpath("//main/ul[@class='list']/li")) == 100
    months = [page.parent / each.rpartition("terms/")[2] for each in listed.xpath("//ul[@class='calendar']//@href")]
    count = sum(len(html.parse(str(each)).getroot().xpath("//main/ul[@class='list']/li")) for each in months)
    assert count == 130
    for number in range(40, 130):
        edition.remove("dw-zh", str(number))
    site.publish(edition, tmp_path, LOOK)
    assert not page.with_suffix("").exists()
    assert list(check(tmp_path)) == []


def test_a_sitemap_has_no_more_addresses_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.lists, "ADDRESSES", 2)
    edition = MemoryEdition(*(document("dw-zh", str(number)) for number in range(5)))

    def told() -> list[tuple[str, int]]:
        site.publish(edition, tmp_path, LOOK)
        listed = html.fromstring((tmp_path / "sitemap.xml").read_bytes()).xpath("//loc/text()")
        paths = [each.removeprefix(LOOK.address) for each in listed]
        assert sorted(paths) == sorted(each for each in tree(tmp_path) if each.startswith("sitemaps/"))
        return [(each, (tmp_path / each).read_bytes().count(b"<url>")) for each in paths]

    month = "sitemaps/2024-02"
    assert told() == [(f"{month}.xml", 2), (f"{month}-2.xml", 2), (f"{month}-3.xml", 1)]
    for number in range(3):
        edition.remove("dw-zh", str(number))
    assert told() == [(f"{month}.xml", 2)]
    edition.remove("dw-zh", "3")
    edition.remove("dw-zh", "4")
    assert told() == []


def test_what_a_month_of_a_term_can_not_hold_is_found_by_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.lists, "MOST", 40)
    edition = of_one_topic(130)
    site.publish(edition, tmp_path, LOOK)
    (month,) = (tmp_path / "terms").glob("*/2024-01.html")
    page = html.parse(str(month)).getroot()
    listed = page.xpath("//main/ul[@class='list']/li/a/@href")
    assert len(listed) == 40
    days = page.xpath("//main/ul[@class='calendar']//@href")
    for each in days:
        listed += html.parse(str(month.parent / each)).getroot().xpath("//main/ul[@class='list']/li/a/@href")
    assert {Path(each).stem for each in listed} == {
        each.key for on, _ in edition.days() if on.startswith("2024-01") for each in edition.day(on)
    }


# --- killed at any moment


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_kills_leave_whole_pages_and_the_next_run_ends_as_if_undisturbed(tmp_path: Path) -> None:
    before, folder, chance = tmp_path / "before", tmp_path / "site", random.Random(7)
    before.mkdir()
    possible: set[bytes] = set()
    for moves in (8, 11):
        edition = killed.history(moves)
        whole = tmp_path / f"whole-{moves}"
        killed.publish("site", edition, whole)
        possible |= set(tree(whole).values())
        shutil.copytree(before, tmp_path / f"counted-{moves}")
        _, operations = killed.child("site", tmp_path / f"counted-{moves}", 0, moves)
        for first in (
            operations // 3,
            operations - 9,
            operations - 3,
            operations,
        ):  # the last are manifest and bookmark
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(before, folder)
            for place in (first, chance.randint(1, 9)):  # who mends it is killed too
                died, _ = killed.child("site", folder, place, moves)
                assert died == -signal.SIGKILL
                for path, body in tree(folder).items():
                    if not path.endswith(("~", JOURNAL)):
                        assert body in possible, f"{path} is neither old nor new"
            killed.publish("site", edition, folder)
            assert tree(folder) == tree(whole)
            assert list(check(folder)) == []
        before = folder.rename(tmp_path / f"before-{moves}")


# --- the words of the interface


def test_every_language_has_every_message_with_the_same_names_in_it() -> None:
    english = messages.of("en")
    for language in LANGUAGES:
        said = messages.of(language)
        assert said.names() == english.names(), language
        for name in said.names():
            assert set(re.findall(r"\{\w*\}", said(name))) == set(re.findall(r"\{\w*\}", english(name))), (
                language,
                name,
            )


def test_the_interface_speaks_the_nearest_language() -> None:
    spoken = [messages.nearest(each) for each in ("zh", "zh-TW", "zh-Hant-HK", "de-AT", "ar", "fr", "")]
    assert spoken == ["zh-Hans", "zh-Hant", "zh-Hant", "de", "ar", "en", "en"]
