"""From a query to its hits: the index names documents, the documents decide.

- Each document that the index names is read and looked at; what comes out of a damaged or an outdated index is thus
  never a hit. Work ends where the hits that were asked for are found.
- The newest first: by minutes as the index has them, then exactly.
- The best first: who has all that is wanted in the title, newest first; then, of the newest others, who says it most
  and earliest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from wirecopy.archive.file import File
from wirecopy.archive.schema import DOCUMENTS, DocumentRow, from_micros
from wirecopy.archive.search import folding, index
from wirecopy.archive.search.excerpts import Excerpt, excerpts, marked
from wirecopy.archive.search.query import Query, expression
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Headline, Noun

_PAGE = 32
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
        matter = "\n".join(self._text.matters())
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
        self._first = -_LAST if query.since is None else index.slot_of(query.since)
        self._last = _LAST if query.until is None else index.last_slot(file, query.until)

    @property
    def is_cut_off(self) -> bool:
        """Was there more to look at than one search looks at?"""
        return self._left <= 0

    def newest(self, within: str = "") -> Iterator[_Look]:
        """Those that answer, newest first by the minute."""
        for slot in self._slots(expression(self._query, within=within)):
            if self._left <= 0:
                return
            self._left -= 1
            look = self._look(slot)
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

    def _slots(self, question: str) -> Iterator[int]:
        sql = "SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
        last = self._last
        while True:
            page = self._file.rows(sql, question, self._first, last, _PAGE)
            yield from (int(slot) for (slot,) in page)
            if len(page) < _PAGE:
                return
            last = page[-1][0]

    def _look(self, slot: int) -> _Look | None:
        """The document of this number, if it is there and answers."""
        row = self._file.first(
            DOCUMENTS, "JOIN searched ON searched.article = documents.article WHERE searched.slot = ?", slot
        )
        if row is None or not self._may_answer(row):
            return None
        try:
            article = index.article_of(self._file, row)
        except ArchiveError:
            return None  # `verify` names what is damaged; the others can still be found
        text = folding.Text(index.lines(article))
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


def _answers(query: Query, article: Article, text: folding.Text) -> bool:
    """Does this text have all that is wanted and nothing that is not?"""
    if not text.has(term.needle for term in query.wanted if not term.field):
        return False
    if any(text.has([term.needle]) for term in query.unwanted if not term.field):
        return False
    if not any(term.field for term in (*query.wanted, *query.unwanted)):
        return True
    fields = {field: folding.matter(words) for field, words in index.fields(article).items()}
    wanted = (term for term in query.wanted if term.field)
    unwanted = (term for term in query.unwanted if term.field)
    return all(term.needle in fields[term.field] for term in wanted) and not any(
        term.needle in fields[term.field] for term in unwanted
    )
