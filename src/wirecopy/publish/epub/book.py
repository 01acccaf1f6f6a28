"""One book: documents as an EPUB 3.3 (w3.org/TR/epub-33), with what older readers need (NCX, EPUB 2 cover).

- By source and section, newest first; long documents in several small files, as e-readers want them.
- Pictures within a budget: lead pictures first, newest document first, then the others. For the rest their captions
  stand with a link. Nothing in a book asks any host for anything.
- Each file has the language and the direction of its article; the book turns its pages as most of its articles do.
- The same documents give the same bytes: no clock, fixed order, times and permissions in the ZIP.

package.py writes what is about the book, this what is in it.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import resources
from itertools import groupby

from wirecopy.model import Article, Document, Edition, Link, Noun, Picture, Rendition, Shelf, pictures
from wirecopy.publish.addresses import public
from wirecopy.publish.epub import package
from wirecopy.publish.feeds.entries import Place, moments, notices
from wirecopy.publish.html import Shown, Writer, address, escape, language_of, time
from wirecopy.publish.messages import Messages
from wirecopy.text import clean, is_rtl, language_tag

_FILE = 150_000  # characters of one XHTML file: readers of the first years stop at 300 KB
_SHOWN = frozenset({"image/jpeg", "image/png"})  # core media types of every EPUB


class Book(Noun, frozen=True, kw_only=True):
    """What a book is: its id for good, its title, the day it is of (yyyy-mm-dd, "" none), the row it is one of."""

    id: str
    title: str
    issued: str = ""
    series: str = ""


class Made(Noun, frozen=True, kw_only=True):
    """A book as bytes, and what a catalogue says of it. `cover` is a JPEG or PNG, b"" where it shows no picture."""

    body: bytes
    modified: datetime
    languages: tuple[str, ...]
    documents: int
    cover: bytes = b""
    cover_media: str = ""


def make(
    book: Book,
    documents: Iterable[Document],
    edition: Edition,
    *,
    say: Messages,
    place: Place,
    shelves: Mapping[str, Shelf],
    budget: int,
) -> Made:
    """A book of these documents, of which there is at least one. `budget`: bytes of pictures, 0 for none."""
    chosen = sorted(documents, key=_order)
    chapters = [_Chapter(document, number) for number, document in enumerate(chosen, 1)]
    shown = _pictures(chosen, edition, place, budget)
    writer = _Chapters(chapters, edition, say, place, shelves, shown)
    languages = _languages(chosen, say)
    cover = next((found for each in chosen if (found := shown.of(each, each.article.picture))), None)
    files: dict[str, bytes] = {"style.css": _style()}
    for chapter in chapters:
        files.update(writer.pages(chapter))
    told = package.Told(
        id=book.id,
        title=book.title,
        series=book.series,
        issued=book.issued,
        modified=max(moments(each)[1] for each in chosen),
        languages=languages,
        turned=sum(is_rtl(each.article.language) for each in chosen) * 2 > len(chosen),
        outlets=tuple(dict.fromkeys(writer.outlet(each.article.source) for each in chosen)),
        documents=len(chosen),
        has_pictures=bool(shown.used),
    )
    contents = list(_contents(chapters, writer))
    files["title.xhtml"] = package.title_page(told, say)
    files["nav.xhtml"] = package.navigation(told, contents, say)
    files["toc.ncx"] = package.ncx(told, contents)
    images = {_path(each): each.media for each in shown.used.values()}
    spine = [file for chapter in chapters for file in chapter.files]
    files["package.opf"] = package.package(told, say, spine, images, cover="" if cover is None else _path(cover))
    body = _zipped(files, ((_path(each), edition.picture_body(each.digest)) for each in shown.used.values()))
    return Made(
        body=body,
        modified=told.modified,
        languages=languages,
        documents=len(chosen),
        cover=b"" if cover is None else edition.picture_body(cover.digest),
        cover_media="" if cover is None else cover.media,
    )


def _order(document: Document) -> tuple[str, bool, str, float, str]:
    article = document.article
    section = clean(article.section)
    return article.source, not section, section, -moments(document)[0].timestamp(), article.key


def _languages(documents: Sequence[Document], say: Messages) -> tuple[str, ...]:
    """The languages of a book, the one of most articles first."""
    counted = Counter(filter(None, (language_tag(each.article.language) for each in documents)))
    return tuple(sorted(counted, key=lambda language: (-counted[language], language))) or (say.language,)


# --- pictures ------------------------------------------------------------------------------------------------------


class _Pictures:
    """Which copies are in the book, by their digest, and which of them each document shows."""

    def __init__(self, edition: Edition, without: tuple[str, ...]) -> None:
        self._edition = edition
        self._without = without
        self._found: dict[int, Rendition | None] = {}  # by the picture's identity
        self.used: dict[str, Rendition] = {}

    def find(self, document: Document, picture: Picture | None) -> Rendition | None:
        """Our copy of a picture in the size and kind that e-readers show."""
        article = document.article
        if picture is None or article.source in self._without:
            return None
        if id(picture) not in self._found:
            found = self._edition.picture(article.source, article.key, picture, "small-jpeg")
            self._found[id(picture)] = found if found is not None and found.media in _SHOWN else None
        return self._found[id(picture)]

    def of(self, document: Document, picture: Picture | None) -> Rendition | None:
        """The copy that is in the book, None where there is none."""
        found = self.find(document, picture)
        return None if found is None else self.used.get(found.digest)


def _pictures(documents: Sequence[Document], edition: Edition, place: Place, budget: int) -> _Pictures:
    shown = _Pictures(edition, place.without)
    if budget <= 0:
        return shown
    newest = sorted(documents, key=lambda each: (-moments(each)[0].timestamp(), each.article.source, each.article.key))
    leads = ((each, each.article.picture) for each in newest)
    others = ((each, picture) for each in newest for picture in pictures(each.article))
    chosen: dict[str, Rendition] = {}
    for document, picture in (*leads, *others):
        found = shown.find(document, picture)
        if found is not None and found.digest not in chosen and found.size <= budget:
            chosen[found.digest] = found
            budget -= found.size
    shown.used = dict(sorted(chosen.items()))
    return shown


def _path(rendition: Rendition) -> str:
    return f"pictures/{rendition.digest[:32]}.{'png' if rendition.media == 'image/png' else 'jpg'}"


# --- chapters ------------------------------------------------------------------------------------------------------


class _Chapter:
    """A document on its way into the book, and the files that it is in."""

    def __init__(self, document: Document, number: int) -> None:
        self.document = document
        self.name = f"a{number:04}"
        self.files = [f"{self.name}.xhtml"]


class _Chapters:
    def __init__(
        self,
        chapters: Sequence[_Chapter],
        edition: Edition,
        say: Messages,
        place: Place,
        shelves: Mapping[str, Shelf],
        shown: _Pictures,
    ) -> None:
        self._edition = edition
        self._say = say
        self._place = place
        self._shelves = shelves
        self._shown = shown
        self._files = {(each.document.article.source, each.document.article.key): each.files[0] for each in chapters}

    def outlet(self, source: str) -> str:
        """The name of a source."""
        shelf = self._shelves.get(source)
        return clean(shelf.name if shelf else "") or source

    def title(self, article: Article) -> str:
        """What an article is called in the contents."""
        return clean(article.title) or clean(article.key) or self._say("untitled")

    def pages(self, chapter: _Chapter) -> Iterator[tuple[str, bytes]]:
        """The files of a document, in their order."""
        article = chapter.document.article
        pieces = list(_cut(self._pieces(chapter.document)))
        chapter.files = [f"{chapter.name}{f'-{number}' if number else ''}.xhtml" for number in range(len(pieces))]
        head = self._head(chapter.document)
        for number, (path, piece) in enumerate(zip(chapter.files, pieces, strict=True)):
            title = self.title(article)
            inner = f"{head}{piece}" if number == 0 else piece
            chapter_of = ' epub:type="chapter" role="doc-chapter" aria-labelledby="title"' if number == 0 else ""
            yield (
                path,
                package.page(title, f"<section{chapter_of}>{inner}</section>", language=language_tag(article.language)),
            )

    def _pieces(self, document: Document) -> Iterator[str]:
        """The markup of a document block by block, so that it can be cut between any two."""
        article = document.article
        writer = Writer(
            self._say,
            show=lambda picture: self._show(document, picture),
            link=self._link,
            language=language_tag(article.language),
            lazy=False,
        )
        yield writer.opening(article)
        if article.picture is not None:
            yield writer.figure(article.picture, "lead")
        for block in article.body:
            yield writer.blocks((block,))
        yield writer.closing(article)
        yield self._foot(document)

    def _show(self, document: Document, picture: Picture) -> Shown | None:
        found = self._shown.of(document, picture)
        return None if found is None else Shown(src=_path(found), width=found.width, height=found.height)

    def _link(self, link: Link) -> str:
        found = self._edition.find(link.ref) if link.ref else None
        if found is None and link.href:
            found = self._edition.find(link.href)
        if found is None:
            return ""
        return self._files.get((found.source, found.key)) or self._place.page(found.source, found.day, found.key)

    def _head(self, document: Document) -> str:
        article, say = document.article, self._say
        around = self._around(article)
        section = clean(article.section)
        where = escape(self.outlet(article.source)) + (f" · {escape(section)}" if section else "")
        byline = clean(article.byline) or ", ".join(map(clean, article.authors))
        parts = [
            f'<p class="where">{where}</p>',
            f'<p class="kicker">{escape(clean(article.kicker))}</p>' if clean(article.kicker) else "",
            f'<h1 id="title">{escape(self.title(article))}</h1>',
            f'<p class="byline">{escape(byline)}</p>' if byline else "",
        ]
        facts = [(say("taken"), time(document.at))]
        if article.modified is not None and article.modified != article.published:
            facts.insert(0, (say("changed"), time(article.modified)))
        if article.published is not None:
            facts.insert(0, (say("published"), time(article.published)))
        parts.append(f"<dl{around}>{''.join(f'<dt>{escape(name)}</dt><dd>{said}</dd>' for name, said in facts)}</dl>")
        parts += [
            f'<p class="notice"{around}>{escape(words)}</p>'
            for words in notices(document, say, self.outlet(article.source))
        ]
        return "".join(parts)

    def _foot(self, document: Document) -> str:
        article = document.article
        original = public(article.url)
        lines = []
        if original:
            said = escape(self._say("feed_original", outlet=self.outlet(article.source)))
            lines.append(f'<p{self._around(article)}><a href="{address(original)}">{said}</a></p>')
        if rights := clean(article.rights):
            lines.append(f"<p>{escape(rights)}</p>")
        return f'<div class="foot">{"".join(lines)}</div>' if lines else ""

    def _around(self, article: Article) -> str:
        return language_of(self._say.language, article.language)


def _cut(pieces: Iterable[str]) -> Iterator[str]:
    """These pieces of markup as files: as many of them together as one may hold."""
    kept: list[str] = []
    size = 0
    for piece in pieces:
        if kept and size + len(piece) > _FILE:
            yield "".join(kept)
            kept, size = [], 0
        kept.append(piece)
        size += len(piece)
    yield "".join(kept)


def _contents(chapters: Sequence[_Chapter], writer: _Chapters) -> Iterator[package.Group]:
    for source, of in groupby(chapters, key=lambda each: each.document.article.source):
        sections = []
        for section, inner in groupby(of, key=lambda each: clean(each.document.article.section)):
            lines = tuple(
                package.Line(
                    title=writer.title(each.document.article),
                    file=each.files[0],
                    language=language_tag(each.document.article.language),
                )
                for each in inner
            )
            sections.append(package.Section(title=section, lines=lines))
        yield package.Group(title=writer.outlet(source), sections=tuple(sections))


def _style() -> bytes:
    return resources.files(__package__).joinpath("style.css").read_bytes()


# --- the ZIP -------------------------------------------------------------------------------------------------------


def _zipped(files: Mapping[str, bytes], images: Iterable[tuple[str, bytes]]) -> bytes:
    """An OCF container (EPUB 3.3, 4): `mimetype` first and stored; text is packed, pictures are already."""
    goal = io.BytesIO()
    with zipfile.ZipFile(goal, "w") as bundle:
        _put(bundle, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(bundle, "META-INF/container.xml", package.CONTAINER, zipfile.ZIP_DEFLATED)
        for path, body in sorted(files.items(), key=lambda each: (each[0] != "package.opf", each[0])):
            _put(bundle, f"EPUB/{path}", body, zipfile.ZIP_DEFLATED)
        for path, body in images:
            _put(bundle, f"EPUB/{path}", body, zipfile.ZIP_STORED)
    return goal.getvalue()


def _put(bundle: zipfile.ZipFile, path: str, body: bytes, method: int) -> None:
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix, whatever wrote it
    entry.external_attr = 0o644 << 16
    entry.compress_type = method
    bundle.writestr(entry, body, compresslevel=9)
