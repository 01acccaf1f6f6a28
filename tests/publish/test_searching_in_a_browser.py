"""Search in the published site, in a real Chromium: from a disk as from a host, with no more than the page allows."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publish.edition import MemoryEdition, document
from wirecopy.model import Paragraph, text
from wirecopy.publish import searching
from wirecopy.publish.manifest import ROOT
from wirecopy.publish.output import Output

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
_POLICY = "default-src 'none'; script-src 'self' file:; style-src 'self'; img-src 'self'"
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    program = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if program is None or sync_playwright is None:
        if os.environ.get("CI"):
            pytest.fail("chromium or playwright is not here, and CI is set")
        pytest.skip("chromium or playwright is not here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public")
    edition = MemoryEdition(*map(_article, range(40)))
    with Output(folder, lambda path: searching.listed_in(path) or ROOT) as output:
        output.renew()
        searching.everything(edition, output)
        made = searching.page(searching.STRINGS.__getitem__, [("dw-zh", "德国之声"), ("dw-ar", "DW عربية")])
        page = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"/><title>Search</title>'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/></head><body>{made}</body></html>'
        )
        output.write("search.html", page.encode())
        output.finish(b"{}")
    return folder


def _article(number: int) -> object:
    words = ["习近平访问台湾，两岸关系。", "climate change in the news", "ذهب الرئيس إلى تايوان", "新闻 5G 网络"][
        number % 4
    ]
    return document(
        "dw-ar" if number % 4 == 2 else "dw-zh",
        f"{number}",
        at=NOW - timedelta(days=number * 9),
        title=f"T{number}",
        body=(Paragraph(text=text(words)),),
    )


@pytest.fixture(scope="module", params=["disk", "host"])
def address(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    if request.param == "disk":
        yield f"{site.as_uri()}/search.html"
        return
    handler = functools.partial(_Handler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/search.html"
        server.shutdown()


class _Handler(http.server.SimpleHTTPRequestHandler):
    """A host that says of every script that it is UTF-8, as many do."""

    def guess_type(self, path: object) -> str:
        kind = super().guess_type(path)  # type: ignore[arg-type]
        return "text/javascript; charset=utf-8" if str(path).endswith(".js") else kind

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":  # which a browser asks for by itself
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page(chromium: object, address: str) -> Iterator[object]:
    opened = chromium.new_page()  # type: ignore[attr-defined]
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: said.append(request.url) if request.url[:15] != address[:15] else None)
    opened.goto(address)
    yield opened
    opened.close()
    assert said == []


def shown(page: object) -> list[str]:
    """The titles of the hits, when all of this step are there."""
    status = page.locator("#search-status")  # type: ignore[attr-defined]
    while status.inner_text() in ("", searching.STRINGS["looking"]) or page.locator("#search[aria-busy]").count():  # type: ignore[attr-defined]
        page.wait_for_timeout(5)  # type: ignore[attr-defined]  # a turn of the browser
    return page.locator("#search-results h3").all_inner_texts()  # type: ignore[attr-defined]


def ask(page: object, words: str) -> list[str]:
    page.evaluate("() => { document.querySelector('#search-status').textContent = '' }")  # type: ignore[attr-defined]
    page.get_by_label("Search for").fill(words)  # type: ignore[attr-defined]
    page.keyboard.press("Enter")  # type: ignore[attr-defined]
    return shown(page)


@pytest.mark.parametrize(
    ("words", "first", "marked"),
    [
        ("习", "T0", "习"),
        ("台湾", "T0", "台湾"),
        ("兩岸關係", "T0", "两岸关系"),
        ('"climate change"', "T1", "climate change"),
        ("الرئيس", "T2", "الرئيس"),
        ("５g网络", "T3", "5G 网络"),
    ],
)
def test_what_is_asked_is_found_and_marked(page: object, words: str, first: str, marked: str) -> None:
    assert len(titles := ask(page, words)) == 10
    assert titles[0] == first
    assert page.locator("#search-results mark").first.inner_text() == marked  # type: ignore[attr-defined]


def test_nothing_is_asked_and_a_place_in_the_page_changes_nothing(page: object) -> None:
    assert ask(page, "") == []
    assert page.locator("#search-status").inner_text() == searching.STRINGS["nothing"]  # type: ignore[attr-defined]
    assert len(ask(page, "习")) == 10
    page.evaluate("() => { location.hash = '#main' }")  # type: ignore[attr-defined]
    page.wait_for_timeout(50)  # type: ignore[attr-defined]
    assert len(shown(page)) == 10
    page.go_back()  # type: ignore[attr-defined]
    page.wait_for_timeout(50)  # type: ignore[attr-defined]
    assert len(shown(page)) == 10


def test_a_source_and_days_narrow_and_the_address_keeps_them(page: object, address: str) -> None:
    page.get_by_label("Source").select_option("dw-ar")  # type: ignore[attr-defined]
    page.get_by_label("From").fill("2026-10-01")  # type: ignore[attr-defined]
    assert ask(page, "تايوان") == ["T2"]
    assert "source=dw-ar&since=2026-10-01" in page.url  # type: ignore[attr-defined]
    assert ask(page, "nothing") == []
    page.go_back()  # type: ignore[attr-defined]
    page.wait_for_timeout(50)  # type: ignore[attr-defined]
    assert shown(page) == ["T2"]
    assert page.get_by_label("Search for").input_value() == "تايوان"  # type: ignore[attr-defined]
    page.goto(f"{address}#q=climate&until=2026-01-31")  # type: ignore[attr-defined]
    page.reload()  # type: ignore[attr-defined]
    assert shown(page) == ["T33", "T37"]


def test_older_results_come_by_the_keyboard(page: object) -> None:
    assert len(ask(page, "T*") + ask(page, "source:dw-*")) == 10
    more = page.locator("#search-more")  # type: ignore[attr-defined]
    more.focus()
    page.keyboard.press("Enter")  # type: ignore[attr-defined]
    page.wait_for_timeout(50)  # type: ignore[attr-defined]
    assert len(shown(page)) == 20
    assert page.evaluate("() => document.activeElement.textContent") == "T10"  # type: ignore[attr-defined]


def test_each_hit_has_its_own_direction(page: object) -> None:
    ask(page, "الرئيس")
    title = page.locator("#search-results h3").first  # type: ignore[attr-defined]
    assert (title.get_attribute("dir"), title.get_attribute("lang")) == ("rtl", "ar")
    assert title.locator("a").get_attribute("href") == "articles/dw-ar/2026/11/2.html"


def test_the_day_of_a_hit_stays_apart_from_its_source_in_an_arabic_page(page: object) -> None:
    page.evaluate("() => Object.assign(document.documentElement, {lang: 'ar', dir: 'rtl'})")  # type: ignore[attr-defined]
    ask(page, "台湾")
    about = page.locator("#search-results .about").first  # type: ignore[attr-defined]
    name, day = about.locator("bdi").bounding_box(), about.locator("time").bounding_box()
    assert day["x"] + day["width"] <= name["x"]
