"""A copy elsewhere, made while another process writes, and the way back; as an operator would do it."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.samples import article, capture, entry, lead, minutes, revision
from wirecopy.archive import is_archive, open_archive
from wirecopy.archive.backup import backup, restore
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.cli import main
from wirecopy.errors import ArchiveError, ConfigError
from wirecopy.model import Change, Source, State, replace


def clock() -> datetime:
    return datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def settled(archive: SqliteArchive, number: int, words: str = "", at: int | None = None) -> None:
    at = number if at is None else at
    page = capture(f"<p>{number}{words}".encode() * 200, at=minutes(at))
    seen = article(str(number), words=f"正文 {number}{words}")
    archive.settle(entry(str(number)), captures=[page], revision=revision(seen, at=minutes(at), capture=page.id))


def made(path: Path, articles: int = 5) -> Path:
    with open_archive(path, write=True) as archive, archive.batch():
        archive.enrol([Source(id="demo-zh", name="演示报", family="demo")])
        for n in range(articles):
            settled(archive, n)
    return path


def keys(path: Path) -> set[str]:
    with open_archive(path, write=False) as archive:
        assert list(archive.verify()) == []
        return {each.lead.key for each in archive.entries("demo-zh")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "to").mkdir()
    return made(tmp_path / "mirror" / "wirecopy.db")


# --- backup ---------------------------------------------------------------------------------------------------------


def test_a_backup_is_the_archive(path: Path, tmp_path: Path) -> None:
    told: list[str] = []
    done = backup(path, tmp_path / "to", clock=clock, progress=lambda what, _done, _all: told.append(what))
    assert done.path == str(tmp_path / "to" / "wirecopy.db")
    assert done.size == Path(done.path).stat().st_size
    assert list(dict.fromkeys(told)) == ["copy", "check"]
    assert {each.name for each in (tmp_path / "to").iterdir()} - {"wirecopy.db.lock"} == {"wirecopy.db"}
    assert keys(Path(done.path)) == keys(path)
    named = backup(path, tmp_path / "to" / "monday.db", clock=clock)
    assert keys(Path(named.path)) == keys(path)


@pytest.mark.slow
def test_a_backup_is_of_one_moment_while_another_process_collects(path: Path, tmp_path: Path) -> None:
    code = """
import sys
from archive.test_backup import *
with open_archive(sys.argv[1], write=True) as archive:
    for n in range(100, 100_000):
        archive.note([lead(f"a{n}")], at=minutes(n))
        settled(archive, n)
        print(n, flush=True)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], env=environment, stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout is not None
        found: list[int] = []
        for number in range(4):
            acknowledged = [int(writer.stdout.readline()) for _ in range(5)][-1]
            copy = tmp_path / "to" / f"{number}.db"
            backup(path, copy, clock=clock)
            there = keys(copy)
            assert str(acknowledged) in there
            # All of a settlement or nothing, and nothing without what came before it.
            last = max(int(key) for key in there if key.isdigit())
            assert {str(n) for n in range(100, last + 1)} <= there
            found.append(last)
        assert found == sorted(found)
        writer.kill()


def test_only_an_earlier_state_of_the_same_archive_makes_room(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    backup(path, to, clock=clock)
    with open_archive(path, write=True) as archive:
        settled(archive, 77)
    backup(path, to, clock=clock)
    assert "77" in keys(to / "wirecopy.db")
    other = made(tmp_path / "other.db", 1)
    photo = tmp_path / "photo.db"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))
    with closing(sqlite3.connect(tmp_path / "things.db")) as database:
        database.execute("CREATE TABLE things (id)")
    for goal, words in (
        (other, "is another archive"),
        (photo, "is no wirecopy archive"),
        (tmp_path / "things.db", "is a database of another program"),
    ):
        before = goal.read_bytes()
        with pytest.raises(ArchiveError, match=words):
            backup(path, goal, clock=clock)
        assert goal.read_bytes() == before
    shutil.copy(to / "wirecopy.db", tmp_path / "later.db")
    with open_archive(tmp_path / "later.db", write=True) as archive:
        settled(archive, 78)
    with pytest.raises(ArchiveError, match="holds a later state of this archive"):
        backup(path, tmp_path / "later.db", clock=clock)
    for goal, words in (
        (path, "is the archive itself"),
        (tmp_path / "no" / "where.db", "does not exist: make it, or mount"),
    ):
        with pytest.raises(ConfigError, match=words):
            backup(path, goal, clock=clock)


def test_damage_is_never_copied_over_a_good_backup(path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "to", clock=clock)
    good = (tmp_path / "to" / "wirecopy.db").read_bytes()
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE blobs SET body = zeroblob(length(body)) WHERE id = 1")
        database.commit()
    with pytest.raises(ArchiveError, match=r"is damaged, and no copy of it takes the place of a good one: .*check sum"):
        backup(path, tmp_path / "to", clock=clock)
    assert (tmp_path / "to" / "wirecopy.db").read_bytes() == good
    assert not (tmp_path / "to" / "wirecopy.db.new").exists()


def test_a_full_disk_is_known_before_anything_is_copied(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(ArchiveError, match=r"a copy of .* 17 MB are to stay free, and .* has 0.0 MB left: make room"):
        backup(path, tmp_path / "to", clock=clock)
    assert [each.name for each in (tmp_path / "to").iterdir() if each.suffix != ".lock"] == []


# --- restore --------------------------------------------------------------------------------------------------------


def test_what_was_backed_up_is_restored(path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "to", clock=clock)
    whole = keys(path)
    path.unlink()
    done = restore(path, tmp_path / "to", clock=clock)
    assert (done.kept, keys(path)) == ("", whole)
    with open_archive(path, write=True) as archive:
        settled(archive, 99)


def test_an_archive_that_is_there_stays_unless_it_is_kept(path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "to", clock=clock)
    with open_archive(path, write=True) as archive:
        settled(archive, 50)
    with pytest.raises(ArchiveError, match=r"is there already, and stays: `--force`"):
        restore(path, tmp_path / "to", clock=clock)
    assert "50" in keys(path)
    done = restore(path, tmp_path / "to", force=True, clock=clock)
    assert "50" not in keys(path)
    assert "50" in keys(Path(done.kept))
    again = restore(path, Path(done.kept), force=True, clock=clock)
    assert again.kept == f"{done.kept}.2"
    assert "50" in keys(path)


def test_what_waits_in_the_log_of_an_archive_stays_with_it(path: Path, tmp_path: Path) -> None:
    """A log left by a killed process is of the archive before: it must not be read as the restored one's."""
    backup(path, tmp_path / "to", clock=clock)
    with open_archive(path, write=True) as archive:
        settled(archive, 60)
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", tmp_path / f"copy{end}")
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"copy{end}", f"{path}{end}")
    done = restore(path, tmp_path / "to", force=True, clock=clock)
    assert "60" not in keys(path)
    assert "60" in keys(Path(done.kept))


def test_only_a_whole_backup_is_restored(path: Path, tmp_path: Path) -> None:
    copy = Path(backup(path, tmp_path / "to", clock=clock).path)
    whole = copy.read_bytes()
    chance = random.Random(3)
    before = keys(path)
    for hurt in (
        whole[:-9000],
        whole[:20_000] + chance.randbytes(50_000) + whole[70_000:],
        b"",
        bytes(9000),
        b"what?" * 99,
    ):
        copy.write_bytes(hurt)
        with pytest.raises(ArchiveError):
            restore(path, copy, force=True, clock=clock)
        assert keys(path) == before
    with pytest.raises(ConfigError, match="name the file that `wirecopy backup` wrote"):
        restore(path, tmp_path / "nowhere.db", force=True, clock=clock)


# --- by the command line --------------------------------------------------------------------------------------------


@pytest.fixture
def mirror(path: Path) -> list[str]:
    config = path.parent / "wirecopy.toml"
    config.write_text('contact = "test@example.org"\n', "utf-8")
    return ["--config", str(config), "--quiet"]


def test_the_commands_say_what_they_did_and_how_it_ended(
    path: Path, mirror: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "to"), *mirror]) == 0
    assert "every byte read back against its digest" in capsys.readouterr().out
    assert main(["backup", str(tmp_path / "no" / "where"), *mirror]) == 2
    assert main(["restore", str(tmp_path / "to"), *mirror]) == 3
    assert "--force" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "to"), "--force", "--json", *mirror]) == 0
    assert json.loads(capsys.readouterr().out)["kept"].endswith("wirecopy.db.before-restore")
    assert main(["verify", *mirror]) == 0


def test_another_archive_is_imported_by_its_first_bytes(
    path: Path, mirror: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = made(tmp_path / "other.sqlite", 8)
    assert is_archive(other)
    assert not is_archive(tmp_path)
    assert main(["import", str(other), "--json", *mirror]) == 0
    (done,) = json.loads(capsys.readouterr().out)["archives"]
    assert (done["articles"], done["new"], done["revisions"]) == (8, 3, 3)
    assert keys(path) == {str(n) for n in range(8)}
    assert main(["import", str(path), *mirror]) == 2
    assert "this mirror's own archive" in capsys.readouterr().err
    (tmp_path / "empty.db").write_bytes(b"")
    assert main(["import", str(tmp_path / "empty.db"), *mirror]) == 3


def test_what_another_archives_clock_looked_at_in_a_future_is_due_once_it_is_imported(
    path: Path, mirror: list[str], tmp_path: Path
) -> None:
    other, future = made(tmp_path / "other.db", 1), datetime(2099, 1, 1, tzinfo=UTC)
    with open_archive(other, write=True) as archive:
        known = archive.entry("demo-zh", "0")
        assert known is not None
        archive.settle(replace(known, checked=future, due=future))
    assert main(["import", str(other), *mirror]) == 0
    with open_archive(path, write=False) as archive:
        merged = archive.entry("demo-zh", "0")
        assert merged is not None
        assert merged.due is not None
        assert merged.due <= datetime.now(UTC)


def test_an_article_is_shown_as_it_stood(path: Path, mirror: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with open_archive(path, write=True) as archive:
        settled(archive, 1, " 改过", at=60 * 24)
    assert main(["show", "demo-zh/1", "--at", "2026-11-22", *mirror]) == 0
    shown = capsys.readouterr().out
    assert "正文 1" in shown
    assert "改过" not in shown
    assert "revision: 1" in shown
    assert main(["show", "demo-zh/1", "--at", "2026-11-23T23:00Z", *mirror]) == 0
    assert "改过" in capsys.readouterr().out
    assert main(["show", "demo-zh/1", "--at", "2026-11-22", "--history", "--json", *mirror]) == 0
    history = json.loads(capsys.readouterr().out)["revisions"]
    assert [each["change"] for each in history] == [Change.NEW]
    assert main(["show", "demo-zh/1", "--at", "2020-01-01", *mirror]) == 2
    assert "had no copy yet; its first is of 2026-11-22T12:01:00Z" in capsys.readouterr().err
    assert main(["show", "demo-zh/1", "--at", "yesterday-ish", *mirror]) == 2
    assert "is no moment" in capsys.readouterr().err


def test_a_mirror_is_repaired_in_one_command(
    path: Path, mirror: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", *mirror]) == 0
    public = path.parent / "public"
    kinds = (".md", ".json", ".html", ".rss")
    whole = {each: each.read_bytes() for each in public.rglob("*") if each.is_file() and each.suffix in kinds}
    assert main(["verify", "--repair", *mirror]) == 0
    assert "there is nothing to repair" in capsys.readouterr().out
    (public / "markdown" / "index.md").write_text("hacked", "utf-8")
    next(public.rglob("articles/**/3.md")).unlink()
    next((public / "manifest" / "articles").rglob("*.json")).write_text("{}", "utf-8")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DELETE FROM names")
    assert main(["verify", *mirror]) == 3
    capsys.readouterr()
    assert main(["verify", "--repair", *mirror]) == 0
    said = capsys.readouterr().out
    assert "the damaged file is" in said
    assert "nothing was lost" in said
    assert "published files were not what they should be; they were written again" in said
    assert main(["verify", *mirror]) == 0
    assert {each: each.read_bytes() for each in whole} == whole
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(
            "UPDATE blobs SET body = zeroblob(length(body)) WHERE id = (SELECT body FROM revisions WHERE id = 2)"
        )
    capsys.readouterr()
    assert main(["verify", "--repair", "--json", *mirror]) == 3
    done = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in done["archive"]["lost"]] == ["demo-zh/1 2026-11-22 12:01:00.123456+00:00"]
    assert main(["verify", *mirror]) == 0
    with open_archive(path, write=False) as archive:
        assert archive.entry("demo-zh", "1").state is State.WAITING
        assert lead("1").url == archive.entry("demo-zh", "1").lead.url
