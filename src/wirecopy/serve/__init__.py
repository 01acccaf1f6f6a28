"""The published folder over HTTP, with search in the archive: read-only, for readers on this machine or in front of it.

async with Serving(Path("public"), archive=Path("wirecopy.db"), port=0) as served:
    print(served.address)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wirecopy.serve.connections import Limits as Limits
    from wirecopy.serve.server import Serving as Serving

# Loaded when they are first used: the processes that ask the archive need no server.
_HOMES = {"Limits": "wirecopy.serve.connections", "Serving": "wirecopy.serve.server"}
__all__ = ["Limits", "Serving"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'wirecopy.serve' has no attribute {name!r}")
