"""The page itself, read as a last resort: what it shows, in each of the layouts that are recorded.

- from mid-2023: `article` with `header`, `div.rich-text`; the dates stand in JSON-LD.
- before: `#bodyContent` with `p.intro`, `div.longText`, `div.picBox`; the day stands in a list below the text.
A page without the text of an article is refused: a consent page is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml.html import HtmlElement

from wirecopy import dates, urls
from wirecopy.collect.read import blocks, jsonld, lines
from wirecopy.collect.read.blocks import Dialect, Reading
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import (
    Article,
    Blocks,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    Lead,
    LiveEntry,
    Media,
    Paragraph,
    Picture,
    Reference,
    Run,
    Source,
    Text,
    Translation,
    merge,
    plain,
    replace,
    text,
)
from wirecopy.outlets.dw import body
from wirecopy.outlets.dw.body import Objects, Place
from wirecopy.outlets.dw.content import ARTICLES, headline, language


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a layout shows, before it is an article."""

    reading: Reading
    title: str = ""
    section: str = ""
    summary: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    picture: Picture | None = None
    tags: tuple[str, ...] = ()
    related: tuple[Reference, ...] = ()
    short_url: str = ""


def read(source: Source, lead: Lead, root: HtmlElement) -> Article:
    """The article that a page shows. Raises ReadError when it shows none, Doubtful when it shows another."""
    url = _address(source, lead, root)
    own = body.own_id(url)
    if own and lead.key.isdigit() and own[1] != lead.key:
        raise Doubtful(f"{lead.url}: asked for content {lead.key}, and the page says that it is {own[1]}")
    place = body.place_of(source, url)
    kind = own[0] if own and own[0] in ARTICLES else "article"
    shown = _shown(root, place, kind)
    if shown is None:
        raise _refusal(lead, root)
    described = jsonld.article(root)
    title = shown.title or headline(described.text("headline")) or lead.title
    if not title:
        raise ReadError(f"{lead.url}: the page has a text and no title")
    told = shown.reading.blocks
    read_lines = lines.read(_as_gallery(told) if kind == "gallery" else told)
    return Article(
        source=source.id,
        key=lead.key or (own[1] if own else ""),
        kind=kind,
        url=url,
        title=title,
        summary=shown.summary,
        byline=shown.byline,
        authors=jsonld.names(described, "author") or shown.authors,
        dateline=read_lines.dateline,
        published=described.moment("datePublished") or lead.published or shown.published,
        modified=described.moment("dateModified"),
        language=language("", url, source) or (root.get("lang") or ""),
        section=shown.section or lead.section,
        tags=shown.tags,
        picture=shown.picture,
        body=read_lines.body,
        agencies=read_lines.agencies,
        rights=read_lines.rights,
        short_url=shown.short_url,
        translations=translations(root, place, url),
        related=shown.related,
        reader="dw-page",
        weak=True,
        lost=tuple(sorted(shown.reading.lost.items())),
    )


def translations(root: HtmlElement, place: Place, url: str) -> tuple[Translation, ...]:
    """The same article in other languages, as the page's head names them (`<link rel=alternate hreflang>`)."""
    found: dict[str, Translation] = {}
    for link in root.iter("link"):
        tag, href = (link.get("hreflang") or "").strip(), link.get("href")
        if (link.get("rel") or "").lower() != "alternate" or not href or not _LANGUAGE_TAG.fullmatch(tag):
            continue
        address = place.resolve(href)
        if address and address != url and body.is_own(address, place) and tag.lower() != "x-default":
            own = body.own_id(address)
            found[tag] = Translation(language=tag, url=address, ref=place.ref(own[1]) if own else "")
    return tuple(found.values())


_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,3}")
_SHORT = re.compile(r"https?://p\.dw\.com/p/\w{1,20}")
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_ALT_AND_CREDIT = re.compile(r"(.*?)\s*\(([^()]{2,200})\)\s*", re.DOTALL)
_STANDS_IN = re.compile(
    r"consent|cookie|captcha|privacy|datenschutz|隐私|access denied|forbidden|just a moment|attention required|robot"
    r"|human|unusual traffic|challenge",
    re.IGNORECASE,
)


def _address(source: Source, lead: Lead, root: HtmlElement) -> str:
    """The page's own name for itself, where it is one of the outlet's addresses; else the lead's."""
    place = body.place_of(source, source.homepage)
    named = [link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    named += [meta.get("content") for meta in root.iter("meta") if meta.get("property") == "og:url"]
    for address in filter(None, named):
        url = place.resolve(address)
        if url and body.is_own(url, place) and body.own_id(url):
            return url
    return urls.resolve(lead.url, source.homepage) or lead.url


def _refusal(lead: Lead, root: HtmlElement) -> ReadError | Doubtful:
    title = next((_words(each) for each in (*root.iter("title"), *root.iter("h1")) if _words(each)), "")
    ids = " ".join(filter(None, (each.get("id") for each in root.iter("form", "div", "body"))))
    if _STANDS_IN.search(title) or _STANDS_IN.search(ids[:5000]):
        return Doubtful(f"{lead.url}: a page that stands in for the article, titled {title[:80]!r}")
    return ReadError(f"{lead.url}: the page, titled {title[:80]!r}, shows no article in any layout that is known")


def _shown(root: HtmlElement, place: Place, kind: str) -> _Shown | None:
    texts = list(_topmost(root, "rich-text"))
    if texts:
        return _new(root, texts, place, kind)
    zone = next((each for each in root.iter("div") if each.get("id") == "bodyContent"), None)
    if zone is not None and (old := next(_topmost(zone, "longText"), None)) is not None:
        return _old(zone, old, place)
    return None


# --- the layout from 2023 on -----------------------------------------------------------------------------------------


def _new(root: HtmlElement, texts: list[HtmlElement], place: Place, kind: str) -> _Shown:
    inside = {each for element in texts for each in element.iter()}
    zone = next((each for each in texts[0].iterancestors("article")), root)
    figure = next((each for each in zone.iter("figure") if each not in inside), None)
    picture = body.figure(figure, place) if figure is not None else None
    # The lead picture of a gallery is one of its slides, not a repetition of it.
    objects = Objects(lead=None if kind == "gallery" else picture)
    found: list[Blocks] = []
    lost: Counter[str] = Counter()
    special = {"liveblog-post": lambda post: _entry(post, place, objects)}
    player = next((each for each in _classed(zone, "vjs-wrapper") if each not in inside), None)
    if player is not None:
        # The video or sound that the page is about: it has the page's own title.
        found.append(tuple(replace(shown, title="", ref="") for shown in body.player(player, place)))
    for element in texts:
        reading = body.read(element, place, objects, special)
        found.append(reading.blocks)
        lost += reading.lost
    kicker = next(_classed(zone, "kicker"), None)
    return _Shown(
        reading=Reading(tuple(block for some in found for block in some), lost),
        title=_first(zone.iter("h1")),
        section=_first(kicker.iter("span")) if kicker is not None else "",
        summary=_first(_classed(zone, "teaser-text")),
        authors=_unique(_words(each) for each in _classed(zone, "author")),
        picture=picture,
        tags=_unique(_words(a) for each in _identified(root, "related-topics") for a in each.iter("a") if _own(a)),
        related=tuple(_new_related(root, place)),
        short_url=next((match[0] for each in zone.iter("span") if (match := _SHORT.match(each.text or ""))), ""),
    )


def _new_related(root: HtmlElement, place: Place) -> Iterator[Reference]:
    seen: set[str] = set()
    for section in _identified(root, "more-on-topic"):
        for a in section.iter("a"):
            own = _own(a)
            title = _words(a)
            if own and title and own[1] not in seen:
                seen.add(own[1])
                address = place.resolve(a.get("href"))
                yield Reference(title=title, url=address, ref=place.ref(own[1]), kind=own[0])


def _entry(post: HtmlElement, place: Place, objects: Objects) -> Blocks | None:
    """`div.liveblog-post`: an entry of a live blog with its time. No live blog is recorded: the plainest shape."""
    clock = next(post.iter("time"), None)
    blocks = list(body.read(post, place, objects).blocks)
    if clock is not None and blocks and blocks[0] == Paragraph(text=text(_words(clock))):
        del blocks[0]
    title = ""
    if blocks and isinstance(blocks[0], Heading):
        title = plain(blocks[0].text)
        del blocks[0]
    key = (post.get("id") or "").removeprefix("post-")
    at = dates.parse((clock.get("datetime") or "")[:40]) if clock is not None else None
    return (LiveEntry(body=tuple(blocks), key=key if key.isdigit() else "", at=at, title=title),)


def _as_gallery(shown: Blocks) -> Blocks:
    """The slides of a gallery's page (a picture, a heading, paragraphs) as a gallery; as they are when they are not."""
    entries: list[GalleryEntry] = []
    for block in shown:
        match block:
            case Figure():
                entries.append(GalleryEntry(picture=block.picture))
            case Heading() if entries and not entries[-1].title and not entries[-1].text:
                entries[-1] = replace(entries[-1], title=plain(block.text))
            case Paragraph() if entries:
                entries[-1] = replace(entries[-1], text=_lines((entries[-1].text, block.text)))
            case _:
                return shown
    return (Gallery(entries=tuple(entries)),) if entries else shown


def _lines(texts: Iterable[Text]) -> Text:
    """These texts as the lines of one."""
    return merge(run for n, told in enumerate(filter(None, texts)) for run in ((Run(text="\n"),) if n else ()) + told)


# --- the layout before -----------------------------------------------------------------------------------------------


def _old(zone: HtmlElement, text: HtmlElement, place: Place) -> _Shown:
    inside = set(text.iter())
    box = next((each for each in _classed(zone, "picBox") if each not in inside), None)
    picture = _boxed(box, place) if box is not None else None
    special = {
        "picBox": lambda each: _box(each, place, picture),
        "gallery": lambda each: _slides(each, place),
        "video": lambda each: _player(each, place),
        "audio": lambda each: _player(each, place),
    }
    facts = next((each for each in zone.iter("ul") if "smallList" in (each.get("class") or "").split()), None)
    items = list(facts.iter("li")) if facts is not None else []
    byline = _old_byline(items)
    said = " ".join(_words(item) for item in items)
    short = _SHORT.search(said)
    return _Shown(
        reading=body.read(text, place, Objects(lead=picture), special),
        title=_first(zone.iter("h1")),
        section=_first(each for each in zone.iter("h4") if each.get("class") == "artikel"),
        summary=_first(_classed(zone, "intro")),
        byline=byline,
        authors=lines.names(byline),
        published=_day(said),
        picture=picture,
        # Topics first, then the words by which the archive is searched.
        tags=_unique(
            _words(a) for of in ("/t-", "/search/") for li in items for a in li.iter("a") if of in (a.get("href") or "")
        ),
        related=tuple(_old_related(zone, place)),
        short_url=short[0] if short else "",
    )


def _old_byline(items: list[HtmlElement]) -> str:
    """The author's line. Labels are in the page's language; it alone has neither a link nor a date nor an address."""
    for item in items:
        if next(item.iter("a"), None) is None and (label := next(item.iter("strong"), None)) is not None:
            words = " ".join((label.tail or "").split())
            if words and not _DAY.search(words) and not _SHORT.search(words):
                return words
    return ""


def _day(words: str) -> datetime | None:
    match = _DAY.search(words)
    try:
        return datetime(int(match[3]), int(match[2]), int(match[1]), tzinfo=UTC) if match else None
    except ValueError:
        return None


def _old_related(zone: HtmlElement, place: Place) -> Iterator[Reference]:
    """What the editors recommend below the text. The boxes of the day's other news change with every visit."""
    seen: set[str] = set()
    column = next(_classed(zone, "col3"), zone)
    passing = {each for box in _classed(column, "relatedContent") for each in box.iter()}
    for box in _classed(column, "linkList"):
        for a in () if box in passing else box.iter("a"):
            title = next((_words(head) for head in a.iter("h2")), "") or _words(a)
            overlay = _OVERLAY.search(a.get("href") or "")
            kind, key = (_icon(a), overlay[1]) if overlay else (_own(a) or ("web", ""))
            address = place.page(kind, key) if overlay else place.resolve(a.get("href") or "")
            if title and address and (key or address) not in seen:
                seen.add(key or address)
                yield Reference(title=title, url=address, ref=place.ref(key), kind=kind)


_OVERLAY = re.compile(r"/overlay/media/.{0,500}/(\d{1,18})/\d{1,18}$")
_ICONS = {"tv": "video", "video": "video", "audio": "audio", "pics": "gallery"}


def _icon(a: HtmlElement) -> str:
    names = (name for span in a.iter("span") for name in (span.get("class") or "").split())
    return next((_ICONS[name] for name in names if name in _ICONS), "video")


def _boxed(box: HtmlElement, place: Place) -> Picture | None:
    """`div.picBox`: a picture and its caption; before 2021 the credit stands in brackets after the alternative text."""
    image = next(box.iter("img"), None)
    if image is None:
        return None
    shown = _old_image(image, place)
    caption = next(box.iter("p"), None)
    words: Text = () if caption is None else blocks.trimmed(blocks.inline(caption, Dialect(base=place.base)))
    return replace(shown, caption=words) if shown.url else None


def _old_image(image: HtmlElement, place: Place) -> Picture:
    shown = body.of_address(place.resolve(image.get("src") or ""), place)
    alt = " ".join((image.get("alt") or "").split())
    match = _ALT_AND_CREDIT.fullmatch(alt)
    return replace(shown, alt=match[1], credit=match[2].strip()) if match else replace(shown, alt=alt)


def _box(box: HtmlElement, place: Place, lead: Picture | None) -> Blocks | None:
    shown = _boxed(box, place)
    if shown is None:
        return None
    return () if body.repeats(shown, lead) else (Figure(picture=shown),)


def _slides(gallery: HtmlElement, place: Place) -> Blocks | None:
    """`div.gallery`: slides with the gallery's title on each, a heading, and paragraphs."""
    show = next(_classed(gallery, "slideshow"), None)
    if show is None:
        return None
    entries = []
    for slide in show.iter("li"):
        image = next(slide.iter("img"), None)
        picture = _old_image(image, place) if image is not None else Picture()
        paragraphs = [blocks.trimmed(blocks.inline(p, Dialect(base=place.base))) for p in slide.iter("p")]
        words = _lines(paragraphs)
        title = _first(slide.iter("h2"))
        if picture.url or words or title:
            entries.append(GalleryEntry(picture=picture, title=title, text=words))
    key = show.get("data-id") or ""
    title = " ".join((show.get("data-title") or "").split()) or _first(show.iter("h4"))
    found = Gallery(entries=tuple(entries), title=title, ref=place.ref(key if key.isdigit() else ""))
    return (found,) if entries else None


def _player(box: HtmlElement, place: Place) -> Blocks | None:
    """`div.imgTeaserL.video`: what a player needs stands in hidden fields; the rest is buttons."""
    fields = {each.get("name"): each.get("value") or "" for each in box.iter("input")}
    address = place.resolve(fields.get("file_name", "")) if fields.get("file_name") else ""
    if not address:
        return None
    poster = body.of_address(place.resolve(fields.get("preview_image", "")), place)
    duration, key = fields.get("file_duration", ""), fields.get("media_id", "")
    shown = Media(
        kind="audio" if fields.get("player_type") == "audio" else "video",
        url=address,
        title=" ".join(fields.get("media_title", "").split()),
        poster=poster if poster.url and fields.get("preview_image") else None,
        duration=int(duration) if duration.isascii() and duration.isdigit() and len(duration) < 7 else 0,
        ref=place.ref(key if key.isdigit() else ""),
    )
    return (shown,)


# --- looking around in a page --------------------------------------------------------------------------------------


def _classed(root: HtmlElement, name: str) -> Iterator[HtmlElement]:
    """The elements below `root` that have this class."""
    for each in root.iter():
        if name in (each.get("class") or "").split():
            yield each


def _topmost(root: HtmlElement, name: str) -> Iterator[HtmlElement]:
    """Those that have this class, without what stands inside one of them."""
    inside: set[HtmlElement] = set()
    for each in _classed(root, name):
        if each not in inside:
            inside.update(each.iter())
            yield each


def _identified(root: HtmlElement, name: str) -> Iterator[HtmlElement]:
    return (each for each in root.iter("section") if each.get("id") == name)


def _own(a: HtmlElement) -> tuple[str, str] | None:
    return body.own_id(a.get("href") or "")


def _words(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _first(elements: Iterator[HtmlElement]) -> str:
    return next((words for each in elements if (words := _words(each))), "")


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))
