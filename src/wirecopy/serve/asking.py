"""What a server asks its archive, and the processes that answer: pages are served meanwhile, whatever is looked for.

- The archive is opened there to read, never to write; another process may collect.
- A question takes so much CPU, memory and time and no more; so many are worked on at a time, and so many wait.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal, Self

import msgspec

from wirecopy.archive.search import Found
from wirecopy.children import Bounds, Children, Ended, Fault
from wirecopy.model import Noun, Source, State

BOUNDS = Bounds(cpu=10.0, memory=512 << 20, wall=15.0)
_WAITING = 32  # questions at most, worked on or not: at a second each, the last has half a minute to wait


What = Literal["search", "feed", "health", "status", "metrics"]


class Question(Noun, frozen=True, kw_only=True):
    """Something to ask. `words` are a search's, `most` hits are wanted.

    Of a feed: its `form`, `title` and `language`, its own `address`, that of the `page` with the same search, that of
    the folder (`site`), all absolute, and where the folder is on the disk (`folder`). Metrics are those of `sources`,
    where none are given of all that the archive knows.
    """

    what: What
    archive: str
    now: datetime
    words: str = ""
    most: int = 20
    form: Literal["", "rss", "atom", "json"] = ""
    title: str = ""
    language: str = ""
    address: str = ""
    page: str = ""
    site: str = ""
    folder: str = ""
    sources: tuple[Source, ...] = ()


class SourceStatus(Noun, frozen=True, kw_only=True):
    """A source as its readers may know it: what it is, how many documents, the last copy, the ledger's counts."""

    source: str
    name: str = ""
    language: str = ""
    documents: int = 0
    last_copy: datetime | None = None
    ledger: dict[State, int] = msgspec.field(default_factory=dict)


class Status(Noun, frozen=True, kw_only=True):
    """The archive as it stands: its name, its stamp, its sources by id."""

    archive: str
    stamp: int
    sources: tuple[SourceStatus, ...] = ()


class Answer(Noun, frozen=True, kw_only=True):
    """What was asked for; `trouble` says, for the operator, why the archive can't tell."""

    found: Found | None = None
    status: Status | None = None
    feed: bytes = b""
    metrics: str = ""
    trouble: str = ""


class Unanswered(Exception):
    """There is no answer now, for the reason given; `status` is what HTTP calls that."""

    def __init__(self, reason: str, status: int = 503) -> None:
        super().__init__(reason)
        self.status = status


class Desk:
    """Where an archive is asked. Of one event loop; close it, or use it as an async context manager."""

    def __init__(self, archive: Path, *, processes: int = 2, bounds: Bounds = BOUNDS) -> None:
        self.archive = archive.resolve()
        self._children = Children("wirecopy.serve.answering", processes, bounds)
        self._waiting = 0

    async def ask(self, question: Question) -> Answer:
        """The answer. Raises Unanswered, with the reason, where there is none."""
        if self._waiting >= _WAITING:
            raise Unanswered("too many questions wait already")
        self._waiting += 1
        try:
            answered = await self._children.ask(msgspec.json.encode(question))
        except Ended as error:
            raise Unanswered(f"a {question.what} {error}") from None
        except Fault as error:
            raise Unanswered(f"a {question.what} failed: {error}", 500) from None
        finally:
            self._waiting -= 1
        answer = msgspec.json.decode(answered, type=Answer)
        if answer.trouble:
            raise Unanswered(answer.trouble)
        return answer

    async def close(self) -> None:
        """End the processes."""
        await self._children.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
