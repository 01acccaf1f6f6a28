"""Where each page of the site stands, and which page of the manifest lists it.

Names are ids and digests, never titles, so that an address outlives every edit. The default tier stands at the root,
the others in trees of their own; lists are shared. One more article rewrites a few pages whatever the site holds.
"""

from __future__ import annotations

from wirecopy.publish import manifest, searching

FRONT = "index.html"
DAYS = "days.html"
SOURCES = "sources.html"
SECTIONS = "sections.html"
AUTHORS = "authors.html"
TOPICS = "topics.html"
SEARCH = "search.html"
CHANGES = "changes.html"
TAKE_DOWNS = "take-downs.html"
ABOUT = "about.html"
HEALTH = "health.html"
CRAWLER = "crawler.html"
STYLE = "style.css"
ICON = "icon.svg"
SITEMAP = "sitemap.xml"

LISTS = "manifest/lists.json"
"""The page of the manifest for the lists of days, sources, sections, authors and topics."""

SCRIPT = "script"
"""The tree of Chinese articles in the other script."""

INDEXES = {"section": SECTIONS, "author": AUTHORS, "topic": TOPICS}
"""The page that lists all terms of a kind."""


def article(source: str, day: str, key: str, tree: str = "") -> str:
    """Where an article stands: articles/dw-zh/2024/02/68204677.html, or below the tree of a tier or a script."""
    path = f"articles/{source}/{day[:4]}/{day[5:7]}/{key}.html"
    return f"{tree}/{path}" if tree else path


def revision(source: str, day: str, key: str, number: int) -> str:
    """Where a revision of an article stands: articles/dw-zh/2024/02/68204677.r/2.html."""
    return f"articles/{source}/{day[:4]}/{day[5:7]}/{key}.r/{number}.html"


def day(of: str) -> str:
    """Where the list of a day stands."""
    return f"days/{of}.html"


def source(name: str) -> str:
    """Where the page of a source stands."""
    return f"sources/{name}.html"


def month(source: str, of: str) -> str:
    """Where the list of a source's month stands."""
    return f"sources/{source}/{of}.html"


def term(digest: str, of: str = "") -> str:
    """Where the page of a section, author or topic stands, or that of one of its months."""
    return f"terms/{digest}/{of}.html" if of else f"terms/{digest}.html"


def sitemap(month: str, part: int = 1) -> str:
    """Where the sitemap of a month stands, or a further part of it."""
    return f"sitemaps/{month}.xml" if part == 1 else f"sitemaps/{month}-{part}.xml"


def articles_page(source: str, month: str) -> str:
    """The page of the manifest for a source's month: its articles in every tier, with their revisions."""
    return f"manifest/articles/{source}/{month}.json"


def listed_in(path: str) -> str:
    """The page of the manifest on which this path is listed."""
    match path.split("/"):
        case ["articles", source, year, month, _, *_] | [_, "articles", source, year, month, _]:
            return articles_page(source, f"{year}-{month}")
        case ["sources", source, month]:
            return articles_page(source, month.removesuffix(".html"))
        case ["days" | "sources", _] | ["terms", *_]:
            return LISTS
        case ["search", *_] | ["manifest", "search", *_]:
            return searching.listed_in(path) or manifest.ROOT
        case ["pictures", shard, _]:
            return manifest.pictures_page(shard)
        case _:
            return manifest.ROOT
