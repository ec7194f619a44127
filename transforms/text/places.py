"""Is this the name of a town, a country or a large region? Enough to tell a dateline from a catchword."""

from __future__ import annotations

import csv
import functools
import unicodedata
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parents[1] / "knowledge" / "data"  # the tables of places and countries
NAMES: Final = DATA / "place_names.txt"
"""One name a line, made of those tables by ``training.knowledge.place_names``."""

NOT_PLACES = frozenset(
    """police note update date media university of man buy march may most bar mobile reading nice split same
    opinion sport media news video photo photos watch live breaking exclusive analysis comment editorial review
    interview feature explainer correction summary question answer background context result score today time
    here best male as is in so university police health union hope orange eden mission liberty independence
    justice democrat enterprise marathon plains progress commerce industry temple bath battle deal sandy rugby
    sale rye wells hull""".split()
) - {"male", "hull"}
"""Names of towns that mostly mean something else where they open a report."""


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
    if key in NOT_PLACES:
        return False
    places = _places()
    return key in places or key.replace("-", " ") in places or key.removeprefix("the ") in places


def is_country(name: str) -> bool:
    """Tell whether ``name`` is a country by one of its names."""
    return fold(name).strip(" .").removeprefix("the ") in _countries()


@functools.lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    names: set[str] = set()
    with (DATA / "countries.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            names.update(map(fold, (row["name"], *row["names"].split("|"))))
    return frozenset(names - {""})


@functools.lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """Load the names once: a file of their own, since Arrow and the gazetteer take half a second in every process that reads."""
    return frozenset(NAMES.read_text(encoding="utf-8").split("\n"))
