"""Annotating with pipelines made here: no trained model is needed."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

from schemas.annotations import AnnotatedArticle
from schemas.documents import Article
from schemas.outcomes import Reject
from transforms.nlp import models
from transforms.nlp.models import LanguageModel, ModelError, describe_model, load_model

STOCK = {
    "Rebels": ("nsubjpass", 2),
    "were": ("auxpass", 1),
    "attacked": ("ROOT", 0),
    "by": ("agent", -1),
    "France": ("pobj", -1),
}


class StockLike:
    """Says of known words what the stock English pipelines would, hangs the rest on the sentence's first word."""

    labels = tuple(relation for relation, _ in STOCK.values())

    def __call__(self, doc: Doc) -> Doc:
        if "explode" in doc.text:
            raise RuntimeError("boom")
        root = 0
        for token in doc:
            token.pos_ = "SPACE" if token.is_space else "NOUN"
            if token.is_sent_start:
                root = token.i
            relation, offset = STOCK.get(token.text, ("dep", root - token.i))
            token.dep_ = relation
            token.head = doc[min(max(token.i + offset, root), len(doc) - 1)]
        doc.set_ents(
            [Span(doc, token.i, token.i + 1, "GPE") for token in doc if token.text == "France"]
        )
        return doc


@Language.factory("stock_like", assigns=["token.dep", "token.head", "doc.ents", "doc.sents"])
def make_stock_like(nlp: Language, name: str) -> StockLike:  # noqa: ARG001 - spaCy passes both
    return StockLike()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nlp = spacy.blank("en")
    nlp.add_pipe("stock_like")
    nlp.meta.update(name="stock_like", version="3.2.1")
    path = tmp_path_factory.mktemp("model")
    nlp.to_disk(path)
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> LanguageModel:
    return load_model(str(folder))


def article(text: str, number: int = 0) -> Article:
    return Article(
        article_id=f"a{number}",
        uri=f"file:///{number}.txt",
        source_format="text",
        text=text,
        content_hash="",
        word_count=0,
        extractor="test",
    )


def check(read: AnnotatedArticle) -> None:
    """Everything that ``schemas/annotations.py`` promises."""
    text, tokens = read.article.text, read.tokens
    columns = [getattr(tokens, name) for name in tokens.__slots__]
    assert len({len(column) for column in columns}) == 1
    assert [
        text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)
    ] == tokens.words
    assert all(word.strip() for word in tokens.words)
    reached = 0
    for number, sentence in enumerate(read.sentences):
        assert (sentence.index, sentence.first) == (number, reached)
        assert sentence.first < sentence.last
        assert (tokens.starts[sentence.first], tokens.ends[sentence.last - 1]) == (
            sentence.start,
            sentence.end,
        )
        heads = tokens.heads[sentence.first : sentence.last]
        assert all(sentence.first <= head < sentence.last for head in heads)
        roots = [place for place, head in enumerate(heads, sentence.first) if place == head]
        assert len(roots) == 1
        assert tokens.relations[roots[0]] == "root"
        assert "\n\n" not in text[sentence.start : sentence.end]
        reached = sentence.last
    assert reached == len(tokens)
    for before, after in itertools.pairwise(read.spans):
        assert before.last <= after.first
    for span in read.spans:
        assert (tokens.starts[span.first], tokens.ends[span.last - 1]) == (span.start, span.end)


def test_stock_labels_become_ours(model: LanguageModel) -> None:
    (read,) = model.annotate([article("Rebels were attacked by France")])
    assert isinstance(read, AnnotatedArticle)
    assert read.tokens.relations == ["nsubj:pass", "aux:pass", "root", "case", "obl:agent"]
    assert read.tokens.heads == [2, 2, 2, 4, 2]
    assert [span.label for span in read.spans] == ["LOC"]
    assert read.tokens.lemmas == read.tokens.lowers


def test_an_article_that_breaks_the_model_is_alone(model: LanguageModel) -> None:
    texts = ["France one", "this will explode", "France two"]
    first, second, third = model.annotate(
        article(text, number) for number, text in enumerate(texts)
    )
    assert isinstance(first, AnnotatedArticle)
    assert isinstance(third, AnnotatedArticle)
    assert isinstance(second, Reject)
    assert (second.stage, second.reason, second.error) == ("annotate", "crash", "RuntimeError")
    assert second.article_id == "a1"
    assert "boom" in second.message
    assert "raise RuntimeError" in str(second.traceback)


def test_order_is_kept_over_many_batches(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "BATCH_CHARS", 50)
    texts = [
        f"France {'x ' * (number % 40)}{'explode' if number % 7 == 3 else ''}"
        for number in range(60)
    ]
    outcomes = list(model.annotate(article(text, number) for number, text in enumerate(texts)))
    ids = [o.article_id if isinstance(o, Reject) else o.article.article_id for o in outcomes]
    assert ids == [f"a{number}" for number in range(60)]


def test_articles_are_read_only_as_they_are_needed(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "BATCH_CHARS", 100)
    taken = []

    def stream() -> object:
        for number in range(1000):
            taken.append(number)
            yield article("France is here.", number)

    next(iter(model.annotate(stream())))  # type: ignore[arg-type]
    assert len(taken) < 20


def test_a_book_is_read_in_pieces_with_true_offsets(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "PIECE_CHARS", 80)
    text = (
        "\n\n".join(f"France and paragraph {number} of it" for number in range(40))
        + " y" * 300
        + "z" * 500
    )
    (read,) = model.annotate([article(text)])
    assert isinstance(read, AnnotatedArticle)
    assert [text[span.start : span.end] for span in read.spans] == ["France"] * 40
    assert len(read.sentences) >= 40


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("aB.\n\t \u00a0\u200b\u2028"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=200,
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_any_text_keeps_the_promises_of_its_records(model: LanguageModel, text: str) -> None:
    (read,) = model.annotate([article(text)])
    assert isinstance(read, AnnotatedArticle)
    check(read)


def test_describing_reads_no_weights(folder: Path) -> None:
    assert describe_model(str(folder)) == ("en_stock_like", "3.2.1")


def test_a_missing_model_is_named() -> None:
    with pytest.raises(ModelError, match="no model 'en_core_news_nowhere'"):
        describe_model("en_core_news_nowhere")


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no meta\.json"):
        describe_model(str(tmp_path))


def test_a_file_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"x")
    with pytest.raises(ModelError, match="is a file"):
        describe_model(str(path))


def test_broken_metadata_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        describe_model(str(tmp_path))


def test_a_model_of_another_version_is_refused(folder: Path, tmp_path: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    for name in ("config.cfg", "tokenizer"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "meta.json").write_text(
        json.dumps(meta | {"spacy_version": ">=2.0.0,<3.0.0"}), encoding="utf-8"
    )
    with pytest.raises(ModelError, match=r"made for spaCy >=2\.0\.0,<3\.0\.0"):
        load_model(str(tmp_path))


@pytest.mark.parametrize(
    ("steps", "what"),
    [(["entity_ruler"], "no dependency parser"), (["parser"], "no component that finds names")],
)
def test_a_model_without_a_part_is_refused(tmp_path: Path, steps: list[str], what: str) -> None:
    nlp = spacy.blank("en")
    for step in steps:
        component = nlp.add_pipe(step)
        if step == "parser":
            component.add_label("dep")
    if "parser" in steps:
        nlp.initialize()
    nlp.to_disk(tmp_path)
    with pytest.raises(ModelError, match=what):
        load_model(str(tmp_path))
