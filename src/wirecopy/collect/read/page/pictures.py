"""Which pictures are the article's, with their captions: a tree is put into the words of HTML before it is read.

- What shows one picture and its caption is made a `<figure>`, the caption its `<figcaption>`, whatever they were
  written in: captions are never text of the article. Then blocks.py reads it like any other.
- What was left out of the article only for what it is called or because it is hidden (slides behind the first one,
  pictures in buttons that enlarge them) is taken back where it shows pictures and next to nothing else.
- Icons, portraits of authors, counting pixels and pictures that only lead to other articles are none of its pictures.
- What stands between title and text is the article's; what the page names as its picture, too, where it shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from wirecopy.collect.read import blocks
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.page import galleries
from wirecopy.collect.read.page.body import Chosen
from wirecopy.collect.read.page.clutter import Hint, hint
from wirecopy.collect.read.page.survey import Survey
from wirecopy.model import Blocks, Figure, Gallery, Heading, Paragraph, Picture, Run, merge, plain, replace

_UP = 4  # elements between a picture and its caption
_BEFORE = 3  # figures between title and text that are kept
_CAPTION = 800  # characters; a figure that says more holds more than captions
_BESIDE = 400  # characters a picture that was left out may have beside it, all of them its caption
_WORDS = 30  # characters that may stand in a picture's element beside its caption
_SMALL = 100  # pixels below which a picture is an icon
_LARGE = 300  # pixels from which one is a picture whatever stands around it
_MANY = 2_000  # pictures of a page that are looked at
_LONG = 200  # characters of an address or a name that are looked at
_KEPT = 2_000  # characters below which an address is remembered
_TELLING = 25  # characters of an `alt` that describes and does not label


@dataclass(slots=True)
class Scene:
    """A page's pictures by where they stand: `over` the text, and what shows several of them, in the text."""

    over: list[HtmlElement] = field(default_factory=list)
    galleries: set[HtmlElement] = field(default_factory=set)
    unwanted: set[HtmlElement] = field(default_factory=set)


class _Place(NamedTuple):
    """Where an element stands: in which part of the article, in what was left out, in what link, on whose portrait."""

    root: HtmlElement | None = None
    dropped: HtmlElement | None = None
    link: HtmlElement | None = None
    gallery: HtmlElement | None = None
    portrait: int = 0  # for how many elements further in it is one


def settle(page: Survey, chosen: Chosen, image: str) -> Scene:
    """Make figures of the article's pictures and captions, and say which stand over the text. `image` is the address of
    the picture that the page names as its own.
    """
    scene = Scene()
    _without_scripts(page)
    counts: dict[HtmlElement, int] = {}
    _captions(page, counts)
    _loose_captions(page, counts)
    places = _Places(page, chosen)
    left_out: dict[HtmlElement, list[HtmlElement]] = {}
    slides: Counter[HtmlElement] = Counter()
    over: list[tuple[HtmlElement, HtmlElement | None]] = []
    named = stem(image) if image else ""
    own: list[HtmlElement] = []
    for img in _inside(chosen):
        place = places.of(img)
        if place.portrait > 0 or is_icon(img):
            scene.unwanted.add(img)
        elif place.dropped is not None:
            left_out.setdefault(place.dropped, []).append(img)
        else:
            own.append(img)
            if place.gallery is not None and not _leads_away(place):
                slides[place.gallery] += 1
            else:
                _framed(img)
    for img, between in _outside(page, chosen, named):
        place = places.of(img)
        if place.root is not None or place.portrait > 0 or is_icon(img):
            continue
        if place.dropped is not None:
            if between:
                left_out.setdefault(place.dropped, []).append(img)
        elif not between or _is_lead(img, place):
            over.append((img, place.gallery))
    scene.galleries.update(each for each, count in slides.items() if count > 1)
    shown = Counter(gallery for _, gallery in over if gallery is not None)
    for img, gallery in over:
        scene.over.append(gallery if gallery is not None and shown[gallery] > 1 else _framed(img))
    seen = {name for img in own for name in _stems(img)} if left_out else set()
    for element, images in left_out.items():
        # A viewer that opens over the page shows the article's pictures once more.
        if not any(seen & _stems(each) for each in images) and _shows_only_pictures(element, images, places):
            _take_back(element, images, page, chosen, scene, places)
    scene.over = list(dict.fromkeys(scene.over))
    for gallery in (*scene.galleries, *scene.over):
        _with_captions(gallery, page)
    return scene


def before(scene: Scene, dialect: Dialect) -> Blocks:
    """The figures over the text."""
    found: list[Figure | Gallery] = []
    for element in scene.over:
        read = galleries.read(element, dialect) if element.tag != "figure" else None
        shows = read if read is not None else shown(element, dialect)
        found += [block for block in shows if isinstance(block, Figure | Gallery)]
        if len(found) >= _BEFORE:
            break
    return tuple(dict.fromkeys(found))


def shown(element: HtmlElement, dialect: Dialect) -> Blocks:
    """What a figure shows, with what it says as the caption of its last picture: never as text of the article."""
    found = blocks.read_element(element, dialect).blocks
    words = [block.text for block in found if isinstance(block, Paragraph | Heading)]
    others = [block for block in found if not isinstance(block, Paragraph | Heading)]
    if not words or sum(len(plain(each)) for each in words) > _CAPTION:
        return found
    match others:
        case [*before, Figure(picture=Picture(caption=()) as last)]:
            caption = merge(run for n, each in enumerate(words) for run in ((Run(text="\n"),) if n else ()) + each)
            return (*before, Figure(picture=replace(last, caption=caption)))
        case _:
            return tuple(others)


def is_icon(element: HtmlElement) -> bool:
    """Does a picture say of itself that it is small, or what it is for?"""
    for name in ("width", "height"):
        if 0 < _pixels(element.get(name)) < _SMALL:
            return True
    address = (element.get("src") or "")[-_LONG:]
    if "data:" in address:
        return False
    if _ICON.search(address.split("?", 1)[0].lower()) is None:
        return False
    # Charts are drawings, too, and say what they show.
    return _pixels(element.get("width")) < _LARGE and len(element.get("alt") or "") < _TELLING


def of(found: Blocks) -> Iterator[Picture]:
    """The pictures that stand in these blocks."""
    for block in found:
        match block:
            case Figure():
                yield block.picture
            case Gallery():
                yield from (entry.picture for entry in block.entries)
            case _:
                pass


def address_key(picture: Picture) -> str:
    """What stays the same of a picture's address over sizes and hosts: the name of its file."""
    return picture.url.split("?", 1)[0].rsplit("/", 1)[-1].lower()


def stem(address: str) -> str:
    """The name of a picture's file without what says its size and kind; "" where it has no name of its own."""
    return _stem(address) if len(address) < _KEPT else _stem.__wrapped__(address)


@lru_cache(maxsize=1024)
def _stem(address: str) -> str:
    name = address.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1].lower()
    bare = name.rsplit(".", 1)[0] if "." in name else name
    if bare.endswith(_SIZE_ENDS):
        bare = _SIZE.sub("", bare)
    return bare if len(bare) > 5 and _COMMON.fullmatch(bare) is None else ""


_SIZE = re.compile(r"(?:[-_@.]?(?:\d{2,4}x\d{0,4}|[wh]?\d{3,4}w?|\dx|scaled|thumb|small|large|medium|original|og))+$")
_SIZE_ENDS = (*"0123456789wx", "scaled", "thumb", "small", "large", "medium", "original", "og")  # seen at a glance
_COMMON = re.compile(r"(?:image|default|photo|picture|index|share|social|logo|original)[-_\d]*")
# In small letters, as what is searched: an expression that knows no case takes twice the time.
_ICON = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|sprite|avatar|emoji|smil(?:ies|ey)|badges?|qr(?:code)?|button|btn|arrow|loading|loader|spinner"
    r"|play-?store|app-?store|googleplay|zoom|1x1|pixel|spacer|blank|favicon)(?=[/_.\d-])[^/]*$|/icons?/|\.svg$",
)
_PORTRAIT = re.compile(
    r"(?:^|[\s_-])(?:author|autor|auteur|byline|avatar|profile|headshot|portrait-?small|contributor|writer|redakteur)",
    re.IGNORECASE,
)
_HOLDER = re.compile(
    r"(?:^|[\s_-])(?:image|images|img|imgs|photo|photos|picture|pic|figure|foto|bild|imagen|imagem|media|thumbinner|mol-img|tupian)"
    r"(?:$|[\s_-]|box|wrap|container|holder|block)|(?:image|photo|picture|figure|media)(?:box|wrap|wrapper|container|holder|block)",
)
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?#])", re.IGNORECASE)


@lru_cache(maxsize=2048)
def _is_portrait(names: str) -> bool:
    return _PORTRAIT.search(names) is not None


# --- where pictures stand --------------------------------------------------------------------------------------------


class _Places:
    """The places of elements, each looked up once."""

    def __init__(self, page: Survey, chosen: Chosen) -> None:
        self.left_out = (page.dropped, chosen.dropped)
        self.roots = {*chosen.roots, *chosen.leads}
        self.known: dict[HtmlElement, _Place] = {}

    def of(self, element: HtmlElement) -> _Place:
        way = []
        place = _Place()
        each: HtmlElement | None = element
        while each is not None:
            if (found := self.known.get(each)) is not None:
                place = found
                break
            way.append(each)
            each = each.getparent()
        for each in reversed(way):
            place = self.known[each] = self.below(place, each)
        return place

    def below(self, above: _Place, element: HtmlElement) -> _Place:
        """The place of an element in one at that place."""
        tag = element.tag
        root = above.root
        gallery = above.gallery
        portrait = max(0, above.portrait - 1)
        if root is None and element in self.roots:
            root, gallery, portrait = element, None, 0
        elif tag not in ("body", "html", "article", "main"):
            for names in (element.get("class"), element.get("id")):
                if names:
                    if gallery is None and galleries.is_named(names):
                        gallery = element
                    portrait = _UP if _is_portrait(names[:_LONG]) else portrait
        dropped = above.dropped
        if dropped is None and (element in self.left_out[0] or element in self.left_out[1]):
            dropped = element
        link = element if tag == "a" and element.get("href") else above.link
        as_above = root is above.root and dropped is above.dropped and link is above.link and gallery is above.gallery
        return above if as_above and portrait == above.portrait else _Place(root, dropped, link, gallery, portrait)


def _inside(chosen: Chosen) -> Iterator[HtmlElement]:
    """The pictures of the article's own part."""
    return islice((img for root in (*chosen.leads, *chosen.roots) for img in root.iter("img")), _MANY)


def _outside(page: Survey, chosen: Chosen, named: str) -> Iterator[tuple[HtmlElement, bool]]:
    """The pictures that may stand over the text: those between title and text, and the one that the page names."""
    title = next((element for at, element, tag in page.headings if tag == "h1" and at == chosen.title_at), None)
    begun = {first for root in chosen.roots for first in _firsts(root)}
    between, count = title is None and bool(page.headings), 0
    for element in page.root.element.iter("img", "h1"):
        if element in begun:
            between = False
        if element is title:
            between = True
        elif element.tag == "img":
            count += 1
            if count > _MANY:
                return
            if between or (named and _is_named(element, named)):
                yield element, between


def _firsts(root: HtmlElement) -> list[HtmlElement]:
    """The picture or headline, if there is one, from which on a part of the article has begun."""
    inside = next(root.iter("img", "h1"), None)
    return _AFTER(root) if inside is None else [inside]


_AFTER = etree.XPath("following::*[self::img or self::h1][1]")


def _is_lead(img: HtmlElement, place: _Place) -> bool:
    """Does a picture between title and text look like the article's, and not like one that leads elsewhere?"""
    if _leads_away(place):
        return False
    if _pixels(img.get("width")) >= _LARGE or place.gallery is not None:
        return True
    for n, each in enumerate(img.iterancestors()):
        if each.tag in ("figure", "picture"):
            return True
        if n >= _UP or each.tag in ("header", "body", "article", "main"):
            return False
        if _HOLDER.search((each.get("class") or "")[:_LONG].lower()):
            return True
    return False


def _leads_away(place: _Place) -> bool:
    """Is a picture a link to something else than itself in large?"""
    return place.link is not None and not _PICTURE_FILE.search(place.link.get("href") or "")


def _stems(img: HtmlElement) -> set[str]:
    """The names under which a picture may be named elsewhere."""
    addresses = [img.get(name) or "" for name in ("src", "data-src", "data-original", "data-lazy-src")]
    addresses += [blocks.largest(img.get(name) or "")[0] for name in ("srcset", "data-srcset")]
    return {name for each in addresses if each and not each.startswith("data:") and (name := stem(each))}


def _is_named(img: HtmlElement, name: str) -> bool:
    """Is this the picture of that name? Most are not, which is seen at a glance."""
    glance = "".join(filter(None, map(img.get, _ADDRESSES)))
    return name in glance.lower() and name in _stems(img)


_ADDRESSES = ("src", "data-src", "data-original", "data-lazy-src", "srcset", "data-srcset")


def _pixels(spelt: str | None) -> int:
    size = (spelt or "").removesuffix("px")
    return int(size) if size.isascii() and size.isdigit() and len(size) < 6 else 0


# --- what is made a figure -------------------------------------------------------------------------------------------


def _without_scripts(page: Survey) -> None:
    """Give pictures that a script would load the addresses that readers without scripts get."""
    for fallback in list(page.root.element.iter("noscript")):
        image = next(fallback.iter("img"), None)
        if image is None or is_icon(image) or _said(fallback):
            continue
        twin = _twin(fallback)
        if twin is None:
            page.dropped.pop(fallback, None)
            fallback.tag = "span"
        elif not (known := _stems(twin)) or known & _stems(image):
            for name in [name for name in twin.attrib if name.startswith("data-") or name in ("src", "srcset")]:
                del twin.attrib[name]
            for name in ("src", "srcset", "data-src", "data-srcset"):
                if said := image.get(name):
                    twin.set(name, said)


def _twin(fallback: HtmlElement) -> HtmlElement | None:
    """The picture that stands where a script has not loaded it yet, for what is shown without scripts."""
    before = fallback.getprevious()
    if before is not None and before.tag == "img":
        return before
    for n, each in enumerate(fallback.iterancestors()):
        if n >= _UP or each.tag in ("body", "article", "main") or _several(each, "noscript"):
            return None
        image = next(each.iter("img"), None)
        if image is not None and fallback not in image.iterancestors():
            return image
    return None


def _captions(page: Survey, counts: dict[HtmlElement, int]) -> None:
    """Make figures of pictures with captions, and take these captions back from what was dropped."""
    for element in [each for each, reason in page.dropped.items() if reason == "caption"]:
        if next(element.iter("img"), None) is not None:
            continue
        figure, caption = _holders(element)
        if caption is not None:
            del page.dropped[element]
        elif figure is not None:
            del page.dropped[element]
            _caption(figure, element)
        elif (wrapper := _wrapper(element, counts)) is not None:
            del page.dropped[element]
            wrapper.tag = "figure"
            _caption(wrapper, element)


def _loose_captions(page: Survey, counts: dict[HtmlElement, int]) -> None:
    """Give a `<figcaption>` that stands in no figure to the picture before it, or to the one in the same box."""
    for caption in list(page.root.element.iter("figcaption")):
        before = caption.getprevious()
        if before is not None and before.tag == "figure" and next(before.iter("figcaption"), None) is None:
            tail, caption.tail = caption.tail, None
            before.tail = (before.tail or "") + (tail or "")
            before.append(caption)
        elif not _in_figure(caption) and (wrapper := _wrapper(caption, counts)) is not None:
            for figure in list(wrapper.iter("figure")):
                figure.tag = "div"
            wrapper.tag = "figure"


def _with_captions(gallery: HtmlElement, page: Survey) -> None:
    """Take back what a gallery says of its pictures under other names ("read more" unfolds a long caption)."""
    for element in gallery.iter():
        named = page.dropped.get(element) in ("name", "caption")
        if named and next(element.iter("a"), None) is None and _TELLING < _length(element) < _CAPTION:
            del page.dropped[element]


def _holders(element: HtmlElement) -> tuple[HtmlElement | None, HtmlElement | None]:
    """The figure and the caption that an element stands in."""
    for n, each in enumerate(element.iterancestors()):
        if each.tag == "figcaption":
            return None, each
        if each.tag == "figure":
            return each, None
        if n > _UP:
            break
    return None, None


def _caption(figure: HtmlElement, element: HtmlElement) -> None:
    """Make this element the caption of a figure, or a part of the one that it has."""
    known = next(figure.iter("figcaption"), None)
    if known is None:
        element.tag = "figcaption"
    elif element not in known.iterancestors():
        parent = element.getparent()
        if parent is not None:
            tail, element.tail = element.tail, None
            before = element.getprevious()
            if tail and before is not None:
                before.tail = (before.tail or "") + tail
            known.append(element)


def _wrapper(element: HtmlElement, counts: dict[HtmlElement, int]) -> HtmlElement | None:
    """The nearest element that shows one picture, this caption, and nothing else."""
    words = -1
    for n, each in enumerate(element.iterancestors()):
        if n >= _UP or each.tag in ("body", "article", "main", "td", "li", "table", "a"):
            return None
        if each not in counts:
            counts[each] = sum(1 for _ in islice(each.iter("img"), 2))
        if counts[each] > 1:
            return None
        if counts[each] == 1:
            words = _length(element) if words < 0 else words
            return each if _length(each) - words < _WORDS else None
    return None


def _length(element: HtmlElement) -> int:
    return len("".join(element.itertext()).strip())


def _several(element: HtmlElement, tag: str) -> bool:
    return sum(1 for _ in islice(element.iter(tag), 2)) > 1


def _framed(img: HtmlElement) -> HtmlElement:
    """The figure of a picture: one that it stands in, or what is called an image and shows this one and its words."""
    best = None
    n = 0
    for each in img.iterancestors():
        if each.tag == "figure":
            return each
        n += each.tag not in _NO_BOXES  # libxml2 hangs each <source> in the one before it
        if n > _UP or each.tag not in _FRAMES or len(each) > _WORDS:
            break
        if not _HOLDER.search((each.get("class") or "")[:_LONG].lower()):
            continue
        if _several(each, "img") or _said(each) > _BESIDE:
            break
        best = each
    if best is not None:
        best.tag = "figure"
        return best
    return img


_NO_BOXES = frozenset({"picture", "source", "noscript", "span", "a", "button"})
_FRAMES = _NO_BOXES | {"div", "p", "section", "center"}
_UNSEEN = frozenset({"script", "style", "noscript", "svg", "template", "select"})


def _said(element: HtmlElement) -> int:
    """How many characters an element shows."""
    words = _length(element)
    if words > _BESIDE:
        words -= sum(len("".join(each.itertext())) for each in element.iter(*_UNSEEN))
    return words


def _take_back(
    element: HtmlElement, images: list[HtmlElement], page: Survey, chosen: Chosen, scene: Scene, places: _Places
) -> None:
    """Put what shows pictures, and was left out, back into the article: as a figure or as a gallery."""
    page.dropped.pop(element, None)
    chosen.dropped.discard(element)
    if len(images) > 1:
        element.tag = "div"
        scene.galleries.add(element)
    elif next(element.iter("figure"), None) is None and not _in_figure(element):
        element.tag = "figure"
    elif element.tag == "button":
        element.tag = "div"
    if places.of(element).root is None:
        scene.over.append(element if len(images) > 1 else _framed(images[0]))


def _shows_only_pictures(element: HtmlElement, images: list[HtmlElement], places: _Places) -> bool:
    if hint(f"{element.get('class') or ''} {element.get('id') or ''}") & (Hint.COMMENTS | Hint.BYLINE):
        return False
    for each in images:
        if _leads_away(places.of(each)):
            return False
    if any(not _PICTURE_FILE.search(each.get("href")) for each in element.iter("a") if each.get("href")):
        return _said(element) <= _BESIDE and element.find(".//figcaption//a") is not None
    return _said(element) <= _BESIDE * len(images)


def _in_figure(element: HtmlElement) -> bool:
    return any(each.tag == "figure" for each, _ in zip(element.iterancestors(), range(_UP + 2), strict=False))
