"""Search in the published site: what the script finds is what the texts say, and the index follows the edition."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import unicodedata
from array import array
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publish.edition import MemoryEdition, document
from wirecopy.archive.search.query import Term, parse
from wirecopy.matching import folding, texts
from wirecopy.model import Document, Edition, Paragraph, replace, text
from wirecopy.publish import searching
from wirecopy.publish.manifest import ROOT
from wirecopy.publish.output import Output, check
from wirecopy.publish.searching import codes, coding, plan, postings
from wirecopy.text import is_rtl

DAY = datetime(2026, 11, 22, 8, tzinfo=UTC)


def article(number: int, words: str, at: datetime = DAY, source: str = "dw-zh", **fields: object) -> Document:
    known = {"title": f"T{number}", "body": (Paragraph(text=text(words)),), **fields}
    return document(source, f"{number}", at=at, **known)


def publish(edition: Edition, folder: Path) -> None:
    """All of it, anew."""
    with Output(folder, listed_in) as output:
        output.renew()
        searching.everything(edition, output)
        output.finish(b"{}")


def follow(edition: MemoryEdition, folder: Path, since: int, *days: str) -> Output:
    """What changed since that stamp."""
    with Output(folder, listed_in) as output:
        searching.changes(edition, output, list(edition.changed(since)), days)
        output.finish(b"{}")
        return output


def listed_in(path: str) -> str:
    return searching.listed_in(path) or ROOT


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    }


class Page:
    """The page of the search, in Node."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        say = json.dumps(searching.STRINGS)
        self._node = subprocess.Popen(
            [node(), str(Path(__file__).with_name("searching_in_node.js")), str(folder), say],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *_: object) -> None:
        self._node.communicate()

    def ask(self, words: str, **fields: str) -> dict:
        """What the page shows at first."""
        asked = {"q": words, **fields}
        return self._tell("#" + "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items()))

    def more(self) -> dict:
        return self._tell("more")

    def all(self, words: str, **fields: str) -> list[str]:
        """The keys of all that is found, to the last page, in order."""
        shown = self.ask(words, **fields)
        while shown["more"]:
            shown = self.more()
        assert "broken" not in shown["status"]
        return [Path(hit["href"]).stem for hit in shown["hits"]]

    def _tell(self, words: str) -> dict:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps(words) + "\n")
        self._node.stdin.flush()
        return json.loads(self._node.stdout.readline())

    def bytes(self, shown: dict) -> int:
        """Of the files that were asked for."""
        return sum((self._folder / path).stat().st_size for path in shown["asked"])


def node() -> str:
    found = shutil.which("node") or shutil.which("nodejs")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("node is not here, and CI is set")
        pytest.skip("node is not here")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "public"


def found_in(folder: Path, documents: list[Document], words: str, **fields: str) -> list[str]:
    publish(MemoryEdition(*documents), folder)
    with Page(folder) as page:
        return page.all(words, **fields)


# --- what is found ---------------------------------------------------------------------------------------------------


FOUND = [
    ("普京在莫斯科会见习近平。", "普京"),
    ("普京在莫斯科会见习近平。", "习"),
    ("普京在莫斯科会见习近平。", "平"),
    ("专家谈两岸关系的未来", "两岸关系"),
    ("专家谈两岸关系的未来", "谈两岸关系的未来"),
    ("نتائج الإنتخابات", "الانتخابات"),
    ("أُعْلِنَت النَّتائِجُ", "اعلنت النتائج"),
    ("Der Überfall auf die Bank", "uberfall"),
    ("Die STRASSE war leer", "Straße"),
    ("ΟΔΟΣ Οδυσσέας", "οδος"),
    ("שָׁלוֹם עולם", "שלום"),
    ("Ёлка в Москве", "елка"),
    ("総理大臣が会見した", "大臣"),
    ("대통령이 발표했다", "통령"),
    ("นายกรัฐมนตรีแถลง", "รัฐมนตรี"),
    ("हिन्दी में समाचार", "समाचार"),
    ("ｗｉｄｅ ＡＢＣ１２３", "abc123"),
    ("推出 5G 网络服务", "5G网络"),
    ("推出5G网络服务", "5G 网络"),
    ("零宽\u200b空格", "宽空"),
    ("習近平訪問臺灣", "习近平访问台湾"),
    ("习近平访问台湾", "習近平訪問臺灣"),
    ("climate change is here", '"climate change"'),
    ("climate, change", '“climate change”'),
    ("\U00020000\U00020001 in the supplementary plane", "\U00020000\U00020001"),
    ("x" * 60, "x" * 60),
]  # fmt: skip


def test_what_stands_in_a_text_is_found(folder: Path) -> None:
    documents = [article(number, words) for number, (words, _) in enumerate(FOUND)]
    publish(MemoryEdition(*documents), folder)
    with Page(folder) as page:
        missing = [(words, asked) for number, (words, asked) in enumerate(FOUND) if f"{number}" not in page.all(asked)]
    assert missing == []


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("普京访问，华盛顿", "问华"),
        ("普京\n访华", "京访"),
        ("Überfälle", "Überfall"),
        ("change of climate", '"climate change"'),
        ("两岸的关系", "两岸关系"),
        ("一二三 二三四", "一二三四"),
        ("Москва", "москвай"),
        ("x" * 60, "x" * 50),
    ],
)
def test_what_does_not_stand_in_a_text_is_not_found(words: str, asked: str, folder: Path) -> None:
    assert found_in(folder, [article(1, words)], asked) == []


def test_minus_a_source_a_field_and_days_narrow(folder: Path) -> None:
    edition = MemoryEdition(
        article(1, "普京 体育 vote", at=DAY - timedelta(minutes=1)),
        article(
            2, "普京 访华", source="dw-en", title="访华 vote", byline="李明", section="Asia Pacific", tags=("Ukraine",)
        ),
        article(3, "普京 访华", at=DAY - timedelta(days=400), source="bbc-zh"),
    )
    publish(edition, folder)
    asked = {
        "普京": ["2", "1", "3"],
        "普京 -体育": ["2", "3"],
        '普京 -"访华"': ["1"],
        "source:dw-zh 普京": ["1"],
        "source:dw-* 普京": ["2", "1"],
        "普京 -source:dw-*": ["3"],
        "source:none 普京": [],
        "since:2026": ["2", "1"],
        "until:2026-10 普京": ["3"],
        "since:2025-10-18 until:2025-10-18": ["3"],
        "since:2027": [],
        "title:vote": ["2"],
        "author:李明": ["2"],
        'section:"asia pacific"': ["2"],
        "tag:ukraine": ["2"],
        "author:vote": [],
    }
    with Page(folder) as page:
        assert {words: page.all(words) for words in asked} == asked
        assert page.all("普京", source="bbc-zh") == ["3"]
        assert page.all("", since="2026-11-22", until="2026-11-22") == ["2", "1"]
        assert page.all("普京", until="2025-12-31") == ["3"]


def test_what_makes_no_sense_is_taken_as_words_and_said(folder: Path) -> None:
    publish(MemoryEdition(article(1, "since yesterday")), folder)
    with Page(folder) as page:
        assert "names no day" in page.ask("since:yesterday")["status"]
        assert [hit["title"] for hit in page.ask("since:yesterday")["hits"]] == ["T1"]
        assert "no partner" in page.ask('"since yesterday')["status"]
        assert "whole word" in page.ask("yester*")["status"]
        assert page.ask("!!")["status"].startswith(searching.STRINGS["nothing"])
        assert page.ask("-")["status"] == searching.STRINGS["nothing"]


def test_hits_are_marked_dated_and_said_to_be_withdrawn(folder: Path) -> None:
    told = "很长的开头，" * 40 + "習近平訪問臺灣。" + "后面还有很多，" * 40
    edition = MemoryEdition(
        article(1, told, title="访问"),
        article(2, "ذهب الرئيس إلى تايوان. <b>&amp;", source="dw-ar", withdrawn=DAY, title="<i>x</i>"),
    )
    publish(edition, folder)
    with Page(folder) as page:
        (hit,) = page.ask("习近平访问 访问")["hits"]
        assert hit["title"] == "[访问]"
        assert hit["href"] == "articles/dw-zh/2026/11/1.html"
        (excerpt,) = hit["excerpts"]
        assert "[習近平訪問]臺灣。" in excerpt
        assert excerpt[0] == excerpt[-1] == "…"
        assert len(excerpt) < 200
        assert "2026" in hit["about"]
        assert "withdrawn" not in hit["about"]
        (hit,) = page.ask("الرئيس")["hits"]
        assert (hit["lang"], hit["dir"]) == ("ar", "rtl")
        assert hit["title"] == "<i>x</i>"
        assert hit["excerpts"] == ["ذهب [الرئيس] إلى تايوان. <b>&amp;"]
        assert hit["about"].endswith("withdrawn")


def test_what_is_found_has_the_direction_of_its_page(folder: Path) -> None:
    tags = ["ar", "ckb", "prs-AF", "ku-Arab-IQ", "ku", "az-Arab", "ar-Latn", "arn", "zh-Hant", "fa-ARAB", "en-x-ar"]
    publish(MemoryEdition(*(article(number, "5", language=tag) for number, tag in enumerate(tags))), folder)
    with Page(folder) as page:
        page.ask("5")
        hits = page.more()["hits"]
    directions = {hit["lang"]: hit["dir"] for hit in hits}
    assert directions == {tag: "rtl" if is_rtl(tag) else "ltr" for tag in tags}


def test_what_is_found_is_shown_without_controls_and_turns_nothing(folder: Path) -> None:
    edition = MemoryEdition(article(1, "words\u202e turned \x1b[31m", title="\u202egnp.exe"))
    edition.names["dw-zh"] = ("Ne\u202ews", "zh", "")
    publish(edition, folder)
    with Page(folder) as page:
        (hit,) = page.ask("gnp turned")["hits"]
    assert hit["title"] == "\ufffd[gnp].exe"
    assert hit["excerpts"] == ["words\ufffd [turned] \ufffd[31m"]
    assert "\u202e" not in hit["about"] + searching.page(str, [("dw-zh", "Ne\u202ews")])


def test_ten_are_shown_and_then_the_older(folder: Path) -> None:
    documents = [article(number, "普京", at=DAY - timedelta(days=number)) for number in range(25)]
    publish(MemoryEdition(*documents), folder)
    with Page(folder) as page:
        shown = page.ask("普京")
        assert len(shown["hits"]) == 10
        assert shown["more"] == searching.STRINGS["older"]
        assert "2026-11-13" in shown["status"]
        shown = page.more()
        assert len(shown["hits"]) == 20
        shown = page.more()
        assert [Path(hit["href"]).stem for hit in shown["hits"]] == [f"{number}" for number in range(25)]
        assert searching.STRINGS["all"] in shown["status"]
        assert not shown["more"]


@pytest.mark.parametrize("harm", ["gone", "cut", "other", "script"])
def test_a_damaged_file_is_said_and_the_rest_is_found(harm: str, folder: Path) -> None:
    publish(MemoryEdition(article(1, "普京"), article(2, "普京", at=DAY - timedelta(days=40))), folder)
    path = folder / plan.shard("2026/11/22/0-rest", 0)
    body = path.read_bytes()
    match harm:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(body[: len(body) // 2])
        case "other":
            path.write_bytes((folder / plan.DIRECTORY).read_bytes())
        case _:
            units = body.decode("utf-16-le")
            at = len(units) // 2
            path.write_bytes((units[:at] + chr(ord(units[at]) ^ 64) + units[at + 1 :]).encode("utf-16-le", "replace"))
    with Page(folder) as page:
        shown = page.ask("普京")
    assert [Path(hit["href"]).stem for hit in shown["hits"]] == ["2"]
    assert "search/2026/11/22/0-rest/0.js" in shown["status"]


def test_without_a_directory_it_is_said(folder: Path) -> None:
    publish(MemoryEdition(article(1, "普京")), folder)
    (folder / plan.DIRECTORY).unlink()
    with Page(folder) as page:
        assert "search/directory.js" in page.ask("普京")["status"]


# --- against the texts themselves ------------------------------------------------------------------------------------

_SCRIPTS = {
    "zh": "中国人民習近平訪問臺灣台湾发發髮展，。 5G",
    "en": "the climate change of thé Change, it's a— ",
    "de": "über Straße STRASSE ß ﬁnden Öl ",
    "ar": "ذهب الرئيس إلى أُعْلِنَت ى ي ة ه ",
    "th": "นายกรัฐมนตรีแถลง ",
    "ja": "総理大臣がガパ･ﾊﾟー会見 ",
    "ko": "대통령이 발표 ",
    "hi": "हिन्दी में समाचार ",
}
_pieces = st.sampled_from(sorted(_SCRIPTS)).flatmap(lambda name: st.text(_SCRIPTS[name], min_size=1, max_size=12))
_words = st.lists(_pieces, min_size=1, max_size=8).map("".join)


def has(document: Document, term: Term) -> bool:
    return folding.Text(texts.lines(document.article)).has(term.needle)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(_words, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_all_that_texts_have_is_found_and_nothing_else(
    tmp_path_factory, words: list[str], chance: random.Random
) -> None:
    documents = [
        article(number, each, at=DAY - timedelta(days=chance.choice((0, 0, 0, 1, 2, 30, 70, 200, 400, 900))))
        for number, each in enumerate(words)
    ]
    folder = tmp_path_factory.mktemp("public")
    publish(MemoryEdition(*documents), folder)
    asked = [
        each[begin : begin + size]
        for each in words
        for begin, size in [(chance.randrange(len(each)), chance.choice((1, 2, 3, 4, 6)))]
    ]
    with Page(folder) as page:
        for piece in asked:
            cleaned = re.sub(r'["“”„‟«»「」『』＂:：-]', " ", piece).replace("－", " ")
            query = parse(cleaned, DAY)
            if not query.wanted or "*" in piece:
                continue
            truth = [each for each in documents if all(has(each, term) for term in query.wanted)]
            truth.sort(key=lambda each: (each.day, each.first_at, each.article.key), reverse=True)
            assert page.all(cleaned) == [each.article.key for each in truth], cleaned


@pytest.mark.slow
def test_a_browser_folds_as_we_do(tmp_path: Path) -> None:
    """Every character that both know, and what is folded by its neighbours."""
    publish(MemoryEdition(article(1, "x")), tmp_path)
    letters = [chr(code) for code in range(0x20, 0x30000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Cc")]
    lines = [*letters, "и\u0306", "і\u0308", "\u1112\u1161\u11ab", "か\u3099", "ΟΔΟΣ", "İstanbul", "e\u0301\u0323"]
    script = (tmp_path / plan.SCRIPT).read_text()
    inside = script.replace(
        "follow();\n})();",
        "globalThis.folded = (l) => prepareFolding().then(() => l.map((e) => [folded(e), pieces(folded(e))]));\n})();",
    )
    assert inside != script
    (tmp_path / plan.SCRIPT).write_text(inside)
    harness = Path(__file__).with_name("searching_in_node.js").read_text()
    (tmp_path / "run.js").write_text(
        harness[: harness.index("const marked")]
        + 'folded(JSON.parse(fs.readFileSync(0, "utf8"))).then((all) => process.stdout.write(JSON.stringify(all)));\n'
    )
    done = subprocess.run(
        [node(), str(tmp_path / "run.js"), str(tmp_path), "{}"],
        input=json.dumps(lines), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    other = [
        (line, f"{ord(line[0]):x}", seen, folding.folded(line))
        for line, (seen, cut) in zip(lines, told, strict=True)
        if folding.pieces(seen) != folding.pieces(folding.folded(line)) or cut != folding.pieces(folding.folded(line))
    ]
    assert other == []


# --- the index follows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_following_ends_with_the_bytes_of_making_anew(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    edition = MemoryEdition(
        *(news(chance, number, DAY - timedelta(days=chance.randrange(500))) for number in range(60))
    )
    publish(edition, tmp_path / "kept")
    for step in range(8 if seed else 3):
        before = edition.stamp
        days = []
        for _ in range(chance.choice((1, 1, 3))):
            now = DAY + timedelta(days=step * chance.choice((0, 1, 12)))
            match chance.randrange(6):
                case 0 | 1:
                    edition.put(news(chance, 1000 + edition.stamp, now + timedelta(minutes=edition.stamp)))
                case 2:
                    edition.put(news(chance, 1000 + edition.stamp, DAY - timedelta(days=chance.randrange(500))))
                case 3:
                    source, key = chance.choice(sorted(edition._documents))
                    stood = edition.document(source, key)
                    edition.put(
                        replace(stood, revisions=2, number=2, article=replace(stood.article, title=f"改 {step}"))
                    )
                case 4:
                    edition.withdraw(*chance.choice(sorted(edition._documents)))
                case _:
                    source, key = chance.choice(sorted(edition._documents))
                    days.append(edition.document(source, key).day)
                    edition.remove(source, key)
        follow(edition, tmp_path / "kept", before, *days)
        publish(edition, tmp_path / f"anew{step}")
        assert tree(tmp_path / "kept") == tree(tmp_path / f"anew{step}")
        assert list(check(tmp_path / "kept")) == []


def news(chance: random.Random, number: int, at: datetime) -> Document:
    words = "".join(chance.choices("中国人民习近平访问台湾发展，。", k=80)) + f" word{number}"
    return article(number, words, at=at, source=chance.choice(("dw-zh", "bbc-zh")))


def test_one_more_article_writes_its_text_and_two_files(folder: Path) -> None:
    chance = random.Random(1)
    edition = MemoryEdition(*(news(chance, number, DAY + timedelta(minutes=number)) for number in range(70)))
    edition.put(news(chance, 900, DAY - timedelta(days=90)))
    publish(edition, folder)
    before = edition.stamp
    edition.put(news(chance, 70, DAY + timedelta(hours=3)))
    output = follow(edition, folder, before)
    assert [path for path in output.paths if path.startswith("search/")] == [
        "search/2026/11/22/70.js", "search/2026/11/22/64-rest/0.js", "search/directory.js",
    ]  # fmt: skip


def test_what_is_withdrawn_or_has_a_new_picture_rewrites_its_text_alone(folder: Path) -> None:
    edition = MemoryEdition(article(1, "普京", at=DAY - timedelta(days=500)), article(2, "x"))
    publish(edition, folder)
    before = edition.stamp
    edition.withdraw("dw-zh", "1")
    output = follow(edition, folder, before)
    assert output.paths[0] == f"search/{DAY - timedelta(days=500):%Y/%m/%d}/0.js"
    assert [path for path in output.paths if path.startswith("search/")] == output.paths[:1]


def test_what_was_taken_down_is_in_no_file(folder: Path) -> None:
    chance = random.Random(2)
    edition = MemoryEdition(*(news(chance, number, DAY - timedelta(days=number)) for number in range(5)))
    edition.put(article(99, "绝密文件 secretword", at=DAY - timedelta(days=2)))
    publish(edition, folder)
    before = edition.stamp
    edition.remove("dw-zh", "99")
    follow(edition, folder, before, "2026-11-20")
    numbers = [codes.word("secretword"), codes.neighbours("绝", "密")]
    for path, body in tree(folder).items():
        if path.endswith(".js") and path != plan.SCRIPT:
            assert b"secretword" not in coding.unpacked(body)
            assert "绝密".encode() not in coding.unpacked(body)
    for segment in plan.segments(dict(edition.days())):
        files = list((folder / "search" / segment.name).iterdir())
        for number in numbers:
            file, _ = postings.where(number, len(files))
            _, bits, known = postings.read(coding.unpacked((folder / plan.shard(segment.name, file)).read_bytes()))
            assert postings.where(number, len(files), bits)[1] not in known
    assert not (folder / "search/2026/11/20/1.js").exists()


def test_an_index_that_cannot_be_read_is_made_anew(folder: Path) -> None:
    edition = MemoryEdition(article(1, "普京"), article(2, "访华", at=DAY - timedelta(days=400)))
    publish(edition, folder)
    whole = tree(folder)
    (folder / plan.DIRECTORY).write_bytes(b"nonsense")
    follow(edition, folder, edition.stamp)
    assert tree(folder) == whole


def test_a_text_that_somebody_damaged_is_made_anew_with_its_segment(folder: Path) -> None:
    edition = MemoryEdition(article(1, "普京"))
    publish(edition, folder)
    (folder / plan.text("2026-11-22", 0)).write_bytes(b"nonsense")
    edition.put(article(2, "访华", at=DAY + timedelta(hours=1)))
    follow(edition, folder, edition.stamp - 1)
    publish(edition, folder.parent / "anew")
    assert tree(folder) == tree(folder.parent / "anew")


# --- segments ---------------------------------------------------------------------------------------------------------


def days_of(first: str, count: int, each: int = 3) -> dict[str, int]:
    begin = datetime.fromisoformat(first)
    return {f"{begin + timedelta(days=number):%Y-%m-%d}": each for number in range(count)}


def test_what_is_over_is_one_segment_by_the_newest_day() -> None:
    assert [each.name for each in plan.segments(days_of("2024-01-01", 1057, 40))] == [
        "2024/year", "2025/year", "2026/q1", "2026/q2", "2026/q3", "2026/10/month", "2026/11/month",
        "2026/11/21/0-32", "2026/11/21/32-rest", "2026/11/22/0-32", "2026/11/22/32-rest",
    ]  # fmt: skip


def test_the_year_is_open_while_its_last_day_is() -> None:
    assert plan.segments({"2025-01-01": 1, "2026-01-01": 1})[0].name == "2025/q1"
    assert plan.segments({"2025-12-30": 1, "2026-01-01": 1})[0].name == "2025/12/month"
    assert plan.segments({"2025-12-30": 1, "2026-01-02": 1})[0].name == "2025/year"


def test_a_newer_article_changes_no_segment_that_is_over() -> None:
    days = days_of("2024-01-01", 700)
    before = plan.segments(days)
    days[max(days)] += 1
    after = plan.segments(days)
    assert before[:-1] == after[:-1]


@given(st.dictionaries(st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(str), st.integers(1, 40_000), max_size=60))
def test_segments_hold_each_document_once_in_order(days: dict[str, int]) -> None:
    segments = plan.segments(days)
    pieces = [piece for segment in segments for piece in segment.pieces]
    assert [(piece.day, place) for piece in pieces for place in (piece.begin,)] == sorted(
        (piece.day, piece.begin) for piece in pieces
    )
    assert Counter({day: sum(p.end - p.begin for p in pieces if p.day == day) for day in days}) == Counter(days)
    assert max((segment.documents for segment in segments), default=0) <= plan.MOST
    assert len({segment.name for segment in segments}) == len(segments)


# --- coding -----------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=400))
def test_any_bytes_come_back_from_their_script(data: bytes) -> None:
    script = coding.script(coding.packed(data))
    assert coding.unpacked(script) == data
    assert coding.stream_of(coding.script(data))[: len(data)] == data
    words = script.decode("utf-16")
    assert not re.search('[\0\n\r"\\\\\u2028\u2029\ufffe\uffff]', words[4:-4])


@pytest.mark.parametrize("body", [b"", b"_w(", '\ufeff_w("");\n'.encode("utf-16-le"), b"\xff\xfe\x00\xd8"])
def test_what_is_no_script_of_ours_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"script|damaged|codec"):
        coding.unpacked(body)


@given(st.lists(st.sets(st.integers(0, 2**32 - 1), max_size=60), max_size=60), st.booleans())
def test_postings_tell_who_has_what(documents: list[set[int]], one: bool) -> None:
    known = postings.Postings()
    for each in documents:
        known.add(each)
    files = known.files(one=one)
    for number, each in enumerate(documents):
        for code in each:
            file, _ = postings.where(code, len(files))
            count, bits, told = postings.read(files[file])
            assert count == len(documents)
            assert number in told[postings.where(code, len(files), bits)[1]]


def test_postings_of_many_documents_tell_exactly_who_has_what() -> None:
    """More places than are sorted at once, frequent and rare tokens, and neighbours that have one key."""
    chance = random.Random(3)
    frequent = [chance.getrandbits(32) for _ in range(60)]
    documents = [
        {number + chance.randrange(2) for number in chance.sample(frequent, 20)}
        | {0, 2**32 - 1, *(chance.getrandbits(32) for _ in range(40))}
        for _ in range(700)
    ]
    known = postings.Postings()
    for each in documents:
        known.add([*each, *list(each)[:9]])
    files = known.files()
    assert len(files) == sum(map(len, documents)) // 2000
    _, bits, _ = postings.read(files[0])
    truth: dict[tuple[int, int], set[int]] = {}
    for number, each in enumerate(documents):
        for code in each:
            truth.setdefault(postings.where(code, len(files), bits), set()).add(number)
    assert len(truth) < len(set().union(*documents))
    told = {(number, key): has for number, file in enumerate(files) for key, has in postings.read(file)[2].items()}
    assert told == {place: sorted(has) for place, has in truth.items()}


@given(st.lists(st.integers(0, 2**21 - 1) | st.sampled_from([0, 127, 128, 16383, 16384, 2**21 - 1, 2**21, 2**24])))
def test_any_numbers_come_back_from_their_bytes(numbers: list[int]) -> None:
    spelt = postings._spelt(array("I", numbers))
    assert list(postings._numbers(spelt)) == numbers
    assert len(spelt) == sum(max(1, (number.bit_length() + 6) // 7) for number in numbers)


@given(st.text(st.sampled_from("中国人 民ab é1,。ก"), max_size=40))
def test_a_text_is_found_by_the_tokens_of_its_pieces(words: str) -> None:
    seen = folding.folded(words)
    found = codes.of(seen)
    cut_words, runs = folding.cut(seen)
    expected = {codes.word(each) for each in cut_words}
    expected |= {codes.pair(*two) for two in pairwise(cut_words)}
    for run in runs:
        expected |= {codes.neighbours("", each) for each in run}
        expected |= {codes.neighbours(*two) for two in pairwise(run)}
    assert set(found) == expected


def test_the_page_is_well_formed_and_holds_no_word_of_its_own() -> None:
    import xml.etree.ElementTree as ET

    made = searching.page(lambda key: f"<{key}&\"'>", [("dw-zh", "德国之声 <b>")], root="../")
    tree = ET.fromstring(f"<r>{made}</r>")
    said = " ".join(" ".join(tree.itertext()).split())
    assert re.sub(r"<[a-z-]+&\"'>", "", said).split() == ["德国之声", "<b>"]
    assert tree.find("script").get("src") == "../search/search.js"
    assert set(json.loads(tree.find("div").get("data-say"))) <= set(searching.STRINGS)
    groups = [part for part in tree.iter() if part.find("label") is not None]  # a line breaks between these
    assert [len(each.findall("input") + each.findall("select")) for each in groups] == [1, 1, 1, 1]
    labels = {each.get("for") for each in tree.iter("label")}
    assert labels == {each.get("id") for name in ("input", "select") for each in tree.iter(name)}
