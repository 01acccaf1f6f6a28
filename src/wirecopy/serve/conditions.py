"""Pure: what a request's conditions come to, by RFC 9110: which coding, which bytes, whether anything at all.

What makes no sense in a header is as if it were not there, as the RFC has it; nothing here raises for what a stranger
wrote but `Unsatisfiable`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from wirecopy.publish.messages import LANGUAGES, nearest
from wirecopy.serve.packing import CODINGS

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))", re.IGNORECASE)
_QUALITY = re.compile(r"[ \t]*q[ \t]*=[ \t]*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class Unsatisfiable(ValueError):
    """A range that lies behind the end (416)."""


@lru_cache(maxsize=512)
def coding(accepted: str) -> str:
    """The content coding to answer with, "" for none, by an Accept-Encoding header (RFC 9110 12.5.3)."""
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        name, *parameters = item.split(";")
        weight = 1.0
        for parameter in parameters:
            if found := _QUALITY.fullmatch(parameter):
                weight = float(found[1])
        if name.strip():
            weights[name.strip()] = weight
    # Who takes anything takes gzip: older than this RFC, and known to all who write "*".
    weights.setdefault("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    best = max(CODINGS, key=lambda each: weights.get(each, 0.0))
    weight = weights.get(best, 0.0)
    # What is not named is acceptable, and what is named is wanted more.
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else ""


def language(accepted: str, otherwise: str = "en") -> str:
    """The language of the interface for who sends this Accept-Language header: the first of theirs that we speak."""
    for each in languages(accepted):
        near = nearest(each)
        if near.lower().partition("-")[0] == each.lower().partition("-")[0]:
            return near
    return otherwise if otherwise in LANGUAGES else "en"


def languages(accepted: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110 12.5.4), the most wanted first, at most ten."""
    wanted: list[tuple[float, str]] = []
    for item in accepted.split(",")[:10]:
        name, *parameters = item.split(";")
        found = _QUALITY.fullmatch(parameters[0]) if parameters else None
        weight = float(found[1]) if found else 1.0
        if weight > 0 and name.strip():
            wanted.append((weight, name.strip()))
    return [name for _, name in sorted(wanted, key=lambda each: -each[0])]


def verdict(headers: Mapping[str, str], etag: str, modified: int) -> int:
    """200, 304 or 412: whether what has this entity tag (strong) and age (seconds since 1970) is to be sent.

    In the order of RFC 9110 13.2.2, for GET and HEAD.
    """
    if (must := headers.get("If-Match")) is not None:
        if must.strip() != "*" and etag not in _tags(must):
            return 412
    elif (since := _seconds(headers.get("If-Unmodified-Since"))) is not None and modified > since:
        return 412
    if (known := headers.get("If-None-Match")) is not None:
        return 304 if known.strip() == "*" or etag in (tag.removeprefix("W/") for tag in _tags(known)) else 200
    if (since := _seconds(headers.get("If-Modified-Since"))) is not None and modified <= since:
        return 304
    return 200


def byte_range(headers: Mapping[str, str], size: int, etag: str, modified: int) -> tuple[int, int] | None:
    """The first byte and the one after the last that are asked for; None: all of them.

    Of several ranges in one request all bytes are sent (RFC 9110 14.2 allows that): to put them together costs more
    than it saves. Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch(headers.get("Range", "").strip())
    if found is None or not _is_unchanged(headers.get("If-Range"), etag, modified):
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        begin, end = max(0, size - int(suffix)), size
    else:
        begin, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < begin:
            return None  # not valid, and so not there
    if begin >= end:
        raise Unsatisfiable
    return begin, end


def http_date(seconds: int) -> str:
    """A moment as headers have it (RFC 9110 5.6.7)."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def _is_unchanged(condition: str | None, etag: str, modified: int) -> bool:
    """Does If-Range (RFC 9110 13.1.5) hold? Weak tags never do, dates only when they are ours to the second."""
    if condition is None:
        return True
    condition = condition.strip()
    return condition == etag if condition.startswith(('"', "W/")) else _seconds(condition) == modified


def _tags(header: str) -> list[str]:
    return _TAG.findall(header)


def _seconds(header: str | None) -> int | None:
    if header is None:
        return None
    try:
        moment = parsedate_to_datetime(header)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
