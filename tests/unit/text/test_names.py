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
        ("Opinion by Jane Roe", ("Jane Roe",)),
        ("Reporting by Jane Roe; Editing by Max Poe", ("Jane Roe",)),
        ("Photo by Jane Roe", ()),
        ("By JOHN SMITH Associated Press Writer", ("John Smith",)),
        ("John Smith, CNN", ("John Smith",)),
        ("ANI", ()),
        ("Xinhua", ()),
        ("EFE", ()),
        ("The Editorial Board", ()),
        ("Redacción", ()),
        ("Guest Author", ()),
        ("Share", ()),
        ("Jane Roe @janeroe", ("Jane Roe",)),
        ("Jane Roe jroe@example.com", ("Jane Roe",)),
        ("Jane Roe Updated: June 5, 2022", ("Jane Roe",)),
        ("Jane Roe 5 June 2022", ("Jane Roe",)),
        ("Jane Roe, PhD", ("Jane Roe",)),
        ("By Jane Roe, Washington", ("Jane Roe",)),
        ("Pelé", ("Pelé",)),
    ],
)
def test_bylines_are_split_into_people(line, people):
    assert split_byline(line) == people
