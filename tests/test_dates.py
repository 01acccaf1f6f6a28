"""The many bad spellings of moments in feeds."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy import dates

SPELT = {
    "2024-02-08T13:36:09Z": [
        "Thu, 8 Feb 2024 13:36:09 GMT",
        "Thu,8 Feb 2024 13:36:09 +0000",
        "8 Feb 24 13:36:09 UT",
        "Thursday, 08-Feb-24 13:36:09 GMT",
        "Thu, 08 February 2024 13:36:09 Z",
        "Thu, 08 Feb 2024 13:36:09",
        "Thu, 08 Feb 2024 14:36:09 +01:00",
        "Thu, 08 Feb 2024 14:36:09 +0100 (CET)",
        "Thu, 08 Feb 2024 14:36:09 GMT+1",
        "Thu, 08 Feb 2024 14:36:09 CET",
        "Do, 08 Feb 2024 14:36:09 MEZ",
        "Thu, 08 Feb 2024 08:36:09 EST",
        "Thu, 08 Feb 2024 05:36:09 PST",
        "Thu, 08 Feb 2024 22:36:09 JST",
        "Thu, 08 Feb 2024 01:36:09 PM",
        "Thu, 08 Feb 2024 13:36:09 Atlantis/Harbour",
        "Feb 8, 2024 1:36:09 PM",
        "Thu Feb  8 13:36:09 2024",
        "Thu Feb 8 14:36:09 CET 2024",
        "2024-02-08 13:36:09",
        "2024/02/08 13:36:09",
        "Thu, 2024/02/08 08:36:09 EST",
        "20240208T133609Z",
        "2024-02-08T14:36:09+01",
        "2024-02-08T08:36:09 EST",
        "2024-2-8T13:36:09Z",
        "jeu., 08 févr. 2024 13:36:09 +0000",
        "Πεμ, 08 Φεβ 2024 13:36:09 GMT",
        "2024年2月8日 21:36:09",
    ],
    "2024-02-08T00:00:00Z": ["8 Feb 2024", "Thu, 08 Feb 2024", "February 8, 2024", "2024-02-08", "20240208",
                             "2024-039"],
    "2024-02-01T00:00:00Z": ["2024-02"],
    "2024-01-01T00:00:00Z": ["2024", "2023-12-31T24:00:00Z", "Sun, 31 Dec 2023 23:59:60 GMT"],
    "1999-12-31T12:00:00Z": ["31 Dec 99 12:00 GMT"],
    "2004-07-11T14:17:00Z": ["Κυρ, 11 Ιούλ 2004 09:17:00 EST", "2004-július-11T9:17-05:00"],
    "2004-05-25T14:23:17Z": ["2004년 05월 25일  23:23:17", "2004-05-25 오후 11:23:17"],
    "2024-03-01T12:00:00Z": ["1. März 2024 12:00", "1 Mar. 2024, 12:00", "1 mars 2024 12:00", "1 marzo 2024 12:00"],
}  # fmt: skip


@pytest.mark.parametrize(("spelt", "meant"), [(spelt, meant) for meant, all_ in SPELT.items() for spelt in all_])
def test_a_moment_is_known_in_its_bad_spellings(spelt, meant):
    assert dates.iso(dates.parse(spelt)) == meant


@pytest.mark.parametrize(
    "spelt",
    ["Thu, 32 Feb 2024 13:36:09 GMT", "8 Foo 2024", "Thu, 08 Feb 2024 25:00:00 GMT", "2024-00-01", "0000", "Feb",
     "2024-02-08T24:01:00Z", "13:36", "08/02/2024", "2023-366", "2013-xx-27", "13 PM 2024", "8 Feb 2024 13:00 PM",
     "9" * 60],
)  # fmt: skip
def test_what_is_impossible_or_ambiguous_is_no_moment(spelt):
    assert dates.parse(spelt) is None


@given(
    st.integers(-631_065_600, 2_524_500_000),  # seconds from 1970: the years 1950 to 2049
    st.integers(-14 * 60, 14 * 60),
)
def test_every_spelling_of_mail_and_iso_means_the_same_moment(seconds, minutes):
    zoned = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    for spelt in (format_datetime(zoned), zoned.isoformat(), zoned.strftime("%d %b %y %H:%M:%S %z")):
        assert dates.parse(spelt) == zoned
        assert dates.parse(spelt).tzinfo is UTC


@given(st.text(st.sampled_from("0123456789-/:.,+ TZapm年月日JanFeb"), max_size=40))
def test_what_resembles_a_moment_is_one_or_none(spelt):
    found = dates.parse(spelt)
    assert found is None or found.tzinfo is UTC
