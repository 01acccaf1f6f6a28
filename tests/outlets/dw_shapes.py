"""One article, written by us, in each of the shapes in which Deutsche Welle gives its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from wirecopy.model import Article, Capture, Lead, Source
from wirecopy.outlets import dw

Tree = dict[str, object]

NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
KEY = "90000001"
URL = f"https://www.dw.com/zh/河上的新桥： “通了” /a-{KEY}"
SHOWN_URL = (
    "https://www.dw.com/zh/%E6%B2%B3%E4%B8%8A%E7%9A%84%E6%96%B0%E6%A1%A5%EF%BC%9A%20"
    f"%E2%80%9C%E9%80%9A%E4%BA%86%E2%80%9D%20/a-{KEY}"
)
SOURCE = Source(id="dw-zh", family="dw", language="zh", homepage="https://www.dw.com/zh/", reader="dw", strip=("maca",))
LEAD = Lead(source="dw-zh", key=KEY, url=URL, kind="a")

RIGHTS = "©2024年河城新闻社版权声明：本文所有内容受到著作权法保护，不得擅自使用。"
HLS = "https://hlsvod.dw.com/i/dwtv_video/flv/riv/riv_,AVC_480x270,AVC_1920x1080,AVC_640x360,.mp4.csmil/master.m3u8"
MP4 = "https://tvdownloaddw-a.akamaihd.net/dwtv_video/flv/riv/riv_AVC_1920x1080.mp4"
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><title>i</title><path d="M11.5 3.5"/></svg>'
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwC"

FIRST = "（德国之声中文网）河城的新桥周四（5月2日）"
OPENED = f"""<p>{FIRST}<a class="internal-link" href="/zh/旧桥/a-90000002">“终于通车”</a>。\u00a0</p>"""
TEXT = (
    OPENED
    + f"""

<figure class="placeholder-image master_landscape big"><img data-format="MASTER_LANDSCAPE" data-id="90000010"
data-url="https://static.dw.com/image/90000010_${{formatId}}.jpg" alt="桥"><figcaption
class="img-caption">通车当天的新桥<small class="copyright">图像来源: 河城图片社</small></figcaption></figure>
<p>更多见<a rel="noopener nofollow" target="_blank" class="external-link" href="https://bridge.example/"
title="外部链接">建桥者的网页{ICON}</a>。</p><span data-slot-id="Article_InContent-1" class="rich-text-ad"></span>
<div class="image-gallery" data-id="90000003"></div>
<h2>为什么要建桥</h2>
<figure class="placeholder-image"><img data-id="90000011"
data-url="https://static.dw.com/image/90000011_${{formatId}}.png" alt="渡船"><figcaption class="img-caption">过去只有<a
href="/zh/渡船/a-90000004">渡船</a><small class="copyright">图像来源: A. Person/河城图片社</small></figcaption></figure>
<div class="vjs-wrapper embed big"><h2 aria-label="视频" class="headline">{ICON}桥上的一天</h2><video
id="video-90000005" poster="{PIXEL}" data-id="90000005"
data-posterurl="https://static.dw.com/image/90000012_605.jpg" data-duration="03:38">
<source src="{HLS}" type="application/x-mpegURL"><p class="vjs-no-js">please enable JavaScript</p></video></div>
<p><strong>谁来付钱？</strong></p>
<p>\u00a0</p>
<div class="yt-wrapper"><iframe data-src="https://www.youtube.com/embed/abcdefghijk"></iframe></div>
<div class="tweet" data-id="1234567890"></div>
<div class="dw-widget" data-id="90000006"></div>
<p><em>（法新社）</em></p>
<p><em>{RIGHTS}</em></p>"""
)


def image(key: int, credit: str = "", extension: str = "jpg") -> Tree:
    return {
        "__typename": "Image",
        "id": key,
        "staticUrl": f"https://static.dw.com/image/{key}_${{formatId}}.{extension}",
        "licenserSupplement": credit,
    }


def link(key: int, kind: str, name: str, *, in_text: bool, target: object = None, **more: object) -> Tree:
    return {
        "__typename": "ContentLink", "targetId": key, "targetType": kind, "name": name, "isInText": in_text,
        "target": target, **more,
    }  # fmt: skip


def gallery_image(key: int, name: str, words: str) -> Tree:
    return {
        "__typename": "GalleryImage", "name": name, "description": words, "altText": f"{name}的照片",
        "assignedImage": image(key, "河城图片社"),
    }  # fmt: skip


GALLERY: Tree = {
    "__typename": "ImageGallery",
    "id": 90000003,
    "name": "建桥十年",
    "namedUrl": "/zh/建桥十年/g-90000003",
    "extendedGalleryImages": [
        gallery_image(90000010, "通车", "人们走上新桥。"),
        gallery_image(90000013, "桥墩", "第一根桥墩立在河中 &amp; 水下。"),
    ],
}
VIDEO: Tree = {
    "__typename": "Video", "id": 90000005, "title": "桥上的一天", "duration": 218, "hlsVideoSrc": HLS,
    "namedUrl": "/zh/桥上的一天/video-90000005", "posterImageUrl": "https://static.dw.com/image/90000012_605.jpg",
}  # fmt: skip


def content(**changes: object) -> Tree:
    """The article as the content API gives it."""
    return {
        "__typename": "Article",
        "id": int(KEY),
        "language": "CHINESE",
        "isLive": True,
        "namedUrl": f"/zh/河上的新桥： “通了” /a-{KEY}",
        "canonicalUrl": URL,
        "permaLinkUrl": "https://p.dw.com/p/4abcd",
        "title": "河上的新桥： “通了” ",
        "kicker": "交通",
        "teaser": " 等了十年，新桥终于通车。\n",
        "firstPublicationDate": "2024-05-02T10:11:12.345Z",
        "contentDate": "2024-05-02T10:11:12.345Z",
        "lastModifiedDate": "2024-05-02T11:00:00.000Z",
        "isOpinion": False,
        "persons": [
            {"__typename": "Person", "fullName": "张三", "personType": "AUTHOR"},
            {"__typename": "Person", "fullName": "李四", "personType": "AUTHOR"},
        ],
        "legacyAuthor": "",
        "thematicFocusCategory": {"__typename": "Category", "name": "社会"},
        "relatedAutoTopics": [{"__typename": "AutoTopic", "id": 90000007, "name": "桥梁 "}],
        "mainContentImageLink": link(
            90000010, "IMAGE", "", in_text=False, target=image(90000010, "河城图片社"),
            description="通车当天的新桥", additionalInformation="一座桥和河",
        ),
        "text": TEXT,
        "contentLinks": [
            link(90000003, "IMAGE_GALLERY", "建桥十年", in_text=True, target=GALLERY),
            link(90000002, "ARTICLE", "旧桥", in_text=True),
            link(90000008, "ARTICLE", "河上的渡船", in_text=False, target={"namedUrl": "/zh/河上的渡船/a-90000008"}),
            link(90000009, "VIDEO", "另一座桥", in_text=False),
        ],
        "videos": [VIDEO],
        "imageGalleries": [GALLERY],
        "widgets": [{"id": 90000006, "url": "https://www.openstreetmap.org/export/embed.html?bbox=1"}],
        "externalLinks": [
            {"id": 1, "name": "建桥者", "url": "https://bridge.example/", "isInText": False},
            {"id": 2, "name": "文中", "url": "https://in-text.example/", "isInText": True},
        ],
        **changes,
    }  # fmt: skip


def answer(**changes: object) -> bytes:
    return json.dumps({"data": {"content": content(**changes)}}).encode()


def cache(tree: Tree) -> Tree:
    """The same object as a normalised GraphQL cache: every object under its own name, references between them."""
    objects: Tree = {}

    def stored(value: object) -> object:
        if isinstance(value, list):
            return [stored(each) for each in value]
        if not isinstance(value, dict):
            return value
        # The cache spells some fields with the arguments that they were asked with.
        spelt = {'persons({"amount":5})' if name == "persons" else name: stored(each) for name, each in value.items()}
        key = value.get("id", value.get("targetId"))
        if key is None or "__typename" not in value:
            return spelt
        name = f"{value['__typename']}:{key}"
        objects[name] = {**spelt, **dict(objects.get(name, {}))}  # type: ignore[call-overload]
        return {"__ref": name}

    root = stored(tree)
    # A circle, as real caches have them.
    objects["Article:90000002"] = {
        "__typename": "Article",
        "id": 90000002,
        "title": "旧桥",
        "text": "x" * 9000,
        "next": root,
    }
    return {**objects, "ROOT_QUERY": {"__typename": "Query", f'content({{"id":{KEY},"lang":"CHINESE"}})': root}}


def page_with(script: str) -> bytes:
    page = f"""<!doctype html><html lang="zh"><head><title>河上的新桥</title>
    <link rel="alternate" hreflang="zh-Hant" href="https://www.dw.com/zh-hant/x/a-{KEY}"></head><body>
    <div id="root"></div><script>window.dataLayer = [];</script><script> {script}</script></body></html>"""
    return page.encode()


def apollo(**changes: object) -> bytes:
    state = json.dumps(cache(content(**changes)), ensure_ascii=False)
    return page_with(f"window.__APOLLO_STATE__={state};window.other={{}};")


def app_state(**changes: object) -> bytes:
    path = f"/graph-api/zh/content/article/{KEY}"
    state = json.dumps({path: {"data": {"content": content(**changes)}}, "/graph-api/zh/content/navigation/1": None})
    return page_with(f'window["__APP_STATE__"] = {state[:-1]}, "later": undefined}};')


def shown_page(text: str = TEXT, *, head: str = "") -> bytes:
    """The page as it is shown, without state."""
    described = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": "河上的新桥： “通了” ",
        "author": [{"@type": "Person", "name": "张三"}, {"@type": "Person", "name": "李四"}],
        "datePublished": "2024-05-02T10:11:12.345Z", "dateModified": "2024-05-02T11:00:00.000Z",
    }  # fmt: skip
    sizes = ", ".join(f"https://static.dw.com/image/90000010_60{n}.jpg {n + 1}00w" for n in range(6))
    return f"""<!doctype html><html lang="zh"><head><title>河上的新桥 – DW</title><link rel="canonical" href="{URL}"/>
    <script type="application/ld+json">{json.dumps(described)}</script>{head}</head><body>
    <nav><ul><li><a href="/zh/s-9058">首页</a></li></ul></nav><section><article><div class="sc-a content-area">
    <header><div class="kicker sc-b"><span><a href="/zh/s-1">社会</a></span><span>河城</span></div>
    <h1 class="sc-c">河上的新桥： “通了” </h1><div class="author-details"><span class="author">张三</span><span> | <span
    class="author">李四</span></span></div><time aria-hidden="true">3小时前</time>
    <p class="teaser-text">等了十年，新桥终于通车。</p></header>
    <section class="sharing"><a href="https://facebook.com/sharer">分享</a><span>https://p.dw.com/p/4abcd</span></section>
    <figure><picture><source srcset="{sizes}"/><img src="" srcset="{sizes}" alt="一座桥和河"></picture>
    <figcaption>通车当天的新桥<small
    class="sc-d copyright">图像来源:<!-- --> <!-- -->河城图片社</small></figcaption></figure>
    <div class="advertisement"><span>广告</span></div>
    <div class="sc-e rich-text">{text}</div><footer><span>请给我们反馈</span></footer></div></article></section>
    <section id="related-topics"><h2>相关主题</h2><a href="/zh/桥梁/t-90000007">桥梁 </a></section>
    <section id="more-on-topic"><h2>更多</h2><h3><a
    class="link-in-teaser" href="/zh/河上的渡船/a-90000008">河上的渡船</a></h3>
    <a class="link-in-teaser" href="/zh/河上的渡船/a-90000008">看看</a></section></body></html>""".encode()


def sizes(key: int) -> list[Tree]:
    return [
        {"width": 700, "height": 394, "url": f"https://static.dw.com/image/{key}_303.jpg"},
        {"width": 940, "height": 529, "url": f"https://static.dw.com/image/{key}_304.jpg"},
    ]


def detail(**changes: object) -> Tree:
    """The article as the apps' API gives it."""
    image: Tree = {"id": 90000010, "type": "Image", "name": "通车当天的新桥", "sizes": sizes(90000010)}
    gallery: Tree = {
        "id": 90000003,
        "name": "建桥十年",
        "images": [
            {"name": "通车", "description": "人们走上新桥。", "image": {"id": 90000010, "sizes": sizes(90000010)}},
            {
                "name": "桥墩",
                "description": "第一根桥墩立在河中 &amp; 水下。",
                "image": {"id": 1, "sizes": sizes(90000013)},
            },
        ],
    }
    video: Tree = {
        "id": 90000005,
        "name": "桥上的一天",
        "duration": 218,
        "sources": [{"quality": "480", "url": "https://tv.example/a_480.mp4"}, {"quality": "1080", "url": MP4}],
        "previewImage": {"id": 90000012, "sizes": sizes(90000012)},
    }
    old = '<a href="https://api.dw.com/api/detail/article/90000002" rel="ArticleRef">“终于通车”</a>'
    entries: list[tuple[str, str, object]] = [
        ("Paragraph", "text", f"{FIRST}{old}。&nbsp;"),
        ("Image", "data", image),
        ("Paragraph", "text", '更多见<a href="https://bridge.example/" rel="ExternalRef">建桥者的网页</a>。'),
        ("Gallery", "data", gallery),
        ("Paragraph", "text", "<strong>为什么要建桥</strong>"),
        ("Video", "data", video),
        ("Paragraph", "text", "&nbsp;"),
        ("YouTube", "data", "abcdefghijk\u200b"),
        ("Twitter", "data", "1234567890"),
        ("Paragraph", "text", "<em>（法新社）</em>"),
        ("Paragraph", "text", f"<em>{RIGHTS}</em>"),
    ]
    return {
        "type": "Article",
        "id": int(KEY),
        "languageId": 0,
        "name": "河上的新桥： “通了” ",
        "teaser": "等了十年，新桥终于通车。",
        "categoryName": "社会",
        "text": "plain text that nobody shows",
        "permaLink": "http://dw.com/p/4abcd",
        "displayDate": "2024-05-02T10:11:12.345Z",
        "author": "null 张三",
        "mainContent": image,
        "body": [{"content": {"type": kind, field: value}} for kind, field, value in entries],
        "referenceGroups": [
            {"name": "关键词", "type": "Keywords", "items": [{"type": "SearchRef", "name": "桥梁"}]},
            {"name": "更多", "type": "InternalContent", "items": [
                {"type": "ArticleRef", "name": "河上的渡船", "url": "https://api.dw.com/api/detail/article/90000008"}]},
            {"name": "网页", "type": "ExternalContent", "items": [
                {"type": "ExternalRef", "name": "建桥者", "url": "bridge.example"},
                {"type": "ExternalRef", "name": "坏的", "url": "#\" onclick=\"javascript:window.open()"}]},
        ],
        **changes,
    }  # fmt: skip


def capture(body: bytes | Mapping[str, object]) -> Capture:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Capture(url="https://www.dw.com/asked", status=200, body=payload, at=NOON)


def read(body: bytes | Mapping[str, object], lead: Lead = LEAD, source: Source = SOURCE) -> Article:
    return dw.read(source, lead, capture(body))
