"""An article in several parts is one article, also when it is read again."""

import asyncio

import pytest

from rounds import NOON, Rounds
from scripted import page, serving
from wirecopy.archive import open_archive
from wirecopy.model import PageRules, document_text, replace

PARTS = (
    "The bridge over the Ammer was closed on Monday after an engineer found a crack in its third pier. " * 3,
    "A ferry takes its place until the spring, the district said; it carries forty people and no cars. " * 3,
    "The mayor had warned of it two years ago, in a letter that nobody at the ministry can find today. " * 3,
)


def part(n, text):
    """Part n, with a pager as outlets write it."""
    pager = "".join(f'<a href="/story-1{f"?page={k}" if k > 1 else ""}">{k}</a> ' for k in (1, 2, 3) if k != n)
    following = f'<a rel="next" href="/story-1?page={n + 1}">Next page</a>' if n < 3 else ""
    return page(
        f"<html lang=en><head><title>The bridge</title></head><body><article><h1>The bridge</h1>"
        f"<p>{text}</p><p>{text.upper()}</p></article><div class=pager>{pager}{following}</div></body></html>".encode(),
        "Content-Type: text/html; charset=utf-8",
    )


@pytest.fixture
def archive(tmp_path):
    archive = open_archive(tmp_path / "wirecopy.db", write=True, holder="a test")
    yield archive
    assert list(archive.verify()) == []
    archive.close()


def texts(article):
    return [text.strip() for text in PARTS if text.strip() in document_text(article.body)]


def test_the_parts_of_an_article_are_asked_for_joined_and_kept_as_its_evidence(archive):
    async def days():
        async with serving() as server:
            mirror = Rounds(server, archive)
            for n, text in enumerate(PARTS, 1):
                server.tell(f"/story-1{f'?page={n}' if n > 1 else ''}", part(n, text))
            item = f"<item><title>The bridge</title><link>{server.url('/story-1')}</link></item>"
            server.tell("/feed", page(f"<rss version='2.0'><channel>{item}</channel></rss>".encode()))
            first = await mirror.round()
            assert (first.new, first.held, first.failures, first.complaints) == (1, 0, (), ())
            assert mirror.asked() == ["/feed", "/story-1", "/story-1?page=2", "/story-1?page=3"]
            assert texts(mirror.articles()["The bridge"]) == [text.strip() for text in PARTS]
            # nothing changed, nothing is an edit
            again = await mirror.round(hours=30)
            assert (again.new, again.edited, again.held) == (0, 0, 0)
            # other rules read the evidence again, all of it: still no edit
            mirror.source = replace(mirror.source, page=PageRules(title=("h1",)))
            ruled = await mirror.round(hours=60)
            assert (ruled.new, ruled.edited, ruled.held) == (0, 0, 0)
            # a part that can't be had takes nothing away from the copy that stands
            server.tell("/story-1?page=3", page(b"", status="500 Oops"))
            short = await mirror.round(hours=200)
            assert (short.edited, short.held) == (0, 1)
            assert "500" in short.complaints[0]
            assert texts(mirror.articles()["The bridge"]) == [text.strip() for text in PARTS]
            # an edit in the second part is one
            server.tell("/story-1?page=3", part(3, PARTS[2]))
            server.tell("/story-1?page=2", part(2, PARTS[1].replace("forty", "sixty")))
            await mirror.round(hours=400)
            assert "sixty people" in document_text(mirror.articles()["The bridge"].body)
            assert mirror.now > NOON

    asyncio.run(days())
