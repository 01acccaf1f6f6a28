"""An article as ninjs 2.1 (IPTC, News in JSON): what news systems take in.

- `uri` is the article's for good (a UUID made of the archive's name and `source/key`), `version` counts its revisions.
- A withdrawn article is `canceled`, and keeps its text: whoever mirrors decides for themselves what to show.
- Bodies: plain text (every text of the blocks, one a line) and XHTML (the blocks as the site shows them, no pictures of
  another host in it). Pictures are associations; `href` leads to the outlet's and, where the public address of the site
  is known and shows it, to our copy. So are references, with the outlet's address as another id.
- The rights line is `copyrightnotice`, the publisher's wishes are `usageterms`; agencies are `infosources`, section
  and tags are `subjects`.

The schema is https://www.iptc.org/std/ninjs/ninjs-schema_2.1.json; `uri` is the only property it asks for.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

import msgspec

from wirecopy import dates
from wirecopy.model import Document, Edition, Picture, Reference, document_text, pictures, plain
from wirecopy.publish import html
from wirecopy.publish.addresses import public
from wirecopy.publish.data.tables import agency, characters, count, stand
from wirecopy.publish.feeds.entries import Place
from wirecopy.publish.messages import of as messages
from wirecopy.publish.publication import lasting

_STANDARD = {
    "name": "ninjs",
    "version": "2.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_2.1.json",
}
_TYPES = {"gallery": "composite", "video": "video", "audio": "audio"}


class Renderer:
    """Documents of one edition as ninjs. `names`: what readers call each source; `place`: where the site stands."""

    def __init__(self, edition: Edition, names: Mapping[str, str], place: Place) -> None:
        self._edition = edition
        self._names = names
        self._place = place
        self._space = uuid.UUID(lasting(edition.archive))
        self._say = messages("en")

    def render(self, document: Document) -> bytes:
        """One article, as JSON in UTF-8."""
        item = {name: value for name, value in self._item(document) if value not in ("", None, [])}
        return msgspec.json.format(msgspec.json.encode(item), indent=1) + b"\n"

    def _item(self, document: Document) -> Iterator[tuple[str, object]]:
        said = document.article
        yield "uri", self._uri(f"{said.source}/{said.key}")
        yield "standard", _STANDARD
        yield "type", _TYPES.get(said.kind, "text")
        yield "representationtype", "partial" if said.weak else "full"
        yield "profile", said.kind
        yield "version", str(document.revisions)
        yield "firstcreated", dates.iso(document.first_at)
        yield "versioncreated", dates.iso(document.withdrawn or document.at)
        yield "contentcreated", dates.iso(said.published) if said.published else ""
        yield "pubstatus", "canceled" if document.withdrawn else "usable"
        yield "language", said.language
        yield "title", said.title
        heads = {"main": said.title, "kicker": said.kicker, "subtitle": said.subtitle}
        yield "headlines", [{"role": role, "value": value} for role, value in heads.items() if value]
        yield "descriptions", [{"role": "summary", "value": said.summary}] if said.summary else []
        yield "by", said.byline or ", ".join(said.authors)
        yield "people", [{"name": name, "rel": "author"} for name in said.authors]
        yield "located", said.dateline
        yield "bodies", self._bodies(document)
        yield "subjects", list(_subjects(document))
        yield "infosources", list(self._sources(document))
        yield "genres", [{"name": "opinion"}] if said.opinion else []
        yield "copyrightnotice", said.rights
        yield "usageterms", "; ".join(said.usage)
        original = public(said.url)
        yield "rightsinfo", {"linkedrights": original} if original and said.rights else None
        yield "altids", list(_names(document))
        shown = [self._picture(document, *each) for each in enumerate(pictures(said), 1)]
        yield "associations", shown + [self._reference(document, *each) for each in enumerate(said.related, 1)]

    def _bodies(self, document: Document) -> list[dict[str, object]]:
        said = document.article
        words = document_text(said.body)
        markup = html.Writer(self._say, show=lambda _: None, language=said.language).blocks(said.body)
        return [
            {
                "role": "main",
                "contenttype": "text/plain",
                "charcount": characters(words),
                "wordcount": count(words),
                "value": words,
            },
            {
                "role": "main",
                "contenttype": "application/xhtml+xml",
                "value": f'<div xmlns="http://www.w3.org/1999/xhtml">{markup}</div>',
            },
        ]

    def _sources(self, document: Document) -> Iterator[dict[str, str]]:
        source = document.article.source
        yield {"name": self._names.get(source) or source, "role": "publisher", "literal": source}
        for spelt in document.article.agencies:
            yield {"name": spelt, "role": "agency", "literal": agency((spelt,))[0]}

    def _picture(self, document: Document, place: int, picture: Picture) -> dict[str, object]:
        said = document.article
        caption = plain(picture.caption)
        item = {
            "name": f"picture {place}",
            "uri": self._uri(f"{said.source}/{said.key}/{place}"),
            "type": "picture",
            "by": picture.credit,
            "descriptions": [
                {"role": role, "value": value} for role, value in (("caption", caption), ("alt", picture.alt)) if value
            ],
            "renditions": list(self._renditions(document, picture)),
        }
        return {name: value for name, value in item.items() if value}

    def _reference(self, document: Document, place: int, reference: Reference) -> dict[str, object]:
        said = document.article
        address = public(reference.url)
        item = {
            "name": f"reference {place}",
            "uri": self._uri(f"{said.source}/{said.key}/reference/{place}"),
            "type": "text",
            "title": reference.title,
            "altids": [{"role": "original", "value": address}] if address else [],
        }
        return {name: value for name, value in item.items() if value}

    def _renditions(self, document: Document, picture: Picture) -> Iterator[dict[str, object]]:
        if address := public(picture.url):
            yield {"name": "outlet", "href": address, **_pixels(picture.width, picture.height)}
        ours = self._edition.picture(document.article.source, document.article.key, picture)
        if ours is not None:
            href = self._place.picture(ours) if stand(document, self._place) else ""
            where = {"href": href} if href else {}
            size = {"contenttype": ours.media, "sizeinbytes": ours.size, "title": f"sha-256:{ours.digest}"}
            yield {"name": "copy", **where, **size, **_pixels(ours.width, ours.height)}

    def _uri(self, name: str) -> str:
        return uuid.uuid5(self._space, name).urn


def _subjects(document: Document) -> Iterator[dict[str, str]]:
    said = document.article
    if said.section:
        yield {"name": said.section, "rel": "section"}
    yield from ({"name": tag, "rel": "tag"} for tag in said.tags)


def _names(document: Document) -> Iterator[dict[str, str]]:
    said = document.article
    yield {"role": "wirecopy", "value": f"{said.source}/{said.key}"}
    if document.capture:
        yield {"role": "capture", "value": document.capture}
    for role, url in (("original", public(said.url)), ("short", public(said.short_url))):
        if url:
            yield {"role": role, "value": url}


def _pixels(width: int, height: int) -> dict[str, object]:
    return {"width": width, "height": height} if width and height else {}
