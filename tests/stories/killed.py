"""A child that mirrors and is killed: `python killed.py collect|publish FOLDER NOW CONFIG`. One moment for everything,
so that what is made does not depend on when it was made.
"""

import sys
from datetime import datetime
from pathlib import Path

from wirecopy.archive import open_archive
from wirecopy.cli.collecting import run_round
from wirecopy.config import load
from wirecopy.publish import markdown


def collect(folder: Path, now: datetime) -> None:
    config = load(folder / "wirecopy.toml")
    archive = open_archive(config.archive, write=True, holder="a test", wait=5.0)
    try:
        run_round(config, config.sources, archive, everything=True, clock=lambda: now)
    finally:
        archive.close()


def publish(folder: Path, _now: datetime) -> None:
    config = load(folder / "wirecopy.toml")
    archive = open_archive(config.archive, write=False)
    try:
        with archive.edition() as edition:
            markdown.publish(edition, config.public)
    finally:
        archive.close()


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    {"collect": collect, "publish": publish}[sys.argv[1]](Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
