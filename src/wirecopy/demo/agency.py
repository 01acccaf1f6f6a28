"""An agency and its customers: pairs of articles that are one text, and pairs that only look like it, to measure by.

- The words are made up from a language's letters, the n-th as frequent as 1/n, with set phrases, as news have them.
- One text: an agency's story as two outlets print it (shortened, edited, with other titles, datelines, credits and
  paragraphs of their own), the same article under a new id, the same text in the other Chinese script.
- Two texts: articles on one topic that share names, quotations and background, notices after one template, the parts
  of a series that begin and end alike, a digest of many stories beside one of them.
- The same seed gives the same pairs on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate

from wirecopy.model import Article, Paragraph, text

ONE = ("edited", "shortened", "rearranged", "all at once", "under a new id", "in the other script")
"""The kinds of pairs that are one text."""

TWO = ("one topic", "one template", "one series", "digest", "unrelated")
"""The kinds of pairs that are two."""

LANGUAGES = ("zh", "en", "de", "ru", "ar")

_START = datetime(2026, 1, 1, tzinfo=UTC)
_LETTERS = {
    "zh": "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种"
    "面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本"
    "去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比"
    "或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总"
    "次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做"
    "必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶",
    "en": "etaoinshrdlcumwfgypbvk",
    "de": "enisratdhulcgmobwfkzvpäüöß",
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф",
    "ar": "اليمونترهبفسعدكقحجشطصخذضزغثظ",
}
# What is written otherwise in traditional script, of the letters above.
_TRADITIONAL = str.maketrans(
    "来们时个国为这过动对发会于学产种实电经业应开关还样当变结问无军党题总设图统组见计区强战则处队热领东导压济阶",
    "來們時個國為這過動對發會於學產種實電經業應開關還樣當變結問無軍黨題總設圖統組見計區強戰則處隊熱領東導壓濟階",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles, whether they are one text, and in which way."""

    first: Article
    second: Article
    kind: str
    is_one: bool


def pairs(seed: int, number: int, kinds: Sequence[str] = (*ONE, *TWO)) -> Iterator[Pair]:
    """So many pairs, the kinds and the languages in turns."""
    chance = random.Random(seed)  # noqa: S311 - the same for everyone
    for n in range(number):
        kind = kinds[n % len(kinds)]
        language = "zh" if kind == "in the other script" else LANGUAGES[n // len(kinds) % len(LANGUAGES)]
        made = _KINDS[kind](_paper(language), chance)
        yield _pair(chance, f"{seed}-{n}", kind, language, *made)


def stories(seed: int, number: int, *, share: float = 0.15, days: int = 30) -> Iterator[Article]:
    """What ten outlets print in so many days, in the order of time: this share of it is copied from one another."""
    chance = random.Random(seed)  # noqa: S311 - the same for everyone
    running: dict[str, list[_Text]] = {language: [] for language in LANGUAGES}
    for n in range(number):
        language = chance.choice(LANGUAGES)
        paper, wire = _paper(language), running[language]
        if wire and chance.random() < share:
            words = paper.all_at_once(chance, chance.choice(wire))
        else:
            words = paper.story(chance, paper.topic(chance))
            wire.append(words)
            del wire[:-20]
        at = _START + timedelta(days=days) * (n / number)
        yield _article(f"outlet{chance.randrange(10)}-{language}", f"{seed}-{n}", language, words, at)


_Text = list[list[str]]  # paragraphs of sentences


@dataclass(frozen=True, slots=True)
class _Topic:
    words: list[str]
    phrases: list[list[str]]
    quotations: list[str]
    background: list[str]


@cache
def _paper(language: str) -> _Paper:
    return _Paper(language)


class _Paper:
    """How a language's news are written."""

    def __init__(self, language: str) -> None:
        chance = random.Random(language)  # noqa: S311 - as above
        letters = _LETTERS[language]
        frequent = list(accumulate(1 / (n + 3) for n in range(len(letters))))
        self._wide = language == "zh"
        lengths = (1, 2, 2, 2, 3, 4) if self._wide else range(2, 11)
        self._vocabulary = [
            "".join(chance.choices(letters, cum_weights=frequent, k=chance.choice(lengths))) for _ in range(12_000)
        ]
        self._weights = list(accumulate(1 / (n + 1) for n in range(12_000)))
        self._phrases = [self._words(chance, chance.randint(3, 6)) for _ in range(400)]
        self._templates = [self._template(chance) for _ in range(60)]

    # --- one text

    def edited(self, chance: random.Random, words: _Text, share: float | None = None) -> _Text:
        """Up to 40 % of it said otherwise: words here and there, whole sentences, or both."""
        share = chance.uniform(0, 0.4) if share is None else share
        scattered = share * chance.choice((0.0, 0.3, 1.0))
        return [
            [
                self._sentence(chance)
                if chance.random() < share - scattered
                else self._reworded(chance, said, scattered)
                for said in paragraph
            ]
            for paragraph in words
        ]

    def shortened(self, chance: random.Random, words: _Text) -> _Text:
        """Cut from below, to no less than half of it."""
        sizes = list(accumulate(sum(map(len, paragraph)) for paragraph in words))
        least = sizes[-1] * chance.uniform(0.5, 1)
        return words[: next(n for n, size in enumerate(sizes, 1) if size >= least)]

    def rearranged(self, chance: random.Random, words: _Text) -> _Text:
        """Paragraphs in another order below the first one, and some of the outlet's own."""
        rest = words[1:]
        chance.shuffle(rest)
        for _ in range(chance.randint(0, max(1, len(words) // 4))):
            own = [self._sentence(chance) for _ in range(chance.randint(1, 3))]
            rest.insert(chance.randint(0, len(rest)), own)
        return [words[0], *rest]

    def all_at_once(self, chance: random.Random, words: _Text) -> _Text:
        """As outlets do it: some of each, below a dateline and above a line of credits of their own."""
        words = self.edited(chance, words, chance.uniform(0, 0.3))
        if chance.random() < 0.6:
            words = self.shortened(chance, words)
        if chance.random() < 0.5:
            words = self.rearranged(chance, words)
        return [[self._joined(self._words(chance, 2)), *words[0]], *words[1:], [self._sentence(chance)]]

    def renewed(self, chance: random.Random, words: _Text) -> _Text:
        """Published again: a few words are other ones."""
        return self.edited(chance, words, chance.uniform(0, 0.15))

    # --- two texts

    def topic(self, chance: random.Random) -> _Topic:
        """What articles on one topic have in common."""
        return _Topic(
            words=[chance.choice(self._vocabulary) for _ in range(30)],
            phrases=[self._words(chance, chance.randint(2, 4)) for _ in range(12)],
            quotations=[self._sentence(chance) for _ in range(6)],
            background=[self._sentence(chance) for _ in range(3)],
        )

    def story(self, chance: random.Random, topic: _Topic, paragraphs: int = 0) -> _Text:
        """An article on a topic."""
        made = [
            [self._sentence(chance, topic) for _ in range(chance.randint(1, 4))]
            for _ in range(paragraphs or chance.randint(4, 14))
        ]
        if chance.random() < 0.4:
            chance.choice(made).append(chance.choice(topic.quotations))
        if chance.random() < 0.3 and len(made) > 6:
            made.append(list(topic.background))
        return made

    def notice(self, chance: random.Random, template: Sequence[str]) -> _Text:
        """A short notice: what happened where, after a template."""
        filled = [
            self._number(chance) if said == "#" else self._rare(chance) if said == "*" else said for said in template
        ]
        middle = len(filled) // 2
        return [[self._stopped(filled[:middle])], [self._stopped(filled[middle:])]]

    def template(self, chance: random.Random) -> list[str]:
        """One of the paper's templates."""
        return chance.choice(self._templates)

    def part(self, chance: random.Random, frame: _Text) -> _Text:
        """A part of a series: it begins and ends as all of them."""
        return [frame[0], *self.story(chance, self.topic(chance), chance.randint(5, 9)), *frame[1:]]

    def frame(self, chance: random.Random) -> _Text:
        """How the parts of a series begin and end."""
        return [[self._sentence(chance)], *([self._sentence(chance)] for _ in range(chance.randint(1, 3)))]

    # --- words

    def title(self, chance: random.Random) -> str:
        return self._joined(self._words(chance, 7))

    def _template(self, chance: random.Random) -> list[str]:
        made: list[str] = []
        for _ in range(chance.randint(10, 20)):
            made += self._words(chance, chance.randint(2, 5))
            made.append("#" if chance.random() < 0.45 else "*")
        return made

    def _words(self, chance: random.Random, number: int) -> list[str]:
        return chance.choices(self._vocabulary, cum_weights=self._weights, k=number)

    def _rare(self, chance: random.Random) -> str:
        return self._joined(chance.choices(self._vocabulary, k=2)).capitalize()

    def _number(self, chance: random.Random) -> str:
        return str(chance.choice((chance.randint(1, 30), chance.randint(30, 999), round(chance.uniform(1, 99), 1))))

    def _sentence(self, chance: random.Random, topic: _Topic | None = None) -> str:
        made: list[str] = []
        for _ in range(chance.randint(3, 8)):
            kind = chance.random()
            if topic is not None and kind < 0.15:
                made += chance.choice(topic.phrases)
            elif topic is not None and kind < 0.3:
                made.append(chance.choice(topic.words))
            elif kind < 0.45:
                made += chance.choice(self._phrases)
            elif kind < 0.55:
                made.append(self._number(chance))
            else:
                made += self._words(chance, chance.randint(2, 4))
            if kind > 0.8:
                made[-1] += "，" if self._wide else ","
        return self._stopped(made)

    def _stopped(self, words: Sequence[str]) -> str:
        return self._joined(words).capitalize() + ("。" if self._wide else ". ")

    def _joined(self, words: Sequence[str]) -> str:
        return ("" if self._wide else " ").join(words)

    def _reworded(self, chance: random.Random, said: str, share: float) -> str:
        if share <= 0:
            return said
        step = [said[n : n + 2] for n in range(0, len(said), 2)] if self._wide else said.split(" ")
        changed = [self._words(chance, 1)[0] if each and chance.random() < share else each for each in step]
        return self._joined(changed)


# --- pairs -----------------------------------------------------------------------------------------------------------


def _one(
    change: Callable[[_Paper, random.Random, _Text], _Text],
) -> Callable[[_Paper, random.Random], tuple[_Text, _Text]]:
    def made(paper: _Paper, chance: random.Random) -> tuple[_Text, _Text]:
        words = paper.story(chance, paper.topic(chance))
        return words, change(paper, chance, words)

    return made


def _one_topic(paper: _Paper, chance: random.Random) -> tuple[_Text, _Text]:
    topic = paper.topic(chance)
    return paper.story(chance, topic), paper.story(chance, topic)


def _one_template(paper: _Paper, chance: random.Random) -> tuple[_Text, _Text]:
    template = paper.template(chance)
    return paper.notice(chance, template), paper.notice(chance, template)


def _one_series(paper: _Paper, chance: random.Random) -> tuple[_Text, _Text]:
    frame = paper.frame(chance)
    return paper.part(chance, frame), paper.part(chance, frame)


def _digest(paper: _Paper, chance: random.Random) -> tuple[_Text, _Text]:
    told = [paper.story(chance, paper.topic(chance)) for _ in range(8)]
    return told[0], [said[0] for said in told]


def _unrelated(paper: _Paper, chance: random.Random) -> tuple[_Text, _Text]:
    return paper.story(chance, paper.topic(chance)), paper.story(chance, paper.topic(chance))


def _traditional(_: _Paper, __: random.Random, words: _Text) -> _Text:
    return [[said.translate(_TRADITIONAL) for said in paragraph] for paragraph in words]


_KINDS: dict[str, Callable[[_Paper, random.Random], tuple[_Text, _Text]]] = {
    "edited": _one(_Paper.edited),
    "shortened": _one(_Paper.shortened),
    "rearranged": _one(_Paper.rearranged),
    "all at once": _one(_Paper.all_at_once),
    "under a new id": _one(_Paper.renewed),
    "in the other script": _one(_traditional),
    "one topic": _one_topic,
    "one template": _one_template,
    "one series": _one_series,
    "digest": _digest,
    "unrelated": _unrelated,
}
_OF_ONE_OUTLET = ("under a new id", "one template", "one series")  # the last two mostly


def _pair(chance: random.Random, key: str, kind: str, language: str, first: _Text, second: _Text) -> Pair:
    is_one = kind in ONE
    is_own = kind in _OF_ONE_OUTLET and (is_one or chance.random() < 0.8)
    at = _START + timedelta(days=chance.randrange(300))
    later = at + timedelta(hours=chance.expovariate(1 / 30))
    return Pair(
        first=_article(f"first-{language}", f"{key}-a", language, first, at),
        second=_article(f"{'first' if is_own else 'second'}-{language}", f"{key}-b", language, second, later),
        kind=kind,
        is_one=is_one,
    )


def _article(source: str, key: str, language: str, words: _Text, at: datetime) -> Article:
    return Article(
        source=source,
        key=key,
        url=f"https://{source}.example/a-{key}",
        title=f"{words[0][0][:40]} {key}",
        language=language,
        published=at,
        body=tuple(Paragraph(text=text("".join(paragraph).strip())) for paragraph in words),
        reader="demo",
    )
