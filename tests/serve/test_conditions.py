"""What headers come to, by RFC 9110, for whatever a stranger writes into them."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.serve import conditions
from wirecopy.serve.conditions import Unsatisfiable, byte_range, coding, http_date, languages, verdict

TAG = '"abc"'
THEN = 1_700_000_000


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0, *", ""),
        ("identity", ""),
        ("identity;q=0.9, gzip;q=0.5", ""),
        ("identity;q=0, gzip;q=0.5", "gzip"),
        ("gzip; q = 0.3", "gzip"),
        ("br, deflate", ""),
        (";;;,,q=1,gzip;q=7", "gzip"),
    ],
)
def test_a_coding_is_chosen_by_what_is_wanted_most(accepted, chosen):
    assert coding(accepted) == chosen


@given(st.text(max_size=60))
def test_no_header_is_too_strange(words):
    assert coding(words) in ("", "gzip", "zstd")
    languages(words)
    headers = dict.fromkeys(("If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range"), words)
    assert verdict(headers, TAG, THEN) in (200, 304, 412)
    with suppress(Unsatisfiable):
        byte_range(headers, 10, TAG, THEN)


@pytest.mark.parametrize(
    ("asked", "bounds"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 10)),
        ("bytes=3-", (3, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("Bytes = 3-4", (3, 5)),
        ("bytes=4-3", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=--1", None),
        ("bytes=a-b", None),
        ("", None),
    ],
)
def test_a_range_is_the_bytes_that_are_asked_for(asked, bounds):
    assert byte_range({"Range": asked}, 10, TAG, THEN) == bounds


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=999999999999999999-"])
def test_what_lies_behind_the_end_cannot_be_given(asked):
    with pytest.raises(Unsatisfiable):
        byte_range({"Range": asked}, 10, TAG, THEN)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20))
def test_a_range_never_leaves_the_file(first, last, size):
    try:
        bounds = byte_range({"Range": f"bytes={first}-{last}"}, size, TAG, THEN)
    except Unsatisfiable:
        assert first >= size
        return
    if bounds is None:
        assert last < first
    else:
        assert bounds == (first, min(last + 1, size))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [(TAG, True), ('"other"', False), (f"W/{TAG}", False), (http_date(THEN), True), (http_date(THEN - 1), False)],
)
def test_a_range_is_given_only_of_what_the_reader_has_the_rest_of(condition, holds):
    found = byte_range({"Range": "bytes=1-2", "If-Range": condition}, 10, TAG, THEN)
    assert found == ((1, 3) if holds else None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"If-None-Match": TAG}, 304),
        ({"If-None-Match": f'"x", W/{TAG}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"', "If-Modified-Since": http_date(THEN)}, 200),
        ({"If-Modified-Since": http_date(THEN)}, 304),
        ({"If-Modified-Since": http_date(THEN - 1)}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Match": TAG}, 200),
        ({"If-Match": f"W/{TAG}"}, 412),
        ({"If-Match": '"x"'}, 412),
        ({"If-Unmodified-Since": http_date(THEN - 1)}, 412),
        ({"If-Unmodified-Since": http_date(THEN)}, 200),
    ],
)
def test_conditions_are_weighed_in_the_order_of_the_rfc(headers, status):
    assert verdict(headers, TAG, THEN) == status


def test_languages_come_by_what_is_wanted_most():
    assert languages("de;q=0.5, zh-TW, en;q=0.8, fr;q=0") == ["zh-TW", "en", "de"]


def test_dates_are_those_of_http():
    assert http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert conditions.http_date(0) == datetime.fromtimestamp(0, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
