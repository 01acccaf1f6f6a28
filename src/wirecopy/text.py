"""Text as it is written in the world: white space, width in a terminal, direction, Chinese script."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# White space that HTML collapses. A no-break or an ideographic space is text.
_BLANKS = re.compile(r"[ \t\n\r\f]+")
# What a terminal obeys, what ends a line, what turns the direction of what follows, and halves of characters.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# What will never be a character (unicode.org/faq/private_use.html#noncharacters; HTML allows none), for the brackets of
# an expression. Above U+FFFF these are two of each 65,536, and naming them all makes a search five times as dear: all
# that stands from the first of them on is caught, and `stand_in` lets pass what is a character.
NO_CHARACTERS = "\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff"
# What XML, HTML or a reader of either cannot have.
_UNTRUE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{NO_CHARACTERS}]")
# Unicode's explicit directions (UAX #9, 2.1 to 2.4): overrides; what opens an embedding or isolate, and what closes it.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CLOSES = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_OVERRIDES = "\u202d\u202e"
# Written from right to left where a tag names no script (CLDR, likely subtags; with the older tags for he and yi), and
# the scripts that are, whatever the language: Kurdish, Azerbaijani, Uzbek and Punjabi have one of each.
_RTL_LANGUAGES = frozenset({
    "ar", "arc", "arz", "azb", "bal", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "ks", "lrc", "mzn", "nqo", "pnb",
    "prs", "ps", "sd", "sdh", "skr", "syr", "ug", "ur", "yi",
})  # fmt: skip
_RTL_SCRIPTS = frozenset({"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})

# RFC 5646 2.1 without extensions and what is grandfathered: EPUBCheck takes nothing that is not well-formed.
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3})){0,4}(?:-x(?:-[A-Za-z0-9]{1,8}){1,4})?",
    re.ASCII,
)


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


def settled(words: str) -> str:
    """The words, turning no direction but their own: what they open is closed at their end, and what they close they
    have opened. Overrides, which show words in another order than they are read in, become U+FFFD.
    """
    if _TURNS.search(words) is None:  # hardly any words have one
        return words
    written: list[str] = []
    opened: list[str] = []
    for c in words:
        if c in _OVERRIDES:
            written.append("\ufffd")
            continue
        if c in _CLOSES:
            opened.append(_CLOSES[c])
        elif _TURNS.match(c):
            if c not in opened:
                continue
            while (closing := opened.pop()) != c:
                written.append(closing)
        written.append(c)
    return "".join([*written, *reversed(opened)])


def clean(words: str) -> str:
    """Plain words on one line, to be shown by programs that take them as they are: without what no format can hold,
    and turning no direction but their own.
    """
    return _UNTRUE.sub(lambda found: stand_in(found[0]), settled(squeeze(words)))


def stand_in(caught: str) -> str:
    """What stands for something that can't be: U+FFFD; itself, where it is a character above U+FFFF."""
    return caught if caught > "\uffff" and ord(caught) & 0xFFFE != 0xFFFE else "\ufffd"


def width(words: str) -> int:
    """Columns in a terminal: wide characters take two, combining and invisible ones none."""
    if words.isascii():
        return len(words)
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(c) in ("W", "F")
        else 1
        for c in words
    )


def language_tag(language: str) -> str:
    """A language (BCP 47), if that is what it is; else ""."""
    language = language.replace("_", "-")
    return language if _LANGUAGE.fullmatch(language) else ""


@lru_cache(maxsize=256)  # a list asks of every article
def is_rtl(language: str) -> bool:
    """Is this language (a BCP 47 tag) written from right to left?"""
    name, *more = language.lower().replace("_", "-").split("-")
    script = next((each for each in more if len(each) == 4 and each.isalpha()), "")
    return script in _RTL_SCRIPTS if script else name in _RTL_LANGUAGES


def without_addresses(words: str) -> str:
    """The words with "…" for each web address: to tell whether two messages say the same of two pages."""
    return re.sub(r"https?://[^\s,;]+", "…", words)
