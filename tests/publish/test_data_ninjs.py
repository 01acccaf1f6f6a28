"""Articles as items of ninjs: what the standard asks for, and nothing it does not know."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from xml.etree.ElementTree import fromstring

import msgspec
import pytest

from publish import golden
from publish.edition import NOON, MemoryEdition, document
from wirecopy.model import Figure, Link, Paragraph, Picture, Reference, document_text, text
from wirecopy.publish import data

Uri = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$")]  # RFC 3986: a scheme, no blank, ASCII
Words = Annotated[str, msgspec.Meta(min_length=1)]


class Shape(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Written after https://www.iptc.org/std/ninjs/ninjs-schema_2.1.json (read in iptc/newsinjson): every property of
    it that we use, with its type; anything else is refused, as it is there (`unevaluatedProperties`: false).
    """


class Standard(Shape):
    name: Literal["ninjs"]
    version: Literal["2.1"]
    schema: Uri


class Said(Shape):
    role: Words
    value: str
    contenttype: str = ""


class Body(Said, kw_only=True):
    charcount: int = 0
    wordcount: int = 0


class Named(Shape):
    name: Words
    rel: str = ""


class InfoSource(Shape):
    name: Words
    role: Words
    literal: Words


class Genre(Shape):
    name: Words


class AltId(Shape):
    role: Words
    value: Words


class Rights(Shape):
    linkedrights: Uri


class Rendition(Shape):
    name: Words
    href: Uri = ""
    contenttype: str = ""
    title: str = ""
    width: int = 0
    height: int = 0
    sizeinbytes: int = 0


class Common(Shape):
    uri: Uri
    type: Literal["text", "audio", "video", "picture", "graphic", "composite", "component"]
    by: str = ""
    descriptions: list[Said] = []
    renditions: list[Rendition] = []


class Association(Common, kw_only=True):
    name: Words
    title: str = ""
    altids: list[AltId] = []


class Item(Common, kw_only=True):
    standard: Standard
    representationtype: Literal["full", "partial"]
    profile: str
    version: Words
    firstcreated: datetime
    versioncreated: datetime
    contentcreated: datetime | None = None
    pubstatus: Literal["usable", "withheld", "canceled"]
    language: str = ""
    title: str = ""
    headlines: list[Said] = []
    people: list[Named] = []
    located: str = ""
    bodies: list[Body]
    subjects: list[Named] = []
    infosources: list[InfoSource]
    genres: list[Genre] = []
    copyrightnotice: str = ""
    rightsinfo: Rights | None = None
    altids: list[AltId]
    associations: list[Association] = []


def items(folder: Path) -> dict[str, Item]:
    return {
        file.relative_to(folder / "ninjs").as_posix(): msgspec.json.decode(file.read_bytes(), type=Item)
        for file in sorted(folder.glob("ninjs/*/*/*/*.json"))
    }


def test_every_article_is_an_item_of_the_standard(tmp_path: Path) -> None:
    edition = golden.edition()
    data.publish(edition, tmp_path, formats=["ninjs"])
    found = items(tmp_path)
    assert len(found) == 6
    assert len({item.uri for item in found.values()}) == 6
    for path, item in found.items():
        source, _, _, name = path.split("/")
        held = edition.document(source, name.removesuffix(".json"))
        assert held is not None
        plain, marked = item.bodies
        assert (plain.contenttype, marked.contenttype) == ("text/plain", "application/xhtml+xml")
        assert plain.value == document_text(held.article.body)
        fromstring(marked.value)


def test_no_text_is_lost_in_the_markup(tmp_path: Path) -> None:
    edition = golden.edition()
    data.publish(edition, tmp_path, formats=["ninjs"])
    for item in items(tmp_path).values():
        plain, marked = item.bodies
        shown = "".join("".join(fromstring(marked.value).itertext()).split())
        for line in plain.value.split("\n"):
            assert "".join(line.split()) in shown


def test_references_are_associations_with_their_addresses(tmp_path: Path) -> None:
    more = (
        Reference(title="What a bridge changes", url="https://outlet.example/2", ref="dw:2"),
        Reference(title="By ref"),
    )
    data.publish(MemoryEdition(document("dw-zh", "1", related=more)), tmp_path, formats=["ninjs"])
    [item] = items(tmp_path).values()
    assert [(each.type, each.title) for each in item.associations] == [("text", each.title) for each in more]
    assert [[(named.role, named.value) for named in each.altids] for each in item.associations] == [
        [("original", "https://outlet.example/2")],
        [],
    ]
    assert len({item.uri, *(each.uri for each in item.associations)}) == 3


def test_the_id_stays_and_the_version_counts(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1"))
    data.publish(edition, tmp_path, formats=["ninjs"])
    (first,) = items(tmp_path).values()
    assert (first.version, first.pubstatus, first.uri.startswith("urn:uuid:")) == ("1", "usable", True)
    edition.put(document("dw-zh", "1", number=2, title="Corrected", url="https://dw-zh.example/moved"))
    edition.withdraw("dw-zh", "1")
    data.publish(edition, tmp_path, formats=["ninjs"])
    (last,) = items(tmp_path).values()
    assert (last.uri, last.version, last.pubstatus) == (first.uri, "3", "canceled")
    assert last.versioncreated == NOON + timedelta(days=2)
    assert last.firstcreated == first.firstcreated


def test_the_id_stays_where_documents_moved_to_another_day(tmp_path: Path) -> None:
    """Then an archive's name gets a number, so that folders are made anew (archive/merge.py)."""
    one = document("dw-zh", "1")
    for folder, number in (("before", ""), ("after", "/2")):
        moved = MemoryEdition(one, archive=f"7d1f4a52-0000-4000-8000-00000000c0de{number}")
        data.publish(moved, tmp_path / folder, formats=["ninjs"])
    assert items(tmp_path / "before") == items(tmp_path / "after")


def test_rights_agencies_place_and_subjects_are_said(tmp_path: Path) -> None:
    made = document(
        "dw-zh", "1", rights="© 2024 AFP", agencies=("法新社",), dateline="BERLIN", section="Politik", tags=("NATO",),
        byline="von A und B", authors=("A", "B"), opinion=True,
    )  # fmt: skip
    data.publish(MemoryEdition(made), tmp_path, formats=["ninjs"])
    (item,) = items(tmp_path).values()
    assert (item.copyrightnotice, item.located, item.by) == ("© 2024 AFP", "BERLIN", "von A und B")
    assert [(each.name, each.rel) for each in item.subjects] == [("Politik", "section"), ("NATO", "tag")]
    assert [(each.role, each.literal) for each in item.infosources] == [("publisher", "dw-zh"), ("agency", "afp")]
    assert [each.name for each in item.people] == ["A", "B"]
    assert item.rightsinfo is not None
    assert item.rightsinfo.linkedrights == "https://dw-zh.example/a-1"


@pytest.mark.parametrize("address", ["", "https://mirror.example/"])
def test_pictures_are_associations_with_the_outlets_and_our_rendition(tmp_path: Path, address: str) -> None:
    shown = Picture(url="https://i.example/ü 1.jpg", caption=text("港口"), credit="AFP", alt="x", width=7, height=5)
    edition = MemoryEdition(document("dw-zh", "1", body=(Figure(picture=shown),)))
    edition.copy(shown.url, b"jpeg")
    data.publish(edition, tmp_path, formats=["ninjs"], address=address)
    ((picture,),) = [item.associations for item in items(tmp_path).values()]
    outlet, ours = picture.renditions
    assert (picture.type, picture.by, picture.descriptions[0].value) == ("picture", "AFP", "港口")
    assert (outlet.name, outlet.href, outlet.width) == ("outlet", "https://i.example/%C3%BC%201.jpg", 7)
    assert (ours.name, ours.contenttype, ours.sizeinbytes) == ("copy", "image/jpeg", 4)
    assert ours.href.startswith(f"{address}pictures/") if address else ours.href == ""


def test_addresses_that_are_no_web_addresses_are_left_out(tmp_path: Path) -> None:
    bad = "javascript:alert(1)"
    made = document("dw-zh", "1", url=bad, short_url=bad, rights="©", body=(
        Figure(picture=Picture(url=bad)), Paragraph(text=text("<b>x</b>", link=Link(href=bad))),
    ))  # fmt: skip
    data.publish(MemoryEdition(made), tmp_path, formats=["ninjs"])
    (item,) = items(tmp_path).values()
    assert item.rightsinfo is None
    assert item.associations[0].renditions == []
    assert [each.role for each in item.altids] == ["wirecopy"]
    assert "javascript" not in next(tmp_path.glob("ninjs/*/*/*/*.json")).read_text()
