"""The common reader: any outlet's page, in any language and of any shape."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cost import soon
from wirecopy.collect.read import page
from wirecopy.collect.read.page import charset, moments, people, titles
from wirecopy.errors import Doubtful, ReadError, SourceError
from wirecopy.model import Article, Capture, Figure, Heading, Lead, List, Quote, Source, Table, document_text, plain

SOURCE = Source(id="harbour", name="Harbour Post", language="en", homepage="https://harbour.example/")
URL = "https://harbour.example/2024/02/08/ferry-returns"
AT = datetime(2024, 2, 8, 12, tzinfo=UTC)

SENTENCES = [
    "The ferry between the two harbours runs again, four months after a storm damaged the pier, the council said.",
    "Two boats will cross every hour, and the fare stays what it was, according to the operator on Thursday.",
    "Fishermen had asked for it to return before the season, since the road around the bay takes two hours.",
    "The pier was rebuilt in oak, as it stood in 1911, and carries a light that can be seen from the island.",
]
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
LD = """<script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry returns to the bay",
"datePublished":"2024-02-08T09:30:00+01:00","dateModified":"2024-02-08T11:00:00+01:00",
"author":[{"@type":"Person","name":"Ada Brandt"},{"@type":"Person","name":"Jon Vik"}]}</script>"""


def html(body: str, head: str = "", *, lang: str = "en", title: str = "Ferry returns to the bay - Harbour Post") -> str:
    return f'<!doctype html><html lang="{lang}"><head><title>{title}</title>{head}</head><body>{body}</body></html>'


def read(document: str | bytes, *, url: str = URL, content_type: str = "text/html; charset=utf-8") -> Article:
    body = document.encode() if isinstance(document, str) else document
    capture = Capture(url=url, status=200, headers=(("Content-Type", content_type),), body=body, at=AT)
    return page.read(SOURCE, Lead(source="harbour", key="ferry", url=url), capture)


def words(article: Article) -> str:
    return document_text(article.body)


def test_the_article_is_found_between_menu_sidebar_and_footer() -> None:
    menu = "<nav><ul>" + "".join(f'<li><a href="/s{n}">Section {n}</a></li>' for n in range(30)) + "</ul></nav>"
    side = (
        '<div class="sidebar"><h3>Most read</h3>'
        + "<p>A quite different story that many people have read today.</p>" * 3
    )
    footer = "<footer><p>Harbour Post, all rights reserved, printed at the old quay since 1911.</p></footer>"
    story = f"<div id=main><h1>Ferry returns to the bay</h1><div class=story>{PARAGRAPHS}</div></div>"
    document = html(f"{menu}{story}{side}{footer}")
    assert [plain(block.text) for block in read(document).body] == SENTENCES  # type: ignore[union-attr]


def test_related_links_newsletter_share_bar_and_comments_are_left_out() -> None:
    clutter = """
    <div class="related-articles"><p>Another article altogether, which is told at some length over there.</p></div>
    <div class="newsletter-signup"><p>Get the best of our stories in your inbox, every morning, for nothing.</p></div>
    <ul class="share"><li>Facebook</li></ul>
    <section id="comments"><p>I always said that the ferry should run, and nobody listened, as usual.</p></section>"""
    said = words(read(html(f"<article>{PARAGRAPHS}{clutter}</article>")))
    assert said == "\n".join(SENTENCES)


def test_a_name_that_lies_costs_no_article() -> None:
    assert words(read(html(f'<div class="sidebar related share">{PARAGRAPHS}</div>'))) == "\n".join(SENTENCES)


def test_a_lead_beside_the_headline_is_kept() -> None:
    lead = "After four months of repairs, the boats are back on the water, and the price is the old one."
    document = html(
        f'<header><h1>Ferry returns to the bay</h1><p class="standfirst">{lead}</p></header><div>{PARAGRAPHS}</div>'
    )
    assert words(read(document)).startswith(lead)


def test_lines_under_the_title_and_credits_at_the_end_are_no_text() -> None:
    sentences = ("渡轮停航四个月之后恢复通航，市政当局周四宣布，票价维持不变。", "渔民此前要求在渔季之前恢复航线。")
    told = "".join(f"<p>　　{sentence * 3}</p>" for sentence in sentences)
    before = "<p>2024年02月08日 09:30</p><p>来源：海港日报</p>"
    after = "<p>责任编辑：王海</p><p>相关新闻</p><ul><li><a href=/1>另一条</a></ul>"
    body = f"<h1>渡轮复航</h1><div class=con>{before}{told}{after}</div>"
    document = html(body, lang="zh", title="渡轮复航_海港网")
    article = read(document)
    assert "责任编辑" not in words(article)
    assert "来源" not in words(article)
    assert words(article).count("渡轮停航") == 3
    assert article.title == "渡轮复航"


def test_text_broken_by_br_in_tables_for_layout_is_read() -> None:
    told = "<br><br>".join(SENTENCES)
    document = html(
        f"<table><tr><td><a href=/a>Home</a><br><a href=/b>News</a></td><td><font>{told}</font></td></tr></table>"
    )
    assert words(read(document)) == "\n".join(SENTENCES)


def test_headings_lists_quotes_and_tables_stay_what_they_are() -> None:
    more = """<h2>What changes</h2><ul><li>A boat every hour, from six on</li><li>Bicycles need no booking</li></ul>
    <blockquote><p>We are back, and we will not leave again.</p></blockquote>
    <table><tr><th>From</th><th>To</th></tr><tr><td>Old quay</td><td>Island</td></tr></table>"""
    body = read(html(f"<article>{PARAGRAPHS}{more}{PARAGRAPHS}</article>")).body
    assert {Heading, List, Quote, Table} <= {type(block) for block in body}


def test_a_caption_is_a_caption_whatever_element_it_is_written_in() -> None:
    caption = '<div class="caption">The boat at the old quay</div>'
    picture = f'<div class="img-box"><img src="/boat.jpg" width="800">{caption}</div>'
    article = read(html(f"<article>{PARAGRAPHS}{picture}{PARAGRAPHS}</article>"))
    figures = [block for block in article.body if isinstance(block, Figure)]
    assert [plain(each.picture.caption) for each in figures] == ["The boat at the old quay"]
    assert figures[0].picture.url == "https://harbour.example/boat.jpg"


def test_the_picture_over_the_text_is_the_article_s() -> None:
    picture = '<figure><img src="/pier.jpg"><figcaption>The pier</figcaption></figure>'
    article = read(html(f"<h1>Ferry returns to the bay</h1>{picture}<div>{PARAGRAPHS}</div>"))
    assert article.picture is not None
    assert (article.picture.url, plain(article.picture.caption)) == ("https://harbour.example/pier.jpg", "The pier")


def test_what_the_page_says_of_itself_in_json_ld_comes_first() -> None:
    article = read(html(f"<h1>Ferry returns to the bay</h1><p>By Somebody Else</p><article>{PARAGRAPHS}</article>", LD))
    assert article.authors == ("Ada Brandt", "Jon Vik")
    assert article.published == datetime(2024, 2, 8, 8, 30, tzinfo=UTC)
    assert article.modified == datetime(2024, 2, 8, 10, 0, tzinfo=UTC)
    assert (article.title, article.language, article.reader) == ("Ferry returns to the bay", "en", "page")


def test_broken_json_ld_is_passed_over() -> None:
    broken = LD.replace("}]", "}")
    assert read(html(f"<article>{PARAGRAPHS}</article>", broken)).title == "Ferry returns to the bay"


def test_a_page_without_text_is_read_from_the_state_that_it_carries() -> None:
    content = "".join(f"\\u003cp>{sentence}\\u003c/p>" for sentence in SENTENCES)
    data = f'{{"props":{{"post":{{"title":"x","body":"{content * 3}"}}}}}}'
    state = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
    article = read(html(f'<div id="__next"></div>{state}', LD))
    assert words(article).startswith(SENTENCES[0])
    assert article.weak


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Just a moment...</h1><p>Checking your browser before accessing the site.</p>",
        "<h1>We value your privacy</h1><p>We and our 842 partners store data on your device. Accept all cookies</p>",
        "<h1>404</h1><p>Sorry, the page you are looking for could not be found. It may have been moved.</p>",
        "<p>Please log in to continue reading this article, or create a free account to go on.</p>",
        "<p>文章已被删除，您可以返回首页查看更多内容，谢谢您的理解与支持。</p>",
    ],
)
def test_what_stands_in_for_an_article_is_doubted(body: str) -> None:
    with pytest.raises(Doubtful):
        read(html(f"<div>{body}</div>", title="Harbour Post"))


def test_a_section_front_is_no_article() -> None:
    teasers = "".join(
        f'<li><a href="/n{n}">The council decides about matter number {n} today</a></li>' for n in range(60)
    )
    with pytest.raises(SourceError):
        read(html(f"<div><h2>News</h2><ul>{teasers}</ul></div>"), url="https://harbour.example/")


def test_an_empty_page_is_an_error_and_not_an_empty_article() -> None:
    with pytest.raises(ReadError):
        read("")


@pytest.mark.parametrize(
    ("heads", "given_titles", "document", "site", "title"),
    [
        (["Ferry returns"], ["Ferry returns"], "Ferry returns | Harbour Post", "Harbour Post", "Ferry returns"),
        ([], ["Ferry returns - Harbour Post"], "Ferry returns - Harbour Post", "Harbour Post", "Ferry returns"),
        (["Harbour Post"], [], "Ferry returns to the bay | Harbour Post", "Harbour Post", "Ferry returns to the bay"),
        ([], [], "渡轮复航_新闻频道_海港网", "", "渡轮复航"),
        (["Ferry returns – and stays"], [], "Ferry returns – and stays – Harbour", "", "Ferry returns – and stays"),
    ],
)
def test_a_title_has_no_name_of_its_outlet(
    heads: list[str], given_titles: list[str], document: str, site: str, title: str
) -> None:
    assert titles.choose(heads=heads, given=given_titles, document=document, site=site) == title


@pytest.mark.parametrize(
    ("spelt", "day"),
    [
        ("8 February 2024", "2024-02-08"), ("Feb. 8, 2024, 3:15 pm", "2024-02-08"),
        ("8. Februar 2024, 12:30 Uhr", "2024-02-08"),
        ("08.02.2024", "2024-02-08"), ("8 de febrero de 2024", "2024-02-08"),
        ("le 8 février 2024 à 12h30", "2024-02-08"),
        ("8 февраля 2024", "2024-02-08"), ("2024年2月8日 09:30", "2024-02-08"), ("2024년 2월 8일", "2024-02-08"),
        ("updated 2024-02-08 by the desk", "2024-02-08"), ("8 lutego 2024", "2024-02-08"),
        ("13/02/2024", "2024-02-13"),
    ],
)  # fmt: skip
def test_dates_are_read_as_the_world_writes_them(spelt: str, day: str) -> None:
    moment = moments.of_text(spelt)
    assert moment is not None
    assert f"{moment:%Y-%m-%d}" == day


def test_no_date_is_read_where_there_is_none() -> None:
    assert moments.of_text("Call 2024 02 or 99.99.2024, room 31") is None


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Brandt and Jon Vik", ("Ada Brandt", "Jon Vik")),
        ("Von Ada Brandt, Berlin correspondent", ("Ada Brandt", "Berlin")),
        ("记者：王海", ("王海",)), ("https://facebook.example/harbour", ()), ("admin", ()), ("Harbour Post", ()),
    ],
)  # fmt: skip
def test_authors_are_names_and_neither_roles_nor_houses(byline: str, names: tuple[str, ...]) -> None:
    found = people.names_of_data([byline], "Harbour Post")
    assert set(found) <= set(names)
    assert bool(found) == bool(names)


CHINESE = (
    "渡轮停航四个月之后恢复通航，市政当局周四宣布，票价维持不变，渔民对此表示欢迎。这是一个好消息，我们来说说。" * 4
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gb18030"), ("渡輪停航四個月之後恢復通航，這是一個好消息，我們來說說他們的看法。" * 5, "big5"),
        ("フェリーは四か月ぶりに運航を再開すると市が発表した。漁師たちはこれを歓迎している。" * 5, "cp932"),
        ("Паром между двумя гаванями снова ходит, сообщил городской совет в четверг. " * 5, "cp1251"),
        ("연락선이 넉 달 만에 다시 운항한다고 시의회가 목요일에 발표했다. 어민들은 이를 환영했다. " * 5, "cp949"),
        ("Die Fähre fährt wieder, früher als geplant, für alle Gäste der Küste. " * 5, "cp1252"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("declared", [True, False])
def test_bytes_are_read_in_their_encoding_declared_or_not(text: str, encoding: str, declared: bool) -> None:
    meta = f'<meta charset="{encoding}">' if declared else ""
    assert text in charset.decode(f"<html><head>{meta}</head><body><p>{text}</p>".encode(encoding))


def test_utf_8_is_believed_before_what_is_declared() -> None:
    assert charset.decode(CHINESE.encode(), "text/html; charset=gb2312") == CHINESE


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_give_an_article_or_say_why_not(body: bytes) -> None:
    try:
        article = read(body, content_type="text/html")
    except SourceError:
        return
    assert article.reader == "page"


PIECES = st.sampled_from(
    ["<div class=content>", "</div>", "<p>", SENTENCES[0], "<table><tr><td>", "</table>", "<svg>", "<h1>x</h1>",
     "<br>", "<a href=/x>y</a>",
     "<figure><img src=a.jpg>", "<figcaption class=caption>c", "</figure>", "<script>{", "</script>", "<aside>",
     "<ul><li>", "<form>",
     '<span class="caption">', "<time datetime=2024-02-31>", "<select>", "<!--", "-->", "&#xD800;",
     "责任编辑：王海", LD]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_soup_is_read_and_twice_the_same(soup: str) -> None:
    first = page.read_html(soup, URL)
    assert page.read_html(soup, URL) == first


@pytest.mark.parametrize(
    "attack",
    [
        "<div>" * 50_000 + PARAGRAPHS,
        "<b>" * 20_000 + PARAGRAPHS,
        "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">" + PARAGRAPHS,
        "<p " + " ".join(f'a{n}=">"' for n in range(60_000)) + ">" + PARAGRAPHS,
        "<ul>" + "<li><a href=/x>more</a>" * 40_000,
        '<div class="' + "related-" * 50_000 + '">' + PARAGRAPHS,
        "<svg>" * 3_000 + PARAGRAPHS,
        "<div class=caption>" * 3_000 + PARAGRAPHS,
        "<figure>" * 2_000 + "<img src=a.jpg><div class=caption>c</div>" + PARAGRAPHS,
        "<p>" + "2024 " * 60_000,
        "<p>" + "责任编辑：" * 40_000,
        "<nav><p>" + SENTENCES[0] + "</p>" + "<nav><p>x</p>" * 3_000,
    ],
    ids=range(12),
)
@soon
@pytest.mark.slow
def test_an_attack_costs_seconds_and_not_minutes(attack: str) -> None:
    page.read_html(attack, URL)


CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "extraction"


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus/extraction is absent")
def test_real_pages_are_read_without_failure_and_twice_the_same() -> None:
    zstd = pytest.importorskip("backports.zstd")
    for path in sorted(CORPUS.glob("*/*.html.zst"))[::25]:
        body = zstd.decompress(path.read_bytes())
        document = charset.decode(body)
        found = page.read_html(document, URL)
        assert page.read_html(document, URL) == found
        assert not re.search("<(?:p|div|script)\\b", document_text(found.blocks)[:200])


def test_the_command_answers_every_page_in_order() -> None:
    asked = [{"id": n, "url": URL, "html": html(f"<article>{PARAGRAPHS}</article>", LD) if n else ""} for n in range(2)]
    command = [sys.executable, "-m", "wirecopy.collect.read", "--jsonl"]
    done = subprocess.run(command, input="\n".join(map(json.dumps, asked)), capture_output=True, text=True, check=True)
    empty, answer = map(json.loads, done.stdout.splitlines())
    assert (empty["id"], empty["text"], answer["id"]) == (0, "", 1)
    assert answer["text"].split("\n") == SENTENCES
    assert (answer["title"], answer["date"]) == ("Ferry returns to the bay", "2024-02-08T09:30:00+01:00")
