"""A disk that fails where it is told to: every change of a file, SQLite's own too, is counted, and one goes wrong.

- SQLite is reached by its own door: the functions of its default VFS are replaced (https://sqlite.org/vfs.html), with
  `ctypes`, in the process that plays the fault. Nothing is preloaded, nothing traced; what SQLite does is real.
- What Python does to files is counted by an audit hook (open to write, rename, remove, mkdir, rmdir, link) and by
  `os.fsync` and the writing of files.
- A fault is played in a fork of the test's process, so that one more point costs a few milliseconds.

How a change may go wrong: `kill` (the process is gone before it), `torn` (half of what was written arrives, then the
process is gone), `eio` (this change is refused), `full` (this write and every one after it finds no room).
"""

from __future__ import annotations

import builtins
import ctypes
import errno
import hashlib
import io
import os
import signal
import sqlite3
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
EVENTS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link")
SIZED = ("write", "open", "os.mkdir", "os.link", "file write", "shm")  # what needs room on the disk

OK, IOERR, FULL = 0, 10, 13
_REFUSED = {
    "write": 10 | 3 << 8,
    "sync": 10 | 4 << 8,
    "truncate": 10 | 6 << 8,
    "delete": 10 | 10 << 8,
    "shm": 10 | 21 << 8,
}

_V, _I, _L, _P = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.POINTER
_OPEN = ctypes.CFUNCTYPE(_I, _V, _V, _V, _I, _V)  # the name as it stands: SQLite keeps its place
_DELETE = ctypes.CFUNCTYPE(_I, _V, ctypes.c_char_p, _I)
_WRITE = ctypes.CFUNCTYPE(_I, _V, _V, _I, _L)
_TRUNCATE = ctypes.CFUNCTYPE(_I, _V, _L)
_SYNC = ctypes.CFUNCTYPE(_I, _V, _I)
_SHM = ctypes.CFUNCTYPE(_I, _V, _I, _I, _I, _V)


class _Vfs(ctypes.Structure):
    _fields_ = [("version", _I), ("size", _I), ("longest", _I), ("next", _V), ("name", ctypes.c_char_p), ("data", _V),
                ("open", _V), ("delete", _V)]  # fmt: skip


class _Methods(ctypes.Structure):
    _fields_ = [("version", _I), *((name, _V) for name in (
        "close", "read", "write", "truncate", "sync", "size", "lock", "unlock", "reserved", "control", "sector",
        "device", "shm", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch"))]  # fmt: skip


class _File(ctypes.Structure):
    _fields_ = [("methods", _P(_Methods))]


class Disk:
    """What is counted below a folder, and what goes wrong there. One a process, for good."""

    def __init__(self) -> None:
        self.folder = ""
        self.at = 0
        self.how = ""
        self.changes: list[tuple[str, str]] = []
        self.is_full = self.has_struck = False
        self._names: dict[int, str] = {}
        self._methods: dict[int, _Methods] = {}
        self._kept: list[object] = []
        self._watch_sqlite()
        self._watch_python()

    def fail(self, folder: Path, at: int, how: str) -> None:
        """From here on, the `at`th change below this folder goes wrong; 0: none does, and all are counted."""
        self.folder, self.at, self.how = str(folder), at, how
        self.changes, self.is_full, self.has_struck = [], False, False

    def heal(self) -> None:
        """The disk is well again."""
        self.folder = ""

    def _meets(self, kind: str, path: str) -> str:
        """What happens to this change: "", "eio", "full" or "torn"; a killed one does not come back."""
        if not self.folder or not path.startswith(self.folder):
            return ""
        if self.is_full:
            return "full" if kind in SIZED else ""
        self.changes.append((kind, path))
        if len(self.changes) != self.at:
            return ""
        self.has_struck = True
        if self.how == "kill" or (self.how == "torn" and "write" not in kind):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "full":
            self.is_full = kind in SIZED
            return "full" if self.is_full else ""
        return self.how

    # --- SQLite

    def _watch_sqlite(self) -> None:
        library = ctypes.CDLL(_library())
        library.sqlite3_vfs_find.restype = _P(_Vfs)
        self._vfs = library.sqlite3_vfs_find(None)
        vfs = self._vfs.contents
        opened, deleted = _OPEN(vfs.open), _DELETE(vfs.delete)

        def open_(place: int, name: int | None, file: int, flags: int, out: int | None) -> int:
            path = os.fsdecode(ctypes.string_at(name)) if name else ""
            is_new = bool(flags & 4) and bool(path) and not os.path.lexists(path)
            if is_new and (met := self._meets("open", path)):
                return FULL if met == "full" else 14  # SQLITE_CANTOPEN
            code = opened(place, name, file, flags, out)
            if code == OK and path:
                self._names[file] = path
                self._replace_methods(file)
            return code

        def delete(place: int, name: bytes, sync: int) -> int:
            met = self._meets("delete", os.fsdecode(name))
            return _REFUSED["delete"] if met else deleted(place, name, sync)

        self._keep(vfs, "open", _OPEN(open_))
        self._keep(vfs, "delete", _DELETE(delete))

    def _replace_methods(self, file: int) -> None:
        handle = ctypes.cast(file, _P(_File)).contents
        place = ctypes.addressof(handle.methods.contents)
        if place not in self._methods:
            ours = _Methods.from_buffer_copy(handle.methods.contents)
            written, cut = _WRITE(ours.write), _TRUNCATE(ours.truncate)

            def write(file: int, data: int, size: int, at: int) -> int:
                met = self._meets("write", self._names.get(file, ""))
                if met == "torn":
                    written(file, data, size // 2, at)
                    os.kill(os.getpid(), signal.SIGKILL)
                return written(file, data, size, at) if not met else FULL if met == "full" else _REFUSED["write"]

            def truncate(file: int, size: int) -> int:
                return _REFUSED["truncate"] if self._meets("truncate", self._names.get(file, "")) else cut(file, size)

            def sync(file: int, flags: int) -> int:
                # What is synced can't be told from what is not while the machine runs: no disk needs to be waited for.
                return _REFUSED["sync"] if self._meets("sync", self._names.get(file, "")) else OK

            self._keep(ours, "write", _WRITE(write))
            self._keep(ours, "truncate", _TRUNCATE(truncate))
            self._keep(ours, "sync", _SYNC(sync))
            if ours.shm:
                mapped = _SHM(ours.shm)

                def shm(file: int, page: int, size: int, extend: int, out: int) -> int:
                    met = self._meets("shm", self._names.get(file, "") + "-shm") if extend else ""
                    return (
                        mapped(file, page, size, extend, out) if not met else FULL if met == "full" else _REFUSED["shm"]
                    )

                self._keep(ours, "shm", _SHM(shm))
            self._methods[place] = self._methods[ctypes.addressof(ours)] = ours
        handle.methods = ctypes.pointer(self._methods[place])

    def _keep(self, structure: ctypes.Structure, field: str, function: Any) -> None:
        self._kept.append(function)
        setattr(structure, field, ctypes.cast(function, _V).value)

    # --- Python

    def _watch_python(self) -> None:
        sys.addaudithook(self._heard)
        opened = io.open

        def synced(handle: Any) -> None:
            number = handle if isinstance(handle, int) else handle.fileno()
            self._raise(self._meets("os.fsync", _path_of(number)), "fsync")

        def open_(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            found = opened(file, mode, *rest, **named)
            return _Written(found, self) if set(mode) & set("wax+") else found

        os.fsync = synced
        io.open = open_  # type: ignore[assignment]
        builtins.open = open_  # type: ignore[assignment]

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.folder or (event != "open" and event not in EVENTS):
            return
        path = arguments[0]
        if event == "open" and (isinstance(path, int) or not (arguments[2] or 0) & WRITING):
            return
        if event == "open" and not (arguments[2] & (os.O_CREAT | os.O_TRUNC)):
            return
        self._raise(self._meets(event, os.fspath(path) if not isinstance(path, bytes) else os.fsdecode(path)), path)

    def _raise(self, met: str, path: object) -> None:
        if met:
            number = errno.ENOSPC if met == "full" else errno.EIO
            raise OSError(number, os.strerror(number), str(path))


class _Written:
    """A file that is being written: each write is a change."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self._file, self._disk = file, disk

    def write(self, data: Any) -> int:
        met = self._disk._meets("file write", _path_of(self._file.fileno()))
        if met == "torn":
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        self._disk._raise(met, self._file.name)
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _path_of(handle: int) -> str:
    with suppress(OSError):
        return str(Path(f"/proc/self/fd/{handle}").readlink())
    return ""


def _library() -> str | None:
    """The very SQLite that this Python uses: a shared one, or the one inside the interpreter."""
    import _sqlite3

    maps = Path("/proc/self/maps")
    if maps.exists():
        for line in maps.read_text().splitlines():
            if "libsqlite3" in line:
                return line.split(maxsplit=5)[5]
    return getattr(_sqlite3, "__file__", None)


def can_fail() -> bool:
    """Whether the SQLite of this Python can be reached: not where it is linked in and hides its functions."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(_library())
        library.sqlite3_libversion.restype = ctypes.c_char_p
        return bool(library.sqlite3_vfs_find) and library.sqlite3_libversion().decode() == sqlite3.sqlite_version
    return False


# --- one point after the other -------------------------------------------------------------------------------------


def played(
    work: Callable[[Path, Callable[[str], None]], None], folder: Path, at: int, how: str
) -> tuple[str, list[str]]:
    """Do this work in a fork, with the fault at this point. How it ended, and what it said before.

    Ends: "killed", "done", "past" (done, and there was no such point), or the error in words. Whatever is no error of
    ours is "a fault of wirecopy: …".
    """
    told = folder.parent / f"{folder.name}.told"
    told.unlink(missing_ok=True)
    with warnings.catch_warnings():
        # The child goes its own way at once, and needs none of the threads that it leaves behind.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _work(work, folder, at, how, told)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    lines = told.read_text().split("\n") if told.exists() else []
    said = [line.removeprefix("said ") for line in lines if line.startswith("said ")]
    if code == -signal.SIGKILL:
        return "killed", said
    assert code == 0, (code, lines)
    return next(line.removeprefix("end ") for line in lines if line.startswith("end ")), said


def changes(work: Callable[[Path, Callable[[str], None]], None], folder: Path) -> list[str]:
    """Every change that this work makes to files, undisturbed: kind and name."""
    ended, said = played(work, folder, 0, "count")
    assert ended == "past", ended
    return said[said.index("counted") + 1 :]


def matters(change: str, how: str) -> bool:
    """Whether this way to go wrong is another than those before it, at a change that `changes` told of.

    What is no write is not torn: there that is a kill, to the instruction. What takes no room does not miss any.
    """
    kind = change.rpartition(" ")[0]
    return "write" in kind if how == "torn" else kind in SIZED if how == "full" else True


def state(folder: Path) -> frozenset[tuple[str, bytes]]:
    """The files of a folder and what is in them: what is done next there can depend on nothing else."""
    return frozenset(
        (each.relative_to(folder).as_posix(), hashlib.sha256(each.read_bytes()).digest() if each.is_file() else b"")
        for each in folder.rglob("*")
    )


def _work(work: Callable[[Path, Callable[[str], None]], None], folder: Path, at: int, how: str, told: Path) -> None:
    from wirecopy.errors import WirecopyError

    status = 1
    try:
        report = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def say(words: str) -> None:
            os.write(report, f"said {words}\n".encode())

        disk = Disk()
        disk.fail(folder, at, how)
        try:
            work(folder, say)
            ended = "done" if disk.has_struck else "past"
        except WirecopyError as error:
            ended = f"{type(error).__name__}: {error}".replace("\n", " ")
        except BaseException:  # noqa: BLE001 - what it was is the finding
            ended = "a fault of wirecopy: " + traceback.format_exc().replace("\n", " | ")
        disk.heal()
        if how == "count":
            say("counted")
            for kind, path in disk.changes:
                say(f"{kind} {Path(path).name}")
        os.write(report, f"end {ended}\n".encode())
        status = 0
    finally:
        os._exit(status)
