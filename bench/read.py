"""How fast captures become articles: pages a CPU second, beside the parse that no reader can do without.

The common reader is measured on the demo's pages in their common shape, and, where `trafilatura` is installed, beside
it: what both give is title, text, authors, dates; only ours gives blocks.
"""

import importlib.util
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.request import urlopen

from lxml import html

from bench import Row
from wirecopy.collect.read import blocks, classic, read
from wirecopy.collect.read import page as common
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
        rows += _common(pages_of(outlet, ids), times)
        documents = [_document(read(source, lead, page)) for lead, page in zip(leads, pages, strict=True)]
    seconds = _cpu(lambda: [classic.read(document, fallback_at=AT) for document in documents], times)
    size = sum(map(len, documents)) / count / 1000
    rows.append(Row(f"classic document, {size:.0f} KB", count / seconds, "documents/s", "limit 500 with the archive"))
    return rows


def pages_of(outlet: FakeOutlet, ids: list[int]) -> list[Capture]:
    return [captured(f"{outlet.url}/zh/x/a-{each}") for each in ids]


def _common(pages: list[Capture], times: int) -> list[Row]:
    """The common reader, and what its time is to that of its best known peer."""
    told = [(page.body.decode(), page.url) for page in pages]
    seconds = _cpu(lambda: [common.read_html(html, url) for html, url in told], times)
    floor = _cpu(lambda: [blocks.parse(html) for html, _ in told], times)
    peer = "trafilatura is not installed"
    if importlib.util.find_spec("trafilatura") is not None:
        extract = importlib.import_module("trafilatura").bare_extraction
        theirs = _cpu(lambda: [extract(html, url=url, with_metadata=True) for html, url in told], times)
        peer = f"{theirs / seconds:.1f} x trafilatura"
    size = sum(len(html) for html, _ in told) / len(told) / 1000
    beside = f"parsing alone {len(told) / floor:,.0f}; {peer}"
    return [Row(f"any outlet's page, {size:.0f} K characters", len(told) / seconds, "pages/s", beside)]


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
