"""Git as a target: real repositories, real pushes."""

import os
import re
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from send.published import AT, PICTURE, article, front, held, needs, page, publish, sent
from wirecopy.send import Target, check

MONTH = timedelta(days=31)
PLAIN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"], "LC_ALL": "C"}


@pytest.fixture(autouse=True)
def installed():
    needs("git")


@pytest.fixture
def public(tmp_path):
    publish(tmp_path / "public", front(3))
    return tmp_path / "public"


@pytest.fixture
def remote(tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    return tmp_path / "remote.git"


@pytest.fixture
def target(remote):
    return Target(name="forge", to=f"git:{remote}")


def git(folder, *words, **more):
    env = {**PLAIN, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a"}
    env["GIT_COMMITTER_EMAIL"] = "a@example.org"
    done = subprocess.run(["git", *map(str, words)], cwd=folder, env=env, capture_output=True, check=False, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


def tree(remote, branch):
    names = git(remote, "ls-tree", "-r", "--name-only", branch).splitlines()
    return {name: subprocess.check_output(["git", "show", f"{branch}:{name}"], cwd=remote) for name in names}


def without_ours(files):
    return {path: body for path, body in files.items() if path != ".nojekyll"}


def commits(remote, branch):
    return git(remote, "rev-list", branch).splitlines()


def by_somebody(tmp_path, remote, branch, **files):
    """Somebody else commits to a branch."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch", branch, remote, clone)
    for name, words in files.items():
        place = clone / name.replace("__", "/").replace("_", ".")
        place.write_text(words)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "by somebody")
    git(clone, "push", "--quiet")


def test_a_publication_is_a_commit_that_holds_it_and_says_what_changed(public, remote, target, tmp_path):
    first = sent(public, target, tmp_path / "state")
    assert first.failed == ""
    assert without_ours(tree(remote, "2026-11")) == held(public)
    publish(public, {**front(4), article(1): page(PICTURE, words="another")})
    second = sent(public, target, tmp_path / "state", at=AT + timedelta(hours=1))
    assert second.failed == ""
    assert without_ours(tree(remote, "2026-11")) == held(public)
    newer, older = commits(remote, "2026-11")
    assert "Articles: 1 new, 1 changed" in git(remote, "show", "--no-patch", "--format=%B", newer)
    assert "Articles: 3 new" in git(remote, "show", "--no-patch", "--format=%B", older)
    who = git(remote, "show", "--no-patch", "--format=%an %ae %cn %ce %ai", newer)
    assert who == ("wirecopy wirecopy@mirror.invalid wirecopy wirecopy@mirror.invalid 2026-11-20 13:00:00 +0000")
    git(remote, "fsck", "--strict")


def test_an_article_in_two_formats_is_counted_once(public, remote, target, tmp_path):
    publish(
        public, {**front(3), "markdown/articles/dw-zh/2026/11/1.md": b"1", "markdown/articles/dw-zh/2026/11/9.md": b"9"}
    )
    sent(public, target, tmp_path / "state")
    assert "Articles: 4 new" in git(remote, "show", "--no-patch", "--format=%B", "2026-11")


def test_nothing_new_is_no_commit(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    again = sent(public, target, tmp_path / "state", at=AT + timedelta(hours=1))
    assert (again.failed, again.files, again.removed) == ("", 0, 0)
    assert len(commits(remote, "2026-11")) == 1


def test_what_is_not_published_any_more_goes(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    publish(public, {path: body for path, body in front(3).items() if path != article(2)})
    assert sent(public, target, tmp_path / "state").removed == 1
    assert article(2) not in tree(remote, "2026-11")


def test_a_month_begins_anew_and_no_branch_is_pushed_over(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    november, main = commits(remote, "2026-11"), commits(remote, "main")
    publish(public, front(5))
    assert sent(public, target, tmp_path / "state", at=AT + MONTH).failed == ""
    assert commits(remote, "2026-11") == november
    assert len(commits(remote, "2026-12")) == 1
    assert without_ours(tree(remote, "2026-12")) == held(public)
    assert commits(remote, "main")[1:] == main
    assert tree(remote, "main")["CURRENT"] == b"2026-12\n"
    assert b"--branch 2026-12" in tree(remote, "main")["README.md"]


def test_a_repository_on_this_machine_is_packed_long_before_git_would(public, remote, target, tmp_path):
    for number in range(1100):
        (tmp_path / f"{number}").write_text(f"{number}")
    names = "\n".join(f"{tmp_path / str(number)}" for number in range(1100)).encode()
    ids = git(remote, "hash-object", "-w", "--stdin-paths", input=names).split()
    listed = "\n".join(f"100644 blob {blob}\t{number}" for number, blob in enumerate(ids)).encode()
    git(remote, "branch", "loose", git(remote, "commit-tree", "-m", "loose", git(remote, "mktree", input=listed)))
    assert int(git(remote, "count-objects").split()[0]) > 1100
    sent(public, target, tmp_path)
    assert int(git(remote, "count-objects").split()[0]) < 100


def test_only_so_many_months_are_kept_and_no_other_branch_is_touched(public, remote, target, tmp_path):
    for month in range(4):
        publish(public, front(month + 1))
        target = Target(name="forge", to=target.to, keep=2)
        if month == 1:
            git(remote, "branch", "2020-backup", "2026-11")
        assert sent(public, target, tmp_path / "state", at=AT + month * MONTH).failed == ""
    assert git(remote, "branch", "--format=%(refname:short)").split() == ["2020-backup", "2027-01", "2027-02", "main"]


def test_a_branch_that_the_forge_does_not_let_go_fails_no_publication(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    git(remote, "config", "receive.denyDeletes", "true")
    publish(public, front(4))
    told = sent(public, Target(name="forge", to=target.to, keep=1), tmp_path / "state", at=AT + MONTH)
    assert told.failed == ""
    assert "older branches could not be deleted" in told.note
    assert without_ours(tree(remote, "2026-12")) == held(public)


def test_a_git_that_is_too_old_is_told_so(public, target, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho git version 2.17.1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    assert "install Git 2.31 or newer" in sent(public, target, tmp_path / "state").failed


def test_what_somebody_else_put_there_stays_and_what_they_changed_is_put_right(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    by_somebody(tmp_path, remote, "2026-11", CNAME="news.example", index_html="<p>by somebody</p>")
    assert sent(public, target, tmp_path / "state").failed == ""
    assert len(commits(remote, "2026-11")) == 3
    now = tree(remote, "2026-11")
    assert now["CNAME"] == b"news.example"
    assert now["index.html"] == (public / "index.html").read_bytes()
    assert sent(public, target, tmp_path / "state", at=AT + MONTH).failed == ""
    assert tree(remote, "2026-12") == now


def test_a_lost_state_is_made_again_from_the_remote(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    again = sent(public, target, tmp_path / "other", at=AT + timedelta(minutes=1))
    assert (again.failed, again.files, len(commits(remote, "2026-11"))) == ("", 0, 1)
    publish(public, front(4))
    assert sent(public, target, tmp_path / "another", at=AT + timedelta(hours=1)).failed == ""
    assert len(commits(remote, "2026-11")) == 2
    assert without_ours(tree(remote, "2026-11")) == held(public)
    publish(public, front(5))
    assert sent(public, target, tmp_path / "third", at=AT + MONTH).failed == ""
    assert without_ours(tree(remote, "2026-12")) == held(public)


def test_a_damaged_state_is_made_again_from_the_remote(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    objects = next((tmp_path / "state").glob("*/repository.git/objects"))
    for file in [each for each in objects.rglob("*") if each.is_file()]:
        file.chmod(0o600)
        file.write_bytes(b"")
    publish(public, front(4))
    assert sent(public, target, tmp_path / "state").failed == ""
    assert without_ours(tree(remote, "2026-11")) == held(public)


def test_a_dry_run_says_what_would_be_sent_and_pushes_nothing(public, remote, target, tmp_path):
    told = sent(public, target, tmp_path / "state", dry=True)
    assert told.files == len(held(public))
    assert told.bytes == sum(map(len, held(public).values()))
    assert git(remote, "branch") == ""


def test_a_push_that_is_refused_leaves_readers_what_they_had_and_the_next_one_goes_on(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    before = tree(remote, "2026-11")
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf 'no \\033[31m today' >&2\nexit 1\n")
    hook.chmod(0o755)
    publish(public, front(4))
    failed = sent(public, target, tmp_path / "state").failed
    assert "the forge's rules for this repository refuse it" in failed
    assert "\x1b" not in failed
    assert tree(remote, "2026-11") == before
    hook.unlink()
    assert sent(public, target, tmp_path / "state").failed == ""
    assert without_ours(tree(remote, "2026-11")) == held(public)
    assert len(commits(remote, "2026-11")) == 2


def test_a_branch_with_force_begins_anew_each_month_and_one_without_never(public, remote, tmp_path):
    for force, branch in ((True, "gh-pages"), (False, "all")):
        for month in range(2):
            publish(public, front(3 + month))
            there = Target(name="forge", to=f"git:{remote}", branch=branch, force=force)
            assert sent(public, there, tmp_path / branch, at=AT + month * MONTH).failed == ""
        assert without_ours(tree(remote, branch)) == held(public)
    assert len(commits(remote, "gh-pages")) == 1
    assert len(commits(remote, "all")) == 2
    assert "main" not in git(remote, "branch").split()


def test_a_month_can_have_a_repository_of_its_own(public, tmp_path):
    for name in ("news-2026-11.git", "news-2026-12.git"):
        git(tmp_path, "init", "--quiet", "--bare", name)
    there = Target(name="forge", to=f"git:{tmp_path}/news-{{year}}-{{month}}.git")
    assert sent(public, there, tmp_path / "state").failed == ""
    publish(public, front(4))
    assert sent(public, there, tmp_path / "state", at=AT + MONTH).failed == ""
    assert len(commits(tmp_path / "news-2026-11.git", "main")) == 1
    assert without_ours(tree(tmp_path / "news-2026-12.git", "main")) == held(public)
    assert len(commits(tmp_path / "news-2026-12.git", "main")) == 1


def test_a_file_that_was_damaged_on_the_disk_is_not_sent(public, remote, target, tmp_path):
    (public / article(1)).write_bytes(b"X" * (public / article(1)).stat().st_size)
    failed = sent(public, target, tmp_path / "state").failed
    assert "not the bytes that its manifest lists" in failed
    assert git(remote, "branch") == ""


def test_the_operator_s_git_is_not_asked(public, remote, target, tmp_path, monkeypatch):
    (tmp_path / ".gitconfig").write_text("[push]\n\tfollowTags = nonsense\n[user]\n\tname = The Operator\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "The Operator")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "nowhere"))
    assert sent(public, target, tmp_path / "state").failed == ""
    assert "Operator" not in git(remote, "log", "--all", "--format=%an %cn")
    assert not (tmp_path / "nowhere").exists()


def test_locks_that_a_killed_git_left_are_no_hindrance(public, remote, target, tmp_path):
    sent(public, target, tmp_path / "state")
    repository = next((tmp_path / "state").glob("*/repository.git"))
    for name in ("refs/wirecopy/built.lock", "refs/wirecopy/sent.lock", "packed-refs.lock", "HEAD.lock"):
        (repository / name).touch()
    publish(public, front(4))
    assert sent(public, target, tmp_path / "state").failed == ""


@pytest.mark.slow
@pytest.mark.parametrize("at", ["cat-file", "fast-import", "push", "refs/wirecopy/sent", "gc"])
def test_a_run_that_is_killed_before_one_of_its_programs_is_made_good_by_the_next(at, public, remote, target, tmp_path):
    publish(public, front(4))
    sent(public, target, tmp_path / "state")
    publish(public, front(6))
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(public), target.to, str(tmp_path / "state"), at],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert set(tree(remote, "2026-11")) >= set(front(4))
    assert sent(public, target, tmp_path / "state").failed == ""
    assert without_ours(tree(remote, "2026-11")) == held(public)
    assert len(commits(remote, "2026-11")) == 2
    git(remote, "fsck", "--strict")


_KILLED = """
import os, signal, sys
from pathlib import Path
from send.published import sent
from wirecopy.send import Target
public, to, state, at = sys.argv[1:]
def count(event, arguments):
    if event == "subprocess.Popen" and at in arguments[1]:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
sent(Path(public), Target(name="forge", to=to), Path(state))
"""


# --- hosts that do not mean well -------------------------------------------------------------------------------------


class Forge(BaseHTTPRequestHandler):
    """A forge that notes who asks, and answers as it is told."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        self.server.answers(self)

    def log_message(self, *_):
        pass


@pytest.fixture
def forge(request):
    with ThreadingHTTPServer(("127.0.0.1", 0), Forge) as server:
        server.daemon_threads = True
        server.asked, server.leave = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.leave.set()
        server.shutdown()
        thread.join()


def at_forge(server, **keys):
    return Target(name="forge", to=f"git+http://me@127.0.0.1:{server.server_address[1]}/news.git", **keys)


def test_a_token_is_sent_as_a_header_and_told_nobody_else(forge, public, tmp_path, monkeypatch):
    def refuse(handler):
        handler.send_response(401)
        handler.send_header("WWW-Authenticate", "Basic")
        body = b"you sent " + str(handler.headers.get("Authorization")).encode()
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    forge.answers = refuse
    said = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **more: said.append(command) or real(command, **more))
    monkeypatch.setenv("WIRECOPY_TARGETS_FORGE_PASSWORD", "hunter2hunter2")
    failed = sent(public, at_forge(forge), tmp_path / "state").failed
    assert forge.asked[0][1] == "Basic bWU6aHVudGVyMmh1bnRlcjI="
    assert "the token was not accepted" in failed
    assert "hunter2" not in failed + str(said)
    assert not any(b"hunter2" in each.read_bytes() for each in (tmp_path / "state").rglob("*") if each.is_file())


def test_a_forge_that_sends_us_elsewhere_is_not_followed(forge, public, tmp_path, monkeypatch):
    def elsewhere(handler):
        handler.send_response(302)
        handler.send_header("Location", f"http://127.0.0.1:{forge.server_address[1]}/other{handler.path}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    forge.answers = elsewhere
    assert sent(public, at_forge(forge), tmp_path / "state").failed
    assert not any(path.startswith("/other") for path, _ in forge.asked)


def test_a_forge_that_never_answers_is_left(forge, public, tmp_path):
    forge.answers = lambda _: forge.leave.wait(20)
    failed = sent(public, at_forge(forge, timeout=0.5), tmp_path / "state").failed
    assert "took more than 0.5 seconds" in failed


def test_a_forge_that_answers_without_end_is_left(forge, public, tmp_path):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        handler.end_headers()
        handler.wfile.write(b"001e# service=git-upload-pack\n0000")
        number = 0
        while not forge.leave.is_set():
            lines = []
            for _ in range(1000):
                number += 1
                line = f"{number:040x} refs/heads/{'x' * 60}{number}\n".encode()
                lines.append(f"{len(line) + 4:04x}".encode() + line)
            try:
                handler.wfile.write(b"".join(lines))
            except OSError:
                return

    forge.answers = endless
    failed = sent(public, at_forge(forge, timeout=3), tmp_path / "state").failed
    assert re.search(r"wrote more than|took more than", failed)


def test_an_address_can_not_be_an_option():
    for to in (
        "git:-oProxyCommand=x",
        "git+ssh://-oProxyCommand=x/y",
        "git+ssh://host/a/../b",
        "git+http://example.org/x",
    ):
        with pytest.raises(Exception, match="git"):
            check(Target(name="x", to=to))


def test_folder_names_with_blanks_are_no_trouble(tmp_path):
    place = Path(tmp_path / "a place")
    publish(place / "public", front(1))
    git(place, "init", "--quiet", "--bare", "r.git")
    assert sent(place / "public", Target(name="x", to=f"git:{place}/r.git"), place / "state").failed == ""
