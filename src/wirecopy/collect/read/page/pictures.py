"""Captions become captions, whatever elements a page writes them in; and the picture over the text is found.

A tree is put into the words of HTML before it is read: what shows one picture and its caption is a `<figure>`, the
caption its `<figcaption>`. Then blocks.py reads it like any other.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from wirecopy.collect.read import blocks
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.page.body import Chosen
from wirecopy.collect.read.page.survey import Survey
from wirecopy.model import Blocks, Figure, Heading, Paragraph, Picture, Run, merge, plain, replace

_UP = 4  # elements between a picture and its caption
_WORDS = 30  # characters that may stand in a picture's element beside its caption
_BEFORE = 3  # figures between title and text that are looked at
_CAPTION = 800  # characters; a figure that says more holds more than captions
_SMALL = 100  # pixels below which a picture is an icon


def normalise(page: Survey) -> None:
    """Make figures of pictures with captions, and take these captions back from what was dropped."""
    for element in [each for each, reason in page.dropped.items() if reason == "caption"]:
        figure, caption = _holders(element)
        if caption is not None:
            del page.dropped[element]
        elif figure is not None:
            del page.dropped[element]
            _caption(figure, element)
        elif (wrapper := _wrapper(element)) is not None:
            del page.dropped[element]
            wrapper.tag = "figure"
            _caption(wrapper, element)


def before(page: Survey, chosen: Chosen, dialect: Dialect) -> Blocks:
    """The figures between the title and the text."""
    roots = set(chosen.roots)
    found: list[Figure] = []
    for element in page.figures_between(chosen.title_at, chosen.first_at):
        if any(each in roots for each in element.iterancestors()):
            continue
        found += [block for block in shown(element, dialect) if isinstance(block, Figure)]
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
    """Does a picture say of itself that it is small?"""
    for name in ("width", "height"):
        size = (element.get(name) or "").removesuffix("px")
        if size.isascii() and size.isdigit() and len(size) < 5 and int(size) < _SMALL:
            return True
    return False


def address_key(picture: Picture) -> str:
    """What stays the same of a picture's address over sizes and hosts: the name of its file."""
    return picture.url.split("?", 1)[0].rsplit("/", 1)[-1].lower()


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


def _wrapper(element: HtmlElement) -> HtmlElement | None:
    """The nearest element that shows one picture, this caption, and nothing else."""
    words = len("".join(element.itertext()).strip())
    for n, each in enumerate(element.iterancestors()):
        if n >= _UP or each.tag in ("body", "article", "main", "td", "li", "table", "a"):
            return None
        images = sum(1 for _ in each.iter("img"))
        if images > 1:
            return None
        if images == 1:
            return each if len("".join(each.itertext()).strip()) - words < _WORDS else None
    return None
