"""Articles become annotated articles: sentences, words, named spans."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam

from schemas.annotations import AnnotatedArticle
from schemas.documents import Article
from schemas.outcomes import Reject
from transforms.nlp.models import LanguageModel, load_model
from transforms.stage import ALONE, Batch, Counter, at, settle

_models: dict[tuple[str, str], LanguageModel] = {}


def model_of(name_or_path: str, precision: str = "auto") -> LanguageModel:
    """Return the language model, loaded once per process."""
    key = (name_or_path, precision)
    if key not in _models:
        _models[key] = load_model(name_or_path, precision=precision)
    return _models[key]


def one_by_one(
    model: LanguageModel, articles: Iterable[Article]
) -> Iterator[AnnotatedArticle | Reject]:
    """Annotate each article by itself, so that it is known which one ends the worker."""
    for index, article in enumerate(articles):
        at(index)
        yield from model.annotate([article])


@dataclasses.dataclass
class AnnotateArticles(beam.PTransform[Any, Any]):
    """Run the language model over each batch.

    In: batches of Article. Out: batches of AnnotatedArticle and Reject, in order. Cost: nine tenths of the whole job;
    memory of the model and of the few dozen articles it looks at together.
    """

    model: str = "default"
    precision: str = "auto"

    def expand(self, batches: beam.PCollection[Batch]) -> beam.PCollection[Batch]:
        """Wire the one step."""
        return batches | "Annotate" >> beam.ParDo(
            _AnnotateArticles(self.model, self.precision)
        ).with_output_types(Batch)


class _AnnotateArticles(beam.DoFn):
    def __init__(self, model: str, precision: str) -> None:
        self.model = model
        self.precision = precision

    def setup(self) -> None:
        with ALONE:
            self.loaded = model_of(self.model, self.precision)
            settle()
        self.counter = Counter("annotate")

    def process(self, batch: Batch) -> Iterator[Batch]:
        yield Batch(batch.unit, self._records(batch))

    def _records(self, batch: Batch) -> Iterator[AnnotatedArticle | Reject]:
        if batch.unit.condemned is not None:
            yield from batch.take()
            return
        articles = self._counted(batch.take())
        annotated = (
            one_by_one(self.loaded, articles)
            if batch.unit.careful
            else self.loaded.annotate(articles)
        )
        for record in annotated:
            self.counter.count(record)
            yield record

    def _counted(self, articles: Iterable[Article]) -> Iterator[Article]:
        for article in articles:
            self.counter.add("in")
            yield article
