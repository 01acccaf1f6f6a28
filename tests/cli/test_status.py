"""What `wirecopy status` shows, from what is stored: sources, what is wrong and what to do, what hosts were asked."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive.samples import article
from wirecopy.archive import open_archive
from wirecopy.cli import main
from wirecopy.cli.status import sparkline, usual_of, volume_of
from wirecopy.model import (
    Change,
    Entry,
    Footprint,
    Incident,
    Lead,
    Revision,
    SourceDay,
    State,
    Trouble,
    Visit,
)
from wirecopy.serve.metrics import METRICS, metrics

NOW = datetime.now(UTC)
FILE = """
[sources.demo-zh]
feeds = ["https://www.example.org/feed"]
sitemaps = ["https://www.example.org/map"]

[sources.quiet]
feeds = ["https://quiet.example.org/feed"]
"""
HOSTILE = "x\x1b[2J\r\nfailing all\u202e" + "很" * 5000


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A mirror whose demo-zh gave two articles today, and is failing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIRECOPY_CONFIG", raising=False)
    Path("wirecopy.toml").write_text(FILE, "utf-8")
    with open_archive(Path("wirecopy.db"), write=True) as archive:
        for key, state in (("1", State.ARCHIVED), ("2", State.ARCHIVED), ("3", State.HELD)):
            lead = Lead(
                source="demo-zh", key=key, url=f"https://www.example.org/{key}", title=HOSTILE[:200],
                via="https://www.example.org/feed",
            )  # fmt: skip
            seen = NOW - timedelta(days=3) if key == "2" else NOW
            archive.note([lead], at=seen)
            entry = Entry(lead=lead, state=state, reason=HOSTILE[:900], first_seen=seen, last_seen=NOW, checked=NOW)
            revision = Revision(source="demo-zh", key=key, change=Change.NEW, at=NOW, article=article(key))
            archive.settle(entry, revision=revision if state is State.ARCHIVED else None)
        archive.remember(
            [
                Visit(url="https://www.example.org/feed", checked=NOW, failures=4, since=NOW, result=HOSTILE[:300],
                      good=NOW - timedelta(hours=5), due=NOW + timedelta(hours=2)),
                Visit(url="https://www.example.org/map", checked=NOW, good=NOW, listed=9),
            ]
        )  # fmt: skip
        archive.keep_incident(
            Incident(
                source="demo-zh", trouble=Trouble.FAILING, since=NOW - timedelta(days=2), what=HOSTILE, now=1, usual=2,
                told=(("email", "begun"), ("command", "began")), tried=(("webhook-1", 3, NOW),),
            )
        )  # fmt: skip
        archive.keep_incident(Incident(source="", trouble=Trouble.DISK, since=NOW, now=3, usual=1e6))
        day = NOW.date().isoformat()
        archive.tread(
            [
                Footprint(host="www.example.org", day=day, asked=10, bytes=5_000_000, not_modified=4, refused=1),
                Footprint(host="www.example.org", day="2020-01-01", asked=7, failed=7),
                Footprint(host="a.example.org", day=day, asked=1),
            ]
        )
    return tmp_path


def said(capsys, *words):
    assert main(["status", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_person_reads_how_each_source_is_and_what_to_do(mirror, capsys):
    assert main(["status"]) == 0
    told = capsys.readouterr().out
    head, first, second, *_ = told.splitlines()
    assert head.split() == ["source", "state", "last", "good", "articles", "today", "usual", "30", "days", "last",
                            "news", "besides"]  # fmt: skip
    assert first.startswith("demo-zh  failing")
    assert "█" in first
    assert "1 held" in first
    assert second.startswith("quiet    not asked yet")
    assert "wrong demo-zh is failing: 1 of 2 indexes do not answer" in told
    assert "wrong the disk is nearly full" in told
    assert "[sources.demo-zh]" in told
    assert "may have arrived: email" in told
    assert "webhook-1, tried 3 times" in told
    assert "4 times in a row; next try in" in told
    assert not {"\x1b", "\r"} & set(told)


def test_colours_are_for_terminals(mirror, capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["status"]) == 0
    told = capsys.readouterr().out
    assert "\x1b[31mfailing\x1b[0m" in told
    assert re.sub(r"\x1b\[\d+m", "", told).count("\x1b") == 0


def test_the_document_has_stable_keys(mirror, capsys):
    told = said(capsys)
    assert set(told) == {"sources", "mirror", "disk"}
    demo, quiet = told["sources"]
    assert list(demo) == [
        "source", "name", "state", "good", "articles", "today", "usual", "volume", "incidents", "leads", "ledger",
        "checked", "latest", "indexes", "troubles", "pictures", "picture_bytes", "coverage",
    ]  # fmt: skip
    assert list(quiet) == list(demo)
    assert (demo["state"], demo["today"], demo["articles"], len(demo["volume"])) == ("failing", 2, 2, 30)
    (incident,) = demo["incidents"]
    assert list(incident) == [
        "trouble", "since", "what", "now", "usual", "says", "advice", "channels", "not_told",
    ]  # fmt: skip
    assert incident["channels"] == {"email": "begun", "command": "began"}
    assert told["mirror"][0]["trouble"] == "disk"
    documented = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
    section = documented.partition("## wirecopy status")[2].partition("\n## ")[0]
    for key in (*demo, *incident, *told["disk"]):
        assert f"`{key}`" in section or f'"{key}"' in section, key


def test_of_a_source_that_is_named_its_indexes_are_compared(mirror, capsys):
    (demo,) = said(capsys, "demo-zh")["sources"]
    assert demo["coverage"] == [{"kind": "feed", "listed": 0, "of": 0}, {"kind": "sitemap", "listed": 0, "of": 1}]
    assert said(capsys)["sources"][0]["coverage"] == []


def test_what_hosts_were_asked_adds_up(mirror, capsys):
    told = said(capsys, "--footprint")
    assert [(each["host"], each["asked"]) for each in told["days"]] == [("a.example.org", 1), ("www.example.org", 10)]
    assert [each["share_not_modified"] for each in told["hosts"]] == [0.0, 0.4]
    assert set(told["days"][0]) == {
        "host", "day", "asked", "bytes", "not_modified", "share_not_modified", "refused", "failed",
    }  # fmt: skip
    long = said(capsys, "--footprint", "--days", "9000")
    assert [(each["host"], each["asked"], each["failed"]) for each in long["hosts"]] == [
        ("a.example.org", 1, 0), ("www.example.org", 17, 7),
    ]  # fmt: skip
    assert main(["status", "--footprint", "--days", "9000"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["host", "day", "requests", "MB", "not", "modified", "refused", "failed"]
    assert any(line.split()[:3] == ["www.example.org", "together", "17"] for line in lines)
    assert main(["status", "--days", "3"]) == 2


def parsed(text):
    return {family.name: family for family in text_string_to_metric_families(text)}


def test_metrics_are_what_prometheus_reads_and_all_are_documented(mirror, capsys):
    assert main(["status", "--metrics"]) == 0
    told = capsys.readouterr().out
    families = parsed(told)
    assert set(families) == {f"wirecopy_{name}" for name, _, _ in METRICS}
    leads = {each.labels["state"]: each.value for each in families["wirecopy_source_leads"].samples
             if each.labels["source"] == "demo-zh"}  # fmt: skip
    assert leads["held"] == 1
    assert leads["archived"] == 2
    (incident,) = families["wirecopy_source_incidents"].samples
    assert incident.labels == {"source": "demo-zh", "trouble": "failing"}
    assert families["wirecopy_requests_today"].samples[0].value == 11
    assert {label for family in families.values() for each in family.samples for label in each.labels} == {
        "source", "state", "trouble",
    }  # fmt: skip
    good = families["wirecopy_source_last_good_timestamp_seconds"].samples
    assert [each.labels["source"] for each in good] == ["demo-zh"]
    documented = (Path(__file__).parents[2] / "docs" / "health.md").read_text("utf-8")
    named = re.findall(r"^\| `(wirecopy_\w+)` \| (\w+) \|", documented, re.MULTILINE)
    assert named == [(f"wirecopy_{name}", kind) for name, kind, _ in METRICS]


def test_a_source_s_id_cannot_break_out_of_a_label(mirror):
    from wirecopy.model import Source

    with open_archive(Path("wirecopy.db"), write=False) as archive:
        strange = 'a"} 1\nwirecopy_x{b="\\'
        families = parsed(metrics(archive, [Source(id=strange)], NOW))
    assert "wirecopy_x" not in families
    assert {each.labels["source"] for each in families["wirecopy_source_leads"].samples} == {strange}


def test_what_is_usual_leaves_out_today_and_the_first_day():
    days = [SourceDay(source="s", day=f"2026-11-{day:02d}", new=new) for day, new in ((1, 500), (2, 4), (4, 8), (5, 9))]
    now = datetime(2026, 11, 5, 12, tzinfo=UTC)
    assert usual_of(days, now) == 4.0
    assert usual_of([], now) == 0.0
    assert usual_of(days[:1], datetime(2026, 11, 1, tzinfo=UTC)) == 0.0
    assert volume_of(days, now)[-5:] == (500, 4, 0, 8, 9)
    assert sparkline((0, 1, 8, 4)) == "·▁█▄"
    assert sparkline(()) == ""
