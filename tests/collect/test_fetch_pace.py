"""Whose turn it is: one pace a host, first come first served, hosts beside each other."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripted import NOON, Time
from wirecopy.collect.fetch.pace import Turns, retry_after
from wirecopy.errors import FetchError


async def visit(
    turns: Turns, time: Time, log: list[tuple[str, str, float]], host: str, name: str, gap: float, takes: float
) -> None:
    await turns.take(host, gap)
    log.append((host, name, time.now))
    try:
        if takes:
            await time.sleep(takes)
    finally:
        turns.give(host)


def turns_of(time: Time, per_host: int = 1, on_wait=None) -> Turns:
    return Turns(now=time.monotonic, sleep=time.sleep, per_host=per_host, on_wait=on_wait)


def test_starts_at_a_host_lie_a_gap_apart_in_the_order_of_coming() -> None:
    async def story() -> None:
        time, log = Time(), []
        turns = turns_of(time)
        await asyncio.gather(*(visit(turns, time, log, "a", str(number), 1.0, 0.2) for number in range(4)))
        assert log == [("a", "0", 0.0), ("a", "1", 1.0), ("a", "2", 2.0), ("a", "3", 3.0)]

    asyncio.run(story())


def test_hosts_do_not_wait_for_each_other() -> None:
    async def story() -> None:
        time, log = Time(), []
        turns = turns_of(time)
        await asyncio.gather(*(visit(turns, time, log, host, "", 1.0, 0.0) for host in "aabbcc"))
        assert sorted(log) == [(host, "", start) for host in "abc" for start in (0.0, 1.0)]

    asyncio.run(story())


@given(
    visits=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([0.0, 0.5, 2.0]), st.sampled_from([0.0, 0.3, 4.0]))
    ),
    per_host=st.integers(1, 3),
)
@settings(max_examples=40, deadline=None)
def test_pace_and_number_hold_whoever_comes(visits: list[tuple[str, float, float]], per_host: int) -> None:
    async def story() -> None:
        time = Time()
        turns = turns_of(time, per_host)
        starts: dict[str, list[float]] = {}
        under_way = {"a": 0, "b": 0, "c": 0}

        async def one(host: str, gap: float, takes: float) -> None:
            await turns.take(host, gap)
            last = starts.setdefault(host, [])
            assert not last or time.now - last[-1] >= gap - 1e-9
            last.append(time.now)
            under_way[host] += 1
            assert under_way[host] <= per_host
            if takes:
                await time.sleep(takes)
            under_way[host] -= 1
            turns.give(host)

        await asyncio.gather(*(one(*each) for each in visits))
        assert sum(map(len, starts.values())) == len(visits)

    asyncio.run(story())


def test_who_leaves_the_line_gives_the_place_back() -> None:
    async def story() -> None:
        time, log = Time(), []
        held = asyncio.Event()

        async def never(_: float) -> None:
            await held.wait()

        turns = Turns(now=time.monotonic, sleep=never)
        await visit(turns, time, log, "a", "first", 10.0, 0.0)
        waiting = [asyncio.create_task(turns.take("a", 10.0)) for _ in range(3)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        time.now = 10.0
        await asyncio.wait_for(turns.take("a", 10.0), 1)

    asyncio.run(story())


def test_a_closed_host_sends_everyone_away_at_once_also_those_in_line() -> None:
    async def story() -> None:
        time, waits = Time(), []
        turns = turns_of(time, on_wait=lambda host, seconds: waits.append((host, seconds)))
        await turns.take("a", 1.0)
        behind = [asyncio.create_task(turns.take("a", 1.0)) for _ in range(3)]
        await asyncio.sleep(0)
        turns.close("a", 100.0)
        turns.give("a")
        ends = await asyncio.gather(*behind, return_exceptions=True)
        assert [type(end) for end in ends] == [FetchError] * 3
        assert waits == []
        await turns.take("b", 1.0)
        time.now = 97.0
        await turns.take("a", 1.0)
        assert (time.now, waits) == (100.0, [("a", 3.0)])

    asyncio.run(story())


def test_a_thousand_idle_hosts_are_forgotten_and_busy_ones_not() -> None:
    async def story() -> None:
        time = Time()
        turns = turns_of(time)
        turns.close("closed", 86_400.0)
        await turns.take("busy", 1.0)
        for number in range(3000):
            await turns.take(f"h{number}", 1.0)
            turns.give(f"h{number}")
            time.now += 10.0
        assert len(turns._lines) < 2100
        with pytest.raises(FetchError):
            await turns.take("closed", 1.0)
        turns.give("busy")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("spelt", "seconds"),
    [
        ("0", 0.0),
        (" 7 ", 7.0),
        ("99999999999999", 86_400.0),
        ("Thu, 08 Feb 2024 12:01:00 GMT", 60.0),
        ("Thursday, 08-Feb-24 12:01:00 GMT", 60.0),
        ("Thu, 08 Feb 2024 11:00:00 GMT", 0.0),
        ("Thu, 08 Feb 2099 11:00:00 GMT", 86_400.0),
        ("-1", None),
        ("1.5", None),
        ("٧", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(spelt: str, seconds: float | None) -> None:
    assert retry_after(spelt, NOON) == seconds
    assert retry_after(spelt, NOON - timedelta(days=2)) in (seconds, 86_400.0)


def test_a_sleep_that_ends_late_or_early_does_not_shorten_the_gap() -> None:
    errors = iter([0.7, -0.4, 0.0] * 10)

    async def story() -> None:
        time = Time()

        async def sleep(seconds: float) -> None:
            time.now += max(0.001, seconds + next(errors))

        turns = Turns(now=time.monotonic, sleep=sleep)
        starts = []
        for _ in range(6):
            await turns.take("a", 1.0)
            starts.append(time.now)
            turns.give("a")
        assert all(later - earlier >= 1.0 - 1e-9 for earlier, later in itertools.pairwise(starts))

    asyncio.run(story())


def test_nobody_overtakes_also_where_several_may_ask_at_once() -> None:
    async def story() -> None:
        time, log = Time(), []
        turns = turns_of(time, per_host=3)
        gaps = {"first": 0.0, "patient": 5.0, "hasty": 1.0}
        await asyncio.gather(*(visit(turns, time, log, "a", name, gap=gap, takes=0.0) for name, gap in gaps.items()))
        assert log == [("a", "first", 0.0), ("a", "patient", 5.0), ("a", "hasty", 6.0)]

    asyncio.run(story())
