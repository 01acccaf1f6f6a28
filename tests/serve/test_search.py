"""Search over HTTP, as pages and as feeds, and the state of the mirror: live from the archive, whatever is asked."""

import asyncio
import gzip
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from archive.samples import article, entry, gone, minutes, revision
from serve.served import serving
from wirecopy.archive import open_archive
from wirecopy.children import Bounds
from wirecopy.model import Source, State
from wirecopy.publish.site import plan
from wirecopy.serve import conditions, pages
from wirecopy.serve.asking import Desk, Question, Unanswered

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def mirror(tmp_path):
    """An archive of a few articles, one of them published and one withdrawn."""
    public = tmp_path / "public"
    page = public / plan.article("demo-zh", "2026-11-22", "1")
    page.parent.mkdir(parents=True)
    page.write_text("<p>page")
    (public / "index.html").write_text("<p>front")
    with open_archive(tmp_path / "wirecopy.db", write=True) as archive:
        archive.enrol([Source(id="demo-zh", name="山谷通讯", language="zh"), Source(id="demo-en", name="Courier")])
        for key, title, body in (
            ("1", "普京访华 <b>会谈</b>", "普京星期四抵达北京。会谈的气氛很好。"),
            ("2", "台湾 & 香港", "台北的天气。普京没有来。"),
            ("3", "Weather", "It rains <script>alert(1)</script> all day."),
        ):
            source = "demo-en" if key == "3" else "demo-zh"
            settle(archive, article(key, source, body, title=title, language="en" if key == "3" else "zh"))
        archive.settle(entry("2", state=State.GONE), revision=gone("2", at=minutes(9)))
    return tmp_path


def settle(archive, told):
    archive.settle(entry(told.key, told.source), revision=revision(told))


def served(mirror, **settings):
    return serving(mirror / "public", archive=mirror / "wirecopy.db", clock=lambda: NOW, **settings)


def text(answer):
    return answer.body.decode()


def test_two_characters_find_what_has_them_newest_first_and_marked(mirror):
    with served(mirror) as site:
        answer = site.get("/search?q=%E6%99%AE%E4%BA%AC", Accept_Language="zh-CN")
    assert (answer.status, answer.headers["Content-Language"]) == (200, "zh-Hans")
    page = text(answer)
    assert page.count("<li><h2") == 2
    assert "<mark>普京</mark>星期四抵达北京" in page
    assert "<script" not in page


def test_hits_lead_to_the_pages_that_are_published_and_else_to_the_outlet(mirror):
    with served(mirror) as site:
        page = text(site.get("/search?q=%E6%99%AE%E4%BA%AC"))
    assert f'<a href="{plan.article("demo-zh", "2026-11-22", "1")}">' in page
    assert 'href="https://www.example.org/demo-zh/a-2"' in page
    assert plan.article("demo-zh", "2026-11-22", "2") not in page
    assert "withdrawn by the outlet" in page


def test_what_outlets_wrote_and_what_was_asked_is_escaped(mirror):
    with served(mirror) as site:
        hit = text(site.get("/search?q=rains"))
        asked = text(
            site.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22%20onfocus=%22x&source=%22%3E%3Cb%3E&from=%3Ci%3E")
        )
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hit
    for page in (hit, asked):
        assert "<script" not in page
        assert "<b>" not in page
        assert "<i>" not in page
        assert 'onfocus="x' not in page


def test_a_source_and_days_narrow_a_search(mirror):
    with served(mirror) as site:
        assert "<li><h2" not in text(site.get("/search?q=rains&source=demo-zh"))
        assert "<li><h2" in text(site.get("/search?q=rains&source=demo-en"))
        assert "<li><h2" in text(site.get("/search?q=rains&from=2026-11-22&until=2026-11-22"))
        assert "<li><h2" not in text(site.get("/search?q=rains&until=2026-11-21"))
        page = text(site.get("/search?source=demo-en"))
    assert '<option value="demo-en" selected>Courier</option>' in page
    assert page.count("<li><h2") == 1


def test_a_day_that_is_none_is_told_and_left_out(mirror):
    with served(mirror) as site:
        page = text(site.get("/search?q=rains&from=yesterday"))
    assert "yesterday is no day" in page
    assert "<li><h2" in page


def test_results_come_in_pages_that_lead_to_each_other(mirror):
    with open_archive(mirror / "wirecopy.db", write=True) as archive, archive.batch():
        for number in range(100, 145):
            settle(archive, article(str(number), words=f"很多文章 {number}", published=NOW - timedelta(minutes=number)))
    with served(mirror) as site:
        seen, target = [], "search?q=%E5%BE%88%E5%A4%9A"
        while target:
            page = text(site.get(f"/{target}"))
            seen += re.findall(r"<mark>很多</mark>文章 (\d+)", page)
            found = re.search(r'<a rel="next" href="([^"]+)"', page)
            target = found[1].replace("&amp;", "&") if found else ""
    assert seen == [str(number) for number in range(100, 145)]


def test_a_search_can_be_subscribed_to(mirror):
    with served(mirror) as site:
        page = text(site.get("/search?q=%E6%99%AE%E4%BA%AC"))
        for kind, media in (("rss", "rss+xml"), ("atom", "atom+xml"), ("json", "feed+json")):
            assert f'<link rel="alternate" type="application/{media}"' in page
            answer = site.get(f"/search.{kind}?q=%E6%99%AE%E4%BA%AC")
            assert (answer.status, answer.headers["Content-Type"]) == (200, f"application/{media}")
            again = site.get(f"/search.{kind}?q=%E6%99%AE%E4%BA%AC", If_None_Match=answer.headers["ETag"])
            assert (again.status, again.body) == (304, b"")
        feed = ET.fromstring(site.get("/search.atom?q=%E6%99%AE%E4%BA%AC").body)
        links = [each.get("href") for each in feed.iterfind(f"{ATOM}entry/{ATOM}link[@rel='alternate']")]
        assert set(links) == {
            site.address + plan.article("demo-zh", "2026-11-22", "1"),
            "https://www.example.org/demo-zh/a-2",
        }
        told = json.loads(site.get("/search.json?q=%E6%99%AE%E4%BA%AC").body)
        assert told["feed_url"] == f"{site.address}search.json?q=%E6%99%AE%E4%BA%AC"
        assert "普京星期四抵达北京" in "".join(item["content_html"] for item in told["items"])
        assert site.get("/search.rss").status == 400


def test_feeds_name_the_address_that_readers_know(mirror):
    with served(mirror, public="https://news.example/m/") as site:
        told = json.loads(site.get("/search.json?q=%E6%99%AE%E4%BA%AC").body)
    assert told["feed_url"] == "https://news.example/m/search.json?q=%E6%99%AE%E4%BA%AC"


def test_no_search_is_wrong(mirror):
    odd = ["", "?", "?q=", "?q=%20", "?q=%22", "?q=%FF%FE", "?q=*", "?q=-", "?page=99999999999", "?page=-1&q=a"]
    odd += ["?q=a&page=x", "?q=%00", "?q=a&q=b", "?q=OR+AND+NOT+(", "?q=source:%22", "?source=..%2f..", "?q=%ED%A0%80"]
    with served(mirror) as site:
        for query in odd:
            assert site.get(f"/search{query}").status == 200, query
    assert site.troubles == []


def test_results_are_packed_for_who_likes_that_and_known_by_a_tag(mirror):
    with served(mirror) as site:
        plain, packed = (site.get("/search?q=rains", Accept_Encoding=each) for each in ("", "gzip"))
        again = site.get("/search?q=rains", Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"])
        told, head = site.get("/search?q=rains", "HEAD"), site.get("/search?q=rains")
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    assert (again.status, again.body) == (304, b"")
    head.headers.pop("Date"), told.headers.pop("Date")
    assert (told.headers, told.body) == (head.headers, b"")


def test_the_operator_is_not_told_the_same_trouble_again_and_again(mirror):
    (mirror / "wirecopy.db").write_bytes(b"no archive at all")
    with served(mirror) as site:
        for _ in range(5):
            assert site.get("/search?q=rains").status == 503
    assert len(site.troubles) == 1


def test_what_is_too_long_to_look_for_is_told(mirror):
    with served(mirror) as site:
        answer = site.get("/search?q=" + "%E6%99%AE" * (pages.LONGEST + 1))
        assert answer.status == 400
        assert "at most" in text(answer)
        assert site.get("/search?" + "&".join("q=a" for _ in range(500))).status == 400


def test_what_was_collected_meanwhile_is_found_at_once(mirror):
    with served(mirror) as site, open_archive(mirror / "wirecopy.db", write=True) as archive:
        assert "<li><h2" not in text(site.get("/search?q=%E6%B8%A1%E8%BD%AE"))
        settle(archive, article("9", words="新渡轮下水"))
        assert "<mark>渡轮</mark>" in text(site.get("/search?q=%E6%B8%A1%E8%BD%AE"))


def test_pages_are_read_while_somebody_searches(mirror):
    with open_archive(mirror / "wirecopy.db", write=True) as archive, archive.batch():
        for number in range(1_000, 1_100):
            settle(archive, article(str(number), words="很多文章。" * 50))
    with served(mirror) as site:
        search = threading.Thread(target=site.get, args=("/search?q=%E7%AB%A0&page=20",))
        search.start()
        read = 0
        while search.is_alive():
            assert site.get("/").status == 200
            read += 1
        search.join()
    assert read > 5


def test_an_archive_that_took_another_s_place_is_searched(mirror, tmp_path):
    with open_archive(tmp_path / "other.db", write=True) as archive:
        settle(archive, article("9", words="新渡轮下水"))
    with served(mirror) as site:
        assert "<li><h2" in text(site.get("/search?q=rains"))
        (tmp_path / "other.db").replace(mirror / "wirecopy.db")
        assert "<mark>渡轮</mark>" in text(site.get("/search?q=%E6%B8%A1%E8%BD%AE"))


def test_an_archive_that_cannot_be_read_is_told_to_the_operator_and_costs_readers_the_search_alone(mirror):
    (mirror / "wirecopy.db").write_bytes(b"no archive at all")
    with served(mirror) as site:
        answer = site.get("/search?q=rains")
        assert answer.status == 503
        assert "cannot be searched" in text(answer)
        assert str(mirror) not in text(answer)
        assert site.get("/-/health").status == 503
        assert site.get("/").status == 200
    assert any("is no wirecopy archive" in each for each in site.troubles)


def test_without_an_archive_nothing_can_be_searched(mirror):
    with serving(mirror / "public") as site:
        assert site.get("/search?q=rains").status == 404
        assert site.get("/-/status").status == 404
        assert "search" not in text(site.get("/nothing")).replace("the search", "")
        assert site.get("/").status == 200


def test_a_question_that_takes_too_long_is_ended(mirror):
    async def ask():
        async with Desk(mirror / "wirecopy.db", bounds=Bounds(cpu=10.0, memory=1 << 30, wall=1e-9)) as desk:
            await desk.ask(Question(what="search", archive=str(mirror / "wirecopy.db"), now=NOW, words="rains"))

    with pytest.raises(Unanswered, match=r"took more than 1e-09 s"):
        asyncio.run(ask())


def test_more_questions_than_can_wait_are_turned_away(mirror):
    async def ask():
        question = Question(what="search", archive=str(mirror / "wirecopy.db"), now=NOW, words="rains")
        async with Desk(mirror / "wirecopy.db", processes=1) as desk:
            return await asyncio.gather(*(desk.ask(question) for _ in range(60)), return_exceptions=True)

    answers = asyncio.run(ask())
    refused = [each for each in answers if isinstance(each, Unanswered)]
    assert len(refused) == 60 - 32
    assert {str(each) for each in refused} == {"too many questions wait already"}


# --- health and state -------------------------------------------------------------------------------------------------


def test_health_says_what_is_there(mirror):
    with served(mirror) as site:
        assert site.get("/-/health").status == 503  # nothing was published: these files are ours
        (mirror / "public" / "manifest.json").write_text('{"format": "wirecopy-manifest", "version": 1, "files": {}}')
        answer = site.get("/-/health")
        (mirror / "public" / ".wirecopy.unfinished").write_text("")
        unfinished = json.loads(site.get("/-/health").body)
    told = json.loads(answer.body)
    assert (answer.status, told["ok"]) == (200, True)
    assert told["archive"]["stamp"] > 0
    assert told["published"]["at"].endswith("Z")
    assert unfinished["published"]["unfinished"] is True
    assert unfinished["ok"] is True


def test_the_state_of_the_sources_is_told_live(mirror):
    with served(mirror) as site:
        told = json.loads(site.get("/-/status.json").body)
        page = site.get("/-/status", Accept_Language="de")
    by = {each["source"]: each for each in told["sources"]}
    assert by["demo-zh"]["documents"] == 2
    assert by["demo-zh"]["name"] == "山谷通讯"
    assert by["demo-zh"]["ledger"] | {"archived": 1, "gone": 1} == by["demo-zh"]["ledger"]
    assert by["demo-en"]["last_copy"].startswith("2026-11-22T12:00")
    assert "Zustand dieses Spiegels" in text(page)
    assert "山谷通讯" in text(page)


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-TW,zh;q=0.9", "zh-Hant"),
        ("zh", "zh-Hans"),
        ("fr, ar;q=0.5", "ar"),
        ("fr", "en"),
        ("de-CH;q=0.2, en;q=0.1", "de"),
        ("*", "en"),
    ],
)
def test_readers_are_spoken_to_in_their_language(accepted, language):
    assert conditions.language(accepted) == language
