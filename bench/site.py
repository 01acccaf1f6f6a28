"""The site: everything, one more article from a cold process, the memory it takes; beside Hugo where it is installed.

Written to memory where there is such a folder, so that the figures are of the work and not of the disk's syncs. The
articles are the archive bench's. As many as you like: `python -m bench.site 100000` (some minutes).
"""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import Row
from bench.archive import _START, _settle, _versions

_PUBLISH = """
import json, resource, sys, time
from pathlib import Path
from wirecopy.archive import open_archive
from wirecopy.publish import site
from wirecopy.publish.look import Look
index, spent = site.searching.everything, 0.0
def timed(*arguments):
    global spent
    begun = time.process_time()
    index(*arguments)
    spent += time.process_time() - begun
site.searching.everything = timed
with open_archive(Path(sys.argv[1]), write=False) as archive, archive.edition() as edition:
    done = site.publish(edition, Path(sys.argv[2]), Look(interface="zh-Hans", address="https://mirror.example/"))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([done.written, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, spent]))
"""


def run(quick: bool) -> list[Row]:
    """All figures; `quick` is good for the order of magnitude."""
    return measured(300 if quick else 5_000)


def measured(number: int) -> list[Row]:
    """The figures of a site of so many articles."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as made:
        folder = Path(made)
        path, public = folder / "wirecopy.db", folder / "public"
        _archive(path, number)
        start = min(_python("import wirecopy.archive, wirecopy.publish.site")[1] for _ in range(3))
        _, cpu, most, searched = _published(path, public)
        cpu -= searched
        pages = list(public.rglob("*.html"))
        size = sum(each.stat().st_size for each in pages)
        articles = sum("/articles/" in each.as_posix() for each in pages)
        nothing = _published(path, public)[1]
        one_more = []
        for place, (article, _) in enumerate(itertools.islice(_articles(50), 7)):
            _add(path, article, number + place)
            before = _state(public)
            spent = _published(path, public)[1]
            changed = [each for each, state in _state(public).items() if before.get(each) != state]
            own = [each for each in changed if each.endswith(f"/9{number + place}.html")]
            one_more.append((spent, len(changed) - len(own), len(own)))
        spent, beside, own = sorted(one_more)[len(one_more) // 2]
        rows = [
            Row(
                f"site of {number:,} articles, everything", len(pages) / cpu, "pages/CPU-s",
                f"{len(pages):,} pages, {articles:,} of articles, {size / 1e6:.0f} MB; start {start * 1000:.0f} ms",
            ),
            Row("  and its search", searched / number * 1e3, "ms CPU an article", "limit 1"),
            Row("  memory, at most", most / 1e6, "MB", "limit 150; the search holds one segment, up to some 350 MB"),
            Row("  nothing changed", nothing * 1000, "ms CPU", "from a cold process"),
            Row(
                f"  one more at {number:,}", spent * 1000, "ms CPU",
                f"cold process, limit 120; {beside} files beside the article's own {own}, limit 10",
            ),
        ]  # fmt: skip
        return rows + _hugo(path, folder / "hugo", len(pages) / cpu)


def _archive(path: Path, number: int) -> None:
    from wirecopy.archive import open_archive

    with open_archive(path, write=True, holder="bench") as archive:
        versions = _articles(number)
        while together := list(itertools.islice(versions, 500)):
            with archive.batch():
                _settle(archive, together)


def _articles(number: int) -> Iterator[tuple[Any, datetime]]:
    """The articles of the archive's bench, 144 a day, with sections, authors and topics."""
    from wirecopy.model import replace

    chance = random.Random(7)
    for article, at in _versions(number):
        spread = {
            "published": _START + 10 * (article.published - _START),
            "section": f"Section {int(article.key) % 8}",
            "authors": (f"Author {int(article.key) % 211}",),
            "tags": tuple(f"Topic {int(article.key) * 7 % 503 + place}" for place in range(int(article.key) % 4)),
        }
        yield replace(article, **spread), _START + 10 * (at - _START) + timedelta(seconds=chance.randrange(60))


def _add(path: Path, article: Any, number: int) -> None:
    """One new article, newer than all that are there."""
    from wirecopy.archive import open_archive
    from wirecopy.model import replace

    with open_archive(path, write=True, holder="bench") as archive:
        with archive.edition() as edition:
            newest = edition.latest(1)[0]
        moment = (newest.published or newest.at) + timedelta(minutes=number % 50 + 1)
        new = replace(article, key=f"9{number}", url=f"https://new.example/{number}", published=moment)
        _settle(archive, [(new, moment + timedelta(minutes=1))])


def _published(path: Path, public: Path) -> tuple[int, float, int, float]:
    """Publish in a process of its own: files written, CPU, memory at most, CPU of the search's whole index."""
    written, cpu, most, searched = json.loads(_python(_PUBLISH, str(path), str(public))[0])
    return written, cpu, most, searched


def _python(code: str, *arguments: str) -> tuple[str, float]:
    """What a new process says, and its CPU. It may keep what it compiles, as an installed wirecopy has: else each one
    compiles anew what was edited last.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _state(folder: Path) -> dict[str, int]:
    return {
        each.relative_to(folder).as_posix(): each.stat().st_ino
        for each in folder.rglob("*")
        if each.is_file() and not each.name.startswith(".")
    }


def _hugo(path: Path, folder: Path, ours: float) -> list[Row]:
    """Hugo, given the same articles as HTML, making their pages and the lists of their sources."""
    program = shutil.which("hugo")
    if program is None:
        return [Row("Hugo", float("nan"), "pages/CPU-s", "not installed here")]
    from wirecopy.archive import open_archive
    from wirecopy.publish.html import Writer, escape
    from wirecopy.publish.messages import of

    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "hugo.toml").write_text('baseURL = "https://mirror.example/"\ndisableKinds = ["taxonomy", "term"]\n')
    shutil.copy(folder / "hugo.toml", folder / "config.toml")
    page = '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>'
    (folder / "layouts/_default/single.html").write_text(page + "<h1>{{ .Title }}</h1>{{ .Content }}</body></html>")
    listed = "{{ range .Pages }}<li><a href='{{ .RelPermalink }}'>{{ .Title }}</a></li>{{ end }}"
    for name in ("list", "index"):
        (folder / f"layouts/_default/{name}.html").write_text(f"{page}<ul>{listed}</ul></body></html>")
    with open_archive(path, write=False) as archive, archive.edition() as edition:
        for shelf in edition.shelves():
            content = folder / "content" / shelf.source
            content.mkdir(parents=True)
            for month, _ in shelf.months:
                for document in edition.documents(shelf.source, month):
                    article = document.article
                    body = Writer(of("zh-Hans"), show=lambda _: None).article(article)
                    title = json.dumps(escape(article.title), ensure_ascii=False)
                    (content / f"{article.key}.html").write_text(
                        f'---\ntitle: {title}\ndate: "{document.day}"\n---\n{body}'
                    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "--quiet", "--source", str(folder)], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pages = sum(1 for _ in (folder / "public").rglob("*.html"))
    return [
        Row(
            "Hugo, the same articles",
            pages / cpu,
            "pages/CPU-s",
            f"{pages:,} pages; ours is {ours * cpu / pages:.1f} x",
        )
    ]


if __name__ == "__main__":
    for row in measured(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000):
        print(row)
