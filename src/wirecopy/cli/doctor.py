"""`doctor`: is all well that a mirror needs, and what to do where it is not. From what is stored, without a request.

- Each look gives findings: ok, warn (it goes on, but look), bad (it does not go on). No look needs another to be well.
- Nothing is asked over the network unless it is wanted, and then only robots.txt of the operator's own sources, once
  each, through the same door as everything.
- Nothing is mended and nothing is written: each finding says what a person can do.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy import config as configs
from wirecopy import urls
from wirecopy.archive import open_archive
from wirecopy.cli import extras, scheduling, upkeep
from wirecopy.cli.terminal import ago, as_json, bar, result, styled
from wirecopy.collect.fetch import proxies
from wirecopy.config.keys import without_password
from wirecopy.errors import ArchiveError, ConfigError, SourceError, WirecopyError
from wirecopy.model import Capture, Noun
from wirecopy.text import printable
from wirecopy.version import __version__

if TYPE_CHECKING:
    from wirecopy.archive.protocol import Archive
    from wirecopy.config import Config

OK, WARN, BAD = "ok", "warn", "bad"

_WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that runs this program can be before it
_OFF, _FAR_OFF = timedelta(minutes=5), timedelta(hours=1)
_ANSWERS = 20  # of which the clocks of servers are taken: one may be wrong, the middle one of many is not
_LOW, _FULL = 2_000_000_000, 300_000_000  # bytes: a round that can't write loses nothing, but ends
_SOON = 14  # days until the disk is full
_SILENT = timedelta(days=1)  # no source is asked more seldom by default
_HOSTS = 20  # asked with --network
# When security fixes end: https://devguide.python.org/versions/
_ENDS = {(3, 11): "2027-10", (3, 12): "2028-10", (3, 13): "2029-10", (3, 14): "2030-10"}
_PROGRAMS = {"git": ("git",), "rsync": ("rsync",), "rsync+ssh": ("rsync", "ssh"), "sftp": ("sftp",)}
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "9p"}


class Finding(Noun, frozen=True, kw_only=True):
    """What a look found: of which `area`, its `state`, what is so, and what to do."""

    area: str
    state: str
    what: str
    do: str = ""


def doctor(arguments: argparse.Namespace) -> int:
    """Look at everything; the exit code is that of the first error that a command would end with."""
    now = datetime.now(UTC)
    findings: list[Finding] = [*versions(now), *early_clock(now)]
    code = 0
    path = configs.find(arguments.config)
    try:
        config = configs.load(path)
    except ConfigError as error:
        findings += [Finding(area="config", state=BAD, what=line) for line in str(error).splitlines()]
        code = error.exit_code
    else:
        findings += [*settings(config), *needs(config), *proxy(config), *permissions(config), *schedule(config)]
        try:
            findings += _of_archive(config, now)
        except ArchiveError as error:
            do = "`wirecopy verify --repair` saves what is whole" if config.archive.exists() else "`wirecopy collect`"
            missing = not config.archive.exists()
            findings.append(Finding(area="archive", state=WARN if missing else BAD, what=str(error), do=do))
            code = code or (0 if missing else error.exit_code)
        if arguments.network:
            with bar(quiet=arguments.quiet) as shown:
                findings += network(config, tell=lambda done, todo, host: shown.step("asking", done, todo, host))
    worst = next((state for state in (BAD, WARN) if any(each.state == state for each in findings)), OK)
    code = code or (1 if worst == BAD else 0)
    if arguments.json:
        as_json({"state": worst, "findings": findings})
    else:
        _show(findings, worst)
    return code


def _show(findings: Sequence[Finding], worst: str) -> None:
    styles = {OK: "good", WARN: "warn", BAD: "bad"}
    widest = max(len(each.area) for each in findings)
    for each in findings:
        result(f"{styled(f'{each.state:4}', styles[each.state])}  {each.area:{widest}}  {printable(each.what)}")
        if each.do:
            result(f"      {'':{widest}}  → {printable(each.do)}")
    said = {OK: "all is well", WARN: "it goes on; look at what says warn", BAD: "it does not go on like this"}
    result(f"\n{said[worst]}")


# --- the machine -----------------------------------------------------------------------------------------------------


def versions(now: datetime) -> Iterator[Finding]:
    """Python and the libraries, against what this version asks for."""
    running = sys.version_info[:2]
    name = f"Python {platform.python_version()}"
    if end := _ENDS.get(running):
        said = Finding(area="versions", state=OK, what=f"wirecopy {__version__}, {name} (security fixes until {end})")
        if f"{now:%Y-%m}" > end:
            do = "install a newer Python, and wirecopy with it"
            said = Finding(area="versions", state=WARN, what=f"{name} has no security fixes since {end}", do=do)
        yield said
    else:
        do = f"the tested ones are {', '.join(f'{major}.{minor}' for major, minor in _ENDS)}"
        yield Finding(area="versions", state=WARN, what=f"{name} is not one that this version was tested with", do=do)
    wrong = list(_unmet())
    for what in wrong:
        do = f"{Path(sys.executable).name} -m pip install --upgrade wirecopy"
        yield Finding(area="versions", state=BAD, what=what, do=do)
    if not wrong:
        yield Finding(area="versions", state=OK, what="every library is there, in a version that wirecopy knows")


def _unmet() -> Iterator[str]:
    """What this version needs and has not, or not so."""
    try:
        needed = metadata.requires("wirecopy") or []
    except metadata.PackageNotFoundError:
        return  # run from its sources
    for line in needed:
        wanted, _, marker = line.partition(";")
        found = re.match(r"([\w.-]+)(.*)", wanted.strip())
        if found is None or "extra" in marker or ("python_version" in marker and not _is_marked(marker)):
            continue
        version = _version(found[1])
        if version is None:
            yield f"{found[1]} is not installed"
        elif not _fits(version, found[2]):
            yield f"{found[1]} {version} is installed, and {found[2].strip()} is needed"


def _is_marked(marker: str) -> bool:
    """A marker of ours: `python_version < "3.14"`."""
    found = re.search(r"python_version\s*<\s*[\"']3\.(\d+)", marker)
    return found is None or sys.version_info[1] < int(found[1])


def _fits(version: str, bounds: str) -> bool:
    """Whether a version is in bounds of the kind that pyproject.toml has: `>=1.2,<3`."""
    have = _numbers(version)
    for sign, bound in re.findall(r"(>=|<)\s*([\d.]+)", bounds):
        if (have < _numbers(bound)) is (sign == ">="):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version.partition("+")[0])[:3])


def early_clock(now: datetime) -> Iterator[Finding]:
    """A clock that stands before this program was written: a small machine without a battery."""
    if now < _WRITTEN:
        what = f"this machine says it is {now:%Y-%m-%d %H:%M} UTC, before this version of wirecopy was written"
        yield Finding(area="clock", state=BAD, what=what, do="set it, and let it be kept: timedatectl set-ntp true")


# --- the file --------------------------------------------------------------------------------------------------------


def settings(config: Config) -> Iterator[Finding]:
    """What the file says, and what it should say for a mirror that others can live with."""
    what = f"{config.path}: {len(config.sources)} source{'' if len(config.sources) == 1 else 's'}"
    if config.sources:
        yield Finding(area="config", state=OK, what=what)
    else:
        yield Finding(area="config", state=WARN, what=what, do="`wirecopy add dw-zh`, or the address of any outlet")
    if not config.contact:
        what, do = "contact is not set: outlets don't know whom to write to", 'contact = "you@example.org" in the file'
        yield Finding(area="config", state=WARN, what=what, do=do)
    if not (config.alerts.email or config.alerts.webhooks or config.alerts.command):
        do = "[alerts] in the file (docs/config.md); `wirecopy status` tells it to who looks"
        yield Finding(area="config", state=WARN, what="nobody is told when a source falls silent", do=do)
    for path in _secret_files(config):
        with suppress(OSError):
            if os.name == "posix" and path.stat().st_mode & 0o077:
                do = f"chmod 600 {path}"
                yield Finding(area="config", state=WARN, what=f"others on this machine can read {path}", do=do)


def _secret_files(config: Config) -> Iterator[Path]:
    named = (config.alerts.password_file, *(each.password_file for each in config.targets))
    yield from (path for path in named if path is not None)
    beside = config.path.parent / "wirecopy.env"
    if beside.exists():
        yield beside


def needs(config: Config) -> Iterator[Finding]:
    """What these settings need beside wirecopy itself: extras and programs."""
    for extra in extras.wanted(config):
        if _version(extra.package) is None:
            what = f"{extra.what} needs {extra.package}, which is not here"
            yield Finding(area="versions", state=BAD, what=what, do=f"pip install 'wirecopy[{extra.name}]'")
    for target in config.targets:
        from wirecopy.send.targets import parse  # here: most files name none

        for program in _PROGRAMS.get(parse(target.to).kind, ()):
            if shutil.which(program) is None:
                what = f"the target {target.name} needs the program {program}, which is not here"
                yield Finding(area="versions", state=BAD, what=what, do=f"install {program}")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def proxy(config: Config) -> Iterator[Finding]:
    """Through which proxy everything goes."""
    try:
        if config.proxy:
            yield Finding(area="proxy", state=OK, what=f"all requests go through {without_password(config.proxy)}")
        elif named := proxies.environment():
            said = ", ".join(dict.fromkeys(each.name for each in named))
            yield Finding(
                area="proxy",
                state=WARN,
                what=f"requests go through {said}, because the environment says so",
                do='a timer does not see your environment: proxy = "…" in the file',
            )
        else:
            yield Finding(area="proxy", state=OK, what="none: requests go straight to the outlets")
    except ConfigError as error:
        yield Finding(area="proxy", state=BAD, what=str(error), do="mend HTTP_PROXY, HTTPS_PROXY or ALL_PROXY")


# --- the disk --------------------------------------------------------------------------------------------------------


def permissions(config: Config) -> Iterator[Finding]:
    """May we write where we must, and is it a place where an archive is safe?"""
    wrong = False
    folders = {config.archive.parent: "the archive", config.public.parent: "what is published"}
    for folder, what in folders.items():
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            wrong = True
            do = f"chown it to who runs wirecopy: {folder}"
            yield Finding(
                area="permissions", state=BAD, what=f"{folder} can't be written to, and {what} is there", do=do
            )
        elif not folder.exists():
            wrong = True
            yield Finding(
                area="permissions", state=BAD, what=f"there is no folder {folder} for {what}", do=f"make {folder}"
            )
    names = ("", "-wal", "-shm", ".lock", ".holder", ".waiting")
    files = [config.archive.with_name(config.archive.name + end) for end in names]
    for path in (each for each in [*files, config.public] if each.exists() and not os.access(each, os.W_OK)):
        wrong = True
        do = f"who made it (root, once?) must hand it over: chown it to who owns {path.parent}"
        yield Finding(area="permissions", state=BAD, what=f"{path} can't be written to", do=do)
    if kind := network_disk(config.archive.parent, _mounts()):
        what = f"the archive is on a {kind} file system, where the locks of SQLite can't be relied on"
        do = "keep it on a disk of this machine, and `wirecopy backup` it there"
        yield Finding(area="permissions", state=WARN, what=what, do=do)
    if not wrong:
        yield Finding(area="permissions", state=OK, what="archive and public folder can be written to")


def network_disk(folder: Path, mounts: str) -> str:
    """The kind of file system that a folder is on, where that is one over a network; `mounts` is as proc(5) has it."""
    here = str(folder.resolve())
    listed = [line.replace("\\040", "\0").split(" ") for line in mounts.splitlines() if line.count(" ") >= 3]
    points = [(each[1].replace("\0", " ").rstrip("/"), each[2]) for each in listed]
    _, kind = max(
        (each for each in points if f"{here}/".startswith(f"{each[0]}/")),
        key=lambda each: len(each[0]),
        default=("", ""),
    )
    return kind if kind in _REMOTE else ""


def _mounts() -> str:
    """What is mounted (Linux; elsewhere nobody says)."""
    try:
        return Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""


def disk(of: upkeep.Disk, folder: Path) -> Iterator[Finding]:
    """Room, against how the archive grows."""
    free = f"{of.free / 1e9:,.1f} GB free in {folder}"
    days = "" if of.days_left is None else f"{of.days_left:,} days" if of.days_left < 3650 else "more than ten years"
    lasts = f", enough for {days} at the rate of late" if days else ""
    do = "make room, or let go of old evidence: keep_captures and keep_pictures (docs/config.md)"
    if of.free < _FULL:
        yield Finding(area="disk", state=BAD, what=f"{free}: a round could not be written", do=do)
    elif of.free < _LOW or (of.days_left is not None and of.days_left < _SOON):
        yield Finding(area="disk", state=WARN, what=free + lasts, do=do)
    else:
        yield Finding(area="disk", state=OK, what=free + lasts)
    if hasattr(os, "statvfs"):
        seen = os.statvfs(folder)
        if seen.f_files and seen.f_favail / seen.f_files < 0.02:
            what = f"nearly no files more can be made in {folder}, however much room there is (inodes)"
            yield Finding(area="disk", state=WARN, what=what, do="publish to another disk: a site is many small files")


# --- the archive -----------------------------------------------------------------------------------------------------


def _of_archive(config: Config, now: datetime) -> list[Finding]:
    """What the archive tells of the clock, the disk, and whether anything comes. Raises ArchiveError."""
    archive = open_archive(config.archive, write=False)
    try:
        found = [Finding(area="archive", state=OK, what=f"{config.archive} opens, and its shape is today's")]
        captures = list(_latest(archive, now))
        found += clock(captures, now)
        found += disk(upkeep.disk_of(archive, config.archive, now), config.archive.parent.resolve())
        found += rounds(archive, config, now)
    finally:
        archive.close()
    return found


def _latest(archive: Archive, now: datetime) -> Iterable[Capture]:
    """The latest answers that are kept, some of them."""
    recent = deque(archive.recent(now - timedelta(days=7)), maxlen=_ANSWERS)
    kept = (archive.captures(source, key) for source, key, _, _ in recent)
    return [captures[-1] for captures in kept if captures]


def clock(captures: Sequence[Capture], now: datetime) -> Iterator[Finding]:
    """This machine's clock against those of the servers that answered, by the middle one of many (RFC 9110, 6.6.1)."""
    last = max((each.at for each in captures), default=now)
    if last > now + _OFF:
        what = f"the archive's last answer is of {last:%Y-%m-%d %H:%M} UTC, and now it is {now:%Y-%m-%d %H:%M}"
        do = "one of both times is wrong; set the clock: timedatectl set-ntp true"
        yield Finding(area="clock", state=BAD, what=what, do=do)
    offsets = [offset for each in captures if (offset := _offset(each)) is not None]
    if len(offsets) < 3:
        yield Finding(
            area="clock", state=OK, what=f"{now:%Y-%m-%d %H:%M} UTC; too few answers of late to compare it with"
        )
        return
    middle = timedelta(seconds=statistics.median(offsets))
    if abs(middle) < _OFF:
        what = f"right to {max(abs(middle.total_seconds()), 1):.0f} s by the clocks of {len(offsets)} answers"
        yield Finding(area="clock", state=OK, what=what)
        return
    which = "ahead of" if middle > timedelta() else "behind"
    what = f"this machine is {ago(abs(middle).total_seconds())} {which} the clocks of {len(offsets)} answers"
    state = BAD if abs(middle) >= _FAR_OFF else WARN
    yield Finding(area="clock", state=state, what=what, do="set it, and let it be kept: timedatectl set-ntp true")


def _offset(capture: Capture) -> float | None:
    """Seconds by which we were ahead of who answered; what came out of a cache is as old as it says (RFC 9111, 5.1)."""
    try:
        said = parsedate_to_datetime(capture.header("Date"))
    except (TypeError, ValueError):
        return None
    age = capture.header("Age")
    old = int(age) if age.isascii() and age.isdecimal() and len(age) < 8 else 0
    said = said if said.tzinfo else said.replace(tzinfo=UTC)
    return (capture.at - said).total_seconds() - old


def rounds(archive: Archive, config: Config, now: datetime) -> Iterator[Finding]:
    """Does it go by itself: when was an index asked last?"""
    listed = [url for source in config.sources for url in (*source.feeds, *source.sitemaps, *source.listings)]
    visits = (archive.visit(url) for url in listed)
    last = max((each.checked for each in visits if each and each.checked), default=None)
    if last is None:
        yield Finding(area="schedule", state=WARN, what="no round was made yet", do="`wirecopy collect`")
    elif now - last > _SILENT:
        what = f"the last round was {ago((now - last).total_seconds())} ago"
        yield Finding(
            area="schedule", state=WARN, what=what, do="`wirecopy schedule show`; `wirecopy collect` makes one"
        )
    else:
        yield Finding(area="schedule", state=OK, what=f"the last round was {ago((now - last).total_seconds())} ago")


# --- the schedule ----------------------------------------------------------------------------------------------------


def schedule(
    config: Config, lingering: Callable[[str], bool] | None = None, run: scheduling.Run = scheduling.run_program
) -> Iterator[Finding]:
    """Does anything make it go by itself, and is it told to?"""
    try:
        mirror = scheduling.mirror_here(config)
        found = [each for each in scheduling.standing(mirror, run) if each.state != "other"]
    except (WirecopyError, OSError) as error:
        yield Finding(area="schedule", state=WARN, what=str(error))
        return
    if not found:
        do = "`wirecopy schedule install`, or any scheduler of yours (docs/unattended.md)"
        yield Finding(area="schedule", state=WARN, what="wirecopy wrote no schedule for this mirror here", do=do)
    for kind in dict.fromkeys(each.kind for each in found):
        places = ", ".join(each.place for each in found if each.kind == kind)
        yield Finding(area="schedule", state=OK, what=f"{kind}: {places}")
    yield from _idle([Path(each.place) for each in found if each.kind == "systemd"], run)
    users = str(scheduling.units_folder(system=False))
    if any(each.place.startswith(users) for each in found) and not (lingering or _lingers)(mirror.user):
        what = f"it stops when {mirror.user} logs out"
        yield Finding(area="schedule", state=WARN, what=what, do=f"loginctl enable-linger {mirror.user}")


def _idle(units: Sequence[Path], run: scheduling.Run) -> Iterator[Finding]:
    """The units that stand and do not run: written, and systemd was never told."""
    begun = [each for each in units if each.suffix == ".timer"] or units
    for unit in begun:
        scope = [] if unit.parent == scheduling.units_folder(system=True) else ["--user"]
        code, said = run(["systemctl", *scope, "is-active", unit.name], "")
        if code:
            what = f"{unit.name} does not run ({said.strip().splitlines()[0] if said.strip() else code})"
            do = f"systemctl {' '.join([*scope, 'enable', '--now', unit.name])}"
            yield Finding(area="schedule", state=WARN, what=what, do=do)


def _lingers(user: str) -> bool:
    return (Path("/var/lib/systemd/linger") / user).exists()  # loginctl(1)


# --- the network -----------------------------------------------------------------------------------------------------


def network(
    config: Config,
    *,
    tell: Callable[[int, int, str], None] = lambda _done, _todo, _host: None,
) -> list[Finding]:
    """Is the world there: robots.txt of each host of the file's sources, some of them, once."""
    import asyncio

    from wirecopy.collect.fetch import Fetcher

    listed = [url for source in config.sources for url in (source.homepage, *source.feeds, *source.listings) if url]
    origins = list(dict.fromkeys(urls.origin(url) for url in listed))[:_HOSTS]

    async def go() -> list[Finding]:
        captures, found = [], []
        async with Fetcher(
            contact=config.contact or configs.PROJECT,
            clock=lambda: datetime.now(UTC),
            proxy=config.proxy,
            allow=frozenset(config.allow_private),
            attempts=1,
        ) as door:
            for done, origin in enumerate(origins):
                tell(done, len(origins), urls.host(origin))
                try:
                    captures.append(await door.fetch(f"{origin}/robots.txt", robots=False))
                except SourceError as error:
                    found.append(Finding(area="network", state=WARN, what=str(error), do=f"try {origin} in a browser"))
        if captures:
            found.insert(0, Finding(area="network", state=OK, what=f"{len(captures)} of {len(origins)} hosts answer"))
        elif origins:
            do = "is this machine online, does it resolve names, does it need a proxy (docs/config.md)?"
            found.insert(0, Finding(area="network", state=BAD, what="no host of your sources answers", do=do))
        else:
            found.append(Finding(area="network", state=OK, what="there is no source to ask"))
        return [*found, *clock(captures, datetime.now(UTC))] if len(captures) > 2 else found

    return asyncio.run(go())
