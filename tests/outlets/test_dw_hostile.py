"""Strangers' JSON: wherever it is changed, reading it gives an article or says why not, and nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlets import dw_shapes as shapes
from outlets.dw_shapes import capture, read
from wirecopy.collect.read import jsonld, stranger
from wirecopy.collect.read.blocks import parse
from wirecopy.errors import SourceError
from wirecopy.model import Article, decode, encode, links, pictures

Path = tuple[str | int, ...]

ABSURD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "\ud800", "\x00", "javascript:alert(1)", "http://[", "https://\ud800/", "//", "2024-13-45T99:99:99Z",
         "9999999999999999999999", "<script>x</script>", "<p>" * 300, "${formatId}", "²", "-1", "0x10"]
    ),
    st.just([]),
    st.just({}),
    st.just([None, 7, "x", [], {}]),
    st.just({"__ref": "Article:90000001"}),
    st.just({"__ref": 7}),
    st.just({"id": {}, "target": [], "url": 7, "text": {"a": 1}}),
)  # fmt: skip


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in items:
        yield from paths(each, (*here, step))


def changed(value: object, path: Path, new: object) -> object:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, dict):
        return {name: changed(each, tuple(rest), new) if name == step else each for name, each in value.items()}
    assert isinstance(value, list)
    return [changed(each, tuple(rest), new) if place == step else each for place, each in enumerate(value)]


LIVE = shapes.content(
    __typename="Liveblog", posts=[{"id": 1, "title": "a", "contentDate": "2024-05-02T12:00:00Z", "text": "<p>b</p>"}]
)
TREES: dict[str, dict[str, object]] = {
    "content": {"data": {"content": shapes.content()}},
    "live": {"data": {"content": LIVE}},
    "gallery": {**shapes.content(text=""), **shapes.GALLERY, "id": 90000001},
    "video": shapes.content(__typename="Video", hlsVideoSrc=shapes.HLS),
    "detail": shapes.detail(),
}
CACHE = shapes.cache(shapes.content())


def check(body: bytes) -> None:
    """An article that can be stored, shows nothing active and leads nowhere strange; or a reason in words."""
    try:
        article = read(body)
    except SourceError:
        return
    assert decode(encode(article), Article) == article
    assert article.title
    addresses = [article.url, article.short_url, *(link.href for link in links(article))]
    addresses += [picture.url for picture in pictures(article)] + [reference.url for reference in article.related]
    assert all(address.startswith(("http://", "https://")) for address in addresses if address)
    assert not any("api.dw.com/" in link.href for link in links(article))


@pytest.mark.parametrize("name", TREES)
@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_document_changed_anywhere_is_an_article_or_refused(name: str, data: st.DataObject) -> None:
    tree: object = TREES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        tree = changed(tree, data.draw(st.sampled_from(list(paths(tree)))), data.draw(ABSURD))
    check(json.dumps(tree).encode())


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_state_changed_anywhere_is_an_article_or_refused(data: st.DataObject) -> None:
    state = changed(CACHE, data.draw(st.sampled_from(list(paths(CACHE)))), data.draw(ABSURD))
    check(shapes.page_with(f"window.__APOLLO_STATE__={json.dumps(state)};"))


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_page_cut_and_patched_anywhere_is_an_article_or_refused(data: st.DataObject) -> None:
    page = data.draw(st.sampled_from([shapes.shown_page(), shapes.apollo(), shapes.answer()]))
    at = data.draw(st.integers(0, len(page)))
    until = data.draw(st.integers(at, min(len(page), at + 400)))
    check(
        page[:at]
        + data.draw(st.binary(max_size=6) | st.sampled_from([b"<", b'"', b"}", b"<p>", b"null"]))
        + page[until:]
    )


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_any_bytes_are_refused_in_words(body: bytes) -> None:
    check(body)
    check(b"{" + body)
    check(b"<" + body)


MANY_GALLERIES = [{"targetType": "IMAGE_GALLERY", "targetId": n, "target": shapes.GALLERY} for n in range(500)]


@pytest.mark.parametrize(
    "field",
    [
        {"text": "<div class='vjs-wrapper'>" * 2000 + "<video>"},
        {"text": "<figure class='placeholder-image'><figcaption>" * 2000 + "<img data-url='/image/1_2.jpg'>"},
        {"text": "<span class='placeholder' data-id=1 data-type=ARTICLE>x" * 2000},
        {"text": "<p>" + "<a href='/zh/x/a-1'>x</a>" * 5000},
        {"videos": [shapes.VIDEO] * 5000},
        {"contentLinks": MANY_GALLERIES},
        {"persons": [{"fullName": "x"}] * 20_000},
        {"legacyAuthor": "null " * 50_000, "persons": []},
        {"posts": [{"text": "<p>x</p>"}] * 3000, "__typename": "Liveblog"},
        {"title": "x" * 1_000_000},
        {"mainContentImageLink": {"target": {"staticUrl": "https://static.dw.com/image/" + "1" * 100_000}}},
        {"namedUrl": "/" * 100_000 + "a-90000001"},
        {"formattedDuration": "1:" * 50_000, "__typename": "Video"},
    ],
)
def test_absurdly_large_answers_are_read(field: dict[str, object]) -> None:
    check(shapes.answer(**field))


# --- the access layer ----------------------------------------------------------------------------------------------


def test_a_strangers_json_answers_every_question_with_something_usable() -> None:
    value = stranger.parse(
        '{"a": [1, "x", null, {"b": true}], "n": "12", "f": 1e400, "t": "\\ud800\\u0000y", "big": 1e30}'
    )
    assert value.text("a", 1) == "x"
    assert value.text("a", 0) == "1"
    assert value.text("a", 3, "b") == ""
    assert value.truth("a", 3, "b")
    assert value.text("a", 9) == value.text("nothing", "at", 3, "all") == value.text("a", "x") == ""
    assert value.number("n") == 12
    assert value.number("f") == value.number("big") == value.number("a") == 0
    assert value.text("t") == "y"
    assert [each.text() for each in value.at("a")] == ["1", "x", "", ""]
    assert list(value.at("n")) == []
    assert value.moment("n") is None
    assert value.at("a").fields == ()


def test_references_are_followed_and_circles_do_no_harm() -> None:
    refs = {
        "A:1": {"name": "one", "next": {"__ref": "A:2"}},
        "A:2": {"__ref": "A:2"},
        "A:3": {"back": {"__ref": "A:1"}},
    }
    value = stranger.Json({"to": {"__ref": "A:3"}, "all": [{"__ref": "A:1"}], "lost": {"__ref": "A:9"}}, refs)
    assert value.text("to", "back", "name") == "one"
    assert [each.text("name") for each in value.at("all")] == ["one"]
    assert not value.at("to", "back", "next").is_object
    assert not value.at("lost").is_object


def test_a_field_asked_with_arguments_answers_to_its_name() -> None:
    value = stranger.Json({'persons({"amount":1})': ["a"], "personsOther": ["b"]})
    assert [each.text() for each in value.at("persons")] == ["a"]


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        ('{"a": undefined, "b": "undefined, undefined"}', {"a": None, "b": "undefined, undefined"}),
        ('  {"a": "raw\nline"} and more', {"a": "raw\nline"}),
        ("[NaN]", None),
    ],
)
def test_json_as_pages_embed_it_is_read(spelt: str, expected: object) -> None:
    found = stranger.parse(spelt).value
    assert found == expected if expected is not None else isinstance(found, list)


@pytest.mark.parametrize("spelt", ["", "{", '{"a":', "x", "[" * 100_000, "\ufeff"])
def test_what_is_no_json_is_refused(spelt: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        stranger.parse(spelt)


def test_json_ld_is_found_in_lists_and_graphs_and_bad_scripts_are_passed_over() -> None:
    article = {"@type": ["Thing", "LiveBlogPosting"], "headline": "A\nB", "editor": {"name": "Four"}}
    authors = ["One", {"name": "Two"}, {"name": 3}, None]
    listed = [{"@type": "BreadcrumbList"}, 7, {"@graph": [{**article, "author": authors}]}]
    page = f"""<script type="application/ld+json">{{broken</script><script>{{"@type": "NewsArticle"}}</script>
    <script type="application/ld+json">{json.dumps(listed)}</script>"""
    found = jsonld.article(parse(page))
    assert found.line("headline") == "A B"
    assert jsonld.names(found, "author") == ("One", "Two", "3")
    assert jsonld.names(found, "editor") == ("Four",)
    assert jsonld.names(found, "nobody") == ()
    assert not jsonld.article(parse("<p>x</p>")).is_object


def test_the_capture_is_never_changed() -> None:
    given = capture(shapes.apollo())
    assert read(given.body) == read(given.body)
