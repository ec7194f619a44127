from __future__ import annotations

import csv
import pathlib

import pytest

from schemas.facts import Entity
from tests.unit.knowledge.builders import annotate
from transforms.knowledge.resolve import load_knowledge, resolve_article

CASES = pathlib.Path(__file__).parent / "places.tsv"
FLOOR = 0.95


def place(sentence: str) -> Entity | None:
    name = sentence[sentence.index("[") + 1 : sentence.index("]")]
    result = resolve_article(annotate(sentence.replace("]", "|LOC]")), load_knowledge())
    found = [mention for mention in result.mentions if mention.text == name]
    return next(
        (row for row in result.entities if found and row.entity_id == found[0].entity_id), None
    )


def is_right(row: dict[str, str]) -> bool:
    entity = place(row["sentence"])
    return (
        entity is not None
        and entity.country == row["country"]
        and row["admin1"] in ("-", entity.admin1)
        and entity.geonameid is not None
    )


def test_labelled_places_get_country_and_division():
    lines = (line for line in CASES.read_text("utf-8").splitlines() if not line.startswith("#"))
    rows = list(csv.DictReader(lines, delimiter="\t"))
    wrong = [row["sentence"] for row in rows if not is_right(row)]
    assert len(rows) >= 200
    assert 1 - len(wrong) / len(rows) >= FLOOR, wrong


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        ("[Georgia] said its troops in Tbilisi were ready.", "GEO"),
        ("Voters in [Georgia] and Florida waited; the Senate race in Atlanta was close.", "USA"),
    ],
)
def test_georgia_is_a_state_beside_american_places(sentence: str, country: str):
    entity = place(sentence)
    assert entity is not None
    assert entity.country == country


def test_lookup_by_country_and_container():
    known = load_knowledge()
    illinois = known.place("Springfield", container="Illinois")
    lebanon = known.place("Tripoli", country="LBN")
    assert illinois is not None
    assert (illinois.admin1, illinois.geonameid) == ("Illinois", 4250542)
    assert lebanon is not None
    assert lebanon.country == "LBN"
    assert known.place("Nosuchplaceatall") is None
