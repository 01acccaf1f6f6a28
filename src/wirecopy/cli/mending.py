"""`wirecopy verify --repair`: the archive first, then what is published from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from wirecopy.archive import repair_archive
from wirecopy.archive.protocol import Archive
from wirecopy.archive.repair import Progress, Reader, Repaired
from wirecopy.cli.terminal import result, styled, table
from wirecopy.config import Config
from wirecopy.errors import PublishError, SourceError
from wirecopy.model import Article, Capture, Damage, Lead, Noun, Source

_MOST_SHOWN = 20


class Mended(Noun, frozen=True, kw_only=True):
    """What `verify --repair` did: to the archive, and to the published folder. `left`: what is still damaged there."""

    archive: Repaired
    published: tuple[Damage, ...] = ()
    left: tuple[Damage, ...] = ()


def mended(
    config: Config,
    folder: Path,
    *,
    clock: Callable[[], datetime],
    progress: Progress,
    check: Callable[[Path], Sequence[Damage]],
    publish: Callable[[Path], object],
) -> Mended:
    """Repair the archive, then have what is published say what it says."""
    repaired = repair_archive(
        config.archive, reader=_reader(config), renew=lambda archive: _rendered(archive, config), clock=clock,
        progress=progress,
    )  # fmt: skip
    if not folder.exists():
        return Mended(archive=repaired)
    found = tuple(check(folder))
    if not found and not repaired.found:
        return Mended(archive=repaired)
    # A page of the manifest that is damaged vouches for nothing; without the bookmark everything is made anew.
    for each in found:
        if each.what == "manifest":
            (folder / each.name).unlink(missing_ok=True)
    if found:
        (folder / ".wirecopy.json").unlink(missing_ok=True)
    try:
        publish(folder)
    except PublishError as error:
        return Mended(
            archive=repaired, published=found, left=(Damage(what="folder", name=str(folder), reason=str(error)),)
        )
    return Mended(archive=repaired, published=found, left=tuple(check(folder)))


def shown(done: Mended) -> None:
    """What was damaged, what was made again, and what could not be saved."""
    repaired = done.archive
    if not repaired.found and not done.published:
        result(f"whole: there is nothing to repair in {repaired.archive}")
        return
    if repaired.found:
        result(f"{repaired.archive} was damaged in {len(repaired.found):,} places; the damaged file is {repaired.kept}")
        _list("made again", repaired.made, "good")
        _list("lost", repaired.lost, "bad")
        if not repaired.lost:
            result("nothing was lost")
    if done.published:
        result(f"{len(done.published):,} published files were not what they should be; they were written again")
        _list("still wrong", done.left, "bad")


def _list(what: str, found: Sequence[Damage], style: str) -> None:
    if found:
        result(f"{styled(what, style)} ({len(found):,}):")
        for line in table([("", each.what, each.name, each.reason) for each in found[:_MOST_SHOWN]]):
            result(line)
        if len(found) > _MOST_SHOWN:
            result(f"  and {len(found) - _MOST_SHOWN:,} more; --json lists all")


def _rendered(archive: Archive, config: Config) -> tuple[Damage, ...]:
    """Make the renditions again that are missing or damaged; whose they were."""
    import asyncio

    from wirecopy.collect.pictures import checking
    from wirecopy.collect.pictures.repair import rebuild
    from wirecopy.collect.read import workers

    asked: list[str] = []
    processes = workers.count() if config.workers is None else config.workers

    async def go() -> set[str]:
        async with checking.Checkers(processes) if processes else checking.Here() as checker:
            return {lost.name for lost in (await rebuild(archive, checker, tell=asked.append)).lost}

    lost = asyncio.run(go())
    return tuple(
        Damage(what="renditions", name=digest, reason="made again from the original")
        for digest in asked
        if digest not in lost
    )


def _reader(config: Config) -> Reader:
    from wirecopy.collect.read import believed
    from wirecopy.collect.revise import fingerprint

    sources = {source.id: source for source in config.sources}

    def read(lead: Lead, page: Capture, more: Sequence[Capture]) -> Article | None:
        try:
            # What is in the archive was believed once, by the rules or by its operator.
            return believed(sources.get(lead.source, Source(id=lead.source)), lead, page, more)
        except SourceError:
            return None

    return Reader(read, fingerprint)
