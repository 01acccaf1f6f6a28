"""What repeats on the pages of one outlet is not the article: what its pages say → its habits, and a body without them.

- A line counts by its fingerprint: its letters without case, blanks, marks and digits ("128 Kommentare" is the same
  line tomorrow). What has next to no letters has none, and is never taken for a repetition.
- A line repeats when it stands on so many different articles that none of them can own it. Copies of one article (by
  title, or by most of their text) are one article; a heading must repeat on most of them; agency, rights and dateline
  belong to the articles that carry them, however many do.
- Learned from glances (`glances.py`) at the newest articles; the same ones in any order give the same habits.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from wirecopy.model import (
    AnyBlock,
    Aside,
    Blocks,
    Heading,
    List,
    Noun,
    Paragraph,
    Quote,
    Run,
    Table,
    Text,
    decode,
    encode,
    merge,
    plain,
    replace,
    texts,
)

MOST = 50  # articles that habits are learned from: a guess; more say the same and cost an operator's CPU
FEWEST = 5  # articles below which nothing is a habit
_ON = 3  # articles that a line must stand on …
_SHARE = 0.2  # … and the share of them: for a line that says something,
_SHARE_OF_LABELS = 0.5  # and for a heading or a label, as which articles use the same words ("Background")
_READ = 2  # articles of which it was read as their text: what never leaks need not be known
_LABEL = 40.0  # letters below which a line is a label
_LEAST = 6.0  # letters below which a line has no fingerprint
_REPEATED = 1_000  # fingerprints of habits: a bound, several times what an outlet's pages have
_SAME = 0.9  # the share of their lines that makes two pages copies of one article
_WIDE = 2.5  # as in page/survey.py
_OFTEN = 500  # new articles after which habits are learned again however many there were before

_NO_LETTERS = re.compile(r"[\W\d_]+")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Glance(Noun, frozen=True, kw_only=True):
    """What one article's page shows: its lines by fingerprint (all that may be habits, each once; those of them that
    are only labels; those that were read as the article's text). `length`: that text's, in characters.
    """

    key: str
    at: datetime
    title: str = ""
    lines: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    length: int = 0


class Habits(Noun, frozen=True, kw_only=True):
    """What an outlet's pages have in common.

    `repeated`: fingerprints of lines that are no article's own. `lengths`: of its articles' texts in characters, the
    least, then what 5, 25, 50, 75 and 95 in a hundred do not exceed; () while too little is known. `learned_at`: how
    many articles there were when this was learned (see `is_due`).
    """

    repeated: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    learned_at: int = 0

    @property
    def digest(self) -> str:
        """What of these habits decides how a page is read, in eight characters; "" when nothing does."""
        return hashlib.sha256("\n".join(self.repeated).encode()).hexdigest()[:8] if self.repeated else ""


NO_HABITS = Habits()


def remembered(stored: bytes) -> Habits:
    """Habits as the archive has them; none where there are none, or where another version learned them."""
    try:
        return decode(stored, Habits) if stored else NO_HABITS
    except ValueError:
        return NO_HABITS


def is_due(habits: Habits, articles: int) -> bool:
    """Is it time to learn again, now that there are so many articles? Seldom: each change of habits reads anew."""
    return articles - habits.learned_at >= max(2 * FEWEST, min(habits.learned_at, _OFTEN))


def fingerprint(words: str) -> str:
    """What a line is known by, or "" for one that says too little to be."""
    letters = _NO_LETTERS.sub("", words).casefold()
    if _weight(letters) < _LEAST:
        return ""
    return hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=6).hexdigest()


def is_label(words: str) -> bool:
    """Is a line so short that different articles may say it, each for itself?"""
    return _weight(_NO_LETTERS.sub("", words)) < _LABEL


def without(body: Blocks, habits: Habits, own: Iterable[str] = ()) -> Blocks:
    """A body without the lines that repeat on the outlet's pages; it may be empty then, for a page of only those.

    `own`: lines that the page gives as this article's (its title, its summary), which other pages may tease it with.
    """
    known = frozenset(habits.repeated)
    if known:
        known -= {fingerprint(words) for words in own}
    return _all_kept(body, known) if known else body


def learn(glances: Iterable[Glance], articles: int = 0) -> Habits:
    """What these pages have in common; of one article the newest counts, of all the newest `MOST` articles.

    `articles` is how many the outlet has by now.
    """
    newest: dict[str, Glance] = {}
    for each in sorted(glances, key=lambda each: (each.at, each.key, encode(each))):
        newest.pop(each.key, None)
        newest[each.key] = each
    chosen = list(newest.values())[-MOST:]
    groups = _articles(chosen)
    if len(groups) < FEWEST:
        return Habits(learned_at=articles)
    on: Counter[str] = Counter()
    read: Counter[str] = Counter()
    labels: set[str] = set()
    for group in groups:
        on.update({line for each in group for line in each.lines})
        read.update({line for each in group for line in each.told})
        labels.update(line for each in group for line in each.labels)
    least = {True: max(_ON, _SHARE_OF_LABELS * len(groups)), False: max(_ON, _SHARE * len(groups))}
    # A line on many pages that one article alone tells is that article's, and stands on the others to tease it.
    often = [(-count, line) for line, count in on.items() if count >= least[line in labels] and read[line] >= _READ]
    lengths = sorted(each.length for each in chosen if each.length)
    return Habits(
        repeated=tuple(sorted(line for _, line in sorted(often)[:_REPEATED])),
        lengths=tuple(lengths[round(share * (len(lengths) - 1))] for share in (0, 0.05, 0.25, 0.5, 0.75, 0.95))
        if lengths
        else (),
        learned_at=articles,
    )


def _articles(glances: Sequence[Glance]) -> list[list[Glance]]:
    """Pages by the article they show: those of one title, or of the same text, show one."""
    groups: list[tuple[set[str], set[str], list[Glance]]] = []
    for each in glances:
        title, told = fingerprint(each.title), set(each.told)
        for titles, text, group in groups:
            shared = len(told & text)
            if (title and title in titles) or (shared and shared >= _SAME * max(len(told), len(text))):
                titles.add(title)
                group.append(each)
                break
        else:
            groups.append(({title}, told, [each]))
    return [group for _, _, group in groups]


def _kept(block: AnyBlock, known: frozenset[str]) -> AnyBlock | None:
    """A block without what repeats, None where that is all of it."""
    match block:
        case Paragraph() | Heading():
            split = _split(block.text)
            own = [each for each in split if fingerprint(plain(each)) not in known]
            if len(own) == len(split) and fingerprint(plain(block.text)) not in known:
                return block
            words = merge(run for n, each in enumerate(own) for run in ((Run(text="\n"),) if n else ()) + each)
            return replace(block, text=words) if len(own) < len(split) and plain(words).strip() else None
        case List():
            items = tuple(kept for item in block.items if (kept := _all_kept(item, known)))
            return block if items == block.items else replace(block, items=items) if items else None
        case Quote() | Aside():
            body = _all_kept(block.body, known)
            return block if body == block.body else replace(block, body=body) if body else None
        case Table():
            said = [found for words in texts((block,)) if (found := fingerprint(plain(words)))]
            return None if said and known.issuperset(said) else block
        case _:
            return block


def _all_kept(blocks: Blocks, known: frozenset[str]) -> Blocks:
    return tuple(kept for block in blocks if (kept := _kept(block, known)) is not None)


def _split(words: Text) -> list[Text]:
    """The lines of a text."""
    if not any("\n" in run.text for run in words):
        return [words]
    split: list[list[Run]] = [[]]
    for run in words:
        first, *more = run.text.split("\n")
        split[-1].append(replace(run, text=first))
        split.extend([replace(run, text=each)] for each in more)
    return [merge(each) for each in split]


def _weight(letters: str) -> float:
    return len(letters) + (_WIDE - 1) * len(_IDEOGRAPHS.findall(letters)) if not letters.isascii() else len(letters)
