"""Reuters: the article is in the state of its page, as elements (`Fusion.globalContent={…}` in script#fusion-metadata).

`result` holds title, authors and moments; `content_elements` are paragraphs and headers, whose `content` is HTML;
pictures stand in `related_content`. An element of another type is counted. A page without this state is read by the
common reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from wirecopy import urls
from wirecopy.collect.read import blocks, lines, stranger
from wirecopy.collect.read import read as read_page
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.page import charset
from wirecopy.collect.read.stranger import Json
from wirecopy.model import (
    AnyBlock,
    Article,
    Capture,
    Figure,
    Heading,
    Lead,
    Paragraph,
    Picture,
    Source,
    plain,
    replace,
    text,
)

_STATE = re.compile(r"Fusion\.globalContent\s{0,9}=\s{0,9}(?=\{)")
_WIDTHS = ("1920w", "1200w", "1080w", "960w")


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """The article in the page's state, or what the page shows where it has none. Raises ReadError and Doubtful."""
    address = capture.final_url or capture.url
    found = _result(charset.decoded(capture))
    lost: Counter[str] = Counter()
    told = tuple(_blocks(found, address, lost))
    if not any(isinstance(block, Paragraph) for block in told):
        return read_page(replace(source, reader=""), lead, capture)
    pictures = tuple(_pictures(found.at("related_content"), address))
    byline = ", ".join(filter(None, (each.line("name") for each in found.at("authors"))))
    said = lines.read((*(Figure(picture=each) for each in pictures[1:]), *told))
    return Article(
        source=source.id,
        key=lead.key,
        url=urls.canonical(address, source.strip),
        title=found.line("title") or lead.title,
        summary=found.line("description") or lead.summary,
        byline=byline,
        authors=tuple(filter(None, (each.line("name") for each in found.at("authors")))) or lead.authors,
        dateline=said.dateline,
        published=found.moment("published_time") or found.moment("display_time") or lead.published,
        modified=found.moment("updated_time"),
        language=source.language,
        section=found.line("kicker", "name") or lead.section,
        tags=tuple(filter(None, map(Json.line, found.at("taxonomy", "keywords")))),
        picture=pictures[0] if pictures else None,
        body=said.body,
        agencies=said.agencies,
        rights=said.rights,
        reader="reuters",
        lost=tuple(sorted(lost.items())),
    )


def _result(html: str) -> Json:
    """What the page's state says, nothing where there is none that can be read."""
    for place in _STATE.finditer(html):
        try:
            return stranger.parse(html, start=place.end()).at("result")
        except ValueError:  # then the page is what there is
            continue
    return Json()


def _blocks(found: Json, base: str, lost: Counter[str]) -> Iterator[AnyBlock]:
    dialect = Dialect(base=base)
    for element in found.at("content_elements"):
        match element.line("type"):
            case "paragraph":
                reading = blocks.read_fragment(f"<p>{element.text('content')}</p>", dialect)
                lost.update(reading.lost)
                yield from reading.blocks
            case "header":
                words = blocks.inline(blocks.parse(f"<div>{element.text('content')}</div>"), dialect)
                if plain(words).strip():
                    yield Heading(text=words, level=min(max(element.number("level"), 2), 6))
            case kind:
                lost[kind or "element"] += 1
    if signed := found.line("sign_off"):
        yield Paragraph(text=text(signed), role="note")


def _pictures(related: Json, base: str) -> Iterator[Picture]:
    for image in related.at("images"):
        renditions = image.at("renditions", "original")
        named = next(filter(None, map(renditions.line, _WIDTHS)), "") or image.line("url")
        if address := urls.resolve(named, base):
            yield Picture(url=address, caption=text(image.line("caption")), alt=image.line("alt_text"))
