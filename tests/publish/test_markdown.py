"""An edition becomes a folder: whole, the same everywhere, and by what changed."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from publish import golden, killed
from publish.edition import NOON, MemoryEdition, document
from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import Link, Paragraph, text
from wirecopy.publish import markdown
from wirecopy.publish.output import BOOKMARK, JOURNAL, LOCK

GOLDEN = Path(__file__).parents[1] / "golden" / "plain"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != LOCK
    }


def whole(edition: MemoryEdition) -> dict[str, bytes]:
    """What an undisturbed publication of everything gives."""
    with tempfile.TemporaryDirectory() as folder:
        markdown.publish(edition, Path(folder))
        return tree(Path(folder))


# --- the golden tree


def test_the_golden_edition_gives_the_golden_tree(tmp_path: Path) -> None:
    """With WIRECOPY_GOLDEN=write the tree is written instead: read the diff before you commit it."""
    markdown.publish(golden.edition(), tmp_path)
    made = {path: body for path, body in tree(tmp_path).items() if path != BOOKMARK}
    if os.environ.get("WIRECOPY_GOLDEN") == "write":
        shutil.rmtree(GOLDEN, ignore_errors=True)
        for path, body in made.items():
            (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / path).write_bytes(body)
    kept = tree(GOLDEN)
    assert sorted(made) == sorted(kept)
    for path, body in made.items():
        assert body.decode("utf-8", "replace") == kept[path].decode("utf-8", "replace"), path
        assert body == kept[path], path


def test_the_golden_tree_vouches_for_itself() -> None:
    assert list(markdown.check(GOLDEN)) == []


def test_every_link_in_the_tree_leads_somewhere() -> None:
    followed = 0
    for path in GOLDEN.rglob("*.md"):
        for token in MarkdownIt("commonmark").enable("table").parse(path.read_text().split("---\n", 2)[-1]):
            for child in token.children or ():
                target = str(child.attrs.get("href", ""))
                if target and "://" not in target:
                    assert (path.parent / target).is_file(), (path, target)
                    followed += 1
    assert followed > 40


def test_every_document_has_front_matter_that_names_its_place() -> None:
    for path in GOLDEN.glob("articles/*/*/*/*.md"):
        front = yaml.safe_load(path.read_text().split("---\n", 2)[1])
        assert front["id"] == f"{path.parts[-4]}/{path.stem}"


# --- what is written, and what is not


def small() -> MemoryEdition:
    return MemoryEdition(
        document("dw-zh", "1", body=(Paragraph(text=text("x", link=Link(ref="dw:9"))),)),
        document("dw-zh", "2", at=NOON - timedelta(days=40)),
        document("dw-en", "3"),
    )


def test_publishing_twice_writes_nothing_and_reads_no_document(tmp_path: Path) -> None:
    edition = small()
    first = markdown.publish(edition, tmp_path)
    assert (first.documents, first.rendered, first.removed) == (3, 3, 0)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.name != LOCK}
    again = markdown.publish(edition, tmp_path)
    assert (again.written, again.unchanged, again.removed, again.rendered, again.documents) == (0, 0, 0, 0, 3)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.name != LOCK} == before


def test_one_more_document_touches_ten_files_whatever_is_there(tmp_path: Path) -> None:
    edition = small()
    for number in range(100, 140):
        edition.put(document("dw-zh", str(number), at=NOON - timedelta(days=number)))
    markdown.publish(edition, tmp_path)
    before = {file: file.stat().st_ino for file in tmp_path.rglob("*") if file.is_file()}
    edition.put(document("dw-zh", "4"))
    done = markdown.publish(edition, tmp_path)
    assert done.rendered == 1
    assert done.paths == (
        "articles/dw-zh/2024/02/4.md", "sources/dw-zh/2024-02.md", "sources/dw-zh.md", "days/2024/02/2024-02-08.md",
        "index.md",
    )  # fmt: skip
    now = {file: file.stat().st_ino for file in tmp_path.rglob("*") if file.is_file()}
    assert len([file for file, inode in now.items() if before.get(file) != inode]) == 10
    assert tree(tmp_path) == whole(edition)


def test_an_arrival_turns_links_to_it_into_links_to_our_copy(tmp_path: Path) -> None:
    edition = small()
    markdown.publish(edition, tmp_path)
    place = tmp_path / "articles/dw-zh/2024/02/1.md"
    assert "\nx\n" in place.read_text()
    edition.put(document("dw-en", "9"))
    assert markdown.publish(edition, tmp_path).rendered == 2
    assert "\n[x](../../../dw-en/2024/02/9.md)\n" in place.read_text()
    edition.remove("dw-en", "9")
    markdown.publish(edition, tmp_path)
    assert "\nx\n" in place.read_text()
    assert tree(tmp_path) == whole(edition)


def test_an_edited_title_changes_neither_name_nor_place(tmp_path: Path) -> None:
    edition = small()
    markdown.publish(edition, tmp_path)
    names = set(tree(tmp_path))
    edition.put(document("dw-zh", "1", title="New title", number=2, url="https://moved.example/a-1"))
    markdown.publish(edition, tmp_path)
    assert set(tree(tmp_path)) == names
    page = (tmp_path / "days/2024/02/2024-02-08.md").read_text()
    assert "- 2024-02-08 12:00 [New title](../../../articles/dw-zh/2024/02/1.md) · edited, revision 2\n" in page


def test_a_text_that_stands_twice_is_linked_both_ways(tmp_path: Path) -> None:
    first, second = document("one-en", "1"), document("two-en", "2", at=NOON + timedelta(days=20))
    edition = MemoryEdition(first, second)
    markdown.publish(edition, tmp_path)
    edition.relate(("one-en", "1"), ("two-en", "2"))
    assert markdown.publish(edition, tmp_path).rendered == 2
    paths = [tmp_path / "articles/one-en/2024/02/1.md", tmp_path / "articles/two-en/2024/02/2.md"]
    for path, other, said in zip(paths, reversed(paths), ("Also in", "First at"), strict=True):
        (link,) = re.findall(rf"{said} \[[^]]*\]\(([^)]*)\)", path.read_text())
        assert (path.parent / link).resolve() == other


def test_a_withdrawn_document_stays_readable_and_marked(tmp_path: Path) -> None:
    edition = small()
    markdown.publish(edition, tmp_path)
    edition.withdraw("dw-zh", "1")
    markdown.publish(edition, tmp_path)
    assert "this is the last copy" in (tmp_path / "articles/dw-zh/2024/02/1.md").read_text()
    assert "1.md) · **withdrawn**" in (tmp_path / "sources/dw-zh.md").read_text()


def test_a_document_that_is_taken_down_leaves_no_trace(tmp_path: Path) -> None:
    edition = small()
    markdown.publish(edition, tmp_path)
    edition.remove("dw-zh", "2")
    done = markdown.publish(edition, tmp_path)
    assert done.removed == 3  # the document, its month and its day
    assert not (tmp_path / "articles/dw-zh/2023").exists()
    assert not (tmp_path / "days/2023").exists()
    assert tree(tmp_path) == whole(edition)
    edition.remove("dw-en", "3")
    markdown.publish(edition, tmp_path)
    assert not (tmp_path / "sources/dw-en.md").exists()
    assert tree(tmp_path) == whole(edition)


def test_an_empty_edition_is_an_empty_mirror(tmp_path: Path) -> None:
    assert markdown.publish(MemoryEdition(), tmp_path).documents == 0
    assert set(tree(tmp_path)) == {"index.md", "manifest.json", BOOKMARK}


@pytest.mark.parametrize("what", ["pictures", "archive", "name", "bookmark", "restored", "rendering"])
def test_what_would_be_written_otherwise_is_all_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    edition = small()
    markdown.publish(edition, tmp_path)
    pictures = "outlet" if what == "pictures" else ""
    if what == "archive":
        edition = MemoryEdition(document("dw-zh", "1"), archive="another")
    elif what == "name":
        edition.names["dw-zh"] = ("德国之声", "zh", "https://www.dw.com/zh/")
    elif what == "bookmark":
        (tmp_path / BOOKMARK).write_text("{")
    elif what == "restored":
        edition.stamp -= 1
    elif what == "rendering":
        monkeypatch.setattr(markdown, "RENDERING", markdown.RENDERING + 1)
    done = markdown.publish(edition, tmp_path, pictures=pictures)
    assert done.rendered == done.documents > 0
    if what != "pictures":
        assert tree(tmp_path) == whole(edition)


def test_a_new_source_is_no_reason_to_write_the_others_again(tmp_path: Path) -> None:
    edition = small()
    markdown.publish(edition, tmp_path)
    edition.put(document("dw-de", "7"))
    assert markdown.publish(edition, tmp_path).rendered == 1
    assert tree(tmp_path) == whole(edition)


def test_a_key_that_cannot_name_a_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"articles/dw-zh/2024/02/\.\./\.\./evil\.md.*'\.\.' cannot name a file"):
        markdown.publish(MemoryEdition(document("dw-zh", "../../evil")), tmp_path)
    assert not list(tmp_path.rglob("evil*"))


def test_an_option_we_do_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="layout = 'classical' is none of 'plain', 'classic'"):
        markdown.publish(small(), tmp_path, layout="classical")
    with pytest.raises(ConfigError, match="pictures = 'none' is none of 'own', 'outlet', 'proxy'"):
        markdown.publish(small(), tmp_path, layout="classic", pictures="none")
    assert list(tmp_path.iterdir()) == []


def test_the_classic_layout_stands_in_the_same_places(tmp_path: Path) -> None:
    edition = small()
    markdown.publish(edition, tmp_path)
    plain = set(tree(tmp_path))
    markdown.publish(edition, tmp_path, layout="classic", pictures="proxy")
    assert set(tree(tmp_path)) == plain
    body = (tmp_path / "articles/dw-zh/2024/02/1.md").read_text()
    assert body.startswith("<!--1707394200000-->\n[Title of 1](https://dw-zh.example/a-1)\n------\n\n")
    assert list(markdown.check(tmp_path)) == []


def test_progress_counts_every_document(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    markdown.publish(small(), tmp_path, progress=lambda done, todo, what: seen.append((done, todo, what)))
    assert seen == [(1, 3, "dw-en/3"), (2, 3, "dw-zh/1"), (3, 3, "dw-zh/2")]


# --- incremental is whole

KEYS = [(source, str(number)) for source in ("dw-zh", "dw-en") for number in range(1, 6)]
steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "withdraw", "remove", "publish"]),
        st.sampled_from(KEYS),
        st.integers(0, 50),
        st.sampled_from(["", "1", "3", "5"]),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one: the law is about bytes, and syncing them takes its time."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_by_what_changed_is_the_same_as_whole(fast_folder: Path, moves: list[killed.Step]) -> None:
    shutil.rmtree(fast_folder / "by", ignore_errors=True)
    shutil.rmtree(fast_folder / "whole", ignore_errors=True)
    edition = MemoryEdition()
    for move in moves:
        killed.play(edition, move)
        if move[0] == "publish":
            markdown.publish(edition, fast_folder / "by")
    markdown.publish(edition, fast_folder / "by")
    markdown.publish(edition, fast_folder / "whole")
    assert tree(fast_folder / "by") == tree(fast_folder / "whole")
    assert list(markdown.check(fast_folder / "by")) == []


# --- killed at any moment


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_forty_kills_leave_whole_files_and_the_next_run_ends_as_if_undisturbed(tmp_path: Path) -> None:
    folder, chance, old, kills = tmp_path / "mirror", random.Random(7), 0, 0
    possible: set[bytes] = set()
    for moves in (0, 30, 60, 61, 64, 90, 120):
        shutil.rmtree(tmp_path / "probe", ignore_errors=True)
        if folder.exists():
            shutil.copytree(folder, tmp_path / "probe")
        _, operations = killed.child("markdown", tmp_path / "probe", 0, moves)
        possible |= set(whole(killed.history(moves)).values())
        for _ in range(7):
            died, _ = killed.child("markdown", folder, chance.randint(1, operations), moves)
            assert died in (-signal.SIGKILL, 0)
            kills += died == -signal.SIGKILL
            for path, body in tree(folder).items():
                if not path.endswith(("~", JOURNAL)):
                    assert body in possible, f"{path} is neither old nor new"
        finished, _ = killed.child("markdown", folder, 0, moves)
        assert finished == 0
        assert tree(folder) == whole(killed.history(moves))
        assert list(markdown.check(folder)) == []
        old = moves
    assert old == 120
    assert kills >= 40
