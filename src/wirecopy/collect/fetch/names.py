"""The IP addresses of a name, from the system.

Each look-up has a thread of its own, which nobody waits for. asyncio's own are few: some names whose servers stay
silent would keep all others waiting; and a process ends only after them, whatever it was told.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress


async def addresses(name: str) -> Sequence[str]:
    """Where this name leads, in the system's order. Raises OSError, or UnicodeError for what can't be a name."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(found: Sequence[str] | Exception) -> None:
        if answer.done():
            return  # nobody waits any more
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look_up() -> None:
        found: Sequence[str] | Exception
        try:
            found = _looked_up(name)
        except (OSError, UnicodeError) as error:
            found = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=look_up, name="a name", daemon=True).start()
    return await answer


def _looked_up(name: str) -> tuple[str, ...]:
    # What leads to this machine is there without a network, too; of all else only kinds that this machine has.
    flags = 0 if name.endswith("localhost") else socket.AI_ADDRCONFIG
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=flags)
    return tuple(_spelt(address) for _, _, _, _, address in found)


def _spelt(address: tuple[object, ...]) -> str:
    """An IP address, with its zone where it has one."""
    zone = f"%{address[3]}" if len(address) > 3 and address[3] else ""
    return f"{address[0]}{zone}"
