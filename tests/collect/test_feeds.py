"""Feeds in every dialect become the same entries, sound or broken, and hostile ones cost only themselves."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cost import growth
from wirecopy.collect import discover
from wirecopy.collect.discover import entries, jsonfeed, tolerant, trees
from wirecopy.collect.discover.entries import Enclosure
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Source

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WHEN = datetime(2024, 2, 8, 13, 36, 9, tzinfo=UTC)
PLAIN = Source(id="plain", homepage="https://example.org/", feeds=("https://example.org/feed",))
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)


def page(body, *, url="https://example.org/feed", content_type="application/xml"):
    body = body.encode() if isinstance(body, str) else body
    return Capture(url=url, final_url=url, status=200, headers=(("Content-Type", content_type),), body=body, at=AT)


def parsed(body, **about):
    return discover.parse(page(body, **about))


def rss(*items, head="", space=NAMESPACES):
    return f'<rss version="2.0" {space}><channel><title>f</title>{head}{"".join(items)}</channel></rss>'


def item(number, inside=""):
    return f"<item><title>n{number}</title><link>https://example.org/{number}</link>{inside}</item>"


def links(body, **about):
    return [lead.url.rpartition("/")[2] for lead in discover.read(PLAIN, page(body, **about)).leads]


# --- dialects

RSS = f"""<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel><title>f</title><language>zh-hant</language>
  <item><title>A &amp; B</title><link>https://example.org/a</link><guid isPermaLink="false">7</guid>
  <pubDate>Thu, 08 Feb 2024 13:36:09 GMT</pubDate><dc:creator>Ada Byron</dc:creator><category>经济</category>
  <description>&lt;p&gt;Kurz&lt;/p&gt;</description><content:encoded><![CDATA[<p>Lang & <b>breit</b></p>]]>
  </content:encoded>
  <enclosure url="https://example.org/a.mp3" type="audio/mpeg" length="99"/>
  <media:group><media:content url="https://example.org/a.jpg" medium="image"/>
  <media:title>not it</media:title></media:group>
  </item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-hant"><title>f</title>
  <entry><title type="html">A &amp;amp; B</title><link rel="self" href="https://example.org/a.atom"/>
  <link href="https://example.org/a"/><id>7</id><published>2024-02-08T14:36:09+01:00</published>
  <author><name>Ada Byron</name><email>ada@example.org</email></author><category term="经济"/>
  <summary type="html">&lt;p&gt;Kurz&lt;/p&gt;</summary>
  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Lang &amp; <b>breit</b></p></div></content>
  <link rel="enclosure" href="https://example.org/a.mp3" type="audio/mpeg" length="99"/></entry></feed>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "language": "zh-hant",
        "items": [
            {
                "id": "7",
                "url": "https://example.org/a",
                "title": "A & B",
                "content_html": "<p>Lang &amp; <b>breit</b></p>",
                "summary": "Kurz",
                "date_published": "2024-02-08T13:36:09Z",
                "authors": [{"name": "Ada Byron"}],
                "tags": ["经济"],
                "attachments": [{"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 99}],
            }
        ],
    }
)


@pytest.mark.parametrize("body", [RSS, ATOM, JSON], ids=["rss", "atom", "json"])
def test_every_dialect_gives_the_same_entry(body):
    (entry,) = parsed(body)
    assert (entry.id, entry.link, entry.title) == ("7", "https://example.org/a", "A & B")
    assert entry.published == WHEN
    assert (entry.authors, entry.categories, entry.language) == (("Ada Byron",), ("经济",), "zh-hant")
    assert entry.enclosures[0] == Enclosure(url="https://example.org/a.mp3", type="audio/mpeg", length=99)
    assert entry.content.replace("& <", "&amp; <") == "<p>Lang &amp; <b>breit</b></p>"
    (lead,) = discover.read(PLAIN, page(body)).leads
    assert (lead.title, lead.summary, lead.section) == ("A & B", "Kurz", "经济")


def test_media_rss_names_its_pictures():
    assert Enclosure(url="https://example.org/a.jpg", medium="image") in parsed(RSS)[0].enclosures


def test_old_dialects_are_read():
    (cdf,) = parsed(
        '<CHANNEL BASE="https://example.org/"><ITEM HREF="/1" LASTMOD="2003-03-30T18:56">'
        "<TITLE>one</TITLE><ABSTRACT>two</ABSTRACT></ITEM></CHANNEL>"
    )
    assert (cdf.link, cdf.base, cdf.title, cdf.summary) == ("/1", "https://example.org/", "one", "two")
    assert cdf.updated == datetime(2003, 3, 30, 18, 56, tzinfo=UTC)
    (old,) = parsed(
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped">one</title>'
        '<link rel="alternate" type="text/html" href="https://example.org/1"/><issued>2003-03-30T18:56Z</issued>'
        '<modified>2003-03-31T00:00:00Z</modified><content type="text/html" mode="base64">PGI+dHdvPC9iPg==</content>'
        "</entry></feed>"
    )
    assert (old.link, old.content) == ("https://example.org/1", "<b>two</b>")
    assert old.published < old.updated


def test_text_that_is_no_html_keeps_its_angle_brackets():
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="text">x &lt;b&gt; y</title></entry></feed>'
    assert parsed(atom)[0].title == "x <b> y"
    assert (
        parsed(rss("<item><title>if a &lt; b &amp;&amp; c &lt;foo&gt;</title></item>"))[0].title
        == "if a < b && c <foo>"
    )
    assert parsed(rss("<item><title>&lt;b&gt;Ti&lt;/b&gt;tle &amp;amp; x</title></item>"))[0].title == "Title & x"


def test_relative_addresses_stand_on_xml_base():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/a/"><entry xml:base="b/">'
        '<link href="c"/></entry><entry><link xml:base="https://third.example/" href="d"/></entry></feed>'
    )
    assert [lead.url for lead in discover.read(PLAIN, page(atom)).leads] == [
        "https://other.example/a/b/c",
        "https://third.example/d",
    ]
    assert links(rss("<item><link>/x</link></item>")) == ["x"]


def test_an_id_that_is_no_address_is_not_taken_for_one():
    listing = discover.read(PLAIN, page(rss("<item><guid isPermaLink='false'>abc</guid></item>", item(1))))
    assert [lead.url for lead in listing.leads] == ["https://example.org/1"]
    assert links(rss("<item><guid>https://example.org/g</guid></item>")) == ["g"]


# --- broken feeds

BROKEN = {
    "HTML entities": rss(
        "<item><title>caf&eacute;&nbsp;&hellip;</title><link>https://example.org/1</link></item>", item(2)
    ),
    "an unescaped ampersand": rss(item(1, "<description>A & B &c; d&&</description>"), item(2)),
    "a lone surrogate": rss(item(1, "<description>&#xD800; &#55357;</description>"), item(2)),
    "a letter that is an s to whoever ignores case": rss(
        item(1, "<description>&lt;ſcript&gt; &lt;ſtyle&gt;</description>"), item(2)
    ),
    "control characters": rss(item(1, "<description>\x00\x0b\x1f</description>"), item(2)),
    "a byte order mark in the middle": "\ufeff \ufeff" + rss(item(1), "\ufeff", item(2)),
    "junk before the declaration": "<br />\nWarning: x\n<?xml version='1.0'?>" + rss(item(1), item(2)),
    "a cut": rss(item(1), item(2)).partition("</item></channel>")[0],
    "a cut in a CDATA section": rss(item(1), item(2, "<description><![CDATA[half"))[:-26],
    "a CDATA section never closed": rss(
        item(1, "<description><![CDATA[<p>x</description>"), item(2, "<description><![CDATA[y]]></description>")
    ),
    "a comment never closed": rss(item(1, "<!-- x"), item(2, "<!-- y -->")),
    "an item never closed": rss(item(1).removesuffix("</item>"), item(2)),
    "a title never closed": rss("<item><title>n1<link>https://example.org/1</link></item>", item(2)),
    "mis-nested elements": rss(item(1, "<description><b><i>x</b></i></description>"), item(2)),
    "an element closed twice": rss(item(1, "</title></title></p>"), item(2)),
    "the channel closed early": rss(item(1, "</channel>"), item(2)),
    "undeclared prefixes": rss(item(1, "<dc:creator>x</dc:creator><foo:bar>y</foo:bar>"), item(2), space=""),
    "an attribute never closed": rss(item(1, '<enclosure url="https://x.example/a.jpg />'), item(2)),
    "an attribute without quotes": rss(item(1, "<enclosure url=https://x.example/a.jpg type=image/jpeg/>"), item(2)),
    "a tag never closed": rss(item(1, "<guid"), item(2)),
    "a CDATA section in small letters": rss(item(1, "<description><![cdata[x]]></description>"), item(2)),
    "a bare end of CDATA": rss(item(1, "<description>x ]]> y</description>"), item(2)),
    "upper case": rss(item(1), item(2)).upper().replace("HTTPS://EXAMPLE.ORG", "https://example.org") + "&",
    "HTML left bare": rss(item(1, "<description><p>x<br>y<img src=z></description>"), item(2)),
    "no rss element": item(1) + item(2),
    "a root of nobody's": f"<weird xmlns='urn:x'>{item(1)}{item(2)}</weird>",
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_feed_gives_all_its_items(what):
    assert links(BROKEN[what]) == ["1", "2"]


def test_what_is_broken_is_read_as_it_was_meant():
    said = {what: parsed(body)[0] for what, body in BROKEN.items()}
    assert said["HTML entities"].title == "caf\u00e9\u00a0…"
    assert said["an unescaped ampersand"].summary == "A & B &c; d&&"
    assert said["a lone surrogate"].summary == "\ufffd \ufffd"
    assert said["undeclared prefixes"].authors == ("x",)
    assert said["a title never closed"].title == "n1"
    assert said["a CDATA section never closed"].summary == "<p>x"
    assert said["an attribute without quotes"].enclosures[0].url == "https://x.example/a.jpg"
    assert said["HTML left bare"].summary == '<p>x<br>y<img src="z"></p>'
    assert said["upper case"].title == "N1"


@pytest.mark.parametrize(
    ("codec", "declared", "content_type"),
    [
        ("utf-8", "", "text/xml"),
        ("utf-8", "us-ascii", "text/xml"),
        ("utf-8-sig", "", "text/xml"),
        ("utf-16", "utf-16", "text/xml"),
        ("utf-16-le", "utf-16", "text/xml"),
        ("utf-32", "", "text/xml"),
        ("gb18030", "gb2312", "text/xml; charset=utf-8"),
        ("gb18030", "", "text/xml; charset=GBK"),
        ("big5", "big5", "text/xml"),
        ("euc-kr", "ks_c_5601-1987", "text/xml"),
        ("shift_jis", "x-sjis", "text/xml"),
        ("utf-8", "nonsense-9", "text/xml; charset=idna"),
        ("utf-8", "windows-31j-x", "text/xml; charset=rot13"),
    ],
)
def test_characters_are_read_in_the_page_s_own_encoding(codec, declared, content_type):
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else "<?xml version='1.0'?>"
    body = (head + rss("<item><title>中</title><link>https://example.org/1</link></item>")).encode(codec)
    assert [entry.title for entry in parsed(body, content_type=content_type)] == ["中"]


def test_a_byte_in_a_wrong_encoding_costs_only_itself():
    body = rss(item(1, "<description>caf\u00e9</description>"), item(2, "<description>中</description>")).encode()
    broken = body.replace("\u00e9".encode(), b"\xe9")
    assert [entry.summary for entry in parsed(broken)] == ["caf\u00e9", "中"]


def test_windows_letters_in_the_place_of_controls_are_letters():
    assert parsed(rss("<item><title>don\u0092t &#146;</title></item>"))[0].title == "don’t ’"


def test_an_entity_of_a_word_is_known_and_a_bomb_is_not_lit():
    levels = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{levels}<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(
        "<item><title>&l0; &l9; &x;</title><link>https://example.org/1</link></item>"
    )
    assert parsed(bomb)[0].title == "lol &l9; &x;"
    hidden = '<?xml version="1.0" encoding="utf-16"?>' + bomb
    assert parsed(hidden.encode("utf-16"))[0].title == "lol &l9; &x;"


def test_xinclude_includes_nothing():
    body = rss(
        item(1, '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>')
    )
    assert "root" not in repr(parsed(body))


# --- JSON feeds


def test_a_json_feed_that_is_cut_or_broken_gives_its_whole_items():
    whole = json.dumps({"version": "x", "items": [{"id": str(n), "url": f"https://e.org/{n}"} for n in range(4)]})
    assert links(whole[:-30]) == ["0", "1", "2"]
    assert links(whole.replace('"1"', "1!", 1)) == ["0", "2", "3"]


@pytest.mark.parametrize("body", ["[]", "[1]", '{"items": 3}', "{}", '{"items": {}}', '{"version": "x"}'])
def test_json_that_is_no_feed_is_said_to_be_none(body):
    with pytest.raises(ReadError, match="no feed that can be read: JSON without a list of items"):
        discover.read(PLAIN, page(body))


@pytest.mark.parametrize("body", ["{", '{"items"', "[" * 100_000, '{"items":' * 9_999, '{"items":[' * 9_999])
def test_json_that_is_noise_gives_nothing(body):
    with contextlib.suppress(ReadError):
        assert discover.read(PLAIN, page(body)).leads == ()


def test_members_of_the_wrong_kind_are_as_good_as_none():
    feed = {
        "items": [
            1,
            None,
            {"id": 7, "url": ["x"], "authors": "me", "tags": {"a": 1}, "title": None, "attachments": [3]},
        ]
    }
    (entry,) = jsonfeed.entries(jsonfeed.decoded(json.dumps(feed).encode()), where="here")
    assert (entry.id, entry.link, entry.authors, entry.categories, entry.title) == ("7", "", (), (), "")


# --- sitemaps


def test_a_sitemap_s_pictures_and_translations_are_not_its_pages():
    body = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"
      xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>
      <image:image><image:loc>https://example.org/a.jpg</image:loc><image:title>no</image:title></image:image>
      <xhtml:link rel="alternate" hreflang="de" href="https://example.org/de"/><loc> https://example.org/a </loc>
      <lastmod>2024-02-08</lastmod></url></urlset>"""
    (lead,) = discover.read(PLAIN, page(body)).leads
    assert (lead.url, lead.title) == ("https://example.org/a", "")
    assert (lead.published, lead.modified) == (None, datetime(2024, 2, 8, tzinfo=UTC))


def test_a_list_of_addresses_is_a_sitemap():
    body = "\ufeffhttps://example.org/a\r\nhttps://example.org/b?x=1&y=2\n\nnonsense\n"
    listing = discover.read(PLAIN, page(body, content_type="text/plain"))
    assert [lead.url for lead in listing.leads][:2] == ["https://example.org/a", "https://example.org/b?x=1&y=2"]


def test_a_sitemap_with_a_broken_entry_gives_the_others():
    body = "<urlset><url><loc>https://e.org/1</loc></url><url><loc>https://e.org/?a=1&b=2</url><url><loc>https://e.org/3</loc></url></urlset>"
    assert links(body) == ["1", "?a=1&b=2", "3"]


# --- laws

_words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=30)
# Marks of other sections as words inside a section are sound XML, which we read the tolerant way all the same.
_words = _words.filter(lambda words: not any(mark in words for mark in ("<![CDATA[", "<?", "?>")))
_escaped = _words.map(lambda words: words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
_address = _escaped.map(lambda words: words.replace('"', ""))
_text = st.one_of(_escaped, _words.map(lambda words: f"<![CDATA[{words.replace(']]>', '')}]]>"))
_field = st.one_of(
    st.builds("<title>{}</title>".format, _text),
    st.builds("<description>{}</description>".format, _text),
    st.builds("<content:encoded>{}</content:encoded>".format, _text),
    st.builds("<dc:creator>{}</dc:creator>".format, _text),
    st.builds('<guid isPermaLink="false">{}</guid>'.format, _text),
    st.builds('<category domain="x">{}</category>'.format, _text),
    st.builds('<source url="https://e.org/"><title>{}</title></source>'.format, _text),
    st.builds(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{}<br/></div></content>'.format, _escaped
    ),
    st.builds("<author><name>{}</name></author>".format, _escaped),
    st.builds('<media:group><media:content url="{}"/></media:group>'.format, _address),
    st.just("<!-- <item> & -->"),
    st.just("<?php if (a > b) ?>"),
    st.just("<pubDate>Thu, 08 Feb 2024 13:36:09 GMT</pubDate>"),
)  # fmt: skip
_items = st.lists(_field, max_size=6).map("".join)


@given(st.lists(_items, max_size=4))
def test_both_ways_of_reading_agree_on_sound_feeds(inside):
    body = rss(*(item(number, words) for number, words in enumerate(inside))).encode()
    sound = trees.sound(body, "utf-8")
    assert sound is not None
    assert list(entries.entries(tolerant.tree(body.decode()))) == list(entries.entries(sound))


@given(st.binary(max_size=300))
@example(b"<")
@example(b"<?xml")
@example(b"<![CDATA[")
@example(b"{")
@example(b"\xff\xfe")
@example(b"<rss><item><link>http://[</link></item>")
def test_any_bytes_are_a_listing_or_an_error_that_says_so(body):
    for start in (b"", b"<rss><channel><item>", b'{"items":[', b"<urlset><url><loc>http://e.org/", b"http://e.org/\n"):
        try:
            listing = discover.read(PLAIN, page(start + body))
        except ReadError:
            continue
        assert all(lead.url.startswith("http") for lead in listing.leads)


_pieces = st.sampled_from(
    ["<", ">", "&", '"', "'", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "</item>", "<item>", "</channel>",
     "</rss>", "<title>", "</title>", "<description>", "</description>", "&#xD800;", "&x;", "\x00", "\ufeff",
     "<a href='", "</a>",
     "<rss>", "<!DOCTYPE x [", "]>", "<content:encoded>", "x", "<br>", "/>", "<entry>", "</entry>", "<script>"]
)  # fmt: skip


@given(st.lists(_pieces, max_size=8).map("".join), st.integers(0, 200), st.integers(0, 40))
def test_an_item_that_is_damaged_never_changes_the_others(junk, place, lost):
    def feed(middle):
        around = [item(n, f"<description><![CDATA[<p>中 {n} <!-- x --></p>]]></description>") for n in (1, 2, 4, 5)]
        return page(rss(*around[:2], middle, *around[2:]))

    whole = item(3, "<description><![CDATA[<p>y</p>]]></description><pubDate>Thu, 08 Feb 2024 13:36:09 GMT</pubDate>")
    place = min(place, len(whole))
    damaged = whole[:place] + junk + whole[place + lost :]
    others = [lead for lead in discover.read(PLAIN, feed(whole)).leads if lead.url[-1] != "3"]
    found = discover.read(PLAIN, feed(damaged)).leads
    assert [lead for lead in found if lead in others] == others


# --- bounds


def test_more_items_than_any_index_has_are_left_and_told():
    body = rss(*map(item, range(100_000)))
    listing = discover.read(PLAIN, page(body))
    assert len(listing.leads) == discover.MOST_LEADS
    assert "lists more than 50,000" in listing.complaints[0]


def test_what_is_nested_too_deep_costs_its_own_item_only():
    assert links(rss(item(1, "<a>" * 5_000), item(2, "<a>" * 5_000 + "</a>" * 9_000), item(3))) == ["1", "2", "3"]


def test_more_tags_than_any_index_has_are_refused():
    with pytest.raises(ReadError, match="more than 1,250,000 tags"):
        discover.read(PLAIN, page(b"<a>" * 1_250_001))


HOSTILE = {
    "nesting": lambda n: "<rss><item>" + "<a>" * n,
    "nesting closed": lambda n: "<rss><item>" + "<a>" * n + "</a>" * n + "&",
    "ends of nothing": lambda n: "<rss><item>" + "<a><b>" * (n // 2) + "</c></a>" * (n // 2),
    "sections never closed": lambda n: "<rss><item>" + "<![CDATA[" * n,
    "comments never closed": lambda n: "<rss><item>" + "<!--" * n,
    "instructions never closed": lambda n: "<rss><item>" + "<?" * n,
    "declarations never closed": lambda n: "<!DOCTYPE [" * n + "<rss>",
    "a huge attribute": lambda n: '<rss><item a="' + "x" * n * 5,
    "quotes never closed": lambda n: "<rss><item " + "a='b=\"" * n,
    "many attributes": lambda n: "<rss><item " + " ".join(f"a{i}=1" for i in range(n)) + ">",
    "blanks in a tag": lambda n: "<rss><item " + "a " * n + " " * n + "=",
    "ampersands": lambda n: "<rss><item><title>" + "&" * n * 4,
    "references": lambda n: "<rss><item><title>" + "&amp" * n,
    "items in items": lambda n: "<rss>" + "<item>" * n,
    "less than": lambda n: "<rss><item>" + "< " * n,
    "prefixes": lambda n: "<rss>" + "".join(f"<a xmlns:p{i}='u'>" for i in range(n // 100)),
    "scripts in a summary": lambda n: "<rss><item><description>" + "&lt;script&gt;" * n + "</description></item></rss>",
    "html tags in a title": lambda n: "<rss><item><title>" + "&lt;b " * n + "</title></item></rss>",
    "entities declared": lambda n: "<!DOCTYPE x [" + '<!ENTITY a "b">' * n + "]><rss><item>&a;",
    "json": lambda n: '{"items":[' + '{"a":},' * n,
    "json deep": lambda n: '{"items":[' + '{"a":[' * n,
    "lines": lambda n: "https://e.org/\n" + "x\n" * n,
    "html": lambda n: "<!-- -->" * n,
    "doctypes": lambda n: "<!doctype html" * n,
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_page_costs_in_proportion_to_its_size(what):
    def read(size):
        with contextlib.suppress(ReadError):
            discover.read(PLAIN, page(HOSTILE[what](size)))

    assert growth(read, 1_000) < 6
    read(200_000)
