"""A page as somebody sees it who does not look for an article: all its visible lines, and what it says of itself.

Only pages that are under suspicion are looked at like this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from wirecopy.collect.doubt.words import small
from wirecopy.collect.read import blocks
from wirecopy.collect.read.page import charset
from wirecopy.model import Capture

WIDE = 2.5  # what an ideograph counts in letters, as in read/page/survey.py
_MOST = 400_000  # characters of a page that are looked at: no wall is larger
_PIECES = 50  # elements in a heading or a link that are looked at
_LINKS = 5_000  # links that are looked at
_FIRST = 100  # headings, and parts for those without programs, that are looked at
_IDEOGRAPHS = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BLANKS = re.compile(r"\s+")
_UNSEEN = frozenset(
    {"script", "style", "template", "svg", "head", "noscript", "select", "datalist", "iframe", "object"}
)
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "br",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "label",
        "mark",
        "q",
        "s",
        "small",
        "span",
    }
    | {"strong", "sub", "sup", "time", "u", "wbr", "img", "tt", "var", "kbd", "ins", "del", "nobr", "data"}
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PAID = re.compile(r"[\"']isAccessibleForFree[\"']\s*:\s*[\"']?\s*(true|false)", re.IGNORECASE)
_COUNTED = re.compile(r"[\"']wordCount[\"']\s*:\s*[\"']?(\d{1,6})")
_REFRESH = re.compile(r"url\s*=\s*[\"']?([^\"'>]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """`lines` are what is to be seen, small, `unlinked` those without links; `letters` how much that is, `linked` how
    much of it in links.

    `paid` is what the page says of itself (None: nothing), `counted` how many words its article has by its own account.
    """

    html: str
    title: str
    heads: tuple[str, ...]
    lines: tuple[str, ...]
    unlinked: tuple[str, ...]
    letters: float
    linked: float
    password: bool
    unlisted: bool
    described: bool
    programs: int
    without_programs: str
    whole: bool
    paid: bool | None
    counted: int
    refresh: str
    canonical: str


def letters(words: str) -> float:
    """How much a text says: its letters without blanks, an ideograph counting more."""
    bare = _BLANKS.sub("", words)
    return len(bare) + (WIDE - 1) * (len(bare) - len(_IDEOGRAPHS.sub("", bare)))


def look(capture: Capture) -> Sight:
    """What is to be seen on a page."""
    html = charset.decoded(capture)[:_MOST]
    root = blocks.parse(html)
    told = tuple(_lines(root))
    meta = {
        (each.get("name") or each.get("property") or "").lower(): each.get("content") or ""
        for each in root.iter("meta")
    }
    refresh = next(
        (
            each.get("content") or ""
            for each in root.iter("meta")
            if (each.get("http-equiv") or "").lower() == "refresh"
        ),
        "",
    )
    paid = {found.lower() for found in _PAID.findall(html)}
    counted = [int(found) for found in _COUNTED.findall(html)]
    return Sight(
        html=html.lower(),
        title=small(next((_text(each) for each in root.iter("title")), "")),
        heads=tuple(
            filter(None, (small(_text(each)) for name in ("h1", "h2") for each in islice(root.iter(name), _FIRST)))
        )[:12],
        lines=told,
        unlinked=tuple(_lines(root, _UNSEEN | {"a"})),
        letters=sum(map(letters, told)),
        linked=sum(letters(_text(each)) for each in islice(root.iter("a"), _LINKS)),
        password=any((each.get("type") or "").lower() == "password" for each in root.iter("input")),
        unlisted="noindex" in meta.get("robots", "").lower(),
        described=meta.get("og:type", "").lower() == "article"
        or re.search(r"\"(?:News|Report)?Article\"", html) is not None,
        programs=sum(1 for _ in root.iter("script")),
        without_programs=small(" ".join(_text(each) for each in islice(root.iter("noscript"), _FIRST)))[:500],
        whole=re.search(r"</(?:body|html)\s*>", html[-20_000:], re.IGNORECASE) is not None,
        paid=None if not paid else "false" in paid,
        counted=max(counted, default=0),
        refresh=(_REFRESH.search(refresh) or ["", ""])[1].strip(),
        canonical=next(
            (each.get("href") or "" for each in root.iter("link") if (each.get("rel") or "").lower() == "canonical"), ""
        )
        or meta.get("og:url", ""),
    )


def _text(element: HtmlElement) -> str:
    return blocks.said(element, _PIECES)


def _lines(root: HtmlElement, unseen: frozenset[str] = _UNSEEN) -> Iterator[str]:
    """The visible text of a page, small, a block a line. No recursion: pages are as deep as they like."""
    said: list[str] = []
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        block = tag not in _INLINE or tag == "br"
        if closing or not tag or tag in unseen or _HIDDEN.search(element.get("style") or ""):
            if block and tag and said:
                yield from _line(said)
            said.append(element.tail or "") if element is not root else None
            continue
        if block and said:
            yield from _line(said)
        if tag == "input" and (element.get("type") or "").lower() in ("submit", "button"):
            yield from _line([element.get("value") or ""])
        said.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield from _line(said)


def _line(said: list[str]) -> Iterator[str]:
    told = small("".join(said))
    said.clear()
    if told:
        yield told
