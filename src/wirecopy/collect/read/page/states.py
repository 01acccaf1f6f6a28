"""An article in the state that a page carries for its own program, where the page shows none: read as data, never run.

Next.js, Nuxt, Arc, Apollo and their like name things as they please; what is looked for is the longest text, or list of
texts, under a name that bodies have.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

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
    starts = (
        [0]
        if bare.startswith(("{", "["))
        else [found.end() for found, _ in zip(_ASSIGNED.finditer(words), range(5), strict=False)]
    )
    for start in starts:
        try:
            yield stranger.parse(words, start=start).value
        except ValueError:
            continue


def _texts(state: object) -> Iterator[str]:
    waiting: deque[object] = deque([state])
    for _ in range(_OBJECTS):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extend(each for each in value if isinstance(each, dict | list))
        elif isinstance(value, dict):
            for name, each in value.items():
                if isinstance(each, dict | list):
                    waiting.append(each)
                if isinstance(name, str) and _BODY.match(name) and (text := _text(each)):
                    yield text


def _text(value: object) -> str:
    """A body as HTML: a text with paragraphs, or a list of pieces."""
    if isinstance(value, str):
        return value if len(value) > 300 and ("<p" in value or value.count(". ") + value.count("。") > 3) else ""
    if isinstance(value, list):
        pieces = [_piece(each) for each in value[:1_000]]
        told = "".join(f"<p>{each}</p>" if not each.startswith("<") else each for each in pieces if each)
        return told if len(told) > 300 else ""
    return ""


def _piece(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return next((said for name in _PIECE if isinstance(said := value.get(name), str) and len(said) > 20), "")
    return ""
