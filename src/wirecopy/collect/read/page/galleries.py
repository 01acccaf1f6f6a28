"""Pictures that are shown one after the other: what is called a gallery → one `Gallery`.

A gallery's pictures keep their captions; a heading before the first is its title, what is written under a picture that
has a caption already is its entry's text. Counters ("3/12") and small copies of the same pictures say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.html import HtmlElement

from wirecopy.collect.read import blocks
from wirecopy.collect.read.blocks import Dialect
from wirecopy.model import (
    AnyBlock,
    Blocks,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    List,
    Paragraph,
    Picture,
    Run,
    Text,
    merge,
    plain,
    replace,
)

_WORDS = 800  # characters that a picture of a gallery may have on average; more is an article with pictures
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:(?:photo|image|picture|foto|light)?(?:galler|galer[ií])|bildergalerie|bilderstrecke|fotostrecke|slide(?:show|r)|"
    r"carousel|swiper|splide|slick|flickity|diaporama|portfolio|photoset|photostory|bildstrecke|bildspel)"
    r"|(?:gallery|slideshow|carousel|slider)(?:$|[\s_-])"
)
_COUNTER = re.compile(
    r"\W*(?:(?:image|photo|picture|slide|bild|foto|imagen?|zdjęcie|фото|图|圖)\s*)?\d{1,3}\s*(?:/|of|von|de|av|sur|из|z|・)\s*\d{1,3}\W*",
    re.IGNORECASE,
)


def is_named(names: str) -> bool:
    """Do these names of an element say that it shows several pictures?"""
    return _is_named(names[:200])


@lru_cache(maxsize=2048)
def _is_named(names: str) -> bool:
    return _NAMED.search(names.lower()) is not None  # three times as fast as an expression that knows no case


def read(element: HtmlElement, dialect: Dialect) -> Blocks:
    """What an element that shows several pictures shows: a gallery, or, where it does not, its blocks."""
    found = blocks.read_element(element, dialect).blocks
    return gathered(found)


def gathered(found: Blocks) -> Blocks:
    """These blocks as one gallery, and what is no part of it after it; as they are where they are no gallery."""
    title, slides, others = "", list[_Slide](), list[AnyBlock]()
    for block in _flat(found):
        match block:
            case Figure():
                if not _is_copy(block.picture, slides):
                    slides.append(_Slide(block.picture))
            case Paragraph() | Heading() if _COUNTER.fullmatch(plain(block.text)):
                pass
            case Paragraph() | Heading() if _leads_away(block.text):
                return found
            case Heading():
                if slides:
                    slides[-1].title = slides[-1].title or plain(block.text)
                else:
                    title = title or plain(block.text)
            case Paragraph() if slides:
                slides[-1].words.append(block.text)
            case _:
                others.append(block)
    if not slides or sum(len(plain(each)) for slide in slides for each in slide.words) > _WORDS * len(slides):
        return found
    if len(slides) == 1:
        return (Figure(picture=slides[0].entry().picture), *others)
    _spread(slides)
    return (Gallery(title=title, entries=tuple(slide.entry() for slide in slides)), *others)


@dataclass(slots=True)
class _Slide:
    picture: Picture
    title: str = ""
    words: list[Text] = field(default_factory=list)

    def entry(self) -> GalleryEntry:
        """The picture with the first words under it as its caption, where it has none."""
        words, picture = self.words, self.picture
        if words and not picture.caption:
            picture, words = replace(picture, caption=words[0]), words[1:]
        said = plain(picture.caption)
        more = [each for each in words if not (said and plain(each).startswith(said))]
        text = merge(run for n, each in enumerate(more) for run in ((Run(text="\n"),) if n else ()) + each)
        return GalleryEntry(picture=picture, title=self.title, text=text)


def _flat(found: Blocks) -> Iterator[AnyBlock]:
    """The blocks of a gallery, whose pictures often are the items of a list."""
    for block in found:
        match block:
            case List():
                for item in block.items:
                    yield from _flat(item)
            case Gallery():
                for entry in block.entries:
                    yield Figure(picture=entry.picture)
            case _:
                yield block


def _is_copy(picture: Picture, slides: list[_Slide]) -> bool:
    return any(slide.picture.url == picture.url for slide in slides[-1:] + slides[:40])


def _leads_away(words: Text) -> bool:
    """Is a line all link? Galleries tell of their pictures, carousels of teasers lead to other articles."""
    return all(run.link is not None for run in words if run.text.strip())


def _spread(slides: list[_Slide]) -> None:
    """Where all words stand after all pictures, one for each, give each its own."""
    last = slides[-1].words
    if len(last) == len(slides) and not any(slide.words or slide.picture.caption for slide in slides[:-1]):
        for slide, words in zip(slides, list(last), strict=True):
            slide.words = [words]
