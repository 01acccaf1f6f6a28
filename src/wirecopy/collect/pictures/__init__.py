"""The pictures that articles show, fetched and kept: one source's part of a round, after its articles.

- A picture is asked for at the addresses where its outlet has it, the largest useful size first, until one answer is a
  picture. It goes through the same door as pages do, at the same pace, so many a round at most.
- Bytes are believed when they decode (`checking`). They are kept as they came, with what was made of them for readers.
- What could not be had is tried again, ever more seldom; what all addresses say is gone is gone. What is kept stays,
  whatever is answered later; other bytes that are a picture are its new version.
- One picture costs only itself, and none of them fails a source: what is missing is in the ledger of pictures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import Protocol

from wirecopy import urls, usage
from wirecopy.archive.protocol import Archive
from wirecopy.errors import FetchError, ReadError, Refused
from wirecopy.model import (
    Capture,
    Checked,
    Picture,
    PictureEntry,
    PictureState,
    Source,
    Validators,
    Visit,
    replace,
)
from wirecopy.text import without_addresses

MOST = 300
"""Pictures that one round asks for, of each source: a guess, five minutes at a pace of one a second."""

_AT_ONCE = 4  # the fetcher paces each host, whatever this is; while one is decoded, others arrive
_SILENT_AFTER = 5  # pictures in a row without any answer, and the rest are left for the next round
_GONE = (404, 410)
_FIRST_TRY, _LAST_TRY = timedelta(hours=1), timedelta(days=30)
_FIRST_LOOK, _LAST_LOOK, _FORGET = timedelta(days=1), timedelta(days=30), timedelta(days=90)


class Door(Protocol):
    """What pictures need of `fetch.Fetcher`."""

    def fetch(
        self, url: str, *, validators: Validators = ..., pace: float | None = ..., robots: bool = ...
    ) -> Awaitable[Capture]:
        """The answer of this address. Raises FetchError when there is none."""
        ...


class Checker(Protocol):
    """What decodes: `checking` has it, in this process and in processes of their own."""

    def check(self, body: bytes) -> Awaitable[Checked]:
        """What these bytes are. Raises ReadError for what is not kept, and why."""
        ...


@dataclass(slots=True)
class Gathered:
    """What came of a source's pictures in a round. `kept` counts new pictures and new versions."""

    kept: int = 0
    missing: int = 0
    asked: int = 0
    not_modified: int = 0
    left: int = 0


async def gather(
    source: Source,
    *,
    archive: Archive,
    door: Door,
    checker: Checker,
    now: datetime,
    most: int = MOST,
    everything: bool = False,
    jitter: Callable[[], float],
    tell: Callable[[str, int, int], None],
) -> Gathered:
    """Look at the pictures of a source that are due (all that are shown, with `everything`), `most` at most.

    `tell` is called with (which, done, all). Raises ArchiveError only.
    """
    archive.note_pictures(source.id, at=now)
    due = archive.pictures_due(source.id, None if everything else now, most)
    work = _Gathering(source, archive, door, checker, now, jitter)
    gate = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def one(entry: PictureEntry) -> None:
        nonlocal done
        async with gate:
            if work.silent >= _SILENT_AFTER:
                work.done.left += 1
                return
            await work.look(entry)
            done += 1
            tell(entry.name, done, len(due))

    try:
        async with asyncio.TaskGroup() as group:
            for entry in due:
                group.create_task(one(entry))
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return work.done


def addresses(source: Source, picture: Picture) -> tuple[str, ...]:
    """Where to ask for a picture, in order: where its outlet says that its sizes are, else at its one address."""
    own: tuple[str, ...] = ()
    if source.reader:
        sizes = getattr(import_module(f"wirecopy.outlets.{source.reader}"), "picture_addresses", None)
        own = tuple(sizes(source, picture)) if sizes is not None else ()
    return tuple(dict.fromkeys(filter(None, (*map(urls.resolve, own), urls.resolve(picture.url)))))


def next_try(now: datetime, failures: int, *, jitter: float = 0.0) -> datetime:
    """When to ask again for what could not be had: doubling from an hour up to 30 days, plus up to a quarter."""
    wait = min(_FIRST_TRY * float(2 ** min(max(failures - 1, 0), 16)), _LAST_TRY)
    return now + wait * (1 + jitter / 4)


def next_look(now: datetime, since: datetime) -> datetime | None:
    """When to ask whether a picture that is kept is another now: after a day, four days, 16, then each 30.

    None once it is known for 90 days. Outlets exchange a wrong picture soon or never; that is a guess.
    """
    age = now - since
    if age > _FORGET:
        return None
    return now + min(max(3 * age, _FIRST_LOOK), _LAST_LOOK)


class _Gathering:
    """The pictures of one source in one round."""

    def __init__(
        self,
        source: Source,
        archive: Archive,
        door: Door,
        checker: Checker,
        now: datetime,
        jitter: Callable[[], float],
    ) -> None:
        self.source = source
        self.archive = archive
        self.door = door
        self.checker = checker
        self.now = now
        self.jitter = jitter
        self.silent = 0
        self.done = Gathered()

    async def look(self, entry: PictureEntry) -> None:
        """Ask for one picture, and end that in the ledger."""
        look = _Look()
        asks = self.asks(entry)
        for url in asks:
            if await self.ask(entry, url, look):
                break
        self.silent = 0 if look.has_answer else self.silent + bool(asks)
        self.archive.settle_picture(
            self.ended(entry, look, len(asks)),
            capture=look.page if look.checked is not None else None,
            checked=look.checked,
            visits=look.visits,
        )

    def asks(self, entry: PictureEntry) -> tuple[str, ...]:
        """Where to ask for it; for what is kept, only where that came from."""
        key = entry.name if not entry.name.startswith(("http://", "https://")) else ""
        found = addresses(self.source, Picture(url=entry.url, key=key))
        if entry.state is not PictureState.KEPT:
            return found
        visits = ((url, self.archive.visit(url)) for url in found)
        return tuple(url for url, visit in visits if visit is not None and visit.digest)[:1] or found

    async def ask(self, entry: PictureEntry, url: str, look: _Look) -> bool:
        """Ask one address; whether that settles it."""
        visit = self.archive.visit(url) or Visit(url=url)
        if (entry.state is PictureState.KEPT) != bool(visit.digest):  # a 304 would speak of something else
            visit = replace(visit, validators=Validators())
        page = await self.fetch(url, visit, look)
        if page is None:
            return True
        if page.status == 304 and visit.validators != Validators():
            self.done.not_modified += 1
            look.same = entry.state is PictureState.KEPT
            look.reasons.append(entry.reason)  # of what was refused: it is what it was
            look.visits.append(replace(visit, checked=self.now, failures=0, result="304"))
            return True
        if page.status in _GONE:
            look.missing += 1
            look.reasons.append(f"{url} answered {page.status}")
            return False
        if page.status != 200 or page.truncated:
            why = f"arrived in part ({page.truncated})" if page.truncated else f"answered {page.status}"
            look.failed = True
            look.reasons.append(f"{url} {why}")
            look.visits.append(Visit(url=url, checked=self.now, failures=visit.failures + 1, result=why[:300]))
            return page.status in (429, 503)
        given = Validators(etag=page.header("etag"), last_modified=page.header("last-modified"))
        seen = Visit(url=url, validators=given, checked=self.now, result=str(page.status))
        try:
            self.let(page)
            look.checked = await self.checker.check(page.body)
        except ReadError as error:
            look.reasons.append(f"{url}: {error}")
        except Exception as error:  # noqa: BLE001 - a fault of the decoder on one picture must not cost the others
            look.failed = True
            look.reasons.append(f"{url}: a fault of wirecopy itself, please report it: {type(error).__name__}: {error}")
        if look.checked is not None:
            look.page = page
            seen = replace(seen, digest=page.digest)
        elif entry.state is PictureState.KEPT:  # a later 304 must speak of what is kept
            seen = replace(visit, checked=self.now, result="refused")
        look.visits.append(seen)
        return look.checked is not None

    def let(self, page: Capture) -> None:
        """Raises ReadError for a picture that its publisher wishes not to be kept, where that is obeyed."""
        wish = "noarchive" in self.source.respect and usage.forbidden(usage.signals(page), "noarchive")
        if wish:
            raise ReadError(f"its publisher asks not to archive it ({wish}), and respect names noarchive")

    async def fetch(self, url: str, visit: Visit, look: _Look) -> Capture | None:
        """The answer; None where there is none, and no sense in asking for another size."""
        try:
            page = await self.door.fetch(
                url, validators=visit.validators, pace=self.source.pace, robots="robots" in self.source.respect
            )
        except Refused as error:
            look.has_answer = True  # nobody is silent: we do not ask
            look.reasons.append(str(error))
            return None
        except FetchError as error:
            self.done.asked += 1
            look.failed = True
            look.retry_after = error.retry_after or 0.0
            look.reasons.append(str(error))
            look.visits.append(replace(visit, checked=self.now, failures=visit.failures + 1, result=str(error)[:300]))
            return None
        self.done.asked += 1
        look.has_answer = page.status < 500
        return page

    def ended(self, entry: PictureEntry, look: _Look, asks: int) -> PictureEntry:
        """The line of the ledger after a look."""
        is_kept = entry.state is PictureState.KEPT
        if look.checked is not None or look.same:
            assert look.page is not None or is_kept
            fresh = look.page is not None and not self.archive.has_picture(entry.name, look.page.body)
            self.done.kept += fresh
            due = next_look(self.now, entry.first_seen)
            return replace(entry, state=PictureState.KEPT, reason="", checked=self.now, due=due, failures=0)
        reason = _told(look.reasons) or "no article gives an address for it"
        is_gone = look.missing == asks and asks > 0
        if is_gone:
            state, due, failures = PictureState.GONE, None, 0
        else:
            state = PictureState.FAILED if look.failed or not look.reasons else PictureState.REFUSED
            failures = entry.failures + 1
            due = next_try(self.now, failures, jitter=self.jitter())
            due = max(due, self.now + timedelta(seconds=look.retry_after))
        self.done.missing += not is_kept
        if is_kept:  # our copy stands
            state = PictureState.KEPT
        return replace(entry, state=state, reason=reason[:1000], checked=self.now, due=due, failures=failures)


@dataclass(slots=True)
class _Look:
    """What asking for one picture brought."""

    checked: Checked | None = None
    page: Capture | None = None
    same: bool = False
    failed: bool = False
    missing: int = 0
    has_answer: bool = False
    retry_after: float = 0.0
    reasons: list[str] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)


def _told(reasons: list[str]) -> str:
    """Reasons in a row, each once: what differs only in the address that was asked is one reason."""
    first: dict[str, str] = {}
    for reason in reasons:
        first.setdefault(without_addresses(reason), reason)
    return "; ".join(filter(None, first.values()))
