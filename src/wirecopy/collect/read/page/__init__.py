"""Any outlet's page in any language → an article: the common reader, for sources that have none of their own.

| module       | says                                                                |
|--------------|---------------------------------------------------------------------|
| `charset`    | which encoding the bytes are in                                     |
| `survey`     | what blocks of text a page has: the one walk over its tree          |
| `clutter`    | what the names of elements say                                      |
| `body`       | which part is the article, and what in it is not                    |
| `pictures`   | which pictures and captions are the article's                       |
| `edges`      | which first and last lines are no text; `closing` knows their words |
| `metadata`   | title, authors, moments … (`titles`, `people`, `moments`)           |
| `states`     | the text in a page's state, where the page shows none               |
| `verdict`    | whether it is an article at all                                     |

No module knows a site: rules are general ones, or those of a language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.read import blocks, lines
from wirecopy.collect.read.blocks import Dialect, Reading
from wirecopy.collect.read.page import body, charset, edges, metadata, pictures, states
from wirecopy.collect.read.page.body import Chosen
from wirecopy.collect.read.page.metadata import Facts, Head
from wirecopy.collect.read.page.survey import WIDE, Survey, is_wide, survey
from wirecopy.collect.read.page.verdict import Signs, Verdict, judge
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import AnyBlock, Article, Blocks, Capture, Figure, Lead, Picture, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it was read. `weak`: the text is from the page's state, and nobody sees it on the page."""

    blocks: Blocks
    picture: Picture | None = None
    facts: Facts
    lost: Counter[str]
    language: str
    url: str
    verdict: Verdict
    weak: bool = False


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """The article that a page holds. Raises ReadError when it holds none, Doubtful when something stands in for it."""
    page = read_html(charset.decoded(capture), capture.final_url or capture.url, language=source.language)
    match page.verdict.kind:
        case "stand-in":
            raise Doubtful(f"{lead.url} is not believed to be the article: {page.verdict.why}")
        case "list":
            raise Doubtful(f"{lead.url} looks like a list and not like an article: {page.verdict.why}")
        case "empty":
            raise ReadError(f"{lead.url} holds no article: {page.verdict.why}")
        case _:
            pass
    facts = page.facts
    said = lines.read(page.blocks)
    return Article(
        source=source.id,
        key=lead.key,
        url=urls.canonical(page.url, source.strip),
        title=facts.title or lead.title,
        summary=facts.summary,
        byline=facts.byline,
        authors=facts.authors or lead.authors,
        dateline=said.dateline,
        published=facts.published or lead.published,
        modified=facts.modified,
        language=page.language,
        section=facts.section or lead.section,
        tags=facts.tags,
        picture=page.picture,
        body=said.body,
        agencies=said.agencies,
        rights=said.rights,
        reader="page",
        weak=page.weak,
        lost=tuple(sorted(page.lost.items())),
    )


def read_html(html: str, url: str, *, language: str = "") -> Page:
    """What a page says, whatever it is: the body is empty where no article was found."""
    wide = is_wide(html)
    root = blocks.parse(html)
    head = metadata.head(root)
    language = metadata.language(head, language)
    page, chosen = _choose(root, head, wide=wide)
    try:
        facts = metadata.facts(root, head, page, url, language)
        told, picture, lost = _read(page, chosen, facts, url, WIDE if wide else 1.0)
    finally:
        page.release()
    weak = False
    if chosen is None or chosen.length < _LITTLE:
        hidden = states.article(root)
        if len(hidden) * (WIDE if wide else 1.0) > 3 * (chosen.length if chosen else 0):
            reading = blocks.read_fragment(hidden, Dialect(base=url))
            if reading.blocks:
                told, lost, weak = reading.blocks, reading.lost, True
    signs = Signs(
        described=head.described.is_object,
        listed=head.is_list,
        dated=facts.where.get("published", "").startswith(("json-ld", "meta", "time", "microdata")),
        called_article=head.meta.get("og:type") == "article",
        url=url,
    )
    return Page(
        blocks=told,
        picture=picture,
        facts=facts,
        lost=lost,
        language=language,
        url=url,
        verdict=judge(facts.title, told, signs, scale=WIDE if wide else 1.0),
        weak=weak,
    )


def _choose(root: HtmlElement, head: Head, *, wide: bool) -> tuple[Survey, Chosen | None]:
    """The article in a page: where next to nothing is left, once more without leaving anything out by its name."""
    told = head.described.text("articleBody")
    summary = head.described.line("description") or head.first("og:description", "description")[0]
    page = survey(root, wide=wide)
    chosen = body.choose(page, told=told, summary=summary, title=head.document)
    if chosen is not None and chosen.length >= _LITTLE:
        return page, chosen
    whole = survey(root, wide=wide, prune=False)
    again = body.choose(whole, told=told, summary=summary, title=head.document)
    if again is not None and (chosen is None or again.length > chosen.length * 2):
        page.release()
        return whole, again
    whole.release()
    return page, chosen


def _read(
    page: Survey, chosen: Chosen | None, facts: Facts, url: str, scale: float
) -> tuple[Blocks, Picture | None, Counter[str]]:
    """The chosen part of a page as blocks, its lead picture, and what was not understood."""
    lost: Counter[str] = Counter()
    if chosen is None:
        return (), None, lost
    pictures.normalise(page)
    inside = Dialect(base=url, special=_dropping(page, chosen))

    def special(element: HtmlElement) -> Blocks | None:
        found = inside.special(element)
        return pictures.shown(element, inside) if found is None and element.tag == "figure" else found

    dialect = Dialect(base=url, special=special)
    found: list[AnyBlock] = []
    for element in (*chosen.leads, *chosen.roots):
        reading: Reading = blocks.read(element, dialect)
        found += reading.blocks
        lost += reading.lost
    told = edges.trimmed(tuple(found), facts.title, scale=scale)
    picture, told = _lead_picture(pictures.before(page, chosen, inside), told, urls.resolve(facts.image, url))
    return told, picture, lost


def _dropping(page: Survey, chosen: Chosen) -> Callable[[HtmlElement], Blocks | None]:
    gone, left_out = chosen.dropped, page.dropped

    def special(element: HtmlElement) -> Blocks | None:
        if element in gone or element in left_out or element.tag in _NEVER:
            return ()
        return () if element.tag == "img" and pictures.is_icon(element) else None

    return special


def _lead_picture(over: Blocks, told: Blocks, image: str) -> tuple[Picture | None, Blocks]:
    """The picture over the text, and the text with the others: what the page shows goes before what it names."""
    shown = {pictures.address_key(each.picture) for each in told if isinstance(each, Figure)}
    extra = [each for each in over if isinstance(each, Figure) and pictures.address_key(each.picture) not in shown]
    if extra:
        return extra[0].picture, (*extra[1:], *told)
    match told:
        case (Figure() as first, *rest):
            return first.picture, tuple(rest)
        case _:
            return (Picture(url=image) if image and not shown else None), told


_LITTLE = 400  # letters below which a page is read again without leaving anything out
_NEVER = frozenset({"button", "h1"})
