"""The words of the interface, and of the server's own pages: a file a language, for translators to edit.

A message is plain text with `{names}` for what is filled in; it is escaped where it is written. Every file has the
messages of `en.toml`, no more and no fewer, with the same names in them (a test says so).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from wirecopy.errors import ConfigError
from wirecopy.publish.look import LANGUAGES
from wirecopy.text import is_rtl

__all__ = ["LANGUAGES", "Messages", "nearest", "of"]


class Messages:
    """The interface in one language: `say("changed", when=…)` is its words."""

    def __init__(self, language: str, words: dict[str, str]) -> None:
        self.language = language
        self.direction = "rtl" if is_rtl(language) else "ltr"
        self._words = words

    def __call__(self, name: str, **values: object) -> str:
        """The message of this name with its values filled in, as plain text.

        From right to left each value is isolated (UAX 9, FSI): else a date after an Arabic word is turned round.
        """
        words = self._words[name]
        if self.direction == "rtl":
            values = {each: f"\u2068{said}\u2069" if isinstance(said, str) else said for each, said in values.items()}
        return words.format_map(values) if values else words

    def names(self) -> frozenset[str]:
        """The names of all messages."""
        return frozenset(self._words)


@cache
def of(language: str) -> Messages:
    """The messages of a language. Raises ConfigError when there is no file of it."""
    if language not in LANGUAGES:
        raise ConfigError(f"the interface does not speak {language!r}; it speaks {', '.join(LANGUAGES)}")
    stored = resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
    return Messages(language, tomllib.loads(stored))


def nearest(language: str) -> str:
    """The language of the interface for readers of this language (BCP 47): "zh-TW" is "zh-Hant", others "en"."""
    tag = language.lower()
    if tag.startswith("zh"):
        return "zh-Hant" if tag.endswith(("hant", "tw", "hk", "mo")) or "-hant-" in tag else "zh-Hans"
    return next((each for each in LANGUAGES if each == tag.split("-", 1)[0]), "en")
