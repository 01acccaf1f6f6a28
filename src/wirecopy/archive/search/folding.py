"""Pure: what of a text is looked at when it is searched, in every script, and the tokens it is found by.

- Folded: case, accents, the marks of Arabic and Hebrew, width, traditional and simplified characters, what can't be
  seen. Letters of their own stay (Russian й). It is a view to match by; nothing of it is stored but the tokens.
- Cut: scripts without spaces (Han, kana, hangul, Thai …) into runs of characters, all others into words. The matter of
  a text is its runs and words, in order, a blank before and after each; what stands in the matter stands in the text.
- A token is a word, a character of a run, or two neighbours in a run: enough to find any piece of a run by. Two words
  in a row have a token too, which others may share.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence

from wirecopy.archive.search.hanzi import SIMPLIFIED

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
_PIECE = re.compile(f"[{_CHARACTERS}]+|[^\\W_{_CHARACTERS}]+")
_PIECE_WITH_SIGNS = re.compile(f"[{_CHARACTERS}]+|(?:[^\\W_{_CHARACTERS}]|[{_SIGNS}])+")
IN_WORDS = f"(?:[^\\W_{_CHARACTERS}]|[{_SIGNS}])"  # a character of a word, for patterns
_SIGN = re.compile(f"[{_SIGNS}]")

# Accents; the points of Hebrew; the marks of Arabic and its tatweel; soft hyphens, joiners, directions, variations.
_UNSEEN = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)
_PARTS = re.compile("[\u1100-\u11ff\u3099\u309a]")  # of hangul syllables and of voiced kana
_OTHERS = re.compile(f"[{''.join(map(chr, SIMPLIFIED))}]")
# How Arabic and Persian keyboards write the same letter, and letters that writers leave the dots off.
_LETTERS = (("\u0649", "\u064a"), ("\u06cc", "\u064a"), ("\u0629", "\u0647"), ("\u06a9", "\u0643"))
_OF_THEIR_OWN = (("и\u0306", "й"), ("і\u0308", "ї"))

_LONGEST = 40  # characters of a word that its token keeps: no word of a language is longer, addresses and codes are


def folded(text: str) -> str:
    """The text as it is compared. Folding twice is folding once; a line stays a line."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    for spelt, letter in (*_OF_THEIR_OWN, *_LETTERS):
        text = text.replace(spelt, letter)
    text = _UNSEEN.sub("", text)
    if _PARTS.search(text):
        text = unicodedata.normalize("NFC", text)
    return _OTHERS.sub(lambda found: SIMPLIFIED[ord(found[0])], text)


def pieces(line: str) -> list[str]:
    """The runs and words of a folded line, in order."""
    return (_PIECE_WITH_SIGNS if _SIGN.search(line) else _PIECE).findall(line)


def is_run(piece: str) -> bool:
    """Is this piece a run of characters, and not a word?"""
    return _RUN.match(piece) is not None


def matter(text: str) -> str:
    """The runs and words of a text, a line for each of its lines, a blank before and after each piece."""
    return "\n".join(f" {' '.join(pieces(line))} " for line in folded(text).split("\n"))


class Text:
    """A text by its lines, each folded when it is first looked at: what is looked for is often near the beginning."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._matters: list[str] = []

    def matters(self) -> Iterator[str]:
        """The matter of each line, in order."""
        yield from self._matters
        for line in self.lines[len(self._matters) :]:
            self._matters.append(matter(line))
            yield self._matters[-1]

    def has(self, needles: Iterable[str]) -> bool:
        """Does each of these stand in some line?"""
        missing = list(needles)
        for line in self.matters() if missing else ():
            missing = [needle for needle in missing if needle not in line]
            if not missing:
                break
        return not missing


def tokens(text: str) -> set[str]:
    """What a text is found by."""
    line = folded(text)
    found: set[str] = set()
    for part in _RUN.sub("\n", line).split("\n"):
        if words := pieces(part):
            found.update(word[:_LONGEST] for word in words)
            found.update(map(pair, words, words[1:]))
    runs = " ".join(_RUN.findall(line))
    if runs:
        found.update(_neighbours(runs).split())
    return found


def tokens_of(piece: str) -> list[str]:
    """What a run or word of a query is looked for by: all that its text must hold."""
    if not is_run(piece):
        return [piece[:_LONGEST]]
    return [piece] if len(piece) == 1 else [piece[place : place + 2] for place in range(len(piece) - 1)]


def pair(one: str, other: str) -> str:
    """The token of two words in a row, one of 65,536 private characters: a phrase is looked for in few texts only."""
    return chr(0xF0000 + (zlib.crc32(f"{one} {other}".encode()) & 0xFFFF))


def _neighbours(runs: str) -> str:
    """Each character and each pair of neighbours in these runs once, with blanks between.

    As numbers, because Python makes a new string of every character it looks at: half the time.
    """
    data = runs.encode("utf-32-le")
    view = memoryview(data)
    pairs = set(view[: len(data) & ~7].cast("Q"))
    pairs.update(view[4 : 4 + (len(data) - 4 & ~7)].cast("Q"))
    pairs_of_two = array("I", array("Q", pairs).tobytes())
    ones = array("I", set(view.cast("I")))
    end = 3 * len(pairs)
    out = array("I", b"\x20\0\0\0" * (end + 2 * len(ones)))
    if pairs:
        out[0:end:3] = pairs_of_two[0::2]
        out[1:end:3] = pairs_of_two[1::2]
    out[end::2] = ones
    return out.tobytes().decode("utf-32-le")
