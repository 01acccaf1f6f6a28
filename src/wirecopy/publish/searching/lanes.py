"""Pure: arrays as bytes and as one large number, the lowest first on every machine.

What is done with the large number is done with each of its lanes, at a tenth of what a step of Python for each would
cost, if no lane gets more than it has room for.
"""

from __future__ import annotations

import sys
from array import array
from typing import Any


def data(numbers: array[Any]) -> bytes:
    """The bytes of these numbers."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def numbers(kind: str, data: bytes) -> array[Any]:
    """The numbers of these bytes, of this kind (array's)."""
    found: array[Any] = array(kind, data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def wide(data: bytes) -> int:
    """These bytes as one number."""
    return int.from_bytes(data, "little")
