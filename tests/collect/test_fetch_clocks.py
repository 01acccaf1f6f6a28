"""Whether this machine's clock can be believed, by what servers say of the time."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import pytest

from scripted import NOON, Time, fetcher, page, serving


@pytest.mark.parametrize("ahead", [-7200.0, 0.0, 3600.0])
def test_the_middle_of_what_servers_say_is_believed_once_enough_have_said_it(ahead) -> None:
    async def story() -> None:
        time = Time()
        async with serving() as server, fetcher(time, clock=lambda: NOON) as web:
            said = format_datetime(NOON - timedelta(seconds=ahead), usegmt=True)
            old = format_datetime(NOON - timedelta(days=9), usegmt=True)
            # One of them is far off, one is out of a cache, one says nothing.
            odd = {0: [f"Date: {old}"], 1: [f"Date: {old}", "Age: 777600"], 2: []}
            for number in range(7):
                assert web.clock_ahead() is None
                server.tell("/a", page(b"a", *odd.get(number, [f"Date: {said}"])))
                await web.fetch(server.url("/a"))
                await web.fetch(server.url("/a"))  # of one host in one minute, one answer is enough
                await time.sleep(61)
            assert web.clock_ahead() == ahead

    asyncio.run(story())


def test_a_clock_that_jumps_is_doubted_at_the_next_answer_and_trusted_at_the_next_after_it_jumped_back() -> None:
    async def story() -> None:
        time, jump = Time(), timedelta()
        async with serving() as server, fetcher(time, clock=lambda: NOON + jump) as web:
            said = format_datetime(NOON, usegmt=True)
            server.tell("/a", page(b"a", f"Date: {said}"))
            doubts = []
            for jump in [timedelta()] * 6 + [timedelta(days=3)] * 2 + [timedelta()]:  # noqa: B007 -- what the clock adds
                await web.fetch(server.url("/a"))
                doubts.append(web.doubts_clock())
                await time.sleep(61)
            assert doubts == [False] * 6 + [True] * 2 + [False]
            assert web.clock_ahead() is None, "what was said before it jumped says nothing now"

    asyncio.run(story())


@pytest.mark.parametrize("said", ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "soon"])
def test_who_says_what_no_clock_shows_is_not_heard(said) -> None:
    async def story() -> None:
        async with serving() as server, fetcher(Time(), clock=lambda: NOON) as web:
            server.tell("/a", page(b"a", f"Date: {said}"))
            await web.fetch(server.url("/a"))
            assert web.clock_ahead(heard=1) is None
            assert not web.doubts_clock()

    asyncio.run(story())
