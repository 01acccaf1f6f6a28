"""Documents of other mirrors become articles of this archive, with the moments at which they were taken.

A document is its own evidence: it is kept as a capture. Documents of one article are put in the order of their moments,
before and between what is there already; one that reads like the copy before it is no revision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from wirecopy import urls
from wirecopy.archive.protocol import Archive
from wirecopy.collect.read import RULES, classic
from wirecopy.collect.revise import fingerprint, revise
from wirecopy.errors import ReadError
from wirecopy.model import (
    Capture,
    Entry,
    Failure,
    Lead,
    Noun,
    Revision,
    Source,
    State,
    document_text,
    links,
    pictures,
    replace,
)

# Documents that become durable together: enough that the disk does not set the pace, few enough to lose no time.
_TOGETHER = 200


class Found(Noun, frozen=True, kw_only=True):
    """A file that may be a document: its name, its bytes, and the moment to take when it tells none."""

    name: str
    body: bytes
    at: datetime


class Import(Noun, frozen=True, kw_only=True):
    """What an import did. `characters`, `pictures` and `links` count what the documents brought.

    `kept_out` documents were taken down before: they do not come back.
    """

    documents: int = 0
    new: int = 0
    edited: int = 0
    same: int = 0
    kept_out: int = 0
    characters: int = 0
    pictures: int = 0
    links: int = 0
    sources: tuple[tuple[str, int], ...] = ()
    failures: tuple[Failure, ...] = ()


def take_in(
    files: Iterable[Found],
    *,
    archive: Archive,
    source_of: Callable[[str], Source],
    tell: Callable[[int, str], None],
) -> Import:
    """Read these files and archive what they say. `source_of` names the source of an address.

    A file that can't be read is a failure by name and costs only itself. Running twice changes nothing.
    """
    counts: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    failures: list[Failure] = []
    enrolled: set[str] = set()
    for together in _batches(files):
        with archive.batch():
            for file in together:
                try:
                    document = classic.read(file.body, fallback_at=file.at)
                except ReadError as error:
                    failures.append(Failure(url=file.name, reason=str(error)))
                    continue
                source = source_of(document.article.url)
                if source.id not in enrolled:
                    archive.enrol([source])
                    enrolled.add(source.id)
                change = _archive(file, document, source, archive)
                counts["documents"] += 1
                counts[change] += 1
                counts["characters"] += len(document_text(document.article.body))
                counts["pictures"] += sum(1 for picture in pictures(document.article) if picture.url)
                counts["links"] += sum(1 for _ in links(document.article))
                sources[source.id] += 1
                tell(counts["documents"], file.name)
    return Import(
        documents=counts["documents"],
        new=counts["new"],
        edited=counts["edited"],
        same=counts["same"],
        kept_out=counts["kept_out"],
        characters=counts["characters"],
        pictures=counts["pictures"],
        links=counts["links"],
        sources=tuple(sorted(sources.items())),
        failures=tuple(failures),
    )


def _batches(files: Iterable[Found]) -> Iterator[list[Found]]:
    rest = iter(files)
    while together := list(islice(rest, _TOGETHER)):
        yield together


def _archive(file: Found, document: classic.Classic, source: Source, archive: Archive) -> str:
    """Put one document in its place in time; what came of it, in the word under which `Import` counts it."""
    own = document.article
    article = replace(
        own,
        source=source.id,
        key=own.key if urls.is_name(own.key) else urls.key_of(own.url),
        language=own.language or source.language,
        rules=RULES,
    )
    page = Capture(
        url=article.url,
        final_url=article.url,
        status=200,
        headers=(("Content-Type", "text/markdown; charset=utf-8"), ("Content-Location", urls.quoted(file.name))),
        body=file.body,
        at=document.at,
    )
    history = archive.history(source.id, article.key)
    if any(revision.at == document.at and revision.fingerprint == fingerprint(article) for revision in history):
        return "same"
    earlier: Revision | None = next((revision for revision in reversed(history) if revision.at <= document.at), None)
    standing = next(
        (revision for revision in reversed(history) if revision.at <= document.at and revision.article is not None),
        None,
    )
    revision = revise(earlier, standing.article if standing else None, article, page)
    if revision is None:
        return "same"
    lead = Lead(source=source.id, key=article.key, url=article.url, title=article.title, published=article.published)
    known = archive.entry(source.id, article.key)
    entry = known or Entry(lead=lead, first_seen=document.at, last_seen=document.at)
    if known is None or known.state in (State.WAITING, State.FAILED):
        entry = replace(entry, state=State.ARCHIVED, reason="", checked=document.at, failures=0, due=None)
    settled = archive.settle(entry, captures=[page], revision=revision)
    return "kept_out" if settled is None else revision.change.value
