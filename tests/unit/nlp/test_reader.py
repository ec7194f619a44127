"""The model that ships, through the pipeline that ships."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings

from schemas.annotations import AnnotatedArticle
from tests.unit.nlp.test_models import HOSTILE, article, check
from training.corpora import read_news, read_trees
from training.evaluate import text_of
from transforms.nlp import encoder, reader
from transforms.nlp.models import LanguageModel, ModelError, _folder_of, describe_model, load_model

pytestmark = pytest.mark.model
CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load_model("default")


@pytest.fixture(scope="module")
def nlp() -> spacy.language.Language:
    return spacy.load(_folder_of("default"))


def read(model: LanguageModel, text: str) -> AnnotatedArticle:
    (outcome,) = model.annotate([article(text)])
    assert isinstance(outcome, AnnotatedArticle)
    return outcome


def sentences(outcome: AnnotatedArticle) -> list[str]:
    return [outcome.article.text[sentence.start : sentence.end] for sentence in outcome.sentences]


def test_abbreviations_end_no_sentence(model: LanguageModel) -> None:
    text = (
        "The U.S. Army said Lt. Col. John Reyes met Gen. Omar Haddad on Sunday. They discussed the ceasefire.\n\n"
        "Resolution No. 2 was adopted in St. Petersburg last week."
    )
    assert len(sentences(read(model, text))) == 3


def test_a_blank_line_ends_a_sentence(model: LanguageModel) -> None:
    outcome = read(
        model,
        "Troops enter the capital\n\nThe army said on Friday that it had entered the capital.",
    )
    assert sentences(outcome)[0] == "Troops enter the capital"


def test_who_did_what_to_whom(model: LanguageModel) -> None:
    outcome = read(model, "Police in Kenya arrested two opposition leaders in Nairobi on Monday.")
    tokens = outcome.tokens
    arcs = {
        (word, relation, tokens.words[head])
        for word, relation, head in zip(tokens.words, tokens.relations, tokens.heads, strict=True)
    }
    assert ("Police", "nsubj", "arrested") in arcs
    assert ("leaders", "obj", "arrested") in arcs
    names = {outcome.article.text[span.start : span.end]: span.label for span in outcome.spans}
    assert names["Kenya"] == names["Nairobi"] == "LOC"
    assert names["Monday"] == "DATE"


def test_a_passive_keeps_its_agent(model: LanguageModel) -> None:
    tokens = read(model, "Three soldiers were killed by rebels near the border.").tokens
    relations = dict(zip(tokens.words, tokens.relations, strict=True))
    assert (relations["soldiers"], relations["rebels"]) == ("nsubj:pass", "obl:agent")


def test_an_article_does_not_depend_on_its_neighbours(model: LanguageModel) -> None:
    texts = [
        f"President Maria Santos of Peru met {name} in Lima on Tuesday.\n\nThe talks lasted {number} hours."
        for number, name in enumerate(
            ["Joe Biden", "NATO officials", "🎉🎉", "x" * 3000, "the E.U.'s Mr. Borrell"]
        )
    ]
    alone = [read(model, text) for text in texts]
    together = list(model.annotate(article(text) for text in reversed(texts)))[::-1]
    assert [outcome.tokens for outcome in alone] == [outcome.tokens for outcome in together]  # type: ignore[union-attr]
    assert [outcome.spans for outcome in alone] == [outcome.spans for outcome in together]  # type: ignore[union-attr]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE)
def test_any_text_is_read(model: LanguageModel, text: str) -> None:
    check(read(model, text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n\t",
        "x" * 10_000,
        "word " * 5_000,
        "🎉" * 500,
        "قال الوزير " * 200,
        "a\n\n" * 2_000,
        "." * 3_000,
    ],
    ids=[
        "empty",
        "blank",
        "long word",
        "long sentence",
        "emoji",
        "right to left",
        "lines",
        "stops",
    ],
)
def test_hostile_texts_are_read(model: LanguageModel, text: str) -> None:
    check(read(model, text))


def test_twice_the_text_takes_twice_the_time(model: LanguageModel) -> None:
    def seconds(text: str) -> float:
        best = float("inf")
        for _ in range(2):
            started = time.process_time()
            read(model, text)
            best = min(best, time.process_time() - started)
        return best

    once = "the minister said that the talks about the border would go on and " * 150
    assert seconds(once * 4) < 10 * seconds(once)


def test_spacy_loads_it_as_any_pipeline(nlp: spacy.language.Language) -> None:
    doc = nlp("The foreign minister of France visited Berlin's new airport on 3 May 2024.")
    assert [chunk.text for chunk in doc.noun_chunks][:3] == [
        "The foreign minister",
        "France",
        "Berlin's new airport",
    ]
    assert {ent.label_ for ent in doc.ents} >= {"Location", "Date"}
    assert doc[6].lemma_ == "Berlin"
    assert next(token for token in doc if token.text == "visited").lemma_ == "visit"
    assert next(token for token in doc if token.text == "visited").morph.get("Tense") == ["Past"]
    assert len(list(doc.sents)) == 1


def test_it_survives_being_written_and_read(nlp: spacy.language.Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path)
    text = "Rebels shelled the town of Goma on Friday, the U.N. said."
    again = spacy.load(tmp_path)
    assert again(text).to_json() == nlp(text).to_json()


def test_an_incomplete_model_is_refused_in_one_sentence(
    nlp: spacy.language.Language, tmp_path: Path
) -> None:
    nlp.to_disk(tmp_path)
    (tmp_path / reader.READER / "weights.bin").unlink()
    with pytest.raises(ModelError, match=r"incomplete: weights\.bin is missing"):
        load_model(str(tmp_path))


def test_precisions_agree(model: LanguageModel) -> None:
    text = (
        "The Ministry of Defence in Manila said on Monday that two Chinese ships had left the area."
    )
    exact = load_model("default", precision="f32")
    assert exact.backend.endswith("f32")
    assert read(exact, text).spans == read(model, text).spans


def test_what_the_machine_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_has_matrix_units", lambda: False)
    assert encoder.choose("auto").note is None
    assert "AMX" in str(encoder.choose("bf16").note)
    monkeypatch.setattr(encoder, "_has_matrix_units", lambda: True)
    monkeypatch.setattr(encoder.importlib.util, "find_spec", lambda _: None)
    choice = encoder.choose("auto")
    assert (choice.precision, "OpenVINO is not installed" in str(choice.note)) == ("int8", True)


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(ModelError, match="unknown precision 'int4'"):
        load_model("default", precision="int4")


def test_the_shipped_model_says_its_version() -> None:
    name, version = describe_model("default")
    assert name == "en_dateline_news"
    assert version.count(".") == 2


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the development corpora are not here")
def test_names_stay_above_their_floors(model: LanguageModel) -> None:
    documents = read_news(CORPORA / "ner_newswire_dev.jsonl.xz")[::4]
    right = found = wanted = 0
    for document, outcome in zip(
        documents, model.annotate(article(d.text) for d in documents), strict=True
    ):
        assert isinstance(outcome, AnnotatedArticle)
        gold = {(start, end) for start, end, _ in document.spans}
        seen = {(span.start, span.end) for span in outcome.spans}
        right, found, wanted = right + len(gold & seen), found + len(seen), wanted + len(gold)
    assert 200 * right / (found + wanted) >= FLOORS["boundaries_f"]


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the development corpora are not here")
def test_trees_stay_above_their_floors(model: LanguageModel) -> None:
    documents = read_trees(CORPORA / "syntax_dev.conllu.xz")[::8]
    texts = [text_of(document) for document in documents]
    right = wanted = 0
    outcomes = model.annotate(article(text) for text, _ in texts)
    for document, (_, starts), outcome in zip(documents, texts, outcomes, strict=True):
        assert isinstance(outcome, AnnotatedArticle)
        tokens = outcome.tokens
        seen = {
            (tokens.starts[word], tokens.starts[head], relation)
            for word, (head, relation) in enumerate(
                zip(tokens.heads, tokens.relations, strict=True)
            )
        }
        offset = 0
        for tree in document.trees:
            for word, (head, relation) in enumerate(zip(tree.heads, tree.relations, strict=True)):
                right += (starts[offset + word], starts[offset + head], relation) in seen
            wanted += len(tree.words)
            offset += len(tree.words)
    assert 100 * right / wanted >= FLOORS["labelled_attachment"]
