"""`wirecopy publish`: an edition, or the evidence, in each format asked for; where each stands, and what was done.

The site stands in the public folder itself, every other format in a folder of its own below it, so that one folder
goes to a host or onto a stick. Captures hold scripts of outlets and stand beside it, not below.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy import config as configs
from wirecopy.archive import open_archive
from wirecopy.cli import sending
from wirecopy.cli.terminal import as_json, bar, result, talk
from wirecopy.config import Config
from wirecopy.errors import ConfigError, FetchError, PublishError
from wirecopy.model import Damage, Edition, Leftover, Noun, TakeDown, replace
from wirecopy.publish import manifest
from wirecopy.publish.output import BOOKMARK
from wirecopy.publish.publication import Bookmark, noted

if TYPE_CHECKING:
    from wirecopy.archive.protocol import Archive
    from wirecopy.archive.search import Hit
    from wirecopy.publish.look import Look
    from wirecopy.publish.publication import Progress, Published
    from wirecopy.send.targets import Target

_WATCHED = 2.0
"""Seconds between two looks at an archive that is watched: one row is read."""


_AGAIN = 600.0
"""Seconds after which `--watch` sends again to where it could not."""

_SOON = 60.0
"""Seconds after which `--watch` publishes again what it could not; each time twice as many, `_AGAIN` at most."""

_NAMED = 10
"""How many changed pages of articles are named."""


class Done(Noun, frozen=True, kw_only=True):
    """What publishing one format did. `path`: where it stands; `begin`: what to open, "" for nothing to open."""

    format: str
    path: str
    written: int = 0
    removed: int = 0
    unchanged: int = 0
    documents: int = 0
    captures: int = 0
    new: int = 0
    bytes: int = 0
    begin: str = ""
    changed: tuple[str, ...] = ()


def publish(arguments: argparse.Namespace) -> int:
    """Write what changed since the last publication, in each format; with --watch until stopped."""
    config = configs.load(configs.find(arguments.config))
    is_of_documents = arguments.layout or arguments.pictures
    targets = sending.wanted(arguments, config)
    formats = tuple(dict.fromkeys(arguments.formats or (("markdown",) if is_of_documents else _standing(config))))
    _check(arguments, formats)
    if arguments.watch:
        return _watch(arguments, config, formats, targets)
    done = [] if arguments.dry_run else published(arguments, config, formats)
    if not arguments.json:
        for each in done:
            _tell(each)
    once = bool(arguments.formats)
    sent = sending.send(targets, config, formats, folder_of, dry=arguments.dry_run, quiet=arguments.quiet, once=once)
    if not arguments.dry_run:
        _tell_hub(config, done, quiet=arguments.quiet)
    if arguments.json:
        as_json({"published": done, "sent": sent})
    return sending.tell(sent, dry=arguments.dry_run, quiet=arguments.json)


def published(arguments: argparse.Namespace, config: Config, formats: tuple[str, ...]) -> list[Done]:
    """Publish these formats, all from one moment of the archive."""
    done = []
    with (
        sending.noting(config) if arguments.to is None else nullcontext(),
        open_archive(config.archive, write=False) as archive,
        bar(quiet=arguments.quiet) as shown,
    ):
        with archive.edition() as edition:
            for name in formats:
                if name != "warc":

                    def progress(count: int, todo: int, what: str, name: str = name) -> None:
                        shown.step(name, count, todo, what)

                    done.append(_FORMATS[name](edition, config, arguments, progress))
        if "warc" in formats:
            done.append(_warc(config, arguments, lambda count, todo, what: shown.step("warc", count, todo, what)))
    return done


def again(config: Config, folder: Path) -> None:
    """Publish anew what stands in this folder and below it: it was damaged."""
    from wirecopy.publish import zim

    here = argparse.Namespace(quiet=True, to=None, layout=None, pictures=None, wacz=False)
    if folder != config.public:  # elsewhere: one format, which its front page tells
        here.to = str(folder)
        published(here, config, ("site" if (folder / "index.html").exists() else "markdown",))
        return
    for book in (folder / "zim").glob("*.zim"):
        if any(zim.check(book)):
            book.unlink()
    stand = [name for name in _FORMATS if _stands(folder_of(config, name))]
    for name in stand:
        (folder_of(config, name) / BOOKMARK).unlink(missing_ok=True)
    published(here, config, tuple(stand))


def _standing(config: Config) -> list[str]:
    """What the file says, and what stands already: a format that was published once is not left behind."""
    return [*config.formats, *(name for name in _FORMATS if _stands(folder_of(config, name)))]


def _stands(folder: Path) -> bool:
    """Was something published in this folder?"""
    return (folder / manifest.ROOT).exists() or any(_bookmarks(folder))


def _bookmarks(folder: Path) -> Iterator[Path]:
    """What publishers noted in this folder of what it shows."""
    yield from (each for each in (folder / BOOKMARK, *folder.glob(f".*.zim{BOOKMARK}")) if each.is_file())


def behind(config: Config, downs: Sequence[TakeDown]) -> list[Leftover]:
    """What shows an edition from before something was taken down, whenever it was written. Books, tables and the files
    of the search are packed, so that nobody finds in them what may still be there.
    """
    return [
        Leftover(file=str(each.parent), what="published before the last take-down: publish it again", known=0, of=0)
        for name in _FORMATS
        for each in _bookmarks(folder_of(config, name))
        if _take_downs(each) < len(downs)
    ]


def _take_downs(bookmark: Path) -> int:
    """How many take-downs that publication knew of; 0 where what it noted can't be read."""
    known = noted(bookmark.read_bytes(), Bookmark)
    return 0 if known is None else known.take_downs


def check(folder: Path) -> list[Damage]:
    """What is damaged of all that is published in this folder and below it."""
    from wirecopy.publish import output, zim

    books = sorted((folder / "zim").glob("*.zim"))
    return [*output.check(folder), *(damage for book in books for damage in zim.check(book))]


def folder_of(config: Config, name: str) -> Path:
    """Where a format stands."""
    if name == "site":
        return config.public
    return config.path.parent / "warc" if name == "warc" else config.public / name


def by_source(config: Config) -> dict[str, str]:
    """What the file says of single sources' pictures."""
    return {source.id: source.pictures for source in config.sources if source.pictures != "own"}


def book(archive: Archive, config: Config, file: Path, title: str, hits: Sequence[Hit]) -> None:
    """Make a book (EPUB) of what a search found. Raises ConfigError where something stands there already."""
    from wirecopy.publish import epub

    with archive.edition() as edition:
        look = _look(edition, config)
        body = epub.book(
            edition,
            [(each.headline.source, each.headline.key) for each in hits],
            title=title,
            budget=config.epub.budget,
            address=look.address,
            language=look.interface,
            by_source=by_source(config),
        )
    if not body:
        return
    try:
        with file.open("xb") as made:
            made.write(body)
    except FileExistsError:
        raise ConfigError(f"{file} is there already: name another file, or move it away") from None
    except OSError as error:
        raise PublishError(f"{file} can't be written: {error.strerror}") from error


def _check(arguments: argparse.Namespace, formats: tuple[str, ...]) -> None:
    if arguments.to and len(formats) != 1:
        raise ConfigError(
            f"--to names one folder, and these are {len(formats)} formats ({', '.join(formats)}): name one"
        )
    if arguments.wacz and "warc" not in formats:
        raise ConfigError("--wacz goes with `wirecopy publish warc`")
    if (arguments.layout or arguments.pictures) and "markdown" not in formats:
        raise ConfigError("--layout and --pictures are for documents: they go with `wirecopy publish markdown`")


def _watch(arguments: argparse.Namespace, config: Config, formats: tuple[str, ...], targets: Sequence[Target]) -> int:
    """Publish whenever the archive changed, until stopped. What can't be written once is tried again (and noted, see
    `sending.noting`); what can't be at the very first, is the operator's to put right.
    """
    talk(f"publishing {', '.join(formats)} whenever {config.archive} changes; Ctrl-C ends it", quiet=arguments.quiet)
    last: object = None
    next_try, rest, wrong = math.inf, 0.0, ""
    while True:
        with open_archive(config.archive, write=False) as archive, archive.edition() as edition:
            now = edition.archive, edition.stamp
        if now != last or time.monotonic() >= next_try:
            try:
                done = published(arguments, config, formats) if now != last else []
            except PublishError as error:
                if last is None:
                    raise
                if str(error) != wrong:
                    talk(f"wirecopy publish: {error}; it is tried again", quiet=False)
                rest, wrong = min(2 * rest or _SOON, _AGAIN), str(error)
                time.sleep(rest)
                continue
            rest, wrong = 0.0, ""
            for each in done:
                if each.written or each.removed:
                    _tell(each)
            once = bool(arguments.formats)
            sent = sending.send(targets, config, formats, folder_of, dry=False, quiet=arguments.quiet, once=once)
            next_try = time.monotonic() + _AGAIN if sending.tell(sent, dry=False) else math.inf
            _tell_hub(config, done, quiet=arguments.quiet)
            last = now
        time.sleep(_WATCHED)


def _tell_hub(config: Config, done: list[Done], *, quiet: bool) -> None:
    """Tell the WebSub hub, where there is one, which feeds changed. That it can't be told harms no publication."""
    from wirecopy.publish import feeds

    paths = [path for each in done if each.format == "feeds" for path in each.changed]
    changed = feeds.topics(config.look.address, paths) if config.feeds.hub else ()
    if not changed:
        return
    import asyncio  # here: most publications tell nobody

    try:
        asyncio.run(_pinged(config, changed))
    except FetchError as error:
        talk(f"the hub was not told of {len(changed)} changed feeds: {error}", quiet=quiet)
    else:
        talk(f"told {config.feeds.hub} of {len(changed)} changed feeds", quiet=quiet)


async def _pinged(config: Config, topics: Sequence[str]) -> None:
    from wirecopy.collect.fetch import Fetcher

    async with Fetcher(
        contact=config.contact or configs.PROJECT,
        clock=lambda: datetime.now(UTC),
        proxy=config.proxy,
        allow=frozenset(config.allow_private),
    ) as door:
        told = await door.tell(config.feeds.hub, [("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)])
    if not 200 <= told.status < 300:
        raise FetchError(f"{config.feeds.hub} answered with status {told.status}")


# --- formats ---------------------------------------------------------------------------------------------------------


def _site(edition: Edition, config: Config, arguments: argparse.Namespace, progress: Progress) -> Done:
    from wirecopy.publish import site

    folder = _to(config, arguments, "site")
    look = replace(_look(edition, config), beside=_beside(config, arguments))
    done = site.publish(edition, folder, look, by_source=by_source(config), progress=progress)
    return _done("site", folder, done, "index.html")


def _look(edition: Edition, config: Config) -> Look:
    """The look of the site, with what the file leaves to us."""
    from wirecopy.publish import messages

    look = config.look
    return replace(
        look,
        interface=look.interface or messages.nearest(_most_read(edition)),
        contact=look.contact or config.contact,
        agent=f"wirecopy (+{config.contact})" if config.contact else "wirecopy",
        respect=config.respect,
    )


def _beside(config: Config, arguments: argparse.Namespace) -> tuple[str, ...]:
    """The formats that stand below the site wherever it goes, or will at the end of this publication: pages lead to
    these alone.
    """
    if arguments.to:  # there it stands alone
        return ()
    coming = getattr(arguments, "formats", ()) or config.formats
    elsewhere = [target.formats for target in config.targets if "site" in target.formats]
    return tuple(
        name
        for name in _BESIDE
        if (name in coming or folder_of(config, name).exists()) and all(name in formats for formats in elsewhere)
    )


def _feeds(edition: Edition, config: Config, arguments: argparse.Namespace, progress: Progress) -> Done:
    from wirecopy.publish import feeds, site

    folder, look = _to(config, arguments, "feeds"), _look(edition, config)
    done = feeds.publish(
        edition,
        folder,
        address=look.address,
        title=look.title,
        contact=look.contact if "@" in look.contact else "",
        hub=config.feeds.hub,
        language=look.interface,
        most=config.feeds.most,
        pictures=tuple(each for each in ("small", "full") if each in look.tiers),
        pictures_since=site.pictures_since(edition, look),
        by_source=by_source(config),
        progress=progress,
    )
    return _done("feeds", folder, done, "")


def _epub(edition: Edition, config: Config, arguments: argparse.Namespace, progress: Progress) -> Done:
    from wirecopy.publish import epub

    folder, look, how = _to(config, arguments, "epub"), _look(edition, config), config.epub
    done = epub.publish(
        edition,
        folder,
        issues=how.issues,
        days=how.days,
        weeks=how.weeks,
        budget=how.budget,
        only_new=how.only_new,
        address=look.address,
        title=look.title,
        language=look.interface,
        by_source=by_source(config),
        progress=progress,
    )
    return _done("epub", folder, done, "")


def _zim(edition: Edition, config: Config, arguments: argparse.Namespace, progress: Progress) -> Done:
    from wirecopy.publish import messages, zim

    look, how = _look(edition, config), config.zim
    say = messages.of(look.interface)
    name = how.name or "wirecopy"
    file = _to(config, arguments, "zim") / f"{name}.zim"
    done = zim.publish(
        edition,
        file,
        name=name,
        title=how.title or (look.title or say("mirror"))[:30],
        description=how.description or say("mirror"),
        language=look.interface,
        creator=how.creator,
        tier=how.tier,
        by_source=by_source(config),
        progress=progress,
    )
    if not arguments.to:  # elsewhere, books may stand beside one another
        done = replace(done, removed=done.removed + zim.leave(file.parent, edition.archive, but=file))
    return _done("zim", file, done, "")


def _data(edition: Edition, config: Config, arguments: argparse.Namespace, progress: Progress) -> Done:
    from wirecopy.publish import data, site

    folder = _to(config, arguments, "data")
    done = data.publish(
        edition,
        folder,
        formats=config.data.formats,
        address=config.look.address,
        without=[wish for wish in ("tdm", "ai") if wish in config.respect],
        pictures=tuple(each for each in ("small", "full") if each in config.look.tiers),
        pictures_since=site.pictures_since(edition, config.look),
        by_source=by_source(config),
        progress=progress,
    )
    return _done("data", folder, done, "")


def _most_read(edition: Edition) -> str:
    """The language of the most documents."""
    counted: dict[str, int] = {}
    for shelf in edition.shelves():
        counted[shelf.language] = counted.get(shelf.language, 0) + sum(number for _, number in shelf.months)
    return max(sorted(counted), key=lambda language: counted[language], default="en")


def _markdown(edition: Edition, config: Config, arguments: argparse.Namespace, progress: Progress) -> Done:
    from wirecopy.publish import markdown

    folder = _to(config, arguments, "markdown")
    done = markdown.publish(
        edition,
        folder,
        layout=arguments.layout or config.layout,
        pictures=arguments.pictures or config.pictures,
        by_source=by_source(config),
        progress=progress,
    )
    return _done("markdown", folder, done, "index.md")


def _warc(config: Config, arguments: argparse.Namespace, progress: Progress) -> Done:
    from wirecopy.publish import warc

    folder = _to(config, arguments, "warc")
    if folder.resolve().is_relative_to(config.public.resolve()):
        raise ConfigError(f"{folder} is what readers see, and captures hold scripts of outlets: name another folder")
    with open_archive(config.archive, write=False) as archive, archive.evidence() as evidence:
        done = warc.publish(evidence, folder, bundle=arguments.wacz, progress=progress)
    return Done(
        format="warc",
        path=str(folder),
        written=done.written,
        removed=done.removed,
        captures=done.captures,
        new=done.new,
        bytes=done.size,
    )


_BESIDE = ("feeds", "markdown", "epub", "data")
_FORMATS: dict[str, Callable[[Edition, Config, argparse.Namespace, Progress], Done]] = {
    "site": _site,
    "feeds": _feeds,
    "markdown": _markdown,
    "epub": _epub,
    "zim": _zim,
    "data": _data,
}


def _to(config: Config, arguments: argparse.Namespace, name: str) -> Path:
    return Path(arguments.to) if arguments.to else folder_of(config, name)


def _done(name: str, folder: Path, published: Published, begin: str) -> Done:
    return Done(
        format=name,
        path=str(folder),
        written=published.written,
        removed=published.removed,
        unchanged=published.unchanged,
        documents=published.documents,
        begin=str(folder / begin) if begin else "",
        changed=published.paths,
    )


def _tell(done: Done) -> None:
    """A line of what was done, and where to begin."""
    if done.format == "warc":
        held = f"{done.new:,} captures written, {done.captures:,} in all, {done.bytes / 1e6:,.1f} MB"
    else:
        held = f"{done.documents:,} documents in all"
    if done.written or done.removed:
        result(f"{done.path}: {done.written:,} files written, {done.removed:,} removed; {held}")
        pages = [path for path in done.changed if path.startswith("articles/") and ".r/" not in path]
        if len(pages) < done.documents:  # the first time it is all of them
            for path in pages[:_NAMED]:
                result(f"  {path}")
            if len(pages) > _NAMED:
                result(f"  and {len(pages) - _NAMED:,} more")
        if done.begin:
            result(f"begin reading at {done.begin}")
    else:
        result(f"{done.path}: nothing changed, nothing written; {held}")
