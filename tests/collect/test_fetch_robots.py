"""robots.txt by RFC 9309: asked once, believed for a day, and its absence told from its silence."""

from __future__ import annotations

import asyncio

import pytest

from cost import soon
from scripted import NOON, Answer, Time, fetcher, page, serving, to
from wirecopy.collect.fetch import robots
from wirecopy.errors import FetchError, Refused
from wirecopy.model import Capture

DAY = 86_400.0
RULES = b"User-agent: *\nDisallow: /private\nAllow: /private/but\n"


def test_what_robots_txt_forbids_is_not_asked() -> None:
    async def story() -> None:
        async with serving(a=page(b"a")) as server, fetcher(robots=True) as web:
            server.tell("/robots.txt", page(RULES))
            server.tell("/to-private", to("/private"))
            server.tell("/private/but", page(b"allowed"))
            assert (await web.fetch(server.url("/a"))).body == b"a"
            assert (await web.fetch(server.url("/private/but"))).body == b"allowed"
            for path in ("/private", "/privatest?x", "/to-private"):
                with pytest.raises(Refused, match=r"robots\.txt forbids it"):
                    await web.fetch(server.url(path))
            assert server.asked_for() == ["/robots.txt", "/a", "/private/but", "/to-private"]
            kept = web.robots_captures[server.url("")]
            assert (kept.url, kept.body, kept.at) == (server.url("/robots.txt"), RULES, NOON)

    asyncio.run(story())


def test_robots_txt_is_asked_for_once_by_many_and_again_after_a_day() -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page()) as server, fetcher(time, robots=True) as web:
            server.tell("/robots.txt", page(RULES))
            await asyncio.gather(*(web.fetch(server.url("/a")) for _ in range(5)))
            time.now = DAY - 1
            await web.fetch(server.url("/a"))
            assert server.asked_for().count("/robots.txt") == 1
            time.now = DAY
            await web.fetch(server.url("/a"))
            assert server.asked_for().count("/robots.txt") == 2

    asyncio.run(story())


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone", "401 Who"])
def test_no_robots_txt_means_no_rules(status: str) -> None:
    async def story() -> None:
        async with serving(a=page()) as server, fetcher(robots=True) as web:
            server.tell("/robots.txt", page(RULES, status=status))
            server.tell("/private", page(b"open"))
            assert (await web.fetch(server.url("/private"))).body == b"open"

    asyncio.run(story())


@pytest.mark.parametrize(
    "answer",
    [
        page(RULES, status="503 Down"),
        page(status="429 No"),
        Answer(b"", "close"),
        page(RULES, length=999, then="close"),
    ],
    ids=["503", "429", "hangs up", "broken off"],
)
def test_a_robots_txt_that_cannot_be_read_forbids_everything_for_some_minutes(answer: Answer) -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page(b"a")) as server, fetcher(time, robots=True, attempts=1) as web:
            server.tell("/robots.txt", answer, page(RULES))
            for _ in range(3):
                with pytest.raises(Refused, match=r"robots.txt of 127.0.0.1 can't be read") as caught:
                    await web.fetch(server.url("/a"))
            assert caught.value.retry_after == 600.0
            assert server.asked_for() == ["/robots.txt"]
            time.now = 600.0
            assert (await web.fetch(server.url("/a"))).body == b"a"

    asyncio.run(story())


def test_while_it_cannot_be_reached_the_rules_from_before_hold() -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page(b"a")) as server, fetcher(time, robots=True, attempts=1) as web:
            server.tell("/robots.txt", page(RULES), page(status="500 Oh"))
            await web.fetch(server.url("/a"))
            for hours, asked in ((48.0, 2), (48.9, 2), (49.0, 3), (49.5, 3)):
                time.now = hours / 24 * DAY
                assert (await web.fetch(server.url("/a"))).body == b"a"
                with pytest.raises(Refused, match="forbids it"):
                    await web.fetch(server.url("/private"))
                assert server.asked_for().count("/robots.txt") == asked, "once an hour: nobody waits for it"

    asyncio.run(story())


def test_a_host_that_wants_to_be_left_alone_says_nothing_about_robots() -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page(b"a", "Retry-After: 60", status="503 Later")) as server:
            web = fetcher(time, robots=True, attempts=1)
            async with web:
                server.tell("/robots.txt", page(RULES))
                await web.fetch(server.url("/a"))
                time.now = DAY
                await web.fetch(server.url("/a"))
                time.now = DAY + 30
                web._robots.clear()
                with pytest.raises(FetchError, match="asked not to be visited"):
                    await web.fetch(server.url("/a"))
                time.now = DAY + 60
                assert (await web.fetch(server.url("/a"))).status == 503

    asyncio.run(story())


def test_five_redirects_lead_to_robots_txt_and_six_to_no_rules() -> None:
    async def story() -> None:
        for hops, allowed in ((5, False), (6, True)):
            async with serving(private=page(b"p")) as server, fetcher(robots=True) as web:
                server.tell("/robots.txt", to("/1"))
                for hop in range(1, hops):
                    server.tell(f"/{hop}", to(f"/{hop + 1}"))
                server.tell(f"/{hops}", page(RULES))
                if allowed:
                    assert (await web.fetch(server.url("/private"))).body == b"p"
                else:
                    with pytest.raises(Refused, match="forbids it"):
                        await web.fetch(server.url("/private"))

    asyncio.run(story())


@pytest.mark.parametrize(
    ("rule", "gap"), [("Crawl-delay: 7", 7.0), ("Request-rate: 1/20", 20.0), ("Crawl-delay: 0.5", 2.0)]
)
def test_the_slower_of_their_pace_and_ours_is_kept(rule: str, gap: float) -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page()) as server, fetcher(time, robots=True, pace=2.0) as web:
            server.tell("/robots.txt", page(f"User-agent: wirecopy\n{rule}\n".encode()))
            await web.fetch(server.url("/a"))
            await web.fetch(server.url("/a"))
            assert time.slept == [gap, gap]  # robots.txt itself is a request too
            assert web.notes == []

    asyncio.run(story())


def test_a_crawl_delay_beyond_a_minute_is_capped_and_noted() -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page()) as server, fetcher(time, robots=True) as web:
            server.tell("/robots.txt", page(b"User-agent: *\nCrawl-delay: 3600\n"))
            await web.fetch(server.url("/a"))
            assert time.slept == [60.0]
            assert web.notes == ["127.0.0.1: robots.txt asks for 3600 s between requests; 60 s are kept"]

    asyncio.run(story())


# --- what a file says


def answer(body: bytes, status: int = 200, truncated: str = "") -> Capture:
    return Capture(url="https://a.example/robots.txt", status=status, body=body, at=NOON, truncated=truncated)


def allowed(body: str, path: str = "/x") -> bool:
    rules = robots.read(answer(body.encode()))
    assert rules is not None
    return rules.allows(f"https://a.example{path}")


@pytest.mark.parametrize("agent", ["wirecopy", "WireCopy", "wirecopy/1.0", "Wirecopy (news mirror)"])
def test_the_group_for_us_goes_before_the_one_for_all(agent: str) -> None:
    assert not allowed(f"User-agent: *\nAllow: /\n\nUser-agent: other\nUser-agent: {agent}\nDisallow: /\n")
    assert allowed(f"User-agent: *\nDisallow: /\n\nUser-agent: {agent}\nDisallow: /y\n")


@pytest.mark.parametrize("agent", ["wirecopybot", "wire", "copy", "wirecopy-news", "GPTBot", ""])
def test_the_groups_of_others_are_not_ours(agent: str) -> None:
    assert allowed(f"User-agent: {agent}\nDisallow: /\n")


def test_rules_are_read_as_the_standard_reads_them() -> None:
    longest = "\ufeffuser-agent : *  # all\ndisallow: /a\nallow: /a/b$\nDisallow: /*.pdf$\nDisallow: /%E5%BE%B7\n"
    assert [allowed(longest, path) for path in ("/b", "/a", "/a/b", "/a/b/c", "/x.pdf", "/x.pdf?1")] == [
        True, False, True, False, False, True,
    ]  # fmt: skip
    assert not allowed(longest, "/%e5%be%b7/1")
    assert allowed("User-agent: *\nDisallow:\n")
    assert allowed("<html>no such page</html>")


def test_a_file_longer_than_the_limit_is_read_as_far_as_whole_lines_go() -> None:
    head = b"User-agent: *\nDisallow: /a\n"
    body = head + b"#" * (robots.LIMIT - len(head) - 12) + b"\nDisallow: /"
    body = body[: robots.LIMIT].ljust(robots.LIMIT, b"x")
    rules = robots.read(answer(body, truncated="more than 512000 bytes"))
    assert rules is not None
    assert not rules.allows("https://a.example/a")
    assert rules.allows("https://a.example/b")


@soon
def test_a_hostile_file_costs_neither_minutes_nor_gigabytes() -> None:
    agents = b"".join(b"user-agent: a%d\n" % number for number in range(14_000))
    rules = robots.read(answer((agents + b"disallow: /\n" * 25_000)[: robots.LIMIT - 1]))
    assert rules is not None
    assert rules.allows("https://a.example/x")


@pytest.mark.parametrize("rate", ["1/" + "9" * 400, "9" * 400 + "/1", "1/" + "9" * 400 + "d", "0/5", "1/0", "x", ""])
def test_absurd_rates_are_survived(rate: str) -> None:
    rules = robots.read(answer(f"User-agent: *\nRequest-rate: {rate}\nCrawl-delay: nan\n".encode()))
    assert rules is not None
    assert 0.0 <= rules.delay <= robots.LONGEST_DELAY
