"""A mirror of one source at a scripted server: rounds at any moment, and what came of them."""

from datetime import UTC, datetime, timedelta
from functools import partial

from scripted import Time
from wirecopy.collect.fetch import Fetcher
from wirecopy.collect.round import collect, left_alone
from wirecopy.model import Source

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Rounds:
    """A mirror of a scripted server."""

    def __init__(self, server, archive, **keys):
        self.server, self.archive, self.now = server, archive, NOON
        self.source = Source(id="courier", language="en", feeds=(server.url("/feed"),), pace=0.0, **keys)

    async def round(self, hours=1, **options):
        self.now += timedelta(hours=hours)
        time = Time()
        self.server.requests.clear()
        async with Fetcher(
            contact="test@example.org", clock=lambda: self.now, sleep=time.sleep, monotonic=time.monotonic,
            allow=frozenset({"127.0.0.1"}), left_alone=partial(left_alone, self.archive),
        ) as door:  # fmt: skip
            (outcome,) = await collect(
                [self.source], archive=self.archive, door=door, now=self.now, jitter=lambda: 0.0, **options
            )
        return outcome

    def asked(self):
        return [target for target in self.server.asked_for() if target != "/robots.txt"]

    def articles(self):
        found = {}
        for entry in self.archive.entries("courier"):
            standing = self.archive.standing("courier", entry.lead.key)
            if standing is not None:
                found[entry.lead.title] = standing.article
        return found

    def history(self, title):
        entry = next(each for each in self.archive.entries("courier") if each.lead.title == title)
        return [each.change.value for each in self.archive.history("courier", entry.lead.key)]

    def states(self):
        return {entry.lead.title: (entry.state.value, entry.reason) for entry in self.archive.entries("courier")}
