"""What a page's own program would show: its text, and what stands beside it in the page's data."""

import json

import pytest

from wirecopy.collect.read import page
from wirecopy.model import document_text

URL = "https://courier.example/valley/ferry-1"
LINES = (
    "Old Mr Quillby has never lost a passenger, though he has lost two umbrellas and a wedding hat.",
    "He took over the boat at 29, when the ferry was only for farmers, and then the bridge went.",
    "On Sunday evening he will make the last crossing, tie up the boat, and walk home over the bridge.",
    "The rope with which he counts, a knot for every thousand, is in the archive of the town by now.",
    "Nobody knows what becomes of the boat; the museum has no river, and the river has no museum. " * 7
    + "He does not mind.",
)
HTML = "".join(f"<p>{line}</p>" for line in LINES)


def shell(state, *, title="The last ferryman", assigned=""):
    script = f"<script>{assigned}{json.dumps(state)}</script>"
    return f"<html lang=en><head><title>{title}</title></head><body><div id=root></div>{script}</body></html>"


NEXT = {
    "props": {
        "pageProps": {
            "story": {
                "title": "The last ferryman",
                "publishedAt": "2026-11-20T08:00:00Z",
                "updatedAt": "2026-11-21T08:00:00Z",
                "authors": [{"name": "Imke Harrow"}, {"name": "Joss Pell"}],
                "image": {"url": "/i/ferry.jpg"},
                "content": HTML,
            },
            "more": [{"title": "Another story", "teaser": "x" * 600}],
        }
    }
}
ARC = {
    "headlines": {"basic": "The last ferryman"},
    "display_date": "2026-11-20T08:00:00Z",
    "last_updated_date": "2026-11-21T08:00:00Z",
    "credits": {"by": [{"name": "Imke Harrow", "url": "/by/harrow"}, {"name": "Joss Pell"}]},
    "promo_items": {"basic": {"url": "https://courier.example/i/ferry.jpg"}},
    "content_elements": [{"type": "text", "content": line} for line in LINES],
}
NESTED = {
    "state": {
        "data": {
            "title": "The last ferryman",
            "datePublished": "1795161600000",
            "dateModified": "2026-11-21T08:00:00Z",
            "author": ["Imke Harrow", "Joss Pell"],
            "cover": "i/../../i/ferry.jpg",
            "article": {"body": HTML},
        }
    }
}


@pytest.mark.parametrize(
    ("state", "assigned"),
    [
        (NEXT, ""),
        (ARC, "window.Fusion=window.Fusion||{};Fusion.globalContent="),
        (NESTED, "window.__INITIAL_STATE__ = "),
    ],
    ids=["next", "arc", "nested"],
)
def test_an_article_in_a_pages_state_is_read_with_what_stands_beside_it(state, assigned):
    found = page.read_html(shell(state, assigned=assigned), URL)
    assert document_text(found.blocks) == "\n".join(LINES)
    assert found.facts.authors == ("Imke Harrow", "Joss Pell")
    assert found.facts.published.isoformat() == "2026-11-20T08:00:00+00:00"
    assert found.facts.modified.isoformat() == "2026-11-21T08:00:00+00:00"
    assert found.picture.url == "https://courier.example/i/ferry.jpg"
    assert found.facts.where["authors"] == "state"
    assert not found.weak


def test_a_text_under_another_title_is_a_reading_of_last_resort():
    assert page.read_html(shell(NEXT, title="Yesterday's weather"), URL).weak


def test_what_the_page_shows_goes_before_its_state():
    said = (
        '<meta name="author" content="Ada Lund"><meta property="article:published_time" content="2026-11-19T08:00:00Z">'
    )
    found = page.read_html(shell(NEXT).replace("<head>", f"<head>{said}"), URL)
    assert found.facts.authors == ("Ada Lund",)
    assert found.facts.published.isoformat() == "2026-11-19T08:00:00+00:00"


@pytest.mark.parametrize(
    "odd", [None, 7, [], {}, [[[[[[[["x"]]]]]]]], {"name": {"name": {"name": 1}}}, "y" * 9_999, "\ud800"]
)
def test_fields_of_the_wrong_kind_are_as_good_as_none(odd):
    story = {"content": HTML, "title": odd, "authors": odd, "publishedAt": odd, "image": odd}
    found = page.read_html(shell({"a": {"story": story}}), URL)
    assert document_text(found.blocks) == "\n".join(LINES)
    assert len(found.facts.authors) <= 1
