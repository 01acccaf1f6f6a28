"""What turns is told once, and once when it turns back: to real mail servers, webhooks and commands on this machine."""

import asyncio
import contextlib
import email
import email.policy
import itertools
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy.archive import open_archive
from wirecopy.cli import alerts
from wirecopy.cli.alerts import Courier, Message, Sent, due, send, settle, tell
from wirecopy.cli.health import disk, look, watch_over
from wirecopy.config import Alerts
from wirecopy.model import Incident, Outcome, Source, Trouble, Visit, replace

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

without_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None and "CI" not in os.environ, reason="openssl, which makes certificates, is absent"
)


@pytest.fixture
def archive(tmp_path):
    with open_archive(tmp_path / "wirecopy.db", write=True) as opened:
        yield opened


def incident(source="dw-zh", trouble=Trouble.FAILING, **more):
    known = {"since": NOON - HOUR, "what": "https://example.org/feed answered 503", "now": 1, "usual": 1}
    return Incident(source=source, trouble=trouble, **{**known, **more})


def is_over(each, now):
    return replace(each, until=now)


# --- the other sides ------------------------------------------------------------------------------------------------


class Letters:
    """What a mail server does with letters."""

    def __init__(self, refuse=(), answer="250 OK", drop=False):
        self.got = []
        self.refuse, self.answer, self.drop = refuse, answer, drop
        self.user = ""

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        if address in self.refuse:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.got.append((session.ssl is not None, tuple(envelope.rcpt_tos), letter))
        if self.drop:
            server.transport.abort()
        return self.answer

    def login(self, _server, _session, _envelope, _mechanism, data):
        self.user = data.login.decode()
        return AuthResult(handled=False, success=(data.login, data.password) == (b"me", "geheim ü".encode()))


@contextmanager
def mail_server(letters, *, tls=None, implicit=False, **options):
    """A mail server on a port of its own, in a loop of its own."""
    loop = asyncio.new_event_loop()
    more = {"tls_context": tls, "require_starttls": True} if tls and not implicit else {}
    login = {"authenticator": letters.login, "auth_require_tls": False}

    def protocol():
        return SMTP(letters, loop=loop, hostname="mail.example.org", **more, **login, **options)

    server = loop.run_until_complete(
        loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if implicit else None)
    )  # fmt: skip
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@contextmanager
def web_server(*statuses, location=""):
    """A webhook: what was posted to it. It answers with these in turn, the last for ever; 0 is never."""
    got = []
    waiting = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, dict(self.headers), json.loads(body)))
            status = statuses[min(len(got), len(statuses)) - 1]
            if not status:
                waiting.wait(60)
                return
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_):
            """Nobody wants to hear."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook?token=s3cret", got
        finally:
            waiting.set()
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """A certificate for 127.0.0.1, and the file of who vouches for it."""
    folder = tmp_path_factory.mktemp("certificates")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    make += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, str(certificate)


@pytest.fixture
def trusted(certified, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", certified[1])
    return certified[0]


def by_mail(port, scheme="smtp", **more):
    known = {"email": ("me@example.org", "you@example.org"), "smtp": f"{scheme}://127.0.0.1:{port}"}
    return Alerts(**{**known, **more})


# --- mail -----------------------------------------------------------------------------------------------------------


@without_openssl
@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_comes_when_it_turns_and_one_when_it_turns_back(archive, trusted, implicit, monkeypatch):
    monkeypatch.setenv("WIRECOPY_ALERTS_PASSWORD", "geheim ü")
    letters = Letters()
    archive.keep_incident(incident())
    with mail_server(letters, tls=trusted, implicit=implicit) as port:
        wanted = by_mail(port, "smtps" if implicit else "smtp", smtp_user="me", sender="mirror@example.org")
        for minutes in range(3):
            tell(archive, wanted, NOON + minutes * MINUTE)
        archive.keep_incident(is_over(archive.incidents()[0], NOON + HOUR))
        for minutes in range(3):
            tell(archive, wanted, NOON + HOUR + minutes * MINUTE)
    (began_safely, to, began), (_, _, ended) = letters.got
    assert began_safely or implicit
    assert letters.user == "me"
    assert to == ("me@example.org", "you@example.org")
    assert began["Subject"].startswith("[wirecopy] dw-zh is failing: none of its indexes answers")
    assert (began["From"], began["Auto-Submitted"]) == ("mirror@example.org", "auto-generated")
    assert "wirecopy add" in began.get_content()
    assert ended["Subject"].startswith("[wirecopy] well again: dw-zh is failing")
    assert "from 2026-11-22T11:00:00Z to 2026-11-22T13:00:00Z" in ended.get_content()
    assert archive.incidents()[0].told == (("email", "ended"),)
    assert os.uname().nodename not in began.as_string() + ended.as_string()


@without_openssl
def test_a_certificate_nobody_vouches_for_gets_no_mail(archive, certified):
    letters = Letters()
    archive.keep_incident(incident())
    for implicit in (False, True):
        with mail_server(letters, tls=certified[0], implicit=implicit) as port:
            (sent,) = [
                send(message, by_mail(port, "smtps" if implicit else "smtp"), NOON)
                for message in [Message(channel="email", begun=archive.incidents())]
            ]
        assert (sent.arrived, "certificate verify failed" in sent.reason) == (False, True)
    assert letters.got == []


@pytest.mark.parametrize("talks", [True, False])
def test_a_mail_server_that_talks_for_ever_or_not_at_all_is_left(talks, monkeypatch):
    monkeypatch.setattr(alerts, "_PATIENCE", 5 if talks else 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def play():
            with server.accept()[0] as wire, contextlib.suppress(OSError):
                while talks:
                    wire.sendall(b"220-and another thing\r\n" * 100)
                wire.recv(1)

        playing = threading.Thread(target=play)
        playing.start()
        before = set(threading.enumerate())
        sent = send(Message(channel="email", begun=(incident(),)), by_mail(server.getsockname()[1]), NOON)
        playing.join(10)
    assert sent.arrived is (False if talks else None)
    assert not playing.is_alive()  # it was hung up on
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("letters", "arrived"),
    [
        (Letters(refuse=("me@example.org", "you@example.org")), False),
        (Letters(refuse=("you@example.org",)), True),
        (Letters(answer="451 later"), False),
        (Letters(drop=True), None),
        (Letters(), True),
    ],
    ids=[
        "all recipients are refused",
        "one recipient of two is refused",
        "the letter is refused",
        "cut off after the letter",
        "taken",
    ],
)
def test_what_a_mail_server_does_decides_whether_it_is_tried_again(archive, letters, arrived):
    archive.keep_incident(incident())
    with mail_server(letters) as port:
        ((_, sent),) = tell(archive, by_mail(port), NOON)
        assert sent.arrived is arrived
        again = tell(archive, by_mail(port), NOON + 5 * MINUTE)
    assert len(again) == (arrived is False)
    expected = {True: (("email", "began"),), None: (("email", "begun"),), False: ()}[arrived]
    assert archive.incidents()[0].told == expected


def test_nobody_at_home_is_tried_again_ever_more_seldom_and_given_up(archive):
    archive.keep_incident(incident())
    wanted = Alerts(email=("me@example.org",), smtp="smtp://127.0.0.1:9")
    tries = []
    for minute in range(0, 60 * 24 * 5, 7):
        for _, sent in tell(archive, wanted, NOON + minute * MINUTE):
            assert sent.arrived is False
            tries.append(minute)
    assert len(tries) == alerts._MOST_TRIES
    gaps = [after - before for before, after in itertools.pairwise(tries)]
    assert gaps == sorted(gaps)
    assert max(tries) > 24 * 60


def test_what_could_not_be_told_in_time_is_told_when_it_is_over(archive):
    archive.keep_incident(incident())
    tell(archive, Alerts(email=("me@example.org",), smtp="smtp://127.0.0.1:9"), NOON)
    archive.keep_incident(is_over(archive.incidents()[0], NOON + HOUR))
    letters = Letters()
    with mail_server(letters) as port:
        tell(archive, by_mail(port), NOON + 2 * HOUR)
        tell(archive, by_mail(port), NOON + 3 * HOUR)
    ((_, _, letter),) = letters.got
    assert "well again" in letter["Subject"]


HOSTILE = "x\r\nBcc: all@example.org\r\n\r\n.\r\nQUIT\x1b[2J\u202e\ud800<!channel> @everyone " + "很" * 100_000


def test_what_a_stranger_wrote_is_a_line_of_text_in_a_mail(archive):
    letters = Letters()
    what = HOSTILE.encode("utf-8", "replace").decode()
    archive.keep_incident(incident(what=what, source="dw-zh"))
    with mail_server(letters) as port:
        ((_, sent),) = tell(archive, by_mail(port), NOON)
    assert sent == Sent(arrived=True)
    ((_, to, letter),) = letters.got
    assert to == ("me@example.org", "you@example.org")
    assert set(letter.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    }  # fmt: skip
    said = letter.get_content()
    assert len(said) < 3000
    assert not {"\x1b", "\u202e", "\r"} & set("".join(said.split("\r\n")))
    assert "Bcc: all" in said


def test_a_document_for_a_webhook_is_bounded_and_calls_nobody():
    many = tuple(incident(source=f"s{number}", what=HOSTILE) for number in range(500))
    document = alerts.document(Message(channel="x", begun=many))
    assert len(document["incidents"]) == 50
    assert document["more"] == 450
    assert len(json.dumps(document)) < 300_000
    assert not {"<", ">", "@", "&", "\u202e", "\x1b"} & set(document["text"])
    assert "500 things are wrong" in document["text"]
    assert len(alerts.subject(Message(channel="x", begun=many[:1]))) <= 150


def test_a_password_in_an_address_is_not_told():
    one = incident(what="no answer from https://me:geheim@paper.example/feed, nor from http://x@y/")
    for said in (
        alerts.body(Message(channel="x", begun=(one,))),
        json.dumps(alerts.document(Message(channel="x", begun=(one,)))),
    ):
        assert "geheim" not in said
        assert "paper.example/feed" in said


# --- webhooks -------------------------------------------------------------------------------------------------------


def test_a_webhook_gets_what_turned_as_json(archive):
    archive.keep_incident(incident())
    with web_server(204) as (url, got):
        tell(archive, Alerts(webhooks=(url,)), NOON)
        tell(archive, Alerts(webhooks=(url,)), NOON + MINUTE)
    ((path, headers, document),) = got
    assert path == "/hook?token=s3cret"
    assert headers["Content-Type"] == "application/json"
    assert set(document) == {"version", "text", "incidents", "more"}
    (told,) = document["incidents"]
    assert list(told) == [
        "turn", "source", "trouble", "since", "until", "what", "now", "usual", "says", "advice",
    ]  # fmt: skip
    assert (told["turn"], told["source"], told["trouble"], told["until"]) == ("began", "dw-zh", "failing", None)
    ((channel, _),) = archive.incidents()[0].told
    assert channel.startswith("webhook-")
    assert "s3cret" not in channel


def test_a_webhook_in_trouble_is_asked_again_and_a_redirect_is_not_followed(archive):
    archive.keep_incident(incident())
    with web_server(200) as (elsewhere, followed), web_server(500, 302, 200, location=elsewhere) as (url, got):
        done = [
            sent.reason
            for minute in range(0, 40, 4)
            for _, sent in tell(archive, Alerts(webhooks=(url,)), NOON + minute * MINUTE)
        ]
    assert ["answered 500" in done[0], "answered 302" in done[1], done[2:]] == [True, True, [""]]
    assert len(got) == 3
    assert followed == []
    assert archive.incidents()[0].tried == ()


def test_a_webhook_that_never_answers_may_have_heard(archive, monkeypatch):
    monkeypatch.setattr(alerts, "_TIMEOUT", 1.0)
    archive.keep_incident(incident())
    with web_server(0) as (url, got):
        ((_, sent),) = tell(archive, Alerts(webhooks=(url,)), NOON)
        assert (sent.arrived, len(got)) == (None, 1)
        assert tell(archive, Alerts(webhooks=(url,)), NOON + HOUR) == ()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://93.184.216.34/hook", "no private address"),
        ("http://[::ffff:93.184.216.34]/hook", "no private address"),
        ("https://me:secret@127.0.0.1/", "user or password"),
        ("ftp://127.0.0.1/", "begins with https://"),
        ("http://127.0.0.1:9/", "refused"),
    ],
)
def test_a_webhook_that_is_not_safe_or_not_there_is_not_used(url, why):
    sent = send(Message(channel=alerts._webhook_name(url), begun=(incident(),)), Alerts(webhooks=(url,)), NOON)
    assert (sent.arrived, why in sent.reason) == (False, True), sent


@without_openssl
def test_a_webhook_s_certificate_is_checked(certified, monkeypatch):
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(_answer, "127.0.0.1", 0, ssl=certified[0]))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        port = server.sockets[0].getsockname()[1]
        url = f"https://127.0.0.1:{port}/"
        message = Message(channel=alerts._webhook_name(url), begun=(incident(),))
        refused = send(message, Alerts(webhooks=(url,)), NOON)
        monkeypatch.setenv("SSL_CERT_FILE", certified[1])
        taken = send(message, Alerts(webhooks=(url,)), NOON)
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()
    assert (refused.arrived, taken.arrived) == (False, True)


async def _answer(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head)[1]))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    writer.close()


# --- commands -------------------------------------------------------------------------------------------------------


def python(words, *more):
    return (sys.executable, "-c", words, *more)


def test_a_command_reads_what_turned_and_no_password(archive, tmp_path, monkeypatch):
    monkeypatch.setenv("WIRECOPY_ALERTS_PASSWORD", "geheim")
    monkeypatch.setenv("WIRECOPY_TARGETS_X_PASSWORD", "geheim")
    archive.keep_incident(incident())
    script = (
        "import sys, os, json; open(sys.argv[1], 'a').write("
        "json.dumps([json.load(sys.stdin), sorted(n for n in os.environ if 'PASSWORD' in n), sys.argv[2:]]) + '\\n')"
    )
    wanted = Alerts(command=python(script, str(tmp_path / "got"), "$(id)", "; id"))
    for minute in range(3):
        tell(archive, wanted, NOON + minute * MINUTE)
    (line,) = (tmp_path / "got").read_text("utf-8").splitlines()
    document, secrets, words = json.loads(line)
    assert document["incidents"][0]["source"] == "dw-zh"
    assert (secrets, words) == ([], ["$(id)", "; id"])
    assert archive.incidents()[0].told == (("command", "began"),)


@pytest.mark.parametrize(
    ("command", "patience", "arrived", "why"),
    [
        (("/nowhere/at/all",), 60, False, "can't be run"),
        (python("raise SystemExit(3)"), 60, False, "ended with 3"),
        (python("import time, sys; sys.stdin.close(); time.sleep(3600)"), 0.5, None, "was stopped"),
    ],
)
def test_a_command_that_fails_or_hangs_is_told_apart(command, patience, arrived, why, monkeypatch):
    monkeypatch.setattr(alerts, "_TIMEOUT", patience)
    sent = send(Message(channel="command", begun=(incident(),)), Alerts(command=command), NOON)
    assert (sent.arrived, why in sent.reason) == (arrived, True), sent


# --- once -----------------------------------------------------------------------------------------------------------


ONLY = Alerts(command=("true",), webhooks=("https://example.org/",))


def test_a_crash_while_it_is_told_is_not_told_again(archive):
    archive.keep_incident(incident())
    first = due(archive, ONLY, NOON)
    assert {message.channel for message in first} == set(alerts.channels(ONLY))
    assert due(archive, ONLY, NOON + HOUR) == ()  # nobody settled it: the process was killed
    assert {word for _, word in archive.incidents()[0].told} == {"begun"}
    archive.keep_incident(is_over(archive.incidents()[0], NOON + HOUR))
    assert all(message.ended for message in due(archive, ONLY, NOON + 2 * HOUR))


@given(
    turns=st.lists(
        st.tuples(st.sampled_from(["begin", "end", "wait"]), st.sampled_from([True, False, None, "killed"])),
        max_size=30,
    )
)
@settings(max_examples=25, deadline=None)
def test_whatever_happens_nothing_is_told_twice(turns):
    kept = {}

    class Store:
        def incidents(self, *, most):
            return tuple(kept.values())

        def keep_incident(self, each):
            kept[each.since] = each

        @contextmanager
        def batch(self):
            yield

    store, now, arrived = Store(), NOON, []
    for what, answer in turns:
        now += 13 * HOUR
        still = [each for each in kept.values() if each.until is None]
        if what == "begin" and not still:
            store.keep_incident(incident(since=now))
        elif what == "end" and still:
            store.keep_incident(is_over(still[0], now))
        for message in due(store, Alerts(command=("x",)), now):
            told = [
                *(("began", each.since) for each in message.begun),
                *(("ended", each.since) for each in message.ended),
            ]
            if answer is not False:
                arrived += told
            if answer != "killed":
                settle(store, message, Sent(arrived=answer), now)
    assert len(arrived) == len(set(arrived))
    for word, since in arrived:
        assert word == "began" or kept[since].until is not None


def test_a_courier_waits_for_nobody_and_tells_once(archive, tmp_path):
    archive.keep_incident(incident())
    gate, got = tmp_path / "gate", tmp_path / "got"
    script = """if True:
        import os, sys, time
        while not os.path.exists(sys.argv[1]):
            time.sleep(0.01)
        open(sys.argv[2], 'a').write('told\\n')
    """
    courier = Courier(archive, Alerts(command=python(script, str(gate), str(got))))
    for minute in range(5):
        courier.go(NOON + minute * MINUTE, turned=minute == 0)
    assert archive.incidents()[0].told == (("command", "begun"),)
    gate.touch()
    courier.stop(NOON + HOUR)
    assert archive.incidents()[0].told == (("command", "began"),)
    assert got.read_text("utf-8") == "told\n"
    courier.go(NOON + 2 * HOUR, turned=False)
    courier.stop(NOON + 2 * HOUR)
    assert got.read_text("utf-8") == "told\n"


# --- from what is stored to what is told ------------------------------------------------------------------------------


def sources(number):
    return tuple(Source(id=f"s{each}", feeds=(f"https://{each}.example.org/feed",)) for each in range(number))


def visits(archive, of, now, *, failing=(), since=NOON):
    archive.remember(
        Visit(url=source.feeds[0], checked=now, failures=5, since=since, result="no answer")
        if source.id in failing
        else Visit(url=source.feeds[0], checked=now, good=now, listed=20, result="200")
        for source in of
    )


def test_a_source_that_fails_is_one_alert_and_all_of_them_are_one_too(archive, tmp_path):
    of = sources(100)
    got = tmp_path / "got"
    script = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"
    wanted = Alerts(command=python(script, str(got)))
    outcomes = [Outcome(source=each.id) for each in of]

    def turn(now, failing, since=NOON):
        visits(archive, of, now, failing=failing, since=since)
        return watch_over(archive, of, outcomes, now, wanted)

    turn(NOON, ())
    turn(NOON + HOUR, {"s7"})
    everywhere = {each.id for each in of}
    for hours in range(3, 6):
        turn(NOON + hours * HOUR, everywhere, since=NOON + 2 * HOUR)
    assert [each.source for each in archive.incidents(only_open=True)] == ["", "s7"]
    for hours in range(6, 9):
        turn(NOON + hours * HOUR, ())
    documents = [json.loads(line) for line in got.read_text("utf-8").splitlines()]
    told = [[(each["turn"], each["source"]) for each in document["incidents"]] for document in documents]
    assert told == [[("began", "s7")], [("began", "")], [("ended", ""), ("ended", "s7")]]
    assert "99 of 100" in documents[1]["text"] or "100 of 100" in documents[1]["text"]


def test_after_an_outage_those_who_were_not_asked_yet_are_no_alerts(archive):
    of = sources(10)
    visits(archive, of, NOON + HOUR, failing={each.id for each in of})
    assert [each.source for each in look(archive, of, NOON + HOUR).begun] == [""]
    visits(archive, of[:1], NOON + 4 * HOUR)
    turn = look(archive, of, NOON + 4 * HOUR)
    assert [(each.source, each.trouble) for each in turn.ended] == [("", Trouble.FAILING)]
    assert look(archive, of, NOON + 4 * HOUR + MINUTE).begun == ()
    visits(archive, of[1:], NOON + 5 * HOUR)
    assert look(archive, of, NOON + 5 * HOUR).begun == ()


def test_one_outlet_with_many_sources_is_not_the_whole_world(archive):
    of = tuple(Source(id=f"dw-{each}", feeds=(f"https://dw.example.org/{each}",)) for each in range(6))
    visits(archive, of, NOON + HOUR, failing={each.id for each in of})
    assert {each.source for each in look(archive, of, NOON + HOUR).begun} == {each.id for each in of}


def test_what_is_wrong_with_the_mirror_turns_by_what_was_looked_at(archive):
    full = Incident(source="", trouble=Trouble.DISK, since=NOON, now=3, usual=1e6)
    look(archive, (), NOON, mirror={Trouble.DISK: full})
    assert look(archive, (), NOON + HOUR).ended == ()
    assert look(archive, (), NOON + HOUR, mirror={Trouble.CLOCK: None}).ended == ()
    (ended,) = look(archive, (), NOON + HOUR, mirror={Trouble.DISK: None}).ended
    assert (ended.trouble, ended.until) == (Trouble.DISK, NOON + HOUR)


def test_a_disk_that_fills_turns_once_and_back_when_there_is_room_again():
    assert disk(10**9, None, NOON) is None
    assert disk(10**9, 15, NOON) is None
    full = disk(10**9, 13, NOON)
    assert full is not None
    assert disk(10**9, 20, NOON + HOUR, full) is full
    assert disk(10**9, 21, NOON + HOUR, full) is None
    assert disk(3 * 10**8, 100, NOON, full) is full
    assert disk(10**8, None, NOON) is not None


def test_a_source_that_was_given_up_is_nobody_s_trouble(archive):
    archive.keep_incident(incident(source="gone"))
    (ended,) = look(archive, sources(1), NOON).ended
    assert ended.source == "gone"


def test_every_trouble_has_words_and_advice():
    from wirecopy.cli.health import advice, headline

    for trouble in Trouble:
        for source in ("dw-zh", ""):
            for what in ("", "feed", HOSTILE):
                each = incident(source=source, trouble=trouble, what=what, now=0.5, usual=0.25)
                assert headline(each).strip()
                assert "\n" not in headline(each) + advice(each)
                assert "\x1b" not in headline(each)
                assert len(headline(each)) < 500
                assert "SOURCE" not in advice(each)


def test_nothing_of_a_password_file_s_content_is_ever_said(tmp_path, archive):
    secret = tmp_path / "password"
    Path(secret).write_text("geheim ü\n", "utf-8")
    letters = Letters()
    archive.keep_incident(incident())
    with mail_server(letters) as port:
        ((_, sent),) = tell(archive, by_mail(port, smtp_user="someone else", password_file=secret), NOON)
    assert sent.arrived is False
    assert "geheim" not in sent.reason, sent
