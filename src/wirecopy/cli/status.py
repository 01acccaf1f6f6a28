"""`wirecopy status`: how each source is, what is wrong and what to do, what hosts were asked. No request is made."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from wirecopy import config as configs
from wirecopy import health
from wirecopy.archive import open_archive
from wirecopy.archive.protocol import Archive
from wirecopy.cli import upkeep
from wirecopy.cli.health import advice, headline, indexes_of
from wirecopy.cli.show import MOST_SHOWN, grouped, since, until
from wirecopy.cli.terminal import as_json, result, styled, table
from wirecopy.errors import ConfigError
from wirecopy.model import Footprint, Incident, Noun, PictureState, Source, SourceDay, State, Trouble
from wirecopy.text import printable, without_addresses

_DAYS = 30
"""Days of the volume that is drawn."""
_USUAL = 28
"""Whole days before today over which it is averaged what is usual."""
_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"


class Index(Noun, frozen=True, kw_only=True):
    """A feed, section page or sitemap, and how it is."""

    url: str
    checked: datetime | None = None
    due: datetime | None = None
    failures: int = 0
    result: str = ""
    good: datetime | None = None
    since: datetime | None = None
    listed: int = 0


class Unsettled(Noun, frozen=True, kw_only=True):
    """A lead that is held or failed."""

    key: str
    title: str = ""
    url: str
    state: State
    reason: str
    since: datetime | None = None
    next_try: datetime | None = None


class Told(Noun, frozen=True, kw_only=True, omit_defaults=False):
    """Something that is wrong, in words. `channels`: who was told of it, or may have been ("begun", "ending")."""

    trouble: Trouble
    since: datetime
    what: str
    now: float
    usual: float
    says: str
    advice: str
    channels: dict[str, str]
    not_told: dict[str, int]


class Coverage(Noun, frozen=True, kw_only=True, omit_defaults=False):
    """Of so many recent leads that another kind of index lists, how many a kind lists too."""

    kind: str
    listed: int
    of: int


class Health(Noun, frozen=True, kw_only=True, omit_defaults=False):
    """One source as its operator wants to see it. `volume`: the new articles of each of 30 days, today last."""

    source: str
    name: str = ""
    state: str = "well"
    good: datetime | None = None
    articles: int = 0
    today: int = 0
    usual: float = 0.0
    volume: tuple[int, ...] = ()
    incidents: tuple[Told, ...] = ()
    leads: int = 0
    ledger: dict[State, int]
    checked: datetime | None = None
    latest: datetime | None = None
    indexes: tuple[Index, ...] = ()
    troubles: tuple[Unsettled, ...] = ()
    pictures: dict[PictureState, int] = msgspec.field(default_factory=dict)
    picture_bytes: int = 0
    coverage: tuple[Coverage, ...] = ()


def status(arguments: argparse.Namespace, now: datetime) -> int:
    """What the mirror holds and how its sources are."""
    config = configs.load(configs.find(arguments.config))
    chosen = tuple(config.source(each) for each in dict.fromkeys(arguments.sources))
    if arguments.days is not None and not arguments.footprint:
        raise ConfigError("--days is for --footprint")
    archive = open_archive(config.archive, write=False)
    try:
        if arguments.footprint:
            footprint(_footprints(archive, now, arguments.days or 7), as_one_json=arguments.json)
            return 0
        if arguments.metrics:
            from wirecopy.serve.metrics import metrics

            result(metrics(archive, config.sources, now).rstrip("\n"))
            return 0
        known = {source.id for source in config.sources}
        others = tuple(Source(id=each, name=each) for each in archive.sources() if each not in known)
        incidents = archive.incidents(only_open=True)
        found = [
            health_of(source, archive, now, incidents, audit=bool(chosen), followed=source.id in known)
            for source in chosen or (*config.sources, *others)
        ]
        disk = upkeep.disk_of(archive, config.archive, now)
    finally:
        archive.close()
    mirror = tuple(told(each) for each in incidents if not each.source)
    if arguments.json:
        as_json({"sources": found, "mirror": mirror, "disk": disk})
    else:
        show(found, mirror, now)
        upkeep.disk(disk)
    return 0


# --- from what is stored -----------------------------------------------------------------------------------------


def health_of(
    source: Source,
    archive: Archive,
    now: datetime,
    incidents: Iterable[Incident],
    *,
    audit: bool = False,
    followed: bool = True,
) -> Health:
    """How a source is, from what is stored; with an `audit` also what its indexes leave out."""
    counts = archive.counts(source.id)
    asked = indexes_of(archive, source)
    visits = {each.visit.url: each.visit for each in asked}
    indexes = tuple(
        Index(
            url=url,
            checked=visit.checked,
            due=visit.due,
            failures=visit.failures,
            result=visit.result,
            good=visit.good,
            since=visit.since,
            listed=visit.listed,
        )
        if (visit := visits.get(url)) is not None
        else Index(url=url)
        for url in (*source.feeds, *source.listings, *source.sitemaps)
    )
    unsettled = tuple(
        Unsettled(
            key=each.lead.key,
            title=each.lead.title,
            url=each.lead.url,
            state=state,
            reason=each.reason,
            since=each.checked,
            next_try=each.due,
        )
        for state in (State.HELD, State.FAILED)
        if counts[state]
        for each in archive.entries(source.id, state)
    )
    shown = archive.picture_counts(source.id)
    days = archive.source_days(source.id, health.day_of(now - timedelta(days=_DAYS)))
    volume = volume_of(days, now)
    wrong = tuple(told(each) for each in incidents if each.source == source.id)
    leads = audited(archive, source, now) if audit and len({each.kind for each in asked}) > 1 else {}
    return Health(
        source=source.id,
        name=source.name,
        state=_state(indexes, wrong, followed=followed),
        good=max((index.good for index in indexes if index.good), default=None),
        articles=counts[State.ARCHIVED] + counts[State.UNCHANGED] + counts[State.GONE],
        today=volume[-1],
        usual=usual_of(days, now),
        volume=volume,
        incidents=wrong,
        leads=sum(counts.values()),
        ledger=counts,
        checked=max((index.checked for index in indexes if index.checked), default=None),
        latest=archive.last_copy(source.id),
        indexes=indexes,
        troubles=unsettled,
        pictures={state: number for state, (number, _) in shown.items() if number},
        picture_bytes=sum(size for _, size in shown.values()),
        coverage=tuple(Coverage(kind=kind, listed=listed, of=of) for kind, (listed, of) in leads.items()),
    )


def told(incident: Incident) -> Told:
    """An incident in words."""
    return Told(
        trouble=incident.trouble,
        since=incident.since,
        what=incident.what,
        now=incident.now,
        usual=incident.usual,
        says=headline(incident),
        advice=advice(incident),
        channels=dict(incident.told),
        not_told={channel: tries for channel, tries, _ in incident.tried},
    )


def volume_of(days: Iterable[SourceDay], now: datetime) -> tuple[int, ...]:
    """The new articles of each of the last 30 days, today last."""
    counts = {each.day: each.new for each in days}
    return tuple(counts.get(health.day_of(now - timedelta(days=back)), 0) for back in reversed(range(_DAYS)))


def usual_of(days: Sequence[SourceDay], now: datetime) -> float:
    """The new articles of a day on the average, without today and without the first day, which brings all at once."""
    if not days:
        return 0.0
    first = date.fromisoformat(days[0].day)
    over = min((now.date() - first).days - 1, _USUAL)
    if over < 1:
        return 0.0
    begin, today = health.day_of(now - timedelta(days=over)), health.day_of(now)
    return round(sum(each.new for each in days if begin <= each.day < today) / over, 1)


def audited(archive: Archive, source: Source, now: datetime) -> dict[str, tuple[int, int]]:
    """Of the recent leads that another kind of index lists, how many each kind lists too, and of how many."""
    leads = archive.seen_before(source.id, now - health.SETTLED, 5 * health.SAMPLE)
    return health.coverage(indexes_of(archive, source), leads)


def _state(indexes: Sequence[Index], wrong: Sequence[Told], *, followed: bool) -> str:
    if wrong:
        return min((each.trouble for each in wrong), key=list(Trouble).index).value
    if not followed:
        return "not followed"
    if not any(index.checked for index in indexes):
        return "not asked yet"
    return "no answer" if any(index.failures for index in indexes) else "well"


# --- in words -------------------------------------------------------------------------------------------------------


def show(found: Sequence[Health], mirror: Sequence[Told], now: datetime) -> None:
    """A table of sources, and below it what is wrong and what to do."""
    if not found:
        result("no source yet; `wirecopy add dw-zh` adds one")
        return
    head = ("source", "state", "last good", "articles", "today", "usual", "30 days", "last news", "besides")
    rows = [
        (
            each.source,
            each.state,
            since(each.good or (each.checked if each.state == "well" else None), now),
            f"{each.articles:,}",
            f"{each.today:,}",
            f"{each.usual:,.0f}" if each.usual >= 10 or not each.usual else f"{each.usual:.1f}",
            sparkline(each.volume),
            since(each.latest, now),
            _besides(each),
        )
        for each in found
    ]
    lines = table([head, *rows], right=(3, 4, 5))
    result(lines[0])
    at = max(len(row[0]) for row in (head, *rows))
    for line, each in zip(lines[1:], found, strict=True):
        style = {"well": "good", "not followed": "dim", "failing": "bad"}.get(each.state, "warn")
        result(line[:at] + line[at:].replace(each.state, styled(each.state, style), 1))
    _show_pictures(found)
    for wrong in (*mirror, *(wrong for each in found for wrong in each.incidents)):
        _show_incident(wrong, now)
    for each in found:
        _show_indexes(each, now)
        _show_unsettled(each, now)
        for kind in each.coverage:
            if kind.of:
                share = f"{kind.listed:,} of {kind.of:,}"
                result(f"\n{each.source}: its {kind.kind}s list {share} recent articles that other indexes list")


def sparkline(volume: Sequence[int]) -> str:
    """A bar for each day, the highest for the most; "·" for a day without anything."""
    most = max(volume, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // most] if count else _NOTHING for count in volume)


def _besides(of: Health) -> str:
    """What of the ledger is not simply archived."""
    states = (State.GONE, State.HELD, State.FAILED, State.WAITING, State.EXCLUDED)
    return ", ".join(f"{of.ledger[state]:,} {state.value}" for state in states if of.ledger[state])


def _show_pictures(found: Sequence[Health]) -> None:
    rows = []
    for each in found:
        said = [f"{each.pictures[state]:,} {state.value}" for state in PictureState if state in each.pictures]
        if said:
            rows.append((each.source, "pictures", f"{', '.join(said)}; {each.picture_bytes / 1e6:,.1f} MB"))
    if rows:
        result("")
    for line in table(rows):
        result(line)


def _show_incident(wrong: Told, now: datetime) -> None:
    style = "bad" if wrong.trouble in (Trouble.FAILING, Trouble.DISK, Trouble.CLOCK) else "warn"
    result(f"\n{styled('wrong', style)} {printable(wrong.says)}; since {since(wrong.since, now)}")
    result(f"  {wrong.advice}")
    unsure = [channel for channel, word in wrong.channels.items() if word in ("begun", "ending")]
    if unsure:
        result(f"  an alert was cut short, and may have arrived: {', '.join(map(printable, unsure))}")
    for channel, tries in wrong.not_told.items():
        result(f"  no alert could be sent: {printable(channel)}, tried {tries} times")


def _show_indexes(of: Health, now: datetime) -> None:
    for index in of.indexes:
        if index.failures:
            again = f"; next try {until(index.due, now)}" if index.due else ""
            times = f"{index.failures} times in a row" if index.failures > 1 else "at the last visit"
            result(f"\n{styled('failing', 'bad')} {of.source}, {times}{again}: {printable(index.result)}")


def _show_unsettled(of: Health, now: datetime) -> None:
    for reason, alike in grouped((each.reason, each) for each in of.troubles)[:MOST_SHOWN]:
        state = alike[0].state
        style = "warn" if state is State.HELD else "bad"
        said = reason if len(alike) == 1 else without_addresses(reason).removeprefix("…: ")
        result(f"\n{styled(state, style)} {len(alike):,} of {of.source}: {printable(said)}")
        for each in alike[:3]:
            again = f", next try {until(each.next_try, now)}" if each.next_try else ""
            result(f"  {printable(each.title or each.url)} ({of.source}/{each.key}){again}")
        if len(alike) > 3:
            result(f"  and {len(alike) - 3:,} more; --json lists all")


# --- what hosts were asked --------------------------------------------------------------------------------------------


def footprint(found: Sequence[Footprint], *, as_one_json: bool) -> None:
    """What each host was asked on each day, and on all of them."""
    hosts: dict[str, list[Footprint]] = {}
    for each in found:
        hosts.setdefault(each.host, []).append(each)
    sums = [_sum(host, days) for host, days in sorted(hosts.items())]
    if as_one_json:
        as_json({"days": [_asked(each) for each in found], "hosts": [_asked(each) for each in sums]})
        return
    if not found:
        result("no host was asked in these days; --days N goes back further")
        return
    head = ("host", "day", "requests", "MB", "not modified", "refused", "failed")
    rows: list[tuple[str, ...]] = [head]
    for whole in sums:
        rows += [_row(each) for each in hosts[whole.host]]
        if len(hosts[whole.host]) > 1:
            rows.append(_row(whole))
    for line in table(rows, right=range(2, 7)):
        result(line)
    result("\nrefused: answers 429 and 503; failed: requests without an answer; all of it is in the outlet's own log")


def _footprints(archive: Archive, now: datetime, days: int) -> tuple[Footprint, ...]:
    return archive.footprints(health.day_of(now - timedelta(days=min(days, 36_500) - 1)))


def _sum(host: str, days: Sequence[Footprint]) -> Footprint:
    counts = ("asked", "bytes", "not_modified", "refused", "failed")
    return Footprint(host=host, day="", **{name: sum(getattr(each, name) for each in days) for name in counts})


def _asked(each: Footprint) -> dict[str, object]:
    share = round(each.not_modified / each.asked, 4) if each.asked else 0.0
    day = {"day": each.day} if each.day else {}
    return {
        "host": each.host, **day, "asked": each.asked, "bytes": each.bytes, "not_modified": each.not_modified,
        "share_not_modified": share, "refused": each.refused, "failed": each.failed,
    }  # fmt: skip


def _row(each: Footprint) -> tuple[str, ...]:
    share = f"{each.not_modified / each.asked:.0%}" if each.asked else ""
    return (
        each.host, each.day or "together", f"{each.asked:,}", f"{each.bytes / 1e6:,.2f}", share, f"{each.refused:,}",
        f"{each.failed:,}",
    )  # fmt: skip
