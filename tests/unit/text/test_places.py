from training.knowledge import place_names
from transforms.text import places


def test_the_list_of_names_is_that_of_the_tables():
    """`python -m training.knowledge places` makes it anew."""
    assert places.NAMES.read_text(encoding="utf-8").split("\n") == place_names.names()


def test_towns_countries_and_regions_are_places():
    for name in ("PARIS", "Kyiv", "NUKU’ALOFA", "The Hague", "Port-au-Prince", "France", "Crimea"):
        assert places.is_place(name), name
    for name in ("UPDATE", "Watch", "Reading", "John", ""):
        assert not places.is_place(name), name
