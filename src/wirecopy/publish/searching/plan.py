"""Pure: into which segments of time the documents of an edition fall, and where the files of a search stand.

- A period of the calendar that is over is one segment: a year, else a quarter, else a month. What is over is told by
  the newest day of the edition, never by a clock: that day and the one before are open, all others are over.
- Of the month that is not over, the days that are over are one segment.
- A document's place in its day is for good, unless another of that day is taken away: by when it first came. So an open
  day grows at its end, and its parts of 256 and of 32 documents never change when another comes; the rest of it, at
  most 31, is one small file.
- A period with more than 32,768 documents is parted, so that memory has a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby

from wirecopy.model import Noun

DIRECTORY = "search/directory.js"
FOLDING = "search/folding.js"
SCRIPT = "search/search.js"

MOST = 1 << 15
"""Documents of a segment: 28 million places of tokens, some 300 MB while it is made (`python -m bench.site_search`)."""

_PARTS = (256, 32)
_OPEN = 2  # days: articles of the evening before still arrive after midnight
_WIDER: tuple[Callable[[str], str], ...] = (
    lambda day: f"{day[:4]}/year",
    lambda day: f"{day[:4]}/q{(int(day[5:7]) + 2) // 3}",
    lambda day: f"{day[:4]}/{day[5:7]}/month",
    lambda day: f"{day[:4]}/{day[5:7]}/{day[8:]}",
)


class Piece(Noun, frozen=True, kw_only=True):
    """The documents of a day from the place `begin` to before the place `end`."""

    day: str
    begin: int
    end: int


class Segment(Noun, frozen=True, kw_only=True):
    """Documents of one time, oldest day first. `is_rest`: the end of an open day, in one file."""

    name: str
    pieces: tuple[Piece, ...]
    is_rest: bool = False

    @property
    def documents(self) -> int:
        """How many they are."""
        return sum(piece.end - piece.begin for piece in self.pieces)


def segments(days: Mapping[str, int]) -> tuple[Segment, ...]:
    """The segments of an edition with so many documents on each day ("yyyy-mm-dd"), oldest first."""
    counts = {day: days[day] for day in sorted(days) if days[day] > 0}
    return tuple(_periods(counts, opened(counts), _WIDER))


def opened(days: Mapping[str, int]) -> frozenset[str]:
    """The days to which documents are still added."""
    if not days:
        return frozenset()
    newest = date.fromisoformat(max(days))
    return frozenset(f"{newest - timedelta(days=back)}" for back in range(min(_OPEN, newest.toordinal())))


def text(day: str, place: int) -> str:
    """Where the text of a document stands: search/2026/11/22/17.js."""
    return f"search/{day[:4]}/{day[5:7]}/{day[8:]}/{place}.js"


def shard(name: str, number: int) -> str:
    """Where a file of a segment stands: search/2026/q3/517.js."""
    return f"search/{name}/{number}.js"


def is_of_a_day(name: str) -> bool:
    """Does the segment of this name stand with the texts of its day?"""
    return name.count("/") > 2


def listed_in(path: str) -> str:
    """The page of the manifest for a path below search/ or manifest/search/; "" for those that stand on the first page.

    One more article changes the page of its day and the page of its year.
    """
    match path.removesuffix(".js").removesuffix(".json").split("/"):
        case ["search", year, month, day, _, *_] if day.isdigit():
            return f"manifest/search/{year}/{month}/{day}.json"
        case ["search", year, month, "month", _]:
            return f"manifest/search/{year}/{month}.json"
        case ["search", year, period, _]:
            return f"manifest/search/{year}/{period}.json"
        case ["manifest", "search", year, *below] if below:
            return f"manifest/search/{year}.json"
        case _:
            return ""


def _periods(
    counts: dict[str, int], open_days: frozenset[str], wider: tuple[Callable[[str], str], ...]
) -> Iterator[Segment]:
    names, *rest = wider
    for name, group in groupby(counts, key=names):
        days = list(group)
        total = sum(counts[day] for day in days)
        if not rest:
            yield from _parts(name, days[0], total, is_open=days[0] in open_days)
        elif total <= MOST and not any(names(day) == name for day in open_days):
            yield _whole(name, days, counts)
        elif len(rest) == 1:  # a month that is not over, or too large
            over = [day for day in days if day not in open_days]
            if over and sum(counts[day] for day in over) <= MOST:
                yield _whole(name, over, counts)
                days = [day for day in days if day in open_days]
            yield from _periods({day: counts[day] for day in days}, open_days, tuple(rest))
        else:
            yield from _periods({day: counts[day] for day in days}, open_days, tuple(rest))


def _whole(name: str, days: list[str], counts: Mapping[str, int]) -> Segment:
    return Segment(name=name, pieces=tuple(Piece(day=day, begin=0, end=counts[day]) for day in days))


def _parts(name: str, day: str, count: int, *, is_open: bool) -> Iterator[Segment]:
    """A day by itself, cut where it grows."""
    begin = 0
    for size in (MOST, *(_PARTS if is_open else ())):
        while count - begin >= size:
            piece = Piece(day=day, begin=begin, end=begin + size)
            yield Segment(name=f"{name}/{begin}-{size}", pieces=(piece,))
            begin += size
    if begin < count:
        piece = Piece(day=day, begin=begin, end=count)
        end = "rest" if is_open else "last"
        yield Segment(name=f"{name}/{begin}-{end}", pieces=(piece,), is_rest=is_open)
