"""The lists of the site: front page, days, sources, months, sections, authors, topics, changes, take-downs, about.

A list names each document once, with its moment, its outlet and what happened to it, and leads to its page and, for bad
networks, to its text alone. Nothing on a list changes unless something on it changed: no clock, no total of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from wirecopy import dates
from wirecopy.model import Document, Headline, Incident, Picture, Revision, Shelf, SourceDay, TakeDown, Term
from wirecopy.publish import incidents, searching
from wirecopy.publish.html import Shown, address, escape, language_of, time
from wirecopy.publish.look import Look
from wirecopy.publish.messages import Messages
from wirecopy.publish.site import plan
from wirecopy.publish.site.frame import Frame, data, relative

FRONT = 60
"""How many documents the front page shows."""
LATEST = 100
"""How many documents the page of a source, section, author or topic shows; older ones stand on pages of months."""
MOST = 500
"""How many documents the page of a month shows; where there are more, they are found by day."""
CHANGES = 100
ADDRESSES = 50_000
"""How many addresses a sitemap may have (sitemaps.org)."""
_LEADS = 6  # documents that the front page shows with their picture and summary
_SUMMARY = 160
_SAID = (incidents.told, incidents.when, incidents.advice)
_DAYS = 30  # whose new articles the page of health shows

Pictured = Callable[[Document, str, str], Callable[[Picture], Shown | None]]


class Lists:
    """Makes the lists of one site."""

    def __init__(self, frame: Frame, say: Messages, look: Look, shelves: Mapping[str, Shelf]) -> None:
        self._frame = frame
        self._say = say
        self._look = look
        self._shelves = shelves
        self._text = "text" if "text" in look.tiers[1:] else ""
        self._text_only = escape(say("text_only"))
        self._text_label = escape(say("tier_text"))

    # --- the front page ---------------------------------------------------------------------------------------------

    def front(
        self, documents: Sequence[Document], sections: Mapping[tuple[str, str], Term], show: Pictured | None, path: str
    ) -> bytes:
        """The newest documents: the first ones with picture and summary, then by outlet and section.

        `show` gives their pictures; without it the page is that of the text tier, and leads to it.
        """
        say = self._say
        tree = path.rpartition("/")[0]
        parts = [f'<h1 class="visually-hidden">{escape(self._frame.title)}</h1>']
        lead = documents[:_LEADS]
        if lead:
            cards = "".join(self._card(each, show, path, tree) for each in lead)
            parts.append(
                f'<section aria-labelledby="latest"><h2 id="latest">{escape(say("latest"))}</h2>'
                f'<div class="cards">{cards}</div></section>'
            )
        rest = sorted(documents[_LEADS:], key=lambda each: (each.article.source, each.article.section))
        parts.append('<div class="columns">')
        for source, group in groupby(rest, key=lambda each: each.article.source):
            parts.append(f"<section><h2>{self._source_link(source, path)}</h2>")
            for section, some in groupby(group, key=lambda each: each.article.section.strip()):
                if section:
                    term = sections.get((source, section))
                    name = f"<bdi>{escape(section)}</bdi>"
                    if term is not None:
                        name = f'<a href="{relative(plan.term(term.digest), path)}">{name}</a>'
                    parts.append(f"<h3>{name}</h3>")
                newest = sorted(some, key=lambda each: _when(headline_of(each)), reverse=True)
                parts.append(self._listed((headline_of(each) for each in newest), path, tree=tree, with_source=False))
            parts.append("</section>")
        parts.append("</div>")
        if not documents:
            parts.append(f"<p>{escape(say('nothing_yet'))}</p>")
        switch = plan.FRONT if tree else f"{self._text}/{plan.FRONT}" if self._text else ""
        if switch:
            name = say("with_pictures") if tree else say("tier_text")
            parts.append(f'<p class="switch"><a href="{relative(switch, path)}">{escape(name)}</a></p>')
        parts.append(f'<p><a href="{relative(plan.DAYS, path)}">{escape(say("older"))}</a></p>')
        return self._frame.page(path, "", "".join(parts), head=self._front_head(path), current=plan.FRONT)

    def _card(self, document: Document, show: Pictured | None, path: str, tree: str) -> str:
        article = document.article
        headline = headline_of(document)
        target = relative(plan.article(article.source, document.day, article.key, tree), path)
        title = escape(headline.title or headline.key)
        picture = ""
        if show is not None and article.picture is not None:
            shown = show(document, self._look.tiers[0], path)(article.picture)
            if shown is not None and shown.src:
                size = f' width="{shown.width}" height="{shown.height}"' if shown.width and shown.height else ""
                picture = f'<img src="{escape(shown.src)}" alt=""{size} loading="lazy" decoding="async"/>'
        summary = " ".join((article.summary or article.subtitle).split())
        if len(summary) > _SUMMARY:
            summary = f"{summary[:_SUMMARY]}…"
        language = language_of(article.language, self._say.language)
        said = f"<p{language}>{escape(summary)}</p>" if summary else ""
        return (
            f'<div class="card">{picture}<div><h3{language}><a href="{target}">'
            f'{title}</a></h3>{said}<p class="meta">'
            f"{self._meta(headline, with_source=True)}{self._chip(headline, title, path, tree)}</p></div></div>"
        )

    def _front_head(self, path: str) -> str:
        feeds = self._feeds("all", path)
        if not self._look.address:
            return feeds
        here = escape(self._look.address if path == plan.FRONT else self._look.address + path)
        said = {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": self._frame.title,
            "url": self._look.address,
        }
        return (
            f'{feeds}<link rel="canonical" href="{here}"/><meta property="og:type" content="website"/>'
            f'<meta property="og:title" content="{escape(self._frame.title)}"/>'
            f'<meta property="og:url" content="{here}"/>'
            f'<script type="application/ld+json">{data(said)}</script>'
        )

    def _feeds(self, name: str, path: str) -> str:
        """The links by which feed readers find the feeds of this name, where there are feeds beside the site."""
        if "feeds" not in self._look.beside:
            return ""
        return "".join(
            f'<link rel="alternate" type="{media}" title="{label}" href="{relative(f"feeds/{name}{ending}", path)}"/>'
            for media, label, ending in _FEEDS
        )

    # --- by day, by source ------------------------------------------------------------------------------------------

    def days(self, days: Iterable[str]) -> bytes:
        """Every day that has documents, by month, newest first."""
        parts = [f"<h1>{escape(self._say('days'))}</h1>"]
        for month, group in groupby(days, key=lambda day: day[:7]):
            links = "".join(f'<li><a href="{plan.day(day)}">{day[8:]}</a></li>' for day in group)
            parts.append(f'<h2>{month}</h2><ul class="calendar">{links}</ul>')
        return self._page(plan.DAYS, "days", parts)

    def day(self, of: str, headlines: Sequence[Headline], before: str, after: str) -> bytes:
        """The documents of a day, by source; the days before and after it that have some."""
        path = plan.day(of)
        parts = [f"<h1>{escape(self._say('day', day=of))}</h1>"]
        for source, group in groupby(headlines, key=lambda each: each.source):
            parts.append(f"<h2>{self._source_link(source, path)}</h2>{self._listed(group, path, with_source=False)}")
        links = [
            f'<li class="{name}"><a href="{relative(plan.day(each), path)}">{each}</a></li>'
            for name, each in (("before", before), ("after", after))
            if each
        ]
        parts.append(
            f'<nav class="neighbours" aria-label="{escape(self._say("neighbours"))}"><ul>{"".join(links)}</ul></nav>'
        )
        return self._frame.page(path, of, "".join(parts), current=plan.DAYS)

    def sources(self, latest: Mapping[str, Headline]) -> bytes:
        """Every source: what it is, since when and until when there are copies, when the last one was taken."""
        say = self._say
        rows = []
        for shelf in self._shelves.values():
            last = latest.get(shelf.source)
            home = address(shelf.homepage)
            original = f'<a rel="external" href="{home}">{home}</a>' if home else ""
            rows.append(
                f'<tr><th scope="row">{self._source_link(shelf.source, plan.SOURCES)}</th>'
                f"<td>{escape(shelf.language)}</td>"
                f"<td>{shelf.months[-1][0]} – {shelf.months[0][0]}</td>"
                f"<td>{time(last.at, day=True) if last is not None else ''}</td><td>{original}</td></tr>"
            )
        heads = "".join(
            f'<th scope="col">{escape(say(name))}</th>'
            for name in ("source", "language_label", "months", "last_copy", "original")
        )
        table = (
            f'<div class="table" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )
        health = f'<p><a href="{plan.HEALTH}">{escape(say("health"))}</a></p>'
        parts = [f"<h1>{escape(say('sources'))}</h1>", table if rows else "", health]
        return self._page(plan.SOURCES, "sources", parts)

    def source(self, shelf: Shelf, newest: Sequence[Headline], sections: Sequence[Term]) -> bytes:
        """The page of a source: its newest documents, its sections, its months."""
        path = plan.source(shelf.source)
        say = self._say
        home = address(shelf.homepage)
        parts = [f"<h1>{self._name(shelf.source)}</h1>"]
        if home:
            parts.append(f'<p>{escape(say("original"))}: <a rel="external" href="{home}">{home}</a></p>')
        if sections:
            links = "".join(
                f'<li><a href="{relative(plan.term(each.digest), path)}"><bdi>{escape(each.name)}</bdi></a></li>'
                for each in sections
            )
            parts.append(f'<h2>{escape(say("sections"))}</h2><ul class="terms">{links}</ul>')
        parts += self._by_day(newest, path)
        links = "".join(
            f'<li><a href="{relative(plan.month(shelf.source, month), path)}">{month}</a></li>'
            for month, _ in shelf.months
        )
        parts.append(f'<h2>{escape(say("months"))}</h2><ul class="calendar">{links}</ul>')
        head = self._feeds(f"sources/{shelf.source}", path)
        return self._frame.page(path, shelf.name or shelf.source, "".join(parts), head=head, current=plan.SOURCES)

    def month(self, shelf: Shelf, of: str, headlines: Sequence[Headline], days: Iterable[str] = ()) -> bytes:
        """The page of a month of a source: its documents, or the `days` of the month where they would be too many."""
        path = plan.month(shelf.source, of)
        parts = [f"<h1>{self._name(shelf.source)}, {of}</h1><p>{self._source_link(shelf.source, path)}</p>"]
        parts += self._by_day(headlines, path)
        parts.append(self._calendar(days, path))
        return self._frame.page(path, f"{shelf.name or shelf.source}, {of}", "".join(parts), current=plan.SOURCES)

    def _calendar(self, days: Iterable[str], path: str) -> str:
        """Links to these days."""
        links = "".join(f'<li><a href="{relative(plan.day(day), path)}">{day}</a></li>' for day in days)
        return f'<ul class="calendar">{links}</ul>' if links else ""

    def _by_day(self, headlines: Sequence[Headline], path: str) -> list[str]:
        parts = []
        for on, group in groupby(headlines, key=lambda each: each.day):
            link = f'<a href="{relative(plan.day(on), path)}">{on}</a>'
            parts.append(f"<h2>{link}</h2>{self._listed(group, path, with_source=False)}")
        return parts

    # --- by section, author, topic ----------------------------------------------------------------------------------

    def terms(self, kind: str, terms: Iterable[Term]) -> bytes:
        """All sections by source, or the authors or topics with the most documents, by name."""
        path = plan.INDEXES[kind]
        name = path.removesuffix(".html")
        parts = [f"<h1>{escape(self._say(name))}</h1>"]
        ordered = sorted(terms, key=lambda each: (each.source, each.name))
        for source, group in groupby(ordered, key=lambda each: each.source):
            links = "".join(
                f'<li><a href="{plan.term(each.digest)}"><bdi>{escape(each.name)}</bdi></a></li>' for each in group
            )
            parts.append(f"<h2>{self._source_link(source, path)}</h2>" if source else "")
            parts.append(f'<ul class="terms">{links}</ul>')
        if not ordered:
            parts.append(f"<p>{escape(self._say('nothing_yet'))}</p>")
        return self._page(path, name, parts)

    def term(
        self,
        term: Term,
        headlines: Sequence[Headline],
        months: Sequence[str],
        of: str = "",
        days: Iterable[str] = (),
    ) -> bytes:
        """The newest documents of a section, author or topic, or those of one month; `months`, and `days` of one that
        has more than a page can hold: where older ones are.
        """
        path = plan.term(term.digest, of)
        index = plan.INDEXES[term.kind]
        label = escape(self._say(term.kind))
        parts = [f'<p class="where">{label}</p><h1><bdi>{escape(term.name)}</bdi>{f", {of}" if of else ""}</h1>']
        if term.source:
            parts.append(f"<p>{self._source_link(term.source, path)}</p>")
        parts.append(self._listed(headlines, path, with_source=not term.source))
        parts.append(self._calendar(days, path))
        if of:
            parts.append(
                f'<p><a href="{relative(plan.term(term.digest), path)}"><bdi>{escape(term.name)}</bdi></a></p>'
            )
        if months:
            links = "".join(
                f'<li><a href="{relative(plan.term(term.digest, month), path)}">{month}</a></li>' for month in months
            )
            parts.append(f'<h2>{escape(self._say("months"))}</h2><ul class="calendar">{links}</ul>')
        return self._frame.page(path, term.name, "".join(parts), current=index)

    def search(self) -> bytes:
        """The page of the search, which needs a script; without one it says where else to look."""
        say = self._say
        sources = [(shelf.source, shelf.name) for shelf in self._shelves.values()]
        form = searching.page(lambda key: say(f"search_{key.replace('-', '_')}"), sources)
        links = "".join(
            f'<li><a href="{page}">{escape(say(page.removesuffix(".html")))}</a></li>'
            for page in (plan.DAYS, plan.SOURCES, plan.SECTIONS, plan.AUTHORS, plan.TOPICS)
        )
        without = f"<noscript><p>{escape(say('search_without'))}</p><ul>{links}</ul></noscript>"
        return self._page(plan.SEARCH, "search", [f"<h1>{escape(say('search'))}</h1>", without, form])

    # --- what happened, and what this is ----------------------------------------------------------------------------

    def changes(self, changes: Iterable[tuple[Headline, Revision]]) -> bytes:
        """What was edited, withdrawn and brought back, newest first."""
        parts = [f"<h1>{escape(self._say('changes'))}</h1>"]
        items = []
        for headline, revision in changes:
            target = plan.revision(headline.source, headline.day, headline.key, revision.number)
            label = escape(self._say(f"change_{revision.change.value}"))
            language = language_of(headline.language, self._say.language)
            items.append(
                f"<li>{time(revision.at)} <b>{label}</b> "
                f'<a href="{target}"><bdi{language}>{escape(headline.title or headline.key)}</bdi></a>'
                f" <small>{self._name(headline.source)}</small></li>"
            )
        parts.append(
            f'<ul class="list">{"".join(items)}</ul>' if items else f"<p>{escape(self._say('nothing_yet'))}</p>"
        )
        return self._page(plan.CHANGES, "changes", parts)

    def take_downs(self, downs: Sequence[TakeDown]) -> bytes:
        """What the mirror took down: when, of which source, why, and the digest of a name; nothing of what it said."""
        say = self._say
        items = []
        for each in downs:
            scope = escape(say(f"down_{each.scope}", since=each.since or "…", until=each.until or "…"))
            of = f" ({escape(each.source)})" if each.source else ""
            named = f" <code>{each.name}</code>" if each.name else ""
            items.append(f"<li>{time(each.at, day=True)} {scope}{of}: {escape(each.reason)}{named}</li>")
        return self._page(
            plan.TAKE_DOWNS, "take_downs", [f"<h1>{escape(say('take_downs'))}</h1><ul>{''.join(items)}</ul>"]
        )

    def about(self, *, has_downs: bool) -> bytes:
        """What this mirror is, how to read it, how to check it, where to write."""
        say = self._say
        parts = [f"<h1>{escape(say('about'))}</h1>", f"<p>{escape(say('about_what'))}</p>"]
        parts += [f"<h2>{escape(say(f'{name}_title'))}</h2><p>{escape(say(name))}</p>" for name in _ABOUT]
        parts.append('<p><a href="manifest.json">manifest.json</a></p>')
        beside = "".join(
            f'<li><a href="{name}/{file}">{label}</a></li>'
            for name, file, label in _BESIDE
            if name in self._look.beside and (self._look.address or file != "feeds.opml")
        )
        if beside:
            parts.append(f"<h2>{escape(say('beside'))}</h2><ul>{beside}</ul>")
        if has_downs:
            parts.append(f'<p><a href="{plan.TAKE_DOWNS}">{escape(say("take_downs"))}</a></p>')
        for page, name in ((plan.HEALTH, "health"), (plan.CRAWLER, "crawler")):
            parts.append(f'<p><a href="{page}">{escape(say(name))}</a></p>')
        return self._page(plan.ABOUT, "about", [*parts, *self._contact()])

    def health(
        self,
        told: Sequence[Incident],
        days: Mapping[str, Sequence[SourceDay]],
        latest: Mapping[str, Headline],
    ) -> bytes:
        """What is wrong and what was, then each source: its last copy and the new articles of its last days."""
        say = self._say
        parts = [f"<h1>{escape(say('health'))}</h1><p>{escape(say('health_what'))}</p>"]
        if "feeds" in self._look.beside:
            parts.append(f'<p><a href="feeds/health.atom">{escape(say("health_feed"))}</a></p>')
        still = [each for each in told if each.until is None]
        parts.append(f"<h2>{escape(say('health_now'))}</h2>")
        parts.append(self._incidents(still) if still else f"<p>{escape(say('health_well'))}</p>")
        if before := self._incidents([each for each in told if each.until is not None]):
            parts.append(f"<h2>{escape(say('health_before'))}</h2>{before}")
        counts = {source: {each.day: each.new for each in some if each.new} for source, some in days.items()}
        last = max((day for some in counts.values() for day in some), default="")
        rows = []
        for shelf in self._shelves.values():
            newest = latest.get(shelf.source)
            volume = _volume(counts.get(shelf.source, {}), last) if last else ()
            rows.append(
                f'<tr><th scope="row">{self._source_link(shelf.source, plan.HEALTH)}</th>'
                f"<td>{time(newest.at) if newest is not None else ''}</td><td>{self._bars(volume)}</td></tr>"
            )
        named = ("source", "last_copy", "health_volume")
        heads = "".join(f'<th scope="col">{escape(say(each))}</th>' for each in named)
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        parts.append(f'<div class="table" tabindex="0">{table}</div>' if rows else "")
        head = ""
        if "feeds" in self._look.beside:
            title = escape(say("health_feed"))
            head = f'<link rel="alternate" type="application/atom+xml" title="{title}" href="feeds/health.atom"/>'
        return self._frame.page(plan.HEALTH, say("health"), "".join(parts), head=head, current=plan.HEALTH)

    def _incidents(self, told: Iterable[Incident]) -> str:
        items = []
        for each in told:
            name = f"{self._name(each.source)}: " if each.source else ""
            what, when, advice = (escape(say(each, self._say)) for say in _SAID)
            items.append(f"<li>{name}<b>{what}</b> <small>{when}</small><br/>{advice}</li>")
        return f"<ul>{''.join(items)}</ul>" if items else ""

    def _bars(self, volume: Sequence[tuple[str, int]]) -> str:
        """A bar for each day; in words the days and their counts, for who does not see it."""
        if not volume:
            return ""
        most = max(1, *(count for _, count in volume))
        bars = "".join(
            f"M{4 * place} 24h3v-{max(round(24 * count / most), 1)}h-3z"
            for place, (_, count) in enumerate(volume)
            if count
        )
        counts = ", ".join(str(count) for _, count in volume)
        said = self._say("health_days", since=volume[0][0], until=volume[-1][0], counts=counts)
        width = 4 * len(volume)
        return (
            f'<svg role="img" aria-label="{escape(said)}" width="{width}" height="24" viewBox="0 0 {width} 24">'
            f'<path fill="currentColor" d="{bars or "M0 24z"}"/></svg>'
        )

    def crawler(self) -> bytes:
        """For publishers: who asks their servers, how often, what is obeyed, and how to stop it."""
        say = self._say
        parts = [f"<h1>{escape(say('crawler'))}</h1><p>{escape(say('crawler_what'))}</p>"]
        parts.append(f'<p><code dir="ltr">{escape(self._look.agent)}</code></p><p>{escape(say("crawler_how"))}</p>')
        obeyed = "".join(f"<li>{escape(say(f'respect_{wish}'))}</li>" for wish in self._look.respect)
        if obeyed:
            parts.append(f"<p>{escape(say('crawler_respect'))}</p><ul>{obeyed}</ul>")
        if "robots" in self._look.respect:
            parts.append(f"<h2>{escape(say('crawler_stop_title'))}</h2><p>{escape(say('crawler_stop'))}</p>")
            parts.append('<pre dir="ltr">User-agent: wirecopy\nDisallow: /</pre>')
        return self._page(plan.CRAWLER, "crawler", [*parts, *self._contact()])

    def _contact(self) -> Iterator[str]:
        """Where to write to."""
        contact = self._look.contact
        target = f"mailto:{contact}" if "@" in contact and "/" not in contact and ":" not in contact else contact
        if link := address(target):
            yield f'<p>{escape(self._say("contact"))}: <a href="{link}">{escape(contact)}</a></p>'

    # --- for programs -----------------------------------------------------------------------------------------------

    def sitemap(self, headlines: Iterable[Headline]) -> bytes:
        """The sitemap of a month, or a part of it (sitemaps.org 0.9)."""
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<urlset xmlns="{_SITEMAPS}">']
        for each in headlines:
            place = escape(self._look.address + plan.article(each.source, each.day, each.key))
            lines.append(f"<url><loc>{place}</loc><lastmod>{dates.iso(each.at)}</lastmod></url>")
        return ("\n".join([*lines, "</urlset>"]) + "\n").encode()

    def sitemaps(self, paths: Iterable[str]) -> bytes:
        """The index of all sitemaps."""
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<sitemapindex xmlns="{_SITEMAPS}">']
        lines += [f"<sitemap><loc>{escape(self._look.address + path)}</loc></sitemap>" for path in paths]
        return ("\n".join([*lines, "</sitemapindex>"]) + "\n").encode()

    # --- a list -----------------------------------------------------------------------------------------------------

    def _listed(self, headlines: Iterable[Headline], path: str, *, with_source: bool, tree: str = "") -> str:
        items = []
        for each in headlines:
            language = language_of(each.language, self._say.language)
            target = relative(plan.article(each.source, each.day, each.key, tree), path)
            title = escape(each.title or each.key)
            items.append(
                f'<li><a href="{target}"><bdi{language}>{title}</bdi></a> '
                f'<span class="meta">{self._meta(each, with_source=with_source)}'
                f"{self._chip(each, title, path, tree)}</span></li>"
            )
        return f'<ul class="list">{"".join(items)}</ul>'

    def _meta(self, each: Headline, *, with_source: bool) -> str:
        said = [time(each.published or each.at)]
        if with_source:
            said.append(f"<span>{self._name(each.source)}</span>")
        if each.kind in _KINDS:
            said.append(escape(self._say(f"kind_{each.kind}")))
        if each.withdrawn:
            said.append(f"<b>{escape(self._say('withdrawn_label'))}</b>")
        elif each.revisions > 1:
            said.append(escape(self._say("edited_label", n=each.revisions)))
        return " · ".join(said)

    def _chip(self, each: Headline, title: str, path: str, tree: str) -> str:
        """The link to the text alone, on lists that lead to the default tier."""
        if not self._text or tree:
            return ""
        target = relative(plan.article(each.source, each.day, each.key, self._text), path)
        return f' <a class="chip" href="{target}" aria-label="{self._text_label}: {title}">{self._text_only}</a>'

    def _source_link(self, source: str, path: str) -> str:
        return f'<a href="{relative(plan.source(source), path)}">{self._name(source)}</a>'

    def _name(self, source: str) -> str:
        shelf = self._shelves.get(source)
        language = language_of(shelf.language, self._say.language) if shelf and shelf.language else ""
        return f"<bdi{language}>{escape((shelf.name if shelf else '') or source)}</bdi>"

    def _page(self, path: str, name: str, parts: Iterable[str]) -> bytes:
        return self._frame.page(path, self._say(name), "".join(parts), current=path)


_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_KINDS = frozenset({"liveblog", "gallery", "video", "audio"})
_ABOUT = ("about_read", "about_check", "about_rights")
_BESIDE = (
    ("feeds", "all.rss", "RSS"),
    ("feeds", "all.atom", "Atom"),
    ("feeds", "all.json", "JSON Feed"),
    ("feeds", "changes.atom", "Atom ±"),
    ("feeds", "feeds.opml", "OPML"),
    ("epub", "catalog.atom", "EPUB (OPDS)"),
    ("markdown", "index.md", "Markdown"),
    ("data", "manifest.json", "Parquet, JSON"),
)
_FEEDS = (
    ("application/rss+xml", "RSS", ".rss"),
    ("application/atom+xml", "Atom", ".atom"),
    ("application/feed+json", "JSON Feed", ".json"),
)


def _volume(counts: Mapping[str, int], last: str) -> tuple[tuple[str, int], ...]:
    """The new articles of each of the days until `last`."""
    days = [(date.fromisoformat(last) - timedelta(days=back)).isoformat() for back in reversed(range(_DAYS))]
    return tuple((day, counts.get(day, 0)) for day in days)


def headline_of(document: Document) -> Headline:
    """A document as lists name it."""
    article = document.article
    return Headline(
        source=article.source,
        key=article.key,
        day=document.day,
        title=article.title,
        kind=article.kind,
        language=article.language,
        published=article.published,
        at=document.at,
        revisions=document.revisions,
        withdrawn=document.withdrawn is not None,
    )


def _when(headline: Headline) -> str:
    return dates.iso(headline.published or headline.at)
