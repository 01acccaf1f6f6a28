"""The page itself, when nothing better is to be had: both layouts, and pages that only stand in for an article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outlets import dw_shapes as shapes
from outlets.dw_shapes import LEAD, SOURCE, read
from wirecopy.errors import Doubtful, ReadError, SourceError
from wirecopy.model import (
    Article,
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
    document_text,
    replace,
    text,
)
from wirecopy.outlets import dw


def picture(key: int, caption: str = "", credit: str = "", alt: str = "") -> Picture:
    return Picture(
        url=f"https://static.dw.com/image/{key}_605.jpg",
        key=f"dw:{key}",
        caption=text(caption),
        credit=credit,
        alt=alt,
        width=1199,
        height=674,
    )


def test_a_page_without_state_tells_what_it_shows() -> None:
    full = read(shapes.answer())
    ferry = "https://www.dw.com/zh/%E6%B2%B3%E4%B8%8A%E7%9A%84%E6%B8%A1%E8%88%B9/a-90000008"
    page = read(shapes.shown_page())
    assert replace(page, body=()) == replace(
        full,
        body=(),
        kicker="",
        related=(Reference(title="河上的渡船", url=ferry, ref="dw:90000008", kind="article"),),
        reader="dw-page",
        weak=True,
        # Neither stands in the page itself: a program would have filled them in.
        lost=(("dw-widget", 1), ("image-gallery", 1)),
    )
    assert [block for block in full.body if not isinstance(block, Gallery) and block != map_of(full)] == list(page.body)


def map_of(article: Article) -> Embed | None:
    return next((block for block in article.body if isinstance(block, Embed) and block.kind == "map"), None)


OLD = """<!DOCTYPE html><html lang="en"><head><title>A bridge | DW | 02.05.2014</title>
<link rel="canonical" href="https://www.dw.com/en/a-bridge/a-90000001">
<meta property="og:title" content="A bridge | DW | 02.05.2014"></head><body>
<div id="navMain"><ul><li><a href="/en/s-1">Menu</a></li></ul></div>
<div id="bodyContent"><div class="col3">
<h4 class="artikel">River</h4><h1>A bridge </h1><p class="intro">It is open.</p>
<div id="sharing-bar"><a href="https://www.facebook.com/sharer/sharer.php"></a></div>
<div class="picBox full"><a class="overlayLink" href="#"><img src="/image/90000010_303.jpg" title="The bridge"
 alt="The bridge (A. Person)"></a><p></p></div>
<div class="group"><div class="longText">
<p>The <a href="/en/old-bridge/a-90000002">old bridge</a>&nbsp;is closed.</p> <p><strong>What now?</strong></p>
<div class="picBox medium
 rechts"> <a class="overlayLink" href="#"> <img src="/image/90000011_404.jpg" alt="A ferry
 (river/B. Person)"> </a> <p>A ferry on the river </p> </div>
<div class="longText"><div class="gallery col3"><div class="imgTeaserL slideshow noDim" data-id="90000003"
 data-title="Ten years"><ul class="slides"><li><div class="teaserImg"><img src="/image/90000013_303.jpg"
 alt="Pillar (public domain)"></div>
 <div class="teaserContentWrap"><h4>Ten years</h4><h2>The first pillar</h2><p>It stands. </p></div></li>
 <li><div class="teaserImg"><img src="/image/90000014_303.jpg" alt="Open"></div><div><h4>Ten years</h4><h2>Open</h2>
 <p>At last.</p><p class="author"> Author: D. Person </p></div></li></ul>
 <div class="teaserNavWrap"><a href="javascript:void(0);"></a></div></div></div></div>
<div class="col2"> <iframe src="https://www.youtube.com/embed/abcdefghijk?wmode=transparent"> </iframe> </div>
<div class="imgTeaserL video" data-media-id="90000005"><input type="hidden" name="player_type" value="video">
 <input type="hidden" name="file_name" value="https://tv.example/a.mp4"><input type="hidden" name="file_duration"
 value="137"><input type="hidden" name="media_id" value="90000005"><input type="hidden"
 name="media_title" value="A day">
 <input type="hidden" name="preview_image" value="/image/90000012_302.jpg"><span class="playBtnText">Watch video</span>
 <div class="teaserContentWrap share" style="display:none;"><h4>Share</h4><a href="#">Send</a></div></div>
<h2>The end</h2><p>Of the story.</p>
</div></div>
<h4>DW recommends</h4><div class="group"><div class="linkList intern"><a href="/en/ferry/a-90000008?maca=en-rss"><h2>
The ferry </h2><p>It runs.</p></a></div>
<div class="linkList overlayIcon"><a href="/overlay/media/en/pics/90000003/90000001"><h2>Ten years <span
class='icon pics'></span></h2></a></div></div>
<div class="linkList"><a href="https://bridge.example/">Builders</a></div>
<ul class="smallList"><li><strong>Date</strong> 02.05.2014 </li><li><strong>Author</strong> E. Person </li>
<li><strong>Related Subjects</strong> <a href="/en/bridges/t-90000007">Bridges </a></li>
<li><strong>Keywords</strong> <a href="/search/en?item=ferry">ferry</a>, <a href="/search/en?item=b">Bridges</a></li>
<li><strong>Print</strong> <a href="javascript:window.print()">Print this page</a></li>
<li><strong>Permalink</strong> https://p.dw.com/p/18abc </li></ul>
<div class="col3 relatedContent"><h4>Related content</h4><div class="linkList"><a
 href="/en/today/a-1">News of the day</a></div>
</div></div><div class="col1 dim"><div class="linkList"><a href="/en/today/a-2">More of the day</a></div></div></div>
<div id="footerSection">© 2021</div></body></html>"""
DW = "https://www.dw.com"
ENGLISH = replace(SOURCE, id="dw-en", language="en", homepage="https://www.dw.com/en/")


def old(html: str = OLD) -> Article:
    return read(html.encode(), replace(LEAD, source="dw-en", url="https://www.dw.com/en/a-bridge/a-90000001"), ENGLISH)


def test_a_page_of_the_old_layout_is_read_whole() -> None:
    bridge = Link(href="https://www.dw.com/en/old-bridge/a-90000002", ref="dw:90000002", rel="ArticleRef")
    assert old() == Article(
        source="dw-en",
        key="90000001",
        url="https://www.dw.com/en/a-bridge/a-90000001",
        title="A bridge",
        summary="It is open.",
        byline="E. Person",
        authors=("E. Person",),
        published=datetime(2014, 5, 2, tzinfo=UTC),
        language="en",
        section="River",
        tags=("Bridges", "ferry"),
        picture=picture(90000010, "", "A. Person", "The bridge"),
        body=(
            Paragraph(text=(Run(text="The "), Run(text="old bridge", link=bridge), Run(text="\u00a0is closed."))),
            Paragraph(text=text("What now?", Mark.STRONG)),
            Figure(picture=picture(90000011, "A ferry on the river", "river/B. Person", "A ferry")),
            Gallery(
                title="Ten years",
                ref="dw:90000003",
                entries=(
                    GalleryEntry(
                        picture=picture(90000013, "", "public domain", "Pillar"),
                        title="The first pillar",
                        text=text("It stands."),
                    ),
                    GalleryEntry(
                        picture=picture(90000014, "", "", "Open"),
                        title="Open",
                        text=text("At last.\nAuthor: D. Person"),
                    ),
                ),
            ),
            Embed(kind="youtube", url="https://www.youtube.com/embed/abcdefghijk?wmode=transparent"),
            Media(
                kind="video",
                url="https://tv.example/a.mp4",
                title="A day",
                poster=picture(90000012),
                duration=137,
                ref="dw:90000005",
            ),
            Heading(text=text("The end")),
            Paragraph(text=text("Of the story.")),
        ),
        short_url="https://p.dw.com/p/18abc",
        related=(
            Reference(title="The ferry", url=f"{DW}/en/ferry/a-90000008", ref="dw:90000008", kind="article"),
            Reference(title="Ten years", url=f"{DW}/g-90000003", ref="dw:90000003", kind="gallery"),
            Reference(title="Builders", url="https://bridge.example/", kind="web"),
        ),
        reader="dw-page",
        weak=True,
    )


def test_nothing_around_the_text_is_in_the_document() -> None:
    told = document_text(old().body)
    for other in ("Menu", "Watch video", "Share", "News of the day", "Print", "DW recommends", "Advertisement", "2021"):
        assert other not in told


def test_an_impossible_day_is_no_date() -> None:
    article = old(OLD.replace("02.05.2014 </li>", "42.13.2014 </li>"))
    assert article.published is None


@pytest.mark.parametrize(
    "html",
    [
        "<!doctype html><html><head><title>Before you continue</title></head><body><form id='consent'><h1>Cookies</h1>"
        "<p>We and our 700 partners value your privacy.</p><button>Accept</button></form></body></html>",
        "<html><head><title>Just a moment...</title></head><body><div id='cf-challenge'></div></body></html>",
        "<html><head><title>Datenschutz-Einstellungen</title></head><body><article><p>Text</p></article></body></html>",
        "<html><head><title>Access Denied</title></head><body>You don't have permission.</body></html>",
    ],
)
def test_a_page_that_stands_in_for_an_article_is_doubted(html: str) -> None:
    with pytest.raises(Doubtful, match="stands in for the article"):
        read(html.encode())


@pytest.mark.parametrize(
    "html",
    [
        "<html></html>",
        "<p>words</p>",
        "<html><body><h1>Top stories</h1><ul><li><a href='/zh/a-1'>one</a></li></ul></body></html>",
        "<rss><channel><title>DW</title></channel></rss>",
        "<!DOCTYPE html><div id='bodyContent'></div>",
    ],
)
def test_a_page_without_an_article_is_refused(html: str) -> None:
    with pytest.raises(ReadError, match="shows no article"):
        read(html.encode())


def test_a_page_that_says_it_is_another_article_is_doubted() -> None:
    with pytest.raises(Doubtful, match="the page says that it is 4"):
        read(shapes.shown_page().replace(b"a-90000001", b"a-4"))


def test_a_text_without_any_title_is_refused() -> None:
    with pytest.raises(ReadError, match="no title"):
        read(b"<div class='rich-text'><p>words</p></div>")


def test_a_declared_encoding_is_used_and_an_unknown_one_is_not_believed() -> None:
    for declared in ("utf-8", "x-unknown"):
        capture = replace(
            shapes.capture(shapes.shown_page()), headers=(("Content-Type", f"text/html; charset={declared}"),)
        )
        assert dw.read(SOURCE, LEAD, capture).title == "河上的新桥： “通了”"


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_cut_page_is_read_as_far_as_it_goes_or_refused(part: float) -> None:
    page = shapes.shown_page()
    try:
        article = read(page[: int(len(page) * part)])
    except SourceError:
        return
    assert article.weak


# --- other kinds, by what their pages show -------------------------------------------------------------------------


def of_kind(letter: str, html: str) -> Article:
    page = shapes.shown_page(html).replace(b"/a-90000001", f"/{letter}-90000001".encode())
    return read(page)


def slide(key: int, title: str, *words: str) -> str:
    image = f'<img src="https://static.dw.com/image/{key}_600.jpg" alt="">'
    told = "".join(f"<p>{each}</p>" for each in words)
    return f"<div class='gallery-slide'><figure>{image}</figure><h2>{title}</h2>{told}</div>"


def test_the_slides_of_a_gallerys_page_are_its_gallery() -> None:
    article = of_kind("g", slide(90000020, "One", "First.") + slide(90000010, "Two", "a", "b"))
    assert article.kind == "gallery"
    entries = (
        GalleryEntry(picture=picture(90000020), title="One", text=text("First.")),
        # Also the lead picture of the page, and a slide all the same.
        GalleryEntry(picture=picture(90000010), title="Two", text=text("a\nb")),
    )
    assert article.body == (Gallery(entries=entries),)


def test_a_gallerys_page_that_is_laid_out_otherwise_is_kept_as_it_stands() -> None:
    article = of_kind("g", "<p>Words first.</p>" + slide(90000020, "One"))
    assert article.body == (
        Paragraph(text=text("Words first.")),
        Figure(picture=picture(90000020)),
        Heading(text=text("One")),
    )


def test_the_entries_of_a_live_blogs_page_have_their_times() -> None:
    post = """<div class="liveblog-post" id="post-7"><time datetime="2024-05-02T12:00:00Z">14:00</time>
    <h2>Open</h2><p>It is.</p></div><div class="liveblog-post"><p>Soon.</p></div>"""
    article = of_kind("live", post)
    assert article.kind == "liveblog"
    assert article.body == (
        LiveEntry(
            key="7", at=datetime(2024, 5, 2, 12, tzinfo=UTC), title="Open", body=(Paragraph(text=text("It is.")),)
        ),
        LiveEntry(body=(Paragraph(text=text("Soon.")),)),
    )


def test_a_player_above_the_text_is_what_a_videos_page_is_about() -> None:
    video = b'<video data-id="8" data-duration="00:05"><source src="/v.mp4"></video>'
    player = b'<div class="vjs-wrapper"><h2>A day</h2>' + video + b"</div>"
    page = shapes.shown_page("<p>Words.</p>").replace(b"/a-90000001", b"/video-90000001")
    article = read(page.replace(b'<div class="advertisement">', player + b'<div class="advertisement">', 1))
    assert article.body == (
        Media(kind="video", url="https://www.dw.com/v.mp4", duration=5),
        Paragraph(text=text("Words.")),
    )
