"""Lines that close an article are known in capitals too, and a page's ids are there for the rules that ask for them."""

from __future__ import annotations

import pytest

from wirecopy.collect.read.page import closing, read_html
from wirecopy.model import PageRules

URL = "https://harbour.example/2024/02/08/ferry-returns"
PAGE = """<html><head><title>Harbour Post</title></head><body>
<p id="headline">The ferry runs again</p>
<article><p>The ferry between the two harbours runs again, four months after a storm damaged the pier.</p>
<p>Two boats will cross every hour, and the fare stays what it was, according to the operator.</p></article>
</body></html>"""


@pytest.mark.parametrize("line", ["Related articles", "Leggi anche", "Смотрите также", "Ilgili haber", "Läs också"])
def test_a_heading_for_more_is_one_in_any_case(line: str) -> None:
    assert closing.is_heading_for_more(line)
    assert closing.is_heading_for_more(line.upper())
    assert closing.is_heading_for_more(line.lower())
    assert not closing.is_heading_for_more(f"The ferry, {line}")


@pytest.mark.parametrize("line", ["ayrıca oku:", "ayrica oku:", "AYRICA OKU:", "LEES OOK:", "Λιβάνι: όχι"])
def test_letters_without_their_marks_are_taken_for_one(line: str) -> None:
    assert closing.is_notice(line) == (not line.startswith("Λ"))


def test_a_rule_may_ask_for_an_id() -> None:
    page = read_html(PAGE, URL, given=PageRules(title=("(id('headline'))",)))
    assert page.facts.title == "The ferry runs again"
    assert page.lost["rule title found nothing"] == 0
