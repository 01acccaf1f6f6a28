"""Beside feedparser on its own corpus: the `tests` folder of its source package, named by WIRECOPY_FEED_CORPUS.

    pip download --no-deps --no-binary :all: feedparser, unpack it, and
    WIRECOPY_FEED_CORPUS=feedparser-6.0.14/tests pytest tests/collect/test_feed_corpus.py

Where the two read the same thing otherwise, the reason is one of REASONS; a difference without one fails.
"""

import io
import os
import re
import warnings
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from wirecopy import urls
from wirecopy.collect import discover
from wirecopy.collect.discover import markup
from wirecopy.errors import ReadError
from wirecopy.model import Capture

CORPUS = os.environ.get("WIRECOPY_FEED_CORPUS", "")
AT = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = re.compile(rb"^Header:\s+([^:]+):(.+)$", re.MULTILINE)

REASONS = {
    r"illformed/chardet/": "no encoding named, and no guess at one: neither has the text",
    r"encoding/.*double-encoded": "UTF-8 that was encoded twice: feedparser undoes it, we show what is there",
    r"encoding/bozo_linenoise": "bytes of two encodings: we read each as what it is, feedparser all as one",
    r"illformed/rss_incomplete_cdata": "cut inside '<![CD': we keep the words, feedparser drops them",
    r"wellformed/base/http_": "Content-Location as a base, which HTTP has given up (RFC 9110 8.7)",
    r"item_guid_isPermaLink_ValueError": "an address that cannot be: we keep it as written",
    r"atom10/entry_content_div_escaped_markup": "escaped markup in XHTML is text (RFC 4287): we keep it so",
    r"node_precedence/atom10_id": "an id written twice: feedparser's link is the first, its id the second",
    r"item_category_image": "a title inside a category: not the item's",
}


@pytest.mark.slow
def test_feedparser_s_own_corpus_is_read_alike():
    if not CORPUS:
        pytest.skip("WIRECOPY_FEED_CORPUS names no folder with feedparser's tests")
    feedparser = pytest.importorskip("feedparser", reason="feedparser is not installed")
    documents = sorted(Path(CORPUS).rglob("*.xml"))
    assert len(documents) > 1_000
    counted = compared = 0
    unexplained = []
    for document in documents:
        body = document.read_bytes()
        headers = {
            name.decode().strip(): value.decode("utf-8", "replace").strip() for name, value in HEADER.findall(body)
        }
        headers = {"content-type": "application/xml"} | {name.lower(): value for name, value in headers.items()}
        with warnings.catch_warnings(action="ignore"):
            theirs = feedparser.parse(
                io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
            ).entries
        ours = ours_of(body, headers)
        counted += len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=False):
            compared += 1
            for field, mine, peers in differences(one, other):
                name = document.relative_to(CORPUS).as_posix()
                if not any(re.search(pattern, name) for pattern in REASONS):
                    unexplained.append((name, field, mine[:200], peers[:200]))
    assert counted >= 0.999 * len(documents), f"{counted} of {len(documents)} documents have equal counts"
    assert compared > 1_000
    assert not unexplained


def ours_of(body, headers):
    try:
        return discover.parse(
            Capture(url="http://x.invalid/", final_url="", status=200, headers=tuple(headers.items()), body=body, at=AT)
        )
    except ReadError:
        return ()


def differences(one, other):
    def theirs(field):
        return dict.get(other, field) or ""

    def html(field):
        detail = dict.get(other, field + "_detail") or next(iter(dict.get(other, "content") or []), {})
        return escape(theirs(field), quote=False) if detail.get("type") == "text/plain" else theirs(field)

    def moment(field):
        parts = dict.get(other, field + "_parsed")
        return datetime(*parts[:6], tzinfo=UTC) if parts else None

    if one.title not in (line(html("title")), " ".join(theirs("title").split())):
        yield "title", one.title, theirs("title")
    # An id that is an address stands for a link, and what RDF calls "about" is one: our leads try both.
    link = urls.resolve(one.link, one.base) if one.base else one.link
    if link != theirs("link") and theirs("link") != one.id and one.link != one.id:
        yield "link", link, theirs("link")
    if one.id != theirs("id"):
        yield "id", one.id, theirs("id")
    for field, mine in (("published", one.published), ("updated", one.updated or one.published)):
        if (peers := moment(field)) and (mine is None or mine.replace(microsecond=0) != peers):
            yield field, str(mine), str(peers)
    mine = one.summary or one.content
    if (
        theirs("summary")
        and line(mine) not in (line(html("summary")), line(theirs("summary")))
        and mine != html("summary")
    ):
        yield "summary", mine, theirs("summary")


def line(html):
    return " ".join(markup.words(html).split())
