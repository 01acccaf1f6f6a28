"""What web archives hold comes into the archive, whatever made them and whatever is broken in them."""

import asyncio
import base64
import gzip
import hashlib
import io
import itertools
import random
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from wirecopy.archive import open_archive
from wirecopy.cli.commands import _source_by_host as source_by_host
from wirecopy.collect.read.workers import Here
from wirecopy.collect.warcs import answers, files, flows
from wirecopy.collect.warcs.exchanges import exchanges
from wirecopy.collect.warcs.flows import open_flow
from wirecopy.collect.warcs.records import MOST, Broken, Record, agrees, records
from wirecopy.collect.warcs.taking import Outlets, take_in
from wirecopy.model import Change, Lead, Source, State, document_text

if flows.sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

AT = datetime(2024, 2, 8, 13, 36, 9, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "extraction"
TIMES = Source(id="times", name="The Times", language="en", homepage="https://times.example/")
SENTENCE = (
    "The council of the old town decided on Thursday that the bridge over the river would stay open for another year."
)


def page(title="The bridge stays open", more="", published="2024-02-08T10:00:00Z"):
    paragraphs = "".join(f"<p>{SENTENCE} This was part {number} of the debate. {more}</p>" for number in range(8))
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{title}"><meta property="article:published_time" content="{published}">'
        f"</head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


def record(kind="response", *, url="https://times.example/a", at=AT, block=None, fields=(), length=None, number=0):
    """A record as it stands in a plain file."""
    block = answer() if block is None else block
    head = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<urn:uuid:{hashlib.md5(f'{kind}{url}{at}{number}'.encode()).hexdigest()}>"),
        ("WARC-Date", f"{at:%Y-%m-%dT%H:%M:%SZ}"),
        ("WARC-Target-URI", url),
        ("Content-Type", "application/http; msgtype=response"),
        *fields,
        ("Content-Length", str(len(block) if length is None else length)),
    ]
    return b"WARC/1.0\r\n" + b"".join(f"{n}: {v}\r\n".encode() for n, v in head) + b"\r\n" + block + b"\r\n\r\n"


def answer(body=None, *, status="200 OK", headers=()):
    body = page() if body is None else body
    lines = [("Content-Type", "text/html; charset=utf-8"), *headers]
    return f"HTTP/1.1 {status}\r\n".encode() + b"".join(f"{n}: {v}\r\n".encode() for n, v in lines) + b"\r\n" + body


def packed(*members):
    return b"".join(gzip.compress(each, mtime=0) for each in members)


def read(data, wanted=lambda _: True):
    return list(records(open_flow(io.BytesIO(data), len(data)), wanted))


def whole(found):
    return [each for each in found if isinstance(each, Record)]


def broken(found):
    return [each for each in found if isinstance(each, Broken)]


@pytest.fixture
def archive(tmp_path):
    with open_archive(tmp_path / "wirecopy.db", write=True, holder="a test") as opened:
        yield opened


@pytest.fixture
def take(tmp_path, archive):
    """Import a file of these bytes."""

    def takes(*datas, name="a.warc", stranger=source_by_host, again=False, source=TIMES, reader=None):
        paths = []
        for number, data in enumerate(datas):
            paths.append(tmp_path / f"{number}-{name}")
            paths[-1].write_bytes(data)
        opened = list(files.opened(paths))
        known = Outlets(
            known=lambda url: source if url.startswith(source.homepage) else None,
            named=lambda each: source if each == source.id else None,
            stranger=stranger,
        )

        async def go():
            return await take_in(
                [each for each in opened if isinstance(each, files.WarcFile)],
                archive=archive,
                reader=reader or Here(),
                outlets=known,
                now=NOW,
                again=again,
            )

        return asyncio.run(go())

    return takes


def key_of(url):
    from wirecopy.collect.discover import lead_of

    return lead_of(TIMES, url, "").key


def history(archive, url="https://times.example/a", source="times"):
    return archive.history(source, key_of(url))


# --- records ---------------------------------------------------------------------------------------------------------

THREE = [record(number=number, url=f"https://times.example/{number}") for number in range(3)]
SHAPES = {
    "plain": lambda parts: b"".join(parts),
    "gzip, a member a record": lambda parts: packed(*parts),
    "gzip, one member": lambda parts: gzip.compress(b"".join(parts)),
    "gzip, cut where it came": lambda parts: packed(b"".join(parts)[:1000], b"".join(parts)[1000:]),
    "zstd, a frame a record": lambda parts: b"".join(map(zstd.compress, parts)),
    "zstd with a dictionary": lambda parts: with_dictionary(parts),
    "zstd with a packed dictionary": lambda parts: with_dictionary(parts, pack=zstd.compress),
    "line feeds only": lambda parts: b"".join(part.replace(b"\r\n", b"\n") for part in bare(parts)),
    "blank lines between": lambda parts: b"\r\n\r\n".join(parts),
    "zeros at the end": lambda parts: packed(*parts) + b"\0" * 5000,
}


def bare(parts):
    return [record(number=number, block=b"x\n", url=f"https://times.example/{number}") for number in range(len(parts))]


def with_dictionary(parts, pack=lambda data: data):
    samples = [record(number=n, url=f"https://times.example/{n}", block=answer(page(str(n)))) for n in range(300)]
    trained = zstd.train_dict(samples, 4096)
    content = pack(trained.dict_content)
    frames = (zstd.compress(part, zstd_dict=trained) for part in parts)
    return b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content + b"".join(frames)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_file_gives_its_records(shape):
    found = read(SHAPES[shape](THREE))
    assert broken(found) == []
    assert [each.fields["warc-target-uri"] for each in found] == [f"https://times.example/{n}" for n in range(3)]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda parts: packed(parts[0]) + packed(parts[1])[:-40] + packed(parts[2]), "damaged"),
        (lambda parts: packed(parts[0]) + b"garbage, and more of it" + packed(parts[2]), "no member"),
        (lambda parts: packed(parts[0], record(length=10**18), parts[2]), "before it says"),
        (lambda parts: packed(parts[0], record(length=5), parts[2]), "longer than it says"),
        (lambda parts: packed(parts[0], record(length="many"), parts[2]), "length is 'many'"),
        (lambda parts: packed(parts[0], b"no record at all", parts[2]), "no record begins"),
        (lambda parts: packed(parts[0], b"WARC/1.0\r\n" + b"A: b\r\n" * 1_000_000, parts[2]), "its head has more"),
        (lambda parts: b"".join([parts[0], record(length=10**18), parts[2]]), "the file ends before"),
        (lambda parts: b"".join([parts[0], record(length=5), parts[2]]), "longer than it says"),
        (lambda parts: b"".join([parts[0], record(length=len(answer()) + 300), parts[2]]), "longer than it says"),
        (lambda parts: gzip.compress(b"".join([parts[0], record(length=5), parts[2]])), "longer than it says"),
        (
            lambda parts: packed(parts[0], record(fields=[("WARC-Block-Digest", "sha1:" + "A" * 32)]), parts[2]),
            "digest",
        ),
        (lambda parts: b"".join(map(zstd.compress, [parts[0], b"nothing", parts[2]])), "no record begins"),
    ],
)
def test_a_broken_record_costs_only_itself_and_is_told(damage, told):
    found = read(damage(THREE))
    assert [each.fields["warc-target-uri"][-1] for each in whole(found)] == ["0", "2"]
    assert len(broken(found)) == 1
    assert told in broken(found)[0].reason


def test_a_page_that_quotes_a_record_is_one_page():
    quoting = record(block=answer(b"<p>text</p>\r\n\r\n" + record(url="https://evil.example/x")))
    assert len(read(quoting + THREE[2])) == 2
    spoilt = packed(THREE[0], record(block=answer(b"\r\n\r\n" + THREE[1]), length=7), THREE[2])
    assert [each.fields["warc-target-uri"][-1] for each in whole(read(spoilt))] == ["0", "2"]


def test_a_file_that_is_cut_gives_all_that_is_whole():
    data = packed(*THREE)
    found = read(data[:-20])
    assert [each.fields["warc-target-uri"][-1] for each in whole(found)] == ["0", "1"]
    assert "ends in the middle" in broken(found)[0].reason


def test_a_bomb_costs_a_moment_and_not_the_memory(monkeypatch):
    import tracemalloc

    monkeypatch.setattr(flows, "_GRACE", 8 << 20)
    bomb = gzip.compress(record(block=b"\0" * (64 << 20)))
    tracemalloc.start()
    found = read(packed(THREE[0]) + bomb + packed(THREE[2]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 << 20
    assert [each.fields["warc-target-uri"][-1] for each in whole(found)] == ["0", "2"]
    assert "unpacks to more than" in broken(found)[0].reason


def test_a_block_that_is_too_large_is_passed_over_and_its_head_is_kept():
    large = record(block=b"x" * (MOST + 1))
    for data in (large + THREE[2], packed(large, THREE[2])):
        found = read(data)
        assert [(len(each.block), each.length) for each in found] == [(0, MOST + 1), (len(answer()), len(answer()))]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), shape=st.sampled_from(["plain", "gzip, a member a record", "zstd, a frame a record"]))
def test_one_changed_byte_costs_one_record_at_most(data, shape):
    parts = [record(number=n, url=f"https://times.example/{n}", block=answer(page(str(n)))) for n in range(6)]
    written = bytearray(SHAPES[shape](parts))
    place = data.draw(st.integers(8, len(written) - 1))
    written[place] ^= data.draw(st.integers(1, 255))
    found = whole(read(bytes(written)))
    good = {part.partition(b"\r\n\r\n")[2][:-4] for part in parts}
    assert sum(each.block in good for each in found) >= 5 - (shape == "plain")


@settings(max_examples=40, deadline=None)
@given(noise=st.binary(max_size=3000), begins=st.sampled_from([b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"]))
def test_noise_ends(noise, begins):
    assert len(read(begins + noise)) < 3000


def test_digests_are_read_as_they_are_spelt():
    body = b"words"
    sha1 = hashlib.sha1(body).digest()
    assert agrees("sha1:" + base64.b32encode(sha1).decode(), body)
    assert agrees("sha1:" + sha1.hex(), body)
    assert agrees("sha-256:" + hashlib.sha256(body).hexdigest(), body)
    assert agrees("sha256:" + base64.b32encode(hashlib.sha256(body).digest()).decode().rstrip("="), body)
    assert agrees("md5:" + base64.b64encode(hashlib.md5(body).digest()).decode(), body)
    assert agrees("sha1:" + "A" * 32, body) is False
    assert agrees("crc:1234", body) is None


# --- answers ---------------------------------------------------------------------------------------------------------


def capture(block, **more):
    return answers.answer_of(whole(read(record(block=block, **more)))[0])


def chunked(body):
    return b"".join(
        f"{len(body[n : n + 99]):x}\r\n".encode() + body[n : n + 99] + b"\r\n" for n in range(0, len(body), 99)
    )


BODY = page()
CODED = {
    "as it stands": (BODY, ()),
    "gzip": (gzip.compress(BODY), [("Content-Encoding", "gzip")]),
    "zstd": (zstd.compress(BODY), [("Content-Encoding", "zstd")]),
    "br": (brotli.compress(BODY), [("Content-Encoding", "br")]),
    "chunks": (chunked(BODY) + b"0\r\n\r\n", [("Transfer-Encoding", "chunked")]),
    "gzip in chunks": (
        chunked(gzip.compress(BODY)) + b"0\r\n\r\n",
        [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")],
    ),
    "decoded under the headers of the coded, as CC-NEWS before 2019": (
        BODY,
        [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "77")],
    ),
    "decoded under br's header, as browsers record it": (BODY, [("Content-Encoding", "br")]),
    "masked, as Common Crawl": (
        BODY,
        [
            ("X-Crawler-Content-Encoding", "gzip"),
            ("X-Crawler-Content-Length", "77"),
            ("Content-Length", str(len(BODY))),
        ],
    ),
}


@pytest.mark.parametrize("coding", CODED)
def test_every_coding_is_undone(coding):
    body, headers = CODED[coding]
    found = capture(answer(body, headers=headers))
    assert found.body == BODY
    assert found.truncated == ""
    assert (found.url, found.at, found.status) == ("https://times.example/a", AT, 200)


def test_masked_headers_get_their_names_back():
    body, headers = CODED["masked, as Common Crawl"]
    found = capture(answer(body, headers=headers))
    assert found.headers[1:] == (("Content-Encoding", "gzip"), ("Content-Length", "77"))


@pytest.mark.parametrize(
    ("block", "why"),
    [
        (b"not HTTP", "without an HTTP answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1_000_000 + b"\r\n", "HTTP head of more"),
        (b"HTTP/1.1 200 OK\r\n" + b"A:\r\n" * 2_000 + b"\r\n", "more than 1,000 header lines"),
    ],
)
def test_what_is_no_answer_is_unusable(block, why):
    with pytest.raises(answers.Unusable, match=why):
        capture(block)


def test_a_coding_that_does_not_end_leaves_a_part():
    assert "has no end" in capture(answer(gzip.compress(BODY)[:-20], headers=[("Content-Encoding", "gzip")])).truncated
    assert "br coding" in capture(answer(brotli.compress(BODY)[:-9], headers=[("Content-Encoding", "br")])).truncated
    assert "last chunk" in capture(answer(chunked(BODY), headers=[("Transfer-Encoding", "chunked")])).truncated
    assert "length" in capture(answer(), fields=[("WARC-Truncated", "length")]).truncated


@pytest.mark.parametrize("coding", ["gzip", "zstd", "br"])
def test_a_payload_that_is_a_bomb_is_cut(coding):
    body = b"<p>" + b"a" * 60_000_000
    pack = {"gzip": gzip.compress, "zstd": zstd.compress, "br": lambda data: brotli.compress(data, quality=1)}[coding]
    found = capture(answer(pack(body), headers=[("Content-Encoding", coding)]))
    assert len(found.body) <= answers.MOST
    assert "more" in found.truncated


def test_a_payload_digest_is_checked_where_no_block_digest_is():
    wrong = [("WARC-Payload-Digest", "sha1:" + "A" * 32)]
    with pytest.raises(answers.Unusable, match="payload is not what its digest says"):
        capture(answer(), fields=wrong)
    of_body = [("WARC-Payload-Digest", "sha1:" + base64.b32encode(hashlib.sha1(BODY).digest()).decode())]
    assert capture(answer(gzip.compress(BODY), headers=[("Content-Encoding", "gzip")]), fields=of_body).body == BODY


# --- what becomes of them --------------------------------------------------------------------------------------------


def test_a_page_of_a_known_source_becomes_an_article_at_its_own_moment(take, archive):
    done = take(record())
    assert (done.new, done.answers, done.sources) == (1, 1, (("times", 1),))
    (revision,) = history(archive)
    assert (revision.at, revision.change, revision.article.title) == (AT, Change.NEW, "The bridge stays open")
    assert archive.capture(revision.capture).body == page()
    assert archive.entry("times", key_of("https://times.example/a")).state is State.ARCHIVED
    assert list(archive.verify()) == []


def test_requests_are_kept_with_their_answers_in_either_order(take, archive):
    block = b"GET /a HTTP/1.1\r\nUser-Agent: crawler\r\n\r\n"
    asked = record("request", block=block)
    take(
        asked + record(),
        record(url="https://times.example/b") + record("request", url="https://times.example/b", block=block),
    )
    for url in ("https://times.example/a", "https://times.example/b"):
        (revision,) = history(archive, url)
        assert archive.capture(revision.capture).asked == (("User-Agent", "crawler"),)


def test_answers_become_revisions_in_the_order_of_time_whatever_the_order_of_the_file(take, archive):
    moments = [AT + timedelta(days=day) for day in range(4)]
    words = ["one", "one", "two", "one"]
    parts = [record(at=at, block=answer(page(more=word))) for at, word in zip(moments, words, strict=True)]
    random.Random(7).shuffle(parts)
    take(b"".join(parts))
    told = [(each.at, each.change) for each in history(archive)]
    assert [change for _, change in told] == [Change.NEW, Change.EDITED, Change.EDITED]
    assert [at for at, _ in told][1:] == moments[2:]
    texts = [document_text(each.article.body) for each in history(archive)]
    assert all(before != after for before, after in itertools.pairwise(texts))


def test_an_article_that_went_and_came_back_is_seen_to(take, archive):
    gone = record(at=AT + timedelta(days=1), block=answer(b"gone", status="410 Gone"))
    back = record(at=AT + timedelta(days=2))
    done = take(record() + gone + back)
    assert [each.change for each in history(archive)] == [Change.NEW, Change.GONE, Change.BACK]
    assert (done.new, done.gone, done.back) == (1, 1, 1)


def test_importing_twice_changes_nothing(take, archive):
    data = packed(*(record(at=AT + timedelta(days=d), block=answer(page(more=str(d)))) for d in range(3)))
    first = take(data)
    before = history(archive)
    second, third = take(data), take(data, again=True)
    assert (first.new, first.edited) == (1, 2)
    assert (second.files, second.finished, second.answers) == (0, 1, 0)
    assert (third.files, third.same, third.new + third.edited) == (1, 3, 0)
    assert history(archive) == before


def test_a_revisit_stands_for_what_it_revisits(take, archive):
    digest = "sha1:" + base64.b32encode(hashlib.sha1(page()).digest()).decode()
    fields = [("WARC-Payload-Digest", digest)]
    parts = [
        record(fields=fields),
        record(at=AT + timedelta(days=1), block=answer(page(more="changed"))),
        record("revisit", at=AT + timedelta(days=2), block=b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", fields=fields),
    ]
    take(packed(*parts))
    last = history(archive)[-1]
    assert (last.at, last.change) == (AT + timedelta(days=2), Change.EDITED)
    assert archive.capture(last.capture).body == page()
    assert archive.capture(last.capture).headers == (("Server", "x"),)


def test_a_revisit_finds_its_original_in_the_archive_too(take, archive):
    digest = "sha1:" + base64.b32encode(hashlib.sha1(page()).digest()).decode()
    take(record())
    take(record(at=AT + timedelta(days=1), block=answer(page(more="changed"))), name="b.warc")
    revisit = record("revisit", at=AT + timedelta(days=2), block=b"", fields=[("WARC-Payload-Digest", digest)])
    take(revisit, name="c.warc")
    assert history(archive)[-1].at == AT + timedelta(days=2)
    lost = record("revisit", url="https://times.example/lost", block=b"", fields=[("WARC-Payload-Digest", digest)])
    assert take(lost, name="d.warc").skipped == (("revisits of what is not here", 1),)


def test_a_stranger_s_page_is_taken_where_it_reads_as_an_article_without_doubt(take, archive):
    good = record(url="https://www.gazette.example/2024/bridge.html")
    undated = record(url="https://www.gazette.example/2024/undated.html", block=answer(page(published="")))
    short = record(url="https://www.gazette.example/x", block=answer(b"<html><title>Hello</title><p>No.</p></html>"))
    front = record(url="https://www.gazette.example/")
    image = record(
        url="https://www.gazette.example/i.png", block=b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx"
    )
    done = take(good + undated + short + front + image)
    assert done.sources == (("gazette.example", 1),)
    assert sum(count for _, count in done.skipped) == 4
    assert {"front pages", "that are no pages", "of unknown outlets, not certain to be articles"} <= dict(
        done.skipped
    ).keys()
    assert archive.counts("gazette.example")[State.ARCHIVED] == 1


def test_strangers_can_be_left_out(take, archive):
    done = take(record(url="https://gazette.example/a") + record(), stranger=None)
    assert archive.sources() == ("times",)
    assert done.skipped == (("of no source that is known", 1),)


def test_what_is_doubted_is_held_only_where_a_lead_waits_for_it(take, archive):
    wall = answer(b"<html><head><title>Just a moment...</title></head><body><p>Checking your browser</p></body></html>")
    urls = ["https://times.example/known", "https://times.example/unknown"]
    archive.note([Lead(source="times", key=key_of(urls[0]), url=urls[0], title="Bridge")], at=AT)
    done = take(b"".join(record(url=url, block=wall) for url in urls))
    assert done.held + sum(count for _, count in done.skipped) == 2
    assert archive.entry("times", key_of(urls[1])) is None
    assert archive.counts("times")[State.HELD] == done.held == 1


def test_what_is_broken_is_told_by_file_and_place(take, archive):
    done = take(packed(THREE[0]) + b"garbage" + packed(THREE[1]))
    assert (done.new, done.broken) == (2, 1)
    assert "at byte" in done.failures[0].url


def test_a_moment_that_can_not_be_is_no_moment(take):
    done = take(record(at=datetime(2124, 1, 1, tzinfo=UTC)) + record(at=datetime(1970, 1, 1, tzinfo=UTC)))
    assert done.skipped == (("without a moment that can be", 2),)


class StopsAfter(Here):
    """Reads so many pages, and then is interrupted as by Ctrl-C."""

    def __init__(self, pages):
        self.left = pages

    async def read(self, *asked):
        self.left -= 1
        if self.left < 0:
            asyncio.current_task().cancel()
            main = next(task for task in asyncio.all_tasks() if task.get_coro().__name__ == "go")
            main.cancel()
            await asyncio.sleep(3600)
        return await super().read(*asked)


@pytest.mark.parametrize("shape", ["plain", "gzip, a member a record", "zstd with a dictionary"])
def test_whoever_is_interrupted_goes_on_where_that_was(take, archive, shape):
    parts = [record(url=f"https://times.example/{n}", block=answer(page(f"Title {n}"))) for n in range(30)]
    data = SHAPES[shape](parts)
    with pytest.raises(asyncio.CancelledError):
        take(data, reader=StopsAfter(20))
    kept = archive.counts("times")[State.ARCHIVED]
    assert 0 < kept <= 20
    done = take(data)
    assert archive.counts("times")[State.ARCHIVED] == 30
    assert done.new == 30 - kept
    assert done.answers <= 30 - kept + 1
    assert list(archive.verify()) == []


def test_a_file_that_grew_is_read_from_where_it_ended(take, archive):
    parts = [
        record(url=f"https://times.example/{n}", block=answer(random.Random(n).randbytes(50_000).hex().encode()))
        for n in range(25)
    ]
    data = packed(*parts)
    assert len(data) > files.HEAD
    take(data)
    done = take(data + packed(record()))
    assert (done.answers, done.new) == (1, 1)


@pytest.mark.parametrize("pack", [lambda each: each, lambda each: packed(each)])
def test_a_file_that_had_arrived_in_part_is_read_on_when_it_is_whole(take, archive, pack):
    noise = (random.Random(n).randbytes(400_000).hex().encode() for n in range(3))
    filler = b"".join(
        pack(record(url=f"https://times.example/{n}", block=answer(each))) for n, each in enumerate(noise)
    )
    whole_file = filler + pack(record()) + pack(record(url="https://times.example/b"))
    cut = take(whole_file[: len(filler) + 300])
    assert (cut.broken, cut.new) == (1, 0)
    assert take(whole_file[: len(filler) + 300]).broken == 1
    done = take(whole_file)
    assert (done.broken, done.new, done.answers) == (0, 2, 2)


def test_a_file_that_was_changed_is_read_again(take, archive):
    filler = record(
        url="https://times.example/filler", block=answer(random.Random(1).randbytes(1_500_000).hex().encode())
    )
    take(packed(filler, record(), record(url="https://times.example/b")))
    done = take(
        packed(
            filler, record(block=answer(page(more="other"))), record(url="https://times.example/c"), record(number=9)
        )
    )
    assert done.answers == 4


# --- containers ------------------------------------------------------------------------------------------------------


def wacz(path, members, **more):
    with zipfile.ZipFile(path, "w") as bundle:
        for name, data in members.items():
            bundle.writestr(zipfile.ZipInfo(name), data, **more)
    return path


def names(path):
    return [each.name if isinstance(each, files.WarcFile) else each.reason for each in files.opened([path])]


def test_a_wacz_is_read_where_it_stands(tmp_path, take, archive):
    path = wacz(tmp_path / "c.wacz", {"archive/d.warc.gz": packed(*THREE), "pages/pages.jsonl": b"{}"})
    assert files.is_web_archive(path)
    done = take(path.read_bytes(), name="c.wacz")
    assert done.new == 3


def test_a_wacz_names_nothing_on_the_disk(tmp_path):
    path = wacz(tmp_path / "c.wacz", {"../../evil.warc.gz": packed(*THREE), "/etc/x.warc": THREE[0]})
    before = sorted(tmp_path.rglob("*"))
    for file in files.opened([path]):
        assert list(exchanges(file))
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent.parent / "evil.warc.gz").exists()


def test_archives_in_archives_and_bombs_are_refused(tmp_path):
    nested = wacz(tmp_path / "n.wacz", {"inner.wacz": b"PK\x03\x04", "archive/a.warc": THREE[0]})
    assert any("inside an archive" in each for each in names(nested))
    bomb = tmp_path / "b.wacz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as bundle, bundle.open("archive/b.warc", "w") as member:
        for _ in range(300):
            member.write(b"\0" * (1 << 20))
    assert "unpacks to more than" in names(bomb)[0]
    (tmp_path / "t.wacz").write_bytes(b"PK\x03\x04 and no more")
    assert "can't be read" in names(tmp_path / "t.wacz")[0]


def test_overlapping_members_are_refused(tmp_path, monkeypatch):
    path = wacz(tmp_path / "o.wacz", {f"archive/{n}.warc": THREE[0] for n in range(3)})
    real = zipfile.ZipFile.infolist
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda self: real(self) * 5)
    assert "more bytes than it has" in names(path)[0]


def test_a_deflated_member_is_read_too(tmp_path, take):
    path = wacz(tmp_path / "z.wacz", {"archive/a.warc": b"".join(THREE)}, compress_type=zipfile.ZIP_DEFLATED)
    assert take(path.read_bytes(), name="z.wacz").new == 3


def test_files_are_known_by_what_they_hold(tmp_path):
    for name, data in {"a": THREE[0], "b.gz": packed(*THREE), "c.bin": zstd.compress(THREE[0])}.items():
        (tmp_path / name).write_bytes(data)
        assert files.is_web_archive(tmp_path / name)
    for name, data in {"d.md": b"[x](y)", "e.gz": gzip.compress(b"no"), "f": b""}.items():
        (tmp_path / name).write_bytes(data)
        assert not files.is_web_archive(tmp_path / name)


# warcio leaves its spooled files to the garbage collector
def leaves_files_open(test):
    for warning in ("ignore:Unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"):
        test = pytest.mark.filterwarnings(warning)(test)
    return test


# --- what others write -----------------------------------------------------------------------------------------------


@leaves_files_open
def test_what_warcio_writes_is_read(take, archive):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "a test"}))
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    asked = StatusAndHeaders("GET /a HTTP/1.1", [("Host", "times.example")], is_http_request=True)
    answered = writer.create_warc_record(
        "https://times.example/a", "response", payload=io.BytesIO(page()), http_headers=headers,
        warc_headers_dict={"WARC-Date": "2024-02-08T13:36:09.741Z"},
    )  # fmt: skip
    request = writer.create_warc_record("https://times.example/a", "request", http_headers=asked)
    writer.write_request_response_pair(request, answered)
    done = take(out.getvalue())
    assert done.new == 1
    (revision,) = history(archive)
    assert revision.at == datetime(2024, 2, 8, 13, 36, 9, 741000, tzinfo=UTC)
    assert archive.capture(revision.capture).asked == (("Host", "times.example"),)


@leaves_files_open
@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of recorded pages is not here (../shared/corpus/extraction)"
)
def test_a_warc_of_real_pages_is_imported(take, archive):
    paths = random.Random(3).sample(sorted((CORPUS / "trafilatura").glob("*.html*")), 50)
    pages = [zstd.decompress(path.read_bytes()) if path.suffix == ".zst" else path.read_bytes() for path in paths]
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for number, body in enumerate(pages):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"https://host{number}.example/article-{number}",
                "response",
                payload=io.BytesIO(body),
                http_headers=headers,
            )
        )

    done = take(out.getvalue())
    assert done.answers == 50
    assert done.new + done.same + done.held + sum(count for _, count in done.skipped) == 50
    assert done.new >= 30
    assert done.broken == 0
    assert list(archive.verify()) == []
