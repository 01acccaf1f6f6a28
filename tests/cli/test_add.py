"""An outlet by its address: `add` ends in a right table or a right sentence, and the table gets the articles."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wirecopy import config
from wirecopy.cli import findings, main
from wirecopy.collect.scout import Original, Sample, samples
from wirecopy.collect.scout.front import original
from wirecopy.demo.guises import Guise
from wirecopy.demo.server import Reply, Server
from wirecopy.model import Article, Capture, replace
from wirecopy.text import width

SOURCES = Path(__file__).parents[2] / "src"
START = 'contact = "test@example.org"  # mine\nallow_private = ["127.0.0.1"]\n'


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIRECOPY_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    Path("wirecopy.toml").write_text(START, "utf-8")


@pytest.fixture(autouse=True)
def in_no_hurry(monkeypatch):
    """The pace of one second is kept, in seconds that pass at once: no test waits."""
    from scripted import Time
    from wirecopy.collect import fetch

    class Hasty(fetch.Fetcher):
        def __init__(self, **settings):
            passing = Time()
            super().__init__(**{**settings, "sleep": passing.sleep, "monotonic": passing.monotonic})

    monkeypatch.setattr(fetch, "Fetcher", Hasty)


def run(*words):
    try:
        return main(list(words))
    except SystemExit as ended:
        return ended.code


def outlet(shape, **more):
    return Guise(shape, clock=lambda: datetime.now(UTC), **more)


def followed():
    return config.load(Path("wirecopy.toml")).sources


EXPECTED = {
    "feed": ("feeds", "/rss/news.xml"),
    "sitemap": ("sitemaps", "/sitemap-news.xml"),
    "wordpress": ("feeds", "/feed/"),
    "app": ("listings", "/"),
}


@pytest.mark.parametrize("shape", EXPECTED)
def test_an_outlet_added_by_its_address_is_mirrored(shape, capsys):
    with outlet(shape) as running:
        assert run("add", running.url) == 0
        told = capsys.readouterr()
        assert "[sources.the-valley-courier]" in told.out
        assert "added the-valley-courier to wirecopy.toml; next: `wirecopy collect`" in told.err
        written = Path("wirecopy.toml").read_text("utf-8")
        assert written.startswith(START)
        (source,) = followed()
        key, path = EXPECTED[shape]
        assert getattr(source, key) == (running.url + path,)
        assert (source.name, source.language, source.homepage) == ("The Valley Courier", "en", f"{running.url}/")
        assert run("collect") == 0
        assert run("publish") == 0
        published = "\n".join(path.read_text("utf-8") for path in Path("public/markdown/articles").rglob("*.md"))
        listed = running.printed[:3] if shape == "wordpress" else running.printed
        assert published.count("\n# ") == len(listed)
        for printed in listed:
            assert printed.paragraphs[0][:40] in published


def test_a_whole_feed_is_followed_without_asking_for_pages():
    with outlet("wordpress", whole=True) as running:
        assert run("add", running.url) == 0
        assert followed()[0].read == "feed"
        before = len(running.requests("/20"))
        assert run("collect", "--quiet") == 0
        assert len(running.requests("/20")) == before


def test_the_finding_as_json_has_stable_keys(capsys):
    with outlet("feed") as running:
        assert run("add", running.url, "--json", "--id", "courier", "--name", "Courier") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["id"], told["name"], told["language"], told["added"]) == ("courier", "Courier", "en", True)
        assert {"address", "kind", "source", "indexes", "robots", "samples", "reading", "volume", "asked"} <= set(
            told["finding"]
        )
        assert {"url", "title", "published", "authors", "characters", "first", "last"} <= set(
            told["finding"]["samples"][0]
        )
        assert [each.id for each in followed()] == ["courier"]


@pytest.mark.parametrize(("given", "why"), [("../x", "is no id"), ("aux", "is no id"), ("dw-zh", "is taken")])
def test_an_id_that_can_not_be_is_refused_before_the_outlet_is_asked(given, why, capsys):
    with outlet("feed") as running:
        assert run("add", running.url, "--id", given) == 2
        assert why in capsys.readouterr().err
        assert running.log == []


def test_what_is_followed_already_is_said_to_be_and_changes_nothing(capsys):
    with outlet("feed") as running:
        run("add", running.url)
        before = Path("wirecopy.toml").read_bytes()
        asked = len(running.log)
        for address in (running.url, running.url + "/", running.url + "/rss/news.xml"):
            assert run("add", address) == 0
            assert "is in wirecopy.toml already" in capsys.readouterr().err
        assert len(running.log) == asked
        assert run("add", running.url + running.printed[0].path) == 0
        assert "follows this already" in capsys.readouterr().err
        assert Path("wirecopy.toml").read_bytes() == before


def test_the_address_of_a_shipped_outlet_is_that_outlet(capsys):
    for address in ("https://www.dw.com/zh/", "www.dw.com/zh", "feed:https://rss.dw.com/rdf/rss-ara-all"):
        assert run("add", address) == 0
    told = capsys.readouterr().err
    assert "is an outlet that ships with wirecopy: dw-zh" in told
    assert [each.id for each in followed()] == ["dw-zh", "dw-ar"]
    assert run("add", "https://www.dw.com/") == 2
    assert "several editions" in capsys.readouterr().err


def test_a_site_without_any_list_ends_in_a_sentence(capsys):
    with outlet("nothing") as running:
        assert run("add", running.url) == 1
        told = capsys.readouterr()
        assert "lists its articles in a way that can be followed" in told.out
        assert "nothing was written" in told.err
        assert run("try", running.url) == 1
    assert Path("wirecopy.toml").read_text("utf-8") == START


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("http://10.1.2.3/", 2, "allow_private"),
        ("http://example.org:22/", 2, "another protocol"),
        ("ftp://example.org/", 2, "not an http or https address"),
        ("https://ex ample.org/", 2, "no web address"),
        ("nothing-of-the-kind", 2, "no outlet"),
    ],
)
@pytest.mark.parametrize("command", ["add", "try"])
def test_a_wrong_address_is_usage_and_nothing_is_written(command, address, code, said, capsys):
    assert run(command, address) == code
    assert said in capsys.readouterr().err
    assert Path("wirecopy.toml").read_text("utf-8") == START


@pytest.mark.parametrize("command", ["add", "try"])
def test_a_dead_or_empty_address_is_a_failed_source_and_nothing_is_written(command, capsys):
    with outlet("feed") as running:
        assert run(command, running.url + "/nowhere/at/all") == 1
        assert "answered 404: there is nothing at this address" in capsys.readouterr().err
        running.down = True
        assert run(command, running.url) == 1
        assert "closed the connection" in capsys.readouterr().err
        port = running.url
    assert run(command, port) == 1  # nobody listens there any more
    assert "can't be connected to" in capsys.readouterr().err
    assert Path("wirecopy.toml").read_text("utf-8") == START


def test_try_of_a_site_says_the_same_and_writes_nothing(capsys):
    with outlet("feed") as running:
        assert run("try", running.url, "--articles", "2") == 0
        told = capsys.readouterr().out
        assert told.count("begins:") == 2
        assert "nothing of this is kept" in told
        assert run("try", running.url, "--json") == 0
        assert json.loads(capsys.readouterr().out)["finding"]["kind"] == "site"
        assert run("try", running.url + running.printed[0].path) == 0
        told = capsys.readouterr().out
        assert "1 article is listed" in told
        assert told.count("begins:") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["wirecopy.toml"]


OPML = """<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><body><outline text="News">
 <outline text="A" xmlUrl="https://a.example/feed" frss:cssFullContent=".x"/>
 <outline text="B" xmlUrl="https://b.example/feed"/>
 <outline text="C" xmlUrl="https://c.example/feed"/>
 <outline text="DW" xmlUrl="https://rss.dw.com/rdf/rss-chi-all"/></outline></body></opml>"""


def test_the_feeds_of_an_opml_file_become_sources_and_go_out_again(capsys):
    Path("mine.opml").write_text(OPML, "utf-8")
    assert run("add", "--opml", "mine.opml") == 0
    assert "added 4 sources" in capsys.readouterr().err
    assert [each.id for each in followed()] == ["a", "b", "c", "dw-zh"]
    assert run("add", "--opml", "mine.opml") == 0
    assert "added 0 sources of mine.opml to wirecopy.toml; 4 were there already" in capsys.readouterr().err
    assert run("sources") == 0
    assert "https://a.example/feed" in capsys.readouterr().out
    assert run("sources", "--opml", "-") == 0
    told = capsys.readouterr().out
    assert 'frss:cssFullContent=".x"' in told
    assert told.count('text="News"') == 1
    assert run("sources", "--opml", "out.opml") == 0
    assert Path("out.opml").read_text("utf-8") == told
    Path("other.toml").write_text(START, "utf-8")
    assert run("add", "--opml", "out.opml", "--config", "other.toml") == 0
    assert config.load(Path("other.toml")).sources == followed()
    assert run("add", "--opml", "nowhere.opml") == 2
    Path("bad.opml").write_text("<!DOCTYPE opml [<!ENTITY x 'y'>]><opml/>", "utf-8")
    assert run("add", "--opml", "bad.opml") == 2
    assert "declares entities" in capsys.readouterr().err


def test_an_address_that_is_an_opml_file_adds_its_feeds_and_looks_at_a_few(capsys):
    with outlet("feed", whole=True) as running:
        body = f"<opml><body><outline text='Mine' xmlUrl='{running.url}/rss/news.xml'/></body></opml>"
        service = Server(lambda request: Reply(200 if request.path == "/my.opml" else 404, (), body.encode()))
        service.start()
        try:
            assert run("add", f"http://127.0.0.1:{service.port}/my.opml") == 0
        finally:
            service.stop()
        (source,) = followed()
        assert (source.name, source.read, source.language) == ("Mine", "feed", "en")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_ctrl_c_leaves_nothing_half_written():
    with outlet("feed") as running:
        with subprocess.Popen(
            [sys.executable, "-m", "wirecopy", "add", running.url],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
        ) as adding:
            deadline = time.monotonic() + 60
            while not running.requests("/rss/") and time.monotonic() < deadline:
                time.sleep(0.01)  # waiting for another process; there is nothing of ours to wait on
            adding.send_signal(signal.SIGINT)
            _, error = adding.communicate()
        assert adding.returncode == 130
        assert b"Traceback" not in error
    assert Path("wirecopy.toml").read_text("utf-8") == START
    assert sorted(path.name for path in Path().iterdir()) == ["wirecopy.toml"]


def test_a_file_that_can_t_be_replaced_stays_as_it_is(capsys):
    Path("folder").mkdir()
    Path("folder/wirecopy.toml").write_text(START, "utf-8")
    Path("folder/wirecopy.toml").chmod(0o640)
    Path("link.toml").symlink_to("folder/wirecopy.toml")
    assert run("add", "dw-zh", "--config", "link.toml") == 0
    assert Path("link.toml").is_symlink()
    assert Path("folder/wirecopy.toml").stat().st_mode & 0o777 == 0o640
    assert "[sources.dw-zh]" in Path("folder/wirecopy.toml").read_text("utf-8")
    assert sorted(path.name for path in Path("folder").iterdir()) == ["wirecopy.toml"]


# --- readings beside their originals ----------------------------------------------------------------------------------


def test_each_reading_stands_beside_what_its_page_says(capsys):
    with outlet("feed") as running:
        assert run("add", running.url) == 0
        told = capsys.readouterr().out
        assert "the 5 most recent articles, as they read" in told
        rows = [line.split() for line in told.splitlines()]
        assert sum(row[:1] == ["title"] and row[-2:] == ["the", "same"] for row in rows) == 5
        assert sum(row[:1] == ["date"] and row[-2:] == ["the", "same"] for row in rows) == 5
        for label in ("authors", "picture", "length"):
            assert sum(row[:1] == [label] for row in rows) == 5
        for printed in running.printed:
            assert printed.paragraphs[0][:40] in told
        assert max(map(width, told.splitlines())) < 200


def test_where_reading_and_page_are_two_it_is_said_in_plain_words():
    head = (
        '<title>x</title><meta property="og:title" content="Another thing altogether">'
        '<meta itemprop="datePublished" content="2020-01-01T00:00:00Z"><meta name="author" content="Li Ming, An Na">'
        '<meta property="og:image" content="/a.jpg"><meta property="og:description" content="What it is about">'
    )
    body = f"<html><head>{head}</head><body>text</body></html>".encode()
    page = Capture(url="https://x.org/1", status=200, body=body, at=datetime.now(UTC))
    itself = original(page)
    assert itself.title == "Another thing altogether"
    assert itself.authors == ("Li Ming", "An Na")
    assert itself.picture == "https://x.org/a.jpg"
    assert itself.published == datetime(2020, 1, 1, tzinfo=UTC)
    article = Article(source="x", key="1", url=page.url, title="A thing", published=datetime(2026, 1, 1, tzinfo=UTC))
    assert samples._differences(article, itself) == [
        "the page calls itself «Another thing altogether»",
        "the page says that it is of 2020-01-01, and it is read as of 2026-01-01",
        "the page names a picture, and none was read",
        "the page says that it is by Li Ming, An Na",
    ]
    alike = replace(itself, title="A thing – The Courier", published=article.published, picture="", authors=())
    assert samples._differences(article, alike) == []


def test_a_page_that_lies_about_itself_reaches_the_terminal_as_one_line(capsys):
    evil = "\x1b]0;owned\x07\u202e" + "文" * 500 + "\n\nnext"
    findings.sample(
        Sample(
            url="https://x.org/",
            title="t",
            characters=1,
            original=Original(title=evil, picture="https://x.org/" + "文" * 300),
        )
    )
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\x07" not in told
    assert max(map(width, told.splitlines())) < 140


def test_the_badge_of_each_outlet_is_what_its_golden_page_proves():
    tool = Path(__file__).parents[2] / "tools" / "outlet_badges.py"
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
