"""The simulated outlet, driven as an actor: a small newspaper in Deutsche Welle's own shapes on 127.0.0.1.

- What it serves follows from its stories, its clock and the calls made to it: same calls, same bytes (at the same port,
  for addresses name it).
- An edit moves `lastModifiedDate` and nothing else; time passes only when it is told to (`pass_time`).
- A trouble (`down`, `consent`, `truncate` …) lasts until `heal`.
- The feed names articles and live blogs only, as the outlet's does; the sitemaps name everything.
- `shown` is the truth that a mirror is compared with.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Self
from urllib.parse import unquote

from wirecopy.demo import drawing, page, shapes
from wirecopy.demo.newsroom import (
    LETTERS,
    TYPES,
    Block,
    Kind,
    P,
    Paper,
    Photo,
    Piece,
    Post,
    Story,
    figures,
    plain,
    shown_here,
    slug_of,
    targets,
    texts,
)
from wirecopy.demo.server import Break, Reply, Request, Server, Wait
from wirecopy.demo.shapes import Press
from wirecopy.demo.stories import PAPERS, STORIES
from wirecopy.demo.wrong import WRONG
from wirecopy.model import Source

MORNING = datetime(2025, 5, 6, 5, 30, tzinfo=UTC)

_HTML = "text/html; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_XML = "application/xml; charset=utf-8"
_RDF = "application/rdf+xml; charset=utf-8"

_PAGE = re.compile(r"/(?P<language>[a-z-]+)/(?:(?P<slug>.*)/)?(?P<letter>[a-z]+)-(?P<id>\d+)(?:[?&].*)?", re.DOTALL)
_GRAPH = re.compile(r"/graph-api/(?P<language>[a-z-]+)/content/(?P<type>[a-z-]+)/(?P<id>\d+)(?:\?.*)?")
_DETAIL = re.compile(r"/api/detail/[a-z]+/(?P<id>\d+)(?:\?.*)?")
_IMAGE = re.compile(r"/image/(?P<id>\d+)_(?P<form>\d+)\.(?P<kind>[a-z]+)")
_SHORT = re.compile(r"/p/(?P<digits>[0-9A-Za-z]+)(?:\?.*)?")
_SLUGLESS = re.compile(r"/(?P<letter>[a-z]+)-(?P<id>\d+)(?:\?.*)?")


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture as a reader sees it."""

    id: int
    caption: str
    credit: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A piece as a reader sees it now.

    `paragraphs` are the texts of the body in reading order: paragraphs, headings, list items, quotations, cells, facts,
    and of a live blog the title and texts of every entry, newest first. `pictures` begin with the lead picture, named
    once where the text repeats it. The slides of a gallery stand in `galleries` as (title, ((heading, text, picture),
    …)), without a title where the piece itself is the gallery.
    `links` are the ids of the stories that the text leads to.
    """

    id: int
    name: str
    kind: Kind
    language: str
    url: str
    title: str
    kicker: str
    teaser: str
    authors: tuple[str, ...]
    opinion: bool
    published: datetime
    modified: datetime
    paragraphs: tuple[str, ...]
    pictures: tuple[ShownPicture, ...]
    galleries: tuple[tuple[str, tuple[tuple[str, str, ShownPicture], ...]], ...]
    links: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer before it is asked for with conditions."""

    body: bytes
    type: str
    changed: datetime
    status: int = 200
    location: str = ""


class FakeOutlet:
    """A newspaper on 127.0.0.1 while the `with` block lasts: `url`, `host`, `port`.

    `clock` tells the time at the outlet before any has passed; `state` is what its pages carry (page.py). `wait` is how
    it waits when it is `slow`.
    """

    def __init__(
        self,
        stories: Iterable[Story] = STORIES,
        *,
        clock: Callable[[], datetime] = lambda: MORNING,
        state: page.State = "app",
        port: int = 0,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._state: page.State = state
        self._passed = timedelta()
        self._stories = {story.name: story for story in stories}
        self._names = {story.id: story.name for story in self._stories.values()}
        self._pieces: dict[int, Piece] = {}
        self._photos = dict(_photos([*STORIES, *self._stories.values()]))
        self._lost: set[int] = set()
        self._changed = self.now()
        self._edition = 0
        self._answers: dict[tuple[str, int], tuple[object, _Answer]] = {}
        self._lock = threading.RLock()
        self.log: list[Request] = []
        self._server = Server(self._handle, port=port, wait=wait)
        self.host = "127.0.0.1"
        self.port = self._server.port
        self.url = f"http://{self.host}:{self.port}"
        known = {story.name: story for story in STORIES} | self._stories
        topics = {topic.id: (topic, story.language) for story in known.values() for topic in story.topics}
        self._press = Press(self.url, PAPERS, known, topics)
        self.heal()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    async def __aenter__(self) -> Self:
        """Answers in the loop that runs, not in a thread."""
        await self._server.begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.end()

    def source(self, language: str = "zh") -> Source:
        """A source that points at this edition."""
        paper = PAPERS[language]
        return Source(
            id=f"demo-{language}",
            name=paper.name,
            language=language,
            homepage=f"{self.url}/{language}/",
            family="demo",
            feeds=(f"{self.url}/rdf/rss-{paper.feed}-all",),
            sitemaps=(f"{self.url}/{language}/news-sitemap.xml", f"{self.url}/{language}/article-sitemap.xml"),
            key=r"/(?P<kind>a|live|g|video|audio)-(?P<key>\d+)(?:\?maca=[\w-]*)?$",
            kinds=tuple((letter, TYPES[kind]) for kind, letter in LETTERS.items()),
            asks=(
                "{origin}/graph-api/{language}/content/{kind}/{key}",
                "{url}",
                "{origin}/api/detail/article/{key}",
            ),
            strip=("maca",),
            reader="dw",
            pace=0.0,
        )

    # --- the newsroom's day

    def now(self) -> datetime:
        """The time at the outlet."""
        return self._clock() + self._passed

    def pass_time(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass; nothing waits for it."""
        with self._lock:
            self._passed += timedelta(hours=hours, minutes=minutes, seconds=seconds)

    def publish(self, name: str, *, at: datetime | None = None) -> int:
        """Publish a story and give its content id. `at`: the date it bears, when that is not now (late, back-dated)."""
        story = self._stories[name]
        with self._lock:
            if story.id in self._pieces:
                raise ValueError(f"{name} is published already; restore() brings a withdrawn story back")
            now = self.now()
            self._put(
                Piece(
                    story=story,
                    title=story.title,
                    slug=story.slug or slug_of(story.title, story.language),
                    teaser=story.teaser,
                    body=story.body,
                    slides=story.slides,
                    posts=story.posts,
                    photo=story.photo,
                    first=at or now,
                    modified=now,
                )
            )
        return story.id

    def publish_all(self) -> tuple[int, ...]:
        """Publish every story that is not; all in the same second."""
        with self._lock:
            return tuple(self.publish(name) for name in self.unpublished())

    def unpublished(self) -> tuple[str, ...]:
        """The names of the stories that are still to come."""
        return tuple(story.name for story in self._stories.values() if story.id not in self._pieces)

    def pieces(self) -> tuple[Piece, ...]:
        """Everything ever published, as it is now, in the order of publication."""
        return tuple(self._pieces.values())

    def edit(
        self,
        story: int | str,
        *,
        paragraph: str = "",
        number: int = 1,
        text: str = "",
        teaser: str = "",
        caption: str = "",
    ) -> None:
        """Change the words of a piece: the paragraph of this number, the whole text (paragraphs between empty lines),
        the teaser, the caption of the lead picture. A gallery's paragraphs are the texts of its pictures, a live blog's
        those of its entries in the order of their writing.
        """
        piece = self._piece(story)
        changed = piece
        if text:
            changed = replace(changed, body=tuple(P(words) for words in re.split(r"\n\s*\n", text.strip())))
        if paragraph:
            changed = _with_paragraph(changed, number, paragraph)
        if teaser:
            changed = replace(changed, teaser=teaser)
        if caption:
            if piece.photo is None:
                raise ValueError(f"{piece.story.name} has no lead picture whose caption could change")
            changed = replace(changed, photo=replace(piece.photo, caption=caption))
        if changed == piece:
            raise ValueError(f"nothing in {piece.story.name} would change: give it other words")
        self._put(replace(changed, modified=self.now()))

    def retitle(self, story: int | str, title: str, *, slug: str | None = None) -> None:
        """Give a piece another title, and the slug that goes with it; the old address leads to the new one."""
        piece = self._piece(story)
        slug = slug_of(title, piece.story.language) if slug is None else slug
        self._put(replace(piece, title=title, slug=slug, modified=self.now()))

    def move(self, story: int | str, slug: str) -> None:
        """Give a piece another address; the old one leads to it."""
        self._put(replace(self._piece(story), slug=slug, modified=self.now()))

    def grow(self, story: int | str, post: Post | None = None) -> Post:
        """Add an entry to a live blog: this one, or the next that is written."""
        piece = self._piece(story)
        if piece.story.kind != "liveblog":
            raise ValueError(f"{piece.story.name} is no live blog")
        if post is None:
            known = {old.id for old in piece.posts}
            post = next((new for new in piece.story.later if new.id not in known), None)
        if post is None:
            last = max(piece.posts, key=lambda old: old.after)
            post = Post(max(old.id for old in piece.posts) + 1, last.after + 30, "", (P(f"+ {last.after + 30} min"),))
        self._put(replace(piece, posts=(*piece.posts, post), modified=self.now()))
        return post

    def touch(self, story: int | str) -> None:
        """Move `lastModifiedDate` and nothing that a reader sees."""
        self._put(replace(self._piece(story), modified=self.now()))

    def backdate(self, story: int | str, when: datetime) -> None:
        """Give a piece another date of publication."""
        self._put(replace(self._piece(story), first=when, modified=self.now()))

    def withdraw(self, story: int | str, *, status: int = 404) -> None:
        """Take a piece away. `status` 404 or 410; 200 is the page that only says that there is none."""
        self._put(replace(self._piece(story), status=status))

    def restore(self, story: int | str) -> None:
        """Bring a withdrawn piece back, as it was, and name it in the feed again."""
        self._put(replace(self._piece(story), status=0, listed=True))

    def drop_from_feed(self, story: int | str) -> None:
        """Take a piece out of the feed; it can still be read, and the sitemaps name it."""
        self._put(replace(self._piece(story), listed=False))

    def lose_picture(self, number: int) -> None:
        """From now on this picture is missing."""
        with self._lock:
            self._lost.add(number)

    # --- troubles

    def heal(self) -> None:
        """Back to normal. What was published, edited or withdrawn stays so."""
        with self._lock:
            self._down: int | None = None
            self._delay = 0.0
            self._truncated: dict[int, str] = {}
            self._consent: set[int] = set()
            self._consent_all = False
            self._block = 0
            self._wrong: dict[int, str] = {}
            self._led: dict[str, tuple[str, int]] = {}
            self._lies: set[int] = set()
            self._api = 0
            self._feed = ""

    def down(self, *, status: int = 0) -> None:
        """Answer nothing: every connection ends without a word. With a status, everything is answered by that."""
        self._down = status

    def up(self) -> None:
        """Answer again."""
        self._down = None

    def slow(self, seconds: float) -> None:
        """Answer so much later."""
        self._delay = seconds

    def truncate(self, story: int | str, *, how: str = "short") -> None:
        """Break off in the middle of what is asked about a piece: "short" of Content-Length, "unfinished" chunks, or
        "cut", where the length agrees with the half that is sent.
        """
        if how not in ("short", "unfinished", "cut"):
            raise ValueError(f"no way to break off: {how!r}; there are short, unfinished and cut")
        self._truncated[self._id(story)] = how

    def consent(self, story: int | str | None = None) -> None:
        """Answer with a consent page, status 200, in place of this piece, its API answers included; None: of all."""
        if story is None:
            self._consent_all = True
        else:
            self._consent.add(self._id(story))

    def mistake(self, story: int | str, name: str) -> None:
        """Answer with a page that is not the article (`wrong.WRONG`), whatever is asked about this piece."""
        if name not in WRONG:
            raise ValueError(f"there is no wrong page {name!r}")
        self._wrong[self._id(story)] = name

    def block(self, *, status: int = 403) -> None:
        """Take every reader for a robot: a block page in place of everything but robots.txt."""
        self._block = status

    def lie_304(self, story: int | str) -> None:
        """Say that nothing changed to whoever asks about this piece with a condition."""
        self._lies.add(self._id(story))

    def gone_api(self, *, status: int = 404) -> None:
        """The content API is gone: the pages are still there."""
        self._api = status

    def html_feed(self) -> None:
        """The feed's address answers with a web page."""
        self._feed = "html"

    def broken_feed(self) -> None:
        """The feed is no XML: it ends in the middle, at the right length."""
        self._feed = "broken"

    # --- the truth

    def shown(self, language: str) -> tuple[Shown, ...]:
        """What a reader of this edition can see now, in the order of publication."""
        with self._lock:
            return tuple(self._shown(piece) for piece in self._standing(language))

    def requests(self, part: str = "") -> tuple[Request, ...]:
        """What was asked so far, of addresses that hold this part."""
        return tuple(request for request in list(self.log) if part in request.path)

    # --- within

    def _id(self, story: int | str) -> int:
        return self._stories[story].id if isinstance(story, str) else story

    def _piece(self, story: int | str) -> Piece:
        piece = self._pieces.get(self._id(story))
        if piece is None:
            raise ValueError(f"{story!r} is not published; publish() it first")
        return piece

    def _put(self, piece: Piece) -> None:
        with self._lock:
            self._pieces[piece.story.id] = piece
            self._changed = self.now()
            self._edition += 1

    def _standing(self, language: str) -> Iterator[Piece]:
        return (piece for piece in self._pieces.values() if piece.story.language == language and not piece.status)

    def _shown(self, piece: Piece) -> Shown:
        story = piece.story
        bodies: list[tuple[Block, ...]] = [piece.body]
        paragraphs = list(texts(piece.body))
        for post, _ in shapes.entries(piece):
            bodies.append(post.body)
            paragraphs += [post.title] if post.title else []
            paragraphs += texts(post.body)
        lead = [_seen(piece.photo)] if piece.photo else []
        pictures = lead + [seen for body in bodies for seen in map(_seen, figures(body)) if seen not in lead]
        embedded = [self._press.stories[name] for body in bodies for name in shown_here(body)]
        galleries = [(other.title, other.slides) for other in embedded if other.kind == "gallery"]
        if story.kind == "gallery":
            galleries.insert(0, ("", piece.slides))
        linked = [target.removeprefix("story:") for body in bodies for target, _ in targets(body) if "story:" in target]
        return Shown(
            id=story.id,
            name=story.name,
            kind=story.kind,
            language=story.language,
            url=self.url + piece.path,
            title=piece.title.strip(),
            kicker=story.kicker,
            teaser=piece.teaser,
            authors=story.authors or tuple(filter(None, [story.byline.strip()])),
            opinion=story.opinion,
            published=story.date or piece.first,
            modified=piece.modified,
            paragraphs=tuple(paragraphs),
            pictures=tuple(pictures),
            galleries=tuple(
                (title.strip(), tuple((slide.title, slide.text, _seen(slide.photo)) for slide in slides))
                for title, slides in galleries
            ),
            links=tuple(dict.fromkeys(self._press.stories[name].id for name in linked)),
        )

    # --- answering

    def _handle(self, request: Request) -> Reply:
        with self._lock:
            reply = self._reply(request)
            self.log.append(replace(request, status=0 if reply.fails == "silence" else reply.status))
            return replace(reply, after=self._delay) if self._delay else reply

    def _reply(self, request: Request) -> Reply:
        if self._down == 0:
            return Reply(503, fails="silence")
        if self._down is not None:
            return Reply(self._down, (*self._date(), ("Retry-After", "120")), b"down\n")
        if request.method not in ("GET", "HEAD"):
            return Reply(405, (*self._date(), ("Allow", "GET, HEAD")))
        answer, number = self._answer(request.path)
        if self._block and request.path != "/robots.txt":
            answer = _Answer(page.block(f"18.{number:x}"), _HTML, self._changed, status=self._block)
        elif number and (self._consent_all or number in self._consent):
            answer = self._consent_page(number)
        elif number in self._wrong or request.path in self._led:
            answer = self._mistaken(request.path, number)
        return self._conditional(request, answer, number)

    def _conditional(self, request: Request, answer: _Answer, number: int) -> Reply:
        if answer.status == 301:
            return Reply(301, (*self._date(), ("Location", answer.location), ("Content-Type", _HTML)), b"")
        how = self._truncated.get(number, "") if number else ""
        body = answer.body[: len(answer.body) // 2] if how == "cut" else answer.body
        tag = _tag(body)
        packed = "gzip" in request.headers.get("accept-encoding", "") and not answer.type.startswith("image/")
        headers = [*self._date(), ("Content-Type", answer.type)]
        if answer.status == 200:
            headers += [
                ("ETag", f'"{tag}-gzip"' if packed else f'"{tag}"'),
                ("Last-Modified", format_datetime(answer.changed, usegmt=True)),
                ("Cache-Control", "max-age=60"),
            ]
        if not answer.type.startswith("image/"):
            headers.append(("Vary", "Accept-Encoding"))
        if answer.status == 200 and (number in self._lies or not _changed_since(request, tag, answer.changed)):
            conditional = {"if-none-match", "if-modified-since"} & request.headers.keys()
            if conditional:
                return Reply(304, tuple(header for header in headers if header[0] != "Content-Type"))
        if packed:
            body = _packed(body)
            headers.append(("Content-Encoding", "gzip"))
        return Reply(answer.status, tuple(headers), body, fails=_BREAKS.get(how, ""))

    def _date(self) -> tuple[tuple[str, str], ...]:
        return (("Date", format_datetime(self.now(), usegmt=True)), ("Server", "outlet"))

    def _answer(self, path: str) -> tuple[_Answer, int]:
        """What is answered at this path, and the id of the piece it is about (0: none)."""
        if match := _GRAPH.fullmatch(path):
            return self._graph(match["language"], match["type"], int(match["id"])), int(match["id"])
        if match := _DETAIL.fullmatch(path):
            return self._detail(int(match["id"])), int(match["id"])
        if match := _IMAGE.fullmatch(path):
            return self._picture(int(match["id"]), int(match["form"]), match["kind"]), 0
        if match := _SHORT.fullmatch(path):
            return self._to(shapes.from_base62(match["digits"])), 0
        if match := _SLUGLESS.fullmatch(path):
            return self._to(int(match["id"])), 0
        if match := _PAGE.fullmatch(path):
            return self._page(match), int(match["id"])
        return self._index(path), 0

    def _index(self, path: str) -> _Answer:
        if path == "/robots.txt":
            return _Answer(shapes.robots(self._press), "text/plain; charset=utf-8", MORNING)
        for paper in PAPERS.values():
            answer = self._index_of(paper, path)
            if answer is not None:
                return answer
        return self._missing(PAPERS["en"])

    def _index_of(self, paper: Paper, path: str) -> _Answer | None:
        if path == f"/rdf/rss-{paper.feed}-all":
            return self._feed_answer(paper)
        if path == f"/{paper.language}/news-sitemap.xml":
            return self._kept(("news", paper.number), (self._edition, self.now()), lambda: self._news(paper))
        if path == f"/{paper.language}/article-sitemap.xml":
            return self._kept(("articles", paper.number), self._edition, lambda: self._sitemap(paper))
        if path == f"/{paper.language}/":
            return self._front(paper)
        return None

    def _front(self, paper: Paper) -> _Answer:
        return _Answer(page.front(self._press, paper, tuple(self._editorial(paper))), _HTML, self._changed)

    def _feed_answer(self, paper: Paper) -> _Answer:
        if self._feed == "html":
            return self._front(paper)
        whole = self._kept(("feed", paper.number), self._edition, lambda: self._rdf(paper))
        return replace(whole, body=whole.body[: len(whole.body) * 2 // 3]) if self._feed == "broken" else whole

    def _editorial(self, paper: Paper) -> Iterator[Piece]:
        """What the feed names, in an order of its own that has nothing to do with time."""
        listed = (piece for piece in self._standing(paper.language) if piece.listed)
        named = [piece for piece in listed if piece.story.kind in ("article", "liveblog")]
        return iter(sorted(named, key=lambda piece: piece.story.id * 2_654_435_761 % 2**32))

    def _rdf(self, paper: Paper) -> _Answer:
        return _Answer(shapes.rdf(self._press, paper, self._editorial(paper), self._changed), _RDF, self._changed)

    def _news(self, paper: Paper) -> _Answer:
        oldest = self.now() - timedelta(days=2)
        recent = (piece for piece in self._standing(paper.language) if (piece.story.date or piece.first) >= oldest)
        return _Answer(shapes.news_sitemap(self._press, paper, recent), _XML, self._changed)

    def _sitemap(self, paper: Paper) -> _Answer:
        return _Answer(shapes.article_sitemap(self._press, self._standing(paper.language)), _XML, self._changed)

    def _kept(self, name: tuple[str, int], version: object, make: Callable[[], _Answer]) -> _Answer:
        """The answer of this name, made again only when its version is another."""
        known = self._answers.get(name)
        if known is None or (known[0] is not version and known[0] != version):
            known = self._answers[name] = (version, make())
        return known[1]

    def _graph(self, language: str, kind: str, number: int) -> _Answer:
        if self._api:
            return _Answer(b'{"error":"not available"}', _JSON, self._changed, status=self._api)
        piece = self._pieces.get(number)
        if piece is None or piece.story.language != language or TYPES[piece.story.kind] != kind or piece.status:
            return _Answer(
                b'{"data":{"content":null}}', _JSON, self._changed, status=piece.status or 404 if piece else 404
            )
        found = piece
        return self._kept(
            ("graph", number),
            piece,
            lambda: _Answer(shapes.answer(shapes.content(self._press, found)), _JSON, found.modified),
        )

    def _detail(self, number: int) -> _Answer:
        piece = self._pieces.get(number)
        if piece is None or piece.status or piece.story.kind == "liveblog":
            status = piece.status or 404 if piece else 404
            return _Answer(b'{"message":"Content not found"}', _JSON, self._changed, status=status)
        found = piece
        return self._kept(
            ("detail", number),
            piece,
            lambda: _Answer(shapes.encode(shapes.detail(self._press, found)), _JSON, found.modified),
        )

    def _page(self, asked: re.Match[str]) -> _Answer:
        piece = self._pieces.get(int(asked["id"]))
        paper = PAPERS.get(asked["language"], PAPERS["en"])
        if piece is None or piece.status:
            return self._missing(paper, piece.status or 404 if piece else 404)
        slug = unquote(asked["slug"] or "")
        right = slug == piece.slug and asked["language"] == piece.story.language
        if not right or asked["letter"] != LETTERS[piece.story.kind]:
            return self._to(piece.story.id)
        found = piece
        return self._kept(
            ("page", piece.story.id),
            piece,
            lambda: _Answer(page.article(self._press, found, self._state), _HTML, found.modified),
        )

    def _to(self, number: int) -> _Answer:
        piece = self._pieces.get(number)
        if piece is None or piece.status:
            return self._missing(PAPERS["en"])
        return _Answer(b"", _HTML, self._changed, status=301, location=self.url + shapes.iri_escaped(piece.path))

    def _missing(self, paper: Paper, status: int = 404) -> _Answer:
        return _Answer(page.missing(self._press, paper), _HTML, self._changed, status=status)

    def _consent_page(self, number: int) -> _Answer:
        piece = self._pieces.get(number)
        paper = PAPERS[piece.story.language if piece else "en"]
        return _Answer(page.consent(paper), _HTML, self._changed)

    def _mistaken(self, path: str, number: int) -> _Answer:
        """A wrong page, after the redirect that belongs to it."""
        if path in self._led:
            name, number = self._led[path]
        else:
            name = self._wrong[number]
            if at := WRONG[name].at.replace("{path}", f"/a-{number}"):
                self._led[at] = (name, number)
                return _Answer(b"", _HTML, self._changed, status=301, location=self.url + at)
        piece = self._pieces.get(number)
        return _Answer(WRONG[name].told(piece.title.strip() if piece else ""), _HTML, self._changed)

    def _picture(self, number: int, form: int, kind: str) -> _Answer:
        stored = self._photos.get(number)
        if stored != kind or number in self._lost or form not in drawing.FORMATS:
            return _Answer(b"Not Found\n", "text/plain", MORNING, status=404)
        return _Answer(drawing.picture(number, form, kind), "image/jpeg" if kind == "jpg" else "image/png", MORNING)


_BREAKS: dict[str, Break] = {"short": "short", "unfinished": "unfinished"}


@lru_cache(maxsize=1024)
def _tag(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=8).hexdigest()


@lru_cache(maxsize=1024)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 1, mtime=0)


def _changed_since(request: Request, tag: str, changed: datetime) -> bool:
    """Is it another answer than the one whose validators came back? An ETag decides before a date (RFC 9110 13.2.2)."""
    if given := request.headers.get("if-none-match"):
        tags = {entry.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for entry in given.split(",")}
        return tag not in tags and given != "*"
    if given := request.headers.get("if-modified-since"):
        try:
            return changed.replace(microsecond=0) > parsedate_to_datetime(given)
        except (ValueError, TypeError):
            return True
    return True


def _with_paragraph(piece: Piece, number: int, words: str) -> Piece:
    """The piece with other words in the paragraph of this number."""
    kind = piece.story.kind
    if kind == "gallery":
        slides = list(piece.slides)
        slides[number - 1] = replace(slides[number - 1], text=words)
        return replace(piece, slides=tuple(slides))
    if kind == "liveblog":
        posts = list(piece.posts)
        place = next(n for n, block in enumerate(posts[number - 1].body) if isinstance(block, P))
        body = posts[number - 1].body
        posts[number - 1] = replace(posts[number - 1], body=(*body[:place], P(words), *body[place + 1 :]))
        return replace(piece, posts=tuple(posts))
    places = [n for n, block in enumerate(piece.body) if isinstance(block, P) and block.text]
    if not 1 <= number <= len(places):
        raise ValueError(f"{piece.story.name} has {len(places)} paragraphs, no number {number}")
    place = places[number - 1]
    return replace(piece, body=(*piece.body[:place], P(words), *piece.body[place + 1 :]))


def _seen(photo: Photo) -> ShownPicture:
    return ShownPicture(photo.id, plain(photo.caption), photo.credit.strip(), photo.alt.strip())


def _photos(stories: Iterable[Story]) -> Iterator[tuple[int, str]]:
    """Every picture of these stories: its id and the kind of file."""
    for story in stories:
        bodies = (story.body, *(post.body for post in (*story.posts, *story.later)))
        found = [photo for body in bodies for photo in figures(body)]
        found += [slide.photo for slide in story.slides]
        found += [story.photo] if story.photo else []
        yield from ((photo.id, photo.kind) for photo in found)
