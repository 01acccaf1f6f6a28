"""The demo's outlet, mirrored over real sockets into a real archive: its feeds and books, whole and step by step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mirror import Mirror
from publish.test_epub import epubcheck, files
from publish.test_feeds import ADDRESS, check_all, feedparser, tree
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.publish import epub, feeds

LANGUAGES = ("zh", "en", "de", "ar")


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    with FakeOutlet() as outlet, Mirror(tmp_path, outlet, *LANGUAGES) as built:
        outlet.publish_all()
        built.collect(pictures=True)
        yield built


def published(mirror: Mirror, folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    with mirror.archive.edition() as edition:
        feeds.publish(edition, folder / "feeds", address=ADDRESS)
        epub.publish(edition, folder / "epub", issues=epub.ISSUES, only_new=True)
    return tree(folder / "feeds"), tree(folder / "epub")


@pytest.mark.slow
def test_the_demos_feeds_and_books_are_valid_and_follow_what_happens(mirror: Any, tmp_path: Path) -> None:
    made, books = published(mirror, tmp_path / "steps")
    assert check_all(made) > 20
    assert feedparser(made["changes.rss"]).entries == []
    assert b"<img" in made["all.rss"]
    assert any(path.startswith("sections/") for path in made)
    largest = max((path for path in books if path.endswith(".epub")), key=lambda path: len(books[path]))
    assert any(path.startswith("pictures/") for path in files(books[largest]))
    assert epubcheck(books[largest], tmp_path) == ""

    first, second = [shown for shown in mirror.outlet.shown("zh") if shown.kind == "article"][:2]
    mirror.outlet.edit(first.id, paragraph="这一段刚刚改过，而且改得很长，好让人看出来。")
    mirror.outlet.withdraw(second.id)
    mirror.collect(everything=True)
    made, books = published(mirror, tmp_path / "steps")
    check_all(made)
    told = {entry.title.partition(":")[0]: entry.content[0].value for entry in feedparser(made["changes.rss"]).entries}
    assert told.keys() == {"Edited", "Withdrawn"}
    assert "<ins>" in told["Edited"]
    assert "这一段刚刚改过" in told["Edited"]
    assert (made, books) == published(mirror, tmp_path / "whole")
