"""A moment from its many spellings, and the spellings that documents use. Always aware, always UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$", re.IGNORECASE
)
# ISO 8601 as it is bent: no separators, no day, short numbers, a weekday or a zone's name, "24:00".
_LOOSE_ISO = re.compile(
    r"(?:[^\W\d]{2,12},?\s+)?(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?|(\d\d)(\d\d))?"
    r"(?:(?:T|\s+|,\s*)(\d{1,2}):?(\d\d)(?::?(\d{1,2})(?:[.,:](\d{1,9}))?)?\s*([+-]\d.{0,20}|[a-z].{0,40})?|Z)?$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})$")
# RFC 822 to 5322, with weekday, seconds, time and zone left out or misspelt.
_MAIL = re.compile(
    r"(?:[^\W\d]{2,12}\.?(?:,?\s+|,))?(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+([^\W\d]{3,12})\.?,?[\s-]+(\d{4}|\d\d)"
    r"(?:[,T\s]\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?(?![a-z]))?)?\s*([^\d\s:].{0,40}|\d{4})?$",
    re.IGNORECASE,
)
# Month before day: "Feb 8, 2024 1:36 PM", C's "Thu Feb  8 13:36:09 2024", Unix's "… 13:36:09 CET 2024".
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?([^\W\d]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})"
    r"(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap]\.?m\.?(?![a-z]))?)?\s*([^\d\s:].{0,40})?$",
    re.IGNORECASE,
)
_C_TIME = re.compile(
    r"(?:[^\W\d]{2,12},?\s+)?([^\W\d]{3,12})\s+(\d{1,2})\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s+(?:(\S{1,10})\s+)?(\d{4})$"
)
_HUNGARIAN = re.compile(r"(\d{4})-([^\W\d]{3,12})-(\d{1,2})T(\d{1,2}):(\d\d)(?::(\d\d))?\s*([+-]\d{1,2}:?\d\d|Z)?$")
_KOREAN = re.compile(r"(\d{4})년\s*(\d{1,2})월\s*(\d{1,2})일\s*(오전|오후)?\s*(?:(\d{1,2}):(\d\d)(?::(\d\d))?)?$")
_NATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\s+(오전|오후)\s*(\d{1,2}):(\d\d)(?::(\d\d))?$")
_CHINESE = re.compile(r"(\d{4})年\s*(\d{1,2})月\s*(\d{1,2})日\s*(?:(\d{1,2})[:：时](\d\d)(?:[:：分](\d\d))?[分秒]?)?$")
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+-])\s?(\d{1,2})(?::?(\d\d))?(?::?\d\d)?(?:[^\d:].*)?$", re.IGNORECASE)

# Names of months by their beginnings: English, and what feeds write in German, French, Spanish, Portuguese, Italian,
# Dutch, Hungarian and Greek. A beginning that means two months in two languages is not here.
_MONTHS = {
    begin: number
    for number, begins in enumerate(
        (
            "jan ene gen ιαν",
            "feb fév fev φεβ",
            "mar mär mrz maa márc μάρ μαρ μάώ μαώ",
            "apr avr abr ápr απρ",
            "may mai maj mei mag máj μάι μαϊ μαι",
            "jun juin giu jún ιούν ιουν ιον",
            "jul juil lug júl ιούλ ιουλ ιολ",
            "aug aoû aou ago αύγ αυγ",
            "sep set szept σεπ",
            "oct okt out ott οκτ",
            "nov νοέ νοε",
            "dec dez déc dic δεκ",
        ),
        1,
    )
    for begin in begins.split()
}
# Hours from Greenwich. A name that several countries use means what feeds mean by it (CST, IST: America's and India's).
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5,
    "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "sast": 2,
    "eet": 2, "eest": 3, "msk": 3, "msd": 4, "trt": 3, "pkt": 5, "npt": 5.75, "ict": 7, "wib": 7,
    "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "acdt": 10.5,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3, "at": -4, "ast": -4, "adt": -3,
    "et": -5, "est": -5, "edt": -4, "ct": -6, "cst": -6, "cdt": -5, "mt": -7, "mst": -7, "mdt": -6,
    "pt": -8, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
    "a": -1, "n": 1, "m": -12, "y": 12,
}  # fmt: skip
_KST = "+09:00"
_CST = "+08:00"  # China's


def parse(spelt: str) -> datetime | None:
    """The moment spelt as ISO 8601 (W3C date-time, RFC 3339), as mail spells it (RFC 822 to 5322) or as feeds bend
    either; None when it is none of these, or impossible.

    A time without a zone, or in a zone that nobody knows, is taken as UTC: a guess, and the one that feeds' own
    tools make. A year of two digits is of 1950 to 2049 (RFC 5322).
    """
    spelt = spelt.strip()
    match = _ISO.match(spelt)
    try:
        if match is None:
            return _bent(spelt) if 4 <= len(spelt) <= 100 else None
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        if hour == "24" or second == "60":
            return _bent(spelt)
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int(fraction[:6].ljust(6, "0")) if fraction else 0,
            UTC,
        )
        return moment if zone is None or zone in ("Z", "z") else (moment - _offset(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _bent(spelt: str) -> datetime | None:
    """Every other spelling, the frequent ones first. Raises ValueError for what looks like one and is impossible."""
    if match := _MAIL.match(spelt):
        day, month, year, hour, minute, second, fraction, half, zone = match.groups()
        return _moment(year, _month(month), day, hour, minute, second, fraction=fraction, half=half, zone=zone)
    if match := _MONTH_FIRST.match(spelt):
        month, day, year, hour, minute, second, half, zone = match.groups()
        return _moment(year, _month(month), day, hour, minute, second, half=half, zone=zone)
    if match := _C_TIME.match(spelt):
        month, day, hour, minute, second, zone, year = match.groups()
        return _moment(year, _month(month), day, hour, minute, second, zone=zone)
    if match := _ORDINAL.match(spelt):
        first = datetime(int(match[1]), 1, 1, tzinfo=UTC)
        found = first + timedelta(days=int(match[2]) - 1)
        return found if found.year == first.year else None
    if match := _HUNGARIAN.match(spelt):
        year, month, day, hour, minute, second, zone = match.groups()
        return _moment(year, _month(month), day, hour, minute, second, zone=zone)
    if match := _KOREAN.match(spelt) or _NATE.match(spelt):
        year, month, day, half, hour, minute, second = match.groups()
        return _moment(
            year, month, day, hour, minute, second, half="pm" if half == "오후" else half and "am", zone=_KST
        )
    if match := _CHINESE.match(spelt):
        return _moment(*match.groups(), zone=_CST)
    if match := _LOOSE_ISO.match(spelt):
        year, month, day, month_2, day_2, hour, minute, second, fraction, zone = match.groups()
        return _moment(year, month or month_2, day or day_2, hour, minute, second, fraction=fraction, zone=zone)
    return None


def _moment(
    year: str,
    month: str | int | None,
    day: str | None,
    hour: str | None,
    minute: str | None,
    second: str | None,
    *,
    fraction: str | None = None,
    half: str | None = None,
    zone: str | None = None,
) -> datetime:
    """The moment of these parts. The day's end may be written 24:00, a leap second 60."""
    years, hours, seconds = int(year), int(hour or 0), int(second or 0)
    if len(year) == 2:
        years += 2000 if years < 50 else 1900
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(f"no hour of half a day: {hours}")
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    over = timedelta(days=hours == 24, seconds=seconds == 60)
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    if over and hours == 24 and (int(minute or 0) or seconds or micro):
        raise ValueError("nothing is later than 24:00")
    moment = datetime(
        years,
        int(month or 1),
        int(day or 1),
        0 if hours == 24 else hours,
        int(minute or 0),
        59 if seconds == 60 else seconds,
        micro,
        UTC,
    )
    return moment + over - _offset(zone) if zone or over else moment


@lru_cache(maxsize=256)
def _month(name: str) -> int:
    """The number of a month by its name. Raises ValueError for what names none."""
    name = name.lower()
    found = next((_MONTHS[name[:size]] for size in (5, 4, 3) if name[:size] in _MONTHS), 0)
    if not found:
        raise ValueError(f"no month: {name}")
    return found


@lru_cache(maxsize=256)
def _offset(zone: str | None) -> timedelta:
    """How far ahead of Greenwich a zone is; nothing for one that nobody knows. Raises ValueError beyond a day."""
    zone = (zone or "").strip()
    if match := _OFFSET.match(zone):
        sign, hours, minutes = match.groups()
        ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
        timezone(ahead)  # refuses a day and more
        return -ahead if sign == "-" else ahead
    name = zone.lower().removeprefix("etc/").partition(" ")[0].strip("().")
    return timedelta(hours=_ZONES.get(name, 0))


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
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"  # `%Y` is "1" for the year 1, or "0001"


def iso(moment: datetime) -> str:
    """ISO 8601 to the second with Z: 2024-02-08T13:36:09Z."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
