"""The classic document: one article in the shape of the mirror that came before us, byte for byte.

    <!--EPOCH_MS-->
    [TITLE](ADDRESS)
    ------

    BODY, on one line

- The shape is a promise (docs/formats.md); what the ancestor had a form for is written in that form, everything else
  in the same spirit. What it never showed (kicker, teaser, alt texts, credits) is not shown.
- Where an imported article carries seams, its text is written back as it was spelt (wirecopy.seams).
- Nothing active comes out, whatever goes in: text and addresses are escaped, addresses are http or https, and the
  body always begins as an HTML block, so that nothing in it is ever read as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from wirecopy import dates, seams
from wirecopy.model import (
    AnyBlock,
    Article,
    Aside,
    Block,
    Blocks,
    Code,
    Document,
    Embed,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    Link,
    List,
    LiveEntry,
    Media,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Table,
    Text,
    merge,
    plain,
    text,
)

Pictures = Literal["proxy", "outlet", "own"]


def render(
    document: Document,
    *,
    pictures: Pictures = "proxy",
    link: Callable[[Link], str] | None = None,
    copy: Callable[[Picture], str] | None = None,
) -> bytes:
    """The classic document of an article.

    `pictures`: through the ancestor's proxy, from the outlet itself, or "own", our copies, for each of which `copy`
    gives the relative path ("" where there is none: the place stays empty, as the ancestor left it). `link` gives the
    address that a link is to lead to ("" for none); without it links are written as the ancestor wrote them, the
    outlet's own content by its API.
    """
    article = document.article
    writer = _Writer(article, pictures, seams.ancestral if link is None else _rewritten(link), copy)
    head = f"<!--{dates.epoch_ms(document.at)}-->\n[{writer.title()}]({writer.address()})\n------\n\n"
    return (head + writer.body() + "\n").encode("utf-8", "replace")


def _rewritten(link: Callable[[Link], str]) -> seams.Anchor:
    def anchor(target: Link, _spelling: str) -> tuple[str, str]:
        address = link(target)
        return seams.start_of(address, target.rel) if seams.leads_somewhere(address) else ("", "")

    return anchor


_HEADLESS = frozenset({"gallery", "video", "audio"})  # forms that the ancestor wrote without byline and date
_NO_CAPTION = '<div><small style="color: #999;"></small></div>'
# How an HTML block may begin (CommonMark 4.6, start condition 6): up to the next empty line nothing in it is Markdown.
_HTML_BLOCK = re.compile(r"<(?:p|div|h[2-6]|hr|ul|ol|table|blockquote|aside|iframe)[ >]")
_YOUTUBE_FRAME = re.compile(r"https://www\.youtube(?:-nocookie)?\.com/embed/")
_YOUTUBE = re.compile(
    r"https?://(?:www\.|m\.)?(?:youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#]*&)?v=|embed/|v/|shorts/|live/)|youtu\.be/)"
    r"([\w-]{6,})",
    re.ASCII,
)


class _Writer:
    """One article on its way to being a document. `where` is always the place of a thing as seams name it."""

    def __init__(
        self, article: Article, pictures: Pictures, anchor: seams.Anchor, copy: Callable[[Picture], str] | None
    ) -> None:
        self.article = article
        self.copy = copy if pictures == "own" else None
        self.direct = pictures == "outlet"
        self.anchor = anchor
        self.seams = seams.index(article.seams)
        self.said = bool(article.byline or article.authors or article.published or article.picture)
        self.is_video = article.kind == "video" and not self.said  # in the ancestor's form

    def title(self) -> str:
        words = self.article.title
        return seams.title(words, as_it_stands=seams.AS_IT_STANDS in self.ways("title", words))

    def address(self) -> str:
        url = self.article.url
        return seams.address(url, as_it_stands=seams.AS_IT_STANDS in self.ways("url", url))

    def body(self) -> str:
        article = self.article
        blocks = self.blocks("body", article.body)
        if article.kind == "video" and article.summary and not _begins_with_words(article.body):
            blocks = f"<p>{seams.escape(article.summary)}{'</small>' if self.is_video else ''}</p>{blocks}"
        head = self.head(blocks)
        if head or _HTML_BLOCK.match(blocks) or "[" not in blocks:
            return head + blocks
        return self.byline() + blocks

    # --- the head

    def head(self, blocks: str) -> str:
        """Byline and lead picture, over these blocks."""
        if not self.said and (self.article.kind in _HEADLESS or seams.NONE in self.ways("head", "")):
            return ""
        return self.byline() + self.lead(blocks)

    def byline(self) -> str:
        article = self.article
        moment = dates.iso_ms(article.published) if article.published else ""
        return _dated(article.byline or ", ".join(article.authors), moment)

    def lead(self, blocks: str) -> str:
        """The lead picture, or the empty place for one: always there before a picture that could be taken for it."""
        if self.article.picture is not None:
            return self.picture("lead", self.article.picture)
        left_out = self.article.kind in _HEADLESS or seams.NONE in self.ways("lead", "")
        return "" if left_out and not blocks.startswith("<img ") else f'<img src="" width="100%">{_NO_CAPTION}'

    # --- blocks

    def blocks(self, where: str, blocks: Blocks, *, bare: bool = False) -> str:
        """Blocks in their order; a single paragraph that is all of them may be `bare` of its own tags."""
        bare = bare and len(blocks) == 1
        out = [self.block(f"{where}/{place}", block, bare=bare) for place, block in enumerate(blocks)]
        if where in self.seams:
            out.append(seams.stray(seams.find(self.seams, where, str(len(blocks)))))
        return "".join(out)

    def block(self, where: str, block: AnyBlock, *, bare: bool = False) -> str:
        match block:
            case Paragraph() | Heading():
                kept = self.kept(where, block, block.text)
                if kept is not None:
                    return kept
                return seams.line(block, self.anchor, bare=bare, teaser=self.is_teaser(where))
        before = seams.stray(seams.find(self.seams, where, block)) if where in self.seams else ""
        return before + self.structure(where, block)

    def structure(self, where: str, block: AnyBlock) -> str:
        """A block that is more than a line of text."""
        match block:
            case Figure(picture=picture):
                if not picture.url and picture.key.startswith("dw:") and not picture.caption:
                    return seams.placeholder("IMAGE", picture.key)
                return self.picture(where, picture)
            case Gallery():
                return self.gallery(where, block)
            case Embed():
                return self.embed(where, block)
            case Media():
                return self.media(where, block)
            case LiveEntry():
                return self.live(where, block)
            case Quote():
                credit = f"<cite>{self.words(f'{where}/credit', block.credit)}</cite>"
                return f"<blockquote>{self.blocks(where, block.body)}{credit if block.credit else ''}</blockquote>"
            case List():
                name = "ol" if block.ordered else "ul"
                items = (self.blocks(f"{where}/{place}", item, bare=True) for place, item in enumerate(block.items))
                return f"<{name}>{''.join(f'<li>{item}</li>' for item in items)}</{name}>"
            case Table():
                return self.table(where, block)
            case Aside():
                return self.aside(where, block)
            case Code():
                return f"<pre>{seams.escape(block.text)}</pre>"
            case Rule():
                return "<hr>"
            case _:
                raise AssertionError(f"no form for {type(block).__name__}")

    def is_teaser(self, where: str) -> bool:
        """Is this the paragraph before a video document's video? The ancestor closed a <small> there, always."""
        body = self.article.body
        if where != "body/0" or not self.is_video or len(body) < 2:
            return False
        return isinstance(body[1], Media) and body[1].kind == "video"

    def gallery(self, where: str, block: Gallery) -> str:
        if not block.entries and block.ref.startswith("dw:"):
            return seams.placeholder("IMAGE_GALLERY", block.ref)
        # A gallery that is the document has no heading: its title is the document's.
        alone = not block.title or (self.article.kind == "gallery" and block.title == self.article.title)
        heading = "" if alone else f"<h3>相关图集：{self.line(f'{where}/title', block.title)}</h3>"
        entries = (self.entry(f"{where}/{place}", entry, alone) for place, entry in enumerate(block.entries))
        return heading + "".join(entries)

    def entry(self, where: str, entry: GalleryEntry, alone: bool) -> str:
        words, caption = entry.text or entry.picture.caption, entry.picture.caption
        more = f"{_SMALL}{seams.spell(caption, self.anchor)}</small>" if plain(caption) not in plain(words) else ""
        image = self.image(where, entry.picture) + ("<br>" if alone else "")
        title = self.line(f"{where}/title", entry.title)
        return f"<div>{image}<b>{title}</b>：{self.words(f'{where}/text', words)}{more}</div>"

    def picture(self, where: str, picture: Picture) -> str:
        if seams.BARE in self.ways(f"{where}/picture", picture.url) and not picture.caption:
            return self.image(where, picture)
        return self.image(where, picture) + _small(self.words(f"{where}/caption", picture.caption))

    def image(self, where: str, picture: Picture) -> str:
        return f'<img src="{self.source(where, picture)}" width="100%">'

    def source(self, where: str, picture: Picture) -> str:
        if self.copy is not None:
            return seams.attribute(self.copy(picture))
        ways = self.ways(f"{where}/picture", picture.url)
        own = picture.url if seams.AS_IT_STANDS in ways or seams.DIRECT in ways else seams.dw_size(picture)
        if not seams.is_web(own):
            return ""
        return seams.attribute(own if self.direct or seams.DIRECT in ways else seams.proxied(own))

    def embed(self, where: str, block: Embed) -> str:
        about = self.about(where, block)
        if block.kind == "youtube" and (source := _frame(block.url)):
            source = f'src="{seams.attribute(source)}" frameborder="0" allowfullscreen=""'
            return f'<iframe width="100%" height="259" {source}> </iframe>{about}'
        words = text(block.title or block.url, link=Link(href=block.url, rel="ExternalRef"))
        said = _small(self.words(f"{where}/caption", block.text)) if block.text else ""
        return f"<p>{seams.spell(words, self.anchor)}</p>{said}"

    def media(self, where: str, block: Media) -> str:
        about = self.about(where, block)
        if block.kind in ("video", "audio") and seams.is_web(block.url):
            poster = f'poster="{self.source(where, block.poster)}" ' if block.poster and block.poster.url else ""
            style = ' style="width:100%"' if block.kind == "video" else ""
            tag = f'<{block.kind} {poster}src="{seams.attribute(block.url)}" controls{style}></{block.kind}>'
            return tag + about
        if block.ref.startswith("dw:"):
            return seams.placeholder("YOUTUBE" if block.kind == "youtube" else "VIDEO", block.ref) + about
        words = merge((*text(block.title and f"{block.title}："), *block.text))
        return f"<p>{seams.spell(words, self.anchor)}</p>" if words else ""

    def about(self, where: str, block: Embed | Media) -> str:
        """The words that belong to what moves or sounds, as those of a picture."""
        if not block.title and not block.text:
            return ""
        title = f"<b>{self.line(f'{where}/title', block.title)}</b>：" if block.title else ""
        return _small(title + self.words(f"{where}/caption", block.text))

    def live(self, where: str, block: LiveEntry) -> str:
        title = f"<h2>{self.line(f'{where}/title', block.title)}</h2>" if block.title else ""
        head = _dated(", ".join(block.authors), dates.iso_ms(block.at) if block.at else "")
        return f"<hr>{head}{title}{self.blocks(where, block.body)}"

    def table(self, where: str, block: Table) -> str:
        caption = f"<caption>{self.words(f'{where}/caption', block.caption)}</caption>"
        out = ["<table>", caption if block.caption else ""]
        for down, row in enumerate(block.rows):
            out.append("<tr>")
            for across, cell in enumerate(row):
                name = "th" if cell.header else "td"
                span = f' colspan="{cell.across}"' if cell.across > 1 else ""
                span += f' rowspan="{cell.down}"' if cell.down > 1 else ""
                out.append(f"<{name}{span}>{self.words(f'{where}/{down}/{across}', cell.text)}</{name}>")
            out.append("</tr>")
        return "".join([*out, "</table>"])

    def aside(self, where: str, block: Aside) -> str:
        match block:
            case Aside(role="footer", title="", body=(Paragraph() as line,)) if _is_footer(line.text):
                return f"<br><hr><div>{seams.spell(line.text, seams.footer_link)}</div>"
        title = f"<h2>{self.line(f'{where}/title', block.title)}</h2>" if block.title else ""
        return f"<aside>{title}{self.blocks(where, block.body)}</aside>"

    # --- words

    def words(self, where: str, words: Text) -> str:
        """A text as its seam spells it, else canonically."""
        kept = self.kept(where, words, words)
        return seams.spell(words, self.anchor) if kept is None else kept

    def line(self, where: str, words: str) -> str:
        return self.words(where, text(words))

    def kept(self, where: str, what: Block | Text, words: Text) -> str | None:
        tags = seams.find(self.seams, where, what) if where in self.seams else None
        return None if tags is None else seams.restore(words, tags, self.anchor)

    def ways(self, where: str, what: str) -> frozenset[str]:
        return seams.ways(seams.find(self.seams, where, what)) if where in self.seams else frozenset()


_SMALL = '<small style="color: #999;">'


def _small(words: str) -> str:
    return f"<div>{_SMALL}{words}</small></div>"


def _dated(who: str, moment: str) -> str:
    return f"<div><i>{seams.escape(who)}<br>{moment}</i></div>"


def _frame(url: str) -> str:
    """The address at which this video can be embedded; "" for what is no video of YouTube's."""
    if _YOUTUBE_FRAME.match(url):
        return url
    found = _YOUTUBE.match(url)
    return f"https://www.youtube.com/embed/{found[1]}?wmode=transparent" if found else ""


def _is_footer(words: Text) -> bool:
    return plain(words).startswith("获取更多RSS：") and not any(run.marks for run in words)


def _begins_with_words(body: Blocks) -> bool:
    return bool(body) and isinstance(body[0], Paragraph)
