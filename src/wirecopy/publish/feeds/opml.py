"""OPML 2.0 (opml.org/spec2.opml): all feeds of a mirror in one file, to subscribe to them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wirecopy.publish.feeds.entries import Channel
from wirecopy.publish.html import escape


def opml(title: str, groups: Iterable[tuple[str, Sequence[Channel]]]) -> bytes:
    """The feeds by group, in UTF-8; a group without a name stands at the top."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{escape(title)}</title><docs>http://opml.org/spec2.opml</docs></head>",
        "<body>",
    ]
    for name, channels in groups:
        if not name:
            lines += map(_feed, channels)
        elif channels:
            lines += [f'<outline text="{escape(name)}">', *map(_feed, channels), "</outline>"]
    return ("\n".join([*lines, "</body>", "</opml>"]) + "\n").encode("utf-8", "replace")


def _feed(channel: Channel) -> str:
    told = {
        "text": channel.title,
        "title": channel.title,
        "description": channel.description,
        "xmlUrl": channel.address,
        "htmlUrl": channel.home,
        "language": channel.language,
    }
    said = " ".join(f'{key}="{escape(value)}"' for key, value in told.items() if value)
    return f'<outline type="rss" {said}/>'
