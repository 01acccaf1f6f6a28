"""Pure: the revisions of one article in the order of time, and what follows from that order.

Nothing here reads or writes: the archive keeps what these functions say, and `verify` says it again and compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from wirecopy.archive.schema import DocumentRow, RevisionRow, to_micros
from wirecopy.model import Article, Change, replace, utc

_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a published moment of 1970 is a slip, not a date


def in_order(rows: Iterable[RevisionRow]) -> list[RevisionRow]:
    """Revisions by moment, and at one moment by fingerprint."""
    return sorted(rows, key=lambda row: (row.at, row.fingerprint))


def changes(gone: Iterable[bool]) -> list[Change]:
    """What each revision of an article is, given whether each is a withdrawal, in the order of time."""
    found: list[Change] = []
    held = False
    for is_gone in gone:
        if is_gone:
            found.append(Change.GONE)
        elif not held:
            found.append(Change.NEW)
        else:
            found.append(Change.BACK if found[-1] is Change.GONE else Change.EDITED)
        held = held or not is_gone
    return found


def relabelled(rows: Sequence[RevisionRow]) -> list[RevisionRow]:
    """These revisions, in order, each with the change that it is."""
    return [
        row._replace(change=change) for row, change in zip(rows, changes(row.body is None for row in rows), strict=True)
    ]


def calendar_day(article: Article | None, at: datetime) -> str:
    """The day (UTC) under which an article is filed: the outlet's own, where that can be believed."""
    moment = utc(at)
    published = None if article is None or article.published is None else utc(article.published)
    if published is not None and _OLDEST <= published <= moment + timedelta(days=1):
        moment = published
    return f"{moment:%Y-%m-%d}"


def standing(rows: Sequence[RevisionRow]) -> RevisionRow | None:
    """The last revision that has an article."""
    return next((row for row in reversed(rows) if row.body is not None), None)


def withdrawn(rows: Sequence[RevisionRow]) -> int | None:
    """When the article was seen to be gone, if it still is: the first of the withdrawals at the end."""
    moment = None
    for row in reversed(rows):
        if row.body is not None:
            break
        moment = row.at
    return moment


def reads_alike(before: Article, after: Article) -> bool:
    """Whether nothing that is published tells two readings apart: not by which rules, nor what was not understood."""
    return replace(before, rules="", lost=()) == replace(after, rules="", lost=())


def document(source: str, key: str, rows: Sequence[RevisionRow], copy: RevisionRow, article: Article) -> DocumentRow:
    """What lists say of an article whose standing revision is `copy`. It has no stamp yet."""
    return DocumentRow(
        article=copy.article,
        source=source,
        key=key,
        day=copy.day,
        title=article.title,
        kind=article.kind,
        language=article.language,
        published=None if article.published is None else to_micros(article.published),
        at=copy.at,
        revisions=len(rows),
        withdrawn=withdrawn(rows),
        standing=copy.id,
        stamp=0,
    )
