"""Killed at any moment, the mirror opens, verifies, and ends with the same bytes as one that nobody disturbed."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mirror import tree
from wirecopy.archive import open_archive
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.play import _table as table
from wirecopy.errors import ArchiveError
from wirecopy.publish import markdown

CHILD = Path(__file__).with_name("killed.py")
LANGUAGES = ("zh", "en", "de", "ar")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]


@pytest.fixture
def outlet():
    with FakeOutlet() as running:
        running.publish_all()
        running.pass_time(hours=1)
        yield running


def new_mirror(folder, outlet):
    folder.mkdir()
    tables = "".join(table(outlet.source(language)) for language in LANGUAGES)
    config = f'contact = "test@example.org"\nallow_private = ["127.0.0.1"]\n{tables}'
    (folder / "wirecopy.toml").write_text(config, "utf-8")
    return folder


def run(what, folder, outlet, *, kill_after=None):
    """Run a child to its end, or kill it so many seconds after it began its work; the seconds it took."""
    command = [sys.executable, str(CHILD), what, str(folder), outlet.now().isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        begun = time.monotonic()
        if kill_after is None:
            assert child.wait() == 0
        else:
            try:
                child.wait(kill_after)
            except subprocess.TimeoutExpired:
                child.kill()
        return time.monotonic() - begun


def is_sound(folder, *, made=False):
    """True of an archive that is whole, False before there is one: in the first moments a file is empty, or half made.

    The words of both say that the next command that writes goes on with it.
    """
    try:
        archive = open_archive(folder / "wirecopy.db", write=False)
    except ArchiveError as error:
        if made or "`wirecopy collect`" not in str(error):
            raise
        return False
    try:
        assert list(archive.verify()) == []
    finally:
        archive.close()
    return True


def ledger(folder):
    archive = open_archive(folder / "wirecopy.db", write=False)
    try:
        return {source: archive.counts(source) for source in archive.sources()}
    finally:
        archive.close()


def test_killed_while_collecting(tmp_path, outlet):
    undisturbed = new_mirror(tmp_path / "undisturbed", outlet)
    seconds = run("collect", undisturbed, outlet)
    run("publish", undisturbed, outlet)
    chance = random.Random(1)
    for number in range(10):
        folder = new_mirror(tmp_path / str(number), outlet)
        made = False
        for _ in range(5):
            run("collect", folder, outlet, kill_after=chance.uniform(0, seconds))
            made = is_sound(folder, made=made)
        run("collect", folder, outlet)
        assert is_sound(folder)
        run("publish", folder, outlet)
        assert tree(folder / "public") == tree(undisturbed / "public")
        assert {source: sum(counts.values()) for source, counts in ledger(folder).items()} == {
            source: sum(counts.values()) for source, counts in ledger(undisturbed).items()
        }


def test_killed_while_publishing(tmp_path, outlet):
    undisturbed = new_mirror(tmp_path / "undisturbed", outlet)
    run("collect", undisturbed, outlet)
    seconds = run("publish", undisturbed, outlet)
    whole = tree(undisturbed / "public")
    chance = random.Random(2)
    for number in range(10):
        folder = new_mirror(tmp_path / str(number), outlet)
        (folder / "wirecopy.db").write_bytes((undisturbed / "wirecopy.db").read_bytes())
        for _ in range(5):
            run("publish", folder, outlet, kill_after=chance.uniform(0, seconds))
            for name, body in tree(folder / "public").items():
                # What stands under its name is whole: lists and manifest pages may be older, documents have one form.
                if name not in whole:
                    assert name.rpartition("/")[2].startswith(".")
                elif name.startswith("articles/"):
                    assert body == whole[name]
        run("publish", folder, outlet)
        assert tree(folder / "public") == whole
        assert list(markdown.check(folder / "public")) == []
