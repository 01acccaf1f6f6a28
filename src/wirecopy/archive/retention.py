"""What is kept for a while only: captures and pictures older than their source's policy. Text stays.

- A revision whose capture was let go says so: it still names it, and the capture is not there (`let_go` has when).
- What is still needed stays whatever its age: the captures of an article that is held, and those of a standing copy for
  as long as its article is asked for (a better rule must be able to read them again, or it would look like an edit).
- Some at each call, in the caller's transaction: a mark says how far the last one came.

What goes is overwritten in the file; its room is used for what comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from wirecopy.archive import dropping
from wirecopy.archive import pictures as shown
from wirecopy.archive.file import File
from wirecopy.archive.schema import (
    CAPTURES,
    LEDGER,
    LET_GO,
    PICTURES,
    RETENTION,
    REVISIONS,
    LedgerRow,
    LetGoRow,
    RetentionRow,
    from_micros,
    to_micros,
)
from wirecopy.model import Growth, LetGo, PictureState, State

REASON = "let go: "
"""How the ledger of pictures says why one of them is not kept any more."""

_ARTICLES = 2_000  # articles looked at in one call; a guess: well under a second
_PICTURES = 500  # pictures, which are larger

# What a revision takes beside its bytes: its rows, its names and its words in the indexes. A forecast's guess, for
# articles of 3 to 4 KB; `python -m bench archive` says what it is for those it makes.
_ROWS = 1_300

_STORED = """
    SELECT count(*), coalesce(sum(
        coalesce((SELECT length(body) FROM blobs WHERE id = revisions.body), 0)
        + coalesce((SELECT length(head) + (SELECT length(body) FROM blobs WHERE id = payload) FROM captures
                    WHERE id = revisions.capture), 0)
    ), 0) FROM revisions WHERE at >= ?
"""


def let_go(
    file: File,
    touch: Callable[[Iterable[int]], None],
    source: str,
    *,
    captures: datetime | None,
    pictures: datetime | None,
    at: datetime,
) -> LetGo:
    """Let go of what is older than these moments (None: for ever). `more`: the search has not come to its end."""
    gone, freed, more = 0, 0, False
    if captures is not None:
        lines, more = _next_lines(file, source)
        going = [number for line in lines for number in _old(file, line, to_micros(captures), to_micros(at))]
        dropped, blobs = dropping.captures(file, going)
        gone, freed = len(dropped), sum(len(blob.body) for blob in blobs)
    forgotten = 0
    if pictures is not None:
        forgotten, size, rest = _old_pictures(file, touch, source, to_micros(pictures), at)
        freed, more = freed + size, more or rest
    return LetGo(captures=gone, pictures=forgotten, bytes=freed, more=more)


def growth(file: File, since: datetime) -> Growth:
    """What was stored since a moment, and what the archive takes on the disk."""
    moment = to_micros(since)
    number, stored = file.rows(_STORED, moment)[0]
    brought = "(SELECT original FROM picture_versions WHERE at >= ?)"
    for table, column in (("originals", "blob"), ("renditions", "original")):
        stored += file.number(f"SELECT coalesce(sum(size), 0) FROM {table} WHERE {column} IN {brought}", moment)  # noqa: S608  # our tables' names
    first = file.row("SELECT min(at) FROM revisions")
    pages = file.number("PRAGMA page_count") * file.number("PRAGMA page_size")
    return Growth(
        bytes=int(stored) + int(number) * _ROWS,
        revisions=int(number),
        size=pages,
        began=None if first is None or first[0] is None else from_micros(int(first[0])),
    )


def _mark(file: File, source: str, what: str) -> int:
    row = file.first(RETENTION, "WHERE source = ? AND what = ?", source, what)
    return 0 if row is None else row.after


def _next_lines(file: File, source: str) -> tuple[list[LedgerRow], bool]:
    """The next articles to look at, and whether there are more behind them; after the last the first comes again."""
    after = _mark(file, source, "captures")
    lines = file.every(LEDGER, f"WHERE source = ? AND id > ? ORDER BY id LIMIT {_ARTICLES}", source, after)
    more = len(lines) == _ARTICLES
    file.put(RETENTION, RetentionRow(source, "captures", lines[-1].id if more else 0))
    return lines, more


def _old(file: File, line: LedgerRow, before: int, at: int) -> list[int]:
    """The captures of an article that are too old and not needed; they are evidence of it no more."""
    if line.state == State.HELD:
        return []
    old = "JOIN evidence ON evidence.capture = captures.id WHERE evidence.article = ? AND at < ?"
    rows = file.every(CAPTURES, old, line.id, before)
    if not rows:
        return []
    revisions = file.every(REVISIONS, "WHERE article = ? ORDER BY at, fingerprint", line.id)
    standing = next((row for row in reversed(revisions) if row.body is not None), None)
    if line.due is not None and standing is not None:  # with its parts, which came after it
        rows = [row for row in rows if row.at < standing.at]
    for row in rows:
        for revision in revisions:
            if revision.capture == row.id:
                file.put(LET_GO, LetGoRow(revision.id, row.digest, at))
                file.put(REVISIONS, revision._replace(capture=None))
        file.rows("DELETE FROM evidence WHERE article = ? AND capture = ?", line.id, row.id)
    return [row.id for row in rows]


def _old_pictures(
    file: File, touch: Callable[[Iterable[int]], None], source: str, before: int, at: datetime
) -> tuple[int, int, bool]:
    after = _mark(file, source, "pictures")
    rest = f"WHERE source = ? AND id > ? AND original IS NOT NULL ORDER BY id LIMIT {_PICTURES}"
    rows = file.every(PICTURES, rest, source, after)
    more = len(rows) == _PICTURES
    file.put(RETENTION, RetentionRow(source, "pictures", rows[-1].id if more else 0))
    old = [row for row in rows if row.news < before]
    captures: list[int] = []
    blobs: list[int] = []
    for row in old:
        touch(shown.showing(file, row.name))
        more_captures, more_blobs = dropping.versions(file, row.id)
        captures += more_captures
        blobs += more_blobs
        days = (to_micros(at) - before) // 86_400_000_000
        file.put(
            PICTURES,
            row._replace(
                state=PictureState.GONE, reason=f"{REASON}pictures of {source} are kept for {days} days", due=None,
                original=None, bytes=0,
            ),
        )  # fmt: skip
    _, payloads = dropping.captures(file, captures)
    freed = sum(len(blob.body) for blob in (*payloads, *dropping.blobs(file, blobs)))
    return len(old), freed, more
