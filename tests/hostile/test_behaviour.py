# ruff: noqa: E501 - names and moments stand as they are sent
"""An outlet that behaves badly for weeks: ids that wander, feeds that vanish, edits without end, impossible dates and
names. Nothing is lost, nothing grows without bound, and every published file has a name that every system takes.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from hostile import vectors
from hostile.outlet import FEED, HTML, NOON, Mirror, Outlet, document, mirror, story
from scripted import Server, page, serving
from wirecopy.model import Change

_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_TAKEN = re.compile(r"[A-Za-z0-9._-]+")


def run(folder: Path, steps: Callable[[Server, Mirror, Outlet], Awaitable[None]]) -> None:
    async def go() -> None:
        async with serving() as server:
            with mirror(folder) as mine:
                await steps(server, mine, Outlet(server, "evil"))

    asyncio.run(go())


def test_an_id_that_wanders_to_another_article_costs_neither_of_them(tmp_path: Path) -> None:
    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        for number in (1, 2, 3):
            link = evil.tell(number, f"Ferry {number}", document(f"Ferry {number}", story(number)))
            evil.items[-1] = f"<item><title>Ferry {number}</title><link>{link}</link><guid>same</guid></item>"
        evil.announce()
        assert (await mine.round(evil.source()))["evil"].new == 3
        # One address is another article now, as where ids are given anew every day.
        evil.items.clear()
        evil.tell(1, "Election in the valley", document("Election in the valley", story(77).replace("ferry", "vote")))
        await mine.round(evil.source(), hours=30, everything=True)
        assert len(mine.entries("evil")) == 3
        titles = {article.title for article in mine.articles("evil")}
        assert {"Ferry 2", "Ferry 3"} < titles
        histories = [mine.archive.history("evil", each.lead.key) for each in mine.entries("evil")]
        assert any(one[0].article.title == "Ferry 1" for one in histories if one[0].article)

    run(tmp_path, steps)


def test_a_feed_that_shrinks_to_nothing_takes_nothing_away(tmp_path: Path) -> None:
    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        for number in range(5):
            evil.story(number)
        await mine.round(evil.source())
        for nothing in (
            b"<rss version='2.0'><channel></channel></rss>",
            b"",
            b"<html>gone</html>",
            b"[]",
            b"null",
            b"\0" * 99,
        ):
            evil.announce(nothing, FEED)
            await mine.round(evil.source(), hours=5)
            assert len(mine.articles("evil")) == 5
            assert {each.state.value for each in mine.entries("evil")} <= {"archived", "unchanged"}

    run(tmp_path, steps)


def test_a_thousand_edits_in_an_hour_are_as_many_revisions_as_we_asked(tmp_path: Path) -> None:
    """An outlet that serves other words at every second is seen as often as it is asked, and that is bounded."""

    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        evil.story(2)
        path = "/evil/2026/11/22/ferry-1"
        evil.tell(1, "Ferry", page(b""))
        server.answers[path] = [page(document("Ferry", story(edit)), HTML) for edit in range(1000)]
        rounds = 12
        for _ in range(rounds):
            await mine.round(evil.source(), hours=1 / 12, everything=True)
        asked = server.asked_for().count(path)
        assert asked <= rounds
        (entry,) = [each for each in mine.entries("evil") if each.lead.title == "Ferry"]
        history = mine.archive.history("evil", entry.lead.key)
        assert len(history) <= asked
        assert [each.change for each in history][1:] == [Change.EDITED] * (len(history) - 1)
        mine.publish("site", "feeds", "markdown")

    run(tmp_path, steps)


def test_a_page_that_comes_and_goes_stays_readable_and_is_not_asked_ever_more_often(tmp_path: Path) -> None:
    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        path = "/evil/2026/11/22/ferry-1"
        there, gone = page(document("Ferry", story(1)), HTML), page(b"gone", HTML, status="404 Not Found")
        evil.tell(1, "Ferry", there)
        await mine.round(evil.source())
        for turn in range(10):
            server.tell(path, gone if turn % 2 == 0 else there)
            await mine.round(evil.source(), hours=30, everything=True)
        (entry,) = mine.entries("evil")
        history = mine.archive.history("evil", entry.lead.key)
        assert len(history) <= 11
        assert all(one.change != two.change for one, two in itertools.pairwise(history))
        (article,) = mine.articles("evil")
        assert article.title == "Ferry"
        folder = mine.publish("site", "markdown")
        assert any(b"The ferry between the two harbours" in each.read_bytes() for each in folder.rglob("*.html"))

    run(tmp_path, steps)


def test_impossible_moments_are_filed_where_readers_look(tmp_path: Path) -> None:
    spelt = (
        "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
        "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2199-01-01", "2026-02-30", "1e400", "-1", "99999999999999",
        "2038-01-19T03:14:08Z", "24:00", "Thu, 32 Foo 2026 25:61:61 +9999", "٢٠٢٦-١١-٢٢", "2026-11-22T12:00:00+99:99",
        "\x00", "2026" * 5000, "0000-00-00T00:00:00Z", "12026-01-01", "1900-01-01",
    )  # fmt: skip

    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        for number, when in enumerate(spelt):
            said = html.escape(when)
            head = f'<meta property="article:published_time" content="{said}"><time datetime="{said}">x</time>'
            told = json.dumps(
                {"@type": "NewsArticle", "headline": f"Ferry {number}", "datePublished": when, "dateModified": when}
            )
            head += f'<script type="application/ld+json">{told}</script>'
            more = f"<pubDate>{said}</pubDate>" if "\x00" not in when else ""
            evil.tell(number, f"Ferry {number}", document(f"Ferry {number}", story(number), head=head), more=more)
        outcome = (await mine.round(evil.source()))["evil"]
        assert outcome.new == len(spelt)
        folder = mine.publish()
        days = {path.stem for path in (folder / "markdown" / "days").rglob("*.md")} | {
            path.stem for path in (folder / "days").rglob("*.html")
        }
        years = {int(day[:4]) for day in days if re.match(r"\d{4}-", day)}
        assert years
        assert min(years) >= 1990
        assert max(years) <= NOON.year

    run(tmp_path, steps)


NAMES = (
    "CON", "con", "aux.txt", "NUL", "COM1", "lpt9.html", ".", "..", "../../../etc/passwd", "..\\..\\windows", "/etc/passwd",
    "C:\\evil", "\\\\evil\\share", "~root", "~", "-rf", "--help", "a/b/c", "a\x00b", "a\nb", "a:b", "a|b", "a*b?", "<a>", '"a"',
    "trailing dot.", "trailing blank ", " leading", "index", "index.html", "INDEX", "manifest.json", ".wirecopy.json",
    ".git", ".htaccess", "style.css", "search", "中" * 100, "é" * 200, "e\u0301" * 150, "ﬁ", "fi", "Straße", "STRASSE", "İ", "i",
    "K", "k", "\u212a", "A", "a", "\u202etxt.exe", "\u200b", "👩\u200d👩\u200d👧" * 40, "%2e%2e%2f", "%00", "a" * 5000, "desktop.ini",
)  # fmt: skip


def test_every_published_name_is_one_that_every_system_takes(tmp_path: Path) -> None:
    """Names of sections, topics, authors and articles become files: each system, stick and archive must take them."""

    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        for number, name in enumerate(NAMES):
            said = html.escape(name)
            told = json.dumps({"@type": "NewsArticle", "headline": f"Ferry {number}", "articleSection": name, "keywords": [name],
                               "author": {"name": name}})  # fmt: skip
            head = f'<script type="application/ld+json">{told}</script><meta name="author" content="{said}">'
            more = f"<category>{said}</category><dc:creator>{said}</dc:creator>" if "\x00" not in name else ""
            evil.tell(number, f"Ferry {number}", document(f"Ferry {number}", story(number), head=head), more=more)
            # The outlet's own ids as they stand in its addresses.
            path = f"/evil/key-{number}"
            server.tell(path, page(document(f"Boat {number}", story(number + 500)), HTML))
            link = html.escape(server.url(f"/evil/id/{name}"))
            evil.items.append(f"<item><title>Boat {number}</title><link>{link}</link></item>".replace("\x00", ""))
        evil.announce()
        source = evil.source(key=r"/id/(?P<key>.*)$|ferry-(?P<other>\d+)$")
        await mine.round(evil.source(), limits=None)
        await mine.round(source, hours=30)
        folder = mine.publish()
        names = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
        assert len(names) > len(NAMES)
        folded = [name.casefold() for name in names]
        assert len(set(folded)) == len(folded)
        for name in names:
            assert len(name) < 200
            for part in name.split("/"):
                assert _TAKEN.fullmatch(part), name
                assert not _DEVICES.fullmatch(part), name
                assert not part.endswith((".", " ")), name
                assert not part.startswith("-"), name
        assert not (tmp_path.parent / "etc").exists()

    run(tmp_path, steps)


def test_what_is_no_text_costs_neither_its_item_nor_another(tmp_path: Path) -> None:
    """Halves of characters, NUL and controls in every field of a feed in JSON, and in pages."""

    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        items = []
        for number, said in enumerate(vectors.CHARACTERS.values()):
            path = f"/evil/2026/11/22/ferry-{number}"
            server.tell(path, page(document(html.escape(said), story(number)), HTML))
            items.append({"id": said, "url": server.url(path), "title": f"{said} {number}", "summary": said, "tags": [said],
                          "authors": [{"name": said}], "date_published": said})  # fmt: skip
        items += [{"id": 10**400}, {"url": "\ud800"}, {"url": True}, None, 7, [], {"id": {}}]  # type: ignore[list-item]
        feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
        evil.announce(json.dumps(feed).encode(), "Content-Type: application/feed+json")
        outcome = (await mine.round(evil.source()))["evil"]
        assert not outcome.failures
        assert outcome.leads == len(vectors.CHARACTERS)
        assert outcome.new + outcome.held == outcome.leads
        assert outcome.held <= 1  # a title of nothing but blanks is none
        mine.publish("site", "feeds", "markdown", "epub", "data")

    run(tmp_path, steps)


def test_a_title_that_is_one_endless_word_ends_no_book(tmp_path: Path) -> None:
    async def steps(server: Server, mine: Mirror, evil: Outlet) -> None:
        said = "👩" * 240
        evil.tell(1, said, document(html.escape(said), story(1)))
        evil.story(2)
        await mine.round(evil.source())
        mine.publish("zim")

    run(tmp_path, steps)
