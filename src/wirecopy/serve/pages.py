"""Pure: the pages that a server makes itself: results of a search, the state of the mirror, and that a page is missing.

No script, no other host, one small sheet of style in the page, which the policy names by its digest. Everything that
is not ours is escaped. `root` leads to the folder's front page from where the page stands ("", "../", …).
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from urllib.parse import urlencode

from wirecopy.archive.search import Excerpt, Found, Hit, is_day
from wirecopy.model import Noun, State
from wirecopy.publish import html
from wirecopy.publish.html import address, escape, language_of
from wirecopy.publish.messages import Messages
from wirecopy.serve.asking import SourceStatus, Status

MOST = 20
"""Hits on a page."""
DEEPEST = 25
"""The last page of results: what is further down is found by asking more narrowly."""
LONGEST = 300
"""Characters of a search."""

_STYLE = resources.files(__package__).joinpath("style.css").read_text("utf-8")

POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of these pages."""

_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._*-]{0,63}")


class Asked(Noun, frozen=True, kw_only=True):
    """A search as it was asked for: the words as they were written, what narrows them, which page of the results."""

    words: str = ""
    source: str = ""
    since: str = ""
    until: str = ""
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Is nothing looked for?"""
        return not (self.words or self.source or self.since or self.until)

    @property
    def query(self) -> str:
        """What the archive is asked: docs/search.md."""
        parts = [self.words]
        parts += [f"source:{self.source}"] if self.source else []
        parts += [f"since:{self.since}"] if self.since else []
        parts += [f"until:{self.until}"] if self.until else []
        return " ".join(filter(None, parts))

    def address(self, path: str = "search", page: int = 1) -> str:
        """The relative address of this search."""
        given = {"q": self.words, "source": self.source, "from": self.since, "until": self.until}
        if page > 1:
            given["page"] = str(page)
        kept = {name: value for name, value in given.items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


def asked(query: Mapping[str, str], now: datetime, say: Messages) -> tuple[Asked, tuple[str, ...]]:
    """The search in the query of an address, and in words what of it made no sense."""
    notes = []
    source, days = query.get("source", "").strip(), []
    if source and _SOURCE.fullmatch(source) is None:
        notes.append(say("serve_no_source", source=source[:80]))
        source = ""
    for name in ("from", "until"):
        day = query.get(name, "").strip()
        if day and not is_day(day, now):
            notes.append(say("serve_no_day", day=day[:40]))
            day = ""
        days.append(day)
    number = query.get("page", "1")
    page = min(max(int(number), 1), DEEPEST) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    words = " ".join(query.get("q", "").split())
    return Asked(words=words, source=source, since=days[0], until=days[1], page=page), tuple(notes)


def results(
    search: Asked,
    found: Found | None,
    places: Mapping[tuple[str, str], str],
    *,
    sources: tuple[SourceStatus, ...],
    say: Messages,
    notes: tuple[str, ...] = (),
    trouble: str = "",
    feeds: bool = True,
) -> bytes:
    """The page of a search. `places` are the addresses of the hits' own pages, where they have one."""
    parts = [f"<h1>{escape(say('search'))}</h1>", _form(search, sources, say)]
    if trouble:
        parts.append(f'<p role="alert"><strong>{escape(trouble)}</strong></p>')
    told = [escape(each) for each in notes]
    told += [
        f'<span lang="en">{escape(each)}</span>' for each in (found.notes if found and not search.is_empty else ())
    ]
    if told:
        items = "".join(f"<li>{each}</li>" for each in told)
        parts.append(f'<section class="dim" aria-label="{escape(say("serve_notes"))}"><ul>{items}</ul></section>')
    if found is not None and not search.is_empty:
        parts += _listed(search, found, places, {each.source: each for each in sources}, say)
    elif not trouble:
        parts.append(f"<p>{escape(say('serve_nothing_asked'))}</p>")
    head = ""
    if feeds and not search.is_empty and not trouble:
        title = escape(say("serve_search_title", words=search.query))
        kinds = (("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("json", "application/feed+json"))
        addresses = [(kind, media, escape(search.address(f"search.{kind}"))) for kind, media in kinds]
        head = "".join(
            f'<link rel="alternate" type="{media}" title="{title}" href="{to}">' for _, media, to in addresses
        )
        named = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
        links = " ".join(f'<a href="{to}">{named[kind]}</a>' for kind, _, to in addresses)
        parts.append(f'<p class="dim">{escape(say("serve_follow"))} {links}</p>')
    title = say("serve_search_title", words=search.query) if not search.is_empty else say("search")
    return _page(title, "\n".join(parts), say, head=head)


def missing(say: Messages, root: str, *, has_search: bool) -> bytes:
    """That there is nothing at an address, and where to go instead."""
    search = f'<li><a href="{root}search">{escape(say("serve_try_search"))}</a></li>' if has_search else ""
    body = (
        f"<h1>{escape(say('serve_missing'))}</h1><p>{escape(say('serve_missing_told'))}</p>"
        f'<ul><li><a href="{root or "./"}">{escape(say("serve_try_front"))}</a></li>{search}</ul>'
    )
    return _page(say("serve_missing"), body, say, root=root, has_search=has_search)


def status(now: Status, say: Messages) -> bytes:
    """How the mirror is: a table of sources."""
    states = (State.ARCHIVED, State.UNCHANGED, State.GONE, State.HELD, State.FAILED, State.WAITING, State.EXCLUDED)
    names = ("source", "serve_documents", "last_copy", *(f"serve_{state.value}" for state in states))
    head = "".join(f'<th scope="col">{escape(say(name))}</th>' for name in names)
    title = escape(say("serve_status"))
    rows = "".join(_row(each, states, say) for each in now.sources)
    body = (
        f'<h1>{title}</h1><div class="scroll" tabindex="0" role="region" aria-label="{title}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="dim">{escape(say("serve_ledger"))}</p>'
        f'<p class="dim">{escape(say("serve_stamp", stamp=now.stamp, archive=now.archive))}</p>'
    )
    return _page(say("serve_status"), body, say, root="../")


# --- pieces ----------------------------------------------------------------------------------------------------------


def _page(title: str, body: str, say: Messages, *, root: str = "", head: str = "", has_search: bool = True) -> bytes:
    search = f' <a href="{root}search">{escape(say("search"))}</a>' if has_search else ""
    front = escape(say("serve_front"))
    return (
        f'<!doctype html>\n<html lang="{say.language}" dir="{say.direction}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title>{head}<style>{_STYLE}</style></head>\n<body>\n"
        f'<nav aria-label="{front}"><a href="{root or "./"}">{front}</a>{search}</nav>\n'
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def _form(search: Asked, sources: tuple[SourceStatus, ...], say: Messages) -> str:
    known = {each.source for each in sources}
    chosen = () if search.source in known or not search.source else (SourceStatus(source=search.source),)
    options = "".join(
        f'<option value="{escape(each.source)}"{" selected" if each.source == search.source else ""}>'
        f"{escape(each.name or each.source)}</option>"
        for each in (*chosen, *sources)
    )
    days = "".join(
        f'<label>{escape(say(f"serve_{name}"))}<br><input type="{"date" if _is_date(value) else "text"}" name="{name}" '
        f'value="{escape(value)}"></label>'
        for name, value in (("from", search.since), ("until", search.until))
    )
    return (
        '<form role="search" action="search" method="get">'
        f'<label class="wide">{escape(say("serve_words"))}<br><input type="search" name="q" '
        f'value="{escape(search.words)}" maxlength="{LONGEST}" aria-describedby="hints"></label>'
        f'<label>{escape(say("source"))}<br><select name="source">'
        f'<option value="">{escape(say("serve_every_source"))}</option>{options}</select></label>'
        f"{days}<button>{escape(say('search_search'))}</button>"
        f'<p id="hints" class="dim">{escape(say("serve_hints"))}</p></form>'
    )


def _is_date(value: str) -> bool:
    return not value or re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def _listed(
    search: Asked,
    found: Found,
    places: Mapping[tuple[str, str], str],
    sources: Mapping[str, SourceStatus],
    say: Messages,
) -> list[str]:
    first = (search.page - 1) * MOST
    hits = found.hits[first : first + MOST]
    if not hits:
        return [f"<p>{escape(say('serve_nothing_found'))}</p>"]
    told = say("serve_newest_first", first=first + 1, last=first + len(hits))
    parts = [f'<p class="dim">{escape(told)}</p>', "<ol>"]
    parts += [_hit(each, places.get((each.headline.source, each.headline.key), ""), sources, say) for each in hits]
    parts.append("</ol>")
    more = len(found.hits) > first + MOST or found.more
    links = []
    if search.page > 1:
        links.append(_step("prev", search.address(page=search.page - 1), say("serve_newer")))
    if more and search.page < DEEPEST:
        links.append(_step("next", search.address(page=search.page + 1), say("serve_older")))
    if links:
        parts.append(f'<nav aria-label="{escape(say("serve_pages"))}">{"".join(links)}</nav>')
    if more and search.page == DEEPEST:
        parts.append(f'<p class="dim">{escape(say("serve_deepest", most=MOST * DEEPEST))}</p>')
    return parts


def _step(way: str, to: str, words: str) -> str:
    return f'<a rel="{way}" href="{escape(to)}">{escape(words)}</a>'


def _hit(hit: Hit, place: str, sources: Mapping[str, SourceStatus], say: Messages) -> str:
    headline = hit.headline
    spoken = language_of(headline.language, say.language)
    title = _marked(hit.title) or escape(f"{headline.source}/{headline.key}")
    outlet = address(hit.url)
    to = escape(place) or outlet
    named = f'<a href="{to}">{title}</a>' if to else title
    known = sources.get(headline.source)
    name = known.name if known and known.name else headline.source
    line = [escape(name), html.time(headline.published or headline.at)]
    if headline.withdrawn:
        line.append(f"<strong>{escape(say('serve_withdrawn'))}</strong>")
    if place and outlet:
        line.append(f'<a href="{outlet}" rel="noreferrer">{escape(say("serve_at_outlet"))}</a>')
    excerpts = "".join(f"<p{spoken}>{_marked(each)}</p>" for each in hit.excerpts)
    return f'<li><h2{spoken}>{named}</h2><p class="dim">{" · ".join(line)}</p>{excerpts}</li>'


def _marked(excerpt: Excerpt) -> str:
    """The words of an excerpt with what was looked for in <mark>."""
    parts, place = [], 0
    for begin, end in excerpt.marks:
        parts += [escape(excerpt.text[place:begin]), "<mark>", escape(excerpt.text[begin:end]), "</mark>"]
        place = end
    return "".join(parts) + escape(excerpt.text[place:])


def _row(each: SourceStatus, states: tuple[State, ...], say: Messages) -> str:
    last = html.time(each.last_copy) if each.last_copy else escape(say("serve_never"))
    counts = "".join(f"<td>{each.ledger.get(state, 0):,}</td>" for state in states)
    name = f"<bdi>{escape(each.name or each.source)}</bdi>"
    return f'<tr><th scope="row">{name}</th><td>{each.documents:,}</td><td>{last}</td>{counts}</tr>'
