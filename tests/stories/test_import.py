"""The documents of older mirrors become articles and histories, and come back as they were."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wirecopy.archive import open_archive
from wirecopy.cli.commands import _source_by_host as source_by_host
from wirecopy.collect.importing import Found, take_in
from wirecopy.collect.read import classic
from wirecopy.model import Change
from wirecopy.outlets import source_of
from wirecopy.publish import markdown

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "ancestor"
AT = datetime(2025, 1, 1, tzinfo=UTC)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpus/ancestor is not here"),
]


def is_deutsche_welle(name):
    return name.startswith(("德国之声/", "_revisions/", "_waimei/dw-"))


@pytest.fixture(scope="module")
def documents():
    told = json.loads((CORPUS / "MANIFEST.json").read_text("utf-8"))["documents"]
    return {each["file"]: (CORPUS / each["file"]).read_bytes() for each in told if each["verbatim"] is not False}


@pytest.fixture(scope="module")
def mirror(tmp_path_factory, documents):
    folder = tmp_path_factory.mktemp("mirror")
    archive = open_archive(folder / "wirecopy.db", write=True, holder="a test")
    files = [Found(name=name, body=body, at=AT) for name, body in documents.items()]
    done = take_in(
        files,
        archive=archive,
        source_of=lambda url: source_of(url) or source_by_host(url),
        tell=lambda *_: None,
    )
    with archive.edition() as edition:
        markdown.publish(edition, folder / "classic", layout="classic")
        markdown.publish(edition, folder / "plain")
    yield folder, archive, done
    archive.close()


def test_every_document_becomes_an_article(mirror, documents):
    _, archive, done = mirror
    assert done.failures == ()
    assert done.documents == len(documents) == done.new + done.edited + done.same
    assert list(archive.verify()) == []


def test_documents_of_one_article_become_its_history(mirror, documents):
    _, archive, _ = mirror
    by_key = defaultdict(set)
    for name, body in documents.items():
        if name.startswith("_revisions/"):
            read = classic.read(body, fallback_at=AT)
            by_key[read.article.key].add(read.at)
    assert len(by_key) == 12
    for key, moments in by_key.items():
        history = archive.history("dw-zh", key)
        assert {revision.at for revision in history} <= moments
        assert [revision.change for revision in history] == [Change.NEW] + [Change.EDITED] * (len(history) - 1)
        assert len(history) >= 2


def test_the_latest_document_of_each_article_is_published_byte_for_byte(mirror, documents):
    folder, archive, _ = mirror
    latest = {}
    for name, body in documents.items():
        if is_deutsche_welle(name):
            read = classic.read(body, fallback_at=AT)
            latest[read.article.key] = max(latest.get(read.article.key, (read.at, b"")), (read.at, inner(body)))
    checked = 0
    for key, (at, body) in latest.items():
        revision = archive.standing("dw-zh", key)
        if revision.at == at:  # else the later document reads like the earlier one, and is no revision
            (path,) = (folder / "classic").glob(f"articles/dw-zh/*/*/{key}.md")
            assert path.read_bytes() == body, key
            checked += 1
    assert checked >= len(latest) - 2


def inner(document):
    """A waimei document without its front matter and its wrapper: the ancestor's block in it."""
    text = document.decode()
    if not text.startswith("---"):
        return document
    block = text.split("---\n", 2)[2]
    return block.replace("\n<div>\n", "\n", 1).rstrip("\n").removesuffix("\n</div>").encode() + b"\n"


def test_importing_again_changes_nothing(mirror, documents):
    _, archive, done = mirror
    before = {source: archive.counts(source) for source in archive.sources()}
    again = take_in(
        [Found(name=name, body=body, at=AT) for name, body in documents.items()],
        archive=archive,
        source_of=lambda url: source_of(url) or source_by_host(url),
        tell=lambda *_: None,
    )
    assert (again.new, again.edited, again.same) == (0, 0, done.documents)
    assert {source: archive.counts(source) for source in archive.sources()} == before


def test_published_files_are_what_the_manifest_says(mirror):
    folder, _, _ = mirror
    assert list(markdown.check(folder / "classic")) == []
    assert list(markdown.check(folder / "plain")) == []
