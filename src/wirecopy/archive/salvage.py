"""Every row of a damaged archive that can still be read: what SQLite gives, and then what stands in the file itself.

- A row is believed when its check sum fits: it is whole, wherever it was found, and of which table its shape says.
- SQLite reads a table from its root; a page lost on the way hides all below it. So the pages of the file are read one
  by one besides (https://sqlite.org/fileformat2.html), but for those that SQLite has freed: they hold what was removed.
- What SQLite gives goes before what is found: an older state of a row may lie in a page that nothing leads to.
"""

from __future__ import annotations

import mmap
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from wirecopy.archive.failing import ERRORS
from wirecopy.archive.schema import Table, expected_columns
from wirecopy.model import State

_PAGE_SIZE = 4096  # what SQLite makes, and so what wirecopy's archives have; for a file whose header is lost
_LEAF, _KEYED_LEAF, _KEYED_INTERIOR = 0x0D, 0x0A, 0x02
_STATES = frozenset(state.value for state in State)  # what a row of `tallies` has where a key would be
_KINDS: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "TEXT": (str,), "BLOB": (bytes,)}

Stored = tuple[Any, ...]
"""A row as `Table.select` gives it: the columns, then the check sum."""


class Source:
    """A damaged archive, to take rows from until it is closed. Nothing in it is changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        self._database.text_factory = lambda text: text.decode("utf-8", "replace")
        self.is_sound = self._is_sound()
        self._found: dict[str, list[Stored]] | None = None

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def rows(self, table: Table[Any], tables: tuple[Table[Any], ...]) -> Iterator[Stored]:
        """The rows of a table: first those that SQLite gives, also where their check sums are wrong; then the whole
        ones that lie in the file. Of `tables` it is known which a row may be of.
        """
        try:
            for stored in self._database.execute(table.select()):
                yield tuple(stored)
        except ERRORS:
            self.is_sound = False
        if not self.is_sound:
            if self._found is None:
                self._found = _sorted_out(self._path, tables)
            yield from self._found.get(table.name, ())

    def plain(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as far as SQLite can read them."""
        with suppress(*ERRORS):
            yield from self._database.execute(sql)

    def lines(self) -> set[tuple[str, str]]:
        """The (source, key) of every ledger line that an index knows, though its row may be lost."""
        sql = "SELECT source, key FROM ledger INDEXED BY sqlite_autoindex_ledger_1"
        known = {each for each in self.plain(sql) if _are(each, str, str)}
        sources = {source for source, _ in known} | {str(each) for (each,) in self.plain("SELECT id FROM sources")}
        return known | {
            (source, key)
            for source, key in self._indexed((str, str, int))
            if source in sources and key not in _STATES and "://" not in key and not key.startswith("{")
        }

    def captures(self) -> set[bytes]:
        """The digest of every capture that its index knows."""
        sql = "SELECT digest FROM captures INDEXED BY sqlite_autoindex_captures_1"
        return {each[0] for each in self.plain(sql) if _are(each, bytes)}

    def revisions(self) -> set[tuple[int, int]]:
        """The article and the moment of every revision that its index knows."""
        sql = "SELECT article, at FROM revisions INDEXED BY sqlite_autoindex_revisions_1"
        known = {each for each in self.plain(sql) if _are(each, int, int)}
        found = self._indexed((int, int, str, int))
        return known | {(article, at) for article, at, fingerprint in found if _is_fingerprint(fingerprint)}

    def missing_pages(self) -> int:
        """How many pages shorter the file is than its first page says."""
        with self._path.open("rb") as file:
            start = file.read(100)
        said = int.from_bytes(start[28:32], "big") if start[:16] == b"SQLite format 3\0" else 0
        return max(0, said - self._path.stat().st_size // _PAGE_SIZE)

    def _indexed(self, shape: tuple[type, ...]) -> Iterator[tuple[Any, ...]]:
        """The keys that stand in the file in records of this shape, of which the last value is the row's number."""
        for record in records(self._path):
            if tuple(map(type, record.values)) == shape and not record.number:
                yield record.values[:-1]

    def _is_sound(self) -> bool:
        try:
            return bool(self._database.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
        except ERRORS:
            return False


class Record(NamedTuple):
    """A record of SQLite: the number of its row (0 where its key is what it is told by), and its values."""

    number: int
    values: tuple[Any, ...]


def records(path: Path) -> Iterator[Record]:
    """Every record that stands in a page of this file that is in use, as far as it can be decoded."""
    if not path.stat().st_size:
        return
    with path.open("rb") as file, closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as data:
        pages = _Pages(data)
        free = pages.free()
        for number in range(1, pages.count + 1):
            if number not in free:
                yield from pages.records(number)


def _are(values: tuple[Any, ...], *kinds: type) -> bool:
    """Whether these are of an index of such columns: a page that another has taken the place of gives that one's."""
    return tuple(map(type, values)) == kinds


def _is_fingerprint(words: str) -> bool:
    return words == "gone" or ":" in words


def _sorted_out(path: Path, tables: tuple[Table[Any], ...]) -> dict[str, list[Stored]]:
    """The whole rows in a file, by the names of their tables."""
    columns = expected_columns()
    shapes: dict[int, list[tuple[Table[Any], list[tuple[str, bool, bool]]]]] = {}
    for table in tables:
        told = columns[table.name]
        shapes.setdefault(len(told), []).append((table, told))
    found: dict[str, list[Stored]] = {}
    for record in records(path):
        for table, told in shapes.get(len(record.values), ()):
            stored = _as_row(record, told)
            if stored is not None and table.checked(stored) is not None:
                found.setdefault(table.name, []).append(stored)
    return found


def _as_row(record: Record, columns: list[tuple[str, bool, bool]]) -> Stored | None:
    """A record as a row with these columns (kind, may be null, is the row's number), None where it is no such row."""
    row: list[Any] = []
    for value, (kind, may_be_null, is_number) in zip(record.values, columns, strict=True):
        if is_number:
            if value is not None or not record.number:
                return None
            row.append(record.number)
        elif value is None:
            if not may_be_null:
                return None
            row.append(None)
        elif isinstance(value, _KINDS[kind]):
            row.append(value)
        else:
            return None
    return tuple(row)


class _Pages:
    """The pages of an SQLite file, read without SQLite."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        said = int.from_bytes(data[16:18], "big")
        is_size = data[:16] == b"SQLite format 3\0" and said >= 512 and said & (said - 1) == 0
        self._size = said if is_size else _PAGE_SIZE
        self._usable = self._size  # wirecopy reserves no bytes of a page
        self.count = len(data) // self._size

    def free(self) -> set[int]:
        """The pages that SQLite has freed, as far as its list of them can be followed."""
        found: set[int] = set()
        trunk = int.from_bytes(self._data[32:36], "big")
        while 1 < trunk <= self.count and trunk not in found:
            found.add(trunk)
            page = self._page(trunk)
            following, count = struct.unpack_from(">II", page)
            if count > self._usable // 4 - 2:
                break
            found.update(struct.unpack_from(f">{count}I", page, 8))
            trunk = following
        return found

    def records(self, number: int) -> Iterator[Record]:
        page = self._page(number)
        head = 100 if number == 1 else 0
        kind = page[head]
        if kind not in (_LEAF, _KEYED_LEAF, _KEYED_INTERIOR):
            return
        cells = int.from_bytes(page[head + 3 : head + 5], "big")
        start = head + (12 if kind == _KEYED_INTERIOR else 8)
        for cell in range(min(cells, (self._usable - start) // 2)):
            at = int.from_bytes(page[start + 2 * cell : start + 2 * cell + 2], "big")
            # A damaged cell costs itself: whatever its bytes say, decoding them ends.
            with suppress(ValueError, IndexError, OverflowError, struct.error, UnicodeDecodeError):
                yield self._record(page, at, kind)

    def _record(self, page: bytes, at: int, kind: int) -> Record:
        at += 4 if kind == _KEYED_INTERIOR else 0
        size, at = _varint(page, at)
        number = 0
        if kind == _LEAF:
            number, at = _varint(page, at)
        if size > len(self._data):
            raise ValueError("larger than the file")
        most = self._usable - 35 if kind == _LEAF else (self._usable - 12) * 64 // 255 - 23
        local = size
        if size > most:
            least = (self._usable - 12) * 32 // 255 - 23
            local = least + (size - least) % (self._usable - 4)
            local = local if local <= most else least
        payload = page[at : at + local]
        if local < size:
            payload += self._overflow(int.from_bytes(page[at + local : at + local + 4], "big"), size - local)
        if len(payload) != size:
            raise ValueError("its end is missing")
        return Record(number, tuple(_values(payload)))

    def _overflow(self, number: int, left: int) -> bytes:
        found = []
        while left > 0:
            if not 1 < number <= self.count:
                raise ValueError("its end is missing")
            page = self._page(number)
            number = int.from_bytes(page[:4], "big")
            found.append(page[4 : 4 + min(left, self._usable - 4)])
            left -= len(found[-1])
        return b"".join(found)

    def _page(self, number: int) -> bytes:
        return self._data[(number - 1) * self._size : number * self._size]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >= 1 << 63 else value, at + 9


def _values(payload: bytes) -> Iterator[Any]:
    length, at = _varint(payload, 0)
    body = length
    while at < length:
        kind, at = _varint(payload, at)
        size = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)[kind] if kind < 10 else (kind - 12) // 2
        data = payload[body : body + size]
        if len(data) != size or kind in (10, 11):
            raise ValueError("no record of SQLite")
        body += size
        match kind:
            case 0:
                yield None
            case 7:
                yield struct.unpack(">d", data)[0]
            case 8 | 9:
                yield kind - 8
            case _ if kind < 7:
                yield int.from_bytes(data, "big", signed=True)
            case _ if kind % 2:
                yield data.decode()
            case _:
                yield bytes(data)
