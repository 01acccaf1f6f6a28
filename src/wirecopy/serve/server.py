"""The server: from a request to an answer. GET and HEAD, nothing else; what is answered is a file of the folder, a page
about a search in the archive, or why not.

- What a path may name, and what is read, is folder.py's; what headers ask for, conditions.py's; who may stay connected,
  connections.py's; what the archive says, asking.py's; how our own pages look, pages.py's.
- Every answer has the same safe headers. No cookie, no version, nothing noted of who reads.
- Bound to this machine alone it answers only to names of this machine and to those it was told: a stranger's page in
  the reader's browser cannot reach it under a name of the stranger's (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import ipaddress
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Literal, Self
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import Source
from wirecopy.publish import manifest, messages, output
from wirecopy.publish.messages import Messages
from wirecopy.publish.site import frame, plan
from wirecopy.serve import conditions, metrics, packing, pages
from wirecopy.serve.asking import Answer, Desk, Question, SourceStatus, Unanswered, What
from wirecopy.serve.connections import LIMITS, Connection, Connections, Limits
from wirecopy.serve.folder import CACHE, Folder, Known, Moved

POLICY = frame.POLICY.replace(" file:", "") + "; frame-ancestors 'none'"
"""The Content-Security-Policy of published files: that of their pages, as it reads where there is a host."""

SAFE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Server": "wirecopy",
}
"""The headers of every answer."""

_HTML = "text/html; charset=utf-8"
_METHODS = ("GET", "HEAD")
_OF_A_BODY = ("Content-Type", "Content-Encoding")  # left out where there is none (304)
_PIECE = 64 << 10  # bytes sent at a time of what is not sent at once
_AT_ONCE = 4 * _PIECE
_IN_A_FEED = 30  # documents: whoever looks once a day misses none of a search that finds one an hour
_READERS = 4  # threads that wait for the disk: more of them make no disk faster
_TURNS = 5  # of the loop, from a connection let in to its protocol: asyncio takes three
_PATIENCE = 60.0  # seconds for which a list of sources is believed, and what was told is not told again
_HOST = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?")
_FEEDS: dict[str, Literal["rss", "atom", "json"]] = {
    "/search.rss": "rss",
    "/search.atom": "atom",
    "/search.json": "json",
}
_FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


class Serving:
    """A server of a published folder, from `async with` to its end.

    `archive` is searched where it is given; `sources`, those that are followed, are what metrics are of. `port` 0
    takes a free one, `address` says which. `public` is the address under which readers know the folder
    ("https://mirror.example/", "" unknown), `names` further hosts that are ours. `log` is told a line for each
    answer, without who it was for; `trouble` what an operator should know. Raises ConfigError where it can't be: no
    folder, no such host, a port that is taken.
    """

    def __init__(
        self,
        folder: Path,
        *,
        archive: Path | None = None,
        sources: tuple[Source, ...] = (),
        host: str = "127.0.0.1",
        port: int = 8000,
        public: str = "",
        names: tuple[str, ...] = (),
        language: str = "en",
        limits: Limits = LIMITS,
        memory: int = CACHE,
        log: Callable[[str], None] | None = None,
        trouble: Callable[[str], None] = lambda _: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = Folder(folder, memory=memory)
        self._archive = archive
        self._followed = sources
        self._host, self._port = host, port
        self._public = public
        known = (name.partition(":")[0].lower().rstrip(".") for name in (*names, _host_of(public)))
        self._names = frozenset(filter(None, known))
        self._language = language
        self._limits = limits
        self._log, self._operator, self._clock = log, trouble, clock
        self._told: dict[str, float] = {}
        self._desk: Desk | None = None
        self._sources: tuple[float, tuple[SourceStatus, ...]] = (-_PATIENCE, ())
        self._is_ours = lru_cache(maxsize=256)(self._answers_to)
        self._own: dict[str, Callable[[web.BaseRequest, Mapping[str, str]], Awaitable[web.StreamResponse]]] = {
            "/-/health": self._health,
            "/-/status": self._status,
            "/-/status.json": self._status,
        }
        if archive is not None:
            self._own["/search"] = self._search
            self._own["/metrics"] = self._metrics
            self._own |= dict.fromkeys(_FEEDS, self._feed)

    @property
    def address(self) -> str:
        """Where the folder is served: "http://127.0.0.1:8000/"."""
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    async def __aenter__(self) -> Self:
        if not self._folder.root.is_dir():
            raise ConfigError(f"there is no folder {self._folder.root}; `wirecopy publish` writes it")
        self._loop = asyncio.get_running_loop()
        self._connections = Connections(self._answer, self._limits, refusal=_refusal, trouble=self._tell_fault)
        try:
            self._server = await self._loop.create_server(self._connections, self._host, self._port, backlog=512)
        except (OSError, UnicodeError, OverflowError) as error:
            raise ConfigError(_why_not(error, self._host, self._port)) from error
        self._is_here = _is_loopback(self._server.sockets[0].getsockname()[0])
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="serve")
        self._desk = None if self._archive is None else Desk(self._archive)
        self._sweeping = self._loop.create_task(self._sweep())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sweeping.cancel()
        await self._stop_listening()
        await self._connections.end()
        if self._desk is not None:
            await self._desk.close()
        self._threads.shutdown()
        await self._server.wait_closed()

    async def _stop_listening(self) -> None:
        """Let nobody in any more. Whoever was let in a moment ago must be known before: asyncio forgets them else."""
        for listening in self._server.sockets:
            with suppress(NotImplementedError):  # on Windows, where it does not
                self._loop.remove_reader(listening.fileno())
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self._server.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._limits.patience / 4))
            self._connections.sweep(self._loop.time())

    # --- every request ------------------------------------------------------------------------------------------------

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)
        connection.waiting = None
        connection.answered += 1
        begun = self._loop.time()
        try:
            response = await self._response(request)
            if connection.answered >= self._limits.requests:
                response.force_close()
            await self._give(request, response, connection)
        finally:
            connection.waiting, connection.giving = self._loop.time(), None
        if self._log is not None:
            took = (connection.waiting - begun) * 1000
            path = request.path_qs.partition("?")[0]  # what is looked for is nobody's business
            self._log(f"{request.method} {path[:300]} {response.status} {response.body_length} {took:.1f} ms")
        return response

    async def _give(self, request: web.BaseRequest, response: web.StreamResponse, connection: Connection) -> None:
        """Send an answer; whoever does not take it is cut off (connections.py), and a ConnectionError ends this."""
        connection.giving = self._loop.time()
        if not isinstance(response, _InPieces):
            await response.prepare(request)
            await response.write_eof()
            return
        try:
            await response.prepare(request)
            async with aclosing(response.pieces) as pieces:
                async for piece in pieces:
                    await response.write(piece)
                    connection.giving = self._loop.time()
            await response.write_eof()
        finally:
            if response.file is not None:
                response.file.close()

    async def _response(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method not in _METHODS or request.body_exists:
            return _refusal(413 if request.method in _METHODS else 405)
        hosts = request.headers.getall("Host", [])
        if len(hosts) > 1 or (not hosts and request.version >= (1, 1)):
            return _refusal(400)  # RFC 9112 3.2
        host, target = _origin_form(request.raw_path)
        if not all(map(self._is_ours, (host,) if host else hosts)):
            return _refusal(421)
        path, _, query = target.partition("?")
        own = self._own.get(path)
        if own is None:
            return await self._file(request, path, query)
        try:
            asked = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20, errors="replace"))
        except ValueError:
            return _refusal(400)
        return await own(request, asked)

    def _answers_to(self, host: str) -> bool:
        """Is this (the Host header) a name under which we may be asked?"""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].lower().rstrip(".")
        if not self._is_here or name in self._names or name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    def _trouble(self, words: str) -> None:
        """Tell the operator, and not again for a while: who makes trouble must not fill the log with it, too."""
        now = self._loop.time()
        if now - self._told.get(words, -_PATIENCE) >= _PATIENCE:
            self._told = {each: at for each, at in self._told.items() if now - at < _PATIENCE}
            self._told[words] = now
            self._operator(words)

    def _tell_fault(self, error: BaseException) -> None:
        self._trouble(f"a fault of wirecopy: {type(error).__name__}: {str(error)[:300]}")

    # --- files --------------------------------------------------------------------------------------------------------

    async def _file(self, request: web.BaseRequest, path: str, query: str) -> web.StreamResponse:
        asked = request.headers
        # Ranges are of what is stored: whoever asks for one gets it plain (RFC 9110 14.2 leaves that to us).
        coding = "" if "Range" in asked else conditions.coding(asked.get("Accept-Encoding", ""))
        known = self._folder.find(path)
        if known is None or not known.has(coding):
            try:
                known = await self._loop.run_in_executor(self._threads, self._load, path, known, coding)
            except Moved as moved:
                return _line(301, Location=moved.location + (f"?{query}" if query else ""))
            if known is None:
                return self._missing(request, path)
            self._folder.keep(path, known)
        used, body = known.variant(coding) if known.body is not None else ("", None)
        tag, size = known.tag(used), known.size if body is None else len(body)
        headers = known.answers.get(used)
        if headers is None:
            packed = {"Content-Encoding": used} if used else {}
            headers = known.answers[used] = {**SAFE, **known.headers, **packed, "ETag": tag}
        match conditions.verdict(asked, tag, known.modified):
            case 304:
                kept = {name: value for name, value in headers.items() if name not in _OF_A_BODY}
                return web.Response(status=304, headers=kept)
            case 412:
                return _line(412)
        status, begin, end = 200, 0, size
        if "Range" in asked and request.method == "GET":
            try:
                part = conditions.byte_range(asked, size, tag, known.modified)
            except conditions.Unsatisfiable:
                return _line(416, **{"Content-Range": f"bytes */{size}"})
            if part is not None:
                status, (begin, end) = 206, part
                headers = {**headers, "Content-Range": f"bytes {begin}-{end - 1}/{size}"}
        if body is None:
            return await self._long(request, known, status, headers, begin, end)
        if request.method == "HEAD" or end - begin <= _AT_ONCE:
            return web.Response(status=status, headers=headers, body=body if end - begin == size else body[begin:end])
        headers = {**headers, "Content-Length": str(end - begin)}
        return _InPieces(status, headers, _cut(memoryview(body)[begin:end]))

    def _load(self, path: str, known: Known | None, coding: str) -> Known | None:
        """Read and pack, in a thread."""
        known = known or self._folder.load(path)
        if known is not None and known.body is not None:
            known.variant(coding)
        return known

    async def _long(
        self, request: web.BaseRequest, known: Known, status: int, headers: dict[str, str], begin: int, end: int
    ) -> web.StreamResponse:
        headers = {**headers, "Content-Length": str(end - begin)}
        if request.method == "HEAD":
            return web.StreamResponse(status=status, headers=headers)
        file = await self._loop.run_in_executor(self._threads, self._folder.opened, known)
        if file is None:  # another file took its place a moment ago: asking again finds that one
            return _line(503, **{"Retry-After": "1"})
        return _InPieces(status, headers, self._read(file, begin, end), file)

    async def _read(self, file: IO[bytes], begin: int, end: int) -> AsyncGenerator[bytes | memoryview]:
        """These bytes of an open file."""
        file.seek(begin)
        while begin < end:
            piece = await self._loop.run_in_executor(self._threads, file.read, min(_PIECE, end - begin))
            if not piece:
                raise ConnectionResetError("a file ended before its size")
            yield piece
            begin += len(piece)

    def _missing(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        # So many steps up as the path has folders: under another server's path that is still the front page.
        root = "../" * min(path.count("/") - 1, 32)
        say = self._say(request)
        return _page(404, pages.missing(say, root, has_search=self._archive is not None), say)

    # --- the archive --------------------------------------------------------------------------------------------------

    async def _search(self, request: web.BaseRequest, query: Mapping[str, str]) -> web.StreamResponse:
        say, now = self._say(request), self._clock()
        search, notes = pages.asked(query, now, say)
        found, status, trouble = None, 200, ""
        try:
            if len(search.words) > pages.LONGEST:
                status, trouble = 400, say("serve_too_long", most=pages.LONGEST)
                search = pages.Asked(words=search.words[: pages.LONGEST])
            elif not search.is_empty:
                most = min(search.page * pages.MOST + 1, pages.DEEPEST * pages.MOST)
                found = (await self._ask("search", now, words=search.query, most=most)).found
            sources = await self._known_sources(now)
        except Unanswered as error:
            self._trouble(f"search: {error}")
            status, trouble, sources = error.status, say("serve_cannot"), self._sources[1]
        places = {}
        for hit in found.hits[(search.page - 1) * pages.MOST :] if found else ():
            place = plan.article(hit.headline.source, hit.headline.day, hit.headline.key)
            if self._folder.has(place):
                places[hit.headline.source, hit.headline.key] = place
        body = pages.results(search, found, places, sources=sources, say=say, notes=notes, trouble=trouble)
        return await self._made(request, status, body, _HTML, say)

    async def _feed(self, request: web.BaseRequest, query: Mapping[str, str]) -> web.StreamResponse:
        say, now = self._say(request), self._clock()
        path = _origin_form(request.raw_path)[1].partition("?")[0]
        form = _FEEDS[path]
        search, _ = pages.asked(query, now, say)
        if search.is_empty or len(search.words) > pages.LONGEST:
            return _line(400)
        host = request.headers.get("Host")
        site = self._public or (f"http://{host}/" if host else self.address)
        try:
            answer = await self._ask(
                "feed", now, words=search.query, most=_IN_A_FEED, form=form, site=site, folder=str(self._folder.root),
                address=site + search.address(path[1:]), language=say.language,
                page=site + search.address(), title=say("serve_search_title", words=search.query),
            )  # fmt: skip
        except Unanswered as error:
            self._trouble(f"search: {error}")
            return _line(error.status, **{"Retry-After": "60"})
        return await self._made(request, 200, answer.feed, _FEED_TYPES[form], say)

    async def _health(self, _: web.BaseRequest, __: Mapping[str, str]) -> web.StreamResponse:
        published = await self._loop.run_in_executor(self._threads, _published, self._folder.root)
        told: dict[str, object] = {"ok": published["ok"], "published": published}
        if self._archive is not None:
            try:
                status = (await self._ask("health", self._clock())).status
                assert status is not None
                told["archive"] = {"ok": True, "archive": status.archive, "stamp": status.stamp}
            except Unanswered as error:  # why is for the operator: it names files of this machine
                self._trouble(f"health: {error}")
                told["archive"] = {"ok": False}
                told["ok"] = False
        return _own(200 if told["ok"] else 503, msgspec.json.encode(told) + b"\n", "application/json")

    async def _status(self, request: web.BaseRequest, _: Mapping[str, str]) -> web.StreamResponse:
        say = self._say(request)
        if self._archive is None:
            return self._missing(request, "/-/")
        try:
            status = (await self._ask("status", self._clock())).status
            assert status is not None
        except Unanswered as error:
            self._trouble(f"status: {error}")
            return _line(error.status, **{"Retry-After": "60"})
        if request.raw_path.partition("?")[0].endswith(".json"):
            return _own(200, msgspec.json.encode(status) + b"\n", "application/json")
        return await self._made(request, 200, pages.status(status, say), _HTML, say)

    async def _metrics(self, _: web.BaseRequest, __: Mapping[str, str]) -> web.StreamResponse:
        try:
            answer = await self._ask("metrics", self._clock(), sources=self._followed)
        except Unanswered as error:
            self._trouble(f"metrics: {error}")
            return _line(error.status, **{"Retry-After": "60"})
        return _own(200, answer.metrics.encode("utf-8", "replace"), metrics.MEDIA_TYPE)

    async def _ask(self, what: What, now: datetime, **rest: Any) -> Answer:
        assert self._desk is not None
        return await self._desk.ask(Question(what=what, archive=str(self._desk.archive), now=now, **rest))

    async def _known_sources(self, now: datetime) -> tuple[SourceStatus, ...]:
        """The sources, for a form: as they were a moment ago."""
        asked, sources = self._sources
        if self._loop.time() - asked > _PATIENCE:
            status = (await self._ask("status", now)).status
            sources = status.sources if status else ()
            self._sources = self._loop.time(), sources
        return sources

    async def _made(
        self, request: web.BaseRequest, status: int, body: bytes, kind: str, say: Messages
    ) -> web.StreamResponse:
        """Something made just now, packed, with an entity tag, so that who has it already gets no second copy."""
        more = {"Vary": "Accept-Encoding, Accept-Language"}
        coding = conditions.coding(request.headers.get("Accept-Encoding", ""))
        if coding and len(body) >= packing.LEAST:
            body = await self._loop.run_in_executor(self._threads, packing.packed, body, coding)
            more["Content-Encoding"] = coding
        if status == 200:
            more["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
            known = {"If-None-Match": request.headers.get("If-None-Match", "")}
            if conditions.verdict(known, more["ETag"], 0) == 304:
                more.pop("Content-Encoding", None)
                return web.Response(status=304, headers={**SAFE, **more, "Cache-Control": "no-cache"})
        return _own(status, body, kind, **more, **{"Content-Language": say.language})

    def _say(self, request: web.BaseRequest) -> Messages:
        return messages.of(conditions.language(request.headers.get("Accept-Language", ""), self._language))


# --- answers ---------------------------------------------------------------------------------------------------------


class _InPieces(web.StreamResponse):
    """An answer that is sent piece by piece, so that a slow reader holds one piece of it in memory and no more."""

    def __init__(
        self,
        status: int,
        headers: dict[str, str],
        pieces: AsyncGenerator[bytes | memoryview],
        file: IO[bytes] | None = None,
    ) -> None:
        super().__init__(status=status, headers=headers)
        self.pieces = pieces
        self.file = file


async def _cut(body: memoryview) -> AsyncGenerator[bytes | memoryview]:
    for at in range(0, len(body), _PIECE):
        yield body[at : at + _PIECE]


def _own(status: int, body: bytes, kind: str, **more: str) -> web.Response:
    """Something of our own making, as it is now."""
    headers = {**SAFE, "Content-Security-Policy": pages.POLICY, "Content-Type": kind, "Cache-Control": "no-cache"}
    return web.Response(status=status, headers={**headers, **more}, body=body)


def _page(status: int, body: bytes, say: Messages) -> web.Response:
    return _own(status, body, _HTML, **{"Vary": "Accept-Language", "Content-Language": say.language})


def _line(status: int, **more: str) -> web.Response:
    """Why there is nothing else, in a line."""
    names = {name.replace("_", "-"): value for name, value in more.items()}
    body = f"{status} {HTTPStatus(status).phrase}{_WHY.get(status, '')}\n".encode()
    return _own(status, body, "text/plain; charset=utf-8", **names)


def _refusal(status: int) -> web.Response:
    """`_line`, and the end of the connection: who asks so is not understood, or not listened to any more."""
    answer = _line(status, **({"Allow": ", ".join(_METHODS)} if status == 405 else {}))
    answer.force_close()
    return answer


_WHY = {
    400: ": this is no request; what is not ASCII in an address has to be escaped (%E8%BD%AE)",
    405: ": this server only gives (GET, HEAD)",
    413: ": this server takes no bodies",
    421: ": this server does not go by that name; `wirecopy serve --name NAME` says that it does",
}


# --- what stands where -----------------------------------------------------------------------------------------------


def _origin_form(target: str) -> tuple[str, str]:
    """The host that a request's target names, "" where it names none, and its path and query; what is no text is
    marked. The host of an absolute target goes before the header's (RFC 9112 3.2.2).
    """
    host = ""
    if not target.startswith("/") and (found := re.match(r"(?i)https?://([^/?#]*)", target)):
        host, target = found[1], target[found.end() :] or "/"
    return host, target.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _published(folder: Path) -> dict[str, object]:
    """Whether a publication has finished here, and when: a killed one leaves a journal, and the one before standing."""
    told: dict[str, object] = {"ok": False}
    with suppress(OSError, PublishError):
        root = folder / manifest.ROOT
        at = datetime.fromtimestamp(int(root.stat().st_mtime), UTC)
        manifest.decode(root.read_bytes(), manifest.ROOT)
        told = {"ok": True, "at": at}
        if (folder / output.JOURNAL).exists():  # a publication is running, or was killed
            told["unfinished"] = True
    return told


def _host_of(address: str) -> str:
    found = re.match(r"https?://([^/:?#]+)", address)
    return found[1] if found else ""


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback


def _why_not(error: Exception, host: str, port: int) -> str:
    """Why nothing can be served there, and what would be right."""
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return f"port {port} of {host} is taken; --port names another, --port 0 takes a free one"
    if code in (errno.EACCES, errno.EPERM):
        return f"port {port} is not for every user; --port names another, from 1024 on"
    return f"nothing can be served at {host}, port {port}: {error}; --host 127.0.0.1 is this machine alone"
