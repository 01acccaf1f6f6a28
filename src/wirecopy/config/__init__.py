"""wirecopy.toml -> Config. A complaint names the table and the key, and suggests the right one.

A mirror is a folder: `wirecopy.toml`, the archive beside it, the published files below it. Paths in the file are
relative to the file. Where the file is looked for, and how the environment goes before it, is told in docs/config.md.

Its rooms: `nouns` is what comes of a file · `keys` declares every key once, of `kinds` and bound by `checks` ·
`reading` turns tables into nouns · `environment` says what variables say · `secrets` are read when they are used ·
`writing` makes files · `schema` and `settings` tell editors and people.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from wirecopy import urls
from wirecopy.config import environment
from wirecopy.config.checks import readers
from wirecopy.config.nouns import Alerts, Config, Watch
from wirecopy.config.reading import Reader, Setting
from wirecopy.config.secrets import password
from wirecopy.config.writing import PROJECT, template, with_source, with_table
from wirecopy.errors import ConfigError
from wirecopy.model import PageRules, Source, replace

__all__ = [
    "FILE", "PROJECT", "Alerts", "Config", "Setting", "Watch", "find", "load", "parse", "password",
    "readers", "settings", "template", "with_source", "with_table",
]  # fmt: skip

FILE = "wirecopy.toml"


def find(given: str | None) -> Path:
    """The file to read: the one given, $WIRECOPY_CONFIG, ./wirecopy.toml, or the one in the XDG config folder."""
    if given:
        return Path(given)
    if named := os.environ.get("WIRECOPY_CONFIG"):
        return Path(named)
    here = Path(FILE)
    if here.exists():
        return here
    import platformdirs  # here: it costs 25 ms, and most mirrors are a folder

    personal = platformdirs.user_config_path("wirecopy") / FILE
    return personal if personal.exists() else here


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read a config file and what the environment puts before it. Raises ConfigError with every complaint at once."""
    return _with_site_rules(parse(_text(path, environ), path, environ))


def parse(written: str, path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The config in this text, as if it stood at `path`. Raises ConfigError with every complaint at once."""
    return _read(written, path, environ or {})[0]


def settings(path: Path, environ: Mapping[str, str] = os.environ) -> tuple[Setting, ...]:
    """Every key as it stands, and who says so. Raises ConfigError as `load` does."""
    return _read(_text(path, environ), path, environ)[1]


def _text(path: Path, environ: Mapping[str, str]) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        if environment.names_a_source(environ):
            return ""
        raise ConfigError(
            f"there is no {path}; `wirecopy init` writes one to start from, `wirecopy add dw-zh` one with an outlet"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error


def _read(written: str, path: Path, environ: Mapping[str, str]) -> tuple[Config, tuple[Setting, ...]]:
    try:
        tables = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    overlaid = environment.overlay(tables, environ, str(path))
    reader = Reader(path, overlaid.origins)
    config = reader.config(overlaid.tables)
    if complaints := [*overlaid.complaints, *reader.complaints]:
        raise ConfigError("\n".join(complaints))
    return config, tuple(reader.settings)


def _with_site_rules(config: Config) -> Config:
    """The config with rules from its folder of them, for sources that have none of their own."""
    folder = config.site_rules
    if folder is None:
        return config
    if not folder.is_dir():
        raise ConfigError(f"{config.path}: site_rules = {str(folder)!r}: there is no such folder")
    from wirecopy.collect.read import siterules  # here: few mirrors have such a folder

    def ruled(source: Source) -> Source:
        if source.reader or source.page != PageRules():
            return source
        listed = (source.homepage, *source.listings, *source.sitemaps, *source.feeds)
        try:
            found = (siterules.of_host(folder, urls.host(url)) for url in listed if urls.resolve(url))
            return replace(source, page=next((each.rules for each in found if each.file), source.page))
        except OSError as error:
            raise ConfigError(f"{config.path}: site_rules: a file can't be read: {error}") from error

    return replace(config, sources=tuple(map(ruled, config.sources)))
