"""What every shipped outlet owes its users: valid keys, evidence, a golden page, a line in the documentation."""

import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy import outlets, urls
from wirecopy.collect.discover import lead_of
from wirecopy.collect.read import read
from wirecopy.config.checks import is_zone
from wirecopy.config.reading import Reader
from wirecopy.errors import ConfigError, Doubtful, ReadError
from wirecopy.model import Capture, replace
from wirecopy.outlets import outlet, shipped, shipped_source, source_of

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(file.name for file in resources.files(outlets).iterdir() if file.name.endswith(".toml"))
IDS = sorted(shipped())
OWN = [each for each in IDS if not each.startswith("dw-")]
READERS = sorted({shipped()[each].reader for each in OWN if shipped()[each].reader})


def tables(name):
    """The tables of a file as they would stand in wirecopy.toml, by the id of their source."""
    written = tomllib.loads((resources.files(outlets) / name).read_text("utf-8"))
    own = written.pop("sources", {name.removesuffix(".toml"): {}})
    return {source_id: {**written, **table} for source_id, table in own.items()}


@pytest.mark.parametrize("name", [name for name in FILES if name != "dw.toml"])
def test_a_file_holds_what_a_table_of_wirecopy_toml_may_hold(name):
    for source_id, table in tables(name).items():
        known, also = table.pop("known"), table.pop("also", [])
        reader = Reader(Path("wirecopy.toml"))
        source = reader.source(source_id, table)
        assert reader.complaints == []
        assert source == shipped()[source_id]
        assert known == outlet(source_id).known
        assert all(urls.resolve(address) == address for address in also)


@pytest.mark.parametrize("source_id", IDS)
def test_an_outlet_says_where_it_is_known_from_and_when(source_id):
    assert re.search(r"\b20[12]\d\b", outlet(source_id).known)


@pytest.mark.parametrize("source_id", IDS)
def test_an_outlet_has_a_name_a_home_a_language_and_valid_addresses(source_id):
    source = shipped()[source_id]
    assert source.name
    assert re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[a-z]+|\d{3}))?", source.language)
    for address in (source.homepage, *source.feeds, *source.sitemaps, *source.listings):
        assert urls.resolve(address) == address
    assert source.homepage.endswith("/")
    assert source_of(source.homepage) == source


@pytest.mark.parametrize("source_id", OWN)
def test_moments_that_name_no_zone_are_those_of_the_outlets_home(source_id):
    assert is_zone(shipped()[source_id].zone) == ""
    assert shipped()[source_id].zone


def test_ids_homes_and_feeds_are_each_one_outlets():
    sources = shipped().values()
    for what in (
        [source.id for source in sources],
        [source.homepage for source in sources],
        [feed for source in sources for feed in source.feeds],
    ):
        assert len(what) == len(set(what))


def test_there_are_outlets_in_many_languages():
    assert len(OWN) >= 41
    assert len({shipped()[each].language.partition("-")[0] for each in OWN}) >= 15


@pytest.mark.parametrize("source_id", OWN)
def test_an_outlet_has_a_small_golden_page_and_what_it_says(source_id):
    page = GOLDEN / f"{source_id}.html"
    assert (GOLDEN / f"{source_id}.md").exists()
    assert 800 < page.stat().st_size < 9_000


def test_there_is_no_golden_page_without_its_outlet():
    assert {path.stem for path in GOLDEN.iterdir()} == set(OWN)


def test_an_outlet_is_told_in_the_documentation_as_it_is():
    told = (ROOT / "docs" / "outlets.md").read_text("utf-8")
    for source_id in OWN:
        found = outlet(source_id)
        assert f"| `{source_id}` | {found.source.name} | {led_by(found.source)} | {found.known} |" in told


def led_by(source):
    return ", ".join(name for name in ("feeds", "sitemaps", "listings") if getattr(source, name))


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("https://www.bbc.com/zhongwen/articles/c0jw5r7e1q2o/simp", "bbc-zh-hans"),
        ("https://www.bbc.com/zhongwen/articles/c0jw5r7e1q2o/trad?at=1", "bbc-zh-hant"),
        ("http://www.bbc.co.uk/zhongwen/trad/world-53225963", "bbc-zh-hant"),
        ("https://www.bbc.com/news/world-53225963", None),
        ("https://cn.nytimes.com/china/20200702/hong-kong/", "nytimes-zh-hans"),
        ("https://cn.nytimes.com/china/20200702/hong-kong/zh-hant/", "nytimes-zh-hant"),
        ("http://www.rfi.fr//cn/contenu/20200706-x", "rfi-zh"),
        ("http://cn.rfi.fr/contenu/20160706-x", "rfi-zh"),
        ("https://www.rfi.fr/en/africa/20200706-x", None),
        ("https://www.zaobao.com/realtime/china/story20200927-1088281", "zaobao"),
        ("https://ntv.com.tr/turkiye/x", "ntv-tr"),
        ("https://www.n-tv.de/politik/x-article1.html", "ntv"),
        ("https://tagesschau.de.example.org/x-100.html", None),
        ("mailto:someone@example.org", None),
        ("", None),
    ],
)
def test_an_address_belongs_to_the_outlet_that_begins_so_or_keeps_it(address, owner):
    source = source_of(address)
    assert (source and source.id) == owner


def test_one_source_costs_the_reading_of_one_file():
    script = (
        "from wirecopy import outlets\n"
        "assert outlets.shipped_source('nytimes-zh-hant').language == 'zh-Hant'\n"
        "assert 'dw-zh' in outlets.shipped() and 'courier' not in outlets.shipped()\n"
        "print(outlets._file.cache_info().currsize)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 2  # nytimes-zh.toml and dw.toml


@pytest.mark.parametrize("wrong", ["../dw", "dw", "dw-", "-", "", "nytimes-zh", "DW-zh"])
def test_what_is_no_id_is_no_outlet(wrong):
    assert wrong not in shipped()
    with pytest.raises(ConfigError, match="no outlet"):
        shipped_source(wrong)


# --- readers of states, and strangers --------------------------------------------------------------------------------


def stated(reader):
    """An outlet with this reader, its golden page, and where that page's state begins."""
    source = next(shipped()[each] for each in OWN if shipped()[each].reader == reader)
    return source, (GOLDEN / f"{source.id}.html").read_text("utf-8")


def said(source, html):
    address = (GOLDEN / f"{source.id}.html").read_text("utf-8").partition("\n")[0][5:-4]
    lead = lead_of(source, address, "")
    capture = Capture(
        url=lead.url, final_url=lead.url, status=200, body=html.encode("utf-8", "replace"), asked=(("A", "b"),),
        headers=(("Content-Type", "text/html; charset=utf-8"),), at=datetime(2026, 11, 22, tzinfo=UTC),
    )  # fmt: skip
    try:
        return read(source, lead, capture)
    except (ReadError, Doubtful):
        return None


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_says_that_the_state_was_read(reader):
    assert said(*stated(reader)).reader == reader


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_state_that_was_tampered_with_never_breaks_its_reader(reader, data):
    source, html = stated(reader)
    place = data.draw(st.integers(min_value=0, max_value=len(html) - 1))
    length = data.draw(st.integers(min_value=0, max_value=200))
    wrong = data.draw(
        st.sampled_from(["", "null", "[]", "{}", '"', "]}", "\\", "-1", "1e999", "\ud800", "[" * 2000, "\x00"])
        | st.text(max_size=20)
    )
    article = said(source, html[:place] + wrong + html[place + length :])
    assert article is None or article.source == source.id


@pytest.mark.parametrize("reader", READERS)
def test_a_state_that_is_cut_is_no_article_of_half_the_text(reader):
    source, html = stated(reader)
    whole = said(source, html)
    for part in (0.5, 0.7, 0.9):
        cut = html[: int(len(html) * part)]
        article = said(source, cut)
        assert article is None or article.reader != reader or article.body == whole.body


def test_blocks_that_nest_without_end_end():
    source, html = stated("bbc")
    deep = '{"type":"text","model":{"blocks":[' * 400 + "]}}" * 400
    article = said(
        source, html.replace('"content":{"model":{"blocks":[', '"content":{"model":{"blocks":[' + deep + ",", 1)
    )
    assert article.title == said(source, html).title


@pytest.mark.parametrize("reader", READERS)
def test_a_page_without_state_is_read_as_any_page(reader):
    source, _ = stated(reader)
    story = (GOLDEN / "theintercept.md").read_text("utf-8").split("\n\n")[-4:]
    told = "".join(f"<p>{paragraph.strip()}</p>" for paragraph in story)
    html = f"<html><body><article><h1>Ferry town finds its lighthouse a second job</h1>{told}</article></body></html>"
    plain = replace(source, page=type(source.page)())
    assert len(said(plain, html).body) == 4
    assert said(plain, html).reader == "page"
