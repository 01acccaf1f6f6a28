"""An index of records: CDXJ, as pywb, OpenWayback's heirs and ReplayWeb.page read it; sorted, one line an answer."""

from __future__ import annotations

import re

import msgspec

from wirecopy import urls
from wirecopy.publish.warc.records import Written

_WWW = re.compile(r"^www\d*\.")
_PORT = re.compile(r":(?:80|443)$")


def line(written: Written, file: str, offset: int) -> bytes:
    """The line of a record that stands here."""
    assert written.at is not None
    told = {
        "url": written.target,
        "mime": written.mime,
        "status": written.status,
        "digest": written.digest,
        "length": str(len(written.member)),
        "offset": str(offset),
        "filename": file,
    }
    stamp = f"{written.at:%Y%m%d%H%M%S}"
    return f"{surt(written.target)} {stamp} ".encode() + msgspec.json.encode(told) + b"\n"


def surt(url: str) -> str:
    """An address in the order in which it is looked for: host backwards, small letters, parameters sorted."""
    bare = url.split("#", 1)[0].lower()
    scheme, _, rest = bare.partition("://")
    place, slash, tail = rest.partition("/")
    try:
        host = urls.host(url)
    except ValueError:
        host = place
    port = _PORT.sub("", place.rpartition("@")[2])[len(host) :] if place.rpartition("@")[2].startswith(host) else ""
    host = _WWW.sub("", host)
    backwards = host if re.fullmatch(r"[\d.]+|\[.*\]", host) else ",".join(reversed(host.split(".")))
    if not slash and "?" in place:
        tail = "?" + place.partition("?")[2]
    path, mark, query = tail.partition("?")
    path = path.rstrip("/") if path.strip("/") else ""
    asked = "?" + "&".join(sorted(query.split("&"))) if mark and query else ""
    if scheme not in ("http", "https"):
        return bare.replace(" ", "%20")
    return f"{backwards}{port})/{path}{asked}".replace(" ", "%20")
