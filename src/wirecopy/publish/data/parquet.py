"""Rows as Parquet: the only module that imports pyarrow.

The bytes follow from the rows and the version of pyarrow alone (it names itself in each file, and may pack better
tomorrow); `version` is that, for whoever wants to know whether files would be written the same.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, get_type_hints

from wirecopy.errors import ConfigError
from wirecopy.publish.data.tables import Row

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    raise ConfigError(
        "publish data: Parquet needs pyarrow, which is not installed: `pip install 'wirecopy[data]'`, "
        'or leave "parquet" out of the formats'
    ) from error

_GROUP = 1000  # rows of a group: a reader skips whole groups by their statistics
_TYPES: dict[object, Any] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    int | None: pa.int64(),
    datetime: pa.timestamp("us", tz="UTC"),
    datetime | None: pa.timestamp("us", tz="UTC"),
    date | None: pa.date32(),
    tuple[str, ...]: pa.list_(pa.string()),
}


def version() -> str:
    """Whose Parquet this is: files of another version may differ in bytes, never in rows."""
    return f"pyarrow {pa.__version__}"


class Sheet:
    """Rows of one kind on their way into one file."""

    def __init__(self, kind: type[Row]) -> None:
        hints = get_type_hints(kind)
        self._names = kind.__struct_fields__
        self._schema = pa.schema([(name, _TYPES[hints[name]]) for name in self._names])
        self._rows: list[Row] = []
        self._sink = pa.BufferOutputStream()
        # Without the Arrow schema: all it says is in Parquet's own types, and it changes with the library.
        self._writer = parquet.ParquetWriter(self._sink, self._schema, compression="zstd", store_schema=False)

    def add(self, row: Row) -> None:
        """One more row; a full group is packed."""
        self._rows.append(row)
        if len(self._rows) >= _GROUP:
            self._pack()

    def close(self) -> bytes:
        """The file."""
        if self._rows:
            self._pack()
        self._writer.close()
        return bytes(self._sink.getvalue())

    def _pack(self) -> None:
        columns = [
            pa.array([getattr(row, name) for row in self._rows], type=self._schema.field(name).type)
            for name in self._names
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._rows.clear()
