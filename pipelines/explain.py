"""Why a text is coded as it is: sentence by sentence, what triggered, what was rejected and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from pathlib import Path
from typing import Any

from schemas import ids
from schemas.documents import Article
from schemas.facts import Actor, Event
from schemas.outcomes import Reject
from transforms.coding.lexicon import Entries, Entry


def explain_text(
    text: str,
    *,
    model: str = "default",
    precision: str = "auto",
    knowledge_files: tuple[str, ...] = (),
    lexicons: tuple[str, ...] = (),
    published: dt.date | None = None,
    keep_unresolved: bool = False,
) -> list[dict[str, Any]]:
    """Return one mapping for each sentence: ``text``, ``events`` and ``notes``; JSON can hold all of it.

    Raises:
      ValueError: the model, a knowledge file or a lexicon cannot be used; the message says which and why.
    """
    from transforms.coding.coder import load_coder
    from transforms.knowledge.resolve import load_knowledge, resolve_article
    from transforms.nlp.models import load_model

    knowledge = load_knowledge(knowledge_files)
    coder = load_coder(lexicons, keep_unresolved, knowledge=knowledge)
    frames = {
        entry.source: frame_of(entry)
        for table in (coder.lexicon.events, coder.lexicon.operators)
        for entries in table.values()
        for entry in (entries.all if isinstance(entries, Entries) else entries)
    }
    at = None
    if published is not None:
        at = dt.datetime(published.year, published.month, published.day, tzinfo=dt.timezone.utc)
    article = Article(
        article_id=ids.article_id("text", None, None),
        uri="text",
        source_format="text",
        text=text,
        content_hash=ids.content_hash(None, text),
        word_count=len(text.split()),
        extractor="none",
        published_at=at,
        published_precision="day" if at else "unknown",
    )
    explained: list[dict[str, Any]] = []
    for annotated in load_model(model, precision=precision).annotate([article]):
        if isinstance(annotated, Reject):
            raise ValueError(annotated.message)
        explained.extend(
            {
                "sentence": explanation.sentence_index,
                "text": explanation.text,
                "events": [_event(event, frames) for event in explanation.events],
                "notes": list(explanation.notes),
            }
            for explanation in coder.explain(resolve_article(annotated, knowledge))
        )
    return explained


def read_source(source: str) -> str:
    """Return the text of a file, of standard input (``-``), or the argument itself.

    Raises:
      ValueError: it looks like a path and there is no such file, or the file is no text.
    """
    if source == "-":
        return sys.stdin.read()
    if len(source) < 300 and "\n" not in source:
        path = Path(source)
        if path.is_file():
            try:
                return path.read_text("utf-8")
            except UnicodeDecodeError as error:
                raise ValueError(f"{source} is not UTF-8 text (byte {error.start})") from error
        if " " not in source.strip():
            raise ValueError(f"{source!r} is neither a file nor a sentence")
    return source


def frame_of(entry: Entry) -> str:
    """Return the lexicon line of an entry in words: what it lists, and where its actor and recipient stand."""
    sides = f"actor {' '.join(entry.actor)}; recipient {' '.join(entry.recipient) or '-'}"
    content = f"; content {' '.join(entry.content)}" if entry.content else ""
    return f"{entry.form} {entry.pos} {entry.label}{f'/{entry.mode}' if entry.mode else ''}: {sides}{content}"


def _event(event: Event, frames: dict[str, str]) -> dict[str, Any]:
    return {
        "type": event.event_type,
        "mode": event.mode,
        "actor": [_actor(a) for a in event.actor],
        "recipient": [_actor(a) for a in event.recipient],
        "reciprocal": event.is_reciprocal,
        "auxiliary_mode": event.auxiliary_mode,
        "trigger": event.trigger,
        "rule": event.rule,
        "frame": frames.get(event.rule.rpartition(" ")[2]),
        "confidence": event.confidence,
        "date": event.event_date.isoformat() if event.event_date else None,
        "place": event.place.name if event.place else None,
        "attribution": event.attribution.text if event.attribution else None,
        "context": list(event.context),
        "size": {
            name: value
            for name, value in dataclasses.asdict(event).items()
            if name in ("dead", "injured", "arrested", "protesters") and value is not None
        },
    }


def _actor(actor: Actor) -> dict[str, Any]:
    return {"text": actor.text, "code": actor.code, "sector": actor.sector}


def render(explained: list[dict[str, Any]]) -> str:
    """Return the explanation as lines for a terminal."""
    lines = []
    for sentence in explained:
        lines.append(f"[{sentence['sentence']}] {' '.join(sentence['text'].split())}")
        for event in sentence["events"]:
            arrow = (
                " and ".join(_name(a) for a in event["actor"])
                if event["reciprocal"]
                else _sides(event)
            )
            mode = f"/{event['mode']}" if event["mode"] else ""
            lines.append(f"    {event['type']}{mode}  {arrow}  {event['confidence']:.2f}")
            lines.append(f"        trigger {event['trigger']!r}, rule {event['rule']}")
            if event["frame"]:
                lines.append(f"        frame {event['frame']}")
            extra = [
                f"{name.replace('_', ' ')} {event[name]}"
                for name in ("auxiliary_mode", "date", "place", "attribution")
                if event[name]
            ]
            extra += [f"{name} {value}" for name, value in event["size"].items()]
            if extra:
                lines.append(f"        {', '.join(extra)}")
        lines += [f"    - {note}" for note in sentence["notes"]]
    return "\n".join(lines)


def _name(actor: dict[str, Any]) -> str:
    code = "-".join(filter(None, (actor["code"], actor["sector"])))
    return f"{actor['text']} ({code or '?'})"


def _sides(event: dict[str, Any]) -> str:
    actors = ", ".join(_name(a) for a in event["actor"]) or "?"
    recipients = ", ".join(_name(a) for a in event["recipient"])
    return f"{actors} → {recipients}" if recipients else actors
