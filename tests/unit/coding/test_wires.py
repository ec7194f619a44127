"""Headlines whose verb hides, bodies that deal with other states, and events whose author only the surroundings tell."""

from __future__ import annotations

import pytest

from tests.unit.coding.test_owners import events_of


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("Israeli jets pound airport near Damascus", "ASSAULT", "ISR"),
        ("Saudi-led jets bomb wedding in Yemen", "ASSAULT", "SAU"),
        ("Japan and India eye closer defence ties", "AGREE", "JPN"),
        ("Spain hands over two suspects to Morocco", "COOPERATE", "ESP"),
        ("Israel snubs UN envoys", "REJECT", "ISR"),
        ("Modi in Bhutan on two-day visit", "CONSULT", "IND"),
        ("Chinese vice premier in Washington for trade talks", "CONSULT", "CHN"),
        ("UN to Sudan generals: let aid through", "REQUEST", "IGO"),
        ("Niger army officers to Paris: leave our bases", "REQUEST", "NER"),
        ("A stoppage by Argentine bus drivers stranded commuters.", "PROTEST", "ARG"),
        ("Mali's foreign minister conferred with Algerian officials.", "CONSULT", "MLI"),
        ("Kenya said Peru would pay a heavy price.", "THREATEN", "KEN"),
        ('"They are liars and thieves," Serbia\'s president said of Kosovo.', "ACCUSE", "SRB"),
        ("Iran's rejection of the offer was published by state media.", "REJECT", "IRN"),
        ("Portugal's finance minister handed in her notice on Friday.", "RETREAT", "PRT"),
        ("The man was jailed for three years at Liverpool Crown Court.", "SANCTION", "GBR"),
        ("Antonio Costa stepped down as Portugal's prime minister.", "RETREAT", "PRT"),
        ("Dutch and Belgian police smashed a drug ring.", "COOPERATE", "NLD"),
    ],
)
def test_an_event_with_its_actor(text: str, kind: str, code: str) -> None:
    found = [e for e in events_of(text) if e["type"] == kind]
    assert found, events_of(text)
    assert any(a["code"] in (code, "UNO") for e in found for a in e["actor"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The interior ministry deported 12 Somalis on Monday.", "SOM"),
        ("The foreign ministry summoned the Russian ambassador.", "RUS"),
        ("Parliament condemned Turkey's incursion into Syria.", "TUR"),
    ],
)
def test_a_body_is_not_of_the_state_it_deals_with(text: str, code: str) -> None:
    events = events_of(text)
    assert events
    assert all(a["code"] != code for e in events for a in e["actor"])


def test_a_body_is_of_the_state_the_report_was_sent_from() -> None:
    events = events_of("LAGOS, May 3 - The foreign ministry summoned the Russian ambassador.")
    assert [a["code"] for e in events for a in e["actor"]] == ["NGA"]


@pytest.mark.parametrize(
    "text",
    [
        "A storm attacked the Irish coast overnight.",
        "The vaccine attacks a protein that the parasite in Mali needs.",
        "The Spanish word for protest is also the name of a card game in Cadiz.",
        "The app blocks calls from numbers in Nigeria by default.",
    ],
)
def test_what_is_nobody_does_nothing(text: str) -> None:
    assert events_of(text) == []
