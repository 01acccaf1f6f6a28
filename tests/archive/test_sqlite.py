"""What is SQLite's own: opening, the lock, full disks, damage, and that questions cost what their answers cost."""

import hashlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cost
from archive.samples import NOON, article, capture, entry, gone, lead, minutes, revision
from wirecopy.archive import is_wanted, open_archive, packing, schema, verify
from wirecopy.archive.search import search
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.errors import ArchiveError, InUse
from wirecopy.model import Footprint, Incident, Source, State, Trouble, Validators, Visit


def fill(archive: SqliteArchive, articles: int = 60, start: int = 0) -> None:
    """An archive with something of everything: sources, leads, visits, captures, revisions, references."""
    chance = random.Random(start)
    archive.enrol([Source(id="demo-zh", name="演示报", language="zh-Hans", family="demo"), Source(id="demo-en")])
    archive.note([lead(f"w{n}", summary="摘要" * 40) for n in range(start, start + articles)], at=NOON)
    archive.remember([Visit(url=f"https://www.example.org/{n}", validators=Validators(etag='"1"')) for n in range(40)])
    archive.learn("demo-zh", '{"repeated":["责任编辑"]}'.encode())
    archive.tread(Footprint(host=f"{n}.example", day="2026-11-22", asked=n, bytes=900 * n) for n in range(20))
    archive.keep_incident(Incident(source="demo-zh", trouble=Trouble.SILENT, since=NOON, now=3.0, usual=40.0))
    for n in range(start, start + articles):
        words = "".join(chance.choice("的一是在不了有和人这中大为上个国") for _ in range(900))
        for edit in range(1 + n % 3):
            page = capture(f"<p>{words}{edit}".encode(), at=minutes(n + edit))
            filed = {"section": "政治", "authors": (f"记者{n % 5}",), "tags": ("欧盟", f"题{n + edit}")}
            seen = article(str(n), "demo-zh", f"{words}{edit}", "demo:1", f"https://www.example.org/x{n}", **filed)
            archive.settle(entry(str(n)), captures=[page], revision=revision(seen, at=page.at, capture=page.id))
        if n % 7 == 0:
            archive.settle(entry(str(n)), revision=gone(str(n), at=minutes(n + 9)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wirecopy.db"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "wirecopy.db"
    with open_archive(path, write=True) as archive:
        fill(archive)
    return path


@pytest.fixture
def filled(model: Path, path: Path) -> Path:
    return Path(shutil.copy(model, path))


# --- opening ---------------------------------------------------------------------------------------------------------


def test_an_archive_that_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no archive at .*wirecopy\.db: `wirecopy collect` makes it"):
        open_archive(path, write=False)
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"the folder .*missing does not exist: make it"):
        open_archive(tmp_path / "missing" / "wirecopy.db", write=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [True, False])
def test_what_is_no_archive_is_refused_and_left_alone(tmp_path: Path, write: bool) -> None:
    folder, photo, other = tmp_path / "folder", tmp_path / "photo.jpg", tmp_path / "other.db"
    folder.mkdir()
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(5000))
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE things (id)")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = other.read_bytes()
    for place, words in (
        (folder, "is a folder: name a file in it"),
        (photo, "is no wirecopy archive"),
        (other, "a database of another program"),
        (pipe, "is no plain file"),
    ):
        with pytest.raises(ArchiveError, match=words) as caught:
            open_archive(place, write=write)
        assert str(place) in str(caught.value)
    assert other.read_bytes() == before


def test_an_empty_file_becomes_an_archive_by_writing_only(path: Path) -> None:
    path.touch()
    with pytest.raises(ArchiveError, match="is empty: `wirecopy collect`"):
        open_archive(path, write=False)
    assert path.stat().st_size == 0
    open_archive(path, write=True).close()
    open_archive(path, write=False).close()


@pytest.mark.parametrize("write", [True, False])
def test_an_archive_of_a_newer_wirecopy_is_refused(filled: Path, write: bool) -> None:
    with closing(sqlite3.connect(filled)) as database:
        database.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    newer = schema.VERSION + 1
    words = rf"written by a newer wirecopy \(schema {newer}, this one knows {schema.VERSION}\): upgrade wirecopy, or"
    with pytest.raises(ArchiveError, match=words):
        open_archive(filled, write=write)


def test_an_older_archive_is_brought_up_to_date_by_writing(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = schema.Migration(schema.VERSION + 1, "a table more", "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, later))
    monkeypatch.setattr("wirecopy.archive.file.VERSION", schema.VERSION + 1)
    monkeypatch.setattr("wirecopy.archive.verify._as_made", verify._as_made.__wrapped__)  # not that of before
    newer = schema.VERSION + 1
    words = rf"written by an older wirecopy \(schema {schema.VERSION}, this one knows {newer}\): any command"
    with pytest.raises(ArchiveError, match=words):
        open_archive(filled, write=False)
    open_archive(filled, write=True).close()
    with open_archive(filled, write=False) as archive:
        assert sum(archive.counts("demo-zh").values()) == 120
        assert list(archive.verify()) == []


def test_a_migration_that_fails_leaves_the_archive_as_it_was(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = schema.Migration(schema.VERSION + 1, "half of it", "CREATE TABLE more (id) ;\nCREATE TABLE ledger (id);")
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, later))
        patched.setattr("wirecopy.archive.file.VERSION", schema.VERSION + 1)
        with pytest.raises(ArchiveError, match="ledger already exists"):
            open_archive(filled, write=True)
    with open_archive(filled, write=True) as archive:
        assert list(archive.verify()) == []


def test_a_place_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "库?mode=rw#100% & %41.db"
    with open_archive(path, write=True) as archive:
        archive.note([lead()], at=NOON)
    with open_archive(path, write=False) as archive:
        assert archive.sources() == ("demo-zh",)
    assert path.exists()


def test_the_file_says_what_it_is(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (0x77697265,)
        assert database.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        ours = "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        tables = database.execute(ours).fetchall()
        assert tables
        assert all(strict for _, strict in tables)


def test_reading_changes_nothing(filled: Path) -> None:
    before, stat = filled.read_bytes(), filled.stat()
    with open_archive(filled, write=False) as archive:
        assert archive.counts("demo-zh")[State.WAITING] == 60
        assert len(list(archive.edition().changed(0))) == 60
        assert list(archive.verify()) == []
    assert filled.read_bytes() == before
    assert filled.stat().st_mtime_ns == stat.st_mtime_ns
    assert not filled.with_name("wirecopy.db.lock").exists() or filled.with_name("wirecopy.db.lock").stat().st_size == 0


def test_an_archive_can_be_read_from_a_medium_that_cannot_be_written(filled: Path) -> None:
    """As another user would: the superuser of a container may write anywhere."""
    folder = Path(tempfile.mkdtemp())
    try:
        place = Path(shutil.copy(filled, folder))
        place.chmod(0o444)
        folder.chmod(0o555)
        child = os.fork()
        if child == 0:
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                with open_archive(place, write=False) as archive:
                    good = archive.counts("demo-zh")[State.WAITING] == 60 and not list(archive.verify())
                os._exit(0 if good else 1)
            except BaseException:  # noqa: BLE001 - a child of fork must never return into pytest
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


# --- one writer ------------------------------------------------------------------------------------------------------


def test_a_second_writer_is_told_who_holds_the_archive(path: Path) -> None:
    since = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    with open_archive(path, write=True, holder="wirecopy collect", clock=lambda: since):
        words = (
            rf"is held by pid {os.getpid()} \(`wirecopy collect`, since 2026-11-22T14:00:00Z\); wait for it or stop it"
        )
        with pytest.raises(ArchiveError, match=words):
            open_archive(path, write=True)
        link = path.with_name("another name.db")
        link.symlink_to(path)
        with pytest.raises(ArchiveError, match=words):
            open_archive(link, write=True)
        path.with_name("wirecopy.db.holder").write_bytes(b"{")
        with pytest.raises(ArchiveError, match="is held by another process"):
            open_archive(path, write=True)
    open_archive(path, write=True).close()


def test_a_writer_that_failed_to_open_holds_nothing(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + bytes(4096))
    with pytest.raises(ArchiveError):
        open_archive(path, write=True)
    path.unlink()
    open_archive(path, write=True).close()


def test_a_holder_that_steps_aside_is_asked_to_and_one_that_does_too_asks_nobody(path: Path) -> None:
    code = (
        "import sys, time; from wirecopy.archive import is_wanted, open_archive\n"
        "archive = open_archive(sys.argv[1], write=True, holder='wirecopy collect', steps_aside=True)\n"
        "print('open', flush=True)\n"
        "while not is_wanted(sys.argv[1]): time.sleep(0.01)\n"
        "archive.close()"
    )
    assert not is_wanted(path)
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(InUse, match=f"held by pid {child.pid}"):
            open_archive(path, write=True, steps_aside=True)
        assert child.poll() is None
        with open_archive(path, write=True):
            assert child.wait() == 0
            assert path.with_name("wirecopy.db.waiting").exists()
            assert not is_wanted(path), "who waited has what it waited for"


def test_who_is_killed_while_it_waits_is_not_waited_for(path: Path) -> None:
    code = "import sys; from wirecopy.archive import open_archive; open_archive(sys.argv[1], write=True)"
    with open_archive(path, write=True, steps_aside=True):
        with subprocess.Popen([sys.executable, "-c", code, str(path)]) as child:
            while not is_wanted(path):
                assert child.poll() is None
                time.sleep(0.02)  # to look takes the lock for a moment
            child.kill()
        assert not is_wanted(path)


def test_a_lock_of_a_killed_process_does_not_block(path: Path) -> None:
    code = (
        "import sys, time; from wirecopy.archive import open_archive; "
        "archive = open_archive(sys.argv[1], write=True, holder='wirecopy collect'); print('open', flush=True); "
        "sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(ArchiveError, match=rf"held by pid {child.pid} \(`wirecopy collect`, since 2"):
            open_archive(path, write=True)
        child.send_signal(signal.SIGKILL)
        child.wait()
    open_archive(path, write=True).close()


# --- full and refusing disks -----------------------------------------------------------------------------------------


def test_a_full_disk_is_named_and_nothing_is_lost(filled: Path) -> None:
    archive = open_archive(filled, write=True)
    before = {name: archive.history("demo-zh", name) for name in ("1", "2")}
    pages = archive._file.number("PRAGMA page_count")
    archive._file.rows(f"PRAGMA max_page_count = {pages + 10}")
    page = capture(random.Random(1).randbytes(200_000))
    with pytest.raises(ArchiveError, match=r"wirecopy\.db: the disk is full; .* nothing before it is lost: make room"):
        archive.settle(entry("900"), captures=[page], revision=revision(article("900"), capture=page.id))
    assert archive.entry("demo-zh", "900") is None
    assert archive.capture(page.id) is None
    assert {name: archive.history("demo-zh", name) for name in before} == before
    archive._file.rows("PRAGMA max_page_count = 1000000")  # room was made
    assert archive.settle(entry("900"), captures=[page], revision=revision(article("900"), capture=page.id)) is not None
    assert list(archive.verify()) == []
    archive.close()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on the size of files here")
def test_a_disk_that_refuses_takes_nothing_that_was_acknowledged(path: Path) -> None:
    code = """
import resource, sys
from archive.samples import *
from wirecopy.archive import open_archive
from wirecopy.errors import ArchiveError
archive = open_archive(sys.argv[1], write=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
for n in range(10_000):
    page = capture(bytes(str(n), "ascii") * 99, at=minutes(n))
    seen = article(str(n), words=str(n) * 500)
    try:
        archive.settle(entry(str(n)), captures=[page], revision=revision(seen, capture=page.id))
    except ArchiveError as error:
        print(n, error)
        sys.exit()
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    said = subprocess.run(
        [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, text=True, check=True
    ).stdout
    acknowledged, words = said.split(" ", 1)
    assert int(acknowledged) > 5
    assert "the disk" in words
    with open_archive(path, write=True) as archive:
        assert [len(archive.history("demo-zh", str(n))) for n in range(int(acknowledged))] == [1] * int(acknowledged)
        assert archive.entry("demo-zh", acknowledged) is None
        assert list(archive.verify()) == []


# --- damage ----------------------------------------------------------------------------------------------------------


def everything(path: Path) -> tuple[list[str], list[tuple[object, ...]]]:
    """All that SQL can see of a file: its schema, every row of every table, and what the search index says.

    How FTS5 keeps what it says is its own: what an edit has taken out lies there until it is merged away.
    """
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        real = "SELECT name FROM pragma_table_list WHERE type NOT IN ('virtual', 'shadow') AND schema = 'main'"
        tables = [table for (table,) in database.execute(real).fetchall()]
        rows = [f"{table} {row}" for table in tables for row in database.execute(f"SELECT * FROM {table}").fetchall()]
        for (term,) in database.execute("SELECT DISTINCT term FROM search_terms").fetchall():
            found = database.execute("SELECT rowid FROM search WHERE search MATCH ?", [f'"{term}"']).fetchall()
            rows.append(f"{term} {found}")
        return sorted(rows), database.execute("PRAGMA user_version").fetchall()


def said_of(path: Path) -> list[str]:
    """What opening and verifying say of a file."""
    try:
        with open_archive(path, write=False) as archive:
            return [f"{damage.what} {damage.name}: {damage.reason}" for damage in archive.verify()]
    except ArchiveError as error:
        return [str(error)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small archive without free pages: as few bytes as can be that hold nothing."""
    path = tmp_path_factory.mktemp("small") / "wirecopy.db"
    with open_archive(path, write=True) as archive:
        fill(archive, 12)
    with closing(sqlite3.connect(path)) as database:
        database.execute("VACUUM")
    return path.read_bytes()


@contextmanager
def changed_byte(whole: bytes, place: int, bit: int, folder: Path) -> Iterator[Path]:
    hurt = bytearray(whole)
    hurt[place] ^= 1 << bit
    with tempfile.TemporaryDirectory(dir=folder) as name:
        copy = Path(name, "wirecopy.db")
        copy.write_bytes(hurt)
        yield copy


@pytest.mark.parametrize("most", [0, 1_000])
def test_what_is_undone_inside_a_transaction_is_in_no_index(
    path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("wirecopy.archive.file._MOST_PUT_OFF", most)
    with open_archive(path, write=True) as archive:
        with archive.batch():
            for key in ("kept", "undone", "kept too"):
                seen = article(key, words=f"word{key.replace(' ', '')}")
                with suppress(KeyError), archive.batch():
                    archive.settle(entry(key), revision=revision(seen))
                    if key == "undone":
                        raise KeyError(key)
        for words, found in (("wordkept", 1), ("wordundone", 0), ("wordkepttoo", 1)):
            assert len(search(archive, words).hits) == found
        assert list(archive.verify()) == []


@pytest.mark.slow
def test_a_changed_byte_is_noticed_unless_it_holds_nothing(small: bytes, tmp_path: Path) -> None:
    """200 bytes that hold something, wherever chance finds them."""
    chance = random.Random(22)
    whole = tmp_path / "whole.db"
    whole.write_bytes(small)
    stands = everything(whole)
    assert said_of(whole) == []
    noticed = idle = 0
    used = [place for place, byte in enumerate(small) if byte]  # after VACUUM what holds nothing is zero
    for place in chance.sample(used, 400):
        with changed_byte(small, place, chance.randrange(8), tmp_path) as copy:
            if said_of(copy):
                noticed += 1
            else:
                # Nobody noticed, so nothing may be different: a byte between cells, or at the end of a page.
                assert everything(copy) == stands, f"byte {place} (page {place // 4096 + 1}, {place % 4096})"
                idle += 1
        if noticed == 200:
            break
    assert noticed == 200
    assert idle < 10


@pytest.mark.slow
def test_the_first_bytes_of_the_file_are_watched_too(small: bytes, tmp_path: Path) -> None:
    unnoticed = set()
    for place in range(100):
        with changed_byte(small, place, place % 8, tmp_path) as copy:
            if not said_of(copy):
                unnoticed.add(place)
    # The count of schema changes and the version of SQLite that wrote last: they say nothing about the archive.
    assert unnoticed <= {*range(40, 44), *range(96, 100)}


def tampered(path: Path, sql: str, *, sums: bool) -> list[str]:
    """What verify says after somebody changed rows behind the archive's back; `sums`: and made the check sums fit."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute(sql)
        for table in TABLES if sums else ():
            for stored in database.execute(table.select()).fetchall():
                if table.checked(stored) is None:
                    fits = schema.check_sum(stored[1:-1])
                    database.execute(f"UPDATE {table.name} SET sum = ? WHERE id = ?", (fits, stored[0]))
    return [line for line in said_of(path) if not line.startswith("schema trigger")]


TABLES = (schema.BLOBS, schema.CAPTURES, schema.REVISIONS, schema.LEDGER)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE blobs SET body = zeroblob(length(body)) WHERE id = 1", "cannot be unpacked"),
        ("UPDATE blobs SET codec = 9 WHERE id = 1", "does not know"),
        ("UPDATE blobs SET size = size + 1 WHERE id = 1", "bytes where"),
        ("UPDATE blobs SET size = -7 WHERE id = 1", "cannot be -7 bytes long"),
        ("UPDATE blobs SET digest = zeroblob(32) WHERE id = 2", "its SHA-256 is"),
        ("DELETE FROM blobs WHERE id = 1", "blob 1 is missing"),
        ("DELETE FROM captures WHERE id = 1", "names a row of captures that is missing"),
        ("UPDATE captures SET at = at + 1 WHERE id = 1", "another moment"),
        ("UPDATE captures SET payload = 5 WHERE id = 1", "its SHA-256 is not the one that was stored"),
        ("DELETE FROM evidence WHERE capture = 1", "evidence of no article"),
        ("UPDATE revisions SET day = '2020-01-01' WHERE id = 2", "it is filed under"),
        ("UPDATE revisions SET change = 'edited' WHERE id = 1", "it is kept as edited, and is new"),
        ("UPDATE revisions SET capture = 9 WHERE id = 1", "its capture 9 is not evidence of its article"),
        ("UPDATE revisions SET body = 6 WHERE id = 1", "its article is that of demo-zh/1"),
        ("DELETE FROM revisions WHERE id = 1", "no capture and no revision is in it"),
        ("UPDATE ledger SET state = 'lost' WHERE id = 3", "'lost' is not a valid State"),
        ("UPDATE ledger SET key = 'x' WHERE id = 3", "its lead is that of demo-zh/w2"),
        ("UPDATE documents SET title = 'x' WHERE key = '7'", "not what its revisions make it"),
        ("UPDATE documents SET stamp = 0 WHERE key = '7'", "its stamp is 0"),
        ("DELETE FROM documents WHERE key = '7'", "document demo-zh/7: it is missing"),
        ("DELETE FROM refs WHERE article = 70", "reference demo-zh/"),
        ("INSERT INTO refs VALUES (zeroblob(12), 70)", "all refs"),
        ("DELETE FROM names WHERE article = 70", "does not go by its address"),
        ("UPDATE tallies SET leads = leads + 1", "tallies"),
        ("DELETE FROM calendar", "calendar"),
        ("DELETE FROM archive", "its own name and stamp are missing"),
        ("DROP INDEX documents_by_day", "schema index documents_by_day"),
    ],
)
def test_each_kind_of_damage_is_named(filled: Path, sql: str, words: str) -> None:
    found = tampered(filled, sql, sums=True)
    assert any(words in line for line in found), found


@pytest.mark.parametrize("table", ["archive", "sources", "ledger", "visits", "habits", "source_days", "footprints",
                                   "incidents", "blobs", "captures", "evidence", "revisions", "documents"])  # fmt: skip
def test_every_row_is_watched_by_its_check_sum(filled: Path, table: str) -> None:
    found = tampered(filled, f"UPDATE {table} SET sum = sum + 1", sums=False)
    assert sum("its check sum is wrong" in line for line in found) >= 1


@pytest.mark.parametrize(
    ("state", "change", "words"),
    [
        (State.ARCHIVED, None, "it is archived, and there is no revision"),
        (State.UNCHANGED, None, "it is unchanged, and there is no revision"),
        (State.GONE, "new", "it is gone, and its last revision is new"),
        (State.ARCHIVED, "gone", "it is archived, and its last revision is gone"),
    ],
)
def test_a_ledger_that_disagrees_with_the_revisions_is_damage(
    path: Path, state: State, change: str | None, words: str
) -> None:
    with open_archive(path, write=True) as archive:
        if change is not None:
            archive.settle(entry(), revision=revision(article()))
        if change == "gone":
            archive.settle(entry(), revision=gone(at=minutes(1)))
        archive.settle(entry(state=state))
        assert [damage.reason for damage in archive.verify()] == [words]


def test_a_damaged_blob_is_never_handed_out(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as database:
        database.execute("UPDATE blobs SET body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)")
        for stored in database.execute(schema.BLOBS.select()).fetchall():
            database.execute("UPDATE blobs SET sum = ? WHERE id = ?", (schema.check_sum(stored[1:-1]), stored[0]))
        database.commit()
        (page,) = database.execute("SELECT lower(hex(digest)) FROM captures WHERE id = 1").fetchone()
    with open_archive(filled, write=False) as archive:
        for look in (
            lambda: archive.capture(page),
            lambda: archive.captures("demo-zh", "1"),
            lambda: archive.latest("demo-zh", "1"),
            lambda: archive.history("demo-zh", "1"),
            lambda: archive.edition().document("demo-zh", "1"),
        ):
            with pytest.raises(ArchiveError, match=r"is damaged: .*(capture|demo-zh/1)"):
                look()


def test_a_row_with_a_wrong_check_sum_is_never_handed_out(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as database:
        database.execute("UPDATE ledger SET failures = failures + 1")
        database.commit()
    with (
        open_archive(filled, write=False) as archive,
        pytest.raises(ArchiveError, match=r"ledger line .*wrong check sum"),
    ):
        archive.entry("demo-zh", "1")


# --- packing ---------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=4000), st.booleans(), st.none() | st.binary(max_size=4000))
def test_unpacking_gives_what_was_packed(data: bytes, ours: bool, base: bytes | None) -> None:
    packed = packing.pack(data, ours=ours, base=base)
    assert packing.unpack(packed, base=base) == data
    assert len(packed.body) <= len(data)


def test_what_was_packed_is_never_unpacked_beyond_its_size() -> None:
    bomb = packing.pack(bytes(5_000_000))
    assert len(bomb.body) < 10_000
    for size in (0, 1000, 4_999_999):
        with pytest.raises(ValueError, match=r"cannot be unpacked|bytes where"):
            packing.unpack(bomb._replace(size=size))


@pytest.mark.parametrize(
    "hurt", [lambda body: body[:-1], lambda body: body + b"x", lambda _: b"", lambda body: body * 2]
)
def test_packed_bytes_that_end_elsewhere_are_refused(hurt: Callable[[bytes], bytes]) -> None:
    packed = packing.pack(b"wirecopy " * 99)
    with pytest.raises(ValueError, match="cannot be unpacked"):
        packing.unpack(packed._replace(body=hurt(packed.body)))


def test_a_change_without_its_base_is_refused() -> None:
    base = random.Random(2).randbytes(3000)
    packed = packing.pack(base + b"!", base=base)
    assert packed.codec == packing.Codec.ZSTD_BASE
    with pytest.raises(ValueError, match="missing"):
        packing.unpack(packed)


def test_the_words_that_articles_are_packed_with_are_a_promise() -> None:
    digest = "0c5edf514f53c3d2067cd2253c472a99599d247b6773fbb9b8e7d0ffb8f8051b"
    assert hashlib.sha256(packing.WORDS).hexdigest() == digest


def test_an_edit_costs_what_it_changes(path: Path) -> None:
    chance = random.Random(3)
    words = "".join(chance.choice("的一是在不了有和人这中大为上个国") for _ in range(3000))
    with open_archive(path, write=True) as archive:
        for n in range(30):
            archive.settle(entry(), revision=revision(article(words=f"{words}{n}"), at=minutes(n)))
        sizes = [size for (size,) in archive._file.rows("SELECT length(body) FROM blobs ORDER BY id")]
        bases = archive._file.rows("SELECT DISTINCT base FROM blobs")
        assert len(archive.history("demo-zh", "1")) == 30
    assert sum(sizes[1:]) < sizes[0]
    assert bases == [(None,), (1,)]  # one step deep, however long the history


# --- cost ------------------------------------------------------------------------------------------------------------


@contextmanager
def statements(archive: SqliteArchive) -> Iterator[list[str]]:
    asked: list[str] = []
    archive._file._connection.set_trace_callback(asked.append)
    yield asked
    archive._file._connection.set_trace_callback(None)


def steps(archive: SqliteArchive, key: str) -> dict[str, int]:
    """How many steps SQLite's machine takes for each question and each call about one article."""
    edition = archive.edition()
    page = capture(b"new" + key.encode(), at=minutes(1))
    once = revision(article(key, "demo-zh", "新", "demo:2"), at=minutes(9000), capture=page.id)
    start = edition.stamp
    calls: dict[str, Callable[[], object]] = {
        "note": lambda: archive.note([lead(f"new {key}"), lead(key, title="改题")], at=minutes(-1)),
        "settle": lambda: archive.settle(entry(key), captures=[page], revision=once),
        "settle gone": lambda: archive.settle(entry(key), revision=gone(key, at=minutes(9001))),
        "remember": lambda: archive.remember([Visit(url=f"https://www.example.org/{key}")]),
        "enrol": lambda: archive.enrol([Source(id="demo-zh", name="演示报", language="zh-Hans", family="demo")]),
        "due": lambda: archive.due("demo-zh", minutes(-1)),
        "counts": lambda: archive.counts("demo-zh"),
        "sources": archive.sources,
        "entries": lambda: list(archive.entries("demo-zh", State.HELD)),
        "visit": lambda: archive.visit("https://www.example.org/1"),
        "latest": lambda: archive.latest("demo-zh", key),
        "standing": lambda: archive.standing("demo-zh", key),
        "history": lambda: archive.history("demo-zh", key),
        "capture": lambda: archive.capture(page.id),
        "captures": lambda: archive.captures("demo-zh", key),
        "named": lambda: archive.named(f"demo:{key}"),
        "named by address": lambda: archive.named(f"https://www.example.org/demo-zh/a-{key}"),
        "recent": lambda: list(archive.recent(minutes(8999))),
        "day": lambda: edition.day("2026-11-20"),
        "month": lambda: edition.month("demo-zh", "2026-10"),
        "changed": lambda: list(edition.changed(start)),
        "find": lambda: edition.find(f"demo:{key}"),
        "find by place": lambda: edition.find(f"demo-zh/{key}"),
        "find by address": lambda: edition.find(f"https://www.example.org/demo-zh/a-{key}"),
        "document": lambda: edition.document("demo-zh", key),
        "days": edition.days,
        "shelves": edition.shelves,
    }
    taken = dict.fromkeys(calls, 0)

    def tick(call: str) -> int:
        taken[call] += 1
        return 0

    for call, run in calls.items():
        for connection in (archive._file._connection, edition._file._connection):
            connection.set_progress_handler(lambda call=call: tick(call), 1)
        run()
    edition.close()
    return taken


def test_what_a_call_costs_follows_its_answer_and_not_the_archive(filled: Path) -> None:
    with open_archive(filled, write=True) as archive:
        few = steps(archive, "7")
        with archive.batch():
            fill(archive, 400, start=1000)
        many = steps(archive, "8")
    assert all(few.values())
    assert {call: (few[call], many[call]) for call in few if many[call] > few[call] * 1.5 + 50} == {}


@pytest.mark.slow
def test_ten_thousand_articles_are_opened_and_counted_without_a_look_at_each(path: Path) -> None:
    with open_archive(path, write=True) as archive, archive.batch():
        for n in range(10_000):
            archive.settle(entry(str(n)), revision=revision(article(str(n)), at=minutes(n)))

    def look() -> None:
        with open_archive(path, write=False) as archive:
            for source in archive.sources():
                assert sum(archive.counts(source).values()) == 10_000
            assert len(list(archive.recent(minutes(9_900)))) < 200

    look()
    assert cost.steps(look) < 10_000


def test_a_settlement_is_one_transaction(filled: Path) -> None:
    with open_archive(filled, write=True) as archive, statements(archive) as asked:
        page = capture(b"new")
        archive.settle(
            entry("1", due=minutes(9)),
            captures=[page],
            revision=revision(article("1"), at=minutes(900), capture=page.id),
            visits=[Visit(url="https://www.example.org/1")],
        )
    assert [each for each in asked if each.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT"))] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]


def test_a_batch_is_one_transaction(path: Path) -> None:
    with open_archive(path, write=True) as archive:
        with statements(archive) as asked, archive.batch():
            archive.settle(entry("1"), revision=revision(article("1")))
            archive.note([lead("2")], at=NOON)
        assert [each for each in asked if each.startswith(("BEGIN", "COMMIT"))] == ["BEGIN IMMEDIATE", "COMMIT"]


def test_calls_may_come_from_any_thread(path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with open_archive(path, write=True) as archive, ThreadPoolExecutor(4) as threads:
        kept = list(threads.map(lambda n: archive.settle(entry(str(n)), revision=revision(article(str(n)))), range(40)))
        assert [each.key for each in kept if each is not None] == [str(n) for n in range(40)]
        assert archive.counts("demo-zh")[State.ARCHIVED] == 40
        assert list(archive.verify()) == []


def test_nothing_is_left_open_when_an_archive_is_forgotten(path: Path) -> None:
    archive = open_archive(path, write=True)
    archive.settle(entry(), revision=revision(article()))
    edition = archive.edition()
    assert edition.find("demo-zh:1") is not None
    del edition, archive
    open_archive(path, write=True).close()
