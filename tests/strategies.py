"""Hypothesis strategies for records and hostile text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from schemas.documents import PRECISIONS, Article, Removed
from schemas.facts import Actor, Event, Place
from schemas.outcomes import REASONS, Reject

hostile_text = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from(list("\0\n\r\t\u00ad\u200b\u202e\ufeff\U0001f600\u0301 .,\"'")),
    ),
    max_size=60,
)
words = st.lists(
    st.sampled_from(["France", "met", "the", "Élysée", "日本", "of", "…"]), max_size=12
).map(" ".join)
instants = st.datetimes(
    min_value=dt.datetime(1000, 1, 1),  # noqa: DTZ001 - made aware below
    max_value=dt.datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.timezone.utc),
)
ids_ = st.text("0123456789abcdef", min_size=16, max_size=16)


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


articles = st.builds(
    Article,
    article_id=ids_.map("a".__add__),
    uri=hostile_text,
    source_format=st.sampled_from(["text", "html"]),
    text=hostile_text,
    content_hash=ids_,
    word_count=st.integers(0, 2**31 - 1),
    extractor=st.just("plain"),
    member=optional(hostile_text),
    record_offset=optional(st.integers(0, 2**63 - 1)),
    title=optional(hostile_text),
    authors=st.lists(hostile_text, max_size=3).map(tuple),
    language=optional(st.sampled_from(["en", "fr"])),
    language_confidence=optional(st.floats(0, 1, width=32)),
    published_at=optional(instants),
    published_precision=st.sampled_from(PRECISIONS),
    dateline_date=optional(st.dates()),
    paragraph_offsets=st.lists(st.integers(0, 2**31 - 1), max_size=4).map(tuple),
    minhash=optional(st.binary(max_size=16)),
    removed=st.lists(st.builds(Removed, kind=words, text=hostile_text), max_size=3).map(tuple),
    extra=optional(hostile_text),
)
actors = st.builds(
    Actor,
    text=hostile_text,
    start=st.integers(0, 100),
    end=st.integers(0, 100),
    entity_id=optional(ids_),
    country=optional(st.sampled_from(["FRA", "DEU"])),
    code=optional(st.sampled_from(["FRA", "IGO"])),
    sector=optional(st.sampled_from(["GOV", "MIL"])),
)
places = st.builds(
    Place,
    text=hostile_text,
    name=hostile_text,
    basis=st.just("clause"),
    latitude=optional(st.floats(-90, 90)),
    geonameid=optional(st.integers(0, 2**40)),
)
events = st.builds(
    Event,
    event_id=ids_,
    article_id=ids_,
    sentence_index=st.integers(0, 100),
    event_type=st.sampled_from(["AGREE", "CONSULT"]),
    quad_code=st.integers(1, 4),
    event_scale=st.floats(-10, 10, width=32),
    goldstein=st.floats(-10, 10, width=32),
    cameo_root=st.sampled_from(["03", "04"]),
    event_text=hostile_text,
    trigger=hostile_text,
    trigger_start=st.integers(0, 100),
    trigger_end=st.integers(0, 100),
    rule=words,
    confidence=st.floats(0, 1, width=32),
    coder_version=st.just("1"),
    ontology_version=st.just("1"),
    context=st.lists(words, max_size=2).map(tuple),
    actor=st.lists(actors, max_size=3).map(tuple),
    recipient=st.lists(actors, max_size=2).map(tuple),
    place=optional(places),
    attribution=optional(actors),
    event_date=optional(st.dates()),
    dead=optional(st.integers(0, 10**6)),
    sentence_indexes=st.lists(st.integers(0, 100), max_size=3).map(tuple),
)
rejects = st.builds(
    Reject,
    stage=st.sampled_from(["read", "parse", "annotate"]),
    uri=hostile_text,
    reason=st.sampled_from(sorted(REASONS)),
    message=hostile_text,
    member=optional(hostile_text),
    record_offset=optional(st.integers(0, 2**40)),
)
