"""When collecting itself fails, the archive for one can't be used: who wants to know is told once, and once when it
does not any more, as of any other incident.

What is told is kept where incidents are, in the archive; it is what may be broken. So this one is kept in a file beside
it, and where nothing can be written there (a card that has become read-only, a disk that is gone) in the system's
folder for temporary files.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from wirecopy import health
from wirecopy.cli import alerts
from wirecopy.config import Config
from wirecopy.errors import ArchiveError, ConfigError, InUse
from wirecopy.model import Incident, Trouble

_MOST = 64_000  # bytes of the file
_MOST_KEPT = 20  # incidents in it: how often what comes and goes did lately
_MOST_WORDS = 500


@contextmanager
def told(config: Config, clock: Callable[[], datetime]) -> Iterator[None]:
    """Tell who wants to know when what is done here fails, but for what whoever runs it has to set right (ConfigError)
    or wait for (InUse), or no longer listens to (BrokenPipeError).
    """
    try:
        yield
    except (ConfigError, InUse, BrokenPipeError):
        raise
    except Exception as error:
        why = str(error) if isinstance(error, ArchiveError) else f"{type(error).__name__}: {error}"
        now = clock()
        _turn(config, (Incident(source="", trouble=Trouble.COLLECT, since=now, what=why[:_MOST_WORDS]),), now)
        raise


def over(config: Config, now: datetime) -> None:
    """The archive was written to and read: what was told is taken back."""
    if any(map(os.path.lexists, _places(config.archive))):
        _turn(config, (), now)


def _turn(config: Config, wrong: tuple[Incident, ...], now: datetime) -> None:
    """Keep what turned, and tell. What can be kept nowhere is not told: it would be again and again."""
    if not alerts.channels(config.alerts):
        return
    kept = _Kept(config.archive)
    turn = health.turned(kept.incidents(), wrong, now)
    with suppress(OSError):
        for each in (*turn.begun, *turn.ended):
            kept.keep_incident(each)
        alerts.tell(kept, config.alerts, now)
        if not any(each.until is None or now - each.until < health.LATELY for each in kept.incidents()):
            kept.forget()


class _Kept:
    """Incidents in a file, in place of the archive's own."""

    def __init__(self, archive: Path) -> None:
        self._places = _places(archive)

    def incidents(self, *, only_open: bool = False, most: int = 1000) -> tuple[Incident, ...]:
        """What still is wrong first, then what was, the latest first; at most so many."""
        newest: dict[datetime, Incident] = {}
        for each in sorted(filter(os.path.lexists, self._places), key=lambda path: path.lstat().st_mtime_ns):
            newest |= {incident.since: incident for incident in _read(each)}
        known = (each for each in newest.values() if each.until is None or not only_open)
        return tuple(sorted(known, key=lambda each: (each.until is None, each.since), reverse=True))[:most]

    def keep_incident(self, incident: Incident) -> None:
        """Keep it in the place of what is known of the same beginning. Raises OSError where nothing can be written."""
        rest = (each for each in self.incidents() if each.since != incident.since)
        body = msgspec.json.encode(sorted((incident, *rest), key=lambda each: each.since)[-_MOST_KEPT:])
        *better, last = self._places
        for each in better:
            with suppress(OSError):
                return _write(each, body)
        return _write(last, body)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Each incident is durable by itself."""
        yield

    def forget(self) -> None:
        """Leave nothing behind."""
        for each in self._places:
            each.unlink(missing_ok=True)


def _places(archive: Path) -> tuple[Path, ...]:
    """Beside the archive, and where temporary files are, if anywhere."""
    name = hashlib.sha256(os.fsencode(archive.absolute())).hexdigest()[:16]
    places = [archive.with_suffix(".distress")]
    with suppress(OSError):  # there is none that can be written to
        places.append(Path(tempfile.gettempdir(), f"wirecopy-{name}.distress"))
    return tuple(places)


def _read(path: Path) -> tuple[Incident, ...]:
    """What we wrote there; a folder for temporary files is everybody's."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or (hasattr(os, "geteuid") and found.st_uid != os.geteuid()):
            return ()
        return msgspec.json.decode(path.read_bytes()[:_MOST], type=tuple[Incident, ...])
    except (OSError, ValueError):
        return ()


def _write(path: Path, body: bytes) -> None:
    # By a new name that nobody could guess: a folder for temporary files is everybody's.
    fresh, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(fresh, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
