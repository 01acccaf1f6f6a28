"""What a page says about its article beside the text, and where it says so.

Its data first (JSON-LD, then meta elements and microdata), then what it shows around its headline (`headline`), then
what its address and the rest of the page tell. `Facts.where` has the place of each fact.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.read import blocks, jsonld
from wirecopy.collect.read.page import headline, languages, moments, people, titles
from wirecopy.collect.read.page.clutter import Hint, hint
from wirecopy.collect.read.page.headline import Around, Near, Piece
from wirecopy.collect.read.page.people import Named
from wirecopy.collect.read.page.survey import Survey
from wirecopy.collect.read.page.titles import same
from wirecopy.collect.read.stranger import Json


@dataclass(slots=True)
class Head:
    """A page's data about itself: its meta elements by name, its JSON-LD, its `<title>`, its headings and times."""

    meta: dict[str, str]
    described: Json
    document: str
    heads: list[str]
    language: str
    canonical: str
    objects: list[Json] = field(default_factory=list)
    headings: list[tuple[HtmlElement, str]] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    base: str = ""

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
    """What was found; `where` has the place of each.

    `published` is UTC; `written` is the same moment in the zone in which the page has it, so that its day is the
    page's, and `spelt` its spelling. `free`: does the page call itself free to read? None where it says nothing.
    `signals` are its wishes how it be used, as "name: value". `canonical` is "" where the page names none
    that could be its own.
    """

    title: str = ""
    kicker: str = ""
    subtitle: str = ""
    authors: tuple[str, ...] = ()
    byline: str = ""
    agencies: tuple[str, ...] = ()
    published: datetime | None = None
    written: datetime | None = None
    spelt: str = ""
    modified: datetime | None = None
    summary: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    site: str = ""
    image: str = ""
    canonical: str = ""
    language: str = ""
    free: bool | None = None
    signals: tuple[str, ...] = ()
    where: dict[str, str] = field(default_factory=dict)


_LISTED = ("meta", "link", "title", "script", "h1", "h2", "h3", "time", "base")
_HEADINGS = 80  # headings, and times, that are looked at


def head(root: HtmlElement) -> Head:  # noqa: C901 - one pass over the tree, a case for each kind of element
    """Everything that a page's head and its data say."""
    meta: dict[str, str] = {}
    tags: list[str] = []
    scripts: list[HtmlElement] = []
    headings: list[tuple[HtmlElement, str]] = []
    times: list[HtmlElement] = []
    document = canonical = base = ""
    for element in root.iter(*_LISTED):
        match element.tag:
            case "meta":
                get = element.get
                name = get("property") or get("name") or get("itemprop") or get("http-equiv")
                said = get("content")
                if name and said and (name := name.strip().lower()):
                    if name in _TAG_NAMES and len(tags) < _TAGS:
                        tags.append(said[:_LONG])
                    if name not in meta:
                        meta[name] = " ".join(said[:_LONG].split())
            case "script":
                scripts.append(element)
            case "title":
                if not document and element.text and (above := element.getparent()) is not None and above.tag != "svg":
                    document = " ".join(element.text[:_LONG].split())
            case "link":
                if not canonical and (element.get("rel") or "").lower() == "canonical":
                    canonical = (element.get("href") or "").strip()
            case "base":
                base = base or element.get("href") or ""
            case "time":
                if len(times) < _HEADINGS:
                    times.append(element)
            case _:
                if len(headings) < _HEADINGS and (words := _headline(element)):
                    headings.append((element, words))
    objects = list(jsonld.objects_in(iter(scripts)))
    described = next((each for each in objects if any(map(_ARTICLE.match, jsonld.types(each)))), Json())
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    return Head(
        meta,
        described,
        document,
        [words for each, words in headings if each.tag == "h1"],
        language,
        canonical,
        objects,
        headings,
        times,
        tags,
        base,
    )


def _headline(element: HtmlElement) -> str:
    """The words of a heading without the kicker that stands in it, by its name."""
    first = element[0] if len(element) and not (element.text or "").strip() else None
    if first is None or not isinstance(first.tag, str) or not _KICKER.search(first.get("class") or ""):
        return _shown(element)
    return _shown(element).removeprefix(_shown(first)).strip(" :|–—-•·/") or _shown(element)


def language(known: Head, otherwise: str) -> str:
    """The language that a page declares, as a BCP 47 tag."""
    for said in (known.language, known.first("og:locale", "content-language", "language", "dc.language")[0]):
        tag = said.split(",")[0].strip().replace("_", "-")
        if _TAG.fullmatch(tag):
            return tag
    return otherwise


_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_LIST = re.compile(r"(?:CollectionPage|SearchResultsPage|ItemList|ProfilePage|Blog)$")
_ARTICLE = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|LiveBlogPosting)$")
_PAGE = re.compile(r"(?:WebPage|ItemPage|AboutPage|VideoObject|AudioObject|ImageGallery|Product|Recipe|Event)$")
_ITEMS = etree.XPath("//@itemprop/..")  # half the time of //*[@itemprop]
_LONG = 10_000
_PIECES = 500  # elements of what shows a title, a name or a date
_TAGS = 30
_MANY = 3000  # links, and elements that may be dates, that are looked at
_DATELINE = 60  # characters in which the first sentences may begin with a date
_NEAR = 60  # lines of a page in which its date and its author stand, if anywhere
_TITLES = (
    "og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline",
    "title",
)  # fmt: skip
_PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "publishdate", "pubdate", "publish_date",
    "publish-date", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "dc.date", "dcterms.date", "date", "article.published", "cxenseparse:recs:publishtime",
    "publication_date", "publication-date", "published_time", "og:release_date", "release_date",
    "weibo: article:create_at", "weibo:article:create_at", "bt:pubdate", "article:create_at", "displaydate",
    "dc.created", "datecreated", "ptime", "shareaholic:article_published_time", "rnews:datepublished",
    "originalpublicationdate", "article_date_original", "cdate", "created", "creation_date", "published",
    "date_published", "date-published", "pub_date", "publishtime", "pubtime", "uploaddate", "citation_date",
    "citation_publication_date", "citation_online_date", "prism.publicationdate", "eprints.date", "firstpublished",
    "dateposted", "article:published", "article:publication_date", "article:published_date", "article-published",
    "published-date", "publisheddate", "publishedtime", "timestamp", "video:release_date", "music:release_date",
    "article:post_date", "mediator_published_time", "hf:published", "vr:published_time", "article.created",
    "dc:date", "dc:created", "dcterms:date", "dcterms:issued", "ob-date", "gtm-publishdate", "datepublication",
)  # fmt: skip
# Names that many systems give to whatever day they have.
_VAGUE = frozenset(
    f"meta {name}"
    for name in (
        "date",
        "dc.date",
        "dcterms.date",
        "dc:date",
        "dcterms:date",
        "timestamp",
        "created",
        "cdate",
        "dc.created",
        "dcterms.created",
        "dc.date.created",
        "creation_date",
    )
)
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
    "last-modified", "lastmod", "revised", "article:modified", "modified", "article.updated", "last_modified",
    "dcterms:modified", "bt:moddate", "utime", "article:update_at",
)  # fmt: skip
_AUTHORS = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author",
    "sailthru.author", "byl", "citation_author", "creator", "twitter:creator:name", "cxenseparse:author",
    "og:article:author", "authors", "article.author", "articleauthor", "article_author", "article:authors",
    "og:author", "post_author", "mediator_author", "rbauthors", "dc:creator", "author_name", "rnews:author", "byline",
    "vr:author", "page.author", "dc.contributor",
)  # fmt: skip
_SUMMARIES = (
    "og:description", "description", "twitter:description", "dc.description", "dcterms.description",
    "sailthru.description",
)  # fmt: skip
_TAG_NAMES = frozenset({"article:tag", "news_keywords", "keywords", "parsely-tags", "og:article:tag", "sailthru.tags"})
_SIGNALS = ("robots", "googlebot", "googlebot-news", "bingbot", "tdm-reservation", "tdm-policy", "rating")


def facts(
    root: HtmlElement,
    known: Head,
    page: Survey,
    url: str,
    language: str,
    *,
    zone: str = "",
    at: datetime | None = None,
) -> Facts:
    """What is known about the article at this address. `zone` (IANA) is the outlet's, where moments name none; `at` is
    when the page was taken, from which it counts when it says "2 hours ago".
    """
    found = Facts()
    found.language = languages.spoken(language, (line.words for line in page.lines))
    _site(found, known)
    headed = _title(found, known, page, url)
    near = Around(headed)
    reading = _Reading(found, root, known, page, url, near)
    reading.dates(zone, at)
    reading.people()
    _subtitle(found, headed, near)
    _rest(found, known, url)
    return found


def _unescaped(words: str) -> str:
    return html.unescape(words) if "&" in words else words


def _shown(element: HtmlElement) -> str:
    # Most hold no element, and their text is at hand.
    return " ".join(blocks.said(element, _PIECES)[:_LONG].split())


def _site(found: Facts, known: Head) -> None:
    site, where = known.first("og:site_name", "application-name", "al:android:app_name")
    if site:
        found.site, found.where["site"] = site, f"meta {where}"
    elif site := known.described.line("publisher", "name"):
        found.site, found.where["site"] = site, "json-ld"


def _outlet(url: str) -> tuple[str, ...]:
    """What the address calls the outlet: its host, and the name in it."""
    url = url[max(url.rfind("http://"), url.rfind("https://"), 0) :]
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    labels = host.split(".")
    named = max(labels[:-1], key=len, default="")
    return tuple(dict.fromkeys(each for each in (host, ".".join(labels[-2:]), named) if len(each) > 2))


def _title(found: Facts, known: Head, page: Survey, url: str) -> HtmlElement | None:
    """The title, and the element in which the page shows it."""
    described = known.described
    given = [
        (_unescaped(said), where)
        for said, where in (
            (described.line("headline") or described.line("name"), "json-ld"),
            *((known.meta.get(name, ""), f"meta {name}") for name in _TITLES),
        )
        if said
    ]
    items = [
        (each, words) for each, words in known.headings if (each.get("itemprop") or "").lower() in ("headline", "name")
    ][:1]
    firsts = [*items, *((each, words) for each, words in known.headings if each.tag == "h1")]
    chosen = titles.chosen(
        heads=[words for _, words in firsts],
        others=[words for each, words in known.headings if each.tag != "h1"],
        lines=[line.words for line in page.lines[:_NEAR]],
        given=[said for said, _ in given],
        document=_unescaped(known.document),
        site=found.site,
        outlet=_outlet(url),
    )
    found.title = chosen.title
    if chosen.title:
        found.where["title"] = chosen.where
    return _headed(found.title, known, page)


def _headed(title: str, known: Head, page: Survey) -> HtmlElement | None:
    """The element that shows the title: a heading that is it, a heading that holds it, a line, the first `<h1>`."""
    spelt = same(title)
    if spelt:
        shown = [(each, same(words)) for each, words in known.headings]
        for each, words in shown:
            if words == spelt and each.getparent() is not None:
                return each
        if len(spelt) > 5:
            for each, words in shown:
                if len(words) > 5 and (spelt in words or (words in spelt and len(words) > len(spelt) * 0.5)):
                    return each
        for line in page.lines[:_NEAR]:
            if abs(len(line.words) - len(title)) < 12 and same(line.words) == spelt and line.box.tag != "body":
                return line.box.element
    return next((each for each, _ in known.headings if each.tag == "h1"), None)


# --- dates and authors --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """What the facts about moments and authors are read from."""

    found: Facts
    root: HtmlElement
    known: Head
    page: Survey
    url: str
    near: Around
    items: list[HtmlElement] | None = None

    def with_property(self, name: str) -> Iterator[HtmlElement]:
        """The elements that microdata calls so, but those of comments."""
        if self.items is None:
            self.items = _ITEMS(self.root)[:2000]
        for each in self.items:
            if name in each.get("itemprop").lower().split() and not _in_comments(each):
                yield each

    # moments

    def dates(self, zone: str, at: datetime | None) -> None:
        found = self.found
        here = moments.zone_of(found.language, self.url, zone)
        read = _Moments(here, cache(self.is_month_first), found.language)
        data = next(self.of_data(read), None)
        shown = next(iter(self.told(read, self.near.close if data else self.near.all)), None)
        best = self.agreed(data, shown) or self.elsewhere(read)
        if best is None and at is not None:
            best = self.by_distance(at, here)
        if best is not None:
            moment, found.spelt, found.where["published"] = best
            found.written, found.published = moment, moment.astimezone(UTC)
        self.modified(read)

    def is_month_first(self) -> bool:
        """How the page's own numbers are to be read, and where they do not say: how its country writes them."""
        if not moments.is_month_first(self.found.language, self.url):
            return False
        spelt = (*self.known.meta.values(), *(line.words for line in self.near.close))
        return moments.order_in(words for words in spelt if len(words) < 100) is not False

    def of_data(self, read: _Moments) -> Iterator[_Found]:
        """What the page's data says, the best first."""
        known = self.known
        things = [known.described, *(each for each in known.objects if _is_page(each))]
        for key in ("datePublished", "dateCreated", "uploadDate"):
            yield from read.data(known.described.line(key), "json-ld")
        for name in _PUBLISHED:
            if said := known.meta.get(name):
                yield from read.data(said, f"meta {name}")
        for thing in things[1:]:
            yield from read.data(thing.line("datePublished"), "json-ld")
        for each in self.with_property("datepublished"):
            yield from read.data(each.get("content") or each.get("datetime") or _shown(each)[:100], "microdata")
        for each in known.times:
            if each.get("pubdate") is not None and not _in_comments(each):
                yield from read.data(each.get("datetime") or _shown(each), "time")

    def told(self, read: _Moments, near: list[Near]) -> list[_Found]:
        """What the page shows around its headline, the best first."""
        ranked: list[tuple[int, int, _Found]] = []
        for place, line in enumerate(near):
            if line.is_prose and (len(line.words) > 200 or not line.hints & (Hint.DATE | Hint.BYLINE)):
                continue
            for spelt, element in _spellings(line):
                for moment, said in read.of_line(spelt, element is not None):
                    called = said or ("" if element is None else _called(element))
                    rank = 0 if called == "published" else 2 if called == "modified" else 1
                    if line.hints & Hint.CLUTTER and not line.hints & (Hint.DATE | Hint.BYLINE):
                        rank += 3
                    where = "time" if element is not None and element.tag == "time" else "shown"
                    ranked.append(
                        (rank, place, (moment, spelt, f"{where} modified" if called == "modified" else where))
                    )
                    break
        ranked.sort(key=lambda each: each[:2])
        return [each for _, _, each in ranked]

    def agreed(self, data: _Found | None, shown: _Found | None) -> _Found | None:
        """What the page's data says, unless what it shows is known better: the data is only called a date, or the
        address agrees with what is shown, or what is shown is called published and stands earlier.
        """
        if data is None or shown is None or data[0].date() == shown[0].date():
            return data or shown
        if "modified" in shown[2]:
            return data
        if data[2] in _VAGUE:
            return shown
        named = moments.of_address(self.url)
        return shown if named is not None and named.date() == shown[0].date() else data

    def elsewhere(self, read: _Moments) -> _Found | None:
        """What is told nowhere near the headline: by classes, the address, other times, other lines."""
        return next(self._elsewhere(read), None)

    def _elsewhere(self, read: _Moments) -> Iterator[_Found]:
        for flag, longest, where in ((Hint.DATE, 200, "class"), (Hint.BYLINE, 300, "byline")):
            for element, hints, _ in self.page.marked:
                if hints & flag and not hints & Hint.COMMENTS and 0 < len(said := _shown(element)) < longest:
                    yield from read.text(said, where)
        for address in (self.url, self.known.canonical):
            if moment := moments.of_address(address):
                yield moment, address, "address"
        for each in self.known.times[:5]:
            if not _in_comments(each):
                yield from read.data(each.get("datetime") or _shown(each), "time")
        yield from self._in_lines(read)

    def _in_lines(self, read: _Moments) -> Iterator[_Found]:
        """What any line of the page says, and before the last ones what was only modified."""
        for near in self.near.close:
            if near.is_prose:
                yield from read.text(near.words[:_DATELINE], "line")
        for line in self.page.lines[:_NEAR]:
            if len(line.words) < 200:
                yield from read.text(line.words, "line")
        elements = list(itertools.islice(self.root.iter("div", "span", "p", "li", "td", "footer"), _MANY))
        for element in elements:
            if hint(element.get("class") or "") & Hint.DATE and not _in_comments(element):
                yield from read.text(_shown(element)[:100], "class")
        for element in elements:
            if (words := element.text) and 5 < len(words) < 60 and not _in_comments(element):
                yield from read.text(words, "line")
        yield from read.data(self.known.first(*_MODIFIED)[0], "meta modified")
        yield from read.data(self.known.described.line("dateModified"), "json-ld modified")
        for line in self.page.lines[_NEAR:]:
            if len(line.words) < 120:
                yield from read.text(line.words, "line")

    def by_distance(self, at: datetime, here: tzinfo) -> _Found | None:
        for line in self.near.close:
            if len(line.words) < 80 and (moment := moments.of_distance(line.words, at, here)):
                return moment, line.words, "distance"
        return None

    def modified(self, read: _Moments) -> None:
        found, known = self.found, self.known
        name = known.first(*_MODIFIED)
        for spelt, where in ((known.described.line("dateModified"), "json-ld"), (name[0], f"meta {name[1]}")):
            for moment, _, _ in read.data(spelt, where):
                found.modified, found.where["modified"] = moment.astimezone(UTC), where
                return

    # people

    def people(self) -> None:
        """The first place that names a person; where none does, the first that names a house."""
        found = self.found
        houses: tuple[str, tuple[str, ...]] | None = None
        for where, named, said in self.named():
            if named.houses and houses is None:
                houses = (where, named.houses)
            if named.persons and not (houses is not None and where in _GUESSES):
                found.authors, found.where["authors"] = named.persons, where
                found.agencies = named.houses
                found.byline = said
                self.completed()
                return
        if houses is not None:
            found.where["authors"], found.authors = houses
            found.agencies = found.authors

    def completed(self) -> None:
        """A first name alone is completed by what the page shows of it."""
        found = self.found
        if len(found.authors) != 1 or " " in (first := found.authors[0]) or found.where["authors"] == "shown":
            return
        outlet = _outlet(self.url)
        for line in self.near.close:
            if not line.is_prose and first in line.words:
                named = people.of_byline(_broken([line]), found.site, outlet).persons
                longer = next((name for name in named if name.startswith(first + " ")), "")
                if longer:
                    found.authors, found.byline = (longer,), line.words
                    return

    def named(self) -> Iterator[tuple[str, Named, str]]:
        """What may name the authors, the best first: where it stands, whom it names, the words."""
        known, site = self.known, self.found.site
        outlet = _outlet(self.url)
        known_by_id = {each.line("@id"): each for each in known.objects if each.line("@id")}
        of_data = partial(people.of_data, site=site, outlet=outlet)
        said = jsonld.names(known.described, "author", known_by_id)
        yield "json-ld", of_data(said), ""
        for name in _AUTHORS:
            if written := known.meta.get(name):
                yield f"meta {name}", of_data((_unescaped(written),)), ""
        for n in ("1", "2", "3"):
            if people.is_led(known.meta.get(f"twitter:label{n}", "") + " :"):
                yield "meta twitter:label", of_data((known.meta.get(f"twitter:data{n}", ""),)), ""
        for thing in known.objects:
            if _is_page(thing):
                yield "json-ld", of_data(jsonld.names(thing, "author", known_by_id)), ""
        of_byline = partial(people.of_byline, site=site, outlet=outlet)
        yield from self.signed(of_byline)
        persons = [each for each in known.objects if jsonld.types(each) == ("Person",)]
        if len(persons) == 1:
            yield "json-ld person", of_data((persons[0].line("name"),)), ""
        for line in self.page.lines[:_NEAR]:
            if len(line.words) < 120 and (match := _BY.search(line.words)):
                yield "line", of_byline(match[1] or match[2]), line.words

    def signed(self, of_byline: partial[Named]) -> Iterator[tuple[str, Named, str]]:
        """What the page shows: marked as its author by its data, near its headline, anywhere."""
        marked = [each for each in self.with_property("author") if each.tag not in ("link", "meta")][:4]
        for each in marked:
            inner = next((one for one in each.iter() if (one.get("itemprop") or "") == "name"), each)
            yield "microdata", of_byline(_broken(headline.lines_of(inner)), loose=True), _shown(each)[:200]
        lines = self.near.all
        told = 0
        for place, line in enumerate(lines):
            told += line.is_prose and not line.above
            if told > 1 and not line.hints & Hint.BYLINE and not people.is_led(line.words):
                continue  # the article has begun: other links to persons are not to its author
            if not line.is_prose or line.hints & Hint.BYLINE:
                yield from self.in_line(line, of_byline)
                if len(line.words) < 20 and people.is_leader(line.words) and place + 1 < len(lines):
                    said = lines[place + 1]
                    if not said.is_prose:
                        yield "shown", of_byline(_broken([said]), loose=True), f"{line.words} {said.words}"
        yield from self.beside_date(of_byline)
        for element, hints, _ in self.page.marked:
            if hints & Hint.BYLINE and not hints & Hint.COMMENTS and 2 < len(words := _shown(element)) < 200:
                yield "class", of_byline(_broken(headline.lines_of(element))), words
        yield from self.linked(of_byline)

    def in_line(self, line: Near, of_byline: partial[Named]) -> Iterator[tuple[str, Named, str]]:
        links = [piece for piece in line.pieces if piece.words and _is_signature(piece.element)]
        if links:
            words = "\n".join(piece.words for piece in links)
            yield "shown", of_byline(words, loose=True), line.words
        if line.hints & Hint.BYLINE and len(line.words) < 250:
            yield "shown", of_byline(_broken([line])), line.words
        if len(line.words) < 120 and people.is_led(line.words):
            loose = people.is_surely_led(line.words) and len(line.words) < 60
            yield "shown", of_byline(_broken([line]), loose=loose), line.words

    def beside_date(self, of_byline: partial[Named]) -> Iterator[tuple[str, Named, str]]:
        """A name that stands with a date under the headline, and nothing else with it."""
        lines = [line for line in self.near.close[:8] if len(line.words) < 90 and not line.hints & Hint.CLUTTER]
        dated = [moments.all_of(line.words) for line in lines]
        for place, line in enumerate(lines):
            if dated[place]:
                first, last = dated[place][0].start, dated[place][-1].end
                named = of_byline(f"{line.words[:first]}\n{line.words[last:]}")
                rest = len(line.words) - (last - first)
                if len(named.persons) == 1 and len(named.persons[0]) > rest * 0.3 and not dated[place][0].called:
                    yield "beside date", named, line.words
                continue
            beside = dated[max(0, place - 1) : place] + dated[place + 1 : place + 2]
            plainly = all(piece.element.tag not in _NO_BYLINE for piece in line.pieces)
            if any(beside) and plainly and people.is_name(line.words):
                yield "beside date", of_byline(line.words), line.words

    def linked(self, of_byline: partial[Named]) -> Iterator[tuple[str, Named, str]]:
        """Where all links to persons' pages name one person, that is who wrote it."""
        found: dict[str, str] = {}
        for element in itertools.islice(self.root.iter("a"), _MANY // 4):
            if _is_signature(element) and not _in_comments(element):
                for name in of_byline(_shown(element)[:100]).persons:
                    found.setdefault(name, name)
                if len(found) > 1:
                    return
        yield "link", Named(tuple(found)), ""


_GUESSES = frozenset({"beside date", "class", "link", "line"})  # they name nobody where the page has named a house
_DATED = frozenset({"time", "span", "abbr", "div", "p", "li", "a"})
_NO_BYLINE = frozenset({"a", "h1", "h2", "h3", "h4", "h5", "h6", "button", "b", "strong"})
_Found = tuple[datetime, str, str]


@dataclass(frozen=True, slots=True)
class _Moments:
    """How this page's dates are read."""

    zone: tzinfo
    is_month_first: Callable[[], bool]
    language: str

    def first(self, words: str) -> bool:
        """Does the month come first here? Asked only where it matters."""
        return moments.is_open(words) and self.is_month_first()

    def data(self, spelt: str, where: str) -> Iterator[_Found]:
        if spelt and (
            moment := moments.of_data(spelt, self.zone, month_first=self.first(spelt), language=self.language)
        ):
            yield moment, spelt, where

    def text(self, words: str, where: str) -> Iterator[_Found]:
        if not moments.may_be_dated(words):
            return
        if moment := moments.of_text(words, month_first=self.first(words), zone=self.zone, language=self.language):
            yield moment, words, where

    def of_line(self, words: str, is_data: bool) -> Iterator[tuple[datetime, str]]:
        """The dates in a line or in an attribute, and what they are called there."""
        if is_data and (found := next(self.data(words, ""), None)):
            yield found[0], ""
            return
        if not moments.may_be_dated(words):
            return
        for each in moments.all_of(words, month_first=self.first(words), zone=self.zone, language=self.language):
            if each.called != "rights":
                yield each.moment, each.called


def _is_page(thing: Json) -> bool:
    return any(map(_PAGE.match, jsonld.types(thing))) or any(map(_ARTICLE.match, jsonld.types(thing)))


def _in_comments(element: HtmlElement) -> bool:
    """Does this stand among comments or teasers?"""
    above, steps = element, 0
    while above is not None and steps < 12:
        if (above.get("itemprop") or "") in ("comment", "review") or hint(above.get("class") or "") & Hint.COMMENTS:
            return True
        above, steps = above.getparent(), steps + 1
    return False


def _spellings(line: Near) -> Iterator[tuple[str, HtmlElement | None]]:
    """How a line may spell a date: machines' words in its attributes first, then the words that are shown."""
    for piece in line.pieces:
        element = piece.element
        if not piece.words and element.tag in _DATED:
            for said in headline.written_in(element):
                yield said, element
    if line.words:
        yield line.words, None


def _called(element: HtmlElement) -> str:
    """What the names of an element call its date."""
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}".lower()
    if "publish" in names or "pubdate" in names or "created" in names or "entry-date" in names:
        return "published"
    return "modified" if "modif" in names or "updated" in names else ""


_PERSONS = frozenset(
    {
        "author", "authors", "autor", "autorin", "autores", "autoren", "auteur", "auteurs", "autori", "by", "people",
        "person", "profile", "profiles", "contributor", "contributors", "staff", "columnist", "columnists",
        "journalist", "journalists", "reporter", "reporters", "writer", "writers", "editor", "editors", "newsteam",
        "redaktion", "redakteur", "redakteure", "redaction", "rédaction", "equipe", "team", "user", "users", "member",
        "members", "kontributor", "forfatter", "skribent", "bio", "bios", "expert", "experts", "mitarbeiter",
    }
)  # fmt: skip
_SIGNATURE = re.compile(rf"/(?:{'|'.join(sorted(_PERSONS))})/[^/?#]", re.IGNORECASE)


def _is_signature(element: HtmlElement) -> bool:
    """Does this element say that its words are an author's name: by a link to a person's page, or by microdata?"""
    link = element if element.tag == "a" else element.getparent()
    if link is None or link.tag != "a":
        return False
    href = (link.get("href") or "")[:500]
    may_be = not _PERSONS.isdisjoint(href.lower().split("/")) or not href.isascii()
    return (may_be and _SIGNATURE.search(href) is not None) or "author" in (link.get("rel") or "").split()


def _broken(lines: Iterable[Near]) -> str:
    """The words of lines, broken where a name may end: at links, and where blanks are missing."""
    return "\n".join(_pieces(line) for line in lines)


def _pieces(line: Near) -> str:
    said = ""
    before: Piece | None = None
    for piece in line.pieces:
        if not piece.words:
            continue
        ends = before is not None and (piece.glued or "a" in (before.element.tag, piece.element.tag))
        said += ("\n" if ends else " " if said else "") + piece.words
        before = piece
    return said


_BY = re.compile(
    r"(?:^(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]i|[Dd]oor|[Aa]f|[Aa]v)\s+((?:[A-ZÀ-ÞА-Я][\w.'’-]+\s?){2,4})$"
    r"|(?:作者|记者|記者|撰文|文/|文／)\s*[:：]?\s*([\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff]))"
)


# --- the rest -----------------------------------------------------------------------------------------------------


def _subtitle(found: Facts, headed: HtmlElement | None, near: Around) -> None:
    """The line under the headline that says more, and the one over it that says what it is about, by their names."""
    title = same(found.title)
    below = [line for line in near.close if not line.above]
    for place, line in enumerate(below):
        if not 25 < len(line.words) < 500 or line.hints & (Hint.CLUTTER | Hint.COMMENTS | Hint.BYLINE):
            continue
        element = line.pieces[0].element
        heading = element.tag in ("h2", "h3", "h4") and place < 3 and len(line.words) > 50
        spelt = same(line.words)
        if (heading or _is_lead(element)) and spelt not in title and title not in spelt:
            found.subtitle, found.where["subtitle"] = line.words, "shown"
            break
    inside = headed[0] if headed is not None and len(headed) else None
    if inside is not None and _KICKER.search(inside.get("class") or "") and (words := _shown(inside)) != found.title:
        found.kicker, found.where["kicker"] = words[:200], "h1"
    for line in near.close:
        if found.kicker or len(line.words) > 80 or not line.pieces:
            continue
        if _KICKER.search(line.pieces[0].element.get("class") or "") and same(line.words) not in title:
            found.kicker, found.where["kicker"] = line.words, "shown"


def _is_lead(element: HtmlElement) -> bool:
    """Do the names of an element, or of the one around it, call it a lead?"""
    above = element.getparent()
    names = (element.get("class") or "", "" if above is None else above.get("class") or "")
    return any(hint(each) & Hint.LEAD for each in names)


_KICKER = re.compile(
    r"(?:^|[\W_])(?:kicker|overline|topline|roofline|eyebrow|dachzeile|spitzmarke|antetitulo|cintillo|occhiello|surtitre"
    r"|pretitle|supertitle|superheading|vignette|chapeau)(?:$|[\W_])",
    re.IGNORECASE,
)


def _rest(found: Facts, known: Head, url: str) -> None:
    described = known.described
    for said, where in ((described.line("description"), "json-ld"), known.first(*_SUMMARIES)):
        if said:
            found.summary, found.where["summary"] = _unescaped(said), where if where == "json-ld" else f"meta {where}"
            break
    section = described.line("articleSection") or described.at("articleSection").line(0)
    name = known.first("article:section", "parsely-section", "section", "og:article:section", "cxenseparse:section")
    if section or name[0]:
        found.section, found.where["section"] = (
            _unescaped(section or name[0]),
            "json-ld" if section else f"meta {name[1]}",
        )
    image = described.at("image")
    found.image = (
        known.first("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")[0]
        or image.line("url")
        or image.line(0, "url")
        or image.line(0)
        or image.line()
    )
    _tags(found, known)
    found.canonical = _own_address(known.canonical or known.meta.get("og:url", ""), url)
    if found.canonical:
        found.where["canonical"] = "link" if known.canonical else "meta og:url"
    _use(found, known)


def _tags(found: Facts, known: Head) -> None:
    keywords = known.described.at("keywords")
    said = [each.line() for each in keywords] or ([keywords.line()] if keywords.line() else [])
    where = "json-ld" if said else "meta"
    said = said or known.tags
    tags = (_unescaped(each).strip() for words in said[:_TAGS] for each in re.split(r"[,;，、；|]", words)[:_TAGS])
    found.tags = tuple(dict.fromkeys(each for each in tags if 1 < len(each) < 80))[:_TAGS]
    if found.tags:
        found.where["tags"] = where


def _own_address(said: str, url: str) -> str:
    """The address that a page gives itself, where it can be its own: of the same registered host, and no front page."""
    address = urls.resolve(said, url)
    if not address:
        return ""
    try:
        asked, named = urlsplit(url), urlsplit(address)
        same_house = _registered(named.hostname or "") == _registered(asked.hostname or "")
    except ValueError:
        return ""
    front = named.path in ("", "/") and not named.query
    return address if same_house and (not front or asked.path in ("", "/")) else ""


def _registered(host: str) -> str:
    """The name under which a host is registered, as nearly as can be told without a list of all registries."""
    labels = host.lower().rstrip(".").split(".")
    long = len(labels) > 2 and len(labels[-1]) == 2 and (len(labels[-2]) <= 3 or labels[-2] in ("gouv", "gob"))
    return ".".join(labels[-3:] if long else labels[-2:])


def _use(found: Facts, known: Head) -> None:
    """Whether the page calls itself free to read, and how it wishes to be used."""
    for thing in (known.described, *known.objects):
        said = thing.at("isAccessibleForFree").value
        if said is None:
            continue
        found.free = str(said).strip().lower().rsplit("/", 1)[-1] in ("true", "yes", "1")
        found.where["free"] = "json-ld"
        break
    else:
        tier = known.first("article:content_tier", "content_tier")[0].lower()
        if tier:
            found.free, found.where["free"] = tier == "free", "meta article:content_tier"
    found.signals = tuple(f"{name}: {known.meta[name][:200]}" for name in _SIGNALS if known.meta.get(name))
    if found.signals:
        found.where["signals"] = "meta"
