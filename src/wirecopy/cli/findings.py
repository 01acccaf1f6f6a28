"""What a scout found, in words: what an address is, what can be followed there, how its articles read."""

from __future__ import annotations

from datetime import datetime

from wirecopy import dates
from wirecopy.cli.terminal import ago, result, styled, table
from wirecopy.collect.scout import Finding, Index, Original, Sample
from wirecopy.text import printable, width

_MOST_SHOWN = 12
_BESIDE = 48  # columns of a terminal for one of two texts beside one another
_KINDS = {
    "site": "a site", "section": "a section of a site", "feed": "a feed", "sitemap": "a sitemap",
    "article": "an article; its site was looked at", "opml": "a list of feeds (OPML)",
}  # fmt: skip


def finding(found: Finding, now: datetime) -> None:
    """A whole finding."""
    about = [_KINDS.get(found.kind, found.kind)]
    source = found.source
    if source is not None:
        about += [f"«{source.name}»", f"language {source.language or 'not named'}"]
    if found.platform:
        about.append(f"made with {found.platform}")
    result(f"{printable(found.address)} is {', '.join(map(printable, about))}")
    if found.indexes:
        result("\n" + styled("where articles are listed", "bold"))
        rows = [_index(each, now) for each in found.indexes[:_MOST_SHOWN]]
        for line in table(rows):
            result(f"  {line}")
    for heading, lines in (
        ("what robots.txt says", found.robots),
        ("what it says of the use of its pages", found.signals),
        ("to note", found.notes),
    ):
        if lines:
            result("\n" + styled(heading, "bold"))
            for line in lines:
                result(f"  {printable(line)}")
    if found.samples:
        count = len(found.samples)
        heading = (
            "the most recent article, as it reads" if count == 1 else f"the {count} most recent articles, as they read"
        )
        result("\n" + styled(heading, "bold"))
        for each in found.samples:
            sample(each)
    if found.reading or found.volume:
        result("\n" + styled("what to expect", "bold"))
        if found.reading:
            result(f"  {printable(found.reading)}")
        if found.volume:
            result(f"  {_volume(found)}")
    if found.advice:
        result("\n" + printable(found.advice))


def sample(each: Sample) -> None:
    """One article as it would be read, beside what its page says of itself, and what somebody should look at."""
    itself = each.original or Original()
    result(f"\n  {styled(printable(each.title) or each.url, 'bold')}")
    rows = [
        ("title", each.title, itself.title),
        (
            "date",
            dates.iso(each.published) if each.published else "",
            dates.iso(itself.published) if itself.published else "",
        ),
        ("authors", ", ".join(each.authors), ", ".join(itself.authors)),
        ("picture", each.picture, itself.picture),
    ]
    if each.characters:
        shown = f"{each.pictures} picture{'' if each.pictures == 1 else 's'}"
        around = f"{itself.characters:,} characters, with all that is around" if itself.characters else ""
        rows.append(("length", f"{each.characters:,} characters, {shown}", around))
        told = [(name, _cut(ours) or "none", _beside(ours, theirs)) for name, ours, theirs in rows]
        for line in table([("", "as it reads", "as the page says"), *told]):
            result(f"    {line}")
        result(f"    begins: {printable(each.first)}")
        result(f"    ends:   {printable(each.last)}")
    elif itself.title:
        result(f"    the page says: {printable(_cut(itself.title))}")
    result(f"    {each.url}")
    for warning in each.warnings:
        result(f"    {styled('look:', 'warn')} {printable(warning)}")


def _beside(ours: str, theirs: str) -> str:
    """What the page says, where it says something else."""
    if not theirs:
        return "does not say"
    return "the same" if ours.casefold() == theirs.casefold() else _cut(theirs)


def _cut(words: str) -> str:
    """At most so much that two of them stand beside one another; an address keeps its end, where it differs."""
    shown = printable(words)[:400]
    if width(shown) <= _BESIDE:
        return shown
    place = len(shown) - 16 if "://" in shown else len(shown)
    head, end = shown[:place], shown[place:]
    while head and width(head) + width(end) >= _BESIDE:
        head = head[:-1]
    return f"{head}…{end}"


def _index(each: Index, now: datetime) -> tuple[str, ...]:
    listed = f"{each.articles:,} articles" if each.articles else ""
    newest = f"newest {ago((now - each.newest).total_seconds())} ago" if each.newest else ""
    end = "followed" if each.followed else f"not followed: {each.why}" if each.why else "not followed"
    said = ", ".join(filter(None, (listed, newest, each.how)))
    return (each.kind, each.url, said, end)


def _volume(found: Finding) -> str:
    volume = found.volume
    assert volume is not None
    many = f"{volume.articles_a_day:,.0f}" if volume.articles_a_day >= 10 else f"{volume.articles_a_day:g}"
    size = volume.bytes_a_month
    weight = (
        f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} KB"
    )
    return f"about {many} articles a day, {weight} a month over the network, by {volume.known_from}"
