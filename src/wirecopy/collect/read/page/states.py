"""An article in the state that a page carries for its own program, where the page shows none: read as data, never run.

Next.js, Nuxt, Arc, Apollo and their like name things as they please; what is looked for is the longest text, or list of
texts, under a name that bodies have.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from wirecopy.collect.read import stranger

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
_DEPTH = 5
_TRIED = 5  # states of a program that are tried
_QUOTED = re.compile(r"\bJSON\.parse\(\s{0,5}[\"']", re.ASCII)
_STRING = re.compile(r"\x22(?:[^\x22\\]|\\.)*+\x22|'(?:[^'\\]|\\.)*+'", re.DOTALL)


def article(root: HtmlElement) -> str:
    """The HTML of the longest text that looks like an article's, or ""."""
    best = ""
    for n, script in enumerate(root.iter("script")):
        if n >= _SCRIPTS:
            break
        words = script.text or ""
        if len(words) < _LEAST or (script.get("type") or "").strip() == "application/ld+json":
            continue
        for state in _states(words):
            for text in _texts(state):
                if len(text) > len(best):
                    best = text
    return best


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


def _texts(state: object) -> Iterator[str]:
    waiting: deque[object] = deque([state])
    cache: dict[object, object] = {}
    for _ in range(_OBJECTS):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extend(each for each in value if isinstance(each, dict | list))
        elif isinstance(value, dict):
            if "ROOT_QUERY" in value:
                cache = dict(value)
            for name, each in value.items():
                if isinstance(each, dict | list):
                    waiting.append(each)
                if isinstance(name, str) and _BODY.match(name) and (text := _text(each, cache)):
                    yield text


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
