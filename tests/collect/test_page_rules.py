"""An outlet's own rules help the common reader; one that stops matching is noticed, not obeyed into nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wirecopy.collect.read import RULES, read, rules_of
from wirecopy.collect.read.habits import NO_HABITS, Habits
from wirecopy.collect.read.page.rules import TOO_LITTLE
from wirecopy.model import (
    Article,
    Capture,
    Figure,
    Heading,
    Lead,
    PageRules,
    Source,
    document_text,
    pictures,
    plain,
)

URL = "https://harbour.example/2024/02/08/ferry-returns"
AT = datetime(2024, 2, 8, 12, tzinfo=UTC)
STORY = [
    "The ferry between the two harbours runs again, four months after a storm damaged the pier, the council said.",
    "Two boats will cross every hour, and the fare stays what it was, according to the operator on Thursday.",
    "Fishermen had asked for it to return before the season, since the road around the bay takes two hours.",
    "The pier was rebuilt in oak, as it stood in 1911, and carries a light that can be seen from the island.",
]
OTHER = [
    "Our readers' letters of this week are about the price of bread, and about the noise of the ferry's horn.",
    "A reader from the island asks why the bakery opens at nine, when the first boat leaves at half past six.",
    "Another one thinks that the horn is the best of it, and that newcomers should get used to it in time.",
    "We print what we can, and thank all those who have written to us, though the space is short again, as ever.",
    "Please send your letters to the usual address before Tuesday, in ink, and on one side of the paper only.",
]


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


PAGE = f"""<!doctype html><html lang="en"><head><title>Ferry returns to the bay - Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Nobody Much">
<meta property="article:published_time" content="2024-02-01T00:00:00Z"></head><body>
<h1>Harbour Post</h1><h2 class="head">Ferry returns to the bay</h2><p class="below">After four months, boats again</p>
<div class="by">By <span class="who">Ada Brandt</span> and <span class="who">Jon Vik</span></div>
<div class="when">8 February 2024, 10:30</div>
<div class="story">{paragraphs(STORY)}</div>
<div class="letters">{paragraphs(OTHER)}{paragraphs(OTHER[::-1])}</div>
</body></html>"""


def article(rules: PageRules, page: str = PAGE, *, at: datetime = AT, zone: str = "Europe/Oslo") -> Article:
    source = Source(id="harbour", name="Harbour Post", language="en", page=rules, zone=zone)
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    capture = Capture(url=URL, status=200, headers=headers, body=page.encode(), at=at)
    return read(source, Lead(source="harbour", key="ferry", url=URL), capture)


def words(found: Article) -> str:
    return document_text(found.body)


# --- what rules find -------------------------------------------------------------------------------------------------


def test_the_body_is_what_the_rule_says() -> None:
    assert words(article(PageRules())) != "\n".join(STORY)
    assert words(article(PageRules(body=(".story",)))) == "\n".join(STORY)


def test_the_first_selector_that_finds_something_is_taken() -> None:
    assert words(article(PageRules(body=("#gone", "//div[@class='story']", ".letters")))) == "\n".join(STORY)


def test_a_body_may_be_many_elements_in_the_order_of_the_page() -> None:
    found = article(PageRules(body=(".story p, .letters p:first-child, .story",)))
    assert words(found) == "\n".join([*STORY, OTHER[0]])


def test_a_body_of_headings_lists_and_pictures_keeps_what_they_are() -> None:
    parts = '<h3>At the quay</h3><figure><img src="/boat.jpg" width=900><figcaption>The boat</figcaption></figure>'
    page = PAGE.replace(
        "<p>Two", f"{parts}<ul><li>A boat an hour on weekdays and two of them on Sundays</li></ul><p>Two"
    )
    found = article(PageRules(body=("//div[@class='story']/*",)), page)
    assert any(isinstance(block, Heading) and plain(block.text) == "At the quay" for block in found.body)
    assert [picture.url for picture in pictures(found)] == ["https://harbour.example/boat.jpg"]
    assert "The boat" in [plain(block.picture.caption) for block in found.body if isinstance(block, Figure)] or (
        found.picture is not None and plain(found.picture.caption) == "The boat"
    )
    assert "A boat an hour" in words(found)


def test_title_subtitle_authors_and_moment_are_what_the_rules_say() -> None:
    rules = PageRules(title=(".head",), subtitle=(".below",), authors=(".who",), published=(".when",), body=(".story",))
    found = article(rules)
    assert (found.title, found.subtitle) == ("Ferry returns to the bay", "After four months, boats again")
    assert found.authors == ("Ada Brandt", "Jon Vik")
    assert found.published == datetime(2024, 2, 8, 9, 30, tzinfo=UTC)
    assert found.lost == ()


def test_a_title_from_the_pages_data_is_freed_of_the_outlet() -> None:
    assert article(PageRules(title=("//title",))).title == "Ferry returns to the bay"


def test_what_a_rule_drops_is_gone_and_still_names_the_author() -> None:
    page = PAGE.replace('<meta name="author" content="Nobody Much">', "").replace(
        '<div class="by">', '<div class="byline">'
    )
    found = article(PageRules(drop=(".letters", ".byline", "//p[contains(., 'Fishermen')]")), page)
    assert OTHER[0] not in words(found)
    assert "Fishermen" not in words(found)
    assert found.authors == ("Ada Brandt", "Jon Vik")


def test_the_text_after_what_is_dropped_stays() -> None:
    page = PAGE.replace("Two boats", "<b class=ad>Buy!</b>Two boats")
    assert words(article(PageRules(body=(".story",), drop=(".ad",)), page)) == "\n".join(STORY)


def test_clutter_inside_a_ruled_body_goes_as_ever() -> None:
    related = (
        '<ul class="related">' + "".join(f'<li><a href="/{n}">Another story {n}</a></li>' for n in range(6)) + "</ul>"
    )
    page = PAGE.replace('</div>\n<div class="letters">', f'{related}</div>\n<div class="letters">')
    assert words(article(PageRules(body=(".story",)), page)) == "\n".join(STORY)


def test_a_ruled_body_that_is_called_clutter_is_the_body() -> None:
    page = PAGE.replace('class="story"', 'class="sidebar related"')
    assert words(article(PageRules(body=(".sidebar",)), page)) == "\n".join(STORY)


def test_rules_are_for_the_captures_of_their_days() -> None:
    rules = PageRules(body=(".story",), since="2024-02-01", until="2024-02-29")
    texts = {
        day: words(article(rules, at=datetime.fromisoformat(f"{day}T12:00:00+00:00")))
        for day in ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01")
    }
    assert [texts[day] == "\n".join(STORY) for day in sorted(texts)] == [False, True, True, False]


# --- rules that stopped matching -------------------------------------------------------------------------------------


def test_rules_that_find_nothing_are_noticed_and_the_general_reading_stands() -> None:
    found = article(PageRules(body=("#gone",), title=("#gone",), published=("#gone",), authors=("#gone",)))
    general = article(PageRules())
    assert (found.body, found.title, found.authors) == (general.body, general.title, general.authors)
    assert dict(found.lost) == {
        "rule body found nothing": 1,
        "rule published found nothing": 1,
        "rule title found nothing": 1,
    }


def test_a_body_of_next_to_nothing_is_noticed_and_not_obeyed() -> None:
    found = article(PageRules(body=(".below",)))
    assert found.body == article(PageRules()).body
    assert dict(found.lost) == {TOO_LITTLE: 1}


def test_a_short_article_is_believed_where_there_is_no_more() -> None:
    page = PAGE.replace(paragraphs(OTHER), "").replace(paragraphs(OTHER[::-1]), "").replace(paragraphs(STORY[1:]), "")
    found = article(PageRules(body=(".story",)), page)
    assert (words(found), found.lost) == (STORY[0], ())


@pytest.mark.parametrize("drop", ["//div", "body", "html", "//*", ".story, .letters"])
def test_what_would_drop_the_article_is_noticed_and_not_obeyed(drop: str) -> None:
    found = article(PageRules(drop=(drop,)))
    assert STORY[0] in words(found) or OTHER[0] in words(found)
    ruled = article(PageRules(body=(".story",), drop=(drop,)))
    assert words(ruled) == "\n".join(STORY)


def test_a_drop_that_takes_the_whole_body_is_noticed() -> None:
    assert dict(article(PageRules(body=(".story",), drop=("//div",))).lost) == {"rule drop takes the whole body": 1}


def test_a_moment_that_is_none_is_noticed() -> None:
    found = article(PageRules(published=(".below",)))
    assert found.published == article(PageRules()).published
    assert dict(found.lost) == {"rule published found no moment": 1}


# --- what decided a reading ------------------------------------------------------------------------------------------


def test_an_article_carries_what_decided_its_reading() -> None:
    plain_source = Source(id="harbour")
    ruled = Source(id="harbour", page=PageRules(body=(".story",)))
    habits = Habits(repeated=("a",))
    zoned = Source(id="harbour", zone="Europe/Oslo")
    told = {rules_of(source, known) for source in (plain_source, ruled, zoned) for known in (NO_HABITS, habits)}
    assert len(told) == 6
    assert rules_of(plain_source) == RULES
    assert all(each.startswith(RULES) for each in told)
    assert article(PageRules(body=(".story",)), zone="").rules == rules_of(ruled)


def test_the_rules_of_an_outlets_own_reader_decide_alone() -> None:
    assert rules_of(Source(id="dw-en", reader="dw", page=PageRules(body=("p",))), Habits(repeated=("a",))) == RULES


# --- laws ------------------------------------------------------------------------------------------------------------

SELECTORS = st.sampled_from(
    [".story", "div", "//p", "//text()", "//@class", "count(//p)", "(concat('a', 'b'))", "//div[", "::", "body", "//*",
     "p:first-child", "//script", "/", ".", "(//div)[last()]", "//p[contains(., 'e')]", "(1 = 1)"]
)  # fmt: skip
FIELDS = ("title", "subtitle", "authors", "published", "body", "drop", "next_page", "single_page")
RULESETS = st.builds(PageRules, **{name: st.lists(SELECTORS, max_size=3).map(tuple) for name in FIELDS})


@given(RULESETS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_rules_lose_the_article(rules: PageRules) -> None:
    found = article(rules)
    assert found.body
    assert found == article(rules)
