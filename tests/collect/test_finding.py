"""A page says where its outlet's feeds are."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cost import soon
from wirecopy.collect import discover
from wirecopy.model import Capture

AT = datetime(2026, 1, 2, tzinfo=UTC)


def page(body, url="https://example.org/zh/", content_type="text/html; charset=utf-8"):
    body = body if isinstance(body, bytes) else body.encode()
    return Capture(url=url, final_url=url, status=200, headers=(("Content-Type", content_type),), body=body, at=AT)


FRONT = """<!doctype html><html><head>
  <!-- <link rel="alternate" type="application/rss+xml" href="/commented-out.xml"> -->
  <script>document.write('<link rel="alternate" type="application/rss+xml" href="/scripted.xml">')</script>
  <link rel="alternate" hreflang="de" href="/de/">
  <link rel="alternate" type="application/json" href="https://example.org/wp-json/wp/v2/pages/1">
  <link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed?url=x">
  <link rel="alternate" type="application/rss+xml" title="Comments Feed" href="/comments/feed/">
  <link rel="alternate" type="application/feed+json" href="/feed.json">
  <LINK REL='alternate home' TYPE='application/atom+xml; charset=utf-8' HREF=/atom.xml>
  <link type="application/rss+xml" rel="alternate" href="/rss.xml?a=1&amp;b=2">
  <link rel="sitemap" href="/sitemap.xml">
  </head><body><a href="javascript:alert(1)//feed">x</a><a class="x" href="https://feeds.example.net/example">RSS</a>
  <a href="/news/feed/">RSS</a><a href="/feeding-the-world">no</a><a href="/rss.xml?a=1&amp;b=2">again</a>
  </body></html>"""


def test_a_page_names_its_feeds_best_first():
    assert discover.find(page(FRONT)) == (
        "https://example.org/rss.xml?a=1&b=2",
        "https://example.org/atom.xml",
        "https://example.org/feed.json",
        "https://feeds.example.net/example",
        "https://example.org/news/feed/",
        "https://example.org/comments/feed/",
        "https://example.org/sitemap.xml",
    )


def test_addresses_stand_on_the_page_s_own_base():
    body = '<base href="https://other.example/x/"><link rel="alternate" type="application/rss+xml" href="rss">'
    assert discover.find(page(body)) == ("https://other.example/x/rss",)


def test_robots_txt_names_sitemaps():
    robots = "User-agent: *\r\nDisallow: /x\r\nSitemap: https://example.org/a.xml\r\nsitemap : /b.xml.gz # news\r\n"
    found = discover.find(page(robots, "https://example.org/robots.txt", "text/plain"))
    assert found == ("https://example.org/a.xml", "https://example.org/b.xml.gz")


def test_a_page_without_feeds_names_none():
    assert discover.find(page("<html><a href='/about'>x</a></html>")) == ()
    assert discover.find(page(b"")) == ()


@given(st.binary(max_size=200))
def test_any_page_names_web_addresses_or_nothing(body):
    for start in (b"", b"<link rel=alternate type=application/rss+xml href='", b"Sitemap: "):
        assert all(found.startswith("http") for found in discover.find(page(start + body)))


@soon
def test_a_hostile_page_is_looked_at_once():
    for unit in (
        "<!--",
        "<link a='",
        '<a href="/feed',
        "<script>",
        "<base ",
        "sitemap:\n",
        "<a " + "b " * 20,
        "<a href=/feed/x/",
    ):
        discover.find(page(unit * 400_000))
    assert len(discover.find(page("".join(f"<a href=/{n}.rss>" for n in range(1000))))) == 50
