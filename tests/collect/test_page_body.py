"""The body of an article in any page: what of its text is kept, what around it is left out, each as a page shows it."""

from __future__ import annotations

import json
import math

import pytest

from cost import growth, soon
from wirecopy.collect.read import page
from wirecopy.collect.read.page import closing, edges
from wirecopy.collect.read.page.clutter import Hint, hint
from wirecopy.model import Blocks, Heading, Paragraph, Run, document_text, plain

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
DEK = "After four months of repairs, the boats are back on the water, and the price is the old one."


def blocks(body: str, *, lang: str = "en", title: str = TITLE) -> Blocks:
    head = f"<head><title>{title}</title></head>"
    return page.read_html(f'<!doctype html><html lang="{lang}">{head}<body>{body}</body></html>', URL).blocks


def read(body: str, *, lang: str = "en", title: str = TITLE) -> str:
    return document_text(blocks(body, lang=lang, title=title))


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["teaser-text", "article__teaser-text", "news teaserText"])
def test_the_text_of_a_teaser_in_an_article_is_its_lead(name: str) -> None:
    document = f'<h1>{TITLE}</h1><div class="news-single"><p class="{name}">{DEK}</p><div>{PARAGRAPHS}</div></div>'
    assert read(document) == f"{DEK}\n{STORY}"


def test_a_box_of_teasers_is_still_beside_the_article() -> None:
    teaser = '<div class="teaser"><p>A quite different story, which is told at some length over there.</p></div>'
    assert read(f"<article>{PARAGRAPHS}{teaser}</article>") == STORY


def test_the_id_of_a_heading_is_what_it_says_and_no_name() -> None:
    heading = '<h2 id="share-the-related-comments">Share of the cost</h2>'
    found = blocks(f"<article>{PARAGRAPHS}{heading}{PARAGRAPHS}</article>")
    assert [plain(block.text) for block in found if isinstance(block, Heading)] == ["Share of the cost"]


@pytest.mark.parametrize(
    "name", ["enableBodyAdsCharCount", "filterNonGdprEmbeds", "has-related-sidebar", "disableShareNewsletterBox"]
)
def test_what_a_switch_turns_on_is_not_what_its_element_is(name: str) -> None:
    assert not hint(name) & (Hint.CLUTTER | Hint.COMMENTS)


def test_what_hides_what_flows_over_is_not_hidden() -> None:
    assert not hint("relative overflow-hidden pb-12") & Hint.HIDDEN
    assert hint("relative hidden pb-12") & Hint.HIDDEN


def test_digits_of_a_hexadecimal_id_spell_no_word() -> None:
    assert not hint("block-4d79a217d2c4a158d7") & Hint.CLUTTER


def test_words_of_two_names_are_not_read_as_one() -> None:
    assert not hint("sign up") & Hint.CLUTTER
    assert hint("sign-up") & Hint.CLUTTER


def test_text_behind_a_button_for_more_is_text() -> None:
    assert read(f'<article>{PARAGRAPHS}<div class="js_readmore">{PARAGRAPHS}</div></article>').count("oak") == 2


def test_a_table_of_contents_and_the_time_to_read_are_no_text() -> None:
    toc = '<div class="ez-toc-container"><p>What this is about and where to find it on this page</p></div>'
    minutes = '<span class="reading-time">You will read this text in three minutes or in four</span>'
    assert read(f"<article><div>{minutes}</div>{toc}{PARAGRAPHS}</article>") == STORY


def test_a_byline_inside_the_text_is_no_text() -> None:
    byline = '<div class="article-byline">Ada Brandt covers harbours and the people who work there.</div>'
    assert read(f"<article>{byline}{PARAGRAPHS}</article>") == STORY


# --- links and lists -------------------------------------------------------------------------------------------------


def test_a_card_that_is_one_link_around_blocks_is_no_text() -> None:
    inside = "<div><h3>Another story altogether</h3><p>It happened over there, today.</p></div>"
    card = f'<div><a href="/other">{inside}</a></div>'
    assert read(f"<article>{PARAGRAPHS}{card}{PARAGRAPHS}</article>") == f"{STORY}\n{STORY}"


@pytest.mark.parametrize("link", ['<a name="top">', '<a href="/home">'])
def test_a_link_that_was_never_closed_costs_no_article(link: str) -> None:
    assert read(f"<div>{link}<div>{PARAGRAPHS * 4}</div></div>") == "\n".join(SENTENCES * 4)


def test_a_line_in_capitals_that_is_one_link_points_to_another_article() -> None:
    pointer = '<p><a href="/other"><strong>WHO PAID FOR THE LIGHTHOUSE ON THE ISLAND?</strong></a></p>'
    assert "LIGHTHOUSE" not in read(f"<article>{PARAGRAPHS}{pointer}{PARAGRAPHS}</article>")


def test_summaries_in_a_list_of_other_articles_are_no_lead() -> None:
    items = "".join(
        f'<li><h3><a href="/o{n}">Another story, number {n}, of today</a></h3>'
        f'<div class="news-item-summary"><p>What happened in the story {n} is told here at some length.</p></div></li>'
        for n in range(3)
    )
    assert read(f"<ul>{items}</ul><h1>{TITLE}</h1><div>{PARAGRAPHS}</div>") == STORY


def test_a_lead_written_as_a_list_without_links_is_kept() -> None:
    header = f'<header><h1>{TITLE}</h1><ul class="intro"><li>{DEK}</li></ul></header>'
    assert read(f"{header}<div>{PARAGRAPHS}</div>").startswith(DEK)


# --- lines -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Lea también: El puerto reabre", "VEA TAMBIÉN: El puerto reabre", "MIRA: El puerto reabre",
        "[Related: The harbour opens]", "Lesen Sie auch: Der Hafen öffnet", "Lire aussi : le port rouvre",
        "Czytaj też: port otwarty", "Читайте также: порт открыт", "Читайте також: порт відкрито",
        "Baca juga: pelabuhan dibuka", "Xem thêm: bến cảng mở lại", "ये भी पढ़ें: बंदरगाह खुला",
        "Čtěte také: přístav otevřen", "相关阅读：港口重开", "Foto: Ada Brandt/Agentur",
        "Crédits photos : Ada Brandt", "图片来源：海港日报", "Please enable JavaScript to read on",
        "Sign up for our newsletter", "¡Únete a nuestro canal!", "Folge uns auf Instagram und WhatsApp",
        "Подписывайтесь на наш канал", "Anzeige, enthält Affiliate Links",
        "This post may contain affiliate links, see our policy.", "Already a subscriber? Log in",
    ],
)  # fmt: skip
def test_lines_that_speak_of_something_else_are_left_out_wherever_they_stand(line: str) -> None:
    assert read(f"<article>{PARAGRAPHS}<p>{line}</p>{PARAGRAPHS}</article>") == f"{STORY}\n{STORY}"


@pytest.mark.parametrize(
    "line",
    [
        "Read the letter aloud, she told the court.", "The photo: a boat, a pier, nothing else to be seen on it.",
        "Mira Brandt, who runs the ferry, said so.", "Join the queue at the quay, the operator says.",
        "Photographers waited at the quay for hours.", "Siguen cerradas las escuelas del puerto.",
    ],
)  # fmt: skip
def test_lines_that_only_begin_like_such_ones_are_text(line: str) -> None:
    assert line in read(f"<article>{PARAGRAPHS}<p>{line}</p>{PARAGRAPHS}</article>")


@pytest.mark.parametrize(
    "heading",
    [
        "Notas relacionadas", "También te puede interesar", "Das Thema könnte dich auch interessieren",
        "Você também pode gostar", "Może cię zainteresować", "İlgili haberler", "Tin liên quan", "Berita terkait",
        "Související články", "Mehr dazu",
    ],
)  # fmt: skip
def test_what_follows_a_heading_for_more_is_left_out(heading: str) -> None:
    more = f"<h3>{heading}</h3><p>Another story altogether, with a first sentence.</p>"
    assert read(f"<article>{PARAGRAPHS}{more}</article>") == STORY


@pytest.mark.parametrize(
    "stamp", ["Publiziert: 01.07.2023, 11:16", "Updated 9 February 2024", "Publikacja: 02.02.2025"]
)
def test_the_date_between_lead_and_text_is_no_text(stamp: str) -> None:
    assert read(f"<article><p>{DEK}</p><p>{stamp}</p>{PARAGRAPHS}</article>") == f"{DEK}\n{STORY}"


def test_the_date_under_the_text_is_no_text_but_a_calendar_is() -> None:
    assert read(f"<article>{PARAGRAPHS}<p>Zuletzt aktualisiert am 09.02.2024</p></article>") == STORY
    calendar = "<p>Sat, May 25, 2024</p><p>Sun, May 26, 2024</p>"
    assert read(f"<article>{PARAGRAPHS}{calendar}</article>").endswith("Sun, May 26, 2024")


def test_a_sentence_with_a_date_behind_the_first_one_is_text() -> None:
    dated = "On 8 February 2024 the first boat left, at 9 o'clock, with 40 people and a dog."
    assert dated in read(f"<article><p>{SENTENCES[0]}</p><p>{dated}</p>{PARAGRAPHS}</article>")


def test_a_first_sentence_with_a_date_in_it_is_text() -> None:
    first = "据海港电视台消息，2024年2月8日，海港市政当局宣布渡轮复航，票价维持不变，渔民对此表示欢迎。"
    more = "渔民此前要求在渔季之前恢复航线，因为绕过海湾的公路需要两个小时。" * 8
    body = f"<div class=con><p>2024年02月08日 09:30</p><p>{first}</p><p>{more}</p></div>"
    assert read(f"<h1>渡轮复航</h1>{body}", lang="zh", title="渡轮复航") == f"{first}\n{more}"


def test_where_the_article_first_appeared_is_no_text_at_its_end() -> None:
    assert read(f"<article>{PARAGRAPHS}<p>First published in The Quay.</p></article>") == STORY


def test_trimming_a_trimmed_body_changes_nothing() -> None:
    lines = ["8 February 2024", *SENTENCES, "Related: other news", "Photo: Ada Brandt", "Share this"]
    body = tuple(Paragraph(text=(Run(text=line),)) for line in lines)
    once = edges.trimmed(body, TITLE, scale=1.0)
    assert document_text(once) == STORY
    assert edges.trimmed(once, TITLE, scale=1.0) == once


# --- states ----------------------------------------------------------------------------------------------------------

TOLD = SENTENCES * 3
BODY = "".join(f"<p>{sentence}</p>" for sentence in TOLD)


def _literal(value: object, mark: str) -> str:
    """A value as a program has it inside JSON.parse(…)."""
    spelt = json.dumps(value).replace("</", "<\\/")
    if mark == '"':
        return json.dumps(spelt).replace("</", "<\\/")
    return "'" + spelt.replace("\\", "\\\\").replace("'", "\\'") + "'"


NODES = [
    {
        "nodeType": "paragraph",
        "content": [{"value": each[:40]}, {"nodeType": "link", "content": [{"value": each[40:]}]}],
    }
    for each in TOLD
]
CACHE = {
    "ROOT_QUERY": {},
    "Article:1": {"title": "x", "blocks": [{"__ref": f"Paragraph:{n}"} for n in range(len(TOLD))]},
    **{f"Paragraph:{n}": {"text": each} for n, each in enumerate(TOLD)},
}
PIECES = [{"type": "text", "content": each} for each in TOLD]


@pytest.mark.parametrize(
    "program",
    [
        f"window.__staticRouterHydrationData = JSON.parse({_literal({'loaderData': {'0': {'body': BODY}}}, chr(34))});",
        f"window.__INITIAL_STATE__ = JSON.parse({_literal({'post': {'body': BODY}}, chr(39))});",
        f"window.__APOLLO_STATE__={json.dumps(CACHE)};",
        f"window.Fusion={{}};Fusion.globalContent={json.dumps({'content_elements': PIECES})};Fusion.x={{}}",
        f"window.__PRELOADED_STATE__={json.dumps({'post': {'content': {'nodeType': 'document', 'content': NODES}}})};",
    ],
    ids=["router", "quoted", "apollo", "arc", "document"],
)
def test_a_page_that_shows_nothing_is_read_from_the_state_of_its_program(program: str) -> None:
    found = page.read_html(f"<title>{TITLE}</title><div id=app></div><script>{program}</script>", URL)
    assert document_text(found.blocks) == "\n".join(TOLD)
    assert found.weak


def test_a_heading_in_a_state_is_a_heading() -> None:
    pieces = [*PIECES, {"type": "header", "content": "What changes on the quay"}, *PIECES]
    program = f"Fusion.globalContent={json.dumps({'content_elements': pieces})};"
    found = page.read_html(f"<title>{TITLE}</title><div></div><script>{program}</script>", URL)
    assert [plain(block.text) for block in found.blocks if isinstance(block, Heading)] == ["What changes on the quay"]


@pytest.mark.slow
def test_a_cache_that_refers_to_itself_costs_no_more_than_its_length() -> None:
    def read(references: int) -> None:
        numbers = range(math.isqrt(references))
        records = {f"A:{n}": {"content": [{"__ref": f"A:{m}"} for m in numbers]} for n in numbers}
        program = f"window.__APOLLO_STATE__={json.dumps({'ROOT_QUERY': {}, **records})};"
        page.read_html(f"<title>{TITLE}</title><script>{program}</script>", URL)

    assert growth(read, 100 * 100) < 6
    read(300 * 300)


# --- cost ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    ["<p>" + SENTENCES[0], "<a href=/x><div>", "<li class=intro>", "<p>Photo: a b<br>", "<div class=byline>x</div>"],
)
@pytest.mark.slow
def test_cost_grows_as_the_page_does(piece: str) -> None:
    assert growth(lambda count: page.read_html(piece * count + PARAGRAPHS, URL), 1_000) < 6
    page.read_html(piece * 20_000 + PARAGRAPHS, URL)


@soon
@pytest.mark.parametrize(
    "words", ["Photo: " * 400_000, "read more " * 400_000, "join our " * 400_000, "Updated " * 400_000]
)
def test_a_long_line_is_judged_at_once(words: str) -> None:
    for judge in (closing.is_notice, closing.is_picture_credit, closing.is_stamp, closing.is_credit):
        assert not judge(words)
