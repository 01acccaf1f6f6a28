"""`wirecopy publish --to`: what a person says, what is sent, what is told."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from send.published import held, needs
from wirecopy import config as configs
from wirecopy.archive import open_archive
from wirecopy.cli import main, sending
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.model import Article, Change, Entry, Lead, Paragraph, Revision, State, text

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOLD = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read().strip() + b'\\n')"
FILE = 'contact = "op@example.org"\n[publish]\nformats = ["site", "markdown"]\n[sources.dw-zh]\n'


def settle(key):
    article = Article(
        source="dw-zh", key=key, url=f"https://dw.example/a-{key}", title=key, language="zh", published=NOON,
        body=(Paragraph(text=text("渡轮")),),
    )  # fmt: skip
    lead = Lead(source="dw-zh", key=key, url=article.url, title=key)
    seen = Entry(lead=lead, state=State.ARCHIVED, first_seen=NOON, last_seen=NOON, checked=NOON)
    made = Revision(source="dw-zh", key=key, change=Change.NEW, at=NOON, article=article, fingerprint="1:a")
    with open_archive("wirecopy.db", write=True) as archive:
        archive.settle(seen, revision=made)


@pytest.fixture(autouse=True)
def mirror(tmp_path, monkeypatch):
    needs("git")
    monkeypatch.chdir(tmp_path)
    Path("disk").mkdir()
    subprocess.run(["git", "init", "--quiet", "--bare", "news.git"], check=True)
    Path("wirecopy.toml").write_text(
        f'{FILE}[targets.forge]\nto = "git:{tmp_path}/news.git"\nformats = ["markdown"]\n'
        f'[targets.disk]\nto = "{tmp_path}/disk"\n',
        "utf-8",
    )
    settle("1")


def branch():
    return subprocess.check_output(["git", "branch", "--list", "2*", "--format=%(refname:short)"], cwd="news.git")


def test_without_a_word_it_goes_to_every_target_of_the_file(capsys, tmp_path):
    assert main(["publish"]) == 0
    assert held(Path("disk")) == held(Path("public"))
    listed = subprocess.check_output(
        ["git", "ls-tree", "-r", "--name-only", branch().decode().strip()], cwd="news.git", text=True
    )
    assert set(listed.split()) == set(held(Path("public/markdown")))
    told = capsys.readouterr().out
    assert f"forge (git:{tmp_path}/news.git): sent " in told
    assert f"disk ({tmp_path}/disk): sent {len(held(Path('disk')))} files, " in told
    assert main(["publish", "--to", "disk"]) == 0
    assert f"disk ({tmp_path}/disk): nothing changed, nothing sent" in capsys.readouterr().out


def test_formats_without_a_target_stay_here_and_a_target_gets_what_is_named(capsys):
    assert main(["publish", "markdown"]) == 0
    assert held(Path("disk")) == {}
    assert main(["publish", "markdown", "--to", "disk"]) == 0
    assert held(Path("disk")) == held(Path("public/markdown"))


def test_a_format_that_is_named_for_a_target_of_several_goes_to_its_place_among_them(capsys):
    assert main(["publish"]) == 0
    before = held(Path("disk"))
    settle("2")
    assert main(["publish", "markdown", "--to", "disk"]) == 0
    now = held(Path("disk"))
    assert "markdown/articles/dw-zh/2026/11/2.md" in now.keys() - before.keys()
    site = {path for path in before if not path.startswith("markdown/")}
    assert {path: now[path] for path in now if not path.startswith("markdown/")} == {
        path: before[path] for path in site
    }


def test_a_format_that_a_target_gets_no_more_goes_from_there(capsys, tmp_path):
    assert main(["publish"]) == 0
    assert main(["publish", "site", "--to", "disk"]) == 0  # named for this once: the rest stays
    assert held(Path("disk")) == held(Path("public"))
    Path("disk/markdown/articles/mine.txt").write_text("by somebody", "utf-8")
    file = Path("wirecopy.toml")
    file.write_text(file.read_text("utf-8") + 'formats = ["site"]\n', "utf-8")
    assert main(["publish", "--to", "disk", "--dry-run"]) == 0
    assert "markdown/articles/dw-zh/2026/11/1.md" in held(Path("disk"))
    assert main(["publish", "--to", "disk"]) == 0
    left = {path for path in held(Path("disk")) if path.startswith("markdown/")}
    assert left == {"markdown/articles/mine.txt", "markdown/manifest.json"}
    assert {path: body for path, body in held(Path("disk")).items() if path not in left} == {
        path: body for path, body in held(Path("public")).items() if not path.startswith("markdown/")
    }
    capsys.readouterr()
    assert main(["publish", "--to", "disk"]) == 0
    assert "nothing changed, nothing sent" in capsys.readouterr().out
    file.write_text(file.read_text("utf-8").replace('formats = ["site"]\n', ""), "utf-8")
    assert main(["publish", "--to", "disk"]) == 0
    Path("disk/markdown/articles/mine.txt").unlink()
    assert held(Path("disk")) == held(Path("public"))


def test_a_dry_run_changes_nothing_anywhere(capsys, tmp_path):
    main(["publish", "markdown"])
    settle("2")
    before = held(Path("public"))
    capsys.readouterr()
    assert main(["publish", "markdown", "--to", "disk", "--to", "forge", "--dry-run"]) == 0
    assert held(Path("public")) == before
    assert held(Path("disk")) == {}
    assert branch() == b""
    size = sum(map(len, held(Path("public/markdown")).values())) / 1e6
    count = len(held(Path("public/markdown")))
    assert capsys.readouterr().out.splitlines() == [
        f"disk ({tmp_path}/disk): would send {count} files, {size:,.1f} MB, and remove 0 files",
        f"forge (git:{tmp_path}/news.git): would send {count} files, {size:,.1f} MB, and remove 0 files; "
        f"branch {datetime.now(UTC):%Y-%m}",
    ]


def test_one_target_that_fails_is_told_harms_no_other_and_gives_exit_code_4(capsys, tmp_path):
    (tmp_path / "news.git").rename(tmp_path / "elsewhere.git")
    assert main(["publish", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert [each["target"] for each in told["sent"]] == ["forge", "disk"]
    assert "there is no such repository" in told["sent"][0]["failed"]
    assert "failed" not in told["sent"][1]
    assert held(Path("disk")) == held(Path("public"))
    assert main(["publish", "--to", "forge"]) == 4
    assert "wirecopy publish: forge (git:" in capsys.readouterr().err


@pytest.mark.slow
def test_a_target_that_fails_twice_is_an_incident_that_is_told_until_it_is_reached_again(capsys, tmp_path):
    told = tmp_path / "told"
    with FakeOutlet(clock=lambda: datetime.now(UTC)) as outlet:
        source = outlet.source("zh")
        words = (
            f'allow_private = ["127.0.0.1"]\nworkers = 0\n{Path("wirecopy.toml").read_text("utf-8")}'
            f"[alerts]\ncommand = {json.dumps([sys.executable, '-c', TOLD, str(told)])}\n"
            f'[sources.courier]\nlanguage = "zh"\nhomepage = "{source.homepage}"\n'
            f'feeds = ["{source.feeds[0]}"]\npace = 0\n'
        )
        Path("wirecopy.toml").write_text(words, "utf-8")

        def looked_after(*publish):
            """What is told when a round looks, after so much was published."""
            told.unlink(missing_ok=True)
            codes = [main(["publish", *each]) for each in publish]
            assert main(["collect", "courier"]) == 0
            lines = told.read_text("utf-8").splitlines() if told.exists() else []
            return codes, [(each["turn"], each["says"]) for line in lines for each in json.loads(line)["incidents"]]

        assert looked_after([]) == ([0], [])
        (tmp_path / "news.git").rename(tmp_path / "elsewhere.git")
        assert looked_after([], ["--dry-run"], ["--dry-run"]) == ([4, 4, 4], []), "once is no incident, nor a dry run"
        codes, [(turn, says)] = looked_after([])
        assert (codes, turn) == ([4], "began")
        assert says.startswith("a publication does not reach its target: forge: ")
        assert "there is no such repository" in says
        assert looked_after([]) == ([4], [])
        capsys.readouterr()
        assert main(["status"]) in (0, 4)
        assert "does not reach its target: forge" in capsys.readouterr().out
        (tmp_path / "elsewhere.git").rename(tmp_path / "news.git")
        assert looked_after(["--to", "disk"]) == ([0], []), "another target says nothing of this one"
        assert looked_after([]) == ([0], [("ended", says)])


def test_a_public_folder_that_cannot_be_published_to_is_noted_like_a_target(capsys):
    config = configs.load(Path("wirecopy.toml"))
    assert sending.failing(config) == []
    Path("public").write_text("in the way", "utf-8")
    for times in (1, 2):
        assert main(["publish"]) == 4
        ((name, wrong),) = sending.failing(config)
        assert (name, wrong.times) == ("public", times)
        assert wrong.reason in capsys.readouterr().err
    Path("public").unlink()
    assert main(["publish", "markdown"]) == 0
    assert sending.failing(config) == []
    whole = Path("wirecopy.db").read_bytes()
    Path("wirecopy.db").write_bytes(bytes(4096) + whole[4096:])
    assert main(["publish"]) == 3
    assert "its first page is lost" in sending.failing(config)[0][1].reason


def test_a_format_that_is_not_published_fails_that_target_alone(capsys):
    words = (
        Path("wirecopy.toml")
        .read_text("utf-8")
        .replace('formats = ["markdown"]\n[targets.d', 'formats = ["data"]\n[targets.d')
    )
    Path("wirecopy.toml").write_text(words, "utf-8")
    assert main(["publish"]) == 4
    assert "nothing is published in" in capsys.readouterr().err
    assert held(Path("disk")) == held(Path("public"))


def test_a_watch_sends_what_it_published(monkeypatch, capsys):
    from wirecopy.cli import publishing

    turns = []

    def sleep(_):
        turns.append(len(held(Path("disk"))))
        if len(turns) == 1:
            settle("2")
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr(publishing.time, "sleep", sleep)
    assert main(["publish", "markdown", "--watch", "--to", "disk"]) == 130
    assert held(Path("disk")) == held(Path("public/markdown"))
    assert turns[0] < turns[1]


def test_a_watch_that_cannot_write_tells_it_once_and_goes_on(monkeypatch, capsys):
    from wirecopy.cli import publishing

    rests = []

    def sleep(seconds):
        rests.append(seconds)
        if len(rests) == 1:
            shutil.move("public/markdown", "elsewhere")
            Path("public/markdown").write_text("in the way", "utf-8")
            settle("2")
        elif len(rests) == 7:
            Path("public/markdown").unlink()
            shutil.move("elsewhere", "public/markdown")
        elif len(rests) == 8:
            raise KeyboardInterrupt

    monkeypatch.setattr(publishing.time, "sleep", sleep)
    assert main(["publish", "markdown", "--watch"]) == 130
    assert rests == [2, 60, 120, 240, 480, 600, 600, 2]
    assert capsys.readouterr().err.count("it is tried again") == 1
    assert list(Path("public/markdown").rglob("2.md"))


def test_a_watch_that_cannot_write_at_first_ends(capsys):
    Path("public").write_text("in the way", "utf-8")
    assert main(["publish", "markdown", "--watch"]) == 4


def test_a_folder_is_written_to_as_before(capsys, tmp_path):
    assert main(["publish", "markdown", "--to", "there"]) == 0
    assert Path("there/index.md").exists()
    assert not Path("public").exists()
    assert not list(tmp_path.glob("*.targets"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--to", "sftp://me:hunter2@host/x"], "a password does not belong in an address"),
        (["--to", "ftp://host/x"], "is no target. Right are git+https://"),
        (["markdown", "--to", "there", "--to", "disk"], "a folder is written to by itself"),
        (["markdown", "--dry-run"], "name a target with --to"),
        (["warc", "--to", "disk"], "captures hold scripts of outlets"),
        (["--to", "there"], "--to names one folder"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(words, told, capsys):
    assert main(["publish", *words]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "hunter2" not in said
    assert not Path("public").exists()


def test_a_disk_that_is_not_mounted_is_not_written_to(capsys, tmp_path):
    (tmp_path / "disk").rmdir()
    assert main(["publish", "--to", "disk"]) == 4
    assert "mount the disk" in capsys.readouterr().err
    assert not (tmp_path / "disk").exists()


def test_no_link_in_a_folder_leads_us_elsewhere(capsys, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "disk" / "articles").symlink_to(tmp_path / "outside")
    assert main(["publish", "--to", "disk"]) == 4
    assert "is a symbolic link" in capsys.readouterr().err
    assert not list((tmp_path / "outside").iterdir())
