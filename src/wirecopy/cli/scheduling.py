"""`schedule install`, `show`, `remove`: what makes a mirror go by itself is written, shown, and taken away again.

- What is to be written is shown first. Nothing is written over that is not ours, or that was changed since: such a file
  is named, and a person decides.
- `remove` takes away what stands as it was written, and names the rest.
- Where the scheduler must be told (systemctl, crontab), it is; where that fails, the command is shown for a person.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from wirecopy import config as configs
from wirecopy.cli import extras, schedules
from wirecopy.cli.schedules import ENVIRONMENT, Mirror
from wirecopy.cli.terminal import as_json, result, styled, talk
from wirecopy.cli.words import EVERY
from wirecopy.config import Config, environment
from wirecopy.errors import ConfigError
from wirecopy.model import Noun

Run = Callable[[Sequence[str], str], tuple[int, str]]
"""Runs a program with these words and this input: its exit code and what it printed."""

_LONGEST = 60  # seconds for systemctl and crontab, which take none


class Piece(Noun, frozen=True, kw_only=True):
    """One file of a schedule, or our lines of the crontab. `state`: ours, changed or other; "" is not there."""

    kind: str
    place: str
    text: str = ""
    state: str = ""


def schedule(arguments: argparse.Namespace, run: Run | None = None) -> int:
    """Install, show or remove. Raises ConfigError, before anything is done, where something is in the way."""
    run = run or run_program
    config = configs.load(configs.find(arguments.config))
    mirror = mirror_here(config)
    if arguments.what == "show":
        return _show(arguments, mirror, run)
    if arguments.what == "remove":
        return _remove(arguments, mirror, run)
    return _install(arguments, config, mirror, run)


def mirror_here(config: Config) -> Mirror:
    """The mirror, for the user who owns its folder (so that root can install for another)."""
    folder = config.path.resolve().parent
    uid, gid, user = 1000, 1000, ""
    if hasattr(os, "getuid"):
        import pwd

        owner = folder.stat()
        uid, gid = owner.st_uid, owner.st_gid
        try:
            user = pwd.getpwuid(uid).pw_name
        except KeyError:
            user = str(uid)
    return schedules.mirror_of(config, user=user, uid=uid, gid=gid)


def standing(mirror: Mirror, run: Run | None = None) -> tuple[Piece, ...]:
    """What there is of a schedule for this mirror, in every place where one may be."""
    return tuple(each for each in _everywhere(mirror, run or run_program) if each.state)


# --- install ----------------------------------------------------------------------------------------------------------


def _install(arguments: argparse.Namespace, config: Config, mirror: Mirror, run: Run) -> int:
    kind = arguments.kind or _kind_here()
    _make_sense(arguments, config, kind)
    every = EVERY[arguments.every]
    if kind == "cron":
        planned = [Piece(kind=kind, place="crontab", text=schedules.crontab(mirror, every))]
    else:
        planned = [
            Piece(kind=kind, place=str(path), text=text) for path, text in _files(arguments, mirror, kind, every)
        ]
    there = {each.place: each for each in _everywhere(mirror, run)}
    others = [each.place for each in planned if there.get(each.place, each).state in ("changed", "other")]
    if others:
        raise ConfigError(
            f"{', '.join(others)}: not as wirecopy wrote it, so it is left alone; move it away, and install again"
        )
    older = [each for each in there.values() if each.state and each.place not in {one.place for one in planned}]
    commands = _commands(planned, system=arguments.system)
    for each in planned if not arguments.json else ():
        result(styled(f"# {each.place}", "bold"))
        result(_signed(each, mirror).rstrip("\n") + "\n")
    told = [{"for": each.kind, "where": each.place, "text": _signed(each, mirror)} for each in planned]
    if arguments.dry_run:
        if arguments.json:
            as_json({"installed": told, "written": False, "running": False})
        then = f"; when it is: {schedules.words_of(commands)}" if commands else ""
        talk(f"nothing was written{then}", quiet=arguments.quiet)
        return 0
    for each in planned:
        _write(each, mirror, run)
    done = _tell(commands, run, quiet=arguments.quiet)
    _advise(kind, mirror, config, older, arguments)
    if arguments.json:
        as_json({"installed": told, "written": True, "running": done})
    return 0


def _kind_here() -> str:
    if Path("/run/systemd/system").is_dir() and shutil.which("systemctl"):  # sd_booted(3)
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise ConfigError(
        "this machine has neither systemd nor crontab; --for github and --for docker write files for elsewhere, and "
        "any scheduler can run `wirecopy collect` and `wirecopy publish` (docs/unattended.md)"
    )


def _make_sense(arguments: argparse.Namespace, config: Config, kind: str) -> None:
    if kind != "systemd" and (arguments.watch or arguments.system):
        raise ConfigError("--watch and --system are for systemd")
    if not config.sources:
        raise ConfigError(f"{config.path} has no source yet, so there is nothing to do by itself; `wirecopy add` first")
    if kind == "cron" and shutil.which("crontab") is None:
        raise ConfigError("this machine has no crontab; --for github and --for docker write files for elsewhere")


def _files(arguments: argparse.Namespace, mirror: Mirror, kind: str, every: int) -> Iterator[tuple[Path, str]]:
    if kind == "systemd":
        folder = units_folder(system=arguments.system)
        system = arguments.system
        units = (
            schedules.watch(mirror, system=system) if arguments.watch else schedules.timer(mirror, every, system=system)
        )
        yield from ((folder / name, text) for name, text in units.items())
    elif kind == "github":
        root = schedules.repository(mirror)
        if root is None:
            raise ConfigError(
                f"{mirror.file.parent} is in no Git repository, where a workflow could stand; `git init` first"
            )
        if not all(path.is_relative_to(root) for path in mirror.writes):
            raise ConfigError(f"the archive or the public folder is outside of the repository {root}")
        yield _workflow(root, mirror), schedules.workflow(mirror, every, root)
    else:
        yield mirror.file.parent / "compose.yaml", schedules.compose(mirror)


def _commands(planned: Sequence[Piece], *, system: bool) -> list[list[str]]:
    """What the scheduler must be told when the files stand."""
    units = [Path(each.place).name for each in planned if each.kind == "systemd"]
    if not units:
        return []
    systemctl = ["systemctl", *([] if system else ["--user"])]
    timers = [each for each in units if each.endswith(".timer")]
    return [[*systemctl, "daemon-reload"], [*systemctl, "enable", "--now", *(timers or units)]]


def _advise(kind: str, mirror: Mirror, config: Config, older: Sequence[Piece], arguments: argparse.Namespace) -> None:
    """What a person should know, each in a line."""
    quiet = arguments.quiet
    if kind == "systemd" and not arguments.system:
        talk(f"so that it goes on when you are logged out: loginctl enable-linger {mirror.user}", quiet=quiet)
    if kind == "github":
        talk(
            "commit and push it; choose GitHub Actions as the source in the repository's settings of Pages", quiet=quiet
        )
    if kind == "docker":
        if mirror.uid == 0:
            whose = f"{mirror.file.parent} is root's, so the containers run as root"
            talk(f"{whose}: better give it to a user of its own", quiet=quiet)
        for extra in extras.wanted(config):
            talk(f"{extra.what} needs {extra.package}, which is not in the image: add it there", quiet=quiet)
        talk("begin: docker compose up --build --detach", quiet=quiet)
    for each in older:
        talk(
            f"another schedule of this mirror is in {each.place}; `wirecopy schedule remove --for {each.kind}`",
            quiet=quiet,
        )
    if lost := [name for name in sorted(os.environ) if name.startswith(environment.PREFIX) and os.environ[name]]:
        talk(
            f"these variables count for you now and not for the schedule: {', '.join(lost)}; "
            f"write them into {mirror.file.parent / ENVIRONMENT}, one a line, that only you can read"
            + (" (cron does not read it: set them in the crontab)" if kind == "cron" else ""),
            quiet=quiet,
        )
    if not config.contact:
        talk(f"contact is not set in {config.path}: nobody can write to you before they block you", quiet=quiet)
    talk("`wirecopy doctor` tells whether all is well, `wirecopy status` what came", quiet=quiet)


# --- show and remove --------------------------------------------------------------------------------------------------


def _show(arguments: argparse.Namespace, mirror: Mirror, run: Run) -> int:
    found = [each for each in standing(mirror, run) if arguments.kind in ("", each.kind)]
    if arguments.json:
        as_json({"installed": [{"for": each.kind, "where": each.place, "state": each.state} for each in found]})
        return 0
    if not found:
        result("nothing makes this mirror go by itself; `wirecopy schedule install` does")
    for each in found:
        said = {"ours": "as written", "changed": "changed by hand", "other": "not written by wirecopy for this mirror"}
        result(f"{each.kind}: {each.place}, {said[each.state]}")
        timer = Path(each.place).name
        if timer.endswith(".timer"):
            scope = [] if str(units_folder(system=True)) in each.place else ["--user"]
            code, listed = run(["systemctl", *scope, "list-timers", "--no-pager", "--all", timer], "")
            result(listed.rstrip() if code == 0 else "  systemd could not be asked when it is next")
    return 0


def _remove(arguments: argparse.Namespace, mirror: Mirror, run: Run) -> int:
    found = [each for each in standing(mirror, run) if arguments.kind in ("", each.kind)]
    ours = [each for each in found if each.state == "ours"]
    left = [each for each in found if each.state != "ours"]
    units = [each for each in ours if each.kind == "systemd"]
    for system in (False, True):
        names = [Path(each.place).name for each in units if Path(each.place).parent == units_folder(system=system)]
        begun = [name for name in names if name.endswith(".timer")] or names
        if begun and not arguments.dry_run:
            _tell(
                [["systemctl", *([] if system else ["--user"]), "disable", "--now", *begun]], run, quiet=arguments.quiet
            )
    for each in ours:
        if not arguments.dry_run:
            _take_away(each, mirror, run)
        if not arguments.json:
            result(f"{'would be taken away' if arguments.dry_run else 'taken away'}: {each.place}")
    if units and not arguments.dry_run:
        for system in {Path(each.place).parent == units_folder(system=True) for each in units}:
            _tell([["systemctl", *([] if system else ["--user"]), "daemon-reload"]], run, quiet=arguments.quiet)
    for each in left:
        talk(f"left, because it is not as wirecopy wrote it: {each.place}", quiet=arguments.quiet)
    if not found:
        talk("there is no schedule of this mirror", quiet=arguments.quiet)
    if arguments.json:
        as_json({"removed": [each.place for each in ours], "left": [each.place for each in left]})
    return 0


# --- places -----------------------------------------------------------------------------------------------------------


def _everywhere(mirror: Mirror, run: Run) -> Iterator[Piece]:
    """Every place where a schedule of ours may be, and what is there."""
    units = [f"{mirror.name}{end}" for end in (".service", ".timer", "-collect.service", "-publish.service")]
    paths = [("systemd", units_folder(system=system) / name) for system in (False, True) for name in units]
    if root := schedules.repository(mirror):
        paths.append(("github", _workflow(root, mirror)))
    paths.append(("docker", mirror.file.parent / "compose.yaml"))
    for kind, path in paths:
        text = _text(path)
        yield Piece(
            kind=kind,
            place=str(path),
            state="" if text is None else schedules.state_of(text, schedules.whose(mirror, kind)),
        )
    if lines := _our_lines(_crontab(run), mirror):
        yield Piece(
            kind="cron", place="crontab", state=schedules.state_of("\n".join(lines[:-1]) + "\n", str(mirror.file))
        )


def units_folder(*, system: bool, environ: Mapping[str, str] = os.environ) -> Path:
    """Where units are looked for (systemd.unit(5))."""
    if system:
        return Path("/etc/systemd/system")
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _workflow(root: Path, mirror: Mirror) -> Path:
    return root / ".github" / "workflows" / f"{schedules.workflow_name(mirror, root)}.yml"


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error


def _signed(piece: Piece, mirror: Mirror) -> str:
    return schedules.signed(piece.text, schedules.whose(mirror, piece.kind))


def _write(piece: Piece, mirror: Mirror, run: Run) -> None:
    if piece.kind == "cron":
        block = _signed(piece, mirror) + schedules.end_of(mirror) + "\n"
        before = _without(_crontab(run), mirror)
        _put_crontab(before + block, run)
        return
    path = Path(piece.place)
    aside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(_signed(piece, mirror), "utf-8")
        aside.replace(path)
    except OSError as error:
        hint = "; --system is for root: sudo" if isinstance(error, PermissionError) else ""
        raise ConfigError(f"{path} can't be written: {error.strerror}{hint}") from error


def _take_away(piece: Piece, mirror: Mirror, run: Run) -> None:
    if piece.kind == "cron":
        _put_crontab(_without(_crontab(run), mirror), run)
        return
    try:
        Path(piece.place).unlink()
    except OSError as error:
        raise ConfigError(f"{piece.place} can't be taken away: {error.strerror}") from error


# --- the crontab ------------------------------------------------------------------------------------------------------


def _crontab(run: Run) -> str:
    if shutil.which("crontab") is None:
        return ""
    code, text = run(["crontab", "-l"], "")
    # Both "there is none" and "it can't be read" are code 1; what can't be read must not be written over.
    if code and not re.search(r"no crontab|no such file", text, re.IGNORECASE):
        raise ConfigError(f"the crontab can't be read, so it is left alone: {text.strip() or f'code {code}'}")
    return "" if code else text


def _put_crontab(text: str, run: Run) -> None:
    code, said = run(["crontab", "-"], text)
    if code:
        raise ConfigError(f"the crontab could not be written: {said.strip() or f'crontab ended with {code}'}")


def _our_lines(text: str, mirror: Mirror) -> list[str]:
    """Our lines of a crontab, from the line that says so to the line that ends them."""
    lines = text.splitlines()
    first = f"{schedules.BEGIN} for {mirror.file};"
    begin = next((number for number, line in enumerate(lines) if line.startswith(first)), None)
    if begin is None:
        return []
    rest = lines[begin:]
    end = schedules.end_of(mirror)
    return rest[: rest.index(end) + 1] if end in rest else [*rest, ""]


def _without(text: str, mirror: Mirror) -> str:
    ours = "\n".join(_our_lines(text, mirror))
    kept = text.replace(ours + "\n", "") if ours else text
    return kept if not kept or kept.endswith("\n") else kept + "\n"


# --- programs ---------------------------------------------------------------------------------------------------------


def _tell(commands: Sequence[Sequence[str]], run: Run, *, quiet: bool) -> bool:
    """Run these, until one fails; then say what a person can do. Whether all went well."""
    for place, command in enumerate(commands):
        code, said = run(command, "")
        if code:
            why = said.strip().splitlines()[-1:] or [f"it ended with {code}"]
            talk(f"{schedules.words_of([command])} did not work ({why[0]}); when it can, run:", quiet=False)
            talk(f"  {schedules.words_of(commands[place:])}", quiet=False)
            return False
        talk(schedules.words_of([command]), quiet=quiet)
    return True


def run_program(words: Sequence[str], given: str) -> tuple[int, str]:
    """Run a program of this machine with this input; what can't be run has the shell's code 127."""
    try:
        done = subprocess.run(  # noqa: S603  our own words: systemctl, crontab and their options
            list(words), input=given, capture_output=True, text=True, encoding="utf-8", timeout=_LONGEST, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 127, str(error)
    return done.returncode, done.stdout + (done.stderr if done.returncode else "")
