"""What the first and the last lines of a report say about it: place and house, agencies, rights, authors.

- `read` finds the dateline at the head of the first paragraph, and gives the closing lines their roles ("agency",
  "rights"). The text itself stays in the body, byte for byte.
- A line is taken for what it looks like only when all of it does: a bracket that holds anything but known agencies is
  part of the story.
- `names` takes a byline apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from wirecopy.model import Blocks, Paragraph, plain, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A body whose closing lines have their roles, and what its lines say."""

    body: Blocks
    dateline: str = ""
    agencies: tuple[str, ...] = ()
    rights: str = ""


def read(body: Blocks) -> Lines:
    """The body with roles on its closing lines, and what they and its first line say."""
    blocks = list(body)
    paragraphs = [place for place, block in enumerate(blocks) if isinstance(block, Paragraph)]
    found: list[str] = []
    rights: list[str] = []
    for place in paragraphs[-_CLOSING:]:
        block = blocks[place]
        assert isinstance(block, Paragraph)
        words = plain(block.text).strip()
        if _RIGHTS.match(words) and len(words) <= _LONG_RIGHTS:
            blocks[place] = replace(block, role="rights")
            rights.append(words)
        elif (named := agencies(words)) is not None:
            blocks[place] = replace(block, role="agency")
            found += named
        elif ending := _ENDING.search(words):
            found += _known(ending[1]) or ()
    openings = (plain(block.text).strip() for block in body if isinstance(block, Paragraph))
    return Lines(
        body=tuple(blocks),
        dateline=dateline(next(filter(None, islice(openings, _OPENING)), "")),
        agencies=tuple(dict.fromkeys(found)),
        rights="\n".join(rights),
    )


def dateline(words: str) -> str:
    """The place or house at the head of a report, without its brackets or dash: "德国之声中文网", "BERLIN (dpa)"."""
    if bracket := _HOUSE.match(words):
        inside = bracket[1].strip()
        return inside if _IS_HOUSE.search(inside) or _known(inside) else ""
    place = _PLACE.match(words)
    return (place[1] or place[2]).strip(" ,") if place else ""


def agencies(line: str) -> tuple[str, ...] | None:
    """The agencies that a closing line names, () when it only says that there were several; None: it is no such line.

    Known forms: "（法新社）", "(路透社、德新社等)", "（综合报道）", "ust/kle (dpa, afp)".
    """
    match = _AGENCY_LINE.fullmatch(line.strip())
    return _known(match[1]) if match else None


def names(byline: str) -> tuple[str, ...]:
    """The names in a byline, as they are written: "null 邹宗翰" → 邹宗翰; "叶宣（综合报道）" → 叶宣."""
    # Blanks first: between names they are looked for in runs.
    bare = _BLANKS.sub(" ", _NOT_A_NAME.sub(" ", _BRACKETS.sub(" ", byline[:_LONG_BYLINE])))
    found = []
    for part in _BETWEEN_NAMES.split(bare):
        name = " ".join(_BEFORE_NAME.sub("", part.strip()).split()).strip(" :：-–—|,，。")
        # A blank stands between names in Chinese, and inside them elsewhere.
        found += name.split() if _HAN_NAMES.fullmatch(name) else [name]
    return tuple(dict.fromkeys(filter(None, found)))


def _words(spelt: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in spelt.split())


_OPENING = 3  # paragraphs, empty ones among them, before the text begins
_CLOSING = 6  # paragraphs at the end that may be closing lines
_LONG_BYLINE = 1_000  # characters
_LONG_RIGHTS = 600  # characters; the longest rights line of 2,800 real ones is below 120

_RIGHTS = re.compile(
    r"(?:©|\(c\)\s*\d{4}|copyright\b|all rights reserved|alle rechte vorbehalten|tous droits réservés"
    r"|.{0,40}(?:版权声明|版權聲明|版权所有|版權所有))",
    re.IGNORECASE,
)

# As they sign. Compared without case; a name that is also a word (AP, EPD) stands only inside brackets of such names.
_AGENCIES = _words("""
    法新社 路透社 路透 美联社 美聯社 德新社 德意志新闻社 德意志新聞社 新华社 新華社 中新社 中央社 共同社 时事社 時事社
    韩联社 韓聯社 塔斯社 国际文传电讯社 俄新社 埃菲社 安莎社 彭博社 彭博 法广 美国之音 自由亚洲电台 英国广播公司
    德广联 德国电视一台 德国电视二台 福音新闻社 天主教通讯社 瑞通社 奥通社 欧新社 半岛电视台 南华早报 南華早報
    明镜周刊 金融时报 华尔街日报 纽约时报 BBC CNN CCTV 央视 环球时报
    dpa afp ap rtr rtre reuters epd kna sid sda apa efe ansa tass interfax ria xinhua kyodo yonhap pti ani aap
    dw dapd ddp afpd apd dpad lusa anp belga ntb tt ritzau ukrinform unian bloomberg upi ips ots
""")
# What stands in an agency line beside names: that there were several sources, or how the report was made.
_SEVERAL = _words("""
    综合报道 综合报导 綜合報導 綜合報道 综合 綜合 综合消息 综合外电 编译 編譯 编译报道 摘编 摘編 整理
    报道 報道 报导 報導 等 等报道 等综合报道 with mit et al
""")
_BETWEEN = re.compile(r"[、,，/;；|]|\s+(?:and|und|et|y|und|with|mit)\s+|\s*&\s*|(?<=\S)(?=等)|\s{2,}")
_AGENCY_LINE = re.compile(
    # Initials of the desk, as DW's European editions sign: "ust/djo", "kle/hf (dpa, afp)".
    r"(?:[a-zäöüß]{2,4}(?:/[a-zäöüß]{2,4}){0,4}\s*)?[（(]([^（）()]{1,80})[）)]\s*[.。]?",
)
_ENDING = re.compile(r"[（(]([^（）()]{1,80})[）)]\s*$")
_HOUSE = re.compile(r"[（(]\s*([^（）()]{2,30}?)\s*[）)](?=.)", re.DOTALL)
_IS_HOUSE = re.compile(r"(?:中文网|中文網|之声|之聲|电台|電台|通讯社|通訊社|日报|日報|讯|訊|电|電|网|網)$")
# A place in capitals needs the long dash or its agency: "NATO - the alliance …" is no dateline.
# Each word is taken whole (++): how a long one could be cut in five would be tried for hours.
_PLACE = re.compile(
    r"""((?:[A-ZÄÖÜÉÈÇŁŚ](?:[A-ZÄÖÜÉÈÇŁŚ.'’/]|-(?!-))++[ ,]{0,2}){1,5})\s*(?:—|--)\s*(?=\S)
    |([A-ZÄÖÜÉÈÇŁŚ][\w\ .,'’/-]{1,40}\((?:AP|AFP|dpa|epd|KNA|Reuters|DW)\))\s*(?:—|–|--|-)\s*(?=\S)""",
    re.VERBOSE,
)
_BLANKS = re.compile(r"[^\S\n]+")
_BRACKETS = re.compile(r"[（(【\[][^（）()【】\[\]]{0,60}[)）】\]]")
_NOT_A_NAME = re.compile(r"\b(?:null|undefined|None)\b")
_BETWEEN_NAMES = re.compile(r"[、，,;；/|·•]|\s+(?:und|and|et|y|e|i|и|ve|و)\s+|\s*&\s*|\n")
_BEFORE_NAME = re.compile(
    r"""^(?:(?:by|von|par|por|autor(?:in)?|author|auteur|reporter|text)\s*[:：]?\s+
    |(?:作者|记者|記者|编辑|編輯|责编|撰文|文)\s*[:：]\s*)""",
    re.IGNORECASE | re.VERBOSE,
)
_HAN_NAMES = re.compile(r"[\u3400-\u9fff]{2,4}(?: [\u3400-\u9fff]{2,4})+")


def _known(inside: str) -> tuple[str, ...] | None:
    """The agencies in a bracket's text, as they are spelt; None when anything else stands there too."""
    parts = [part.strip() for part in _BETWEEN.split(inside) if part and part.strip()]
    parts = [part.removeprefix("据").removeprefix("據") for part in parts]
    if not parts or any(part.casefold() not in _AGENCIES | _SEVERAL for part in parts):
        return None
    return tuple(part for part in parts if part.casefold() in _AGENCIES)
