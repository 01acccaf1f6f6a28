"""What changed, as a person reads it: by words, by characters where words have no edges, in either direction."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.collect.read import classic
from wirecopy.differences import differences, isolated, marked
from wirecopy.model import Article, Paragraph, document_text, text

AT = datetime(2025, 1, 1, tzinfo=UTC)
CORPUS = Path(__file__).parents[1].parent / "shared" / "corpus" / "ancestor" / "_revisions"


def said(before: str, after: str) -> list[str]:
    return [marked(line) for line in differences(written(before), written(after))]


def written(words: str) -> Article:
    return Article(source="demo", key="1", body=tuple(Paragraph(text=text(line)) for line in words.split("\n")))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("The minister has resigned today", "The minister resigned on Monday", ""),
        ("北京今天下雨了，很冷", "北京昨天下雪了，很冷", "北京[-今-]{+昨+}天下[-雨-]{+雪+}了，很冷"),
        ("東京では雨が降った", "東京では雪が降った", "東京では[-雨-]{+雪+}が降った"),
        ("정부는 오늘 발표했다", "정부는 어제 발표했다", "정부는 [-오늘-]{+어제+} 발표했다"),
        # Vowel signs and accents are never cut from what they stand on.
        ("सरकार ने कहा कि यह सही है", "सरकार ने कहा कि वह सही है", "सरकार ने कहा कि [-यह-]{+वह+} सही है"),
        ("قال الوَزِير إن الاتفاق جيد", "قال الوَزِيرة إن الاتفاق جيد", "قال [-الوَزِير-]{+الوَزِيرة+} إن الاتفاق جيد"),
        ("cafe\u0301 noir et blanc", "cafe noir et blanc", "[-cafe\u0301-]{+cafe+} noir et blanc"),
    ],
)
def test_a_change_is_shown_where_it_is(before: str, after: str, shown: str) -> None:
    (line,) = said(before, after)
    assert shown in ("", line)
    assert "[-" in line
    assert "{+" in line


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_holds_both_texts_whole(before: str, after: str) -> None:
    old, new = written(before), written(after)
    lines = [line for line in differences(old, new) if line.where == "text"]
    kept = set(document_text(old.body).split("\n")) & set(document_text(new.body).split("\n"))
    for sign, body in (("-", old.body), ("+", new.body)):
        of = ["".join(piece.text for piece in line.pieces if piece.sign in ("", sign)) for line in lines]
        for line in document_text(body).split("\n"):
            assert line in kept or line in of


def test_what_is_written_from_right_to_left_keeps_its_brackets() -> None:
    (line,) = differences(written("أعلن الوزير استقالته اليوم"), written("أعلن الوزير استقالته أمس"))
    shown = isolated(line)
    assert shown.startswith("\u2068")
    assert shown.endswith("\u2069")
    assert "\u2068[-اليوم-]\u2069\u2068{+أمس+}\u2069" in shown
    assert shown.replace("\u2068", "").replace("\u2069", "") == marked(line)
    (latin,) = differences(written("one two three"), written("one too three"))
    assert isolated(latin) == marked(latin)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpus/ancestor/_revisions is not here")
def test_real_edits_are_shown_whole_and_small() -> None:
    """Documents of one article before and after an edit: what is shown gives both back, and is mostly what was kept."""
    pairs = edits = 0
    for folder in sorted(CORPUS.iterdir()):
        documents = sorted(folder.glob("*.md"), key=lambda path: int(path.stem))
        read = [
            classic.read(path.read_bytes(), fallback_at=datetime(2025, 1, 1, tzinfo=UTC)).article for path in documents
        ]
        for before, after in pairwise(read):
            pairs += 1
            old, new = (document_text(each.body).split("\n") for each in (before, after))
            lines = differences(before, after)
            for line in lines:
                if line.where != "text":
                    continue
                edits += 1
                signs = {piece.sign for piece in line.pieces}
                if signs != {"+"}:
                    assert "".join(piece.text for piece in line.pieces if piece.sign != "+") in old
                if signs != {"-"}:
                    assert "".join(piece.text for piece in line.pieces if piece.sign != "-") in new
            shown = {"".join(piece.text for piece in line.pieces if piece.sign != "-") for line in lines}
            assert [line for line in new if line not in old and line not in shown] == []
    assert pairs >= 12
    assert edits >= 10
