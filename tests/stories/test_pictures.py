"""Pictures from an outlet to a reader: fetched once, kept as they came, shown from the mirror; and hostile ones."""

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from archive.samples import NOON, article, entry, revision
from mirror import Mirror, tree
from scripted import Answer, fetcher, page, serving, to
from wirecopy.archive import open_archive
from wirecopy.collect import pictures
from wirecopy.collect.fetch import Limits
from wirecopy.collect.pictures.checking import Checkers, Here
from wirecopy.collect.pictures.repair import Rebuilt, rebuild
from wirecopy.demo import drawing
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.model import Figure, Picture, PictureState, Source, replace
from wirecopy.model import pictures as pictures_of
from wirecopy.publish import markdown

# --- a day at the simulated outlet


@pytest.fixture
def outlet():
    with FakeOutlet() as running:
        yield running


@pytest.fixture
def mirror(tmp_path, outlet):
    with Mirror(tmp_path, outlet, "zh") as built:
        yield built
        built.verify()


def publish_some(outlet):
    """A few stories: decoding takes its time."""
    for name in outlet.unpublished()[:3]:
        outlet.publish(name)


def images(outlet, since=0):
    return [(request.path, request.status) for request in outlet.log[since:] if request.path.startswith("/image/")]


@pytest.mark.slow
def test_every_picture_of_every_article_is_kept_and_shown_from_the_mirror(mirror, outlet):
    outlet.publish_all()
    outcome = mirror.collect(pictures=True)
    shown = {picture.key for each in outlet.shown("zh") for picture in pictures_of(mirror.article(each.id))}
    assert outcome.pictures == len(shown) > 10
    assert (outcome.pictures_missing, outcome.complaints, outcome.failures) == (0, (), ())
    assert all("_607." in path and status == 200 for path, status in images(outlet))
    assert len(images(outlet)) == len(shown)  # one key, one picture, one request
    for key in shown:
        ((_, digest),) = mirror.archive.picture_versions(key)
        number = int(key.partition(":")[2])
        kind = "png" if mirror.archive.original(digest).startswith(b"\x89PNG") else "jpg"
        assert mirror.archive.original(digest) == drawing.picture(number, 607, kind)
    mirror.publish()
    folder = mirror.config.public / "plain"
    published = tree(folder)
    linked = {
        target
        for path, body in published.items()
        if path.startswith("articles/")
        for target in re.findall(r"!\[[^\]]*\]\(([^)]*)\)", body.decode())
    }
    assert all(target.startswith("../../../../pictures/") for target in linked)
    assert {target.rpartition("/")[2] for target in linked} == {
        path.rpartition("/")[2] for path in published if path.startswith("pictures/")
    }
    for path, body in published.items():
        if path.startswith("pictures/"):
            assert max(Image.open(BytesIO(body)).size) <= 1600
        else:
            assert b"no copy here" not in body
    assert list(markdown.check(folder)) == []


def test_a_second_round_asks_for_no_picture_and_a_later_one_asks_conditionally(mirror, outlet):
    publish_some(outlet)
    mirror.collect(pictures=True)
    mirror.publish()
    before, asked = tree(mirror.config.public), len(outlet.log)
    mirror.collect(pictures=True)
    assert images(outlet, asked) == []
    asked = len(outlet.log)
    outcome = mirror.collect(pictures=True, pass_hours=30)
    assert {status for _, status in images(outlet, asked)} == {304}
    assert outcome.pictures == 0
    mirror.publish()
    assert tree(mirror.config.public) == before


def test_a_lost_picture_leaves_its_caption_says_so_and_is_gone(mirror, outlet):
    names = outlet.unpublished()
    outlet.publish(names[0])
    (first,) = outlet.shown("zh")
    outlet.lose_picture(first.pictures[0].id)
    outcome = mirror.collect(pictures=True)
    assert outcome.pictures_missing == 1
    assert not outcome.failures
    asked = [path for path, status in images(outlet) if status == 404]
    assert [path[-8:] for path in asked] == ["_607.jpg", "_606.jpg", "_605.jpg", "_604.jpg"]
    line = mirror.archive.picture_entry(f"demo:{first.pictures[0].id}")
    assert (line.state, line.due) == (PictureState.GONE, None)
    assert "answered 404" in line.reason
    mirror.publish()
    (body,) = (body.decode() for path, body in tree(mirror.config.public).items() if path.endswith(f"/{first.id}.md"))
    assert "(no copy here)" in body
    assert first.pictures[0].caption in body.replace("\\", "")
    asked = len(outlet.log)
    mirror.collect(pictures=True, pass_hours=100)
    assert not [path for path, status in images(outlet, asked) if status != 304]


def test_what_the_outlet_loses_later_stays_in_the_mirror(mirror, outlet):
    outlet.publish(outlet.unpublished()[0])
    (first,) = outlet.shown("zh")
    mirror.collect(pictures=True)
    mirror.publish()
    before = {path for path in tree(mirror.config.public) if "/pictures/" in path}
    outlet.lose_picture(first.pictures[0].id)
    mirror.collect(pictures=True, pass_hours=30)
    line = mirror.archive.picture_entry(f"demo:{first.pictures[0].id}")
    assert (line.state, line.due) == (PictureState.KEPT, None)
    assert "404" in line.reason
    mirror.publish()
    assert {path for path in tree(mirror.config.public) if "/pictures/" in path} == before != set()


@pytest.mark.parametrize("way", ["proxy", "none"])
def test_a_source_that_keeps_no_pictures_asks_for_none(tmp_path, outlet, way):
    publish_some(outlet)
    with Mirror(tmp_path, outlet, "zh") as mirror:
        mirror.sources = tuple(replace(each, pictures=way) for each in mirror.sources)
        mirror.collect(pictures=True)
        assert images(outlet) == []
        assert sum(number for number, _ in mirror.archive.picture_counts("demo-zh").values()) == 0
        mirror.sources = tuple(replace(each, pictures="own") for each in mirror.sources)
        assert mirror.collect(pictures=True).pictures > 1  # all that was archived meanwhile is caught up with


# --- whatever a server sends

SOURCE = Source(id="courier", pace=0.0)


def photo(size=(900, 600), form="JPEG", colour="orange"):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


class Kept:
    """An archive of one article that shows what a scripted server has, and rounds of its pictures."""

    def __init__(self, archive, server, *paths):
        self.archive, self.server, self.now = archive, server, NOON
        shown = tuple(Figure(picture=Picture(url=server.url(path))) for path in paths)
        one = replace(article("1", "courier"), body=shown, picture=None)
        archive.settle(entry("1", "courier"), revision=revision(one))

    async def round(self, hours=0.0, checker=None, limits=None, respect=SOURCE.respect, **options):
        self.now += timedelta(hours=hours)
        self.server.requests.clear()
        changes = {} if limits is None else {"limits": limits}
        async with fetcher(clock=lambda: self.now, attempts=1, **changes) as door:
            return await pictures.gather(
                replace(SOURCE, respect=respect),
                archive=self.archive,
                door=door,
                checker=checker or Here(),
                now=self.now,
                jitter=lambda: 0.0,
                tell=lambda *_: None,
                **options,
            )

    def line(self, path):
        return self.archive.picture_entry(self.server.url(path))

    def state(self, path):
        return self.line(path).state.value

    def bytes_of(self, path):
        return [self.archive.original(digest) for _, digest in self.archive.picture_versions(self.server.url(path))]


def run(story, folder):
    """Run a story with a server and an archive, and see that the archive is whole after it."""

    async def go():
        with open_archive(folder / "wirecopy.db", write=True) as archive:
            async with serving() as server:
                await story(archive, server)
            assert list(archive.verify()) == []

    asyncio.run(go())


def test_other_bytes_under_the_same_address_are_a_new_version(tmp_path):
    async def story(archive, server):
        first, second = photo(), photo(colour="navy")
        server.tell("/a.jpg", page(first, 'ETag: "1"'))
        kept = Kept(archive, server, "/a.jpg")
        assert (await kept.round()).kept == 1
        server.tell("/a.jpg", page(second, 'ETag: "2"'))
        assert (await kept.round(25)).kept == 1
        assert server.requests[-1].headers["If-None-Match"] == '"1"'
        assert kept.bytes_of("/a.jpg") == [first, second]
        assert (await kept.round(24 * 5)).kept == 0
        assert kept.bytes_of("/a.jpg") == [first, second]

    run(story, tmp_path)


def test_what_fails_is_tried_again_ever_later_and_succeeds(tmp_path):
    async def story(archive, server):
        server.tell("/a.jpg", page(b"", status="500 Oops"), page(b"", status="500 Oops"), page(photo()))
        kept = Kept(archive, server, "/a.jpg")
        assert (await kept.round()).missing == 1
        assert (kept.state("/a.jpg"), kept.line("/a.jpg").due) == ("failed", NOON + timedelta(hours=1))
        assert (await kept.round(0.5)).asked == 0
        assert (await kept.round(0.5)).missing == 1
        assert kept.line("/a.jpg").due == kept.now + timedelta(hours=2)
        assert (await kept.round(2)).kept == 1
        assert (kept.state("/a.jpg"), kept.line("/a.jpg").failures, kept.line("/a.jpg").reason) == ("kept", 0, "")

    run(story, tmp_path)


def test_each_hostile_picture_costs_only_itself(tmp_path):
    hostile = {
        "/svg": (page(b"<svg><script>alert(1)</script></svg>", "Content-Type: image/jpeg"), "refused", "SVG"),
        "/html": (page(b"<!doctype html><p>Log in", "Content-Type: image/jpeg"), "refused", "a page"),
        "/empty": (page(b""), "refused", "empty"),
        "/bomb": (page(b"GIF89a" + b"\xff" * 4 + bytes(20)), "refused", "65,535 × 65,535 pixels"),
        "/cut": (page(photo((3000, 2000))[:9000]), "refused", "can't be decoded"),
        "/short": (page(photo()[:500], length=9000, then="close"), "failed", "arrived in part"),
        "/large": (page(photo() + bytes(20_000_000)), "failed", "more than 20000000 bytes"),
        "/inside": (to("http://169.254.169.254/latest/meta-data"), "refused", "redirects to where we don't go"),
        "/local": (to("http://localhost:1/x.jpg"), "refused", "redirects to where we don't go"),
        "/circle": (to("/circle"), "failed", "in a circle"),
        "/slow": (
            Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n\xff\xd8\xff", "hang"),
            "failed",
            "not complete",
        ),
        "/silent": (Answer(b"", "reset"), "failed", "closed the connection"),
        "/gone": (page(b"", status="410 Gone"), "gone", "answered 410"),
    }

    async def story(archive, server):
        for path, (answer, _, _) in hostile.items():
            server.tell(path, answer)
        polyglot = photo() + b"<html><script>alert(1)</script>" + b"PK\x03\x04"
        server.tell("/good", page(photo()))
        server.tell("/polyglot", page(polyglot))
        kept = Kept(archive, server, *hostile, "/good", "/polyglot")
        found = await kept.round(limits=Limits(total=2.0))
        assert (found.kept, found.missing) == (2, len(hostile))
        for path, (_, state, said) in hostile.items():
            assert kept.state(path) == state, (path, kept.line(path).reason)
            assert said in kept.line(path).reason, (path, kept.line(path).reason)
            assert kept.bytes_of(path) == []
        assert kept.bytes_of("/polyglot") == [polyglot]  # evidence, as it came
        with archive.edition() as edition:
            for name in ("full", "small", "small-jpeg"):
                rendition = edition.picture("courier", "1", Picture(url=server.url("/polyglot")), name)
                assert b"<script" not in edition.picture_body(rendition.digest)

    run(story, tmp_path)


def test_what_was_refused_is_not_sent_again_while_it_stays_the_same(tmp_path):
    async def story(archive, server):
        server.tell("/a", page(b"<svg/>", 'ETag: "s"'), page(b"", status="304 Not Modified"), page(photo()))
        kept = Kept(archive, server, "/a")
        await kept.round()
        reason = kept.line("/a").reason
        await kept.round(2)
        assert server.requests[-1].headers["If-None-Match"] == '"s"'
        assert (kept.state("/a"), kept.line("/a").reason, kept.line("/a").failures) == ("refused", reason, 2)
        await kept.round(3)
        assert kept.state("/a") == "kept"

    run(story, tmp_path)


def test_a_picture_whose_publisher_asks_not_to_archive_it_is_kept_only_where_that_is_not_obeyed(tmp_path):
    async def story(archive, server):
        server.tell("/a.jpg", page(photo(), "X-Robots-Tag: noindex, noarchive"))
        kept = Kept(archive, server, "/a.jpg")
        assert (await kept.round(respect=("robots", "noarchive"))).missing == 1
        assert (kept.state("/a.jpg"), kept.bytes_of("/a.jpg")) == ("refused", [])
        assert "x-robots-tag: noindex, noarchive" in kept.line("/a.jpg").reason
        assert (await kept.round(2)).kept == 1

    run(story, tmp_path)


def test_a_copy_stands_when_the_address_answers_with_something_else(tmp_path):
    async def story(archive, server):
        good = photo()
        server.tell(
            "/a", page(good, 'ETag: "1"'), page(b"<html>moved", 'ETag: "2"'), page(b"", status="304 Not Modified")
        )
        kept = Kept(archive, server, "/a")
        await kept.round()
        await kept.round(25)
        assert (kept.state("/a"), kept.bytes_of("/a")) == ("kept", [good])
        assert "a page" in kept.line("/a").reason
        await kept.round(25)
        assert server.requests[-1].headers["If-None-Match"] == '"1"'  # a 304 must speak of what is kept
        assert kept.line("/a").reason == ""

    run(story, tmp_path)


def test_a_host_that_is_silent_is_left_alone_for_this_round(tmp_path):
    async def story(archive, server):
        paths = [f"/{number}.jpg" for number in range(30)]
        for path in paths:
            server.tell(path, Answer(b"", "reset"))
        kept = Kept(archive, server, *paths)
        found = await kept.round()
        assert found.asked < 12
        assert found.left == 30 - found.asked
        assert archive.picture_counts("courier")[PictureState.WAITING][0] == found.left

    run(story, tmp_path)


def test_a_round_asks_for_so_many_and_the_next_goes_on(tmp_path):
    async def story(archive, server):
        paths = [f"/{number}.jpg" for number in range(7)]
        for path in paths:
            server.tell(path, page(photo((9, 9))))
        kept = Kept(archive, server, *paths)
        assert [(await kept.round(most=3)).kept for _ in range(4)] == [3, 3, 1, 0]

    run(story, tmp_path)


def test_pictures_are_decoded_in_processes_that_are_gone_afterwards(tmp_path):
    async def story(archive, server):
        server.tell("/a", page(photo()))
        server.tell("/b", page(photo((3000, 2000))[:9000]))
        kept = Kept(archive, server, "/a", "/b")
        async with Checkers(2) as checkers:
            found = await kept.round(checker=checkers)
        assert (found.kept, found.missing) == (1, 1)

    run(story, tmp_path)


def test_a_decoder_s_own_fault_costs_one_picture(tmp_path):
    class Broken:
        async def check(self, body):
            raise RuntimeError("a slip")

    async def story(archive, server):
        server.tell("/a", page(photo()))
        kept = Kept(archive, server, "/a")
        assert (await kept.round(checker=Broken())).missing == 1
        assert "a fault of wirecopy itself, please report it: RuntimeError: a slip" in kept.line("/a").reason

    run(story, tmp_path)


def test_renditions_that_are_lost_are_made_again_from_the_originals(tmp_path):
    async def story(archive, server):
        server.tell("/a", page(photo()))
        server.tell("/b", page(photo(colour="navy")))
        kept = Kept(archive, server, "/a", "/b")
        await kept.round()
        with archive.edition() as edition:
            before = edition.picture("courier", "1", Picture(url=server.url("/a")))
        with closing(sqlite3.connect(tmp_path / "wirecopy.db")) as database:
            database.execute("DELETE FROM renditions WHERE name = 'full'")
            database.commit()
        assert await rebuild(archive, Here()) == Rebuilt(made=2)
        assert await rebuild(archive, Here()) == Rebuilt()
        with archive.edition() as edition:
            assert edition.picture("courier", "1", Picture(url=server.url("/a"))) == before
        lost = [each for each in archive.verify() if each.what == "blob"]
        assert lost == []

    run(story, tmp_path)
