"""Which language a text is in, as far as its script and its smallest words tell: to check what a page declares.

A declaration is believed unless the text cannot be in that language; Chinese is told apart by its characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SAMPLE = 800  # characters that are looked at
_LEAST = 60  # letters below which a text says nothing
_SCRIPTS = {
    "han": re.compile(r"[\u3400-\u9fff]+"), "kana": re.compile(r"[\u3040-\u30ff]+"),
    "hangul": re.compile(r"[\uac00-\ud7af]+"), "cyrillic": re.compile(r"[\u0400-\u052f]+"),
    "greek": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+"), "arabic": re.compile(r"[\u0600-\u06ff\u0750-\u077f]+"),
    "hebrew": re.compile(r"[\u0590-\u05ff]+"), "thai": re.compile(r"[\u0e00-\u0e7f]+"),
    "devanagari": re.compile(r"[\u0900-\u097f]+"), "bengali": re.compile(r"[\u0980-\u09ff]+"),
    "georgian": re.compile(r"[\u10a0-\u10ff]+"), "armenian": re.compile(r"[\u0530-\u058f]+"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]+"),
}  # fmt: skip
# The languages that a script is for; the first is meant when nothing is declared, "" says that it can't be told.
_WRITTEN = {
    "kana": ("ja",), "han": ("zh", "ja", "yue", "wuu", "nan", "lzh", "cmn"), "hangul": ("ko",), "greek": ("el",),
    "hebrew": ("he", "iw", "yi"), "thai": ("th",), "bengali": ("bn", "as"), "georgian": ("ka",), "armenian": ("hy",),
    "arabic": ("", "ar", "fa", "ur", "ps", "ug", "ku", "ckb", "sd", "ks"), "devanagari": ("", "hi", "mr", "ne", "sa"),
    "cyrillic": ("", "ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "tt", "uz", "az", "bs", "ce", "os"),
}  # fmt: skip
_LETTERS = (
    (re.compile("[іїєґ]"), "uk"), (re.compile("[ыэё]"), "ru"), (re.compile("[ћђљњ]"), "sr"),
    (re.compile("[پچگژ]"), "fa"), (re.compile("[ٹڈڑے]"), "ur"), (re.compile("[ةىإأ]"), "ar"),
)  # fmt: skip
_SIMPLIFIED = frozenset("这国为说们来时个对会学过发经现实关长问门车东书见让还进样种将从无开动机业产")
_TRADITIONAL = frozenset("這國為說們來時個對會學過發經現實關長問門車東書見讓還進樣種將從無開動機業產")
_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is that was for on with are this have from",
        "de": "der die und das ist nicht mit auf für eine den von dem sich auch",
        "fr": "les des est une dans que qui pour pas sur avec cette du aux",
        "es": "los las una por con para que del es como más pero sus el",
        "pt": "uma não com para os por mais das foi são ao pela no",
        "it": "il che della per non una con sono gli del è anche alla",
        "nl": "het een van de dat niet voor met zijn aan ook maar",
        "pl": "się nie na jest że do jak przez oraz dla w z po",
        "sv": "och att det som är inte på för med till av ett",
        "da": "og at det som er ikke på for med til af et",
        "tr": "ve bir bu için ile olarak olan da de çok",
        "cs": "se na že je pro jako by jsou ale také",
        "id": "yang dan di dengan untuk dari ini pada tidak itu",
        "vi": "của và là các cho trong được không với những",
    }.items()
}


def spoken(declared: str, lines: Iterable[str]) -> str:
    """The language of a text (a BCP 47 tag): as declared, unless its script says otherwise; "" if nobody knows."""
    sample = _sample(lines)
    first = declared.lower().partition("-")[0]
    script = _script(sample)
    if not script:
        return declared
    if script == "latin":
        wrong = bool(first) and any(first in written for written in _WRITTEN.values()) and first not in _BOTH
        return _by_words(sample) or declared if wrong or not first else declared
    written = _WRITTEN[script]
    if not first or first not in written:
        declared = written[0] or next((tag for letters, tag in _LETTERS if letters.search(sample)), "")
    if declared.lower() in ("zh", "cmn"):
        return _chinese(sample)
    return declared


_BOTH = frozenset({"sr", "bs", "uz", "az", "kk", "ku", "tt", "mn", "nan"})  # written in Latin letters too


def _sample(lines: Iterable[str]) -> str:
    """Lines with something in them, until there are enough."""
    found: list[str] = []
    length = 0
    for line in lines:
        if len(line) > 20 or (len(line) > 8 and not line.isascii()):
            found.append(line[:300])
            length += len(found[-1])
            if length > _SAMPLE:
                break
    return " ".join(found)


def _script(sample: str) -> str:
    """The script of most of it; one of other letters than Latin is seen early, for news are full of Latin names."""
    if sample.isascii():
        return "latin" if len(sample) > _LEAST else ""
    foreign = _count(_NOT_LATIN, sample)
    if foreign * 4 < len(sample) - foreign:
        return "latin" if len(sample) > _LEAST else ""
    counts = {script: _count(letters, sample) for script, letters in _SCRIPTS.items()}
    if sum(counts.values()) < _LEAST:
        return ""
    if counts["kana"] * 8 > counts["han"] and counts["kana"] + counts["han"] > counts["latin"]:
        return "kana"
    return max(counts, key=lambda script: counts[script] * (2.0 if script in ("han", "hangul") else 1.0))


def _count(letters: re.Pattern[str], sample: str) -> int:
    """How many of these letters there are, taken by runs."""
    return len("".join(letters.findall(sample)))


_NOT_LATIN = re.compile("[\u0370-\u1cff\u2e80-\ud7ff]+")


def _by_words(sample: str) -> str:
    said = sample.lower().split()
    counts = {language: sum(word in words for word in said) for language, words in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > max(4, len(said) * 0.08) else ""


def _chinese(sample: str) -> str:
    simplified = sum(map(_SIMPLIFIED.__contains__, sample))
    traditional = sum(map(_TRADITIONAL.__contains__, sample))
    if simplified + traditional < 3:
        return "zh"
    return "zh-Hans" if simplified >= traditional else "zh-Hant"
