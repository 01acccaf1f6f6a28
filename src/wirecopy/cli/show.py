"""Results in words: rounds, sources, articles. Every function prints to stdout and decides nothing."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wirecopy import dates
from wirecopy.archive.protocol import Archive
from wirecopy.cli.terminal import ago, as_json, result, styled, table, talk
from wirecopy.differences import Line, differences, isolated
from wirecopy.errors import ConfigError
from wirecopy.model import (
    Change,
    Document,
    Entry,
    Failure,
    Headline,
    Noun,
    Outcome,
    Revision,
    Source,
    State,
    document_text,
    pictures,
)
from wirecopy.text import printable, without_addresses

if TYPE_CHECKING:
    # Only named here: a status must not wait for what reads pages and plays the demo.
    from wirecopy.archive.merge import Merged
    from wirecopy.archive.search import Excerpt, Found
    from wirecopy.collect.holding import Held
    from wirecopy.collect.importing import Import
    from wirecopy.collect.warcs.taking import Taken
    from wirecopy.demo.play import Played, Told

MOST_SHOWN = 10
"""Of what is alike, so many lines are shown."""
_T = TypeVar("_T")


# --- rounds ------------------------------------------------------------------------------------------------------


def outcomes(done: tuple[Outcome, ...], *, everything: bool) -> None:
    """What a round did, a line a source, and then what went wrong."""
    rows = [(outcome.source, changes(outcome), _asked(outcome)) for outcome in done]
    for line in table(rows):
        result(line)
    for outcome in done:
        for reason, alike in grouped((failure.reason, failure) for failure in outcome.failures)[:MOST_SHOWN]:
            more = f" (and {len(alike) - 1} more like it)" if len(alike) > 1 else ""
            result(f"  {styled('failed', 'bad')} {outcome.source}: {printable(reason)}{more}")
        for complaint in outcome.complaints[:MOST_SHOWN]:
            result(f"  {styled('odd', 'warn')} {outcome.source}: {printable(complaint)}")
        if outcome.pictures or outcome.pictures_missing:
            missing = f", {outcome.pictures_missing:,} could not be had" if outcome.pictures_missing else ""
            result(f"  {outcome.source}: {outcome.pictures:,} pictures kept{missing}")
        if outcome.held:
            result(f"  {outcome.held} held, not believed; `wirecopy status {outcome.source}` says why")
    if not everything and not any(outcome.asked or outcome.failures for outcome in done):
        result("nothing is due yet; `wirecopy collect --all` asks all the same")


def failed(failure: Failure) -> str:
    """What went wrong, in words."""
    return f"{styled('failed', 'bad')} {printable(failure.reason)}"


def grouped(told: Iterable[tuple[str, _T]]) -> list[tuple[str, list[_T]]]:
    """What was told with the same reason, but for the addresses in it, under the first reason told."""
    groups: dict[str, tuple[str, list[_T]]] = {}
    for reason, what in told:
        groups.setdefault(without_addresses(reason), (reason, []))[1].append(what)
    return list(groups.values())


def changes(outcome: Outcome) -> str:
    """What a round changed, in words."""
    counted = [
        (outcome.new, "new"),
        (outcome.edited, "edited"),
        (outcome.gone, "withdrawn"),
        (outcome.back, "back"),
        (outcome.held, "held"),
        (outcome.unchanged, "unchanged"),
    ]
    said = [f"{count:,} {what}" for count, what in counted if count]
    if not any(count for count, what in counted if what != "unchanged"):
        said.insert(0, "nothing new")
    return ", ".join(said)


def _asked(outcome: Outcome) -> str:
    if not outcome.asked:
        return "nothing asked"
    same = f", {outcome.not_modified:,} answered «not modified»" if outcome.not_modified else ""
    return f"{outcome.asked:,} request{'s' if outcome.asked > 1 else ''}{same}"


def imported(done: Import) -> None:
    """What an import brought."""
    result(
        f"{done.documents:,} documents: {done.new:,} new articles, {done.edited:,} edits, {done.same:,} already here; "
        f"{done.characters:,} characters, {done.pictures:,} pictures, {done.links:,} links"
    )
    if done.kept_out:
        result(f"  {done.kept_out:,} were taken down here, and stay out")
    for line in table([("", source, f"{count:,}") for source, count in done.sources], right=(2,)):
        result(line)
    for failure in done.failures[:MOST_SHOWN]:
        result(f"  {styled('failed', 'bad')} {printable(failure.url)}: {printable(failure.reason)}")
    if len(done.failures) > MOST_SHOWN:
        result(f"  and {len(done.failures) - MOST_SHOWN} more")


def merged(archives: list[Path], done: list[Merged]) -> None:
    """What other archives brought."""
    for path, each in zip(archives, done, strict=True):
        result(
            f"{path}: {each.articles:,} articles looked at; {each.leads:,} leads, {each.new:,} articles, "
            f"{each.revisions:,} revisions and {each.captures:,} captures are new here"
        )
        if each.same:
            result(f"  {each.same:,} revisions said what was known already; their evidence is kept")
        if each.moved:
            result(f"  {each.moved:,} documents are filed under an earlier day; the next publication is made anew")


def taken(done: Taken) -> None:
    """What an import of web archives brought."""
    result(
        f"{done.answers:,} answers in {done.files:,} files: {done.new:,} new articles, {done.edited:,} edits, "
        f"{done.gone + done.back:,} gone or back, {done.same:,} already here, {done.held:,} held; "
        f"{done.characters:,} characters, {done.pictures:,} pictures, {done.links:,} links"
    )
    for line in table([("", source, f"{count:,}") for source, count in done.sources], right=(2,)):
        result(line)
    passed_over = sum(count for _, count in done.skipped)
    if passed_over:
        result(f"{passed_over:,} answers passed over:")
        for line in table([("", f"{count:,}", why) for why, count in done.skipped], right=(1,)):
            result(line)
    if done.finished:
        result(f"{done.finished:,} files were taken in before; --again reads them once more")
    for failure in done.failures[:MOST_SHOWN]:
        result(f"  {styled('failed', 'bad')} {printable(failure.url)}: {printable(failure.reason)}")
    if len(done.failures) > MOST_SHOWN:
        result(f"  and {len(done.failures) - MOST_SHOWN} more")


class _Reading(Noun, frozen=True, kw_only=True):
    """One article of a trial."""

    url: str
    state: State
    reason: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    reader: str = ""
    characters: int = 0
    pictures: int = 0
    first: str = ""
    last: str = ""
    lost: tuple[tuple[str, int], ...] = ()


def trial(source: Source, archive: Archive, outcome: Outcome, *, as_one_json: bool) -> None:
    """What would be collected, and how it reads."""
    readings = [_reading(archive, source, entry.lead.key) for entry in archive.entries(source.id) if entry.checked]
    counts = archive.counts(source.id)
    if as_one_json:
        as_json(
            {"source": source.id, "leads": sum(counts.values()), "articles": readings, "failures": outcome.failures}
        )
        return
    listed = sum(counts.values())
    are = "article is" if listed == 1 else "articles are"
    result(f"{source.id} ({source.name}): {listed:,} {are} listed; nothing of this is kept")
    for reading in readings:
        result("")
        result(styled(printable(reading.title) or reading.url, "bold"))
        if reading.state is not State.ARCHIVED:
            result(f"  {reading.state}: {printable(reading.reason)}")
            continue
        by = ", ".join(map(printable, reading.authors)) or "no author named"
        when = dates.iso(reading.published) if reading.published else "no date"
        shown = f"{reading.pictures} picture{'' if reading.pictures == 1 else 's'}"
        result(f"  {by} · {when} · {reading.characters:,} characters · {shown} · {reading.reader}")
        result(f"  begins: {printable(reading.first)}")
        result(f"  ends:   {printable(reading.last)}")
        result(f"  {reading.url}")
        if reading.lost:
            result("  not understood: " + ", ".join(f"{count} × {what}" for what, count in reading.lost))
    told = {reading.reason for reading in readings}
    for failure in outcome.failures[:MOST_SHOWN]:
        if failure.reason not in told:
            result(f"  {styled('failed', 'bad')} {printable(failure.reason)}")


def _reading(archive: Archive, source: Source, key: str) -> _Reading:
    entry = archive.entry(source.id, key)
    standing = archive.standing(source.id, key)
    assert entry is not None
    if standing is None or standing.article is None:
        return _Reading(url=entry.lead.url, state=entry.state, reason=entry.reason, title=entry.lead.title)
    article = standing.article
    lines = document_text(article.body).split("\n")
    return _Reading(
        url=article.url,
        state=entry.state,
        title=article.title,
        authors=article.authors,
        published=article.published,
        reader=article.reader,
        characters=sum(map(len, lines)),
        pictures=sum(1 for _ in pictures(article)),
        first=lines[0][:80],
        last=lines[-1][-80:],
        lost=article.lost,
    )


# --- the demo --------------------------------------------------------------------------------------------------------


def demo_begins(url: str) -> None:
    """What is going to happen."""
    result(f"A small newspaper in four languages begins its day at {url}, on this machine; no network is needed.")


def demo_step(step: Told) -> None:
    """What the outlet did, and what the mirror made of it."""
    result(f"\n{styled('outlet', 'dim')}  {step.happened}")
    for outcome in step.outcomes:
        failed = f"; {len(outcome.failures)} failures" if outcome.failures else ""
        result(f"{styled('mirror', 'dim')}  {outcome.source}: {changes(outcome)} ({_asked(outcome)}{failed})")
    for change in step.changed:
        result(f"          {printable(change)}")


def demo_ends(played: Played) -> None:
    """Where to look."""
    config = Path(played.folder) / "wirecopy.toml"
    checked = "every stored and published byte was checked" if not played.damage else f"{played.damage} are damaged"
    result(
        f"\nPublished {played.documents} documents as site, feeds, books, Markdown: {played.files} files; {checked}."
    )
    rows = [
        (f"  {Path(played.folder) / 'public' / 'index.html'}", "begin reading here"),
        (f"  {Path(played.folder) / 'classic' / 'articles'}", "the same as classic documents"),
        (f"  wirecopy status --config {config}", "how the sources are"),
        (f"  wirecopy show 71000101 --diff --config {config}", "what was edited"),
    ]
    result("\n" + "\n".join(table(rows)))


# --- what is held ------------------------------------------------------------------------------------------------


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago that was."""
    return f"{ago((now - moment).total_seconds())} ago" if moment else "never"


def until(moment: datetime | None, now: datetime) -> str:
    """How long that is from now."""
    seconds = (moment - now).total_seconds() if moment else 0
    return f"in {ago(seconds)}" if seconds > 0 else "now"


def held(found: list[Held], now: datetime) -> None:
    """What waits for an answer, by reason; then what was refused."""
    if not found:
        result("nothing is held")
        return
    for refused in (False, True):
        told = [each for each in found if each.refused is refused]
        for reason, alike in grouped((each.reason, each) for each in told):
            first = "refused" if refused else "held"
            plain = reason if len(alike) == 1 else without_addresses(reason).removeprefix("…: ")
            said = plain.partition(" is not believed to be the article: ")[2] or plain
            result(f"{styled(first, 'dim' if refused else 'warn')} {len(alike):,}: {printable(said)}")
            for each in alike:
                stands = "the last good copy stands" if each.copies else "no copy yet"
                began = f"since {since(each.since, now)}" if each.since else "not looked at"
                result(
                    f"  {each.source}/{each.key}  {printable(each.title) or 'no title'}\n"
                    f"    {each.url}\n    {began}, next try {until(each.next_try, now)}; {stands}"
                )
    if any(not each.refused for each in found):
        result("\n`wirecopy accept ARTICLE` believes a page, `wirecopy refuse ARTICLE` says that it is not the article")


def standing(entry: Entry | None, *, quiet: bool) -> None:
    """What the ledger says of an article that is not as its outlet has it now."""
    if entry is not None and entry.state in (State.HELD, State.FAILED):
        when = f" ({dates.iso(entry.checked)})" if entry.checked else ""
        name = f"{entry.lead.source}/{entry.lead.key}"
        answer = f"; `wirecopy accept {name}` believes it" if entry.state is State.HELD else ""
        talk(f"{entry.state}{when}: {printable(entry.reason)}{answer}", quiet=quiet)


# --- search --------------------------------------------------------------------------------------------------------


def found(answer: Found) -> None:
    """What a search found: a title, where it is from, and where in it the words stand."""
    for number, hit in enumerate(answer.hits):
        line = hit.headline
        when = f"{line.published or line.at:%Y-%m-%d}"
        withdrawn = styled("  withdrawn", "warn") if line.withdrawn else ""
        if number:
            result("")
        result(f"{_bright(hit.title)}{withdrawn}")
        result(styled(f"  {printable(f'{line.source}/{line.key}')}  {when}", "dim"))
        for each in hit.excerpts:
            result(f"  {_bright(each)}")
    if not answer.hits:
        result("nothing in the archive answers to these words")
    elif answer.more:
        result(f"\nthere are more than these {len(answer.hits)}; `--limit` shows more, `--since` and `--until` fewer")


def _bright(piece: Excerpt) -> str:
    """An excerpt for a terminal: what was looked for in bold, and in [brackets] where there is none."""
    begin, end = ("\x1b[1m", "\x1b[0m") if styled("x", "bold") != "x" else ("[", "]")
    shown, last = "", 0
    for start, stop in piece.marks:
        shown += f"{_plainly(piece.text[last:start])}{begin}{_plainly(piece.text[start:stop])}{end}"
        last = stop
    return shown + _plainly(piece.text[last:])


def _plainly(words: str) -> str:
    """Printable, and none that turns the direction of what stands after it on the line."""
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "\ufffd", printable(words))


# --- one article ---------------------------------------------------------------------------------------------------


def kin(others: tuple[Headline, ...], *, quiet: bool) -> None:
    """Where else the same text stands, the oldest first."""
    for other in others[:MOST_SHOWN]:
        withdrawn = ", withdrawn" if other.withdrawn else ""
        at = dates.iso(other.published or other.at)
        talk(f"the same text: {printable(f'{other.source}/{other.key}')} ({at}{withdrawn})", quiet=quiet)
    if len(others) > MOST_SHOWN:
        talk(f"and {len(others) - MOST_SHOWN} more", quiet=quiet)


def stood(history: tuple[Revision, ...], at: datetime) -> tuple[Revision, ...]:
    """What was known of an article at a moment: its revisions until then."""
    until = tuple(revision for revision in history if revision.at <= at)
    if history and not until:
        first = dates.iso(history[0].at)
        raise ConfigError(f"at {dates.iso(at)} the archive had no copy yet; its first is of {first}, see `--history`")
    return until


def article(history: tuple[Revision, ...], arguments: argparse.Namespace) -> None:
    """One article: as Markdown, as JSON, its history, or what a revision changed."""
    if arguments.history:
        _history(history, as_one_json=arguments.json)
        return
    chosen = _chosen(history, arguments.revision)
    if arguments.diff:
        _diff(history, chosen, as_one_json=arguments.json)
    elif arguments.json:
        as_json(chosen)
    else:
        result(_markdown(history, chosen))


def _chosen(history: tuple[Revision, ...], number: int | None) -> Revision:
    """The revision asked for, else the last that can be read."""
    if number is None:
        readable = [revision for revision in history if revision.article is not None]
        if readable:
            return readable[-1]
        raise ConfigError("the archive holds no readable copy of this article; `--history` tells what it knows")
    if number > len(history):
        raise ConfigError(f"there is no revision {number}; the article has {len(history)}, see `--history`")
    return history[number - 1]


def _history(history: tuple[Revision, ...], *, as_one_json: bool) -> None:
    if as_one_json:
        as_json({"revisions": history})
        return
    rows = [
        (
            str(revision.number),
            revision.change.value,
            dates.iso(revision.at),
            revision.article.title if revision.article else "(withdrawn by the outlet)",
        )
        for revision in history
    ]
    result("\n".join(table(rows, right=(0,))))


def _diff(history: tuple[Revision, ...], chosen: Revision, *, as_one_json: bool) -> None:
    before = [each for each in history if each.number < chosen.number and each.article is not None]
    lines: tuple[Line, ...] = ()
    if chosen.article is None or not before or before[-1].article is None:
        words = (
            "withdrawn by the outlet" if chosen.change is Change.GONE else "the first copy: there is nothing before it"
        )
    else:
        lines = differences(before[-1].article, chosen.article)
        words = f"revision {before[-1].number} → {chosen.number}, {dates.iso(chosen.at)}"
    if as_one_json:
        as_json({"revision": chosen.number, "lines": lines})
        return
    result(words)
    for line in lines:
        shown = printable(isolated(line))
        shown = re.sub(r"\{\+.*?\+\}", lambda match: styled(match[0], "good"), shown)
        shown = re.sub(r"\[-.*?-\]", lambda match: styled(match[0], "bad"), shown)
        result(f"{styled(line.where + ':', 'dim')} {shown}")


def _markdown(history: tuple[Revision, ...], chosen: Revision) -> str:
    from wirecopy.publish import plain

    if chosen.article is None:
        return f"withdrawn by the outlet; seen {dates.iso(chosen.at)}"
    last = history[-1]
    document = Document(
        article=chosen.article,
        number=chosen.number,
        revisions=len(history),
        at=chosen.at,
        first_at=history[0].at,
        day=chosen.day,
        capture=chosen.capture,
        withdrawn=last.at if last.change is Change.GONE and chosen is not last else None,
    )
    return plain.render(document, pictures="outlet").decode().rstrip("\n")
