"""What `add`, `try` and `sources` share: what a person means, whether it is followed already, asking, OPML files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wirecopy import config as configs
from wirecopy import urls
from wirecopy.cli.terminal import Bar
from wirecopy.config.checks import NO_ID
from wirecopy.errors import ConfigError, Refused, SourceError
from wirecopy.model import Source, replace
from wirecopy.outlets import shipped, source_of

_FEW = 3  # feeds of a list, each of which is looked at before it is followed

if TYPE_CHECKING:
    from wirecopy.collect.discover.opml import Subscription
    from wirecopy.collect.scout import Finding
    from wirecopy.config import Config

_ADDRESS = re.compile(r"(?:feed:)?(?://)?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?::\d{1,5})?(?:[/?#].*)?", re.IGNORECASE)


def address_of(words: str) -> str:
    """The web address that a person means, "" when it is none: also without its https://, also with feed: before."""
    bare = words.strip().removeprefix("feed:")
    if "://" in bare or bare.startswith("//"):
        spelt = bare.replace("feed://", "http://", 1) if "://" in bare else "https:" + bare
    elif words not in shipped() and _ADDRESS.fullmatch(bare) and not Path(words).exists():
        spelt = "https://" + bare
    else:
        return ""
    try:
        return urls.parse(spelt)
    except ValueError as error:
        raise ConfigError(f"{error}; write it as https://example.org/") from error


def checked(address: str, config: Config) -> str:
    """The address again. Raises ConfigError for one that is never asked, and says how it may be."""
    from wirecopy.collect.fetch.guard import Guard

    try:
        Guard(frozenset(config.allow_private)).target(address)
    except Refused as refusal:
        host = urls.host(address)
        if "only the public internet" not in str(refusal):
            raise ConfigError(str(refusal)) from None
        raise ConfigError(
            f'{refusal}; if it is an outlet of your own, open it in {config.path}: allow_private = ["{host}"]'
        ) from None
    return address


def checked_id(source_id: str, config: Config) -> str:
    """The id that a person gave, or none, again. Raises ConfigError for one that can't be, or is taken."""
    if source_id and not urls.is_id(source_id):
        raise ConfigError(f"--id {source_id!r} {NO_ID}")
    if source_id in taken_by(config):
        raise ConfigError(f"--id {source_id!r} is taken, by a source of {config.path} or an outlet that ships")
    return source_id


def followed(config: Config, addresses: Iterable[str]) -> Source | None:
    """The source of the file that follows one of these addresses already."""
    wanted = {_bare(each) for each in addresses if each}
    for source in config.sources:
        own = (*source.feeds, *source.sitemaps, *source.listings, source.homepage)
        if wanted & {_bare(each) for each in own if each}:
            return source
    return None


def shipped_at(address: str) -> Source | None:
    """The shipped outlet that this address belongs to; its language is chosen by the path. Raises ConfigError where
    only the host is an outlet's: then its languages are told.
    """
    if source := source_of(address) or source_of(address.partition("?")[0].rstrip("/") + "/"):
        return source
    bare = _bare(address)
    here = urls.host(address).removeprefix("www.")
    same = []
    for source in shipped().values():
        if bare in {_bare(each) for each in (*source.feeds, *source.sitemaps, *source.listings)}:
            return source
        if urls.host(source.homepage).removeprefix("www.") == here:
            same.append(source.id)
    if len(same) == 1 and bare == here:
        return shipped()[same[0]]
    if same and bare == here:
        some = ", ".join(same[:6]) + (" …" if len(same) > 6 else "")
        raise ConfigError(f"{address} has several editions that ship with wirecopy; add one of: {some}")
    return None


def scouted(
    config: Config,
    addresses: Sequence[str],
    *,
    clock: Callable[[], datetime],
    articles: int,
    taken: Iterable[str] = (),
    of_article: bool = True,
    shown: Bar | None = None,
) -> list[Finding]:
    """What these addresses are, each through one door."""
    import asyncio

    from wirecopy.collect.fetch import Fetcher
    from wirecopy.collect.scout import scout

    tell = shown or Bar(shown=False)

    async def go() -> list[Finding]:
        async with Fetcher(
            contact=config.contact or configs.PROJECT,
            clock=clock,
            proxy=config.proxy,
            allow=frozenset(config.allow_private),
            attempts=2,
            on_wait=lambda host, _seconds: tell.note(f"waiting for {host}"),
        ) as door:
            found: list[Finding] = []
            for done, address in enumerate(addresses):
                named = (each.source.id for each in found if each.source)
                finding = await scout(
                    address,
                    door,
                    now=clock(),
                    articles=articles,
                    taken=(*taken, *named),
                    of_article=of_article,
                    tell=lambda what, done=done: tell.step("scout", done, len(addresses), what),  # type: ignore[misc]
                )
                found.append(finding)
            return found

    return asyncio.run(go())


def taken_by(config: Config) -> tuple[str, ...]:
    """The ids that a new source must not have."""
    return (*(source.id for source in config.sources), *shipped())


def subscribed(
    subscriptions: Sequence[Subscription], config: Config
) -> tuple[list[Subscription], list[tuple[Subscription, Source]]]:
    """What of an OPML file is new, each with an id of its own, and what is followed already, with the source that
    does. A feed of a shipped outlet becomes that outlet.
    """
    from wirecopy.collect.scout.weighing import named

    new: list[Subscription] = []
    known: list[tuple[Subscription, Source]] = []
    taken = set(taken_by(config))
    for each in subscriptions:
        source = each.source
        if own := followed(config, source.feeds):
            known.append((each, own))
            continue
        ships = next((ship for feed in source.feeds if (ship := _shipped_with(feed))), None)
        if ships is not None:
            if any(ships.id == one.source.id for one in new):
                continue
            new.append(replace(each, source=ships))
            continue
        given = source.id if urls.is_id(source.id) and source.id not in taken else ""
        name = given or named(source.homepage or source.feeds[0], source.name, taken)
        taken.add(name)
        new.append(replace(each, source=replace(source, id=name, name=source.name or name)))
    return new, known


def looked_at(
    subscriptions: Sequence[Subscription],
    config: Config,
    *,
    clock: Callable[[], datetime],
    shown: Bar | None = None,
) -> tuple[Subscription, ...]:
    """The subscriptions of a short list, as a scout finds them; a long list, and what does not answer, as it is."""
    if len(subscriptions) > _FEW:
        return tuple(subscriptions)
    found = []
    for each in subscriptions:
        source = each.source
        try:
            (finding,) = scouted(config, source.feeds[:1], clock=clock, articles=3, shown=shown)
        except SourceError:
            finding = None
        if finding is not None and finding.source is not None and finding.source.feeds:
            better = finding.source
            source = replace(better, id=source.id, name=source.name or better.name, feeds=source.feeds)
        found.append(replace(each, source=source))
    return tuple(found)


def _shipped_with(feed: str) -> Source | None:
    return next((each for each in shipped().values() if _bare(feed) in {_bare(own) for own in each.feeds}), None)


def _bare(address: str) -> str:
    """An address without what changes nothing: scheme, www., a last slash, a fragment."""
    place = urls.canonical(urls.resolve(address) or address).partition("://")[2]
    return place.removeprefix("www.").rstrip("/")
