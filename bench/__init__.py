"""Measurements: each module has `run(quick) -> list[Row]`; ratios are taken in one run, side by side."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A figure, its unit, and what it is to be read beside."""

    what: str
    figure: float
    unit: str
    beside: str = ""
