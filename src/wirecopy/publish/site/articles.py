"""The pages of an article: in each tier, in the other Chinese script, and one for every revision with its difference.

- Above the text: outlet and section, title, byline, the moments of publication, change and copy, what became of it.
  Below: its topics, the same text elsewhere, the neighbours of its day, the original, its rights, where to complain.
- The text keeps its own language and direction; the interface around it keeps its own.
- The default tier is the one that other sites and programs are told of (Open Graph, schema.org, canonical).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from urllib.parse import quote

from wirecopy import dates
from wirecopy.differences import Line, differences
from wirecopy.model import (
    AnyBlock,
    Article,
    Change,
    Code,
    Document,
    Edition,
    Embed,
    Heading,
    Headline,
    Link,
    Noun,
    Paragraph,
    Picture,
    Revision,
    Rule,
    Shelf,
    Table,
    Term,
    pictures,
    replace,
)
from wirecopy.publish.addresses import public
from wirecopy.publish.html import Shown, Writer, address, escape, language_of, time
from wirecopy.publish.look import Look
from wirecopy.publish.messages import Messages
from wirecopy.publish.site import plan, scripts
from wirecopy.publish.site.frame import Frame, data, utf8
from wirecopy.text import language_tag

_MOST_KIN = 20  # documents of one text that are named
_MOST_DESCRIBED = 300  # characters of a summary in the head: previews show fewer
_MOST_CHANGED = 400  # lines of a difference that are shown
_ROOT = "\0"  # stands for the way up to the site's root, which is another one in each tier; no text holds it
_TREE = "../" * 4  # from an article to the root of its tier

Show = Callable[[Document, str, str], Callable[[Picture], Shown | None]]
"""What is shown of a document's pictures on a page of this tier at this path."""


class Around(Noun, frozen=True, kw_only=True):
    """What stands around a document: the ones before and after it in its day, its terms, its kin."""

    before: Headline | None = None
    after: Headline | None = None
    terms: tuple[Term, ...] = ()
    kin: tuple[Headline, ...] = ()


class Articles:
    """Makes the pages of articles for one site."""

    def __init__(
        self, edition: Edition, frame: Frame, say: Messages, look: Look, shelves: Mapping[str, Shelf], show: Show
    ) -> None:
        self._edition = edition
        self._find = lru_cache(maxsize=4096)(edition.find)  # every tier asks for the same names
        self._frame = frame
        self._say = say
        self._look = look
        self._shelves = shelves
        self._show = show
        self._withdrawn = escape(say("withdrawn_label"))
        self._said = {name: escape(say(name)) for name in _NAMES}

    def pages(self, document: Document, around: Around) -> list[tuple[str, bytes]]:
        """The page of a document in each tier: paths and bytes."""
        article = document.article
        above = self._above(document, around)
        below, beside = self._below(document, around)
        title = article.title or article.key
        language = language_of(article.language, self._say.language)
        has_pictures = article.picture is not None or not all(map(_is_plain, article.body))
        found = []
        body = b""
        for tier in self._look.tiers:
            is_default = tier == self._look.tiers[0]
            path = plan.article(article.source, document.day, article.key, "" if is_default else tier)
            if has_pictures or not body:
                body = utf8(self._body(document, tier, path))
            root = "../" * path.count("/")
            over = (
                f"<article{language}>{above.replace(_ROOT, root)}{self._tiers(document, root, tier)}</header>"
                f'<div class="body"{_direction(article)}>'
            )
            under = f"</div></article>{(below if is_default else beside).replace(_ROOT, root)}"
            head = self._head(document, path) if is_default else self._canonical(document)
            found.append((path, self._frame.joined(path, title, (utf8(over), body, utf8(under)), head=head)))
        return found

    def in_other_script(self, document: Document, around: Around) -> list[tuple[str, bytes]]:
        """The page of a Chinese document in the other script, where the site has such pages."""
        article = document.article
        if not self._look.scripts or not scripts.other(article.language):
            return []
        path = plan.article(article.source, document.day, article.key, plan.SCRIPT)
        root = "../" * path.count("/")
        turned = replace(document, article=scripts.converted(article))
        tier = self._look.tiers[0]
        main = (
            f"<article{language_of(turned.article.language, self._say.language)}>"
            f"{self._above(turned, around).replace(_ROOT, root)}{self._tiers(document, root, plan.SCRIPT)}</header>"
            f'<div class="body">{self._body(turned, tier, path, self._page_in_other_script)}</div></article>'
            f"{self._below(turned, around)[0].replace(_TREE, root).replace(_ROOT, root)}"
        )
        title = turned.article.title or article.key
        return [(path, self._frame.page(path, title, main, head=self._canonical(document)))]

    def _body(self, document: Document, tier: str, path: str, link: Callable[[Link], str] | None = None) -> str:
        article = document.article
        writer = Writer(
            self._say,
            show=self._show(document, tier, path),
            link=link or self._own_page,
            language=article.language or self._say.language,
        )
        return writer.article(article)

    def _own_page(self, link: Link) -> str:
        """Where a link leads within the site. A tier is a tree of the same shape, so it leads to its own articles."""
        found = self._found(link)
        return "" if found is None else _TREE + plan.article(found.source, found.day, found.key)

    def _page_in_other_script(self, link: Link) -> str:
        """The same from the tree of the other script, which has Chinese articles alone."""
        found = self._found(link)
        up = _TREE if found is not None and scripts.other(found.language) else f"../{_TREE}"
        return "" if found is None else up + plan.article(found.source, found.day, found.key)

    def _found(self, link: Link) -> Headline | None:
        found = self._find(link.ref) if link.ref else None
        return self._find(link.href) if found is None and link.href else found

    # --- above the text ---------------------------------------------------------------------------------------------

    def _above(self, document: Document, around: Around) -> str:
        article = document.article
        shelf = self._shelves.get(article.source)
        outlet = escape((shelf.name if shelf else "") or article.source)
        kicker = f'<p class="kicker">{escape(article.kicker)}</p>' if article.kicker.strip() else ""
        where = f'<a href="{_ROOT}{plan.source(article.source)}"><bdi>{outlet}</bdi></a>'
        section = next((term for term in around.terms if term.kind == "section"), None)
        if section is not None:
            where += f' · <a href="{_ROOT}{plan.term(section.digest)}"><bdi>{escape(section.name)}</bdi></a>'
        elif article.section.strip():
            where += f" · {escape(article.section)}"
        return (
            f'<header><p class="where"{self._own(article)}>{where}</p>{kicker}'
            f"<h1{_direction(article)}>{escape(article.title) or self._said['untitled']}</h1>"
            f"{self._byline(article, around)}{self._facts(document)}{self._notices(document)}"
        )

    def _own(self, article: Article) -> str:
        """The `lang` and `dir` of words of the interface within an article."""
        return language_of(self._say.language, article.language or self._say.language)

    def _byline(self, article: Article, around: Around) -> str:
        said = escape(article.byline.strip() or ", ".join(article.authors))
        links = {
            escape(term.name): f'<a rel="author" href="{_ROOT}{plan.term(term.digest)}">{escape(term.name)}</a>'
            for term in around.terms
            if term.kind == "author"
        }
        if links and all(said.count(name) == 1 for name in links):  # else a name may stand within another one
            said = re.sub("|".join(map(re.escape, links)), lambda found: links[found[0]], said)
        return f'<p class="byline">{said}</p>' if said else ""

    def _facts(self, document: Document) -> str:
        """The moments: of publication, of the outlet's last change, of our copy; and which revision this is."""
        article, said = document.article, self._said
        facts = []
        if article.published is not None:
            facts.append(f"<div><dt>{said['published']}</dt><dd>{time(article.published)}</dd></div>")
        if article.modified is not None and article.modified != article.published:
            facts.append(f"<div><dt>{said['changed']}</dt><dd>{time(article.modified)}</dd></div>")
        facts.append(f"<div><dt>{said['taken']}</dt><dd>{time(document.at)}</dd></div>")
        if document.revisions > 1:
            last = plan.revision(article.source, document.day, article.key, document.revisions)
            count = escape(self._say("revision_of", number=document.number, all=document.revisions))
            facts.append(f'<div><dt>{said["revision"]}</dt><dd><a href="{_ROOT}{last}">{count}</a></dd></div>')
        original = address(article.url)
        if original:
            facts.append(
                f'<div><dt>{said["original"]}</dt><dd><a rel="external" href="{original}">{_host(article.url)}</a>'
                "</dd></div>"
            )
        return f'<dl class="facts"{self._own(article)}>{"".join(facts)}</dl>'

    def _notices(self, document: Document) -> str:
        article = document.article
        notices = []
        if document.withdrawn is not None:
            notices.append(escape(self._say("withdrawn_on", when="{}")).replace("{}", time(document.withdrawn)))
        if article.weak:
            notices.append(self._said["weak_feed" if article.reader == "feed" else "weak"])
        if article.opinion:
            notices.append(self._said["opinion"])
        own = self._own(article)
        return "".join(f'<p class="notice"{own}>{each}</p>' for each in notices)

    def _tiers(self, document: Document, root: str, tier: str) -> str:
        article = document.article
        has_other = self._look.scripts and bool(scripts.other(article.language))
        if len(self._look.tiers) < 2 and not has_other:
            return ""
        links = []
        for each in self._look.tiers:
            name = self._said[f"tier_{each}"]
            if each == tier:
                links.append(f'<li><b aria-current="true">{name}</b></li>')
            else:
                tree = "" if each == self._look.tiers[0] else each
                path = plan.article(article.source, document.day, article.key, tree)
                links.append(f'<li><a href="{root}{path}">{name}</a></li>')
        if has_other:
            path = plan.article(article.source, document.day, article.key, plan.SCRIPT)
            name = self._said["to_hans" if scripts.other(article.language) == "zh-Hans" else "to_hant"]
            link = f'<a href="{root}{path}">{name}</a>'
            own = f'<b aria-current="true">{name}</b>'
            links.append(f"<li>{own if tier == plan.SCRIPT else link}</li>")
        label = self._said["tiers"]
        return f'<nav class="tiers" aria-label="{label}"{self._own(article)}><ul>{"".join(links)}</ul></nav>'

    # --- below the text ---------------------------------------------------------------------------------------------

    def _below(self, document: Document, around: Around) -> tuple[str, str]:
        """What stands below the text in the default tier, and in other ones.

        These lead to the day alone: one that comes later changes one page of the one before it, not three.
        """
        article, said = document.article, self._said
        parts = []
        topics = [term for term in around.terms if term.kind == "topic"]
        if topics:
            links = "".join(
                f'<li><a href="{_ROOT}{plan.term(term.digest)}"><bdi>{escape(term.name)}</bdi></a></li>'
                for term in topics
            )
            parts.append(f'<nav class="topics" aria-label="{said["topics"]}"><ul>{links}</ul></nav>')
        if around.kin:
            items = "".join(f"<li>{self._relative(each)}</li>" for each in around.kin[:_MOST_KIN])
            parts.append(f"<h2>{said['kin']}</h2><ul>{items}</ul>")
        parts.append(f'<nav class="neighbours" aria-label="{said["neighbours"]}"><ul>')
        neighbours = "".join(
            f'<li class="{name}"><span>{said[name]}</span> {self._relative(each)}</li>'
            for name, each in (("before", around.before), ("after", around.after))
            if each is not None
        )
        whole_day = escape(self._say("all_of_day", day=document.day))
        rest = [f'<li><a href="{_ROOT}{plan.day(document.day)}">{whole_day}</a></li></ul></nav>']
        rights = article.rights.strip()
        if rights:
            rest.append(f'<p class="rights">{escape(rights)}</p>')
        rest.append(f'<p class="copy">{self._wrong(document)}</p>')
        first, last = "".join(parts), "".join(rest)
        return f"<footer>{first}{neighbours}{last}</footer>", f"<footer>{first}{last}</footer>"

    def _relative(self, headline: Headline) -> str:
        """A headline as a link within the tier of the page."""
        target = _TREE + plan.article(headline.source, headline.day, headline.key)
        title = escape(headline.title or headline.key)
        shelf = self._shelves.get(headline.source)
        name = escape((shelf.name if shelf else "") or headline.source)
        withdrawn = f" <b>{self._withdrawn}</b>" if headline.withdrawn else ""
        language = language_of(headline.language, self._say.language)
        when = time(headline.published or headline.at, day=True)
        return (
            f'<a href="{target}"><bdi{language}>{title}</bdi></a> <small><bdi>{name}</bdi>, {when}</small>{withdrawn}'
        )

    def _wrong(self, document: Document) -> str:
        """Where a reader says that this copy is wrong; the mail says which copy."""
        contact = self._look.contact
        name = f"{document.article.source}/{document.article.key}"
        words = self._said["wrong"]
        if "@" in contact and "/" not in contact:
            mail = contact.removeprefix("mailto:")
            subject = quote(f"{name} #{document.number} {document.capture[:16]}".strip(), safe="")
            return f'<a href="mailto:{escape(mail)}?subject={subject}">{words}</a>'
        target = address(contact)
        return f'<a href="{target}">{words}</a> ({escape(name)} #{document.number})' if target else ""

    # --- for programs -----------------------------------------------------------------------------------------------

    def _canonical(self, document: Document) -> str:
        article = document.article
        default = plan.article(article.source, document.day, article.key)
        return f'<link rel="canonical" href="{escape(self._look.address + default)}"/>' if self._look.address else ""

    def _head(self, document: Document, path: str) -> str:
        """Open Graph, schema.org's NewsArticle, other languages (hreflang)."""
        article = document.article
        here = escape(self._look.address + path) if self._look.address else ""
        shelf = self._shelves.get(article.source)
        outlet = (shelf.name if shelf else "") or article.source
        title = article.title or article.key
        said: dict[str, object] = {
            "@context": "https://schema.org",
            "@type": "LiveBlogPosting" if article.kind == "liveblog" else "NewsArticle",
            "headline": title,
            "publisher": {"@type": "NewsMediaOrganization", "name": outlet},
        }
        more: dict[str, object] = {
            "datePublished": article.published and dates.iso(article.published),
            "dateModified": article.modified and dates.iso(article.modified),
            "inLanguage": language_tag(article.language),
            "isBasedOn": public(article.url),
            "articleSection": article.section,
            "author": [{"@type": "Person", "name": name} for name in article.authors],
            "copyrightNotice": article.rights,
            "dateline": article.dateline,
        }
        said |= {name: value for name, value in more.items() if value}
        image = self._image(document) if here else ""
        if image:
            said["image"] = image
        parts = [
            f'<meta property="og:type" content="article"/><meta property="og:title" content="{escape(title)}"/>'
            f'<meta property="og:site_name" content="{escape(self._frame.title)}"/>'
        ]
        if article.published is not None:
            parts.append(f'<meta property="article:published_time" content="{dates.iso(article.published)}"/>')
        if article.modified is not None:
            parts.append(f'<meta property="article:modified_time" content="{dates.iso(article.modified)}"/>')
        summary = article.summary.strip()
        if summary:
            parts.append(f'<meta property="og:description" content="{escape(summary[:_MOST_DESCRIBED])}"/>')
        if here:
            parts.append(f'<link rel="canonical" href="{here}"/><meta property="og:url" content="{here}"/>')
            parts += self._siblings(document, here)
        if image:
            parts.append(f'<meta property="og:image" content="{escape(image)}"/>')
        parts.append(f'<script type="application/ld+json">{data(said)}</script>')
        return "".join(parts)

    def _image(self, document: Document) -> str:
        """The absolute address of the largest copy of the first picture that has one, "" where none has."""
        found = map(self._show(document, "full", ""), pictures(document.article))
        shown = next((each for each in found if each is not None), None)
        return self._look.address + shown.full if shown is not None else ""

    def _siblings(self, document: Document, here: str) -> list[str]:
        """The same article in other languages, where the mirror has it; then it names itself too, as is asked."""
        found = []
        for each in document.article.translations:
            own = (self._find(each.ref) if each.ref else None) or (self._find(each.url) if each.url else None)
            if own is not None and (language := language_tag(each.language)):
                target = escape(self._look.address + plan.article(own.source, own.day, own.key))
                found.append(f'<link rel="alternate" hreflang="{language}" href="{target}"/>')
        language = language_tag(document.article.language)
        if found and language:
            found.append(f'<link rel="alternate" hreflang="{language}" href="{here}"/>')
        return found

    # --- revisions --------------------------------------------------------------------------------------------------

    def revisions(self, document: Document) -> list[tuple[str, bytes]]:
        """A page for every revision of a document that has more than one, with what it changed."""
        if document.revisions < 2:
            return []
        article = document.article
        found = []
        last: Article | None = None
        for revision in self._edition.history(article.source, article.key):
            path = plan.revision(article.source, document.day, article.key, revision.number)
            found.append((path, self._revision(document, revision, last, path)))
            last = revision.article or last
        return found

    def _revision(self, document: Document, revision: Revision, before: Article | None, path: str) -> bytes:
        said, say = self._said, self._say
        shown = revision.article or before or document.article
        root = "../" * path.count("/")
        name = escape(say("revision_number", number=revision.number))
        latest = f"{root}{plan.article(document.article.source, document.day, document.article.key)}"
        links = [f'<a href="{latest}">{said["latest_copy"]}</a>']
        if revision.number > 1:
            links.append(f'<a rel="prev" href="{revision.number - 1}.html">{said["revision_before"]}</a>')
        if revision.number < document.revisions:
            links.append(f'<a rel="next" href="{revision.number + 1}.html">{said["revision_after"]}</a>')
        parts = [
            f"<h1{language_of(shown.language, say.language)}{_direction(shown)}>"
            f"{escape(shown.title) or said['untitled']}</h1>",
            f'<p class="notice">{name} · {said[f"change_{revision.change.value}"]} · {said["taken"]} '
            f"{time(revision.at)}</p>",
            f'<nav aria-label="{said["revisions"]}"><p>{" · ".join(links)}</p></nav>',
        ]
        if revision.article is not None and before is not None:
            parts.append(self._difference(before, revision.article))
        if revision.article is not None:
            writer = Writer(say, show=lambda _: None, link=None, language=shown.language or say.language, level=3)
            language = language_of(shown.language, say.language)
            byline = escape(shown.byline.strip() or ", ".join(shown.authors))
            parts.append(
                f'<article{language}><h2{self._own(shown)}>{said["whole_text"]}</h2><p class="byline">{byline}</p>'
                f'<div class="body"{_direction(shown)}>{writer.article(revision.article)}</div></article>'
            )
        if revision.capture:
            parts.append(f'<p class="digest"><small>{said["capture"]} <code>{revision.capture}</code></small></p>')
        return self._frame.page(path, f"{shown.title or shown.key} · {name}", "".join(parts))

    def _difference(self, before: Article, after: Article) -> str:
        lines = differences(before, after)
        if not lines:
            return f"<p>{self._said['no_difference']}</p>"
        language = language_of(after.language, self._say.language)
        shown = "".join(f"<li>{self._line(line)}</li>" for line in lines[:_MOST_CHANGED])
        more = (
            f"<p>{escape(self._say('more_lines', n=len(lines) - _MOST_CHANGED))}</p>"
            if len(lines) > _MOST_CHANGED
            else ""
        )
        return f'<h2>{self._said["difference"]}</h2><ul class="difference"{language}>{shown}</ul>{more}'

    def _line(self, line: Line) -> str:
        label = (
            ""
            if line.where == "text"
            else f"<small{language_of(self._say.language)}>{escape(self._say(f'in_{line.where}'))}</small> "
        )
        return label + "".join(
            f"<{tag}>{words}</{tag}>" if (tag := _SIGNS[piece.sign]) else words
            for piece in line.pieces
            if (words := escape(piece.text))
        )


_SIGNS = {"": "", "+": "ins", "-": "del"}
_NAMES = (
    "untitled", "published", "changed", "taken", "revision", "original", "weak", "weak_feed", "opinion",
    "tier_small", "tier_text", "tier_full", "tiers", "to_hans", "to_hant", "topics", "kin", "before", "after",
    "neighbours", "wrong", "latest_copy", "revision_before", "revision_after", "revisions", "whole_text", "capture",
    "no_difference", "difference", *(f"change_{each.value}" for each in Change),
)  # fmt: skip


def _direction(article: Article) -> str:
    """The `dir` of an article's own words where nobody knows their language: that of the first of them."""
    return "" if language_tag(article.language) else ' dir="auto"'


def _is_plain(block: AnyBlock) -> bool:
    return isinstance(block, (Paragraph, Heading, Rule, Code, Table, Embed))


def _host(url: str) -> str:
    return escape(url.partition("://")[2].partition("/")[0].removeprefix("www."))


def neighbours(headlines: Sequence[Headline]) -> dict[tuple[str, str], tuple[Headline | None, Headline | None]]:
    """The documents of the same source and day before (older) and after (newer) each of these, ordered as lists are."""
    found: dict[tuple[str, str], tuple[Headline | None, Headline | None]] = {}
    for _, group in groupby(headlines, key=lambda each: (each.day, each.source)):
        row = [None, *group, None]  # newest first
        for newer, each, older in zip(row, row[1:], row[2:], strict=False):
            if each is not None:
                found[each.source, each.key] = older, newer
    return found


def neighbours_in(page: bytes) -> set[tuple[str, str]]:
    """The (source, key) of the documents that a published page leads to as its neighbours."""
    return set(_NEIGHBOUR.findall(page.decode("utf-8", "replace")))


_NEIGHBOUR = re.compile(
    r'<li class="(?:before|after)"><span>[^<]*</span> <a href="[^"]*articles/([^/"]+)/\d+/\d+/([^/"]+)\.html"'
)
