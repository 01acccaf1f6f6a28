"""Pure: what of a text is looked at when it is searched, in every script, and the tokens it is found by.

- Folded: case, accents, the marks of Arabic and Hebrew, width, traditional and simplified characters, what can't be
  seen. Letters of their own stay (Russian й). It is a view to match by; nothing of it is stored but the tokens.
- Cut: scripts without spaces (Han, kana, hangul, Thai …) into runs of characters, all others into words. The matter of
  a text is its runs and words, in order, a blank before and after each; what stands in the matter stands in the text.
- A token is a word, a character of a run, or two neighbours in a run: enough to find any piece of a run by. Two words
  in a row have a token too, which others may share.
- Each article goes through here whole: most letters are folded by what is quick and proven the same (`_thorough`).
"""

from __future__ import annotations

import re
import struct
import sys
import unicodedata
import zlib
from array import array
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

from wirecopy.matching.hanzi import SIMPLIFIED

# What the tokens are made by. A change that makes other tokens of some text counts this up: archives are indexed anew.
RULES = 1

# Scripts in which a blank does not part words: their characters are looked for one by one. The middle dot of
# katakana (U+30FB) parts words.
_CHARACTERS = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # Han, kana
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"  # hangul
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecf\u1000-\u109f\u1780-\u17d3"  # Thai, Lao, Burmese, Khmer
)
# Python's \w leaves the vowel signs of India's scripts out, and so would cut its words at each.
_SIGNS = "\u0900-\u0963\u0971-\u0de5\u0df2-\u0df3"
_RUN = re.compile(f"[{_CHARACTERS}]+")
_IN_PLAIN_WORDS = f"[^\\W_{_CHARACTERS}]"
IN_WORDS = f"(?:{_IN_PLAIN_WORDS}|[{_SIGNS}])"  # a character of a word, for patterns
_WORD = re.compile(f"{_IN_PLAIN_WORDS}+")
_SIGN = re.compile(f"[{_SIGNS}]")

# Accents; the points of Hebrew; the marks of Arabic and its tatweel; soft hyphens, joiners, directions, variations.
UNSEEN = (
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_UNSEEN = re.compile(f"{UNSEEN}+")
_PARTS = re.compile("[\u1100-\u11ff\u3041-\u30ff]+")  # of hangul syllables and of voiced kana
# How Arabic and Persian keyboards write the same letter, and letters that writers leave the dots off.
_LETTERS = (("\u0649", "\u064a"), ("\u06cc", "\u064a"), ("\u0629", "\u0647"), ("\u06a9", "\u0643"))
_OF_THEIR_OWN = (("и\u0306", "й"), ("і\u0308", "ї"))

# The odd characters: all but those, small already, that folding leaves as they are, or of which it makes signs that
# part words as they do themselves ("，" and ","). A cluster is what the odd ones may be folded together with.
_CHANGED = [0x4DFF, *sorted(code for code in SIMPLIFIED if 0x4E00 <= code <= 0x9FFF), 0xA000]
_HAN = (f"{chr(one + 1)}-{chr(other - 1)}" for one, other in pairwise(_CHANGED) if other - one > 1)
_STEADY = (
    "\0-@\\[-\x7f\xa0-\xa7\xa9\xab\xac\xae\xb0\xb1\xb6\xb7\xbb\xbf\xd7\xe6\xf0\xf7\xf8\xfeđł"
    "\u0430-\u044f\u0452\u0454-\u045b\u045f\u05d0-\u05ea\u060c\u061b\u061f\u0621\u0627\u0628\u062a-\u063a"
    "\u0641-\u0648\u064a\u0660-\u0669\u2000-\u200a\u2010-\u2016\u2018-\u2026\u2030-\u203a\u20ac"
    "\u3000-\u3003\u3005-\u3011\u3014-\u301c\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff64"
    f"{''.join(_HAN)}"
)
_FREQUENT = tuple(
    (spelt, letter)
    for letter, all_spelt in {
        "a": "àáâãäå", "c": "ç", "e": "èéêë", "i": "ìíîï", "n": "ñ", "o": "òóôõö", "u": "ùúûü", "y": "ýÿ", "ss": "ß",
        "е": "ё", "\u0627": "\u0622\u0623\u0625", "\u0648": "\u0624", "\u064a": "\u0626\u0649\u06cc",
        "\u0647": "\u0629", "\u0643": "\u06a9",
    }.items()
    for spelt in all_spelt
)  # fmt: skip
_CASED = (
    *range(0x80, 0x600),
    *range(0x1380, 0x1400),
    *range(0x1C80, 0x1C90),
    *range(0xAB00, 0xAC00),
)  # elsewhere NFKD or lower does it
_FEW = 100  # clusters above which all at once is quicker

_LONGEST = 40  # characters of a word that its token keeps: no word of a language is longer, addresses and codes are


def folded(text: str) -> str:
    """The text as it is compared. Folding what is folded changes nothing in it that counts; a line stays a line."""
    text = text.lower()
    if text.isascii() or not _odd().search(text):
        return text
    for spelt, letter in _FREQUENT:
        text = text.replace(spelt, letter)
    odd = _odd().findall(text)
    if len(odd) > _FEW:
        return _thorough(text)
    return _clusters().sub(_in_place, text) if odd else text


def pieces(line: str) -> list[str]:
    """The runs and words of a folded line, in order."""
    return _pieces(signs=_SIGN.search(line) is not None).findall(line)


def is_run(piece: str) -> bool:
    """Is this piece a run of characters, and not a word?"""
    return _RUN.match(piece) is not None


def matter(text: str) -> str:
    """The runs and words of a text, a line for each of its lines, a blank before and after each piece."""
    return "\n".join(map(_spaced, folded(text).split("\n")))


def _spaced(line: str) -> str:
    return f" {' '.join(pieces(line))} "


def plain(line: str) -> str | None:
    """The folded line, if each of its characters stays in its place."""
    small = line.lower()
    return small if len(small) == len(line) and not _odd().search(small) else None


class Text:
    """A text by its lines, folded in one go; a line's matter is made where its pieces say that it may be the one."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._folded = folded("\n".join(lines))
        self._each = self._folded.split("\n")
        self._matters: list[str | None] = [None] * len(self._each)

    def stands(self, needle: str, number: int) -> bool:
        """Is this in the matter of the line of this number?"""
        line = self._each[number]
        if " " not in needle:
            return needle in line
        return all(piece in line for piece in needle.split()) and needle in self._matter(number)

    def has(self, needle: str) -> bool:
        """Does this stand in some line?"""
        if " " not in needle:  # of one run: what is no run is in no run
            return needle in self._folded
        if not all(piece in self._folded for piece in needle.split()):
            return False
        return any(self.stands(needle, number) for number in range(len(self._each)))

    def matter(self) -> str:
        """The matter of the whole text."""
        return "\n".join(map(self._matter, range(len(self._each))))

    def _matter(self, number: int) -> str:
        known = self._matters[number]
        if known is None:
            known = self._matters[number] = _spaced(self._each[number])
        return known


def cut(line: str) -> tuple[list[str], list[str]]:
    """The words of a folded text, as long as their tokens are, and its runs, both in order."""
    words = _words(line) if line.isascii() else (_words_with_signs() if _SIGN.search(line) else _WORD).findall(line)
    if words and len(max(words, key=len)) > _LONGEST:
        words = [word[:_LONGEST] for word in words]
    return words, [] if line.isascii() else _RUN.findall(line)


def tokens(line: str) -> list[str]:
    """What a folded text is found by, each once: words, pairs and runs have no token in common."""
    words, runs = cut(line)
    return [*set(words), *_pairs(words), *_neighbours(" ".join(runs))]


def tokens_of(piece: str) -> list[str]:
    """What a run or word of a query is looked for by: all that its text must hold."""
    if not is_run(piece):
        return [piece[:_LONGEST]]
    return [piece] if len(piece) == 1 else [piece[place : place + 2] for place in range(len(piece) - 1)]


def known_by(piece: str) -> list[str]:
    """What a run or word is found by."""
    return [*piece, *tokens_of(piece)] if is_run(piece) else [piece[:_LONGEST]]


def pair(one: str, other: str) -> str:
    """The token of two words in a row, one of 65,536: a phrase is looked for in few texts only."""
    return _pairs([one[:_LONGEST], other[:_LONGEST]]).pop()


def rules() -> dict[str, object]:
    """What another program must know to do the same, beside NFKD, small letters and `hanzi.SIMPLIFIED`: classes of
    characters as regular expressions have them, what is written for what, in order, and where Unicode's case folding is
    another than the small letter.
    """
    return {
        "characters": _CHARACTERS,
        "signs": _SIGNS,
        "unseen": UNSEEN,
        "parts": _PARTS.pattern,
        "letters": [*_OF_THEIR_OWN, *_LETTERS],
        "cased": [(each, each.casefold()) for each in map(chr, _CASED) if each.casefold() != each == each.lower()],
    }


def _thorough(text: str) -> str:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    for spelt, letter in (*_OF_THEIR_OWN, *_LETTERS):
        text = text.replace(spelt, letter)
    text = _UNSEEN.sub("", text)
    text = _PARTS.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return _others().sub(lambda found: SIMPLIFIED[ord(found[0])], text)


_cluster = lru_cache(maxsize=1 << 13)(_thorough)


# Of thousands of characters: made when they are first needed, because each takes milliseconds.


@cache
def _pieces(*, signs: bool) -> re.Pattern[str]:
    return re.compile(f"[{_CHARACTERS}]+|{IN_WORDS if signs else _IN_PLAIN_WORDS}+")


@cache
def _words_with_signs() -> re.Pattern[str]:
    return re.compile(f"{IN_WORDS}+")


@cache
def _odd() -> re.Pattern[str]:
    return re.compile(f"[^{_STEADY}]+")


@cache
def _clusters() -> re.Pattern[str]:
    return re.compile(f".?[^{_STEADY}]+", re.DOTALL)


@cache
def _others() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, SIMPLIFIED))}]")


def _in_place(found: re.Match[str]) -> str:
    return _cluster(found[0]) if len(found[0]) < _SHORT else _thorough(found[0])


_SHORT = 8  # characters of a cluster that may come again

_BLANKS = bytes(each if chr(each).isalnum() else 0x20 for each in range(0x80))


def _words(line: str) -> list[str]:
    """The words of a line of ASCII."""
    return line.encode().translate(_BLANKS + bytes(0x80)).decode().split()


class _Codes(dict[str, int]):
    """A number for each word, the same for ever; those of late are remembered."""

    def __missing__(self, word: str) -> int:
        if len(self) > 1 << 16:
            self.clear()
        self[word] = code = zlib.crc32(word.encode()) & 0xFFFFFFF
        return code


_codes = _Codes()


def _pairs(words: Sequence[str]) -> set[str]:
    """The tokens of each two words in a row: sixteen bits, as two private characters.

    Mixed in one go, as one large number of 32 bits for each word: its code plus five times the next one's. Of two
    characters SQLite's table of tokens mixes the bytes better than of one: a third off what it takes to index.
    """
    if len(words) < 2:
        return set()
    codes = int.from_bytes(struct.pack(f"<{len(words)}I", *map(_codes.__getitem__, words)), "little")
    mixed = (codes + 5 * (codes >> 32)).to_bytes(4 * len(words), "little")
    return {
        _PRIVATE[code >> 8] + _PRIVATE[code & 0xFF] for code in set(struct.unpack(f"<{2 * len(words)}H", mixed)[:-2:2])
    }


_PRIVATE = [chr(0xE000 + number) for number in range(0x100)]


def _neighbours(runs: str) -> set[str]:
    """Each character and each pair of neighbours in these runs, which have blanks between.

    All pairs are spelt in one go: to make a string of every two characters takes Python half as long again.
    """
    data = array("I", f" {runs} ".encode(_UTF_32))
    spelt = array("I", [0x20]) * (3 * len(data) - 3)
    spelt[0::3] = data[:-1]
    spelt[1::3] = data[1:]
    found = set(spelt.tobytes().decode(_UTF_32).split())
    found.update(runs)
    found.discard(" ")
    return found


_UTF_32 = f"utf-32-{sys.byteorder[0]}e"
