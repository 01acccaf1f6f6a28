"""What a source's own rules say about a page: `PageRules` and the page's tree → what they find on it.

- A rule helps the general reader and never stands for it: one that finds nothing, or leaves too little of an article,
  is not obeyed. It is noticed: `Ruled.missed` names it, and the article's `lost` counts it.
- Facts are looked for before anything is dropped; what would drop all of the body is not dropped.
- Rules are for the captures of their days (`since`, `until`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree
from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.read.page import body, moments, titles
from wirecopy.collect.read.page.body import Chosen
from wirecopy.collect.read.page.metadata import Facts
from wirecopy.collect.read.page.people import of_byline
from wirecopy.collect.read.page.survey import WIDE, Survey
from wirecopy.collect.read.parts import Links, same_site
from wirecopy.model import PageRules
from wirecopy.selectors import found

NO_RULES = PageRules()
TOO_LITTLE = "rules left too little of the article"  # in `Article.lost`

_LONG = 1_000  # characters of a fact that are looked at
_FACTS = 20  # elements that say one fact
_MOST = 2_000  # elements that one rule may find: a body of as many paragraphs is still an article
_WHOLE = 0.5  # the share of a body that clutter may be: what holds more than that, the rule meant to be there


@dataclass(slots=True)
class Ruled:
    """What rules found on a page. `missed`: the rules that every page should obey, and this one doesn't."""

    title: str = ""
    subtitle: str = ""
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    body: list[HtmlElement] = field(default_factory=list)
    dropped: set[HtmlElement] = field(default_factory=set)
    next_page: str = ""
    single_page: str = ""
    missed: list[str] = field(default_factory=list)


def of_day(rules: PageRules, at: datetime) -> PageRules:
    """The rules for a capture of this moment: these, or none."""
    day = at.date().isoformat()
    return rules if rules.since <= day and (not rules.until or day <= rules.until) else NO_RULES


def applied(root: HtmlElement, rules: PageRules, base: str, *, site: str = "") -> Ruled:
    """What rules find on a page at this address, of the outlet that calls itself `site`. No text goes from its tree."""
    ruled = Ruled(
        title=_title(rules.title, root, site),
        subtitle=next(_texts(rules.subtitle, root), ""),
        authors=tuple(dict.fromkeys(_texts(rules.authors, root))),
        published=tuple(_moments(rules.published, root)),
        body=_outermost(_first(rules.body, root)),
        next_page=_address(rules.next_page, root, base),
        single_page=_address(rules.single_page, root, base),
    )
    _drop(rules.drop, root, ruled)
    ruled.body = [_held(each) for each in ruled.body]
    said = {"title": ruled.title, "published": ruled.published, "body": ruled.body}
    ruled.missed += [f"rule {name} found nothing" for name, what in said.items() if getattr(rules, name) and not what]
    return ruled


def cut(ruled: Ruled) -> None:
    """Take out of the tree what the rules drop."""
    for each in ruled.dropped:
        _remove(each)


def led(ruled: Ruled, links: Links) -> Links:
    """The links to more of the article, the rules' own before what the page looks like."""
    return links._replace(next=ruled.next_page or links.next, whole=ruled.single_page or links.whole)


def tell(facts: Facts, ruled: Ruled, *, language: str, url: str, zone: str) -> None:
    """Put what rules found in the place of what the page's data say."""
    if ruled.title:
        facts.title, facts.where["title"] = ruled.title, "rule"
    if ruled.subtitle:
        facts.subtitle, facts.where["subtitle"] = ruled.subtitle, "rule"
    people = [name for said in ruled.authors for name in of_byline(said, facts.site, loose=True).persons]
    if people:
        facts.authors, facts.where["authors"] = tuple(dict.fromkeys(people)), "rule"
        facts.byline = "; ".join(ruled.authors)
    here = moments.zone_of(language, url, zone)
    for spelt in ruled.published:
        month_first = moments.is_month_first(language, url)
        moment = moments.of_data(spelt[:100], here, month_first=month_first, language=language)
        if moment is not None:
            facts.published, facts.written, facts.spelt = moment.astimezone(UTC), moment, spelt
            facts.where["published"] = "rule"
            return
    if ruled.published:
        ruled.missed.append("rule published found no moment")


def is_hidden(page: Survey, elements: list[HtmlElement]) -> bool:
    """Does one of these elements stand in what was left out of the page by its name?"""
    left_out = set(page.dropped)
    return any(_is_in(each, left_out) for each in elements)


def chosen(page: Survey, elements: list[HtmlElement], *, summary: str, title: str) -> Chosen | None:
    """These elements of a page as its article. What in them is clutter goes, unless that would be most of it."""
    wanted = set(elements)
    boxes = [box for box in page.boxes if box.element in wanted]
    if not boxes:
        length = sum(len(_words(each)) for each in elements) * (WIDE if page.wide else 1.0)
        return Chosen(elements, set(), length) if length else None
    top = max(boxes, key=lambda box: box.length)
    picked = body.within(page, boxes, top, summary=summary, title=title)
    whole = sum(box.length for box in boxes)
    if picked.length < whole * _WHOLE:
        picked.dropped.clear()
        picked.length = whole
    # What stands inside a line (an <img>, a <span>) has no box and is the rule's all the same.
    picked.roots = elements
    return picked


# --- what selectors find ---------------------------------------------------------------------------------------------


def _first(selectors: Iterable[str], root: HtmlElement) -> list[HtmlElement]:
    """The elements of the first selector that finds one with anything in it."""
    for selector in selectors:
        elements = [each for each in found(selector, root)[:_MOST] if not isinstance(each, str)]
        if any(_words(each) or next(each.iter("img", "video", "iframe"), None) is not None for each in elements):
            return elements
    return []


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    """Those that stand in no other of them."""
    known = set(elements)
    return [each for each in elements if not any(above in known for above in each.iterancestors())]


def _texts(selectors: Iterable[str], root: HtmlElement) -> Iterator[str]:
    """The texts of the first selector that finds one."""
    for selector in selectors:
        said = [words for each in found(selector, root)[:_FACTS] if (words := _words(each)[:_LONG])]
        if said:
            yield from said
            return


def _title(selectors: Iterable[str], root: HtmlElement, site: str) -> str:
    for selector in selectors:
        for each in found(selector, root)[:10]:
            if words := _words(each)[:_LONG]:
                # What a browser's window or a search engine shows is named with the outlet, a headline is not.
                named = isinstance(each, str) or each.tag == "title"
                return titles.bare(words, site) if named else words
    return ""


def _moments(selectors: Iterable[str], root: HtmlElement) -> Iterator[str]:
    for selector in selectors:
        for each in found(selector, root)[:10]:
            said = each if isinstance(each, str) else each.get("datetime") or each.get("content") or _words(each)
            if said := said.strip()[:_LONG]:
                yield said


def _address(selectors: Iterable[str], root: HtmlElement, base: str) -> str:
    """Where the first link that is found leads, on the page's own site."""
    for selector in selectors:
        for each in found(selector, root)[:10]:
            href = each if isinstance(each, str) else _href(each)
            if (address := urls.resolve(href, base)) and same_site(address, base):
                return address
    return ""


def _href(element: HtmlElement) -> str:
    for each in (element, *element.iterancestors("a"), *element.iter("a")):
        if href := each.get("href"):
            return str(href)
    return ""


def _drop(selectors: Iterable[str], root: HtmlElement, ruled: Ruled) -> None:
    spared = {root, root.find("body"), root.find("head")}
    for selector in selectors:
        elements = {each for each in found(selector, root)[:_MOST] if not isinstance(each, str)} - spared
        left = [each for each in ruled.body if not _is_in(each, elements)]
        if ruled.body and not left:
            ruled.missed.append("rule drop takes the whole body")
            continue
        ruled.body = left
        ruled.dropped |= elements


def _held(element: HtmlElement) -> HtmlElement:
    """What holds this element and nothing else: the reader reads what stands inside what it is given."""
    parent = element.getparent()
    if element.tag not in _WHOLE_ITSELF or parent is None:
        return element
    holder = element.makeelement("div")
    parent.replace(element, holder)
    holder.tail, element.tail = element.tail, None
    holder.append(element)
    return holder


# What says by itself what stands inside it.
_WHOLE_ITSELF = frozenset({
    "img", "picture", "figure", "video", "audio", "iframe", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "h1",
    "h2", "h3", "h4", "h5", "h6", "a", "b", "i", "em", "strong",
})  # fmt: skip


def _is_in(element: HtmlElement, others: set[HtmlElement]) -> bool:
    return element in others or any(each in others for each in element.iterancestors())


def _remove(element: HtmlElement) -> None:
    """Take an element out of its tree, and leave the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if tail := element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    element.tail = None
    parent.remove(element)


_SEEN = etree.XPath("descendant::text()[not(ancestor::script or ancestor::style or ancestor::template)]")
_BLANKS = re.compile(r"\s+")


def _words(each: HtmlElement | str) -> str:
    """The words of what a selector found, on one line."""
    if isinstance(each, str):
        return _BLANKS.sub(" ", each).strip()
    said = (each.get("content") or "") if each.tag == "meta" else "".join(_SEEN(each))
    return _BLANKS.sub(" ", said).strip()
