"""What publishers wish is read, kept with what was read, and obeyed where `respect` names it; and indexes may rest."""

import asyncio
from datetime import timedelta

import pytest

from rounds import Rounds
from scripted import page, serving
from wirecopy.archive import open_archive

FEED = """<rss version="2.0"><channel><title>Courier</title>
<item><title>The pier is whole again</title><link>{base}/pier</link><guid>pier</guid></item>
<item><title>The harbour asks for calm</title><link>{base}/calm</link><guid>calm</guid></item>
</channel></rss>"""
RSS = "Content-Type: application/rss+xml"
WORDS = "".join(
    f"<p>In month {n} of the repair the carpenters found what nobody had drawn, and the council met again to vote.</p>"
    for n in range(2, 10)
)


def article(title: str, *headers: str, meta: str = ""):
    words = WORDS.replace("repair", f"repair ({title})")
    body = f"<head><title>{title}</title>{meta}</head><body><article><h1>{title}</h1>{words}</article></body>"
    return page(f"<html>{body}</html>".encode(), "Content-Type: text/html; charset=utf-8", *headers)


def played(story, tmp_path, **keys):
    async def go():
        async with serving() as server:
            server.tell("/feed", page(FEED.format(base=server.url("")).encode(), RSS))
            server.tell("/pier", article("The pier is whole again", meta='<meta name="robots" content="noarchive">'))
            server.tell("/calm", article("The harbour asks for calm", "tdm-reservation: 1", "X-Robots-Tag: nosnippet"))
            with open_archive(tmp_path / "wirecopy.db", write=True, holder="a test") as archive:
                await story(server, Rounds(server, archive, **keys))

    asyncio.run(go())


def test_wishes_are_kept_with_the_article_and_obeyed_only_where_that_is_asked_for(tmp_path) -> None:
    async def story(server, mirror):
        outcome = await mirror.round()
        assert outcome.new == 2
        said = {title: article.usage for title, article in mirror.articles().items()}
        assert said["The pier is whole again"] == ("meta robots: noarchive",)
        assert said["The harbour asks for calm"] == ("tdm-reservation: 1", "x-robots-tag: nosnippet")
        assert "/.well-known/tdmrep.json" not in mirror.asked()

    played(story, tmp_path)


def test_noarchive_is_obeyed_where_respect_names_it(tmp_path) -> None:
    async def story(server, mirror):
        outcome = await mirror.round()
        assert outcome.new == 1
        state, reason = mirror.states()["The pier is whole again"]
        assert state == "excluded"
        assert "meta robots: noarchive" in reason
        assert list(mirror.articles()) == ["The harbour asks for calm"]
        key = next(each.lead.key for each in mirror.archive.entries("courier") if each.state == "excluded")
        assert mirror.archive.captures("courier", key) == ()
        await mirror.round(hours=24)
        assert "/pier" not in mirror.asked(), "what may not be kept is not asked for again and again"

    played(story, tmp_path, respect=("robots", "noarchive"))


def test_of_a_page_that_is_not_believed_no_evidence_is_kept_against_its_wish(tmp_path) -> None:
    async def story(server, mirror):
        body = b"<html><title>Access denied</title><p>You don't have permission to access this page.</p></html>"
        kind = "Content-Type: text/html"
        server.tell("/pier", page(body, kind, "X-Robots-Tag: wirecopy: noarchive"))
        server.tell("/calm", page(body, kind))
        assert (await mirror.round()).held == 2
        kept = {
            each.lead.url.rpartition("/")[2]: len(mirror.archive.captures("courier", each.lead.key))
            for each in mirror.archive.entries("courier")
        }
        assert kept == {"pier": 0, "calm": 1}

    played(story, tmp_path, respect=("robots", "noarchive"))


def test_a_tdmrep_file_is_asked_for_once_a_day_where_respect_names_tdm(tmp_path) -> None:
    async def story(server, mirror):
        rules = b'[{"location": "/", "tdm-reservation": 1}]'
        server.tell("/.well-known/tdmrep.json", page(rules, "Content-Type: application/json"))
        await mirror.round()
        assert mirror.asked().count("/.well-known/tdmrep.json") == 1
        assert "tdmrep.json tdm-reservation: 1" in mirror.articles()["The pier is whole again"].usage
        await mirror.round(hours=2)
        assert "/.well-known/tdmrep.json" not in mirror.asked()
        await mirror.round(hours=30, everything=True)
        assert mirror.asked().count("/.well-known/tdmrep.json") == 1

    played(story, tmp_path, respect=("robots", "tdm"))


@pytest.mark.parametrize("respect", [("robots",), ()])
def test_robots_txt_is_asked_for_and_obeyed_unless_respect_leaves_it_out(tmp_path, respect) -> None:
    async def story(server, mirror):
        server.tell("/robots.txt", page(b"User-agent: *\nDisallow: /pier\nContent-Usage: train-ai=n\n"))
        outcome = await mirror.round()
        assert outcome.new == (1 if respect else 2)
        assert ("/robots.txt" in server.asked_for()) is bool(respect)
        usage = mirror.articles()["The harbour asks for calm"].usage
        assert ("robots.txt content-usage: train-ai=n" in usage) is bool(respect)

    played(story, tmp_path, respect=respect)


def test_an_index_rests_for_as_long_as_its_server_says_within_bounds(tmp_path) -> None:
    async def story(server, mirror):
        feed = FEED.format(base=server.url("")).encode()
        server.tell("/feed", page(feed, RSS, "Cache-Control: public, max-age=5400"))
        await mirror.round()
        await mirror.round(hours=1)
        assert "/feed" not in mirror.asked()
        await mirror.round(hours=1)
        assert "/feed" in mirror.asked()
        server.tell("/feed", page(feed, RSS, "Cache-Control: max-age=999999999"))
        await mirror.round(hours=2)
        await mirror.round(hours=3)
        assert "/feed" in mirror.asked(), "no header silences a source"

    played(story, tmp_path)


@pytest.mark.parametrize("refuses", ["/feed", "/pier", "/robots.txt"])
def test_a_host_that_asked_to_be_left_alone_is_left_alone_by_every_later_process(tmp_path, refuses) -> None:
    async def story(server, mirror):
        whole = server.answers.get(refuses)
        server.tell(refuses, page(b"", "Retry-After: 7200", status="429 Too Many Requests"))
        await mirror.round()
        assert refuses in server.asked_for()
        server.answers[refuses] = whole or [page(b"", status="404 Not Found")]
        for _ in range(7):  # each with a door of its own, as a timer's are
            await mirror.round(hours=0.25, everything=True)
            assert server.asked_for() == []
        await mirror.round(hours=0.5, everything=True)
        assert set(mirror.states()) == {"The pier is whole again", "The harbour asks for calm"}
        assert {state for state, _ in mirror.states().values()} <= {"archived", "unchanged"}

    played(story, tmp_path)


def test_a_clock_that_was_wrong_when_an_earlier_process_ran_silences_nothing(tmp_path) -> None:
    async def story(server, mirror):
        await mirror.round()
        await mirror.round(hours=24 * 400)
        await mirror.round(hours=-24 * 400 + 1)
        assert "/feed" in mirror.asked()
        assert {"/pier", "/calm"} <= set(mirror.asked()), "edits of what is new are looked for as before"
        due = [each.due for each in mirror.archive.entries("courier")]
        assert max(due) < mirror.now + timedelta(days=1)

    played(story, tmp_path)


def test_a_sitemap_that_has_not_changed_by_its_index_is_asked_for_once_a_week(tmp_path) -> None:
    async def story(server, mirror):
        def index(newest):
            parts = (("/old.xml", "2026-10-01"), ("/new.xml", newest), ("/unsaid.xml", ""))
            listed = "".join(
                f"<sitemap><loc>{server.url(path)}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
                for path, at in parts
            )
            body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'
            server.tell("/feed", page(body.encode(), "Content-Type: application/xml"))

        index("2026-11-20")
        for path in ("/old.xml", "/new.xml", "/unsaid.xml"):
            server.tell(path, page(b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>'))
        await mirror.round()
        assert {"/old.xml", "/new.xml", "/unsaid.xml"} < set(mirror.asked())
        await mirror.round(hours=48)
        assert set(mirror.asked()) == {"/feed", "/unsaid.xml"}
        index("2026-11-25")
        await mirror.round(hours=24)
        assert set(mirror.asked()) == {"/feed", "/new.xml", "/unsaid.xml"}
        await mirror.round(hours=24 * 5)
        assert "/old.xml" in mirror.asked()

    played(story, tmp_path)


def test_what_is_remembered_of_an_index_says_since_when_it_fails_and_what_it_usually_lists(tmp_path) -> None:
    async def story(server, mirror):
        await mirror.round()
        first = mirror.now
        visit = mirror.archive.visit(server.url("/feed"))
        assert (visit.good, visit.since, visit.listed, visit.usual) == (first, None, 2, 2.0)
        server.tell("/feed", page(b"", status="500 Down"))
        for _ in range(3):
            await mirror.round(hours=2)
        visit = mirror.archive.visit(server.url("/feed"))
        assert visit.failures == 3
        assert (visit.since - first).total_seconds() == 7200
        assert visit.good == first
        server.tell("/feed", page(b'<rss version="2.0"><channel><title>x</title></channel></rss>', RSS))
        await mirror.round(hours=24)
        visit = mirror.archive.visit(server.url("/feed"))
        assert (visit.failures, visit.since, visit.good, visit.listed) == (0, None, mirror.now, 0)
        assert visit.usual == 1.9

    played(story, tmp_path)
