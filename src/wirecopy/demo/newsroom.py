"""What the simulated outlet's reporters hand in: stories, their pieces, and the small mark-up of their texts.

- A `Story` is what was written, once; it never changes. A `Piece` is the story as the outlet shows it today.
- Texts carry a mark-up of their own, so that one text can be put into each of the outlet's shapes:
  `**strong**`, `*emphasis*`, `[words](story:NAME)`, `[words](topic:ID)`, `[words](https://…)`.
- Nothing here knows wirecopy's model: what the mirror says is compared with what was written, not with itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["article", "liveblog", "gallery", "video", "audio"]

# The letter before the id in a page's address, and the content API's word for the kind.
LETTERS: dict[Kind, str] = {"article": "a", "liveblog": "live", "gallery": "g", "video": "video", "audio": "audio"}
TYPES: dict[Kind, str] = {
    "article": "article",
    "liveblog": "liveblog",
    "gallery": "image-gallery",
    "video": "video",
    "audio": "audio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One language edition: what it is called, and the words its content system writes by itself."""

    language: str
    name: str
    feed: str
    enum: str  # the content API's word for the language
    number: int  # the apps' number of the language
    image: str  # the word before a picture's credit
    external: str  # the title of a link that leads away begins with it
    embedded: str  # … and that of an embedded video
    topic: str  # … and that of a topic page
    sitemap: str  # the language in the news sitemap (Google's zh-cn exception)
    more: str  # the heading above what is related
    consent: tuple[str, str, str]  # the consent page: heading, text, button
    missing: str  # the page that says there is no page
    rtl: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A page that gathers what is about one thing."""

    id: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as the editors use it. `kind` is the kind of file that is stored; no other is served."""

    id: int
    caption: str
    credit: str = ""
    alt: str = ""
    kind: Literal["jpg", "png"] = "jpg"


@dataclass(frozen=True, slots=True)
class P:
    """A paragraph; without words, the empty one that editors leave behind."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class H:
    """A heading."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """Somebody's words, set apart."""

    text: str
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first row is its head."""

    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in the text."""

    photo: Photo


@dataclass(frozen=True, slots=True)
class Here:
    """Another story of the outlet's own, shown in place: a gallery, a video or a sound."""

    name: str


@dataclass(frozen=True, slots=True)
class Tube:
    """A video of another host, shown in place."""

    id: str


@dataclass(frozen=True, slots=True)
class Box:
    """Facts beside the story."""

    title: str
    body: tuple[Block, ...]


Block = P | H | Items | Quotation | Grid | Figure | Here | Tube | Box


@dataclass(frozen=True, slots=True)
class Slide:
    """A picture of a gallery with its heading and text."""

    photo: Photo
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Post:
    """An entry of a live blog. `after`: minutes from the live blog's beginning."""

    id: int
    after: int
    title: str
    body: tuple[Block, ...]
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was written. `related` names stories for the box below the text, `later` live entries still to come.

    `date` is the story's own, where it is older than its publication.
    """

    name: str
    language: str
    id: int
    title: str
    kind: Kind = "article"
    slug: str = ""
    kicker: str = ""
    teaser: str = ""
    authors: tuple[str, ...] = ()
    byline: str = ""
    section: str = ""
    region: str = ""
    topics: tuple[Topic, ...] = ()
    opinion: bool = False
    photo: Photo | None = None
    body: tuple[Block, ...] = ()
    slides: tuple[Slide, ...] = ()
    posts: tuple[Post, ...] = ()
    later: tuple[Post, ...] = ()
    duration: int = 0
    related: tuple[str, ...] = ()
    external: tuple[tuple[str, str], ...] = ()
    date: datetime | None = None


def slug_of(title: str, language: str) -> str:
    """The slug a title gets: in Chinese the title as it stands, with `?`, `#`, `%` and a space at its end, as at DW."""
    if language == "zh":
        return title.replace("/", "")
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


def address(story: Story, slug: str = "") -> str:
    """The path of a story's page below the host, unescaped as the outlet writes it."""
    slug = slug or story.slug or slug_of(story.title, story.language)
    return f"/{story.language}/{slug}/{LETTERS[story.kind]}-{story.id}"


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of text: how it is set, and where it leads."""

    text: str
    strong: bool = False
    em: bool = False
    target: str = ""


_INLINE = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|\*(.+?)\*")


def words(text: str, *, strong: bool = False, em: bool = False, target: str = "") -> Iterator[Words]:
    """A text taken apart into its stretches."""
    at = 0
    for match in _INLINE.finditer(text):
        if match.start() > at:
            yield Words(text[at : match.start()], strong, em, target)
        linked, leads_to, bold, italic = match.groups()
        if linked is not None:
            yield from words(linked, strong=strong, em=em, target=leads_to)
        elif bold is not None:
            yield from words(bold, strong=True, em=em, target=target)
        else:
            yield from words(italic, strong=strong, em=True, target=target)
        at = match.end()
    if at < len(text):
        yield Words(text[at:], strong, em, target)


def plain(text: str) -> str:
    """A text as it is read, without its mark-up."""
    return "".join(stretch.text for stretch in words(text))


def texts(body: tuple[Block, ...]) -> Iterator[str]:
    """Every text of a body as it is read, in order; not what is only shown there (captions, galleries, videos)."""
    for block in body:
        match block:
            case P(text) | H(text):
                if text:
                    yield plain(text)
            case Items(items):
                yield from map(plain, items)
            case Quotation(text, credit):
                yield plain(text)
                if credit:
                    yield plain(credit)
            case Grid(rows, caption):
                if caption:
                    yield plain(caption)
                yield from (plain(cell) for row in rows for cell in row if cell)
            case Box(title, inner):
                yield title
                yield from texts(inner)
            case _:
                pass


def targets(body: tuple[Block, ...]) -> Iterator[tuple[str, str]]:
    """Every (target, words) that the texts of a body link to, in order."""
    for block in body:
        match block:
            case P(text) | H(text) | Quotation(text):
                yield from _linked(text)
            case Items(items):
                for item in items:
                    yield from _linked(item)
            case Grid(rows):
                for row in rows:
                    for cell in row:
                        yield from _linked(cell)
            case Box(_, inner):
                yield from targets(inner)
            case _:
                pass


def _linked(text: str) -> Iterator[tuple[str, str]]:
    return ((stretch.target, stretch.text) for stretch in words(text) if stretch.target)


def figures(body: tuple[Block, ...]) -> Iterator[Photo]:
    """Every picture in a body, in order."""
    for block in body:
        match block:
            case Figure(photo):
                yield photo
            case Box(_, inner):
                yield from figures(inner)
            case _:
                pass


def shown_here(body: tuple[Block, ...]) -> Iterator[str]:
    """The names of the stories that are shown in place, in order."""
    return (block.name for block in body if isinstance(block, Here))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A story as the outlet shows it today. A change makes a new one; what is the same object is unchanged.

    `first` and `modified` are the content system's dates; `status` is 0 while the piece stands, else what is answered
    in its place; `listed` says whether the feed names it.
    """

    story: Story
    title: str
    slug: str
    teaser: str
    body: tuple[Block, ...]
    slides: tuple[Slide, ...]
    posts: tuple[Post, ...]
    photo: Photo | None
    first: datetime
    modified: datetime
    status: int = 0
    listed: bool = True

    @property
    def path(self) -> str:
        """The path of its page today."""
        return address(self.story, self.slug)
