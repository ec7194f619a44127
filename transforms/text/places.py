"""Is this the name of a town, a country or a large region? Enough to tell a dateline from a catchword."""

from __future__ import annotations

import csv
import functools
import unicodedata
from pathlib import Path
from typing import Final

_DATA: Final = (
    Path(__file__).parents[1] / "knowledge" / "data"
)  # the tables of places and countries
NAMES: Final = _DATA / "place_names.txt"
"""One name a line, made of those tables by ``names_of_places``."""

_NOT_PLACES = frozenset(
    """police note update date media university of man buy march may most bar mobile reading nice split same
    opinion sport media news video photo photos watch live breaking exclusive analysis comment editorial review
    interview feature explainer correction summary question answer background context result score today time
    here best male as is in so university police health union hope orange eden mission liberty independence
    justice democrat enterprise marathon plains progress commerce industry temple bath battle deal sandy rugby
    sale rye wells hull""".split()
) - {"male", "hull"}
_EXTRA = (
    "united nations", "gaza", "gaza city", "west bank", "kiev", "kyiv", "calcutta", "bombay", "madras", "rangoon",
    "saigon", "peking", "new delhi", "delhi", "washington", "washington dc", "washington d.c.", "hong kong", "macau",
    "jerusalem", "east jerusalem", "tel aviv", "ramallah", "hague", "the hague", "vatican", "vatican city", "sanaa",
    "sana'a", "srinagar", "jammu", "islamabad", "brussels", "strasbourg", "geneva", "nairobi", "laayoune", "kashmir",
    "crimea", "chechnya", "catalonia", "scotland", "wales", "england", "northern ireland", "kurdistan", "tibet",
    "xinjiang", "darfur", "tigray", "siberia", "bavaria", "punjab", "sindh", "kerala", "bihar", "uae", "uk", "us",
    "usa", "u.s.", "u.k.", "drc", "n'djamena", "nuku'alofa", "ulaanbaatar", "ulan bator", "astana", "nur-sultan",
    "yangon", "naypyidaw", "naypyitaw", "phnom penh", "putrajaya", "cotabato", "zamboanga", "marawi", "aleppo",
    "homs", "idlib", "khan younis", "rafah", "jenin", "nablus", "hebron", "bethlehem", "beirut", "tyre", "sidon",
)  # fmt: skip


def fold(name: str) -> str:
    """Return ``name`` without accents, capitals and odd apostrophes, for look-up."""
    if name.isascii():
        return " ".join(name.casefold().split())
    plain = unicodedata.normalize(
        "NFKD", name.replace("’", "'").replace("ʻ", "'").replace("‘", "'")
    )
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def is_place(name: str) -> bool:
    """Tell whether ``name`` is a town of 15,000 people or more, a country, or a region that often opens reports."""
    key = fold(name).strip(" .")
    if key in _NOT_PLACES:
        return False
    places = _places()
    return key in places or key.replace("-", " ") in places or key.removeprefix("the ") in places


def is_country(name: str) -> bool:
    """Tell whether ``name`` is a country by one of its names."""
    return fold(name).strip(" .").removeprefix("the ") in _countries()


@functools.lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    names: set[str] = set()
    with (_DATA / "countries.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            names.update(map(fold, (row["name"], *row["names"].split("|"))))
    return frozenset(names - {""})


@functools.lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """Load the names once: a file of their own, since Arrow and the gazetteer take half a second in every process that reads."""
    return frozenset(NAMES.read_text(encoding="utf-8").split("\n"))


def names_of_places() -> list[str]:
    """Return what ``NAMES`` holds, from the tables: the names of the gazetteer and of the countries, folded and sorted."""
    import pyarrow.parquet as pq

    names = {fold(name) for name in _EXTRA}
    cities = pq.read_table(_DATA / "places.parquet", columns=["name", "keys", "population"])
    for name, keys, population in zip(*(c.to_pylist() for c in cities.columns), strict=True):
        names.add(fold(name))
        if population >= 200_000:
            names.update(key for key in keys.split("|") if key.isascii() and len(key) > 3)
    with (_DATA / "countries.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            names.update(
                map(fold, (row["name"], *row["names"].split("|"), *row["seats"].split("|")))
            )
    names.update({n.removesuffix(" city") for n in names if n.endswith(" city")})
    names.discard("")
    return sorted(names - _NOT_PLACES)
