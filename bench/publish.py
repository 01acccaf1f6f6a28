"""Publishing Markdown: everything, one more article, nothing; beside the bare cost of as many files on this disk."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import Row
from wirecopy.archive import open_archive
from wirecopy.archive.protocol import Archive
from wirecopy.collect.revise import fingerprint
from wirecopy.model import (
    Article,
    Capture,
    Change,
    Entry,
    Figure,
    Heading,
    Lead,
    Link,
    Mark,
    Paragraph,
    Picture,
    Revision,
    State,
    text,
)
from wirecopy.publish import markdown, plain

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
WORDS = "中国官媒报道说在周四的通话中双方要密切战略协作捍卫各自国家主权安全发展利益市长表示新渡轮比预想更安静"


def run(quick: bool) -> list[Row]:
    number = 500 if quick else 10_000
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        archive = open_archive(folder / "wirecopy.db", write=True, holder="bench")
        with archive.batch():
            for place in range(number):
                _settle(archive, _article(place))
        rows = _measured(archive, folder, number)
        archive.close()
    return rows


def _measured(archive: Archive, folder: Path, number: int) -> list[Row]:
    public = folder / "public"
    edition = archive.edition()
    documents = [
        document for source, key in list(edition.changed(0))[:500] if (document := edition.document(source, key))
    ]
    render, _ = _spent(lambda: [plain.render(document) for document in documents])
    full, wall = _spent(lambda: markdown.publish(archive.edition(), public))
    bodies = [path.read_bytes() for path in public.rglob("articles/**/*.md")]
    bare, bare_wall = _spent(lambda: _bare(folder / "bare", bodies))
    nothing, _ = _spent(lambda: markdown.publish(archive.edition(), public))
    one_more, files, size = [], 0, 0
    for place in range(number, number + 11):
        _settle(archive, _article(place))
        before = _state(public)
        one_more.append(_spent(lambda: markdown.publish(archive.edition(), public))[0])
        changed = [path for path, state in _state(public).items() if before.get(path) != state]
        files, size = len(changed), sum(path.stat().st_size for path in changed)
    return [
        Row("plain document", len(documents) / render, "documents/CPU-s", "rendering alone"),
        Row(
            f"publish everything, {number:,} articles", number / full, "documents/CPU-s",
            f"bare files {len(bodies) / bare:,.0f}",
        ),
        Row("  by the clock", number / wall, "documents/s", f"bare files, synced {len(bodies) / bare_wall:,.0f}"),
        Row(
            f"publish one more at {number:,}", sorted(one_more)[5] * 1000, "ms CPU",
            f"{files} files, {size / 1024:.0f} KiB",
        ),
        Row("publish nothing", nothing * 1000, "ms CPU", "as when nothing changed"),
    ]  # fmt: skip


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def _bare(folder: Path, bodies: list[bytes]) -> None:
    """The floor: each file written, synced and renamed, nothing else."""
    folder.mkdir()
    for number, body in enumerate(bodies):
        beside = folder / f".{number}"
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(folder / f"{number}.md")


def _state(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def _article(number: int) -> Article:
    """About a thousand characters, as DW Chinese has them, with what costs: links, marks, pictures."""
    chance = random.Random(number)
    published = START - timedelta(minutes=90 * (20_000 - number))

    def words(length: int) -> str:
        return "".join(chance.choices(WORDS, k=length))

    paragraphs = [
        Paragraph(
            text=text(words(90) + "，“")
            + text(words(8), link=Link(ref=f"dw:{max(0, number - chance.randrange(1, 50))}", rel="ArticleRef"))
            + text("”。" + words(40))
            + text(words(6), Mark.STRONG)
            + text(words(20) + "。")
        )
        for _ in range(6)
    ]
    picture = Picture(url=f"https://static.dw.com/image/{number}_303.jpg", caption=text(words(20)), credit="AFP")
    return Article(
        source="dw-zh", key=str(number), url=f"https://www.dw.com/zh/a-{number}", title=words(20), published=published,
        language="zh", picture=picture,
        body=(*paragraphs[:3], Heading(text=text(words(10))), Figure(picture=picture), *paragraphs[3:]),
    )  # fmt: skip


def _settle(archive: Archive, article: Article) -> None:
    at = article.published or START
    page = Capture(url=article.url, status=200, body=article.key.encode() * 50, at=at)
    revision = Revision(
        source=article.source, key=article.key, change=Change.NEW, at=at, article=article,
        fingerprint=fingerprint(article), capture=page.id,
    )  # fmt: skip
    lead = Lead(source=article.source, key=article.key, url=article.url, title=article.title)
    entry = Entry(lead=lead, state=State.ARCHIVED, first_seen=at, last_seen=at, checked=at)
    archive.settle(entry, captures=[page], revision=revision)
