"""Which proxy an address is asked through: the one that is configured, else the environment's.

- A configured proxy is used for everything, so that nothing leaks past it; NO_PROXY belongs to the environment's.
- http, https, socks5 and socks5h; the name of the host asked for is always resolved by the proxy.
- A proxy's password is sent to the proxy and shown to nobody.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote
from urllib.request import getproxies, proxy_bypass

from wirecopy import urls
from wirecopy.collect.fetch.guard import split
from wirecopy.errors import ConfigError

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}  # RFC 1928 and the schemes' own
_SHAPE = re.compile(
    r"(?:(?P<scheme>[a-z0-9+.-]+)://)?(?:(?P<user>[^@/:]*)(?::(?P<password>[^@/]*))?@)?(?P<where>[^@/]+)/?"
)


class Proxy(NamedTuple):
    """A proxy. `host` and `port` are where it listens."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @property
    def name(self) -> str:
        """How to speak of it: without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_socks(self) -> bool:
        """Does it speak SOCKS?"""
        return self.scheme.startswith("socks")


def parse(spelt: str) -> Proxy:
    """The proxy at this address ("socks5h://127.0.0.1:9050", "user:secret@proxy.example:3128"). Raises ConfigError."""
    match = _SHAPE.fullmatch(spelt.strip())
    scheme = (match and match["scheme"]) or "http"
    if match is None or scheme not in _PORTS:
        raise ConfigError(
            f"{_blind(spelt)} is no proxy; one looks like 'http://proxy.example:3128' or 'socks5h://…:9050'"
        )
    try:
        there = split(urls.parse(f"http://{match['where']}"))
    except ValueError:
        raise ConfigError(f"{_blind(spelt)} is no proxy: its host can't be read") from None
    port = there.port if re.search(r":\d+$", match["where"]) else _PORTS[scheme]
    return Proxy(scheme, there.host, port, unquote(match["user"] or ""), unquote(match["password"] or ""))


def proxy_for(url: str) -> str:
    """The proxy that the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) names for this address, or ""."""
    target = split(url)
    known = getproxies()
    spelt = known.get(url.partition(":")[0]) or known.get("all") or ""
    return "" if not spelt or proxy_bypass(f"{target.host}:{target.port}") else spelt


def environment() -> tuple[Proxy, ...]:
    """Every proxy that the environment may send us to; ConfigError where one can't be read."""
    known = getproxies()
    return tuple(parse(known[scheme]) for scheme in ("http", "https", "all") if known.get(scheme))


def _blind(spelt: str) -> str:
    return repr(spelt.rpartition("@")[2][:100])
