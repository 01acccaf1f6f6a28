"""Children that work and are killed: each a process of its own that has imported already what its test has imported.

On Linux a child is a fork of the test's process, at a few milliseconds where a new Python imports us for half a second;
elsewhere it is a new Python. What it acknowledges arrives whole or not at all: a message is one write into a pipe.
"""

from __future__ import annotations

import multiprocessing
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

_CONTEXT = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")

Say = Callable[[str], None]


class Child:
    """A process that does `work(say, *arguments)`, a function of a module; leaving the block ends it."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        self._heard, told = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_do, args=(work, told, arguments))
        with warnings.catch_warnings():
            # The child goes its own way at once, and needs none of the threads that it leaves behind.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        told.close()  # so that what is heard ends with the child

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.join()
        self._process.close()
        self._heard.close()

    def heard(self) -> str:
        """The next message, waited for; "" when there are no more."""
        with suppress(EOFError):
            return self._heard.recv_bytes().decode()
        return ""

    def kill(self) -> None:
        """End it as a power cut would, if it still runs."""
        self._process.kill()

    def ended(self, seconds: float | None = None) -> int | None:
        """How it ended, at most so much later: 0, an error's code, or less than 0 for a signal; None: it still runs."""
        self._process.join(seconds)
        return self._process.exitcode


def _do(work: Callable[..., None], told: Any, arguments: tuple[object, ...]) -> None:
    work(lambda words: told.send_bytes(words.encode()), *arguments)
