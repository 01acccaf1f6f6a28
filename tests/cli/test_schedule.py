"""A mirror goes by itself: what is written is right for its scheduler, is shown first, and only ours is taken away."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from wirecopy import config
from wirecopy.cli import main, schedules, scheduling, words
from wirecopy.cli.schedules import Mirror
from wirecopy.errors import ConfigError
from wirecopy.version import __version__

FILE = 'contact = "me@example.org"\n[sources.dw-zh]\n'


@pytest.fixture(autouse=True)
def mirror(tmp_path, monkeypatch):
    """A mirror in a folder with a difficult name, a home of its own, and a crontab that is a file."""
    for name in [name for name in os.environ if name.startswith("WIRECOPY_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "mein Spiegel 100%"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, does in (
        ("crontab", f'if [ "$1" = -l ]; then cat "{tmp_path}/crontab"; else cat > "{tmp_path}/crontab"; fi'),
        ("systemctl", f'echo "$@" >> "{tmp_path}/asked"'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{does}\n", "utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    (folder / "wirecopy.toml").write_text(FILE, "utf-8")
    return folder


def here():
    return scheduling.mirror_here(config.load(Path("wirecopy.toml")))


def run(*said):
    try:
        return main(["schedule", *said])
    except SystemExit as ended:
        return ended.code


def units(tmp_path):
    folder = tmp_path / "xdg" / "systemd" / "user"
    return {path.name: path for path in folder.iterdir()} if folder.exists() else {}


def test_a_service_may_bring_a_large_archive_up_to_date_before_it_is_ready():
    [unit] = [text for name, text in schedules.watch(here(), system=False).items() if "collect" in name]
    assert "Type=notify\n" in unit
    assert "\nTimeoutStartSec=6h\n" in unit, "systemd's own 90 s would end it in the middle, again and again"


def needs_systemd():
    if shutil.which("systemd-analyze") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("systemd-analyze is not here")


def verified(folder):
    """What systemd says of the units of a folder."""
    needs_systemd()
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(folder.iterdir()))],
        capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"], "SYSTEMD_LOG_LEVEL": "warning"},
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "wirecopy" in line]
    return done.returncode, said


@pytest.mark.parametrize("shape", ["timer", "watch", "system", "system watch"])
def test_units_are_right_in_the_eyes_of_systemd(tmp_path, shape):
    system = "system" in shape
    made = schedules.watch(here(), system=system) if "watch" in shape else schedules.timer(here(), 15, system=system)
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in made.items():
        (folder / name).write_text(schedules.signed(text, str(here().file)), "utf-8")
    assert verified(folder) == (0, [])


def test_systemd_would_complain_of_a_unit_that_is_wrong(tmp_path):
    folder = tmp_path / "units"
    folder.mkdir()
    text = schedules.timer(here(), 15, system=False)[f"{here().name}.service"]
    (folder / "wirecopy-x.service").write_text(text.replace("Nice=", "Nicer=").replace("oneshot", "once"), "utf-8")
    assert len(verified(folder)[1]) >= 2


def test_a_command_in_a_unit_is_the_one_that_was_meant(mirror):
    unit = schedules.timer(here(), 15, system=True)[f"{here().name}.service"]
    assert f'--config "{str(mirror / "wirecopy.toml").replace("%", "%%")}"' in unit
    assert f'ReadWritePaths="{str(mirror).replace("%", "%%")}"' in unit
    for line in ("NoNewPrivileges=true", "ProtectSystem=strict", "CapabilityBoundingSet=", "SuccessExitStatus=1"):
        assert line in unit.splitlines()
    assert "Persistent=true" in schedules.timer(here(), 15, system=False)[f"{here().name}.timer"]


@pytest.mark.parametrize("every", list(words.EVERY.values()))
def test_a_mirror_has_its_own_minutes_never_on_the_hour_and_a_round_as_often_as_asked(every):
    mirrors = [
        Mirror(file=Path(f"/srv/{each}/wirecopy.toml"), writes=(), user="me", uid=1, gid=1) for each in range(200)
    ]
    for each in mirrors:
        minutes = each.minutes(every)
        assert len(minutes) == 1440 // every
        assert all(minute % 60 for minute in minutes)
        assert {after - before for before, after in itertools.pairwise(minutes)} <= {every}
        assert max(minutes) < 1440
    assert len({each.minutes(every)[0] for each in mirrors}) > min(every, 60) * 0.6
    assert len({each.name for each in mirrors}) == 200
    line = schedules.crontab(mirrors[0], every)
    assert re.match(r"[\d,]+ (\*|[\d,]+) \* \* \* ", line)


@pytest.mark.parametrize("every", [5, 60, 180, 1440])
def test_a_calendar_is_one_that_systemd_reads(every):
    needs_systemd()
    done = subprocess.run(
        ["systemd-analyze", "calendar", schedules.calendar(here(), every)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_is_written_is_shown_first_and_a_dry_run_writes_nothing(tmp_path, capsys):
    assert run("install", "--for", "systemd", "--dry-run") == 0
    told = capsys.readouterr()
    assert "ExecStart=" in told.out
    assert "nothing was written; when it is: systemctl --user daemon-reload" in told.err
    assert units(tmp_path) == {}
    assert not (tmp_path / "asked").exists()
    assert run("install", "--for", "systemd") == 0
    assert capsys.readouterr().out == told.out
    name = here().name
    assert set(units(tmp_path)) == {f"{name}.service", f"{name}.timer"}
    assert (tmp_path / "asked").read_text() == f"--user daemon-reload\n--user enable --now {name}.timer\n"


def test_installing_twice_is_installing_once_and_another_rhythm_takes_its_place(tmp_path, capsys):
    assert run("install", "--for", "systemd") == 0
    before = {name: path.read_bytes() for name, path in units(tmp_path).items()}
    assert run("install", "--for", "systemd") == 0
    assert {name: path.read_bytes() for name, path in units(tmp_path).items()} == before
    assert run("install", "--for", "systemd", "--every", "6h") == 0
    after = {name: path.read_bytes() for name, path in units(tmp_path).items()}
    assert [name for name in after if after[name] != before[name]] == [f"{here().name}.timer"]


def test_a_file_that_a_person_changed_is_neither_written_over_nor_taken_away(tmp_path, capsys):
    assert run("install", "--for", "systemd") == 0
    timer = units(tmp_path)[f"{here().name}.timer"]
    timer.write_text(timer.read_text("utf-8").replace("Persistent=true", "Persistent=false"), "utf-8")
    assert run("install", "--for", "systemd") == 2
    assert "move it away" in capsys.readouterr().err
    assert run("show") == 0
    assert "changed by hand" in capsys.readouterr().out
    assert run("remove") == 0
    told = capsys.readouterr()
    assert f"left, because it is not as wirecopy wrote it: {timer}" in told.err
    assert list(units(tmp_path).values()) == [timer]


def test_removing_takes_away_ours_alone(tmp_path, capsys):
    (tmp_path / "xdg" / "systemd" / "user").mkdir(parents=True)
    other = tmp_path / "xdg" / "systemd" / "user" / "wirecopy.service"
    other.write_text("[Service]\n", "utf-8")
    assert run("install", "--for", "systemd", "--watch") == 0
    assert len(units(tmp_path)) == 3
    assert run("remove", "--dry-run") == 0
    assert len(units(tmp_path)) == 3
    assert run("remove") == 0
    assert list(units(tmp_path).values()) == [other]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-2].startswith("--user disable --now wirecopy-mein-spiegel-100-")
    assert asked[-1] == "--user daemon-reload"
    assert run("remove") == 0
    assert "there is no schedule of this mirror" in capsys.readouterr().err


def test_a_scheduler_that_can_not_be_asked_is_told_with_the_command_for_it(tmp_path, monkeypatch, capsys):
    (tmp_path / "programs" / "systemctl").write_text("#!/bin/sh\necho Failed to connect to bus >&2\nexit 1\n", "utf-8")
    assert run("install", "--for", "systemd") == 0
    told = capsys.readouterr().err
    assert "did not work (Failed to connect to bus); when it can, run:" in told
    assert f"systemctl --user daemon-reload; systemctl --user enable --now {here().name}.timer" in told


def test_a_crontab_keeps_what_is_in_it_and_its_line_does_what_was_meant(tmp_path, mirror, capsys):
    before = "MAILTO=me@example.org\n0 4 * * * /usr/local/bin/backup\n"
    (tmp_path / "crontab").write_text(before, "utf-8")
    assert run("install", "--for", "cron") == 0
    assert run("install", "--for", "cron", "--every", "1h") == 0
    written = (tmp_path / "crontab").read_text("utf-8")
    assert written.startswith(before)
    lines = [line for line in written.splitlines() if line and not line.startswith("#")]
    assert len(lines) == 3
    line = lines[-1].split(" ", 5)[-1]
    assert re.search(r"(?<!\\)%", line) is None  # what follows one is no command to cron
    line = line.replace("\\%", "%")  # as cron hands it to the shell
    done = subprocess.run(["/bin/sh", "-n", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = subprocess.run(["/bin/sh", "-c", line.replace(sys.executable, "echo")], capture_output=True, check=True)
    assert said.stdout == b""
    shown = line.replace(sys.executable, "echo").replace("> /dev/null", "")
    said = subprocess.run(["/bin/sh", "-c", shown], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert said.splitlines() == [
        f"-m wirecopy {each} --quiet --config {mirror / 'wirecopy.toml'}" for each in ("collect", "publish")
    ]
    assert run("show") == 0
    assert "cron: crontab, as written" in capsys.readouterr().out
    (tmp_path / "crontab").write_text(written.replace("--quiet", "", 1), "utf-8")
    assert run("install", "--for", "cron") == 2
    (tmp_path / "crontab").write_text(written, "utf-8")
    assert run("remove") == 0
    assert (tmp_path / "crontab").read_text("utf-8") == before


def test_a_crontab_that_can_not_be_read_is_not_written_over(tmp_path, capsys):
    wrote = tmp_path / "written"
    (tmp_path / "programs" / "crontab").write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then echo "crontab: I/O error" >&2; exit 1; fi\ncat > "{wrote}"\n', "utf-8"
    )
    assert run("install", "--for", "cron") == 2
    assert "can't be read, so it is left alone: crontab: I/O error" in capsys.readouterr().err
    assert not wrote.exists()


def test_a_workflow_is_yaml_with_least_rights_and_pinned_actions(mirror, capsys):
    assert run("install", "--for", "github") == 2
    assert "git init" in capsys.readouterr().err
    (mirror / ".git").mkdir()
    (mirror / "wirecopy.toml").write_text(FILE + '[targets.web]\nto = "git+https://host/x"\n', "utf-8")
    assert run("install", "--for", "github") == 0
    (path,) = (mirror / ".github" / "workflows").iterdir()
    written = path.read_text("utf-8")
    read = yaml.safe_load(written)
    assert read["permissions"] == {}
    assert read["jobs"]["round"]["permissions"] == {"contents": "write"}
    assert read["jobs"]["pages"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert read["concurrency"] == {"group": "wirecopy", "cancel-in-progress": False}
    assert path.name == "wirecopy.yml"
    assert str(mirror.parent) not in written, "all the world reads it"
    (cron,) = read[True]["schedule"]  # YAML 1.1 reads the key `on` as true
    assert "0" not in cron["cron"].split()[0].split(",")
    steps = [step for job in read["jobs"].values() for step in job["steps"]]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", step["uses"]) for step in steps if "uses" in step)
    assert all("timeout-minutes" in job for job in read["jobs"].values())
    assert "60 days" in written
    assert (
        read["jobs"]["round"]["env"]["WIRECOPY_TARGETS_WEB_PASSWORD"] == "${{ secrets.WIRECOPY_TARGETS_WEB_PASSWORD }}"
    )
    for step in steps:
        if "run" in step:
            assert "${{" not in step["run"], "what is put into a shell is an injection"
            assert subprocess.run(["bash", "-n", "-c", step["run"]], check=False).returncode == 0
    assert run("remove") == 0
    assert not path.exists()


def test_a_workflow_installs_what_its_settings_need_and_is_told_their_keys(mirror, capsys):
    (mirror / ".git").mkdir()
    assert run("install", "--for", "github", "--dry-run") == 0
    assert f'install "wirecopy=={__version__}"' in capsys.readouterr().out
    settings = '[publish]\nformats = ["site", "zim", "data"]\nscripts = true\n[targets.web]\nto = "s3://bucket/x"\n'
    (mirror / "wirecopy.toml").write_text(FILE + settings, "utf-8")
    assert run("install", "--for", "github", "--dry-run") == 0
    told = capsys.readouterr().out
    assert f'install "wirecopy[data,s3,zh,zim]=={__version__}"' in told
    assert "AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}" in told
    assert run("install", "--for", "docker") == 0
    assert "the format zim needs libzim, which is not in the image" in capsys.readouterr().err


def test_a_compose_file_has_no_more_rights_than_it_needs(mirror, capsys):
    (mirror / "compose.yaml").write_text("services: {}\n", "utf-8")
    assert run("install", "--for", "docker") == 2
    assert (mirror / "compose.yaml").read_text("utf-8") == "services: {}\n"
    (mirror / "compose.yaml").unlink()
    assert run("install", "--for", "docker") == 0
    read = yaml.safe_load((mirror / "compose.yaml").read_text("utf-8"))
    assert [each["command"][:2] for each in read["services"].values()] == [
        ["collect", "--watch"],
        ["publish", "--watch"],
    ]
    for each in read["services"].values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["user"] == f"{mirror.stat().st_uid}:{mirror.stat().st_gid}"
        assert each["volumes"] == [".:/mirror"]
    assert str(mirror) not in (mirror / "compose.yaml").read_text("utf-8")


def test_a_file_of_another_mirror_is_not_ours(mirror, tmp_path):
    assert run("install", "--for", "systemd") == 0
    theirs = units(tmp_path)[f"{here().name}.timer"]
    written = theirs.read_text("utf-8").replace(f"for {here().file};", "for /srv/other/wirecopy.toml;")
    theirs.write_text(written, "utf-8")
    assert run("install", "--for", "systemd") == 2
    assert run("remove") == 0
    assert theirs.read_text("utf-8") == written


def test_what_makes_no_sense_is_said_before_anything_is_done(mirror, capsys, monkeypatch):
    assert run("install", "--for", "cron", "--watch") == 2
    assert "--watch and --system are for systemd" in capsys.readouterr().err
    assert run("install", "--every", "7m") == 2
    (mirror / "wirecopy.toml").write_text("", "utf-8")
    assert run("install", "--for", "systemd") == 2
    assert "has no source yet" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "")
    (mirror / "wirecopy.toml").write_text(FILE, "utf-8")
    assert run("install", "--for", "cron") == 2
    assert "no crontab" in capsys.readouterr().err


def test_a_folder_that_no_scheduler_can_be_told_is_refused(tmp_path):
    for name in ("a\nb", "a\\b"):
        folder = tmp_path / name
        with pytest.raises(ConfigError, match="give the folder a plain name"):
            schedules.mirror_of(config.parse(FILE, folder / "wirecopy.toml"), user="me", uid=1, gid=1)


def test_variables_that_a_schedule_will_not_see_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WIRECOPY_PUBLISH_TITLE", "The mirror")
    assert run("install", "--for", "systemd") == 0
    told = capsys.readouterr().err
    assert "WIRECOPY_PUBLISH_TITLE" in told
    assert "wirecopy.env" in told


def test_json_is_one_document(tmp_path, capsys):
    assert run("install", "--for", "systemd", "--json") == 0
    assert [each["for"] for each in json.loads(capsys.readouterr().out)["installed"]] == ["systemd", "systemd"]
    assert run("show", "--json") == 0
    assert {each["state"] for each in json.loads(capsys.readouterr().out)["installed"]} == {"ours"}
    assert run("remove", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["removed"]) == 2


# --- the image --------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]


def instructions():
    """The instructions of the Dockerfile, each as its word and the rest."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def test_the_image_has_no_root_one_volume_and_nothing_that_is_not_pinned():
    said = instructions()
    last = [word for word, _ in said]
    final = said[len(last) - last[::-1].index("FROM") - 1 :]
    assert [rest for word, rest in final if word == "USER"] == ["10001:10001"]
    assert [rest for word, rest in final if word == "VOLUME"] == ["/mirror"]
    assert not any(word == "RUN" and ("curl" in rest or "apt" in rest or "http" in rest) for word, rest in said)
    installs = [rest for word, rest in said if word == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)
    assert all(re.search(r":3\.\d+-slim-\w+", rest) for word, rest in said if word == "FROM")
    (health,) = (rest for word, rest in final if word == "HEALTHCHECK")
    command = json.loads(health.partition("CMD ")[2])
    assert words.parser().parse_args(command[1:]).run == "doctor"
    (begun,) = (json.loads(rest) for word, rest in final if word == "CMD")
    assert words.parser().parse_args(begun).watch


def test_what_the_image_copies_is_there_and_no_archive_or_secret_goes_to_the_builder():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    copied = {
        source
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert copied == allowed
    assert all((ROOT / each).exists() for each in copied)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'readme = "README.md"' in project  # what hatchling reads must be copied, too
    assert 'license-files = ["LICENSE"]' in project
