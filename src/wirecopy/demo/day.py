"""A day at the simulated outlet, and single moves of it at random.

`day` plays step by step: after each step it says what happened, and whoever drives it collects before the next. The
first four troubles of a mirror come by: an edit, a page that is not the article, a withdrawal, an outlet that is down.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from wirecopy.demo.newsroom import Kind, P, Piece
from wirecopy.demo.outlet import FakeOutlet

_LATE = "zh-late"


def day(outlet: FakeOutlet) -> Iterator[str]:
    """A day, from the morning edition to the last correction. Collect after each sentence that is yielded."""
    for name in outlet.unpublished():
        if name != _LATE:
            outlet.publish(name)
            outlet.pass_time(minutes=2)
    yield f"Published: {_counted(outlet)}."

    outlet.pass_time(hours=4)
    outlet.retitle("zh-bridge", "河上新桥周日通车：三分钟到对岸")
    outlet.edit(
        "zh-bridge",
        number=3,
        paragraph="新桥长一百一十六米，桥面宽九米，只有一个桥拱。工程师周伯年说，河里不再有桥墩，漂木就没有地方可以堵住。",
    )
    outlet.edit("en-market", caption="Almost half of the stalls are run by people from the south bank")
    yield "Edited: 河上新桥周日通车 (its title and one paragraph), and a caption in “Fewer stalls, more buyers”."

    outlet.pass_time(hours=3)
    post = outlet.grow("zh-live")
    outlet.withdraw("de-baecker", status=410)
    outlet.consent("zh-opinion")
    outlet.touch("zh-opinion")
    yield (
        f"The live blog grew by an entry (“{post.title}”). Withdrew “Die Bäckerin, die nachts das Licht ausmacht”. "
        "评论：小镇需要一条慢下来的街 serves a consent page in place of the article."
    )

    outlet.pass_time(hours=1)
    outlet.heal()
    outlet.down()
    yield "The site is down."

    outlet.pass_time(hours=2)
    outlet.up()
    outlet.grow("zh-live")
    outlet.truncate("ar-souq")
    outlet.touch("ar-souq")
    yield "The site is up again, the live blog has its last entry, and “السوق الليلي” breaks off in its middle."

    outlet.pass_time(hours=3)
    outlet.heal()
    outlet.restore("de-baecker")
    outlet.edit(
        "en-ferry",
        number=4,
        paragraph=(
            "He counts passengers by the knots in a rope, one for every thousand. The rope is in the "
            "[town's archive](https://archive.valley.example/rope) now. It has 1,631 knots; an earlier version of this "
            "article said 1,613."
        ),
    )
    outlet.publish(_LATE, at=outlet.now() - timedelta(days=3))
    yield (
        "Brought back “Die Bäckerin, die nachts das Licht ausmacht”, corrected a number in “The last ferryman of the "
        "Greenbrook”, and published 老邮局旧信找到主人, three days late by its date."
    )


def _counted(outlet: FakeOutlet) -> str:
    """ "22 articles, 1 live blog, 3 galleries …" """
    nouns: dict[Kind, tuple[str, str]] = {
        "article": ("article", "articles"),
        "liveblog": ("live blog", "live blogs"),
        "gallery": ("gallery", "galleries"),
        "video": ("video", "videos"),
        "audio": ("recording", "recordings"),
    }
    counts = Counter(piece.story.kind for piece in outlet.pieces())
    return ", ".join(f"{counts[kind]} {nouns[kind][counts[kind] > 1]}" for kind in nouns if counts[kind])


def random_move(outlet: FakeOutlet, chance: random.Random, *, troubles: bool = True) -> str:
    """One legal move of the outlet at random, in words. With `troubles`, it also breaks down, and is mended again."""
    outlet.pass_time(seconds=chance.choice((0, 0, 1, 40, 900, 7200)))  # 0: what happens in the same second
    if troubles and chance.random() < 0.25:
        return _trouble(outlet, chance)
    standing = [piece for piece in outlet.pieces() if not piece.status]
    gone = [piece for piece in outlet.pieces() if piece.status]
    coming = outlet.unpublished()
    if coming and (not standing or chance.random() < 0.35):
        name = chance.choice(coming)
        late = timedelta(days=chance.choice((0, 0, 0, 1, 9, 400)))
        outlet.publish(name, at=outlet.now() - late)
        return f"published {name}, dated {late.days} days ago"
    if gone and (not standing or chance.random() < 0.3):
        back = chance.choice(gone)
        outlet.restore(back.story.id)
        return f"brought back {back.story.name}"
    if not standing:
        return "nothing happened"
    piece = chance.choice(standing)
    return chance.choice(_MOVES)(outlet, piece, chance)


def _edit(outlet: FakeOutlet, piece: Piece, chance: random.Random) -> str:
    mark = f"#{chance.randrange(10**9)}"
    match piece.story.kind:
        case "gallery":
            number = chance.randrange(len(piece.slides)) + 1
            outlet.edit(piece.story.id, number=number, paragraph=f"{piece.slides[number - 1].text} {mark}")
        case "article":
            number = chance.randrange(sum(isinstance(block, P) and bool(block.text) for block in piece.body)) + 1
            outlet.edit(piece.story.id, number=number, paragraph=f"[{mark}](story:zh-bridge) & **{mark}** «{mark}»")
        case "liveblog":
            outlet.grow(piece.story.id)
        case _:
            outlet.edit(piece.story.id, teaser=f"{piece.story.teaser} {mark}")
    return f"edited {piece.story.name}: {mark}"


def _caption(outlet: FakeOutlet, piece: Piece, chance: random.Random) -> str:
    if piece.photo is None or piece.story.kind != "article":
        return _edit(outlet, piece, chance)
    mark = f"#{chance.randrange(10**9)}"
    outlet.edit(piece.story.id, caption=mark)
    return f"edited the caption of {piece.story.name}: {mark}"


def _retitle(outlet: FakeOutlet, piece: Piece, chance: random.Random) -> str:
    title = f"{piece.story.title.strip()}{chance.choice(('', ' ', '?', ' & Co.', '%'))} {chance.randrange(10**6)}"
    outlet.retitle(piece.story.id, title)
    return f"retitled {piece.story.name}: {title}"


def _move(outlet: FakeOutlet, piece: Piece, chance: random.Random) -> str:
    slug = f"moved-{chance.randrange(10**6)}"
    outlet.move(piece.story.id, slug)
    return f"moved {piece.story.name} to {slug}"


def _withdraw(outlet: FakeOutlet, piece: Piece, chance: random.Random) -> str:
    status = chance.choice((404, 410))
    outlet.withdraw(piece.story.id, status=status)
    return f"withdrew {piece.story.name}, {status}"


def _touch(outlet: FakeOutlet, piece: Piece, _: random.Random) -> str:
    outlet.touch(piece.story.id)
    return f"touched {piece.story.name}"


def _backdate(outlet: FakeOutlet, piece: Piece, chance: random.Random) -> str:
    when = piece.first - timedelta(hours=chance.randrange(1, 200))
    outlet.backdate(piece.story.id, when)
    return f"back-dated {piece.story.name} to {when}"


def _drop(outlet: FakeOutlet, piece: Piece, _: random.Random) -> str:
    outlet.drop_from_feed(piece.story.id)
    return f"dropped {piece.story.name} from the feed"


_MOVES: tuple[Callable[[FakeOutlet, Piece, random.Random], str], ...] = (
    _edit,
    _edit,
    _caption,
    _retitle,
    _move,
    _withdraw,
    _touch,
    _backdate,
    _drop,
)


def _trouble(outlet: FakeOutlet, chance: random.Random) -> str:
    if chance.random() < 0.4:
        outlet.heal()
        return "healed"
    pieces = outlet.pieces()
    if pieces and chance.random() < 0.6:
        piece = chance.choice(pieces).story
        how = chance.choice(("short", "unfinished", "cut", "consent", "lie"))
        match how:
            case "consent":
                outlet.consent(piece.id)
            case "lie":
                outlet.lie_304(piece.id)
            case _:
                outlet.truncate(piece.id, how=how)
        return f"{how}: {piece.name}"
    troubles: tuple[tuple[str, Callable[[], None]], ...] = (
        ("down", outlet.down),
        ("503", lambda: outlet.down(status=503)),
        ("consent for all", outlet.consent),
        ("block", outlet.block),
        ("the content API gone", outlet.gone_api),
        ("an HTML feed", outlet.html_feed),
        ("a broken feed", outlet.broken_feed),
    )
    name, make = chance.choice(troubles)
    make()
    return name
