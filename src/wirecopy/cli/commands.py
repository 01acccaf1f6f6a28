"""One function a command: from arguments to one call, and its result shown. Each returns the exit code.

The clock is read here, once a command, and handed down; the network and the archive are opened here and nowhere else.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy import config as configs
from wirecopy import urls
from wirecopy.archive import is_archive, open_archive
from wirecopy.cli.terminal import Bar, as_json, bar, result, table, talk
from wirecopy.errors import ConfigError, ReadError
from wirecopy.model import Article, Lead, Removal, Source, TakeDown, replace
from wirecopy.text import printable

if TYPE_CHECKING:
    from wirecopy.archive.protocol import Archive
    from wirecopy.collect.discover.opml import Subscription
    from wirecopy.collect.importing import Found
    from wirecopy.collect.scout import Finding
    from wirecopy.config import Config


def init(arguments: argparse.Namespace) -> int:
    """Write a wirecopy.toml to start from; never over one that is there."""
    path = Path(arguments.config or configs.FILE)
    if path.exists():
        raise ConfigError(f"{path} is there already; `wirecopy add OUTLET` adds an outlet to it")
    configs.parse(written := configs.template(arguments.contact), path)
    _write(path, written)
    talk(f"wrote {path}; next: `wirecopy add dw-zh`, or the address of any outlet", quiet=arguments.quiet)
    if not arguments.contact:
        talk("set contact in it, so that outlets know whom to write to", quiet=arguments.quiet)
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Add a shipped outlet, any outlet by its address, or an OPML file's feeds; without a word, list what ships."""
    from wirecopy.cli import adding
    from wirecopy.outlets import shipped_source

    if arguments.opml:
        return _add_file(arguments)
    if not arguments.outlet:
        return _list_shipped(arguments)
    path, written, config = _file(arguments)
    address = adding.address_of(arguments.outlet)
    if not address:
        return _add_shipped(arguments, shipped_source(arguments.outlet), path, written, config)
    if own := adding.followed(config, [address]):
        return _followed_already(arguments, own, path)
    if (ships := adding.shipped_at(address)) is not None:
        talk(f"{address} is an outlet that ships with wirecopy: {ships.id}", quiet=arguments.quiet)
        return _add_shipped(arguments, ships, path, written, config)
    adding.checked(address, config)
    adding.checked_id(arguments.id, config)
    with bar(quiet=arguments.quiet) as shown:
        (found,) = adding.scouted(config, [address], clock=_now, articles=5, taken=adding.taken_by(config), shown=shown)
    if found.kind == "opml":
        with bar(quiet=arguments.quiet) as shown:
            looked = adding.looked_at(found.subscriptions, config, clock=_now, shown=shown)
        return _subscribe(arguments, looked, address, path, written, config)
    return _add_found(arguments, found, path, written, config)


def sources(arguments: argparse.Namespace) -> int:
    """The sources of the file, or an OPML file of them."""
    from wirecopy.collect.discover import opml

    config = configs.load(configs.find(arguments.config))
    if arguments.opml:
        outlines = dict(config.outlines)
        listed = [
            opml.Subscription(source=source, outline=outlines.get(source.id, opml.Outline()))
            for source in config.sources
        ]
        written = opml.write(listed, title="wirecopy").decode()
        without = [source.id for source in config.sources if not source.feeds]
        if arguments.opml == "-":
            result(written.rstrip("\n"))
        else:
            _write(Path(arguments.opml), written)
            talk(f"wrote {len(config.sources) - len(without)} sources to {arguments.opml}", quiet=arguments.quiet)
        if without:
            talk(
                f"OPML lists feeds, and these have none: {', '.join(without)}; they are left out", quiet=arguments.quiet
            )
        return 0
    if arguments.json:
        as_json({"sources": config.sources})
    elif config.sources:
        rows = [
            (each.id, each.language, each.name, (*each.feeds, *each.listings, *each.sitemaps)[0])
            for each in config.sources
        ]
        result("\n".join(table(rows)))
    else:
        result(f"{config.path} has no source yet; `wirecopy add URL` adds one")
    return 0


def config_(arguments: argparse.Namespace) -> int:
    """Every setting as it counts, and who says so; or the schema."""
    from wirecopy.cli import setting_up

    return setting_up.config(arguments)


def collect(arguments: argparse.Namespace) -> int:
    """One round over what is due; with --watch until stopped."""
    from wirecopy.cli import collecting

    since = _day(arguments.since, _now()) if arguments.since else None
    return collecting.collect(arguments, since=since, clock=_now)


def try_(arguments: argparse.Namespace) -> int:
    """Collect into an archive that is thrown away, and show how it reads; of a site, what could be followed."""
    from tempfile import TemporaryDirectory

    from wirecopy.cli import adding, findings, show
    from wirecopy.cli.collecting import run_round
    from wirecopy.outlets import shipped_source

    path = configs.find(arguments.config)
    config = configs.load(path) if path.exists() else configs.parse("", path, os.environ)
    lead = None
    own = next((each for each in config.sources if each.id == arguments.what), None)
    if own is not None:
        source = own
    elif address := adding.address_of(arguments.what):
        known, lead = _known_at(address, config)
        if known is None:
            adding.checked(address, config)
            with bar(quiet=arguments.quiet) as shown:
                (found,) = adding.scouted(
                    config, [address], clock=_now, articles=arguments.articles, of_article=False, shown=shown
                )
            if found.kind != "article":
                if arguments.json:
                    as_json({"finding": found})
                else:
                    findings.finding(found, _now())
                    result("\nnothing of this is kept")
                return 0 if found.source or found.subscriptions else 1
            known = _source_by_host(address)
            lead = _lead_of(known, address)
        source = known
    else:
        source = shipped_source(arguments.what)
    with TemporaryDirectory(prefix="wirecopy-try-") as folder:
        archive = open_archive(Path(folder) / "try.db", write=True, holder="wirecopy try")
        try:
            if lead is not None:
                archive.note([lead], at=_now())
            with bar(quiet=arguments.quiet) as shown:
                outcomes = run_round(
                    config, (source,), archive, shown=shown, most=arguments.articles, indexes=lead is None
                )
            show.trial(source, archive, outcomes[0], as_one_json=arguments.json)
        finally:
            archive.close()
    return 1 if outcomes[0].failures else 0


def import_(arguments: argparse.Namespace) -> int:
    """Take classic documents into the archive."""
    from wirecopy.cli import show
    from wirecopy.collect.importing import take_in
    from wirecopy.outlets import source_of

    config = configs.load(configs.find(arguments.config))
    own = {source.homepage: source for source in config.sources if source.homepage}
    given = config.source(arguments.source) if arguments.source else None

    def belongs_to(url: str) -> Source:
        mine = next((source for homepage, source in own.items() if url.startswith(homepage)), None)
        return given or mine or source_of(url) or _source_by_host(url)

    archives = [Path(each) for each in arguments.paths if _is_archive(Path(each))]
    if archives:
        return _import_archives(arguments, config, archives)
    if warcs := _web_archives(arguments):
        return _import_warcs(arguments, config, warcs)
    paths = sorted(_documents_below(map(Path, arguments.paths)))
    if not paths:
        raise ConfigError(f"no .md documents in {', '.join(arguments.paths)}")
    with _writing(config, "import") as archive, bar(quiet=arguments.quiet) as shown:
        done = take_in(
            _read_files(paths),
            archive=archive,
            source_of=belongs_to,
            tell=lambda count, name: shown.step("import", count, len(paths), name),
        )
    if arguments.json:
        as_json(done)
    else:
        show.imported(done)
    return 1 if done.failures else 0


def _web_archives(arguments: argparse.Namespace) -> list[Path]:
    """The WARC and WACZ files among the paths of an import. Raises ConfigError where others stand beside them."""
    from wirecopy.collect.warcs import files

    given = {each: list(files.below(Path(each))) for each in arguments.paths if not each.endswith(".md")}
    found = [path for paths in given.values() for path in paths]
    if found and (others := [each for each in arguments.paths if not given.get(each)]):
        raise ConfigError(f"import web archives by themselves; there is none in {', '.join(others)}")
    if not found and (arguments.again or arguments.known):
        raise ConfigError("--again and --known are for web archives (.warc, .warc.gz, .warc.zst, .wacz)")
    return found


def _import_warcs(arguments: argparse.Namespace, config: Config, paths: list[Path]) -> int:
    """Take what web archives hold into the archive."""
    import asyncio

    from wirecopy.cli import show
    from wirecopy.collect.read import workers
    from wirecopy.collect.warcs import files
    from wirecopy.collect.warcs.taking import Outlets, Taken, take_in
    from wirecopy.outlets import shipped, source_of

    own = tuple(source for source in config.sources if source.homepage)
    only = config.source(arguments.source) if arguments.source else None

    def known(url: str) -> Source | None:
        mine = next((source for source in own if url.startswith(source.homepage)), None) or source_of(url)
        return mine if only is None or (mine is not None and mine.id == only.id) else None

    def named(source_id: str) -> Source | None:
        mine = next((source for source in config.sources if source.id == source_id), None) or shipped().get(source_id)
        return mine if only is None or source_id == only.id else None

    opened = list(files.opened(paths))
    processes = workers.count() if config.workers is None else config.workers
    stranger = None if only or arguments.known else _source_by_host

    async def go(archive: Archive, shown: Bar) -> Taken:
        async with workers.Readers(processes) if processes else workers.Here() as reader:
            return await take_in(
                [each for each in opened if isinstance(each, files.WarcFile)],
                archive=archive,
                reader=reader,
                outlets=Outlets(known=known, named=named, stranger=stranger),
                now=_now(),
                again=arguments.again,
                at_once=4 * max(1, processes),
                tell=lambda done, todo, name: shown.step("import", done, todo, name),
            )

    with _writing(config, "import") as archive, bar(quiet=arguments.quiet) as shown:
        done = asyncio.run(go(archive, shown))
    unread = tuple(each for each in opened if not isinstance(each, files.WarcFile))
    done = replace(done, failures=(*unread, *done.failures))
    if arguments.json:
        as_json(done)
    else:
        show.taken(done)
    return 1 if done.failures else 0


def _is_archive(path: Path) -> bool:
    return path.is_file() and (path.suffix == ".db" or is_archive(path))


def _import_archives(arguments: argparse.Namespace, config: Config, archives: list[Path]) -> int:
    """Take other archives of wirecopy into this one."""
    from wirecopy.cli import show
    from wirecopy.collect.pictures import checking
    from wirecopy.collect.read import workers
    from wirecopy.collect.revise import core, fingerprint

    def same(before: Article, after: Article) -> bool:  # as a round compares what two readers made of one page
        if before.reader != after.reader:
            return core(before) == core(after)
        return fingerprint(before) == fingerprint(after)

    others = [each for each in arguments.paths if Path(each) not in archives]
    if others or arguments.source:
        raise ConfigError("import archives by themselves: no documents and no --source beside them")
    own = config.archive.resolve()
    if any(path.resolve() == own for path in archives):
        raise ConfigError(f"{own} is this mirror's own archive: name another one")
    now, processes = _now(), workers.count() if config.workers is None else config.workers
    with (
        open_archive(config.archive, write=True, holder="wirecopy import") as archive,
        bar(quiet=arguments.quiet) as shown,
        checking.in_turn(processes) as render,
    ):
        done = [
            archive.merge(
                path, same=same, render=render, now=now,
                progress=lambda count, todo: shown.step("import", count, todo),
            )
            for path in archives
        ]  # fmt: skip
        archive.set_back(now)  # what another clock looked at in a future is due now
    if arguments.json:
        as_json({"archives": done})
    else:
        show.merged(archives, done)
    return 0


def publish(arguments: argparse.Namespace) -> int:
    """Write what changed since the last publication."""
    from wirecopy.cli import publishing

    return publishing.publish(arguments)


def serve(arguments: argparse.Namespace) -> int:
    """The published folder over HTTP, with search in the archive, until told to stop."""
    from wirecopy.cli import serving

    return serving.serve(arguments)


def schedule(arguments: argparse.Namespace) -> int:
    """What makes the mirror go by itself: install it, show it, remove it."""
    from wirecopy.cli import scheduling

    return scheduling.schedule(arguments)


def doctor(arguments: argparse.Namespace) -> int:
    """Whether all that a mirror needs is well."""
    from wirecopy.cli import doctor as doctors

    return doctors.doctor(arguments)


def status(arguments: argparse.Namespace) -> int:
    """What the mirror holds, how its sources are, what is wrong and what to do."""
    from wirecopy.cli import status as shown

    return shown.status(arguments, _now())


def held(arguments: argparse.Namespace) -> int:
    """What is held, and why."""
    from wirecopy.cli import show
    from wirecopy.collect import holding

    config = configs.load(configs.find(arguments.config))
    chosen = tuple(config.source(each).id for each in dict.fromkeys(arguments.sources))
    with _reading(config) as archive:
        known = chosen or tuple(dict.fromkeys((*(source.id for source in config.sources), *archive.sources())))
        found = [each for each in holding.held(archive, known) if arguments.reason in each.reason]
    if arguments.json:
        as_json({"held": found})
    else:
        show.held(found, _now())
    return 0


def accept(arguments: argparse.Namespace) -> int:
    """Believe what is held: it becomes a revision, or turns out to say what stands already."""
    from wirecopy.collect import holding

    config = configs.load(configs.find(arguments.config))
    with _writing(config, "accept") as archive, archive.batch():
        known = {source.id: source for source in config.sources}
        done = []
        for source, key in _held_places(arguments, config, archive):
            revision = holding.accept(archive, known.get(source, Source(id=source, name=source)), key, now=_now())
            done.append({"source": source, "key": key, "change": revision.change.value if revision else "unchanged"})
    if arguments.json:
        as_json({"accepted": done})
    else:
        result("\n".join(f"accepted {each['source']}/{each['key']}: {each['change']}" for each in done))
    return 0


def refuse(arguments: argparse.Namespace) -> int:
    """Say that what is held is not the article: it is tried again, and not told as new while it stays the same."""
    from wirecopy.collect import holding

    config = configs.load(configs.find(arguments.config))
    with _writing(config, "refuse") as archive, archive.batch():
        places = _held_places(arguments, config, archive)
        for place in places:
            holding.refuse(archive, *place)
    if arguments.json:
        as_json({"refused": [{"source": source, "key": key} for source, key in places]})
    else:
        result("\n".join(f"refused {source}/{key}: it is tried again as before" for source, key in places))
    return 0


def _held_places(arguments: argparse.Namespace, config: Config, archive: Archive) -> list[tuple[str, str]]:
    """The articles that an answer is for: those named, and all that is held of a source for a reason."""
    from wirecopy.collect import holding

    places = [_named(each, config, archive) for each in arguments.articles]
    if arguments.source:
        source = config.source(arguments.source).id
        places += [(source, each.key) for each in holding.held(archive, [source]) if arguments.reason in each.reason]
    if not places:
        raise ConfigError("name the articles, or a source with --source; `wirecopy held` lists what is held")
    return list(dict.fromkeys(places))


def show(arguments: argparse.Namespace) -> int:
    """One article, its history, or what an edit changed."""
    from wirecopy.cli import show as shows

    config = configs.load(configs.find(arguments.config))
    with _reading(config) as archive:
        place = _named(arguments.article, config, archive)
        history = archive.history(*place)
        if arguments.at:
            history = shows.stood(history, _moment(arguments.at, _now()))
        else:
            shows.standing(archive.entry(*place), quiet=arguments.quiet)
            with archive.edition() as edition:
                shows.kin(edition.kin(*place), quiet=arguments.quiet)
        shows.article(history, arguments)
    return 0


def search(arguments: argparse.Namespace) -> int:
    """The articles of the archive that these words find."""
    from wirecopy.archive import search as searching
    from wirecopy.cli import publishing
    from wirecopy.cli import show as shows

    config = configs.load(configs.find(arguments.config))
    bounds = (("since", arguments.since), ("until", arguments.until))
    words = [*arguments.words, *(f'source:"{each}"' for each in arguments.source)]
    for field, day in bounds:
        if day and not searching.is_day(day, _now()):
            raise ConfigError(f"--{field} {printable(day)!r} is no day; write 2026-10-22, 2026-10, 2026 or 30d")
        words += [f"{field}:{day}"] if day else []
    with _reading(config) as archive:
        found = searching.search(archive, " ".join(words), limit=arguments.limit, best=arguments.best, now=_now())
        if arguments.epub:
            publishing.book(archive, config, Path(arguments.epub), " ".join(words), found.hits)
    if arguments.json:
        as_json({"hits": found.hits, "more": found.more, "whole": found.whole, "notes": found.notes})
    else:
        shows.found(found)
    for note in found.notes:
        talk(printable(note), quiet=arguments.quiet)
    return 0


def reread(arguments: argparse.Namespace) -> int:
    """Read what is stored by today's rules: in its place, or only to see what would change."""
    import asyncio

    from wirecopy.cli import upkeep
    from wirecopy.collect import rereading
    from wirecopy.collect.read import workers

    config = configs.load(configs.find(arguments.config))
    chosen = tuple(config.source(each) for each in dict.fromkeys(arguments.sources))
    processes = arguments.workers or (workers.count() if config.workers is None else config.workers)
    opened = _reading(config) if arguments.rehearse else _writing(config, "reread")
    with opened as archive, bar(quiet=arguments.quiet) as shown:
        known = {source.id for source in config.sources}
        others = () if chosen else tuple(Source(id=each) for each in archive.sources() if each not in known)

        async def go() -> list[rereading.Reread]:
            async with workers.Readers(processes) if processes else workers.Here() as reader:
                return [
                    await rereading.reread(
                        source,
                        archive=archive,
                        reader=reader,
                        rehearse=arguments.rehearse,
                        differences=arguments.articles if arguments.rehearse else 0,
                        imported_only=source in others,
                        tell=shown.step,
                    )
                    for source in (*(chosen or config.sources), *others)
                ]

        done = asyncio.run(go())
    if arguments.json:
        as_json({"rehearsed": arguments.rehearse, "sources": done})
    else:
        upkeep.reread(done, rehearse=arguments.rehearse)
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Take something down, have no byte of it left in the file; or list what was taken down."""
    from wirecopy.cli import upkeep

    config = configs.load(configs.find(arguments.config))
    if not (arguments.articles or arguments.source or arguments.picture):
        return _list_take_downs(arguments, config)
    done: list[TakeDown] = []
    is_purged = True
    now = _now()
    with _writing(config, "remove") as archive, bar(quiet=arguments.quiet) as shown:
        removals = _removals(arguments, config, archive)
        with suppress(_Rehearsed), archive.batch():
            for removal in removals:
                who = arguments.by or config.contact
                done.append(archive.take_down(removal, at=now, reason=arguments.reason, who=who))
            if arguments.rehearse:
                raise _Rehearsed
        if not arguments.rehearse:
            is_purged = archive.purge(_now(), lambda count, todo: shown.step("removing every byte", count, todo))
            done = _as_they_stand(archive, done)
    if arguments.json:
        as_json({"rehearsed": arguments.rehearse, "purged": is_purged, "take_downs": done})
    else:
        upkeep.taken_down(done, rehearse=arguments.rehearse)
    if not arguments.rehearse:
        talk("`wirecopy publish` takes it out of what is published", quiet=arguments.quiet)
        for copy in _copies_of(config.archive):
            talk(f"{copy} is a copy from before: it still holds what was taken down", quiet=arguments.quiet)
    if not is_purged:
        talk(_UNPURGED, quiet=False)
        return 3
    return 0


_UNPURGED = (
    "another program still reads the archive as it was, so its bytes could not leave the file: "
    "end that program and run `wirecopy remove` again"
)


class _Rehearsed(Exception):
    """Undo it: it was only to see what would go."""


def _list_take_downs(arguments: argparse.Namespace, config: Config) -> int:
    """What was taken down; a purge that was interrupted or had to wait is brought to its end."""
    from wirecopy.cli import upkeep

    if arguments.since or arguments.until or arguments.reason or arguments.rehearse:
        raise ConfigError("name what to take down: articles, a source with --source, or a picture with --picture")
    with _reading(config) as archive:
        is_purged = all(each.purged for each in archive.take_downs())
    if not is_purged:
        with _writing(config, "remove") as archive:
            is_purged = archive.purge(_now())
    with _reading(config) as archive:
        done = archive.take_downs()
    if arguments.json:
        as_json({"purged": is_purged, "take_downs": done})
    else:
        upkeep.downs(done)
    if not is_purged:
        talk(_UNPURGED, quiet=False)
    return 0 if is_purged else 3


def _removals(arguments: argparse.Namespace, config: Config, archive: Archive) -> list[Removal]:
    """What a person wants taken down, each by itself."""
    if sum(map(bool, (arguments.articles, arguments.source, arguments.picture))) != 1:
        raise ConfigError("one of these at a time: articles, --source ID, --picture URL")
    if (arguments.since or arguments.until) and not arguments.source:
        raise ConfigError("--from and --until go with --source")
    if arguments.picture:
        return [Removal(picture=arguments.picture)]
    if arguments.source:
        if arguments.source not in archive.sources():
            raise ConfigError(f"{config.archive} holds nothing of {printable(arguments.source)!r}")
        days = [_day(each, _now()).date().isoformat() if each else "" for each in (arguments.since, arguments.until)]
        return [Removal(source=arguments.source, since=days[0], until=days[1])]
    places = [_named(each, config, archive) for each in arguments.articles]
    return [Removal(source=source, key=key) for source, key in dict.fromkeys(places)]


def _as_they_stand(archive: Archive, done: list[TakeDown]) -> list[TakeDown]:
    """These take-downs with what became of them meanwhile."""
    meant = {(each.scope, each.source, each.name, each.since, each.until) for each in done}
    return [
        each for each in archive.take_downs() if (each.scope, each.source, each.name, each.since, each.until) in meant
    ]


def _copies_of(archive: Path) -> list[Path]:
    """What stands beside an archive and is one too: kept from before a migration, or a restore."""
    ours = {archive.name + end for end in ("-wal", "-shm", "-journal", ".lock", ".holder", ".waiting", ".migrating")}
    beside = (each for each in archive.parent.glob(f"{archive.name}*") if each.is_file())
    return sorted(each for each in beside if each.name != archive.name and each.name not in ours)


def _absent(arguments: argparse.Namespace, config: Config, folder: Path) -> int:
    """Search for what was taken down in the archive, its copies, and all that is published."""
    from wirecopy.cli import publishing, upkeep

    for each in (named := [Path(each) for each in arguments.copy]):
        if not each.is_file():
            raise ConfigError(f"there is no file {each}")
    folders = [each for each in (folder, config.path.parent / "warc") if each.exists()]
    published = sorted(file for each in folders for file in each.rglob("*") if file.is_file())
    files = [*_copies_of(config.archive), *named, *published]
    with _reading(config) as archive, bar(quiet=arguments.quiet) as shown:
        done = 0

        def tell(size: int) -> None:
            nonlocal done
            done += size
            shown.step("searching", done >> 20, 0)

        unpurged = [each for each in archive.take_downs() if each.purged is None]
        found = [*archive.leftovers(files, arguments.absent, tell), *publishing.behind(config, archive.take_downs())]
    if arguments.json:
        as_json({"leftovers": found, "files": len(files), "unpurged": len(unpurged)})
    else:
        upkeep.leftovers(found, files)
    if unpurged:
        talk(f"{len(unpurged):,} take-downs are not purged yet; `wirecopy remove` does it", quiet=False)
    return 3 if found or unpurged else 0


def verify(arguments: argparse.Namespace) -> int:
    """Every stored byte against its digest, every published file against its manifest."""
    from wirecopy.cli import publishing

    config = configs.load(configs.find(arguments.config))
    folder = Path(arguments.published) if arguments.published else config.public
    if arguments.absent is not None:
        return _absent(arguments, config, folder)
    if arguments.repair:
        return _repair(arguments, config, folder)
    with _reading(config) as archive, bar(quiet=arguments.quiet) as shown:
        stored = list(archive.verify(lambda done, todo: shown.step("archive", done, todo)))
    published = publishing.check(folder) if folder.exists() else []
    if (config.path.parent / "warc" / "warc.json").exists():
        from wirecopy.publish import warc

        published += warc.check(config.path.parent / "warc")
    found = [(damage.what, damage.name, damage.reason) for damage in stored]
    found += [
        (damage.what if damage.what == "WARC file" else "published file", damage.name, damage.reason)
        for damage in published
    ]
    if arguments.json:
        as_json({"damage": [{"what": what, "name": name, "reason": reason} for what, name, reason in found]})
    elif found:
        result("\n".join(table(found)))
    else:
        seen = f" and every file of {folder}" if folder.exists() else f"; nothing is published in {folder} yet"
        result(f"whole: every stored byte of {config.archive}{seen}")
    if stored:
        return 3
    return 4 if published else 0


def _repair(arguments: argparse.Namespace, config: Config, folder: Path) -> int:
    """Save what can be saved, make the rest anew, and name what is lost."""
    from wirecopy.cli import mending, publishing

    with bar(quiet=arguments.quiet) as shown:
        done = mending.mended(
            config,
            folder,
            clock=_now,
            progress=shown.step,
            check=publishing.check,
            publish=lambda at: publishing.again(config, at),
        )
    if arguments.json:
        as_json(done)
    else:
        mending.shown(done)
    if done.archive.lost:
        return 3
    return 4 if done.left else 0


def backup(arguments: argparse.Namespace) -> int:
    """Copy the archive elsewhere, and read the copy back."""
    from wirecopy.archive import backup as backups

    config = configs.load(configs.find(arguments.config))
    with bar(quiet=arguments.quiet) as shown:
        done = backups.backup(config.archive, Path(arguments.to), clock=_now, progress=shown.step)
    if arguments.json:
        as_json(done)
    else:
        result(f"{done.path}: {done.size / 1e6:,.1f} MB, every byte read back against its digest")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Put a backup in the archive's place."""
    from wirecopy.archive import backup as backups

    config = configs.load(configs.find(arguments.config))
    with bar(quiet=arguments.quiet) as shown:
        done = backups.restore(
            config.archive, Path(arguments.source), force=arguments.force, clock=_now, progress=shown.step
        )
    if arguments.json:
        as_json(done)
    else:
        result(f"{done.path} is what {done.source} was, every byte of it checked")
        if done.kept:
            result(f"what stood there before is {done.kept}; delete it when you are sure")
    return 0


def demo(arguments: argparse.Namespace) -> int:
    """Play a day of the simulated outlet and mirror it."""
    from wirecopy.cli import show
    from wirecopy.cli.collecting import run_round
    from wirecopy.demo.play import play

    spoken = not (arguments.quiet or arguments.json)
    played = play(
        Path(arguments.folder),
        now=_now(),
        collect=partial(run_round, pictures=True),
        begin=lambda url: show.demo_begins(url) if spoken else None,
        tell=lambda step: show.demo_step(step) if spoken else None,
    )
    if arguments.json:
        as_json(played)
    else:
        show.demo_ends(played)
    return 3 if played.damage else 0


# --- what commands share -------------------------------------------------------------------------------------------


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _writing(config: Config, command: str) -> Iterator[Archive]:
    archive = open_archive(config.archive, write=True, holder=f"wirecopy {command}")
    try:
        yield archive
    finally:
        archive.close()


@contextmanager
def _reading(config: Config) -> Iterator[Archive]:
    archive = open_archive(config.archive, write=False)
    try:
        yield archive
    finally:
        archive.close()


def _write(path: Path, words: str) -> None:
    """Write a file whole or not at all: a new one takes the old one's place."""
    goal = path.resolve()  # the file that a link names, not the link
    aside = goal.with_name(f".{goal.name}.{os.getpid()}.new")
    try:
        aside.write_text(words, "utf-8")
        if goal.exists():
            shutil.copymode(goal, aside)
        aside.replace(goal)
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)


def _file(arguments: argparse.Namespace) -> tuple[Path, str, Config]:
    """The mirror's file, its text and what it says; one to start from where there is none."""
    path = configs.find(arguments.config)
    try:
        written = path.read_text("utf-8") if path.exists() else configs.template()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error
    return path, written, configs.parse(written, path, os.environ)


def _day(words: str, now: datetime) -> datetime:
    """The beginning of the day that a person names: 2026-10-22, or 30d for thirty days ago."""
    try:
        if words.endswith("d") and words[:-1].isdecimal():
            day = (now - timedelta(days=int(words[:-1]))).date()
        else:
            day = date.fromisoformat(words)
    except (ValueError, OverflowError):
        raise ConfigError(f"{printable(words)!r} is no day; write 2026-10-22, or 30d for 30 days ago") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _moment(words: str, now: datetime) -> datetime:
    """The moment that a person names: a date is the end of that day (UTC), 30d the same hour thirty days ago."""
    from wirecopy import dates

    if words.endswith("d") and words[:-1].isdecimal() and len(words) < 7:
        return now - timedelta(days=int(words[:-1]))
    moment = dates.parse(words)
    if moment is None:
        raise ConfigError(
            f"{printable(words)!r} is no moment; write 2026-10-22 (as it stood that evening, UTC), "
            "2026-10-22T14:00Z, or 30d for 30 days ago"
        )
    return moment + timedelta(days=1, microseconds=-1) if re.fullmatch(r"\d{4}-\d\d-\d\d", words) else moment


def _address(words: str) -> str:
    try:
        return urls.parse(words)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _named(words: str, config: Config, archive: Archive) -> tuple[str, str]:
    """The article that a person means: a name the archive knows, or a bare key in any source."""
    names = [words, *(f"{source.id}/{words}" for source in config.sources)]
    if "://" in words:
        address = _address(words)
        names = [address, urls.canonical(address)]
    for name in names:
        if place := archive.named(name):
            return place
    raise ConfigError(
        f"no article goes by {printable(words)!r} in {config.archive}; "
        "it is named by SOURCE/KEY as in dw-zh/68204677, by its key, or by its address"
    )


def _documents_below(paths: Iterator[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (each for each in path.rglob("*.md") if each.is_file())
        elif path.is_file():
            yield path
        else:
            raise ConfigError(f"there is no file or folder {path}")


def _read_files(paths: list[Path]) -> Iterator[Found]:
    from wirecopy.collect.importing import Found

    for path in paths:
        try:
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            yield Found(name=str(path), body=path.read_bytes(), at=at)
        except OSError as error:
            raise ConfigError(f"{path} can't be read: {error.strerror}") from error


def _source_by_host(url: str) -> Source:
    """A source for an outlet that nothing is known about but its host."""
    host = urls.host(url).removeprefix("www.")
    named = next(filter(urls.is_id, (host, host.replace(".", "-"))), urls.key_of(host))
    return Source(id=named, name=host, homepage=urls.origin(url) + "/")


# --- add -----------------------------------------------------------------------------------------------------------


def _list_shipped(arguments: argparse.Namespace) -> int:
    from wirecopy.outlets import shipped

    if arguments.json:
        as_json([{"id": each.id, "name": each.name, "language": each.language} for each in shipped().values()])
    else:
        rows = [(each.id, each.language, each.name, each.homepage) for each in shipped().values()]
        result("\n".join(table(rows)))
    return 0


def _add_shipped(arguments: argparse.Namespace, source: Source, path: Path, written: str, config: Config) -> int:
    if any(each.id == source.id for each in config.sources):
        return _followed_already(arguments, source, path)
    if arguments.id:
        raise ConfigError(f"--id is for outlets by address; {source.id} ships under its own id")
    if arguments.name:
        source = replace(source, name=arguments.name)
    configs.parse(written := configs.with_table(written, source), path)
    _write(path, written)
    talk(f"added {source.id} ({source.name}) to {path}; next: `wirecopy collect`", quiet=arguments.quiet)
    if arguments.json:
        as_json(_added([source], path))
    return 0


def _followed_already(arguments: argparse.Namespace, source: Source, path: Path) -> int:
    talk(f"{source.id} is in {path} already", quiet=arguments.quiet)
    if arguments.json:
        as_json({**_added([source], path), "added": False})
    return 0


def _add_found(arguments: argparse.Namespace, found: Finding, path: Path, written: str, config: Config) -> int:
    """Show a finding and write it into the file."""
    from wirecopy.cli import adding, findings

    source = found.source
    own = adding.followed(config, (*source.feeds, *source.sitemaps, *source.listings)) if source else None
    if source is not None and own is None:
        source = replace(source, id=arguments.id or source.id, name=arguments.name or source.name)
        configs.parse(changed := configs.with_table(written, source), path)
        _write(path, changed)
        found = replace(found, source=source)
    if arguments.json:
        told = _added([each for each in (own or source,) if each is not None], path)
        as_json({**told, "added": source is not None and own is None, "finding": found})
    else:
        findings.finding(found, _now())
        if source is not None and own is None:
            result("\n" + configs.with_table("", source).strip())
    if source is None:
        talk(f"\nnothing was written to {path}", quiet=arguments.quiet)
        return 1
    if own is not None:
        talk(f"\n{own.id} in {path} follows this already", quiet=arguments.quiet)
    else:
        talk(f"\nadded {source.id} to {path}; next: `wirecopy collect`", quiet=arguments.quiet)
        if found.samples and not any(each.characters for each in found.samples):
            talk("none of its articles could be read; look at them before you rely on it", quiet=arguments.quiet)
    return 0


def _add_file(arguments: argparse.Namespace) -> int:
    """Add the feeds of an OPML file, without asking for any of them."""
    from wirecopy.collect.discover import opml

    if arguments.outlet or arguments.id or arguments.name:
        raise ConfigError("--opml FILE adds what the file lists; it goes with no OUTLET, --id or --name")
    given = Path(arguments.opml)
    try:
        body = given.read_bytes()
    except OSError as error:
        raise ConfigError(f"{given} can't be read: {error.strerror}") from error
    try:
        subscriptions = opml.parse(body, where=str(given))
    except ReadError as error:
        raise ConfigError(str(error)) from error
    path, written, config = _file(arguments)
    return _subscribe(arguments, subscriptions, str(given), path, written, config)


def _subscribe(
    arguments: argparse.Namespace,
    subscriptions: tuple[Subscription, ...],
    where: str,
    path: Path,
    written: str,
    config: Config,
) -> int:
    """Write a list of feeds into the file, each as a source."""
    from wirecopy.cli import adding

    if not subscriptions:
        raise ConfigError(f"{where} lists no feed: none of its outlines that can be read has an xmlUrl")
    new, known = adding.subscribed(subscriptions, config)
    for each in new:
        written = configs.with_table(written, each.source, each.outline)
    if new:
        configs.parse(written, path)
        _write(path, written)
    if arguments.json:
        as_json({"sources": [each.source for each in new], "known": [own.id for _, own in known], "file": str(path)})
    else:
        for line in table([(each.source.id, each.source.name, each.source.feeds[0]) for each in new]):
            result(line)
    already = f"; {len(known)} were there already" if known else ""
    nothing_read = "; `wirecopy try ID` shows how one reads" if new else ""
    number = f"{len(new)} source{'' if len(new) == 1 else 's'}"
    talk(f"added {number} of {where} to {path}{already}{nothing_read}", quiet=arguments.quiet)
    return 0


def _added(sources: list[Source], path: Path) -> dict[str, object]:
    source = sources[0] if sources else Source(id="")
    return {"id": source.id, "name": source.name, "language": source.language, "file": str(path)}


# --- try -----------------------------------------------------------------------------------------------------------


def _known_at(address: str, config: Config) -> tuple[Source | None, Lead | None]:
    """The source that an address belongs to, of the file or shipped, and the article that it is, if it is one."""
    from wirecopy.collect import discover
    from wirecopy.outlets import source_of

    own = next((each for each in config.sources if each.homepage and address.startswith(each.homepage)), None)
    known = own or source_of(address)
    if known is None:
        return None, None
    lead = discover.lead_of(known, address, "")
    front = address.rstrip("/") == known.homepage.rstrip("/") or address in (*known.feeds, *known.sitemaps)
    return known, None if front or lead is None or discover.exclusion(known, lead) else lead


def _lead_of(source: Source, address: str) -> Lead | None:
    from wirecopy.collect.discover import lead_of

    return lead_of(source, address, "")
