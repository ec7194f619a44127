"""The place, day and agency that open a report: ``YAOUNDÉ, May 13 2022 (IPS) -``, ``Seoul/UNI:``, ``ATHENS —``.

A dateline is a short run of capitalised words, then perhaps a day, then perhaps an agency, then a dash or a colon.
So are a headline (``Energy Crisis - President announces plan``), a catchword (``EXCLUSIVE -``) and a speaker
(``Minister: "No"``), so the words alone do not decide: a day or an agency beside them does, or that they name a
town or a country, or that they are written in capitals before a dash.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from transforms.text.agencies import agency
from transforms.text.dates import MONTH, MONTHS, english_day
from transforms.text.places import is_country, is_place

_WORD = r"[^\W\d_](?:[\w.'’ʻ‘`-]*[\w.'’ʻ‘`])?"  # a hyphen at its end is the dateline's
_NAME = rf"{_WORD}(?:\s(?:&|{_WORD})){{0,4}}"
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?)"
_DATE = (
    rf"(?:{_WEEKDAY},?\s*)?(?:(?P<month{{n}}>{MONTH})\s?(?P<day{{n}}>\d{{{{1,2}}}})(?:st|nd|rd|th)?|"
    rf"(?P<day{{n}}b>\d{{{{1,2}}}})(?:st|nd|rd|th)?\s(?P<month{{n}}b>{MONTH}))(?:,?\s+(?P<year{{n}}>\d{{{{4}}}})\b)?"
)


def _shape(name: str) -> re.Pattern[str]:
    """Return the pattern of a dateline whose places are each a ``name``."""
    towns = rf"{name}(?:\s?/\s?{name}){{0,3}}"  # WASHINGTON/BEIJING
    return re.compile(
        rf"(?P<place>{towns}(?:\s?,\s{towns}){{0,2}}(?:\s?[\[(](?P<country>{name})[\])](?=[,.]?\s*(?:\d|{MONTH}|[\[(])))?)"
        rf"(?:\s?[,.]?\s*(?:{_DATE.format(n=1)}|{MONTH}\s(?:19|20)\d\d|(?P<weekday>{_WEEKDAY})(?![\w])))?"
        r"(?:\s?/\s?\d{1,2}[:.]\d\d(?:\s?[ap]\.?m\.?)?)?"  # VATICAN CITY, June 5, 2022 / 10:00 am (CNA)
        rf"(?P<agency>[,.]?\s?\([^()\n]{{1,60}}\)|[,.]?\s?/\s?[^/\n]{{1,40}}\s?/|\s?[,/|]\s?[A-Z][\w&]{{1,20}})?"
        rf"(?:[,.]?\s(?:[-–—]\s)?{_DATE.format(n=2)})?"
        r"(?:\s*(?P<dash>[—–|]|--+|:|\.-(?=\s)|(?<=[\w.)\]/] )[-_](?=\s)|(?<=[\w.)\]/] )-(?=[^\W\d_])|(?<=[\w.)\]/])-(?=\s)|(?<=/)\.)"
        r"\s*|(?<=[)/])\s+)",
        re.IGNORECASE,
    )


_SHAPE = _shape(_NAME)
_SHORT_SHAPE = _shape(_NAME.replace("{0,4}", "{0,4}?"))
"""The same, ending at the first dash that there is: ``Srinagar- The Anti Corruption Bureau (ACB) on Monday``."""

_LONE = re.compile(
    rf"(?:{_DATE.format(n=1)}\s)?(?P<agency>\([^()\n]{{2,40}}\))\s*(?P<dash>[—–:]|--?)\s+",
    re.IGNORECASE,
)
_OUTLET = re.compile(
    r"\b(?:news|today|times|post|daily|herald|tribune|gazette|observer|guardian|star|nation|standard|online|press|"
    r"media|radio|tv|telegraph|mail|express|chronicle|journal|magazine|report|reporter|monitor|correspondent|"
    r"bureau|desk|network|service|agency|reuters|xinhua|newsroom)\b",
    re.IGNORECASE,
)
_CATCHWORDS = frozenset(
    """breaking exclusive opinion analysis editorial comment commentary review interview feature explainer watch
    video photo photos live update updated correction summary recap profile obituary column letter letters podcast
    sponsored advertisement advertorial special sport sports news world business politics culture health science
    technology lifestyle entertainment weather travel fashion factbox timeline read related note warning alert urgent
    flash bulletin background insight focus spotlight blog quiz poll survey study report poetry gallery picture
    covid coronavirus football cricket rugby tennis golf police minister president question answer""".split()
)
_EDITION = re.compile(
    r"\b(?:updated?|correct(?:ed|s)|desk|exclusive|analysis|\d+(?:st|nd|rd|th))\b", re.IGNORECASE
)
_LEADING_NAME = re.compile(r"^[^\W\d_]*")
_OPENS = re.compile(r"[\"'“‘«(\[$€£¥#@]*\w")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """What opens a paragraph; ``raw`` is its text, ``end`` the first character of the sentence after it.

    ``place`` is null for an agency or an outlet without a place; ``is_outlet`` marks the name of a paper where a
    place would stand, which is taken out of the text but is no dateline. ``day`` is a full date; ``month_day`` a
    date whose year is not said.
    """

    raw: str
    end: int
    place: str | None = None
    day: dt.date | None = None
    month_day: tuple[int, int] | None = None
    agency: str | None = None
    is_outlet: bool = False


_ENDS = re.compile(r"[—–|:_/)-]")
"""What a dateline may end with."""
_RUNS_ON = re.compile(r"(?:[^\W\d_]+\s){8}")
"""More words in a row than a name, a weekday and a month have."""


def find(text: str) -> Dateline | None:
    """Return the dateline that opens ``text``, or ``None``."""
    head = text[:200]
    if _ENDS.search(head) is None or _RUNS_ON.match(head):
        return None
    lone = _LONE.match(head)
    if lone and (name := agency(lone["agency"])) and _opens_sentence(text[lone.end() :]):
        day, month_day = _date(lone, "1")
        return Dateline(
            raw=lone.group().strip(), end=lone.end(), day=day, month_day=month_day, agency=name
        )
    for shape in (_SHAPE, _SHORT_SHAPE):
        found = shape.match(head)
        if found is None:
            return None
        if _opens_sentence(text[found.end() :]) and (judged := _judge(found)):
            return _with_place(judged, text) if judged.is_outlet and judged.agency else judged
    return None


def _with_place(outlet: Dateline, text: str) -> Dateline:
    """Return the dateline behind an agency that stands before it (``AFP - LONDON -``), else the agency alone."""
    inner = find(text[outlet.end :])
    if inner is None or inner.place is None:
        return outlet
    end = outlet.end + inner.end
    return dataclasses.replace(
        inner, raw=text[:end].strip(), end=end, agency=inner.agency or outlet.agency
    )


def _judge(found: re.Match[str]) -> Dateline | None:
    """Decide whether what has the shape of a dateline is one."""
    place = found["place"].strip(" ,")
    signed = found["agency"]
    name = agency(signed) if signed else None
    sign = (signed or "").lstrip(" ,.")
    bare_agency = bool(signed) and not (sign.startswith("(") or sign.endswith("/"))
    if bare_agency and not name:
        return None
    if not signed and "/" in place and (name := agency(place.rsplit("/", 1)[1])):  # Seoul/UNI:
        place, sign = place.rsplit("/", 1)
        place, signed = place.rstrip(), sign
    day, month_day = _dates(found)
    has_date = month_day is not None or day is not None or bool(found["weekday"])
    has_agency = bool(signed)
    dash = found["dash"] or ""
    parts = place.split(",")
    if len(parts) > 1 and not signed and (name := agency(parts[-1])):  # LONDON, Reuters -
        place, signed = ",".join(parts[:-1]), f"({parts[-1]})"
        has_agency = True
    elif len(parts) > 1 and re.fullmatch(
        _WEEKDAY, parts[-1].strip(), re.IGNORECASE
    ):  # DAKAR, Monday -
        place, has_date = ",".join(parts[:-1]), True
    if signed and (stated := english_day(signed.strip(" (),."))):  # SINGAPORE (May 6, 2021) -
        day, month_day, has_date = stated, (stated.month, stated.day), True
        signed, has_agency, name = None, False, None
    country = found["country"]
    if signed and name is None and is_place(signed.strip(" (),.")):  # KYIV (Ukraine) -
        country, signed, has_agency = signed.strip(" (),."), None, False
    words = re.findall(r"[^\W\d_]+", place)
    if (len(place) > 3 or (place.isupper() and dash not in ("", ":"))) and agency(place):
        return _outlet(found, day, month_day, agency(place))
    if not dash and not (
        has_agency
        and (signed or "").strip().endswith(("/", ")"))
        and (place.isupper() or (name is not None and _is_known(place)))
    ):
        return None  # Paris (AFP) The, but no Smith (Labour) The
    if not _capitalised(place):
        if _OUTLET.search(place) and (has_date or has_agency) and len(words) <= 4:
            return _outlet(found, day, month_day, name)
        return None
    if any(w.casefold() in _CATCHWORDS for w in words):
        outlet = bool(_OUTLET.search(place)) and (has_date or has_agency)
        return _outlet(found, day, month_day, name) if outlet else None
    if _OUTLET.search(place) and not is_place(_first(place)):
        strong = has_date or has_agency or (place.isupper() and dash != ":")
        return _outlet(found, day, month_day, name) if strong and len(words) <= 5 else None
    if not _is_believable(place, country, has_date, name, has_agency, dash):
        return None
    if not (has_date or signed) and _is_pair(place, dash, found.string[found.end() :]):
        return None
    raw = found.group().strip()
    label = (
        re.sub(r"\s?[\[(].*", "", place).strip(" ,.") if found["country"] else place.strip(" ,-–—")
    )
    label = re.sub(r"(?<=[^\W\d_]{3})\.$", "", label)
    if name is None and signed and not bare_agency and not _EDITION.search(signed):
        name = signed.strip(" ()/,.") or None
    return Dateline(
        raw=raw, end=found.end(), place=label, day=day, month_day=month_day, agency=name
    )


def _is_pair(place: str, dash: str, rest: str) -> bool:
    """Tell whether place and sentence begin a headline about two places: ``Russia - Ukraine talks``.

    ``Abuja – Nigeria's army`` is none: a town does not stand beside a country. Neither is what stands in capitals
    before a word in ordinary writing.
    """
    towns = place.split(",")
    if len(towns) > 1 and all(is_country(town.strip()) for town in towns):
        return True  # China, Russia: partners
    after = _LEADING_NAME.findall(rest)[0]
    if dash not in ("-", "–") or not is_place(after) or (place.isupper() and not after.isupper()):
        return False
    return is_country(place) == is_country(after)


def _is_believable(
    place: str, country: str | None, has_date: bool, name: str | None, has_agency: bool, dash: str
) -> bool:
    """Tell whether the words before the dash are a place."""
    known = _is_known(place)
    upper = place.split(",")[0].isupper()
    if has_date or name:
        return known or upper or len(place.split()) <= 3
    if has_agency:  # something in brackets that is no agency we know
        return known or upper
    if country:
        return known or is_place(country)
    if known:
        return dash != ":" or len(place) > 2
    parts = place.split(",")
    if len(parts) > 1 and is_place(parts[-1].strip()):
        return True
    letters = re.findall(r"[^\W\d_]+", place)
    return (
        upper
        and dash not in ("", ":")
        and len(letters) <= 3
        and max(map(len, letters)) >= 5
        and not any(c.isdigit() for c in place)
    )


def _outlet(
    found: re.Match[str], day: dt.date | None, month_day: tuple[int, int] | None, name: str | None
) -> Dateline:
    return Dateline(
        raw=found.group().strip(),
        end=found.end(),
        day=day,
        month_day=month_day,
        agency=name,
        is_outlet=True,
    )


def _is_known(place: str) -> bool:
    """Tell whether the gazetteer has the place, or one of several that are named together."""
    first = _first(place)
    if is_place(first) or is_place(place):
        return True
    if "/" in first and not first.isupper():
        return all(map(is_place, re.split(r"\s?/\s?", first)))
    return any(map(is_place, re.split(r"\s(?:and|&)\s|\s?/\s?", first)))


def _first(place: str) -> str:
    return place.split(",")[0].strip()


def _capitalised(place: str) -> bool:
    """Tell whether all words but the small ones begin with a capital."""
    small = {"and", "of", "the", "de", "del", "la", "le", "les", "el", "al", "y", "do", "da", "dos", "du", "sur", "am",
             "an", "der", "den", "upon", "on", "in", "e", "et", "d'", "l'"}  # fmt: skip
    words = re.split(r"[\s,/]+", place)
    return words[0][0].isupper() and all(
        not w or w[0].isupper() or w[0] in "&([" or w in small for w in words
    )


def _dates(found: re.Match[str]) -> tuple[dt.date | None, tuple[int, int] | None]:
    """Return the full date and the month and day that stand before the agency or behind it."""
    first = _date(found, "1")
    return first if first[1] is not None else _date(found, "2")


def _date(found: re.Match[str], n: str) -> tuple[dt.date | None, tuple[int, int] | None]:
    month = found[f"month{n}"] or found[f"month{n}b"]
    day = found[f"day{n}"] or found[f"day{n}b"]
    number = MONTHS.get(month.casefold().rstrip(".")) if month else None
    if number is None or not 1 <= int(day) <= 31:
        return None, None
    year = found[f"year{n}"]
    if year is None:
        return None, (number, int(day))
    try:
        return dt.date(int(year), number, int(day)), (number, int(day))
    except ValueError:
        return None, None


def _opens_sentence(rest: str) -> bool:
    """Tell whether a sentence may begin here: a capital, a figure or an opening quotation mark."""
    opening = _OPENS.match(rest)
    if not opening:
        return False
    last = opening.group()[-1]
    if last.islower() and rest[opening.end() : opening.end() + 1].isupper():
        return True  # eCommerce, iPhone
    return last.isupper() or last.isdigit() or not (last.isascii() or last.islower())
