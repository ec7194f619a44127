"""The dates of headers, addresses and records.

A small set of exact shapes instead of a guessing parser: a wrong date is worse than none. What is ambiguous
(``06/07/2022``) or absurd (before 1800, more than two days from now) gives nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import re
from collections.abc import Sequence

FIRST_YEAR = 1800
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
MONTH = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
"""Pattern of an English month name, for use with ``re.IGNORECASE``."""

_ZONES = {"gmt": 0, "utc": 0, "ut": 0, "z": 0, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "msk": 180,
          "edt": -240, "est": -300, "cdt": -300, "mdt": -360, "cst": -360, "pdt": -420, "mst": -420, "pst": -480,
          "kst": 540, "jst": 540, "hkt": 480, "sgt": 480, "pkt": 300, "gst": 240, "aest": 600, "aedt": 660,
          "nzst": 720, "nzdt": 780, "sast": 120, "eat": 180, "wat": 60}  # fmt: skip
_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?",
    re.IGNORECASE,
)
_TIME = r"(?:(\d{1,2})[:.](\d\d)(?::(\d\d))?\s*([ap]\.?m\.?)?)"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_AFTER = r"(?:,?\s*(?:at|[-–|·•])?\s*" + _TIME + r"?\s*\(?([a-z]{2,4}|[+-]\d\d:?\d\d)?\)?)?"
_MDY = re.compile(
    _WEEKDAY + rf"({MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})" + _AFTER, re.IGNORECASE
)
_DMY = re.compile(
    _WEEKDAY + rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?({MONTH}),?[\s-]+(\d{{4}})" + _AFTER,
    re.IGNORECASE,
)
_MY = re.compile(rf"({MONTH})[\s,]+(\d{{4}})", re.IGNORECASE)
_YM = re.compile(r"(\d{4})[-/](\d{1,2})")
_YMD_SLASH = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+" + _TIME + r")?")
_NUMERIC = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})(?:,?[ T]+" + _TIME + r")?")
_THREE_FIGURES = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?=\D|$)")
_ORDERS = ((0, 1, 2), (2, 0, 1), (2, 1, 0))  # where year, month and day stand
_URL_PATH = re.compile(r"[/=_-]((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/_.?&#-]|$)")
_URL_PATH_NAMED = re.compile(
    r"/((?:19|20)\d\d)/([a-z]{3,9})/(\d{1,2})(?=[/_.?&#-]|$)", re.IGNORECASE
)
_URL_COMPACT = re.compile(r"[/=_-]((?:19|20)\d\d)(\d\d)(\d\d)(?=[/_.?&#-]|$)")
_URL_QUERY = re.compile(r"[?&](?:ud|date|d|dt|day|pubdate|published)=((?:19|20)\d\d)-?(\d\d)-?(\d\d)\d*(?=[&#]|$)",
                        re.IGNORECASE)  # fmt: skip
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/(\d{1,2})(?=/)")


_FULL_YEAR = re.compile(r"\d,?\s+(?:of\s+)?(?:19|20)\d\d\b|[a-z]\.?,?\s+(?:19|20)\d\d\b")
_ANY_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_MONTH_WORD = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
FULL_DATE = (
    rf"(?:{_MONTH_WORD}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH_WORD},?\s+(?:19|20)\d\d)(?!\d)"
)
_WEEKDAY_WORD = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_PROOF = re.compile(
    rf"\b(?P<word>[Tt]oday|[Tt]onight|[Yy]esterday|[Tt]omorrow)\b[,\s(–—-]{{1,3}}(?:(?:on\s+)?{_WEEKDAY_WORD},?\s+)?(?:on\s+)?"
    rf"(?P<date>{FULL_DATE})|(?P<first>{FULL_DATE})\s*[,(]\s*(?P<last>today|tonight|yesterday|tomorrow)\s*[,)]"
)
_PROOF_DAYS = {"today": 0, "tonight": 0, "yesterday": 1, "tomorrow": -1}
_WEEKDAY_AND_DATE = re.compile(rf"\b(?P<weekday>{_WEEKDAY_WORD}),?\s+(?P<date>{FULL_DATE})")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time, aware and UTC, and how exactly it is known: ``second``, ``day``, ``month`` or ``year``."""

    time: dt.datetime
    precision: str


def now() -> dt.datetime:
    """Return the present; a function of its own, so that tests can move it."""
    return dt.datetime.now(dt.timezone.utc)


def parse(value: object) -> Moment | None:
    """Return the time that a metadata value states, or ``None`` if it states none that can be relied on.

    Understands ISO 8601 and its relatives, RFC 2822, English dates with the month by name, seconds and milliseconds
    since 1970, and day/month/year in figures where only one reading exists.
    """
    if isinstance(value, dt.datetime):
        return _checked(value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc), "second")
    if isinstance(value, dt.date):
        return _moment(value.year, value.month, value.day)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _epoch(float(value))
    if not isinstance(value, str):
        return None
    text = " ".join(value.split())[:100]
    if not text:
        return None
    if text.isdigit() and len(text) in (10, 13):
        return _epoch(float(text))
    return _iso(text) or _named(text) or _figures(text) or _mail(text) or _coarse(text)


def from_url(url: str | None) -> Moment | None:
    """Return the date that stands in the path of an address: evidence, though not proof, of its publication."""
    if not url:
        return None
    for pattern in (_URL_PATH, _URL_COMPACT, _URL_QUERY):
        for found in pattern.finditer(url[:2000]):
            moment = _moment(*(int(x) for x in found.groups()))
            if moment and moment.time.year >= 1990:
                return moment
    named = _URL_PATH_NAMED.search(url[:2000])
    if named and (month := MONTHS.get(named.group(2).lower())):
        return _moment(int(named.group(1)), month, int(named.group(3)))
    coarse = _URL_MONTH.search(url[:2000])
    if coarse and 1 <= int(coarse.group(2)) <= 12 and int(coarse.group(1)) >= 1990:
        return _moment(int(coarse.group(1)), int(coarse.group(2)), 1, precision="month")
    return None


def proved_by_text(
    paragraphs: Sequence[str], month_day: tuple[int, int] | None = None
) -> dt.date | None:
    """Return the day of writing that the running text of an article proves, or ``None``.

    Proof is *today*, *yesterday* or *tomorrow* beside a full date (*today, March 18, 2021*; *yesterday (17 March 2021)*),
    or ``month_day``, the day in a dateline without its year, no more than six days after a full date whose weekday is
    stated rightly (*on Tuesday, March 16, 2021*), where the text names no later year. All proofs have to agree. A
    paragraph of fewer than eight words, without a full stop, or within quotation marks proves nothing: it may be a
    footer, a page header or an old document.
    """
    found: set[dt.date] = set()
    weekdays: set[dt.date] = set()
    for paragraph in paragraphs:
        if len(paragraph) > 20_000 or not _FULL_YEAR.search(paragraph):
            continue
        if len(paragraph.split()) < 8 or not re.search(r"[.!?…”\"']\s*$", paragraph):
            continue
        for match in _PROOF.finditer(paragraph):
            day = written_day(match["date"] or match["first"])
            if day is not None and not _is_quoted(paragraph, match.start()):
                word = (match["word"] or match["last"]).lower()
                found.add(day + dt.timedelta(days=_PROOF_DAYS[word]))
        if month_day is not None:
            for match in _WEEKDAY_AND_DATE.finditer(paragraph):
                day = written_day(match["date"])
                if day is not None and match["weekday"].lower() == day.strftime("%A").lower():
                    weekdays.add(day)
    if month_day is not None and weekdays:
        latest = max(int(year) for text in paragraphs for year in _ANY_YEAR.findall(text))
        for day in weekdays:
            for shift in range(7):
                written = day + dt.timedelta(days=shift)
                if (written.month, written.day) == month_day and written.year >= latest:
                    found.add(written)
    if len(found) != 1:
        return None
    day = found.pop()
    if month_day is not None and (day.month, day.day) != month_day:
        return None
    return day if _moment(day.year, day.month, day.day) is not None else None


def written_day(text: str) -> dt.date | None:
    """Return the day that a match of ``FULL_DATE`` means, or ``None`` if there is no such day."""
    return english_day(re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bof ", "", text).replace(",", ", "))


def _is_quoted(paragraph: str, position: int) -> bool:
    before = paragraph[:position]
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”")


def contradicts(stated: object, moment: Moment) -> bool:
    """Tell whether a date that ``parse`` refused speaks against ``moment``.

    A figure, or a date in figures that is absurd (``0000-00-00``), impossible (``2022-02-30``) or ambiguous
    (``06/07/2022``), does, unless one reading of it is that day. Words that we cannot read say nothing either way.
    """
    if isinstance(stated, (int, float)) and not isinstance(stated, bool):
        return True
    if not isinstance(stated, str):
        return False
    figures = _THREE_FIGURES.match(stated.strip())
    if not figures:
        return bool(re.fullmatch(r"\s*-?\d+(?:\.\d+)?\s*", stated))
    parts = [int(part) for part in figures.groups()]
    day = (moment.time.year, moment.time.month, moment.time.day)
    return day not in {(parts[order[0]], parts[order[1]], parts[order[2]]) for order in _ORDERS}


def english_day(text: str) -> dt.date | None:
    """Return the full date (day, English month, year) that ``text`` is, or ``None``."""
    moment = _named(text)
    return moment.time.date() if moment else None


def _epoch(value: float) -> Moment | None:
    """Read seconds or milliseconds since 1970; before September 2001 nobody wrote either on purpose."""
    if value >= 1e11:
        value /= 1000
    if not 1e9 <= value < 1e11:
        return None
    return _checked(dt.datetime.fromtimestamp(value, dt.timezone.utc), "second")


def _iso(text: str) -> Moment | None:
    found = _ISO.match(text)
    if not found or (found.end() != len(text) and not re.match(r"[\s(\[]", text[found.end() :])):
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    return _moment(
        int(year), int(month), int(day), hour=hour, minute=minute, second=second, zone=zone
    )


def _named(text: str) -> Moment | None:
    found = _MDY.match(text)
    if found:
        month, day, year = found.group(1, 2, 3)
    else:
        found = _DMY.match(text)
        if not found:
            return None
        day, month, year = found.group(1, 2, 3)
    hour, minute, second, half, zone = found.group(4, 5, 6, 7, 8)
    if half and hour:
        hour = str(int(hour) % 12 + (12 if half.lower().startswith("p") else 0))
    number = MONTHS[month.lower().rstrip(".")]
    return _moment(int(year), number, int(day), hour=hour, minute=minute, second=second, zone=zone)


def _figures(text: str) -> Moment | None:
    found = _YMD_SLASH.match(text)
    if found:
        year, month, day, hour, minute, second, half = found.groups()
    else:
        found = _NUMERIC.match(text)
        if not found:
            return None
        first, separator, other, year, hour, minute, second, half = found.groups()
        day, month = first, other
        if separator == ".":
            pass  # 14.06.2022 is day first wherever dots are used
        elif int(first) <= 12 and int(other) > 12:
            day, month = other, first
        elif int(first) <= 12 and first != other:
            return None  # 06/07/2022 is June in one country and July in another
    if half and hour:
        hour = str(int(hour) % 12 + (12 if half.lower().startswith("p") else 0))
    return _moment(
        int(year), int(month), int(day), hour=hour, minute=minute, second=second, zone=None
    )


def _mail(text: str) -> Moment | None:
    try:
        value = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _checked(value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc), "second")


def _coarse(text: str) -> Moment | None:
    found = _MY.fullmatch(text)
    if found:
        month = MONTHS[found.group(1).lower().rstrip(".")]
        return _moment(int(found.group(2)), month, 1, precision="month")
    found = _YM.fullmatch(text)
    if found:
        return _moment(int(found.group(1)), int(found.group(2)), 1, precision="month")
    if re.fullmatch(r"(?:18|19|20)\d\d", text):
        return _moment(int(text), 1, 1, precision="year")
    return None


def _moment(
    year: int,
    month: int,
    day: int,
    *,
    hour: str | None = None,
    minute: str | None = None,
    second: str | None = None,
    zone: str | None = None,
    precision: str = "day",
) -> Moment | None:
    if hour is not None and minute is not None:
        precision = "second"
    offset = _offset(zone)
    try:
        value = dt.datetime(
            year, month, day, int(hour or 0), int(minute or 0), min(int(second or 0), 59),
            tzinfo=dt.timezone(dt.timedelta(minutes=offset)),
        )  # fmt: skip
    except (ValueError, OverflowError):
        return None
    return _checked(value, precision)


def _offset(zone: str | None) -> int:
    if not zone:
        return 0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
        return max(-1439, min(1439, -minutes if zone[0] == "-" else minutes))
    return _ZONES.get(zone.lower(), 0)


def _checked(value: dt.datetime, precision: str) -> Moment | None:
    """Return the moment in UTC unless it is absurd."""
    try:
        value = value.astimezone(dt.timezone.utc)
    except (OverflowError, ValueError):
        return None
    if value.year < FIRST_YEAR or value > now() + dt.timedelta(days=2):
        return None
    if value.year == 1970 and value.timetuple().tm_yday == 1:
        return None  # a zero that was printed as a date
    return Moment(time=value.replace(microsecond=0), precision=precision)
