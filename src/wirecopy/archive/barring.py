"""Pure: an article as readers may see it, without what was taken down and it points to.

Of a picture its caption stays: that is the article's own text, as its links' words are. What an outlet puts beside the
article (further reading, other languages) goes where it names something that was taken down: its title would tell.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from wirecopy.archive import names
from wirecopy.archive.pictures import name_of
from wirecopy.archive.schema import name_digest
from wirecopy.model import (
    AnyBlock,
    Article,
    Aside,
    Blocks,
    Figure,
    Gallery,
    List,
    LiveEntry,
    Media,
    Picture,
    Quote,
    Reference,
    Translation,
    pictures,
    replace,
)


class Barred(NamedTuple):
    """What was taken down: pictures by the SHA-256 of their names, articles by the digests of theirs."""

    pictures: frozenset[bytes] = frozenset()
    names: frozenset[bytes] = frozenset()


def without(article: Article, barred: Barred) -> Article:
    """The same article with no address of a barred picture in it, nor the title of a barred article beside it."""
    if barred.names and (article.related or article.translations):
        article = replace(
            article,
            related=tuple(each for each in article.related if not _names_barred(each, barred)),
            translations=tuple(each for each in article.translations if not _names_barred(each, barred)),
        )
    if not barred.pictures or not any(_is_barred(picture, barred) for picture in pictures(article)):
        return article
    return replace(article, picture=_picture(article.picture, barred), body=_blocks(article.body, barred))


def _names_barred(each: Reference | Translation, barred: Barred) -> bool:
    return not barred.names.isdisjoint(map(name_digest, names.spellings(each.ref, each.url)))


def _blocks(body: Blocks, barred: Barred) -> Blocks:
    return tuple(_block(block, barred) for block in body)


def _block(block: AnyBlock, barred: Barred) -> AnyBlock:
    match block:
        case Figure():
            return Figure(picture=_picture(block.picture, barred) or block.picture)
        case Gallery():
            entries = (replace(each, picture=_picture(each.picture, barred) or each.picture) for each in block.entries)
            return replace(block, entries=tuple(entries))
        case Media():
            return replace(block, poster=_picture(block.poster, barred))
        case Quote() | Aside() | LiveEntry():
            return replace(block, body=_blocks(block.body, barred))
        case List():
            return replace(block, items=tuple(_blocks(item, barred) for item in block.items))
        case _:
            return block


def _picture(picture: Picture | None, barred: Barred) -> Picture | None:
    if picture is None or not _is_barred(picture, barred):
        return picture
    return replace(picture, url="", key="", width=0, height=0)


def _is_barred(picture: Picture, barred: Barred) -> bool:
    name = name_of(picture)
    return bool(name) and hashlib.sha256(name.encode()).digest() in barred.pictures
