"""Rows as JSON Lines: one JSON object a line, UTF-8, every column in every line, in the order of the table.

Not compressed: so the same rows are the same bytes on every machine, whichever zlib it has, a line can be found with
grep, and what changed can be told by rsync and git. Parquet is the small form.
"""

from __future__ import annotations

import msgspec

from wirecopy.publish.data.tables import Row

_encode = msgspec.json.Encoder().encode


class Sheet:
    """Rows on their way into one file."""

    def __init__(self, _: type[Row]) -> None:
        self._lines: list[bytes] = []

    def add(self, row: Row) -> None:
        """One more line."""
        self._lines.append(_encode(row))

    def close(self) -> bytes:
        """The file."""
        self._lines.append(b"")
        return b"\n".join(self._lines)
