"""An address in, a capture out: answers, evidence, redirects, validators, retries."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripted import NOON, Answer, Time, fetcher, names, page, serving, to
from wirecopy import __version__
from wirecopy.collect.fetch import Fetcher, Limits
from wirecopy.errors import ConfigError, FetchError, Refused
from wirecopy.model import Capture, Validators


def test_an_answer_is_kept_as_it_came() -> None:
    async def story() -> None:
        async with serving() as server, fetcher() as web:
            url = server.tell("/a?b=%7e&c=德#part", page(b"words", "X-Odd:  \xe9t\xe9 ", "x-odd: 2", 'ETag: "1"'))
            server.answers["/a?b=%7e&c=%E5%BE%B7"] = server.answers.pop("/a?b=%7e&c=德#part")
            seen = await web.fetch(url, accept="text/html")
            assert seen == Capture(
                url=server.url("/a?b=%7e&c=%E5%BE%B7#part"),
                final_url=server.url("/a?b=%7e&c=%E5%BE%B7#part"),
                asked=(
                    ("Host", f"127.0.0.1:{server.port}"),
                    ("User-Agent", f"wirecopy/{__version__} (+https://mirror.example/about)"),
                    ("Accept", "text/html"),
                    ("Accept-Encoding", "gzip, deflate, zstd"),
                ),
                status=200,
                headers=(("X-Odd", "\xe9t\xe9"), ("x-odd", "2"), ("ETag", '"1"'), ("Content-Length", "5")),
                body=b"words",
                at=NOON,
            )
            sent = "".join(f"{name}: {value}\r\n" for name, value in seen.asked)
            assert server.requests[0].raw == f"GET /a?b=%7e&c=%E5%BE%B7 HTTP/1.1\r\n{sent}\r\n".encode()
            assert web.asked == 1

    asyncio.run(story())


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "403 Forbidden", "204 No Content", "300 Choices"])
def test_every_status_is_an_answer(status: str) -> None:
    async def story() -> None:
        async with serving(a=page(b"", status=status)) as server, fetcher() as web:
            seen = await web.fetch(server.url("/a"))
            assert (seen.status, seen.truncated) == (int(status[:3]), "")

    asyncio.run(story())


def test_validators_are_sent_back_verbatim_and_304_is_an_answer() -> None:
    async def story() -> None:
        async with serving(a=Answer(b'HTTP/1.1 304 Not Modified\r\nETag: W/"\xe2\x82\xac"\r\n\r\n')) as server:
            async with fetcher() as web:
                seen = await web.fetch(
                    server.url("/a"),
                    validators=Validators(etag='W/"\xe2\x82\xac"', last_modified="Thu, 08 Feb 2024  12:00:00 GMT"),
                )
            assert (seen.status, seen.body, seen.truncated) == (304, b"", "")
            raw = server.requests[0].raw
            assert b'\r\nIf-None-Match: W/"\xe2\x82\xac"\r\n' in raw
            assert b"\r\nIf-Modified-Since: Thu, 08 Feb 2024  12:00:00 GMT\r\n" in raw
            assert ("If-None-Match", seen.header("ETag")) in seen.asked

    asyncio.run(story())


@pytest.mark.parametrize("etag", ['"1"\r\nEvil: yes', '"\x00"', '"\xe9"', '"€"'])
def test_a_validator_that_cannot_be_sent_back_verbatim_is_not_sent(etag: str) -> None:
    async def story() -> None:
        async with serving(a=page()) as server, fetcher() as web:
            await web.fetch(server.url("/a"), validators=Validators(etag=etag))
            assert not {"If-None-Match", "Evil"} & set(server.requests[0].headers)

    asyncio.run(story())


@pytest.mark.parametrize("contact", ["", "  ", "me\r\nCookie: a=b", "\x00", "我", "x) evil (", "a\\b"])
def test_a_contact_that_cannot_stand_in_a_header_is_refused(contact: str) -> None:
    with pytest.raises(ConfigError, match="contact"):
        Fetcher(contact=contact, clock=Time().clock)


def test_credentials_in_an_address_are_neither_sent_nor_kept() -> None:
    async def story() -> None:
        async with serving(a=page()) as server, fetcher() as web:
            seen = await web.fetch(f"http://user:secret@127.0.0.1:{server.port}/a")
            assert "Authorization" not in server.requests[0].headers
            assert seen.url == server.url("/a")

    asyncio.run(story())


def test_no_cookie_is_ever_sent() -> None:
    async def story() -> None:
        async with serving(a=page(b"", "Set-Cookie: id=1; Path=/")) as server, fetcher() as web:
            await web.fetch(server.url("/a"))
            await web.fetch(server.url("/a"))
            assert [("Cookie" in request.headers) for request in server.requests] == [False, False]
            assert server.connections == 1

    asyncio.run(story())


# --- redirects


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_followed_and_the_last_address_named(status: str) -> None:
    async def story() -> None:
        async with serving(a=to("b?x=1", status), b=page(b"here")) as server, fetcher() as web:
            server.answers["/b?x=1"] = server.answers["/b"]
            seen = await web.fetch(server.url("/a#3"), validators=Validators(etag='"a"'))
            assert (seen.url, seen.final_url) == (server.url("/a#3"), server.url("/b?x=1#3"))
            assert seen.body == b"here"
            assert [request.headers.get("If-None-Match") for request in server.requests] == ['"a"', None]

    asyncio.run(story())


def test_a_location_in_any_charset_is_escaped_byte_by_byte() -> None:
    async def story() -> None:
        async with serving() as server, fetcher() as web:
            raw = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /" + "德".encode("gbk") + b"\r\n\r\n"
            server.tell("/a", Answer(raw))
            server.tell("/%B5%C2", page(b"gbk"))
            assert (await web.fetch(server.url("/a"))).body == b"gbk"

    asyncio.run(story())


def test_a_redirect_without_a_location_is_an_answer() -> None:
    async def story() -> None:
        async with serving(a=page(b"", status="302 Found")) as server, fetcher() as web:
            assert (await web.fetch(server.url("/a"))).status == 302

    asyncio.run(story())


def test_a_circle_of_redirects_is_seen_at_once() -> None:
    async def story() -> None:
        async with serving(a=to("/b"), b=to("/a#again")) as server, fetcher() as web:
            with pytest.raises(FetchError, match="circle"):
                await web.fetch(server.url("/a"))
            assert server.asked_for() == ["/a", "/b"]

    asyncio.run(story())


def test_redirects_end_after_ten() -> None:
    async def story() -> None:
        async with serving() as server, fetcher() as web:
            for number in range(12):
                server.tell(f"/{number}", to(f"/{number + 1}"))
            with pytest.raises(FetchError, match="10 redirects"):
                await web.fetch(server.url("/0"))
            assert len(server.requests) == 11
            assert (await web.fetch(server.url("/2"))).status == 404  # ten redirects are still followed

    asyncio.run(story())


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.2]/",
        "http://[::ffff:7f00:2]/",
        "http://[::1]/",
        "http://127.2/",
        "http://0x7f.2/",
        "http://2130706434/",
        "http://localhost/",
        "http://printer/",
        "http://metadata.google.internal/",
        "https://example.org:22/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "http://[",
    ],
)
def test_a_redirect_to_where_we_must_not_go_is_refused(location: str) -> None:
    async def story() -> None:
        async with serving(a=to(location)) as server, fetcher() as web:
            with pytest.raises(Refused, match="redirects to where we don't go"):
                await web.fetch(server.url("/a"))
            assert web.asked == 1

    asyncio.run(story())


# --- no answer, and another attempt


def test_an_outage_is_asked_again_with_growing_pauses_and_its_last_answer_kept() -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page(b"down", status="502 Bad Gateway")) as server, fetcher(time) as web:
            seen = await web.fetch(server.url("/a"))
            assert (seen.status, seen.body) == (502, b"down")
            assert len(server.requests) == web.asked == 3
            assert time.slept == [2.0, 4.0]

    asyncio.run(story())


def test_an_outage_that_passes_is_not_noticed() -> None:
    async def story() -> None:
        async with serving() as server, fetcher(attempts=2) as web:
            url = server.tell("/a", Answer(b"", "close"), page(b"up"))
            assert (await web.fetch(url)).body == b"up"
            url = server.tell("/b", page(status="500 Oh"), page(b"up"))
            assert (await web.fetch(url)).body == b"up"

    asyncio.run(story())


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_server_that_hangs_up_is_asked_as_often_as_we_said_and_no_more(how: str) -> None:
    async def story() -> None:
        async with serving(a=Answer(b"", how)) as server, fetcher() as web:
            with pytest.raises(FetchError, match="closed the connection"):
                await web.fetch(server.url("/a"))
            assert len(server.requests) == web.asked == 3

    asyncio.run(story())


def test_a_host_that_stays_silent_is_asked_for_the_next_thing_once_until_it_answers() -> None:
    async def story() -> None:
        async with serving() as server, fetcher() as web:
            silence = Answer(b"", "close")
            for path, answers in (("/a", [silence]), ("/b", [silence]), ("/c", [page(b"up")]), ("/d", [silence])):
                url = server.tell(path, *answers)
                if path == "/c":
                    assert (await web.fetch(url)).body == b"up"
                else:
                    with pytest.raises(FetchError, match="closed the connection"):
                        await web.fetch(url)
            assert server.asked_for() == ["/a"] * 3 + ["/b"] + ["/c"] + ["/d"] * 3

    asyncio.run(story())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "hang"), "is not HTTP"),
        (Answer(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "hang"), "is not HTTP"),
        (Answer(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", "hang"), "is not HTTP"),
        (Answer(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n", "hang"), "is not HTTP"),
        (Answer(b"", "hang"), "nothing came within 0.2 s"),
        (Answer(b"HTTP/1.1 200 OK\r\nX: y\r\n", "hang"), "nothing came within 0.2 s"),
    ],
)
def test_what_is_no_head_is_no_answer(answer: Answer, words: str) -> None:
    async def story() -> None:
        async with serving(a=answer) as server, fetcher(limits=Limits(total=0.2)) as web:
            with pytest.raises(FetchError, match=words) as caught:
                await web.fetch(server.url("/a"))
            assert server.url("/a") in str(caught.value)
            assert len(server.requests) == 1

    asyncio.run(story())


def test_a_head_that_comes_byte_by_byte_does_not_hold_us_for_longer_than_the_limit() -> None:
    async def story() -> None:
        drip = Answer(b"HTTP/1.1 200 OK\r\nX: ", "drip", b"x")
        async with serving(a=drip) as server, fetcher(limits=Limits(total=0.2)) as web:
            with pytest.raises(FetchError, match="nothing came within"):
                await web.fetch(server.url("/a"))

    asyncio.run(story())


def test_nobody_listening_is_no_answer_and_no_request() -> None:
    async def story() -> None:
        async with serving() as server:
            url = server.url("/a")
        async with fetcher() as web:
            with pytest.raises(FetchError, match="can't be connected to"):
                await web.fetch(url)
            assert web.asked == 0

    asyncio.run(story())


def test_an_unknown_host_is_not_asked_for_twice() -> None:
    looked_up = []

    async def resolve(host: str) -> list[str]:
        looked_up.append(host)
        return []

    async def story() -> None:
        async with fetcher(resolve=resolve) as web:
            with pytest.raises(FetchError, match=r"there is no host nowhere\.example"):
                await web.fetch("http://nowhere.example/")
        assert looked_up == ["nowhere.example"]

    asyncio.run(story())


def test_a_server_without_tls_is_no_answer_to_https() -> None:
    async def story() -> None:
        async with serving() as server, fetcher() as web:
            server.greeting = b"220 mail.example\r\n"
            with pytest.raises(FetchError, match="no safe connection"):
                await web.fetch(server.url("/a").replace("http:", "https:"))
            assert (server.connections, web.asked) == (1, 0)

    asyncio.run(story())


def test_a_fetcher_that_is_cancelled_leaves_nothing_behind() -> None:
    async def story() -> None:
        async with serving(a=Answer(b"", "hang"), b=page(b"next")) as server, fetcher() as web:
            task = asyncio.create_task(web.fetch(server.url("/a")))
            await server.is_asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await web.fetch(server.url("/b"))).body == b"next"  # its turn was given back

    asyncio.run(story())


# --- Retry-After


@pytest.mark.parametrize("spelt", ["120", "Thu, 08 Feb 2024 12:02:00 GMT"])
@pytest.mark.parametrize("status", ["429 Slow Down", "503 Not Now"])
def test_a_host_that_asks_for_time_gets_it(status: str, spelt: str) -> None:
    async def story() -> None:
        time = Time()
        wait = page(b"", f"Retry-After: {spelt}", status=status)
        async with serving(a=wait, b=page()) as server, fetcher(time) as web:
            assert (await web.fetch(server.url("/a"))).status == int(status[:3])
            with pytest.raises(FetchError, match="asked not to be visited") as caught:
                await web.fetch(server.url("/b"))
            assert caught.value.retry_after == 120
            assert (server.asked_for(), time.slept) == (["/a"], [])
            time.now = 120.0
            assert (await web.fetch(server.url("/b"))).status == 200

    asyncio.run(story())


def test_a_pause_of_seconds_is_waited_for() -> None:
    async def story() -> None:
        time = Time()
        async with serving() as server, fetcher(time, jitter=lambda: 0.0) as web:
            url = server.tell("/a", page(b"", "Retry-After: 3", status="503 Not Now"), page(b"back"))
            assert (await web.fetch(url)).body == b"back"
            assert time.now == 3.0

    asyncio.run(story())


@pytest.mark.parametrize(("spelt", "seconds"), [("999999999999", 86_400), ("-5", None), ("soon", None), ("", None)])
def test_a_retry_after_of_nonsense_closes_no_host_for_long(spelt: str, seconds: float | None) -> None:
    async def story() -> None:
        wait = page(b"", f"Retry-After: {spelt}", status="429 No")
        async with serving(a=wait, b=page()) as server, fetcher() as web:
            await web.fetch(server.url("/a"))
            if seconds is None:
                assert (await web.fetch(server.url("/b"))).status == 200
                return
            with pytest.raises(FetchError) as caught:
                await web.fetch(server.url("/b"))
            assert caught.value.retry_after == seconds

    asyncio.run(story())


# --- the whole


def test_the_pace_holds_over_redirects_to_another_host_and_back() -> None:
    async def story() -> None:
        time = Time()
        waits: list[tuple[str, float]] = []
        resolve = names(one_example="127.0.0.1", two_example="127.0.0.1")
        async with serving() as server:
            server.tell("/a", to(server.url("/b", "two.example")))
            server.tell("/b", to(server.url("/c", "one.example")))
            server.tell("/c", page(b"home"))
            async with fetcher(time, pace=1.0, resolve=resolve, on_wait=lambda *wait: waits.append(wait)) as web:
                assert (await web.fetch(server.url("/a", "one.example"))).body == b"home"
                assert waits == [("one.example", 1.0)]
                await web.fetch(server.url("/c", "two.example"), pace=5.0)
                assert waits[1:] == [("two.example", 4.0)]

    asyncio.run(story())


def test_at_is_the_moment_of_the_head() -> None:
    async def story() -> None:
        time = Time()
        async with serving(a=page()) as server, fetcher(time) as web:
            time.now = 90.0
            assert (await web.fetch(server.url("/a"))).at == NOON + timedelta(seconds=90)

    asyncio.run(story())


@given(answer=st.binary(max_size=60) | st.binary(max_size=200).map(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail))
@settings(max_examples=60, deadline=None)
def test_whatever_a_server_sends_there_is_a_capture_or_a_fetch_error(answer: bytes) -> None:
    async def story() -> None:
        async with serving(a=Answer(answer, "close")) as server, fetcher(limits=Limits(total=2.0)) as web:
            (end,) = await asyncio.gather(web.fetch(server.url("/a")), return_exceptions=True)
            assert isinstance(end, Capture) or (isinstance(end, FetchError) and server.url("/a") in str(end))

    asyncio.run(story())
