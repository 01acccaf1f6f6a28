"""HTML of any outlet → the blocks of a document. The one place where a DOM becomes text.

- What can be seen is never lost silently: text that fits no block becomes paragraphs, elements that are not known
  are read through, and whatever is dropped (scripts, form controls, pictures without an address) is counted by name.
- Nothing active comes out: blocks hold text, marks, and http or https addresses, no more.
- Input is hostile: nesting, attributes, table sizes and sizes of pictures are bounded; time is linear in the input.
- Blanks: a run that holds a newline, tab or carriage return is formatting of the source and becomes one space, or
  nothing at the edge of a paragraph; plain spaces and no-break spaces are the author's and stay.

What an outlet does its own way (placeholders, widgets, addresses) it says in a `Dialect`. Which part of a page is the
article, and what its lines mean, others know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.collect.read import embeds
from wirecopy.model import (
    AnyBlock,
    Aside,
    Blocks,
    Cell,
    Code,
    Embed,
    Figure,
    Heading,
    Link,
    List,
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
    replace,
)


def _nothing_special(_element: HtmlElement) -> Blocks | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one outlet's HTML is to be understood.

    `base` is what relative addresses are relative to. `link` makes a Link of the attributes of an `<a>`, None where it
    leads nowhere; by default the address alone. `special` is asked first about every element: None, not special;
    (), dropped on purpose; or the blocks that it stands for. Nesting is bounded here: where it calls `read` for what
    stands inside, it does so with a dialect that does not do so again.
    """

    base: str = ""
    link: Callable[[Mapping[str, str]], Link | None] | None = None
    special: Callable[[HtmlElement], Blocks | None] = _nothing_special


@dataclass(frozen=True, slots=True)
class Reading:
    """The blocks that were read, and what was not understood, by element name."""

    blocks: Blocks
    lost: Counter[str]


def parse(html: str) -> HtmlElement:
    """The tree of a page or of a piece of one, as its root `<html>` element. Never fails, whatever the input."""
    return tree(spelt(html))


def spelt(html: str) -> bytes:
    """A page as the parser takes it: UTF-8, without what that can't spell."""
    try:
        data = html.encode()
    except UnicodeEncodeError:
        data = _SURROGATES.sub("\ufffd", html).encode()
    return data.replace(b"\0", b"") if b"\0" in data else data


def tree(data: bytes, *, ids: bool = True) -> HtmlElement:
    """The tree of a page that is spelt so. Never fails, whatever the input. `ids`: will XPath's `id()` be asked?"""
    clean = _bounded(data)
    root, complete = _tree(clean, ids=ids)
    if not complete:
        root, _ = _tree(_shallow(clean.decode(errors="replace")).encode(), ids=ids)
        root.set(_FLATTENED, "")
    _take_out_of_head(root)
    return root


def _take_out_of_head(root: HtmlElement) -> None:
    """Where a page leaves out `<body>`, libxml2 keeps HTML5's own elements in the head: they begin the body."""
    head = root.find("head")
    if head is None:
        return
    first = next((each for each in head if isinstance(each.tag, str) and each.tag not in _OF_HEAD), None)
    if first is None:
        return
    body = root.find("body")
    if body is None:
        body = root.makeelement("body", {})
        root.append(body)
    moved = [first, *first.itersiblings()]
    for place, element in enumerate(moved):
        body.insert(place, element)


_OF_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template", "object", "bgsound"})


def said(element: HtmlElement, most: int) -> str:
    """The text in an element, of its first so many elements: where headings stand in headings, a page's worth of text
    would be in each of them.
    """
    if not len(element):
        return element.text or ""
    pieces: list[str] = []
    for event, each in islice(etree.iterwalk(element, events=("start", "end")), 2 * most):
        words = each.text if event == "start" else each.tail if each is not element else ""
        if words and (event == "end" or isinstance(each.tag, str)):
            pieces.append(words)
    return "".join(pieces)


def read(root: HtmlElement, dialect: Dialect) -> Reading:
    """The children of `root` as blocks."""
    reader = _Reader(dialect)
    out = _Flow()
    if root.get(_FLATTENED) is not None:
        reader.lost["depth"] += 1
    reader.flow(root, out, _PLAIN, 0)
    return Reading(out.done(), reader.lost)


def read_element(element: HtmlElement, dialect: Dialect) -> Reading:
    """An element itself as blocks."""
    reader = _Reader(dialect)
    out = _Flow()
    reader.element(element, out, _PLAIN, 0)
    return Reading(out.done(), reader.lost)


def read_fragment(html: str, dialect: Dialect) -> Reading:
    """A piece of HTML as blocks."""
    # The <div> keeps the parser from inventing a <p> around text at the start.
    return read(parse("<div>" + html), dialect)


def inline(element: HtmlElement, dialect: Dialect) -> Text:
    """The text of an element with its marks and links; block boundaries are line breaks, pictures are left out."""
    line = _Line()
    _Reader(dialect).flow(element, line, _PLAIN, 0)
    return line.text()


def trimmed(words: Text) -> Text:
    """The text without the blanks at its ends."""
    bare = plain(words)
    return _cut(list(words), [(len(bare) - len(bare.lstrip()), len(bare.rstrip()), "")])


def embed_kind(url: str) -> str:
    """What is embedded from this address: youtube, tweet, map …; "frame" when nothing is known of the host."""
    return embeds.kind(url) or "frame"


def largest(srcset: str) -> tuple[str, float]:
    """The address of the largest picture in a `srcset` and its width (or density); ("", 0) when there is none."""
    best = ("", 0.0)
    for address, number, _unit in _CANDIDATE.findall(srcset[:_LONG]):
        size = float(number[:9]) if number.count(".") < 2 and number.strip(".") else 1.0
        if size > best[1] and not address.startswith("data:"):
            best = (address, size)
    return best


# --- limits, each far beyond what an article needs ----------------------------------------------------------------

_DEPTH = 120  # nested elements that are read as structure; each costs three Python frames of the interpreter's 1,000
_KEPT_DEPTH = 500  # nested elements kept when a page is too deep for libxml2 (2,048)
_ATTRIBUTES = 256  # libxml2 takes time in the square of them: 100,000 on one element are 14 seconds (measured)
_LONG_TAG = 2_000  # characters below which a tag has no more attributes than cost a millisecond
_CELLS = 20_000
_SPAN = 1000  # as the HTML standard has it for colspan
_PIXELS = 100_000
_CAPTION = 2_000  # characters of a caption that may end with its credit
_LONG = 20_000  # characters of one attribute that are looked at

_FLATTENED = "wirecopy-flattened"


def _names(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


# --- parsing -------------------------------------------------------------------------------------------------------

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# A tag up to its ">", which may also stand in a value in quotes; a quote that follows no "=" is none. Possessive: never
# tries twice.
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>?""")
_ATTRIBUTES_OF_TAG = r"""(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)*+"""


def _unread(name: str) -> str:
    """An element in which no tags are read until it ends."""
    spelt = "".join(f"[{letter}{letter.upper()}]" for letter in name)
    return rf"{spelt}(?=[\s/>]){_ATTRIBUTES_OF_TAG}(?:[^<]++|<(?!/{spelt}))*+"


# What a page consists of beside its text, as the parser has it.
_PIECES = re.compile(
    "|".join(
        (
            *(f"<{_unread(name)}" for name in ("script", "style", "title", "textarea")),
            f"</?[a-zA-Z]{_ATTRIBUTES_OF_TAG}",
            "<!--(?:[^-]++|-(?!->))*+",
        )
    ).encode()
)
_OPENING = re.compile(f"<([a-zA-Z][^\\s/>]*+)({_ATTRIBUTES_OF_TAG})".encode())
# A tag at a glance, which takes a program's for one, too; what may stand between attributes as blanks.
_TAGS = re.compile(rb"""<[a-zA-Z][^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+""")
_SPACED = bytes.maketrans(b"\"'/", b"   ")
_ATTRIBUTE = re.compile(rb"""[^\s=/>"']++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']*+))?+""")
_VOID = _names("area base br col embed hr img input link meta param source track wbr")


def _tree(html: bytes, *, ids: bool) -> tuple[HtmlElement, bool]:
    """The tree, and whether it is all of the page: libxml2 stops where nesting is deeper than it allows."""
    # Not the parser of lxml.html: it asks a Python function for the class of every element that is looked at.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=ids)
    root = etree.fromstring(html or b" ", parser=parser)
    if root is None:
        root = etree.fromstring(b"<html></html>", parser=etree.HTMLParser(encoding="utf-8"))
        return root, True
    return root, not parser.error_log.filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT)


def _bounded(data: bytes) -> bytes:
    """The same page without more attributes on a tag than anybody needs."""
    tags = _TAGS.findall(data)
    if max(map(len, tags), default=0) < _LONG_TAG:
        return data
    if not any(map(_may_be_long, (tag for tag in tags if len(tag) >= _LONG_TAG))):
        return data
    long = [piece for piece in _PIECES.findall(data) if len(piece) >= _LONG_TAG]
    return _PIECES.sub(_shortened, data) if any(_shorter(piece) for piece in long) else data


def _may_be_long(tag: bytes) -> bool:
    """May there be too many attributes in what looks like a tag, even if it is none, and holds one?"""
    return len(tag.translate(_SPACED).split()) > _ATTRIBUTES and (tag.rfind(b"<") > 0 or _shorter(tag) != b"")


def _shortened(piece: re.Match[bytes]) -> bytes:
    return piece[0] if len(piece[0]) < _LONG_TAG else _shorter(piece[0]) or piece[0]


def _shorter(piece: bytes) -> bytes:
    """A piece with no more attributes than are allowed, b"" where it has no more."""
    tag = _OPENING.match(piece)
    if tag is None or tag.end() < _LONG_TAG:
        return b""
    attributes = _ATTRIBUTE.findall(tag[2])
    if len(attributes) <= _ATTRIBUTES:
        return b""
    return b"<%b %b%b" % (tag[1], b" ".join(attributes[:_ATTRIBUTES]), piece[tag.end() :])


def _shallow(html: str) -> str:
    """The same page with the tags left out that nest too deep, a line break for each, so that no words fuse."""
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        slash, name, rest = tag.groups()
        if name.lower() in _VOID or rest.endswith("/"):
            return tag.group()
        if slash:
            depth, was = max(0, depth - 1), depth
        else:
            depth += 1
            was = depth
        return tag.group() if was <= _KEPT_DEPTH else "<br>"

    return _TAG.sub(keep, html)


# --- text on its way to blocks ---------------------------------------------------------------------------------------

_ODD = re.compile(r"[\x00-\x1f\x7f]")
_FORMATTING = re.compile(r"[ \t\n\r\f]*[\t\n\r\f][ \t\n\r\f]*")
_FORMATS = " \t\n\r\f"
# In text under way, "\t" stands for blanks of the source's formatting and "\n" for a line break of the document.
_SEAMS = re.compile(r"[ \t\n]*[\t\n][ \t\n]*")
_SEAM = re.compile(r" *\t[ \t]*")
_BLANKS = " \t"

_FORMATTED = Run(text="\t")

Style = tuple[tuple[Mark, ...], Link | None]
_PLAIN: Style = ((), None)


class _Words:
    """Runs under way."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def say(self, words: str | None, style: Style) -> None:
        """Text as it stands in the source."""
        if words:
            if not words.isprintable() and _ODD.search(words):
                if not (style[0] or style[1] or words.strip(_FORMATS)):  # between elements stands little else
                    if not self.runs or self.runs[-1].text != "\t":
                        self.runs.append(_FORMATTED)
                    return
                words = _CONTROLS.sub("", _FORMATTING.sub("\t", words))
            self.runs.append(Run(text=words, marks=style[0], link=style[1]))

    def br(self) -> None:
        self.runs.append(Run(text="\n"))

    def lines(self) -> list[Text]:
        """What was said, split at empty lines, formatting gone. Nothing is under way afterwards."""
        runs, self.runs = self.runs, []
        if len(runs) == 1 and runs[0] is _FORMATTED:
            return []
        whole = "".join([run.text for run in runs])
        if "\n" not in whole:
            if "\t" not in whole:
                return [merge(runs)] if whole else []
            if len(runs) == 1 or not any(map(_joins_blanks, runs, runs[1:])):
                words = merge(_unformatted(runs))
                return [words] if words else []
        pieces: list[list[tuple[int, int, str]]] = [[]]  # (from, to, what follows) of the text that stays
        at = 0
        for seam in _SEAMS.finditer(whole):
            start, end = seam.span()
            pieces[-1].append((at, start, ""))
            at = end
            if start == 0 or end == len(whole):
                continue
            breaks = seam.group().count("\n")
            if breaks > 1:
                pieces.append([])
            elif breaks:
                before, after = seam.group().split("\n")
                pieces[-1].append((start, start, _authors(before) + "\n" + _authors(after)))
            else:
                pieces[-1].append((start, start, " "))
        pieces[-1].append((at, len(whole), ""))
        return [words for words in _cuts(runs, pieces) if words]


def _joins_blanks(one: Run, other: Run) -> bool:
    return one.text[-1:] in _BLANKS and other.text[:1] in _BLANKS


def _unformatted(runs: list[Run]) -> Iterator[Run]:
    """Runs whose blanks stand in one each, formatting gone: so are those of nearly all paragraphs."""
    for n, run in enumerate(runs):
        words = run.text
        if "\t" in words:
            if n == 0 and "\t" in words[: len(words) - len(bare := words.lstrip(_BLANKS))]:
                words = bare
            if n == len(runs) - 1 and "\t" in words[len(bare := words.rstrip(_BLANKS)) :]:
                words = bare
            yield Run(text=_SEAM.sub(" ", words), marks=run.marks, link=run.link)
        else:
            yield run


def _authors(blanks: str) -> str:
    """These blanks, unless they come from formatting."""
    return "" if "\t" in blanks else blanks


def _cut(runs: list[Run], spans: list[tuple[int, int, str]]) -> Text:
    """The parts of the runs between these offsets, in order, each followed by its words in the style there."""
    return next(_cuts(runs, [spans]))


def _cuts(runs: list[Run], pieces: Iterable[list[tuple[int, int, str]]]) -> Iterator[Text]:
    """Several texts cut from the same runs, one after the other: none begins before the one before it ends."""
    n, begin = 0, 0  # the run we are in, and its offset
    for spans in pieces:
        parts: list[Run] = []
        for start, end, after in spans:
            while n < len(runs) - 1 and begin + len(runs[n].text) <= start:
                begin += len(runs[n].text)
                n += 1
            if after:
                parts.append(Run(text=after, marks=runs[n].marks, link=runs[n].link))
                continue
            m, offset = n, begin
            while m < len(runs) and offset < end:
                run = runs[m]
                parts.append(Run(text=run.text[max(0, start - offset) : end - offset], marks=run.marks, link=run.link))
                offset += len(run.text)
                m += 1
        yield merge(parts)


class _Flow(_Words):
    """A document under way: closed blocks, and the paragraph that is open."""

    def __init__(self, *, captions: list[HtmlElement] | None = None, credit_lines: list[str] | None = None) -> None:
        super().__init__()
        self.blocks: list[AnyBlock] = []
        self.captions = captions
        self.credit_lines = credit_lines

    def end(self, *, given: bool = False) -> None:
        """Close the open paragraph. One that the source `given` as such may hold no more than a no-break space."""
        if self.runs:
            for words in self.lines():
                if any(run.text.strip(" " if given else None) for run in words):
                    self.blocks.append(Paragraph(text=words))

    def put(self, blocks: Iterable[AnyBlock]) -> None:
        self.end()
        self.blocks.extend(blocks)

    def done(self) -> Blocks:
        self.end()
        return tuple(self.blocks)


class _Line(_Words):
    """One text under way: boundaries of blocks are line breaks, what is no text is laid `beside`."""

    captions = None

    def __init__(self, *, credit_lines: list[str] | None = None) -> None:
        super().__init__()
        self.beside: list[AnyBlock] = []
        self.credit_lines = credit_lines

    def end(self, *, given: bool = False) -> None:  # noqa: ARG002 — the same call as _Flow's
        if self.runs:
            self.br()

    def put(self, blocks: Iterable[AnyBlock]) -> None:
        self.beside.extend(blocks)

    def text(self) -> Text:
        lines = [line for line in self.lines() if plain(line).strip(" ")]
        return merge(run for n, line in enumerate(lines) for run in ((Run(text="\n"),) if n else ()) + line)


_Out = _Flow | _Line

# --- elements ------------------------------------------------------------------------------------------------------

_MARKS = {
    "b": Mark.STRONG, "strong": Mark.STRONG, "i": Mark.EM, "em": Mark.EM, "var": Mark.EM, "dfn": Mark.EM,
    "u": Mark.UNDERLINE, "s": Mark.STRIKE, "del": Mark.STRIKE, "strike": Mark.STRIKE, "small": Mark.SMALL,
    "sub": Mark.SUB, "sup": Mark.SUP, "code": Mark.CODE, "kbd": Mark.CODE, "samp": Mark.CODE, "tt": Mark.CODE,
}  # fmt: skip

# Read through; paragraphs end at the edges of block elements.
_BLOCK = _names(
    "html body div section article main header footer address center hgroup nav search form fieldset legend dialog "
    "dl dd li menu dir caption thead tbody tfoot tr td th colgroup figcaption summary frameset noframes"
)
_THROUGH = _names(
    "span font big ins mark q cite abbr acronym time data label bdi bdo wbr nobr ruby rb rt rtc rp output blink math"
)
# Dropped and counted: never text of the document, or not to be shown without its program.
_DROPPED = _names(
    "script style template svg canvas button input select option optgroup datalist textarea meter progress "
    "applet map area link meta base title frame basefont bgsound param track col"
)
# Dropped and not worth a count: they belong where they stand and say nothing to readers.
_SILENT = _names("head link meta base title param track col area")

_QUOTED = {
    "twitter-tweet": "tweet", "twitter-video": "tweet", "instagram-media": "instagram", "tiktok-embed": "tiktok",
    "reddit-embed-bq": "reddit", "reddit-card": "reddit", "bluesky-embed": "bluesky", "text-post-media": "threads",
    "imgur-embed-pub": "imgur",
}  # fmt: skip

_CREDIT_CLASS = re.compile(r"(?:^|[\s_-])(?:credits?|copyright|photocredit|attribution)(?:$|[\s_-])", re.IGNORECASE)
_CREDIT_TEXT = re.compile(
    r"(?:^|\s|(?<=[.。！？!?|])|(?=[(（]))[(（]?((?:©|\(c\)\s|(?:Bild|Fotos?|Fotograf|Photo|Credit|Crédit"
    r"|(?:Image|Photo) credit"
    r"|图片来源|圖片來源|图源|圖源|摄影|攝影|图片|圖片)\s?[:：]).*?)[)）]?$",
)
_CANDIDATE = re.compile(r"([^\s,](?:\S*[^\s,])?)(?:\s+([\d.]+)([wx]))?[^,]*(?:,|$)")
_PLACEHOLDER = re.compile(
    r"/(?:1x1|blank|spacer|pixel|transparent|placeholder|grey-placeholder|lazyload)[\w.-]*\.(?:gif|png|svg|jpg)$",
    re.IGNORECASE,
)
_LATE = re.compile(r"(?:src|lazy|lazyload|original|large|full(?:size|screen)?)$")
_LAZY = ("data-src", "data-url", "data-original", "data-lazy-src", "data-lazy", "data-hi-res-src", "data-image")


@dataclass(slots=True)
class _Reader:
    dialect: Dialect
    lost: Counter[str] = field(default_factory=Counter)
    in_figure: bool = False
    unseen_picture: bool = False  # the last <img> had no address: a <noscript> after it may have

    def resolve(self, address: str | None) -> str:
        """The whole address, "" for none: an empty one would be that of the page."""
        return urls.resolve(address, self.dialect.base) if address and address.strip() else ""

    # --- walking

    def flow(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        """The content of an element, into `out`."""
        if words := element.text:
            out.say(words, style)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child, out, style, depth + 1)
            if words := child.tail:
                out.say(words, style)

    def element(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if depth > _DEPTH:
            self.lost["depth"] += 1
            self.flat(element, out, style)
            return
        special = self.dialect.special(element)
        if special is not None:
            if special:
                out.put(special)
            return
        tag = element.tag
        if out.credit_lines is not None and _is_credit(element):
            out.credit_lines.append(plain(self.line(element, _PLAIN, depth).text()))
        elif mark := _MARKS.get(tag):
            self.flow(element, out, ((*style[0], mark), style[1]), depth)
        elif handler := _HANDLERS.get(tag):
            handler(self, element, out, style, depth)
        elif leaf := _LEAVES.get(tag):
            leaf(self, element, out)
        else:
            self.through(element, out, style, depth)

    def through(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        """An element that says nothing by itself."""
        tag = element.tag
        if tag in _BLOCK:
            named = element.get("class")
            if named and embeds.is_box(named) and self.embedded(self.resolve(embeds.address(element)), element, out):
                return
            out.end()
            self.flow(element, out, style, depth)
            out.end()
        elif tag in _SILENT:
            pass
        elif tag in _DROPPED:
            self.lost[tag] += 1
        else:
            if tag not in _THROUGH:
                self.lost[tag] += 1
            self.flow(element, out, style, depth)

    def flat(self, element: HtmlElement, out: _Out, style: Style) -> None:
        """The visible text of what nests too deep to be read as structure."""
        walk = etree.iterwalk(element, events=("start", "end"))
        for event, node in walk:
            if not isinstance(node.tag, str):
                continue
            if node.tag in _BLOCK or node.tag in _HANDLERS:
                out.br()
            if event == "start" and (node.tag in _DROPPED or node.tag in _UNSEEN):
                walk.skip_subtree()
            elif event == "start":
                out.say(node.text, style)
            elif node is not element:
                out.say(node.tail, style)

    def line(self, element: HtmlElement, style: Style, depth: int, *, credit_lines: list[str] | None = None) -> _Line:
        line = _Line(credit_lines=credit_lines)
        self.flow(element, line, style, depth)
        return line

    def part(self, element: HtmlElement, style: Style, depth: int) -> Blocks:
        part = _Flow()
        self.flow(element, part, style, depth)
        return part.done()

    # --- text

    def p(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        out.end()
        self.flow(element, out, style, depth)
        out.end(given=True)

    def br(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        out.br()
        self.flow(element, out, style, depth)

    def a(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        link = self.link(element)
        self.flow(element, out, (style[0], link or style[1]), depth)

    def link(self, element: HtmlElement) -> Link | None:
        href = (element.get("href") or "").strip()
        if self.dialect.link is not None:
            link = self.dialect.link(dict(element.attrib))
        elif not href or href.startswith("#"):
            return None
        else:
            address = self.resolve(href)
            link = Link(href=address) if address else None
        if link is None and href and not href.startswith("#"):
            self.lost["a"] += 1
        return link

    def heading(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if isinstance(out, _Line):
            self.block(element, out, style, depth)
            return
        line = self.line(element, style, depth)
        words = line.text()
        level = max(2, int(element.tag[1]))
        out.put((Heading(text=words, level=level),) if plain(words).strip() else ())
        out.put(line.beside)

    def dt(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        self.block(element, out, ((*style[0], Mark.STRONG), style[1]), depth)

    def block(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        out.end()
        self.flow(element, out, style, depth)
        out.end()

    def pre(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if isinstance(out, _Line):
            self.block(element, out, style, depth)
            return
        words = _CONTROLS.sub("", "".join(_visible(element))).replace("\r\n", "\n").replace("\r", "\n")
        words = words.removeprefix("\n").rstrip("\n")
        out.put((Code(text=words),) if words.strip() else ())

    def rule(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if isinstance(out, _Line):
            out.end()
        else:
            out.put((Rule(),))
        self.flow(element, out, style, depth)

    # --- structure

    def items(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if isinstance(out, _Line):
            self.block(element, out, style, depth)
            return
        items: list[Blocks] = []
        stray = _Flow()
        stray.say(element.text, style)
        for child in element:
            if child.tag == "li" and self.dialect.special(child) is None:
                items.append(stray.done())
                items.append(self.part(child, style, depth + 1))
                stray = _Flow()
            elif isinstance(child.tag, str):
                self.element(child, stray, style, depth + 1)
            stray.say(child.tail, style)
        items.append(stray.done())
        kept = tuple(item for item in items if item)
        out.put((List(items=kept, ordered=element.tag == "ol"),) if kept else ())

    def quote(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if isinstance(out, _Line):
            self.block(element, out, style, depth)
            return
        classes = (element.get("class") or "").split()
        kind = next((_QUOTED[name] for name in classes if name in _QUOTED), "")
        if kind:
            self.quoted_embed(element, kind, out, depth)
            return
        credit = _closing_credit(element)
        body = _Flow()
        body.say(element.text, style)
        words: Text = ()
        for child in element:
            if child is credit:
                line = self.line(child, style, depth + 1)
                words = line.text()
                body.put(line.beside)
            elif isinstance(child.tag, str):
                self.element(child, body, style, depth + 1)
            body.say(child.tail, style)
        blocks = body.done()
        out.put((Quote(body=blocks, credit=words),) if blocks or words else ())

    def quoted_embed(self, element: HtmlElement, kind: str, out: _Out, depth: int) -> None:
        """A post of another host's that is quoted in full, to be enlivened by a script that we don't run."""
        addresses = [element.get(name) for name in ("data-instgrm-permalink", "data-text-post-permalink", "cite")]
        addresses += [a.get("href") for a in element.iter("a")][::-1]
        found = (self.resolve(address) for address in addresses if address)
        url = next((address for address in found if address), "")
        line = self.line(element, _PLAIN, depth)
        out.put((Embed(kind=kind, url=url, text=line.text()),))
        out.put(line.beside)

    def table(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        rows = _rows(element)
        if isinstance(out, _Line) or rows is None or _is_layout(element, rows):
            self.block(element, out, style, depth)
            return
        caption = _Line()
        for child in element.iterchildren("caption"):
            self.flow(child, caption, style, depth + 1)
        beside = caption.beside
        table = []
        for row in rows:
            cells = []
            for cell in row:
                line = self.line(cell, style, depth + 3)
                beside += line.beside
                across, down = (_number(cell.get(name), _SPAN) or 1 for name in ("colspan", "rowspan"))
                cells.append(Cell(text=line.text(), header=cell.tag == "th", across=across, down=down))
            table.append(tuple(cells))
        words = caption.text()
        seen = words or any(cell.text for row in table for cell in row)
        out.put((Table(rows=tuple(table), caption=words),) if seen else ())
        out.put(beside)

    def aside(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if isinstance(out, _Line):
            self.block(element, out, style, depth)
            return
        summary = element[0] if len(element) and element[0].tag == "summary" and _blank(element.text) else None
        title = ""
        body = _Flow()
        body.say(element.text, style)
        for child in element:
            if child is summary:
                line = self.line(child, _PLAIN, depth + 1)
                title = plain(line.text()).replace("\n", " ")
                body.put(line.beside)
            elif isinstance(child.tag, str):
                self.element(child, body, style, depth + 1)
            body.say(child.tail, style)
        blocks = body.done()
        out.put((Aside(body=blocks, title=title),) if blocks or title else ())

    # --- pictures, sound, what is embedded

    def figure(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if isinstance(out, _Line) or self.in_figure:
            self.block(element, out, style, depth)
            return
        before = self.lost.copy()
        captions: list[HtmlElement] = []
        credit_lines: list[str] = []
        part = _Flow(captions=captions, credit_lines=credit_lines)
        self.in_figure = True
        self.flow(element, part, style, depth)
        blocks = part.done()
        words: Text = ()
        beside: list[AnyBlock] = []
        if len(captions) == 1:
            line = self.line(captions[0], style, depth, credit_lines=credit_lines)
            words, beside = trimmed(line.text()) if credit_lines else line.text(), line.beside
        credit = " ".join(filter(None, credit_lines))
        captioned = _captioned(blocks, words, credit) if len(captions) < 2 else None
        if captioned is None:
            # Not one thing with its caption: read as it stands, nothing taken out.
            self.lost = before
            captioned = self.part(element, style, depth)
            beside = []
        self.in_figure = False
        out.put(captioned)
        out.put(beside)

    def figcaption(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        if out.captions is None:
            self.block(element, out, style, depth)
        else:
            out.end()
            out.captions.append(element)

    def img(self, element: HtmlElement, out: _Out) -> None:
        self.picture_of(element, (), out)

    def picture(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        images = [img for img in element.iter("img") if self.dialect.special(img) is None]
        if len(images) != 1:
            self.flow(element, out, style, depth)
            return
        self.picture_of(images[0], list(element.iter("source")), out)
        for child in element:  # text in a <picture> is a mistake, and still text
            out.say(child.tail, style)

    def picture_of(self, img: HtmlElement, sources: Iterable[HtmlElement], out: _Out) -> None:
        width, height = (_number(img.get(name), _PIXELS) for name in ("width", "height"))
        url = "" if width == height == 1 else self.address(img, sources)
        self.unseen_picture = not url
        if url:
            alt = " ".join(_CONTROLS.sub("", img.get("alt") or "").split())
            out.put((Figure(picture=Picture(url=url, alt=alt, width=width, height=height)),))
        else:
            self.lost["img"] += 1

    def address(self, img: HtmlElement, sources: Iterable[HtmlElement]) -> str:
        """The largest address of a picture that is one."""
        sets: list[str] = []
        for node in (img, *sources):
            # Scripts that load pictures late keep the set under names of their own.
            sets += [said for name, said in node.attrib.items() if name.endswith("srcset") and said]
        sized = sorted((largest(each) for each in sets), key=lambda found: -found[1])
        candidates = [address for address, _ in sized]
        candidates += [img.get(name) for name in _LAZY] + [img.get("src")]
        candidates += [
            said for name, said in img.attrib.items() if name.startswith("data-") and _LATE.search(name) is not None
        ]
        for candidate in candidates:
            if candidate and not candidate.lstrip().startswith(("data:", "{", "[")):
                url = self.resolve(candidate)
                if url and not _PLACEHOLDER.search(url):
                    return url
        return ""

    def noscript(self, element: HtmlElement, out: _Out) -> None:
        """What scripts would have replaced: of use only where the picture before it is one that scripts load."""
        if self.unseen_picture:
            image = next(element.iter("img"), None)
            if image is not None:
                self.picture_of(image, (), out)
                return
        self.lost["noscript"] += 1

    def media(self, element: HtmlElement, out: _Out) -> None:
        own = [element.get("src"), element.get("data-src")]
        own += [source.get(name) for source in element.iter("source") for name in ("src", "data-src")]
        found = [url for address in own if address and (url := self.resolve(address))]
        # A file plays everywhere, a playlist only where the browser knows it.
        url = next((each for each in found if ".m3u8" not in each), found[0] if found else "")
        poster = self.resolve(element.get("poster") or element.get("data-poster"))
        if not url and not poster:
            self.lost[element.tag] += 1
            return
        title = " ".join((element.get("title") or "").split())
        picture = Picture(url=poster) if poster else None
        out.put((Media(kind=element.tag.removeprefix("amp-"), url=url, title=title, poster=picture),))

    def embed(self, element: HtmlElement, out: _Out, style: Style, depth: int) -> None:
        addresses = (element.get(name) for name in _FRAMED)
        found = (self.resolve(address) for address in addresses if address)
        url = next((address for address in found if address), "")
        if not self.embedded(url, element, out):
            self.lost[element.tag] += 1
        if element.tag == "object":
            self.flow(element, out, style, depth)

    def player(self, element: HtmlElement, out: _Out) -> None:
        """An element of a script that shows something of another host's."""
        if not self.embedded(self.resolve(embeds.address(element)), element, out):
            self.lost[element.tag] += 1

    def embedded(self, url: str, element: HtmlElement, out: _Out) -> bool:
        unseen = any((element.get(name) or "").strip() in ("0", "1", "0px", "1px") for name in ("width", "height"))
        kind = embeds.kind(url) if url and not unseen else ""
        if kind:
            title = element.get("title") or element.get("aria-label") or element.get("playlabel") or ""
            out.put((Embed(kind=kind, url=url, title=" ".join(title.split())),))
        return bool(kind)


_HANDLERS: dict[str, Callable[[_Reader, HtmlElement, _Out, Style, int], None]] = {
    "p": _Reader.p, "br": _Reader.br, "a": _Reader.a, "pre": _Reader.pre, "listing": _Reader.pre,
    "xmp": _Reader.pre, "plaintext": _Reader.pre, "hr": _Reader.rule, "dt": _Reader.dt,
    "h1": _Reader.heading, "h2": _Reader.heading, "h3": _Reader.heading, "h4": _Reader.heading,
    "h5": _Reader.heading, "h6": _Reader.heading, "ul": _Reader.items, "ol": _Reader.items, "menu": _Reader.items,
    "dir": _Reader.items, "blockquote": _Reader.quote, "table": _Reader.table, "aside": _Reader.aside,
    "details": _Reader.aside, "figure": _Reader.figure, "figcaption": _Reader.figcaption,
    "picture": _Reader.picture, "iframe": _Reader.embed, "embed": _Reader.embed, "object": _Reader.embed,
}  # fmt: skip
_LEAVES: dict[str, Callable[[_Reader, HtmlElement, _Out], None]] = {
    "img": _Reader.img, "image": _Reader.img, "noscript": _Reader.noscript, "video": _Reader.media,
    "audio": _Reader.media, "amp-img": _Reader.img, "amp-anim": _Reader.img, "amp-video": _Reader.media,
    "amp-audio": _Reader.media,
}  # fmt: skip
_LEAVES.update(dict.fromkeys(embeds.TAGS, _Reader.player))
_FRAMED = ("data-src", "data-lazy-src", "data-litespeed-src", "data-url", "src", "data-original", "data")
# What a browser doesn't show as text though it may hold some.
_UNSEEN = frozenset({"head", "noscript", "video", "audio", "iframe"})


def _visible(element: HtmlElement) -> Iterator[str]:
    """The text of an element as it stands, a newline for each <br>."""
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if not isinstance(node.tag, str):
            continue
        if event == "start" and (node.tag in _DROPPED or node.tag in _UNSEEN):
            walk.skip_subtree()
        elif event == "start":
            yield "\n" if node.tag == "br" else node.text or ""
        elif node is not element:
            yield node.tail or ""


def _is_credit(element: HtmlElement) -> bool:
    return _CREDIT_CLASS.search((element.get("class") or "")[:_LONG]) is not None


def _captioned(blocks: Blocks, caption: Text, credit: str) -> Blocks | None:
    """These blocks with the caption on the one it belongs to; None when that can't be said."""
    if not caption and not credit:
        return blocks
    match blocks:
        case (*_, Figure()) if all(isinstance(block, Figure) for block in blocks):
            *others, last = blocks
            assert isinstance(last, Figure)
            if not credit:
                caption, credit = _split_credit(caption)
            return (*others, Figure(picture=replace(last.picture, caption=caption, credit=credit)))
        case (Media() as media,) if not media.title and not credit:
            return (replace(media, text=caption),)
        case (Embed() as embed,) if not embed.title and not embed.text and not credit:
            return (replace(embed, text=caption),)
        case (Table() as table,) if not table.caption and not credit:
            return (replace(table, caption=caption),)
        case _:
            return None


def _split_credit(caption: Text) -> tuple[Text, str]:
    """A caption that ends with its credit ("… Foto: dpa", "… ©AFP") as the two."""
    words = plain(caption)
    match = _CREDIT_TEXT.search(words) if len(words) < _CAPTION else None
    if match is None or "\n" in match.group():
        return caption, ""
    return trimmed(_cut(list(caption), [(0, match.start(), "")])), match.group(1).strip()


def _closing_credit(quote: HtmlElement) -> HtmlElement | None:
    """The <cite> or <footer> that ends a quotation and is not all of it."""
    if not len(quote) or not _blank(quote[-1].tail):
        return None
    last = quote[-1]
    return last if last.tag in ("cite", "footer") and (len(quote) > 1 or not _blank(quote.text)) else None


def _rows(table: HtmlElement) -> list[list[HtmlElement]] | None:
    """The cells of a table by row; None when the table has other things in it or is beyond all measure."""
    rows: list[list[HtmlElement]] = []
    first = True
    for part in _children(table):
        if part is None or (part.tag == "caption" and not first):
            return None
        first = False
        if part.tag in ("caption", "colgroup", "col"):
            continue
        trs = [part] if part.tag == "tr" else list(_children(part)) if part.tag in ("thead", "tbody", "tfoot") else None
        if trs is None:
            return None
        for tr in trs:
            if tr is None or tr.tag != "tr":
                return None
            cells = list(_children(tr))
            if any(cell is None or cell.tag not in ("td", "th") for cell in cells):
                return None
            if cells:
                rows.append([cell for cell in cells if cell is not None])
    return rows if sum(map(len, rows)) <= _CELLS else None


def _children(element: HtmlElement) -> Iterator[HtmlElement | None]:
    """The child elements; None for text between them."""
    if not _blank(element.text):
        yield None
    for child in element:
        if isinstance(child.tag, str):
            yield child
        if not _blank(child.tail):
            yield None


def _is_layout(table: HtmlElement, rows: list[list[HtmlElement]]) -> bool:
    """Does this table only place things? One cell, or tables and figures inside."""
    alone = sum(map(len, rows)) <= 1 and table.find("caption") is None
    return (
        alone or table.get("role") in ("presentation", "none") or next(table.iterdescendants("table"), None) is not None
    )


def _blank(words: str | None) -> bool:
    return not words or not words.strip(" \t\r\n\f")


def _number(spelt: str | None, most: int) -> int:
    """A whole number from an attribute, 0 when it is none or absurd."""
    digits = (spelt or "").strip().removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 and int(digits) <= most else 0
