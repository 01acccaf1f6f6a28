"""Index pages become leads, also from pages that are broken, hostile or no index at all."""

import gzip
from datetime import UTC, datetime

import pytest

from wirecopy.collect import discover
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Source
from wirecopy.outlets import shipped

DW = shipped()["dw-zh"]
PLAIN = Source(id="plain", homepage="https://example.org/", feeds=("https://example.org/feed",))
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def page(body, *, url="https://example.org/feed", content_type="application/xml", truncated=""):
    return Capture(
        url=url,
        final_url=url,
        status=200,
        headers=(("Content-Type", content_type),),
        body=body.encode() if isinstance(body, str) else body,
        at=AT,
        truncated=truncated,
    )


RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dwsyn="http://rss.dw.com/syndication/dwsyn/">
 <channel rdf:about="https://rss.dw.com/x"><title>feed</title><link>https://www.dw.com/s-10037</link></channel>
 <image rdf:about="https://rss.dw.com/i.png"><url>https://rss.dw.com/i.png</url><title>DW.COM</title></image>
 <item rdf:about="https://www.dw.com/zh/桥 新？/a-101?maca=chi-rss-chi-all-1127-rdf">
  <title> 河上新桥 </title><link>https://www.dw.com/zh/桥 新？/a-101?maca=chi-rss-chi-all-1127-rdf</link>
  <description>两岸相连。</description><dc:date>2026-01-01T08:58:00Z</dc:date><dc:subject>经济</dc:subject>
  <dwsyn:contentID>101</dwsyn:contentID></item>
 <item><title>直播</title><link>https://www.dw.com/zh/真的吗?/live-102?maca=chi-rss</link></item>
 <item><title>栏目</title><link>https://www.dw.com/zh/s-9058?maca=chi-rss</link></item>
 <item><title>没有地址</title></item>
</rdf:RDF>"""


def test_an_rdf_feed_gives_leads_in_its_own_order():
    listing = discover.read(DW, page(RDF))
    assert [lead.key for lead in listing.leads[:2]] == ["101", "102"]
    first = listing.leads[0]
    assert first.url == "https://www.dw.com/zh/%E6%A1%A5%20%E6%96%B0%EF%BC%9F/a-101"
    assert (first.title, first.summary, first.section) == ("河上新桥", "两岸相连。", "经济")
    assert first.published == datetime(2026, 1, 1, 8, 58, tzinfo=UTC)
    assert first.kind == "article"
    assert listing.leads[1].kind == "liveblog"
    assert listing.leads[1].url == "https://www.dw.com/zh/%E7%9C%9F%E7%9A%84%E5%90%97?/live-102"


def test_an_item_without_an_address_costs_only_itself_and_is_told():
    listing = discover.read(DW, page(RDF))
    assert len(listing.leads) == 3
    assert any("没有地址" in complaint for complaint in listing.complaints)


def test_what_is_no_article_is_a_lead_with_a_reason_to_exclude_it():
    section = discover.read(DW, page(RDF)).leads[2]
    assert discover.exclusion(DW, section) == "its address holds no article id"
    assert discover.exclusion(DW, discover.read(DW, page(RDF)).leads[0]) == ""


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://www.dw.com/zh/加拿大?/a-54180796?maca=chi", "54180796"),
        ("https://www.dw.com/zh/90%%E5/a-1022613", "1022613"),
        ("https://www.dw.com/zh/a#b/a-7?maca=chi", "7"),
        ("https://www.dw.com/a-68204677", "68204677"),
        ("https://www.dw.com/de/wahl/live-70000000", "70000000"),
    ],
)
def test_the_id_is_found_whatever_the_slug_does(address, key):
    assert discover.lead_of(DW, address, "").key == key


def test_an_id_that_could_not_name_a_file_is_none():
    source = Source(id="s", key=r"/(?P<key>[^/]+)$")
    for hostile in ("con", "x" * 99, "..%2f..", "A", "a.b"):
        lead = discover.lead_of(source, f"https://example.org/{hostile}", "")
        assert len(lead.key) == 16
        assert discover.exclusion(source, lead)
    assert discover.lead_of(source, "https://example.org/a-1", "").key == "a-1"


def test_without_an_id_the_address_is_the_key_and_tracking_is_no_part_of_it():
    one = discover.lead_of(PLAIN, "https://example.org/a?utm_source=feed", "")
    two = discover.lead_of(PLAIN, "/a#top", "https://example.org/feed")
    assert one.key == two.key
    assert len(one.key) == 16


def test_keep_and_drop_are_obeyed_and_named():
    source = Source(id="s", keep=("/news/",), drop=("/news/ads/",))
    lead = discover.lead_of(source, "https://example.org/news/ads/1", "")
    assert discover.exclusion(source, lead) == "dropped by '/news/ads/'"
    assert "kept by none" in discover.exclusion(source, discover.lead_of(source, "https://example.org/x", ""))
    assert discover.exclusion(source, discover.lead_of(source, "https://example.org/news/1", "")) == ""


def test_rss_2_and_atom_are_read_alike():
    rss = """<rss version="2.0"><channel><title>f</title><item><title>A &amp; B</title><link>https://example.org/a</link>
      <pubDate>Thu, 08 Feb 2024 13:36:09 GMT</pubDate><author>desk@example.org (Ada Byron)</author>
      <description>&lt;p&gt;Some &lt;b&gt;words&lt;/b&gt;&lt;/p&gt;</description></item></channel></rss>"""
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title><entry><title>A &amp; B</title>
      <link rel="self" href="https://example.org/a.atom"/><link href="/a"/><published>2024-02-08T13:36:09Z</published>
      <author><name>Ada Byron</name></author>
      <summary type="html">&lt;p&gt;Some &lt;b&gt;words&lt;/b&gt;&lt;/p&gt;</summary></entry></feed>"""
    (one,) = discover.read(PLAIN, page(rss)).leads
    (two,) = discover.read(PLAIN, page(atom)).leads
    assert one == two
    assert (one.title, one.summary, one.authors) == ("A & B", "Some words", ("Ada Byron",))


def test_a_news_sitemap_gives_leads_and_an_index_gives_more_sitemaps():
    news = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
      <url><loc>https://www.dw.com/zh/x/a-5</loc><lastmod>2026-01-02T00:00:00Z</lastmod><news:news>
      <news:publication_date>2026-01-01T00:00:00Z</news:publication_date><news:title>标题</news:title></news:news></url></urlset>"""
    (lead,) = discover.read(DW, page(news)).leads
    assert (lead.key, lead.title) == ("5", "标题")
    assert lead.published < lead.modified
    index = "<sitemapindex><sitemap><loc>https://e.org/1.xml</loc></sitemap><sitemap><loc>https://e.org/2.xml.gz</loc></sitemap></sitemapindex>"
    assert discover.read(DW, page(index)).more == ("https://e.org/1.xml", "https://e.org/2.xml.gz")
    assert len(discover.read(DW, page(gzip.compress(news.encode()))).leads) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<!DOCTYPE html><html><body>Log in</body></html>", "is an HTML page, not a feed"),
        ("\ufeff  <html><head></head></html>", "is an HTML page, not a feed"),
        ("", "is empty"),
        ("   \n", "is empty"),
        ("{}", "no feed"),
        ("<opml/>", "it begins with <opml>"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
        (b"\x00\x01\x02", "no feed"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body, said):
    with pytest.raises(ReadError, match=said):
        discover.read(DW, page(body))


def test_a_feed_that_arrived_in_part_is_not_read():
    with pytest.raises(ReadError, match="in part"):
        discover.read(DW, page(RDF, truncated="the connection closed"))


def test_a_broken_item_does_not_cost_the_ones_before_and_after():
    broken = RDF.replace("<title>直播</title>", "<title>直播 & <b>x</title>")
    assert {"101", "102"} <= {lead.key for lead in discover.read(DW, page(broken)).leads}


def test_entities_and_outside_things_are_not_loaded():
    bomb = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&b;&c;x</title><link>https://example.org/a</link></item></channel></rss>"""
    (lead,) = discover.read(PLAIN, page(bomb)).leads
    assert "root:" not in lead.title
    assert len(lead.title) < 20


def test_one_article_listed_twice_is_one_lead_with_what_both_say():
    twice = RDF.replace(
        "</rdf:RDF>",
        "<item><title>x</title><link>https://www.dw.com/zh/y/live-102</link><description>teaser</description></item></rdf:RDF>",
    )
    lead = next(lead for lead in discover.read(DW, page(twice)).leads if lead.key == "102")
    assert (lead.title, lead.summary) == ("直播", "teaser")


def test_the_header_s_charset_counts_where_the_feed_names_none():
    body = "<rss><channel><item><title>桥</title><link>https://example.org/a</link></item></channel></rss>".encode(
        "gb18030"
    )
    (lead,) = discover.read(PLAIN, page(body, content_type="text/xml; charset=gb18030")).leads
    assert lead.title == "桥"
