"""Tables -> nouns. Collects complaints instead of stopping at the first, and remembers where each value came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from wirecopy import urls
from wirecopy.config import keys
from wirecopy.config.checks import NO_ID, near
from wirecopy.config.environment import variable
from wirecopy.config.keys import Key, Table
from wirecopy.config.kinds import Many, Place, Secret, Sub, Whole, Wrong
from wirecopy.config.nouns import Alerts, Config, Watch
from wirecopy.errors import ConfigError
from wirecopy.model import PageRules, Source, replace
from wirecopy.outlets import shipped, shipped_source
from wirecopy.publish.look import Data, Epub, Feeds, Look, Zim

if TYPE_CHECKING:
    # Named only: most files hold none.
    from wirecopy.collect.discover.opml import Outline
    from wirecopy.send.targets import Target


class Setting(msgspec.Struct, frozen=True):
    """A key as it stands: `path` is of its tables and its name, `origin` one of ORIGINS, `variable` the
    one that says so.
    """

    path: tuple[str, ...]
    key: Key
    value: Any
    origin: str
    variable: str = ""


ORIGINS = ("environment", "file", "outlet", "default")
"""Who says what a key is, the first before the others."""


class Reader:
    """Reads the tables of one file."""

    def __init__(self, path: Path, origins: Mapping[tuple[str, ...], str] | None = None) -> None:
        self.path = path
        self.complaints: list[str] = []
        self.settings: list[Setting] = []
        self._origins = origins or {}
        self._outlines: list[tuple[str, Outline]] = []

    def config(self, tables: Mapping[str, object]) -> Config:
        """The whole file."""
        top = self._values(keys.TOP, (), tables)
        publish = top["publish"]
        return Config(
            path=self.path,
            **{key: top[key] for key in ("contact", "archive", "public", "proxy", "allow_private", "site_rules")},
            workers=top["workers"],
            respect=top["respect"],
            watch=Watch(**top["watch"]),
            alerts=Alerts(**top["alerts"]),
            **{key: publish[key] for key in ("formats", "layout", "pictures")},
            look=Look(**{key: publish[key] for key in Look.__struct_fields__ if key in publish}),
            feeds=Feeds(**publish["feeds"]),
            epub=Epub(**publish["epub"]),
            zim=Zim(**publish["zim"]),
            data=Data(**publish["data"]),
            targets=tuple(self._target(name, table) for name, table in top["targets"].items()),
            sources=tuple(self.source(name, table, top["respect"]) for name, table in top["sources"].items()),
            outlines=tuple(self._outlines),
        )

    def source(self, source_id: str, table: Mapping[str, object], respect: tuple[str, ...] | None = None) -> Source:
        """One source's table. `respect` is what counts where it does not say."""
        path = ("sources", source_id)
        ships = self._base(source_id, table)
        base = replace(ships, name=ships.name or source_id, respect=ships.respect if respect is None else respect)
        values = self._values(keys.SOURCE, path, table, base, ships)
        values["kinds"] = values["kinds"] or base.kinds
        values["page"] = replace(base.page, **values["page"])
        self._outline(source_id, values.pop("outline"))
        del values["outlet"]
        for key in ("feeds", "sitemaps", "listings"):  # a password is never sent, and would stand in every reason
            values[key] = tuple(map(urls.without_user, values[key]))
        source = replace(base, **values | {"homepage": urls.without_user(values["homepage"])})
        if not (source.feeds or source.sitemaps or source.listings):
            self._complain(
                path,
                'says nowhere where its articles are listed; add feeds = ["https://…"], sitemaps = ["https://…"] '
                'or listings = ["https://…"]',
            )
        if source.read == "feed" and not source.feeds:
            self._complain(
                path, 'takes its articles from feeds (read = "feed") and names none; add feeds = ["https://…"]'
            )
        return source

    # --- one table each

    def _values(
        self,
        table: Table,
        path: tuple[str, ...],
        given: Mapping[str, object],
        base: Source | PageRules | None = None,
        ships: Source | PageRules | None = None,
    ) -> dict[str, Any]:
        """What each key of a table says, by the field that it fills; `base` goes before the table's own defaults, and
        `ships` is what of it is an outlet's that ships.
        """
        self._unknown(path, given, [key.name for key in table.keys])
        found: dict[str, Any] = {}
        for key in table.keys:
            field = key.field or key.name
            own = getattr(base, field, None)
            default = table.default(key) if own is None else own
            if isinstance(key.kind, Sub):
                below = own if isinstance(own, PageRules) else None
                tables = self._below(path, given, key.name)
                found[field] = self._values(key.kind.table, (*path, key.name), tables, below, below)
            elif isinstance(key.kind, Many):
                found[field] = dict(self._many(key, self._below(path, given, key.name)))
            elif isinstance(key.kind, Secret):
                if key.name in given:
                    self._read(key, path, given, default)
            else:
                is_shipped = getattr(ships, field, None) not in (None, table.default(key))
                found[field] = self._value(key, path, given, default, is_shipped=is_shipped)
        return found

    def _value(
        self, key: Key, path: tuple[str, ...], given: Mapping[str, object], default: Any, *, is_shipped: bool
    ) -> Any:
        """What one key says; who says so is noted."""
        here = (*path, key.name)
        value = self._read(key, path, given, default) if key.name in given else default
        if not value and (
            isinstance(key.kind, Place) or (isinstance(key.kind, Whole) and default and not key.kind.is_zero_meant)
        ):
            value = default  # no place, or 0 books, is nobody's wish
        if isinstance(key.kind, Place):
            value = self.path.parent / value if value else None
        if key.required and key.name not in given:
            self._complain(path, f"says not {key.name}: {key.plain[0].lower()}{key.plain[1:].rstrip('.')}")
        origin = "outlet" if is_shipped else "default"
        if key.name in given:
            origin = "environment" if here in self._origins else "file"
        self.settings.append(Setting(here, key, value, origin, self._origins.get(here, "")))
        return value

    def _read(self, key: Key, path: tuple[str, ...], given: Mapping[str, object], default: Any) -> Any:
        try:
            return key.kind.read(key.name, given[key.name])
        except Wrong as wrong:
            for each in wrong.complaints:
                self._complain(path, each.replace("{env}", variable((*path, key.name))))
            return default if wrong.meant is None else wrong.meant

    def _many(self, key: Key, given: Mapping[str, object]) -> Iterable[tuple[str, dict[str, object]]]:
        for name in given:
            if not urls.is_id(name):
                self._complain((key.name, name), NO_ID)
                continue
            yield name, self._below((key.name,), given, name)

    def _target(self, name: str, table: Mapping[str, object]) -> Target:
        from wirecopy.send.targets import Target  # here: most files hold none

        return Target(name=name, **self._values(keys.TARGET, ("targets", name), table))

    def _outline(self, source_id: str, said: dict[str, Any]) -> None:
        """What an OPML file said of a source: kept to be written again, and never looked at."""
        if said["folders"] or said["attributes"]:
            from wirecopy.collect.discover.opml import Outline  # here: most files hold none

            self._outlines.append((source_id, Outline(**said)))

    def _base(self, source_id: str, table: Mapping[str, object]) -> Source:
        said = table.get("outlet")
        outlet = said if isinstance(said, str) else source_id if source_id in shipped() else ""
        if not outlet and table:
            return Source(id=source_id)
        try:
            return replace(shipped_source(outlet or source_id), id=source_id)
        except ConfigError as error:
            self._complain(("sources", source_id), str(error))
            return Source(id=source_id, feeds=("?",))  # complained of once is enough

    # --- complaints

    def _below(self, path: tuple[str, ...], given: Mapping[str, object], key: str) -> dict[str, object]:
        value = given.get(key, {})
        if isinstance(value, dict):
            return value
        self._complain(path, f"{key} must be a table, not {value!r}")
        return {}

    def _unknown(self, path: tuple[str, ...], given: Mapping[str, object], known: list[str]) -> None:
        for key in given:
            if key not in known:
                hint = near(key, known) or f"known keys: {', '.join(known)}"
                self._complain(path, f"has an unknown key {key!r}; {hint}")

    def _complain(self, path: tuple[str, ...], what: str) -> None:
        self.complaints.append(f"{self.path}: {keys.where(path)} {what}".replace(":  ", ": "))
