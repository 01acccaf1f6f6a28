"""First and last lines of a report: what is taken for a dateline, an agency line, a rights line, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import soon
from wirecopy.collect.read import lines
from wirecopy.model import Blocks, Heading, Mark, Paragraph, document_text, text

RIGHTS = "©2024年某某新闻社版权声明：本文所有内容受到著作权法保护，不得擅自使用。"


def body(*words: str) -> Blocks:
    return tuple(Paragraph(text=text(each)) for each in words)


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("（德国之声中文网）昨天", "德国之声中文网"),
        ("(德国之声中文网) 昨天", "德国之声中文网"),
        ("   （德國之聲中文網）昨天", "德國之聲中文網"),
        ("（法新社）昨天", "法新社"),
        ("（本报讯）昨天", "本报讯"),
        ("BERLIN (dpa) - Gestern", "BERLIN (dpa)"),
        ("Berlin (AFP) — Yesterday", "Berlin (AFP)"),
        ("NEW YORK — Yesterday", "NEW YORK"),
        ("（上周日）有人说", ""),
        ("上周日（7月12日）有人说", ""),
        ("（德国之声中文网）", ""),
        ("NATO - the alliance", ""),
        ("In Berlin (capital) - there", ""),
        ("", ""),
    ],
)
def test_a_dateline_is_found_where_there_is_one(opening: str, expected: str) -> None:
    assert lines.dateline(opening.strip()) == expected
    assert lines.read(body("\u00a0", opening)).dateline == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("（法新社）", ("法新社",)),
        ("(法新社、路透社)", ("法新社", "路透社")),
        ("（路透社、德新社等）", ("路透社", "德新社")),
        ("（據法新社等）", ("法新社",)),
        ("（综合报道）", ()),
        ("（綜合報導）", ()),
        ("(AP, Reuters)", ("AP", "Reuters")),
        ("ust/kle (dpa, afp)", ("dpa", "afp")),
        ("（完）", None),
        ("(dpa, my cousin)", None),
        ("He spoke to (AP)", None),
        ("法新社", None),
        ("()", None),
        ("（、）", None),
    ],
)
def test_an_agency_line_names_agencies_and_nothing_else(line: str, expected: tuple[str, ...] | None) -> None:
    assert lines.agencies(line) == expected


def test_closing_lines_get_their_roles_and_keep_their_text() -> None:
    told = (*body("（德国之声中文网）昨天。", "今天。"), Paragraph(text=text("（法新社）", Mark.EM)), *body(RIGHTS))
    found = lines.read(told)
    assert [block.role for block in found.body if isinstance(block, Paragraph)] == ["", "", "agency", "rights"]
    assert document_text(found.body) == document_text(told)
    assert (found.dateline, found.agencies, found.rights) == ("德国之声中文网", ("法新社",), RIGHTS)


def test_agencies_that_end_the_last_sentence_are_named_and_the_sentence_is_no_agency_line() -> None:
    found = lines.read(body("昨天。（法新社、路透社）"))
    assert found.agencies == ("法新社", "路透社")
    assert found.body == body("昨天。（法新社、路透社）")


@pytest.mark.parametrize(
    "spelt",
    ["© 2020年 德国之声版权声明：……", "©️ 2021年德國之聲版權聲明", "Copyright 2024 by X", "(c) 2020 X", "版权声明：X"],
)
def test_a_rights_line_is_known_in_its_spellings(spelt: str) -> None:
    assert lines.read(body("Text.", spelt)).rights == spelt


def test_a_report_about_copyright_is_no_rights_line() -> None:
    story = "Copyright law is the subject of this very long paragraph. " * 20
    assert lines.read(body(story)).rights == ""


def test_only_the_end_of_a_report_has_closing_lines() -> None:
    told = body("（法新社）", *("Text." for _ in range(10)))
    assert lines.read(told) == lines.Lines(body=told)


def test_other_blocks_are_left_alone() -> None:
    told = (Heading(text=text("（法新社）")),)
    assert lines.read(told) == lines.Lines(body=told)
    assert lines.read(()) == lines.Lines(body=())


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("", ()),
        ("   ", ()),
        ("null 张慈", ("张慈",)),
        ("null null", ()),
        ("  叶宣（综合报道）", ("叶宣",)),
        ("苗子(摘编)", ("苗子",)),
        ("William  Yang", ("William Yang",)),
        ("Julia V. | Clare R.", ("Julia V.", "Clare R.")),
        ("张三、李四", ("张三", "李四")),
        ("张三 李四", ("张三", "李四")),
        ("By A. Person and B. Person", ("A. Person", "B. Person")),
        ("Von A Person und B Person", ("A Person", "B Person")),
        ("作者：张三", ("张三",)),
        ("A Person, A Person", ("A Person",)),
        ("Nullmeier", ("Nullmeier",)),
    ],
)
def test_the_names_in_a_byline_are_taken_apart(byline: str, expected: tuple[str, ...]) -> None:
    assert lines.names(byline) == expected


@given(st.lists(st.text(alphabet="（）()法新社dpa ,、©—-A年版权声明/ust", max_size=30), max_size=8))
def test_reading_lines_changes_no_text(told: list[str]) -> None:
    given = body(*filter(None, told))
    found = lines.read(given)
    assert document_text(found.body) == document_text(given)
    assert lines.read(found.body) == found


@soon
@pytest.mark.parametrize(
    "words",
    ["A " * 500_000, "(" * 1_000_000, "（a" * 500_000, "AB " * 500_000 + "(", "。（" * 500_000, "und " * 500_000],
    ids=range(6),
)
def test_absurd_lines_are_read_in_time(words: str) -> None:
    lines.read(body(words))
    lines.names(words)
