"""A server of a folder in a thread of its own, and readers who ask it over real sockets, politely or not."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from wirecopy.serve import Serving


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Served:
    """A running server: where it is, and what it told its operator."""

    def __init__(self, address: str, troubles: list[str], lines: list[str]) -> None:
        self.address, self.troubles, self.lines = address, troubles, lines
        host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
        self.place = host, int(port)

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """One request on a connection of its own; the target goes out as it is written."""
        connection = HTTPConnection(*self.place, timeout=60)
        try:
            connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.place, timeout=60)

    def raw(self, request: bytes) -> bytes:
        """All that comes for these bytes, until the server closes."""
        with self.connect() as wire:
            wire.sendall(request)
            return everything(wire)


def everything(wire: socket.socket) -> bytes:
    """What comes until the other side closes, or cuts us off."""
    parts = []
    try:
        while part := wire.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@contextmanager
def serving(folder: Path, **settings) -> Iterator[Served]:
    """Serve for the length of a block."""
    troubles: list[str] = []
    lines: list[str] = []
    settings = {"port": 0, "trouble": troubles.append, "log": lines.append, **settings}
    began = threading.Event()
    told: list[object] = []

    async def run() -> None:
        stop = asyncio.Event()
        try:
            async with Serving(folder, **settings) as served:
                told.extend((served.address, asyncio.get_running_loop(), stop))
                began.set()
                await stop.wait()
        except BaseException as error:
            told.append(error)
            raise
        finally:
            began.set()

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - raised again where the test is
            failed.append(error)

    failed: list[BaseException] = []
    thread = threading.Thread(target=work)
    thread.start()
    began.wait()
    try:
        if failed or len(told) != 3:
            thread.join()
            raise failed[0]
        yield Served(told[0], troubles, lines)
    finally:
        if len(told) == 3:
            told[1].call_soon_threadsafe(told[2].set)
        thread.join()
    if failed:
        raise failed[0]
