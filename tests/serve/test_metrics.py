"""`/metrics` of a server: what Prometheus reads, of the sources that are followed, with nothing else in it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive.samples import NOON
from serve.served import serving
from wirecopy.archive import open_archive
from wirecopy.model import Incident, Lead, Source, Trouble, Visit
from wirecopy.serve.metrics import MEDIA_TYPE, METRICS

FOLLOWED = (Source(id="demo-zh", feeds=("https://www.example.org/feed",)), Source(id="demo-en"))


@pytest.fixture
def mirror(tmp_path):
    (tmp_path / "public").mkdir()
    with open_archive(tmp_path / "wirecopy.db", write=True) as archive:
        for source in ("demo-zh", "given-up"):
            lead = Lead(source=source, key="1", url="https://www.example.org/1", title="secret\ntitle")
            archive.note([lead], at=NOON)
        archive.remember([Visit(url="https://www.example.org/feed", good=NOON, checked=NOON)])
        archive.keep_incident(Incident(source="demo-zh", trouble=Trouble.SILENT, since=NOON, what="secret"))
    return tmp_path


def asked(mirror, sources=FOLLOWED, **settings):
    with serving(
        mirror / "public", archive=mirror / "wirecopy.db", sources=sources, clock=lambda: NOON, **settings
    ) as site:
        return site.get("/metrics")


def families(answer):
    return {each.name: each for each in text_string_to_metric_families(answer.body.decode())}


def test_metrics_are_of_the_sources_that_are_followed(mirror):
    answer = asked(mirror)
    assert (answer.status, answer.headers["Content-Type"]) == (200, MEDIA_TYPE)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    found = families(answer)
    assert set(found) == {f"wirecopy_{name}" for name, _, _ in METRICS}
    assert {each.labels["source"] for each in found["wirecopy_source_leads"].samples} == {"demo-zh", "demo-en"}
    (good,) = found["wirecopy_source_last_good_timestamp_seconds"].samples
    assert good.value == pytest.approx(NOON.timestamp())
    (incident,) = found["wirecopy_source_incidents"].samples
    assert incident.labels == {"source": "demo-zh", "trouble": "silent"}
    assert b"secret" not in answer.body
    assert str(mirror).encode() not in answer.body


def test_without_a_file_they_are_of_what_the_archive_knows(mirror):
    found = families(asked(mirror, ()))
    assert {each.labels["source"] for each in found["wirecopy_source_leads"].samples} == {"demo-zh", "given-up"}


def test_without_an_archive_there_are_none_and_a_broken_one_is_no_secret(mirror):
    with serving(mirror / "public") as site:
        assert site.get("/metrics").status == 404
    (mirror / "wirecopy.db").write_bytes(b"no archive" * 1000)
    answer = asked(mirror)
    assert answer.status == 503
    assert str(mirror).encode() not in answer.body


def test_another_site_s_page_can_t_ask_for_them(mirror):
    with (
        serving(mirror / "public", archive=mirror / "wirecopy.db") as site,
        site.connect() as wire,
    ):
        wire.sendall(b"GET /metrics HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n")
        assert wire.recv(100).startswith(b"HTTP/1.1 421")
