from __future__ import annotations

import pytest

from transforms.text.names import split_byline


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("By Jane Roe and John Doe, staff writers", ("Jane Roe", "John Doe")),
        ("JANE ROE", ("Jane Roe",)),
        ("Jane Roe, Reuters", ("Jane Roe",)),
        ("Staff Reporter", ()),
        ("By Jane Roe in Nairobi", ("Jane Roe",)),
        ("Jane Roe; José Müller | AFP", ("Jane Roe", "José Müller")),
        ("Martin Luther King, Jr.", ("Martin Luther King, Jr.",)),
        ("https://example.net/jane", ()),
        ("by Ursula von der Leyen", ("Ursula von der Leyen",)),
        (None, ()),
    ],
)
def test_bylines_are_split_into_people(line, people):
    assert split_byline(line) == people
