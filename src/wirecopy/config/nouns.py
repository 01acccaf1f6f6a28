"""What an operator wants, as nouns: the whole file, how it is watched, whom alerts reach. Where publications go is a
noun of `wirecopy.send`, which is loaded for files that name a target.

A field is a key of the file, declared once in `keys.py`; the defaults stand here and nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy.config.checks import near
from wirecopy.errors import ConfigError
from wirecopy.model import Noun, Source
from wirecopy.outlets import shipped
from wirecopy.publish import DEFAULT_FORMATS
from wirecopy.publish.look import Data, Epub, Feeds, Look, Zim

if TYPE_CHECKING:
    # Named only: most files hold none.
    from wirecopy.collect.discover.opml import Outline
    from wirecopy.send.targets import Target


class Watch(Noun, frozen=True, kw_only=True):
    """`collect --watch`: how many sources it asks at a time."""

    at_once: int = 32


class Alerts(Noun, frozen=True, kw_only=True):
    """Whom alerts reach: `email` addresses by way of `smtp`, `webhooks`, a `command` as its words; none where empty.

    `sender` is the key `from`. The password is no field: `secrets.password` reads it when it is used.
    """

    email: tuple[str, ...] = ()
    sender: str = ""
    smtp: str = ""
    smtp_user: str = ""
    password_file: Path | None = None
    webhooks: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


class Config(Noun, frozen=True, kw_only=True):
    """What the operator wants. Every field is a key of the file, documented in docs/config.md."""

    path: Path
    contact: str = ""
    archive: Path
    public: Path
    formats: tuple[str, ...] = DEFAULT_FORMATS
    look: Look = Look()
    feeds: Feeds = Feeds()
    epub: Epub = Epub()
    zim: Zim = Zim()
    data: Data = Data()
    layout: str = "plain"
    pictures: str = ""
    proxy: str = ""
    allow_private: tuple[str, ...] = ()
    site_rules: Path | None = None
    workers: int | None = None
    respect: tuple[str, ...] = ("robots",)
    watch: Watch = Watch()
    alerts: Alerts = Alerts()
    targets: tuple[Target, ...] = ()
    sources: tuple[Source, ...] = ()
    outlines: tuple[tuple[str, Outline], ...] = ()

    def source(self, source_id: str) -> Source:
        """The source of this id. Raises ConfigError, with the nearest ones, when the file has none."""
        for source in self.sources:
            if source.id == source_id:
                return source
        known = [source.id for source in self.sources]
        hint = near(source_id, known) or (f"it has: {', '.join(known)}" if known else "it has none yet")
        added = f"; `wirecopy add {source_id}` adds it" if source_id in shipped() else ""
        raise ConfigError(f"{self.path} has no source {source_id!r}; {hint}{added}")

    def target(self, name: str) -> Target:
        """The target of this name. Raises ConfigError, with the nearest ones, when the file has none."""
        for target in self.targets:
            if target.name == name:
                return target
        known = [target.name for target in self.targets]
        hint = near(name, known) or (f"it has: {', '.join(known)}" if known else "it has none yet")
        raise ConfigError(f'{self.path} has no target {name!r}; {hint}; [targets.{name}] with to = "…" makes one')
