"""Is a published folder innocent? It runs nothing, asks nobody and tells nothing of whoever made it.

Every page of every format is read by an XML parser, which sees what we meant, and by an HTML tokenizer, which sees what
a browser would; both must see the same elements. Elements, attributes and addresses are held against lists of what may
be there: what nobody thought of is a complaint.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from libzim.reader import Archive
from lxml import etree
from markdown_it import MarkdownIt

from wirecopy import text

_HTML = "{http://www.w3.org/1999/xhtml}"
# What our own pages are made of. Nothing here runs, and nothing here loads but what `_LOADS` names.
_ELEMENTS = frozenset(
    """
    a abbr aside article b bdi blockquote body br button caption code col dd del details div dl dt em figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hr html i img input ins label legend fieldset li link main mark meta nav
    noscript ol option output p pre s script section select small span strong style sub summary sup table tbody td
    svg path template th thead time title tr u ul
    """.split()  # noqa: SIM905 - a list of words is read more easily so
)
_ATTRIBUTES = frozenset(
    """
    action alt aria-current aria-describedby aria-hidden aria-label aria-labelledby aria-live autocapitalize
    autocomplete charset class colspan content data-root data-say datetime decoding defer dir enterkeyhint for headers
    height hidden href hreflang http-equiv id lang loading maxlength media method name open placeholder property rel
    required role rowspan scope size spellcheck src start tabindex title translate type value width
    d fill viewbox {xml}lang {ops}type {ops}prefix prefix
    """.split()  # noqa: SIM905 - as above
)
_LEADS = re.compile(
    r"(?:https?://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?(?:[/?#][^\x00-\x20<>\"]*)?|mailto:[\w.+%-]+@[\w.-]+(?:\?subject=[\w%.-]*)?|"
    r"(?![a-z][a-z0-9+.-]*:|//|\\|/\\)[^\x00-\x20<>\"]*)\Z",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?![a-z][a-z0-9+.-]*:|//|\\|/\\)[^\x00-\x20<>\"]*\Z", re.IGNORECASE)
_ASKS = re.compile(r"@import|url\s*\(|expression\s*\(|-moz-binding|javascript:", re.IGNORECASE)
_DATA = re.compile(r"<script[^>]*>[^<]*")  # JSON, which may hold what XML may not
_OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")
_REFRESH = "refresh"
_ASKS = re.compile(r"@import|url\s*\(|expression\s*\(|-moz-binding|javascript:", re.IGNORECASE)
_INSIDE_FEEDS = re.compile(r"<(?:content:encoded|description|content|summary)\b")


def complaints(folder: Path, *, secrets: tuple[str, ...] = ()) -> list[str]:
    """What is not innocent in this folder, each with its file. `secrets` are words that nothing may hold."""
    found = []
    for name, body in sorted(_bodies(folder)):
        found += [f"{name}: {each}" for each in _of(name, body)]
        found += [f"{name} tells {each!r}" for each in secrets if each.encode() in body]
    return found


def markup(said: str) -> list[str]:
    """What is not innocent in a piece of markup."""
    return list(_tokens(said))


def rendered(document: str) -> str:
    """A Markdown document as the markup that a reader's program makes of it."""
    return str(_renderer.render(_FRONT_MATTER.sub("", document)))


def _bodies(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, and what is inside of containers."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        yield name, name.encode("utf-8", "surrogateescape")
        if path.suffix == ".zim":
            yield from _pages_of_book(name, path)
            continue
        body = path.read_bytes()
        yield name, body
        if path.suffix in (".epub", ".wacz"):
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                yield from ((f"{name}!{each.filename}", book.read(each)) for each in book.infolist())


def _pages_of_book(name: str, path: Path) -> Iterator[tuple[str, bytes]]:
    book = Archive(path)
    for number in range(book.all_entry_count):
        entry = book._get_entry_by_id(number)
        if not entry.is_redirect:
            item = entry.get_item()
            is_page = "html" in item.mimetype
            yield f"{name}!{entry.path}{'.zhtml' if is_page else ''}", bytes(item.content)


def _of(name: str, body: bytes) -> Iterator[str]:
    kind = name.rpartition(".")[2].lower()
    if kind == "zhtml":  # a book's pages are HTML, and no XML: Kiwix reads nothing else
        yield from _tokens(body.decode("utf-8"))
    elif body[:1] != b"<" and kind in ("html", "xhtml"):
        return  # the name of a file
    elif kind in ("html", "xhtml"):
        yield from _page(body)
    elif kind in ("xml", "opf", "ncx", "rss", "atom", "opml"):
        if body[:1] == b"<":
            yield from _feed(body)
    elif kind == "md":
        yield from _markdown(body)
    elif kind in ("json", "jsonl") and body[:1] in (b"{", b"["):
        yield from _json(body, lines=kind == "jsonl")


def _page(body: bytes) -> Iterator[str]:
    said = body.decode("utf-8")
    tokens = _Tokens()
    tokens.feed(said)
    tokens.close()
    yield from tokens.complaints
    said = _DATA.sub("<script>", said)
    bare = re.sub(r"\A(?:<\?xml[^>]*>\s*)?<!DOCTYPE html>", "", said, flags=re.IGNORECASE)
    try:
        root = etree.fromstring(bare.strip().encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        yield f"no well-formed XML: {error}"
        return
    meant = [str(each.tag).replace(_HTML, "") for each in root.iter() if isinstance(each.tag, str)]
    if meant != tokens.tags:
        at = next((n for n, (a, b) in enumerate(zip(meant, tokens.tags, strict=False)) if a != b), 0)
        yield f"two parsers see two pages: {meant[at : at + 3]} and {tokens.tags[at : at + 3]}"


def _tokens(said: str, *, settled: bool = True) -> Iterator[str]:
    tokens = _Tokens(settled=settled)
    tokens.feed(said)
    tokens.close()
    yield from tokens.complaints


class _Tokens(HTMLParser):
    """The elements that a browser sees, and what is wrong with each."""

    def __init__(self, *, settled: bool = True) -> None:
        super().__init__(convert_charrefs=True)
        self._settled = settled
        self.tags: list[str] = []
        self.complaints: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = tag
        if tag not in _ELEMENTS:
            self.complaints.append(f"<{tag}>")
        said = {name: value or "" for name, value in attrs}
        for name, value in said.items():
            bare = name.replace("xml:", "{xml}").replace("epub:", "{ops}")
            if (bare not in _ATTRIBUTES and not bare.startswith("xmlns")) or bare.startswith("on"):
                self.complaints.append(f"<{tag} {name}={value[:60]!r}>")
            elif name == "href" and not (_LOCAL if tag == "link" else _LEADS).match(value):
                self.complaints.append(f"<{tag} href={value[:80]!r}>")
            elif name in ("src", "action", "srcset", "poster", "data") and not _LOCAL.match(value):
                self.complaints.append(f"<{tag} {name}={value[:80]!r}>")
        if tag == "script" and "src" not in said and "json" not in said.get("type", ""):
            self.complaints.append("a script without a file")
        if tag == "meta" and said.get("http-equiv", "").lower() in (_REFRESH, "set-cookie"):
            self.complaints.append(f"<meta http-equiv={said['http-equiv']}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._inside = ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style" and _ASKS.search(data):
            self.complaints.append(f"a style that asks: {data[:80]!r}")
        if self._inside == "script" and "<" in data:
            self.complaints.append(f"data that may end its element: {data[:80]!r}")
        if self._inside == "script":
            return
        if found := _OBEYED.search(data):
            self.complaints.append(f"{found[0]!r} in {data[:40]!r}")
        if self._settled and text.settled(data) != data:
            self.complaints.append(f"it turns what follows: {data[:40]!r}")

    def handle_comment(self, data: str) -> None:
        self.complaints.append(f"a comment: {data[:60]!r}")

    def handle_pi(self, data: str) -> None:
        if not data.startswith("xml version"):
            self.complaints.append(f"an instruction: {data[:60]!r}")

    def handle_decl(self, decl: str) -> None:
        if decl.lower() != "doctype html":
            self.complaints.append(f"a declaration: {decl[:60]!r}")

    def unknown_decl(self, data: str) -> None:
        self.complaints.append(f"an unknown declaration: {data[:60]!r}")


def _feed(body: bytes) -> Iterator[str]:
    """XML that programs read: well-formed, without a DTD, and the markup in its texts is innocent."""
    if b"<!DOCTYPE" in body[:500] and b"<!DOCTYPE ncx" not in body[:500] and b"<!DOCTYPE html" not in body[:500]:
        yield "a document type"
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        yield f"no well-formed XML: {error}"
        return
    for element in root.iter():
        if not isinstance(element.tag, str):
            if "xml-stylesheet" not in str(element)[:40]:
                yield f"{str(element)[:60]!r}"
            continue
        local = element.tag.rpartition("}")[2]
        said = element.text or ""
        if local == "encoded" or (local in ("content", "summary", "description") and element.get("type") == "html"):
            yield from _tokens(said)
        if local == "link" and said.strip() and not _LEADS.match(said.strip()):
            yield f"<link>{said[:80]!r}"
        for name, value in element.attrib.items():
            if str(name).rpartition("}")[2] in ("href", "url", "src") and not _LEADS.match(str(value)):
                yield f"<{local} {name}={str(value)[:80]!r}>"


def _json(body: bytes, *, lines: bool) -> Iterator[str]:
    for line in body.splitlines() if lines else [body]:
        try:
            document = json.loads(line)
        except ValueError as error:
            yield f"no JSON: {error}"
            continue
        for item in document.get("items", ()) if isinstance(document, dict) else ():
            if isinstance(item, dict):
                yield from _tokens(str(item.get("content_html", "")))


_renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def _markdown(body: bytes) -> Iterator[str]:
    said = body.decode("utf-8")
    # A paragraph of Markdown ends what it turns; nobody knows what a program puts beside it in one line.
    yield from _tokens(rendered(said), settled=False)
    if found := _OBEYED.search(said):
        yield f"{found[0]!r}"
