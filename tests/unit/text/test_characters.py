from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from transforms.text.characters import clean, clean_line, repair


def test_spaces_and_breaks_have_one_spelling():
    assert clean("a\u00a0b\u2009c\td\r\ne\rf\u2028g") == "a b c d\ne\nf\ng"


def test_what_has_no_width_is_taken_out():
    assert clean("bor\u200b\u202eder\u202c ta\u00adlks\ufeff\x00\x1a") == "border talks"


def test_accents_are_composed_and_surrogates_replaced():
    assert clean("Gene\u0300ve \ud83d") == "Genève \ufffd"


def test_mojibake_is_repaired_and_good_text_is_not_touched():
    assert repair("la réunion à Genève".encode().decode("cp1252")) == "la réunion à Genève"
    assert repair("Ça va à l'été — « très »") == "Ça va à l'été — « très »"
    assert repair("5 > 3 &amp; “quoted”") == "5 > 3 &amp; “quoted”"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\n" not in clean_line(text)
