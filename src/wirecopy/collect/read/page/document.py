"""The chosen part of a page as a document: its blocks, its lead picture, and what kind of document it is.

- Every rule here is one of form. What part of the page is the article, `body` has said; which lines at its edges are no
  text, `edges` says; pictures, galleries and entries of live blogs have their own modules.
- A heading of the first level is a heading of the text where it does not repeat the title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.read import blocks, jsonld
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.page import edges, galleries, live, notes, pictures
from wirecopy.collect.read.page.body import Chosen
from wirecopy.collect.read.page.metadata import Facts, Head
from wirecopy.collect.read.page.survey import Survey
from wirecopy.collect.read.page.titles import same
from wirecopy.model import AnyBlock, Blocks, Figure, Gallery, Paragraph, Picture, plain, replace

_HEADINGS = frozenset({"h2", "h3", "h4"})
_SLIDES = 4  # pictures of a gallery that make the document one …
_BESIDE = 80  # … with less text than so many letters for each
_SHORT = 500  # letters; who shows a film or lets one listen tells little beside it
_BOXES = 50  # boxes of facts that are looked at
_LINKS = 1_000  # links in one that are looked at
_IN_LINK = 50  # elements of a link or a heading that are looked at
_LITTLE = 60  # characters of a box of facts, at least …
_MUCH = 6_000  # … and at most
_LINKED = 0.4  # the share of links from which a box is one of links
_AS_LONG = 0.4  # of the title's length a heading has, at least, that repeats it …
_LIKE = 0.6  # … and of the pairs of letters of a heading that the title has, where it repeats the title


@dataclass(frozen=True, slots=True)
class Document:
    """What the article's part of a page holds. `lost`: what was not understood, by element name."""

    blocks: Blocks = ()
    picture: Picture | None = None
    lost: Counter[str] = field(default_factory=Counter)


def read(page: Survey, chosen: Chosen, facts: Facts, head: Head, url: str, scale: float) -> Document:
    """The chosen part of the page at this address."""
    base = urls.resolve(head.base, url) or url
    scene = pictures.settle(page, chosen, facts.image)
    parts = _Parts(scene.galleries, _factboxes(page, chosen), live.entries(chosen.roots))
    dialect, framed = _dialects(page, chosen, scene.unwanted, parts, facts.title, base)
    found: list[AnyBlock] = []
    lost: Counter[str] = Counter()
    for element in (*chosen.leads, *chosen.roots):
        reads = blocks.read_element if element.tag in _HEADINGS else blocks.read
        reading = reads(element, dialect)
        found += reading.blocks
        lost += reading.lost
    told = edges.trimmed(tuple(found), facts.title, scale=scale)
    told = notes.marked(live.joined(told, live.told(head.objects, base)))
    picture, told = _lead_picture(pictures.before(scene, framed), told, urls.resolve(facts.image, base))
    return Document(told, picture, lost)


def kind(body: Blocks, head: Head, scale: float) -> str:
    """What kind of document these blocks are: article, liveblog, gallery, video or audio."""
    if live.is_live(body):
        return "liveblog"
    told = sum(len(plain(block.text)) for block in body if isinstance(block, Paragraph)) * scale
    shown = sum(len(block.entries) for block in body if isinstance(block, Gallery))
    says = {*jsonld.types(head.described), head.meta.get("og:type", "")}
    if shown >= _SLIDES and told < max(_SHORT, shown * _BESIDE):
        return "gallery"
    if told < _SHORT:
        types = {*says, *(each for thing in head.objects for each in jsonld.types(thing))}
        if any(each == "VideoObject" or each.startswith("video") for each in types):
            return "video"
        if any(each in ("AudioObject", "PodcastEpisode") for each in types):
            return "audio"
    return "article"


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands in an article and is read as one thing each."""

    galleries: set[HtmlElement]
    factboxes: set[HtmlElement]
    entries: set[HtmlElement]


def _factboxes(page: Survey, chosen: Chosen) -> set[HtmlElement]:
    """The boxes of facts in the article, also those that were left out for standing beside it."""
    found: set[HtmlElement] = set()
    looked_at = 0
    for root in chosen.roots:
        for element in root.iter("aside", "div", "section", "details"):
            if not (_is_factbox(element.get("class")) or _is_factbox(element.get("id"))) or element is root:
                continue
            if page.dropped.get(element, "role") != "role":
                continue
            looked_at += 1
            if looked_at > _BOXES:
                return found
            words = len("".join(element.itertext()))
            linked = sum(len(blocks.said(each, _IN_LINK)) for each in islice(element.iter("a"), _LINKS))
            if _LITTLE < words < _MUCH and linked < words * _LINKED:
                page.dropped.pop(element, None)
                chosen.dropped.discard(element)
                found.add(element)
    return found


def _is_factbox(names: str | None) -> bool:
    return names is not None and notes.is_factbox(names)


def _dialects(
    page: Survey, chosen: Chosen, unwanted: set[HtmlElement], parts: _Parts, title: str, base: str
) -> tuple[Dialect, Dialect]:
    """How the article's part is read, and what stands in its galleries: each reads what is inside with the next."""
    gone = {*chosen.dropped, *page.dropped}
    named = same(title)

    def dropping(element: HtmlElement) -> Blocks | None:
        if element in gone:
            return ()
        tag = element.tag
        if tag not in _ASKED:
            return None
        if tag == "img":
            return () if element in unwanted else None
        if tag == "h1":
            return () if _repeats(element, named) else None
        return () if tag == "button" else None

    inside = Dialect(base=base, special=dropping)

    def figures(element: HtmlElement) -> Blocks | None:
        if element.tag not in _ASKED:
            return () if element in gone else None
        found = dropping(element)
        return pictures.shown(element, inside) if found is None and element.tag == "figure" else found

    framed = outer = Dialect(base=base, special=figures)
    for elements, reads in (
        (parts.galleries, galleries.read),
        (parts.factboxes, notes.factbox),
        (parts.entries, live.entry),
    ):
        if elements:
            outer = _with(elements, reads, outer)
    return outer, framed


_ASKED = frozenset({"img", "h1", "button", "figure"})


def _with(elements: set[HtmlElement], reads: Callable[[HtmlElement, Dialect], Blocks], inner: Dialect) -> Dialect:
    """A dialect in which these elements are read so, and what is in them as the inner dialect has it."""

    def special(element: HtmlElement) -> Blocks | None:
        if element in elements and (found := inner.special(element)) != ():
            return reads(element, inner) if found is None else found
        return inner.special(element)

    return Dialect(base=inner.base, special=special)


def _repeats(heading: HtmlElement, title: str) -> bool:
    """Does a heading say what the title says?"""
    said = same(blocks.said(heading, _IN_LINK))
    if not said or title in said:
        return True
    if len(said) < len(title) * _AS_LONG:
        return False
    pairs = {said[n : n + 2] for n in range(len(said) - 1)}
    return sum(pair in title for pair in pairs) > _LIKE * len(pairs)


def _lead_picture(over: Blocks, told: Blocks, image: str) -> tuple[Picture | None, Blocks]:
    """The picture over the text, and the text with the others: what the page shows goes before what it names."""
    shown = {pictures.address_key(each) for each in pictures.of(told)}
    extra: list[AnyBlock] = []
    for each in over:
        match each:
            case Figure(picture=picture) if pictures.address_key(picture) not in shown:
                shown.add(pictures.address_key(picture))
                extra.append(each)
            case Gallery(entries=entries) if pictures.address_key(entries[0].picture) not in shown:
                shown.update(pictures.address_key(entry.picture) for entry in entries)
                extra.append(each)
            case _:
                pass
    match (*extra, *told):
        case (Figure() as first, *rest):
            return first.picture, tuple(rest)
        case (Gallery(entries=(first, *others)) as gallery, *rest) if others and not first.text:
            left = replace(gallery, entries=tuple(others)) if len(others) > 1 else Figure(picture=others[0].picture)
            return first.picture, (left, *rest)
        case whole:
            return (Picture(url=image) if image and not shown else None), whole
