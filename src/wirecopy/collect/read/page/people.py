"""Names of authors out of what pages put where names belong: bylines, addresses, roles, houses.

- A person is named by two to five words that begin like names do, by a name in ideographs or hangul, or by whatever
  stands alone where a page's data names its author.
- Roles, places, dates and addresses are no names. Houses (an agency, a desk, the outlet itself) are not persons: they
  are told apart, for a page that names no person but a house has said who wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from wirecopy.collect.read.page.titles import same


def _words(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


# What leads to a name: words that say it by themselves, words that need a colon, and those that are only said of names.
_SURE = (
    r"(?:written|posted|published|reported|text|story|article|words|created|submitted|authored|contributed|photos?)\s+by|"
    r"author|authors|autor(?:in|a|es|zy|ka|innen)?|auteure?s?|autrice|autore|verfasser(?:in)?|verfasst\s+von|"
    r"geschrieben\s+von|ver[öo]ffentlicht\s+von|publi(?:é|cado|cat)\s+(?:par|por)|escrito\s+por|[ée]crit\s+par|"
    r"propos\s+recueillis\s+par|eingestellt\s+von|erstellt\s+von|gespeichert\s+von|"
    r"(?:ein\s+)?(?:beitrag|artikel|gastbeitrag|kommentar|interview|text)\s+von|skrevet\s+av|skriven\s+av|penulis|yazar|"
    r"автор(?:ы)?|συντάκτης|γράφει\s+(?:ο|η)|نویسنده|tác\s+giả|about\s+the\s+authors?"
)
_OFTEN = r"by|von|vom|par|por|door|av|af|oleh|yazan|napsal|autorem|pisze|oprac\.?|του|της|מאת|بقلم|كتب|إعداد|โดย"
_WITH_COLON = (
    r"writers?|reporters?|reporting|redakteur(?:in)?|redaktion|journalist(?:in)?|text|tekst|teksti|texto|"
    r"текст|от|di|da|del|posted|from|opinion|analysis|interview|report|news|commentary|credits?|words|story"
)
_HAN_LEADERS = (
    r"作者|记者|記者|本报记者|本報記者|本刊记者|特约记者|驻\S{1,6}记者|撰文|文字|编译|編譯|著者|筆者"
    r"|執筆|文|글|글쓴이|취재"
)
_BEFORE = re.compile(
    rf"^(?:(?:{_SURE})\s*(?:[:：|–—-]\s*|\s+)|(?:{_OFTEN})(?:\s*[:：|]\s*|\s+)|(?:by|von|par)(?=(?-i:[A-Z][a-z]))"
    rf"|(?:{_WITH_COLON})\s*[:：|]\s*"
    rf"|(?:{_HAN_LEADERS})\s*(?:[:：/／|｜丨●]\s*|\s+|(?=[\u4e00-\u9fff]{{2,4}}(?:$|[\s、，,]))))",
    re.IGNORECASE,
)
_LEADER = re.compile(
    rf"(?:(?:{_SURE}|{_OFTEN}|{_HAN_LEADERS})\s*[:：/／|]?|(?:{_WITH_COLON})\s*[:：|])$", re.IGNORECASE
)
# A dot that parts names, and not the two halves of a foreign name in Chinese: 苏珊·佩克.
_DOT = r"(?:(?<![\u4e00-\u9fff])·|·(?![\u4e00-\u9fff]))"
_SURE_LEADER = re.compile(rf"(?:{_SURE})\b", re.IGNORECASE)
# Where a name ends: a role, a house, a date, a place, a handle, what a machine adds.
_AFTER = re.compile(
    r"\s*(?:\((?!['\"“]?\w+['\"”]?\)\s+\w)[^)]*\)?|（[^）]*）?|\[[^\]]*\]?)\s*$"
    r"|\s+(?:for|für|pour|para|aus|in|at|from)\s+(?:the\s+)?[A-ZÄÖÜ].*$"
    rf"|\s*(?:[|–—•]|{_DOT}|\s-\s|\s/\s?).*$"
    r"|\s+(?:is|was|ist|war|est|es|è|é|has|hat|covers|writes|joined|worked|lives)\s.*$"
    r"|\s+(?:published|posted|updated|aktualisiert|veröffentlicht|publié|publicado|modifié|on|am|um|le|el|il)\s.*\d.*$"
    r"|\s*@\w+.*$|\s*(?:记者|記者|报道|報導|報道|기자|编辑|編輯|特派员)(?:[\s/／|(（].*)?$|\s*[\w.+-]+@[\w.-]+.*$"
    r"|\s+(?:follow|seguir|suivre|folgen|read\s+more|view\s+all|weiter|more\s+by|bio|profile|關注|关注)\b.*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\s*(?:[;、，；／|•\n]|{_DOT}|,(?!\s*(?:jr|sr|ph\.?d|m\.?d|esq)\b)|(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])|\s&\s|\s\+\s"
    r"|\s(?:and|und|et|y|e|и|i|a|och|og|en|ja|ve|dan|və|та|και|و)\s)\s*",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:full|bio|staff|senior|junior|chief|correspond\w*|report(?:er|ers|ing)|writers?|editors?|editorial|columnist\w*|"
    r"contribut\w*|journalist\w*|redakteur\w*|redaktor\w*|chefredak\w*|volont\w*|korrespond\w*|r[ée]dact(?:eur|rice)\w*|"
    r"redactor\w*|periodista\w*|director\w*|manager\w*|founder|co-founder|ceo|cto|president|professor|prof|analyst|"
    r"producer|photograph\w*|fotograf\w*|specialist|expert|engineer|author|autor(?:in)?|blogger|freelance\w*|leiter\w*|"
    r"mitarbeit\w*|reviewed|fact.?check\w*|publisher|strateg\w*|consultant|researcher|fellow|marketing|content|min|"
    r"minutes?|read|lesezeit|comments?|kommentare?|share|teilen|subscribe|updated|published|posted|photo|foto|image|bild|"
    r"quelle|source|credit|copyright|getty|special\s+to|exclusive|opinion|meinung|home|login|datum|date|uhr|news|category|"
    r"kategorie|views?|likes?|print|drucken|e-?mail|facebook|twitter|linkedin|whatsapp|follow|more|mehr|all|tags?)\b",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"\b(?:redaktion\w*|redacci[oó]n|r[ée]daction|redazione|redação|redakcja|redakce|redaksi|editorial|news\s*desk|newsdesk|"
    r"newsroom|desk|staff|team|teams|reuters|afp|dpa\w*|apa|ap|sda|sid|efe|ansa|ritzau|ntb|tt|belga|anp|pti|ians|ani|xinhua|"
    r"tass|associated\s+press|agence\s+france-presse|bloomberg|wire|agenc\w+|agentur|agencies|ajans\w*|agentia|"
    r"co\.|kg|press|media|group|inc|gmbh|llc|ltd|magazin\w*|magazine|blog|online|service|services|institute?|university|"
    r"foundation|stiftung|verein|bund|verband|network|tv|radio|times|post|news|zeitung|nachrichten|guest|gast\w*|"
    r"the\s+editors?|contributors?|reports?|редакция)\b|新华社|新華社|中新社|中央社|共同|编辑部|編輯部|本报|本報|网|報社|일보|뉴스|新聞|通信",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"^(?:admin(?:istrator)?\d*|root|editor|user|webmaster|super\s?user|unknown|anonymous|anonym|null|none|undefined|"
    r"nan|n/?a|true|false|default|author|authors|by|and|share|test|wordpress|guest|von|name|未知|佚名|匿名|小编|本站|网络)$",
    re.IGNORECASE,
)
_WEB = re.compile(r"https?://|www\.|\w@\w|^@|^[\w-]+\.(?:com|org|net)/", re.IGNORECASE)
_PARTICLES = _words(
    "de da di do dos das del della van von vom zu zur der den des la le el al ten ter bin ibn ben abu of y e und af av "
    "mac mc st ap ul ur"
)
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONG = 400
_NO_NAME = _words(
    "the a an this that these how why what when where who your you our my his her their is are was were not new first "
    "der die das ein eine wie was warum wer wo und nicht mehr alle le les un une des pour el los las una por para il "
    "lo gli in on at for with about january february march april june july august september october november december "
    "januar februar märz mai juni juli oktober dezember monday tuesday wednesday thursday friday saturday sunday "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag"
)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom some words name: persons, and houses."""

    persons: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.persons or self.houses)


def names_of_data(said: Iterable[str], site: str) -> tuple[str, ...]:
    """The persons in a page's data, where each entry should be one name."""
    return of_data(said, site).persons


def of_data(said: Iterable[str], site: str, outlet: tuple[str, ...] = ()) -> Named:
    """Whom a page's data names, where each entry should be one name. `outlet`: other names of the outlet."""
    persons: list[str] = []
    houses: list[str] = []
    for each in said:
        found = _read(each, (site, *outlet), loose=True)
        persons += found.persons
        houses += found.houses
    return Named(tuple(dict.fromkeys(persons)), tuple(dict.fromkeys(houses)))


def of_byline(said: str, site: str, outlet: tuple[str, ...] = (), *, loose: bool = False) -> Named:
    """Whom a visible line names; `loose`: the place says that it is a name, whatever it looks like."""
    return _read(said, (site, *outlet), loose=loose)


def is_led(words: str) -> bool:
    """Do these words begin like a byline ("By …", "Von …", "记者：…")?"""
    return _BEFORE.match(words) is not None


def is_surely_led(words: str) -> bool:
    """Do they begin with words that are only said of an author ("Written by …", "Autor: …")?"""
    return _SURE_LEADER.match(words) is not None


def is_leader(words: str) -> bool:
    """Are these the words before a name, and nothing more ("By", "作者：")?"""
    return _LEADER.match(words) is not None


def unled(words: str) -> str:
    """The words without those that lead to a name."""
    for _ in range(3):
        if not (match := _BEFORE.match(words)) or match.end() == len(words):
            break
        words = words[match.end() :]
    return words


def _read(said: str, outlet: tuple[str, ...], *, loose: bool) -> Named:
    said = "\n".join(" ".join(line.split()) for line in said[:_LONG].split("\n")).strip()
    if not said or (_WEB.match(said) and " " not in said):
        return Named()
    if wire := _WIRE.search(said):
        run = wire[1]
        return Named(persons=(run[: 2 if len(run) < _THREE_AND_A_PLACE else 3],))
    persons: list[str] = []
    houses: list[str] = []
    for part in _parts(unled(said)):
        if _PLACE.fullmatch(part):
            continue
        name = _bare(part)
        if _NOBODY.match(name) or _LEADER.match(part.strip()) or not 2 <= len(name) <= 60:
            continue
        if is_outlet(name, outlet) or (_HOUSE.search(name) and not _WEB.search(name)):
            if len(name.split()) <= 6 and not any(c.isdigit() for c in name):
                houses.append(name)
        elif is_name(name) or (loose and _may_be_name(name)):
            persons.append(name)
    if houses and "," in said and all(" " not in name and not _IDEOGRAPHS.search(name) for name in persons):
        persons = []  # "Harbour Radio, Oslo, Norway": places
    return Named(tuple(dict.fromkeys(persons)), tuple(dict.fromkeys(houses)))


def _parts(said: str) -> list[str]:
    parts = [part for part in _BETWEEN.split(said) if part]
    if len(parts) == 2 and "," in said and all(" " not in part for part in parts) and not _IDEOGRAPHS.search(said):
        return [f"{parts[1]} {parts[0]}"]  # "Brandt, Ada"
    if len(parts) == 1 and _HAN_NAMES.fullmatch(said):
        return said.split()
    return parts


_PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,4}(?:電|电)?(?:報導|报道|報道|綜合報導)"
)  # "台北報導": where it was reported from
# "中央社記者王小明台北8日電": a name, the place, the day, without anything between; most names have three characters.
_WIRE = re.compile(r"(?:記者|记者)([\u4e00-\u9fff]{4,7})\d{1,2}日(?:[專专综綜]合?)?[電电]")
_THREE_AND_A_PLACE = 5
_HAN_NAMES = re.compile(r"[\u4e00-\u9fff]{2,4}(?:\s[\u4e00-\u9fff]{2,4}){1,5}")
_WIDE_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,4}|[\uac00-\ud7af]{2,4}|[\u4e00-\u9fff·・]{4,14}"
    r"|[\u3040-\u30ff\u4e00-\u9fff]{1,5}\s?[\u3040-\u30ff\u4e00-\u9fff]{1,5}"
)


def _bare(part: str) -> str:
    """A name without what hangs on its ends."""
    part = unled(part)
    for _ in range(3):
        shorter = _AFTER.sub("", part)
        if shorter == part or not shorter.strip():
            break
        part = shorter
    return part.strip(' \t.:：,，-–—|()（）[]*"“”„»«›‹•~<>').removesuffix("'s").strip()


@lru_cache(maxsize=2048)
def is_name(name: str) -> bool:
    """Do these words look like a person's name?"""
    if _WEB.search(name) or not 2 <= len(name) <= 45 or any(c.isdigit() for c in name):
        return False
    if _IDEOGRAPHS.search(name):
        return _WIDE_NAME.fullmatch(name) is not None
    words = name.split()
    return (
        2 <= len(words) <= 5
        and not _ROLE.search(name)
        and all(map(_is_part, words))
        and words[-1].lower() not in _PARTICLES
    )


def _is_part(word: str) -> bool:
    """May this word be part of a name: does it begin like one, or is it a particle?"""
    bare = word.strip(".,'’\"()“”-")
    small = bare.lower()
    if not bare or not bare[0].isalpha():
        return False
    if bare[0].islower():
        return small in _PARTICLES or "'" in bare or "’" in bare
    if small in _NO_NAME and not (len(word) == 2 and word[1] == "."):
        return False
    return word[0] in '"“(' or all(c.isalpha() or unicodedata.combining(c) or c in ".'’-‑´`" for c in bare)


def _may_be_name(name: str) -> bool:
    """May this be a name where a name is meant: one word, an initial, a user's name?"""
    if _WEB.search(name) or _ROLE.fullmatch(name):
        return False
    words = name.split()
    digits = sum(c.isdigit() for c in name)
    if len(words) == 1:
        return len(name) <= 30 and digits <= max(4, len(name) // 2) and any(c.isalpha() for c in name)
    if len(words) > 5 or digits or _ROLE.search(name):
        return False
    return all(not word[0].islower() or word.lower() in _PARTICLES for word in words) and not words[-1][0].islower()


def is_outlet(name: str, outlet: tuple[str, ...]) -> bool:
    """Is this the outlet itself, as it or its address calls it?"""
    spelt = same(name)
    if len(spelt) < 2:
        return False
    for each in outlet:
        known = same(each)
        if known and (spelt == known or (len(known) > 4 and known in spelt and len(spelt) < len(known) + 14)):
            return True
        if known and len(spelt) > 5 and spelt in known and " " not in each:
            return True
    return False
