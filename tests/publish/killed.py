"""A publication in a process of its own that kills itself.

Every call that can change the folder is counted, as the interpreter itself reports it; before the one it is told the
process is gone. It says how many there were if it survives.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from datetime import timedelta
from pathlib import Path

from forked import Child, Say
from publish.edition import NOON, MemoryEdition, document
from wirecopy.model import Document, Reference
from wirecopy.publish import markdown, site
from wirecopy.publish.look import Look

LOOK = Look(interface="en", address="https://mirror.example/")

CHANGES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")

Step = tuple[str, tuple[str, str], int, str]
"""What happens, to which document, its age in days, the key of the document it refers to."""


def play(edition: MemoryEdition, step: Step) -> None:
    what, place, days, refers = step
    known = edition.document(*place) is not None
    if what == "put":
        edition.put(made(*place, days, refers))
    elif what == "withdraw" and known:
        edition.withdraw(*place)
    elif what == "remove" and known:
        edition.remove(*place)


def made(source: str, key: str, days: int, refers: str) -> Document:
    return document(
        source, key, at=NOON - timedelta(days=days), title=f"{key} of {days}", number=1 + days % 3,
        related=(Reference(title="see", ref=f"dw:{refers}"),) if refers else (),
    )  # fmt: skip


def history(moves: int) -> MemoryEdition:
    """A mirror after so many moves, the same in every process."""
    chance = random.Random(20240208)
    edition = MemoryEdition()
    for number in range(moves):
        what = chance.choice(["put"] * 6 + ["withdraw", "remove"])
        place = chance.choice(["dw-zh", "dw-en"]), str(number % 17)
        play(edition, (what, place, chance.randrange(70), str(number % 5)))
    return edition


def publish(kind: str, edition: MemoryEdition, folder: Path) -> None:
    if kind == "site":
        site.publish(edition, folder, LOOK)
    else:
        markdown.publish(edition, folder)


def child(kind: str, folder: Path, kill_at: int, moves: int) -> tuple[int, int]:
    """Publish there in another process, killed before the operation of this number; 0: not at all. How it ended, and
    how many operations there were if it survived.
    """
    with Child(_publish, kind, folder, kill_at, moves) as process:
        said = process.heard()
        return process.ended() or 0, int(said or 0)


def _publish(say: Say, kind: str, folder: Path, kill_at: int, moves: int) -> None:
    done = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal done
        if event in CHANGES and str(folder) in str(arguments[0]):
            done += 1
            if done == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    edition = history(moves)
    sys.addaudithook(count)
    publish(kind, edition, folder)
    say(str(done))
