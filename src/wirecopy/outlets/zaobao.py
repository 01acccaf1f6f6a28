"""联合早报: the Singapore edition carries the article in the state of its page, the other edition shows it.

`window.__staticRouterHydrationData = JSON.parse("…")` is JSON in a JavaScript string: the article is `loaderData` →
`0-0` → `context.payload.article`, its text HTML in `body_cn`, its pictures a list beside it, its moment in seconds.
A page without this state is read by the common reader.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from wirecopy import dates, urls
from wirecopy.collect.read import blocks, lines, stranger
from wirecopy.collect.read import read as read_page
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.page import charset
from wirecopy.collect.read.stranger import Json
from wirecopy.model import Article, Blocks, Capture, Figure, Lead, Picture, Source, replace, text

_STATE = re.compile(r"__staticRouterHydrationData\s{0,9}=\s{0,9}JSON\.parse\(\s{0,9}(?=\")")
_BESIDE = frozenset({"bff-google-ad", "bff-recommend-article", "bff-inline-image-expand-icon"})


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """The article in the page's state, or what the page shows where it has none. Raises ReadError and Doubtful."""
    address = capture.final_url or capture.url
    found = _article(charset.decoded(capture))
    reading = blocks.read_fragment(found.text("body_cn"), Dialect(base=address, special=_beside))
    if not reading.blocks:
        return read_page(replace(source, reader=""), lead, capture)
    said = lines.read(reading.blocks)
    shown = {block.picture.url for block in said.body if isinstance(block, Figure)}
    pictures = [each for each in _pictures(found, address) if each.url not in shown]
    created = found.number("create_time", most=10**11)
    byline = ", ".join(filter(None, (each.line("name") for each in found.at("authors"))))
    return Article(
        source=source.id,
        key=lead.key,
        url=urls.canonical(address, source.strip),
        title=found.line("headline") or lead.title,
        summary=lead.summary,
        byline=byline,
        authors=lines.names(byline) or lead.authors,
        dateline=said.dateline,
        published=dates.from_epoch_ms(created * 1000) if created else lead.published,
        language=source.language,
        section=lead.section,
        tags=tuple(filter(None, (each.line("name") for each in found.at("tags")))),
        picture=pictures[0] if pictures else None,
        body=(*(Figure(picture=each) for each in pictures[1:]), *said.body),
        agencies=said.agencies,
        rights=said.rights,
        reader="zaobao",
        lost=tuple(sorted(reading.lost.items())),
    )


def _article(html: str) -> Json:
    """The article in a page's state, nothing where there is none that can be read."""
    for place in _STATE.finditer(html):
        try:
            state = stranger.parse(stranger.parse(html, start=place.end()).text())
        except ValueError:  # a JavaScript string may be no JSON string: then the page is what there is
            continue
        article = state.at("loaderData", "0-0", "context", "payload", "article")
        if article.is_object:
            return article
    return Json()


def _pictures(article: Json, base: str) -> list[Picture]:
    found = ((urls.resolve(each.line("url"), base), each.line("caption")) for each in article.at("images"))
    return [Picture(url=url, caption=text(caption)) for url, caption in found if url]


def _beside(element: HtmlElement) -> Blocks | None:
    return () if element.tag == "button" or _BESIDE & set(element.get("class", "").split()) else None
