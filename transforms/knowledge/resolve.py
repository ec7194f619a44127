"""From an annotated article to its entities, mentions and dates."""

from __future__ import annotations

import dataclasses
import importlib.util

from schemas.annotations import AnnotatedArticle
from schemas.facts import ResolvedArticle
from transforms.knowledge.entities import Resolver
from transforms.knowledge.knowledge import Knowledge, knowledge_digest, load_knowledge

__all__ = ["Knowledge", "knowledge_digest", "load_knowledge", "resolve_article"]

_HAS_DATES = importlib.util.find_spec("transforms.knowledge.dates") is not None


def resolve_article(annotated: AnnotatedArticle, knowledge: Knowledge) -> ResolvedArticle:
    """Resolve the names, short names, nominals and dates of one article.

    Pure: the same article and tables give the same result, in any order and any process.
    """
    resolved = Resolver(annotated, knowledge).run()
    if not _HAS_DATES:
        return resolved
    from transforms.knowledge.dates import resolve_dates

    return dataclasses.replace(resolved, dates=resolve_dates(annotated))
