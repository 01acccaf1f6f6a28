"""One page, one address: parsing as browsers parse (WHATWG URL), canonical addresses, names made from addresses.

Every address is parsed here once, and only the result is looked at or fetched: two parsers that disagree about the
host are a hole (`https://ex.com\\@evil.com/`).
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

import ada_url

# Query parameters that say how a reader came, not what is read. General ones; an outlet's own stand in its `strip`.
TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref_src|xtor|at_\w+)$")

# What a host is made of once it is parsed: the standard lets more pass than any name server knows, also quotes.
_HOST = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?(?:[/?#]|$)")
_USER = re.compile(r"(?<=://)[^/?#]*@")
_DEVICE = r"(?:con|prn|aux|nul|com\d|lpt\d)"  # what Windows keeps for its devices, with any extension

_TAKEN = r"manifest$|.*\.(?:atom|html|json|jsonl|md|parquet|rss|xml)$"  # so our own files are called, beside folders

ID = rf"(?!{_DEVICE}(?:\.|$)|{_TAKEN})[a-z0-9](?:[a-z0-9.-]{{0,62}}[a-z0-9-])?"
"""What a source and a target may be called (a regular expression for the whole of it): what may name a file and a
folder beside ours.
"""


def parse(address: str, base: str = "") -> str:
    """The address as a browser would ask for it, resolved against `base`.

    Raises ValueError for what is no http or https address.
    """
    try:
        # One call each: asking an `ada_url.URL` for its parts costs three times as much, and feeds hold thousands.
        url = ada_url.join_url(base, address) if base else ada_url.normalize_url(address)
    except ValueError:
        raise ValueError(f"no web address: {address[:200]!r}") from None
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"not an http or https address: {address[:200]!r}")
    return url


def resolve(address: str, base: str = "") -> str:
    """Like `parse`, but "" for what is no web address, and for none at all: for addresses found in documents.

    A name and password in it are left out, as they mostly pretend to be a host (`https://dw.com@evil.com/`).
    """
    if not (address := address.strip()):
        return ""
    try:
        url = parse(address, base)
    except ValueError:
        return ""
    if _HOST.match(url):
        return url
    bare = without_user(url)
    return bare if _HOST.match(bare) else ""


def without_user(url: str) -> str:
    """An address without the name and password in it."""
    return _USER.sub("", url, count=1)


def origin(url: str) -> str:
    """Scheme, host and port of an address: "https://www.dw.com"."""
    return str(ada_url.URL(url).origin)


def host(url: str) -> str:
    """The host of an address, without its port, in ASCII."""
    return str(ada_url.URL(url).hostname)


def canonical(url: str, strip: tuple[str, ...] = ()) -> str:
    """The address without its fragment and without parameters that only track: `strip` names an outlet's own.

    Parameters are removed in place, never reordered or re-encoded: an address is an identity.
    """
    bare = url.split("#", 1)[0]
    path, mark, query = bare.partition("?")
    if not mark:
        return bare
    kept = [pair for pair in query.split("&") if not _tracks(pair.split("=", 1)[0], strip)]
    return path + ("?" + "&".join(kept) if kept != [""] and kept else "")


def _tracks(name: str, strip: tuple[str, ...]) -> bool:
    return name in strip or TRACKING.match(name) is not None


def key_of(url: str) -> str:
    """The key of an article that has no id but its address: 16 hexadecimal digits of the address's SHA-256."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def is_name(key: str) -> bool:
    """Whether this may name a file on every system: small letters, digits, - and _, 64 at most, no Windows device."""
    return re.fullmatch(rf"(?!{_DEVICE}$)[a-z0-9][a-z0-9_-]{{0,63}}", key) is not None


def is_id(name: str) -> bool:
    """Whether this may be what a source is called, see `ID`."""
    return re.fullmatch(ID, name) is not None


def quoted(name: str) -> str:
    """A file's name as it may stand in a header or an address: ASCII, percent-encoded UTF-8 (RFC 3986)."""
    return quote(name, safe="/._-", errors="replace")
