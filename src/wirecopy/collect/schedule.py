"""What is due, when to come back. Pure: moments and counts in, moments out.

Fresh articles are edited most: an article is looked at again after a quarter of its age, at least after half an hour,
at most after 30 days, and no more once it is 90 days old, unless a lead says that it moved. An index is asked again as
soon as something new is to be expected by the outlet's own rhythm. Failures back off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

SOONEST = timedelta(minutes=30)
LATEST = timedelta(days=30)
# DW's own habit (3,619 ids watched in 2020): most edits come within hours, the latest seen was 28 days old.
FORGET = timedelta(days=90)
LONGEST_BACK_OFF = timedelta(days=1)
RHYTHM = timedelta(days=28)
"""How far back an outlet's rhythm is looked at: whole weeks."""

_EXPECTED = 0.25  # new articles for which an index is worth asking: three in four times it says "not modified"
_LONGEST = 8.0  # times its source's `every`, that an index is left alone at most, whatever its rhythm or its server say
_EVEN = 0.2  # the share of a rhythm that is spread over the day: what never came at night may


def next_look(now: datetime, since: datetime) -> datetime | None:
    """When to look again at an article that is from `since`; None: not unless a lead says that it moved."""
    age = now - since
    if age > FORGET:
        return None
    return now + min(max(age / 4, SOONEST), LATEST)


def next_try(
    now: datetime, failures: int, *, first: timedelta = timedelta(minutes=10), jitter: float = 0.0
) -> datetime:
    """When to try again after this many failures in a row: doubling from `first`, up to a day, plus up to a quarter.

    `jitter` is a random number in [0, 1): failures of many mirrors must not come back at the same second.
    """
    wait = min(first * float(2 ** min(max(failures - 1, 0), 16)), LONGEST_BACK_OFF)
    return now + wait * (1 + jitter / 4)


def rhythm(published: Sequence[datetime], now: datetime) -> tuple[float, ...]:
    """New articles an hour, by the hour of the day (UTC, 24 numbers), from when articles came in the last `RHYTHM`
    before `now`, oldest first; () while there is less than a week to go by.
    """
    seen = [moment for moment in published if now - RHYTHM <= moment <= now]
    if not seen or now - seen[0] < timedelta(days=7):
        return ()
    days = (now - seen[0]) / timedelta(days=1)
    counts = [0] * 24
    for moment in seen:
        counts[moment.hour] += 1
    even = _EVEN * len(seen) / 24
    return tuple(((1 - _EVEN) * count + even) / days for count in counts)


def next_index(
    now: datetime, every: float, rates: Sequence[float] = (), *, max_age: float = 0.0, jitter: float = 0.0
) -> datetime:
    """When an index page is asked for again: once a new article is to be expected by its source's `rhythm`, and its
    server's own `max_age` (seconds, Cache-Control) is over; never before `every`, which is its source's, in seconds,
    and never after eight times that. `jitter` in [0, 1) adds up to a tenth.
    """
    most = every * _LONGEST
    wait = max(every, min(_until_expected(now, rates, most) if rates else every, most), min(max_age, most))
    return now + timedelta(seconds=min(wait * (1 + jitter / 10), most))


def index_due(due: datetime | None, asked: datetime | None, every: float) -> datetime | None:
    """When an index is `due` that was `asked` then, None: at once. No later than this schedule would have said, for a
    later moment is of another archive, which was taken in, or of an `every` that was longer.
    """
    if due is None or asked is None:
        return None
    longest = max(every * _LONGEST, LONGEST_BACK_OFF.total_seconds() * 1.25)
    return due if (due - asked).total_seconds() <= longest else asked + timedelta(seconds=longest)


def _until_expected(now: datetime, rates: Sequence[float], most: float) -> float:
    """The seconds until so many articles are to be expected, or somewhat more than `most`."""
    expected, passed = 0.0, 0.0
    moment = now
    while passed <= most:
        left = 3600.0 - (moment.minute * 60 + moment.second + moment.microsecond / 1e6)
        rate = rates[moment.hour] / 3600.0
        if rate > 0 and expected + rate * left >= _EXPECTED:
            return passed + (_EXPECTED - expected) / rate
        expected += rate * left
        passed += left
        moment += timedelta(seconds=left)
    return passed
