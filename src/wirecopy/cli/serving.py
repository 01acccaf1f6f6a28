"""`wirecopy serve`: the published site, and search in the archive, on this machine.

`add_options` is asked for by whoever wants help: what this module imports for it is the standard library.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wirecopy.config import Config  # named only: whoever wants help waits for nothing


def add_options(sub: argparse.ArgumentParser) -> None:
    """The options of the command."""
    sub.add_argument("--host", metavar="HOST", default="127.0.0.1", help="where to listen (default 127.0.0.1)")
    sub.add_argument("--port", metavar="PORT", type=_port, default=8000, help="default 8000; 0 takes a free one")
    sub.add_argument("--published", metavar="FOLDER", help="the published folder (default: public/ beside the file)")
    sub.add_argument(
        "--name", metavar="NAME", action="append", default=[], help="a host name that a proxy asks by; may be repeated"
    )
    sub.add_argument("--log", action="store_true", help="a line on stderr for each answer, without who it was for")


def serve(arguments: argparse.Namespace) -> int:
    """Serve until told to stop. Ctrl-C and SIGTERM are how a server ends, and cut nothing short: 0 for both."""
    import asyncio

    from wirecopy import config as configs
    from wirecopy.cli.terminal import talk

    config = configs.load(configs.find(arguments.config))
    archive = config.archive if config.archive.exists() else None
    if archive is None:
        talk(f"there is no archive at {config.archive}: nothing can be searched", quiet=arguments.quiet)
    folder = Path(arguments.published) if arguments.published else config.public
    asyncio.run(_serve(arguments, folder, archive, config))
    return 0


async def _serve(arguments: argparse.Namespace, folder: Path, archive: Path | None, config: Config) -> None:
    from wirecopy.cli.terminal import talk
    from wirecopy.serve import Serving
    from wirecopy.text import printable

    serving = Serving(
        folder,
        archive=archive,
        sources=config.sources,
        host=arguments.host,
        port=arguments.port,
        public=config.look.address,
        language=config.look.interface or "en",
        names=tuple(arguments.name),
        log=_log if arguments.log else None,
        trouble=lambda words: talk(f"wirecopy serve: {printable(words)}"),
    )
    async with serving:
        talk(f"{folder} is at {serving.address} (Ctrl-C ends this)", quiet=arguments.quiet)
        await _told_to_stop()
    talk("stopped", quiet=arguments.quiet)


async def _told_to_stop() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    import asyncio
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # Windows: Ctrl-C is a KeyboardInterrupt there
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    await stop.wait()


def _log(words: str) -> None:
    from wirecopy.text import printable

    sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {printable(words)}\n")


def _port(words: str) -> int:
    number = int(words) if words.isascii() and words.isdecimal() and len(words) < 6 else -1
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{words!r} is no port: 0 to 65535")
    return number
