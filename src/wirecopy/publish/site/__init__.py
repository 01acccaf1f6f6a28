"""Publishing a site: an edition becomes a folder of pages that are read on any host, below any path, and from a stick.

- The folder keeps a bookmark of what it shows. From there on only articles that changed are rendered, and the lists
  they stand in. Without a bookmark that fits, everything is rendered, and what should no longer be there goes.
- Both ways end with the same bytes, and the same archive gives the same bytes anywhere.
- A full publication goes month by month and holds one month's names at a time.

Where a page stands is plan.py's business, what is around it frame.py's, what is in it articles.py's and lists.py's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import resources
from itertools import chain, groupby, islice
from pathlib import Path

from wirecopy.errors import ConfigError
from wirecopy.model import Document, Edition, Headline, Picture, Shelf, Term, replace
from wirecopy.model import pictures as pictures_of
from wirecopy.model import terms as terms_of
from wirecopy.publish import incidents, manifest, messages, publication, searching
from wirecopy.publish.copies import Copies, named_in
from wirecopy.publish.html import Shown
from wirecopy.publish.lists import TAKE_DOWNS_DATA, take_downs_data
from wirecopy.publish.look import TIERS, Look
from wirecopy.publish.output import Output
from wirecopy.publish.publication import Bookmark, Progress, Published
from wirecopy.publish.site import lists, plan
from wirecopy.publish.site.articles import Around, Articles, neighbours, neighbours_in
from wirecopy.publish.site.frame import Frame
from wirecopy.publish.site.lists import Lists

__all__ = ["Look", "pictures_since", "publish"]

RENDERING = 4
"""Raise this with every change to the bytes of a page: sites are then made anew."""

_MOST_DAYS = 400  # of a source's diary: days without new articles stand between those that are shown
_MOST_TERMS = 1000  # authors or topics that their index names

_Beside = tuple[Headline | None, Headline | None]


class _Bookmark(Bookmark, frozen=True, kw_only=True):
    """What a folder shows. `searched`: the rules of the search; `since`: the day from which on there are pictures."""

    searched: int
    look: Look
    shown_from: dict[str, str]
    shelves: dict[str, tuple[str, str, str]]
    since: str = ""

    @property
    def alone(self) -> Look:
        """The look without what stands beside the site: few pages show that."""
        return replace(self.look, beside=())


def publish(
    edition: Edition,
    folder: Path,
    look: Look,
    *,
    by_source: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Make the folder show the edition as a site. `by_source` says of a source that its pictures are not to be shown.

    Raises ConfigError for a look that cannot be, PublishError when something could not be written; what was published
    before then stands, and the next call completes this one.
    """
    _check(look)
    shelves = publication.shelves_of(edition)
    now = _Bookmark(
        archive=edition.archive,
        stamp=edition.stamp,
        take_downs=len(edition.take_downs()),
        rendering=RENDERING,
        searched=searching.RULES,
        look=look,
        shown_from={source: (by_source or {}).get(source, "own") for source in shelves},
        shelves=publication.said_of(shelves),
        since=pictures_since(edition, look),
    )
    with Output(folder, plan.listed_in) as output:
        work = _Publication(edition, output, shelves, now, progress)
        then = publication.standing(output.bookmark, now, same=("searched", "alone"), said=("shown_from", "shelves"))
        if then is None:
            output.renew()
            work.everything()
        elif (then.stamp, then.since, then.look) != (now.stamp, now.since, now.look):
            work.changes(then)
        return publication.finished(output, now, documents=publication.number_of(shelves), rendered=work.rendered)


class _Publication:
    def __init__(
        self,
        edition: Edition,
        output: Output,
        shelves: dict[str, Shelf],
        now: _Bookmark,
        progress: Progress | None,
    ) -> None:
        say = messages.of(now.look.interface)
        self._edition = edition
        self._output = output
        self._shelves = shelves
        self._now = now
        self._look = now.look
        self._progress = progress
        self._copies = Copies(edition, output, self._shows, _renditions(now.look), plan.listed_in)
        frame = Frame(say, now.look)
        self._articles = Articles(edition, frame, say, now.look, shelves, self._shown)
        self._lists = Lists(frame, say, now.look, shelves)
        self.rendered = 0

    # --- the whole --------------------------------------------------------------------------------------------------

    def everything(self) -> None:
        """Render all, month by month; what the manifest has beyond that goes as its pages are sealed."""
        todo = publication.number_of(self._shelves)
        for shelf in self._shelves.values():
            for month, _ in shelf.months:
                self._month_of_articles(shelf, month, todo)
        self._sitemaps({month for shelf in self._shelves.values() for month, _ in shelf.months})
        days = [day for day, _ in self._edition.days()]
        for place, day in enumerate(days):
            self._day(day, days, place)
        for kind in plan.INDEXES:
            for term in self._edition.terms(kind):
                self._term(term)
        self._rest(self._shelves)
        searching.everything(self._edition, self._output)
        self._copies.bring(self._copies.named)

    def _month_of_articles(self, shelf: Shelf, month: str, todo: int) -> None:
        headlines = self._edition.month(shelf.source, month)
        around = neighbours(headlines)
        for document in self._edition.documents(shelf.source, month):
            self._document(document, around, todo)
        self._month(shelf, month, headlines)
        self._output.seal(plan.articles_page(shelf.source, month))

    # --- what changed -----------------------------------------------------------------------------------------------

    def changes(self, then: _Bookmark) -> None:
        """Render what changed since that publication, its neighbours, and the lists they stand in."""
        is_news = then.stamp != self._now.stamp
        names = list(self._edition.changed(then.stamp)) if is_news else []
        before: set[str] = set()
        days, months, beside = self._places(names, before)
        affected = self._affected(set(names), beside, days, then.since)
        self._copies.bring(self._copies.of((source, key) for _, source, key in affected))  # before who shows them
        for day, group in groupby(sorted(affected), key=lambda each: each[0]):
            around = neighbours(self._edition.day(day))
            for _, source, key in group:
                found = self._edition.document(source, key)
                if found is not None:
                    self._document(found, around, len(affected), before)
        self._months(months)
        self._days(days)
        touched = {month for _, month in months}
        for term in self._edition.terms_changed(then.stamp) if is_news else ():
            self._term(term, touched)
        if is_news:
            searching.changes(self._edition, self._output, names, days)
        of = set(self._shelves) if then.look != self._look else {source for source, _ in months}
        self._rest({source: shelf for source, shelf in self._shelves.items() if source in of})
        self._copies.drop(before - self._copies.named)

    def _places(
        self, names: Iterable[tuple[str, str]], before: set[str]
    ) -> tuple[set[str], set[tuple[str, str]], set[tuple[str, str]]]:
        """The days and the (source, month) in which these stand, or stood, and the (source, key) of those that stood
        beside them: what is gone is taken away on the way.
        """
        days: set[str] = set()
        months: set[tuple[str, str]] = set()
        beside: set[tuple[str, str]] = set()
        gone: set[str] = set()
        for source, key in names:
            document = self._edition.document(source, key)
            if document is not None:
                months.add((source, document.day[:7]))
                days.add(document.day)
                beside |= neighbours_in(self._output.read(plan.article(source, document.day, key)))
                continue
            for month in self._remove(source, key, before, beside):
                months.add((source, month))
                gone.add(month)
        listed = self._output.listed(plan.LISTS) if gone else ()
        days.update(path[5:15] for path in listed if path.startswith("days/") and path[5:12] in gone)
        return days, months, beside

    def _months(self, months: set[tuple[str, str]]) -> None:
        """The lists of these months of sources, and their sitemaps."""
        for source, month in sorted(months):
            shelf = self._shelves.get(source)
            if shelf is not None:
                self._month(shelf, month)
            else:
                self._output.remove(plan.source(source))
                self._output.remove(plan.month(source, month))
        self._sitemaps({month for _, month in months})

    def _days(self, days: set[str]) -> None:
        """The lists of these days, and of those beside them, which lead to them."""
        every = [day for day, _ in self._edition.days()]
        places = {day: place for place, day in enumerate(every)}
        for day in sorted(days | _beside(days, every)):
            self._day(day, every, places.get(day))

    def _affected(
        self, changed: set[tuple[str, str]], beside: set[tuple[str, str]], days: Iterable[str], since: str
    ) -> set[tuple[str, str, str]]:
        """The (day, source, key) of what is to be rendered: what changed, its neighbours of now, those of before
        (`beside`: it may be gone, or stand elsewhere in its day), who got or lost pictures.
        """
        found: set[tuple[str, str, str]] = set()
        for day in days:
            for (source, key), around in neighbours(self._edition.day(day)).items():
                if (source, key) in changed:
                    found.update((day, each.source, each.key) for each in around if each is not None)
                if (source, key) in changed or (source, key) in beside:
                    found.add((day, source, key))
        if since != self._now.since:
            first, last = sorted((since or "0", self._now.since or "0"))
            for day, _ in self._edition.days():
                if first <= day < last:
                    found.update((day, each.source, each.key) for each in self._edition.day(day))
        return found

    # --- articles ---------------------------------------------------------------------------------------------------

    def _document(
        self, document: Document, around: Mapping[tuple[str, str], _Beside], todo: int, before: set[str] | None = None
    ) -> None:
        """Render an article; the pictures that it showed until now go into `before`."""
        article = document.article
        name = article.source, article.key
        older, newer = around.get(name, (None, None))
        beside = Around(before=older, after=newer, terms=terms_of(article), kin=self._edition.kin(*name))
        pages = self._articles.pages(document, beside)
        pages += self._articles.in_other_script(document, beside)
        pages += self._articles.revisions(document)
        if before is not None:
            self._forget(document, {path for path, _ in pages}, before)
        for path, body in pages:
            self._output.write(path, body)
        self.rendered += 1
        if self._progress is not None:
            self._progress(self.rendered, todo, f"{article.source}/{article.key}")

    def _forget(self, document: Document, now: set[str], before: set[str]) -> None:
        """Note the pictures of the pages that stand, and remove those that will not."""
        article = document.article
        page = plan.articles_page(article.source, document.day[:7])
        for path in self._output.listed(page, f"/{article.key}."):
            if _is_of(path, article.key):
                if path.count(".r/") == 0:
                    before |= named_in(self._output.read(path))
                if path not in now:
                    self._output.remove(path)

    def _remove(self, source: str, key: str, before: set[str], beside: set[tuple[str, str]]) -> Iterator[str]:
        """Take the pages of an article away that the edition no longer has; the month it stood in."""
        above = plan.articles_page(source, "")[: -len(".json")]
        for page in self._output.listed(manifest.ROOT):
            if not page.startswith(above):
                continue
            paths = [path for path in self._output.listed(page, f"/{key}.") if _is_of(path, key)]
            for path in paths:
                body = self._output.read(path)
                before |= named_in(body)
                beside |= neighbours_in(body)
                self._output.remove(path)
            if paths:
                yield page.removeprefix(above).removesuffix(".json")

    # --- lists ------------------------------------------------------------------------------------------------------

    def _month(self, shelf: Shelf, month: str, headlines: Sequence[Headline] | None = None) -> None:
        """The list of a source's month: of its documents, where a page can hold them, else of its days."""
        number = dict(shelf.months).get(month, 0)
        path = plan.month(shelf.source, month)
        if not number:
            self._output.remove(path)
        elif number <= lists.MOST:
            found = self._edition.month(shelf.source, month) if headlines is None else headlines
            self._output.write(path, self._lists.month(shelf, month, found))
        else:
            days = [day for day, _ in self._edition.days() if day.startswith(month)]
            self._output.write(path, self._lists.month(shelf, month, (), days))

    def _sitemaps(self, months: Iterable[str]) -> None:
        for month in sorted(months) if self._look.address else ():
            found = [each for source in self._shelves for each in self._edition.month(source, month)]
            paths = set()
            for part, first in enumerate(range(0, len(found), lists.ADDRESSES), 1):
                paths.add(path := plan.sitemap(month, part))
                self._output.write(path, self._lists.sitemap(found[first : first + lists.ADDRESSES]))
            for path in self._output.listed(manifest.ROOT, f"sitemaps/{month}"):
                if path not in paths:
                    self._output.remove(path)

    def _day(self, day: str, days: list[str], place: int | None) -> None:
        if place is None:
            self._output.remove(plan.day(day))
            return
        older = days[place + 1] if place + 1 < len(days) else ""
        newer = days[place - 1] if place else ""
        self._output.write(plan.day(day), self._lists.day(day, self._edition.day(day), older, newer))

    def _term(self, term: Term, only: set[str] | None = None) -> None:
        """The page of a section, author or topic, and those of its months where it has more than one page shows.

        Of its months `only` these may have changed; None: any.
        """
        path = plan.term(term.digest)
        listed = set(self._output.listed(plan.LISTS, f"{path[:-5]}/")) if only is not None else set()
        months = [month for month, _ in self._edition.months_of(term)] if term.documents > lists.LATEST else []
        pages = {plan.term(term.digest, month): month for month in months}
        for page, month in pages.items():
            if only is None or month in only or page not in listed:
                headlines = self._edition.under(term, month)
                days = dict.fromkeys(each.day for each in headlines[lists.MOST :])
                self._output.write(page, self._lists.term(term, headlines[: lists.MOST], (), month, days))
        for page in listed - pages.keys():
            self._output.remove(page)
        if term.documents:
            newest = islice(chain.from_iterable(self._edition.under(term, month) for month in months), lists.LATEST)
            headlines = tuple(newest) if months else self._edition.under(term)
            self._output.write(path, self._lists.term(term, headlines, months))
        else:
            self._output.remove(path)

    def _rest(self, shelves: Mapping[str, Shelf]) -> None:
        """The pages that name a little of everything; of sources only these."""
        edition, output, look = self._edition, self._output, self._look
        sections = list(edition.terms("section"))
        for shelf in shelves.values():
            newest = edition.latest(lists.LATEST, shelf.source)
            own = [term for term in sections if term.source == shelf.source]
            output.write(plan.source(shelf.source), self._lists.source(shelf, newest, own))
        latest = {source: found[0] for source in self._shelves if (found := edition.latest(1, source))}
        output.write(plan.SOURCES, self._lists.sources(latest))
        output.write(plan.DAYS, self._lists.days(day for day, _ in edition.days()))
        output.write(plan.SECTIONS, self._lists.terms("section", sections))
        for kind in ("author", "topic"):
            output.write(plan.INDEXES[kind], self._lists.terms(kind, islice(edition.terms(kind), _MOST_TERMS)))
        output.write(plan.SEARCH, self._lists.search())
        output.write(plan.CHANGES, self._lists.changes(edition.changes(lists.CHANGES)))
        downs = edition.take_downs()
        output.write(plan.ABOUT, self._lists.about(has_downs=bool(downs)))
        output.write(plan.CRAWLER, self._lists.crawler())
        given = {source: edition.source_days(source, _MOST_DAYS) for source in self._shelves}
        output.write(plan.HEALTH, self._lists.health(edition.incidents(incidents.MOST), given, latest))
        if downs:
            output.write(plan.TAKE_DOWNS, self._lists.take_downs(downs))
            output.write(TAKE_DOWNS_DATA, take_downs_data(downs))
        else:
            output.remove(plan.TAKE_DOWNS)
            output.remove(TAKE_DOWNS_DATA)
        self._front({(term.source, term.name): term for term in sections})
        for file in (plan.STYLE, plan.ICON):
            output.write(file, _theme(file))
        if look.address:
            counts = Counter[str]()
            for shelf in self._shelves.values():
                counts.update(dict(shelf.months))
            paths = [
                plan.sitemap(month, part + 1)
                for month in sorted(counts, reverse=True)
                for part in range(-(-counts[month] // lists.ADDRESSES))
            ]
            output.write(plan.SITEMAP, self._lists.sitemaps(paths))

    def _front(self, sections: Mapping[tuple[str, str], Term]) -> None:
        newest = self._edition.latest(lists.FRONT)
        documents = [self._edition.document(each.source, each.key) for each in newest]
        shown = [document for document in documents if document is not None]
        self._output.write(plan.FRONT, self._lists.front(shown, sections, self._shown, plan.FRONT))
        if "text" in self._look.tiers[1:]:
            path = f"text/{plan.FRONT}"
            self._output.write(path, self._lists.front(shown, sections, None, path))

    # --- pictures ---------------------------------------------------------------------------------------------------

    def _shows(self, document: Document) -> bool:
        return self._now.shown_from.get(document.article.source) == "own" and document.day >= self._now.since

    def _shown(self, document: Document, tier: str, path: str) -> Callable[[Picture], Shown | None]:
        """What is shown of a document's pictures on a page of this tier at this path."""
        root = "../" * path.count("/")
        sizes = sorted(_renditions(self._look), reverse=True)  # "small" first

        def shown(picture: Picture) -> Shown | None:
            copies = [self._copies.name(document, picture, each) for each in sizes]
            found = [copy for copy in copies if copy is not None]
            if not found:
                return None
            if tier == "text":
                return Shown(full=root + found[0][0], size=found[0][1].size)
            place, rendition = found[-1] if tier == "full" else found[0]
            return Shown(src=root + place, width=rendition.width, height=rendition.height, full=root + found[-1][0])

        return shown


def _check(look: Look) -> None:
    if not look.tiers or any(tier not in TIERS for tier in look.tiers) or len(set(look.tiers)) != len(look.tiers):
        raise ConfigError(f"tiers = {list(look.tiers)!r}: name some of {', '.join(map(repr, TIERS))}, each once")
    if look.address and not (look.address.startswith(("https://", "http://")) and look.address.endswith("/")):
        raise ConfigError(
            f"address = {look.address!r}: it is like https://mirror.example/news/, with a slash at its end"
        )


def _renditions(look: Look) -> tuple[str, ...]:
    """The renditions that stand in the folder: tiers with pictures are called as these are."""
    return tuple(tier for tier in look.tiers if tier != "text")


def pictures_since(edition: Edition, look: Look) -> str:
    """The day from which on articles show pictures, so that these are within the budget; "" for all of them.

    The newest days come first, and a day's pictures are shown all or not at all.
    """
    if not look.budget:
        return ""
    spent = 0
    seen: set[str] = set()
    since = "~"
    for day, _ in edition.days():
        for headline in edition.day(day):
            document = edition.document(headline.source, headline.key)
            for picture in pictures_of(document.article) if document is not None else ():
                for name in _renditions(look):
                    found = edition.picture(headline.source, headline.key, picture, name)
                    if found is not None and found.digest not in seen:
                        seen.add(found.digest)
                        spent += found.size
        if spent > look.budget:
            return since
        since = day
    return ""


def _beside(days: Iterable[str], every: list[str]) -> set[str]:
    """The days next to these: their links lead here."""
    found: set[str] = set()
    for day in days:
        newer = next((each for each in reversed(every) if each > day), None)
        older = next((each for each in every if each < day), None)
        found.update(each for each in (newer, older) if each is not None)
    return found


def _is_of(path: str, key: str) -> bool:
    """Is this the page of this article in some tier, or of one of its revisions?"""
    *_, above, name = path.split("/")
    return above == f"{key}.r" if above.endswith(".r") else name == f"{key}.html"


def _theme(name: str) -> bytes:
    return resources.files(__package__).joinpath("theme", name).read_bytes()
