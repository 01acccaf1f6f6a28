"""An address is looked at as an operator would: what it is, what can be followed, how it reads, what it asks."""

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from scripted import fetcher
from wirecopy.collect.scout import MOST, scout, signals, weighing
from wirecopy.collect.scout.finding import Sample
from wirecopy.collect.scout.front import front, tag
from wirecopy.demo.guises import MORNING, SHAPES, Guise
from wirecopy.demo.server import Reply, Server
from wirecopy.errors import FetchError, ReadError
from wirecopy.model import Capture


def look(address, **changes):
    """A scout's finding, with robots.txt heeded, over a real socket."""

    async def go():
        async with fetcher(robots=True, attempts=1) as door:
            found = await scout(address, door, **{"now": MORNING, **changes})
            assert found.asked == door.asked <= MOST
            return found

    return asyncio.run(go())


class Site:
    """A server that answers what it was given, by path."""

    def __init__(self, **_):
        self.pages = {}
        self.asked = []
        self.server = Server(self.handle)
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.stop()

    def handle(self, request):
        self.asked.append(request.path)
        body, kind, headers = self.pages.get(request.path, (None, "", ()))
        if body is None:
            return Reply(404, (("Content-Type", "text/html"),), b"<html><body>no</body></html>")
        body = body.replace("HOST", self.url)
        return Reply(200, (("Content-Type", kind), *headers), body.encode())

    def tell(self, path, body, kind="text/html; charset=utf-8", headers=()):
        self.pages[path] = (body, kind, headers)


@contextmanager
def answering(status):
    """The address of a server that answers everything with this status, but has no robots.txt."""
    server = Server(lambda request: Reply(404 if request.path == "/robots.txt" else status))
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_address_gives_the_same_finding_with_bounded_requests(shape):
    with Guise(shape) as outlet:
        first = look(outlet.url + "/")
        assert first == look(outlet.url + "/")
        assert first.kind == "site"
        assert (first.source is None) == (shape == "nothing")
        assert bool(first.advice) == (shape == "nothing")


def test_a_feed_that_a_page_declares_is_followed():
    with Guise("feed") as outlet:
        found = look(outlet.url)
        assert found.source.feeds == (f"{outlet.url}/rss/news.xml",)
        assert (found.source.language, found.source.name) == ("en", "The Valley Courier")
        assert found.source.sitemaps == found.source.listings == ()
        assert [(each.kind, each.how, each.followed) for each in found.indexes] == [
            ("feed", "declared by the page", True)
        ]
        assert [each.title for each in found.samples] == [each.title for each in outlet.printed]
        assert found.samples[0].authors == ("Imke Harrow",)
        assert found.samples[0].published == outlet.printed[0].at
        assert found.samples[0].first.startswith("The new bridge")
        assert found.volume.articles_a_day == pytest.approx(24 / 7, abs=0.1)
        assert "teasers" in found.reading


@pytest.mark.parametrize(("whole", "read"), [(True, "feed"), (False, "page")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_whole_feeds_are_read_themselves_and_partial_ones_from_their_pages(whole, read, language):
    with Guise("feed", whole=whole, language=language) as outlet:
        assert look(outlet.url).source.read == read


def test_a_news_sitemap_inside_an_index_is_followed_where_there_is_no_feed():
    with Guise("sitemap") as outlet:
        found = look(outlet.url)
        assert found.source.sitemaps == (f"{outlet.url}/sitemap-news.xml",)
        assert found.source.feeds == ()
        assert len(found.samples) == 5


def test_a_sitemap_that_lists_nothing_is_told_to_list_nothing():
    with Site() as outlet:
        outlet.tell("/", "<html><body><p>Soon</p></body></html>", "text/html")
        outlet.tell("/robots.txt", f"Sitemap: {outlet.url}/sitemap.xml", "text/plain")
        outlet.tell("/sitemap.xml", "<?xml version='1.0'?><urlset></urlset>", "application/xml")
        found = look(outlet.url)
        assert {each.why for each in found.indexes if each.kind == "sitemap"} == {"it lists nothing"}


def test_wordpress_is_known_and_its_comments_are_not_followed():
    with Guise("wordpress") as outlet:
        found = look(outlet.url)
        assert found.platform == "WordPress 6.8.1"
        assert found.source.feeds == (f"{outlet.url}/feed/",)
        assert not outlet.requests("/comments/")


def test_an_app_is_followed_by_the_data_in_its_pages():
    with Guise("app") as outlet:
        found = look(outlet.url)
        assert found.platform == "Next.js"
        assert found.source.listings == (f"{outlet.url}/",)
        assert all(each.characters > 300 for each in found.samples)
        assert (found.samples[0].authors, found.samples[0].warnings) == (("Imke Harrow",), ())


def test_where_there_is_nothing_it_is_said_what_was_tried_and_what_to_do():
    with Guise("nothing") as outlet:
        found = look(outlet.url)
        assert "nothing at" in found.advice
        assert "usual places" in found.advice
        assert "RSSHub" in found.advice


def test_an_article_leads_to_its_site():
    with Guise("feed") as outlet:
        found = look(outlet.url + outlet.printed[0].path)
        assert found.kind == "article"
        assert found.source.feeds == (f"{outlet.url}/rss/news.xml",)
        short = look(outlet.url + outlet.printed[0].path, of_article=False)
        assert (short.kind, short.source) == ("article", None)


@pytest.mark.parametrize(
    ("shape", "path", "kind"),
    [
        ("feed", "/rss/news.xml", "feed"),
        ("sitemap", "/sitemap-news.xml", "sitemap"),
        ("sitemap", "/sitemap-index.xml", "sitemap"),
        ("wordpress", "/wp-sitemap.xml", "sitemap"),
    ],
)
def test_a_feed_or_sitemap_is_followed_as_it_is_given(shape, path, kind):
    with Guise(shape) as outlet:
        found = look(outlet.url + path)
        assert found.kind == kind
        assert found.source.homepage == f"{outlet.url}/"
        assert [each.url for each in found.indexes if each.followed]
        assert len(found.samples) == 5


def test_a_feed_of_another_service_is_the_outlet_s():
    with Guise("feed") as outlet, Site() as service:
        feed = "<rss><channel><title>Courier - RSSHub</title><link>LINK</link>ITEMS</channel></rss>"
        items = "".join(
            f"<item><title>{each.title}</title><link>{outlet.url}{each.path}</link></item>" for each in outlet.printed
        )
        service.tell("/courier/news", feed.replace("LINK", outlet.url).replace("ITEMS", items), "application/xml")
        found = look(service.url + "/courier/news")
        assert found.source.feeds == (service.url + "/courier/news",)
        assert found.source.homepage.startswith(outlet.url)
        assert all(each.characters for each in found.samples)


def test_of_a_section_only_what_lies_below_it_is_followed():
    with Site() as site:
        item = "<item><title>The story with number {n}</title><link>HOST{path}</link></item>"
        paths = [f"/world/2026/01/0{n}/a-story-of-the-world" for n in range(1, 4)] + [
            f"/sport/2026/a-game-{n}" for n in range(5)
        ]
        items = "".join(item.format(n=n, path=path) for n, path in enumerate(paths))
        declared = '<link rel="alternate" type="application/rss+xml" href="/rss">'
        head = f"<html lang='en'><head><meta property='og:type' content='website'>{declared}</head>"
        site.tell("/world/", f"{head}<body><h1>World</h1></body></html>")
        site.tell("/", f"{head}<body>Front</body></html>")
        site.tell("/rss", f"<rss><channel><title>All</title>{items}</channel></rss>", "application/rss+xml")
        found = look(site.url + "/world/")
        assert found.kind == "section"
        assert found.source.feeds == (site.url + "/rss",)
        assert len(found.source.keep) == 1
        assert {each.url.split("/")[3] for each in found.samples} == {"world"}


def test_a_list_of_feeds_is_known_as_one():
    with Site() as site:
        site.tell(
            "/my.opml", "<opml><body><outline text='a' xmlUrl='https://a.example/feed'/></body></opml>", "text/x-opml"
        )
        found = look(site.url + "/my.opml")
        assert found.kind == "opml"
        assert [each.source.feeds for each in found.subscriptions] == [("https://a.example/feed",)]


def test_what_robots_txt_forbids_is_not_asked_and_told():
    with Guise("feed", robots="Disallow: /news/\nCrawl-delay: 2\n") as outlet:
        found = look(outlet.url)
        assert not outlet.requests("/news/")
        assert any("forbids us 5" in each for each in found.robots)
        assert any("2 s between requests" in each for each in found.robots)
        assert all("robots.txt forbids" in " ".join(each.warnings) for each in found.samples)


def test_usage_signals_are_told_in_plain_words():
    with Site() as site:
        site.tell("/robots.txt", "User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n", "text/plain")
        site.tell(
            "/",
            '<html><head><meta name="robots" content="index,noarchive"><meta name="tdm-reservation" content="1"></head>'
            "<body>x</body></html>",
            headers=(("Content-Usage", "search=y"), ("X-Robots-Tag", "googlebot: nosnippet")),
        )
        site.tell(
            "/.well-known/tdmrep.json",
            '[{"location": "*", "tdm-reservation": 1, "tdm-policy": "https://x/p"}]',
            "application/json",
        )
        said = " | ".join((*(found := look(site.url)).signals, *found.robots))
        for part in (
            "noarchive",
            "nosnippet",
            "reserves text and data mining",
            "https://x/p",
            "search=y",
            "train-ai=n",
        ):
            assert part in said, part


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "nothing at this address"),
        (403, "does not let this program in"),
        (451, "legal reasons"),
        (401, "a login"),
        (500, "try again later"),
    ],
)
def test_an_address_that_answers_with_trouble_is_told_what_it_means(status, said):
    with answering(status) as url, pytest.raises(ReadError, match=said):
        look(url + "/x")


def test_an_outlet_that_is_down_is_a_fetch_error_that_names_the_address():
    with Guise("feed") as outlet:
        outlet.down = True
        with pytest.raises(FetchError, match="no answer from http://127"):
            look(outlet.url + "/")


def test_a_picture_is_no_page():
    with Site() as site:
        site.tell("/a.png", "PNG", "image/png")
        with pytest.raises(ReadError, match="neither a page nor a feed"):
            look(site.url + "/a.png")


# --- pure decisions


def test_texts_are_compared_both_ways():
    page = "The new bridge over the river opens on Sunday at nine in the morning, says the mayor of the town."
    assert weighing.shares(page, page) == (1.0, 1.0)
    in_feed, in_page = weighing.shares(page, page[: page.index(" Sunday")])
    assert in_feed < 0.6
    assert in_page == 1.0
    assert weighing.shares(
        "河上新桥周日通车两岸居民等了十九年终于不用绕路", "完全不同的另外一段文字没有任何相同的地方啊啊啊"
    ) == (0.0, 0.0)
    assert weighing.shares("", page) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("whole", "of", "read"), [(5, 5, "feed"), (4, 5, "feed"), (3, 5, "page"), (2, 2, "page"), (3, 3, "feed")]
)
def test_four_of_five_whole_texts_make_a_whole_feed(whole, of, read):
    samples = [Sample(url=str(n), in_feed=1.0 if n < whole else 0.2, in_page=1.0) for n in range(of)]
    assert weighing.reading(samples)[0] == read


def test_the_rate_is_of_the_last_week_where_the_feed_reaches_back_so_far():
    hourly = [MORNING - timedelta(hours=n) for n in range(20)]
    assert weighing.rate(hourly, MORNING) == pytest.approx(24)
    daily = [MORNING - timedelta(days=n) for n in range(30)]
    assert weighing.rate(daily, MORNING) == pytest.approx(8 / 7)
    assert weighing.rate([MORNING, None], MORNING) == 0


def test_tracking_parameters_are_those_that_all_links_have_alike():
    links = [f"https://x.example/a?id={n}&utm_x=1&ref=rss&lang=zh" for n in range(5)]
    assert weighing.tracking(links) == ("ref", "utm_x")
    assert weighing.tracking(links[:2]) == ()


@pytest.mark.parametrize(
    ("address", "name", "made"),
    [
        ("https://www.courier.example/", "x", "courier"),
        ("https://news.example.co.uk/", "x", "example"),
        ("https://someone.substack.com/", "x", "someone"),
        ("http://127.0.0.1:1/", "The Courier", "the-courier"),
        ("http://127.0.0.1:1/", "山谷", "127-0-0-1"),
        ("https://taken.example/", "x", "taken-2"),
        ("https://prn.example/", "x", "prn-example"),
    ],
)
def test_an_id_comes_from_the_host_and_is_never_taken(address, name, made):
    assert weighing.named(address, name, {"taken"}) == made


@pytest.mark.parametrize(
    ("said", "is_tag"), [("zh_cn", "zh-CN"), ("EN", "en"), ("zh-hans-cn", "zh-Hans-CN"), ("??", ""), ("", "")]
)
def test_languages_are_spelt_as_they_should_be(said, is_tag):
    assert tag(said) == is_tag


def test_what_a_page_says_never_fails():
    for body in (b"", b"\xff", b"<html lang=''>", b"<meta content=x>", b"<nav><a href='http://['>"):
        page = Capture(
            url="https://x.example/", final_url="", status=200, body=body, at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert front(page).url == "https://x.example/"
        assert signals.usage([page], [front(page)], page) == ()
