"""The classic document, written: the seed's own bytes, our goldens, and nothing active whatever goes in."""

import re

import lxml.html
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import helpers_seed
import strategies
from publish.classic_articles import ARTICLES, GOLDEN, document, paragraph, picture
from wirecopy import dates, seams
from wirecopy.model import (
    Article,
    Document,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    Link,
    Mark,
    Media,
    Paragraph,
    Picture,
    Run,
    Seam,
    document_text,
    plain,
    replace,
    text,
)
from wirecopy.publish import classic

needs_seed = [
    pytest.mark.corpus,
    pytest.mark.skipif(not helpers_seed.SEED.exists(), reason="the seed document is not here"),
]


def written(article: Article, **how) -> str:
    return classic.render(document(article), **how).decode()


def body_of(article: Article, **how) -> str:
    return written(article, **how).split("\n------\n\n")[1].removesuffix("\n")


def article_with(*blocks, **fields) -> Article:
    known = {"source": "dw-zh", "key": "1", "url": "https://www.dw.com/zh/a-1", "title": "灯", "body": blocks}
    return Article(**{**known, **fields})


# What stands over an article of which only the title is known.
HEAD = '<div><i><br></i></div><img src="" width="100%"><div><small style="color: #999;"></small></div>'


# --- the shape ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_of_every_form_is_written_as_its_golden_document(name):
    assert written(ARTICLES[name]) == (GOLDEN / f"{name}.md").read_bytes().decode()


def seed_by_hand() -> Document:
    """The seed as the reader of the apps' API gives it: blocks, a gallery in its place, larger pictures."""
    seed = helpers_seed.Seed()
    ref = re.compile(r'(.*)<a href="[^"]*/(\d+)" rel="ArticleRef">(.*)</a>(.*)')

    def block(html):
        if heading := re.fullmatch(r"<strong>(.*)</strong>", html):
            return Heading(text=text(heading[1]))
        if line := re.fullmatch(r"<em>(.*)</em>", html):
            return Paragraph(text=text(line[1], Mark.EM))
        if link := ref.fullmatch(html):
            to = Link(href=f"https://www.dw.com/a-{link[2]}", ref=f"dw:{link[2]}", rel="ArticleRef")
            return paragraph(link[1], Run(text=link[3], link=to), link[4])
        return paragraph(html)

    gallery = Gallery(
        title=seed.gallery_title,
        ref="dw:67798400",
        entries=tuple(
            GalleryEntry(picture=picture(key, form="606", credit="AFP"), title=title, text=text(words))
            for key, title, words in seed.entries
        ),
    )
    article = Article(
        source="dw-zh",
        key=str(seed.id),
        url=seed.url,
        title=seed.title,
        kicker="时政",
        summary="一段导语",
        published=dates.parse(seed.date),
        picture=picture(seed.picture, seed.caption, form="1004", alt="握手", credit="AFP"),
        body=(*map(block, seed.before), gallery, *map(block, seed.after)),
    )
    at = dates.from_epoch_ms(seed.epoch_ms)
    return Document(article=article, number=1, revisions=1, at=at, first_at=at, day="2024-02-08")


class TestTheSeed:
    pytestmark = needs_seed

    def test_an_article_read_from_the_apps_api_is_the_seed_byte_for_byte(self):
        assert classic.render(seed_by_hand()) == helpers_seed.Seed().document

    @pytest.mark.parametrize("rel", ["", "internal-link"])
    def test_links_as_the_content_api_has_them_give_the_same_document(self, rel):
        found = seed_by_hand()

        def renamed(run):
            return replace(run, link=replace(run.link, rel=rel)) if run.link else run

        body = tuple(
            replace(block, text=tuple(map(renamed, block.text))) if isinstance(block, Paragraph) else block
            for block in found.article.body
        )
        same = replace(found, article=replace(found.article, body=body))
        assert classic.render(same) == helpers_seed.Seed().document

    def test_the_helper_puts_every_word_of_the_seed_into_both_shapes(self):
        seed = helpers_seed.Seed()
        assert len(seed.before) + len(seed.after) == 11
        assert [len(seed.entries), len(seed.refs)] == [8, 2]
        between_tags = re.split(r"<[^>]*>", seed.document.decode().split("------\n\n")[1].strip("\n"))
        words = [part.removeprefix("相关图集").removeprefix("：") for part in between_tags]
        for shape in (helpers_seed.detail_document(), helpers_seed.content_document()):
            told = helpers_seed.encoded(shape).decode().replace("&nbsp;", "\u00a0")
            assert [part for part in words if part not in told] == []


# --- pictures and links ---------------------------------------------------------------------------------------------


def test_a_picture_of_the_outlet_is_asked_for_in_the_size_that_the_ancestor_took():
    proxy = "https://images.weserv.nl/?url="
    for given_url, key, expected in [
        ("https://static.dw.com/image/5_1004.jpg", "dw:5", f"{proxy}static.dw.com/image/5_303.jpg"),
        ("https://api.dw.com/image/5_605.png", "dw:5", f"{proxy}api.dw.com/image/5_303.png"),
        ("https://static.dw.com/image/5_1004.jpg", "", f"{proxy}static.dw.com/image/5_1004.jpg"),
        ("https://static.dw.com/image/5_1004.jpg", "dw:6", f"{proxy}static.dw.com/image/5_1004.jpg"),
        ("https://example.org/image/5_1004.jpg", "dw:5", f"{proxy}example.org/image/5_1004.jpg"),
        ("http://example.org/a.jpg?b=1&c=%20#d", "", f"{proxy}example.org/a.jpg?b=1%26c=%2520%23d"),
        ("ftp://example.org/a.jpg", "", ""),
    ]:
        shown = article_with(Figure(picture=Picture(url=given_url, key=key)))
        assert f'<img src="{expected}" width="100%">' in body_of(shown).removeprefix(HEAD)


def test_pictures_come_from_the_outlet_itself_where_that_is_asked_for():
    html = body_of(ARTICLES["article"], pictures="outlet")
    assert re.findall(r'src="([^"]*)"', html) == [
        f"https://static.dw.com/image/{key}_303.jpg" for key in (70000011, 70000021, 70000011, 70000012)
    ]


def test_a_link_leads_where_the_publisher_says():
    own = {"dw:69000002": "../02/69000002.md"}
    html = body_of(ARTICLES["article"], link=lambda link: own.get(link.ref, link.href))
    assert '<a href="../02/69000002.md" rel="ArticleRef">“又看见了河”</a>' in html
    assert '<a href="https://example.org/rechnung?jahr=2024&amp;stadt=3" rel="ExternalRef">' in html


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", " javascript:x", "a b:c"]
)
def test_no_publisher_s_link_leads_to_a_program(address):
    html = body_of(ARTICLES["article"], link=lambda _: address)
    assert "<a" not in html
    assert "“又看见了河”" in html


def test_references_to_other_kinds_are_written_by_their_own_kind():
    for link, expected in [
        (Link(ref="dw:5"), '<a href="https://api.dw.com/api/detail/article/5" rel="ArticleRef">'),
        (
            Link(href="https://www.dw.com/zh/x/video-5", ref="dw:5"),
            '<a href="https://api.dw.com/api/detail/video/5" rel="VideoRef">',
        ),
        (Link(href="https://www.dw.com/zh/x/t-5", ref="dw:5"), '<a href="https://www.dw.com/zh/x/t-5">'),
        (Link(href="https://www.dw.com/zh/x/a-6", ref="dw:5"), '<a href="https://www.dw.com/zh/x/a-6">'),
        (Link(ref="dw:5", rel="CommentRef"), '<a href="https://api.dw.com/api/detail/comment/5" rel="CommentRef">'),
        (
            Link(ref="dw:5", rel="AUTO_TOPIC"),
            '<span class="editable placeholder" data-id="5" data-type="AUTO_TOPIC" title="Automatische Themenseite">',
        ),
        (Link(href="https://example.org/", rel="ExternalRef"), '<a href="https://example.org/" rel="ExternalRef">'),
        (Link(ref="other:5", rel="ArticleRef"), ""),
    ]:  # fmt: skip
        html = body_of(article_with(paragraph(Run(text="字", link=link)))).removeprefix(HEAD)
        assert html == f"<p>{expected}字{'</span>' if 'span' in expected else '</a>' if expected else ''}</p>"


# --- forms ----------------------------------------------------------------------------------------------------------


def test_a_video_of_which_only_the_teaser_is_known_shows_its_teaser():
    shown = article_with(Media(kind="video", url="https://example.org/v.mp4"), kind="video", summary="七只鹅")
    assert body_of(shown) == (
        '<p>七只鹅</small></p><video src="https://example.org/v.mp4" controls style="width:100%"></video>'
    )


def test_a_gallery_that_has_a_date_shows_it():
    shown = replace(ARTICLES["gallery"], published=dates.parse("2024-03-01T08:00:00Z"))
    assert body_of(shown).startswith("<div><i><br>2024-03-01T08:00:00.000Z</i></div><div><img ")


def test_marks_open_and_close_without_overlapping():
    strong, both, em = (Mark.STRONG,), (Mark.STRONG, Mark.EM), (Mark.EM,)
    link = Link(href="https://example.org/")
    told = paragraph("甲", Run(text="乙", marks=strong), Run(text="丙", marks=both), Run(text="丁", marks=em), "戊")
    assert body_of(article_with(told)).endswith("<p>甲<strong>乙<em>丙</em></strong><em>丁</em>戊</p>")
    told = paragraph(Run(text="甲", link=link), Run(text="乙", link=link, marks=strong), Run(text="丙", marks=strong))
    assert body_of(article_with(told)).endswith(
        '<p><a href="https://example.org/">甲<strong>乙</strong></a><strong>丙</strong></p>'
    )


# --- seams ----------------------------------------------------------------------------------------------------------

SPLIT = ((0, "<p>"), (1, "<strong>"), (2, "</strong>"), (2, "<strong>"), (3, "</strong>"), (4, "</p>"))
BOLD = paragraph("甲", Run(text="乙丙", marks=(Mark.STRONG,)), "丁")


def with_seam(tags, block=BOLD, about=BOLD) -> str:
    kept = seams.seam("body/0", about.text, tags)
    return body_of(article_with(block, seams=(kept,))).removeprefix(HEAD)


def test_a_seam_writes_the_text_as_its_source_did():
    assert with_seam(SPLIT) == "<p>甲<strong>乙</strong><strong>丙</strong>丁</p>"


def test_the_seam_of_another_text_is_left_alone():
    edited = paragraph("甲", Run(text="乙己", marks=(Mark.STRONG,)), "丁")
    assert with_seam(SPLIT, edited) == "<p>甲<strong>乙己</strong>丁</p>"


@pytest.mark.parametrize(
    "tags",
    [
        ((0, "<p>"), (4, "<script>")),
        ((0, '<p onclick="x">'),),
        ((0, "<img src=x onerror=alert(1)>"),),
        ((0, "&lt;"),),
        ((1, "<"),),
        ((2, "<p>"), (1, "</p>")),
        ((0, "<p>"), (9, "</p>")),
        ((-1, "<p>"),),
        ((0, "<a>"), (4, "</a>")),
    ],
)
def test_a_seam_that_is_not_of_the_vocabulary_or_out_of_place_is_left_alone(tags):
    assert with_seam(tags) == "<p>甲<strong>乙丙</strong>丁</p>"


def test_a_raw_character_is_kept_only_where_nobody_can_take_it_for_markup():
    for words, tags, expected in [
        ("A & B", ((0, "<p>"), (2, "&"), (5, "</p>")), "<p>A & B</p>"),
        ("A &lt; B", ((0, "<p>"), (2, "&"), (8, "</p>")), "<p>A &amp;lt; B</p>"),
        ("1 < 2", ((0, "<p>"), (2, "<"), (5, "</p>")), "<p>1 < 2</p>"),
        ("1 <b", ((0, "<p>"), (2, "<"), (4, "</p>")), "<p>1 &lt;b</p>"),
        ("1 <", ((0, "<p>"), (2, "<"), (3, "</p>")), "<p>1 &lt;</p>"),
        ("< b", ((0, "<p>"), (0, "<"), (1, "<em>"), (1, "</em>"), (3, "</p>")), "<p>&lt; b</p>"),
        ("é", ((0, "<p>"), (0, "&eacute;"), (1, "</p>")), "<p>&eacute;</p>"),
        ("é", ((0, "<p>"), (0, "&lt;"), (1, "</p>")), "<p>é</p>"),
    ]:
        block = paragraph(words)
        assert with_seam(tags, block, block) == expected


# --- nothing active -------------------------------------------------------------------------------------------------

MARKDOWN = MarkdownIt("commonmark", {"html": True})
ATTRIBUTES = {
    "img": {"src", "width"}, "small": {"style"}, "a": {"href", "rel", "style", "target"}, "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"}, "video": {"src", "poster", "controls", "style"},
    "audio": {"src", "poster", "controls"},
    "iframe": {"width", "height", "src", "frameborder", "allowfullscreen"},
    "span": {"class", "data-id", "data-type", "title"},
}  # fmt: skip
ELEMENTS = {
    "div", "i", "br", "p", "strong", "em", "u", "s", "sub", "sup", "code", "b", "h2", "h3", "h4", "h5", "h6", "ul",
    "ol", "li", "blockquote", "cite", "table", "caption", "tr", "pre", "hr", "aside", *ATTRIBUTES,
}  # fmt: skip
SAFE = {
    "img": re.compile(r"https://images\.weserv\.nl/\?url=.*|", re.DOTALL),
    "a": re.compile(r"https?://.*|", re.DOTALL),
    "video": re.compile(r"https?://.*"),
    "audio": re.compile(r"https?://.*"),
    "iframe": re.compile(r"https://www\.youtube(-nocookie)?\.com/embed/.*"),
}
HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</small></div><iframe src=//evil.example>",
        "<svg/onload=x>", "![x](http://evil.example/x.png)", "](javascript:alert(1))", "&lt;script&gt;", "</p><p>",
        "&#60;script&#62;", "\n\n<script>x</script>\n\n", "\n------\n\n<b>", "<!--", "-->", '"><script>',
        "' onclick='x", '[x]: http://evil.example "t"', "![x][y]", "`<b>`", "javascript:alert(1)", "\\](x", "\r\r<u>",
        '<a href="javascript:x">', "<http://evil.example/>", "&NewLine;", "<![CDATA[<b>]]>",
    ]
)  # fmt: skip


def assert_inert(rendered: bytes) -> lxml.html.HtmlElement:
    """What a Markdown viewer and a browser make of it has no element and no attribute but those of the form."""
    html = MARKDOWN.render(rendered.decode())
    assert html.startswith("<!--")
    tree = lxml.html.fromstring(f"<main>{html}</main>")
    for element in tree.iterdescendants():
        if not isinstance(element.tag, str):
            assert re.fullmatch(r"-?\d+", element.text)
            continue
        assert element.tag in ELEMENTS
        assert set(element.keys()) <= ATTRIBUTES.get(element.tag, set())
        for name in ("src", "href", "poster"):
            if element.get(name) is not None:
                assert SAFE[element.tag if name != "poster" else "img"].fullmatch(element.get(name))
    return tree


@settings(max_examples=40, deadline=None)
@given(strategies.articles, st.data())
def test_no_article_can_put_markup_into_its_document(article, data):
    evil = HOSTILE | st.just("字")
    blocks = tuple(
        replace(block, text=text(data.draw(evil) + plain(block.text) + data.draw(evil)))
        if isinstance(block, Paragraph | Heading)
        else block
        for block in article.body
    )
    address = data.draw(st.sampled_from(["https://example.org/", "javascript:", "", "https://example.org/)"]))
    hostile = replace(
        article,
        title=data.draw(evil) + article.title + data.draw(evil),
        url=address + data.draw(evil),
        byline=data.draw(evil),
        picture=Picture(url=data.draw(st.sampled_from(["https://example.org/", ""])) + data.draw(evil)),
        body=(*blocks, paragraph(Run(text="字", link=Link(href=address + data.draw(evil), rel=data.draw(evil))))),
    )
    rendered = classic.render(document(hostile))
    assert_inert(rendered)
    assert rendered.count(b"\n------\n\n") == 1
    assert rendered.endswith(b"\n")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(HOSTILE, st.text(strategies.ALPHABET, min_size=1, max_size=8)), min_size=1, max_size=3))
@example(["[分类]标题"])
@example(["a]"])
@example(["]["])
def test_a_reader_of_markdown_sees_the_title_as_it_is(parts):
    title = "".join(parts).strip()
    if not title:
        return
    tree = assert_inert(classic.render(document(article_with(title=title))))
    heading = tree.find(".//h2")
    assert heading is not None
    assert " ".join(heading.text_content().split()) == " ".join(title.split())
    assert [link.get("href") for link in heading.iter("a")] == ["https://www.dw.com/zh/a-1"]


@settings(max_examples=60, deadline=None)
@given(
    strategies.some_text,
    st.lists(
        st.tuples(
            st.integers(-1, 30),
            st.sampled_from(
                [
                    *sorted(seams.INERT),
                    *sorted(seams.BREAKS),
                    *seams.ANCHORS,
                    "</a>",
                    seams.NOWHERE,
                    "<",
                    ">",
                    "&",
                    "&lt;",
                ]
            )
            | HOSTILE,
        ),
        max_size=8,
    ),
)
def test_no_seam_can_put_markup_or_words_into_a_document(words, tags):
    block = Paragraph(text=words)
    kept = seams.seam("body/0", words, sorted(tags, key=lambda each: each[0]))
    rendered = classic.render(document(article_with(block, seams=(kept,))))
    tree = assert_inert(rendered)
    expected = assert_inert(classic.render(document(article_with(block))))
    assert "".join(tree.text_content().split()) == "".join(expected.text_content().split())


def test_every_kind_of_block_leaves_its_words():
    article = ARTICLES["every_block"]
    html = lxml.html.fromstring(f"<main>{body_of(article).replace('<br>', chr(10))}</main>")
    lines = document_text(article.body).splitlines()
    assert len(lines) > 20
    assert [line for line in lines if line not in html.text_content()] == []


def test_a_document_that_begins_with_a_picture_is_no_markdown():
    told = Figure(picture=Picture(url="", caption=text("![x](http://evil.example/x.png)")))
    for kind in ("gallery", "video", "audio", "article"):
        tree = assert_inert(classic.render(document(article_with(told, kind=kind))))
        assert [image.get("src") for image in tree.iter("img")] in ([""], ["", ""])


def test_a_seam_of_the_head_is_believed_only_where_the_head_is_empty():
    nothing = Seam(path=seams.seam("head", "", ()).path, tags=((0, seams.NONE),))
    assert body_of(article_with(paragraph("字"), seams=(nothing,))) == "<p>字</p>"
    assert body_of(article_with(paragraph("字"), byline="某", seams=(nothing,))).startswith("<div><i>某<br></i></div>")
