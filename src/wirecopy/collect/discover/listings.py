"""A section page → leads: of all that it links to, what looks like an article of this source.

- What the source says decides: its `key`, its `keep`, its `drop`. Where it says nothing, general signs are weighed:
  the address (dates, numbers, words joined by hyphens), the length of the words (an ideograph says more than a
  letter), a heading or a teaser around it; against it navigation, footers, and names such as tag or author.
- Several links to one address are one lead: the longest words are its title, a `<time>` in its teaser its date.
- Where the page itself links to nothing, the state that it carries for its own program is looked at.

Pure and bounded; the only failure is a ReadError for a page that lists no article.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from urllib.parse import unquote

from lxml.html import HtmlElement

from wirecopy import dates, text, urls
from wirecopy.collect.discover.leads import exclusion, gather, lead_of
from wirecopy.collect.read import blocks, stranger
from wirecopy.collect.read.page import charset
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Lead, Listing, Source, replace

_MOST_MARKUP = 3_000_000  # characters; a guess: the largest front pages have 2 million
_MOST_TAGS = 200_000  # a guess: front pages have 5,000 to 20,000; a round waits while they are read
_MOST_LINKS = 2_000  # that are weighed; a guess: front pages have 100 to 700
_MOST_OBJECTS = 30_000  # of a page's state that are looked at
_MOST_INSIDE = 200  # elements and texts of a link that are looked at
_MOST_ADDRESS = 1_000
_ENOUGH = 4.0  # weight from which a link is taken for an article's: found by trying the demo's and recorded pages

_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DATED = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?\d{1,2})?(?:/|[-_.]|$)|(?:19|20)\d{6}(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\d{5,}(?!\d)|[0-9a-f]{12,}")
_ARTICLE_QUERY = re.compile(r"(?:^|&)(?:p|id|aid|articleid|article_id|newsid|sid|docid|storyid)=\w*\d", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:s?html?|phtml|php|aspx?|jsp)$", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|m4a|zip|xml|rss|atom|json|css|js|ics|apk|epub)$", re.IGNORECASE
)
# Parts of addresses under which there are lists, people and services, and no articles.
NO_ARTICLES = (
    "about", "about-us", "account", "advertise", "archive", "archives", "author", "authors", "autor", "category",
    "categories", "contact", "contact-us", "cookies", "donate", "faq", "feed", "feeds", "help", "imprint", "impressum",
    "jobs", "kategorie", "kontakt", "legal", "login", "logout", "newsletter", "newsletters", "page", "people",
    "privacy", "privacy-policy", "profile", "register", "rss", "search", "shop", "signin", "signup", "sitemap",
    "staff", "subscribe", "subscription", "suche", "tag", "tags", "terms", "topic", "topics", "user", "users",
    "wp-admin", "wp-content", "wp-json",
)  # fmt: skip
_NO_ARTICLES = frozenset(NO_ARTICLES)
_ASIDE_TAGS = frozenset({"nav", "footer", "form", "menu", "dialog"})
_ASIDE_ROLES = frozenset({"navigation", "contentinfo", "search", "menu", "menubar", "toolbar", "dialog"})
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|footer|breadcrumbs?|cookie|consent|share|social|tags?|tagcloud|"
    r"pagination|pager|byline|author|language-switch\w*|skip-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SKIPPED = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object"})
_NEXT_WORDS = re.compile(
    r"(?:next(?: page)?|older(?: posts| articles| stories)?|more articles|下一[页頁]|下[页頁]|次(?:へ|のページ)|"
    r"다음(?: 페이지)?|(?:page )?suivante?|nächste(?: seite)?|weiter|siguiente|próxim[ao]|(?:página )?seguinte|"
    r"(?:pagina )?successiva|volgende|следующая(?: страница)?|далее|наступна|sonraki|التالي|الصفحة التالية|بعدی|"
    r"אחורה|הבא|następna|další|ถัดไป|selanjutnya|tiếp)[\s»›>→]*",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"(?:[?&](?:page|paged|pg|seite|pagina)=|/(?:page|seite)/)(\d{1,4})(?=/?$|[&/?#])", re.IGNORECASE
)

# What states call an article's address, its title and its moment, best first.
_STATE_ADDRESS = (
    "url", "href", "link", "path", "canonical_url", "canonicalUrl", "webUrl", "web_url", "permalink", "uri", "pathname",
    "articleUrl", "website_url", "slug",
)  # fmt: skip
_NAMES_ADDRESSES = re.compile('(?:url|link|href|path|slug|uri)"\\s*:', re.IGNORECASE)
_STATE_TITLE = ("title", "headline", "name", "shortTitle", "headlineText")
_STATE_MOMENT = (
    "datePublished", "publishedAt", "published_at", "published", "publicationDate", "publish_date", "display_date",
    "first_publish_date", "pubDate", "publishDate", "firstPublished", "date", "created_at", "createdAt", "timestamp",
)  # fmt: skip


def read(source: Source, capture: Capture) -> Listing:
    """The leads of a section page, in its own order. Raises ReadError, in words, when it lists no article."""
    page = capture.final_url or capture.url
    html = charset.decoded(capture)[:_MOST_MARKUP]
    if "<" not in html[:10_000]:
        raise ReadError(f"{capture.url} is no HTML page, so there are no links of a section in it")
    if len(html) > 3 * _MOST_TAGS and html.count("<") > _MOST_TAGS:
        raise ReadError(f"{capture.url} has more than {_MOST_TAGS:,} tags; no section page is so large")
    root = blocks.parse(html)
    base = _base(root, page)
    found = tuple(_shown(source, root, base, page)) or tuple(_in_state(source, root, base, page))
    leads = gather(replace(lead, via=capture.url) for lead in found)
    if not leads:
        raise ReadError(
            f"{capture.url} links to nothing that looks like an article; if it does, say so with `key` or `keep`, "
            "else the page is drawn by a program and its listing has to be followed elsewhere (a feed, a sitemap)"
        )
    return Listing(leads=leads, older=_older(root, base, page))


def likelihood(address: str, words: str = "") -> float:
    """How much an address, and the words that link to it, look like an article's: 4 and more is one. A weight."""
    return _by_address(address) + _by_words(words)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registered host, as far as that can be told without the public list."""
    return site_of(one) == site_of(other)


def site_of(address: str) -> str:
    """The registered host of an address: "example.org" of "https://news.example.org/a"."""
    host = urls.host(address).removesuffix(".")
    labels = host.split(".")
    if host[-1:].isdigit() or ":" in host:
        return host
    # Second levels under which names are registered (co.uk, com.cn, or.jp): short names below a country's code.
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if deep else -2 :])


_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "in", "ne", "net", "or", "org"})


# --- what the page shows ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Link:
    """All links of a page to one address."""

    lead: Lead
    words: str = ""
    weight: float = float("-inf")
    elements: list[HtmlElement] = field(default_factory=list)


def _shown(source: Source, root: HtmlElement, base: str, page: str) -> Iterator[Lead]:
    links: dict[str, _Link] = {}
    for element, aside, heading in islice(_anchors(root), _MOST_LINKS):
        lead = _lead(source, element.get("href") or "", base)
        if lead is None or not _is_page_of(source, lead.url, page):
            continue
        link = links.setdefault(lead.key, _Link(lead))
        words = _words(element)
        weight = _by_words(words) + 2 * heading - 4 * aside
        link.weight = max(link.weight, weight)
        link.words = max(link.words, words, key=len)
        link.elements.append(element)
    chosen = [link for link in links.values() if _is_article(source, link.lead, link.weight)]
    moments = _moments(root, chosen)
    for link in chosen:
        yield replace(link.lead, title=link.words[:300], published=moments.get(link.lead.key))


def _anchors(root: HtmlElement) -> Iterator[tuple[HtmlElement, bool, bool]]:
    """Every link with whether it stands aside (navigation, footer) and in a heading, in the order of the page."""
    waiting: list[tuple[HtmlElement, bool, bool]] = [(root, False, False)]
    while waiting:
        element, aside, heading = waiting.pop()
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            continue
        aside = aside or _stands_aside(element, tag)
        heading = heading or tag in _HEADINGS
        if tag == "a" and element.get("href"):
            # <a><h3>…</h3></a> is a heading as much as <h3><a>…</a></h3>.
            inner = heading or _heading_in(element) is not None
            yield element, aside, inner
            continue
        waiting.extend((kid, aside, heading) for kid in reversed(element))


def _stands_aside(element: HtmlElement, tag: str) -> bool:
    if tag in _ASIDE_TAGS or (element.get("role") or "").lower() in _ASIDE_ROLES:
        return True
    # A page's own class (`has-nav`) says nothing of all that is in it.
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return tag not in ("html", "body", "main", "article") and _ASIDE_NAMES.search(named[:300]) is not None


def _is_article(source: Source, lead: Lead, weight: float) -> bool:
    """Whether this lead is taken: what the source says of addresses goes before every sign."""
    if exclusion(source, lead):
        return False
    return bool(source.key or source.keep) or weight + _by_address(lead.url) >= _ENOUGH


def _by_address(address: str) -> float:
    """What an address says: for an article above zero, for a section or a service below."""
    path, _, query = address.split("#", 1)[0].split("/", 3)[-1].partition("?")
    if address.count("/") < 3 or (not path.strip("/") and not _ARTICLE_QUERY.search(query)):
        return -10.0
    parts = [unquote(part) for part in path.strip("/").lower().split("/")]
    last = _ENDING.sub("", parts[-1])
    joined = len(re.findall(r"[-_]", last))
    weight = 0.0
    if _NO_PAGE.search(path):
        return -10.0
    if any(part in _NO_ARTICLES for part in parts) or _PAGE_NUMBER.search("/" + path):
        weight -= 5.0
    weight += 3.0 if _DATED.search("/" + path) else 0.0
    weight += 2.0 if _NUMBER.search(last) else 0.0
    weight += 3.0 if joined >= 3 else 1.5 if joined == 2 else 0.0
    weight += 2.0 if len(_WIDE.findall(last)) >= 5 else 0.0
    weight += 1.0 if _ENDING.search(path) and last not in ("index", "default") else 0.0
    weight += 2.0 if _ARTICLE_QUERY.search(query) else 0.0
    weight += 0.5 if len(parts) >= 3 else 0.0
    return weight - (2.0 if len(parts) == 1 and weight <= 0 and len(last) < 25 else 0.0)


def _by_words(words: str) -> float:
    letters = len(words) + 1.5 * len(_WIDE.findall(words))
    if not letters:
        return 0.0
    return 3.0 if letters >= 40 else 2.0 if letters >= 22 else 0.0 if letters >= 12 else -1.0


def _words(element: HtmlElement) -> str:
    """The words of a link: of its heading where it holds one, else all; of a picture what stands for it."""
    inner = _heading_in(element)
    told = _text_in(element if inner is None else inner, _MOST_INSIDE)
    told = text.squeeze(text.printable(told[:2_000]).replace("\ufffd", " "))
    return told or text.squeeze(element.get("aria-label") or element.get("title") or "")


def _heading_in(element: HtmlElement) -> HtmlElement | None:
    inside = islice(element.iter(), _MOST_INSIDE)
    return next((each for each in inside if isinstance(each.tag, str) and each.tag in _HEADINGS), None)


def _text_in(element: HtmlElement, most: int) -> str:
    """The text of an element: of the first so many elements in it, for `itertext` walks on where there is no text."""
    pieces: list[str] = []
    waiting: list[HtmlElement | str] = [element]
    while waiting and most:
        one = waiting.pop()
        if isinstance(one, str):
            pieces.append(one)
            continue
        most -= 1
        if isinstance(one.tag, str) and one.tag not in _SKIPPED:
            pieces.append(one.text or "")
            for kid in reversed(one[:most]):
                waiting += (kid.tail or "", kid)
    return "".join([*pieces, *(each for each in reversed(waiting) if isinstance(each, str))])


def _moments(root: HtmlElement, chosen: list[_Link]) -> dict[str, datetime]:
    """The moments of teasers: of each `<time>`, the nearest box around it that holds one article's links decides."""
    owner: dict[HtmlElement, str] = {}
    for link in chosen:
        for element in link.elements:
            for box in (element, *islice(element.iterancestors(), 12)):
                owner[box] = link.lead.key if owner.get(box, link.lead.key) == link.lead.key else ""
    found: dict[str, datetime] = {}
    for clock in islice(root.iter("time"), _MOST_LINKS):
        spelt = clock.get("datetime") or _text_in(clock, 5)
        moment = dates.parse(spelt[:100].strip())
        key = next((owner[box] for box in islice(clock.iterancestors(), 8) if box in owner), "")
        if key and moment is not None:
            found.setdefault(key, moment)
    return found


# --- what its state holds --------------------------------------------------------------------------------------------


def _in_state(source: Source, root: HtmlElement, base: str, page: str) -> Iterator[Lead]:
    """Leads from the data that a page carries for its own program: objects that have an address and a title."""
    for script in islice(root.iter("script"), 60):
        words = (script.text or "")[:_MOST_MARKUP]
        if len(words) < 200 or not _NAMES_ADDRESSES.search(words):
            continue
        for state in _states(words):
            yield from islice(_objects(source, state, base, page), _MOST_LINKS)


_ASSIGNED = re.compile(r"[\w.\]\"']{2,60}\s{0,5}=\s{0,5}(?=[{\[]\s{0,5}[{\"'\[])", re.ASCII)


def _states(words: str) -> Iterator[object]:
    bare = words.lstrip()
    starts = [0] if bare[:1] in ("{", "[") else [each.end() for each in islice(_ASSIGNED.finditer(words), 8)]
    for start in starts:
        try:
            yield stranger.parse(words, start=start).value
        except ValueError:
            continue


def _objects(source: Source, state: object, base: str, page: str) -> Iterator[Lead]:
    waiting: deque[object] = deque([state])
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extend(each for each in value if isinstance(each, dict | list))
        elif isinstance(value, dict):
            waiting.extend(each for each in value.values() if isinstance(each, dict | list))
            lead = _told(source, value, base)
            if lead and _is_page_of(source, lead.url, page) and _is_article(source, lead, _by_words(lead.title) + 2):
                yield lead


def _told(source: Source, told: dict[str, object], base: str) -> Lead | None:
    titles = (_line(told.get(name)) for name in _STATE_TITLE)
    title = next(filter(None, titles), "") or _line(told.get("headlines"), "basic")
    address = next((each for name in _STATE_ADDRESS if (each := _line(told.get(name))) and "/" in each), "")
    lead = _lead(source, address, base) if title and address else None
    if lead is None:
        return None
    spelt = (_line(told.get(name)) for name in _STATE_MOMENT)
    return replace(lead, title=title[:300], published=next(filter(None, (dates.parse(each) for each in spelt)), None))


def _line(value: object, name: str = "") -> str:
    if name and isinstance(value, dict):
        value = value.get(name)
    return text.squeeze(value[:_MOST_ADDRESS]) if isinstance(value, str) else ""


# --- addresses -------------------------------------------------------------------------------------------------------


def _base(root: HtmlElement, page: str) -> str:
    given = next((each.get("href") for each in root.iter("base") if each.get("href")), "")
    return urls.resolve(given or "", page) or page


def _lead(source: Source, address: str, base: str) -> Lead | None:
    return lead_of(source, address, base) if 0 < len(address) <= _MOST_ADDRESS else None


def _is_page_of(source: Source, address: str, page: str) -> bool:
    """Whether a link leads to another page of the same outlet."""
    here = urls.canonical(page).rstrip("/")
    return address.rstrip("/") != here and (
        same_site(address, page) or bool(source.homepage and same_site(address, source.homepage))
    )


def _older(root: HtmlElement, base: str, page: str) -> tuple[str, ...]:
    """Where the listing goes on: what says so, else what is called "next", else the page with the next number."""
    said: list[str] = []
    called: list[str] = []
    numbered: list[str] = []
    current = _PAGE_NUMBER.search(page)
    following = str(int(current[1]) + 1 if current else 2)
    for element in islice(root.iter("a", "link"), 3 * _MOST_LINKS):
        address = urls.resolve((element.get("href") or "")[:_MOST_ADDRESS], base).partition("#")[0]
        if not address or address == page or not same_site(address, page):
            continue
        number = _PAGE_NUMBER.search(address)
        if "next" in (element.get("rel") or "").lower().split():
            said.append(address)
        elif element.tag == "a" and _NEXT_WORDS.fullmatch(_words(element)[:60]):
            called.append(address)
        elif number is not None and number[1] == following:
            numbered.append(address)
    return tuple(dict.fromkeys(said or called or numbered))[:1]
