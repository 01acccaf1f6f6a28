"""The ancestor's own documents as data and as a book: no text is lost, nothing is asked of anyone, the same twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import fromstring

import duckdb
import msgspec
import pytest
from libzim.reader import Archive

from publish.test_data import tree
from publish.test_data_ninjs import Item
from publish.test_zim import Shown, hits, pages, squeezed
from wirecopy.archive import open_archive
from wirecopy.cli.commands import _source_by_host as source_by_host
from wirecopy.collect.importing import Found, take_in
from wirecopy.model import Document, Edition, document_text
from wirecopy.outlets import source_of
from wirecopy.publish import data, zim

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "ancestor"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpus/ancestor is not here"),
]

ABOUT = {"name": "ancestor", "title": "Ancestor", "description": "The documents of another mirror"}


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    told = json.loads((CORPUS / "MANIFEST.json").read_text("utf-8"))["documents"]
    archive = open_archive(tmp_path_factory.mktemp("mirror") / "wirecopy.db", write=True, holder="a test")
    at = datetime(2025, 1, 1, tzinfo=UTC)
    done = take_in(
        [Found(name=each["file"], body=(CORPUS / each["file"]).read_bytes(), at=at) for each in told],
        archive=archive,
        source_of=lambda url: source_of(url) or source_by_host(url),
        tell=lambda *_: None,
    )
    assert done.new > 100
    with archive.edition() as edition:
        yield edition
    archive.close()


def documents(edition: Edition) -> Iterator[Document]:
    for shelf in edition.shelves():
        for month, _ in shelf.months:
            yield from edition.documents(shelf.source, month)


@pytest.fixture(scope="module")
def tables(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    data.publish(edition, folder)
    return folder


@pytest.fixture(scope="module")
def book(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("zim") / "ancestor.zim"
    zim.publish(edition, file, **ABOUT)
    return file


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_every_document_is_a_row_with_all_its_text(edition: Edition, tables: Path, kind: str) -> None:
    with duckdb.connect() as asked:
        found = asked.sql(f"SELECT source, key, title, text FROM '{tables}/articles/*/*.{kind}'").fetchall()
        rows = {(source, key): (title, text) for source, key, title, text in found}
        revisions = asked.sql(f"SELECT count(*) FROM '{tables}/revisions/*/*.{kind}'").fetchall()
    held = {(each.article.source, each.article.key): each for each in documents(edition)}
    assert rows.keys() == held.keys()
    for place, each in held.items():
        assert rows[place] == (each.article.title, document_text(each.article.body))
    assert revisions == [(sum(each.revisions for each in held.values()),)]


def test_every_document_is_an_item_with_all_its_text(edition: Edition, tables: Path) -> None:
    for each in documents(edition):
        said = each.article
        path = f"ninjs/{said.source}/{each.day[:4]}/{each.day[5:7]}/{said.key}.json"
        item = msgspec.json.decode((tables / path).read_bytes(), type=Item)
        plain, marked = item.bodies
        assert plain.value == document_text(said.body)
        shown = squeezed("".join(fromstring(marked.value).itertext()))
        for line in plain.value.split("\n"):
            assert squeezed(line) in shown
        assert not re.search(r"<(?:img|script|iframe|link|style)\b", marked.value)


def test_data_is_the_same_twice(edition: Edition, tables: Path, tmp_path: Path) -> None:
    data.publish(edition, tmp_path)
    assert tree(tmp_path) == tree(tables)
    assert list(data.check(tmp_path)) == []


def test_every_document_is_whole_in_the_book_and_loads_nothing(edition: Edition, book: Path) -> None:
    archive = Archive(book)
    assert archive.check()
    made = pages(archive)
    for each in documents(edition):
        said = each.article
        shown = Shown(made[f"articles/{said.source}/{each.day[:4]}/{each.day[5:7]}/{said.key}.html"])
        words = squeezed("".join(shown.words))
        for line in (said.title, *document_text(said.body).split("\n")):
            assert squeezed(line) in words
    for path, markup in made.items():
        assert not [target for target in Shown(markup).loads if "//" in target], path


def test_the_book_is_the_same_twice(edition: Edition, book: Path, tmp_path: Path) -> None:
    zim.publish(edition, tmp_path / "ancestor.zim", **ABOUT)
    assert (tmp_path / "ancestor.zim").read_bytes() == book.read_bytes()


@pytest.mark.parametrize("words", ["普京", "中国", "德国", "疫情", "港", "乌克兰"])
def test_the_book_finds_what_a_plain_search_finds(edition: Edition, book: Path, words: str) -> None:
    wanted = set()
    for each in documents(edition):
        said = each.article
        if words in f"{said.title}\n{said.kicker}\n{said.subtitle}\n{said.summary}\n{document_text(said.body)}":
            wanted.add(f"articles/{said.source}/{each.day[:4]}/{each.day[5:7]}/{said.key}.html")
    found = set(hits(Archive(book), words))
    assert wanted
    assert wanted <= found
