"""A complaint names the table and the key, and suggests the right one."""

from pathlib import Path

import pytest

from wirecopy import config
from wirecopy.errors import ConfigError
from wirecopy.model import PageRules
from wirecopy.outlets import shipped, shipped_source, source_of

HERE = Path("mirror") / "wirecopy.toml"


def complaints(written):
    with pytest.raises(ConfigError) as caught:
        config.parse(written, HERE)
    return str(caught.value).splitlines()


def test_a_shipped_outlet_needs_no_more_than_its_table():
    source = config.parse("[sources.dw-zh]\n", HERE).sources[0]
    assert source == shipped()["dw-zh"]
    assert source.feeds == ("https://rss.dw.com/rdf/rss-chi-all",)


def test_what_the_operator_says_goes_before_what_ships():
    written = '[sources.mine]\noutlet = "dw-en"\nevery = "1h"\npace = 2.5\nname = "Mine"\n'
    source = config.parse(written, HERE).source("mine")
    assert (source.every, source.pace, source.name, source.family) == (3600, 2.5, "Mine", "dw")


def test_paths_are_relative_to_the_file():
    found = config.parse('archive = "a/b.db"\n', HERE)
    assert (found.archive, found.public) == (Path("mirror/a/b.db"), Path("mirror/public"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('contcat = "x"', "has an unknown key 'contcat'; did you mean 'contact'?"),
        (
            '[sources.dw-zh]\nfeed = ["https://x.org/"]',
            "[sources.dw-zh] has an unknown key 'feed'; did you mean 'feeds'?",
        ),
        ('[publish]\nlayout = "plane"', "[publish] layout = 'plane': did you mean 'plain'?"),
        ('[sources.x]\nname = "X"', "[sources.x] says nowhere where its articles are listed"),
        ("[sources.dw-zz]\n", "no outlet 'dw-zz' ships with wirecopy; did you mean"),
        ('[sources.dw-zh]\nevery = "soon"', "every must be 60 seconds or more"),
        ("[sources.dw-zh]\npace = true", "pace must be 0 seconds or more"),
        ('[sources.dw-zh]\nfeeds = "https://x.org/"', "feeds must be a list of words"),
        ('[sources.dw-zh]\nfeeds = ["ftp://x.org/"]', "this is no http or https address"),
        ('[sources.dw-zh]\nkey = "("', "this is no regular expression"),
        ('[sources.dw-zh]\nkey = "a-(\\\\d+)"', "it needs a group (?P<key>…)"),
        ('[sources.dw-zh]\nasks = ["https://x.org/{id}"]', "it may hold {origin}"),
        ('[sources.dw-zh]\nreader = "dww"', "did you mean 'dw'?"),
        ('[sources."../x"]\n', "is no id"),
        ("contact = 3", "contact must be words in quotes"),
        ('contact = "a\\r\\nX-Evil: 1"', "it must be one line"),
        ('contact = "Zoë (me)"', "it must be ASCII without parentheses"),
        ('proxy = "gopher://x"', "it must begin with http://"),
        ("sources = 1", "sources must be a table"),
        ("x = ", "is not valid TOML"),
    ],
)
def test_a_complaint_names_what_is_wrong_and_what_would_be_right(written, said):
    assert any(said in line for line in complaints(written)), complaints(written)


def test_every_complaint_comes_at_once():
    assert len(complaints("a = 1\nb = 2\n[sources.dw-zh]\nfeed = []\n")) == 3


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="wirecopy init"):
        config.load(tmp_path / "wirecopy.toml")


def test_the_template_is_a_good_file_and_stays_one_when_outlets_are_added():
    written = config.with_source(config.template("me@example.org"), "dw-ar")
    found = config.parse(config.with_source(written, "dw-de"), HERE)
    assert found.contact == "me@example.org"
    assert [source.id for source in found.sources] == ["dw-ar", "dw-de"]


def test_the_file_is_looked_for_where_it_is_documented(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("WIRECOPY_CONFIG", raising=False)
    assert config.find(None) == Path("wirecopy.toml")
    assert config.find("other.toml") == Path("other.toml")
    monkeypatch.setenv("WIRECOPY_CONFIG", "/srv/m.toml")
    assert config.find(None) == Path("/srv/m.toml")


def test_every_dw_language_ships():
    found = shipped()
    assert len([each for each in found if each.startswith("dw-")]) == 32
    assert all(source.feeds or source.sitemaps or source.listings for source in found.values())
    assert found["dw-de"].asks[0] == "{origin}/graph-api/{language}/content/{kind}/{key}"


def test_an_unknown_outlet_is_told_its_neighbours():
    with pytest.raises(ConfigError, match=r"did you mean .*dw-zh"):
        shipped_source("dw-zhh")


def test_an_address_belongs_to_the_edition_in_its_path():
    assert source_of("https://www.dw.com/zh/x/a-1").id == "dw-zh"
    assert source_of("https://www.dw.com/zh-hant/x/a-1").id == "dw-zh-hant"
    assert source_of("https://dw.com/de/x/a-1").id == "dw-de"
    assert source_of("https://www.example.org/zh/x/a-1") is None


def test_page_rules_are_css_or_xpath_and_what_is_neither_is_named():
    table = '[sources.courier]\nfeeds = ["https://courier.example/feed"]\n[sources.courier.page]\n'
    right = 'body = ["article .text"]\ndrop = ["//p[@class]"]\nsince = "2026-01-01"'
    page = config.parse(table + right, HERE).sources[0].page
    assert page == PageRules(body=("article .text",), drop=("//p[@class]",), since="2026-01-01")
    said = "\n".join(complaints(table + 'body = ["div["]\ndrop = ["//p["]\nuntil = "soon"\nboddy = ["p"]'))
    for words in ("no CSS selector", "no XPath", "no day", "did you mean 'body'?", "[sources.courier.page]"):
        assert words in said


def test_a_zone_is_one_of_the_list_and_reading_from_a_feed_needs_a_feed():
    said = complaints('[sources.courier]\nlistings = ["https://courier.example/"]\nzone = "Mars/Base"\nread = "feed"')
    assert "'Mars/Base'" in said[0]
    assert "add feeds" in said[1]


@pytest.mark.parametrize("wrong", ["-1", "1.5", "true", '"2"', "65"])
def test_workers_are_a_whole_number(wrong):
    assert config.parse("workers = 0", HERE).workers == 0
    assert config.parse("", HERE).workers is None
    assert "workers must be a whole number from 0 to 64" in complaints(f"workers = {wrong}")[0]
