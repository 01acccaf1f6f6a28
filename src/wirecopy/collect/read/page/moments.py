"""Dates as pages show them, in the languages of the news: a spelling in text → the moment, or None."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from wirecopy import dates

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner jan janvier enero ene gennaio gen janeiro januari stycznia styczeń styczen "
            "января янв січня ιανουαρίου ιανουάριος ιαν ocak ledna leden januára ianuarie tammikuuta jaanuar "
            "sausio يناير tháng1",
            "february feb februar février fevrier fév febrero febbraio fevereiro fev februari lutego luty февраля "
            "фев лютого φεβρουαρίου φεβ şubat února únor helmikuuta februarie فبراير",
            "march mar märz maerz mrz mars marzo março marco maart marca marzec марта мар березня μαρτίου μαρ "
            "mart března březen maaliskuuta martie مارس",
            "april apr avril avr abril abr aprile kwietnia kwiecień апреля апр квітня απριλίου απρ nisan dubna "
            "duben huhtikuuta aprilie أبريل ابريل",
            "may mai mayo maggio maio mei maj maja мая май травня μαΐου μαι μάιος mayıs května květen toukokuuta مايو",
            "june jun juni juin junio giugno junho czerwca czerwiec июня июн червня ιουνίου ιουν haziran června "
            "kesäkuuta iunie يونيو",
            "july jul juli juillet julio luglio julho lipca lipiec июля июл липня ιουλίου ιουλ temmuz července "
            "heinäkuuta iulie يوليو",
            "august aug août aout agosto ago augustus sierpnia sierpień августа авг серпня αυγούστου αυγ ağustos "
            "srpna elokuuta أغسطس",
            "september sep sept septembre septiembre settembre set setembro września wrzesień сентября сен сент "
            "вересня σεπτεμβρίου σεπ eylül září syyskuuta septembrie سبتمبر",
            "october oct oktober okt octobre octubre ottobre ott outubro out października październik октября окт "
            "жовтня οκτωβρίου οκτ ekim října lokakuuta octombrie أكتوبر",
            "november nov novembre noviembre novembro listopada listopad ноября ноя листопада νοεμβρίου νοε kasım "
            "listopadu marraskuuta noiembrie نوفمبر",
            "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des grudnia "
            "grudzień декабря дек грудня δεκεμβρίου δεκ aralık prosince joulukuuta decembrie ديسمبر",
        ),
        1,
    )
    for name in names.split()
}
_CLOCK = (
    r"(?:\D{1,16}?(?P<hour>[01]?\d|2[0-3])[:.h時时](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"\s*(?P<half>[ap]\.?m\b)?)?"
)
_YEAR = r"(?P<year>(?:19[89]|20[0-4])\d)"
_FORMS = (
    re.compile(
        rf"(?<!\d){_YEAR}\s?[-/.年년]\s?(?P<month>1[0-2]|0?[1-9])\s?[-/.月월]\s?(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)\s?[日일T]?{_CLOCK}"
    ),
    re.compile(
        rf"(?<!\d)(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|er|\.|º|η)?\s*[-/]?\s*(?:de\s+|d['’]\s*)?(?P<name>[^\W\d_]{{3,12}})\.?,?\s*[-/]?\s*(?:de\s+|del\s+)?{_YEAR}(?!\d){_CLOCK}"
    ),
    re.compile(
        rf"(?P<name>[^\W\d_]{{3,10}})\.?\s+(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d){_CLOCK}"
    ),
    re.compile(
        rf"(?<!\d)(?P<first>3[01]|[12]\d|0?[1-9])(?P<sep>[./-])\s?(?P<second_>3[01]|[12]\d|0?[1-9])(?P=sep)\s?{_YEAR}(?!\d){_CLOCK}"
    ),
)
_COMPACT = re.compile(
    r"(?<!\d)(20[0-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T?([01]\d|2[0-3])([0-5]\d)([0-5]\d)?Z?)?(?!\d)"
)
_IN_URL = re.compile(r"(?<!\d)((?:19[89]|20[0-4])\d)([-/_]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)")
CHINA = timezone(timedelta(hours=8))


def of_data(spelt: str, zone: timezone | None = None) -> datetime | None:
    """A moment as data spells it: ISO, RFC 822, seconds or milliseconds since 1970, or as text has it."""
    spelt = spelt.strip()
    if not 4 < len(spelt) < 100:
        return None
    if spelt.isdigit() and len(spelt) in (10, 13):
        return datetime.fromtimestamp(int(spelt[:10]), UTC)
    moment = None
    if not zone or _ZONED.search(spelt):
        moment = dates.parse(spelt)
    return _sane(moment) or of_text(spelt, zone=zone)


_ZONED = re.compile(r"(?:Z|GMT|UTC|[+-]\d\d:?\d\d)\s*$")


def of_text(words: str, *, month_first: bool = False, zone: timezone | None = None) -> datetime | None:
    """The first date in a text, with its time where one follows."""
    best: tuple[int, datetime] | None = None
    for form in _FORMS:
        for found in form.finditer(words):
            moment = _moment(found, month_first, zone)
            if moment is not None:
                if best is None or found.start() < best[0]:
                    best = (found.start(), moment)
                break
    if best is None and (compact := _COMPACT.search(words)):
        year, month, day, hour, minute, second = compact.groups()
        return _built(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), zone)
    return best[1] if best else None


def of_address(url: str) -> datetime | None:
    """The day that an address names: /2024/02/08/, 20240208."""
    found = _IN_URL.search(url)
    return _built(int(found[1]), int(found[3]), int(found[4]), 0, 0, 0, None) if found else None


def _moment(found: re.Match[str], month_first: bool, zone: timezone | None) -> datetime | None:
    parts = found.groupdict()
    day = parts.get("day")
    if "name" in parts:
        month = _MONTHS.get(parts["name"].lower())
        if month is None:
            return None
    elif "first" in parts:
        first, second = int(parts["first"]), int(parts["second_"])
        if first > 12 or (not month_first and second <= 12):
            day, month = str(first), second
        else:
            day, month = str(second), first
    else:
        month = int(parts["month"])
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    half = (parts.get("half") or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return _built(int(parts["year"]), month, int(day or 0), hour, minute, int(parts["second"] or 0), zone)


def _built(
    year: int, month: int, day: int, hour: int, minute: int, second: int, zone: timezone | None
) -> datetime | None:
    try:
        return _sane(datetime(year, month, day, hour, minute, second, tzinfo=zone or UTC).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _sane(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and 1980 < moment.year < 2050 else None
