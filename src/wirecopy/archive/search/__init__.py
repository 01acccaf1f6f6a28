"""Search in the archive, in every language: what is asked (query), what is compared (folding), what is known by which
tokens (index), what answers (find), and where in it (excerpts).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wirecopy.archive.search.excerpts import Excerpt as Excerpt
from wirecopy.archive.search.find import Found as Found
from wirecopy.archive.search.find import Hit as Hit
from wirecopy.archive.search.query import is_day as is_day

if TYPE_CHECKING:
    from wirecopy.archive.protocol import Archive


def search(archive: Archive, words: str, *, limit: int = 20, best: bool = False, now: datetime | None = None) -> Found:
    """The documents of an archive that answer to these words, newest first, or best first. See docs/search.md.

    `now` is what `since:30d` counts from. No words are wrong: `Found.notes` say how those were taken that make no
    sense.
    """
    return archive.search(words, limit=limit, best=best, now=now or datetime.now(UTC))


def rebuild(archive: Archive, progress: Callable[[int, int], None] | None = None) -> None:
    """Make the search index of an archive anew from its documents: for repair."""
    archive.reindex(progress)
