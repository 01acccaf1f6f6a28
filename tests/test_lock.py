"""What is pinned is what pyproject.toml asks for, with hashes, from nowhere in particular."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
EXTRAS = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "demo": [*RUNTIME, *PROJECT["build-system"]["requires"]],
    "test": [*RUNTIME, *EXTRAS, *GROUPS["test"], *GROUPS["check"]],
    "audit": GROUPS["audit"],
}


def pins(name):
    """Versions by package, and the file's text."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    found = re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([\w.+!-]+)", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^\w", text, re.MULTILINE)), "a line is no pin"
    return {plain(package): version for package, version in found}, text


def plain(package):
    return re.sub(r"[-_.]+", "-", package).lower()


def numbers(version):
    return tuple(int(each) for each in re.findall(r"\d+", version)[:3])


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_range_of_the_project_has_its_pin_within_it(name):
    pinned, _ = pins(name)
    for line in WANTED[name]:
        package, bounds = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?([^;]*)", line).groups()
        assert plain(package) in pinned, f"{package} is not pinned: make lock"
        have = numbers(pinned[plain(package)])
        for sign, bound in re.findall(r"(>=|<)\s*([\d.]+)", bounds):
            assert (have >= numbers(bound)) is (sign == ">="), f"{line} is pinned as {have}: make lock"


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_pin_has_its_hashes_and_no_file_says_from_where(name):
    _, text = pins(name)
    blocks = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", block) for block in blocks)
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted-host)", text, re.MULTILINE)


def test_the_tests_run_with_what_the_demo_runs_with():
    demo, test = pins("demo")[0], pins("test")[0]
    assert demo.items() <= test.items()


def test_an_audit_that_asked_nobody_says_so(tmp_path):
    (tmp_path / "pip_audit.py").write_text(
        'import json\nprint(json.dumps({"dependencies": [{"name": "a", "skip_reason": "not found"}]}))\n', "utf-8"
    )
    told = [
        subprocess.run(
            [sys.executable, ROOT / "tools" / "audit.py", *words],
            capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)},
        )
        for words in ([], ["--required"])
    ]  # fmt: skip
    assert [each.returncode for each in told] == [0, 1]
    assert all(each.stdout.startswith("AUDIT SKIPPED, wholly or in part") for each in told)


def test_an_audit_that_finds_something_fails(tmp_path):
    vulns = [{"id": "PYSEC-1", "fix_versions": ["2"]}]
    said = {"dependencies": [{"name": "a", "version": "1", "vulns": vulns}]}
    (tmp_path / "pip_audit.py").write_text(f"import json\nprint(json.dumps({said!r}))\n", "utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "audit.py"],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "KNOWN TO BE WRONG: a 1: PYSEC-1, mended in 2" in done.stdout
