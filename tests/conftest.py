"""For every test: a loaded machine is no failure. What never ends is stopped by the time limit of each test."""

from hypothesis import HealthCheck, settings

settings.register_profile("wirecopy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wirecopy")
