"""Readers see how the mirror is, on a page and in a feed, in their language; nothing that is the operator's alone."""

from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import html

from publish import golden
from publish.edition import NOON, MemoryEdition
from wirecopy.model import Incident, SourceDay, Trouble, replace
from wirecopy.publish import feeds, messages, site
from wirecopy.publish.look import LANGUAGES, Look

LOOK = Look(title="港口镜像", interface="zh-Hans", beside=("feeds",))
HOSTILE = "http://10.0.0.7/</title><script>alert(1)</script>\x1b\u202e"


def tree(folder: Path) -> dict[str, bytes]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def wrong(trouble: Trouble = Trouble.SILENT, source: str = "hg-zh", **more: object) -> Incident:
    known = {"since": NOON, "what": HOSTILE, "now": 0.8, "usual": 0.25, "told": (("webhook-0badcafe", "began"),)}
    return Incident(source=source, trouble=trouble, **{**known, **more})  # type: ignore[arg-type]


def edition() -> MemoryEdition:
    made = golden.edition()
    made.given = [
        SourceDay(source="hg-zh", day="2024-01-02", new=500),
        SourceDay(source="hg-zh", day="2024-02-07", new=3),
        SourceDay(source="hg-zh", day="2024-02-08", new=12),
        SourceDay(source="hg-zh", day="2024-02-20", held=9),
    ]
    return made


def page(folder: Path, of: MemoryEdition, look: Look = LOOK) -> str:
    site.publish(of, folder, look)
    return (folder / "health.html").read_text("utf-8")


def test_readers_see_what_is_wrong_and_what_was(tmp_path: Path) -> None:
    of = edition()
    of.wrong = [
        wrong(),
        wrong(Trouble.HELD, "hg-en"),
        wrong(Trouble.FAILING, "", since=NOON - timedelta(days=3), until=NOON - timedelta(days=2)),
        wrong(Trouble.DISK, "", until=NOON + timedelta(days=1)),
    ]
    told = html.fromstring(page(tmp_path, of).encode())
    now, before = told.xpath("//main/ul")
    assert [each.text_content().partition("：")[0] for each in now] != []
    assert "没有新内容的时间比平时长" in now.text_content()
    assert "每100个网页中有80个不被认为是文章，平时为25个" in now.text_content()
    assert "我们无法连接任何媒体" in before.text_content()
    assert "2024-02-05 12:00 UTC 至 2024-02-06 12:00 UTC" in before.text_content()
    assert "镜像本身有问题" in before.text_content()
    assert told.xpath("//a[@href='feeds/health.atom']")
    for other in ("about.html", "sources.html"):
        assert "health.html" in (tmp_path / other).read_text("utf-8")


def test_nothing_that_is_the_operator_s_is_published(tmp_path: Path) -> None:
    of = edition()
    of.wrong = [wrong(trouble, source) for trouble in Trouble for source in ("hg-zh", "")]
    site.publish(of, tmp_path / "site", LOOK)
    feeds.publish(of, tmp_path / "feeds", title="x", language="en")
    for folder in ("site", "feeds"):
        for path, body in tree(tmp_path / folder).items():
            if "health" in path:
                for secret in (b"10.0.0.7", b"webhook", b"<script>alert", b"\x1b"):
                    assert secret not in body, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_has_words_in_every_language(language: str) -> None:
    from wirecopy.publish import incidents

    say = messages.of(language)
    said = [incidents.told(wrong(trouble, source), say) for trouble in Trouble for source in ("s", "")]
    assert all(said)
    assert not any("{" in words or "}" in words for words in said)
    assert {incidents.advice(wrong(trouble), say) for trouble in Trouble} == {
        say("health_missing"), say("health_quality"), say("health_waits"),
    }  # fmt: skip


def test_the_volume_is_a_picture_with_words_and_ends_with_the_last_news(tmp_path: Path) -> None:
    of = edition()
    told = html.fromstring(page(tmp_path, of).encode())
    pictures = told.xpath("//*[local-name()='svg']")
    assert len(pictures) == 4  # a row a source; those that gave nothing have an empty one
    (said,) = [each.get("aria-label") for each in pictures if "12" in each.get("aria-label").split("：")[1]]
    assert said.startswith("2024-01-10 至 2024-02-08：0, 0,")
    assert said.endswith(", 3, 12")
    assert not told.xpath("//@style | //main//script")
    of.given.append(SourceDay(source="hg-de", day="2024-03-01", held=5))
    assert page(tmp_path / "again", of) == (tmp_path / "health.html").read_text("utf-8")


def test_what_changed_gives_what_everything_gives(tmp_path: Path) -> None:
    of = edition()
    steps = [
        [wrong()],
        [wrong(until=NOON + timedelta(hours=1)), wrong(Trouble.GAP, "hg-de")],
        [wrong(Trouble.GAP, "hg-de", told=(("email", "began"),))],
    ]
    for number, step in enumerate(steps):
        of.wrong = step
        of.stamp += 1
        for folder in ("grown", f"whole{number}"):
            site.publish(of, tmp_path / folder / "site", LOOK)
            feeds.publish(of, tmp_path / folder / "feeds", title="x", address="https://m.example/")
        for part in ("site", "feeds"):
            grown, whole = tree(tmp_path / "grown" / part), tree(tmp_path / f"whole{number}" / part)
            assert {path: body for path, body in grown.items() if "health" in path} == {
                path: body for path, body in whole.items() if "health" in path
            }


def test_a_feed_reader_sees_an_incident_once_and_that_it_is_over(tmp_path: Path) -> None:
    of = edition()
    of.wrong = [wrong(), wrong(Trouble.FAILING, "", since=NOON - timedelta(days=9), until=NOON - timedelta(days=8))]

    def read() -> dict[str, tuple[str, str]]:
        of.stamp += 1
        feeds.publish(of, tmp_path, title="Mirror", address="https://m.example/", language="en")
        found = feedparser.parse((tmp_path / "health.atom").read_bytes())
        assert not found.bozo, found.bozo_exception
        assert found.feed.title == "Health, Mirror"
        assert all(each.link == "https://m.example/health.html" for each in found.entries)
        return {each.id: (each.title, each.updated) for each in found.entries}

    first = read()
    assert list(first.values()) == [
        ("港口报: Nothing new for longer than usual", "2024-02-08T12:00:00Z"),
        ("Well again: Mirror: We can reach no outlet at all", "2024-01-31T12:00:00Z"),
    ]
    bookmark = (tmp_path / ".wirecopy.json").read_text("utf-8")
    of.wrong[0] = replace(of.wrong[0], told=(("email", "began"),), what="another reason")
    assert read() == first
    assert '"health": ' in bookmark
    for line in bookmark.splitlines():  # who was told is no news for readers
        assert '"health": ' not in line or line in (tmp_path / ".wirecopy.json").read_text("utf-8")
    of.wrong[0] = replace(of.wrong[0], until=NOON + timedelta(days=1))
    second = read()
    assert list(second) == list(first)
    assert next(iter(second.values())) == (
        "Well again: 港口报: Nothing new for longer than usual", "2024-02-09T12:00:00Z",
    )  # fmt: skip
