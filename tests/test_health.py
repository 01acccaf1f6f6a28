"""What is wrong with a source is found soon, nothing is found of a steady one, and what is well again turns back.

Sources are played for months, look by look, with every rhythm that outlets have; the diary of each is written as the
archive writes it.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy import health
from wirecopy.health import FEED, SITEMAP, Facts, Index, is_silent, troubles, turned
from wirecopy.model import Entry, Incident, Lead, SourceDay, Trouble, Visit

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


# --- rhythms: when a source publishes, for 150 days -----------------------------------------------------------------


def steadily(rng, a_day, hours=range(24), weekdays=range(7)):
    """By chance, in these hours of these weekdays."""
    for day in range(150):
        date = BEGIN + day * DAY
        if date.weekday() in weekdays:
            for _ in range(chance(rng, a_day)):
                yield date + rng.choice(hours) * HOUR + rng.random() * HOUR


def chance(rng, expected):
    """So many are expected (Poisson, by its waiting times)."""
    number, waited = 0, rng.expovariate(1)
    while waited < expected:
        number, waited = number + 1, waited + rng.expovariate(1)
    return number


def once_in(rng, days, jitter=0.1):
    """As regularly as a weekly or monthly paper."""
    moment = BEGIN - 370 * DAY + rng.random() * days * DAY
    while moment < BEGIN + 150 * DAY:
        yield moment + rng.uniform(-jitter, jitter) * days * DAY
        moment += days * DAY


def in_batches(size, hour=5):
    """All of a day at once."""
    for day in range(150):
        for number in range(size):
            yield BEGIN + day * DAY + hour * HOUR + number * timedelta(minutes=2)


RHYTHMS = {
    "an agency, day and night": lambda rng: steadily(rng, 150),
    "a broadcaster": lambda rng: steadily(rng, 40, range(5, 21)),
    "an office, weekdays only": lambda rng: steadily(rng, 12, range(8, 17), range(5)),
    "one a weekday": lambda _: (BEGIN + d * DAY + 9 * HOUR for d in range(150) if (BEGIN + d * DAY).weekday() < 5),
    "one a day by chance": lambda rng: steadily(rng, 1),
    "three a week by chance": lambda rng: steadily(rng, 3 / 7),
    "a weekly": lambda rng: once_in(rng, 7),
    "a weekly of thirty pieces": lambda rng: (
        each + n * timedelta(minutes=1) for each in once_in(rng, 7, 0) for n in range(30)
    ),
    "a monthly": lambda rng: once_in(rng, 30),
    "a morning's batch": lambda _: in_batches(25),
    "nothing at all": lambda _: iter(()),
}


class Life:
    """A source and what the diary says of it. `fault` says what is different from a moment on (and until when)."""

    def __init__(self, moments, seed=0, **fault):
        self.moments = sorted(moments)
        self.rng = random.Random(seed)
        self.fault = fault
        self.days = {}
        self.published = []
        self.known = ()
        self.told = []
        self.visit = Visit(url="https://example.org/feed")
        self.taken = 0

    def is_wrong(self, now):
        return self.fault["since"] <= now < self.fault.get("until", BEGIN + 500 * DAY) if self.fault else False

    def count(self, at, **more):
        day = at.date().isoformat()
        old = self.days.get(day, SourceDay(source="s", day=day))
        self.days[day] = health.replace(old, **{name: getattr(old, name) + by for name, by in more.items()})

    def take(self, moment, now):
        """One article, read as this source reads."""
        what = self.fault.get("what", "") if self.is_wrong(moment) else ""
        if what == "silent" or (what == "few" and self.rng.random() > 0.15):
            return
        self.count(now, leads=1)
        if what == "held" and self.rng.random() < 0.8:
            self.count(now, held=1)
            return
        chance = self.rng.random
        self.count(
            now,
            new=1,
            undated=int(chance() < (0.9 if what == "undated" else 0.02)),
            unsigned=int(chance() < (0.9 if what == "unsigned" else 0.3)),
            unpictured=int(chance() < (0.9 if what == "unpictured" else 0.1)),
            characters=int(self.rng.lognormvariate(8, 0.6) * (0.2 if what == "short" else 1)),
        )
        self.published.append(moment)

    def facts(self, now):
        since = (now - health.DAYS * DAY).date().isoformat()
        days = tuple(each for day, each in sorted(self.days.items()) if day >= since)
        facts = Facts(source="s", indexes=(Index(kind=FEED, visit=self.visit),), days=days, known=self.known)
        if health.wants_rhythm(facts, now):
            for back in (health.RHYTHM, health.LONG_RHYTHM):
                since = health.rhythm_since(facts, now, back)
                moments = [each for each in self.published if each > since]
                if len(moments) >= health.FEW:
                    break
            facts = health.replace(facts, published=tuple(sorted(moments)))
        return facts

    def look(self, now):
        """Ask, read, look, keep what turned."""
        failing = self.fault.get("what") == "failing" and self.is_wrong(now)
        if failing:
            since = self.visit.since if self.visit.failures else now
            failures = self.visit.failures + 1
            self.visit = health.replace(self.visit, checked=now, failures=failures, since=since, result="no answer")
        else:
            empty = self.fault.get("what") == "empty" and self.is_wrong(now)
            while not empty and self.taken < len(self.moments) and self.moments[self.taken] <= now:
                self.take(self.moments[self.taken], now)
                self.taken += 1
            if empty:
                while self.taken < len(self.moments) and self.moments[self.taken] <= now:
                    self.taken += 1
            self.visit = Visit(url=self.visit.url, checked=now, good=now, listed=0 if empty else 20, usual=20)
        turn = turned(self.known, troubles(self.facts(now), now), now)
        self.told += [("began", each.trouble, now) for each in turn.begun]
        self.told += [("ended", each.trouble, now) for each in turn.ended]
        gone = {(each.trouble, each.since) for each in turn.ended}
        rest = tuple(each for each in self.known if (each.trouble, each.since) not in gone)
        self.known = (*rest, *turn.begun, *turn.ended)

    def live(self, days, every=6 * HOUR):
        """So many days; until shortly before something is wrong, the looks are half a day apart."""
        now = BEGIN
        while now < BEGIN + days * DAY:
            self.look(now)
            now += 12 * HOUR if self.fault and now < self.fault["since"] - DAY else every
        return self.told


@cache
def moments_of(rhythm, seed):
    return tuple(RHYTHMS[rhythm](random.Random(seed)))


@pytest.mark.parametrize("rhythm", RHYTHMS)
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_wrong_with_a_steady_source_for_ninety_days(rhythm, seed):
    assert Life(moments_of(rhythm, seed), seed).live(90, 9 * HOUR) == []


@given(
    a_day=st.floats(0.1, 60),
    hours=st.tuples(st.integers(0, 23), st.integers(1, 24)),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=8, deadline=None)
def test_nothing_is_wrong_with_a_steady_source_of_any_rhythm(a_day, hours, weekdays, seed):
    first, long = hours
    at = [hour % 24 for hour in range(first, first + long)]
    assert Life(steadily(random.Random(seed), a_day, at, weekdays), seed).live(90, 12 * HOUR) == []


BUSY, OFFICE, WEEKLY = "a broadcaster", "an office, weekdays only", "a weekly"


@pytest.mark.parametrize(
    ("rhythm", "what", "trouble", "days"),
    [
        (BUSY, "failing", Trouble.FAILING, 1.1),
        (WEEKLY, "failing", Trouble.FAILING, 1.1),
        (BUSY, "silent", Trouble.SILENT, 2.5),
        ("an agency, day and night", "silent", Trouble.SILENT, 2.5),
        (OFFICE, "silent", Trouble.SILENT, 5),
        ("a morning's batch", "silent", Trouble.SILENT, 5),
        ("one a weekday", "silent", Trouble.SILENT, 9),
        ("one a day by chance", "silent", Trouble.SILENT, 25),
        (WEEKLY, "silent", Trouble.SILENT, 30),
        (BUSY, "empty", Trouble.SHRUNK, 2.5),
        (BUSY, "few", Trouble.SHRUNK, 4.5),
        (BUSY, "held", Trouble.HELD, 3),
        (OFFICE, "held", Trouble.HELD, 7),
        (BUSY, "undated", Trouble.UNDATED, 3),
        (OFFICE, "undated", Trouble.UNDATED, 7),
        (BUSY, "unsigned", Trouble.UNSIGNED, 4),
        (BUSY, "unpictured", Trouble.UNPICTURED, 4),
        (BUSY, "short", Trouble.SHORT, 4),
    ],
)
def test_a_fault_is_found_in_time_once_and_turns_back(rhythm, what, trouble, days):
    since = BEGIN + 60.4 * DAY
    until = since + max(days + 3, 6) * DAY
    life = Life(moments_of(rhythm, 3), 3, what=what, since=since, until=until)
    told = life.live((until - BEGIN) / DAY + 20, 4 * HOUR)
    assert [(turn, which) for turn, which, _ in told] == [("began", trouble), ("ended", trouble)]
    (_, _, began), (_, _, ended) = told
    assert since <= began <= since + days * DAY
    assert until <= ended <= until + 10 * DAY


def test_what_is_over_is_not_told_again_by_a_longer_look_back():
    """A wall for four days, at a source of one article a day whose older articles were looked at again meanwhile."""
    held = {50: 27, 51: 15, 52: 13, 53: 15}
    days = tuple(
        SourceDay(
            source="s", day=(BEGIN + n * DAY).date().isoformat(), leads=1, new=int(n not in held), held=held.get(n, 0)
        )
        for n in range(62)
    )
    now = BEGIN + 61.3 * DAY
    over = Incident(source="s", trouble=Trouble.HELD, since=BEGIN + 50.3 * DAY, until=BEGIN + 56 * DAY)
    facts = Facts(source="s", indexes=(Index(kind=FEED, visit=well(now).visit),), days=days)
    assert [each.trouble for each in troubles(facts, now)] == [Trouble.HELD]
    assert troubles(health.replace(facts, known=(over,)), now) == ()


@pytest.mark.parametrize("what", ["silent", "failing", "empty"])
def test_what_stays_wrong_is_told_once_however_long(what):
    told = Life(moments_of(BUSY, 4), 4, what=what, since=BEGIN + 40 * DAY).live(100, 12 * HOUR)
    assert [turn for turn, *_ in told] == ["began"]


@pytest.mark.parametrize(("what", "trouble"), [("unsigned", Trouble.UNSIGNED), ("few", Trouble.SHRUNK)])
def test_what_stays_otherwise_is_how_the_source_is_after_a_month(what, trouble):
    told = Life(moments_of(BUSY, 5), 5, what=what, since=BEGIN + 50 * DAY).live(120, 12 * HOUR)
    assert [(turn, which) for turn, which, _ in told] == [("began", trouble), ("ended", trouble)]
    assert told[1][2] - told[0][2] <= 31 * DAY


# --- silence ------------------------------------------------------------------------------------------------------


@given(
    gaps=st.lists(st.floats(0.1, 200), min_size=5, max_size=60),
    after=st.floats(0, 2000),
    more=st.floats(0, 5000),
)
@settings(max_examples=60, deadline=None)
def test_who_is_silent_stays_silent_by_waiting(gaps, after, more):
    moments = [BEGIN]
    for gap in gaps:
        moments.append(moments[-1] + gap * HOUR)
    now = moments[-1] + after * HOUR
    if is_silent(moments, now):
        assert is_silent(moments, now + more * HOUR)


def test_one_article_a_month_is_not_silent_after_a_week():
    moments = [BEGIN + 30 * number * DAY for number in range(13)]
    assert not is_silent(moments, moments[-1] + 7 * DAY)
    assert not is_silent(moments, moments[-1] + 33 * DAY)
    assert is_silent(moments, moments[-1] + 95 * DAY)


def silent_after(moments):
    """After how many days without anything they are silent."""
    return next(days / 4 for days in range(4, 400) if is_silent(moments, moments[-1] + days / 4 * DAY))


def test_a_source_that_is_hardly_known_is_given_more_time():
    by = [silent_after([BEGIN + each * DAY for each in range(days)]) for days in (12, 20, 28)]
    assert by[0] > 5
    assert by[1] > 5
    assert by[2] < 3


def test_one_long_holiday_is_believed_and_says_nothing_of_other_days():
    before = [BEGIN + each * DAY / 4 for each in range(40)]
    after = [each + 20 * DAY for each in before]  # ten days without anything
    assert silent_after(before + after) == pytest.approx(1.25 * 10, abs=1)
    assert silent_after([*before, *(each + 10 * DAY for each in before)]) < 5


def test_of_few_articles_nothing_is_said():
    assert not is_silent([BEGIN, BEGIN + DAY, BEGIN + 2 * DAY], BEGIN + 300 * DAY)


def test_forty_a_day_and_then_three_days_nothing_is_silence_and_says_so():
    life = Life(moments_of(BUSY, 6), 6, what="silent", since=BEGIN + 60 * DAY)
    life.live(63)
    (incident,) = life.known
    assert incident.trouble is Trouble.SILENT
    assert 35 < incident.usual < 45
    assert BEGIN + 59.7 * DAY < incident.since < BEGIN + 60 * DAY


def test_a_source_that_was_not_asked_is_not_silent():
    life = Life(moments_of(BUSY, 7), 7)
    life.live(60)
    later = BEGIN + 90 * DAY
    assert troubles(life.facts(later), later) == ()


def test_after_an_outage_that_was_ours_nothing_is_wrong():
    moments = moments_of(BUSY, 8)
    off, on = BEGIN + 60 * DAY, BEGIN + 63.9 * DAY
    life = Life([each for each in moments if each < off or each > on - 0.5 * DAY], 8)  # a feed lists its newest only
    life.live(60)
    now = on
    while now < BEGIN + 80 * DAY:
        life.look(now)
        now += 6 * HOUR
    assert life.told == []


def test_days_on_which_a_source_failed_do_not_count_as_few():
    now = BEGIN + 42.5 * DAY
    came = [40] * 39 + [12, 3, 24]  # an outage of two days, of which the feed has lost the most
    days = tuple(
        SourceDay(
            source="s", day=(BEGIN + each * DAY).date().isoformat(), leads=leads, new=leads, characters=leads * 99
        )
        for each, leads in enumerate(came)
    )
    facts = Facts(source="s", indexes=(well(now),), days=days)
    assert [each.trouble for each in troubles(facts, now)] == [Trouble.SHRUNK]
    outage = Incident(source="s", trouble=Trouble.FAILING, since=BEGIN + 39.3 * DAY, until=BEGIN + 41.4 * DAY)
    for known in (outage, health.replace(outage, source="")):
        assert troubles(health.replace(facts, known=(known,)), now) == ()


# --- failing ------------------------------------------------------------------------------------------------------


def failing(failures, since, now, url="https://example.org/feed", good=None):
    return Index(
        kind=FEED,
        visit=Visit(url=url, checked=now, failures=failures, since=since, result=f"{url} answered 503", good=good),
    )


def well(now, url="https://example.org/other"):
    return Index(kind=FEED, visit=Visit(url=url, checked=now, good=now, result="200", listed=20))


@given(failures=st.integers(0, 50), minutes=st.integers(0, 5000), more=st.integers(0, 50), later=st.integers(0, 5000))
@settings(max_examples=60, deadline=None)
def test_more_failures_for_longer_are_never_less_wrong(failures, minutes, more, later):
    now = BEGIN + 30 * DAY

    def is_wrong(number, past):
        facts = Facts(source="s", indexes=(failing(number, now - timedelta(minutes=past), now),))
        return bool(troubles(facts, now))

    if is_wrong(failures, minutes):
        assert is_wrong(failures + more, minutes + later)


def test_one_lost_answer_is_no_failure_and_one_of_two_indexes_is_one_after_a_day():
    now = BEGIN + 30 * DAY

    def wrong(*indexes):
        return [each.trouble for each in troubles(Facts(source="s", indexes=indexes), now)]

    assert wrong(failing(1, now - 3 * DAY, now)) == []
    assert wrong(failing(3, now - timedelta(minutes=29), now)) == []
    assert wrong(failing(3, now - timedelta(minutes=30), now)) == [Trouble.FAILING]
    assert wrong(failing(9, now - 5 * HOUR, now), well(now)) == []
    assert wrong(failing(9, now - 25 * HOUR, now), well(now)) == [Trouble.FAILING]


def test_what_failed_while_nothing_could_be_reached_says_nothing_of_a_source():
    now = BEGIN + 30 * DAY
    index = failing(9, now - DAY, now - 2 * HOUR)
    mirror = Incident(source="", trouble=Trouble.FAILING, since=now - DAY, until=now - HOUR)
    assert troubles(Facts(source="s", indexes=(index,), known=(mirror,)), now) == ()
    again = failing(10, now - DAY, now)
    assert troubles(Facts(source="s", indexes=(again,), known=(mirror,)), now) != ()


def test_what_comes_and_goes_is_told_ever_more_seldom():
    known, began = (), []
    for number in range(4 * 24 * 14):
        now = BEGIN + number * timedelta(minutes=15)
        is_bad = number % 4 < 3
        found = [Incident(source="s", trouble=Trouble.FAILING, since=now)] if is_bad else []
        turn = turned(known, found, now)
        began += [now for _ in turn.begun]
        gone = {each.since for each in turn.ended}
        known = (*(each for each in known if each.since not in gone), *turn.begun, *turn.ended)
    assert len(began) < 16
    assert len({(each.trouble, each.since) for each in known}) == len(known)


@given(
    open_=st.sets(st.sampled_from([Trouble.HELD, Trouble.SHORT, Trouble.SILENT])),
    found=st.sets(st.sampled_from([Trouble.HELD, Trouble.SHORT, Trouble.SILENT])),
)
def test_what_turned_adds_up(open_, found):
    now = BEGIN + DAY
    known = [Incident(source="s", trouble=each, since=BEGIN, what="first") for each in open_]
    turn = turned(known, [Incident(source="s", trouble=each, since=now, what="now") for each in found], now)
    assert {each.trouble for each in turn.begun} == found - open_
    assert {each.trouble for each in turn.ended} == open_ - found
    assert {each.trouble for each in turn.unchanged} == open_ & found
    assert all(each.until == now for each in turn.ended)
    assert all(each.what == "first" for each in turn.unchanged)


# --- gaps between the indexes -----------------------------------------------------------------------------------------


def leads(number, before, *, in_feed, now, rng):
    for each in range(number):
        seen = now - before - each * timedelta(minutes=20)
        listed = ("feed", "map") if rng.random() < in_feed else ("map",)
        lead = Lead(source="s", key=str(each), url="https://example.org/", via=listed[0], also=listed[1:])
        yield Entry(lead=lead, first_seen=seen, last_seen=seen)


@pytest.mark.parametrize(
    ("before", "then", "gap"), [(0.95, 0.2, True), (0.95, 0.9, False), (0.4, 0.3, False), (0.5, 0.0, True)]
)
def test_an_index_that_leaves_out_what_it_used_to_list_is_a_gap(before, then, gap):
    now, rng = BEGIN + 60 * DAY, random.Random(9)
    indexes = (
        well(now, "feed"),
        Index(kind=SITEMAP, visit=Visit(url="map", checked=now, good=now, listed=100)),
    )
    early = tuple(leads(60, health.EARLIER, in_feed=before, now=now, rng=rng))
    late = tuple(leads(60, health.SETTLED, in_feed=then, now=now, rng=rng))
    facts = Facts(source="s", indexes=indexes, leads=(late, early))
    assert health.wants_audit(facts, now)
    found = troubles(facts, now)
    assert [each.trouble for each in found] == ([Trouble.GAP] if gap else [])
    if gap:
        (incident,) = found
        assert incident.what == FEED
        unknown = health.replace(facts, leads=None, known=(incident,))
        assert troubles(unknown, now) == (incident,)
        again = health.replace(facts, leads=(early, early), known=(incident,))
        assert (troubles(again, now) == ()) is (before > 0.5 or before == 0.5)


def test_old_articles_that_only_a_sitemap_lists_are_no_gap():
    now = BEGIN + 60 * DAY
    old = Lead(source="s", key="1", url="https://example.org/", via="map", published=now - 400 * DAY)
    entry = Entry(lead=old, first_seen=now - 5 * DAY, last_seen=now)
    indexes = (well(now, "feed"), Index(kind=SITEMAP, visit=Visit(url="map", checked=now)))
    assert health.coverage(indexes, [entry]) == {FEED: (0, 0), SITEMAP: (0, 0)}
    of_a_part = Entry(lead=Lead(source="s", key="2", url="x", via="map-2.xml"), first_seen=now, last_seen=now)
    assert health.coverage(indexes, [of_a_part]) == {FEED: (0, 1), SITEMAP: (0, 0)}


def test_a_new_source_of_which_most_is_held_is_wrong_from_the_beginning():
    now = BEGIN + 3 * DAY
    days = (
        SourceDay(source="s", day="2026-03-02", leads=40, new=10, held=30),
        SourceDay(source="s", day="2026-03-04", leads=4, held=4),
    )
    found = troubles(Facts(source="s", indexes=(well(now),), days=days), now)
    assert [(each.trouble, each.now > 0.7) for each in found] == [(Trouble.HELD, True)]


def test_the_simulation_publishes_what_it_says():
    counted = Counter(moment.weekday() for moment in moments_of(OFFICE, 3))
    assert set(counted) == set(range(5))
    assert 9 < sum(counted.values()) / (150 * 5 / 7) < 15
