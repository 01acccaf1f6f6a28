"""What an address is to a source: a lead, one that is not to be collected, or none; and one lead an article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from wirecopy import urls
from wirecopy.model import Lead, Source, replace


def lead_of(source: Source, address: str, base: str) -> Lead | None:
    """The lead that an address is, or None when it is no web address.

    An article's key is the outlet's own id where the source knows how to find it, else a digest of the address.
    """
    found = urls.resolve(address, base)
    if not found:
        return None
    bare = _stripped(found, source.strip)
    match = re.search(source.key, bare) if source.key else None
    if match is None or not urls.is_name(match["key"] or ""):  # a name is never taken from the network unchecked
        url = urls.canonical(bare, source.strip)
        return Lead(source=source.id, key=urls.key_of(url), url=url)
    letter = match.groupdict().get("kind") or ""
    return Lead(source=source.id, key=match["key"], url=bare, kind=dict(source.kinds).get(letter, letter))


def exclusion(source: Source, lead: Lead) -> str:
    """Why this lead is not collected, in words, or "" when it is."""
    match = re.search(source.key, lead.url) if source.key else None
    if source.key and (match is None or match["key"] != lead.key):
        return "its address holds no article id"
    for pattern in source.drop:
        if re.search(pattern, lead.url):
            return f"dropped by {pattern!r}"
    if source.keep and not any(re.search(pattern, lead.url) for pattern in source.keep):
        return "kept by none of: " + ", ".join(map(repr, source.keep))
    return ""


def gather(leads: Iterable[Lead]) -> tuple[Lead, ...]:
    """One lead an article, in the order of first mention; a later mention fills in what the first left out."""
    by_key: dict[str, Lead] = {}
    for lead in leads:
        first = by_key.get(lead.key)
        by_key[lead.key] = lead if first is None else _filled(first, lead)
    return tuple(by_key.values())


def _filled(first: Lead, second: Lead) -> Lead:
    newest: datetime | None = max(filter(None, (first.modified, second.modified)), default=None)
    return replace(
        first,
        title=first.title or second.title,
        summary=first.summary or second.summary,
        section=first.section or second.section,
        authors=first.authors or second.authors,
        published=first.published or second.published,
        modified=newest,
    )


def _stripped(url: str, names: tuple[str, ...]) -> str:
    """The address without the outlet's own tracking parameters at its end, where a title may have put a "?" before."""
    for name in names:
        url = re.sub(rf"[?&]{re.escape(name)}=[^&#]*$", "", url)
    return url
