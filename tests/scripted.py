"""A server that sends exactly the bytes it is told to, and a time that passes only when someone sleeps."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from wirecopy.collect.fetch import Fetcher

# The proxies of whoever runs the tests are none of theirs.
for _name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[_name]

NOON = datetime(2024, 2, 8, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """Bytes, and what happens then: `stay` open, `close`, `reset`, `hang`, `repeat` a piece for ever, or `drip` it."""

    data: bytes = b""
    then: str = "stay"
    piece: bytes = b""


def page(
    body: bytes = b"a page",
    *headers: str,
    status: str = "200 OK",
    length: int | None = None,
    then: str = "stay",
) -> Answer:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body) if length is None else length}", "", ""]
    return Answer("\r\n".join(lines).encode("latin-1") + body, then)


def chunked(body: bytes, *headers: str, last: bool = True, then: str = "stay") -> Answer:
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "Transfer-Encoding: chunked", "", ""]).encode()
    return Answer(head + f"{len(body):x}\r\n".encode() + body + b"\r\n" + (b"0\r\n\r\n" if last else b""), then)


def until_closed(body: bytes, *headers: str, then: str = "close") -> Answer:
    return Answer("\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + body, then)


def to(location: str, status: str = "302 Found") -> Answer:
    return page(b"", f"Location: {location}", status=status)


@dataclass
class Request:
    target: str
    headers: dict[str, str]
    raw: bytes


@dataclass
class Server:
    """`answers[path]` are sent in turn, the last one again and again; what is not there is a 404."""

    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    greeting: bytes = b""  # what is said before anything is asked

    def tell(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return self.url(path)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked_for(self) -> list[str]:
        return [request.target for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(self.greeting)
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                lines = raw.decode("latin-1").split("\r\n")
                headers = dict(line.split(": ", 1) for line in lines[1:] if line)
                request = Request(lines[0].split(" ")[1], headers, raw)
                self.requests.append(request)
                self.is_asked.set()
                script = self.answers.get(request.target, [page(b"not here", status="404 Not Found")])
                answer = script.pop(0) if len(script) > 1 else script[0]
                if not await _send(answer, reader, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


async def _send(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(answer.data)
    await writer.drain()
    if answer.then == "hang":
        await reader.read()
    while answer.then in ("repeat", "drip"):
        if answer.then == "drip":
            await asyncio.sleep(0.01)
        writer.write(answer.piece)
        await writer.drain()
    if answer.then == "reset":
        await asyncio.sleep(0)
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return answer.then == "stay"


@asynccontextmanager
async def serving(**answers: Answer) -> AsyncIterator[Server]:
    """A server; `name=answer` is what it says at /name."""
    server = Server(answers={f"/{name}": [answer] for name, answer in answers.items()})
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await server.serve(reader, writer)
        except asyncio.CancelledError:
            writer.close()
        finally:
            connections.discard(task)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await listening.wait_closed()


class Time:
    """Seconds since noon. They pass when everyone who waits, waits: then the next sleeper wakes."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._wakes: list[float] = []

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.now)

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self.now + seconds
        self._wakes.append(wake)
        try:
            while self.now < wake:
                for _ in range(5):
                    await asyncio.sleep(0)
                if wake == min(self._wakes):
                    self.now = max(self.now, wake)
        finally:
            self._wakes.remove(wake)


def fetcher(time: Time | None = None, **changes: object) -> Fetcher:
    """A fetcher that may ask this machine, in no hurry and without robots.txt unless told otherwise."""
    time = time or Time()
    settings: dict[str, object] = {
        "contact": "https://mirror.example/about",
        "clock": time.clock,
        "monotonic": time.monotonic,
        "sleep": time.sleep,
        "jitter": lambda: 1.0,
        "pace": 0.0,
        "allow": frozenset({"127.0.0.1"}),
        "robots": False,
    }
    return Fetcher(**{**settings, **changes})  # type: ignore[arg-type]


def names(**addresses: str) -> Callable[[str], Awaitable[list[str]]]:
    """A resolver that knows `name_example="127.0.0.1"` as name.example."""

    async def resolve(host: str) -> list[str]:
        return [addresses[host.replace(".", "_")]]

    return resolve
