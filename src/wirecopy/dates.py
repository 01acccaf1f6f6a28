"""A moment from its many spellings, and the spellings that documents use. Always aware, always UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$", re.IGNORECASE
)


def parse(spelt: str) -> datetime | None:
    """The moment spelt in ISO 8601 (W3C date-time, RFC 3339) or RFC 822; None when it is neither or impossible.

    A time without a zone is taken as UTC: a guess, and the one that feeds' own tools make.
    """
    spelt = spelt.strip()
    match = _ISO.match(spelt)
    try:
        if match is None:
            moment = parsedate_to_datetime(spelt)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        normal = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}"
        normal += f".{(fraction or '0')[:6].ljust(6, '0')}"
        zone = (zone or "Z").upper()
        return datetime.fromisoformat(normal + ("+00:00" if zone == "Z" else zone)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970, as the classic document's first line has them."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def from_epoch_ms(milliseconds: int) -> datetime:
    """The moment that many milliseconds after 1970. Raises ValueError beyond the years 1 to 9999."""
    try:
        return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    except (OverflowError, OSError) as error:
        raise ValueError(f"no moment is {milliseconds} ms after 1970") from error


def iso_ms(moment: datetime) -> str:
    """ISO 8601 with milliseconds and Z: 2024-02-08T13:36:09.741Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def iso(moment: datetime) -> str:
    """ISO 8601 to the second with Z: 2024-02-08T13:36:09Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
