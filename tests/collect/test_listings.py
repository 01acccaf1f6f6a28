"""Section pages become leads, by what a source says of its addresses or by what articles' links look like."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import growth, soon
from wirecopy.collect import discover
from wirecopy.collect.discover import listings
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Source

AT = datetime(2026, 1, 2, tzinfo=UTC)
PAGE = "https://example.org/world/"
SOURCE = Source(id="s", homepage="https://example.org/", listings=(PAGE,))


def page(body, url=PAGE, content_type="text/html; charset=utf-8"):
    body = body if isinstance(body, bytes) else body.encode()
    return Capture(url=url, final_url=url, status=200, headers=(("Content-Type", content_type),), body=body, at=AT)


SECTION = """<!doctype html><html><head><title>World</title><link rel="next" href="/world/?page=2"></head><body>
 <header><nav><a href="/">Home</a><a href="/world/">World</a><a href="/politics/">Politics</a>
  <a href="/world/all-regions-of-the-world/">All the regions of the world, in a long line of the menu</a></nav></header>
 <main>
  <article class="teaser"><a href="/2026/01/02/the-bridge-opens-on-sunday"><img src="a.jpg" alt=""></a>
   <h2>
   <a href="/2026/01/02/the-bridge-opens-on-sunday?utm_source=front#top">The <b>bridge <i>opens</i> on</b> Sunday</a>
   </h2>
   <time datetime="2026-01-02T08:00:00+01:00">today</time><p>Words.</p>
   <a href="/author/ada-byron">Ada Byron</a> <a href="/tag/bridges">Bridges</a>
   <a href="/2026/01/02/the-bridge-opens-on-sunday">more</a></article>
  <article class="teaser"><h2><a href="news/market-72000202.html">Fewer stalls, more buyers</a></h2>
   <time datetime="2026-01-01">yesterday</time></article>
  <div><a href="https://www.example.org/story?id=991"><h3>Stories that are numbered in their query</h3></a></div>
  <p><a href="https://elsewhere.example/2026/01/02/an-article-of-another-house">Somebody else's article</a></p>
  <a href="/world/?page=2">2</a><a href="/world/?page=3">3</a>
  <a href="/files/report-of-the-year-2025.pdf">The report of the year</a>
 </main><footer><a href="/privacy-policy">Privacy policy of this and all other pages</a></footer></body></html>"""


def test_a_section_page_gives_its_articles_and_nothing_else():
    listing = discover.read(SOURCE, page(SECTION))
    assert [(lead.url, lead.title) for lead in listing.leads] == [
        ("https://example.org/2026/01/02/the-bridge-opens-on-sunday", "The bridge opens on Sunday"),
        ("https://example.org/world/news/market-72000202.html", "Fewer stalls, more buyers"),
        ("https://www.example.org/story?id=991", "Stories that are numbered in their query"),
    ]
    assert [lead.published for lead in listing.leads] == [
        datetime(2026, 1, 2, 7, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        None,
    ]
    assert {lead.via for lead in listing.leads} == {PAGE}
    assert listing.older == ("https://example.org/world/?page=2",)


def test_what_the_source_says_of_addresses_goes_before_every_sign():
    short = "<html><body><nav><a href='/x/1'>a</a><a href='/x/2'>b</a><a href='/y/3'>c</a></nav></body></html>"
    keyed = Source(id="s", listings=(PAGE,), key=r"/x/(?P<key>\d+)$")
    assert [lead.key for lead in discover.read(keyed, page(short)).leads] == ["1", "2"]
    kept = Source(id="s", listings=(PAGE,), keep=("/x/",), drop=("/2$",))
    assert [lead.url for lead in discover.read(kept, page(short)).leads] == ["https://example.org/x/1"]
    dropped = Source(id="s", listings=(PAGE,), drop=("/story",))
    assert len(discover.read(dropped, page(SECTION)).leads) == 2


def test_chinese_headlines_weigh_as_much_as_longer_english_ones():
    body = "<html><body><ul>" + "".join(
        f"<li><a href='/c/{n}.shtml'>河上新桥周日通车,两岸居民等了十九年</a></li>" for n in (123456, 123457, 123458)
    )
    listing = discover.read(SOURCE, page((body + "</ul>").encode("gb18030"), content_type="text/html; charset=gbk"))
    assert len(listing.leads) == 3
    assert listing.leads[0].title == "河上新桥周日通车,两岸居民等了十九年"


@pytest.mark.parametrize(
    ("body", "older"),
    [
        ("<a href='?page=2'>Older posts »</a>", "https://example.org/world/?page=2"),
        ("<a href='/world/page/2/'>2</a><a href='/world/page/9/'>9</a>", "https://example.org/world/page/2/"),
        ("<a href='b.html'>下一页</a>", "https://example.org/world/b.html"),
        ("<a href='https://other.example/?page=2'>next</a>", ""),
    ],
)
def test_the_way_into_the_past_is_found_by_relation_word_or_number(body, older):
    listing = discover.read(
        SOURCE,
        page(
            SECTION.replace('<link rel="next" href="/world/?page=2">', "").replace(
                '<a href="/world/?page=2">2</a>', body
            )
        ),
    )
    assert listing.older == ((older,) if older else ())


def test_where_the_page_links_to_nothing_its_state_is_looked_at():
    state = {
        "props": {
            "menu": [{"url": "/world", "title": "World"}],
            "list": [
                {
                    "url": f"/world/a-story-of-the-valley-{n}",
                    "headline": f"A story of the valley, number {n}",
                    "publishedAt": "2026-01-02T03:04:05Z",
                }
                for n in range(72000201, 72000204)
            ],
        }
    }
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    body = f'<html><body><div id="__next"></div>{script}'
    listing = discover.read(SOURCE, page(body))
    assert [lead.title for lead in listing.leads] == [
        f"A story of the valley, number {n}" for n in range(72000201, 72000204)
    ]
    assert listing.leads[0].published == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_an_older_page_of_a_listing_is_read_as_one_and_a_feed_is_not():
    assert discover.read(SOURCE, page(SECTION, url=PAGE + "?page=2")).leads
    both = Source(id="s", feeds=("https://example.org/feed",), listings=(PAGE,))
    with pytest.raises(ReadError, match="is an HTML page, not a feed"):
        discover.read(both, page(SECTION, url="https://example.org/feed"))


@pytest.mark.parametrize(
    "body", ["", "words", "<html></html>", "<html><a href='/about'>About us</a></html>", b"\xff\xfe\x00", "%PDF-1.4"]
)
def test_a_page_without_articles_is_said_to_be_one(body):
    with pytest.raises(ReadError, match=r"no HTML page|links to nothing that looks like an article"):
        discover.read(SOURCE, page(body))


@given(
    st.text(max_size=300), st.sampled_from(["", "<a href='", "<time datetime=", '<script>{"url": "/a/', "<base href="])
)
def test_any_page_gives_leads_of_the_same_site_or_a_read_error(words, start):
    for wrapped in (words, f"<html><body>{start}{words}"):
        try:
            listing = listings.read(SOURCE, page(wrapped.encode("utf-8", "replace")))
        except ReadError:
            continue
        assert all(listings.same_site(lead.url, PAGE) for lead in listing.leads)


@soon
@pytest.mark.parametrize(
    "unit",
    [
        "<a href=/2026/01/02/a-b-c-d>words words words words words</a>",
        "<div><a href=x>",
        "<time>",
        "<a href=x>",
        "<nav>",
        "<a href='",
    ],
)
def test_a_hostile_page_costs_in_proportion_to_its_size(unit):
    def read(times):
        with suppress(ReadError):
            assert len(listings.read(SOURCE, page("<html>" + unit * times)).leads) <= 2_000

    assert growth(read, 4_000) < 6
    read(100_000)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.co.uk/", "https://news.example.co.uk/a", True),
        ("https://example.co.uk/", "https://other.co.uk/", False),
        ("https://a.example.org/", "https://example.org/", True),
        ("https://example.com/", "https://example.org/", False),
        ("http://127.0.0.1:80/", "http://127.0.0.1:81/", True),
        ("http://127.0.0.1/", "http://128.0.0.1/", False),
    ],
)
def test_which_hosts_are_one_site(one, other, same):
    assert listings.same_site(one, other) is same
