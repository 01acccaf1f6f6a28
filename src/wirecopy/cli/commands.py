"""One function a command: from arguments to one call, and its result shown. Each returns the exit code.

The clock is read here, once a command, and handed down; the network and the archive are opened here and nowhere else.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy import config as configs
from wirecopy import urls
from wirecopy.archive import open_archive
from wirecopy.cli.terminal import Bar, as_json, bar, result, table, talk
from wirecopy.errors import ConfigError
from wirecopy.model import Outcome, Source
from wirecopy.text import printable

if TYPE_CHECKING:
    from wirecopy.archive.protocol import Archive
    from wirecopy.collect.importing import Found
    from wirecopy.config import Config


def init(arguments: argparse.Namespace) -> int:
    """Write a wirecopy.toml to start from; never over one that is there."""
    path = Path(arguments.config or configs.FILE)
    if path.exists():
        raise ConfigError(f"{path} is there already; `wirecopy add OUTLET` adds an outlet to it")
    configs.parse(written := configs.template(arguments.contact), path)
    _write(path, written)
    talk(f"wrote {path}; next: `wirecopy add dw-zh`", quiet=arguments.quiet)
    if not arguments.contact:
        talk("set contact in it, so that outlets know whom to write to", quiet=arguments.quiet)
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Add a shipped outlet to the file, or list them."""
    from wirecopy.outlets import shipped, shipped_source

    if not arguments.outlet:
        if arguments.json:
            as_json([{"id": each.id, "name": each.name, "language": each.language} for each in shipped().values()])
        else:
            rows = [(each.id, each.language, each.name, each.homepage) for each in shipped().values()]
            result("\n".join(table(rows)))
        return 0
    source = shipped_source(arguments.outlet)
    path = configs.find(arguments.config)
    written = path.read_text("utf-8") if path.exists() else configs.template()
    if any(each.id == source.id for each in configs.parse(written, path).sources):
        talk(f"{source.id} is in {path} already", quiet=arguments.quiet)
    else:
        configs.parse(written := configs.with_source(written, source.id), path)
        _write(path, written)
        talk(f"added {source.id} ({source.name}) to {path}; next: `wirecopy collect`", quiet=arguments.quiet)
    if arguments.json:
        as_json({"id": source.id, "name": source.name, "language": source.language, "file": str(path)})
    return 0


def collect(arguments: argparse.Namespace) -> int:
    """One round over what is due."""
    from wirecopy.cli import show

    config = configs.load(configs.find(arguments.config))
    sources = tuple(config.source(each) for each in dict.fromkeys(arguments.sources)) or config.sources
    if not sources:
        raise ConfigError(f"{config.path} has no source yet; `wirecopy add dw-zh` adds one, `wirecopy add` lists them")
    if not config.contact:
        talk(
            f"contact is not set in {config.path}: outlets are told {configs.PROJECT} instead of whom to write to",
            quiet=arguments.quiet,
        )
    with _writing(config, "collect") as archive, bar(quiet=arguments.quiet) as shown:
        outcomes = run_round(config, sources, archive, everything=arguments.all, shown=shown)
    if arguments.json:
        as_json({"sources": outcomes})
    else:
        show.outcomes(outcomes, everything=arguments.all)
    return 1 if any(outcome.failures for outcome in outcomes) else 0


def run_round(
    config: Config,
    sources: tuple[Source, ...],
    archive: Archive,
    *,
    everything: bool = False,
    shown: Bar | None = None,
    clock: Callable[[], datetime] | None = None,
    sleep: Callable[[float], Awaitable[object]] | None = None,
    monotonic: Callable[[], float] | None = None,
    most: int | None = None,
    indexes: bool = True,
) -> tuple[Outcome, ...]:
    """Open the network, run one round, close it: also for `try` and `demo`. Whoever brings their own clock may bring
    their own time to wait by, too.
    """
    import asyncio

    from wirecopy.collect import round as rounds
    from wirecopy.collect.fetch import Fetcher

    clock = clock or _now
    shown = shown or Bar(shown=False)

    async def go() -> tuple[Outcome, ...]:
        async with Fetcher(
            contact=config.contact or configs.PROJECT,
            clock=clock,
            sleep=sleep or asyncio.sleep,
            monotonic=monotonic,
            proxy=config.proxy,
            allow=frozenset(config.allow_private),
            known=archive.page,
            on_wait=lambda host, _seconds: shown.note(f"waiting for {host}"),
        ) as door:
            outcomes = await rounds.collect(
                sources,
                archive=archive,
                door=door,
                now=clock(),
                everything=everything,
                most=most,
                indexes=indexes,
                tell=lambda step: shown.step(step.source, step.done, step.todo, step.what),
            )
            archive.keep(door.robots_captures.values())
            return outcomes

    return asyncio.run(go())


def try_(arguments: argparse.Namespace) -> int:
    """Collect into an archive that is thrown away, and show how it reads."""
    from tempfile import TemporaryDirectory

    from wirecopy.cli import show
    from wirecopy.collect.discover import lead_of
    from wirecopy.outlets import shipped_source, source_of

    path = configs.find(arguments.config)
    config = configs.load(path) if path.exists() else configs.parse("", path)
    lead = None
    if "://" in arguments.what:
        address = _address(arguments.what)
        own = next((each for each in config.sources if each.homepage and address.startswith(each.homepage)), None)
        source = own or source_of(address) or _source_by_host(address)
        lead = lead_of(source, address, "")
    elif any(each.id == arguments.what for each in config.sources):
        source = config.source(arguments.what)
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


def publish(arguments: argparse.Namespace) -> int:
    """Write what changed since the last publication."""
    from wirecopy.publish import markdown

    config = configs.load(configs.find(arguments.config))
    folder = Path(arguments.to) if arguments.to else config.public
    with _reading(config) as archive, archive.edition() as edition, bar(quiet=arguments.quiet) as shown:
        published = markdown.publish(
            edition,
            folder,
            layout=arguments.layout or config.layout,
            pictures=arguments.pictures or config.pictures,
            progress=lambda done, todo, what: shown.step("publish", done, todo, what),
        )
    if arguments.json:
        as_json({"folder": str(folder), "written": published.written, "removed": published.removed,
                 "unchanged": published.unchanged, "documents": published.documents})  # fmt: skip
    elif published.written or published.removed:
        result(f"{folder}: {published.written:,} files written, {published.removed:,} removed; "
               f"{published.documents:,} documents in all")  # fmt: skip
        result(f"begin reading at {folder / 'index.md'}")
    else:
        result(f"{folder}: nothing changed, nothing written; {published.documents:,} documents")
    return 0


def status(arguments: argparse.Namespace) -> int:
    """What the mirror holds and how its sources are."""
    from wirecopy.cli import show

    config = configs.load(configs.find(arguments.config))
    chosen = tuple(config.source(each) for each in dict.fromkeys(arguments.sources))
    with _reading(config) as archive:
        known = {source.id for source in config.sources}
        others = tuple(Source(id=each, name=each) for each in archive.sources() if each not in known)
        health = [show.health_of(source, archive) for source in chosen or (*config.sources, *others)]
    if arguments.json:
        as_json({"sources": health})
    else:
        show.status(health, _now())
    return 0


def show(arguments: argparse.Namespace) -> int:
    """One article, its history, or what an edit changed."""
    from wirecopy.cli import show as shows

    config = configs.load(configs.find(arguments.config))
    with _reading(config) as archive:
        place = _named(arguments.article, config, archive)
        history = archive.history(*place)
        shows.article(history, arguments)
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Every stored byte against its digest, every published file against its manifest."""
    from wirecopy.publish import markdown

    config = configs.load(configs.find(arguments.config))
    folder = Path(arguments.published) if arguments.published else config.public
    with _reading(config) as archive, bar(quiet=arguments.quiet) as shown:
        stored = list(archive.verify(lambda done, todo: shown.step("archive", done, todo)))
    published = list(markdown.check(folder)) if folder.exists() else []
    found = [(damage.what, damage.name, damage.reason) for damage in stored]
    found += [("published file", damage.name, damage.reason) for damage in published]
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


def demo(arguments: argparse.Namespace) -> int:
    """Play a day of the simulated outlet and mirror it."""
    from wirecopy.cli import show
    from wirecopy.demo.play import play

    spoken = not (arguments.quiet or arguments.json)
    played = play(
        Path(arguments.folder),
        now=_now(),
        collect=run_round,
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
    try:
        path.write_text(words, "utf-8")
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error


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
    named = host if re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,63}", host) else urls.key_of(host)
    return Source(id=named, name=host, homepage=urls.origin(url) + "/")
