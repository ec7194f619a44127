"""Dating articles by others: no wrong day in invented archives, half of which are traps."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

import pytest

from schemas import ids
from schemas.documents import Article, dated
from tests.unit.knowledge.occasion_archives import ARCHIVES
from transforms.dating import LEAST_WORDS, SameSentence, infer_dates
from transforms.knowledge.dates import resolve_dates
from transforms.knowledge.resolve import load_knowledge, resolve_article

UTC = dt.timezone.utc


def record(name, number, article):
    day = dt.date.fromisoformat(article.published) if article.published else None
    return Article(
        article_id=f"{name}/{number}", uri=name, source_format="text", text=article.text,
        content_hash=ids.content_hash(None, article.text), word_count=len(article.text.split()), extractor="none",
        agency=article.agency, published_precision="day" if day else "unknown",
        published_at=dt.datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def read():
    """Return the archives read: annotated and resolved articles, and the events of each, by article."""
    from transforms.coding.coder import load_coder
    from transforms.nlp.models import ModelError, load_model

    try:
        model = load_model("default")
    except ModelError as error:
        pytest.skip(str(error))
    knowledge, coder = load_knowledge(), load_coder()
    articles = [
        record(archive.name, number, article)
        for archive in ARCHIVES
        for number, article in enumerate(archive.articles)
    ]
    found = {}
    for annotated in model.annotate(articles):
        resolved = resolve_article(annotated, knowledge)
        found[annotated.article.article_id] = (annotated, resolved, coder.code(resolved))
    return found


def infer(archive, read):
    """Do what the stage does with the rows of a lake."""
    mine = [read[f"{archive.name}/{number}"] for number in range(len(archive.articles))]
    clues = [clue for _, resolved, _ in mine for clue in resolved.clues]
    claims = [clue for clue in clues if clue.day is None]
    same = [
        SameSentence(claim=claim, day=event.event_date, article_id=event.article_id, sentence_index=event.sentence_index)
        for annotated, _, events in mine
        if annotated.article.published_at is not None
        for event in events
        for claim in claims
        if event.event_text == claim.sentence and len(claim.sentence.split()) >= LEAST_WORDS
        and event.event_date_precision == "day" and event.event_date.weekday() == claim.weekday
    ]  # fmt: skip
    dates = infer_dates(claims, [clue for clue in clues if clue.day is not None], same)
    return next((date for date in dates if date.article_id == f"{archive.name}/0"), None)


@pytest.mark.model
@pytest.mark.parametrize("archive", ARCHIVES, ids=[archive.name for archive in ARCHIVES])
def test_no_article_gets_a_wrong_day(archive, read):
    date = infer(archive, read)
    assert (date is not None) == archive.is_dated
    if date is None:
        return
    written = dt.date.fromisoformat(archive.written)
    annotated = read[date.article_id][0]
    truth = _days(annotated, written, written)
    found = _days(annotated, date.published_from, date.published_until)
    assert {start: day for start, day in found.items() if truth[start] != day and day} == {}
    assert found[date.start] == date.day
    assert date.published_from <= written <= date.published_until


@pytest.mark.model
def test_the_order_of_the_clues_does_not_matter(read):
    clues = [
        clue
        for archive in ARCHIVES
        for number in range(len(archive.articles))
        for clue in read[f"{archive.name}/{number}"][1].clues
    ]
    found = []
    for seed in range(5):
        random.Random(seed).shuffle(clues)
        claims = [clue for clue in clues if clue.day is None]
        found.append(infer_dates(claims, [clue for clue in clues if clue.day is not None]))
    assert all(dates == found[0] for dates in found)


@pytest.mark.model
def test_what_was_inferred_changes_no_clue(read):
    knowledge = load_knowledge()
    for annotated, resolved, _ in read.values():
        if resolved.clues and annotated.article.published_at is None:
            article = dated(annotated.article, dt.date(2021, 3, 17), dt.date(2021, 3, 18))
            again = resolve_article(dataclasses.replace(annotated, article=article), knowledge)
            assert again.clues == resolved.clues


def _days(annotated, first, last):
    article = dated(annotated.article, first, last)
    dates = resolve_dates(dataclasses.replace(annotated, article=article))
    return {date.start: date.date for date in dates}
