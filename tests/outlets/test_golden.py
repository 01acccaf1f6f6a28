"""A page in each shipped outlet's shape, and the article that is read from it: golden/<id>.html → golden/<id>.md.

The pages are written for these tests: the outlet's elements, names of classes and states, nobody's sentences. The first
line of a page is its address. What is expected was compared with what stands in the page, not with what was read.
`python tests/outlets/test_golden.py ID…` writes what is read now, for you to compare before you accept it.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wirecopy import dates
from wirecopy.collect.discover import lead_of
from wirecopy.collect.discover.leads import exclusion
from wirecopy.collect.read import read
from wirecopy.model import (
    Capture,
    Embed,
    Figure,
    Gallery,
    Heading,
    List,
    Media,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Table,
    plain,
)
from wirecopy.outlets import shipped, source_of
from wirecopy.publish import commonmark

GOLDEN = Path(__file__).parent / "golden"
IDS = sorted(each for each in shipped() if not each.startswith("dw-"))


def page_of(outlet: str) -> tuple[str, str]:
    html = (GOLDEN / f"{outlet}.html").read_text("utf-8")
    return html.partition("\n")[0].removeprefix("<!-- ").removesuffix(" -->"), html


def article_of(outlet: str):
    address, html = page_of(outlet)
    source = shipped()[outlet]
    lead = lead_of(source, address, "")
    capture = Capture(
        url=lead.url,
        final_url=lead.url,
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        asked=(("Accept", "*/*"),),
        body=html.encode(),
        at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    return source, lead, read(source, lead, capture)


@pytest.mark.parametrize("outlet", IDS)
def test_a_page_in_the_outlets_shape_reads_as_what_it_says(outlet):
    source, lead, article = article_of(outlet)
    assert shown(article) == (GOLDEN / f"{outlet}.md").read_text("utf-8")
    assert (article.source, article.key) == (source.id, lead.key)
    assert not article.weak


@pytest.mark.parametrize("outlet", IDS)
def test_the_address_is_the_outlets_and_is_collected(outlet):
    source, lead, _ = article_of(outlet)
    assert source_of(lead.url) == source
    assert exclusion(source, lead) == ""


def shown(article) -> str:
    moments = [dates.iso(moment) if moment else "-" for moment in (article.published, article.modified)]
    head = [f"# {article.title}", "", f"by: {'; '.join(article.authors)}", f"at: {moments[0]}, {moments[1]}", ""]
    if article.picture:
        head += [_picture(article.picture), ""]
    return "\n".join([*head, *(line for block in article.body for line in (*_lines(block), ""))])


def _lines(block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield (f"({block.role}) " if block.role else "") + _words(block.text)
        case Heading():
            yield "#" * block.level + " " + _words(block.text)
        case Figure():
            yield _picture(block.picture)
        case Quote():
            yield from (f"> {line}" for inner in block.body for line in _lines(inner))
            if block.credit:
                yield f"> — {_words(block.credit)}"
        case List():
            for item in block.items:
                yield "- " + " / ".join(line for inner in item for line in _lines(inner))
        case Table():
            yield from (" | ".join(_words(cell.text) for cell in row) for row in block.rows)
        case Embed():
            yield f"[{block.kind}]({block.url}) {_words(block.text)}".rstrip()
        case Media():
            yield f"[{block.kind}] {block.title or plain(block.text)}"
        case Gallery():
            yield from (_picture(entry.picture) + " " + entry.title for entry in block.entries)
        case Rule():
            yield "---"
        case _:
            yield repr(block)


def _words(words) -> str:
    return commonmark.words(words, lambda link: link.href)


def _picture(picture: Picture) -> str:
    credit = f" ({picture.credit})" if picture.credit else ""
    return f"![{_words(picture.caption)}]({picture.url}){credit}"


if __name__ == "__main__":
    for each in sys.argv[1:]:
        (GOLDEN / f"{each}.md").write_text(shown(article_of(each)[2]), "utf-8")
