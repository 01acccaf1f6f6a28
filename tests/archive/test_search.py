"""Search in the archive: what is found, what is not, where, in which order, and that the index follows the archive."""

import random
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wirecopy
from archive.samples import NOON, article, entry, gone, minutes, revision
from cost import soon
from wirecopy.archive import open_archive, schema
from wirecopy.archive.file import File
from wirecopy.archive.search import Found, Hit, excerpts, find, index, query, rebuild, search
from wirecopy.matching import folding
from wirecopy.matching.hanzi import SIMPLIFIED
from wirecopy.matching.texts import lines
from wirecopy.model import Mark, Paragraph, Run, State, encode, replace, text

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wirecopy.db"


@pytest.fixture
def archive(path):
    with open_archive(path, write=True) as opened:
        yield opened


def put(archive, key, words="正文", at=NOON, source="demo-zh", **fields):
    known = {"title": f"T{key}", "published": at, **fields}
    seen = article(key, source, words, **known)
    archive.settle(entry(key, source), revision=revision(seen, at=at))


def keys(archive, words, **options):
    return [hit.headline.key for hit in search(archive, words, now=NOW, limit=1000, **options).hits]


def said(archive):
    return [f"{damage.what} {damage.name}: {damage.reason}" for damage in archive.verify()]


# --- what is found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("普京在莫斯科会见习近平。", "普京"),
        ("普京在莫斯科会见习近平。", "习"),
        ("专家谈两岸关系的未来", "两岸关系"),
        ("نتائج الانتخابات في مصر", "الانتخابات"),
        ("نتائج الإنتخابات", "الانتخابات"),
        ("أُعْلِنَت النَّتائِجُ", "اعلنت النتائج"),
        ("Der Überfall auf die Bank", "Überfall"),
        ("Der Überfall auf die Bank", "uberfall"),
        ("Die STRASSE war leer", "Straße"),
        ("Überfälle häufen sich", "Überf*"),
        ("שָׁלוֹם עולם", "שלום"),
        ("Ёлка в Москве", "елка"),
        ("総理大臣が会見した", "大臣"),
        ("대통령이 발표했다", "통령"),
        ("นายกรัฐมนตรีแถลง", "รัฐมนตรี"),
        ("हिन्दी में समाचार", "समाचार"),
        ("ｗｉｄｅ ＡＢＣ１２３", "abc123"),
        ("推出5G网络服务", "5G网络"),
        ("推出 5G 网络服务", "5G网络"),
        ("零宽\u200b空格", "宽空"),
        ("習近平訪問臺灣", "习近平访问台湾"),
        ("习近平访问台湾", "習近平訪問臺灣"),
        ("頭髮與發展", "头发"),
        ("《面條》後記", "面条"),
        ("𠮷野家", "𠮷野"),
    ],
)
def test_words_of_every_script_are_found(archive, words, asked):
    put(archive, "1", words)
    put(archive, "2", "nothing of it")
    assert keys(archive, asked) == ["1"]
    assert keys(archive, asked, best=True) == ["1"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("中国，人民", "中国人民"),  # a sign lies between
        ("中国\n人民", "国人"),
        ("Moskau", "Mos"),
        ("Moskau", "oskau"),
        ("climate of change", '"climate change"'),
        ("change climate", '"climate change"'),
        ("мои книги", "мой"),
        ("京普", "普京"),
    ],
)
def test_what_only_looks_alike_is_not_found(archive, words, asked):
    put(archive, "1", words)
    assert keys(archive, asked) == []


def test_every_part_of_an_article_is_searched(archive):
    put(
        archive, "1", "Body", title="Titel", kicker="Dach", subtitle="Unter", summary="Kurz", byline="von Ada",
        authors=("Ada Lovelace",), section="Kultur", tags=("Mathematik",),
    )  # fmt: skip
    for asked in ("titel", "dach", "unter", "kurz", "ada", "lovelace", "kultur", "mathematik", "body"):
        assert keys(archive, asked) == ["1"], asked


def test_fields_narrow(archive):
    put(archive, "1", "李明 wrote", source="demo-zh", authors=("李明",), section="Asia Pacific", tags=("Ukraine",))
    put(archive, "2", "about 李明", source="demo-de", authors=("Ada",), section="Europe", title="Asia")
    assert keys(archive, "李明") == ["1", "2"] or keys(archive, "李明") == ["2", "1"]
    assert keys(archive, "author:李明") == ["1"]
    assert keys(archive, 'section:"asia pacific"') == ["1"]
    assert keys(archive, "section:asia -author:ada") == ["1"]
    assert keys(archive, "title:asia") == ["2"]
    assert keys(archive, "tag:ukraine") == ["1"]
    assert keys(archive, "source:demo-de") == ["2"]
    assert keys(archive, "source:DEMO-de 李明") == ["2"]
    assert keys(archive, "-source:demo-de") == ["1"]
    assert sorted(keys(archive, "source:demo-de source:demo-zh")) == ["1", "2"]
    assert sorted(keys(archive, "source:demo-*")) == ["1", "2"]
    assert keys(archive, "source:demo") == []


def test_moments_bound(archive):
    for day in (1, 10, 20):
        put(archive, str(day), "words", at=datetime(2026, 11, day, 8, 30, tzinfo=UTC))
    put(archive, "old", "words", at=datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert keys(archive, "words since:2026-11-10") == ["20", "10"]
    assert keys(archive, "words until:2026-11-10") == ["10", "1", "old"]
    assert keys(archive, "since:2026-11-02 until:2026-11-10") == ["10"]
    assert keys(archive, "until:2025") == ["old"]
    assert keys(archive, "since:2026-11") == ["20", "10", "1"]
    assert keys(archive, "words since:12d") == ["20", "10"]
    assert keys(archive, "words since:2030") == []


def test_what_is_not_wanted_is_left_out(archive):
    put(archive, "1", "fussball und politik, kein langer satz")
    put(archive, "2", "politik ohne den ball")
    put(archive, "3", "普京与政治 politik")
    assert keys(archive, "politik -fussball") == ["3", "2"] or sorted(keys(archive, "politik -fussball")) == ["2", "3"]
    assert sorted(keys(archive, 'politik -"langer satz"')) == ["2", "3"]
    assert sorted(keys(archive, "politik -普京")) == ["1", "2"]
    assert sorted(keys(archive, "-fuss*")) == ["2", "3"]


def test_the_newest_come_first_and_the_best_when_asked(archive):
    put(archive, "body", "something of 台湾", at=minutes(30))
    put(archive, "title", "something else", title="台湾大选", at=minutes(10))
    put(archive, "often", "台湾 台湾 台湾", at=minutes(20))
    assert keys(archive, "台湾") == ["body", "often", "title"]
    assert keys(archive, "台湾", best=True) == ["title", "often", "body"]


def test_a_limit_is_kept_and_said(archive):
    for number in range(30):
        put(archive, str(number), "words", at=minutes(number))
    found = search(archive, "words", limit=5, now=NOW)
    assert [hit.headline.key for hit in found.hits] == ["29", "28", "27", "26", "25"]
    assert found.more
    assert found.whole
    assert not search(archive, "words", limit=30, now=NOW).more


def test_hundreds_of_articles_of_one_minute_are_all_found_and_bounded(archive):
    midnight = datetime(2026, 11, 1, tzinfo=UTC)
    with archive.batch():
        for number in range(300):
            put(archive, f"{number:03}", "words", at=midnight)
        put(archive, "next", "words", at=midnight + timedelta(days=1))
    assert len(keys(archive, "words")) == 301
    assert len(keys(archive, "words until:2026-11-01")) == 300
    assert len(keys(archive, "words since:2026-11-01 until:2026-11-01")) == 300
    assert keys(archive, "words since:2026-11-02") == ["next"]
    assert said(archive) == []


# --- the law of recall -----------------------------------------------------------------------------------------------

_HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from("㐀𠀀々〇習习髮发著着乾干")
_TEXTS = st.text(_HAN | st.sampled_from("，。 a1\n“”"), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_TEXTS, min_size=1, max_size=4), chance=st.randoms(use_true_random=False))
def test_every_piece_of_a_han_run_is_found_and_nothing_else(texts, chance):
    with open_archive(Path(mkdtemp(), "a.db"), write=True) as archive:
        with archive.batch():
            for number, words in enumerate(texts):
                put(archive, str(number), words)
        for words in texts:
            for run in re.findall("[㐀-鿿𠀀々〇]+", words):
                size = chance.randint(1, min(8, len(run)))
                begin = chance.randint(0, len(run) - size)
                piece = run[begin : begin + size]
                holds = {str(n) for n, each in enumerate(texts) if has(each, piece)}
                assert set(keys(archive, piece)) == holds
                assert set(keys(archive, f'"{piece}"', best=True)) == holds


_PARTS = st.text(st.sampled_from('习習近平か\u3099\u1100\u1161\u11a8и\u0306e\u0301ab\u200b"\\ ，'), max_size=4)


@settings(deadline=None, max_examples=300)
@given(parts=st.lists(_PARTS, min_size=1, max_size=6), begin=st.integers(0, 20), size=st.integers(1, 8))
def test_a_piece_over_links_and_marks_is_never_ruled_out(parts, begin, size):
    held = article(
        body=(Paragraph(text=tuple(Run(text=part, marks=(Mark.EM,) * (n % 2)) for n, part in enumerate(parts))),)
    )
    for piece in folding.matter(" ".join(lines(held)))[begin : begin + size].split():
        assert not find._rules_out([piece], encode(held))
    assert find._rules_out(["莫斯科"], encode(article(words="普京在莫斯。科")))


def has(words, piece):
    """Written apart from what is tested: simplified by the character, then Python's own `in`."""
    simple = str.maketrans(SIMPLIFIED)
    return piece.translate(simple) in words.translate(simple)


@settings(deadline=None, max_examples=200)
@given(words=st.text(max_size=80))
def test_folding_twice_is_folding_once(words):
    once = folding.folded(words)
    assert folding.matter(once) == folding.matter(words)
    assert folding.matter(words).count("\n") == words.count("\n")


@settings(deadline=None, max_examples=200)
@given(words=st.text(max_size=60))
def test_what_a_piece_is_looked_for_by_is_what_it_is_known_by(words):
    listed = folding.tokens(folding.folded(words))
    known = set(listed)
    assert len(known) == len(listed)
    for piece in folding.matter(words).split():
        assert set(folding.tokens_of(piece)) <= set(folding.known_by(piece)) <= known
    assert all(token == token.strip() and token for token in known)


_LETTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    'иі\u0306\u0308\u3099か\u1100\u1161\u11a8가ßẞσςΣéё\u200b\u00ad習习。， "أ\u0654ی\n'
)


@settings(deadline=None, max_examples=500)
@given(words=st.text(_LETTERS, max_size=12))
def test_the_quick_way_of_folding_is_the_thorough_one(words):
    quick = [folding.pieces(line) for line in folding.folded(words).split("\n")]
    assert quick == [folding.pieces(line) for line in folding._thorough(words).split("\n")]


@settings(deadline=None, max_examples=200)
@given(words=st.lists(st.text("abcß", min_size=1, max_size=60), min_size=2, max_size=9))
def test_two_words_in_a_row_are_known_by_their_token(words):
    line = folding.folded(" ".join(words))
    known = folding.tokens(line)
    assert all(folding.pair(*two) in known for two in pairwise(folding.pieces(line)))


def test_no_simplified_character_has_a_simplified_form_of_its_own():
    assert not {ord(character) for character in SIMPLIFIED.values()} & set(SIMPLIFIED)
    assert len(SIMPLIFIED) > 2900


# --- questions of every kind -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "noted"),
    [
        ('"open phrase', "no partner"),
        ("since:banana words", "names no day"),
        ("until:2026-13", "names no day"),
        ("since:9999999d", "names no day"),
        ("-since:2026", "names no day"),
        ("。！ words", "left out"),
        ("", "nothing to look for"),
        ('"" - * : -', "nothing to look for"),
    ],
)
def test_what_makes_no_sense_is_said_and_taken_as_words(archive, asked, noted):
    put(archive, "1", "open phrase, words")
    assert any(noted in note for note in search(archive, asked, now=NOW).notes)


@pytest.mark.parametrize(
    "asked", ["http://example.org/a?b=c", "12:30", "C++", "it's", "AT&T", "foo:bar", "#MeToo_2020"]
)
def test_signs_inside_words_are_no_syntax(archive, asked):
    put(archive, "1", f"we saw {asked} there")
    assert keys(archive, asked) == ["1"]
    assert search(archive, asked, now=NOW).notes == ()


def test_quotation_marks_of_every_keyboard_are_understood(archive):
    put(archive, "1", "climate change", authors=("李明",))
    put(archive, "2", "change of climate")
    for asked in ("“climate change”", "„climate change“", "«climate change»", "「climate change」", "author：李明"):
        assert keys(archive, asked) == ["1"], asked


HOSTILE = [
    "普" * 10_000,
    " ".join(f"word{n}" for n in range(2_000)),
    '"' * 9_999,
    "-" * 10_000,
    "(" * 5_000 + ")" * 5_000,
    "\x00\x1b[31m\x07\udcff words NEAR(a b) AND OR NOT",
    "^a* OR b -c:d {x y} : z",
    "a" * 10_000,
    " ".join(f"-w{n}" for n in range(2_000)),
    " ".join(f"source:s{n}" for n in range(2_000)),
    "'; DROP TABLE search; --",
    "since:" * 2_000,
    "*",
    "a*",
    "source:* title:* -*",
]


@soon
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_questions_are_answered_soon(archive, number):
    put(archive, "1", "a few words 普京")
    assert isinstance(search(archive, HOSTILE[number], now=NOW), Found)
    assert isinstance(search(archive, HOSTILE[number], now=NOW, best=True), Found)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.text(max_size=40) | st.text(st.sampled_from('ab普京 "-*:()^{}'), max_size=30))
def test_no_words_are_wrong(shared_archive, asked):
    assert isinstance(search(shared_archive, asked, now=NOW), Found)


@pytest.fixture(scope="module")
def shared_archive(tmp_path_factory):
    with open_archive(tmp_path_factory.mktemp("shared") / "a.db", write=True) as opened:
        put(opened, "1", "ab 普京")
        yield opened


def test_a_whole_article_finds_itself(archive):
    chance = random.Random(5)
    long = "".join(chance.choices("的一是在不了有和人这中大为上个国我以要他时来用们", k=9_000))
    put(archive, "1", long)
    put(archive, "2", long[:4_000] + "另" + long[4_000:])
    assert keys(archive, long) == ["1"]
    assert sorted(keys(archive, long[100:3_000])) == ["1", "2"]


# --- excerpts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "asked", "marked"),
    [
        ("習近平訪問臺灣", "访问", ["訪問"]),
        ("Der Überfall, die Überfälle", "überf*", ["Überfall", "Überfälle"]),
        ("Die Straße", "strasse", ["Straße"]),
        ("e\u0301cole et école", "ecole", ["e\u0301cole", "école"]),
        ("ﬁnance now", "finance", ["ﬁnance"]),
        ("普京普京普京", "普京", ["普京普京普京"]),
        ("climate, change and climate change", '"climate change"', ["climate, change", "climate change"]),
        ("대통령이", "통령", ["통령"]),
        ("ガス会社", "ガス", ["ガス"]),
    ],
)
def test_marks_stand_in_the_text_as_it_was_written(line, asked, marked):
    piece = excerpts.marked(line, query.parse(asked, NOW).wanted)
    assert piece.text == line
    found = [piece.text[begin:end] for begin, end in piece.marks]
    # A word that only begins like the one looked for is marked as far as it was looked for.
    assert all(whole.startswith(part) for whole, part in zip(marked, found, strict=True))


def test_an_excerpt_is_short_and_shows_the_place(archive):
    put(archive, "1", "前" * 500 + "普京" + "后" * 500)
    (hit,) = search(archive, "普京", now=NOW).hits
    (piece,) = hit.excerpts
    assert len(piece.text) < 200
    assert piece.text.startswith("…")
    assert piece.text.endswith("…")
    assert [piece.text[begin:end] for begin, end in piece.marks] == ["普京"]


@settings(deadline=None, max_examples=100)
@given(line=st.text(max_size=300), asked=st.text(max_size=5))
def test_marks_are_in_order_and_inside(line, asked):
    terms = query.parse(asked, NOW).wanted
    text = folding.Text(["title", *line.split("\n")])
    for piece in (*map(partial(excerpts.marked, terms=terms), text.lines), *excerpts.excerpts(text, terms)):
        places = [place for mark in piece.marks for place in mark]
        assert places == sorted(places)
        assert all(0 <= place <= len(piece.text) for place in places)
        assert all(begin < end for begin, end in piece.marks)
    if terms and text.has(terms[0].needle):
        assert any(excerpts.marked(each, terms).marks for each in text.lines)


# --- the index follows -----------------------------------------------------------------------------------------------


def test_edits_withdrawals_and_moves_follow(archive):
    put(archive, "1", "alt 旧文", at=minutes(0))
    put(archive, "1", "neu 新文", at=minutes(10), title="Anders")
    assert keys(archive, "旧文") == []
    assert keys(archive, "alt") == []
    assert keys(archive, "新文 anders") == ["1"]
    archive.settle(entry(state=State.GONE), revision=gone(at=minutes(20)))
    (hit,) = search(archive, "新文", now=NOW).hits  # the last good copy stays, and is said to be withdrawn
    assert hit.headline.withdrawn
    put(archive, "1", "wieder", at=minutes(30))
    assert keys(archive, "wieder") == ["1"]
    assert keys(archive, "新文") == []
    assert said(archive) == []


def test_what_was_settled_is_found_at_once_by_whoever_reads(archive, path):
    with open_archive(path, write=False) as reader:
        put(archive, "1", "两岸关系")
        assert keys(reader, "两岸关系") == ["1"]


def test_what_was_undone_is_not_found(archive):
    class Undone(Exception):
        pass

    def half() -> None:
        with archive.batch():
            put(archive, "1", "两岸关系")
            raise Undone

    with pytest.raises(Undone):
        half()
    assert keys(archive, "两岸关系") == []
    assert said(archive) == []


def test_random_edits_end_as_an_index_made_anew(archive, path):
    chance = random.Random(11)
    words = ["普京 访华", "台湾 臺灣", "Überfall", "alpha beta", "gamma", "习近平" * 20, "الانتخابات", ""]
    for step in range(80):
        key = str(chance.randrange(12))
        if chance.random() < 0.15 and archive.standing("demo-zh", key):
            archive.settle(entry(key, state=State.GONE), revision=gone(key, at=minutes(step)))
        else:
            told = " ".join(chance.choices(words, k=3))
            shown = minutes(chance.choice([0, 0, step, -5000])) if chance.random() < 0.5 else None
            put(archive, key, told, at=minutes(step + chance.choice([0, -30])), published=shown)
    asked = ["普京", "习", "台湾", "uberfall", "alpha -gamma", "الانتخابات", "平习", "since:2026-11-22", "beta*"]
    before = {each: keys(archive, each) for each in asked}
    assert any(before.values())
    assert said(archive) == []
    stands = contents(path)
    rebuild(archive)
    assert {each: keys(archive, each) for each in asked} == before
    assert contents(path) == stands
    assert said(archive) == []


def contents(path):
    """Every token of every document in the index."""
    with closing(File.reading(path)) as file:
        rows = file.rows("SELECT term, article FROM search_terms JOIN searched ON slot = doc ORDER BY term, article")
        return [tuple(row) for row in rows]


def test_an_older_archive_is_indexed_when_it_is_opened_to_write(path, monkeypatch):
    everything = schema.MIGRATIONS
    with open_archive(path, write=True) as archive:
        for number in range(7):
            put(archive, str(number), "普京", at=minutes(number))
    with closing(File.writing(path)) as file, file.transaction():  # as the migration leaves it
        file.rows("INSERT INTO search (search) VALUES ('delete-all')")
        file.rows("DELETE FROM searched")
        file.rows("DELETE FROM indexing")
    with open_archive(path, write=False) as archive:
        found = search(archive, "普京", now=NOW)
        assert not found.whole
        assert any("not complete" in note for note in found.notes)
        assert said(archive) == []
    with open_archive(path, write=True) as archive:
        assert len(keys(archive, "普京")) == 7
        assert search(archive, "普京", now=NOW).whole
    assert everything == schema.MIGRATIONS


def test_an_index_that_was_interrupted_is_gone_on_with(path, monkeypatch):
    monkeypatch.setattr(index, "_TOGETHER", 3)
    with open_archive(path, write=True) as archive:
        for number in range(10):
            put(archive, str(number), "普京", at=minutes(number))

        def interrupt(done, _):
            if done >= 6:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rebuild(archive, interrupt)
    with open_archive(path, write=False) as archive:
        assert not search(archive, "普京", now=NOW).whole
    with open_archive(path, write=True) as archive:
        assert len(keys(archive, "普京")) == 10
        assert said(archive) == []


def test_other_rules_make_the_index_anew(path, monkeypatch):
    with open_archive(path, write=True) as archive:
        put(archive, "1", "普京")
    monkeypatch.setattr(folding, "RULES", folding.RULES + 1)
    with open_archive(path, write=False) as archive:
        assert not search(archive, "普京", now=NOW).whole
    with open_archive(path, write=True) as archive:
        assert search(archive, "普京", now=NOW).whole


def test_a_document_can_be_dropped_from_the_index(path):
    with open_archive(path, write=True) as archive:
        put(archive, "1", "普京 geheim")
        put(archive, "2", "普京")
    with closing(File.writing(path)) as file:
        document = file.every(schema.DOCUMENTS, "WHERE key = '1'")[0]
        with file.transaction():
            index.drop(file, document)
            index.compact(file)
        assert file.rows("SELECT * FROM search_terms WHERE term = 'geheim'") == []
        blocks = b"".join(block for (block,) in file.rows("SELECT block FROM search_data"))
        assert b"geheim" not in blocks
        assert b"demo_zh" in blocks
    with open_archive(path, write=False) as archive:
        assert keys(archive, "普京") == ["2"]
        assert said(archive) == ["search index demo-zh/1: it is not in the search index"] + [
            line for line in said(archive)[1:] if line.startswith("search index")
        ]


# --- damage ----------------------------------------------------------------------------------------------------------

DAMAGES = {
    "a document is missing": "DELETE FROM searched WHERE article = 1",
    "a document of nobody": "INSERT INTO search (rowid, words) VALUES (5, 'ghost')",
    "a word is missing": (
        "INSERT INTO search (search, rowid, words) SELECT 'delete', slot, 'gamma' FROM searched LIMIT 1"
    ),
    "a setting": "UPDATE search_config SET v = 99 WHERE k = 'automerge'",
    "a block": "UPDATE search_data SET block = zeroblob(length(block)) WHERE id > 10",
    "a byte": "UPDATE search_data SET block = CAST(replace(block, 'gamma', 'gamna') AS BLOB) WHERE id > 10",
    "the way to a block": "UPDATE search_idx SET term = CAST('zzz' AS BLOB)",
    "the counts": "UPDATE search_data SET block = x'0102' WHERE id = 1",
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_of_the_index_is_noticed_and_repaired(path, what):
    with open_archive(path, write=True) as archive:
        for number in range(40):
            put(archive, str(number), f"gamma 普京 word{number} " + "习近平访华" * number, at=minutes(number))
        rebuild(archive)
        assert said(archive) == []
    with closing(File.writing(path)) as file, file.transaction():
        file.rows(DAMAGES[what])
    with open_archive(path, write=False) as archive:
        lines = said(archive)
        assert lines
        assert all(line.startswith("search") for line in lines), lines
    with open_archive(path, write=True) as archive:
        rebuild(archive)
        assert said(archive) == []
        assert len(keys(archive, "gamma")) == 40


def test_a_stale_index_never_shows_what_does_not_answer(path):
    with open_archive(path, write=True) as archive:
        put(archive, "1", "alpha")
        put(archive, "2", "beta")
    with closing(File.writing(path)) as file, file.transaction():
        file.rows("INSERT INTO search (rowid, words) SELECT slot, 'beta' FROM searched WHERE article = 1")
    with open_archive(path, write=False) as archive:
        assert keys(archive, "beta") == ["2"]


def test_search_is_a_public_name(archive):
    put(archive, "1", "普京", title="标题")
    found = wirecopy.search(archive, "普京")
    assert isinstance(found, Found)
    (hit,) = found.hits
    assert isinstance(hit, Hit)
    assert (hit.headline.title, hit.url) == ("标题", "https://www.example.org/demo-zh/a-1")
    changed = replace(article("1", "demo-zh"), body=(Paragraph(text=text("x")),))
    assert "x" in folding.matter("\n".join(lines(changed)))
