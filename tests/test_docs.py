"""What exists is documented, what is documented exists, and both READMEs say the same."""

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from wirecopy import errors
from wirecopy.cli import words
from wirecopy.outlets import shipped

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
COMMANDS = next(
    action.choices for action in words.parser()._actions if isinstance(action, argparse._SubParsersAction)
)  # argparse keeps its own record of what can be said; there is no public one


def section(text, heading):
    """The text below a heading, up to the next of its level or above."""
    match = re.search(rf"^(#+) {re.escape(heading)}$(.*?)(?=^#{{1,2}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"no heading {heading!r}"
    return match[2]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name):
    told = section((DOCS / "commands.md").read_text("utf-8"), f"wirecopy {name}")
    for action in COMMANDS[name]._actions:
        for said in action.option_strings or [action.metavar or action.dest]:
            if said not in ("-h", "--help", "--config", "--quiet", "--json"):
                assert said in told, f"{name}: {said} is not in docs/commands.md"
    common = section((DOCS / "commands.md").read_text("utf-8"), "Every command")
    for said in ("--config", "--quiet", "--json", "--help"):
        assert said in common


def test_no_command_is_documented_that_does_not_exist():
    told = re.findall(r"^## wirecopy (\S+)$", (DOCS / "commands.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(COMMANDS)


def test_every_exit_code_is_documented():
    told = section((DOCS / "commands.md").read_text("utf-8"), "Exit codes")
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}
    for code in codes | {0, 130}:
        assert f"| {code} |" in told
    for code in codes | {130}:
        assert str(code) in words.parser().epilog


def test_every_config_key_is_documented_as_it_is_declared():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "config_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_shipped_outlet_is_documented():
    told = (DOCS / "outlets.md").read_text("utf-8")
    for source in shipped().values():
        assert f"`{source.id}`" in told, source.id


def test_every_link_between_documents_leads_somewhere():
    for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]:
        for target in re.findall(
            r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        ):
            if "://" not in target and not target.startswith("mailto:"):
                assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} → {target}"


def test_every_decision_has_its_four_parts():
    for path in (DOCS / "decisions").glob("0*.md"):
        told = path.read_text("utf-8")
        for part in ("## Context", "## Options", "## Choice", "## What would change our mind"):
            assert part in told, f"{path.name} lacks {part}"


def test_every_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    told = (DOCS / "decisions" / "0002-dependencies.md").read_text("utf-8")
    for line in [*project["dependencies"], *extras]:
        name = re.match(r"[\w.-]+", line)[0]
        assert f"**{name}**" in told, name


def test_both_readmes_give_the_same_commands_and_figures():
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    code = re.compile(r"```\w*\n(.*?)```", re.DOTALL)

    def commands(text):
        return [
            re.sub(r"\s*#.*", "", line).strip()
            for block in code.findall(text)
            for line in block.splitlines()
            if line.strip()
        ]

    assert commands(english) == commands(chinese)
    for text in (english, chinese):
        assert "make demo" in text
        assert "make test" in text
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(re.findall(r"^## ", chinese, re.MULTILINE))
    figure = re.compile(r"^\| [^|]+ \| ([\d,.]+) \|", re.MULTILINE)
    assert figure.findall(english) == figure.findall(chinese) != []


def test_the_changelog_has_the_version():
    from wirecopy import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
