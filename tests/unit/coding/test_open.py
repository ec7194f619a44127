"""Entries for words of any form that the language model takes to tell an event."""

from __future__ import annotations

import pytest

from tests.unit.coding import builders as b
from transforms.coding.clauses import Clauses
from transforms.coding.lexicon import ANY_FORM, load_lexicon
from transforms.coding.ontology import TYPES
from transforms.coding.readings import LEAST_SURE, Reading, SentenceReader

FROBBED = (
    "Iran/NNP/PROPN/nsubj>2 frobbed/VBD/VERB/root>0 Iraqi/NNP/PROPN/amod>4 towns/NNS/NOUN/obj>2"
)
SHELLED = FROBBED.replace("frobbed", "shelled")


def readings(sentence: str, kind: str, sure: float, log: list[str] | None = None) -> list[Reading]:
    annotated = b.parsed(sentence)
    graph = Clauses(annotated.tokens, annotated.sentences[0])
    reader = SentenceReader(
        graph,
        load_lexicon(),
        lambda token, kind: graph.tags[token] == "PROPN" and kind in ("actor", "state"),
        log,
        {1: (kind, sure)},
    )
    return reader.readings([1])


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_a_frame_for_verbs_nouns_and_adjectives(kind: str):
    for pos in ("V", "N", "A"):
        entries = load_lexicon().open[kind, pos]
        assert any(entry.label == kind for entry in entries), pos


def test_a_word_that_no_table_has_is_read_as_the_model_takes_it():
    (found,) = readings(FROBBED, "ASSAULT", 0.95)
    assert (found.event_type, found.actors, found.recipients) == ("ASSAULT", (0,), (2,))
    assert found.entry.source.startswith("open.tsv:")
    assert found.confidence == pytest.approx(found.entry.confidence * 0.95)


def test_the_tables_come_first():
    (found,) = readings(SHELLED, "SUPPORT", 0.95)
    assert found.event_type == "ASSAULT"
    assert found.entry.source.startswith("assault")


def test_a_model_that_is_not_sure_is_not_followed_but_heard():
    log: list[str] = []
    assert readings(FROBBED, "ASSAULT", LEAST_SURE - 0.01, log) == []
    assert log == ["'frobbed': the model takes it for ASSAULT, but is not sure (0.89)"]


def test_a_word_that_a_table_forbids_stays_forbidden():
    strike = (
        "Iran/NNP/PROPN/nsubj>2 struck/VBD/VERB/root>0 a/DT/DET/det>4 deal/NN/NOUN/obj>2"
        " with/IN/ADP/case>6 Iraq/NNP/PROPN/obl>2"
    )
    kinds = {r.event_type for r in readings(strike, "ASSAULT", 0.99)}
    assert "ASSAULT" not in kinds


@pytest.mark.parametrize("tag", ["NOUN", "VERB", "ADJ"])
def test_an_asterisk_is_no_word_of_any_form(tag: str):
    starred = f"Iran/NNP/PROPN/nsubj>2 {ANY_FORM}/NN/{tag}/root>0 Iraqi/NNP/PROPN/amod>4 towns/NNS/NOUN/obj>2"
    annotated = b.parsed(starred)
    graph = Clauses(annotated.tokens, annotated.sentences[0])
    assert SentenceReader(graph, load_lexicon(), lambda *_: True).readings([1]) == []
