"""AnnotateArticles, ResolveEntities, CodeEvents and MapRecords over the fakes."""

from __future__ import annotations

import dataclasses

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that

from schemas.outcomes import DocumentError, Reject
from schemas.units import CodedArticle, Condemned
from tests import builders, fakes
from tests.matchers import brief, counters, records
from tests.pipelines import pipeline, read_all
from transforms import annotate, code_events, resolve
from transforms.stage import Batch, MapRecords, TakeUnits

UNIT = builders.annotate_unit(("articles/x.parquet", 0, "a1"))


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    monkeypatch.setattr(annotate, "load_model", lambda *_, **__: fakes.LanguageModel())
    monkeypatch.setattr(annotate, "_models", {})
    monkeypatch.setattr(resolve, "knowledge_of", lambda _extra: fakes.Knowledge())
    monkeypatch.setattr(resolve, "resolve_article", fakes.resolve_article)
    monkeypatch.setattr(code_events, "coder_of", lambda *_: fakes.EventCoder())


def batch_of(*texts):
    return beam.Create([UNIT]) | "Batch" >> beam.Map(
        lambda unit: Batch(
            unit, iter([builders.article(text, record_offset=n) for n, text in enumerate(texts)])
        )
    ).with_output_types(Batch)


def chain(p, *texts):
    return (
        p
        | batch_of(*texts)
        | annotate.AnnotateArticles()
        | resolve.ResolveEntities()
        | code_events.CodeEvents()
    )


def test_articles_become_coded_articles_and_rejects_pass_by():
    with pipeline() as p:
        out = chain(p, "France met Germany.", "!reject", "nobody did anything")
        assert_that(
            read_all(out),
            records("CodedArticle", ("annotate", "wrong_language"), "CodedArticle", by=brief),
        )
    assert counters(p.result, "annotate") == {"in": 3, "out": 2, "rejected_wrong_language": 1}
    assert counters(p.result, "resolve") == {"in": 2, "out": 2}
    assert counters(p.result, "code") == {"in": 2, "out": 2}


def test_a_coded_article_carries_everything_that_is_written():
    def check(found):
        ((coded,),) = found
        assert isinstance(coded, CodedArticle)
        assert [mention.text for mention in coded.resolved.mentions] == ["France", "Germany"]
        assert [event.event_type for event in coded.events] == ["AGREE"]

    with pipeline() as p:
        assert_that(read_all(chain(p, "France met Germany.")), check)


def test_a_document_error_becomes_a_reject_and_a_bug_does_not():
    def fail(_record):
        raise DocumentError("too_deep", "nested 300 deep")

    def bug(_record):
        raise KeyError("ours")

    def reject(record, error):
        return Reject(stage="x", uri=record.uri, reason=error.reason, message=error.message)

    with pipeline() as p:
        out = p | batch_of("one") | MapRecords("x", lambda: fail, reject)
        assert_that(read_all(out), records(("x", "too_deep"), by=brief))
    assert counters(p.result, "x") == {"in": 1, "rejected_too_deep": 1}
    p = pipeline()
    read_all(p | batch_of("one") | MapRecords("x", lambda: bug, reject)) | beam.Map(print)
    with pytest.raises(Exception, match="ours"):
        p.run()


def test_records_are_not_read_before_the_last_step_asks(monkeypatch):
    """The steps hand on an iterator: nothing of a unit is held but what the model looks at."""
    at_once = []
    alive = [0]

    class OneByOne:
        def annotate(self, articles):
            for article in articles:
                alive[0] += 1
                at_once.append(alive[0])
                yield fakes.annotate(article)
                alive[0] -= 1

    monkeypatch.setattr(annotate, "load_model", lambda *_, **__: OneByOne())
    monkeypatch.setattr(annotate, "_models", {})
    with pipeline() as p:
        out = chain(p, *["France met Germany."] * 50)
        assert_that(
            out | beam.Map(lambda batch: sum(1 for _ in batch.take())), lambda found: found == [50]
        )
    assert max(at_once) == 1


def test_a_batch_is_read_once():
    batch = Batch(UNIT, [1, 2])
    assert list(batch.take()) == [1, 2]
    with pytest.raises(RuntimeError, match="second time"):
        batch.take()


def test_a_condemned_unit_passes_the_model_by():
    condemned = dataclasses.replace(UNIT, condemned=Condemned(reason="crash", message="x"))
    with pipeline() as p:
        out = (
            p
            | beam.Create([condemned])
            | beam.Map(
                lambda unit: Batch(unit, [builders.reject(stage="annotate", reason="crash")])
            ).with_output_types(Batch)
            | annotate.AnnotateArticles()
        )
        assert_that(read_all(out), records(("annotate", "crash"), by=brief))


def test_without_a_supervisor_there_are_no_units_to_take():
    with pytest.raises(Exception, match="no supervisor"), pipeline() as p:
        p | TakeUnits() | beam.Map(print)
