"""The edition in memory that publishers are tested with gives what one of an archive gives of the same documents."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archive.samples import NOON, article, entry, gone, minutes, revision
from publish.edition import MemoryEdition
from wirecopy.archive import open_archive
from wirecopy.archive.edition import SqliteEdition
from wirecopy.model import Change, replace

SOURCES = ("demo-en", "demo-zh")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[SqliteEdition]:
    with open_archive(tmp_path / "wirecopy.db", write=True) as archive:
        for n in range(24):
            published = None if n % 11 == 5 else NOON - timedelta(days=n % 5 * 9, hours=n % 3)
            seen = article(
                str(n), SOURCES[n % 2], published=published, section=("", "News", "Politik")[n % 3],
                authors=("Ann", "ann")[: n % 3], tags=(f"T{n % 4}", f"t{n % 3}"),
            )  # fmt: skip
            for edit in range(1 + (n % 4 == 1)):
                edited = replace(seen, title=f"{seen.title}, {edit}")
                archive.settle(
                    entry(seen.key, seen.source),
                    revision=revision(edited, at=minutes(n + edit), fingerprint=f"1:{edit}"),
                )
            if n % 6 == 1:
                archive.settle(entry(seen.key, seen.source), revision=gone(seen.key, seen.source, at=minutes(99 + n)))
        edition = archive.edition()
    yield edition
    edition.close()


@pytest.fixture
def made(real: SqliteEdition) -> MemoryEdition:
    made = MemoryEdition()
    for shelf in real.shelves():
        for month, _ in shelf.months:
            for document in real.documents(shelf.source, month):
                made.put(document)
    return made


def test_lists_are_the_same(real: SqliteEdition, made: MemoryEdition) -> None:
    for source in ("", *SOURCES):
        for most in (0, 5, 99):
            assert made.latest(most, source) == real.latest(most, source)
    for source, month in ((shelf.source, month) for shelf in real.shelves() for month, _ in shelf.months):
        assert made.month(source, month) == real.month(source, month)
        assert list(made.documents(source, month)) == list(real.documents(source, month))
    assert made.days() == real.days()
    assert all(made.day(day) == real.day(day) for day, _ in real.days())


def test_revisions_are_the_same_in_number_kind_and_end(real: SqliteEdition, made: MemoryEdition) -> None:
    told = [(head, change.number, change.change) for head, change in real.changes(99)]
    assert told == [(head, change.number, change.change) for head, change in made.changes(99)]
    assert {change for *_, change in told} == {Change.EDITED, Change.GONE}
    for source in SOURCES:
        for each in real.entries(source):
            revisions = real.history(source, each.lead.key)
            others = made.history(source, each.lead.key)
            assert [(one.number, one.change, one.day) for one in others] == [
                (one.number, one.change, one.day) for one in revisions
            ]
            standing = next(one for one in reversed(revisions) if one.article)
            assert others[standing.number - 1].article == standing.article


def test_terms_are_the_same(real: SqliteEdition, made: MemoryEdition) -> None:
    for kind in ("section", "author", "topic"):
        found = list(real.terms(kind))
        assert found
        assert list(made.terms(kind)) == found
        for each in found:
            assert made.under(each) == real.under(each)
            assert made.months_of(each) == real.months_of(each)
            assert made.under(each, "2026-11") == real.under(each, "2026-11")
            assert made.term(kind, each.name, each.source) == real.term(kind, each.name, each.source) == each
    assert list(made.terms_changed(0)) == list(real.terms_changed(0))
    assert made.terms_of("demo-zh", "7") == real.terms_of("demo-zh", "7")
