"""`config`: every key as it stands and who says so, without what is secret; and the schema for editors."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from wirecopy import config as configs
from wirecopy.cli.terminal import as_json, result, styled
from wirecopy.config import Setting, keys
from wirecopy.config.environment import variable
from wirecopy.config.kinds import Secret, quoted
from wirecopy.text import printable

_FROM = {"file": "the file", "outlet": "ships with wirecopy", "default": "default"}


def config(arguments: argparse.Namespace) -> int:
    """The configuration as it counts, or its schema. Raises ConfigError with all that is wrong with it."""
    if arguments.schema:
        from wirecopy.config.schema import schema

        as_json(schema())
        return 0
    path = configs.find(arguments.config)
    configs.load(path)  # it looks at the folder of site rules, too
    settings = configs.settings(path)
    secrets = tuple(_secrets(settings, os.environ))
    if arguments.json:
        listed = [
            {
                "table": keys.where(each.path[:-1]),
                "key": each.path[-1],
                "value": _plain(shown(each)),
                "from": each.origin,
                "variable": each.variable or variable(each.path),
            }
            for each in settings
        ]
        as_json(
            {
                "file": str(path),
                "keys": listed,
                "secrets": [{"variable": one, "set": is_set} for one, is_set in secrets],
            }
        )
        return 0
    result(styled(f"# {path}, and what goes before it in the environment", "dim"))
    for table, group in groupby(sorted(settings, key=_place), key=lambda each: each.path[:-1]):
        lines = [_line(each) for each in group if _is_told(each)]
        if table and (lines or (table[0] in ("sources", "targets") and len(table) == 2)):
            result("")
            result(styled(_heading(table), "bold"))
        for line in lines:
            result(line)
    if any(each.path[0] == "sources" for each in settings):
        result(styled("\n# all other keys of sources are default; --json lists them too", "dim"))
    for name, is_set in secrets:
        result(styled(f"# {name} is {'set' if is_set else 'not set'}", "dim"))
    return 0


def shown(setting: Setting) -> Any:
    """A value without what of it is secret."""
    return setting.key.hidden(setting.value) if setting.key.hidden and setting.value else setting.value


def _secrets(settings: Iterable[Setting], environ: Mapping[str, str]) -> Iterable[tuple[str, bool]]:
    """The variables that hold passwords for what is set up, and whether they are set."""
    for table in dict.fromkeys(each.path[:-1] for each in settings):
        kind = keys.ALERTS if table == ("alerts",) else keys.TARGET if table[:1] == ("targets",) else None
        used = any(each.origin != "default" for each in settings if each.path[:-1] == table)
        for key in kind.keys if kind and used else ():
            if isinstance(key.kind, Secret):
                name = variable((*table, key.name))
                yield name, bool(environ.get(name))


def _place(setting: Setting) -> tuple[int, tuple[str, ...]]:
    """In the order of the documentation, a table after the table that it is below."""
    top = [key.name for key in keys.TOP.keys]
    return (top.index(setting.path[0]) if len(setting.path) > 1 else -1, setting.path[:-1])


def _is_told(setting: Setting) -> bool:
    return setting.origin != "default" or setting.path[0] != "sources"


def _line(setting: Setting) -> str:
    value = shown(setting)
    spelt = setting.key.kind.spelt(str(value) if isinstance(value, Path) else value)
    said = f"environment, {setting.variable}" if setting.variable else _FROM[setting.origin]
    if setting.origin == "default" and value in (None, "", ()):
        said = setting.key.otherwise.replace("`", "") or "none"
        return styled(f"# {setting.path[-1]}: {said}", "dim")
    return f"{setting.path[-1]} = {printable(spelt)}  {styled(f'# {said}', 'dim')}"


def _heading(table: tuple[str, ...]) -> str:
    return f"[{'.'.join(quoted(each) if '.' in each else each for each in table)}]"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
