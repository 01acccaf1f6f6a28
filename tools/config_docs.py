"""Write the tables of docs/config.md from the keys that are declared in src/wirecopy/config/keys.py.

python tools/config_docs.py [--check]

A table stands between `<!-- keys: [publish] -->` and `<!-- end -->`; the rest is written by hand. `--check` writes
nothing, and fails where a table is not what the keys say, or has no place in the document.
"""

import re
import sys
from pathlib import Path

from wirecopy.config import keys
from wirecopy.config.kinds import Many, Secret, Sub

DOCUMENT = Path(__file__).parents[1] / "docs" / "config.md"


def table_of(table: keys.Table) -> str:
    """One table of keys, as Markdown."""
    lines = ["| key | meaning | default |", "| --- | --- | --- |"]
    lines += [
        " | ".join(["| `" + key.name + "`", key.says, default_of(table, key)]).rstrip() + " |" for key in table.keys
    ]
    return "\n".join(lines)


def default_of(table: keys.Table, key: keys.Key) -> str:
    """What a key is when nobody says."""
    if key.otherwise or key.required:
        return key.otherwise or "must be said"
    default = table.default(key)
    if isinstance(key.kind, Sub | Many | Secret) or default in (None, "", ()):
        return ""
    return f"`{key.kind.spelt(default)}`"


def documented(text: str) -> str:
    """The document with each table as the keys say. Raises SystemExit for a table without a place."""
    for path, table in keys.tables():
        begin = f"<!-- keys: {keys.where(path) or 'at the top'} -->"
        if begin not in text:
            raise SystemExit(f"{DOCUMENT.name} has no place for a table: add {begin} and <!-- end -->")
        made = table_of(table)
        text = re.sub(
            rf"({re.escape(begin)}\n).*?(<!-- end -->)",
            lambda place, made=made: f"{place[1]}\n{made}\n\n{place[2]}",
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    before = DOCUMENT.read_text("utf-8")
    after = documented(before)
    if "--check" in sys.argv[1:]:
        sys.exit("docs/config.md is not what the keys say: run python tools/config_docs.py" if after != before else 0)
    DOCUMENT.write_text(after, "utf-8")
