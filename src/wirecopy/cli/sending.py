"""`wirecopy publish --to TARGET`: from names and addresses to targets, what is sent to each, and what became of it.

A target is a table of the file, by its name, or an address. Without `--to` and without formats, `publish` goes to every
target of the file: it is the standing order. A folder after `--to` is no target: one format is written there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy.errors import ArchiveError, ConfigError, PublishError

if TYPE_CHECKING:
    from wirecopy.config import Config
    from wirecopy.send import Failing, Release, Result
    from wirecopy.send.targets import Target


def add_options(sub: argparse.ArgumentParser) -> None:
    """What can be said of sending."""
    sub.add_argument(
        "--to", metavar="TARGET", action="append", default=[],
        help="send what is published: a target of the file, or git+https: git+ssh: s3: rsync: sftp: user@host:path, "
        "each once more; or a folder to write one format to (default: public/, or below it)",
    )  # fmt: skip
    sub.add_argument(
        "--dry-run", action="store_true", help="say what would be sent of what is published; change nothing anywhere"
    )


def wanted(arguments: argparse.Namespace, config: Config) -> list[Target]:
    """The targets to send to. A folder is left in `arguments.to`, as before there were targets; else that is None."""
    said: list[str] = list(arguments.to)
    arguments.to = None
    if not said and (arguments.formats or not config.targets):
        if arguments.dry_run:
            raise ConfigError("--dry-run says what would be sent: name a target with --to, or put one into the file")
        return []
    from wirecopy.send.targets import Target, check, is_folder

    named = {each.name: each for each in config.targets}
    targets = []
    for words in dict.fromkeys(said or named):
        if words in named:
            targets.append(_target(named[words], config))
        elif is_folder(words):
            arguments.to = words
        else:
            targets.append(Target(name=words, to=words, proxy=config.proxy))
    if arguments.to and (len(said) > 1 or arguments.dry_run):
        raise ConfigError(
            f"--to {arguments.to}: a folder is written to by itself, and {config.path} has no target of this name; "
            f'[targets.NAME] with to = "{arguments.to}" makes it one'
        )
    for target in targets:
        check(target)
        if set(target.formats or arguments.formats) == {"warc"}:
            raise ConfigError(
                f"target {target.name!r}: captures hold scripts of outlets, and are no publication for readers: "
                "`wirecopy publish warc --to FOLDER` writes them to a folder, to be copied by your own means"
            )
    return targets


def send(
    targets: Sequence[Target],
    config: Config,
    formats: Sequence[str],
    folder_of: Callable[[Config, str], Path],
    *,
    dry: bool,
    quiet: bool,
    once: bool,
) -> list[Result]:
    """Send what is published in these formats, or those that a target names, to each target.

    `once`: a person named these formats, for this time alone: what else was sent to the targets stays there.
    """
    if not targets:
        return []
    from wirecopy import send as sending
    from wirecopy.cli.terminal import bar

    state, now = _state(config), datetime.now(UTC)
    jobs, failed = [], []
    for target in targets:
        is_all = bool(target.formats) or not once
        is_alone = is_all or not sending.several_stand(target, state)
        try:
            release = _release(config, target.formats or formats, folder_of, is_all=is_all, is_alone=is_alone)
            jobs.append((target, release))
        except PublishError as error:  # a format of this one target that is not published: the others have theirs
            failed.append(sending.Result(target=target.name, to=target.to, failed=str(error)))
    with bar(quiet=quiet) as shown:
        results = [*sending.send(jobs, state=state, at=now, dry=dry, progress=shown.step), *failed]
    if not dry:
        named = {target.name: target for target in targets}
        for each in results:
            sending.note(named[each.target], each.failed, state=state, at=now)
    return results


def failing(config: Config) -> list[tuple[str, Failing]]:
    """What was not reached when it was last published to, and why: the public folder, the targets of the file."""
    if not _state(config).exists():
        return []
    from wirecopy import send as sending

    targets = (_public(config), *(_target(each, config) for each in config.targets))
    noted = ((each.name, sending.failing(each, _state(config))) for each in targets)
    return [(name, wrong) for name, wrong in noted if wrong is not None]


@contextmanager
def noting(config: Config) -> Iterator[None]:
    """Write down whether what is done here, to publish into the public folder, failed."""
    try:
        yield
    except (PublishError, ArchiveError) as error:
        if config.archive.exists():
            _note_public(config, str(error))
        raise
    if _state(config).exists():
        _note_public(config, "")


def tell(results: Sequence[Result], *, dry: bool, quiet: bool = False) -> int:
    """A line for each target, and for each that failed on stderr what was wrong; the exit code.

    `quiet`: only what failed.
    """
    from wirecopy.cli.terminal import result, talk

    for each in results:
        if each.failed:
            talk(f"wirecopy publish: {_named(each)}: {each.failed}")
            continue
        if quiet:
            continue
        counts = f"{each.files:,} files, {each.bytes / 1e6:,.1f} MB"
        if not each.files and not each.removed:
            done = "nothing to send" if dry else "nothing changed, nothing sent"
        elif dry:
            done = f"would send {counts}, and remove {each.removed:,} files"
        else:
            done = f"sent {counts}, removed {each.removed:,} files"
        result(f"{_named(each)}: {done}{f'; {each.note}' if each.note else ''}")
    return 4 if any(each.failed for each in results) else 0


def _note_public(config: Config, failed: str) -> None:
    from wirecopy import send as sending

    sending.note(_public(config), failed, state=_state(config), at=datetime.now(UTC))


def _public(config: Config) -> Target:
    from wirecopy.send.targets import Target

    return Target(name="public", to=str(config.public))


def _state(config: Config) -> Path:
    return config.archive.with_suffix(".targets")


def _named(done: Result) -> str:
    return done.to if done.target == done.to else f"{done.target} ({done.to})"


def _target(target: Target, config: Config) -> Target:
    """A table of the file as it is meant there: its folder beside the file, its proxy the file's if it names none."""
    from wirecopy.model import replace
    from wirecopy.send.targets import is_folder

    to = str(config.path.parent / target.to) if is_folder(target.to) else target.to
    return replace(target, to=to, proxy=target.proxy or config.proxy)


def _release(
    config: Config, formats: Sequence[str], folder_of: Callable[[Config, str], Path], *, is_all: bool, is_alone: bool
) -> Release:
    """What goes to a target: one format stands at its root, unless it goes among others (not `is_alone`); several stand
    as they do in the public folder.
    """
    from wirecopy.send import standing

    going = tuple(dict.fromkeys(each for each in formats if each != "warc"))
    if len(going) == 1 and is_alone:
        return standing(folder_of(config, going[0]), is_all=is_all)
    return standing(config.public, ["" if each == "site" else f"{each}/" for each in going], is_all=is_all)
