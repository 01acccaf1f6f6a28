"""Whether this machine's clock can be believed: what servers say of the time, in the `Date` of their answers (RFC 9110
6.6.1). No request is made for it.

One server may be wrong, and a cache answers with an old date; the middle of what the last answers say is believed.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from wirecopy import dates
from wirecopy.model import Capture

_HEARD = 15  # answers that are listened to
_ENOUGH = 5  # of them, before anything is said
_APART = 60.0  # seconds between two of one host


class Clocks:
    """What the latest answers say of this machine's clock."""

    def __init__(self) -> None:
        self._ahead: deque[float] = deque(maxlen=_HEARD)
        self._last: dict[str, float] = {}

    def hear(self, host: str, capture: Capture, monotonic: float) -> None:
        """An answer of this host came at this second of a clock that only goes forward."""
        if self._last.get(host, float("-inf")) > monotonic - _APART or capture.header("age"):
            return
        if len(self._last) > 1024:
            self._last.clear()
        self._last[host] = monotonic
        said = dates.parse(capture.header("date"))
        if said is not None:
            self._ahead.append((capture.at - said).total_seconds())

    def ahead(self) -> float | None:
        """By how many seconds this machine's clock is ahead of the servers' (behind: less than 0); None: unknown."""
        return median(self._ahead) if len(self._ahead) >= _ENOUGH else None
