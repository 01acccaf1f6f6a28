# ruff: noqa: E501 - what strangers send stands as it is
"""Wrong charsets: what a page and a feed say is read as what was written, whoever declares otherwise."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime

import pytest

from wirecopy import model as m
from wirecopy.collect import discover
from wirecopy.collect.read import read

URL = "https://herald.example/2026/11/22/bridge-71000101"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZH = "第七区议会周二表决通过重建港口大桥的计划，反对票只有三张，工程师多年来一直警告说桥墩已经不再安全。"
HANT = "第七區議會週二表決通過重建港口大橋的計劃，反對票只有三張，工程師多年來一直警告說橋墩已經不再安全。"
HK = "佢哋喺碼頭度等咗成日，話而家嘅橋啱啱先整好，睇嚟唔會再爛，街坊都話好啫，仲話要影相留念，真係好嘢。"
RARE = "记者镕基、喆与玥在𠮷野家门前谈到€15的价格，并提到䶮字与㐂字，网民对此议论纷纷，各方反应不一。"
JA = "第七区議会は火曜日、港にかかる橋を建て直す計画を賛成多数で可決した。技術者らは橋脚は安全ではないと警告していた。"
KO = "제7구 의회는 화요일 항구 다리를 다시 짓는 계획을 찬성 다수로 가결했다. 기술자들은 교각이 안전하지 않다고 경고해 왔다."
RU = "Совет округа во вторник проголосовал за строительство нового моста через гавань. Инженеры предупреждали об опасности."
DE = "Der Gemeinderat hat für den Neubau der großen Brücke gestimmt; „höchste Zeit“, sagte die Bürgermeisterin – übrigens."
TH = "สภาเขตลงมติเมื่อวันอังคารให้สร้างสะพานท่าเรือขึ้นใหม่ วิศวกรเตือนมาหลายปีแล้วว่าเสาสะพานไม่ปลอดภัย"

# text, what it is written in, what the head says, what the page says
CASES = {
    "GB 18030 called gb2312": (RARE, "gb18030", "gb2312", "gb2312"),
    "GB 18030 called GBK in the page alone": (RARE, "gb18030", "", "GBK"),
    "GB 2312 called UTF-8": (ZH, "gb2312", "utf-8", "utf-8"),
    "GBK that nobody declares": (ZH, "gbk", "", ""),
    "GBK called iso-8859-1": (ZH, "gbk", "iso-8859-1", ""),
    "UTF-8 called gb2312": (ZH, "utf-8", "gb2312", "gb2312"),
    "UTF-8 called iso-8859-1": (DE, "utf-8", "iso-8859-1", "iso-8859-1"),
    "UTF-8 called what is none": (DE, "utf-8", "utf8mb4", "klingon"),
    "UTF-8 called UTF-7": (DE, "utf-8", "utf-7", "utf-7"),
    "UTF-8 called UTF-16": (ZH, "utf-8", "utf-16", "utf-16"),
    "UTF-8 called hex": (ZH, "utf-8", "hex", "zip"),
    "Big5 with Hong Kong's characters": (HK, "big5hkscs", "big5", "big5"),
    "Big5-HKSCS by its own name": (HK, "big5hkscs", "big5-hkscs", ""),
    "Big5 called x-x-big5": (HANT, "big5", "x-x-big5", ""),
    "UTF-16 with its mark": (ZH, "utf-16", "", ""),
    "UTF-16 with its mark, called UTF-8": (ZH, "utf-16", "utf-8", "utf-8"),
    "UTF-16BE by the head alone": (ZH, "utf-16-be", "utf-16be", ""),
    "UTF-16LE that nobody declares": (DE, "utf-16-le", "", ""),
    "UTF-8 with its mark, called gbk": (ZH, "utf-8-sig", "gbk", "gbk"),
    "UTF-8 with its mark, called UTF-16": (ZH, "utf-8-sig", "utf-16", "utf-16"),
    "Shift_JIS": (JA, "cp932", "shift_jis", ""),
    "Shift_JIS called UTF-8": (JA, "cp932", "utf-8", ""),
    "EUC-JP called Shift_JIS": (JA, "euc_jp", "shift_jis", "shift_jis"),
    "ISO-2022-JP": (JA, "iso2022_jp", "iso-2022-jp", ""),
    "EUC-KR": (KO, "cp949", "euc-kr", "euc-kr"),
    "KOI8-R": (RU, "koi8_r", "koi8-r", ""),
    "Windows-1251 called UTF-8": (RU, "cp1251", "utf-8", "utf-8"),
    "Windows-1251 that nobody declares": (RU, "cp1251", "", ""),
    "Windows-1252 called iso-8859-1": (DE, "cp1252", "iso-8859-1", ""),
    "Big5 called gb2312": (HANT, "big5", "gb2312", "gb2312"),
    "KOI8-R called windows-1251": (RU, "koi8_r", "windows-1251", "windows-1251"),
    "GBK called UTF-16": (ZH, "gbk", "utf-16", "utf-16"),
    "Windows-1252 called punycode": (DE, "cp1252", "punycode", "idna"),
    "Windows-874 called tis-620": (TH, "cp874", "tis-620", ""),
}


def captured(body: bytes, kind: str, charset: str, url: str = URL) -> m.Capture:
    head = (("Content-Type", f"{kind}; charset={charset}" if charset else kind),)
    return m.Capture(url=url, final_url=url, status=200, asked=(("Host", "x"),), headers=head, body=body, at=AT)


@pytest.mark.parametrize("name", CASES)
def test_a_page_is_read_as_it_was_written(name: str) -> None:
    said, codec, in_head, in_page = CASES[name]
    declared = f'<meta charset="{in_page}">' if in_page else ""
    body = "".join(f"<p>{said * 3} ({number})</p>" for number in range(4))
    page = f"<!doctype html><html><head>{declared}<title>{said[:12]}</title></head><body><article><h1>{said[:12]}</h1>{body}"
    source = m.Source(id="s", homepage="https://herald.example/")
    lead = m.Lead(source="s", key="k", url=URL, title=said[:12])
    article = read(source, lead, captured(page.encode(codec), "text/html", in_head))
    assert said in m.document_text(article.body)
    assert article.title == said[:12].strip()


BELIEVED = (  # the bytes are valid as what they are called
    "GBK called iso-8859-1", "EUC-JP called Shift_JIS", "Big5 called gb2312", "KOI8-R called windows-1251",
)  # fmt: skip
FEEDS = [name for name, (_, codec, _, _) in CASES.items() if codec != "iso2022_jp"]


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_read_as_it_was_written_or_not_at_all(name: str) -> None:
    """A feed says its own encoding; where it lies, its words may be lost, its addresses are not."""
    said, codec, in_head, in_page = CASES[name]
    declared = f' encoding="{in_page}"' if in_page else ""
    item = f"<item><title>{said}</title><link>{URL}</link></item>"
    feed = f'<?xml version="1.0"{declared}?><rss version="2.0"><channel>{item}</channel></rss>'
    source = m.Source(id="s", homepage="https://herald.example/", feeds=("https://herald.example/feed",))
    capture = captured(feed.encode(codec), "application/rss+xml", in_head, "https://herald.example/feed")
    (lead,) = discover.read(source, capture).leads
    assert lead.url == URL
    if name not in BELIEVED:
        assert lead.title == said


def test_no_charset_hides_markup_from_whoever_looks_for_it() -> None:
    """UTF-7 and its kin spell a tag without a "<": they are no charsets of the web."""
    for charset in ("utf-7", "hz-gb-2312", "iso-2022-kr", "scsu", "unicode-escape", "punycode", "rot13"):
        body = (
            b"<html><body><article><h1>Title of it</h1>"
            + b"<p>+ADw-script+AD4-pwn()+ADw-/script+AD4- ~{<:Ky2;~} \\u003cscript\\u003e and words enough to be a text of an article.</p>"
            * 5
        )
        source = m.Source(id="s", homepage="https://herald.example/")
        lead = m.Lead(source="s", key="k", url=URL, title="Title of it")
        article = read(source, lead, captured(body, "text/html", charset))
        assert "<script>" not in m.document_text(article.body)


def test_marks_are_those_of_the_standard() -> None:
    assert "\ufeff".encode() == codecs.BOM_UTF8
