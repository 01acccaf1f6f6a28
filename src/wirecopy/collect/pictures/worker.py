"""The process that decodes pictures: bytes of a picture in, what they turned out to be out."""

from __future__ import annotations

import msgspec

from wirecopy import children
from wirecopy.collect.pictures import renditions
from wirecopy.errors import ReadError
from wirecopy.model import Checked, Noun


class Answered(Noun, frozen=True, kw_only=True):
    """What was found, or why it is not kept."""

    checked: Checked | None = None
    why: str = ""


def check(body: bytes) -> bytes:
    """The answer to these bytes."""
    try:
        answered = Answered(checked=renditions.check(body))
    except ReadError as error:
        answered = Answered(why=str(error))
    return msgspec.msgpack.encode(answered)


if __name__ == "__main__":
    children.serve(check)
