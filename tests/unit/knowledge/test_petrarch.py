from __future__ import annotations

import datetime as dt
import pathlib

import pytest

from transforms.knowledge.actors import describe_phrase
from transforms.knowledge.knowledge import KnowledgeError, load_tables
from transforms.knowledge.petrarch import read_dictionary

ACTORS = """\
# invented for this test
BLUE_FALCONS_ [KENREB] ; an armed group
+FALCONS_OF_THE_LAKE_
ADA_EXAMPLE_ ; a politician
+MADAM_EXAMPLE_
\t[KENGOV 010101-051231]
\t[KENELI >060101]
OLD_EXAMPLE_ [UGAGOV <19991231]
"""

AGENTS = """\
FLAG_BEARER {FLAG_BEARERS} [~OPP]
LAKE_GUARD [~MIL]
"""


@pytest.fixture
def files(tmp_path: pathlib.Path) -> tuple[str, str]:
    actors, agents = tmp_path / "actors.txt", tmp_path / "agents.txt"
    actors.write_text(ACTORS, "utf-8")
    agents.write_text(AGENTS, "utf-8")
    return str(actors), str(agents)


def test_entries_have_names_synonyms_and_dated_codes(files: tuple[str, str]):
    entries = list(read_dictionary(pathlib.Path(files[0])))
    assert [entry.names for entry in entries] == [
        ("blue falcons", "falcons of the lake"),
        ("ada example", "madam example"),
        ("old example",),
    ]
    assert [(code.code, code.start, code.end) for code in entries[1].codes] == [
        ("KENGOV", dt.date(2001, 1, 1), dt.date(2005, 12, 31)),
        ("KENELI", dt.date(2006, 1, 1), None),
    ]


def test_actors_and_agents_are_known_after_loading(files: tuple[str, str]):
    known = load_tables(files)
    falcons = describe_phrase("the falcons of the lake".split(), -1, known)
    assert (falcons.country, falcons.sector) == ("KEN", "REB")
    bearers = describe_phrase("ugandan flag bearers".split(), -1, known)
    assert (bearers.country, bearers.sector) == ("UGA", "OPP")
    assert known.officeholder("Old Example", dt.date(1990, 1, 1)) is not None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("+SYNONYM_\n", ":1: column 1: '+SYNONYM_' stands before the first actor"),
        ("NAME_ [KEN\n", ":1: column 7: bracket without end"),
        ("NAME_ [KENGOV >991332]\n", ":1: column 8: '>991332' is no date"),
        ("NAME_ []\n", ":1: column 7: empty brackets"),
    ],
)
def test_a_malformed_dictionary_names_line_and_column(
    tmp_path: pathlib.Path, content: str, message: str
):
    file = tmp_path / "actors.txt"
    file.write_text(content, "utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_tables((str(file),))
    assert f"{file}{message}" in str(caught.value)


def test_codes_that_contradict_each_other_are_reported_and_the_first_holds(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
):
    file = tmp_path / "actors.txt"
    file.write_text(
        "BLUE_FALCONS_ [KENREB]\nLAKE_PARTY_ [UGAOPP]\nBLUE_FALCONS_ [UGAREB]\n", "utf-8"
    )
    known = load_tables((str(file),))
    assert describe_phrase("blue falcons".split(), -1, known).country == "KEN"
    assert len(caplog.messages) == 1
    assert f"{file}:3: 'blue falcons' has the code UGAREB" in caplog.messages[0]
    assert f"{file}:1" in caplog.messages[0]
