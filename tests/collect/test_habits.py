"""What repeats on an outlet's pages is not the article, and is learned without taking anything from one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.collect.read import read, rules_of
from wirecopy.collect.read.glances import glance
from wirecopy.collect.read.habits import MOST, NO_HABITS, Glance, Habits, fingerprint, is_due, learn, without
from wirecopy.errors import ReadError
from wirecopy.model import (
    Aside,
    Blocks,
    Capture,
    Cell,
    Figure,
    Heading,
    Lead,
    List,
    Paragraph,
    Picture,
    Quote,
    Source,
    Table,
    decode,
    document_text,
    encode,
    replace,
    text,
)

SOURCE = Source(id="harbour", name="Harbour Post", language="en", homepage="https://harbour.example/")
AT = datetime(2024, 2, 8, 12, tzinfo=UTC)
PLACES = ("pier", "quay", "lighthouse", "fish market", "shipyard", "island", "bay road", "school", "chapel", "canal")
CALL = "The Harbour Post has been printed by the people of the bay since 1911, and every reader keeps it so."
TEASER = "A storm took the roof of the old cannery, and nobody in the bay knows who is going to pay for it."


def told(number: int) -> list[str]:
    """Sentences of an article like no other one's."""
    place, other = PLACES[number % 10], PLACES[(number // 10 + 3) % 10]
    names = random.Random(number).sample(("Brandt", "Vik", "Olsen", "Maric", "Duarte", "Kovac", "Ibsen", "Yildiz"), 3)
    return [
        f"The council gave its word to {names[0]} and {names[1]} that the {place} will be rebuilt before the winter.",
        f"Near the {other}, said {names[2]}, work on the {place} would begin as soon as the boats had left the bay.",
        f"Neighbours of {names[1]} asked for quiet nights, and for a path from the {place} that children could walk.",
    ]


def captured(
    number: int, *before: str, after: tuple[str, ...] = (), key: str = "", **more: object
) -> tuple[Lead, Capture]:
    key = key or str(number)
    url = f"https://harbour.example/{key}"
    title = f"{PLACES[number % 10].capitalize()} {chr(65 + number // 10)} to be rebuilt"
    body = "".join(f"<p>{each}</p>" for each in (*before, *told(number), *after))
    html = (
        f'<!doctype html><html lang="en"><head><title>{title} - Harbour Post</title>{more.get("head", "")}</head><body>'
        f'<div class="story"><h1>{title}</h1>{body}</div></body></html>'
    )
    head = (("Content-Type", "text/html; charset=utf-8"),)
    capture = Capture(
        url=url,
        final_url=url,
        asked=(("Host", "x"),),
        status=200,
        headers=head,
        body=html.encode(),
        at=AT + timedelta(hours=number),
    )
    return Lead(source="harbour", key=key, url=url), capture


def learned(*pages: tuple[Lead, Capture]) -> Habits:
    return learn((glance(SOURCE, *each) for each in pages), len(pages))


def lines(page: tuple[Lead, Capture], habits: Habits = NO_HABITS) -> list[str]:
    return document_text(read(SOURCE, *page, (), habits).body).split("\n")


def test_what_stands_in_many_articles_is_left_out_of_the_next() -> None:
    habits = learned(*(captured(number, CALL) for number in range(8)))
    page = captured(30, CALL)
    assert lines(page) == [CALL, *told(30)]
    assert lines(page, habits) == told(30)


def test_with_few_articles_nothing_is_a_habit() -> None:
    assert learned(*(captured(number, CALL) for number in range(4))).repeated == ()
    assert learned().lengths == ()


def test_copies_and_revisions_of_one_article_are_one_article() -> None:
    others = [captured(number) for number in range(6)]
    revisions = [captured(7, key="seven"), captured(7, CALL, key="seven")]
    addresses = [captured(7, key=f"seven-{number}") for number in range(6)]
    assert learned(*others, *revisions, *addresses).repeated == ()


def test_an_articles_own_line_with_which_others_tease_it_stays_its_own() -> None:
    side = f'<div class="story">{"".join(f"<h2>Read on</h2><p>{TEASER}</p>")}</div>'
    teasing = [captured(number, after=()) for number in range(8)]
    beside = [
        (lead, replace(page, body=page.body.replace(b"</body>", f"<aside>{side}</aside></body>".encode())))
        for lead, page in teasing
    ]
    own = captured(20, TEASER)
    assert TEASER in lines(own)
    habits = learned(*beside, own)
    assert lines(own, habits) == lines(own)


def test_a_line_that_is_the_pages_own_summary_is_kept_however_many_pages_tease_it() -> None:
    habits = learned(*(captured(number, after=(TEASER,)) for number in range(8)))
    assert fingerprint(TEASER) in habits.repeated
    own = captured(20, TEASER, head=f'<meta name="description" content="{TEASER}">')
    assert TEASER in lines(own, habits)
    assert TEASER not in lines(captured(21, TEASER), habits)


def test_a_heading_is_a_habit_only_where_most_articles_have_it() -> None:
    def with_heading(number: int, share: int) -> tuple[Lead, Capture]:
        lead, page = captured(number)
        if number % 10 >= share:
            return lead, page
        end = f"<h2>The background</h2><p>{told(number + 40)[0]}</p></div></body>"
        return lead, replace(page, body=page.body.replace(b"</div></body>", end.encode()))

    few = learned(*(with_heading(number, 4) for number in range(10)))
    many = learned(*(with_heading(number, 9) for number in range(10)))
    assert fingerprint("The background") not in few.repeated
    assert fingerprint("The background") in many.repeated


@pytest.mark.parametrize(
    "line", ["© 2024 Harbour Post, all rights reserved", "ab/cd (dpa, afp)", "（路透社、德新社等）"]
)
def test_agency_and_rights_lines_belong_to_every_article_that_has_them(line: str) -> None:
    pages = [captured(number, after=(line,)) for number in range(8)]
    assert fingerprint(line) not in learned(*pages).repeated


def test_the_same_pages_in_any_order_give_the_same_habits() -> None:
    glances = [glance(SOURCE, *captured(number, *([CALL] if number % 3 else []))) for number in range(12)]
    once = learn(glances)
    assert once.repeated
    for seed in range(5):
        random.Random(seed).shuffle(glances)
        assert learn(glances) == once


def test_the_newest_articles_count() -> None:
    def glimpse(number: int, line: str) -> Glance:
        return Glance(
            key=str(number),
            at=AT + timedelta(hours=number),
            title=f"Title of {'x' * number}",
            lines=(line,),
            told=(line, f"its own {number}"),
        )

    old = [glimpse(number, "old") for number in range(MOST)]
    new = [glimpse(MOST + number, "new") for number in range(MOST)]
    assert learn([*old, *new]).repeated == ("new",)


def test_how_long_articles_are_is_learned() -> None:
    habits = learned(*(captured(number) for number in range(9)))
    assert len(habits.lengths) == 6
    assert list(habits.lengths) == sorted(habits.lengths)
    assert habits.lengths[0] > 200


def test_only_what_repeats_decides_how_a_page_is_read() -> None:
    assert NO_HABITS.digest == ""
    assert Habits(lengths=(1, 2, 3, 4, 5, 6), learned_at=10).digest == ""
    assert len(Habits(repeated=("a",)).digest) == 8
    assert Habits(repeated=("a",)).digest != Habits(repeated=("b",)).digest
    assert rules_of(SOURCE, Habits(lengths=(1,) * 6)) == rules_of(SOURCE)
    assert rules_of(SOURCE, Habits(repeated=("a",))) != rules_of(SOURCE)


def test_habits_are_stored_and_come_back() -> None:
    habits = learned(*(captured(number, CALL) for number in range(8)))
    assert decode(encode(habits), Habits) == habits


def test_habits_are_due_when_articles_doubled_and_after_five_hundred_at_the_latest() -> None:
    due, habits = [], NO_HABITS
    for articles in range(3_000):
        if is_due(habits, articles):
            habits = Habits(learned_at=articles)
            due.append(articles)
    assert due == [10, 20, 40, 80, 160, 320, 640, 1140, 1640, 2140, 2640]


def test_what_is_no_article_teaches_nothing() -> None:
    lead, page = captured(1)
    with pytest.raises(ReadError):
        glance(SOURCE, lead, replace(page, status=404))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("128 Kommentare", "7 Kommentare"),
        ("Subscribe  NOW!", "subscribe now"),
        ("調整字體︰大 中 小", "調整字體:大中小"),
    ],
)
def test_a_line_is_known_by_its_letters(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other) != ""


@pytest.mark.parametrize("line", ["", "12:30", "…", "Yes.", "2024-02-08 12:30:11", "—————————"])
def test_a_line_of_next_to_no_letters_is_nobodys_habit(line: str) -> None:
    assert fingerprint(line) == ""


def paragraph(*said: str) -> Paragraph:
    return Paragraph(text=text("\n".join(said)))


KNOWN = Habits(repeated=tuple(sorted(map(fingerprint, (CALL, "Read this next", "Harbour Post")))))
OWN = "The pier stands again."


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ((paragraph(OWN), paragraph(CALL)), (paragraph(OWN),)),
        ((paragraph(OWN, CALL),), (paragraph(OWN),)),
        ((Heading(text=text("Read this next")), paragraph(OWN)), (paragraph(OWN),)),
        ((List(items=((paragraph(OWN),), (paragraph(CALL),))),), (List(items=((paragraph(OWN),),)),)),
        ((List(items=((paragraph(CALL),),)), paragraph(OWN)), (paragraph(OWN),)),
        ((Quote(body=(paragraph(OWN), paragraph(CALL))),), (Quote(body=(paragraph(OWN),)),)),
        ((Aside(body=(paragraph(CALL),)),), ()),
        ((Table(rows=((Cell(text=text(CALL)), Cell(text=text("12"))),)),), ()),
    ],
)  # fmt: skip
def test_what_repeats_is_left_out_wherever_it_stands(body: Blocks, left: Blocks) -> None:
    assert without(body, KNOWN) == left


@pytest.mark.parametrize(
    "body",
    [
        (Table(rows=((Cell(text=text(CALL)), Cell(text=text("Boats and fares"))),)),),
        (Figure(picture=Picture(url="https://harbour.example/a.jpg", caption=text(CALL))),),
        (paragraph(f"{OWN} {CALL}"),),
        (),
    ],
)
def test_what_says_more_than_that_stays_as_it_is(body: Blocks) -> None:
    assert without(body, KNOWN) == body


@given(st.lists(st.sampled_from([OWN, CALL, "Read this next", "", "12"]), max_size=6))
def test_leaving_out_twice_is_leaving_out_once(said: list[str]) -> None:
    body = (paragraph(*said),)
    once = without(body, KNOWN)
    assert without(once, KNOWN) == once
    assert without(body, NO_HABITS) == body
