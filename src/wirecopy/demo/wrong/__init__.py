"""Pages that are answered in an article's place and are not the article, in many languages, all written by us.

`tried` are those that the rules of doubt were tried on; `kept_back` were written when the rules stood, to measure them.
"""

from __future__ import annotations

from wirecopy.demo.wrong import kept_back, tried
from wirecopy.demo.wrong.shapes import Wrong

__all__ = ["WRONG", "Wrong"]

WRONG: dict[str, Wrong] = {each.name: each for each in (*tried.PAGES, *kept_back.PAGES)}
