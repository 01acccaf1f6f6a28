"""The tables of the export: which columns each has, and the rows that a document, a revision, a lead gives.

- A column is an annotated field: its type is the column's in every format. Names and types are a promise, documented
  in docs/data.md; a test compares the two, both ways.
- No name of a column is a word of SQL, so that none has to be quoted.
- What is not known is null where it is a number or a moment, "" where it is text: so no sum counts a zero that nobody
  measured, and no filter has to ask for null and for "".
- Text is what an outlet wrote, as it wrote it, but for U+0000, which readers of JSON stumble over: it becomes U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from wirecopy.model import Document, Edition, Entry, Revision, document_text, pictures, plain
from wirecopy.publish import manifest
from wirecopy.publish.feeds.entries import Place

ARTICLES, REVISIONS, PICTURES, LEADS = TABLES = ("articles", "revisions", "pictures", "leads")

_encode = msgspec.json.Encoder().encode


_R = TypeVar("_R", bound="Row")


class Row(msgspec.Struct, frozen=True):
    """A line of a table; its fields are the columns, in their order."""


class ArticleRow(Row, frozen=True):
    """An article as it stands: its last readable copy, and what became of it."""

    source: str
    key: str
    outlet: str
    kind: str
    url: str
    title: str
    kicker: str
    subtitle: str
    summary: str
    byline: str
    authors: tuple[str, ...]
    dateline: str
    language: str
    section: str
    tags: tuple[str, ...]
    published: datetime | None
    modified: datetime | None
    taken: datetime
    first_taken: datetime
    withdrawn: datetime | None
    day: date | None
    revision: int
    revisions: int
    opinion: bool
    weak: bool
    rights: str
    usage: tuple[str, ...]
    agencies: tuple[str, ...]
    agency: tuple[str, ...]
    text: str
    characters: int
    words: int
    body: str
    related: str
    pictures: int
    capture: str
    reader: str
    path: str


class RevisionRow(Row, frozen=True):
    """A change of an article, as it was seen."""

    source: str
    key: str
    number: int
    change: str
    taken: datetime
    day: date | None
    title: str
    subtitle: str
    byline: str
    published: datetime | None
    modified: datetime | None
    rights: str
    usage: tuple[str, ...]
    agency: tuple[str, ...]
    text: str
    characters: int | None
    words: int | None
    fingerprint: str
    capture: str


class PictureRow(Row, frozen=True):
    """A picture that an article shows, and our copy of it."""

    source: str
    key: str
    place: int
    picture: str
    url: str
    caption: str
    credit: str
    alt: str
    width: int | None
    height: int | None
    digest: str
    media: str
    copy_width: int | None
    copy_height: int | None
    size: int | None
    path: str
    day: date | None
    rights: str


class LeadRow(Row, frozen=True):
    """A line of the ledger: what a source said that there is, and what came of it."""

    source: str
    key: str
    url: str
    kind: str
    title: str
    summary: str
    section: str
    authors: tuple[str, ...]
    published: datetime | None
    modified: datetime | None
    via: str
    state: str
    reason: str
    first_seen: datetime
    last_seen: datetime
    checked: datetime | None
    due: datetime | None
    failures: int


ROWS: dict[str, type[Row]] = {
    ARTICLES: ArticleRow,
    REVISIONS: RevisionRow,
    PICTURES: PictureRow,
    LEADS: LeadRow,
}


def article(document: Document, outlet: str, path: str) -> ArticleRow:
    """A document as a row. `outlet` is what readers call its source, `path` where its page stands in the site."""
    said = document.article
    words = document_text(said.body)
    return _sound(
        ArticleRow(
            source=said.source,
            key=said.key,
            outlet=outlet,
            kind=said.kind,
            url=said.url,
            title=said.title,
            kicker=said.kicker,
            subtitle=said.subtitle,
            summary=said.summary,
            byline=said.byline,
            authors=said.authors,
            dateline=said.dateline,
            language=said.language,
            section=said.section,
            tags=said.tags,
            published=said.published,
            modified=said.modified,
            taken=document.at,
            first_taken=document.first_at,
            withdrawn=document.withdrawn,
            day=_day(document.day),
            revision=document.number,
            revisions=document.revisions,
            opinion=said.opinion,
            weak=said.weak,
            rights=said.rights,
            usage=said.usage,
            agencies=said.agencies,
            agency=agency(said.agencies),
            text=words,
            characters=characters(words),
            words=count(words),
            body=_encode(said.body).decode(),
            related=_encode(said.related).decode(),
            pictures=sum(1 for _ in pictures(said)),
            capture=document.capture,
            reader=said.reader,
            path=path,
        )
    )


def revision(of: Revision, day: str) -> RevisionRow:
    """A revision as a row; `day` is the article's place in the calendar."""
    said = of.article
    words = document_text(said.body) if said else ""
    return _sound(
        RevisionRow(
            source=of.source,
            key=of.key,
            number=of.number,
            change=of.change.value,
            taken=of.at,
            day=_day(day),
            title=said.title if said else "",
            subtitle=said.subtitle if said else "",
            byline=said.byline if said else "",
            published=said.published if said else None,
            modified=said.modified if said else None,
            rights=said.rights if said else "",
            usage=said.usage if said else (),
            agency=agency(said.agencies) if said else (),
            text=words,
            characters=characters(words) if said else None,
            words=count(words) if said else None,
            fingerprint=of.fingerprint,
            capture=of.capture,
        )
    )


def shown(document: Document, edition: Edition, place: Place) -> Iterator[PictureRow]:
    """The pictures of a document as rows. `place` says which of our copies stand in the site."""
    said = document.article
    stands = stand(document, place)
    for number, picture in enumerate(pictures(said), 1):
        ours = edition.picture(said.source, said.key, picture)
        yield _sound(
            PictureRow(
                source=said.source,
                key=said.key,
                place=number,
                picture=picture.key,
                url=picture.url,
                caption=plain(picture.caption),
                credit=picture.credit,
                alt=picture.alt,
                width=picture.width or None,
                height=picture.height or None,
                digest=ours.digest if ours else "",
                media=ours.media if ours else "",
                copy_width=ours.width if ours else None,
                copy_height=ours.height if ours else None,
                size=ours.size if ours else None,
                path=manifest.picture(ours.digest, ours.media) if ours and stands else "",
                day=_day(document.day),
                rights=said.rights,
            )
        )


def stand(document: Document, place: Place) -> bool:
    """Whether the copies of a document's pictures that the tables tell of, the large ones, stand in the site."""
    return "full" in place.pictures and place.shows(document)


def lead(entry: Entry) -> LeadRow:
    """A line of the ledger as a row."""
    said = entry.lead
    return _sound(
        LeadRow(
            source=said.source,
            key=said.key,
            url=said.url,
            kind=said.kind,
            title=said.title,
            summary=said.summary,
            section=said.section,
            authors=said.authors,
            published=said.published,
            modified=said.modified,
            via=said.via,
            state=entry.state.value,
            reason=entry.reason,
            first_seen=entry.first_seen,
            last_seen=entry.last_seen,
            checked=entry.checked,
            due=entry.due,
            failures=entry.failures,
        )
    )


def characters(words: str) -> int:
    """The number of characters (Unicode code points) that are no white space."""
    return len("".join(words.split()))


def count(words: str) -> int:
    """The number of words: each Han, Kana, Thai, Lao, Khmer or Burmese character is one, as no blank tells such words
    apart; of other scripts each run of letters, digits and what joins them.
    """
    rest, whole = words, 0
    for run in _UNSPACED.findall(words):
        whole += len(run)
    if whole:
        rest = _UNSPACED.sub(" ", words)
    return whole + len(_SPACED.findall(rest))


def agency(spelt: tuple[str, ...]) -> tuple[str, ...]:
    """The agencies by one name each, whatever an outlet calls them: 路透社, Reuters, rtr are "reuters". One that is not
    known here goes by its own name in small letters.
    """
    return tuple(dict.fromkeys(_AGENCIES.get(name := each.strip().casefold(), name) for each in spelt))


_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
_SPACED = re.compile(r"\w+(?:['’.,:/@-]\w+)*")

_AGENCIES = {
    spelt.casefold(): name
    for name, spellings in {
        "afp": "法新社 AFP AFPD",
        "ap": "美联社 美聯社 AP APD",
        "reuters": "路透社 路透 Reuters RTR RTRE",
        "dpa": "德新社 德意志新闻社 德意志新聞社 DPA DPAD",
        "xinhua": "新华社 新華社 Xinhua",
        "cns": "中新社",
        "cna": "中央社",
        "kyodo": "共同社 Kyodo",
        "jiji": "时事社 時事社",
        "yonhap": "韩联社 韓聯社 Yonhap",
        "tass": "塔斯社 TASS",
        "interfax": "国际文传电讯社 Interfax",
        "ria": "俄新社 RIA",
        "efe": "埃菲社 EFE",
        "ansa": "安莎社 ANSA",
        "bloomberg": "彭博社 彭博 Bloomberg",
        "epd": "福音新闻社 EPD",
        "kna": "天主教通讯社 KNA",
        "sda": "瑞通社 SDA",
        "apa": "奥通社 APA",
        "epa": "欧新社 EPA",
    }.items()
    for spelt in spellings.split()
}


def _sound(row: _R) -> _R:
    """The row with U+FFFD for every U+0000: looked for in all of it at once, as hardly any has one."""
    words, lists = _WORDS[type(row)]
    if "\0" not in "".join(words(row)) and not any("\0" in "".join(each) for each in lists(row)):
        return row
    changed = {name: _without_nul(value) for name in row.__struct_fields__ if (value := getattr(row, name))}
    return msgspec.structs.replace(row, **changed)


def _without_nul(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(each.replace("\0", "\ufffd") for each in value)
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _fields(row: type[Row]) -> tuple[Callable[[Row], Any], Callable[[Row], Any]]:
    """What gives the texts of such a row, and its lists of texts."""
    kinds = row.__annotations__
    words = [name for name in row.__struct_fields__ if kinds[name] == "str"]
    lists = [name for name in row.__struct_fields__ if kinds[name].startswith("tuple")]
    return attrgetter(*words), (lambda row: [getattr(row, name) for name in lists])


_WORDS = {row: _fields(row) for row in ROWS.values()}


def _day(spelt: str) -> date | None:
    return date.fromisoformat(spelt) if spelt else None
