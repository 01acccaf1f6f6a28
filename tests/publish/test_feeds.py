"""Feeds that every reader reads: RSS, Atom, JSON Feed and OPML of an edition, whole and by what changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from hashlib import sha256
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

import strategies
from publish import golden
from publish.edition import NOON, MemoryEdition, document
from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import (
    Figure,
    Gallery,
    GalleryEntry,
    Link,
    LiveEntry,
    Paragraph,
    Picture,
    TakeDown,
    replace,
    text,
    texts,
)
from wirecopy.publish import feeds, messages, site
from wirecopy.publish.feeds import changes, entries
from wirecopy.publish.look import Look
from wirecopy.publish.output import LOCK
from wirecopy.text import clean, visible

ADDRESS = "https://mirror.example/news/"
GOLDEN_TREE = Path(__file__).parents[1] / "golden" / "feeds"
GOLDEN = (
    "all.rss", "all.json", "changes.atom", "sources/hg-ar.atom", "archive/hg-zh/2024-02-1.atom", "feeds.opml",
)  # fmt: skip
SPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
}


def feedparser(body: bytes) -> Any:
    """The feed as the most used parser of feeds reads it: without a complaint."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own, on import and in its sanitizer
        import feedparser as parser

        found = parser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.get("bozo_exception")
    return found


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != LOCK
    }


def published(edition: MemoryEdition, folder: Path, **options: Any) -> dict[str, bytes]:
    feeds.publish(edition, folder, **{"address": ADDRESS, **options})
    return tree(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The golden edition with a withdrawal and an edit, published where the address is known."""
    edition = golden.edition()
    edition.withdraw("hg-de", next(key for source, key in edition.changed(0) if source == "hg-de"))
    return published(
        edition, tmp_path_factory.mktemp("feeds"), hub="https://hub.example/", contact="desk@mirror.example"
    )


# --- the golden tree


def test_the_golden_edition_gives_the_golden_feeds(made: dict[str, bytes]) -> None:
    """With WIRECOPY_GOLDEN=write they are written instead: read the diff before you commit it."""
    chosen = {path: made[path] for path in GOLDEN}
    if os.environ.get("WIRECOPY_GOLDEN") == "write":
        shutil.rmtree(GOLDEN_TREE, ignore_errors=True)
        for path, body in chosen.items():
            (GOLDEN_TREE / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN_TREE / path).write_bytes(body)
    assert chosen == tree(GOLDEN_TREE)


# --- what is there


def test_there_is_a_feed_of_all_of_each_source_and_of_changes_in_three_formats(made: dict[str, bytes]) -> None:
    names = {path.rpartition(".")[0] for path in made if path.endswith(".rss")}
    assert {"all", "changes", "sources/hg-zh", "changes/hg-zh", "sources/hg-ar"} <= names
    assert {name + ending for name in names for ending in (".rss", ".atom", ".json")} <= made.keys()
    assert "feeds.opml" in made
    assert list(feeds.check(Path("/nonexistent"))) != []


def test_the_folder_vouches_for_itself(tmp_path: Path) -> None:
    published(golden.edition(), tmp_path)
    assert list(feeds.check(tmp_path)) == []


def test_feedparser_reads_every_feed_and_finds_the_same_entries_in_each_format(made: dict[str, bytes]) -> None:
    for path in made:
        if not path.endswith(".rss"):
            continue
        name = path.removesuffix(".rss")
        one, two = feedparser(made[path]), feedparser(made[f"{name}.atom"])
        three = json.loads(made[f"{name}.json"])
        assert one.version == "rss20"
        assert two.version == "atom10"
        ids = [entry.id for entry in one.entries]
        assert ids == [entry.id for entry in two.entries] == [item["id"] for item in three["items"]]
        assert len(set(ids)) == len(ids)
        for a, b, c in zip(one.entries, two.entries, three["items"], strict=True):
            assert a.title == b.title == c["title"]
            assert a.content[0].value == b.content[0].value == c["content_html"]
            assert a.link == b.link == c["url"]
            assert a.published_parsed == b.published_parsed


def test_an_entry_says_who_wrote_it_where_it_is_from_and_whose_it_is(made: dict[str, bytes]) -> None:
    entry = next(each for each in feedparser(made["all.rss"]).entries if each.link.endswith("/1001.html"))
    assert entry.link == f"{ADDRESS}articles/hg-zh/2024/02/1001.html"
    assert entry.id == entries.id_of("hg-zh", "1001")
    assert not entry.guidislink
    assert [each.name for each in entry.authors] == ["林小舟", "陈默"]
    assert [tag.term for tag in entry.tags] == ["本地", "渡轮", "电动化"]
    assert entry.source.href == f"{ADDRESS}feeds/sources/hg-zh.rss"
    assert entry.source.title == "港口报"
    assert entry.summary == "电动渡轮“海鸥号”周四首航，载客三百人。"
    assert entry.published == "Thu, 08 Feb 2024 09:36:09 GMT"


def test_the_lead_picture_is_media_with_credit_and_caption(tmp_path: Path) -> None:
    picture = Picture(url="https://img.example/1.jpg", caption=text("At the quay"), credit="A. Smith/AP")
    edition = MemoryEdition(document("dw-en", "1", picture=picture))
    edition.copy(picture.url, b"jpeg")
    digest = sha256(b"jpeg").hexdigest()
    made = published(edition, tmp_path)
    entry = feedparser(made["all.rss"]).entries[0]
    address = f"{ADDRESS}pictures/{digest[:2]}/{digest}.jpg"
    assert entry.media_content[0] | {"filesize": "4"} == {
        "url": address, "type": "image/jpeg", "medium": "image", "filesize": "4", "width": "1", "height": "1",
    }  # fmt: skip
    assert entry.media_credit[0]["content"] == "A. Smith/AP"
    assert entry.media_thumbnail[0]["url"] == address
    item = json.loads(made["all.json"])["items"][0]
    assert item["attachments"] == [
        {"url": address, "mime_type": "image/jpeg", "title": "At the quay", "size_in_bytes": 4}
    ]
    assert f'<img src="{address}"' in item["content_html"]


def test_renditions_that_do_not_stand_in_the_site_are_not_shown(tmp_path: Path) -> None:
    picture = Picture(url="https://img.example/1.jpg", caption=text("At the quay"))
    edition = MemoryEdition(document("dw-en", "1", picture=picture))
    edition.copy(picture.url, b"jpeg")
    assert b"<img" in published(edition, tmp_path)["all.rss"]
    for options in ({"pictures": ()}, {"pictures_since": "2024-02-09"}, {"by_source": {"dw-en": "none"}}):
        made = published(edition, tmp_path, **options)
        assert b"<img" not in made["all.rss"]
        assert b"At the quay" in made["all.rss"]
        assert b"media:content" not in made["all.rss"]


# --- laws of each format


def addresses(markup: str) -> Iterator[tuple[str, str]]:
    for element in html.fromstring(f"<div>{markup}</div>").iter():
        for name in ("src", "href", "poster", "srcset", "data", "action"):
            if name in element.attrib:
                yield name, element.attrib[name]


def check_rss(body: bytes) -> None:
    """What validator.w3.org/feed asks for, as far as it can be said of one file."""
    root = etree.fromstring(body)
    assert root.get("version") == "2.0"
    channel = root.find("channel")
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    guids = [item.findtext("guid") for item in channel.iter("item")]
    assert len(guids) == len(set(guids))
    assert all(
        re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", guid)
        for guid in guids
    )
    for item in channel.iter("item"):
        assert item.findtext("title") or item.findtext("description")
        assert item.find("guid").get("isPermaLink") == "false"
        said = item.findtext("pubDate")
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", said)
        assert parsedate_to_datetime(said).tzinfo is not None
        check_content(item.findtext("content:encoded", namespaces=SPACES))
    for element in root.iter("link", "url", "docs"):
        assert re.match(r"https?://\S+$", element.text), element.text
    for element in root.iter("{*}link", "{*}content", "{*}thumbnail", "source"):
        for name in ("href", "url"):
            assert re.match(r"https?://\S+$", element.get(name, "http://x")), element.attrib


def check_atom(body: bytes) -> None:
    root = etree.fromstring(body)
    for element in (root, *root.iterfind("a:entry", SPACES)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"a:{name}", SPACES)) == 1
        assert element.find("a:author/a:name", SPACES).text
        assert re.match(r"urn:uuid:", element.findtext("a:id", namespaces=SPACES))
        links = [
            (each.get("rel"), each.get("type"), each.get("hreflang")) for each in element.findall("a:link", SPACES)
        ]
        assert len(links) == len(set(links))
    for element in root.iterfind("a:entry", SPACES):
        published, updated = (element.findtext(f"a:{name}", namespaces=SPACES) for name in ("published", "updated"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", updated)
        assert published <= updated <= root.findtext("a:updated", namespaces=SPACES)
        check_content(element.findtext("a:content", namespaces=SPACES))
    for link in root.iter("{http://www.w3.org/2005/Atom}link"):
        assert re.match(r"https?://\S+$", link.get("href"))
    references = [(each.get("ref"), each.get("when")) for each in root.iterfind("at:deleted-entry", SPACES)]
    assert len(references) == len(set(references))


def check_json(body: bytes) -> None:
    told = json.loads(body)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["title"]
    for item in told["items"]:
        assert isinstance(item["id"], str)
        assert all(re.match(r"https?://\S+$", item[name]) for name in ("url", "external_url", "image") if name in item)
        assert datetime.fromisoformat(item["date_modified"]) >= datetime.fromisoformat(item["date_published"])
        assert all(each["name"] for each in item["authors"])
        check_content(item["content_html"])


def check_content(markup: str) -> None:
    etree.fromstring(markup.encode())  # well-formed as XML
    for name, address in addresses(markup):
        assert re.match(r"(https?://|mailto:)\S+$", address), address
        assert name == "href" or address.startswith(ADDRESS), address
    assert not re.search(r"<(script|iframe|object|embed|link|style|form|video|audio)\b|\son\w+=", markup)


CHECKS = {".rss": check_rss, ".atom": check_atom, ".json": check_json}


def check_all(made: dict[str, bytes]) -> int:
    checked = 0
    for path, body in made.items():
        ending = Path(path).suffix
        if ending in CHECKS and not path.startswith((".", "manifest")):
            CHECKS[ending](body)
            checked += 1
    return checked


def test_every_feed_keeps_the_rules_of_its_format(made: dict[str, bytes]) -> None:
    assert check_all(made) > 30


def test_without_an_address_nothing_relative_and_no_picture_is_in_a_feed(tmp_path: Path) -> None:
    edition = golden.edition()
    made = published(edition, tmp_path, address="")
    assert check_all(made) > 20
    assert not any(path.startswith("archive/") or path.endswith(".opml") for path in made)
    assert not any(b"<img" in body or b"media:content" in body or b"self" in body for body in made.values())
    entry = next(each for each in feedparser(made["all.rss"]).entries if each.id == entries.id_of("hg-zh", "1001"))
    assert entry.link == "https://gazette.example/zh/%E6%B8%A1%E8%BD%AE%20%EF%BC%9A%E6%96%B0/a-1001"


def test_a_place_in_a_live_blog_is_a_place_on_its_page(tmp_path: Path) -> None:
    live = LiveEntry(body=(Paragraph(text=text("Off we go")),), key="e1", at=NOON, title="Start")
    edition = MemoryEdition(document("dw-en", "1", kind="liveblog", body=(live,)))
    made = published(edition, tmp_path / "known")
    assert f'<a href="{ADDRESS}articles/dw-en/2024/02/1.html#entry-e1">'.encode() in made["all.rss"]
    made = published(edition, tmp_path / "unknown", address="")
    assert b'href="#' not in made["all.rss"]
    assert b"12:00 UTC</time> Start" in made["all.rss"]


def test_links_between_articles_lead_to_our_own_pages(tmp_path: Path) -> None:
    words = text("see there", link=Link(ref="dw:2", href="https://dw-en.example/a-2"))
    edition = MemoryEdition(document("dw-en", "1", body=(Paragraph(text=words),)), document("dw-en", "2"))
    made = published(edition, tmp_path)
    assert f'<a href="{ADDRESS}articles/dw-en/2024/02/2.html">see there</a>'.encode() in made["all.rss"]


def test_every_address_of_ours_in_a_feed_is_a_file_of_the_site(tmp_path: Path) -> None:
    edition = golden.edition()
    edition.withdraw("hg-de", "1004")
    site.publish(edition, tmp_path, Look(address=ADDRESS, interface="en"))
    made = published(edition, tmp_path / "feeds")
    followed = set()
    for path, body in made.items():
        if Path(path).suffix in (*CHECKS, ".opml") and not path.startswith((".", "manifest")):
            said = unescape(unescape(body.decode())).replace('\\"', '"')
            followed |= set(re.findall(rf'{re.escape(ADDRESS)}([^"<># ]*)', said))
    assert len(followed) > 50
    assert [path for path in followed if not (tmp_path / (unquote(path) or "index.html")).is_file()] == []


def test_arabic_is_wrapped_from_right_to_left(made: dict[str, bytes]) -> None:
    arabic = feedparser(made["sources/hg-ar.atom"]).entries
    assert arabic
    assert all(each.content[0].value.startswith('<div lang="ar" dir="rtl">') for each in arabic)
    assert b'<entry xml:lang="ar">' in made["sources/hg-ar.atom"]


def test_what_may_not_be_whole_and_what_is_opinion_says_so(tmp_path: Path) -> None:
    edition = MemoryEdition(
        document("dw-en", "1", weak=True), document("dw-en", "2", weak=True, reader="feed"),
        document("dw-en", "3", opinion=True),
    )  # fmt: skip
    said = [entry.content[0].value for entry in feedparser(published(edition, tmp_path)["all.rss"]).entries]
    assert ["could not be had. It may not be whole" in each for each in said] == [True, True, False]
    assert ["what the outlet's feed carried" in each for each in said] == [False, True, False]
    assert ["marks this as opinion" in each for each in said] == [False, False, True]


# --- ids and moments


def test_no_new_title_address_or_mirror_changes_an_id(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1"))
    before = feedparser(published(edition, tmp_path / "a")["all.rss"])
    edition.put(document("dw-zh", "1", title="Other", url="https://moved.example/1", number=2))
    after = feedparser(published(edition, tmp_path / "a")["all.rss"])
    other = MemoryEdition(document("dw-zh", "1"), archive="00000000-0000-4000-8000-000000000000")
    elsewhere = feedparser(published(other, tmp_path / "b", address="https://other.example")["all.rss"])
    assert before.entries[0].id == after.entries[0].id == elsewhere.entries[0].id
    assert before.entries[0].title != after.entries[0].title


def test_no_feed_has_another_id_where_documents_moved_to_another_day(tmp_path: Path) -> None:
    name = "7d1f4a52-0000-4000-8000-00000000c0de"
    before, after = (
        published(MemoryEdition(document("dw-en", "1"), archive=f"{name}{number}"), tmp_path / f"at{number[1:]}")
        for number in ("", "/2")
    )
    assert {path: body for path, body in after.items() if path != ".wirecopy.json"} == {
        path: body for path, body in before.items() if path != ".wirecopy.json"
    }


def test_updated_moves_with_real_edits_and_withdrawals_only() -> None:
    first = document("dw-zh", "1")
    assert entries.moments(first) == (NOON, NOON)
    edited = document("dw-zh", "1", number=3)
    assert entries.moments(edited) == (NOON, edited.at)
    gone = replace(edited, withdrawn=NOON + timedelta(days=3))
    assert entries.moments(gone) == (NOON, NOON + timedelta(days=3))


def test_a_publication_date_that_cannot_be_is_that_of_our_copy() -> None:
    for wrong in (datetime(1, 1, 1, tzinfo=UTC), NOON + timedelta(days=400), None):
        odd = document("dw-zh", "1")
        odd = replace(odd, article=replace(odd.article, published=wrong))
        assert entries.moments(odd) == (odd.first_at, odd.first_at)


# --- what became of documents


def test_the_feed_of_changes_says_what_changed_in_words(tmp_path: Path) -> None:
    edition = MemoryEdition(
        document("dw-en", "1", title="Nine killed", body=(Paragraph(text=text("It was a quiet day.")),))
    )
    edition.put(
        document("dw-en", "1", title="Ten killed", number=2, body=(Paragraph(text=text("It was a loud day.")),))
    )
    made = published(edition, tmp_path)
    entry = feedparser(made["changes.rss"]).entries[0]
    assert entry.title == "Edited: Ten killed"
    assert "<del>Nine</del><ins>Ten</ins> killed" in entry.content[0].value
    assert "It was a <del>quiet</del><ins>loud</ins> day." in entry.content[0].value
    assert entry.link == f"{ADDRESS}articles/dw-en/2024/02/1.r/2.html"
    assert feedparser(made["changes/dw-en.rss"]).entries[0].id == entry.id


def test_an_edit_that_adds_a_note_of_correction_is_a_correction(tmp_path: Path) -> None:
    body = (Paragraph(text=text("Ten boats came.")),)
    note = Paragraph(text=text("Correction: ten boats, not nine."), role="correction")
    edition = MemoryEdition(document("dw-en", "1", body=body))
    edition.put(document("dw-en", "1", number=2, body=(*body, note)))
    entry = feedparser(published(edition, tmp_path)["changes.rss"]).entries[0]
    assert entry.title == "Corrected: Title of 1"
    assert "Correction: ten boats, not nine." in entry.content[0].value


def test_a_withdrawal_is_a_change_a_notice_and_a_tombstone_and_the_text_stays(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-en", "1", body=(Paragraph(text=text("Still to be read.")),)))
    edition.withdraw("dw-en", "1")
    made = published(edition, tmp_path)
    told = feedparser(made["changes.atom"]).entries[0]
    assert told.title == "Withdrawn: Title of 1"
    gone = etree.fromstring(made["changes.atom"]).findall("at:deleted-entry", SPACES)
    assert [each.get("ref") for each in gone] == [entries.id_of("dw-en", "1")]
    assert gone[0].get("when") == "2024-02-10T12:00:00Z"
    kept = feedparser(made["all.atom"]).entries[0]
    assert "has withdrawn this article" in kept.content[0].value
    assert "Still to be read." in kept.content[0].value
    assert kept.updated == "2024-02-10T12:00:00Z"
    # A reader that follows tombstones must not lose the copy that we keep.
    assert etree.fromstring(made["all.atom"]).find("at:deleted-entry", SPACES) is None


def test_a_take_down_buries_the_entry_by_its_id_and_says_why(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-en", "1"), document("dw-en", "2"))
    entry_id = feedparser(published(edition, tmp_path)["sources/dw-en.atom"]).entries[0].id
    edition.remove("dw-en", "1")
    name = sha256(b"dw-en/1").hexdigest()
    edition.taken_down.append(TakeDown(scope="article", source="dw-en", name=name, at=NOON, reason="court <order>"))
    made = published(edition, tmp_path)
    for path in ("all.atom", "sources/dw-en.atom"):
        gone = etree.fromstring(made[path]).find("at:deleted-entry", SPACES)
        assert gone.get("ref") == entries.id_of("dw-en", "1") == entry_id
        assert gone.findtext("at:comment", namespaces=SPACES) == "court <order>"
    assert made == published(edition, tmp_path / "whole")


def test_what_came_back_is_told_as_back(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-en", "1"))
    edition.withdraw("dw-en", "1")
    edition.put(document("dw-en", "1", number=3))
    titles = [each.title for each in feedparser(published(edition, tmp_path)["changes.rss"]).entries]
    assert titles == ["Back: Title of 1", "Withdrawn: Title of 1"] or sorted(titles) == sorted(
        ["Back: Title of 1", "Withdrawn: Title of 1"]
    )


def test_a_change_far_too_long_to_compare_is_told_without_its_words() -> None:
    old, new = (document("dw-en", "1", body=(Paragraph(text=text(c * 300_000)),)).article for c in "ab")
    edition = MemoryEdition(document("dw-en", "1", number=2))
    headline, revision = edition.changes(1)[0]
    told = changes.Told(headline=headline, revision=revision, before=old, after=new)
    made = changes.entry(told, entries.Place(), messages.of("en"))
    assert len(made.content) < 1000


# --- bounds, archives, lists


def many(number: int) -> MemoryEdition:
    return MemoryEdition(
        *(document("dw-zh", f"{each:03}", at=NOON - timedelta(hours=7 * each)) for each in range(number))
    )


def test_a_feed_has_the_newest_entries_and_no_more(tmp_path: Path) -> None:
    made = published(many(70), tmp_path, most=10)
    assert [each.title for each in feedparser(made["all.rss"]).entries] == [f"Title of {each:03}" for each in range(10)]


def test_a_feed_is_bounded_in_bytes_and_never_empty_for_that(tmp_path: Path) -> None:
    edition = many(9)
    for each in (1, 3):
        at = NOON - timedelta(hours=7 * each)
        edition.put(document("dw-zh", f"{each:03}", at=at, body=(Paragraph(text=text("长" * 3_000_000)),)))
    made = published(edition, tmp_path, archives=False)
    assert len(feedparser(made["all.rss"]).entries) == 3
    assert len(made["all.rss"]) < 20_000_000


def test_the_archive_of_a_source_holds_every_document_once_and_is_one_chain(tmp_path: Path) -> None:
    made = published(many(160), tmp_path)
    path, seen, walked = "sources/dw-zh.atom", set(), []
    while path:
        root = etree.fromstring(made[path])
        links = {link.get("rel"): link.get("href") for link in root.findall("a:link", SPACES)}
        walked.append(path)
        if len(walked) > 1:
            assert root.find("fh:archive", SPACES) is not None
            assert links["current"] == f"{ADDRESS}feeds/sources/dw-zh.atom"
            ids = [each.text for each in root.findall("a:entry/a:id", SPACES)]
            assert not seen & set(ids)
            assert 0 < len(ids) <= 50
            seen |= set(ids)
            newer = links.get("next-archive", "")
            assert newer == (f"{ADDRESS}feeds/{walked[-2]}" if len(walked) > 2 else "")
        path = links.get("prev-archive", "").removeprefix(f"{ADDRESS}feeds/")
    assert len(seen) == 160
    assert sorted(walked[1:]) == sorted(path for path in made if path.startswith("archive/"))


def test_one_more_document_leaves_older_parts_of_the_archive_alone(tmp_path: Path) -> None:
    edition = many(160)
    feeds.publish(edition, tmp_path, address=ADDRESS)
    edition.put(document("dw-zh", "new", at=NOON + timedelta(hours=1)))
    done = feeds.publish(edition, tmp_path, address=ADDRESS)
    assert len([path for path in done.paths if path.startswith("archive/")]) <= 2
    assert done.rendered <= 101
    assert tree(tmp_path) == published(edition, tmp_path / "whole")


def test_the_opml_lists_every_feed_with_its_address(made: dict[str, bytes]) -> None:
    root = etree.fromstring(made["feeds.opml"])
    listed = {each.get("xmlUrl") for each in root.iter("outline") if each.get("type") == "rss"}
    assert listed == {f"{ADDRESS}feeds/{path}" for path in made if path.endswith(".rss") or path == "health.atom"}
    assert all(each.get("text") for each in root.iter("outline"))
    assert len([each for each in root.find("body") if each.get("type") is None]) == 4


def test_a_hub_is_named_and_the_topics_that_changed_can_be_told(made: dict[str, bytes], tmp_path: Path) -> None:
    assert feedparser(made["all.rss"]).feed.links[-1].href == "https://hub.example/"
    assert b'<link rel="hub" href="https://hub.example/"/>' in made["all.atom"]
    assert json.loads(made["all.json"])["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    edition = MemoryEdition(document("dw-zh", "1"), document("dw-en", "2"))
    feeds.publish(edition, tmp_path, address=ADDRESS)
    edition.put(document("dw-en", "2", title="Other", number=2))
    done = feeds.publish(edition, tmp_path, address=ADDRESS)
    told = feeds.topics(ADDRESS, done.paths)
    assert f"{ADDRESS}feeds/all.rss" in told
    assert f"{ADDRESS}feeds/changes/dw-en.json" in told
    assert not any("dw-zh" in topic or "archive" in topic or "opml" in topic for topic in told)
    assert feeds.topics("", done.paths) == ()


def test_options_that_cannot_be_are_refused_in_words(tmp_path: Path) -> None:
    for options in ({"address": "mirror"}, {"address": "https://a.example/?b"}, {"hub": "javascript:x"}, {"most": 0}):
        with pytest.raises(ConfigError, match="publish"):
            feeds.publish(MemoryEdition(), tmp_path, **options)


def test_an_empty_edition_has_empty_feeds(tmp_path: Path) -> None:
    made = published(MemoryEdition(), tmp_path)
    assert feedparser(made["all.rss"]).entries == feedparser(made["changes.atom"]).entries == []
    assert check_all(made) == 7


# --- incremental


def test_publishing_twice_makes_and_writes_nothing(tmp_path: Path) -> None:
    edition = golden.edition()
    feeds.publish(edition, tmp_path, address=ADDRESS)
    again = feeds.publish(edition, tmp_path, address=ADDRESS)
    assert (again.written, again.removed, again.rendered) == (0, 0, 0)


def test_other_options_make_everything_anew(tmp_path: Path) -> None:
    edition = golden.edition()
    published(edition, tmp_path)
    assert published(edition, tmp_path, address="", title="港口镜像") == published(
        edition, tmp_path / "whole", address="", title="港口镜像"
    )


def test_a_source_that_is_no_more_takes_its_feeds_with_it(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1"), document("dw-en", "2"))
    published(edition, tmp_path)
    edition.remove("dw-en", "2")
    made = published(edition, tmp_path)
    assert not any("dw-en" in path for path in made)
    assert made == published(edition, tmp_path / "whole")


steps = st.lists(
    st.tuples(st.sampled_from(["put", "edit", "withdraw", "remove", "lift"]), st.sampled_from(["dw-zh", "dw-en"]),
              st.integers(0, 7)),
    min_size=1, max_size=8,
)  # fmt: skip


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(st.lists(steps, min_size=1, max_size=3))
def test_step_by_step_or_at_once_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    edition = MemoryEdition(document("dw-zh", "0"))
    for round_ in rounds:
        for what, source, number in round_:
            _step(edition, what, source, str(number))
        made = published(edition, folder / "steps", most=3)
        shutil.rmtree(folder / "whole", ignore_errors=True)
        assert made == published(edition, folder / "whole", most=3)


def _step(edition: MemoryEdition, what: str, source: str, key: str) -> None:
    there = edition.document(source, key)
    told: dict[str, Any] = {"at": NOON - timedelta(days=9 * int(key)), "section": "Port" if int(key) % 2 else "Art"}
    if what == "put" and there is None:
        edition.put(document(source, key, **told))
    elif there is not None and what == "edit":
        told |= {"section": "Edited"} if int(key) % 3 == 0 else {}
        edition.put(document(source, key, number=there.revisions + 1, title=f"Edited {there.revisions}", **told))
    elif there is not None and what == "withdraw" and there.withdrawn is None:
        edition.withdraw(source, key)
    elif there is not None and what == "remove":
        edition.remove(source, key)
        name = sha256(f"{source}/{key}".encode()).hexdigest()
        edition.taken_down.append(TakeDown(scope="article", source=source, name=name, at=NOON, reason="asked"))
    elif what == "lift" and edition.taken_down:
        edition.taken_down.pop()
        edition.stamp += 1


# --- hostile text


HOSTILE = "]]>\x00\x0b\x1b<script>alert(1)</script>&amp;\ufffe\u202e'\"--><!--\r\n"


def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    edition = MemoryEdition(
        document(
            "dw-en", "1",
            title=HOSTILE, kicker=HOSTILE, subtitle=HOSTILE, summary=HOSTILE, byline=HOSTILE, rights=HOSTILE,
            authors=(HOSTILE, ""), tags=(HOSTILE, ""), section=HOSTILE, language='en" onload="x',
            url="javascript:alert(1)",
            picture=Picture(url="javascript:x", caption=text(HOSTILE), credit=HOSTILE, alt=HOSTILE),
            body=(Paragraph(text=text(HOSTILE, link=Link(href="javascript:alert(2)"))),
                  Figure(picture=Picture()),
                  Gallery(entries=(GalleryEntry(picture=Picture(url="https://x.example/\"><script>")),))),
        )
    )  # fmt: skip
    edition.names["dw-en"] = (HOSTILE, "en", "javascript:x")
    edition.withdraw("dw-en", "1")
    for name, address in (("known", ADDRESS), ("unknown", "")):
        made = published(edition, tmp_path / name, address=address, title=HOSTILE)
        assert check_all(made) == (17 if address else 16)
        assert all(feedparser(body) for path, body in made.items() if path.endswith((".rss", ".atom")))


@pytest.mark.parametrize(
    ("byline", "told"), [("叶宣（综合报道）", True), ("叶宣", False), ("叶宣 / B", False), ("", False)]
)
def test_what_a_byline_says_beyond_the_names_stands_above_the_text(tmp_path: Path, byline: str, told: bool) -> None:
    made = published(MemoryEdition(document("dw-zh", "1", byline=byline, authors=("叶宣", "B"))), tmp_path)
    [item] = json.loads(made["all.json"])["items"]
    assert [each["name"] for each in item["authors"]] == ["叶宣", "B"]
    assert (f"<p>{byline}</p>" in item["content_html"]) is told


def test_a_description_in_rss_is_markup_of_words_and_nothing_else(tmp_path: Path) -> None:
    """Readers take it for markup (rssboard.org/rss-specification, "Elements of <item>"), as feedparser does."""
    words = "<b>words</b> &amp; <img src=x onerror=x>"
    made = published(MemoryEdition(document("dw-en", "1", summary=words)), tmp_path, title=HOSTILE)
    shown = [html.fromstring(f"<p>{found.text}</p>") for found in etree.fromstring(made["all.rss"]).iter("description")]
    assert not any(map(len, shown))
    assert shown[-1].text_content() == words


def test_no_word_of_a_json_feed_turns_what_stands_after_it(tmp_path: Path) -> None:
    words = "a\u202eb \u2067c"
    edition = MemoryEdition(document("dw-en", "1", title=words, summary=words, authors=(words,), tags=(words,)))
    edition.names["dw-en"] = (words, "en", "")
    feed = json.loads(published(edition, tmp_path)["all.json"])
    (item,) = feed["items"]
    for said in (
        item["title"],
        item["summary"],
        *item["tags"],
        item["authors"][0]["name"],
        item["_wirecopy"]["outlet"],
    ):
        assert said == "a\ufffdb \u2067c\u2069"


@settings(deadline=None, max_examples=60)
@given(st.lists(strategies.blocks, max_size=4).map(tuple), st.text(max_size=40))
def test_whatever_an_article_says_all_of_it_is_in_every_format(blocks: Any, words: str) -> None:
    edition = MemoryEdition(document("dw-zh", "1", title=words, body=blocks))
    found = edition.document("dw-zh", "1")
    assert found is not None
    for address in ("", ADDRESS):
        made = entries.entry(found, edition, entries.Place(address=address), messages.of("en"))
        channel = entries.Channel(id=entries.id_of("x"), title=words.strip() or "x")
        for check, write in ((check_rss, feeds.rss), (check_atom, feeds.atom), (check_json, feeds.json_feed)):
            check(write(replace(channel, title=clean(channel.title) or "x"), [made]))
        assert_all_is_in(made.content, blocks)


def assert_all_is_in(markup: str, blocks: Any) -> None:
    """Every text of these blocks stands in the markup, in its words."""
    seen = re.sub(r"\s+", "", "".join(html.fromstring(f"<div>{markup}</div>").itertext()))
    for words in texts(blocks):
        for run in words:
            said = clean(visible(run.text))
            assert re.sub(r"\s+", "", said) in re.sub(r"[\u200b]", "", seen) or not said


# --- a real reader


def needed(program: str) -> str:
    """The program's path; a test that needs it is skipped where it is absent, and fails there in CI."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not here, and CI is set")
        pytest.skip(f"{program} is not here")
    return found


def test_newsboat_reads_what_we_serve(tmp_path: Path) -> None:
    newsboat = needed("newsboat")
    edition = golden.edition()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "site")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_port}/"
        feeds.publish(edition, tmp_path / "site" / "feeds", address=base)
        home = tmp_path / "home"
        home.mkdir()
        lists = [f"{base}feeds/{name}" for name in ("sources/hg-zh.rss", "sources/hg-ar.atom", "changes.atom")]
        (home / "urls").write_text("".join(f"{each}\n" for each in lists))
        (home / "config").write_text("")
        command = [newsboat, "-u", str(home / "urls"), "-c", str(home / "cache.db"), "-C", str(home / "config")]
        env = {**os.environ, "HOME": str(home), "http_proxy": "", "no_proxy": "127.0.0.1"}
        done = subprocess.run(
            [*command, "-x", "reload", "print-unread"], env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        with closing(sqlite3.connect(home / "cache.db")) as cache:
            read = sorted(cache.execute("SELECT feedurl, guid, title FROM rss_item"))
        told = [
            (address, feedparser((tmp_path / "site" / address.removeprefix(base)).read_bytes())) for address in lists
        ]
        assert read == sorted((address, each.id, each.title) for address, feed in told for each in feed.entries)
        assert done.stdout.split()[0] == str(len(read))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_could_not_be_written_leaves_what_was(tmp_path: Path) -> None:
    (tmp_path / "all.rss").write_text("mine")
    with pytest.raises(PublishError, match="did not make"):
        feeds.publish(MemoryEdition(), tmp_path)
    assert (tmp_path / "all.rss").read_text() == "mine"
