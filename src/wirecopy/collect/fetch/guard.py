"""Which addresses may be asked: only the public internet, and what the operator has opened by name.

- An address is parsed once, as browsers parse it; every spelling of a host (decimal, octal, 0x7f.1, full-width) ends
  in the same host and so in the same refusal.
- A host that is an IP address is judged here before anything is asked. A name is judged by what it is (`localhost`,
  `.internal`, names without a dot), and again, by `fetch`, by each IP address it is about to be connected to.
- `allow` opens the hosts and addresses named in it and nothing else.
- Credentials in an address are dropped: they are never sent and never stored.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

from wirecopy import text, urls
from wirecopy.errors import Refused

# IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates), with multicast (RFC 5771).
_V4 = tuple(
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's inner address"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "a cloud's own address"),  # Azure's, for its machines only, in the middle of public ones
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address for examples"),
        ("192.88.99.0/24", "a tunnel's address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for examples"),
        ("203.0.113.0/24", "an address for examples"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)

# IANA IPv6 Special-Purpose Address Registry. Teredo and 6to4 carry an IPv4 address inside; both are dead (RFC 7526),
# no outlet is reachable only through them, and so they are refused whole rather than looked into.
_V6 = tuple(
    (IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("64:ff9b:1::/48", "a local translator's address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("ff00::/8", "a multicast address"),
        ("2001::/23", "a tunnel's or reserved address"),
        ("2001:db8::/32", "an address for examples"),
        ("2002::/16", "a tunnel's address"),
        ("3fff::/20", "an address for examples"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: hosts without IPv4 see the whole IPv4 internet here
_GLOBAL_V6 = IPv6Network("2000::/3")  # all that IANA has given out for the public internet

# "Port blocking" of the Fetch standard (https://fetch.spec.whatwg.org/#port-blocking): ports whose protocols can be
# made to misread a request as their own commands.
# fmt: off
BAD_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})
# fmt: on

_MANY = 1024  # judgements remembered: reading an address costs more than all else here

# Names that only mean something inside a network: RFC 6761, RFC 6762, RFC 8375, and ICANN's `.internal` of 2024.
_INSIDE = ("localhost", "local", "internal", "home.arpa")


class Target(NamedTuple):
    """An address that may be asked, taken apart. `url` keeps its fragment, `href` is what is asked for."""

    url: str
    href: str
    origin: str
    host: str
    port: int


class Guard:
    """Judges addresses; see the module."""

    def __init__(self, allow: frozenset[str] = frozenset()) -> None:
        self._allow = frozenset(_plain(host) for host in allow)

    def target(self, address: str, base: str = "") -> Target:
        """The address, taken apart. Raises Refused for what must not be asked."""
        try:
            target = split(urls.parse(address, base))
        except ValueError as error:
            raise Refused(f"{_short(address)} can't be asked: {error}; only http and https addresses can") from None
        reason = self._unfit(target)
        if reason:
            raise Refused(f"{_short(target.href)} is not asked: {reason}")
        return target

    def opens(self, host: str) -> bool:
        """Is this host (a name or an IP address) one of those that were opened by name?"""
        return bool(self._allow) and _plain(host) in self._allow

    def refuses(self, address: str, name: str = "") -> str:
        """Why the IP address that `name` leads to must not be connected to, in words; "" when it may be."""
        reason = special(address)
        if not reason or self.opens(address) or (name and self.opens(name)):
            return ""
        return f"{address} is {reason}, and only the public internet is visited"

    def _unfit(self, target: Target) -> str:
        if target.port in BAD_PORTS:
            return f"port {target.port} belongs to another protocol (it is on the Fetch standard's list of bad ports)"
        host = target.host
        if _is_address(host):
            return self.refuses(host)
        return "" if self.opens(host) else _unfit_name(host.removesuffix("."))


@lru_cache(_MANY)
def special(address: str) -> str:
    """What kind of address this is, if it is not one of the public internet's; "" if it is."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "no IP address"
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is None:
            kind = next((kind for network, kind in _V6 if ip in network), "")
            return kind or ("" if ip in _GLOBAL_V6 else "a reserved address")
        ip = inner
    return next((kind for network, kind in _V4 if ip in network), "")


def split(href: str) -> Target:
    """The parts of an address that `urls.parse` gave.

    That spelling has one reading: the host ends at the first "/", and "@", "/", "?" and "#" before it are escaped.
    """
    scheme, _, rest = href.partition("://")
    authority, slash, path = rest.partition("/")
    authority = authority.rpartition("@")[2]
    host, _, port = authority.rpartition(":") if authority[-1:] != "]" and ":" in authority else (authority, "", "")
    origin = f"{scheme}://{authority}"
    url = f"{origin}{slash}{path}"
    bare = host[1:-1] if host[:1] == "[" else host
    return Target(url, url.partition("#")[0], origin, bare, int(port) if port else 443 if scheme == "https" else 80)


def _unfit_name(name: str) -> str:
    if "." not in name or name.endswith(tuple("." + inside for inside in _INSIDE)) or name in _INSIDE:
        return f"{name} is a name inside a network, and only the public internet is visited"
    if len(name) > 253 or not all(0 < len(label) <= 63 for label in name.split(".")):  # RFC 1035, 2.3.4
        return f"{_short(name)} is no host name: a label has 1 to 63 characters, a name 253"
    return ""


def _is_address(host: str) -> bool:
    # A WHATWG host that ends in a number is an IPv4 address, one with a colon an IPv6 address.
    return ":" in host or host[-1:].isdigit()


@lru_cache(_MANY)
def _plain(host: str) -> str | IPv4Address | IPv6Address:
    host = host.strip("[]").lower()
    try:
        return ip_address(host)
    except ValueError:
        return host.removesuffix(".")


def _short(words: str) -> str:
    return text.printable(words if len(words) <= 200 else words[:200] + "…")
