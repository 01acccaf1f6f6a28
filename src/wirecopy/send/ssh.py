"""How SSH is asked: never a question, host keys checked, one connection that ends by itself when the line is dead.

The operator's own ~/.ssh/config is read: aliases, jump hosts and keys for a host stand there.
"""

from __future__ import annotations

import re

from wirecopy.errors import ConfigError
from wirecopy.send.targets import Target, shown_of

REMEDIES = (
    (re.compile(r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED"),
     "the host's key is not known here, or is another than it was: compare it with what the host's owner says, then "
     "put it into known_hosts (`ssh-keyscan HOST` shows it)"),
    (re.compile(r"Permission denied \("),
     "the host knows none of our keys: key_file = \"…\" in [targets.NAME] names one"),
    (re.compile(r"Could not resolve hostname"), "there is no host of this name"),
    (re.compile(r"Connection (?:refused|timed out)|Operation timed out|No route to host"),
     "the host does not answer: is it on, and the port right?"),
)  # fmt: skip
"""What SSH says when it fails, and what to do about it."""


def options(target: Target) -> list[str]:
    """Options for ssh and sftp. Raises ConfigError where they would go past a proxy that all requests should take."""
    if target.proxy not in ("", "none"):
        raise ConfigError(
            f"{shown_of(target.to)}: proxy is set, and SSH does not go through it. Write a ProxyCommand for this host "
            'into ~/.ssh/config and proxy = "none" into [targets.NAME]'
        )
    asked = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "ConnectTimeout": "20",
        "ServerAliveInterval": "15",
        "ServerAliveCountMax": "4",
        "ControlMaster": "no",
        "ControlPath": "none",
        "ForwardAgent": "no",
        "ForwardX11": "no",
        "ClearAllForwardings": "yes",
        "PermitLocalCommand": "no",
    }
    if target.known_hosts is not None:
        asked |= {"UserKnownHostsFile": _quoted(target.known_hosts), "GlobalKnownHostsFile": "none"}
    told = [part for name, value in asked.items() for part in ("-o", f"{name}={value}")]
    if target.key_file is not None:
        told += ["-o", "IdentitiesOnly=yes", "-o", f"IdentityFile={_quoted(target.key_file)}"]
    return told


def _quoted(path: object) -> str:
    """A path as ssh_config(5) reads it: in quotes, for blanks; % begins what is filled in."""
    words = str(path).replace("%", "%%")
    if '"' in words:
        raise ConfigError(f"{path}: a path with quotation marks can't be told to SSH: use another name")
    return f'"{words}"'
