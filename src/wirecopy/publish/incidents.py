"""What is or was wrong, in the reader's language: for the site and its feed of them. Plain text, escaped by others.

What an operator needs beside it (addresses, reasons in an outlet's words) is not published.
"""

from __future__ import annotations

from wirecopy.model import Incident, Trouble
from wirecopy.publish.messages import Messages

MOST = 100
"""How many incidents are published."""

_OF_THE_MIRROR = (Trouble.CLOCK, Trouble.DISK, Trouble.TARGET, Trouble.COLLECT)
_QUALITY = (Trouble.UNDATED, Trouble.UNSIGNED, Trouble.UNPICTURED, Trouble.SHORT)


def told(incident: Incident, say: Messages) -> str:
    """What is wrong, without of whom."""
    if incident.trouble in _OF_THE_MIRROR:
        return say("trouble_mirror")
    if incident.trouble is Trouble.FAILING and not incident.source:
        return say("trouble_nowhere")
    return say(f"trouble_{incident.trouble}", now=round(100 * incident.now), usual=round(100 * incident.usual))


def when(incident: Incident, say: Messages) -> str:
    """Since when, or from when to when."""
    since, until = (f"{at:%Y-%m-%d %H:%M} UTC" if at else "" for at in (incident.since, incident.until))
    return say("health_over", since=since, until=until) if until else say("health_open", since=since)


def advice(incident: Incident, say: Messages) -> str:
    """What it means for who reads."""
    if incident.trouble in _OF_THE_MIRROR:
        return say("health_waits")
    return say("health_quality" if incident.trouble in _QUALITY else "health_missing")
