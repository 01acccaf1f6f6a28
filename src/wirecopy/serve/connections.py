"""Connections with bounds: nobody who connects can keep others from reading, by being slow, large or many.

- A request has to be there, whole, so many seconds after the connection was made or the last answer was given: whoever
  sends a byte now and then is cut off. An answer that is not taken goes the same way.
- Where as many are connected as may be, the one that has been waiting longest makes room for the next.
- A request line and each header are bounded by the parser (aiohttp's), bodies are not read.
- What can't be parsed is answered in a line of our own; nothing is logged about who sent it.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from aiohttp import web

from wirecopy.model import Noun

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Limits(Noun, frozen=True, kw_only=True):
    """What a server grants. Times in seconds, sizes in bytes.

    `connections` at a time, `requests` on each; `patience` for a whole request, from the connection or the last answer
    on; `line` for the request line, `field` for a header; `taking` for an answer, or for 64 KiB of a long one, to be
    taken (on the slowest networks that we know of people reading by, a page takes 30 s); `ending` for answers that are
    under way when the server ends.
    """

    connections: int = 500
    requests: int = 1_000
    patience: float = 20.0
    line: int = 4_096
    field: int = 8_190
    fields: int = 64
    taking: float = 120.0
    ending: float = 5.0


LIMITS = Limits()
"""What is granted unless told otherwise: for one small machine."""


class Connection(web.RequestHandler):
    """One connection; see the rules above.

    `waiting` is since when we wait for a request, None while we answer one; `giving` since when we wait for (the last
    piece of) an answer to be taken. One look at all of them a second costs less than a timer for each.
    """

    __slots__ = ("answered", "giving", "house", "is_cut", "waiting", "wire")

    def __init__(self, house: Connections, **settings: Any) -> None:
        super().__init__(house, **settings)
        self.house = house
        self.answered = 0
        self.is_cut = False
        self.waiting: float | None = None
        self.giving: float | None = None
        self.wire: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.wire = transport  # aiohttp lets go of it before the last byte is sent
        self.waiting = self._loop.time()
        self.house.make_room()
        super().connection_made(transport)
        self.house.open.add(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.house.open.discard(self)
        super().connection_lost(exc)

    @property
    def is_answering(self) -> bool:
        """Is there something still to be sent?"""
        return self.waiting is None or (self.wire is not None and self.wire.get_write_buffer_size() > 0)

    def cut(self) -> None:
        """End it at once, whatever is still to be sent."""
        if self.wire is None or self.is_cut:
            return
        self.is_cut = True
        if self.is_answering:
            # Reset, not closed: else the system goes on holding what nobody takes, for minutes.
            with suppress(OSError):
                self.wire.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.wire.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's, and it repeats what came
    ) -> web.StreamResponse:
        """What is answered to what is no HTTP, in our words."""
        if exc is not None and status >= 500:
            self.house.trouble(exc)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun")
        return self.house.refusal(status)

    def log_exception(self, *args: Any, **kw: Any) -> None:  # noqa: ARG002 - aiohttp's
        """aiohttp would log addresses of readers."""
        if isinstance(error := kw.get("exc_info"), BaseException):
            self.house.trouble(error)


class Connections(web.Server):
    """All connections of a server. `refusal` makes an answer of a status, `trouble` is told of faults of ours."""

    def __init__(
        self,
        handler: Handler,
        limits: Limits,
        *,
        refusal: Callable[[int], web.StreamResponse],
        trouble: Callable[[BaseException], None],
    ) -> None:
        super().__init__(handler)
        self.open: set[Connection] = set()
        self.refusal = refusal
        self.trouble = trouble
        self._limits = limits
        self._settings: dict[str, Any] = {
            "loop": asyncio.get_running_loop(),
            "keepalive_timeout": limits.patience,
            "max_line_size": limits.line,
            "max_field_size": limits.field,
            "max_headers": limits.fields,
            "lingering_time": 0.0,
            "auto_decompress": False,
            "access_log": None,
        }

    def __call__(self) -> Connection:
        return Connection(self, **self._settings)

    def make_room(self) -> None:
        """Let go of connections that wait for a request, the longest first, until there is room for one more."""
        if len(self.open) < self._limits.connections:
            return
        there = [each for each in self.open if not each.is_cut]
        there.sort(key=lambda each: (each.waiting is None, each.waiting or 0.0))
        for each in there[: len(there) - self._limits.connections + 1]:
            each.cut()

    async def end(self) -> None:
        """Let answers that are under way be taken, for a while, and let go of every connection."""
        loop = asyncio.get_running_loop()
        last = loop.time() + self._limits.ending
        while any(each.is_answering for each in self.open) and loop.time() < last:  # noqa: ASYNC110 - once in a life
            await asyncio.sleep(0.01)
        while self.open:
            for each in self.open:
                each.cut()
            await asyncio.sleep(0)

    def sweep(self, now: float) -> None:
        """Cut off who has kept us waiting for too long: for a request, or for taking the rest of an answer."""
        patience, taking = self._limits.patience, self._limits.taking
        for each in list(self.open):
            if each.giving is not None:
                is_late = now - each.giving > taking
            elif each.waiting is not None and each.wire is not None:
                # The last of an answer may still be on its way when aiohttp takes it for sent.
                is_late = now - each.waiting > (taking if each.wire.get_write_buffer_size() else patience)
            else:
                is_late = False
            if is_late:
                each.cut()
