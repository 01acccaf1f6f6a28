"""Where readers may be led: addresses that a person can open, and none that asks for anything by itself."""

from __future__ import annotations

import re

from wirecopy import urls

_MAIL = re.compile(r"mailto:[\w.+%-]+@[A-Za-z0-9.-]+")
# What answers programs, not people: api.dw.com, www.dw.com/graph-api/…, any /api/ at the head of a path.
_API = re.compile(r"https?://(?:api\.|[^/]+/(?:[\w-]+-)?api/)", re.IGNORECASE)


def public(href: str) -> str:
    """The address, if it is http, https or mailto and a person can open it; else ""."""
    address = urls.resolve(href)
    if address:
        return "" if _API.match(address) else address
    return href if _MAIL.fullmatch(href) else ""
