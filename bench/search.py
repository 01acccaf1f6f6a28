"""Search: what it takes to index and to ask, beside FTS5 as it comes, in one run over the same articles.

Peers: FTS5 `unicode61`, FTS5 `trigram`, FTS5 with bigrams and positions (`detail=full`), FTS5 with characters and
positions. Recall and precision are against Python's `in` over the folded text. Sizes are of the index alone, as a part
of the UTF-8 text. Ours reads each article from the archive to index it, and for each hit; the peers are given texts
and give numbers. 4,000 articles take about a minute; 100,000: `python -m bench.search 100000`.
"""

from __future__ import annotations

import itertools
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench import Row


def run(quick: bool, articles: int = 4_000) -> list[Row]:
    """All figures; `quick` takes seconds and is good for the order of magnitude."""
    from bench.archive import _settle, _versions
    from wirecopy.archive import open_archive
    from wirecopy.archive.schema import DOCUMENTS
    from wirecopy.archive.search import index, search
    from wirecopy.matching import folding
    from wirecopy.matching.texts import lines

    count = 150 if quick else articles
    newest = {article.key: (article, at) for article, at in _versions(count)}
    versions = list(newest.values())
    texts = ["\n".join(lines(article)) for article, _ in versions]
    matters = [folding.matter(text) for text in texts]
    size = sum(len(text.encode()) for text in texts)
    asked = _questions(texts)
    truths = [{n for n, matter in enumerate(matters) if question.needle in matter} for question in asked]
    del matters
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        with open_archive(Path(folder, "wirecopy.db"), write=True) as archive:
            for start in range(0, count, 100):
                with archive.batch():
                    _settle(archive, versions[start : start + 100])
            collected = _blocks(archive)
            begun = time.process_time()
            for document in archive._file.every(DOCUMENTS):
                index.article_of(archive._file, document)
            read = (time.process_time() - begun) / count * 1000
            begun = time.process_time()
            archive.reindex()
            made = (time.process_time() - begun) / count * 1000
            blocks = _blocks(archive)
            entries = archive._file.number("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'searched%'")
            ours = _Engine("wirecopy", made, (blocks + entries) / size)
            found, times = [], []
            for question, truth in zip(asked, truths, strict=True):
                # All hits of what many articles have would be read one by one, for minutes.
                hits = search(archive, question.words, limit=count).hits if len(truth) <= _MOST_COMPARED else None
                found.append(None if hits is None else {int(hit.headline.key) for hit in hits})
                times.append(_best_of(2, lambda words=question.words: search(archive, words, limit=20)))
            best = [
                _best_of(2, lambda words=question.words: search(archive, words, limit=20, best=True))
                for question in asked
            ]
            fresh = _fresh(archive, versions[0])
            rows += _rows(ours, asked, truths, found, times)
            rows.append(
                Row("of it reading", read, "ms CPU an article", f"as collected {collected / size:.2f} x the text")
            )
            rows.append(Row("best first, median", _at(best, 0.5), "ms CPU", f"p99 {_at(best, 0.99):.1f} ms"))
            rows.append(
                Row("one more article settled and found", fresh, "ms wall", "settle with its sync, and the search")
            )
        for peer in _PEERS:
            engine, found, times = _peer(peer, Path(folder), texts, size, asked)
            rows += _rows(engine, asked, truths, found, times)
    return rows


_MOST_COMPARED = 300


def _blocks(archive: Any) -> int:
    return int(archive._file.number("SELECT sum(length(block)) FROM search_data"))


class _Question(NamedTuple):
    kind: str
    words: str
    needle: str


class _Engine(NamedTuple):
    name: str
    cpu: float  # milliseconds an article
    part: float  # of the text


def _questions(texts: Sequence[str]) -> list[_Question]:
    """Pieces of the texts themselves: of Han text, one to eight characters; words; two words in a row."""
    from wirecopy.matching import folding

    chance = random.Random(4)
    asked: dict[str, _Question] = {}
    while len(asked) < 180:
        matter = folding.matter(chance.choice(texts)).split()
        place = chance.randrange(len(matter))
        piece = matter[place]
        if folding.is_run(piece):
            length = chance.choice((1, 2, 2, 2, 3, 4, 8))
            begin = chance.randrange(max(1, len(piece) - length))
            words = piece[begin : begin + length]
            asked[words] = _Question(f"Han {len(words)}" if len(words) < 4 else "Han 4-8", words, words)
        elif chance.random() < 0.5:
            asked[piece] = _Question("word", piece, f" {piece} ")
        elif place + 1 < len(matter) and not folding.is_run(matter[place + 1]):
            words = f"{piece} {matter[place + 1]}"
            asked[words] = _Question("phrase", f'"{words}"', f" {words} ")
    return list(asked.values())


def _rows(
    engine: _Engine,
    asked: Sequence[_Question],
    truths: Sequence[set[int]],
    found: Sequence[set[int] | None],
    times: Sequence[float],
) -> list[Row]:
    """Speed, size, and what was found of what is there, by kind of question."""
    told = []
    for kind in sorted({question.kind for question in asked}):
        pairs = [
            (truth, hits)
            for question, truth, hits in zip(asked, truths, found, strict=True)
            if question.kind == kind and hits is not None and truth
        ]
        if pairs:
            recall = sum(len(truth & hits) for truth, hits in pairs) / sum(len(truth) for truth, _ in pairs)
            precision = sum(len(truth & hits) for truth, hits in pairs) / max(1, sum(len(hits) for _, hits in pairs))
            told.append(f"{kind} {recall:.3f}/{precision:.3f}")
    return [
        Row(f"{engine.name}: index", engine.cpu, "ms CPU an article", f"{engine.part:.2f} x the text"),
        Row(f"{engine.name}: the newest 20, median", _at(times, 0.5), "ms CPU", f"p99 {_at(times, 0.99):.1f} ms"),
        Row(f"{engine.name}: recall/precision", float(len(asked)), "questions", "; ".join(told)),
    ]


def _fresh(archive: Any, version: tuple[Any, Any]) -> float:
    """Milliseconds from the beginning of a settlement until the article was found; the median of some."""
    from bench.archive import _settle
    from wirecopy.archive.search import search
    from wirecopy.model import replace

    taken = []
    for number in range(15):
        article = replace(
            version[0], key=f"fresh{number}", url=f"https://www.example.org/f/{number}", title=f"zzfresh{number}"
        )
        begun = time.perf_counter()
        _settle(archive, [(article, version[1])])
        assert len(search(archive, f"zzfresh{number}").hits) == 1
        taken.append((time.perf_counter() - begun) * 1000)
    return _at(taken, 0.5)


def _best_of(times: int, ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(times):
        begun = time.process_time()
        ask()
        taken.append((time.process_time() - begun) * 1000)
    return min(taken)


def _at(figures: Sequence[float], place: float) -> float:
    return sorted(figures)[min(len(figures) - 1, int(len(figures) * place))]


# --- peers -----------------------------------------------------------------------------------------------------------

_HAN = re.compile("([\u3400-\u9fff])")
_RUN = re.compile("[\u3400-\u9fff]+")


def _spaced(text: str) -> str:
    return _HAN.sub(r" \1 ", text)


def _bigrams(text: str) -> str:
    def cut(found: re.Match[str]) -> str:
        run = found[0]
        return " " + (" ".join(map("".join, itertools.pairwise(run))) or run) + " "

    return _RUN.sub(cut, text)


def _same(text: str) -> str:
    return text


class _Peer(NamedTuple):
    name: str
    tokenizer: str
    cut: Callable[[str], str]


_PEERS = (
    _Peer("FTS5 unicode61", "unicode61", _same),
    _Peer("FTS5 trigram", "trigram", _same),
    _Peer("FTS5 bigrams, positions", "unicode61", _bigrams),
    _Peer("FTS5 characters, positions", "unicode61", _spaced),
)


def _peer(
    peer: _Peer, folder: Path, texts: Sequence[str], size: int, asked: Sequence[_Question]
) -> tuple[_Engine, list[set[int] | None], list[float]]:
    database = sqlite3.connect(folder / "peer.db", isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("DROP TABLE IF EXISTS search")
        database.execute(f"CREATE VIRTUAL TABLE search USING fts5 (words, content='', tokenize='{peer.tokenizer}')")
        begun = time.process_time()
        for start in range(0, len(texts), 500):
            database.execute("BEGIN")
            for number in range(start, min(start + 500, len(texts))):
                database.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, peer.cut(texts[number])))
            database.execute("COMMIT")
        made = (time.process_time() - begun) / len(texts) * 1000
        (blocks,) = database.execute("SELECT sum(length(block)) FROM search_data").fetchone()
        found, times = [], []
        for question in asked:
            phrase = '"' + peer.cut(question.words.strip('"')).strip() + '"'
            sql = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?"
            found.append({number for (number,) in database.execute(sql, (phrase, -1))})
            times.append(_best_of(3, lambda phrase=phrase, sql=sql: database.execute(sql, (phrase, 20)).fetchall()))
        return _Engine(peer.name, made, blocks / size), found, times
    finally:
        database.close()


if __name__ == "__main__":
    for row in run(
        quick="--quick" in sys.argv[1:], articles=next((int(w) for w in sys.argv[1:] if w.isdecimal()), 4_000)
    ):
        print(f"{row.what:<48} {row.figure:>12,.2f} {row.unit:<20} {row.beside}", flush=True)
