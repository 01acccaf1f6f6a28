"""What a child does that is killed: it mirrors. One moment for everything, so that what is made does not depend on when
it was made.
"""

from datetime import datetime
from pathlib import Path

from forked import Say
from wirecopy.archive import open_archive
from wirecopy.cli.collecting import run_round
from wirecopy.config import load
from wirecopy.publish import markdown


def collect(say: Say, folder: Path, now: datetime) -> None:
    say("ready")
    config = load(folder / "wirecopy.toml")
    archive = open_archive(config.archive, write=True, holder="a test", wait=5.0)
    try:
        run_round(config, config.sources, archive, everything=True, clock=lambda: now)
    finally:
        archive.close()


def publish(say: Say, folder: Path, _now: datetime) -> None:
    say("ready")
    config = load(folder / "wirecopy.toml")
    archive = open_archive(config.archive, write=False)
    try:
        with archive.edition() as edition:
            markdown.publish(edition, config.public)
    finally:
        archive.close()
