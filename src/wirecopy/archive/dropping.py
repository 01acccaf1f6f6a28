"""What nothing needs any more goes: captures that are evidence of nothing, bytes that nobody holds.

- Who holds something is what the schema says: every column that names it. A new table has no need to be told here.
- What rests on bytes that go is packed anew, so that no blob ever lacks its base.
- What goes is overwritten in the file, not only forgotten (`secure_delete`). The log and older pages are another
  matter: see purging.py.

All of it happens in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from wirecopy.archive import packing
from wirecopy.archive.file import File
from wirecopy.archive.schema import BLOBS, CAPTURES, PICTURES, VERSIONS, BlobRow

Holder = tuple[str, str]
"""A table and a column of it."""


def holders(file: File, of: str) -> list[Holder]:
    """Every column of another table that names a row of this one, and so keeps it."""
    if file not in _NAMED:
        sql = (
            'SELECT name, "from", "table" FROM sqlite_schema, pragma_foreign_key_list(name) '
            "WHERE type = 'table' ORDER BY name, seq"
        )
        _NAMED[file] = [(str(table), str(column), str(parent)) for table, column, parent in file.rows(sql)]
    return [(table, column) for table, column, parent in _NAMED[file] if parent == of != table]


# A schema does not change while it is open, and asking SQLite for it takes longer than what it is asked for.
_NAMED: WeakKeyDictionary[File, list[tuple[str, str, str]]] = WeakKeyDictionary()


def captures(file: File, numbers: Iterable[int]) -> tuple[list[int], list[BlobRow]]:
    """Drop those of these captures that nothing names; which these were, and the bytes that went with them."""
    file.rows("PRAGMA secure_delete = ON")
    held_by = holders(file, "captures")
    gone: list[int] = []
    payloads: list[int] = []
    for number in sorted(set(numbers)):
        if _is_held(file, held_by, number):
            continue
        (row,) = file.every(CAPTURES, "WHERE id = ?", number)
        file.rows("DELETE FROM captures WHERE id = ?", number)
        gone.append(number)
        payloads.append(row.payload)
    return gone, blobs(file, payloads)


def versions(file: File, picture: int, only: int = 0) -> tuple[list[int], list[int]]:
    """Drop what a picture was, all of it or `only` one original; the captures and the blobs that may go with that.

    Its line no longer names what is gone; an original that is another picture's too stays, with its renditions.
    """
    row = file.every(PICTURES, "WHERE id = ?", picture)[0]
    known = file.every(VERSIONS, "WHERE picture = ?", picture)
    going = [each for each in known if only in (0, each.original)]
    file.each(
        "DELETE FROM picture_versions WHERE picture = ? AND at = ? AND capture = ?",
        ((each.picture, each.at, each.capture) for each in going),
    )
    originals = {each.original for each in going}
    if row.original in originals:
        file.put(PICTURES, row._replace(original=None, bytes=0))
    found: list[int] = []
    held_by = [each for each in holders(file, "originals") if each[0] != "renditions"]
    for original in sorted(originals):
        if _is_held(file, held_by, original):
            continue
        made = file.rows("SELECT blob FROM renditions WHERE original = ?", original)
        found += [original, *(int(blob) for (blob,) in made)]
        file.rows("DELETE FROM renditions WHERE original = ?", original)
        file.rows("DELETE FROM originals WHERE blob = ?", original)
    return [each.capture for each in going], found


def blobs(file: File, numbers: Iterable[int]) -> list[BlobRow]:
    """Drop those of these blobs that nothing holds; they, as they were stored."""
    file.rows("PRAGMA secure_delete = ON")
    held_by = holders(file, "blobs")
    free = {number for number in numbers if not _is_held(file, held_by, number)}
    gone: list[BlobRow] = []
    # What rests on others first: then most have nothing that rests on them when it is their turn.
    for number in sorted(free, key=lambda each: (not file.number("SELECT base FROM blobs WHERE id = ?", each), each)):
        _lift(file, number, free)
        gone += file.every(BLOBS, "WHERE id = ?", number)
        file.rows("DELETE FROM blobs WHERE id = ?", number)
    return gone


def _is_held(file: File, held_by: Iterable[Holder], number: int) -> bool:
    return any(
        file.row(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", number) is not None  # noqa: S608  # the schema's names
        for table, column in held_by
    )


def _lift(file: File, base: int, going: set[int]) -> None:
    """Pack anew what rests on this blob: on the first of them, which stands for itself from now on."""
    root: tuple[int, bytes] | None = None
    for (number,) in file.rows("SELECT id FROM blobs WHERE base = ? ORDER BY id", base):
        if number in going:
            continue
        row, data = file.sound(BLOBS, number), file.blob(number, f"blob {number}")
        packed = packing.pack(data, ours=True, base=None if root is None else root[1])
        rests_on = root[0] if root is not None and packed.codec == packing.Codec.ZSTD_BASE else None
        file.put(BLOBS, row._replace(codec=packed.codec, base=rests_on, size=packed.size, body=packed.body))
        root = root or (number, data)
