from __future__ import annotations

import collections

from transforms.nlp.lemmas import Lemmas, learn_rules


def tables(*rows: tuple[str, str, str]) -> Lemmas:
    return Lemmas(learn_rules(collections.Counter(dict.fromkeys(rows, 3))))


def test_rules_reach_words_never_seen() -> None:
    seen = ["city", "party", "troop", "talk", "raid", "bomb"]
    lemmas = tables(
        *((f"{word[:-1]}ies" if word.endswith("y") else f"{word}s", "NNS", word) for word in seen)
    )
    assert lemmas("ministries", "NNS") == "ministry"
    assert lemmas("Tanks", "NNS") == "tank"


def test_what_the_rules_get_wrong_is_in_the_table() -> None:
    lemmas = tables(("said", "VBD", "say"), ("walked", "VBD", "walk"), ("talked", "VBD", "talk"))
    assert lemmas("said", "VBD") == "say"
    assert lemmas("parked", "VBD") == "park"


def test_names_keep_their_letters() -> None:
    lemmas = tables(("walks", "VBZ", "walk"))
    assert lemmas("Reuters", "NNP") == "Reuters"
    assert lemmas("Democrats", "NNPS") == "Democrat"


def test_a_word_is_never_cut_to_nothing() -> None:
    lemmas = tables(("is", "VBZ", "be"), ("as", "VBZ", "a"), ("bs", "VBZ", "b"))
    assert lemmas("s", "VBZ")
