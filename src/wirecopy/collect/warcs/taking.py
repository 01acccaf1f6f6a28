"""What web archives hold is taken into the archive: each answer that is an article's, at the moment at which it came.

- An answer is an article's where its address belongs to a source that is followed or ships, or, of any other outlet,
  where its page reads as an article without doubt. All else is counted by why it was passed over.
- Pages are read in processes, side by side, and settled in the order of the file; each in its place in time, as if a
  round had seen it. What is there already changes nothing.
- A bookmark goes into the archive with what it speaks of: whoever is interrupted goes on there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from wirecopy import urls
from wirecopy.archive.protocol import Archive
from wirecopy.collect.discover import exclusion, lead_of
from wirecopy.collect.doubt import doubt
from wirecopy.collect.read import Reading, rules_of
from wirecopy.collect.read.habits import NO_HABITS, Habits
from wirecopy.collect.revise import revise
from wirecopy.collect.warcs import answers
from wirecopy.collect.warcs.answers import Unusable
from wirecopy.collect.warcs.exchanges import Exchange, Originals, exchanges, first_date
from wirecopy.collect.warcs.files import HEAD, WarcFile
from wirecopy.collect.warcs.records import Broken, agrees
from wirecopy.errors import Doubtful, ReadError, SourceError
from wirecopy.model import (
    Article,
    Capture,
    Change,
    Entry,
    Failure,
    Lead,
    Noun,
    Revision,
    Source,
    State,
    Visit,
    decode,
    document_text,
    links,
    pictures,
    replace,
)

if TYPE_CHECKING:
    from wirecopy.collect.round import Reader  # it would load the network

_TOGETHER = 200  # answers that become durable together, as in importing.py
_SOME = 16  # exchanges that are taken from a file at once: enough that changing threads costs nothing
_HEAVY = 64 << 20  # bytes of pages that wait to be read
_MOST_TOLD = 1_000  # failures that are told by name
_GONE = (404, 410)
_TEXTS = ("text/html", "application/xhtml+xml")
_TEXT_OF_A_STRANGER = 250  # characters that an article of an unknown outlet has at least: a guess


class Taken(Noun, frozen=True, kw_only=True):
    """What an import of web archives did. `answers` is how many were looked at: articles, `same` and `skipped`.

    `skipped` says why, and how often; `broken` what in the files is no whole record; `files` how many were new, and
    `finished` those that had been taken in before.
    """

    files: int = 0
    finished: int = 0
    answers: int = 0
    new: int = 0
    edited: int = 0
    gone: int = 0
    back: int = 0
    same: int = 0
    held: int = 0
    characters: int = 0
    pictures: int = 0
    links: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()
    failures: tuple[Failure, ...] = ()
    broken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """Whose an address is. `known`: the source that it belongs to; `named`: the source of an id; `stranger`: a source
    for an outlet that nothing is known about, None where only known ones are wanted.
    """

    known: Callable[[str], Source | None]
    named: Callable[[str], Source | None]
    stranger: Callable[[str], Source] | None


@dataclass(slots=True)
class _Candidate:
    """An answer that may be an article's."""

    file: WarcFile
    offset: int
    source: Source
    lead: Lead
    page: Capture | None
    known: bool
    more: list[Capture] = field(default_factory=list)
    original: str = ""  # the digest of the payload, where it has to be looked for in the archive
    exchange: Exchange | None = None
    reason: str = ""  # why it is not looked at any further


class _Unchanged(NamedTuple):
    """The last answer that said what was said before it: when it came, and where it is."""

    at: datetime
    file: WarcFile
    offset: int


async def take_in(
    files: Iterable[WarcFile],
    *,
    archive: Archive,
    reader: Reader,
    outlets: Outlets,
    now: datetime,
    again: bool = False,
    at_once: int = 8,
    tell: Callable[[int, int, str], None] = lambda *_: None,
) -> Taken:
    """Read these files and archive what is in them. `again`: also those that were taken in before.

    `at_once`: pages that are on their way to the readers. `tell` is told bytes done, bytes in all, and a name.
    """
    taking = _Taking(archive, reader, outlets, now, at_once, tell)
    queue = sorted(files, key=_first_moment)  # an article's answers may be in several files
    taking.size = sum(file.size for file in queue)
    for file in queue:
        await taking.file(file, again=again)
    return taking.told()


def _first_moment(file: WarcFile) -> str:
    """When the first record of a file is from, as it is spelt: files are taken in the order of time."""
    try:
        return first_date(file)
    except OSError:
        return ""


class _Taking:
    """An import on its way."""

    def __init__(
        self,
        archive: Archive,
        reader: Reader,
        outlets: Outlets,
        now: datetime,
        at_once: int,
        tell: Callable[[int, int, str], None],
    ) -> None:
        self.archive = archive
        self.reader = reader
        self.outlets = outlets
        self.now = now
        self.at_once = at_once
        self.tell = tell
        self.size = self.done = 0
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.originals = Originals()
        self.habits: dict[str, Habits] = {}
        self.unchanged: dict[tuple[str, str], _Unchanged] = {}

    def told(self) -> Taken:
        names = ("files", "finished", "answers", "new", "edited", "gone", "back", "same", "held", "characters")
        return Taken(
            **{name: self.counts[name] for name in (*names, "pictures", "links", "broken")},
            skipped=tuple(self.skipped.most_common()),
            sources=tuple(sorted(self.sources.items())),
            failures=tuple(self.failures),
        )

    def fail(self, url: str, reason: str) -> None:
        if len(self.failures) < _MOST_TOLD:
            self.failures.append(Failure(url=url, reason=reason))

    # --- a file

    async def file(self, file: WarcFile, *, again: bool) -> None:
        """One file, from its bookmark on."""
        try:
            bookmark = _Bookmark(file, self.archive, self.now)
        except OSError as error:
            self.fail(file.name, f"it can't be read: {error}")
            return
        offset = 0 if again else bookmark.offset()
        if offset >= file.size:
            self.counts["finished"] += 1
            self.done += file.size
            return
        self.counts["files"] += 1
        queue = _Queue(self, file, offset)
        try:
            more = True
            while more:
                with self.archive.batch():
                    more = await self.some(queue, bookmark)
                if queue.is_interrupted:
                    raise asyncio.CancelledError
        finally:
            await queue.close()
        self.done += file.size

    async def some(self, queue: _Queue, bookmark: _Bookmark) -> bool:
        """Settle some answers, in one transaction with the bookmark; whether there are more."""
        offset = 0
        for _ in range(_TOGETHER):
            try:
                found = await queue.next()
                if found is None:
                    bookmark.note(queue.tail or queue.file.size)
                    return False
                await self.settle(*found)
            except asyncio.CancelledError:
                queue.is_interrupted = True  # what is settled is kept; the rest is for the next time
                break
            offset = found[0].offset
        if offset:
            bookmark.note(offset)
        return True

    # --- an answer

    async def settle(self, candidate: _Candidate, reading: Reading | Exception | None) -> None:
        """Put what an answer says into the archive, or count why not."""
        self.counts["answers"] += 1
        page = candidate.page
        if candidate.reason or page is None:
            self.skipped[candidate.reason or "revisits of what is not here"] += 1
            return
        place = (candidate.source.id, candidate.lead.key)
        history = self.archive.history(*place) if self.archive.entry(*place) is not None else ()
        if (reading is None and page.status not in _GONE) or any(each.capture == page.id for each in history):
            self.counts["same"] += 1
            return
        if page.status in _GONE:
            self.settle_gone(candidate, page, _until(history, page.at))
            return
        standing = _until([each for each in history if each.article is not None], page.at)
        before = await self.by_todays_rules(candidate.source, standing)
        reason = self.reason_against(candidate, reading, before)
        if reason or not isinstance(reading, Reading):
            self.pass_over(candidate, page, reason, history)
            return
        article = reading.article
        self.archive.enrol([candidate.source])
        put = await self.put(candidate, page, article)
        if put is None:
            self.counts["same"] += 1
        elif isinstance(put, Change):
            self.counts[put.value] += 1
            self.counts["characters"] += len(document_text(article.body))
            self.counts["pictures"] += sum(1 for picture in pictures(article) if picture.url)
            self.counts["links"] += sum(1 for _ in links(article))
            self.sources[candidate.source.id] += 1
        else:
            self.skipped[put] += 1

    async def put(self, candidate: _Candidate, page: Capture, article: Article) -> Change | str | None:
        """Put a copy in its place in time: what it is there, None where it says what was said before it, or why not."""
        place = (candidate.source.id, candidate.lead.key)
        history = self.archive.history(*place) if self.archive.entry(*place) is not None else ()
        standing = _until([each for each in history if each.article is not None], page.at)
        before = await self.by_todays_rules(candidate.source, standing)
        later = next((each for each in history if each.at > page.at), None)
        revision = revise(_until(history, page.at), before, article, page)
        if revision is None:
            if later is None and (place not in self.unchanged or self.unchanged[place].at < page.at):
                self.unchanged[place] = _Unchanged(page.at, candidate.file, candidate.offset)
            return None
        if later is not None and later.fingerprint == revision.fingerprint:
            self.keep(candidate, page, article, None)  # it was so earlier than was known: evidence, and no change
            return None
        settled = self.keep(candidate, page, article, revision)
        if settled is None:
            return "of what was taken down"
        await self.put_what_was_equal(candidate, page, later)
        return settled.change

    async def put_what_was_equal(self, candidate: _Candidate, page: Capture, later: Revision | None) -> None:
        """A copy that came out of order: what was equal to its neighbour before may be a change now."""
        place = (candidate.source.id, candidate.lead.key)
        others: list[Capture] = []
        if later is not None:
            known = {each.capture for each in self.archive.history(*place)}
            kept = self.archive.captures(*place)
            others = [each for each in kept if each.at < page.at and each.id not in known and each.status == 200]
        elif place in self.unchanged and self.unchanged[place].at > page.at:
            same = self.unchanged.pop(place)
            found = await asyncio.to_thread(_Queue(self, same.file, same.offset).first)
            others = [found.page] if found is not None and found.page is not None else []
        for each in others:
            try:
                read = await self.reader.read(
                    candidate.source, candidate.lead, each, (), self.habits_of(candidate.source)
                )
            except SourceError:
                continue
            put = await self.put(replaced(candidate, page=each, more=[]), each, read.article)
            if isinstance(put, Change):
                self.counts[put.value] += 1

    def keep(
        self, candidate: _Candidate, page: Capture, article: Article, revision: Revision | None
    ) -> Revision | None:
        lead = replace(
            candidate.lead,
            url=article.url or candidate.lead.url,
            title=article.title,
            published=article.published,
        )
        known = self.archive.entry(lead.source, lead.key)
        entry = known or Entry(lead=lead, first_seen=page.at, last_seen=page.at)
        if known is None or known.state in (State.WAITING, State.FAILED, State.HELD):
            entry = replace(entry, state=State.ARCHIVED, reason="", checked=page.at, failures=0, due=None)
        return self.archive.settle(entry, captures=[page, *candidate.more], revision=revision)

    def settle_gone(self, candidate: _Candidate, page: Capture, earlier: Revision | None) -> None:
        """An answer that an article is gone says something where there was one."""
        revision = revise(earlier, None, None, page)
        entry = self.archive.entry(candidate.source.id, candidate.lead.key)
        if revision is None or entry is None:
            self.skipped[f"answered {page.status}"] += 1
            return
        settled = self.archive.settle(entry, captures=[page], revision=revision)
        self.counts["gone" if settled is not None else "same"] += 1

    def pass_over(self, candidate: _Candidate, page: Capture, reason: str, history: tuple[Revision, ...]) -> None:
        """What is not believed is held where its article waits for a copy, and else passed over."""
        entry = self.archive.entry(candidate.source.id, candidate.lead.key)
        waiting = (State.WAITING, State.FAILED, State.HELD)
        if entry is not None and entry.state in waiting and not history and reason.startswith(_DOUBTED):
            held = replace(entry, state=State.HELD, reason=reason.removeprefix(_DOUBTED)[:1000], checked=page.at)
            self.archive.settle(held, captures=[page])
            self.counts["held"] += 1
            return
        self.skipped["not believed to be an article" if reason.startswith(_DOUBTED) else reason] += 1

    def reason_against(self, candidate: _Candidate, reading: Reading | Exception | None, before: Article | None) -> str:
        """Why an answer is no copy of its article, in words to be counted by or, behind `_DOUBTED`, to be told."""
        match reading:
            case Reading(article=article):
                pass
            case Doubtful():
                return f"{_DOUBTED}{reading}"
            case ReadError():
                return "that hold nothing to read"
            case _:
                self.fail(candidate.lead.url, f"a fault of wirecopy itself, please report it: {reading}")
                return "that wirecopy failed at"
        lead = candidate.lead
        if (article.source, article.key) != (lead.source, lead.key):
            return f"{_DOUBTED}{lead.url} holds another article, {article.key!r:.80}"
        if article.weak and before is not None and not before.weak:
            return "read only as a last resort"
        lengths = self.habits_of(candidate.source).lengths
        if reason := doubt(article, None, source=candidate.source, lead=lead, lengths=lengths) or doubt(
            article, before
        ):
            return f"{_DOUBTED}{reason}"
        if candidate.known:
            return ""
        if article.weak or article.published is None or len(document_text(article.body)) < _TEXT_OF_A_STRANGER:
            return "of unknown outlets, not certain to be articles"
        return ""

    async def by_todays_rules(self, source: Source, standing: Revision | None) -> Article | None:
        """The copy before as it would be read today: a better rule must not look like an edit by the outlet."""
        article = standing.article if standing is not None else None
        if standing is None or article is None or article.rules == rules_of(source, self.habits_of(source)):
            return article
        evidence = self.archive.capture(standing.capture) if standing.capture else None
        if evidence is None:
            return article
        lead = Lead(source=standing.source, key=standing.key, url=article.url or evidence.url)
        try:
            return (await self.reader.read(source, lead, evidence, (), self.habits_of(source))).article
        except SourceError:
            return article

    def habits_of(self, source: Source) -> Habits:
        if source.id not in self.habits:
            stored = self.archive.habits(source.id)
            try:
                self.habits[source.id] = decode(stored, Habits) if stored else NO_HABITS
            except ValueError:  # another version learned them
                self.habits[source.id] = NO_HABITS
        return self.habits[source.id]


_DOUBTED = "doubted: "


class _Queue:
    """The answers of a file on their way through the readers, given back in the order of the file."""

    def __init__(self, taking: _Taking, file: WarcFile, offset: int) -> None:
        self.file = file
        self.is_interrupted = False
        self.tail = 0  # where something broken stands that nothing follows: it may be whole when the file has grown
        self._taking = taking
        self._found = self._candidates(exchanges(file, offset))
        self._waiting: deque[_Candidate] = deque()
        self._pending: deque[tuple[_Candidate, asyncio.Task[Reading | Exception | None]]] = deque()
        self._weight = 0
        self._ahead: asyncio.Task[list[_Candidate]] | None = None
        self._has_ended = False

    async def next(self) -> tuple[_Candidate, Reading | Exception | None] | None:
        """The next answer and its reading (None: nothing to read); None at the end of the file."""
        await self._fill()
        if not self._pending:
            return None
        candidate, task = self._pending[0]
        reading = await asyncio.shield(task)
        self._pending.popleft()
        self._weight -= _weight(candidate)
        self._taking.tell(self._taking.done + candidate.offset, self._taking.size, self.file.name)
        return candidate, reading

    def first(self) -> _Candidate | None:
        """The first answer from here, and no more."""
        found = next(self._found, None)
        self._found.close()
        return found

    async def close(self) -> None:
        """Stop all that is on its way."""
        for _, task in self._pending:
            task.cancel()
        await asyncio.gather(*(task for _, task in self._pending), return_exceptions=True)
        if self._ahead is not None:  # a thread can't be stopped, and is soon done
            await asyncio.gather(self._ahead, return_exceptions=True)
        self._found.close()

    async def _fill(self) -> None:
        while len(self._pending) < self._taking.at_once and (self._weight < _HEAVY or not self._pending):
            while not self._waiting:
                if self._has_ended:
                    return
                if self._ahead is None:
                    self._ahead = asyncio.create_task(asyncio.to_thread(self._some))
                if self._pending and not self._ahead.done():
                    return  # there is something to settle meanwhile
                found = await asyncio.shield(self._ahead)
                self._waiting.extend(found)
                self._has_ended = len(found) < _SOME and not self._is_heavy(found)
                self._ahead = None if self._has_ended else asyncio.create_task(asyncio.to_thread(self._some))
            candidate = self._waiting.popleft()
            self._weight += _weight(candidate)
            self._pending.append((candidate, asyncio.create_task(self._read(candidate))))

    async def _read(self, candidate: _Candidate) -> Reading | Exception | None:
        """What an answer says; None where it says nothing that would have to be read."""
        taking = self._taking
        source, archive = candidate.source, taking.archive
        if candidate.reason:
            return None
        if candidate.page is None:
            candidate.page = self._original(candidate)
        page = candidate.page
        if page is None or page.status in _GONE or archive.capture(page.id) is not None:
            return None
        entry = archive.entry(source.id, candidate.lead.key)
        lead = entry.lead if entry is not None else candidate.lead
        try:
            return await taking.reader.read(source, lead, page, candidate.more, taking.habits_of(source))
        except Exception as error:  # noqa: BLE001 - one page costs itself; what it was is counted, or told as a fault
            return error

    def _original(self, candidate: _Candidate) -> Capture | None:
        """The payload that a revisit refers to, from the archive."""
        exchange = candidate.exchange
        assert exchange is not None
        kept = self._taking.archive.captures(candidate.source.id, candidate.lead.key)
        found = next((each for each in kept if agrees(candidate.original, each.body)), None)
        if found is None:
            return None
        return answers.ours(exchange.told, found.body) or answers.with_body(exchange.record, found)

    # --- in a thread: nothing of the archive

    def _some(self) -> list[_Candidate]:
        found: list[_Candidate] = []
        while len(found) < _SOME and not self._is_heavy(found) and (each := next(self._found, None)) is not None:
            found.append(each)
        return found

    def _is_heavy(self, found: Sequence[_Candidate]) -> bool:
        return sum(map(_weight, found)) > _HEAVY // 4

    def _candidates(self, found: Iterator[Exchange | Broken]) -> Generator[_Candidate, None, None]:
        """The answers of the file. What wirecopy exported of one article stands together, and is read together."""
        group: _Candidate | None = None
        for each in found:
            if isinstance(each, Broken):
                self.tail = each.offset
                self._taking.counts["broken"] += 1
                self._taking.fail(f"{self.file.name} at byte {each.offset:,}", each.reason)
                continue
            self.tail = self.tail if each.offset < self.tail else 0
            part = self._part_of(group, each)
            if part is not None and group is not None:
                group.more.append(part)
                continue
            if group is not None:
                yield group
            group = self._candidate(each)
        if group is not None:
            yield group

    def _part_of(self, group: _Candidate | None, exchange: Exchange) -> Capture | None:
        """The capture of an exchange that is only more evidence of the article before it."""
        names = dict.fromkeys(name for what, name in exchange.names if what == "article")
        if group is None or group.page is None or not names or any(what == "reading" for what, _ in exchange.names):
            return None
        if f"{group.source.id}/{group.lead.key}" not in names:
            return None
        try:
            return self._capture(exchange)
        except Unusable:
            return None

    def _candidate(self, exchange: Exchange) -> _Candidate:
        try:
            return self._considered(exchange)
        except Unusable as why:
            nobody = Lead(source="", key="", url="")
            return _Candidate(
                file=self.file,
                offset=exchange.offset,
                source=Source(id=""),
                lead=nobody,
                page=None,
                known=False,
                reason=str(why),
            )

    def _considered(self, exchange: Exchange) -> _Candidate:
        """What an exchange may be. Raises Unusable for what is no page of anything."""
        url = answers.address_of(exchange.record)
        if place := self._place(exchange, url):
            source, lead, is_known = *place, True
        else:
            source, is_known = self._source(url)
            found = lead_of(source, url, "")
            if found is None or urlsplit(url)[2:4] in (("", ""), ("/", "")):
                raise Unusable("front pages")
            lead = found
            if exclusion(source, lead):
                raise Unusable("of known sources, excluded by their rules")
        page = self._capture(exchange)
        if page is None:
            digest = exchange.record.fields.get("warc-payload-digest", "")
            return _Candidate(
                file=self.file,
                offset=exchange.offset,
                source=source,
                lead=lead,
                page=None,
                known=is_known,
                original=digest,
                exchange=exchange,
            )
        if page.truncated:
            raise Unusable("that arrived in part")
        if page.status != 200 and not (page.status in _GONE and is_known):
            raise Unusable(f"answered {page.status}")
        if page.status == 200 and not place and not _is_text(page, source):
            raise Unusable("that are no pages")
        self._taking.originals.note(self.file, exchange.record)
        return _Candidate(file=self.file, offset=exchange.offset, source=source, lead=lead, page=page, known=is_known)

    def _source(self, url: str) -> tuple[Source, bool]:
        outlets = self._taking.outlets
        if (known := outlets.known(url)) is not None:
            return known, True
        if outlets.stranger is None:
            raise Unusable("of no source that is known")
        return outlets.stranger(url), False

    def _place(self, exchange: Exchange, url: str) -> tuple[Source, Lead] | None:
        """The article that wirecopy read from this, where its source is known and the address may be its."""
        names = [name for what, name in exchange.names if what == "reading"]
        if not names:
            if exchange.names:
                raise Unusable("kept as evidence without a reading")
            return None
        source_id, _, key = names[0].partition("/")
        source = self._taking.outlets.named(source_id)
        if source is None or not urls.is_name(key) or urls.host(url) not in _hosts(source):
            return None
        return source, Lead(source=source.id, key=key, url=url)

    def _capture(self, exchange: Exchange) -> Capture | None:
        """The capture in an exchange; None for a revisit whose original this import has not seen."""
        record = exchange.record
        if record.length and not record.block:
            raise Unusable("larger than a page")
        if record.type == "revisit":
            original = self._taking.originals.of(record)
            if original is None:
                return None
            capture = answers.with_body(record, original)
        elif record.type == "resource":
            capture = answers.resource_of(record)
        else:
            capture = answers.answer_of(record, exchange.request)
        return answers.ours(exchange.told, capture.body) or capture


class _Bookmark:
    """How far a file was taken in: an offset, and a digest of what stands before it."""

    def __init__(self, file: WarcFile, archive: Archive, now: datetime) -> None:
        self._file = file
        self._archive = archive
        self._now = now
        self._name = f"warc:sha256:{file.identity()}"

    def offset(self) -> int:
        """Where to go on; 0 where nothing is known of this file, or it is another one by now."""
        visit = self._archive.visit(self._name)
        offset = int(visit.result) if visit is not None and visit.result.isdecimal() else 0
        if visit is None or not 0 < offset <= self._file.size or visit.digest != self._digest(offset):
            return 0
        return offset

    def note(self, offset: int) -> None:
        """Everything before this place is in the archive."""
        visit = Visit(url=self._name, digest=self._digest(offset), checked=self._now, result=str(offset))
        self._archive.remember([visit])

    def _digest(self, offset: int) -> str:
        with self._file.open() as opened:
            begin = max(0, offset - HEAD)
            opened.seek(begin)
            return hashlib.sha256(opened.read(offset - begin)).hexdigest()


def _until(history: Sequence[Revision], at: datetime) -> Revision | None:
    """The last of these revisions at this moment."""
    return next((each for each in reversed(history) if each.at <= at), None)


def _weight(candidate: _Candidate) -> int:
    return len(candidate.page.body) if candidate.page is not None else 0


def _hosts(source: Source) -> set[str]:
    addresses = (source.homepage, *source.feeds, *source.listings, *source.sitemaps)
    literal = (each for each in source.asks if "{" not in each.partition("://")[2].partition("/")[0])
    return {urls.host(each.partition("{")[0]) for each in (*addresses, *literal) if each.startswith("http")}


def _is_text(page: Capture, source: Source) -> bool:
    """Whether an answer may be a page, or what a source with a reader of its own is read from."""
    kind = page.header("content-type").partition(";")[0].strip().lower()
    if not kind:
        return b"<" in page.body[:1_000]
    return kind.startswith(_TEXTS) or bool(source.reader and "json" in kind)
