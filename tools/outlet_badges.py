"""Write into docs/outlets.md what the reader of each outlet is tested to find: from the golden pages of the tests.

python tools/outlet_badges.py [--check]

A badge says what tests/outlets/golden/<id>.md, which the tests compare with what is read from the page beside it, has
of title, date, authors, picture and text. `--check` writes nothing, and fails where a badge is not so.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "outlets.md"
GOLDEN = ROOT / "tests" / "outlets" / "golden"
HEAD = ("| id | name | led by | known from |", "| --- | --- | --- | --- |")


def badge(outlet: str) -> str:
    """What is proven of an outlet's reader, as Markdown; "untested" where there is no golden page."""
    golden = GOLDEN / f"{outlet}.md"
    if not golden.exists() or not golden.with_suffix(".html").exists():
        return "untested"
    text = golden.read_text("utf-8")
    dated = re.search(r"^at: (\d{4}-\d\d-\d\d)", text, re.MULTILINE)
    signed = re.search(r"^by: (\S.*)$", text, re.MULTILINE)
    shows = re.search(r"^!\[", text, re.MULTILINE)
    said = ["title", *(["date"] if dated else []), *(["authors"] if signed else []), *(["picture"] if shows else [])]
    return f"✓ [{', '.join([*said, 'text'])}](../tests/outlets/golden/{outlet}.md)"


def badged(text: str) -> str:
    """The document with a last column of badges in each of its tables."""
    lines = []
    for line in text.splitlines():
        if line.startswith(HEAD[0]):
            lines.append(f"{HEAD[0]} reader tested |")
        elif line.startswith(HEAD[1]) and lines[-1].startswith(HEAD[0]):
            lines.append(f"{HEAD[1]} --- |")
        elif found := re.match(r"\| `([a-z0-9.-]+)` \|(?: [^|]* \|){3}", line):
            lines.append(f"{found[0]} {badge(found[1])} |")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    before = DOCUMENT.read_text("utf-8")
    after = badged(before)
    if "--check" in sys.argv[1:]:
        sys.exit("docs/outlets.md is out of date: run python tools/outlet_badges.py" if after != before else 0)
    DOCUMENT.write_text(after, "utf-8")
