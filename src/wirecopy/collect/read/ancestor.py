"""The body of a classic document in the ancestor's grammar → blocks, and seams where it is spelt otherwise.

- The grammar is that of the feed through which Deutsche Welle's articles came (docs/formats.md), read by a tokenizer of
  our own: a DOM would forget how things were written.
- Every stretch of the body ends up in a block, or in the seam of one: what is canonical leaves no trace, what is not
  leaves its tags, and what can't be kept by either is a complaint. Words, pictures and links are kept in any case.
- Elements in a form that the grammar doesn't know are read like a page's (blocks.py).
- Time is linear in the input, whatever the input is.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from wirecopy import dates, seams, urls
from wirecopy.collect.read import blocks
from wirecopy.model import (
    AnyBlock,
    Aside,
    Blocks,
    Cell,
    Code,
    Embed,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
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
    Seam,
    Table,
    Text,
    merge,
    plain,
    replace,
    text,
)

SMALL = r'<div><small style="color: #999;">'
SOURCE = r'src="([^"<>]*)"'


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body says. `kind` is that of its form: article, gallery, video."""

    kind: str
    byline: str
    published: datetime | None
    picture: Picture | None
    blocks: Blocks
    seams: tuple[Seam, ...]
    complaints: Counter[str]


def read(body: str, url: str) -> Reading:
    """A body as it stood under the head of a classic document of the article at `url`."""
    parser = _Parser(body, url)
    byline, published = parser.byline()
    picture, placed = parser.lead()
    found = parser.document(headed=byline is not None)
    kind = _form(found) if byline is None else "article"
    if kind == "article" and byline is None:
        parser.seams.append(seams.seam("head", "", [(0, seams.NONE)]))
    elif kind == "article" and not placed:
        parser.seams.append(seams.seam("lead", "", [(0, seams.NONE)]))
    return Reading(kind, byline or "", published, picture, found, tuple(parser.seams), parser.complaints)


def footer(body: str) -> tuple[str, Blocks]:
    """A body without the footer that the feed hung under it, and the footer; any body, not only in this grammar."""
    at = body.rfind("<br><hr><div>获取更多RSS：")
    found = _Parser(body[at:], "").document(headed=False) if at >= 0 else ()
    return (body[:at], found) if len(found) == 1 and isinstance(found[0], Aside) else (body, ())


def unproxied(body: str) -> str:
    """A body with the pictures' own addresses in place of the proxy's."""
    return _PROXIED.sub(lambda found: seams.unproxied(found[0]), body)


def _form(body: Blocks) -> str:
    """The form of a body without byline."""
    match body:
        case (Media(kind="video"), *_) | (Paragraph(), Media(kind="video"), *_):
            return "video"
        case (Gallery(), *_) if all(isinstance(block, Gallery | Aside) for block in body):
            return "gallery"
        case _:
            return "article"


# --- the grammar ------------------------------------------------------------------------------------------------------

_PROXIED = re.compile(r"""(?<=(?:src|ter)=["'])https?://images\.weserv\.nl/?\?url=[^"'<>]*""")
_TAG = r"""<(?P<slash>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>"""
_FOOTER_LINK = r'<a href="([^"<>]*)" style="color:orange" target="_blank">([^<]*)</a>'
_FOOTER = rf"<br><hr><div>(获取更多RSS：(?:[^<]++|<br>|{_FOOTER_LINK})*+)</div>"
_LIVE = r"<hr><div><i>([^<]*)<br>([^<]*)</i></div>"
_POSTER = r'(?:poster="[^"<>]*" )?'
_MEDIA = rf'<video {_POSTER}{SOURCE} controls style="width:100%"></video>|<audio {_POSTER}{SOURCE} controls></audio>'
# One alternative a form, the commonest first. What is none of them is a tag, and part of a line of text.
_PIECE = re.compile(
    "|".join(
        (
            r"<p>(?P<plain>[^<&>\n\r\t\f]+)</p>",
            r"(?P<words>[^<]+)",
            r"<p><strong>(?P<bold>[^<&>\n\r\t\f]{1,80})</strong></p>",
            rf'(?P<picture><img {SOURCE} width="100%">)',
            rf'(?P<gallery>(?=<h3>相关图集：(?:[^<]++|<(?!/h3>)){{0,40}}+</h3><div><img {SOURCE} width="100%"><b>))',
            rf'(?P<entry>(?=<div><img {SOURCE} width="100%"><br><b>))',
            rf"(?P<footer>{_FOOTER})",
            rf'(?P<frame><iframe width="100%" height="259" {SOURCE} frameborder="0" allowfullscreen=""> </iframe>)',
            rf"(?P<media>{_MEDIA})",
            r'(?P<holder><span class="placeholder" data-id="\d+" data-type="[A-Z_]+" title="[^"<>]*"></span>)',
            rf"(?P<live>{_LIVE})",
            r"(?P<rule><hr>)",
            r"(?P<open><(?:ul|ol|blockquote|table|pre|aside)>)",
            rf"(?P<tag>{_TAG})",
            r"(?P<comment><!--[^<]*?-->)",
            r"(?P<less><)",
        )
    )
)
_IMAGE = re.compile(rf'<img {SOURCE} width="100%">')
_ENTRY = re.compile(rf'<div><img {SOURCE} width="100%">(<br>)?<b>')
_HOLDER = re.compile(
    r'<span class="(?:editable )?placeholder" data-id="(\d+)" data-type="([A-Z_]+)" title="([^"<>]*)">'
)
_HEADER = re.compile(r"<div><i>([^<]*)<br>([^<]*)</i></div>")
_LIVE_TITLE = re.compile(r"<h2>([^<]*)</h2>")
_BEFORE_ENTRY = re.compile(_LIVE + "|" + _FOOTER)
_TOKEN = re.compile(rf"(?P<words>[^<]+)|(?P<tag>{_TAG})|(?P<less><)")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ODD = re.compile(r"[&>\n\r\t\f]")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))""")
_API = re.compile(r"https?://api\.dw\.com/api/detail/([a-z]+)/(\d+)$")
_PAGE = re.compile(r"https?://(?:www\.)?dw\.com/.*/[a-z]+-(\d+)$")
_FAR = 50_000  # characters within which what is opened must be closed: beyond every real caption, and linear in all
_DEEP = 20
_MARKS = {
    "strong": Mark.STRONG, "b": Mark.STRONG, "em": Mark.EM, "i": Mark.EM, "u": Mark.UNDERLINE, "ins": Mark.UNDERLINE,
    "s": Mark.STRIKE, "strike": Mark.STRIKE, "del": Mark.STRIKE, "small": Mark.SMALL, "sub": Mark.SUB,
    "sup": Mark.SUP, "code": Mark.CODE,
}  # fmt: skip
_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "button", "select", "textarea", "title", "head"})
_SHOWN = frozenset({"img", "video", "audio", "iframe", "embed"})
_STRUCTURE = _SHOWN | {"ul", "ol", "dl", "table", "blockquote", "figure", "aside", "pre", "picture", "object"}
_VOID = frozenset({"embed"})


class _Line:
    """A text under way: its runs, and the tags the source wrote in it."""

    __slots__ = ("complaints", "length", "link", "marks", "open", "runs", "spoilt", "tags")

    def __init__(self, complaints: Counter[str], before: _Line | None = None) -> None:
        self.complaints = complaints
        self.runs: list[Run] = []
        self.tags: list[tuple[int, str]] = []
        self.length = 0
        self.spoilt = False
        # What is open goes on in the next line.
        self.open: Counter[Mark] = before.open if before else Counter()
        self.marks: tuple[Mark, ...] = before.marks if before else ()
        self.link: tuple[Link | None, str] | None = before.link if before else None

    def text(self) -> Text:
        return merge(self.runs)

    def say(self, words: str) -> None:
        self.runs.append(Run(text=words, marks=self.marks, link=self.link[0] if self.link else None))
        self.length += len(words)

    def words(self, spelt: str) -> None:
        """Words as they stand between tags."""
        if not _ODD.search(spelt):
            self.say(spelt)
            return
        at = 0
        for odd in _ODD.finditer(spelt):
            if odd.start() < at:
                continue
            if odd.start() > at:
                self.say(spelt[at : odd.start()])
            reference = _REFERENCE.match(spelt, odd.start())
            character = html.unescape(reference[0]) if reference else odd[0]
            at = reference.end() if reference else odd.end()
            if character in "\n\r\t\f":
                self.spoil("a line break or tab became a blank")
                character = " "
            elif reference is None or seams.escape(character) != reference[0]:
                self.tags.append((self.length, reference[0] if reference else character))
            self.say(character)
        if at < len(spelt):
            self.say(spelt[at:])

    def less(self) -> None:
        """A "<" that begins no tag."""
        self.tags.append((self.length, "<"))
        self.say("<")

    def tag(self, found: re.Match[str]) -> None:
        """A tag that stands inside a text."""
        slash, name = found["slash"], found["name"].lower()
        bare = f"<{slash}{name}>"
        if name == "br":
            self.tags.append((self.length, found[0] if found[0] in seams.BREAKS else "<br>"))
            self.spoilt |= found[0] not in seams.BREAKS
            self.say("\n")
        elif slash and (name == "a" or (name == "span" and self.link is not None and self.link[1] == "span")):
            self.unlink()
        elif name == "a" or (name == "span" and _HOLDER.match(found[0])):
            self.link_to(found[0], name)
        else:
            if name in _MARKS:
                self.mark(_MARKS[name], opens=not slash)
            self.inert(bare, whole=found[0])

    def inert(self, bare: str, whole: str) -> None:
        """A tag that does nothing but stand there."""
        if bare in seams.INERT:
            self.tags.append((self.length, bare))
        if bare != whole or bare not in seams.INERT:
            self.spoil(f"{'its attributes were' if bare in seams.INERT else 'a tag was'} dropped: {whole[:60]}")

    def spoil(self, complaint: str) -> None:
        self.spoilt = True
        self.complaints[complaint] += 1

    def mark(self, mark: Mark, *, opens: bool) -> None:
        self.open[mark] += 1 if opens else -1 if self.open[mark] else 0
        self.marks = tuple(each for each in Mark if self.open[each])

    def link_to(self, tag: str, name: str) -> None:
        link, spelling = _link(tag)
        self.link = (link, name)
        if tag == seams.NOWHERE:
            self.tags.append((self.length, tag))
        elif link is None:
            self.spoil(f"a link to no web address: {tag[:80]}")
        else:
            self.tags.append((self.length, spelling or "<a>"))
            if not spelling:
                self.spoil(f"a link is written otherwise: {tag[:80]}")

    def unlink(self) -> None:
        if self.link is None:
            self.spoil("a link ends that never began")
        elif self.link[0] and self.tags and self.tags[-1] in ((self.length, each) for each in seams.ANCHORS):
            # Nothing is left of it to read; its address is at least said.
            self.tags.pop()
            self.spoil(f"a link without words: {self.link[0].href or self.link[0].ref}")
        else:
            self.tags.append((self.length, "</a>"))
        self.link = None


def _link(tag: str) -> tuple[Link | None, str]:
    """The link that a start tag makes, and the way in which it is written ("": in none of ours)."""
    holder = _HOLDER.fullmatch(tag)
    if holder:
        link = Link(ref=f"dw:{holder[1]}", rel=holder[2])
    else:
        values = _values(tag)
        href, rel = values.get("href", ""), values.get("rel", "")
        api, page = _API.match(href), _PAGE.match(href)
        if api and rel == api[1].capitalize() + "Ref":
            link = Link(ref=f"dw:{api[2]}", rel=rel)
        elif api or page:
            link = Link(href=href, ref=f"dw:{api[2] if api else page[1] if page else ''}", rel=rel)
        else:
            link = Link(href=href if seams.is_web(href) else urls.resolve(href, _BASE) if href else "", rel=rel)
            if not link.href:
                return None, ""
    spellings = (each for each in seams.ANCHORS if seams.ancestral(link, each)[0] == tag)
    return link, next(spellings, "")


_BASE = "https://www.dw.com/"


class _Sequence:
    """Blocks under way that stand in one place, and the lines of text among them as the source spelt them."""

    __slots__ = ("blocks", "drafts", "where")

    def __init__(self, where: str) -> None:
        self.where = where
        self.blocks: list[AnyBlock] = []
        self.drafts: list[tuple[int, str, list[tuple[int, str]]]] = []


class _Parser:
    """One body. `at` is how far it is read; `begin` is where the line under way began."""

    def __init__(self, body: str, url: str) -> None:
        self.html = body
        self.url = url
        self.at = self.begin = 0
        self.depth = 0
        self.level = 0
        self.seams: list[Seam] = []
        self.complaints: Counter[str] = Counter()
        self.unclosed: set[str] = set()
        self.beside: list[AnyBlock] = []  # what stood inside a text and can't: it comes after its block
        self.line = _Line(self.complaints)
        self.out = _Sequence("body")

    # --- the head of an article

    def byline(self) -> tuple[str | None, datetime | None]:
        """The outlet's own line and moment; None where the document begins without."""
        header = _HEADER.match(self.html)
        moment = dates.parse(header[2]) if header else None
        if header is None or (header[2] and moment is None):
            return None, None
        self.at = header.end()
        who = html.unescape(header[1])
        if seams.escape(who) != header[1] or (moment and dates.iso_ms(moment) != header[2]):
            self.complaints["the byline or its moment is written otherwise"] += 1
        return who, moment

    def lead(self) -> tuple[Picture | None, bool]:
        """The picture above the text, and whether there was a place for one."""
        image = _IMAGE.match(self.html, self.at) if self.at else None
        if image is None:
            return None, False
        self.at = image.end()
        picture = self.picture("lead", image[1])
        return (picture if picture.url or picture.caption else None), True

    # --- blocks

    def document(self, *, headed: bool) -> Blocks:
        self.begin = self.at
        return self.sequence("body", teaser=not headed)

    def sequence(
        self, where: str, stop: re.Pattern[str] | None = None, *, bare: bool = False, teaser: bool = False
    ) -> Blocks:
        """The blocks from here on, to the end or to where `stop` matches."""
        outer, self.out = self.out, _Sequence(where)
        self.lay_beside()
        self.begin = self.at
        self.depth += 1
        while self.at < len(self.html):
            if stop and stop.match(self.html, self.at):
                break
            found = _PIECE.match(self.html, self.at)
            assert found is not None  # the last alternatives take any character
            self.piece(found)
        self.flush()
        self.leave_stray()
        self.depth -= 1
        self.settle(bare=bare, teaser=teaser)
        done, self.out = tuple(self.out.blocks), outer
        self.begin = self.at
        return done

    def piece(self, found: re.Match[str]) -> None:
        """One thing, whatever it is."""
        match found.lastgroup:
            case "plain" | "bold" as form:
                if not self.whole_line(form, found):
                    self.tag(self.token())
            case "words":
                self.at = found.end()
                self.line.words(found[0])
            case "tag":
                self.tag(found)
            case "less":
                self.at = found.end()
                self.line.less()
            case "comment":
                self.at = found.end()
                self.line.spoil("a comment was dropped")
            case form:
                self.structure(form or "", found)

    def token(self) -> re.Match[str]:
        token = _TOKEN.match(self.html, self.at)
        assert token is not None  # "<" alone is one
        return token

    def whole_line(self, form: str, found: re.Match[str]) -> bool:
        """The commonest paragraphs and headings, in one step; False where something is open or nothing is said."""
        words = found[form]
        if self.line.runs or self.line.tags or self.line.marks or self.line.link or not words.strip(" "):
            return False
        if form == "plain":
            self.out.blocks.append(Paragraph(text=(Run(text=words),)))
        elif words.strip():
            self.out.blocks.append(Heading(text=(Run(text=words),)))
        else:
            return False
        self.at = self.begin = found.end()
        return True

    # --- lines

    def tag(self, found: re.Match[str]) -> None:
        slash, name = found["slash"], found["name"].lower()
        bare = f"<{slash}{name}>"
        if name in _UNSEEN and not slash:
            self.skip(name, found)
        elif name in _STRUCTURE and not slash:
            self.foreign(name, found)
        elif name not in seams.BLOCK_NAMES:
            self.at = found.end()
            self.line.tag(found)
        elif slash:
            self.at = found.end()
            self.line.inert(bare, found[0])
            self.flush()
            self.level = 0
        else:
            self.flush()
            self.at = found.end()
            self.line.inert(bare, found[0])
            self.level = max(2, int(name[1])) if name[0] == "h" else 0

    def flush(self) -> None:
        """End the line under way. Tags around nothing, and blanks, wait for what comes next."""
        line = self.line
        if not line.runs:
            return
        words = line.text()
        said = plain(words)
        if not said.strip(" \n"):
            blanks = [(place, " ") for place, character in enumerate(said) if character == " "]
            line.tags = [(0, tag) for _, tag in sorted([*line.tags, *blanks], key=lambda each: each[0])]
            line.runs, line.length = [], 0
            return
        if not line.spoilt:
            self.out.drafts.append((len(self.out.blocks), self.html[self.begin : self.at], line.tags))
        self.out.blocks.append(self.line_block(words, said))
        self.line = _Line(self.complaints, line)
        self.begin = self.at

    def line_block(self, words: Text, said: str) -> Paragraph | Heading:
        if self.level:
            return Heading(text=words, level=self.level)
        if len(said) <= _HEADING and said.strip() and all(Mark.STRONG in run.marks for run in words):
            unmarked = (replace(run, marks=tuple(mark for mark in run.marks if mark != Mark.STRONG)) for run in words)
            return Heading(text=merge(unmarked))
        return Paragraph(text=words)

    def settle(self, *, bare: bool, teaser: bool) -> None:
        """Keep the lines' own spelling where it isn't ours."""
        done = self.out.blocks
        for place, spelt, tags in self.out.drafts:
            block = done[place]
            assert isinstance(block, Paragraph | Heading)
            before_video = teaser and place == 0 and len(done) > 1 and _is_video(done[1])
            ours = seams.line(block, seams.ancestral, bare=bare and len(done) == 1, teaser=before_video)
            if spelt == ours:
                continue
            if seams.restore(block.text, tags, seams.ancestral) == spelt:
                self.seams.append(seams.seam(f"{self.out.where}/{place}", block, tags))
            else:
                self.complaints["a line is written otherwise"] += 1

    def front(self) -> list[tuple[int, str]]:
        """The tags that wait, to stand before a block."""
        line = self.line
        waiting, spelt = line.tags, self.html[self.begin : self.at]
        self.line = _Line(self.complaints, line)
        if spelt and (line.spoilt or seams.stray(tuple(waiting)) != spelt):
            self.complaints["tags between blocks were dropped"] += 1
            return []
        return waiting

    def leave_stray(self) -> None:
        """The tags that still wait at the end of a sequence."""
        waiting = self.front()
        if waiting:
            end = len(self.out.blocks)
            self.seams.append(seams.seam(self.out.where, str(end), [(end, tag) for _, tag in waiting]))

    def inline(self, where: str, spelt: str) -> Text:
        """A text inside a block."""
        line = self.read_line(spelt)
        words = line.text()
        self.keep(where, words, line, spelt)
        return words

    def label(self, where: str, spelt: str) -> str:
        """A text that is no more than words."""
        line = self.read_line(spelt)
        words = plain(line.text()).replace("\n", " ")
        line.tags = [(place, seams.BLANK_BREAK if tag == "<br>" else tag) for place, tag in line.tags]
        self.keep(where, text(words), line, spelt)
        return words

    def read_line(self, spelt: str) -> _Line:
        line = _Line(self.complaints)
        for token in _TOKEN.finditer(spelt):
            match token.lastgroup:
                case "words":
                    line.words(token[0])
                case "tag" if token["name"].lower() in _SHOWN and not token["slash"]:
                    self.beside += self.foreign_blocks(token["name"].lower(), token[0])
                    line.spoilt = True
                case "tag":
                    line.tag(token)
                case _:
                    line.less()
        return line

    def lay_beside(self) -> None:
        self.out.blocks += self.beside
        self.beside.clear()

    def keep(self, where: str, words: Text, line: _Line, spelt: str) -> None:
        if line.spoilt or seams.spell(words, seams.ancestral) == spelt:
            return
        if seams.restore(words, line.tags, seams.ancestral) == spelt:
            self.seams.append(seams.seam(where, words, line.tags))
        else:
            self.complaints["a text is written otherwise"] += 1

    # --- structures

    def structure(self, form: str, found: re.Match[str]) -> None:
        """A form that is no line of text."""
        if (form == "live" and self.out.where != "body") or (form == "open" and self.depth > _DEEP):
            self.tag(self.token())
            return
        self.flush()
        front = self.front()
        where = f"{self.out.where}/{len(self.out.blocks)}"
        start, kept, outer = self.at, len(self.seams), self.beside
        self.beside = []
        self.at = found.end()
        block = _FORMS[form](self, where, found)
        if block is None:
            # It only begins like one: its tags are read for themselves.
            self.at = start
            del self.seams[kept:]
            self.beside = outer
            self.line.tags = front
            self.tag(self.token())
            return
        self.begin = self.at
        self.seams += [seams.seam(where, block, front)] if front else []
        self.out.blocks.append(block)
        self.lay_beside()
        self.beside = outer

    def figure(self, where: str, found: re.Match[str]) -> AnyBlock:
        image = _IMAGE.match(found[0])
        assert image is not None
        return Figure(picture=self.picture(where, image[1]))

    def picture(self, where: str, source: str) -> Picture:
        """A picture and, after it, its caption."""
        picture, ways = self.pictured(source)
        caption = self.captioned()
        if caption is None:
            ways.append(seams.BARE)
        elif caption:
            picture = replace(picture, caption=self.inline(f"{where}/caption", caption))
        self.note_ways(where, picture, ways)
        return picture

    def pictured(self, source: str) -> tuple[Picture, list[str]]:
        """A picture by its address in the document, and the ways in which that is written."""
        own = seams.unproxied(html.unescape(source))
        if not seams.is_web(own):
            own = urls.resolve(own, self.url) if own else ""
        picture = Picture(url=own, key=seams.dw_key(own))
        spellings: tuple[tuple[str, list[str]], ...] = (
            (seams.proxied(seams.dw_size(picture)), []),
            (seams.proxied(own), [seams.AS_IT_STANDS]),
            (own, [seams.DIRECT]),
        )
        ways = next((ways for spelt, ways in spellings if seams.attribute(spelt) == source), None)
        if ways is None and own:
            self.complaints["a picture is written otherwise"] += 1
        return picture, ways or [] if own else []

    def note_ways(self, where: str, picture: Picture, ways: list[str]) -> None:
        if ways:
            self.seams.append(seams.seam(f"{where}/picture", picture.url, [(0, way) for way in ways]))

    def captioned(self) -> str | None:
        """The place for a caption that begins here, as it is spelt."""
        return self.between(SMALL, "</small></div>")

    def between(self, start: str, end: str) -> str | None:
        """What stands between `start`, if it is here, and the nearest `end`."""
        if not self.html.startswith(start, self.at):
            return None
        begin = self.at + len(start)
        close = self.html.find(end, begin, begin + _FAR)
        if close < 0:
            return None
        self.at = close + len(end)
        return self.html[begin:close]

    def gallery(self, where: str, _found: re.Match[str]) -> AnyBlock | None:
        heading = self.between("<h3>相关图集：", "</h3>")
        entries: list[GalleryEntry] = []
        while (entry := self.entry(f"{where}/{len(entries)}", alone=heading is None)) is not None:
            entries.append(entry)
        if not entries:
            return None
        title = self.label(f"{where}/title", heading) if heading else ""
        return Gallery(entries=tuple(entries), title=title)

    def entry(self, where: str, *, alone: bool) -> GalleryEntry | None:
        """A picture of a gallery with its heading and text; in a gallery that stands alone a line break between."""
        found = _ENTRY.match(self.html, self.at)
        if found is None or bool(found[2]) != alone:
            return None
        start, self.at = self.at, found.end()
        title = self.between("", "</b>：")
        words = self.between("", "</div>")
        if title is None or words is None:
            self.at = start
            return None
        picture, ways = self.pictured(found[1])
        self.note_ways(where, picture, ways)
        words, small, caption = words.partition('<small style="color: #999;">')
        if small:
            picture = replace(picture, caption=self.inline(f"{where}/caption", caption.removesuffix("</small>")))
        return GalleryEntry(
            picture=picture, title=self.label(f"{where}/title", title), text=self.inline(f"{where}/text", words)
        )

    def footer(self, _where: str, found: re.Match[str]) -> AnyBlock:
        spelt = found[0].removeprefix("<br><hr><div>").removesuffix("</div>")
        runs: list[Run] = []
        for part in re.finditer(rf"{_FOOTER_LINK}|<br>|[^<]+", spelt):
            link = Link(href=html.unescape(part[1])) if part[1] is not None else None
            runs.append(Run(text="\n" if part[0] == "<br>" else html.unescape(part[2] or part[0]), link=link))
        words = merge(runs)
        if seams.spell(words, seams.footer_link) != spelt:
            self.complaints["the footer is written otherwise"] += 1
        return Aside(role="footer", body=(Paragraph(text=words),))

    def frame(self, where: str, found: re.Match[str]) -> AnyBlock:
        values = _values(found[0])
        url = values["src"] if seams.is_web(values["src"]) else urls.resolve(values["src"], self.url)
        kind = blocks.embed_kind(url) if url else "frame"
        title, words = self.about(where)
        if kind != "youtube" or url != values["src"]:
            self.complaints["a frame is written otherwise"] += 1
        return Embed(kind=kind, url=url, title=title, text=words)

    def media(self, where: str, found: re.Match[str]) -> AnyBlock:
        kind, values = found[0][1:6], _values(found[0])
        poster: Picture | None = None
        if "poster" in values:
            poster, ways = self.pictured(values["poster"])
            self.note_ways(where, poster, ways)
        title, words = self.about(where)
        url = values["src"] if seams.is_web(values["src"]) else urls.resolve(values["src"], self.url)
        return Media(kind=kind, url=url, title=title, text=words, poster=poster)

    def about(self, where: str) -> tuple[str, Text]:
        """Title and text under what moves or sounds."""
        spelt = self.captioned()
        if spelt is None:
            return "", ()
        title = re.match(r"<b>([^<]*)</b>：", spelt)
        label = self.label(f"{where}/title", title[1]) if title else ""
        return label, self.inline(f"{where}/caption", spelt[title.end() :] if title else spelt)

    def holder(self, where: str, found: re.Match[str]) -> AnyBlock | None:
        """A place for something that the feed did not fill: what it was is kept."""
        values = _values(found[0])
        kind, ref = values["data-type"], f"dw:{values['data-id']}"
        if kind not in ("IMAGE", "VIDEO", "YOUTUBE", "IMAGE_GALLERY"):
            return None
        if seams.placeholder(kind, ref) != found[0]:
            self.complaints["a placeholder is written otherwise"] += 1
        match kind:
            case "IMAGE":
                return Figure(picture=Picture(key=ref))
            case "IMAGE_GALLERY":
                return Gallery(entries=(), ref=ref)
            case _:
                title, words = self.about(where)
                return Media(kind=kind.lower(), ref=ref, title=title, text=words)

    def live(self, where: str, found: re.Match[str]) -> AnyBlock | None:
        head = re.match(_LIVE, found[0])
        assert head is not None
        at = dates.parse(head[2])
        if head[2] and at is None:
            return None
        title = _LIVE_TITLE.match(self.html, self.at)
        self.at = title.end() if title else self.at
        return LiveEntry(
            title=self.label(f"{where}/title", title[1]) if title else "",
            authors=tuple(filter(None, html.unescape(head[1]).split(", "))),
            at=at,
            body=self.sequence(where, _BEFORE_ENTRY),
        )

    def rule(self, _where: str, _found: re.Match[str]) -> AnyBlock:
        return Rule()

    def container(self, where: str, found: re.Match[str]) -> AnyBlock | None:
        match found[0]:
            case "<ul>" | "<ol>":
                return self.items(where, found[0])
            case "<blockquote>":
                body = self.sequence(where, _QUOTE_END)
                credit = self.between("<cite>", "</cite>")
                self.expect("</blockquote>")
                return Quote(body=body, credit=self.inline(f"{where}/credit", credit) if credit else ())
            case "<aside>":
                title = self.between("<h2>", "</h2>")
                body = self.sequence(where, _ASIDE_END)
                self.expect("</aside>")
                return Aside(body=body, title=self.label(f"{where}/title", title) if title else "")
            case "<pre>":
                code = self.between("", "</pre>")
                return None if code is None else Code(text=plain(self.read_line(code).text()))
            case _:
                return self.table(where)

    def items(self, where: str, start: str) -> AnyBlock | None:
        items: list[Blocks] = []
        while self.html.startswith("<li>", self.at):
            self.at += len("<li>")
            items.append(self.sequence(f"{where}/{len(items)}", _ITEM_END, bare=True))
            self.expect("</li>")
        if not items:
            return None
        self.expect(start.replace("<", "</"))
        return List(items=tuple(items), ordered=start == "<ol>")

    def table(self, where: str) -> AnyBlock | None:
        start = self.at
        caption = self.between("<caption>", "</caption>")
        rows: list[tuple[Cell, ...]] = []
        while self.html.startswith("<tr>", self.at):
            self.at += len("<tr>")
            cells: list[Cell] = []
            while found := _CELL.match(self.html, self.at):
                self.at = found.end()
                words = self.inline(f"{where}/{len(rows)}/{len(cells)}", found[4])
                across, down = (max(1, int(span or 1)) for span in (found[2], found[3]))
                cells.append(Cell(text=words, header=found[1] == "h", across=across, down=down))
            if not self.html.startswith("</tr>", self.at):
                break
            self.at += len("</tr>")
            rows.append(tuple(cells))
        if not self.html.startswith("</table>", self.at):
            self.at = start
            return None
        self.at += len("</table>")
        return Table(rows=tuple(rows), caption=self.inline(f"{where}/caption", caption) if caption else ())

    def expect(self, end: str) -> None:
        if self.html.startswith(end, self.at):
            self.at += len(end)
        else:
            self.complaints[f"{end} is missing"] += 1

    # --- what the grammar does not know

    def foreign(self, name: str, found: re.Match[str]) -> None:
        """An element in a form that is not ours: read like a page's."""
        self.flush()
        self.front()
        end = found.end() if name in _VOID or name == "img" else self.end_of(name, found.end())
        read = self.foreign_blocks(name, self.html[self.at : end])
        self.at = end
        match read:
            case (Figure(picture=picture),) if caption := self.captioned():
                read = (Figure(picture=replace(picture, caption=self.read_line(caption).text())),)
        self.out.blocks += read
        self.lay_beside()
        self.begin = self.at
        self.line.spoilt = not read  # nothing is left to stand between what was said before and what comes

    def foreign_blocks(self, name: str, spelt: str) -> Blocks:
        self.complaints[f"<{name}> is written otherwise"] += 1
        reading = blocks.read_fragment(unproxied(spelt), blocks.Dialect(base=self.url))
        for lost, count in reading.lost.items():
            self.complaints[f"<{lost}> was dropped"] += count
        return tuple(map(_named, reading.blocks))

    def skip(self, name: str, found: re.Match[str]) -> None:
        self.at = self.end_of(name, found.end())
        self.line.spoil(f"<{name}> was dropped")

    def end_of(self, name: str, at: int) -> int:
        """Where the element ends whose start tag ended at `at`; there, if it is never closed."""
        if name in self.unclosed:
            return at  # looked for once, to the end: time stays linear
        depth = 1
        for tag in re.compile(rf"<(/?){name}\b[^<>]*>", re.IGNORECASE).finditer(self.html, at):
            depth += -1 if tag[1] else 1
            if depth == 0:
                return tag.end()
        self.unclosed.add(name)
        return at


_FORMS = {
    "picture": _Parser.figure, "gallery": _Parser.gallery, "entry": _Parser.gallery, "footer": _Parser.footer,
    "frame": _Parser.frame, "media": _Parser.media, "holder": _Parser.holder, "live": _Parser.live,
    "rule": _Parser.rule, "open": _Parser.container,
}  # fmt: skip
_HEADING = 80  # characters; what is longer and bold is a bold paragraph
_QUOTE_END = re.compile(r"<cite>|</blockquote>")
_ASIDE_END = re.compile(r"</aside>")
_ITEM_END = re.compile(r"</?li>|</[uo]l>")
_CELL = re.compile(
    r'<t([dh])(?: colspan="(\d{1,3})")?(?: rowspan="(\d{1,3})")?>((?:[^<]++|<(?!/?(?:t[dhr]|table)\b))*+)</t[dh]>'
)


def _named(block: AnyBlock) -> AnyBlock:
    """The block with its pictures known by their keys."""
    match block:
        case Figure(picture=picture):
            return Figure(picture=replace(picture, key=seams.dw_key(picture.url)))
        case Quote() | Aside():
            return replace(block, body=tuple(map(_named, block.body)))
        case List():
            return replace(block, items=tuple(tuple(map(_named, item)) for item in block.items))
        case _:
            return block


def _is_video(block: AnyBlock) -> bool:
    return isinstance(block, Media) and block.kind == "video"


def _values(tag: str) -> dict[str, str]:
    """The attributes of a tag."""
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag.partition(">")[0])}
