"""From an annotated article to its entities, mentions and dates."""

from __future__ import annotations

import dataclasses
import datetime as dt

from schemas.annotations import AnnotatedArticle
from schemas.documents import undated
from schemas.facts import ResolvedArticle
from transforms.knowledge.dates import day_of_writing, resolve_dates
from transforms.knowledge.entities import Resolver
from transforms.knowledge.knowledge import Knowledge, knowledge_digest, load_knowledge
from transforms.knowledge.occasions import read_clues

__all__ = ["Knowledge", "knowledge_digest", "load_knowledge", "resolve_article"]


def resolve_article(annotated: AnnotatedArticle, knowledge: Knowledge) -> ResolvedArticle:
    """Resolve the names, short names, nominals and dates of one article, and note what dates it or others.

    Pure: the same article and tables give the same result, in any order and any process. The notes (``clues``) are those
    of the article without the date that others proved, so that no proof rests on another one.
    """
    article = annotated.article
    if article.inferred is None:
        resolved = _resolve(annotated, knowledge)
        return dataclasses.replace(resolved, clues=read_clues(resolved, knowledge))
    alone = dataclasses.replace(annotated, article=undated(article))
    clues = read_clues(_resolve(alone, knowledge), knowledge)
    return dataclasses.replace(_resolve(annotated, knowledge), clues=clues)


def _resolve(annotated: AnnotatedArticle, knowledge: Knowledge) -> ResolvedArticle:
    dates = resolve_dates(annotated)
    article = annotated.article
    day: dt.date | None = None
    if article.inferred is not None:
        day = article.inferred[0]
    elif article.published_at is None and article.dateline_date is None:
        day = day_of_writing(annotated, dates)
    return dataclasses.replace(Resolver(annotated, knowledge, day).run(), dates=dates)
