"""`wirecopy publish`: each format in its place, what is told, and whom a hub is told of."""

import http.server
import json
import threading
import zipfile
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from wirecopy import config as configs
from wirecopy.archive import open_archive
from wirecopy.cli import main, publishing
from wirecopy.model import (
    Article,
    Capture,
    Change,
    Checked,
    Entry,
    Lead,
    Paragraph,
    Picture,
    PictureState,
    Removal,
    Rendered,
    Revision,
    State,
    replace,
    text,
)
from wirecopy.publish import data, epub, feeds, markdown, site, zim
from wirecopy.publish.look import Look

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def settle(key, title, **fields):
    article = Article(
        source="dw-zh", key=key, url=f"https://dw.example/a-{key}", title=title, language="zh", published=NOON,
        section="文化", body=(Paragraph(text=text("后台与头发")),), **fields,
    )  # fmt: skip
    lead = Lead(source="dw-zh", key=key, url=article.url, title=title)
    seen = Entry(lead=lead, state=State.ARCHIVED, first_seen=NOON, last_seen=NOON, checked=NOON)
    made = Revision(source="dw-zh", key=key, change=Change.NEW, at=NOON, article=article, fingerprint="1:a")
    with open_archive("wirecopy.db", write=True) as archive:
        archive.settle(seen, revision=made)


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("wirecopy.toml").write_text(
        'contact = "op@example.org"\n[publish]\ntitle = "河"\naddress = "https://mirror.example/"\n[sources.dw-zh]\n',
        "utf-8",
    )
    settle("1", "一")


class Hub(http.server.BaseHTTPRequestHandler):
    """A WebSub hub that writes down what it is told."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.headers["Content-Type"], parse_qsl(body.decode())))
        self.send_response(self.server.answers)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    with http.server.HTTPServer(("127.0.0.1", 0), Hub) as server:
        server.told, server.answers = [], 202
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_without_a_word_the_site_feeds_and_documents_are_written(mirror, capsys):
    assert main(["publish", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["published"]
    assert [each["format"] for each in told] == ["site", "feeds", "markdown"]
    assert all(each["documents"] == 1 and each["written"] for each in told)
    for path in ("index.html", "feeds/all.rss", "feeds/feeds.opml", "markdown/index.md"):
        assert (Path("public") / path).is_file(), path
    assert b"feeds/all.atom" in Path("public/index.html").read_bytes()
    assert main(["verify"]) == 0


@pytest.mark.parametrize("words", [["site"], ["site", "--to", "elsewhere"]])
def test_a_site_that_stands_alone_leads_to_no_feeds(mirror, words):
    assert main(["publish", *words]) == 0
    folder = Path(words[-1] if len(words) > 1 else "public")
    for page in ("index.html", "about.html"):
        assert "feeds/" not in (folder / page).read_text("utf-8")
    assert main(["publish", "feeds"]) == main(["publish", "site"]) == 0
    assert "feeds/all.rss" in Path("public/index.html").read_text("utf-8")


def test_a_site_leads_nowhere_that_a_target_of_it_lacks(mirror):
    with Path("wirecopy.toml").open("a", encoding="utf-8") as file:
        file.write('[targets.pages]\nto = "/nowhere"\nformats = ["site", "feeds"]\n')
        file.write('[targets.documents]\nto = "/nowhere/else"\nformats = ["markdown"]\n')
    main(["publish"])
    about = Path("public/about.html").read_text("utf-8")
    assert "feeds/all.rss" in about
    assert "markdown/" not in about


def test_every_format_has_its_place_and_all_of_them_are_checked(mirror, capsys):
    pytest.importorskip("libzim")
    pytest.importorskip("pyarrow")
    assert main(["publish", "site", "feeds", "markdown", "epub", "zim", "data"]) == 0
    for path in ("epub/catalog.atom", "zim/wirecopy.zim", "data/articles"):
        assert (Path("public") / path).exists(), path
    assert main(["verify"]) == 0
    for path in ("epub/catalog.atom", "zim/wirecopy.zim", "feeds/all.rss"):
        with (Path("public") / path).open("ab") as file:
            file.write(b"x")
    capsys.readouterr()
    assert main(["verify"]) == 4
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["verify", "--repair"]) == 0
    assert main(["verify"]) == 0


def test_a_folder_of_documents_becomes_a_site_and_nothing_is_left_of_it(mirror, capsys):
    assert main(["publish", "markdown", "--to", "public"]) == 0
    assert main(["publish", "site"]) == 0
    assert not list(Path("public").rglob("*.md"))
    assert main(["verify"]) == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["site", "pdf"], "is no format; there are site, feeds"),
        (["site", "feeds", "--to", "x"], "name one"),
        (["site", "--wacz"], "goes with"),
        (["site", "--layout", "plain"], "go with"),
    ],
)
def test_what_can_not_be_meant_is_told(mirror, capsys, words, why):
    with pytest.raises(SystemExit) if "pdf" in words else nullcontext():
        assert main(["publish", *words]) == 2
    assert why in capsys.readouterr().err
    assert not Path("public").exists()


def test_a_hub_is_told_of_the_feeds_that_changed_and_of_no_others(mirror, hub, capsys):
    file = Path("wirecopy.toml")
    told = f'[publish.feeds]\nhub = "http://127.0.0.1:{hub.server_port}/"\n'
    allowed = 'allow_private = ["127.0.0.1"]\n'
    file.write_text(allowed + file.read_text("utf-8").replace("[sources.dw-zh]", f"{told}[sources.dw-zh]"), "utf-8")
    assert main(["publish", "feeds"]) == 0
    ((media, form),) = hub.told
    assert media == "application/x-www-form-urlencoded"
    assert form[0] == ("hub.mode", "publish")
    assert ("hub.url", "https://mirror.example/feeds/all.atom") in form
    assert main(["publish", "feeds"]) == 0
    assert len(hub.told) == 1
    hub.answers = 500
    settle("2", "二")
    capsys.readouterr()
    assert main(["publish", "feeds"]) == 0
    assert len(hub.told) == 2
    assert "the hub was not told" in capsys.readouterr().err


def test_what_a_search_finds_becomes_a_book(mirror, capsys):
    assert main(["search", "后台", "--epub", "found.epub"]) == 0
    with zipfile.ZipFile("found.epub") as book:
        assert book.read("mimetype") == b"application/epub+zip"
        assert any("后台与头发".encode() in book.read(name) for name in book.namelist())
    assert main(["search", "后台", "--epub", "found.epub"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["search", "没有的词", "--epub", "none.epub"]) == 0
    assert not Path("none.epub").exists()


def test_pictures_of_a_source_that_is_to_show_none_leave_the_mirror_in_no_format(mirror, capsys):
    from libzim.reader import Archive

    settle("2", "二", picture=Picture(url="https://dw.example/one.jpg"))
    with open_archive("wirecopy.db", write=True) as archive:
        archive.note_pictures("dw-zh", at=NOON)
        made = tuple(
            Rendered(name=name, media="image/jpeg", width=1, height=1, body=f"one as {name}".encode())
            for name in ("full", "small", "small-jpeg")
        )
        archive.settle_picture(
            replace(archive.picture_entry("https://dw.example/one.jpg"), state=PictureState.KEPT, checked=NOON),
            capture=Capture(url="https://dw.example/one.jpg", status=200, at=NOON, body=b"one"),
            checked=Checked(media="image/jpeg", width=1, height=1, recipe="1", renditions=made),
        )
    shown = []
    for words in ("", 'pictures = "none"\n'):
        with Path("wirecopy.toml").open("a", encoding="utf-8") as file:
            file.write(words)
        assert main(["publish", "site", "feeds", "markdown", "epub", "zim"]) == 0
        Path("found.epub").unlink(missing_ok=True)
        assert main(["search", "后台", "--epub", "found.epub"]) == 0
        zim_file = Archive(Path("public/zim/wirecopy.zim"))
        books = [Path("found.epub"), *Path("public/epub").rglob("*.epub")]
        shown.append(
            {
                "files": bool(list(Path("public").rglob("*.jpg"))),
                "zim": any("pictures/" in zim_file._get_entry_by_id(n).path for n in range(zim_file.all_entry_count)),
                "books": [any("pictures/" in name for name in zipfile.ZipFile(each).namelist()) for each in books],
            }
        )
    assert shown == [
        {"files": True, "zim": True, "books": [True, True]},
        {"files": False, "zim": False, "books": [False, False]},
    ]


def test_a_book_that_goes_by_another_name_now_takes_the_place_of_the_one_before(mirror, capsys):
    assert main(["publish", "zim"]) == 0
    assert main(["publish", "zim", "--to", "shelf"]) == 0
    with Path("wirecopy.toml").open("a", encoding="utf-8") as file:
        file.write('[publish.zim]\nname = "river"\n')
    Path("public/zim/theirs.zim").write_bytes(b"not ours")
    capsys.readouterr()
    assert main(["publish", "zim"]) == 0
    assert "1 files written, 1 removed" in capsys.readouterr().out
    assert main(["publish", "zim", "--to", "shelf"]) == 0
    names = {folder: sorted(each.name for each in Path(folder).glob("*.zim")) for folder in ("public/zim", "shelf")}
    assert names == {"public/zim": ["river.zim", "theirs.zim"], "shelf": ["river.zim", "wirecopy.zim"]}


def test_a_book_from_before_a_take_down_is_told_and_the_next_publication_is_without_it(mirror, capsys):
    settle("2", "二")
    assert main(["publish", "epub"]) == 0
    assert main(["remove", "dw-zh/1", "--reason", "a court said so"]) == 0
    capsys.readouterr()
    assert main(["verify", "--absent"]) == 3
    assert "published before the last take-down" in capsys.readouterr().out
    before = {path: path.read_bytes() for path in Path("public/epub").rglob("*.epub")}
    assert main(["publish"]) == 0  # what stands is published too
    assert main(["verify", "--absent"]) == 0
    assert {path: path.read_bytes() for path in Path("public/epub").rglob("*.epub")} != before


def test_a_publication_that_a_take_down_overtook_is_behind_though_it_was_finished_after_it(mirror, capsys):
    pytest.importorskip("libzim")
    pytest.importorskip("pyarrow")
    settle("2", "二")
    public = Path("public")
    with open_archive("wirecopy.db", write=False) as archive, archive.edition() as before:
        with open_archive("wirecopy.db", write=True) as now:
            now.take_down(Removal(source="dw-zh", key="1"), at=datetime.now(UTC), reason="a court said so")
        site.publish(before, public, Look(interface="en"))
        feeds.publish(before, public / "feeds")
        markdown.publish(before, public / "markdown")
        epub.publish(before, public / "epub")
        data.publish(before, public / "data")
        zim.publish(before, public / "zim" / "book.zim", name="book", title="河", description="河")
    config = configs.load(Path("wirecopy.toml").resolve())
    with open_archive("wirecopy.db", write=False) as archive:
        downs = archive.take_downs()
    found = publishing.behind(config, downs)
    noted = {str(config.public / name).rstrip("/") for name in ("", "feeds", "markdown", "epub", "zim", "data")}
    assert {each.file for each in found} == noted
    assert publishing.behind(config, ()) == []
    Path("public/zim/book.zim").unlink()
    Path("public/zim/.book.zim.wirecopy.json").unlink()
    assert main(["publish"]) == 0
    assert publishing.behind(config, downs) == []
