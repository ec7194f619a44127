"""Named spans become entities and mentions."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import apache_beam as beam

from schemas.annotations import AnnotatedArticle
from schemas.facts import ResolvedArticle
from schemas.outcomes import DocumentError, Reject
from transforms.knowledge.resolve import load_knowledge, resolve_article
from transforms.stage import Batch, MapRecords

knowledge_of = functools.cache(load_knowledge)
"""The knowledge with the user's files over it, loaded once per process."""


@dataclasses.dataclass
class ResolveEntities(beam.PTransform[Any, Any]):
    """Say who and where: one entity per person, place or organisation of an article, its country, its mentions.

    In: batches of AnnotatedArticle. Out: batches of ResolvedArticle; Reject passes. ``extra`` are knowledge files of
    the user's. Cost: CPU only; the gazetteer, once per process.
    """

    extra: tuple[str, ...] = ()

    def expand(self, batches: beam.PCollection[Batch]) -> beam.PCollection[Batch]:
        """Wire the one step."""
        return batches | "Resolve" >> MapRecords(
            "resolve", functools.partial(_resolver, self.extra), _reject
        )


def _resolver(extra: tuple[str, ...]) -> Callable[[AnnotatedArticle], ResolvedArticle]:
    knowledge = knowledge_of(extra)
    return lambda annotated: resolve_article(annotated, knowledge)


def _reject(annotated: AnnotatedArticle, error: DocumentError) -> Reject:
    article = annotated.article
    return Reject(
        stage="resolve",
        uri=article.uri,
        member=article.member,
        record_offset=article.record_offset,
        article_id=article.article_id,
        reason=error.reason,
        error=type(error).__name__,
        message=error.message,
    )
