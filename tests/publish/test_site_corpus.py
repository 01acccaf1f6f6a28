"""Every real document of the mirror before us, as a site: no word lost in any tier, nobody asked, same bytes twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from publish.test_feeds_corpus import CORPUS, documents, edition, lost, squeezed
from publish.test_site import tree
from wirecopy.publish import site
from wirecopy.publish.look import Look
from wirecopy.publish.output import check
from wirecopy.publish.site import plan

__all__ = ["edition"]  # the fixture: all documents that are verbatim, in an archive

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpus/ancestor is not here"),
]


def test_every_document_is_whole_in_every_tier_and_no_page_asks_anybody(edition: Any, tmp_path: Path) -> None:
    look = Look(interface="zh-Hans", address="https://mirror.example/")
    done = site.publish(edition, tmp_path / "one", look)
    site.publish(edition, tmp_path / "two", look)
    count = 0
    for document in documents(edition):
        article = document.article
        for tier in look.tiers:
            path = plan.article(article.source, document.day, article.key, "" if tier == look.tiers[0] else tier)
            page = html.parse(str(tmp_path / "one" / path)).getroot()
            assert lost(document, squeezed(page.xpath("//main")[0].text_content())) == [], path
            count += 1
    assert count == 3 * done.documents > 400
    for path in (tmp_path / "one").rglob("*.html"):
        page = html.parse(str(path)).getroot()
        asked = page.xpath(
            "//@src | //@srcset | //link[@rel='stylesheet' or @rel='icon']/@href | //@poster | //@action"
        )
        assert not [each for each in asked if ":" in each or each.startswith("//")], path
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert list(check(tmp_path / "one")) == []
