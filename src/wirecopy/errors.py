"""The few ways to fail. Each class is a fate; each message says what was wrong, where, and what would be right.

Exit codes are the table of docs/commands.md.
"""

from __future__ import annotations


class WirecopyError(Exception):
    """Anything that wirecopy itself gives up on."""

    exit_code = 1


class ConfigError(WirecopyError):
    """Your file or your command is wrong: stop before starting."""

    exit_code = 2


class SourceError(WirecopyError):
    """One source failed: note it, go on with the others."""

    exit_code = 1


class FetchError(SourceError):
    """No answer; it is worth asking again later, not before `retry_after` seconds where the server said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(FetchError):
    """We did not ask: robots.txt, our own guard or a limit forbids it."""


class ReadError(SourceError):
    """An answer that can't be read: someone must look."""


class Doubtful(SourceError):
    """An answer that is not believed: it is held, and the last good copy stays."""


class ArchiveError(WirecopyError):
    """The archive can't be opened or trusted: stop now."""

    exit_code = 3


class Unwritable(ArchiveError):
    """The archive can't be written to now, and may be later: the disk is full, or refuses."""


class InUse(ArchiveError):
    """Another process writes to the archive, and will be done with it."""


class PublishError(WirecopyError):
    """An output was not written; the one before stands."""

    exit_code = 4
