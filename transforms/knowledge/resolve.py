"""From an annotated article to its entities, mentions and dates."""

from __future__ import annotations

import dataclasses
import datetime as dt

from schemas.annotations import AnnotatedArticle
from schemas.facts import ResolvedArticle
from transforms.knowledge.dates import day_of_writing, resolve_dates
from transforms.knowledge.entities import Resolver
from transforms.knowledge.knowledge import Knowledge, knowledge_digest, load_knowledge

__all__ = ["Knowledge", "knowledge_digest", "load_knowledge", "resolve_article"]


def resolve_article(annotated: AnnotatedArticle, knowledge: Knowledge) -> ResolvedArticle:
    """Resolve the names, short names, nominals and dates of one article.

    Pure: the same article and tables give the same result, in any order and any process.
    """
    dates = resolve_dates(annotated)
    article = annotated.article
    stated = article.published_at is not None or article.dateline_date is not None
    day: dt.date | None = None if stated else day_of_writing(annotated, dates)
    return dataclasses.replace(Resolver(annotated, knowledge, day).run(), dates=dates)
