"""An HTTP/1.1 server on 127.0.0.1 in a thread of its own, with every byte of an answer in the hands of its owner.

- It keeps connections open, answers pipelined requests in order, knows GET and HEAD.
- `handle` is called in the server's thread, one request at a time, and gives a `Reply`; a reply may break off, say too
  little, or come late, because that is what the simulated outlet is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

Break = Literal["", "silence", "short", "unfinished"]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: header names in lower case. `status` is what was answered, 0 when nothing was."""

    method: str
    path: str
    headers: dict[str, str]
    status: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. `fails`: not at all ("silence"), with fewer bytes than announced ("short"), without the last
    chunk ("unfinished"). `after` seconds.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    fails: Break = ""
    after: float = 0.0


Handler = Callable[[Request], Reply]
Wait = Callable[[float], Awaitable[None]]


class Server:
    """Serves from `start` to `stop`, in a thread, or from `begin` to `end`, in the loop that runs. `port` 0 takes a
    free one.
    """

    def __init__(self, handle: Handler, *, port: int = 0, wait: Wait = asyncio.sleep) -> None:
        self._handle = handle
        self._wait = wait
        self._connections: set[_Connection] = set()
        self._socket = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=f"outlet-{self.port}", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Begin to answer; returns when it does."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._socket.close()

    async def begin(self) -> None:
        """Begin to answer in the loop that runs: who plays its time must know when nothing is under way."""
        self._here = await self._listen()

    async def end(self) -> None:
        """Close every connection, and the socket."""
        self._here.close()
        for connection in list(self._connections):
            connection.drop()
        self._socket.close()
        await asyncio.sleep(0)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: _Connection(self._handle, self._wait, self._connections), sock=self._socket
        )

    def _run(self) -> None:
        self._loop = loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(self._listen())
        loop.call_soon(self._ready.set)
        loop.run_forever()
        server.close()
        for connection in list(self._connections):
            connection.drop()
        loop.run_until_complete(_settled())
        loop.close()


async def _settled() -> None:
    """Cancel what still waits, and let every closed connection hear of it."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0)


class _Connection(asyncio.Protocol):
    def __init__(self, handle: Handler, wait: Wait, connections: set[_Connection]) -> None:
        self._handle = handle
        self._wait = wait
        self._connections = connections
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._transport = None
        self._connections.discard(self)
        if self._waiting is not None:
            self._waiting.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._waiting is None:
            self._answer_all()

    def drop(self) -> None:
        """End the connection as a machine does that loses power: without a word."""
        if self._transport is None:
            return
        with contextlib.suppress(OSError):
            raw = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _answer_all(self) -> None:
        while self._transport is not None and (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            request = _parsed(head)
            if request is None:
                self._send(Request("GET", "", {"connection": "close"}), Reply(400))
                return
            reply = self._handle(request)
            if reply.after > 0:
                self._waiting = asyncio.get_running_loop().create_task(self._later(request, reply))
                return
            self._send(request, reply)

    async def _later(self, request: Request, reply: Reply) -> None:
        await self._wait(reply.after)
        self._waiting = None
        self._send(request, reply)
        self._answer_all()

    def _send(self, request: Request, reply: Reply) -> None:
        if self._transport is None:
            return
        if reply.fails == "silence":
            self.drop()
            return
        closes = bool(reply.fails) or request.headers.get("connection", "").lower() == "close"
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        if reply.fails == "unfinished":
            lines.append("Transfer-Encoding: chunked")
        elif reply.status != 304:  # RFC 9110 8.6: a 304 that names a length means the length of a 200
            lines.append(f"Content-Length: {len(reply.body)}")
        lines.append("Connection: close" if closes else "Connection: keep-alive")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        body = b"" if request.method == "HEAD" or reply.status == 304 else reply.body
        if reply.fails:
            body = body[: len(body) // 2]
        if reply.fails == "unfinished":
            body = f"{len(body):x}\r\n".encode() + body + b"\r\n"
        self._transport.write(head + body)
        if closes:
            self._transport.close()


def _parsed(head: bytes) -> Request | None:
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.lower()] = value.strip()
    return Request(parts[0], parts[1], headers)
