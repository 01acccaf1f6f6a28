"""rsync and SFTP as targets: a real sshd and a real rsync daemon on this machine."""

import getpass
import os
import socket
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest

from send.published import AT, PICTURE, article, front, held, needs, page, publish, sent
from wirecopy.model import replace
from wirecopy.send import Target

USER = getpass.getuser()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port, process):
    for _ in range(3_000):
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)  # a server of another program has no other way to say that it listens
        else:
            return
    pytest.fail("the server does not listen")


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    """The port of an sshd of our own, and a folder with a key for it and its host's key."""
    program = needs("sshd")
    needs("sftp")
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host", "user", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    port = free_port()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where sshd drops its rights to, as its package has it
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    (folder / "other_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'stranger.pub').read_text()}")
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        f"PidFile {folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n"
        "MaxStartups 100\nKexAlgorithms curve25519-sha256\n"
    )
    with subprocess.Popen([program, "-D", "-e", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL) as process:
        wait_for(port, process)
        yield port, folder
        process.terminate()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """The port of an rsync daemon and the folder that its modules are of: `open`, and `closed` with a password."""
    program = needs("rsync")
    folder = tmp_path_factory.mktemp("rsyncd")
    port = free_port()
    for name in ("open", "closed"):
        (folder / name).mkdir()
    (folder / "secrets").write_text("me:hunter2\n")
    (folder / "secrets").chmod(0o600)
    rights = f"uid = {os.geteuid()}\ngid = {os.getegid()}\n" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(
        f"use chroot = no\naddress = 127.0.0.1\nport = {port}\nread only = no\nlog file = {folder}/log\n{rights}"
        f"[open]\npath = {folder}/open\n[closed]\npath = {folder}/closed\nauth users = me\n"
        f"secrets file = {folder}/secrets\n"
    )
    with subprocess.Popen([program, "--daemon", "--no-detach", f"--config={folder}/conf"]) as process:
        wait_for(port, process)
        yield port, folder
        process.terminate()


def over_ssh(scheme, sshd, folder, **keys):
    port, keyring = sshd
    return Target(
        name="host", to=f"{scheme}://{USER}@127.0.0.1:{port}{folder}", key_file=keyring / "user",
        known_hosts=keyring / "known_hosts", **keys,
    )  # fmt: skip


def as_old_as_ever(folder):
    for file in folder.rglob("*"):
        os.utime(file, (1e9, 1e9))


@pytest.fixture(params=["sftp", "rsync"])
def place(request, tmp_path):
    """A target of each kind where files are replaced one by one, and where its readers look."""
    there = tmp_path / "there"
    there.mkdir()
    if request.param == "rsync":
        needs("rsync")
        port, folder = request.getfixturevalue("daemon")
        (folder / "open" / tmp_path.name).mkdir()
        return Target(name="host", to=f"rsync://127.0.0.1:{port}/open/{tmp_path.name}"), folder / "open" / tmp_path.name
    return over_ssh("sftp", request.getfixturevalue("sshd"), there), there


@pytest.fixture
def public(tmp_path):
    publish(tmp_path / "public", front(3))
    return tmp_path / "public"


@pytest.mark.slow
def test_readers_find_what_is_published_and_only_what_changed_is_sent(place, public, tmp_path):
    target, there = place
    dry = sent(public, target, tmp_path / "state", dry=True)
    assert (dry.failed, dry.files) == ("", len(held(public)))
    assert not there.exists() or held(there) == {}
    assert sent(public, target, tmp_path / "state").failed == ""
    assert held(there.resolve()) == held(public)
    now = {**front(5), article(1): page(PICTURE, words="another")}
    del now[article(0)]
    publish(public, now)
    told = sent(public, target, tmp_path / "state", at=AT + timedelta(hours=1))
    assert (told.failed, told.removed) == ("", 1)
    assert held(there.resolve()) == held(public)
    assert told.files < len(held(public))
    again = sent(public, target, tmp_path / "another state", at=AT + timedelta(hours=2))
    assert (again.failed, again.files, again.removed) == ("", 0, 0)


def test_a_change_that_keeps_size_and_time_is_sent_all_the_same(place, public, tmp_path):
    target, there = place
    for words in ("one", "two", "six"):
        publish(public, {**front(2), article(1): page(PICTURE, words=words)})
        as_old_as_ever(public)
        assert sent(public, target, tmp_path / "state").failed == ""
        assert held(there.resolve()) == held(public)


@pytest.mark.slow
def test_a_release_over_ssh_is_switched_at_once_and_so_many_are_kept(sshd, public, tmp_path):
    needs("rsync")
    there = tmp_path / "there"
    (there / "releases" / "of the operator").mkdir(parents=True)
    target = over_ssh("rsync+ssh", sshd, there)
    assert sent(public, target, tmp_path / "state").failed == ""
    before = held(public)
    assert held((there / "current").resolve()) == before
    # A run that is cut is never seen: here by a damaged file, and by the folder that a killed one leaves.
    publish(public, {**front(6), article(1): page(PICTURE, words="one")})
    as_old_as_ever(public)
    whole = (public / article(5)).read_bytes()
    (public / article(5)).write_bytes(b"y" * len(whole))
    assert "not the bytes" in sent(public, target, tmp_path / "state", at=AT + timedelta(hours=1)).failed
    assert held((there / "current").resolve()) == before
    (public / article(5)).write_bytes(whole)
    partial = there / "releases" / "20261120T130000Z"
    partial.mkdir()
    (partial / "index.html").write_bytes(b"half")
    told = sent(public, target, tmp_path / "state", at=AT + timedelta(hours=1))
    assert told.failed == ""
    assert held((there / "current").resolve()) == held(public)
    assert sorted(each.name for each in (there / "releases").iterdir()) == [
        "20261120T130000Z", "20261120T130000Z-1", "of the operator",
    ]  # fmt: skip
    assert str((there / "current").readlink()) == "releases/20261120T130000Z-1"
    shared = there / "current" / PICTURE
    assert shared.stat().st_mode & 0o777 == 0o644
    # The same size and the same time say nothing: the manifest does.
    publish(public, {**front(6), article(1): page(PICTURE, words="two")})
    as_old_as_ever(public)
    assert sent(public, target, tmp_path / "state", at=AT + timedelta(hours=2)).failed == ""
    assert held((there / "current").resolve()) == held(public)
    assert sent(public, target, tmp_path / "state", at=AT + timedelta(hours=3)).files == 0


@pytest.mark.slow
def test_what_did_not_change_is_one_file_in_both_releases(sshd, public, tmp_path):
    needs("rsync")
    there = tmp_path / "there"
    there.mkdir()
    target = over_ssh("rsync+ssh", sshd, there)
    sent(public, target, tmp_path / "state")
    publish(public, {**front(3), article(1): page(PICTURE, words="another")})
    assert sent(public, target, tmp_path / "state", at=AT + timedelta(hours=1)).failed == ""
    assert (there / "current" / article(0)).stat().st_nlink == 2
    assert (there / "current" / article(1)).stat().st_nlink == 1


@pytest.mark.slow
def test_sftp_goes_on_where_it_was_cut(sshd, public, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    target = over_ssh("sftp", sshd, there)
    sent(public, target, tmp_path / "state")
    before = held(there)
    publish(public, {**front(6), article(1): page(PICTURE, words="another")})
    (there / "index.html").unlink()
    (there / "index.html").mkdir()  # what can't be replaced stands in the way
    told = sent(public, target, tmp_path / "state")
    assert told.failed
    assert held(there)["manifest.json"] == before["manifest.json"]
    assert held(there)[article(5)] == (public / article(5)).read_bytes()
    (there / "index.html").rmdir()
    assert sent(public, target, tmp_path / "state").failed == ""
    assert held(there) == held(public)
    assert not [each for each in there.rglob("*") if each.name.endswith("~")]


@pytest.mark.parametrize("scheme", ["sftp", "rsync+ssh"])
def test_a_host_of_another_key_and_one_that_does_not_know_us_are_told_apart(scheme, sshd, public, tmp_path):
    if scheme == "rsync+ssh":
        needs("rsync")
    there = tmp_path / "there"
    there.mkdir()
    target = over_ssh(scheme, sshd, there)
    _, keyring = sshd
    for known in ("other_hosts", "sshd_config"):
        told = sent(public, replace(target, known_hosts=keyring / known), tmp_path / "state").failed
        assert "the host's key is not known here, or is another" in told
    told = sent(public, replace(target, key_file=keyring / "stranger"), tmp_path / "state").failed
    assert "the host knows none of our keys" in told
    nowhere = replace(target, to=target.to + "/none/at/all")
    assert "there is no such folder" in sent(public, nowhere, tmp_path / "state").failed
    assert "ProxyCommand" in sent(public, replace(target, proxy="socks5://127.0.0.1:9050"), tmp_path / "s").failed
    assert list(there.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a program of one line")
def test_an_rsync_that_ends_before_its_words_came_is_told_with_what_its_code_says(public, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "rsync").write_text("#!/bin/sh\nexit 11\n", "utf-8")
    (tmp_path / "bin" / "rsync").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    told = sent(public, Target(name="host", to="rsync://127.0.0.1/there"), tmp_path / "state").failed
    assert "there is no such folder at the other end, or it can't be written to" in told
    assert "ended with code 11" in told


def test_git_over_ssh_checks_the_host_too(sshd, public, tmp_path):
    needs("git")
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "news.git"], check=True)
    _, keyring = sshd
    target = over_ssh("git+ssh", sshd, tmp_path / "news.git")
    assert "the host's key" in sent(public, replace(target, known_hosts=keyring / "other_hosts"), tmp_path / "s").failed
    assert sent(public, target, tmp_path / "state").failed == ""
    listed = subprocess.check_output(["git", "ls-tree", "-r", "--name-only", "2026-11"], cwd=tmp_path / "news.git")
    assert set(held(public)) < set(listed.decode().split())


def test_the_password_of_a_daemon_comes_from_a_file_and_is_told_nobody(daemon, public, tmp_path, monkeypatch):
    port, folder = daemon
    (tmp_path / "password").write_text("hunter2\n")
    said = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **more: said.append(command) or real(command, **more))
    target = Target(name="host", to=f"rsync://me@127.0.0.1:{port}/closed", password_file=tmp_path / "password")
    assert sent(public, target, tmp_path / "state").failed == ""
    assert held(folder / "closed") == held(public)
    assert "hunter2" not in str(said)
    (tmp_path / "password").write_text("wrong-wrong\n")
    told = sent(public, target, tmp_path / "another").failed
    assert "the password was not accepted" in told
    assert "wrong-wrong" not in told
    nowhere = replace(target, to=f"rsync://127.0.0.1:{port}/none")
    assert "there is no such module" in sent(public, nowhere, tmp_path / "state").failed


def test_a_program_that_is_not_there_is_named_with_how_to_get_it(public, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for to, hint in (("rsync://h/m", "use sftp://"), ("sftp://h/x", "install OpenSSH"), ("git:/x", "install Git")):
        assert hint in sent(public, Target(name="x", to=to), tmp_path / "state").failed
