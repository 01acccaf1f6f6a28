"""What is damaged is noticed, saved where it can be saved, and named where it can't; nothing that is whole is lost."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.samples import NOON, article, capture, entry, gone, lead, minutes, revision
from wirecopy.archive import open_archive, repair_archive, salvage, schema, verify
from wirecopy.archive.repair import Reader, Repaired
from wirecopy.archive.sqlite import SqliteArchive
from wirecopy.collect.revise import fingerprint
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Capture, Lead, Source, State, Validators, Visit, decode, encode
from wirecopy.publish import markdown

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def page_of(seen: Article, at: datetime) -> Capture:
    """A page that says just this."""
    return capture(b"<!doctype html>" + encode(seen), at=at, url=seen.url, final_url=seen.url)


def read(_lead: Lead, page: Capture, _more: object) -> Article | None:
    try:
        return decode(page.body.removeprefix(b"<!doctype html>"), Article)
    except ValueError:
        return None


READER = Reader(read, fingerprint)


def fill(archive: SqliteArchive, articles: int = 40) -> None:
    """Something of everything; every reading can be read again from its capture."""
    chance = random.Random(7)
    archive.enrol([Source(id="demo-zh", name="演示报", language="zh-Hans", family="demo"), Source(id="demo-en")])
    archive.note([lead(f"w{n}", summary="摘要" * 20) for n in range(articles)], at=NOON)
    archive.remember([Visit(url=f"https://www.example.org/{n}", validators=Validators(etag='"1"')) for n in range(20)])
    archive.learn("demo-zh", '{"repeated":["责任编辑"]}'.encode())
    archive.keep([capture(b"User-agent: *", url="https://www.example.org/robots.txt")])
    for n in range(articles):
        words = "".join(chance.choice("的一是在不了有和人这中大为上个国") for _ in range(500))
        for edit in range(1 + n % 3):
            seen = article(str(n), "demo-zh", f"{words}{edit}", "demo:1", f"https://www.example.org/x{n}")
            page = page_of(seen, minutes(n + edit))
            archive.settle(entry(str(n)), captures=[page], revision=revision(seen, at=page.at, capture=page.id))
        if n % 7 == 0:
            page = capture(b"gone", at=minutes(n + 9), status=404, url=f"https://www.example.org/demo-zh/a-{n}")
            archive.settle(entry(str(n)), captures=[page], revision=gone(str(n), at=page.at, fingerprint="gone"))
        if n % 9 == 0:
            page = capture(b"<p>wall", at=minutes(n + 3), url=f"https://www.example.org/demo-zh/a-h{n}")
            archive.settle(entry(f"h{n}", state=State.HELD, reason="a wall"), captures=[page])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "wirecopy.db"
    with open_archive(path, write=True) as archive:
        fill(archive)
    with closing(sqlite3.connect(path)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def path(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(model, tmp_path / "wirecopy.db"))


def mended(path: Path, reader: Reader | None = READER) -> Repaired:
    return repair_archive(path, reader=reader, clock=lambda: AT)


def said_of(path: Path) -> list[str]:
    try:
        with open_archive(path, write=False) as archive:
            return [f"{damage.what} {damage.name}: {damage.reason}" for damage in archive.verify()]
    except ArchiveError as error:
        return [str(error)]


def holdings(path: Path) -> dict[str, object]:
    """What an archive holds that must not get lost, each by its name."""
    found: dict[str, object] = {}
    with open_archive(path, write=False) as archive:
        for source in archive.sources():
            for each in archive.entries(source):
                key = each.lead.key
                found[f"ledger line {source}/{key}"] = each.lead.url
                for one in archive.history(source, key):
                    found[f"revision {source}/{key} {one.at}"] = one.article
                for page in archive.captures(source, key):
                    found[f"capture {page.id}"] = page
    return found


def damage(path: Path, sql: str, *values: object) -> None:
    """Change rows behind the archive's back, so that their check sums are wrong."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            (text,) = database.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (trigger,)).fetchone()
            database.execute(f"DROP TRIGGER {trigger}")
            database.execute(sql, values)
            database.execute(text)
            break
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# --- what is made again ----------------------------------------------------------------------------------------------


def test_a_whole_archive_is_left_alone(path: Path) -> None:
    before = path.read_bytes()
    assert mended(path) == Repaired(archive=str(path.resolve()))
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if "damaged" in each.name] == []


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM names",
        "DELETE FROM refs",
        "INSERT INTO refs VALUES (zeroblob(12), 70)",
        "DELETE FROM documents",
        "UPDATE documents SET title = 'x'",
        "UPDATE documents SET stamp = 0",
        "DELETE FROM calendar",
        "UPDATE calendar SET documents = 9",
        "UPDATE tallies SET leads = leads + 1",
        "DELETE FROM searched",
        "DELETE FROM evidence",
        "DELETE FROM archive",
        "UPDATE revisions SET change = 'edited', day = '2020-01-01'",
        "UPDATE ledger SET state = 'lost'",
        "UPDATE blobs SET sum = sum + 1",
        "UPDATE captures SET sum = sum + 1, at = at + 5",
        "UPDATE revisions SET sum = 0",
        "DELETE FROM revisions",
        "UPDATE visits SET sum = 0",
        "DROP INDEX documents_by_day",
        "DROP TABLE calendar",
    ],
)
def test_what_can_be_made_again_is(path: Path, sql: str) -> None:
    before = holdings(path)
    damage(path, sql)
    assert said_of(path)
    done = mended(path)
    assert done.lost == ()
    assert done.found
    assert said_of(path) == []
    assert Path(done.kept).name == "wirecopy.db.damaged-20261123T093000Z"
    assert holdings(path) == before


def test_a_reading_is_read_again_from_its_capture(path: Path) -> None:
    before = holdings(path)
    damage(path, "UPDATE blobs SET body = zeroblob(length(body)) WHERE id IN (SELECT body FROM revisions)")
    done = mended(path)
    assert done.lost == ()
    assert {each.what for each in done.made} >= {"revision"}
    assert holdings(path) == before
    assert said_of(path) == []


def test_a_reading_that_cannot_be_read_again_is_named(path: Path) -> None:
    before = holdings(path)
    damage(path, "UPDATE blobs SET body = zeroblob(length(body)) WHERE id = (SELECT body FROM revisions WHERE id = 5)")
    done = mended(path, None)
    assert said_of(path) == []
    lost = {name: what for name, what in before.items() if name not in holdings(path)}
    told = {f"{each.what} {each.name}" for each in done.lost}
    assert lost
    assert set(lost) <= told


def test_evidence_that_is_lost_is_named_and_the_text_stands(path: Path) -> None:
    before = holdings(path)
    damage(
        path,
        "UPDATE captures SET head = zeroblob(length(head)) WHERE id = (SELECT capture FROM revisions WHERE id = 5)",
    )
    done = mended(path)
    assert said_of(path) == []
    assert sorted(each.what for each in done.lost) == ["blob", "capture", "evidence"]
    after = holdings(path)
    gone = {name for name in before if name not in after}
    assert gone == {f"capture {each.name}" for each in done.lost if each.what == "capture"}


def test_a_ledger_line_that_is_lost_is_made_from_its_revisions(path: Path) -> None:
    with open_archive(path, write=False) as archive:
        history = archive.history("demo-zh", "5")
    damage(path, "UPDATE ledger SET lead = 'x' WHERE key = '5'")
    done = mended(path)
    assert ("ledger line", "demo-zh/5") in {(each.what, each.name) for each in done.made}
    with open_archive(path, write=False) as archive:
        assert archive.history("demo-zh", "5") == history
        assert archive.named("https://www.example.org/demo-zh/a-5") == ("demo-zh", "5")
        assert list(archive.verify()) == []


def test_what_was_changed_by_a_repair_is_published_again(path: Path, tmp_path: Path) -> None:
    def publish(folder: str) -> set[str]:
        with open_archive(path, write=False) as archive, archive.edition() as edition:
            markdown.publish(edition, tmp_path / folder)
        assert list(markdown.check(tmp_path / folder)) == []
        return {each.relative_to(tmp_path / folder).as_posix() for each in (tmp_path / folder).rglob("*.md")}

    before = publish("public")
    of = "(SELECT body FROM revisions WHERE article = (SELECT id FROM ledger WHERE key = '3'))"
    damage(path, f"UPDATE blobs SET body = zeroblob(length(body)) WHERE id = {of}")
    done = mended(path, None)
    assert [each.name[:9] for each in done.lost if each.what == "revision"] == ["demo-zh/3"]
    after = publish("public")
    assert before - after == {"articles/demo-zh/2026/11/3.md"}
    assert after == publish("another")


def test_an_archive_that_is_no_database_any_more_is_read_page_by_page(path: Path) -> None:
    before = holdings(path)
    with path.open("rb+") as file:
        file.write(bytes(4096))
    with pytest.raises(ArchiveError, match="first page is lost"):
        open_archive(path, write=False)
    done = mended(path)
    assert said_of(path) == []
    after = holdings(path)
    assert {name for name in before if name not in after} <= {f"{each.what} {each.name}" for each in done.lost}
    assert len(after) > len(before) * 0.9


def test_every_row_of_a_whole_file_is_found_without_sqlite(path: Path) -> None:
    found = salvage._sorted_out(path, verify.TABLES)
    with closing(sqlite3.connect(path)) as database:
        for table in verify.TABLES:
            stored = set(database.execute(table.select()).fetchall())
            assert stored <= set(found.get(table.name, ())), table.name


def test_rows_of_any_size_are_found_without_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "wirecopy.db"
    chance = random.Random(1)
    sizes = [0, 1, 50, 3900, 4050, 4061, 4062, 4096, 8200, 70_000, 1_000_000]
    with open_archive(path, write=True) as archive:
        archive.keep([capture(chance.randbytes(size), url=f"https://www.example.org/{size}") for size in sizes])
    found = {row[2]: row[5] for row in salvage._sorted_out(path, (schema.BLOBS,))["blobs"]}
    with closing(sqlite3.connect(path)) as database:
        stored = database.execute("SELECT codec, body FROM blobs").fetchall()
    assert len(stored) == len(sizes)
    assert {len(body) for _, body in stored} <= {
        len(row[5]) for row in salvage._sorted_out(path, (schema.BLOBS,))["blobs"]
    }
    assert found


def test_nothing_is_changed_where_there_is_no_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(path, "DELETE FROM calendar")
    before = path.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))
    with pytest.raises(ArchiveError, match="make room there and try again; nothing was changed"):
        mended(path)
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir() if each.suffix != ".lock") == ["wirecopy.db"]


# --- two hundred damages ---------------------------------------------------------------------------------------------


def everything(path: Path) -> object:
    """All that SQL can see of a file."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        told = database.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
        tables = [name for name, sql in told if (sql or "").startswith("CREATE TABLE")]
        rows = {name: sorted(map(repr, database.execute(f"SELECT * FROM '{name}'"))) for name in tables}
        return told, rows, database.execute("PRAGMA user_version").fetchall()


def flipped(whole: bytes, chance: random.Random) -> bytes:
    hurt = bytearray(whole)
    hurt[chance.choice([place for place in chance.sample(range(len(whole)), 50) if whole[place]])] ^= (
        1 << chance.randrange(8)
    )
    return bytes(hurt)


def scribbled(whole: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(whole) - 600)
    return whole[:start] + chance.randbytes(600) + whole[start + 600 :]


def zeroed(whole: bytes, chance: random.Random) -> bytes:
    page = chance.randrange(len(whole) // 4096)
    return whole[: page * 4096] + bytes(4096) + whole[(page + 1) * 4096 :]


def swapped(whole: bytes, chance: random.Random) -> bytes:
    one, other = sorted(chance.sample(range(len(whole) // 4096), 2))
    pages = [whole[at : at + 4096] for at in range(0, len(whole), 4096)]
    pages[one], pages[other] = pages[other], pages[one]
    return b"".join(pages)


def cut(whole: bytes, chance: random.Random) -> bytes:
    return whole[: chance.randrange(1, len(whole))]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("hurt", [flipped, scribbled, zeroed, swapped, cut])
def test_every_damage_of_the_store_is_noticed_and_its_repair_loses_nothing_unnamed(
    model: Path, tmp_path: Path, hurt: Callable[[bytes, random.Random], bytes]
) -> None:
    """Twenty-four of each kind; with the sixteen of each kind done to what is published, two hundred."""
    whole, before = model.read_bytes(), holdings(model)
    stands = everything(model)
    chance = random.Random(hurt.__name__)
    noticed = idle = lossless = 0
    path = tmp_path / "wirecopy.db"
    while noticed < 24:
        for each in tmp_path.iterdir():
            each.unlink()
        path.write_bytes(hurt(whole, chance))
        if path.read_bytes() == whole:
            continue
        if not said_of(path):
            # Nobody noticed: then nothing may be different. A byte between cells, or at the end of a page.
            assert everything(path) == stands
            idle += 1
            continue
        noticed += 1
        done = mended(path)
        told = {f"{each.what} {each.name}" for each in done.lost}
        after = holdings(path) if path.stat().st_size else {}
        lost = {name for name in before if name not in after and name not in told}
        if hurt is cut:  # what stood behind the cut has no name any more but where something whole tells of it
            assert Path(done.kept).exists()
        else:
            assert not {name for name in lost if name.startswith("revision")}, (noticed, lost, told)
        assert all(after[name] == before[name] for name in after if name in before and not name.startswith("ledger"))
        assert said_of(path) == []
        lossless += after == before
    assert idle < 60  # empty tables have a page each
    assert lossless or hurt is cut


@pytest.mark.slow
@pytest.mark.parametrize("hurt", [flipped, cut, None, b"", "swap"])
def test_every_damage_of_what_is_published_is_noticed(model: Path, tmp_path: Path, hurt: object) -> None:
    """Sixteen of each kind: a byte, an end, a whole file gone, emptied, or in another one's place."""
    folder = tmp_path / "public"
    with open_archive(model, write=False) as archive, archive.edition() as edition:
        markdown.publish(edition, folder)
    assert list(markdown.check(folder)) == []
    files = sorted(each for each in folder.rglob("*") if each.is_file() and not each.name.startswith("."))
    chance = random.Random(getattr(hurt, "__name__", str(hurt)))
    for _ in range(16):
        victim, other = chance.sample(files, 2)
        bodies = {each: each.read_bytes() for each in (victim, other)}
        if hurt is None:
            victim.unlink()
        elif hurt == "swap":
            victim.write_bytes(bodies[other])
            other.write_bytes(bodies[victim])
        else:
            victim.write_bytes(hurt(bodies[victim], chance) if callable(hurt) else b"")
        assert list(markdown.check(folder)), (victim, hurt)
        (folder / ".wirecopy.json").unlink()
        if victim.suffix == ".json" and "manifest" in victim.as_posix():
            for each, body in bodies.items():
                each.write_bytes(body)
        with open_archive(model, write=False) as archive, archive.edition() as edition:
            markdown.publish(edition, folder)
        assert list(markdown.check(folder)) == []
        assert {each: each.read_bytes() for each in bodies} == bodies
