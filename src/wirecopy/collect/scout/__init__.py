"""An address → what can be followed there: a site, a section, a feed, a sitemap, an article, a list of feeds.

- Everything goes through the door, with its pace and robots.txt; at most `MOST` requests, however large the site is.
- Feeds go before sitemaps, sitemaps before section pages; what is found is tried, and what is tried is told.
- A few recent articles are read as a round would read them, and shown with what is wrong, in plain words.

Its rooms: `finding` is what is brought home · `front` reads what pages and feeds say of themselves · `signals` what
they say of their use · `samples` reads articles · `weighing` decides.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wirecopy import urls
from wirecopy.collect import discover
from wirecopy.collect.discover import finding as naming
from wirecopy.collect.discover import listings, opml
from wirecopy.collect.discover.entries import Entry
from wirecopy.collect.discover.listings import same_site
from wirecopy.collect.read import read
from wirecopy.collect.scout import signals, weighing
from wirecopy.collect.scout.finding import Finding, Index, Original, Sample, Volume
from wirecopy.collect.scout.front import Channel, Front, channel, front, line
from wirecopy.collect.scout.samples import sample
from wirecopy.errors import FetchError, ReadError, Refused, SourceError
from wirecopy.model import Capture, Lead, Listing, Source, replace

__all__ = ["Finding", "Index", "Original", "Sample", "Volume", "scout"]

MOST = 40  # requests for one address
_RESERVED = 12  # of them kept for articles and usage signals
_FEEDS_TRIED = 6
_USUAL_FEEDS = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "?feed=rss2")
_USUAL_SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml", "sitemap_index.xml", "wp-sitemap.xml", "sitemap.xml")
_SILENT_AFTER = 3  # requests in a row without an answer: the outlet or the network is down
_MUCH = 700  # characters in a feed that may be a whole article; a guess
_MOST_MORE = 3  # feeds or sections beside the best one
_HOME = re.compile(r"/(?:index\.\w+|home|[a-z]{2,3}(?:[-_][a-z]{2,4})?/?)?$", re.IGNORECASE)
_LIKELY_PART = re.compile(r"news|post|article|artikel|story|stories|nachrichten|recent|latest", re.IGNORECASE)
_UNLIKELY_PART = re.compile(
    r"page|categor|tag|author|user|image|video|taxonom|topic|product|misc|static", re.IGNORECASE
)


class Door(Protocol):
    """What a scout needs of `fetch.Fetcher`."""

    @property
    def asked(self) -> int:
        """How many requests were sent."""
        ...

    @property
    def robots_captures(self) -> dict[str, Capture]:
        """The last answers to robots.txt, by origin."""
        ...

    def fetch(self, url: str) -> Awaitable[Capture]:
        """The answer of this address. Raises FetchError when there is none."""
        ...


async def scout(
    address: str,
    door: Door,
    *,
    now: datetime,
    articles: int = 5,
    taken: Collection[str] = (),
    of_article: bool = True,
    tell: Callable[[str], None] = lambda _what: None,
) -> Finding:
    """Find out what this address is and how its outlet can be followed. `taken` are ids that are in use.

    Unless `of_article`, an article's address ends the search: that it is one is all that is told. Raises FetchError
    where nothing answers, ReadError, in words, where what answers is of no use.
    """
    return await _Scout(address, door, now, articles, frozenset(taken), tell).run(of_article=of_article)


@dataclass(slots=True)
class _Tried:
    """An index page that answered: what it is, what it lists and what it says."""

    index: Index
    capture: Capture
    listing: Listing
    entries: tuple[Entry, ...] = ()
    channel: Channel = field(default_factory=Channel)
    comments: bool = False

    @property
    def audio(self) -> bool:
        heard = sum(any(file.type.startswith("audio/") for file in each.enclosures) for each in self.entries)
        return heard > len(self.entries) / 2


class _Scout:
    """One search: what was asked, and what is known so far."""

    def __init__(
        self,
        address: str,
        door: Door,
        now: datetime,
        articles: int,
        taken: frozenset[str],
        tell: Callable[[str], None],
    ) -> None:
        self.address = address
        self.door = door
        self.now = now
        self.articles = articles
        self.taken = taken
        self.tell = tell
        self.before = door.asked
        self.silent = 0
        self.seen: dict[str, Capture | None] = {}
        self.refused: list[str] = []
        self.indexes: dict[str, Index] = {}
        self.fronts: list[Front] = []
        self.notes: list[str] = []
        self.section = ""
        self.home = ""
        self.keep: tuple[str, ...] = ()

    # --- the story

    async def run(self, *, of_article: bool) -> Finding:
        first = await self.ask_first()
        if opml.is_one(first.body):
            return Finding(
                address=self.address, kind="opml", subscriptions=opml.read(first), asked=self.door.asked - self.before
            )
        given = self.as_index(first, _GIVEN)
        if given is not None:
            kind, chosen = await self.from_index(given)
        else:
            if not listings_can_be_in(first):
                raise ReadError(
                    f"{self.address} is neither a page nor a feed (it says it is {_kind_of(first)}); "
                    "give the address of a site, a section or a feed"
                )
            page = self.known(first)
            kind = self.kind_of(first, page)
            if kind == "article" and not of_article:
                return Finding(address=self.address, kind=kind, asked=self.door.asked - self.before)
            chosen = await self.from_page(first, page, kind)
        return await self.told(kind, chosen)

    async def from_index(self, given: _Tried) -> tuple[str, list[_Tried]]:
        """A feed or sitemap was named: its articles say whose it is."""
        listed = [lead.url for lead in given.listing.leads]
        outlet = weighing.outlet_of(given.entries, given.capture.url) or (urls.origin(listed[0]) if listed else "")
        link = given.channel.link
        base = given.capture.final_url or given.capture.url
        self.home = link if link and outlet and same_site(link, outlet) else f"{outlet or urls.origin(base)}/"
        if outlet and not same_site(outlet, base):
            self.notes.append(
                f"this {given.index.kind} is served by {urls.host(base)}; its articles are {urls.host(outlet)}'s"
            )
        page = await self.ask(self.home)
        if page is not None and page.status == 200:
            self.known(page)
        if given.index.kind == "sitemap" and given.listing.more:
            return "sitemap", [await self.inside(given)]
        return given.index.kind, [given]

    async def from_page(self, first: Capture, page: Front, kind: str) -> list[_Tried]:
        """A page was named: its outlet's feeds, else its sitemaps, else its sections."""
        here = page.url
        self.section = here if kind == "section" else ""
        self.home = here if kind == "site" else f"{urls.origin(here)}/"
        pages = [first]
        if kind != "site" and (top := await self.ask(self.home)) is not None and top.status == 200:
            self.known(top)
            pages = [first, top] if self.section else [top, first]
        feeds = self.best(await self.feeds(pages))
        if feeds and self.section:
            feeds = self.of_section(feeds)
        news = await self.sitemaps(news_only=bool(feeds))
        if feeds or (news and not self.section):
            return [*feeds, *news]
        chosen = await self.sections(pages)
        if chosen and self.section and news:
            self.note_unfollowed(news, "the section's own page is followed instead")
        return chosen or news

    async def told(self, kind: str, chosen: list[_Tried]) -> Finding:
        """What was found, tried on a few articles, as one noun."""
        source = self.source(chosen) if chosen else None
        samples: tuple[Sample, ...] = ()
        sizes: list[int] = []
        why = ""
        if source is not None:
            samples, sizes = await self.samples(source, chosen)
            how, why = weighing.reading(samples) if source.feeds and len(source.feeds) == len(chosen) else ("page", "")
            language = source.language or _most(each.language for each in samples)
            source = replace(source, read=how, language=language)
        tdmrep = await self.ask(f"{urls.origin(self.home)}/.well-known/tdmrep.json") if self.home else None
        answers = [each for each in self.seen.values() if each is not None and each.status == 200]
        for each in chosen:
            self.indexes[each.index.url] = replace(self.indexes.get(each.index.url, each.index), followed=True, why="")
        origin = urls.origin(self.home or self.address)
        return Finding(
            address=self.address,
            kind=kind,
            source=source,
            platform=next((each.platform for each in self.fronts if each.platform), ""),
            indexes=tuple(sorted(self.indexes.values(), key=lambda each: not each.followed)),
            robots=signals.robots_words(self.door.robots_captures.get(origin), origin, self.refused),
            signals=signals.usage(answers, self.fronts, tdmrep if tdmrep and tdmrep.status == 200 else None),
            samples=samples,
            reading=why,
            volume=self.volume(chosen, sizes, source) if source else None,
            notes=tuple(dict.fromkeys(self.notes)),
            advice="" if source else self.advice(),
            asked=self.door.asked - self.before,
        )

    # --- asking

    async def ask_first(self) -> Capture:
        self.tell(f"asking {self.address}")
        try:
            first = await self.door.fetch(self.address)
        except Refused as refusal:
            # Its robots.txt is asked first: that a host does not answer is then said of that file.
            silent = re.search(r"\(no answer from \S+: (.*)\), so nobody knows", str(refusal))
            raise (FetchError(f"no answer from {self.address}: {silent[1]}") if silent else refusal) from None
        self.seen[self.address] = self.seen[first.final_url or self.address] = first
        if first.status != 200:
            raise ReadError(_no_use(self.address, first))
        if not first.body.strip():
            raise ReadError(
                f"{self.address} answers with nothing at all; look at it in a browser, give another address"
            )
        return first

    async def ask(self, url: str, *, spare: int = 0) -> Capture | None:
        """The answer of an address, each asked once; None without one, or when enough was asked."""
        if url in self.seen:
            return self.seen[url]
        if (
            self.door.asked - self.before >= MOST - spare - 2 or self.silent >= _SILENT_AFTER
        ):  # 2: robots.txt, a redirect
            return None
        self.tell(f"asking {url}")
        self.seen[url] = None
        try:
            answer = await self.door.fetch(url)
        except Refused:
            self.refused.append(url)
            return None
        except FetchError:
            self.silent += 1
            return None
        self.silent = 0
        self.seen[url] = answer
        return answer

    def known(self, capture: Capture) -> Front:
        """What a page says of itself; it is remembered."""
        said = front(capture)
        self.fronts.append(said)
        return said

    def kind_of(self, capture: Capture, page: Front) -> str:
        """Whether a page is a site's front page, one of its sections or an article."""
        path = "/" + page.url.split("/", 3)[-1].partition("?")[0] if page.url.count("/") >= 3 else "/"
        if _HOME.fullmatch(path) and "?" not in page.url:
            return "site"
        if page.kind in ("website", "blog"):
            return "section"
        probe = Source(id="probe")
        lead = discover.lead_of(probe, page.url, "")
        try:
            article = read(probe, lead, capture) if lead is not None else None
        except SourceError:
            article = None
        looks = listings.likelihood(page.url, page.title) >= 4 or page.kind == "article"
        dated = article is not None and article.published is not None
        return "article" if article is not None and (looks or dated) and not article.weak else "section"

    # --- indexes

    def as_index(self, capture: Capture, how: str, *, comments: bool = False) -> _Tried | None:
        """An answer as a feed or sitemap; None for what is neither, which is remembered with the reason."""
        url = capture.url
        probe = Source(id="probe", feeds=(url,), read="feed")  # every text that it carries is wanted, to compare
        try:
            listing = discover.read(probe, capture)
        except ReadError as error:
            kind = "sitemap" if "sitemap" in url else "feed"
            if how not in _GUESSED:  # that there is nothing where we only guessed is no news
                self.indexes[url] = Index(url=url, kind=kind, how=how, why=_short(str(error), url))
            return None
        kind = "sitemap" if _is_sitemap(capture.body) else "feed"
        entries: tuple[Entry, ...] = ()
        if kind == "feed":
            try:
                entries = discover.parse(capture)
            except ReadError:
                kind = "sitemap"
        moments = [moment for lead in listing.leads if (moment := lead.published or lead.modified)]
        index = Index(
            url=url,
            kind=kind,
            how=how,
            articles=len(listing.leads),
            full=sum(len(each.content or each.summary) >= _MUCH for each in entries),
            newest=max(moments, default=None),
            oldest=min(moments, default=None),
        )
        self.indexes[url] = index
        return _Tried(index, capture, listing, entries, channel(capture) if kind == "feed" else Channel(), comments)

    async def try_index(self, url: str, how: str, *, comments: bool = False) -> _Tried | None:
        answer = await self.ask(url, spare=_RESERVED)
        if answer is None or answer.status != 200:
            if how not in _GUESSED:
                why = "robots.txt forbids it" if url in self.refused else _status(answer)
                self.indexes[url] = Index(url=url, kind="feed", how=how, why=why)
            return None
        return self.as_index(replace(answer, url=url), how, comments=comments)

    async def feeds(self, pages: Sequence[Capture]) -> list[_Tried]:
        """The feeds that pages name and that work; where none does, those at the usual places."""
        named = [each for page in pages for each in naming.found(page) if each.kind == "feed"]
        named = list({each.url: each for each in named}.values())
        named.sort(key=lambda each: (each.comments, not self.is_own(each.url)))
        working: list[_Tried] = []
        for each in named[:_FEEDS_TRIED]:
            if each.comments and any(one.listing.leads for one in working):
                continue
            if tried := await self.try_index(each.url, each.how, comments=each.comments):
                working.append(tried)
        if any(each.listing.leads and not each.comments for each in working):
            return working
        tops = [self.section] if self.section else []
        for top in (*tops, self.home):
            for name in _USUAL_FEEDS:
                base = top.partition("?")[0]
                place = urls.resolve(name, base if base.endswith("/") else base + "/")
                tried = await self.try_index(place, _USUAL)
                if tried is not None and tried.index.kind == "feed" and tried.listing.leads:
                    return [*working, tried]
        return working

    def is_own(self, url: str) -> bool:
        return bool(self.section) and url.startswith(self.section.rstrip("/"))

    def best(self, tried: Sequence[_Tried]) -> list[_Tried]:
        """The best feed, and those of the others that list mostly other articles."""
        language = next((each.language for each in self.fronts if each.language), "")

        def place(each: _Tried) -> tuple[object, ...]:
            said = each.channel.language
            fits = not said or not language or said.split("-")[0] == language.split("-")[0]
            return weighing.rank(each.index, now=self.now, language_fits=fits, audio=each.audio, comments=each.comments)

        usable = sorted((each for each in tried if each.index.kind == "feed" and each.listing.leads), key=place)
        usable = [each for each in usable if not each.comments]
        if not usable:
            for each in tried:
                self.pass_over(each, "it lists comments, not articles" if each.comments else "it lists nothing")
            return []
        chosen = usable[:1]
        listed = {lead.url for lead in usable[0].listing.leads}
        for each in usable[1:]:
            fresh = {lead.url for lead in each.listing.leads} - listed
            good = not each.audio and place(each)[3] is False and place(each)[4] is False
            if len(chosen) <= _MOST_MORE and good and len(fresh) >= len(each.listing.leads) * 0.6:
                chosen.append(each)
                listed |= fresh
            else:
                why = "it carries sound, not articles" if each.audio else "another feed lists the same"
                self.pass_over(
                    each,
                    why
                    if each.audio or len(fresh) < len(each.listing.leads) * 0.6
                    else "it is old, or in another language",
                )
        for each in tried:
            if each.comments:
                self.pass_over(each, "it lists comments, not articles")
        return chosen

    def of_section(self, feeds: list[_Tried]) -> list[_Tried]:
        """Of these feeds those of the section itself; else the site's, with only what lies below the section."""
        path = self.section.partition("?")[0].rstrip("/") + "/"

        def below(each: _Tried) -> float:
            return sum(lead.url.startswith(path) for lead in each.listing.leads) / len(each.listing.leads)

        own = [each for each in feeds if self.is_own(each.index.url) or below(each) >= 0.8]
        if own:
            for each in feeds:
                if each not in own:
                    self.pass_over(each, "it is the whole site's")
            return own
        if below(feeds[0]) >= 0.1:
            self.keep = ("^" + re.escape(path),)
            self.notes.append(f"the site's feed is followed, and of it only what lies below {path}")
            return feeds[:1]
        for each in feeds:
            self.pass_over(each, "it lists nothing of this section")
        return []

    async def sitemaps(self, *, news_only: bool) -> list[_Tried]:
        """A sitemap of news; where there is no feed, any that lists articles."""
        origin = urls.origin(self.home)
        answer = self.door.robots_captures.get(origin)
        named = (
            [each.url for each in naming.found(replace(answer, final_url=""))]
            if answer and answer.status == 200
            else []
        )
        places = [(url, "named in robots.txt") for url in named]
        places.sort(key=lambda place: ("news" not in place[0].lower(), bool(_UNLIKELY_PART.search(place[0]))))
        if news_only:
            places = [place for place in places if "news" in place[0].lower()][:1]
        elif not places:
            places = [(f"{origin}/{name}", _USUAL_MAP) for name in _USUAL_SITEMAPS]
        for url, how in places[:5]:
            tried = await self.try_index(url, how)
            if tried is None or tried.index.kind != "sitemap":
                continue
            if tried.listing.more and not news_only:
                tried = await self.inside(tried)
            fresh = tried.index.newest is not None and self.now - tried.index.newest < timedelta(days=60)
            if tried.listing.leads and (not news_only or fresh):
                if weighing.article_share(tried.listing.leads) >= 0.2 or not _is_plain(tried):
                    return [tried]
                self.pass_over(tried, "next to nothing that it lists looks like an article")
            else:
                self.pass_over(tried, "it lists nothing of late" if tried.listing.leads else "it lists nothing")
        return []

    async def inside(self, tried: _Tried) -> _Tried:
        """Of an index of sitemaps: the index with what its likeliest part lists, or that part where it is the only one.

        A part with a number or a date in its name is one of a row that goes on: then the index is what is followed.
        """
        parts = sorted(
            tried.listing.more,
            key=lambda url: (not _LIKELY_PART.search(url), bool(_UNLIKELY_PART.search(url))),
        )
        for part in parts[:2]:
            inner = await self.try_index(part, f"named in {tried.index.url}")
            if inner is None or not inner.listing.leads:
                continue
            likely = [each for each in tried.listing.more if _LIKELY_PART.search(each)]
            if len(likely) == 1 and not re.search(r"\d", part.rpartition("/")[2]):
                self.pass_over(tried, f"its part {part} lists the articles")
                return inner
            self.indexes.pop(part, None)
            if len(tried.listing.more) > 1:
                self.notes.append(f"{tried.index.url} has {len(tried.listing.more)} parts; all are followed")
            index = replace(inner.index, url=tried.index.url, how=tried.index.how)
            self.indexes[tried.index.url] = index
            return _Tried(index, tried.capture, replace(inner.listing, more=tried.listing.more))
        return tried

    async def sections(self, pages: Sequence[Capture]) -> list[_Tried]:
        """Section pages that link to articles: the page itself, and a few of its navigation that bring others."""
        found: list[_Tried] = []
        listed: set[str] = set()

        def take(page: Capture, how: str) -> None:
            url = page.final_url or page.url
            probe = Source(id="probe", listings=(url,))
            try:
                listing = listings.read(probe, replace(page, url=url))
            except ReadError as error:
                self.indexes[url] = Index(url=url, kind="listing", how=how, why=_short(str(error), url))
                return
            fresh = {lead.url for lead in listing.leads} - listed
            index = Index(
                url=url,
                kind="listing",
                how=how,
                articles=len(listing.leads),
                newest=max(filter(None, (lead.published for lead in listing.leads)), default=None),
                oldest=min(filter(None, (lead.published for lead in listing.leads)), default=None),
            )
            self.indexes[url] = index
            if len(listing.leads) >= 3 and len(fresh) >= len(listing.leads) * 0.3:
                found.append(_Tried(index, page, listing))
                listed.update(fresh)
            else:
                few = "links to fewer than three articles" if len(listing.leads) < 3 else "another page lists the same"
                self.indexes[url] = replace(index, why=few)

        take(pages[0], "the page itself")
        if self.section:
            return found
        for address in next((each.sections for each in self.fronts if each.sections), ())[:_MOST_MORE]:
            if not found or len(found) <= _MOST_MORE:
                answer = await self.ask(address, spare=_RESERVED)
                if answer is not None and answer.status == 200 and (answer.final_url or address) not in self.indexes:
                    take(answer, "in the navigation")
        return found

    def pass_over(self, tried: _Tried, why: str) -> None:
        self.indexes[tried.index.url] = replace(tried.index, followed=False, why=why)

    def note_unfollowed(self, tried: Sequence[_Tried], why: str) -> None:
        for each in tried:
            self.pass_over(each, why)

    # --- the source

    def source(self, chosen: Sequence[_Tried]) -> Source:
        """The source that follows these indexes."""
        channels = [each.channel for each in chosen]
        language = next((each.language for each in channels if each.language), "")
        language = language or next((each.language for each in self.fronts if each.language), "")
        name = next((each.name for each in self.fronts if each.name), "")
        name = name or next((each.title for each in channels if each.title), "") or urls.host(self.home)
        section = self.section.rstrip("/").rpartition("/")[2].partition("?")[0] if self.section else ""
        if section:
            name = line(f"{name}: {section}")
        links = [urls.resolve(each.link, tried.capture.url) for tried in chosen for each in tried.entries]
        addresses = [lead.url for tried in chosen if tried.index.kind == "sitemap" for lead in tried.listing.leads]

        def of(kind: str) -> tuple[str, ...]:
            return tuple(each.index.url for each in chosen if each.index.kind == kind)

        return Source(
            id=weighing.named(self.home, name, self.taken, section),
            name=name,
            language=language,
            homepage=self.home,
            feeds=of("feed"),
            sitemaps=of("sitemap"),
            listings=of("listing"),
            strip=weighing.tracking([link for link in links if link]),
            keep=self.keep,
            drop=weighing.drops(addresses),
        )

    # --- articles

    async def samples(self, source: Source, chosen: Sequence[_Tried]) -> tuple[tuple[Sample, ...], list[int]]:
        """A few recent articles as they would be read, and the sizes of their pages."""
        leads: dict[str, tuple[Lead, Capture | None]] = {}
        for tried in chosen:
            copies = dict(tried.listing.copies)
            for lead in tried.listing.leads:
                own = discover.lead_of(source, lead.url, "")
                if own is None or discover.exclusion(source, own):
                    continue
                mine = replace(lead, source=source.id, key=own.key, url=own.url)
                leads.setdefault(own.key, (mine, copies.get(lead.key)))
        recent = sorted(leads.values(), key=lambda each: each[0].published or each[0].modified or _EPOCH, reverse=True)
        found: list[Sample] = []
        sizes: list[int] = []
        for lead, copy in recent[: self.articles]:
            page = await self.ask(lead.url)
            if page is not None and page.status == 200:
                sizes.append(len(page.body))
                if len(found) < 2:
                    self.fronts.append(front(page))
            found.append(sample(source, lead, copy, page, forbidden=lead.url in self.refused))
        return tuple(found), sizes

    # --- what to expect

    def volume(self, chosen: Sequence[_Tried], sizes: Sequence[int], source: Source) -> Volume | None:
        best = chosen[0]
        leads = {lead.url: lead for each in chosen for lead in each.listing.leads}
        moments = [lead.published or lead.modified for lead in leads.values()]
        a_day = weighing.rate(moments, self.now)
        if not a_day:
            return None
        page = sum(sizes) / len(sizes) if sizes else 0
        pages = a_day * 30 * page if source.read == "page" else 0.0
        # An index that gives validators is answered by a few bytes while nothing is new.
        validated = bool(best.capture.header("etag") or best.capture.header("last-modified"))
        visits = 30 * (min(a_day, 86_400 / source.every) if validated else 86_400 / source.every)
        size = sum(len(each.capture.body) for each in chosen)
        return Volume(
            articles_a_day=round(a_day, 1),
            bytes_a_month=int(pages + visits * size),
            known_from=f"the dates of {sum(each is not None for each in moments)} articles in its {best.index.kind}",
        )

    def advice(self) -> str:
        """What was tried, and what the operator can do."""
        places = (
            f"feeds that the page names, feeds in {len(_USUAL_FEEDS)} usual places, sitemaps in robots.txt and in "
            f"{len(_USUAL_SITEMAPS)} usual places"
        )
        down = "; then it stopped answering" if self.silent >= _SILENT_AFTER else ""
        refused = f"; robots.txt forbids {len(self.refused)} of them" if self.refused else ""
        return (
            f"nothing at {self.home or self.address} lists its articles in a way that can be followed. Looked for: "
            f"{places}, links to articles in the page itself{down}{refused}. If you know a page that lists articles, "
            "`wirecopy add` its address; if another service makes a feed of this outlet (RSSHub, FeedX), add that feed"
        )


def listings_can_be_in(capture: Capture) -> bool:
    """Whether an answer may be an HTML page."""
    return b"<" in capture.body[:20_000] and not capture.header("content-type").startswith(
        ("image/", "video/", "audio/")
    )


_USUAL = "at a usual place"
_USUAL_MAP = "at a usual place of sitemaps"
_GIVEN = "the address given"
_GUESSED = (_USUAL, _USUAL_MAP, _GIVEN)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _no_use(address: str, answer: Capture) -> str:
    """What an answer without a page means, and what to do."""
    match answer.status:
        case 404 | 410:
            return f"{address} answered {answer.status}: there is nothing at this address; check how it is spelt"
        case 401 | 402 | 407:
            return (
                f"{address} answered {answer.status}: it wants a login, and wirecopy has none; name a page that is open"
            )
        case 403 | 429 | 503:
            return (
                f"{address} answered {answer.status}: it does not let this program in, or not from here; look at it in "
                "a browser, wait, or set a proxy in wirecopy.toml; some outlets have a feed on another host"
            )
        case 451:
            return (
                f"{address} answered 451: it is blocked for legal reasons where you are; a proxy elsewhere may reach it"
            )
        case _:
            return f"{address} answered {answer.status}, which is no page; try again later"


def _status(answer: Capture | None) -> str:
    return "it did not answer" if answer is None else f"it answered {answer.status}"


def _short(error: str, url: str) -> str:
    said = error.removeprefix(url).strip()
    return said.partition(";")[0][:200]


def _kind_of(capture: Capture) -> str:
    return line(capture.header("content-type")) or "nothing in particular"


def _is_sitemap(body: bytes) -> bool:
    head = body[:3_000].lower()
    return b"<urlset" in head or b"<sitemapindex" in head or body.startswith((b"\x1f\x8b", b"http"))


def _is_plain(tried: _Tried) -> bool:
    return not any(lead.title for lead in tried.listing.leads[:50])


def _most(words: Iterable[str]) -> str:
    said = [each for each in words if each]
    return max(set(said), key=said.count) if said else ""
