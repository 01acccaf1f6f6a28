"""robots.txt by RFC 9309: what an answer to it means, and what its rules say to us.

The rules are matched by protego. It is handed only the groups that can be ours: its time and memory grow with
agents times rules, and 500 KiB of a hostile file would cost minutes and gigabytes.
"""

from __future__ import annotations

import re
from datetime import timedelta

from protego import Protego

from wirecopy.model import Capture

TOKEN = "wirecopy"  # noqa: S105 -- RFC 9309 2.2.1 calls the name in robots.txt a product token
LIMIT = 512_000  # bytes: RFC 9309 2.5 asks for at least 500 KiB
REDIRECTS = 5  # RFC 9309 2.3.1.2
KEPT = timedelta(days=1)  # RFC 9309 2.4, a day at most
RETRIED = timedelta(minutes=10)  # until an unreadable robots.txt is asked for again: a guess
RETRIED_BESIDE = timedelta(hours=1)  # the same where the one from before is in force meanwhile: nobody waits for it
LONGEST_DELAY = 60  # seconds between requests that we grant; more would mean not to mirror, which Disallow says better

_AGENT = re.compile(r"\s*user(?:-|\s*)agent(?:\s*:|\s)(.*)", re.IGNORECASE)
_NAME = re.compile(TOKEN + r"(?![a-z_-])")


class Robots:
    """What one robots.txt says to us. `delay`: seconds between requests; `note`: what we did not take to the letter."""

    __slots__ = ("_rules", "delay", "note")

    def __init__(self, text: str = "") -> None:
        self._rules = Protego.parse(ours(text)) if text else None
        self.delay = 0.0
        self.note = ""
        if self._rules is None:
            return
        asked = self._rules.crawl_delay(TOKEN) or 0.0
        rate = self._rules.request_rate(TOKEN)
        if rate is not None:
            # Clipped as integers: a file may write a number of seconds that no float holds.
            asked = max(asked, min(rate.seconds, 10**6 * rate.requests) / rate.requests)
        self.delay = min(asked, LONGEST_DELAY)
        if asked > LONGEST_DELAY:
            self.note = f"robots.txt asks for {asked:g} s between requests; {LONGEST_DELAY} s are kept"

    def allows(self, url: str) -> bool:
        """May this address be asked for?"""
        return self._rules is None or bool(self._rules.can_fetch(url, TOKEN))


def read(answer: Capture) -> Robots | None:
    """What this answer to a request for robots.txt means; None: it can't be known, so nothing may be asked.

    429 counts as unreachable although RFC 9309 calls all of 4xx "no rules": it says to come later.
    """
    if 200 <= answer.status < 300:
        cut = len(answer.body) >= LIMIT
        if answer.truncated and not cut:
            return None
        body = answer.body[:LIMIT].rpartition(b"\n")[0] if cut else answer.body
        return Robots(body.decode("utf-8-sig", "replace"))
    return None if answer.status >= 500 or answer.status == 429 else Robots()


def ours(text: str) -> str:
    """The file with every user agent that is not ours under one other name.

    Ours is `*`, and `wirecopy` in any case with whatever follows ("Wirecopy/1.0", RFC 9309 2.2.1).
    """
    return "\n".join(map(_anonymous, text.splitlines()))


def _anonymous(line: str) -> str:
    match = _AGENT.match(line.partition("#")[0])
    if match is None:
        return line
    agent = match[1].strip().lower()
    return "user-agent: " + ("*" if agent == "*" else TOKEN if _NAME.match(agent) else "another")
