"""Valid records with defaults; override what matters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from schemas import ids
from schemas.documents import Article, InputFile
from schemas.facts import Actor, Duplicate, Entity, Event, Mention, Place
from schemas.outcomes import Reject
from schemas.units import Selection, Unit

MAY_1 = dt.datetime(2024, 5, 1, tzinfo=dt.timezone.utc)


def article(text: str = "France and Germany met.", **changes: Any) -> Article:
    """An article of May 2024; its id and hash follow from what it says and where it lies."""
    values: dict[str, Any] = {
        "uri": "/news/a.txt",
        "member": None,
        "record_offset": None,
        "title": "A title",
        "source_format": "text",
        "extractor": "plain",
        "language": "en",
        "published_at": MAY_1,
        "published_precision": "day",
        "published_basis": "metadata",
        "word_count": len(text.split()),
        **changes,
    }
    values.setdefault(
        "article_id", ids.article_id(values["uri"], values["member"], values["record_offset"])
    )
    values.setdefault("content_hash", ids.content_hash(values["title"], text))
    return Article(text=text, **values)


def mention(**changes: Any) -> Mention:
    """``France`` at the start of an article."""
    values: dict[str, Any] = {
        "article_id": "a1",
        "sentence_index": 0,
        "start": 0,
        "end": 6,
        "text": "France",
        "label": "LOC",
        "entity_id": "e1",
        **changes,
    }
    values.setdefault(
        "mention_id", ids.mention_id(values["article_id"], values["start"], values["end"])
    )
    return Mention(**values)


def entity(**changes: Any) -> Entity:
    """France."""
    values: dict[str, Any] = {
        "entity_id": "e1",
        "article_id": "a1",
        "name": "France",
        "type": "GPE",
        **changes,
    }
    return Entity(**values)


def actor(**changes: Any) -> Actor:
    """France, as an actor."""
    return Actor(
        **{"text": "France", "start": 0, "end": 6, "entity_id": "e1", "country": "FRA", **changes}
    )


def place(**changes: Any) -> Place:
    """Paris."""
    return Place(
        **{"text": "Paris", "name": "Paris", "basis": "clause", "country": "FRA", **changes}
    )


def event(**changes: Any) -> Event:
    """France consults somebody."""
    values: dict[str, Any] = {
        "event_id": "v1",
        "article_id": "a1",
        "sentence_index": 0,
        "event_type": "CONSULT",
        "quad_code": 1,
        "event_scale": 1.0,
        "goldstein": 1.0,
        "cameo_root": "04",
        "event_text": "France and Germany met.",
        "trigger": "met",
        "trigger_start": 19,
        "trigger_end": 22,
        "rule": "meet",
        "confidence": 0.8,
        "coder_version": "1",
        "ontology_version": "1",
        "actor": (actor(),),
        **changes,
    }
    return Event(**values)


def duplicate(**changes: Any) -> Duplicate:
    """An exact copy."""
    return Duplicate(
        **{"article_id": "a2", "original_id": "a1", "kind": "exact", "similarity": 1.0, **changes}
    )


def reject(**changes: Any) -> Reject:
    """An empty file."""
    return Reject(
        **{
            "stage": "read",
            "uri": "/news/b.txt",
            "reason": "empty",
            "message": "no bytes",
            **changes,
        }
    )


def input_file(uri: str = "/news/a.txt", size: int = 1000, **changes: Any) -> InputFile:
    """A file of a thousand bytes."""
    return InputFile(uri=uri, size=size, **{"modified": 1.0, **changes})


def ingest_unit(*uris: str, **changes: Any) -> Unit:
    """A unit of these inputs."""
    from pipelines import plan

    unit = plan.ingest_unit([input_file(uri) for uri in uris], "s1", changes.pop("rejects", ()))
    assert not changes
    return unit


def annotate_unit(*rows: tuple[str, int, str], words: int = 100) -> Unit:
    """A unit of these (path, row, article id)."""
    from pipelines import plan

    return plan.annotate_unit(rows, words, "s1")


def selection(path: str, *rows: tuple[int, str]) -> Selection:
    """Rows of one file, by number and article id."""
    return Selection(
        path=path, rows=tuple(row for row, _ in rows), article_ids=tuple(name for _, name in rows)
    )
