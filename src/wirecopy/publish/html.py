"""Blocks as markup that is valid HTML and well-formed XML alike: sites, feeds, books and ZIM files show the same.

- Everything is escaped, controls and what is no character become U+FFFD, addresses are http, https or mailto, and no
  text turns the direction of what stands after it.
- Every text of every block is in the markup, and nothing in it asks another host for anything: where there is no copy
  of a picture, its caption, its credit and a link to it stand instead.
- Headings never skip a level; a table scrolls by itself; a caption belongs to its picture (WCAG 2.2).

Which picture is shown and where a link leads is the caller's decision; titles, bylines and notices are each format's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from wirecopy import dates
from wirecopy.model import (
    AnyBlock,
    Article,
    Aside,
    Blocks,
    Code,
    Embed,
    Figure,
    Gallery,
    Heading,
    Link,
    List,
    LiveEntry,
    Mark,
    Media,
    Noun,
    Paragraph,
    Picture,
    Quote,
    Reference,
    Rule,
    Run,
    Table,
    Text,
    plain,
    text,
)
from wirecopy.publish.addresses import public
from wirecopy.publish.messages import Messages
from wirecopy.text import NO_CHARACTERS, is_rtl, language_tag, settled, stand_in, visible

_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # what turns a direction, and what ends that
_TROUBLE = re.compile(f'[&<>"{_TURNS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{NO_CHARACTERS}\r]')
_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\r": "\n",
    **dict(zip(_TURNS, _TURNS, strict=True)),
}
_TAGS = {
    Mark.STRONG: "strong",
    Mark.EM: "em",
    Mark.UNDERLINE: "u",
    Mark.STRIKE: "s",
    Mark.SMALL: "small",
    Mark.SUB: "sub",
    Mark.SUP: "sup",
    Mark.CODE: "code",
}
# What browsers take in an address and the URL standard still calls an error (url.spec.whatwg.org, URL code points).
_ODD = re.compile(r"[\[\]{}|\\^`]|%(?![0-9A-Fa-f]{2})")
_AFTER_HOST = re.compile(r"(?<=[^/:])[/?#].*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEEPEST = 24  # blocks within blocks; deeper ones stand beside each other
_LONGEST_ALT = 160


def escape(words: str) -> str:
    """Plain words as markup, also within a double-quoted attribute."""
    if words.isprintable():  # most words are: of all that is looked for below only these four
        if "&" in words or "<" in words or ">" in words or '"' in words:
            return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        return words
    return _TROUBLE.sub(_harmless, settled(words)) if _TROUBLE.search(words) else words


def _harmless(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or stand_in(found[0])


@lru_cache(maxsize=1024)
def address(url: str) -> str:
    """An outlet's address as an attribute's value, if a person can open it; else ""."""
    found = public(url) if url else ""
    return escape(_AFTER_HOST.sub(_encoded, found)) if _ODD.search(found) else escape(found)


def _encoded(rest: re.Match[str]) -> str:
    return _ODD.sub(lambda odd: f"%{ord(odd[0]):02X}", rest[0])


@lru_cache(maxsize=4096)
def time(moment: datetime, *, day: bool = False) -> str:
    """A moment as a <time> element, to the minute in UTC, or its day."""
    said = dates.iso(moment)
    shown = said[:10] if day else f"{said[:10]} {said[11:16]} UTC"
    return f'<time datetime="{said}">{shown}</time>'


@lru_cache(maxsize=1024)
def language_of(language: str, around: str = "") -> str:
    """The `lang` and `dir` of an element in this language, "" where they are those around it, or it is none."""
    language, around = language_tag(language), language_tag(around)
    if not language or language == around:
        return ""
    turned = f' dir="{"rtl" if is_rtl(language) else "ltr"}"' if is_rtl(language) != is_rtl(around) else ""
    return f' lang="{escape(language)}"{turned}'


class Shown(Noun, frozen=True, kw_only=True):
    """What a reader gets of a picture: `src` is shown, in so many pixels; `full` leads to the large copy.

    Without `src` the copy is only linked, with its `size` in bytes, so that a reader knows what a tap costs.
    """

    src: str = ""
    width: int = 0
    height: int = 0
    full: str = ""
    size: int = 0


class Writer:
    """Blocks as markup for one document.

    `show` gives what is shown of a picture, None where there is no copy; `link` our own document for a link, "" where
    there is none. `level` is that of the document's highest headings.
    """

    def __init__(
        self,
        say: Messages,
        *,
        show: Callable[[Picture], Shown | None],
        link: Callable[[Link], str] | None = None,
        language: str = "",
        level: int = 2,
        lazy: bool = True,
    ) -> None:
        self._say = say
        self._show = show
        self._own = link
        self._around = language_of(say.language, language)
        self._shift = level - 2
        self._last = level - 1
        self._depth = 0
        self._named: set[str] = set()
        self._lazy = ' loading="lazy" decoding="async"' if lazy else ""

    # --- the document ------------------------------------------------------------------------------------------------

    def article(self, article: Article) -> str:
        """All of an article but its title, byline and moments: kicker and lead, lead picture, body, references."""
        parts = [self.opening(article)]
        if article.picture is not None:
            parts.append(self.figure(article.picture, "lead"))
        parts += [self.blocks(article.body), self.closing(article)]
        return "".join(parts)

    def opening(self, article: Article) -> str:
        """What stands between the title and the body: the subtitle, and the summary where the body does not say it."""
        parts = []
        if article.subtitle.strip():
            parts.append(f'<p class="subtitle">{escape(article.subtitle)}</p>')
        summary = article.summary
        if summary.strip():
            first = next((block.text for block in article.body if isinstance(block, (Paragraph, Heading))), ())
            if (seen := visible(summary)) != visible(article.subtitle) and seen != visible(plain(first)):
                parts.append(f'<p class="summary">{self.text(text(summary))}</p>')
        return "".join(parts)

    def closing(self, article: Article) -> str:
        """What stands below the body: what the outlet refers to, and the article in other languages."""
        items = [self._reference(each) for each in article.related]
        items += [
            f"<li>{self._anchor(each.language, Link(href=each.url, ref=each.ref))}</li>"
            for each in article.translations
            if each.language
        ]
        said = "".join(items)
        if not said:
            return ""
        heading = (
            f'<h{self._shift + 2} class="references"{self._around}>{self._words("references")}</h{self._shift + 2}>'
        )
        return f'{heading}<ul class="references">{said}</ul>'

    def _reference(self, each: Reference) -> str:
        said = self._anchor(each.title, Link(href=each.url, ref=each.ref))
        return f"<li>{said}</li>" if said else ""

    # --- text --------------------------------------------------------------------------------------------------------

    def text(self, words: Text) -> str:
        """The characters, marks and links of a text."""
        if len(words) == 1 and not words[0].marks and words[0].link is None:
            return _broken(words[0].text)
        parts = []
        for link, runs in groupby(words, key=_link):
            said = list(runs)
            inner = "".join(map(_run, said))
            has_words = any(run.text.strip() for run in said)  # a link of blanks alone has no name, and none finds it
            target = self.target(link) if link is not None and has_words else ""
            parts.append(f'<a href="{target}">{inner}</a>' if target else inner)
        return "".join(parts)

    def target(self, link: Link) -> str:
        """Where a link leads, as an attribute's value; "" for nowhere."""
        own = self._own(link) if self._own is not None else ""
        return escape(own) if own else address(link.href)

    def _anchor(self, title: str, link: Link) -> str:
        target = self.target(link)
        if not target:
            return escape(title)
        return f'<a href="{target}">{escape(title.strip()) or target}</a>'

    def _words(self, name: str, **values: object) -> str:
        return escape(self._say(name, **values))

    # --- blocks ------------------------------------------------------------------------------------------------------

    def blocks(self, blocks: Blocks) -> str:
        """These blocks, in their order."""
        return "".join([_WRITERS[type(block)](self, block) for block in blocks])

    def _within(self, blocks: Blocks, before: str, after: str, *, head: str = "", foot: str = "") -> str:
        """These blocks in an element. Without any, and too deep for another element: between `head` and `foot`."""
        if self._depth >= _DEEPEST:
            return f"{head}{self.blocks(blocks)}{foot}"
        self._depth += 1
        inner = self.blocks(blocks)
        self._depth -= 1
        return f"{before}{inner}{after}" if inner else f"{head}{foot}"

    def _paragraph(self, block: Paragraph) -> str:
        said = self.text(block.text)
        if not said.strip():
            return ""
        return f'<p class="{escape(block.role)}">{said}</p>' if block.role else f"<p>{said}</p>"

    def _heading(self, block: Heading) -> str:
        return self._headed(self.text(block.text), block.level)

    def _headed(self, said: str, level: int) -> str:
        if not said.strip():
            return ""
        level = max(min(level + self._shift, self._last + 1, 6), 2 + min(self._shift, 4))
        self._last = level
        return f"<h{level}>{said}</h{level}>"

    def _quote(self, block: Quote) -> str:
        credit = self.text(block.credit)
        footer = f'<p class="credit">— {credit}</p>' if credit.strip() else ""
        return self._within(block.body, "<blockquote>", f"{footer}</blockquote>", foot=footer)

    def _list(self, block: List) -> str:
        items = [f"<li>{inner}</li>" for item in block.items if (inner := self._item(item))]
        if not items:
            return ""
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>{''.join(items)}</{tag}>"

    def _item(self, blocks: Blocks) -> str:
        if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
            return self.text(blocks[0].text)
        return self._within(blocks, "", "")

    def _figure(self, block: Figure) -> str:
        return self.figure(block.picture)

    def figure(self, picture: Picture, kind: str = "", number: str = "") -> str:
        """A picture with its caption and credit; without a copy, these and a link to it."""
        shown = self._show(picture)
        caption = self.text(picture.caption)
        credit = f' <small class="credit">{escape(picture.credit)}</small>' if picture.credit.strip() else ""
        if shown is not None and shown.src:
            name = picture.alt.strip() or plain(picture.caption).strip() or self._say("picture")
            name = f"{name[:_LONGEST_ALT]}…" if len(name) > _LONGEST_ALT else name
            size = f' width="{shown.width}" height="{shown.height}"' if shown.width and shown.height else ""
            seen = f'<img src="{escape(shown.src)}" alt="{escape(name)}"{size}{self._lazy}/>'
            if shown.full and shown.full != shown.src:
                seen = f'<a href="{escape(shown.full)}">{seen}</a>'
            more = ""
        else:
            seen, more = "", self._absent(picture, shown)
        line = f"{number}{caption}{credit}{more}"
        if not seen and not line:
            return ""
        said = f"<figcaption>{line}</figcaption>" if line else ""
        return f'<figure class="{kind}">{seen}{said}</figure>' if kind else f"<figure>{seen}{said}</figure>"

    def _absent(self, picture: Picture, shown: Shown | None) -> str:
        """The link that stands where a picture is not shown, with the picture's own words where it has some."""
        alt = picture.alt.strip()
        if shown is not None and shown.full:
            words = self._words("picture_sized", size=size_of(shown.size)) if shown.size else self._words("picture")
            target = escape(shown.full)
        else:
            words, target = self._words("picture_at_outlet"), address(picture.url)
        named = f' <span class="alt">{escape(alt)}</span>' if alt and alt != plain(picture.caption).strip() else ""
        if not target:
            return named
        return f'{named} <a class="absent" href="{target}"{self._around}>{words}</a>'

    def _gallery(self, block: Gallery) -> str:
        before = self._last
        heading = self._headed(escape(block.title), 2)
        inside = self._last
        items = []
        for number, entry in enumerate(block.entries, 1):
            self._last = inside
            title = self._headed(escape(entry.title), 3)
            count = f'<span class="count">{number}/{len(block.entries)}</span> '
            words = self.text(entry.text)
            said = f"<p>{words}</p>" if words.strip() else ""
            items.append(f"<li>{title}{self.figure(entry.picture, number=count)}{said}</li>")
        self._last = max(before, inside)
        own = self._own(Link(ref=block.ref)) if self._own is not None and block.ref else ""
        more = f'<p><a href="{escape(own)}"{self._around}>{self._words("gallery_page")}</a></p>' if own else ""
        shown = f'<ol class="pictures">{"".join(items)}</ol>' if items else ""
        return f'<div class="gallery">{heading}{shown}{more}</div>' if heading or shown or more else ""

    def _table(self, block: Table) -> str:
        rows = [row for row in block.rows if row]
        caption = self.text(block.caption)
        if not rows:
            return f"<p>{caption}</p>" if caption.strip() else ""
        lines = []
        for number, row in enumerate(rows):
            is_head = number == 0 and all(cell.header for cell in row)
            cells = []
            for cell in row:
                across = f' colspan="{cell.across}"' if 1 < cell.across <= 1000 else ""  # the limit of HTML
                rest = min(cell.down, len(rows) - number)  # what reaches below the last row is invalid
                down = f' rowspan="{rest}"' if 1 < rest <= 65534 else ""  # the limit of HTML
                scope = f' scope="{"col" if is_head else "row"}"' if cell.header else ""
                tag = "th" if cell.header else "td"
                cells.append(f"<{tag}{across}{down}{scope}>{self.text(cell.text)}</{tag}>")
            lines.append(f"<tr>{''.join(cells)}</tr>")
        named = f"<caption>{caption}</caption>" if caption.strip() else ""
        return f'<div class="table" tabindex="0"><table>{named}<tbody>{"".join(lines)}</tbody></table></div>'

    def _code(self, block: Code) -> str:
        return f"<pre><code>{escape(block.text)}</code></pre>"

    def _rule(self, _: Rule) -> str:
        return "<hr/>"

    def _embed(self, block: Embed) -> str:
        kind = escape(block.kind.strip() or "embed")
        title = self._anchor(block.title, Link(href=block.url))
        words = self.text(block.text)
        said = f"<p>{words}</p>" if words.strip() else ""
        return f'<div class="embed"><p><b>{kind}</b>{": " if title else ""}{title}</p>{said}</div>'

    def _media(self, block: Media) -> str:
        kind = escape(block.kind.strip() or "media")
        title = self._anchor(block.title, Link(href=block.url, ref=block.ref))
        length = f" ({block.duration // 60}:{block.duration % 60:02d})" if block.duration > 0 else ""
        words = self.text(block.text)
        said = f"<p>{words}</p>" if words.strip() else ""
        poster = "" if block.poster is None else self.figure(block.poster)
        return f'<div class="media">{poster}<p><b>{kind}</b>{": " if title else ""}{title}{length}</p>{said}</div>'

    def _aside(self, block: Aside) -> str:
        title = f'<p class="title"><b>{escape(block.title)}</b></p>' if block.title.strip() else ""
        kind = f"aside {escape(block.role)}" if block.role else "aside"
        before = f'<div class="{kind}">{title}'
        return self._within(block.body, before, "</div>", head=f"{before}</div>" if title else "")

    def _live_entry(self, block: LiveEntry) -> str:
        name = f"entry-{block.key if _NAME.fullmatch(block.key) else len(self._named) + 1}"
        while name in self._named:
            name = f"{name}-{len(self._named) + 1}"
        self._named.add(name)
        when = "" if block.at is None else f'<a href="#{name}">{time(block.at)}</a> '
        self._last = self._shift + 1
        heading = self._headed(f"{when}{escape(block.title)}", 2)
        authors = f'<p class="byline">{escape(", ".join(block.authors))}</p>' if block.authors else ""
        before = f'<div class="live" id="{name}">{heading}{authors}'
        return self._within(block.body, before, "</div>", head=f"{before}</div>" if heading or authors else "")


_WRITERS: dict[type[AnyBlock], Callable[[Writer, Any], str]] = {
    Paragraph: Writer._paragraph,
    Heading: Writer._heading,
    Quote: Writer._quote,
    List: Writer._list,
    Figure: Writer._figure,
    Gallery: Writer._gallery,
    Table: Writer._table,
    Code: Writer._code,
    Rule: Writer._rule,
    Embed: Writer._embed,
    Media: Writer._media,
    Aside: Writer._aside,
    LiveEntry: Writer._live_entry,
}


def size_of(size: int) -> str:
    """A size in bytes as people say it: 34 KB, 1.2 MB (decimal, as phones show it)."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB"


def _link(run: Run) -> Link | None:
    return run.link


def _run(run: Run) -> str:
    said = _broken(run.text)
    for mark in reversed(run.marks):
        tag = _TAGS[mark]
        said = f"<{tag}>{said}</{tag}>"
    return said


def _broken(words: str) -> str:
    words = escape(words)
    return words.replace("\n", "<br/>") if "\n" in words else words
