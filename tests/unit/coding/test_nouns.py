"""Who acts and who suffers where a noun is the event, and parses that are mended for it."""

from __future__ import annotations

import pytest

from tests.unit.coding.test_owners import events_of

NOUNS = [
    ("The withdrawal of French forces from Mali was completed on Monday.", "RETREAT", ["FRA"]),
    ("Kuwait's donation of ten ambulances to Yemen was handed over in Aden.", "AID", ["KWT"]),
    (
        "The sanctions led by the United States against Russia take effect on Monday.",
        "SANCTION",
        ["USA"],
    ),
    ("Fighting between Armenian and Azerbaijani forces flared.", "ASSAULT", ["ARM", "AZE"]),
    ("A treaty between Finland and Sweden was signed in Oslo.", "SUPPORT", ["FIN", "SWE"]),
    ("Kuwaiti tribesmen staged a sit-in outside parliament on Wednesday.", "PROTEST", ["KWT"]),
    ("A threat from Iran to bomb Iraq was repeated.", "THREATEN", ["IRN"]),
    ("Sudan's army shelled districts of Omdurman on Monday.", "ASSAULT", ["SDN"]),
    ("Sweden cut aid to Iraq.", "SANCTION", ["SWE"]),
    (
        "During a visit to Vientiane, Thailand's foreign minister spoke of trade.",
        "CONSULT",
        ["THA"],
    ),
    ("Mexican pensioners sent a letter asking the senate to change the law.", "REQUEST", ["MEX"]),
    ("The last American soldiers flew out of Kabul airport before midnight.", "RETREAT", ["USA"]),
]


@pytest.mark.parametrize(("text", "kind", "codes"), NOUNS)
def test_an_event_noun_names_its_sides(text: str, kind: str, codes: list[str]) -> None:
    found = [e for e in events_of(text) if e["type"] == kind]
    assert found, events_of(text)
    assert any({a["code"] for a in e["actor"]} >= set(codes) for e in found)


def test_police_who_search_offices_do_not_assault() -> None:
    kinds = {
        e["type"]
        for e in events_of("Police conducted a raid on the offices of a magazine in Nairobi.")
    }
    assert kinds == {"COERCE"}


def test_shares_of_a_country_do_not_surrender() -> None:
    assert not events_of("Hong Kong shares surrendered their early gains on Wednesday.")


def test_a_series_has_no_events() -> None:
    assert not events_of("In the series, Chilean detectives arrest a Spanish diplomat.")
