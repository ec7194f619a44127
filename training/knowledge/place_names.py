"""Build ``place_names.txt``: what a dateline may open with, so that who reads files need not load the gazetteer."""

from __future__ import annotations

import csv
from typing import Final

import pyarrow.parquet as pq

from transforms.text.places import DATA, NAMES, NOT_PLACES, fold

_EXTRA: Final = (
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


def build() -> int:
    """Write the names and return how many there are."""
    found = names()
    NAMES.write_text("\n".join(found), encoding="utf-8")
    return len(found)


def names() -> list[str]:
    """Return what ``NAMES`` holds, from the tables: the names of the gazetteer and of the countries, folded and sorted."""
    found = {fold(name) for name in _EXTRA}
    cities = pq.read_table(DATA / "places.parquet", columns=["name", "keys", "population"])
    for name, keys, population in zip(*(c.to_pylist() for c in cities.columns), strict=True):
        found.add(fold(name))
        if population >= 200_000:
            found.update(key for key in keys.split("|") if key.isascii() and len(key) > 3)
    with (DATA / "countries.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            found.update(
                map(fold, (row["name"], *row["names"].split("|"), *row["seats"].split("|")))
            )
    found.update({n.removesuffix(" city") for n in found if n.endswith(" city")})
    found.discard("")
    return sorted(found - NOT_PLACES)
