"""Dates as pages show them, in the languages of the news: a spelling in text → the moment, or None.

- A moment is aware and in the zone in which it is written, so that its day is the day that readers see.
- Where no zone is written, it is the outlet's (`zone_of`), and where nobody knows that, UTC.
- Names of months are looked up in one list of all languages; two languages that mean different months by one word are
  told apart by the page's language. Digits of all scripts, Thai, Persian, Japanese and Taiwanese years are understood.
- Which of "03/04/2024" is the month is said by whoever asks (`month_first`).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache, partial
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from wirecopy import dates


def _words(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


# --- words ------------------------------------------------------------------------------------------------------

# A line a month: Western languages, Slavic ones, Greek, Baltic and Finnic, Arabic (of Egypt, the Levant, the Maghreb),
# Hebrew, Persian and Urdu spellings of the Western months, Indian languages, Thai, Indonesian, Swahili.
_MONTH_NAMES = (
    """
    january jan januar jänner jän janvier janv enero ene gennaio genn gen janeiro gener januari
    januárius január ianuarie ocak stycznia styczeń stycznie styczen ledna leden januára января январь
    янв січня січень студзеня януари јануар јануара siječnja siječanj januarja ιανουαρίου ιανουάριος ιαν
    tammikuuta tammikuu jaanuar sausio janvārī janvāris janar yanvar janúar يناير جانفي كانون-الثاني
    ژانویه جنوری ינואר בינואר जनवरी जन জানুয়ারি มกราคม ม.ค tháng1 januwari
    """,
    """
    february feb februar feber févr février fevrier fév febrero febbraio febbr febr fevereiro fev febrer
    februari február februarie şubat subat lutego luty února únor februára февраля февраль фев лютого
    лютий лютага февруари фебруар фебруара veljače veljača februarja φεβρουαρίου φεβρουάριος φεβ
    helmikuuta helmikuu veebruar vasario februārī februāris shkurt fevral febrúar فبراير فيفري شباط
    فوریه فروری פברואר בפברואר फरवरी फ़रवरी ফেব্রুয়ারি กุมภาพันธ์ ก.พ
    """,
    """
    march mar märz maerz mrz mars marzo março marco marc març maart március márc martie mart marca
    marzec března březen марта март мар березня березень сакавіка ožujka ožujak marta μαρτίου μάρτιος
    μαρ maaliskuuta maaliskuu märts kovo martā marts مارس آذار مارچ מרץ במרץ מרס मार्च মার্চ มีนาคม มี.ค
    maret machi
    """,
    """
    april apr avril avr abril abr aprile április ápr aprilie nisan kwietnia kwiecień dubna duben apríla
    apríl апреля апрель апр квітня квітень красавіка април априла travnja travanj aprila απριλίου
    απρίλιος απρ huhtikuuta huhtikuu aprill balandžio aprīlī aprīlis prill aprel أبريل ابريل إبريل أفريل
    نيسان آوریل اپریل אפריל באפריל अप्रैल এপ্রিল เมษายน เม.ย aprili
    """,
    """
    may mai mayo maggio magg mag maio maig mei május máj mayıs mayis maja maj května květen mája мая май
    травня травень мај маја svibnja svibanj μαΐου μάιος μαϊ μαι toukokuuta toukokuu gegužės maijā maijs
    maí مايو ماي أيار مه مئی מאי במאי मई মে พฤษภาคม พ.ค
    """,
    """
    june jun juni juin junio giugno giu junho juny június jún iunie haziran czerwca czerwiec června
    červen júna июня июнь июн червня червень чэрвеня юни јун јуна lipnja lipanj junija ιουνίου ιούνιος
    ιουν kesäkuuta kesäkuu juuni birželio jūnijā jūnijs qershor iyun júní يونيو جوان حزيران ژوئن جون
    יוני ביוני जून জুন มิถุนายน มิ.ย
    """,
    """
    july jul juli juillet juil julio luglio lug julho juliol július júl iulie temmuz lipca lipiec
    července červenec júla июля июль июл липня липень ліпеня юли јул јула srpnja srpanj julija ιουλίου
    ιούλιος ιουλ heinäkuuta heinäkuu juuli liepos jūlijā jūlijs korrik iyul júlí يوليو جويلية تموز ژوئیه
    ژوئيه جولائی יולי ביולי जुलाई জুলাই กรกฎาคม ก.ค julai
    """,
    """
    august aug août aout agosto ago agost augustus augusztus augusti ağustos agustos sierpnia sierpień
    srpna srpen augusta августа август авг серпня серпень жніўня kolovoza kolovoz avgusta avgust
    αυγούστου αύγουστος αυγ elokuuta elokuu rugpjūčio augustā augusts gusht ágúst أغسطس اغسطس أوت آب اوت
    اگست אוגוסט באוגוסט अगस्त আগস্ট สิงหาคม ส.ค agustus agosti ogos
    """,
    """
    september sep sept septembre septiembre setiembre settembre sett set setembro szeptember szept
    septembrie eylül eylul września wrzesień září septembra сентября сентябрь сен сент вересня вересень
    верасня септември септембар септембра rujna rujan σεπτεμβρίου σεπτέμβριος σεπ syyskuuta syyskuu
    rugsėjo septembrī septembris shtator sentyabr سبتمبر أيلول سپتامبر ستمبر ספטמבר בספטמבר सितंबर
    सितम्बर সেপ্টেম্বর กันยายน ก.ย septemba
    """,
    """
    october oct oktober okt octobre octubre ottobre ott outubro out október octombrie ekim października
    październik října říjen októbra октября октябрь окт жовтня жовтень кастрычніка октомври октобар
    октобра oktobra οκτωβρίου οκτώβριος οκτ lokakuuta lokakuu oktoober spalio oktobrī oktobris tetor
    oktyabr أكتوبر اكتوبر تشرين-الأول اکتبر اکتوبر אוקטובר באוקטובר अक्टूबर अक्तूबर অক্টোবর ตุลาคม ต.ค
    oktoba
    """,
    """
    november nov novembre noviembre novembro noiembrie kasım kasim listopada listopad листопада листопад
    лістапада novembra ноября ноябрь ноя ноември новембар новембра studenoga studenog studeni νοεμβρίου
    νοέμβριος νοε marraskuuta marraskuu lapkričio novembrī novembris nëntor noyabr nóvember نوفمبر
    تشرين-الثاني نوامبر نومبر נובמבר בנובמבר नवंबर नवम्बर নভেম্বর พฤศจิกายน พ.ย novemba
    """,
    """
    december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro desembre desember
    des decembrie aralık aralik grudnia grudzień prosince prosinec decembra декабря декабрь дек грудня
    грудень снежня декември децембар децембра prosinca prosinac δεκεμβρίου δεκέμβριος δεκ joulukuuta
    joulukuu detsember gruodžio decembrī decembris dhjetor dekabr ديسمبر كانون-الأول دسامبر دسمبر דצמבר
    בדצמבר दिसंबर दिसम्बर ডিসেম্বর ธันวาคม ธ.ค desemba disember
    """,
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
# What one word means otherwise in another language: the Croats' leaf-fall is a month before the Poles' and Czechs'.
_OWN_MONTHS = {("hr", "listopada"): 10, ("hr", "listopad"): 10, ("bs", "listopada"): 10, ("sr", "listopada"): 10}
_JALALI = {
    "فروردین": 1, "اردیبهشت": 2, "خرداد": 3, "تیر": 4, "مرداد": 5, "امرداد": 5, "شهریور": 6,
    "مهر": 7, "آبان": 8, "آذر": 9, "دی": 10, "بهمن": 11, "اسفند": 12,
}  # fmt: skip
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911}
_HAN_DIGITS = {ord(digit): str(n) for n, digit in enumerate("〇一二三四五六七八九")} | {ord("零"): "0", ord("○"): "0"}
_ZONE_NAMES: dict[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1,
    "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "sast": 2, "cat": 2,
    "eet": 2, "eest": 3, "msk": 3, "мск": 3, "trt": 3, "eat": 3, "wat": 1, "gst": 4, "pkt": 5, "ist": 5.5, "npt": 5.75,
    "ict": 7, "wib": 7, "wita": 8, "wit": 9, "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9,
    "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "art": -3,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "hst": -10,
    "北京时间": 8, "北京時間": 8, "台北時間": 8,
}  # fmt: skip
_AMERICAN = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}
# The zone of a country, by its domain or the region of a language tag: where it has several, that of its newspapers.
_ZONED = """
    Asia/Shanghai cn; Asia/Taipei tw; Asia/Hong_Kong hk mo; Asia/Tokyo jp; Asia/Seoul kr; Asia/Singapore sg;
    Asia/Kuala_Lumpur my bn; Asia/Manila ph; Asia/Jakarta id; Asia/Bangkok th; Asia/Ho_Chi_Minh vn;
    Asia/Phnom_Penh kh; Asia/Vientiane la; Asia/Yangon mm; Asia/Kolkata in; Asia/Karachi pk; Asia/Dhaka bd;
    Asia/Kathmandu np; Asia/Colombo lk; Asia/Tehran ir; Asia/Kabul af; Asia/Dubai ae om; Asia/Riyadh sa kw qa
    bh ye; Asia/Baghdad iq; Asia/Jerusalem il; Asia/Gaza ps; Asia/Amman jo; Asia/Beirut lb; Asia/Damascus sy;
    Asia/Tbilisi ge; Asia/Yerevan am; Asia/Baku az; Asia/Almaty kz; Asia/Tashkent uz; Asia/Bishkek kg;
    Asia/Ulaanbaatar mn; Europe/Berlin de; Europe/Vienna at; Europe/Zurich ch li; Europe/Paris fr; Europe/Rome
    it sm; Europe/Madrid es; Europe/Lisbon pt; Europe/London uk gb; Europe/Dublin ie; Europe/Amsterdam nl;
    Europe/Brussels be; Europe/Luxembourg lu; Europe/Copenhagen dk; Europe/Oslo no; Europe/Stockholm se;
    Europe/Helsinki fi; Atlantic/Reykjavik is; Europe/Tallinn ee; Europe/Riga lv; Europe/Vilnius lt;
    Europe/Warsaw pl; Europe/Prague cz; Europe/Bratislava sk; Europe/Budapest hu; Europe/Bucharest ro;
    Europe/Chisinau md; Europe/Sofia bg; Europe/Athens gr; Asia/Nicosia cy; Europe/Istanbul tr;
    Europe/Belgrade rs; Europe/Zagreb hr; Europe/Ljubljana si; Europe/Sarajevo ba; Europe/Podgorica mne;
    Europe/Skopje mk; Europe/Tirane al; Europe/Moscow ru su; Europe/Kyiv ua; Europe/Minsk by; Europe/Malta mt;
    Africa/Cairo eg; Africa/Tripoli ly; Africa/Tunis tn; Africa/Algiers dz; Africa/Casablanca ma; Africa/Lagos
    ng cm bj ga; Africa/Accra gh; Africa/Dakar sn; Africa/Abidjan ci bf ml; Africa/Nairobi ke; Africa/Kampala
    ug; Africa/Dar_es_Salaam tz; Africa/Addis_Ababa et; Africa/Johannesburg za ls sz; Africa/Windhoek na;
    Africa/Harare zw; Africa/Lusaka zm; Africa/Maputo mz; Africa/Luanda ao; Africa/Kigali rw; Africa/Khartoum
    sd; America/Mexico_City mx; America/Guatemala gt; America/Tegucigalpa hn; America/El_Salvador sv;
    America/Managua ni; America/Costa_Rica cr; America/Panama pa; America/Bogota co; America/Caracas ve;
    America/Guayaquil ec; America/Lima pe; America/La_Paz bo; America/Santiago cl;
    America/Argentina/Buenos_Aires ar; America/Montevideo uy; America/Asuncion py; America/Sao_Paulo br;
    America/Havana cu; America/Santo_Domingo do; America/Toronto ca; Australia/Sydney au; Pacific/Auckland nz
"""
_COUNTRIES = {
    country: zone for each in _ZONED.split(";") for zone, *countries in [each.split()] for country in countries
}
# Domains that anybody takes for their look: they say nothing of a country when nothing else does.
_ANYBODYS = _words("co tv io me ai ly la cc ws fm am to sh gg so md")
# The region of a language that is written, for the most part, in one country.
_HOME = """
    zh:cn ja:jp ko:kr de:de it:it pl:pl cs:cz sk:sk hu:hu ro:ro bg:bg el:gr tr:tr ru:ru uk:ua be:by he:il
    iw:il fa:ir th:th vi:vn hi:in mr:in ta:in te:in bn:bd fi:fi sv:se da:dk nb:no nn:no no:no nl:nl et:ee
    lv:lv lt:lt sl:si hr:hr sr:rs bs:ba mk:mk sq:al ka:ge hy:am az:az kk:kz uz:uz ky:kg id:id ms:my fil:ph
    tl:ph ur:pk my:mm km:kh lo:la ne:np si:lk is:is mn:mn ca:es eu:es gl:es cy:gb ga:ie lb:lu mt:mt sw:ke
    am:et ps:af
"""
_HOMES = dict(pair.split(":") for pair in _HOME.split())
_HANT = frozenset({"hant", "tw", "hk", "mo"})


def zone_of(language: str, url: str, named: str = "") -> tzinfo:
    """The zone of an outlet: the one `named` (IANA), else that of its country by domain or language, else UTC."""
    if named and (zone := _zone(named)) is not None:
        return zone
    first, *more = language.lower().replace("_", "-").split("-")
    regions = [part for part in more if len(part) == 2 and part in _COUNTRIES]
    country = _country(url)
    if country in _ANYBODYS and country not in regions:
        country = ""
    if not country and first == "zh":
        country = "tw" if _HANT & set(more) and not regions else ""
    country = country or next(iter(regions), "") or _HOMES.get(first, "")
    return (_zone(_COUNTRIES[country]) if country else None) or UTC


def _country(url: str) -> str:
    try:
        ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    except ValueError:
        return ""
    return ending if ending in _COUNTRIES else ""


@lru_cache(maxsize=512)
def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # no such zone, or a machine without zones (Windows without `tzdata`)
        return None


# Countries whose dates begin with the month, and those of English whose dates do not.
_MONTH_FIRST = frozenset({"us", "ph"})
_DAY_FIRST = _words("gb uk ie au nz in za ke ng gh sg hk my pk bd lk na ls zw zm ug mt jm eu")


def is_month_first(language: str, url: str) -> bool:
    """Does "03/04/2024" mean March there? So it is in English, unless the region or the domain says otherwise."""
    first, *more = language.lower().replace("_", "-").split("-")
    if first != "en":
        return False
    if regions := {part for part in more if len(part) == 2}:
        if regions & _MONTH_FIRST and _country(url) not in _DAY_FIRST:
            return True
        if regions & _DAY_FIRST:
            return False
    return _country(url) not in _DAY_FIRST and not url.partition("//")[2].partition("/")[0].endswith(".eu")


# --- spellings --------------------------------------------------------------------------------------------------

_YEAR = r"(?P<year>(?:19[89]|20[0-4]|25[3-9])\d)"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_NAME = r"(?P<name>[^\W\d_][^\s\d,;:|()/·•–—-]{0,13}(?:\s?(?:الأول|الثاني|الثانى|الاول))?)"
_CLOCK = (
    r"(?:\D{1,18}?(?P<hour>[01]?\d|2[0-3])\s?[:.h時时点點시]\s?(?P<minute>[0-5]\d)(?!\d)"
    r"(?:[:.分](?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap]\.?\s?m\b\.?|[πμ]\.?μ))?"
    r"(?:\s*\(?(?P<zone>(?:GMT|UTC)?\s?[+-]\d{1,2}(?::?\d\d)?|[A-Za-z]{1,4}|мск|北京时间|北京時間)\b)?)?"
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # 2024-02-08, 2024/2/8, 2024.02.08., 2024年2月8日, 2024년 2월 8일
        rf"(?<![\d.]){_YEAR}\s?[-/.|年년]\s?{_MONTH}\s?[-/.|月월]\s?{_DAY}(?!\d)(?:\s?[日일号號T])?{_CLOCK}",
        # 8 February 2024, 8. února 2024, 8 de febrero de 2024, 8th of February, 2024, 8-Feb-2024
        rf"(?<!\d){_DAY}(?:st|nd|rd|th|er|ste|de|an|ων)?[.º°ª]?(?:-?[aeoiη](?=\s))?\s*[-/]?\s*(?:de\s+|of\s+|d['’]\s*|di\s+)?"
        rf"{_NAME}\.?,?\s*[-/]?\s*(?:de\s+|del\s+|do\s+|พ\.ศ\.\s*)?{_YEAR}(?!\d){_CLOCK}",
        # February 8, 2024; Feb. 8th 2024
        rf"(?<![^\W\d_]){_NAME}\.?\s+{_DAY}(?:st|nd|rd|th)?\.?,?\s+(?:de\s+|at\s+)?{_YEAR}(?!\d){_CLOCK}",
        # 08.02.2024, 8/2/2024, 08-02-2024, 08 | 02 | 2024
        r"(?<![\d.])(?P<first>3[01]|[12]\d|0?[1-9])\s?(?P<sep>[./|-])\s?(?P<other>3[01]|[12]\d|0?[1-9])\s?(?P=sep)\s?"
        rf"{_YEAR}(?!\d){_CLOCK}",
        # ngày 8 tháng 2 năm 2024
        rf"(?<!\d){_DAY}\s+tháng\s+{_MONTH}[\s,]+(?:năm\s+)?{_YEAR}(?!\d){_CLOCK}",
        # 2024. február 8., 2024 m. vasario 8 d., 2024. gada 8. februārī
        rf"(?<!\d){_YEAR}\.?\s+(?:m\.\s+)?{_NAME}\s+{_DAY}(?!\d){_CLOCK}",
        rf"(?<!\d){_YEAR}\.?\s+(?:gada\s+){_DAY}\.\s+{_NAME}(?!\w){_CLOCK}",
    )
)
# Years of two digits are believed where the whole spelling is that of a date and nothing else: 08.02.24, 8/2/24.
_SHORT = re.compile(
    r"(?<![\d./-])(?P<first>3[01]|[12]\d|0?[1-9])(?P<sep>[./-])(?P<other>1[0-2]|0?[1-9]|3[01]|[12]\d)(?P=sep)"
    rf"(?P<year>[0-4]\d)(?![\d./-]\d|\d){_CLOCK}",
    re.IGNORECASE,
)
_PERSIAN_DATE = re.compile(
    rf"(?<!\d){_DAY}\s*(?P<name>{'|'.join(_JALALI)})\s*(?:ماه\s*)?(?P<year>1[34]\d\d)(?!\d){_CLOCK}"
)
_PERSIAN_NUMBERS = re.compile(rf"(?<!\d)(?P<year>1[34]\d\d)[/-]{_MONTH}[/-]{_DAY}(?!\d){_CLOCK}")
_ERA_DATE = re.compile(
    rf"(?P<era>{'|'.join(_ERAS)})\s?(?P<year>\d{{1,3}}|元)\s?年\s?{_MONTH}\s?月\s?{_DAY}\s?日{_CLOCK}"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>20[0-4]\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:T?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?P<zone>Z)?)?(?!\d)"
)
_ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d{1,2})-?(?P<day>\d{1,2})"
    r"(?:[T\s]\s*(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,:](?P<fraction>\d{1,9}))?)?\s*"
    r"(?P<zone>Z|(?:GMT|UTC)?\s?[+-]\s?\d{1,2}(?::?\d\d)?(?::\d\d)?|[A-Za-z]{2,5})?(?:\[[\w/]+\])?)?$",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(?<!\d)((?:19[89]|20[0-4])\d)([-/_.]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)")
_HAS_YEAR = re.compile(_YEAR)  # all forms have one
_DATED = re.compile(r"\d(?:\D{0,4}\d|[^\d]{2,24}\d{2})")  # can these words hold a date at all?
_DIGIT = re.compile(r"\d|[〇零○一二三四五六七八九]年")
_CLOCK_BEFORE = re.compile(
    r"(?<!\d)(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)(?::[0-5]\d)?\s*(?P<half>[ap]\.?m\.?)?"
    r"(?:\s*(?P<zone>[A-Z]{1,4}(?:[+-]\d{1,2})?|Uhr))?[\s,|·•–-]{1,5}(?:\w{2,12}[.,]?\s+)?$",
    re.IGNORECASE,
)
_HALVES = re.compile(r"(오전|오후|上午|下午|午前|午後|早上|晚上|晚间|凌晨)[^\d]{0,2}$")
_LATE = frozenset({"오후", "下午", "午後", "晚上", "晚间"})
_FOREIGN_DIGITS = {
    code: str(unicodedata.decimal(chr(code)))
    for code in range(0x0660, 0xFF1A)
    if unicodedata.decimal(chr(code), None) is not None
} | dict.fromkeys((0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x061C))
_LONG = 600  # characters in which a date is looked for

_PUBLISHED_WORD = re.compile(
    r"publish|publi[ée]|publica|pubblicat|published|posted|veröffentlicht|erstellt|gepubliceerd|geplaatst|publicerad"
    r"|publisert|udgivet|julkaistu|opublikowan|dodano|опубликован|опубліков|публикац|создан|δημοσ|yayın|eklenme|giriş"
    r"|发布|發布|发表|發表|刊登|公開|掲載|配信|投稿|입력|등록|게시|승인|نشر|منتشر|انتشار|פורסם|diterbitkan|đăng|เผยแพร่"
    r"|created|first\s+published|originally|vytvoř|közzé|megjelen|date\s*:|datum\s*:|fecha\s*:|data\s*:",
    re.IGNORECASE,
)
_MODIFIED_WORD = re.compile(
    r"updat|modif|aktualis|geändert|bearbeitet|stand\s*:?\s*$|actuali[sz]|mis\s+à\s+jour|màj|maj\b|agg?iornat|ultima|atuali"
    r"|bijgewerkt|gewijzigd|uppdater|oppdater|opdater|ändrad|päivitetty|muokattu|aktualiz|zmian|zmieni|обновл|измен|оновл"
    r"|ενημ|güncel|更新|修改|修正|最終|수정|تحديث|بروز|עודכן|diperbarui|cập\s+nhật|ปรับปรุง|revis|review|last\s+edit|frissít"
    r"|edited|fact.checked",
    re.IGNORECASE,
)
_RIGHTS_WORD = re.compile(
    r"©|copyright|\(c\)\s|all\s+rights|版权|版權|born|geboren|geb\.|né\s+le|expire|gültig|撮影", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text: its moment, what the words beside it call it (published, modified, rights or ""), and where."""

    moment: datetime
    called: str
    start: int
    end: int


def of_data(
    spelt: str, zone: tzinfo | None = None, *, month_first: bool = False, language: str = ""
) -> datetime | None:
    """A moment as data spells it: ISO, RFC 822, seconds or milliseconds since 1970, or as text has it."""
    spelt = spelt.strip()
    if not 4 < len(spelt) < 100:
        return None
    if spelt.isascii() and spelt.isdigit() and len(spelt) in (10, 13) and spelt[0] in "123456789":
        if len(spelt) == 10 and spelt.startswith("20"):
            return _built(int(spelt[:4]), int(spelt[4:6]), int(spelt[6:8]), 0, 0, 0, zone)
        return _sane(datetime.fromtimestamp(int(spelt[:10]), UTC))
    if match := _ISO.match(spelt):
        given = match.groupdict()
        known = _offset(given["zone"] or "", language) or zone
        year, month, day = int(given["year"]), int(given["month"]), int(given["day"])
        hour, minute, second = int(given["hour"] or 0), int(given["minute"] or 0), int(given["second"] or 0)
        return _built(year, month, day, hour, minute, second, known)
    found = of_text(spelt, month_first=month_first, zone=zone, language=language)
    return found or _sane(dates.parse(spelt))


def of_text(
    words: str, *, month_first: bool = False, zone: tzinfo | None = None, language: str = ""
) -> datetime | None:
    """The date that a text is of: one called published, else one that is called nothing, else one called modified."""
    found = all_of(words, month_first=month_first, zone=zone, language=language)
    best = min(found, key=lambda each: (_RANK[each.called], each.start), default=None)
    return best.moment if best is not None and best.called != "rights" else None


_RANK = {"published": 0, "": 1, "modified": 2, "rights": 3}


def may_be_dated(words: str) -> bool:
    """Is there a number in these words? Most have none."""
    return _DIGIT.search(words) is not None


def all_of(words: str, *, month_first: bool = False, zone: tzinfo | None = None, language: str = "") -> list[Dated]:
    """Every date in a text, in its order."""
    words = words[:_LONG]
    if not _DIGIT.search(words):
        return []
    if not words.isascii():
        words = _plain_digits(words)
    if not _DATED.search(words):
        return []
    spans: list[tuple[int, int, datetime]] = []
    for start, end, moment in _spelt(words, month_first, zone, language.lower()):
        if all(end <= a or start >= b for a, b, _ in spans):
            spans.append((start, end, moment))
    spans.sort(key=lambda span: span[:2])
    found: list[Dated] = []
    before = 0
    for start, end, moment in spans:
        called = _called(words[max(before, start - 40) : start], words[end : end + 24])
        found.append(Dated(moment, called, start, end))
        before = end
    return found


def _called(before: str, after: str) -> str:
    """What the words around a date call it: the word that stands nearest before it, or one in brackets behind it."""
    if _RIGHTS_WORD.search(before):
        return "rights"
    last_modified = max((match.start() for match in _MODIFIED_WORD.finditer(before)), default=-1)
    last_published = max((match.start() for match in _PUBLISHED_WORD.finditer(before)), default=-1)
    if last_modified >= 0 or last_published >= 0:
        return "modified" if last_modified >= last_published else "published"
    after = after.lstrip()
    return "modified" if after[:1] in "((（" and _MODIFIED_WORD.match(after[1:]) else ""


def _spelt(words: str, month_first: bool, zone: tzinfo | None, language: str) -> Iterator[tuple[int, int, datetime]]:
    """What the forms find: the start, the end, the moment; the surest forms first."""
    western = partial(_moment, month_first=month_first, zone=zone, language=language)
    forms: list[tuple[Iterable[re.Pattern[str]], Callable[[re.Match[str]], datetime | None]]] = []
    if _HAS_YEAR.search(words):
        forms.append((_FORMS, western))
    if not words.isascii():
        forms += [((_ERA_DATE,), partial(_of_era, zone=zone)), ((_PERSIAN_DATE,), partial(_of_persian, zone=zone))]
    if language.startswith("fa"):
        forms.append(((_PERSIAN_NUMBERS,), partial(_of_persian, zone=zone)))
    forms += [((_SHORT,), western), ((_COMPACT,), partial(_of_compact, zone=zone))]
    for patterns, reading in forms:
        for pattern in patterns:
            for found in pattern.finditer(words):
                if (moment := reading(found)) is not None:
                    yield found.start(), _end(found), moment


def _end(found: re.Match[str]) -> int:
    """Where a date with its clock ends; what is looked for behind a clock may be the next date."""
    groups = ("minute",) if found["hour"] else ("day", "other", "year")
    return max(found.end(group) for group in groups if group in found.re.groupindex)


def of_address(url: str) -> datetime | None:
    """The day that an address names: /2024/02/08/, 20240208. Of an archived page, that of the page itself."""
    url = url[max(url.rfind("http://"), url.rfind("https://"), 0) :][:_LONG]
    found = _IN_URL.search(url)
    return _built(int(found[1]), int(found[3]), int(found[4]), 0, 0, 0, None) if found else None


_AGO = re.compile(
    r"(?<!\d)(?P<n>\d{1,3}|an?|one|une?|eine[rm]?|un[ao]?)\s*(?:"
    r"(?P<minute>min(?:ute[ns]?|uti|uto?s|\.)?|分钟|分鐘|分|분|мин\w*|хв\w*|dakika|minut\w*|دقيقة|دقائق)"
    r"|(?P<hour>h(?:ours?|rs?|eures?|\.)?|std\.?|stunden?|horas?|ore|or[ae]|小时|小時|時間|시간|час\w*|годин\w*"
    r"|saat|godz\w*|timm\w+|timer?|ساعة|ساعات)"
    r"|(?P<day>days?|d|tag(?:en?)?|jours?|d[ií]as?|giorn[io]|天|日|일|дн\w+|день|gün|dni|dag\w*|يوم|أيام)"
    r")(?![^\W\d_])",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"ago|vor\b|il y a|hace|há\b|fa\b|前|전|назад|тому|önce|temu|geleden|sedan|siden|منذ|قبل", re.IGNORECASE
)
_TODAY = re.compile(
    r"\btoday\b|\bheute\b|aujourd|\bhoy\b|\boggi\b|\bhoje\b|сегодня|今天|今日|오늘|bugün|اليوم", re.IGNORECASE
)
_YESTERDAY = re.compile(
    r"\byesterday\b|\bgestern\b|\bhier\b|\bayer\b|\bieri\b|\bontem\b|вчера|昨天|昨日|어제|\bdün\b|أمس", re.IGNORECASE
)


def of_distance(words: str, at: datetime, zone: tzinfo | None = None) -> datetime | None:
    """A moment told by its distance ("3 hours ago", "vor 2 Tagen", "昨天"), seen from the moment `at`."""
    words = _plain_digits(words[:80])
    here = at.astimezone(zone or UTC)
    if (found := _AGO.search(words)) and _PAST.search(words):
        n = int(found["n"]) if found["n"].isdigit() else 1
        unit = timedelta(minutes=1) if found["minute"] else timedelta(hours=1) if found["hour"] else timedelta(days=1)
        return here - n * unit
    if _YESTERDAY.search(words):
        here -= timedelta(days=1)
    elif not _TODAY.search(words):
        return None
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _plain_digits(words: str) -> str:
    words = words.translate(_FOREIGN_DIGITS)
    return _HAN_DATE.sub(_han_date, words) if "年" in words else words


_HAN_DATE = re.compile(
    r"([一二]?[〇零○一二三四五六七八九]{2,4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号號]"
)


def _han_date(found: re.Match[str]) -> str:
    return f"{found[1].translate(_HAN_DIGITS)}年{_han_number(found[2])}月{_han_number(found[3])}日"


def _han_number(words: str) -> int:
    tens, ten, ones = words.rpartition("十")
    digit = "〇一二三四五六七八九".find
    return (max(1, digit(tens)) * 10 if ten else 0) + (max(0, digit(ones)) if ones else 0)


@lru_cache(maxsize=4096)
def _month(name: str, language: str) -> int:
    """The number of a month by its name, 0 for what names none."""
    name = sys.intern(name.lower().replace("i̇", "i").rstrip(".'’").replace(" ", "-"))
    if own := _OWN_MONTHS.get((language[:2], name)):
        return own
    found = _MONTHS.get(name) or _MONTHS.get(name.partition(".")[0] if len(name) > 4 else "")
    if not found and len(name) > 5 and "'" in name.replace("’", "'"):
        found = _MONTHS.get(name.replace("’", "'").partition("'")[0])
    return found or 0


def _moment(found: re.Match[str], month_first: bool, zone: tzinfo | None, language: str) -> datetime | None:
    parts = found.groupdict()
    day = int(parts.get("day") or 0)
    if parts.get("name"):
        month = _month(parts["name"], language)
        if not month:
            return None
    elif "first" in parts:
        first, other = int(parts["first"]), int(parts["other"])
        # Only slashes and hyphens are written by those who begin with the month.
        month_leads = other > 12 or (month_first and first <= 12 and parts["sep"] in "/-")
        day, month = (other, first) if month_leads else (first, other)
    else:
        month = int(parts["month"])
    year = int(parts["year"])
    if year < 100:
        year += 2000
    elif year > 2500:
        if not (language.startswith("th") or any("\u0e00" <= c <= "\u0e7f" for c in found.string)):
            return None
        year -= 543
    return _at(found, year, month, day, zone, language)


def _of_era(found: re.Match[str], zone: tzinfo | None) -> datetime | None:
    year = _ERAS[found["era"]] + (1 if found["year"] == "元" else int(found["year"]))
    return _at(found, year, int(found["month"]), int(found["day"]), zone, "")


def _of_persian(found: re.Match[str], zone: tzinfo | None) -> datetime | None:
    """A day of the Persian solar calendar; its leap years follow a cycle of 33 years in our time."""
    given = found.groupdict()
    year, day = int(given["year"]), int(given["day"])
    month = _JALALI[given["name"]] if given.get("name") else int(given["month"])
    past = year - 1375  # 1375 began on 20 March 1996, and was a leap year
    leaps = sum((each + 1375) % 33 in (1, 5, 9, 13, 17, 22, 26, 30) for each in range(max(0, past)))
    leaps -= sum((each + 1375) % 33 in (1, 5, 9, 13, 17, 22, 26, 30) for each in range(min(0, past), 0))
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    real = datetime(1996, 3, 20, tzinfo=UTC) + timedelta(days=365 * past + leaps + before + day - 1)
    return _at(found, real.year, real.month, real.day, zone, "fa")


def _of_compact(found: re.Match[str], zone: tzinfo | None) -> datetime | None:
    return _at(found, int(found["year"]), int(found["month"]), int(found["day"]), zone, "")


def _at(found: re.Match[str], year: int, month: int, day: int, zone: tzinfo | None, language: str) -> datetime | None:
    """The day with the clock that stands behind it or before it."""
    given = found.groupdict()
    words, before = found.string, found.start()
    if given.get("hour"):
        before = found.start("hour")
    elif (
        before
        and words[before - 1] in " \t,|·•–-"
        and (clock := _CLOCK_BEFORE.search(words, max(0, before - 40), before))
    ):
        given |= clock.groupdict()
        before = clock.start()
    hour, minute, second = (int(given.get(part) or 0) for part in ("hour", "minute", "second"))
    half = (given.get("half") or "").lower()
    if not half and 0 < hour < 12 and (said := _HALVES.search(words, max(0, before - 12), before)):
        half = "p" if said[1] in _LATE else ""
    if half.startswith(("p", "μ")) and hour < 12:
        hour += 12
    elif half.startswith(("a", "π")) and hour == 12:
        hour = 0
    known = _offset(given.get("zone") or "", language) or zone
    return _built(year, month, day, hour, minute, second, known)


@lru_cache(maxsize=512)
def _offset(spelt: str, language: str) -> tzinfo | None:
    """The zone that is written behind a time, None for none and for words that are no zone's name."""
    spelt = spelt.strip().lower()
    if not spelt:
        return None
    if match := _PLUS.match(spelt):
        sign, hours, minutes = match.groups()
        ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if ahead > timedelta(hours=15):
            return None
        return timezone(-ahead if sign == "-" else ahead)
    if spelt in _AMERICAN:
        return _zone(_AMERICAN[spelt])
    hours_ahead = _ZONE_NAMES.get(spelt)
    if spelt == "cst" and language[:2] == "zh":
        hours_ahead = 8
    elif spelt == "ist" and language[:2] in ("he", "iw"):
        hours_ahead = 2
    elif spelt == "ist" and language in ("ga", "en-ie"):
        hours_ahead = 1
    return None if hours_ahead is None else timezone(timedelta(hours=hours_ahead)) if hours_ahead else UTC


_PLUS = re.compile(r"(?:gmt|utc)?\s?([+-])\s?(\d{1,2})(?::?(\d\d))?(?::\d\d)?$")


def _built(
    year: int, month: int, day: int, hour: int, minute: int, second: int, zone: tzinfo | None
) -> datetime | None:
    if hour == 24 and not minute and not second:
        hour = 0  # the day's end, written as most people mean it: that day
    try:
        return _sane(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone or UTC))
    except (ValueError, OverflowError):
        return None


def _sane(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and 1980 < moment.year < 2050 else None


def order_in(texts: Iterable[str]) -> bool | None:
    """Does the month come first in these numbers? None where each of them could be read both ways."""
    for words in texts:
        for found in _NUMBERS.finditer(words):
            first, other = int(found[1]), int(found[2])
            if first > 12 >= other:
                return False
            if other > 12 >= first:
                return True
    return None


def is_open(words: str) -> bool:
    """Do these words hold a date of which either number may be the month?"""
    return _OPEN.search(words) is not None


_OPEN = re.compile(r"(?<!\d)(?:1[0-2]|0?[1-9])\s?([/-])\s?(?:1[0-2]|0?[1-9])\s?\1\s?\d\d")
_NUMBERS = re.compile(r"(?<![\d/.-])([0-3]?\d)[/-]([0-3]?\d)[/-](?:20[0-4]\d|199\d)(?!\d)")
