"""A published folder to send, made by the real `Output`; programs that a test needs."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wirecopy.publish import manifest
from wirecopy.publish.output import Output
from wirecopy.send import Result, Target, send, standing

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PICTURE = "pictures/3f/" + "3f" * 32 + ".jpg"


def article(key: int | str, month: str = "2026/11") -> str:
    return f"articles/dw-zh/{month}/{key}.html"


def page(*links: str, words: str = "") -> bytes:
    """A page that names others."""
    return "".join(f'<a href="{link}">{words}</a>\n' for link in links).encode()


def front(count: int) -> dict[str, bytes]:
    """A publication of so many articles: a front page, a list of the day, the articles, one picture."""
    articles = {article(key): page(PICTURE, words=f"article {key}") for key in range(count)}
    return {
        **articles,
        "days/2026/11/2026-11-20.md": page(*articles),
        "index.html": page("days/2026/11/2026-11-20.md", *articles),
        PICTURE: b"\xff\xd8 a picture",
    }


def publish(folder: Path, files: dict[str, bytes]) -> None:
    with Output(folder, manifest.listed_in) as output:
        output.renew()
        for path, body in files.items():
            output.write(path, body)
        output.finish(b"{}")


def held(folder: Path) -> dict[str, bytes]:
    """What a folder holds, without what is ours alone."""
    return {
        place.relative_to(folder).as_posix(): place.read_bytes()
        for place in folder.rglob("*")
        if place.is_file() and not any(part.startswith(".") for part in place.relative_to(folder).parts)
    }


def sent(folder: Path, target: Target, state: Path, *, at: datetime = AT, dry: bool = False) -> Result:
    """Send what is published there to one target."""
    (result,) = send([(target, standing(folder))], state=state, at=at, dry=dry, progress=lambda *_: None)
    return result


def needs(program: str) -> str:
    """Where a program is that a test needs; without it the test is skipped, but not in CI."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed, and CI tests everything")
        pytest.skip(f"{program} is not installed")
    return found
