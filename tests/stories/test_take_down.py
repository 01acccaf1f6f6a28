"""An operator has to take something down, reads everything again, and looks how the disk fills."""

import json
import re
import shutil
from pathlib import Path

import pytest

from mirror import tree
from wirecopy.archive import open_archive
from wirecopy.cli import main
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.play import _table as table
from wirecopy.model import document_text, pictures

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.delenv("WIRECOPY_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    (tmp_path / "mirror").mkdir()
    monkeypatch.chdir(tmp_path / "mirror")


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory):
    """A running outlet, and a folder in which it is mirrored and published."""
    folder = tmp_path_factory.mktemp("mirrored")
    with FakeOutlet() as running, pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        running.publish_all()
        tables = "".join(table(running.source(language)) for language in ("zh", "en"))
        Path("wirecopy.toml").write_text(
            f'contact = "test@example.org"\nallow_private = ["127.0.0.1"]\nworkers = 0\n{tables}', "utf-8"
        )
        assert main(["collect", "--quiet"]) == 0
        assert main(["publish", "--quiet"]) == 0
        patched.undo()
        yield running, folder


@pytest.fixture
def outlet(mirrored, in_a_folder_of_its_own):
    """The outlet, and in the folder of the test a mirror of it."""
    running, folder = mirrored
    shutil.copytree(folder, ".", dirs_exist_ok=True)
    return running


def run(capsys, *words):
    """The exit code of a command, and what it printed."""
    code = main(list(words))
    return code, capsys.readouterr().out


def said(capsys, *words):
    return json.loads(run(capsys, *words, "--json")[1])


def standing(key, source="demo-zh"):
    with open_archive("wirecopy.db", write=False) as archive:
        found = archive.standing(source, str(key))
        return None if found is None else found.article


def every_byte(*names):
    files = [each for name in names for each in (Path(name).rglob("*") if Path(name).is_dir() else [Path(name)])]
    return b"".join(each.read_bytes() for each in files if each.is_file())


def an_article(outlet):
    return next(each for each in outlet.shown("zh") if each.kind == "article" and each.paragraphs)


def test_an_article_is_taken_down_everywhere_and_stays_down(outlet, capsys):
    shown = an_article(outlet)
    article = standing(shown.id)
    others = {words for each in outlet.shown("zh") if each.id != shown.id for words in each.paragraphs}
    sentence = max(set(shown.paragraphs) - others, key=len)
    assert sentence[:30] in document_text(article.body)
    path = next(name for name in tree(Path("public")) if name.endswith(f"/{shown.id}.md"))
    shutil.copy("wirecopy.db", "an-older-copy.db")
    capsys.readouterr()

    rehearsed = said(capsys, "remove", str(shown.id), "--reason", "a court said so", "--rehearse")
    assert (rehearsed["rehearsed"], rehearsed["take_downs"][0]["articles"]) == (True, 1)
    assert standing(shown.id) == article

    code, told = run(capsys, "remove", str(shown.id), "--reason", "a court said so", "--by", "the library")
    assert code == 0
    assert "taken down: an article of demo-zh (articles 1, revisions 1, " in told
    assert standing(shown.id) is None
    assert run(capsys, "verify", "--absent", "--json")[0] == 3  # it is published still
    assert run(capsys, "publish")[0] == 0
    published = tree(Path("public"))
    assert path not in published
    assert article.title.encode() not in every_byte("wirecopy.db", "wirecopy.db-wal", "public")
    assert sentence[:30].encode() not in every_byte("wirecopy.db", "wirecopy.db-wal", "public")
    assert run(capsys, "verify")[0] == 0
    assert run(capsys, "verify", "--absent", sentence[:30])[0] == 0
    code, told = run(capsys, "verify", "--absent", "--copy", "an-older-copy.db")
    assert code == 3
    assert "an-older-copy.db" in told

    data = json.loads(published["markdown/take-downs.json"])["take_downs"]
    assert [(each["scope"], each["source"], each["reason"]) for each in data] == [
        ("article", "demo-zh", "a court said so")
    ]
    listed = published["markdown/take-downs.md"].decode()
    assert data[0]["name"] in listed
    for secret in (article.title, str(shown.id), "the library"):
        assert secret not in listed + published["markdown/take-downs.json"].decode()
    assert "take-downs.md" in published["markdown/index.md"].decode()
    assert "the library" in run(capsys, "remove")[1]

    asked = len(outlet.log)
    outlet.retitle(shown.id, article.title + "（更新）")
    outlet.pass_time(hours=2)
    assert run(capsys, "collect", "--all")[0] == 0
    assert not [request for request in outlet.requests()[asked:] if str(shown.id) in request.path]
    assert standing(shown.id) is None
    with open_archive("wirecopy.db", write=False) as archive:
        assert archive.entry("demo-zh", str(shown.id)).lead.title == ""
        assert list(archive.verify()) == []


def test_the_classic_layout_forgets_it_too(outlet, capsys):
    shown = an_article(outlet)
    assert run(capsys, "publish", "--layout", "classic", "--to", "classic")[0] == 0
    run(capsys, "remove", str(shown.id), "--reason", "a court said so")
    assert run(capsys, "publish", "--layout", "classic", "--to", "classic")[0] == 0
    assert not any(str(shown.id) in name for name in tree(Path("classic")))
    assert "take-downs.json" in tree(Path("classic"))


def test_a_document_of_it_does_not_bring_it_back(outlet, capsys):
    shown = an_article(outlet)
    run(capsys, "publish", "--layout", "classic", "--to", "classic")
    document = next(Path("classic").rglob(f"{shown.id}.md"))
    shutil.copy(document, "kept.md")
    run(capsys, "remove", str(shown.id), "--reason", "a court said so")
    told = said(capsys, "import", "kept.md", "--source", "demo-zh")
    assert told.get("kept_out") == 1
    assert standing(shown.id) is None


def test_a_source_is_taken_down_and_not_asked_again(outlet, capsys):
    code, _ = run(capsys, "remove", "--source", "demo-en", "--reason", "the outlet asked for it")
    assert code == 0
    run(capsys, "publish")
    assert not any("demo-en" in name for name in tree(Path("public")))
    asked = len(outlet.log)
    outlet.pass_time(hours=9)
    main(["collect", "--all"])
    told = capsys.readouterr()
    assert "demo-en was taken down" in told.err
    assert not [each for each in outlet.requests()[asked:] if "/en" in each.path]


def test_what_can_not_be_meant_is_told(outlet, capsys):
    for words in (
        ["remove", "1", "--source", "demo-en", "--reason", "x"],
        ["remove", "--source", "none", "--reason", "x"],
        ["remove", "--reason", "x"],
        ["remove", "--from", "2026-01-01"],
        ["remove", str(an_article(outlet).id)],
        ["remove", "--picture", "https://example.org/none.jpg", "--reason", "x"],
        ["verify", "--absent", "--copy", "none.db"],
    ):
        assert main(words) == 2, words
    assert capsys.readouterr().err.count("wirecopy ") >= 7


def test_a_picture_is_taken_down_in_every_form(outlet, capsys):
    with open_archive("wirecopy.db", write=False) as archive:
        keys = [entry.lead.key for entry in archive.entries("demo-zh") if archive.standing("demo-zh", entry.lead.key)]
    articles = [standing(key) for key in keys]
    picture = next(picture for each in articles if each for picture in pictures(each) if picture.url)
    before = {name: body for name, body in tree(Path("public")).items() if name.startswith("pictures/")}
    code, _ = run(capsys, "remove", "--picture", picture.key or picture.url, "--reason", "the photographer asked")
    assert code == 0
    run(capsys, "publish", "--pictures", "outlet", "--to", "outlet")
    run(capsys, "publish")
    assert picture.url.encode() not in every_byte("public", "outlet")
    after = {name: body for name, body in tree(Path("public")).items() if name.startswith("pictures/")}
    assert len(after) == len(before) - 2  # the large one and the small one
    asked = len(outlet.log)
    outlet.pass_time(hours=5)
    run(capsys, "collect", "--all")
    path = re.sub(r"^https?://[^/]+", "", picture.url)
    assert not [each for each in outlet.requests()[asked:] if each.path == path]
    assert run(capsys, "verify")[0] == 0


def test_everything_is_read_again_and_the_disk_is_watched(outlet, capsys):
    told = said(capsys, "reread")
    assert [(each["source"], each.get("read", 0), each.get("differ", 0)) for each in told["sources"]] == [
        ("demo-zh", 0, 0),
        ("demo-en", 0, 0),
    ]
    code, words = run(capsys, "reread", "demo-zh", "--rehearse", "--workers", "1")
    assert code == 0
    assert "by today's rules already" in words
    disk = said(capsys, "status")["disk"]
    assert disk["size"] > 10_000
    assert "disk: the archive takes" in run(capsys, "status")[1]


def test_captures_older_than_a_source_keeps_go_with_the_next_round(outlet, capsys):
    with Path("wirecopy.toml").open("a", encoding="utf-8") as file:
        file.write("keep_captures = 0.001\n")  # in the table that stands last: demo-en
    outlet.pass_time(hours=1)
    with open_archive("wirecopy.db", write=True) as archive:
        from wirecopy.model import replace

        for entry in archive.entries("demo-en"):
            archive.settle(replace(entry, due=None))
    main(["collect"])
    assert "let go of" in capsys.readouterr().err
    with open_archive("wirecopy.db", write=False) as archive:
        assert list(archive.verify()) == []
        key = next(e.lead.key for e in archive.entries("demo-en") if archive.standing("demo-en", e.lead.key))
        kept = archive.standing("demo-en", key)
        assert kept.capture != ""
        assert archive.capture(kept.capture) is None
        assert kept.article is not None
        key = next(e.lead.key for e in archive.entries("demo-zh") if archive.standing("demo-zh", e.lead.key))
        assert archive.capture(archive.standing("demo-zh", key).capture) is not None
