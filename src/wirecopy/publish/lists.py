"""The lists of a published folder: the front page, a page a day, a page a source, a page a source's month.

A list says of each document when it was published, its title, and what happened to it; it names the language where it
is not the source's own. Nothing on a page changes unless something on it changed: no clock, no total of other pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import msgspec

from wirecopy import dates
from wirecopy.model import Headline, Shelf, TakeDown, replace
from wirecopy.publish import commonmark, manifest
from wirecopy.text import is_rtl
from wirecopy.urls import resolve

FRONT = "index.md"
TAKE_DOWNS = "take-downs.md"
TAKE_DOWNS_DATA = "take-downs.json"
_LATEST_DAYS = 31
LATEST = 50
"""How many headlines the page of a source shows."""


def front(shelves: Iterable[Shelf], days: Iterable[tuple[str, int]], downs: Sequence[TakeDown] = ()) -> bytes:
    """The front page: what this folder is, its sources, its latest days."""
    standing = [shelf for shelf in shelves if shelf.months]
    documents = sum(number for shelf in standing for _, number in shelf.months)
    lines = [
        "# A mirror of the news",
        "",
        f"{_counted(documents, 'document')} of {_counted(len(standing), 'source')}, copied by wirecopy so that they "
        "can be read where their publishers can't be. The head of each document names the original, the moment of the "
        "copy and its revision; [manifest.json](manifest.json) leads to the SHA-256 of every file.",
        "",
        "## Sources",
        "",
    ]
    for shelf in standing:
        number = sum(number for _, number in shelf.months)
        facts = [commonmark.escaped(shelf.language)] if shelf.language else []
        facts += [_counted(number, "document"), f"{shelf.months[-1][0]} to {shelf.months[0][0]}"]
        lines.append(f"- [{_name(shelf)}]({manifest.source_list(shelf.source)}) · {' · '.join(facts)}")
    lines += ["", "## Latest days", ""]
    for day, number in list(days)[:_LATEST_DAYS]:
        lines.append(f"- [{day}]({manifest.day_list(day)}) · {_counted(number, 'document')}")
    if downs:
        lines += ["", f"This mirror has taken something down [{_counted(len(downs), 'time')}]({TAKE_DOWNS})."]
    return _page(lines)


def take_downs(downs: Sequence[TakeDown]) -> bytes:
    """What the mirror took down: when, of which source, why, and the digest of a name; nothing of what it said."""
    lines = [
        "# Taken down",
        "",
        "What this mirror held and holds no more, by its own decision. An article is named by the SHA-256 of "
        f"`source/key`, a picture by that of its name. The same as data: [{TAKE_DOWNS_DATA}]({TAKE_DOWNS_DATA}).",
        "",
    ]
    for each in downs:
        what = {"article": "an article", "source": "everything", "picture": "a picture"}.get(each.scope, "")
        what = what or f"what is from {each.since or 'the first day'} to {each.until or 'the last'}"
        of = f" of {commonmark.escaped(each.source)}" if each.source else ""
        counted = f" ({_counted(each.articles, 'article')})" if each.scope in ("source", "days") else ""
        named = f" · `{each.name}`" if each.name else ""
        lines.append(f"- {dates.iso(each.at)[:10]} {what}{of}{counted}: {commonmark.escaped(each.reason)}{named}")
    return _page(lines)


def take_downs_data(downs: Sequence[TakeDown]) -> bytes:
    """The same as JSON. Who decided is the operator's own affair."""
    told = [replace(each, who="", purged=None, bytes=0) for each in downs]
    return msgspec.json.format(msgspec.json.encode({"take_downs": told}), indent=1) + b"\n"


def day(of: str, headlines: Iterable[Headline], shelves: Mapping[str, Shelf]) -> bytes:
    """The page of a day: every source's documents."""
    here = manifest.day_list(of)
    lines = [f"# {of}", "", _up(here)]
    for source, group in groupby(headlines, key=lambda headline: headline.source):
        shelf = shelves.get(source, Shelf(source=source))
        lines += ["", f"## [{_name(shelf)}]({manifest.relative(manifest.source_list(source), here)})", ""]
        lines += [_entry(headline, shelf, here) for headline in group]
    return _page(lines)


def source(shelf: Shelf, latest: Iterable[Headline]) -> bytes:
    """The page of a source: its months, and its latest documents."""
    here = manifest.source_list(shelf.source)
    facts = [commonmark.escaped(shelf.source)]
    facts += [commonmark.escaped(shelf.language)] if shelf.language else []
    homepage = resolve(shelf.homepage)
    facts += [f"[{commonmark.escaped(homepage)}]({commonmark.destination(homepage)})"] if homepage else []
    lines = [f"# {_name(shelf)}", "", f"{_up(here)} · {' · '.join(facts)}", "", "## Latest", ""]
    lines += [_entry(headline, shelf, here) for headline in latest]
    lines += ["", "## Months", ""]
    for month, number in shelf.months:
        path = manifest.relative(manifest.month_list(shelf.source, month), here)
        lines.append(f"- [{month}]({path}) · {_counted(number, 'document')}")
    return _page(lines)


def month(shelf: Shelf, of: str, headlines: Iterable[Headline]) -> bytes:
    """The page of a source's month: all its documents, by day."""
    here = manifest.month_list(shelf.source, of)
    up = f"{_up(here)} · [{_name(shelf)}]({manifest.relative(manifest.source_list(shelf.source), here)})"
    lines = [f"# {_name(shelf)}, {of}", "", up]
    for on, group in groupby(headlines, key=lambda headline: headline.day):
        lines += ["", f"## [{on}]({manifest.relative(manifest.day_list(on), here)})", ""]
        lines += [_entry(headline, shelf, here) for headline in group]
    return _page(lines)


def _entry(headline: Headline, shelf: Shelf, here: str) -> str:
    path = manifest.relative(manifest.document(headline.source, headline.day, headline.key), here)
    # A title keeps its direction to itself: an Arabic one must not turn the dates and marks around it.
    title = f"<bdi>{_title(headline)}</bdi>" if is_rtl(headline.language) else _title(headline)
    said = [f"[{title}]({path})"]
    if headline.kind not in ("", "article"):
        said.append(commonmark.escaped(headline.kind))
    if headline.language and headline.language != shelf.language:
        said.append(commonmark.escaped(headline.language))
    if headline.withdrawn:
        said.append("**withdrawn**")
    elif headline.revisions > 1:
        said.append(f"edited, revision {headline.revisions}")
    when = dates.iso(headline.published)[:16].replace("T", " ") if headline.published else headline.day
    return f"- {when} {' · '.join(said)}"


def _title(headline: Headline) -> str:
    return commonmark.escaped(headline.title) or commonmark.escaped(headline.key)


def _name(shelf: Shelf) -> str:
    return commonmark.escaped(shelf.name) or commonmark.escaped(shelf.source)


def _up(here: str) -> str:
    return f"[Front page]({manifest.relative(FRONT, here)})"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _page(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
