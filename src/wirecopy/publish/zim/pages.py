"""The pages of a book: an article, the lists of days, months and sources, the first page, the style.

- Plain HTML without a script; all that a page loads is in the book. No Content-Security-Policy: readers of ZIM files
  show pages from addresses of their own making (blob:, kiwix:), which a policy would shut out.
- Dates can be seen on every page: a book is carried about for years, and its reader has to know how old the news is.
- Names of pages are those of the site, so that a link into one is a link into the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from wirecopy import dates
from wirecopy.model import Document, Headline, Link, Picture, Shelf
from wirecopy.publish import html, manifest
from wirecopy.publish.html import escape
from wirecopy.publish.messages import Messages

FRONT = "index.html"
STYLE = "style.css"
_LATEST_DAYS = 31  # of which the first page has a line each
LATEST = 50
"""How many headlines the first page and the page of a source show."""

CSS = """\
:root{color-scheme:light dark;--ink:#1c1b19;--paper:#fdfbf6;--faint:#6b675f;--line:#d8d3c7;--link:#1f4e5f}
@media (prefers-color-scheme:dark){:root{--ink:#e8e4da;--paper:#16181a;--faint:#a09a8d;--line:#3a3c3e;--link:#8fc7da}}
*{box-sizing:border-box}
body{margin:0 auto;padding:0 1rem 3rem;max-width:42rem;font:1.06rem/1.65 Georgia,"Noto Serif",serif;
color:var(--ink);background:var(--paper);overflow-wrap:break-word}
:lang(zh){font-family:"Noto Serif CJK SC","Songti SC",SimSun,serif;line-height:1.8;text-autospace:normal}
:lang(zh-Hant){font-family:"Noto Serif CJK TC","Songti TC",PMingLiU,serif}
:lang(ar),:lang(fa),:lang(ur){font-family:"Noto Naskh Arabic","Geeza Pro",serif;line-height:1.9}
a{color:var(--link)}
nav,.about,.source{font-size:.9rem;color:var(--faint)}
nav{padding:.8rem 0;border-bottom:1px solid var(--line);margin-bottom:1.2rem}
h1{font-size:1.6rem;line-height:1.3;margin:.4rem 0}
h2{font-size:1.25rem;margin:1.8rem 0 .4rem}
.kicker{color:var(--faint);margin:0}
.subtitle{font-weight:bold}
.note{border-inline-start:4px solid var(--link);padding-inline-start:.8rem}
ul.list{list-style:none;padding:0}
ul.list li{padding:.35rem 0;border-bottom:1px solid var(--line)}
ul.list small,small{color:var(--faint)}
figure{margin:1rem 0}
img{max-width:100%;height:auto}
figcaption{font-size:.9rem;color:var(--faint)}
blockquote,.aside,.embed,.media{margin:1rem 0;padding-inline-start:1rem;border-inline-start:3px solid var(--line)}
.table{overflow-x:auto}
table{border-collapse:collapse}
td,th{border:1px solid var(--line);padding:.3rem .5rem;text-align:start}
pre{overflow-x:auto}
ol.pictures{list-style:none;padding:0}
"""


def document(source: str, day: str, key: str) -> str:
    """Where the page of a document stands: articles/dw-zh/2024/02/68204677.html."""
    return _page(manifest.document(source, day, key))


def day_list(day: str) -> str:
    """Where the list of a day stands."""
    return _page(manifest.day_list(day))


def days_list(month: str) -> str:
    """Where the list of a month's days stands."""
    return f"days/{month[:4]}/{month[5:7]}.html"


def source_list(source: str) -> str:
    """Where the list of a source stands."""
    return _page(manifest.source_list(source))


def month_list(source: str, month: str) -> str:
    """Where the list of a source's month stands."""
    return _page(manifest.month_list(source, month))


class Pages:
    """Pages of one edition in one language of the interface. `names`: what readers call each source."""

    def __init__(self, say: Messages, names: Mapping[str, str], title: str) -> None:
        self._say = say
        self._names = names
        self._title = title

    def article(
        self,
        document_: Document,
        *,
        show: Callable[[Picture], html.Shown | None],
        link: Callable[[Link], str],
        kin: Sequence[Headline] = (),
    ) -> str:
        """The page of an article."""
        said = document_.article
        here = document(said.source, document_.day, said.key)
        writer = html.Writer(self._say, show=show, link=link, language=said.language)
        byline = said.byline or ", ".join(said.authors)
        around = html.language_of(said.language, self._say.language)
        parts = [
            f"<article{around}>",
            f'<p class="kicker">{escape(said.kicker)}</p>' if said.kicker.strip() else "",
            f"<h1>{escape(said.title) or self._words('untitled')}</h1>",
            f'<div class="about"{html.language_of(self._say.language, said.language)}>{self._about(document_, here)}',
            "</div>",
            f'<p class="byline">{escape(byline)}</p>' if byline.strip() else "",
            writer.article(said),
            "</article>",
            self._kin(kin, here),
            self._source(document_),
        ]
        return self._whole(here, said.title or said.key, "".join(parts))

    def front(
        self, shelves: Sequence[Shelf], days: Sequence[tuple[str, int]], latest: Iterable[Headline], told: str
    ) -> str:
        """The first page: what this is, from when, its sources, what is new in it, its days."""
        newest = days[0][0] if days else ""
        span = f"{days[-1][0]} – {newest}" if days else ""
        sources = [
            f'<li><a href="{source_list(shelf.source)}">{self._name(shelf.source)}</a> '
            f"<small>{sum(number for _, number in shelf.months)} · {shelf.months[-1][0]} – {shelf.months[0][0]}</small>"
            "</li>"
            for shelf in shelves
        ]
        months = dict.fromkeys(day[:7] for day, _ in days)
        body = [
            f"<h1>{escape(self._title)}</h1>",
            f"<p><b>{escape(span)}</b></p>",
            f"<p>{escape(told)}</p>" if told else "",
            f"<p>{self._words('about_what')}</p>",
            f"<h2>{self._words('sources')}</h2>{_list(sources)}",
            f"<h2>{self._words('latest')}</h2>{self._list(latest, FRONT)}",
            f"<h2>{self._words('days')}</h2>{self._days(days[:_LATEST_DAYS], FRONT)}",
            f"<h2>{self._words('months')}</h2>",
            _list(f'<li><a href="{days_list(month)}">{html_day(month)}</a></li>' for month in months),
            f"<h2>{self._words('about_rights_title')}</h2><p>{self._words('about_rights')}</p>",
        ]
        return self._whole(FRONT, self._title, "".join(body))

    def source(self, shelf: Shelf, latest: Iterable[Headline]) -> str:
        """The page of a source: its latest documents, its months."""
        here = source_list(shelf.source)
        months = [
            f'<li><a href="{manifest.relative(month_list(shelf.source, month), here)}">{month}</a> '
            f"<small>{number}</small></li>"
            for month, number in shelf.months
        ]
        homepage = html.address(shelf.homepage)
        name = self._names.get(shelf.source) or shelf.source
        body = [
            f"<h1>{escape(name)}</h1>",
            f'<p><a href="{homepage}">{homepage}</a></p>' if homepage else "",
            f"<h2>{self._words('months')}</h2>{_list(months)}",
            f"<h2>{self._words('latest')}</h2>{self._list(latest, here)}",
        ]
        return self._whole(here, name, "".join(body))

    def month(self, shelf: Shelf, month: str, headlines: Iterable[Headline]) -> str:
        """The page of a source's month, by day."""
        here = month_list(shelf.source, month)
        up = manifest.relative(source_list(shelf.source), here)
        name = self._names.get(shelf.source) or shelf.source
        parts = [f'<h1><a href="{up}">{escape(name)}</a>, {month}</h1>']
        for day, group in groupby(headlines, key=lambda each: each.day):
            parts.append(f"<h2>{html_day(day)}</h2>{self._list(group, here)}")
        return self._whole(here, f"{name}, {month}", "".join(parts))

    def days(self, month: str, days: Sequence[tuple[str, int]]) -> str:
        """The page of a month of all sources: its days."""
        here = days_list(month)
        return self._whole(here, month, f"<h1>{html_day(month)}</h1>{self._days(days, here)}")

    def day(self, day: str, headlines: Iterable[Headline]) -> str:
        """The page of a day, by source."""
        here = day_list(day)
        parts = [f"<h1>{html_day(day)}</h1>"]
        for source, group in groupby(headlines, key=lambda each: each.source):
            up = manifest.relative(source_list(source), here)
            parts.append(f'<h2><a href="{up}">{self._name(source)}</a></h2>{self._list(group, here)}')
        return self._whole(here, day, "".join(parts))

    # --- parts of pages -------------------------------------------------------------------------------------------

    def _whole(self, here: str, title: str, body: str) -> str:
        say = self._say
        front, style = manifest.relative(FRONT, here), manifest.relative(STYLE, here)
        up = "" if here == FRONT else f'<nav><a href="{front}">{escape(self._title)}</a></nav>'
        return (
            f'<!DOCTYPE html>\n<html lang="{escape(say.language)}" dir="{say.direction}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{escape(title)}</title><link rel="stylesheet" href="{style}"></head>\n'
            f"<body>{up}<main>{body}</main></body></html>\n"
        )

    def _about(self, document_: Document, here: str) -> str:
        said = document_.article
        notes = []
        if document_.withdrawn is not None:
            notes.append(self._say("withdrawn_on", when=_minute(document_.withdrawn)))
        if said.weak:
            notes.append(self._say("weak_feed" if said.reader == "feed" else "weak"))
        if said.opinion:
            notes.append(self._say("opinion"))
        day = manifest.relative(day_list(document_.day), here)
        source = manifest.relative(source_list(said.source), here)
        facts = [f'<a href="{source}">{self._name(said.source)}</a>']
        if said.published is None:
            facts.append(f'<a href="{day}">{html_day(document_.day)}</a>')
        else:
            facts.append(f'{self._words("published")} <a href="{day}">{html.time(said.published)}</a>')
        if said.modified is not None and said.modified != said.published:
            facts.append(f"{self._words('changed')} {html.time(said.modified)}")
        facts.append(f"{self._words('taken')} {html.time(document_.at)}")
        if document_.number > 1:
            facts.append(self._words("revision_number", number=document_.number))
        return "".join(f'<p class="note">{escape(each)}</p>' for each in notes) + f"<p>{' · '.join(facts)}</p>"

    def _kin(self, kin: Sequence[Headline], here: str) -> str:
        return f"<section><h2>{self._words('kin')}</h2>{self._list(kin, here, named=True)}</section>" if kin else ""

    def _source(self, document_: Document) -> str:
        said = document_.article
        original = html.address(said.url)
        lines = [f'{self._words("original")}: <a href="{original}">{original}</a>'] if original else []
        if said.rights:
            lines.append(f"<span{html.language_of(said.language, self._say.language)}>{escape(said.rights)}</span>")
        return f'<p class="source">{"<br>".join(lines)}</p>' if lines else ""

    def _list(self, headlines: Iterable[Headline], here: str, *, named: bool = False) -> str:
        return _list([self._headline(each, here, named=named) for each in headlines])

    def _days(self, days: Sequence[tuple[str, int]], here: str) -> str:
        return _list(
            f'<li><a href="{manifest.relative(day_list(day), here)}">{html_day(day)}</a> <small>{number}</small></li>'
            for day, number in days
        )

    def _headline(self, each: Headline, here: str, *, named: bool) -> str:
        path = manifest.relative(document(each.source, each.day, each.key), here)
        title = escape(each.title) or escape(each.key)
        when = html.time(each.published) if each.published else html_day(each.day)
        facts = [self._name(each.source)] if named else []
        facts.append(when)
        if each.withdrawn:
            facts.append(f"<b>{self._words('withdrawn_label')}</b>")
        elif each.revisions > 1:
            facts.append(self._words("edited_label", n=each.revisions))
        language = html.language_of(each.language, self._say.language)
        return f'<li><a href="{path}"><bdi{language}>{title}</bdi></a> <small>{" · ".join(facts)}</small></li>'

    def _name(self, source: str) -> str:
        return f"<bdi>{escape(self._names.get(source) or source)}</bdi>"

    def _words(self, name: str, **values: object) -> str:
        return escape(self._say(name, **values))


def html_day(day: str) -> str:
    """A day (yyyy-mm-dd) or month (yyyy-mm) as a <time> element."""
    return f'<time datetime="{escape(day)}">{escape(day)}</time>'


def _list(items: Iterable[str]) -> str:
    said = "".join(items)
    return f'<ul class="list">{said}</ul>' if said else ""


def _minute(moment: datetime) -> str:
    return f"{dates.iso(moment)[:16].replace('T', ' ')} UTC"


def _page(document_: str) -> str:
    return f"{document_.removesuffix('.md')}.html"
