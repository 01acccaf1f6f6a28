"""The plain document: an article for people and for Markdown tools. YAML front matter, then CommonMark.

- The front matter is read back the same by every parser of YAML 1.1 and 1.2: strings stand in double quotes with
  JSON's escapes, moments are strings, an unknown one is null. `digest` is the SHA-256 of all that follows it.
- The body is the title, what became of the article, byline and dates, then the blocks in their order. Simple tables
  are GFM tables, others HTML built here; what stands beside the story stands in block quotes.
- Nothing active comes out: addresses are http, https or mailto, everything else is text (see commonmark.py).
- A link leads to the mirror's own document where `link` knows one, else to the public page, never to an API.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from wirecopy import dates, urls
from wirecopy.model import (
    AnyBlock,
    Article,
    Aside,
    Blocks,
    Code,
    Document,
    Embed,
    Figure,
    Gallery,
    Heading,
    Headline,
    Link,
    List,
    LiveEntry,
    Mark,
    Media,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Run,
    Table,
    Text,
    merge,
    plain,
    text,
)
from wirecopy.publish import commonmark
from wirecopy.publish.addresses import public
from wirecopy.text import is_rtl, visible

_PROXY = "https://images.weserv.nl/?url="
# Renderers stop at some depth of quotes and lists (markdown-it: 20 blocks, a quoted list item is four).
_DEEPEST = 4
_MOST_KIN = 20  # documents of one text that are named


def render(
    document: Document,
    *,
    pictures: str = "outlet",
    link: Callable[[Link], str] | None = None,
    copy: Callable[[Picture], str] | None = None,
    names: Mapping[str, str] | None = None,
    kin: Sequence[tuple[Headline, str]] = (),
) -> bytes:
    """The plain document of an article.

    `pictures`: "own", our copies, for each of which `copy` gives the relative path ("" where there is none); from the
    "outlet", through the "proxy", or "none" (a link instead). `link` gives the relative path of the mirror's own
    document for a link, "" where it has none; `names` what readers call each source. `kin` are the documents that are
    one text with this one, oldest first, with the relative path of each.
    """
    body = _Writer(pictures, link, copy, names or {}).document(document, kin).encode("utf-8", "replace")
    return _front_matter(document, hashlib.sha256(body).hexdigest()).encode("utf-8", "replace") + body


def picture_address(picture: Picture, pictures: str) -> str:
    """Where a reader's browser gets this picture: the one place that decides it. "" when there is no address."""
    address = urls.resolve(picture.url)
    if address and pictures == "proxy":
        return _PROXY + quote(address.partition("://")[2], safe="/:?=@,;!'()*~")
    return address


def _front_matter(document: Document, digest: str) -> str:
    article = document.article
    lines = {
        "id": quoted(f"{article.source}/{article.key}"),
        "source": quoted(article.source),
        "title": quoted(article.title),
        "authors": _sequence(article.authors),
        "published": _moment(article.published),
        "modified": _moment(article.modified),
        "captured": _moment(document.at),
        "revision": str(document.number),
        "language": quoted(article.language),
        "original": quoted(article.url),
        "rights": quoted(article.rights),
        "digest": quoted(digest),
        "kind": quoted(article.kind),
        "section": quoted(article.section) if article.section else "",
        "tags": _sequence(article.tags) if article.tags else "",
        "opinion": "true" if article.opinion else "",
        "dateline": quoted(article.dateline) if article.dateline else "",
        "partial": quoted(article.reader) if article.weak else "",
        "withdrawn": _moment(document.withdrawn) if document.withdrawn else "",
        "direction": quoted("rtl") if is_rtl(article.language) else "",
    }
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in lines.items() if value) + "---\n"


# Beside controls: what breaks a line for YAML 1.1, turns the direction, cannot be seen, or is no character.
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f-\xa0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]')
_SURROGATE = re.compile("[\ud800-\udfff]")


def quoted(words: str) -> str:
    """A string of YAML (and JSON) that is never anything else: no yes, no date, no number."""
    return '"' + _UNSAFE.sub(_escape, _SURROGATE.sub("\ufffd", words)) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return "\\" + character if character in '"\\' else "\ufffd" if character == "\ufffd" else f"\\u{ord(character):04x}"


def _sequence(strings: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(quoted, strings)) + "]"


def _moment(moment: datetime | None) -> str:
    return "null" if moment is None else quoted(dates.iso(moment))


def _time(moment: datetime) -> str:
    return f"{dates.iso(moment)[:16].replace('T', ' ')} UTC"


# What a reading of last resort was read from.
_WEAK = {
    "feed": "This is what the outlet's feed carried of the article; its page could not be had.",
    "": "This was read from what the page says about itself; its text could not be had.",
}


class _Writer:
    """Blocks as CommonMark, for one document."""

    def __init__(
        self,
        pictures: str,
        link: Callable[[Link], str] | None,
        copy: Callable[[Picture], str] | None,
        names: Mapping[str, str],
    ) -> None:
        self._pictures = pictures
        self._copy = copy
        self._names = names
        self._own = link

    def document(self, document: Document, kin: Sequence[tuple[Headline, str]]) -> str:
        article = document.article
        parts = [
            f"# {commonmark.escaped(article.title) or 'Untitled'}",
            *self._notes(document),
            *self._opening(article),
            *self._kin(document, kin),
            *([] if article.picture is None else self._picture(article.picture)),
            *self.blocks(article.body, 2, 0),
            *self._closing(article),
        ]
        return "\n" + "\n\n".join(parts) + "\n"

    def blocks(self, blocks: Blocks, level: int, depth: int) -> list[str]:
        """The parts of these blocks, to be separated by empty lines. `level`: of the highest heading among them."""
        parts: list[str] = []
        last: AnyBlock | None = None
        is_other = False  # is the list at hand to be told apart from the one right above it?
        for block in blocks:
            is_beside = isinstance(block, List) and isinstance(last, List) and last.ordered == block.ordered
            is_other = is_beside and not is_other
            written = self._block(block, level, depth, is_other)
            if written:
                parts.extend(written)
                last = block
        return parts

    def _block(self, block: AnyBlock, level: int, depth: int, is_other: bool) -> list[str]:
        match block:
            case Paragraph():
                return [self._words(block.text)] if _is_seen(block.text) else []
            case Heading():
                return self._heading(block.text, max(block.level, level))
            case Quote():
                credit = [f"— {self._words(block.credit)}"] if _is_seen(block.credit) else []
                return self._quote([*self.blocks(block.body, level, depth + 1), *credit], depth)
            case List():
                return self._list(block, level, depth, is_other)
            case Figure():
                return self._picture(block.picture)
            case Gallery():
                return self._gallery(block, level)
            case Table():
                return self._table(block)
            case Code():
                return [_fenced(block.text)]
            case Rule():
                return ["***"]  # three hyphens could be the second line of a heading
            case Embed():
                return self._embed(block, depth)
            case Media():
                return self._media(block, depth)
            case Aside():
                title = [self._said(block.title, Mark.STRONG)] if block.title.strip() else []
                return self._quote([*title, *self.blocks(block.body, level, depth + 1)], depth)
            case LiveEntry():
                return self._entry(block, level, depth)

    # --- above and below the blocks -----------------------------------------------------------------------------

    def _notes(self, document: Document) -> list[str]:
        notes = []
        if document.withdrawn is not None:
            notes.append(f"**Withdrawn by the outlet on {_time(document.withdrawn)}; this is the last copy.**")
        if document.article.weak:
            notes.append(f"{_WEAK.get(document.article.reader, _WEAK[''])} It may not be whole.")
        if document.number > 1:
            notes.append(
                f"Revision {document.number}, taken {_time(document.at)}; first taken {_time(document.first_at)}."
            )
        return self._quote(notes, 0)

    def _kin(self, document: Document, kin: Sequence[tuple[Headline, str]]) -> list[str]:
        """Where else the same text stands, and where it stood first."""
        said = [self._relative(*each) for each in kin[:_MOST_KIN]]
        if not said:
            return []
        more = f" and {len(kin) - _MOST_KIN} more" if len(kin) > _MOST_KIN else ""
        first = kin[0][0]
        is_later = (first.published or first.at) < (document.article.published or document.at)
        begun = [f"First at {said.pop(0)}"] if is_later else []
        rest = [f"{'also' if is_later else 'Also'} in {', '.join(said)}{more}"] if said else []
        return [f"{'; '.join([*begun, *rest])}."]

    def _relative(self, headline: Headline, path: str) -> str:
        name = commonmark.escaped(self._names.get(headline.source) or headline.source)
        withdrawn = ", withdrawn" if headline.withdrawn else ""
        return f"[{name}]({commonmark.destination(path)}) ({_time(headline.published or headline.at)}{withdrawn})"

    def _opening(self, article: Article) -> list[str]:
        parts = []
        if article.kicker.strip():
            parts.append(self._said(article.kicker, Mark.EM))
        if article.subtitle.strip():
            parts.append(self._said(article.subtitle, Mark.STRONG))
        first = next((block.text for block in article.body if isinstance(block, Paragraph | Heading)), ())
        if article.summary.strip() and visible(article.summary) not in (
            visible(article.subtitle),
            visible(plain(first)),
        ):
            parts.append(self._words(text(article.summary)))
        return [*parts, self._byline(article)]

    def _byline(self, article: Article) -> str:
        names = article.byline or ", ".join(article.authors)
        said = [self._said(names)] if names.strip() else []
        if article.published is not None:
            said.append(f"published {_time(article.published)}")
        if article.modified is not None and article.modified != article.published:
            said.append(f"changed {_time(article.modified)}")
        original = public(article.url)
        source = commonmark.escaped(self._names.get(article.source) or article.source)
        said.append(f"[{source}]({commonmark.destination(original)})" if original else source)
        return " · ".join(said)

    def _closing(self, article: Article) -> list[str]:
        lines = [self._anchor(each.title, Link(href=each.url, ref=each.ref)) for each in article.related]
        lines += [
            self._anchor(f"In {each.language}", Link(href=each.url, ref=each.ref)) for each in article.translations
        ]
        items = [f"- {line}" for line in lines if line]
        return ["***", "\n".join(items)] if items else []

    # --- pictures -------------------------------------------------------------------------------------------------

    def _picture(self, picture: Picture) -> list[str]:
        address = picture_address(picture, self._pictures)
        source = address if self._pictures in ("outlet", "proxy") else ""
        if self._pictures == "own" and self._copy is not None:
            source = self._copy(picture)
        shown = [f"![{commonmark.escaped(picture.alt)}]({commonmark.destination(source)})"] if source else []
        line = self._caption(picture.caption, picture.credit)
        if not shown and (address or self._pictures == "own"):
            label = commonmark.escaped(picture.alt) or "picture"
            named = f"[{label}]({commonmark.destination(address)})" if address else label
            missing = " (no copy here)" if self._pictures == "own" else ""
            line += f"{' ' if line else ''}{named}{missing}"
        return [*shown, line] if line else shown

    def _caption(self, caption: Text, credit: str) -> str:
        said = merge(Run(text=run.text, marks=(*run.marks, Mark.EM), link=run.link) for run in _trimmed(caption))
        if credit.strip():
            said = merge([*said, *text(f"{' ' if said else ''}({' '.join(credit.split())})")])
        return self._words(said) if _is_seen(said) else ""

    def _gallery(self, gallery: Gallery, level: int) -> list[str]:
        parts = self._heading(text(gallery.title), level)
        for entry in gallery.entries:
            parts.extend(self._heading(text(entry.title), level + 1))
            parts.extend(self._picture(entry.picture))
            if _is_seen(entry.text):
                parts.append(self._words(entry.text))
        own = self._target(Link(ref=gallery.ref)) if gallery.ref else ""
        if own:
            parts.append(f"[{commonmark.escaped(gallery.title) or 'Gallery'}]({commonmark.destination(own)})")
        return parts

    # --- things of other hosts, and of the outlet's players ---------------------------------------------------------

    def _embed(self, embed: Embed, depth: int) -> list[str]:
        line = self._named(embed.kind or "embed", embed.title, Link(href=embed.url))
        words = [self._words(embed.text)] if _is_seen(embed.text) else []
        return self._quote([line, *words], depth)

    def _media(self, media: Media, depth: int) -> list[str]:
        poster = [] if media.poster is None else self._picture(media.poster)
        line = self._named(media.kind or "media", media.title, Link(href=media.url, ref=media.ref))
        if media.duration > 0:
            line += f" ({media.duration // 60}:{media.duration % 60:02d})"
        words = [self._words(media.text)] if _is_seen(media.text) else []
        return [*poster, *self._quote([line, *words], depth)]

    def _entry(self, entry: LiveEntry, level: int, depth: int) -> list[str]:
        said = [] if entry.at is None else [_time(entry.at)]
        if entry.title.strip():
            said.append(" ".join(entry.title.split()))
        heading = self._heading(text(" · ".join(said)), level)
        authors = [self._said(", ".join(entry.authors))] if entry.authors else []
        return [*heading, *authors, *self.blocks(entry.body, level + 1, depth)]

    # --- the shapes of CommonMark -------------------------------------------------------------------------------------

    def _heading(self, words: Text, level: int) -> list[str]:
        return [f"{'#' * min(level, 6)} {commonmark.line(words, self._target)}"] if _is_seen(words) else []

    def _quote(self, parts: list[str], depth: int) -> list[str]:
        if not parts or depth >= _DEEPEST:
            return parts
        lines = "\n\n".join(parts).split("\n")
        return ["\n".join(f"> {line}" if line else ">" for line in lines)]

    def _list(self, block: List, level: int, depth: int, is_other: bool) -> list[str]:
        items = [self.blocks(item, level, depth + 1) for item in block.items]
        if depth >= _DEEPEST:
            return [part for item in items for part in item]
        # A second list of the same kind would go on with the first one, were its mark the same.
        marks = (")", "+") if is_other else (".", "-")
        written = []
        for number, item in enumerate(items, 1):
            mark = f"{number}{marks[0]} " if block.ordered else f"{marks[1]} "
            lines = "\n\n".join(item).split("\n")
            rest = [f"{' ' * len(mark)}{line}" if line else "" for line in lines[1:]]
            written.append("\n".join([f"{mark}{lines[0]}".rstrip(), *rest]))
        is_tight = all(len(item) <= 1 for item in items)
        return [("\n" if is_tight else "\n\n").join(written)] if written else []

    def _table(self, table: Table) -> list[str]:
        caption = [self._caption(table.caption, "")] if _is_seen(table.caption) else []
        if not any(table.rows):
            return caption
        if not _is_simple(table):
            return [self._html_table(table)]
        rows = [" | ".join(commonmark.cell(cell.text, self._target) for cell in row) for row in table.rows]
        lines = [f"| {row} |" for row in rows]
        lines.insert(1, "|" + " --- |" * len(table.rows[0]))
        return [*caption, "\n".join(lines)]

    def _html_table(self, table: Table) -> str:
        lines = ["<table>"]
        if _is_seen(table.caption):
            lines.append(f"<caption>{commonmark.html(table.caption, self._target)}</caption>")
        for row in table.rows:
            cells = []
            for cell in row:
                tag = "th" if cell.header else "td"
                across = f' colspan="{cell.across}"' if 1 < cell.across <= 1000 else ""  # the limit of HTML
                down = f' rowspan="{cell.down}"' if 1 < cell.down <= 65534 else ""  # the limit of HTML
                cells.append(f"<{tag}{across}{down}>{commonmark.html(cell.text, self._target)}</{tag}>")
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return "\n".join([*lines, "</table>"])

    # --- words and where they lead --------------------------------------------------------------------------------

    def _words(self, words: Text) -> str:
        return commonmark.words(words, self._target)

    def _said(self, words: str, *marks: Mark) -> str:
        """Plain words as a paragraph of their own, or the beginning of one."""
        return self._words(text(" ".join(words.split()), *marks))

    def _named(self, kind: str, title: str, link: Link) -> str:
        anchor = self._anchor(title, link)
        return f"{self._said(kind)}: {anchor}" if anchor else self._said(kind)

    def _target(self, link: Link) -> str:
        own = self._own(link) if self._own is not None else ""
        return own or public(link.href)

    def _anchor(self, title: str, link: Link) -> str:
        target = self._target(link)
        if not target:
            return self._said(title)
        return f"[{commonmark.escaped(title) or commonmark.escaped(target)}]({commonmark.destination(target)})"


def _trimmed(words: Text) -> Text:
    """A text without white space at its ends."""
    runs = list(words)
    while runs and not (kept := runs[0].text.lstrip()):
        del runs[0]
    if runs:
        runs[0] = Run(text=kept, marks=runs[0].marks, link=runs[0].link)
    while runs and not (kept := runs[-1].text.rstrip()):
        del runs[-1]
    if runs:
        runs[-1] = Run(text=kept, marks=runs[-1].marks, link=runs[-1].link)
    return tuple(runs)


def _is_seen(words: Text) -> bool:
    """Is there anything in this text but white space? Outlets set empty paragraphs apart with no-break spaces."""
    return any(run.text.strip() for run in words)


def _is_simple(table: Table) -> bool:
    """Does a GFM table say all of this one: a header row above plain ones, all of one length?"""
    first, *rest = table.rows
    return (
        all(len(row) == len(first) and len(row) > 0 for row in table.rows)
        and all(cell.across == cell.down == 1 for row in table.rows for cell in row)
        and all(cell.header for cell in first)
        and not any(cell.header for row in rest for cell in row)
    )


def _fenced(code: str) -> str:
    lines = commonmark.clean(code.replace("\r\n", "\n")).removesuffix("\n")
    longest = max(map(len, re.findall("`+", lines)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{lines}\n{fence}"
