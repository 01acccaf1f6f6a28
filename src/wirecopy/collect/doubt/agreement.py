"""Whether a page is about what its lead announces: words in common, or characters where words are not parted.

Two texts of one language share words by chance; to share none at all, neither in the title nor anywhere in the text,
is what says something.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from wirecopy.collect.doubt.words import small

# Vowels of Indic scripts are signs, which are no letters to an expression: whole words are taken by their blocks.
_WORDS = re.compile("[\u0900-\u0963\u0966-\u0dff]{4,}|[^\\W\\d_]{4,}|\\d{2,}")
_UNPARTED = re.compile("[\u3400-\u9fff]{2,}|[\u30a1-\u30fa\u30fc]{2,}|[\uac00-\ud7af]{2,}|[\u0e00-\u0e7f]{4,}")
_NO_WORDS = re.compile(r"[\W_]|\.\w{1,5}$|[^\W_]*(?:\d[^\W\d_]|[^\W\d_]\d)[^\W_]*")  # letters among digits: hexadecimal
_MARKS = re.compile("[\u0300-\u036f]")
_SPELT = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_NAMED = 4  # words of an address that is made of words
_STEM = 5  # letters of a word that are compared: endings change
_SCRIPTS = (
    ("Latin", re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")),
    ("Cyrillic", re.compile("[\u0400-\u04ff]")),
    ("Arabic", re.compile("[\u0600-\u06ff]")),
    ("Greek", re.compile("[\u0370-\u03ff]")),
    ("Hebrew", re.compile("[\u0590-\u05ff]")),
    ("Han", re.compile("[\u3400-\u9fff]")),
    ("kana", re.compile("[\u3040-\u30ff]")),
    ("Hangul", re.compile("[\uac00-\ud7af]")),
    ("Thai", re.compile("[\u0e00-\u0e7f]")),
    ("Devanagari", re.compile("[\u0900-\u097f]")),
    ("Bengali", re.compile("[\u0980-\u09ff]")),
)
_LANGUAGES = {
    "Latin": "en de fr es pt it nl pl tr vi id ms sv no nb nn da fi cs sk hu ro hr sl et lv lt sq ca sw tl",
    "Cyrillic": "ru uk be bg mk sr kk ky tg mn",
    "Arabic": "ar fa ur ps ug ckb sd",
    "Hebrew": "he yi",
    "Devanagari": "hi mr ne",
    "Greek": "el",
    "Han": "zh",
    "kana": "ja",
    "Hangul": "ko",
    "Thai": "th",
    "Bengali": "bn",
}
_WRITTEN = {language: script for script, told in _LANGUAGES.items() for language in told.split()}


def words_of(text: str) -> frozenset[str]:
    """What a text can be compared by: the beginnings of its longer words, its numbers, pairs of ideographs."""
    told = small(text)
    found = {word[:_STEM] for word in _WORDS.findall(told) if not _UNPARTED.search(word)}
    for run in _UNPARTED.findall(told):
        step = 4 if "\u0e00" <= run[0] <= "\u0e7f" else 2
        found |= {run[n : n + step] for n in range(len(run) - step + 1)}
    return frozenset(found)


def is_misnamed(url: str, text: str) -> bool:
    """Whether an address that is made of words has none in common with a text in the same letters."""
    name = _name(url)
    named = words_of(name)
    return len(named) >= _NAMED and script_of(name) == script_of(text) and not named & words_of(_bare(text))


def is_named(url: str, title: str) -> bool:
    """Whether an address that is made of words has half of them from this title."""
    named = words_of(_name(url))
    return len(named) >= _NAMED and share(named, words_of(_bare(title))) >= 0.5


def _name(url: str) -> str:
    return _bare(_NO_WORDS.sub(" ", unquote(url.rstrip("/").rpartition("/")[2])))


def _bare(text: str) -> str:
    """A text as addresses spell it: its letters without marks."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.lower().translate(_SPELT)))


def share(announced: frozenset[str], words: frozenset[str]) -> float:
    """How much of what was announced is there, from 0 to 1."""
    return len(announced & words) / len(announced) if announced else 0.0


def script_of(text: str) -> str:
    """The script that most of a text's letters are in, "" when it has next to none."""
    counted = {name: len(letters.findall(text[:4_000])) for name, letters in _SCRIPTS}
    if counted["kana"] > 0.1 * counted["Han"]:  # Japanese writes both
        counted["kana"] += counted["Han"]
    name = max(counted, key=lambda each: counted[each])
    return name if counted[name] >= 10 else ""


def part_in(script: str, text: str) -> float:
    """How much of a text's letters are in this script, from 0 to 1."""
    pattern = dict(_SCRIPTS)[script]
    return len(pattern.findall(text)) / max(1, sum(map(str.isalpha, text)))


def script_for(language: str) -> str:
    """The script that a language is written in, "" where there are several or it is not known."""
    parts = language.lower().replace("_", "-").split("-")
    return "" if any(part in ("latn", "cyrl", "arab") for part in parts[1:]) else _WRITTEN.get(parts[0], "")
