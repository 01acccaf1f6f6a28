"""Acknowledged means durable: a writer is killed at any moment, and the archive holds all that it said it held."""

import random
import signal
from pathlib import Path

import pytest

from archive.samples import article, capture, entry, gone, lead, minutes, revision
from forked import Child, Say
from wirecopy.archive import open_archive
from wirecopy.model import Change, Source, State, Visit


def write(say: Say, path: Path, first: int) -> None:
    archive = open_archive(path, write=True)
    chance = random.Random(first)
    archive.enrol([Source(id="demo-zh", family="demo")])
    for n in range(first, first + 100_000):
        key = str(n)
        archive.note([lead(key), lead(f"w{n}")], at=minutes(n))
        say(f"noted {key}")
        page = capture(chance.randbytes(chance.choice([10, 3000, 60_000])), at=minutes(n), headers=(("N", key),))
        words = "".join(chance.choice("的一是在不了有和人这中大") for _ in range(chance.choice([10, 800, 9000])))
        seen = article(key, "demo-zh", words, f"demo:{n + 1}", f"demo:{n - 1}")
        visit = Visit(url=f"https://www.example.org/{n}", result="200")
        new = revision(seen, at=minutes(n), capture=page.id)
        archive.settle(entry(key), captures=[page], revision=new, visits=[visit])
        say(f"settled {key} {page.id}")
        if n % 3 == 0:
            archive.settle(entry(key), revision=gone(key, at=minutes(n + 1)))
            say(f"gone {key}")
        archive.remember([Visit(url=f"https://www.example.org/feed/{n}", result="304")])
        say(f"remembered {key}")


def written_until(path: Path, first: int, moment: int, chance: random.Random) -> list[str]:
    """What a writer acknowledged before it was killed, a little after its `moment`th acknowledgement."""
    with Child(write, path, first) as child:
        said = [child.heard() for _ in range(moment)]
        for _ in range(chance.randrange(200_000)):  # somewhere inside the next calls, not always at the start of one
            pass
        child.kill()
        while words := child.heard():
            said.append(words)
        assert child.ended() == -signal.SIGKILL
    return said


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_writer_takes_nothing_with_it_that_it_acknowledged(tmp_path: Path) -> None:
    path, chance = tmp_path / "wirecopy.db", random.Random(2026)
    acknowledged: list[str] = []
    kills = 0
    for run in range(32):
        said = written_until(path, run * 1000, chance.randrange(1, 60), chance)
        kills += 1
        acknowledged += said
        with open_archive(path, write=True) as archive:
            assert list(archive.verify()) == []
            for line in acknowledged if run % 8 == 7 else said:
                what, key, *page = line.split()
                line, history = archive.entry("demo-zh", key), archive.history("demo-zh", key)
                assert line is not None
                match what:
                    case "noted":
                        assert archive.entry("demo-zh", f"w{key}") is not None
                    case "settled":
                        assert history[0].article is not None
                        assert history[0].capture == page[0]
                        kept = archive.capture(page[0])
                        assert kept is not None
                        assert kept.id == page[0]
                        assert archive.visit(f"https://www.example.org/{key}") is not None
                    case "gone":
                        assert [each.change for each in history] == [Change.NEW, Change.GONE]
                        assert line.state is State.GONE
                    case "remembered":
                        assert archive.visit(f"https://www.example.org/feed/{key}") is not None
    assert kills >= 30
    assert len(acknowledged) > 500
