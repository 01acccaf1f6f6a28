"""One request, one answer. The only module that opens a connection, and the only one that knows aiohttp.

- The guard has the last word on the IP address of each connection, whatever a name resolved to a moment ago.
- Through a proxy it is the proxy that resolves names: there only what can be told from the name itself is judged.
- Once the head of an answer is there, there is a capture; before that there is a FetchError that says what to do.
- Redirects are told, not followed; content coding is undone here (`coding`), never by aiohttp.
"""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from datetime import datetime
from types import ModuleType

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from wirecopy import text
from wirecopy.collect.fetch import names, proxies
from wirecopy.collect.fetch.coding import Payload
from wirecopy.collect.fetch.guard import Guard, Target
from wirecopy.errors import ConfigError, FetchError, Refused
from wirecopy.model import Capture, Footprint, Headers, Noun, replace

Resolve = Callable[[str], Awaitable[Sequence[str]]]  # the IP addresses of a name

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MANY_ORIGINS = 1024  # whose proxies are remembered


class Limits(Noun, frozen=True, kw_only=True):
    """What one request may take. Seconds, bytes, counts."""

    total: float = 60.0  # redirects included, waits for a turn not; a guess: a slow phone line brings 1 MB in it
    connect: float = 15.0  # name, TCP and TLS; a guess: room for three lost SYNs (1 + 2 + 4 s) and a slow handshake
    body: int = 20_000_000  # as sent and as decoded; a guess: twice the largest press photographs
    redirects: int = 10  # a guess; browsers follow 20 (Fetch standard)
    header_bytes: int = 32_768  # one line of a head; a guess: long policies reach 16 KB. aiohttp takes 128 lines


class Unanswered(FetchError):
    """No answer, but another attempt may well bring one."""


class Door:
    """Asks one address at a time for whoever has a turn. `asked` counts the requests that were sent, `footprints` what
    of them no archive knows yet, by host and day.
    """

    def __init__(
        self, guard: Guard, limits: Limits, *, clock: Callable[[], datetime], proxy: str, resolve: Resolve | None
    ) -> None:
        self.asked = 0
        self.footprints: dict[tuple[str, str], Footprint] = {}
        self._guard = guard
        self._limits = limits
        self._clock = clock
        self._resolver = _Resolver(resolve or names.addresses)
        self._proxy = proxies.parse(proxy) if proxy else None
        self._ways: dict[str, proxies.Proxy | None] = {}
        self._sessions: dict[proxies.Proxy | None, aiohttp.ClientSession] = {}
        socks = _socks(self._proxy, *(() if self._proxy else proxies.environment()))
        self._expected: tuple[type[Exception], ...] = (aiohttp.ClientError, OSError, UnicodeError)
        if socks is not None:
            self._expected += (socks.ProxyError, socks.ProxyConnectionError, socks.ProxyTimeoutError)

    async def close(self) -> None:
        """Close every connection."""
        while self._sessions:
            await self._sessions.popitem()[1].close()

    def reaches_onions(self, target: Target) -> bool:
        """Is this address asked through a SOCKS proxy, which may be Tor?"""
        proxy = self._proxy_for(target)
        return proxy is not None and proxy.is_socks

    async def ask(
        self, target: Target, headers: dict[str, str], limits: Limits, deadline: float, form: bytes | None = None
    ) -> tuple[Capture, str]:
        """Ask until `deadline` (the loop's time): the capture, and where it redirects to, "" for nowhere.

        With a `form` the address is told something instead (POST).
        """
        proxy = self._proxy_for(target)
        session = self._sessions.get(proxy) or self._open_session(proxy)
        step = _Step(target.host)
        outside = _step.set(step)
        response: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout_at(deadline):
                method = "GET" if form is None else "POST"
                response = await session.request(
                    method, _as_yarl(target), headers=headers, data=form, allow_redirects=False
                )
                at = self._clock()
                location = _location(response) if response.status in _REDIRECTS else ""
                payload = Payload(response.headers.get("Content-Encoding", ""), limits.body)
                truncated = "" if location else await _receive(response, payload)
        except self._expected as error:
            if response is None:
                if not isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
                    self._tread(target, self._clock(), failed=1)
                raise _unanswered(target, step, proxy, limits, error) from error
            truncated = f"not complete after {limits.total:g} s"  # all else, _receive has caught
        except asyncio.CancelledError:
            self._tread(target, self._clock(), failed=1)  # most likely it was sent
            raise
        finally:
            _step.reset(outside)
            if response is not None:
                response.close()  # nothing where the answer came whole: its connection is free again
        self._tread(
            target,
            at,
            bytes=payload.arrived,
            not_modified=int(response.status == 304),
            refused=int(response.status in (429, 503)),
        )
        capture = Capture(
            url=target.url,
            final_url=target.url,
            asked=_sent(response),
            status=response.status,
            headers=tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]),
            body=payload.body,
            at=at,
            truncated=truncated,
        )
        return capture, location

    def _tread(self, target: Target, at: datetime, **counts: int) -> None:
        """A request was sent: count it."""
        self.asked += 1
        day = at.date().isoformat()
        known = self.footprints.get((target.host, day)) or Footprint(host=target.host, day=day)
        more = {name: getattr(known, name) + count for name, count in counts.items()}
        self.footprints[target.host, day] = replace(known, asked=known.asked + 1, **more)

    def _proxy_for(self, target: Target) -> proxies.Proxy | None:
        if self._guard.opens(target.host):
            return None  # what was opened by name is near, and no proxy's business
        if self._proxy is not None:
            return self._proxy
        if target.origin not in self._ways:
            if len(self._ways) >= _MANY_ORIGINS:
                self._ways.clear()
            spelt = proxies.proxy_for(target.href)
            self._ways[target.origin] = proxies.parse(spelt) if spelt else None
        return self._ways[target.origin]

    def _open_session(self, proxy: proxies.Proxy | None) -> aiohttp.ClientSession:
        """One session a proxy: the connections to a proxy, which may be near, are never handed to anything else."""
        session = self._sessions[proxy] = aiohttp.ClientSession(
            connector=self._connector(proxy),
            proxy=_proxy_url(proxy) if proxy and not proxy.is_socks else None,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._limits.connect),
            auto_decompress=False,
            max_line_size=self._limits.header_bytes,
            max_field_size=self._limits.header_bytes,
            middlewares=(_once,),
        )
        return session

    def _connector(self, proxy: proxies.Proxy | None) -> aiohttp.BaseConnector:
        if proxy is None:
            return aiohttp.TCPConnector(limit=0, resolver=self._resolver, socket_factory=self._socket)
        if not proxy.is_socks:
            return aiohttp.TCPConnector(limit=0, resolver=_Resolver(names.addresses))
        socks = _socks(proxy)
        assert socks is not None
        connector: aiohttp.BaseConnector = socks.ProxyConnector(
            host=proxy.host,
            port=proxy.port,
            username=proxy.user or None,
            password=proxy.password or None,
            rdns=True,
            limit=0,
        )
        return connector

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """A socket to connect to this very address with."""
        family, kind, protocol, _, address = info
        step = _step.get()
        refusal = self._guard.refuses(str(address[0]), step.host)
        if refusal:
            step.refusal = refusal
            raise PermissionError(refusal)
        step.opened = True
        return socket.socket(family, kind, protocol)


class _Step:
    """A request on its way out: to which host, and what the guard said of the addresses it was about to go to."""

    __slots__ = ("host", "opened", "refusal")

    def __init__(self, host: str) -> None:
        self.host = host
        self.opened = False
        self.refusal = ""


# Sockets are made deep inside aiohttp, in tasks of its own; the context is what reaches there.
_step: ContextVar[_Step] = ContextVar("_step")


class _Resolver(AbstractResolver):
    """Who finds the addresses of names, in aiohttp's shape."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = await self._resolve(host)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        pass


class _HungUp(aiohttp.ClientError):
    """The connection ended before the head of an answer."""


async def _once(request: aiohttp.ClientRequest, ask: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Ask once: where a server hangs up aiohttp would ask again by itself, whosever turn it is."""
    try:
        return await ask(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _HungUp(str(error)) from error


def _socks(*needed: proxies.Proxy | None) -> ModuleType | None:
    """The package that speaks SOCKS, if one of these proxies does. Raises ConfigError where it is missing."""
    proxy = next((proxy for proxy in needed if proxy is not None and proxy.is_socks), None)
    if proxy is None:
        return None
    try:
        return importlib.import_module("aiohttp_socks")
    except ImportError:
        raise ConfigError(f"the proxy {proxy.name} needs one more package: pip install 'wirecopy[socks]'") from None


def _proxy_url(proxy: proxies.Proxy) -> URL:
    return URL.build(
        scheme=proxy.scheme,
        host=proxy.host,
        port=proxy.port,
        user=proxy.user or None,
        password=proxy.password or None,
    )


def _as_yarl(target: Target) -> URL:
    url = URL(target.href, encoded=True)
    if url.raw_host != target.host or url.port != target.port:
        raise Refused(f"{target.href} is not asked: it can be read as two different hosts")
    return url


def _location(response: aiohttp.ClientResponse) -> str:
    """Where a redirect leads. Bytes beyond ASCII are escaped one by one, in whatever charset they were meant."""
    value = next((value for name, value in response.raw_headers if name.lower() == b"location"), b"")
    return "".join([chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in value])


async def _receive(response: aiohttp.ClientResponse, payload: Payload) -> str:
    """Read the payload; why it is not whole, or ""."""
    content = response.content
    protocol = response.connection.protocol if response.connection else None
    try:
        while data := await content.readany():
            if not payload.feed(data):
                return payload.trouble
    except (aiohttp.ClientError, OSError):
        return _broken_off(response, payload)
    if protocol is not None and isinstance(protocol.exception(), aiohttp.ClientOSError) and _ends_by_closing(response):
        return f"broken off after {payload.arrived} bytes: the connection was reset"
    return payload.ended()


def _ends_by_closing(response: aiohttp.ClientResponse) -> bool:
    return "Content-Length" not in response.headers and "Transfer-Encoding" not in response.headers


def _broken_off(response: aiohttp.ClientResponse, payload: Payload) -> str:
    if "Transfer-Encoding" in response.headers:
        return f"broken off after {payload.arrived} bytes, before the last chunk"
    return f"broken off after {payload.arrived} of {response.headers.get('Content-Length', '?')[:20]} bytes"


def _sent(response: aiohttp.ClientResponse) -> Headers:
    """The request's header lines, byte for byte, as Latin-1; what only the proxy was to see is no evidence."""
    return tuple(
        [
            # str(): aiohttp's names are a str of another type, which is no stored form
            (str(name), value if value.isascii() else value.encode().decode("latin-1"))
            for name, value in response.request_info.headers.items()
            if name != "Proxy-Authorization"
        ]
    )


def _unanswered(
    target: Target, step: _Step, proxy: proxies.Proxy | None, limits: Limits, error: Exception
) -> FetchError:
    """Why there is no answer, and whether asking again at once makes sense."""
    if step.refusal and not step.opened:
        return Refused(f"{target.href} is not asked: {target.host} leads inside: {step.refusal}")
    where, host, why = f"no answer from {target.href}", target.host, _reason(error)
    match error:
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return Unanswered(f"{where}: the proxy {proxy.name if proxy else ''} did not connect us ({why})")
        case aiohttp.ClientConnectorDNSError(os_error=socket.gaierror(errno=socket.EAI_NONAME)):
            return FetchError(
                f"{where}: there is no host {host}; check how it is spelt, and that this machine has a network"
            )
        case aiohttp.ClientConnectorDNSError():
            return Unanswered(f"{where}: {host} can't be looked up ({why}); check the network and its name server")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return FetchError(f"{where}: {host} has no safe connection to offer ({why}); it must put its TLS right")
        case aiohttp.ClientConnectorError():
            return Unanswered(f"{where}: {host} can't be connected to ({why}); check that it is up, and the network")
        case aiohttp.ConnectionTimeoutError():
            return Unanswered(f"{where}: {host} can't be connected to within {limits.connect:g} s; check the network")
        case TimeoutError():
            return FetchError(f"{where}: nothing came within {limits.total:g} s; ask again later")
        case _HungUp():
            return Unanswered(f"{where}: {host} closed the connection instead; ask again later")
        case aiohttp.ClientResponseError():
            return FetchError(f"{where}: what {host} sends is not HTTP ({why}); look at it")
    by = f"; the proxy was {proxy.name}" if proxy else ""
    return (Unanswered if proxy else FetchError)(f"{where}: {why}{by}")


def _reason(error: Exception) -> str:
    cause: object = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
    words = (str(getattr(cause, name, "") or "") for name in ("verify_message", "strerror", "reason", "message"))
    return text.printable(next(filter(None, words), "") or str(cause) or type(error).__name__)[:200]
