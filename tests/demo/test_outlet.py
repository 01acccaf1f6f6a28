"""The simulated outlet serves what it promises, over real sockets, and misbehaves exactly as told."""

import gzip
import hashlib
import http.client
import json
import random
import re
import struct
import urllib.request
import zlib
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from wirecopy.demo import drawing
from wirecopy.demo.day import day, random_move
from wirecopy.demo.newsroom import LETTERS, TYPES, plain, words
from wirecopy.demo.outlet import MORNING, FakeOutlet
from wirecopy.demo.shapes import base62, from_base62
from wirecopy.demo.stories import PAPERS, STORIES, TRAPS, many

RSS = "{http://purl.org/rss/1.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DWSYN = "{http://rss.dw.com/syndication/dwsyn/}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


@pytest.fixture
def outlet():
    with FakeOutlet() as outlet:
        outlet.publish_all()
        yield outlet


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def content(self):
        return self.json["data"]["content"]


def ask(outlet, target, *, method="GET", **headers):
    """One request on a connection of its own, redirects not followed, bytes as they come."""
    with closing(http.client.HTTPConnection(outlet.host, outlet.port, timeout=60)) as connection:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Answer(response, response.read())


def story(name):
    return next(story for story in STORIES if story.name == name)


def graph(name):
    which = story(name)
    return f"/graph-api/{which.language}/content/{TYPES[which.kind]}/{which.id}"


def page(outlet, name):
    which = next(piece for piece in outlet.pieces() if piece.story.name == name)
    return quote(which.path, safe="/")


def state_in(html, name="__APP_STATE__"):
    found = re.search(rf"window\.{name}\s*=\s*(.*?)(?:; )?</script>", html, re.DOTALL)
    return json.loads(found[1])


class Reader(HTMLParser):
    """What of a page is text, apart from scripts, and which elements it has."""

    def __init__(self, html):
        super().__init__()
        self.words, self.starts, self._mute = [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))
        self._mute += tag in ("script", "style", "svg")

    def handle_endtag(self, tag):
        self._mute -= tag in ("script", "style", "svg")

    def handle_data(self, data):
        if not self._mute:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


# --- stories -----------------------------------------------------------------------------------------------------


def test_there_are_stories_of_every_kind_in_four_languages():
    assert {story.language for story in STORIES} == {"zh", "en", "de", "ar"} == set(PAPERS)
    kinds = Counter(story.kind for story in STORIES)
    assert kinds["article"] >= 16
    assert set(kinds) == set(LETTERS)
    assert any(story.opinion for story in STORIES)
    assert max(len(story.slides) for story in STORIES) >= 6
    assert len(story("zh-live").posts) == 6


def test_ids_and_names_are_each_given_once():
    assert len({story.id for story in STORIES}) == len({story.name for story in STORIES}) == len(STORIES)
    photos = {}
    for one in STORIES:
        for photo in [one.photo, *(slide.photo for slide in one.slides)]:
            if photo is not None:
                assert photos.setdefault(photo.id, photo.kind) == photo.kind


def test_every_article_has_the_length_of_an_article_and_leads_only_to_stories_that_exist():
    names = {story.name for story in STORIES}
    for one in STORIES:
        if one.kind == "article":
            paragraphs = [block for block in one.body if type(block).__name__ == "P" and block.text]
            assert 4 <= len(paragraphs) <= 10, one.name
        assert set(one.related) <= names, one.name
        for named in re.findall(r"\(story:([\w-]+)\)", repr(one)):
            assert named in names, one.name


def test_the_markup_of_texts_comes_apart_and_reads_plain():
    text = "a **b** [c *d*](story:x) *e [f](https://g.example/?h=1&i)*."
    assert plain(text) == "a b c d e f."
    assert [(w.text, w.strong, w.em, w.target) for w in words(text) if w.target or w.strong] == [
        ("b", True, False, ""),
        ("c ", False, False, "story:x"),
        ("d", False, True, "story:x"),
        ("f", False, True, "https://g.example/?h=1&i"),
    ]


def test_stories_in_bulk_are_different_articles():
    bulk = many(200, "en")
    assert len({one.id for one in bulk}) == len({one.title for one in bulk}) == 200
    with FakeOutlet(bulk) as outlet:
        outlet.publish_all()
        assert len(outlet.shown("en")) == 200
        last = bulk[-1]
        assert ask(outlet, f"/graph-api/en/content/article/{last.id}").content["title"] == last.title


# --- the feed, sitemaps, robots ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(PAPERS))
def test_the_feed_is_rss_1_in_the_outlets_shape(outlet, language):
    paper = PAPERS[language]
    answer = ask(outlet, f"/rdf/rss-{paper.feed}-all")
    root = ET.fromstring(answer.body)
    items = root.findall(f"{RSS}item")
    listed = {one.id: one for one in STORIES if one.language == language and one.kind in ("article", "liveblog")}
    assert {int(item.find(f"{DWSYN}contentID").text) for item in items} == set(listed)
    channel = root.find(f"{RSS}channel")
    assert channel.find("{http://purl.org/rss/modules/syndication/}updateFequency").text == "4"
    order = [li.get(f"{RDF}resource") for li in root.iter(f"{RDF}li")]
    assert order == [item.get(f"{RDF}about") for item in items] == [item.find(f"{RSS}link").text for item in items]
    for item in items:
        which = listed[int(item.find(f"{DWSYN}contentID").text)]
        link = item.find(f"{RSS}link").text
        letter = LETTERS[which.kind]
        assert re.fullmatch(rf".*/{letter}-{which.id}\?maca={language}-rss-{paper.feed}-all-\d+-rdf", link)
        assert item.find(f"{RSS}title").text == which.title
        assert item.find(f"{RSS}description").text == which.teaser
        assert item.find(f"{DC}subject").text == which.section
        assert item.find(f"{DC}date").text == "2025-05-06T05:30:00Z"
        assert item.find(f"{DC}language").text == language


def test_addresses_in_the_feed_are_as_they_are_read_not_escaped(outlet):
    feed = ask(outlet, "/rdf/rss-chi-all").text
    assert f"{outlet.url}/zh/河水为什么变蓝?专家给出解释/a-71000102?maca=" in feed
    assert "/zh/3#水闸检修完毕 船只恢复通行/a-71000103?maca=" in feed
    assert "/zh/稻谷增产12%，粮价保持平稳/a-71000104?maca=" in feed
    assert "/zh/河上新桥周日通车： “再也不用绕路” /a-71000101?maca=" in feed


def test_the_feeds_order_is_the_editors_and_not_that_of_time():
    with FakeOutlet() as outlet:
        for one in STORIES:
            outlet.publish(one.name)
            outlet.pass_time(minutes=1)
        dates = [date.text for date in ET.fromstring(ask(outlet, "/rdf/rss-chi-all").body).iter(f"{DC}date")][1:]
        assert sorted(dates) != dates != sorted(dates, reverse=True)


def test_the_news_sitemap_names_every_kind_of_the_last_two_days(outlet):
    def locations(language):
        return [
            loc.text for loc in ET.fromstring(ask(outlet, f"/{language}/news-sitemap.xml").body).iter(f"{SITEMAP}loc")
        ]

    kinds = {re.search(r"/([a-z]+)-\d+$", address)[1] for address in locations("zh")}
    assert kinds == {"a", "live", "g", "video", "audio"}
    assert not any("69000111" in address for address in locations("zh")), "a gallery of last year"
    assert f"{outlet.url}/zh/{quote('3#水闸检修完毕 船只恢复通行')}/a-71000103" in locations("zh")
    first = next(ET.fromstring(ask(outlet, "/zh/news-sitemap.xml").body).iter(f"{NEWS}news"))
    assert [part.text for part in first.iter() if part.text.strip()][:2] == ["山谷通讯", "zh-cn"]
    outlet.pass_time(hours=49)
    assert locations("zh") == []
    outlet.publish_all()


def test_the_article_sitemap_names_everything_with_its_last_change(outlet):
    outlet.pass_time(minutes=7)
    outlet.touch("de-bahn")
    root = ET.fromstring(ask(outlet, "/de/article-sitemap.xml").body)
    found = {url.find(f"{SITEMAP}loc").text: url.find(f"{SITEMAP}lastmod").text for url in root}
    assert len(found) == len(outlet.shown("de"))
    assert found[outlet.url + page(outlet, "de-bahn")] == "2025-05-06T05:37:00.000Z"
    assert found[outlet.url + page(outlet, "de-muehle")] == "2025-05-06T05:30:00.000Z"


def test_robots_txt_forbids_a_folder_and_names_the_sitemaps(outlet):
    lines = ask(outlet, "/robots.txt").text.splitlines()
    assert "Disallow: /intern/" in lines
    assert f"Sitemap: {outlet.url}/zh/news-sitemap.xml" in lines


# --- the content API ---------------------------------------------------------------------------------------------


def test_an_article_has_the_fields_of_the_recorded_ones(outlet):
    content = ask(outlet, graph("zh-bridge")).content
    assert content["__typename"] == "Article"
    assert content["id"] == 71000101
    assert content["title"] == "河上新桥周日通车： “再也不用绕路” "
    assert content["namedUrl"] == "/zh/河上新桥周日通车： “再也不用绕路” /a-71000101"
    assert content["canonicalUrl"] == outlet.url + content["namedUrl"]
    assert content["isChineseLang"] is True
    assert content["isLive"] is True
    assert content["isOpinion"] is False
    assert [person["fullName"] for person in content["persons"]] == ["何雨时"]
    assert content["legacyAuthor"] == ""
    assert content["contentDateMode"] == "LAST_PUBLICATION_DATE"
    assert content["regions"][0]["alignedName"] == "山谷"
    assert content["thematicFocusCategory"]["name"] == "社会"
    assert [topic["name"] for topic in content["relatedAutoTopics"]] == ["青溪", "镇务"]
    lead = content["mainContentImageLink"]
    assert lead["description"] == "通车前一天，工人在新桥上做最后的清扫"
    assert lead["additionalInformation"] == "晨光里的拱桥，桥面上有四名工人"
    assert lead["target"]["staticUrl"] == outlet.url + "/image/71100001_${formatId}.jpg"
    assert lead["target"]["licenserSupplement"] == "何雨时/山谷通讯"
    gallery = content["imageGalleries"][0]
    assert (gallery["id"], gallery["contentDate"]) == (69000111, "2024-10-03T08:00:00.000Z")
    assert len(gallery["extendedGalleryImages"]) == 7
    assert gallery["extendedGalleryImages"][0]["assignedImage"]["id"] == 71100003
    links = {(link["targetType"], link["targetId"]): link["isInText"] for link in content["contentLinks"]}
    assert links["ARTICLE", 71000103] is False
    assert links["LIVEBLOG", 71000110] is True
    assert links["AUTO_TOPIC", 71000901] is True
    assert links["IMAGE_GALLERY", 69000111] is True
    assert links["IMAGE", 71100003] is True
    assert content["permaLinkUrl"].startswith(outlet.url + "/p/")
    assert ask(outlet, graph("zh-blue")).content["externalLinks"][0]["url"].endswith("?id=14&lang=zh")


def test_the_short_address_is_the_id_in_base_62_as_in_the_recorded_answers():
    assert base62(65897191) == "4SUrv"
    assert base62(68117411) == "4boRv"
    assert all(from_base62(base62(number)) == number for number in (0, 1, 61, 62, 71000101))
    assert from_base62("-") == 0


def test_the_body_html_has_the_outlets_habits(outlet):
    bridge, blue, school = (ask(outlet, graph(name)).content["text"] for name in ("zh-bridge", "zh-blue", "zh-school"))
    assert bridge.startswith('<p>（山谷通讯）横跨<a class="internal-link" href="/zh/青溪/t-71000901">青溪</a>')
    assert '<div class="image-gallery embed big" data-id="69000111"></div>' in bridge
    assert "<p>&nbsp;</p>" in bridge
    assert "<p><strong>渡船留下，船夫退休</strong></p>" in bridge
    assert '<span data-slot-id="Article_InContent-1" class="rich-text-ad"></span>' in bridge
    assert "<p><em>（通讯社）</em></p>" in bridge
    assert re.search(
        r'class="external-link" href="[^"]+&lang=zh" title="外部链接 — [^"]+">检测报告已经公开<svg .*?</svg></a>', blue
    )
    assert '<figure class="placeholder-image master_landscape big"><img data-format="MASTER_LANDSCAPE"' in blue
    assert 'data-id="71100010"' in blue, "the lead picture stands in the text again"
    assert '<small class="copyright">图像来源: 路一苇/山谷通讯</small></figcaption></figure>' in blue
    assert re.search(
        r'<div class="vjs-wrapper embed big"><h2 aria-label=[^>]+ class="headline"><svg .*?</h2><video id=', school
    )
    assert '<div class="yt-wrapper embed big"><iframe data-src="https://www.youtube-nocookie.com/embed/' in school
    rice = ask(outlet, graph("zh-rice")).content["text"]
    assert "<table><caption>" in rice
    assert "<ol>\n\t<li><span>" in rice
    assert "<blockquote>" in rice
    assert '<div class="factbox"><h3>夜间开放须知</h3>' in ask(outlet, graph("zh-library")).content["text"]


def test_every_trap_is_in_the_story_that_is_named_for_it(outlet):
    served = {name: ask(outlet, graph(name)).text for name in TRAPS.values()}
    assert " /a-71000101" in served[TRAPS["a title that ends in a space"]]
    assert "?专家" in served[TRAPS["a question mark in the slug"]]
    assert "/zh/3#" in served[TRAPS["a hash in the slug"]]
    assert "12%，" in served[TRAPS["a percent sign in the slug"]]
    assert served[TRAPS["the lead picture again in the gallery"]].count("/image/71100001_") > 2
    assert "/a-71000109" in served[TRAPS["a link to a story not yet published"]]
    assert (
        "/en/fewer-stalls-more-buyers-a-year-of-the-night-market/a-72000202"
        in served[TRAPS["a link into another language"]]
    )
    assert "茶館" in served[TRAPS["traditional characters in the simplified edition"]]
    assert '"legacyAuthor":" 柳未央"' in served[TRAPS["free text for a byline"]]
    assert "/image/72100020_${formatId}.png" in served[TRAPS["a picture stored as PNG"]]
    assert set(TRAPS.values()) <= {story.name for story in STORIES}


def test_every_kind_has_its_own_fields(outlet):
    live = ask(outlet, graph("zh-live")).content
    assert live["__typename"] == "Liveblog"
    assert len(live["posts"]) == 6
    assert [post["id"] for post in live["posts"]] == [71000506, 71000505, 71000504, 71000503, 71000502, 71000501]
    assert live["posts"][-1]["contentDate"] == "2025-05-06T05:30:00.000Z"
    assert live["posts"][4]["contentDate"] == "2025-05-06T06:05:00.000Z"
    assert live["posts"][4]["persons"][0]["fullName"] == "何雨时"
    gallery = ask(outlet, graph("zh-gallery-green")).content
    assert gallery["__typename"] == "ImageGallery"
    assert gallery["extendedGalleryImages"][0]["name"] == "柳绿"
    video = ask(outlet, graph("zh-video")).content
    assert video["duration"] == 186
    assert video["formattedDuration"] == "03:06"
    assert video["hlsVideoSrc"].endswith(",.mp4.csmil/master.m3u8")
    assert video["posterImageUrl"] == f"{outlet.url}/image/71100095_605.png"
    audio = ask(outlet, graph("zh-audio")).content
    assert audio["mp3Src"].endswith(".mp3")
    assert ask(outlet, graph("zh-opinion")).content["isOpinion"] is True
    assert ask(outlet, graph("ar-jisr")).content["isRtl"] is True


def test_the_api_has_an_item_only_in_its_language_and_kind(outlet):
    for path in (
        "/graph-api/en/content/article/71000101",
        "/graph-api/zh/content/video/71000101",
        "/graph-api/zh/content/article/1",
    ):
        answer = ask(outlet, path)
        assert (answer.status, answer.content) == (404, None)


# --- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["zh-bridge", "zh-live", "zh-gallery-green", "zh-video", "zh-audio", "de-bahn", "ar-souq"]
)
def test_a_page_embeds_what_the_api_answers(outlet, name):
    answer = ask(outlet, page(outlet, name))
    assert answer.status == 200
    state = state_in(answer.text)
    assert state[graph(name)] == ask(outlet, graph(name)).json


def test_a_page_of_2023_embeds_the_same_normalised():
    with FakeOutlet(state="apollo") as outlet:
        outlet.publish_all()
        content = ask(outlet, graph("zh-bridge")).content
        cache = state_in(ask(outlet, page(outlet, "zh-bridge")).text, "__APOLLO_STATE__")
        root = cache["ROOT_QUERY"]['content({"id":71000101,"lang":"CHINESE"})']
        assert root == {"__ref": "Article:71000101"}
        assert "mainContentImageLink" in cache["Article:71000101"]
        assert 'regions({"amount":1})' in cache["Article:71000101"]

        def whole(value):
            if isinstance(value, list):
                return [whole(item) for item in value]
            if not isinstance(value, dict):
                return value
            if set(value) == {"__ref"}:
                return whole(cache[value["__ref"]])
            return {key.partition("(")[0]: whole(item) for key, item in value.items()}

        resolved = whole(root)
        for field in ("title", "text", "persons", "mainContentImageLink", "imageGalleries", "relatedAutoTopics"):
            assert _subset(content[field], resolved[field]), field
        assert 'ContentLink:{"targetId":71000110}' in cache


def _subset(one, other):
    """Is everything in `one` in `other`? A normalised object may have gathered more fields."""
    if isinstance(one, dict):
        return all(key in other and _subset(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_subset, one, other))
    return one == other


def test_a_page_without_state_still_shows_everything_and_its_json_ld():
    with FakeOutlet(state="none") as outlet:
        outlet.publish_all()
        html = ask(outlet, page(outlet, "en-market")).text
        assert "__STATE__" not in html
        reader = Reader(html)
        for shown in outlet.shown("en"):
            if shown.name == "en-market":
                for text in (shown.title, shown.teaser, *shown.paragraphs):
                    assert " ".join(text.split()) in reader.text.replace(" .", ".").replace(" ;", ";"), text
        ld = json.loads(re.search(r'application/ld\+json">(.*?)</script>', html)[1])
        assert ld["@type"] == "NewsArticle"
        assert [author["name"] for author in ld["author"]] == ["Tobin Lark", "Imke Harrow"]
        assert ld["datePublished"] == "2025-05-06T05:30:00.000Z"
        metas = {attrs.get("property"): attrs.get("content") for tag, attrs in reader.starts if tag == "meta"}
        assert metas["og:image"] == f"{outlet.url}/image/72100010_6.jpg"


def test_around_the_article_stands_what_is_not_the_article(outlet):
    reader = Reader(ask(outlet, page(outlet, "de-bruecke")).text)
    classes = " ".join(attrs.get("class") or "" for _, attrs in reader.starts)
    for name in ("rich-text", "teaser-text", "menu", "cookie-banner", "teaser", "advertisement", "author", "copyright"):
        assert name in classes
    assert {"nav", "header", "article", "footer", "aside"} <= {tag for tag, _ in reader.starts}
    assert "Wir und unsere Partner speichern Cookies" in reader.text


def test_an_arabic_page_is_written_from_right_to_left(outlet):
    assert '<html lang="ar" dir="rtl">' in ask(outlet, page(outlet, "ar-jisr")).text


def test_the_slug_is_decoration_and_leads_to_the_present_address(outlet):
    before = page(outlet, "de-muehle")
    outlet.retitle("de-muehle", "Wie weit geht ein Korn?")
    now = page(outlet, "de-muehle")
    assert now == "/de/wie-weit-geht-ein-korn/a-73000304"
    for address in (
        before,
        "/de/0/a-73000304",
        "/de/a-73000304",
        "/a-73000304",
        f"/p/{base62(73000304)}",
        "/en/x/g-73000304",
    ):
        answer = ask(outlet, address)
        assert (answer.status, answer.headers["Location"]) == (301, outlet.url + now), address
    assert ask(outlet, now).status == 200
    outlet.move("de-muehle", "korn")
    assert ask(outlet, now).headers["Location"] == f"{outlet.url}/de/korn/a-73000304"


@pytest.mark.parametrize("name", ["zh-bridge", "zh-blue", "zh-lock", "zh-rice"])
def test_a_slug_with_reserved_characters_is_reached_by_its_escaped_address(outlet, name):
    address = ask(outlet, f"/a-{story(name).id}").headers["Location"]
    with urllib.request.urlopen(address) as response:
        assert response.status == 200
        assert plain(story(name).title).strip() in response.read().decode()


def test_a_question_mark_in_the_slug_may_be_asked_for_as_it_stands(outlet):
    assert (
        ask(outlet, quote("/zh/河水为什么变蓝?专家给出解释/a-71000102?maca=zh-rss-chi-all-1101-rdf", safe="/?=")).status
        == 200
    )
    assert ask(outlet, quote("/zh/稻谷增产12%，粮价保持平稳/a-71000104", safe="/%")).status == 200


def test_what_is_not_published_is_not_there():
    with FakeOutlet() as outlet:
        assert len(outlet.unpublished()) == len(STORIES)
        assert outlet.publish("zh-library") == 71000108
        for address in ("/a-71000109", "/zh/x/a-71000109", graph("zh-late"), "/api/detail/article/71000109"):
            assert ask(outlet, address).status == 404
        assert outlet.shown("zh")[0].links == (71000109, 72000202)
        with pytest.raises(ValueError, match="published already"):
            outlet.publish("zh-library")
        with pytest.raises(ValueError, match="publish"):
            outlet.touch("zh-late")


# --- the apps' API -----------------------------------------------------------------------------------------------


def test_the_detail_document_has_the_apps_shape(outlet):
    document = ask(outlet, "/api/detail/article/71000101").json
    assert document["type"] == "Article"
    assert document["displayDate"] == "2025-05-06T05:30:00.000Z"
    assert document["mainContent"]["sizes"][2] == {
        "width": 700,
        "height": 394,
        "url": f"{outlet.url}/image/71100001_303.jpg",
    }
    kinds = [entry["content"]["type"] for entry in document["body"]]
    assert kinds.count("Gallery") == 1
    assert kinds.count("Image") == 1
    first = document["body"][0]["content"]["text"]
    assert f'<a href="{outlet.url}/api/detail/article/71000110" rel="ArticleRef">“再也不用绕路”</a>' in first
    assert (
        '<span class="editable placeholder" data-id="71000901" data-type="AUTO_TOPIC" title="自动专题页">青溪</span>'
        in first
    )
    gallery = next(entry["content"]["data"] for entry in document["body"] if entry["content"]["type"] == "Gallery")
    assert gallery["images"][0]["name"] == "一条船"
    groups = {group["type"]: group["items"] for group in document["referenceGroups"]}
    assert [item["id"] for item in groups["InternalContent"]] == [71000103, 69000111]
    assert groups["Keywords"][0]["type"] == "SearchRef"
    video = ask(outlet, "/api/detail/video/71000113").json
    assert video["mainContent"]["sources"][-1]["url"].endswith(".mp4")
    assert ask(outlet, "/api/detail/article/71000110").status == 404, "the apps are not known to have live blogs"
    assert ask(outlet, "/api/detail/article/71000112").json["body"][0]["content"]["type"] == "Gallery"


# --- pictures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [600, 303, 605, 803, 1004, 6])
def test_a_jpeg_is_drawn_in_the_size_of_its_format(outlet, form):
    answer = ask(outlet, f"/image/71100001_{form}.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.body[:2] == b"\xff\xd8"
    assert answer.body[-2:] == b"\xff\xd9"
    frame = answer.body.index(b"\xff\xc0")
    height, width = struct.unpack(">HH", answer.body[frame + 5 : frame + 9])
    assert (width, height) == drawing.FORMATS[form]
    assert _blocks_of(answer.body) == -(-width // 8) * -(-height // 8)


def _blocks_of(jpeg):
    """How many blocks a scan of our own tables holds; its values must stay in the range of a byte."""
    start = jpeg.index(b"\xff\xda") + 14
    scan = jpeg[start:-2].replace(b"\xff\x00", b"\xff")
    bits = f"{int.from_bytes(scan, 'big'):0{len(scan) * 8}b}"
    at, means, count = 0, [0, 0, 0], 0
    while len(bits) - at >= 8 or "0" in bits[at:]:
        for tone in range(3):
            size = 0
            if bits[at] == "1":
                size = int(bits[at + 1 : at + 5], 2) + 1
                at += 4
            at += 1
            step = int(bits[at : at + size] or "0", 2)
            means[tone] += step if not size or step >> (size - 1) else step - (1 << size) + 1
            at += size
            assert -128 <= means[tone] <= 127
            assert bits[at] == "0", "end of block"
            at += 1
        count += 1
    return count


def test_a_png_is_whole_and_of_its_size(outlet):
    body = ask(outlet, "/image/72100020_303.png").body
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, names = 8, b"", []
    while at < len(body):
        length, name = struct.unpack(">I4s", body[at : at + 8])
        chunk = body[at + 8 : at + 8 + length]
        assert struct.unpack(">I", body[at + 8 + length : at + 12 + length])[0] == zlib.crc32(name + chunk)
        names.append(name)
        data += chunk if name == b"IDAT" else b""
        at += 12 + length
    assert names == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert len(zlib.decompress(data)) == 394 * 701


def test_pictures_differ_by_id_and_are_the_same_anywhere(outlet):
    first, second = (ask(outlet, f"/image/{number}_303.jpg").body for number in (71100001, 71100003))
    assert first != second
    # The digest is of the drawing as it stands: it must not hang on the machine.
    assert hashlib.sha256(first).hexdigest()[:16] == "33bf759ea16a8fc5"


def test_a_picture_that_is_not_stored_so_is_missing(outlet):
    for address in ("71100001_303.png", "71100001_999.jpg", "1_303.jpg", "71100001_303.webp"):
        assert ask(outlet, f"/image/{address}").status == 404
    outlet.lose_picture(71100001)
    assert ask(outlet, "/image/71100001_303.jpg").status == 404


# --- HTTP --------------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_answered_304_by_etag_and_by_date(outlet):
    for target in (
        graph("zh-blue"),
        page(outlet, "zh-blue"),
        "/rdf/rss-chi-all",
        "/zh/news-sitemap.xml",
        "/image/71100001_303.jpg",
    ):
        first = ask(outlet, target)
        by_tag = ask(outlet, target, If_None_Match=first.headers["ETag"])
        by_date = ask(outlet, target, If_Modified_Since=first.headers["Last-Modified"])
        assert (by_tag.status, by_tag.body, by_date.status) == (304, b"", 304)
        assert by_tag.headers["ETag"] == first.headers["ETag"]
        assert (
            ask(outlet, target, If_None_Match='"other"', If_Modified_Since=first.headers["Last-Modified"]).status == 200
        )


def test_an_edit_changes_the_validators_of_its_piece_only(outlet):
    one, other = (ask(outlet, graph(name)).headers["ETag"] for name in ("zh-blue", "zh-bridge"))
    outlet.pass_time(seconds=1)
    outlet.edit("zh-blue", paragraph="水又变清了。")
    assert ask(outlet, graph("zh-blue"), If_None_Match=one).status == 200
    assert ask(outlet, graph("zh-bridge"), If_None_Match=other).status == 304


def test_compression_is_given_when_it_is_asked_for(outlet):
    bare, packed = ask(outlet, graph("zh-bridge")), ask(outlet, graph("zh-bridge"), Accept_Encoding="gzip, deflate")
    assert "Content-Encoding" not in bare.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == bare.body
    assert packed.headers["ETag"] != bare.headers["ETag"]
    assert ask(outlet, graph("zh-bridge"), If_None_Match=packed.headers["ETag"]).status == 304


def test_one_connection_serves_many_requests_also_pipelined(outlet):
    with closing(http.client.HTTPConnection(outlet.host, outlet.port, timeout=60)) as connection:
        for _ in range(3):
            connection.request("GET", graph("zh-lock"))
            assert json.loads(connection.getresponse().read())["data"]["content"]["id"] == 71000103
        connection.request("HEAD", graph("zh-lock"))
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
        assert int(response.headers["Content-Length"]) > 1000
        request = f"GET /robots.txt HTTP/1.1\r\nHost: {outlet.host}\r\n\r\n".encode()
        connection.sock.sendall(request * 3)
        received = b""
        while received.count(b"Sitemap") < 3 * 8:
            received += connection.sock.recv(65536)
        assert received.count(b"HTTP/1.1 200 OK") == 3


def test_every_request_is_in_the_log(outlet):
    ask(outlet, "/robots.txt", X_Test="yes")
    ask(outlet, "/nowhere")
    assert [(request.method, request.path, request.status) for request in outlet.log] == [
        ("GET", "/robots.txt", 200),
        ("GET", "/nowhere", 404),
    ]
    assert outlet.log[0].headers["x-test"] == "yes"
    assert len(outlet.requests("robots")) == 1
    assert ask(outlet, "/robots.txt", method="POST").status == 405


def test_the_clock_is_the_outlets_own_and_the_same_calls_give_the_same_bytes():
    def play(port):
        with FakeOutlet(port=port) as outlet:
            chance = random.Random(7)
            for _ in range(60):
                random_move(outlet, chance, troubles=False)
            targets = ["/rdf/rss-chi-all", "/zh/article-sitemap.xml", "/en/"]
            targets += [graph(piece.story.name) for piece in outlet.pieces()]
            answers = [ask(outlet, target) for target in targets]
            return outlet.port, [(answer.status, answer.headers.items(), answer.body) for answer in answers]

    port, first = play(0)
    assert play(port)[1] == first
    assert first[0][1][0][0] == "Date"


# --- what the newsroom does --------------------------------------------------------------------------------------


def test_an_edit_moves_the_date_of_the_last_change_and_no_other(outlet):
    before = ask(outlet, graph("zh-bridge")).content
    outlet.pass_time(hours=2)
    outlet.edit("zh-bridge", number=2, paragraph="第二段改过了。")
    after = ask(outlet, graph("zh-bridge")).content
    assert "第二段改过了。" in after["text"]
    assert {key for key in after if after[key] != before[key]} == {"text", "lastModifiedDate"}
    assert after["lastModifiedDate"] == "2025-05-06T07:30:00.000Z"


def test_a_touch_changes_nothing_that_a_reader_sees(outlet):
    before, shown = ask(outlet, graph("zh-bridge")).content, outlet.shown("zh")
    outlet.pass_time(minutes=1)
    outlet.touch("zh-bridge")
    after = ask(outlet, graph("zh-bridge")).content
    assert {key for key in after if after[key] != before[key]} == {"lastModifiedDate"}
    assert [one.paragraphs for one in outlet.shown("zh")] == [one.paragraphs for one in shown]


def test_every_way_to_edit_is_seen_by_readers(outlet):
    outlet.edit("en-ferry", text="One.\n\nTwo, with [a link](story:en-bees).")
    outlet.edit("en-ferry", caption="Another caption")
    outlet.edit("zh-gallery-green", number=2, paragraph="换了一段文字。")
    outlet.edit("zh-live", number=1, paragraph="更正：水位二米八。")
    outlet.edit("zh-video", teaser="另一段介绍。")
    shown = {one.name: one for language in PAPERS for one in outlet.shown(language)}
    assert shown["en-ferry"].paragraphs == ("One.", "Two, with a link.")
    assert shown["en-ferry"].links == (72000203,)
    assert shown["en-ferry"].pictures[0].caption == "Another caption"
    assert shown["zh-gallery-green"].galleries[0][1][1][1] == "换了一段文字。"
    assert shown["zh-live"].paragraphs[-1] == "更正：水位二米八。"
    assert ask(outlet, graph("zh-video")).content["teaser"] == "另一段介绍。"
    for wrong in ({"number": 99, "paragraph": "x"}, {}, {"teaser": story("en-bees").teaser}):
        with pytest.raises(ValueError, match=r"paragraphs|would change"):
            outlet.edit("en-bees", **wrong)


def test_a_lead_picture_that_the_text_repeats_is_shown_once_until_their_captions_differ(outlet):
    def pictures():
        return [
            (seen.id, seen.caption[:4]) for one in outlet.shown("zh") if one.name == "zh-blue" for seen in one.pictures
        ]

    assert pictures() == [(71100010, "上周四清"), (71100011, "研究人员")]
    outlet.edit("zh-blue", caption="另一行说明")
    assert pictures() == [(71100010, "另一行说"), (71100010, "上周四清"), (71100011, "研究人员")]


def test_a_live_blog_grows_by_what_is_written_and_then_by_itself(outlet):
    assert outlet.grow("zh-live").title == "洪峰通过"
    assert outlet.grow("zh-live").title == "沙袋留到周五"
    extra = outlet.grow("zh-live")
    posts = ask(outlet, graph("zh-live")).content["posts"]
    assert [post["id"] for post in posts[:3]] == [extra.id, 71000508, 71000507]
    assert len(posts) == 9
    with pytest.raises(ValueError, match="no live blog"):
        outlet.grow("zh-bridge")


def test_a_withdrawn_piece_is_gone_everywhere_and_comes_back_as_it_was(outlet):
    before = ask(outlet, graph("zh-rice")).body
    for status in (404, 410, 200):
        outlet.withdraw("zh-rice", status=status)
        expected = status
        assert ask(outlet, graph("zh-rice")).status == expected
        answer = ask(outlet, page(outlet, "zh-rice"))
        assert answer.status == expected
        assert "合作社" not in answer.text
        assert "71000104" not in ask(outlet, "/rdf/rss-chi-all").text
        assert "71000104" not in ask(outlet, "/zh/article-sitemap.xml").text
        assert "zh-rice" not in {one.name for one in outlet.shown("zh")}
    outlet.restore("zh-rice")
    assert ask(outlet, graph("zh-rice")).body == before


def test_what_is_dropped_from_the_feed_can_still_be_read(outlet):
    outlet.drop_from_feed("zh-rice")
    assert "71000104" not in ask(outlet, "/rdf/rss-chi-all").text
    assert "71000104" in ask(outlet, "/zh/article-sitemap.xml").text
    assert ask(outlet, graph("zh-rice")).status == 200
    outlet.restore("zh-rice")
    assert "71000104" in ask(outlet, "/rdf/rss-chi-all").text


def test_stories_may_bear_the_same_second_or_come_late():
    with FakeOutlet() as outlet:
        outlet.publish("en-bees")
        outlet.publish("en-clock")
        outlet.publish("en-ferry", at=MORNING - timedelta(days=5))
        outlet.pass_time(hours=1)
        outlet.backdate("en-clock", datetime(2020, 1, 1, tzinfo=UTC))
        dates = {one.name: one.published for one in outlet.shown("en")}
        assert dates == {
            "en-bees": MORNING,
            "en-clock": datetime(2020, 1, 1, tzinfo=UTC),
            "en-ferry": MORNING - timedelta(days=5),
        }
        content = ask(outlet, graph("en-clock")).content
        assert content["firstPublicationDate"] == content["contentDate"] == "2020-01-01T00:00:00.000Z"
        assert content["lastModifiedDate"] == "2025-05-06T06:30:00.000Z"


# --- troubles ----------------------------------------------------------------------------------------------------


def test_an_outlet_that_is_down_answers_nothing_until_it_is_up(outlet):
    outlet.down()
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        ask(outlet, "/rdf/rss-chi-all")
    assert outlet.log[-1].status == 0
    outlet.up()
    assert ask(outlet, "/rdf/rss-chi-all").status == 200
    outlet.down(status=503)
    answer = ask(outlet, graph("zh-blue"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "120")


def test_a_kept_connection_does_not_outlive_the_outlet(outlet):
    with closing(http.client.HTTPConnection(outlet.host, outlet.port, timeout=60)) as connection:
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
        outlet.down()
        connection.request("GET", "/robots.txt")
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            connection.getresponse()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_truncated_answer_is_really_short(outlet, encoding):
    whole = ask(outlet, graph("zh-bridge"), Accept_Encoding=encoding).body
    outlet.truncate("zh-bridge")
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(outlet, graph("zh-bridge"), Accept_Encoding=encoding)
    assert caught.value.partial == whole[: len(whole) // 2]
    assert len(caught.value.partial) + caught.value.expected == len(whole)
    assert ask(outlet, graph("zh-blue")).status == 200


def test_an_unfinished_answer_lacks_its_last_chunk(outlet):
    outlet.truncate("zh-bridge", how="unfinished")
    with pytest.raises(http.client.IncompleteRead):
        ask(outlet, page(outlet, "zh-bridge"))


def test_a_cut_answer_is_of_the_right_length_and_no_json(outlet):
    outlet.truncate("zh-bridge", how="cut")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        _ = ask(outlet, graph("zh-bridge")).json
    with pytest.raises(ValueError, match="there are short"):
        outlet.truncate("zh-bridge", how="badly")


def test_a_consent_page_stands_in_place_of_the_page_and_of_both_apis(outlet):
    outlet.consent("zh-opinion")
    for target in (graph("zh-opinion"), page(outlet, "zh-opinion"), "/api/detail/article/71000106"):
        answer = ask(outlet, target)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "我们重视您的隐私" in answer.text
        assert "盆景" not in answer.text
    assert ask(outlet, graph("zh-blue")).content["id"] == 71000102
    outlet.consent()
    assert "我们重视您的隐私" in ask(outlet, graph("zh-blue")).text
    assert ask(outlet, "/rdf/rss-chi-all").headers["Content-Type"].startswith("application/rdf+xml")


def test_a_block_page_stands_in_place_of_everything_but_robots_txt(outlet):
    outlet.block()
    for target in (graph("zh-blue"), "/rdf/rss-chi-all", "/image/71100001_303.jpg"):
        assert ask(outlet, target).status == 403
    assert ask(outlet, "/robots.txt").status == 200
    outlet.block(status=200)
    assert "Access Denied" in ask(outlet, graph("zh-blue")).text


def test_a_lying_304_hides_an_edit_until_it_is_healed(outlet):
    tag = ask(outlet, graph("zh-blue")).headers["ETag"]
    outlet.edit("zh-blue", paragraph="水又变清了。")
    outlet.lie_304("zh-blue")
    assert ask(outlet, graph("zh-blue"), If_None_Match=tag).status == 304
    assert ask(outlet, graph("zh-blue")).status == 200
    outlet.heal()
    assert "水又变清了。" in ask(outlet, graph("zh-blue"), If_None_Match=tag).text


def test_when_the_content_api_is_gone_the_pages_remain(outlet):
    for status in (404, 500):
        outlet.gone_api(status=status)
        assert ask(outlet, graph("zh-blue")).status == status
        assert ask(outlet, page(outlet, "zh-blue")).status == 200


def test_a_feed_may_be_html_or_broken(outlet):
    outlet.html_feed()
    assert ask(outlet, "/rdf/rss-chi-all").text.startswith("<!doctype html>")
    outlet.heal()
    outlet.broken_feed()
    with pytest.raises(ET.ParseError):
        ET.fromstring(ask(outlet, "/rdf/rss-chi-all").body)
    outlet.heal()
    ET.fromstring(ask(outlet, "/rdf/rss-chi-all").body)


def test_a_slow_outlet_waits_as_it_is_told_to():
    waited = []

    async def wait(seconds):
        waited.append(seconds)

    with FakeOutlet(wait=wait) as outlet:
        outlet.slow(90)
        assert ask(outlet, "/robots.txt").status == 200
        outlet.heal()
        assert ask(outlet, "/robots.txt").status == 200
    assert waited == [90]


def test_a_slow_outlet_can_be_left_while_it_waits():
    with FakeOutlet() as outlet:
        outlet.slow(3600)
        with closing(http.client.HTTPConnection(outlet.host, outlet.port, timeout=0.05)) as connection:
            connection.request("GET", "/robots.txt")
            with pytest.raises(TimeoutError):
                connection.getresponse()


# --- the source, the day, the moves ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(PAPERS))
def test_a_source_leads_from_the_feed_to_every_piece(outlet, language):
    source = outlet.source(language)
    feed = ET.fromstring(ask(outlet, urlsplit(source.feeds[0]).path).body)
    found = {}
    for item in feed.findall(f"{RSS}item"):
        match = re.search(source.key, item.find(f"{RSS}link").text)
        found[match["key"]] = dict(source.kinds)[match["kind"]]
    for sitemap in source.sitemaps:
        for loc in ET.fromstring(ask(outlet, urlsplit(sitemap).path).body).iter(f"{SITEMAP}loc"):
            match = re.search(source.key, loc.text)
            found[match["key"]] = dict(source.kinds)[match["kind"]]
    assert found.keys() == {str(one.id) for one in outlet.shown(language)}
    for key, kind in found.items():
        first = source.asks[0].format(origin=outlet.url, language=language, kind=kind, key=key)
        assert ask(outlet, urlsplit(first).path).content["id"] == int(key)
    assert (source.id, source.family, source.reader, source.pace) == (f"demo-{language}", "demo", "dw", 0)


def test_a_day_is_played_step_by_step_and_ends_well():
    with FakeOutlet() as outlet:
        steps = day(outlet)
        assert next(steps).startswith("Published: ")
        published = len(outlet.pieces())
        assert published == len(STORIES) - 1
        told = list(steps)
        assert len(told) == 5
        assert any("down" in sentence for sentence in told)
        assert any("consent page" in sentence for sentence in told)
        assert outlet.unpublished() == ()
        assert sum(len(outlet.shown(language)) for language in PAPERS) == len(STORIES)
        late = next(one for one in outlet.shown("zh") if one.name == "zh-late")
        assert outlet.now() - late.published == timedelta(days=3)
        assert len(ask(outlet, graph("zh-live")).content["posts"]) == 8


def test_random_moves_are_legal_repeatable_and_end_in_something_whole():
    def play(seed):
        with FakeOutlet() as outlet:
            chance = random.Random(seed)
            told = [random_move(outlet, chance) for _ in range(250)]
            outlet.heal()
            for language in PAPERS:
                for one in outlet.shown(language):
                    content = ask(outlet, graph(one.name)).content
                    assert content["title"].strip() == one.title
                    posts = content.get("posts", ())
                    html = (content["text"] or "") + "".join(
                        f"<h2>{post['title']}</h2>{post['text']}" for post in posts
                    )
                    seen = "".join(Reader(html).text.split())
                    for text in one.paragraphs:
                        assert "".join(text.split()) in seen
            return told, [outlet.shown(language)[0].paragraphs for language in PAPERS]

    told, ends = play(3)
    assert play(3) == (told, ends)
    spoken = " ".join(told)
    for kind in (
        "published",
        "edited",
        "retitled",
        "moved",
        "withdrew",
        "brought back",
        "touched",
        "back-dated",
        "healed",
    ):
        assert kind in spoken
