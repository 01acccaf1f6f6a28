"""Pages with status 200 that are no article are held, and articles are not, whatever stands around them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hostile import walls
from wirecopy import model as m
from wirecopy.collect.doubt import doubt
from wirecopy.collect.read import read
from wirecopy.errors import SourceError

URL = "https://herald.example/en/world/2026/11/council-votes-for-the-harbour-bridge-71000101"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def why_not(language: str, title: str, page: str) -> str:
    """Why a page is not believed; "" where it is taken for an article."""
    source = m.Source(id="herald", name="The Herald", language=language, homepage="https://herald.example/")
    lead = m.Lead(source="herald", key="71000101", url=URL, title=title)
    head = (("Content-Type", "text/html; charset=utf-8"),)
    page_of = m.Capture(
        url=URL, final_url=URL, status=200, asked=(("Host", "x"),), headers=head, body=page.encode(), at=AT
    )
    try:
        return doubt(read(source, lead, page_of), None, source=source, lead=lead)
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize("announced", [True, False], ids=["announced by a title", "without a title"])
def test_of_twenty_pages_that_are_no_article_nineteen_are_held_at_least(announced: bool) -> None:
    titles = {language: title for language, title, _ in walls.articles()}
    believed = []
    for name, (language, page) in walls.WALLS.items():
        title = titles.get(language, "Council votes for the harbour bridge")
        if not why_not(language, title if announced else "", page.replace("{title}", title)):
            believed.append(name)
    assert len(walls.WALLS) == 20
    assert len(believed) <= 1, believed


def test_fifty_more_of_every_kind_are_held() -> None:
    titles = {language: title for language, title, _ in walls.articles()}
    believed = []
    for name, (language, page) in walls.MORE_WALLS.items():
        title = titles.get(language, "Council votes for the harbour bridge")
        if not why_not(language, title, page.replace("{title}", title)):
            believed.append(name)
    assert len(walls.MORE_WALLS) == 50
    assert believed == []


@pytest.mark.slow
def test_of_two_hundred_articles_none_is_held() -> None:
    made = walls.articles()
    held = [(title, why) for language, title, page in made if (why := why_not(language, title, page))]
    assert len(made) == 200
    assert held == []
