"""How fast captures become articles: pages a CPU second, beside the parse that no reader can do without."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.request import urlopen

from lxml import html

from bench import Row
from wirecopy.collect.read import classic, read
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.stories import many
from wirecopy.model import Article, Capture, Document, Lead
from wirecopy.publish import classic as classic_out

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHAPES = (
    ("content API answer", "/graph-api/zh/content/article/{id}"),
    ("page with state", "/zh/x/a-{id}"),
    ("apps' API answer", "/api/detail/article/{id}"),
)


def run(quick: bool) -> list[Row]:
    count, times = (20, 2) if quick else (200, 5)
    rows = []
    with FakeOutlet(many(count, "zh")) as outlet:
        outlet.publish_all()
        source = outlet.source("zh")
        ids = [piece.story.id for piece in outlet.pieces()]
        for what, path in SHAPES:
            pages = [captured(outlet.url + path.format(id=each)) for each in ids]
            leads = [Lead(source=source.id, key=str(each), url=f"{outlet.url}/zh/x/a-{each}") for each in ids]
            seconds = _cpu(
                lambda pages=pages, leads=leads: [
                    read(source, lead, page) for lead, page in zip(leads, pages, strict=True)
                ],
                times,
            )
            floor = _cpu(lambda pages=pages: [_parsed(page) for page in pages], times)
            size = sum(len(page.body) for page in pages) / count / 1000
            rows.append(
                Row(f"{what}, {size:.0f} KB", count / seconds, "pages/s", f"parsing alone {count / floor:,.0f}")
            )
        documents = [_document(read(source, lead, page)) for lead, page in zip(leads, pages, strict=True)]
    seconds = _cpu(lambda: [classic.read(document, fallback_at=AT) for document in documents], times)
    size = sum(map(len, documents)) / count / 1000
    rows.append(Row(f"classic document, {size:.0f} KB", count / seconds, "documents/s", "limit 500 with the archive"))
    return rows


def _document(article: Article) -> bytes:
    return classic_out.render(Document(article=article, number=1, revisions=1, at=AT, first_at=AT, day="2026-01-01"))


def captured(url: str) -> Capture:
    with urlopen(url) as answer:
        return Capture(
            url=url, final_url=answer.url, status=200, headers=tuple(answer.headers.items()), body=answer.read(), at=AT
        )


def _parsed(page: Capture) -> object:
    return json.loads(page.body) if page.body.startswith(b"{") else html.document_fromstring(page.body)


def _cpu(work: Callable[[], object], times: int) -> float:
    """The least CPU of so many runs, in seconds: what is more is the machine's."""
    measured = []
    for _ in range(times):
        begun = time.process_time()
        work()
        measured.append(time.process_time() - begun)
    return min(measured)
