"""An index page becomes leads: feeds and sitemaps of every kind; and an outlet's page tells where they are.

`read` chooses by what the capture is. Every address that an index names becomes a lead, also one that is not to be
collected: `exclusion` says why, and the ledger keeps it.

Its rooms: `feeds` finds out what a page is · `trees` and `tolerant` make elements of bytes, sound or broken ·
`entries`, `sitemaps`, `jsonfeed` read them · `leads` knows addresses · `finding` looks for feeds on other pages.
"""

from __future__ import annotations

from wirecopy.collect.discover.feeds import MOST_LEADS, parse
from wirecopy.collect.discover.feeds import read as _read
from wirecopy.collect.discover.finding import find
from wirecopy.collect.discover.leads import exclusion, gather, lead_of
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Listing, Source

__all__ = ["MOST_LEADS", "exclusion", "find", "gather", "lead_of", "parse", "read"]


def read(source: Source, capture: Capture) -> Listing:
    """The leads of an index page. Raises ReadError for what is none: HTML instead of a feed, nothing, noise."""
    if capture.truncated:
        raise ReadError(f"{capture.url} arrived in part ({capture.truncated}); it will be asked for again")
    return _read(source, capture)
