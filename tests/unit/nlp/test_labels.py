"""ClearNLP trees become UD trees; the sentences and their ClearNLP analyses are written by hand."""

from __future__ import annotations

import pytest

from schemas.annotations import LABELS, Tokens
from transforms.nlp.labels import ENTITIES, clearnlp_to_universal, is_clearnlp


def tokens(*rows: tuple[str, str, str, int]) -> Tokens:
    """Build tokens from ``word, tag, relation, head``."""
    words = [row[0] for row in rows]
    return Tokens(
        starts=list(range(len(rows))),
        ends=list(range(1, len(rows) + 1)),
        words=words,
        lowers=[word.lower() for word in words],
        lemmas=[word.lower() for word in words],
        tags=[row[1] for row in rows],
        xpos=["" for _ in rows],
        relations=["root" if row[2] == "ROOT" else row[2] for row in rows],
        heads=[row[3] for row in rows],
    )


def arcs(read: Tokens) -> dict[str, tuple[str, str]]:
    return {
        word: (relation, read.words[head])
        for word, relation, head in zip(read.words, read.relations, read.heads, strict=True)
    }


def converted(*rows: tuple[str, str, str, int]) -> dict[str, tuple[str, str]]:
    read = tokens(*rows)
    clearnlp_to_universal(read)
    assert sum(head == place for place, head in enumerate(read.heads)) == 1
    for place in range(len(read)):  # every word reaches the root
        for _ in read.heads:
            place = read.heads[place]
        assert read.heads[place] == place
    return arcs(read)


def test_a_passive_with_its_agent() -> None:
    found = converted(
        ("Rebels", "NOUN", "nsubjpass", 2),
        ("were", "AUX", "auxpass", 2),
        ("attacked", "VERB", "ROOT", 2),
        ("by", "ADP", "agent", 2),
        ("troops", "NOUN", "pobj", 3),
        ("in", "ADP", "prep", 2),
        ("Goma", "PROPN", "pobj", 5),
    )
    assert found == {
        "Rebels": ("nsubj:pass", "attacked"),
        "were": ("aux:pass", "attacked"),
        "attacked": ("root", "attacked"),
        "by": ("case", "troops"),
        "troops": ("obl:agent", "attacked"),
        "in": ("case", "Goma"),
        "Goma": ("obl", "attacked"),
    }


def test_a_preposition_of_a_noun_is_the_case_of_its_modifier() -> None:
    found = converted(
        ("Police", "NOUN", "nsubj", 3),
        ("in", "ADP", "prep", 0),
        ("Nairobi", "PROPN", "pobj", 1),
        ("arrested", "VERB", "ROOT", 3),
        ("leaders", "NOUN", "dobj", 3),
        ("of", "ADP", "prep", 4),
        ("parties", "NOUN", "pobj", 5),
    )
    assert found["Nairobi"] == ("nmod", "Police")
    assert found["in"] == ("case", "Nairobi")
    assert found["leaders"] == ("obj", "arrested")
    assert found["parties"] == ("nmod", "leaders")


def test_the_noun_after_be_is_the_predicate() -> None:
    found = converted(
        ("He", "PRON", "nsubj", 1),
        ("is", "AUX", "ROOT", 1),
        ("not", "PART", "neg", 1),
        ("minister", "NOUN", "attr", 1),
        ("of", "ADP", "prep", 3),
        ("defence", "NOUN", "pobj", 4),
        (".", "PUNCT", "punct", 1),
    )
    assert found["minister"] == ("root", "minister")
    assert found["is"] == ("cop", "minister")
    assert found["He"] == ("nsubj", "minister")
    assert found["not"] == ("advmod", "minister")
    assert found["defence"] == ("nmod", "minister")


def test_conjuncts_hang_on_the_first_and_conjunctions_on_their_own() -> None:
    found = converted(
        ("France", "PROPN", "nsubj", 5),
        (",", "PUNCT", "punct", 0),
        ("Italy", "PROPN", "conj", 0),
        ("and", "CCONJ", "cc", 2),
        ("Spain", "PROPN", "conj", 2),
        ("met", "VERB", "ROOT", 5),
    )
    assert found["Italy"] == ("conj", "France")
    assert found["Spain"] == ("conj", "France")
    assert found["and"] == ("cc", "Spain")


def test_a_preposition_before_a_clause_marks_it() -> None:
    found = converted(
        ("They", "PRON", "nsubj", 2),
        ("were", "AUX", "auxpass", 2),
        ("accused", "VERB", "ROOT", 2),
        ("of", "ADP", "prep", 2),
        ("killing", "VERB", "pcomp", 3),
        ("civilians", "NOUN", "dobj", 4),
    )
    assert found["of"] == ("mark", "killing")
    assert found["killing"] == ("advcl", "accused")
    assert found["civilians"] == ("obj", "killing")


def test_nested_prepositions_are_cases_of_one_noun() -> None:
    found = converted(
        ("Smoke", "NOUN", "nsubj", 1),
        ("rose", "VERB", "ROOT", 1),
        ("from", "ADP", "prep", 1),
        ("behind", "ADP", "prep", 2),
        ("walls", "NOUN", "pobj", 3),
    )
    assert found["walls"] == ("obl", "rose")
    assert found["from"] == found["behind"] == ("case", "walls")


def test_a_preposition_without_object_is_an_adverb() -> None:
    found = converted(
        ("They", "PRON", "nsubj", 1), ("went", "VERB", "ROOT", 1), ("in", "ADP", "prep", 1)
    )
    assert found["in"] == ("advmod", "went")


def test_the_scheme_is_told_by_its_labels() -> None:
    assert is_clearnlp({"nsubj", "pobj", "prep"})
    assert not is_clearnlp({"nsubj", "obl", "case", "nsubj:pass"})


@pytest.mark.parametrize("label", sorted(set(ENTITIES.values())))
def test_entity_labels_become_ours(label: str) -> None:
    assert label in LABELS
