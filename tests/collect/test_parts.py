"""Articles in several parts: the next part is found and nothing else, and the parts become one article."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.collect.read import Incomplete, Reading, parts, reading
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import (
    Article,
    Capture,
    Figure,
    Lead,
    Link,
    List,
    PageRules,
    Paragraph,
    Picture,
    Source,
    document_text,
    pictures,
    text,
)

SOURCE = Source(id="harbour", name="Harbour Post", language="en", homepage="https://harbour.example/")
URL = "https://harbour.example/2024/02/the-long-repair.html"
AT = datetime(2024, 2, 8, 12, tzinfo=UTC)
SECOND = "https://harbour.example/2024/02/the-long-repair_2.html"
THIRD = "https://harbour.example/2024/02/the-long-repair_3.html"
TITLE = "The long repair of the old pier"


def sentences(part: str) -> list[str]:
    return [
        f"In the {part} month of the repair the carpenters found what nobody had drawn, {n} beams under the water, "
        f"and the council met again in the {part} week to vote about what they would cost the town."
        for n in range(2, 8)
    ]


def story(part: str, pager: str = "", extra: str = "") -> str:
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences(part))
    return f"""<!doctype html><html lang=en><head><title>{TITLE} - Harbour Post</title></head><body>
    <nav><ul><li><a href="/news/2">News</a></li><li><a href="/sport">Sport</a></li></ul></nav>
    <article><h1>{TITLE}</h1>{extra}{paragraphs}<div class=pager>{pager}</div></article></body></html>"""


def capture(url: str, html: str, *, status: int = 200, final_url: str = "") -> Capture:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Capture(url=url, final_url=final_url, status=status, headers=headers, body=html.encode(), at=AT)


def read(first: Capture, *more: Capture, source: Source = SOURCE) -> Reading:
    return reading(source, Lead(source="harbour", key="pier", url=first.url), first, more)


def words(article: Article) -> str:
    return document_text(article.body)


def in_order(article: Article, *names: str) -> bool:
    return words(article).split("\n") == [sentence for name in names for sentence in sentences(name)]


NUMBERS = '<a href="/2024/02/the-long-repair_2.html">2</a> <a href="/2024/02/the-long-repair_3.html">3</a>'
FIRST_OF_THREE = capture(URL, story("first", f"1 {NUMBERS}"))
SECOND_OF_THREE = capture(SECOND, story("second", f'<a href="{URL}">1</a> 2 {NUMBERS}'))
THIRD_OF_THREE = capture(THIRD, story("third", f'<a href="{URL}">1</a> <a href="{SECOND}">2</a> 3'))


# --- what is wanted --------------------------------------------------------------------------------------------------


def test_an_article_that_is_whole_wants_nothing() -> None:
    assert read(capture(URL, story("first"))).wants == ()


def test_the_next_part_is_wanted_until_all_are_there() -> None:
    assert read(FIRST_OF_THREE).wants == (SECOND,)
    assert read(FIRST_OF_THREE, SECOND_OF_THREE).wants == (THIRD,)
    assert read(FIRST_OF_THREE, SECOND_OF_THREE, THIRD_OF_THREE).wants == ()


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/story", '<a href="/story?page=2">Next page</a>'),
        ("https://a.example/story?id=7", '<a href="/story?id=7&page=2">2</a>'),
        ("https://a.example/story?page=1&id=7", '<a href="/story?page=2&id=7">next &raquo;</a>'),
        ("https://a.example/story", '<a href="/story?page=1">2</a>'),
        ("https://a.example/2024/story/", '<a href="/2024/story/2/">2</a>'),
        ("https://a.example/2024/story/", '<a href="/2024/story/page/2/" rel="next">»</a>'),
        ("https://a.example/artikel.html", '<a href="/artikel-seite-2.html">Weiter</a>'),
        ("https://a.example/artikel.html", '<a href="/artikel/seite-2" title="Nächste Seite">&gt;</a>'),
        ("https://a.example/c_111385430.htm", '<a href="c_111385430_2.htm">下一页</a>'),
        ("https://a.example/a/1.shtml", '<a href="/a/1_2.shtml">[2]</a>'),
        ("https://a.example/a/index.html", '<a href="index_2.html">第2页</a>'),
        ("https://a.example/a/", '<a href="index_2.html">次へ</a>'),
        ("https://a.example/a-p1.html", '<a href="/a-p2.html">Page suivante</a>'),
        ("http://www.a.example/a.html", '<a href="https://a.example/a,2.html">Следующая страница</a>'),
    ],
)
def test_a_part_is_the_articles_own_address_with_its_number(url: str, link: str) -> None:
    wants = read(capture(url, story("first", link))).wants
    assert len(wants) == 1
    assert parts.number_of(wants[0], url) in (1, 2)


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/2024/02/another-story.html" rel="next">Next</a>',
        '<a href="/2024/02/the-other-repair_2.html">2</a>',
        '<a href="/2024/02/page/2/">Next page</a>',
        '<a href="/2024/02/the-long-repair_3.html">3</a>',
        '<a href="/2024/02/the-long-repair_2.html">Two views of the pier</a>',
        '<a href="/2024/02/the-long-repair.html?cpage=2#comments">2</a>',
        '<div id="comments"><a href="/2024/02/the-long-repair.html?page=2">Next</a></div>',
        '<a href="https://elsewhere.example/2024/02/the-long-repair_2.html">Next page</a>',
        '<a href="javascript:next(2)">Next page</a>',
        '<a href="?from=list&id=12">Next page</a>',
        '<link rel="next" href="/2024/02/the-winter-market.html">',
    ],
)
def test_the_next_article_comments_and_other_numbers_are_no_part(link: str) -> None:
    assert read(capture(URL, story("first", link))).wants == ()


def test_a_neighbour_in_the_numbers_of_articles_is_another_article() -> None:
    first = capture("https://a.example/news/story-41.html", story("first", '<a href="story-42.html">Next</a>'))
    assert read(first).wants == ()


def test_a_series_with_titles_of_its_own_stays_several_articles() -> None:
    one = capture("https://a.example/diary-1.html", story("first", '<a href="diary-2.html">Next</a>'))
    two = capture("https://a.example/diary-2.html", story("second").replace(TITLE, "A morning at the market"))
    assert in_order(read(one, two).article, "first")


# --- parts become one article ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", list(permutations([SECOND_OF_THREE, THIRD_OF_THREE])))
def test_parts_are_joined_in_their_order_however_they_come(more: tuple[Capture, ...]) -> None:
    assert in_order(read(FIRST_OF_THREE, *more).article, "first", "second", "third")


def test_the_article_keeps_the_address_and_the_title_of_its_first_part() -> None:
    article = read(FIRST_OF_THREE, SECOND_OF_THREE, THIRD_OF_THREE).article
    assert (article.url, article.title) == (URL, TITLE)


def test_a_lead_that_every_part_repeats_stands_once() -> None:
    lead = "<p class=lead>The old pier is being repaired, and it takes longer than anybody had thought it would.</p>"
    first = capture(URL, story("first", NUMBERS, lead))
    second = capture(SECOND, story("second", "", lead))
    assert words(read(first, second).article).count("anybody had thought") == 1


def test_a_picture_that_every_part_repeats_stands_once() -> None:
    shown = '<figure><img src="/pier-{}.jpg" width=800><figcaption>The pier</figcaption></figure>'
    both = shown.format("old") + shown.format("{}")
    first = capture(URL, story("first", NUMBERS, both.format("new")))
    second = capture(SECOND, story("second", "", both.format("end")))
    names = [picture.url.rsplit("/", 1)[-1] for picture in pictures(read(first, second).article)]
    assert sorted(names) == ["pier-end.jpg", "pier-new.jpg", "pier-old.jpg"]


def test_a_site_that_answers_every_number_with_the_first_page_adds_nothing() -> None:
    again = capture(SECOND, story("first", NUMBERS))
    found = read(FIRST_OF_THREE, again)
    assert in_order(found.article, "first")
    assert found.wants == ()


def test_parts_that_lead_in_a_circle_end() -> None:
    back = capture(SECOND, story("second", f'<a href="{URL}" rel=next>Next</a>'))
    found = read(FIRST_OF_THREE, back)
    assert in_order(found.article, "first", "second")
    assert found.wants == ()


def test_a_part_that_failed_is_not_wanted_again_and_is_counted() -> None:
    found = read(FIRST_OF_THREE, capture(SECOND, "gone", status=404))
    assert in_order(found.article, "first")
    assert found.wants == ()
    assert found.article.lost == (("part of the article", 1),)


def test_an_endless_article_ends() -> None:
    def page(n: int) -> Capture:
        link = f'<a href="https://a.example/story?page={n + 1}">Next page</a>'
        return capture(f"https://a.example/story?page={n}", story(f"number {n}", link))

    found = read(page(1), *(page(n) for n in range(2, 60)))
    assert found.wants == ()
    assert len(words(found.article).split("\n")) == parts.MOST * len(sentences("x"))


def test_a_pager_between_parts_is_no_text() -> None:
    pager = (Paragraph(text=text("Page 1 of 2")), List(items=tuple((Paragraph(text=text(n)),) for n in "123")))
    one = (Paragraph(text=text("It is told.")), *pager)
    two = (Paragraph(text=text("It is told on.")), Paragraph(text=text("Next", link=Link(href=URL))))
    assert document_text(parts.joined([one, two])) == "It is told.\nIt is told on."


def test_the_year_over_a_chapter_is_no_pager() -> None:
    one = (Paragraph(text=text("2024")), Paragraph(text=text("3")), Paragraph(text=text("Next")))
    assert parts.joined([one, one[:1]]) == (*one, one[0])


# --- all of it on one page -------------------------------------------------------------------------------------------

WHOLE = "https://harbour.example/print/the-long-repair.html"
WITH_PRINT = capture(URL, story("first", f'{NUMBERS} <a href="{WHOLE}">Print this article</a>'))


def test_the_whole_on_one_page_is_wanted_before_the_parts() -> None:
    assert read(WITH_PRINT).wants == (WHOLE,)


def test_the_whole_on_one_page_stands_where_it_says_more() -> None:
    everything = story("first").replace(
        "</article>", "".join(f"<p>{s}</p>" for s in sentences("second")) + "</article>"
    )
    found = read(WITH_PRINT, capture(WHOLE, everything))
    assert in_order(found.article, "first", "second")
    assert (found.wants, found.article.url) == ((), URL)


@pytest.mark.parametrize("status", [200, 404])
def test_a_print_page_that_says_less_gives_way_to_the_parts(status: int) -> None:
    short = capture(WHOLE, "<html><body><p>Please subscribe.</p></body></html>", status=status)
    assert read(WITH_PRINT, short).wants == (SECOND,)
    assert in_order(read(WITH_PRINT, short, SECOND_OF_THREE, THIRD_OF_THREE).article, "first", "second", "third")


def test_an_article_of_one_part_is_not_asked_for_in_print() -> None:
    assert read(capture(URL, story("first", f'<a href="{WHOLE}">Print this article</a>'))).wants == ()


# --- the light page --------------------------------------------------------------------------------------------------

AMP = "https://amp.harbour.example/2024/02/the-long-repair.html"
LINK = f'<link rel="amphtml" href="{AMP}">'


def shell(body: str = "<div id=root></div>") -> Capture:
    return capture(
        URL, f"<html lang=en><head><title>{TITLE} - Harbour Post</title>{LINK}</head><body>{body}</body></html>"
    )


def test_a_page_without_text_wants_its_light_page() -> None:
    with pytest.raises(Incomplete) as caught:
        read(shell())
    assert caught.value.wants == (AMP,)
    assert isinstance(caught.value, ReadError)


def test_what_is_wanted_is_told_from_one_process_to_another() -> None:
    told = pickle.loads(pickle.dumps(Incomplete("it holds no article", (AMP,))))
    assert (str(told), told.wants) == ("it holds no article", (AMP,))


def test_the_light_page_stands_where_the_page_has_no_text() -> None:
    found = read(shell(), capture(AMP, story("first")))
    assert in_order(found.article, "first")
    assert (found.article.url, found.article.title, found.wants) == (URL, TITLE, ())


def test_a_page_with_its_text_does_not_want_its_light_page() -> None:
    assert read(capture(URL, story("first").replace("</head>", f"{LINK}</head>"))).wants == ()


def test_a_light_page_that_says_nothing_either_leaves_the_page_unread() -> None:
    with pytest.raises(ReadError, match="holds no article") as caught:
        read(shell(), capture(AMP, "<html></html>"))
    assert not isinstance(caught.value, Incomplete)


def test_a_wall_is_a_wall_whatever_its_light_page_is() -> None:
    with pytest.raises(Doubtful):
        read(shell("<h1>Access denied</h1><p>You have been blocked. Please verify you are human to go on.</p>"))


def test_a_light_page_of_another_site_is_none() -> None:
    with pytest.raises(ReadError) as caught:
        read(capture(URL, '<html><head><link rel=amphtml href="https://other.example/a"></head><body></body></html>'))
    assert not isinstance(caught.value, Incomplete)


# --- rules -----------------------------------------------------------------------------------------------------------


def test_a_rule_finds_the_next_part_whatever_its_address() -> None:
    source = Source(id="harbour", page=PageRules(next_page=("a.onward",)))
    first = capture(URL, story("first", '<a class=onward href="/2024/02/after-the-repair.html">The end</a>'))
    assert read(first, source=source).wants == ("https://harbour.example/2024/02/after-the-repair.html",)


def test_a_rule_finds_the_whole_on_one_page_of_an_article_without_parts() -> None:
    source = Source(id="harbour", page=PageRules(single_page=("concat(//a[@class='x']/@href, '?all=1')",)))
    rule = Source(id="harbour", page=PageRules(single_page=("(concat(//a[@class='x']/@href, '?all=1'))",)))
    first = capture(URL, story("first", f'<a class=x href="{URL}">All</a>'))
    assert read(first, source=rule).wants == (f"{URL}?all=1",)
    assert read(first, source=source).wants == ()


def test_a_rule_never_leads_to_another_site() -> None:
    source = Source(id="harbour", page=PageRules(next_page=("a.onward",), single_page=("a.onward",)))
    first = capture(URL, story("first", '<a class=onward href="https://elsewhere.example/2">On</a>'))
    assert read(first, source=source).wants == ()


# --- laws ------------------------------------------------------------------------------------------------------------


@given(
    st.text(alphabet="/-_.?=&0123456789abpage", max_size=60), st.text(alphabet="/-_.?=&0123456789abpage", max_size=60)
)
def test_addresses_of_any_shape_can_be_counted(one: str, other: str) -> None:
    first, second = f"https://a.example/{one}", f"https://a.example/{other}"
    assert parts.number_of(second, first) >= 0


@given(st.lists(st.text(alphabet="abc ", min_size=60, max_size=90), max_size=5))
def test_a_part_that_was_told_has_nothing_new(lines: list[str]) -> None:
    told = tuple(Paragraph(text=text(line)) for line in lines)
    assert parts.fresh(told, [told], "title") == ()


def test_a_picture_counts_as_repeated_by_its_file() -> None:
    small = Figure(picture=Picture(url="https://a.example/300/pier.jpg?x=1"))
    large = Figure(picture=Picture(url="https://b.example/900/Pier.jpg"))
    said = Paragraph(text=text("Something that is quite new to everybody who has read the first part of it."))
    assert parts.fresh((large, said), [(small,)], "") == (said,)
