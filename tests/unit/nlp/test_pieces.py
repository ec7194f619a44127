from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.nlp.pieces import MAX_PIECES, MAX_WORD_PIECES, SHAPES, Pieces, _units, shape_of

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,'-()!?"
VOCABULARY = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]"),
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS),
    *("minister", "sao", "##ister", "min"),
]


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(VOCABULARY)


def names(pieces: Pieces, word: str) -> list[str]:
    return [VOCABULARY[number] for number in pieces.word(word).pieces]


def test_the_longest_piece_comes_first(pieces: Pieces) -> None:
    assert names(pieces, "minister") == ["minister"]
    assert names(pieces, "ministers") == ["minister", "##s"]


def test_case_and_accents_go_and_come_back_as_shapes(pieces: Pieces) -> None:
    plain, shouted, titled = (pieces.word(word) for word in ("minister", "MINISTER", "Minister"))
    assert plain.pieces == shouted.pieces == titled.pieces
    assert len({plain.shape, shouted.shape, titled.shape}) == 3
    assert names(pieces, "São") == ["sao"]


def test_punctuation_is_a_piece_of_its_own(pieces: Pieces) -> None:
    assert names(pieces, "U.S.") == ["u", ".", "s", "."]
    assert shape_of("U.S.") != shape_of("US")


def test_what_the_vocabulary_lacks_is_one_unknown_piece(pieces: Pieces) -> None:
    assert names(pieces, "🎉") == ["[UNK]"]
    assert names(pieces, "x" * 10_000) == ["[UNK]"]
    assert names(pieces, "") == ["[UNK]"]


def test_an_address_keeps_its_first_pieces_only(pieces: Pieces) -> None:
    assert len(pieces.word("www.a-b-c-d-e-f-g.org").pieces) == MAX_WORD_PIECES


def test_windows_end_where_sentences_seem_to_end(pieces: Pieces) -> None:
    words = ["a"] * 30 + ["."] + ["b"] * 30 + [".", "'"] + ["c"] * 30
    cuts = [
        (window.first, window.last) for window in pieces.windows(words, [False] * len(words), 50)
    ]
    assert cuts == [(0, 31), (31, 63), (63, 93)]


def test_a_line_break_is_a_separator(pieces: Pieces) -> None:
    window = next(pieces.windows(["a", "b"], [False, True]))
    assert [VOCABULARY[number] for number in window.pieces] == ["[CLS]", "a", "[SEP]", "b", "[SEP]"]
    assert window.places == [1, 3]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=12), st.booleans()), min_size=1, max_size=400),
    st.integers(20, MAX_PIECES),
)
def test_windows_hold_every_word_once_and_stay_short(
    text: list[tuple[str, bool]], limit: int
) -> None:
    pieces = Pieces(VOCABULARY)
    words, breaks = [word for word, _ in text], [after for _, after in text]
    reached = 0
    for window in pieces.windows(words, breaks, limit):
        assert window.first == reached < window.last
        assert len(window.pieces) == len(window.shapes) == len(window.word_shapes) <= limit
        assert len(window.places) == window.last - window.first
        for place, word in zip(window.places, words[window.first : window.last], strict=True):
            assert window.pieces[place] == pieces.word(word).pieces[0]
        assert all(0 <= shape < SHAPES for shape in (*window.shapes, *window.word_shapes))
        reached = window.last
    assert reached == len(words)


def test_a_window_does_not_part_a_quotation_from_its_opening_mark() -> None:
    words = ["He", "left", ".", '"', "They", "came", ".", '"', "He", "ran", "."]
    spaced = [True, True, False, True, False, True, False, False, True, True, False]
    units = _units(words, [False] * 11, [1] * 11, 20, spaced)
    assert [unit[:2] for unit in units] == [(0, 3), (3, 8), (8, 11)]
    units = _units(words, [False] * 11, [1] * 11, 20, None)
    assert [unit[:2] for unit in units] == [(0, 4), (4, 8), (8, 11)]  # all that can be known


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Born in July . [ 6 ] She left .", [(0, 7), (7, 10)]),
        ("Too little ... brains suffer .", [(0, 6)]),
        ("Too little ... Brains suffer .", [(0, 3), (3, 6)]),
        ("of Sacramento Cal . , declare war .", [(0, 8)]),
        ("a b c ; d e f , g h i j", [(0, 4), (4, 12)]),
        ("a b c d e f , g h i j k", [(0, 7), (7, 12)]),
        ("a b c d e f g h i j k l", [(0, 10), (10, 12)]),
    ],
)
def test_a_unit_ends_where_a_sentence_may(text: str, units: list[tuple[int, int]]) -> None:
    words = text.split()
    found = _units(words, [False] * len(words), [1] * len(words), 10, None)
    assert [unit[:2] for unit in found] == units
