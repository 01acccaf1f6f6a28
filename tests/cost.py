"""What work costs, counted and not timed: the same number on every machine, whatever else runs there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

soon = pytest.mark.timeout(60)
"""What takes a second or two, and minutes where it costs too much: a machine may be thirty times as slow as ours."""


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python `work` runs in this thread, those of libraries too; what C does in one is not seen.

    What C takes too long for is found by size, and by the time limit of a test.
    """
    count = 0

    def line(_frame: FrameType, event: str, _about: Any) -> Any:
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Callable[[int], object], few: int) -> float:
    """How many times the steps for `few` those for four times as many are: 4 in proportion, 16 where each is looked at
    for each. Done once before it is counted, so that what is kept is kept.
    """
    work(few)
    return steps(lambda: work(4 * few)) / steps(lambda: work(few))
