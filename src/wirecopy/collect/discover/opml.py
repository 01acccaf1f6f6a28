"""OPML 2.0, the lists of feeds that feed readers exchange → subscriptions, and sources → OPML.

- An outline with an `xmlUrl` is a feed; outlines around it are its folders, however deep they nest.
- What an outline says that a source has no word for is kept (`Outline`), also of folders, also under other namespaces
  (`{namespace}name`), and written again: in → out loses nothing but the file's head.
- A source with several feeds is several outlines; `wirecopy:id`, an attribute of our own, holds them together.
- Broken files are read as far as they go. A file that declares a document type is refused: entities live there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from wirecopy import text, urls
from wirecopy.collect.discover import trees
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Noun, Source, replace

_MOST_BYTES = 10_000_000  # a guess: 20,000 feeds
_MOST_FEEDS = 10_000
_MOST_ATTRIBUTES = 50
_MOST_DEPTH = 30
_LONGEST = 4_000  # characters of an attribute

NAMESPACE = "https://github.com/wirecopy/wirecopy"
_ID = f"{{{NAMESPACE}}}id"
_PREFIXES = {NAMESPACE: "wirecopy", "https://freshrss.org/opml": "frss", "http://www.w3.org/XML/1998/namespace": "xml"}
_XML_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_OWN = ("text", "title", "xmlurl", "htmlurl", "type", "language", _ID.lower())

Attributes = tuple[tuple[str, str], ...]


class Outline(Noun, frozen=True, kw_only=True):
    """What an OPML file says of a feed that a source has no word for. `folders`: outermost first, each all it says."""

    folders: tuple[Attributes, ...] = ()
    attributes: Attributes = ()


class Subscription(Noun, frozen=True, kw_only=True):
    """A source as an OPML file has it. `source.id` is "" where the file is not one of ours."""

    source: Source
    outline: Outline = Outline()


def is_one(body: bytes) -> bool:
    """Whether these bytes begin as an OPML file does."""
    return b"<opml" in body[:2_000].replace(b"\0", b"").lower()


def read(capture: Capture) -> tuple[Subscription, ...]:
    """The subscriptions in an answer. Raises ReadError for what is no OPML, or declares a document type."""
    return parse(capture.body, content_type=capture.header("content-type"), where=capture.url)


def parse(body: bytes, *, where: str, content_type: str = "") -> tuple[Subscription, ...]:
    """The subscriptions in these bytes, in their order, each feed once. Raises ReadError, in words."""
    if len(body) > _MOST_BYTES:
        raise ReadError(f"{where} has more than {_MOST_BYTES:,} bytes; no list of feeds is so large")
    codec = trees.charset(body, content_type)
    if "<!" in (head := trees.decoded(body, codec)[:20_000].partition("<body")[0]).replace("<!--", ""):
        what = "entities" if "<!ENTITY" in head.upper() else "a document type"
        raise ReadError(f"{where} declares {what} of its own, which no OPML file needs and attacks do; it is not read")
    if not is_one(body):
        raise ReadError(f"{where} is no OPML file: there is no <opml> in it")
    root = trees.tree(body, codec, where=where)
    found: dict[str, Subscription] = {}
    for place, (element, folders) in enumerate(_feeds(root)):
        if place >= _MOST_FEEDS:
            raise ReadError(f"{where} lists more than {_MOST_FEEDS:,} feeds: give them in several files")
        feed = _address(_said(element, "xmlUrl"))
        if feed:
            one = _subscription(element, feed, folders)
            name = one.source.id or f"\0{feed}"
            known = found.get(name)
            found[name] = one if known is None else _with_feed(known, feed)
    return tuple(found.values())


def write(subscriptions: Iterable[Subscription], *, title: str) -> bytes:
    """These sources as an OPML file. Sources without a feed have no place in one and are left out."""
    spaces: dict[str, str] = {NAMESPACE: "wirecopy"}
    lines: list[str] = []
    open_folders: tuple[Attributes, ...] = ()
    listed = [each for each in subscriptions if each.source.feeds]
    for each in listed:
        folders = each.outline.folders
        shared = _shared(open_folders, folders)
        lines += [f"{'  ' * (depth + 2)}</outline>" for depth in range(len(open_folders) - 1, shared - 1, -1)]
        lines += [
            f"{'  ' * (depth + 2)}<outline{_spelt(folders[depth], spaces)}>" for depth in range(shared, len(folders))
        ]
        open_folders = folders
        lines += [f"{'  ' * (len(folders) + 2)}<outline{_spelt(said, spaces)}/>" for said in _outlines(each)]
    lines += [f"{'  ' * (depth + 2)}</outline>" for depth in range(len(open_folders) - 1, -1, -1)]
    declared = "".join(f' xmlns:{prefix}="{_escaped(space)}"' for space, prefix in spaces.items() if prefix != "xml")
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<opml version="2.0"{declared}>',
            f"  <head><title>{_escaped(title)}</title></head>",
            "  <body>",
            *lines,
            "  </body>",
            "</opml>",
            "",
        ]
    ).encode()


# --- in --------------------------------------------------------------------------------------------------------------


def _feeds(root: Element) -> Iterator[tuple[Element, tuple[Attributes, ...]]]:
    """Every outline that has a feed, with its folders, in the order of the file."""
    waiting: list[tuple[Element, tuple[Attributes, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        inside = folders
        if _local(element.tag) == "outline":
            if _said(element, "xmlUrl"):
                yield element, folders
            elif len(element) and len(folders) < _MOST_DEPTH:
                inside = (*folders, _attributes(element))
        waiting.extend((kid, inside) for kid in reversed(element))


def _subscription(element: Element, feed: str, folders: tuple[Attributes, ...]) -> Subscription:
    text_said, title = _said(element, "text"), _said(element, "title")
    home = _address(_said(element, "htmlUrl"))
    kind = _said(element, "type")
    name = _line(title or text_said)
    kept = [(key, value) for key, value in _attributes(element) if key.lower() not in _OWN]
    if text_said and text_said != name:
        kept.insert(0, ("text", text_said))
    if kind and kind != "rss":
        kept.append(("type", kind))
    if (given := _said(element, "htmlUrl")) and not home:
        kept.append(("htmlUrl", given))
    source = Source(
        id=element.get(_ID, ""),
        name=name,
        homepage=home,
        language=_said(element, "language") if _is_tag(_said(element, "language")) else "",
        feeds=(feed,),
    )
    return Subscription(source=source, outline=Outline(folders=folders, attributes=tuple(kept)))


def _with_feed(known: Subscription, feed: str) -> Subscription:
    feeds = tuple(dict.fromkeys((*known.source.feeds, feed)))
    return replace(known, source=replace(known.source, feeds=feeds))


def _attributes(element: Element) -> Attributes:
    return tuple((key, value[:_LONGEST]) for key, value in list(element.items())[:_MOST_ATTRIBUTES])


def _said(element: Element, name: str) -> str:
    """An attribute by its name, in whatever case it was written."""
    value = element.get(name)
    if value is None:
        value = next((each for key, each in element.items() if key.lower() == name.lower()), "")
    return value.strip()[:_LONGEST]


def _address(spelt: str) -> str:
    """A feed's address; feed: and feed:// are old ways to write one (RFC draft-obasanjo-feed-URI-scheme)."""
    bare = spelt.removeprefix("feed:")
    return urls.resolve("http:" + bare if spelt != bare and bare.startswith("//") else bare)


def _line(words: str) -> str:
    return text.squeeze(text.printable(words).replace("\ufffd", " "))[:200]


def _is_tag(said: str) -> bool:
    return said.replace("-", "").isalnum() and said.isascii() and 2 <= len(said) <= 20


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


# --- out -------------------------------------------------------------------------------------------------------------


def _outlines(each: Subscription) -> Iterator[Attributes]:
    """A source's outlines, one a feed: what the source says, then what was kept."""
    source, kept = each.source, dict(each.outline.attributes)
    for feed in source.feeds:
        said = {"type": kept.get("type", "rss"), "text": kept.get("text", source.name), "title": source.name}
        said |= {"xmlUrl": feed}
        said |= {"htmlUrl": source.homepage or kept.get("htmlUrl", "")}
        said |= {"language": source.language, _ID: source.id}
        said |= kept
        yield tuple((key, value) for key, value in said.items() if value or key in kept)


def _spelt(attributes: Attributes, spaces: dict[str, str]) -> str:
    named = ((_named(key, spaces), value) for key, value in attributes)
    return "".join(f' {name}="{_escaped(value)}"' for name, value in named if name)


def _named(key: str, spaces: dict[str, str]) -> str:
    """An attribute's name with a prefix for its namespace, which is declared at the root; "" for what is no name."""
    space, brace, local = key[1:].rpartition("}") if key.startswith("{") else ("", "", key)
    if not _XML_NAME.fullmatch(local):
        return ""
    if not brace:
        return key
    if space not in spaces:
        spaces[space] = _PREFIXES.get(space, f"ns{len(spaces)}")
    return f"{spaces[space]}:{local}"


def _shared(one: tuple[Attributes, ...], other: tuple[Attributes, ...]) -> int:
    """How many folders two places have in common, from the outermost."""
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return count


def _escaped(words: str) -> str:
    """Words as they may stand in an attribute; what XML 1.0 can't say is left out."""
    kept = "".join(
        c for c in words if c in "\t\n\r" or (" " <= c < "\ud800") or "\ue000" <= c < "\ufffe" or c > "\uffff"
    )
    for plain, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        kept = kept.replace(plain, reference)
    return kept.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
