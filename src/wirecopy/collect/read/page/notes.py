"""What stands in an article and does not tell the story: corrections, notes of the editors, boxes of facts.

Lines are known by how they begin, in the languages of the news; boxes by what they are called. A note stays in its
place, with its role.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

from wirecopy.collect.read import blocks
from wirecopy.collect.read.blocks import Dialect
from wirecopy.model import AnyBlock, Aside, Blocks, Heading, Paragraph, document_text, plain, replace

_LONG = 900  # characters of a note; what is longer tells a story
_NAMES = 200  # characters of a name that are looked at
_BRIEF = 120  # characters of a title of a box

_CORRECTION = re.compile(
    r"""[\W_]*(?:
    (?:corrections?|clarifications?|correction\s+and\s+clarification|erratum|errata|retraction)\s*(?:[:—–-]|\(|\n|$|&)
    |(?:this|the)\s+(?:article|story|post|piece|report|headline)\s+(?:was|has\s+been|is)\s+(?:\w+\s+){0,3}(?:amended|corrected|clarified|revised)
    |(?:an|a)\s+(?:earlier|previous)\s+version\s+of\s+(?:this|the)\b|(?:due\s+to|because\s+of)\s+an\s+editing\s+error
    |(?:berichtigung|korrektur(?:hinweis)?|richtigstellung|klarstellung)\s*[:(–-]|in\s+einer\s+(?:früheren|vorherigen|ersten)\s+(?:version|fassung)
    |(?:rectificatif|erratum|correction|précision)\s*[:(–-]|une\s+(?:première|précédente)\s+version\s+de\s+cet\s+article
    |(?:corrección|rectificación|fe\s+de\s+(?:erratas|errores)|aclaración)\s*[:(–-]|una\s+(?:primera\s+|anterior\s+)?versión\s+(?:anterior\s+|previa\s+)?de\s+est[ea]
    |(?:correção|errata|retificação|erramos)\s*[:(–-]|uma\s+versão\s+anterior\s+dest
    |(?:rettifica|precisazione|errata\s+corrige)\s*[:(–-]
    |(?:rectificatie|correctie)\s*[:(–-]|in\s+een\s+eerdere\s+versie|(?:rättelse|rettelse|retting|oikaisu)\s*[:(–-]
    |(?:sprostowanie|korekta)\s*[:(–-]|(?:исправлени[ея]|уточнени[ея]|поправка)\s*[:(–-]|в\s+(?:предыдущей|первоначальной)\s+версии
    |(?:düzeltme|tekzip)\s*[:(–-]|(?:تصحيح|تصويب)\s*[:(–-]|(?:更正|勘误|勘誤|澄清|訂正|おわび|정정)(?:启事|啟事|说明|說明|声明|とおわび|보도)?\s*[:：】（(]
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NOTE = re.compile(
    r"""[\W_]*(?:
    (?:editor|publisher)(?:['’]?s|s['’])?\s+note\s*(?:[:—–-]|\n|$)|note\s+(?:to|from|by)\s+(?:the\s+)?(?:readers?|editors?)\s*[:—–-]
    |(?:anmerkung|hinweis)\s+(?:der|aus\s+der|an\s+die)\s+(?:redaktion|leser)|(?:anm|anmerkung)\.?\s+d\.?\s+red
    |note\s+de\s+(?:la\s+)?(?:rédaction|l['’]éditeur)|ndlr\b
    |nota\s+(?:de\s+la\s+redacción|del?\s+(?:la\s+)?(?:editor|redacción|redactor)|da\s+redação|do\s+editor|della\s+redazione|dell['’]editore)
    |noot\s+van\s+de\s+redactie|(?:red(?:aktionens|aksjonens)?)\.?\s+(?:anm|anmärkning|bemærkning)\b
    |od\s+redakcji\s*[:.–-]|(?:от\s+редакции|примечание\s+редакции|прим\.\s+ред)
    |editörün\s+notu|ملاحظة\s+(?:المحرر|التحرير)|(?:编者按|編者按|编者注|編者註|編者注|编辑注|編集部注|編集注|편집자\s*주)\s*[:：】]?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_FACTBOX = re.compile(
    r"(?:^|[\s_-])(?:fact-?box|facts-?box|faktenbox|info-?box|info-?kasten|infokasten|fakta-?(?:ruta|boks|box)|faktaboks|key-?facts?|"
    r"at-?a-?glance|explainer-?box|hintergrund-?box|encadre|recuadro|despiece|glossary-?box|background-?box|boxout)"
)


# A box that stands for something embedded until its reader agrees is no fact.
_CONSENT = re.compile(
    r"cookie|datenschutz|privacy|personenbezogen|consent|données personnelles|datos personales", re.IGNORECASE
)


def marked(body: Blocks) -> Blocks:
    """The body with a role on the paragraphs that correct it or that its editors add."""
    return tuple(_marked(block) if isinstance(block, Paragraph) and not block.role else block for block in body)


def is_factbox(names: str) -> bool:
    """Do these names of an element say that it is a box of facts?"""
    return _is_factbox(names[:_NAMES])


@lru_cache(maxsize=2048)
def _is_factbox(names: str) -> bool:
    return _FACTBOX.search(names.lower()) is not None


def factbox(element: HtmlElement, dialect: Dialect) -> Blocks:
    """A box of facts as an aside, its first heading as its title."""
    found = blocks.read(element, dialect).blocks
    if _CONSENT.search(document_text(found)[:_LONG]):
        return ()
    match found:
        case (Heading() as first, *rest) if rest and len(plain(first.text)) < _BRIEF:
            body: tuple[AnyBlock, ...] = tuple(rest)
            return (Aside(role="factbox", title=plain(first.text).replace("\n", " "), body=body),)
        case (Aside() as only,):
            return (replace(only, role="factbox"),)
        case ():
            return ()
        case _:
            return (Aside(role="factbox", body=found),)


def _marked(paragraph: Paragraph) -> Paragraph:
    words = plain(paragraph.text)
    if len(words) > _LONG:
        return paragraph
    if _CORRECTION.match(words):
        return replace(paragraph, role="correction")
    return replace(paragraph, role="note") if _NOTE.match(words) else paragraph
