"""Date expressions of an article and the days they mean.

A grammar of regular expressions, run only over sentences that hold a word of time, then arithmetic with explicit
precision. ``on Wednesday`` is counted from the day of writing, backwards or forwards as the verb says
(``transforms/knowledge/tense.py``); ``two days earlier`` from the date mentioned before. A wrong day is worse than
none: where tense, year or day of writing cannot be told, the mention has no date.

What the day of writing is: the day in the dateline or in the address, where it agrees with the publication date (a
time stamp in UTC can be a day off), else the publication date, else a day that the text itself proves.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from schemas.annotations import AnnotatedArticle, Sentence, Tokens
from schemas.documents import Article
from schemas.facts import DateMention
from transforms.knowledge.tense import Direction, direction, is_of_one_day
from transforms.text.dates import from_url

_FIRST_YEAR, _LAST_YEAR = 1500, 2099
_MONTH_NAMES: Final = (
    "january february march april may june july august september october november december".split()
)
_WEEKDAY_NAMES: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
_DECADE_WORDS: Final = {
    "fifties": 1950,
    "sixties": 1960,
    "seventies": 1970,
    "eighties": 1980,
    "nineties": 1990,
}
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_NEAR_DAYS: Final = 120
"""A day without a year means the nearest one within this distance; papers name the year of what is farther."""
_NEAR_MONTHS: Final = 2
"""Likewise for a month whose verb has no tense (*starting in mid-February*)."""

_REACH: Final = 150
"""Words around a date in which its verb is looked for; a longer sentence is a list or a broken text."""
_MEMORY: Final = 50
"""Dates told before that are remembered."""

_MONTH, _WEEKDAY, _RELATIVE, _UNIT, _YEAR, _SEASON = 1, 2, 4, 8, 16, 32

_ANCHORS: Final = {
    **dict.fromkeys(_MONTH_NAMES, _MONTH),
    **dict.fromkeys([m[:3] for m in _MONTH_NAMES] + ["sept"], _MONTH),
    **dict.fromkeys([m[:3] + "." for m in _MONTH_NAMES] + ["sept."], _MONTH),
    **dict.fromkeys(_WEEKDAY_NAMES + [d + "s" for d in _WEEKDAY_NAMES], _WEEKDAY),
    **dict.fromkeys("today tonight yesterday tomorrow night morning afternoon evening".split(), _RELATIVE | _UNIT),
    **dict.fromkeys("day days week weeks weekend month months year years decade decades quarter half".split(), _UNIT),
    **dict.fromkeys([*_DECADE_WORDS], _YEAR),
    **dict.fromkeys(["spring", "summer", "autumn", "fall", "winter", "christmas", "eve"], _SEASON),
}  # fmt: skip


def _cased(names: str) -> str:
    return "|".join(f"{n}|{n.upper()}" for n in names.split())


_MON = (
    "(?:(?:" + _cased("January February March April May June July August September October November December")
    + ")|(?:" + _cased("Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec") + r")\.?)(?![A-Za-z])"
)  # fmt: skip
_WD = "(?:" + _cased("Monday Tuesday Wednesday Thursday Friday Saturday Sunday") + ")"
_WDX = rf"(?:{_WD}|(?:Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat|Sun)\.?)"
_D = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d:A-Za-z]|[.,]\d|\s?%|\s(?:per\s?cent|percent|million|billion)\b)"
_DD = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_Y = r"(?:1[5-9]|20)\d\d(?!\d|[.,]\d|\s?%)"
_RY = r"(?P<ry>last|this|next|that|the\s+same|the\s+following|the\s+previous)\s+year\b"
_JOIN = r"(?:-|–|—|/|&|to\b|and\b|through\b|thru\b|until\b|till\b|or\b)"
_NUM = r"(?:\d{1,2}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"

_DAY_OF_MONTH: Final = re.compile(
    rf"(?<![\w$€£])(?:(?P<wd>{_WDX}),?\s+(?:the\s+)?)?(?P<m>{_MON})\s*(?:the\s+)?(?P<d>{_D})"
    rf"(?:\s*(?P<j>{_JOIN})\s*(?:(?P<m2>{_MON})\s*)?(?P<d2>{_D}))?(?:\s*\((?P<wd2>{_WDX})\))?"
    rf"(?:,?\s+(?:of\s+)?(?P<y>{_Y})|\s+(?:of\s+)?{_RY})?"
)
_DAY_THEN_MONTH: Final = re.compile(
    rf"(?<![\w.,:/$€£-])(?:(?P<wd>{_WDX}),?\s+(?:the\s+)?)?"
    rf"(?:(?P<d0>{_DD})\s*(?:(?P<m0>{_MON})\s*)?(?:(?P<y0>{_Y})\s*)?(?P<j>{_JOIN})\s*(?:the\s+)?)?"
    rf"(?P<d>{_DD})\s*-?(?:of\s+)?(?P<m>{_MON})(?:,?[\s-]+(?P<y>{_Y})|\s+(?:of\s+)?{_RY})?"
)
_BARE_MONTH: Final = re.compile(
    rf"(?<![\w.-])(?:(?P<part>[Ee]arly|[Mm]id|[Ll]ate|(?:[Tt]he\s+)?(?:end|beginning|start|middle)\s+of)[\s-]+(?:in\s+)?)?"
    rf"(?:(?P<mod>[Ll]ast|[Nn]ext|[Tt]his(?:\s+(?:past|coming))?|[Pp]ast|[Cc]oming|[Ee]very|[Ee]ach)\s+)?(?P<m>{_MON})"
    rf"(?:\s*(?P<j>-|–|to\b|and\b|through\b|until\b|or\b)\s*(?P<m2>{_MON})(?!\s*\d{{1,2}}\b))?"
    rf"(?:,?\s+(?:of\s+)?(?P<y>{_Y})|\s+(?:of\s+)?{_RY})?"
)
_WEEKDAYS: Final = re.compile(
    r"(?<![\w-])(?:(?P<mod>[Ll]ast|[Nn]ext|[Tt]his(?:\s+(?:past|coming))?|[Pp]ast|[Cc]oming|[Pp]revious|[Ff]ollowing|[Ee]very|[Ee]ach|"
    rf"[Bb]lack|[Bb]loody|[Gg]ood|[Aa]sh|[Ee]aster|[Pp]alm|[Ss]uper|[Cc]yber|[Hh]oly|[Mm]aundy|[Cc]lean)\s+)?(?P<wd>{_WD})(?P<pl>s)?(?![\w])"
    rf"(?:\s*(?P<j>-|–|to\b|through\b|until\b|till\b|and\b|or\b)\s*(?P<wd2>{_WD})(?!\w))?"
    r"(?:\s+(?:morning|afternoon|evening|night|noon|lunchtime)\b)?(?:,?\s+(?:of\s+)?(?P<rw>last|this|next)\s+week\b)?"
    r"(?P<times>\s+(?:Times|Herald|Mirror|Post|Express|Mail|Telegraph|World|Tribune|Independent)\b)?",
)
_TIMETABLE: Final = re.compile(
    rf"{_WD}s?(?:,\s*(?:and\s+|or\s+|&\s*)?|\s+(?:and|or|&)\s+)(?:{_WD}s?,?\s*(?:and\s+|or\s+|&\s*)?){{2,}}"
)
"""Three weekdays in a row are those of every week."""
_DAYS: Final = re.compile(
    r"\b(?P<r>(?:the\s+)?day\s+before\s+yesterday|(?:the\s+)?day\s+after\s+tomorrow|today|tonight|yesterday|tomorrow|"
    r"last\s+night|this\s+(?:morning|afternoon|evening))\b(?:\s+(?:morning|afternoon|evening|night)\b)?",
    re.IGNORECASE,
)
_LAST_UNIT: Final = re.compile(
    r"\b(?:(?P<part>early|earlier|mid|late|later|(?:the\s+)?(?:end|beginning|start|middle)\s+of)[\s-]+(?:in\s+)?)?"
    r"(?P<mod>last|next|this(?:\s+(?:past|coming))?|the\s+(?:past|previous|following|coming|same|next)|that)\s+"
    r"(?P<u>week|weekend|month|year|decade)\b(?P<old>[-\s]old\b)?",
    re.IGNORECASE,
)
_AGO: Final = re.compile(
    rf"\b(?P<about>more\s+than|less\s+than|nearly|almost|about|around|some|over|at\s+least|roughly|barely|just|only)?\s*"
    rf"\b(?P<n>{_NUM}|(?:a\s+)?(?:several|few|many|couple\s+of|dozen))\s+(?P<half>and\s+a\s+half\s+)?"
    r"(?P<u>day|week|month|year|decade)s?\s+(?P<dir>ago|earlier|later|before|prior|previously|hence|from\s+now|after|on)\b",
    re.IGNORECASE,
)
_PAST_SPAN: Final = re.compile(
    rf"\b(?:in|over|during|within|for|throughout|of)\s+(?:the|these)\s+(?P<dir>past|last|previous|next|coming)\s+"
    rf"(?:(?P<n>{_NUM}|few|several|couple\s+of)\s+)?(?P<u>hour|day|week|month|year|decade|century)(?P<pl>s?)\b",
    re.IGNORECASE,
)
_IN_UNITS: Final = re.compile(
    rf"\b(?:with)?in\s+(?P<n>{_NUM})\s+(?P<u>day|week|month|year)s?(?:['’]?s?\s+time)?\b",
    re.IGNORECASE,
)
_THAT_DAY: Final = re.compile(
    r"\b(?:(?:earlier|later|early|late)\s+(?:in|on)\s+(?:the|that)\s+(?:same\s+)?day|(?:on\s+)?the\s+same\s+(?:day|night|evening|morning)|"
    r"(?:earlier|later|early|late)\s+that\s+(?:day|night|evening|morning|afternoon)|"
    r"the\s+(?P<step>next|following|previous)\s+(?:day|morning|night|evening)|the\s+(?P<beside>day\s+(?:before|after))(?=\s*[,.;:)]|\s*$))",
    re.IGNORECASE,
)
_WEEKEND: Final = re.compile(r"\b(?:at|over|during|on|of)\s+the\s+weekend\b", re.IGNORECASE)
_QUARTER: Final = re.compile(
    rf"\b(?:(?P<q>first|second|third|fourth|final|last)\s+(?P<k>quarter|half)|(?:Q)(?P<qn>[1-4]))\s+(?:of\s+)?"
    rf"(?:(?P<y>{_Y})|(?P<ry>last|this|next)\s+year\b|the\s+year\b)",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?<![\w/-])(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?![\w-])")
_FIGURES: Final = re.compile(
    r"(?<![\w/.-])(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d)(?![\w/-])"
)
_YEARS: Final = re.compile(
    rf"(?<![\w$€£.,/-])(?P<part>[Ee]arly|[Mm]id|[Ll]ate|(?:[Tt]he\s+)?(?:end|beginning|start|middle)\s+of)?(?(part)[\s-]+)(?P<y>{_Y})"
    rf"(?:\s*(?P<j>-|–|—|/|to\b|and\b|until\b|through\b|or\b)\s*(?P<y2>{_Y}|\d\d(?!\d|[.,]\d|-\d|\s?%)))?(?![\w-])"
)
_DECADE: Final = re.compile(
    r"(?<![\w$€£.-])(?:(?:[Ee]arly|[Mm]id|[Ll]ate)[\s-]+)?(?:the\s+(?:early\s+|mid-?|late\s+)?)?"
    r"(?:(?P<a>(?:1[5-9]|20)\d0)['’]?s|['’](?P<b>[2-9]0)s|(?P<w>fifties|sixties|seventies|eighties|nineties))(?!\w)"
)
_SEASONAL: Final = re.compile(
    r"\b(?:(?:early|mid|late)[\s-]+)?(?:(?P<mod>last|this|next)\s+)?(?P<s>spring|summer|autumn|fall|winter)\b"
    rf"(?:\s+(?:of\s+)?(?:(?P<y>{_Y})|(?P<ry>last|this|next)\s+year\b))?",
    re.IGNORECASE,
)
_HOLIDAY: Final = re.compile(
    rf"(?<!\w)(?P<h>Christmas\s+(?:Day|Eve)|New\s+Year['’]s\s+(?:Day|Eve))(?!\w)(?:,?\s+(?P<y>{_Y}))?"
)
_NAMED_FOR: Final = re.compile(
    r"\s+(?:[A-Z]\w+\s+)?(?:Movement|Agreement|Accords?|Brigades?|Alliance|Revolution|Martyrs|Coalition|Party|Front|"
    r"Uprising|Massacre|Incident|Forces?|Square|Bridge|University|Commission|[Mm]assacre|uprising|revolution|coup)\b"
)
"""What makes a day the name of something, so that it tells no date: *the July 26 Movement*, *the 1917 revolution*."""
_HOLIDAYS: Final = {
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "day": (1, 1),
    "eve": (12, 31),
}
# Parts of dear patterns that begin with a few letters, in either case: quickly seen to be missing.
_LAST_UNIT_CORE: Final = re.compile(
    r"[lntpcfsLNTPCFS](?i:ast|ext|his|ast|oming|revious|ollowing|ame|hat)\s+(?i:week|month|year|decade)"
)
_AGO_CORE: Final = re.compile(
    r"[dwmyDWMY](?i:ay|eek|onth|ear|ecade)(?i:s?)\s+(?i:ago|earlier|later|before|prior|previously|hence|from|after|on)"
)
_THAT_DAY_CORE: Final = re.compile(
    r"[tT](?i:he\s+(?:same|next|following|previous|day)|hat\s+(?:same|day|night|evening|morning|afternoon))"
)
_WEEKEND_CORE: Final = re.compile(r"[wW](?i:eekend)")
_QUARTER_CORE: Final = re.compile(r"[qQhH](?i:uarter|alf|[1-4])\s")
_YEAR_TOKEN: Final = re.compile(
    r"(?:1[5-9]|20)\d\d(?!\d)|['’]\d0s|\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d"
)
_YEAR_BEFORE: Final = frozenset(
    "in since by until till before after from of during the early late mid end through to between around circa back"
    " 's ’s and a an its their his her to this year ,".split()
)
_RANGE_JOINS: Final = frozenset(["-", "–", "—", "to", "through", "thru", "until", "till"])
_OPEN_DAY: Final = re.compile(
    rf"\b(?:today|tonight|yesterday|tomorrow|this\s+(?:morning|afternoon|evening)|{_WD})\b|{_MON}\s*{_D}|{_DD}\s+{_MON}",
    re.IGNORECASE,
)
"""A day that has no year of its own."""
_ORDINALS: Final = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "last",
    "1st",
    "2nd",
    "3rd",
    "4th",
)
_PROOF: Final = {"today": 0, "tonight": 0, "yesterday": 1, "tomorrow": -1}


@dataclasses.dataclass(frozen=True, slots=True)
class _Reference:
    """The day of writing. ``exact`` is false where only its year and about its month are known."""

    day: dt.date
    basis: str
    exact: bool = True
    early: bool = False  # the time stamp may belong to the evening before
    late: bool = False  # ... or to the next morning


@dataclasses.dataclass(frozen=True, slots=True)
class _Value:
    """What an expression means: days from ``start`` to ``end``, how exact, and counted from what."""

    start: dt.date
    end: dt.date
    precision: str
    basis: str = "text"


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """An expression, its tokens, and its value, if it has one."""

    start: int
    end: int
    value: _Value | None
    narrative: bool = (
        True  # moves the story's own day, so that "the next day" may be counted from it
    )


def resolve_dates(annotated: AnnotatedArticle) -> tuple[DateMention, ...]:
    """Return the date expressions of an article in text order, with the days they mean where that is certain."""
    if annotated.article.inferred is not None:
        return _agreed(annotated, *annotated.article.inferred)
    reference = _reference(annotated.article)
    mentions = _Reader(annotated, reference).read()
    if reference is None and mentions:
        proved = infer_publication_date(annotated, mentions)
        reference = _Reference(proved[0], "text") if proved else _about_when(annotated, mentions)
        if reference is not None:
            mentions = _Reader(annotated, reference).read()
    return mentions


def _agreed(annotated: AnnotatedArticle, first: dt.date, last: dt.date) -> tuple[DateMention, ...]:
    """Return the date expressions of an article written on one of these days, with what they mean whichever it was."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    readings = [_Reader(annotated, _Reference(day, "other article")).read() for day in days]
    if len({tuple((m.start, m.end) for m in mentions) for mentions in readings}) > 1:
        return _Reader(annotated, None).read()
    return tuple(
        same[0]
        if all(mention == same[0] for mention in same)
        else DateMention(
            first=same[0].first, last=same[0].last, start=same[0].start, end=same[0].end
        )
        for same in zip(*readings, strict=True)
    )


def writes_year(text: str) -> bool:
    """Tell whether an expression has a year of its own."""
    return re.search(_Y, text) is not None


def infer_publication_date(
    annotated: AnnotatedArticle, dates: tuple[DateMention, ...]
) -> tuple[dt.date, str] | None:
    """Return the day on which an article was written, if its text proves it, and the basis ``text``.

    Proof is a full date beside a word that ties it to the day of writing (*today, March 18, 2021*; *yesterday (17 March
    2021)*), or a full date reported as past and one reported as to come that leave a single day between them, with the
    help of a weekday beside *today*. Footers have neither tense nor such words.
    """
    tokens = annotated.tokens
    found: set[dt.date] = set()
    low: dt.date | None = None
    high: dt.date | None = None
    sentences = annotated.sentences
    starts = [s.first for s in sentences]
    full: list[DateMention] = []
    for date in dates:
        text = annotated.article.text[date.start : date.end]
        if date.precision != "day" or date.date is None or not re.search(_Y, text):
            continue
        full.append(date)
        sentence = sentences[max(0, bisect_right(starts, date.first) - 1)]
        around = [*range(date.first - 1, max(sentence.first, date.first - 5) - 1, -1)]
        after = [*range(date.last, min(sentence.last, date.last + 4))]
        for side in (around, after):
            for i in side:
                word = tokens.lowers[i]
                if word in _PROOF:
                    found.add(date.date + dt.timedelta(days=_PROOF[word]))
                    break
                if not (
                    word in ("(", ")", ",", "-", "–", "—", "on", "the") or word in _WEEKDAY_NAMES
                ):
                    break
        way = direction(tokens, date.first, date.last, sentence.first, sentence.last)
        if way == "past" and (low is None or date.date > low):
            low = date.date
        elif (
            way == "future" and (high is None or date.date < high) and _says_will(tokens, sentence)
        ):
            high = date.date
    if len(found) == 1:
        return found.pop(), "text"
    if found or low is None or high is None or not 0 <= (high - low).days <= 6:
        return None
    days = {low + dt.timedelta(days=n) for n in range((high - low).days + 1)}
    for i, word in enumerate(tokens.lowers):
        if word in _PROOF:
            for k in range(i + 1, min(i + 4, len(tokens))):
                name = tokens.lowers[k]
                if name in _WEEKDAY_NAMES:
                    wanted = (_WEEKDAY_NAMES.index(name) + _PROOF[word]) % 7
                    days = {d for d in days if d.weekday() == wanted}
                elif name not in (",", "(", "on"):
                    break
    return (days.pop(), "text") if len(days) == 1 else None


def day_of_writing(annotated: AnnotatedArticle, dates: tuple[DateMention, ...]) -> dt.date | None:
    """Return about when an article without a date was written, where its text tells: good for who held an office.

    The proved day, else the latest full date of the text that its lead reports as past.
    """
    proved = infer_publication_date(annotated, dates)
    if proved is not None:
        return proved[0]
    about = _about_when(annotated, dates)
    return about.day if about is not None else None


def _says_will(tokens: Tokens, sentence: Sentence) -> bool:
    """Tell whether a sentence announces; its present tense alone may be that of a caption, which proves nothing."""
    return not {"will", "'ll", "’ll"}.isdisjoint(tokens.lowers[sentence.first : sentence.last])


def _about_when(annotated: AnnotatedArticle, dates: tuple[DateMention, ...]) -> _Reference | None:
    """Return a full past date of the lead as rough day of writing, if no later one follows: good for years and months.

    The date is that of a main clause, and no day without a year stands before it or beside it: *relatives of a man who
    was killed on June 5, 2016, said on Tuesday* was written long after.
    """
    text = annotated.article.text
    full = [
        d for d in dates if d.precision == "day" and d.date and re.search(_Y, text[d.start : d.end])
    ]
    if not full:
        return None
    lead = annotated.sentences[min(2, len(annotated.sentences) - 1)].last
    latest = max(d.date for d in full if d.date)
    for date in full:
        if date.first >= lead:
            break
        sentence = next(s for s in annotated.sentences if s.first <= date.first < s.last)
        if any(
            d.first < sentence.last and d.date is None and _OPEN_DAY.search(text, d.start, d.end)
            for d in dates
        ):
            return None
        if (
            date.date == latest
            and _is_of_main_clause(annotated.tokens, date)
            and direction(annotated.tokens, date.first, date.last, sentence.first, sentence.last)
            == "past"
        ):
            return _Reference(latest, "other date", exact=False)
    return None


def _is_of_main_clause(tokens: Tokens, date: DateMention) -> bool:
    """Tell whether no clause below the main one lies between a date and the root of its sentence."""
    node = date.first
    for _ in range(8):
        if tokens.heads[node] == node:
            return True
        if tokens.relations[node] in ("acl", "acl:relcl", "advcl", "ccomp"):
            return False
        node = tokens.heads[node]
    return False


def _reference(article: Article) -> _Reference | None:
    """Return the day of writing as the article's record gives it."""
    written = article.dateline_date
    published = article.published_at
    if published is None or article.published_precision not in ("second", "day"):
        return _Reference(written, "dateline") if written and _sane(written) else None
    day = published.date()
    if not _sane(day):
        return None
    if written and -1 <= (day - written).days <= 3:
        return _Reference(written, "dateline")
    stamped = article.published_precision == "second" and (published.hour, published.minute) != (
        0,
        0,
    )
    if not stamped:
        return _Reference(day, "published")
    address = from_url(article.url)
    if address and address.precision == "day" and abs((address.time.date() - day).days) <= 1:
        return _Reference(address.time.date(), "published")
    return _Reference(day, "published", early=published.hour < 5, late=published.hour >= 10)


def _sane(day: dt.date) -> bool:
    return 1800 <= day.year < _LAST_YEAR


def _month(year: int, month: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def _month_number(name: str) -> int:
    return next(
        i for i, m in enumerate(_MONTH_NAMES, 1) if m.startswith(name.lower().rstrip(".")[:3])
    )


def _weekday_number(name: str) -> int:
    return next(
        i for i, d in enumerate(_WEEKDAY_NAMES) if d.startswith(name.lower().rstrip(".")[:3])
    )


def _number(text: str | None) -> int | None:
    if not text:
        return None
    text = text.lower()
    return int(text) if text.isdigit() else _NUMBERS.get(text)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _shift_month(day: dt.date, months: int) -> tuple[int, int] | None:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return (year, month + 1) if _FIRST_YEAR <= year <= _LAST_YEAR else None


class _Kinds(dict[str, int]):
    """Which kinds of date expression a word may belong to, as bits; kept for each word."""

    def __missing__(self, word: str) -> int:
        if len(self) > 100_000:
            self.clear()
        kinds = _ANCHORS.get(word, 0)
        if not kinds and len(word) > 3 and not word.isalpha():
            if _YEAR_TOKEN.search(word):
                kinds = _YEAR
            if "-" in word or "." in word or "–" in word or word[0].isdigit():
                for part in re.findall(r"[a-z]{3,}", word):
                    kinds |= _ANCHORS.get(part, 0)
        self[word] = kinds
        return kinds


_KINDS: Final = _Kinds()


class _Reader:
    """Reads the dates of one article against one day of writing."""

    def __init__(self, annotated: AnnotatedArticle, reference: _Reference | None) -> None:
        """Keep the article; nothing is computed until a sentence has a word of time."""
        self.annotated = annotated
        self.tokens = annotated.tokens
        self.text = annotated.article.text
        self.reference = reference
        self.sentence = annotated.sentences[0] if annotated.sentences else None
        self.mentions: list[DateMention] = []
        self.listed: tuple[int, list[tuple[int, int]]] | None = None
        self.told: list[tuple[int, _Value]] = []  # sentence and value of dates that move the story

    def read(self) -> tuple[DateMention, ...]:
        """Return all mentions, in text order."""
        lowers = self.tokens.lowers
        kind_of = _KINDS.__getitem__
        for sentence in self.annotated.sentences:
            kinds = 0
            for kind in map(kind_of, lowers[sentence.first : sentence.last]):
                if kind:
                    kinds |= kind
            if kinds:
                self.sentence = sentence
                self._read_sentence(sentence, kinds)
        self._add_unread_spans()
        return tuple(self.mentions)

    def _read_sentence(self, sentence: Sentence, kinds: int) -> None:
        text, start, end = self.text, sentence.start, sentence.end
        matches = [
            (match.start(), -match.end(), reader, match)
            for reader, pattern, kind, core in _PATTERNS
            if kinds & kind and (core is None or core.search(text, start, end))
            for match in pattern.finditer(text, start, end)
        ]
        if not matches:
            return
        matches.sort(key=lambda m: m[:2])
        taken = sentence.start
        kept: list[tuple[Callable[[_Reader, re.Match[str]], list[_Found]], re.Match[str]]] = []
        for i, (start, minus_end, reader, match) in enumerate(matches):
            if start < taken:
                continue
            if _is_outdone(matches, i, taken):
                continue  # a longer expression begins inside this one
            kept.append((reader, match))
            taken = -minus_end
        for reader, match in kept:
            for found in reader(self, match):
                self._add(found, sentence)

    def _add(self, found: _Found, sentence: Sentence) -> None:
        starts, ends = self.tokens.starts, self.tokens.ends
        first = max(sentence.first, bisect_right(starts, found.start) - 1)
        last = max(first + 1, min(sentence.last, bisect_left(starts, found.end)))
        value = found.value
        if value is not None:
            if not (_sane_year(value.start) and _sane_year(value.end)):
                value = None
            elif found.narrative and value.precision != "unknown":
                self.told.append((sentence.index, value))
                del self.told[:-_MEMORY]
        if value is not None:
            value = self._since(value, first, sentence)
        self.mentions.append(
            DateMention(
                first=first,
                last=last,
                start=max(starts[first], found.start)
                if found.start < ends[first]
                else starts[first],
                end=found.end,
                date=value.start if value else None,
                date_end=value.end if value and value.end != value.start else None,
                precision=value.precision if value else "unknown",
                basis=value.basis if value else None,
            )
        )

    def _since(self, value: _Value, first: int, sentence: Sentence) -> _Value:
        """Stretch a date after *since* to the day of writing."""
        before = first - 1
        if before > sentence.first and self.tokens.lowers[before] in (
            "the",
            "early",
            "late",
            "at",
            "about",
            "-",
        ):
            before -= 1
        if before < sentence.first or self.tokens.lowers[before] != "since":
            return value
        if self.reference is None or not self.reference.exact or value.end >= self.reference.day:
            return value
        return dataclasses.replace(value, end=self.reference.day)

    def _add_unread_spans(self) -> None:
        """Keep the date spans of the model that the grammar did not read, as mentions without a date."""
        covered = {t for m in self.mentions for t in range(m.first, m.last)}
        added = False
        for span in self.annotated.spans:
            if span.label == "DATE" and not covered.intersection(range(span.first, span.last)):
                self.mentions.append(
                    DateMention(first=span.first, last=span.last, start=span.start, end=span.end)
                )
                added = True
        if added or len(self.mentions) > 1:
            self.mentions.sort(key=lambda m: (m.start, m.end))

    # ---- what surrounds an expression

    def _range_of(self, start: int, end: int) -> tuple[int, int]:
        starts = self.tokens.starts
        first = max(0, bisect_right(starts, start) - 1)
        return first, max(first + 1, bisect_left(starts, end))

    def _surroundings(self, sentence: Sentence, start: int, end: int) -> tuple[int, int, int, int]:
        """Return the tokens of an expression, first and last, and those around it that are looked at, low and high."""
        first, last = self._range_of(start, end)
        low, high = max(sentence.first, first - _REACH), min(sentence.last, last + _REACH)
        return first, last, low, high

    def _direction(self, start: int, end: int) -> Direction | None:
        if self.sentence is None:
            return None
        return direction(self.tokens, *self._surroundings(self.sentence, start, end))

    def _is_of_one_day(self, start: int, end: int) -> bool:
        if self.sentence is None:
            return False
        return is_of_one_day(self.tokens, *self._surroundings(self.sentence, start, end))

    def _before(self, start: int) -> str:
        """Return the word before a character, lower case; empty at the start of the sentence."""
        first = bisect_right(self.tokens.starts, start) - 1
        if self.sentence is None or first <= self.sentence.first:
            return ""
        return self.tokens.lowers[first - 1]

    def _in_name(self, start: int, end: int, *, strictly: bool) -> bool:
        """Tell whether characters lie in a named span that is no date (*July 26 Movement*, *Sunday Times*)."""
        first, last = self._range_of(start, end)
        for span in self.annotated.spans:
            if span.first > first:
                break
            if span.last >= last and span.label not in ("DATE", "MONEY"):
                return not strictly or (span.last - span.first) > (last - first)
        return False

    def _in_date_span(self, start: int, end: int) -> bool:
        first, last = self._range_of(start, end)
        return any(
            s.label == "DATE" and s.first <= first and s.last >= last for s in self.annotated.spans
        )

    # ---- years that are not said

    def _years(self, match: re.Match[str]) -> int | None:
        groups = match.groupdict()
        if groups.get("y"):
            return int(groups["y"][:4])
        relative = groups.get("ry")
        if not relative:
            return None
        return self._relative_year(relative)

    def _relative_year(self, relative: str) -> int | None:
        relative = " ".join(relative.lower().split())
        if relative in ("last", "this", "next"):
            if self.reference is None:
                return None
            return self.reference.day.year + {"last": -1, "this": 0, "next": 1}[relative]
        told = self._told(sentences=2)
        if told is None:
            return None
        return told.start.year + {"the following": 1, "the previous": -1}.get(relative, 0)

    def _basis(self, match: re.Match[str]) -> str:
        groups = match.groupdict()
        if groups.get("y"):
            return "text"
        if (groups.get("ry") or "").lower() in (
            "that",
            "the same",
            "the following",
            "the previous",
        ):
            return "other date"
        return self.reference.basis if self.reference else "text"

    def _nearest(
        self, month: int, day: int, weekday: int | None, way: Direction | None
    ) -> dt.date | None:
        """Return the day of a date without a year."""
        if self.reference is None:
            return None
        here = self.reference.day
        choices = [d for y in (-1, 0, 1) if (d := _day(here.year + y, month, day)) is not None]
        if weekday is not None:
            choices = [d for d in choices if d.weekday() == weekday]
        if not choices:
            return None
        best = min(choices, key=lambda d: abs((d - here).days))
        if abs((best - here).days) <= _NEAR_DAYS or weekday is not None:
            return best
        if way == "past":
            return max((d for d in choices if d <= here), default=None)
        if way == "future":
            return min((d for d in choices if d >= here), default=None)
        return None

    # ---- one method for each pattern; each yields what it found

    def _day_of_month(self, match: re.Match[str]) -> list[_Found]:
        if match["m"].lower() == "may" and match["m2"] is None and not match["d"]:
            return []
        year = self._years(match)
        if year is None and self._before(match.start()) in ("in", "during") and not match["wd"]:
            return []  # "in June 3 people died"
        return self._days_of_month(
            match,
            (match["m"], match["d"]),
            (match["m2"] or match["m"], match["d2"]) if match["d2"] else None,
            year,
            year,
        )

    def _day_then_month(self, match: re.Match[str]) -> list[_Found]:
        year = self._years(match)
        if not match["d0"]:
            return self._days_of_month(match, (match["m"], match["d"]), None, year, year)
        first_year = int(match["y0"][:4]) if match["y0"] else year
        if not match["m0"] and match["y0"]:
            return []
        return self._days_of_month(
            match,
            (match["m0"] or match["m"], match["d0"]),
            (match["m"], match["d"]),
            first_year,
            year,
        )

    def _days_of_month(
        self,
        match: re.Match[str],
        one: tuple[str, str],
        two: tuple[str, str] | None,
        year: int | None,
        last_year: int | None,
    ) -> list[_Found]:
        start, end = match.span()
        if not match["y"] and (
            self._in_name(start, end, strictly=True) or _NAMED_FOR.match(self.text, end)
        ):
            return []
        basis = self._basis(match)
        named = match["wd"] or match.groupdict().get("wd2")
        weekday = _weekday_number(named) if named else None
        way = self._direction(start, end) if year is None and weekday is None else None
        first = self._one_day(one, year, weekday, way)
        if two is None:
            value = None
            if first is not None:
                value = _Value(first, first, "day", basis)
            elif year is not None and weekday is not None and self._one_day(one, year, None, way):
                value = _Value(
                    *_month(year, _month_number(one[0])), "month", basis
                )  # the weekday contradicts the day
            return [_Found(start, end, value)]
        last = self._one_day(two, last_year, None, way)
        if first is None or last is None:
            return [_Found(start, end, None)]
        if first > last and year is not None and match.groupdict().get("y0") is None:
            earlier = _day(first.year - 1, first.month, first.day)  # December 30 - January 2, 2024
            first = earlier if earlier is not None and (last - earlier).days < 60 else None
        if first is None or first > last:
            return [_Found(start, end, None)]
        join = match["j"].lower()
        between = self._before(start) in ("between", "from")
        if join == "or":
            return [
                _Found(
                    start,
                    end,
                    _Value(first, last, "week" if (last - first).days < 8 else "month", basis),
                )
            ]
        if join in _RANGE_JOINS or between or (last - first).days == 1:
            return [_Found(start, end, _Value(first, last, "day", basis))]
        middle = match.start("d2") if "d2" in match.groupdict() else match.start("d")
        return [
            _Found(start, match.start("j"), _Value(first, first, "day", basis)),
            _Found(middle, end, _Value(last, last, "day", basis)),
        ]

    def _one_day(
        self, named: tuple[str, str], year: int | None, weekday: int | None, way: Direction | None
    ) -> dt.date | None:
        month, digits = _month_number(named[0]), int(re.sub(r"\D", "", named[1]))
        if year is None:
            return self._nearest(month, digits, weekday, way)
        day = _day(year, month, digits)
        if day is not None and weekday is not None and day.weekday() != weekday:
            return None
        return day

    def _bare_month(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        modifier = " ".join((match["mod"] or "").lower().split())
        if modifier in ("every", "each"):
            return (
                [_Found(start, end, None, narrative=False)]
                if not self._in_name(start, end, strictly=False)
                else []
            )
        month = _month_number(match["m"])
        year = self._years(match)
        if year is None and not match["ry"] and not modifier:
            if self._in_name(start, end, strictly=False):
                return []
            if not self._is_month(match):
                return []
        elif self._in_name(start, end, strictly=True) and not match["y"]:
            return []
        if match["m2"]:
            return self._months(match, month, _month_number(match["m2"]), year)
        if year is None and not match["ry"]:
            year = self._year_of_month(month, modifier, start, end)
        value = (
            _Value(*_month(year, month), "month", self._basis(match)) if year is not None else None
        )
        return [_Found(start, end, value)]

    def _is_month(self, match: re.Match[str]) -> bool:
        """Tell a bare month from a name or a verb: by the word before it, or because the model says so."""
        if match["part"] or match["m2"] or self._in_date_span(*match.span()):
            return True
        return self._before(match.start()) in (
            "in since until till by before after from of during through late early mid to between the a this".split()
        )

    def _year_of_month(self, month: int, modifier: str, start: int, end: int) -> int | None:
        if self.reference is None:
            return None
        here = self.reference.day
        before, after = here.year - (month > here.month), here.year + (month < here.month)
        if modifier in ("last", "past", "this past"):
            return here.year - (month >= here.month)
        if modifier in ("next", "coming", "this coming"):
            return here.year + (month <= here.month)
        if modifier == "this":
            return here.year
        way = self._direction(start, end)
        if way == "past":
            return before
        if way == "future":
            return after
        for year in (here.year - 1, here.year, here.year + 1):
            if abs((year - here.year) * 12 + month - here.month) <= _NEAR_MONTHS:
                return year
        return None

    def _months(
        self, match: re.Match[str], month: int, last: int, year: int | None
    ) -> list[_Found]:
        start, end = match.span()
        if year is None:
            year = self._year_of_month(last, "", start, end)
        if year is None:
            return [_Found(start, end, None)]
        join = match["j"].lower()
        begin = _month(year - (month > last), month)
        close = _month(year, last)
        if join == "or" or (
            join == "and" and (last - month) % 12 > 1 and self._before(start) != "between"
        ):
            return [_Found(start, end, None)]
        months = (last - month) % 12 + 1
        precision = "month" if months <= 2 else "quarter" if months == 3 else "year"
        return [_Found(start, end, _Value(begin[0], close[1], precision, self._basis(match)))]

    def _weekday(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        modifier = " ".join((match["mod"] or "").lower().split())
        if not modifier and self._before(start) == "the" and not self._owns(end):
            return [
                _Found(start, end, None, narrative=False)
            ]  # "on the Tuesday": of a week told before
        if match["times"] or modifier in (
            "black bloody good ash easter palm super cyber holy maundy clean".split()
        ):
            return []
        if self._in_name(start, end, strictly=True):
            return []
        if any(low <= start < high for low, high in self._timetables()):
            return [_Found(start, end, None, narrative=False)]
        if (
            match["pl"]
            or modifier in ("every", "each")
            or self._is_of_every_month(modifier, start, end)
        ):
            return [_Found(start, end, None, narrative=False)]
        reference = self.reference
        wanted = _weekday_number(match["wd"])
        if modifier in ("following", "previous"):
            return [_Found(start, end, self._weekday_beside(wanted, modifier))]
        if reference is None or not reference.exact:
            return [_Found(start, end, None)]
        if match["wd2"] is not None:
            return self._two_weekdays(match, wanted, _weekday_number(match["wd2"]))
        day = self._weekday_of_week(wanted, match["rw"], modifier, start, end)
        value = _Value(day, day, "day", reference.basis) if isinstance(day, dt.date) else day
        return [_Found(start, end, value)]

    def _is_of_every_month(self, modifier: str, start: int, end: int) -> bool:
        """Tell whether a weekday is one of a month: *the first Monday of the month*, *the last Friday of every month*."""
        index = bisect_left(self.tokens.starts, end)
        return (
            self.tokens.lowers[index : index + 1] == ["of"]
            and self.tokens.lowers[index + 1 : index + 2] != ["last"]
            and (modifier == "last" or self._before(start) in _ORDINALS)
        )

    def _timetables(self) -> list[tuple[int, int]]:
        """Return where the sentence lists the days of every week."""
        sentence = self.sentence
        if sentence is None:
            return []
        if self.listed is None or self.listed[0] != sentence.index:
            found = _TIMETABLE.finditer(self.text, sentence.start, sentence.end)
            self.listed = (sentence.index, [m.span() for m in found])
        return self.listed[1]

    def _owns(self, end: int) -> bool:
        """Tell whether a noun hangs on a weekday: *the Tuesday meeting*, *the Tuesday's vote*."""
        index = bisect_left(self.tokens.starts, end)
        return index < len(self.tokens) and (
            self.tokens.lowers[index] in ("'s", "’s") or self.tokens.tags[index] in ("NOUN", "ADJ")
        )

    def _weekday_beside(self, wanted: int, modifier: str) -> _Value | None:
        told = self._told(sentences=1)
        if told is None or told.precision != "day":
            return None
        step = (wanted - told.start.weekday()) % 7 or 7
        day = told.start + dt.timedelta(days=step if modifier == "following" else step - 7 or -7)
        return _Value(day, day, "day", "other date")

    def _weekday_of_week(
        self, wanted: int, week: str | None, modifier: str, start: int, end: int
    ) -> dt.date | _Value | None:
        reference = self.reference
        assert reference is not None
        here = reference.day
        monday = here - dt.timedelta(days=here.weekday())
        if week:
            return monday + dt.timedelta(
                days=wanted + {"last": -7, "this": 0, "next": 7}[week.lower()]
            )
        back = (here.weekday() - wanted) % 7
        if modifier in ("last", "next"):
            ahead = (wanted - here.weekday()) % 7 or 7
            if modifier == "last":
                near = here - dt.timedelta(days=back or 7)
                sure = wanted >= here.weekday() and here.weekday() < 6
                far = near - dt.timedelta(days=7)
                return near if sure else _Value(far, near, "week", reference.basis)
            near = here + dt.timedelta(days=ahead)
            sure = wanted <= here.weekday() < 6
            return (
                near if sure else _Value(near, near + dt.timedelta(days=7), "week", reference.basis)
            )
        if modifier in ("past", "this past"):
            return here - dt.timedelta(days=back or 7)
        if modifier in ("coming", "this coming"):
            return here + dt.timedelta(days=(wanted - here.weekday()) % 7 or 7)
        if not back:
            return here
        way = self._direction(start, end)
        if modifier == "this" and way is None:
            return monday + dt.timedelta(days=wanted)
        if way == "future":
            return here + dt.timedelta(days=7 - back)
        if way == "past":
            if back == 6 and reference.late:
                return None  # written on the next day already, east of Greenwich?
            return here - dt.timedelta(days=back)
        return None

    def _two_weekdays(self, match: re.Match[str], one: int, two: int) -> list[_Found]:
        start, end = match.span()
        reference = self.reference
        assert reference is not None
        split = match.start("wd2")
        if match["j"].lower() in ("and", "or"):
            found = []
            for wanted, a, b in ((one, start, match.start("j")), (two, split, end)):
                day = self._weekday_of_week(wanted, match["rw"], "", start, end)
                same = isinstance(day, dt.date) and match["j"].lower() == "and"
                found.append(
                    _Found(
                        a,
                        b,
                        _Value(day, day, "day", reference.basis)
                        if same and isinstance(day, dt.date)
                        else None,
                    )
                )
            return found
        first = self._weekday_of_week(one, match["rw"], "", start, end)
        way = self._direction(start, end)
        if not isinstance(first, dt.date) or (way is None and not match["rw"]):
            return [_Found(start, end, None)]
        last = first + dt.timedelta(days=(two - first.weekday()) % 7)
        if way == "past" and last > reference.day:
            last, first = last - dt.timedelta(days=7), first - dt.timedelta(days=7)
        return [_Found(start, end, _Value(first, last, "day", reference.basis))]

    def _relative_day(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        reference = self.reference
        word = " ".join(match["r"].lower().split())
        if reference is None or not reference.exact or reference.early:
            return [_Found(start, end, None)]
        if word in ("today", "tomorrow") and not self._is_of_one_day(start, end):
            return [_Found(start, end, None)]
        if "before" in word or "after" in word:
            step = -2 if "before" in word else 2
        else:
            step = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(word, 0)
        day = reference.day + dt.timedelta(days=step)
        return [_Found(start, end, _Value(day, day, "day", reference.basis))]

    def _last_unit(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        if match["old"]:
            return []
        unit = match["u"].lower()
        modifier = " ".join(match["mod"].lower().split())
        base, basis, step = self._unit_base(modifier, unit)
        if base is None:
            return [_Found(start, end, None)] if modifier != "that" else []
        value = self._unit(base, unit, step, basis)
        return [_Found(start, end, value, narrative=unit in ("week", "month", "year"))]

    def _unit_base(self, modifier: str, unit: str) -> tuple[dt.date | None, str, int]:
        if modifier in ("that", "the same", "the following", "the previous", "the next"):
            told = self._told(sentences=1)
            if told is None:
                return None, "", 0
            return (
                told.start,
                "other date",
                {"the following": 1, "the next": 1, "the previous": -1}.get(modifier, 0),
            )
        reference = self.reference
        if reference is None or (not reference.exact and unit not in ("year", "decade", "month")):
            return None, "", 0
        step = (
            -1
            if modifier in ("last", "the past", "this past")
            else 1
            if modifier in ("next", "the coming", "this coming")
            else 0
        )
        if unit == "month" and not reference.exact and step:
            return None, "", 0
        return reference.day, reference.basis, step

    def _unit(self, base: dt.date, unit: str, step: int, basis: str) -> _Value | None:
        """Return the calendar week, month, year ... that lies ``step`` from that of ``base``."""
        if unit in ("week", "weekend"):
            monday = base - dt.timedelta(days=base.weekday()) + dt.timedelta(days=7 * step)
            if unit == "weekend":
                return _Value(
                    monday + dt.timedelta(days=5), monday + dt.timedelta(days=6), "week", basis
                )
            return _Value(monday, monday + dt.timedelta(days=6), "week", basis)
        if unit == "month":
            moved = _shift_month(base, step)
            return _Value(*_month(*moved), "month", basis) if moved else None
        if unit == "year":
            year = base.year + step
            return _Value(dt.date(year, 1, 1), dt.date(year, 12, 31), "year", basis)
        if unit == "decade" and step == 0:
            year = base.year // 10 * 10
            return _Value(dt.date(year, 1, 1), dt.date(year + 9, 12, 31), "decade", basis)
        return None

    def _ago(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span("n")[0], match.end()
        how = " ".join(match["dir"].lower().split())
        number = _number(match["n"])
        unit = match["u"].lower()
        if how == "on":
            return []
        if how in ("before", "after", "prior"):
            return self._beside_clause(match, number, unit, how)
        vague = (
            number is None
            or bool(match["half"])
            or (match["about"] or "").lower() not in ("", "just", "only")
        )
        if how in ("ago", "hence", "from now"):
            reference = self.reference
            if vague or number is None or reference is None:
                return [_Found(start, end, None)]
            if not reference.exact and unit in ("day", "week"):
                return [_Found(start, end, None)]
            step = -number if how == "ago" else number
            return [_Found(start, end, self._moved(reference.day, unit, step, reference.basis))]
        told = self._told(sentences=1, unit=unit)
        if vague or number is None or told is None:
            return [_Found(start, end, None)]
        step = number if how == "later" else -number
        return [
            _Found(start, end, self._moved(told.start, unit, step, "other date"), narrative=False)
        ]

    def _beside_clause(
        self, match: re.Match[str], number: int | None, unit: str, how: str
    ) -> list[_Found]:
        """Read *a day after X did*: the date of the clause, counted from that of the sentence."""
        start, end = match.span("n")[0], match.end()
        rest = self.text[end : end + 2].strip()
        told = self._told(sentences=2, unit=unit)
        if how != "after" and (not rest or rest[0] in ".,;:)"):
            if told is None or number is None or match["about"] or match["half"]:
                return [_Found(start, end, None)]
            return [
                _Found(
                    start,
                    end,
                    self._moved(told.start, unit, -number, "other date"),
                    narrative=False,
                )
            ]
        if (
            how == "after"
            and unit == "day"
            and number
            and number <= 7
            and told is not None
            and not match["about"]
        ):
            verb = self._clause_after(match.start("dir"))
            if verb is not None:
                value = self._moved(told.start, "day", -number, "other date")
                starts, ends = self.tokens.starts, self.tokens.ends
                return [
                    _Found(start, end, None, narrative=False),
                    _Found(starts[verb], ends[verb], value, narrative=False),
                ]
        return [_Found(start, end, None, narrative=False)]

    def _clause_after(self, position: int) -> int | None:
        """Return the past verb of the clause that a conjunction opens, if no other stands before it."""
        first = bisect_right(self.tokens.starts, position) - 1
        last = self.sentence.last if self.sentence else first
        for token in range(first + 1, last):
            if self.tokens.xpos[token] == "VBD":
                relation = self.tokens.relations[token]
                return None if relation.startswith(("aux", "cop", "acl")) else token
            if self.tokens.words[token] in (".", ";", "“", '"'):
                return None
        return None

    def _moved(self, base: dt.date, unit: str, step: int, basis: str) -> _Value | None:
        """Return the day, or the range as exact as such phrases are, that lies a number of units from a day."""
        try:
            if unit == "day":
                day = base + dt.timedelta(days=step)
                if abs(step) <= 7:
                    return _Value(day, day, "day", basis)
                return _Value(day - dt.timedelta(days=1), day + dt.timedelta(days=1), "week", basis)
            if unit == "week":
                day = base + dt.timedelta(days=7 * step)
                return _Value(day - dt.timedelta(days=3), day + dt.timedelta(days=3), "week", basis)
            if unit == "month":
                moved = _shift_month(base, step)
                return _Value(*_month(*moved), "month", basis) if moved else None
            year = base.year + step * (10 if unit == "decade" else 1)
            last = year + (9 if unit == "decade" else 0)
            if unit == "decade":
                year, last = year // 10 * 10, year // 10 * 10 + 9
            return _Value(
                dt.date(year, 1, 1),
                dt.date(last, 12, 31),
                "decade" if unit == "decade" else "year",
                basis,
            )
        except (ValueError, OverflowError):
            return None

    def _past_span(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.start("dir"), match.end()
        number = _number(match["n"]) if match["n"] else None if match["pl"] else 1
        reference, unit = self.reference, match["u"].lower()
        if (
            number is None
            or reference is None
            or not reference.exact
            or unit in ("hour", "century")
        ):
            return [_Found(start, end, None, narrative=False)]
        days = number * {"day": 1, "week": 7, "month": 30, "year": 365, "decade": 3652}[unit]
        ahead = match["dir"].lower() in ("next", "coming")
        try:
            other = reference.day + dt.timedelta(days=days if ahead else -days)
        except OverflowError:
            return [_Found(start, end, None, narrative=False)]
        precision = (
            "week"
            if days <= 10
            else "month"
            if days <= 45
            else "quarter"
            if days <= 100
            else "year"
            if days <= 400
            else "decade"
        )
        one, two = sorted((other, reference.day))
        return [_Found(start, end, _Value(one, two, precision, reference.basis), narrative=False)]

    def _in_units(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        number, reference, unit = _number(match["n"]), self.reference, match["u"].lower()
        if (
            number is None
            or reference is None
            or not reference.exact
            or match.group().lower().startswith("within")
        ):
            return []
        if self._direction(start, end) != "future" or self._compares(start):
            return []
        return [_Found(start, end, self._moved(reference.day, unit, number, reference.basis))]

    def _compares(self, start: int) -> bool:
        """Tell whether words before speak of *the first contact in five years*, which is no day ahead."""
        first = bisect_right(self.tokens.starts, start) - 1
        low = self.sentence.first if self.sentence else first
        return any(
            self.tokens.lowers[i] in ("first", "once", "twice", "times", "second", "third")
            or self.tokens.xpos[i] in ("JJS", "RBS")
            for i in range(max(low, first - 12), first)
        )

    def _that_day(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        step_word = (match["step"] or match["beside"] or "").lower()
        step = (
            1
            if step_word in ("next", "following") or "after" in step_word
            else -1
            if step_word
            else 0
        )
        told = self._told(sentences=1, unit="day")
        if told is None and not step:
            told = self._current_day()
        if told is None or told.precision != "day" or told.start != told.end:
            return [_Found(start, end, None, narrative=False)]
        day = told.start + dt.timedelta(days=step)
        return [_Found(start, end, _Value(day, day, "day", "other date"))]

    def _current_day(self) -> _Value | None:
        """Return the day a report has been about, if all its days so far are one and close to the day of writing."""
        if self.reference is None or not self.reference.exact or self.sentence is None:
            return None
        days = {
            v.start for s, v in self.told if v.precision == "day" and self.sentence.index - s <= 12
        }
        if len(days) != 1:
            return None
        day = days.pop()
        return (
            _Value(day, day, "day", "other date")
            if 0 <= (self.reference.day - day).days <= 1
            else None
        )

    def _weekend(self, match: re.Match[str]) -> list[_Found]:
        reference = self.reference
        start, end = match.span()
        if reference is None or not reference.exact:
            return [_Found(start, end, None)]
        saturday = reference.day - dt.timedelta(days=(reference.day.weekday() - 5) % 7)
        way = self._direction(start, end)
        if way is None and reference.day.weekday() < 5:
            return [_Found(start, end, None)]
        if way == "future" and reference.day.weekday() < 5:
            saturday += dt.timedelta(days=7)
        return [
            _Found(
                start,
                end,
                _Value(saturday, saturday + dt.timedelta(days=1), "week", reference.basis),
            )
        ]

    def _quarter(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        year = self._years(match)
        if year is None and match.group().lower().endswith("the year") and self.reference:
            year = self.reference.day.year
        word = (match["q"] or match["qn"]).lower()
        half = (match["k"] or "quarter").lower() == "half"
        index = {
            "first": 0,
            "second": 1,
            "third": 2,
            "fourth": 3,
            "1": 0,
            "2": 1,
            "3": 2,
            "4": 3,
        }.get(word, 1 if half else 3)
        if year is None or (half and index > 1):
            return [_Found(start, end, None)]
        size = 6 if half else 3
        begin, close = _month(year, index * size + 1), _month(year, index * size + size)
        return [
            _Found(
                start,
                end,
                _Value(begin[0], close[1], "year" if half else "quarter", self._basis(match)),
            )
        ]

    def _iso(self, match: re.Match[str]) -> list[_Found]:
        day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
        return [_Found(*match.span(), _Value(day, day, "day") if day else None)]

    def _figures(self, match: re.Match[str]) -> list[_Found]:
        """Read 18.03.2021; what could be 3 August as well as 8 March has a month neither way, so no date."""
        a, b, year = int(match["a"]), int(match["b"]), int(match["y"])
        days = {d for d in (_day(year, b, a), _day(year, a, b)) if d is not None}
        if match["s"] == "." and len(days) > 1:
            days = {d for d in (_day(year, b, a),) if d is not None}  # points are written day first
        if len(days) != 1:
            return [_Found(*match.span(), None)]
        day = days.pop()
        return [_Found(*match.span(), _Value(day, day, "day"))]

    def _year(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        if not self._is_year(match):
            return []
        year = int(match["y"])
        if not match["y2"]:
            return [_Found(start, end, _Value(dt.date(year, 1, 1), dt.date(year, 12, 31), "year"))]
        digits, join = match["y2"], match["j"].lower()
        if len(digits) == 2 and join not in ("-", "–", "/"):
            return [
                _Found(
                    start,
                    match.end("y"),
                    _Value(dt.date(year, 1, 1), dt.date(year, 12, 31), "year"),
                )
            ]
        last = int(digits) if len(digits) == 4 else year // 100 * 100 + int(digits)
        if join in ("and", "or") and self._before(start) != "between":
            return [
                _Found(a, b, _Value(dt.date(y, 1, 1), dt.date(y, 12, 31), "year"))
                for y, a, b in ((year, start, match.end("y")), (last, match.start("y2"), end))
            ]
        if last < year or (len(digits) == 2 and last > year + 20):
            return [_Found(start, end, None, narrative=False)]
        precision = "year" if last - year <= 2 else "decade"
        return [
            _Found(
                start,
                end,
                _Value(dt.date(year, 1, 1), dt.date(last, 12, 31), precision),
                narrative=False,
            )
        ]

    def _is_year(self, match: re.Match[str]) -> bool:
        """Tell a year from a count: *in 2018*, *the 2015 protests* against *in 2,000 villages*, *killed 1914 people*."""
        start, end = match.span()
        if self._in_name(start, end, strictly=True):
            return False
        before = self._before(start)
        if match["part"]:
            return True
        if self._in_date_span(*match.span("y")):
            return before in _YEAR_BEFORE or not self._counts(start, end)
        if before not in _YEAR_BEFORE and self._before(start) != "(":
            return False
        if self._counts(start, end) and before not in "the a an its their his her 's ’s".split():
            return False
        following = self._following(start, end)
        if before in ("of", "to", "from", "by", "and", "after", ",", "between", "around", "an"):
            return following is None or self.tokens.tags[following] in (
                "PUNCT",
                "ADP",
                "CCONJ",
                "SCONJ",
                "VERB",
                "AUX",
                "PRON",
                "DET",
            )
        return True

    def _following(self, start: int, end: int) -> int | None:
        _, last = self._range_of(start, end)
        return last if self.sentence is not None and last < self.sentence.last else None

    def _counts(self, start: int, end: int) -> bool:
        """Tell whether a number has a plural right behind it."""
        following = self._following(start, end)
        return following is not None and self.tokens.xpos[following] == "NNS"

    def _decade(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        if match["a"]:
            year = int(match["a"])
        elif match["b"]:
            year = 1900 + int(match["b"])
        else:
            year = _DECADE_WORDS[match["w"]]
            if self._before(match.start("w")) not in ("the", "early", "late", "mid", "-"):
                return []
        return [
            _Found(start, end, _Value(dt.date(year, 1, 1), dt.date(year + 9, 12, 31), "decade"))
        ]

    def _season(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        year = self._years(match)
        name, modifier = match["s"].lower(), (match["mod"] or "").lower()
        if year is None and not modifier:
            return []
        if self._in_name(start, end, strictly=True):
            return []
        month = _SEASONS[name]
        if year is None:
            if self.reference is None or not self.reference.exact:
                return [_Found(start, end, None)]
            here = self.reference.day
            begun = here.month >= month
            ended = here.month > month + 2 and name != "winter"
            if name == "winter":
                return [_Found(start, end, self._winter(here, modifier))]
            year = here.year
            if modifier == "last":
                year -= not ended
            elif modifier == "next":
                year += begun
        elif name == "winter":
            return [
                _Found(
                    start,
                    end,
                    _Value(dt.date(year, 1, 1), dt.date(year, 12, 31), "year", self._basis(match)),
                )
            ]
        begin, close = _month(year, month), _month(year, month + 2)
        return [_Found(start, end, _Value(begin[0], close[1], "season", self._basis(match)))]

    def _winter(self, here: dt.date, modifier: str) -> _Value | None:
        """Return the winter meant: the running one from December to February is *this*, never *last*."""
        started = here.year - (here.month < 6)
        begin = {
            "last": started - (here.month in (1, 2)),
            "this": started,
            "next": started + (here.month >= 12 or here.month < 6),
        }[modifier]
        if modifier == "last" and here.month >= 6:
            begin = here.year - 1
        basis = self.reference.basis if self.reference else "text"
        return _Value(dt.date(begin, 12, 1), _month(begin + 1, 2)[1], "season", basis)

    def _holiday(self, match: re.Match[str]) -> list[_Found]:
        start, end = match.span()
        if self._in_name(start, end, strictly=True):
            return []
        name = " ".join(match["h"].lower().split())
        month, digits = _HOLIDAYS.get(name) or _HOLIDAYS[name.split()[-1]]
        year = self._years(match)
        day = (
            _day(year, month, digits)
            if year
            else self._nearest(month, digits, None, self._direction(start, end))
        )
        basis = "text" if year else self.reference.basis if self.reference else "text"
        return [_Found(start, end, _Value(day, day, "day", basis) if day else None)]

    # ---- dates told before

    def _told(self, *, sentences: int, unit: str = "") -> _Value | None:
        """Return the date that *two days earlier* is counted from: the only recent one exact enough."""
        if self.sentence is None:
            return None
        index = self.sentence.index
        exact = {"day": ("day",), "week": ("day",), "month": ("day", "month")}.get(unit)
        for back in range(sentences + 1):
            here = [
                v
                for s, v in self.told
                if s == index - back and (exact is None or v.precision in exact)
            ]
            if here:
                if len({v.start for v in here}) > 1 and unit in ("day", "week"):
                    return None
                return here[-1]
        return None


def _sane_year(day: dt.date) -> bool:
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def _is_outdone(matches: Sequence[tuple[int, int, object, object]], index: int, taken: int) -> bool:
    """Tell whether a match overlaps a longer one that begins later; matches are in order of their start."""
    start, minus_end = matches[index][:2]
    for later in range(index + 1, len(matches)):
        other, other_minus_end = matches[later][:2]
        if other >= -minus_end:
            return False
        if other >= taken and -other_minus_end - other > -minus_end - start:
            return True
    return False


_PATTERNS: Final[
    tuple[
        tuple[
            Callable[[_Reader, re.Match[str]], list[_Found]],
            re.Pattern[str],
            int,
            re.Pattern[str] | None,
        ],
        ...,
    ]
] = (
    (_Reader._day_of_month, _DAY_OF_MONTH, _MONTH, None),
    (_Reader._day_then_month, _DAY_THEN_MONTH, _MONTH, None),
    (_Reader._bare_month, _BARE_MONTH, _MONTH, None),
    (_Reader._weekday, _WEEKDAYS, _WEEKDAY, None),
    (_Reader._relative_day, _DAYS, _RELATIVE, None),
    (_Reader._last_unit, _LAST_UNIT, _UNIT, _LAST_UNIT_CORE),
    (_Reader._ago, _AGO, _UNIT, _AGO_CORE),
    (_Reader._past_span, _PAST_SPAN, _UNIT, None),
    (_Reader._in_units, _IN_UNITS, _UNIT, None),
    (_Reader._that_day, _THAT_DAY, _UNIT, _THAT_DAY_CORE),
    (_Reader._weekend, _WEEKEND, _UNIT, _WEEKEND_CORE),
    (_Reader._quarter, _QUARTER, _UNIT | _YEAR, _QUARTER_CORE),
    (_Reader._iso, _ISO, _YEAR, None),
    (_Reader._figures, _FIGURES, _YEAR, None),
    (_Reader._year, _YEARS, _YEAR, None),
    (_Reader._decade, _DECADE, _YEAR, None),
    (_Reader._season, _SEASONAL, _SEASON, None),
    (_Reader._holiday, _HOLIDAY, _SEASON, None),
)
"""Methods that read a match, patterns, the kinds of words that make it worth trying, and the core of a dear pattern."""
