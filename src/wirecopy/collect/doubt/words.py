"""What pages that stand in for an article say, in some twenty-five languages: `words.toml`, as patterns.

- `titles`: a title that is nothing but this. Asked of whole titles: an article may be about cookies.
- `sentences`: what is said to a visitor and not about something. One in an article says nothing; most of a text does.
- `withheld`: what a line begins with that says that the rest of its page is not for everybody.
- `marks`: what the makers of walls leave in the HTML of their pages, and nobody else.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

# Kind -> what it is called in a reason. In the order in which a kind is preferred where two say as much.
KINDS = {
    "consent": "a consent wall",
    "challenge": "a check for robots",
    "censored": "a block page of a state or provider",
    "filtered": "the block page of a network's filter",
    "region": "a refusal by region",
    "refused": "a firewall's refusal",
    "paywall": "a paywall",
    "login": "a login page",
    "missing": "a page that says that there is none",
    "trouble": "an error page",
    "parked": "a page for an unused domain",
    "portal": "a network's login page",
    "shell": "a page that shows nothing without its programs",
}

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "´": "'", "‐": "-", "‑": "-", "\u00a0": " "})
_BLANKS = re.compile(r"\s+")


def small(words: str) -> str:
    """Words as the patterns are written: small letters, one kind of apostrophe and hyphen, one blank for many."""
    return _BLANKS.sub(" ", words.translate(_QUOTES).lower()).strip()


_SCRIPTS = {
    "unparted": re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "latin": re.compile("[a-z]"),
    "others": re.compile("[\u0370-\u03ff\u0590-\u05ff\u0900-\u097f]"),  # Greek, Hebrew, Devanagari
}
# Where words are parted by blanks and nothing is written onto their beginnings, a pattern begins with one.
_BEGINS = {"latin": r"(?<![^\W_])", "cyrillic": r"(?<![^\W_])"}


def stands_in(title: str) -> str:
    """The kind of page that has such a title, "" for none. `title` is small and bare of marks around it."""
    found = (pattern.fullmatch(title) for pattern in _patterns("titles", title))
    return next((match.lastgroup or "" for match in found if match), "")


def spoken(line: str) -> dict[str, str]:
    """What a small line says to a visitor: the kinds of page that say so, and the words."""
    found: dict[str, str] = {}
    for pattern in _patterns("sentences", line):
        for match in pattern.finditer(line):
            found.setdefault(match.lastgroup or "", match[0])
    return found


def withheld(line: str) -> str:
    """The words with which a small line says that the rest of its page is withheld, or ""."""
    return next((match[0] for pattern in _patterns("withheld", line) if (match := pattern.match(line))), "")


@cache
def marks() -> dict[str, re.Pattern[str]]:
    """The marks of each kind."""
    return {kind: re.compile(_joined(pattern)) for kind, pattern in _words()["marks"].items()}


def _patterns(table: str, words: str) -> list[re.Pattern[str]]:
    return [_pattern(table, script) for script, letters in _SCRIPTS.items() if letters.search(words)]


@cache
def _pattern(table: str, script: str) -> re.Pattern[str]:
    """What a table holds in one script, as one pattern whose groups are the kinds."""
    told = {kind: scripts[script] for kind, scripts in _words()[table].items() if script in scripts}
    kinds = "|".join(f"(?P<{kind}>{_joined(told[kind])})" for kind in KINDS if kind in told)
    return re.compile(f"{_BEGINS.get(script, '') if table == 'sentences' else ''}(?:{kinds})")


def _joined(pattern: str) -> str:
    return re.sub(r"\n\s*", "", pattern).strip()


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
