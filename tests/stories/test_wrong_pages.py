"""An outlet that answers with what is not the article, in every way we know: none is published, all are reported."""

import io
import json
from contextlib import redirect_stdout

import pytest

from mirror import Mirror, tree
from wirecopy import cli
from wirecopy.collect import holding
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.wrong import WRONG
from wirecopy.model import Source, State, document_text

NAMES = sorted(WRONG)


def stranger(outlet, language="en"):
    known = outlet.source(language)
    return Source(id="stranger", name=known.name, language=language, homepage=known.homepage, feeds=known.feeds, pace=0)


def articles(outlet, language):
    return [shown for shown in outlet.shown(language) if shown.kind == "article" and "#" not in shown.url]


def entry_of(mirror, source, shown):
    return next(each for each in mirror.archive.entries(source) if str(shown.id) in each.lead.url)


def wirecopy(mirror, *words):
    written = mirror.config.path
    lines = ['contact = "test@example.org"', 'allow_private = ["127.0.0.1"]']
    for source in mirror.sources:
        lines += [f"[sources.{source.id}]", f'homepage = "{source.homepage}"', f'language = "{source.language}"']
        lines.append(f'feeds = ["{source.feeds[0]}"]')
    written.write_text("\n".join(lines), "utf-8")
    out = io.StringIO()
    with redirect_stdout(out):
        code = cli.main([*words, "--config", str(written), "--quiet"])
    return code, out.getvalue()


@pytest.mark.parametrize("readers", ["common", "own"])
@pytest.mark.slow
def test_no_wrong_page_is_published_and_every_one_is_reported(tmp_path, readers):
    with FakeOutlet() as outlet, Mirror(tmp_path, outlet, "en") as mirror:
        outlet.publish_all()
        if readers == "common":
            mirror.sources = (stranger(outlet),)
        source = mirror.sources[0].id
        good, new = articles(outlet, "en")[:2]
        outlet.drop_from_feed(new.id)
        mirror.collect()
        before = mirror.article(entry_of(mirror, source, good).lead.key, source)
        assert before is not None
        published_wrongly, unreported = [], []
        for name in NAMES:
            outlet.mistake(good.id, name)
            outlet.touch(good.id)
            mirror.collect(everything=True, pass_hours=30)
            entry = entry_of(mirror, source, good)
            if mirror.article(entry.lead.key, source) != before:
                published_wrongly.append(name)
            if entry.state not in (State.HELD, State.FAILED) or not entry.reason:
                unreported.append((name, entry.state))
            outlet.heal()
        assert published_wrongly == []
        assert unreported == []
        mirror.collect(everything=True, pass_hours=30)
        entry = entry_of(mirror, source, good)
        assert (entry.state, entry.reason) == (State.UNCHANGED, "")
        assert mirror.changes(entry.lead.key, source) == ["new"]
        mirror.verify()


@pytest.mark.slow
def test_an_article_that_begins_with_a_wrong_page_comes_when_the_page_is_right(tmp_path):
    with FakeOutlet() as outlet, Mirror(tmp_path, outlet, "en") as mirror:
        mirror.sources = (stranger(outlet),)
        outlet.publish_all()
        waiting = dict(zip((shown.id for shown in articles(outlet, "en")), NAMES[::7], strict=False))
        for number, name in waiting.items():
            outlet.mistake(number, name)
        outcome = mirror.collect()
        assert outcome.held >= len(waiting) - 1  # a page without any text may count as one that can't be read
        mirror.publish()
        published = "".join(body.decode() for body in tree(mirror.config.public / "plain").values())
        for shown in articles(outlet, "en"):
            if shown.id in waiting:
                assert mirror.article(entry_of(mirror, "stranger", shown).lead.key, "stranger") is None
                assert shown.title.strip() not in published
        outlet.heal()
        mirror.collect(everything=True, pass_hours=30)
        for shown in articles(outlet, "en"):
            assert mirror.article(entry_of(mirror, "stranger", shown).lead.key, "stranger").title == shown.title.strip()
        mirror.verify()


@pytest.fixture
def walled(tmp_path):
    """A mirror with a good copy of an article whose page is a wall now."""
    with FakeOutlet() as outlet, Mirror(tmp_path, outlet, "en") as mirror:
        mirror.sources = (stranger(outlet),)
        outlet.publish_all()
        mirror.collect()
        shown = articles(outlet, "en")[0]
        outlet.mistake(shown.id, "paywall-stub")
        outlet.touch(shown.id)
        mirror.collect(everything=True, pass_hours=30)
        yield outlet, mirror, shown, entry_of(mirror, "stranger", shown).lead.key


def test_what_is_held_is_listed_with_its_reason(walled):
    _, mirror, shown, key = walled
    (held,) = holding.held(mirror.archive, ["stranger"])
    assert (held.source, held.key, held.title) == ("stranger", key, shown.title.strip())
    assert "paywall" in held.reason
    assert held.copies == 1
    assert held.since is not None
    assert not held.refused
    code, said = wirecopy(mirror, "held")
    assert code == 0
    assert "paywall" in said
    assert f"stranger/{key}" in said
    assert "the last good copy stands" in said
    assert wirecopy(mirror, "held", "--reason", "no such words")[1] == "nothing is held\n"


def test_what_is_accepted_becomes_a_revision_and_its_evidence_stays(walled):
    outlet, mirror, _, key = walled
    evidence = mirror.archive.captures("stranger", key)
    revision = holding.accept(mirror.archive, mirror.sources[0], key, now=mirror.outlet.now())
    assert revision.change == "edited"
    assert mirror.changes(key, "stranger") == ["new", "edited"]
    assert "past midnight" in document_text(mirror.article(key, "stranger").body)
    assert mirror.state(key, "stranger") == "archived"
    assert mirror.archive.captures("stranger", key) == evidence
    assert list(holding.held(mirror.archive, ["stranger"])) == []
    # the same page again is the copy that stands, and is not doubted once more
    outlet.pass_time(hours=30)
    again = mirror.collect(everything=True)
    assert (again.held, mirror.state(key, "stranger")) == (0, "unchanged")
    assert mirror.changes(key, "stranger") == ["new", "edited"]
    mirror.verify()


def test_what_is_refused_stays_refused_while_the_doubt_is_the_same_and_is_tried_again(walled):
    outlet, mirror, _, key = walled
    entry = holding.refuse(mirror.archive, "stranger", key)
    assert holding.is_refused(entry)
    assert [each.refused for each in holding.held(mirror.archive, ["stranger"])] == [True]
    doubted = entry.reason.removeprefix("refused: ")
    assert holding.reason_again(entry, doubted.replace("1,240", "1,241")) == entry.reason
    assert holding.reason_again(entry, "it has no title") == "it has no title"
    assert holding.refuse(mirror.archive, "stranger", key) == entry
    outlet.heal()
    mirror.collect(everything=True, pass_hours=30)
    assert mirror.state(key, "stranger") == "unchanged"
    assert mirror.changes(key, "stranger") == ["new"]


def test_several_answers_are_given_at_once_or_not_at_all(walled):
    _, mirror, _, key = walled
    mirror.archive.close()
    code, _ = wirecopy(mirror, "accept", f"stranger/{key}", "stranger/nothing-there")
    (held,) = json.loads(wirecopy(mirror, "held", "--json")[1])["held"]
    assert (held["key"], held.get("refused", False)) == (key, False)
    code, said = wirecopy(mirror, "refuse", "--source", "stranger", "--reason", "paywall")
    assert (code, said.split(":")[0]) == (0, f"refused stranger/{key}")
    code, said = wirecopy(mirror, "accept", key)
    assert (code, said) == (0, f"accepted stranger/{key}: edited\n")
    assert wirecopy(mirror, "accept", key)[0] == 2
    assert wirecopy(mirror, "accept")[0] == 2
