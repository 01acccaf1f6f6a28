"""A classic document → the article in it: for archives that the mirrors before us left behind.

- Three dialects: the ancestor's own (an epoch, the linked title, a rule, the body), waimei's (the same after front
  matter, the body inside a <div>), and that of the first China Digital Times mirror (no epoch, a line with the date).
- A Deutsche Welle body is read by the ancestor's own grammar (ancestor.py), and can be written back byte for byte.
- Any other body is read like a page's (blocks.py); its byline, date and lead picture are taken off the front first.
- Whatever the markup is, its words, pictures and links are read; what can't be written back is a complaint.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from wirecopy import dates, seams, urls
from wirecopy.collect.read import ancestor, blocks, lines
from wirecopy.errors import ReadError
from wirecopy.model import Article, Noun, Paragraph, Picture, Seam, replace, text

RULES = "classic/1"


class Classic(Noun, frozen=True, kw_only=True):
    """What a classic document holds: an article, and the moment at which its mirror took it.

    `dialect`: ancestor, waimei, cdt. `complaints` are in words: what could not be kept as it was written.
    """

    at: datetime
    article: Article
    dialect: str
    complaints: tuple[str, ...] = ()


def read(document: bytes, *, fallback_at: datetime, source: str = "") -> Classic:
    """The article in a classic document.

    `fallback_at` is the moment of a document that has none of its own. Raises ReadError for what is no classic
    document; a body is never a reason to fail.
    """
    head = _head(document)
    match = _DW.match(head.url)
    body = _dw(head) if match else _other(head)
    article, at = body.article, head.at or body.at or fallback_at
    if head.at is None:
        body.complaints["no moment in its head: " + ("took its date line" if body.at else "took the file's")] += 1
    key, language = _KEY.search(head.url.rstrip()), _LANGUAGE.match(head.url)
    said = lines.read(article.body)
    article = replace(
        article,
        source=source,
        key=key[2] if match and key else urls.key_of(urls.canonical(head.url)),
        kind=_KINDS.get(key[1], "article") if match and key and article.kind == "article" else article.kind,
        url=head.url,
        title=head.title,
        authors=lines.names(article.byline),
        dateline=said.dateline,
        language=language[1] if match and language else "",
        body=said.body,
        agencies=said.agencies,
        rights=said.rights,
        seams=(*head.seams, *article.seams),
        reader="classic",
        rules=RULES,
    )
    complaints = tuple(f"{what} ({n} times)" if n > 1 else what for what, n in sorted(body.complaints.items()))
    return Classic(at=at, article=article, dialect=head.dialect, complaints=complaints)


# --- the head -------------------------------------------------------------------------------------------------------

_DW = re.compile(r"https?://(?:[a-z]+\.)?dw\.(?:com|de)/", re.IGNORECASE)
# On the whole string: a "?" or "#" in a title moves the id into the query or the fragment.
_KEY = re.compile(r"/([a-z]+)-(\d+)$")
_KINDS = {"live": "liveblog", "g": "gallery", "video": "video", "audio": "audio"}
_LANGUAGE = re.compile(r"^https?://[^/]+/(zh(?:-hant)?|[a-z]{2})/")
_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
_FRONT_DATE = re.compile(r"^date: *(\S.*)$", re.MULTILINE)
_EPOCH = re.compile(r"<!--(\d{1,17})-->\n")
_UNDERLINE = ")\n------\n"


@dataclass(frozen=True, slots=True)
class _Head:
    url: str
    title: str
    at: datetime | None
    dialect: str
    body: str
    seams: tuple[Seam, ...]


def _head(document: bytes) -> _Head:
    whole = document.decode("utf-8", "replace").removeprefix("\ufeff")
    if _UNDERLINE not in whole:
        whole = whole.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(whole)
    rest = whole[front.end() :] if front else whole
    epoch = _EPOCH.match(rest)
    rest = rest[epoch.end() :] if epoch else rest
    line, found, body = rest.partition(_UNDERLINE)
    # A title may hold "](" and a line break; an address has neither.
    spelt, link, url = line.rpartition("](http")
    if not link:
        spelt, link, url = line.rpartition("](")
    if not found or not link or not spelt.startswith("["):
        raise ReadError(
            f"not a classic document: it begins with {document[:40]!r}, not with [title](address) over a line of ------"
        )
    title, url = seams.untitle(spelt[1:]), link[2:] + url
    kept = []
    if seams.title(title) != spelt[1:] and seams.title(title, as_it_stands=True) == spelt[1:]:
        kept.append(seams.seam("title", title, [(0, seams.AS_IT_STANDS)]))
    if seams.address(url) != url:
        kept.append(seams.seam("url", url, [(0, seams.AS_IT_STANDS)]))
    body = body.removeprefix("\n").removesuffix("\n")
    if front and body.startswith("<div>\n") and body.endswith("\n</div>"):
        body = body[len("<div>\n") : -len("\n</div>")]
    return _Head(
        url=url,
        title=title,
        at=_moment(epoch, front),
        dialect="waimei" if front else "ancestor" if epoch else "cdt",
        body=body,
        seams=tuple(kept),
    )


def _moment(epoch: re.Match[str] | None, front: re.Match[str] | None) -> datetime | None:
    if epoch:
        try:
            return dates.from_epoch_ms(int(epoch[1]))
        except ValueError:
            return None
    spelt = _FRONT_DATE.search(front[1]) if front else None
    return dates.parse(spelt[1]) if spelt else None


@dataclass(slots=True)
class _Body:
    article: Article
    at: datetime | None = None
    complaints: Counter[str] = field(default_factory=Counter)


# --- Deutsche Welle ---------------------------------------------------------------------------------------------------


def _dw(head: _Head) -> _Body:
    said = ancestor.read(head.body, head.url)
    article = Article(
        source="",
        key="",
        kind=said.kind,
        byline=said.byline,
        published=said.published,
        picture=said.picture,
        body=said.blocks,
        seams=said.seams,
    )
    return _Body(article, complaints=said.complaints)


# --- other outlets ----------------------------------------------------------------------------------------------------

_CAPTIONED = re.compile(rf"(<img\b[^<>]*>|<(video|audio)\b[^<>]*></\2>){ancestor.SMALL}([^<]*)</small></div>")
_BYLINE = re.compile(r"<div><i>([^<]*)(?:<br>([^<]*))?</i></div>|<div>(\d\d/\d\d/\d{4} - \d\d:\d\d)</div>|<div></div>")
_DATE_LINE = re.compile(r"日期：([^\n<]*)\n+")
_ZONED = re.compile(r"(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$")
_LEAD = re.compile(rf"<img {ancestor.SOURCE}(?: [^<>]*)?>(?:{ancestor.SMALL}([^<]*)</small></div>)?")


def _other(head: _Head) -> _Body:
    """A body of any other outlet. Its moment is believed where it names its zone; else it stays a line of text."""
    date_line = _DATE_LINE.match(head.body)
    rest = head.body[date_line.end() :] if date_line else head.body
    byline = _BYLINE.match(rest)
    who, when = _who_and_when(byline)
    rest = rest[byline.end() :] if byline else rest
    if date_line:
        when = when or date_line[1].strip()
    published = dates.parse(when) if _ZONED.search(when) else None
    lead = _LEAD.match(rest)
    picture: Picture | None = None
    if lead:
        own = urls.resolve(seams.unproxied(html.unescape(lead[1])), head.url) if lead[1] else ""
        picture = Picture(url=own, caption=text(html.unescape(lead[2] or "")))
        rest = rest[lead.end() :]
    rest, footer = ancestor.footer(rest)
    reading = blocks.read_fragment(ancestor.unproxied(_CAPTIONED.sub(_figure, rest)), blocks.Dialect(base=head.url))
    note = (Paragraph(text=text(when), role="note"),) if when and published is None else ()
    article = Article(
        source="",
        key="",
        byline=who,
        published=published,
        picture=picture if picture and (picture.url or picture.caption) else None,
        body=(*note, *reading.blocks, *footer),
        lost=tuple(sorted(reading.lost.items())),
    )
    return _Body(article, at=published if date_line else None)


def _who_and_when(byline: re.Match[str] | None) -> tuple[str, str]:
    """Author and moment as they are spelt over a text. What stands alone is a moment if there is a number in it."""
    if byline is None:
        return "", ""
    first, second, date = (html.unescape(part) if part else "" for part in byline.groups())
    if byline[2] is not None:
        return first, second.strip()
    return ("", (first or date).strip()) if re.search(r"\d", first or date) else (first, "")


def _figure(found: re.Match[str]) -> str:
    return f"<figure>{found[1]}<figcaption>{found[3]}</figcaption></figure>"
