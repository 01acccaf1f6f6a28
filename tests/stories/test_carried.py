"""Feeds that carry whole articles, and indexes that go on into the past."""

import asyncio
from datetime import UTC, datetime, timedelta
from html import escape

import pytest

from rounds import NOON, Rounds
from scripted import Answer, page, serving
from wirecopy.archive import open_archive
from wirecopy.model import Source, document_text

FIRST = "The bridge over the Ammer was closed on Monday after an engineer found a crack in its third pier."
SECOND = (
    "A ferry takes its place until the spring, the district said; it carries forty people and no cars. " * 3
).strip()


def feed(server, *entries, generator="", more="") -> Answer:
    """An RSS feed of (number, content, day) entries."""
    items = "".join(
        f"<item><title>Story {n}</title><link>{server.url(f'/story-{n}')}</link>"
        f"<pubDate>{day:%a, %d %b %Y %H:%M:%S +0000}</pubDate>"
        f"<content:encoded>{escape(content)}</content:encoded></item>"
        for n, content, day in entries
    )
    return page(
        f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Courier</title>'
        f"<generator>{generator}</generator>{more}{items}</channel></rss>".encode(),
        "Content-Type: application/rss+xml",
    )


def story(number, text=FIRST + SECOND) -> Answer:
    return page(
        f"<html lang=en><title>Story {number}</title><article><h1>Story {number}</h1>"
        f"<p>{text}</p><p>Report number {number}: {SECOND}</p></article></html>".encode(),
        "Content-Type: text/html; charset=utf-8",
    )


def body(*paragraphs):
    return "".join(f"<p>{each}</p>" for each in paragraphs)


@pytest.fixture
def archive(tmp_path):
    archive = open_archive(tmp_path / "wirecopy.db", write=True, holder="a test")
    yield archive
    assert list(archive.verify()) == []
    archive.close()


def test_a_full_feed_is_read_without_asking_for_pages(archive):
    async def days():
        async with serving() as server:
            mirror = Rounds(server, archive, read="feed")
            whole = body(FIRST, SECOND, "The post Story 1 appeared first on The Courier.")
            server.tell("/feed", feed(server, (1, whole, NOON), (2, body(SECOND), NOON)))
            first = await mirror.round()
            assert (first.new, first.held, first.failures, mirror.asked()) == (2, 0, (), ["/feed"])
            article = mirror.articles()["Story 1"]
            assert (article.reader, article.weak, article.published) == ("feed", False, NOON)
            assert document_text(article.body) == f"{FIRST}\n{SECOND.strip()}"
            second = await mirror.round()
            assert (second.new, second.edited, mirror.asked()) == (0, 0, ["/feed"])
            # an edit of the text alone, under the same title and moment
            server.tell("/feed", feed(server, (1, body(FIRST, "The ferry is free."), NOON)))
            third = await mirror.round()
            assert (third.edited, mirror.asked()) == (1, ["/feed"])
            assert mirror.history("Story 1") == ["new", "edited"]
            # what the feed no longer lists stands
            last = await mirror.round(hours=300)
            assert (last.edited, last.gone, last.failures, mirror.asked()) == (0, 0, (), ["/feed"])

    asyncio.run(days())


def test_where_the_page_is_a_wall_the_text_of_the_feed_is_kept_and_marked(archive):
    wall = page(
        b"<html><title>Just a moment...</title><body><h1>Checking your browser</h1></body></html>",
        "Content-Type: text/html",
    )

    async def days():
        async with serving() as server:
            mirror = Rounds(server, archive)
            server.tell("/feed", feed(server, (1, body(FIRST, SECOND, SECOND), NOON)))
            server.tell("/story-1", wall)
            first = await mirror.round()
            assert (first.new, first.held) == (1, 1)
            article = mirror.articles()["Story 1"]
            assert (article.reader, article.weak) == ("feed", True)
            state, reason = mirror.states()["Story 1"]
            assert state == "held"
            assert reason
            again = await mirror.round(hours=2)
            assert (again.new, again.edited, again.held) == (0, 0, 1)
            # the page comes back, and says more
            server.tell("/story-1", story(1))
            await mirror.round(hours=24)
            article = mirror.articles()["Story 1"]
            assert (article.reader, article.weak) == ("page", False)
            assert mirror.states()["Story 1"] == ("archived", "")
            # a wall later harms nothing: neither a weaker reading nor a feed takes the place of the page
            server.tell("/story-1", wall)
            await mirror.round(hours=48)
            assert mirror.articles()["Story 1"].reader == "page"
            assert mirror.states()["Story 1"][0] == "held"

    asyncio.run(days())


def test_a_feed_is_followed_back_to_the_day_that_was_asked_for(archive):
    def day(n):
        return NOON - timedelta(days=10 * n)

    async def days():
        async with serving() as server:
            mirror = Rounds(server, archive)
            for n in range(8):
                server.tell(f"/story-{n}", story(n))
            pages = [feed(server, (n, "", day(n)), (n + 1, "", day(n + 1)), generator="https://wordpress.org/?v=6")
                     for n in (0, 2, 4, 6)]  # fmt: skip
            server.tell("/feed", pages[0])
            for n, each in enumerate(pages[1:], 2):
                server.tell(f"/feed?paged={n}", each)
            await mirror.round()
            assert sorted(mirror.articles()) == ["Story 0", "Story 1"]
            caught_up = await mirror.round(since=day(5) + timedelta(hours=1))
            assert caught_up.failures == ()
            assert sorted(mirror.articles()) == [f"Story {n}" for n in range(5)]
            assert [each for each in mirror.asked() if "paged" in each] == [f"/feed?paged={n}" for n in (2, 3, 4)]
            assert (await mirror.round()).new == 0
            # the end of what the outlet lists is no failure
            end = await mirror.round(since=day(100))
            assert (end.failures, end.complaints) == ((), ())
            assert sorted(mirror.articles()) == [f"Story {n}" for n in range(8)]
            assert "/feed?paged=5" in mirror.asked()

    asyncio.run(days())


def test_an_index_of_sitemaps_is_asked_for_the_months_that_matter(archive):
    def sitemap(server, *numbers):
        urls = "".join(f"<url><loc>{server.url(f'/story-{n}')}</loc></url>" for n in numbers)
        return page(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode())

    async def days():
        async with serving() as server:
            mirror = Rounds(server, archive)
            mirror.source = Source(id="courier", language="en", sitemaps=(server.url("/sitemap.xml"),), pace=0.0)
            listed = "".join(
                f"<sitemap><loc>{server.url(f'/sitemap-2026-{month:02}.xml')}</loc></sitemap>" for month in range(1, 12)
            )
            server.tell(
                "/sitemap.xml",
                page(
                    f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'.encode()
                ),
            )
            for month in range(1, 12):
                server.tell(f"/sitemap-2026-{month:02}.xml", sitemap(server, month))
                server.tell(f"/story-{month}", story(month))
            outcome = await mirror.round(since=datetime(2026, 9, 15, tzinfo=UTC))
            assert [each for each in mirror.asked() if "sitemap-" in each] == [
                f"/sitemap-2026-{month}.xml" for month in ("11", "10", "09")
            ]
            assert (outcome.new, outcome.failures) == (3, ())

    asyncio.run(days())
