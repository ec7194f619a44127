from __future__ import annotations

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that

from schemas.documents import InputFile
from schemas.units import Condemned
from tests import builders, fakes
from tests.matchers import brief, counters, records
from tests.pipelines import pipeline, read_all
from transforms import parse
from transforms.formats.settings import ParseSettings


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.txt").write_text("France\nFrance and Germany met.")
    (tmp_path / "b.txt").write_bytes(b"x\0y")
    (tmp_path / "c.jsonl").write_text('{"title": "Spain", "text": "Spain left."}\nno json\n')
    return [builders.input_file(str(path)) for path in sorted(tmp_path.iterdir())]


@pytest.fixture(autouse=True)
def _fake_reader(monkeypatch):
    monkeypatch.setattr(parse, "DocumentWorker", fakes.DocumentWorker)


def unit(files, **changes):
    import dataclasses

    from pipelines import plan

    return dataclasses.replace(plan.ingest_unit(files, "s1"), **changes)


def test_files_become_articles_and_rejects_and_all_are_counted(files):
    with pipeline() as p:
        out = p | beam.Create([unit(files)]) | parse.ParseArticles(fakes.ParseSettings(min_words=2))
        assert_that(
            read_all(out),
            records("France", ("parse", "binary"), "Spain", ("parse", "bad_record"), by=brief),
        )
    assert counters(p.result, "parse") == {
        "in": 4,
        "out": 2,
        "rejected_binary": 1,
        "rejected_bad_record": 1,
    }


def test_a_condemned_unit_gives_rejects_and_is_not_read(files):
    fault = Condemned(reason="crash", message="killed the worker")
    with pipeline() as p:
        out = (
            p
            | beam.Create([unit(files[:1], condemned=fault)])
            | parse.ParseArticles(fakes.ParseSettings())
        )
        assert_that(read_all(out), records(("parse", "crash"), by=brief))


def test_rejects_found_while_listing_pass_through():
    with pipeline() as p:
        out = (
            p
            | beam.Create([unit([], rejects=(builders.reject(),))])
            | parse.ParseArticles(fakes.ParseSettings())
        )
        assert_that(read_all(out), records(("read", "empty"), by=brief))


def test_a_file_that_gives_nothing_is_a_reject():
    (found,) = parse.articles_once(InputFile(uri="/a", size=0), iter([]))
    assert brief(found) == ("parse", "no_article")


def places(*items):
    return [
        builders.article(uri="/a.zip", member=member, record_offset=offset)
        for member, offset in items
    ]


@pytest.mark.parametrize(
    ("items", "repeats"),
    [
        ([(None, 1), (None, 2), (None, 3)], 0),
        ([(None, 1), (None, 1)], 1),
        ([(None, None), (None, None)], 1),
        ([("a", None), ("b", None), ("a", None)], 1),
        ([("a", 1), ("a", 2), ("b", 1), ("b", 1)], 1),
        ([("a", 2), ("a", 1)], 1),
    ],
)
def test_an_article_id_goes_through_once(items, repeats):
    found = list(parse.articles_once(InputFile(uri="/a.zip", size=1), iter(places(*items))))
    assert len(found) == len(items)
    assert [brief(record) for record in found].count(("read", "bad_record")) == repeats
    ids = [record.article_id for record in found if brief(record) == "A title"]
    assert len(ids) == len(set(ids))


def test_the_real_reader_reads_and_rejects(files, monkeypatch):
    monkeypatch.undo()
    with pipeline() as p:
        out = p | beam.Create([unit(files)]) | parse.ParseArticles(ParseSettings(min_words=2))
        assert_that(
            read_all(out) | beam.FlatMap(lambda found: [type(record).__name__ for record in found]),
            lambda found: (
                sorted(found) == ["Article", "Article", "Reject", "Reject"]
                or pytest.fail(str(found))
            ),
        )
