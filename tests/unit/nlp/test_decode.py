from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.nlp import decode

LABELS = ("O", "B-Person", "I-Person", "B-Misc", "I-Misc")


def is_tree(heads: list[int]) -> bool:
    roots = [word for word, head in enumerate(heads) if word == head]
    if len(roots) != 1:
        return False
    for word in range(len(heads)):
        for _ in heads:
            word = heads[word]
        if word != roots[0]:
            return False
    return True


def value(scores: np.ndarray, heads: list[int]) -> float:
    return float(sum(scores[word, head] for word, head in enumerate(heads)))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_best_tree_is_the_best_tree_below_its_root(size: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(size, size)).astype(np.float32)
    found = decode.best_tree(scores).tolist()
    assert is_tree(found)
    root = next(word for word, head in enumerate(found) if word == head)
    rivals = [
        value(scores, list(heads))
        for heads in itertools.product(range(size), repeat=size)
        if heads[root] == root and is_tree(list(heads))
    ]
    assert value(scores, found) == pytest.approx(max(rivals), abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(0, 10_000))
def test_every_sentence_becomes_one_tree(starts: list[bool], seed: int) -> None:
    random = np.random.default_rng(seed)
    begins = np.array([True, *starts[1:]])
    size = len(begins)
    arcs = random.normal(size=(size, size)).astype(np.float32)
    heads = decode.trees(arcs, random.normal(size=size).astype(np.float32), begins)
    edges = [*np.flatnonzero(begins).tolist(), size]
    for low, high in itertools.pairwise(edges):
        assert is_tree((heads[low:high] - low).tolist())


def legal(labels: tuple[int, ...]) -> bool:
    before = "O"
    for label in (LABELS[number] for number in labels):
        if label.startswith("I-") and before not in (label, f"B-{label[2:]}"):
            return False
        before = label
    return True


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_names_are_the_best_legal_labels(size: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(size, len(LABELS))).astype(np.float32)
    found = tuple(decode.names(scores, [size], decode.Transitions(LABELS)).tolist())
    assert legal(found)

    def total(labels: tuple[int, ...]) -> float:
        return float(sum(scores[place, label] for place, label in enumerate(labels)))

    best = max(
        total(labels)
        for labels in itertools.product(range(len(LABELS)), repeat=size)
        if legal(labels)
    )
    assert total(found) == pytest.approx(best, abs=1e-4)


def test_a_name_does_not_go_on_in_the_next_sentence() -> None:
    scores = np.full((2, len(LABELS)), -1, np.float32)
    scores[0, 1], scores[1, 2], scores[1, 0] = 5, 5, 4
    transitions = decode.Transitions(LABELS)
    assert decode.names(scores, [2], transitions).tolist() == [1, 2]
    assert decode.names(scores, [1, 2], transitions).tolist() == [1, 0]


def mentions(*labels: str, sure: float = 3.0) -> np.ndarray:
    scores = np.zeros((len(labels), len(LABELS)), np.float32)
    for place, label in enumerate(labels):
        scores[place, LABELS.index(label)] = sure
    return scores


def test_mentions_of_one_name_agree() -> None:
    words = ["Austin", "said", "Austin", "and", "Austin"]
    scores = mentions("B-Person", "O", "B-Person", "O", "B-Misc", sure=3.0)
    best = scores.argmax(1)
    decode.agree(words, scores, best, decode.Kinds(LABELS))
    assert [LABELS[label] for label in best.tolist()] == [
        "B-Person",
        "O",
        "B-Person",
        "O",
        "B-Person",
    ]


def test_the_last_word_of_a_person_is_that_person() -> None:
    words = ["Lloyd", "Austin", "said", "Austin"]
    scores = mentions("B-Person", "I-Person", "O", "B-Misc")
    best = scores.argmax(1)
    decode.agree(words, scores, best, decode.Kinds(LABELS))
    assert LABELS[best[3]] == "B-Person"


def test_other_names_are_left_alone() -> None:
    words = ["Austin", "in", "Texas"]
    scores = mentions("B-Person", "O", "B-Misc")
    best = scores.argmax(1)
    decode.agree(words, scores, best, decode.Kinds(LABELS))
    assert best.tolist() == scores.argmax(1).tolist()


def test_a_quotation_mark_stays_where_it_is_written() -> None:
    words = ["said", ".", '"', "They", "go", ".", '"', "He", "left"]
    spaced = np.array([True, False, True, False, True, False, False, True, True])
    starts = np.array([True, False, False, True, False, False, True, False, False])
    decode.mend_quotes(words, spaced, starts)
    assert np.flatnonzero(starts).tolist() == [0, 2, 7]


@pytest.mark.parametrize(
    ("text", "line_breaks", "said", "right"),
    [
        ("He left in July . [ 6 ] She stayed .", [], [0, 5, 8], [0, 8]),
        ("It ended . [ 6 ] [ 7 ] She stayed .", [], [0, 3, 6, 9], [0, 9]),
        ("Notes . [ 1 ] First .", [2], [0, 2], [0, 2]),
        ("It ended . [ 6 ]", [], [0, 3], [0]),
        ('" Enough , " Ms Lee said .', [], [0, 4], [0]),
        ("Too little ... brains suffer .", [], [0, 3], [0]),
        ("Too little ... Brains suffer .", [], [0, 3], [0, 3]),
        ("of Sacramento Cal . , declare myself", [], [0, 4], [0]),
        ("Dear Ann , \n I came .", [3], [0, 3], [0, 3]),
    ],
)
def test_notes_commas_and_ellipses_open_no_sentence(
    text: str, line_breaks: list[int], said: list[int], right: list[int]
):
    words = [word for word in text.split(" ") if word != "\n"]
    starts = np.zeros(len(words), bool)
    starts[said] = True
    decode.mend_starts(words, [n in line_breaks for n in range(len(words))], starts)
    assert np.flatnonzero(starts).tolist() == right
