"""What the texts of one language, or the pages of one outlet, have in common: dictionaries to pack them with.

- Learned from an archive's own texts when there are enough, and once more when there are ten times as many; from an
  outlet's pages when there are a dozen, and again when it no longer helps. What it was learned from is packed anew.
- Nothing in a dictionary is of one article: each piece of it stands in three of those it was learned from, is a few
  words long at most, and out of its order. So what is taken down does not live on in it.
- A dictionary is a blob, on which others rest, and stays as long as the archive. It is kept twice: damage to it would
  spoil all that rests on it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from wirecopy.archive import packing
from wirecopy.archive.file import File
from wirecopy.archive.schema import BLOBS, DICTIONARIES, DictionaryRow

_STAGES = (200, 2_000)  # articles of a language from which a dictionary is learned
_ARTICLES = 200  # that it is learned from: 600 say the same (docs/decisions/0011)
_PAGES = (12, 24)  # pages of an outlet from which on one is learned, and that it is learned from
_PACKED_ANEW = 500  # pages that are packed anew when one was learned
_LATEST = 5_000  # captures among which an outlet's pages are looked for
_STANDS_IN = 3  # texts in which a piece must stand
_CONTENT = 112 * 1024  # bytes of a dictionary; larger ones save little and cost more memory than they save
_HELPS = 0.7  # of the bytes without it: what an outlet's dictionary must make of its pages
_EVERY = 50  # texts after which is looked whether it is time to learn, and …
_FIRST = (0, _PAGES[0])  # … the first times
_PAGE_SIZES = (1_024, 1_000_000)


class Dictionaries:
    """The dictionaries of an archive that is written to."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._asked: Counter[str] = Counter()

    def of_language(self, language: str) -> int | None:
        """The blob to pack an article of this language with, learned now if it is time; in a transaction."""
        name = f"language {language}"
        return self._of(name, lambda row: self._learn_language(name, language, row))

    def of_pages(self, source: str) -> int | None:
        """The blob to pack a page of this source with, learned now if it is time; in a transaction."""
        name = f"pages {source}"
        return self._of(name, lambda row: self._learn_pages(name, source, row))

    def _of(self, name: str, learn: Callable[[DictionaryRow | None], None]) -> int | None:
        asked = self._asked[name]
        self._asked[name] += 1
        if asked % _EVERY == 0 or asked in _FIRST:
            learn(self._file.first(DICTIONARIES, "WHERE name = ?", name))
        return self._file.number("SELECT blob FROM dictionaries WHERE name = ?", name) or None

    # --- learning

    def _learn_language(self, name: str, language: str, row: DictionaryRow | None) -> None:
        stage = next((each for each in _STAGES if row is None or each > row.texts), None)
        if stage is None:
            return
        newest = "SELECT standing FROM documents WHERE language = ? ORDER BY article DESC LIMIT ?"
        bodies = f"SELECT body FROM revisions WHERE id IN ({newest}) AND body IS NOT NULL ORDER BY id DESC"  # noqa: S608  # ours
        blobs = [int(body) for (body,) in self._file.rows(bodies, language, stage)]
        if len(blobs) < stage:
            return
        roots = list(dict.fromkeys(map(self._root, blobs)))
        made = of_articles([self._file.blob(root, f"blob {root}") for root in roots[:_ARTICLES]])
        if made:
            self._keep(name, len(blobs), made, roots)

    def _learn_pages(self, name: str, source: str, row: DictionaryRow | None) -> None:
        latest = self._file.number("SELECT max(id) FROM captures") - _LATEST
        newest = (
            "SELECT max(captures.id) AS newest, payload FROM captures JOIN blobs ON blobs.id = payload "
            "JOIN evidence ON evidence.capture = captures.id JOIN ledger ON ledger.id = evidence.article "
            "WHERE captures.id > ? AND source = ? AND blobs.size BETWEEN ? AND ? AND blobs.codec <> ? "
            "GROUP BY ledger.id ORDER BY newest DESC LIMIT ?"  # one of each article: see above
        )
        kept = (latest, source, *_PAGE_SIZES, packing.Codec.RAW, _PACKED_ANEW)
        blobs = list(dict.fromkeys(int(payload) for _, payload in self._file.rows(newest, *kept)))
        if len(blobs) < _PAGES[0]:
            return
        pages = [self._file.blob(blob, f"blob {blob}") for blob in blobs[: _PAGES[1]]]
        if row is None or not _helps(self._file.blob(row.blob, name), pages):
            made = of_pages(pages)
            if made and _helps(made, pages):
                self._keep(name, len(blobs), made, blobs)

    def _root(self, blob: int) -> int:
        """What a text rests on that is a change to another one, else itself."""
        on_text = "SELECT base FROM blobs WHERE id = ? AND codec = ?"
        return self._file.number(on_text, blob, packing.Codec.ZSTD_BASE) or blob

    def _keep(self, name: str, texts: int, made: bytes, blobs: Iterable[int]) -> None:
        blob = self._file.keep(made)
        row = DictionaryRow(name, texts, blob, hashlib.sha256(made).digest(), len(made), packing.compressed(made))
        self._file.put(DICTIONARIES, row)
        for number in blobs:
            old = self._file.sound(BLOBS, number)
            if old.codec == packing.Codec.ZSTD_BASE:
                continue
            packed = packing.pack(self._file.blob(number, f"blob {number}"), dictionary=made)
            if packed.codec == packing.Codec.ZSTD_DICTIONARY and len(packed.body) < len(old.body):
                self._file.put(BLOBS, old._replace(codec=packed.codec, base=blob, body=packed.body))


def _helps(dictionary: bytes, pages: Sequence[bytes]) -> bool:
    without = sum(len(packing.pack(page).body) for page in pages)
    return sum(len(packing.pack(page, dictionary=dictionary).body) for page in pages) < _HELPS * without


# --- making ----------------------------------------------------------------------------------------------------------

# Words, single characters of scripts without spaces, and what stands between.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|\W+")
_LONGEST = 5  # tokens of a piece
# Of a page: up to the end of a tag, an attribute or a line. Five words or twelve Chinese characters in a row may be
# somebody's headline, which all pages tease.
_ELEMENT = re.compile(rb'[^>"\n]*[>"\n]?')
_WORDS = re.compile(rb"(?:[A-Za-z\x80-\xff]{2,}[ _+%-]+(?:20)?){5}|(?:[\xe3-\xed][\x80-\xbf]{2}){12}")


def of_articles(texts: Sequence[bytes]) -> bytes:
    """A dictionary for texts like these (the stored JSON of articles)."""
    content = packing.trained(texts, _CONTENT)
    tokens = _TOKEN.findall(content.decode("utf-8", "ignore"))
    asked = set(_pieces(tokens))
    stands_in = Counter(piece for each in texts for piece in asked.intersection(_pieces(_TOKEN.findall(each.decode()))))
    found: set[str] = set()
    place = 0
    while place < len(tokens):
        for length in range(_LONGEST, 0, -1):
            piece = "".join(tokens[place : place + length])
            if stands_in[piece] >= _STANDS_IN:
                found.add(piece)
                place += length
                break
        else:
            place += 1
    # The most useful at the end, where it costs least to point at.
    pieces = sorted((stands_in[piece] * len(piece), piece) for piece in found)
    return packing.finished("".join(piece for _, piece in pieces).encode() + packing.WORDS, texts)


def of_pages(pages: Sequence[bytes]) -> bytes:
    """A dictionary for pages like these, b"" where they have nothing in common: elements that stand in several."""
    split = [[each for each in _ELEMENT.findall(page) if each] for page in pages]
    stands_in = Counter(each for elements in split for each in set(elements))
    common = {each for each, count in stands_in.items() if count >= _STANDS_IN and not _WORDS.search(each)}
    # The first page's frame as it stands, so that it is one match; of the others what is not in it.
    first = set(split[0])
    content = [each for each in split[0] if each in common]
    content += [each for each in dict.fromkeys(chain(*split[1:])) if each in common and each not in first]
    return packing.finished(b"".join(content)[:_CONTENT], pages)


def _pieces(tokens: Sequence[str]) -> Iterator[str]:
    """Every run of tokens that is no longer than a piece may be."""
    for length in range(1, _LONGEST + 1):
        yield from map("".join, zip(*(tokens[n:] for n in range(length)), strict=False))
