"""An address -> where a publication is sent. What stands in it is checked here once, before any program sees it.

- Kinds by address: `git+https:` `git+ssh:` `git+file:` `git:`, `s3:`, `rsync:`, `rsync+ssh:` or `user@host:path`,
  `sftp:`. All else is a folder on this machine.
- No password stands in an address: it would be in a shell's history, in process lists, in logs. It comes from the
  environment or from a file (`secret`).
- Nothing of an address can be an option of a program: user, host and path are checked by what they may hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from wirecopy.errors import ConfigError
from wirecopy.model import Noun
from wirecopy.text import printable

MONTHLY = "{year}-{month}"
_USER = r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]"
_ADDRESS = re.compile(
    rf"(?P<scheme>[a-z0-9+]+)://(?:(?P<user>{_USER})@)?(?P<host>{_HOST})?(?::(?P<port>[0-9]{{1,5}}))?(?P<path>/.*)?"
)
_SCP = re.compile(rf"(?P<user>{_USER})@(?P<host>{_HOST}):(?P<path>.+)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(?://|/)")
# What stands between a colon that begins no port and the last @, slashes too: somebody's password may hold them.
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):(?![0-9]{1,5}(?:/|$)).*@|^([A-Za-z0-9_.+-]+):[^/@]+@")
_SCHEMES = ("git+https", "git+http", "git+ssh", "git+file", "s3", "rsync", "rsync+ssh", "sftp")
# A name of Git's (git-check-ref-format(1)) out of plain letters, {year} and {month}.
_BRANCH = re.compile(
    r"(?![-/.])(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)|[./-]$))(?:[A-Za-z0-9_./-]|\{year\}|\{month\}){1,100}"
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # docs.aws.amazon.com/AmazonS3/…/bucketnamingrules.html
_AUTHOR = re.compile(r"[^<>\n\r\0]{1,100} <[^<>\s]{1,200}>")


class Target(Noun, frozen=True, kw_only=True):
    """A table [targets.NAME] of the file: where a publication is sent, and how. docs/sending.md tells each key."""

    name: str
    to: str
    formats: tuple[str, ...] = ()
    password_file: Path | None = None
    key_file: Path | None = None
    known_hosts: Path | None = None
    endpoint: str = ""
    region: str = ""
    profile: str = ""
    branch: str = ""
    front: str = "main"
    keep: int = 12
    force: bool = False
    author: str = "wirecopy <wirecopy@mirror.invalid>"
    releases: int = 2
    proxy: str = ""
    timeout: float = 6 * 3600


class Address(Noun, frozen=True, kw_only=True):
    """The parts of an address. `path` begins with a slash, but for `user@host:path`, where it may begin at home."""

    scheme: str
    user: str = ""
    host: str = ""
    port: int | None = None
    path: str = ""

    @property
    def at_home(self) -> str:
        """The path at the other end of SSH: /~/www is www in the user's own folder."""
        return self.path[3:] or "." if self.path.startswith("/~/") else self.path

    @property
    def kind(self) -> str:
        """Which of "folder", "git", "s3", "rsync" (a daemon), "rsync+ssh", "sftp" is meant."""
        return self.scheme.partition("+")[0] if self.scheme != "rsync+ssh" else self.scheme


def is_folder(words: str) -> bool:
    """Is this a folder on this machine, and no target elsewhere? A drive of Windows is no scheme."""
    return _SCHEME.match(words) is None and _SCP.fullmatch(words) is None and "://" not in words and not _is_git(words)


def parse(to: str) -> Address:
    """The parts of a target's address. Raises ConfigError with what would be right; never shows a password."""
    shown = shown_of(to)
    if _PASSWORD.search(to):
        raise ConfigError(
            f"{shown}: a password does not belong in an address, where it ends up in histories and logs. Put it into "
            'a file that only you can read, and name that: password_file = "…" in [targets.NAME]; or set '
            "WIRECOPY_TARGETS_NAME_PASSWORD, with the target's name in capitals"
        )
    if not to.isprintable() or len(to) > 2000:
        raise ConfigError(f"{shown[:200]}: an address is one line of at most 2000 characters")
    if is_folder(to) and "@" not in to:
        return Address(scheme="folder", path=to)
    if _is_git(to):
        return _checked(Address(scheme="git+file", path=to.removeprefix("git:")), shown)
    if found := _SCP.fullmatch(to):
        return _checked(Address(scheme="rsync+ssh", user=found["user"], host=found["host"], path=found["path"]), shown)
    found = _ADDRESS.fullmatch(to)
    if found is None or found["scheme"] not in _SCHEMES:
        raise ConfigError(
            f"{shown} is no target. Right are git+https://host/path, git+ssh://git@host/path, git:/path, "
            "s3://bucket/prefix, rsync://host/module/path, user@host:path, sftp://user@host/path, or a folder"
        )
    port = int(found["port"]) if found["port"] else None
    return _checked(
        Address(
            scheme=found["scheme"],
            user=found["user"] or "",
            host=found["host"] or "",
            port=port,
            path=found["path"] or "",
        ),
        shown,
    )


def check(target: Target) -> Address:
    """The address of a target whose every key makes sense. Raises ConfigError with what would be right."""
    where = f"target {printable(target.name)!r}"
    address = parse(target.to)
    if target.branch and not _BRANCH.fullmatch(target.branch):
        raise ConfigError(f'{where}: branch = {target.branch!r} is no plain name of a branch, as "{MONTHLY}" is')
    if target.front and (not _BRANCH.fullmatch(target.front) or "{" in target.front):
        raise ConfigError(f'{where}: front = {target.front!r} is no plain name of a branch, as "main" is')
    if not _AUTHOR.fullmatch(target.author):
        raise ConfigError(f'{where}: author = {target.author!r} should be as "A mirror <mail@example.org>"')
    if target.keep < 0 or target.releases < 0:
        raise ConfigError(f"{where}: keep and releases are counts from 0 up")
    if target.endpoint and not re.fullmatch(rf"https?://(?:{_HOST})(?::[0-9]{{1,5}})?/?", target.endpoint):
        raise ConfigError(f'{where}: endpoint = {shown_of(target.endpoint)!r} should be as "https://s3.example.org"')
    if "{" in target.to and address.kind != "git":
        raise ConfigError(f"{where}: {{year}} and {{month}} are for the repositories of Git: {shown_of(target.to)}")
    for key in ("password_file", "key_file", "known_hosts"):
        file = getattr(target, key)
        if file is not None and not file.is_file():
            raise ConfigError(f'{where}: {key} = "{file}": there is no such file')
    return address


def secret(target: Target, environ: Mapping[str, str] = os.environ) -> str:
    """The password or token of a target: from the environment, else from its file; "" where there is none.

    The variable is WIRECOPY_TARGETS_NAME_PASSWORD, and WIRECOPY_TARGET_PASSWORD for an address without a name.
    """
    name = re.sub(r"[^A-Z0-9]", "_", target.name.upper())
    variable = f"WIRECOPY_TARGETS_{name}_PASSWORD" if target.name != target.to else "WIRECOPY_TARGET_PASSWORD"
    said = environ.get(variable, "")
    if not said and target.password_file is not None:
        try:
            with target.password_file.open("rb") as file:
                said = file.read(4097).decode("utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"password_file {target.password_file} can't be read: {error}") from error
        variable = str(target.password_file)
    if len(said) > 4096 or not said.isprintable():
        raise ConfigError(f"{variable} should hold a password or a token, one line of at most 4096 characters")
    return said


def shown_of(to: str) -> str:
    """An address as it may be shown: printable, without a password."""
    return printable(_PASSWORD.sub(lambda found: f"{found[1] or found[2] or ''}:***@", to))[:300]


def _is_git(to: str) -> bool:
    return to.startswith("git:") and not to.startswith("git://")


def _checked(address: Address, shown: str) -> Address:
    needs_host = address.scheme != "git+file"
    if needs_host and not address.host:
        raise ConfigError(f"{shown} names no {'bucket' if address.scheme == 's3' else 'host'}")
    if not needs_host and address.host:
        raise ConfigError(f"{shown}: a repository on this machine is git+file:///path or git:/path, without a host")
    if address.scheme == "git+http" and address.host not in ("127.0.0.1", "localhost", "[::1]"):
        raise ConfigError(f"{shown}: without encryption the token is everybody's: write git+https://")
    if address.scheme == "git+file" and not re.match(r"/|[A-Za-z]:/", address.path):
        raise ConfigError(f"{shown}: a repository on this machine is named from the root of its disk: git:/path")
    if address.port is not None and not 1 <= address.port <= 65535:
        raise ConfigError(f"{shown}: there is no port {address.port}")
    if address.scheme == "s3" and (address.user or address.port or not _BUCKET.fullmatch(address.host)):
        raise ConfigError(
            f"{shown}: right is s3://bucket/prefix, where the bucket has 3 to 63 small letters, digits, dots and "
            "hyphens; the host of the service goes into endpoint"
        )
    if address.scheme != "s3" and address.path in ("", "/"):
        raise ConfigError(f"{shown} names no path: where on {address.host or 'this machine'} shall it go?")
    segments = address.path.split("/")
    if address.path.startswith("-") or ".." in segments or set(address.path) & set('?#*[]%"\\'):
        raise ConfigError(f'{shown}: a path here has none of ? # * [ ] % " \\ and .., and begins with no hyphen')
    return address
