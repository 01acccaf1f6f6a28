"""Telling systemd how a service is (sd_notify(3)): one datagram to the socket it names, nothing where it names none.

Written here, because it is three lines of a stable protocol, and the package for it has not been released for years.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

_LONGEST = 200  # characters of a status line


class Notifier:
    """A service's word to its manager. Every call is cheap, never raises, and is heard or not."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._place = environment.get("NOTIFY_SOCKET", "")

    def ready(self) -> None:
        """It has started: what waits for it may begin."""
        self._say("READY=1")

    def alive(self, status: str) -> None:
        """It lives (WATCHDOG=1), and is doing this."""
        line = "".join(each if each.isprintable() else " " for each in status)[:_LONGEST]
        self._say(f"WATCHDOG=1\nSTATUS={line}")

    def stopping(self) -> None:
        """It is about to end."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        if not self._place or not hasattr(socket, "AF_UNIX"):
            return
        place = "\0" + self._place[1:] if self._place.startswith("@") else self._place
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there:
            there.sendto(words.encode(), place)
