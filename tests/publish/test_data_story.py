"""From a running outlet to tables and a book: what really happened to its articles is what they say."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from libzim.reader import Archive

from mirror import Mirror
from publish.test_data import ask, tree
from publish.test_zim import entries
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.publish import data, zim

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """Four stories: one is edited, one retitled and withdrawn, and the data are published after each round."""
    folder = tmp_path_factory.mktemp("story")
    with FakeOutlet() as outlet, Mirror(folder, outlet, "zh") as built:
        ids = [outlet.publish(name) for name in outlet.unpublished()[:4]]
        for round_ in range(3):
            if round_ == 1:
                outlet.retitle(ids[0], "改过的标题")
            if round_ == 2:
                outlet.withdraw(ids[1])
            built.collect(everything=True, pictures=True, pass_hours=3)
            with built.archive.edition() as edition:
                data.publish(edition, folder / "data")
        yield built


def test_bit_by_bit_gives_the_bytes_of_all_at_once(mirror: Mirror, tmp_path: Path) -> None:
    with mirror.archive.edition() as edition:
        data.publish(edition, tmp_path)
    assert tree(tmp_path) == tree(mirror.folder.parent / "data")
    assert list(data.check(tmp_path)) == []


def test_revisions_tell_what_was_changed_and_what_was_withdrawn(mirror: Mirror) -> None:
    where = f"'{mirror.folder.parent}/data/revisions/*/*.parquet'"
    changes = dict(ask(f"SELECT change, count(*) FROM {where} GROUP BY change"))
    assert changes == {"new": 4, "edited": 1, "gone": 1}
    assert ask(f"SELECT title FROM {where} WHERE change = 'edited'") == [("改过的标题",)]
    ((withdrawn,),) = ask(f"SELECT count(withdrawn) FROM '{mirror.folder.parent}/data/articles/*/*.jsonl'")
    assert withdrawn == 1


def test_every_lead_is_a_row_in_the_state_it_has(mirror: Mirror) -> None:
    where = f"'{mirror.folder.parent}/data/leads/*/*.parquet'"
    for source in mirror.sources:
        counted = {state.value: number for state, number in mirror.archive.counts(source.id).items() if number}
        found = ask(f"SELECT state, count(*) FROM {where} WHERE source = '{source.id}' GROUP BY state")
        assert dict(found) == counted


def test_pictures_are_named_by_what_they_are(mirror: Mirror, tmp_path: Path) -> None:
    rows = ask(
        f"SELECT digest, size, copy_width, media FROM '{mirror.folder.parent}/data/pictures/*/*.parquet' "
        "WHERE digest != ''"
    )
    assert rows
    with mirror.archive.edition() as edition:
        for digest, size, width, media in rows:
            body = edition.picture_body(str(digest))
            assert (sha256(body).hexdigest(), len(body)) == (digest, size)
            assert isinstance(width, int)
            assert media in ("image/jpeg", "image/png")
        zim.publish(edition, tmp_path / "news.zim", name="demo", title="Demo", description="A demo")
    small = [(path, media, body) for path, _, media, body in entries(Archive(tmp_path / "news.zim")) if "/" in path]
    pictures = [(media, body) for path, media, body in small if path.startswith("pictures/")]
    assert pictures
    assert {media for media, _ in pictures} == {"image/webp"}
    assert all(body[8:12] == b"WEBP" for _, body in pictures)
