"""What the common reader finds about an article beside its text: title, authors, moments, and the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import soon
from wirecopy.collect.read import blocks, jsonld
from wirecopy.collect.read.page import languages, metadata, moments, people, titles
from wirecopy.collect.read.page.metadata import Facts
from wirecopy.collect.read.page.survey import is_wide, survey

URL = "https://harbour.example/news/ferry-returns"
TOLD = (
    "<p>The ferry between the two harbours runs again, four months after a storm hit the pier, the council said.</p>"
    "<p>Two boats will cross every hour, and the fare stays what it was, according to the operator on Thursday.</p>"
)
H1 = "<h1>Ferry returns to the bay</h1>"


def facts(
    body: str, head: str = "", *, url: str = URL, lang: str = "en-GB", zone: str = "", at: object = None
) -> Facts:
    document = f'<html lang="{lang}"><head><title>Ferry returns to the bay - Harbour Post</title>{head}</head>{body}'
    root = blocks.parse(document)
    known = metadata.head(root)
    page = survey(root, wide=is_wide(document))
    moment = at if isinstance(at, datetime) else None
    return metadata.facts(root, known, page, url, metadata.language(known, ""), zone=zone, at=moment)


def day(found: Facts) -> str:
    return f"{found.written:%Y-%m-%d}" if found.written else ""


def ld(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


# --- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        ("Thursday, 8th of February, 2024", "2024-02-08"), ("8 févr. 2024 à 12h30", "2024-02-08"),
        ("8. helmikuuta 2024", "2024-02-08"), ("8η Φεβρουαρίου 2024", "2024-02-08"), ("8 Şubat 2024", "2024-02-08"),
        ("2024. február 8., csütörtök", "2024-02-08"), ("2024 m. vasario 8 d.", "2024-02-08"),
        ("2024. gada 8. februārī", "2024-02-08"), ("ngày 8 tháng 2 năm 2024", "2024-02-08"),
        ("8 лютого 2024", "2024-02-08"), ("8 בפברואר 2024", "2024-02-08"), ("٨ فبراير ٢٠٢٤", "2024-02-08"),
        ("8 شباط 2024", "2024-02-08"), ("۱۹ بهمن ۱۴۰۲", "2024-02-08"), ("८ फरवरी २०२४", "2024-02-08"),
        ("৮ ফেব্রুয়ারি ২০২৪", "2024-02-08"), ("8 ก.พ. 2567", "2024-02-08"), ("令和6年2月8日", "2024-02-08"),
        ("民國113年2月8日", "2024-02-08"), ("二〇二四年二月八日", "2024-02-08"), ("08 | 02 | 2024", "2024-02-08"),
        ("08.02.24", "2024-02-08"), ("8 Februari 2024", "2024-02-08"), ("8-Feb-2024", "2024-02-08"),
    ],
)  # fmt: skip
def test_dates_of_many_languages_calendars_and_digits_are_read(spelt: str, expected: str) -> None:
    moment = moments.of_text(spelt)
    assert moment is not None
    assert f"{moment:%Y-%m-%d}" == expected


def test_the_same_word_is_another_month_in_another_language() -> None:
    polish, croatian = (moments.of_text("12 listopada 2023", language=each) for each in ("pl", "hr"))
    assert polish is not None
    assert croatian is not None
    assert (polish.month, croatian.month) == (11, 10)


@pytest.mark.parametrize(
    "nothing",
    ["Call 2024 02 or 99.99.2024, room 31", "Version 10.2.14.3", "© 2024-02-08 Harbour Post", "", "31.02.2024"],
)
def test_numbers_that_are_no_date_are_none(nothing: str) -> None:
    assert moments.of_text(nothing) is None


def test_what_is_called_published_goes_before_what_was_updated() -> None:
    for words in ("Updated 9 February 2024, published 8 February 2024", "8 February 2024 (updated 9 February 2024)"):
        moment = moments.of_text(words)
        assert moment is not None
        assert moment.day == 8


@pytest.mark.parametrize(
    ("spelt", "utc"),
    [
        ("2024-02-08T02:18:11Z", "2024-02-08T02:18"), ("20240208T003807Z", "2024-02-08T00:38"),
        ("2024-2-8T14:32:06+02:00", "2024-02-08T12:32"), ("2024-02-08T12:45:36.270+01", "2024-02-08T11:45"),
        ("Thu Feb 08 2024 21:32:26 GMT+0000 (Coordinated Universal Time)", "2024-02-08T21:32"),
        ("Thu, 08 Feb 2024 22:33:06 -0500", "2024-02-09T03:33"), ("1707355091", "2024-02-08T01:18"),
        ("1707355091000", "2024-02-08T01:18"), ("13 Jan 2024, 22:11 GMT+10", "2024-01-13T12:11"),
        ("Feb 8, 2024 5:30 p.m. EST", "2024-02-08T22:30"), ("8.2.2024 14:00 мск", "2024-02-08T11:00"),
        ("2024년 2월 8일 오후 3:20", "2024-02-08T15:20"), ("09:30 CET, 8 February 2024", "2024-02-08T08:30"),
    ],
)  # fmt: skip
def test_a_moment_is_read_with_its_clock_and_zone(spelt: str, utc: str) -> None:
    moment = moments.of_data(spelt)
    assert moment is not None
    assert f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}" == utc


@pytest.mark.parametrize(
    ("language", "url", "named", "zone"),
    [
        ("zh", "https://a.cn/", "", "Asia/Shanghai"), ("zh-Hant", "https://a.example/", "", "Asia/Taipei"),
        ("zh", "https://a.com.tw/", "", "Asia/Taipei"), ("ja", "https://a.example/", "", "Asia/Tokyo"),
        ("de", "https://a.at/", "", "Europe/Vienna"), ("pt-BR", "https://a.example/", "", "America/Sao_Paulo"),
        ("en", "https://a.example/", "", "UTC"), ("en", "https://a.tv/", "", "UTC"),
        ("en", "https://a.example/", "Africa/Nairobi", "Africa/Nairobi"),
        ("de", "https://a.de/", "No/Where", "Europe/Berlin"),
        ("", "http://[broken", "", "UTC"),
    ],
)  # fmt: skip
def test_an_outlet_s_zone_is_what_it_says_or_its_country_s(language: str, url: str, named: str, zone: str) -> None:
    assert str(moments.zone_of(language, url, named)) == zone


def test_a_moment_without_a_zone_is_the_outlet_s_and_its_day_the_page_s() -> None:
    found = facts(f"{H1}<p>2024-02-08 03:00</p>{TOLD}", zone="Asia/Shanghai")
    assert found.published == datetime(2024, 2, 7, 19, tzinfo=UTC)
    assert found.written == datetime(2024, 2, 8, 3, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert day(found) == "2024-02-08"


@pytest.mark.parametrize(
    ("lang", "url", "expected"),
    [
        ("en-US", URL, "2024-03-04"), ("en-GB", URL, "2024-04-03"), ("en", "https://harbour.co.uk/x", "2024-04-03"),
        ("fr", URL, "2024-04-03"),
    ],
)  # fmt: skip
def test_which_number_is_the_month_follows_from_language_and_country(lang: str, url: str, expected: str) -> None:
    assert day(facts(f"{H1}<p>03/04/2024</p>{TOLD}", lang=lang, url=url)) == expected


def test_other_numbers_of_the_page_say_which_is_the_month() -> None:
    body = f"{H1}<p>Published 03/04/2024</p><p>Updated 23/04/2024</p>{TOLD}"
    assert day(facts(body, lang="en")) == "2024-04-03"


@pytest.mark.parametrize(
    "beside",
    [
        "<ul class='nav meta'><li><a href='/time/x'>8 Feb 2024 18:29</a></li></ul>",
        "<div class='share'><span>Published on</span> <b>8 February 2024</b></div>",
        "<time datetime='2024-02-08T09:00:00Z'>today</time>",
        "<span class='updated' title='2024-02-08T18:52:11+00:00'></span>",
        "<p>By Ada Brandt | <!-- x -->8 February 2024</p>",
    ],
)
def test_the_date_beside_the_headline_is_found_in_whatever_it_stands(beside: str) -> None:
    teasers = "<div class='teasers'><time datetime='2023-01-01'>1 January 2023</time><a href=/x>Other</a></div>"
    assert day(facts(f"<div>{H1}{beside}</div>{TOLD}{teasers}")) == "2024-02-08"


def test_the_page_s_data_goes_before_what_it_shows_unless_it_is_vague() -> None:
    shown = f"{H1}<time datetime='2024-02-08'>8 February 2024</time>{TOLD}"
    assert day(facts(shown, '<meta property="article:published_time" content="2024-02-06">')) == "2024-02-06"
    assert day(facts(shown, '<meta name="dc.date" content="2024-02-12">')) == "2024-02-08"


def test_the_address_decides_between_two_days() -> None:
    described = ld('{"@type":"NewsArticle","datePublished":"2024-02-09T02:18:11Z"}')
    body = f"{H1}<p>8 February 2024</p>{TOLD}"
    assert day(facts(body, described, url="https://harbour.example/2024/02/08/ferry")) == "2024-02-08"
    assert day(facts(body, described)) == "2024-02-09"


def test_an_archived_page_s_address_names_its_own_day_and_not_the_archive_s() -> None:
    url = "https://archive.example/web/20160218174457/http://harbour.example/2012/01/12/ferry.html"
    moment = moments.of_address(url)
    assert moment is not None
    assert f"{moment:%Y-%m-%d}" == "2012-01-12"


def test_a_distance_is_seen_from_the_capture() -> None:
    at = datetime(2024, 2, 8, 1, tzinfo=UTC)
    assert facts(f"{H1}<p>3 hours ago</p>{TOLD}", at=at).published == datetime(2024, 2, 7, 22, tzinfo=UTC)
    assert facts(f"{H1}<p>3 hours ago</p>{TOLD}").published is None
    for words, expected in (("vor 2 Tagen", 6), ("hace 3 horas", 7), ("昨天", 7), ("2 часа назад", 7), ("1시간 전", 8)):
        moment = moments.of_distance(words, at)
        assert moment is not None
        assert moment.day == expected


# --- authors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("byline", "persons"),
    [
        ("By Ada Brandt and Jon Vik", ("Ada Brandt", "Jon Vik")), ("Von Ada Brandt", ("Ada Brandt",)),
        ("ByAda Brandt", ("Ada Brandt",)), ("Ada Brandt, Senior Political Correspondent", ("Ada Brandt",)),
        ("Ada Brandt\nStaff writer", ("Ada Brandt",)),
        ("Par Ada Brandt et Jean-Luc d'Or", ("Ada Brandt", "Jean-Luc d'Or")),
        ("Ada Brandt | 8 February 2024", ("Ada Brandt",)), ("Dr. Ada van der Brandt", ("Dr. Ada van der Brandt",)),
        ("作者：王海 李明", ("王海", "李明")), ("記者 林曉雲／台北報導", ("林曉雲",)), ("文/王海", ("王海",)),
        ("홍길동 기자", ("홍길동",)), ("Автор: Анна Иванова", ("Анна Иванова",)),
        ("Ada Brandt (ada@harbour.example)", ("Ada Brandt",)),
        ("Read more about the harbour", ()), ("8 February 2024", ()), ("https://face.example/harbour", ()),
    ],
)  # fmt: skip
def test_a_byline_gives_names_and_neither_roles_nor_addresses(byline: str, persons: tuple[str, ...]) -> None:
    assert people.of_byline(byline, "Harbour Post").persons == persons


@pytest.mark.parametrize(
    "house", ["dpa", "AFP", "Redaktion", "Harbour Post", "News Desk", "新华社", "Harbour Post Staff"]
)
def test_a_house_is_no_person(house: str) -> None:
    named = people.of_data([house], "Harbour Post")
    assert (named.persons, named.houses) == ((), (house,))


@pytest.mark.parametrize("nobody", ["admin", "null", "", "@ada", "https://face.example/ada", "12345", "By"])
def test_nobody_is_no_author(nobody: str) -> None:
    assert not people.of_data([nobody], "Harbour Post")


def test_a_person_shown_goes_before_a_house_in_the_data_and_a_house_before_nobody() -> None:
    described = ld('{"@type":"NewsArticle","author":{"@type":"Organization","name":"Harbour Post"}}')
    assert facts(f"{H1}<p>By Ada Brandt</p>{TOLD}", described).authors == ("Ada Brandt",)
    found = facts(f"{H1}{TOLD}", described)
    assert (found.authors, found.agencies) == (("Harbour Post",), ("Harbour Post",))


@pytest.mark.parametrize(
    "shown",
    [
        "<p>By <a href='/author/ada-brandt'>Ada Brandt</a><span>Staff</span></p>",
        "<div><a href='/team/ada' class='x9'>Ada Brandt</a></div>",
        "<div class='social-share'><span class='byline'>By Ada Brandt</span></div>",
        "<div>By</div><div>Ada Brandt</div>",
        "<p>08.02.2024 - Ada Brandt</p>",
        "<p>Ada Brandt | Senior Writer | 8 February 2024</p>",
        "<p>Ada Brandt</p><p>8 February 2024</p>",
        "<span itemprop='author'><span itemprop='name'>Ada Brandt</span><span>Editor</span></span>",
        "<p>Posted by Ada Brandt on 8 February 2024</p>",
    ],
)
def test_the_author_beside_the_headline_is_found_in_whatever_it_stands(shown: str) -> None:
    assert facts(f"<div>{H1}{shown}</div>{TOLD}").authors == ("Ada Brandt",)


def test_authors_of_comments_and_of_other_articles_are_not_this_one_s() -> None:
    comments = "<div class='comments'><p>By <a rel='author' href='/user/x'>Some Reader</a></p></div>"
    others = "<ul>" + "".join(f"<li><a href='/author/{n}'>{n} Person</a></li>" for n in ("Ann", "Bob")) + "</ul>"
    assert facts(f"{H1}{TOLD}{comments}{others}").authors == ()


def test_authors_named_by_reference_in_json_ld_are_looked_up() -> None:
    described = ld(
        '{"@graph":[{"@type":"NewsArticle","author":[{"@id":"#a"},{"@id":"#b"}]},'
        '{"@id":"#a","@type":"Person","name":"Ada Brandt"},{"@id":"#b","@type":"Person","name":"Jon Vik"}]}'
    )
    assert facts(f"{H1}{TOLD}", described).authors == ("Ada Brandt", "Jon Vik")


def test_a_written_by_label_in_the_cards_of_other_sites_is_a_byline() -> None:
    card = '<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Ada Brandt">'
    assert facts(f"{H1}{TOLD}", card).authors == ("Ada Brandt",)


def test_a_first_name_in_the_data_is_completed_by_the_byline() -> None:
    body = f"{H1}<p class='byline'>By Ada Brandt</p>{TOLD}"
    assert facts(body, '<meta name="author" content="Ada">').authors == ("Ada Brandt",)


# --- titles and the rest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "document", "lines", "title"),
    [
        ([], "港口评论新闻：渡轮复航，票价不变", ["渡轮复航，票价不变"], "渡轮复航，票价不变"),
        ([], "渡轮复航票价不变 中国快讯 海港网", ["渡轮复航票价不变"], "渡轮复航票价不变"),
        (["Harbour"], "Ferry returns to the bay | Harbour", [], "Ferry returns to the bay"),
        ([], "Ferry returns to the bay :: Harbour", [], "Ferry returns to the bay"),
        ([], "", [], ""),
    ],
)
def test_the_title_is_the_line_that_the_document_s_title_holds(
    heads: list[str], document: str, lines: list[str], title: str
) -> None:
    found = titles.chosen(heads=heads, given=[], document=document, site="", lines=lines, outlet=("harbour",))
    assert found.title == title


def test_the_kicker_in_a_heading_is_no_part_of_the_title() -> None:
    found = facts(f"<h1><span class='kicker'>Transport</span>Ferry returns to the bay</h1>{TOLD}")
    assert (found.title, found.kicker) == ("Ferry returns to the bay", "Transport")


def test_the_subtitle_is_the_line_that_its_name_calls_so_and_never_the_first_paragraph() -> None:
    dek = "After four months of repairs, the boats are back on the water."
    assert facts(f"{H1}<p class='standfirst'>{dek}</p>{TOLD}").subtitle == dek
    assert facts(f"{H1}{TOLD}").subtitle == ""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("https://www.harbour.example/news/1", "https://www.harbour.example/news/1"),
        ("/news/1", "https://harbour.example/news/1"),
        ("https://other.example/news/1", ""), ("https://harbour.example/", ""), ("javascript:alert(1)", ""),
        ("http://[broken", ""),
    ],
)  # fmt: skip
def test_a_page_s_own_address_is_of_its_house_and_no_front_page(said: str, expected: str) -> None:
    assert facts(f"{H1}{TOLD}", f'<link rel="canonical" href="{said}">').canonical == expected


def test_what_is_said_of_use_and_payment_is_kept_as_said() -> None:
    described = ld(
        '{"@type":"NewsArticle","isAccessibleForFree":"False","articleSection":["Coast"],"keywords":"ferry, bay"}'
    )
    head = '<meta name="robots" content="noarchive"><meta name="tdm-reservation" content="1">' + described
    found = facts(f"{H1}{TOLD}", head)
    assert (found.free, found.section, found.tags) == (False, "Coast", ("ferry", "bay"))
    assert found.signals == ("robots: noarchive", "tdm-reservation: 1")
    assert found.where["free"] == "json-ld"
    assert facts(f"{H1}{TOLD}").free is None


def test_each_fact_says_where_it_was_found() -> None:
    head = '<meta property="article:section" content="Coast"><meta property="og:site_name" content="Harbour Post">'
    where = facts(f"{H1}<p>By Ada Brandt, 8 February 2024</p>{TOLD}", head).where
    assert where["title"] == "h1"
    assert (where["authors"], where["published"], where["section"]) == ("shown", "shown", "meta article:section")


@pytest.mark.parametrize(
    ("declared", "text", "expected"),
    [
        ("en", "渡轮停航四个月之后恢复通航，这个消息让我们来说是好事。" * 4, "zh-Hans"),
        ("zh", "渡輪停航四個月之後恢復通航，這個消息讓我們來說是好事。" * 4, "zh-Hant"),
        ("zh-TW", "渡輪停航四個月之後恢復通航，這個消息讓我們來說是好事。" * 4, "zh-TW"),
        ("", "フェリーは四か月ぶりに運航を再開すると市が発表した。漁師たちは歓迎している。" * 3, "ja"),
        ("", "Die Fähre fährt wieder, und die Gäste der Küste sind mit dem Preis nicht unzufrieden. " * 3, "de"),
        ("", "Паром между двумя гаванями снова ходит, сообщил городской совет, и это были рыбаки. " * 3, "ru"),
        ("fr", "Ferry " * 30, "fr"), ("", "", ""),
    ],
)  # fmt: skip
def test_a_declared_language_is_believed_unless_the_script_says_otherwise(
    declared: str, text: str, expected: str
) -> None:
    assert languages.spoken(declared, [text]) == expected


# --- JSON-LD as it is broken ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelt",
    [
        '{%s,}',
        '/* x */ {%s} // y',
        '<![CDATA[{%s}]]>',
        '//<![CDATA[\n{%s}\n//]]>',
        '{"@type":"Thing"}{%s}',
        '[{%s},]',
        '{%s,"n":undefined}',
        '{%s,"x":"a\\' + "'" + 'b"}',
        'QUOTED'
    ],
    ids=range(9),
)  # fmt: skip
def test_broken_json_ld_is_read_for_what_it_says(spelt: str) -> None:
    said = '"@type":"NewsArticle","headline":"Ferry\\n returns"'
    spelt = "{" + said.replace('"', "&quot;") + "}" if spelt == "QUOTED" else spelt.replace("%s", said)
    root = blocks.parse(f"<html><head>{ld(spelt)}</head><body><p>x</p></body></html>")
    assert jsonld.article(root).line("headline") == "Ferry returns"


@soon
@pytest.mark.parametrize(
    "spelt",
    ["", "{", "null", '{"a":' * 500_000, "/*" * 500_000, "," * 1_000_000, '"' * 1_000_001],
    ids=range(7),
)
def test_json_ld_that_is_none_costs_nothing(spelt: str) -> None:
    assert jsonld.parse(spelt) == ()


# --- laws ---------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["<h1>x</h1>", "<h1><span class=kicker>", "<p>By ", "Ada Brandt", "<a href=/author/x>", "</a>", "8 February 2024",
     "<time datetime=2024-02-31>", "<time>", "</p>", "<div class=byline>", "</div>", "<!--", "-->",
     "<span itemprop=author>",
     "<link rel=canonical href=http://[>", '<meta name=author content="&#0;">', ld("{"),
     ld('{"@type":"NewsArticle","author":[[]]}'),
     "٨ فبراير", "令和99年99月99日", "民國999年12月31日", "31 اسفند 1499", "<body>", "</html>", "<svg><title>x</title>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
@settings(max_examples=150, deadline=None)
def test_any_soup_has_facts_and_twice_the_same(soup: str) -> None:
    assert facts(soup) == facts(soup)


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_words_may_be_asked_for_names_and_dates(words: str) -> None:
    for found in (*moments.all_of(words, language="fa"), *moments.all_of(words, month_first=True)):
        assert found.moment.tzinfo is not None
    people.of_byline(words, words, loose=True)
    moments.of_data(words)
    moments.of_distance(words, datetime(2024, 2, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "attack",
    [
        "<p>" + "8 " * 50_000, "<p>" + "By " * 50_000, "<b>" * 3_000 + "x", "<h1>" + "a - " * 50_000,
        "<div class=byline>x" * 5_000,
        "<a href=/author/" + "a/" * 20_000 + ">x</a>", "<p>" + "记者" * 50_000, "<time datetime=" + "1" * 100_000 + ">",
        "<h2>x</h2>" * 20_000, "<span itemprop=author>x</span>" * 20_000, "<p>" + "Ada Brandt and " * 20_000,
    ],
    ids=range(11),
)  # fmt: skip
@soon
@pytest.mark.slow
def test_an_attack_on_the_metadata_costs_little(attack: str) -> None:
    document = f"<html><body>{H1}{attack}"
    root = blocks.parse(document)
    page = survey(root, wide=False)
    metadata.facts(root, metadata.head(root), page, URL, "en")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("记者 苏珊·佩克", ("苏珊·佩克",)),
        ("苏珊·佩克、约翰·李", ("苏珊·佩克", "约翰·李")),
        ("Ada Lund · Ben Ode", ("Ada Lund", "Ben Ode")),
        ("（中央社記者沈海台北8日電）", ("沈海",)),
        ("中央社記者王小明台北8日專電", ("王小明",)),
    ],
)
def test_a_dot_inside_a_foreign_name_parts_nobody_and_a_wire_reporter_stands_before_the_place(line, names):
    assert people.of_byline(line, "").persons == names
