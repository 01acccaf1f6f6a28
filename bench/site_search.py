"""Search in the published site: what its index takes to make and to keep, and the bytes that a reader fetches to ask.

The script runs in Node, in the stubs of the tests (tests/publish/searching_in_node.js). "First" counts every file that
a question asks for on a fresh page: script, folding table, directory, newest days, index and texts; "next" leaves
out what a page asks for once. Recall and precision are against Python's `in` over the folded text, all pages of hits.
4,000 articles take two minutes; 100,000: `python -m bench.site_search 100000` (half an hour).
"""

from __future__ import annotations

import gzip
import json
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import Row

_A_DAY = 100  # articles, of some ten outlets: 100,000 are 33 months
_FROM = datetime.fromisoformat("2024-01-01T00:00Z")
_MOST_COMPARED = 300


def run(quick: bool, articles: int = 4_000, a_day: int = _A_DAY) -> list[Row]:
    """All figures; `quick` takes seconds and is good for the order of magnitude."""
    count = 400 if quick else articles
    with tempfile.TemporaryDirectory() as folder:
        size = _write_documents(Path(folder, "documents"), count, a_day)
        site = Path(folder, "site")
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            made, read, memory = pool.apply(_build, (Path(folder, "documents"), site))
        rows = [
            Row(
                "site search: index", (made - read) / count * 1000, "ms CPU an article", f"limit 1; {count:,} articles"
            ),
            *_sizes(site, size, count),
            Row("site search: memory, at most", memory, "MB", "limit 1,000"),
            *_one_more(Path(folder, "documents"), site),
        ]
        if shutil.which("node") is None:
            return [*rows, Row("site search: asked", 0, "", "node is not here")]
        return [*rows, *_asked(site, _texts(Path(folder, "documents")), 30 if quick else 60)]


# --- documents on the disk, a file for a source's month --------------------------------------------------------------


def _write_documents(folder: Path, count: int, a_day: int) -> int:
    """The bytes of their texts."""
    from bench.archive import _versions
    from wirecopy.matching import texts
    from wirecopy.model import Document, encode, replace

    folder.mkdir()
    newest = {article.key: article for article, _ in _versions(count)}
    months: defaultdict[str, list[bytes]] = defaultdict(list)
    size = 0
    for number in range(count):
        at = _FROM + timedelta(minutes=number * 1440 / a_day)
        article = replace(newest.pop(str(number)), published=at)
        size += len("\n".join(texts.lines(article)).encode())
        months[f"{article.source}.{at:%Y-%m}"].append(
            encode(Document(article=article, number=1, revisions=1, at=at, first_at=at, day=f"{at:%Y-%m-%d}"))
        )
    for name, lines in months.items():
        (folder / name).write_bytes(b"\n".join(lines))
    return size


class _Edition:
    """As much of an edition as the index asks for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._days: Counter[str] = Counter()
        self._months: dict[str, list[tuple[str, int]]] = {}
        self.late: list[Any] = []
        self._seen: dict[tuple[str, str], Any] = {}
        self._read: dict[str, list[Any]] = {}
        for path in sorted(folder.iterdir()):
            source, month = path.name.split(".")
            days = [line[line.index(b'"day":"') + 7 :][:10].decode() for line in path.open("rb")]
            self._days.update(days)
            self._months.setdefault(source, []).append((month, len(days)))

    def days(self) -> tuple[tuple[str, int], ...]:
        days = self._days + Counter(document.day for document in self.late)
        return tuple(sorted(days.items(), reverse=True))

    def shelves(self) -> tuple[Any, ...]:
        from wirecopy.model import Shelf

        return tuple(Shelf(source=source, name=source, months=tuple(each)) for source, each in self._months.items())

    def documents(self, source: str, month: str) -> Iterator[Any]:
        from wirecopy.model import Document, decode

        for line in (self._folder / f"{source}.{month}").open("rb"):
            yield decode(line, Document)

    def day(self, day: str) -> tuple[Any, ...]:
        from wirecopy.model import Headline

        if day not in self._read:  # which the archive answers from its lists
            sources = [source for source, months in self._months.items() if day[:7] in dict(months)]
            self._read[day] = [
                each for source in sources for each in self.documents(source, day[:7]) if each.day == day
            ]
        found = [*self._read[day], *(each for each in self.late if each.day == day)]
        self._seen.update(((each.article.source, each.article.key), each) for each in found)
        return tuple(
            Headline(source=each.article.source, key=each.article.key, day=day, title="", at=each.at) for each in found
        )

    def document(self, source: str, key: str) -> Any:
        return self._seen.get((source, key))


class _Files:
    """A folder without the manifest and the syncs of an Output, which are not of the index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folders: set[Path] = set()
        self.written: list[str] = []
        self.taken = 0.0  # seconds of CPU

    def write(self, path: str, body: bytes) -> bool:
        begun = time.process_time()
        try:
            return self._write(self._folder / path, path, body)
        finally:
            self.taken += time.process_time() - begun

    def _write(self, place: Path, path: str, body: bytes) -> bool:
        if place.parent not in self._folders:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(place.parent)
        if place.exists() and place.read_bytes() == body:
            return False
        place.write_bytes(body)
        self.written.append(path)
        return True

    def remove(self, path: str) -> bool:
        (self._folder / path).unlink(missing_ok=True)
        return True

    def read(self, path: str) -> bytes:
        place = self._folder / path
        return place.read_bytes() if place.exists() else b""

    def listed(self, _page: str) -> tuple[str, ...]:
        return ()

    def seal(self, name: str) -> None:
        pass


def _build(documents: Path, site: Path) -> tuple[float, float, float]:
    """Seconds of CPU to make the index, those to read the documents, and MB of memory; writing files is in neither."""
    from wirecopy.publish import searching

    edition: Any = _Edition(documents)
    begun = time.process_time()
    for shelf in edition.shelves():
        for month, _ in shelf.months:
            for _ in edition.documents(shelf.source, month):
                pass
    read = time.process_time() - begun
    files = _Files(site)
    begun = time.process_time()
    searching.everything(edition, files)
    made = time.process_time() - begun - files.taken
    return made, read, _most_memory()


def _most_memory() -> float:
    """Of this process, in MB. On Linux, getrusage says of one that a large process started what that one had."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _sizes(site: Path, size: int, count: int) -> list[Row]:
    files = list(site.rglob("*.js"))
    index = sum(path.stat().st_size for path in files)
    texts = sum(path.stat().st_size for path in files if path.parent.name.isdigit())
    sample = files[:: max(1, len(files) // 2000)]
    packed = sum(len(gzip.compress(path.read_bytes(), 6)) for path in sample) / sum(
        path.stat().st_size for path in sample
    )
    return [
        Row("site search: all its files", index / size, "x the text", f"limit 1; texts {texts / size:.2f}"),
        Row(
            "site search: files",
            len(files) / count,
            "an article",
            f"of {index / len(files):,.0f} B; gzip makes {packed:.2f} of it",
        ),
    ]


def _one_more(documents: Path, site: Path) -> list[Row]:
    from wirecopy.model import replace
    from wirecopy.publish import searching

    edition: Any = _Edition(documents)
    day, _ = edition.days()[0]
    source = next(source for source, months in edition._months.items() if day[:7] in dict(months))
    model = list(edition.documents(source, day[:7]))[-1]
    at = datetime.fromisoformat(f"{day}T23:59:59Z")
    edition.late = [replace(model, article=replace(model.article, key="late"), day=day, at=at, first_at=at)]
    files = _Files(site)
    edition.day(day)
    begun = time.process_time()
    searching.changes(edition, files, [(source, "late")])
    taken = (time.process_time() - begun) * 1000
    wrote = len(files.written)
    edition.late = []
    searching.changes(edition, files, [], [day])
    return [Row("site search: one more article", taken, "ms CPU", f"{wrote} files written, its own text with them")]


# --- asked -----------------------------------------------------------------------------------------------------------


def _texts(folder: Path) -> dict[str, str]:
    from wirecopy.matching import texts
    from wirecopy.model import Document, decode

    return {
        document.article.key: "\n".join(texts.lines(document.article))
        for path in sorted(folder.iterdir())
        for document in (decode(line, Document) for line in path.open("rb"))
    }


def _asked(site: Path, texts: dict[str, str], most: int) -> list[Row]:
    from bench.search import _questions
    from wirecopy.matching import folding

    asked = _questions(list(texts.values()))[:most]
    matters = {key: folding.matter(text) for key, text in texts.items()}
    kinds: defaultdict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    right: Counter[str] = Counter()
    for question in asked:
        truth = {key for key, matter in matters.items() if question.needle in matter}
        with _Page(site) as page:
            shown = page.tell(f"#q={_quoted(question.words)}")
            first = page.bytes(shown["asked"]) + (site / "search/search.js").stat().st_size
            following = page.bytes(path for path in shown["asked"] if not _is_fixed(path))
            kinds[question.kind].append((first, following, len(shown["hits"]), len(truth)))
            if len(truth) <= _MOST_COMPARED:
                while shown["more"]:
                    shown = page.tell("more")
                keys = {Path(hit["href"]).stem for hit in shown["hits"]}
                right.update(wanted=len(truth), found=len(truth & keys), shown=len(keys))
    every = [each for several in kinds.values() for each in several]
    rows = [
        Row(
            "site search: first question",
            max(first for first, *_ in every) / 1000,
            "KB, most",
            f"limit 160; median {_median([e[0] for e in every]) / 1000:.1f}",
        ),
        Row(
            "site search: next question",
            max(each[1] for each in every) / 1000,
            "KB, most",
            f"limit 50; median {_median([e[1] for e in every]) / 1000:.1f}",
        ),
        Row(
            "site search: recall",
            right["found"] / max(1, right["wanted"]),
            "",
            f"of {right['wanted']:,} hits; precision {right['found'] / max(1, right['shown']):.4f}",
        ),
    ]
    for kind, several in sorted(kinds.items()):
        full = sum(shown >= min(10, truth) for _, _, shown, truth in several)
        told = f"median {_median([each[1] for each in several]) / 1000:.1f}; {full} of {len(several)} filled a page"
        rows.append(Row(f"site search: next, {kind}", max(each[1] for each in several) / 1000, "KB, most", told))
    return rows


def _is_fixed(path: str) -> bool:
    return path.endswith(("directory.js", "folding.js")) or "-rest/" in path


def _median(figures: list[int]) -> float:
    return sorted(figures)[len(figures) // 2]


def _quoted(words: str) -> str:
    from urllib.parse import quote

    return quote(words, safe="")


class _Page:
    def __init__(self, site: Path) -> None:
        from wirecopy.publish import searching

        script = Path(__file__).parents[1] / "tests" / "publish" / "searching_in_node.js"
        self._site = site
        self._node = subprocess.Popen(
            ["node", str(script), str(site), json.dumps(searching.STRINGS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> _Page:
        return self

    def __exit__(self, *_: object) -> None:
        self._node.communicate()

    def tell(self, words: str) -> Any:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps(words) + "\n")
        self._node.stdin.flush()
        return json.loads(self._node.stdout.readline())

    def bytes(self, paths: Any) -> int:
        return sum((self._site / path).stat().st_size for path in paths if (self._site / path).exists())


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    for row in run("--quick" in sys.argv[1:], *numbers[:2]):
        print(f"{row.what:<36} {row.figure:>12,.3f} {row.unit:<20} {row.beside}", flush=True)
