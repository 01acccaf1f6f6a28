"""Words as CommonMark: whatever the text, a renderer gives back each character, mark and link."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.common import normalize_url
from markdown_it.rules_inline import state_inline
from markdown_it.token import Token

from wirecopy import urls
from wirecopy.model import Link, Mark, Run, Text, merge, plain, text
from wirecopy.publish import commonmark

RENDERER = MarkdownIt("commonmark")
TABLES = MarkdownIt("commonmark").enable("table")
TAGS = {
    "strong": "strong",
    "em": "em",
    "u": "u",
    "s": "s",
    "small": "small",
    "sub": "sub",
    "sup": "sup",
    "code": "code",
}
Letter = tuple[str, frozenset[str], str]


def address(link: Link) -> str:
    return urls.resolve(link.href) or link.ref


# --- what a renderer made of it, and what it should have made


def shown(token: Token) -> list[Letter]:
    """The characters of an inline token, each with its marks and the address it leads to."""
    found: list[Letter] = []
    marks: list[str] = []
    target = ""
    for child in token.children or ():
        match child.type:
            case "text" | "text_special":
                found += [(letter, frozenset(marks), target) for letter in child.content]
            case "code_inline":
                found += [(letter, frozenset([*marks, "code"]), target) for letter in child.content]
            case "hardbreak":
                found.append(("\n", frozenset(), ""))
            case "link_open":
                target = str(child.attrs["href"])
            case "link_close":
                target = ""
            case "html_inline" if child.content == "<br>":
                found.append(("\n", frozenset(), ""))
            case "html_inline":
                tag = child.content.strip("</>")
                assert tag in TAGS, child.content
                marks.remove(tag) if child.content.startswith("</") else marks.append(tag)
            case _ if child.type.removesuffix("_open").removesuffix("_close") in ("strong", "em"):
                marks.append(child.tag) if child.nesting == 1 else marks.remove(child.tag)
            case _:
                pytest.fail(f"{child.type} in {token.content!r}")
    assert not marks
    assert not target
    return [bare(letter) for letter in found]


def meant(words: Text) -> list[Letter]:
    found = []
    for run in words:
        target = address(run.link) if run.link is not None else ""
        for letter in commonmark.clean(run.text):
            marks = frozenset(mark.value for mark in run.marks)
            found.append(bare((letter, marks, normalize_url.normalizeLink(target))))
    return found


def bare(letter: Letter) -> Letter:
    """White space shows neither its marks nor its link."""
    return (letter[0], frozenset(), "") if letter[0].isspace() else letter


def one_block(markdown: str, *kinds: str, renderer: MarkdownIt = RENDERER) -> Token:
    tokens = renderer.parse(markdown)
    assert [token.type for token in tokens if token.type.endswith("_open")] == [f"{kind}_open" for kind in kinds]
    assert not [token for token in tokens if token.type in ("html_block", "fence", "code_block", "hr")]
    return next(token for token in tokens if token.type == "inline")


# --- texts as bad as they come

HOSTILE = (
    "中国俄罗斯“”（）：，。「」！abcXYZ019 \u00a0\u3000\u200b\u200d\u200f\u202e\u2066\u2028\u2029\ufeff\u00ad\t\n"
    "العربيةעبריתéß\u0301€°±→👍𠀀𝄞*_[]()<>&#`~|\\!+-.=\"'/:;{}%^$@?\x00\x1b\x07\r\x0b\x85"
)
PIECES = (
    "**", "*", "__", "***", "`", "``", "```", "~~~", "---", "===", "# ", "## ", "1. ", "2) ", "- ", "+ ", "> ", "|",
    "|-|", "&amp;", "&#35;", "&lt", ";", "<b>", "</strong>", "<!--", "-->", "<script>", "<?", "]]>", "](", "](j:x)",
    "![", "[x]: /y", "\n", "\n\n", "  \n", "\\", "\\\n", "    ", "\t", "http://a.b", "www.a.b", "{{", "{%", "$x$", "“",
    "”", "中", "a", "1", " ", "!", "€", "👍", "\u3000",
)  # fmt: skip
words = st.one_of(
    st.text(HOSTILE, max_size=12),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
links = st.none() | st.builds(
    Link,
    href=st.sampled_from(
        ["https://example.org/a", "https://example.org/(a)b)?x={1}&lt;|`\\^[]#a&amp;b", "http://例子.example/新闻 “a”"]
    ),
)
runs = st.builds(Run, text=words, marks=st.lists(st.sampled_from(list(Mark)), max_size=3).map(tuple), link=links)
texts = st.lists(runs, max_size=5).map(merge).filter(lambda found: bool(commonmark.clean(plain(found)).strip()))


@pytest.fixture(params=["punctuation and symbols", "punctuation only", "halves of characters"], scope="module")
def renderer(request: pytest.FixtureRequest) -> Iterator[None]:
    """Renderers differ in what they take for punctuation; each of these is some renderer's view."""
    views: dict[str, Callable[[str], bool]] = {
        "punctuation and symbols": lambda letter: unicodedata.category(letter)[0] in "PS",
        "punctuation only": lambda letter: unicodedata.category(letter)[0] == "P",
        "halves of characters": lambda letter: letter <= "\uffff" and unicodedata.category(letter)[0] == "P",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_inline, "isPunctChar", views[request.param])
        yield


@given(texts)
@example(text("俄中关系”", Mark.STRONG) + text("俄罗斯"))
@example(text("中") + text("“俄中”", Mark.STRONG) + text("中"))
@example(text("a", Mark.STRONG) + text("b", Mark.EM) + text("c", Mark.STRONG, Mark.EM) + text("d"))
@example(text("€5", Mark.EM) + text("x"))
@example(text("Wow!") + text("more", link=Link(href="https://example.org/")))
@example(text("`", Mark.STRONG) + text("``a", Mark.CODE) + text("`"))
@example(text("]:", Mark.CODE, link=Link(href="https://example.org/")))
@example(text("\u3000\u3000段落\n\n  two \n"))
def test_a_paragraph_says_what_the_text_says(renderer: None, written: Text) -> None:
    assert shown(one_block(commonmark.words(written, address), "paragraph")) == meant(written)


@given(texts)
def test_so_does_a_paragraph_in_a_quote_in_a_list(written: Text) -> None:
    lines = commonmark.words(written, address).split("\n")
    markdown = "\n".join(f"{'- ' if number == 0 else '  '}> {line}" for number, line in enumerate(lines))
    assert shown(one_block(markdown, "bullet_list", "list_item", "blockquote", "paragraph")) == meant(written)


@given(texts)
def test_so_does_a_heading(written: Text) -> None:
    markdown = f"## {commonmark.line(written, address)}"
    assert "\n" not in markdown
    assert shown(one_block(markdown, "heading")) == meant(written)


@given(texts)
def test_so_does_a_cell_of_a_table(written: Text) -> None:
    markdown = f"| {commonmark.cell(written, address)} | b |\n| --- | --- |"
    token = one_block(markdown, "table", "thead", "tr", "th", "th", renderer=TABLES)
    assert shown(token) == meant(written)


@given(texts)
def test_so_does_html(written: Text) -> None:
    markup = commonmark.html(written, address)
    assert "\n" not in markup
    assert set(re.findall(r"</?(\w+)", markup)) <= {*TAGS, "br", "a"}
    said = html.unescape(re.sub(r"<[^>]*>", "", markup.replace("<br>", "\n")))
    assert said == commonmark.clean(plain(written))


@given(words)
def test_a_label_is_one_line_within_a_line(written: str) -> None:
    label = commonmark.escaped(written)
    token = one_block(f"x [{label}](y) z", "paragraph")
    said = " ".join(commonmark.clean(written).split())
    expected = f"x {said} z" if said.strip() else "x  z"
    assert "".join(letter for letter, _, _ in shown(token)) == expected


@given(words)
def test_nothing_reaches_a_terminal_but_characters(written: str) -> None:
    markdown = commonmark.words(text(written), address)
    unsafe = {letter for letter in markdown if unicodedata.category(letter) in ("Cc", "Zl", "Zp") and letter != "\n"}
    assert not unsafe
    assert not set(markdown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (text("“俄中关系”", Mark.STRONG), "**“俄中关系”**"),
        (text("“俄中关系”", Mark.STRONG) + text("俄罗斯"), "<strong>“俄中关系”</strong>俄罗斯"),
        (text("中") + text("文字", Mark.STRONG) + text("中"), "中**文字**中"),
        (text("very ", Mark.EM) + text("good"), "*very* good"),
        (text("snake_case * 2 < 3 & 4 # 5"), "snake\\_case \\* 2 \\< 3 & 4 # 5"),
        (text("1986. A great year"), "1986\\. A great year"),
        (text("- no list"), "\\- no list"),
        (text("a\nb"), "a\\\nb"),
        (text("x = f(`y`)", Mark.CODE), "``x = f(`y`)``"),
        (text("two{{ evil }}"), "two\\{\\{ evil }}"),
    ],
)  # fmt: skip
def test_it_reads_well_as_it_stands(written: Text, expected: str) -> None:
    assert commonmark.words(written, address) == expected


def test_a_link_without_an_address_is_its_words() -> None:
    assert commonmark.words(text("here", link=Link(href="javascript:alert(1)")), address) == "here"
