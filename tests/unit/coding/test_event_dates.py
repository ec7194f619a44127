"""The days of events in labelled sentences: which date of a sentence is that of which event, and when none is."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from schemas import ids
from schemas.annotations import AnnotatedArticle
from schemas.documents import Article
from schemas.facts import Actor, Event
from transforms.coding import merging
from transforms.coding.coder import load_coder
from transforms.knowledge.resolve import load_knowledge, resolve_article
from transforms.nlp.models import load_model

GOLDEN = Path(__file__).parents[2] / "golden" / "event_dates.tsv"
FLOOR = 0.88
WRONG_DAYS = 0.02
"""Measured with the packaged model: 122 of 130 right, 1 wrong, the rest without a date or without the event; before there
were rules for it 86 and 35. The 74 cases of 2013 and 2017 were written after the rules and none was made from them: 12 of
them had a wrong day before, 1 has one now."""


def cases() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def article(name: str, text: str, day: dt.date) -> Article:
    return Article(
        article_id=ids.article_id(name, None, None), uri=name, source_format="text", text=text,
        content_hash=ids.content_hash(None, text), word_count=len(text.split()), extractor="none",
        published_at=dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc), published_precision="day",
    )  # fmt: skip


@pytest.mark.model
def test_events_have_their_own_day_or_none():
    rows = cases()
    knowledge = load_knowledge()
    coder = load_coder(knowledge=knowledge)
    articles = [
        article(f"case {i}", row["text"], dt.date.fromisoformat(row["written"]))
        for i, row in enumerate(rows)
    ]
    right, wrong = 0, []
    for row, annotated in zip(rows, load_model("default").annotate(articles), strict=True):
        assert isinstance(annotated, AnnotatedArticle)
        events = coder.code(resolve_article(annotated, knowledge))
        days = [str(e.event_date or "") for e in events if e.event_type == row["type"]]
        if row["day"] in days:
            right += 1
        elif any(days):
            wrong.append((row["type"], days, row["text"]))
    assert right >= FLOOR * len(rows)
    assert len(wrong) <= WRONG_DAYS * len(rows), wrong
    assert len(rows) >= 130


def event(start: int, day: str | None) -> Event:
    """A meeting of France and Chad in its own sentence."""
    sides = tuple(
        Actor(text=name, entity_id=code, code=code, country=code, sector="GOV", start=0, end=1)
        for name, code in (("France", "FRA"), ("Chad", "TCD"))
    )
    return Event(
        event_id=f"e{start}", article_id="a", sentence_index=start, event_type="CONSULT", quad_code=1, event_scale=1.0,
        goldstein=1.0, cameo_root="04", event_text="They met.", trigger="met", trigger_start=start, trigger_end=start + 3,
        rule="r", confidence=0.9, coder_version="c", ontology_version="o", actor=sides, is_reciprocal=True,
        event_date=dt.date.fromisoformat(day) if day else None, event_date_precision="day" if day else "unknown",
    )  # fmt: skip


def test_an_event_without_a_day_does_not_join_two_of_other_days():
    merged = merging.merge_events(
        [event(0, "2019-05-13"), event(1, None), event(2, "2019-05-14"), event(3, "2019-05-14")], 99
    )
    assert [(str(e.event_date), e.sentence_indexes or (e.sentence_index,)) for e in merged] == [
        ("2019-05-13", (0, 1)),
        ("2019-05-14", (2, 3)),
    ]


def test_the_day_of_a_caption_stays_its_own():
    merged = merging.merge_events(
        [event(0, None), event(1, "2019-05-13"), event(10, "2019-05-13"), event(12, "2019-03-01"), event(14, None)],
        body=10,
    )  # fmt: skip
    assert [(str(e.event_date), e.sentence_indexes or (e.sentence_index,)) for e in merged] == [
        ("2019-05-13", (0, 1, 10)),
        ("2019-03-01", (12,)),
    ]
