"""An index page becomes leads: feeds and sitemaps of every kind; and an outlet's page tells where they are.

`read` chooses by what the capture is. Every address that an index names becomes a lead, also one that is not to be
collected: `exclusion` says why, and the ledger keeps it.

Its rooms: `feeds` finds out what a page is · `trees` and `tolerant` make elements of bytes, sound or broken ·
`entries`, `sitemaps`, `jsonfeed` read them · `older` finds where they go on · `leads` knows addresses ·
`finding` looks for feeds on other pages · `listings` reads section pages · `opml` reads and writes lists of feeds.
"""

from __future__ import annotations

from datetime import datetime

from wirecopy.collect.discover.feeds import MOST_LEADS, parse
from wirecopy.collect.discover.feeds import read as _read
from wirecopy.collect.discover.finding import find
from wirecopy.collect.discover.leads import exclusion, gather, lead_of
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Listing, Source

__all__ = ["MOST_LEADS", "exclusion", "find", "gather", "lead_of", "parse", "read"]


def read(source: Source, capture: Capture, since: datetime | None = None) -> Listing:
    """The leads of an index page. Raises ReadError for what is none: HTML instead of a feed, nothing, noise.

    With `since`, the parts of an index that are known to be older are left out of `more`.
    """
    if capture.truncated:
        raise ReadError(f"{capture.url} arrived in part ({capture.truncated}); it will be asked for again")
    if is_listing(source, capture):
        from wirecopy.collect.discover import listings  # here: it loads what reads pages, and most sources have a feed

        return listings.read(source, capture)
    return _read(source, capture, since)


def is_listing(source: Source, capture: Capture) -> bool:
    """Whether this is a section page of the source, or one of the older pages that it goes on with."""
    if capture.url in source.listings:
        return True
    own = capture.url in source.feeds or capture.url in source.sitemaps
    return bool(source.listings) and not own and b"<html" in capture.body[:2_000].lower()
