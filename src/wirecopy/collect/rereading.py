"""Stored captures are read again by today's rules and habits; their readings take the place of the former ones.

- A reading is replaced where it stands: no revision comes or goes, none changes its number, moment, kind or evidence.
  Two neighbours that read alike by today's rules both stay: each is evidence of its moment.
- What today's rules can't read, or don't believe, keeps the reading it has, and is counted.
- A reading that carries today's rules already is passed over: interrupted, the next run goes on where this one was.
- Reading goes on in parallel, as many pages at once as the reader takes; what was read becomes durable in batches.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from wirecopy import dates
from wirecopy.archive.protocol import Archive
from wirecopy.collect.doubt import doubt
from wirecopy.collect.read import Reading, is_copy, is_imported, rules_of
from wirecopy.collect.read.habits import Habits, remembered
from wirecopy.collect.revise import fingerprint
from wirecopy.errors import Doubtful, SourceError
from wirecopy.model import (
    Article,
    Capture,
    Entry,
    Lead,
    Noun,
    Revision,
    Source,
    document_text,
    replace,
)

# Articles that are read side by side and become durable together: enough for every process, few enough to lose little.
_TOGETHER = 64


class Reader(Protocol):
    """What is needed to read with: `read.workers` has it."""

    async def read(
        self, source: Source, lead: Lead, capture: Capture, more: Sequence[Capture] = ..., habits: Habits = ...
    ) -> Reading:
        """What captures say. Raises ReadError and Doubtful."""
        ...


class Difference(Noun, frozen=True, kw_only=True):
    """What reads otherwise in one revision: a unified diff of it as plain text, a line an item."""

    source: str
    key: str
    number: int
    at: str
    title: str = ""
    lines: tuple[str, ...]


class Reread(Noun, frozen=True, kw_only=True):
    """What rereading a source did, or would do.

    Of `revisions` that have a text, `same` carried today's rules already and `read` were read again; of these
    `differ` in something that a reader sees. The others keep their reading: `unread`, `doubted`, `without` a capture,
    `in_the_way` of one another. `reasons` says why, the most frequent first.
    """

    source: str
    articles: int = 0
    revisions: int = 0
    same: int = 0
    read: int = 0
    differ: int = 0
    unread: int = 0
    doubted: int = 0
    without: int = 0
    in_the_way: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass
class _Tally:
    counts: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number


@dataclass(frozen=True, slots=True)
class _Job:
    """One article's revisions that are to be read, the newest first, each with its evidence."""

    entry: Entry
    pages: tuple[tuple[Revision, Lead, Capture, tuple[Capture, ...]], ...]


def _say_nothing(_source: str, _done: int, _todo: int) -> None:
    """For those who do not want to hear."""


async def reread(
    source: Source,
    *,
    archive: Archive,
    reader: Reader,
    rehearse: bool = False,
    differences: int = 0,
    imported_only: bool = False,
    tell: Callable[[str, int, int], None] = _say_nothing,
) -> Reread:
    """Read the captures of a source again. With `rehearse` nothing is kept, and so many `differences` are shown.

    `imported_only`: of a source that nobody follows, whose rules are not known, only documents of other mirrors.
    """
    habits = remembered(archive.habits(source.id))
    tally = _Tally()
    todo = sum(archive.counts(source.id).values())
    done = 0
    for entries in _batches(archive.entries(source.id)):
        jobs = [_job(archive, source, habits, entry, tally, imported_only=imported_only) for entry in entries]
        readings = await asyncio.gather(*(_read(reader, source, habits, job, tally) for job in jobs))
        if rehearse:
            for old, new in (pair for pairs in readings for pair in pairs):
                _count(tally, old, new, differences)
        else:
            with archive.batch():
                for old, new in (pair for pairs in readings for pair in pairs):
                    if archive.reread(old, new, fingerprint(new)):
                        _count(tally, old, new, 0)
                    else:
                        tally.count("in_the_way")
        done += len(entries)
        tell(source.id, done, todo)
    reasons = sorted(tally.reasons.items(), key=lambda each: (-each[1], each[0]))
    return Reread(
        source=source.id, **tally.counts, reasons=tuple(reasons[:20]), differences=tuple(tally.differences)
    )  # fmt: skip


def shown(article: Article) -> list[str]:
    """An article as lines of plain text, for comparing: what a reader sees of it, each thing on its line."""
    facts = {
        "title": article.title,
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "summary": article.summary,
        "byline": article.byline,
        "authors": ", ".join(article.authors),
        "published": "" if article.published is None else dates.iso(article.published),
        "kind": article.kind,
        "url": article.url,
        "picture": "" if article.picture is None else article.picture.key or article.picture.url,
    }
    head = [f"{name}: {value}" for name, value in facts.items() if value]
    return [*head, *document_text(article.body).split("\n")]


def _job(archive: Archive, source: Source, habits: Habits, entry: Entry, tally: _Tally, *, imported_only: bool) -> _Job:
    history = archive.history(source.id, entry.lead.key)
    rules = rules_of(source, habits)
    pages: list[tuple[Revision, Lead, Capture, tuple[Capture, ...]]] = []
    captures: tuple[Capture, ...] | None = None
    readable = [revision for revision in history if revision.article is not None]
    tally.count("articles", 1 if readable else 0)
    for place, revision in reversed(list(enumerate(history))):
        if revision.article is None:
            continue
        if revision.article.rules == rules:
            tally.count("revisions")
            tally.count("same")
            continue
        evidence = archive.capture(revision.capture) if revision.capture else None
        if imported_only and (evidence is None or not is_imported(evidence)):
            continue
        tally.count("revisions")
        if evidence is None:
            tally.count("without")
            continue
        if captures is None:
            captures = archive.captures(source.id, entry.lead.key)
        until = next((each.at for each in history[place + 1 :] if each.at > revision.at), None)
        more = tuple(
            page
            for page in captures
            if page.id != evidence.id and page.at >= evidence.at and not is_copy(page)
            and (until is None or page.at < until)
        )  # fmt: skip
        lead = entry.lead if revision is readable[-1] else _lead_then(entry.lead, revision.article, evidence)
        pages.append((revision, lead, evidence, more))
    return _Job(entry, tuple(pages))


def _lead_then(lead: Lead, article: Article, evidence: Capture) -> Lead:
    """What announced an earlier revision: its own address and words, not what the outlet says today."""
    return replace(
        lead,
        url=article.url or evidence.url,
        title=article.title,
        summary=article.summary,
        section=article.section,
        authors=article.authors,
        published=article.published,
        modified=article.modified,
    )


async def _read(
    reader: Reader, source: Source, habits: Habits, job: _Job, tally: _Tally
) -> list[tuple[Revision, Article]]:
    """The readings of one article's captures that may be kept, the newest first: then the older ones are their base."""
    found: list[tuple[Revision, Article]] = []
    for revision, lead, page, more in job.pages:
        old = revision.article
        assert old is not None
        try:
            seen = (await reader.read(source, lead, page, more, habits)).article
            seen = _filed(seen, old, source) if is_imported(page) else seen
            _check(seen, old, source, lead, habits, is_imported=is_imported(page))
        except SourceError as error:
            tally.count("doubted" if isinstance(error, Doubtful) else "unread")
            reason = str(error).replace(page.url, "…").replace(lead.url or "…", "…")[:200]
            tally.reasons[reason] = tally.reasons.get(reason, 0) + 1
            continue
        found.append((revision, seen))
    return found


def _filed(seen: Article, old: Article, source: Source) -> Article:
    """A document of another mirror, under the name and in the language that it was taken in with."""
    language = seen.language or source.language or old.language
    return replace(seen, source=old.source, key=old.key, language=language)


def _check(seen: Article, old: Article, source: Source, lead: Lead, habits: Habits, *, is_imported: bool) -> None:
    """Raises Doubtful for a reading that takes the place of no better one."""
    if (seen.source, seen.key) != (old.source, old.key):
        raise Doubtful(f"it reads as another article, {seen.key!r:.80} and not {old.key!r}")
    if seen.weak and not old.weak:
        raise Doubtful(f"only a reading of last resort ({seen.reader}); the one from {old.reader} stays")
    if is_imported:  # somebody gave us that: there is nobody to be fooled by
        return
    if reason := doubt(seen, old, source=source, lead=lead, lengths=habits.lengths):
        raise Doubtful(reason)


def _count(tally: _Tally, revision: Revision, seen: Article, most: int) -> None:
    tally.count("read")
    old = revision.article
    assert old is not None
    # By today's way to compare, whatever the fingerprint was made by that is stored.
    if fingerprint(old) == fingerprint(seen):
        return
    tally.count("differ")
    if len(tally.differences) < most:
        lines = difflib.unified_diff(shown(old), shown(seen), "as it stands", "by today's rules", n=1, lineterm="")
        tally.differences.append(
            Difference(
                source=revision.source,
                key=revision.key,
                number=revision.number,
                at=dates.iso(revision.at),
                title=seen.title,
                lines=tuple(lines),
            )
        )


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while together := list(islice(rest, _TOGETHER)):
        yield together
