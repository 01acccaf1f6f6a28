"""The latest revision and what was seen -> a revision that begins with it, or nothing. Pure.

A revision exists only if the outlet changed something a reader can see: `fingerprint` is of that, and of nothing else.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from wirecopy import text
from wirecopy.model import (
    AnyBlock,
    Article,
    Aside,
    Blocks,
    Capture,
    Change,
    Embed,
    Figure,
    Gallery,
    List,
    LiveEntry,
    Media,
    Noun,
    Paragraph,
    Picture,
    Quote,
    Revision,
    Text,
    encode,
    merge,
    plain,
    replace,
    texts,
)

# The version of what is compared. It stands before every fingerprint: another version is compared by reading again.
VERSION = "1"

_SPACES = re.compile("[ \t\u00a0]+")


class _Seen(Noun, frozen=True, kw_only=True):
    """What of an article a reader can see."""

    kind: str
    url: str
    title: str
    kicker: str
    subtitle: str
    summary: str
    byline: str
    authors: tuple[str, ...]
    published: datetime | None
    opinion: bool
    picture: Picture | None
    body: Blocks


def fingerprint(article: Article) -> str:
    """Equal for two readings exactly when a reader sees the same: "version:SHA-256 in hexadecimal".

    Left out: moments of modification, topics, related links, seams, who read it and how. Blanks count as one; a
    picture is its key where it has one, so another host or size of the same picture is no change.
    """
    seen = _Seen(
        kind=article.kind,
        url=article.url,
        title=text.squeeze(article.title),
        kicker=text.squeeze(article.kicker),
        subtitle=text.squeeze(article.subtitle),
        summary=text.squeeze(article.summary),
        byline=text.squeeze(article.byline),
        authors=article.authors,
        published=article.published,
        opinion=article.opinion,
        picture=_same_picture(article.picture),
        body=_seen_blocks(article.body),
    )
    return f"{VERSION}:{hashlib.sha256(encode(seen)).hexdigest()}"


def core(article: Article) -> str:
    """Title and words of an article, without what only some shapes of a page carry: to compare across readers."""
    words = (text.squeeze(plain(words)) for words in texts(tuple(filter(_is_story, article.body))))
    return "\n".join((text.squeeze(article.title), *filter(None, words)))


def revise(latest: Revision | None, before: Article | None, seen: Article | None, page: Capture) -> Revision | None:
    """The revision that begins with what we saw, or None if nothing changed.

    `latest` is the latest revision, `before` its article as today's rules read it (the last good one when it is gone),
    `seen` what the page says now; None when the outlet has taken the article away. `page` is the evidence.
    """
    if seen is None:
        if latest is None or latest.change is Change.GONE:
            return None
        return Revision(
            source=latest.source, key=latest.key, change=Change.GONE, at=page.at, capture=page.id, fingerprint="gone"
        )
    if latest is None or before is None:
        change = Change.NEW
    elif latest.change is Change.GONE:
        change = Change.BACK
    elif _reads_the_same(before, seen):
        return None
    else:
        change = Change.EDITED
    return Revision(
        source=seen.source,
        key=seen.key,
        change=change,
        at=page.at,
        article=seen,
        fingerprint=fingerprint(seen),
        capture=page.id,
    )


def _reads_the_same(before: Article, seen: Article) -> bool:
    """One page in two shapes (the API's answer, the page itself) carries the same words and not the same trimmings."""
    if before.reader != seen.reader:
        return core(before) == core(seen)
    return fingerprint(before) == fingerprint(seen)


def _is_story(block: AnyBlock) -> bool:
    return not isinstance(block, Figure | Gallery | Media | Embed)


def _seen_blocks(blocks: Blocks) -> Blocks:
    return tuple(_seen_block(block) for block in blocks)


def _seen_block(block: AnyBlock) -> AnyBlock:  # one case a block, each one line
    match block:
        case Paragraph():
            return Paragraph(text=_seen_text(block.text))
        case Figure():
            return Figure(picture=_same_picture(block.picture) or block.picture)
        case Gallery():
            entries = tuple(
                replace(entry, picture=_same_picture(entry.picture) or entry.picture) for entry in block.entries
            )
            return replace(block, entries=entries)
        case Media():
            return replace(block, poster=_same_picture(block.poster), duration=0)
        case Quote() | Aside() | LiveEntry():
            return replace(block, body=_seen_blocks(block.body))
        case List():
            return replace(block, items=tuple(map(_seen_blocks, block.items)))
        case _:
            return block


def _seen_text(words: Text) -> Text:
    return merge(replace(run, text=_SPACES.sub(" ", run.text)) for run in words)


def _same_picture(picture: Picture | None) -> Picture | None:
    if picture is None:
        return None
    return replace(picture, url="" if picture.key else picture.url, width=0, height=0)
