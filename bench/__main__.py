"""`python -m bench [--quick] [NAME...]`: run the measurements and print them as a table.

Each module has `run(quick) -> list[Row]`. Figures are CPU seconds of one process unless their unit says otherwise;
where a peer or a limit is named beside a figure, both were measured in the same run.
"""

import argparse
import importlib
import platform
import sqlite3
import sys

NAMES = (
    "startup", "read", "reading", "collect", "importing", "warc", "feeds", "archive", "kin", "search", "pictures",
    "publish", "site", "site_search", "exports", "feeds_out", "sending", "serve", "watch",
)  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    words.add_argument("names", metavar="NAME", nargs="*", help=f"which: {', '.join(NAMES)} (default: all)")
    words.add_argument("--quick", action="store_true", help="small numbers: to see that it runs, not to quote")
    told = words.parse_args()
    if unknown := set(told.names) - set(NAMES):
        words.error(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()} {platform.system()}"
    )
    for name in told.names or NAMES:
        print(f"\n{name}")
        for row in importlib.import_module(f"bench.{name}").run(told.quick):
            figure = f"{row.figure:,.0f}" if row.figure >= 100 else f"{row.figure:,.2f}"
            print(f"  {row.what:<58} {figure:>10} {row.unit:<22} {row.beside}".rstrip())
            sys.stdout.flush()


main()
