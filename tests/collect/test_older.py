"""Where an index goes on into the past; and an entry that carries the article is evidence of its own."""

from datetime import UTC, datetime

import pytest

from wirecopy.collect import discover
from wirecopy.collect.discover.entries import COPY, Entry, copied
from wirecopy.collect.read import is_copy, read
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Lead, Source, document_text

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = Source(id="courier", language="en", feeds=("https://courier.example/feed",))
FED = Source(id="courier", language="en", feeds=("https://courier.example/feed",), read="feed")
LEAD = Lead(source="courier", key="1", url="https://courier.example/1")
ATOM = "http://www.w3.org/2005/Atom"
ITEM = "<item><title>One</title><link>https://courier.example/1</link>{}</item>"


def capture(body, url="https://courier.example/feed"):
    return Capture(url=url, status=200, body=body.encode(), at=NOON, asked=(("Accept", "*/*"),))


def rss(channel, item=""):
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel>{channel}{ITEM.format(item)}</channel></rss>"
    )


@pytest.mark.parametrize(
    ("body", "url", "older"),
    [
        (rss('<atom:link rel="next" href="?page=2"/>'), "https://courier.example/feed", "https://courier.example/feed?page=2"),
        (rss('<atom:link rel="prev-archive" href="/2026/10.xml"/><atom:link rel="next" href="/x"/>'),
         "https://courier.example/feed", "https://courier.example/2026/10.xml"),
        (rss("<generator>https://wordpress.org/?v=6.4</generator>"),
         "https://courier.example/feed/", "https://courier.example/feed/?paged=2"),
        (rss("<generator>https://wordpress.org/?v=6.4</generator>"),
         "https://courier.example/?feed=rss2&paged=9", "https://courier.example/?feed=rss2&paged=10"),
        (rss('<atom:link rel="next" href="https://courier.example/feed"/>'), "https://courier.example/feed", ""),
        (rss('<atom:link rel="self" href="?page=1"/>'), "https://courier.example/feed", ""),
        (f'<feed xmlns="{ATOM}"><link rel="next" href="p2"/><entry><link href="/1"/></entry></feed>',
         "https://courier.example/a/feed", "https://courier.example/a/p2"),
        ('{"version": "https://jsonfeed.org/version/1.1", "next_url": "/feed2.json", "items": []}',
         "https://courier.example/feed.json", "https://courier.example/feed2.json"),
        ('{"version": "1", "next_url": ["javascript:x"], "items": []}', "https://courier.example/feed.json", ""),
        (rss('<atom:link rel="next" href="file:///etc/passwd"/>'), "https://courier.example/feed", ""),
    ],
)  # fmt: skip
def test_a_feed_says_where_its_older_entries_are(body, url, older):
    assert discover.read(SOURCE, capture(body, url)).older == ((older,) if older else ())


def index(*sitemaps):
    listed = "".join(f"<sitemap><loc>https://courier.example/{name}</loc>{rest}</sitemap>" for name, rest in sitemaps)
    return capture(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>')


def test_an_index_of_sitemaps_gives_the_newest_first_and_with_a_day_only_what_may_be_as_new():
    page = index(
        ("sitemap-2026-01.xml", ""),
        ("posts-1.xml", "<lastmod>2020-05-01</lastmod>"),
        ("posts-2.xml", "<lastmod>2026-11-20T10:00:00Z</lastmod>"),
        ("news.xml", ""),
        ("map?yyyy=2026&amp;mm=10&amp;dd=09", ""),
        ("pages-202612345.xml", ""),
    )
    every = [url.rpartition("/")[2] for url in discover.read(SOURCE, page).more]
    assert every == [
        "news.xml", "pages-202612345.xml", "posts-2.xml",
        "map?yyyy=2026&mm=10&dd=09", "sitemap-2026-01.xml", "posts-1.xml",
    ]  # fmt: skip
    since = [url.rpartition("/")[2] for url in discover.read(SOURCE, page, datetime(2026, 10, 20, tzinfo=UTC)).more]
    assert since == every[:4]


def test_an_entry_that_carries_text_is_a_copy_and_a_teaser_is_none():
    text = "&lt;p&gt;" + "The ferry is free for pupils. " * 30 + "&lt;/p&gt;"
    full = discover.read(SOURCE, capture(rss("", f"<content:encoded>{text}</content:encoded>")))
    teaser = discover.read(SOURCE, capture(rss("", "<description>The ferry is free.</description>")))
    fed = discover.read(FED, capture(rss("", "<description>The ferry is free.</description>")))
    assert [key for key, _ in full.copies] == [full.leads[0].key]
    assert teaser.copies == ()
    ((_, copy),) = fed.copies
    assert is_copy(copy)
    assert not is_copy(capture(rss("")))
    article = read(FED, LEAD, copy)
    assert (article.title, document_text(article.body), article.weak) == ("One", "The ferry is free.", False)
    assert read(SOURCE, LEAD, copy).weak


@pytest.mark.parametrize(
    "last",
    [
        "<p>The post <a href='/1'>One</a> appeared first on <a href='/'>The Courier</a>.</p>",
        "<p><a href='/1'>Read more</a></p>",
        "<p>Continue reading <a href='/1'>One</a> →</p>",
        "<p>[<a href='/1'>阅读全文</a>]</p>",
        "<hr><div>获取更多RSS：<br><a href='https://feedx.example'>https://feedx.example</a></div>",
        "<img src='https://count.example/p.gif' width='1' height='1'>",
    ],
)
def test_what_a_feed_adds_at_the_end_is_not_the_article(last):
    entry = Entry(title="One", content=f"<p>The ferry is free.</p><p>It runs until May.</p>{last}")
    article = read(FED, LEAD, copied(entry, capture("")))
    assert document_text(article.body) == "The ferry is free.\nIt runs until May."


def test_an_article_about_reading_more_keeps_its_last_line():
    last = "Read more books, the mayor said, and see what becomes of you. He laughed, and so did the ferry. " * 2
    entry = Entry(content=f"<p>The ferry is free.</p><p>{last}</p>")
    assert "mayor" in document_text(read(FED, LEAD, copied(entry, capture(""))).body)


def test_a_copy_gives_pictures_with_captions_links_and_moments():
    content = (
        "<figure><img src='/i/ferry.jpg'><figcaption>The ferry</figcaption></figure>"
        "<p>It <a href='/timetable'>runs</a> every hour.</p>"
    )
    entry = Entry(
        title="One", content=content, authors=("Ada Lund",), published=NOON, base="https://courier.example/n/"
    )
    article = read(FED, LEAD, copied(entry, capture("")))
    assert article.picture.url == "https://courier.example/i/ferry.jpg"
    assert article.picture.caption[0].text == "The ferry"
    assert (article.authors, article.published, article.reader) == (("Ada Lund",), NOON, "feed")
    assert article.body[0].text[1].link.href == "https://courier.example/timetable"


@pytest.mark.parametrize(("said", "read_as"), [("pt_BR", "pt-BR"), ("English (US)", "en"), ("", "en")])
def test_a_copy_is_in_the_language_that_its_feed_names_or_in_its_source_s(said, read_as):
    entry = Entry(content="<p>The ferry is free.</p>", language=said)
    assert read(FED, LEAD, copied(entry, capture(""))).language == read_as


def test_a_copy_without_text_or_damaged_is_no_article():
    for body in (b"{}", b'{"content":"<script>x</script>"}', b"no json"):
        copy = Capture(
            url="https://courier.example/feed", status=200, headers=(("Content-Type", COPY),), body=body, at=NOON
        )
        with pytest.raises(ReadError):
            read(FED, LEAD, copy)
