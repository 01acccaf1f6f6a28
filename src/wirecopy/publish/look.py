"""What an operator decides about the site and the formats beside it: the tables [publish] and below it of the file."""

from __future__ import annotations

from wirecopy.model import Noun

LANGUAGES = ("zh-Hans", "zh-Hant", "en", "de", "ar")
"""The languages that the interface speaks (BCP 47); texts in messages/."""

TIERS = ("small", "text", "full")
"""What a reader can choose: small pictures, text alone, large pictures. The first that is published is the default."""


class Look(Noun, frozen=True, kw_only=True):
    """What an operator decides about the site.

    `title`: its name, `interface` the language it speaks (one of LANGUAGES), `address` the absolute address of
    the folder ("" unknown; ends with "/"), `contact` a mail address or page for complaints. `tiers`: which of TIERS
    are written. `budget`: bytes of pictures, newest articles first, 0 for all. `scripts`: Chinese articles in the other
    script too (needs OpenCC). `beside`: the other formats that stand below the site's folder, each under its name.
    `agent`: what the mirror calls itself when it asks an outlet; `respect`: the wishes of publishers that it obeys.
    """

    title: str = ""
    interface: str = ""
    address: str = ""
    contact: str = ""
    tiers: tuple[str, ...] = TIERS
    budget: int = 0
    scripts: bool = False
    beside: tuple[str, ...] = ()
    agent: str = "wirecopy"
    respect: tuple[str, ...] = ("robots",)


class Feeds(Noun, frozen=True, kw_only=True):
    """Feeds: entries in each, and the WebSub hub that is told of new ones."""

    most: int = 50
    hub: str = ""


class Epub(Noun, frozen=True, kw_only=True):
    """Books: which issues ("day", "week", "section"), of how many latest days and weeks, bytes of pictures in each.

    `only_new`: an issue also has what is filed under an earlier day and arrived late or was changed in its time.
    """

    issues: tuple[str, ...] = ("day",)
    days: int = 14
    weeks: int = 8
    budget: int = 8_000_000
    only_new: bool = False


class Zim(Noun, frozen=True, kw_only=True):
    """The book for Kiwix: its name for good, what stands on its spine, with "small" pictures or "text" alone."""

    name: str = ""
    title: str = ""
    description: str = ""
    creator: str = ""
    tier: str = "small"


class Data(Noun, frozen=True, kw_only=True):
    """Data: some of "parquet", "jsonl", "ninjs"."""

    formats: tuple[str, ...] = ("parquet", "jsonl", "ninjs")
