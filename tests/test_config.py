"""A complaint names the table and the key, and suggests the right one."""

import json
import tomllib
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy import config
from wirecopy.cli import main
from wirecopy.config import Watch, environment, keys
from wirecopy.config import schema as schemas
from wirecopy.config.kinds import Place
from wirecopy.config.reading import Reader
from wirecopy.errors import ConfigError
from wirecopy.model import PageRules
from wirecopy.outlets import shipped, shipped_source, source_of
from wirecopy.send.targets import Target, secret

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
        ("[sources.aux]\n", "no name that Windows keeps for a device"),
        ("[sources.manifest]\n", "none of our files"),
        ('[sources."point.md"]\n', "none of our files"),
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


# --- one declaration --------------------------------------------------------------------------------------------------

FULL = """\
contact = "me@example.org"
respect = ["robots", "ai"]
[watch]
at_once = 8
[publish]
title = "The mirror"
formats = ["site"]
budget = "30MB"
[publish.epub]
days = 3
[alerts]
email = ["me@example.org"]
from = "mirror@example.org"
smtp = "smtps://mail.example.org:465"
password_file = "secret"
webhooks = ["https://hooks.example.org/hunter2"]
command = ["notify", "--token", "hunter2"]
[targets.web]
to = "sftp://www.example.org/srv/news"
releases = 0
[targets.git]
to = "git+https://git.example.org/news.git"
branch = "main"
[sources.dw-zh]
every = "1h"
[sources."a.b"]
feeds = ["https://me:hunter2@x.example/feed"]
respect = ["tdm"]
kinds = { a = "article" }
"""


def test_a_password_in_an_address_of_a_source_reaches_nothing_that_is_told_or_stored():
    addresses = {key: [f"https://me:hunter2@x.example/{key}"] for key in ("feeds", "sitemaps", "listings")}
    written = "\n".join(f"{key} = {value}" for key, value in addresses.items())
    found = config.parse(f'[sources.a]\nhomepage = "https://me:hunter2@x.example/@us"\n{written}', HERE).source("a")
    assert found.feeds == ("https://x.example/feeds",)
    assert found.homepage == "https://x.example/@us"
    assert "hunter2" not in repr(found)


def test_every_table_of_the_file_becomes_its_noun():
    found = config.parse(FULL, HERE)
    assert found.watch == Watch(at_once=8)
    assert found.alerts.sender == "mirror@example.org"
    assert found.alerts.password_file == Path("mirror/secret")
    assert found.targets[0] == Target(name="web", to="sftp://www.example.org/srv/news", releases=0)
    assert found.target("git").branch == "main"
    assert found.source("dw-zh").respect == ("robots", "ai")
    assert found.source("a.b").respect == ("tdm",)
    with pytest.raises(ConfigError, match="did you mean 'web'"):
        found.target("wbe")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('respect = ["robot"]', "respect: 'robot': did you mean 'robots'?"),
        ('[alerts]\nemail = ["a@b.org, c@d.org"]', "this is no mail address"),
        ('[alerts]\nfrom = "a@b.org\\nBcc: c@d.org"', "this is no mail address"),
        ('[alerts]\nsmtp = "smtp://me:pw@mail.example.org"', "no user and no password"),
        ('[alerts]\nsmtp = "mail.example.org"', "no address of a mail server"),
        ('[alerts]\npassword = "pw"', "[alerts] password does not belong in this file"),
        ('[targets.a-b]\nto = "/srv"\npassword = "pw"', "or set WIRECOPY_TARGETS_A_B_PASSWORD"),
        ("[targets.web]\n", "[targets.web] says not to: where to: an address as `s3://bucket/prefix` or"),
        ("[targets.web]\n", " (and others), or a folder"),
        ('[targets.web]\nto = "sftp://me:pw@x.org/"', "a password does not belong in an address"),
        ('[targets.web]\nto = "gopher://x.org/"', "is no target. Right are git+https://"),
        ('[targets.web]\nto = "/srv"\nkeep = -1', "must be a whole number from 0 to 1200"),
        ('[targets."../x"]\nto = "/srv"', "is no id"),
        ("[watch]\nat_once = -1", "[watch] at_once must be a whole number from 0 to 1000"),
    ],
)
def test_a_complaint_of_the_newer_tables_says_what_would_be_right(written, said):
    assert any(said in line for line in complaints(written)), complaints(written)
    assert "pw" not in "".join(complaints(written))


def test_every_key_fills_a_field_of_its_noun_and_every_field_has_its_key():
    skip = {"id", "name", "beside", "agent", "path", "look", "outlines", "outlet", "outline", "password"}
    for path, table in keys.tables():
        nouns = table.nouns() if callable(table.nouns) else table.nouns
        fields = {field for noun in nouns[:1] for field in noun.__struct_fields__}
        named = {key.field or key.name for key in table.keys}
        if path == ():
            named |= {"formats", "layout", "pictures", "feeds", "epub", "zim", "data"}
            named.remove("publish")
        if path == ("publish",):
            fields -= {"respect"}  # it is said at the top
            named -= {"formats", "layout", "pictures", "feeds", "epub", "zim", "data"}
        if nouns:
            assert named - skip == fields - skip, path


def test_the_schema_is_one_and_says_of_a_file_what_the_parser_says():
    schema = schemas.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft7Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    for right in (
        FULL,
        config.template("me@example.org"),
        '[sources.x]\nfeeds = ["https://x.org/"]\n[sources.x.page]\nbody = ["p"]',
    ):
        config.parse(right, HERE)
        assert list(judge.iter_errors(tomllib.loads(right))) == []
    for wrong in (
        'contcat = "x"', "contact = 3", "workers = 65", "workers = true", '[publish]\nlayout = "plane"',
        "[sources.dw-zh]\nevery = 5", '[sources.dw-zh]\nevery = "soon"', '[sources."../x"]\n', "sources = 1",
        '[sources.dw-zh]\nfeeds = "https://x.org/"', '[publish]\nformats = ["sites"]', '[publish]\nbudget = "30 sheep"',
        '[alerts]\npassword = "x"', '[sources.dw-zh.page]\nboddy = ["p"]', "[publish]\nscripts = 1",
    ):  # fmt: skip
        assert complaints(wrong)
        assert list(judge.iter_errors(tomllib.loads(wrong))), wrong


# --- the environment --------------------------------------------------------------------------------------------------


def under(environ, written=FULL):
    return config.parse(written, HERE, environ)


def test_every_key_can_be_set_by_its_variable_and_goes_before_the_file():
    spelt = {"WIRECOPY_SOURCES_A_B_NAME": "Ä", "WIRECOPY_SOURCES_DW_ZH_EVERY": "2h", "WIRECOPY_PUBLISH_TITLE": "T"}
    lists = {"WIRECOPY_PUBLISH_FORMATS": '["zim"]', "WIRECOPY_SOURCES_A_B_PAGE_BODY": '["//p"]'}
    others = {"WIRECOPY_WORKERS": "0", "WIRECOPY_PUBLISH_SCRIPTS": "true", "WIRECOPY_PUBLISH_BUDGET": "1KB"}
    tables = {
        "WIRECOPY_SOURCES_A_B_KINDS": '{ b = "brief" }',
        "WIRECOPY_TARGETS_WEB_TO": "/srv",
        "WIRECOPY_CONTACT": "",
    }
    found = under(spelt | lists | others | tables)
    assert (found.source("a.b").name, found.source("dw-zh").every, found.look.title) == ("Ä", 7200, "T")
    assert (found.formats, found.source("a.b").page.body) == (("zim",), ("//p",))
    assert (found.workers, found.look.scripts, found.look.budget) == (0, True, 1000)
    assert (found.source("a.b").kinds, found.target("web").to) == ((("b", "brief"),), "/srv")
    assert found.contact == "me@example.org"  # an empty variable says nothing


def test_each_key_has_a_variable_of_its_own():
    tables = tomllib.loads(FULL)
    paths = [path for path, _ in environment._leaves(keys.TOP, (), tables)]
    assert len({environment.variable(path) for path in paths}) == len(paths) > 120


def test_a_variable_says_what_the_same_value_says_in_the_file():
    said, as_they_stand = config._read(FULL, HERE, {})
    tried = 0
    for each in as_they_stand:
        kind, value = each.key.kind, each.value
        if value is None or value == "":
            continue
        if isinstance(kind, Place):
            spelt = str(value.relative_to(HERE.parent))
        else:
            spelt = value if isinstance(value, str) else kind.spelt(value).strip('"')
        name = environment.variable(each.path)
        found, again = config._read(FULL, HERE, {name: spelt})
        assert found == said, name
        assert next(one.variable for one in again if one.path == each.path) == name
        tried += 1
    assert tried > 90


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WIRECOPY_PUBLISH_TITEL", "x", "is no key; did you mean 'WIRECOPY_PUBLISH_TITLE'?"),
        ("WIRECOPY_SOURCES_DW_ZHH_EVERY", "1h", "did you mean 'WIRECOPY_SOURCES_DW_ZH_EVERY'?"),
        ("WIRECOPY_SOURCES_DW_EN_EVERY", "1h", "is no key"),
        ("WIRECOPY_PUBLISH_LAYOUT", "plane", "WIRECOPY_PUBLISH_LAYOUT = 'plane': did you mean 'plain'?"),
        ("WIRECOPY_PUBLISH_FORMATS", "site", "must be a list of words"),
        ("WIRECOPY_PUBLISH_FORMATS", '["site"', "is not valid TOML"),
        ("WIRECOPY_PUBLISH_FORMATS", '["site"]\nx = 1', "is not valid TOML"),
        ("WIRECOPY_WORKERS", "two", "must be a whole number"),
        ("WIRECOPY_SOURCES_NEW_FEEDS", '["ftp://x"]', "this is no http or https address"),
    ],
)
def test_a_variable_that_is_wrong_is_told_by_its_name(name, value, said):
    with pytest.raises(ConfigError) as caught:
        under({name: value})
    assert any(line.startswith("environment: ") and said in line for line in str(caught.value).splitlines())


def test_a_variable_that_could_mean_two_sources_is_refused():
    two = '[sources.a-b]\nfeeds = ["https://x.org/"]\n[sources."a.b"]\nfeeds = ["https://x.org/"]\n'
    with pytest.raises(ConfigError, match=r"may mean \[sources.a-b\] every or \[sources.a.b\] every"):
        under({"WIRECOPY_SOURCES_A_B_EVERY": "1h"}, two)


def test_a_mirror_can_be_made_by_the_environment_alone(tmp_path):
    said = {
        "WIRECOPY_SOURCES_MY_COURIER_FEEDS": '["https://x.org/f"]',
        "WIRECOPY_SOURCES_DW_ZH_HANT_OUTLET": "dw-zh-hant",
    }
    found = config.load(tmp_path / "wirecopy.toml", said)
    assert [each.id for each in found.sources] == ["dw-zh-hant", "my-courier"]
    with pytest.raises(ConfigError, match="wirecopy init"):
        config.load(tmp_path / "wirecopy.toml", {"WIRECOPY_CONTACT": "me"})


# --- what is secret ---------------------------------------------------------------------------------------------------


def test_a_password_comes_from_the_environment_or_else_from_its_file(tmp_path):
    (tmp_path / "secret").write_bytes("pä ss\n".encode())
    found = config.parse(FULL, tmp_path / "wirecopy.toml")
    assert config.password(found.alerts, {}) == "pä ss"
    assert config.password(found.alerts, {"WIRECOPY_ALERTS_PASSWORD": "other"}) == "other"
    assert secret(found.target("web"), {environment.variable(("targets", "web", "password")): "w"}) == "w"
    assert config.password(config.parse("", HERE).alerts, {}) == ""
    (tmp_path / "secret").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"the password_file of \[alerts\], can't be read"):
        config.password(found.alerts, {})


def test_the_command_shows_every_key_who_says_so_and_nothing_secret(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIRECOPY_ALERTS_PASSWORD", "hunter2")
    monkeypatch.setenv("WIRECOPY_PUBLISH_LAYOUT", "classic")
    Path("wirecopy.toml").write_text(FULL + "[sources.dw-en]\n", "utf-8")
    assert main(["config"]) == 0
    told = capsys.readouterr().out
    for line in (
        'layout = "classic"  # environment, WIRECOPY_PUBLISH_LAYOUT',
        'title = "The mirror"  # the file',
        'front = "main"  # default',
        'name = "德国之声"  # ships with wirecopy',
        'feeds = ["https://…@x.example/feed"]  # the file',
        'webhooks = ["https://hooks.example.org/…"]  # the file',
        "# WIRECOPY_ALERTS_PASSWORD is set",
        "# WIRECOPY_TARGETS_WEB_PASSWORD is not set",
    ):
        assert line in told.splitlines()
    tomllib.loads(told)  # what is shown is TOML
    assert main(["config", "--json"]) == 0
    document = capsys.readouterr().out
    assert "hunter2" not in told + document
    listed = {(each["table"], each["key"]): each for each in json.loads(document)["keys"]}
    assert listed["[sources.dw-en]", "every"]["variable"] == "WIRECOPY_SOURCES_DW_EN_EVERY"
    assert listed["[publish.epub]", "days"] == {
        "table": "[publish.epub]", "key": "days", "value": 3, "from": "file", "variable": "WIRECOPY_PUBLISH_EPUB_DAYS"
    }  # fmt: skip
    assert main(["config", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schemas.schema()


# --- whatever is written ----------------------------------------------------------------------------------------------

LEAVES = [path for path, _ in environment._leaves(keys.TOP, (), tomllib.loads(FULL))]
scalars = st.one_of(
    st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.just("https://x.org/"),
    st.sampled_from(["15m", "30MB", "(", "//p[", "{origin", "s3://b/x", "a@b.org", "\x00", "\u202e", "[", "🦉"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(LEAVES), values, st.booleans()), max_size=6))
def test_no_value_of_any_key_does_more_than_be_complained_of(said):
    tables = tomllib.loads(FULL)
    for path, value, whole_table in said:
        table, parts = tables, path[: 1 + len(path) // 2] if whole_table else path
        for part in parts[:-1]:
            table = table.setdefault(part, {}) if isinstance(table, dict) else {}
        if isinstance(table, dict):
            table[parts[-1]] = value
    reader = Reader(HERE)
    found = reader.config(tables)
    assert found.path == HERE
    assert all(line.startswith(str(HERE)) for line in reader.complaints)


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.one_of(
            st.sampled_from([environment.variable(path) for path in LEAVES]),
            st.from_regex(r"WIRECOPY_[A-Z_]{0,12}", fullmatch=True),
            st.from_regex(r"WIRECOPY_(SOURCES|TARGETS)_[A-Z0-9_]{0,9}_(FEEDS|EVERY|TO|PAGE_BODY|)", fullmatch=True),
        ),
        st.one_of(
            st.text(max_size=12), st.sampled_from(["[", "[1]", "{", '["a"]\nb=1', "true", "1" * 5000, "15m", "{}"])
        ),
        max_size=5,
    )
)
def test_no_variable_does_more_than_be_complained_of(environ):
    with suppress(ConfigError):
        config.parse(FULL, HERE, environ)
