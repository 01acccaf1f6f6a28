"""Draw docs/demo.svg from a real run of `wirecopy demo`: the picture at the top of the README.

python tools/picture.py (in the environment that `make test` sets up)
"""

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

TARGET = Path(__file__).parents[1] / "docs" / "demo.svg"
STEPS = (0, 1, 2, 4)  # of the day; enough to see an edit, a withdrawal, a consent page and half an answer


def main() -> None:
    """Run the demo and draw what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "wirecopy", "demo", "demo-mirror"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    head, *steps, tail = re.split(r"\n\n", done.stdout.strip())
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ make demo", style="bold"))
    console.print(Text(re.sub(r":\d{4,5}", ":8137", head)))
    for step in (steps[number] for number in STEPS):
        console.print()
        for line in step.splitlines():
            console.print(styled(line))
    console.print()
    for line in tail.splitlines():
        console.print(Text(line))
    drawn = console.export_svg(title="wirecopy demo", unique_id="demo")
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # a picture of ours asks no other host
    drawn = re.sub(r'x="([\d.]+)"([^>]*) textLength="([\d.]+)"([^>]*)>((?:&#160;)+)(?=[^&<])', moved, drawn)
    TARGET.write_text(drawn.replace("Fira Code", "monospace"), "utf-8")


def styled(line: str) -> Text:
    """A line of the demo with what matters in colour."""
    text = Text(line)
    text.highlight_regex(r"^(outlet|mirror)", "dim")
    text.highlight_regex(r"\d+ (new|back)\b", "green")
    text.highlight_regex(r"\d+ (edited|withdrawn)\b|^ +(edited|gone|back):", "cyan")
    text.highlight_regex(r"\d+ held\b", "yellow")
    return text


def moved(found: re.Match[str]) -> str:
    """A text that begins with blanks, begun behind them: some renderers drop blanks at the start."""
    x, between, length, rest, blanks = found.groups()
    width = 12.2 * blanks.count("&#160;")  # a column is that wide in Rich's drawings
    return f'x="{float(x) + width:g}"{between} textLength="{float(length) - width:g}"{rest}>'


main()
