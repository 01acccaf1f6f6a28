"""How the classic document spells a text, and how another spelling of the same text is kept.

- `spell` is the one canonical spelling: what we write when nothing is known about the source's own.
- A seam (model.Seam) keeps another one: at character offsets, the tags the source wrote. `restore` writes a text back
  by its seam; text, marks and addresses always come from the text itself, never from the seam.
- The vocabulary is closed: names of tags that do nothing, without attributes; a character reference to the very
  character that stands there; ways to write a link or a picture. `restore` believes nothing: what is unknown, out of
  place or about another text is None, and the canonical spelling is written.

The reader of classic documents makes seams, the writer uses them; this is what both must agree on.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from wirecopy.model import Block, Heading, Link, Mark, Paragraph, Picture, Run, Seam, Text, encode, merge, plain

Tags = tuple[tuple[int, str], ...]
Anchor = Callable[[Link, str], tuple[str, str]]

BLOCK_NAMES = frozenset({"p", "div", "center", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6"})
_INERT = BLOCK_NAMES | {
    "span", "strong", "b", "em", "i", "u", "s", "strike", "del", "ins", "small", "sub", "sup", "code",
}  # fmt: skip
NOWHERE = '<a href="">'
INERT = frozenset(f"<{slash}{name}>" for name in _INERT for slash in ("", "/")) | {" ", "<wbr>"}
BREAKS = frozenset({"<br>", "<br/>", "<br />"})
BLANK_BREAK = "<br> "  # a line break where the text has a blank, because it is a text of one line

# Ways to write a link: as the reference it is, or its address, or that without the outlet's own host; with & in the
# address escaped, or raw.
ANCHORS = ("<a>", "<a &>", "<a href>", "<a href &>", "<a path>")

# Ways to write a picture or what belongs to one: in the size it stands in, by its own address and not the proxy's,
# without the place for a caption; not at all.
AS_IT_STANDS, DIRECT, BARE, NONE = "as it stands", "direct", "bare", "none"
WAYS = frozenset({AS_IT_STANDS, DIRECT, BARE, NONE})


# --- the canonical spelling -----------------------------------------------------------------------------------------

_SPELT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>", "\r": "&#13;"}
_LOOK_AHEAD = 64  # runs; a mark that goes on for longer is simply "long"


def escape(words: str) -> str:
    """Words as the text of an element: nothing in them is markup any more, and they are one line."""
    # Measured: five searches for one character each take a third of the time of one regular expression.
    for character, spelt in _SPELT.items():
        if character in words:
            words = words.replace(character, spelt)
    return words


def attribute(value: str) -> str:
    """A value for an attribute in double quotes, on one line."""
    return escape(value).replace('"', "&quot;").replace("<br>", "&#10;")


def spell(words: Text, anchor: Anchor) -> str:
    """A text with its marks and links. What goes on longest is opened first; nothing overlaps."""
    if not words:
        return ""
    if len(words) == 1 and not words[0].marks and words[0].link is None:
        return escape(words[0].text)
    out: list[str] = []
    open_: list[tuple[Mark | Link, str]] = []
    for place, run in enumerate(words):
        wanted: list[Mark | Link] = [*run.marks, *([run.link] if run.link is not None else [])]
        while any(style not in wanted for style, _ in open_):
            out.append(open_.pop()[1])
        under = [style for style, _ in open_]
        ahead = words[place + 1 : place + _LOOK_AHEAD]
        for style in sorted((each for each in wanted if each not in under), key=lambda each: -_reach(each, ahead)):
            start, end = (f"<{style.value}>", f"</{style.value}>") if isinstance(style, Mark) else anchor(style, "<a>")
            out.append(start)
            open_.append((style, end))
        out.append(escape(run.text))
    out.extend(end for _, end in reversed(open_))
    return "".join(out)


def line(block: Paragraph | Heading, anchor: Anchor, *, bare: bool = False, teaser: bool = False) -> str:
    """A paragraph or a heading with its own tags; `bare` without them, `teaser` as the ancestor began a video."""
    if isinstance(block, Paragraph):
        words = spell(block.text, anchor)
        return words if bare else f"<p>{words}</small></p>" if teaser else f"<p>{words}</p>"
    if block.level > 2:
        return f"<h{min(block.level, 6)}>{spell(block.text, anchor)}</h{min(block.level, 6)}>"
    # The ancestor's headings are paragraphs that are bold throughout.
    bold = merge(Run(text=run.text, marks=(Mark.STRONG, *run.marks), link=run.link) for run in block.text)
    return f"<p>{spell(bold, anchor)}</p>"


def _reach(style: Mark | Link, ahead: Text) -> int:
    """How many of the runs ahead go on in this style."""
    for count, run in enumerate(ahead):
        if style not in run.marks and style != run.link:
            return count
    return len(ahead)


# --- the first lines ------------------------------------------------------------------------------------------------

# What would be more than words in a line of Markdown: pictures, links, markup, the rule under a heading.
_ACTIVE = re.compile(r"!\[|\][(\[:]|<[A-Za-z/!?]|\n[-=]|\r|\\$")
_TITLE_SPECIAL = re.compile(r"&(?=#|\w+;)|<(?=[A-Za-z/!?])|[\n\r*_`]|\\(?=[!-/:-@\[-`{-~]|$)")
_SPELT_IN_TITLE = {**_SPELT, "\n": "&#10;", "\\": "\\\\", "*": "\\*", "_": "\\_", "`": "\\`"}
_IN_TITLE = re.compile(r"\\([\\\[\]*_`])|(&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20<>\"\\`\x7f]")


def title(words: str, *, as_it_stands: bool = False) -> str:
    """A title as the text of the Markdown link that it is; as it stands, where that can do no harm."""
    if as_it_stands and not _ACTIVE.search(words):
        return words
    spelt = _TITLE_SPECIAL.sub(lambda found: _SPELT_IN_TITLE[found[0]], words)
    if ("[" in words or "]" in words) and (_ACTIVE.search(spelt) or not _balanced(words, "[]")):
        spelt = spelt.replace("[", "\\[").replace("]", "\\]")
    return spelt


def untitle(spelt: str) -> str:
    """The words of a title that was spelt so."""
    return _IN_TITLE.sub(lambda found: found[1] or html.unescape(found[2]), spelt)


def address(url: str, *, as_it_stands: bool = False) -> str:
    """An address as the target of a Markdown link; nothing where it is no web address. As it stands, where what may
    be left over when it ends the link too early is no more than words.
    """
    if not is_web(url):
        return ""
    if as_it_stands and "[" not in url and "]" not in url and not _NOT_IN_ADDRESS.search(url.replace(" ", "")):
        return url
    url = _NOT_IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", url)
    url = url.replace("](", "%5D(")  # what a reader of the head looks for
    return url if _balanced(url, "()") else url.replace("(", "%28").replace(")", "%29")


def _balanced(words: str, pair: str) -> bool:
    if pair[0] not in words and pair[1] not in words:
        return True
    depth = 0
    for character in words:
        depth += (character == pair[0]) - (character == pair[1])
        if depth < 0:
            return False
    return depth == 0


# --- links as the ancestor wrote them -------------------------------------------------------------------------------

_WEB = re.compile(r"https?://[^\s<>\"\\]", re.IGNORECASE)
_PATH = re.compile(r"(?!//)(?=.)[^\s<>\"\\:?#]*(?:[?#][^\s<>\"\\]*)?")
_DW_KIND = re.compile(r"/([a-z]+)-(\d+)$")
_REF_KINDS = {"a": "ArticleRef", "live": "ArticleRef", "video": "VideoRef", "audio": "AudioRef"}
_RELATION = re.compile(r"[A-Za-z][A-Za-z_ -]{0,40}")
DW = "https://www.dw.com"
_ON_DW = re.compile(r"https://www\.dw\.com/(?!/)")
# The content system's own words for what stands in a placeholder (German: it is made in Bonn).
PLACEHOLDERS = {
    "AUTO_TOPIC": "Automatische Themenseite",
    "ARTICLE": "Artikel",
    "EXTERNAL_LINK": "Externer Link",
    "IMAGE": "Bild",
    "VIDEO": "Video",
    "IMAGE_GALLERY": "Bildergalerie",
    "YOUTUBE": "YouTube",
}


def is_web(address: str) -> bool:
    """May this address stand in a document? http and https, nothing else."""
    return _WEB.match(address) is not None


def leads_somewhere(address: str) -> bool:
    """Is this a web address, or a path to what lies beside the document?"""
    return is_web(address) or _PATH.fullmatch(address) is not None


def placeholder(kind: str, ref: str, words: str | None = None) -> str:
    """A place the content system keeps for something of its own; around `words` when a link's text stands in it."""
    number = ref.removeprefix("dw:")
    style = "placeholder" if words is None else "editable placeholder"
    start = f'<span class="{style}" data-id="{attribute(number)}" data-type="{kind}" title="{PLACEHOLDERS[kind]}">'
    return f"{start}{words or ''}</span>"


def ancestral(link: Link, spelling: str) -> tuple[str, str]:
    """A link's start and end tag as the ancestor wrote them: its outlet's own content by API address and relation."""
    href, rel = link.href, link.rel
    if spelling == "<a path>" and _ON_DW.match(href):
        return start_of(href.removeprefix(DW), rel)
    if "href" not in spelling and link.ref.startswith("dw:"):
        if rel in PLACEHOLDERS and not href:
            start, end = placeholder(rel, link.ref, "|").split("|")
            return start, end
        href, rel = _reference(link)
    return start_of(href, rel, spelling) if is_web(href) else ("", "")


def start_of(href: str, rel: str = "", spelling: str = "<a>") -> tuple[str, str]:
    """The tags of a link to this address."""
    value = attribute(href)
    if "&" in spelling:
        value = value.replace("&amp;", "&")
    return f'<a href="{value}" rel="{rel}">' if _RELATION.fullmatch(rel) else f'<a href="{value}">', "</a>"


def footer_link(link: Link, _spelling: str = "<a>") -> tuple[str, str]:
    """A link in the footer that the ancestor's feed hung under some documents."""
    if not is_web(link.href):
        return "", ""
    return f'<a href="{attribute(link.href)}" style="color:orange" target="_blank">', "</a>"


def _reference(link: Link) -> tuple[str, str]:
    """Address and relation of a link that names the outlet's own content."""
    number, rel = link.ref.removeprefix("dw:"), link.rel
    if rel in ("", "internal-link"):
        kind = _DW_KIND.search(link.href)
        rel = _REF_KINDS.get(kind[1], "") if kind and kind[2] == number else "" if link.href else "ArticleRef"
        if not rel:
            return link.href, ""
    elif rel not in _REF_KINDS.values() and (link.href or not rel.endswith("Ref")):
        return link.href, rel
    return f"https://api.dw.com/api/detail/{rel.removesuffix('Ref').lower()}/{number}", rel


# --- seams ----------------------------------------------------------------------------------------------------------


def seam(where: str, what: Block | Text | str, tags: Iterable[tuple[int, str]]) -> Seam:
    """A seam for what stands at `where`; it holds for exactly this block or text."""
    return Seam(path=f"{where}#{_check(what):08x}", tags=tuple(tags))


Kept = dict[str, tuple[str, Tags]]


def index(seams: Iterable[Seam]) -> Kept:
    """Seams by the place that they are about."""
    kept: Kept = {}
    for each in seams:
        where, _, check = each.path.partition("#")
        kept[where] = (check, each.tags)
    return kept


def find(kept: Kept, where: str, what: Block | Text | str) -> Tags | None:
    """The seam for what stands at `where`, if there is one and it is about this very thing."""
    check, tags = kept.get(where, ("", None))
    return tags if tags is not None and check == f"{_check(what):08x}" else None


def _check(what: Block | Text | str) -> int:
    if isinstance(what, str):
        return zlib.crc32(what.encode("utf-8", "replace"))
    if isinstance(what, Paragraph | Heading):
        what = what.text
    if isinstance(what, Block):
        return zlib.crc32(encode(what))
    parts = ["\x1f".join([run.text, *run.marks, encode(run.link).decode() if run.link else ""]) for run in what]
    return zlib.crc32("\x1e".join(parts).encode("utf-8", "replace"))


def ways(tags: Tags | None) -> frozenset[str]:
    """The ways in which something is to be written; none when there is a word that we don't know."""
    said = frozenset(tag for _, tag in tags or ())
    return said if said <= WAYS else frozenset()


def stray(tags: Tags | None) -> str:
    """Tags that stood between blocks; "" when one of them is not of the vocabulary."""
    words = [tag for _, tag in tags or ()]
    return "".join(words) if all(word in INERT or word in BREAKS for word in words) else ""


_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_OPENS_MARKUP = re.compile(r"[A-Za-z/!?]|$")


def restore(words: Text, tags: Sequence[tuple[int, str]], anchor: Anchor) -> str | None:
    """The text as its seam spells it; None when the seam can't be of this text."""
    line = _Line(words, anchor)
    starts = {offset for offset, _ in tags}
    for offset, tag in tags:
        if not line.go(offset):
            return None
        if tag in INERT:
            line.out.append(tag)
        elif tag in BREAKS:
            line.say(tag, "\n", needed=False)
        elif tag == BLANK_BREAK:
            line.say("<br>", " ", needed=False)
        elif tag in ANCHORS:
            if not line.open(tag):
                return None
        elif tag == NOWHERE:
            line.out.append(tag)
            line.end = "</a>"
        elif tag == "</a>":
            line.close()
        elif not line.character(tag, alone=offset + 1 not in starts):
            return None
    if not line.go(len(line.plain)):
        return None
    line.close()
    return "".join(line.out)


class _Line:
    """A text being written back."""

    def __init__(self, words: Text, anchor: Anchor) -> None:
        self.plain = plain(words)
        self.anchor = anchor
        self.out: list[str] = []
        self.at = 0
        self.link: Link | None = None
        self.end = ""
        self.reach = list(_reaches(words))

    def go(self, offset: int) -> bool:
        """Write the text up to here, if all of it is under the link that is open now."""
        if not self.at <= offset <= len(self.plain):
            return False
        if any(link != self.link for start, end, link in self.reach if start < offset and end > self.at):
            return self.at == offset
        self.out.append(escape(self.plain[self.at : offset]))
        self.at = offset
        return True

    def open(self, tag: str) -> bool:
        link = next((link for start, end, link in self.reach if start <= self.at < end), None)
        if link is None or self.link is not None:
            return False
        start, self.end = self.anchor(link, tag)
        self.link = link
        self.out.append(start)
        return True

    def close(self) -> None:
        self.out.append(self.end)
        self.link, self.end = None, ""

    def say(self, spelt: str, character: str, *, needed: bool) -> bool:
        """Write one character in another way."""
        if self.plain[self.at : self.at + 1] == character and self._covered():
            self.at += 1
        elif needed:
            return False
        self.out.append(spelt)
        return True

    def character(self, tag: str, *, alone: bool) -> bool:
        """A character reference to the character here, or a raw one that can't be read as anything else."""
        following = self.plain[self.at + 1 : self.at + 40]
        if tag == ">":
            return self.say(tag, ">", needed=True)
        if tag == "<":
            safe = alone and _OPENS_MARKUP.match(following) is None
            return safe and self.say(tag, "<", needed=True)
        if tag == "&":
            safe = html.unescape("&" + following) == "&" + html.unescape(following) and not following.startswith("#")
            return safe and self.say(tag, "&", needed=True)
        if _REFERENCE.fullmatch(tag):
            return self.say(tag, html.unescape(tag), needed=True)
        return False

    def _covered(self) -> bool:
        return all(link == self.link for start, end, link in self.reach if start <= self.at < end)


def _reaches(words: Text) -> Iterator[tuple[int, int, Link | None]]:
    at = 0
    for run in words:
        yield at, at + len(run.text), run.link
        at += len(run.text)


# --- pictures through the proxy ---------------------------------------------------------------------------------------

PROXY = "https://images.weserv.nl/?url="
_PROXIED = re.compile(r"(?:https?:)?//images\.weserv\.nl/?\?url=", re.IGNORECASE)
_FOR_PROXY = re.compile(r"[%&#+]")
_FROM_PROXY = re.compile(r"%(25|26|23|2B)", re.IGNORECASE)
_DW_PICTURE = re.compile(r"(https?://(?:[a-z]+\.)?dw\.com/image/(\d+))_\d+(\.[a-z]{3,4})$")
_DW_OLD_PICTURE = re.compile(r"https?://(?:[a-z]+\.)?dw\.(?:com|de)/image/0,,(\d+)_\d+,\d+\.[a-z]{3,4}$")
_DW_SIZE = "_303"  # 700 pixels wide: what the ancestor always asked for


def proxied(address: str) -> str:
    """The address at which the proxy gives this picture. Only what would end the proxy's parameter is escaped."""
    bare = address.removeprefix("https://").removeprefix("http://")
    return PROXY + _FOR_PROXY.sub(lambda found: f"%{ord(found[0]):02X}", bare)


def unproxied(address: str) -> str:
    """The picture's own address, of an address at the proxy; any other address as it is."""
    match = _PROXIED.match(address)
    if match is None:
        return address
    bare = _FROM_PROXY.sub(lambda found: chr(int(found[1], 16)), address[match.end() :])
    bare = bare.removeprefix("ssl:").removeprefix("//")
    if not bare:
        return ""
    return bare if is_web(bare) else "https://" + bare


def dw_size(picture: Picture) -> str:
    """A picture's address, of Deutsche Welle's in the size that the ancestor took."""
    match = _DW_PICTURE.match(picture.url) if picture.key.startswith("dw:") else None
    if match is None or picture.key != f"dw:{match[2]}":
        return picture.url
    return match[1] + _DW_SIZE + match[3]


def dw_key(address: str) -> str:
    """The name of a picture of Deutsche Welle's, from any of its addresses; "" for what is none."""
    match = _DW_PICTURE.match(address)
    if match:
        return f"dw:{match[2]}"
    old = _DW_OLD_PICTURE.match(address)
    return f"dw:{old[1]}" if old else ""
