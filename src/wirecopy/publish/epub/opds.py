"""The catalogue of books: OPDS 1.2 (specs.opds.io/opds-1.2), a navigation feed and acquisition feeds below it.

Addresses are relative where that of the folder is not known: reading programs resolve them, also from a disk.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from datetime import datetime

from wirecopy import dates
from wirecopy.model import Noun
from wirecopy.publish.html import escape

NAVIGATION = "application/atom+xml;profile=opds-catalog;kind=navigation"
ACQUISITION = "application/atom+xml;profile=opds-catalog;kind=acquisition"

_SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:opds="http://opds-spec.org/2010/catalog"'
)


class Shelved(Noun, frozen=True, kw_only=True):
    """A book in a catalogue: the path of its file, its `cover`'s ("" none) with its media type, its size in bytes."""

    id: str
    title: str
    file: str
    updated: datetime
    issued: str = ""
    languages: tuple[str, ...] = ()
    summary: str = ""
    size: int = 0
    cover: str = ""
    cover_media: str = ""


class Catalogue(Noun, frozen=True, kw_only=True):
    """A feed of the catalogue: where it stands, below what, and in which words. `base`: the folder's address, or ""."""

    id: str
    title: str
    file: str
    author: str
    updated: datetime
    base: str = ""
    root: str = "catalog.atom"


def navigation(catalogue: Catalogue, below: Sequence[Catalogue]) -> bytes:
    """The feed that leads to others; the first of them is the newest books'."""
    entries = []
    for number, each in enumerate(below):
        rel = "http://opds-spec.org/sort/new" if number == 0 else "subsection"
        entries.append(
            f"<entry>{_head(each.id, each.title, each.updated)}\n"
            f'<content type="text">{escape(each.title)}</content>\n'
            f"{_link(catalogue, rel, each.file, ACQUISITION)}</entry>"
        )
    return _feed(catalogue, NAVIGATION, entries)


def acquisition(catalogue: Catalogue, books: Sequence[Shelved]) -> bytes:
    """The feed of books, each to be had freely."""
    return _feed(catalogue, ACQUISITION, ["\n".join([*_book(catalogue, book)]) for book in books])


def _book(catalogue: Catalogue, book: Shelved) -> Iterator[str]:
    yield f"<entry>{_head(book.id, book.title, book.updated)}"
    yield f"<author><name>{escape(catalogue.author)}</name></author>"
    yield from (f"<dcterms:language>{language}</dcterms:language>" for language in book.languages)
    if book.issued:
        yield f"<dcterms:issued>{book.issued}</dcterms:issued>"
    yield f"<dcterms:identifier>{book.id}</dcterms:identifier>"
    if book.summary:
        yield f'<summary type="text">{escape(book.summary)}</summary>'
    rel = "http://opds-spec.org/acquisition/open-access"
    yield _link(catalogue, rel, book.file, "application/epub+zip", f' length="{book.size}"')
    if book.cover:
        yield _link(catalogue, "http://opds-spec.org/image", book.cover, book.cover_media)
        yield _link(catalogue, "http://opds-spec.org/image/thumbnail", book.cover, book.cover_media)
    yield "</entry>"


def _feed(catalogue: Catalogue, media: str, entries: Sequence[str]) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<feed {_SPACES}>",
        _head(catalogue.id, catalogue.title, catalogue.updated),
        f"<author><name>{escape(catalogue.author)}</name></author>",
        _link(catalogue, "self", catalogue.file, media),
        _link(catalogue, "start", catalogue.root, NAVIGATION),
    ]
    if catalogue.file != catalogue.root:
        lines.append(_link(catalogue, "up", catalogue.root, NAVIGATION))
    return ("\n".join([*lines, *entries, "</feed>"]) + "\n").encode("utf-8", "replace")


def _head(name: str, title: str, updated: datetime) -> str:
    return f"<id>{name}</id>\n<title>{escape(title)}</title>\n<updated>{dates.iso(updated)}</updated>"


def _link(catalogue: Catalogue, rel: str, file: str, media: str, more: str = "") -> str:
    above = posixpath.dirname(catalogue.file) or "."
    href = catalogue.base + file if catalogue.base else posixpath.relpath(file, above)
    return f'<link rel="{rel}" type="{media}" href="{escape(href)}"{more}/>'
