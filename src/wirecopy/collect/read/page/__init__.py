"""Any outlet's page in any language → an article: the common reader, for sources that have none of their own.

| module       | says                                                                |
|--------------|---------------------------------------------------------------------|
| `charset`    | which encoding the bytes are in                                     |
| `survey`     | what blocks of text a page has: the one walk over its tree          |
| `clutter`    | what the names of elements say                                      |
| `body`       | which part is the article, and what in it is not                    |
| `document`   | what is chosen as blocks, its lead picture and kind                 |
| `pictures`   | which pictures and captions are the article's; `galleries`: several |
| `live`       | entries of live blogs; `notes`: corrections and boxes of facts      |
| `edges`      | which first and last lines are no text; `closing` knows their words |
| `metadata`   | title, authors, moments … (`titles`, `people`, `moments`)           |
| `rules`      | what the outlet's own rules find                                    |
| `states`     | the text in a page's state, where the page shows none               |
| `verdict`    | whether it is an article at all                                     |

No module knows a site: rules are general ones, or those of a language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from dataclasses import replace as replaced
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.read import blocks, lines, parts
from wirecopy.collect.read.blocks import Dialect
from wirecopy.collect.read.habits import NO_HABITS, Habits, without
from wirecopy.collect.read.page import body, charset, document, metadata, moments, rules, states, titles
from wirecopy.collect.read.page.body import Chosen
from wirecopy.collect.read.page.document import Document
from wirecopy.collect.read.page.metadata import Facts, Head
from wirecopy.collect.read.page.rules import NO_RULES, Ruled
from wirecopy.collect.read.page.survey import WIDE, Survey, is_wide, survey
from wirecopy.collect.read.page.verdict import Signs, Verdict, judge
from wirecopy.collect.read.parts import NO_LINKS, Incomplete, Links
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Article, Blocks, Capture, Figure, Lead, PageRules, Picture, Source, document_text, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it was read. `weak`: the text is from the page's state, and nobody sees it on the page. `told`: how
    much text it has, in letters. `links`: where it says that more of the article is.
    """

    blocks: Blocks
    picture: Picture | None = None
    facts: Facts
    lost: Counter[str]
    language: str
    url: str
    verdict: Verdict
    kind: str = "article"
    weak: bool = False
    told: float = 0.0
    links: Links = NO_LINKS


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """The article that a page holds, alone."""
    return reading(source, lead, capture, (), NO_HABITS)[0]


def reading(
    source: Source, lead: Lead, capture: Capture, more: Sequence[Capture], habits: Habits
) -> tuple[Article, tuple[str, ...]]:
    """The article that pages hold, and the addresses of what would make it whole.

    Raises ReadError when the first page holds none (Incomplete when another may), Doubtful when something stands in.
    """
    from wirecopy.collect.doubt import doubt_page  # here: it looks at pages with what is in this package

    if what := charset.no_page(capture):
        raise ReadError(f"{lead.url} holds no page: it is {what}")
    page, wants = _Pages(source, capture, more, habits).whole()
    kind = page.verdict.kind
    if kind in ("list", "empty") and wants:
        raise Incomplete(f"{lead.url} holds no article, but {wants[0]} may: {page.verdict.why}", wants)
    article = _article(source, lead, page)
    # What stands in for an article is told by what was announced, too: the verdict knows the page alone.
    reason = doubt_page(source, lead, capture, article if kind in ("article", "stand-in") else None)
    if reason:
        raise Doubtful(reason)
    if kind == "list":
        raise Doubtful(f"{lead.url} looks like a list and not like an article: {page.verdict.why}")
    if kind == "empty":
        raise ReadError(f"{lead.url} holds no article: {page.verdict.why}")
    return article, wants


def believed(source: Source, lead: Lead, capture: Capture, more: Sequence[Capture], habits: Habits) -> Article:
    """What pages say, whatever is to be thought of them: for somebody who has looked. Raises ReadError for nothing."""
    if what := charset.no_page(capture):
        raise ReadError(f"{lead.url} holds no page: it is {what}")
    page, _ = _Pages(source, capture, more, habits).whole()
    if not page.blocks and page.picture is None:
        raise ReadError(f"{lead.url} holds no article: {page.verdict.why}")
    return _article(source, lead, page)


def read_html(
    html: str,
    url: str,
    *,
    language: str = "",
    zone: str = "",
    at: datetime | None = None,
    given: PageRules = NO_RULES,
    habits: Habits = NO_HABITS,
    first: str = "",
    number: int = 1,
) -> Page:
    """What a page says, whatever it is: the body is empty where no article was found.

    `given` are the rules of its outlet. The page is part `number` of an article that begins at `first`.
    """
    asked = _Asked(html, url, language, zone, at, habits, first or url, number)
    page = _read(asked, given)
    if not given.body and not given.drop:
        return page
    # What rules leave too little of is read without them: without the body's first, since what is dropped may be long.
    without_body, without_both = replace(given, body=()), replace(given, body=(), drop=())
    for ruled, weaker, little in ((given.body, without_body, _SHORT), (given.drop, without_both, _NOTHING)):
        if ruled and page.told < little:
            general = _read(asked, weaker)
            if general.told > page.told * _TIMES:
                page = general
                page.lost[rules.TOO_LITTLE] = 1
    return page


# --- one article from its pages --------------------------------------------------------------------------------------


class _Pages:
    """The pages of one article that are at hand, by their addresses."""

    def __init__(self, source: Source, capture: Capture, more: Sequence[Capture], habits: Habits) -> None:
        self.source, self.habits = source, habits
        self.others = {parts.address(url): each for each in more for url in (each.url, each.final_url) if url}
        self.first = self.read(capture, 1)

    def read(self, capture: Capture, number: int) -> Page:
        url = capture.final_url or capture.url
        return read_html(
            charset.decoded(capture),
            url,
            language=self.source.language,
            zone=self.source.zone,
            at=capture.at,
            given=rules.of_day(self.source.page, capture.at),
            habits=self.habits,
            first=url if number == 1 else self.first.url,
            number=number,
        )

    def has(self, url: str) -> bool:
        return parts.address(url) in self.others

    def at(self, url: str, number: int = 1) -> Page | None:
        """The page at this address, None when it can't be read or believed."""
        capture = self.others[parts.address(url)]
        if capture.status != 200 or capture.truncated or charset.no_page(capture):
            return None
        page = self.read(capture, number)
        return page if page.blocks and page.verdict.kind != "stand-in" else None

    def whole(self) -> tuple[Page, tuple[str, ...]]:
        """The article as far as it is at hand, and what to ask for next."""
        page, links = self.first, self.first.links
        is_article = page.verdict.kind == "article"
        if links.light and page.verdict.kind != "stand-in" and (page.weak or not is_article or page.told < _STUB):
            if not self.has(links.light):
                return page, (links.light,)
            page = _fuller(page, self.at(links.light), 2.0)
        if page.verdict.kind != "article":
            return page, ()
        single = None
        if links.whole:
            if not self.has(links.whole):
                return page, (links.whole,)
            single = self.at(links.whole)
        joined, wants = self.joined(page)
        # The fuller of both stands.
        if single is not None and single.told > page.told and single.told >= joined.told * _AS_MUCH:
            return _fuller(page, single, 1.0), ()
        return joined, wants

    def joined(self, page: Page) -> tuple[Page, tuple[str, ...]]:
        """The parts that are at hand as one page, and the address of the next."""
        told = [page]
        asked = {parts.address(page.url)}
        following, lost = page.links.next, Counter(page.lost)
        wants: tuple[str, ...] = ()
        while following and parts.address(following) not in asked and len(told) < parts.MOST:
            if not self.has(following):
                wants = (following,)
                break
            asked.add(parts.address(following))
            part = self.at(following, len(told) + 1)
            if part is None:
                lost["part of the article"] += 1
                break
            over = (Figure(picture=part.picture),) if part.picture is not None else ()
            new = parts.fresh((*over, *part.blocks), [_shown(each) for each in told], page.facts.title)
            if not new or (parts.is_ambiguous(following, page.url) and not _is_named_alike(page, part)):
                break
            told.append(replaced(part, blocks=new, picture=None))
            lost += part.lost
            following = part.links.next
        if len(told) == 1:
            return replaced(page, lost=lost), wants
        whole = parts.joined([each.blocks for each in told])
        return replaced(page, blocks=whole, lost=lost, told=sum(each.told for each in told)), wants


def _fuller(page: Page, other: Page | None, times: float) -> Page:
    """The one of two pages of the same article that says more, so many times, with what only the other one knows."""
    if other is None or other.told <= page.told * times or other.verdict.kind != "article":
        return page
    one, two = (page, other) if page.verdict.kind == "article" else (other, page)
    known = {each.name: getattr(one.facts, each.name) for each in fields(Facts)}
    known.update((name, getattr(two.facts, name)) for name, said in known.items() if said in (None, "", ()))
    lost = other.lost + Counter(each for each in page.lost if each.startswith("rule"))
    return replaced(other, facts=Facts(**known), picture=page.picture or other.picture, url=page.url, lost=lost)


def _shown(page: Page) -> Blocks:
    return (Figure(picture=page.picture), *page.blocks) if page.picture is not None else page.blocks


def _is_named_alike(page: Page, part: Page) -> bool:
    one, two = titles.same(page.facts.title), titles.same(part.facts.title)
    return one in two or two in one


def _article(source: Source, lead: Lead, page: Page) -> Article:
    facts = page.facts
    said = lines.read(page.blocks)
    return Article(
        source=source.id,
        key=lead.key,
        kind=page.kind,
        url=urls.canonical(_address(page), source.strip),
        title=facts.title or lead.title,
        kicker=facts.kicker,
        subtitle=facts.subtitle,
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
        agencies=said.agencies or facts.agencies,
        rights=said.rights,
        reader="page",
        weak=page.weak,
        lost=tuple(sorted(page.lost.items())),
    )


def _address(page: Page) -> str:
    """The address that the page gives itself, where that may be its own: on its host, and no front page."""
    own = page.facts.canonical
    return own if own and urls.host(own) == urls.host(page.url) and urlsplit(own).path.strip("/") else page.url


# --- one page --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page to be read, and what is known of it before."""

    html: str
    url: str
    language: str
    zone: str
    at: datetime | None
    habits: Habits
    first: str
    number: int


def _read(asked: _Asked, given: PageRules) -> Page:
    url = asked.url
    data = blocks.spelt(asked.html)
    wide = is_wide(data)
    scale = WIDE if wide else 1.0
    root = blocks.tree(data, ids=given != NO_RULES)  # rules may ask for them, nothing else does
    head = metadata.head(root)
    language = metadata.language(head, asked.language)
    links = parts.links(root, url, asked.first, asked.number)
    ruled, facts = Ruled(), None
    if given != NO_RULES:
        ruled = rules.applied(root, given, url, site=head.first("og:site_name", "application-name")[0])
        links = rules.led(ruled, links)
        if ruled.dropped:  # what rules drop from the text may still name the author, or the day
            facts = _facts(root, head, survey(root, wide=wide), asked, language)
            rules.cut(ruled)
    page, chosen = _choose(root, head, ruled.body, wide=wide)
    try:
        facts = facts or metadata.facts(root, head, page, url, language, zone=asked.zone, at=asked.at)
        if given != NO_RULES:
            rules.tell(facts, ruled, language=facts.language or language, url=url, zone=asked.zone)
        found = document.read(page, chosen, facts, head, url, scale) if chosen else Document()
    finally:
        page.release()
    weak = False
    if chosen is None or chosen.length < _LITTLE:
        hidden = states.article(root)
        if len(hidden.html) * scale > 3 * (chosen.length if chosen else 0):
            reading = blocks.read_fragment(hidden.html, Dialect(base=url))
            if reading.blocks:
                states.tell(facts, hidden, moments.zone_of(facts.language or language, url, asked.zone))
                shown = urls.resolve(hidden.image, url)
                picture = found.picture or (Picture(url=shown) if shown else None)
                found = Document(reading.blocks, picture, reading.lost)
                weak = not states.is_the_pages(hidden, facts)
    told = without(found.blocks, asked.habits, own=(facts.title, facts.summary))
    # What tells nothing says what is under its picture.
    captioned: Blocks = (Figure(picture=found.picture),) if found.picture else ()
    signs = Signs(
        described=head.described.is_object,
        listed=head.is_list,
        dated=facts.where.get("published", "").startswith(("json-ld", "meta", "time", "microdata", "rule")),
        called_article=head.meta.get("og:type") == "article",
        url=url,
    )
    return Page(
        blocks=told,
        picture=found.picture,
        facts=facts,
        lost=found.lost + Counter(ruled.missed),
        language=facts.language or language,
        url=url,
        verdict=judge(facts.title, told or captioned, signs, scale=scale),
        kind=document.kind(told, head, scale),
        weak=weak,
        told=len(document_text(told)) * scale,
        links=links,
    )


def _facts(root: HtmlElement, head: Head, page: Survey, asked: _Asked, language: str) -> Facts:
    try:
        return metadata.facts(root, head, page, asked.url, language, zone=asked.zone, at=asked.at)
    finally:
        page.release()


def _choose(root: HtmlElement, head: Head, ruled: list[HtmlElement], *, wide: bool) -> tuple[Survey, Chosen | None]:
    """The article in a page: what its outlet's rules say, or, where they say nothing, what looks like it. Where next to
    nothing is left, once more without leaving anything out by its name.
    """
    told = head.described.text("articleBody")
    summary = head.described.line("description") or head.first("og:description", "description")[0]

    def choose(page: Survey) -> Chosen | None:
        if ruled:
            return rules.chosen(page, ruled, summary=summary, title=head.document)
        return body.choose(page, told=told, summary=summary, title=head.document)

    page = survey(root, wide=wide)
    chosen = choose(page)
    if chosen is not None and chosen.length >= _LITTLE and not rules.is_hidden(page, ruled):
        return page, chosen
    whole = survey(root, wide=wide, prune=False)
    again = choose(whole)
    if again is not None and (chosen is None or again.length > chosen.length * 2):
        page.release()
        return whole, again
    whole.release()
    return page, chosen


_LITTLE = 400  # letters below which a page is read again without leaving anything out
_STUB = 250  # letters of an article below which its light page is asked for, too: two sentences
_SHORT = 700  # letters below which what rules leave of a page is compared with what they do not help to find …
_NOTHING = 100  # letters below which what is dropped was all of it
_TIMES = 4  # … and so many times as much is believed before them: a guess
_AS_MUCH = 0.9  # of the text of all parts that the whole on one page has at least: parts have pagers and repeat leads
