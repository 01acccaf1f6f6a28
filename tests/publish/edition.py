"""An edition in memory, for the tests of publishers: documents are put, edited, withdrawn, taken down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from wirecopy.model import (
    Article,
    Change,
    Document,
    Entry,
    Headline,
    Incident,
    Lead,
    Link,
    Picture,
    Rendition,
    Revision,
    Shelf,
    SourceDay,
    State,
    TakeDown,
    Term,
    links,
    pictures,
    replace,
    term,
    terms,
)

NOON = datetime(2024, 2, 8, 12, tzinfo=UTC)


class MemoryEdition:
    """What model.Edition promises, kept in dictionaries. `stamp` grows with every change."""

    def __init__(self, *documents: Document, archive: str = "7d1f4a52-0000-4000-8000-00000000c0de") -> None:
        self.archive = archive
        self.stamp = 0
        self.taken_down: list[TakeDown] = []
        self.given: list[SourceDay] = []  # by day
        self.wrong: list[Incident] = []
        self.names: dict[str, tuple[str, str, str]] = {}  # source: name, language, homepage
        self._documents: dict[tuple[str, str], Document] = {}
        self._days: dict[tuple[str, str], str] = {}  # in which they were filed first
        self._touched: dict[tuple[str, str], int] = {}
        self._named: dict[str, tuple[str, str]] = {}
        self._kin: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._copies: dict[str, bytes] = {}  # address: the bytes of our copy
        self._history: dict[tuple[str, str], list[Revision]] = {}
        self._ledger: dict[tuple[str, str], Entry] = {}
        self._stamped: dict[str, tuple[Term, int]] = {}  # digest: what documents are or were filed under
        self.read: list[str] = []  # the digests of the copies whose bytes were asked for
        for document in documents:
            self.put(document)

    # --- what happens to it

    def put(self, document: Document) -> None:
        """A document arrives, or reads differently now. Revisions it counts and nobody has seen are made up."""
        place = document.article.source, document.article.key
        before = self._documents.get(place)
        # A place in the calendar is for good, also where something was taken down.
        document = replace(document, day=self._days.setdefault(place, document.day))
        self.stamp += 1
        self._stamp_terms(document if before is None else before, document)
        self._documents[place] = document
        self._touched[place] = self.stamp
        self._history[place] = _revisions(document, self._history.get(place, []))
        arrived = [name for name in names_of(document.article) if self._named.setdefault(name, place) == place]
        if before is None:
            self._touch_references(arrived)

    def withdraw(self, source: str, key: str) -> None:
        document = self._documents[source, key]
        self.put(replace(document, withdrawn=NOON + timedelta(days=2), revisions=document.revisions + 1))

    def remove(self, source: str, key: str) -> None:
        """Our own take-down: nothing of it may be published any more."""
        self.stamp += 1
        self._stamp_terms(self._documents[source, key])
        del self._documents[source, key], self._history[source, key]
        self._ledger.pop((source, key), None)
        self._touched[source, key] = self.stamp
        gone = [name for name, place in self._named.items() if place == (source, key)]
        for name in gone:
            del self._named[name]
        self._touch_references(gone)

    def note(self, entry: Entry) -> None:
        """A line of the ledger says this; that of a document that nobody noted says that it was archived."""
        self._ledger[entry.lead.source, entry.lead.key] = entry

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

    def _stamp_terms(self, *documents: Document) -> None:
        for document in documents:
            self._stamped |= {each.digest: (each, self.stamp) for each in terms(document.article)}

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

    def documents(self, source: str, month: str) -> Iterator[Document]:
        for each in self.month(source, month):
            yield self._documents[source, each.key]

    def history(self, source: str, key: str) -> tuple[Revision, ...]:
        return tuple(self._history.get((source, key), ()))

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

    def source_days(self, source: str, most: int) -> tuple[SourceDay, ...]:
        return tuple(each for each in self.given if each.source == source)[-most:] if most else ()

    def incidents(self, most: int) -> tuple[Incident, ...]:
        still = sorted(self.wrong, key=lambda each: (-each.since.timestamp(), each.source, each.trouble))
        return tuple(sorted(still, key=lambda each: each.until is not None)[:most])

    def latest(self, most: int, source: str = "") -> tuple[Headline, ...]:
        chosen = [document for (of, _), document in self._documents.items() if source in ("", of)]
        chosen.sort(key=lambda each: (-_moment(each).timestamp(), each.article.source, each.article.key))
        return tuple(map(headline, chosen[:most]))

    def changes(self, most: int, source: str = "") -> tuple[tuple[Headline, Revision], ...]:
        chosen = [
            (headline(self._documents[place]), replace(revision, article=None))
            for place, revisions in self._history.items()
            for revision in revisions
            if source in ("", place[0]) and revision.change is not Change.NEW
        ]
        chosen.sort(key=lambda pair: (-pair[1].at.timestamp(), pair[0].source, pair[0].key, -pair[1].number))
        return tuple(chosen[:most])

    def entries(self, source: str) -> Iterator[Entry]:
        archived = {place: _entry(document) for place, document in self._documents.items()}
        for place, entry in sorted((archived | self._ledger).items()):
            if place[0] == source:
                yield entry

    def terms(self, kind: str) -> Iterator[Term]:
        found = [self._counted(each) for each, _ in self._stamped.values() if each.kind == kind]
        found = [each for each in found if each.documents]
        yield from sorted(found, key=lambda each: (-each.documents, each.name, each.source, each.digest))

    def term(self, kind: str, name: str, source: str = "") -> Term | None:
        made = term(kind, name, source)
        known = None if made is None else self._counted(made)
        return known if known is not None and known.documents else None

    def terms_of(self, source: str, key: str) -> tuple[Term, ...]:
        document = self._documents.get((source, key))
        return () if document is None else tuple(map(self._counted, terms(document.article)))

    def under(self, term: Term, month: str = "") -> tuple[Headline, ...]:
        chosen = [each for each in self._filed(term) if each.day.startswith(month)]
        chosen.sort(key=lambda each: (-_ordinal(each.day), _rank(each)[0], each.article.source, each.article.key))
        return tuple(map(headline, chosen))

    def months_of(self, term: Term) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(Counter(each.day[:7] for each in self._filed(term)).items(), reverse=True))

    def terms_changed(self, since: int) -> Iterator[Term]:
        found = [self._counted(each) for each, stamp in self._stamped.values() if stamp > since]
        yield from sorted(
            (each for each in found if since or each.documents), key=lambda each: (each.kind, each.digest)
        )

    def _filed(self, term: Term) -> list[Document]:
        """The documents under a term, those of the earliest days first."""
        found = [
            each
            for each in self._documents.values()
            if any(other.digest == term.digest for other in terms(each.article))
        ]
        return sorted(found, key=lambda each: (each.day, each.article.source, each.article.key))

    def _counted(self, known: Term) -> Term:
        filed = self._filed(known)
        spelt = (each.name for document in filed for each in terms(document.article) if each.digest == known.digest)
        return replace(known, name=next(spelt, ""), documents=len(filed))

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


def _revisions(document: Document, before: list[Revision]) -> list[Revision]:
    """The revisions of a document that are known, brought in step with what it says now."""
    article, found = document.article, before[: document.revisions]
    own = {"source": article.source, "key": article.key, "day": document.day}
    for number in range(1, document.revisions + 1):
        gone = number > document.number
        at = document.at if number == document.number else document.first_at + timedelta(hours=number - 1)
        if gone:
            at = document.withdrawn or at
        seen = article if number == document.number else replace(article, title=f"{article.title}, {number}")
        last = found[number - 2].change if number > 1 else None
        change = Change.BACK if last is Change.GONE else Change.NEW if last is None else Change.EDITED
        if number <= len(found) and number != document.number:
            continue
        made = Revision(
            **own,
            number=number,
            at=at,
            change=Change.GONE if gone else change,
            article=None if gone else seen,
            fingerprint=f"1:{number}",
            capture=document.capture if number == document.number else "",
        )
        found[number - 1 : number] = [made]
    return found


def _entry(document: Document) -> Entry:
    article = document.article
    return Entry(
        lead=Lead(source=article.source, key=article.key, url=article.url, title=article.title),
        state=State.ARCHIVED if document.withdrawn is None else State.GONE,
        first_seen=document.first_at,
        last_seen=document.at,
        checked=document.at,
    )


def _moment(document: Document) -> datetime:
    """How new a document is: as its outlet says, where that can be believed."""
    published = document.article.published
    earliest, latest = datetime(1990, 1, 1, tzinfo=UTC), document.at + timedelta(days=1)
    return published if published is not None and earliest <= published <= latest else document.at


def _rank(document: Document) -> tuple[float, str]:
    published = document.article.published
    return (0 if published is None else -published.timestamp(), document.article.key)


def _ordinal(day: str) -> int:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).toordinal()
