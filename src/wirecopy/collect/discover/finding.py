"""Where an outlet's feeds and sitemaps are, as its pages and its robots.txt say. Pure: nothing is asked for here."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from wirecopy import urls
from wirecopy.collect.discover import markup, trees
from wirecopy.model import Capture, Noun

_MOST_FOUND = 50
_MOST_MARKUP = 3_000_000  # characters of a page that are looked at; a guess: the largest front pages have 2 million

_TAG = re.compile(r"<(link|a|base)\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w:-])([a-zA-Z][\w:-]*+)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_MOST_ADDRESS = 500
_SITEMAP_LINE = re.compile(r"^[ \t]*+sitemap[ \t]*+:[ \t]*+(\S{1,2000})", re.IGNORECASE | re.MULTILINE)

# The kinds that a page may name, best first: what each of them lists is told more or less completely.
_KINDS = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x-rss+xml",
    "application/json",
    "application/xml",
    "text/xml",
)
_FEED_PATH = re.compile(
    r"(?:\.(?:rss|atom|rdf)|/(?:rss|feed|feeds|atom)(?:/|\.xml|\.json)?|/(?:index|news)\.xml|/feed/[\w/-]*|[?&]feed=\w+)$",
    re.IGNORECASE,
)
_FEED_HOST = re.compile(r"^https?://(?:feeds?\d*|rss)\.", re.IGNORECASE)
_SITEMAP_PATH = re.compile(r"/(?:news[-_]?)?sitemap[\w-]*\.xml(?:\.gz)?$", re.IGNORECASE)
# Ranks: the less, the better. What a page declares is below LINKED; what is of comments is COMMENTED later.
_LINKED, _COMMENTED, _SITEMAP = 3, 5, 9
_COMMENTS = re.compile(r"\bcomments?\b|kommentar|commentaires?|comentarios?|评论|評論", re.IGNORECASE)


class Found(Noun, frozen=True, kw_only=True):
    """The address of a feed ("feed") or sitemap ("sitemap"), and how it was found, in words."""

    url: str
    kind: str
    how: str
    comments: bool = False


def find(capture: Capture) -> tuple[str, ...]:
    """The feeds and sitemaps that an HTML page or a robots.txt names, as addresses, best first.

    First what the page declares as its feed, then what it links to that looks like one, then sitemaps; feeds of
    comments come last of the feeds.
    """
    return tuple(each.url for each in found(capture))


def found(capture: Capture) -> tuple[Found, ...]:
    """What `find` finds, each with how."""
    codec = trees.charset(capture.body, capture.header("content-type"))
    text = trees.decoded(capture.body[:_MOST_MARKUP], codec)
    base = capture.final_url or capture.url
    robots = _is_robots(text)
    named = [(float(_SITEMAP), line) for line in _SITEMAP_LINE.findall(text)] if robots else _named(text)
    ranked = sorted(named, key=lambda one: one[0])
    base = next((resolved for rank, link in ranked if rank < 0 and (resolved := urls.resolve(link, base))), base)
    first: dict[str, Found] = {}
    for rank, link in ranked:
        if rank >= 0 and len(first) < _MOST_FOUND and (address := urls.resolve(link, base)):
            first.setdefault(address, _found(address, rank, robots=robots))
    return tuple(first.values())


def _found(address: str, rank: float, *, robots: bool) -> Found:
    if rank >= _SITEMAP:
        return Found(url=address, kind="sitemap", how="named in robots.txt" if robots else "linked in the page")
    declared = rank % _COMMENTED < _LINKED
    how = "declared by the page" if declared else "linked in the page"
    return Found(url=address, kind="feed", how=how, comments=rank >= _COMMENTED)


def _is_robots(text: str) -> bool:
    return not text.lstrip("\ufeff \t\r\n").startswith("<") and _SITEMAP_LINE.search(text) is not None


def _named(text: str) -> Iterator[tuple[float, str]]:
    """What a page names, each with its rank: the less, the better; below zero is the page's own base."""
    for found in _TAG.finditer(markup.shown(text)):
        attributes = {
            one[1].lower(): html.unescape(one[2] or one[3] or one[4] or "").strip()
            for one in _ATTRIBUTE.finditer(found[2])
        }
        link = attributes.get("href", "")
        if not 0 < len(link) <= _MOST_ADDRESS:
            continue
        match found[1].lower():
            case "base":
                yield -1, link
            case "link":
                yield from _declared(link, attributes)
            case _:
                yield from _linked(link, attributes)


def _declared(link: str, attributes: dict[str, str]) -> Iterator[tuple[float, str]]:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").lower().partition(";")[0].strip()
    if "sitemap" in relations:
        yield _SITEMAP, link
    elif "feed" in relations and "alternate" not in relations:
        yield _demoted(0.5, link, attributes), link
    elif "alternate" in relations and kind in _KINDS and not _is_api(link):
        plain = kind in _KINDS[-3:]
        if not plain or _looks_like_feed(link):
            yield _demoted(_KINDS.index(kind) / 10, link, attributes), link


def _linked(link: str, attributes: dict[str, str]) -> Iterator[tuple[float, str]]:
    kind = attributes.get("type", "").lower()
    if kind in _KINDS[:5] or _looks_like_feed(link):
        yield _demoted(_LINKED, link, attributes), link
    elif _SITEMAP_PATH.search(link.partition("?")[0]):
        yield _SITEMAP, link


def _looks_like_feed(link: str) -> bool:
    return bool(_FEED_PATH.search(link.partition("#")[0]) or _FEED_HOST.match(link))


def _is_api(link: str) -> bool:
    """WordPress declares its API and its previews as alternates of a page; neither is a feed."""
    return "/wp-json/" in link or "oembed" in link


def _demoted(rank: float, link: str, attributes: dict[str, str]) -> float:
    return rank + _COMMENTED if _COMMENTS.search(link) or _COMMENTS.search(attributes.get("title", "")) else rank
