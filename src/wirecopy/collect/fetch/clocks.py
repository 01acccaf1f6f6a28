"""Whether this machine's clock can be believed: what servers say of the time, in the `Date` of their answers (RFC 9110
6.6.1). No request is made for it.

One server may be wrong, and a cache answers with an old date; the middle of what the last answers say is believed.
What was heard before the clock jumped says nothing of what it shows now.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from wirecopy import dates
from wirecopy.model import Capture

_HEARD = 15  # answers that are listened to
_APART = 60.0  # seconds between two of one host
_YEARS = range(2020, 2200)  # whoever says another has no clock
_JUMP = 300.0  # seconds by which it goes more, or less, than time does: it was set, or the machine slept


ENOUGH = 5
"""Answers that say something, before the middle of them does."""
DOUBTED = 6 * 3600.0
"""Seconds by which a clock is off that is not believed on the word of one server: more than a cache is old by."""


class Clocks:
    """What the latest answers say of this machine's clock."""

    def __init__(self) -> None:
        self._ahead: deque[float] = deque(maxlen=_HEARD)
        self._last: dict[str, float] = {}
        self._shown: float | None = None  # seconds by which the clock is more than the monotonic one

    def hear(self, host: str, capture: Capture, monotonic: float) -> None:
        """An answer of this host came at this second of a clock that only goes forward."""
        shown = capture.at.timestamp() - monotonic
        if self._shown is not None and abs(shown - self._shown) > _JUMP:
            self._ahead.clear()
            self._last.clear()
        self._shown = shown
        if self._last.get(host, float("-inf")) > monotonic - _APART or capture.header("age"):
            return
        if len(self._last) > 1024:
            self._last.clear()
        self._last[host] = monotonic
        said = dates.parse(capture.header("date"))
        if said is not None and said.year in _YEARS:
            self._ahead.append((capture.at - said).total_seconds())

    def ahead(self, heard: int = ENOUGH) -> float | None:
        """By how many seconds this machine's clock is ahead of the servers' (behind: less than 0); None: fewer answers
        than `heard` said something.
        """
        return median(self._ahead) if len(self._ahead) >= heard else None

    def is_doubted(self) -> bool:
        """Whether whoever said something says that it is hours off, be it one server alone."""
        return bool(self._ahead) and all(abs(each) > DOUBTED for each in self._ahead)
