"""Hundreds of rounds against an outlet that does whatever it likes: the ledger adds up and the archive is right."""

import itertools
import random

import pytest

from mirror import Mirror, shows, tree
from wirecopy.demo.day import random_move
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.model import Change, State
from wirecopy.publish import markdown

LANGUAGES = ("zh", "en", "de", "ar")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.timeout(600)
def test_after_250_rounds_of_random_moves_the_mirror_is_what_the_outlet_shows(tmp_path, seed):
    chance = random.Random(seed)
    with FakeOutlet() as outlet, Mirror(tmp_path, outlet, *LANGUAGES) as mirror:
        mirror.patience = 0
        for number in range(250):
            for _ in range(chance.randrange(4)):
                random_move(outlet, chance)
            mirror.collect(everything=chance.random() < 0.2, pass_hours=chance.choice((0, 0.2, 1, 6, 30)))
            if number % 25 == 0:
                add_up(mirror)
                mirror.publish()
        outlet.heal()
        for _ in range(3):  # what was held or failed is due again within a day and a quarter
            mirror.collect(everything=True, pass_hours=32)
        add_up(mirror)
        assert not any(mirror.archive.counts(source)[State.WAITING] for source in mirror.archive.sources())
        compare(mirror, outlet)
        mirror.verify()
        mirror.publish()
        with mirror.archive.edition() as edition:
            markdown.publish(edition, tmp_path / "whole", layout="plain")
        assert tree(tmp_path / "whole") == tree(mirror.config.public / "plain")


def add_up(mirror):
    """Every lead is in one state, the counts are those of the lines, and each state agrees with the revisions."""
    for source in mirror.archive.sources():
        counts = mirror.archive.counts(source)
        lines = list(mirror.archive.entries(source))
        assert sum(counts.values()) == len(lines)
        for state in State:
            assert counts[state] == sum(1 for line in lines if line.state is state)
        for line in lines:
            history = mirror.archive.history(source, line.lead.key)
            if line.state in (State.ARCHIVED, State.UNCHANGED):
                assert history[-1].change is not Change.GONE
            if line.state is State.GONE and history:
                assert history[-1].change is Change.GONE
            if line.state in (State.HELD, State.FAILED, State.EXCLUDED):
                assert line.reason
            for before, after in itertools.pairwise(history):
                assert before.at <= after.at
                assert (after.change is Change.BACK) == (before.change is Change.GONE)


def compare(mirror, outlet):
    """What stands at the outlet stands in the mirror, word for word; what is gone there is marked gone here."""
    for language in LANGUAGES:
        standing = {str(shown.id): shown for shown in outlet.shown(language)}
        for key, shown in standing.items():
            entry = mirror.archive.entry(f"demo-{language}", key)
            if entry is None:  # it was published and dropped from the feed before anybody could see it listed
                continue
            article = mirror.article(key, f"demo-{language}")
            assert article is not None, (entry, shown)
            shows(article, shown)
            assert mirror.changes(key, f"demo-{language}")[-1] != "gone"
        for piece in outlet.pieces():
            history = mirror.changes(str(piece.story.id), f"demo-{piece.story.language}")
            if piece.status and history:
                assert history[-1] == "gone", piece.story.name
