"""Publishing Markdown: an edition becomes a folder of documents and lists, in one of two layouts.

- The folder keeps a bookmark of what it shows. From there on only documents that changed are rendered, and only the
  days, months and sources they stand in; the rest is not even read. Without a bookmark that fits (another archive,
  other options, another rendering, a killed run) everything is rendered, and what should no longer be there goes.
- Both ways end with the same bytes, and the same archive gives the same bytes anywhere.
- A full publication goes month by month and holds one month's names at a time.

The form of a document is plain.py's or classic.py's business, that of the lists lists.py's, the disk's output.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import msgspec

from wirecopy.errors import ConfigError
from wirecopy.model import Document, Edition, Headline, Link, Noun, Shelf
from wirecopy.publish import LAYOUTS, PICTURES, lists, manifest, plain
from wirecopy.publish.output import Output, check

__all__ = ["Published", "check", "publish"]

RENDERING = 1
"""Raise this with every change to the bytes that plain.py, classic.py or lists.py write: folders are then made anew."""

Progress = Callable[[int, int, str], None]


class Published(Noun, frozen=True, kw_only=True):
    """What a publication did: files written, found equal, removed; `documents` stand in the folder now.

    `rendered` counts the documents looked at. `paths` are the files written, in order, the first thousand of them.
    """

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    documents: int = 0
    rendered: int = 0
    paths: tuple[str, ...] = ()


class _Bookmark(Noun, frozen=True, kw_only=True):
    """What a folder shows. `shelves`: what the lists say of each source beside its documents."""

    archive: str
    stamp: int
    layout: str
    pictures: str
    rendering: int
    shelves: dict[str, tuple[str, str, str]]


def publish(
    edition: Edition,
    folder: Path,
    *,
    layout: str = "plain",
    pictures: str = "",
    progress: Progress | None = None,
) -> Published:
    """Make the folder show the edition. `progress` is called with (done, all, what) for each document.

    `pictures`: documents show them from the "outlet", through the "proxy", or not ("none": a link). Left out, it is
    "none" in plain, so that a reader's machine asks nobody, and "proxy" in classic, as it always was.

    Raises PublishError when something could not be written; what was published before then stands, and the next call
    completes this one.
    """
    _one_of("layout", layout, LAYOUTS)
    pictures = pictures or {"plain": "none", "classic": "proxy"}[layout]
    _one_of("pictures", pictures, PICTURES[:2] if layout == "classic" else PICTURES)
    shelves = {shelf.source: shelf for shelf in edition.shelves() if shelf.months}
    now = _Bookmark(
        archive=edition.archive,
        stamp=edition.stamp,
        layout=layout,
        pictures=pictures,
        rendering=RENDERING,
        shelves={shelf.source: (shelf.name, shelf.language, shelf.homepage) for shelf in shelves.values()},
    )
    with Output(folder) as output:
        work = _Publication(edition, output, shelves, _renderer(edition, layout, pictures, shelves), progress)
        since = _since(output.bookmark, now)
        if since is None:
            output.renew()
            work.everything()
        elif since < now.stamp:
            work.changes(since)
        output.finish(msgspec.json.format(msgspec.json.encode(now), indent=1) + b"\n")
        return Published(
            written=output.written,
            unchanged=output.unchanged,
            removed=output.removed,
            documents=sum(number for shelf in shelves.values() for _, number in shelf.months),
            rendered=work.rendered,
            paths=tuple(output.paths),
        )


class _Publication:
    def __init__(
        self,
        edition: Edition,
        output: Output,
        shelves: dict[str, Shelf],
        render: Callable[[Document], bytes],
        progress: Progress | None,
    ) -> None:
        self._edition = edition
        self._output = output
        self._shelves = shelves
        self._render = render
        self._progress = progress
        self.rendered = 0

    def everything(self) -> None:
        """Render all, month by month; what the manifest has beyond that goes as its pages are sealed."""
        todo = sum(number for shelf in self._shelves.values() for _, number in shelf.months)
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

    def changes(self, since: int) -> None:
        """Render what changed since that stamp, and the lists it stands in."""
        names = list(self._edition.changed(since))
        months: set[tuple[str, str]] = set()
        days: set[str] = set()
        for source, key in names:
            document = self._document(source, key, len(names))
            if document is not None:
                months.add((source, document.day[:7]))
                days.add(document.day)
                continue
            for month in self._remove(source, key):
                months.add((source, month))
                days |= {Path(path).stem for path in self._output.listed(manifest.days_page(month))}
        for source, month in sorted(months):
            self._month(source, month)
        for source in sorted({source for source, _ in months}):
            self._source(source)
        for day in sorted(days):
            self._day(day)
        self._front()

    def _document(self, source: str, key: str, todo: int) -> Document | None:
        document = self._edition.document(source, key)
        self.rendered += 1
        if document is not None:
            self._output.write(manifest.document(source, document.day, key), self._render(document))
        if self._progress is not None:
            self._progress(self.rendered, todo, f"{source}/{key}")
        return document

    def _remove(self, source: str, key: str) -> Iterator[str]:
        """Take a document away that the edition no longer has; the month it stood in."""
        for page in self._output.listed(manifest.source_page(source)):
            month = Path(page).stem
            if page == manifest.month_page(source, month) and self._output.remove(
                manifest.document(source, month, key)
            ):
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
        self._output.write(lists.FRONT, lists.front(self._shelves.values(), self._edition.days()))

    def _list(self, path: str, body: bytes | None) -> None:
        if body is None:
            self._output.remove(path)
        else:
            self._output.write(path, body)


def _renderer(
    edition: Edition, layout: str, pictures: str, shelves: Mapping[str, Shelf]
) -> Callable[[Document], bytes]:
    if layout == "classic":
        from wirecopy.publish import classic

        # The classic document spells links as its ancestor did; with `link` it would not be the same bytes.
        return lambda document: classic.render(document, pictures="proxy" if pictures == "proxy" else "outlet")

    names = {shelf.source: shelf.name for shelf in shelves.values()}

    def render(document: Document) -> bytes:
        article = document.article
        here = manifest.document(article.source, document.day, article.key)

        def own(link: Link) -> str:
            found = edition.find(link.ref) if link.ref else None
            if found is None and link.href:
                found = edition.find(link.href)
            if found is None:
                return ""
            return manifest.relative(manifest.document(found.source, found.day, found.key), here)

        return plain.render(document, pictures=pictures, link=own, names=names)

    return render


def _since(stored: bytes, now: _Bookmark) -> int | None:
    """The stamp that the folder shows, if what was written then would be written the same today; else None."""
    try:
        then = msgspec.json.decode(stored, type=_Bookmark)
    except ValueError:  # none yet, or not ours
        return None
    is_alike = then.archive == now.archive and then.stamp <= now.stamp
    is_alike &= (then.layout, then.pictures, then.rendering) == (now.layout, now.pictures, now.rendering)
    is_alike &= all(now.shelves.get(source, said) == said for source, said in then.shelves.items())
    return then.stamp if is_alike else None


def _one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise ConfigError(f"publish markdown: {name} = {given!r} is none of {', '.join(map(repr, known))}")
