"""What somebody denies did not happen: it is no event."""

from __future__ import annotations

import pytest

from pipelines.explain import explain_text


def events_of(text: str) -> list[str]:
    return [event["type"] for sentence in explain_text(text) for event in sentence["events"]]


@pytest.mark.parametrize(
    "text",
    [
        "Iran denied attacking the ship.",
        "Iran denies that it attacked the ship.",
        "Russia denied killing civilians in Bucha.",
        "Rwanda denied backing the M23 rebels.",
        "The general denied ordering troops to attack the village.",
        "Saudi Arabia denied funding the militants.",
    ],
)
def test_what_is_denied_is_no_event(text: str) -> None:
    assert events_of(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Police in Lagos denied bail to the opposition leader.", "COERCE"),
        ("Russia denied that it had invaded, while Ukraine shelled Donetsk.", "ASSAULT"),
        ("Iran rejected the claim that it had attacked the ship.", "REJECT"),
    ],
)
def test_what_is_beside_a_denial_is(text: str, kind: str) -> None:
    assert events_of(text) == [kind]
