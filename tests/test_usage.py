"""What publishers wish to be done with what they publish: read where they say it, kept, obeyed by policy."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy import usage
from wirecopy.model import Capture

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def capture(body: str | bytes = "", *headers: tuple[str, str], status: int = 200) -> Capture:
    kind = () if any(name.lower() == "content-type" for name, _ in headers) else (("Content-Type", "text/html"),)
    body = body.encode() if isinstance(body, str) else body
    return Capture(url="https://a.example/1", status=status, headers=(*kind, *headers), body=body, at=NOON)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([("X-Robots-Tag", "noarchive, nosnippet")], ("x-robots-tag: noarchive, nosnippet",)),
        ([("X-Robots-Tag", "otherbot: noarchive")], ()),
        ([("X-Robots-Tag", "wirecopy: noarchive")], ("x-robots-tag: wirecopy: noarchive",)),
        ([("X-Robots-Tag", "otherbot: nofollow, wirecopy: noarchive")],
         ("x-robots-tag: otherbot: nofollow, wirecopy: noarchive",)),
        ([("X-Robots-Tag", "unavailable_after: 25 Jun 2027 15:00:00 PST")],
         ("x-robots-tag: unavailable_after: 25 Jun 2027 15:00:00 PST",)),
        ([("tdm-reservation", "1"), ("tdm-policy", "https://a.example/p.json")],
         ("tdm-reservation: 1", "tdm-policy: https://a.example/p.json")),
        ([("Content-Usage", "train-ai=n")], ("content-usage: train-ai=n",)),
        ([("X-Robots-Tag", "a\x1b[31m\nb\x00c")], ("x-robots-tag: a [31m b c",)),
    ],
)  # fmt: skip
def test_the_head_of_an_answer_says_it(headers, said) -> None:
    assert usage.signals(capture("", *headers)) == said


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('<meta name="robots" content="noarchive">', ("meta robots: noarchive",)),
        ("<META CONTENT='index, NOARCHIVE' NAME=Robots />", ("meta robots: index, NOARCHIVE",)),
        ('<meta name="tdm-reservation" content="1"/>', ("meta tdm-reservation: 1",)),
        ('<meta name="googlebot" content="noarchive">', ()),
        ('<meta name="robots" content="no&#97;rchive">', ("meta robots: noarchive",)),
        ('</head><body><meta name="robots" content="noarchive">', ()),
    ],
)
def test_the_head_of_a_page_says_it(page, said) -> None:
    assert usage.signals(capture(f"<html><head>{page}")) == said


def test_what_is_no_page_has_no_meta() -> None:
    assert (
        usage.signals(capture('<meta name="robots" content="noarchive">', ("Content-Type", "application/json"))) == ()
    )


@pytest.mark.parametrize("kind", ["", "text/plain", "application/octet-stream; charset=x", "Text/HTML"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_page_is_heard_whatever_its_server_calls_it_and_in_utf_16(kind, charset) -> None:
    page = '<html lang="zh"><head><title>渡轮</title><meta name="robots" content="noarchive"></head><body>'
    headers = [("Content-Type", kind)] if kind else []
    answer = Capture(url="https://a.example/1", status=200, headers=headers, body=page.encode(charset), at=NOON)
    assert usage.signals(answer) == ("meta robots: noarchive",)


def test_signals_are_few_and_short() -> None:
    many = [("X-Robots-Tag", f"{number} " + "x" * 5000) for number in range(300)]
    found = usage.signals(capture("", *many))
    assert len(found) == usage.MOST
    assert all(len(each) <= usage.LONGEST for each in found)


ROBOTS = """User-agent: other
Content-Usage: train-ai=n

User-agent: *
Content-Usage: /news/ train-ai=n
Content-Usage: search=y
Disallow: /private
"""


def test_robots_txt_says_it_for_everybody_or_for_us_and_for_an_address() -> None:
    robots = capture(ROBOTS)
    everywhere = ("robots.txt content-usage: search=y",)
    assert usage.in_robots(robots, "https://a.example/sport/1") == everywhere
    assert usage.in_robots(robots, "https://a.example/news/1") == ("robots.txt content-usage: train-ai=n", *everywhere)
    ours = capture("User-agent: wirecopy\nUser-agent: x\nContent-Usage: train-ai=n\n")
    assert usage.in_robots(ours, "https://a.example/") == ("robots.txt content-usage: train-ai=n",)


TDMREP = """[{"location": "/free/*", "tdm-reservation": 0},
  {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://a.example/policy"}]"""


def test_a_tdmrep_file_says_it_by_its_first_rule_that_fits() -> None:
    said = usage.in_tdmrep(capture(TDMREP), "https://a.example/news/1")
    assert said == ("tdmrep.json tdm-reservation: 1", "tdmrep.json tdm-policy: https://a.example/policy")
    assert usage.in_tdmrep(capture(TDMREP), "https://a.example/free/1") == ("tdmrep.json tdm-reservation: 0",)
    assert usage.in_tdmrep(capture(TDMREP, status=404), "https://a.example/news/1") == ()
    for broken in ("", "{", "[1, null, {}]", '[{"location": 7}]', "[" * 100_000, b"\xff\xfe"):
        assert usage.in_tdmrep(capture(broken), "https://a.example/") == ()


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/news/*.html", "/news/2026/a.html?x", True),
        ("/news/*.html$", "/news/2026/a.html", True),
        ("/news/*.html$", "/news/2026/a.html?x", False),
        ("*.pdf", "/a.pdf", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/a*b*a$", "/aba", True),
        ("/a*b*ba$", "/aba", False),
        ("/*a*a*$", "/" + "a" * 5_000, True),
        ("/*a*b", "/" + "a" * 5_000, False),
    ],
)
def test_a_path_fits_a_pattern_as_in_robots_txt(pattern, path, fits) -> None:
    rules = capture(f'[{{"location": "{pattern}", "tdm-reservation": 1}}]')
    assert bool(usage.in_tdmrep(rules, f"https://a.example{path}")) is fits
    robots = capture(f"User-agent: *\nContent-Usage: {pattern} train-ai=n\n")
    assert bool(usage.in_robots(robots, f"https://a.example{path}")) is fits


@pytest.mark.parametrize(
    ("said", "wish", "is_forbidden"),
    [
        (["x-robots-tag: noarchive"], "noarchive", True),
        (["x-robots-tag: none"], "noarchive", True),
        (["meta robots: index, NoArchive"], "noarchive", True),
        (["meta robots: noarchives"], "noarchive", False),
        (["x-robots-tag: noindex"], "noarchive", False),
        (["tdm-reservation: 1"], "tdm", True),
        (["tdm-reservation: 0", "tdmrep.json tdm-reservation: 1"], "tdm", False),
        (["tdmrep.json tdm-reservation: 1"], "tdm", True),
        (["meta tdm-reservation: 1"], "tdm", True),
        (["content-usage: train-ai=n"], "tdm", False),
        (["content-usage: train-ai=n"], "ai", True),
        (["robots.txt content-usage: train-ai=n, search=y"], "ai", True),
        (["content-usage: train-ai=y"], "ai", False),
        (["meta robots: noai"], "ai", True),
        (["tdm-reservation: 1"], "ai", False),
        (["x-robots-tag: wirecopy: noarchive"], "noarchive", True),
        (["x-robots-tag: WireCopy: nofollow, noarchive"], "noarchive", True),
        (["x-robots-tag: wirecopy: nofollow, otherbot: noarchive"], "noarchive", False),
        (["x-robots-tag: max-snippet: 5, noarchive"], "noarchive", True),
        (["content-usage: bots=n"], "ai", True),
        (["content-usage: bots=n, train-ai=y"], "ai", False),
    ],
)
def test_what_a_wish_forbids(said, wish, is_forbidden) -> None:
    assert bool(usage.forbidden(said, wish)) is is_forbidden


@given(st.binary(max_size=2000), st.text(max_size=300))
def test_nothing_that_is_said_breaks_the_reading_of_it(body, header) -> None:
    seen = capture(b"<head><meta name=robots content=" + body, ("X-Robots-Tag", header))
    for each in (*usage.signals(seen), *usage.in_robots(seen, "https://a.example/1"), *usage.in_tdmrep(seen, "x")):
        assert each.isprintable()
        assert len(each) <= usage.LONGEST
