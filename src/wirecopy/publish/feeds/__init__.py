"""Publishing feeds: an edition becomes RSS, Atom and JSON feeds of everything, of each source, of each section, and of
what changed; with an OPML file of them all and, in Atom, archives by month that hold every document.

    all.rss all.atom all.json              everything, newest first
    health.atom                            what is wrong with the mirror and its sources, and what was
    changes.*                              what was edited, corrected, withdrawn, brought back
    sources/dw-zh.*  changes/dw-zh.*       the same of one source
    sections/dw-zh/3f9a….*                 a section of a source, by the digest of its name
    archive/dw-zh/2024-02-1.atom           a part of a month of a source (RFC 5005), as long as an address is known
    feeds.opml

- The names end as static hosts know them: GitHub Pages, nginx and Apache serve .rss, .atom and .json with their types.
- The folder keeps a bookmark of what it shows: what each feed was made of. From there on only feeds are made anew that
  have other entries than then, or one that reads otherwise. Both ways end with the same bytes.
- A feed is bounded in entries and in bytes; a part of an archive holds so few documents that it is never large.

What an entry says is entries.py's and changes.py's business, the formats rss.py's, atom.py's, jsonfeed.py's.
Telling hubs of new entries asks the network and is left to the caller: `topics` says what to tell them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path

from wirecopy import dates, urls
from wirecopy.errors import ConfigError
from wirecopy.model import Document, Edition, Headline, Incident, Noun, Revision, Shelf, TakeDown, Term, encode, replace
from wirecopy.publish import incidents, messages, publication
from wirecopy.publish.addresses import public
from wirecopy.publish.feeds import changes, entries
from wirecopy.publish.feeds.atom import atom
from wirecopy.publish.feeds.entries import Channel, Entry, Place, Tombstone, entry, id_of
from wirecopy.publish.feeds.jsonfeed import json_feed
from wirecopy.publish.feeds.opml import opml
from wirecopy.publish.feeds.rss import rss
from wirecopy.publish.html import escape
from wirecopy.publish.output import Output, check
from wirecopy.publish.publication import Bookmark, Progress, Published
from wirecopy.publish.site import plan
from wirecopy.text import clean, language_tag

__all__ = [
    "Channel",
    "Entry",
    "Place",
    "atom",
    "check",
    "entry",
    "id_of",
    "json_feed",
    "opml",
    "publish",
    "rss",
    "topics",
]

RENDERING = 4
"""Raise this with every change to the bytes that this package writes: folders are then made anew."""

MOST = 50
"""Entries of a feed, where the operator says nothing else: what readers keep of one by themselves."""

FOLDER = "feeds/"
"""Where the folder stands below the address of the published site."""

_FORMATS: dict[str, Callable[[Channel, Sequence[Entry]], bytes]] = {".rss": rss, ".atom": atom, ".json": json_feed}
_OPML = "feeds.opml"
_BYTES = 4_000_000  # of content in a feed: readers on phones give up above some megabytes (a guess)
_PART = 50  # documents of one part of an archive
_KEPT = 256  # entries in memory, because documents stand in several feeds
_TELLING = 3  # articles whose history is in memory


class _Options(Noun, frozen=True, kw_only=True):
    """What the operator decided: `plate` is what all feeds say alike."""

    place: Place
    plate: Channel
    most: int
    archives: bool


class _Bookmark(Bookmark, frozen=True, kw_only=True):
    """What a folder shows, and what each of its feeds was made of; `gone` is of all that was taken down."""

    options: _Options
    shelves: dict[str, tuple[str, str, str]]
    gone: str
    feeds: dict[str, str]


def publish(
    edition: Edition,
    folder: Path,
    *,
    address: str = "",
    title: str = "",
    contact: str = "",
    hub: str = "",
    language: str = "en",
    most: int = MOST,
    archives: bool = True,
    pictures: tuple[str, ...] = ("small", "full"),
    pictures_since: str = "",
    by_source: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make the folder, feeds/ of the published site, show the edition.

    `address` is the absolute address of the site, "" where it is not known: then links lead to the outlets, pictures
    are left as captions with links, and there are no archives and no OPML, for these name feeds by their addresses.
    `title` names the mirror, `contact` a mail address of its operator, `hub` a WebSub hub; `language` is that of the
    interface. `most` entries stand in a feed. `pictures` are the renditions that stand in pictures/ of the site: those
    of documents from the day `pictures_since` on, but of no source of which `by_source` says otherwise than "own".

    `progress` is called with (done, all, what) for each feed that is made. Raises ConfigError for an option that cannot
    be, PublishError when something could not be written; what was published before then stands.
    """
    address = entries.based(address)
    if hub and not urls.resolve(hub):
        raise ConfigError(f"publish feeds: hub = {hub!r} is no web address; a hub is one like https://hub.example/")
    if not 1 <= most <= 1000:
        raise ConfigError(f"publish feeds: most = {most} is no sensible number of entries; 1 to 1000 are")
    shelves = publication.shelves_of(edition)
    say = messages.of(language)
    without = tuple(sorted(source for source in shelves if (by_source or {}).get(source, "own") != "own"))
    named = clean(title) or say("mirror")
    options = _Options(
        place=Place(address=address, pictures=pictures, since=pictures_since, without=without),
        plate=Channel(id="", title=named, hub=urls.resolve(hub), contact=contact, language=say.language),
        most=most,
        archives=archives and bool(address),
    )
    now = _Bookmark(
        archive=edition.archive,
        stamp=edition.stamp,
        take_downs=len(edition.take_downs()),
        rendering=RENDERING,
        options=options,
        shelves=publication.said_of(shelves),
        gone=_made_of(entries.gone(edition.take_downs())),
        feeds={},
    )
    with Output(folder, _listed_in) as output:
        then = publication.standing(output.bookmark, now, same=("options",), said=("shelves",))
        work = _Publication(edition, output, shelves, now, then, progress)
        if then is None:
            output.renew()
            work.everything()
        elif then.stamp < now.stamp:
            work.changed()
        else:
            work.made = dict(then.feeds)
        now = replace(now, feeds=dict(sorted(work.made.items())))
        return publication.finished(output, now, documents=publication.number_of(shelves), rendered=work.rendered)


def topics(address: str, paths: Iterable[str]) -> tuple[str, ...]:
    """The addresses of the feeds among these paths of `Published`: what a WebSub hub is told has changed (hub.mode is
    "publish", hub.url the topic; w3.org/TR/websub 5.1, 7). Archives are none: nobody subscribes to them.
    """
    base = entries.based(address)
    feeds = [path for path in paths if path.endswith(tuple(_FORMATS)) and not path.startswith(("archive/", "manifest"))]
    return tuple(f"{base}{FOLDER}{path}" for path in feeds) if base else ()


def _source_page(source: str) -> str:
    return f"manifest/sources/{source}.json"


def _archive_page(source: str) -> str:
    return f"manifest/archive/{source}.json"


def _listed_in(path: str) -> str:
    match path.split("/"):
        case ["sources" | "changes", name]:
            return _source_page(name.rpartition(".")[0])
        case ["sections", source, _]:
            return _source_page(source)
        case ["archive", source, _]:
            return _archive_page(source)
        case _:
            return "manifest.json"


class _Publication:
    """The feeds of one edition on their way into a folder. `made`: what each was made of, by its name."""

    def __init__(
        self,
        edition: Edition,
        output: Output,
        shelves: dict[str, Shelf],
        now: _Bookmark,
        then: _Bookmark | None,
        progress: Progress | None,
    ) -> None:
        self._edition = edition
        self._output = output
        self._shelves = shelves
        self._place = now.options.place
        self._plate = now.options.plate
        self._say = messages.of(now.options.plate.language)
        self._most = now.options.most
        self._has_archives = now.options.archives
        self._then = {} if then is None else then.feeds
        self._since = None if then is None else then.stamp
        self._same_gone = then is not None and then.gone == now.gone
        self._touched: set[tuple[str, str]] = set()
        self._progress = progress
        self._entry = lru_cache(_KEPT)(self._read)
        self._history = lru_cache(_TELLING)(edition.history)
        self._downs: tuple[TakeDown, ...] = edition.take_downs()
        self.made: dict[str, str] = {}
        self.rendered = 0

    def everything(self) -> None:
        """Make every feed."""
        self._front()
        for shelf in self._shelves.values():
            self._source(shelf)
            self._output.seal(_source_page(shelf.source))
        if self._has_archives:
            for shelf in self._shelves.values():
                self._archive(shelf)
                self._output.seal(_archive_page(shelf.source))

    def changed(self) -> None:
        """Make what changed since the folder was written: of sources that have a changed document, and the front."""
        self._touched = set(self._edition.changed(self._since or 0))
        of = {source for source, _ in self._touched}
        of |= set() if self._same_gone else set(self._shelves)
        # A feed whose source has not changed is as it was; one of a source that is no more went with it.
        self.made = {
            name: said for name, said in self._then.items() if (source := _source_of(name)) and source not in of
        }
        self._front()
        for source in sorted(of):
            shelf = self._shelves.get(source)
            before = {*self._output.listed(_source_page(source)), *self._output.listed(_archive_page(source))}
            if shelf is not None:
                self._source(shelf)
                if self._has_archives:
                    self._archive(shelf)
            for path in sorted(before):
                if path.rpartition(".")[0] not in self.made:
                    self._output.remove(path)

    # --- which feeds there are ---------------------------------------------------------------------------------------

    def _front(self) -> None:
        say, place = self._say, self._place
        everything = self._channel("all", self._plate.title, say("feed_told"), place.address)
        everything = replace(everything, gone=entries.gone(self._downs))
        self._documents("all", everything, self._edition.latest(self._most))
        named = say("feed_of", what=say("feed_changes"), of=self._plate.title)
        told = self._channel("changes", named, say("feed_changes_told"), place.address and place.address + plan.CHANGES)
        self._changes("changes", told, self._edition.changes(self._most))
        health = self._health()
        if place.address:
            self._output.write(_OPML, opml(self._plate.title, self._outlines(everything, told, health)))

    def _health(self) -> Channel:
        """What is wrong with the mirror and its sources, and what was; Atom alone."""
        say, place = self._say, self._place
        title = say("feed_of", what=say("health"), of=self._plate.title)
        home = place.address and place.address + plan.HEALTH
        channel = replace(self._channel("health", title, say("health_feed_told"), home), hub="")
        # Who was told of it is the operator's, and what it was in an outlet's words.
        known = [replace(each, told=(), tried=(), what="") for each in self._edition.incidents(self._most)]
        if not self._stands("health", [channel, *known], ()):
            made = [self._incident(each, home) for each in known]
            made.sort(key=lambda each: (each.updated, each.id), reverse=True)
            self._write("health", channel, made, (".atom",))
        return channel

    def _incident(self, each: Incident, home: str) -> Entry:
        say = self._say
        shelf = self._shelves.get(each.source)
        outlet = (self._outlet(shelf) if shelf is not None else each.source) or self._plate.title
        what = say("feed_change", change=outlet, title=incidents.told(each, say))
        when = incidents.when(each, say)
        content = f"<p>{escape(what)} ({escape(when)}).</p><p>{escape(incidents.advice(each, say))}</p>"
        return Entry(
            id=entries.id_of(
                publication.lasting(self._edition.archive),
                "health",
                each.source,
                each.trouble,
                dates.iso_ms(each.since),
            ),
            address=home,
            title=clean(what if each.until is None else say("health_again", what=what)),
            summary=clean(f"{what} ({when})."),
            content=entries.turned(content, say.language),
            language=say.language,
            outlet=clean(outlet),
            published=each.since,
            updated=each.until or each.since,
        )

    def _outlines(self, everything: Channel, told: Channel, health: Channel) -> Iterator[tuple[str, list[Channel]]]:
        front = [replace(channel, address=f"{channel.address}.rss") for channel in (everything, told)]
        yield "", [*front, replace(health, address=f"{health.address}.atom")]
        for shelf in self._shelves.values():
            channels = [self._of_source(shelf), self._of_changes(shelf)]
            channels += [self._of_section(shelf, term) for term in self._sections.get(shelf.source, ())]
            yield self._outlet(shelf), [replace(channel, address=f"{channel.address}.rss") for channel in channels]

    def _source(self, shelf: Shelf) -> None:
        gone = entries.gone(self._downs, shelf.source)
        channel = replace(self._of_source(shelf), gone=gone)
        older = next(iter(_parts(shelf)), "") if self._has_archives else ""
        latest = self._edition.latest(self._most, shelf.source)
        self._documents(f"sources/{shelf.source}", replace(channel, older=self._at(older)), latest)
        told = self._edition.changes(self._most, shelf.source)
        self._changes(f"changes/{shelf.source}", self._of_changes(shelf), told)
        for term in self._sections.get(shelf.source, ()):
            name = f"sections/{shelf.source}/{term.digest}"
            if name in self._then and self._terms_touched is not None and term.digest not in self._terms_touched:
                self.made[name] = self._then[name]
                continue
            channel = replace(self._of_section(shelf, term), gone=gone)
            self._documents(name, channel, entries.newest(self._edition, term, self._most))

    def _of_source(self, shelf: Shelf) -> Channel:
        title = self._say("feed_of", what=self._outlet(shelf), of=self._plate.title)
        home = self._place.address and self._place.address + plan.source(shelf.source)
        channel = self._channel(
            f"sources/{shelf.source}", title, self._say("feed_told"), home or public(shelf.homepage)
        )
        return replace(channel, language=language_tag(shelf.language) or channel.language)

    def _of_changes(self, shelf: Shelf) -> Channel:
        what = self._say("feed_of", what=self._say("feed_changes"), of=self._outlet(shelf))
        title = self._say("feed_of", what=what, of=self._plate.title)
        home = self._place.address and self._place.address + plan.source(shelf.source)
        told = self._say("feed_changes_told")
        return self._channel(f"changes/{shelf.source}", title, told, home or public(shelf.homepage))

    def _of_section(self, shelf: Shelf, term: Term) -> Channel:
        what = self._say("feed_of", what=clean(term.name), of=self._outlet(shelf))
        title = self._say("feed_of", what=what, of=self._plate.title)
        home = self._place.address and self._place.address + plan.term(term.digest)
        name = f"sections/{shelf.source}/{term.digest}"
        channel = self._channel(name, title, self._say("feed_told"), home or public(shelf.homepage))
        return replace(channel, language=language_tag(shelf.language) or channel.language)

    @cached_property
    def _sections(self) -> dict[str, tuple[Term, ...]]:
        return entries.sections(self._edition)

    def _archive(self, shelf: Shelf) -> None:
        """Every document of a source, in parts that stay as they are when others arrive."""
        chain = _chain(_parts(shelf))
        stood = (name for name in self._then if name.startswith(f"archive/{shelf.source}/"))
        before = _chain(sorted(stood, key=_place_of, reverse=True))
        months = self._months_touched(shelf.source)
        for month, number in shelf.months:
            names = list(_parts_of(shelf.source, month, number))
            is_touched = months is None or month in months
            if not is_touched and all(before.get(name) == chain[name] for name in names):
                self.made.update((name, self._then[name]) for name in names)
            else:
                self._month(shelf, month, {name: chain[name] for name in names})

    def _month(self, shelf: Shelf, month: str, parts: Mapping[str, tuple[str, str]]) -> None:
        """The parts of a month, newest first, each with those before and after it."""
        headlines = self._edition.month(shelf.source, month)
        bulk = self._edition.documents(shelf.source, month) if self._since is None else None
        title = self._say("feed_of", what=f"{self._outlet(shelf)} {month}", of=self._plate.title)
        done = 0
        for name, (older, newer) in parts.items():
            size = (len(headlines) - done) % _PART or _PART
            channel = replace(
                self._channel(name, title, self._say("feed_told"), self._of_source(shelf).home),
                language=language_tag(shelf.language) or self._plate.language,
                current=self._at(f"sources/{shelf.source}"),
                older=self._at(older),
                newer=self._at(newer),
            )
            found = None if bulk is None else list(islice(bulk, size))
            self._documents(name, channel, headlines[done : done + size], found=found, formats=(".atom",))
            done += size

    def _months_touched(self, source: str) -> set[str] | None:
        """The months of a source that have documents which may read otherwise; None: any."""
        if self._since is None:
            return None
        months = set()
        for key in (key for of, key in self._touched if of == source):
            document = self._edition.document(source, key)
            if document is None:  # taken down, and nobody knows any more where it stood
                return None
            months.add(document.day[:7])
        return months

    @cached_property
    def _terms_touched(self) -> set[str] | None:
        """The terms that may have other documents, or one that reads otherwise; None: any."""
        if self._since is None or not self._same_gone:  # what was taken down is told in each section of its source
            return None
        found = {term.digest for term in self._edition.terms_changed(self._since)}
        for source, key in self._touched:
            found |= {term.digest for term in self._edition.terms_of(source, key)}
        return found

    def _channel(self, name: str, title: str, told: str, home: str) -> Channel:
        base = self._place.address
        return replace(
            self._plate,
            id=entries.id_of(publication.lasting(self._edition.archive), "feeds", name),
            title=clean(title),
            description=clean(told),
            address=f"{base}{FOLDER}{name}" if base else "",
            home=home,
        )

    def _at(self, name: str) -> str:
        return f"{self._place.address}{FOLDER}{name}.atom" if name else ""

    def _outlet(self, shelf: Shelf) -> str:
        return clean(shelf.name) or shelf.source

    # --- making one --------------------------------------------------------------------------------------------------

    def _documents(
        self,
        name: str,
        channel: Channel,
        headlines: Sequence[Headline],
        *,
        found: Sequence[Document] | None = None,
        formats: Iterable[str] = _FORMATS,
    ) -> None:
        """The feed of these documents; `found`, where they are read already."""
        if self._stands(name, [channel, *headlines], headlines):
            return
        if found is not None:
            made: Iterable[Entry] = [self._made(document) for document in found]
        else:
            read = (self._entry(each.source, each.key) for each in headlines)
            made = [each for each in read if each is not None]
            made = made if channel.current else _bounded(made)
        self._write(name, channel, tuple(made), formats)

    def _changes(self, name: str, channel: Channel, told: Sequence[tuple[Headline, Revision]]) -> None:
        seen = [noun for pair in told for noun in pair]
        if self._stands(name, [channel, *seen], [headline for headline, _ in told]):
            return
        gone: list[Tombstone] = []
        made = []
        for headline, revision in told:
            change = changes.told(headline, revision, self._history(headline.source, headline.key))
            made.append(changes.entry(change, self._place, self._say, self._shelves.get(headline.source)))
            if headline.withdrawn and change.name == "gone":
                id_ = entries.id_of(headline.source, headline.key)
                gone.append(Tombstone(id=id_, at=revision.at, reason=self._say("feed_gone")))
        channel = replace(channel, gone=tuple({each.id: each for each in gone}.values()))
        self._write(name, channel, _bounded(made), _FORMATS)

    def _stands(self, name: str, made_of: Iterable[Noun], headlines: Iterable[Headline]) -> bool:
        """Is this feed in the folder as it would be made now?"""
        said = self.made[name] = _made_of(made_of)
        is_touched = any((each.source, each.key) in self._touched for each in headlines)
        return self._since is not None and not is_touched and self._then.get(name) == said

    def _write(self, name: str, channel: Channel, made: Sequence[Entry], formats: Iterable[str]) -> None:
        for ending in formats:
            address = f"{channel.address}{ending}" if channel.address else ""
            self._output.write(f"{name}{ending}", _FORMATS[ending](replace(channel, address=address), made))
        if self._progress is not None:
            self._progress(len(self.made), max(len(self.made), len(self._then)), name)

    def _read(self, source: str, key: str) -> Entry | None:
        document = self._edition.document(source, key)
        return None if document is None else self._made(document)

    def _made(self, document: Document) -> Entry:
        self.rendered += 1
        shelf = self._shelves.get(document.article.source)
        return entry(document, self._edition, self._place, self._say, shelf)


def _made_of(nouns: Iterable[Noun]) -> str:
    digest = sha256()
    for noun in nouns:
        digest.update(encode(noun))
    return digest.hexdigest()[:16]


def _bounded(made: Iterable[Entry]) -> tuple[Entry, ...]:
    """As many of these as a feed can carry, at least one."""
    kept: list[Entry] = []
    weight = 0
    for each in made:
        weight += len(each.content)
        if kept and weight > _BYTES:
            break
        kept.append(each)
    return tuple(kept)


def _parts(shelf: Shelf) -> Iterator[str]:
    """The names of the parts of a source's archive, newest first."""
    for month, number in shelf.months:
        yield from _parts_of(shelf.source, month, number)


def _parts_of(source: str, month: str, number: int) -> Iterator[str]:
    for part in range(-(-number // _PART), 0, -1):
        yield f"archive/{source}/{month}-{part}"


def _place_of(part: str) -> tuple[str, int]:
    month, _, number = part.rpartition("-")
    return month, int(number)


def _chain(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Each of these parts with the older and the newer one; "" at the ends."""
    known = list(names)
    return dict(zip(known, zip([*known[1:], ""], ["", *known[:-1]], strict=False), strict=False))


def _source_of(name: str) -> str:
    """The source that this feed is of, "" for those of all."""
    return name.split("/")[1] if "/" in name else ""
