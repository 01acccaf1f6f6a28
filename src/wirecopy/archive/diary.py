"""What happened, day by day: what sources gave, what hosts were asked, what was wrong. See docs/formats.md.

- What a source gave is counted in the transaction that takes it in, on the day (UTC) of the revision or of the look.
- None of this can be made again from what else is stored: what is lost of it is lost, and nothing else depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from wirecopy.archive.file import File
from wirecopy.archive.schema import (
    FOOTPRINTS,
    INCIDENTS,
    SOURCE_DAYS,
    FootprintRow,
    IncidentRow,
    SourceDayRow,
    from_micros,
    to_micros,
)
from wirecopy.model import (
    Change,
    Entry,
    Footprint,
    Incident,
    Revision,
    SourceDay,
    State,
    decode,
    document_text,
    encode,
    pictures,
)


def saw(file: File, source: str, at: datetime, leads: int) -> None:
    """So many leads were never seen before."""
    if leads:
        _add(file, SourceDay(source=source, day=_day(at), leads=leads))


def gave(file: File, revision: Revision) -> None:
    """A source gave a revision that was never there before."""
    _add(file, _given(revision))


def settled(file: File, entry: Entry, before: State | None) -> None:
    """A look at an article ended so; `before` is what the ledger said of it until then."""
    source, moment = entry.lead.source, entry.checked or entry.last_seen
    if entry.state is not before and entry.state in (State.HELD, State.FAILED):
        is_held = entry.state is State.HELD
        _add(file, SourceDay(source=source, day=_day(moment), held=int(is_held), failed=int(not is_held)))


def source_days(file: File, source: str, since: str = "", most: int = 0) -> tuple[SourceDay, ...]:
    """What a source gave since this day ("yyyy-mm-dd"), or on its latest days, oldest first."""
    rest = "WHERE source = ? AND day >= ? ORDER BY day DESC" + (f" LIMIT {most:d}" if most else "")
    return tuple(SourceDay(**row._asdict()) for row in reversed(file.every(SOURCE_DAYS, rest, source, since)))


def tread(file: File, footprints: Iterable[Footprint]) -> None:
    """Hosts were asked this, besides what is known."""
    for each in footprints:
        known = file.first(FOOTPRINTS, "WHERE host = ? AND day = ?", each.host, each.day)
        new = FootprintRow(each.host, each.day, each.asked, each.bytes, each.not_modified, each.refused, each.failed)
        counts = new[2:] if known is None else [old + more for old, more in zip(known[2:], new[2:], strict=True)]
        file.put(FOOTPRINTS, FootprintRow(each.host, each.day, *counts))


def footprints(file: File, since: str) -> tuple[Footprint, ...]:
    """What hosts were asked since this day, by day, then host."""
    rows = file.every(FOOTPRINTS, "WHERE day >= ? ORDER BY day, host", since)
    return tuple(Footprint(**row._asdict()) for row in rows)


def keep(file: File, incident: Incident) -> None:
    """Keep an incident, in the place of what is known of it."""
    until = None if incident.until is None else to_micros(incident.until)
    stored = encode(incident).decode()
    file.put(INCIDENTS, IncidentRow(incident.source, incident.trouble, to_micros(incident.since), until, stored))


def incidents(file: File, *, only_open: bool = False, most: int = 1000) -> tuple[Incident, ...]:
    """What still is wrong first, then what was, the latest first; at most so many."""
    only = "WHERE until IS NULL " if only_open else ""
    order = f"{only}ORDER BY until IS NOT NULL, since DESC, source, trouble LIMIT {most:d}"
    return tuple(decode(row.incident.encode(), Incident) for row in file.every(INCIDENTS, order))


def published(file: File, source: str, since: datetime) -> tuple[datetime, ...]:
    """When the articles of a source were published that stand since this moment, by their own word, oldest first; of
    those without a moment that can be believed, when they were taken.
    """
    rows = file.rows(
        "SELECT min(coalesce(published, at), at) FROM documents WHERE source = ? AND day >= ? "
        "ORDER BY day DESC LIMIT 5000",
        source, _day(since - timedelta(days=1)),
    )  # fmt: skip
    first = to_micros(since)
    return tuple(map(from_micros, sorted(at for (at,) in rows if at >= first)))


def _given(revision: Revision) -> SourceDay:
    article, is_new = revision.article, revision.change is Change.NEW
    counts = {revision.change.value: 1}
    if article is not None and is_new:
        counts |= {
            "undated": int(article.published is None),
            "unsigned": int(not article.byline and not article.authors),
            "unpictured": int(next(pictures(article), None) is None),
            "characters": len(document_text(article.body)),
        }
    return SourceDay(source=revision.source, day=_day(revision.at), **counts)


def _add(file: File, more: SourceDay) -> None:
    known = file.first(SOURCE_DAYS, "WHERE source = ? AND day = ?", more.source, more.day)
    new = [getattr(more, name) for name in SourceDayRow._fields[2:]]
    counts = new if known is None else [old + each for old, each in zip(known[2:], new, strict=True)]
    file.put(SOURCE_DAYS, SourceDayRow(more.source, more.day, *counts))


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
