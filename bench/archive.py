"""The archive: what it takes to keep a revision and a capture, and captures in the database against WARC segments.

The corpus is made here, the same on every machine: articles of about 3 KB in Chinese, English, German, Russian and
Arabic, 15 % of them revised; pages of about 30 KB with an outlet's common frame; JSON answers of about 6 KB.
How large an archive of many articles is, and the memory it takes: `python -m bench.archive 100000` (some minutes).
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from bench import Row

_START = datetime(2026, 1, 1, tzinfo=UTC)
_SHARES = {"zh": 60, "en": 20, "de": 8, "ru": 8, "ar": 4}
_LETTERS = {
    "zh": "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严",  # noqa: E501 - the most frequent characters, in order
    "en": "etaoinshrdlcumwfgypbvk",
    "de": "enisratdhulcgmobwfkzvpäüöß",
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф",
    "ar": "اليمونترهبفسعدكقحجشطصخذضزغثظ",
}


@dataclass(frozen=True)
class _Size:
    articles: int
    captures: int
    reads: int


def run(quick: bool) -> list[Row]:
    """All figures; `quick` takes seconds and is good for the order of magnitude."""
    size = _Size(200, 80, 300) if quick else _Size(6_000, 1_500, 10_000)
    return [
        *_revisions(size),
        *_captures("HTML pages of 30 KB", _page, size),
        *_captures("JSON of 6 KB", _answer, size),
    ]


# --- revisions -------------------------------------------------------------------------------------------------------


def _revisions(size: _Size) -> list[Row]:
    from wirecopy.archive import open_archive
    from wirecopy.model import encode

    versions = list(_versions(size.articles))
    given = sum(len(encode(article)) for article, _ in versions)
    keys = sorted({(article.source, article.key) for article, _ in versions})
    chance = random.Random(1)
    chosen = [chance.choice(keys) for _ in range(size.reads)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "wirecopy.db")
        with open_archive(Path(folder, "together.db"), write=True) as archive:
            clock = _Clock()
            for start in range(0, len(versions), 100):
                with archive.batch():
                    _settle(archive, versions[start : start + 100])
            together = clock.taken(len(versions))
        with open_archive(path, write=True) as archive:
            clock = _Clock()
            _settle(archive, versions)
            wrote = clock.taken(len(versions))
            blobs = archive._file.number("SELECT sum(length(body)) FROM blobs")
            common = archive._file.number(
                "SELECT sum(length(body)) FROM blobs WHERE id IN (SELECT blob FROM dictionaries)"
            )
            parts = _weights(archive._file)
        stored = path.stat().st_size
        with open_archive(path, write=False) as archive:
            clock = _Clock()
            for source, key in chosen:
                assert archive.standing(source, key) is not None
            read = clock.taken(len(chosen))
            with archive.edition() as edition:
                clock = _Clock()
                for source, key in chosen:
                    assert edition.document(source, key) is not None
                documents = clock.taken(len(chosen))
                clock = _Clock()
                for _, key in chosen:
                    edition.find(f"demo-zh:{key}")
                found = clock.taken(len(chosen))
            clock = _Clock()
            assert list(archive.verify()) == []
            verified = clock.taken(len(versions))
        clock = _Clock()
        with open_archive(path, write=False) as archive:
            for source in archive.sources():
                archive.counts(source)
        opened = clock.taken(1)
    count = len(versions)
    return [
        Row("revisions appended, one sync each", wrote.rate, "/s", f"{wrote.cpu:,.0f} us of CPU each"),
        Row("revisions appended, 100 in a batch", together.rate, "/s", f"{together.cpu:,.0f} us of CPU each"),
        Row(
            "bytes a revision, its article",
            blobs / count,
            "B",
            f"{given / count:,.0f} of JSON; {common / count:,.0f} for dictionaries",
        ),
        Row("bytes a revision, everything", stored / count, "B", f"{count:,} revisions of {size.articles:,} articles"),
        Row("revisions read at random, verified", read.rate, "/s", f"{read.cpu:,.0f} us of CPU each"),
        Row("documents of an edition at random", documents.rate, "/s", f"{documents.cpu:,.0f} us of CPU each"),
        Row("names looked up in an edition", found.rate, "/s", f"{found.cpu:,.0f} us of CPU each"),
        *_parts(parts, count),
        *_peers(versions, size.reads),
        Row("revisions verified", verified.rate, "/s", f"{verified.cpu:,.0f} us of CPU each"),
        Row("open, sources and counts", opened.cpu / 1000, "ms CPU", f"at {size.articles:,} articles"),
    ]


def _weights(file: Any) -> dict[str, int]:
    """Bytes of pages by what they hold; {} where this SQLite can't say."""
    from wirecopy.errors import ArchiveError

    kinds = {
        "articles": ("blobs",),
        "ledger, revisions": ("ledger", "revisions", "sqlite_autoindex_l", "sqlite_autoindex_r"),
        "names and references": ("names", "refs"), "lists": ("documents", "calendar"),
        "search": ("search",), "kin": ("sketches", "shingles", "kin"),
    }  # fmt: skip
    try:
        pages = file.rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
    except ArchiveError:
        return {}
    found: dict[str, int] = {}
    for name, size in pages:
        of = next((kind for kind, begins in kinds.items() if str(name).startswith(begins)), "the rest")
        found[of] = found.get(of, 0) + int(size)
    return found


def _parts(parts: dict[str, int], count: int) -> list[Row]:
    return [
        Row(f"  of them: {kind}", size / count, "B", "with its pages and indexes")
        for kind, size in sorted(parts.items())
    ]


def _settle(archive: Any, versions: Sequence[tuple[Any, datetime]]) -> None:
    from wirecopy.model import Change, Entry, Lead, Revision, State

    for article, at in versions:
        lead = Lead(source=article.source, key=article.key, url=article.url, title=article.title)
        made = Revision(
            source=article.source,
            key=article.key,
            change=Change.EDITED,
            at=at,
            article=article,
            fingerprint=f"1:{at.isoformat()}",
        )
        seen = Entry(lead=lead, state=State.ARCHIVED, first_seen=at, last_seen=at, checked=at)
        archive.settle(seen, revision=made)


def large(articles: int) -> list[Row]:
    """So many articles settled one after the other: the size of the file and the memory that it took."""
    import psutil

    from wirecopy.archive import open_archive

    process, count, most = psutil.Process(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "wirecopy.db")
        with open_archive(path, write=True) as archive:
            versions = _versions(articles)
            while together := list(itertools.islice(versions, 100)):
                with archive.batch():
                    _settle(archive, together)
                count += len(together)
                most = max(most, process.memory_info().rss)
        size = path.stat().st_size
    return [
        Row("size of the archive", size / 1e6, "MB", f"{articles:,} articles, {count:,} revisions; limit 1,000"),
        Row("bytes a revision, everything", size / count, "B", ""),
        Row("memory, at most", most / 1e6, "MB", "looked at every 100 revisions; limit 300"),
    ]


# --- peers -----------------------------------------------------------------------------------------------------------


def _peers(versions: Sequence[tuple[Any, datetime]], reads: int) -> list[Row]:
    """The same versions, text only and nothing around it: in a Git repository after `gc`, and in rows of SQLite, packed
    by zstd with a trained dictionary and as changes to the version before.
    """
    from wirecopy.model import encode

    texts = [(f"{article.source}/{article.key}", encode(article)) for article, _ in versions]
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        return [*_in_git(Path(folder), texts, reads, chance), *_in_rows(Path(folder, "rows.db"), texts, reads, chance)]


def _in_git(folder: Path, texts: Sequence[tuple[str, bytes]], reads: int, chance: random.Random) -> list[Row]:
    def git(*words: str, given: bytes | None = None) -> bytes:
        return subprocess.run(["git", *words], cwd=folder, input=given, check=True, capture_output=True).stdout

    git("init", "--quiet", "--bare", ".")
    script = bytearray()
    for first in range(0, len(texts), 100):
        script += b"commit refs/heads/main\ncommitter b <b@example.org> %d +0000\ndata 0\n" % (1_767_225_600 + first)
        for path, data in texts[first : first + 100]:
            script += b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
    start = time.perf_counter()
    git("fast-import", "--quiet", given=bytes(script))
    wrote = time.perf_counter() - start
    git("gc", "--quiet", "--prune=now")
    size = sum(file.stat().st_size for file in (folder / "objects").rglob("*") if file.is_file())
    names = sorted({path for path, _ in texts})
    asked = "".join(f"main:{chance.choice(names)}\n" for _ in range(reads)).encode()
    start = time.perf_counter()
    git("cat-file", "--batch", given=asked)
    read = time.perf_counter() - start
    return [
        Row("git after gc: bytes a version", size / len(texts), "B", "fast-import, commits of 100"),
        Row("git after gc: appended, before gc", len(texts) / wrote, "/s", "no sync"),
        Row("git after gc: read at random", reads / read, "/s", "cat-file --batch"),
    ]


def _in_rows(path: Path, texts: Sequence[tuple[str, bytes]], reads: int, chance: random.Random) -> list[Row]:
    from wirecopy.archive.packing import zstd

    dictionary = zstd.train_dict([data for _, data in texts[:1000]], 110 * 1024)
    last: dict[str, tuple[int, bytes]] = {}
    with contextlib.closing(sqlite3.connect(path)) as rows:
        rows.execute("PRAGMA journal_mode = WAL")
        rows.execute("CREATE TABLE versions (id INTEGER PRIMARY KEY, name TEXT, base INTEGER, body BLOB)")
        rows.execute("INSERT INTO versions VALUES (0, '', NULL, ?)", (dictionary.dict_content,))
        clock = _Clock()
        for number, (name, data) in enumerate(texts, 1):
            base = last.get(name)
            common = dictionary.as_digested_dict if base is None else zstd.ZstdDict(base[1], is_raw=True).as_prefix
            body = zstd.compress(data, 3, zstd_dict=common)
            rows.execute("INSERT INTO versions VALUES (?, ?, ?, ?)", (number, name, base and base[0], body))
            last[name] = last.get(name) or (number, data)
            if number % 100 == 0:
                rows.commit()
        rows.commit()
        wrote = clock.taken(len(texts))
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        clock = _Clock()
        for number in chance.choices(range(1, len(texts) + 1), k=reads):
            base_id, body = rows.execute("SELECT base, body FROM versions WHERE id = ?", (number,)).fetchone()
            common = dictionary
            if base_id:
                (ground,) = rows.execute("SELECT body FROM versions WHERE id = ?", (base_id,)).fetchone()
                common = zstd.ZstdDict(zstd.decompress(ground, dictionary), is_raw=True).as_prefix
            zstd.decompress(body, common)
        read = clock.taken(reads)
    return [
        Row("rows of SQLite: bytes a version", path.stat().st_size / len(texts), "B", "one dictionary, changes"),
        Row("rows of SQLite: appended, 100 in a batch", wrote.rate, "/s", f"{wrote.cpu:,.0f} us of CPU each"),
        Row("rows of SQLite: read at random", read.rate, "/s", f"{read.cpu:,.0f} us of CPU each, nothing verified"),
    ]


# --- captures --------------------------------------------------------------------------------------------------------


def _captures(what: str, make: Callable[[random.Random, int], bytes], size: _Size) -> list[Row]:
    from wirecopy.model import Capture

    chance = random.Random(7)
    pages = [
        Capture(
            url=f"https://www.example.org/zh/a-{n}", final_url=f"https://www.example.org/zh/a-{n}", asked=_ASKED,
            status=200, headers=_headers(chance, n), body=make(chance, n), at=_START + timedelta(seconds=n),
        )
        for n in range(size.captures)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = _in_database(Path(folder), pages, size.reads), _in_segments(Path(folder), pages, size.reads)
    raw = sum(len(page.body) for page in pages) / len(pages)
    return [
        Row(f"{what}: bytes in the database", ours.size, "B", f"WARC {theirs.size:,.0f}; raw {raw:,.0f}"),
        Row(f"{what}: appended to the database", ours.wrote.rate, "/s", f"WARC {theirs.wrote.rate:,.0f}, sync each"),
        Row(f"{what}: CPU an append", ours.wrote.cpu, "us", f"WARC {theirs.wrote.cpu:,.0f}"),
        Row(f"{what}: read at random", ours.read.rate, "/s", f"WARC {theirs.read.rate:,.0f}"),
        Row(f"{what}: CPU a read", ours.read.cpu, "us", f"WARC {theirs.read.cpu:,.0f}"),
    ]


@dataclass(frozen=True)
class _Store:
    size: float
    wrote: _Taken
    read: _Taken


def _in_database(folder: Path, pages: Sequence[Any], reads: int) -> _Store:
    from wirecopy.archive import open_archive
    from wirecopy.model import Entry, Lead, State

    path = folder / "wirecopy.db"
    entries = [
        Entry(
            lead=Lead(source="demo", key=str(n), url=page.url), state=State.HELD, first_seen=page.at, last_seen=page.at
        )
        for n, page in enumerate(pages)
    ]
    with open_archive(path, write=True) as archive:
        clock = _Clock()
        for entry, page in zip(entries, pages, strict=True):
            archive.settle(entry, captures=[page])
        wrote = clock.taken(len(pages))
    size = path.stat().st_size / len(pages)
    chance = random.Random(3)
    ids = [page.id for page in pages]
    with open_archive(path, write=False) as archive:
        clock = _Clock()
        for _ in range(reads):
            number = chance.randrange(len(pages))
            found = archive.capture(ids[number])
            assert found is not None
            assert len(found.body) == len(pages[number].body)
        return _Store(size, wrote, clock.taken(reads))


def _in_segments(folder: Path, pages: Sequence[Any], reads: int) -> _Store:
    """One response record a capture, one gzip member a record, an offset for each: what a CDX index would hold."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    path = folder / "segment.warc.gz"
    places: list[int] = []
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        clock = _Clock()
        for page in pages:
            places.append(file.tell())
            http = StatusAndHeaders("200 OK", list(page.headers), protocol="HTTP/1.1")
            record = writer.create_warc_record(page.url, "response", payload=BytesIO(page.body), http_headers=http)
            writer.write_record(record)
            file.flush()
            os.fsync(file.fileno())
        wrote = clock.taken(len(pages))
    chance = random.Random(3)
    with path.open("rb") as file:
        clock = _Clock()
        for _ in range(reads):
            number = chance.randrange(len(pages))
            file.seek(places[number])
            record = next(iter(ArchiveIterator(file)))
            assert len(record.content_stream().read()) == len(pages[number].body)
        return _Store(path.stat().st_size / len(pages), wrote, clock.taken(reads))


# --- time ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Taken:
    rate: float  # a second of the wall
    cpu: float  # microseconds each


class _Clock:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def taken(self, count: int) -> _Taken:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return _Taken(count / wall, cpu / count * 1e6)


# --- the corpus ------------------------------------------------------------------------------------------------------


def _versions(articles: int) -> Iterator[tuple[Any, datetime]]:
    """Articles in the order of time, each revision some while after the one before, as an outlet would publish them."""
    from wirecopy.model import Article, Link, Paragraph, Run, replace, text

    chance = random.Random(42)
    later: list[tuple[datetime, int, Any]] = []  # revisions whose time has not come; the number keeps their order
    numbers = itertools.count()
    for n in range(articles):
        while later and later[0][0] < _START + timedelta(minutes=n):
            at, _, article = heapq.heappop(later)
            yield article, at
        language = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
        paragraphs = [Paragraph(text=text(words)) for words in _paragraphs(chance, language, 2600)]
        for _ in range(3):
            words = _words(chance, language, 20)
            other = chance.randrange(articles)
            link = Link(href=f"https://www.example.org/{language}/a-{other}", ref=f"demo:{other}", rel="ArticleRef")
            paragraphs.append(Paragraph(text=(Run(text="> "), Run(text=words, link=link))))
        article = Article(
            source=f"demo-{language}", key=str(n), url=f"https://www.example.org/{language}/a-{n}",
            title=_words(chance, language, 40), summary=_words(chance, language, 120), authors=("Demo",),
            published=_START + timedelta(minutes=n), language=language, body=tuple(paragraphs), reader="demo",
        )  # fmt: skip
        yield article, _START + timedelta(minutes=n)
        edits = chance.randint(1, 3) if chance.random() < 0.15 else 0
        for edit in range(1, edits + 1):
            place = chance.randrange(len(paragraphs) - 3)
            paragraphs[place] = Paragraph(text=text(_words(chance, language, 120)))
            article = replace(article, body=tuple(paragraphs))
            at = _START + timedelta(minutes=n + 40 * edit, seconds=1)
            heapq.heappush(later, (at, next(numbers), article))
    for at, _, article in sorted(later, key=lambda each: each[:2]):
        yield article, at


def _paragraphs(chance: random.Random, language: str, size: int) -> Iterator[str]:
    while size > 0:
        words = _words(chance, language, chance.randint(60, 160) * (1 if language == "zh" else 2))
        size -= len(words.encode())
        yield words


def _words(chance: random.Random, language: str, characters: int) -> str:
    vocabulary, weights = _vocabulary(language)
    found = chance.choices(vocabulary, cum_weights=weights, k=max(1, characters // (2 if language == "zh" else 6)))
    return ("" if language == "zh" else " ").join(found)


_VOCABULARIES: dict[str, tuple[list[str], list[float]]] = {}


def _vocabulary(language: str) -> tuple[list[str], list[float]]:
    """4,000 words of a language's letters, the n-th as frequent as 1/n (Zipf)."""
    if language not in _VOCABULARIES:
        chance = random.Random(language)
        letters = _LETTERS[language]
        frequent = [1 / (n + 3) for n in range(len(letters))]
        lengths = (1, 2, 2, 2, 3, 4) if language == "zh" else range(2, 11)
        words = ["".join(chance.choices(letters, frequent, k=chance.choice(lengths))) for _ in range(4000)]
        _VOCABULARIES[language] = words, list(itertools.accumulate(1 / (n + 1) for n in range(4000)))
    return _VOCABULARIES[language]


_ASKED = (
    ("Host", "www.example.org"),
    ("User-Agent", "wirecopy/0.1 (+https://mirror.example.net/about)"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("Accept-Encoding", "gzip, deflate"),
)


def _headers(chance: random.Random, n: int) -> tuple[tuple[str, str], ...]:
    return (
        ("Date", f"Thu, 01 Jan 2026 {n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02} GMT"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Server", "nginx"),
        ("Cache-Control", "public, max-age=60"),
        ("ETag", f'"{chance.getrandbits(64):x}"'),
        ("Content-Encoding", "gzip"),
        ("Vary", "Accept-Encoding"),
        ("X-Request-Id", f"{chance.getrandbits(128):032x}"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    )


def _page(chance: random.Random, n: int) -> bytes:
    """A page of an outlet: a frame that is nearly the same on each, an article, and a list of others."""
    frame = random.Random("frame")
    menu = "".join(
        f'<li class="nav-{i} c{frame.getrandbits(24):06x}"><a href="/zh/s-{frame.getrandbits(20)}">'
        f"{_words(frame, 'zh', 6)}</a>"
        for i in range(160)
    )
    script = "".join(
        f"w.q{frame.getrandbits(20):x}=function(a){{return a.t{frame.getrandbits(16):x}+{i}}};" for i in range(120)
    )
    body = "".join(f"<p>{words}</p>\n" for words in _paragraphs(chance, "zh", 7500))
    teasers = "".join(
        f'<div class="teaser"><a href="/zh/a-{chance.randrange(10**8)}"><img srcset="https://static.example.org/image/'
        f'{chance.randrange(10**8)}_303.jpg" alt=""><h3>{_words(chance, "zh", 24)}</h3></a></div>'
        for _ in range(14)
    )
    return (
        f'<!doctype html><html lang="zh"><head><title>{_words(chance, "zh", 24)}</title>'
        f'<meta name="csrf" content="{chance.getrandbits(256):x}"><script>{script}</script></head>'
        f"<body><nav><ul>{menu}</ul></nav><main data-id={n}>{body}</main><aside>{teasers}</aside></body></html>"
    ).encode()


def _answer(chance: random.Random, n: int) -> bytes:
    content = {
        "__typename": "Article", "id": n, "title": _words(chance, "zh", 24), "teaser": _words(chance, "zh", 120),
        "namedUrl": f"/zh/a-{n}", "firstPublicationDate": "2026-01-01T00:00:00Z", "languageCode": "chi",
        "text": "".join(f"<p>{words}</p>" for words in _paragraphs(chance, "zh", 4000)),
        "contentLinks": [
            {"__typename": "ContentLink", "targetId": chance.randrange(10**8), "name": _words(chance, "zh", 20),
             "additionalInformation": None, "group": {"id": i % 2, "name": "相关内容"}}
            for i in range(6)
        ],
        "mainContentImage": {"__typename": "Image", "id": chance.randrange(10**8), "staticUrl": "https://static.example.org/"},
    }  # fmt: skip
    return json.dumps({"data": {"content": content}}, ensure_ascii=False).encode()


if __name__ == "__main__":
    # With a number: only how large an archive of so many articles is.
    asked = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 0)
    for row in large(asked) if asked else run(quick="--quick" in sys.argv[1:]):
        print(f"{row.what:<48} {row.figure:>12,.1f} {row.unit:<8} {row.beside}")
