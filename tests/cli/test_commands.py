"""Commands as a person gives them: what is said, what is printed, which code comes back."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from scripted import Time
from wirecopy.cli import collecting, main
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.play import _table as table

SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIRECOPY_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def outlet(tmp_path):
    """A running outlet, and a wirecopy.toml that follows its Chinese edition."""
    with FakeOutlet() as running:
        running.publish_all()
        Path("wirecopy.toml").write_text(
            'contact = "test@example.org"\nallow_private = ["127.0.0.1"]\n' + table(running.source("zh")), "utf-8"
        )
        yield running


def run(*words):
    """The exit code of a command, also of one that argparse ends."""
    try:
        return main(list(words))
    except SystemExit as ended:
        return ended.code


def said(capsys, *words):
    """What a command prints as JSON."""
    assert run(*words, "--json") in (0, 1)
    return json.loads(capsys.readouterr().out)


def test_a_first_mirror_as_the_readme_has_it(outlet, capsys):
    assert run("collect") == 0
    assert "new" in capsys.readouterr().out
    assert run("publish") == 0
    told = capsys.readouterr().out
    assert "begin reading at" in told
    assert Path("public/index.html").is_file()
    assert Path("public/markdown/index.md").is_file()
    assert run("verify") == 0
    assert "whole" in capsys.readouterr().out
    assert run("collect") == 0
    assert "nothing" in capsys.readouterr().out
    assert run("publish") == 0
    assert "nothing changed, nothing written" in capsys.readouterr().out


def test_init_writes_a_file_and_never_over_one(capsys):
    assert run("init", "--contact", "me@example.org") == 0
    assert 'contact = "me@example.org"' in Path("wirecopy.toml").read_text("utf-8")
    assert run("init") == 2
    assert "is there already" in capsys.readouterr().err


def test_add_makes_the_file_and_keeps_what_stands_in_it(capsys):
    assert run("add", "dw-zh") == 0
    Path("wirecopy.toml").write_text("# mine\n" + Path("wirecopy.toml").read_text("utf-8"), "utf-8")
    assert run("add", "dw-ar") == 0
    assert run("add", "dw-ar") == 0
    text = Path("wirecopy.toml").read_text("utf-8")
    assert text.startswith("# mine\n")
    assert text.count("[sources.dw-ar]") == 1
    assert "is in wirecopy.toml already" in capsys.readouterr().err
    assert run("add") == 0
    assert "dw-zh-hant" in capsys.readouterr().out


def test_an_outlet_that_does_not_ship_is_told_its_neighbours(capsys):
    assert run("add", "dw-cn") == 2
    assert "did you mean" in capsys.readouterr().err
    assert not Path("wirecopy.toml").exists()


@pytest.mark.parametrize(
    "words", [["collct"], ["collect", "--al"], ["show"], ["publish", "pdf"], ["try", "dw-zh", "--articles", "0"], []]
)
def test_words_that_are_not_understood_are_usage(words, capsys):
    assert run(*words) == 2
    assert "usage: wirecopy" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["collect"], ["status"], ["publish"], ["verify"], ["show", "1"]])
def test_without_a_file_it_is_said_how_to_make_one(words, capsys):
    assert run(*words) == 2
    assert "wirecopy init" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["status"], ["publish"], ["verify"], ["show", "1"]])
def test_before_the_first_round_it_is_said_what_makes_the_archive(words, capsys):
    run("add", "dw-zh")
    assert run(*words) == 3
    assert "wirecopy collect" in capsys.readouterr().err
    assert not Path("wirecopy.db").exists()


def test_an_unknown_source_is_told_the_known_ones(outlet, capsys):
    assert run("collect", "demo-en") == 2
    assert "did you mean 'demo-zh'?" in capsys.readouterr().err


def test_a_round_as_json_has_stable_keys(outlet, capsys):
    (source,) = said(capsys, "collect")["sources"]
    assert source["source"] == "demo-zh"
    assert source["new"] == len(outlet.shown("zh"))
    (health,) = said(capsys, "status")["sources"]
    assert health["leads"] == sum(health["ledger"].values())
    assert set(health["ledger"]) == {"waiting", "archived", "unchanged", "held", "excluded", "failed", "gone"}
    done = said(capsys, "publish")
    assert {each["documents"] for each in done["published"]} == {source["new"]}
    assert said(capsys, "verify") == {"damage": []}


def test_an_article_is_shown_by_each_of_its_names(outlet, capsys):
    run("collect")
    shown = next(each for each in outlet.shown("zh") if each.kind == "article")
    capsys.readouterr()
    for name in (f"demo-zh/{shown.id}", str(shown.id), f"demo:{shown.id}", shown.url):
        assert run("show", name) == 0
        assert f"# {shown.title[:4]}" in capsys.readouterr().out
    assert run("show", "999") == 2
    assert "no article goes by" in capsys.readouterr().err


def test_history_and_differences_of_an_article(outlet, capsys):
    run("collect")
    shown = next(each for each in outlet.shown("zh") if each.kind == "article")
    outlet.retitle(shown.id, "换了题目")
    run("collect", "--all")
    capsys.readouterr()
    assert run("show", str(shown.id), "--history") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert ("new" in first, "edited" in second) == (True, True)
    assert run("show", str(shown.id), "--diff") == 0
    assert "换了题目" in capsys.readouterr().out.replace("{+", "").replace("+}", "").replace("[-", "").replace("-]", "")
    lines = said(capsys, "show", str(shown.id), "--diff")["lines"]
    assert {"title", "url"} <= {line["where"] for line in lines}
    assert said(capsys, "show", str(shown.id), "--revision", "1")["change"] == "new"
    assert run("show", str(shown.id), "--revision", "9") == 2
    assert "the article has 2" in capsys.readouterr().err


def test_try_shows_readings_and_keeps_nothing(outlet, capsys):
    before = sorted(Path().iterdir())
    assert run("try", "demo-zh", "--articles", "2") == 0
    told = capsys.readouterr().out
    assert "nothing of this is kept" in told
    assert told.count("begins:") == 2
    url = next(each.url for each in outlet.shown("zh") if each.kind == "article")
    assert run("try", url) == 0
    assert capsys.readouterr().out.count("begins:") == 1
    assert sorted(Path().iterdir()) == before
    assert run("try", "no-address://x") == 2


def test_a_dead_outlet_is_code_one_and_says_what_and_when(outlet, capsys, monkeypatch):
    run("collect")
    time = Time()  # trying again takes no time of ours
    patient = partial(collecting.run_round, sleep=time.sleep, monotonic=time.monotonic)
    monkeypatch.setattr(collecting, "run_round", patient)
    outlet.down()
    assert run("collect", "--all", "--quiet") == 1
    told = capsys.readouterr()
    assert "failed" in told.out
    assert told.err == ""
    assert time.slept
    assert run("status") == 0
    told = capsys.readouterr().out
    assert "failing demo-zh" in told
    assert "next try in" in told


def test_a_feed_that_is_html_is_said_to_be_one(outlet, capsys):
    outlet.html_feed()
    assert run("collect") == 1
    assert "is an HTML page, not a feed" in capsys.readouterr().out


def test_an_archive_held_by_another_process_names_it(outlet, capsys):
    holder = (
        "from wirecopy.archive import open_archive; from pathlib import Path; import sys\n"
        "archive = open_archive(Path('wirecopy.db'), write=True, holder='wirecopy collect')\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        assert run("collect") == 3
        told = capsys.readouterr().err
        assert f"pid {other.pid}" in told
        assert "wirecopy collect" in told
        assert run("status") == 0
        other.kill()
    assert run("collect") == 0


def test_an_archive_of_a_newer_version_is_left_alone(outlet, capsys):
    import sqlite3

    run("collect")
    with sqlite3.connect("wirecopy.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = Path("wirecopy.db").read_bytes()
    assert run("collect") == 3
    assert "newer wirecopy" in capsys.readouterr().err
    assert Path("wirecopy.db").read_bytes() == before


def test_what_is_no_archive_is_said_to_be_none(outlet, capsys):
    Path("wirecopy.db").write_text("hello")
    assert run("collect") == 3
    assert "wirecopy.db" in capsys.readouterr().err
    assert Path("wirecopy.db").read_text() == "hello"


def test_a_damaged_publication_is_found_and_mended(outlet, capsys):
    run("collect")
    run("publish")
    page = next(Path("public/articles").rglob("*.html"))
    page.write_text("forged")
    capsys.readouterr()
    assert run("verify") == 4
    assert page.name in capsys.readouterr().out
    assert run("verify", "--repair") == 0
    assert "written again" in capsys.readouterr().out
    assert run("verify") == 0


def test_a_damaged_rendition_is_made_again_from_its_original(outlet, capsys):
    run("collect")
    capsys.readouterr()
    before = said(capsys, "show", "71000101")
    with closing(sqlite3.connect("wirecopy.db")) as database:
        lost = "SELECT blob FROM renditions WHERE name = 'small' ORDER BY blob LIMIT 2"
        database.execute(f"UPDATE blobs SET body = zeroblob(length(body)) WHERE id IN ({lost})")
        database.commit()
    assert run("verify") == 3
    capsys.readouterr()
    assert run("verify", "--repair", "--json") == 0
    done = json.loads(capsys.readouterr().out)["archive"]
    assert [each["what"] for each in done["made"]] == ["renditions"] * 2
    assert "lost" not in done
    assert run("verify") == 0
    capsys.readouterr()
    assert said(capsys, "show", "71000101") == before


def test_documents_of_an_old_mirror_become_histories(capsys):
    run("init", "--contact", "x@example.org")
    golden = Path(__file__).parents[1] / "golden" / "classic"
    done = said(capsys, "import", str(golden))
    assert (
        done["documents"] == done["new"] + done.get("edited", 0) + done.get("same", 0) == len(list(golden.glob("*.md")))
    )
    assert "failures" not in done or done["failures"] == []
    again = said(capsys, "import", str(golden))
    assert again["same"] == again["documents"]
    assert run("verify") == 0
    assert run("import", "nowhere") == 2
    assert "no file or folder nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["aux.example.org", "point.md"])
def test_a_document_of_a_host_named_like_a_device_or_a_file_is_published_like_any_other(host, capsys):
    Path("wirecopy.toml").write_text('contact = "test@example.org"\n', "utf-8")
    Path("docs").mkdir()
    said_there = f"<!--1707390000000-->\n[A title](https://{host}/news/1)\n------\n\nA body.\n"
    Path("docs/1.md").write_text(said_there, "utf-8")
    assert said(capsys, "import", "docs")["new"] == 1
    assert said(capsys, "publish", "markdown")["published"][0]["documents"] == 1
    assert host.replace(".", "-") in {each["source"] for each in said(capsys, "status")["sources"]}


def test_one_document_that_is_none_costs_only_itself(capsys):
    run("init")
    golden = next((Path(__file__).parents[1] / "golden" / "classic").glob("*.md"))
    Path("docs").mkdir()
    Path("docs/a.md").write_text("# Readme\n\nNothing of the kind.\n")
    Path("docs/b.md").write_bytes(golden.read_bytes())
    Path("docs/c.md").write_bytes(b"\xff\xfe\x00")
    assert run("import", "docs", "--json") == 1
    done = json.loads(capsys.readouterr().out)
    assert done["documents"] == 1
    assert {Path(failure["url"]).name for failure in done["failures"]} == {"a.md", "c.md"}


def test_the_demo_plays_into_a_folder_and_again_into_the_same(capsys):
    played = said(capsys, "demo", "here")
    assert played.get("damage", 0) == 0
    assert played["documents"] > 20
    assert said(capsys, "demo", "here")["documents"] == played["documents"]
    Path("other").mkdir()
    Path("other/mine.txt").write_text("x")
    assert run("demo", "other") == 2
    assert "holds something else" in capsys.readouterr().err
    assert Path("other/mine.txt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_ctrl_c_ends_a_round_with_130_and_keeps_what_was_done(outlet, capsys):
    text = Path("wirecopy.toml").read_text("utf-8").replace("pace = 0.0", "pace = 0.3")
    Path("wirecopy.toml").write_text(text, "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "wirecopy", "collect"],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
    ) as running:
        deadline = time.monotonic() + 60
        while not outlet.requests("/graph-api/") and time.monotonic() < deadline:
            time.sleep(0.01)  # waiting for another process; there is nothing of ours to wait on
        running.send_signal(signal.SIGINT)
        _, error = running.communicate()
    assert running.returncode == 130
    assert b"interrupted; what was done so far is kept" in error
    assert b"Traceback" not in error
    assert run("collect", "--all") == 0
    assert run("verify") == 0
    (health,) = said(capsys, "status")["sources"] if capsys.readouterr() else [None]
    assert health["ledger"]["waiting"] == 0


def test_no_colour_and_no_bars_where_there_is_no_terminal(outlet, capsys):
    run("collect")
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err
