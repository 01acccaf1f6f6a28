"""What is wrong with a source, from what is stored of it; what turned since it was looked at last. Pure.

- A source is measured against its own past: its rhythm, its volume, how its articles used to read. Each test is one
  that chance hardly ever passes (a bound of Chernoff's below 1 in 100,000), and none is made of too few articles.
- Hysteresis: what is wrong stays so until it is well again by a wider measure than the one it turned by; and what ended
  does not begin again at once, the more often it did, the longer (`turned`).
- What another look can't tell (an index was not asked, there are too few articles) is left as it is.
- What stays as it turned for 30 days is how this source is: a drift ends then, and a silence does not.

Who gathers the facts, and who tells anybody, is in `cli/health.py` and `cli/alerts.py`. Days are of UTC.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from wirecopy.model import Entry, Incident, Noun, SourceDay, Trouble, Visit, replace

DAYS = 60
"""Days of a source's diary that are looked at."""
RHYTHM = timedelta(days=28)
"""How far before its last news the articles of a source tell its rhythm; where they are fewer than `FEW`,
`LONG_RHYTHM`.
"""
LONG_RHYTHM = timedelta(days=400)
FEW = 30
SAMPLE = 40
"""Leads in each of the two samples of the gap audit."""
SETTLED = timedelta(days=2)
"""By then every index of a source was asked, and has listed what it lists."""
EARLIER = timedelta(days=9)
"""The second sample is of leads that were first seen before this."""
LATELY = timedelta(days=14)
"""For how long it matters that something ended."""

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_JUST = timedelta(minutes=5)
_SURE = math.log(1e5)
_USED_TO = timedelta(days=30)
_WINDOWS = (3, 7, 14)  # days over which a share is taken: the first with enough articles tells soonest
_ENOUGH = 20  # articles in such a window
_MANY = 3  # leads a day, of which a day without any is a sign
_SOME = 10  # pages, where it is the doubt about them that is counted
_FAILURES = 3  # in a row, before an index is failing: a lost answer is none
_FAILS_AFTER = timedelta(minutes=30)
_ONE_FAILS_AFTER = _DAY
_LONGEST_COOLING = timedelta(days=2)
_REPEATED = 6  # a reminder of how often what comes and goes did: 2**6 hours are more than the longest cooling


FEED, SECTION, SITEMAP = "feed", "section", "sitemap"


class Index(Noun, frozen=True, kw_only=True):
    """An index of a source: its kind ("feed", "section" or "sitemap"), and what is remembered of asking it."""

    kind: str
    visit: Visit


class Facts(Noun, frozen=True, kw_only=True):
    """What is known of one source. `days`: the last `DAYS`, oldest first. `published`: when its articles were, oldest
    first; only asked for where `wants_rhythm`. `leads`: the two samples of the gap audit (`seen_before` of the archive,
    before
    before `SETTLED` and `EARLIER`), only where `wants_audit`. `known`: its incidents and those of the mirror ("") that
    are open, or ended `LATELY`.
    """

    source: str
    indexes: tuple[Index, ...] = ()
    days: tuple[SourceDay, ...] = ()
    published: tuple[datetime, ...] | None = None
    leads: tuple[tuple[Entry, ...], tuple[Entry, ...]] | None = None
    known: tuple[Incident, ...] = ()

    def open(self, trouble: Trouble) -> Incident | None:
        """The incident of this source and kind that is not over."""
        mine = (each for each in self.known if each.source == self.source and each.until is None)
        return next((each for each in mine if each.trouble is trouble), None)


class Turn(Noun, frozen=True, kw_only=True):
    """What became of incidents: `begun` and `ended` are to be kept, the `unchanged` ones are still open."""

    begun: tuple[Incident, ...] = ()
    ended: tuple[Incident, ...] = ()
    unchanged: tuple[Incident, ...] = ()


def troubles(facts: Facts, now: datetime) -> tuple[Incident, ...]:
    """What is wrong with a source now, each trouble once, those that are known by their own beginning and figures."""
    found = {each.trouble: each for look in _LOOKS if (each := look(facts, now)) is not None}
    for trouble, reasons in _FOLLOWS.items():
        if facts.open(trouble) is None and any(reason in found for reason in reasons):
            found.pop(trouble, None)
    return tuple(found.values())


def turned(known: Iterable[Incident], found: Iterable[Incident], now: datetime) -> Turn:
    """What began and what ended. `known`: the incidents that are open or ended lately, of what was looked at; `found`:
    what is wrong with it now.

    What has ended stays ended for an hour, and twice as long for each time that it has lately, two days at most.
    """
    known, wrong = tuple(known), {(each.source, each.trouble): each for each in found}
    still = {(each.source, each.trouble): each for each in known if each.until is None}
    begun = [each for name, each in wrong.items() if name not in still and not _is_cooling(each, known, now)]
    return Turn(
        begun=tuple(replace(each, since=_free(min(each.since, now), each, known)) for each in begun),
        ended=tuple(replace(each, until=max(now, each.since)) for name, each in still.items() if name not in wrong),
        unchanged=tuple(each for name, each in still.items() if name in wrong),
    )


def _is_cooling(found: Incident, known: Iterable[Incident], now: datetime) -> bool:
    same = [each.until for each in known if (each.source, each.trouble) == (found.source, found.trouble)]
    ends = [until for until in same if until is not None and now - until < LATELY]
    if not ends:
        return False
    wait = min(_HOUR * float(2 ** (min(len(ends), _REPEATED) - 1)), _LONGEST_COOLING)
    return timedelta(0) <= now - max(ends) < wait


def _free(since: datetime, found: Incident, known: Iterable[Incident]) -> datetime:
    """The moment by which an incident is kept: never one of another that is over."""
    taken = {each.since for each in known if (each.source, each.trouble) == (found.source, found.trouble)}
    while since in taken:
        since += timedelta(seconds=1)
    return since


# --- failing ------------------------------------------------------------------------------------------------------


def is_failing(indexes: Iterable[Index]) -> bool:
    """Whether no index of a source answered at its last visit, as far as they were visited."""
    asked = [each.visit for each in indexes if each.visit.checked is not None]
    return bool(asked) and all(visit.failures for visit in asked)


def _failing(facts: Facts, now: datetime) -> Incident | None:
    """Every index has failed for half an hour and three times, or one has for a day."""
    known = facts.open(Trouble.FAILING)
    fails = [each.visit for each in facts.indexes if each.visit.failures]
    if known is not None:
        since = known.since
        worst = [visit for visit in fails if is_failing(facts.indexes) or _since(visit, now) <= now - _ONE_FAILS_AFTER]
        return known if worst or any(_since(visit, now) <= since for visit in fails) else None
    dark = _dark_until(facts, now)
    fails = [visit for visit in fails if (visit.checked or now) > dark]
    sure = [visit for visit in fails if visit.failures >= _FAILURES]
    wait = _FAILS_AFTER if is_failing(facts.indexes) and len(sure) == len(fails) else _ONE_FAILS_AFTER
    long = [visit for visit in sure if now - _since(visit, now) >= wait]
    if not long:
        return None
    first = min(long, key=lambda visit: (_since(visit, now), visit.url))
    return Incident(
        source=facts.source, trouble=Trouble.FAILING, since=_since(first, now), what=first.result or first.url,
        now=len(long), usual=len(facts.indexes),
    )  # fmt: skip


def _dark_until(facts: Facts, now: datetime) -> datetime:
    """Until when nothing at all could be reached from here: what failed then says nothing about a source."""
    mirror = (each for each in facts.known if not each.source and each.trouble is Trouble.FAILING)
    return max((each.until or now for each in mirror), default=_MONDAY)


def _since(visit: Visit, now: datetime) -> datetime:
    return min(visit.since or visit.checked or now, now)


# --- silent -------------------------------------------------------------------------------------------------------


def wants_rhythm(facts: Facts, now: datetime) -> bool:
    """Whether a source may be silent at all: it answers, and had nothing new for longer than ever, by whole days."""
    if facts.open(Trouble.SILENT) is not None or _heard(facts) is None:
        return False
    days = [_date(each.day) for each in facts.days if each.new or each.leads]
    rest = (now.date() - (days[-1] if days else date.min)).days
    return rest > 1 and all((after - before).days < rest for before, after in itertools.pairwise(days))


def rhythm_since(facts: Facts, now: datetime, back: timedelta) -> datetime:
    """From when on articles tell the rhythm of a source: so far before its last news."""
    last = _last_news(facts)
    return (now if last == date.min else midnight(last.isoformat())) - back


def _heard(facts: Facts) -> datetime | None:
    """When an index of a source last answered as it should."""
    visits = [each.visit for each in facts.indexes]
    answers = [visit.good or (None if visit.failures else visit.checked) for visit in visits]
    return max(filter(None, answers), default=None)


def _last_news(facts: Facts) -> date:
    return max((_date(each.day) for each in facts.days if each.new or each.leads), default=date.min)


def _silent(facts: Facts, now: datetime) -> Incident | None:
    """Nothing new for longer than the rhythm of the source leads one to expect."""
    known = facts.open(Trouble.SILENT)
    if known is not None:  # it turned `now` days after the last article, with no news on that day
        return None if _last_news(facts) >= (known.since + known.now * _DAY).date() else known
    heard = _heard(facts)
    if heard is None or facts.published is None or not wants_rhythm(facts, now):
        return None
    moments = [moment for moment in facts.published if moment <= heard]
    if not moments or not is_silent(moments, heard):
        return None
    last, days = moments[-1], max((moments[-1] - moments[0]) / _DAY, 1.0)
    return Incident(
        source=facts.source, trouble=Trouble.SILENT, since=last, now=round((heard - last) / _DAY, 2),
        usual=round(len(moments) / days, 2),
    )  # fmt: skip


def is_silent(moments: Sequence[datetime], now: datetime) -> bool:
    """Whether `now` is longer after the last of these (ascending) than their rhythm leads one to expect.

    Time is measured by the source's own week: an hour in which it hardly ever publishes is a short one. In that measure
    its pauses (more than three hours without anything) are taken as of a gamma distribution with their own mean and
    spread; silence is what would be passed by one in 1,000 of the longest pauses of as many, and a quarter more than
    the longest. A source that is known for less than three weeks is taken to publish by chance.
    """
    gap = now - moments[-1]
    if gap < _DAY or gap < _longest_unknown(moments):
        return False
    clock = _Clock(moments)
    pauses = [
        (before, after) for before, after in itertools.pairwise(moments) if after - before > _PAUSE
    ]  # fmt: skip
    lengths = [clock.between(before, after) for before, after in pauses]
    silence = clock.between(moments[-1], now)
    if len(lengths) < _FEW_PAUSES:
        return len(moments) >= FEW and silence > 24.0 and gap > 2 * max((b - a for a, b in pauses), default=_HOUR)
    is_new = moments[-1] - moments[0] < 21 * _DAY
    more, least = (2.0, 1.0) if is_new else (1.25, 0.0)
    return silence > max(more * max(lengths), _longest_pause(lengths, least))


_PAUSE = timedelta(hours=3)
_FEW_PAUSES = 4


def _longest_unknown(moments: Sequence[datetime]) -> timedelta:
    """Of a source that is known for less than eight days it is not known on which days it rests."""
    return timedelta(0) if moments[-1] - moments[0] >= 8 * _DAY else 7 * _DAY


def _longest_pause(lengths: Sequence[float], least: float) -> float:
    """What hardly any pause is longer than: a quantile of the gamma distribution (Wilson and Hilferty, 1931), whose
    spread is taken to be `least` at least.
    """
    if len(lengths) > 2 * _FEW_PAUSES:  # one long holiday says nothing of the others; how long it was counts by itself
        lengths = sorted(lengths)[:-1]
    number = len(lengths)
    mean = math.fsum(lengths) / number
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in lengths) / (number - 1)) / mean if mean else 0.0
    # Of few pauses the spread is known badly.
    spread = max(spread * (1 + 3 / math.sqrt(number)), 1.2 / math.sqrt(number), least)
    odds = math.log(number) + 7.0
    z = math.sqrt(2 * odds - math.log(2 * odds) - math.log(2 * math.pi))
    return mean * max(1.0, 1 - spread**2 / 9 + z * spread / 3) ** 3


class _Clock:
    """Hours by the week of a source: as long as an hour where it publishes as much as on the average."""

    def __init__(self, moments: Sequence[datetime]) -> None:
        weekdays, hours = [0.0] * 7, [0.0] * 24
        hourly = {(moment.date(), moment.hour) for moment in moments}  # a batch at once is one sign of life
        for date_, hour in hourly:
            weekdays[date_.weekday()] += 1
            hours[hour] += 1
        by_day = _shares(weekdays, 1.0)
        smooth = [hours[hour - 1] / 4 + hours[hour] / 2 + hours[(hour + 1) % 24] / 4 for hour in range(24)]
        by_hour = _shares(smooth, 0.25)
        self.sums = [0.0]
        for day in range(7):
            for hour in range(24):
                self.sums.append(self.sums[-1] + by_day[day] * by_hour[hour])
        self.whole = self.sums[-1]

    def between(self, before: datetime, after: datetime) -> float:
        """How long that is."""
        return self._at(after) - self._at(before)

    def _at(self, moment: datetime) -> float:
        weeks, rest = divmod(moment - _MONDAY, timedelta(weeks=1))
        hours, part = divmod(rest, _HOUR)
        begin = self.sums[hours]
        return weeks * self.whole + begin + (self.sums[hours + 1] - begin) * (part / _HOUR)


_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)


def _shares(counts: Sequence[float], even: float) -> list[float]:
    """These counts as factors around 1; each is taken to be `even` more than it was."""
    whole = math.fsum(counts) + even * len(counts)
    return [(count + even) * len(counts) / whole for count in counts]


# --- shrunk -------------------------------------------------------------------------------------------------------


def _shrunk(facts: Facts, now: datetime) -> Incident | None:
    """An index lists nothing, or for three days the source brought far fewer leads."""
    known = facts.open(Trouble.SHRUNK)
    if known is not None:
        is_used_to = not known.what and now - known.since > _USED_TO
        return known if not is_used_to and _is_still_shrunk(facts, known, now) else None
    if facts.open(Trouble.SILENT) is not None:
        return None
    for visit in (each.visit for each in facts.indexes):
        if visit.good is not None and not visit.failures and not visit.listed and (usual := _dried_up(facts, now)):
            return Incident(
                source=facts.source, trouble=Trouble.SHRUNK, since=min(visit.checked or now, now), what=visit.url,
                usual=usual,
            )  # fmt: skip
    volume = _volume(facts, now, now.date() - 3 * _DAY)
    if volume is None or _was_away(facts, now):
        return None
    came, expected = volume
    if came > 0.35 * expected or _rarely_so_few(came, expected) < _SURE:
        return None
    return Incident(
        source=facts.source, trouble=Trouble.SHRUNK, since=now, now=round(came / 3, 2), usual=round(expected / 3, 2)
    )


def _is_still_shrunk(facts: Facts, known: Incident, now: datetime) -> bool:
    if known.what:
        visit = next((each.visit for each in facts.indexes if each.visit.url == known.what), None)
        return visit is not None and (visit.failures > 0 or not visit.listed)
    volume = _volume(facts, now, known.since.date())
    return volume is None or volume[0] < 0.6 * volume[1]  # if silence follows, it has not got better


def _dried_up(facts: Facts, now: datetime) -> float:
    """How many leads a source used to bring in a day, where it brings none: yesterday and today, or, of one that is not
    known for three weeks, for four days. Else 0.
    """
    came = {_date(each.day): each.leads for each in facts.days}
    today, first = now.date(), min(came, default=now.date())
    if today - first < 22 * _DAY:
        whole = sum(came.values())
        is_dry = today - first >= 5 * _DAY and not any(came.get(today - back * _DAY) for back in range(5))
        usual = round(whole / max((today - first) / _DAY, 1.0), 2)
        return usual if is_dry and usual >= _MANY else 0.0
    before = [came.get(today - _DAY - 7 * week * _DAY, 0) for week in range(1, 9)]
    usual = _median([leads for week, leads in enumerate(before, 1) if today - _DAY - 7 * week * _DAY > first])
    return usual if usual >= _MANY and not came.get(today) and not came.get(today - _DAY) else 0.0


def _volume(facts: Facts, now: datetime, until: date) -> tuple[float, float] | None:
    """The leads of the last three whole days, and those to be expected by the same weekdays before `until`; None where
    one of them brought nothing: that is silence, or nobody asked.
    """
    if not facts.days or _heard(facts) is None:
        return None
    first = _date(facts.days[0].day) + _DAY
    came = {_date(each.day): each.leads for each in facts.days}
    expected = found = 0.0
    for back in (1, 2, 3):
        day = now.date() - back * _DAY
        same = [day - 7 * week * _DAY for week in range(1, 6)]
        before = [came.get(each, 0) for each in same if first <= each < until]
        if len(before) < 3:
            return None
        leads, usual = came.get(day, 0), _median(before)
        if usual >= _MANY and not leads:
            return None
        expected += usual
        found += leads
    return found, expected


def _was_away(facts: Facts, now: datetime) -> bool:
    """Whether in the last days nothing could come, or nothing did: its first day again has fewer."""
    three = midnight(day_of(now)) - 3 * _DAY
    return any(
        each.trouble in (Trouble.FAILING, Trouble.SILENT, Trouble.SHRUNK) and (each.until is None or each.until > three)
        for each in facts.known
    )


# --- held, and how articles read -------------------------------------------------------------------------------------


def _held(facts: Facts, now: datetime) -> Incident | None:
    def pages(day: SourceDay) -> int:
        return day.held + day.new + day.edited + day.back

    found = _drift(facts, now, Trouble.HELD, lambda day: day.held, pages, _SOME)
    if found is not None or facts.open(Trouble.HELD) is not None:
        return found
    # Of a source without a past: half of what it gives is not believed.
    held, all_ = (sum(map(count, facts.days)) for count in (lambda day: day.held, pages))
    is_new = bool(facts.days) and now.date() - _date(facts.days[0].day) < 14 * _DAY
    if not is_new or all_ < _ENOUGH or held < all_ / 2:
        return None
    return Incident(source=facts.source, trouble=Trouble.HELD, since=now, now=round(held / all_, 4))


def _undated(facts: Facts, now: datetime) -> Incident | None:
    return _drift(facts, now, Trouble.UNDATED, lambda day: day.undated, _new)


def _unsigned(facts: Facts, now: datetime) -> Incident | None:
    return _drift(facts, now, Trouble.UNSIGNED, lambda day: day.unsigned, _new)


def _unpictured(facts: Facts, now: datetime) -> Incident | None:
    return _drift(facts, now, Trouble.UNPICTURED, lambda day: day.unpictured, _new)


def _new(day: SourceDay) -> int:
    return day.new


def _drift(
    facts: Facts,
    now: datetime,
    trouble: Trouble,
    some: Callable[[SourceDay], int],
    all_: Callable[[SourceDay], int],
    enough: int = _ENOUGH,
) -> Incident | None:
    """A share is greater than in any stretch of the past that is as long, by a fifth of all, and not by chance."""
    known = facts.open(trouble)
    if known is not None and now - known.since > _USED_TO:
        return None
    rows = _rows(facts, now, trouble, some, all_)
    told = 0 if known is None else (now.date() - known.since.date()).days + 1
    for days in _WINDOWS:
        part, whole = _sum(rows[-days:])
        if whole < enough:
            continue
        past = rows[: max(len(rows) - told - days, 0)]
        before, of = _sum(past)
        if len(past) < 2 * days or of < 3 * enough:
            break
        share, usual = part / whole, before / of
        if known is None and share < usual + 0.2:
            break  # in some stretch of the past it was at least as great as in all of it
        worst = max((_smooth(stretch) for stretch in _stretches(past, days) if stretch[1] >= enough / 2), default=usual)
        if known is not None:
            return known if share > max(worst, usual) + 0.1 else None
        if share < worst + 0.2:
            break
        if whole * _divergence(share, worst) >= _SURE:
            return Incident(
                source=facts.source, trouble=trouble, since=now, now=round(share, 4), usual=round(usual, 4)
            )  # fmt: skip
    return known


def _short(facts: Facts, now: datetime) -> Incident | None:
    """Articles are half as long as in the leanest stretch of the past that is as long."""
    known = facts.open(Trouble.SHORT)
    if known is not None and now - known.since > _USED_TO:
        return None
    rows = _rows(facts, now, Trouble.SHORT, lambda day: day.characters, _new)
    told = 0 if known is None else (now.date() - known.since.date()).days + 1
    for days in _WINDOWS:
        characters, articles = _sum(rows[-days:])
        if articles < _ENOUGH:
            continue
        past = rows[: max(len(rows) - told - days, 0)]
        before, of = _sum(past)
        if len(past) < 2 * days or of < 3 * _ENOUGH:
            break
        length, usual = characters / articles, before / of
        leanest = min((c / n for c, n in _stretches(past, days) if n >= _ENOUGH / 2), default=usual)
        if known is not None:
            return known if length < 0.7 * leanest else None
        if length > 0.5 * leanest:
            break
        return Incident(source=facts.source, trouble=Trouble.SHORT, since=now, now=round(length), usual=round(usual))
    return known


def _rows(
    facts: Facts,
    now: datetime,
    trouble: Trouble,
    some: Callable[[SourceDay], int],
    all_: Callable[[SourceDay], int],
) -> list[tuple[int, int]]:
    """Both counts of each day until today, from the second on: on the first a source gives all that it lists. Days of
    which this was told already, and is over, count for nothing: they would tell it again.
    """
    if not facts.days:
        return []
    first = _date(facts.days[0].day)
    rows = [(0, 0)] * (min((now.date() - first).days, 2 * DAYS) + 1)
    for each in facts.days:
        if (place := (_date(each.day) - first).days) < len(rows):
            rows[place] = (some(each), all_(each))
    for told in facts.known:
        same = told.source == facts.source and told.trouble is trouble
        if same and told.until is not None and told.until - told.since < _USED_TO:  # else it is as it is now
            begin = max((told.since.date() - first).days - _WINDOWS[0], 0)
            for place in range(begin, min((told.until.date() - first).days + 1, len(rows))):
                rows[place] = (0, 0)
    return rows[1:]


def _stretches(rows: Sequence[tuple[int, int]], days: int) -> Iterator[tuple[int, int]]:
    """The sums of every so many days in a row."""
    part, whole = _sum(rows[:days])
    yield part, whole
    for gone, come in zip(rows, rows[days:], strict=False):
        part, whole = part - gone[0] + come[0], whole - gone[1] + come[1]
        yield part, whole


def _sum(rows: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(part for part, _ in rows), sum(whole for _, whole in rows)


def _smooth(stretch: tuple[int, int]) -> float:
    return min((stretch[0] + 1) / (stretch[1] + 2), 1.0)


# --- gaps between the indexes -----------------------------------------------------------------------------------------


def wants_audit(facts: Facts, now: datetime) -> bool:
    """Whether there is more than one kind of index to compare, and one that is not a feed was asked just now."""
    if len({each.kind for each in facts.indexes}) < 2:
        return False
    return any(each.kind != FEED and now - (each.visit.checked or now) < _JUST for each in facts.indexes)


def coverage(indexes: Iterable[Index], leads: Iterable[Entry]) -> dict[str, tuple[int, int]]:
    """Of the leads that another kind of index lists, how many a kind lists too, and of how many; by kind."""
    kinds = {each.visit.url: each.kind for each in indexes}
    counts = dict.fromkeys(dict.fromkeys(kinds.values()), (0, 0))
    part = SITEMAP if SITEMAP in counts else ""  # the files of a sitemap index are no indexes of the source
    for entry in leads:
        lead = entry.lead
        if lead.published is not None and entry.first_seen - lead.published > SETTLED:
            continue  # older than when it was seen: an index into the past has it, one of news has not
        lists = {kinds.get(url, part) for url in (lead.via, *lead.also) if url} - {""}
        for kind, (listed, of) in counts.items():
            if lists - {kind}:
                counts[kind] = (listed + (kind in lists), of + 1)
    return counts


def _gap(facts: Facts, now: datetime) -> Incident | None:
    """A kind of index leaves out what the others list, and did not before."""
    known = facts.open(Trouble.GAP)
    if known is not None and now - known.since > _USED_TO:
        return None
    if facts.leads is None:
        return known
    late, early = facts.leads
    if late:
        oldest = min(each.first_seen for each in late)
        early = tuple(each for each in early if each.first_seen < oldest)
    recent, earlier = coverage(facts.indexes, late), coverage(facts.indexes, early)
    if known is not None:
        listed, of = recent.get(known.what, (0, 0))
        return known if of < _ENOUGH or listed / of < 0.7 * known.usual else None
    for kind, (listed, of) in recent.items():
        before, of_before = earlier[kind]
        if of < _ENOUGH or of_before < _ENOUGH:
            continue
        share, usual = listed / of, before / of_before
        if share <= 0.5 * usual and of * _divergence(1 - share, min(_smooth((of_before - before, of_before)), 1)) >= (
            _SURE
        ):
            return Incident(
                source=facts.source, trouble=Trouble.GAP, since=now, what=kind, now=round(share, 4),
                usual=round(usual, 4),
            )  # fmt: skip
    return None


_LOOKS: tuple[Callable[[Facts, datetime], Incident | None], ...] = (
    _failing, _silent, _shrunk, _held, _undated, _unsigned, _unpictured, _short, _gap,
)  # fmt: skip
# What follows from another trouble is not told beside it.
_FOLLOWS = {
    Trouble.SHRUNK: (Trouble.FAILING,),
    Trouble.SILENT: (Trouble.FAILING, Trouble.SHRUNK),
    Trouble.GAP: (Trouble.FAILING, Trouble.SHRUNK),
}


# --- how sure ---------------------------------------------------------------------------------------------------------


def _divergence(share: float, usual: float) -> float:
    """How far a greater share is from the usual one (Kullback and Leibler): the chance of it among n is below
    exp(-n × this).
    """
    if share <= usual or usual >= 1:
        return 0.0
    rest = (1 - share) * math.log((1 - share) / (1 - usual)) if share < 1 else 0.0
    return share * math.log(share / usual) + rest


def _rarely_so_few(came: float, expected: float) -> float:
    """The chance of so few where so many are expected (Poisson) is below exp(-this)."""
    if came >= expected:
        return 0.0
    return expected - came + (came * math.log(came / expected) if came else 0.0)


def _median(counts: Sequence[int]) -> float:
    ranked = sorted(counts)
    middle = len(ranked) // 2
    return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2


def _date(day: str) -> date:
    return date.fromisoformat(day)


def day_of(moment: datetime) -> str:
    """The day of a moment, as the diary writes it."""
    return moment.astimezone(UTC).date().isoformat()


def midnight(day: str) -> datetime:
    """When a day of the diary begins."""
    return datetime.combine(_date(day), time(), UTC)
