"""A Chinese article in the other script, as OpenCC (the extra `zh`) makes it: a view, never what is stored.

Every word that a reader sees is converted, no address and no name of a kind is. OpenCC knows phrases, and yet not every
one: 面条和面对 is too hard for it. That is why the copy as it was published is always a link away.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import msgspec

from wirecopy.errors import ConfigError
from wirecopy.model import Article
from wirecopy.text import language_tag

_NO_WORDS = frozenset(
    {"source", "key", "kind", "url", "href", "ref", "rel", "is", "role", "language", "marks", "published", "modified",
     "at", "reader", "rules", "short_url", "seams", "lost"}
)  # fmt: skip


def other(language: str) -> str:
    """The other script of a Chinese language tag (BCP 47), "" for a language that is not Chinese."""
    tag = language_tag(language).lower()
    if tag != "zh" and not tag.startswith("zh-"):
        return ""
    return "zh-Hans" if "hant" in tag or tag.endswith(("tw", "hk", "mo")) else "zh-Hant"


def converted(article: Article) -> Article:
    """The article in the other script. Raises ConfigError where OpenCC is not installed."""
    language = other(article.language)
    convert = _converter("s2t" if language == "zh-Hant" else "t2s")
    told = _walked(msgspec.to_builtins(article), convert)
    made = msgspec.convert(told, Article)
    return msgspec.structs.replace(made, language=language)


def _walked(value: object, convert: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return convert(value)
    if isinstance(value, list | tuple):
        return [_walked(each, convert) for each in value]
    if isinstance(value, dict):
        return {key: each if key in _NO_WORDS else _walked(each, convert) for key, each in value.items()}
    return value


@cache
def _converter(name: str) -> Callable[[str], str]:
    try:
        from opencc import OpenCC
    except ImportError:
        raise ConfigError(
            "scripts = true shows Chinese articles in the other script by OpenCC, which is not installed: "
            "pip install 'wirecopy[zh]'"
        ) from None
    convert: Callable[[str], str] = OpenCC(name).convert
    return convert
