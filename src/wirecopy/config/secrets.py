"""Passwords: from the environment, else from a file with nothing else in it; never from wirecopy.toml, never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping

from wirecopy.config.environment import variable
from wirecopy.config.nouns import Alerts
from wirecopy.errors import ConfigError

_MOST = 16_384  # bytes: a private key in PEM has some 3,000


def password(of: Alerts, environ: Mapping[str, str] = os.environ) -> str:
    """The password of the mail server; "" where none is set. That of a target is `wirecopy.send.targets.secret`.

    The variable WIRECOPY_ALERTS_PASSWORD goes before `password_file`, of which the end of the last line is no part.
    Raises ConfigError where the file can't be read.
    """
    if said := environ.get(variable(("alerts", "password"))):
        return said
    if of.password_file is None:
        return ""
    try:
        with of.password_file.open("rb") as file:
            body = file.read(_MOST + 1)
        if len(body) > _MOST:
            raise ConfigError(f"{of.password_file} is larger than a password or a key can be")
        return body.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{of.password_file}, the password_file of [alerts], can't be read: {error}") from error
