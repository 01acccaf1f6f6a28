"""What documents are filed under: kept in step, told to publishers, forgotten, made anew, checked."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from archive.samples import NOON, article, entry, gone, minutes, revision
from wirecopy.archive import open_archive, repair_archive
from wirecopy.archive import terms as filing
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Edition, Headline, Removal, Revision, Term, replace, term, terms


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wirecopy.db"


@pytest.fixture
def archive(path: Path) -> Iterator[SqliteArchive]:
    with open_archive(path, write=True) as opened:
        yield opened
        assert list(opened.verify()) == []


def put(archive: SqliteArchive, *revisions: Revision) -> None:
    for each in revisions:
        archive.settle(entry(each.key, each.source), revision=each)


def about(key: str, *topics: str, at: int = 0, source: str = "demo-zh", **fields: object) -> Revision:
    return revision(article(key, source, tags=topics, **fields), at=minutes(at))


def stamp(archive: SqliteArchive) -> int:
    with archive.edition() as edition:
        return edition.stamp


def changed(archive: SqliteArchive, since: int) -> list[tuple[str, str, int]]:
    with archive.edition() as edition:
        return sorted((each.kind, each.name, each.documents) for each in edition.terms_changed(since))


# --- what a term is --------------------------------------------------------------------------------------------------


def test_a_term_is_one_however_it_is_spelt() -> None:
    spelt = [
        "Ärzte  ohne Grenzen",
        " ÄRZTE ohne\ngrenzen ",
        "A\u0308rzte\u00a0ohne Gren\u200bzen",
        "Ärzte ohne Grenzen\x00",
    ]
    found = [term("topic", name) for name in spelt]
    assert len({each.digest for each in found if each}) == 1
    assert found[1] is not None
    assert found[1].name == "ÄRZTE ohne grenzen"
    assert len(found[1].digest) == 16
    assert term("author", spelt[0]) != term("topic", spelt[0])
    others = {each.digest for source in ("", "a", "b") if (each := term("section", "News", source))}
    assert len(others) == 3


@pytest.mark.parametrize("name", ["", " ", "\n\t", "\u200b\u200e", "\x00\x01"])
def test_a_name_that_nobody_can_see_is_no_term(name: str) -> None:
    assert term("topic", name) is None
    assert terms(Article(source="a", key="1", section=name, authors=(name,), tags=(name, name))) == ()


def test_an_article_is_filed_under_its_section_its_authors_and_its_topics_each_once() -> None:
    seen = article(section="Politik", authors=("Ann", "ann", "Bo"), tags=("Ann", "EU", "eu"), byline="Von Cem")
    assert [(each.kind, each.name, each.source) for each in terms(seen)] == [
        ("section", "Politik", "demo-zh"),
        ("author", "Ann", ""),
        ("author", "Bo", ""),
        ("topic", "Ann", ""),
        ("topic", "EU", ""),
    ]


def test_what_a_hostile_outlet_files_under_is_bounded() -> None:
    seen = article(section="s" * 9_999, authors=tuple(map(str, range(99))), tags=tuple(map(str, range(9_999))))
    found = terms(seen)
    assert len(found) == 40
    assert max(len(each.name) for each in found) == 200


# --- what publishers are told ----------------------------------------------------------------------------------------


def test_the_terms_of_an_edition_are_counted_and_lead_to_their_documents(archive: SqliteArchive) -> None:
    put(archive, about("1", "EU", "Nato", section="Politik", authors=("Ann",)))
    put(archive, about("2", "eu", section="Politik", published=NOON - timedelta(days=40)))
    put(archive, about("3", "EU", source="demo-en", section="Politik", published=None))
    put(archive, gone("2", at=minutes(9)))
    with archive.edition() as edition:
        assert [(each.name, each.documents) for each in edition.terms("topic")] == [("eu", 3), ("Nato", 1)]
        assert [(each.name, each.source, each.documents) for each in edition.terms("section")] == [
            ("Politik", "demo-zh", 2),
            ("Politik", "demo-en", 1),
        ]
        assert [each.name for each in edition.terms("author")] == ["Ann"]
        found = edition.term("topic", "Eu")
        assert found is not None
        assert edition.months_of(found) == (("2026-11", 2), ("2026-10", 1))
        assert [each.key for each in edition.under(found)] == ["1", "3", "2"]
        assert edition.under(found, "2026-10") == edition.month("demo-zh", "2026-10")
        assert edition.under(found, "2026-10")[0].withdrawn
        assert edition.under(found, "2026-12") == edition.under(found, "nonsense") == ()
        assert [each.name for each in edition.terms_of("demo-zh", "1")] == ["Politik", "Ann", "eu", "Nato"]
        assert edition.terms_of("demo-zh", "9") == ()
        assert edition.term("topic", "Uno") is edition.term("topic", "") is None
        assert edition.term("section", "Politik", "nobody") is None
        unknown = Term(kind="topic", name="x", digest="0" * 16)
        assert (edition.under(unknown), edition.months_of(unknown)) == ((), ())


def test_what_changed_under_a_term_is_told_also_of_terms_that_were_left(archive: SqliteArchive) -> None:
    put(archive, about("1", "EU", "Nato"), about("2", "EU", "Uno"))
    before = stamp(archive)
    assert changed(archive, before) == []
    put(archive, about("1", "EU", "Rat", at=1))
    assert changed(archive, before) == [("topic", "", 0), ("topic", "EU", 2), ("topic", "Rat", 1)]
    assert changed(archive, 0) == [("topic", "EU", 2), ("topic", "Rat", 1), ("topic", "Uno", 1)]
    before = stamp(archive)
    put(archive, gone("2", at=minutes(2)))  # its headline says so
    assert changed(archive, before) == [("topic", "EU", 2), ("topic", "Uno", 1)]
    before = stamp(archive)
    last = archive.latest("demo-zh", "1")
    assert last is not None
    assert last.article is not None
    archive.reread(last, replace(last.article, rules="9"), last.fingerprint)
    assert changed(archive, before) == []
    archive.reread(last, replace(last.article, title="Neu", tags=("Rat",)), last.fingerprint)
    assert changed(archive, before) == [("topic", "EU", 1), ("topic", "Rat", 1)]
    assert changed(archive, before + 99) == changed(archive, 0)  # a stamp of another archive: everything


def test_a_term_is_spelt_by_the_first_of_its_documents_in_whatever_order_they_came(archive: SqliteArchive) -> None:
    def spelt() -> str:
        with archive.edition() as edition:
            return next(each.name for each in edition.terms("topic"))

    put(archive, about("2", "eu"))
    assert spelt() == "eu"
    put(archive, about("3", "eU"))
    assert spelt() == "eu"
    put(archive, about("1", "Eu"))
    assert spelt() == "Eu"
    put(archive, about("4", "EU", published=NOON - timedelta(days=3)))
    assert spelt() == "EU"
    put(archive, about("4", "EU ", "Eu", at=5))
    assert spelt() == "EU"
    put(archive, about("4", at=6))
    assert spelt() == "Eu"
    archive.take_down(Removal(source="demo-zh", key="1"), at=NOON, reason="test")
    assert spelt() == "eu"


# --- taken down ------------------------------------------------------------------------------------------------------


def test_no_byte_of_a_term_is_left_when_all_it_had_was_taken_down(archive: SqliteArchive, path: Path) -> None:
    put(
        archive,
        about("1", "Geheimniskrämerei", "EUROPÄISCHES", authors=("Anna Ungenannt",)),
        about("2", "Europäisches"),
    )
    before = stamp(archive)
    archive.take_down(Removal(source="demo-zh", key="1"), at=NOON, reason="test")
    assert changed(archive, before) == [("author", "", 0), ("topic", "", 0), ("topic", "Europäisches", 1)]
    assert archive.purge(NOON)
    everything = b"".join(each.read_bytes() for each in path.parent.iterdir())
    for word in ("Geheimnis", "Ungenannt", "EUROPÄISCHES"):
        assert word.encode() not in everything
    assert "Europäisches".encode() in everything


# --- made anew, and checked ------------------------------------------------------------------------------------------


def as_told(edition: Edition) -> list[object]:
    kinds = ("section", "author", "topic")
    return [(each, edition.under(each), edition.months_of(each)) for kind in kinds for each in edition.terms(kind)]


def filled(path: Path) -> list[object]:
    with open_archive(path, write=True) as archive:
        put(archive, about("1", "EU", "Nato", section="Politik", authors=("Ann",)), about("2", "eu", "Uno"))
        put(archive, about("2", "eu", at=3), about("3", "Nato", source="demo-en", published=NOON - timedelta(days=33)))
        with archive.edition() as edition:
            return as_told(edition)


DAMAGES = (
    "DELETE FROM filed",
    "UPDATE filed SET day = day + 1",
    "INSERT INTO filed VALUES (1, 1, 1)",
    "DELETE FROM terms WHERE documents = 2",
    "UPDATE terms SET name = 'other' WHERE documents = 2",
    "UPDATE terms SET documents = documents + 1",
    "UPDATE terms SET stamp = 99",
    "UPDATE terms SET kind = 'author', sum = sum WHERE kind = 'topic'",
    "DELETE FROM filing",
)


@pytest.mark.parametrize("sql", DAMAGES)
def test_terms_that_are_not_those_of_the_documents_are_found_and_made_again(path: Path, sql: str) -> None:
    told = filled(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(sql)
        database.commit()
    with open_archive(path, write=False) as archive:
        assert [*archive.verify()] or sql == "DELETE FROM filing"  # filed anew by the next that writes
    repair_archive(path)
    with open_archive(path, write=True) as archive:
        assert list(archive.verify()) == []
        with archive.edition() as edition:
            assert as_told(edition) == told
    with open_archive(path, write=True) as archive:
        archive.refile()
        assert list(archive.verify()) == []
        with archive.edition() as edition:
            assert as_told(edition) == told


def test_what_is_spelt_otherwise_with_a_sum_that_fits_is_found_too(path: Path) -> None:
    filled(path)
    with open_archive(path, write=True) as archive:
        for row in archive._file.every(filing.TERMS, "WHERE documents = 2"):
            archive._file.put(filing.TERMS, row._replace(name=row.name.upper() + "!", stamp=row.stamp))
        assert [each.what for each in archive.verify()] == ["term", "term"]


def test_documents_of_an_older_archive_are_filed_by_the_next_that_writes_also_when_it_is_killed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = filled(path)
    with closing(sqlite3.connect(path)) as database:
        for table in ("terms", "filed", "filing", "source_days", "footprints", "incidents"):
            database.execute(f"DROP TABLE {table}")
        for index in ("documents_by_news", "documents_by_change", "ledger_by_first_seen"):
            database.execute(f"DROP INDEX {index}")
        database.execute("PRAGMA user_version = 8")
        database.commit()
    before = path.with_name("before.db")
    before.write_bytes(path.read_bytes())
    monkeypatch.setattr(filing, "_TOGETHER", 1)
    follow, calls = filing.follow, []

    def killed(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise ArchiveError("killed")
        follow(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(filing, "follow", killed)
    with pytest.raises(ArchiveError, match="killed"):
        open_archive(path, write=True)
    with open_archive(path, write=False) as archive:
        assert list(archive.verify()) == []  # unfinished is no damage
    with open_archive(path, write=True) as archive:
        assert list(archive.verify()) == []
        assert len(calls) == 4  # the first document is not filed again
        with archive.edition() as edition:
            assert as_told(edition) == told
            assert [each.documents for each in edition.terms_changed(edition.stamp - 3)]
    with open_archive(path, write=True) as archive:
        assert len(calls) == 4


def test_rules_that_changed_file_everything_anew_and_tell_of_what_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = filled(path)
    with open_archive(path, write=True) as archive:
        before = stamp(archive)
    monkeypatch.setattr(filing, "RULES", 99)
    with open_archive(path, write=True) as archive:
        assert [(each[2]) for each in changed(archive, before)] == [1, 1, 0, 2, 2]  # also the one that is no more
        assert list(archive.verify()) == []
        with archive.edition() as edition:
            assert as_told(edition) == told


# --- the law ---------------------------------------------------------------------------------------------------------

SOURCES = st.sampled_from(["a-zh", "b-en"])
KEYS = st.sampled_from(["1", "2", "3"])
NAMES = st.sampled_from(["EU", "eu", "Eu ", "Rat", "Ann", ""])
MANY = st.lists(NAMES, max_size=3).map(tuple)

Page = tuple[Term, tuple[Headline, ...], tuple[tuple[str, int], ...]]


def pages(edition: Edition, found: Iterator[Term]) -> dict[str, Page | None]:
    return {
        each.digest: (each, edition.under(each), edition.months_of(each)) if each.documents else None for each in found
    }


def every_page(edition: Edition) -> dict[str, Page | None]:
    return pages(edition, (each for kind in ("section", "author", "topic") for each in edition.terms(kind)))


def made_from_all(edition: Edition) -> dict[str, Page | None]:
    """The same, from the documents."""
    filed: dict[str, list[tuple[Headline, Term]]] = {}
    for day, _ in edition.days():
        for headline in edition.day(day):
            document = edition.document(headline.source, headline.key)
            assert document is not None
            for each in terms(document.article):
                filed.setdefault(each.digest, []).append((headline, each))
    found: dict[str, Page | None] = {}
    for digest, under in filed.items():
        speller = min(under, key=lambda pair: (pair[0].day, pair[0].source, pair[0].key))[1]
        shown = sorted((headline for headline, _ in under), key=_newest)
        months = sorted({each.day[:7] for each in shown}, reverse=True)
        counted = tuple((month, sum(each.day[:7] == month for each in shown)) for month in months)
        found[digest] = (replace(speller, documents=len(under)), tuple(shown), counted)
    return found


def _newest(each: Headline) -> tuple[object, ...]:
    published = 0 if each.published is None else -each.published.timestamp()
    return [-ord(c) for c in each.day], published, each.source, each.key


class Filing(RuleBasedStateMachine):
    """The terms are those of the documents, and what changed since any stamp is all that changed."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.archive = open_archive(Path(self.folder.name, "wirecopy.db"), write=True)
        self.other = open_archive(Path(self.folder.name, "other.db"), write=True)
        self.before: list[tuple[str, int, dict[str, Page | None]]] = []

    @rule(
        source=SOURCES,
        key=KEYS,
        at=st.integers(0, 6),
        days=st.integers(0, 40),
        section=NAMES,
        authors=MANY,
        tags=MANY,
        elsewhere=st.booleans(),
    )
    def take(
        self, source: str, key: str, at: int, days: int, section: str, authors: tuple[str, ...], tags: tuple[str, ...],
        elsewhere: bool,
    ) -> None:  # fmt: skip
        published = NOON - timedelta(days=days)
        seen = article(key, source, section=section, authors=authors, tags=tags, published=published)
        put(self.other if elsewhere else self.archive, revision(seen, at=minutes(at)))

    @rule(source=SOURCES, key=KEYS, at=st.integers(0, 6))
    def withdraw(self, source: str, key: str, at: int) -> None:
        put(self.archive, gone(key, source, at=minutes(at)))

    @rule(source=SOURCES, key=KEYS, tags=MANY, title=st.sampled_from(["", "Neu"]))
    def read_again(self, source: str, key: str, tags: tuple[str, ...], title: str) -> None:
        last = self.archive.standing(source, key)
        if last is not None and last.article is not None:
            self.archive.reread(last, replace(last.article, tags=tags, title=title, rules="9"), f"9:{tags}{title}")

    @rule(source=SOURCES, key=KEYS)
    def take_down(self, source: str, key: str) -> None:
        if self.archive.entry(source, key) is not None:
            self.archive.take_down(Removal(source=source, key=key), at=NOON, reason="test")

    @rule()
    def merge(self) -> None:
        self.archive.merge(Path(self.folder.name, "other.db"))

    @rule()
    def make_anew(self) -> None:
        self.archive.refile()

    @invariant()
    def terms_are_those_of_the_documents(self) -> None:
        if hasattr(self, "archive"):
            with self.archive.edition() as edition:
                full = every_page(edition)
                assert full == made_from_all(edition)
                self.before.append((edition.archive, edition.stamp, full))
                for name, stamp, output in self.before:
                    if name == edition.archive:  # under another name all is made anew
                        after = output | pages(edition, edition.terms_changed(stamp))
                        assert {digest: page for digest, page in after.items() if page} == full

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            assert list(self.archive.verify()) == []
            self.archive.close()
            self.other.close()
            self.folder.cleanup()


@pytest.mark.parametrize("examples", [12, pytest.param(150, marks=pytest.mark.slow)])
def test_documents_are_filed_as_they_say_whatever_happens_to_them(examples: int) -> None:
    chosen = settings(
        max_examples=examples, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Filing, settings=chosen)
