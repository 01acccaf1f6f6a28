"""Every key of wirecopy.toml, declared once: its table, kind, bounds and what it is for.

From here come the parser, the variables of the environment (`WIRECOPY_PUBLISH_TITLE`), `wirecopy config`, the JSON
Schema for editors and the tables of docs/config.md. To add a key, add its line here and its field, with the default,
to the noun that it fills; `python tools/config_docs.py` writes the documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from wirecopy.config.checks import (
    is_address,
    is_contact,
    is_day,
    is_folder,
    is_key,
    is_line,
    is_mail,
    is_pattern,
    is_proxy,
    is_reader,
    is_selector,
    is_smtp,
    is_target,
    is_target_proxy,
    is_template,
    is_zone,
)
from wirecopy.config.kinds import (
    Choice,
    Kind,
    List,
    ListOfPairs,
    Many,
    Pairs,
    Place,
    Seconds,
    Secret,
    Size,
    Sub,
    Whole,
    Words,
    Yes,
)
from wirecopy.config.nouns import Alerts, Config, Watch
from wirecopy.model import RESPECTED, Noun, PageRules, Source
from wirecopy.publish import FORMATS, LAYOUTS, PICTURES
from wirecopy.publish.look import LANGUAGES, TIERS, Data, Epub, Feeds, Look, Zim


class Key(msgspec.Struct, frozen=True):
    """One key. `says` is Markdown for docs/config.md; `default` goes before the noun's; `otherwise` tells in words what
    no value says. `field` is the noun's name for it where that is another. `hidden` is what of a value may be shown.
    """

    name: str
    kind: Kind
    says: str
    default: Any = None
    otherwise: str = ""
    field: str = ""
    hidden: Callable[[Any], Any] | None = None
    required: bool = False

    @property
    def plain(self) -> str:
        """What it says where links lead nowhere: in a message, in an editor."""
        return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", self.says)


class Table(msgspec.Struct, frozen=True, eq=False):
    """A table of keys. `nouns` are what it fills, values with the defaults (or what gives them, where they cost time to
    load); the first that has a field gives its.
    """

    keys: tuple[Key, ...]
    nouns: tuple[Noun, ...] | Callable[[], tuple[Noun, ...]]

    def key(self, name: str) -> Key | None:
        """The key of this name."""
        return next((key for key in self.keys if key.name == name), None)

    def default(self, key: Key) -> Any:
        """What a key is when nobody says."""
        return _defaults(self)[key.name]


@cache
def _defaults(table: Table) -> dict[str, Any]:
    nouns = table.nouns() if callable(table.nouns) else table.nouns

    def of(key: Key) -> Any:
        field = key.field or key.name
        own = next((getattr(noun, field) for noun in nouns if hasattr(noun, field)), None)
        return own if key.default is None else key.default

    return {key.name: of(key) for key in table.keys}


def without_password(address: str) -> str:
    """An address without what opens its door."""
    parts = urlsplit(address)
    if "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc="…@" + parts.netloc.rpartition("@")[2]))


def _hosts(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Whom they lead to, without paths: whoever knows a webhook's whole address may write to it."""
    return tuple(f"{urlsplit(each).scheme}://{urlsplit(each).netloc.rpartition('@')[2]}/…" for each in addresses)


def _programs(words: tuple[str, ...]) -> tuple[str, ...]:
    return (*words[:1], "…") if len(words) > 1 else words


def _addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(without_password, addresses))


WATCH = Table(
    (
        Key(
            "at_once", Whole(1000),
            "How many sources `collect --watch` asks at a time, at most; of one host a quarter as many.",
        ),
    ),
    (Watch(),),
)  # fmt: skip

ALERTS = Table(
    (
        Key("email", List(Words(is_mail)), "Who is written to when something turns, and when it turns back."),
        Key("from", Words(is_mail), "Whom these mails are from.", field="sender", otherwise="the first of `email`"),
        Key(
            "smtp",
            Words(is_smtp, is_shown=False),
            "The server that takes the mails: `smtps://host:465`, or `smtp://host:587`, which turns to TLS where the "
            "server can.",
        ),
        Key("smtp_user", Words(is_line), "The name to log in with there."),
        Key("password_file", Place(), "A file with nothing but the password in it."),
        Key("password", Secret(), "The password itself; only in the environment, as `WIRECOPY_ALERTS_PASSWORD`."),
        Key(
            "webhooks",
            List(Words(is_address)),
            "Addresses that a small JSON document is sent to (POST).",
            hidden=_hosts,
        ),
        Key(
            "command",
            List(),
            "A program to run, as its words: it is run without a shell, and reads the same JSON document.",
            hidden=_programs,
        ),
    ),
    (Alerts(),),
)


def _target() -> tuple[Noun, ...]:
    from wirecopy.send.targets import Target  # here: most files name none

    return (Target(name="", to=""),)


TARGET = Table(
    (
        Key(
            "to",
            Words(is_target, is_shown=False),
            "Where to: an address as `s3://bucket/prefix` or `git+https://host/path` ([and others](sending.md)), or a "
            "folder.",
            required=True,
            hidden=without_password,
        ),
        Key("formats", List(Choice(FORMATS)), "Which formats go there.", otherwise="all that is published"),
        Key("password_file", Place(), "A file with nothing but the password or token in it."),
        Key(
            "password",
            Secret(),
            "The password or token itself; only in the environment, as `WIRECOPY_TARGETS_NAME_PASSWORD`.",
        ),
        Key("key_file", Place(), "Over SSH: the private key.", otherwise="the agent's, and those of `~/.ssh`"),
        Key("known_hosts", Place(), "Over SSH: a file with the host's key.", otherwise="`~/.ssh/known_hosts`"),
        Key("endpoint", Words(is_address), "Of an object store: the address of its service.", otherwise="Amazon's"),
        Key("region", Words(is_line), "Of an object store: its region."),
        Key("profile", Words(is_line), "Of an object store: the profile in `~/.aws/credentials`."),
        Key(
            "branch",
            Words(is_line),
            "Of a Git repository: the branch; `{year}` and `{month}` may be in it.",
            otherwise="one a month, as `2026-11`",
        ),
        Key("front", Words(is_line), "Of a Git repository: the small branch that names the current one."),
        Key(
            "keep",
            Whole(1200, is_zero_meant=True),
            "Of a Git repository: how many months are kept; `0` is all.",
        ),
        Key("force", Yes(), "Of a Git repository: `true` begins one branch anew each month, and pushes over it."),
        Key("author", Words(is_line), "Of a Git repository: whose the commits are."),
        Key(
            "releases",
            Whole(100, is_zero_meant=True),
            "Of rsync over SSH: how many publications are kept; 0: in place.",
        ),
        Key(
            "proxy",
            Words(is_target_proxy),
            "The proxy for this target; `none` goes past that of the whole file.",
            otherwise="`proxy` at the top",
            hidden=without_password,
        ),
        Key("timeout", Seconds(60), "After how long a sending is broken off."),
    ),
    _target,
)

FEEDS = Table(
    (
        Key("most", Whole(1000), "Entries in a feed."),
        Key("hub", Words(is_address), "A WebSub hub that feeds name, and that `publish` tells which of them changed."),
    ),
    (Feeds(),),
)

EPUB = Table(
    (
        Key("issues", List(Choice(("day", "week", "section"))), "Which books are made: `day`, `week`, `section`."),
        Key("days", Whole(10_000), "Of how many of the latest days books are kept."),
        Key("weeks", Whole(1_000), "Of how many of the latest weeks."),
        Key("budget", Size(), 'Bytes of pictures in one book, as `"8MB"`.'),
        Key(
            "only_new",
            Yes(),
            "`true`: an issue also has what is filed under an earlier day and arrived late or was changed in its time.",
        ),
    ),
    (Epub(),),
)

ZIM = Table(
    (
        Key(
            "name",
            Words(is_line),
            "The book's name for good, over all its issues: letters, digits, `_ . -`.",
            otherwise="`wirecopy`",
        ),
        Key("title", Words(is_line), "At most 30 characters.", otherwise="the mirror's title"),
        Key("description", Words(is_line), "At most 80 characters."),
        Key("creator", Words(is_line), "Whose the content is.", otherwise="the names of the sources"),
        Key("tier", Choice(("small", "text")), "`small` pictures, or `text` alone."),
    ),
    (Zim(),),
)

DATA = Table(
    (Key("formats", List(Choice(Data().formats)), "Some of `parquet`, `jsonl`, `ninjs`."),),
    (Data(),),
)

_DEFAULTS = Config(path=Path(), archive=Path(), public=Path())

PUBLISH = Table(
    (
        Key(
            "formats",
            List(Choice(FORMATS)),
            "What `wirecopy publish` writes without being told: some of "
            "`site`, `feeds`, `markdown`, `epub`, `zim`, `data`, `warc`.",
        ),
        Key(
            "title",
            Words(is_line),
            "What readers call this mirror.",
            otherwise="“A mirror of the news”, in the language of the interface",
        ),
        Key(
            "interface",
            Choice(("", *LANGUAGES)),
            "The language of what is around the articles: `zh-Hans`, `zh-Hant`, `en`, `de` or `ar`.",
            otherwise="that of the most articles",
        ),
        Key(
            "address",
            Words(is_folder),
            "Where the public folder will stand, absolute, with a slash at its end: for feeds, the sitemap and search "
            "engines. Without it the site is whole too; feeds lead to the outlets, and there is no sitemap.",
        ),
        Key(
            "contact",
            Words(is_line),
            "Where readers write when a copy is wrong: a mail address or a page.",
            otherwise="`contact` at the top",
        ),
        Key(
            "tiers",
            List(Choice(TIERS)),
            "What readers can choose: `small` pictures, `text` alone, `full` pictures. The first is where lists lead.",
        ),
        Key(
            "budget",
            Size(),
            'How much the pictures of the site may take, as `"30MB"`: the newest days are shown with theirs, a day '
            "whole or not at all. `0` is all.",
        ),
        Key(
            "scripts",
            Yes(),
            "`true`: Chinese articles have a page in the other script too (`pip install 'wirecopy[zh]'`).",
        ),
        Key(
            "layout",
            Choice(LAYOUTS),
            "Of Markdown: `plain` (for people: front matter and CommonMark) or `classic` (the model document), see "
            "[formats](formats.md).",
        ),
        Key(
            "pictures",
            Choice(PICTURES),
            "Where published documents show pictures from, of all sources: `own` (our own copies, below `pictures/` in "
            "the folder; a reader's machine asks nobody else), `none` (caption and a link), `outlet` (the outlet's own "
            "address) or `proxy` (images.weserv.nl, as the classic documents always did). It goes before what sources "
            "say.",
            otherwise="in plain what each source says (its `pictures`), `proxy` in classic",
        ),
        Key("feeds", Sub(FEEDS), "The table below."),
        Key("epub", Sub(EPUB), "The table below."),
        Key("zim", Sub(ZIM), "The table below."),
        Key("data", Sub(DATA), "The table below."),
    ),
    (Look(), _DEFAULTS),
)

PAGE = Table(
    (
        Key("title", List(Words(is_selector)), "The headline."),
        Key("subtitle", List(Words(is_selector)), "The line below it."),
        Key("authors", List(Words(is_selector)), "The names of the authors, each an element or an attribute."),
        Key("published", List(Words(is_selector)), "The moment of publication."),
        Key("body", List(Words(is_selector)), "What holds the text."),
        Key("drop", List(Words(is_selector)), "What inside it is not the article: all of these are left out."),
        Key("next_page", List(Words(is_selector)), "The link to the next part of an article in several parts."),
        Key("single_page", List(Words(is_selector)), "The link to the same article on one page."),
        Key("since", Words(is_day), "The first day (`2026-11-22`) of the captures that these rules are for."),
        Key("until", Words(is_day), "The last such day."),
    ),
    (PageRules(),),
)

OUTLINE = Table(
    (
        Key(
            "folders",
            ListOfPairs(),
            "The folders around the feed, outermost first, each as a table of its attributes.",
            (),
        ),
        Key(
            "attributes",
            Pairs(),
            "The outline's other attributes; one of another namespace is named `{namespace}name`.",
            (),
        ),
    ),
    (),
)

SOURCE = Table(
    (
        Key(
            "outlet",
            Words(),
            "The shipped outlet to start from, when the ID is another.",
            "",
            otherwise="the ID",
        ),
        Key("name", Words(), "What readers call the outlet.", otherwise="the ID"),
        Key("language", Words(), "BCP 47 tag of its language."),
        Key(
            "homepage",
            Words(is_address),
            "Its front page; article addresses that begin with it belong to this source.",
        ),
        Key(
            "family",
            Words(),
            "Shared by sources whose content ids are one number space, so that links between languages find the "
            "mirror's copy.",
        ),
        Key(
            "feeds",
            List(Words(is_address)),
            "Feeds (RSS, RDF, Atom), asked each `every`.",
            hidden=_addresses,
        ),
        Key(
            "sitemaps",
            List(Words(is_address)),
            "Sitemaps (plain, news, index, .gz): to catch up, asked each 8 × `every`, and at once when a feed fails.",
            hidden=_addresses,
        ),
        Key(
            "listings",
            List(Words(is_address)),
            "Section pages: what they link to that looks like an article is collected (`key`, `keep` and `drop` decide "
            "where they are given). For outlets without a feed.",
            hidden=_addresses,
        ),
        Key(
            "key",
            Words(is_key),
            "A regular expression whose group `key` finds the outlet's own id in an address (group `kind`: what kind "
            "of page). Without it the address is the identity.",
        ),
        Key("kinds", Pairs(), "A table from what `kind` finds to what `{kind}` in `asks` stands for."),
        Key(
            "asks",
            List(Words(is_template)),
            "The addresses to ask for one article, in order, until one answer can be read and believed; `{url}`, "
            "`{key}`, `{kind}`, `{language}`, `{origin}` are filled in.",
            otherwise="the article's address",
            hidden=_addresses,
        ),
        Key("strip", List(), "Query parameters of the outlet that only track."),
        Key(
            "keep",
            List(Words(is_pattern)),
            "Regular expressions: only addresses that one of them finds are collected.",
            otherwise="all",
        ),
        Key(
            "drop",
            List(Words(is_pattern)),
            "Regular expressions: addresses that one of them finds are not collected. The ledger keeps both with the "
            "reason; when a rule is gone, `collect --all` takes them in.",
            otherwise="none",
        ),
        Key(
            "reader",
            Words(is_reader),
            "The reader of the outlet's own shapes; this version has `bbc`, `dw`, `reuters` and `zaobao`. Without it "
            "the common reader finds the article in the page.",
            otherwise="the common one",
        ),
        Key(
            "read",
            Choice(("page", "feed")),
            "Where articles are read from: `page`, or `feed` for a feed that carries whole articles: then nothing else "
            "is asked. `add` compares both and chooses.",
        ),
        Key("page", Sub(PAGE), "The table below: where things are in this outlet's pages."),
        Key("outline", Sub(OUTLINE), "The table below: what an OPML file said of it."),
        Key(
            "zone",
            Words(is_zone),
            "The time zone (IANA name, as `Asia/Taipei`) of moments that name none.",
            otherwise="guessed from language and host, else UTC",
        ),
        Key(
            "pictures",
            Choice(("own", "proxy", "none")),
            "`own`: its pictures are fetched, kept and shown as our own copies ([pictures](pictures.md)). `proxy`: "
            "they are not fetched, and documents show them through images.weserv.nl. `none`: they are neither fetched "
            "nor shown; the caption stays, with a link.",
        ),
        Key(
            "respect",
            List(Choice(RESPECTED)),
            "As `respect` at the top, for this source.",
            otherwise="`respect` at the top",
        ),
        Key(
            "every",
            Seconds(60),
            'How often its feeds are asked: seconds, or `"15m"`, `"2h"`, `"1d"`; 60 seconds at least.',
        ),
        Key(
            "pace",
            Seconds(),
            "The least time between two requests to one of its hosts. A longer `Crawl-delay` in the host's robots.txt "
            "goes before it.",
        ),
        Key(
            "keep_captures",
            Seconds(),
            'For how long captures (the evidence) are kept: `"90d"`, `"365d"`. After that a revision still names its '
            "capture, which is not there any more. "
            "[What stays all the same](take-down.md#rereading-and-keeping-for-a-while).",
            otherwise="for ever",
        ),
        Key(
            "keep_pictures",
            Seconds(),
            "For how long pictures are kept, from the newest article that shows them.",
            otherwise="for ever",
        ),
    ),
    (Source(id=""),),
)

TOP = Table(
    (
        Key(
            "contact",
            Words(is_contact),
            "Who runs this mirror: a mail address or a page. It is sent to every outlet in the `User-Agent`. Without "
            "it the project's page is sent, and `collect` says so.",
        ),
        Key("archive", Place(), "The file with articles, revisions and evidence.", "wirecopy.db"),
        Key("public", Place(), "The folder that `publish` writes.", "public"),
        Key(
            "proxy",
            Words(is_proxy),
            "A proxy for all requests: `http://`, `https://`, `socks5://` or `socks5h://` (SOCKS: `pip install "
            "'wirecopy[socks]'`). Without it `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` of the "
            "environment count. Through a proxy, names are resolved by the proxy.",
            hidden=without_password,
        ),
        Key(
            "allow_private",
            List(),
            'Addresses inside your own network that may be asked, as `["127.0.0.1"]`: for an outlet of your own. All '
            "other private addresses are refused, whatever an outlet links to.",
        ),
        Key(
            "site_rules",
            Place(),
            "A folder of rules for sites, as [ftr-site-config](https://github.com/fivefilters/ftr-site-config) keeps "
            "them (`example.org.txt`): for sources without a `page` of their own, by the host of their `homepage` or "
            "of where they list. [What is taken of them](reading.md#rules-of-a-site).",
        ),
        Key(
            "workers",
            Whole(64),
            "How many processes read pages, each with its own bounds of CPU time and memory, so that a page that "
            "attacks its reader costs only itself. `0` reads in wirecopy's own process.",
            otherwise="one for each core, 4 at most",
        ),
        Key(
            "respect",
            List(Choice(RESPECTED)),
            "Which wishes of publishers are obeyed: `robots` (robots.txt), `noarchive` (of pages and answers), `tdm` "
            "(a reservation of text and data mining), `ai` (a wish not to be used for AI).",
        ),
        Key("watch", Sub(WATCH), "The table below."),
        Key("publish", Sub(PUBLISH), "The table below."),
        Key("alerts", Sub(ALERTS), "The table below."),
        Key("targets", Many(TARGET, "NAME"), "The tables below, one a target."),
        Key("sources", Many(SOURCE, "ID"), "The tables below, one a source."),
    ),
    (_DEFAULTS,),
)

Path_ = tuple[str, ...]


def tables() -> Iterator[tuple[Path_, Table]]:
    """Every table by its path, as ("publish", "feeds"); any number of tables by the name in the documentation."""
    yield from _tables(TOP, ())


def _tables(table: Table, path: Path_) -> Iterator[tuple[Path_, Table]]:
    yield path, table
    for key in table.keys:
        if isinstance(key.kind, Sub):
            yield from _tables(key.kind.table, (*path, key.name))
        elif isinstance(key.kind, Many):
            yield from _tables(key.kind.table, (*path, key.name, key.kind.name))


def where(path: Path_) -> str:
    """A table as its heading is written."""
    return f"[{'.'.join(path)}]" if path else ""
