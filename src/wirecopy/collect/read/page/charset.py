"""The text of a capture: which encoding its bytes are in.

A byte order mark says; else what is valid UTF-8 beyond ASCII is UTF-8, whatever is declared; else what the answer's
head or the page declares, if the bytes agree; else the encoding in which they make most sense.
"""

from __future__ import annotations

import codecs
import re

from wirecopy.model import Capture

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_IN_HEAD = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE | re.ASCII)
_IN_PAGE = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_DECLARED_IN = 4096  # bytes; the standard says 1,024, pages don't keep to it
_SAMPLE = 60_000  # bytes by which an encoding is guessed
_WRONG = 0.002  # share of undecodable characters that a declared encoding may have: cut and pasted ones

# Kinds of answers that hold no page, and characters that no text has (the WHATWG's MIME Sniffing, binary data bytes).
_NO_PAGE = re.compile(
    r"(?:image|audio|video|font|model)/|text/css|application/(?:pdf|zip|(?:[\w.-]+\+)?json|\w*javascript)$"
)
_WIDE = re.compile(rb"\xff\xfe|\xfe\xff|[\s<]\0|\0[\s<]")  # how a page of two bytes a character begins
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\f\r\x1b"})
_BINARY = 0.01  # share of them; a guess: stray ones stand in many pages, packed bytes have a tenth

# As browsers take them (the WHATWG's Encoding Standard): the larger one of the same family.
_TAKEN_AS = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "iso-8859-1": "cp1252",
    "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252", "iso8859-1": "cp1252",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs", "x-big5": "big5hkscs", "iso-8859-9": "cp1254",
    "tis-620": "cp874", "utf8": "utf-8", "windows-1251": "cp1251", "koi8-r": "koi8_r", "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp", "big5-hkscs": "big5hkscs",
}  # fmt: skip
# Letters that a page in the encoding's language can't do without.
_COMMON = {
    name: frozenset(letters)
    for name, letters in (
        ("gb18030", "的一是在不了有和人这中大为上个国我以要他时来用们到说会可也出就对年"),
        ("big5hkscs", "的一是在不了有和人這中大為上個國我以要他時來用們到說會可也出就對年"),
        ("euc_jp", "のにはをたがでてとしれさいるなもあこ"),
        ("cp932", "のにはをたがでてとしれさいるなもあこ"),
        ("cp949", "이다는의에을가고를한은로기지사하도"),
        ("cp1251", "оеаинтсрвлкмдпуяыьгзбчйх"),
        ("koi8_r", "оеаинтсрвлкмдпуяыьгзбчйх"),
        ("cp1253", "αοιετσνηυρπκμλςάόίέή"),
        ("cp1256", "اليمنوترةبعدفهسكق"),
        ("cp1255", "יוהלארתבשמנדעחקפ"),
        ("cp1250", "ąćęłńóśźżáčďéěíňřšťúůýžőűșțâă"),
        ("cp1252", "äöüßéèàçêñáíóúãõåæøâîôûë’“”–"),
        ("cp1254", "ışğçöüİ"),
    )
}
_TAGS = re.compile(rb"<(script|style)\b.*?</\1|<[^>]*>", re.DOTALL | re.IGNORECASE)
_GLANCE = 6_000  # bytes of what is told by which a declared encoding is believed
_NO_SENSE = 0.1  # the sense that a text makes in the encoding of another: a guess, its own has three times as much
# Codecs of Python that are no charsets, or cost more than a line each byte; and of a page that has said so in ASCII.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem", "utf-16",
     "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
)  # fmt: skip
_MOSTLY = 0.5  # share of letters beyond ASCII: Vietnamese, which has the most in Latin letters, stays below
_MARKUP = re.compile(r"<(script|style)\b.*?</\1|<[^>]*>", re.DOTALL | re.IGNORECASE)
_MANY_BYTES = frozenset({"gb18030", "big5hkscs", "euc_jp", "cp932", "cp949"})
LATIN = frozenset({"cp1250", "cp1252", "cp1254"})
_TELLING = _MANY_BYTES | {"cp1251", "koi8_r"}
_MIXED = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f](?=[A-Za-z])")


def no_page(capture: Capture) -> str:
    """What an answer is, in words, that holds no page: a picture, a sound, a PDF, data. "" for what may hold one.

    What says that it is HTML is, whatever its server calls it; what nobody calls anything is told by its bytes.
    """
    sample = capture.body[:_SAMPLE]
    if b"<html" in (begins := sample[:2000].lower()) or b"<!doctype html" in begins:
        return ""
    kind = capture.header("content-type").partition(";")[0].strip().lower()
    if _NO_PAGE.match(kind):
        return kind[:80]
    if _WIDE.match(sample):
        return ""
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return "bytes that are no text" if controls > len(sample) * _BINARY or sample.startswith(b"%PDF-") else ""


def decoded(capture: Capture) -> str:
    """The page as text. Never fails: what can't be decoded is U+FFFD."""
    return decode(capture.body, capture.header("content-type"))


def decode(body: bytes, content_type: str = "") -> str:
    """Bytes as text, by what is declared and by what they are."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    if body[:1] == b"\0" or body[1:2] == b"\0":  # a page begins with an ASCII character, here of two bytes
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace")
    is_ascii = body.isascii()
    if is_ascii and b"\x1b" not in body:
        return body.decode("ascii")
    if not (is_ascii and b"\x1b$" in body):  # all of ISO-2022-JP is valid UTF-8
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    in_head, in_page = _IN_HEAD.search(content_type), _IN_PAGE.search(body[:_DECLARED_IN])
    declared = [in_head[1] if in_head else "", (in_page[1] or in_page[2] or b"").decode("ascii") if in_page else ""]
    for name in declared:
        if name and (text := _tried(body, name)) is not None:
            return text
    guess = guessed(body)
    # UTF-8 with a few broken characters, cut somewhere on its way, is still UTF-8.
    text = body.decode("utf-8", "replace")
    return text if text.count("\ufffd") <= len(text) * _WRONG or not guess else body.decode(guess, "replace")


def _tried(body: bytes, name: str) -> str | None:
    """The text in this encoding, None when it is none, or not that of a page, or these bytes are not in it."""
    name = _TAKEN_AS.get(name.lower(), name)
    try:
        codec = codecs.lookup(name)
        if not codec._is_text_encoding or codec.name in _NO_CHARSETS:  # the codecs of zip and hex are no text
            return None
        text = body.decode(name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return None
    if text.count("\ufffd") > max(1, len(text) * _WRONG):
        return None
    if name in LATIN and _is_of_others(text):
        return None
    # Any two bytes are some ideograph, and any byte a letter: what makes no sense as declared may make it as another.
    if name in _TELLING and _sense(_told(body)[:_GLANCE], name) < _NO_SENSE and guessed(body) in _TELLING - {name}:
        return None
    return text


def _is_of_others(text: str) -> bool:
    """Is this no language that is written in Latin letters? Servers call a page iso-8859-1 without looking at it."""
    sample = _MARKUP.sub(" ", text[: _SAMPLE * 3])[:_SAMPLE]
    beyond = sum(c > "\x7f" for c in sample)
    return beyond > 20 and beyond > _MOSTLY * sum(c.isalpha() or c > "\x7f" for c in sample)


def guessed(body: bytes) -> str:
    """The encoding in which these bytes read best, "" where they read in none."""
    sample = _told(body)
    senses = {name: _sense(sample, name) for name in _COMMON}
    best = max(senses, key=lambda name: senses[name])
    return best if senses[best] > 0 else ""


def _sense(sample: bytes, name: str) -> float:
    """How much sense a sample makes in an encoding: 0 and below is none."""
    text = sample.decode(name, "replace")
    beyond = [c for c in text if c > "\x7f"]
    if not beyond:
        return 0.0
    letters = _COMMON[name]
    # Letters of two scripts don't stand in one word.
    mixed = 0 if name in LATIN else len(_MIXED.findall(text))
    score = (sum(c in letters for c in beyond) - 5 * beyond.count("\ufffd") - mixed) / len(beyond)
    # Of thousands of characters a few are common; of thirty letters nearly all.
    return score * 3 if name in _MANY_BYTES else score


def _told(body: bytes) -> bytes:
    """A sample of what a page tells, without its markup."""
    return _TAGS.sub(b" ", body[: _SAMPLE * 3].replace(b"<![CDATA[", b" "))[:_SAMPLE]
