"""A hostile outlet over real sockets, with a good neighbour beside it, and a mirror of both that publishes everything.

An outlet here is a feed and pages at one server that sends exactly the bytes it is told to (`scripted`). Titles, texts
and headers go in raw: what of them is dangerous is the test's business, what becomes of it is wirecopy's.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scripted import Answer, Server, Time, page
from wirecopy.archive import open_archive
from wirecopy.archive.protocol import Archive
from wirecopy.cli import publishing
from wirecopy.collect.fetch import Fetcher, Limits
from wirecopy.collect.pictures import checking
from wirecopy.collect.round import Reader, collect
from wirecopy.config import Config
from wirecopy.model import Article, Entry, Outcome, Source
from wirecopy.publish.look import Look

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENTENCES = (
    "The ferry between the two harbours runs again, four months after a storm damaged the pier, the council said.",
    "Two boats will cross every hour, and the fare stays what it was, according to the operator on Thursday.",
    "Fishermen had asked for it to return before the season, since the road around the bay takes two hours.",
    "The pier was rebuilt in oak, as it stood in 1911, and carries a light that can be seen from the island.",
)
HTML = "Content-Type: text/html; charset=utf-8"
FEED = "Content-Type: application/rss+xml"


def story(number: int) -> str:
    """Four paragraphs that no other article has."""
    return "".join(f"<p>{each} ({number})</p>" for each in SENTENCES)


def document(title: str, body: str, *, head: str = "", foot: str = "") -> bytes:
    """A page of the outlet: all of it raw markup."""
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head>'
        f"<body><main><article><h1>{title}</h1>{body}</article></main>{foot}</body></html>"
    ).encode("utf-8", "surrogatepass")


@dataclass
class Outlet:
    """One source at the server: `items` are the markup of its feed's items, in order."""

    server: Server
    name: str
    items: list[str] = field(default_factory=list)

    @property
    def feed(self) -> str:
        return f"/{self.name}/feed"

    def source(self, **keys: object) -> Source:
        address = self.server.url(self.feed)
        fields = {"language": "en", "feeds": (address,), "pace": 0.0, "name": f"The {self.name}"} | keys
        return Source(id=self.name, homepage=self.server.url(f"/{self.name}/"), **fields)  # type: ignore[arg-type]

    def story(self, number: int, title: str = "") -> str:
        """A sound article, announced and there."""
        title = title or f"Ferry {number} runs again"
        return self.tell(number, title, document(html.escape(title), story(number)))

    def tell(self, number: int, title: str, body: bytes | Answer, *, more: str = "", raw: bool = False) -> str:
        """Announce an article and answer for it; its address. `more` is markup of its item, `title` too if `raw`."""
        path = f"/{self.name}/2026/11/22/ferry-{number}"
        self.server.tell(path, body if isinstance(body, Answer) else page(body, HTML))
        link = self.server.url(path)
        said = title if raw else html.escape(title, quote=False)
        self.items.append(f"<item><title>{said}</title><link>{link}</link><guid>{link}</guid>{more}</item>")
        self.announce()
        return link

    def announce(self, body: bytes | None = None, *headers: str) -> None:
        """Answer for the feed with these bytes, or with the items."""
        whole = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>{self.name}</title>{''.join(self.items)}</channel></rss>"
        )
        sent = whole.encode("utf-8", "surrogatepass") if body is None else body
        self.server.tell(self.feed, page(sent, *(headers or (FEED,))))


@dataclass
class Mirror:
    """An archive, a clock and a public folder."""

    archive: Archive
    config: Config
    now: datetime = NOON

    async def round(
        self,
        *sources: Source,
        hours: float = 1.0,
        limits: Limits | None = None,
        reader: Reader | None = None,
        pictures: bool = False,
        allow: frozenset[str] = frozenset({"127.0.0.1"}),
        resolve: Callable[[str], Awaitable[list[str]]] | None = None,
        **options: object,
    ) -> dict[str, Outcome]:
        """Let time pass, then one round over these sources."""
        self.now += timedelta(hours=hours)
        time = Time()
        async with Fetcher(
            contact="test@example.org",
            clock=lambda: self.now,
            sleep=time.sleep,
            monotonic=time.monotonic,
            allow=allow,
            resolve=resolve,
            robots=False,
            limits=limits or Limits(total=5.0, connect=2.0),
            attempts=1,
        ) as door:
            outcomes = await collect(
                sources, archive=self.archive, door=door, now=self.now, jitter=lambda: 0.0, reader=reader,
                checker=checking.Here() if pictures else None, **options,  # type: ignore[arg-type]
            )  # fmt: skip
        faults = [each.reason for one in outcomes for each in one.failures if "fault of wirecopy" in each.reason]
        assert faults == [], faults
        return {each.source: each for each in outcomes}

    def articles(self, source: str) -> list[Article]:
        found = [self.archive.standing(source, each.lead.key) for each in self.entries(source)]
        return [each.article for each in found if each is not None and each.article is not None]

    def entries(self, source: str) -> list[Entry]:
        return list(self.archive.entries(source))

    def states(self, source: str) -> dict[str, str]:
        return {each.lead.title: each.state.value for each in self.entries(source)}

    def publish(self, *formats: str) -> Path:
        """Every format that is for readers, and the folder it all stands in."""
        here = argparse.Namespace(quiet=True, to=None, layout=None, pictures=None, wacz=False)
        publishing.published(here, self.config, formats or ("site", "feeds", "markdown", "epub", "zim", "data"))
        return self.config.public


@contextmanager
def mirror(folder: Path, *sources: Source) -> Iterator[Mirror]:
    """A new mirror in this folder."""
    config = Config(
        path=folder / "wirecopy.toml",
        contact="test@example.org",
        archive=folder / "wirecopy.db",
        public=folder / "public",
        workers=0,
        look=Look(title="A mirror", interface="en"),
        sources=sources,
    )
    with open_archive(config.archive, write=True, holder="a test") as archive:
        yield Mirror(archive=archive, config=config)
        damaged = list(archive.verify())
        assert damaged == [], damaged
