"""The recorded pages of Deutsche Welle, read completely: what a person sees in each is listed in dw_recorded.txt.

The list was made by reading the pages. It holds no text of theirs: of each block its kind, its length, a digest of its
squeezed text and its first characters; of each link what it names.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from wirecopy.model import (
    AnyBlock,
    Article,
    Capture,
    Embed,
    Figure,
    Gallery,
    Heading,
    Lead,
    Media,
    Paragraph,
    Picture,
    document_text,
    links,
    plain,
    replace,
)
from wirecopy.outlets import dw, shipped_source

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "dw"
LISTED = Path(__file__).with_name("dw_recorded.txt")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of recorded pages is not here (../shared/corpus/dw)"),
]

# page → key, language, where its text begins and ends in the source (for the check that nothing is missing)
PAGES = {
    "page-fundus_DW_2023_04_28.html.gz": ("65464327", "de", '<div class="longText">', "<!-- detail_toolbox"),
    "page-trafilatura_a-16863843_en.html": ("16863843", "en", '<div class="longText">', "<!-- detail_toolbox"),
    "page-trafilatura_a-52060881_2020-en.html": ("52060881", "en", '<div class="longText">', "<!-- detail_toolbox"),
    "page-trafilatura_a-6533123_fr.html": ("6533123", "fr", '<div class="longText">', "<!-- detail_toolbox"),
    "page-fundus_DW_2023_06_13.html.gz": ("65897191", "de", 'rich-text has-italic">', "</div><footer"),
    "page-fundus_DW_2024_01_30.html.gz": ("68117411", "de", 'rich-text has-italic has-italic">', "</div><footer"),
}
STATES = {
    "page-fundus_DW_2023_06_13.html.gz": "derived_graph-api-content_a-65897191_2023-06-13_de.json",
    "page-fundus_DW_2024_01_30.html.gz": "derived_graph-api-content_a-68117411_2024-01-30_de.json",
}


def source_of(name: str) -> bytes:
    file = CORPUS / name
    return gzip.decompress(file.read_bytes()) if name.endswith(".gz") else file.read_bytes()


@cache
def read(name: str, key: str, language: str, *, without_state: bool = False) -> Article:
    source = shipped_source(f"dw-{language}")
    url = f"https://www.dw.com/{language}/x/a-{key}"
    body = source_of(name)
    if without_state:
        body = body.replace(b"window.__APOLLO_STATE__", b"nothing")
    capture = Capture(url=url, status=200, body=body, at=datetime(2024, 6, 1, tzinfo=UTC))
    return dw.read(source, Lead(source=source.id, key=key, url=url), capture)


def page(name: str, *, without_state: bool = False) -> Article:
    key, language, *_ = PAGES[name]
    return read(name, key, language, without_state=without_state)


def squeezed(words: str) -> str:
    return " ".join(words.split())


def listed(words: str) -> str:
    bare = squeezed(words)
    return f"{len(bare)} {hashlib.sha256(bare.encode()).hexdigest()[:12]} {bare[:20]}".rstrip()


def shown(picture: Picture) -> str:
    return (
        f"{picture.key} caption {listed(plain(picture.caption))} · credit {picture.credit} · alt {listed(picture.alt)}"
    )


def fingerprint(block: AnyBlock) -> Iterator[str]:
    match block:
        case Paragraph() if block.text and all(run.marks for run in block.text if run.text.strip()):
            yield f"marked paragraph {listed(plain(block.text))}"
        case Paragraph():
            yield f"paragraph {listed(plain(block.text))}"
        case Heading():
            yield f"heading {block.level} {listed(plain(block.text))}"
        case Figure():
            yield f"figure {shown(block.picture)}"
        case Gallery():
            yield f"gallery {block.ref} {listed(block.title)}"
            for entry in block.entries:
                yield f"  entry {listed(entry.title)} · {listed(plain(entry.text))} · {shown(entry.picture)}"
        case Media():
            file = block.url.rsplit("/", 1)[-1]
            yield f"{block.kind} {block.ref} {block.duration} s {file} {listed(block.title)}"
        case Embed():
            yield f"{block.kind} {block.url}"
        case _:
            yield type(block).__name__


def fingerprints(article: Article) -> Iterator[str]:
    yield f"key {article.key} · {article.kind} · {article.language} · {article.reader}"
    yield f"title {listed(article.title)}"
    yield f"published {article.published:%Y-%m-%dT%H:%M:%S.%f}"
    yield f"modified {article.modified:%Y-%m-%dT%H:%M:%S.%f}" if article.modified else "modified not said"
    yield f"authors {', '.join(article.authors)}"
    yield f"section {article.section} · tags {', '.join(article.tags)}"
    yield f"summary {listed(article.summary)}"
    yield f"short {article.short_url}"
    yield f"picture {shown(article.picture)}" if article.picture else "picture none"
    for block in article.body:
        yield from fingerprint(block)
    for link in links(article):
        yield f"link {link.rel} {link.ref or link.href}"
    for reference in article.related:
        yield f"related {reference.kind} {reference.ref or reference.url} {listed(reference.title)}"


def expected(name: str) -> list[str]:
    parts = re.split(r"^=== (.*)\n", LISTED.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[name].strip("\n").split("\n")


@pytest.mark.parametrize("name", PAGES)
def test_a_recorded_page_is_read_as_a_person_reads_it(name: str) -> None:
    assert list(fingerprints(page(name))) == expected(name)


def visible(source: str) -> str:
    """What can be seen in a piece of HTML, found without any of our code: tags cut out, blanks left out."""
    hidden = r'<!--.*?-->|<(script|style|svg)\b.*?</\1\s*>|<p class="vjs-no-js">.*?</p>'
    # The dialogue to share a video, which is shown on demand.
    share = r'<div class="teaserContentWrap share".*?(?=<div class="teaserContentWrap information">)'
    source = re.sub(share, "", source, flags=re.DOTALL)
    return "".join(html.unescape(re.sub(r"<[^>]*>", " ", re.sub(hidden, "", source, flags=re.DOTALL))).split())


@pytest.mark.parametrize("name", PAGES)
def test_every_visible_sentence_is_in_the_document_and_nothing_else_is(name: str) -> None:
    _, _, begin, end = PAGES[name]
    source = source_of(name).decode()
    start = source.index(begin) + len(begin)
    seen = visible(source[start : source.index(end, start)])
    article = page(name)
    # What the page shows and the document says otherwise: the label before a credit, a player's button, and the title
    # of a gallery, which stands on each of its slides.
    seen = seen.replace("Bild:", "").replace("Watchvideo02:17", "")
    for block in article.body:
        if isinstance(block, Gallery):
            title = "".join(block.title.split())
            assert seen.count(title) == len(block.entries)
            seen = seen.replace(title, "")
    assert "".join(document_text(only_shown(article, source)).split()) == seen


def only_shown(article: Article, source: str) -> tuple[AnyBlock, ...]:
    """The body without titles of galleries, and credits that stand only in the alternative texts of older pages."""
    if 'class="copyright"' in source:
        return article.body

    def bare(picture: Picture) -> Picture:
        return replace(picture, credit="")

    def without(block: AnyBlock) -> AnyBlock:
        match block:
            case Figure():
                return replace(block, picture=bare(block.picture))
            case Gallery():
                entries = tuple(replace(entry, picture=bare(entry.picture)) for entry in block.entries)
                return replace(block, title="", entries=entries)
            case _:
                return block

    return tuple(map(without, article.body))


@pytest.mark.parametrize("name", STATES)
def test_the_content_object_the_state_and_the_page_tell_the_same_story(name: str) -> None:
    key, language, *_ = PAGES[name]
    from_state, from_page = page(name), page(name, without_state=True)
    from_content = read(STATES[name], key, language)
    assert (from_content.reader, from_state.reader, from_page.reader) == ("dw-content", "dw-state", "dw-page")
    assert from_content.body == from_state.body == from_page.body
    assert replace(from_content, reader="", related=()) == replace(from_state, reader="", related=())
    for fact in ("title", "summary", "authors", "published", "modified", "section", "tags", "picture", "short_url"):
        assert getattr(from_page, fact) == getattr(from_state, fact), fact
    assert {reference.ref for reference in from_page.related} <= {reference.ref for reference in from_state.related} | {
        ""
    }
    assert from_page.weak
    assert not from_state.weak


@pytest.mark.parametrize("name", PAGES)
def test_nothing_in_a_recorded_page_is_not_understood(name: str) -> None:
    assert page(name).lost == ()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("api-detail-article_19424554_2016_test-fixture.json", "19424554"),
        ("api-detail-article_2023_en_body-excerpt.json", ""),
    ],
)
def test_a_third_partys_excerpt_of_the_apps_api_is_read(name: str, key: str) -> None:
    article = read(name, key, "en")
    assert article.reader == "dw-detail"
    assert article.title
    assert len(article.body) > 2
