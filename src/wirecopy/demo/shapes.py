"""Deutsche Welle's shapes, made from stories: feed, sitemaps, content API, page state, JSON-LD, the apps' detail.

- Field names, nesting and HTML habits are those of recorded answers of 2020 to 2024. Where none is known (live blogs,
  sounds, a gallery in the apps' API), the shape is the one public clients rely on, or the plainest that fits.
- What another story is called inside a story (a link, a gallery in place, the related box) is as it was written: an
  edit of one never changes the bytes of another.
- The page is page.py's. Every function here is pure: the same piece gives the same bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote

import msgspec

from wirecopy.dates import iso, iso_ms
from wirecopy.demo.drawing import FORMATS
from wirecopy.demo.newsroom import (
    TYPES,
    Block,
    Box,
    Figure,
    Grid,
    H,
    Here,
    Items,
    P,
    Paper,
    Photo,
    Piece,
    Post,
    Quotation,
    Slide,
    Story,
    Topic,
    Tube,
    address,
    figures,
    plain,
    shown_here,
    targets,
    words,
)

Json = dict[str, Any]

_TYPENAMES = {
    "article": "Article",
    "liveblog": "Liveblog",
    "gallery": "ImageGallery",
    "video": "Video",
    "audio": "Audio",
}
_TARGETS = {
    "article": "ARTICLE",
    "liveblog": "LIVEBLOG",
    "gallery": "IMAGE_GALLERY",
    "video": "VIDEO",
    "audio": "AUDIO",
}

# The icon that stands inside the text of every link that leads away, and the one of a video's headline.
_AWAY = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" viewBox="0 0 20 20">'
    '<path d="M11.5 3.5 11.5 4.233C14.342 4.233 15.167 4.245 15.167 4.258L8.984 10.467z" /></svg>'
)
_CAMERA = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><g fill-rule="evenodd">'
    '<path d="M14.114 7.599H13.5l.002 4.706h.601l4.582 3.25-.005-11.11z" /></g></svg>'
)
_PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


@dataclass(frozen=True, slots=True)
class Press:
    """What every shape needs to know: the address of the outlet, its editions, and every story by its name."""

    origin: str
    papers: Mapping[str, Paper]
    stories: Mapping[str, Story]
    topics: Mapping[int, tuple[Topic, str]] = field(default_factory=dict)

    def static_url(self, photo: Photo) -> str:
        """The address of a picture as the content system writes it: the format is left open."""
        return f"{self.origin}/image/{photo.id}_${{formatId}}.{photo.kind}"

    def image_url(self, photo: Photo, form: int) -> str:
        """The address of a picture in one format."""
        return f"{self.origin}/image/{photo.id}_{form}.{photo.kind}"

    def topic_path(self, number: int) -> str:
        """The path of a topic's page."""
        topic, language = self.topics[number]
        return f"/{language}/{topic.slug}/t-{topic.id}"


def permalink(press: Press, number: int) -> str:
    """The short address: the id in base 62, as in p.dw.com/p/4SUrv for 65897191."""
    return f"{press.origin}/p/{base62(number)}"


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(number: int) -> str:
    """A number in base 62 with the digits 0-9, A-Z, a-z."""
    digits = ""
    while True:
        number, rest = divmod(number, 62)
        digits = _DIGITS[rest] + digits
        if number == 0:
            return digits


def from_base62(digits: str) -> int:
    """The number spelt so; 0 for what is no such spelling."""
    number = 0
    for digit in digits:
        place = _DIGITS.find(digit)
        if place < 0:
            return 0
        number = number * 62 + place
    return number


def encode(value: object) -> bytes:
    """JSON as it is sent."""
    return msgspec.json.encode(value)


def iri_escaped(path: str) -> str:
    """A path as it must be asked for: what is not a path's own character is escaped, also `?`, `#` and `%`."""
    return quote(path, safe="/!$&'()*+,;=:@")


# --- the content API ---------------------------------------------------------------------------------------------


def content(press: Press, piece: Piece) -> Json:
    """A content item, as `graph-api/<language>/content/<type>/<id>` has it in `data.content`."""
    story = piece.story
    paper = press.papers[story.language]
    day = story.date or piece.first
    item: Json = {
        "__typename": _TYPENAMES[story.kind],
        "id": story.id,
        "namedUrl": piece.path,
        "classicUrl": press.origin + piece.path,
        "subdomain": "NEWS",
        "subdomainUrl": press.origin,
        "isRtl": paper.rtl,
        "isEuropeanLang": story.language in ("de", "en"),
        "isAsianOrAfricanLang": story.language not in ("de", "en"),
        "isChineseLang": story.language == "zh",
        "language": paper.enum,
        "isLive": True,
        "canonicalUrl": press.origin + piece.path,
        "ampUrl": f"{press.origin}/amp{piece.path}",
        "title": piece.title,
        "name": piece.title,
        "podcast": None,
        "kicker": story.kicker,
        "teaser": piece.teaser,
        "shortTeaser": piece.teaser[:80],
        "sharingDescription": piece.teaser,
        "hasMinTextLength": True,
        "isLiveVideo": False,
        "priority": "NEUTRAL",
        "genre": "OPINION" if story.opinion else "NONE",
        "isOpinion": story.opinion,
        "opinionSeries": [],
        **_dates(day, piece.modified),
        "mainContentImageLink": _image_link(press, piece.photo, in_text=False) if piece.photo else None,
        "persons": [_person(story.language, name) for name in story.authors],
        "firstPersonArray": [_person(story.language, name) for name in story.authors[:1]],
        "legacyAuthor": story.byline,
        "thematicFocusCategory": {"__typename": "Category", "name": story.section, "correspondingContent": None},
        "regions": _regions(story),
        "categories": [{"__typename": "Category", "originId": "19990022"}],
        "departments": [{"__typename": "Department", "name": "News"}],
        "subjects": [],
        "trackingId": story.id,
        "trackingCategories": ["THEMEN", story.section],
        "trackingDate": int(f"{day:%Y%m%d}"),
        "permaLinkUrl": permalink(press, story.id),
        "relatedAutoTopics": [_topic(press, topic.id) for topic in story.topics],
        "externalLinks": [_external(n, name, url) for n, (name, url) in enumerate(story.external, story.id * 10)],
        "contentLinks": _content_links(press, piece),
        "livestreams": [],
        "widgets": [],
        "dossierContents": [],
        "imageSharingMetadata": _sharing(press, piece.photo),
        **_embedded(press, piece),
    }
    match story.kind:
        case "gallery":
            item |= {"text": None, "extendedGalleryImages": [_slide(press, slide) for slide in piece.slides]}
        case "video":
            item |= {"text": None, **_video_files(press, story)}
        case "audio":
            item |= {"text": None, **_audio_files(press, story)}
        case "liveblog":
            item |= {"text": body_html(press, story, piece.body), "posts": posts(press, piece)}
        case _:
            item["text"] = body_html(press, story, piece.body)
    return item


def answer(item: Json) -> bytes:
    """The content API's answer."""
    return encode({"data": {"content": item}})


def app_state(story: Story, item: Json) -> bytes:
    """`window.__APP_STATE__`: the API's answers by the path they were asked at (pages since 2024)."""
    path = f"/graph-api/{story.language}/content/{TYPES[story.kind]}/{story.id}"
    return encode(
        {path: {"data": {"content": item}}, "/graph-api/config": {"data": {"config": {"staticBaseHost": ""}}}}
    )


def apollo_state(press: Press, story: Story, item: Json) -> bytes:
    """`window.__APOLLO_STATE__`: a normalised cache, objects by name, referred to by `__ref` (pages of 2023)."""
    cache: dict[str, Json] = {}
    root = _normalised(item, cache)
    asked = f'content({{"id":{story.id},"lang":"{press.papers[story.language].enum}"}})'
    return encode({"ROOT_QUERY": {"__typename": "Query", asked: root}, **cache})


# Fields that the cache spells with the arguments they were asked with.
_ARGUMENTS = {
    "regions": 'regions({"amount":1})',
    "contentAssociations": 'contentAssociations({"targetTypes":"PERSON"})',
}


def _normalised(value: Any, cache: dict[str, Json]) -> Any:
    if isinstance(value, list):
        return [_normalised(item, cache) for item in value]
    if not isinstance(value, dict):
        return value
    plain_fields: Json = {_ARGUMENTS.get(str(key), str(key)): _normalised(item, cache) for key, item in value.items()}
    kind = value.get("__typename")
    if kind == "ContentLink":
        name = f'ContentLink:{{"targetId":{value["targetId"]}}}'
    elif kind and "id" in value:
        name = f"{kind}:{value['id']}"
    else:
        return plain_fields
    cache[name] = cache.get(name, {}) | plain_fields
    return {"__ref": name}


def _dates(day: datetime, modified: datetime) -> Json:
    published = iso_ms(day)
    shown = f"{day:%d.%m.%Y}"
    return {
        "contentDate": published,
        "firstPublicationDate": published,
        "lastPublicationDate": published,
        "lastModifiedDate": iso_ms(modified),
        "contentDateMode": "LAST_PUBLICATION_DATE",
        "localizedContentDate": shown,
        "localizedContentDateSr": shown,
        "localizedFirstPublicationDate": shown,
    }


def _person(language: str, name: str) -> Json:
    number = 60_000_000 + zlib.crc32(name.encode()) % 9_000_000
    slug = "-".join(name.lower().split())
    return {
        "__typename": "Person",
        "personType": "AUTHOR",
        "id": number,
        "namedUrl": f"/{language}/{slug}/person-{number}",
        "fullName": name,
        "twitterHandle": None,
        "shortProfile": None,
        "autoDelivery": 0,
        "mainContentImageLink": None,
    }


def _regions(story: Story) -> list[Json]:
    if not story.region:
        return []
    region = {
        "__typename": "GeographicRegion",
        "alignedName": story.region,
        "regionCode": "valley",
        "countryCode": None,
    }
    return [region | {"correspondingContent": None}]


def _topic(press: Press, number: int) -> Json:
    topic, _ = press.topics[number]
    return {"__typename": "AutoTopic", "id": number, "namedUrl": press.topic_path(number), "name": topic.name}


def _external(number: int, name: str, url: str) -> Json:
    return {
        "__typename": "ExternalLink",
        "id": number,
        "modelType": "EXTERNAL_LINK",
        "isInText": False,
        "name": name,
        "description": "",
        "url": url,
    }


def _sharing(press: Press, photo: Photo | None) -> Json | None:
    if photo is None:
        return None
    width, height = FORMATS[6]
    url = press.image_url(photo, 6)
    return {"__typename": "OpenGraphMetadata", "url": url, "width": width, "height": height, "alt": photo.alt}


def _image(press: Press, photo: Photo) -> Json:
    return {
        "__typename": "Image",
        "id": photo.id,
        "staticUrl": press.static_url(photo),
        "licenserSupplement": photo.credit,
        "imageType": "STANDARD",
        "name": photo.alt,
        "title": photo.alt,
    }


def _image_link(press: Press, photo: Photo, *, in_text: bool) -> Json:
    return {
        "__typename": "ContentLink",
        "targetId": photo.id,
        "targetType": "IMAGE",
        "isInText": in_text,
        "name": "",
        "description": photo.caption,
        "additionalInformation": photo.alt,
        "target": _image(press, photo),
    }


def _content_links(press: Press, piece: Piece) -> list[Json]:
    """Everything the item refers to, each target once, what stands in the text before what stands beside it."""
    links: dict[int, Json] = {}
    bodies = (piece.body, *(post.body for post in piece.posts))
    for body in bodies:
        for photo in figures(body):
            links.setdefault(photo.id, _image_link(press, photo, in_text=True))
        for name in shown_here(body):
            _refer(links, press.stories[name], in_text=True)
        for target, _ in targets(body):
            scheme, _, name = target.partition(":")
            if scheme == "story":
                _refer(links, press.stories[name], in_text=True)
            elif scheme == "topic":
                links.setdefault(int(name), _topic_link(press, int(name)))
    if piece.photo is not None:
        links.setdefault(piece.photo.id, _image_link(press, piece.photo, in_text=False))
    for name in piece.story.related:
        _refer(links, press.stories[name], in_text=False)
    return list(links.values())


def _refer(links: dict[int, Json], story: Story, *, in_text: bool) -> None:
    target: Json = {
        "__typename": _TYPENAMES[story.kind],
        "id": story.id,
        "namedUrl": address(story),
        "name": story.title,
        "title": story.title,
        "teaser": story.teaser,
        "isOpinion": story.opinion,
    }
    link = {
        "__typename": "ContentLink",
        "targetId": story.id,
        "targetType": _TARGETS[story.kind],
        "isInText": in_text,
        "name": story.title,
        "description": story.teaser,
        "target": target,
    }
    links.setdefault(story.id, link)


def _topic_link(press: Press, number: int) -> Json:
    topic = _topic(press, number)
    return {
        "__typename": "ContentLink",
        "targetId": number,
        "targetType": "AUTO_TOPIC",
        "isInText": True,
        "name": topic["name"],
        "description": "",
        "target": topic,
    }


def _embedded(press: Press, piece: Piece) -> Json:
    """What the item shows in place or beside itself, in full. Galleries, videos and sounds refer to nothing."""
    here = (name for body in (piece.body, *(post.body for post in piece.posts)) for name in shown_here(body))
    stories = [press.stories[name] for name in dict.fromkeys((*here, *piece.story.related))]
    return {
        "imageGalleries": [_gallery(press, story) for story in stories if story.kind == "gallery"],
        "videos": [_medium(press, story, _video_files) for story in stories if story.kind == "video"],
        "audios": [_medium(press, story, _audio_files) for story in stories if story.kind == "audio"],
    }


def _gallery(press: Press, story: Story) -> Json:
    gallery: Json = {
        "__typename": "ImageGallery",
        "id": story.id,
        "name": story.title,
        "title": story.title,
        "namedUrl": address(story),
        "teaser": story.teaser,
        "modelType": "IMAGE_GALLERY",
        "mainContentImageLink": _image_link(press, story.photo, in_text=False) if story.photo else None,
        "extendedGalleryImages": [_slide(press, slide) for slide in story.slides],
    }
    if story.date is not None:
        gallery |= {"contentDate": iso_ms(story.date), "localizedContentDate": f"{story.date:%d.%m.%Y}"}
    return gallery


def _slide(press: Press, slide: Slide) -> Json:
    image = _image(press, slide.photo)
    return {
        "__typename": "GalleryImage",
        "name": slide.title,
        "description": slide.text,
        "altText": slide.photo.alt,
        "assignedImage": {
            key: image[key] for key in ("__typename", "licenserSupplement", "imageType", "id", "staticUrl")
        },
    }


def _medium(press: Press, story: Story, files: Any) -> Json:
    return {
        "__typename": _TYPENAMES[story.kind],
        "id": story.id,
        "name": story.title,
        "title": story.title,
        "namedUrl": address(story),
        "teaser": story.teaser,
        "modelType": story.kind.upper(),
        **files(press, story),
    }


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def _video_files(press: Press, story: Story) -> Json:
    return {
        "duration": story.duration,
        "formattedDuration": _clock(story.duration),
        "posterImageUrl": press.image_url(story.photo, 605) if story.photo else None,
        "hlsVideoSrc": f"{press.origin}/i/valley/{story.id}_,AVC_480x270,AVC_1920x1080,.mp4.csmil/master.m3u8",
        "subtitles": [],
    }


def _audio_files(press: Press, story: Story) -> Json:
    return {
        "duration": story.duration,
        "formattedDuration": _clock(story.duration),
        "mp3Src": f"{press.origin}/valley/{story.id}.mp3",
    }


def posts(press: Press, piece: Piece) -> list[Json]:
    """The entries of a live blog, newest first."""
    return [
        {
            "__typename": "Post",
            "id": post.id,
            "title": post.title,
            "contentDate": iso_ms(moment),
            "localizedContentDate": f"{moment:%H:%M}",
            "persons": [_person(piece.story.language, name) for name in post.authors],
            "text": body_html(press, piece.story, post.body),
            "videos": [],
        }
        for post, moment in entries(piece)
    ]


def entries(piece: Piece) -> list[tuple[Post, datetime]]:
    """A live blog's entries with their moments, newest first."""
    beginning = piece.story.date or piece.first
    return [(post, beginning + timedelta(minutes=post.after)) for post in sorted(piece.posts, key=lambda p: -p.after)]


# --- HTML of the content API and the page -------------------------------------------------------------------------


def body_html(press: Press, story: Story, body: tuple[Block, ...]) -> str:
    """The `text` of a content item. After the third paragraph there is an empty slot for an advertisement."""
    parts: list[str] = []
    paragraphs = 0
    for block in body:
        html = _block_html(press, story, block)
        if isinstance(block, P) and block.text:
            paragraphs += 1
            if paragraphs == 3:
                html += '<span data-slot-id="Article_InContent-1" class="rich-text-ad"></span>'
        parts.append(html)
    return "\n\n".join(parts)


def _block_html(press: Press, story: Story, block: Block) -> str:
    match block:
        case P(text):
            return f"<p>{_inline(press, story, text) or '&nbsp;'}</p>"
        case H(text):
            return f"<h2>{_inline(press, story, text)}</h2>"
        case Items(items, ordered):
            tag = "ol" if ordered else "ul"
            inner = "".join(f"\n\t<li><span>{_inline(press, story, item)}</span></li>" for item in items)
            return f"<{tag}>{inner}\n</{tag}>"
        case Quotation(text, credit):
            said = f"<footer>{_text(credit)}</footer>" if credit else ""
            return f"<blockquote><p>{_inline(press, story, text)}</p>{said}</blockquote>"
        case Grid():
            return _grid_html(press, story, block)
        case Figure(photo):
            return _figure_html(press, story, photo)
        case Here(name):
            return _here_html(press, press.papers[story.language], press.stories[name])
        case Tube(number):
            url = f"https://www.youtube-nocookie.com/embed/{number}?wmode=transparent"
            return f'<div class="yt-wrapper embed big"><iframe data-src="{url}" allowfullscreen></iframe></div>'
        case Box(title, inner):
            body = "".join(_block_html(press, story, item) for item in inner)
            return f'<div class="factbox"><h3>{_text(title)}</h3>{body}</div>'


def embedded_medium(press: Press, story: Story) -> str:
    """A video or a sound as it stands on a page."""
    return _here_html(press, press.papers[story.language], story)


def related(press: Press, story: Story) -> tuple[tuple[str, str, str], ...]:
    """What the box below a text leads to: path, title, teaser."""
    stories = (press.stories[name] for name in story.related)
    return tuple((address(other), other.title, other.teaser) for other in stories)


def _grid_html(press: Press, story: Story, grid: Grid) -> str:
    caption = f"<caption>{_text(grid.caption)}</caption>" if grid.caption else ""
    head, *rows = grid.rows
    top = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in head)
    rest = "".join(
        "<tr>" + "".join(f"<td>{_inline(press, story, cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{caption}<thead><tr>{top}</tr></thead><tbody>{rest}</tbody></table>"


def _figure_html(press: Press, story: Story, photo: Photo) -> str:
    credit = f"{press.papers[story.language].image}: {_text(photo.credit)}"
    return (
        '<figure class="placeholder-image master_landscape big">'
        f'<img data-format="MASTER_LANDSCAPE" data-id="{photo.id}" data-url="{press.static_url(photo)}" '
        f'data-aspect-ratio="16/9" alt="{_text(photo.alt)}" style="padding-bottom: 56.25%; height: 0; max-height: 0;">'
        f'<figcaption class="img-caption">{_text(photo.caption)}'
        + (f'<small class="copyright">{credit}</small>' if photo.credit else "")
        + "</figcaption></figure>"
    )


def _here_html(press: Press, paper: Paper, story: Story) -> str:
    if story.kind == "gallery":
        return f'<div class="image-gallery embed big" data-id="{story.id}"></div>'
    title = _text(story.title)
    poster = press.image_url(story.photo, 605) if story.photo else ""
    if story.kind == "video":
        hls = _video_files(press, story)["hlsVideoSrc"]
        sources = (
            f'<source src="{hls}" type="application/x-mpegURL">'
            f'<source src="{press.origin}/valley/{story.id}_AVC_1920x1080.mp4" type="video/mp4">'
        )
    else:
        sources = f'<source src="{press.origin}/valley/{story.id}.mp3" type="audio/mp3">'
    return (
        f'<div class="vjs-wrapper embed big"><h2 aria-label="{paper.embedded} — {title}" class="headline">'
        f'{_CAMERA}{title}</h2><{story.kind} id="{story.kind}-{story.id}" '
        f'controls playsInline="" preload="none" poster="{_PIXEL}" '
        f'data-id="{story.id}" data-posterurl="{poster}" data-duration="{_clock(story.duration)}">{sources}'
        '<p class="vjs-no-js">To view this video please enable JavaScript, and consider upgrading to a web browser '
        'that <a href="https://videojs.com/html5-video-support/" target="_blank">supports HTML5 video</a></p>'
        f"</{story.kind}></div>"
    )


def _text(text: str) -> str:
    return escape(text).replace("&#x27;", "'").replace("\u00a0", "&nbsp;")


def _inline(press: Press, story: Story, text: str) -> str:
    paper = press.papers[story.language]
    parts = []
    for stretch in words(text):
        html = _marked(stretch.text, strong=stretch.strong, em=stretch.em)
        scheme, _, name = stretch.target.partition(":")
        if scheme == "story":
            html = f'<a class="internal-link" href="{escape(address(press.stories[name]))}">{html}</a>'
        elif scheme == "topic":
            html = f'<a class="internal-link" href="{escape(press.topic_path(int(name)))}">{html}</a>'
        elif scheme:
            # The recorded pages leave the ampersands of such an address as they are.
            html = (
                f'<a rel="noopener nofollow" target="_blank" class="external-link" href="{stretch.target}" '
                f'title="{paper.external} — {_text(stretch.text)}">{html}{_AWAY}</a>'
            )
        parts.append(html)
    return "".join(parts)


def _marked(text: str, *, strong: bool, em: bool) -> str:
    html = _text(text)
    if em:
        html = f"<em>{html}</em>"
    return f"<strong>{html}</strong>" if strong else html


# --- JSON-LD --------------------------------------------------------------------------------------------------------


def json_ld(press: Press, piece: Piece) -> bytes:
    """The page's NewsArticle: no body, the dates of the content system."""
    story = piece.story
    paper = press.papers[story.language]
    photo = piece.photo
    logo = {
        "@type": "ImageObject",
        "url": f"{press.origin}/images/icons/favicon-180x180.png",
        "width": "180",
        "height": "180",
    }
    return encode(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "mainEntityOfPage": {"@type": "WebPage", "@id": press.origin + piece.path},
            "publisher": {"@type": "Organization", "name": paper.name, "logo": logo},
            "author": [{"@type": "Person", "name": name} for name in story.authors],
            "headline": piece.title,
            "image": [press.image_url(photo, form) for form in (804, 604)] if photo else [],
            "datePublished": iso_ms(story.date or piece.first),
            "dateModified": iso_ms(piece.modified),
        }
    )


# --- the apps' API ---------------------------------------------------------------------------------------------------


def detail(press: Press, piece: Piece) -> Json:
    """The apps' detail document. The apps are not known to have live blogs."""
    story = piece.story
    assert story.kind != "liveblog"
    paper = press.papers[story.language]
    day = story.date or piece.first
    text = "\n".join(plain(block.text) for block in piece.body if isinstance(block, P | H) and block.text)
    return {
        "type": {"article": "Article", "gallery": "ImageGallery", "video": "Video", "audio": "Audio"}[story.kind],
        "id": story.id,
        "languageId": paper.number,
        "trackingInfo": {
            "level2": "1",
            "page": f"{paper.name}::{story.section}",
            "customCriteria": {"x9": f"{day:%Y%m%d}"},
        },
        "mainContent": _main_content(press, piece),
        "name": piece.title,
        "teaser": piece.teaser,
        "categoryName": story.section,
        "text": text,
        "permaLink": permalink(press, story.id),
        "displayDate": iso_ms(day),
        "commentsEnabled": False,
        "body": list(_detail_body(press, piece)),
        "referenceGroups": _reference_groups(press, story),
    }


def _main_content(press: Press, piece: Piece) -> Json | None:
    story = piece.story
    if story.kind == "video":
        sources = [
            {"quality": quality, "url": f"{press.origin}/valley/{story.id}_{name}.mp4"}
            for quality, name in (("sd", "AVC_640x360"), ("hd", "AVC_1920x1080"))
        ]
        return {
            "id": story.id,
            "type": "Video",
            "name": piece.title,
            "duration": story.duration,
            "sources": sources,
        } | ({"previewImage": _sizes(press, piece.photo)} if piece.photo else {})
    if story.kind == "audio":
        sources = [{"quality": "default", "url": f"{press.origin}/valley/{story.id}.mp3"}]
        return {"id": story.id, "type": "Audio", "name": piece.title, "duration": story.duration, "sources": sources}
    return _sizes(press, piece.photo) if piece.photo else None


def _sizes(press: Press, photo: Photo, name: str = "") -> Json:
    sizes = [
        {"width": FORMATS[form][0], "height": FORMATS[form][1], "url": press.image_url(photo, form)}
        for form in (301, 302, 303, 304)
    ]
    return {"id": photo.id, "type": "Image", "name": name or photo.caption, "sizes": sizes}


def _detail_body(press: Press, piece: Piece) -> Iterator[Json]:
    if piece.story.kind == "gallery":
        yield _entry("Gallery", _detail_gallery(press, piece.story.id, piece.title, piece.slides))
    for block in piece.body:
        yield from _detail_blocks(press, piece.story, block)


def _detail_blocks(press: Press, story: Story, block: Block) -> Iterator[Json]:
    match block:
        case P(text):
            yield _paragraph(_detail_inline(press, text) or "&nbsp;")
        case H(text):
            yield _paragraph(f"<strong>{_detail_inline(press, text)}</strong>")
        case Figure(photo):
            yield _entry("Image", _sizes(press, photo))
        case Tube(number):
            yield _entry("YouTube", number)
        case Here(name):
            yield _detail_here(press, press.stories[name])
        case Box(title, inner):
            yield _paragraph(f"<strong>{_text(title)}</strong>")
            for item in inner:
                yield from _detail_blocks(press, story, item)
        case Items(items, ordered):
            tag = "ol" if ordered else "ul"
            inner_html = "".join(f"<li>{_detail_inline(press, item)}</li>" for item in items)
            yield _paragraph(f"<{tag}>{inner_html}</{tag}>")
        case Quotation(text, credit):
            said = f"<footer>{_text(credit)}</footer>" if credit else ""
            yield _paragraph(f"<blockquote><p>{_detail_inline(press, text)}</p>{said}</blockquote>")
        case Grid():
            yield _paragraph(_grid_html(press, story, block))


def _detail_here(press: Press, story: Story) -> Json:
    if story.kind == "gallery":
        return _entry("Gallery", _detail_gallery(press, story.id, story.title, story.slides))
    if story.kind == "video":
        sources = [{"quality": "hd", "url": f"{press.origin}/valley/{story.id}_AVC_1920x1080.mp4"}]
    else:
        sources = [{"quality": "default", "url": f"{press.origin}/valley/{story.id}.mp3"}]
    kind = story.kind.capitalize()
    data: Json = {"id": story.id, "type": kind, "name": story.title, "duration": story.duration, "sources": sources}
    return _entry(kind, data | ({"previewImage": _sizes(press, story.photo)} if story.photo else {}))


def _detail_gallery(press: Press, number: int, title: str, slides: tuple[Slide, ...]) -> Json:
    images = [_sizes(press, slide.photo, slide.title) | {"description": slide.text} for slide in slides]
    return {"id": number, "type": "ImageGallery", "name": title, "images": images}


def _paragraph(html: str) -> Json:
    return {"content": {"type": "Paragraph", "text": html}}


def _entry(kind: str, data: object) -> Json:
    return {"content": {"type": kind, "data": data}}


def _detail_inline(press: Press, text: str) -> str:
    parts = []
    for stretch in words(text):
        html = _marked(stretch.text, strong=stretch.strong, em=stretch.em)
        scheme, _, name = stretch.target.partition(":")
        if scheme == "story":
            html = f'<a href="{press.origin}/api/detail/article/{press.stories[name].id}" rel="ArticleRef">{html}</a>'
        elif scheme == "topic":
            paper = press.papers[press.topics[int(name)][1]]
            html = (
                f'<span class="editable placeholder" data-id="{name}" data-type="AUTO_TOPIC" title="{paper.topic}">'
                f"{html}</span>"
            )
        elif scheme:
            html = f'<a href="{stretch.target}" rel="ExternalRef">{html}</a>'
        parts.append(html)
    return "".join(parts)


def _reference_groups(press: Press, story: Story) -> list[Json]:
    language = press.papers[story.language].number
    keywords = [
        {
            "type": "SearchRef",
            "name": topic.name,
            "url": f"{press.origin}/api/search/global?terms={quote(topic.name)}&languageId={language}",
        }
        for topic in story.topics
    ]
    inner = [
        {
            "type": "ArticleRef",
            "id": press.stories[name].id,
            "name": press.stories[name].title,
            "url": f"{press.origin}/api/detail/article/{press.stories[name].id}",
        }
        for name in story.related
    ]
    outer = [{"type": "ExternalRef", "name": name, "url": url} for name, url in story.external]
    groups = (("Keywords", keywords), ("InternalContent", inner), ("ExternalContent", outer))
    return [{"name": kind, "type": kind, "items": items} for kind, items in groups if items]


# --- feed, sitemaps, robots ------------------------------------------------------------------------------------------


def rdf(press: Press, paper: Paper, pieces: Iterable[Piece], changed: datetime) -> bytes:
    """The RSS 1.0 feed. Addresses stand as they are read, unescaped but for XML; the order is the editors'."""
    channel = f"{paper.language}-rss-{paper.feed}-all-{1000 + paper.number}-rdf"
    home = f"{press.origin}/s-{10000 + paper.number}?maca={channel}"
    logo = f"{press.origin}/images/logo.png"
    items, order = [], []
    for piece in pieces:
        story = piece.story
        link = _text_xml(f"{press.origin}{piece.path}?maca={channel}")
        order.append(f'        <rdf:li rdf:resource="{link}" />\n')
        items.append(
            f'  <item rdf:about="{link}">\n'
            f"    <title>{_text_xml(piece.title)}</title>\n"
            f"    <link>{link}</link>\n"
            f"    <description>{_text_xml(piece.teaser)}</description>\n"
            f"    <dc:date>{iso(story.date or piece.first)}</dc:date>\n"
            f"    <dc:subject>{_text_xml(story.section)}</dc:subject>\n"
            f"    <dc:language>{paper.language}</dc:language>\n"
            f"    <dwsyn:contentID>{story.id}</dwsyn:contentID>\n"
            "  </item>\n"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/modules/syndication/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dwsyn="http://rss.dw.com/syndication/dwsyn/">\n'
        f'  <channel rdf:about="{press.origin}/syndication/feeds/rss-{paper.feed}-all.rdf">\n'
        f"    <description>{paper.name}</description>\n"
        f"    <link>{home}</link>\n"
        f"    <title>{paper.name}</title>\n"
        "    <sy:updatePeriod>hourly</sy:updatePeriod>\n"
        "    <sy:updateFequency>4</sy:updateFequency>\n"  # the outlet's own spelling
        "    <sy:updateBase>2002-05-01T00:00:00Z</sy:updateBase>\n"
        f"    <dc:date>{iso(changed)}</dc:date>\n"
        f'    <image rdf:resource="{logo}" />\n'
        f"    <items>\n      <rdf:Seq>\n{''.join(order)}      </rdf:Seq>\n    </items>\n"
        "  </channel>\n"
        f'  <image rdf:about="{logo}">\n    <url>{logo}</url>\n    <link>{home}</link>\n'
        f"    <title>{paper.name}</title>\n    <description>{paper.name}</description>\n  </image>\n"
        f"{''.join(items)}</rdf:RDF>\n"
    ).encode()


def news_sitemap(press: Press, paper: Paper, pieces: Iterable[Piece]) -> bytes:
    """The news sitemap. Here addresses are escaped, as sitemaps demand, and carry no `maca`."""
    entries_xml = "".join(
        f"  <url>\n    <loc>{_location(press, piece)}</loc>\n    <news:news>\n      <news:publication>\n"
        f"        <news:name>{_text_xml(paper.name)}</news:name>\n"
        f"        <news:language>{paper.sitemap}</news:language>\n"
        f"      </news:publication>\n"
        f"      <news:publication_date>{iso_ms(piece.story.date or piece.first)}</news:publication_date>\n"
        f"      <news:title>{_text_xml(piece.title)}</news:title>\n    </news:news>\n  </url>\n"
        for piece in pieces
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{entries_xml}</urlset>\n'
    ).encode()


def article_sitemap(press: Press, pieces: Iterable[Piece]) -> bytes:
    """The sitemap of everything, with the dates of the last change."""
    entries_xml = "".join(
        f"  <url>\n    <loc>{_location(press, piece)}</loc>\n"
        f"    <lastmod>{iso_ms(piece.modified)}</lastmod>\n  </url>\n"
        for piece in pieces
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries_xml}</urlset>\n'
    ).encode()


def robots(press: Press) -> bytes:
    """robots.txt: one folder is not for robots, and the sitemaps are named."""
    maps = "".join(
        f"Sitemap: {press.origin}/{language}/{name}-sitemap.xml\n"
        for language in press.papers
        for name in ("news", "article")
    )
    return f"User-agent: *\nDisallow: /intern/\nDisallow: /*/search/\nCrawl-delay: 0\n\n{maps}".encode()


def _location(press: Press, piece: Piece) -> str:
    return _text_xml(press.origin + iri_escaped(piece.path))


def _text_xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
