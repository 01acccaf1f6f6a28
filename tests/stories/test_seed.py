"""The model document, byte for byte: fetched over HTTP, read, archived, published."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wirecopy.archive import open_archive
from wirecopy.cli.collecting import run_round
from wirecopy.config import Config
from wirecopy.model import Lead, replace
from wirecopy.outlets import shipped
from wirecopy.publish import markdown

SEED = Path(__file__).parents[2].parent / "shared" / "seed" / "0c611f6833ba73d3.md"
TAKEN = datetime(2024, 2, 8, 13, 47, 2, tzinfo=UTC)  # the seed's first line

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not SEED.exists(), reason="../shared/seed is not here"),
]


@pytest.fixture
def api():
    """A server that answers the apps' API and the content API with the seed's article, and a lead to it."""
    import helpers_seed

    answers = {
        "/api/detail/article/68204677": helpers_seed.detail_document(),
        "/graph-api/zh/content/article/68204677": helpers_seed.content_document(),
    }

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            found = answers.get(self.path)
            body = json.dumps(found, ensure_ascii=False).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "ask", ["/api/detail/article/{key}", "/graph-api/{language}/content/{kind}/{key}"], ids=["apps", "content"]
)
def test_the_seed_comes_back_byte_for_byte(tmp_path, api, ask):
    title_line = SEED.read_text("utf-8").splitlines()[1]
    address = title_line.rpartition("](")[2].rstrip(")")
    source = replace(shipped()["dw-zh"], asks=(api + ask,), pace=0.0)
    config = Config(
        path=tmp_path / "wirecopy.toml",
        contact="test@example.org",
        archive=tmp_path / "wirecopy.db",
        public=tmp_path / "public",
        allow_private=("127.0.0.1",),
        sources=(source,),
    )
    archive = open_archive(config.archive, write=True, holder="a test")
    try:
        archive.enrol([source])
        archive.note([Lead(source="dw-zh", key="68204677", kind="article", url=address)], at=TAKEN)
        (outcome,) = run_round(config, (source,), archive, clock=lambda: TAKEN, indexes=False)
        assert (outcome.new, outcome.failures) == (1, ())
        with archive.edition() as edition:
            markdown.publish(edition, config.public, layout="classic")
    finally:
        archive.close()
    (published,) = config.public.glob("articles/**/68204677.md")
    assert published.read_bytes() == SEED.read_bytes()
