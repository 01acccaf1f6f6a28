"""What ails a mirror is found from what is stored, said in words, and each finding says what to do."""

import json
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from wirecopy import config
from wirecopy.archive import open_archive
from wirecopy.cli import doctor, main
from wirecopy.cli.upkeep import Disk
from wirecopy.demo.outlet import FakeOutlet
from wirecopy.demo.play import _table as table
from wirecopy.model import Capture

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FILE = 'contact = "me@example.org"\n[alerts]\ncommand = ["true"]\n[sources.dw-zh]\n'


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("WIRECOPY_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    Path("wirecopy.toml").write_text(FILE, "utf-8")


def examined(capsys, *words):
    code = main(["doctor", "--json", *words])
    document = json.loads(capsys.readouterr().out)
    return code, document["state"], {(each["area"], each["state"]): each for each in document["findings"]}


def states(findings):
    return [each.state for each in findings]


def answers(ahead, *, count=5, age=0, at=NOW):
    """What servers answered, whose clocks stand so many seconds behind ours."""
    dates = [format_datetime(at - timedelta(seconds=ahead + age + extra), usegmt=True) for extra in range(count)]
    headers = (("Age", str(age)),) if age else ()
    return [Capture(url="https://x.org/", status=200, headers=(("Date", date), *headers), at=at) for date in dates]


def test_a_fresh_mirror_is_told_what_to_do_next_and_that_is_no_failure(capsys):
    code, state, found = examined(capsys)
    assert (code, state) == (0, "warn")
    assert found["archive", "warn"]["do"] == "`wirecopy collect`"
    assert "wirecopy schedule install" in found["schedule", "warn"]["do"]
    assert found["versions", "ok"]


def test_a_collected_mirror_is_compared_with_the_clocks_of_those_who_answered(capsys):
    with FakeOutlet(clock=lambda: datetime.now(UTC)) as outlet:
        outlet.publish_all()
        Path("wirecopy.toml").write_text(
            'contact = "me@example.org"\nallow_private = ["127.0.0.1"]\n' + table(outlet.source("zh")), "utf-8"
        )
        assert main(["collect", "--quiet", "--no-pictures"]) == 0
        asked = len(outlet.log)
        capsys.readouterr()
        code, _, found = examined(capsys)
        assert len(outlet.log) == asked, "nothing is asked without --network"
        assert code == 0
        for area in ("archive", "disk", "permissions", "config", "proxy"):
            assert (area, "ok") in found, found
        assert ("clock", "bad") not in found
        assert "the last round was" in found["schedule", "ok"]["what"]
        code, _, found = examined(capsys, "--network")
        assert found["network", "ok"]["what"] == "1 of 1 hosts answer"
        assert len(outlet.log) == asked + 1
    code, _, found = examined(capsys, "--network")
    assert "no host of your sources answers" in found["network", "bad"]["what"]
    assert code == 1


@pytest.mark.parametrize(
    ("ahead", "state", "said"),
    [
        (0, "ok", "right to"),
        (-200, "ok", "right to"),
        (900, "warn", "15 min ahead of"),
        (-900, "warn", "14 min behind"),
        (86400 * 3, "bad", "3 days ahead of"),
    ],
)
def test_a_clock_is_right_or_wrong_by_the_middle_of_many(ahead, state, said):
    (found,) = doctor.clock([*answers(ahead), *answers(10**6, count=1), *answers(-(10**6), count=1)], NOW)
    assert found.state == state
    assert said in found.what


def test_an_answer_out_of_a_cache_is_as_old_as_it_says():
    (found,) = doctor.clock(answers(0, age=7200), NOW)
    assert found.state == "ok"


def test_a_date_that_is_none_is_passed_over_and_few_answers_prove_nothing():
    strange = [Capture(url="u", status=200, headers=(("Date", each),), at=NOW) for each in ("", "soon", "99", "\x00")]
    strange.append(
        Capture(url="u", status=200, headers=(("Date", "Mon, 23 Nov 2026 12:00:00 GMT"), ("Age", "9" * 50)), at=NOW)
    )
    (found,) = doctor.clock([*strange, *answers(10**5, count=1)], NOW)
    assert found.state == "ok"
    assert "too few" in found.what


def test_an_archive_from_the_future_and_a_clock_from_the_past_are_bad():
    assert "bad" in states(doctor.clock(answers(0, at=NOW + timedelta(days=2)), NOW))
    assert states(doctor.early_clock(datetime(1970, 1, 1, tzinfo=UTC))) == ["bad"]
    assert states(doctor.early_clock(NOW)) == []


@pytest.mark.parametrize(
    ("free", "days", "state"),
    [(10**11, None, "ok"), (10**11, 3, "warn"), (10**9, 1000, "warn"), (10**8, None, "bad")],
)
def test_room_is_measured_against_what_comes(tmp_path, free, days, state):
    found = next(iter(doctor.disk(Disk(size=1, free=free, days_left=days), tmp_path)))
    assert found.state == state
    assert (found.do != "") is (state != "ok")


def test_a_python_without_fixes_and_a_library_out_of_bounds_are_told(monkeypatch):
    assert states(doctor.versions(NOW)) == ["ok", "ok"]
    assert states(doctor.versions(datetime(2040, 1, 1, tzinfo=UTC)))[0] == "warn"
    needed = ["aiohttp<3", "nothing-like-it>=1", 'tomli>=2; python_version < "3.2"', 'libzim>=99; extra == "zim"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: needed)
    told = [each.what for each in doctor.versions(NOW) if each.state == "bad"]
    assert len(told) == 2
    assert "and <3 is needed" in told[0]
    assert told[1] == "nothing-like-it is not installed"


def test_what_the_file_wants_and_is_not_here_is_named_with_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.metadata, "version", _absent)
    monkeypatch.setenv("PATH", "")
    written = 'proxy = "socks5h://me:hunter2@127.0.0.1:9050"\n[publish]\nformats = ["zim", "data"]\nscripts = true\n'
    targets = '[targets.a]\nto = "s3://bucket/x"\n[targets.b]\nto = "me@host:x"\n'
    wanted = config.parse(written + targets, tmp_path / "wirecopy.toml")
    found = list(doctor.needs(wanted))
    told = " ".join(each.do for each in found)
    for extra in ("zim", "data", "zh", "socks", "s3"):
        assert f"pip install 'wirecopy[{extra}]'" in told
    assert "install rsync" in told
    assert "install ssh" in told
    assert set(states(found)) == {"bad"}
    assert "hunter2" not in next(iter(doctor.proxy(wanted))).what


def test_tables_that_are_not_parquet_need_no_library(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.metadata, "version", _absent)
    written = '[publish]\nformats = ["data"]\n[publish.data]\nformats = ["jsonl", "ninjs"]\n'
    assert list(doctor.needs(config.parse(written, tmp_path / "wirecopy.toml"))) == []


def _absent(name):
    raise doctor.metadata.PackageNotFoundError(name)


def test_a_proxy_of_the_environment_is_no_proxy_of_a_timer(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example:3128")
    (found,) = doctor.proxy(config.parse("", Path("wirecopy.toml")))
    assert found.state == "warn"
    assert "http://proxy.example:3128" in found.what
    assert "hunter2" not in found.what


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_secrets_that_others_can_read_are_told(tmp_path):
    (tmp_path / "secret").write_text("pw", "utf-8")
    (tmp_path / "secret").chmod(0o644)
    with_secret = config.parse('[alerts]\npassword_file = "secret"\n', tmp_path / "wirecopy.toml")
    assert any("chmod 600" in each.do for each in doctor.settings(with_secret))
    (tmp_path / "secret").chmod(0o600)
    assert not any("chmod" in each.do for each in doctor.settings(with_secret))


def test_a_place_that_can_not_be_written_to_is_bad(tmp_path, monkeypatch):
    found = config.parse('archive = "not-there/wirecopy.db"\n', tmp_path / "wirecopy.toml")
    assert "bad" in states(doctor.permissions(found))
    monkeypatch.setattr(os, "access", lambda *_: False)  # who runs the tests may be root, who may all
    found = list(doctor.permissions(config.parse("", tmp_path / "wirecopy.toml")))
    assert states(found) == ["bad"]
    assert "chown" in found[0].do


def test_a_disk_over_the_network_is_no_place_for_an_archive():
    mounts = "/dev/sda1 / ext4 rw 0 0\nhost:/x /srv nfs4 rw 0 0\n/dev/sdb1 /srv/own\\040disk ext4 rw 0 0\nodd\n"
    kinds = [doctor.network_disk(Path(each), mounts) for each in ("/srv/news", "/srv", "/srv/own disk/x", "/srvx", "/")]
    assert kinds == ["nfs4", "nfs4", "", "", ""]


def test_the_code_is_that_of_the_error_that_a_command_would_end_with(capsys):
    Path("wirecopy.toml").write_text("contcat = 1\n[sources.x]\n", "utf-8")
    code, state, found = examined(capsys)
    assert (code, state) == (2, "bad")
    assert found["config", "bad"]
    Path("wirecopy.toml").write_text(FILE, "utf-8")
    Path("wirecopy.db").write_bytes(b"no archive at all" * 100)
    code, state, found = examined(capsys)
    assert (code, state) == (3, "bad")
    assert "verify --repair" in found["archive", "bad"]["do"]


def test_a_schedule_that_does_not_run_or_ends_with_its_person_is_told(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert main(["schedule", "install", "--for", "systemd", "--quiet"]) == 0
    here = config.load(Path("wirecopy.toml"))

    def asked(answer):
        return lambda words, _: answer if words[:3] == ["systemctl", "--user", "is-active"] else (1, "")

    well = doctor.schedule(here, lingering=lambda _: True, run=asked((0, "active\n")))
    assert states(well) == ["ok"]
    found = list(doctor.schedule(here, lingering=lambda _: False, run=asked((3, "inactive\n"))))
    assert states(found) == ["ok", "warn", "warn"]
    assert "does not run (inactive)" in found[1].what
    assert found[1].do.startswith("systemctl --user enable --now wirecopy-")
    assert found[2].do.startswith("loginctl enable-linger ")


def test_a_round_that_was_long_ago_is_told(tmp_path):
    open_archive(tmp_path / "wirecopy.db", write=True).close()
    archive = open_archive(tmp_path / "wirecopy.db", write=False)
    try:
        (found,) = doctor.rounds(archive, config.load(Path("wirecopy.toml")), NOW)
    finally:
        archive.close()
    assert (found.state, found.do) == ("warn", "`wirecopy collect`")


def test_a_person_reads_a_line_for_each_and_what_to_do_below_it(capsys):
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert any(line.startswith("ok    config") for line in told)
    assert any(line.strip().startswith("→ `wirecopy collect`") for line in told)
    assert told[-1] == "it goes on; look at what says warn"
