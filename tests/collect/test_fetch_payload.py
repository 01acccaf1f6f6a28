"""Payloads: whole ones, those that break off, those that never end, those that are coded, and bombs."""

from __future__ import annotations

import asyncio
import gzip
import sys
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripted import Answer, chunked, fetcher, page, serving, until_closed
from wirecopy.collect.fetch import Limits
from wirecopy.collect.fetch.coding import PIECE, Payload
from wirecopy.model import Capture

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WORDS = "德国之声中文网 ".encode() * 2000


def seen(answer: Answer, **limits: float) -> Capture:
    async def story() -> Capture:
        async with serving(a=answer) as server, fetcher(limits=Limits(**limits)) as web:  # type: ignore[arg-type]
            return await web.fetch(server.url("/a"))

    return asyncio.run(story())


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODED = {
    "": WORDS,
    "identity": WORDS,
    "gzip": gzip.compress(WORDS),
    "X-GZIP": gzip.compress(WORDS[:999]) + gzip.compress(WORDS[999:]) + b"\0" * 512,
    "deflate": zlib.compress(WORDS),
    " Deflate , identity": bare(WORDS),
    "zstd": zstd.compress(WORDS[:999]) + zstd.compress(WORDS[999:]),
    "zstd, gzip": gzip.compress(zstd.compress(WORDS)),
}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("framing", [page, chunked, until_closed])
def test_a_whole_payload_is_whole_however_it_is_framed_and_coded(coding, framing) -> None:
    capture = seen(framing(CODED[coding], f"Content-Encoding: {coding}"))
    assert capture.truncated == ""
    assert capture.body == WORDS
    assert capture.header("content-encoding") == coding.strip()


@pytest.mark.parametrize("coding", [name for name in CODED if "identity" not in name.lower() and name])
def test_a_payload_whose_coding_has_no_end_is_not_whole(coding) -> None:
    cut = CODED[coding].rstrip(b"\0")[:-9]
    capture = seen(page(cut, f"Content-Encoding: {coding}"))
    assert capture.truncated.endswith("coding has no end")
    assert WORDS.startswith(capture.body)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page(b"half", length=8, then="close"), "broken off after 4 of 8 bytes"),
        (page(b"half", length=8, then="reset"), "broken off after 4 of 8 bytes"),
        (page(b"half", length=8, then="hang"), "not complete after 0.3 s"),
        (chunked(b"half", last=False, then="close"), "broken off after 4 bytes, before the last chunk"),
        (chunked(b"half", last=False, then="hang"), "not complete after 0.3 s"),
        (until_closed(b"half", then="reset"), "broken off after 4 bytes: the connection was reset"),
        (until_closed(b"half", then="hang"), "not complete after 0.3 s"),
        (Answer(chunked(b"ha", last=False).data, "drip", b"2\r\nlf\r\n?\r\n"), "not complete after 0.3 s"),
        (page(b"half", "Content-Encoding: br"), "unknown content coding br"),
        (page(b"half", "Content-Encoding: gzip, gzip, gzip"), "3 content codings"),
    ],
)
def test_a_payload_that_is_not_whole_is_kept_and_says_why(answer: Answer, words: str) -> None:
    capture = seen(answer, total=0.3)
    assert (capture.status, capture.truncated, capture.body) == (200, words, b"half")


def test_a_payload_that_breaks_off_in_the_middle_of_its_coding_keeps_what_was_decoded() -> None:
    coded = gzip.compress(WORDS, 0)
    capture = seen(page(coded[:20_000], "Content-Encoding: gzip", length=len(coded), then="close"))
    assert capture.truncated == f"broken off after 20000 of {len(coded)} bytes"
    assert WORDS.startswith(capture.body)
    assert len(capture.body) > 10_000


def test_damage_in_a_coding_is_said() -> None:
    capture = seen(page(gzip.compress(WORDS)[:50] + b"\xff" * 90, "Content-Encoding: gzip"))
    assert capture.truncated.startswith("the gzip coding is damaged")


def test_a_large_payload_that_breaks_off_keeps_every_byte_that_arrived() -> None:
    body = bytes(range(256)) * 20_000
    capture = seen(page(body, length=len(body) + 1, then="close"))
    assert capture.truncated == f"broken off after {len(body)} of {len(body) + 1} bytes"
    assert capture.body == body


@pytest.mark.parametrize("head", [b"Content-Length: 999999999999", b"X-Ends: never"])
def test_an_endless_body_ends_at_the_limit(head: bytes) -> None:
    capture = seen(Answer(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n", "repeat", b"x" * 1000), body=100_000)
    assert capture.truncated == "more than 100000 bytes"
    assert capture.body == b"x" * 100_000


def test_an_endless_row_of_chunks_ends_at_the_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert seen(Answer(head, "repeat", b"2\r\nxx\r\n" * 100), body=5_000).body == b"x" * 5_000


def test_a_body_that_drips_does_not_hold_us_for_longer_than_the_limit() -> None:
    capture = seen(Answer(b"HTTP/1.1 200 OK\r\n\r\n", "drip", b"x"), total=0.2)
    assert capture.truncated == "not complete after 0.2 s"
    assert 1 < len(capture.body) < 100
    assert set(capture.body) == {ord("x")}


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(200_000_000), 9)),
        ("deflate", bare(bytes(200_000_000))),
        ("zstd", zstd.compress(bytes(200_000_000))),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(200_000_000), 9), 9)),
        ("gzip, gzip", gzip.compress(gzip.compress(b"") * 500_000, 9)),
    ],
    ids=["gzip", "deflate", "zstd", "nested", "members"],
)
def test_a_bomb_costs_no_memory(coding: str, bomb: bytes) -> None:
    tracemalloc.start()
    try:
        payload = Payload(coding, 1_000_000)
        for at in range(0, len(bomb), 65_536):
            if not payload.feed(bomb[at : at + 65_536]):
                break
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert payload.trouble
    assert len(payload.body) <= 1_000_000
    assert peak < 1_000_000 + 8 * PIECE


def test_a_zstd_window_larger_than_the_standard_allows_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.checksum_flag: 0}
    packer = zstd.ZstdCompressor(options=options)
    payload = Payload("zstd", 1_000_000)
    assert not payload.feed(packer.compress(b"x") + packer.flush())
    assert payload.trouble.startswith("the zstd coding is damaged")


@given(
    data=st.binary(max_size=2000),
    coding=st.sampled_from(["gzip", "deflate", "zstd", "gzip, zstd", ""]),
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    keep=st.floats(0, 1),
)
@settings(deadline=None)
def test_decoding_in_pieces_is_decoding_whole(data: bytes, coding: str, cuts: list[int], keep: float) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress, "": bytes}
    coded = data
    for name in coding.split(", "):
        coded = pack[name](coded)
    whole, part = Payload(coding, 5000), Payload(coding, 5000)
    arrived = coded[: int(len(coded) * keep)]
    at = 0
    while at < len(coded):
        step = cuts[at % len(cuts)]
        assert whole.feed(coded[at : at + step])
        part.feed(arrived[at : at + step])
        at += step
    assert (whole.ended(), whole.body) == ("", data)
    assert data.startswith(part.body)
    if coding and 0 < len(arrived) < len(coded):
        assert part.ended()


@given(coding=st.sampled_from(["gzip", "deflate", "zstd", "deflate, deflate"]), data=st.binary(max_size=200))
def test_no_bytes_upset_a_decoder(coding: str, data: bytes) -> None:
    payload = Payload(coding, 1000)
    payload.feed(data)
    assert isinstance(payload.ended(), str)
    assert len(payload.body) <= 1000
