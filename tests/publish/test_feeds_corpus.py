"""Every real document of the mirror before us, in feeds and in books: no word lost, nobody asked, same bytes twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from publish.test_epub import epubcheck, files, pages
from publish.test_feeds import check_all, feedparser, tree
from wirecopy.archive import open_archive
from wirecopy.cli.commands import _source_by_host as source_by_host
from wirecopy.collect.importing import Found, take_in
from wirecopy.model import Document, document_text
from wirecopy.outlets import source_of
from wirecopy.publish import epub, feeds
from wirecopy.text import visible

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "ancestor"
ADDRESS = "https://mirror.example/news/"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpus/ancestor is not here"),
]


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    told = json.loads((CORPUS / "MANIFEST.json").read_text("utf-8"))["documents"]
    found = [
        Found(name=each["file"], body=(CORPUS / each["file"]).read_bytes(), at=datetime(2025, 1, 1, tzinfo=UTC))
        for each in told
        if each["verbatim"] is not False
    ]
    archive = open_archive(tmp_path_factory.mktemp("mirror") / "wirecopy.db", write=True, holder="a test")
    take_in(found, archive=archive, source_of=lambda url: source_of(url) or source_by_host(url), tell=lambda *_: None)
    with archive.edition() as edition:
        yield edition
    archive.close()


def documents(edition: Any) -> Iterator[Document]:
    for shelf in edition.shelves():
        for month, _ in shelf.months:
            yield from edition.documents(shelf.source, month)


def squeezed(words: str) -> str:
    """Words without what cannot be seen and without blanks, to look for them in markup."""
    return re.sub(r"\s+", "", visible(words))


def lost(document: Document, seen: str) -> list[str]:
    """The lines of a document that do not stand in these words."""
    lines = [document.article.title, *document_text(document.article.body).split("\n")]
    return [line for line in lines if squeezed(line) not in seen]


def test_every_document_is_whole_in_the_archives_of_its_source(edition: Any, tmp_path: Path) -> None:
    for address, name in ((ADDRESS, "known"), ("", "unknown")):
        feeds.publish(edition, tmp_path / name, address=address)
        made = tree(tmp_path / name)
        assert check_all(made) > 20
        for path, body in made.items():
            if path.endswith((".rss", ".atom")) and not path.startswith("archive/"):
                feedparser(body)
    found: dict[str, str] = {}
    for path, body in tree(tmp_path / "known").items():
        if path.startswith("archive/"):
            for entry in etree.fromstring(body).iterfind("{*}entry"):
                markup = entry.findtext("{*}content")
                title = entry.findtext("{*}title")
                found[entry.findtext("{*}id")] = squeezed(title + "".join(html.fromstring(markup).itertext()))
    counted = 0
    for each in documents(edition):
        assert lost(each, found[feeds.id_of(each.article.source, each.article.key)]) == []
        counted += 1
    assert counted == len(found) > 100


def test_feeds_are_the_same_bytes_twice(edition: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        feeds.publish(edition, tmp_path / name, address=ADDRESS)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_every_document_is_whole_in_a_book_and_the_book_asks_nobody(edition: Any, tmp_path: Path) -> None:
    everything = list(documents(edition))
    for start in range(0, len(everything), 400):
        chosen = everything[start : start + 400]
        places = [(each.article.source, each.article.key) for each in chosen]
        book = epub.book(edition, places, title="x")
        assert book == epub.book(edition, places, title="x")
        opened = pages(book)
        said: dict[str, str] = {}
        for path, page in opened.items():
            chapter = path.removesuffix(".xhtml").partition("-")[0]
            said[chapter] = said.get(chapter, "") + squeezed("".join(page.find("{*}body").itertext()))
            for element in page.iter():
                assert "src" not in element.attrib or element.get("src") in files(book)
                assert etree.QName(element).localname not in ("script", "iframe", "object", "embed", "video", "audio")
        by_title = {words for chapter, words in said.items() if re.fullmatch(r"a\d+", chapter)}
        for each in chosen:
            assert any(not lost(each, words) for words in by_title if squeezed(each.article.title) in words)
    assert epubcheck(book, tmp_path) == ""
