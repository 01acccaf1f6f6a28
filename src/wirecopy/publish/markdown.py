"""Publishing Markdown: an edition becomes a folder of documents and lists, in one of two layouts.

- The folder keeps a bookmark of what it shows. From there on only documents that changed are rendered, and only the
  days, months and sources they stand in; the rest is not even read. Without a bookmark that fits (another archive,
  other options, another rendering, a killed run) everything is rendered, and what should no longer be there goes.
- Both ways end with the same bytes, and the same archive gives the same bytes anywhere.
- A full publication goes month by month and holds one month's names at a time.
- Our own copies of pictures stand under their digests, once each; of what is there already no byte is read again.

The form of a document is plain.py's or classic.py's business, that of the lists lists.py's, the disk's output.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

from wirecopy.errors import ConfigError
from wirecopy.model import Document, Edition, Headline, Link, Picture, Shelf
from wirecopy.publish import LAYOUTS, PICTURES, lists, manifest, plain, publication
from wirecopy.publish.copies import Copies, named_in
from wirecopy.publish.output import Output, check
from wirecopy.publish.publication import Bookmark, Progress, Published

__all__ = ["Published", "check", "publish"]

RENDERING = 4
"""Raise this with every change to the bytes that plain.py, classic.py or lists.py write: folders are then made anew."""


class _Bookmark(Bookmark, frozen=True, kw_only=True):
    """What a folder shows. `shelves`: what the lists say of each source beside its documents; `shown_from`: where the
    documents of each show pictures from.
    """

    layout: str
    shown_from: dict[str, str]
    shelves: dict[str, tuple[str, str, str]]


def publish(
    edition: Edition,
    folder: Path,
    *,
    layout: str = "plain",
    pictures: str = "",
    by_source: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make the folder show the edition. `progress` is called with (done, all, what) for each document.

    `pictures`: documents show our "own" copies, or pictures from the "outlet", through the "proxy", or not ("none": a
    link). Left out, it is "proxy" in classic, as it always was, and in plain what `by_source` says of a source, else
    "own", so that a reader's machine asks nobody.

    Raises PublishError when something could not be written; what was published before then stands, and the next call
    completes this one.
    """
    _one_of("layout", layout, LAYOUTS)
    pictures = pictures or ("proxy" if layout == "classic" else "")
    known = tuple(each for each in PICTURES if each != "none") if layout == "classic" else PICTURES
    _one_of("pictures", pictures or "own", known)
    shelves = publication.shelves_of(edition)
    shown_from = {source: pictures or (by_source or {}).get(source, "own") for source in shelves}
    now = _Bookmark(
        archive=edition.archive,
        stamp=edition.stamp,
        take_downs=len(edition.take_downs()),
        layout=layout,
        shown_from=shown_from,
        rendering=RENDERING,
        shelves=publication.said_of(shelves),
    )
    with Output(folder) as output:
        copies = Copies(edition, output, lambda each: shown_from.get(each.article.source) == "own")
        render = _renderer(edition, layout, shown_from, copies, shelves)
        work = _Publication(edition, output, shelves, copies, render, progress)
        then = publication.standing(output.bookmark, now, same=("layout",), said=("shown_from", "shelves"))
        if then is None:
            output.renew()
            work.everything()
        elif then.stamp < now.stamp:
            work.changes(then.stamp)
        return publication.finished(output, now, documents=publication.number_of(shelves), rendered=work.rendered)


class _Publication:
    def __init__(
        self,
        edition: Edition,
        output: Output,
        shelves: dict[str, Shelf],
        copies: Copies,
        render: Callable[[Document], bytes],
        progress: Progress | None,
    ) -> None:
        self._edition = edition
        self._output = output
        self._shelves = shelves
        self._copies = copies
        self._render = render
        self._progress = progress
        self.rendered = 0

    def everything(self) -> None:
        """Render all, month by month; what the manifest has beyond that goes as its pages are sealed."""
        todo = publication.number_of(self._shelves)
        for shelf in self._shelves.values():
            for month, _ in shelf.months:
                headlines = self._edition.month(shelf.source, month)
                for headline in headlines:
                    self._document(headline.source, headline.key, todo)
                self._output.write(manifest.month_list(shelf.source, month), lists.month(shelf, month, headlines))
                self._output.seal(manifest.month_page(shelf.source, month))
            self._source(shelf.source)
        for day, _ in self._edition.days():
            self._day(day)
        self._front()
        self._copies.bring(self._copies.named)

    def changes(self, since: int) -> None:
        """Render what changed since that stamp, and the lists it stands in."""
        names = list(self._edition.changed(since))
        self._copies.bring(self._copies.of(names))  # before the documents that show them
        before: set[str] = set()
        months: set[tuple[str, str]] = set()
        days: set[str] = set()
        for source, key in names:
            document = self._document(source, key, len(names), before)
            if document is not None:
                months.add((source, document.day[:7]))
                days.add(document.day)
                continue
            for month in self._remove(source, key, before):
                months.add((source, month))
                days |= {Path(path).stem for path in self._output.listed(manifest.days_page(month))}
        for source, month in sorted(months):
            self._month(source, month)
        for source in sorted({source for source, _ in months}):
            self._source(source)
        for day in sorted(days):
            self._day(day)
        self._front()
        self._copies.drop(before - self._copies.named)

    def _document(self, source: str, key: str, todo: int, before: set[str] | None = None) -> Document | None:
        """Render a document; the pictures that it showed until now go into `before`."""
        document = self._edition.document(source, key)
        self.rendered += 1
        if document is not None:
            path = manifest.document(source, document.day, key)
            if before is not None:
                before |= named_in(self._output.read(path))
            self._output.write(path, self._render(document))
        if self._progress is not None:
            self._progress(self.rendered, todo, f"{source}/{key}")
        return document

    def _remove(self, source: str, key: str, before: set[str]) -> Iterator[str]:
        """Take a document away that the edition no longer has; the month it stood in."""
        for page in self._output.listed(manifest.source_page(source)):
            month = Path(page).stem
            path = manifest.document(source, month, key)
            if page == manifest.month_page(source, month) and self._output.remove(path):
                before |= named_in(self._output.read(path))
                yield month

    def _month(self, source: str, month: str) -> None:
        headlines = self._edition.month(source, month)
        shelf = self._shelves.get(source)
        body = lists.month(shelf, month, headlines) if shelf and headlines else None
        self._list(manifest.month_list(source, month), body)

    def _source(self, source: str) -> None:
        shelf = self._shelves.get(source)
        body = lists.source(shelf, islice(self._headlines(shelf), lists.LATEST)) if shelf else None
        self._list(manifest.source_list(source), body)

    def _headlines(self, shelf: Shelf) -> Iterator[Headline]:
        for month, _ in shelf.months:
            yield from self._edition.month(shelf.source, month)

    def _day(self, day: str) -> None:
        headlines = self._edition.day(day)
        self._list(manifest.day_list(day), lists.day(day, headlines, self._shelves) if headlines else None)

    def _front(self) -> None:
        downs = self._edition.take_downs()
        self._output.write(lists.FRONT, lists.front(self._shelves.values(), self._edition.days(), downs))
        self._list(lists.TAKE_DOWNS, lists.take_downs(downs) if downs else None)
        self._list(lists.TAKE_DOWNS_DATA, lists.take_downs_data(downs) if downs else None)

    def _list(self, path: str, body: bytes | None) -> None:
        if body is None:
            self._output.remove(path)
        else:
            self._output.write(path, body)


def _link(copies: Copies, document: Document, picture: Picture) -> str:
    """What leads from a document to our copy of a picture, "" where there is none."""
    found = copies.name(document, picture)
    article = document.article
    here = manifest.document(article.source, document.day, article.key)
    return "" if found is None else manifest.relative(found[0], here)


def _renderer(
    edition: Edition, layout: str, shown_from: Mapping[str, str], copies: Copies, shelves: Mapping[str, Shelf]
) -> Callable[[Document], bytes]:
    if layout == "classic":
        from wirecopy.publish import classic

        # The classic document spells links as its ancestor did; with `link` it would not be the same bytes.
        return lambda document: classic.render(
            document,
            pictures=cast("classic.Pictures", shown_from[document.article.source]),
            copy=partial(_link, copies, document),
        )

    names = {shelf.source: shelf.name for shelf in shelves.values()}

    def render(document: Document) -> bytes:
        article = document.article
        here = manifest.document(article.source, document.day, article.key)

        def own(link: Link) -> str:
            found = edition.find(link.ref) if link.ref else None
            if found is None and link.href:
                found = edition.find(link.href)
            return "" if found is None else at(found)

        def at(found: Headline) -> str:
            return manifest.relative(manifest.document(found.source, found.day, found.key), here)

        return plain.render(
            document,
            pictures=shown_from[article.source],
            link=own,
            copy=partial(_link, copies, document),
            names=names,
            kin=[(each, at(each)) for each in edition.kin(article.source, article.key)],
        )

    return render


def _one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise ConfigError(f"publish markdown: {name} = {given!r} is none of {', '.join(map(repr, known))}")
