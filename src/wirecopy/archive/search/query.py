"""Pure: what a person asks for, from the words they wrote. Nothing is wrong syntax: what makes no sense is taken as
words, and said.

    普京 访华  "climate change"  Überf*  -Sport  source:dw-zh  author:李明  section:"Asia"  since:2026-01  until:30d
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from wirecopy.matching import folding
from wirecopy.model import Noun

FIELDS = ("title", "author", "section", "tag", "source")
MOST_CHARACTERS = 100_000  # of a query: more is a mistake, and what is past it is left out
_MOST_TOKENS = 64  # asked of the index: of a longer query these narrow, the text itself decides
_MOST_A_TERM = 16

# As Chinese, German and French keyboards write them.
_QUOTES = {**dict.fromkeys(map(ord, "“”„‟«»「」『』＂"), '"'), ord("："): ":", ord("－"): "-", ord("　"): " "}
_ITEM = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)("|$)|([^\s"]+))', re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,5})d")


class Term(Noun, frozen=True, kw_only=True):
    """Something to be found: `needle` in the matter of a text (matching/folding.py), `pieces` its runs and words.

    `field` is where, "" anywhere. `prefix`: the last word may go on.
    """

    needle: str
    pieces: tuple[str, ...]
    field: str = ""
    prefix: bool = False

    @property
    def exact(self) -> bool:
        """Does the index alone know whether a text has it?"""
        if len(self.pieces) != 1:
            return False
        (piece,) = self.pieces
        return len(piece) <= (2 if folding.is_run(piece) else 39)


class Query(Noun, frozen=True, kw_only=True):
    """What must be there, what must not, of which sources, from when (inclusive) until when (exclusive).

    `notes` say in words what was not understood and how it was taken.
    """

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    sources: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Does it ask for nothing at all?"""
        return not (self.wanted or self.unwanted or self.sources or self.not_sources or self.since or self.until)


def parse(words: str, now: datetime) -> Query:
    """What these words ask for."""
    return _Parser(now).query(words)


def is_day(words: str, now: datetime) -> bool:
    """Do these words name a day, a month or a year, as `since:` has it?"""
    return _period(words.strip(), now) is not None


class _Parser:
    """One reading of one query."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._wanted: dict[Term, None] = {}
        self._unwanted: dict[Term, None] = {}
        self._sources: dict[str, bool] = {}
        self._since: list[datetime] = []
        self._until: list[datetime] = []
        self._notes: dict[str, None] = {}

    def query(self, words: str) -> Query:
        if len(words) > MOST_CHARACTERS:
            self._note(f"only the first {MOST_CHARACTERS:,} characters were looked for")
        for found in _ITEM.finditer(words[:MOST_CHARACTERS].translate(_QUOTES)):
            minus, field, quoted, closed, bare = found.groups()
            if quoted is not None and not closed:
                self._note('a quotation mark has no partner: all that follows it was taken as one "phrase"')
            self._item(minus == "-", (field or "").lower(), quoted if bare is None else bare, quoted is not None)
        return Query(
            wanted=tuple(self._wanted),
            unwanted=tuple(self._unwanted),
            sources=tuple(name for name, wanted in self._sources.items() if wanted),
            not_sources=tuple(name for name, wanted in self._sources.items() if not wanted),
            since=max(self._since, default=None),
            until=min(self._until, default=None),
            notes=tuple(self._notes),
        )

    def _item(self, minus: bool, field: str, value: str, quoted: bool) -> None:
        if field in ("since", "until"):
            if not self._moment(field, value, minus=minus):
                self._term(minus, "", f"{field} {value}", quoted=True)
        elif field == "source" and value.strip():
            self._sources[value.strip().lower()] = not minus
        elif field in FIELDS and value.strip():
            self._term(minus, field, value, quoted)
        elif field:  # an address, a time of day, "Anm.:" …
            self._term(minus, "", f"{field}:{value}", quoted)
        else:
            self._term(minus, "", value, quoted)

    def _term(self, minus: bool, field: str, value: str, quoted: bool) -> None:
        matter = folding.matter(value.replace("\n", " "))
        found = tuple(matter.split())
        if not found:
            if value.strip(' "-*'):
                self._note("signs without a letter or digit were left out: they are not looked for")
            return
        starts, ends = (" " if not folding.is_run(piece) else "" for piece in (found[0], found[-1]))
        prefix = not quoted and value.endswith("*") and bool(ends) and len(found[-1]) > 1
        needle = f"{starts}{matter.strip()}{'' if prefix else ends}"
        (self._unwanted if minus else self._wanted)[Term(needle=needle, pieces=found, field=field, prefix=prefix)] = (
            None
        )

    def _moment(self, field: str, value: str, *, minus: bool) -> bool:
        """Take this as a bound, if it is one."""
        period = None if minus else _period(value.strip(), self._now)
        if period is None:
            self._note(
                f"{'-' * minus}{field}:{value[:40]} names no day and was taken as words; "
                f"write {field}:2026-10-22, {field}:2026-10, {field}:2026 or {field}:30d"
            )
        elif field == "since":
            self._since.append(period[0])
        else:
            self._until.append(period[1])
        return period is not None

    def _note(self, words: str) -> None:
        self._notes[words] = None


def _period(words: str, now: datetime) -> tuple[datetime, datetime] | None:
    """The beginning and the end of a day, month or year (UTC), or of the day so many days ago."""
    try:
        if ago := _AGO.fullmatch(words):
            day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=int(ago[1]))
            return day, day + timedelta(days=1)
        if (spelt := _DAY.fullmatch(words)) is None:
            return None
        year, month, day_of_month = (None if part is None else int(part) for part in spelt.groups())
        assert year is not None
        begin = datetime(year, month or 1, day_of_month or 1, tzinfo=UTC)
        if day_of_month:
            return begin, begin + timedelta(days=1)
        if month:
            return begin, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return begin, datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


# --- what the index is asked -----------------------------------------------------------------------------------------

PLACES = {"": "", "title": "t:", "author": "a:", "section": "s:", "tag": "g:"}  # what stands before a field's tokens


def source_token(source: str) -> str:
    """The token of a source's id; other signs than letters and digits stand as one."""
    return "o:" + re.sub(r"[^0-9a-z]", "_", source.lower())


EVERY = "o:"  # the token of every document


def expression(query: Query, *, within: str = "") -> str:
    """The index's question (FTS5) for all documents that may answer to a query, and few others.

    `within` "title": only those that have all that is wanted, wherever, in the title.
    """
    wanted: dict[str, None] = {}
    for term in query.wanted:
        wanted.update(dict.fromkeys(_asked(term, term.field or within)))
    parts = list(wanted)[:_MOST_TOKENS]
    if query.sources:
        parts.append(f"({' OR '.join(_sources(query.sources))})")
    question = " AND ".join(parts or [quoted(EVERY)])
    unwanted = [part for term in query.unwanted[:_MOST_TOKENS] if term.exact for part in _asked(term, term.field)]
    unwanted += _sources(query.not_sources)
    return f"({question}) NOT ({' OR '.join(unwanted)})" if unwanted else question


def _asked(term: Term, field: str) -> list[str]:
    place = PLACES[field]
    found = [token for piece in term.pieces for token in folding.tokens_of(piece)]
    last = found.pop() if term.prefix else ""
    words = term.pieces[:-1] if term.prefix else term.pieces
    if not field:  # a field is short enough without
        found += [folding.pair(*two) for two in pairwise(words) if not any(map(folding.is_run, two))]
    if len(found) > _MOST_A_TERM:  # spread over the whole of it
        found = [found[at * len(found) // _MOST_A_TERM] for at in range(_MOST_A_TERM)]
    asked = [quoted(place + token) for token in found]
    return [*asked, quoted(place + last) + " *"] if last else asked


def _sources(names: tuple[str, ...]) -> list[str]:
    return [quoted(source_token(name.rstrip("*"))) + " *" * name.endswith("*") for name in names[:_MOST_TOKENS]]


def quoted(token: str) -> str:
    """The index's question for a token, whatever is in it."""
    return '"' + token.replace('"', '""') + '"'
