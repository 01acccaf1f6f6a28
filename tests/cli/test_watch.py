"""`collect --watch` as systemd runs it: it says that it is ready, and ends when it is told to, with nothing lost."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from wirecopy.archive import open_archive
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.errors import ArchiveError

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd's socket is a Unix one")


def mirror(folder: Path, outlet: FakeOutlet) -> Path:
    source = outlet.source("zh")
    (folder / "wirecopy.toml").write_text(
        f'''contact = "test@example.org"
allow_private = ["127.0.0.1"]
workers = 0
[sources.courier]
language = "zh"
homepage = "{source.homepage}"
sitemaps = ["{source.sitemaps[0]}"]
pace = 0
'''
    )
    return folder


def started(folder: Path, *options: str, **environment: str) -> subprocess.Popen:
    told = [sys.executable, "-m", "wirecopy", "collect", "--watch", *options]
    return subprocess.Popen(
        told, cwd=folder, env=os.environ | environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "end",
    [
        signal.SIGTERM,
        signal.SIGINT,
        signal.SIGHUP,
    ],
)
def test_it_is_ready_says_what_it_does_and_ends_whatever_it_waits_for_with_nothing_lost(
    tmp_path: Path, end: int
) -> None:
    with FakeOutlet() as outlet, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        outlet.publish_all()
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(60)
        outlet.slow(1.0)
        running = started(mirror(tmp_path, outlet), NOTIFY_SOCKET=str(tmp_path / "notify"))
        try:
            assert heard.recv(4096) == b"READY=1"
            assert heard.recv(4096).startswith(b"WATCHDOG=1\nSTATUS=")
            while sum("/a-" in each.path for each in outlet.log) < 4:
                assert running.poll() is None, running.stderr.read()
                time.sleep(0.05)
            outlet.slow(3600)
            so_far = len(outlet.log)
            while len(outlet.log) == so_far:
                time.sleep(0.05)
            running.send_signal(end)
            _, complained = running.communicate(timeout=60)
        finally:
            running.kill()
        assert running.returncode == 0, complained
        assert "watching 1 source" in complained
        assert "stopped: 0 turns finished, 1 broken off" in complained
        heard.setblocking(False)
        words = b""
        while b"STOPPING=1" not in words:
            words = heard.recv(4096)
        with open_archive(tmp_path / "wirecopy.db", write=False) as archive:
            assert list(archive.verify()) == []
            settled = [each for each in archive.entries("courier") if each.state == "archived"]
            assert settled
            assert all(archive.standing("courier", each.lead.key) for each in settled)
            asked = sum(each.asked for each in archive.footprints(""))
            assert 0 <= len(outlet.log) - asked <= 1 or asked - len(outlet.log) == 1


def test_a_round_of_everything_is_no_watch(tmp_path: Path) -> None:
    with FakeOutlet() as outlet:
        running = started(mirror(tmp_path, outlet), "--all")
        _, complained = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "--watch visits what is due, again and again" in complained


@pytest.mark.slow
def test_it_steps_aside_for_a_command_that_writes_and_goes_on_after_it(tmp_path: Path) -> None:
    with FakeOutlet() as outlet:
        outlet.publish_all()
        outlet.slow(1.0)  # the first turn is not over when it is broken off
        running = started(mirror(tmp_path, outlet))
        try:
            (key,) = settled_of(tmp_path, running, 1)[:1]
            told = [sys.executable, "-m", "wirecopy", "remove", f"courier/{key}", "--reason", "asked to"]
            done = subprocess.run(told, cwd=tmp_path, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            outlet.slow(0.01)
            settled_of(tmp_path, running, 4)
            second = started(tmp_path)
            _, complained = second.communicate(timeout=60)
            assert second.returncode == 3, "two watches would send each other away for ever"
            assert "`wirecopy collect --watch`" in complained
            running.send_signal(signal.SIGTERM)
            _, complained = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 0, complained
    assert complained.count("stepping aside") == 1
    with open_archive(tmp_path / "wirecopy.db", write=False) as archive:
        assert list(archive.verify()) == []
        assert archive.history("courier", key) == ()


def settled_of(folder: Path, running: subprocess.Popen, least: int) -> list[str]:
    """The articles that are archived, as soon as there are so many."""
    while True:
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
        if (folder / "wirecopy.db").exists():
            with suppress(ArchiveError), open_archive(folder / "wirecopy.db", write=False) as archive:
                found = [each.lead.key for each in archive.entries("courier") if each.state == "archived"]
                if len(found) >= least:
                    return found
