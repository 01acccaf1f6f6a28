"""What an outlet says of how its pages may be used: robots.txt and usage signals, in plain words. Pure.

The signals (conventions that are not law everywhere): TDMRep (header, meta, /.well-known/tdmrep.json), AIPREF's
`Content-Usage` (header, robots.txt), `X-Robots-Tag` and meta robots (`noarchive` and its kin). What they say is told,
and decided by the operator; what robots.txt forbids is never asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wirecopy.collect.fetch import robots
from wirecopy.collect.read import stranger
from wirecopy.collect.scout.front import Front, line
from wirecopy.model import Capture

_USAGE_LINE = re.compile(r"^[ \t]*content-usage[ \t]*:[ \t]*(\S[^\r\n]{0,200})", re.IGNORECASE | re.MULTILINE)
_DIRECTIVES = {
    "noarchive": "asks that no copy of its pages is shown (noarchive)",
    "nosnippet": "asks that no extract of its pages is shown (nosnippet)",
    "noindex": "asks that this page is not put into search indexes (noindex)",
    "noai": "asks not to be used for training (noai)",
    "noimageai": "asks that its pictures are not used for training (noimageai)",
}


def usage(captures: Iterable[Capture], fronts: Iterable[Front], tdmrep: Capture | None) -> tuple[str, ...]:
    """The usage signals in these answers, each said once, in words."""
    said = [*_in_headers(captures), *_in_pages(fronts)]
    if tdmrep is not None:
        said += _in_file(tdmrep)
    return tuple(dict.fromkeys(said))


def robots_words(answer: Capture | None, origin: str, refused: Iterable[str]) -> tuple[str, ...]:
    """What robots.txt of an origin says to us: whether it allows what was found, its pace, its usage rules."""
    if answer is None:
        return ()
    rules = robots.read(answer)
    if rules is None:
        return (f"{origin}/robots.txt can't be read (status {answer.status}), so nothing there may be asked",)
    forbidden = tuple(refused)
    if not 200 <= answer.status < 300:
        said = [f"there is no robots.txt at {origin}: nothing is forbidden"]
    elif forbidden:
        said = [f"robots.txt forbids us {len(forbidden)} of the addresses found; they are not asked: {forbidden[0]}"]
    else:
        said = ["robots.txt allows us all that was asked for"]
    if rules.delay:
        said.append(f"it asks for {rules.delay:g} s between requests, which is kept")
    if rules.note:
        said.append(rules.note)
    if 200 <= answer.status < 300:
        text = answer.body[: robots.LIMIT].decode("utf-8", "replace")
        said += [f"robots.txt says Content-Usage: {line(each)}" for each in _USAGE_LINE.findall(text)[:3]]
    return tuple(said)


def _in_headers(captures: Iterable[Capture]) -> Iterator[str]:
    for capture in captures:
        yield from _reserved(capture.header("tdm-reservation"), capture.header("tdm-policy"), "a TDMRep header")
        if usage := capture.header("content-usage"):
            yield f"it says Content-Usage: {line(usage)}"
        yield from _directives(capture.header("x-robots-tag"), "an X-Robots-Tag header")


def _in_pages(fronts: Iterable[Front]) -> Iterator[str]:
    for front in fronts:
        yield from _reserved(front.reservation, front.policy, "a TDMRep meta element")
        yield from _directives(front.directives, "a robots meta element")


def _in_file(capture: Capture) -> list[str]:
    try:
        rules = stranger.parse(capture.body[:200_000])
    except ValueError:
        return []
    found = []
    for rule in rules:
        reserved = "1" if rule.number("tdm-reservation") else rule.text("tdm-reservation")
        found += [*_reserved(reserved, rule.line("tdm-policy"), "its tdmrep.json")]
    return found[:3]


def _reserved(said: str, policy: str, where: str) -> Iterator[str]:
    if said.strip() == "1":
        terms = f"; its terms: {line(policy)}" if policy else ""
        yield f"it reserves text and data mining ({where}){terms}"
    elif said.strip() == "0":
        yield f"it allows text and data mining ({where})"


def _directives(said: str, where: str) -> Iterator[str]:
    words = {word.strip().lower() for word in re.split(r"[,\s;:]+", said)}
    words |= {"noindex", "nosnippet"} if "none" in words else set()
    for word, meaning in _DIRECTIVES.items():
        if word in words:
            yield f"it {meaning}; {where} says so"
