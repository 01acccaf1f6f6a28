"""What is easily lost with what stands around an article: its lead, its lists and tables of links, its true place."""

from __future__ import annotations

import pytest

from cost import growth
from wirecopy.collect.read import page
from wirecopy.collect.read.page import edges
from wirecopy.model import Blocks, Heading, List, Paragraph, Run, Table, document_text, plain, texts

URL = "https://harbour.example/2024/02/08/ferry-returns"
TITLE = "Ferry returns to the bay"
SENTENCES = [
    "The ferry between the two harbours runs again, four months after a storm damaged the pier, the council said.",
    "Two boats will cross every hour, and the fare stays what it was, according to the operator on Thursday.",
    "Fishermen had asked for it to return before the season, since the road around the bay takes two hours.",
    "The pier was rebuilt in oak, as it stood in 1911, and carries a light that can be seen from the island.",
]
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
STORY = "\n".join(SENTENCES)
LAST = "The council meets again in March, when the price of the season's tickets is to be decided."
DEK = "After four months of repairs, the boats are back on the water, and the price is still the old one."
OTHER = "The lighthouse on the northern rocks will be painted this summer, which nobody had expected any more."


def blocks(body: str, *, summary: str = "") -> Blocks:
    described = f'<meta property="og:description" content="{summary}">' if summary else ""
    head = f"<head><title>{TITLE}</title>{described}</head>"
    return page.read_html(f'<!doctype html><html lang="en">{head}<body>{body}</body></html>', URL).blocks


def read(body: str, *, summary: str = "") -> str:
    return document_text(blocks(body, summary=summary))


def links(found: Blocks) -> list[str]:
    return [run.text for words in texts(found) for run in words if isinstance(run, Run) and run.link is not None]


def listed(*labels: str) -> str:
    return "".join(f'<li><a href="/{n}">{label}</a></li>' for n, label in enumerate(labels))


# --- lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "announced", ["<p>The boats that cross the bay in the summer season are these:</p>", "<h2>Boats</h2>"]
)
def test_a_list_of_links_that_the_text_announces_is_text(announced: str) -> None:
    found = blocks(f"<article>{PARAGRAPHS}{announced}<ul>{listed('Gannet', 'Petrel')}</ul><p>{LAST}</p></article>")
    assert links(found) == ["Gannet", "Petrel"]
    assert any(isinstance(block, List) for block in found)


def test_a_list_that_says_something_beside_its_links_is_text() -> None:
    items = "".join(
        f'<li>{name} mended a part of the old wooden pier <a href="/{n}">and said how it was done at length</a></li>'
        for n, name in enumerate(("Anna", "Boris", "Chen"))
    )
    found = blocks(f"<article>{PARAGRAPHS}<ul>{items}</ul><p>{LAST}</p></article>")
    assert len(links(found)) == 3


def test_sources_below_their_heading_at_the_end_are_text_also_in_a_box_of_their_own() -> None:
    sources = listed(*(f"Report {n} of the harbour board on the state of the piers" for n in range(6)))
    found = blocks(f'<article>{PARAGRAPHS}<h2>References</h2><div class="c"><ol>{sources}</ol></div></article>')
    assert len(links(found)) == 6
    assert [plain(block.text) for block in found if isinstance(block, Heading)] == ["References"]


@pytest.mark.parametrize(
    "teasers",
    [
        f"<ul>{listed('Lighthouse to be painted this summer', 'Herring season opens late this year')}</ul>",
        f"<p>More:</p><ul>{listed('Lighthouse to be painted this summer')}</ul>",
        f"<p>If you liked this you might also like:</p><ul>{listed('Lighthouse to be painted this summer')}</ul>",
        f"<h3>From the harbours</h3><ul>{listed(OTHER, OTHER.upper())}</ul>",
        f'<h3>Boats</h3><ul class="related-links">{listed("Gannet", "Petrel")}</ul>',
        f"<ul>{listed('Read more: lighthouse', 'Herring')}</ul>",
    ],
)
def test_links_to_other_articles_between_paragraphs_are_no_text(teasers: str) -> None:
    assert links(blocks(f"<article>{PARAGRAPHS}{teasers}<p>{LAST}</p></article>")) == []


def test_a_list_of_links_after_the_last_sentence_is_no_text() -> None:
    assert read(f"<article>{PARAGRAPHS}<ul>{listed('Lighthouse to be painted', 'Herring')}</ul></article>") == STORY


def test_a_heading_for_more_stays_where_its_list_stays() -> None:
    told = tuple(Paragraph(text=(Run(text=sentence),)) for sentence in SENTENCES)
    heading = Heading(text=(Run(text="See also"),), level=2)
    body = (*told, heading, List(items=((Paragraph(text=(Run(text="Gannet"),)),),)), *told)
    assert edges.trimmed(body, TITLE, scale=1.0) == body
    assert heading not in edges.trimmed((*told, heading, *told), TITLE, scale=1.0)


# --- tables ---------------------------------------------------------------------------------------------------------

ROWS = "".join(f'<tr><td><a href="/{n}">Boat number {n}</a></td><td>{n} h</td></tr>' for n in range(1, 6))


@pytest.mark.parametrize("head", ["<tr><th>Boat</th><th>Crossing</th></tr>", "<caption>Boats</caption>"])
def test_a_table_with_headed_cells_or_a_caption_is_data_whatever_it_links_to(head: str) -> None:
    found = blocks(f"<article>{PARAGRAPHS}<table>{head}{ROWS}</table></article>")
    assert any(isinstance(block, Table) for block in found)


@pytest.mark.parametrize(
    "table", ["<table>{}</table>", '<table class="navbox"><tr><th>Boat</th><th>h</th></tr>{}</table>']
)
def test_a_table_of_links_without_heads_or_for_navigation_is_none(table: str) -> None:
    rows = "".join(f'<tr><td><a href="/{n}">Boat {n}</a></td><td><a href="/x{n}">Pier</a></td></tr>' for n in range(5))
    assert read(f"<article>{PARAGRAPHS}{table.format(rows)}</article>") == STORY


# --- the lead -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left_out",
    [
        f'<p class="newsTeaser">{DEK}</p>',
        f'<div class="byline-social"><p>By A. Pilot</p><p class="dek">{DEK}</p></div>',
        f'<ul class="footer"><li><h2>{DEK}</h2></li></ul>',
    ],
)
def test_what_the_page_gives_as_its_summary_is_the_lead_whatever_its_box_is_called(left_out: str) -> None:
    found = read(f"<h1>{TITLE}</h1>{left_out}<article>{PARAGRAPHS}</article>", summary=DEK)
    assert found == f"{DEK}\n{STORY}"


def test_one_text_between_title_and_article_that_is_named_a_lead_is_the_lead() -> None:
    dek = f"{DEK} Nobody on the island had hoped for that."
    assert read(f'<h1>{TITLE}</h1><p class="teaser intro">{dek}</p><div>{PARAGRAPHS}</div>') == f"{dek}\n{STORY}"


@pytest.mark.parametrize(
    "left_out",
    [
        f'<div class="teaser"><p>{OTHER}</p></div>',
        f'<div class="teaser intro"><a href="/lighthouse">{OTHER}</a></div>',
        f'<div class="teaser intro"><img src="/l.jpg"><p>{OTHER}</p></div>',
    ],
)
def test_a_teaser_over_the_article_is_no_lead(left_out: str) -> None:
    assert read(f"<h1>{TITLE}</h1>{left_out}<article>{PARAGRAPHS}</article>", summary=DEK) == STORY


def test_a_summary_below_the_article_is_no_lead() -> None:
    assert read(f'<h1>{TITLE}</h1><div>{PARAGRAPHS}</div><p class="teaser">{DEK}</p>', summary=DEK) == STORY


def test_a_lead_that_is_a_heading_stays_one() -> None:
    found = blocks(f'<header><h1>{TITLE}</h1><h2 class="dek">{DEK}</h2></header><article>{PARAGRAPHS}</article>')
    assert isinstance(found[0], Heading)
    assert plain(found[0].text) == DEK


# --- the place of the article ---------------------------------------------------------------------------------------


def test_a_newsletters_form_is_no_article_however_short_the_article_is() -> None:
    letter = (
        '<div class="content"><p>Stay in touch, with the news of the harbour, the boats, the piers, the weather.</p>'
        "<p>Every morning, for free, in your box: nothing else, no adverts, no tricks, and you can leave.</p>"
        '<form><input type="email" name="address"></form></div>'
    )
    story = f'<div class="text"><p>{SENTENCES[0]}</p></div>'
    assert read(f"<main>{story}</main>{letter}") == SENTENCES[0]


def test_a_text_whose_paragraphs_have_boxes_of_their_own_goes_before_a_short_one() -> None:
    boxed = "".join(f"<div><div><div><p>{sentence}</p></div></div></div>" for sentence in SENTENCES * 2)
    short = f'<div class="text"><p>{OTHER}</p><p>{OTHER.replace("northern", "southern")}</p></div>'
    found = read(f'<h1>{TITLE}</h1><section class="entry-content">{boxed}</section><div><div>{short}</div></div>')
    assert SENTENCES[0] in found
    assert SENTENCES[3] in found


def test_of_several_articles_on_one_page_the_one_of_the_title_is_read() -> None:
    def article(title: str, text: str) -> str:
        return f'<article class="story"><h1>{title}</h1><div class="story-text">{text}</div></article>'

    long = "".join(f"<p>{n}. {OTHER} {OTHER}</p>" for n in range(12))
    feed = (
        article(TITLE, PARAGRAPHS) + article("Lighthouse to be painted", long) + article("Herring season opens", long)
    )
    assert read(f"<main>{feed}</main>") == STORY


def test_a_long_list_in_a_gallery_is_not_the_whole_article() -> None:
    slides = "".join(
        f"<li>Slide {n}: the boat, seen from the pier, in the morning light of day {n}.</li>" for n in range(20)
    )
    found = read(f'<article class="article"><div class="article-text">{PARAGRAPHS}<ul>{slides}</ul></div></article>')
    assert SENTENCES[0] in found
    assert SENTENCES[3] in found


def test_a_page_of_pictures_without_a_sentence_keeps_its_headings() -> None:
    shown = '<h2>Before</h2><img src="/b.jpg"><h2>After</h2><img src="/a.jpg">'
    found = blocks(f"<nav><a href=/>Home</a></nav><article>{shown}</article>")
    assert [plain(block.text) for block in found if isinstance(block, Heading)] == ["Before", "After"]


def test_an_article_of_pictures_or_of_a_table_is_one_also_where_a_main_is_around_it() -> None:
    pictures = "".join(f"<figure><img src=/{n}.jpg><figcaption>The pier, day {n}.</figcaption></figure>" for n in "12")
    assert blocks(f"<main><h1>The pier</h1><article>{pictures}</article></main>")
    rows = "".join(f"<tr><td>{home}</td><td>2:1</td><td>Harbour</td></tr>" for home in ("Valley", "Hill"))
    assert [type(each) for each in blocks(f"<main><article><table>{rows}</table></article></main>")] == [Table]


# --- what a house says to its readers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "We want to hear what you think about this article.",
        "The Harbour Post is not responsible for the opinions of those who write to it.",
        "This article may contain affiliate links.",
        "The views expressed here are those of the author alone.",
        "Sign up for our weekly newsletter to get the news of the bay.",
        "Melden Sie sich hier für unseren Newsletter an.",
        "Dieser Beitrag gibt die Meinung des Autors wieder, nicht die der Redaktion.",
        "Sofern nicht anders angegeben, stehen die Inhalte unter CC-BY.",
        "Hier geht es zur Übersicht der Fähren",
        "Schon gelesen?",
        "¡Mira lo que tiene nuestro canal!",
        "Puede escribirnos a la redacción o seguirnos en las redes.",
        "Materiał chroniony prawem autorskim.",
        "Category: Harbours",
    ],
)
def test_what_a_house_says_to_its_readers_at_the_end_is_no_text(line: str) -> None:
    assert read(f"<article>{PARAGRAPHS}<p>{line}</p></article>") == STORY


@pytest.mark.parametrize(
    "line",
    [
        "The newsletter of the harbour was first printed in 1911, on the press of the church.",
        "The council is responsible for the opinions that its members voice in its name, the judge said.",
        "Category 5 storms are rare in the bay, and the last one was forty years ago.",
        "Every week the harbour master writes a letter to those who lost a boat in the storm.",
    ],
)
def test_a_last_sentence_with_such_words_in_it_is_text(line: str) -> None:
    assert read(f"<article>{PARAGRAPHS}<p>{line}</p></article>") == f"{STORY}\n{line}"


# --- hostile pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [
        "<h2>Boats</h2><ul><li><a href=/b>b</a></li></ul><p>A sentence, told at some length, about the boats.</p>",
        "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>",
        '<div class="teaser"><p>A sentence, told at some length, about the boats.</p></div>',
        '<div class="t"><h2>Ferry returns to the bay</h2><p>A sentence, told at some length, about boats.</p>',
        '<div><input type="email">',
        "<ul><li>A sentence, told at some length, about the boats, the piers.",
    ],
)
def test_cost_grows_as_the_page_does(piece: str) -> None:
    assert growth(lambda times: read(f"<h1>{TITLE}</h1><article>{piece * times}</article>", summary=DEK), 500) < 6


def test_whatever_stands_where_lists_and_leads_are_looked_for_is_read_without_failing() -> None:
    for piece in (
        "<ul>",
        "<ul></ul>",
        "<table><tr>",
        "<table><caption>",
        "<dl><dd>",
        '<p class="teaser">',
        "<li>",
        "<th>",
    ):
        assert isinstance(blocks(f"<article>{PARAGRAPHS}{piece * 3}{PARAGRAPHS}", summary=DEK), tuple)
        assert all(isinstance(block, object) for block in blocks(piece, summary=DEK))
    assert any(isinstance(block, Paragraph) for block in blocks(f"<ul>{PARAGRAPHS}</ul>"))
