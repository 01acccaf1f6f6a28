"""Publishing a ZIM file: an edition becomes one file for Kiwix, which is read and searched without a network.

- The file holds every article with its words and our small pictures, lists by source, month and day, and an index of
  titles and texts. Nothing in it asks another host for anything, and nothing in it is a script.
- It is made under another name beside its place, synced, and renamed: whoever reads has the book before, or this one.
- The same archive and options are the same bytes, where libzim is the same (sealing.py). A book that would be the same
  is not made again: a note beside it (`.NAME.wirecopy.json`) says what it shows.
- Documents are read month by month; what grows with the archive is libzim's own table of entries and a set of names.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import Damage, Document, Edition, Headline, Link, Noun, Picture, Shelf, document_text, replace
from wirecopy.publish import html, manifest, messages, publication
from wirecopy.publish.addresses import public
from wirecopy.publish.output import BOOKMARK
from wirecopy.publish.output import _locked as locked
from wirecopy.publish.output import _naming as naming
from wirecopy.publish.publication import Bookmark, Progress, Published
from wirecopy.publish.zim import illustration, languages, pages
from wirecopy.publish.zim.pages import Pages
from wirecopy.publish.zim.sealing import seal

__all__ = ["TIERS", "Published", "check", "leave", "publish"]

RENDERING = 4
"""Raise this with every change to the bytes that are written: books are then made anew."""

TIERS = ("small", "text")

# What libraries of books show (https://wiki.openzim.org/wiki/Metadata).
_LONGEST = {"title": 30, "description": 80, "long_description": 4000}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_FLAVOURS = {"small": "maxi", "text": "nopic"}
_LONGEST_TITLE = 236  # bytes of an entry's title in UTF-8: for a word beyond 240 libzim gives the whole book up
_LONGEST_REDIRECT = 500  # bytes: a guess; no address of an article is as long
_MOST_KIN = 20  # documents of one text that are named
_MOST_CREATORS = 10  # sources that are named as those whose content it is


class About(Noun, frozen=True, kw_only=True):
    """What a book says of itself. `name` stays from issue to issue; `language` is ISO 639-3, several with commas."""

    name: str
    title: str
    description: str
    long_description: str
    language: str
    creator: str
    publisher: str
    tags: tuple[str, ...]
    tier: str
    date: str
    speaks: str


class _Note(Bookmark, frozen=True, kw_only=True):
    """What a book shows. `sha256` is "" while it is being made; `shelves`: what is said of each source; `without`: the
    sources whose pictures are not shown.
    """

    engine: str
    about: About
    shelves: dict[str, tuple[str, str, str]]
    without: tuple[str, ...] = ()
    sha256: str = ""
    size: int = 0
    documents: int = 0


def publish(
    edition: Edition,
    file: Path,
    *,
    name: str,
    title: str,
    description: str,
    long_description: str = "",
    language: str = "",
    creator: str = "",
    publisher: str = "wirecopy",
    tags: Sequence[str] = ("news",),
    tier: str = "small",
    date: str = "",
    by_source: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make this file show the edition. `progress` is called with (done, all, what) for each document.

    `name` is the book's for good, over all its issues (letters, digits, `_ . -`); `title` has at most 30 characters,
    `description` 80, `long_description` 4,000. `language` (BCP 47) is that of lists and notices; left out, that of most
    documents. `creator` is whose the content is; left out, the names of the sources. `tier`: with "small" pictures, or
    "text" alone. `date` (yyyy-mm-dd): of the issue; left out, the day of the newest document. Of sources of which
    `by_source` says otherwise than "own" no pictures are shown.

    An edition without documents makes no book, and takes the one before away. Raises ConfigError for what a book cannot
    be called, or when libzim is not installed; PublishError when it could not be written, or when a file that we did
    not make stands there.
    """
    from wirecopy.publish.zim import books

    known = publication.shelves_of(edition)
    shelves = tuple(known.values())
    days = edition.days()
    about = About(
        name=name,
        title=title,
        description=description,
        long_description=long_description,
        language=languages.of(shelves),
        creator=creator or _creators(shelves),
        publisher=publisher,
        tags=tuple(tags),
        tier=tier,
        date=date or (days[0][0] if days else ""),
        speaks=messages.nearest(language or _main_language(shelves)),
    )
    _check(about)
    todo = publication.number_of(known)
    without = tuple(source for source in known if (by_source or {}).get(source, "own") != "own")
    note = _Note(
        archive=edition.archive,
        stamp=edition.stamp,
        take_downs=len(edition.take_downs()),
        rendering=RENDERING,
        engine=books.engine(),
        about=about,
        shelves=publication.said_of(known),
        without=without,
        documents=todo,
    )
    if not shelves and _noted(_note_of(file)) is None:
        return Published()
    with _Place(file) as place:
        if not shelves:
            return Published(removed=place.clear())
        if place.holds(note):
            return Published(unchanged=1, documents=todo)
        place.begin()
        work = _Book(edition, shelves, days, about, without, progress, todo)
        with books.Book(place.temporary, language=about.language.split(",")[0], front=pages.FRONT) as book:
            work.write(book)
        place.finish(note)
        return Published(written=1, documents=todo, rendered=work.rendered, paths=(file.name,))


def leave(folder: Path, archive: str, *, but: Path) -> int:
    """Take the other books of this archive out of a folder: of names that it went by before. How many that were."""
    notes = sorted(folder.glob(f".*.zim{BOOKMARK}"))
    files = [folder / note.name.removeprefix(".").removesuffix(BOOKMARK) for note in notes]
    gone = 0
    for file in files:
        note = _noted(_note_of(file))
        if file != but and note is not None and publication.lasting(note.archive) == publication.lasting(archive):
            with _Place(file) as place:
                gone += place.clear()
    return gone


def check(file: Path) -> Iterator[Damage]:
    """Read a published book against the note beside it: whether it is missing, unfinished or was changed."""
    note = _noted(_note_of(file))
    if note is None:
        yield Damage(what="note", name=file.name, reason="there is no note of this book: publish it again")
    elif not note.sha256:
        yield Damage(what="file", name=file.name, reason="the last publication did not finish: publish again")
    elif not file.is_file():
        yield Damage(what="file", name=file.name, reason="missing; publish again")
    elif _digest(file) != note.sha256:
        yield Damage(what="file", name=file.name, reason="changed since it was published; remove it and publish again")


class Writer(Protocol):
    """What makes a book of pages: see books.py."""

    def tell(self, metadata: Mapping[str, str], illustration: bytes) -> None: ...

    def page(self, path: str, title: str, markup: str) -> None: ...

    def article(self, path: str, title: str, markup: str, words: str, count: int) -> None: ...

    def file(self, path: str, media: str, body: bytes | str) -> None: ...

    def redirect(self, path: str, target: str) -> None: ...


class _Book:
    """Everything of an edition, into a book."""

    def __init__(
        self,
        edition: Edition,
        shelves: Sequence[Shelf],
        days: Sequence[tuple[str, int]],
        about: About,
        without: tuple[str, ...],
        progress: Progress | None,
        todo: int,
    ) -> None:
        self._edition = edition
        self._shelves = shelves
        self._days = days
        self._about = about
        self._without = without
        self._progress = progress
        self._todo = todo
        self._pictures: set[bytes] = set()
        names = {shelf.source: shelf.name for shelf in shelves}
        self._pages = Pages(messages.of(about.speaks), names, about.title)
        self.rendered = 0

    def write(self, book: Writer) -> None:
        """Articles by source and month, then the lists."""
        about = self._about
        book.tell(_metadata(about, self._shelves), illustration.png())
        book.file(pages.STYLE, "text/css", pages.CSS)
        told = about.long_description or about.description
        latest = self._edition.latest(pages.LATEST)
        book.page(pages.FRONT, about.title, self._pages.front(self._shelves, self._days, latest, told))
        for shelf in self._shelves:
            for month, _ in shelf.months:
                for document in self._edition.documents(shelf.source, month):
                    self._document(book, document)
                headlines = self._edition.month(shelf.source, month)
                name = f"{shelf.name or shelf.source}, {month}"
                book.page(pages.month_list(shelf.source, month), name, self._pages.month(shelf, month, headlines))
            latest = self._edition.latest(pages.LATEST, shelf.source)
            book.page(pages.source_list(shelf.source), shelf.name, self._pages.source(shelf, latest))
        for month, group in groupby(self._days, key=lambda each: each[0][:7]):
            days = tuple(group)
            book.page(pages.days_list(month), month, self._pages.days(month, days))
            for day, _ in days:
                book.page(pages.day_list(day), day, self._pages.day(day, self._edition.day(day)))

    def _document(self, book: Writer, document: Document) -> None:
        said = document.article
        here = manifest.checked(pages.document(said.source, document.day, said.key))

        def show(picture: Picture) -> html.Shown | None:
            return self._show(book, document, picture, here)

        def link(link: Link) -> str:
            found = self._find(link)
            return "" if found is None else manifest.relative(pages.document(found.source, found.day, found.key), here)

        kin = self._edition.kin(said.source, said.key)[:_MOST_KIN]
        markup = self._pages.article(document, show=show, link=link, kin=kin)
        words = document_text(said.body)
        title = " ".join(said.title.split()).encode("utf-8", "replace")[:_LONGEST_TITLE].decode("utf-8", "ignore")
        title = title or said.key
        heads = (said.kicker, said.subtitle, said.summary, said.byline or ", ".join(said.authors))
        book.article(here, title, markup, "\n".join(filter(None, (*heads, words))), len(words.split()))
        for other in _names(document):
            book.redirect(other, here)
        self.rendered += 1
        if self._progress is not None:
            self._progress(self.rendered, self._todo, f"{said.source}/{said.key}")

    def _show(self, book: Writer, document: Document, picture: Picture, here: str) -> html.Shown | None:
        said = document.article
        if self._about.tier == "text" or said.source in self._without:
            return None
        ours = self._edition.picture(said.source, said.key, picture, "small")
        if ours is None:
            return None
        path = manifest.picture(ours.digest, ours.media)
        digest = bytes.fromhex(ours.digest)
        if digest not in self._pictures:
            self._pictures.add(digest)
            book.file(path, ours.media, self._edition.picture_body(ours.digest))
        return html.Shown(src=manifest.relative(path, here), width=ours.width, height=ours.height, size=ours.size)

    def _find(self, link: Link) -> Headline | None:
        found = self._edition.find(link.ref) if link.ref else None
        return self._edition.find(link.href) if found is None and link.href else found


class _Place:
    """The place of a book, ours alone while it is made."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._making = file.parent / f".{file.name}.wirecopy~"
        self._note = _note_of(file)
        self._lock: int | None = None
        self.temporary = self._making / file.name

    def __enter__(self) -> _Place:
        manifest.checked(self._file.name)
        with naming(self._file.parent):
            self._file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = locked(self._file.parent / ".wirecopy.lock")
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            shutil.rmtree(self._making)
        if self._lock is not None:
            os.close(self._lock)

    def holds(self, note: _Note) -> bool:
        """Is this book there already?"""
        then = _noted(self._note)
        with suppress(OSError):
            return (
                then is not None
                and then.sha256 != ""
                and replace(then, sha256="", size=0) == note
                and self._file.stat().st_size == then.size
            )
        return False

    def begin(self) -> None:
        """Make room beside it. A file that we did not make is not ours to replace."""
        if _noted(self._note) is None and os.path.lexists(self._file):
            raise PublishError(
                f"{self._file}: a file stands here that wirecopy did not make, and it stays untouched. Move it away, "
                "or publish to another place"
            )
        with naming(self._file):
            if os.path.lexists(self._making):  # a killed run's
                shutil.rmtree(self._making)
            self._making.mkdir()

    def clear(self) -> int:
        """Take our book away. How many files that were."""
        there = self._file.exists()
        with naming(self._file):
            self._file.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)
            _sync(self._file.parent)
        return int(there)

    def finish(self, note: _Note) -> None:
        """Make it count: same bytes, on the disk, in its place. Until the note is whole, the book is made again."""
        digest = seal(self.temporary)
        with naming(self._file):
            _sync(self.temporary)
            size = self.temporary.stat().st_size
            self._write(replace(note, take_downs=0))  # the book before may still be there
            os.replace(self.temporary, self._file)  # noqa: PTH105  (the name of the promise: POSIX rename)
            _sync(self._file.parent)
            self._write(replace(note, sha256=digest, size=size))

    def _write(self, note: _Note) -> None:
        beside = self._making / "note"
        beside.write_bytes(publication.note(note))
        _sync(beside)
        os.replace(beside, self._note)  # noqa: PTH105  (as above)
        _sync(self._file.parent)


def _metadata(about: About, shelves: Sequence[Shelf]) -> Mapping[str, str]:
    homepages = [shelf.homepage for shelf in shelves if shelf.homepage]
    told = {
        "Name": about.name,
        "Title": about.title,
        "Description": about.description,
        "LongDescription": about.long_description,
        "Language": about.language,
        "Creator": about.creator,
        "Publisher": about.publisher,
        "Date": about.date,
        "Tags": ";".join([*about.tags, "_ftindex:yes", f"_pictures:{'yes' if about.tier == 'small' else 'no'}"]),
        "Flavour": _FLAVOURS[about.tier],
        "Scraper": "wirecopy",
        "Source": homepages[0] if len(homepages) == 1 else "",
        "License": "All rights with the outlets that each article names",
    }
    return {name: value for name, value in told.items() if value}


def _creators(shelves: Sequence[Shelf]) -> str:
    names = [shelf.name or shelf.source for shelf in shelves]
    return ", ".join(names[:_MOST_CREATORS]) + (" …" if len(names) > _MOST_CREATORS else "")


def _names(document: Document) -> Iterator[str]:
    """What else a page goes by: `source/key`, and its address without the scheme, so that an original can be typed."""
    said = document.article
    yield f"{said.source}/{said.key}"
    address = public(said.url)
    rest = unquote(address.partition("://")[2].rstrip("/"))
    if len(rest.encode("utf-8", "replace")) > _LONGEST_REDIRECT or not rest.isprintable():
        return
    steps = re.split(r"[/\\]", rest)  # folders, to whoever unpacks a book: none leads up
    if "." in steps[0] and not {".", ".."} & {*steps}:
        yield rest


def _main_language(shelves: Sequence[Shelf]) -> str:
    weights: dict[str, int] = {}
    for shelf in shelves:
        weights[shelf.language] = weights.get(shelf.language, 0) + sum(number for _, number in shelf.months)
    return min(weights, key=lambda each: (-weights[each], each), default="")


def _check(about: About) -> None:
    if not _NAME.fullmatch(about.name):
        raise ConfigError(
            f"publish zim: name = {about.name!r}: a name has letters, digits and _ . - of ASCII, no blank"
        )
    for field, longest in _LONGEST.items():
        said: str = getattr(about, field)
        if len(said) > longest:
            raise ConfigError(f"publish zim: {field} has {len(said)} characters; libraries show at most {longest}")
    for field in ("title", "description", "publisher"):
        if not getattr(about, field).strip():
            raise ConfigError(f"publish zim: {field} is empty; every book has to have one")
    if about.tier not in TIERS:
        raise ConfigError(f"publish zim: tier = {about.tier!r} is none of {', '.join(map(repr, TIERS))}")
    if about.date and not re.fullmatch(r"\d{4}-\d\d-\d\d", about.date):
        raise ConfigError(f"publish zim: date = {about.date!r} is no day (yyyy-mm-dd)")


def _note_of(file: Path) -> Path:
    return file.parent / f".{file.name}.wirecopy.json"


def _noted(place: Path) -> _Note | None:
    try:
        return publication.noted(place.read_bytes(), _Note)
    except OSError:  # none yet
        return None


def _digest(file: Path) -> str:
    with file.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # Windows has no such call, and no need of it
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
