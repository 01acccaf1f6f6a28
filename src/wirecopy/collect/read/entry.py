"""What a feed itself carried of an article → an article, by the entry's own text.

Nobody asked for the article's page then: the evidence is the entry as the feed gave it (`discover.entries.copied`).
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.discover.entries import Entry
from wirecopy.collect.read import blocks, lines
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.page import edges, pictures
from wirecopy.errors import ReadError
from wirecopy.model import (
    Article,
    Blocks,
    Capture,
    Figure,
    Lead,
    Picture,
    Source,
    decode,
    document_text,
    plain,
    texts,
)
from wirecopy.text import language_tag, squeeze

# The last lines that feeds add to what the outlet wrote, alone in their paragraph.
_ADDED = re.compile(
    r"""(the\ post\ .{1,300}\ (first\ )?appeared\ first\ on\ .{1,200}|.{0,200}\ appeared\ first\ on\ .{1,200}|
    feed\ enhanced\ by\ .{1,100}|(continue|keep)\ reading\b.{0,200}|read\ (more|the\ full\ (story|article))\b.{0,120}|
    (weiterlesen|lire\ la\ suite|leer\ más|sigue\ leyendo|continua\ a\ leggere|leia\ mais)\b.{0,120}|
    читать\ (далее|дальше)\b.{0,120}|
    (阅读|閱讀)(全文|更多|原文).{0,60}|获取更多\s*RSS.{0,200}|(点击|點擊)(这里|這裡|查看|閱讀|阅读).{0,60}|続きを読む.{0,60})""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_LAST = 4  # blocks at the end that may be such lines


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """What the entry says. `weak` unless the source is read from its feed. Raises ReadError when it carries no text."""
    try:
        entry = decode(capture.body, Entry)
    except ValueError as error:
        raise ReadError(f"{capture.url}: what was kept of its entry can't be read: {error}") from error
    base = urls.resolve(entry.base or lead.url, capture.final_url or capture.url) or lead.url
    html = max(entry.content, entry.summary, key=len)
    told, lost = _body(html, base, entry.title)
    if not told:
        raise ReadError(f"{capture.url} carries no text of {lead.url}")
    picture, told = _lead_picture(entry, told, base)
    said = lines.read(told)
    return Article(
        source=source.id,
        key=lead.key,
        url=lead.url,
        title=entry.title or lead.title,
        summary=lead.summary if entry.content and _differs(lead.summary, said.body) else "",
        byline=", ".join(entry.authors),
        authors=entry.authors,
        dateline=said.dateline,
        published=entry.published or lead.published,
        modified=entry.updated,
        language=language_tag(entry.language) or source.language,
        section=next(iter(entry.categories), "") or lead.section,
        tags=entry.categories,
        picture=picture,
        body=said.body,
        agencies=said.agencies,
        rights=said.rights,
        reader="feed",
        weak=source.read != "feed",
        lost=lost,
    )


def _body(html: str, base: str, title: str) -> tuple[Blocks, tuple[tuple[str, int], ...]]:
    inside = Dialect(base=base, special=lambda element: () if _is_trace(element) else None)

    def special(element: HtmlElement) -> Blocks | None:
        if element.tag == "figure":
            return pictures.shown(element, inside)
        return inside.special(element)

    reading = blocks.read_fragment(html, Dialect(base=base, special=special))
    told = edges.trimmed(reading.blocks, title, scale=1.0)
    for place in range(len(told) - 1, max(len(told) - 1 - _LAST, -1), -1):
        if _ADDED.fullmatch(squeeze(document_text(told[place : place + 1])).strip(" .…»→[]()")):
            told = told[:place] + told[place + 1 :]
    return told, tuple(sorted(reading.lost.items()))


def _is_trace(element: HtmlElement) -> bool:
    """A counting picture: one pixel, as FeedBurner and WordPress leave it."""
    return element.tag == "img" and (element.get("width") in ("0", "1") or element.get("height") in ("0", "1"))


def _lead_picture(entry: Entry, told: Blocks, base: str) -> tuple[Picture | None, Blocks]:
    """The picture over the text: the text's own when it begins with one, else what the entry encloses."""
    match told:
        case (Figure() as first, *rest):
            return first.picture, tuple(rest)
        case _:
            pass
    shown = {pictures.address_key(block.picture) for block in told if isinstance(block, Figure)}
    for enclosure in entry.enclosures:
        if enclosure.medium == "image" or enclosure.type.startswith("image/"):
            picture = Picture(url=urls.resolve(enclosure.url, base))
            if picture.url and pictures.address_key(picture) not in shown:
                return picture, told
    return None, told


def _differs(summary: str, body: Blocks) -> bool:
    """Whether a summary says something that the text does not begin with."""
    first = squeeze(plain(next((words for words in texts(body) if words), ())))
    return bool(summary) and squeeze(summary)[:60] != first[:60]
