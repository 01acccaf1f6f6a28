"""Captures become an article: by the outlet's own reader where it has one, else by the common one.

Captures are the evidence; an article is a reading of it and carries what decided that reading: `RULES`, the version of
the rules that all outlets share, and the digests of the rules and habits that are the outlet's own (`rules_of`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import import_module

from wirecopy import urls, usage
from wirecopy.collect.discover.entries import COPY
from wirecopy.collect.read import classic
from wirecopy.collect.read.habits import NO_HABITS, Habits
from wirecopy.collect.read.parts import Incomplete as Incomplete
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Article, Capture, Lead, Noun, PageRules, Source, encode, replace

# To be raised with every change that makes any reader read a capture otherwise than before.
RULES = "4"


class Reading(Noun, frozen=True, kw_only=True):
    """What captures say. `wants`: addresses that would make the article whole, none of them among what was given."""

    article: Article
    wants: tuple[str, ...] = ()


def reading(
    source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
) -> Reading:
    """What a capture says, with `more` of the same article: its other parts, or all of it on one page.

    Pure; the same captures give the same article under the same rules. Raises ReadError for what can't be read
    (Incomplete, with what it `wants`, for what can't be read alone), Doubtful for what can be read and is not believed.
    Of `more`, in any order, what can't be read or believed is left out.
    """
    if capture.truncated:
        raise Doubtful(f"{capture.url} arrived in part ({capture.truncated})")
    if capture.status != 200:
        raise ReadError(f"{capture.url} answered {capture.status}, which is no article")
    article, wants = _read(source, lead, capture, more, habits)
    return Reading(article=_signed(source, lead, capture, article, habits), wants=wants)


def believed(
    source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
) -> Article:
    """What a capture says, whatever is to be thought of it: for somebody who has looked at it.

    Raises ReadError where there is nothing to read, Doubtful where an outlet's own reader says that it is not its.
    """
    try:
        return read(source, lead, capture, more, habits)
    except Doubtful:
        if source.reader or capture.truncated or is_imported(capture) or is_copy(capture):
            raise
    from wirecopy.collect.read import page  # here: as in `_read`

    return _signed(source, lead, capture, page.believed(source, lead, capture, more, habits), habits)


def _signed(source: Source, lead: Lead, capture: Capture, article: Article, habits: Habits) -> Article:
    """An article under an address that may be its own, with what decided its reading, and its publisher's wishes."""
    hosts = [urls.host(url) for url in (lead.url, capture.final_url) if url]
    if article.url and urls.host(article.url) not in hosts:  # no page may give itself another outlet's address
        article = replace(article, url=lead.url)
    return replace(article, rules=rules_of(source, habits), usage=usage.signals(capture))


def read(
    source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = (), habits: Habits = NO_HABITS
) -> Article:
    """The article of `reading`."""
    return reading(source, lead, capture, more, habits).article


def rules_of(source: Source, habits: Habits = NO_HABITS) -> str:
    """What decides a reading for this source: where it is another than an article carries, that is read again."""
    if source.reader:
        return RULES
    own = [f"page:{_digest(source.page)}"] if source.page != PageRules() else []
    zone = [f"zone:{source.zone}"] if source.zone else []
    learned = [f"habits:{habits.digest}"] if habits.digest else []
    return "+".join([RULES, *own, *zone, *learned])


def is_imported(capture: Capture) -> bool:
    """Whether this is a document that somebody gave us, and not a server's answer: nobody was asked for it."""
    return not capture.asked and capture.header("content-type").startswith("text/markdown")


def is_copy(capture: Capture) -> bool:
    """Whether this is what a feed carried of an article, and not a server's answer about it."""
    return not capture.asked and capture.header("content-type") == COPY


def _read(
    source: Source, lead: Lead, capture: Capture, more: Sequence[Capture], habits: Habits
) -> tuple[Article, tuple[str, ...]]:
    if is_imported(capture):
        return classic.read(capture.body, fallback_at=capture.at, source=source.id).article, ()
    from wirecopy.collect.read import entry, page  # here: `wirecopy --help` needs neither

    if is_copy(capture):
        return entry.read(source, lead, capture), ()
    if source.reader:
        article: Article = import_module(f"wirecopy.outlets.{source.reader}").read(source, lead, capture)
        return article, ()

    return page.reading(source, lead, capture, more, habits)


def _digest(noun: Noun) -> str:
    return hashlib.sha256(encode(noun)).hexdigest()[:8]
