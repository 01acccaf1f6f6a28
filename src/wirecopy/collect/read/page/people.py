"""Names of authors out of what pages put where names belong: bylines, addresses, roles, houses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wirecopy.collect.read.page.titles import same

_BEFORE = re.compile(
    r"^(?:(?:written|posted|published|reported|text|story|article|words|report|reviewed)\s+by|by|von|vom|par|por|da|di|door|af|av|от|автор|autor(?:in|a|es)?|author|auteur|autore|reporter|text|door|skrevet\s+av|oleh"
    r"|作者|记者|記者|编辑|編輯|责编|责任编辑|責任編輯|撰文|文|来源|著者|글|기자)(?:\s*[:：/／|]\s*|\s+)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:[,(（|–—-]\s*)?(?:\b(?:staff|senior|chief|political|correspondent|reporter|writer|editor|editors|columnist|contributor|associated\s+press|redaktion|redakteur(?:in)?|reuters|afp|dpa|ap|follow|@\w+|on|updated|published|posted|am|um|le|el|il)\b|记者|記者|报道|報導|기자).*$",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(r"\s*(?:[,;|、，；&/·•\n]|\band\b|\bund\b|\bet\b|\sy\s|\be\b|\bи\b|\boch\b|\bog\b|\ben\b)\s*")
_NOBODY = re.compile(
    r"""^(?:admin(?:istrator)?|redaktion|redaction|rédaction|la\s+rédaction|redacci[oó]n|redazione|staff|editor(?:s|ial)?|news\s*(?:desk|room|staff)?|webmaster|author|guest|unknown|anonymous|press\s+release|
    reuters|afp|dpa|ap|associated\s+press|the\s+associated\s+press|agencies|agencia|online|null|none|undefined|the\s+editors?|contributors?|wire\s+(?:reports|services?)|редакция|新华社|本报记者|本站|小编|编辑部|网络|未知|佚名)$""",
    re.IGNORECASE | re.VERBOSE,
)
_WEB = re.compile(r"https?://|www\.|@|\.(?:com|org|net|de|cn|ru)\b", re.IGNORECASE)


def names_of_data(said: Iterable[str], site: str) -> tuple[str, ...]:
    """The names in a page's data, where each entry should be one name."""
    found: list[str] = []
    for each in said:
        if _WEB.search(each):
            continue
        found += names(each, site)
    return tuple(dict.fromkeys(found))


def names(said: str, site: str) -> tuple[str, ...]:
    """The names in a byline."""
    said = " ".join(said.split())[:300]
    said = _unled(said)
    found = []
    for part in _BETWEEN.split(said):
        name = _AFTER.sub("", _unled(part)).strip(" .:：,-–—|()（）[]")
        if _is_name(name, site):
            found.append(name)
    return tuple(dict.fromkeys(found))


def _unled(words: str) -> str:
    """The words without those that lead to a name ("By", "记者：")."""
    while match := _BEFORE.match(words):
        words = words[match.end() :]
    return words


def _is_name(name: str, site: str) -> bool:
    if not 2 <= len(name) <= 50 or _NOBODY.match(name) or _WEB.search(name) or any(c.isdigit() for c in name):
        return False
    if site and same(name) == same(site):
        return False
    words = name.split()
    if len(words) > 5:
        return False
    return (
        name[0].isupper()
        or not name[0].isascii()
        or (name[0].islower() and len(words) == 1)
        or any(w[0].isupper() for w in words)
    )
