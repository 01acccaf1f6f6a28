"""JSON Feed 1.1 (jsonfeed.org/version/1.1); what it has no word for stands in `_wirecopy`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from wirecopy import dates
from wirecopy.publish.feeds.entries import Channel, Entry

MEDIA = "application/feed+json"


def json_feed(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """The feed as JSON Feed 1.1, in UTF-8, one key a line."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "description": channel.description,
        "language": channel.language,
        "authors": [{"name": channel.title}],
        "hubs": [{"type": "WebSub", "url": channel.hub}] if channel.hub else None,
        "items": [_item(entry) for entry in entries],
    }
    said = {key: value for key, value in told.items() if value or key == "items"}
    return msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n"


def _item(entry: Entry) -> dict[str, Any]:
    picture = entry.picture
    told: dict[str, Any] = {
        "id": entry.id,
        "url": entry.address,
        "external_url": entry.original if entry.original != entry.address else "",
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content,
        "image": picture.url if picture else "",
        "date_published": dates.iso(entry.published),
        "date_modified": dates.iso(entry.updated),
        "authors": [{"name": author} for author in entry.authors or (entry.outlet,) if author],
        "tags": entry.tags,
        "language": entry.language,
    }
    if picture:
        attached = {
            "url": picture.url,
            "mime_type": picture.media,
            "title": picture.caption,
            "size_in_bytes": picture.size,
        }
        told["attachments"] = [{key: value for key, value in attached.items() if value}]
    ours = {
        "outlet": entry.outlet,
        "rights": entry.rights,
        "withdrawn": dates.iso(entry.withdrawn) if entry.withdrawn else "",
    }
    told["_wirecopy"] = {key: value for key, value in ours.items() if value}
    return {key: value for key, value in told.items() if value}
