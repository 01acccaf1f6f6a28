"""What a scout brings home, as nouns."""

from __future__ import annotations

from datetime import datetime

from wirecopy.collect.discover.opml import Subscription
from wirecopy.model import Noun, Source


class Index(Noun, frozen=True, kw_only=True):
    """A feed, sitemap or section page that was tried: how it was found, what it lists, why it is not followed."""

    url: str
    kind: str
    how: str
    articles: int = 0
    full: int = 0
    newest: datetime | None = None
    oldest: datetime | None = None
    followed: bool = False
    why: str = ""


class Original(Noun, frozen=True, kw_only=True):
    """What a page says of itself, in its own metadata, for a person to compare. `characters` is all that it shows."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    picture: str = ""
    summary: str = ""
    characters: int = 0


class Sample(Noun, frozen=True, kw_only=True):
    """One recent article as it would be read. `warnings` are in plain words; `lost` counts what was not understood.
    `picture` is the first, and `original` what the page says of itself.

    `in_feed` is the share of the page's text that the feed carries, `in_page` the other way round; None: nothing to
    compare.
    """

    url: str
    title: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    characters: int = 0
    pictures: int = 0
    picture: str = ""
    first: str = ""
    last: str = ""
    lost: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()
    in_feed: float | None = None
    in_page: float | None = None
    original: Original | None = None


class Volume(Noun, frozen=True, kw_only=True):
    """What is to be expected, from what was seen: articles a day, bytes of articles and of indexes a month."""

    articles_a_day: float
    bytes_a_month: int = 0
    known_from: str = ""


class Finding(Noun, frozen=True, kw_only=True):
    """What an address is and what can be followed there.

    `kind`: site, section, feed, sitemap, article or opml. `source` is what would be followed, None where its articles
    are listed nowhere that was found; then `advice` says what was tried and what to do. `subscriptions` are those of
    an OPML file. `asked` counts requests.
    """

    address: str
    kind: str
    source: Source | None = None
    platform: str = ""
    indexes: tuple[Index, ...] = ()
    robots: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    reading: str = ""
    volume: Volume | None = None
    notes: tuple[str, ...] = ()
    advice: str = ""
    subscriptions: tuple[Subscription, ...] = ()
    asked: int = 0
