"""What a scheduler is given: units of systemd, a crontab's lines, a workflow for GitHub Actions, a Compose file. Pure.

- A mirror has its own minutes, made from its path: not all mirrors of the world ask at :00, and none moves from day to
  day. Whatever comes too late is caught up by the next run: `collect` asks what is due.
- Rounds do not overlap: systemd starts no unit that runs, a workflow has its concurrency group, and where none of these
  is, the archive's lock turns the second away.
- What runs may write to the mirror's folders alone, and gains no rights, as far as its manager can see to that.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from wirecopy.cli import extras
from wirecopy.config import Config
from wirecopy.config.environment import variable
from wirecopy.errors import ConfigError
from wirecopy.model import Noun
from wirecopy.version import __version__

ENVIRONMENT = "wirecopy.env"
"""A file beside wirecopy.toml with variables, one a line: for passwords. It need not be there."""

BEGIN = "# Written by `wirecopy schedule install`"
CODE = "https://github.com/wirecopy/wirecopy"


class Mirror(Noun, frozen=True, kw_only=True):
    """What a scheduler must know of a mirror: its file, what it writes to, whose it is, the variables of its secrets,
    the extras that it needs, and its own name and minute.
    """

    file: Path
    writes: tuple[Path, ...]
    user: str
    uid: int
    gid: int
    secrets: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    python: str = sys.executable

    @property
    def name(self) -> str:
        """A name for units that no other mirror on this machine has."""
        folder = re.sub(r"[^a-z0-9]+", "-", self.file.parent.name.lower()).strip("-")[:30]
        return "-".join(filter(None, ("wirecopy", folder, _digest(str(self.file))[:6])))

    def minutes(self, every: int) -> tuple[int, ...]:
        """The minutes of the day at which a round begins; never on the hour, when all the world asks."""
        return tuple(range(1 + int(_digest(str(self.file)), 16) % (min(every, 60) - 1), 1440, every))


def mirror_of(config: Config, *, user: str, uid: int, gid: int) -> Mirror:
    """What a scheduler must know. Raises ConfigError for a path that no scheduler can be told."""
    file = config.path.resolve()
    folders = dict.fromkeys([file.parent, config.archive.resolve().parent, config.public.resolve().parent])
    for path in (file, *folders):
        named = str(path)
        if not named.isprintable() or named != named.strip() or (os.sep == "/" and "\\" in named):
            raise ConfigError(f"{named!r} has characters that no scheduler can be told; give the folder a plain name")
    names = ["WIRECOPY_ALERTS_PASSWORD"] if config.alerts.smtp_user else []
    needed = sorted({each.name for each in extras.wanted(config)})
    names += ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] if "s3" in needed else []
    names += [variable(("targets", each.name, "password")) for each in config.targets if not each.to.startswith("s3:")]
    return Mirror(
        file=file, writes=tuple(folders), user=user, uid=uid, gid=gid, secrets=tuple(names), extras=tuple(needed)
    )


def signed(text: str, whose: str) -> str:
    """A file of ours: its first line says so, whose it is, and by a digest whether it was changed since."""
    return f"{BEGIN} for {whose}; sha256 {_digest(text)}\n{text}"


def whose(mirror: Mirror, kind: str) -> str:
    """What a mirror is called in the first line: by its path, and in what goes to other machines by no path of this."""
    if kind == "github":
        root = repository(mirror)
        return mirror.file.relative_to(root).as_posix() if root else mirror.file.name
    return mirror.file.name if kind == "docker" else str(mirror.file)


def repository(mirror: Mirror) -> Path | None:
    """The Git repository that a mirror is in."""
    return next((each for each in mirror.file.parents if (each / ".git").exists()), None)


def state_of(text: str, whose: str) -> str:
    """ "ours" as it was written, "changed" since, or "other": not ours, or of another mirror."""
    first, _, rest = text.partition("\n")
    found = re.fullmatch(rf"{re.escape(BEGIN)} for (.*); sha256 ([0-9a-f]{{64}})", first)
    if found is None or found[1] != whose:
        return "other"
    return "ours" if found[2] == _digest(rest) else "changed"


# --- systemd ----------------------------------------------------------------------------------------------------------


def timer(mirror: Mirror, every: int, *, system: bool) -> dict[str, str]:
    """A round and a publication, begun by a timer (systemd.timer(5)): two units by their names."""
    service = f"""\
[Unit]
Description=A round of the news mirror in {_unit(str(mirror.file.parent))}
Documentation={CODE}
{_network(system=system)}
[Service]
Type=oneshot
# 1: a source failed and the others are done; `wirecopy status` tells of it.
SuccessExitStatus=1
ExecStart={_command(mirror, "collect")}
ExecStart={_command(mirror, "publish")}
TimeoutStartSec=6h
{_service(mirror, system=system)}"""
    clock = f"""\
[Unit]
Description=When to make a round of the news mirror in {_unit(str(mirror.file.parent))}

[Timer]
OnCalendar={calendar(mirror, every)}
# A round that was due while the machine was off or asleep is made at once.
Persistent=true
RandomizedDelaySec={max(every * 60 // 20, 30)}
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
    return {f"{mirror.name}.service": service, f"{mirror.name}.timer": clock}


def watch(mirror: Mirror, *, system: bool) -> dict[str, str]:
    """Two services that run for good: one collects as each source needs it, one publishes what came."""
    wanted = "multi-user.target" if system else "default.target"
    collect = f"""\
[Unit]
Description=Collecting for the news mirror in {_unit(str(mirror.file.parent))}
Documentation={CODE}
{_network(system=system)}
[Service]
Type=notify
NotifyAccess=main
# A newer version may bring the archive to its schema first: it is copied, and the copy is read back.
TimeoutStartSec=6h
WatchdogSec=15min
Restart=on-failure
RestartSec=1min
# 2: the file is wrong, which no restart mends.
RestartPreventExitStatus=2
ExecStart={_command(mirror, "collect", "--watch")}
TimeoutStopSec=30
{_service(mirror, system=system)}
[Install]
WantedBy={wanted}
"""
    publish = f"""\
[Unit]
Description=Publishing the news mirror in {_unit(str(mirror.file.parent))}
Documentation={CODE}
After={mirror.name}-collect.service

[Service]
Type=exec
Restart=on-failure
RestartSec=1min
RestartPreventExitStatus=2
ExecStart={_command(mirror, "publish", "--watch")}
TimeoutStopSec=30
{_service(mirror, system=system)}
[Install]
WantedBy={wanted}
"""
    return {f"{mirror.name}-collect.service": collect, f"{mirror.name}-publish.service": publish}


def calendar(mirror: Mirror, every: int) -> str:
    """The minutes of a mirror as systemd.time(7) has them."""
    moments = mirror.minutes(every)
    hours = "*" if every <= 60 else ",".join(f"{each // 60:02}" for each in moments)
    minutes = sorted({each % 60 for each in moments})
    return f"*-*-* {hours}:{','.join(f'{each:02}' for each in minutes)}:00"


def _network(*, system: bool) -> str:
    return "Wants=network-online.target\nAfter=network-online.target\n" if system else ""


def _service(mirror: Mirror, *, system: bool) -> str:
    """What every service of ours has: where it runs, what it may use, what it may touch (systemd.exec(5))."""
    lines = [
        f"WorkingDirectory={_unit(str(mirror.file.parent))}",
        f"EnvironmentFile=-{_unit(str(mirror.file.parent / ENVIRONMENT))}",
        "Nice=10",
        "IOSchedulingClass=best-effort",
        "IOSchedulingPriority=7",
        "MemoryMax=2G",
        "TasksMax=200",
        "UMask=0022",
        "NoNewPrivileges=true",
        "LockPersonality=true",
        "RestrictRealtime=true",
        "RestrictSUIDSGID=true",
        "RestrictNamespaces=true",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallErrorNumber=EPERM",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    ]
    if system:
        lines = [f"User={mirror.user}", *lines, *_system_only(mirror)]
    return "\n".join(lines) + "\n"


def _system_only(mirror: Mirror) -> Iterator[str]:
    """What needs the system's manager: a person's own can't make these rooms on every kernel."""
    yield from ("ProtectSystem=strict", "ProtectHome=read-only")
    yield from (f"ReadWritePaths={_quoted(str(path))}" for path in mirror.writes)
    yield "PrivateDevices=true"
    if not any(path.is_relative_to(each) for path in mirror.writes for each in ("/tmp", "/var/tmp")):  # noqa: S108  asked
        yield "PrivateTmp=true"
    for name in ("KernelTunables", "KernelModules", "KernelLogs", "ControlGroups", "Clock", "Hostname"):
        yield f"Protect{name}=true"
    yield "CapabilityBoundingSet="


def _command(mirror: Mirror, *words: str) -> str:
    """A command as ExecStart= takes it: % and $ are doubled, and words with blanks stand in quotes."""
    said = [mirror.python, "-m", "wirecopy", *words, "--quiet", "--config", str(mirror.file)]
    return " ".join(_quoted(each).replace("$", "$$") for each in said)


def _quoted(word: str) -> str:
    plain = word.replace("%", "%%")
    if re.fullmatch(r"[\w@%+=:,./$-]+", plain, re.ASCII):
        return plain
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unit(words: str) -> str:
    return words.replace("%", "%%")


# --- cron -------------------------------------------------------------------------------------------------------------


def crontab(mirror: Mirror, every: int) -> str:
    """The lines of a crontab(5): what goes wrong is mailed by cron, all else is in the archive."""
    moments = mirror.minutes(every)
    hours = "*" if every <= 60 else ",".join(str(each // 60) for each in moments)
    minutes = ",".join(map(str, sorted({each % 60 for each in moments})))
    wirecopy = [mirror.python, "-m", "wirecopy"]
    rest = ["--quiet", "--config", str(mirror.file)]
    commands = [shlex.join([*wirecopy, each, *rest]) + " > /dev/null" for each in ("collect", "publish")]
    line = f"cd {shlex.quote(str(mirror.file.parent))} && {{ {commands[0]}; {commands[1]}; }}"
    return f"{minutes} {hours} * * * {line.replace('%', chr(92) + '%')}\n"


def end_of(mirror: Mirror) -> str:
    """The line after ours in a crontab."""
    return f"# End of what wirecopy wrote for {mirror.file}"


# --- GitHub Actions ---------------------------------------------------------------------------------------------------


def workflow_name(mirror: Mirror, root: Path) -> str:
    """A name for a workflow, out of where the mirror is in its repository: it is read by all the world."""
    folder = re.sub(r"[^a-z0-9]+", "-", mirror.file.parent.relative_to(root).as_posix().lower()).strip("-")
    return f"wirecopy-{folder}" if folder else "wirecopy"


def workflow(mirror: Mirror, every: int, root: Path) -> str:
    """A workflow that keeps the archive as an asset of a release, and publishes to GitHub Pages.

    Versions of actions are those of November 2025. A new archive is uploaded before an old one is deleted, so that
    there is one whatever breaks.
    """
    moments = mirror.minutes(every)
    hours = "*" if every <= 60 else ",".join(str(each // 60) for each in moments)
    minutes = ",".join(map(str, sorted({each % 60 for each in moments})))
    folder = mirror.file.parent.relative_to(root).as_posix()
    secrets = "".join(f"      {name}: ${{{{ secrets.{name} }}}}\n" for name in mirror.secrets)
    wirecopy = f"wirecopy[{','.join(mirror.extras)}]" if mirror.extras else "wirecopy"
    return f"""\
# GitHub stops schedules of a repository in which nothing was committed for 60 days, and mails you before: commit
# something, or press Enable. Under load it starts rounds late or leaves some out; the next catches up.
# In the repository's settings, Pages must be built by GitHub Actions.
name: mirror
on:
  schedule:
    - cron: "{minutes} {hours} * * *"
  workflow_dispatch:
permissions: {{}}
concurrency:
  group: {workflow_name(mirror, root)}
  cancel-in-progress: false
jobs:
  round:
    runs-on: ubuntu-24.04
    timeout-minutes: 120
    permissions:
      contents: write # to keep the archive as an asset of the release "archive"
    defaults:
      run:
        shell: bash
        working-directory: {json.dumps(folder)}
    env:
      ARCHIVE: archive.db
      ARCHIVES: '[.assets[] | select(.name | startswith("archive-"))] | sort_by(.createdAt)'
      WIRECOPY_ARCHIVE: archive.db
      WIRECOPY_PUBLIC: public
      WIRECOPY_CONFIG: {json.dumps(mirror.file.name)}
      GH_TOKEN: ${{{{ github.token }}}}
{secrets}    steps:
      - uses: actions/checkout@v5.0.0
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6.0.0
        with:
          python-version: "3.13"
      - run: python -m pip install "{wirecopy}=={__version__}"
      - name: the archive as the round before left it
        run: |
          gh release view archive > /dev/null 2>&1 ||
            gh release create archive --prerelease --title archive --notes "The mirror's archive. Leave it here."
          last=$(gh release view archive --json assets --jq "$ARCHIVES | last | .name // empty")
          if [ -n "$last" ]; then gh release download archive --pattern "$last" --output "$ARCHIVE"; fi
      - name: a round
        run: wirecopy collect --quiet || [ $? -eq 1 ]
      - run: wirecopy publish --quiet
      - name: keep the archive, and one before it
        if: always()
        run: |
          test -f "$ARCHIVE" || exit 0
          name="archive-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT.db"
          wirecopy backup "$RUNNER_TEMP/$name" --quiet
          gh release upload archive "$RUNNER_TEMP/$name"
          gh release view archive --json assets --jq "$ARCHIVES | .[:-2] | .[].name" |
            while read -r old; do gh release delete-asset archive "$old" --yes; done
      - uses: actions/upload-pages-artifact@v4.0.0
        with:
          path: {json.dumps(f"{folder}/public")}
  pages:
    needs: round
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      pages: write
      id-token: write # Pages asks who deploys
    environment:
      name: github-pages
    steps:
      - uses: actions/deploy-pages@v4.0.5
"""


# --- Docker -----------------------------------------------------------------------------------------------------------


def compose(mirror: Mirror) -> str:
    """A Compose file: two services, one image, one volume, and nothing else that can be written to."""
    service = f"""\
    image: wirecopy:{__version__}
    build: {CODE}.git#v{__version__}
    user: "{mirror.uid}:{mirror.gid}"
    restart: unless-stopped
    stop_grace_period: 30s
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    mem_limit: 2g
    pids_limit: 200
    logging: {{driver: local, options: {{max-size: 10m, max-file: "3"}}}}
    env_file: [{{path: {ENVIRONMENT}, required: false}}]
    environment:
      WIRECOPY_CONFIG: {json.dumps(f"/mirror/{mirror.file.name}")}
    volumes: [".:/mirror"]
"""
    return f"""\
# The mirror in this folder. Begin: docker compose up --build --detach
services:
  collect:
{service}    command: [collect, --watch, --quiet]
  publish:
{service}    command: [publish, --watch, --quiet]
    depends_on: [collect]
"""


def words_of(commands: Sequence[Sequence[str]]) -> str:
    """Commands as a person would type them."""
    return "; ".join(shlex.join(each) for each in commands)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
