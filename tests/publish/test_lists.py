"""The lists: what they name leads there, what happened is marked, no title breaks out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from publish.edition import NOON, document, headline
from wirecopy.model import Headline, Shelf, replace
from wirecopy.publish import lists

SHELF = Shelf(
    source="dw-zh", name="德国之声", language="zh", homepage="https://www.dw.com/zh/", months=(("2024-02", 3),)
)


def one(**fields: object) -> Headline:
    return headline(document("dw-zh", "1", **fields))  # type: ignore[arg-type]


def entry(found: Headline) -> str:
    return lists.month(SHELF, "2024-02", [found]).decode().splitlines()[-1]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (one(), "[Title of 1](../../articles/dw-zh/2024/02/1.md)"),
        (one(kind="video"), "[Title of 1](../../articles/dw-zh/2024/02/1.md) · video"),
        (one(language="zh-Hant"), "[Title of 1](../../articles/dw-zh/2024/02/1.md) · zh-Hant"),
        (one(number=3), "[Title of 1](../../articles/dw-zh/2024/02/1.md) · edited, revision 3"),
        (one(withdrawn=NOON), "[Title of 1](../../articles/dw-zh/2024/02/1.md) · **withdrawn**"),
        (one(title=" "), "[1](../../articles/dw-zh/2024/02/1.md)"),
        (one(title="خبر", language="ar"), "[<bdi>خبر</bdi>](../../articles/dw-zh/2024/02/1.md) · ar"),
    ],
)
def test_an_entry_says_what_happened(found: Headline, said: str) -> None:
    assert entry(found) == f"- 2024-02-08 12:00 {said}"


def test_a_document_without_a_date_stands_under_its_day() -> None:
    assert entry(replace(one(), published=None)).startswith("- 2024-02-08 [Title of 1]")


@pytest.mark.parametrize(
    "words",
    [
        "[x](javascript:alert(1))",
        "<script>alert(1)</script>",
        "a\n# b",
        "](x)",
        "\x1b[2J",
        "\u202etxt",
        "`",
        "**",
        "{{x}}",
    ],
)
def test_no_title_or_name_breaks_out(words: str) -> None:
    shelf = replace(SHELF, name=words, language=words, homepage=f"https://e.org/{words}")
    found = replace(one(), title=words, language=words, kind=words)
    for page in (
        lists.month(shelf, "2024-02", [found]),
        lists.day("2024-02-08", [found], {"dw-zh": shelf}),
        lists.source(shelf, [found]),
        lists.front([shelf], [("2024-02-08", 1)]),
    ):
        assert not set(page.decode()) & {"\x1b", "\u202e"}
        assert b"{{" not in page
        rendered = MarkdownIt("commonmark").render(page.decode())
        assert "<script" not in rendered
        assert "<strong>" not in rendered
        assert 'href="javascript' not in rendered
        assert rendered.count("<h1>") == 1


def test_a_day_keeps_its_sources_apart() -> None:
    other = headline(document("dw-en", "2"))
    page = lists.day("2024-02-08", [other, one()], {"dw-zh": SHELF}).decode()
    assert re.findall("^## .*", page, re.MULTILINE) == [
        "## [dw-en](../../../sources/dw-en.md)",
        "## [德国之声](../../../sources/dw-zh.md)",
    ]


def test_the_front_page_shows_the_latest_month_of_days_and_every_source() -> None:
    days = [(f"{NOON - timedelta(days=number):%Y-%m-%d}", 1) for number in range(100)]
    page = lists.front([SHELF, Shelf(source="empty")], days).decode()
    assert page.count("](days/") == 31
    assert "- [德国之声](sources/dw-zh.md) · zh · 3 documents · 2024-02 to 2024-02\n" in page
    assert "empty" not in page
    assert "3 documents of 1 source," in page


def test_a_source_page_leads_to_all_its_months() -> None:
    shelf = replace(SHELF, months=(("2024-02", 1), ("2024-01", 2)))
    page = lists.source(shelf, []).decode()
    assert "- [2024-02](dw-zh/2024-02.md) · 1 document\n" in page
    assert "- [2024-01](dw-zh/2024-01.md) · 2 documents\n" in page
