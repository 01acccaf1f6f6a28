"""rsync: over SSH a folder a release and a link to it, switched at once; to a daemon, file by file in order.

- Over SSH each publication is a new folder below `releases/`, of hard links to the ones before (`--link-dest`) and of
  what changed; then the link `current` is replaced by one to it, a single rename at the other end. Readers see the old
  publication or the new one, never a part. As many releases as `releases` says are kept.
- A daemon follows no links of ours, so files are replaced one by one, each whole (`--delay-updates`), in the order of
  `staged.py`.
- A run that was cut leaves a folder that nothing links to. The next one takes from it what is there already.
- What the manifests say has changed is sent whatever its time and size say (`--ignore-times`).
- The system's rsync does it, 3.1 or newer at both ends. Nothing else runs there, so an account that may run rsync alone
  is enough. Only names from our manifest are handed to it.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from wirecopy.errors import ConfigError, PublishError
from wirecopy.send import ssh
from wirecopy.send.release import LARGEST_PAGE, Entry, Release, compare, entry_of
from wirecopy.send.running import Bounds, Children, Failed
from wirecopy.send.staged import Progress, Sent
from wirecopy.send.targets import Address, Target, secret, shown_of

CURRENT = "current"
RELEASES = "releases"
_NEEDS = "install rsync 3.1 or newer (apt install rsync, brew install rsync), or use sftp://, which needs OpenSSH only"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z(?:-[0-9]{1,3})?")
_MOST_LINKED = 20  # folders that one --link-dest takes
_LISTED = re.compile(r"d\S* +[0-9,.]+ \S+ \S+ (\S+)")
_NO_FOLDER = re.compile(r"change_dir .{0,2000} failed: No such file or directory")

_REMEDIES = (
    *ssh.REMEDIES,
    (re.compile(r"auth failed|password"), "the password was not accepted: password_file = \"…\""),
    (re.compile(r"No space left|Disk quota"), "the disk there is full; what stood there before stands"),
    (re.compile(r"Unknown module"), "there is no such module: ask whoever runs the daemon for its name"),
    (re.compile(r"read only"), "the module is read-only: have it set to `read only = no`"),
    (re.compile(r"command not found|not recognized"), "there is no rsync at the other end: install it, or use sftp://"),
    (re.compile(r"could not make way for new symlink"),
     "`current` is a folder there, and should be ours to make a link of: move it away"),
    (re.compile(r"mkdir .* failed: No such file"), "there is no such folder at the other end: make it first"),
)  # fmt: skip
# Code 11 (rsync(1): "Error in file I/O"), where the words that belong to it got lost: rsync may end before they came.
_FILES, _UNSAID = 11, "there is no such folder at the other end, or it can't be written to: make it first"


def send(
    release: Release, target: Target, address: Address, *,
    folder: Path, at: datetime, children: Children, dry: bool, progress: Progress,
) -> Sent:  # fmt: skip
    """Send a whole release over SSH, and switch to it."""
    rsync = _Rsync(target, address, folder, children)
    found = compare(release, lambda paths: rsync.read(paths, below=f"{CURRENT}/"))
    told = Sent(files=found.files, bytes=found.size, removed=len(found.gone))
    if dry or not (found.files or found.gone):
        return told
    changed = {**found.new, **found.changed}
    for path, entry in sorted(changed.items()):
        release.check(path, entry)
    names = rsync.names()
    name = _free(f"{at:%Y%m%dT%H%M%SZ}", names)
    links = [f"--link-dest=../{each}" for each in sorted(names)[-_MOST_LINKED:]]
    into = f"{RELEASES}/{name}/"
    stands = {path: entry_of(body) for path, body in release.made().items() if release.stands(path)}
    for path, entry in stands.items():
        release.check(path, entry)
    others = release.files().keys() - {*changed, *release.made()}
    count = _Count(found.files, name, progress)
    rsync.put(release.folder, sorted(others), into, *links)
    rsync.put(release.folder, sorted({*changed, *stands}), into, "--ignore-times", *links, heard=count)
    if made_up := {path: body for path, body in release.made().items() if path not in stands}:
        with rsync.scratch() as made:
            _write(made, made_up)
            rsync.put(made, sorted(made_up), into, heard=count)
    with rsync.scratch() as made:
        (made / CURRENT).symlink_to(f"{RELEASES}/{name}")
        rsync.run("--links", str(made / CURRENT), rsync.at(""))  # rsync renames a new link over the old one
    doomed = sorted(names)[: max(0, len(names) + 1 - max(target.releases, 1))]
    if doomed:
        with rsync.scratch() as empty:
            spared = [*(f"--filter=R /{each}" for each in doomed), "--filter=P /*"]
            rsync.run("--dirs", "--delete", "--force", *spared, f"{empty}/", rsync.at(f"{RELEASES}/"))
    return told


class Folder:
    """A folder that rsync replaces the files of, as `staged.Place`."""

    def __init__(self, target: Target, address: Address, *, folder: Path, children: Children) -> None:
        self._rsync = _Rsync(target, address, folder, children)

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        return self._rsync.read(paths)

    def put(self, release: Release, files: Sequence[tuple[str, Entry]], done: Callable[[str], None]) -> None:
        made = {path: body for path, body in release.made().items() if path in dict(files)}
        theirs = [(path, entry) for path, entry in files if path not in made]
        for path, entry in theirs:
            release.check(path, entry)
        for begin in range(0, len(theirs), _TOGETHER):
            some = [path for path, _ in theirs[begin : begin + _TOGETHER]]
            self._rsync.put(release.folder, some, "", "--ignore-times", "--delay-updates")
            for path in some:
                done(path)
        if made:
            with self._rsync.scratch() as scratch:
                _write(scratch, made)
                self._rsync.put(scratch, sorted(made), "", "--ignore-times")
            for path in made:
                done(path)

    def remove(self, paths: Sequence[str], done: Callable[[str], None]) -> None:
        if not paths:
            return
        with self._rsync.scratch() as empty:
            for path in paths:
                (empty / path).parent.mkdir(parents=True, exist_ok=True)
            self._rsync.put(empty, paths, "", "--delete-missing-args")
        for path in paths:
            done(path)


_TOGETHER = 1000  # files that one rsync replaces together: so many are sent again when it is cut


class _Rsync:
    """The program, and the folder elsewhere that it is for."""

    def __init__(self, target: Target, address: Address, folder: Path, children: Children) -> None:
        self._target, self._address, self._folder, self._children = target, address, folder, children
        self._shown = shown_of(target.to)
        self._secret = secret(target) if address.scheme == "rsync" else ""
        self._environment = {"RSYNC_PASSWORD": self._secret} if self._secret else {}
        if address.scheme == "rsync+ssh":
            port = ["-p", str(address.port)] if address.port else []
            self._environment["RSYNC_RSH"] = shlex.join(["ssh", *ssh.options(target), *port])
        elif target.proxy not in ("", "none"):
            raise ConfigError(
                f"{self._shown}: proxy is set, and this does not go through it; use rsync+ssh:// or s3://"
            )

    def at(self, path: str, module: str = "") -> str:
        """A path elsewhere, as rsync wants it; a folder ends with a slash. `module`: in a daemon's whole module."""
        user = f"{self._address.user}@" if self._address.user else ""
        if self._address.scheme == "rsync":
            port = f":{self._address.port}" if self._address.port else ""
            base = module or self._address.path.strip("/")
            return f"rsync://{user}{self._address.host}{port}/{base}/{path}"
        return f"{user}{self._address.host}:{self._address.at_home.rstrip('/')}/{path}"

    def read(self, paths: Sequence[str], below: str = "") -> dict[str, bytes]:
        """Those of these files that are there."""
        if not paths:
            return {}
        source, within = self.at(below), ""
        if self._address.scheme == "rsync":
            # From the module's own folder: rsync 3.5.0 finds no file of a list below another one ("has vanished").
            module, _, within = self._address.path.strip("/").partition("/")
            source, within = self.at("", module), f"{within}/" if within else ""
        with self.scratch() as into:
            try:
                self.run(
                    "--files-from=-", "--from0", "--ignore-missing-args", f"--max-size={LARGEST_PAGE}",
                    "--no-links", "--no-specials", "--no-devices", source, f"{into}/",
                    stdin=_names([within + path for path in paths]), watched=into, disk=len(paths) * LARGEST_PAGE,
                )  # fmt: skip
            except Failed as error:
                if below and _NO_FOLDER.search(error.said):  # nothing was sent there yet
                    return {}
                raise
            return {
                path: place.read_bytes()
                for path in paths
                if _is_plain(place := into / within / path) and place.stat().st_size <= LARGEST_PAGE
            }

    def names(self) -> list[str]:
        """The releases that are there, and a folder for them if there is none yet."""
        try:
            listed = self.run("--list-only", self.at(f"{RELEASES}/"))
        except Failed as error:
            if not _NO_FOLDER.search(error.said):
                raise
            with self.scratch() as empty:
                (empty / RELEASES).mkdir()
                self.run("--dirs", f"{empty}/", self.at(""))
            return []
        found = (_LISTED.fullmatch(line) for line in listed.decode("utf-8", "replace").splitlines())
        return [each[1] for each in found if each is not None and _NAME.fullmatch(each[1])]

    def put(
        self, folder: Path, paths: Sequence[str], into: str, *options: str, heard: Callable[[bytes], None] | None = None
    ) -> None:
        """Have these files of a folder of ours there. They can be read by everybody, as what is published should."""
        if not paths:
            return
        self.run(
            "--files-from=-", "--from0", "--times", "--perms", "--chmod=D0755,F0644", "--out-format=%n", *options,
            f"{folder}/", self.at(into), stdin=_names(paths), heard=heard,
        )  # fmt: skip

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder of ours for a moment."""
        with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as made:
            yield Path(made).resolve()

    def run(
        self,
        *arguments: str,
        stdin: Sequence[bytes] = (),
        heard: Callable[[bytes], None] | None = None,
        watched: Path | None = None,
        disk: int = 0,
    ) -> bytes:
        try:
            return self._children.run(
                ["rsync", "--protect-args", "--timeout=120", "--contimeout=20", *arguments]
                if self._address.scheme == "rsync"
                else ["rsync", "--protect-args", "--timeout=120", *arguments],
                needs=_NEEDS,
                environment=self._environment,
                stdin=stdin,
                bounds=Bounds(seconds=self._target.timeout, watched=watched, disk=disk),
                secrets=(self._secret,),
                heard=heard,
            )
        except Failed as error:
            remedy = next((f"{told} " for sign, told in _REMEDIES if sign.search(error.said)), "")
            if error.code == _FILES and not error.said:
                remedy = f"{_UNSAID} "
            shown = f"({error})" if remedy else str(error)
            raise Failed(f"{self._shown}: {remedy}{shown}", code=error.code, said=error.said) from error


class _Count:
    """Counts the files that rsync names as it sends them."""

    def __init__(self, todo: int, what: str, progress: Progress) -> None:
        self._done, self._todo, self._what, self._progress = 0, todo, what, progress

    def __call__(self, part: bytes) -> None:
        self._done = min(self._done + part.count(b"\n"), self._todo)
        self._progress(self._done, self._todo, self._what)


def _is_plain(place: Path) -> bool:
    """Is this a file, and no link on the way to it?"""
    return place.is_file() and place.resolve() == place


def _free(name: str, names: Sequence[str]) -> str:
    """The name, or the first with a number that is free: of a run that was cut in the same second."""
    return next(each for each in (name, *(f"{name}-{number}" for number in range(1, 1000))) if each not in names)


def _names(paths: Sequence[str]) -> list[bytes]:
    return ["\0".join(paths).encode() + b"\0"]


def _write(folder: Path, bodies: Mapping[str, bytes]) -> None:
    for path, body in bodies.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(body)
        except OSError as error:
            raise PublishError(f"{folder / path} can't be written: {error.strerror}") from error
