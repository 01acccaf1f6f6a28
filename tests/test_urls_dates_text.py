"""Addresses, moments and words in their many spellings."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies as some
from wirecopy import dates, text, urls


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://www.dw.com/zh/习近平 “反对”/a-1", "https://www.dw.com/zh/%E4%B9%A0%E8%BF%91%E5%B9%B3%20%E2%80%9C%E5%8F%8D%E5%AF%B9%E2%80%9D/a-1"),
        ("https://ex.com\\@evil.com/", "https://ex.com/@evil.com/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("HTTPS://Example.ORG:443/a/../b", "https://example.org/b"),
        ("https://www.dw.com/zh/90%%E5/a-1", "https://www.dw.com/zh/90%%E5/a-1"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ],
)  # fmt: skip
def test_an_address_is_parsed_as_a_browser_parses_it(written, meant):
    assert urls.parse(written) == meant


@pytest.mark.parametrize(
    "written", ["", "javascript:alert(1)", "file:///etc/passwd", "//x", "data:text/html,x", "http://", "ftp://a/"]
)
def test_what_is_no_web_address_is_refused(written):
    with pytest.raises(ValueError, match="address"):
        urls.parse(written)
    assert urls.resolve(written) == ""


@pytest.mark.parametrize(
    "name", ["con", "aux.example.org", "nul", "lpt1.news", "example.org.", ".x", "A", "a/b", "a" * 65, ""]
)
def test_no_source_is_called_what_cannot_name_a_file_everywhere(name):
    assert not urls.is_id(name)
    assert not urls.is_name(name)


@pytest.mark.parametrize("name", ["dw-zh", "example.org", "console.example", "auxerre", "com10", "a..b", "a" * 64])
def test_a_source_is_called_by_a_word_or_a_host(name):
    assert urls.is_id(name)


def test_an_empty_address_leads_nowhere_not_to_the_page_it_stands_on():
    assert urls.resolve(" ", "https://www.dw.com/zh/y/a-2") == ""


def test_relative_addresses_are_resolved():
    assert urls.resolve("/de/x/a-1", "https://www.dw.com/zh/y/a-2") == "https://www.dw.com/de/x/a-1"


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://e.org/a?utm_source=x&id=7&fbclid=3#top", "https://e.org/a?id=7"),
        ("https://e.org/a?utm_source=x", "https://e.org/a"),
        ("https://e.org/a?b=%2F&a=+&maca=z", "https://e.org/a?b=%2F&a=+"),
        ("https://e.org/a?", "https://e.org/a"),
    ],
)
def test_tracking_is_taken_off_and_nothing_else_is_touched(address, bare):
    assert urls.canonical(address, ("maca",)) == bare
    assert urls.canonical(bare, ("maca",)) == bare


@pytest.mark.parametrize(
    ("spelt", "meant"),
    [
        ("2024-02-08T13:36:09.741Z", datetime(2024, 2, 8, 13, 36, 9, 741000, UTC)),
        ("2024-02-08T14:36:09+01:00", datetime(2024, 2, 8, 13, 36, 9, tzinfo=UTC)),
        ("2024-02-08 14:36:09 +0100", datetime(2024, 2, 8, 13, 36, 9, tzinfo=UTC)),
        ("2024-02-08", datetime(2024, 2, 8, tzinfo=UTC)),
        ("2024-02-08T13:36:09.123456789Z", datetime(2024, 2, 8, 13, 36, 9, 123456, UTC)),
        ("Thu, 08 Feb 2024 13:36:09 GMT", datetime(2024, 2, 8, 13, 36, 9, tzinfo=UTC)),
        ("Thu, 08 Feb 2024 14:36:09 +0100", datetime(2024, 2, 8, 13, 36, 9, tzinfo=UTC)),
        ("2024-02-30", None),
        ("2024-13-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        ("Thu, 99 Feb 2024 13:36:09 GMT", None),
        ("Mon, 01 Jan 0000 00:00:00 +9999", None),
    ],
)
def test_a_moment_in_its_spellings(spelt, meant):
    assert dates.parse(spelt) == meant


@given(st.text(max_size=40))
def test_no_spelling_of_a_moment_crashes(spelt):
    found = dates.parse(spelt)
    assert found is None or found.tzinfo is UTC


@given(some.moments.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)))
def test_moments_survive_their_spellings(moment):
    assert dates.parse(dates.iso_ms(moment)) == moment
    assert dates.from_epoch_ms(dates.epoch_ms(moment)) == moment


def test_the_seed_s_moments():
    assert dates.iso_ms(datetime(2024, 2, 8, 13, 36, 9, 741000, UTC)) == "2024-02-08T13:36:09.741Z"
    assert dates.epoch_ms(datetime(2024, 2, 8, 13, 47, 2, tzinfo=UTC)) == 1707400022000


def test_a_year_has_four_digits_on_every_machine():
    """0001-01-01 is what programs in Go and C# say of a moment that they do not know; strftime leaves its zeros out."""
    zero = dates.parse("0001-01-01T00:00:00Z")
    assert (dates.iso(zero), dates.iso_ms(zero)) == ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z")


def test_terminals_get_no_escapes():
    assert "\x1b" not in text.printable("\x1b[2Jhello\x07\x9b")
    assert text.printable("两行\n一行") == "两行 一行"


@pytest.mark.parametrize(("words", "columns"), [("abc", 3), ("中国", 4), ("ｆ", 2), ("é", 1), ("e\u0301", 1)])
def test_wide_characters_take_two_columns(words, columns):
    assert text.width(words) == columns


@pytest.mark.parametrize("language", ["ar", "fa-AF", "ckb", "prs", "iw", "ku-Arab-IQ", "az_Arab", "UR-Aran"])
def test_direction_is_the_language_s(language):
    assert text.is_rtl(language)


@pytest.mark.parametrize("language", ["", "zh-Hant", "ku", "ar-Latn", "ks-Deva", "tr"])
def test_a_script_that_is_named_goes_before_that_of_the_language(language):
    assert not text.is_rtl(language)


@pytest.mark.parametrize(
    ("said", "taken"),
    [("zh", "zh"), ("zh_Hans_CN", "zh-Hans-CN"), ("zh-cmn-Hans", "zh-cmn-Hans"), ("es-419", "es-419"),
     ("de-1996", "de-1996"), ("en-x-a", "en-x-a"), ("en-a", ""), ("x", ""),
     ("english language", ""), ("e\n", ""), ('en" x="', ""), ("", "")],
)  # fmt: skip
def test_a_language_is_a_language_tag_or_none(said, taken):
    assert text.language_tag(said) == taken
