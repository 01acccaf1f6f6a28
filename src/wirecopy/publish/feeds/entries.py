"""What stands in a feed, whatever its format: a channel, its entries, and what was taken down.

- Ids are UUIDs made of names alone ("source/key"): no new title, address or mirror changes them, and a take-down, of
  which only the digest of that name is known, is told by the same id as the entry was.
- Every address is absolute: ours where the folder's own is known, else the outlet's. A picture is shown from our own
  folder or not at all; then its caption, its credit and a link to it stand in its place.
- `updated` is the moment at which the outlet was seen to have changed something, never that of a rebuild.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby, islice
from uuid import UUID

from wirecopy import dates, urls
from wirecopy.errors import ConfigError
from wirecopy.model import (
    Article,
    Document,
    Edition,
    Heading,
    Headline,
    Link,
    Noun,
    Paragraph,
    Picture,
    Rendition,
    Shelf,
    TakeDown,
    Term,
    pictures,
    plain,
    walk,
)
from wirecopy.publish import manifest
from wirecopy.publish.addresses import public
from wirecopy.publish.html import Shown, Writer, escape, language_of
from wirecopy.publish.messages import Messages
from wirecopy.publish.site import plan
from wirecopy.text import clean, is_rtl, language_tag

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOWHERE = "https://mirror.invalid/"
"""The address of a mirror that knows none of its own: RSS wants one, and this leads nowhere (RFC 6761)."""

_SUMMARY = 280  # characters; what lists of feed readers show
_TOMBSTONES = 100
_SECTIONS = 200  # of one source: more than any outlet has, fewer than one that makes them up
_LIVE = re.compile(r'<a href="#[\w-]+">(<time [^>]*>[^<]*</time>)</a>')


class Place(Noun, frozen=True, kw_only=True):
    """Where readers find the published folder.

    `address`: the absolute address of the folder, with "/" at its end, "" where it is not known. `pictures`: the
    renditions of our copies that stand in it below pictures/ ("small", "full"), those of documents from the day `since`
    on (yyyy-mm-dd) and not of the sources `without`; others are not shown.
    """

    address: str = ""
    pictures: tuple[str, ...] = ("small", "full")
    since: str = ""
    without: tuple[str, ...] = ()

    def page(self, source: str, day: str, key: str) -> str:
        """The address of an article's page, "" where we know none."""
        return self.address + plan.article(source, day, key) if self.address else ""

    def shows(self, document: Document) -> bool:
        """Whether our copies of a document's pictures stand in the folder."""
        return document.day >= self.since and document.article.source not in self.without

    def picture(self, found: Rendition | None) -> str:
        """The address of our copy of a picture, "" where there is none."""
        return self.address + manifest.picture(found.digest, found.media) if found and self.address else ""


class Enclosure(Noun, frozen=True, kw_only=True):
    """The lead picture of an entry: our copy's address, kind and sizes, a small one of it, and its words."""

    url: str
    media: str
    size: int
    width: int
    height: int
    small: str = ""
    small_width: int = 0
    small_height: int = 0
    caption: str = ""
    credit: str = ""


class Entry(Noun, frozen=True, kw_only=True):
    """One entry. `address` is where it is read, `original` the outlet's own page, each absolute or "".

    `content` is markup, well-formed as XML too; everything else is plain text without controls. `feed` is the address
    of the feed of its source, without the ending of its format.
    """

    id: str
    address: str = ""
    original: str = ""
    title: str
    summary: str = ""
    content: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    outlet: str = ""
    feed: str = ""
    published: datetime
    updated: datetime
    tags: tuple[str, ...] = ()
    rights: str = ""
    picture: Enclosure | None = None
    withdrawn: datetime | None = None


class Tombstone(Noun, frozen=True, kw_only=True):
    """An entry that is no more: its id, since when, and why."""

    id: str
    at: datetime
    reason: str


class Channel(Noun, frozen=True, kw_only=True):
    """A feed beside its entries. `id` is for good; `address` is its own, `home` that of the page it is the feed of.

    `older`, `newer` and `current` are the feeds of its archive (RFC 5005): an archived one has a `current`.
    """

    id: str
    title: str
    description: str = ""
    address: str = ""
    home: str = ""
    hub: str = ""
    contact: str = ""
    language: str = ""
    older: str = ""
    newer: str = ""
    current: str = ""
    gone: tuple[Tombstone, ...] = ()


def based(address: str) -> str:
    """The address of a folder with "/" at its end; "" for none. Raises ConfigError for what is none."""
    if not address.strip():
        return ""
    found = urls.resolve(address)
    if not found or "?" in found or "#" in found:
        raise ConfigError(
            f"publish: address = {address!r} is no address of a folder; one is like https://mirror.example/news/"
        )
    return found if found.endswith("/") else f"{found}/"


# Our small and our large copy of each picture of a document, by the picture's identity.
_Copies = dict[int, tuple[Rendition | None, Rendition | None]]


def uuid_of(digest: str) -> str:
    """The id made of a SHA-256 (hexadecimal): a UUID of version 8, the one for such uses (RFC 9562 5.8)."""
    number = int(digest[:32], 16) & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62
    return f"urn:uuid:{UUID(int=number)}"


def id_of(*names: str) -> str:
    """The id of what has these names; of an article: its source and key."""
    return uuid_of(sha256("/".join(names).encode("utf-8", "replace")).hexdigest())


def moments(document: Document) -> tuple[datetime, datetime]:
    """When a document was published, as far as that can be believed, and when the outlet last changed it."""
    published = document.article.published
    if published is None or published.year < 1990 or published > document.first_at + timedelta(days=1):
        published = document.first_at
    updated = document.at if document.number > 1 else published
    return published, max(published, updated, document.withdrawn or updated)


def entry(document: Document, edition: Edition, place: Place, say: Messages, shelf: Shelf | None = None) -> Entry:
    """A document as the entry of a feed: its full text. `say` speaks in the notices."""
    article = document.article
    outlet = clean((shelf.name if shelf else "") or article.source)
    original = public(article.url)
    page = place.page(article.source, document.day, article.key) or original
    published, updated = moments(document)
    copies = {id(picture): _copies(document, picture, edition, place) for picture in pictures(article)}
    return Entry(
        id=id_of(article.source, article.key),
        address=page,
        original=original,
        title=clean(article.title) or clean(article.key),
        summary=summary_of(article),
        content=_content(document, edition, place, say, outlet, page, original, copies),
        language=language_tag(article.language),
        authors=tuple(filter(None, map(clean, article.authors))),
        outlet=outlet,
        feed=f"{place.address}feeds/sources/{article.source}" if place.address else "",
        published=published,
        updated=updated,
        tags=tuple(dict.fromkeys(filter(None, map(clean, (article.section, *article.tags))))),
        rights=clean(article.rights),
        picture=_enclosure(article.picture, place, copies),
        withdrawn=document.withdrawn,
    )


def summary_of(article: Article) -> str:
    """What an article is about, in a few lines of plain text: the outlet's words for it, else how it begins."""
    words = clean(article.summary)
    if not words:
        first = (block.text for block in walk(article.body) if isinstance(block, Paragraph | Heading))
        words = next(filter(None, (clean(plain(each)) for each in first)), "")
    if len(words) <= _SUMMARY:
        return words
    cut = words[:_SUMMARY]
    before = cut.rpartition(" ")[0]
    return f"{before if len(before) > _SUMMARY // 2 else cut}…"


def gone(downs: Iterable[TakeDown], source: str = "") -> tuple[Tombstone, ...]:
    """What was taken down, newest first, of all sources or of one, as far as it can be named: the articles."""
    chosen = [each for each in downs if each.scope == "article" and each.name and source in ("", each.source)]
    chosen.sort(key=lambda each: (-each.at.timestamp(), each.name))
    return tuple(
        Tombstone(id=uuid_of(each.name), at=each.at, reason=clean(each.reason)) for each in chosen[:_TOMBSTONES]
    )


def latest(entries: Sequence[Entry], gone: Sequence[Tombstone] = ()) -> datetime:
    """When a feed last changed: the newest moment in it, whoever reads the clock."""
    return max([*(each.updated for each in entries), *(each.at for each in gone)], default=EPOCH)


def sections(edition: Edition) -> dict[str, tuple[Term, ...]]:
    """The sections of each source, by name; of too many, those with the most documents."""
    found: dict[str, tuple[Term, ...]] = {}
    terms = sorted(edition.terms("section"), key=lambda term: (term.source, -term.documents, term.name, term.digest))
    for source, of in groupby(terms, key=lambda term: term.source):
        found[source] = tuple(sorted(islice(of, _SECTIONS), key=lambda term: (term.name, term.digest)))
    return found


def newest(edition: Edition, term: Term, most: int) -> tuple[Headline, ...]:
    """The newest documents under a term, at most so many."""
    found: list[Headline] = []
    for month, _ in edition.months_of(term):
        found += edition.under(term, month)
        if len(found) >= most:
            break
    return tuple(found[:most])


def turned(words: str, language: str) -> str:
    """Markup in this language, with its direction, whatever stands around it."""
    language = language_tag(language)
    if not language:
        return f'<div dir="auto">{words}</div>'
    return f'<div lang="{escape(language)}" dir="{"rtl" if is_rtl(language) else "ltr"}">{words}</div>'


def notices(document: Document, say: Messages, outlet: str) -> Iterator[str]:
    """What a reader must know before reading: what became of the article, and what it is."""
    article, taken = document.article, minute(document.at)
    if document.withdrawn is not None:
        yield say("feed_withdrawn", outlet=outlet, when=minute(document.withdrawn), taken=taken)
    elif document.number > 1:
        yield say("feed_revised", outlet=outlet, number=document.number, taken=taken)
    if article.weak:
        yield say("weak_feed" if article.reader == "feed" else "weak")
    if article.opinion:
        yield say("opinion")


def _content(
    document: Document,
    edition: Edition,
    place: Place,
    say: Messages,
    outlet: str,
    page: str,
    original: str,
    copies: _Copies,
) -> str:
    article = document.article

    def own(link: Link) -> str:
        if not place.address:
            return ""
        found = edition.find(link.ref) if link.ref else None
        if found is None and link.href:
            found = edition.find(link.href)
        return "" if found is None else place.page(found.source, found.day, found.key)

    def show(picture: Picture) -> Shown | None:
        small, full = copies[id(picture)]
        seen = small or full
        if seen is None:
            return None
        return Shown(src=place.picture(seen), width=seen.width, height=seen.height, full=place.picture(full))

    language = language_tag(article.language)
    around = language_of(say.language, language)
    writer = Writer(say, show=show, link=own, language=language, lazy=False)
    parts = [f"<p{around}><em>{escape(each)}</em></p>" for each in notices(document, say, outlet)]
    if article.kicker.strip():
        parts.append(f"<p><b>{escape(article.kicker)}</b></p>")
    if _says_more(article.byline, article.authors):
        parts.append(f"<p>{escape(article.byline.strip())}</p>")
    parts.append(_grounded(writer.article(article), page if place.address else ""))
    if original:
        named = escape(say("feed_original", outlet=outlet))
        parts.append(f'<p{around}><a href="{escape(original)}">{named}</a></p>')
    if article.rights.strip():
        parts.append(f"<p><small>{escape(article.rights)}</small></p>")
    return turned("".join(parts), language)


def _says_more(byline: str, names: Iterable[str]) -> bool:
    """Whether there are words in a byline beside these names, which an entry says for itself."""
    for name in names:
        byline = byline.replace(name, "")
    return any(character.isalnum() for character in byline)


def minute(moment: datetime) -> str:
    """A moment as the notices say it: 2024-02-08 13:36 UTC."""
    return f"{dates.iso(moment)[:16].replace('T', ' ')} UTC"


def _grounded(markup: str, page: str) -> str:
    """Links to a place on the same page, which a feed is not, as links to that place on the article's own page."""
    if '<a href="#' not in markup:
        return markup
    return markup.replace('<a href="#', f'<a href="{escape(page)}#') if page else _LIVE.sub(r"\1", markup)


def _copies(
    document: Document, picture: Picture, edition: Edition, place: Place
) -> tuple[Rendition | None, Rendition | None]:
    """Our small and our large copy of a picture, as far as they stand in the folder."""
    article = document.article
    if not place.address or not place.shows(document):
        return None, None
    small, full = (
        edition.picture(article.source, article.key, picture, name) if name in place.pictures else None
        for name in ("small", "full")
    )
    return small, full


def _enclosure(picture: Picture | None, place: Place, copies: _Copies) -> Enclosure | None:
    if picture is None:
        return None
    small, full = copies[id(picture)]
    best = full or small
    if best is None:
        return None
    return Enclosure(
        url=place.picture(best),
        media=best.media,
        size=best.size,
        width=best.width,
        height=best.height,
        small=place.picture(small),
        small_width=small.width if small else 0,
        small_height=small.height if small else 0,
        caption=clean(plain(picture.caption)) or clean(picture.alt),
        credit=clean(picture.credit),
    )
