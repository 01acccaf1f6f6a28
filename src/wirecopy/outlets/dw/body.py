"""What Deutsche Welle's HTML, addresses and pictures mean, whichever interface they came through.

- One content id names a thing in every language and at every address: links to DW's own content keep it as `ref`, and
  lead to the public page, never to an API.
- Placeholders stand for objects that are described beside the text: `Objects` has them by id.
- A picture is its id: host and format of an address are normalised away (docs/outlets.md has the formats).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.read import blocks
from wirecopy.collect.read.blocks import Dialect, Reading
from wirecopy.collect.read.stranger import Json
from wirecopy.model import (
    Blocks,
    Embed,
    Figure,
    Gallery,
    GalleryEntry,
    Link,
    Media,
    Picture,
    Source,
    Text,
    plain,
    replace,
    text,
)

# The widest 16:9 format that DW's own recorded pages ask for, so it is there for every picture, at 1,199 pixels: enough
# for the whole width of a phone or a reading column. 606 (1,568) and 607 (1,920) exist but no recorded page uses them.
FORMAT = "605"
WIDTHS = {
    "600": 78, "601": 201, "602": 379, "603": 545, "604": 767, "605": 1199, "606": 1568, "607": 1920,
    "301": 220, "302": 460, "303": 700, "304": 940, "6": 940,
}  # fmt: skip

LARGEST = ("607", "606", "605", "604")

# What the letters in an address (`a-68204677`) and the words of the interfaces call a thing.
KINDS = {
    "a": "article", "live": "liveblog", "g": "gallery", "video": "video", "av": "video", "audio": "audio",
    "t": "topic", "s": "section", "person": "person", "program": "program",
    "article": "article", "liveblog": "liveblog", "image-gallery": "gallery", "image_gallery": "gallery",
    "imagegallery": "gallery", "gallery": "gallery", "auto-topic": "topic", "auto_topic": "topic",
    "autotopic": "topic", "topic": "topic", "navigation": "section", "unified-program": "program", "image": "image",
    "external_link": "web", "externallink": "web", "youtube": "youtube",
}  # fmt: skip
_LETTERS = {
    "article": "a", "liveblog": "live", "gallery": "g", "video": "video", "audio": "audio", "topic": "t",
    "section": "s", "person": "person", "program": "program",
}  # fmt: skip
# The apps' API names every reference by a word of its own, which documents show; the same words for the same things.
_RELS = {
    "article": "ArticleRef", "liveblog": "ArticleRef", "video": "VideoRef", "audio": "AudioRef",
    "gallery": "GalleryRef", "topic": "AUTO_TOPIC", "web": "ExternalRef",
}  # fmt: skip


NOTHING: Mapping[str, Callable[[HtmlElement], Blocks | None]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text stands: what its addresses are relative to, whose ids its links name."""

    base: str
    origin: str
    family: str

    def ref(self, key: str) -> str:
        return f"{self.family}:{key}" if key else ""

    def page(self, kind: str, key: str) -> str:
        """The public page of a thing; the slug is decoration, so it can be left out."""
        letter = _LETTERS.get(kind, "")
        return f"{self.origin}/{letter}-{key}" if letter and key else ""

    def resolve(self, address: str) -> str:
        """The whole address, without the parameter that says by which channel a reader came; "" for none."""
        found = urls.resolve(address, self.base) if address.strip() else ""
        # Without a fragment only: a title with "#" moves the id there, and `canonical` would take it away.
        return urls.canonical(found, ("maca",)) if "maca=" in found and "#" not in found else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """What an article's placeholders stand for, by content id, and its lead picture, which texts like to repeat."""

    media: Mapping[str, Media] = field(default_factory=dict)
    galleries: Mapping[str, Gallery] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    lead: Picture | None = None


def place_of(source: Source, url: str) -> Place:
    """Where the texts of an article at this address stand."""
    base = urls.resolve(url, source.homepage) or source.homepage
    home = urls.resolve(source.homepage) or base
    return Place(base=base or home, origin=urls.origin(home) if home else "", family=source.family or source.id)


Handler = Callable[[HtmlElement], Blocks | None]


def read(html: str | HtmlElement, place: Place, objects: Objects, more: Mapping[str, Handler] = NOTHING) -> Reading:
    """A text of DW's as blocks. `more` are elements that only some pages have, by a name of their class."""
    root = blocks.parse("<div>" + html) if isinstance(html, str) else html
    for span in root.iter("span"):
        if _is_linked_placeholder(span):
            span.tag = "a"
    lost: Counter[str] = Counter()
    reading = blocks.read(root, _Special(place, objects, lost, more).dialect)
    lost += reading.lost
    del lost["svg"]  # icons, in links and in titles of videos
    return Reading(reading.blocks, lost)


def _is_linked_placeholder(span: HtmlElement) -> bool:
    """A placeholder with words of its own is a link that the page's program would have made."""
    kind = KINDS.get((span.get("data-type") or "").lower())
    return (
        (kind in _LETTERS or kind == "web")
        and "placeholder" in (span.get("class") or "")
        and bool(span.get("data-id"))
        and bool((span.text or "").strip())
    )


def link(attributes: Mapping[str, str], place: Place, objects: Objects) -> Link | None:
    """Where one of DW's `<a>` leads."""
    href = attributes.get("href", "").strip()
    named, kind = attributes.get("data-id", ""), KINDS.get(attributes.get("data-type", "").lower(), "")
    rel = "" if _NO_REL.fullmatch(rel := attributes.get("rel", "").strip()) else rel[:40]
    if not href and named.isdigit():
        if kind == "web":
            address = objects.pages.get(named, "")
            return Link(href=address, rel=attributes["data-type"]) if address else None
        page = place.page(kind, named)
        return Link(href=page, ref=place.ref(named), rel=attributes["data-type"][:40]) if page else None
    if not href or href.startswith("#"):
        return None
    address = place.resolve(href)
    if not address or not is_own(address, place):
        return Link(href=address, rel=rel or _RELS["web"]) if address else None
    found = own_id(href)
    if found is None:
        return None if _API.search(address) else Link(href=address, rel=rel)
    kind, key = found
    shown = place.page(kind, key) if _API.search(address) else address
    return Link(href=shown, ref=place.ref(key), rel=rel or _RELS.get(kind, ""))


def is_own(address: str, place: Place) -> bool:
    """Is this an address of DW's, or of the place itself (a mirror, a rehearsal)?"""
    host = urls.host(address)
    return host == "dw.com" or host.endswith(".dw.com") or urls.origin(address) == place.origin


def own_id(address: str) -> tuple[str, str] | None:
    """Kind and content id that an address of DW's names, if it names one.

    Found in the whole text of the address, not in its parsed path: a title with "?" or "#" moves the id out of there.
    """
    if match := _API_ID.search(address):
        return KINDS.get(match[1].lower(), "article"), match[2]
    match = _PAGE_ID.search(address)
    return (KINDS[match[1]], match[2]) if match and match[1] in KINDS else None


# --- objects of the content API ------------------------------------------------------------------------------------


def picture(image: Json, place: Place) -> Picture:
    """An image: `{id, staticUrl, licenserSupplement}` of the content API, `{id, name, sizes[]}` of the apps' API."""
    key = image.line("id")
    sizes = sorted(image.at("sizes"), key=lambda size: size.number("width", most=_PIXELS), reverse=True)
    addresses = [image.line("staticUrl"), *(size.line("url") for size in sizes), image.line("url")]
    address = next((found for each in addresses if each and (found := place.resolve(fill(each)))), "")
    shown = of_address(address, place)
    if shown.key:
        return replace(shown, credit=credit(image.line("licenserSupplement")))
    width, height = (sizes[0].number(side, most=_PIXELS) for side in ("width", "height")) if sizes else (0, 0)
    named = place.ref(key) if key.isdigit() and address else ""
    return Picture(url=address, key=named, credit=credit(image.line("licenserSupplement")), width=width, height=height)


def of_address(address: str, place: Place) -> Picture:
    """The picture at an address; DW's own in the one format that we use, whatever host and format were named."""
    match = _IMAGE.match(address)
    if match is None or not is_own(address, place):
        return Picture(url=address)
    host, key, extension = match.groups()
    if urls.host(address).endswith("dw.com"):
        host = "https://static.dw.com"
    width = WIDTHS[FORMAT]
    return Picture(
        url=f"{host}/image/{key}_{FORMAT}.{extension}", key=place.ref(key), width=width, height=round(width * 9 / 16)
    )


def sizes(address: str, place: Place) -> tuple[str, ...]:
    """The addresses of a picture in the widest 16:9 formats, widest first; () for what is no picture of DW's.

    Not every picture is there in every format: of an old one the widest may be missing.
    """
    shown = of_address(address, place)
    found = _IMAGE.match(shown.url) if shown.key else None
    if found is None:
        return ()
    host, key, extension = found.groups()
    return tuple(f"{host}/image/{key}_{form}.{extension}" for form in LARGEST)


def fill(address: str) -> str:
    """An address with its format filled in."""
    return address.replace("${formatId}", FORMAT)


def credit(line: str) -> str:
    """A credit without the word that introduces it ("Bild: ", "图像来源：")."""
    return _CREDIT_LABEL.sub("", " ".join(line.split())).strip()


def figure(element: HtmlElement, place: Place) -> Picture | None:
    """The picture of a `<figure>`, in whatever attribute its address stands; None when it is not one picture."""
    images = list(element.iter("img"))
    if len(images) != 1:
        return None
    [image] = images
    sets = (image.get("srcset"), *(source.get("srcset") for source in element.iter("source")))
    addresses = (image.get("data-url"), *(blocks.largest(each)[0] for each in sets if each), image.get("src"))
    address = next((url for each in addresses if each and (url := place.resolve(fill(each)))), "")
    words, line = caption(element, place)
    shown = of_address(address, place)
    alt = " ".join((image.get("alt") or "").split())
    return replace(shown, caption=words, credit=line, alt=alt) if shown.url else None


def _said(picture: Picture) -> tuple[Text, str, str]:
    return picture.caption, picture.credit, picture.alt


def caption(figure: HtmlElement, place: Place) -> tuple[Text, str]:
    """What stands in the `<figcaption>` of a figure, and the credit in its `<small class="copyright">`."""
    found = next(figure.iter("figcaption"), None)
    if found is None:
        return (), ""
    lines = [small for small in found.iter("small") if "copyright" in (small.get("class") or "")]
    nobody = Objects()
    bare = Dialect(
        base=place.base,
        link=lambda attributes: link(attributes, place, nobody),
        special=lambda each: () if each in lines else None,
    )
    return blocks.trimmed(blocks.inline(found, bare)), credit(" ".join(" ".join(small.itertext()) for small in lines))


def gallery(found: Json, place: Place) -> Gallery:
    """An image gallery with its texts: `extendedGalleryImages[]` of the content API, a list of images of the apps'."""
    key = found.line("id")
    entries = []
    lists = ("extendedGalleryImages", "galleryImages", "images", "items", "entries")
    for each in next((some for name in lists if (some := tuple(found.at(name)))), ()):
        inner = ("assignedImage", "image", "mainContent", "target")
        image = next((at for name in inner if (at := each.at(name)).is_object), each)
        shown = replace(picture(image, place), alt=each.line("altText"))
        words = (each.text("description") or each.text("text") or each.text("caption")).strip()
        title = each.line("name") or each.line("title")
        if shown.url or words or title:
            entries.append(GalleryEntry(picture=shown, title=title, text=html_text(words)))
    return Gallery(entries=tuple(entries), title=found.line("name") or found.line("title"), ref=place.ref(key))


def media(found: Json, place: Place, kind: str) -> Media:
    """A video or a sound with its file."""
    sources = sorted(found.at("sources"), key=_quality, reverse=True)
    addresses = [found.line("hlsVideoSrc"), found.line("mp3Src"), found.line("mp4Src"), found.line("videoSrc")]
    addresses += [source.line("url") or source.line("src") for source in sources]
    url = next((whole for each in addresses if each and (whole := file_of(place.resolve(each)))), "")
    still = found.at("previewImage")
    poster = picture(still, place) if still.is_object else Picture()
    if not poster.url:
        poster = of_address(place.resolve(fill(found.line("posterImageUrl"))), place)
    if not poster.url:
        poster = picture(found.at("mainContentImageLink", "target"), place)
    return Media(
        kind=kind,
        url=url,
        title=found.line("title") or found.line("name"),
        poster=poster if poster.url else None,
        duration=found.number("duration", most=10**6) or seconds(found.line("formattedDuration")),
        ref=place.ref(found.line("id")),
    )


def file_of(address: str) -> str:
    """The plain file behind a playlist of DW's: it plays in every browser, the playlist in some."""
    match = _PLAYLIST.fullmatch(address)
    if match is None:
        return address
    stem, variants = match.groups()
    return f"https://tvdownloaddw-a.akamaihd.net/{stem}{max(variants.split(','), key=_lines)}.mp4"


def seconds(spelt: str) -> int:
    """A duration ("03:38", "1:02:03") in seconds, 0 when it is none."""
    if not _CLOCK.fullmatch(spelt):
        return 0
    total = 0
    for part in spelt.split(":"):
        total = total * 60 + int(part)
    return total


def html_text(words: str) -> Text:
    """A short text that may hold entities or marks, as text."""
    if "<" not in words and "&" not in words:
        return text(words)
    return blocks.inline(blocks.parse("<div>" + words), Dialect())


# --- special elements ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Special:
    """DW's own elements in a text."""

    place: Place
    objects: Objects
    lost: Counter[str]
    more: Mapping[str, Handler]

    @property
    def dialect(self) -> Dialect:
        return Dialect(base=self.place.base, link=self._link, special=self)

    def _link(self, attributes: Mapping[str, str]) -> Link | None:
        return link(attributes, self.place, self.objects)

    def __call__(self, element: HtmlElement) -> Blocks | None:
        if element.tag == "figure":
            return self.image(element)
        classes = element.get("class")
        if not classes:
            return None
        names = classes[:500].split()
        for name in names:
            if name in _SPECIAL:
                found = _SPECIAL[name](self, element)
            elif name in self.more:
                found = self.more[name](element)
            else:
                continue
            if found is not None:
                return found
        return None

    def nothing(self, _element: HtmlElement) -> Blocks | None:
        return ()

    def image(self, element: HtmlElement) -> Blocks | None:
        """A figure of one picture of DW's; in `figure.placeholder-image` a program would have filled it in."""
        found = figure(element, self.place)
        image = next(element.iter("img"), None)
        known = self.objects.pictures.get(image.get("data-id") or "") if image is not None else None
        if found is None or not found.key:
            found = known
        elif known is not None:
            caption, credit, alt = (own or other for own, other in zip(_said(found), _said(known), strict=True))
            found = replace(found, caption=caption, credit=credit, alt=alt)
        if found is None:
            return None
        return () if repeats(found, self.objects.lead) else (Figure(picture=found),)

    def player(self, wrapper: HtmlElement) -> Blocks | None:
        return player(wrapper, self.place, self.objects) or None

    def tweet(self, element: HtmlElement) -> Blocks | None:
        key = element.get("data-id") or ""
        return (tweet(key),) if key.isascii() and key.isdigit() else None

    def gallery(self, element: HtmlElement) -> Blocks | None:
        found = self.objects.galleries.get(element.get("data-id") or "")
        return (found,) if found is not None else self._missing(element, "image-gallery")

    def widget(self, element: HtmlElement) -> Blocks | None:
        """`.dw-widget`: a map, a chart: what it holds another host's program draws."""
        frame = next(element.iter("iframe"), None)
        if frame is not None or "".join(element.itertext()).strip():
            return None
        address = self.objects.pages.get(element.get("data-id") or "", "")
        return (
            (Embed(kind=blocks.embed_kind(address), url=address),) if address else self._missing(element, "dw-widget")
        )

    def placeholder(self, element: HtmlElement) -> Blocks | None:
        """`span.placeholder[data-type][data-id]` without words: an object that stands here."""
        key, kind = element.get("data-id") or "", KINDS.get((element.get("data-type") or "").lower(), "")
        if not kind or (kind in _LETTERS and "".join(element.itertext()).strip() and element.tag == "a"):
            return None
        if kind == "image" and key in self.objects.pictures:
            shown = self.objects.pictures[key]
            return () if repeats(shown, self.objects.lead) else (Figure(picture=shown),)
        if kind == "gallery" and key in self.objects.galleries:
            return (self.objects.galleries[key],)
        if kind in ("video", "audio") and key in self.objects.media:
            return (self.objects.media[key],)
        if kind == "youtube" and (found := youtube(key)):
            return (found,)
        return self._missing(element, "placeholder") if not "".join(element.itertext()).strip() else None

    def _missing(self, element: HtmlElement, name: str) -> Blocks | None:
        if "".join(element.itertext()).strip():
            return None
        self.lost[name] += 1
        return ()


_SPECIAL: dict[str, Callable[[_Special, HtmlElement], Blocks | None]] = {
    "vjs-wrapper": _Special.player,
    "tweet": _Special.tweet,
    "image-gallery": _Special.gallery,
    "dw-widget": _Special.widget,
    "placeholder": _Special.placeholder,
    "rich-text-ad": _Special.nothing,
    "advertisement": _Special.nothing,
}


def player(wrapper: HtmlElement, place: Place, objects: Objects | None = None) -> tuple[Media, ...]:
    """`.vjs-wrapper`: a video or sound; its `<h2>` is the title of it and no heading of the article. () for none."""
    element = next(wrapper.iter("video", "audio"), None)
    if element is None:
        return ()
    key = element.get("data-id") or ""
    known = objects.media.get(key) if objects else None
    files = [source.get("src") or "" for source in element.iter("source")] + [element.get("src") or ""]
    found = [whole for each in files if (whole := file_of(place.resolve(each)))]
    still = of_address(place.resolve(fill(element.get("data-posterurl") or "")), place)
    heads = (plain(blocks.inline(head, Dialect())) for head in wrapper.iter("h2", "h3"))
    shown = Media(
        kind=element.tag,
        url=next((each for each in found if ".m3u8" not in each), next(iter(found), "")),
        title=" ".join(next(heads, "").split()),
        poster=still if still.url else None,
        duration=seconds(element.get("data-duration") or ""),
        ref=place.ref(key if key.isdigit() else ""),
    )
    if known is not None:
        shown = replace(
            shown,
            url=known.url or shown.url,
            title=known.title or shown.title,
            poster=known.poster or shown.poster,
            duration=known.duration or shown.duration,
        )
    return (shown,)


def tweet(key: str) -> Embed:
    """The post of this id."""
    return Embed(kind="tweet", url=f"https://twitter.com/i/web/status/{key}")


def youtube(key: str) -> Embed | None:
    """The video of this id; the apps' API has ids with invisible characters in them."""
    bare = _INVISIBLE.sub("", key).strip()
    return Embed(kind="youtube", url=f"https://www.youtube.com/embed/{bare}") if _YOUTUBE.fullmatch(bare) else None


def repeats(shown: Picture, lead: Picture | None) -> bool:
    """Is this the lead picture again, saying nothing that the lead does not say?"""
    if lead is None or not shown.key or shown.key != lead.key:
        return False
    words, said = (" ".join(plain(each.caption).split()) for each in (shown, lead))
    return words in ("", said) and shown.credit in ("", lead.credit)


_PIXELS = 100_000  # pixels

_NO_REL = re.compile(r"(?:(?:noopener|noreferrer|nofollow|external|tag|sponsored|ugc)\s*)*", re.IGNORECASE)
_API = re.compile(r"^https?://(?:api\.dw\.com/|[^/?#]+/(?:api|graph-api)/)", re.IGNORECASE)
_API_ID = re.compile(r"/(?:api/detail|graph-api/[\w-]+/content)/([\w-]+)/(\d{1,18})(?:[?#][^/]*)?$")
_PAGE_ID = re.compile(r"/([a-z]+)-(\d{1,18})(?:[?#][^/]*)?$")
# www.dw.com/image/0,,19427336_303,00.jpg (to 2016), api.dw.com/image/…_303.jpg (to 2020), static.dw.com/image/…_605.jpg
_IMAGE = re.compile(r"(https?://[^/?#]+)/image/(?:0,,)?(\d{1,18})_\d{1,4}(?:,00)?\.(\w{3,4})$")
_CREDIT_LABEL = re.compile(r"^[^\W\d]{2,12}(?:[ ][^\W\d]{2,12})?\s?[:：]\s*(?=\S)")
_PLAYLIST = re.compile(r"https?://hlsvod\.dw\.com/i/([^?#]{1,500}?),([^/?#]{1,500}),\.mp4\.csmil/master\.m3u8")
_CLOCK = re.compile(r"(?:\d{1,2}:)?\d{1,3}:\d{2}", re.ASCII)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_YOUTUBE = re.compile(r"[\w-]{6,20}", re.ASCII)


def _quality(source: Json) -> int:
    digits = re.search(r"\d{2,4}", source.line("quality") or source.line("url"))
    return int(digits[0]) if digits else 0


def _lines(variant: str) -> tuple[int, str]:
    """How good a variant of a video is: AVC_1920x1080 by its width, "sd_avc" before "sd_sor" by its name."""
    width = re.search(r"_(\d{2,5})x\d", variant)
    return (int(width[1]) if width else 0, "avc" if "avc" in variant.lower() else "")
