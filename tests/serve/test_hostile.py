"""Clients that mean no good: slow ones, large ones, many of them, and those that speak no HTTP."""

import select
from contextlib import ExitStack
from pathlib import Path

import pytest

from serve.served import everything, serving
from wirecopy.errors import ConfigError
from wirecopy.serve import Limits

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
HASTY = Limits(patience=1.0, taking=1.5)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "index.html").write_text("<p>front")
    return tmp_path


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 1_000 + b"\r\n",
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10 + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_in_a_line_and_the_connection_ends(folder, request_):
    with serving(folder, limits=HASTY) as site:
        answer = site.raw(request_)
        assert answer.startswith(b"HTTP/1.")
        assert answer[9:12] in (b"400", b"414", b"431", b"405")
        assert b"aiohttp" not in answer.lower()
        assert b"python" not in answer.lower()
        assert b"nosniff" in answer
        assert site.get("/").body == b"<p>front"


@pytest.mark.parametrize(
    "more",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Content-Length: 1000000000\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"Expect: 100-continue\r\nContent-Length: 7\r\n\r\n",
    ],
)
def test_bodies_are_refused_unread(folder, more):
    with serving(folder, limits=HASTY) as site:
        for method, status in ((b"GET", b"413"), (b"POST", b"405")):
            answer = site.raw(method + b" / HTTP/1.1\r\nHost: localhost\r\n" + more)
            assert answer.startswith(b"HTTP/1.1 " + status)
            assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n", ASK + b"GET "])
def test_whoever_takes_too_long_to_ask_is_cut_off(folder, begun):
    with serving(folder, limits=HASTY) as site, site.connect() as wire:
        wire.sendall(begun)
        assert everything(wire).count(b"HTTP/1.1 200") == begun.count(b"\r\n\r\n")


def test_a_byte_now_and_then_buys_no_time(folder):
    with serving(folder, limits=HASTY) as site, site.connect() as wire:
        wire.settimeout(0.05)
        sent = 0
        for byte in ASK * 20:
            try:
                wire.sendall(bytes([byte]) if sent < len(ASK) - 2 else b" ")
                sent += 1
                if not wire.recv(10):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("it was listened to for ever")


def test_whoever_does_not_take_what_they_asked_for_is_cut_off(folder):
    (folder / "long.zim").write_bytes(bytes(50_000_000))
    with serving(folder, limits=HASTY) as site, ExitStack() as held:
        wires = [held.enter_context(site.connect()) for _ in range(5)]
        for wire in wires:
            wire.sendall(b"GET /long.zim HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert site.get("/").status == 200
        for wire in wires:
            wire.settimeout(60)
            got = wire.recv(100)
            assert got.startswith(b"HTTP/1.1 200")
        for wire in wires:
            end = select.poll()
            end.register(wire, 0)  # tells of the end alone, and reads nothing
            assert end.poll(20_000)
            assert len(everything(wire)) < 40_000_000  # what the kernel held between us


def test_who_waits_longest_makes_room_for_the_next(folder):
    with serving(folder, limits=Limits(connections=5)) as site, ExitStack() as held:
        idle = [held.enter_context(site.connect()) for _ in range(5)]
        for _ in range(3):
            assert site.get("/").status == 200
        assert everything(idle[0]) == b""
        idle[4].sendall(ASK)
        assert idle[4].recv(100).startswith(b"HTTP/1.1 200")


def test_a_connection_ends_after_so_many_requests(folder):
    with serving(folder, limits=Limits(requests=3)) as site, site.connect() as wire:
        wire.sendall(ASK * 5)
        answers = everything(wire)
        assert answers.count(b"HTTP/1.1 200") == 3
        assert b"Connection: close" in answers


def test_requests_on_one_connection_are_answered_in_order(folder):
    (folder / "2.html").write_text("<p>two")
    with serving(folder) as site:
        asked = ASK + ASK.replace(b"/ ", b"/2.html ") + ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        answers = site.raw(asked)
        assert [answers.count(each) for each in (b"<p>front", b"<p>two")] == [2, 1]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "a b", "", "[::1"])
def test_a_name_of_a_stranger_is_no_name_of_ours(folder, host):
    with serving(folder) as site:
        assert site.get("/", Host=host).status == 421


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:80", "news.localhost", "m.example"]
)
def test_names_of_this_machine_and_those_we_were_told_are_ours(folder, host):
    with serving(folder, names=("M.example:8000",)) as site:
        assert site.get("/", Host=host).status == 200


def test_an_absolute_target_is_its_path(folder):
    with serving(folder) as site:
        assert site.get("http://localhost/index.html").body == b"<p>front"
        assert site.get("http://localhost").body == b"<p>front"
        assert site.get("ftp://localhost/").status == 404


def test_the_host_of_an_absolute_target_goes_before_the_header(folder):
    """RFC 9112 3.2.2."""
    with serving(folder) as site:
        assert site.get("http://evil.example/index.html", Host="localhost").status == 421
        assert site.get("http://user@localhost/", Host="localhost").status == 421
        assert site.get("http://localhost/", Host="evil.example").status == 200


def test_http_1_0_is_understood(folder):
    with serving(folder) as site:
        answer = site.raw(b"GET / HTTP/1.0\r\n\r\n")
        assert answer.startswith((b"HTTP/1.0 200", b"HTTP/1.1 200"))
        assert answer.endswith(b"<p>front")


def test_a_port_that_is_taken_is_told(folder):
    told = r"port \d+ of 127.0.0.1 is taken; --port names another"
    with serving(folder) as site, pytest.raises(ConfigError, match=told), serving(folder, port=site.place[1]):
        pass


def test_a_folder_that_is_not_there_is_told(tmp_path):
    told = r"there is no folder .*nowhere; `wirecopy publish` writes it"
    with pytest.raises(ConfigError, match=told), serving(tmp_path / "nowhere"):
        pass


def test_a_host_that_is_none_is_told(folder):
    told = r"nothing can be served at 127.0.0.300"
    with pytest.raises(ConfigError, match=told), serving(folder, host="127.0.0.300"):
        pass


def test_the_log_says_what_was_read_and_not_by_whom(folder):
    with serving(folder) as site:
        site.get("/?q=secret")
        assert site.get("/nothing").status == 404
    assert [line.split()[:3] for line in site.lines] == [["GET", "/", "200"], ["GET", "/nothing", "404"]]
    assert "127.0.0.1" not in "".join(site.lines)
    assert "secret" not in "".join(site.lines)


def test_answers_under_way_are_ended_and_idle_connections_do_not_hold_up(folder):
    with serving(folder, limits=Limits(ending=30.0)) as site, site.connect() as wire:
        wire.sendall(ASK)
        assert wire.recv(1000)
        held = site.connect()
    held.close()
    assert Path(folder).is_dir()
