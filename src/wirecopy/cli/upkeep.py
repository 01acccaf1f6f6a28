"""What upkeep did, in words: rereading, take-downs, what is left of them, what is let go, how the disk fills.

Every function prints to stdout, or gives what `status` shows, and decides nothing.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy import dates
from wirecopy.archive.protocol import Archive
from wirecopy.cli.terminal import result, styled, table
from wirecopy.model import Growth, Leftover, LetGo, Noun, TakeDown
from wirecopy.text import printable

if TYPE_CHECKING:
    from wirecopy.collect.rereading import Reread

_WINDOWS = (7, 30)
_DAY = timedelta(days=1)


# --- rereading -----------------------------------------------------------------------------------------------------


def reread(done: list[Reread], *, rehearse: bool) -> None:
    """A line a source; then why some kept their reading, and what reads otherwise."""
    rows = []
    for each in done:
        kept = [
            (each.unread, "can't be read today"),
            (each.doubted, "doubted today"),
            (each.without, "without a capture"),
            (each.in_the_way, "in each other's way"),
        ]
        said = [f"{number:,} {what}" for number, what in kept if number]
        read = f"{each.read:,} {'would be ' if rehearse else ''}read again, {each.differ:,} of them otherwise"
        rows.append(
            (
                each.source,
                f"{each.revisions:,} revisions of {each.articles:,} articles",
                read,
                f"{each.same:,} by today's rules already",
                f"kept as they are: {', '.join(said)}" if said else "",
            )
        )
    for line in table(rows):
        result(line)
    for each in done:
        for reason, number in each.reasons[:10]:
            result(f"  {styled('kept', 'warn')} {number:,} of {each.source}: {printable(reason)}")
    for difference in (difference for each in done for difference in each.differences):
        name = f"{difference.source}/{difference.key}, revision {difference.number} of {difference.at}"
        result(f"\n{styled(name, 'bold')}")
        for words in difference.lines[2:]:
            style = {"+": "good", "-": "bad"}.get(words[:1], "dim")
            result(styled(printable(words), style))


# --- take-downs ----------------------------------------------------------------------------------------------------


def taken_down(done: list[TakeDown], *, rehearse: bool) -> None:
    """What was taken down, or would be."""
    verb = "would go" if rehearse else "taken down"
    for each in done:
        result(
            f"{verb}: {_what(each)} (articles {each.articles:,}, revisions {each.revisions:,}, "
            f"captures {each.captures:,}, pictures {each.pictures:,}; {each.bytes / 1e6:,.2f} MB as stored)"
        )


def _what(each: TakeDown) -> str:
    match each.scope:
        case "picture":
            return "a picture"
        case "days":
            return f"{each.source}, {each.since or 'from the first day'} to {each.until or 'the last'}"
        case "source":
            return f"all of {each.source}"
        case _:
            return f"an article of {each.source}"


def leftovers(found: list[Leftover], searched: list[Path]) -> None:
    """What was found where nothing should be, or that nothing was."""
    if not found:
        result(f"absent: nothing of what was taken down is known again in {len(searched):,} files and the archive")
        return
    for each in found:
        traces = f"; {each.known} of {each.of} traces" if each.of else ""
        result(f"{styled('there' if each.of else 'perhaps', 'bad')} {each.file}: {printable(each.what)}{traces}")


# --- the disk --------------------------------------------------------------------------------------------------------


class Disk(Noun, frozen=True, kw_only=True):
    """How much the archive takes, what a day adds by the last 7 and 30 days, and how long the disk lasts."""

    size: int
    free: int
    a_day: tuple[tuple[int, int], ...] = ()
    days_left: int | None = None


def disk_of(archive: Archive, path: Path, now: datetime) -> Disk:
    """The forecast of an archive in this file."""
    forecast: list[tuple[int, int]] = []
    growth = Growth()
    for days in _WINDOWS:
        growth = archive.growth(now - days * _DAY)
        if growth.began is not None and growth.revisions:
            # An archive of yesterday has not grown for a week.
            lived = min(max((now - growth.began) / _DAY, 1.0), float(days))
            forecast.append((days, int(growth.bytes / lived)))
    free = shutil.disk_usage(path.parent).free
    most = max((added for _, added in forecast), default=0)
    return Disk(size=growth.size, free=free, a_day=tuple(forecast), days_left=free // most if most else None)


def disk(of: Disk) -> None:
    """One line for `status`."""
    said = [f"about {_size(added)} a day by the last {days}" for days, added in of.a_day]
    left = f"; {_size(of.free)} are free"
    if of.days_left is not None:
        left += f", enough for {_long(of.days_left)}"
    result(f"\ndisk: the archive takes {_size(of.size)}{''.join(f', {each}' for each in said)}{left}")


def _size(number: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if number >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number / 1e3:,.0f} kB"


def _long(days: int) -> str:
    return f"{days:,} days" if days < 730 else f"{min(days // 365, 100)} years{' or more' if days > 36_500 else ''}"


def let_go(source: str, done: LetGo) -> str:
    """What retention removed, for talk."""
    return (
        f"{source}: let go of {done.captures:,} captures and {done.pictures:,} pictures that are older than it keeps "
        f"({_size(done.bytes)})"
    )


def downs(done: tuple[TakeDown, ...]) -> None:
    """The list of take-downs, as the operator sees it: with who decided."""
    rows = [
        (dates.iso(each.at)[:16], _what(each), each.name[:12], "purged" if each.purged else "not purged yet", each.who,
         each.reason)
        for each in done
    ]  # fmt: skip
    for line in table(rows):
        result(line)
    if not done:
        result("nothing was taken down")
