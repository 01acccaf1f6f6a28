"""The process that reads, one page at a time: captures in, what they say out, as MessagePack.

What bounds it, how it is started, and how it ends is children.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from lxml import etree

from wirecopy import children
from wirecopy.collect.read import Incomplete, Reading, believed, reading
from wirecopy.collect.read.habits import NO_HABITS, Glance, Habits
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Capture, Lead, Noun, Source


class Asked(Noun, frozen=True, kw_only=True):
    """Captures to read, to read as somebody does who believes them, or to take a glance at."""

    what: Literal["reading", "believed", "glance"] = "reading"
    source: Source
    lead: Lead
    capture: Capture
    more: tuple[Capture, ...] = ()
    habits: Habits = NO_HABITS


class Answered(Noun, frozen=True, kw_only=True):
    """What was read, or why it was not: `fate` says which error that is."""

    reading: Reading | None = None
    glance: Glance | None = None
    fate: Literal["", "unread", "incomplete", "doubtful"] = ""
    why: str = ""
    wants: tuple[str, ...] = ()


def answer(asked: Asked) -> Answered:
    """The reading that is asked for, or the error that it ended in."""
    try:
        if asked.what == "glance":
            from wirecopy.collect.read.glances import glance  # here: it needs the page reader, and our starter doesn't

            return Answered(glance=glance(asked.source, asked.lead, asked.capture))
        if asked.what == "believed":
            article = believed(asked.source, asked.lead, asked.capture, asked.more, asked.habits)
            return Answered(reading=Reading(article=article))
        return Answered(reading=reading(asked.source, asked.lead, asked.capture, asked.more, asked.habits))
    except Incomplete as error:
        return Answered(fate="incomplete", why=str(error), wants=error.wants)
    except ReadError as error:
        return Answered(fate="unread", why=str(error))
    except Doubtful as error:
        return Answered(fate="doubtful", why=str(error))


def main(read: Callable[[Asked], Answered] = answer) -> None:
    """Read what is asked until there is no more."""
    import wirecopy.collect.read.glances  # noqa: F401 — before memory is counted; `answer` and `reading` do it late

    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Asked)

    def work(message: bytes) -> bytes:
        try:
            return encoder.encode(read(decoder.decode(message)))
        except etree.XMLSyntaxError as error:
            # Our parsers mend whatever they are given; that they could not, and don't say why, is want of memory.
            raise MemoryError if "unknown error" in str(error) else error from None

    children.serve(work)


if __name__ == "__main__":
    main()
