"""Two archives become one: the same from either side, nothing twice, nothing lost, and the same bytes for readers."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.samples import NOON, article, capture, entry, gone, lead, minutes, revision
from mirror import tree
from wirecopy.archive import open_archive, schema
from wirecopy.archive.backup import restore
from wirecopy.archive.schema import APPLICATION_ID, from_micros
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.errors import ArchiveError
from wirecopy.model import Change, Entry, Lead, Source, State, Validators, Visit, replace
from wirecopy.publish import markdown

Step = tuple[str, int, int, int]
"""What happens, to which article, in which minute, and how it reads then."""

steps = st.lists(
    st.tuples(
        st.sampled_from(["copy", "copy", "copy", "gone", "note", "hold", "refuse", "exclude", "fail", "visit", "page"]),
        st.integers(0, 3),
        st.integers(0, 30),
        st.integers(0, 3),
    ),
    max_size=14,
)


def play(archive: SqliteArchive, step: Step, said: str) -> None:
    """One thing that a mirror does. Whatever is seen at a moment is the same for all mirrors."""
    what, number, minute, words = step
    key, at = str(number), minutes(minute)
    known = archive.entry("demo-zh", key) or entry(key, state=State.WAITING, first_seen=at, last_seen=at, checked=None)

    def ended(state: State, reason: str = "") -> Entry:
        return Entry(lead=known.lead, state=state, reason=reason, first_seen=known.first_seen,
                     last_seen=max(known.last_seen, at), checked=at, due=at + timedelta(hours=1))  # fmt: skip

    match what:
        case "copy":
            page = capture(f"<p>{key} {words}".encode(), at=at, url=f"https://www.example.org/demo-zh/a-{key}")
            seen = article(key, "demo-zh", f"{key} {words}", f"demo:{words}", published=None)
            archive.settle(ended(State.ARCHIVED), captures=[page], revision=revision(seen, at=at, capture=page.id))
        case "gone" if archive.standing("demo-zh", key) is not None:
            page = capture(b"gone", at=at, status=404)
            archive.settle(ended(State.GONE), captures=[page], revision=gone(key, at=at))
        case "note":
            archive.note([lead(key, title=f"标题 {key} {words}")], at=at)
        case "hold" | "refuse":
            page = capture(b"<p>wall", at=at, url=f"https://www.example.org/wall/{key}")
            archive.settle(ended(State.HELD, ("refused: " if what == "refuse" else "") + "a wall"), captures=[page])
        case "exclude":
            archive.settle(ended(State.EXCLUDED, "by a rule"))
        case "fail":
            archive.settle(ended(State.FAILED, "no answer"))
        case "visit":
            validators = Validators(etag=f'"{words}"')
            archive.remember([Visit(url=f"https://www.example.org/{key}", checked=at, validators=validators)])
            archive.learn("demo-zh", said.encode())
        case "page":
            archive.keep([capture(f"robots {words}".encode(), at=at, url="https://www.example.org/robots.txt")])
        case _:
            pass


def content(path: Path) -> dict[str, object]:
    """All that an archive says, without what is its own: its name, its stamps, the numbers of its rows."""
    with open_archive(path, write=False) as archive:
        assert list(archive.verify()) == []
        rows = archive._file.rows
        sources = archive.sources()
        found: dict[str, object] = {
            "sources": rows("SELECT id, name, language, homepage, family FROM sources ORDER BY id"),
            "habits": rows("SELECT source, habits FROM habits ORDER BY source"),
            "visits": rows("SELECT url, visit FROM visits ORDER BY url"),
            "counts": {source: archive.counts(source) for source in sources},
            "pages": rows("SELECT url, digest FROM pages JOIN captures ON capture = id ORDER BY url, digest"),
            "names": rows("SELECT name, source, key FROM names JOIN ledger ON id = article ORDER BY 1, 2, 3"),
            "documents": rows("SELECT source, key, day, title, at, revisions, withdrawn FROM documents ORDER BY 1, 2"),
            "calendar": rows("SELECT * FROM calendar ORDER BY 1, 2"),
            "captures": rows("SELECT digest FROM captures ORDER BY 1"),
        }
        for source in sources:
            for each in archive.entries(source):
                place = (source, each.lead.key)
                found[f"entry {place}"] = each
                found[f"history {place}"] = archive.history(*place)
                found[f"captures {place}"] = [page.id for page in archive.captures(*place)]
        return found


def published(path: Path, folder: Path) -> dict[str, bytes]:
    with open_archive(path, write=False) as archive, archive.edition() as edition:
        markdown.publish(edition, folder)
    assert list(markdown.check(folder)) == []
    return tree(folder)


class Desk:
    """Archives by name in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def made(self, name: str, steps: list[Step]) -> Path:
        path = self.folder / f"{name}.db"
        with open_archive(path, write=True) as archive:
            archive.enrol([Source(id="demo-zh", name=f"演示报 {name}", family="demo"), Source(id=f"only-{name}")])
            for step in steps:
                play(archive, step, name)
        return path

    def merged(self, first: Path, *others: Path) -> Path:
        path = self.folder / ("+".join(each.stem for each in (first, *others)) + ".db")
        shutil.copy(first, path)
        with open_archive(path, write=True) as archive:
            for other in others:
                archive.merge(other)
        return path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def on_a_desk(check: Callable[[Desk], None]) -> None:
    # In memory where that can be had: what is synced to a disk is not what these laws are about.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        check(Desk(Path(folder)))


laws = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.slow
@laws
@given(steps, steps)
def test_merging_is_the_same_from_either_side(first: list[Step], second: list[Step]) -> None:
    def check(desk: Desk) -> None:
        a, b = desk.made("a", first), desk.made("b", second)
        ab, ba = desk.merged(a, b), desk.merged(b, a)
        assert content(ab) == content(ba)
        assert published(ab, desk.folder / "ab") == published(ba, desk.folder / "ba")

    on_a_desk(check)


@pytest.mark.slow
@laws
@given(steps, steps)
def test_merging_again_changes_nothing(first: list[Step], second: list[Step]) -> None:
    def check(desk: Desk) -> None:
        a, b = desk.made("a", first), desk.made("b", second)
        ab = desk.merged(a, b)
        before, bytes_before = content(ab), ab.read_bytes()
        with open_archive(ab, write=True) as archive:
            stamp = archive._file.number("SELECT stamp FROM archive")
            for other in (b, a):
                again = archive.merge(other)
                assert (again.leads, again.new, again.revisions, again.captures) == (0, 0, 0, 0)
            assert archive._file.number("SELECT stamp FROM archive") == stamp
        assert content(ab) == before
        assert ab.read_bytes() == bytes_before

    on_a_desk(check)


@pytest.mark.slow
@laws
@given(steps, steps)
def test_a_revision_is_there_once_and_what_either_saw_is_kept(first: list[Step], second: list[Step]) -> None:
    def check(desk: Desk) -> None:
        a, b = desk.made("a", first), desk.made("b", second)
        merged = desk.merged(a, b)
        with (
            open_archive(a, write=False) as one,
            open_archive(b, write=False) as other,
            open_archive(merged, write=False) as both,
        ):
            for key in map(str, range(4)):
                history = both.history("demo-zh", key)
                assert len({(each.at, each.fingerprint) for each in history}) == len(history)
                assert [each.number for each in history] == list(range(1, len(history) + 1))
                seen = {
                    (each.at, each.fingerprint): each
                    for each in (*one.history("demo-zh", key), *other.history("demo-zh", key))
                }
                assert {(each.at, each.fingerprint) for each in history} <= set(seen)
                assert {each.fingerprint for each in history} == {fingerprint for _, fingerprint in seen}
                pages = {page.id for archive in (one, other) for page in archive.captures("demo-zh", key)}
                assert {page.id for page in both.captures("demo-zh", key)} == pages

    on_a_desk(check)


# With two readings at most, and each said by one mirror alone, there is nothing for the order to decide.
own = st.lists(
    st.tuples(st.sampled_from(["copy", "gone", "note", "visit", "page"]), st.integers(0, 3), st.integers(0, 30)),
    max_size=8,
)


@pytest.mark.slow
@laws
@given(own, own, own)
def test_three_archives_may_be_merged_in_any_order(first, second, third) -> None:
    def check(desk: Desk) -> None:
        a, b, c = (
            desk.made(name, [(what, number, minute * 3 + shift, minute * 3 + shift) for what, number, minute in steps])
            for shift, (name, steps) in enumerate((("a", first), ("b", second), ("c", third)))
        )
        one = desk.merged(a, b, c)
        other = desk.merged(a, desk.merged(b, c))
        last = desk.merged(c, desk.merged(b, a))
        assert content(one) == content(other) == content(last)

    on_a_desk(check)


def test_histories_are_interleaved_by_time(desk: Desk) -> None:
    a = desk.made("a", [("copy", 1, 0, 0), ("copy", 1, 20, 2)])
    b = desk.made("b", [("copy", 1, 10, 1), ("gone", 1, 30, 0)])
    with open_archive(desk.merged(a, b), write=False) as archive:
        history = archive.history("demo-zh", "1")
        assert [each.at for each in history] == [minutes(0), minutes(10), minutes(20), minutes(30)]
        assert [each.change for each in history] == [Change.NEW, Change.EDITED, Change.EDITED, Change.GONE]
        assert archive.entry("demo-zh", "1").state is State.GONE


def test_two_mirrors_that_saw_the_same_made_no_edit(desk: Desk) -> None:
    a = desk.made("a", [("copy", 1, 0, 0), ("copy", 1, 20, 1)])
    b = desk.made("b", [("copy", 1, 10, 0), ("copy", 1, 30, 1)])
    for first, second in ((a, b), (b, a)):
        with open_archive(desk.merged(first, second), write=False) as archive:
            assert [each.at for each in archive.history("demo-zh", "1")] == [minutes(0), minutes(20)]
            assert len(archive.captures("demo-zh", "1")) == 4


def test_what_a_reader_sees_alike_is_no_edit_though_it_was_read_otherwise(desk: Desk) -> None:
    a = desk.made("a", [("copy", 1, 0, 0)])
    b = desk.made("b", [("copy", 1, 10, 1)])
    with open_archive(a, write=True) as archive:
        archive.merge(b, same=lambda before, after: before.title == after.title)
        assert len(archive.history("demo-zh", "1")) == 1
        assert list(archive.verify()) == []


def test_what_was_refused_stays_refused(desk: Desk) -> None:
    a = desk.made("a", [("refuse", 1, 0, 0)])
    b = desk.made("b", [("hold", 1, 10, 0)])
    with open_archive(desk.merged(a, b), write=False) as archive:
        found = archive.entry("demo-zh", "1")
        assert (found.state, found.reason, found.checked) == (State.HELD, "refused: a wall", minutes(10))


def test_an_earlier_day_moves_a_document_and_every_published_folder_with_it(desk: Desk) -> None:
    a = desk.made("a", [("copy", 1, 60 * 24 * 3, 0)])
    b = desk.made("b", [])
    folder = desk.folder / "public"
    assert "articles/demo-zh/2026/11/1.md" in published(a, folder)
    with open_archive(b, write=True) as archive:
        early = article("1", words="早", published=None)
        archive.settle(entry("1"), revision=revision(early, at=NOON - timedelta(days=40)))
    with open_archive(a, write=True) as archive:
        assert archive.merge(b).moved == 1
        assert list(archive.verify()) == []
    after = published(a, folder)
    assert "articles/demo-zh/2026/11/1.md" not in after
    assert after == published(desk.merged(b, a), desk.folder / "other")


def test_a_copy_that_one_saw_withdrawn_and_the_other_later_unchanged_is_asked_without_a_condition(desk: Desk) -> None:
    a = desk.made("a", [("copy", 1, 0, 0)])
    url = "https://www.example.org/demo-zh/a-1"
    visit = Visit(url=url, validators=Validators(etag='"1"'), checked=minutes(20))
    with open_archive(a, write=True) as archive:
        archive.settle(entry("1", state=State.UNCHANGED, checked=minutes(20), due=minutes(90)), visits=[visit])
    b = desk.made("b", [("copy", 1, 0, 0), ("gone", 1, 10, 0)])
    for first, second in ((a, b), (b, a)):
        with open_archive(desk.merged(first, second), write=False) as archive:
            found = archive.entry("demo-zh", "1")
            assert (found.state, found.due) == (State.GONE, minutes(70))
            assert archive.visit(url).validators == Validators()


def test_a_merge_that_ends_in_the_middle_is_finished_by_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    a = desk.made("a", [("copy", 1, 0, 0)])
    b = desk.made("b", [("copy", number, number, number) for number in range(4)])
    monkeypatch.setattr("wirecopy.archive.merge._TOGETHER", 1)
    whole = content(desk.merged(a, b))

    def stop(done: int, _todo: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with open_archive(a, write=True) as archive:
        with pytest.raises(KeyboardInterrupt):
            archive.merge(b, progress=stop)
        assert list(archive.verify()) == []
        assert archive.standing("demo-zh", "1") is not None
        archive.merge(b)
    assert content(a) == whole


def test_a_damaged_archive_is_named_and_what_came_before_is_kept(desk: Desk) -> None:
    a = desk.made("a", [])
    b = desk.made("b", [("copy", 1, 1, 1), ("copy", 2, 2, 2)])
    with closing(sqlite3.connect(b)) as database:
        database.execute("UPDATE blobs SET body = zeroblob(length(body)) WHERE id = (SELECT max(id) FROM blobs)")
        database.commit()
    with open_archive(a, write=True) as archive:
        with pytest.raises(ArchiveError, match=r"b\.db is damaged: .*check sum"):
            archive.merge(b)
        assert list(archive.verify()) == []


def test_a_strangers_archive_cannot_put_one_article_under_anothers_name(desk: Desk) -> None:
    a = desk.made("a", [])
    b = desk.made("b", [("copy", 1, 1, 1), ("copy", 2, 2, 2)])
    with closing(sqlite3.connect(b)) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        database.execute("UPDATE revisions SET body = (SELECT body FROM revisions WHERE id = 2) WHERE id = 1")
        for stored in database.execute(schema.REVISIONS.select()).fetchall():
            fits = schema.check_sum(stored[1:-1])
            database.execute("UPDATE revisions SET sum = ? WHERE id = ?", (fits, stored[0]))
        database.commit()
    with open_archive(a, write=True) as archive:
        with pytest.raises(ArchiveError, match="a revision of demo-zh/1 is of demo-zh/2; verify it first"):
            archive.merge(b)
        assert archive.history("demo-zh", "1") == ()


@pytest.mark.parametrize(("source", "key"), [("demo-zh", "../1"), ("demo-zh", "con"), ("aux.example.org", "1")])
def test_a_strangers_archive_brings_no_name_that_cannot_name_a_file(desk: Desk, source: str, key: str) -> None:
    a, b = desk.made("a", []), desk.made("b", [])
    with open_archive(b, write=True) as archive:
        archive.note([Lead(source=source, key=key, url="https://www.example.org/1")], at=NOON)
    with open_archive(a, write=True) as archive:
        with pytest.raises(ArchiveError, match="is no name that wirecopy gives an article"):
            archive.merge(b)
        assert archive.sources() == ()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        *((schema.LEDGER, {column: moment}) for column in ("first_seen", "last_seen", "checked", "due")
          for moment in (2**62, -(2**62), 253_402_300_799 * 10**6)),
        (schema.REVISIONS, {"at": 2**62}),
        (schema.REVISIONS, {"at": -62_135_596_800 * 10**6}),
        (schema.REVISIONS, {"day": "../../etc"}),
        (schema.REVISIONS, {"change": "forged"}),
        (schema.PICTURES, {"checked": 2**62}),
        (schema.PICTURES, {"state": "forged"}),
    ],
)  # fmt: skip
def test_a_strangers_archive_brings_nothing_that_wirecopy_never_stores(desk: Desk, table, change) -> None:
    a, b = desk.made("a", []), desk.made("b", [("copy", 1, 1, 1)])
    with open_archive(b, write=True) as archive:
        archive._file.put(
            schema.PICTURES,
            schema.PictureRow(0, "0" * 64, "demo-zh", "https://www.example.org/1.png", "waiting", "", 0, 0, None, 0, 0,
                              None, 0),
        )  # fmt: skip
        for row in archive._file.every(table):
            archive._file.put(table, row._replace(**change))
    before = content(a)
    with open_archive(a, write=True) as archive:
        with pytest.raises(ArchiveError, match=r"no clock shows|cannot be read"):
            archive.merge(b)
        if table is not schema.PICTURES:  # which come after the articles
            assert list(archive.entries("demo-zh")) == []
    if table is not schema.PICTURES:
        assert content(a).keys() == before.keys()


def test_a_strangers_archive_keeps_no_article_from_being_looked_at_for_longer_than_a_schedule(desk: Desk) -> None:
    a, b = desk.made("a", []), desk.made("b", [("copy", 1, 1, 1)])
    with open_archive(b, write=True) as archive:
        known = archive.entry("demo-zh", "1")
        archive.settle(replace(known, due=NOON.replace(year=2099), failures=2**62))
    with open_archive(a, write=True) as archive:
        archive.merge(b)
        merged = archive.entry("demo-zh", "1")
        assert merged.due <= merged.checked + timedelta(days=31)
        assert merged.failures <= 10_000


def test_an_archive_with_a_view_is_a_strangers_trick_and_is_not_read(desk: Desk) -> None:
    a, b = desk.made("a", []), desk.made("b", [("copy", 1, 1, 1)])
    with closing(sqlite3.connect(b)) as database:
        database.execute("DROP TABLE habits")
        database.execute("CREATE VIEW habits AS SELECT 'demo-zh' AS source, '' AS habits, 0 AS sum")  # or without end
        database.commit()
    with open_archive(a, write=True) as archive, pytest.raises(ArchiveError, match="has a view, 'habits'"):
        archive.merge(b)
    with pytest.raises(ArchiveError, match="has a view"):
        restore(desk.folder / "c.db", b, clock=lambda: NOON)


def test_a_strangers_archive_brings_no_robots_txt_of_days_to_come(desk: Desk) -> None:
    a, b = desk.made("a", []), desk.made("b", [])
    url = "https://www.example.org/robots.txt"
    with open_archive(b, write=True) as archive:
        archive.keep([capture(f"day {day}".encode(), at=NOON + timedelta(days=day), url=url) for day in (-1, 1, 2)])
    with open_archive(a, write=True) as archive:
        archive.merge(b, now=NOON)
        assert archive.page(url, NOON + timedelta(days=2)).body == b"day -1"


def test_what_a_merge_holds_in_memory_does_not_follow_the_archive(desk: Desk) -> None:
    """A peak that follows the size of a batch, not of what is merged."""
    import tracemalloc

    a, b = desk.made("a", []), desk.made("b", [])
    peaks = []
    for start in (0, 1000):
        with open_archive(b, write=True) as archive, archive.batch():
            for n in range(start, start + (300 if start == 0 else 1200)):
                key = f"m{n}"
                archive.settle(entry(key), revision=revision(article(key, words="正文" * 500), at=minutes(n)))
        with open_archive(a, write=True) as archive:
            tracemalloc.start()
            archive.merge(b)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert max(peaks) < 4_000_000
    with open_archive(a, write=False) as archive:
        assert archive.counts("demo-zh")[State.ARCHIVED] == 1500
        assert from_micros(archive._file.number("SELECT max(at) FROM revisions")) == minutes(2199)
