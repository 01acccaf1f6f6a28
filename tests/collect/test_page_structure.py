"""What stands in a page's article and is no plain text: pictures, captions, galleries, embeds, live entries, boxes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cost import soon
from wirecopy.collect.read import embeds, page
from wirecopy.collect.read.page import galleries, notes, pictures
from wirecopy.collect.read.page.galleries import gathered
from wirecopy.model import (
    Article,
    Aside,
    Blocks,
    Capture,
    Embed,
    Figure,
    Gallery,
    Heading,
    Lead,
    LiveEntry,
    Media,
    Paragraph,
    Picture,
    Source,
    Table,
    document_text,
    plain,
    text,
    walk,
)

URL = "https://harbour.example/2024/02/08/ferry-returns"
AT = datetime(2024, 2, 8, 12, tzinfo=UTC)
SENTENCES = [
    "The ferry between the two harbours runs again, four months after a storm damaged the pier, the council said.",
    "Two boats will cross every hour, and the fare stays what it was, according to the operator on Thursday.",
    "Fishermen had asked for it to return before the season, since the road around the bay takes two hours.",
    "The pier was rebuilt in oak, as it stood in 1911, and carries a light that can be seen from the island.",
]
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def html(body: str, head: str = "") -> str:
    title = "Ferry returns to the bay - Harbour Post"
    return f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body>{body}</body></html>'


def told(inside: str, *, over: str = "", head: str = "") -> page.Page:
    """A page whose article has this in its middle, and that over its text."""
    article = f"<article><h1>Ferry returns to the bay</h1>{over}<div class=story>{TEXT}{inside}{TEXT}</div></article>"
    return page.read_html(html(article, head), URL)


def article(inside: str, *, head: str = "") -> Article:
    document = html(f"<article><h1>Ferry returns to the bay</h1>{inside}</article>", head)
    capture = Capture(url=URL, status=200, headers=(("Content-Type", "text/html"),), body=document.encode(), at=AT)
    return page.read(Source(id="harbour", language="en"), Lead(source="harbour", key="ferry", url=URL), capture)


def figures(found: page.Page) -> list[tuple[str, str]]:
    """The pictures in a page's article, the lead picture first: the end of the address, and the caption."""
    shown = [found.picture] if found.picture else []
    shown += [block.picture for block in walk(found.blocks) if isinstance(block, Figure)]
    return [(each.url.removeprefix("https://harbour.example"), plain(each.caption)) for each in shown]


def only(blocks: Blocks, kind: type) -> object:
    [found] = [block for block in walk(blocks) if isinstance(block, kind)]
    return found


# --- headings, links, tables ----------------------------------------------------------------------------------------


def test_a_heading_of_the_first_level_in_the_text_is_a_heading_and_the_title_is_none() -> None:
    found = told("<h1>What the rebuilt pier costs</h1>")
    assert [plain(each.text) for each in found.blocks if isinstance(each, Heading)] == ["What the rebuilt pier costs"]


def test_addresses_are_relative_to_what_the_page_says_they_are() -> None:
    found = told('<p>See the <a href="plans.html">plans</a> of the council, which it showed last week.</p>',
                 head='<base href="/docs/">')  # fmt: skip
    [link] = [run.link for block in found.blocks if isinstance(block, Paragraph) for run in block.text if run.link]
    assert link.href == "https://harbour.example/docs/plans.html"


def test_a_table_of_data_keeps_its_heads_and_spans() -> None:
    table = only(
        told("<table><tr><th colspan=2>Fares</th></tr><tr><td>Adult</td><td>4</td></tr></table>").blocks, Table
    )
    assert isinstance(table, Table)
    assert (table.rows[0][0].header, table.rows[0][0].across, len(table.rows)) == (True, 2, 2)


# --- pictures and captions ------------------------------------------------------------------------------------------

CAPTION = "The boat at the old quay on its first morning"


@pytest.mark.parametrize(
    "markup",
    [
        f'<div class="wp-caption"><img src="/b.jpg"><p class="wp-caption-text">{CAPTION}</p></div>',
        f'<div class="pic"><figure><img src="/b.jpg"></figure><figcaption>{CAPTION}</figcaption></div>',
        f'<figure><button class="zoom"><img src="/b.jpg"></button><figcaption>{CAPTION}</figcaption></figure>',
        f'<button><figure><img src="/b.jpg"><figcaption>{CAPTION}</figcaption></figure></button>',
        f'<div class="article-image"><img src="/b.jpg"><p>{CAPTION}</p></div>',
        f'<div class="teaser-picture"><figure><img src="/b.jpg"><figcaption>{CAPTION}</figcaption></figure></div>',
        f'<div class="label-hidden hidden"><img src="/b.jpg"><span>{CAPTION}</span></div>',
    ],
    ids=["wordpress", "caption beside", "button inside", "button around", "named box", "called teaser", "hidden"],
)
def test_a_picture_has_its_caption_whatever_both_are_wrapped_in(markup: str) -> None:
    found = told(markup)
    assert figures(found) == [("/b.jpg", CAPTION)]
    assert CAPTION not in document_text(tuple(each for each in found.blocks if not isinstance(each, Figure)))


@pytest.mark.parametrize(
    "attributes",
    [
        'src="data:image/gif;base64,R0" data-late-srcset="/s.jpg 300w, /b.jpg 1200w"',
        'src="data:image/gif;base64,R0" data-flickity-lazyload="/b.jpg"',
        'src="/lazyload-fallback.gif" data-lazy-src="/b.jpg"',
    ],
)
def test_a_picture_that_a_script_would_load_has_its_largest_address(attributes: str) -> None:
    assert figures(told(f"<figure><img {attributes}></figure>")) == [("/b.jpg", "")]


def test_what_is_shown_without_scripts_stands_for_what_they_would_load() -> None:
    small = '<img src="/p/boat-60x40.jpg?q=20"><noscript><img src="/p/boat-1200x800.jpg"></noscript>'
    assert figures(told(f"<figure>{small}</figure>")) == [("/p/boat-1200x800.jpg", "")]


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="/icons/zoom.svg">', '<img src="/b.jpg" width=40>', '<img src="/count.gif" width=1 height=1>',
        '<div class="byline-author"><img src="/ada.jpg" width=300></div>', '<img src="/img/app-store.png">',
    ],
)  # fmt: skip
def test_icons_counting_pixels_and_portraits_of_authors_are_no_pictures(markup: str) -> None:
    assert figures(told(markup)) == []


def test_a_chart_that_says_what_it_shows_is_a_picture_though_it_is_a_drawing() -> None:
    chart = '<img src="/fares.svg" alt="Fares of the ferry from 1990 to 2024">'
    assert figures(told(chart)) == [("/fares.svg", "")]


def test_the_picture_over_the_text_is_found_in_any_box_and_keeps_its_caption() -> None:
    over = f'<div class="lead-media"><div class="image"><img src="/b.jpg" width=900><p>{CAPTION}</p></div></div>'
    found = told("", over=f"<header>{over}</header>")
    assert figures(found)[0] == ("/b.jpg", CAPTION)


def test_a_picture_that_leads_to_another_article_is_not_the_lead() -> None:
    found = told("", over='<div class="image"><a href="/other"><img src="/other.jpg" width=900></a></div>')
    assert figures(found) == []


def test_the_picture_that_the_page_names_is_taken_as_the_page_shows_it() -> None:
    shown = f'<figure><img src="/p/ferry-at-quay-640x400.jpg"><figcaption>{CAPTION}</figcaption></figure>'
    head = '<meta property="og:image" content="https://harbour.example/p/ferry-at-quay-1200x630.jpg">'
    document = html(f"<div>{shown}</div><main><h1>Ferry returns to the bay</h1><div>{TEXT}</div></main>", head)
    assert figures(page.read_html(document, URL)) == [("/p/ferry-at-quay-640x400.jpg", CAPTION)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/boat-quay-300x200.jpg", "/b/boat-quay.webp?w=9"),
        ("/x/boat-quay_w700.jpg", "//c.example/boat-quay-scaled.jpg"),
    ],
)
def test_one_picture_in_two_sizes_has_one_name(one: str, other: str) -> None:
    assert pictures.stem(one) == pictures.stem(other) == "boat-quay"
    assert pictures.stem("/image_1.jpg") == ""


# --- galleries ------------------------------------------------------------------------------------------------------


def slide(n: int) -> str:
    return f'<li class=slide><img src="/s{n}.jpg"><span>{n}/3</span><p>Boat number {n} leaves the quay</p></li>'


def test_a_slideshow_is_a_gallery_with_a_caption_for_each_picture() -> None:
    slides = "".join(map(slide, (1, 2, 3)))
    found = told(f"<p>Before.</p><div class=photo-gallery><h3>The boats</h3><ul>{slides}</ul></div>")
    gallery = only(found.blocks, Gallery)
    assert isinstance(gallery, Gallery)
    assert gallery.title == "The boats"
    assert [plain(each.picture.caption) for each in gallery.entries] == [
        f"Boat number {n} leaves the quay" for n in (1, 2, 3)
    ]


def test_slides_that_wait_behind_the_first_are_part_of_the_article() -> None:
    figure = '<figure><img src="/h{0}.jpg"><figcaption>View {0} of the light</figcaption></figure>'
    hidden = "".join(map(figure.format, (1, 2, 3)))
    gallery = only(told(f'<div style="display:none">{hidden}</div>').blocks, Gallery)
    assert isinstance(gallery, Gallery)
    assert len(gallery.entries) == 3


def test_a_viewer_that_shows_the_pictures_once_more_is_no_gallery() -> None:
    figure = '<figure><img src="/boat-{0}-ahead.jpg"><figcaption>View {0} of the light</figcaption></figure>'
    seen = "".join(map(figure.format, (1, 2, 3)))
    found = told(f'{seen}<div style="display:none" class=slideshow>{seen}</div>')
    assert [address for address, _ in figures(found)] == [f"/boat-{n}-ahead.jpg" for n in (1, 2, 3)]
    assert not [block for block in found.blocks if isinstance(block, Gallery)]


def test_captions_that_follow_all_pictures_are_given_to_each_in_order() -> None:
    shown = [Figure(picture=Picture(url=f"https://i.example/{n}.jpg")) for n in (1, 2)]
    [gallery] = gathered((*shown, Paragraph(text=text("The first")), Paragraph(text=text("The second"))))
    assert isinstance(gallery, Gallery)
    assert [plain(each.picture.caption) for each in gallery.entries] == ["The first", "The second"]


def test_a_carousel_of_links_to_other_articles_is_no_gallery() -> None:
    teaser = '<div><img src="/t{0}.jpg"><p><a href="/other-{0}">Another story altogether</a></p></div>'
    blocks = told(f"<div class=carousel>{''.join(map(teaser.format, (1, 2, 3)))}</div>").blocks
    assert not [block for block in walk(blocks) if isinstance(block, Gallery)]


@pytest.mark.parametrize("names", ["photo-gallery", "galería", "Bildergalerie", "swiper-wrapper", "wp-block-gallery"])
def test_what_shows_several_pictures_is_called_so_in_many_languages(names: str) -> None:
    assert galleries.is_named(names)


# --- what is embedded -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "kind", "url"),
    [
        ('<iframe src="https://www.youtube.com/embed/x1y2"></iframe>', "youtube", "https://www.youtube.com/embed/x1y2"),
        ('<iframe data-src="https://w.soundcloud.com/player/?u=1"></iframe>', "soundcloud",
         "https://w.soundcloud.com/player/?u=1"),
        ('<amp-youtube data-videoid="x1y2"></amp-youtube>', "youtube", "https://www.youtube.com/watch?v=x1y2"),
        ('<lite-youtube videoid="x1y2"></lite-youtube>', "youtube", "https://www.youtube.com/watch?v=x1y2"),
        ('<amp-twitter data-tweetid="123456"></amp-twitter>', "tweet", "https://twitter.com/i/status/123456"),
        ('<amp-instagram data-shortcode="Ab_1"></amp-instagram>', "instagram", "https://www.instagram.com/p/Ab_1/"),
        ('<div class="fb-post" data-href="https://www.facebook.com/a/posts/1"></div>', "facebook",
         "https://www.facebook.com/a/posts/1"),
        ('<div class="flourish-embed" data-src="visualisation/77?2"></div>', "chart",
         "https://flo.uri.sh/visualisation/77/embed"),
        ('<div class="wp-block-embed__wrapper">https://vimeo.com/7001</div>', "vimeo", "https://vimeo.com/7001"),
        ('<iframe src="//datawrapper.dwcdn.net/Ab1/2/" title="Fares"></iframe>', "chart",
         "https://datawrapper.dwcdn.net/Ab1/2/"),
        ('<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@a/video/1"><p>w</p></blockquote>', "tiktok",
         "https://www.tiktok.com/@a/video/1"),
    ],
)  # fmt: skip
def test_what_is_embedded_is_kept_as_its_kind_and_address(markup: str, kind: str, url: str) -> None:
    embed = only(told(markup).blocks, Embed)
    assert isinstance(embed, Embed)
    assert (embed.kind, embed.url) == (kind, url)


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe src="https://ads.harbour.example/show"></iframe>', '<iframe src="https://x.doubleclick.net/f"></iframe>',
        '<iframe src="https://www.facebook.com/plugins/like.php?href=x"></iframe>',
        '<iframe src="https://elsewhere.example/" width="1" height="1"></iframe>',
        '<amp-youtube data-videoid="&quot;><script>"></amp-youtube>', '<lite-youtube></lite-youtube>',
    ],
)  # fmt: skip
def test_what_sells_counts_or_shows_nothing_is_not_kept_and_counted(markup: str) -> None:
    found = told(markup)
    assert not [block for block in found.blocks if isinstance(block, Embed)]
    assert sum(found.lost.values()) == 1


def test_a_film_of_the_outlet_has_its_file_and_its_poster() -> None:
    media = only(told('<video poster="/p.jpg"><source src="/film.mp4"></video>').blocks, Media)
    assert isinstance(media, Media)
    assert (media.url, media.poster and media.poster.url) == (
        "https://harbour.example/film.mp4",
        "https://harbour.example/p.jpg",
    )


def test_an_unknown_host_is_a_frame_and_an_idle_one_is_nothing() -> None:
    assert (embeds.kind("https://elsewhere.example/x"), embeds.kind("https://securepubads.doubleclick.net/x")) == (
        "frame",
        "",
    )


# --- live blogs, notes, boxes ---------------------------------------------------------------------------------------


def live(n: int) -> str:
    return f"""<div class="liveblog-entry" id="e{n}"><time datetime="2024-02-08T1{n}:00:00Z">1{n}:00</time>
    <h3>Boat number {n} has left</h3><p>{SENTENCES[n]}</p><p>{SENTENCES[n + 1]}</p></div>"""


def test_entries_of_a_live_blog_have_their_time_and_their_title() -> None:
    found = article("<div class=liveblog>" + "".join(map(live, (0, 1, 2))) + "</div>")
    entries = [block for block in found.body if isinstance(block, LiveEntry)]
    assert [(each.key, each.title, each.at and each.at.hour) for each in entries] == [
        (f"e{n}", f"Boat number {n} has left", 10 + n) for n in (0, 1, 2)
    ]
    assert document_text(entries[0].body) == f"{SENTENCES[0]}\n{SENTENCES[1]}"
    assert found.kind == "liveblog"


def test_entries_that_only_the_data_tells_of_are_taken_and_nothing_is_told_twice() -> None:
    update = (
        '{{"@type":"BlogPosting","headline":"Entry {0}","datePublished":"2024-02-08T1{0}:00:00Z","articleBody":"{1}"}}'
    )
    told_again = ",".join(update.format(n, sentence) for n, sentence in enumerate(SENTENCES[1:]))
    head = f"""<script type="application/ld+json">{{"@type":"LiveBlogPosting","headline":"Ferry returns to the bay",
    "liveBlogUpdate":[{told_again}]}}</script>"""
    found = article(TEXT, head=head)
    assert [type(block) for block in found.body] == [Paragraph, LiveEntry, LiveEntry, LiveEntry]
    assert document_text(found.body).count(SENTENCES[2]) == 1


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("Correction: An earlier text named the wrong pier.", "correction"),
        ("This article was amended on 9 February 2024 to name the right pier.", "correction"),
        ("An earlier version of this story named the wrong pier.", "correction"),
        ("Korrektur: In dem Text stand die falsche Mole.", "correction"),
        ("更正：此前的报道写错了码头的名称。", "correction"),
        ("Editor’s note: The council owns a part of this newspaper.", "note"),
        ("Anmerkung der Redaktion: Die Stadt ist an dieser Zeitung beteiligt.", "note"),
        ("编者按：本文作者是渔民。", "note"),
        ("The correction of the course took the boat an hour.", ""),
        ("Corrections officers took the ferry to the island.", ""),
        ("The editor noted that the ferry was late.", ""),
    ],
)
def test_corrections_and_notes_of_editors_have_their_role(line: str, role: str) -> None:
    [paragraph] = notes.marked((Paragraph(text=text(line)),))
    assert isinstance(paragraph, Paragraph)
    assert paragraph.role == role


def test_a_box_of_facts_stands_beside_the_story_with_its_title() -> None:
    box = "<aside class=factbox><h3>The ferry</h3><p>Built in 1911, and rebuilt twice since then, in oak.</p></aside>"
    aside = only(told(box).blocks, Aside)
    assert isinstance(aside, Aside)
    assert (aside.role, aside.title) == ("factbox", "The ferry")


def test_a_box_that_asks_for_consent_is_no_box_of_facts() -> None:
    box = "<div class=info-box><p>Here a service would be shown if you accept all of its cookies first.</p></div>"
    assert "cookies" not in document_text(told(box).blocks)


def test_a_page_of_pictures_is_a_gallery_and_a_page_with_a_film_a_video() -> None:
    slides = "".join(slide(n) for n in range(1, 9))
    assert (
        article(f"<p>{SENTENCES[0]}</p><div class=gallery><ul>{slides}</ul></div><p>{SENTENCES[1]}</p>").kind
        == "gallery"
    )
    head = '<meta property="og:type" content="video.other">'
    assert article(f"<video src=/f.mp4></video><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>", head=head).kind == "video"
    assert article(TEXT).kind == "article"


# --- laws -----------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["<div class=gallery>", "<div class='wp-caption'>", "</div>", "<figure>", "</figure>", "<figcaption>c</figcaption>",
     "<img src=a.jpg>", "<img src=b.jpg width=900>", "<noscript><img src=c.jpg></noscript>", "<button>", "</button>",
     "<picture><source srcset='d.jpg 2x'>", "</picture>", "<div class=liveblog-entry>", "<time datetime=2024-02-08>",
     "<aside class=factbox>", "</aside>", "<iframe src=//youtu.be/x></iframe>", "<amp-youtube data-videoid=abc>",
     "<div hidden>", "<h1>Pier</h1>", "<table><tr><th>", "</table>", "<ul><li>", "</ul>", "<base href='http://[/'>",
     "<span class=caption>", f"<p>{SENTENCES[0]}</p>", f"<p>{SENTENCES[2]}</p>", "<div class='byline author'>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_soup_of_pictures_and_boxes_is_read_and_twice_the_same(soup: str) -> None:
    first = page.read_html(html(f"<article>{TEXT}{soup}{TEXT}</article>"), URL)
    assert page.read_html(html(f"<article>{TEXT}{soup}{TEXT}</article>"), URL) == first
    assert SENTENCES[3] in document_text(first.blocks)


@pytest.mark.parametrize(
    "attack",
    [
        "<div class=image>" * 3_000 + "<img src=a.jpg>",
        "<div class=caption>words</div>" * 20_000,
        "<figcaption>words</figcaption>" * 20_000,
        "<noscript><img src=/a-long-name.jpg></noscript>" * 20_000,
        "<div class=gallery>" * 2_000 + "<img src=a.jpg>" * 2_000,
        "<div class=liveblog-entry>" * 2_000 + "<time>",
        "<div class=liveblog-entry><time datetime=1>x</div>" * 20_000,
        "<aside class=factbox>" * 2_000 + "words " * 100,
        "<button><img src=/a-long-name.jpg>" * 10_000,
        "<img " + " ".join(f"data-{n}-src=x" for n in range(20_000)) + ">",
    ],
    ids=range(10),
)
@soon
@pytest.mark.slow
def test_an_attack_with_structure_costs_seconds_and_not_minutes(attack: str) -> None:
    page.read_html(html(f"<article>{TEXT}{attack}{TEXT}</article>"), URL)
