"""The published folder over HTTP: what is given, how, and what never is."""

import gzip
import hashlib
import os
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.served import serving
from wirecopy.publish.output import Output
from wirecopy.publish.site.frame import POLICY
from wirecopy.serve.folder import Folder, Moved

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = "<!doctype html><title>新闻</title>" + "新闻的正文。" * 500
PICTURE = b"RIFF\x00\x00\x00\x00WEBP" + bytes(range(256)) * 20
DIGEST = hashlib.sha256(PICTURE).hexdigest()
SHOWN = f"pictures/{DIGEST[:2]}/{DIGEST}.webp"


@pytest.fixture
def folder(tmp_path):
    public = tmp_path / "public"
    with Output(public) as output:
        output.write("index.html", PAGE.encode())
        output.write("articles/demo-zh/2024/02/7.html", b"<p>seven")
        output.write("days/index.html", b"<p>days")
        output.write("style.css", b"p{}" * 200)
        output.write(SHOWN, PICTURE)
        output.write("feeds/all.xml", b'<?xml version="1.0"?><rss version="2.0"></rss>')
        output.write("feeds/atom.xml", b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>')
        output.write("feeds/all.json", b'{"version":"https://jsonfeed.org/version/1.1"}')
        output.write("data/articles.json", b"{}")
        output.write("epub/day.epub", b"PK\x03\x04")
        output.finish(b"7")
    (tmp_path / "secret.txt").write_text("not for readers")
    (public / ".git").mkdir()
    (public / ".git" / "config").write_text("not for readers")
    return public


@pytest.fixture(scope="module")
def folder_for_all(tmp_path_factory):
    above = tmp_path_factory.mktemp("published")
    (above / "secret.txt").write_text("not for readers")
    for path in ("public/.git/config", "public/days/.hidden"):
        (above / path).parent.mkdir(parents=True, exist_ok=True)
        (above / path).write_text("not for readers")
    for path in ("public/index.html", "public/days/index.html"):
        (above / path).write_text("<p>page")
    return Folder(above / "public")


@pytest.fixture
def site(folder):
    with serving(folder) as served:
        yield served


def test_the_front_page_and_folders_are_their_index_pages(site):
    assert site.get("/").body == site.get("/index.html").body == PAGE.encode()
    assert site.get("/days/").body == b"<p>days"
    assert site.get("/articles/demo-zh/2024/02/7.html").body == b"<p>seven"


def test_a_folder_without_its_slash_leads_to_the_one_with_it(site):
    answer = site.get("/days?from=feed")
    assert answer.status == 301
    assert answer.headers["Location"] == "./days/?from=feed"


def test_no_folder_is_listed(site):
    for path in ("/articles/", "/articles", "/pictures/", "/feeds/"):
        answer = site.get(path)
        assert answer.status == 404
        assert b"demo-zh" not in answer.body


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/index.html", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        (f"/{SHOWN}", "image/webp"),
        ("/feeds/all.xml", "application/rss+xml"),
        ("/feeds/atom.xml", "application/atom+xml"),
        ("/feeds/all.json", "application/feed+json"),
        ("/data/articles.json", "application/json"),
        ("/epub/day.epub", "application/epub+zip"),
    ],
)
def test_everything_says_what_it_is(site, path, kind):
    answer = site.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/days/../../secret.txt",
        "/days/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/./index.html",
        "//index.html",
        "/days//index.html",
        "/index.html/",
        "/index.html/x",
        "/index.html%00",
        "/index.html%00.css",
        "/index.html%0d%0aX: y".replace(" ", "%20"),
        "/.git/config",
        "/%2egit/config",
        "/.wirecopy.json",
        "/.wirecopy.lock",
        "/index.html.",
        "/index.html::$DATA",
        "/con",
        "/aux.html",
        "/C:/windows/win.ini",
        "/etc/passwd",
        "//etc/passwd",
        "/%c0%ae%c0%ae/secret.txt",
        "/%",
        "/%zz",
        "/" + "a" * 3000,
        "/" + "a/" * 1000,
        "/" + "%61" * 1000,
    ],
)
def test_no_path_leads_outside_or_to_what_is_not_published(site, path):
    answer = site.get(path)
    assert answer.status in (400, 404)
    assert b"not for readers" not in answer.body


PARTS = (
    "..",
    ".",
    "",
    "%2e",
    "%2f",
    "%5c",
    "\\",
    "days",
    "index.html",
    ".git",
    "config",
    "secret.txt",
    "%00",
    "~",
    "//",
)
PARTS += ("/", "a", "%2e%2e", "..;", "...", "%25", "é", "\udc80", "C:")


@given(st.lists(st.sampled_from(PARTS), max_size=8), st.sampled_from(["/", "", "//", "/%2f"]))
def test_whatever_a_path_is_made_of_it_stays_inside(folder_for_all, parts, joint):
    for target in ("/" + joint.join(parts), joint.join(parts)):
        try:
            known = folder_for_all.load(target)
        except Moved:
            continue
        if known is not None:
            assert b"not for readers" not in known.body
            assert known.path in ("index.html", "days/index.html")


def test_no_symbolic_link_is_followed(tmp_path, folder):
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "inside.html").symlink_to(folder / "index.html")
    with serving(folder) as site:
        for path in ("/link.txt", "/up/secret.txt", "/up/", "/inside.html"):
            assert site.get(path).status == 404


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe.html")
    with serving(folder) as site:
        assert site.get("/pipe.html").status == 404


def test_a_page_becomes_a_link_outside_and_is_gone(tmp_path, folder):
    with serving(folder) as site:
        assert site.get("/style.css").status == 200
        (folder / "style.css").unlink()
        (folder / "style.css").symlink_to(tmp_path / "secret.txt")
        assert site.get("/style.css").status == 404


def test_what_is_missing_is_told_in_the_reader_s_language_and_where_to_go(site):
    answer = site.get("/articles/demo-zh/2024/02/nothing.html", Accept_Language="zh-CN,zh;q=0.9,en;q=0.5")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert 'lang="zh-Hans"' in answer.body.decode()
    assert 'href="../../../../"' in answer.body.decode()
    assert "<script" not in answer.body.decode()
    assert b"nothing.html" not in answer.body


def test_every_answer_has_the_safe_headers(site):
    answers = [site.get(path) for path in ("/", "/nothing", "/days", "/-/health", f"/{SHOWN}")]
    answers += [site.get("/", "POST"), site.get("/", Range="bytes=999999-"), site.get("/", If_None_Match="*")]
    for answer in answers:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Server"] == "wirecopy"
        assert "Set-Cookie" not in answer.headers


def test_the_policy_of_pages_is_that_which_stands_in_them(site):
    said = site.get("/").headers["Content-Security-Policy"].split("; ")
    assert said == [*POLICY.replace(" file:", "").split("; "), "frame-ancestors 'none'"]
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "CONNECT"])
def test_only_get_and_head_are_answered(site, method):
    answer = site.get("/", method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


# --- once, and no more than is needed ---------------------------------------------------------------------------------


def test_a_page_is_known_by_the_digest_that_the_manifest_has(site):
    assert site.get("/").headers["ETag"] == f'"{hashlib.sha256(PAGE.encode()).hexdigest()}"'


@pytest.mark.parametrize("accepted", ["", "gzip", "zstd"])
def test_who_has_a_page_gets_it_once(site, accepted):
    first = site.get("/", Accept_Encoding=accepted)
    again = site.get("/", Accept_Encoding=accepted, If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
        assert again.headers[name] == first.headers[name]
    assert "Content-Length" not in again.headers
    assert site.get("/", If_Modified_Since=first.headers["Last-Modified"]).status == 304
    assert site.get("/", If_None_Match='"other"').status == 200


def test_codings_differ_in_their_tags_and_not_in_what_they_say(site):
    plain, packed, small = (site.get("/", Accept_Encoding=each) for each in ("identity", "gzip", "gzip, zstd"))
    assert gzip.decompress(packed.body) == zstd.decompress(small.body) == plain.body
    assert packed.headers["Content-Encoding"] == "gzip"
    assert small.headers["Content-Encoding"] == "zstd"
    assert len({each.headers["ETag"] for each in (plain, packed, small)}) == 3
    assert len(small.body) < len(plain.body) / 3
    assert {each.headers["Vary"] for each in (plain, packed, small)} == {"Accept-Encoding"}


def test_what_is_packed_already_is_not_packed_again(site):
    for path in (f"/{SHOWN}", "/epub/day.epub"):
        answer = site.get(path, Accept_Encoding="gzip, zstd")
        assert "Content-Encoding" not in answer.headers
        assert "Vary" not in answer.headers


def test_pictures_are_for_ever_and_pages_are_not(folder, site):
    assert "immutable" in site.get(f"/{SHOWN}").headers["Cache-Control"]
    assert site.get("/").headers["Cache-Control"] == "no-cache"
    (folder / SHOWN).write_bytes(b"something else")
    assert site.get(f"/{SHOWN}").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/nothing", "/days", f"/{SHOWN}", "/-/health", "/big.zim"])
@pytest.mark.parametrize("accepted", ["", "zstd"])
def test_head_is_get_without_its_body(folder, path, accepted):
    (folder / "big.zim").write_bytes(bytes(3 << 20))
    with serving(folder) as site:
        got, told = (site.get(path, method, Accept_Encoding=accepted) for method in ("GET", "HEAD"))
    assert told.body == b""
    got.headers.pop("Date"), told.headers.pop("Date")
    assert (told.status, told.headers) == (got.status, got.headers)


@pytest.mark.parametrize("size", [5_000, 1_000_000, 3_000_000])
def test_ranges_put_together_are_the_file(folder, size):
    body = os.urandom(size)
    (folder / "book.epub").write_bytes(body)
    with serving(folder) as site:
        tag = site.get("/book.epub", "HEAD").headers["ETag"]
        step = size // 3
        parts = []
        for begin in range(0, size, step):
            answer = site.get("/book.epub", Range=f"bytes={begin}-{begin + step - 1}", If_Range=tag)
            assert answer.status == 206
            assert answer.headers["Content-Range"] == f"bytes {begin}-{min(begin + step, size) - 1}/{size}"
            parts.append(answer.body)
        assert b"".join(parts) == site.get("/book.epub").body == body
        assert site.get("/book.epub", Range="bytes=-7").body == body[-7:]
        behind = site.get("/book.epub", Range=f"bytes={size}-")
        assert (behind.status, behind.headers["Content-Range"]) == (416, f"bytes */{size}")
        assert site.get("/book.epub", Range="bytes=0-9", If_Range='"older"').body == body


def test_a_range_is_of_the_plain_file(site):
    answer = site.get("/", Range="bytes=0-14", Accept_Encoding="gzip, zstd")
    assert (answer.status, answer.body) == (206, b"<!doctype html>")
    assert "Content-Encoding" not in answer.headers


def test_who_reads_while_it_is_published_reads_whole_pages(folder):
    pages = [("<!doctype html>" + letter * length).encode() for letter, length in (("a", 400_000), ("b", 9_000))]
    stop = threading.Event()

    def publish():
        turn = 0
        while not stop.is_set():
            turn += 1
            with Output(folder) as output:
                output.write("index.html", pages[turn % 2])
                output.finish(str(turn).encode())

    with serving(folder) as site:
        publisher = threading.Thread(target=publish)
        with Output(folder) as output:
            output.write("index.html", pages[0])
            output.finish(b"0")
        publisher.start()
        try:
            for turn in range(120):
                answer = site.get("/", Accept_Encoding=("", "gzip", "zstd")[turn % 3])
                assert answer.status == 200
                unpack = {"gzip": gzip.decompress, "zstd": zstd.decompress, "": bytes}
                body = unpack[answer.headers.get("Content-Encoding", "")](answer.body)
                assert body in pages
                assert answer.headers["ETag"].startswith(f'"{hashlib.sha256(body).hexdigest()}')
        finally:
            stop.set()
            publisher.join()


def test_a_long_file_is_read_to_its_end_though_another_takes_its_place(folder):
    body = os.urandom(8 << 20)
    (folder / "site.zim").write_bytes(body)
    with serving(folder) as site, site.connect() as wire:
        wire.sendall(b"GET /site.zim HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        got = wire.recv(1 << 16)
        (folder / "new.zim").write_bytes(b"another")
        (folder / "new.zim").replace(folder / "site.zim")
        while part := wire.recv(1 << 16):
            got += part
        assert got.partition(b"\r\n\r\n")[2] == body
        assert site.get("/site.zim").body == b"another"


def test_memory_is_bounded_whatever_is_read(folder):
    for number in range(40):
        (folder / f"{number}.css").write_bytes(os.urandom(50_000))
    with serving(folder, memory=500_000) as site:
        for turn in range(2):
            for number in range(40):
                assert len(site.get(f"/{number}.css").body) == 50_000, turn
