"""The health of a mirror: facts from the archive, incidents into it, and both in plain English. No request is made.

`watch_over` is called after each round, and after turns of `collect --watch`; what is wrong is decided by the pure
`wirecopy.health`, who is told by `alerts.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wirecopy import health, urls
from wirecopy.archive.protocol import Archive
from wirecopy.health import FEED, SECTION, SITEMAP, Facts, Index, Turn
from wirecopy.model import Incident, Outcome, Source, Trouble, replace
from wirecopy.text import printable

if TYPE_CHECKING:
    from wirecopy.cli.alerts import Courier
    from wirecopy.config import Alerts

_RECENT = timedelta(hours=2)  # visits that say how far the network reaches now
_ONE_OUTAGE = timedelta(hours=1)  # what began to fail within so much failed at once


def watch_over(
    archive: Archive,
    sources: Sequence[Source],
    outcomes: Iterable[Outcome],
    now: datetime,
    alerts: Alerts,
    *,
    mirror: Mapping[Trouble, Incident | None] | None = None,
    courier: Courier | None = None,
) -> Turn:
    """Look at the sources that these outcomes are of, keep what turned, and tell whom it concerns.

    `sources` are all that the mirror follows. `mirror` has what was looked at of the mirror itself, and what is wrong
    with it. With a `courier` nothing waits for a mail server; without, what is to be told is told before this returns.
    """
    from wirecopy.cli.alerts import tell

    turn = look(archive, sources, now, looked={each.source for each in outcomes}, mirror=mirror or {})
    if courier is not None:
        courier.go(now, turned=bool(turn.begun or turn.ended))
    else:
        tell(archive, alerts, now)
    return turn


def look(
    archive: Archive,
    sources: Sequence[Source],
    now: datetime,
    *,
    looked: Iterable[str] | None = None,
    mirror: Mapping[Trouble, Incident | None] | None = None,
) -> Turn:
    """Look at these of all sources (None: at each), and keep what began and what ended."""
    still = archive.incidents(only_open=True, most=10_000)
    ids = {source.id for source in sources}
    wanted = ids if looked is None else ids & set(looked)
    lately: tuple[Incident, ...] | None = None
    found: list[Incident] = []
    for source in sources:
        if source.id not in wanted:
            continue
        facts = gather(archive, source, now, still)
        wrong = health.troubles(facts, now)
        if any(facts.open(each.trouble) is None for each in wrong):
            # Only now it matters what ended lately.
            lately = lately or archive.incidents(most=50 + 4 * len(sources))
            wrong = health.troubles(replace(facts, known=_of(source, lately)), now)
        found += wrong
    known = [each for each in lately or still if each.source in wanted]
    found, nowhere = _at_once(archive, sources, found, lately or still, now)
    # What was given up is nobody's trouble any more.
    known += [each for each in still if ids and each.source and each.source not in ids]
    mirrors = {**(mirror or {}), Trouble.FAILING: nowhere}
    found += [each for each in mirrors.values() if each is not None]
    known += [each for each in lately or still if not each.source and each.trouble in mirrors]
    turn = health.turned(known, found, now)
    if turn.begun or turn.ended:
        with archive.batch():
            for incident in (*turn.begun, *turn.ended):
                archive.keep_incident(incident)
    return turn


def gather(archive: Archive, source: Source, now: datetime, known: Iterable[Incident] = ()) -> Facts:
    """What is known of a source. Its rhythm and the samples of its leads are only read where they may matter."""
    begin, today = health.day_of(now - timedelta(days=health.DAYS)), health.day_of(now)
    days = tuple(each for each in archive.source_days(source.id, begin) if each.day <= today)  # or a clock was wrong
    facts = Facts(
        source=source.id,
        indexes=indexes_of(archive, source),
        days=days,
        known=_of(source, known),
    )
    changes: dict[str, object] = {}
    if health.wants_rhythm(facts, now):
        published = archive.published(source.id, health.rhythm_since(facts, now, health.RHYTHM))
        if len(published) < health.FEW:
            published = archive.published(source.id, health.rhythm_since(facts, now, health.LONG_RHYTHM))
        changes["published"] = published
    if health.wants_audit(facts, now):
        changes["leads"] = tuple(
            archive.seen_before(source.id, now - before, health.SAMPLE) for before in (health.SETTLED, health.EARLIER)
        )
    return replace(facts, **changes) if changes else facts


def _of(source: Source, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    return tuple(each for each in incidents if each.source in (source.id, ""))


def indexes_of(archive: Archive, source: Source) -> tuple[Index, ...]:
    """The indexes of a source that were ever asked."""
    listed = ((FEED, source.feeds), (SECTION, source.listings), (SITEMAP, source.sitemaps))
    visits = ((kind, archive.visit(url)) for kind, addresses in listed for url in addresses)
    return tuple(Index(kind=kind, visit=visit) for kind, visit in visits if visit is not None)


# --- what is wrong with the mirror itself ---------------------------------------------------------------------------


def disk(free: int, days_left: int | None, now: datetime, known: Incident | None = None) -> Incident | None:
    """Whether the disk fills: `free` bytes, which last for so many days (None: nothing is added)."""
    days, least = (21, 400_000_000) if known is not None else (14, 200_000_000)
    if free >= least and (days_left is None or days_left >= days):
        return None
    return known or Incident(source="", trouble=Trouble.DISK, since=now, now=days_left or 0, usual=free)


def _at_once(
    archive: Archive, sources: Sequence[Source], found: list[Incident], known: Sequence[Incident], now: datetime
) -> tuple[list[Incident], Incident | None]:
    """What was found, with one incident of the mirror in the place of sources that began to fail at once: more than
    half of the hosts that were asked since.
    """
    still = {each.source: each for each in known if each.until is None and each.trouble is Trouble.FAILING}
    failing = [each for each in found if each.trouble is Trouble.FAILING and each.source not in still]
    whole = still.get("")
    if whole is None and not failing:
        return found, None
    begun = whole.since if whole is not None else min(each.since for each in failing)
    recent = max(begun, now - _RECENT) if whole is not None else begun
    asked: set[str] = set()
    silent: set[str] = set()
    for source in sources:
        indexes = indexes_of(archive, source)
        visits = [each.visit for each in indexes if each.visit.checked is not None and each.visit.checked >= recent]
        if not visits:
            continue
        hosts = {urls.host(visit.url) for visit in visits}
        if not health.is_failing(indexes):
            asked |= hosts
        elif min(visit.since or now for visit in visits) >= begun - _ONE_OUTAGE:
            silent |= hosts
    is_everywhere = len(silent - asked) > len(asked)
    if whole is not None:
        nowhere = whole if is_everywhere or not (asked or silent) else None
    else:
        nowhere = None
        if is_everywhere and len(silent) > 1:
            first = min(failing, key=lambda each: (each.since, each.source))
            nowhere = Incident(
                source="", trouble=Trouble.FAILING, since=begun, what=first.what, now=len(silent),
                usual=len(silent | asked),
            )  # fmt: skip
    if nowhere is not None:
        found = [each for each in found if each not in failing]
    return found, nowhere


# --- in words -------------------------------------------------------------------------------------------------------


def headline(incident: Incident) -> str:
    """What is wrong, in one line without a full stop. What a stranger wrote in it is made printable and short."""
    source, what = printable(incident.source[:100]), without_password(incident.what[:300])
    now, usual = incident.now, incident.usual
    match incident.trouble:
        case Trouble.FAILING if not incident.source:
            return f"nothing can be reached from here: {now:.0f} of {usual:.0f} outlets gave no answer ({what})"
        case Trouble.FAILING:
            which = "none of its indexes answers" if now >= usual else f"{now:.0f} of {usual:.0f} indexes do not answer"
            return f"{source} is failing: {which} ({what})"
        case Trouble.SILENT:
            return f"{source} is silent: nothing new for {_days(now)}, usually {_rate(usual)}"
        case Trouble.SHRUNK if what:
            return f"{source} has shrunk: {what} lists nothing, and nothing new came; usually {_rate(usual)}"
        case Trouble.SHRUNK:
            return f"{source} has shrunk: {_rate(now)} for three days, usually {_rate(usual)}"
        case Trouble.HELD:
            return f"{source}: {now:.0%} of its pages are not believed to be articles, usually {usual:.0%}"
        case Trouble.UNDATED | Trouble.UNSIGNED | Trouble.UNPICTURED:
            lacks = {
                Trouble.UNDATED: "have no date", Trouble.UNSIGNED: "name no author",
                Trouble.UNPICTURED: "have no picture",
            }[incident.trouble]  # fmt: skip
            return f"{source}: {now:.0%} of its new articles {lacks}, usually {usual:.0%}"
        case Trouble.SHORT:
            return f"{source}: its new articles have {now:,.0f} characters on the average, usually {usual:,.0f}"
        case Trouble.GAP:
            kind = {FEED: "feeds", SECTION: "section pages", SITEMAP: "sitemaps"}.get(what, "indexes")
            return f"{source}: its {kind} list {now:.0%} of what its other indexes list, usually {usual:.0%}"
        case Trouble.CLOCK:
            return f"the clock of this machine is wrong ({what})" if what else "the clock of this machine is wrong"
        case Trouble.DISK:
            left = f", enough for {_days(now)}" if now else ""
            return f"the disk is nearly full: {usual / 1e6:,.0f} MB are free{left}"
        case Trouble.TARGET:
            return f"a publication does not reach its target: {what}"
        case Trouble.COLLECT:
            return f"`wirecopy collect` fails, and nothing is mirrored: {what}"


def without_password(what: str) -> str:
    """Words on one line, without a user and password in an address among them."""
    return re.sub(r"(?<=://)[^/\s@]*@", "…@", printable(what))


def advice(incident: Incident) -> str:
    """What to do about it, in a sentence or two."""
    source = printable(incident.source[:100])
    if incident.trouble is Trouble.FAILING and not source:
        return (
            "Look whether this machine has a network: `wirecopy doctor --network` tries names, proxy and connections. "
            "Each outlet is asked again by itself."
        )
    return _ADVICE[incident.trouble].replace("SOURCE", source)


_ADVICE = {
    Trouble.FAILING: (
        "Open the address in a browser. If the outlet is down, wait: it is asked again by itself, ever more seldom, "
        "and every copy stays. If the address has moved, put the new one into [sources.SOURCE]; `wirecopy add` with "
        "the outlet's home page finds it. If it opens only in a browser, the outlet may refuse mirrors: write to it."
    ),
    Trouble.SILENT: (
        "Open the outlet's home page. If there is news, its feed is no longer filled: `wirecopy add` with the home "
        "page finds another. If there is none, there is nothing to do."
    ),
    Trouble.SHRUNK: (
        "Open the address in a browser and compare it with the home page. If the outlet has another feed now, put it "
        "into [sources.SOURCE]; a sitemap or a section page beside it closes the gap."
    ),
    Trouble.HELD: (
        "`wirecopy held SOURCE` says why: a consent wall, a block page, a paywall, or a new design. The last good "
        "copies stay; `wirecopy accept` believes a page."
    ),
    Trouble.UNDATED: (
        "The outlet may have changed its pages. `wirecopy try SOURCE` shows how they read now; `published` in "
        "[sources.SOURCE.page] says where the date is."
    ),
    Trouble.UNSIGNED: (
        "The outlet may have changed its pages. `wirecopy try SOURCE` shows how they read now; `authors` in "
        "[sources.SOURCE.page] says where they are."
    ),
    Trouble.UNPICTURED: (
        "The outlet may have changed its pages. `wirecopy try SOURCE` shows how they read now, and an article's page "
        "whether it has pictures at all."
    ),
    Trouble.SHORT: (
        "A paywall may have come up, or the pages have changed. Compare `wirecopy try SOURCE` with the pages; `body` "
        "in [sources.SOURCE.page] says where the text is."
    ),
    Trouble.GAP: (
        "Nothing is lost while another index lists the articles. A busy feed may lose some between two visits: a "
        "smaller `every` in [sources.SOURCE] helps; else look whether the outlet has moved it."
    ),
    Trouble.CLOCK: "Set the clock (`timedatectl set-ntp true` on most systems); what was due is asked for then.",
    Trouble.DISK: (
        "Make room, or keep less: `keep_captures` and `keep_pictures` of a source let go of old evidence. A full "
        "disk stops collecting, and loses nothing."
    ),
    Trouble.COLLECT: (
        "`wirecopy doctor` looks at the disk, the archive and the file; `wirecopy verify` says what is damaged, "
        "`verify --repair` saves what can be. What was published stands."
    ),
    Trouble.TARGET: "`wirecopy publish` says why; readers there still see the publication before. It is tried again.",
}


def _days(days: float) -> str:
    if days < 2:
        return f"{days * 24:.0f} hours"
    return f"{days:.0f} days"


def _rate(a_day: float) -> str:
    if a_day >= 0.95:
        return f"{a_day:.0f} a day"
    return "one in " + _days(1 / a_day) if a_day > 0 else "none"
