"""`wirecopy search` as a person gives it."""

import json
from datetime import UTC, datetime

import pytest

from archive.samples import article, entry, revision
from wirecopy.archive import open_archive
from wirecopy.cli import main


@pytest.fixture(autouse=True)
def a_mirror(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIRECOPY_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    (tmp_path / "wirecopy.toml").write_text('contact = "test@example.org"\n', "utf-8")
    with open_archive(tmp_path / "wirecopy.db", write=True) as archive:
        for key, source, day, words in (
            ("1", "demo-zh", 1, "普京在莫斯科谈两岸关系"),
            ("2", "demo-de", 5, "Der Überfall auf Moskau"),
            ("3", "demo-zh", 9, "Sport \x1b[31mred\x1b[0m 普京 \u202edlrow"),
        ):
            at = datetime(2026, 11, day, 9, tzinfo=UTC)
            seen = article(key, source, words, title=f"Title {key}", published=at)
            archive.settle(entry(key, source), revision=revision(seen, at=at))


def run(*words):
    try:
        return main(["search", *words])
    except SystemExit as ended:
        return ended.code


def found(capsys, *words):
    assert run(*words, "--json") == 0
    return [hit["headline"]["key"] for hit in json.loads(capsys.readouterr().out)["hits"]]


def test_words_are_found_and_marked(capsys):
    assert run("普京") == 0
    shown = capsys.readouterr().out
    assert shown.index("Title 3") < shown.index("Title 1")
    assert "[普京]在莫斯科" in shown
    assert "demo-zh/1  2026-11-01" in shown


def test_no_control_character_of_an_article_reaches_the_terminal(capsys):
    run("普京")
    shown = capsys.readouterr().out
    assert "Sport" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_options_say_what_the_words_could_say(capsys):
    assert found(capsys, "普京", "--since", "2026-11-02") == ["3"]
    assert found(capsys, "普京", "--until", "2026-11-01") == ["1"]
    assert found(capsys, "moskau", "--source", "demo-zh") == []
    assert found(capsys, "title", "--source", "demo-zh", "--source", "demo-de", "--limit", "2") == ["3", "2"]
    assert found(capsys, "title", "--best") == ["3", "2", "1"]
    assert found(capsys, "title", "--newest") == ["3", "2", "1"]
    assert found(capsys, "普京", "source:demo-zh", "since:2026-11") == ["3", "1"]


def test_a_minus_is_no_option(capsys):
    assert found(capsys, "普京", "-sport") == ["1"]
    assert found(capsys, "-sport", "-überfall") == ["1"]
    assert found(capsys, "普京 -sport") == ["1"]
    assert found(capsys, "-source:demo-zh") == ["2"]


def test_nothing_found_is_no_failure_and_is_said(capsys):
    assert run("nirgends") == 0
    assert "nothing in the archive answers" in capsys.readouterr().out


def test_more_than_shown_is_said(capsys):
    assert run("title", "--limit", "1") == 0
    assert "there are more than these 1" in capsys.readouterr().out


def test_what_makes_no_sense_is_said_on_stderr(capsys):
    assert run("since:gestern", '"moskau') == 0
    told = capsys.readouterr().err
    assert "names no day" in told
    assert "no partner" in told


def test_an_option_that_is_no_day_is_wrong(capsys):
    assert run("words", "--since", "gestern") == 2
    assert "write 2026-10-22" in capsys.readouterr().err


def test_json_has_marks_as_places(capsys):
    assert run("两岸关系", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"hits", "more", "whole", "notes"}
    (piece,) = told["hits"][0]["excerpts"]
    ((begin, end),) = piece["marks"]
    assert piece["text"][begin:end] == "两岸关系"
