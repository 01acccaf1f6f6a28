"""Publishing books: an edition becomes EPUB gazettes, an issue for each of the latest days and weeks and each section,
with a catalogue (OPDS 1.2) that reading programs subscribe to.

    catalog.atom  days.atom  weeks.atom  sections/dw-zh.atom      the catalogue
    days/2024-02-08.epub  weeks/2024-W06.epub                     issues; a long one has parts: 2024-02-08-2.epub
    sections/dw-zh/3f9a….epub                                     a section's newest documents
    covers/….jpg                                                  what catalogues show of them

- An issue of a day or week has what is filed under it; with `only_new` also what is new or has changed since the issues
  before. A day without either has no issue.
- The folder keeps a bookmark of what each book was made of: only books that have other documents than then, or one that
  reads otherwise, are made anew. Both ways end with the same bytes.
- A book is bounded in documents and in bytes of pictures, and so is the number of issues that are kept.

What is in a book is book.py's business, its package package.py's, the catalogue opds.py's, the disk's output.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path

from wirecopy.errors import ConfigError
from wirecopy.model import Document, Edition, Headline, Noun, Shelf, encode, replace
from wirecopy.publish import messages, publication
from wirecopy.publish.epub import opds
from wirecopy.publish.epub.book import Book, Made, make
from wirecopy.publish.epub.opds import Catalogue, Shelved
from wirecopy.publish.feeds.entries import EPOCH, Place, based, id_of, newest, sections
from wirecopy.publish.messages import Messages
from wirecopy.publish.output import Output, check
from wirecopy.publish.publication import Bookmark, Progress, Published
from wirecopy.text import clean

__all__ = ["ISSUES", "book", "check", "publish"]

RENDERING = 4
"""Raise this with every change to the bytes that this package writes: folders are then made anew."""

ISSUES = ("day", "week", "section")
"""What there can be an issue of."""

FOLDER = "epub/"
"""Where the folder stands below the address of the published site."""

BUDGET = 8_000_000
"""Bytes of pictures in a book, where the operator says nothing else: what a bad network carries at night (a guess)."""

_DOCUMENTS = 400  # of one book; a day of more has parts
_SECTION = 100  # documents of a section's book
_CHANGES = 5000  # that are looked through for those of the issues that are kept


class _Known(Noun, frozen=True, kw_only=True):
    """A book in the folder: what it was made of, and what the catalogue says of it."""

    made_of: str
    shelved: Shelved
    documents: int


class _Options(Noun, frozen=True, kw_only=True):
    """What the operator decided."""

    issues: tuple[str, ...]
    days: int
    weeks: int
    budget: int
    only_new: bool
    title: str
    language: str
    place: Place


class _Bookmark(Bookmark, frozen=True, kw_only=True):
    """What a folder has."""

    options: _Options
    shelves: dict[str, tuple[str, str, str]]
    books: dict[str, _Known]


def publish(
    edition: Edition,
    folder: Path,
    *,
    issues: tuple[str, ...] = ("day",),
    days: int = 14,
    weeks: int = 8,
    budget: int = BUDGET,
    only_new: bool = False,
    address: str = "",
    title: str = "",
    language: str = "en",
    by_source: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make the folder, epub/ of the published site, have these issues of the edition and a catalogue of them.

    `issues` are some of ISSUES; of the latest `days` and `weeks` that have documents they are kept. `budget`: bytes of
    pictures in one book, 0 for none. `only_new`: an issue has, beside what is filed under it, what arrived late or
    changed in its time. `address` is the absolute address of the site, "" where it is not known; `title` names the
    mirror, `language` is that of the interface. Of sources of which `by_source` says otherwise than "own" no pictures
    are shown.

    `progress` is called with (done, all, what) for each book that is made. Raises ConfigError for an option that cannot
    be, PublishError when something could not be written; what was published before then stands.
    """
    for issue in issues:
        if issue not in ISSUES:
            raise ConfigError(f"publish epub: issues has {issue!r}, which is none of {', '.join(map(repr, ISSUES))}")
    if days < 1 or weeks < 1 or budget < 0:
        raise ConfigError("publish epub: days and weeks are at least 1, budget is not negative")
    shelves = publication.shelves_of(edition)
    without = _without(by_source, shelves)
    options = _Options(
        issues=issues,
        days=days,
        weeks=weeks,
        budget=budget,
        only_new=only_new,
        title=clean(title) or messages.of(language)("mirror"),
        language=language,
        place=Place(address=based(address), without=without),
    )
    now = _Bookmark(
        archive=edition.archive,
        stamp=edition.stamp,
        take_downs=len(edition.take_downs()),
        rendering=RENDERING,
        options=options,
        shelves=publication.said_of(shelves),
        books={},
    )
    with Output(folder, _listed_in) as output:
        then = publication.standing(output.bookmark, now, same=("options",), said=("shelves",))
        work = _Publication(edition, output, shelves, options, then, progress)
        if then is None:
            output.renew()
        if then is None or then.stamp < now.stamp:
            work.books(list(_plans(edition, shelves, options)))
            work.catalogue()
        else:
            work.known = dict(then.books)
        now = replace(now, books=dict(sorted(work.known.items())))
        documents = sum(each.documents for each in work.known.values())
        return publication.finished(output, now, documents=documents, rendered=work.rendered)


def book(
    edition: Edition,
    chosen: Iterable[tuple[str, str]],
    *,
    title: str,
    since: datetime | None = None,
    budget: int = BUDGET,
    address: str = "",
    language: str = "en",
    by_source: Mapping[str, str] | None = None,
) -> bytes:
    """One book of these documents, (source, key) each: of a search, say. b"" when there is none of them.

    `since`: of these only what is new or has changed after that moment (that of the last such book). The id is that of
    the title: the next book by that name takes the place of this one. `by_source` as for `publish`.
    """
    found = [document for place in dict.fromkeys(chosen) if (document := edition.document(*place)) is not None]
    if since is not None:
        found = [each for each in found if max(each.at, each.withdrawn or each.at) > since]
    if not found:
        return b""
    say = messages.of(language)
    title = clean(title) or say("mirror")
    about = Book(id=id_of(publication.lasting(edition.archive), "epub", "chosen", title), title=title)
    shelves = {shelf.source: shelf for shelf in edition.shelves()}
    place = Place(address=based(address), without=_without(by_source, shelves))
    return make(about, found, edition, say=say, place=place, shelves=shelves, budget=budget).body


def _without(by_source: Mapping[str, str] | None, shelves: Iterable[str]) -> tuple[str, ...]:
    """The sources whose pictures are not shown."""
    return tuple(sorted(source for source in shelves if (by_source or {}).get(source, "own") != "own"))


# --- which issues there are ----------------------------------------------------------------------------------------


class _Plan(Noun, frozen=True, kw_only=True):
    """A book that is to be: the name of its file without ending, its title, its row, its documents."""

    name: str
    title: str
    row: str
    issued: str = ""
    headlines: tuple[Headline, ...]


def _plans(edition: Edition, shelves: Mapping[str, Shelf], options: _Options) -> Iterator[_Plan]:
    say = messages.of(options.language)
    happened = list(_happened(edition, options)) if options.only_new else []
    days = sorted({*(day for day, _ in edition.days()), *(day for day, _ in happened)}, reverse=True)
    if "day" in options.issues:
        for day in days[: options.days]:
            title = say("book_day", day=day)
            yield from _parts(f"days/{day}", title, "days", day, _of(edition, [day], happened), say)
    if "week" in options.issues:
        for week, of in islice(_by_week(days), options.weeks):
            first = date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
            title = say("book_week", week=week, since=first.isoformat(), until=(first + timedelta(6)).isoformat())
            yield from _parts(f"weeks/{week}", title, "weeks", of[0], _of(edition, of, happened), say)
    if "section" in options.issues:
        for source, terms in sections(edition).items():
            shelf = shelves.get(source)
            outlet = clean(shelf.name if shelf else "") or source
            for term in terms:
                title = say("book_section", section=clean(term.name), outlet=outlet)
                name = f"sections/{source}/{term.digest}"
                found = newest(edition, term, _SECTION)
                yield _Plan(name=name, title=title, row=f"sections/{source}", headlines=found)


def _by_week(days: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """These days, newest first, by their ISO week ("2024-W06")."""

    def week(day: str) -> str:
        year, number, _ = date.fromisoformat(day).isocalendar()
        return f"{year:04}-W{number:02}"

    for name, of in groupby(days, key=week):
        yield name, list(of)


def _happened(edition: Edition, options: _Options) -> Iterator[tuple[str, Headline]]:
    """What became of documents on another day than theirs: the day on which one changed, or arrived late."""
    for headline, revision in edition.changes(_CHANGES):
        yield _day(revision.at), headline
    for day, _ in islice(edition.days(), max(options.days, 7 * options.weeks)):
        for headline in edition.day(day):
            if headline.revisions == 1 and _day(headline.at) > day:
                yield _day(headline.at), headline


def _of(edition: Edition, days: Sequence[str], happened: Sequence[tuple[str, Headline]]) -> tuple[Headline, ...]:
    """What is filed under these days, and what happened on them."""
    found = {(each.source, each.key): each for day in days for each in edition.day(day)}
    for day, headline in happened:
        if day in days:
            found.setdefault((headline.source, headline.key), headline)
    return tuple(found[place] for place in sorted(found))


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _parts(
    name: str, title: str, row: str, issued: str, headlines: Sequence[Headline], say: Messages
) -> Iterator[_Plan]:
    """An issue as one book, or as several where it would be too long for one."""
    for number, start in enumerate(range(0, len(headlines), _DOCUMENTS), 1):
        of = tuple(headlines[start : start + _DOCUMENTS])
        if number == 1:
            yield _Plan(name=name, title=title, row=row, issued=issued, headlines=of)
        else:
            part = say("book_part", title=title, part=number)
            yield _Plan(name=f"{name}-{number}", title=part, row=row, issued=issued, headlines=of)


# --- making them ---------------------------------------------------------------------------------------------------


class _Publication:
    """The books of one edition on their way into a folder. `known`: what each was made of, by its name."""

    def __init__(
        self,
        edition: Edition,
        output: Output,
        shelves: dict[str, Shelf],
        options: _Options,
        then: _Bookmark | None,
        progress: Progress | None,
    ) -> None:
        self._edition = edition
        self._output = output
        self._shelves = shelves
        self._say = messages.of(options.language)
        self._title = options.title
        self._place = options.place
        self._budget = options.budget
        self._then = {} if then is None else then.books
        self._since = None if then is None else then.stamp
        self._progress = progress
        self._rows: dict[str, list[str]] = {}
        self.known: dict[str, _Known] = {}
        self.rendered = 0

    @cached_property
    def _touched(self) -> set[tuple[str, str]]:
        return set() if self._since is None else set(self._edition.changed(self._since))

    def books(self, plans: Sequence[_Plan]) -> None:
        """Have these books in the folder, and no others."""
        for done, plan in enumerate(plans, 1):
            self._rows.setdefault(plan.row, []).append(plan.name)
            made_of = _made_of(plan)
            then = self._then.get(plan.name)
            is_touched = any((each.source, each.key) in self._touched for each in plan.headlines)
            if then is not None and then.made_of == made_of and not is_touched:
                self.known[plan.name] = then
                continue
            self._book(plan, made_of)
            if self._progress is not None:
                self._progress(done, len(plans), plan.name)
        covers = {known.shelved.cover for known in self.known.values()}
        for name, known in self._then.items():
            if name not in self.known:
                self._output.remove(known.shelved.file)
            if known.shelved.cover not in covers:
                self._output.remove(known.shelved.cover)

    def _book(self, plan: _Plan, made_of: str) -> None:
        read = (self._edition.document(each.source, each.key) for each in plan.headlines)
        documents = [each for each in read if each is not None]
        if not documents:
            return
        self.rendered += len(documents)
        series = self._say("feed_of", what=self._rows_title(plan.row), of=self._title)
        about = Book(
            id=id_of(publication.lasting(self._edition.archive), "epub", plan.name),
            title=self._say("feed_of", what=plan.title, of=self._title),
            issued=plan.issued,
            series=series,
        )
        made = make(
            about,
            documents,
            self._edition,
            say=self._say,
            place=self._place,
            shelves=self._shelves,
            budget=self._budget,
        )
        file = f"{plan.name}.epub"
        self._output.write(file, made.body)
        self.known[plan.name] = _Known(
            made_of=made_of,
            documents=made.documents,
            shelved=Shelved(
                id=about.id,
                title=about.title,
                file=file,
                updated=made.modified,
                issued=plan.issued,
                languages=made.languages,
                summary=self._say("book_counted", documents=made.documents, sources=_sources(documents)),
                size=len(made.body),
                cover=self._cover(made),
                cover_media=made.cover_media,
            ),
        )

    def _cover(self, made: Made) -> str:
        if not made.cover:
            return ""
        path = f"covers/{sha256(made.cover).hexdigest()[:32]}.{'png' if made.cover_media == 'image/png' else 'jpg'}"
        if path not in {known.shelved.cover for known in self.known.values()}:
            self._output.write(path, made.cover)
        return path

    # --- the catalogue -----------------------------------------------------------------------------------------------

    def catalogue(self) -> None:
        """The feeds that list the books."""
        below = []
        for row, names in self._rows.items():
            books = [self.known[name].shelved for name in names if name in self.known]
            if books:
                catalogue = self._catalogue(f"{row}.atom", self._rows_title(row), books)
                self._output.write(catalogue.file, opds.acquisition(catalogue, books))
                below.append(catalogue)
        root = self._catalogue("catalog.atom", self._title, [])
        root = replace(root, updated=max((each.updated for each in below), default=EPOCH))
        self._output.write(root.file, opds.navigation(root, below))
        rows = {path for path in self._output.listed("manifest.json") if path.endswith(".atom")}
        for path in sorted({*rows, *self._output.listed(_SECTIONS_PAGE)} - {each.file for each in (root, *below)}):
            if path.endswith(".atom"):
                self._output.remove(path)

    def _catalogue(self, file: str, title: str, books: Sequence[Shelved]) -> Catalogue:
        return Catalogue(
            id=id_of(publication.lasting(self._edition.archive), "opds", file),
            title=title,
            file=file,
            author=self._title,
            updated=max((each.updated for each in books), default=EPOCH),
            base=f"{self._place.address}{FOLDER}" if self._place.address else "",
        )

    def _rows_title(self, row: str) -> str:
        if row in ("days", "weeks"):
            return self._say("book_by_day" if row == "days" else "book_by_week")
        shelf = self._shelves.get(row.rpartition("/")[2])
        return self._say("feed_of", what=self._say("sections"), of=clean(shelf.name if shelf else "") or row)


_SECTIONS_PAGE = "manifest/sections.json"


def _listed_in(path: str) -> str:
    return _SECTIONS_PAGE if path.startswith("sections/") else "manifest.json"


def _made_of(plan: _Plan) -> str:
    return sha256(encode(plan)).hexdigest()[:16]


def _sources(documents: Iterable[Document]) -> int:
    return len({each.article.source for each in documents})
