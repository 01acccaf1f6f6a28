"""S3 as a target: a real server of the protocol (moto) behind a proxy that counts and cuts."""

import re
import socket
import threading
from datetime import timedelta

import boto3
import pytest
from moto.server import ThreadedMotoServer

from send.between import between
from send.published import AT, PICTURE, article, front, held, page, publish, sent
from wirecopy.errors import ConfigError
from wirecopy.publish import manifest
from wirecopy.send import Target


@pytest.fixture(scope="module")
def moto():
    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch, tmp_path):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(moto, request):
    """A bucket of its own for each test, as a mapping."""
    name = "b-" + re.sub(r"[^a-z0-9]", "-", request.node.name.lower())[-50:].strip("-")
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{moto}", region_name="us-east-1")
    client.create_bucket(Bucket=name)
    return Bucket(client, name)


class Bucket:
    def __init__(self, client, name):
        self.client, self.name = client, name

    def files(self):
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {each["Key"].removeprefix("news/"): self.read(each["Key"]) for each in listed}

    def read(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def head(self, path):
        return self.client.head_object(Bucket=self.name, Key=f"news/{path}")


@pytest.fixture
def wire(moto, bucket):
    with between(moto, f"/{bucket.name}/news/") as server:
        yield server


@pytest.fixture
def target(wire, bucket):
    return Target(name="store", to=f"s3://{bucket.name}/news", endpoint=wire.address)


@pytest.fixture
def public(tmp_path):
    publish(tmp_path / "public", front(3))
    return tmp_path / "public"


def test_what_is_there_is_what_is_published_with_its_types(public, target, bucket, tmp_path):
    publish(public / "feeds", {"dw-zh.xml": b"<?xml version='1.0'?><rss/>", "all.json": b"{}", "a.epub": b"PK"})
    from wirecopy.send import send, standing

    (told,) = send([(target, standing(public, ("", "feeds/")))], state=tmp_path / "state", at=AT, dry=False,
                   progress=lambda *_: None)  # fmt: skip
    assert told.failed == ""
    assert bucket.files() == held(public)
    assert told.files == len(held(public))
    assert told.bytes == sum(map(len, held(public).values()))
    kinds = {path: bucket.head(path)["ContentType"] for path in held(public)}
    assert kinds["index.html"] == "text/html; charset=utf-8"
    assert kinds["days/2026/11/2026-11-20.md"] == "text/markdown; charset=utf-8"
    assert kinds["manifest.json"] == "application/json; charset=utf-8"
    assert kinds["feeds/dw-zh.xml"] == "application/rss+xml"
    assert kinds["feeds/a.epub"] == "application/epub+zip"
    assert kinds[PICTURE] == "image/jpeg"
    assert bucket.head(PICTURE)["CacheControl"] == "public, max-age=31536000, immutable"
    assert bucket.head("index.html")["CacheControl"] == "public, max-age=60"


def test_only_what_changed_is_sent_the_manifest_last_and_what_is_gone_after_it(public, target, wire, bucket, tmp_path):
    sent(public, target, tmp_path / "state")
    wire.seen.clear()
    now = {**front(4), article(1): page(PICTURE, words="another")}
    del now[article(0)]
    now["days/2026/11/2026-11-20.md"] = page(article(3))
    now["index.html"] = page(article(3))
    publish(public, now)
    told = sent(public, target, tmp_path / "another state")
    assert told.failed == ""
    assert bucket.files() == held(public)
    pages = [path for path in wire.puts if path.startswith("manifest/")]
    assert wire.puts == [
        article(3), article(1), "days/2026/11/2026-11-20.md", "index.html", *pages, "manifest.json",
    ]  # fmt: skip
    assert wire.seen[-1] == ("DELETE", article(0))
    assert (told.files, told.removed) == (len(wire.puts), 1)


def test_nothing_new_costs_one_question(public, target, wire, tmp_path):
    sent(public, target, tmp_path / "state")
    wire.seen.clear()
    told = sent(public, target, tmp_path / "state", at=AT + timedelta(days=1))
    assert (told.failed, told.files, told.removed) == ("", 0, 0)
    assert wire.seen == [("GET", "manifest.json")]


def test_a_dry_run_says_what_would_be_sent_and_changes_nothing(public, target, wire, bucket, tmp_path):
    told = sent(public, target, tmp_path / "state", dry=True)
    assert (told.files, told.bytes) == (len(held(public)), sum(map(len, held(public).values())))
    assert bucket.files() == {}
    assert not list((tmp_path / "state").glob("*/journal"))
    sent(public, target, tmp_path / "state")
    publish(public, front(2))
    told = sent(public, target, tmp_path / "state", dry=True)
    assert told.removed == 1
    assert article(2) in bucket.files()


def links(body):
    return re.findall(rb'href="([^"]+)"', body)


@pytest.mark.parametrize("cut", [2, 5, 9, 11])
def test_a_cut_leaves_readers_whole_pages_whose_links_all_lead_somewhere_and_the_next_run_goes_on(
    cut, public, target, wire, bucket, tmp_path
):
    sent(public, target, tmp_path / "state")
    old = held(public)
    now = {**front(6), article(1): page(PICTURE, words="another")}
    del now[article(0)]
    now["days/2026/11/2026-11-20.md"] = page(*(each for each in now if each.startswith("articles/")))
    now["index.html"] = page("days/2026/11/2026-11-20.md", article(5))
    publish(public, now)
    wire.seen.clear()
    wire.changes, wire.cut_before = 0, cut
    told = sent(public, target, tmp_path / "state")
    there = bucket.files()
    # 3 articles are new; 1 article, the list, the front page and 3 pages of the manifest changed; the root; 1 is gone
    if cut <= 3:
        assert {path: there[path] for path in old} == old, "while what is new arrives, readers have the old publication"
    assert told.failed
    assert {path: body for path, body in there.items() if path in old and path in now} .items() <= {
        *old.items(), *held(public).items(),
    }  # fmt: skip
    for path, body in there.items():
        for link in links(body):
            assert link.decode() in there, f"{path} leads to {link}, which is not there"
    if cut <= 10:
        assert there["manifest.json"] == old["manifest.json"]
        assert article(0) in there
    passed = list(wire.puts)
    wire.seen.clear()
    wire.cut_before = None
    assert sent(public, target, tmp_path / "state").failed == ""
    assert bucket.files() == held(public)
    assert not set(passed) & set(wire.puts) - {"manifest.json"}, "what was sent is not sent again"


def test_a_lost_journal_costs_sending_again_and_no_more(public, target, wire, bucket, tmp_path):
    sent(public, target, tmp_path / "state")
    publish(public, front(6))
    wire.changes, wire.cut_before = 0, 5
    assert sent(public, target, tmp_path / "state").failed
    wire.cut_before = None
    assert sent(public, target, tmp_path / "another").failed == ""
    assert bucket.files() == held(public)


def test_what_a_cut_run_sent_and_is_not_published_any_more_is_put_right(public, target, wire, bucket, tmp_path):
    sent(public, target, tmp_path / "state")
    publish(public, {**front(6), article(1): page(PICTURE, words="a mistake")})
    wire.changes, wire.cut_before = 0, 6
    assert sent(public, target, tmp_path / "state").failed
    wire.cut_before = None
    publish(public, front(3))
    assert sent(public, target, tmp_path / "state").failed == ""
    assert bucket.files() == held(public)


def test_a_manifest_there_that_is_none_or_lies_harms_nothing(public, target, bucket, tmp_path):
    lies = manifest.encode({"x": ("0" * 64, 1)}).replace(b'"x"', b'"../../secret"')
    mine = manifest.encode({"manifest/a.json": ("0" * 64, 1), "kept.html": ("0" * 64, 1)})
    for number, body in enumerate((b'{"format": ' * 2000, lies, mine)):
        bucket.client.put_object(Bucket=bucket.name, Key="news/manifest.json", Body=body)
        told = sent(public, target, tmp_path / f"state {number}")
        assert told.failed == ""
        assert bucket.files().items() >= held(public).items()


def test_a_large_file_is_sent_in_parts(public, target, wire, bucket, tmp_path, monkeypatch):
    from wirecopy.send import objects

    monkeypatch.setattr(objects, "_AT_ONCE_MOST", 1000)
    publish(public, {**front(1), "large.html": b"x" * 5000})
    assert sent(public, target, tmp_path / "state").failed == ""
    assert bucket.files() == held(public)
    assert bucket.head("large.html")["ContentType"] == "text/html; charset=utf-8"


def test_what_is_wrong_is_said_with_what_would_be_right(public, target, tmp_path, monkeypatch):
    from wirecopy.model import replace

    nowhere = replace(target, to="s3://there-is-none/news")
    assert "there is no such bucket" in sent(public, nowhere, tmp_path / "state").failed
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    told = sent(public, target, tmp_path / "state").failed
    assert "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in told
    assert "is a SOCKS one" in sent(public, replace(target, proxy="socks5://127.0.0.1:9"), tmp_path / "state").failed
    assert "profile" in sent(public, replace(target, profile="nobody"), tmp_path / "state").failed


def test_what_takes_too_long_is_broken_off_and_kept(public, target, bucket, tmp_path):
    from wirecopy.model import replace

    assert "this took more than" in sent(public, replace(target, timeout=1e-9), tmp_path / "state").failed
    assert sent(public, target, tmp_path / "state").failed == ""
    assert bucket.files() == held(public)


def test_without_the_library_the_extra_is_named(public, target, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "boto3", None)
    assert "pip install 'wirecopy[s3]'" in sent(public, target, tmp_path / "state").failed


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden"])
def test_an_answer_without_end_is_left(status, public, tmp_path, monkeypatch):
    from wirecopy.send import objects

    monkeypatch.setattr(objects, "LARGEST_PAGE", 1 << 20)
    with socket.create_server(("127.0.0.1", 0)) as server:
        given = 0

        def answer():
            nonlocal given
            line, _ = server.accept()
            with line:
                line.recv(1 << 16)
                line.sendall(f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n\r\n".encode())
                try:
                    while given < 1 << 28:
                        line.sendall(b"<Error>" * 10000)
                        given += 70000
                except OSError:
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        there = Target(name="x", to="s3://bucket/x", endpoint=f"http://127.0.0.1:{server.getsockname()[1]}")
        assert re.search("more than|too slow", sent(public, there, tmp_path / "state").failed)
        thread.join()
        assert given < 1 << 26


def test_what_answers_without_a_word_of_s3_is_told_by_its_status(public, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            line, _ = server.accept()
            with line:
                line.recv(1 << 16)
                body = b"<h1>Forbidden</h1>"
                line.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

        thread = threading.Thread(target=answer)
        thread.start()
        there = Target(name="x", to="s3://bucket/x", endpoint=f"http://127.0.0.1:{server.getsockname()[1]}")
        told = sent(public, there, tmp_path / "state").failed
        thread.join()
    assert "403" in told
    assert "these credentials may not do that" in told


def test_one_target_that_fails_harms_no_other(public, target, bucket, tmp_path):
    from wirecopy.model import replace
    from wirecopy.send import send, standing

    release = standing(public)
    targets = [replace(target, name="a", to="s3://there-is-none/a"), target, replace(target, name="c", to="git:/none")]
    told = send([(each, release) for each in targets], state=tmp_path / "state", at=AT, dry=False,
                progress=lambda *_: None)  # fmt: skip
    assert [bool(each.failed) for each in told] == [True, False, True]
    assert bucket.files() == held(public)


def test_a_target_that_makes_no_sense_stops_all_before_anything_is_sent(public, target, bucket, tmp_path):
    from wirecopy.model import replace
    from wirecopy.send import send, standing

    with pytest.raises(ConfigError, match="password does not belong"):
        send([(target, standing(public)), (replace(target, to="sftp://me:secret@host/x"), standing(public))],
             state=tmp_path / "state", at=AT, dry=False, progress=lambda *_: None)  # fmt: skip
    assert bucket.files() == {}
