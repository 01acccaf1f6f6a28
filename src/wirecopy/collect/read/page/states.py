"""An article in the state that a page carries for its own program, where the page shows none: read as data, never run.

Next.js, Nuxt, Arc, Apollo and their like name things as they please; what is looked for is the longest text, or list of
texts, under a name that bodies have.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice

from lxml.html import HtmlElement

from wirecopy.collect.read import stranger
from wirecopy.collect.read.page import moments, people, titles
from wirecopy.collect.read.page.metadata import Facts
from wirecopy.text import squeeze

_ASSIGNED = re.compile(
    r"(?:window(?:\.|\[[\"'])|\bself\.|\bvar\s+|\bFusion\.)?[\w.]{2,60}(?:[\"']\])?\s{0,5}=\s{0,5}(?=\{[\s\"'])",
    re.ASCII,
)
_SCRIPTS = 40  # programs of a page that are looked at
_LEAST = 1_000  # characters of a program that may hold an article
_OBJECTS = 30_000
_BODY = re.compile(
    r"(?:articleBody|body|bodyHtml|bodyText|content|contentHtml|content_html|html|text|story|storyHTML|fullText|content_elements"
    r"|paragraphs|blocks|components|main_content|detail)$",
    re.IGNORECASE,
)
_PIECE = ("content", "html", "text", "body", "value", "paragraph")
_INSIDE = ("content", "children")
_HEADINGS = ("header", "heading")
_PIECES = 1_000
_MANY = 20  # authors, or pictures, that are looked at
_SAID = 400  # characters of a name, a title, an address
_DEPTH = 5
_TRIED = 5  # states of a program that are tried
_QUOTED = re.compile(r"\bJSON\.parse\(\s{0,5}[\"']", re.ASCII)
_STRING = re.compile(r"\x22(?:[^\x22\\]|\\.)*+\x22|'(?:[^'\\]|\\.)*+'", re.DOTALL)


_TITLE = ("title", "headline", "headlines", "name")
_AUTHORS = ("authors", "author", "byline", "bylines", "credits", "creator", "writers", "journalists")
_PUBLISHED = (
    "datePublished", "publishedAt", "published_at", "published", "publishDate", "publish_date", "publicationDate",
    "publication_date", "firstPublished", "firstPublicationDate", "first_publish_date", "display_date", "displayDate",
    "releaseDate", "pubDate", "create_time", "createdAt",
)  # fmt: skip
_MODIFIED = (
    "dateModified",
    "modifiedAt",
    "updatedAt",
    "updated_at",
    "lastModified",
    "last_updated_date",
    "update_time",
)
_IMAGE = ("image", "leadImage", "lead_image", "heroImage", "mainImage", "promo_items", "cover", "thumbnail")
_CALLED = ("basic", "name", "fullName", "displayName", "by", "text", "title")
_SHOWN = ("url", "src", "basic", "href", "original", "full")


Records = tuple[Mapping[object, object], ...]
_NO_RECORDS: Records = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A text in a page's state, as HTML, and what stands beside it there; the moments as they are spelt."""

    html: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    image: str = ""


def tell(facts: Facts, told: Told, zone: tzinfo) -> None:
    """Say what the state says where the page itself says nothing."""
    if not facts.title and told.title:
        facts.title, facts.where["title"] = told.title, "state"
    if not facts.authors and (names := people.of_data(told.authors, facts.site)).persons:
        facts.authors, facts.where["authors"] = names.persons, "state"
    if facts.published is None and (moment := moments.of_data(told.published, zone)):
        facts.published, facts.written, facts.spelt = moment.astimezone(UTC), moment, told.published
        facts.where["published"] = "state"
    if facts.modified is None and (moment := moments.of_data(told.modified, zone)):
        facts.modified, facts.where["modified"] = moment.astimezone(UTC), "state"
    facts.image = facts.image or told.image


def is_the_pages(told: Told, facts: Facts) -> bool:
    """Whether the text is what the page is about: its record has the page's title."""
    return bool(told.title) and titles.same(told.title) == titles.same(facts.title)


def article(root: HtmlElement) -> Told:
    """The longest text that looks like an article's, and what its record says of it."""
    best, around = "", _NO_RECORDS
    for n, script in enumerate(root.iter("script")):
        if n >= _SCRIPTS:
            break
        words = script.text or ""
        if len(words) < _LEAST or (script.get("type") or "").strip() == "application/ld+json":
            continue
        for state in _states(words):
            for text, records in _texts(state):
                if len(text) > len(best):
                    best, around = text, records
    return _told(best, around)


def _told(html: str, records: Records) -> Told:
    def first(names: Iterable[str], inside: tuple[str, ...]) -> str:
        said = (word for record in records for name in names for word in _words(record.get(name), inside, 0))
        return next(said, "")

    authors = (tuple(_words(record.get(name), _CALLED, 0)) for record in records for name in _AUTHORS)
    return Told(
        html=html,
        title=first(_TITLE, _CALLED),
        authors=next(filter(None, authors), ()),
        published=first(_PUBLISHED, ()),
        modified=first(_MODIFIED, ()),
        image=first(_IMAGE, _SHOWN),
    )


def _words(value: object, inside: tuple[str, ...], depth: int) -> Iterator[str]:
    """The short texts that a field holds: itself, those of its list, or what its record is called by."""
    if isinstance(value, str):
        if 0 < len(words := squeeze(stranger.Json(value).text())) < _SAID:
            yield words
    elif isinstance(value, int) and not isinstance(value, bool) and not inside:
        yield str(value)
    elif isinstance(value, list) and depth < _DEPTH:
        for each in value[:_MANY]:
            yield from _words(each, inside, depth + 1)
    elif isinstance(value, dict) and depth < _DEPTH:
        named = next((each for name in inside if (each := value.get(name))), None)
        yield from _words(named, inside, depth + 1)


def _states(words: str) -> Iterator[object]:
    bare = words.lstrip()
    if bare.startswith(("{", "[")):
        starts = [0]
    else:
        starts = [found.end() for found in islice(_ASSIGNED.finditer(words), _TRIED)]
        for quoted in islice(_QUOTED.finditer(words), _TRIED):
            if said := _literal(words, quoted.end() - 1):
                yield from _parsed(said, 0)
    for start in starts:
        yield from _parsed(words, start)


def _parsed(words: str, start: int) -> Iterator[object]:
    try:
        yield stranger.parse(words, start=start).value
    except ValueError:
        return


def _literal(words: str, start: int) -> str:
    """What the string of a program that begins here says, "" if it is none."""
    found = _STRING.match(words, start)
    if found is None:
        return ""
    said = found[0][1:-1]
    if found[0].startswith("'"):
        said = said.replace("\\'", "'").replace('\\"', '"').replace('"', '\\"')
    try:
        return str(json.loads(f'"{said}"', strict=False))
    except ValueError:
        return ""


def _texts(state: object) -> Iterator[tuple[str, Records]]:
    """The texts in a state, each with the record that holds it and the one around that."""
    waiting: deque[tuple[object, Records]] = deque([(state, ())])
    cache: dict[object, object] = {}
    for _ in range(_OBJECTS):
        if not waiting:
            return
        value, around = waiting.popleft()
        if isinstance(value, list):
            waiting.extend((each, around) for each in value if isinstance(each, dict | list))
        elif isinstance(value, dict):
            if "ROOT_QUERY" in value:
                cache = dict(value)
            records = (value, *around[:1])
            for name, each in value.items():
                if isinstance(each, dict | list):
                    waiting.append((each, records))
                if isinstance(name, str) and _BODY.match(name) and (text := _text(each, cache)):
                    yield text, records


def _text(value: object, cache: dict[object, object]) -> str:
    """A body as HTML: a text with paragraphs, or a list of pieces."""
    if isinstance(value, str):
        return value if len(value) > 300 and ("<p" in value or value.count(". ") + value.count("。") > 3) else ""
    if isinstance(value, dict):
        value = value.get("content")  # a document of an editor, whose paragraphs are its content
    if isinstance(value, list):
        pieces = [_piece(each, cache, 0) for each in value[:_PIECES]]
        told = "".join(each if each.startswith("<") else f"<p>{each}</p>" for each in pieces if each)
        return told if len(told) > 300 else ""
    return ""


def _piece(value: object, cache: dict[object, object], depth: int) -> str:
    """What a piece of a body says: a text, or what its own pieces say."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or depth > _DEPTH:
        return ""
    if isinstance(ref := value.get("__ref"), str):
        # Each record is told once: references to one another would multiply without end.
        value = cache.pop(ref, None)
        if not isinstance(value, dict):
            return ""
    least = 20 if depth == 0 else 0
    said = next((said for name in _PIECE if isinstance(said := value.get(name), str) and len(said) > least), "")
    if said:
        heading = value.get("type") in _HEADINGS and not said.startswith("<")
        return f"<h2>{said}</h2>" if heading else said
    inside = next((each for name in _INSIDE if isinstance(each := value.get(name), list)), [])
    return "".join(_piece(each, cache, depth + 1) for each in inside[:_PIECES])
