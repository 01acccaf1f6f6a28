"""What turned, told to those who want to know: by mail, to webhooks, to a command. Once when it turns, once back.

- That something is being told is stored before it is sent, that it was told after. A definite failure is tried again
  later, ever more seldom, and given up after two days; what was cut short may have arrived, and is not sent again.
- All that turned at once is one message.
- Addresses and programs are the operator's own; a text from outside is never more than a line of plain text in it.
  Beside `collect/fetch/`, this is the only place that opens connections, and only to what `[alerts]` names: TLS is
  checked, no redirect is followed, an address without TLS has to be a private one.
- A command is run without a shell, reads JSON on its standard input, and sees no password of the mirror.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import SplitResult, urlsplit

import msgspec

from wirecopy import dates
from wirecopy.cli.health import advice, headline, without_password
from wirecopy.errors import ConfigError
from wirecopy.model import Incident, Noun, replace
from wirecopy.text import printable
from wirecopy.version import __version__

if TYPE_CHECKING:
    import http.client
    import smtplib
    import socket
    import ssl
    from email.message import EmailMessage

    from wirecopy.config import Alerts

EMAIL, COMMAND = "email", "command"

_TIMEOUT = 10.0  # seconds for each step of a conversation
_PATIENCE = 25.0  # seconds for a message, whatever the other side does
_MOST_SAID = 100_000  # bytes of all that a mail server says: a greeting, and what it can
_MOST = 50  # incidents told one by one in a message
_MOST_KNOWN = 2000  # incidents that are looked through
_MOST_TRIES = 12
_LONGEST_WAIT = timedelta(hours=12)
_FORGOTTEN = timedelta(days=7)  # what ended so long ago is no news


class Store(Protocol):
    """Where incidents are kept: an archive, or what stands for it while it is broken."""

    def incidents(self, *, only_open: bool = False, most: int = 1000) -> tuple[Incident, ...]: ...

    def keep_incident(self, incident: Incident) -> None: ...

    def batch(self) -> AbstractContextManager[None]: ...


class Message(Noun, frozen=True, kw_only=True):
    """What a channel is to be told: `begun` is wrong since lately, `ended` is well again."""

    channel: str
    begun: tuple[Incident, ...] = ()
    ended: tuple[Incident, ...] = ()


class Sent(Noun, frozen=True, kw_only=True):
    """What became of a message. Where `arrived` is None nobody knows; `reason` says why it is not True."""

    arrived: bool | None
    reason: str = ""


class _NotSent(Exception):
    """It has certainly not arrived."""


class _Unknown(Exception):
    """It may have arrived."""


def tell(store: Store, alerts: Alerts, now: datetime) -> tuple[tuple[str, Sent], ...]:
    """Tell each channel what turned, and wait until it is told; what became of each message."""
    done = []
    for message in due(store, alerts, now):
        sent = send(message, alerts, now)
        settle(store, message, sent, now)
        done.append((message.channel, sent))
    return tuple(done)


class Courier:
    """Tells what turned beside other work: nothing waits for it. For `collect --watch`."""

    def __init__(self, store: Store, alerts: Alerts) -> None:
        self._store, self._alerts = store, alerts
        self._done: queue.SimpleQueue[tuple[Message, Sent]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._has_more = True  # what an earlier run left
        self._next = dates.from_epoch_ms(0)

    def go(self, now: datetime, *, turned: bool) -> None:
        """Settle what was sent meanwhile, and send what is due."""
        self._has_more |= turned
        self._settle(now)
        if not self._has_more or (self._thread is not None and self._thread.is_alive()):
            return
        if not turned and now < self._next:
            return
        messages = due(self._store, self._alerts, now)
        self._has_more = False
        if messages:
            self._has_more = True
            self._next = now
            self._thread = threading.Thread(target=self._send, args=(messages, now), daemon=True)
            self._thread.start()

    def stop(self, now: datetime, patience: float = 3.0) -> None:
        """Give what is under way so many seconds. What does not end stays "may have arrived"."""
        if self._thread is not None:
            self._thread.join(patience)
        self._settle(now)

    def _send(self, messages: Iterable[Message], now: datetime) -> None:
        for message in messages:
            self._done.put((message, send(message, self._alerts, now)))

    def _settle(self, now: datetime) -> None:
        with suppress(queue.Empty):
            while True:
                message, sent = self._done.get_nowait()
                settle(self._store, message, sent, now)
                if sent.arrived is False:
                    self._has_more, self._next = True, now + _wait(1)


# --- what is to be told -----------------------------------------------------------------------------------------------


def channels(alerts: Alerts) -> tuple[str, ...]:
    """The names of those who are told. A webhook's is a digest of its address, which may be a secret."""
    email = (EMAIL,) if alerts.email and alerts.smtp else ()
    command = (COMMAND,) if alerts.command else ()
    return (*email, *map(_webhook_name, alerts.webhooks), *command)


def due(store: Store, alerts: Alerts, now: datetime) -> tuple[Message, ...]:
    """What each channel has to be told now; that it is being told is stored when this returns."""
    names = channels(alerts)
    known = store.incidents(most=_MOST_KNOWN) if names else ()
    messages = []
    for channel in names:
        begun = tuple(each for each in known if _next_word(each, channel, now) == "begun")
        ended = tuple(each for each in known if _next_word(each, channel, now) == "ending")
        if begun or ended:
            messages.append(Message(channel=channel, begun=begun, ended=ended))
    if messages:
        with store.batch():
            for message in messages:
                _change(store, message, lambda each, channel: _told(each, channel, _next_word(each, channel, now)))
    return tuple(messages)


def settle(store: Store, message: Message, sent: Sent, now: datetime) -> None:
    """Store what became of a message."""
    if sent.arrived is None:
        return
    before = {_name(each): dict(each.told).get(message.channel, "") for each in (*message.begun, *message.ended)}

    def ended(each: Incident, channel: str) -> Incident:
        if sent.arrived:
            said = {"begun": "began", "ending": "ended"}[dict(each.told)[channel]]
            return replace(_told(each, channel, said), tried=tuple(it for it in each.tried if it[0] != channel))
        tries = next((number for name, number, _ in each.tried if name == channel), 0) + 1
        tried = (*(it for it in each.tried if it[0] != channel), (channel, tries, now + _wait(tries)))
        return replace(_told(each, channel, before[_name(each)]), tried=tried)

    with store.batch():
        _change(store, message, ended)


def _change(store: Store, message: Message, how: Callable[[Incident, str], Incident]) -> None:
    """Keep what this makes of the incidents of a message, as they are stored now."""
    wanted = {_name(each) for each in (*message.begun, *message.ended)}
    for each in store.incidents(most=_MOST_KNOWN):
        if _name(each) in wanted:
            store.keep_incident(how(each, message.channel))


def _next_word(incident: Incident, channel: str, now: datetime) -> str:
    """What a channel has to be told of an incident next: "begun", "ending", or "" for nothing (now)."""
    said = dict(incident.told).get(channel, "")
    tries, again = next(((number, when) for name, number, when in incident.tried if name == channel), (0, now))
    # Where the clock went back since, the next try is not waited for.
    if tries >= _MOST_TRIES or timedelta(0) < again - now <= _LONGEST_WAIT:
        return ""
    if incident.until is None:
        return "" if said else "begun"
    if now - incident.until > _FORGOTTEN:
        return ""
    # What could not be told while it was wrong is told when it is over: that it was.
    return "ending" if said in ("begun", "began") or (not said and tries) else ""


def _told(incident: Incident, channel: str, word: str) -> Incident:
    rest = tuple(each for each in incident.told if each[0] != channel)
    return replace(incident, told=(*rest, (channel, word)) if word else rest)


def _wait(tries: int) -> timedelta:
    return min(timedelta(minutes=float(2 ** min(tries - 1, 20))), _LONGEST_WAIT)


def _name(incident: Incident) -> tuple[str, str, datetime]:
    return incident.source, incident.trouble, incident.since


def _webhook_name(url: str) -> str:
    import hashlib

    return f"webhook-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


# --- in words ---------------------------------------------------------------------------------------------------------


def subject(message: Message) -> str:
    """One line: what turned, or how much did."""
    begun, ended = message.begun, message.ended
    if len(begun) == 1:
        said = headline(begun[0])
    elif begun:
        said = f"{len(begun)} things are wrong"
    elif len(ended) == 1:
        said = f"well again: {headline(ended[0])}"
    else:
        said = f"{len(ended)} things are well again"
    more = f"; {len(ended)} well again" if begun and ended else ""
    return _plain(f"[wirecopy] {said}{more}", 150)


def body(message: Message) -> str:
    """The whole in plain text: what, since when, what to do."""
    lines = []
    for each in message.begun[:_MOST]:
        lines += [f"{_plain(headline(each))}.", f"  since {dates.iso(each.since)}", f"  {advice(each)}", ""]
    if message.ended:
        lines += ["Well again:", ""]
    for each in message.ended[:_MOST]:
        until = dates.iso(each.until) if each.until else ""
        lines += [f"{_plain(headline(each))}.", f"  from {dates.iso(each.since)} to {until}", ""]
    left = max(len(message.begun) - _MOST, 0) + max(len(message.ended) - _MOST, 0)
    if left:
        lines += [f"And {left} more.", ""]
    return "\n".join([*lines, "`wirecopy status` shows it all.", ""])


def document(message: Message) -> dict[str, object]:
    """What webhooks and commands get, as JSON: docs/health.md."""
    told = [("began", each) for each in message.begun[:_MOST]] + [("ended", each) for each in message.ended[:_MOST]]
    incidents = [
        {
            "turn": turn,
            "source": each.source,
            "trouble": each.trouble.value,
            "since": dates.iso(each.since),
            "until": dates.iso(each.until) if each.until else None,
            "what": _plain(without_password(each.what[:500])),
            "now": each.now,
            "usual": each.usual,
            "says": _plain(headline(each)),
            "advice": advice(each),
        }
        for turn, each in told
    ]
    left = len(message.begun) + len(message.ended) - len(told)
    # `text` is what chat programs show: nothing in it calls anybody or is a link of theirs.
    text = "\n".join([subject(message), *(f"{each['turn']}: {each['says']}" for each in incidents)])
    harmless = text.translate({ord("<"): "‹", ord(">"): "›", ord("@"): "＠", ord("&"): "＆"})
    return {"version": 1, "text": harmless[:4000], "incidents": incidents, "more": left}


def _plain(words: str, most: int = 600) -> str:
    """A line that is nothing but text, in the direction it is read in."""
    line = re.sub("[\u202a-\u202e\u2066-\u2069]", "\ufffd", printable(words[:most]))
    return line.encode("utf-8", "replace").decode()


# --- sending ----------------------------------------------------------------------------------------------------------


def send(message: Message, alerts: Alerts, now: datetime) -> Sent:
    """Send a message: nothing else is touched, and it never raises. It takes no longer than half a minute."""
    result: list[Sent] = []
    opened: list[socket.socket] = []

    def work() -> None:
        _conversation.opened = opened
        result.append(_sent(message, alerts, now))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    if result:
        return result[0]
    for each in opened:  # an answer without an end must not fill the memory either
        with suppress(OSError):
            each.shutdown(2)
    return Sent(arrived=None, reason=f"it was not done in {_PATIENCE:.0f} seconds")


_conversation = threading.local()
"""`opened`: the sockets of the message that this thread sends."""


def _opened(connection: socket.socket) -> socket.socket:
    getattr(_conversation, "opened", []).append(connection)
    return connection


def _sent(message: Message, alerts: Alerts, now: datetime) -> Sent:
    try:
        if message.channel == EMAIL:
            _mail(message, alerts, now)
        elif message.channel == COMMAND:
            _run(alerts.command, _json(message))
        else:
            url = next(each for each in alerts.webhooks if _webhook_name(each) == message.channel)
            _post(url, _json(message))
    except _Unknown as error:
        return Sent(arrived=None, reason=str(error))
    except (_NotSent, ConfigError) as error:
        return Sent(arrived=False, reason=str(error))
    except Exception as error:  # noqa: BLE001 - a collector does not end because a message could not be sent
        return Sent(arrived=None, reason=f"{type(error).__name__}: {error}")
    return Sent(arrived=True)


def _json(message: Message) -> bytes:
    return msgspec.json.encode(document(message))


def _mail(message: Message, alerts: Alerts, now: datetime) -> None:
    import smtplib

    sender = alerts.sender or alerts.email[0]
    try:
        letter = _letter(message, alerts.email, sender, now).as_bytes()
        server = _mail_server(alerts)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _NotSent(f"{alerts.smtp}: {error}") from error
    try:
        try:
            _expect(server.mail(sender), (250,))
            answers = [server.rcpt(each) for each in alerts.email]
            if not any(answer[0] in (250, 251) for answer in answers):
                _expect(answers[0], (250, 251))  # one that is refused keeps the others from nothing
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise _NotSent(f"{alerts.smtp}: {error}") from error
        try:
            answer = server.data(letter)
        except smtplib.SMTPDataError as error:
            raise _NotSent(f"{alerts.smtp}: {error}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise _Unknown(f"{alerts.smtp}: {error}") from error
        _expect(answer, (250,))
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _letter(message: Message, to: tuple[str, ...], sender: str, now: datetime) -> EmailMessage:
    import hashlib
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime

    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = subject(message)
    letter["From"] = sender
    letter["To"] = ", ".join(to)
    letter["Date"] = format_datetime(now)
    # Neither the machine's name nor its clock stands in it, and the same message sent twice has one name.
    digest = hashlib.sha256(msgspec.json.encode((message.begun, message.ended))).hexdigest()[:32]
    letter["Message-ID"] = f"<{digest}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday message answers it
    letter.set_content(body(message))
    return letter


class _Replies:
    """What a mail server says, which smtplib reads as long as more of it comes: so much and no more."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _MOST_SAID

    def readline(self, most: int) -> bytes:
        line = self._file.readline(min(most, self._left))
        self._left -= len(line)
        return line

    def close(self) -> None:
        self._file.close()


class _Bounded:
    """Of a mail server, for smtplib: how it is connected to, and what its replies are read from."""

    _replies: _Replies | None = None

    @property
    def file(self) -> _Replies | None:
        return self._replies

    @file.setter
    def file(self, file: BinaryIO | None) -> None:
        self._replies = None if file is None else _Replies(file)

    def _get_socket(self, *where: object) -> socket.socket:
        return _opened(super()._get_socket(*where))  # type: ignore[misc]


def _mail_server(alerts: Alerts) -> smtplib.SMTP:
    """A mail server that is ready to take a letter. Raises OSError, SMTPException or _NotSent."""
    import smtplib

    class Plain(_Bounded, smtplib.SMTP):
        """A server that may say so much and no more."""

    class Safe(_Bounded, smtplib.SMTP_SSL):
        """The same, with TLS from the first byte."""

    parts = urlsplit(alerts.smtp)
    assert parts.hostname is not None
    name = "[127.0.0.1]"  # what this machine calls itself is nobody's business
    if parts.scheme == "smtps":
        server: smtplib.SMTP = Safe(
            parts.hostname, parts.port or 465, local_hostname=name, timeout=_TIMEOUT, context=_tls()
        )
    else:
        server = Plain(parts.hostname, parts.port or 587, local_hostname=name, timeout=_TIMEOUT)
    try:
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=_tls())
            if server.sock is not None:
                _opened(server.sock)
            server.ehlo()
        elif parts.scheme == "smtp":
            _expect_private(alerts.smtp, server.sock.getpeername()[0] if server.sock else "")
        if alerts.smtp_user:
            _log_in(server, alerts)
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, alerts: Alerts) -> None:
    """With the plain mechanism, in UTF-8 as RFC 4616 has it (smtplib's own knows ASCII only); else as it can."""
    from base64 import b64encode

    from wirecopy.config.secrets import password

    secret = password(alerts)
    if "PLAIN" in server.esmtp_features.get("auth", "").upper().split():
        words = b64encode(f"\0{alerts.smtp_user}\0{secret}".encode()).decode()
        _expect(server.docmd("AUTH", f"PLAIN {words}"), (235,))
    else:
        server.login(alerts.smtp_user, secret)


def _expect_private(url: str, address: str) -> None:
    if not _is_private(address):
        raise _NotSent(f"{url} offers no TLS (STARTTLS), and is not on this machine or network")


def _expect(answer: tuple[int, bytes], codes: tuple[int, ...]) -> None:
    if answer[0] not in codes:
        raise _NotSent(f"the mail server said {answer[0]} {_plain(answer[1].decode('utf-8', 'replace'), 200)}")


def _post(url: str, document: bytes) -> None:
    """POST a document. Raises _NotSent, or _Unknown where the answer did not come."""
    import http.client

    parts = urlsplit(url)
    if parts.username or parts.password:
        raise _NotSent("a webhook's address with a user or password in it is not used; put a token into its path")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": f"wirecopy/{__version__}",
        "Connection": "close",
    }
    try:
        connection = _web_server(parts)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _NotSent(f"{parts.hostname}: {error}") from error
    with closing(connection):
        try:
            connection.request("POST", target, body=document, headers=headers)
            answer = connection.getresponse()
        except ValueError as error:
            raise _NotSent(f"{parts.hostname}: {error}") from error
        except (OSError, http.client.HTTPException) as error:
            raise _Unknown(f"{parts.hostname}: {type(error).__name__}: {error}") from error
        if not 200 <= answer.status < 300:
            why = ", and redirects are not followed" if 300 <= answer.status < 400 else ""
            raise _NotSent(f"{parts.hostname} answered {answer.status}{why}")


def _web_server(parts: SplitResult) -> http.client.HTTPConnection:
    """A connection to where an address leads. Raises OSError, ValueError or _NotSent."""
    import http.client
    import socket

    host = parts.hostname or ""
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=_TIMEOUT, context=_tls()
        )
    elif parts.scheme == "http":
        found = socket.getaddrinfo(host, parts.port or 80, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        if not all(map(_is_private, addresses)):
            raise _NotSent(f"{host} is no private address, and http:// is not secret: use https://")
        connection = http.client.HTTPConnection(addresses[0], parts.port or 80, timeout=_TIMEOUT)
    else:
        raise _NotSent(f"a webhook begins with https://, not {parts.scheme}://")
    connection.connect()
    _opened(connection.sock)
    return connection


def _run(words: tuple[str, ...], document: bytes) -> None:
    """Run a program that reads a document. Raises _NotSent, or _Unknown where it did not end."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith("WIRECOPY_") and name.endswith("_PASSWORD"))
    }
    try:
        program = subprocess.Popen(  # noqa: S603 - the operator's own words, and no shell
            words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise _NotSent(f"{words[0]} can't be run: {error}") from error
    with program:
        try:
            program.communicate(document, timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            _kill(program)
            raise _Unknown(f"{words[0]} did not end in {_TIMEOUT:.0f} seconds, and was stopped") from None
    if program.returncode:
        raise _NotSent(f"{words[0]} ended with {program.returncode}")


def _kill(program: subprocess.Popen[bytes]) -> None:
    """Stop a program, and what it began."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(program.pid, signal.SIGKILL)
        else:
            program.kill()


def _tls() -> ssl.SSLContext:
    import ssl

    return ssl.create_default_context()


def _is_private(address: str) -> bool:
    import ipaddress

    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_private
