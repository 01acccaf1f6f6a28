"""Killed at any moment, the mirror opens, verifies, and ends with the same bytes as one that nobody disturbed."""

import random
import sys
import time

import pytest

from forked import Child
from mirror import tree
from stories import killed
from wirecopy.archive import open_archive
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.play import _table as table
from wirecopy.errors import ArchiveError
from wirecopy.publish import markdown

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
    with Child(what, folder, outlet.now()) as child:
        assert child.heard() == "ready"
        begun = time.monotonic()
        ended = child.ended(kill_after)
        seconds = time.monotonic() - begun
    assert ended == 0 or (ended is None and kill_after is not None)
    return seconds


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
    seconds = run(killed.collect, undisturbed, outlet)
    run(killed.publish, undisturbed, outlet)
    chance = random.Random(1)
    for number in range(10):
        folder = new_mirror(tmp_path / str(number), outlet)
        made = False
        for _ in range(5):
            run(killed.collect, folder, outlet, kill_after=chance.uniform(0, seconds))
            made = is_sound(folder, made=made)
        run(killed.collect, folder, outlet)
        assert is_sound(folder)
        run(killed.publish, folder, outlet)
        assert tree(folder / "public") == tree(undisturbed / "public")
        assert {source: sum(counts.values()) for source, counts in ledger(folder).items()} == {
            source: sum(counts.values()) for source, counts in ledger(undisturbed).items()
        }


def test_killed_while_publishing(tmp_path, outlet):
    undisturbed = new_mirror(tmp_path / "undisturbed", outlet)
    run(killed.collect, undisturbed, outlet)
    seconds = run(killed.publish, undisturbed, outlet)
    whole = tree(undisturbed / "public")
    chance = random.Random(2)
    for number in range(10):
        folder = new_mirror(tmp_path / str(number), outlet)
        (folder / "wirecopy.db").write_bytes((undisturbed / "wirecopy.db").read_bytes())
        for _ in range(5):
            run(killed.publish, folder, outlet, kill_after=chance.uniform(0, seconds))
            for name, body in tree(folder / "public").items():
                # What stands under its name is whole: lists and manifest pages may be older, documents have one form.
                if name not in whole:
                    assert name.rpartition("/")[2].startswith(".")
                elif name.startswith("articles/"):
                    assert body == whole[name]
        run(killed.publish, folder, outlet)
        assert tree(folder / "public") == whole
        assert list(markdown.check(folder / "public")) == []
