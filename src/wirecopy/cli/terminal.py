"""What a person sees: talk and progress on stderr, tables and JSON on stdout. Nothing from outside is shown raw: of
what a terminal would obey, only our own styles pass; what its encoding lacks is a question mark, and no failure.

Colour only on a terminal and without NO_COLOR (no-color.org). Progress bars only on a terminal, for work that takes
longer than a second.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import msgspec

from wirecopy.text import printable, width

if TYPE_CHECKING:
    from rich.progress import Progress

_STYLES = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "bold": "1"}
_OURS = re.compile(f"(\x1b\\[(?:0|{'|'.join(_STYLES.values())})m|[\n\t])")
# What JSON may hold as it stands and a terminal would obey all the same.
_OBEYED = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def talk(words: str, *, quiet: bool = False) -> None:
    """Say something on stderr."""
    if not quiet:
        _write(sys.stderr, words + "\n")


def result(words: str) -> None:
    """A line of the result, on stdout."""
    _write(sys.stdout, words + "\n")


def as_json(document: object) -> None:
    """The result as one JSON document, on stdout."""
    sys.stdout.write(_spelt(document, indent=2) + "\n")


def as_json_line(document: object) -> None:
    """One of many results as a line of JSON, on stdout, at once."""
    sys.stdout.write(_spelt(document, indent=-1) + "\n")
    sys.stdout.flush()


def _spelt(document: object, *, indent: int) -> str:
    """A document as JSON that no terminal obeys and that every encoding has."""
    try:
        written = msgspec.json.format(msgspec.json.encode(document), indent=indent).decode()
        written.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # half a character, as the name of a file may have; or a terminal that has no Chinese
        written = json.dumps(msgspec.to_builtins(document), indent=indent if indent > 0 else None)
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _write(stream: TextIO, words: str) -> None:
    """Write words of which only line breaks, tabs and our own styles are obeyed."""
    parts = _OURS.split(words)
    parts[::2] = map(printable, parts[::2])
    stream.write(_encodable(stream, "".join(parts)))


def _encodable(stream: TextIO, words: str) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return words.encode(encoding, "replace").decode(encoding, "replace")


def styled(words: str, style: str, stream: TextIO | None = None) -> str:
    """The words in a style, where the stream shows one."""
    stream = stream or sys.stdout
    if os.environ.get("NO_COLOR") or not stream.isatty():
        return words
    return f"\x1b[{_STYLES[style]}m{words}\x1b[0m"


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Rows as aligned lines; the columns in `right` are aligned there. Cells are made printable."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells:
        return []
    widths = [max(width(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = []
    for row in cells:
        padded = [
            " " * (most - width(cell)) + cell if column in right else cell + " " * (most - width(cell))
            for column, (cell, most) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    return lines


def ago(seconds: float) -> str:
    """How long that is, as people say it: "3 min", "2 h", "5 days"."""
    for size, unit in ((86400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{max(int(seconds), 0)} s"


class Bar:
    """A progress bar on stderr: appears when the work has taken a second, and only on a terminal."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._begun = time.monotonic()
        self._progress: Progress | None = None
        self._tasks: dict[str, tuple[int, int]] = {}
        self._note = ""

    def step(self, what: str, done: int, todo: int, note: str = "") -> None:
        """So much of this work is done. `note` is what is being worked on or waited for."""
        if not self._shown:
            return
        self._tasks[what] = (done, todo)
        self._note = printable(note)[:60] or self._note
        if self._progress is None and time.monotonic() - self._begun >= 1:
            self._progress = _rich_progress()
            self._progress.start()
            self._bar = self._progress.add_task("", total=None, note="")
        if self._progress is not None:
            done_all, todo_all = (sum(counts) for counts in zip(*self._tasks.values(), strict=True))
            label = what if len(self._tasks) == 1 else f"{len(self._tasks)} sources"
            self._progress.update(
                self._bar, description=label, completed=done_all, total=todo_all or None, note=self._note
            )

    def note(self, words: str) -> None:
        """What is being waited for, beside the bar."""
        self._note = printable(words)[:60]
        if self._progress is not None:
            self._progress.update(self._bar, note=self._note)

    def stop(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _rich_progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=Console(file=sys.stderr),
        transient=True,
    )


@contextmanager
def bar(*, quiet: bool = False) -> Iterator[Bar]:
    """A progress bar for the length of a block."""
    shown = Bar(shown=not quiet and sys.stderr.isatty())
    try:
        yield shown
    finally:
        shown.stop()
