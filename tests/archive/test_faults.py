"""Whatever change of a file goes wrong, and however: what was acknowledged is there, and the work can be done again.

Each test counts the changes that its work makes and lets them go wrong one after the other: killed before every one of
them; torn, refused and without room at every change that is no frame of the log, and at every seventh that is one. Of
the writes into a file that has no name yet (it is thrown away whatever is in it) every ninth is taken, and each of the
last, after which it takes its name.

What follows from the files of a folder is looked at once: after many a fault they are, byte for byte, as after another.
"""

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import faults
from archive.samples import article, capture, entry, gone, lead, minutes, revision
from wirecopy.archive import backup, open_archive, repair_archive, schema
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.errors import ArchiveError
from wirecopy.model import Source, State, Visit

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
HOWS = ("kill", "torn", "eio", "full")

Say = Callable[[str], None]
Work = Callable[[Path, Say], None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not faults.can_fail(), reason="the SQLite of this Python cannot be reached by ctypes"),
]


@pytest.fixture
def desk() -> Iterator[Path]:
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def points(changes: list[str], how: str) -> list[int]:
    """At which of these changes something goes wrong."""
    found = []
    for at, change in enumerate(changes, 1):
        is_unnamed = any(end in change for end in (".repaired", ".restored", ".new"))
        if not faults.matters(change, how):
            continue
        is_last = at > len(changes) - 32
        if (
            not change.startswith("write ")
            or at % 9 == 0
            or is_last
            or (not is_unnamed and (how == "kill" or at % 7 == 0))
        ):
            found.append(at)
    return found


def settled(archive: SqliteArchive, number: int, words: str = "") -> None:
    page = capture(f"<p>{number}{words}".encode() * 300, at=minutes(number))
    seen = article(str(number), "demo-zh", f"正文 {number}{words}" * 20, f"demo:{number + 1}")
    archive.settle(entry(str(number)), captures=[page], revision=revision(seen, at=minutes(number), capture=page.id))


def made(path: Path, articles: int = 6) -> Path:
    with open_archive(path, write=True) as archive, archive.batch():
        archive.enrol([Source(id="demo-zh", family="demo")])
        archive.note([lead(f"w{n}") for n in range(articles)], at=minutes(0))
        for n in range(articles):
            settled(archive, n)
        archive.settle(entry("0"), revision=gone("0", at=minutes(90)))
    return path


def content(path: Path) -> dict[str, object]:
    """What an archive holds; verified on the way. Of the very bytes that were looked at before it is known."""
    log = path.with_name(path.name + "-wal")
    seen = hashlib.sha256(path.read_bytes()).digest(), log.read_bytes() if log.exists() else b""
    if seen not in _CONTENTS:
        _CONTENTS[seen] = _content(path)
    return _CONTENTS[seen]


_CONTENTS: dict[tuple[bytes, bytes], dict[str, object]] = {}


def _content(path: Path) -> dict[str, object]:
    with open_archive(path, write=True) as archive:
        assert list(archive.verify()) == []
        found: dict[str, object] = {}
        for source in archive.sources():
            for each in archive.entries(source):
                key = each.lead.key
                found[key] = (each.state, archive.history(source, key), archive.captures(source, key))
        return found


def drilled(desk: Path, before: Path, work: Work, check: Callable[[Path, list[str], str], None]) -> dict[str, int]:
    """Let every change of this work go wrong, each on a copy of the folder `before`; how often it was for each way."""
    folder = desk / "run"
    shutil.copytree(before, folder)
    changes = faults.changes(work, folder)
    done = dict.fromkeys(HOWS, 0)
    checked: set[object] = set()
    for how in HOWS:
        for at in points(changes, how):
            shutil.rmtree(folder)
            shutil.copytree(before, folder)
            ended, said = faults.played(work, folder, at, how)
            assert not ended.startswith("a fault of wirecopy"), (how, at, changes[at - 1], ended)
            done[how] += 1
            left = faults.state(folder), tuple(said)
            if left in checked:
                continue
            checked.add(left)
            try:
                check(folder, said, ended)
            except Exception as error:
                raise AssertionError(f"{how} at change {at} ({changes[at - 1]}), ended {ended[:300]}") from error
    assert done["kill"] >= done["torn"] > 0
    return done


def again(work: Work, folder: Path) -> None:
    """The same work, with a disk that is well."""
    ended, _ = faults.played(work, folder, 0, "")
    assert ended == "past", ended


def test_collecting(desk: Path) -> None:
    """Every statement of every transaction that a round makes: in the ledger, of evidence, of revisions, of visits."""
    before = desk / "before"
    before.mkdir()
    made(before / "wirecopy.db", 2)

    def work(folder: Path, say: Say) -> None:
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            archive.note([lead("9"), lead("10")], at=minutes(5))
            say("noted 9")
            settled(archive, 9)
            say("settled 9 1")
            settled(archive, 1, "!")
            say("settled 1 1")
            archive.settle(entry("9"), revision=gone("9", at=minutes(99)))
            say("gone 9")
            archive.remember([Visit(url="https://www.example.org/feed", result="304")])
            say("remembered")

    def check(folder: Path, said: list[str], ended: str) -> None:
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            assert list(archive.verify()) == []
            assert len(archive.history("demo-zh", "0")) == 2
            for line in said:
                match line.split():
                    case ["noted", key]:
                        assert archive.entry("demo-zh", key) is not None
                    case ["settled", key, _]:
                        assert archive.history("demo-zh", key)[0].article is not None
                        assert archive.captures("demo-zh", key)
                    case ["gone", key]:
                        assert archive.entry("demo-zh", key).state is State.GONE
                    case _:
                        assert archive.visit("https://www.example.org/feed") is not None

    done = drilled(desk, before, work, check)
    assert done["kill"] > 100


def test_making_an_archive(desk: Path) -> None:
    before = desk / "before"
    before.mkdir()

    def work(folder: Path, say: Say) -> None:
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            archive.note([lead("9")], at=minutes(5))
            say("noted")

    def check(folder: Path, said: list[str], ended: str) -> None:
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            assert list(archive.verify()) == []
            assert not said or archive.entry("demo-zh", "9") is not None

    assert drilled(desk, before, work, check)["kill"] > 50


def test_backing_up(desk: Path) -> None:
    """The archive is untouched, and the backup is the one before or the one after, whole."""
    before = desk / "before"
    (before / "to").mkdir(parents=True)
    made(before / "wirecopy.db")
    backup.backup(before / "wirecopy.db", before / "to", clock=lambda: AT)
    with open_archive(before / "wirecopy.db", write=True) as archive:
        old = archive.counts("demo-zh")
        settled(archive, 30)
    whole = content(before / "wirecopy.db")

    def work(folder: Path, say: Say) -> None:
        backup.backup(folder / "wirecopy.db", folder / "to", clock=lambda: AT)
        say("backed up")

    def check(folder: Path, said: list[str], ended: str) -> None:
        assert content(folder / "wirecopy.db") == whole
        with open_archive(folder / "to" / "wirecopy.db", write=False) as archive:
            assert list(archive.verify()) == []
            assert archive.counts("demo-zh") == old or "30" in content(folder / "to" / "wirecopy.db")
        if said:
            assert content(folder / "to" / "wirecopy.db") == whole
        again(work, folder)
        assert content(folder / "to" / "wirecopy.db") == whole
        assert not [each.name for each in (folder / "to").iterdir() if ".new" in each.name]

    assert drilled(desk, before, work, check)["kill"] > 20


def test_restoring(desk: Path) -> None:
    """There is always an archive under the name, and what stood there is never gone."""
    before = desk / "before"
    (before / "from").mkdir(parents=True)
    made(before / "from" / "wirecopy.db", 3)
    made(before / "wirecopy.db", 6)
    old, new = content(before / "wirecopy.db"), content(before / "from" / "wirecopy.db")

    def work(folder: Path, say: Say) -> None:
        backup.restore(folder / "wirecopy.db", folder / "from", force=True, clock=lambda: AT)
        say("restored")

    def check(folder: Path, said: list[str], ended: str) -> None:
        now = content(folder / "wirecopy.db")
        assert now in (old, new)
        if said:
            assert now == new
        if now == new:
            assert content(folder / "wirecopy.db.before-restore") == old
        again(work, folder)
        assert content(folder / "wirecopy.db") == new
        kept = [
            each
            for each in folder.iterdir()
            if ".before-restore" in each.name and each.suffix in (".before-restore", ".2")
        ]
        assert any(content(each) == old for each in kept)

    assert drilled(desk, before, work, check)["kill"] > 20


def first_schema(path: Path) -> Path:
    """An archive as the first wirecopy wrote it: its schema, and the rows of its tables."""
    modern = made(path.with_name("modern.db"))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN")
        for statement in schema._statements(schema.MIGRATIONS[0].sql):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        database.execute("PRAGMA user_version = 1")
        database.execute("COMMIT")
        database.execute("ATTACH ? AS modern", (str(modern),))
        triggers = dict(database.execute("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'").fetchall())
        for name in triggers:
            database.execute(f"DROP TRIGGER main.{name}")
        for (name,) in database.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
            columns = ", ".join(row[1] for row in database.execute(f"PRAGMA main.table_info({name})"))
            database.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM modern.{name}")
        for sql in triggers.values():
            database.execute(sql)
        database.execute("DETACH modern")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    modern.unlink()
    for each in path.parent.glob("modern.db*"):
        each.unlink()
    return path


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def test_migrating(desk: Path) -> None:
    """From the first schema to today's, whatever happens, and with a copy of how it was."""
    before = desk / "before"
    before.mkdir()
    first_schema(before / "wirecopy.db")
    shutil.copytree(before, desk / "whole")
    whole = content(desk / "whole" / "wirecopy.db")
    assert len(whole) == 12

    def work(folder: Path, say: Say) -> None:
        open_archive(folder / "wirecopy.db", write=True).close()
        say("migrated")

    def check(folder: Path, said: list[str], ended: str) -> None:
        path, copy = folder / "wirecopy.db", folder / "wirecopy.db.v1.bak"
        reached = version(path)
        assert reached == schema.VERSION or not said
        if reached > 1:
            assert version(copy) == 1
        again(work, folder)
        assert version(path) == schema.VERSION
        assert content(path) == whole
        assert version(copy) == 1
        extra = {each.name for each in folder.iterdir()} - {
            "wirecopy.db", "wirecopy.db.v1.bak", "wirecopy.db.lock", "wirecopy.db-wal", "wirecopy.db-shm"}  # fmt: skip
        assert extra == set()

    assert drilled(desk, before, work, check)["kill"] > 100


def test_merging(desk: Path) -> None:
    before = desk / "before"
    before.mkdir()
    made(before / "wirecopy.db", 2)
    with open_archive(before / "other.db", write=True) as archive, archive.batch():
        for n in (0, 1, 5):
            settled(archive, n, "?")
    shutil.copytree(before, desk / "whole")
    with open_archive(desk / "whole" / "wirecopy.db", write=True) as archive:
        archive.merge(desk / "whole" / "other.db")
    old, whole = content(before / "wirecopy.db"), content(desk / "whole" / "wirecopy.db")

    def work(folder: Path, say: Say) -> None:
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            archive.merge(folder / "other.db")
            say("merged")

    def check(folder: Path, said: list[str], ended: str) -> None:
        now = content(folder / "wirecopy.db")
        assert set(old) <= set(now)
        assert not said or now == whole
        again(work, folder)
        assert content(folder / "wirecopy.db") == whole

    assert drilled(desk, before, work, check)["kill"] > 100


def test_repairing(desk: Path) -> None:
    """The damaged file is never changed, and the repaired one is there or not."""
    before = desk / "before"
    before.mkdir()
    made(before / "wirecopy.db", 3)
    whole = content(before / "wirecopy.db")
    with closing(sqlite3.connect(before / "wirecopy.db", isolation_level=None)) as database:
        database.execute("DELETE FROM names")
        database.execute("UPDATE calendar SET documents = 7")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damaged = (before / "wirecopy.db").read_bytes()

    def work(folder: Path, say: Say) -> None:
        done = repair_archive(folder / "wirecopy.db", clock=lambda: AT)
        say(f"repaired {len(done.lost)}")

    def check(folder: Path, said: list[str], ended: str) -> None:
        path, kept = folder / "wirecopy.db", folder / "wirecopy.db.damaged-20261123T093000Z"
        if path.read_bytes() == damaged:
            assert not said
        else:
            assert kept.read_bytes() == damaged
            assert content(path) == whole
        again(work, folder)
        assert content(path) == whole
        assert not [each.name for each in folder.iterdir() if ".repaired" in each.name]

    assert drilled(desk, before, work, check)["kill"] > 20


# --- migrating, without faults ---------------------------------------------------------------------------------------


def test_an_archive_of_the_first_schema_is_brought_up_to_date_after_a_copy(tmp_path: Path) -> None:
    path = first_schema(tmp_path / "wirecopy.db")
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="written by an older wirecopy"):
        open_archive(path, write=False)
    assert path.read_bytes() == before
    assert len(content(path)) == 12
    copy = path.with_name("wirecopy.db.v1.bak")
    assert version(copy) == 1
    shutil.copy(copy, tmp_path / "again.db")
    assert len(content(tmp_path / "again.db")) == 12


def test_a_copy_that_is_there_and_whole_is_not_made_again_and_another_one_is_kept(tmp_path: Path) -> None:
    path = first_schema(tmp_path / "wirecopy.db")
    first = path.read_bytes()
    copy = path.with_name("wirecopy.db.v1.bak")
    copy.write_bytes(first)
    stamp = copy.stat().st_mtime_ns
    open_archive(path, write=True).close()
    assert copy.stat().st_mtime_ns == stamp
    path.write_bytes(first)
    copy.write_bytes(first[:8192])
    open_archive(path, write=True).close()
    assert copy.read_bytes() == first[:8192]
    assert version(path.with_name("wirecopy.db.v1.bak.2")) == 1


def test_nothing_is_migrated_without_room_for_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = first_schema(tmp_path / "wirecopy.db")
    before = path.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))
    with pytest.raises(ArchiveError, match=r"a copy of .*wirecopy\.db takes .* has 0.0 MB left: make room"):
        open_archive(path, write=True)
    assert version(path) == 1
    assert path.read_bytes() == before
