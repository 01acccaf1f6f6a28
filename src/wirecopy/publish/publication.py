"""What every format's publisher takes and gives, beside an edition and a folder, and what it notes of what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec

from wirecopy.model import Edition, Noun, Shelf
from wirecopy.publish.output import Output

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


class Bookmark(Noun, frozen=True, kw_only=True):
    """What a folder shows of which archive; each format adds what else its bytes hang on. Stored as JSON.

    `rendering`: the format's own number, raised with every change to its bytes. `take_downs`: how many the edition knew
    of. An archive never forgets one, so a folder with fewer may show what was taken down since.
    """

    archive: str
    stamp: int
    rendering: int
    take_downs: int = 0


Noted = TypeVar("Noted", bound=Bookmark)


def note(bookmark: Bookmark) -> bytes:
    """A bookmark as it is stored."""
    return msgspec.json.format(msgspec.json.encode(bookmark), indent=1) + b"\n"


def noted(stored: bytes, kind: type[Noted]) -> Noted | None:
    """The bookmark that is stored here; None where there is none yet, or another format's."""
    try:
        return msgspec.json.decode(stored, type=kind)
    except ValueError:
        return None


def standing(stored: bytes, now: Noted, *, same: Iterable[str] = (), said: Iterable[str] = ()) -> Noted | None:
    """The bookmark that is stored here, if what was written then would be written the same today, where the archive did
    not change; else None: then everything is to be written again.

    The fields `same` are to be equal, and the fields `said` (what is said of each source) for the sources of both.
    """
    then = noted(stored, type(now))
    if then is None or then.stamp > now.stamp:
        return None
    is_alike = all(getattr(then, each) == getattr(now, each) for each in ("archive", "rendering", *same))
    return then if is_alike and all(_agree(getattr(then, each), getattr(now, each)) for each in said) else None


def shelves_of(edition: Edition) -> dict[str, Shelf]:
    """The sources that have documents, by name."""
    return {shelf.source: shelf for shelf in edition.shelves() if shelf.months}


def said_of(shelves: Mapping[str, Shelf]) -> dict[str, tuple[str, str, str]]:
    """What pages say of each source beside its documents: its name, its language, its homepage."""
    return {source: (shelf.name, shelf.language, shelf.homepage) for source, shelf in shelves.items()}


def number_of(shelves: Mapping[str, Shelf]) -> int:
    """How many documents these sources have."""
    return sum(number for shelf in shelves.values() for _, number in shelf.months)


def lasting(archive: str) -> str:
    """The name of an archive as ids hold it, which never change: without the number that it gets where documents move
    to another day, so that folders are made anew.
    """
    return archive.partition("/")[0]


def finished(output: Output, bookmark: Bookmark, *, documents: int, rendered: int) -> Published:
    """Make it count, with this bookmark, and tell what was done."""
    output.finish(note(bookmark))
    return Published(
        written=output.written,
        unchanged=output.unchanged,
        removed=output.removed,
        documents=documents,
        rendered=rendered,
        paths=tuple(output.paths),
    )


def _agree(then: Mapping[str, object], now: Mapping[str, object]) -> bool:
    return all(then[source] == now[source] for source in then.keys() & now.keys())
