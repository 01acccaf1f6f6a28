"""What an operator sees of an outlet's words: no terminal obeys them, and no log has a line of theirs."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile import vectors
from wirecopy import text
from wirecopy.cli import terminal

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Screen(io.TextIOWrapper):
    """A terminal that takes only what its encoding has."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", newline="")

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


@pytest.mark.parametrize("said", vectors.CHARACTERS.values(), ids=list(vectors.CHARACTERS))
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_whatever_is_said_no_terminal_obeys(said: str, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, talk = Screen(encoding), Screen(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", talk)
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal.talk(said)
    terminal.result(f"{terminal.styled('source', 'bad')} {said}")
    for line in terminal.table([[said, said], ["a", "b"]]):
        terminal.result(line)
    terminal.as_json({"said": said, said: [said]})
    shown = re.sub(r"\x1b\[(?:31|0)m", "", out.shown() + talk.shown())  # our own styles harm nobody
    assert OBEYED.search(shown) is None
    assert "\x1b[31msource\x1b[0m" in out.shown()


@given(st.text(st.characters(), max_size=60), st.sampled_from(["utf-8", "ascii", "cp1252"]))
def test_what_is_printed_as_json_is_what_was_said(said: str, encoding: str) -> None:
    out = Screen(encoding)
    before, sys.stdout = sys.stdout, out
    try:
        terminal.as_json([said])
        terminal.as_json_line([said])
    finally:
        sys.stdout = before
    line, whole = out.shown()[::-1].split("\n", 2)[1][::-1], out.shown().rsplit("\n", 2)[0]
    assert json.loads(whole) == json.loads(line) == [said]
    assert OBEYED.search(out.shown()) is None


@given(st.text(st.characters(), max_size=60))
def test_a_line_of_a_log_is_one_line(said: str) -> None:
    shown = text.printable(said)
    assert len(shown.splitlines()) <= 1
    assert shown.encode("utf-8", "strict") is not None
    assert OBEYED.search(shown) is None


@given(st.text(st.sampled_from("ab\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")))
def test_words_turn_no_direction_but_their_own(said: str) -> None:
    """UAX #9: after what is settled nothing is open, and nothing was closed that it had not opened."""
    settled = text.settled(said)
    opened: list[str] = []
    for character in settled:
        assert character not in "\u202d\u202e"
        if character in "\u202a\u202b":
            opened.append("\u202c")
        elif character in "\u2066\u2067\u2068":
            opened.append("\u2069")
        elif character in "\u202c\u2069":
            assert opened.pop() == character
    assert opened == []
    assert text.settled(settled) == settled
    assert [c for c in settled if c in "ab"] == [c for c in said if c in "ab"]


def test_a_word_from_right_to_left_stays_as_it_is() -> None:
    said = "وزير \u200fالخارجية\u200e \u2067(abc)\u2069 \u202bيستقيل\u202c"
    assert text.settled(said) == said
