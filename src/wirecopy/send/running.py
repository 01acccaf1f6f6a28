"""Programs of the system, run with bounds: no shell, an environment of our own, so much time, so much output.

- A child has a group of its own: what it started ends with it. It inherits the lock of the work that it does, so that
  a child that outlives us (we were killed) keeps the next run out until it ends.
- What a child says is a stranger's text: a remote host speaks through it. It is cut, made printable, and no secret that
  the child was given is shown.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import Noun
from wirecopy.text import printable

_KEPT = (
    "PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
    "COMSPEC", "PATHEXT", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_LOOKS = 0.5  # seconds between two looks at what a child writes to the disk
_LINGERS = 10.0  # seconds for what a child left in the background to close our pipes
_SAID = 400  # characters of what a child said that are shown


class Failed(PublishError):
    """A program ended with an error. `code`: its exit code; `said`: the end of what it wrote to stderr."""

    def __init__(self, message: str, *, code: int, said: str) -> None:
        super().__init__(message)
        self.code = code
        self.said = said


class Bounds(Noun, frozen=True, kw_only=True):
    """What a child may take: seconds in all, bytes of output, bytes that it adds to the folder `watched`.

    `memory`: bytes for its data, and for those of each program that it starts (Linux only); 0 for no bound.
    """

    seconds: float = 6 * 3600
    output: int = 64 << 20
    watched: Path | None = None
    disk: int = 1 << 30
    memory: int = 0


_BOUNDS = Bounds()


class Children:
    """The programs that one target runs; `stop` ends them all, from any thread."""

    def __init__(self, *, lock: int | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self.stopped = threading.Event()
        self.lock = lock
        self._environ = environ
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()

    def stop(self) -> None:
        """End what runs, and start nothing more."""
        self.stopped.set()
        with self._guard:
            for child in self._running:
                _kill(child)

    def run(
        self,
        command: Sequence[str | Path],
        *,
        needs: str,
        environment: Mapping[str, str] | None = None,
        stdin: Iterable[bytes] = (),
        within: Path | None = None,
        bounds: Bounds = _BOUNDS,
        secrets: Sequence[str] = (),
        heard: Callable[[bytes], None] | None = None,
    ) -> bytes:
        """What this program writes to stdout. `needs` says what to do where it is not installed.

        Raises Failed where it ends with an error, PublishError where it takes more than its bounds.
        """
        program = shutil.which(str(command[0]), path=self._environ.get("PATH"))
        if program is None:
            raise ConfigError(f"there is no program `{command[0]}` on this machine: {needs}")
        with self._guard:
            if self.stopped.is_set():
                raise PublishError("stopped")
            child = subprocess.Popen(  # noqa: S603  (no shell; what stands in the arguments was checked)
                [program, *map(str, command[1:])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=within,
                env={**self.environment(), **(environment or {})},
                start_new_session=os.name != "nt",
                pass_fds=() if self.lock is None or os.name == "nt" else (self.lock,),
            )
            self._running.add(child)
            _limit(child, bounds.memory)
        try:
            return self._heard(child, str(command[0]), stdin, bounds, secrets, heard)
        finally:
            with self._guard:
                self._running.discard(child)
            _kill(child)
            child.wait()
            for pipe in (child.stdin, child.stdout, child.stderr):
                with suppress(OSError):
                    assert pipe is not None
                    pipe.close()

    def environment(self) -> dict[str, str]:
        """What of our environment a child may see: where programs, homes and proxies are; no other variable."""
        kept = {name: self._environ[name] for name in _KEPT if name in self._environ}
        for name in (*_PROXIES, *(each.lower() for each in _PROXIES)):
            if name in self._environ:
                kept[name] = self._environ[name]
        return {**kept, "LC_ALL": "C", "TZ": "UTC"}

    def _heard(
        self,
        child: subprocess.Popen[bytes],
        name: str,
        stdin: Iterable[bytes],
        bounds: Bounds,
        secrets: Sequence[str],
        heard: Callable[[bytes], None] | None,
    ) -> bytes:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        out, told = _Ear(child.stdout, bounds.output, child, heard), _Ear(child.stderr, 1 << 20, child, None)
        watch = _Watch(child, bounds)
        try:
            with suppress(BrokenPipeError):  # it has ended, and says why
                for part in stdin:
                    child.stdin.write(part)
                child.stdin.close()
            code = child.wait()
            out.join(_LINGERS)
            told.join(_LINGERS)
        finally:
            watch.over.set()
        said = printable(b"".join(told.parts).decode("utf-8", "replace").replace("\r\n", "\n").strip())
        for secret in filter(None, secrets):
            said = said.replace(secret, "***")
        if self.stopped.is_set():
            raise PublishError(f"{name}: stopped")
        if watch.said:
            raise PublishError(f"{name} {watch.said} and was ended; what was done so far is kept")
        if out.is_over or told.is_over:
            raise PublishError(f"{name} wrote more than {bounds.output} bytes and was ended: this is no answer")
        if code != 0:
            raise Failed(f"{name}: {said[-_SAID:] or f'ended with code {code}'}", code=code, said=said)
        return b"".join(out.parts)


class _Watch(threading.Thread):
    """Ends a child that takes too long, or too much of the disk."""

    def __init__(self, child: subprocess.Popen[bytes], bounds: Bounds) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.said = ""
        self._child, self._bounds = child, bounds
        self._end = time.monotonic() + bounds.seconds
        self._most = bounds.disk + (0 if bounds.watched is None else _size(bounds.watched))
        self.start()

    def run(self) -> None:
        watched = self._bounds.watched
        while not self.over.wait(max(0, min(self._end - time.monotonic(), 3600 if watched is None else _LOOKS))):
            if time.monotonic() >= self._end:
                self.said = f"took more than {self._bounds.seconds:g} seconds"
            elif watched is not None and _size(watched) > self._most:
                self.said = f"was sent more than {self._bounds.disk:,} bytes"
            if self.said:
                _kill(self._child)
                return


class _Ear(threading.Thread):
    """Listens to a child up to a bound, then ends it."""

    def __init__(
        self, pipe: IO[bytes], most: int, child: subprocess.Popen[bytes], heard: Callable[[bytes], None] | None
    ) -> None:
        super().__init__(daemon=True)
        self.parts: list[bytes] = []
        self.is_over = False
        self._pipe, self._most, self._child, self._on = pipe, most, child, heard
        self.start()

    def run(self) -> None:
        size = 0
        with suppress(OSError, ValueError):
            while part := os.read(self._pipe.fileno(), 1 << 16):
                size += len(part)
                if size > self._most:
                    self.is_over = True
                    _kill(self._child)
                    return
                self.parts.append(part)
                if self._on is not None:
                    self._on(part)


def _limit(child: subprocess.Popen[bytes], memory: int) -> None:
    """Have the system refuse this child more memory, where it can: before it starts others, which inherit that."""
    if memory and sys.platform == "linux":
        import resource

        with suppress(OSError):
            resource.prlimit(child.pid, resource.RLIMIT_DATA, (memory, memory))


def _size(folder: Path) -> int:
    """Bytes of the files in a folder; what goes meanwhile does not count."""
    size = 0
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += (Path(above) / name).lstat().st_size
    return size


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End a child that has not ended, and what it started."""
    if child.returncode is not None:  # its number may be another's by now
        return
    with suppress(OSError):
        if os.name == "nt":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
