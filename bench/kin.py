"""Near-duplicates: what is recognised on generated pairs, and what it costs an article in an archive of 100,000.

The pairs are demo/agency.py's: stories edited, cut, rearranged, published again, in the other Chinese script, and pairs
that only look alike. Two other ways to know a text are measured on the same pairs, each at its own best bound: whole
clauses in place of shingles, and SimHash. In the archive most articles are stood in for by sketches of random numbers,
as unrelated texts have; what is measured are 2,000 generated articles of a month, 15 in 100 of them copies.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

from bench import Row
from wirecopy.archive import open_archive
from wirecopy.archive.kin import index
from wirecopy.archive.kin.sketch import SIZE, Sketch, is_one, overlap, pack, sketch
from wirecopy.archive.schema import SKETCHES, DocumentRow, SketchRow
from wirecopy.demo import agency
from wirecopy.model import Article, document_text

_FIRST_DAY = date(2026, 1, 1).toordinal()


def run(quick: bool) -> list[Row]:
    """All figures; `quick` takes seconds and is good for the order of magnitude."""
    return [*_recognised(330 if quick else 6_600), *_looked_up(2_000 if quick else 100_000, 100 if quick else 2_000)]


# --- what is recognised ----------------------------------------------------------------------------------------------


def _recognised(number: int) -> list[Row]:
    pairs = list(agency.pairs(1, number))
    ours, cost = _made(pairs, sketch)
    rows = _told("shingles", [_is_one(pair, *each) for pair, each in zip(pairs, ours, strict=True)], pairs, cost)
    for sought in (6, 10, 16):
        found = [
            bool(one and other and set(one.shingles[:sought]) & set(other.shingles[:sought]))
            for pair, (one, other) in zip(pairs, ours, strict=True)
            if pair.is_one
        ]
        rows.append(Row(f"copies that share one of {sought} shingles", 100 * sum(found) / len(found), "%"))
    clauses, cost = _made(pairs, _clauses)
    rows += _best("clauses", pairs, [overlap(*each)[0] if all(each) else 0.0 for each in clauses], cost)
    hashes, cost = _made(pairs, _simhash)
    rows += _best("SimHash", pairs, [1 - (one ^ other).bit_count() / 64 for one, other in hashes], cost)
    return rows


def _made(pairs: Sequence[agency.Pair], known: Callable[[Article], Any]) -> tuple[list[tuple[Any, Any]], float]:
    start = time.process_time()
    made = [(known(pair.first), known(pair.second)) for pair in pairs]
    return made, (time.process_time() - start) / len(pairs) / 2 * 1e6


def _is_one(pair: agency.Pair, first: Sketch | None, second: Sketch | None) -> bool:
    return bool(first and second) and is_one(first, second, same_source=pair.first.source == pair.second.source)


def _told(what: str, said: Sequence[bool], pairs: Sequence[agency.Pair], cost: float) -> list[Row]:
    right = sum(one and pair.is_one for one, pair in zip(said, pairs, strict=True))
    recall, precision = right / sum(pair.is_one for pair in pairs), right / max(1, sum(said))
    least = [
        (sum(one == pair.is_one for one, pair in zip(said, pairs, strict=True) if pair.kind == kind)
         / sum(pair.kind == kind for pair in pairs), kind)
        for kind in (*agency.ONE, *agency.TWO)
    ]  # fmt: skip
    worst, kind = min(least)
    return [
        Row(f"{what}: recall", recall, "of 1", f"{len(pairs):,} pairs; {cost:,.0f} us of CPU a text"),
        Row(f"{what}: precision", precision, "of 1", f"the worst kind is “{kind}”, {100 * worst:.1f} % right"),
    ]


def _best(what: str, pairs: Sequence[agency.Pair], alike: Sequence[float], cost: float) -> list[Row]:
    """At the bound at which most pairs are told right."""
    bounds = sorted(set(alike))[:: max(1, len(set(alike)) // 100)]
    bound = max(
        bounds, key=lambda bound: sum((each >= bound) == pair.is_one for each, pair in zip(alike, pairs, strict=True))
    )
    return _told(f"{what}, from {bound:.2f} on", [each >= bound for each in alike], pairs, cost)


_CLAUSE = re.compile(r"[^\W\d_][^,.;:!?，。；：！？\n]{7,}")


def _clauses(article: Article) -> Sketch | None:
    found = sorted({crc32(each.encode()) for each in _CLAUSE.findall(document_text(article.body).casefold())})
    return Sketch(tuple(found[:SIZE]), len(found) <= SIZE, ()) if found else None


def _simhash(article: Article) -> int:
    """64 bits, of words, or of pairs of characters where there are no blanks."""
    words = document_text(article.body)
    found = words.split() if words.count(" ") * 20 > len(words) else [words[n : n + 2] for n in range(len(words))]
    weights = [0] * 64
    for each in found:
        code = crc32(each.encode()) << 32 | crc32(each.encode(), 1)
        for bit in range(64):
            weights[bit] += 1 if code >> bit & 1 else -1
    return sum(1 << bit for bit in range(64) if weights[bit] > 0)


# --- what it costs ---------------------------------------------------------------------------------------------------


def _looked_up(standing: int, measured: int) -> list[Row]:
    stories = list(agency.stories(7, measured))
    chance = random.Random(3)
    with tempfile.TemporaryDirectory() as folder, open_archive(Path(folder, "wirecopy.db"), write=True) as archive:
        file = archive._file
        _lines(file, standing + measured)
        before = file.number("PRAGMA page_count")
        _fill(file, chance, standing)
        bytes_each = (file.number("PRAGMA page_count") - before) * file.number("PRAGMA page_size") / standing
        start = time.process_time()
        for each in stories:
            sketch(each)
        sketching = (time.process_time() - start) / measured * 1e6
        start = time.process_time()
        for first in range(0, measured, 100):
            with file.transaction():
                for n, each in enumerate(stories[first : first + 100], standing + first + 1):
                    index.follow(file, None, _document(n, each), each)
        following = (time.process_time() - start) / measured * 1e6
        pairs = file.number("SELECT count(*) FROM kin") // 2
    beside = f"at {standing:,} articles, {measured:,} of them looked at, {pairs:,} pairs found"
    return [
        Row("a sketch", sketching, "us of CPU", "an article of 2 KB"),
        Row("lookup and insert", following - sketching, "us of CPU", beside),
        Row("all of it, an article", following, "us of CPU", "100 in a transaction"),
        Row("bytes an article", bytes_each, "B", "sketch and shingles, with their trees"),
    ]


def _lines(file: Any, number: int) -> None:
    columns = "id, source, key, lead, state, reason, first_seen, last_seen, failures, sum"
    rows = ((n, f"outlet{n % 10}", str(n), "", "archived", "", 0, 0, 0, 0) for n in range(1, number + 1))
    with file.transaction():
        file.each(f"INSERT INTO ledger ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _fill(file: Any, chance: random.Random, number: int) -> None:
    for first in range(1, number + 1, 1_000):
        with file.transaction():
            for article in range(first, first + 1_000):
                found = sorted(chance.randrange(1 << 32) for _ in range(chance.randint(80, 400)))[:SIZE]
                numbers = tuple(sorted(chance.randrange(1 << 16) for _ in range(8)))
                day = _FIRST_DAY + 30 * article // number
                file.put(SKETCHES, SketchRow(article, day, pack(Sketch(tuple(found), False, numbers))))
                rows = [(day // index._PERIOD, each, article) for each in found[: index._SOUGHT]]
                file.each("INSERT INTO shingles (period, shingle, article) VALUES (?, ?, ?)", rows)


def _document(number: int, article: Article) -> DocumentRow:
    assert article.published is not None
    day = f"{article.published:%Y-%m-%d}"
    return DocumentRow(number, article.source, article.key, day, article.title, "article", article.language, 0, 0, 1,
                       None, 0, 1)  # fmt: skip
