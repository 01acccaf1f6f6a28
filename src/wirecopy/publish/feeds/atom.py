"""Atom (RFC 4287) with archived feeds (RFC 5005), tombstones (RFC 6721) and the outlet's page as `via`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wirecopy import dates
from wirecopy.publish.feeds.entries import Channel, Entry, Tombstone, latest
from wirecopy.publish.feeds.rss import cdata
from wirecopy.publish.html import escape

MEDIA = "application/atom+xml"

_SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" '
    'xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:media="http://search.yahoo.com/mrss/"'
)


def atom(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """The feed as Atom, in UTF-8."""
    language = f' xml:lang="{escape(channel.language)}"' if channel.language else ""
    there = {entry.id for entry in entries}
    gone = [each for each in channel.gone if each.id not in there]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<feed {_SPACES}{language}>",
        _text("id", channel.id),
        _text("title", channel.title),
        _text("subtitle", channel.description) if channel.description else "",
        _text("updated", dates.iso(latest(entries, gone))),
        _author(channel.title, channel.contact if "@" in channel.contact else ""),
        "<fh:archive/>" if channel.current else "",
        *_links(channel),
        *map(_gone, gone),
        *map(_entry, entries),
        "</feed>",
    ]
    return ("\n".join(filter(None, lines)) + "\n").encode("utf-8", "replace")


def _links(channel: Channel) -> Iterator[str]:
    if channel.address:
        yield _link("self", channel.address, MEDIA)
    if channel.home:
        yield _link("alternate", channel.home, "text/html")
    if channel.hub:
        yield _link("hub", channel.hub)
    for rel, address in (
        ("current", channel.current),
        ("prev-archive", channel.older),
        ("next-archive", channel.newer),
    ):
        if address:
            yield _link(rel, address, MEDIA)


def _gone(each: Tombstone) -> str:
    said = f"<at:comment>{escape(each.reason)}</at:comment>" if each.reason else ""
    return f'<at:deleted-entry ref="{escape(each.id)}" when="{dates.iso(each.at)}">{said}</at:deleted-entry>'


def _entry(entry: Entry) -> str:
    language = f' xml:lang="{escape(entry.language)}"' if entry.language else ""
    lines = [
        f"<entry{language}>{_text('id', entry.id)}",
        _text("title", entry.title),
        _text("published", dates.iso(entry.published)),
        _text("updated", dates.iso(entry.updated)),
        *(_author(author) for author in entry.authors or (entry.outlet,) if author),
        _link("alternate", entry.address, "text/html") if entry.address else "",
        _link("via", entry.original, "text/html") if entry.original and entry.original != entry.address else "",
        *(f'<category term="{escape(tag)}"/>' for tag in entry.tags),
        _text("rights", entry.rights) if entry.rights else "",
        _text("summary", entry.summary) if entry.summary else "",
    ]
    if entry.picture is not None and entry.picture.small:
        size = f'width="{entry.picture.small_width}" height="{entry.picture.small_height}"'
        lines.append(f'<media:thumbnail url="{escape(entry.picture.small)}" {size}/>')
    lines.append(f'<content type="html">{cdata(entry.content)}</content>')
    return "\n".join([*filter(None, lines), "</entry>"])


def _author(name: str, mail: str = "") -> str:
    return f"<author><name>{escape(name)}</name>{_text('email', mail) if mail else ''}</author>"


def _link(rel: str, address: str, media: str = "") -> str:
    kind = f' type="{media}"' if media else ""
    return f'<link rel="{rel}"{kind} href="{escape(address)}"/>'


def _text(name: str, words: str) -> str:
    return f"<{name}>{escape(words)}</{name}>"
