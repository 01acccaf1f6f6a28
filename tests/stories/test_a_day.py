"""Days at a newspaper and what its mirror makes of them. Real sockets, real files, the outlet's own clock."""

import dataclasses
import re
from datetime import timedelta

import pytest

from mirror import Mirror, shows, tree, words
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.model import Source, State, document_text, links, replace
from wirecopy.publish import markdown

LANGUAGES = ("zh", "en", "de", "ar")


@pytest.fixture
def outlet():
    with FakeOutlet() as running:
        yield running


@pytest.fixture
def mirror(tmp_path, outlet):
    with Mirror(tmp_path, outlet, "zh") as built:
        yield built


def first_article(outlet):
    return next(shown for shown in outlet.shown("zh") if shown.kind == "article")


def test_everything_that_is_published_is_mirrored_in_every_language(tmp_path, outlet):
    outlet.publish_all()
    with Mirror(tmp_path, outlet, *LANGUAGES) as mirror:
        outcomes = mirror.collect()
        assert not [failure for outcome in outcomes for failure in outcome.failures]
        for language in LANGUAGES:
            for shown in outlet.shown(language):
                shows(mirror.article(shown.id, f"demo-{language}"), shown)
        mirror.verify()


def test_the_second_round_asks_conditionally_writes_nothing_and_says_so(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    mirror.publish()
    before, asked = tree(mirror.config.public), len(outlet.log)
    outcome = mirror.collect(everything=True, pass_hours=0)
    second = outlet.requests()[asked:]
    assert second
    assert all(
        {"if-none-match", "if-modified-since"} & {name.lower() for name in request.headers} for request in second
    )
    assert all(request.status == 304 for request in second)
    assert (outcome.new, outcome.edited, outcome.held, outcome.failures) == (0, 0, 0, ())
    assert outcome.not_modified == outcome.asked == len(second)
    published = mirror.publish()
    assert (published.written, published.removed) == (0, 0)
    assert tree(mirror.config.public) == before


def test_robots_txt_is_asked_once_a_day_whoever_asks(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    mirror.collect(everything=True)
    assert len(outlet.requests("/robots.txt")) == 1
    assert mirror.archive.page(f"{outlet.url}/robots.txt", outlet.now()).status == 200
    mirror.collect(pass_hours=24)
    assert len(outlet.requests("/robots.txt")) == 2
    mirror.verify()


def test_what_is_not_due_is_not_asked(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    asked = len(outlet.log)
    outcome = mirror.collect(pass_hours=0.01)
    assert outcome.asked == 0
    assert len(outlet.log) == asked


def test_an_edited_title_is_one_revision_of_the_same_key_in_the_same_file(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    mirror.publish()
    files = set(tree(mirror.config.public / "plain"))
    shown = first_article(outlet)
    outlet.retitle(shown.id, "新的标题：一切都变了？")
    outcome = mirror.collect()
    assert outcome.edited == 1
    assert mirror.changes(shown.id) == ["new", "edited"]
    assert mirror.article(shown.id).title == "新的标题：一切都变了？"
    mirror.publish()
    assert {name for name in tree(mirror.config.public / "plain") if name.startswith("articles/")} == {
        name for name in files if name.startswith("articles/")
    }


def test_an_edit_that_moves_only_the_date_is_no_revision(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    shown = first_article(outlet)
    outlet.pass_time(minutes=5)
    outlet.touch(shown.id)
    outcome = mirror.collect(everything=True)
    assert outcome.edited == 0
    assert mirror.changes(shown.id) == ["new"]


def test_late_back_dated_and_same_second_leads_all_arrive(mirror, outlet):
    names = outlet.unpublished()
    outlet.publish(names[0])
    mirror.collect()
    outlet.publish(names[1], at=outlet.now() - timedelta(days=30))
    outlet.publish(names[2])
    outlet.publish(names[3])
    mirror.collect()
    for shown in outlet.shown("zh"):
        shows(mirror.article(shown.id), shown)


def test_a_withdrawn_article_stays_readable_and_comes_back(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    shown = first_article(outlet)
    outlet.withdraw(shown.id)
    outcome = mirror.collect(everything=True)
    assert outcome.gone == 1
    assert mirror.state(shown.id) == "gone"
    assert mirror.article(shown.id).title == shown.title
    mirror.publish()
    (text,) = [
        body.decode() for name, body in tree(mirror.config.public / "plain").items() if name.endswith(f"/{shown.id}.md")
    ]
    assert "withdrawn" in text.lower()
    assert shown.title in text
    outlet.restore(shown.id)
    assert mirror.collect().back == 1
    assert mirror.changes(shown.id) == ["new", "gone", "back"]


@pytest.mark.parametrize("trouble", ["consent", "truncate", "cut", "unfinished", "block", "down", "api"])
def test_a_page_that_is_not_the_article_never_becomes_one(mirror, outlet, trouble):
    outlet.publish_all()
    mirror.collect()
    shown = first_article(outlet)
    good = mirror.article(shown.id)
    outlet.edit(shown.id, paragraph="这一段刚刚改过，而且改得很长，好让人看出来。")
    {
        "consent": lambda: outlet.consent(shown.id),
        "truncate": lambda: outlet.truncate(shown.id),
        "cut": lambda: outlet.truncate(shown.id, how="cut"),
        "unfinished": lambda: outlet.truncate(shown.id, how="unfinished"),
        "block": outlet.block,
        "down": outlet.down,
        "api": lambda: outlet.gone_api(status=500),
    }[trouble]()
    mirror.collect(everything=True)
    if trouble == "api":
        assert mirror.changes(shown.id) == ["new", "edited"]  # the page says the same as the API would
    else:
        assert mirror.article(shown.id) == good
        assert mirror.changes(shown.id) == ["new"]
        assert mirror.state(shown.id) in ("held", "failed")
        reason = mirror.archive.entry("demo-zh", str(shown.id)).reason
        assert reason
        assert reason.count("stands in") <= 1  # three addresses, one reason: it is told once
    outlet.heal()
    mirror.collect(everything=True, pass_hours=30)
    shows(mirror.article(shown.id), next(each for each in outlet.shown("zh") if each.id == shown.id))
    assert mirror.changes(shown.id) == ["new", "edited"]
    mirror.verify()


def test_when_the_api_is_gone_the_page_says_the_same_and_nothing_is_edited(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    outlet.gone_api()
    outcome = mirror.collect(everything=True)
    assert (outcome.edited, outcome.gone, outcome.held) == (0, 0, 0)
    outlet.heal()
    outcome = mirror.collect(everything=True)
    assert (outcome.edited, outcome.gone, outcome.held) == (0, 0, 0)


@pytest.mark.parametrize("state", ["app", "apollo", "none"])
def test_without_the_api_the_page_is_read(tmp_path, state):
    with FakeOutlet(state=state) as outlet, Mirror(tmp_path, outlet, "zh") as mirror:
        outlet.publish_all()
        outlet.gone_api()
        mirror.collect()
        for shown in outlet.shown("zh"):
            article = mirror.article(shown.id)
            assert article.title == shown.title.strip()
            if shown.kind == "article":
                assert shown.paragraphs[0].split("）")[-1][:20] in "".join(
                    run.text for block in article.body for run in getattr(block, "text", ())
                )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_outlet_that_nothing_is_known_about_is_read_from_its_pages(tmp_path, outlet, language):
    outlet.publish_all()
    known = outlet.source(language)
    stranger = Source(
        id="stranger", name=known.name, language=language, homepage=known.homepage, feeds=known.feeds, pace=0
    )
    with Mirror(tmp_path, outlet, language) as mirror:
        mirror.sources = (stranger,)
        outcome = mirror.collect()
        assert (outcome.failures, outcome.held) == ((), 0)
        articles = {
            re.search(r"-(\d{8})", article.url)[1]: article
            for entry in mirror.archive.entries("stranger")
            if (article := mirror.article(entry.lead.key, "stranger"))
        }
        for shown in outlet.shown(language):
            # Who knows nothing of the outlet can't know that its ids may stand behind a "#".
            if shown.kind == "article" and "#" not in shown.url:
                article = articles[str(shown.id)]
                assert article.title == shown.title.strip()
                said = words(document_text(article.body))
                missing = [each for each in shown.paragraphs if len(each) > 30 and words(each) not in said]
                assert set(missing) <= set(shown.paragraphs[-3:])  # rights and disclaimers end a page, not a story
        again = mirror.collect(everything=True)
        assert (again.new, again.edited, again.failures) == (0, 0, ())
        mirror.verify()


def test_a_server_that_lies_with_a_304_is_asked_again_when_the_feed_says_more(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    shown = first_article(outlet)
    outlet.lie_304(shown.id)
    outlet.retitle(shown.id, "改了标题，却说没改")
    mirror.collect()
    assert mirror.article(shown.id).title == "改了标题，却说没改"


def test_a_304_to_a_question_without_a_condition_says_nothing(mirror, outlet):
    outlet.publish_all()
    shown = first_article(outlet)
    lying = outlet._handle

    def answer(request):
        reply = lying(request)
        return dataclasses.replace(reply, status=304, body=b"") if str(shown.id) in request.path else reply

    outlet._server._handle = answer  # a server that is wrong in a way the actor has no move for
    mirror.collect()
    assert mirror.article(shown.id) is None
    assert mirror.state(shown.id) == "failed"
    assert "304" in mirror.archive.entry("demo-zh", str(shown.id)).reason


def test_what_was_excluded_by_a_rule_is_collected_when_the_rule_is_gone(mirror, outlet):
    outlet.publish_all()
    sources = mirror.sources
    mirror.sources = (replace(sources[0], drop=(r"/a-",)),)
    mirror.collect()
    shown = first_article(outlet)
    assert mirror.state(shown.id) == "excluded"
    mirror.sources = sources
    mirror.collect(everything=True)
    assert mirror.state(shown.id) == "archived"


@pytest.mark.parametrize("trouble", ["html_feed", "broken_feed"])
def test_a_broken_feed_is_told_and_the_sitemap_catches_up(mirror, outlet, trouble):
    getattr(outlet, trouble)()
    outlet.publish_all()
    outcome = mirror.collect()
    if trouble == "html_feed":
        assert any("HTML page, not a feed" in failure.reason for failure in outcome.failures)
    for shown in outlet.shown("zh"):
        assert mirror.article(shown.id) is not None


def test_a_failing_source_harms_no_other(tmp_path, outlet):
    outlet.publish_all()
    with FakeOutlet() as other, Mirror(tmp_path, outlet, "zh") as mirror:
        other.publish_all()
        dead = other.source("en")
        mirror.sources = (*mirror.sources, dead)
        other.down()
        fine, failed = mirror.collect()
        assert not fine.failures
        assert fine.new
        assert failed.failures
        assert failed.new == 0


def test_an_outlet_that_is_down_is_not_asked_for_every_article(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    outlet.down(status=503)
    asked = len(outlet.log)
    outcome = mirror.collect(everything=True)
    assert len({request.path for request in outlet.log[asked:] if "/graph-api/" in request.path}) <= 8
    assert any("are left for later" in failure.reason for failure in outcome.failures)
    outlet.heal()
    outcome = mirror.collect(everything=True, pass_hours=30)
    assert (outcome.failures, outcome.edited) == ((), 0)


def test_the_ledger_adds_up(mirror, outlet):
    outlet.publish_all()
    mirror.collect()
    counts = mirror.archive.counts("demo-zh")
    assert counts[State.ARCHIVED] == len(outlet.shown("zh"))
    assert sum(counts.values()) == len(list(mirror.archive.entries("demo-zh")))
    assert counts[State.WAITING] == counts[State.FAILED] == counts[State.HELD] == 0


def test_references_lead_to_the_mirror_s_own_documents(tmp_path, outlet):
    outlet.publish_all()
    with Mirror(tmp_path, outlet, *LANGUAGES) as mirror:
        mirror.collect()
        mirror.publish()
        published = tree(mirror.config.public / "plain")
        seen = 0
        for shown in outlet.shown("zh"):
            article = mirror.article(shown.id)
            refs = {link.ref for link in links(article) if link.ref}
            assert {f"demo:{target}" for target in shown.links} <= refs
            (text,) = [
                body.decode() for name, body in published.items() if name.endswith(f"demo-zh/{_place(mirror, shown)}")
            ]
            for target in shown.links:
                assert f"/{target}.md" in text or f"({target}.md" in text
                seen += 1
        assert seen
        assert not any(b"/api/detail/" in body or b"/graph-api/" in body for body in published.values())


def _place(mirror, shown):
    day = mirror.archive.latest("demo-zh", str(shown.id)).day
    return f"{day[:4]}/{day[5:7]}/{shown.id}.md"


def test_publishing_bit_by_bit_ends_with_the_same_bytes_as_publishing_at_once(tmp_path, outlet):
    with Mirror(tmp_path, outlet, "zh", "en") as mirror:
        for name in outlet.unpublished():
            outlet.publish(name)
            mirror.collect()
            mirror.publish()
        outlet.withdraw(first_article(outlet).id)
        mirror.collect(everything=True)
        mirror.publish()
        with mirror.archive.edition() as edition:
            markdown.publish(edition, tmp_path / "whole", layout="plain")
        assert tree(tmp_path / "whole") == tree(mirror.config.public / "plain")
        assert list(markdown.check(tmp_path / "whole")) == []
