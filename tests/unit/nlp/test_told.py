"""Which words tell an event, by the language model's scores."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.nlp.test_models import article
from transforms.nlp import decode
from transforms.nlp.models import load_model

SCORES = np.array(
    [[0, 9, 0], [5, 0, 0], [0, 0, 3], [0.0, 0.2, 0.1], [9, 8, 0]], np.float32
)  # none, first and second type


def test_the_likeliest_event_of_each_telling_word():
    found, sure = decode.events(SCORES, np.array([True, True, True, True, False]))
    assert found.tolist() == [1, 0, 2, 1, 0]
    assert sure == pytest.approx([1, 0, 0.909, 0.367, 0], abs=0.001)


def test_other_words_tell_none():
    found, sure = decode.events(SCORES, np.zeros(5, bool))
    assert not found.any()
    assert not sure.any()


def test_models_without_events_tell_none():
    found, _ = decode.events(np.zeros((5, 1), np.float32), np.ones(5, bool))
    assert not found.any()


def test_the_shipped_model_says_which_words_tell_events():
    text = "Turkish jets bombed Kurdish positions in northern Iraq.\n\nThe recipe needs two eggs and a little milk."
    (read,) = load_model("default").annotate([article(text)])
    told = {
        read.tokens.words[place]: kind for place, (kind, sure) in read.told.items() if sure > 0.5
    }
    assert told["bombed"] == "ASSAULT"
    assert not told.keys() & {"recipe", "needs", "eggs", "milk"}
