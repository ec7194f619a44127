from __future__ import annotations

import json

import pytest

from pipelines.explain import frame_of, read_source, render
from transforms.coding.lexicon import load_lexicon

EXPLAINED = [
    {
        "sentence": 0,
        "text": "Police  arrested\nseven men.",
        "events": [
            {
                "type": "COERCE",
                "mode": "arrest",
                "actor": [{"text": "Police", "code": "KEN", "sector": "COP"}],
                "recipient": [{"text": "seven men", "code": None, "sector": None}],
                "reciprocal": False,
                "auxiliary_mode": None,
                "trigger": "arrested",
                "rule": "coerce.tsv:2",
                "frame": "arrest V COERCE/arrest: actor subj; recipient obj",
                "confidence": 0.9,
                "date": None,
                "place": "Nairobi",
                "attribution": None,
                "context": [],
                "size": {"arrested": 7},
            }
        ],
        "notes": ["'raid': COERCE (coerce.tsv:9) has no actor that could be resolved"],
    }
]


def test_an_explanation_names_trigger_rule_frame_sides_and_what_was_rejected():
    lines = render(EXPLAINED).splitlines()
    assert lines == [
        "[0] Police arrested seven men.",
        "    COERCE/arrest  Police (KEN-COP) → seven men (?)  0.90",
        "        trigger 'arrested', rule coerce.tsv:2",
        "        frame arrest V COERCE/arrest: actor subj; recipient obj",
        "        place Nairobi, arrested 7",
        "    - 'raid': COERCE (coerce.tsv:9) has no actor that could be resolved",
    ]
    assert json.loads(json.dumps(EXPLAINED)) == EXPLAINED


def test_a_frame_says_where_the_sides_stand():
    entry = next(e for e in load_lexicon().events["met", "V"].all if not e.needs)
    assert frame_of(entry).startswith("meet V CONSULT: actor subj; recipient")


def test_what_is_neither_file_nor_sentence_is_refused():
    with pytest.raises(ValueError, match="neither a file nor a sentence"):
        read_source("missing.txt")
