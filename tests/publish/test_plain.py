"""The plain document: front matter that any parser reads back, a body that says all the article says."""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import strategies
from publish.edition import NOON, document, headline
from wirecopy.model import (
    AnyBlock,
    Article,
    Aside,
    Cell,
    Code,
    Embed,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    Link,
    List,
    LiveEntry,
    Mark,
    Media,
    Paragraph,
    Picture,
    Quote,
    Reference,
    Rule,
    Table,
    Translation,
    replace,
    text,
    texts,
)
from wirecopy.model import plain as characters
from wirecopy.publish import commonmark, plain

MARKDOWN = MarkdownIt("commonmark").enable("table")
KEYS = [
    "id", "source", "title", "authors", "published", "modified", "captured", "revision", "language", "original",
    "rights", "digest", "kind",
]  # fmt: skip


def parts(rendered: bytes) -> tuple[dict[str, object], str]:
    """The front matter as YAML reads it, and the body."""
    empty, front, body = rendered.decode().split("---\n", 2)
    assert empty == ""
    read = yaml.safe_load(front)
    assert isinstance(read, dict)
    return read, body


def body_of(*blocks: AnyBlock, **options: object) -> str:
    """What the document says of these blocks, without its opening."""
    rendered = plain.render(document("dw-zh", "1", body=blocks), **options)  # type: ignore[arg-type]
    return parts(rendered)[1].split("\n\n", 2)[2].removesuffix("\n")


def front_of(article: Article) -> dict[str, object]:
    return parts(plain.render(replace(document("dw-zh", "1"), article=article)))[0]


# --- front matter


def test_the_front_matter_has_these_keys_in_this_order() -> None:
    front, _ = parts(plain.render(document("dw-zh", "68204677")))
    assert list(front) == KEYS
    assert front["id"] == "dw-zh/68204677"
    assert front["published"] == "2024-02-08T12:00:00Z"
    assert front["captured"] == "2024-02-08T12:10:00Z"
    assert front["modified"] is None
    assert front["revision"] == 1


def test_what_applies_to_some_stands_in_some() -> None:
    opinion = document(
        "dw-ar", "1", opinion=True, section="رأي", tags=("a", "b"), dateline="DW", language="ar", withdrawn=NOON
    )
    front, _ = parts(plain.render(opinion))
    more = {
        "section": "رأي",
        "tags": ["a", "b"],
        "opinion": True,
        "dateline": "DW",
        "withdrawn": "2024-02-08T12:00:00Z",
    }
    assert {key: value for key, value in front.items() if key not in KEYS} == {**more, "direction": "rtl"}


def test_the_digest_is_of_all_that_follows_the_front_matter() -> None:
    rendered = plain.render(document("dw-zh", "1", body=(Paragraph(text=text("中文")),)))
    front, body = parts(rendered)
    assert front["digest"] == hashlib.sha256(body.encode()).hexdigest()


tricky = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        ["yes", "no", "null", "~", "2024-02-08", "1_000", "0x1F", "1:30", "#", "---", "...", "'", '"', "\\"]
    ),
    st.sampled_from(["&a", "*a", "%YAML", "<<", "=", "!!python/object:os.system", "👍"]),
    st.sampled_from(["- a", "a: b", "a\nb", "a #b", "\x1b[2J", "\u00a0", *"\x00\x7f\x85\u2028\ufeff\u202e\ufffe"]),
)


@given(tricky, st.lists(tricky, max_size=3))
def test_a_string_is_read_back_exactly_by_yaml_and_json(words: str, several: list[str]) -> None:
    article = Article(source="dw-zh", key="1", title=words, authors=tuple(several), rights=words, section=words)
    front = front_of(article)
    assert (front["title"], front["authors"], front["rights"]) == (words, several, words)
    assert front.get("section", "") == words
    assert json.loads(plain.quoted(words)) == words


@given(st.text(max_size=20))
def test_the_front_matter_is_safe_to_print(words: str) -> None:
    line = plain.quoted(words)
    assert not {unicodedata.category(letter) for letter in line} & {"Cc", "Zl", "Zp", "Cs"}
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


# --- the body


@settings(max_examples=100)
@given(strategies.bodies)
def test_a_document_says_all_that_its_blocks_say(body: tuple[AnyBlock, ...]) -> None:
    rendered = MARKDOWN.render(body_of(Paragraph(text=text("x")), *body))
    found = seen(html.unescape(re.sub(r"<[^>]*>", "", rendered)))
    said = [seen(characters(words)) for words in texts(body)]
    assert [words for words in said if words not in found] == []
    assert Counter("".join(said)) <= Counter(found)


def seen(words: str) -> str:
    return "".join(commonmark.clean(words).split())


@settings(max_examples=100)
@given(strategies.articles)
def test_nothing_active_comes_out(article: Article) -> None:
    _, body = parts(plain.render(replace(document("dw-zh", "1"), article=article)))
    rendered = MARKDOWN.render(body)
    allowed = (
        "strong em u s small sub sup code br p h1 h2 h3 h4 h5 h6 a img ul ol li blockquote pre hr "
        "table thead tbody tr th td caption"
    )
    assert set(re.findall(r"</?([a-zA-Z][\w-]*)", rendered)) <= set(allowed.split())
    for address in re.findall(r'(?:href|src)="([^"]*)"', rendered):
        assert re.match(r"https?://|mailto:", html.unescape(address)), address
    assert not re.search(r"\son\w+=", re.sub(r'"[^"]*"', "", rendered))


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://evil.example/t.gif)", "`` ` ``<b>",
        "\x1b]0;owned\x07\x1b[2J", "\u202egpj.exe", "---\ntitle: forged\n---", "# Forged\n\n- list",
        "{{ site.secret }}", "<!-- -->", "&#x3c;script&#x3e;", "]: javascript:x", "a\\", "</td></table><script>",
    ],
)  # fmt: skip
def test_an_injection_is_text_wherever_it_stands(words: str) -> None:
    picture = Picture(url="https://example.org/p.jpg", caption=text(words), credit=words, alt=words)
    article = Article(
        source="dw-zh", key="1", url="https://example.org/", title=words, kicker=words, subtitle=words, summary=words,
        byline=words, authors=(words,), section=words, tags=(words,), language="zh", rights=words, dateline=words,
        picture=picture, related=(Reference(title=words, url=words),), translations=(Translation(language=words),),
        body=(
            Heading(text=text(words)), Gallery(title=words, entries=(GalleryEntry(picture=picture, title=words),)),
            Embed(kind=words, url="https://example.org/", title=words), Media(kind=words, url=words, title=words),
            Aside(title=words, body=(Paragraph(text=text(words)),)), Table(rows=((Cell(text=text(words)),),)),
            LiveEntry(title=words, authors=(words,), body=()), Quote(body=(Paragraph(text=text(words)),)),
        ),
    )  # fmt: skip
    rendered = plain.render(replace(document("dw-zh", "1"), article=article))
    front, body = parts(rendered)
    assert front["title"] == words
    assert "{{" not in body
    controls = {letter for letter in rendered.decode() if unicodedata.category(letter) in ("Cc", "Zl", "Zp")}
    assert controls == {"\n"}
    page = MARKDOWN.render(body)
    assert "<script" not in page
    assert "javascript:" not in "".join(re.findall(r'(?:href|src)="[^"]*"', page))
    assert set(re.findall(r'src="([^"]*)"', page)) == {"https://example.org/p.jpg"}
    assert page.count("<h1>") == 1


def test_a_withdrawn_document_says_so_first() -> None:
    gone = document("dw-zh", "1", withdrawn=datetime(2024, 2, 9, 10, tzinfo=UTC))
    _, body = parts(plain.render(gone))
    assert body.startswith(
        "\n# Title of 1\n\n> **Withdrawn by the outlet on 2024-02-09 10:00 UTC; this is the last copy.**\n\n"
    )


def test_an_edited_document_says_which_revision_it_is() -> None:
    _, body = parts(plain.render(document("dw-zh", "1", number=3)))
    assert "\n> Revision 3, taken 2024-02-08 14:10 UTC; first taken 2024-02-08 12:10 UTC.\n" in body


def test_the_opening_names_author_dates_and_original() -> None:
    article = replace(
        document("dw-zh", "1").article, kicker="时政", subtitle="副题", summary="摘要。", authors=("张三", "Li_Si"),
        modified=datetime(2024, 2, 8, 15, 30, tzinfo=UTC),
        picture=Picture(url="https://example.org/p.jpg", alt="a [b]"),
    )  # fmt: skip
    _, body = parts(plain.render(replace(document("dw-zh", "1"), article=article)))
    assert body == (
        "\n# Title of 1\n\n*时政*\n\n**副题**\n\n摘要。\n\n"
        "张三, Li\\_Si · published 2024-02-08 12:00 UTC · changed 2024-02-08 15:30 UTC"
        " · [dw-zh](https://dw-zh.example/a-1)\n\n![a \\[b\\]](https://example.org/p.jpg)\n"
    )


def test_a_summary_that_the_text_begins_with_is_not_said_twice() -> None:
    body = parts(plain.render(document("dw-zh", "1", summary="摘要。", body=(Paragraph(text=text("摘要。")),))))[1]
    assert body.count("摘要。") == 1


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Paragraph(text=text("一段。")), "一段。"),
        (Paragraph(text=text("\u00a0")), ""),
        (Heading(text=text("C#")), "## C\\#"),
        (Heading(text=text("deep"), level=9), "###### deep"),
        (Quote(body=(Paragraph(text=text("说\n过")),), credit=text("某人")), "> 说\\\n> 过\n>\n> — 某人"),
        (List(items=((Paragraph(text=text("a")),), (Paragraph(text=text("b")),))), "- a\n- b"),
        (
            List(ordered=True, items=((Paragraph(text=text("a")), List(items=((Paragraph(text=text("b")),),))),)),
            "1. a\n\n   - b",
        ),
        (Rule(), "***"),
        (Code(text="a\n```\nb\n"), "````\na\n```\nb\n````"),
        (
            Figure(picture=Picture(url="https://e.org/p.jpg", alt="x", caption=text("“图”"), credit="AFP")),
            "![x](https://e.org/p.jpg)\n\n*“图”* (AFP)",
        ),
        (Figure(picture=Picture(caption=text("只有字"))), "*只有字*"),
        (
            Gallery(title="图集", entries=(GalleryEntry(title="一", text=text("文"), picture=Picture(url="https://e.org/1")),)),
            "## 图集\n\n### 一\n\n![](https://e.org/1)\n\n文",
        ),
        (
            Table(
                rows=(
                    (Cell(text=text("a|b"), header=True), Cell(text=text("c"), header=True)),
                    (Cell(text=text("1\n2")), Cell(text=text("x", Mark.STRONG))),
                ),
                caption=text("表"),
            ),
            "*表*\n\n| a&#124;b | c |\n| --- | --- |\n| 1<br>2 | **x** |",
        ),
        (
            Table(
                rows=((Cell(text=text("a<b"), across=2),), (Cell(text=text("c")), Cell(text=text("d"), header=True)))
            ),
            '<table>\n<tr><td colspan="2">a&lt;b</td></tr>\n<tr><td>c</td><th>d</th></tr>\n</table>',
        ),
        (
            Embed(kind="youtube", url="https://youtu.be/x", title="片", text=text("字")),
            "> youtube: [片](https://youtu.be/x)\n>\n> 字",
        ),
        (Embed(kind="map", url="javascript:x"), "> map"),
        (
            Media(kind="video", url="https://e.org/v.mp4", title="片", duration=185),
            "> video: [片](https://e.org/v.mp4) (3:05)",
        ),
        (
            Aside(title="背景", body=(Heading(text=text("h")), Paragraph(text=text("p")))),
            "> **背景**\n>\n> ## h\n>\n> p",
        ),
        (
            LiveEntry(
                at=NOON, title="开始", authors=("甲",), body=(Heading(text=text("h")), Paragraph(text=text("p")))
            ),
            "## 2024-02-08 12:00 UTC · 开始\n\n甲\n\n### h\n\np",
        ),
    ],
)  # fmt: skip
def test_each_block_has_its_form(block: AnyBlock, expected: str) -> None:
    rendered = parts(plain.render(document("dw-zh", "1", body=(block, Paragraph(text=text("end"))))))[1]
    assert rendered.split("\n\n", 2)[2] == f"{expected}\n\nend\n".removeprefix("\n\n")


def test_lists_side_by_side_stay_two() -> None:
    one = List(items=((Paragraph(text=text("a")),),))
    rendered = MARKDOWN.render(body_of(Paragraph(text=text("x")), one, Paragraph(text=text(" ")), one, one))
    assert rendered.count("<ul>") == 3


def test_the_deepest_nesting_is_still_all_there() -> None:
    block: AnyBlock = Paragraph(text=text("the bottom"))
    for _ in range(40):
        block = Quote(body=(List(items=((block,),)),))
    assert "the bottom" in MARKDOWN.render(body_of(Paragraph(text=text("x")), block))


# --- where links lead


def linked(link: Link, known: dict[str, str]) -> str:
    def own(wanted: Link) -> str:
        return known.get(wanted.ref) or known.get(wanted.href) or ""

    return body_of(Paragraph(text=text("x")), Paragraph(text=text("这里", link=link)), link=own).split("\n\n")[1]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Link(ref="dw:7"), "[这里](../7.md)"),
        (Link(ref="dw:7", href="https://www.dw.com/a-7"), "[这里](../7.md)"),
        (Link(href="https://www.dw.com/a-7"), "[这里](../7.md)"),
        (Link(ref="dw:8", href="https://www.dw.com/a-8"), "[这里](https://www.dw.com/a-8)"),
        (Link(ref="dw:8"), "这里"),
        (Link(ref="dw:8", href="https://api.dw.com/api/detail/article/8"), "这里"),
        (Link(href="https://www.dw.com/graph-api/zh/content/article/8"), "这里"),
        (Link(href="javascript:alert(1)"), "这里"),
        (Link(href="data:text/html,x"), "这里"),
        (Link(href="//evil"), "这里"),
        (Link(href="mailto:news@dw.com"), "[这里](mailto:news@dw.com)"),
        (Link(href="https://e.org/a b(c)?d=<e>&amp;f"), "[这里](https://e.org/a%20b\\(c\\)?d=%3Ce%3E\\&amp;f)"),
        (Link(href="https://例子.example/新闻"), "[这里](https://xn--fsqu00a.example/%E6%96%B0%E9%97%BB)"),
    ],
)  # fmt: skip
def test_a_link_leads_to_our_copy_or_to_the_public_page(link: Link, expected: str) -> None:
    assert linked(link, {"dw:7": "../7.md", "https://www.dw.com/a-7": "../7.md"}) == expected


def test_references_and_translations_close_the_document() -> None:
    rendered = plain.render(
        document(
            "dw-zh", "1", related=(Reference(title="专题", ref="dw:7"), Reference(title="无处"), Reference()),
            translations=(Translation(language="zh-Hant", url="https://e.org/t"),),
        ),
        link=lambda link: "../7.md" if link.ref == "dw:7" else "",
    )  # fmt: skip
    assert rendered.decode().endswith("\n\n***\n\n- [专题](../7.md)\n- 无处\n- [In zh-Hant](https://e.org/t)\n")


# --- pictures

PICTURE = Picture(url="https://static.dw.com/image/67121832_303.jpg?a=1&b=2", alt="x", caption=text("图"))


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ("outlet", "![x](https://static.dw.com/image/67121832_303.jpg?a=1&b=2)\n\n*图*"),
        ("proxy", "![x](https://images.weserv.nl/?url=static.dw.com/image/67121832_303.jpg?a=1%26b=2)\n\n*图*"),
        ("none", "*图* [x](https://static.dw.com/image/67121832_303.jpg?a=1&b=2)"),
    ],
)
def test_pictures_come_from_where_the_operator_says(pictures: str, expected: str) -> None:
    assert (
        body_of(Paragraph(text=text("x")), Figure(picture=PICTURE), pictures=pictures).split("\n\n", 1)[1] == expected
    )


def test_a_picture_without_a_web_address_has_none() -> None:
    assert plain.picture_address(Picture(url="data:image/png;base64,AAAA"), "outlet") == ""
    assert plain.picture_address(Picture(url="file:///etc/passwd"), "proxy") == ""


# --- the same text elsewhere


def kin_of(*others: tuple[str, int], published: int = 0) -> str:
    found = sorted(
        (headline(document(source, "2", at=NOON + timedelta(hours=hours))) for source, hours in others),
        key=lambda each: each.at,
    )
    rendered = plain.render(
        document("ours-en", "1", at=NOON + timedelta(hours=published)),
        names={"courier-en": "The *Courier*"},
        kin=[(each, f"../../{each.source}/{each.key}.md") for each in found],
    ).decode()
    return rendered.rpartition("\n\n")[2].strip()


def test_a_text_that_stands_elsewhere_too_says_where_and_where_first() -> None:
    assert kin_of(("courier-en", 2)) == "Also in [The \\*Courier\\*](../../courier-en/2.md) (2024-02-08 14:00 UTC)."
    assert (
        kin_of(("courier-en", 2), ("bote-de", -3), ("post-en", 1))
        == "First at [bote-de](../../bote-de/2.md) (2024-02-08 09:00 UTC); also in [post-en](../../post-en/2.md) "
        "(2024-02-08 13:00 UTC), [The \\*Courier\\*](../../courier-en/2.md) (2024-02-08 14:00 UTC)."
    )
    assert kin_of(("bote-de", -3)) == "First at [bote-de](../../bote-de/2.md) (2024-02-08 09:00 UTC)."


def test_of_many_that_have_a_text_twenty_are_named() -> None:
    said = kin_of(*((f"outlet{n}-en", n + 1) for n in range(25)))
    assert said.count("](../../") == 20
    assert said.endswith(" and 5 more.")


def test_a_text_that_stands_nowhere_else_says_nothing_of_it() -> None:
    assert "lso in" not in kin_of()
