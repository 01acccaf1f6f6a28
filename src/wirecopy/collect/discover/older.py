"""Where an index goes on into the past: the page of it with older entries."""

from __future__ import annotations

import re
from itertools import islice
from xml.etree.ElementTree import Element

from wirecopy import urls
from wirecopy.collect.discover import names
from wirecopy.collect.discover.names import Names
from wirecopy.model import Capture

_LOOKED_AT = 200  # children of a feed among which its own links are looked for
_PAGED = re.compile(r"([?&]paged=)(\d{1,4})\b")


def older(root: Element, common: Names, capture: Capture) -> tuple[str, ...]:
    """The feed with the entries before these: as RFC 5005 has it (prev-archive, next), or as WordPress counts."""
    base = capture.final_url or capture.url
    heads = [element for element in islice(root.iter(), _LOOKED_AT) if common[element.tag] in ("channel", "feed")]
    found: dict[str, str] = {}
    is_wordpress = False
    for element in islice((child for head in heads for child in head), _LOOKED_AT):
        match common[element.tag]:
            case "link":
                own = {names.local(key): value for key, value in element.items()}
                found.setdefault(own.get("rel", "").lower(), urls.resolve(own.get("href", ""), base))
            case "generator":
                is_wordpress = "wordpress" in "".join(element.itertext()).lower()
            case _:
                pass
    named = [found[rel] for rel in ("prev-archive", "next") if found.get(rel)]
    counted = [_next_page(base)] if is_wordpress else []
    return tuple(url for url in (*named[:1], *counted) if url != base)[:1]


def _next_page(url: str) -> str:
    """The page after this one, as WordPress numbers them."""
    if _PAGED.search(url):
        return _PAGED.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", url)
    return f"{url}{'&' if '?' in url else '?'}paged=2"
