"""Every promise of docs/threat-model.md names tests, and these tests exist."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
MODEL = (DOCS / "threat-model.md").read_text("utf-8")


def test_every_promise_is_tested_by_a_test_that_there_is() -> None:
    promised = MODEL.partition("## What is promised")[2].partition("\n## ")[0]
    rows = [
        line for line in promised.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "| ---"))
    ]
    assert len(rows) > 15
    for row in rows:
        named = re.findall(r"\[`?([^\]`]+)`?\]\((\.\./tests/[\w/.]+)\)", row)
        assert named, row
        for name, path in named:
            file = (DOCS / path).resolve()
            assert file.is_file(), path
            if name.startswith("test_"):
                assert re.search(rf"^(?:async )?def {name}\(", file.read_text("utf-8"), re.MULTILINE), f"{path}: {name}"


def test_every_file_that_is_named_is_there() -> None:
    for path in re.findall(r"\]\(((?!https?:)[^)#]+)\)", MODEL):
        assert (DOCS / path).exists(), path
