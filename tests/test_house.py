"""The house keeps its plan: who imports whom, what is loaded when, what may not stand in the repository."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "wirecopy"
MODULES = sorted(SOURCE.rglob("*.py"))


@cache
def imports(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def importers(package):
    found = (path for path in MODULES if any(name.split(".")[0] == package for name in imports(path)))
    return {path.relative_to(SOURCE).as_posix() for path in found}


def test_the_floor_plan_is_kept():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_only_the_door_opens_connections():
    assert importers("aiohttp") == {"collect/fetch/door.py", "serve/server.py", "serve/connections.py"}
    assert importers("socket") <= {
        "collect/fetch/door.py",
        "collect/fetch/names.py",  # asks the system where a name leads
        "demo/server.py",
        "serve/connections.py",
        "cli/alerts.py",  # the operator's own mail server and webhooks
        "cli/systemd.py",  # a datagram on this machine
    }
    for package in ("requests", "httpx", "urllib3"):
        assert importers(package) <= {"collect/fetch/door.py"}
    assert importers("ssl") <= {"collect/fetch/door.py", "cli/alerts.py"}


def test_only_one_module_knows_each_heavy_library():
    assert importers("boto3") == {"send/objects.py"}


def test_only_the_archive_knows_a_database():
    assert all(path.startswith("archive/") for path in importers("sqlite3"))


def test_nothing_runs_what_it_reads():
    for path in MODULES:
        called = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"eval", "exec", "compile", "__import__"}, path
        assert "pickle" not in imports(path), path


@pytest.mark.parametrize("words", [["--help"], ["collect", "--help"], ["--version"]])
def test_help_loads_the_standard_library_only(words):
    script = (
        "import sys, json, io, contextlib\n"
        "from wirecopy.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({words!r})\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"aiohttp", "asyncio", "lxml", "msgspec", "rich", "sqlite3", "ada_url", "filelock"}
    assert not heavy & set(json.loads(done.stdout))


def test_status_loads_no_reader_and_no_network(tmp_path):
    from wirecopy.archive import open_archive

    (tmp_path / "wirecopy.toml").write_text("[sources.dw-zh]\n", "utf-8")
    open_archive(tmp_path / "wirecopy.db", write=True).close()
    script = (
        "import sys, json, io, contextlib\n"
        "from wirecopy.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    assert main(['status', '--config', {str(tmp_path / 'wirecopy.toml')!r}]) == 0\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"aiohttp", "asyncio", "lxml", "rich", "protego"} & set(json.loads(done.stdout))


def test_every_public_name_is_there():
    import wirecopy

    assert len(wirecopy.__all__) <= 14
    for name in wirecopy.__all__:
        assert getattr(wirecopy, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = wirecopy.nothing


def test_every_module_says_what_it_is():
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{path} has no docstring"


def test_nothing_of_a_builder_s_machine_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    told = re.compile(r"/(home|root|Users)/\w+")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            found = told.search(path.read_text("utf-8", errors="replace"))
            assert found is None, f"{name}: {found[0] if found else ''}"
