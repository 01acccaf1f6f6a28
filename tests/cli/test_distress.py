"""A mirror that can't collect says so to who wants to know: once, and once when it can again."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wirecopy import config as configs
from wirecopy.cli import distress, main
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.errors import ArchiveError, ConfigError, InUse

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

TELL = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What the operator's command was told since it was last asked: (turn, says) of each incident."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    heard = tmp_path / "heard"
    command = json.dumps([sys.executable, "-c", TELL, str(heard)])
    Path("wirecopy.toml").write_text(f'contact = "op@example.org"\n[alerts]\ncommand = {command}\n', "utf-8")

    def since():
        lines = heard.read_text("utf-8").splitlines() if heard.exists() else []
        heard.unlink(missing_ok=True)
        return [(each["turn"], each["says"]) for line in lines for each in json.loads(line)["incidents"]]

    return since


def fails(now, error=None):
    """A round of this mirror that fails so."""
    error = error or ArchiveError("wirecopy.db is damaged: what is torn")
    with pytest.raises(type(error)), distress.told(mirror(), lambda: now):
        raise error


def mirror():
    return configs.load(Path("wirecopy.toml"))


def follow(outlet):
    source, text = outlet.source("zh"), Path("wirecopy.toml").read_text("utf-8")
    Path("wirecopy.toml").write_text(
        f'allow_private = ["127.0.0.1"]\nworkers = 0\n{text}[sources.courier]\nlanguage = "zh"\n'
        f'homepage = "{source.homepage}"\nfeeds = ["{source.feeds[0]}"]\npace = 0\n',
        "utf-8",
    )


@pytest.mark.slow
def test_an_archive_that_is_lost_is_told_once_and_once_when_it_is_back(told, capsys):
    with FakeOutlet(clock=lambda: datetime.now(UTC)) as outlet:
        follow(outlet)
        assert main(["collect", "--quiet"]) == 0
        whole = Path("wirecopy.db").read_bytes()
        Path("wirecopy.db").write_bytes(bytes(4096) + whole[4096:])
        for _ in range(3):
            assert main(["collect", "--quiet"]) == 3
        ((turn, says),) = told()
        assert turn == "began"
        assert says.startswith("`wirecopy collect` fails, and nothing is mirrored: ")
        assert "its first page is lost" in says
        assert main(["collect", "--watch", "--quiet"]) == 3
        assert told() == []
        Path("wirecopy.db").write_bytes(whole)
        for _ in range(2):
            assert main(["collect", "--quiet"]) == 0
        assert told() == [("ended", says)]
        assert "first page is lost" in capsys.readouterr().err


@pytest.mark.slow
def test_a_watch_takes_back_what_an_earlier_process_told(told):
    fails(datetime.now(UTC))
    ((_, says),) = told()
    with FakeOutlet(clock=lambda: datetime.now(UTC)) as outlet:
        follow(outlet)
        watch = subprocess.Popen([sys.executable, "-m", "wirecopy", "collect", "--watch", "--quiet"])
        try:
            while not (heard := told()):
                assert watch.poll() is None
                time.sleep(0.05)
        finally:
            watch.kill()
            watch.wait()
    assert heard == [("ended", says)]


def test_a_fault_of_ours_is_told_too_and_what_the_operator_sees_is_not(told):
    fails(NOON, ConfigError("no such source"))
    fails(NOON, InUse("another process writes"))
    fails(NOON, BrokenPipeError())
    assert told() == []
    fails(NOON, KeyError("surprise"))
    ((_, says),) = told()
    assert says.endswith("KeyError: 'surprise'")


def test_nobody_to_tell_is_nothing_kept(told, tmp_path):
    Path("wirecopy.toml").write_text('contact = "op@example.org"\n', "utf-8")
    before = {*tmp_path.rglob("*")}
    fails(NOON)
    assert {*tmp_path.rglob("*")} == before


def test_a_disk_that_is_gone_is_told_once(told, tmp_path):
    """Nothing can be written beside the archive: its folder is not there."""
    text = Path("wirecopy.toml").read_text("utf-8")
    Path("wirecopy.toml").write_text(f'archive = "usb/wirecopy.db"\n{text}', "utf-8")
    for hour in range(3):
        fails(NOON + hour * HOUR)
    assert [turn for turn, _ in told()] == ["began"]
    Path("usb").mkdir()
    distress.over(mirror(), NOON + 3 * HOUR)
    distress.over(mirror(), NOON + 4 * HOUR)
    assert [turn for turn, _ in told()] == ["ended"]
    distress.over(mirror(), NOON + timedelta(days=30))
    assert list(tmp_path.rglob("*.distress")) == []
    assert told() == []


def test_what_can_be_kept_nowhere_is_not_told_again_and_again(told, monkeypatch):
    monkeypatch.setattr(distress, "_places", lambda _: (Path("nowhere/a"), Path("nowhere/b")))
    fails(NOON)
    assert told() == []


def test_what_comes_and_goes_is_told_ever_more_seldom(told):
    for quarter in range(4 * 24):
        now = NOON + quarter * HOUR / 4
        if quarter % 2:
            fails(now)
        else:
            distress.over(mirror(), now)
    assert 6 <= len(told()) <= 10


@pytest.mark.parametrize("way", ["a link", "a pipe", "garbage", "a folder"])
def test_what_a_stranger_put_among_temporary_files_is_not_believed_and_not_written_through(told, tmp_path, way):
    text = Path("wirecopy.toml").read_text("utf-8")
    Path("wirecopy.toml").write_text(f'archive = "usb/wirecopy.db"\n{text}', "utf-8")
    place = distress._places(mirror().archive)[1]
    precious = tmp_path / "precious"
    precious.write_text("keep me", "utf-8")
    if way == "a link":
        place.symlink_to(precious)
    elif way == "a pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(place)
    elif way == "a folder":
        place.mkdir()
    else:
        place.write_bytes(b"\xff" * 100_000)
    fails(NOON)
    assert [turn for turn, _ in told()] == ([] if way == "a folder" else ["began"])
    assert precious.read_text("utf-8") == "keep me"
