"""The keys as a JSON Schema (draft 2020-12), for editors that know TOML (taplo, Even Better TOML).

It says what can be said of a value alone: what needs a look at other keys, at the list of outlets or at the disk is
told by `wirecopy config`. Only keywords that draft 7 has too are used: some editors stopped there.
"""

from __future__ import annotations

from typing import Any

from wirecopy.config import keys
from wirecopy.config.keys import Key, Table
from wirecopy.config.kinds import Many, Place, Secret, Sub
from wirecopy.config.writing import PROJECT
from wirecopy.urls import ID


def schema() -> dict[str, Any]:
    """The schema of a whole wirecopy.toml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "wirecopy.toml",
        "description": f"What a mirror made with wirecopy collects and publishes: {PROJECT}/blob/main/docs/config.md",
        **_table(keys.TOP),
    }


def _table(table: Table) -> dict[str, Any]:
    properties = {key.name: _key(table, key) for key in table.keys if not isinstance(key.kind, Secret)}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _key(table: Table, key: Key) -> dict[str, Any]:
    described = {"description": key.plain}
    if isinstance(key.kind, Sub):
        return described | _table(key.kind.table)
    if isinstance(key.kind, Many):
        below = {f"^{ID}$": _table(key.kind.table)}
        return described | {"type": "object", "additionalProperties": False, "patternProperties": below}
    default = table.default(key)
    if default in (None, "", ()) or key.otherwise or (isinstance(key.kind, Place) and not key.default):
        return described | key.kind.schema()
    return described | key.kind.schema() | {"default": list(default) if isinstance(default, tuple) else default}
