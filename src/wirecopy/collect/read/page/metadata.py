"""What a page says about its article beside the text, and where it says so.

Its data first (JSON-LD, then meta elements and microdata), then what it shows (`<time>`, bylines, lines of text).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement

from wirecopy.collect.read import jsonld
from wirecopy.collect.read.page import moments, titles
from wirecopy.collect.read.page.clutter import Hint
from wirecopy.collect.read.page.people import names, names_of_data
from wirecopy.collect.read.page.survey import Survey
from wirecopy.collect.read.stranger import Json


@dataclass(slots=True)
class Head:
    """A page's data about itself: its meta elements by name, its JSON-LD, its `<title>` and `<h1>`s."""

    meta: dict[str, str]
    described: Json
    document: str
    heads: list[str]
    language: str
    canonical: str
    objects: list[Json] = field(default_factory=list)

    @property
    def is_list(self) -> bool:
        """Does the page call itself a list?"""
        return not self.described.is_object and any(
            _LIST.match(each) for thing in self.objects for each in jsonld.types(thing)
        )

    def first(self, *names: str) -> tuple[str, str]:
        """The first of these meta elements that says something, and its name."""
        return next(((said, name) for name in names if (said := self.meta.get(name))), ("", ""))


@dataclass(slots=True)
class Facts:
    """What was found; `where` has the place of each."""

    title: str = ""
    authors: tuple[str, ...] = ()
    byline: str = ""
    published: datetime | None = None
    spelt: str = ""
    modified: datetime | None = None
    summary: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    site: str = ""
    image: str = ""
    where: dict[str, str] = field(default_factory=dict)


def head(root: HtmlElement) -> Head:
    """Everything that a page's head and its data say."""
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        get = element.get
        name = get("property") or get("name") or get("itemprop") or get("http-equiv")
        said = get("content")
        if name and said and (name := name.lower()) not in meta:
            meta[name] = " ".join(said.split())
    objects = list(jsonld.objects(root))
    described = next((each for each in objects if any(map(_ARTICLE.match, jsonld.types(each)))), Json())
    document = next(
        (
            " ".join((each.text or "").split())
            for each in root.iter("title")
            if each.text and each.getparent() is not None and each.getparent().tag != "svg"
        ),
        "",
    )
    heads = [" ".join("".join(each.itertext()).split()) for each in root.iter("h1")]
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    canonical = next(
        (each.get("href") or "" for each in root.iter("link") if (each.get("rel") or "").lower() == "canonical"), ""
    )
    return Head(meta, described, document, [each for each in heads if each], language, canonical, objects)


def language(known: Head, otherwise: str) -> str:
    """The language that a page declares, as a BCP 47 tag."""
    said = known.language or known.first("og:locale", "content-language", "language", "dc.language")[0] or otherwise
    said = said.split(",")[0].strip().replace("_", "-")
    return said if _TAG.fullmatch(said) else otherwise


_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_LIST = re.compile(r"(?:CollectionPage|SearchResultsPage|ItemList|ProfilePage|Blog)$")
_ARTICLE = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|LiveBlogPosting)$")
_ITEMS = etree.XPath("//*[@itemprop]")
_SIGNED = etree.XPath("//*[@rel='author' or contains(@itemprop, 'author') or contains(@itemprop, 'Author')]")
_NEAR = 60  # lines of a page in which its date and its author stand, if anywhere
_TITLES = (
    "og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline",
    "title",
)  # fmt: skip
_PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "publishdate", "pubdate", "publish_date",
    "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.created", "dc.date.created",
    "dcterms.issued", "dc.date", "dcterms.date", "date", "article.published", "cxenseparse:recs:publishtime",
    "publication_date", "published_time", "og:release_date", "release_date", "weibo: article:create_at",
    "bt:pubdate", "article:create_at", "displaydate", "dc.created", "datecreated", "ptime",
    "shareaholic:article_published_time", "rnews:datepublished", "originalpublicationdate",
    "article_date_original", "cdate", "created", "creation_date", "published", "date_published", "pub_date",
    "publishtime", "pubtime", "uploaddate",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
    "last-modified", "lastmod", "revised", "article:modified", "modified",
)  # fmt: skip
_AUTHORS = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author",
    "sailthru.author", "byl", "dc.contributor", "citation_author", "creator", "twitter:creator:name",
    "cxenseparse:author", "og:article:author", "authors", "article.author",
)  # fmt: skip
_SUMMARIES = (
    "og:description", "description", "twitter:description", "dc.description", "dcterms.description",
    "sailthru.description",
)  # fmt: skip


def facts(root: HtmlElement, known: Head, page: Survey, url: str, language: str) -> Facts:
    """What is known about the article at this address."""
    found = Facts()
    described = known.described
    found.site = known.first("og:site_name", "application-name", "al:android:app_name")[0] or described.line(
        "publisher", "name"
    )
    headline = described.line("headline") or described.line("name")
    given = [_unescaped(each) for each in (headline, *(known.meta.get(name, "") for name in _TITLES)) if each]
    items = [
        each for each in root.iter("h1", "h2", "h3") if (each.get("itemprop") or "").lower() in ("headline", "name")
    ][:1]
    heads = [" ".join("".join(each.itertext()).split()) for each in items] + known.heads
    found.title = titles.choose(heads=heads, given=given, document=known.document, site=found.site)
    found.summary = _unescaped(described.line("description") or known.first(*_SUMMARIES)[0])
    _dates(found, root, known, page, url, language)
    _authors(found, root, known, page)
    found.section = (
        described.line("articleSection")
        or described.at("articleSection").line(0)
        or known.first("article:section", "parsely-section", "section")[0]
    )
    image = described.at("image")
    found.image = (
        known.first("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")[0]
        or image.line("url")
        or image.line(0, "url")
        or image.line(0)
        or image.line()
    )
    keywords = known.first("news_keywords", "keywords", "parsely-tags", "article:tag")[0]
    found.tags = tuple(dict.fromkeys(filter(None, (each.strip() for each in re.split(r"[,;，、；]", keywords)[:30]))))
    return found


def _unescaped(words: str) -> str:
    return html.unescape(words) if "&" in words else words


def _dates(found: Facts, root: HtmlElement, known: Head, page: Survey, url: str, language: str) -> None:
    zone = moments.CHINA if language.lower().startswith("zh") else None
    month_first = language.lower() in ("en", "en-us")
    for spelt, where in _moments(root, known, page, url):
        if not spelt:
            continue
        if where == "address":
            moment = moments.of_address(spelt)
        elif where.startswith(("json-ld", "meta", "time", "microdata")):
            moment = moments.of_data(spelt, zone)
        else:
            moment = moments.of_text(spelt, month_first=month_first, zone=zone)
        if moment is not None:
            found.published, found.spelt, found.where["published"] = moment, spelt, where
            break
    for spelt in (known.described.line("dateModified"), known.first(*_MODIFIED)[0]):
        if spelt and (moment := moments.of_data(spelt, zone)) is not None:
            found.modified = moment
            break


def _moments(root: HtmlElement, known: Head, page: Survey, url: str) -> Iterator[tuple[str, str]]:
    """What may be the moment of publication, the best first, and where it stands."""
    yield from _moments_of_data(root, known)
    for flag, longest, where in ((Hint.DATE, 200, "class"), (Hint.BYLINE, 300, "byline")):
        for element, hints, _ in page.marked:
            if hints & flag and not hints & Hint.COMMENTS and 0 < len(said := _shown(element)) < longest:
                yield said, where
    yield url, "address"
    yield known.canonical, "address"
    yield from ((line.words, "line") for line in page.lines[:_NEAR] if len(line.words) < 200)
    yield known.first(*_MODIFIED)[0], "meta modified"
    yield known.described.line("dateModified"), "json-ld modified"
    yield from ((line.words, "line") for line in page.lines[_NEAR:] if len(line.words) < 120)


def _moments_of_data(root: HtmlElement, known: Head) -> Iterator[tuple[str, str]]:
    for key in ("datePublished", "dateCreated", "uploadDate"):
        yield known.described.line(key), "json-ld"
    for name in _PUBLISHED:
        yield known.meta.get(name, ""), f"meta {name}"
    for thing in known.objects:
        yield thing.line("datePublished"), "json-ld"
    for each in _ITEMS(root):
        if "datepublished" in each.get("itemprop").lower():
            yield (each.get("content") or each.get("datetime") or _shown(each))[:100], "microdata"
    times = list(root.iter("time"))
    times.sort(key=lambda each: not (each.get("pubdate") is not None or "publish" in (each.get("class") or "")))
    for each in times[:3]:
        yield (each.get("datetime") or _shown(each))[:100], "time"


def _shown(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _authors(found: Facts, root: HtmlElement, known: Head, page: Survey) -> None:
    for where, said in _people(root, known, page):
        in_data = where.startswith(("json-ld", "meta"))
        people = names_of_data(said, found.site) if in_data else names(" ".join(said), found.site)
        if people:
            found.authors, found.where["authors"] = people, where
            found.byline = "; ".join(said) if where == "shown" else ""
            return


def _people(root: HtmlElement, known: Head, page: Survey) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What may name the authors, the best first, and where it stands."""
    yield "json-ld", jsonld.names(known.described, "author")
    for name in _AUTHORS:
        if written := known.meta.get(name):
            yield f"meta {name}", (written,)
    named = [_shown(each)[:200] for each in _SIGNED(root)[:4] if each.tag not in ("link", "meta")]
    yield "shown", tuple(dict.fromkeys(named))[:3]
    for element, hints, _ in page.marked:
        if hints & Hint.BYLINE and not hints & Hint.COMMENTS and 2 < len(words := _shown(element)) < 200:
            yield "shown", (words,)
    for line in page.lines[:_NEAR]:
        if len(line.words) < 120 and (match := _BY.search(line.words)):
            yield "line", (match[1] or match[2],)


_BY = re.compile(
    r"(?:^(?:by|von|par|por|di|door|af|av)\s+((?:[A-ZÀ-ÞА-Я][\w.'’-]+\s?){2,4})$"
    r"|(?:作者|记者|記者|撰文|文/|文／)\s*[:：]?\s*([\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff]))"
)
