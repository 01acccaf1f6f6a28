"""Pin what the demo, the tests and the audit install: requirements/*.txt, with hashes, from pyproject.toml's ranges.

python tools/lock.py [--upgrade]

For every Python and system that wirecopy runs on at once ("universal"). What is pinned stays as long as it fits its
range; --upgrade takes the newest. No file says from where: whoever installs does. Needs uv (`make lock`).
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
# hatchling makes the editable install of the demo; it asks for `editables` only then.
BUILD = [*PROJECT["build-system"]["requires"], "editables>=0.5"]
GROUPS = PROJECT["dependency-groups"]
EXTRAS = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
FILES = {
    "demo": [*PROJECT["project"]["dependencies"], *BUILD],
    "test": [*PROJECT["project"]["dependencies"], *BUILD, *EXTRAS, *GROUPS["test"], *GROUPS["check"]],
    "audit": GROUPS["audit"],
}
"""What each file pins. All of `demo` is in `test`, in the same versions."""


def lock(name: str, wanted: list[str], *options: str) -> None:
    """Write one file."""
    goal = ROOT / "requirements" / f"{name}.txt"
    if name == "test" and not goal.exists():
        goal.write_bytes((ROOT / "requirements" / "demo.txt").read_bytes())  # uv keeps what is pinned
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "-", "--output-file", str(goal), "--quiet", "--universal",
        "--python-version", PROJECT["project"]["requires-python"].removeprefix(">="), "--generate-hashes",
        "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock", *options,
    ]  # fmt: skip
    if name == "test":
        command += ["--constraints", str(ROOT / "requirements" / "demo.txt")]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("UV_FIND_LINKS")}
    subprocess.run(command, input="\n".join(wanted), text=True, check=True, env=environ, cwd=ROOT)  # noqa: S603  our own words


if __name__ == "__main__":
    for each, ranges in FILES.items():
        lock(each, ranges, *sys.argv[1:])
