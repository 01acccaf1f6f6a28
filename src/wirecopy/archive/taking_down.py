"""What the operator takes down: gone from every table, and kept from coming back.

- An article leaves its line in the ledger, EXCLUDED and without title, address or summary; its revisions, captures,
  names, references, document and what the search knows of it go, and so do pictures that no other article shows.
- What is taken down stays down: leads, looks, imports and merges of it are passed over. Of a whole source, or of days
  of it, that is so for what comes later, too.
- What another article or picture needs as well stays: a capture of two articles, bytes of two pictures.
- The list of take-downs says when, of which source, why, and the digest of a name; never a title or a text. Beside it
  stand traces (traces.py), by which `leftovers` knows again what still lies in some file.

All of it happens in the caller's transaction. That no byte is left in the file is purging.py's work.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from wirecopy import urls
from wirecopy.archive import dropping, names, packing, pictures, terms, timeline, traces
from wirecopy.archive.file import File
from wirecopy.archive.kin import index as kin
from wirecopy.archive.schema import (
    BARRED,
    BARRED_NAMES,
    BLOBS,
    CAPTURES,
    DOCUMENTS,
    LEDGER,
    PICTURES,
    REVISIONS,
    TAKE_DOWNS,
    TAKEN,
    TRACES,
    BarredNameRow,
    BarredRow,
    LedgerRow,
    PictureRow,
    TakeDownRow,
    TakenRow,
    TraceRow,
    from_micros,
    name_digest,
    to_micros,
)
from wirecopy.archive.search import index
from wirecopy.errors import ArchiveError, ConfigError
from wirecopy.matching import texts
from wirecopy.model import (
    Article,
    Capture,
    Lead,
    Leftover,
    PictureState,
    Removal,
    Revision,
    State,
    TakeDown,
    decode,
    document_text,
    encode,
)

REASON = "taken down: "
"""How the ledgers' reasons begin for what was taken down."""

# Traces that one take-down leaves: of a few hundred articles all, of more a sample. 16 windows each.
_MOST_TRACES = 4_096
_SALT = 16
# Articles of the same source whose words are no trace of what was taken down: a guess.
_COMPARED = 300
_PAGE = 500


class Hands(NamedTuple):
    """What is needed of the archive: the stamp of this change, and to stamp documents that may read differently."""

    stamp: Callable[[], int]
    touch: Callable[[Iterable[int]], None]
    referring: Callable[[Iterable[bytes]], list[int]]


# --- taking down -----------------------------------------------------------------------------------------------------


def take_down(file: File, hands: Hands, what: Removal, *, at: datetime, reason: str, who: str) -> TakeDown:
    """Take this out. Taken down already: nothing happens, and it is told as it was. Raises ConfigError for nothing."""
    check(what, reason)
    file.rows("PRAGMA defer_foreign_keys = ON")  # rows that name each other go one after the other
    file.rows("PRAGMA secure_delete = ON")
    row = _row(file, what, at, reason, who)
    work = _Work(file, hands, row, f"{REASON}{row.reason}"[:1000])
    if what.picture:
        for digest, numbers in _pictures_meant(file, what.picture):
            for number in numbers:
                work.picture(number, digest)
    else:
        for article in _articles_meant(file, what):
            work.article(article)
    return _told(work.end())


def check(what: Removal, reason: str) -> None:
    """Raises ConfigError for a removal that names nothing, or too much."""
    if not reason.strip():
        raise ConfigError("a take-down needs its reason: it stands in the public list, without what was taken down")
    named = bool(what.source and what.key), bool(what.source and not what.key), bool(what.picture)
    if sum(named) != 1 or ((what.since or what.until) and not named[1]):
        raise ConfigError("a take-down is of one article, of a source (or days of it), or of one picture")


def take_downs(file: File) -> tuple[TakeDown, ...]:
    """The list of them, oldest first."""
    return tuple(map(_told, file.every(TAKE_DOWNS, "ORDER BY at, id")))


def is_unpurged(file: File) -> bool:
    """Whether bytes of something that was taken down may still lie in the file."""
    return file.row("SELECT 1 FROM take_downs WHERE purged IS NULL LIMIT 1") is not None


def purged(file: File, at: datetime) -> None:
    """Say that the file was made anew. What is still known again in it is what others say too: no trace of this."""
    wanted = [traces.Trace(row.take_down, row.kind, row.windows) for row in file.every(TRACES)]
    try:
        seen = traces.found(file.path, wanted, _salt(file))
    except OSError as error:
        raise ArchiveError(f"{file.path} cannot be read: {error.strerror or error}") from error
    for row in file.every(TRACES):
        left = [digest for digest in traces.Trace(row.take_down, row.kind, row.windows).each() if digest not in seen]
        if not left:
            file.rows("DELETE FROM traces WHERE take_down = ? AND number = ?", row.take_down, row.number)
        elif len(left) * 8 != len(row.windows):
            file.put(TRACES, row._replace(windows=b"".join(left)))
    for take in file.every(TAKE_DOWNS, "WHERE purged IS NULL"):
        file.put(TAKE_DOWNS, take._replace(purged=to_micros(at)))


def _told(row: TakeDownRow) -> TakeDown:
    return TakeDown(
        scope=row.scope,
        source=row.source,
        name=row.name.hex(),
        since=row.since,
        until=row.until,
        at=from_micros(row.at),
        reason=row.reason,
        who=row.who,
        articles=row.articles,
        revisions=row.revisions,
        captures=row.captures,
        pictures=row.pictures,
        bytes=row.size,
        purged=None if row.purged is None else from_micros(row.purged),
    )


def _row(file: File, what: Removal, at: datetime, reason: str, who: str) -> TakeDownRow:
    """The row of this take-down: the one that there is, or a new one."""
    if what.picture:
        source, named, scope = "", _digest(_picture_name(file, what.picture)), "picture"
    elif what.key:
        source, named, scope = what.source, _digest(f"{what.source}/{what.key}"), "article"
    else:
        source, named, scope = what.source, b"", "days" if what.since or what.until else "source"
    rest = "WHERE scope = ? AND source = ? AND name = ? AND since = ? AND until = ?"
    known = file.first(TAKE_DOWNS, rest, scope, source, named, what.since, what.until)
    if known is not None:
        return known
    new = TakeDownRow(
        0, to_micros(at), scope, source, named, what.since, what.until, reason.strip(), who, 0, 0, 0, 0, 0,
        _salt(file) or os.urandom(_SALT), None,
    )  # fmt: skip
    return new._replace(id=file.put(TAKE_DOWNS, new))


def _salt(file: File) -> bytes:
    """One for the whole archive: what is looked for is then looked for once."""
    row = file.row("SELECT salt FROM take_downs ORDER BY id LIMIT 1")
    return b"" if row is None else bytes(row[0])


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


# --- what is meant -------------------------------------------------------------------------------------------------


def _articles_meant(file: File, what: Removal) -> Iterator[int]:
    """The articles that are to go, those that have gone left out."""
    if what.key:
        line = file.first(LEDGER, "WHERE source = ? AND key = ?", what.source, what.key)
        if line is None:
            raise ConfigError(f"no article goes by {what.source}/{what.key} in {file.path}")
        lines = [line]
    else:
        lines = file.every(LEDGER, "WHERE source = ? ORDER BY id", what.source)
    is_bounded = bool(what.since or what.until)
    for line in lines:
        if is_taken(file, line.id) or (is_bounded and not _is_between(_day_of(file, line), what)):
            continue
        yield line.id


def _day_of(file: File, line: LedgerRow) -> str:
    """The day an article is filed under; of one without a revision, the day that its lead names, or ""."""
    row = file.row("SELECT day FROM revisions WHERE article = ? LIMIT 1", line.id)
    return str(row[0]) if row is not None else _day_told(decode(line.lead.encode(), Lead))


def _day_told(lead: Lead) -> str:
    return "" if lead.published is None else f"{lead.published:%Y-%m-%d}"


def _is_between(day: str, rule: Removal | TakeDownRow) -> bool:
    return bool(day) and (rule.since or "0") <= day <= (rule.until or "9")


def _picture_name(file: File, words: str) -> str:
    """The name in the list: a picture's own, or the digest that was given."""
    row = _picture_row(file, words)
    return words.lower() if row is None else row.name


def _picture_row(file: File, words: str) -> PictureRow | None:
    found = file.first(PICTURES, "WHERE name = ?", words)
    if found is None and "://" in words:
        address = urls.resolve(words)
        found = file.first(PICTURES, "WHERE name = ? OR url = ?", urls.canonical(address), address)
    return found


def _pictures_meant(file: File, words: str) -> Iterator[tuple[bytes, list[int]]]:
    """(what is barred, the pictures that go with it): a name with its picture, or bytes with all that are these."""
    row = _picture_row(file, words)
    if row is not None:
        yield _digest(row.name), [row.id]
        return
    try:
        digest = bytes.fromhex(words)
    except ValueError:
        digest = b""
    if len(digest) == 32:
        if is_barred(file, digest):
            return
        sql = (
            "SELECT DISTINCT originals.blob FROM originals LEFT JOIN renditions ON original = originals.blob "
            "JOIN blobs ON blobs.id IN (originals.blob, renditions.blob) WHERE blobs.digest = ?"
        )
        originals = [int(blob) for (blob,) in file.rows(sql, digest)]
        for original in originals:
            own = file.row("SELECT digest FROM blobs WHERE id = ?", original)
            shown = file.rows("SELECT DISTINCT picture FROM picture_versions WHERE original = ?", original)
            yield bytes(own[0]) if own else digest, [int(number) for (number,) in shown]
        if originals:
            return
    raise ConfigError(f"no picture goes by {words!r}: name it by its address, its key, or the SHA-256 of its bytes")


# --- the work --------------------------------------------------------------------------------------------------------


@dataclass
class _Work:
    """One take-down while it goes on: what it is, and what it has removed."""

    file: File
    hands: Hands
    row: TakeDownRow
    reason: str
    has_removed: bool = False
    found: list[traces.Trace] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)

    def end(self) -> TakeDownRow:
        """Keep the row and the traces as they are in the end."""
        if self.has_removed:
            self.row = self.row._replace(purged=None)
            self.file.put(TAKE_DOWNS, self.row)
            self.hands.stamp()  # the list is published, whether a document goes or not
            self.found = self._own(self.found)
            first = self.file.number("SELECT coalesce(max(number), 0) FROM traces WHERE take_down = ?", self.row.id)
            step = max(len(self.found) / _MOST_TRACES, 1.0)
            chosen = [self.found[int(n * step)] for n in range(min(len(self.found), _MOST_TRACES))]
            for number, trace in enumerate(chosen, first + 1):
                self.file.put(TRACES, TraceRow(self.row.id, number, trace.kind, trace.windows))
        return self.row

    def _own(self, found: list[traces.Trace]) -> list[traces.Trace]:
        """These traces without what other articles of the sources say too: rights lines, teasers."""
        if not any(trace.kind == traces.TEXT for trace in found):
            return found
        common: set[bytes] = set()
        for source in sorted(self.sources):
            rest = f"WHERE source = ? ORDER BY day DESC, published DESC, key LIMIT {_COMPARED}"
            for document in self.file.every(DOCUMENTS, rest, source):
                common |= traces.said("\n".join(texts.lines(index.article_of(self.file, document))), self.row.salt)
        left = (traces.without(each, common) if each.kind == traces.TEXT else each for each in found)
        return [each for each in left if each is not None]

    # --- an article

    def article(self, article: int) -> None:
        """Take one article out, and leave its bare line."""
        file = self.file
        line = file.every(LEDGER, "WHERE id = ?", article)[0]
        lead = decode(line.lead.encode(), Lead)
        rows = file.every(REVISIONS, "WHERE article = ? ORDER BY at, fingerprint", article)
        read = [self._read(row.body, line) for row in rows if row.body is not None]
        asked = [int(number) for (number,) in file.rows("SELECT capture FROM evidence WHERE article = ?", article)]
        addresses = {lead.url, *(each.url for each in read), *self._asked(asked)}
        shown = self._shown(article, read)
        document = file.first(DOCUMENTS, "WHERE article = ?", article)
        relatives: set[int] = set()
        if document is not None:
            index.drop(file, document)
            relatives = kin.drop(file, document)
            terms.drop(file, self.hands.stamp, document)
        own = names.names_of(file, article, line.source, line.key)
        for name in sorted(own):
            file.put(BARRED_NAMES, BarredNameRow(name, self.row.id))
        referring = self.hands.referring(own)
        self._forget(article)
        self._drop([*asked, *(row.capture for row in rows if row.capture)], [row.body for row in rows if row.body])
        file.each("DELETE FROM visits WHERE url = ?", ((url,) for url in sorted(addresses) if url))
        self.hands.touch(sorted({*referring, *relatives} - {article}))
        _bare(file, line, self.reason)
        self.sources.add(line.source)
        file.put(TAKEN, TakenRow(article, self.row.id, self.hands.stamp()))
        for number in shown:
            if file.row("SELECT 1 FROM shows WHERE picture = ?", number) is None:
                self.picture(number)
        said = [lead.title, lead.summary, lead.url, *(line for each in read for line in (each.title, each.summary))]
        self._trace_text("\n".join(dict.fromkeys(said)))
        for words in dict.fromkeys(document_text(each.body) for each in read):
            self._trace_text(words)
        self.row = self.row._replace(articles=self.row.articles + 1, revisions=self.row.revisions + len(rows))
        self.has_removed = True

    def _read(self, body: int, line: LedgerRow) -> Article:
        of = f"a revision of {line.source}/{line.key}"
        try:
            return decode(self.file.blob(body, of), Article)
        except ValueError as error:
            raise ArchiveError(f"{self.file.path}: {of} cannot be read: {error}") from error

    def _asked(self, captures: Iterable[int]) -> Iterator[str]:
        """The addresses that answered about the article; not the feed that carried it."""
        for number in captures:
            (row,) = self.file.every(CAPTURES, "WHERE id = ?", number)
            try:
                head = decode(packing.unpack(packing.Packed(row.codec, row.size, row.head)), Capture)
            except ValueError as error:
                raise ArchiveError(f"{self.file.path} is damaged: capture {row.digest.hex()}: {error}") from error
            if head.asked:
                yield from (head.url, head.final_url)

    def _shown(self, article: int, read: Sequence[Article]) -> list[int]:
        """The pictures that any of its revisions shows."""
        known = {int(number) for (number,) in self.file.rows("SELECT picture FROM shows WHERE article = ?", article)}
        for name in {name for each in read for name in pictures.named(each)}:
            row = self.file.first(PICTURES, "WHERE name = ?", name)
            known |= set() if row is None else {row.id}
        return sorted(known)

    def _forget(self, article: int) -> None:
        """Every row that names the article goes, whatever table it is in; only its line stays."""
        for table, column in dropping.holders(self.file, "ledger"):
            self.file.rows(f"DELETE FROM {table} WHERE {column} = ?", article)  # noqa: S608  # the schema's names

    def _drop(self, captures: Iterable[int], bodies: Iterable[int]) -> None:
        gone, payloads = dropping.captures(self.file, captures)
        for blob in (*payloads, *dropping.blobs(self.file, bodies)):
            self._trace_bytes(blob.body)
            self.row = self.row._replace(size=self.row.size + len(blob.body))
        self.row = self.row._replace(captures=self.row.captures + len(gone))

    # --- a picture

    def picture(self, number: int, barred: bytes = b"") -> None:
        """Take a picture's bytes out: all of them, or with `barred` the digest of bytes, those that are these.

        Without `barred` nobody shows it any more, and its line goes too; one that is barred keeps its line.
        """
        file = self.file
        row = file.every(PICTURES, "WHERE id = ?", number)[0]
        is_by_name = barred == _digest(row.name)
        only = 0 if not barred or is_by_name else file.number("SELECT id FROM blobs WHERE digest = ?", barred)
        self.hands.touch(pictures.showing(file, row.name))
        kept = is_barred(file, _digest(row.name))
        if barred:
            self._bar(row, barred, only)
        captures, blobs = dropping.versions(file, number, only)
        if not barred and not kept:
            file.rows("DELETE FROM pictures WHERE id = ?", number)
        self._drop(captures, blobs)
        if row.url and not only:
            file.rows("DELETE FROM visits WHERE url = ?", row.url)
        self.row = self.row._replace(pictures=self.row.pictures + 1)
        self.has_removed = True

    def _bar(self, row: PictureRow, barred: bytes, only: int) -> None:
        self.file.put(BARRED, BarredRow(barred, self.row.id))
        if not only or row.original == only:
            # By its name too: whoever shows it shows it no more, also not from its outlet.
            self.file.put(BARRED, BarredRow(_digest(row.name), self.row.id))
            self.file.put(
                PICTURES,
                row._replace(state=PictureState.REFUSED, reason=self.reason, due=None, original=None, bytes=0),
            )

    # --- traces

    def _trace_text(self, words: str) -> None:
        if trace := traces.of_text(self.row.id, words, self.row.salt):
            self.found.append(trace)

    def _trace_bytes(self, packed: bytes) -> None:
        if trace := traces.of_bytes(self.row.id, packed, self.row.salt):
            self.found.append(trace)


def _bare(file: File, line: LedgerRow, reason: str) -> None:
    """The line of an article without anything that it said."""
    lead = Lead(source=line.source, key=line.key, url="")
    file.put(
        LEDGER,
        line._replace(
            lead=encode(lead).decode(), state=State.EXCLUDED, reason=reason, checked=None, due=None, failures=0
        ),
    )


# --- kept out --------------------------------------------------------------------------------------------------------


def is_taken(file: File, article: int) -> bool:
    """Whether this article was taken down."""
    return file.row("SELECT 1 FROM taken_down WHERE article = ?", article) is not None


def is_barred(file: File, digest: bytes) -> bool:
    """Whether a picture of these bytes (their SHA-256), or of this name (its SHA-256), was taken down."""
    return file.row("SELECT 1 FROM barred_pictures WHERE digest = ?", digest) is not None


def is_barred_picture(file: File, name: str, body: bytes | None) -> bool:
    """Whether a picture of this name, or these bytes, was taken down."""
    return is_barred(file, _digest(name)) or (body is not None and is_barred(file, hashlib.sha256(body).digest()))


def barred_pictures(file: File) -> frozenset[bytes]:
    """The SHA-256 of every name of a picture that was taken down, and of bytes."""
    return frozenset(bytes(digest) for (digest,) in file.rows("SELECT digest FROM barred_pictures"))


def barred_names(file: File) -> frozenset[bytes]:
    """The digest (`name_digest`) of every name of an article that was taken down."""
    return frozenset(bytes(name) for (name,) in file.rows("SELECT name FROM barred_names"))


def rule_for(file: File, source: str, day: str, *addresses: str) -> TakeDownRow | None:
    """The take-down that forbids what a source says on this day ("" unknown) at these addresses, if there is one."""
    for address in filter(None, addresses):
        barred = file.first(BARRED_NAMES, "WHERE name = ?", name_digest(address))
        if barred is not None:
            return file.first(TAKE_DOWNS, "WHERE id = ?", barred.take_down)
    for rule in file.every(TAKE_DOWNS, "WHERE scope IN ('days', 'source') AND source = ?", source):
        if rule.scope == "source" or _is_between(day, rule):
            return rule
    return None


def passes_lead(file: File, hands: Hands, line: LedgerRow | None, lead: Lead, at: datetime) -> bool:
    """Whether a lead may be noted. Of one that may not, the ledger knows that it was seen, and no more."""
    if line is not None:
        if line.state != State.EXCLUDED or not is_taken(file, line.id):
            return True
        file.put(LEDGER, line._replace(last_seen=max(line.last_seen, to_micros(at))))
        return False
    rule = rule_for(file, lead.source, _day_told(lead), lead.url)
    if rule is None:
        return True
    _exclude(file, hands, lead, rule, at)
    return False


def passes(
    file: File, hands: Hands, line: LedgerRow | None, lead: Lead, revision: Revision | None, at: datetime
) -> bool:
    """Whether something may be kept of an article: how a look at it ended, what an import or a merge brings."""
    if line is not None and line.state == State.EXCLUDED and is_taken(file, line.id):
        return False
    if line is not None and file.row("SELECT 1 FROM revisions WHERE article = ? LIMIT 1", line.id) is not None:
        return True
    told = _day_told(lead)
    day = told if revision is None else timeline.calendar_day(revision.article, revision.at)
    own = revision.article.url if revision is not None and revision.article is not None else ""
    rule = rule_for(file, lead.source, day, lead.url, own)
    if rule is None:
        return True
    if line is None:
        _exclude(file, hands, lead, rule, at)
    else:
        file.rows("PRAGMA defer_foreign_keys = ON")
        work = _Work(file, hands, rule, f"{REASON}{rule.reason}"[:1000])
        work.article(line.id)
        work.end()
    return False


def _exclude(file: File, hands: Hands, lead: Lead, rule: TakeDownRow, at: datetime) -> None:
    seen = to_micros(at)
    bare = Lead(source=lead.source, key=lead.key, url="")
    reason = f"{REASON}{rule.reason}"[:1000]
    line = LedgerRow(0, lead.source, lead.key, encode(bare).decode(), State.EXCLUDED, reason, seen, seen, None, None, 0)
    article = file.put(LEDGER, line)
    file.put(TAKEN, TakenRow(article, rule.id, hands.stamp()))


# --- what is left of it ----------------------------------------------------------------------------------------------


def leftovers(
    file: File, paths: Iterable[Path], words: Sequence[str] = (), progress: Callable[[int], None] | None = None
) -> Iterator[Leftover]:
    """Where something that was taken down, or one of these words, stands in these files."""
    wanted = [traces.Trace(row.take_down, row.kind, row.windows) for row in file.every(TRACES)]
    told = {row.id: _called(row) for row in file.every(TAKE_DOWNS)}
    salt = _salt(file)
    spelt = {word.encode(): word for word in words if word}
    for path in paths:
        try:
            seen = traces.found(path, wanted, salt, progress)
            said = traces.stands(path, spelt)
        except OSError as error:
            raise ArchiveError(f"{path} cannot be read: {error.strerror or error}") from error
        for number in sorted(told):
            own = [trace for trace in wanted if trace.take_down == number]
            known = sum(traces.is_known(trace, seen) for trace in own)
            if known:
                yield Leftover(
                    file=str(path), what=told[number], known=known, of=sum(len(trace.each()) for trace in own)
                )
        for word in sorted(said):
            yield Leftover(file=str(path), what=f"the words {spelt[word]!r}", known=1, of=1)


def unpacked_leftovers(file: File, words: Sequence[str]) -> Iterator[Leftover]:
    """Where one of these words stands in what the archive holds packed: in an article, a capture, a picture."""
    spelt = {word.encode(): word for word in words if word}
    if not spelt:
        return
    for (number,) in file.rows("SELECT id FROM blobs ORDER BY id"):
        data = file.blob(int(number), f"blob {number}")
        for word, said in spelt.items():
            if word in data:
                where = f"the words {said!r}, in {_held_by(file, int(number))}"
                yield Leftover(file=str(file.path), what=where, known=1, of=1)


def _called(row: TakeDownRow) -> str:
    day = f"{from_micros(row.at):%Y-%m-%d}"
    what = {"article": "an article", "source": "all", "days": f"{row.since or '…'} to {row.until or '…'}"}
    of = f" of {row.source}" if row.source else ""
    return f"{what.get(row.scope, 'a picture')}{of}, taken down on {day} ({row.reason})"


def _held_by(file: File, blob: int) -> str:
    """Whose bytes these are, for people."""
    sql = (
        "SELECT source, key FROM ledger WHERE id IN (SELECT article FROM revisions WHERE body = ?1) OR id IN "
        "(SELECT article FROM evidence JOIN captures ON captures.id = capture WHERE payload = ?1) ORDER BY id LIMIT 1"
    )
    row = file.row(sql, blob)
    digest = file.every(BLOBS, "WHERE id = ?", blob)[0].digest.hex()
    return f"blob {digest}" if row is None else f"{row[0]}/{row[1]}"


# --- damage ----------------------------------------------------------------------------------------------------------


def disagreements(file: File) -> Iterator[tuple[str, str]]:
    """(name, reason) of what was taken down and is not gone, or is taken down by nothing."""
    tables = [each for each in dropping.holders(file, "ledger") if each[0] != "taken_down"]
    for article, source, key, state, lead in file.stream(
        "SELECT article, source, key, state, lead FROM taken_down JOIN ledger ON ledger.id = article"
    ):
        of = f"{source}/{key}"
        if state != State.EXCLUDED:
            yield of, f"it was taken down, and its line says {state}"
        if str(lead) != encode(Lead(source=str(source), key=str(key), url="")).decode():
            yield of, "it was taken down, and its line still says what it was"
        for table, column in tables:
            if file.row(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", article) is not None:  # noqa: S608  # the schema's names
                yield of, f"it was taken down, and {table} still has it"
    for (name,) in file.stream("SELECT name FROM pictures WHERE original IS NOT NULL AND reason LIKE 'taken down: %'"):
        yield str(name), "it was taken down, and its bytes are kept"
