"""An edition in memory, for the tests of publishers: documents are put, edited, withdrawn, taken down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from wirecopy.model import (
    Article,
    Document,
    Headline,
    Link,
    Picture,
    Rendition,
    Shelf,
    TakeDown,
    links,
    pictures,
    replace,
)

NOON = datetime(2024, 2, 8, 12, tzinfo=UTC)


class MemoryEdition:
    """What model.Edition promises, kept in dictionaries. `stamp` grows with every change."""

    def __init__(self, *documents: Document, archive: str = "7d1f4a52-0000-4000-8000-00000000c0de") -> None:
        self.archive = archive
        self.stamp = 0
        self.taken_down: list[TakeDown] = []
        self.names: dict[str, tuple[str, str, str]] = {}  # source: name, language, homepage
        self._documents: dict[tuple[str, str], Document] = {}
        self._touched: dict[tuple[str, str], int] = {}
        self._named: dict[str, tuple[str, str]] = {}
        self._kin: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._copies: dict[str, bytes] = {}  # address: the bytes of our copy
        self.read: list[str] = []  # the digests of the copies whose bytes were asked for
        for document in documents:
            self.put(document)

    # --- what happens to it

    def put(self, document: Document) -> None:
        """A document arrives, or reads differently now."""
        place = document.article.source, document.article.key
        before = self._documents.get(place)
        if before is not None:
            document = replace(document, day=before.day)  # a place in the calendar is for good
        self.stamp += 1
        self._documents[place] = document
        self._touched[place] = self.stamp
        arrived = [name for name in names_of(document.article) if self._named.setdefault(name, place) == place]
        if before is None:
            self._touch_references(arrived)

    def withdraw(self, source: str, key: str) -> None:
        document = self._documents[source, key]
        self.put(replace(document, withdrawn=NOON + timedelta(days=2), revisions=document.revisions + 1))

    def remove(self, source: str, key: str) -> None:
        """Our own take-down: nothing of it may be published any more."""
        self.stamp += 1
        del self._documents[source, key]
        self._touched[source, key] = self.stamp
        gone = [name for name, place in self._named.items() if place == (source, key)]
        for name in gone:
            del self._named[name]
        self._touch_references(gone)

    def relate(self, *places: tuple[str, str]) -> None:
        """These documents turn out to be one text."""
        self.stamp += 1
        for place in places:
            self._kin[place] = [each for each in places if each != place]
            self._touched[place] = self.stamp

    def copy(self, address: str, body: bytes) -> None:
        """Our own copy of a picture arrives, or is another one now."""
        self.stamp += 1
        self._copies[address] = body
        for place, document in self._documents.items():
            if any(each.url == address for each in pictures(document.article)):
                self._touched[place] = self.stamp

    def _touch_references(self, names: Iterable[str]) -> None:
        wanted = set(names)
        for place, document in self._documents.items():
            if wanted & {name for link in references(document.article) for name in (link.ref, link.href)}:
                self._touched[place] = self.stamp

    # --- what publishers see

    def shelves(self) -> tuple[Shelf, ...]:
        found = []
        for source in sorted({source for source, _ in self._documents}):
            months = Counter(document.day[:7] for (of, _), document in self._documents.items() if of == source)
            name, language, homepage = self.names.get(source, (source.upper(), source.rpartition("-")[2], ""))
            found.append(
                Shelf(
                    source=source,
                    name=name,
                    language=language,
                    homepage=homepage,
                    months=tuple(sorted(months.items(), reverse=True)),
                )
            )
        return tuple(found)

    def changed(self, since: int) -> Iterator[tuple[str, str]]:
        yield from sorted(place for place, stamp in self._touched.items() if stamp > since)

    def document(self, source: str, key: str) -> Document | None:
        return self._documents.get((source, key))

    def day(self, day: str) -> tuple[Headline, ...]:
        chosen = [document for document in self._documents.values() if document.day == day]
        return tuple(map(headline, sorted(chosen, key=lambda document: (document.article.source, *_rank(document)))))

    def month(self, source: str, month: str) -> tuple[Headline, ...]:
        chosen = [
            document
            for document in self._documents.values()
            if document.article.source == source and document.day[:7] == month
        ]
        return tuple(map(headline, sorted(chosen, key=lambda document: (-_ordinal(document.day), *_rank(document)))))

    def kin(self, source: str, key: str) -> tuple[Headline, ...]:
        others = self._kin.get((source, key), ())
        found = [headline(self._documents[place]) for place in others if place in self._documents]
        return tuple(sorted(found, key=lambda each: (each.published or each.at, each.source, each.key)))

    def days(self) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(Counter(document.day for document in self._documents.values()).items(), reverse=True))

    def picture(self, source: str, key: str, picture: Picture, rendition: str = "full") -> Rendition | None:
        body = self._copies.get(picture.url)
        if body is None:
            return None
        return Rendition(
            name=rendition, digest=sha256(body).hexdigest(), media="image/jpeg", width=1, height=1, size=len(body)
        )

    def picture_body(self, digest: str) -> bytes:
        self.read.append(digest)
        return next(body for body in self._copies.values() if sha256(body).hexdigest() == digest)

    def showing(self, digest: str) -> Iterator[tuple[str, str]]:
        addresses = {address for address, body in self._copies.items() if sha256(body).hexdigest() == digest}
        for place, document in sorted(self._documents.items()):
            if addresses & {each.url for each in pictures(document.article)}:
                yield place

    def take_downs(self) -> tuple[TakeDown, ...]:
        return tuple(self.taken_down)

    def find(self, name: str) -> Headline | None:
        place = self._named.get(name)
        return None if place is None else headline(self._documents[place])


def document(
    source: str, key: str, *, at: datetime = NOON, number: int = 1, withdrawn: datetime | None = None, **fields: object
) -> Document:
    """A document with this article, taken ten minutes after it was published."""
    article = Article(
        **{  # type: ignore[arg-type]
            "source": source,
            "key": key,
            "url": f"https://{source}.example/a-{key}",
            "title": f"Title of {key}",
            "published": at,
            "language": source.rpartition("-")[2],
            **fields,
        }
    )
    taken = at + timedelta(minutes=10)
    return Document(
        article=article,
        number=number,
        revisions=number + (withdrawn is not None),
        at=taken + timedelta(hours=number - 1),
        first_at=taken,
        day=f"{at:%Y-%m-%d}",
        withdrawn=withdrawn,
    )


def headline(document: Document) -> Headline:
    article = document.article
    return Headline(
        source=article.source,
        key=article.key,
        day=document.day,
        title=article.title,
        kind=article.kind,
        language=article.language,
        published=article.published,
        at=document.at,
        revisions=document.revisions,
        withdrawn=document.withdrawn is not None,
    )


def names_of(article: Article) -> tuple[str, ...]:
    """What an article is found by: its family's number, and its address."""
    return f"{article.source.partition('-')[0]}:{article.key}", article.url


def references(article: Article) -> list[Link]:
    beside = [Link(href=each.url, ref=each.ref) for each in (*article.related, *article.translations)]
    return [*links(article), *beside]


def _rank(document: Document) -> tuple[float, str]:
    published = document.article.published
    return (0 if published is None else -published.timestamp(), document.article.key)


def _ordinal(day: str) -> int:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).toordinal()
