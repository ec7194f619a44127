"""Resolved articles become coded articles: who did what to whom."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import apache_beam as beam

from schemas.facts import ResolvedArticle
from schemas.outcomes import DocumentError, Reject
from schemas.units import CodedArticle
from transforms.coding.coder import load_coder
from transforms.stage import Batch, MapRecords, settle

coder_of = functools.cache(load_coder)
"""The coder for lexicons, ``keep_unresolved`` and knowledge, loaded once per process."""


@dataclasses.dataclass
class CodeEvents(beam.PTransform[Any, Any]):
    """Code the events of each article by the lexicon.

    In: batches of ResolvedArticle. Out: batches of CodedArticle; Reject passes. ``lexicons`` are files or folders of
    the user's; ``keep_unresolved`` keeps events without a resolved actor. Cost: CPU only; the lexicon, once per process.
    """

    lexicons: tuple[str, ...] = ()
    keep_unresolved: bool = False
    knowledge: tuple[str, ...] = ()

    def expand(self, batches: beam.PCollection[Batch]) -> beam.PCollection[Batch]:
        """Wire the one step."""
        make = functools.partial(_coder, self.lexicons, self.keep_unresolved, self.knowledge)
        return batches | "Code" >> MapRecords("code", make, _reject)


def _coder(
    lexicons: tuple[str, ...], keep_unresolved: bool, knowledge: tuple[str, ...]
) -> Callable[[ResolvedArticle], CodedArticle]:
    code = coder_of(lexicons, keep_unresolved, knowledge).code
    settle()
    return lambda resolved: CodedArticle(resolved=resolved, events=tuple(code(resolved)))


def _reject(resolved: ResolvedArticle, error: DocumentError) -> Reject:
    article = resolved.annotated.article
    return Reject(
        stage="code",
        uri=article.uri,
        member=article.member,
        record_offset=article.record_offset,
        article_id=article.article_id,
        reason=error.reason,
        error=type(error).__name__,
        message=error.message,
    )
