"""The process that asks the archive: questions in, answers out (asking.py); what bounds and ends it is children.py's.

The archive stays open between questions; another file in its place, as after `wirecopy restore`, is opened instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from wirecopy import children
from wirecopy.archive import open_archive
from wirecopy.archive.search import search
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.errors import WirecopyError
from wirecopy.model import Source
from wirecopy.publish import messages
from wirecopy.publish.feeds import Channel, Entry, Place, atom, entry, json_feed, rss
from wirecopy.publish.feeds.entries import id_of
from wirecopy.publish.site import plan
from wirecopy.serve.asking import Answer, Question, SourceStatus, Status
from wirecopy.serve.folder import Folder
from wirecopy.serve.metrics import metrics


class Answering:
    """Answers questions about archives, one of which it has open."""

    def __init__(self) -> None:
        self._archive: SqliteArchive | None = None
        self._identity: tuple[str, int, int] = ("", 0, 0)

    def answer(self, question: Question) -> Answer:
        """The answer to a question; where the archive can't be opened or read, why not."""
        try:
            archive = self._opened(question.archive)
            match question.what:
                case "search":
                    found = search(archive, question.words, limit=question.most, now=question.now)
                    return Answer(found=found)
                case "feed":
                    return Answer(feed=_feed(archive, question))
                case "metrics":
                    sources = question.sources or tuple(Source(id=each) for each in archive.sources())
                    return Answer(metrics=metrics(archive, sources, question.now))
                case _:
                    return Answer(status=_status(archive, whole=question.what == "status"))
        except WirecopyError as error:
            self.close()
            return Answer(trouble=str(error))

    def close(self) -> None:
        """Let go of the archive."""
        if self._archive is not None:
            self._archive.close()
        self._archive = None

    def _opened(self, path: str) -> SqliteArchive:
        try:
            found = Path(path).stat()
            identity = path, found.st_dev, found.st_ino
        except OSError:
            identity = path, 0, 0  # opening says what is wrong
        if self._archive is None or identity != self._identity:
            self.close()
            self._archive = open_archive(Path(path), write=False)
            self._identity = identity
        return self._archive


def _status(archive: SqliteArchive, *, whole: bool) -> Status:
    with archive.edition() as edition:
        if not whole:
            return Status(archive=edition.archive, stamp=edition.stamp)
        shelves = {shelf.source: shelf for shelf in edition.shelves()}
        sources = []
        for source in sorted({*archive.sources(), *shelves}):
            shelf = shelves.get(source)
            sources.append(
                SourceStatus(
                    source=source,
                    name=shelf.name if shelf else "",
                    language=shelf.language if shelf else "",
                    documents=sum(number for _, number in shelf.months) if shelf else 0,
                    last_copy=archive.last_copy(source),
                    ledger=archive.counts(source),
                )
            )
        return Status(archive=edition.archive, stamp=edition.stamp, sources=tuple(sources))


def _feed(archive: SqliteArchive, question: Question) -> bytes:
    """The documents that a search finds, whole, as a feed. Its id is the search's, whatever address it is asked by."""
    say = messages.of(messages.nearest(question.language))
    folder, ours, theirs = Folder(Path(question.folder)), Place(address=question.site), Place()
    with archive.edition() as edition:
        shelves = {shelf.source: shelf for shelf in edition.shelves()}
        entries: list[Entry] = []
        for hit in search(archive, question.words, limit=question.most, now=question.now).hits:
            document = edition.document(hit.headline.source, hit.headline.key)
            if document is None:
                continue
            # What is not published yet leads to its outlet.
            is_here = folder.has(plan.article(hit.headline.source, document.day, hit.headline.key))
            entries.append(entry(document, edition, ours if is_here else theirs, say, shelves.get(hit.headline.source)))
    channel = Channel(
        id=id_of("search", question.words),
        title=question.title,
        description=say("feed_told"),
        address=question.address,
        home=question.page,
        language=say.language,
    )
    return _WRITERS[question.form](channel, entries)


_WRITERS: dict[str, Callable[[Channel, Sequence[Entry]], bytes]] = {"rss": rss, "atom": atom, "json": json_feed}


def main() -> None:
    """Answer what is asked until there is no more."""
    answering = Answering()
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Question)
    children.serve(lambda message: encoder.encode(answering.answer(decoder.decode(message))))


if __name__ == "__main__":
    main()
