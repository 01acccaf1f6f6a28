"""What is held, and the operator's answer to it: to accept a page that was doubted, or to refuse it.

- Accepted: the held page is read and believed; it becomes a revision by the ordinary rules, its evidence stays.
- Refused: the page is not the article. The ledger says so; the same doubt of the same article is not told again as
  something new. The article is tried again as before, and a page that can be believed is taken as always.
- Each answer is one transaction, and the ledger's states stay what they are: a refused article is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from wirecopy.archive.protocol import Archive
from wirecopy.collect import schedule
from wirecopy.collect.read import believed, habits, is_copy
from wirecopy.collect.revise import fingerprint, revise
from wirecopy.errors import ConfigError, SourceError
from wirecopy.model import Article, Capture, Entry, Noun, Revision, Source, State, replace
from wirecopy.text import without_addresses

_REFUSED = "refused: "
_NUMBERS = re.compile(r"\d[\d,.]*|'[^']*'|\"[^\"]*\"")


class Held(Noun, frozen=True, kw_only=True):
    """An article of which the last answer was not believed. `copies`: how many good copies of it stand."""

    source: str
    key: str
    title: str = ""
    url: str
    reason: str
    refused: bool = False
    since: datetime | None = None
    next_try: datetime | None = None
    copies: int = 0


def held(archive: Archive, sources: Iterable[str]) -> Iterator[Held]:
    """What is held of these sources, each in the order of its keys, what waits for an answer and what was refused."""
    for source in sources:
        for entry in archive.entries(source, State.HELD):
            yield held_of(archive, entry)


def held_of(archive: Archive, entry: Entry) -> Held:
    """One held line of the ledger, with what is known of it."""
    history = archive.history(entry.lead.source, entry.lead.key)
    return Held(
        source=entry.lead.source,
        key=entry.lead.key,
        title=entry.lead.title,
        url=entry.lead.url,
        reason=entry.reason.removeprefix(_REFUSED),
        refused=is_refused(entry),
        since=_since(entry, _doubted(archive, entry, history)),
        next_try=entry.due,
        copies=sum(revision.article is not None for revision in history),
    )


def accept(archive: Archive, source: Source, key: str, *, now: datetime) -> Revision | None:
    """Believe the page that is held of an article; the revision that it became, None when it says what stands already.

    Raises ConfigError when nothing is held of it, or what is held can't be read at all.
    """
    entry = _held(archive, source.id, key)
    history = archive.history(source.id, key)
    pages = [page for page in _doubted(archive, entry, history) if page.status == 200 and not page.truncated]
    if not pages:
        raise ConfigError(f"{source.id}/{key} is held without a whole page: {entry.reason}; only a new answer can help")
    page = next((each for each in reversed(pages) if each.url == entry.lead.url), pages[-1])
    try:
        others = [each for each in pages if each is not page]
        article = believed(source, entry.lead, page, others, habits.remembered(archive.habits(source.id)))
    except SourceError as error:
        raise ConfigError(f"what is held of {source.id}/{key} can't be read as an article: {error}") from error
    standing = archive.standing(source.id, key)
    before = standing.article if standing is not None else None
    revision = revise(archive.latest(source.id, key), before, article, page)
    since = max(filter(None, (article.published, entry.first_seen)), default=now)
    ended = replace(
        entry,
        state=State.UNCHANGED if revision is None else State.ARCHIVED,
        reason="",
        failures=0,
        due=schedule.next_look(now, min(since, now)),
    )
    return archive.settle(ended, revision=revision)


def refuse(archive: Archive, source: str, key: str) -> Entry:
    """Say that the page which is held of an article is not it. Raises ConfigError when nothing is held of it."""
    entry = _held(archive, source, key)
    if not is_refused(entry):
        entry = replace(entry, reason=(_REFUSED + entry.reason)[:1000])
        archive.settle(entry)
    return entry


def is_refused(entry: Entry) -> bool:
    """Whether an operator has said that what is held of this article is not it."""
    return entry.state is State.HELD and entry.reason.startswith(_REFUSED)


def reason_again(entry: Entry, reason: str) -> str:
    """What the ledger says of an article that is doubted once more: what was refused stays so while the doubt is the
    same, whatever address, number or word it names this time.
    """
    if is_refused(entry) and _doubt(entry.reason.removeprefix(_REFUSED)) == _doubt(reason):
        return entry.reason
    return reason


def was_accepted(seen: Article, standing: Revision | None) -> bool:
    """Whether what a doubted page says is what an operator has accepted of it before: the copy that stands."""
    return standing is not None and standing.article is not None and fingerprint(seen) == fingerprint(standing.article)


def _held(archive: Archive, source: str, key: str) -> Entry:
    entry = archive.entry(source, key)
    if entry is None or entry.state is not State.HELD:
        state = "not in the ledger" if entry is None else f"{entry.state}, not held"
        raise ConfigError(f"{source}/{key} is {state}; `wirecopy held` lists what is")
    return entry


def _doubted(archive: Archive, entry: Entry, history: tuple[Revision, ...]) -> list[Capture]:
    """The answers that were kept because they were not believed, since the last one that was."""
    known = {revision.capture for revision in history}
    last = max((revision.at for revision in history), default=None)
    pages = archive.captures(entry.lead.source, entry.lead.key)
    return [page for page in pages if page.id not in known and not is_copy(page) and (last is None or page.at >= last)]


def _since(entry: Entry, pages: list[Capture]) -> datetime | None:
    """Since when an article is held: its first look without success in a row, as far as the evidence tells."""
    if entry.failures <= 1 or entry.checked is None or not pages:
        return entry.checked
    earliest = entry.checked - entry.failures * (schedule.LONGEST_BACK_OFF * 1.25 + timedelta(days=1))
    return max(pages[0].at, earliest)


def _doubt(reason: str) -> str:
    return _NUMBERS.sub("…", without_addresses(reason))
