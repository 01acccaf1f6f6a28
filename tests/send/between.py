"""A proxy that stands between us and a server: it notes each request, and cuts the line where it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Between(ThreadingHTTPServer):
    """`seen` are the requests that were passed on, as ("PUT", "index.html"); `cut_before` the number of the changing
    request from which on nothing passes."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, prefix: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.port, self.prefix = port, prefix
        self.seen: list[tuple[str, str]] = []
        self.cut_before: int | None = None
        self.changes = 0
        self.guard = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def puts(self) -> list[str]:
        return [path for method, path in self.seen if method == "PUT"]

    def passes(self, method: str, path: str) -> bool:
        with self.guard:
            if method in ("PUT", "DELETE"):
                self.changes += 1
            if self.cut_before is not None and self.changes >= self.cut_before:
                return False
            self.seen.append((method, path.partition("?")[0].partition(self.prefix)[2]))
            return True


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.server.passes(self.command, self.path):
            self.close_connection = True
            return
        line = http.client.HTTPConnection("127.0.0.1", self.server.port)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            line.request(self.command, self.path, body, headers)
            answer = line.getresponse()
            body = answer.read()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        finally:
            line.close()

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _pass  # noqa: N815  (the library's names)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def between(port: int, prefix: str) -> Iterator[Between]:
    with Between(port, prefix) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
