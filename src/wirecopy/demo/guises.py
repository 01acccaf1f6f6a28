"""The simulated newspaper in the shapes of other outlets: the same stories, served as other systems serve them.

| shape       | what it has                                                                                     |
|-------------|-------------------------------------------------------------------------------------------------|
| `feed`      | a front page that declares an RSS feed; articles as plain pages                                  |
| `sitemap`   | no feed; robots.txt names a sitemap index with a news sitemap in it                              |
| `wordpress` | a feed at /feed/ (guids `?p=`, older pages `?paged=`), comments' feeds, wp-json, wp-sitemap.xml   |
| `app`       | one program in all pages: empty bodies, all data in `__NEXT_DATA__`; neither feed nor sitemap     |
| `nothing`   | a front page that lists no article                                                               |

Same stories, same clock, same bytes. `whole` puts whole articles into the feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Literal, Self
from urllib.parse import parse_qs

from wirecopy.dates import iso
from wirecopy.demo.newsroom import Grid, H, Items, P, Paper, Quotation, Story, plain
from wirecopy.demo.server import Reply, Request, Server
from wirecopy.demo.stories import PAPERS, STORIES

Shape = Literal["feed", "sitemap", "wordpress", "app", "nothing"]
SHAPES: tuple[Shape, ...] = ("feed", "sitemap", "wordpress", "app", "nothing")

MORNING = datetime(2025, 5, 6, 5, 30, tzinfo=UTC)
_HTML = "text/html; charset=utf-8"
_XML = "application/xml; charset=utf-8"
_A_PAGE = 3  # articles on a page of WordPress's feed


@dataclass(frozen=True, slots=True)
class Printed:
    """A story as this outlet has it: its address below the host, its moment, its paragraphs."""

    story: Story
    path: str
    at: datetime

    @property
    def title(self) -> str:
        """The headline."""
        return self.story.title.strip()

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Its texts as they are read, in order."""
        return tuple(_texts(self.story))


class Guise:
    """The newspaper in one shape, on 127.0.0.1 while the `with` block lasts. `clock` is the time at the outlet.

    The newest article is an hour old, each other seven hours older than the one before it.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        language: str = "en",
        clock: Callable[[], datetime] = lambda: MORNING,
        whole: bool = False,
        robots: str = "",
        port: int = 0,
    ) -> None:
        self.shape = shape
        self.paper = PAPERS[language]
        self._whole = whole
        self._robots = robots
        self._now = clock().replace(microsecond=0)
        self._server = Server(self._handle, port=port)
        self.host = "127.0.0.1"
        self.url = f"http://{self.host}:{self._server.port}"
        written = [story for story in STORIES if story.language == language and story.kind == "article"]
        self.printed = tuple(self._print(story, place) for place, story in enumerate(written))
        self.down = False
        self.log: list[Request] = []

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def requests(self, part: str = "") -> tuple[Request, ...]:
        """What was asked so far, of addresses that hold this part."""
        return tuple(request for request in list(self.log) if part in request.path)

    def _print(self, story: Story, place: int) -> Printed:
        at = self._now - timedelta(hours=1 + 7 * place)
        slug = re.sub(r"[^a-z0-9]+", "-", (story.title if story.title.isascii() else story.name).lower()).strip("-")
        path = {
            "wordpress": f"/{at:%Y/%m/%d}/{slug}/",
            "app": f"/valley/{slug}-{story.id}",
        }.get(self.shape, f"/news/{slug}-{story.id}.html")
        return Printed(story, path, at)

    # --- answers

    def _handle(self, request: Request) -> Reply:
        self.log.append(request)
        if self.down:
            return Reply(0, fails="silence")
        path, _, query = request.path.partition("?")
        answer = self._answer(path, {name: values[0] for name, values in parse_qs(query).items()})
        if answer is None:
            return self._reply(
                404, _HTML, _page(self.paper, "404", "", f"<main><h1>404</h1><p>{self.paper.missing}</p></main>")
            )
        if isinstance(answer, Reply):
            return answer
        kind, body = answer
        return self._reply(200, kind, body)

    def _reply(self, status: int, kind: str, body: str) -> Reply:
        headers = (("Date", format_datetime(self._now, usegmt=True)), ("Content-Type", kind))
        return Reply(status, headers, body.encode())

    def _answer(self, path: str, query: dict[str, str]) -> tuple[str, str] | Reply | None:
        if path == "/robots.txt":
            return "text/plain; charset=utf-8", self._robots_txt()
        printed = next((each for each in self.printed if each.path == path), None)
        if printed is not None:
            return _HTML, self._app_page(printed) if self.shape == "app" else self._article(printed)
        match self.shape:
            case "feed":
                return self._of_feed(path)
            case "sitemap":
                return self._of_sitemap(path)
            case "wordpress":
                return self._of_wordpress(path, query)
            case "app":
                return (_HTML, self._app_front()) if path in ("/", "/valley") else None
            case "nothing":
                return (_HTML, self._front(())) if path == "/" else None

    def _robots_txt(self) -> str:
        named = {"sitemap": "/sitemap-index.xml", "wordpress": "/wp-sitemap.xml"}.get(self.shape)
        sitemap = f"Sitemap: {self.url}{named}\n" if named else ""
        return f"User-agent: *\nDisallow: /admin/\n{self._robots}{sitemap}"

    def _of_feed(self, path: str) -> tuple[str, str] | None:
        if path == "/":
            declared = '<link rel="alternate" type="application/rss+xml" title="News" href="/rss/news.xml">'
            return _HTML, self._front(self.printed, declared)
        return ("application/rss+xml; charset=utf-8", self._rss(self.printed)) if path == "/rss/news.xml" else None

    def _of_sitemap(self, path: str) -> tuple[str, str] | None:
        if path == "/":
            return _HTML, self._front(self.printed[:4])
        if path == "/sitemap-index.xml":
            return _XML, _sitemap_index(self.url, ("/sitemap-pages.xml", "/sitemap-news.xml"))
        if path == "/sitemap-news.xml":
            return _XML, self._sitemap(self.printed, news=True)
        return (_XML, _urlset(f"<url><loc>{self.url}/about</loc></url>")) if path == "/sitemap-pages.xml" else None

    def _of_wordpress(self, path: str, query: dict[str, str]) -> tuple[str, str] | Reply | None:
        if path == "/feed/":
            first = _A_PAGE * (max(1, int(query.get("paged", "1"))) - 1)
            page = self.printed[first : first + _A_PAGE]
            return ("application/rss+xml; charset=UTF-8", self._rss(page, guids=True)) if page else None
        if path == "/comments/feed/":
            return "application/rss+xml; charset=UTF-8", self._rss((), title="Comments for")
        if path == "/wp-sitemap.xml":
            return _XML, _sitemap_index(self.url, ("/wp-sitemap-posts-post-1.xml", "/wp-sitemap-posts-page-1.xml"))
        if path == "/wp-sitemap-posts-post-1.xml":
            return _XML, self._sitemap(self.printed)
        if path == "/" and (number := query.get("p", "")):
            found = next((each for each in self.printed if str(each.story.id) == number), None)
            return Reply(301, (("Location", self.url + found.path), ("Content-Type", _HTML))) if found else None
        return (_HTML, self._front(self.printed, self._wordpress_head())) if path == "/" else None

    def _wordpress_head(self) -> str:
        name = escape(self.paper.name)
        return (
            '<meta name="generator" content="WordPress 6.8.1">'
            f'<link rel="alternate" type="application/rss+xml" title="{name} &raquo; Feed" href="{self.url}/feed/">'
            f'<link rel="alternate" type="application/rss+xml" title="{name} &raquo; Comments Feed"'
            f' href="{self.url}/comments/feed/">'
            f'<link rel="https://api.w.org/" href="{self.url}/wp-json/">'
            f'<link rel="EditURI" type="application/rsd+xml" title="RSD" href="{self.url}/xmlrpc.php?rsd">'
        )

    # --- pages

    def _front(self, printed: Iterable[Printed], head: str = "") -> str:
        teasers = "".join(
            f'<article class="teaser"><h2><a href="{each.path}">{escape(each.title)}</a></h2>'
            f'<time datetime="{iso(each.at)}">{each.at:%d.%m.%Y}</time>'
            f"<p>{escape(plain(each.story.teaser))}</p></article>"
            for each in printed
        )
        main = f"<main><h1>{escape(self.paper.name)}</h1>{teasers}<p>{escape(self.paper.consent[1])}</p></main>"
        return _page(self.paper, self.paper.name, f'<meta property="og:type" content="website">{head}', main)

    def _article(self, printed: Printed) -> str:
        story = printed.story
        head = self._wordpress_head() if self.shape == "wordpress" else ""
        meta = (
            f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(printed.title)}">'
            f'<meta property="article:published_time" content="{iso(printed.at)}">'
            f'<link rel="canonical" href="{self.url}{printed.path}">'
            f'<script type="application/ld+json">{_in_script(self._described(printed))}</script>'
        )
        by = "".join(f'<a rel="author" href="/author/{n}">{escape(name)}</a> ' for n, name in enumerate(story.authors))
        picture = ""
        if story.photo is not None:
            caption = escape(plain(story.photo.caption))
            picture = (
                f'<figure><img src="/images/{story.photo.id}.jpg" alt="{escape(story.photo.alt)}" width="800"'
                f' height="450"><figcaption>{caption}</figcaption></figure>'
            )
        main = (
            f'<main><article><header><h1>{escape(printed.title)}</h1><p class="byline">{by}</p>'
            f'<time datetime="{iso(printed.at)}">{printed.at:%d.%m.%Y}</time></header>{picture}'
            f'<div class="entry-content">{_body(story)}</div></article></main>'
        )
        return _page(self.paper, f"{printed.title} – {self.paper.name}", meta + head, main)

    def _described(self, printed: Printed) -> dict[str, object]:
        return {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": printed.title,
            "datePublished": iso(printed.at),
            "author": [{"@type": "Person", "name": name} for name in printed.story.authors],
            "inLanguage": self.paper.language,
        }

    def _app_front(self) -> str:
        stories = [
            {"id": each.story.id, "url": each.path, "title": each.title, "publishedAt": iso(each.at)}
            for each in self.printed
        ]
        menu = [{"url": "/valley", "title": "Valley"}, {"url": "/about", "title": "About"}]
        return self._app({"page": "front", "menu": menu, "stories": stories}, self.paper.name, "")

    def _app_page(self, printed: Printed) -> str:
        story = printed.story
        told = {
            "id": story.id,
            "title": printed.title,
            "publishedAt": iso(printed.at),
            "authors": [{"name": name} for name in story.authors],
            "content": _body(story),
        }
        meta = (
            f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(printed.title)}">'
            f'<meta property="article:published_time" content="{iso(printed.at)}">'
        )
        return self._app({"page": "story", "story": told}, printed.title, meta)

    def _app(self, props: dict[str, object], title: str, head: str) -> str:
        links = [{"url": each.path, "title": each.title, "kind": "related"} for each in self.printed[:6]]
        props = {**props, "site": {"name": self.paper.name, "words": self.paper.consent, "popular": links}}
        state = {"props": {"pageProps": props}, "page": "/[[...path]]", "buildId": "b1"}
        return (
            f'<!DOCTYPE html><html lang="{self.paper.language}"><head><meta charset="utf-8">'
            f'<title>{escape(title)}</title><meta property="og:site_name" content="{escape(self.paper.name)}">{head}'
            '</head><body><div id="__next"></div>'
            f'<script id="__NEXT_DATA__" type="application/json">{_in_script(state)}</script></body></html>'
        )

    # --- indexes

    def _rss(self, printed: Iterable[Printed], *, guids: bool = False, title: str = "") -> str:
        items = "".join(self._item(each, guids=guids) for each in printed)
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>{escape(f'{title} {self.paper.name}'.strip())}</title><link>{self.url}</link>"
            f"<language>{self.paper.language}</language>{items}</channel></rss>"
        )

    def _item(self, printed: Printed, *, guids: bool) -> str:
        story = printed.story
        link = f"{self.url}{printed.path}"
        guid = f'<guid isPermaLink="false">{self.url}/?p={story.id}</guid>' if guids else f"<guid>{link}</guid>"
        by = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in story.authors)
        content = f"<content:encoded><![CDATA[{_body(story)}]]></content:encoded>" if self._whole else ""
        return (
            f"<item><title>{escape(printed.title)}</title><link>{link}</link>{guid}{by}"
            f"<pubDate>{format_datetime(printed.at)}</pubDate>"
            f"<description>{escape(plain(story.teaser))}</description>{content}</item>"
        )

    def _sitemap(self, printed: Iterable[Printed], *, news: bool = False) -> str:
        return _urlset("".join(self._url(each, news=news) for each in printed))

    def _url(self, printed: Printed, *, news: bool) -> str:
        told = (
            f"<news:news><news:publication><news:name>{escape(self.paper.name)}</news:name>"
            f"<news:language>{self.paper.sitemap}</news:language></news:publication>"
            f"<news:publication_date>{iso(printed.at)}</news:publication_date>"
            f"<news:title>{escape(printed.title)}</news:title></news:news>"
            if news
            else ""
        )
        return f"<url><loc>{self.url}{printed.path}</loc><lastmod>{iso(printed.at)}</lastmod>{told}</url>"


def _urlset(urls: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def _sitemap_index(origin: str, paths: Iterable[str]) -> str:
    inner = "".join(f"<sitemap><loc>{origin}{path}</loc></sitemap>" for path in paths)
    return (
        f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</sitemapindex>'
    )


def _page(paper: Paper, title: str, head: str, main: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="{paper.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta property="og:site_name" content="{escape(paper.name)}">{head}</head><body>'
        f'<header><nav><a href="/">{escape(paper.name)}</a> <a href="/about">About</a> <a href="/contact">Contact</a>'
        f'</nav></header>{main}<footer><a href="/privacy">Privacy</a> <a href="/imprint">Imprint</a></footer>'
        "</body></html>"
    )


def _body(story: Story) -> str:
    """A story's text as HTML, without its mark-up."""
    return "".join(_element(block) for block in story.body)


def _element(block: object) -> str:
    match block:
        case P(text) if text:
            return f"<p>{escape(plain(text))}</p>"
        case H(text):
            return f"<h2>{escape(plain(text))}</h2>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{escape(plain(item))}</li>" for item in items) + "</ul>"
        case Quotation(text):
            return f"<blockquote><p>{escape(plain(text))}</p></blockquote>"
        case Grid(rows):
            inner = "".join(
                "<tr>" + "".join(f"<td>{escape(plain(cell))}</td>" for cell in row) + "</tr>" for row in rows
            )
            return f"<table>{inner}</table>"
        case _:
            return ""


def _texts(story: Story) -> Iterator[str]:
    for block in story.body:
        match block:
            case P(text) | H(text) | Quotation(text):
                if text:
                    yield plain(text)
            case Items(items):
                yield from map(plain, items)
            case Grid(rows):
                yield from (plain(cell) for row in rows for cell in row)
            case _:
                pass


def _in_script(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
