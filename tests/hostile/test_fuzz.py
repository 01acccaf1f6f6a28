# ruff: noqa: E501, PT017 - what strangers send stands as it is; most examples raise nothing
"""Whatever the bytes are: a parser gives what it promises, or fails in the one way that it promises.

The same few hundred examples in each run. More, and others: `pytest tests/hostile/test_fuzz.py --hypothesis-profile
explore` with WIRECOPY_FUZZ=10000 examples each. What is found becomes an `@example`.
"""

from __future__ import annotations

import gzip
import io
import json
import os
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hostile import innocence, vectors
from wirecopy import dates, text, urls
from wirecopy import model as m
from wirecopy.collect import discover
from wirecopy.collect.discover import finding, listings, opml
from wirecopy.collect.fetch.guard import Guard
from wirecopy.collect.read import blocks, classic, jsonld, reading, stranger
from wirecopy.collect.read.page import charset
from wirecopy.collect.warcs import answers, flows, records
from wirecopy.errors import ConfigError, ReadError, Refused, SourceError
from wirecopy.publish import html as markup
from wirecopy.publish import plain
from wirecopy.publish.messages import of as messages_of

MANY = settings(max_examples=int(os.environ.get("WIRECOPY_FUZZ", "0")) or 120)
FEW = settings(max_examples=int(os.environ.get("WIRECOPY_FUZZ", "0")) or 60)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = "https://h.example/feed"
SOURCE = m.Source(id="h", language="en", homepage="https://h.example/", feeds=(FEED,))
SECTION = m.Source(id="h", language="en", homepage="https://h.example/", listings=(FEED,))
LEAD = m.Lead(source="h", key="k", url="https://h.example/2026/11/22/a-1", title="Ferry")

PIECES = (
    "<item>", "</item>", "<entry>", "</entry>", "<rss>", "<channel>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<title>", "</title>",
    "<title type='xhtml'>", "<link>", "</link>", "<link href='/a'/>", "<guid isPermaLink='false'>", "<description>", "<content:encoded>",
    "</content:encoded>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0' encoding='utf-16'?>", "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "&a;", "&amp;", "&#0;", "&#xD800;", "&#x110000;", "&nbsp;", "<pubDate>", "Thu, 01 Jan 1970 00:00:00 GMT", "https://h.example/2026/11/22/a",
    "<dc:creator>", "<media:content url='x' fileSize='1e9'/>", "<enclosure url='' length='-1'/>", "<urlset>", "<url>", "<loc>", "<sitemapindex>",
    "<sitemap>", "<lastmod>2026", "<rdf:RDF>", "<x:y xmlns:x='z'>", "<", ">", "/", "'", '"', "=", "&", ";", " ", "\n", "\0", "\x1b", "\ud7ff", "中",
    "xml:base='//[::'", "<a xml:base='http://[x'>",
)  # fmt: skip
TAGS = (
    "<p>", "</p>", "<b>", "</b>", "<a href='/x'>", "<a href='javascript:x'>", "</a>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td colspan=9999>",
    "<th rowspan=-1>", "</table>", "<figure>", "<img src='/p.jpg' width=1e9 srcset='a 1x, b 99999w, '>", "<figcaption>", "</figure>", "<blockquote>",
    "</blockquote>", "<pre>", "<code>", "</pre>", "<h1>", "<h2>", "</h2>", "<iframe src='https://www.youtube.com/embed/x'>", "</iframe>", "<video src=x>",
    "<svg>", "</svg>", "<math>", "<br>", "<hr>", "<div class='byline'>", "</div>", "<time datetime='2026-99-99'>", "</time>", "<article>", "</article>",
    "<section>", "<aside>", "<template>", "<noscript>", "</noscript>", "<script type='application/ld+json'>", "</script>", '{"@type":"NewsArticle",',
    '"headline":"x"', '"author":[[]]', "}", "<style>", "</style>", "<!--", "-->", "By Ada Byron", "Published 22 November 2026", " words and words ",
    "&#x202e;", "&#0;", "\0", "\ud7ff", "中文。", "<dl><dt>", "<dd>", "<details><summary>", "<ruby>漢<rt>かん", "<select><option>", "<object>", "<base href='//['>",
    "<link rel=canonical href='http://[::1'>", "<meta property='og:image' content='\\'>", "<html lang='\"><x>'>", "</body>", "</html>", "<body>",
)  # fmt: skip


def soup(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=8)), max_size=40).map("".join)


def capture(body: bytes, kind: str = "text/html", url: str = "https://h.example/2026/11/22/a-1") -> m.Capture:
    return m.Capture(
        url=url, final_url=url, status=200, asked=(("Host", "x"),), headers=(("Content-Type", kind),), body=body, at=AT
    )


def encoded(words: str) -> bytes:
    return words.encode("utf-8", "surrogatepass")


def storable(noun: object) -> None:
    """Whatever is read can be stored, and comes back as it was."""
    assert m.decode(m.encode(noun), type(noun)) == noun  # type: ignore[arg-type, type-var]


@MANY
@given(
    st.one_of(
        soup(PIECES).map(encoded), st.binary(max_size=200), soup(PIECES).map(lambda s: s.encode("utf-16", "replace"))
    )
)
@example(b'{"items":[{"url":"https://h.example/a","title":"\\ud800"}]}')
@example(b'{"items":[{"id":' + b"1" * 5000 + b',"url":"https://h.example/a"}]}')
@example(b'<?xml version="1.0" encoding="utf-16"?><rss><item><title>x</title><link>/a</link></item></rss>')
def test_a_feed_is_leads_or_cannot_be_read(body: bytes) -> None:
    for kind in ("text/xml", "application/json; charset=utf-16"):
        try:
            listing = discover.read(SOURCE, capture(body, kind, FEED))
        except ReadError as error:
            assert str(error)
        else:
            for lead in listing.leads:
                assert lead.url.startswith(("http://", "https://"))
                storable(lead)
            for _, copy in listing.copies:
                storable(copy)


values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(vectors.SCHEMES),
        st.sampled_from(["https://h.example/2026/11/22/a", "2026-11-22T00:00:00Z", "\ud800", "x\x00y"]), st.integers(min_value=10**400, max_value=10**401),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["items", "url", "id", "title", "authors", "name", "content_html", "content_text", "tags", "attachments", "size_in_bytes",
                             "date_published", "next_url", "image", "language", "@graph", "@type", "@id", "author", "headline", "image", "publisher"]),
            inner, max_size=6,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@MANY
@given(st.lists(values, max_size=4), st.integers(0, 30))
def test_a_feed_in_json_is_leads_or_cannot_be_read(items: list[object], cut: int) -> None:
    whole = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    for body in (whole, whole[: len(whole) - cut]):
        try:
            listing = discover.read(SOURCE, capture(body, "application/feed+json", FEED))
        except ReadError:
            continue
        for lead in listing.leads:
            storable(lead)
        for _, copy in listing.copies:
            storable(copy)


@FEW
@given(soup(TAGS))
@example("<p>" + "<b><i>" * 300 + "x")
def test_markup_is_blocks_that_can_be_stored_and_are_innocent_when_published(said: str) -> None:
    read = blocks.read(blocks.parse(said), blocks.Dialect(base="https://h.example/"))
    article = m.Article(source="h", key="k", url=LEAD.url, title="x", body=read.blocks, language="en")
    storable(article)
    written = markup.Writer(messages_of("en"), show=lambda _: None).article(article)
    assert innocence.markup(written) == []
    document = m.Document(article=article, number=1, revisions=1, at=AT, first_at=AT, day="2026-11-22")
    rendered = innocence.rendered(plain.render(document, pictures="none").decode())
    assert innocence.markup(rendered) == []


@FEW
@given(soup(TAGS), st.sampled_from(["", "<html><body><article><h1>Ferry</h1>"]))
def test_a_page_is_an_article_or_cannot_be_read(said: str, before: str) -> None:
    body = encoded(
        before + said + "<p>The ferry between the two harbours runs again, four months after a storm.</p>" * 3
    )
    try:
        storable(reading(SOURCE, LEAD, capture(body)).article)
    except SourceError as error:
        assert str(error)


@FEW
@given(soup(TAGS + PIECES))
def test_any_page_may_be_asked_for_feeds_and_links(said: str) -> None:
    for each in finding.find(capture(encoded(said))):
        assert each.startswith(("http://", "https://"))
    try:
        for lead in listings.read(SECTION, capture(encoded(said), url=FEED)).leads:
            storable(lead)
    except ReadError as error:
        assert str(error)


@FEW
@given(
    soup(
        (
            "<opml>",
            "<body>",
            "<outline text='x' xmlUrl='",
            "http://h.example/f",
            "'/>",
            "'>",
            "</outline>",
            *PIECES[-20:],
        )
    )
)
def test_a_list_of_feeds_is_feeds_or_a_mistake(said: str) -> None:
    try:
        opml.parse(encoded(said), where="a file")
    except (ConfigError, ReadError) as error:
        assert str(error)


addresses = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(["http", "https", ":", "/", "//", "\\", "@", "[", "]", "::1", "127.1", "0x7f", ".", "%2e", "。", "dw.com", "?", "#", "user",
                         ":80", ":99999", "\t", "\n", "\0", " ", "é", "xn--", "ｌ", "..", "%", "%zz", "&", "=", "utm_source=x", "javascript:", "data:,"]),
        max_size=12,
    ).map("".join),
)  # fmt: skip


@MANY
@given(addresses, st.sampled_from(["", "https://h.example/a/b"]))
def test_an_address_is_one_or_none(address: str, base: str) -> None:
    found = urls.resolve(address, base)
    if found:
        assert found.startswith(("http://", "https://"))
        assert found.isascii()
        assert "@" not in found.split("/")[2]
        assert urls.resolve(found) == found
        assert urls.canonical(urls.canonical(found)) == urls.canonical(found)
        assert urls.is_name(urls.key_of(found))
        assert innocence.markup(f'<a href="{markup.address(found)}">x</a>') == []
    try:
        target = Guard().target(address, base)
    except Refused as error:
        assert text.printable(str(error)) == str(error)
    else:
        assert not target.host.endswith((".local", "localhost"))


@MANY
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(
    ["2026", "-", "11", "/", "22", "T", " ", "12", ":", "99", ".", ",", "Z", "+", "GMT", "Thu", "Nov", "年", "月", "日", "오후", "am", "1970", "9999", "0",
     "24:00", "60", "1e9", "٣"]), max_size=14).map("".join)))  # fmt: skip
def test_a_moment_is_one_or_none(spelt: str) -> None:
    found = dates.parse(spelt)
    if found is not None:
        assert found.tzinfo is UTC
        assert dates.parse(dates.iso(found)) == found.replace(microsecond=0)
        storable(m.Lead(source="h", key="k", url="https://h.example/", published=found))


@FEW
@given(st.binary(max_size=300), st.text(max_size=30))
def test_bytes_are_text_whoever_declares_what(body: bytes, declared: str) -> None:
    assert isinstance(charset.decode(body, f"text/html; charset={declared}"), str)
    assert text.squeeze(charset.decode(b"<meta charset=" + encoded(declared) + b">" + body)) is not None


@FEW
@given(st.lists(st.sampled_from(['{"@type":"NewsArticle"', "}", "[", "]", ",", ":", '"x"', '"', "\\", "//", "/*", "*/", "<!--", "-->", "<![CDATA[", "]]>",
                                 "undefined", "NaN", "&quot;", "\n", "1e999", "1" * 5000, "null", '"@graph":', "\ud800", "\0"]), max_size=25).map("".join))  # fmt: skip
def test_json_in_pages_is_values_or_none(said: str) -> None:
    for value in jsonld.parse(said):
        value.line("headline")
        value.number("x")
        value.moment("datePublished")
    try:
        stranger.parse(said).text("x")
    except ValueError as error:
        assert str(error)


SEED = (
    "# Title\n\n> 2026-11-22T12:00:00.000Z\n\n[原文](https://www.dw.com/zh/a-1)\n\n正文 **粗** [链接](https://h.example/)\n\n"
    "![x](https://static.dw.com/image/1_6.jpg)\n\n------\n"
)


@FEW
@given(
    st.integers(0, len(SEED)),
    st.integers(0, 40),
    soup((*vectors.MARKDOWN, "\n", "# ", "> ", "[", "](", ")", "![", "---", "1700000000000")),
)
def test_a_document_of_another_mirror_is_an_article_or_cannot_be_read(at: int, cut: int, said: str) -> None:
    body = encoded(SEED[:at] + said + SEED[at + cut :])
    try:
        article = classic.read(body, fallback_at=AT, source="dw-zh").article
    except SourceError as error:
        assert str(error)
    else:
        storable(article)


RECORD = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://h.example/a\r\nWARC-Date: 2026-11-22T12:00:00Z\r\n"
    b"WARC-Record-ID: <urn:uuid:7d1f4a52-0000-4000-8000-00000000c0de>\r\nContent-Type: application/http;msgtype=response\r\n"
    b"Content-Length: 78\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 11\r\n\r\n<p>hello</p>\r\n\r\n\r\n"
)


@FEW
@given(
    st.lists(st.tuples(st.integers(0, 3 * len(RECORD)), st.binary(max_size=6), st.integers(0, 20)), max_size=5),
    st.sampled_from(["plain", "gzip", "members"]),
)
def test_a_web_archive_is_records_or_damage(edits: list[tuple[int, bytes, int]], packed: str) -> None:
    body = RECORD * 3
    for at, patch, cut in edits:
        body = body[:at] + patch + body[at + cut :]
    if packed == "gzip":
        body = gzip.compress(body, mtime=0)
    elif packed == "members":
        body = gzip.compress(RECORD, mtime=0) + gzip.compress(body, mtime=0)[:-7]
    read_archive(body)


def read_archive(body: bytes) -> None:
    """Every answer of a web archive, as far as it goes."""
    try:
        flow = flows.open_flow(io.BytesIO(body), len(body))
    except flows.Damaged as damage:
        assert str(damage)
        return
    for found in records.records(flow, lambda _: True):
        if isinstance(found, records.Broken):
            continue
        try:
            storable(answers.answer_of(found))
        except answers.Unusable as error:
            assert str(error)
