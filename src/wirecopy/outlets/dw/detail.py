"""The apps' API: `api.dw.com/api/detail/article/<id>`, the ground of the older mirrors.

No full answer is recorded. Names, teaser, dates, main picture, paragraphs and references are known from third
parties' excerpts; captions, bylines and galleries are read from any of the names that they may go by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from wirecopy import urls
from wirecopy.collect.read import lines
from wirecopy.collect.read.stranger import Json
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import (
    AnyBlock,
    Article,
    Embed,
    Figure,
    Gallery,
    Lead,
    Picture,
    Reference,
    Source,
    replace,
)
from wirecopy.outlets.dw import body
from wirecopy.outlets.dw.body import KINDS, Objects, Place
from wirecopy.outlets.dw.content import ARTICLES, headline, language


def read(source: Source, lead: Lead, detail: Json) -> Article:
    """A detail document as an article. Raises ReadError when it is none, Doubtful when it is another one's."""
    key = detail.line("id")
    if key and lead.key.isdigit() and key != lead.key:
        raise Doubtful(f"{lead.url}: asked for content {lead.key} and was given {key[:40]}")
    url = _address(source, lead, detail)
    place = body.place_of(source, url)
    main = detail.at("mainContent")
    picture = _picture(main, place) if KINDS.get(main.line("type").lower(), "image") == "image" else None
    objects = Objects(lead=picture)
    lost: Counter[str] = Counter()
    kind = _kind(detail, url)
    blocks = tuple(_blocks(kind, detail, place, objects, lost))
    title = headline(detail.text("name")) or headline(detail.text("title")) or lead.title
    if not title or not (blocks or picture or detail.text("teaser").strip()):
        raise ReadError(f"{lead.url}: the detail document has {'no text' if title else 'no name'}, so it is no article")
    read_lines = lines.read(blocks)
    byline = _byline(detail)
    return Article(
        source=source.id,
        key=lead.key or key,
        kind=kind,
        url=url,
        title=title,
        summary=headline(detail.text("teaser")),
        byline=byline,
        authors=lines.names(byline),
        dateline=read_lines.dateline,
        published=detail.moment("displayDate") or lead.published,
        language=language("", url, source),
        section=detail.line("categoryName") or lead.section,
        tags=tuple(dict.fromkeys(filter(None, (item.line("name") for item in _items(detail, "Keywords"))))),
        picture=picture,
        body=read_lines.body,
        agencies=read_lines.agencies,
        rights=read_lines.rights,
        short_url=_short_url(detail, place),
        related=tuple(_related(detail, place)),
        reader="dw-detail",
        lost=tuple(sorted(lost.items())),
    )


def is_detail(document: Json) -> bool:
    """Does this look like a detail document?"""
    return document.is_object and "body" in document.fields and ("name" in document.fields or "type" in document.fields)


def _kind(detail: Json, url: str) -> str:
    named = detail.line("type")
    own = body.own_id(url)
    kind = KINDS.get(named.lower(), "") or (own[0] if own else "")
    if named and KINDS.get(named.lower(), "article") not in ARTICLES:
        raise ReadError(f"{url}: the detail document is of type {named[:40]!r}, which is no article")
    return kind if kind in ARTICLES else "article"


def _address(source: Source, lead: Lead, detail: Json) -> str:
    """The public page: the lead's, or the document's own `permaLink` where that is more than a short address."""
    permanent = urls.resolve(detail.line("permaLink"), source.homepage) if detail.line("permaLink") else ""
    if permanent and body.own_id(permanent):
        return permanent
    return urls.resolve(lead.url, source.homepage) or lead.url


def _short_url(detail: Json, place: Place) -> str:
    address = place.resolve(detail.line("permaLink"))
    return "" if body.own_id(address) else address


def _byline(detail: Json) -> str:
    """The outlet's own line, raw: older mirrors show "null 邹宗翰", a first name that was null."""
    for name in ("byline", "author", "legacyAuthor", "authors", "persons"):
        value = detail.at(name)
        people = [line for person in value if (line := _person(person))]
        if line := _person(value) or ", ".join(people):
            return line
    return ""


def _person(person: Json) -> str:
    if not person.is_object:
        return person.text()
    if "lastName" in person.fields:
        return " ".join(person.text(name) or "null" for name in ("firstName", "lastName"))
    return person.text("fullName") or person.text("name")


def _picture(image: Json, place: Place) -> Picture | None:
    """A picture with its caption, which goes by `name` where no better field is there."""
    shown = body.picture(image, place)
    words = next((found for name in ("description", "caption", "text") if (found := image.text(name).strip())), "")
    name = image.text("name").strip()
    alt = image.line("altText") or image.line("additionalInformation") or (name if words else "")
    shown = replace(
        shown,
        caption=body.html_text(words or name),
        alt=alt if alt != words else "",
        credit=shown.credit or body.credit(image.line("copyright") or image.line("credit")),
    )
    return shown if shown.url else None


def _blocks(kind: str, detail: Json, place: Place, objects: Objects, lost: Counter[str]) -> Iterator[AnyBlock]:
    main = detail.at("mainContent")
    if KINDS.get(main.line("type").lower()) in ("video", "audio"):
        shown = body.media(main, place, KINDS[main.line("type").lower()])
        yield replace(shown, title="", ref="") if kind in ("video", "audio") else shown
    if kind == "gallery":
        gallery = body.gallery(detail, place)
        if gallery.entries:
            yield replace(gallery, title="", ref="")
    own = place.ref(detail.line("id"))
    for entry in detail.at("body"):
        for block in _block(entry.at("content"), place, objects, lost):
            # The gallery that the document is: its title is the document's.
            is_own = isinstance(block, Gallery) and kind == "gallery" and block.ref == own
            yield replace(block, title="", ref="") if is_own else block


def _block(entry: Json, place: Place, objects: Objects, lost: Counter[str]) -> Iterator[AnyBlock]:
    named = entry.line("type")
    data = entry.at("data") if "data" in entry.fields else entry
    kind = KINDS.get(named.lower().replace(" ", ""), "")
    found: AnyBlock | None = None
    if kind == "image" and (shown := _picture(data, place)):
        if body.repeats(shown, objects.lead):
            return
        found = Figure(picture=shown)
    elif kind == "gallery" and (gallery := body.gallery(data, place)).entries:
        found = gallery
    elif kind in ("video", "audio") and ((media := body.media(data, place, kind)).url or media.poster):
        found = media
    elif named.lower() in ("twitter", "tweet"):
        found = _tweet(data)
    elif kind == "youtube":
        found = body.youtube(data.line() or data.line("id"))
    if found is not None:
        yield found
        return
    words = entry.text("text")
    if named.lower() != "paragraph":
        lost[named[:40] or "entry"] += 1
    reading = body.read(f"<p>{words}</p>", place, objects)
    lost += reading.lost
    yield from reading.blocks


def _tweet(data: Json) -> Embed | None:
    key = data.line() or data.line("id")
    return body.tweet(key) if key.isascii() and key.isdigit() else None


def _items(detail: Json, kind: str) -> Iterator[Json]:
    for group in detail.at("referenceGroups"):
        if group.line("type") == kind:
            yield from group.at("items")


def _related(detail: Json, place: Place) -> Iterator[Reference]:
    for item in _items(detail, "InternalContent"):
        address = place.resolve(item.line("url"))
        own = body.own_id(address) if address and body.is_own(address, place) else None
        kind, key = own or ("article", item.line("id"))
        if own or key.isdigit():
            title = item.line("name")
            yield Reference(title=title, url=place.page(kind, key), ref=place.ref(key), kind=kind)
    for item in _items(detail, "ExternalContent"):
        spelt = item.line("url")
        # Editors leave out the scheme; a script or a fragment is no address.
        address = urls.resolve(spelt) or (urls.resolve(f"http://{spelt}") if _is_bare_host(spelt) else "")
        if address:
            yield Reference(title=item.line("name") or address, url=address, kind="web")


def _is_bare_host(spelt: str) -> bool:
    host = spelt.split("/", 1)[0]
    return "." in host and host.isascii() and all(label.replace("-", "").isalnum() for label in host.split("."))
