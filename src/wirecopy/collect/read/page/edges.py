"""The first and the last lines of a body that are not its text: what repeats the title, dates and sources under it,
credits, notices and pointers to more at the end; and notices in between.

Works line by line, since half of the world's older pages write paragraphs as lines in one box.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wirecopy.collect.read.page import closing
from wirecopy.collect.read.page.titles import same
from wirecopy.model import AnyBlock, Blocks, Heading, List, Paragraph, Quote, Run, Text, merge, plain, replace

_SENTENCE = re.compile(r"[.!?。！？…”\"»」』）)]\s*$")
_FIRST = 14  # lines among which those that stand under a title are looked for
_LONG = 400  # characters of a list by which it is judged
_LEAD = 400  # letters that a lead has at most
_LABEL = 80  # characters of a line that may be a label between lead and text
_TOLD = 40  # letters below which a line tells nothing


@dataclass(slots=True, eq=False)
class _Line:
    block: int
    line: int
    words: str
    told: float
    heading: bool
    listed: bool = False
    gone: bool = False


def trimmed(body: Blocks, title: str, *, scale: float) -> Blocks:
    """The body without what stands at its edges and is not its text."""
    lines = list(_lines(body, scale))
    _head(lines, title)
    _tail(lines)
    for n, line in enumerate(lines):
        if (closing.is_notice(line.words) and not _heads_list(lines, n)) or (
            not line.heading and closing.is_picture_credit(line.words)
        ):
            line.gone = True
    gone: dict[int, set[int]] = {}
    for line in lines:
        if line.gone:
            gone.setdefault(line.block, set()).add(line.line)
    if not gone:
        return body
    kept = (_without(block, gone.get(place, set())) for place, block in enumerate(body))
    return tuple(block for block in kept if block is not None)


def _lines(body: Blocks, scale: float) -> Iterator[_Line]:
    for place, block in enumerate(body):
        match block:
            case Paragraph() | Heading():
                for n, line in enumerate(_split(block.text)):
                    words = plain(line).strip()
                    linked = sum(len(run.text) for run in line if run.link is not None)
                    length = len(words) * scale
                    told = length if length >= _TOLD and linked < len(words) * 0.5 else 0.0
                    yield _Line(place, n, words, told, isinstance(block, Heading))
            case List() | Quote():
                items = block.items if isinstance(block, List) else (block.body,)
                said = [each.text for item in items for each in item if isinstance(each, Paragraph)]
                linked = sum(len(run.text) for text in said for run in text if run.link is not None)
                whole = " ".join(map(plain, said))
                told = len(whole) * scale if linked < len(whole) * 0.5 else 0.0
                yield _Line(place, 0, whole[:_LONG], told, False, isinstance(block, List))
            case _:
                pass


def _head(lines: list[_Line], title: str) -> None:
    named = same(title)
    told = 0.0
    for line in lines[:_FIRST]:
        if not line.words:
            continue
        # Between the lead and the text the date and the byline may stand; what is told there is the text.
        sentence = _SENTENCE.search(line.words) is not None
        after = (told > 0 and (len(line.words) > _LABEL or sentence)) or (sentence and line.told > 100)
        if (named and same(line.words) == named) or (closing.is_opening(line.words) and not after):
            line.gone = True
        elif line.told > 100 or (line.told and _SENTENCE.search(line.words)):
            told += line.told
            if told > _LEAD:
                break


def _tail(lines: list[_Line]) -> None:
    total = sum(line.told for line in lines)
    before = 0.0
    ended = False
    for n, line in enumerate(lines):
        if not ended and before > total * 0.4 and closing.is_heading_for_more(line.words):
            ended = total - before - line.told < before * 0.15
            line.gone = ended or not _heads_list(lines, n)
        if before > 100 and closing.is_end(line.words):
            ended = True
        line.gone |= ended
        before += line.told
    for line in reversed(lines):
        if line.gone or not line.words:
            continue
        if closing.is_credit(line.words) or (not line.told and closing.is_stamp(line.words)):
            line.gone = True
        elif line.told > 60:
            break


def _heads_list(lines: list[_Line], n: int) -> bool:
    """Is this the heading of a list that `body` left standing, of sources or an encyclopaedia's further entries?"""
    return lines[n].heading and n + 1 < len(lines) and lines[n + 1].listed and not lines[n + 1].gone


def _split(words: Text) -> list[Text]:
    """The lines of a text."""
    if not any("\n" in run.text for run in words):
        return [words]
    lines: list[list[Run]] = [[]]
    for run in words:
        first, *more = run.text.split("\n")
        lines[-1].append(replace(run, text=first))
        lines.extend([replace(run, text=each)] for each in more)
    return [merge(line) for line in lines]


def _without(block: AnyBlock, gone: set[int]) -> AnyBlock | None:
    if not gone:
        return block
    if isinstance(block, Paragraph | Heading):
        kept = [line for n, line in enumerate(_split(block.text)) if n not in gone]
        words = merge(run for n, line in enumerate(kept) for run in ((Run(text="\n"),) if n else ()) + line)
        return replace(block, text=words) if plain(words).strip() else None
    return None
