"""The BBC's World Service: the article is in the state of its page, as blocks that nest (`script#__NEXT_DATA__`).

- `props.pageProps.pageData` holds `metadata` (moments in milliseconds, topics) and `content.model.blocks`: each block
  has a `type` and a `model`, which has its own `blocks` down to fragments of text with `attributes`.
- A picture is named by `originCode` and `locator`; its file is asked of ichef.bbci.co.uk in one of the given widths.
- A type that is not known is read through, and counted. A page without this state is read by the common reader.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from wirecopy import dates, urls
from wirecopy.collect.read import blocks, lines, stranger
from wirecopy.collect.read import read as read_page
from wirecopy.collect.read.page import charset
from wirecopy.collect.read.stranger import Json
from wirecopy.model import (
    AnyBlock,
    Article,
    Blocks,
    Capture,
    Embed,
    Figure,
    Heading,
    Lead,
    Link,
    List,
    Mark,
    Media,
    Paragraph,
    Picture,
    Run,
    Source,
    Text,
    merge,
    plain,
    replace,
)

_PICTURE = "https://ichef.bbci.co.uk/news/1536/{origin}/{locator}"
_DEEPEST = 30  # levels of blocks; an article has eight
_MARKS = {"bold": Mark.STRONG, "italic": Mark.EM}
# Beside the story, or said elsewhere in the article.
_ELSEWHERE = frozenset(
    {
        "headline",
        "fauxHeadline",
        "visuallyHiddenHeadline",
        "timestamp",
        "byline",
        "advertisement",
        "mpu",
        "wsoj",
        "relatedContent",
        "links",
        "disclaimer",
        "continueReading",
        "metadata",
        "topicList",
        "promoList",
        "podcastPromo",
        "embed",
    }
)


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """The article in the page's state, or what the page shows where it has none. Raises ReadError and Doubtful."""
    page = _state(charset.decoded(capture)).at("props", "pageProps", "pageData")
    told = page.at("content", "model", "blocks")
    lost: Counter[str] = Counter()
    body = tuple(_blocks(told, lost, 0))
    if not any(isinstance(block, Paragraph) for block in body):
        return read_page(replace(source, reader=""), lead, capture)
    picture, body = (body[0].picture, body[1:]) if isinstance(body[0], Figure) else (None, body)
    said = lines.read(body)
    byline = next((plain(_text(each, 0)) for each in _find(told, "byline", "name")), "")
    metadata = page.at("metadata")
    return Article(
        source=source.id,
        key=lead.key,
        url=urls.canonical(capture.final_url or capture.url, source.strip),
        title=next((plain(_text(each, 0)) for each in _find(told, "headline")), "") or lead.title,
        summary=page.line("promo", "summary") or lead.summary,
        byline=byline,
        authors=lines.names(byline) or lead.authors,
        dateline=said.dateline,
        published=_moment(metadata, "firstPublished") or lead.published,
        modified=_moment(metadata, "lastPublished"),
        language=source.language,
        section=lead.section,
        tags=_tags(metadata),
        picture=picture,
        body=said.body,
        agencies=said.agencies,
        rights=said.rights,
        reader="bbc",
        lost=tuple(sorted(lost.items())),
    )


def _state(html: str) -> Json:
    script = blocks.parse(html).find(".//script[@id='__NEXT_DATA__']")
    try:
        return stranger.parse(script.text or "") if script is not None else Json()
    except ValueError:  # then the page is what there is
        return Json()


def _tags(metadata: Json) -> tuple[str, ...]:
    named = [each.line("thingLabel") for each in metadata.at("tags", "about")]
    named += [each.line("topicName") for each in metadata.at("topics")]
    return tuple(dict.fromkeys(filter(None, named)))


def _moment(metadata: Json, name: str) -> datetime | None:
    milliseconds = metadata.number(name, most=10**13)
    return dates.from_epoch_ms(milliseconds) if milliseconds else None


def _inside(block: Json) -> Json:
    return block.at("model", "blocks")


def _find(told: Json, *path: str, depth: int = 0) -> Iterator[Json]:
    """The blocks of the last type that stand, at any depth, in blocks of the types before it."""
    for block in told if depth < _DEEPEST else ():
        rest = path[1:] if block.line("type") == path[0] else path
        if rest:
            yield from _find(_inside(block), *rest, depth=depth + 1)
        else:
            yield block


def _blocks(told: Json, lost: Counter[str], depth: int) -> Iterator[AnyBlock]:
    for block in told if depth < _DEEPEST else ():
        kind = block.line("type")
        match kind:
            case "paragraph":
                if words := _text(block, 0):
                    yield Paragraph(text=words)
            case "subheadline" | "subheading" | "heading":
                if words := _text(block, 0):
                    yield Heading(text=words)
            case "unorderedList" | "orderedList":
                yield from _list(block, lost, depth)
            case "image":
                if picture := _picture(block):
                    yield Figure(picture=picture)
            case "video" | "audio" | "media":
                yield Media(kind="audio" if kind == "audio" else "video", text=_said(block, "caption"))
            case "social" | "oEmbed":
                if address := urls.resolve(block.line("model", "href") or block.line("model", "url")):
                    yield Embed(kind=blocks.embed_kind(address), url=address)
            case "text" | "listItem" | "embedImages":
                yield from _blocks(_inside(block), lost, depth + 1)
            case _ if kind not in _ELSEWHERE:
                lost[kind or "block"] += 1
                yield from _blocks(_inside(block), lost, depth + 1)
            case _:
                pass


def _list(block: Json, lost: Counter[str], depth: int) -> Iterator[AnyBlock]:
    items: list[Blocks] = [tuple(_blocks(_inside(item), lost, depth + 2)) for item in _inside(block)]
    if any(items):
        yield List(items=tuple(filter(None, items)), ordered=block.line("type") == "orderedList")


def _picture(block: Json) -> Picture | None:
    raw = next(_find(_inside(block), "rawImage"), Json()).at("model")
    origin, locator = raw.line("originCode"), raw.line("locator")
    address = urls.resolve(_PICTURE.format(origin=origin, locator=locator)) if origin and locator else ""
    if not address:
        return None
    return Picture(
        url=address,
        caption=_said(block, "caption"),
        credit=raw.line("copyrightHolder"),
        alt=plain(_said(block, "altText")),
        width=raw.number("width", most=100_000),
        height=raw.number("height", most=100_000),
    )


def _said(block: Json, kind: str) -> Text:
    return next((_text(each, 0) for each in _find(_inside(block), kind)), ())


def _text(block: Json, depth: int) -> Text:
    """The words in a block: its fragments with their marks, its links; its own `text` where it has no parts."""
    model = block.at("model")
    parts = list(_inside(block)) if depth < _DEEPEST else []
    if not parts:
        marks = tuple(_MARKS[each] for each in map(Json.text, model.at("attributes")) if each in _MARKS)
        return merge([Run(text=model.text("text"), marks=marks)])
    words = [run for part in parts for run in _text(part, depth + 1)]
    if block.line("type") == "urlLink" and (address := urls.resolve(model.line("locator"), "https://www.bbc.com/")):
        words = [replace(run, link=Link(href=address)) for run in words]
    return merge(words)
