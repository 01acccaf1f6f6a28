"""What is stored of a mirror as metrics, in the text format that Prometheus reads (version 0.0.4). See docs/health.md.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

- Labels are bounded: ids of sources, and the closed lists of states and troubles. No address and no title is one.
- Everything is read from the archive; numbers of the moment are gauges, what only grows there is a counter.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from wirecopy.archive.protocol import Archive
from wirecopy.model import Source, State, Trouble

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_PREFIX = "wirecopy_"
_WEEK = timedelta(days=7)

METRICS: tuple[tuple[str, str, str], ...] = (
    ("source_leads", "gauge", "Leads of a source in each state of the ledger."),
    ("source_last_good_timestamp_seconds", "gauge", "When an index of a source last answered as it should."),
    ("source_last_copy_timestamp_seconds", "gauge", "When the latest standing copy of a source was taken."),
    ("source_new_articles_today", "gauge", "New articles of a source since midnight (UTC)."),
    ("source_changes_7d", "gauge", "New, edited, gone and returned articles of a source in the last seven days."),
    ("source_incidents", "gauge", "Whether (1) something is wrong with a source; a trouble that is not is left out."),
    ("incidents", "gauge", "What is wrong with the mirror itself, and with all sources, by trouble."),
    ("requests_today", "gauge", "Requests sent to all hosts since midnight (UTC)."),
    ("request_bytes_today", "gauge", "Bytes of bodies that came since midnight (UTC)."),
    ("requests_not_modified_today", "gauge", "Requests since midnight (UTC) that were answered with 304."),
    ("requests_refused_today", "gauge", "Requests since midnight (UTC) that were answered with 429 or 503."),
    ("requests_failed_today", "gauge", "Requests since midnight (UTC) without an answer."),
    ("archive_bytes", "gauge", "What the archive takes on the disk."),
)
"""Every metric: its name without the prefix "wirecopy_", its type, what it is."""


def metrics(archive: Archive, sources: Iterable[Source], now: datetime) -> str:
    """The metrics of these sources and of the whole, each line ended with a line feed."""
    samples: dict[str, list[str]] = {name: [] for name, _, _ in METRICS}

    def sample(name: str, value: float, **labels: str) -> None:
        said = ",".join(f'{label}="{_escaped(word)}"' for label, word in labels.items())
        samples[name].append(f"{_PREFIX}{name}{f'{{{said}}}' if said else ''} {_number(value)}")

    today = now.date().isoformat()
    sources = tuple(sources)
    for source in sources:
        counts = archive.counts(source.id)
        for state in State:
            sample("source_leads", counts[state], source=source.id, state=state.value)
        visits = map(archive.visit, (*source.feeds, *source.listings, *source.sitemaps))
        good = max((visit.good for visit in visits if visit is not None and visit.good), default=None)
        if good is not None:
            sample("source_last_good_timestamp_seconds", good.timestamp(), source=source.id)
        if (copy := archive.last_copy(source.id)) is not None:
            sample("source_last_copy_timestamp_seconds", copy.timestamp(), source=source.id)
        days = archive.source_days(source.id, (now - _WEEK).date().isoformat())
        sample("source_new_articles_today", sum(each.new for each in days if each.day == today), source=source.id)
        changes = sum(each.new + each.edited + each.gone + each.back for each in days)
        sample("source_changes_7d", changes, source=source.id)
    known = {source.id for source in sources}
    still = archive.incidents(only_open=True)
    for each in still:
        if each.source in known:
            sample("source_incidents", 1, source=each.source, trouble=each.trouble.value)
    for trouble in Trouble:
        sample("incidents", sum(each.trouble is trouble for each in still), trouble=trouble.value)
    footprints = archive.footprints(today)
    for name, field in _ASKED:
        sample(name, sum(getattr(each, field) for each in footprints if each.day == today))
    sample("archive_bytes", archive.growth(now).size)
    return "".join(_lines(samples))


_ASKED = (
    ("requests_today", "asked"),
    ("request_bytes_today", "bytes"),
    ("requests_not_modified_today", "not_modified"),
    ("requests_refused_today", "refused"),
    ("requests_failed_today", "failed"),
)


def _lines(samples: dict[str, list[str]]) -> Iterable[str]:
    for name, kind, what in METRICS:
        yield f"# HELP {_PREFIX}{name} {what}\n# TYPE {_PREFIX}{name} {kind}\n"
        yield from (f"{line}\n" for line in samples[name])


def _escaped(word: str) -> str:
    """A label's value, as the format asks for it."""
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
