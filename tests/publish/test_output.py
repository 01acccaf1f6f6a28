"""A folder that readers see: whole files or none, nobody else's touched."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from wirecopy.errors import PublishError
from wirecopy.publish import manifest, output
from wirecopy.publish.output import BOOKMARK, JOURNAL, Output, check


def publish(folder: Path, **files: str) -> Output:
    """A whole publication of documents of one source, by key."""
    with Output(folder) as out:
        out.renew()
        for key, body in files.items():
            out.write(path(key), body.encode())
        out.finish(b"{}\n")
        return out


def add(folder: Path, **files: str) -> None:
    with Output(folder) as out:
        for key, body in files.items():
            out.write(path(key), body.encode())
        out.finish(b"{}\n")


def path(key: str) -> str:
    return f"articles/dw-zh/2024/02/{key}.md"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != output.LOCK
    }


def test_what_is_written_is_there_and_is_listed(tmp_path: Path) -> None:
    out = publish(tmp_path, a="one", b="two")
    assert (tmp_path / path("a")).read_text() == "one"
    assert (out.written, out.unchanged, out.removed) == (2, 0, 0)
    assert out.paths == [path("a"), path("b")]
    assert set(tree(tmp_path)) == {
        path("a"), path("b"), "manifest.json", "manifest/sources/dw-zh.json", "manifest/sources/dw-zh/2024-02.json",
        BOOKMARK,
    }  # fmt: skip
    assert list(check(tmp_path)) == []


def test_an_equal_file_is_left_alone(tmp_path: Path) -> None:
    publish(tmp_path, a="one", b="two")
    before = {file: file.stat().st_ino for file in tmp_path.rglob("*") if file.name != path("b")}
    out = publish(tmp_path, a="one", b="2")
    assert (out.written, out.unchanged) == (1, 1)
    changed = {file.name for file, inode in before.items() if file.exists() and file.stat().st_ino != inode}
    assert changed == {"b.md", "2024-02.json", "dw-zh.json", "manifest.json"}


def test_what_is_not_made_again_goes_and_takes_its_empty_folders_along(tmp_path: Path) -> None:
    publish(tmp_path, a="one")
    with Output(tmp_path) as out:
        out.renew()
        out.write("articles/dw-en/2024/02/x.md", b"x")
        out.finish(b"{}\n")
    assert out.removed == 1
    assert not (tmp_path / "articles/dw-zh").exists()
    assert not (tmp_path / "manifest/sources/dw-zh").exists()
    assert list(check(tmp_path)) == []


def test_without_renewal_everything_else_stays(tmp_path: Path) -> None:
    publish(tmp_path, a="one", b="two")
    with Output(tmp_path) as out:
        assert out.bookmark == b"{}\n"
        assert out.listed("manifest/sources/dw-zh/2024-02.json") == (path("a"), path("b"))
        assert out.remove(path("a"))
        assert not out.remove(path("never"))
        out.write(path("c"), b"three")
        out.finish(b"{}\n")
    assert [key for key in "abc" if (tmp_path / path(key)).exists()] == ["b", "c"]
    assert tree(tmp_path) == tree_of(tmp_path / "other", b="two", c="three")


def tree_of(folder: Path, **files: str) -> dict[str, bytes]:
    """What a single publication of these gives, with nothing of the folders beside it."""
    publish(folder, **files)
    found = tree(folder)
    shutil.rmtree(folder)
    return found


def test_a_strangers_file_is_neither_overwritten_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "articles/dw-zh/2024/02").mkdir(parents=True)
    (tmp_path / path("a")).write_text("mine")
    (tmp_path / "notes.md").write_text("mine too")
    with pytest.raises(PublishError, match=r"a\.md: a file stands here that wirecopy did not make.*Move it away"):
        publish(tmp_path, a="one")
    assert (tmp_path / path("a")).read_text() == "mine"
    publish(tmp_path, b="two")
    publish(tmp_path)
    assert (tmp_path / path("a")).read_text() == "mine"
    assert {damage.name for damage in check(tmp_path)} == {path("a"), "notes.md"}


def test_a_manifest_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "an app", "icons": []}')
    with pytest.raises(PublishError, match=r"manifest\.json is no page of a wirecopy manifest.*publish elsewhere"):
        publish(tmp_path, a="one")
    assert (tmp_path / "manifest.json").read_text() == '{"name": "an app", "icons": []}'
    assert not (tmp_path / "articles").exists()


def test_a_manifest_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    publish(tmp_path, a="one")
    page = (tmp_path / "manifest.json").read_text()
    (tmp_path / "manifest.json").write_text(page.replace('"version": 1', '"version": 2'))
    with pytest.raises(PublishError, match="written by a newer wirecopy"):
        publish(tmp_path, a="one")


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/passwd", "a/../b", "", "a//b", "a/", ".hidden", "-rf", "con", "NUL.md", "a/Com1.txt", "a.",
        "a ", "a\nb", "a\x00b", "中文", "a\\b", "c:x", "a?b", "a*b", "a" * 121, "a/" * 120 + "b", "~root", "a\u202eb",
    ],
)  # fmt: skip
def test_a_name_that_is_no_plain_name_is_refused(tmp_path: Path, name: str) -> None:
    with Output(tmp_path) as out, pytest.raises(PublishError, match=r"cannot name a file|characters long"):
        out.write(name, b"x")
    assert [file.name for file in tmp_path.iterdir()] == [output.LOCK]


@pytest.mark.parametrize("name", ["a", "a-68204677.md", "A_b.c~d=e+f@g", "console.md", "common", "0"])
def test_a_plain_name_is_let_through(name: str) -> None:
    assert manifest.checked(name) == name


def test_two_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="are one file on disks that do not tell capitals"):
        publish(tmp_path, aB="one", Ab="two")
    with Output(tmp_path / "sources") as out:
        out.write("articles/dw-zh/2024/02/a.md", b"")
        with pytest.raises(PublishError, match="are one file"):
            out.write("articles/DW-zh/2024/02/a.md", b"")


def test_a_symbolic_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    (folder / "articles").mkdir(parents=True)
    (folder / "articles/dw-zh").symlink_to(outside)
    with pytest.raises(PublishError, match=r"dw-zh is no folder \(perhaps a symbolic link\)"):
        publish(folder, a="one")
    assert list(outside.iterdir()) == []


def test_nor_is_one_in_place_of_a_file(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_text("one")
    publish(folder, a="one")
    (folder / path("a")).unlink()
    (folder / path("a")).symlink_to(outside)
    assert [damage.reason.split(";")[0] for damage in check(folder)] == [f"{path('a')} is a symbolic link"]
    with pytest.raises(PublishError, match="is no plain file"):
        publish(folder, a="two")
    assert outside.read_text() == "one"


def test_a_second_publisher_waits_its_turn(tmp_path: Path) -> None:
    with Output(tmp_path), pytest.raises(PublishError, match="another wirecopy is publishing there"), Output(tmp_path):
        pass
    publish(tmp_path, a="one")


class Death(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The replacement of a file dies when the counter is at nought, before or after it happened."""
    left = [10**6]
    replace = os.replace

    def dies(*paths: Path) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Death
        replace(*paths)

    monkeypatch.setattr(os, "replace", dies)
    return left


def test_an_unfinished_run_is_known_and_made_good(tmp_path: Path, dying: list[int]) -> None:
    publish(tmp_path, a="one", b="two")
    dying[0] = 2
    with pytest.raises(Death):
        add(tmp_path, a="1", c="3")
    dying[0] = 10**6
    assert (tmp_path / JOURNAL).read_text() == "".join(
        f"{name}\n"
        for name in (path("a"), path("c"), "manifest/sources/dw-zh/2024-02.json", "manifest/sources/dw-zh.json")
    )
    assert "did not finish" in next(iter(check(tmp_path))).reason
    with Output(tmp_path) as out:
        assert out.bookmark == b""
    publish(tmp_path, a="one", d="four")
    assert tree(tmp_path) == tree_of(tmp_path / "other", a="one", d="four")


def test_temporary_files_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    publish(tmp_path, a="one")
    leftover = tmp_path / "articles/dw-zh/2024/02/.b.md.wirecopy~"
    leftover.write_text("ha")
    (tmp_path / ".manifest.json.wirecopy~").write_text("ha")
    (tmp_path / JOURNAL).write_text(f"{path('b')}\n../../evil\n{path('a')[:-4]}")
    publish(tmp_path, a="one")
    assert tree(tmp_path) == tree_of(tmp_path / "other", a="one")


def test_what_an_unfinished_run_wrote_and_this_one_does_not_goes(tmp_path: Path) -> None:
    publish(tmp_path, a="one")
    (tmp_path / path("b")).write_text("half a run")
    (tmp_path / JOURNAL).write_text(f"{path('b')}\n")
    publish(tmp_path, a="one")
    assert not (tmp_path / path("b")).exists()
    assert not (tmp_path / JOURNAL).exists()


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "the disk is full: free some"), (errno.EACCES, "no permission"), (errno.EIO, "put that right")],
)
def test_an_error_of_the_disk_names_the_file_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    publish(tmp_path, a="one")

    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(PublishError) as raised:
            publish(tmp_path, a="two")
    assert remedy in str(raised.value)
    assert str(tmp_path) in str(raised.value)
    assert "What was published before stands" in str(raised.value)
    assert (tmp_path / path("a")).read_text() == "one"
    publish(tmp_path, a="two")
    assert tree(tmp_path) == tree_of(tmp_path / "other", a="two")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here to be out of space on")
def test_a_file_that_could_not_be_written_whole_is_not_there_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def opened(place: object, flags: int, *rest: int) -> int:
        return real("/dev/full", os.O_WRONLY) if str(place).endswith(".a.md.wirecopy~") else real(place, flags, *rest)

    monkeypatch.setattr(os, "open", opened)
    with pytest.raises(PublishError, match="the disk is full"):
        publish(tmp_path, a="x" * 100_000)
    assert not list(tmp_path.rglob("*.md"))


def test_a_folder_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishError, match="file"):
        publish(tmp_path / "file", a="one")
    publish(tmp_path / "b", a="one")
    (tmp_path / "b" / path("a")).unlink()
    (tmp_path / "b" / path("a")).mkdir()
    with pytest.raises(PublishError, match="is no plain file"):
        publish(tmp_path / "b", a="one")


def test_check_tells_missing_changed_unknown_and_forged(tmp_path: Path) -> None:
    publish(tmp_path, a="one", b="two", c="three")
    (tmp_path / path("a")).unlink()
    (tmp_path / path("b")).write_text("TWO")
    (tmp_path / "extra.html").write_text("")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("the operator's own")
    assert [(damage.name, damage.reason.split(";")[0].split(":")[0]) for damage in check(tmp_path)] == [
        (path("a"), "missing"),
        (path("b"), "changed since it was published"),
        ("extra.html", "not in the manifest"),
    ]
    page = tmp_path / "manifest/sources/dw-zh/2024-02.json"
    page.write_text(page.read_text().replace(path("c"), "../../../secret"))
    assert [damage.what for damage in check(tmp_path)][:2] == ["manifest", "manifest"]
    assert "cannot name a file" in list(check(tmp_path))[1].reason


def test_a_folder_without_a_manifest_says_so(tmp_path: Path) -> None:
    assert [(damage.name, damage.reason.split(";")[0]) for damage in check(tmp_path)] == [("manifest.json", "missing")]


def test_every_page_of_the_manifest_leads_up_to_the_root() -> None:
    for name in (
        manifest.document("dw-zh", "2024-02-08", "1"),
        manifest.day_list("2024-02-08"),
        manifest.source_list("dw-zh"),
        manifest.month_list("dw-zh", "2024-02"),
        "index.md",
    ):
        steps = 0
        while name != manifest.ROOT:
            name, steps = manifest.listed_in(name), steps + 1
        assert steps <= 3
