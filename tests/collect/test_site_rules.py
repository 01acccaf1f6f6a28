"""A folder of rules for sites is read as the rules of sources: only what finds something, and nothing hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from wirecopy import config
from wirecopy.collect.read import siterules
from wirecopy.errors import ConfigError
from wirecopy.model import PageRules
from wirecopy.selectors import found

FILE = """\
# The courier of the valley, as of last spring
title: //h1[@class='head']
author: //a[@rel='author']
author://span[@class='by']
date: substring-after(//p[@class='when'], 'on ')
body: //div[@id='story'] | //div[@id='more']
prune: no
tidy: yes

strip: //div[@class='tools']
strip_id_or_class: ad
strip_image_src: /pixel/
http_header(user-agent): Something/1.0
replace_string(<noscript>): <div>
find_string: <br>
replace_string: <p>
next_page_link: //a[@class='next']/@href
single_page_link: concat(//a[@class='print']/@href, '?all')
if_page_contains: //a[@class='next']

test_url: https://courier.example/one
test_contains: valley
"""


def page(written: str) -> html.HtmlElement:
    return html.document_fromstring(f"<html><body>{written}</body></html>")


def one(selectors: tuple[str, ...], written: str) -> list[str]:
    tree = page(written)
    return [each if isinstance(each, str) else each.tag for selector in selectors for each in found(selector, tree)]


# --- a file ----------------------------------------------------------------------------------------------------------


def test_directives_become_rules() -> None:
    rules = siterules.read(FILE).rules
    assert rules.title == ("//h1[@class='head']",)
    assert rules.authors == ("//a[@rel='author']", "//span[@class='by']")
    assert one(rules.published, "<p class=when>Seen on 8 February 2024</p>") == ["8 February 2024"]
    assert one(rules.body, "<div id=story></div><div id=more></div>") == ["div", "div"]
    assert one(rules.next_page, "<a class=next href='/2'>2</a>") == ["/2"]


def test_a_file_without_fault_has_no_complaint() -> None:
    assert siterules.read(FILE).complaints == ()


def test_what_is_stripped_is_dropped_by_whole_words_of_its_class() -> None:
    drop = siterules.read(FILE).rules.drop
    written = "<div class='tools'></div><header class='header lead'></header><p class='big ad'></p><ul id=ad></ul>"
    assert one(drop, written) == ["div", "p", "ul"]
    assert one(drop, "<img src='https://a.example/pixel/1.gif'><img src='/boat.jpg'>") == ["img"]


def test_a_rule_with_a_condition_holds_only_where_it_is_met() -> None:
    single = siterules.read(FILE).rules.single_page
    assert one(single, "<a class=print href='/p'>Print</a>") == []
    assert one(single, "<a class=print href='/p'>Print</a><a class=next>2</a>") == ["/p?all"]


def test_a_condition_on_an_element_holds_too() -> None:
    single = siterules.read("single_page_link: //a\nif_page_contains: //b\nif_page_contains: //i").rules.single_page
    assert one(single, "<a>All</a><b></b>") == []
    assert one(single, "<a>All</a><b></b><i></i>") == ["a"]


def test_a_condition_after_a_broken_rule_binds_no_other() -> None:
    read = siterules.read("single_page_link: //a\nsingle_page_link: //a[\nif_page_contains: //b")
    assert read.rules.single_page == ("//a",)
    assert [each.split(":")[0] for each in read.complaints] == ["line 2", "line 3"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("body: //div[", "no XPath"),
        ("body:", "no value"),
        ("bodi: //div", "'bodi' is no directive"),
        ("just words", "'just words' is no directive"),
        ("if_page_contains: //div", "no rule before it"),
        ("body: " + "/a" * 2_000, "characters"),
    ],
)
def test_what_is_no_rule_is_left_out_and_told(line: str, told: str) -> None:
    read = siterules.read(f"title: //h1\n{line}")
    assert (read.rules.title, read.rules.body) == (("//h1",), ())
    (complaint,) = read.complaints
    assert complaint.startswith("line 2: ")
    assert told in complaint


def test_quotes_in_a_name_end_no_expression() -> None:
    drop = siterules.read("strip_id_or_class: x') or true() or ('\nstrip_image_src: \"'").rules.drop
    assert one(drop, "<p>It stays.</p><img src=a>") in ([], ["img"])


def test_a_file_of_too_many_rules_is_read_in_part() -> None:
    assert len(siterules.read("\n".join(f"strip: //p[{n}]" for n in range(9_000))).rules.drop) == 500


@given(st.text(max_size=300))
def test_reading_a_file_never_fails(written: str) -> None:
    siterules.read(written)
    siterules.read(f"body: {written}\nstrip_id_or_class: {written}\nsingle_page_link: //a\nif_page_contains: {written}")


# --- a folder --------------------------------------------------------------------------------------------------------


def test_the_most_specific_file_is_taken(tmp_path: Path) -> None:
    for name, body in {
        "courier.example.txt": "//one",
        ".courier.example.txt": "//two",
        "sport.courier.example.txt": "//three",
        ".example.txt": "//four",
    }.items():
        (tmp_path / name).write_text(f"body: {body}")
    hosts = ("courier.example", "www.courier.example", "news.courier.example", "a.b.courier.example")
    taken = {host: siterules.of_host(tmp_path, host).rules.body for host in (*hosts, "sport.courier.example")}
    assert taken == {
        "courier.example": ("//one",),
        "www.courier.example": ("//one",),
        "news.courier.example": ("//two",),
        "a.b.courier.example": ("//two",),
        "sport.courier.example": ("//three",),
    }
    assert siterules.of_host(tmp_path, "other.test").file == ""


def test_only_the_file_of_the_host_is_opened(tmp_path: Path) -> None:
    (tmp_path / "other.example.txt").mkdir()
    (tmp_path / "courier.example.txt").write_bytes(b"\xef\xbb\xbftitle: //h1\n\xff\xfe")
    read = siterules.of_host(tmp_path, "courier.example")
    assert (read.rules.title, read.file) == (("//h1",), "courier.example.txt")
    assert read.complaints[0].startswith("courier.example.txt, line 2: ")


NO_HOSTS = ["", "..", "../secret", "a/b.example", "a.example/../b", "a\0.example", "localhost", "-a.b", "[::1]", "a..b"]


@pytest.mark.parametrize("host", [*NO_HOSTS, "ä.b"])
def test_what_is_no_host_names_no_file(host: str) -> None:
    assert list(siterules.names(host)) == []


@given(st.text(max_size=80))
def test_a_file_is_always_one_of_the_folder(host: str) -> None:
    for name in siterules.names(host):
        assert Path(name).name == name
        assert name.endswith(".txt")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "courier.example.txt").write_text("title: //h1\n" + "#" * 200_000)
    read = siterules.of_host(tmp_path, "courier.example")
    assert read.rules == PageRules()
    assert "100,000 bytes" in read.complaints[0]


# --- the operator's file ---------------------------------------------------------------------------------------------

TOML = """
site_rules = "rules"
[sources.courier]
feeds = ["https://feeds.example/courier"]
homepage = "https://www.courier.example/"
[sources.gazette]
feeds = ["https://gazette.example/feed.xml"]
[sources.gazette.page]
body = [".own"]
[sources.herald]
feeds = ["https://herald.example/feed.xml"]
"""


def test_sources_without_rules_get_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for host in ("courier.example", "gazette.example"):
        (tmp_path / "rules" / f"{host}.txt").write_text("body: //div[@id='story']")
    (tmp_path / "wirecopy.toml").write_text(TOML)
    read = config.load(tmp_path / "wirecopy.toml")
    assert [source.page.body for source in read.sources] == [("//div[@id='story']",), (".own",), ()]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "wirecopy.toml").write_text(TOML)
    with pytest.raises(ConfigError, match=r"site_rules.*no such folder"):
        config.load(tmp_path / "wirecopy.toml")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "rules" / "courier.example.txt").mkdir(parents=True)
    (tmp_path / "wirecopy.toml").write_text(TOML)
    with pytest.raises(ConfigError, match=r"site_rules.*can't be read"):
        config.load(tmp_path / "wirecopy.toml")
