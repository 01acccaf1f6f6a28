"""From a query to its hits: the index names documents, the documents decide.

- Each document that the index names is read and looked at; what comes out of a damaged or an outdated index is thus
  never a hit. Work ends where the hits that were asked for are found.
- The newest first: by minutes as the index has them, then exactly.
- The best first: who has all that is wanted in the title, newest first; then, of the newest others, who says it most
  and earliest.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from wirecopy.archive.file import File
from wirecopy.archive.schema import DOCUMENTS, DocumentRow, from_micros
from wirecopy.archive.search import index
from wirecopy.archive.search.excerpts import Excerpt, excerpts, marked
from wirecopy.archive.search.query import Query, expression
from wirecopy.errors import ArchiveError
from wirecopy.matching import folding, texts
from wirecopy.model import Article, Headline, Noun

_PAGE = 32
_LARGEST_PAGE = 1024
# Documents that one search looks at: some seconds. Only a query of frequent words in an order that nobody uses, or in
# few documents, comes near; the answer says when it was cut off.
_MOST_LOOKED_AT = 20_000
_POOL = 3  # so many times the hits asked for are weighed for the best first
_LAST = 1 << 62


class Hit(Noun, frozen=True, kw_only=True):
    """A document that answers: what lists say of it, its page at the outlet, and where in it the words stand."""

    headline: Headline
    url: str = ""
    title: Excerpt
    excerpts: tuple[Excerpt, ...] = ()


class Found(Noun, frozen=True, kw_only=True):
    """What a search found. `more`: there are further hits. `whole`: False where not everything could be looked at.

    `notes` say in words how the query was taken where that is not plain.
    """

    hits: tuple[Hit, ...] = ()
    more: bool = False
    whole: bool = True
    notes: tuple[str, ...] = ()


def find(file: File, query: Query, *, limit: int, best: bool) -> Found:
    """The documents that answer to this query."""
    if query.is_empty:
        return Found(notes=(*query.notes, "there is nothing to look for"))
    search = _Search(file, query)
    looked = search.best(limit) if best and query.wanted else search.latest(limit)
    notes = list(query.notes)
    whole = index.is_whole(file)
    if not whole:
        notes.append("the search index is not complete; any command that writes, `wirecopy collect` for one, ends it")
    if search.is_cut_off:
        notes.append(f"only the newest {_MOST_LOOKED_AT:,} documents that may answer were looked at")
    hits = tuple(look.hit(query) for look in looked[:limit])
    return Found(hits=hits, more=len(looked) > limit, whole=whole and not search.is_cut_off, notes=tuple(notes))


class _Look:
    """A document that answers, as it was looked at."""

    def __init__(self, row: DocumentRow, article: Article, text: folding.Text) -> None:
        self.row, self._article, self._text = row, article, text

    def age(self) -> tuple[timedelta, str, str]:
        """What sorts the newest first."""
        return index.EPOCH - index.moment(self.row), self.row.source, self.row.key

    def weight(self, query: Query) -> float:
        """How much, and how early, the document says what is wanted."""
        matter = self._text.matter()
        size = len(matter) + 1
        found = 0.0
        for term in query.wanted:
            first = matter.find(term.needle)
            if first >= 0:
                found += math.log1p(matter.count(term.needle)) / math.log(size + 500) + (1 - first / size)
        return found

    def hit(self, query: Query) -> Hit:
        row = self.row
        terms = [term for term in query.wanted if not term.field]
        headline = Headline(
            source=row.source, key=row.key, day=row.day, title=row.title, kind=row.kind, language=row.language,
            published=None if row.published is None else from_micros(row.published), at=from_micros(row.at),
            revisions=row.revisions, withdrawn=row.withdrawn is not None,
        )  # fmt: skip
        titles = [*terms, *(term for term in query.wanted if term.field == "title")]
        return Hit(
            headline=headline,
            url=self._article.url,
            title=marked(self._article.title, titles),
            excerpts=excerpts(self._text, terms),
        )


class _Search:
    """One search, counting what it looks at."""

    def __init__(self, file: File, query: Query) -> None:
        self._file, self._query = file, query
        self._left = _MOST_LOOKED_AT
        # Where the index alone does not know: it often names what does not answer.
        inexact = not all(term.exact for term in query.wanted)
        self._sieved = tuple(dict.fromkeys(piece for term in query.wanted for piece in term.pieces)) if inexact else ()
        self._first = -_LAST if query.since is None else index.slot_of(query.since)
        self._last = _LAST if query.until is None else index.last_slot(file, query.until)

    @property
    def is_cut_off(self) -> bool:
        """Was there more to look at than one search looks at?"""
        return self._left <= 0

    def newest(self, within: str = "") -> Iterator[_Look]:
        """Those that answer, newest first by the minute."""
        for page in self._pages(expression(self._query, within=within)):
            for row, body in self._documents(page):
                if self._left <= 0:
                    return
                self._left -= 1
                look = self._look(row, body)
                if look is not None:
                    yield look

    def latest(self, limit: int, within: str = "") -> list[_Look]:
        """The newest first, one more than asked for if there are more."""
        return sorted(islice(self.newest(within), limit + 1), key=_Look.age)

    def best(self, limit: int) -> list[_Look]:
        """The best first, more than asked for if there are more."""
        found = self.latest(limit, "title")
        if len(found) > limit:
            return found
        known = {look.row.article for look in found}
        others = (look for look in self.newest() if look.row.article not in known)
        pool = sorted(islice(others, _POOL * limit + 1), key=_Look.age)
        pool.sort(key=lambda look: -look.weight(self._query))
        return [*found, *pool]

    def _pages(self, question: str) -> Iterator[list[int]]:
        """The numbers that the index names, the highest first: more at a time the longer it takes."""
        sql = "SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
        last, most = self._last, _PAGE
        while True:
            page = [int(slot) for (slot,) in self._file.rows(sql, question, self._first, last, most)]
            if page:
                yield page
            if len(page) < most:
                return
            last, most = page[-1], min(2 * most, _LARGEST_PAGE)

    def _documents(self, page: list[int]) -> Iterator[tuple[DocumentRow, int]]:
        """The documents of these numbers, in this order, and their texts; those that are there."""
        for start in range(0, len(page), _PAGE):
            slots = page[start : start + _PAGE]
            join = "JOIN searched ON searched.article = documents.article "
            those = f"WHERE searched.slot IN ({', '.join('?' * len(slots))})"
            rows = {row.article: row for row in self._file.every(DOCUMENTS, join + those, *slots)}
            bodies = f"SELECT searched.slot, documents.article, revisions.body FROM documents {join}"  # noqa: S608
            bodies += f"JOIN revisions ON revisions.id = documents.standing {those} ORDER BY searched.slot DESC"
            for _, article, body in self._file.rows(bodies, *slots):
                if article in rows:
                    yield rows[article], int(body)

    def _look(self, row: DocumentRow, body: int) -> _Look | None:
        """The document, if it answers."""
        if not self._may_answer(row):
            return None
        try:
            stored = index.stored(self._file, row, body)
            if self._sieved and _rules_out(self._sieved, stored):
                return None
            article = index.article_in(self._file, row, stored)
        except ArchiveError:
            return None  # `verify` names what is damaged; the others can still be found
        text = folding.Text(texts.lines(article))
        return _Look(row, article, text) if _answers(self._query, article, text) else None

    def _may_answer(self, row: DocumentRow) -> bool:
        """By its source and its moment."""
        query, when = self._query, index.moment(row)
        return (
            (not query.sources or any(_is_source(row.source, name) for name in query.sources))
            and not any(_is_source(row.source, name) for name in query.not_sources)
            and (query.since is None or when >= query.since)
            and (query.until is None or when < query.until)
        )


def _is_source(source: str, name: str) -> bool:
    source = source.lower()
    return source.startswith(name[:-1]) if name.endswith("*") else source == name


# What may be folded together with the letter at the end of the run of text before it.
_JOINED = re.compile(f'"{folding.UNSEEN}*[\u0300-\u036f\u1160-\u11ff\u3099\u309a\u3131-\u318e\uff9e-\uffdc]')


def _rules_out(pieces: Iterable[str], stored: bytes) -> bool:
    """Do the stored bytes of an article (JSON) say, before they are taken apart, that some piece is not in its text?

    A piece stands in a string of it, or is parted by the ends of strings, as where a link begins; folding leaves both
    as they are but for what joins what stands before.
    """
    try:
        text = stored.decode()
    except UnicodeDecodeError:
        return False
    if _JOINED.search(text):
        return False
    seen = folding.folded(text)
    return any(
        piece not in seen
        and not any(f'{piece[:place]}"' in seen and f'"{piece[place]}' in seen for place in range(1, len(piece)))
        for piece in pieces
    )


def _answers(query: Query, article: Article, text: folding.Text) -> bool:
    """Does this text have all that is wanted and nothing that is not?"""
    if not all(text.has(term.needle) for term in query.wanted if not term.field):
        return False
    if any(text.has(term.needle) for term in query.unwanted if not term.field):
        return False
    if not any(term.field for term in (*query.wanted, *query.unwanted)):
        return True
    fields = {field: folding.matter(words) for field, words in texts.fields(article).items()}
    wanted = (term for term in query.wanted if term.field)
    unwanted = (term for term in query.unwanted if term.field)
    return all(term.needle in fields[term.field] for term in wanted) and not any(
        term.needle in fields[term.field] for term in unwanted
    )
