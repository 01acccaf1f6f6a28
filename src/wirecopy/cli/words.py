"""What can be said: the commands, their arguments and options. Standard library only; docs/commands.md tells them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from wirecopy.cli import sending, serving
from wirecopy.publish import DEFAULT_FORMATS, FORMATS, LAYOUTS, PICTURES
from wirecopy.version import __version__

SCHEDULERS = ("systemd", "cron", "github", "docker")
"""For what `schedule` can write."""

EVERY = {
    "5m": 5, "10m": 10, "15m": 15, "20m": 20, "30m": 30, "1h": 60, "2h": 120, "3h": 180, "4h": 240, "6h": 360,
    "12h": 720, "1d": 1440,
}  # fmt: skip
"""How often a scheduled round can be, in minutes: what divides a day evenly, so that a calendar can say it."""


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)


_EPILOG = """\
a first mirror:
  wirecopy add dw-zh        Deutsche Welle in Chinese, into a new wirecopy.toml here
  wirecopy collect          fetch what is there, keep it in wirecopy.db
  wirecopy publish          write it as a site, Markdown … below public/
  wirecopy schedule install let it go by itself from now on

exit codes: 0 done, 1 a source failed, 2 config or usage, 3 archive, 4 publish, 130 interrupted
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="wirecopy",
        description="Mirrors the news, whole: to be read where its publisher can't be, checked by whoever reads it.",
        epilog=_EPILOG,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"wirecopy {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, does: str, *, json: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=does, description=does, formatter_class=_Help, allow_abbrev=False)
        sub.set_defaults(run=name + "_" if name in ("config", "import", "try") else name)
        sub.add_argument("--config", metavar="FILE", help="the mirror's file (default: ./wirecopy.toml)")
        sub.add_argument("--quiet", action="store_true", help="no talk on stderr, only errors")
        if json:
            sub.add_argument("--json", action="store_true", help="the result as one JSON document on stdout")
        return sub

    sub = command("init", "write a wirecopy.toml to start from", json=False)
    sub.add_argument("--contact", default="", help="who runs this mirror: a mail address or a page, told to outlets")

    sub = command("add", "add an outlet to the file: one that ships with wirecopy, or any by its address")
    sub.add_argument(
        "outlet",
        metavar="OUTLET|URL",
        nargs="?",
        help="an id, as dw-zh, or the address of a site, section, feed or OPML file; without one: the list of ids",
    )
    sub.add_argument("--opml", metavar="FILE", help="add every feed of an OPML file (of a feed reader's export)")
    sub.add_argument("--id", metavar="ID", default="", help="what to call the source in the file")
    sub.add_argument("--name", metavar="NAME", default="", help="what readers call the outlet")

    sub = command("try", "show what would be collected and how it reads; keep nothing")
    sub.add_argument(
        "what", metavar="SOURCE|URL", help="a source of the file, a shipped outlet, or any site's or article's address"
    )
    sub.add_argument("--articles", metavar="N", type=_count, default=3, help="how many articles to read (default 3)")

    sub = command("sources", "the sources of the file, and as an OPML file for feed readers")
    sub.add_argument("--opml", metavar="FILE", help='write them as OPML; "-" is standard output')

    sub = command("config", "every setting as it counts, and where it comes from: file, environment or default")
    sub.add_argument("--schema", action="store_true", help="the JSON Schema of wirecopy.toml, for editors")

    sub = command("collect", "visit what is due, keep what is new or changed")
    sub.add_argument("sources", metavar="SOURCE", nargs="*", help="only these (default: every source of the file)")
    sub.add_argument("--all", action="store_true", help="everything, due or not")
    sub.add_argument("--watch", action="store_true", help="until stopped: each source when something of it is due")
    sub.add_argument("--no-pictures", action="store_true", help="articles only; their pictures stay due")
    sub.add_argument("--since", metavar="DAY", help="page back to this day, as 2026-10-22 or 30d, to catch up")

    sub = command("import", "take in documents of other mirrors")
    sub.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="classic documents (.md), web archives (WARC, WACZ), folders of them, or another wirecopy.db",
    )
    sub.add_argument("--source", metavar="ID", help="the source they belong to (default: by their addresses)")
    sub.add_argument("--known", action="store_true", help="of web archives: only sources that are followed or ship")
    sub.add_argument("--again", action="store_true", help="of web archives: also those that were taken in before")

    sub = command("publish", "write what changed")
    sub.add_argument(
        "formats",
        metavar="FORMAT",
        nargs="*",
        type=_format,
        help=f"{', '.join(FORMATS)} (default: what the file says, else {', '.join(DEFAULT_FORMATS)})",
    )
    sub.add_argument("--watch", action="store_true", help="follow the archive: publish whenever it changed")
    sub.add_argument(
        "--layout", choices=LAYOUTS, help="of markdown: plain is for people, classic is the model document"
    )
    sub.add_argument("--pictures", choices=PICTURES, help="of markdown: where pictures are shown from")
    sending.add_options(sub)
    sub.add_argument("--wacz", action="store_true", help="of warc: one file of it all for ReplayWeb.page, too")

    serving.add_options(command("serve", "the published site and search, on this machine", json=False))

    sub = command("schedule", "let the mirror go by itself: write what a scheduler needs, show it, take it away")
    sub.add_argument("what", choices=("install", "show", "remove"), metavar="install|show|remove", help="what to do")
    scheduler = "|".join(SCHEDULERS)
    sub.add_argument(
        "--for", dest="kind", choices=SCHEDULERS, default="", metavar=scheduler, help="default: what is here"
    )
    sub.add_argument("--every", choices=tuple(EVERY), default="15m", metavar="TIME", help=f"one of {', '.join(EVERY)}")
    sub.add_argument("--watch", action="store_true", help="of systemd: two services that run for good, not a timer")
    sub.add_argument("--system", action="store_true", help="of systemd: for the machine, not for you (as root)")
    sub.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")

    sub = command("doctor", "whether all that a mirror needs is well, and what to do where it is not")
    sub.add_argument("--network", action="store_true", help="also ask your own sources' robots.txt, one request each")

    sub = command("status", "how the sources are, what is wrong and what to do, what hosts were asked")
    sub.add_argument("sources", metavar="SOURCE", nargs="*", help="only these")
    other = sub.add_mutually_exclusive_group()
    other.add_argument("--footprint", action="store_true", help="what each host was asked, by day")
    other.add_argument("--metrics", action="store_true", help="in the text format of Prometheus")
    sub.add_argument("--days", metavar="N", type=_count, help="with --footprint: so many days back (default 7)")

    sub = command("held", "what was not believed, why, and since when")
    sub.add_argument("sources", metavar="SOURCE", nargs="*", help="only these")
    sub.add_argument("--reason", metavar="WORDS", default="", help="only where the reason says this")

    for name, does in (
        ("accept", "believe what is held of an article: it becomes a revision"),
        ("refuse", "say that what is held of an article is not it"),
    ):
        sub = command(name, does)
        sub.add_argument("articles", metavar="ARTICLE", nargs="*", help="SOURCE/KEY, a key, or the article's address")
        sub.add_argument("--source", metavar="ID", help="all that is held of this source")
        sub.add_argument("--reason", metavar="WORDS", default="", help="with --source: only where the reason says this")

    sub = command("show", "one article as Markdown, its history, its edits")
    sub.add_argument("article", metavar="ARTICLE", help="SOURCE/KEY, a key, FAMILY:KEY or the article's address")
    sub.add_argument("--revision", metavar="N", type=_count, help="as it stood in this revision")
    sub.add_argument("--at", metavar="TIME", help="as it stood then: 2026-10-22, 2026-10-22T14:00 (UTC), or 30d ago")
    sub.add_argument("--history", action="store_true", help="its revisions, one a line")
    sub.add_argument("--diff", action="store_true", help="what the last revision changed, or revision N")

    sub = command("search", "find articles in the archive by their words, in any language")
    sub.add_argument(
        "words",
        metavar="WORDS",
        nargs="+",
        help='words, "phrases", -not these, source: author: section: since: until: (docs/search.md)',
    )
    sub.add_argument("--source", metavar="ID", action="append", default=[], help="only of this source; may be repeated")
    sub.add_argument("--since", metavar="DAY", help="only from this day on, as 2026-10-22, 2026-10 or 30d")
    sub.add_argument("--until", metavar="DAY", help="only until the end of this day")
    sub.add_argument("--limit", metavar="N", type=_count, default=20, help="how many at most (default 20)")
    order = sub.add_mutually_exclusive_group()
    order.add_argument("--best", action="store_true", help="the best first: who has the words in the title")
    order.add_argument("--newest", action="store_true", help="the newest first (the default)")
    sub.add_argument("--epub", metavar="FILE", help="make a book of what is found, for e-readers")

    sub = command("reread", "read the stored captures again by today's rules; no revision comes or goes by it")
    sub.add_argument("sources", metavar="SOURCE", nargs="*", help="only these (default: every source of the file)")
    sub.add_argument("--rehearse", action="store_true", help="show what would change, and keep nothing")
    sub.add_argument(
        "--articles", metavar="N", type=_count, default=10, help="with --rehearse: how many differences (default 10)"
    )
    sub.add_argument("--workers", metavar="N", type=_count, help="how many processes read (default: as in the file)")

    sub = command("remove", "take articles, a source or a picture down, for good; without an argument: list what was")
    sub.add_argument("articles", metavar="ARTICLE", nargs="*", help="SOURCE/KEY, a key, or the article's address")
    sub.add_argument("--source", metavar="ID", help="all of this source, what comes later too")
    sub.add_argument("--from", metavar="DAY", dest="since", default="", help="with --source: from this day on")
    sub.add_argument("--until", metavar="DAY", default="", help="with --source: up to this day, it included")
    sub.add_argument("--picture", metavar="URL", default="", help="a picture, by its address, its key or its SHA-256")
    sub.add_argument("--reason", metavar="WORDS", default="", help="why; it stands in the public list")
    sub.add_argument("--by", metavar="WHO", default="", help="who decided (default: contact); not published")
    sub.add_argument("--rehearse", action="store_true", help="show what would go, and keep everything")

    sub = command("verify", "check every stored byte, and every published file, against its digest")
    sub.add_argument("--published", metavar="FOLDER", help="the published folder (default: public/ beside the file)")
    sub.add_argument("--repair", action="store_true", help="save what is whole, make the rest anew, name what is lost")
    sub.add_argument(
        "--absent", metavar="WORDS", nargs="*", help="search for what was taken down, or for these words, byte by byte"
    )
    sub.add_argument("--copy", metavar="FILE", action="append", default=[], help="with --absent: search this file too")

    sub = command("backup", "copy the archive elsewhere, also while it is written to; the copy is read back")
    sub.add_argument("to", metavar="TO", help="a folder, or a file; only an earlier state of this archive is replaced")

    sub = command("restore", "put a backup in the archive's place")
    sub.add_argument("source", metavar="FROM", help="what `wirecopy backup` wrote, or its folder")
    sub.add_argument("--force", action="store_true", help="though there is an archive; it is kept as .before-restore")

    sub = command("demo", "the whole chain against a simulated outlet on this machine")
    sub.add_argument(
        "folder", metavar="FOLDER", nargs="?", default="demo-mirror", help="where to build it (default ./demo-mirror)"
    )
    return top


def shielded(argv: Sequence[str]) -> list[str]:
    """The arguments, so that `search 普京 -Sport` is understood: what begins with one "-" is no option of a search."""
    if "search" not in argv[:1]:
        return list(argv)
    # A word that holds a blank is never an option to argparse.
    return [f"{word} " if word[:1] == "-" and word[1:2] not in ("", "-") and word != "-h" else word for word in argv]


def _count(words: str) -> int:
    number = int(words) if words.isdecimal() else 0
    if not 1 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{words!r} is no count from 1 up")
    return number


def _format(written: str) -> str:
    if written not in FORMATS:
        raise argparse.ArgumentTypeError(f"{written!r} is no format; there are {', '.join(FORMATS)}")
    return written
