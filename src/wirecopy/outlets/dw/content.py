"""The content API's answer (`graph-api/<lang>/content/<type>/<id>`), and the same object inside a page's state.

It says most of all interfaces. Every field may be missing or of another type; what is there is read, and only an
answer that holds no article at all is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from wirecopy import urls
from wirecopy.collect.read import lines
from wirecopy.collect.read.stranger import Json
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import (
    AnyBlock,
    Article,
    Figure,
    Gallery,
    Lead,
    LiveEntry,
    Media,
    Picture,
    Reference,
    Source,
    Translation,
    replace,
)
from wirecopy.outlets.dw import body
from wirecopy.outlets.dw.body import KINDS, Objects, Place

ARTICLES = ("article", "liveblog", "gallery", "video", "audio")


def read(source: Source, lead: Lead, content: Json, reader: str = "dw-content") -> Article:
    """A content object as an article. Raises ReadError when it is none, Doubtful when it is another one's."""
    kind = kind_of(content, lead)
    url = _address(source, lead, content)
    place = body.place_of(source, url)
    picture = _main_picture(content, place)
    objects = _objects(content, place, picture)
    lost: Counter[str] = Counter()
    blocks = tuple(_blocks(kind, content, place, objects, lost))
    title = headline(content.text("title")) or headline(content.text("name")) or lead.title
    if not title or not (blocks or picture or content.text("teaser").strip()):
        raise ReadError(f"{lead.url}: the content object has {'no text' if title else 'no title'}, so it is no article")
    read_lines = lines.read(blocks)
    byline = content.text("legacyAuthor").strip()
    return Article(
        source=source.id,
        key=lead.key or content.line("id"),
        kind=kind,
        url=url,
        title=title,
        kicker=headline(content.text("kicker")),
        summary=headline(content.text("teaser")),
        byline=byline,
        authors=authors(content) or lines.names(byline),
        dateline=read_lines.dateline,
        published=content.moment("firstPublicationDate") or content.moment("contentDate") or lead.published,
        modified=content.moment("lastModifiedDate"),
        language=language(content.line("language"), url, source),
        section=content.line("thematicFocusCategory", "name") or lead.section,
        tags=_unique(topic.line("name") for topic in content.at("relatedAutoTopics")),
        opinion=content.truth("isOpinion"),
        picture=picture,
        body=read_lines.body,
        agencies=read_lines.agencies,
        rights=read_lines.rights,
        short_url=place.resolve(content.line("permaLinkUrl")),
        translations=_translations(content, place, source),
        related=tuple(_related(content, place)),
        reader=reader,
        lost=tuple(sorted(lost.items())),
    )


def kind_of(content: Json, lead: Lead) -> str:
    """What kind of article this object is. Raises ReadError when it is none, Doubtful when it is not the lead's."""
    if not content.is_object:
        raise ReadError(f"{lead.url}: the answer holds no content object; the article may be gone or not out yet")
    key = content.line("id")
    if key and lead.key.isdigit() and key != lead.key:
        raise Doubtful(f"{lead.url}: asked for content {lead.key} and was given {key[:40]}")
    named = content.line("__typename")
    own = body.own_id(content.line("namedUrl") or content.line("canonicalUrl") or lead.url)
    kind = KINDS.get(named.lower(), "") or (own[0] if own and not named else "")
    if kind not in ARTICLES and (named or not content.text("text")):
        raise ReadError(f"{lead.url}: content {key or lead.key} is {named[:40] or 'of no type'}, which is no article")
    return kind if kind in ARTICLES else "article"


def authors(content: Json) -> tuple[str, ...]:
    """The persons who wrote it, as the outlet names them."""
    for name in ("persons", "firstPersonArray"):
        persons = [person for person in content.at(name) if person.line("personType") in ("", "AUTHOR")]
        if found := _unique(person.line("fullName") for person in persons):
            return found
    return ()


def language(spelt: str, url: str, source: Source) -> str:
    """The language tag for the outlet's word (GERMAN), else for the address (/zh-hant/), else the source's own.

    Where they agree in the language, the source's own tag is the more exact one.
    """
    code = LANGUAGES.get(spelt.upper(), "")
    if (match := _LANGUAGE.match(url)) and match[1] in LANGUAGES.values() and (not code or code == "zh"):
        code = match[1] if not code or match[1].startswith("zh") else code
    if not code or (code.split("-")[0] == source.language.split("-")[0] and "hant" not in code):
        return source.language or code
    return code


def headline(words: str) -> str:
    """A title or teaser as one line: line breaks are blanks, none at the ends; blanks inside stay."""
    return _BREAKS.sub(" ", words).strip()


LANGUAGES = {
    "ALBANIAN": "sq", "AMHARIC": "am", "ARABIC": "ar", "BENGALI": "bn", "BOSNIAN": "bs", "BULGARIAN": "bg",
    "CHINESE": "zh", "CHINESE_SIMPLIFIED": "zh", "CHINESE_TRADITIONAL": "zh-hant", "CROATIAN": "hr", "DARI": "fa-af",
    "ENGLISH": "en", "FRENCH": "fr", "GERMAN": "de", "GREEK": "el", "HAUSA": "ha", "HINDI": "hi",
    "INDONESIAN": "id", "KISWAHILI": "sw", "SWAHILI": "sw", "MACEDONIAN": "mk", "PASHTO": "ps", "PERSIAN": "fa-ir",
    "FARSI": "fa-ir", "POLISH": "pl", "PORTUGUESE_AFRICA": "pt-002", "PORTUGUESE_BRAZIL": "pt-br",
    "PORTUGUESE": "pt-002", "ROMANIAN": "ro", "RUSSIAN": "ru", "SERBIAN": "sr", "SPANISH": "es", "TAMIL": "ta",
    "TURKISH": "tr", "UKRAINIAN": "uk", "URDU": "ur",
}  # fmt: skip
_LANGUAGE = re.compile(r"https?://[^/]+/([a-z]{2}(?:-\w{2,4})?)/")
_BREAKS = re.compile(r"\s*[\t\n\r]\s*")


def _address(source: Source, lead: Lead, content: Json) -> str:
    """The article's public page."""
    place = body.place_of(source, source.homepage)
    for name in ("canonicalUrl", "namedUrl", "classicUrl"):
        address = place.resolve(content.line(name))
        if address and body.is_own(address, place) and body.own_id(address):
            return address
    return urls.resolve(lead.url, source.homepage) or lead.url


def _main_picture(content: Json, place: Place) -> Picture | None:
    link = content.at("mainContentImageLink")
    shown = _linked_picture(link, place)
    return shown if shown.url else None


def _linked_picture(link: Json, place: Place) -> Picture:
    """A picture as the article uses it: the caption and the alternative text belong to the link, not to the image."""
    shown = body.picture(link.at("target"), place)
    return replace(
        shown, caption=body.html_text(link.text("description").strip()), alt=link.line("additionalInformation")
    )


def _objects(content: Json, place: Place, lead: Picture | None) -> Objects:
    media: dict[str, Media] = {}
    galleries: dict[str, Gallery] = {}
    pictures: dict[str, Picture] = {}
    pages: dict[str, str] = {}
    linked = [(link.line("targetId"), link) for link in content.at("contentLinks")]
    for key, link in linked:
        target = link.at("target")
        match KINDS.get(link.line("targetType").lower()):
            case "image":
                pictures[key] = _linked_picture(link, place)
            case ("video" | "audio") as kind if target.is_object:
                media[key] = body.media(target, place, kind)
            case "gallery" if target.is_object:
                galleries[key] = body.gallery(target, place)
            case _:
                pass
    for name, kind in (("videos", "video"), ("audios", "audio")):
        for each in content.at(name):
            media[each.line("id")] = body.media(each, place, kind)
    for each in content.at("imageGalleries"):
        galleries[each.line("id")] = body.gallery(each, place)
    for name in ("externalLinks", "widgets"):
        for each in content.at(name):
            address = next((a for field in ("url", "externalUrl", "src") if (a := each.line(field))), "")
            pages[each.line("id")] = place.resolve(address)
    return Objects(
        media=media,
        galleries={k: g for k, g in galleries.items() if g.entries},
        pictures=pictures,
        pages=pages,
        lead=lead,
    )


def _blocks(kind: str, content: Json, place: Place, objects: Objects, lost: Counter[str]) -> Iterator[AnyBlock]:
    if kind in ("video", "audio"):
        shown = body.media(content, place, kind)
        if shown.url or shown.poster:
            yield replace(shown, title="", ref="")
    if kind == "gallery":
        shown_gallery = body.gallery(content, place)
        if shown_gallery.entries:
            yield replace(shown_gallery, title="", ref="")
    reading = body.read(content.text("text"), place, objects)
    lost += reading.lost
    yield from reading.blocks
    for post in content.at("posts"):
        entry = _entry(post, place, objects, lost)
        if entry.body or entry.title:
            yield entry


def _entry(post: Json, place: Place, objects: Objects, lost: Counter[str]) -> LiveEntry:
    """One entry of a live blog. Its videos stand in its text, or else after it."""
    own = _objects(post, place, None)
    known = _both(objects, own)
    reading = body.read(post.text("text"), place, known)
    lost += reading.lost
    told = {block.ref for block in reading.blocks if isinstance(block, Media | Gallery)}
    more: list[AnyBlock] = []
    picture = _main_picture(post, place)
    if picture is not None and not any(
        isinstance(block, Figure) and block.picture.key == picture.key for block in reading.blocks
    ):
        more.append(Figure(picture=picture))
    rest = [shown for shown in own.media.values() if shown.ref not in told and (shown.url or shown.poster)]
    moments = ("firstPublicationDate", "contentDate", "publicationDate", "lastPublicationDate", "lastModifiedDate")
    return LiveEntry(
        body=(*more, *reading.blocks, *rest),
        key=post.line("id"),
        at=next((at for name in moments if (at := post.moment(name))), None),
        title=headline(post.text("title")) or headline(post.text("name")),
        authors=authors(post),
    )


def _both(objects: Objects, own: Objects) -> Objects:
    """What an article knows and what its part knows, the part's first."""
    return Objects(
        media={**objects.media, **own.media},
        galleries={**objects.galleries, **own.galleries},
        pictures={**objects.pictures, **own.pictures},
        pages={**objects.pages, **own.pages},
    )


def _related(content: Json, place: Place) -> Iterator[Reference]:
    """What stands beside the article and not in its text."""
    seen: set[str] = set()
    for link in content.at("contentLinks"):
        kind = KINDS.get(link.line("targetType").lower(), "")
        if link.truth("isInText") or kind in ("image", ""):
            continue
        key, target = link.line("targetId"), link.at("target")
        title = link.line("name") or target.line("title") or target.line("name")
        named = target.line("namedUrl")
        address = place.resolve(named) if named else place.page(kind, key)
        if title and key not in seen:
            seen.add(key)
            yield Reference(title=title, url=address, ref=place.ref(key), kind=kind)
    for link in content.at("externalLinks"):
        address = place.resolve(link.line("url"))
        if address and not link.truth("isInText") and address not in seen:
            seen.add(address)
            yield Reference(title=link.line("name") or address, url=address, kind="web")


def _translations(content: Json, place: Place, source: Source) -> tuple[Translation, ...]:
    found = []
    for each in content.at("translations"):
        named = each.line("namedUrl") or each.line("canonicalUrl")
        address = place.resolve(named)
        spoken = language(each.line("language"), address, replace(source, language=""))
        if spoken and address:
            found.append(Translation(language=spoken, url=address, ref=place.ref(each.line("id"))))
    return tuple(found)


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))
