"""A plural phrase that joins states names each of them."""

from __future__ import annotations

import pytest

from pipelines.explain import explain_text


@pytest.mark.parametrize(
    ("text", "actors", "recipients"),
    [
        ("The foreign ministers of China and Russia met on Monday.", "CHN RUS", ""),
        ("Chinese and Russian foreign ministers met on Monday.", "CHN RUS", ""),
        ("U.S. and South Korean troops began joint exercises on Monday.", "USA KOR", ""),
        ("The presidents of France, Germany and Poland condemned Iran.", "FRA DEU POL", "IRN"),
        ("Turkey accused the leaders of Greece and Cyprus of provocation.", "TUR", "GRC CYP"),
        (
            "Defence Minister Sergei Shoigu met his counterparts from China and Iran.",
            "RUS CHN IRN",
            "",
        ),
        ("Members of the European Union and NATO condemned Russia.", "EUR IGO", "RUS"),
        ("The mayors of Paris and Lyon met on Friday.", "FRA", ""),
        ("The German foreign minister of France condemned Iran.", "DEU", "IRN"),
    ],
)
def test_each_state_is_a_party(text: str, actors: str, recipients: str) -> None:
    events = [event for sentence in explain_text(text) for event in sentence["events"]]
    assert len(events) == 1
    for side, wanted in (("actor", actors), ("recipient", recipients)):
        found = [named["code"] for named in events[0][side]]
        assert found == wanted.split()


@pytest.mark.parametrize(
    ("text", "kind", "actors", "recipients"),
    [
        ("Thousands marched in Warsaw against the law.", "PROTEST", "POL", "POL"),
        ("Tens of thousands took to the streets of Tbilisi on Sunday.", "PROTEST", "GEO", "GEO"),
        ("Police in Lagos arrested dozens after the riot.", "COERCE", "NGA", "NGA"),
    ],
)
def test_a_number_alone_is_people(text: str, kind: str, actors: str, recipients: str) -> None:
    (event,) = [event for sentence in explain_text(text) for event in sentence["events"]]
    assert event["type"] == kind
    assert [named["code"] for named in event["actor"]] == [actors]
    assert [named["code"] for named in event["recipient"]] == [recipients]
    assert "CVL" in {named["sector"] for named in (*event["actor"], *event["recipient"])}


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("India test-fired a missile.", "IND"),
        ("Israel carpet-bombed Gaza.", "ISR"),
        ("Police tear-gassed protesters in Nairobi.", "KEN"),
    ],
)
def test_the_subject_of_a_joined_verb_acts(text: str, actor: str) -> None:
    (event,) = [event for sentence in explain_text(text) for event in sentence["events"]]
    assert [named["code"] for named in event["actor"]] == [actor]
