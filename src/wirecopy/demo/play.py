"""`wirecopy demo`: a day of the simulated outlet, mirrored step by step with the code that mirrors any outlet.

The outlet is a real server on 127.0.0.1 and its day takes seconds, because the clock is an argument. What is left is a
mirror like any other: a folder with its file, its archive and its publications.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from wirecopy.archive import open_archive
from wirecopy.archive.protocol import Archive
from wirecopy.config import FILE, Config, load
from wirecopy.demo.day import day
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.stories import PAPERS
from wirecopy.errors import ConfigError
from wirecopy.model import Change, Noun, Outcome, Source
from wirecopy.publish import epub, feeds, markdown, site
from wirecopy.publish.look import Look
from wirecopy.publish.output import check

_MARK = "# A mirror of wirecopy's simulated outlet. `wirecopy demo` makes it anew.\n"


class Collect(Protocol):
    """One round over the network: what `cli.collecting.run_round` is."""

    def __call__(
        self,
        config: Config,
        sources: tuple[Source, ...],
        archive: Archive,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]],
        monotonic: Callable[[], float],
    ) -> tuple[Outcome, ...]:
        """The outcome of each source."""
        ...


class _Waits:
    """Time to wait by that passes as soon as somebody waits: a day in seconds, and back-off in none."""

    def __init__(self) -> None:
        self._passed = 0.0

    async def sleep(self, seconds: float) -> None:
        self._passed += seconds
        await asyncio.sleep(0)

    def monotonic(self) -> float:
        return self._passed


class Told(Noun, frozen=True, kw_only=True):
    """One step of the day: what the outlet did, and what the mirror made of it."""

    happened: str
    outcomes: tuple[Outcome, ...]
    changed: tuple[str, ...]


class Played(Noun, frozen=True, kw_only=True):
    """The whole day, and what is left of it."""

    folder: str
    steps: tuple[Told, ...]
    documents: int
    files: int
    damage: int


def play(
    folder: Path, *, now: datetime, collect: Collect, tell: Callable[[Told], None], begin: Callable[[str], None]
) -> Played:
    """Play the day and mirror it into `folder`. Raises ConfigError for a folder with something else in it."""
    _make_room(folder)
    # Yesterday morning: the day is over when it is played, and nothing in the mirror is from the future.
    morning = (now - timedelta(days=1)).replace(hour=5, minute=30, second=0, microsecond=0)
    with FakeOutlet(clock=lambda: morning) as outlet:
        begin(outlet.url)
        path = folder / FILE
        path.write_text(_config(outlet), "utf-8")
        config = load(path)
        archive = open_archive(config.archive, write=True, holder="wirecopy demo")
        waits = _Waits()
        try:
            steps = []
            for happened in day(outlet):
                since = outlet.now()
                outcomes = collect(
                    config, config.sources, archive, clock=outlet.now, sleep=waits.sleep, monotonic=waits.monotonic
                )
                steps.append(Told(happened=happened, outcomes=outcomes, changed=tuple(_changes(archive, since))))
                tell(steps[-1])
            with archive.edition() as edition:
                public = config.public
                look = Look(interface="zh-Hans", contact=config.contact, beside=("feeds", "markdown", "epub"))
                done = [
                    site.publish(edition, public, look),
                    feeds.publish(edition, public / "feeds", language=look.interface),
                    epub.publish(edition, public / "epub", language=look.interface),
                    markdown.publish(edition, public / "markdown", layout="plain", pictures=config.pictures),
                    markdown.publish(edition, folder / "classic", layout="classic"),
                ]
            damage = [*archive.verify(), *check(config.public), *check(folder / "classic")]
        finally:
            archive.close()
    return Played(
        folder=str(folder),
        steps=tuple(steps),
        documents=done[0].documents,
        files=sum(each.written for each in done),
        damage=len(damage),
    )


def _changes(archive: Archive, since: datetime) -> Iterator[str]:
    """What became of single articles in a step, but for new ones: those are many."""
    for source, key, change, _ in archive.recent(since):
        if change is not Change.NEW:
            standing = archive.standing(source, key)
            title = standing.article.title if standing and standing.article else key
            yield f"{change.value}: {title} ({source}/{key})"


def _make_room(folder: Path) -> None:
    """An empty folder; a former demo in it is taken away, anything else is left alone and said."""
    path = folder / FILE
    if path.is_file() and path.read_text("utf-8", errors="replace").startswith(_MARK):
        for left in (*folder.glob("wirecopy.db*"), path):
            left.unlink()
        for left in (folder / "public", folder / "classic"):
            shutil.rmtree(left, ignore_errors=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = next(folder.iterdir(), None)
    except OSError as error:
        raise ConfigError(f"{folder} can't be used: {error.strerror}; name another folder") from error
    if foreign is not None:
        raise ConfigError(f"{folder} holds something else ({foreign.name}); name an empty or a new folder")


def _config(outlet: FakeOutlet) -> str:
    tables = "".join(_table(outlet.source(language)) for language in PAPERS)
    return f'{_MARK}contact = "demo@example.org"\nallow_private = ["127.0.0.1"]\n{tables}'


def _table(source: Source) -> str:
    """A source as it is written into a config file. JSON's strings and lists are TOML's."""
    lines = [f"\n[sources.{source.id}]"]
    for key in (
        "name",
        "language",
        "homepage",
        "family",
        "feeds",
        "sitemaps",
        "key",
        "asks",
        "strip",
        "reader",
        "pace",
    ):
        lines.append(f"{key} = {json.dumps(getattr(source, key), ensure_ascii=False)}")  # noqa: PERF401 - reads downward
    kinds = ", ".join(f"{name} = {json.dumps(value)}" for name, value in source.kinds)
    return "\n".join([*lines, f"kinds = {{ {kinds} }}"]) + "\n"
