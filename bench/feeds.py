"""How fast index pages become leads: megabytes a CPU second, beside feedparser on the same bytes in the same run."""

import importlib
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from bench import Row
from wirecopy.collect import discover
from wirecopy.model import Capture, Source

AT = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source(id="bench", homepage="https://example.org/")
WORDS = (
    "两岸相连 The ferry between the two banks runs again, the harbour office said on Thursday. ",
    "“Wir haben lange gewartet”, sagte die Kapitänin, und legte ab. ",
    "وقالت البلدية إن الجسر الجديد سيفتح في الربيع. ",
)


def run(quick: bool) -> list[Row]:
    items, times = (64, 3) if quick else (256, 25)
    sound = rss(items)
    broken = sound.replace(b"<guid>", b"<br>&nbsp;<guid>", 1)
    pages = (
        ("sound RSS with full text", sound, "goal 50"),
        ("the same, broken in its first item", broken, "goal 5"),
        ("sound Atom with full text", atom(items), ""),
        ("JSON Feed with full text", json_feed(items), ""),
        ("news sitemap", sitemap(items * 8), ""),
    )
    rows = []
    for what, body, goal in pages:
        capture = Capture(
            url="https://example.org/feed", final_url="https://example.org/feed", status=200, body=body, at=AT
        )
        assert len(discover.read(SOURCE, capture).leads) in (items, items * 8)
        seconds = _cpu(lambda capture=capture: discover.read(SOURCE, capture), times)
        beside = " · ".join(filter(None, (goal, _peer(body, times) if b"<rss" in body or b"<feed" in body else "")))
        rows.append(Row(f"{what}, {len(body) / 1000:,.0f} KB", len(body) / seconds / 1e6, "MB/s", beside))
    return rows


def _peer(body: bytes, times: int) -> str:
    """feedparser's figures, where it is installed: as it comes, and with all its cleaning switched off."""
    try:
        feedparser = importlib.import_module("feedparser")
    except ImportError:
        return "feedparser is not installed"
    whole = _cpu(lambda: feedparser.parse(io.BytesIO(body)), max(1, times // 8))
    bare = _cpu(
        lambda: feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False), max(1, times // 8)
    )
    size = len(body) / 1e6
    return f"feedparser {feedparser.__version__}: {size / whole:.1f}, without cleaning {size / bare:.1f}"


def _html(number: int) -> str:
    """An article of about 4,000 bytes, in three scripts."""
    lines = (f'<p>{WORDS[(number + i) % 3] * 3}<a href="/{number}/{i}">{i}</a></p>' for i in range(12))
    return "".join(lines) + f'<img src="https://example.org/{number}.jpg" alt="{number}"/>'


def rss(items: int) -> bytes:
    def item(n: int) -> str:
        return (
            f"<item><title>渡轮 {n} &amp; bridge</title><link>https://example.org/news/{n}</link>"
            f'<guid isPermaLink="false">tag:{n}</guid><pubDate>{format_datetime(AT - timedelta(minutes=n))}</pubDate>'
            f"<dc:creator>Ada Byron</dc:creator><category>经济</category>"
            f"<description>{_escaped(WORDS[n % 3])}</description>"
            f"<content:encoded><![CDATA[{_html(n)}]]></content:encoded>"
            f'<media:content url="https://example.org/{n}.jpg" medium="image"/></item>'
        )

    head = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">'
        "<channel><title>feed</title><link>https://example.org/</link>"
    )
    return (head + "\n".join(map(item, range(items))) + "</channel></rss>").encode()


def atom(items: int) -> bytes:
    def entry(n: int) -> str:
        return (
            f'<entry><title>渡轮 {n}</title><link href="https://example.org/news/{n}"/><id>tag:{n}</id>'
            f"<published>{(AT - timedelta(minutes=n)).isoformat()}</published><updated>{AT.isoformat()}</updated>"
            f'<author><name>Ada Byron</name></author><content type="html">{_escaped(_html(n))}</content></entry>'
        )

    return ('<feed xmlns="http://www.w3.org/2005/Atom">' + "\n".join(map(entry, range(items))) + "</feed>").encode()


def json_feed(items: int) -> bytes:
    from msgspec import json

    listed = [
        {"id": str(n), "url": f"https://example.org/news/{n}", "title": f"渡轮 {n}", "content_html": _html(n)}
        for n in range(items)
    ]
    return json.encode({"version": "https://jsonfeed.org/version/1.1", "items": listed})


def sitemap(items: int) -> bytes:
    def url(n: int) -> str:
        return (
            f"<url><loc>https://example.org/news/{n}</loc><lastmod>{AT.isoformat()}</lastmod><news:news>"
            f"<news:publication><news:name>x</news:name><news:language>zh</news:language></news:publication>"
            f"<news:publication_date>{AT.isoformat()}</news:publication_date>"
            f"<news:title>渡轮 {n}</news:title></news:news></url>"
        )

    head = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    return (head + "\n".join(map(url, range(items))) + "</urlset>").encode()


def _escaped(html: str) -> str:
    return html.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cpu(work: Callable[[], object], times: int) -> float:
    """The least CPU of so many runs, in seconds: what is more is the machine's."""
    measured = []
    for _ in range(times):
        begun = time.process_time()
        work()
        measured.append(time.process_time() - begun)
    return min(measured)
