"""How fast documents of older mirrors become archived articles: read, compared, stored, with their evidence."""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import Row
from wirecopy.archive import open_archive
from wirecopy.collect.importing import Found, take_in
from wirecopy.model import Article, Document, Paragraph, Picture, text
from wirecopy.outlets import shipped_source
from wirecopy.publish import classic

AT = datetime(2020, 7, 1, tzinfo=UTC)
WORDS = "山谷里的新桥通车了，两岸的居民等了十九年。工程师说，河里不再有桥墩，漂木就没有地方可以堵住。" * 4


def run(quick: bool) -> list[Row]:
    count = 100 if quick else 3_000
    files = [Found(name=f"{number}.md", body=_document(number), at=AT) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        archive = open_archive(Path(folder) / "bench.db", write=True, holder="bench")
        try:
            wall, cpu = time.perf_counter(), time.process_time()
            done = take_in(files, archive=archive, source_of=lambda _: shipped_source("dw-zh"), tell=lambda *_: None)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        finally:
            archive.close()
    assert done.new == count
    size = sum(len(file.body) for file in files) / count / 1000
    return [
        Row(f"classic documents of {size:.0f} KB, imported", count / wall, "documents/s", "limit 500"),
        Row("the same, by CPU", count / cpu, "documents/CPU-s"),
    ]


def _document(number: int) -> bytes:
    at = AT + timedelta(minutes=number)
    article = Article(
        source="dw-zh",
        key=str(50_000_000 + number),
        url=f"https://www.dw.com/zh/x/a-{50_000_000 + number}",
        title=f"第{number}号新闻",
        published=at,
        picture=Picture(url=f"https://static.dw.com/image/{number}_303.jpg", caption=text("桥")),
        body=tuple(Paragraph(text=text(f"{number}.{line} {WORDS}")) for line in range(8)),
    )
    return classic.render(Document(article=article, number=1, revisions=1, at=at, first_at=at, day="2020-07-01"))
