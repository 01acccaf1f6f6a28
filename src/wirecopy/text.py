"""Text as it is written in the world: white space, width in a terminal, direction, Chinese script."""

from __future__ import annotations

import re
import unicodedata

# White space that HTML collapses. A no-break or an ideographic space is text.
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
RTL_LANGUAGES = frozenset({"ar", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


def squeeze(words: str) -> str:
    """Runs of blanks as one space, none at the ends, as a browser shows it."""
    return _BLANKS.sub(" ", words).strip(" ")


def visible(words: str) -> str:
    """What of these words can be seen, to compare by: blanks squeezed, every kind of space alike, controls gone."""
    if not words.isprintable():  # hardly any words hold what cannot be seen
        words = "".join(c for c in words if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    return " ".join(words.split())


def printable(words: str) -> str:
    """Safe for a terminal or a log line: control characters (also escapes) shown as U+FFFD."""
    return _CONTROLS.sub("\ufffd", words.replace("\n", " "))


def width(words: str) -> int:
    """Columns in a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in words
    )


def is_rtl(language: str) -> bool:
    """Is this language (a BCP 47 tag) written from right to left?"""
    return language.split("-", 1)[0].lower() in RTL_LANGUAGES


def without_addresses(words: str) -> str:
    """The words with "…" for each web address: to tell whether two messages say the same of two pages."""
    return re.sub(r"https?://[^\s,;]+", "…", words)
