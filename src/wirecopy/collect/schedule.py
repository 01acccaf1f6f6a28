"""What is due, when to come back. Pure: moments and counts in, moments out.

Fresh articles are edited most: an article is looked at again after a quarter of its age, at least after half an hour,
at most after 30 days, and no more once it is 90 days old, unless a lead says that it moved. Failures back off.
"""

from __future__ import annotations

from datetime import datetime, timedelta

SOONEST = timedelta(minutes=30)
LATEST = timedelta(days=30)
# DW's own habit (3,619 ids watched in 2020): most edits come within hours, the latest seen was 28 days old.
FORGET = timedelta(days=90)
LONGEST_BACK_OFF = timedelta(days=1)


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


def next_index(now: datetime, every: float) -> datetime:
    """When an index page is asked for again: `every` is its source's, in seconds."""
    return now + timedelta(seconds=every)
