"""wirecopy.toml -> Config. A complaint names the table and the key, and suggests the right one.

A mirror is a folder: `wirecopy.toml`, the archive beside it, the published files below it. Paths in the file are
relative to the file. Where the file is looked for is told in docs/config.md.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wirecopy import urls
from wirecopy.errors import ConfigError
from wirecopy.model import Noun, PageRules, Source, replace
from wirecopy.outlets import shipped, shipped_source
from wirecopy.publish import DEFAULT_FORMATS, FORMATS, LAYOUTS, PICTURES
from wirecopy.publish.look import LANGUAGES, TIERS, Data, Epub, Feeds, Look, Zim

if TYPE_CHECKING:
    from wirecopy.collect.discover.opml import Outline  # named only: most files hold none

FILE = "wirecopy.toml"
PROJECT = "https://github.com/wirecopy/wirecopy"


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
    sources: tuple[Source, ...] = ()
    outlines: tuple[tuple[str, Outline], ...] = ()

    def source(self, source_id: str) -> Source:
        """The source of this id. Raises ConfigError, with the nearest ones, when the file has none."""
        for source in self.sources:
            if source.id == source_id:
                return source
        known = [source.id for source in self.sources]
        hint = _near(source_id, known) or (f"it has: {', '.join(known)}" if known else "it has none yet")
        raise ConfigError(f"{self.path} has no source {source_id!r}; {hint}; `wirecopy add {source_id}` adds it")


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


def load(path: Path) -> Config:
    """Read a config file. Raises ConfigError with every complaint at once."""
    try:
        written = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no {path}; `wirecopy init` writes one to start from, `wirecopy add dw-zh` one with an outlet"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error
    return _with_site_rules(parse(written, path))


def parse(written: str, path: Path) -> Config:
    """The config in this text, as if it stood at `path`. Raises ConfigError with every complaint at once."""
    try:
        tables = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    reader = _Reader(path)
    config = reader.config(tables)
    if reader.complaints:
        raise ConfigError("\n".join(reader.complaints))
    return config


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


def template(contact: str = "") -> str:
    """A file to start from."""
    return f"""\
# A wirecopy mirror. Every key: {PROJECT}/blob/main/docs/config.md

# Who runs this mirror: a mail address or a page, sent to every outlet with each request (in the User-Agent).
contact = "{contact}"

# archive = "wirecopy.db"     # where articles, revisions and evidence are kept
# public = "public"           # where `wirecopy publish` writes

# [publish]
# formats = ["site", "markdown"]
# title = "…"                 # what readers call this mirror
# address = "https://…/"      # where the public folder will stand, for feeds and search engines
# layout = "plain"            # or "classic"
# pictures = "own"            # or "none", "outlet", "proxy", for all sources: where documents show pictures from

# An outlet that ships with wirecopy needs no more than its table: [sources.dw-zh]
"""


def with_source(written: str, source_id: str) -> str:
    """The text of a config file with one shipped source more. The rest of the file stays as it is."""
    return with_table(written, shipped_source(source_id))


def with_table(written: str, source: Source, outline: Outline | None = None) -> str:
    """The text of a config file with one source more; the rest of it stays as it is.

    Only keys are written that say something else than the defaults, or than the shipped outlet of this id:
    `parse(with_table(written, source)).source(source.id) == source`.
    """
    base = shipped()[source.id] if source.id in shipped() else Source(id=source.id, name=source.id)
    name = source.id if "." not in source.id else _quoted(source.id)
    lines = [f"[sources.{name}]"]
    for key in Source.__struct_fields__:
        value = getattr(source, key)
        if key not in ("id", "page", "kinds") and value != getattr(base, key):
            lines.append(f"{key} = {_written(value)}")
    if source.kinds != base.kinds:
        lines.append(f"kinds = {_inline(source.kinds)}")
    rules = [(each, getattr(source.page, each)) for each in PageRules.__struct_fields__]
    changed = [f"{each} = {_written(value)}" for each, value in rules if value != getattr(base.page, each)]
    if changed:
        lines += ["", f"[sources.{name}.page]", *changed]
    if outline is not None and (outline.folders or outline.attributes):
        lines += ["", f"[sources.{name}.outline]"]
        if outline.folders:
            lines.append(f"folders = [{', '.join(map(_inline, outline.folders))}]")
        if outline.attributes:
            lines.append(f"attributes = {_inline(outline.attributes)}")
    return written.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"


def _written(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return _quoted(value) if isinstance(value, str) else f"{value}"


def _inline(pairs: Iterable[tuple[str, str]]) -> str:
    return "{ " + ", ".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in pairs) + " }"


def _quoted(words: str) -> str:
    """Words as a TOML string: JSON's strings are, but for DEL and for halves of characters."""
    whole = words.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007F")


# --- reading -------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads tables into nouns and collects complaints instead of stopping at the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.complaints: list[str] = []
        self.outlines: list[tuple[str, Outline]] = []

    def complain(self, where: str, what: str) -> None:
        self.complaints.append(f"{self.path}: {where} {what}".replace(":  ", ": "))

    def config(self, tables: Mapping[str, object]) -> Config:
        keys = ("contact", "archive", "public", "proxy", "allow_private", "site_rules", "workers", "publish", "sources")
        self.unknown("", tables, keys)
        here = self.path.parent
        publish = self.table("", tables, "publish")
        of_site = (each for each in Look.__struct_fields__ if each != "beside")
        self.unknown("[publish]", publish, ("layout", "pictures", "formats", *of_site, "feeds", "epub", "zim", "data"))
        return Config(
            path=self.path,
            contact=self.words("", tables, "contact", "", _is_contact),
            archive=here / self.words("", tables, "archive", "wirecopy.db"),
            public=here / self.words("", tables, "public", "public"),
            layout=self.one_of("[publish]", publish, "layout", LAYOUTS),
            pictures=self.one_of("[publish]", publish, "pictures", PICTURES, default=""),
            formats=self.list_of("[publish]", publish, "formats", DEFAULT_FORMATS, _one_of(FORMATS)),
            look=self.look("[publish]", publish),
            feeds=self.feeds("[publish.feeds]", self.table("[publish]", publish, "feeds")),
            epub=self.epub("[publish.epub]", self.table("[publish]", publish, "epub")),
            zim=self.zim("[publish.zim]", self.table("[publish]", publish, "zim")),
            data=self.data("[publish.data]", self.table("[publish]", publish, "data")),
            proxy=self.words("", tables, "proxy", "", _is_proxy),
            allow_private=self.list_of("", tables, "allow_private"),
            workers=self.whole("", tables, "workers", most=64),
            site_rules=here / self.words("", tables, "site_rules", "") if tables.get("site_rules") else None,
            sources=tuple(self.sources(self.table("", tables, "sources"))),
            outlines=tuple(self.outlines),
        )

    def look(self, where: str, table: Mapping[str, object]) -> Look:
        return Look(
            title=self.words(where, table, "title", "", _is_line),
            interface=self.words(where, table, "interface", "", _one_of(("", *LANGUAGES))),
            address=self.words(where, table, "address", "", _is_folder),
            contact=self.words(where, table, "contact", "", _is_line),
            tiers=self.list_of(where, table, "tiers", TIERS, _one_of(TIERS)),
            budget=self.size(where, table, "budget"),
            scripts=self.yes(where, table, "scripts"),
        )

    def feeds(self, where: str, table: Mapping[str, object]) -> Feeds:
        self.unknown(where, table, Feeds.__struct_fields__)
        most = self.whole(where, table, "most", most=1000)
        return Feeds(most=most or Feeds().most, hub=self.words(where, table, "hub", "", _is_address))

    def epub(self, where: str, table: Mapping[str, object]) -> Epub:
        self.unknown(where, table, Epub.__struct_fields__)
        base = Epub()
        return Epub(
            issues=self.list_of(where, table, "issues", base.issues, _one_of(("day", "week", "section"))),
            days=self.whole(where, table, "days", most=10_000) or base.days,
            weeks=self.whole(where, table, "weeks", most=1_000) or base.weeks,
            budget=self.size(where, table, "budget", base.budget),
            only_new=self.yes(where, table, "only_new"),
        )

    def zim(self, where: str, table: Mapping[str, object]) -> Zim:
        self.unknown(where, table, Zim.__struct_fields__)
        said = {key: self.words(where, table, key, "", _is_line) for key in Zim.__struct_fields__ if key != "tier"}
        return Zim(tier=self.one_of(where, table, "tier", ("small", "text")), **said)

    def data(self, where: str, table: Mapping[str, object]) -> Data:
        self.unknown(where, table, Data.__struct_fields__)
        formats = Data().formats
        return Data(formats=self.list_of(where, table, "formats", formats, _one_of(formats)))

    def sources(self, tables: Mapping[str, object]) -> Iterable[Source]:
        for source_id in tables:
            where = f"[sources.{source_id}]"
            if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,63}", source_id):
                self.complain(where, "is no id: use small letters, digits, dots and hyphens, 64 at most")
                continue
            yield self.source(where, source_id, self.table("[sources]", tables, source_id))

    def source(self, where: str, source_id: str, table: Mapping[str, object]) -> Source:
        keys = {
            "outlet", "name", "language", "homepage", "family", "feeds", "sitemaps", "listings", "key", "kinds", "asks",
            "strip", "keep", "drop", "reader", "read", "page", "zone", "pictures", "every", "pace",
            "keep_captures", "keep_pictures",
            "outline",
        }  # fmt: skip
        self.unknown(where, table, sorted(keys))
        self.outline(source_id, self.table(where, table, "outline"))
        base = self.base(where, source_id, table)
        kinds = self.table(where, table, "kinds")
        source = replace(
            base,
            name=self.words(where, table, "name", base.name or source_id),
            language=self.words(where, table, "language", base.language),
            homepage=self.words(where, table, "homepage", base.homepage, _is_address),
            family=self.words(where, table, "family", base.family),
            feeds=self.list_of(where, table, "feeds", base.feeds, _is_address),
            sitemaps=self.list_of(where, table, "sitemaps", base.sitemaps, _is_address),
            listings=self.list_of(where, table, "listings", base.listings, _is_address),
            key=self.words(where, table, "key", base.key, _is_key),
            kinds=tuple((name, str(value)) for name, value in kinds.items()) or base.kinds,
            asks=self.list_of(where, table, "asks", base.asks, _is_template),
            strip=self.list_of(where, table, "strip", base.strip),
            keep=self.list_of(where, table, "keep", base.keep, _is_pattern),
            drop=self.list_of(where, table, "drop", base.drop, _is_pattern),
            reader=self.words(where, table, "reader", base.reader, _is_reader),
            read=self.one_of(where, table, "read", ("page", "feed"), default=base.read),
            page=self.page_rules(f"[sources.{source_id}.page]", self.table(where, table, "page"), base.page),
            zone=self.words(where, table, "zone", base.zone, _is_zone),
            pictures=self.one_of(where, table, "pictures", ("own", "proxy", "none"), default=base.pictures),
            every=self.seconds(where, table, "every", base.every, least=60),
            pace=self.seconds(where, table, "pace", base.pace, least=0),
            keep_captures=self.seconds(where, table, "keep_captures", base.keep_captures, least=0),
            keep_pictures=self.seconds(where, table, "keep_pictures", base.keep_pictures, least=0),
        )
        if not (source.feeds or source.sitemaps or source.listings):
            self.complain(
                where,
                'says nowhere where its articles are listed; add feeds = ["https://…"], sitemaps = ["https://…"] '
                'or listings = ["https://…"]',
            )
        if source.read == "feed" and not source.feeds:
            self.complain(
                where, 'takes its articles from feeds (read = "feed") and names none; add feeds = ["https://…"]'
            )
        return source

    def outline(self, source_id: str, table: Mapping[str, object]) -> None:
        """What an OPML file said of a source: kept to be written again, and never looked at."""
        where = f"[sources.{source_id}.outline]"
        self.unknown(where, table, ("folders", "attributes"))
        if not table:
            return
        from wirecopy.collect.discover.opml import Outline  # here: most files hold none

        folders, attributes = table.get("folders", []), self.table(where, table, "attributes")
        if not isinstance(folders, list) or not all(isinstance(each, dict) for each in folders):
            self.complain(
                where, f'folders must be a list of tables, as in folders = [{{ text = "News" }}], not {folders!r}'
            )
            folders = []
        said = [tuple((key, str(value)) for key, value in each.items()) for each in (attributes, *folders)]
        self.outlines.append((source_id, Outline(attributes=said[0], folders=tuple(said[1:]))))

    def page_rules(self, where: str, table: Mapping[str, object], base: PageRules) -> PageRules:
        self.unknown(where, table, PageRules.__struct_fields__)
        days = {each: self.words(where, table, each, getattr(base, each), _is_day) for each in ("since", "until")}
        selectors = [each for each in PageRules.__struct_fields__ if each not in days]
        found = {each: self.list_of(where, table, each, getattr(base, each), _is_selector) for each in selectors}
        return replace(base, **found, **days)

    def base(self, where: str, source_id: str, table: Mapping[str, object]) -> Source:
        outlet = self.words(where, table, "outlet", source_id if source_id in shipped() else "")
        if not outlet and table:
            return Source(id=source_id)
        try:
            return replace(shipped_source(outlet or source_id), id=source_id)
        except ConfigError as error:
            self.complain(where, str(error))
            return Source(id=source_id, feeds=("?",))  # complained of once is enough

    # --- one key each

    def unknown(self, where: str, table: Mapping[str, object], keys: Iterable[str]) -> None:
        known = list(keys)
        for key in table:
            if key not in known:
                hint = _near(key, known) or f"known keys: {', '.join(known)}"
                self.complain(where, f"has an unknown key {key!r}; {hint}")

    def table(self, where: str, tables: Mapping[str, object], key: str) -> dict[str, object]:
        value = tables.get(key, {})
        if isinstance(value, dict):
            return value
        self.complain(where, f"{key} must be a table, not {value!r}")
        return {}

    def words(
        self,
        where: str,
        table: Mapping[str, object],
        key: str,
        default: str,
        wrong: Callable[[str], str] | None = None,
    ) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            self.complain(where, f'{key} must be words in quotes, as in {key} = "…", not {value!r}')
            return default
        if key in table and wrong and (reason := wrong(value)):
            self.complain(where, f"{key} = {value!r}: {reason}")
        return value

    def one_of(
        self, where: str, table: Mapping[str, object], key: str, choices: tuple[str, ...], *, default: str | None = None
    ) -> str:
        return self.words(where, table, key, choices[0] if default is None else default, _one_of(choices))

    def list_of(
        self,
        where: str,
        table: Mapping[str, object],
        key: str,
        default: tuple[str, ...] = (),
        wrong: Callable[[str], str] | None = None,
    ) -> tuple[str, ...]:
        value = table.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.complain(where, f'{key} must be a list of words, as in {key} = ["…", "…"], not {value!r}')
            return default
        if key in table and wrong:
            for item in value:
                if reason := wrong(item):
                    self.complain(where, f"{key}: {item!r}: {reason}")
        return tuple(value)

    def whole(self, where: str, table: Mapping[str, object], key: str, *, most: int) -> int | None:
        value = table.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most):
            return value
        self.complain(where, f"{key} must be a whole number from 0 to {most}, not {value!r}")
        return None

    def yes(self, where: str, table: Mapping[str, object], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.complain(where, f"{key} must be true or false, not {value!r}")
        return value is True

    def size(self, where: str, table: Mapping[str, object], key: str, default: int = 0) -> int:
        value = table.get(key, default)
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB)", value) if isinstance(value, str) else None
        if found:
            return int(float(found[1]) * {"KB": 1e3, "MB": 1e6, "GB": 1e9}[found[2]])
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.complain(where, f'{key} must be a size, as "30MB" or a number of bytes, not {value!r}')
        return 0

    def seconds(self, where: str, table: Mapping[str, object], key: str, default: float, *, least: float) -> float:
        value = table.get(key, default)
        seconds = _seconds(value)
        if seconds is None or seconds < least:
            self.complain(
                where, f'{key} must be {least:g} seconds or more, as a number or as "15m", "2h", not {value!r}'
            )
            return default
        return seconds


def readers() -> tuple[str, ...]:
    """The readers that sources may name."""
    return tuple(sorted({source.reader for source in shipped().values() if source.reader}))


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def _seconds(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)", value) if isinstance(value, str) else None
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]] if match else None


def _is_address(value: str) -> str:
    try:
        urls.parse(value)
    except ValueError:
        return "this is no http or https address"
    return ""


def _is_folder(value: str) -> str:
    return "" if not value else _is_address(value) or ("" if value.endswith("/") else "it must end with a slash")


def _is_line(value: str) -> str:
    return "" if value.isprintable() and len(value) <= 200 else "it must be one line of at most 200 characters"


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def wrong(value: str) -> str:
        return "" if value in choices else _near(value, choices) or f"it is one of {', '.join(filter(None, choices))}"

    return wrong


def _is_template(value: str) -> str:
    try:
        home = "https://example.org"
        address = value.format(origin=home, url=home, key="1", kind="a", language="en")
    except (KeyError, IndexError, ValueError):
        return "it may hold {origin}, {url}, {key}, {kind} and {language}, and no other brace"
    return _is_address(address)


def _is_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        return f"this is no regular expression ({error})"
    return ""


def _is_key(value: str) -> str:
    return _is_pattern(value) or ("" if "(?P<key>" in value else "it needs a group (?P<key>…) that finds the id")


def _is_reader(value: str) -> str:
    return "" if value in readers() else _near(value, readers()) or f"there are: {', '.join(readers())}"


def _is_selector(value: str) -> str:
    from wirecopy.selectors import compiled  # here: it loads lxml, and most files hold no selector

    try:
        compiled(value)
    except ValueError as error:
        return str(error)
    return ""


def _is_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "this is no day; write it as 2026-11-22"
    return ""


def _is_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return "this is no time zone of the IANA list, as Asia/Shanghai is"
    return ""


def _is_contact(value: str) -> str:
    if not value.isprintable() or len(value) > 200:
        return "it must be one line of at most 200 characters"
    return (
        "" if value.isascii() and not set("()\\") & set(value) else "it must be ASCII without parentheses (User-Agent)"
    )


def _is_proxy(value: str) -> str:
    if not value or re.match(r"(https?|socks5h?)://", value):
        return ""
    return "it must begin with http://, https://, socks5:// or socks5h://"
