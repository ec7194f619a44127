"""Reading without spaCy documents says what reading with them says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings

from schemas.annotations import AnnotatedArticle
from tests.unit.nlp.test_models import HOSTILE, article
from transforms.nlp.convert import Converter
from transforms.nlp.direct import Words
from transforms.nlp.models import LanguageModel, load_model

SAMPLES = Path(__file__).parents[3] / "samples" / "archive"
NLP = spacy.blank("en")


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load_model("default")


def check_words(text: str) -> None:
    stretches = list(re.finditer(r"\S+", text))
    found = []
    for stretch, words in zip(stretches, Words(NLP)([s[0] for s in stretches]), strict=True):
        begin = stretch.start()
        for word in words:
            found.append((begin, word))
            begin += len(word)
    assert found == [(t.idx, t.text) for t in NLP.make_doc(text) if not t.is_space]


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_words_are_those_of_spacy(text: str) -> None:
    check_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "He didn't go to the U.S.-led talks at 8 p.m. :-) but : - ) and e.g. i.e. can not cannot",
        "a\u00a0b\u3000c\u200bd\x1ce\x85f \u2028g",
        "(http://example.org/a?b=c), don't.\n\n\"We've\" $5m £3bn 10km/h 3-4 ROK-U.S. Mr.Smith end.Next",
        "' '' `` 'Tis rock 'n' roll o'clock 's 'S",
    ],
)
def test_words_of_awkward_texts(text: str) -> None:
    check_words(text)


@pytest.mark.model
def test_words_of_the_sample_articles() -> None:
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file():
            check_words(path.read_bytes().decode("utf-8", "replace"))


def both(model: LanguageModel, text: str) -> tuple[AnnotatedArticle, AnnotatedArticle]:
    source = article(text)
    assert model._direct is not None
    doc = next(model._nlp.pipe([text]))
    return model._direct([(source, [(0, text)])])[0], Converter(model._nlp)(source, [(0, doc)])


@pytest.mark.model
def test_sample_articles_are_read_alike(model: LanguageModel) -> None:
    paths = sorted(SAMPLES.rglob("*.txt"))
    assert len(paths) > 5
    for path in paths:
        direct, through_doc = both(model, path.read_text(encoding="utf-8", errors="replace"))
        assert direct == through_doc


@pytest.mark.model
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE)
def test_any_text_is_read_alike(model: LanguageModel, text: str) -> None:
    direct, through_doc = both(model, text)
    assert direct == through_doc
