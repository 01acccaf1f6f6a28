"""What a person sees: talk and progress on stderr, tables and JSON on stdout. Nothing from outside is shown raw.

Colour only on a terminal and without NO_COLOR (no-color.org). Progress bars only on a terminal, for work that takes
longer than a second.
"""

from __future__ import annotations

import os
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


def talk(words: str, *, quiet: bool = False) -> None:
    """Say something on stderr."""
    if not quiet:
        sys.stderr.write(words + "\n")


def result(words: str) -> None:
    """A line of the result, on stdout."""
    sys.stdout.write(words + "\n")


def as_json(document: object) -> None:
    """The result as one JSON document, on stdout."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


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
