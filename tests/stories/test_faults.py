"""A disk that fails while a mirror collects and publishes: what was said to be kept is kept, and the next run ends as
if nothing had been. Over real sockets, with the faults of tests/faults.py.
"""

import random
import shutil
import tempfile
from pathlib import Path

import pytest

import faults
from mirror import Mirror, tree
from wirecopy.archive import open_archive
from wirecopy.cli.collecting import run_round
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.model import State
from wirecopy.publish import markdown
from wirecopy.publish.output import BOOKMARK, JOURNAL, LOCK

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not faults.can_fail(), reason="the SQLite of this Python cannot be reached by ctypes"),
]


@pytest.fixture
def desk():
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def outlet():
    with FakeOutlet() as running:
        running.publish_all()
        running.pass_time(hours=1)
        yield running


def readable(folder):
    """The articles that there is a copy of, each as it reads; the archive verified on the way."""
    with open_archive(folder / "wirecopy.db", write=True) as archive:
        assert list(archive.verify()) == []
        found = {}
        for source in archive.sources():
            for each in archive.entries(source):
                standing = archive.standing(source, each.lead.key)
                assert standing is not None or each.state is not State.ARCHIVED
                if standing is not None:
                    found[each.lead.key] = standing.article
        return found


def test_a_round_on_a_failing_disk(desk, outlet):
    """Twenty changes of a round for each way to go wrong, wherever chance finds them; the first and the last too."""
    with Mirror(desk, outlet, "zh", name="whole") as whole:
        config = whole.config
        now = outlet.now()

    def work(folder, say):
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            run_round(config, config.sources, archive, everything=True, clock=lambda: now)
            say("collected")

    folder = desk / "run"
    folder.mkdir()
    changes = faults.changes(work, folder)
    undisturbed = readable(folder)
    assert len(undisturbed) > 10
    chance = random.Random(4)
    inner = range(10, len(changes) - 10)
    for how in ("kill", "torn", "eio", "full"):
        for at in (1, 5, *sorted(chance.sample(inner, 16)), len(changes) - 3, len(changes)):
            shutil.rmtree(folder)
            folder.mkdir()
            ended, said = faults.played(work, folder, at, how)
            where = (how, at, changes[at - 1], ended)
            assert not ended.startswith("a fault of wirecopy"), where
            now_there = readable(folder)
            assert all(undisturbed[key] == article for key, article in now_there.items()), where
            assert not said or now_there == undisturbed, where
            again, _ = faults.played(work, folder, 0, "")
            assert again == "past", (*where, again)
            assert readable(folder) == undisturbed, where


def test_a_publication_on_a_failing_disk(desk, outlet):
    """Every change of a publication over an earlier one: readers see whole files, and the next run completes it."""
    with Mirror(desk, outlet, "zh", name="before") as mirror:
        mirror.collect()
        mirror.publish()
        old = tree(mirror.config.public)
        outlet.publish_all()
        mirror.collect(everything=True, pass_hours=2)
        before = mirror.folder
    shutil.rmtree(before / "public" / "plain" / "days")  # something to write again, whatever the outlet did
    (before / "public" / "plain" / BOOKMARK).unlink()

    def work(folder, say):
        with open_archive(folder / "wirecopy.db", write=False) as archive, archive.edition() as edition:
            markdown.publish(edition, folder / "public" / "plain")
            say("published")

    folder = desk / "run"
    shutil.copytree(before, folder)
    changes = faults.changes(work, folder)
    whole = tree(folder / "public")
    assert len(changes) > 20
    for how in ("kill", "torn", "eio", "full"):
        for at in range(1, len(changes) + 1):
            if not faults.matters(changes[at - 1], how):
                continue
            shutil.rmtree(folder)
            shutil.copytree(before, folder)
            ended, said = faults.played(work, folder, at, how)
            where = (how, at, changes[at - 1], ended)
            assert not ended.startswith("a fault of wirecopy"), where
            for name, body in tree(folder / "public").items():
                last = name.rpartition("/")[2]
                if last.startswith(".") and last not in (BOOKMARK, JOURNAL, LOCK):
                    assert last.endswith(".wirecopy~"), where
                elif not last.startswith("."):
                    assert body in (old.get(name), whole.get(name)), (*where, name)
            if said:
                assert tree(folder / "public") == whole, where
            again, _ = faults.played(work, folder, 0, "")
            assert again == "past", (*where, again)
            assert tree(folder / "public") == whole, where
            assert list(markdown.check(folder / "public" / "plain")) == [], where
