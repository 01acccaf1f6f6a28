"""Names in feeds: one common name for an element, whatever namespace, prefix or case it was written with.

"title" is RSS's, RDF's, CDF's and Atom's alike; the others carry their usual prefix: "dc:creator", "media:content".
"""

from __future__ import annotations

from functools import lru_cache
from xml.etree.ElementTree import Element

XML = "http://www.w3.org/XML/1998/namespace"
ITEMS = frozenset({"item", "entry"})

# What a prefix means to those who forget to declare it.
USUAL = {
    "": "",
    "xml": XML,
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
# Namespaces whose elements are the plain ones of a feed or a sitemap, without "http://", "www." and a last "/" or "#".
_PLAIN = frozenset(
    {
        "",
        "blogs.law.harvard.edu/tech/rss",
        "channel.netscape.com/rdf/simple/0.9",
        "example.com/necho",
        "example.com/newformat",
        "google.com/schemas/sitemap/0.84",
        "google.com/schemas/sitemap/0.9",
        "my.netscape.com/rdf/simple/0.9",
        "purl.org/atom/ns",
        "purl.org/echo",
        "purl.org/net/rss1.1",
        "purl.org/pie",
        "purl.org/rss/1.0",
        "purl.org/rss/1.0/modules/rss091",
        "sitemaps.org/schemas/sitemap/0.9",
        "uri/of/echo/namespace",
        "w3.org/2005/atom",
    }
)


def _bare(space: str) -> str:
    space = space.lower().strip()
    return space.removeprefix("http://").removeprefix("https://").removeprefix("www.").rstrip("/#")


_PREFIXES = {_bare(space): prefix for prefix, space in USUAL.items() if prefix not in ("", "atom")}
_PREFIXES["example.com/dtds/podcast-1.0.dtd"] = "itunes"


@lru_cache(maxsize=1_000)
def local(name: str) -> str:
    """An attribute's own name, in small letters."""
    return name.rpartition("}")[2].lower()


class Names(dict[str, str]):
    """The common names of a tree's tags, each worked out once. An unknown namespace of the root is the page's own."""

    def __init__(self, root: str = "") -> None:
        super().__init__()
        self.own = root.rpartition("}")[0]

    def __missing__(self, tag: str) -> str:
        space, _, local = tag.rpartition("}")
        bare = _bare(space[1:])
        prefix = _PREFIXES.get(bare)
        if bare in _PLAIN or "backend.userland.com/rss" in bare or (prefix is None and space == self.own):
            name = local.lower()
        else:
            name = f"{prefix or '?'}:{local.lower()}"
        self[tag] = name
        return name


def of(root: Element) -> Names:
    """The common names in this tree. A page read the tolerant way stands under one root "document"."""
    return Names(root[0].tag if root.tag == "document" and len(root) else root.tag)
