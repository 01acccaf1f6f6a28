"""`wirecopy serve` as a person runs it: where to look, how it ends, what is wrong when it can't begin."""

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from wirecopy.archive import open_archive

COMMAND = """
import argparse, sys
from wirecopy.cli import serving
from wirecopy.errors import WirecopyError
words = argparse.ArgumentParser()
words.add_argument("--config")
words.add_argument("--quiet", action="store_true")
serving.add_options(words)
try:
    sys.exit(serving.serve(words.parse_args()))
except WirecopyError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def mirror(tmp_path):
    (tmp_path / "wirecopy.toml").write_text("")
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "index.html").write_text("<p>front")
    open_archive(tmp_path / "wirecopy.db", write=True).close()
    return tmp_path


@contextmanager
def started(mirror, *words):
    command = [sys.executable, "-c", COMMAND, "--config", str(mirror / "wirecopy.toml"), *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_to_look_and_ends_when_it_is_told_to(mirror, number):
    with started(mirror, "--port", "0", "--log") as process:
        told = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", told)[0]
        assert urlopen(address).read() == b"<p>front"
        assert urlopen(f"{address}search?q=a").status == 200
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(60) == 0
    assert re.search(r"Z GET / 200 ", rest)
    assert re.search(r"Z GET /search 200 ", rest)
    assert rest.endswith("stopped\n")


def test_a_taken_port_is_a_mistake_of_the_command(mirror):
    with started(mirror, "--port", "0") as one:
        port = re.search(r":(\d+)/", one.stderr.readline())[1]
        with started(mirror, "--port", port) as other:
            assert f"port {port} of 127.0.0.1 is taken; --port names another" in other.stderr.read()
            assert other.wait(60) == 2
        one.terminate()
        one.stderr.read()


def test_what_was_never_published_cannot_be_served(mirror):
    with started(mirror, "--published", str(mirror / "nowhere")) as process:
        assert "there is no folder" in process.stderr.read()
        assert process.wait(60) == 2


@pytest.mark.parametrize("port", ["70000", "-1", "x", "٣"])
def test_a_port_is_a_number_that_there_is(mirror, port):
    with started(mirror, f"--port={port}") as process:
        assert "is no port: 0 to 65535" in process.stderr.read()
        assert process.wait(60) == 2


def test_without_an_archive_the_folder_is_served_all_the_same(mirror):
    (mirror / "wirecopy.db").unlink()
    with started(mirror, "--port", "0") as process:
        assert "nothing can be searched" in process.stderr.readline()
        address = re.search(r"http://\S+", process.stderr.readline())[0]
        assert urlopen(address).status == 200
        process.terminate()
        process.stderr.read()
