"""The evidence of an archive as WARC files: what others read in them, and what happens to them over the years."""

import asyncio
import contextlib
import gzip
import hashlib
import json
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

from wirecopy.archive import open_archive
from wirecopy.cli import main
from wirecopy.collect.read.workers import Here
from wirecopy.collect.revise import fingerprint
from wirecopy.collect.warcs import files
from wirecopy.collect.warcs.taking import Outlets, take_in
from wirecopy.errors import PublishError
from wirecopy.model import (
    Article,
    Capture,
    Change,
    Entry,
    Kept,
    Lead,
    Paragraph,
    Revision,
    Source,
    State,
    replace,
    text,
)
from wirecopy.publish import warc
from wirecopy.publish.warc import indexes
from wirecopy.publish.warc.records import records

AT = datetime(2024, 2, 8, 13, 36, 9, 741000, tzinfo=UTC)
TIMES = Source(id="times", name="The Times", language="en", homepage="https://times.example/")
SENTENCE = "The council of the old town decided on Thursday that the bridge would stay open for another year. "


def page(number=0, more=""):
    body = "".join(f"<p>{SENTENCE}{more} {number}.{line}</p>" for line in range(8))
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Title {number}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2024-02-08T10:00:00Z"></head>'
        f"<body><article><h1>Title {number}</h1>{body}</article></body></html>"
    ).encode()


def capture(number=0, *, at=AT, body=None, **more):
    url = f"https://times.example/article-{number}.html"
    known = {
        "url": url,
        "final_url": url,
        "asked": (("User-Agent", "wirecopy/0.1"), ("Accept", "*/*")),
        "status": 200,
        "headers": (
            ("Content-Type", "text/html; charset=utf-8"),
            ("content-encoding", "gzip"),
            ("Content-Length", "77"),
        ),
        "body": page(number) if body is None else body,
        "at": at + timedelta(minutes=number),
    }
    return Capture(**(known | more))


def settled(archive, number, taken, *others):
    """A capture that an article was read from, as a round settles it."""
    key = f"k{number}"
    lead = Lead(source="times", key=key, url=taken.url)
    article = Article(
        source="times", key=key, url=taken.url, title=f"Title {number}",
        body=(Paragraph(text=text(hashlib.sha256(taken.body).hexdigest())),),
    )  # fmt: skip
    entry = Entry(lead=lead, state=State.ARCHIVED, first_seen=AT, last_seen=AT)
    revision = Revision(
        source="times", key=key, change=Change.NEW, at=taken.at, article=article, fingerprint=fingerprint(article),
        capture=taken.id,
    )  # fmt: skip
    archive.settle(entry, captures=[taken, *others], revision=revision)


@pytest.fixture
def archive(tmp_path):
    with open_archive(tmp_path / "wirecopy.db", write=True, holder="a test") as opened:
        opened.enrol([TIMES])
        yield opened


def publish(archive, folder, **more):
    with archive.evidence() as evidence:
        return warc.publish(evidence, folder, **more)


def warcs(folder):
    return sorted((folder / "archive").glob("*.warc.gz"))


def rows(path):
    """What warcio reads in a file: (type, target, body) of each record."""
    with path.open("rb") as file:
        return [
            (each.rec_type, each.rec_headers.get_header("WARC-Target-URI"), each.content_stream().read())
            for each in ArchiveIterator(file)
        ]


def snapshot(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_sound(path):
    done = subprocess.run(
        [Path(sys.executable).with_name("warcio"), "check", "-v", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- what others read ------------------------------------------------------------------------------------------------


def test_warcio_finds_nothing_wrong_and_every_digest_right(archive, tmp_path):
    for number in range(5):
        settled(archive, number, capture(number))
    publish(archive, tmp_path / "warc")
    (path,) = warcs(tmp_path / "warc")
    told = is_sound(path)
    assert told.count("digest pass") == 1 + 5 * 3
    found = rows(path)
    assert Counter(kind for kind, _, _ in found) == {"warcinfo": 1, "response": 5, "request": 5, "metadata": 5}
    assert [body for kind, _, body in found if kind == "response"] == [page(number) for number in range(5)]


def test_fastwarc_reads_what_was_fetched(archive, tmp_path):
    settled(archive, 1, capture(1))
    publish(archive, tmp_path / "warc")
    with warcs(tmp_path / "warc")[0].open("rb") as file:
        found = [
            (each.record_type, each.headers.get("WARC-Target-URI"), each.http_headers, each.reader.read())
            for each in FastIterator(file, parse_http=True)
        ]
    (answer,) = [each for each in found if each[0] == WarcRecordType.response]
    assert answer[1] == "https://times.example/article-1.html"
    assert answer[3] == page(1)
    told = {name.lower(): value for name, value in answer[2].astuples()}
    assert told["content-length"] == str(len(page(1)))
    assert told["x-crawler-content-encoding"] == "gzip"
    assert "content-encoding" not in told


def test_the_same_payload_again_is_a_revisit_of_the_first(archive, tmp_path):
    first, again = capture(1), capture(1, at=AT + timedelta(days=1))
    settled(archive, 1, first, again)
    publish(archive, tmp_path / "warc")
    with warcs(tmp_path / "warc")[0].open("rb") as file:
        revisit = next(
            dict(each.rec_headers.headers) | {"body": each.content_stream().read()}
            for each in ArchiveIterator(file)
            if each.rec_type == "revisit"
        )
    assert revisit["WARC-Profile"].endswith("/1.1/revisit/identical-payload-digest")
    assert revisit["WARC-Refers-To-Target-URI"] == first.url
    assert revisit["WARC-Refers-To-Date"] == "2024-02-08T13:37:09.741000Z"
    assert revisit["WARC-Payload-Digest"] == f"sha256:{first.digest}"
    assert revisit["body"] == b""
    is_sound(warcs(tmp_path / "warc")[0])


def test_what_nobody_was_asked_for_is_a_resource(archive, tmp_path):
    document = capture(1, asked=(), headers=(("Content-Type", "text/markdown; charset=utf-8"),), body=b"# Title")
    settled(archive, 1, document)
    publish(archive, tmp_path / "warc")
    kinds = [(kind, body) for kind, _, body in rows(warcs(tmp_path / "warc")[0])]
    assert ("resource", b"# Title") in kinds
    assert not {"response", "request"} & {kind for kind, _ in kinds}


def test_an_answer_of_another_status_or_in_part_says_so(archive, tmp_path):
    settled(archive, 1, capture(1, status=410, body=b"gone"), capture(2, truncated="more than 20000000 bytes"))
    publish(archive, tmp_path / "warc")
    with warcs(tmp_path / "warc")[0].open("rb") as file:
        found = [
            (each.http_headers.get_statuscode(), each.rec_headers.get_header("WARC-Truncated"))
            for each in ArchiveIterator(file)
            if each.rec_type == "response"
        ]
    assert found == [("410", None), ("200", "length")]


def test_nothing_that_an_outlet_sends_ends_a_line_of_ours(archive, tmp_path):
    evil = "x\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n"
    hostile = capture(
        1,
        url="https://times.example/a\r\nWARC-Type: warcinfo",
        final_url="https://times.example/é \n",
        asked=(("A\r\nB: c", evil),),
        headers=((evil, "y"), ("Set-Cookie", evil), ("Content-Type", evil), ("", "empty"), ("Nul", "a\0b")),
        truncated=evil,
    )
    settled(archive, 1, hostile)
    publish(archive, tmp_path / "warc")
    (path,) = warcs(tmp_path / "warc")
    is_sound(path)
    found = rows(path)
    assert [kind for kind, _, _ in found] == ["warcinfo", "response", "request", "metadata"]
    assert all(target is None or target.startswith("https://times.example/%C3%A9") for _, target, _ in found)
    assert found[1][2] == page(1)


def test_every_record_is_a_member_of_its_own_where_the_index_says(archive, tmp_path):
    for number in range(4):
        settled(archive, number, capture(number), capture(number, at=AT + timedelta(days=1)))
    publish(archive, tmp_path / "warc")
    (index,) = (tmp_path / "warc" / "indexes").iterdir()
    lines = index.read_text().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 8
    for line in lines:
        key, stamp, told = line.split(" ", 2)
        entry = json.loads(told)
        data = (tmp_path / "warc" / "archive" / entry["filename"]).read_bytes()
        member = gzip.decompress(data[int(entry["offset"]) : int(entry["offset"]) + int(entry["length"])])
        assert f"WARC-Target-URI: {entry['url']}\r\n".encode() in member
        assert key.startswith("example,times)/article-")
        assert len(stamp) == 14
        assert entry["mime"] in ("text/html", "warc/revisit")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.DW.com/zh/A?b=2&a=1#x", "com,dw)/zh/a?a=1&b=2"),
        ("http://example.org:8080/", "org,example:8080)/"),
        ("https://example.org", "org,example)/"),
        ("https://example.org/a/", "org,example)/a"),
        ("http://127.0.0.1:80/x", "127.0.0.1)/x"),
        ("https://www2.example.org/?", "org,example)/"),
        ("https://user:p@example.org/a", "org,example)/a"),
    ],
)
def test_addresses_are_sorted_as_other_indexes_do(url, key):
    assert indexes.surt(url) == key


def test_the_wacz_holds_what_its_package_says(archive, tmp_path):
    for number in range(3):
        settled(archive, number, capture(number))
    publish(archive, tmp_path / "warc", bundle=True)
    with zipfile.ZipFile(tmp_path / "warc" / warc.WACZ) as bundle:
        assert bundle.testzip() is None
        assert all(each.compress_type == zipfile.ZIP_STORED for each in bundle.infolist())
        package = bundle.read("datapackage.json")
        digest = json.loads(bundle.read("datapackage-digest.json"))
        assert digest["hash"] == f"sha256:{hashlib.sha256(package).hexdigest()}"
        for each in json.loads(package)["resources"]:
            body = bundle.read(each["path"])
            assert each["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
            assert each["bytes"] == len(body)
        pages = bundle.read("pages/pages.jsonl").splitlines()
        assert len(pages) == 4
        assert json.loads(pages[1])["ts"] == "2024-02-08T13:36:09Z"
        assert bundle.read("indexes/index.cdxj").count(b"\n") == 3


# --- over the years --------------------------------------------------------------------------------------------------


def test_the_same_archive_gives_the_same_bytes_however_often_it_is_published(archive, tmp_path):
    for number in range(6):
        settled(archive, number, capture(number))
        publish(archive, tmp_path / "often", bundle=True)
    publish(archive, tmp_path / "once", bundle=True)
    assert snapshot(tmp_path / "often") == snapshot(tmp_path / "once")
    assert publish(archive, tmp_path / "often", bundle=True).written == 0


def test_past_segments_never_change_and_the_last_only_grows(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(warc, "SPAN", 4)
    for number in range(6):
        settled(archive, number, capture(number))
    publish(archive, tmp_path / "warc")
    before = snapshot(tmp_path / "warc")
    inodes = {path.name: path.stat().st_ino for path in warcs(tmp_path / "warc")}
    settled(archive, 6, capture(6))
    done = publish(archive, tmp_path / "warc")
    after = snapshot(tmp_path / "warc")
    assert done.new == 1
    first, last = (f"archive/{path.name}" for path in warcs(tmp_path / "warc"))
    assert after[first] == before[first]
    assert warcs(tmp_path / "warc")[0].stat().st_ino == inodes[Path(first).name]
    assert after[last].startswith(before[last])
    assert len(after[last]) > len(before[last])


def test_a_segment_that_grows_too_large_goes_on_in_another_file(archive, tmp_path):
    for number in range(9):
        settled(archive, number, capture(number))
        publish(archive, tmp_path / "often", largest=4_000)
    publish(archive, tmp_path / "once", largest=4_000)
    assert len(warcs(tmp_path / "once")) > 2
    assert all(path.stat().st_size <= 4_000 for path in warcs(tmp_path / "once"))
    assert snapshot(tmp_path / "often") == snapshot(tmp_path / "once")
    assert sum(len(rows(path)) for path in warcs(tmp_path / "once")) == 9 * 3 + len(warcs(tmp_path / "once"))


class Reduced:
    """The evidence of an archive from which some captures were taken down."""

    def __init__(self, evidence, gone):
        self._evidence, self._gone = evidence, gone
        self.archive = evidence.archive

    def kept(self):
        for each in self._evidence.kept():
            if each.number not in self._gone:
                yield each

    def capture(self, number):
        assert number not in self._gone
        return self._evidence.capture(number)


def test_what_the_archive_no_longer_holds_is_gone_from_the_files(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(warc, "SPAN", 4)
    for number in range(9):
        settled(archive, number, capture(number, body=page(number, f"secret {number}")))
    publish(archive, tmp_path / "warc", bundle=True)
    before = snapshot(tmp_path / "warc")
    with archive.evidence() as evidence:
        warc.publish(Reduced(evidence, {5}), tmp_path / "warc")
        last = [each.number for each in evidence.kept() if each.number >= 8]
    after = snapshot(tmp_path / "warc")
    assert not any(b"secret 4" in gzip.decompress(body) for name, body in after.items() if name.endswith(".gz"))
    assert warc.WACZ not in after
    changed = {name for name in before if before[name] != after.get(name)}
    assert {name.rpartition("-000001-")[1] for name in changed if "/" in name} == {"-000001-"}
    with archive.evidence() as evidence:
        warc.publish(Reduced(evidence, {5, *last}), tmp_path / "warc")
    assert len(warcs(tmp_path / "warc")) == 2


@pytest.mark.parametrize("stop", range(1, 12))
def test_killed_at_any_file_it_goes_on_and_ends_with_the_same_bytes(archive, tmp_path, monkeypatch, stop):
    monkeypatch.setattr(warc, "SPAN", 3)
    for number in range(5):
        settled(archive, number, capture(number))
    publish(archive, tmp_path / "warc")
    for number in range(5, 8):
        settled(archive, number, capture(number))
    publish(archive, tmp_path / "whole", bundle=True)

    class KilledError(BaseException):
        pass

    real, count = Path.replace, iter(range(1, 100))

    def replace_or_die(self, target):
        if next(count) == stop:
            raise KilledError
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace_or_die)
    with contextlib.suppress(KilledError):
        publish(archive, tmp_path / "warc", bundle=True)
    monkeypatch.setattr(Path, "replace", real)
    publish(archive, tmp_path / "warc", bundle=True)
    assert snapshot(tmp_path / "warc") == snapshot(tmp_path / "whole")
    assert list(warc.check(tmp_path / "warc")) == []


def test_a_damaged_or_missing_file_is_named(archive, tmp_path):
    settled(archive, 1, capture(1))
    publish(archive, tmp_path / "warc")
    (path,) = warcs(tmp_path / "warc")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    assert [each.name for each in warc.check(tmp_path / "warc")] == [f"archive/{path.name}"]
    settled(archive, 2, capture(2))
    with pytest.raises(PublishError, match="is not what was written there"):
        publish(archive, tmp_path / "warc")
    path.unlink()
    assert "missing" in next(iter(warc.check(tmp_path / "warc"))).reason
    publish(archive, tmp_path / "warc")
    assert list(warc.check(tmp_path / "warc")) == []


def test_a_file_of_somebody_else_s_stays(archive, tmp_path):
    settled(archive, 1, capture(1))
    publish(archive, tmp_path / "warc")
    name = warcs(tmp_path / "warc")[0].name
    other = tmp_path / "other"
    (other / "archive").mkdir(parents=True)
    (other / "archive" / name).write_bytes(b"mine")
    with pytest.raises(PublishError, match="did not make"):
        publish(archive, other)
    assert (other / "archive" / name).read_bytes() == b"mine"


def test_a_folder_is_of_one_archive_and_its_list_names_nothing_else(archive, tmp_path):
    settled(archive, 1, capture(1))
    publish(archive, tmp_path / "warc")
    state = tmp_path / "warc" / "warc.json"
    told = state.read_text()
    state.write_text(told.replace("archive/wirecopy", "archive/../../x"))
    with pytest.raises(PublishError, match="none of ours"):
        publish(archive, tmp_path / "warc")
    state.write_text(told.replace('"archive": "', '"archive": "x'))
    with pytest.raises(PublishError, match="another archive"):
        publish(archive, tmp_path / "warc")
    state.write_text("{")
    with pytest.raises(PublishError, match="damaged"):
        publish(archive, tmp_path / "warc")


def test_record_names_are_made_from_what_they_name():
    kept = Kept(number=1, id=capture().id, original=1, original_id=capture().id, articles=("times/k1",))
    once = [each.member for each in records(capture(), kept, None, "<urn:uuid:x>")]
    assert once == [each.member for each in records(capture(), kept, None, "<urn:uuid:x>")]
    other = [each.member for each in records(replace(capture(), status=404), kept, None, "<urn:uuid:x>")]
    assert not set(once) & set(other)


# --- there and back --------------------------------------------------------------------------------------------------


def imported(folder, archive):
    outlets = Outlets(
        known=lambda url: TIMES if url.startswith(TIMES.homepage) else None,
        named=lambda each: TIMES if each == "times" else None,
        stranger=None,
    )
    opened = [each for each in files.opened(warcs(folder)) if isinstance(each, files.WarcFile)]
    return asyncio.run(take_in(opened, archive=archive, reader=Here(), outlets=outlets, now=AT))


def test_what_was_published_comes_back_capture_for_capture(archive, tmp_path):
    """An archive's evidence, imported into an empty one, is the same evidence and the same articles."""
    block = b"".join(
        (
            b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%d>\r\nWARC-Date: 2024-02-0%dT00:00:00Z\r\n"
            b"WARC-Target-URI: https://times.example/article-%d.html\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
        )
        % (number, 1 + number, number // 2, len(answer), answer)
        for number in range(6)
        for answer in [
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Odd: \xe9\r\n\r\n" + page(number // 2, str(number % 2))
        ]
    )
    (tmp_path / "first" / "archive").mkdir(parents=True)
    (tmp_path / "first" / "archive" / "a.warc.gz").write_bytes(gzip.compress(block))
    assert imported(tmp_path / "first", archive).new == 3
    publish(archive, tmp_path / "warc")
    with open_archive(tmp_path / "other.db", write=True, holder="a test") as other:
        done = imported(tmp_path / "warc", other)
        assert (done.new, done.edited) == (3, 3)
        for entry in archive.entries("times"):
            assert other.history("times", entry.lead.key) == archive.history("times", entry.lead.key)
            assert other.captures("times", entry.lead.key) == archive.captures("times", entry.lead.key)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_publishes_beside_the_file_and_imports_it_again(tmp_path, monkeypatch, capsys, archive):
    monkeypatch.chdir(tmp_path)
    settled(archive, 1, capture(1))
    archive.close()
    Path("wirecopy.toml").write_text(
        'workers = 0\n[sources.times]\nname = "Times"\nlanguage = "en"\nhomepage = "https://times.example/"\n'
        'feeds = ["https://times.example/feed"]\n',
        "utf-8",
    )
    assert main(["publish", "warc", "--wacz"]) == 0
    assert "1 captures written" in capsys.readouterr().out
    assert (tmp_path / "warc" / warc.WACZ).is_file()
    assert main(["publish", "warc"]) == 0
    assert "nothing changed" in capsys.readouterr().out
    assert main(["publish", "warc", "--to", "public/warc"]) == 2
    assert "what readers see" in capsys.readouterr().err
    assert main(["import", "warc/archive", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] == 1
    Path("wirecopy.db").unlink()
    assert main(["import", "warc/evidence.wacz", "--again"]) == 0
    assert "1 answers in 1 files" in capsys.readouterr().out
    assert main(["import", "warc", "wirecopy.toml"]) == 2
