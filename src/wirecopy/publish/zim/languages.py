"""Languages as ZIM files name them: ISO 639-3, three letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wirecopy.model import Shelf

# ISO 639-1 (the first part of a BCP 47 tag) to ISO 639-3, for the languages in which news is mirrored.
_THREE: dict[str, str] = dict(
    re.findall(
        r"(\w\w):(\w{3})",
        """
    af:afr am:amh ar:ara az:aze be:bel bg:bul bn:ben bo:bod bs:bos ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng
    eo:epo es:spa et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg gu:guj ha:hau he:heb hi:hin hr:hrv hu:hun hy:hye
    id:ind ig:ibo is:isl it:ita ja:jpn ka:kat kk:kaz km:khm kn:kan ko:kor ku:kur ky:kir lb:ltz lo:lao lt:lit lv:lav
    mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya nb:nob ne:nep nl:nld nn:nno no:nor om:orm pa:pan pl:pol ps:pus
    pt:por ro:ron ru:rus rw:kin si:sin sk:slk sl:slv so:som sq:sqi sr:srp sv:swe sw:swa ta:tam te:tel tg:tgk th:tha
    ti:tir tk:tuk tl:tgl tr:tur ug:uig uk:ukr ur:urd uz:uzb vi:vie xh:xho yo:yor zh:zho zu:zul
    """,
    )
)
_SEVERAL = "mul"


def three(language: str) -> str:
    """The ISO 639-3 code of a BCP 47 tag: "zh-Hant" is "zho". "" where we do not know it."""
    first = language.split("-", 1)[0].lower()
    return first if len(first) == 3 and first.isalpha() and first.isascii() else _THREE.get(first, "")


def of(shelves: Iterable[Shelf]) -> str:
    """The languages of these sources, that of most documents first, with commas; "mul" when none of them is known."""
    weights: dict[str, int] = {}
    for shelf in shelves:
        if code := three(shelf.language):
            weights[code] = weights.get(code, 0) + sum(number for _, number in shelf.months)
    return ",".join(sorted(weights, key=lambda code: (-weights[code], code))) or _SEVERAL
