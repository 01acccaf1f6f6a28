"""RSS 2.0 with the full text (content:encoded), Media RSS and Dublin Core.

The guid is for good and no link; dates are RFC 822's with four digits of the year (rssboard.org/rss-specification).
Readers take a description for markup, so its words are written as such; titles and names are words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from wirecopy.publish.feeds.entries import NOWHERE, Channel, Enclosure, Entry, latest
from wirecopy.publish.html import escape

MEDIA = "application/rss+xml"

_SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
)


def rss(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """The feed as RSS 2.0, in UTF-8."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<rss version="2.0" {_SPACES}>',
        "<channel>",
        _text("title", channel.title),
        _text("link", channel.home or NOWHERE),
        _text("description", escape(channel.description or channel.title)),
    ]
    if channel.language:
        lines.append(_text("language", channel.language))
    if "@" in channel.contact:
        lines.append(_text("webMaster", f"{channel.contact} ({channel.title})"))
    if entries or channel.gone:
        lines.append(_text("lastBuildDate", _moment(latest(entries, channel.gone))))
    lines.append(_text("docs", "https://www.rssboard.org/rss-specification"))
    if channel.address:
        lines.append(f'<atom:link rel="self" type="{MEDIA}" href="{escape(channel.address)}"/>')
    if channel.hub:
        lines.append(f'<atom:link rel="hub" href="{escape(channel.hub)}"/>')
    lines += [_item(entry) for entry in entries]
    return ("\n".join([*lines, "</channel>", "</rss>"]) + "\n").encode("utf-8", "replace")


def _item(entry: Entry) -> str:
    lines = [f"<item>{_text('title', entry.title)}"]
    if entry.address:
        lines.append(_text("link", entry.address))
    lines.append(f'<guid isPermaLink="false">{escape(entry.id)}</guid>')
    lines.append(_text("pubDate", _moment(entry.published)))
    lines += [_text("dc:creator", author) for author in entry.authors]
    if entry.outlet:
        lines.append(_text("dc:publisher", entry.outlet))
    if entry.language:
        lines.append(_text("dc:language", entry.language))
    if entry.rights:
        lines.append(_text("dc:rights", entry.rights))
    lines += [_text("category", tag) for tag in entry.tags]
    if entry.feed:
        lines.append(f'<source url="{escape(entry.feed)}.rss">{escape(entry.outlet)}</source>')
    if entry.original and entry.original != entry.address:
        lines.append(f'<atom:link rel="via" type="text/html" href="{escape(entry.original)}"/>')
    if entry.summary:
        lines.append(_text("description", escape(entry.summary)))
    lines.append(f"<content:encoded>{cdata(entry.content)}</content:encoded>")
    if entry.picture is not None:
        lines.append(_picture(entry.picture))
    return "\n".join([*lines, "</item>"])


def cdata(markup: str) -> str:
    """Markup as one CDATA section; our writer never ends one, and should it, there are two."""
    return f"<![CDATA[{markup.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _picture(picture: Enclosure) -> str:
    """Media RSS 1.5.1 (rssboard.org/media-rss)."""
    inner = (
        [f'<media:description type="plain">{escape(picture.caption)}</media:description>'] if picture.caption else []
    )
    if picture.credit:
        inner.append(f'<media:credit role="photographer" scheme="urn:ebu">{escape(picture.credit)}</media:credit>')
    if picture.small:
        size = f'width="{picture.small_width}" height="{picture.small_height}"'
        inner.append(f'<media:thumbnail url="{escape(picture.small)}" {size}/>')
    about = f'type="{escape(picture.media)}" medium="image" fileSize="{picture.size}"'
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<media:content url="{escape(picture.url)}" {about} {size}>{"".join(inner)}</media:content>'


def _moment(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _text(name: str, words: str) -> str:
    return f"<{name}>{escape(words)}</{name}>"
