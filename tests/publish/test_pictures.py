"""Our own copies of pictures in a published folder: once each, whole, incremental, and gone when nobody shows them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from publish.edition import MemoryEdition, document
from publish.test_markdown import tree, whole
from wirecopy.model import Figure, Picture, replace, text
from wirecopy.publish import markdown
from wirecopy.publish.output import BOOKMARK

ONE, TWO = "https://img.example/1.jpg", "https://img.example/2.jpg"


def shows(*addresses: str) -> tuple[Figure, ...]:
    return tuple(Figure(picture=Picture(url=each, caption=text("A boat"))) for each in addresses)


def place(body: bytes) -> str:
    digest = sha256(body).hexdigest()
    return f"pictures/{digest[:2]}/{digest}.jpg"


def pictures(folder: Path) -> set[str]:
    return {path for path in tree(folder) if path.startswith("pictures/")}


@pytest.fixture
def edition() -> MemoryEdition:
    edition = MemoryEdition(
        document("dw-zh", "1", body=shows(ONE, TWO)), document("dw-en", "2", body=shows(ONE)), document("dw-en", "3")
    )
    edition.copy(ONE, b"first")
    return edition


def test_a_copy_is_one_file_however_many_show_it_and_a_missing_one_says_so(tmp_path: Path, edition: MemoryEdition):
    markdown.publish(edition, tmp_path)
    assert pictures(tmp_path) == {place(b"first")}
    assert (tmp_path / place(b"first")).read_bytes() == b"first"
    shown = (tmp_path / "articles/dw-zh/2024/02/1.md").read_text()
    assert f"\n![](../../../../{place(b'first')})\n\n*A boat*\n" in shown
    assert f"*A boat* [picture]({TWO}) (no copy here)\n" in shown
    assert f"../../../../{place(b'first')}" in (tmp_path / "articles/dw-en/2024/02/2.md").read_text()
    assert list(markdown.check(tmp_path)) == []


def test_what_arrives_changes_or_goes_is_followed_and_both_ways_give_the_same_bytes(
    tmp_path: Path, edition: MemoryEdition
) -> None:
    markdown.publish(edition, tmp_path)
    steps = (
        (lambda: edition.copy(TWO, b"second"), {b"first", b"second"}),
        (lambda: edition.copy(ONE, b"third"), {b"third", b"second"}),
        (lambda: edition.put(document("dw-zh", "1", number=2, body=shows(TWO))), {b"third", b"second"}),
        (lambda: edition.remove("dw-en", "2"), {b"second"}),
        (lambda: edition.put(document("dw-zh", "4", body=shows(TWO))), {b"second"}),
        (lambda: edition.put(document("dw-zh", "1", number=3)), {b"second"}),
        (lambda: edition.remove("dw-zh", "4"), set()),
        (lambda: edition.put(document("dw-zh", "1", number=4, body=shows(ONE, TWO))), {b"third", b"second"}),
    )
    for step, expected in steps:
        step()
        markdown.publish(edition, tmp_path)
        assert pictures(tmp_path) == {place(body) for body in expected}
        assert tree(tmp_path) == whole(edition)
        assert list(markdown.check(tmp_path)) == []


def test_of_what_stands_there_no_byte_is_asked_for_again(tmp_path: Path, edition: MemoryEdition) -> None:
    edition.copy(TWO, b"second")
    markdown.publish(edition, tmp_path)
    assert len(edition.read) == 2
    inode = (tmp_path / place(b"first")).stat().st_ino
    edition.put(document("dw-zh", "1", number=2, body=shows(ONE)))
    edition.put(document("dw-zh", "5", body=shows(ONE)))
    markdown.publish(edition, tmp_path)
    (tmp_path / BOOKMARK).unlink()
    markdown.publish(edition, tmp_path)
    assert len(edition.read) == 2
    assert (tmp_path / place(b"first")).stat().st_ino == inode


def test_a_damaged_copy_is_named_and_put_right_as_the_message_says(tmp_path: Path, edition: MemoryEdition) -> None:
    markdown.publish(edition, tmp_path)
    (tmp_path / place(b"first")).write_bytes(b"fIrst")
    (damage,) = markdown.check(tmp_path)
    assert damage.name == place(b"first")
    (tmp_path / BOOKMARK).unlink()
    markdown.publish(edition, tmp_path)
    assert list(markdown.check(tmp_path)) == []
    (tmp_path / place(b"first")).unlink()
    edition.put(document("dw-zh", "1", number=2, body=shows(ONE)))
    markdown.publish(edition, tmp_path)
    assert list(markdown.check(tmp_path)) == []


def test_each_source_shows_its_pictures_as_it_says_and_an_option_goes_before_all(
    tmp_path: Path, edition: MemoryEdition
) -> None:
    ways = {"dw-en": "proxy", "dw-zh": "own"}
    markdown.publish(edition, tmp_path, by_source=ways)
    english, chinese = tmp_path / "articles/dw-en/2024/02/2.md", tmp_path / "articles/dw-zh/2024/02/1.md"
    assert "![](https://images.weserv.nl/?url=img.example/1.jpg)" in english.read_text()
    assert place(b"first") in chinese.read_text()
    assert markdown.publish(edition, tmp_path, by_source=ways).rendered == 0
    assert markdown.publish(edition, tmp_path, by_source={**ways, "dw-zh": "none"}).rendered == 3
    assert f"[picture]({ONE})\n" in chinese.read_text()
    assert pictures(tmp_path) == set()
    markdown.publish(edition, tmp_path, pictures="own", by_source=ways)
    assert place(b"first") in english.read_text()
    assert pictures(tmp_path) == {place(b"first")}
    assert tree(tmp_path) != {}


def test_the_classic_layout_uses_the_proxy_unless_it_is_told_to_use_our_copies(
    tmp_path: Path, edition: MemoryEdition
) -> None:
    path = "articles/dw-zh/2024/02/1.md"
    markdown.publish(edition, tmp_path / "proxy", layout="classic", by_source={"dw-zh": "none"})
    shown = (tmp_path / "proxy" / path).read_text()
    assert shown.count("https://images.weserv.nl/?url=img.example/") == 2
    assert pictures(tmp_path / "proxy") == set()
    markdown.publish(edition, tmp_path / "own", layout="classic", pictures="own")
    shown = (tmp_path / "own" / path).read_text()
    assert f'<img src="../../../../{place(b"first")}" width="100%">' in shown
    assert '<img src="" width="100%"><div><small style="color: #999;">A boat</small></div>' in shown
    assert "weserv" not in shown
    assert list(markdown.check(tmp_path / "own")) == []


def test_a_document_whose_text_names_a_picture_file_takes_none_away(tmp_path: Path, edition: MemoryEdition) -> None:
    sly = document("dw-zh", "9", title=f"See {place(b'first')}")
    edition.put(sly)
    markdown.publish(edition, tmp_path)
    edition.put(replace(sly, article=replace(sly.article, title="x"), number=2))
    markdown.publish(edition, tmp_path)
    assert pictures(tmp_path) == {place(b"first")}
