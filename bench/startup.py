"""What a person waits for: the CPU of whole processes."""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import Row

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(quick: bool) -> list[Row]:
    times = 3 if quick else 11
    floor = cpu([sys.executable, "-c", "pass"], times)
    rows = [
        Row("wirecopy --help", cpu(_wirecopy("--help"), times), "ms CPU", f"limit 150; bare Python {floor:.0f}"),
    ]
    articles = 500 if quick else 10_000
    with tempfile.TemporaryDirectory() as folder:
        config = _mirror(Path(folder), articles)
        rows.append(
            Row(
                f"wirecopy status, {articles:,} articles",
                cpu(_wirecopy("status", "--config", config), times),
                "ms CPU",
                "limit 300",
            )
        )
    return rows


def cpu(command: list[str], times: int) -> float:
    """The median CPU of a command, in milliseconds, its children included."""
    measured = []
    for _ in range(times):
        before = os.times()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        measured.append(after.children_user - before.children_user + after.children_system - before.children_system)
    return sorted(measured)[times // 2] * 1000


def _wirecopy(*words: str) -> list[str]:
    return [sys.executable, "-m", "wirecopy", *words]


def _mirror(folder: Path, articles: int) -> str:
    from wirecopy.archive import open_archive
    from wirecopy.collect.revise import fingerprint
    from wirecopy.model import Article, Capture, Change, Entry, Lead, Paragraph, Revision, State, text

    config = folder / "wirecopy.toml"
    config.write_text("[sources.dw-zh]\n", "utf-8")
    archive = open_archive(folder / "wirecopy.db", write=True, holder="bench")
    with archive.batch():
        for number in range(articles):
            url = f"https://www.dw.com/zh/a-{number}"
            at = NOW - timedelta(minutes=number)
            article = Article(
                source="dw-zh", key=str(number), url=url, title=f"第{number}号新闻", published=at,
                body=(Paragraph(text=text("新闻的正文。" * 60)),),
            )  # fmt: skip
            page = Capture(url=url, status=200, body=f"{number}".encode() * 50, at=at)
            revision = Revision(
                source="dw-zh", key=str(number), change=Change.NEW, at=at, article=article,
                fingerprint=fingerprint(article), capture=page.id,
            )  # fmt: skip
            lead = Lead(source="dw-zh", key=str(number), url=url, title=article.title)
            entry = Entry(lead=lead, state=State.ARCHIVED, first_seen=at, last_seen=at, checked=at)
            archive.settle(entry, captures=[page], revision=revision)
    archive.close()
    return str(config)
