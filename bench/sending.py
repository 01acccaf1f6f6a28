"""Sending: what a Git target weighs after a quarter (90 days of 40 articles, each tenth edited), what a commit costs.

The text is the articles' files as they stand at the end: former versions and lists are no part of it, and are what a
history is made of. `as pushed` is the repository at the other end with nothing ever packed there but what arrived so;
`after gc` is it once the forge has run `git gc`, as forges do. `python -m bench.sending 90 4`: days, commits a day.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import Row
from bench.publish import _settle
from wirecopy.archive import open_archive
from wirecopy.model import Article, Change, Entry, Lead, Paragraph, Revision, State, replace, text
from wirecopy.publish import markdown, site
from wirecopy.publish.look import Look
from wirecopy.send import Target, send, standing

START = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY = 40
EDITED = 10  # each tenth article is edited the day after
_HAN = [chr(0x4E00 + place * 7) for place in range(2500)]


def run(quick: bool) -> list[Row]:
    """All figures; `quick` is good for the order of magnitude."""
    return measured(6, 2) if quick else measured(90, 4)


def measured(days: int, a_day: int) -> list[Row]:
    """The figures after so many days with so many publications each."""
    rows = []
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    for kind, daily, until in (("Markdown", a_day, days), ("site", 1, max(days // 3, 3))):
        with tempfile.TemporaryDirectory(dir=memory) as made:
            rows += _kept(Path(made), kind, until, daily)
    return rows


def _kept(folder: Path, kind: str, days: int, a_day: int) -> list[Row]:
    remote = folder / "remote.git"
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    _git(remote, "config", "receive.autogc", "false")
    archive = open_archive(folder / "wirecopy.db", write=True, holder="bench")
    public, target = folder / "public", Target(name="bench", to=f"git:{remote}")
    spent, commits, edited = 0.0, 0, []
    for day in range(days):
        for part in range(a_day):
            at = START + timedelta(days=day, hours=24 * (part + 1) / a_day)
            with archive.batch():
                for number in range(A_DAY * part // a_day, A_DAY * (part + 1) // a_day):
                    article = _article(day * A_DAY + number, at)
                    _settle(archive, article)
                    if number % EDITED == 0:
                        edited.append(article)
                if part == 0 and day:
                    for article in edited[: A_DAY // EDITED]:
                        _edit(archive, article, at)
                    edited = edited[A_DAY // EDITED :]
            edition = archive.edition()
            if kind == "site":
                site.publish(edition, public, Look(interface="zh-Hans"))
            else:
                markdown.publish(edition, public)
            cost, done = _spent(
                lambda at=at: send(
                    [(target, standing(public))], state=folder / "state", at=at, dry=False, progress=lambda *_: None
                )
            )
            assert not done[0].failed, done[0].failed
            spent += cost
            commits += 1
    archive.close()
    files = list(public.glob("articles/**/*.md")) or list(public.glob("articles/*/*/*/*.html"))
    words = sum(each.stat().st_size for each in files)
    whole = sum(each.stat().st_size for each in public.rglob("*") if each.is_file())
    pushed = _size(remote)
    _git(remote, "gc", "--quiet", "--prune=now")
    after = _size(remote)
    branch = _git(remote, "branch", "--sort=-refname", "--list", "2*", "--format=%(refname:short)").split()[0]
    clone = folder / "clone.git"
    _git(folder, "clone", "--quiet", "--bare", "--single-branch", "--branch", branch, f"file://{remote}", str(clone))
    # Git's own floor: the same tree with no history at all.
    bare = folder / "bare.git"
    _git(folder, "clone", "--quiet", "--bare", "--depth=1", "--branch", branch, f"file://{remote}", str(bare))
    _git(bare, "gc", "--quiet", "--prune=now")
    told = f"{len(files):,} articles, {words / 1e6:.1f} MB of text, {whole / 1e6:.1f} MB in all; {commits} commits"
    return [
        Row(f"{kind}, {days} days x {A_DAY}: repository after gc, by the text", after / words, "x", f"limit 2; {told}"),
        Row("  as pushed, nothing packed there", pushed / words, "x", "what a server without gc keeps"),
        Row("  a clone of the last month", _size(clone) / words, "x", ""),
        Row("  a clone without history", _size(bare) / words, "x", "the floor: the same tree, one commit"),
        Row("  one publication", spent / commits * 1000, "ms CPU", "ours and git's, both ends, at home"),
    ]


def _spent(work: Callable[[], list[object]]) -> tuple[float, list[object]]:
    """CPU seconds of this process and of the programs that it ran."""

    def now() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + used.ru_utime + used.ru_stime

    begun = now()
    done = work()
    return now() - begun, done


def _git(folder: Path, *words: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


def _size(repository: Path) -> int:
    return sum(each.stat().st_size for each in repository.rglob("*") if each.is_file())


def _words(chance: random.Random, length: int) -> str:
    """Characters by chance, of which zlib makes 1/1.87: of 146 documents of the ancestor it makes 1/1.91."""
    return "".join(_HAN[int(2500 * chance.random() ** 7)] for _ in range(length))


def _article(number: int, at: datetime) -> Article:
    """About 1,200 characters: the median of the ancestor's documents."""
    chance = random.Random(number)
    body = tuple(Paragraph(text=text(_words(chance, 150) + "。")) for _ in range(8))
    return Article(
        source=("dw-zh", "rfi-zh", "bbc-zh")[number % 3], key=str(number), url=f"https://news.example/a-{number}",
        title=_words(chance, 20), published=at, language="zh", section=f"栏目{number % 6}", body=body,
    )  # fmt: skip


def _edit(archive: object, article: Article, at: datetime) -> None:
    """The outlet changes one paragraph."""
    chance = random.Random(article.key)
    body = (*article.body[:3], Paragraph(text=text(_words(chance, 120))), *article.body[4:])
    after = replace(article, body=body, modified=at)
    lead = Lead(source=after.source, key=after.key, url=after.url, title=after.title)
    entry = Entry(lead=lead, state=State.ARCHIVED, first_seen=at, last_seen=at, checked=at)
    revision = Revision(
        source=after.source, key=after.key, number=2, change=Change.EDITED, at=at, article=after, fingerprint="1:b"
    )
    archive.settle(entry, revision=revision)  # type: ignore[attr-defined]


if __name__ == "__main__":
    for row in measured(*(int(each) for each in sys.argv[1:3])) if len(sys.argv) > 2 else run(quick=False):
        print(row)
