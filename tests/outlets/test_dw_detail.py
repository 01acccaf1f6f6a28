"""The apps' API: the same article with fewer facts, and what only this shape has."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from outlets import dw_shapes as shapes
from outlets.dw_shapes import detail, read
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import (
    Article,
    Blocks,
    Embed,
    Figure,
    Gallery,
    Heading,
    Link,
    Media,
    Paragraph,
    Reference,
    Run,
    links,
    plain,
    replace,
    text,
)


def body(*entries: dict[str, object]) -> Blocks:
    return read(detail(body=[{"content": entry} for entry in entries])).body


def paragraph(html: str) -> Blocks:
    return body({"type": "Paragraph", "text": html})


def story(article: Article) -> list[str]:
    """The words of the story, heading or paragraph, without what only one shape tells."""
    return [plain(block.text) for block in article.body if isinstance(block, Paragraph | Heading)]


def test_the_facts_that_this_shape_has_are_the_content_apis() -> None:
    article, full = read(detail()), read(shapes.answer())
    assert full.picture is not None
    assert replace(article, body=()) == replace(
        full,
        body=(),
        kicker="",
        byline="null 张三",
        authors=("张三",),
        modified=None,
        short_url="http://dw.com/p/4abcd",
        picture=replace(full.picture, credit="", alt=""),
        related=(
            Reference(title="河上的渡船", url="https://www.dw.com/a-90000008", ref="dw:90000008", kind="article"),
            Reference(title="建桥者", url="http://bridge.example/", kind="web"),
        ),
        reader="dw-detail",
    )


def test_the_story_is_the_content_apis_too() -> None:
    told = story(read(detail()))
    assert told == [words for words in story(read(shapes.answer())) if words != "谁来付钱？"]


def test_objects_stand_between_the_paragraphs_where_the_document_has_them() -> None:
    article = read(detail())
    kinds = [type(block).__name__ for block in article.body]
    assert kinds == [
        "Paragraph", "Paragraph", "Gallery", "Paragraph", "Media", "Paragraph", "Embed", "Embed", "Paragraph",
        "Paragraph",
    ]  # fmt: skip
    gallery = article.body[2]
    assert isinstance(gallery, Gallery)
    assert (gallery.title, gallery.ref) == ("建桥十年", "dw:90000003")
    assert [(entry.title, plain(entry.text), entry.picture.key) for entry in gallery.entries] == [
        ("通车", "人们走上新桥。", "dw:90000010"),
        ("桥墩", "第一根桥墩立在河中 & 水下。", "dw:90000013"),
    ]
    video = article.body[4]
    assert isinstance(video, Media)
    assert (video.url, video.duration, video.ref) == (shapes.MP4, 218, "dw:90000005")
    assert article.body[6:8] == (
        Embed(kind="youtube", url="https://www.youtube.com/embed/abcdefghijk"),
        Embed(kind="tweet", url="https://twitter.com/i/web/status/1234567890"),
    )


def test_a_reference_to_an_article_leads_to_its_page_and_never_to_the_api() -> None:
    assert list(links(read(detail()))) == [
        Link(href="https://www.dw.com/a-90000002", ref="dw:90000002", rel="ArticleRef"),
        Link(href="https://bridge.example/", rel="ExternalRef"),
    ]


PERSON = {"firstName": "A", "lastName": "Person"}


@pytest.mark.parametrize(
    ("person", "byline", "authors"),
    [
        ({"author": {"firstName": None, "lastName": "张三"}}, "null 张三", ("张三",)),
        (
            {"author": [{"firstName": "A", "lastName": "Person"}, {"fullName": "李四"}]},
            "A Person, 李四",
            ("A Person", "李四"),
        ),
        ({"author": "", "persons": [{"name": "王五"}]}, "王五", ("王五",)),
        ({"author": "  叶宣（综合报道）"}, "  叶宣（综合报道）", ("叶宣",)),
        ({"author": None}, "", ()),
        ({"author": 7}, "7", ("7",)),
    ],
)
def test_the_byline_is_kept_as_it_is_and_the_names_are_taken_from_it(
    person: dict[str, object], byline: str, authors: tuple[str, ...]
) -> None:
    article = read(detail(**person))
    assert (article.byline, article.authors) == (byline, authors)


def test_the_one_date_is_that_of_publication() -> None:
    article = read(detail())
    assert article.published == datetime(2024, 5, 2, 10, 11, 12, 345000, tzinfo=UTC)
    assert article.modified is None


def test_a_better_field_than_the_name_is_the_caption() -> None:
    image = {"id": 7, "type": "Image", "name": "Archivname", "description": "一座桥", "sizes": shapes.sizes(7)}
    picture = read(detail(mainContent=image)).picture
    assert picture is not None
    assert (plain(picture.caption), picture.alt) == ("一座桥", "Archivname")


def test_the_largest_size_is_taken_where_the_address_is_not_the_outlets() -> None:
    sizes = [
        {"width": 10, "height": 5, "url": "https://x.example/s.png"},
        {"width": 90, "height": 45, "url": "https://x.example/l.png"},
    ]
    [block] = body({"type": "Image", "data": {"id": 7, "sizes": sizes}})
    assert isinstance(block, Figure)
    assert (block.picture.url, block.picture.key) == ("https://x.example/l.png", "dw:7")
    assert (block.picture.width, block.picture.height) == (90, 45)


def test_a_video_document_begins_with_its_video() -> None:
    video = {"id": 8, "type": "Video", "sources": [{"url": shapes.MP4}], "duration": 60}
    article = read(detail(type="Video", mainContent=video, body=[]))
    assert article.kind == "video"
    assert article.body == (Media(kind="video", url=shapes.MP4, duration=60),)
    assert article.summary == "等了十年，新桥终于通车。"


def test_a_permanent_link_that_is_a_page_is_the_address() -> None:
    article = read(detail(permaLink="https://www.dw.com/zh/y/a-90000001"))
    assert (article.url, article.short_url) == ("https://www.dw.com/zh/y/a-90000001", "")


def test_a_paragraph_may_hold_paragraphs_and_line_breaks() -> None:
    assert paragraph("a<br/><br/><br/>b<p>c</p>d") == tuple(Paragraph(text=text(words)) for words in "abcd")


def test_blanks_in_a_paragraph_are_the_authors() -> None:
    assert paragraph(" two  spaces ") == (Paragraph(text=text(" two  spaces ")),)
    assert paragraph("&nbsp;") == (Paragraph(text=text("\u00a0")),)
    assert paragraph("") == ()


def test_a_topic_in_the_text_is_a_link() -> None:
    html = 'The <span class="editable placeholder" data-id="7" data-type="AUTO_TOPIC" title="t">energy</span> system'
    [told] = paragraph(html)
    link = Link(href="https://www.dw.com/t-7", ref="dw:7", rel="AUTO_TOPIC")
    assert told == Paragraph(text=(Run(text="The "), Run(text="energy", link=link), Run(text=" system")))


def test_what_is_not_known_is_counted_and_its_text_is_kept() -> None:
    entries = [
        {"type": "Image"},
        {"type": "Twitter", "data": "aaa"},
        {"type": "Hologram", "text": "words"},
        {"type": "Paragraph", "text": 'a<span class="placeholder" data-id="9" data-type="IMAGE" title="Bild"></span>b'},
        {"type": "YouTube", "data": "../../evil"},
    ]
    article = read(detail(body=[{"content": entry} for entry in entries]))
    assert [plain(block.text) for block in article.body if isinstance(block, Paragraph)] == ["words", "ab"]
    assert article.lost == (("Hologram", 1), ("Image", 1), ("Twitter", 1), ("YouTube", 1), ("placeholder", 1))


def test_what_is_no_article_is_refused() -> None:
    with pytest.raises(Doubtful, match="asked for content 90000001 and was given 4"):
        read(detail(id=4))
    with pytest.raises(ReadError, match="Navigation"):
        read(detail(type="Navigation"))
    with pytest.raises(ReadError, match="no name"):
        read(detail(name=None))
    with pytest.raises(ReadError, match="no text"):
        read(detail(body=[], teaser="", mainContent=None))
    with pytest.raises(ReadError, match="it may be cut"):
        read(json.dumps(detail()).encode()[:700])
