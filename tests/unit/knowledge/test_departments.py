"""Bodies whose names are everyday words: America's departments, and those of others."""

from __future__ import annotations

import pytest

from pipelines.explain import explain_text


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("The U.S. Department of Justice accused Iran of hacking.", "USA"),
        ("The House of Representatives voted to condemn Turkey.", "USA"),
        ("The Labour Party condemned Israel.", "GBR"),
        ("In Israel, the Labour Party condemned the law.", "ISR"),
        ("The Justice Department charged three Iranians.", "USA"),
        ("The U.S. Department of Defense condemned North Korea. North Korea denied it.", "USA"),
        (
            "The Islamic Revolutionary Guard Corps attacked Syria. Syria and Syrians condemned it.",
            "IRN",
        ),
        (
            "The Department of Justice charged the Philippine senator."
            " Filipinos welcomed it. The Philippines and Philippine courts are slow.",
            "PHL",
        ),
    ],
)
def test_whose_body_it_is(text: str, country: str) -> None:
    event = next(event for sentence in explain_text(text) for event in sentence["events"])
    assert [actor["code"] for actor in event["actor"]] == [country]
