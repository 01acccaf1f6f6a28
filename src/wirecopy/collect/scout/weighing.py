"""Pure decisions of a scout: which feed is best, whether its text is whole, what to expect, what to call it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from wirecopy import text, urls
from wirecopy.collect.discover.entries import Entry
from wirecopy.collect.discover.listings import NO_ARTICLES, likelihood, site_of
from wirecopy.collect.scout.finding import Index, Sample
from wirecopy.model import Lead

_SHINGLE = 5  # words, or ideographs twice as many: long enough not to agree by chance
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_WHOLE = 0.9  # of a page's text; the rest are captions, agency lines, the reader's own errors
_TEASER = 0.3  # of a page's text, at most
_MOSTLY = 0.8  # of the samples: 4 of 5
_STALE = timedelta(days=60)
_TRACKS = re.compile(
    r"utm|rss|feed|atom|source|src|campaign|cmp|ref|from|medium|xtor|^at_|track|partner", re.IGNORECASE
)
_HOSTERS = frozenset(
    {"blogspot.com", "wordpress.com", "substack.com", "medium.com", "github.io", "ghost.io", "tumblr.com",
     "wixsite.com", "squarespace.com", "pages.dev", "netlify.app"}
)  # fmt: skip


def shares(page: str, feed: str) -> tuple[float, float]:
    """How much of a page's text its feed carries, and how much of the feed's text the page: 0 to 1 each."""
    there, here = _shingles(page), _shingles(feed)
    if not there or not here:
        return 0.0, 0.0
    common = len(there & here)
    return common / len(there), common / len(here)


def _shingles(words: str) -> set[tuple[str, ...]]:
    told = _WORDS.findall(text.visible(words).casefold())
    size = _SHINGLE * 2 if sum(map(len, told)) < len(told) * 1.5 else _SHINGLE
    return {tuple(told[place : place + size]) for place in range(max(1, len(told) - size + 1))} if told else set()


def is_whole(sample: Sample) -> bool:
    """Whether the feed carries this article as completely as its page does."""
    return sample.in_feed is not None and sample.in_feed >= _WHOLE


def reading(samples: Sequence[Sample]) -> tuple[str, str]:
    """Whether to read from the page or from the feed, and why, in words."""
    compared = [each for each in samples if each.in_feed is not None]
    whole = sum(map(is_whole, compared))
    if len(compared) >= 3 and whole >= _MOSTLY * len(compared) and len(compared) >= _MOSTLY * len(samples):
        return (
            "feed",
            f"the feed carries whole articles ({whole} of {len(compared)} compared): their pages are not asked",
        )
    if not compared:
        return "page", ""
    if whole:
        return "page", f"the feed carries {whole} of {len(compared)} articles whole: they are read from their pages"
    parts = "parts of its articles" if max(each.in_feed or 0.0 for each in compared) > _TEASER else "teasers"
    return "page", f"the feed carries {parts}: articles are read from their pages"


def rank(index: Index, *, now: datetime, language_fits: bool, audio: bool, comments: bool) -> tuple[object, ...]:
    """A feed's place among others: the less, the better."""
    age = now - index.newest if index.newest else timedelta(days=30)
    return (comments, audio, not index.articles, not language_fits, age > _STALE, -min(index.articles, 30), age)


def rate(moments: Iterable[datetime | None], now: datetime) -> float:
    """Articles a day, by the moments of those that were listed; 0 where there is nothing to tell it from."""
    known = sorted((each for each in moments if each is not None and each <= now + timedelta(days=1)), reverse=True)
    if len(known) < 3:
        return 0.0
    week = [each for each in known if each >= now - timedelta(days=7)]
    if len(week) < len(known) and len(week) >= 3:  # the list reaches back further than a week
        return len(week) / 7
    span = max((known[0] - known[-1]).total_seconds() / 86_400, 1 / 24)
    return (len(known) - 1) / span


def tracking(links: Sequence[str]) -> tuple[str, ...]:
    """Query parameters that all links of a feed have alike, by names or values that only track."""
    if len(links) < 3:
        return ()
    seen: Counter[tuple[str, str]] = Counter()
    for link in links:
        seen.update(set(parse_qsl(link.partition("?")[2].partition("#")[0], keep_blank_values=True)))
    constant = (pair for pair, count in seen.items() if count == len(links))
    return tuple(sorted(name for name, value in constant if _TRACKS.search(name) or _TRACKS.search(value)))


def drops(addresses: Sequence[str]) -> tuple[str, ...]:
    """Patterns for what a sitemap lists beside articles: the front page, and lists, people, services by their names."""
    found = {part for each in addresses for part in each.lower().split("/")[3:-1] or [] if part in NO_ARTICLES}
    found |= {last for each in addresses if (last := each.lower().rstrip("/").rpartition("/")[2]) in NO_ARTICLES}
    home = [
        each
        for each in addresses
        if each.count("/") <= 3 and not each.partition("/")[2].partition("/")[2].partition("/")[2]
    ]
    named = (rf"^https?://[^/]+(?:/[^/]+)*/(?:{'|'.join(sorted(map(re.escape, found)))})(?:/|$)",) if found else ()
    return ((r"^https?://[^/]+/?$",) if home else ()) + named


def article_share(leads: Sequence[Lead]) -> float:
    """How many of these look like articles by their addresses alone, from 0 to 1."""
    looked = leads[:500]
    return sum(likelihood(each.url, each.title or "x" * 30) >= 4 for each in looked) / len(looked) if looked else 0.0


def named(address: str, name: str, taken: Collection[str], section: str = "") -> str:
    """A new source's id, from its host or, where that is a number, its name: short, valid and not yet taken."""
    host = urls.host(address)
    site = site_of(address)
    label = host.split(".")[0] if site in _HOSTERS else site.split(".")[0]
    if host[-1:].isdigit() or ":" in host:
        label = _slug(name) or _slug(host)
    wished = (_slug(f"{label}-{section}" if section else label), _slug(site), "source")
    base = next(each for each in (words[:50].rstrip("-") for words in wished) if urls.is_id(each))
    for number in range(1, len(taken) + 2):
        candidate = base if number == 1 else f"{base}-{number}"
        if candidate not in taken:
            return candidate
    return base


def outlet_of(entries: Sequence[Entry], base: str) -> str:
    """The origin at which most of a feed's articles are, "" where it names none."""
    links = (urls.resolve(each.link or each.id, each.base or base) for each in entries[:200])
    counted = Counter(urls.origin(link) for link in links if link)
    return counted.most_common(1)[0][0] if counted else ""


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") if words.isascii() else ""
