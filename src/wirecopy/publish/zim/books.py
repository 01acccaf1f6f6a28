"""Entries into a ZIM file: the only module that imports libzim (GPL-3: an extra, so that the rest stays free of it).

- One worker, so that clusters and indexes are the same every time; `sealing.py` does the rest of that.
- An article is indexed by its title and its text, not by what stands on every page. libzim splits Chinese, Japanese and
  Korean into single characters and pairs, so that one and two Han characters are found. It takes accents off what is
  asked for, so they have to be off what is found: Köln is indexed as koln, ألمانيا as المانيا.
- Xapian packs what it has of 500 documents at a time, not of 10,000: a third of the memory, and no more CPU.
- libzim speaks on stdout, where our results go: while it finishes, stdout is closed to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from unicodedata import category, normalize

from wirecopy.errors import ConfigError, PublishError
from wirecopy.text import clean

try:
    from libzim import version as libraries
    from libzim.writer import Creator, Hint, IndexData, Item, StringProvider
except ImportError as error:
    raise ConfigError(
        "publish zim: this needs libzim, which is not installed: `pip install 'wirecopy[zim]'`"
    ) from error

_HTML = "text/html"
_FLUSH = "XAPIAN_FLUSH_THRESHOLD"  # documents; Xapian has no other way to be told


def engine() -> str:
    """Whose ZIM this is: other versions may pack or index otherwise."""
    return ", ".join(f"{name} {version}" for name, version in libraries.get_versions().items())


class Book:
    """A ZIM file in the making, at a path where nothing is. It is there when its `with` is left without an error."""

    def __init__(self, path: Path, *, language: str, front: str) -> None:
        with _ours():
            self._creator = Creator(path)
            self._creator.config_indexing(True, language).config_nbworkers(1)
            self._creator.set_mainpath(front)
        self._paths: set[str] = set()

    def __enter__(self) -> Book:
        before = os.environ.get(_FLUSH)
        os.environ[_FLUSH] = "500"
        try:
            with _quiet(), _ours():
                self._creator.__enter__()
        finally:
            del os.environ[_FLUSH]
            if before is not None:
                os.environ[_FLUSH] = before
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What failed is finished too, before it is thrown away: a creator that is not waits, at its end, for threads
        # that wait for the interpreter.
        with _quiet(), _ours() if kind is None else suppress(Exception):
            self._creator.__exit__(None, None, None)

    def tell(self, metadata: Mapping[str, str], illustration: bytes) -> None:
        """What the book says of itself."""
        with _ours():
            for name, value in metadata.items():
                self._creator.add_metadata(name, clean(value))
            self._creator.add_illustration(48, illustration)

    def page(self, path: str, title: str, markup: str) -> None:
        """A page that is not searched for: a list, the front."""
        self._add(_Entry(path, title, _HTML, markup))

    def article(self, path: str, title: str, markup: str, words: str, count: int) -> None:
        """A page that is found by its title and by these words, of which there are so many."""
        self._add(_Entry(path, title, _HTML, markup, _Words(title, words, count)))

    def file(self, path: str, media: str, body: bytes | str) -> None:
        """What pages load."""
        self._add(_Entry(path, "", media, body))

    def redirect(self, path: str, target: str) -> None:
        """Another name of a page, unless something goes by it already."""
        if path in self._paths:
            return
        self._paths.add(path)
        with _ours():
            self._creator.add_redirection(path, "", target, {Hint.FRONT_ARTICLE: False})

    def _add(self, entry: _Entry) -> None:
        self._paths.add(entry.get_path())
        with _ours():
            self._creator.add_item(entry)


def bare(words: str) -> str:
    """Words as libzim compares them: in small letters, without accents and vowel marks (libzim: src/tools.cpp)."""
    return normalize("NFC", normalize("NFD", words.lower()).translate(_MARKS))


class _Marks(dict[int, int | None]):
    """What becomes of each character: combining marks (Unicode's M) go."""

    def __missing__(self, code: int) -> int | None:
        found = self[code] = None if category(chr(code)).startswith("M") else code
        return found


_MARKS = _Marks()


class _Entry(Item):  # type: ignore[misc,unused-ignore]  # libzim ships no types
    def __init__(self, path: str, title: str, media: str, body: bytes | str, words: _Words | None = None) -> None:
        super().__init__()
        self._path = path
        self._title = clean(title)  # Kiwix puts it into JSON as it is
        self._media = media
        self._body = body
        self._words = words or _Words("", "", 0)

    def get_path(self) -> str:
        return self._path

    def get_title(self) -> str:
        return self._title

    def get_mimetype(self) -> str:
        return self._media

    def get_contentprovider(self) -> StringProvider:
        return StringProvider(self._body)

    def get_hints(self) -> dict[Hint, int]:
        return {Hint.FRONT_ARTICLE: bool(self._words.has_indexdata())}

    def get_indexdata(self) -> IndexData:
        return self._words


class _Words(IndexData):  # type: ignore[misc,unused-ignore]  # libzim ships no types
    def __init__(self, title: str, words: str, count: int) -> None:
        super().__init__()
        self._title = bare(title)
        self._words = bare(words)
        self._count = count

    def has_indexdata(self) -> bool:
        return bool(self._title or self._words)

    def get_title(self) -> str:
        return self._title

    def get_content(self) -> str:
        return self._words

    def get_keywords(self) -> str:
        return ""

    def get_wordcount(self) -> int:
        return self._count

    def get_position(self) -> None:
        return None


@contextmanager
def _ours() -> Iterator[None]:
    """An error of libzim as ours."""
    try:
        yield
    except (RuntimeError, OSError) as error:
        raise PublishError(
            f"publish zim: libzim gave up ({error}): is the disk full, or not to be written to? Put that right and "
            "publish again. What was published before stands"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing that C++ writes to stdout gets there. It is the process's: other threads are as silent meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
