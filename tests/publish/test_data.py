"""An edition becomes tables that researchers can ask: whole, by what changed, the same rows in every format."""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish import golden, killed
from publish.edition import NOON, MemoryEdition, document
from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import Entry, Figure, Lead, Paragraph, Picture, Reference, State, document_text, replace, text
from wirecopy.publish import data
from wirecopy.publish.data import tables
from wirecopy.publish.output import BOOKMARK, LOCK


def note(edition: MemoryEdition, key: str, state: State, title: str, reason: str, source: str = "dw-zh") -> None:
    """A source listed this seventy days ago, and it came to nothing."""
    lead = Lead(source=source, key=key, url=f"https://{source}.example/a-{key}", title=title)
    at = NOON - timedelta(days=70)
    edition.note(Entry(lead=lead, state=state, reason=reason, first_seen=at, last_seen=at))


def gazette() -> MemoryEdition:
    """The golden newspaper, and a lead that came to nothing."""
    made = golden.edition()
    note(made, "9", State.HELD, "同意书", "a consent wall", "hg-zh")
    return made


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != LOCK
    }


def whole(edition: MemoryEdition, formats: tuple[str, ...] = data.FORMATS) -> dict[str, bytes]:
    """What an undisturbed publication of everything gives."""
    with tempfile.TemporaryDirectory() as folder:
        data.publish(edition, Path(folder), formats=formats)
        return tree(Path(folder))


def ask(question: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as asked:
        asked.execute("SET TimeZone = 'UTC'")
        # By way of Arrow: DuckDB itself makes moments of Python only where pytz is installed.
        rows = asked.sql(question).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


# --- what DuckDB reads

KINDS = {
    "str": "VARCHAR",
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "int | None": "BIGINT",
    "datetime": "TIMESTAMP WITH TIME ZONE",
    "datetime | None": "TIMESTAMP WITH TIME ZONE",
    "date | None": "DATE",
    "tuple[str, ...]": "VARCHAR[]",
}


def columns(table: str) -> dict[str, str]:
    """The columns of a table in the types of DuckDB, as docs/data.md names them."""
    row = tables.ROWS[table]
    return {name: KINDS[row.__annotations__[name]] for name in row.__struct_fields__}


def spelt(table: str) -> str:
    return "{" + ", ".join(f"{name}: '{kind}'" for name, kind in columns(table).items()) + "}"


@pytest.mark.parametrize("table", tables.TABLES)
def test_duckdb_reads_the_same_rows_from_parquet_and_json_lines(tmp_path: Path, table: str) -> None:
    data.publish(gazette(), tmp_path)
    parquet = f"'{tmp_path}/{table}/*/*.parquet'"
    assert {str(name): str(kind) for name, kind, *_ in ask(f"DESCRIBE SELECT * FROM {parquet}")} == columns(table)
    packed = ask(f"SELECT * FROM {parquet} ORDER BY ALL")
    lines = ask(
        f"SELECT * FROM read_json('{tmp_path}/{table}/*/*.jsonl', format = 'newline_delimited', "
        f"columns = {spelt(table)}) ORDER BY ALL"
    )
    assert packed == lines
    assert len(packed) > 3


def test_json_lines_are_read_without_being_told_what_is_in_them(tmp_path: Path) -> None:
    data.publish(gazette(), tmp_path, formats=["jsonl"])
    where = f"'{tmp_path}/articles/*/*.jsonl'"
    assert ask(f"SELECT key, len(authors) FROM {where} WHERE title LIKE '新渡轮%' AND language = 'zh'") == [("1001", 2)]
    ((kind,),) = ask(f"SELECT DISTINCT typeof(taken) FROM {where}")
    assert kind in ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")


def test_rights_and_agencies_can_be_filtered(tmp_path: Path) -> None:
    edition = MemoryEdition(
        document("dw-zh", "1", rights="© 2024年 德国之声版权声明", agencies=("路透社", "美联社")),
        document("dw-zh", "2", rights="© 2024 AFP", agencies=("法新社",)),
        document("dw-en", "3", agencies=("Reuters", "rtr")),
    )
    data.publish(edition, tmp_path)
    for where in (f"'{tmp_path}/articles/*/*.parquet'", f"'{tmp_path}/articles/*/*.jsonl'"):
        assert ask(f"SELECT key FROM {where} WHERE rights LIKE '%德国之声%'") == [("1",)]
        assert ask(f"SELECT key FROM {where} WHERE rights = '' ") == [("3",)]
        found = ask(f"SELECT key FROM {where} WHERE list_contains(agency, 'reuters') ORDER BY key")
        assert found == [("1",), ("3",)]
    assert ask(f"SELECT agency FROM '{tmp_path}/articles/dw-en/*.parquet'") == [(["reuters"],)]


def test_what_its_publisher_reserves_is_in_no_table_where_that_is_obeyed(tmp_path: Path) -> None:
    edition = MemoryEdition(
        document("dw-zh", "1", usage=("tdm-reservation: 1", "x-robots-tag: nosnippet")),
        document("dw-zh", "2", usage=("content-usage: train-ai=n",)),
        document("dw-zh", "3"),
    )
    articles = f"SELECT key, len(usage) FROM '{tmp_path}/articles/*/*.parquet' ORDER BY key"
    data.publish(edition, tmp_path)
    assert ask(articles) == [("1", 2), ("2", 1), ("3", 0)]
    data.publish(edition, tmp_path, without=["tdm"])
    assert ask(articles) == [("2", 1), ("3", 0)]
    assert ask(f"SELECT DISTINCT key FROM '{tmp_path}/revisions/*/*.jsonl' ORDER BY key") == [("2",), ("3",)]
    assert sorted(path.stem for path in tmp_path.glob("ninjs/dw-zh/*/*/*.json")) == ["2", "3"]
    data.publish(edition, tmp_path, without=["tdm", "ai"])
    assert ask(articles) == [("3", 0)]
    edition.put(document("dw-zh", "3", usage=("meta robots: noai",)))
    data.publish(edition, tmp_path, without=["tdm", "ai"])
    assert [path for path in tree(tmp_path) if path.startswith(("articles/", "ninjs/"))] == []
    assert list(data.check(tmp_path)) == []
    data.publish(edition, tmp_path)
    assert ask(articles) == [("1", 2), ("2", 1), ("3", 1)]


def test_every_text_of_every_article_is_in_its_row(tmp_path: Path) -> None:
    edition = gazette()
    data.publish(edition, tmp_path)
    rows = dict(ask(f"SELECT source || '/' || key, text FROM '{tmp_path}/articles/*/*.parquet'"))
    assert len(rows) == 6
    for place, words in rows.items():
        found = edition.document(*str(place).split("/"))
        assert found is not None
        assert words == document_text(found.article.body)


def test_references_stand_in_the_row_of_their_article(tmp_path: Path) -> None:
    more = Reference(title="Was eine Brücke ändert", url="https://outlet.example/2", ref="dw:2", kind="ArticleRef")
    data.publish(MemoryEdition(document("dw-de", "1", related=(more,))), tmp_path)
    [[related]] = ask(f"SELECT related FROM '{tmp_path}/articles/*/*.parquet'")
    assert json.loads(str(related)) == [
        {"title": more.title, "url": more.url, "ref": more.ref, "kind": more.kind},
    ]


def test_a_row_says_what_became_of_an_article(tmp_path: Path) -> None:
    edition = MemoryEdition(document("dw-zh", "1", number=2, body=(Paragraph(text=text("一 two")),)))
    edition.withdraw("dw-zh", "1")
    data.publish(edition, tmp_path)
    where = f"'{tmp_path}/articles/*/*.parquet'"
    ((revision, revisions, withdrawn, day, path, characters, words),) = ask(
        f"SELECT revision, revisions, withdrawn, day, path, characters, words FROM {where}"
    )
    assert (revision, revisions, withdrawn) == (2, 3, NOON + timedelta(days=2))
    assert (day, path) == (date(2024, 2, 8), "articles/dw-zh/2024/02/1.html")
    assert (characters, words) == (4, 2)
    history = ask(f"SELECT number, change, text, words FROM '{tmp_path}/revisions/*/*.parquet' ORDER BY number")
    assert history == [(1, "new", "一 two", 2), (2, "edited", "一 two", 2), (3, "gone", "", None)]


def test_every_picture_is_a_row_with_our_copy_where_there_is_one(tmp_path: Path) -> None:
    one = Picture(url="https://i.example/1.jpg", caption=text("港口"), credit="AFP", alt="a harbour", width=700)
    edition = MemoryEdition(document("dw-zh", "1", picture=one, body=(Figure(picture=replace(one, url="")),)))
    edition.copy("https://i.example/1.jpg", b"jpeg")
    data.publish(edition, tmp_path)
    rows = ask(
        f"SELECT place, url, caption, credit, alt, width, height, media, size, path FROM "
        f"'{tmp_path}/pictures/*/*.parquet' ORDER BY place"
    )
    said = ("港口", "AFP", "a harbour", 700, None)
    assert rows[0][:7] == (1, "https://i.example/1.jpg", *said)
    assert rows[0][7:9] == ("image/jpeg", 4)
    assert str(rows[0][9]).startswith("pictures/")
    assert rows[1] == (2, "", *said, "", None, "")


def test_no_place_is_named_where_the_site_does_not_show_our_copy(tmp_path: Path) -> None:
    edition = MemoryEdition()
    for source, days in (("dw-zh", 0), ("dw-en", 0), ("dw-en", 40)):
        picture = Picture(url=f"https://i.example/{source}{days}.jpg")
        edition.put(document(source, f"{days}", at=NOON - timedelta(days=days), picture=picture))
        edition.copy(picture.url, f"{source} {days}".encode())
    for step, (shown, options) in enumerate(
        (
            (["dw-en/0", "dw-en/40", "dw-zh/0"], {}),
            (["dw-en/0", "dw-zh/0"], {"pictures_since": "2024-02-01"}),
            (["dw-en/0", "dw-en/40", "dw-zh/0"], {"pictures_since": "2023-01-01"}),
            (["dw-zh/0"], {"by_source": {"dw-en": "none"}}),
            ([], {"pictures": ("small",)}),
        )
    ):
        for folder in ("by", f"whole{step}"):  # one that was something else before, and one that was nothing
            at = "https://mirror.example/"
            data.publish(edition, tmp_path / folder, formats=("jsonl", "ninjs"), address=at, **options)  # type: ignore[arg-type]
        named = ask(f"SELECT source || '/' || key FROM '{tmp_path}/by/pictures/*/*.jsonl' WHERE path <> '' ORDER BY 1")
        led = [path for path, body in tree(tmp_path / "by").items() if b"https://mirror.example/pictures/" in body]
        assert [each for (each,) in named] == shown
        assert sorted(f"{path.split('/')[1]}/{Path(path).stem}" for path in led) == shown
        by, anew = tree(tmp_path / "by"), tree(tmp_path / f"whole{step}")
        assert by == anew


def test_nothing_an_outlet_writes_breaks_a_line(tmp_path: Path) -> None:
    words = 'a\n"b"\\ \u2028 \0 </script> \x85 𝕏'
    edition = MemoryEdition(document("dw-zh", "1", title=words, authors=(words,), tags=("\0",)))
    data.publish(edition, tmp_path)
    told = words.replace("\0", "\ufffd")
    for where in (f"'{tmp_path}/articles/*/*.parquet'", f"'{tmp_path}/articles/*/*.jsonl'"):
        assert ask(f"SELECT title, authors, tags FROM {where}") == [(told, [told], ["\ufffd"])]


# --- what is written, and what is not


def small() -> MemoryEdition:
    return MemoryEdition(
        document("dw-zh", "1"), document("dw-zh", "2", at=NOON - timedelta(days=40)), document("dw-en", "3")
    )


def test_publishing_twice_writes_nothing_and_reads_no_document(tmp_path: Path) -> None:
    edition = small()
    first = data.publish(edition, tmp_path)
    assert (first.documents, first.rendered, first.removed) == (3, 3, 0)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.name != LOCK}
    again = data.publish(edition, tmp_path)
    assert (again.written, again.removed, again.rendered, again.documents) == (0, 0, 0, 3)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.name != LOCK} == before
    assert list(data.check(tmp_path)) == []


def test_one_more_article_rewrites_the_files_of_its_month(tmp_path: Path) -> None:
    edition = small()
    for number in range(100, 160):
        edition.put(document("dw-zh", str(number), at=NOON - timedelta(days=number)))
    data.publish(edition, tmp_path)
    edition.put(document("dw-zh", "4"))
    done = data.publish(edition, tmp_path)
    assert sorted(done.paths) == sorted(
        [
            f"{table}/dw-zh/2024-02.{kind}"
            for table in ("articles", "revisions", "leads")
            for kind in ("jsonl", "parquet")
        ]
        + ["ninjs/dw-zh/2024/02/4.json"]
    )
    assert tree(tmp_path) == whole(edition)


def test_a_lead_that_moves_rewrites_its_month_of_the_ledger_alone(tmp_path: Path) -> None:
    edition = small()
    data.publish(edition, tmp_path)
    note(edition, "77", State.FAILED, "?", "no answer")
    done = data.publish(edition, tmp_path)
    assert (done.rendered, sorted(done.paths)) == (0, ["leads/dw-zh/2023-11.jsonl", "leads/dw-zh/2023-11.parquet"])
    assert ask(f"SELECT key, state, reason FROM '{tmp_path}/leads/*/*.jsonl' WHERE state != 'archived'") == [
        ("77", "failed", "no answer")
    ]
    del edition._ledger["dw-zh", "77"]
    assert data.publish(edition, tmp_path).removed == 2
    assert tree(tmp_path) == whole(edition)


def test_what_is_taken_down_is_in_no_file_from_then_on(tmp_path: Path) -> None:
    edition = small()
    edition.put(document("dw-fr", "5", title="Unwanted"))
    edition.put(document("dw-zh", "6", title="Unwanted"))
    data.publish(edition, tmp_path)
    edition.remove("dw-fr", "5")
    edition.remove("dw-zh", "6")
    data.publish(edition, tmp_path)
    now = tree(tmp_path)
    assert now == whole(edition)
    assert not [path for path in now if "dw-fr" in path]
    assert not [path for path, body in now.items() if b"Unwanted" in body]
    assert list(data.check(tmp_path)) == []


@settings(max_examples=10)
@given(moves=st.integers(0, 2**32), rounds=st.integers(1, 4))
def test_bit_by_bit_gives_the_bytes_of_all_at_once(moves: int, rounds: int) -> None:
    chance = random.Random(moves)
    edition = MemoryEdition()
    formats = ("jsonl", "ninjs")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "PART", 3)
        for _ in range(rounds):
            for _ in range(chance.randrange(12)):
                what = chance.choice(["put"] * 6 + ["withdraw", "remove"])
                place = chance.choice(["dw-zh", "dw-en"]), str(chance.randrange(17))
                killed.play(edition, (what, place, chance.randrange(40), str(chance.randrange(5))))
            data.publish(edition, Path(folder), formats=formats)
        assert tree(Path(folder)) == whole(edition, formats)
        assert list(data.check(Path(folder))) == []


def test_a_large_month_is_in_parts_of_which_only_the_last_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "PART", 4)
    edition = MemoryEdition(*(document("dw-zh", str(day), at=NOON + timedelta(days=day)) for day in range(10)))
    data.publish(edition, tmp_path)
    names = ["2024-02.2.parquet", "2024-02.3.parquet", "2024-02.parquet"]
    assert sorted(file.name for file in (tmp_path / "articles/dw-zh").glob("*.parquet")) == names
    assert sorted(ask(f"SELECT key FROM '{tmp_path}/articles/dw-zh/2024-02.parquet'")) == [(str(n),) for n in range(4)]
    edition.put(document("dw-zh", "99", at=NOON + timedelta(days=10)))
    done = data.publish(edition, tmp_path, formats=data.FORMATS)
    assert {path for path in done.paths if path.startswith("articles")} == {
        "articles/dw-zh/2024-02.3.jsonl",
        "articles/dw-zh/2024-02.3.parquet",
    }
    assert tree(tmp_path) == whole(edition)


def test_other_formats_make_the_folder_anew(tmp_path: Path) -> None:
    edition = small()
    data.publish(edition, tmp_path)
    data.publish(edition, tmp_path, formats=["jsonl"])
    assert tree(tmp_path) == whole(edition, ("jsonl",))
    assert not list(tmp_path.rglob("*.parquet"))


def test_another_parquet_makes_the_folder_anew(tmp_path: Path) -> None:
    edition = small()
    data.publish(edition, tmp_path)
    bookmark = tmp_path / BOOKMARK
    bookmark.write_text(bookmark.read_text().replace('"pyarrow ', '"pyarrow 1.'))
    assert data.publish(edition, tmp_path).rendered == 3


# --- what is refused


def test_a_format_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'csv'.*'parquet', 'jsonl', 'ninjs'"):
        data.publish(small(), tmp_path, formats=["jsonl", "csv"])
    with pytest.raises(ConfigError, match="none"):
        data.publish(small(), tmp_path, formats=[])


def test_without_pyarrow_parquet_is_refused_and_json_lines_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("pyarrow")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "wirecopy.publish.data.parquet", raising=False)
    monkeypatch.delattr(data, "parquet", raising=False)
    with pytest.raises(ConfigError, match=r"pip install 'wirecopy\[data\]'"):
        data.publish(small(), tmp_path)
    assert data.publish(small(), tmp_path, formats=["jsonl", "ninjs"]).written > 0


def test_a_key_that_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="cannot name a file"):
        data.publish(MemoryEdition(document("dw-zh", "../../up")), tmp_path)


# --- what is counted


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("", 0),
        ("one two, three", 3),
        ("don't e-mail U.S. 3.14", 4),
        ("德国总理访华", 6),
        ("普京 said: «да» — 3,5 Prozent", 6),
        ("ミサイル", 4),
        ("한국 뉴스", 2),
        ("في برلين", 2),
        ("—— …… ·", 0),
    ],
)
def test_words_are_counted_as_each_script_has_them(words: str, number: int) -> None:
    assert tables.count(words) == number


def test_agencies_go_by_one_name_each() -> None:
    assert tables.agency(("路透社", "Reuters", "rtr", "dpa", "Harbour Wire")) == ("reuters", "dpa", "harbour wire")


# --- what is documented

WORDS = {
    "VARCHAR": "text",
    "VARCHAR[]": "texts",
    "BIGINT": "number",
    "TIMESTAMP WITH TIME ZONE": "moment",
    "DATE": "day",
    "BOOLEAN": "yes or no",
}


@pytest.mark.parametrize("table", tables.TABLES)
def test_every_column_is_documented_and_every_documented_column_is_there(table: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
    (chapter,) = re.findall(rf"^## {table}\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    told = re.findall(r"^\| `(\w+)` \| ([\w ]+) \| (\S.*) \|$", chapter, re.MULTILINE)
    assert [(name, kind) for name, kind, _ in told] == [(name, WORDS[kind]) for name, kind in columns(table).items()]
