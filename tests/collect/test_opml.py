"""Lists of feeds, in and out: what they say survives, what attacks is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import soon
from wirecopy import config
from wirecopy.collect.discover import opml
from wirecopy.collect.discover.opml import Outline, Subscription
from wirecopy.errors import ReadError
from wirecopy.model import Source
from wirecopy.urls import ID

HERE = Path("/mirror/wirecopy.toml")

EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<opml xmlns:frss="https://freshrss.org/opml" version="2.0"><head><title>Mine</title></head><body>
 <outline text="News" isOpen="true"><outline text="Local">
  <outline text="Courier &amp; Co" title="The Courier" type="rss" xmlUrl="https://courier.example/feed.xml"
    htmlUrl="https://courier.example/" category="/a,/b" frss:cssFullContent=".article" custom="1"/></outline>
  <outline text="Second" xmlUrl="feed://second.example/rss"/></outline>
 <outline text="Loose" xmlurl="https://loose.example/atom" type="atom"/>
 <outline text="A note without a feed"/><outline text="No address" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


def parse(written):
    return opml.parse(written if isinstance(written, bytes) else written.encode(), where="mine.opml")


def test_feeds_are_found_with_their_folders_and_all_that_they_say():
    first, second, third = parse(EXPORT)
    assert first.source == Source(
        id="", name="The Courier", homepage="https://courier.example/", feeds=("https://courier.example/feed.xml",)
    )
    assert first.outline == Outline(
        folders=((("text", "News"), ("isOpen", "true")), (("text", "Local"),)),
        attributes=(
            ("text", "Courier & Co"),
            ("category", "/a,/b"),
            ("{https://freshrss.org/opml}cssFullContent", ".article"),
            ("custom", "1"),
        ),
    )
    assert second.source.feeds == ("http://second.example/rss",)
    assert third.source.feeds == ("https://loose.example/atom",)
    assert dict(third.outline.attributes)["type"] == "atom"


def test_in_and_out_again_says_the_same():
    told = opml.write(parse(EXPORT), title="Mine")
    assert parse(told) == parse(EXPORT)
    assert b'xmlns:frss="https://freshrss.org/opml"' in told
    assert b'frss:cssFullContent=".article"' in told
    assert told.count(b'text="News"') == 1


def test_a_source_with_several_feeds_stays_one():
    source = Source(id="courier", name="C", feeds=("https://c.example/a", "https://c.example/b"))
    (back,) = parse(opml.write([Subscription(source=source)], title="x"))
    assert back.source == source


def test_a_source_without_a_feed_is_left_out():
    listed = Subscription(source=Source(id="s", sitemaps=("https://s.example/x",)))
    assert parse(opml.write([listed], title="x")) == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body/></opml>", "declares entities"),
        ("<!DOCTYPE opml SYSTEM 'http://x/opml.dtd'><opml><body/></opml>", "declares a document type"),
        ("<rss/>", "is no OPML file"),
        ("", "is no OPML file"),
        (b"<opml>" + b" " * 10_000_000, "no list of feeds is so large"),
    ],
)
def test_what_attacks_or_is_none_is_refused_in_words(written, said):
    with pytest.raises(ReadError, match=said):
        parse(written)


@pytest.mark.parametrize(
    "written",
    [
        EXPORT.replace("UTF-8", "windows-1251"),
        EXPORT.replace("</body></opml>", ""),
        EXPORT.replace("&amp;", "&"),
        EXPORT.replace('isOpen="true"', "isOpen=true"),
        EXPORT.encode("utf-16"),
        "\ufeff" + EXPORT,
    ],
)
def test_broken_files_are_read_as_far_as_they_go(written):
    assert "https://courier.example/feed.xml" in [feed for each in parse(written) for feed in each.source.feeds]


@soon
def test_depth_and_number_are_bounded():
    assert parse("<opml><body>" + "<outline text='x'>" * 50_000) == ()
    many = [f"<outline text='{n}' xmlUrl='https://x.example/{n}'/>" for n in range(10_001)]
    assert len(parse(f"<opml><body>{''.join(many[1:])}</body></opml>")) == 10_000
    with pytest.raises(ReadError, match="lists more than 10,000 feeds: give them in several files"):
        parse(f"<opml><body>{''.join(many)}</body></opml>")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    for start in (b"", b"<opml><body><outline text='a' xmlUrl='", b"<opml><outline "):
        try:
            found = opml.parse(start + body, where="x")
        except ReadError:
            continue
        assert all(feed.startswith("http") for each in found for feed in each.source.feeds)


# --- the round trip: OPML → wirecopy.toml → OPML

names = st.from_regex(r"[a-z][a-zA-Z0-9]{0,8}", fullmatch=True).filter(
    lambda name: name.lower() not in ("text", "title", "xmlurl", "htmlurl", "type", "language", "xmlns")
)
keys = names | st.builds("{{https://{}.example/ns}}{}".format, st.sampled_from(["a", "b", "freshrss"]), names)
values = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=30)
attributes = st.dictionaries(keys, values, max_size=4).map(lambda found: tuple(found.items()))
folders = st.lists(st.builds(lambda text, more: (("text", text), *more), values, attributes), max_size=3).map(tuple)
lines = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=30)


@st.composite
def subscriptions(draw):
    found = []
    for number in range(draw(st.integers(1, 4))):
        feeds = tuple(f"https://s{number}.example/feed{n}" for n in range(draw(st.integers(1, 3))))
        source = Source(
            id=f"s{number}",
            name=draw(lines),
            homepage=draw(st.sampled_from(["", f"https://s{number}.example/"])),
            language=draw(st.sampled_from(["", "zh", "pt-BR"])),
            feeds=feeds,
        )
        outline = Outline(folders=draw(folders), attributes=draw(attributes))
        found.append(Subscription(source=source, outline=outline))
    return tuple(found)


@settings(max_examples=60)
@given(subscriptions())
def test_what_an_opml_file_says_survives_the_config_file(subscribed):
    written = config.template("me@example.org")
    for each in subscribed:
        written = config.with_table(written, each.source, each.outline)
    found = config.parse(written, HERE)
    outlines = dict(found.outlines)
    again = [Subscription(source=each, outline=outlines.get(each.id, Outline())) for each in found.sources]
    assert parse(opml.write(again, title="x")) == subscribed


tables = st.builds(
    Source,
    id=st.from_regex(ID, fullmatch=True),
    name=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20),
    language=st.text(max_size=10).filter(lambda text: text.isprintable()),
    feeds=st.just(("https://x.example/feed",)),
    listings=st.lists(st.just("https://x.example/world"), max_size=2).map(tuple),
    keep=st.lists(st.sampled_from([r"^https?://x\.example/", '"quoted"', "\\\\"]), max_size=2).map(tuple),
    read=st.sampled_from(["page", "feed"]),
    every=st.floats(60, 1e6),
)


@given(tables)
def test_a_written_table_reads_as_the_source_it_was_written_from(source):
    before = "# mine\ncontact = 'me@example.org' # stays\n"
    written = config.with_table(before, source)
    assert written.startswith(before)
    assert config.parse(written, HERE).source(source.id) == source
