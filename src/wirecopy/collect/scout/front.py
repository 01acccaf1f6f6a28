"""What a page says of itself and of its outlet: name, language, kind, the system it is made with. Pure."""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

from wirecopy import dates, text, urls
from wirecopy.collect.discover import names, trees
from wirecopy.collect.discover.listings import same_site
from wirecopy.collect.read import blocks, stranger
from wirecopy.collect.read.page import charset
from wirecopy.collect.scout.finding import Original
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Noun

_MOST_MARKUP = 3_000_000
_MOST_SECTIONS = 12
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_FEED_WORDS = re.compile(
    r"\s*(?:[-–—|»:·]\s*)?(?:rss(?:[- ]feed)?|feeds?|atom|全部文章|all (?:articles|posts)|latest (?:articles|news)|"
    r"neueste artikel|aktuell)\s*$",
    re.IGNORECASE,
)
_BY = ("author", "article:author", "parsely-author", "byl", "dc.creator", "sailthru.author")
_WHEN = (
    "article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publishdate",
    "parsely-pub-date", "dc.date", "dc.date.issued", "sailthru.date",
)  # fmt: skip
# What a page is made with, by what such pages carry (markers), after what it says itself (generator).
_GENERATORS = (
    "WordPress", "Drupal", "Joomla", "Ghost", "Blogger", "Wix", "Squarespace", "Medium", "Hugo", "Jekyll", "TYPO3",
    "Substack", "Discourse", "MediaWiki", "Nuxt", "Gatsby", "Astro", "Brightspot", "eZ Publish", "Plone", "Contao",
)  # fmt: skip
_MARKERS = (
    ("WordPress", ("/wp-content/", "/wp-json/", "/wp-includes/")),
    ("Arc XP (Fusion)", ("Fusion.globalContent", "Fusion.arcSite", "/pf/dist/", "arc-cdn")),
    ("Brightspot", ("/brightspot/", "bsp-")),
    ("Drupal", ("drupal-settings-json", "/sites/default/files/", "Drupal.settings")),
    ("Ghost", ("ghost-portal", "/ghost/api/", "content/images/size/")),
    ("Blogger", ("blogger.com/static", ".blogspot.com/feeds", "blogger-clickTrap")),
    ("Substack", ("substackcdn.com",)),
    ("Medium", ("cdn-client.medium.com", "miro.medium.com")),
    ("Wix", ("static.parastorage.com", "static.wixstatic.com")),
    ("Squarespace", ("static1.squarespace.com", "squarespace-cdn.com")),
    ("Next.js", ('id="__NEXT_DATA__"', "self.__next_f", "/_next/static/")),
    ("Nuxt", ("window.__NUXT__", 'id="__NUXT_DATA__"', "/_nuxt/")),
    ("a React app with an Apollo state", ("__APOLLO_STATE__",)),
    ("a program of its own (data in the page's state)", ("__INITIAL_STATE__", "__PRELOADED_STATE__", "__APP_STATE__")),
)


class Front(Noun, frozen=True, kw_only=True):
    """A page's words on itself. `kind` is its og:type; `directives` what it says to robots; `sections` its own."""

    url: str
    title: str = ""
    name: str = ""
    language: str = ""
    kind: str = ""
    platform: str = ""
    directives: str = ""
    reservation: str = ""
    policy: str = ""
    sections: tuple[str, ...] = ()
    words: int = 0


class Channel(Noun, frozen=True, kw_only=True):
    """A feed's words on itself."""

    title: str = ""
    link: str = ""
    language: str = ""


def front(capture: Capture) -> Front:
    """What an HTML page says of itself and its outlet."""
    html = charset.decoded(capture)[:_MOST_MARKUP]
    url = capture.final_url or capture.url
    root = blocks.parse(html)
    told = _told(root)
    title = _title(root)
    robots = [told[name] for name in ("robots", "googlebot", "googlebot-news", "bingbot") if name in told]
    return Front(
        url=url,
        title=title,
        name=line(told.get("og:site_name", "") or told.get("application-name", "")) or _of_title(title),
        language=tag(root.get("lang") or "") or tag(told.get("og:locale", "")) or tag(told.get("content-language", "")),
        kind=told.get("og:type", "").lower(),
        platform=_platform(html, told.get("generator", "")),
        directives=", ".join(robots),
        reservation=told.get("tdm-reservation", ""),
        policy=told.get("tdm-policy", ""),
        sections=_sections(root, url),
        words=_words(root),
    )


def original(capture: Capture) -> Original:
    """What an article's page says of itself in its metadata, as a person can compare with it what was read."""
    root = blocks.parse(charset.decoded(capture)[:_MOST_MARKUP])
    told = _told(root)
    by = next((told[name] for name in _BY if name in told and "://" not in told[name]), "")
    when = next((moment for name in _WHEN if (moment := dates.parse(told.get(name, "")))), None)
    shown = next((told[name] for name in ("og:image", "og:image:url", "twitter:image", "image") if name in told), "")
    return Original(
        title=line(told.get("og:title", "") or told.get("twitter:title", "")) or _title(root),
        authors=tuple(filter(None, (line(each) for each in re.split(r"\s*[,;、，]\s*", by)[:10]))),
        published=when,
        picture=urls.resolve(shown, capture.final_url or capture.url),
        summary=line(told.get("og:description", "") or told.get("description", "")),
        characters=_words(root),
    )


def channel(capture: Capture) -> Channel:
    """What a feed says of itself; nothing where it says nothing."""
    body = trees.unzipped(capture).removeprefix(b"\xef\xbb\xbf").lstrip()
    if body[:1] == b"{":
        return _of_json(body)
    try:
        root = trees.tree(body, trees.charset(body, capture.header("content-type")), where=capture.url)
    except ReadError:
        return Channel()
    common = names.of(root)
    said: dict[str, str] = {}
    for element in islice(root.iter(), 300):
        name = common[element.tag]
        if name in names.ITEMS:
            break
        value = "".join(element.itertext()).strip() or (
            element.get("href", "") if element.get("rel", "alternate") == "alternate" else ""
        )
        if name in ("title", "link", "language", "dc:language") and value and name not in said:
            said[name] = value
        if name == "image":  # it has a title and a link of its own, after the channel's
            said.setdefault("title", "")
    language = tag(said.get("language", "") or said.get("dc:language", "") or root.get(f"{{{names.XML}}}lang", ""))
    return Channel(
        title=line(_FEED_WORDS.sub("", said.get("title", ""))),
        link=urls.resolve(said.get("link", ""), capture.final_url or capture.url),
        language=language,
    )


def tag(said: str) -> str:
    """A language as a BCP 47 tag in its usual spelling ("zh-CN", "zh-Hans"), "" for what is none."""
    said = said.strip().split(",")[0].split(".")[0].replace("_", "-")
    if not _TAG.fullmatch(said) or said.lower() in ("xx", "und"):
        return ""
    first, *rest = said.split("-")
    return "-".join([first.lower(), *(each.upper() if len(each) == 2 else each.title() for each in rest)])


def line(words: str) -> str:
    """Words of a stranger as one line that is safe to show and to write into a file."""
    return text.squeeze(text.printable(words[:1_000]).replace("\ufffd", " "))[:120]


def _of_json(body: bytes) -> Channel:
    try:
        feed = stranger.parse(body)
    except ValueError:
        return Channel()
    return Channel(
        title=line(feed.line("title")),
        link=urls.resolve(feed.line("home_page_url")),
        language=tag(feed.line("language")),
    )


def _told(root: HtmlElement) -> dict[str, str]:
    """What the page's meta elements say, by their names; the first of each."""
    told: dict[str, str] = {}
    for meta in islice(root.iter("meta"), 500):
        name = next((meta.get(key) for key in ("property", "name", "itemprop", "http-equiv") if meta.get(key)), "")
        if name and (content := (meta.get("content") or "").strip()[:500]):
            told.setdefault(name.strip().lower(), content)
    return told


def _title(root: HtmlElement) -> str:
    titles = ("".join(each.itertext()) for each in islice(root.iter("title"), 1))
    return line(next(titles, ""))


def _of_title(title: str) -> str:
    """The outlet's name out of a front page's title: "The Courier | News from the valley" is "The Courier"."""
    parts = [part for part in re.split(r"\s+[|–—·•»:-]\s+|｜|_", title) if part.strip()]
    return line(parts[0]) if parts else ""


def _platform(html: str, generator: str) -> str:
    for name in _GENERATORS:
        if generator.lower().startswith(name.lower()):
            return line(generator[:60]) if name.lower() != generator.lower() else name
    return next((name for name, markers in _MARKERS if any(marker in html for marker in markers)), "")


def _sections(root: HtmlElement, page: str) -> tuple[str, ...]:
    """The outlet's sections, as its navigation names them: pages one or two steps below the front page."""
    found: dict[str, None] = {}
    for part in islice((each for each in root.iter("nav", "header", "ul", "menu")), 40):
        for link in islice(part.iter("a"), 200):
            address = urls.resolve((link.get("href") or "")[:500], page).partition("#")[0]
            path = address.split("/", 3)[-1] if address.count("/") >= 3 else ""
            simple = (
                path.strip("/") and path.strip("/").count("/") <= 1 and not re.search(r"[?&=]|\.\w{2,4}$|\d{4}", path)
            )
            if simple and same_site(address, page):
                found.setdefault(address)
        if len(found) >= _MOST_SECTIONS:
            break
    return tuple(found)[:_MOST_SECTIONS]


def _words(root: HtmlElement) -> int:
    """How many characters the page shows, roughly."""
    shown = 0
    for element in islice(root.iter(), 50_000):
        if isinstance(element.tag, str) and element.tag not in ("script", "style", "noscript", "template", "title"):
            shown += len((element.text or "").strip())
        shown += len((element.tail or "").strip())
    return shown
