# ruff: noqa: E501 - addresses and answers stand as they are sent
"""A server that lies, dawdles and floods: each answer is bounded and reported, costs its own item and no other one's.

What a single answer may do to the fetcher is proven in tests/collect/test_fetch*.py; here it is done to a whole round.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import socket
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import brotli
import pytest

from hostile.outlet import FEED, HTML, Mirror, Outlet, document, mirror, story
from scripted import Answer, Server, page, serving, to
from wirecopy.collect.fetch import Limits
from wirecopy.collect.fetch.guard import BAD_PORTS

try:
    from compression import zstd
except ImportError:
    from backports import zstd

LIMITS = Limits(total=0.6, connect=0.6, body=300_000)
ZEROS = bytes(30_000_000)

# Ways to spell 127.0.0.1, 169.254.169.254, 10.0.0.1 and their kin, each as the host of an address.
HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0x7F.0.0.0x1",
    "127.000.000.001", "127.0.0.1.", "127.0.0.1%2e", "%31%32%37.0.0.1", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1",
    "127．0．0．1", "127｡0｡0｡1", "0", "0.0.0.0", "localhost", "LOCALHOST", "localhost.", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "loc%61lhost", "l\u00adocalhost", "a.localhost",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:FFFF:7F00:0001]",
    "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[fe80::1]", "[fe80::1%25lo]",
    "[fe80::1%lo]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[fec0::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]",
    "169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]", "metadata.google.internal", "metadata", "instance-data", "169.254.169.254.", "100.100.100.200",
    "10.0.0.1", "10.1", "172.16.0.1", "192.168.1.1", "192.168.257", "100.64.0.1", "198.18.0.1", "192.0.0.192", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "192.0.2.1", "203.0.113.1", "router.local", "printer", "x.home.arpa", "db.internal",
    "user:password@127.0.0.1", "www.dw.com@127.0.0.1", "127.0.0.1\\@www.dw.com", "127.0.0.1#@www.dw.com",
    "127.0.0.1?@www.dw.com", "www.dw.com%40127.0.0.1", "127.0.0.1\t", "12\n7.0.0.1", "127.0.0.1%00.dw.com", "256.256.256.256",
)  # fmt: skip
SCHEMES = (
    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:6379/_FLUSHALL", "dict://127.0.0.1:11211/stats",
    "data:text/html,<h1>x</h1>", "javascript:pwn()", "ldap://127.0.0.1/", "jar:http://127.0.0.1!/", "unix:///run/docker.sock",
    "netdoc:///etc/passwd", "blob:http://127.0.0.1/x", "ws://127.0.0.1/", "sftp://127.0.0.1/", "\\\\127.0.0.1\\share", "//127.0.0.1/",
)  # fmt: skip


def run(folder: Path, steps: Callable[[Server, Mirror], Awaitable[None]]) -> None:
    """Do these steps with a server and a mirror."""

    async def go() -> None:
        async with serving() as server:
            with mirror(folder) as mine:
                await steps(server, mine)

    asyncio.run(go())


def good(server: Server) -> Outlet:
    """A neighbour of two sound articles."""
    outlet = Outlet(server, "good")
    outlet.story(1)
    outlet.story(2)
    return outlet


async def bounded(mine: Mirror, server: Server, evil: Outlet, *, limits: Limits = LIMITS) -> dict[str, str]:
    """A round over a hostile outlet and its neighbour, who loses nothing; what became of each item."""
    neighbour = good(server)
    sources = (evil.source(), neighbour.source())
    outcomes = await mine.round(*sources, limits=limits)
    assert outcomes["good"].new == 2
    assert not outcomes["good"].failures
    for _ in range(9):  # after five that say nothing a round leaves the rest for the next one
        if "waiting" not in mine.states(evil.name).values():
            break
        await mine.round(evil.source(), limits=limits, hours=0.1)
    assert all(each.reason for each in mine.entries(evil.name) if each.state.value in ("held", "failed", "excluded"))
    return mine.states(evil.name)


class Canary:
    """A port on this machine that nobody may touch."""

    def __enter__(self) -> Canary:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def is_untouched(self) -> bool:
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return True
        return False


@pytest.mark.parametrize("way", ["named by the feed", "redirected to"])
def test_no_spelling_of_an_inner_address_is_asked(tmp_path: Path, way: str) -> None:
    async def steps(server: Server, mine: Mirror) -> None:
        with Canary() as canary:
            evil = Outlet(server, "evil")
            targets = [f"http://{host}:{canary.port}/2026/11/22/inside-{at}" for at, host in enumerate(HOSTS)]
            targets += [f"https://{host}/2026/11/22/inside" for host in HOSTS[::7]]
            targets += [f"http://{'127.0.0.1'}:{port}/2026/11/22/x" for port in sorted(BAD_PORTS)[::9]] + list(SCHEMES)
            for number, target in enumerate(targets):
                if number % 3 == 0:  # where nothing answers any more, a round leaves the rest for the next one
                    evil.story(number + 1000)
                if way == "redirected to":
                    safe = target.replace("\n", "").encode("utf-8").decode("latin-1")
                    evil.tell(number, f"Inside {number}", to(safe))
                else:
                    link = html.escape(target)
                    evil.items.append(f"<item><title>Inside {number}</title><link>{link}</link></item>")
            evil.announce()
            evil.story(500)
            # The server itself is reached by a name, so that 127.0.0.1 stays closed to everybody.
            neighbour = good(server)
            named = [
                source(outlet, server) for outlet in (evil, neighbour)
            ]  # fmt: skip

            async def resolve(host: str) -> list[str]:
                return ["127.0.0.1"] if host in ("outlet.example", "neighbour.example") else ["10.0.0.1"]

            for path, answers in list(server.answers.items()):
                server.answers[path] = [
                    Answer(
                        each.data.replace(
                            b"http://127.0.0.1:%d/" % server.port, b"http://outlet.example:%d/" % server.port
                        )
                    )
                    for each in answers
                ]
            for path, answers in list(server.answers.items()):
                server.answers[path] = [relength(each) for each in answers]
            for _ in range(20):
                await mine.round(*named, limits=LIMITS, resolve=resolve, allow=frozenset({"outlet.example"}))
                if "waiting" not in mine.states("evil").values():
                    break
            assert canary.is_untouched()
            states = mine.states("evil")
            sound = [states.pop(title) for title in list(states) if title.endswith("runs again")]
            assert set(sound) <= {"archived", "unchanged"}
            assert set(states.values()) == {"failed"}
            assert set(mine.states("good").values()) <= {"archived", "unchanged"}
            if way == "redirected to":
                assert len(states) == len(targets)

    run(tmp_path, steps)


def source(outlet: Outlet, server: Server):  # type: ignore[no-untyped-def]
    """The source of an outlet that is known by a name."""
    here = outlet.source()
    return type(here)(
        id=here.id, language="en", pace=0.0, homepage="http://outlet.example/",
        feeds=(here.feeds[0].replace("127.0.0.1", "outlet.example"),),
    )  # fmt: skip


def relength(answer: Answer) -> Answer:
    """The same answer with the length that it has."""
    head, _, body = answer.data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return Answer(
        b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body, answer.then, answer.piece
    )


def test_answers_that_lie_about_their_length_dawdle_or_never_end_cost_themselves(tmp_path: Path) -> None:
    body = document("Ferry", story(7))
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    answers = {
        "an endless body": Answer(ok + b"\r\n<html>", "repeat", b"<p>more and more</p>" * 500),
        "an endless row of chunks": Answer(
            ok + b"Transfer-Encoding: chunked\r\n\r\n", "repeat", b"5\r\nabcde\r\n" * 900
        ),
        "an endless head": Answer(b"HTTP/1.1 200 OK\r\n", "repeat", b"X-More: " + b"y" * 900 + b"\r\n"),
        "an endless line of a head": Answer(b"HTTP/1.1 200 OK\r\nX-More: ", "repeat", b"y" * 4096),
        "many short header lines": Answer(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000 + b"\r\n"),
        "an endless status line": Answer(b"HTTP/1.1 200 ", "repeat", b"O" * 4096),
        "endless interim answers": Answer(b"", "repeat", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50),
        "a head that drips": Answer(b"HTTP/1.1 200 OK\r\n", "drip", b"X: y\r\n"),
        "a body that drips": Answer(ok + b"Content-Length: 90000\r\n\r\n", "drip", b"<p>x"),
        "silence": Answer(b"", "hang"),
        "silence after the head": Answer(ok + b"Content-Length: 900\r\n\r\n", "hang"),
        "more length than body": page(body, HTML, length=len(body) + 500, then="close"),
        "a negative length": Answer(ok + b"Content-Length: -1\r\n\r\n" + body, "close"),
        "an absurd length": Answer(ok + b"Content-Length: 99999999999999999999\r\n\r\n" + body, "close"),
        "two lengths": Answer(ok + b"Content-Length: 5\r\nContent-Length: 900\r\n\r\n" + body, "close"),
        "a chunk of absurd size": Answer(
            ok + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + body, "close"
        ),
        "a length in words": Answer(ok + b"Content-Length: many\r\n\r\n" + body, "close"),
        "no HTTP": Answer(b"SSH-2.0-OpenSSH_9.6\r\n", "close"),
        "binary noise": Answer(bytes(range(256)) * 50, "close"),
        "a reset": Answer(ok, "reset"),
        "a circle of redirects": to("#again"),
    }

    async def steps(server: Server, mine: Mirror) -> None:
        evil = Outlet(server, "evil")
        for number, (what, answer) in enumerate(answers.items()):
            evil.tell(number, what, answer)
        for place in range(15):
            server.tell(f"/far/{place}", to(f"/far/{place + 1}"))
        evil.tell(900, "a chain of redirects", to("/far/0"))
        evil.story(1000)
        states = await bounded(mine, server, evil)
        assert states.pop("Ferry 1000 runs again") in ("archived", "unchanged")
        assert set(states.values()) <= {"failed", "held", "waiting"}, states
        assert len(states) == len(answers) + 1

    run(tmp_path, steps)


def test_bombs_in_every_coding_cost_no_memory_and_no_other_item(tmp_path: Path) -> None:
    once = gzip.compress(ZEROS)
    bombs = {
        "gzip": once,
        "deflate": zlib.compress(ZEROS),
        "x-gzip": once,
        "br": brotli.compress(ZEROS, quality=3),
        "zstd": zstd.compress(ZEROS),
        "gzip, gzip": gzip.compress(once),
        "zstd, gzip": gzip.compress(zstd.compress(ZEROS)),
        "gzip, gzip, gzip": gzip.compress(gzip.compress(once)),
        "gzip, br": brotli.compress(once, quality=3),
        "rot13": b"uggc",
        "gzip, " * 50 + "gzip": once,
    }

    async def steps(server: Server, mine: Mirror) -> None:
        evil = Outlet(server, "evil")
        for number, (coding, body) in enumerate(bombs.items()):
            evil.tell(number, coding, page(body, HTML, f"Content-Encoding: {coding}"))
        evil.story(1000)
        states = await bounded(mine, server, evil, limits=Limits(total=5.0, body=300_000))
        assert states.pop("Ferry 1000 runs again") in ("archived", "unchanged")
        assert set(states.values()) <= {"failed", "held"}, states
        # The feed itself may be one, also in a file of its own.
        evil.announce(once, FEED, "Content-Encoding: gzip")
        outcomes = await mine.round(evil.source(), hours=9, limits=Limits(total=5.0, body=300_000))
        assert outcomes["evil"].failures
        evil.announce(gzip.compress(bytes(60_000_000)), "Content-Type: application/x-gzip")
        outcomes = await mine.round(evil.source(), hours=99, limits=Limits(total=5.0))
        assert "unpacks to more than" in outcomes["evil"].failures[0].reason

    run(tmp_path, steps)


def test_a_validator_that_lies_hides_no_change_for_good(tmp_path: Path) -> None:
    """The same ETag for other bytes is a change; a 304 to a question without a condition says nothing."""

    async def steps(server: Server, mine: Mirror) -> None:
        evil = Outlet(server, "evil")
        tag = 'ETag: "always"'
        path = "/evil/2026/11/22/ferry-1"
        evil.tell(1, "Ferry", page(document("Ferry", story(1)), HTML, tag))
        server.tell(evil.feed, page(server.answers[evil.feed][0].data.partition(b"\r\n\r\n")[2], FEED, tag))
        source = evil.source()
        assert (await mine.round(source))["evil"].new == 1
        edited = document("Ferry", story(1) + "<p>The council added on Friday that it will be free of charge.</p>")
        server.tell(path, page(edited, HTML, tag))
        outcome = (await mine.round(source, hours=30, everything=True))["evil"]
        assert outcome.edited == 1
        (article,) = mine.articles("evil")
        assert "free of charge" in str(article.body)
        for number in (2, 3):
            evil.tell(number, f"Boat {number}", Answer(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'))
        evil.story(4)
        outcome = (await mine.round(source, hours=30))["evil"]
        assert outcome.new == 1
        assert {mine.states("evil")[f"Boat {number}"] for number in (2, 3)} <= {"failed", "held", "waiting"}

    run(tmp_path, steps)


def test_headers_are_no_lines_of_anything(tmp_path: Path) -> None:
    """What a server says of itself stands in reasons and reports: it ends no line and obeys no terminal."""

    async def steps(server: Server, mine: Mirror) -> None:
        evil = Outlet(server, "evil")
        evil.tell(1, "a coding", page(b"x", HTML, "Content-Encoding: \x1b[2Jx\x07"))
        evil.tell(2, "a place", to("ftp://evil.example/\x1b[31m"))
        evil.tell(3, "a status", Answer(b"HTTP/1.1 599 \x1b[2J\x07ERROR\r\nContent-Length: 0\r\n\r\n"))
        evil.tell(4, "no head", Answer(b"\x1b[2JHTTP/1.1 200 OK\r\n\r\n", "close"))
        await bounded(mine, server, evil)
        for entry in mine.entries("evil"):
            assert entry.reason
            assert entry.reason.isprintable(), entry.reason

    run(tmp_path, steps)
