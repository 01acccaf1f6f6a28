"""For every test: the same examples in each run, and a loaded machine is no failure.

Other examples, to look for what nobody thought of: `pytest --hypothesis-profile explore`. What it finds becomes an
`@example`. What costs too much is counted (cost.py) or never ends, and is stopped by the time limit of each test; no
test reads a clock to judge.
"""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("wirecopy", parent=settings.get_profile("explore"), derandomize=True)
settings.load_profile("wirecopy")

# In the background of a script some signals are ignored, by all that is started here, too: what is told to end shall.
for each in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(each) == signal.SIG_IGN:
        signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """As `-n auto`, and half as many again: the drills wait for the disk half of their time."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with files that have slow tests, in whatever order, one with what may take longest: none is
    left alone with one at the end.
    """
    items.sort(key=lambda item: not _may_take_longest(item))
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    first = [item for item in items if item.path in slow]
    rest = [item for item in items if item.path not in slow]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [
        item
        for number in range(workers)
        for some in (first, rest)
        for item in some[len(some) * number // workers : len(some) * (number + 1) // workers]
    ]


def _may_take_longest(item: pytest.Item) -> bool:
    limit = item.get_closest_marker("timeout")
    return limit is not None and limit.args[0] >= 900
