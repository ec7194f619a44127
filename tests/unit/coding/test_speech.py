"""What speakers do by what they say: accuse, ask and rule out; headlines included."""

from __future__ import annotations

import pytest

from pipelines.explain import explain_text


def told(text: str) -> list[tuple[str, list[str], list[str]]]:
    return [
        (
            event["type"],
            [a["code"] for a in event["actor"]],
            [a["code"] for a in event["recipient"]],
        )
        for sentence in explain_text(text)
        for event in sentence["events"]
    ]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (
            "Ukraine said Russia was behind the attack on its power grid.",
            ("ACCUSE", ["UKR"], ["RUS"]),
        ),
        ("India says Pakistan is to blame for the bombing.", ("ACCUSE", ["IND"], ["PAK"])),
        ("Rwanda behind attack on camp, says Burundi", ("ACCUSE", ["BDI"], ["RWA"])),
        (
            '"Stop the killing," Pope Francis told the leaders of South Sudan.',
            ("REQUEST", ["VAT"], ["SSD"]),
        ),
        ("US envoy: Sudan's generals must stop fighting", ("REQUEST", ["USA"], ["SDN"])),
        ("EU tells Poland to scrap judges law", ("REQUEST", ["EUR"], ["POL"])),
        ("No talks with Pakistan until terror stops, India says", ("REJECT", ["IND"], ["PAK"])),
        (
            "The Philippines protested against what it called harassment by the Chinese coast guard.",
            ("ACCUSE", ["PHL"], ["CHN"]),
        ),
    ],
)
def test_what_is_said_is_done(text: str, event: tuple[str, list[str], list[str]]) -> None:
    assert told(text) == [event]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Zelenskiy to travel to Berlin on Friday", ("AGREE", ["UKR"], ["DEU"])),
        ("India, Sri Lanka stage joint naval drill", ("COOPERATE", ["IND", "LKA"], [])),
        ("Two jailed in Kenya over mall attack", ("SANCTION", ["KEN"], ["KEN"])),
        ("Myanmar pardons jailed Australian economist", ("CONCEDE", ["MMR"], ["AUS"])),
        ("Taliban free British couple", ("RETREAT", ["AFG"], ["GBR"])),
        ("Truce takes hold in eastern Libya", ("RETREAT", ["LBY"], ["LBY"])),
    ],
)
def test_headlines_are_read(text: str, event: tuple[str, list[str], list[str]]) -> None:
    assert told(text) == [event]


def test_what_was_not_said_is_not_done() -> None:
    assert not told("Ukraine said Russia was not behind the fire in Odesa.")


FOOTBALL = (
    "Croatia fought back to beat Denmark in Split. The visitors had struck twice in the first half."
    " Captain Ivan Maric scored before the break, and the striker fired the winner in stoppage time."
    " We never surrendered, the goalkeeper told reporters. The coach refused to blame his defender."
)


def test_an_article_of_sport_tells_no_events() -> None:
    assert not told(FOOTBALL)


def test_police_are_in_earnest_even_there() -> None:
    kinds = [
        kind for kind, _, _ in told(FOOTBALL + " Croatian police arrested nine Danes in Zagreb.")
    ]
    assert kinds == ["COERCE"]
