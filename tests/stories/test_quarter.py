"""A quarter of a year, unattended: the ledger adds up, alerts came once each, outlets were treated well by their logs.

With outages, edits, a flood, a full disk, a clock that jumps, and three kills.
"""

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from mirror import shows
from played import PlayedLoop
from stories import quarter
from stories.quarter import BEGIN, DAY, DAYS, EVERY, HOUR
from stories.test_by_chance import add_up
from wirecopy.archive import open_archive
from wirecopy.model import State

Asked = tuple[float, str, int, str]

TESTS = Path(__file__).parents[1]
KILLS = (20 * DAY + 60, 44.5 * DAY, 71.3 * DAY)  # or later: at the tenth request from then on
DOWN = ((10, 12), (40, 43))  # days on which an outlet or its feed was


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_quarter_of_a_year_unattended(tmp_path: Path) -> None:
    """One test, because one quarter is played for all of it."""
    kills = play_with_kills(tmp_path)
    log = log_of(tmp_path)
    the_ledger_adds_up_and_the_mirror_is_what_the_outlets_show(tmp_path)
    alerts_came_once_each_and_for_the_right_thing(tmp_path)
    the_footprint_adds_up_to_the_outlets_own_log(tmp_path, log, kills)
    requests_stayed_within_the_manners_by_the_outlets_own_logs(log, kills)


def play_with_kills(folder: Path) -> list[float]:
    """The moments at which it was killed."""
    kills = []
    (folder / "ports").write_text(" ".join(map(str, free_ports(len(quarter.A_DAY)))))
    for kill in (*KILLS, None):
        told = [sys.executable, "-W", "error", str(Path(quarter.__file__)), str(folder), str(kill or "inf")]
        done = subprocess.run(told, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True)
        assert done.returncode == (0 if kill is None else -9), done.stderr[-3000:]
        assert "a fault of wirecopy" not in done.stderr
        if kill is not None:
            kills.append(log_of(folder)[-1][0])
    return kills


def log_of(folder: Path) -> list[Asked]:
    """What the outlets logged: when (seconds from the beginning), outlet, status, path."""
    lines = [line.split(" ", 3) for line in (folder / "log").read_text().splitlines()]
    return [(float(moment), outlet, int(status), path) for moment, outlet, status, path in lines]


def the_ledger_adds_up_and_the_mirror_is_what_the_outlets_show(played: Path) -> None:
    end = BEGIN + timedelta(days=DAYS)
    with closing(PlayedLoop(end)) as loop:
        papers = quarter.outlets(loop, dict.fromkeys(quarter.A_DAY, 0))
    for paper in papers.values():
        paper._server._socket.close()
    quarter.happen(papers, quarter.events(), DAYS * DAY, end)
    with open_archive(played / "wirecopy.db", write=False) as archive:
        add_up(SimpleNamespace(archive=archive))
        assert list(archive.verify()) == []
        for language, paper in papers.items():
            source = f"demo-{language}"
            standing = paper.shown(language)
            assert len(standing) > 70
            for shown in standing:
                copy = archive.standing(source, str(shown.id))
                assert copy is not None, (archive.entry(source, str(shown.id)), shown.title)
                shows(copy.article, shown)
            counts = archive.counts(source)
            assert counts[State.WAITING] == counts[State.HELD] == counts[State.FAILED] == 0, counts
            given = archive.source_days(source, "2026-01-01")
            seen = sum(archive.standing(source, each.lead.key) is not None for each in archive.entries(source))
            assert sum(day.leads for day in given) == sum(counts.values())
            assert sum(day.new for day in given) == seen


def alerts_came_once_each_and_for_the_right_thing(played: Path) -> None:
    told = Counter()
    days: dict[tuple[str, str, str], float] = {}
    for line in (played / "alerts").read_text().splitlines():
        for incident in json.loads(line)["incidents"]:
            what = (incident["source"], incident["trouble"], incident["turn"])
            told[what] += 1
            days[what] = (quarter.moment(incident["since"]) - BEGIN).total_seconds() / DAY
    wrong = [("demo-zh", "failing"), ("demo-en", "failing"), ("demo-zh", "held"), ("demo-de", "silent"), ("", "clock")]
    assert told == Counter({(*each, turn): 1 for each in wrong for turn in ("began", "ended")})
    assert days["demo-zh", "failing", "began"] == pytest.approx(10, abs=0.8)
    assert days["demo-en", "failing", "began"] == pytest.approx(40, abs=1.2)
    assert days["demo-zh", "held", "began"] == pytest.approx(50, abs=2)
    assert days["", "clock", "began"] == pytest.approx(60, abs=0.1)


def the_footprint_adds_up_to_the_outlets_own_log(played: Path, log: list[Asked], kills: list[float]) -> None:
    by_day = Counter(int(moment // DAY) for moment, *_ in log)
    with open_archive(played / "wirecopy.db", write=False) as archive:
        footprints = archive.footprints("2026-01-01")
    asked = Counter()
    for each in footprints:
        asked[(quarter.moment(f"{each.day}T00:00:00Z") - BEGIN).days] += each.asked
    odd = {60, *(int(kill // DAY) for kill in kills)}  # the clock was wrong, or what was under way was killed
    assert {day: count for day, count in by_day.items() if day not in odd} == {
        day: count for day, count in asked.items() if day not in odd and day < 400
    }
    assert 0 <= len(log) - sum(asked.values()) <= 10 * len(KILLS)
    assert sum(each.not_modified for each in footprints) == pytest.approx(
        sum(status == 304 for _, _, status, _ in log), abs=10 * len(KILLS)
    )


def requests_stayed_within_the_manners_by_the_outlets_own_logs(log: list[Asked], kills: list[float]) -> None:
    gaps = [after - before for (before, *_), (after, *_) in pairwise(log)]
    assert sum(gap < 0.99 for gap in gaps) == 0, "one request a second to one host, whatever lives there"
    feeds = [path for _, _, _, path in log if "/rdf/rss-" in path]
    for path in set(feeds):
        asked = [moment for moment, _, _, of in log if of == path and not is_odd(moment, kills)]
        assert len(asked) > 250, path
        assert min(after - before for before, after in pairwise(asked)) >= EVERY - 1
    robots = Counter((outlet, int(moment // DAY)) for moment, outlet, _, path in log if path == "/robots.txt")
    assert max(count for (_, day), count in robots.items() if not is_odd_day(day, kills)) == 1
    assert max(robots.values()) < 30, "an outlet that is down is asked for it once an hour: yesterday's is in force"
    statuses = Counter(status for moment, _, status, path in log if "/rdf/rss-" in path)
    assert statuses[304] / sum(statuses.values()) > 0.5


def is_odd_day(day: int, kills: list[float]) -> bool:
    return any(day * DAY <= kill < (day + 1) * DAY for kill in kills) or any(
        is_odd(day * DAY + hour * HOUR, kills) for hour in range(24)
    )


def is_odd(moment: float, kills: list[float]) -> bool:
    """Whether failures, a kill or a wrong clock moved what was due."""
    day = moment / DAY
    return any(begin - 0.1 <= day <= end + 1 for begin, end in (*DOWN, (30, 30.5), (60, 60.5))) or any(
        0 <= moment - kill <= HOUR for kill in kills
    )
