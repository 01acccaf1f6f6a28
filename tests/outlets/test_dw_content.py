"""The content API's answer, and the same object in a page's state: every fact in its field, every trap passed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from outlets import dw_shapes as shapes
from outlets.dw_shapes import LEAD, SOURCE, read
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import (
    Article,
    Blocks,
    Embed,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    Link,
    LiveEntry,
    Mark,
    Media,
    Paragraph,
    Picture,
    Reference,
    Run,
    Translation,
    decode,
    encode,
    links,
    plain,
    replace,
    text,
)


def picture(key: int, caption: str = "", credit: str = "", alt: str = "", extension: str = "jpg") -> Picture:
    return Picture(
        url=f"https://static.dw.com/image/{key}_605.{extension}",
        key=f"dw:{key}",
        caption=text(caption),
        credit=credit,
        alt=alt,
        width=1199,
        height=674,
    )


def content(**changes: object) -> Article:
    return read(shapes.answer(**changes))


def body(html: str, **changes: object) -> Blocks:
    return content(text=html, **changes).body


def links_of(html: str, **changes: object) -> tuple[Link, ...]:
    return tuple(links(replace(content(text=html, **changes), picture=None)))


def test_every_fact_of_an_article_has_its_field() -> None:
    article = content()
    assert replace(article, body=()) == Article(
        source="dw-zh",
        key="90000001",
        kind="article",
        url=shapes.SHOWN_URL,
        title="河上的新桥： “通了”",
        kicker="交通",
        summary="等了十年，新桥终于通车。",
        authors=("张三", "李四"),
        dateline="德国之声中文网",
        published=datetime(2024, 5, 2, 10, 11, 12, 345000, tzinfo=UTC),
        modified=datetime(2024, 5, 2, 11, tzinfo=UTC),
        language="zh",
        section="社会",
        tags=("桥梁",),
        picture=picture(90000010, "通车当天的新桥", "河城图片社", "一座桥和河"),
        agencies=("法新社",),
        rights=shapes.RIGHTS,
        short_url="https://p.dw.com/p/4abcd",
        related=(
            Reference(
                title="河上的渡船",
                url="https://www.dw.com/zh/%E6%B2%B3%E4%B8%8A%E7%9A%84%E6%B8%A1%E8%88%B9/a-90000008",
                ref="dw:90000008",
                kind="article",
            ),
            Reference(title="另一座桥", url="https://www.dw.com/video-90000009", ref="dw:90000009", kind="video"),
            Reference(title="建桥者", url="https://bridge.example/", kind="web"),
        ),
        reader="dw-content",
    )


def test_the_body_is_complete_and_in_order() -> None:
    old_bridge = Link(href="https://www.dw.com/zh/%E6%97%A7%E6%A1%A5/a-90000002", ref="dw:90000002", rel="ArticleRef")
    ferry = Link(href="https://www.dw.com/zh/%E6%B8%A1%E8%88%B9/a-90000004", ref="dw:90000004", rel="ArticleRef")
    bridge = Link(href="https://bridge.example/", rel="ExternalRef")
    assert content().body == (
        Paragraph(text=(Run(text=shapes.FIRST), Run(text="“终于通车”", link=old_bridge), Run(text="。\u00a0"))),
        # Here the text repeats the lead picture, with nothing new to say.
        Paragraph(text=(Run(text="更多见"), Run(text="建桥者的网页", link=bridge), Run(text="。"))),
        gallery(),
        Heading(text=text("为什么要建桥")),
        Figure(
            picture=replace(
                picture(90000011, "", "A. Person/河城图片社", "渡船", "png"),
                caption=(Run(text="过去只有"), Run(text="渡船", link=ferry)),
            )
        ),
        video(),
        Paragraph(text=text("谁来付钱？", Mark.STRONG)),
        Paragraph(text=text("\u00a0")),
        Embed(kind="youtube", url="https://www.youtube.com/embed/abcdefghijk"),
        Embed(kind="tweet", url="https://twitter.com/i/web/status/1234567890"),
        Embed(kind="map", url="https://www.openstreetmap.org/export/embed.html?bbox=1"),
        Paragraph(text=text("（法新社）", Mark.EM), role="agency"),
        Paragraph(text=text(shapes.RIGHTS, Mark.EM), role="rights"),
    )


def gallery() -> Gallery:
    return Gallery(
        title="建桥十年",
        ref="dw:90000003",
        entries=(
            GalleryEntry(
                picture=picture(90000010, "", "河城图片社", "通车的照片"), title="通车", text=text("人们走上新桥。")
            ),
            GalleryEntry(
                picture=picture(90000013, "", "河城图片社", "桥墩的照片"),
                title="桥墩",
                text=text("第一根桥墩立在河中 & 水下。"),
            ),
        ),
    )


def video() -> Media:
    return Media(
        kind="video", url=shapes.MP4, title="桥上的一天", poster=picture(90000012), duration=218, ref="dw:90000005"
    )


@pytest.mark.parametrize("page", [shapes.apollo(), shapes.app_state()], ids=["apollo", "app"])
def test_the_state_inside_a_page_gives_the_same_article(page: bytes) -> None:
    article = read(page)
    assert replace(article, reader="dw-content", translations=()) == content()
    assert article.reader == "dw-state"


def test_a_page_names_its_siblings_in_other_languages() -> None:
    sibling = Translation(language="zh-Hant", url="https://www.dw.com/zh-hant/x/a-90000001", ref="dw:90000001")
    assert read(shapes.apollo()).translations == (sibling,)


def test_the_object_may_come_without_its_envelope() -> None:
    assert read({"content": shapes.content()}) == content()
    assert read(shapes.content()) == content()


def test_an_article_survives_being_stored() -> None:
    article = content()
    assert decode(encode(article), Article) == article


# --- kinds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelt", ["Liveblog", "LiveBlog"])
def test_a_live_blog_has_entries_with_their_own_times_ids_titles_and_authors(spelt: str) -> None:
    posts = [
        {
            "id": 91,
            "title": "第一辆车 ",
            "contentDate": "2024-05-02T12:00:00.000Z",
            "localizedContentDate": "14:00",
            "persons": [{"fullName": "王五"}],
            "text": '<p>第一辆车<a href="/zh/x/a-7">过桥</a>。</p>'
            '<div class="vjs-wrapper"><video data-id="90000005"></video></div>',
            "videos": [shapes.VIDEO],
        },
        {"id": 90, "title": "开场", "text": "<p>大家早。</p>", "videos": [shapes.VIDEO]},
        {"id": 89, "title": None, "text": None},
    ]
    article = content(__typename=spelt, text="<p>直播</p>", posts=posts)
    assert article.kind == "liveblog"
    road = Link(href="https://www.dw.com/zh/x/a-7", ref="dw:7", rel="ArticleRef")
    assert article.body == (
        Paragraph(text=text("直播")),
        LiveEntry(
            key="91",
            at=datetime(2024, 5, 2, 12, tzinfo=UTC),
            title="第一辆车",
            authors=("王五",),
            body=(Paragraph(text=(Run(text="第一辆车"), Run(text="过桥", link=road), Run(text="。"))), video()),
        ),
        LiveEntry(key="90", title="开场", body=(Paragraph(text=text("大家早。")), video())),
    )


def test_a_gallery_is_its_pictures() -> None:
    found = read({**shapes.content(text=""), **shapes.GALLERY, "id": 90000001, "title": "建桥十年"})
    assert found.kind == "gallery"
    assert found.body == (replace(gallery(), title="", ref=""),)


@pytest.mark.parametrize(
    ("named", "kind", "source", "url"),
    [
        ("Video", "video", {"hlsVideoSrc": shapes.HLS}, shapes.MP4),
        ("Audio", "audio", {"mp3Src": "https://radio.dw.com/a.mp3"}, "https://radio.dw.com/a.mp3"),
    ],
)
def test_a_video_or_sound_stands_before_its_text(named: str, kind: str, source: dict[str, str], url: str) -> None:
    article = content(__typename=named, text="<p>一段话</p>", formattedDuration="1:00:01", **source)
    assert article.kind == kind
    assert article.body == (Media(kind=kind, url=url, duration=3601, poster=main()), Paragraph(text=text("一段话")))


def main() -> Picture:
    return picture(90000010, "", "河城图片社")


def test_a_variant_of_a_video_that_names_no_size_is_the_last_one() -> None:
    hls = "https://hlsvod.dw.com/i/flv/fit/fit_,sd_sor,sd_avc,.mp4.csmil/master.m3u8"
    [shown, *_] = content(__typename="Video", hlsVideoSrc=hls).body
    assert isinstance(shown, Media)
    assert shown.url == "https://tvdownloaddw-a.akamaihd.net/flv/fit/fit_sd_avc.mp4"


def test_opinion_is_marked() -> None:
    assert content(isOpinion=True).opinion
    assert not content(isOpinion="true").opinion


@pytest.mark.parametrize("named", ["Navigation", "AutoTopic", "Person", "UnifiedProgram"])
def test_what_is_no_article_is_refused_by_name(named: str) -> None:
    with pytest.raises(ReadError, match=named):
        content(__typename=named)


# --- facts ---------------------------------------------------------------------------------------------------------


def test_an_edit_moves_only_the_moment_of_modification() -> None:
    edited = content(lastModifiedDate="2024-05-03T00:00:00+08:00")
    assert edited.published == content().published
    assert edited.modified == datetime(2024, 5, 3, tzinfo=timezone(timedelta(hours=8)))


def test_names_are_taken_from_the_persons_or_else_from_the_free_line() -> None:
    editors = [{"fullName": "赵六", "personType": "EDITOR"}, {"fullName": "张三", "personType": "AUTHOR"}]
    assert content(persons=editors).authors == ("张三",)
    free = content(persons=[], legacyAuthor=" 叶宣（综合报道）")
    assert (free.byline, free.authors) == ("叶宣（综合报道）", ("叶宣",))


@pytest.mark.parametrize(
    ("spelt", "address", "own", "expected"),
    [
        ("CHINESE", "/zh/x/a-90000001", "zh", "zh"),
        ("CHINESE", "/zh-hant/x/a-90000001", "zh", "zh-hant"),
        ("CHINESE", "/zh/x/a-90000001", "zh-Hans", "zh-Hans"),
        ("ENGLISH", "/en/x/a-90000001", "zh", "en"),
        ("PORTUGUESE_BRAZIL", "/pt-br/x/a-90000001", "pt-br", "pt-br"),
        ("KLINGON", "/de/x/a-90000001", "zh", "de"),
        ("", "/a-90000001", "tlh", "tlh"),
    ],
)
def test_the_language_is_the_outlets_word_or_the_address_or_the_sources(
    spelt: str, address: str, own: str, expected: str
) -> None:
    article = read(
        shapes.answer(language=spelt, canonicalUrl="", namedUrl=address), source=replace(SOURCE, language=own)
    )
    assert article.language == expected


@pytest.mark.parametrize(
    ("canonical", "named", "expected"),
    [
        ("", "/zh/问?#%/a-90000001", "https://www.dw.com/zh/%E9%97%AE?#%/a-90000001"),
        (None, None, shapes.SHOWN_URL),
        ("https://evil.example/a-90000001", "/zh/x/a-90000001", "https://www.dw.com/zh/x/a-90000001"),
        ("javascript:alert(1)", 7, shapes.SHOWN_URL),
    ],
)
def test_the_address_is_the_outlets_own_or_the_leads(canonical: object, named: object, expected: str) -> None:
    assert content(canonicalUrl=canonical, namedUrl=named, classicUrl=None).url == expected


def test_an_article_without_a_picture_has_none() -> None:
    assert content(mainContentImageLink=None).picture is None


def test_the_lead_picture_stays_in_the_text_where_it_says_something_new() -> None:
    html = """<figure class="placeholder-image"><img data-id="90000010"
    data-url="https://static.dw.com/image/90000010_${formatId}.jpg"><figcaption>%s</figcaption></figure>"""
    assert body(html % "") == ()
    assert body(html % "通车当天的新桥") == ()
    [kept] = body(html % "又是这座桥")
    assert isinstance(kept, Figure)
    assert plain(kept.picture.caption) == "又是这座桥"


def test_what_a_placeholder_stands_for_and_is_not_given_is_counted() -> None:
    article = content(
        text='<p>a</p><div class="image-gallery" data-id="1"></div><div class="dw-widget" data-id="77"></div>'
    )
    assert article.body == (Paragraph(text=text("a")),)
    assert article.lost == (("dw-widget", 1), ("image-gallery", 1))


# --- links ---------------------------------------------------------------------------------------------------------

PAGE = "https://www.dw.com/"
API = "https://api.dw.com/api/detail"
HOLDER = '<span class="editable placeholder"'


def own(path: str, rel: str = "ArticleRef") -> Link:
    return Link(href=PAGE + path, ref="dw:7", rel=rel)


@pytest.mark.parametrize(
    ("html", "link"),
    [
        ('<a href="/zh/x/a-7">', own("zh/x/a-7")),
        ('<a href="/zh/问?/a-7">', own("zh/%E9%97%AE?/a-7")),
        ('<a href="/zh/x#y/a-7">', own("zh/x#y/a-7")),
        ('<a href="/zh/x/a-7?maca=zh-rss#top">', own("zh/x/a-7?maca=zh-rss#top")),
        ('<a href="/zh/x/a-7?maca=zh-rss">', own("zh/x/a-7")),
        ('<a href="http://m.dw.com/en/x/a-7">', Link(href="http://m.dw.com/en/x/a-7", ref="dw:7", rel="ArticleRef")),
        ('<a href="/zh/x/t-7">', own("zh/x/t-7", "AUTO_TOPIC")),
        ('<a href="/zh/x/video-7">', own("zh/x/video-7", "VideoRef")),
        ('<a href="/zh/x/g-7">', own("zh/x/g-7", "GalleryRef")),
        (f'<a rel="ArticleRef" href="{API}/article/7">', own("a-7")),
        (f'<a rel="VideoRef" href="{API}/video/7?x=1">', own("video-7", "VideoRef")),
        ('<a href="https://www.dw.com/graph-api/zh/content/article/7">', own("a-7")),
        ('<a href="https://api.dw.com/api/search/global?terms=x">', None),
        ('<a href="https://www.dw.com/zh/aktuell">', Link(href=f"{PAGE}zh/aktuell")),
        ('<a href="https://notdw.com/a-7">', Link(href="https://notdw.com/a-7", rel="ExternalRef")),
        ('<a href="https://dw.com.evil.example/a-7">', Link(href="https://dw.com.evil.example/a-7", rel="ExternalRef")),
        ('<a rel="noopener nofollow" href="https://x.example/">', Link(href="https://x.example/", rel="ExternalRef")),
        ('<a href="javascript:alert(1)">', None),
        ('<a href="">', None),
        (HOLDER + ' data-id="7" data-type="AUTO_TOPIC">', own("t-7", "AUTO_TOPIC")),
        (HOLDER + ' data-id="7" data-type="ARTICLE">', own("a-7", "ARTICLE")),
        (HOLDER + ' data-id="1" data-type="EXTERNAL_LINK">', Link(href="https://bridge.example/", rel="EXTERNAL_LINK")),
        (HOLDER + ' data-id="x" data-type="ARTICLE">', None),
        (HOLDER + ' data-id="7" data-type="NOBODY_KNOWS">', None),
    ],
)  # fmt: skip
def test_links_to_the_outlets_own_content_keep_its_id_and_lead_to_a_page(html: str, link: Link | None) -> None:
    close = "</span>" if html.startswith("<span") else "</a>"
    [paragraph] = body(f"<p>{html}words{close}</p>")
    assert paragraph == Paragraph(text=text("words", link=link))


def test_a_mirror_of_the_outlet_is_linked_at_its_own_origin() -> None:
    here = replace(SOURCE, homepage="http://127.0.0.1:8080/zh/")
    lead = replace(LEAD, url="http://127.0.0.1:8080/zh/x/a-90000001")
    html = '<p><a href="/api/detail/article/7">a</a><a href="http://127.0.0.1:8080/zh/x/a-8">b</a></p>'
    static = "http://127.0.0.1:8080/image/5_${formatId}.png"
    image = shapes.link(5, "IMAGE", "", in_text=False, target={"id": 5, "staticUrl": static})
    article = read(shapes.answer(text=html, canonicalUrl=lead.url, mainContentImageLink=image), lead=lead, source=here)
    assert [(link.href, link.ref) for link in links(article)] == [
        ("http://127.0.0.1:8080/a-7", "dw:7"),
        ("http://127.0.0.1:8080/zh/x/a-8", "dw:8"),
    ]
    assert article.picture is not None
    assert (article.picture.url, article.picture.key) == ("http://127.0.0.1:8080/image/5_605.png", "dw:5")


@pytest.mark.parametrize(
    "address",
    [
        "https://www.dw.com/image/0,,7_303,00.jpg",
        "https://www.dw.com/image/7_304.jpg",
        "https://api.dw.com/image/7_303.jpg",
        "https://static.dw.com/image/7_${formatId}.jpg",
        "/image/7_401.jpg",
    ],
)
def test_a_picture_is_the_same_over_hosts_and_formats(address: str) -> None:
    link = shapes.link(7, "IMAGE", "", in_text=False, target={"id": 7, "staticUrl": address})
    assert content(mainContentImageLink=link).picture == picture(7)


# --- refusals ------------------------------------------------------------------------------------------------------


def test_a_gone_article_is_refused_with_the_servers_own_words() -> None:
    gone = {"data": {"content": None}, "errors": [{"message": "Content not found"}]}
    with pytest.raises(ReadError, match="Content not found"):
        read(json.dumps(gone).encode())


@pytest.mark.parametrize("length", [1, 100, 3000])
def test_an_answer_that_is_cut_is_refused(length: int) -> None:
    with pytest.raises(ReadError, match="can't be read as JSON, it may be cut"):
        read(shapes.answer()[:length])


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'{"message":"no"}', b'{"data":7}', b'{"data":{"content":[1]}}'])
def test_json_that_is_no_article_is_refused(answer: bytes) -> None:
    with pytest.raises(ReadError):
        read(answer)


@pytest.mark.parametrize("answer", [b"", b"\n", b"OK", b"\x00\xff", b"null", b"%PDF-1.4"])
def test_what_is_neither_json_nor_html_is_refused(answer: bytes) -> None:
    with pytest.raises(ReadError, match="neither JSON nor HTML"):
        read(answer)


def test_another_article_than_the_one_asked_for_is_doubted() -> None:
    with pytest.raises(Doubtful, match="asked for content 90000001 and was given 4"):
        content(id=4)


def test_an_object_without_title_or_without_anything_to_read_is_refused() -> None:
    with pytest.raises(ReadError, match="no title"):
        content(title=None, name=None)
    with pytest.raises(ReadError, match="no text"):
        content(text="", teaser="", mainContentImageLink=None)


def test_json_nested_beyond_all_measure_is_refused() -> None:
    with pytest.raises(ReadError, match="nested too deep"):
        read(b'{"data":{"content":' + b"[" * 100_000)


def test_a_state_that_can_not_be_read_is_named_when_the_page_shows_nothing_else() -> None:
    with pytest.raises(ReadError, match="__APOLLO_STATE__ is no JSON"):
        read(shapes.page_with('window.__APOLLO_STATE__={"a": function(){}};'))
    with pytest.raises(ReadError, match="__APOLLO_STATE__ holds no article 90000001"):
        read(shapes.page_with('window.__APOLLO_STATE__={"Article:1":{"__typename":"Article","id":1,"text":"x"}};'))


def test_a_broken_state_does_not_hide_the_page() -> None:
    page = shapes.shown_page(head='<script>window.__APP_STATE__={"a":</script>')
    assert read(page).reader == "dw-page"
