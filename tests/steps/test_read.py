from __future__ import annotations

import dataclasses

import apache_beam as beam
import pyarrow.parquet as pq
import pytest
from apache_beam.testing.util import assert_that

from schemas.documents import Article
from schemas.tables import ARTICLES
from schemas.units import Condemned
from tests import builders
from tests.matchers import brief, records
from tests.pipelines import pipeline, read_all
from transforms import read
from transforms.parquet import parquet_writer

PATH = "articles/published_month=2024-05/x.parquet"


@pytest.fixture
def articles(tmp_path):
    """Nine articles in three row groups."""
    found = [
        builders.article(f"Text number {n}.", title=f"T{n}", record_offset=n) for n in range(9)
    ]
    found.sort(key=lambda article: article.article_id)
    place = tmp_path / PATH
    place.parent.mkdir(parents=True)
    with (
        place.open("wb") as sink,
        parquet_writer(sink, ARTICLES.schema, ARTICLES.text_columns) as writer,
    ):
        for first in (0, 3, 6):
            writer.write_table(ARTICLES.to_arrow(found[first : first + 3]))
    return found


def rows(articles, *numbers):
    return tuple((PATH, number, articles[number].article_id) for number in numbers)


@pytest.mark.parametrize("numbers", [(0,), (8,), (2, 3), (0, 4, 8), tuple(range(9))])
def test_the_selected_rows_come_back_in_order(articles, tmp_path, numbers):
    with pipeline() as p:
        out = (
            p
            | beam.Create([builders.annotate_unit(*rows(articles, *numbers))])
            | read.ReadArticles(str(tmp_path))
        )
        assert_that(
            read_all(out), records(*(articles[number].title for number in numbers), by=brief)
        )


def test_an_article_comes_back_as_it_was_but_for_columns_nobody_annotates_by(articles, tmp_path):
    (found,) = read.read_selection(
        tmp_path, builders.annotate_unit(*rows(articles, 4)).selections[0]
    )
    for field in dataclasses.fields(Article):
        if field.name in read.COLUMNS:
            assert getattr(found, field.name) == getattr(articles[4], field.name), field.name
    assert set(read.COLUMNS) <= set(ARTICLES.columns)
    required = {f.name for f in dataclasses.fields(Article) if f.default is dataclasses.MISSING}
    assert required <= set(read.COLUMNS)


def test_row_groups_without_a_selected_row_are_not_read(articles, tmp_path, monkeypatch):
    read_groups = []
    real = pq.ParquetFile.read_row_group

    def spy(self, group, *args, **kwargs):
        read_groups.append(group)
        return real(self, group, *args, **kwargs)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", spy)
    list(read.read_selection(tmp_path, builders.annotate_unit(*rows(articles, 1, 7)).selections[0]))
    assert read_groups == [0, 2]


def test_a_condemned_unit_gives_rejects_that_name_the_article(articles, tmp_path):
    unit = dataclasses.replace(
        builders.annotate_unit(*rows(articles, 4)),
        condemned=Condemned(reason="timeout", message="too slow"),
    )
    (found,) = read.read_unit(unit, str(tmp_path)).take()
    assert brief(found) == ("annotate", "timeout")
    assert (found.article_id, found.record_offset) == (
        articles[4].article_id,
        articles[4].record_offset,
    )


def test_rows_that_are_not_those_of_the_ledger_are_an_error(articles, tmp_path):
    for wrong in (
        (PATH, 4, articles[5].article_id),
        (PATH, 99, "a99"),
        ("articles/gone.parquet", 0, "a0"),
    ):
        with pytest.raises(read.LakeReadError, match="dateline verify"):
            list(read.read_selection(tmp_path, builders.annotate_unit(wrong).selections[0]))
