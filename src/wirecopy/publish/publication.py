"""What every format's publisher takes and gives, beside an edition and a folder."""

from __future__ import annotations

from collections.abc import Callable

from wirecopy.model import Noun

Progress = Callable[[int, int, str], None]
"""Called with (done, all, what) for each document."""


class Published(Noun, frozen=True, kw_only=True):
    """What a publication did: files written, found equal, removed; `documents` stand in the folder now.

    `rendered` counts the documents looked at. `paths` are the files written, in order, the first thousand of them.
    """

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    documents: int = 0
    rendered: int = 0
    paths: tuple[str, ...] = ()
