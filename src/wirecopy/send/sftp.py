"""SFTP: to hosts where nothing but files can be had. The system's OpenSSH does it, which Windows has too.

- A file is sent under a temporary name beside its place and renamed over it. Servers that can't rename over a file
  (without posix-rename@openssh.com) are told from an error.
- A few connections at once, each with a batch of commands, since every file costs some turns of the line.
- Keys only: OpenSSH's sftp takes no password from a file.
- Names in commands are from our manifest, letters without meaning to sftp; we stand in the folder, so that neither its
  path here nor the one there is part of them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from wirecopy.errors import PublishError
from wirecopy.send import ssh
from wirecopy.send.release import LARGEST_PAGE, Entry, Release
from wirecopy.send.running import Bounds, Children, Failed
from wirecopy.send.targets import Address, Target, shown_of

_AT_ONCE = 4  # connections: an sshd takes ten that have not said who they are (MaxStartups)
_TOGETHER = 100  # files of one batch: so many are sent again when it is cut
_NEEDS = "install OpenSSH (apt install openssh-client; on Windows it is an optional feature)"

_REMEDIES = (
    *ssh.REMEDIES,
    (re.compile(r"remote rename .*Failure"),
     "this server can't rename over a file that is there; ask its host for OpenSSH's, or use another target"),
    (re.compile(r"stat remote|realpath|Can't change directory|not found", re.IGNORECASE),
     "there is no such folder at the other end: make it first"),
    (re.compile(r"Permission denied"), "this user may not write there: have the folder given to it"),
)  # fmt: skip


class Folder:
    """A folder on a host, as `staged.Place`."""

    def __init__(self, target: Target, address: Address, *, folder: Path, children: Children) -> None:
        self._target, self._folder, self._children = target, folder, children
        self._shown = shown_of(target.to)
        self._base = address.at_home.rstrip("/") or "/"
        port = ["-P", str(address.port)] if address.port else []
        user = f"{address.user}@" if address.user else ""
        host = address.host.strip("[]") if not user and not port else address.host
        self._command = ["sftp", "-b", "-", *ssh.options(target), *port, "--", f"{user}{host}"]
        self._made: set[str] = set()

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        for some in _parted(paths):
            with tempfile.TemporaryDirectory(dir=self._folder) as made:
                into = Path(made)
                # The hyphen: one that is not there is no error.
                self._batch([f'-get "{path}" "{number}"' for number, path in enumerate(some)], into, is_reading=True)
                for number, path in enumerate(some):
                    place = into / str(number)
                    if place.is_file() and place.stat().st_size <= LARGEST_PAGE:
                        found[path] = place.read_bytes()
        return found

    def put(self, release: Release, files: Sequence[tuple[str, Entry]], done: Callable[[str], None]) -> None:
        made = release.made()
        here = [(path, entry) for path, entry in files if path not in made]
        self._at_once([path for path, _ in here], lambda some: self._put(release, some, dict(here)), done)
        for path in dict(files).keys() & made.keys():
            with tempfile.TemporaryDirectory(dir=self._folder) as folder:
                (Path(folder) / "root").write_bytes(made[path])
                self._batch([*self._making([path]), *_replacing(path, "root")], Path(folder))
            done(path)

    def remove(self, paths: Sequence[str], done: Callable[[str], None]) -> None:
        self._at_once(paths, lambda some: self._batch([f'-rm "{path}"' for path in some], self._folder), done)

    def _put(self, release: Release, paths: Sequence[str], entries: Mapping[str, Entry]) -> None:
        for path in paths:
            release.check(path, entries[path])
        puts = [line for path in paths for line in _replacing(path, path)]
        self._batch([*self._making(paths), *puts], release.folder)
        self._made.update(above for path in paths for above in _above(path))

    def _making(self, paths: Sequence[str]) -> list[str]:
        """The commands that have the folders of these files there; those that are there already are no error."""
        return [f'-mkdir "{path}"' for path in sorted({above for path in paths for above in _above(path)} - self._made)]

    def _at_once(
        self, paths: Sequence[str], work: Callable[[Sequence[str]], None], done: Callable[[str], None]
    ) -> None:
        """Do this for some paths at a time, in a few connections; the first that fails ends it."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            running = {pool.submit(work, some): some for some in _parted(paths)}
            try:
                for each in as_completed(running):
                    each.result()
                    for path in running[each]:
                        done(path)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _batch(self, lines: Sequence[str], here: Path, *, is_reading: bool = False) -> None:
        """Run commands of sftp(1) in the folder there, standing in this one here."""
        try:
            self._children.run(
                self._command,
                needs=_NEEDS,
                stdin=["\n".join([f'cd "{self._base}"', *lines, ""]).encode()],
                within=here,
                bounds=Bounds(
                    seconds=self._target.timeout,
                    watched=here if is_reading else None,
                    disk=len(lines) * LARGEST_PAGE,
                ),
            )
        except Failed as error:
            remedy = next((f"{told} " for sign, told in _REMEDIES if sign.search(error.said)), "")
            shown = f"({error})" if remedy else str(error)
            raise PublishError(f"{self._shown}: {remedy}{shown}") from error


def _replacing(path: str, source: str) -> list[str]:
    """The commands that put a file of ours into the place of one there."""
    above, slash, name = path.rpartition("/")
    beside = f"{above}{slash}.{name}.wirecopy~"
    return [f'put "{source}" "{beside}"', f'rename "{beside}" "{path}"']


def _above(path: str) -> Iterator[str]:
    """The folders of a path, the outermost first."""
    parts = path.split("/")[:-1]
    yield from ("/".join(parts[: count + 1]) for count in range(len(parts)))


def _parted(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (paths[begin : begin + _TOGETHER] for begin in range(0, len(paths), _TOGETHER))
