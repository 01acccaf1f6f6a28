"""What can be said: the commands, their arguments and options. Standard library only; docs/commands.md tells them."""

from __future__ import annotations

import argparse

from wirecopy.publish import LAYOUTS, PICTURES
from wirecopy.version import __version__


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)


_EPILOG = """\
a first mirror:
  wirecopy add dw-zh        Deutsche Welle in Chinese, into a new wirecopy.toml here
  wirecopy collect          fetch what is there, keep it in wirecopy.db
  wirecopy publish          write it as Markdown below public/

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
        sub.set_defaults(run=name + "_" if name in ("import", "try") else name)
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

    sub = command("collect", "visit what is due, keep what is new or changed")
    sub.add_argument("sources", metavar="SOURCE", nargs="*", help="only these (default: every source of the file)")
    sub.add_argument("--all", action="store_true", help="everything, due or not")
    sub.add_argument("--since", metavar="DAY", help="page back to this day, as 2026-10-22 or 30d, to catch up")

    sub = command("import", "take in documents of other mirrors")
    sub.add_argument("paths", metavar="PATH", nargs="+", help="classic documents (.md), or folders of them")
    sub.add_argument("--source", metavar="ID", help="the source they belong to (default: by their addresses)")

    sub = command("publish", "write what changed")
    sub.add_argument("format", metavar="FORMAT", nargs="?", default="markdown", choices=["markdown"], help="markdown")
    sub.add_argument("--layout", choices=LAYOUTS, help="plain is for people, classic is the model document")
    sub.add_argument("--pictures", choices=PICTURES, help="where pictures are shown from")
    sub.add_argument("--to", metavar="FOLDER", help="where to write (default: public/ beside the file)")

    sub = command("status", "sources, last visits, failures, what is held, the ledger")
    sub.add_argument("sources", metavar="SOURCE", nargs="*", help="only these")

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
    sub.add_argument("--history", action="store_true", help="its revisions, one a line")
    sub.add_argument("--diff", action="store_true", help="what the last revision changed, or revision N")

    sub = command("verify", "check every stored byte, and every published file, against its digest")
    sub.add_argument("--published", metavar="FOLDER", help="the published folder (default: public/ beside the file)")

    sub = command("demo", "the whole chain against a simulated outlet on this machine")
    sub.add_argument(
        "folder", metavar="FOLDER", nargs="?", default="demo-mirror", help="where to build it (default ./demo-mirror)"
    )
    return top


def _count(words: str) -> int:
    number = int(words) if words.isdecimal() else 0
    if not 1 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{words!r} is no count from 1 up")
    return number
