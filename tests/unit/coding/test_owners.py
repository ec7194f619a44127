"""Whom *its commander* belongs to, and who only helps or is only spoken of."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.explain import explain_text


def events_of(text: str) -> list[Any]:
    return [event for sentence in explain_text(text) for event in sentence["events"]]


@pytest.mark.parametrize(
    ("text", "code", "sector"),
    [
        (
            "The United Nations force called for calm. Its commander met Lebanese officers.",
            "UNO",
            "MIL",
        ),
        ("The Taliban lost two districts. Its leaders condemned France.", "AFG", "REB"),
        ("France and Spain signed the treaty. Their ministers condemned Russia.", "FRA ESP", None),
        ("French lawmakers left the hall. Their leaders condemned Russia.", "FRA", None),
        ("In March it rained in Kenya. Its ministers condemned Uganda.", None, None),
    ],
)
def test_an_owner_before(text: str, code: str | None, sector: str | None) -> None:
    last = [named for event in events_of(text)[-1:] for named in event["actor"]]
    if code is None:
        assert not last or last[0]["code"] != "KEN"  # a place where it rains owns nobody
    else:
        assert [named["code"] for named in last][: len(code.split())] == code.split()
        assert sector in (None, last[0]["sector"])


@pytest.mark.parametrize(
    "text",
    [
        "Ghana's cyber security authority has opened an investigation with the help of Estonia.",
        'She accused members of the club of "shielding a government that breaks the law".',
    ],
)
def test_helpers_and_charges_are_no_recipients(text: str) -> None:
    for event in events_of(text):
        assert event["recipient"] == []


def test_a_rescue_is_no_arrest() -> None:
    events = events_of("A Red Cross helicopter picked up five men near Puerto Guzmán.")
    assert all(event["type"] != "COERCE" for event in events)
    (event,) = events_of("Turkish police picked up five men in Ankara.")
    assert event["type"] == "COERCE"


def test_the_regime_is_the_one_named_before() -> None:
    events = events_of(
        "The United States condemned Burma's regime on Monday. The regime detained thousands of people."
    )
    assert [named["code"] for named in events[-1]["actor"]] == ["MMR"]
    events = events_of(
        "The United States condemned Burma's regime on Monday. Another regime detained thousands."
    )
    assert all(named["code"] != "MMR" for named in events[-1]["actor"])


def test_days_are_no_numbers_of_dead() -> None:
    (event,) = events_of("Petrus Kamati was murdered in Namibia on 17 June 2016.")
    assert "dead" not in event["size"]
    (event,) = events_of("Rebels killed 17 people in Goma on 17 June 2016.")
    assert event["size"]["dead"] == 17


@pytest.mark.parametrize(
    ("text", "kind", "actor"),
    [
        ("Lebanon's prime minister was forced to resign on Monday.", "RETREAT", "LBN"),
        ("Rebels forced the Congolese army to withdraw from Goma.", "RETREAT", "COD"),
        ("Russia was expelled from the Council of Europe.", "SANCTION", "IGO"),
        (
            "Four people were killed in Peshawar after Pakistani soldiers fired at a crowd.",
            "ASSAULT",
            "PAK",
        ),
        ("Two Zimbabweans were nabbed by South African police.", "COERCE", "ZAF"),
        ("Two Tunisian journalists were handed six-month prison terms.", "SANCTION", "TUN"),
        ("Mexico's president called out the United States for its record.", "ACCUSE", "MEX"),
    ],
)
def test_who_is_made_to_and_who_expels(text: str, kind: str, actor: str) -> None:
    (event,) = events_of(text)
    assert event["type"] == kind
    assert [named["code"] for named in event["actor"]] == [actor]


@pytest.mark.parametrize(
    "text",
    [
        "The last major fire in Bangladesh was last year when 54 people were killed at a factory.",
        "A bridge in Taiwan's Yilan County collapsed in 2019, killing six people.",
        "President Lopez Obrador demonstrated his capitalist credentials in Mexico.",
        "Singapore executed a second tightening of its policy.",
    ],
)
def test_accidents_and_displays_are_no_events(text: str) -> None:
    assert not events_of(text)


def test_the_clause_beside_says_who_killed() -> None:
    (event,) = events_of("One person was killed when police fired at a mob in Vadodara.")
    assert [(a["text"], a["sector"]) for a in event["actor"]] == [("police", "COP")]
