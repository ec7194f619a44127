"""Places: names to geonameid, position, first-level division and country, offline.

Several places share a name. What chooses, in this order: a container that the text states (``Springfield, Illinois``),
the country of the article's other places and of its dateline, then population. Rows stay in Arrow memory and become
objects when a text names them.
"""

from __future__ import annotations

import dataclasses
import math
import pathlib
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

NAMESAKE_PEOPLE = 50_000
"""A city of so many people is meant before the division of its name, which has more people as it holds the city."""

WORLD_CITY = 1_000_000
"""A city abroad of so many people is meant before a namesake in the article's main country."""

SETTLED = frozenset(("USA", "CAN", "AUS", "NZL", "ZAF"))
"""Countries of which many towns are named after larger ones abroad: Geneva in New York is not meant."""

CONTEXT_WEIGHT = 2.0
"""The main country of an article counts as much as seven times the people (log(7.4) is 2.0): Tripoli in Lebanon beats
Libya's capital in an article about Lebanon, while Geneva stays in Switzerland in one about the United States."""


_DIRECTIONS = frozenset(
    "north south east west northern southern eastern western central centre center upper lower northwest northeast"
    " southwest southeast north-west north-east south-west south-east northwestern northeastern southwestern"
    " southeastern norte sur sud nord est ouest oriental capital coast coastal highlands interior the".split()
)


NOT_PLACES = frozenset(
    "soul deli spoken pets shaping free bred simmering degu media than come say time along can buy save opportunity goes"
    " manage begun semi alot anew drug fate gap gay hire drama tire dig mentor fleet horn pen marks stains imperial jam"
    " lend banning annex wetter tame airport sue rich punch garner bow plaque plum superior green retreat bar borne eagle"
    " mine crystal para holiday summit alliance coin mile golden pace terrace bear hook plunge bank officer store unity"
    " pop ans lone oral kilo mana spoken hub mango saga surprise".split()
)
"""Names of places, or close spellings of them, that are everyday words first: Soul for Seoul, Opportunity, Rich."""

EVERYDAY_PLACES = frozenset(
    "canton mecca riverside buffalo paradise commonwealth springs metro bay mary corona split tour bush male mare delta"
    " wedding sunrise mission worms rugby fishers brick kai temple hull bury woodland clay forest elk paramount normal"
    " spring acre reservoir hail van kani rivers plateau pest sambal nice reading mobile".split()
)
"""Names that are a place only with their capital, so that a phrase in lower case does not name it."""


_GENERIC_DIVISION = _DIRECTIONS | {
    "region",
    "province",
    "state",
    "district",
    "division",
    "department",
}
"""Words of names that many countries give a division: *Central Region* is one of a country of the article or none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place; ``resolution`` is ``place``, ``admin1`` or ``country``; ``population`` counts people."""

    geonameid: int | None
    name: str
    country: str
    admin1: str | None
    latitude: float
    longitude: float
    population: int
    resolution: str


class Gazetteer:
    """Populated places and first-level divisions by lookup key."""

    def __init__(self, table: pa.Table | None = None) -> None:
        """Index a table, or make an empty one."""
        self._columns: dict[str, pa.ChunkedArray] = {}
        self._rows: dict[str, int | tuple[int, ...]] = {}
        self._built: dict[str, tuple[Place, ...]] = {}
        if table is None:
            return
        for index, keys in enumerate(table.column("keys").to_pylist()):
            for name in keys.split("|"):
                if name in NOT_PLACES or _DIRECTIONS.issuperset(name.split()):
                    continue  # "the north" and "the central bank" are no provinces of that name
                before = self._rows.get(name)
                if before is None:
                    self._rows[name] = index
                elif isinstance(before, tuple):
                    self._rows[name] = (*before, index)
                else:
                    self._rows[name] = (before, index)
        self._columns = {
            name: table.column(name).combine_chunks()
            for name in table.column_names
            if name != "keys"
        }

    @classmethod
    def read(cls, path: pathlib.Path) -> Gazetteer:
        """Read the table of places."""
        return cls(pq.ParquetFile(path, memory_map=True).read(use_threads=False))

    def __contains__(self, name: str) -> bool:
        """Say whether a lookup key names a place."""
        return name in self._rows

    def named(self, name: str) -> tuple[Place, ...]:
        """Return the places of a lookup key; those with most people first, divisions last."""
        found = self._built.get(name)
        if found is None:
            rows = self._rows.get(name)
            if rows is None:
                return ()
            indexes = rows if isinstance(rows, tuple) else (rows,)
            found = tuple(self._place(index) for index in indexes)
            if len(self._built) > 20_000:
                self._built.clear()
            self._built[name] = found
        return found

    def _place(self, index: int) -> Place:
        return Place(**{name: column[index].as_py() for name, column in self._columns.items()})

    def choose(
        self,
        name: str,
        *,
        countries: Mapping[str, float] | None = None,
        container: Iterable[str] = (),
        division: bool = False,
    ) -> tuple[Place, float] | None:
        """Choose the place a name means, with a confidence from 0 to 1.

        ``countries`` weighs the countries of the article from 0 to 1; ``container`` are lookup keys of divisions or
        alpha-3 codes of countries that the text puts right after the name; ``division`` says that the text calls it
        a province or state.
        """
        candidates = self.named(name)
        if not candidates:
            return None
        inside = set(container)
        if inside:
            held = [
                place
                for place in candidates
                if place.admin1 is not None and _simple(place.admin1) in inside
            ] or [place for place in candidates if place.country in inside]
            if held:
                best = max(held, key=lambda place: (place.resolution == "place", place.population))
                return best, 0.95
        weights = countries or {}
        if _GENERIC_DIVISION.issuperset(name.split()):
            candidates = tuple(p for p in candidates if weights.get(p.country, 0.0) > 0)
            if not candidates:
                return None
        if division:
            candidates = tuple(p for p in candidates if p.resolution == "admin1") or candidates
        cities = {
            place.country
            for place in candidates
            if place.resolution == "place" and place.population >= NAMESAKE_PEOPLE
        }
        scored = sorted(
            (
                (
                    math.log(place.population + 1000)
                    + CONTEXT_WEIGHT * weights.get(place.country, 0.0)
                    - _division_penalty(place, cities, weights),
                    order,
                    place,
                )
                for order, place in enumerate(candidates)
            ),
            key=lambda item: (-item[0], item[1]),
        )
        best_score, _, best = scored[0]
        if best.population < WORLD_CITY and not weights.get(best.country):
            at_home = [item for item in scored if weights.get(item[2].country, 0.0) >= 0.8]
            if at_home and at_home[0][2].country not in SETTLED:
                best_score, _, best = at_home[0]
        others = [score for score, _, place in scored if place.country != best.country]
        margin = best_score - others[0] if others else 3.0
        known = weights.get(best.country, 0.0) > 0
        return best, round(min(0.95, 0.5 + 0.12 * margin + (0.15 if known else 0.0)), 2)


def name_of_everyday(name: str) -> bool:
    """Say whether a place's name is an everyday word."""
    return name.lower() in EVERYDAY_PLACES


def _division_penalty(place: Place, cities: set[str], weights: Mapping[str, float]) -> float:
    """Return what a division has to make up for: its people are those of many places, and few texts mean it abroad."""
    if place.resolution != "admin1":
        return 0.0
    if place.country in cities:
        return 4.0
    return 1.5 if not weights or weights.get(place.country, 0.0) > 0 else 3.5


def _simple(name: str) -> str:
    from transforms.knowledge.words import key

    bare = key(name)
    for word in (" province", " oblast", " governorate", " state", " region"):
        bare = bare.removesuffix(word)
    return bare
