"""Every vector in every field of pages and feeds: what is published in every format runs nothing and asks nobody."""

from __future__ import annotations

import asyncio
import html
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostile import innocence, vectors
from hostile.outlet import HTML, Outlet, document, mirror, story
from publish.edition import MemoryEdition
from publish.edition import document as standing
from scripted import Server, page, serving
from wirecopy import model as m
from wirecopy.publish import data, epub, feeds, markdown, site
from wirecopy.publish import html as markup
from wirecopy.publish.look import Look

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CANARY = "operator-zx81"


def groups(texts: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    return [texts[at : at + size] for at in range(0, len(texts), size)]


def in_bodies(outlet: Outlet) -> None:
    """Vectors as markup in bodies of sound articles, some at a time: an open one would hide the next."""
    for number, group in enumerate(groups(vectors.MARKUP + vectors.LINKS, 6), 1):
        body = "".join(f"{story(number * 10 + place)}<p>{each}</p>" for place, each in enumerate(group))
        outlet.tell(number, f"A body {number}", document(f"A body {number}", body + story(number)))


def in_fields(outlet: Outlet) -> None:
    """Vectors as words wherever words are."""
    for number, group in enumerate(groups(vectors.TEXTS, 3), 1000):
        said = html.escape(" ".join(group))
        whole = " ".join(group)
        told = json.dumps(
            {"@context": "https://schema.org", "@type": "NewsArticle", "headline": whole, "description": whole,
             "author": {"@type": "Person", "name": group[0], "url": group[-1]}, "articleSection": group[0],
             "keywords": group, "image": {"url": group[-1], "caption": whole}}
        ).replace("</", "<\\/")  # fmt: skip
        head = (
            f'<meta name="author" content="{said}"><meta property="og:title" content="{said}">'
            f'<meta property="og:image" content="{said}"><meta property="article:section" content="{said}">'
            f'<link rel="canonical" href="{said}"><script type="application/ld+json">{told}</script>'
        )
        body = (
            f'<p class="byline">By {said}</p><figure><img src="/p.jpg" alt="{said}"><figcaption>{said}</figcaption>'
            f"</figure>{story(number)}<h2>{said}</h2><p>{said}</p><blockquote><p>{said}</p><cite>{said}</cite>"
            f"</blockquote><ul><li>{said}</li></ul><table><caption>{said}</caption><tr><th>{said}</th><td>{said}</td>"
            f'</tr></table><pre><code>{said}</code></pre><iframe src="https://www.youtube.com/embed/x" title="{said}">'
            f"</iframe>{story(number + 5000)}"
        )
        more = "".join(
            f"<{name}>{said}</{name}>" for name in ("dc:creator", "category", "description", "author", "comments")
        )
        outlet.tell(number, whole, document(said, body, head=head), more=more)


def in_texts_of_feeds(outlet: Outlet) -> None:
    """Vectors in the text that the feed itself carries, as markup, escaped and in a CDATA section."""
    for number, group in enumerate(groups(vectors.MARKUP + vectors.LINKS, 12), 2000):
        raw = "".join(f"{story(number * 20 + place)}<p>{each}</p>" for place, each in enumerate(group))
        inside = f"<![CDATA[{raw.replace(']]>', ']]&gt;')}]]>" if number % 2 else html.escape(raw)
        outlet.tell(number, f"A text {number}", page(b"", HTML), more=f"<content:encoded>{inside}</content:encoded>")


def as_json_feed(server: Server) -> None:
    """Vectors in every member of a JSON Feed, whose pages are their articles."""
    items = []
    for number, group in enumerate(groups(vectors.TEXTS, 8)):
        whole = " ".join(group)
        items.append(
            {"id": group[0], "url": server.url(f"/jay/2026/11/22/boat-{number}"), "external_url": group[-1],
             "title": whole, "summary": whole, "content_html": "".join(f"<p>{each}</p>" for each in group)
             + story(number), "authors": [{"name": group[0], "url": group[1], "avatar": group[-1]}],
             "tags": list(group), "image": group[-1], "attachments": [{"url": group[-1], "mime_type": group[0]}]}
        )  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": vectors.TEXTS[0], "items": items}
    server.tell("/jay/feed", page(json.dumps(feed).encode(), "Content-Type: application/feed+json"))


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All of it collected over sockets and published in every format, by an operator whose names are known."""
    folder = tmp_path_factory.mktemp(CANARY)

    async def go() -> None:
        async with serving() as server:
            pages, own, jay = Outlet(server, "pages"), Outlet(server, "own"), Outlet(server, "jay")
            in_bodies(pages)
            in_fields(pages)
            in_texts_of_feeds(own)
            as_json_feed(server)
            sources = (pages.source(), own.source(read="feed"), jay.source(read="feed"))
            with mirror(folder, *sources) as mine:
                outcomes = await mine.round(*sources)
                for source, outcome in outcomes.items():
                    assert outcome.failures == ()
                    held = [(each.reason, each.lead.title[:60]) for each in mine.entries(source) if each.reason]
                    assert held == []
                    assert outcome.new == outcome.leads > 10
                assert outcomes["pages"].leads > 100
                mine.publish()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", f"/home/{CANARY}")
        patch.setenv("USER", CANARY)
        patch.setenv("LOGNAME", CANARY)
        patch.setenv("TZ", "Asia/Kathmandu")
        time.tzset()
        asyncio.run(go())
    time.tzset()
    yield folder / "public"
    shutil.rmtree(folder)


def test_nothing_that_is_published_runs_or_asks_or_tells_of_its_operator(public: Path) -> None:
    host = os.uname().nodename
    secrets = (CANARY, "Kathmandu", "+05:45", "+0545", *((host,) if len(host) > 5 else ()))
    assert innocence.complaints(public, secrets=secrets)[:9] == []
    written = {path.suffix for path in public.rglob("*")}
    assert {".html", ".md", ".epub", ".zim", ".atom", ".rss", ".json", ".jsonl"} <= written


def test_what_tells_innocence_can_tell_guilt() -> None:
    guilty = [each for each in (*vectors.ELEMENTS, *vectors.HANDLERS, *vectors.FOREIGN) if innocence.markup(each)]
    assert len(guilty) > 120  # the others are only something where a parser is led astray
    for scheme in vectors.SCHEMES[:15]:
        assert innocence.markup(f'<a href="{scheme}">x</a>'), scheme
    assert innocence.markup('<p>fine <a href="https://ok.example/">a</a></p>') == []


def everywhere(words: str) -> dict[str, object]:
    """The fields of an article that has these words wherever words are, and as every address."""
    said = m.text(words, m.Mark.STRONG, link=m.Link(href=words, ref=words, rel=words)) or m.text("x")
    picture = m.Picture(url=words, key=words, caption=said, credit=words, alt=words, width=10, height=10)
    cell = m.Cell(text=said, header=True)
    body: m.Blocks = (
        m.Paragraph(text=said, role=words), m.Heading(text=said, level=3), m.Code(text=words),
        m.Quote(body=(m.Paragraph(text=said),), credit=said), m.List(items=((m.Paragraph(text=said),),)),
        m.Figure(picture=picture), m.Table(rows=((cell, cell),), caption=said),
        m.Gallery(title=words, ref=words, entries=(m.GalleryEntry(picture=picture, title=words, text=said),)),
        m.Embed(kind=words, url=words, title=words, text=said),
        m.Aside(body=(m.Paragraph(text=said),), title=words, role=words),
        m.Media(kind=words, url=words, title=words, text=said, poster=picture, ref=words),
        m.LiveEntry(body=(m.Paragraph(text=said),), key=words, title=words, authors=(words,)),
    )  # fmt: skip
    return {
        **dict.fromkeys(
            ("kind", "url", "title", "kicker", "subtitle", "summary", "byline", "dateline", "section", "rights"), words
        ),
        "authors": (words,), "tags": (words,), "agencies": (words,), "picture": picture, "body": body,
        "related": (m.Reference(title=words, url=words, ref=words),), "lost": ((words, 2),), "rules": words,
        "translations": (m.Translation(language="de", url=words, ref=words),), "reader": words,
    }  # fmt: skip


def sound(words: str) -> str:
    """What can be stored: an archive holds UTF-8, and so no half of a character."""
    return "".join(c for c in words if not "\ud800" <= c <= "\udfff")


def test_an_archive_that_was_forged_publishes_nothing_that_runs(tmp_path: Path) -> None:
    """No reader of ours would put these words into roles, kinds and keys; a third-hand copy of an archive may."""
    texts = [*(" ".join(group) for group in groups(vectors.TEXTS, 7)), *map(sound, vectors.CHARACTERS.values())]
    edition = MemoryEdition(*(standing("evil-en", f"k{at}", **everywhere(each)) for at, each in enumerate(texts)))
    edition.names["evil-en"] = (vectors.HANDLERS[0], "en", "javascript:pwn()")
    look = Look(title=vectors.COMMENTS[-2], interface="en")
    site.publish(edition, tmp_path / "site", look)
    feeds.publish(edition, tmp_path / "feeds", title=look.title, language="en")
    markdown.publish(edition, tmp_path / "markdown", layout="plain")
    epub.publish(edition, tmp_path / "epub", title=look.title, language="en")
    data.publish(edition, tmp_path / "data", formats=("jsonl",))
    assert innocence.complaints(tmp_path)[:9] == []


@pytest.mark.parametrize("words", vectors.TEXTS + tuple(vectors.CHARACTERS.values()))
def test_words_are_words_in_markup_and_in_attributes(words: str) -> None:
    written = f'<p title="{markup.escape(words)}">{markup.escape(words)}</p>'
    assert innocence.markup(written) == []
    assert innocence.markup(f'<p><a href="{markup.address(words)}">x</a></p>') == []


PROBE = """<!doctype html><meta charset="utf-8"><title>probe</title><script>
addEventListener('load', () => setTimeout(() => {
  const wrong = [];
  for (const frame of document.querySelectorAll('iframe')) {
    const page = frame.contentDocument;
    if (frame.contentWindow.pwned) wrong.push('it ran');
    for (const each of page.querySelectorAll('*')) {
      if (each.localName === 'script' && each.type !== 'application/ld+json' && !each.src) wrong.push('script');
      for (const { name, value } of each.attributes) {
        if (name.startsWith('on')) wrong.push(name);
        if (['href', 'src', 'action'].includes(name) && !/^(https?|mailto|file):/.test(each[name])) wrong.push(value);
        if (name === 'src' && !each.src.startsWith('file:')) wrong.push(value);
      }
      if (each.namespaceURI !== 'http://www.w3.org/1999/xhtml') wrong.push(each.namespaceURI);
    }
  }
  document.body.textContent = 'looked at ' + document.querySelectorAll('iframe').length + ': ' + JSON.stringify(wrong);
}, 0));
</script>"""


@pytest.mark.slow
@pytest.mark.xdist_group("chromium")
@pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium here")
def test_a_browser_sees_no_script_no_handler_and_no_other_host(public: Path, tmp_path: Path) -> None:
    """Each page without its policy: what the policy would stop must not be there to begin with."""
    assert CHROMIUM is not None
    frames = []
    for number, path in enumerate(sorted((public / "articles").rglob("*.html"))[::2]):
        bare = path.read_text("utf-8").replace("Content-Security-Policy", "x")
        (tmp_path / f"{number}.html").write_text(
            bare.replace("<head>", "<head><script>window.pwn=()=>{pwned=1}</script>", 1), "utf-8"
        )
        frames.append(f'<iframe src="{number}.html"></iframe>')
    (tmp_path / "probe.html").write_text(PROBE + "".join(frames), "utf-8")
    told = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom",
         "--disable-background-networking", "--virtual-time-budget=20000", (tmp_path / "probe.html").as_uri()],
        capture_output=True, text=True, timeout=280, check=True, env={**os.environ, "HOME": str(tmp_path)},
    ).stdout  # fmt: skip
    assert f"looked at {len(frames)}: " in told
    assert set(json.loads(told.split(f"looked at {len(frames)}: ")[1].split("</body>")[0])) <= {"script"}
    # The only script without a file is the one that this test has put in, one a page.
    assert told.count('"script"') == len(frames)
