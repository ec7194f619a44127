"""What an engine finds with shuffles is what a sort of the ledger finds."""

from __future__ import annotations

import datetime as dt
import random

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.testing.util import assert_that

from tests.pipelines import pipeline
from transforms.duplicates import LinkDuplicates, copies_in, read_fingerprints
from transforms.link import find_copies


def articles(seed, count):
    chance = random.Random(seed)
    moments = [None, *(dt.datetime(2024, 1, day, tzinfo=dt.timezone.utc) for day in (1, 2))]
    return pa.table(
        {
            "article_id": [f"a{chance.getrandbits(64):016x}" for _ in range(count)],
            "content_hash": [f"{chance.randrange(count)}" for _ in range(count)],
            "published_at": pa.array(
                [chance.choice(moments) for _ in range(count)], pa.timestamp("us", tz="UTC")
            ),
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_shuffles_find_what_the_sort_finds(tmp_path, seed):
    table = articles(seed, 60)
    pq.write_table(table, tmp_path / "f.parquet", row_group_size=25)
    wanted = sorted(tuple(row.values()) for row in find_copies(table).to_pylist())
    assert wanted

    def check(shards):
        assert sorted(number for number, _ in shards) == [0, 1, 2, 3]
        found = [pair for _, pairs in shards for pair in pairs if pair is not None]
        assert sorted(found) == wanted

    with pipeline() as p:
        rows = p | beam.Create([0, 1, 2]) | beam.FlatMap(read_fingerprints, tmp_path / "f.parquet")
        assert_that(rows | LinkDuplicates(4), check)


def test_an_unknown_time_comes_last_and_the_smallest_id_decides():
    group = ("h", [(None, "a1"), (5, "a3"), (5, "a2")])
    assert list(copies_in(group)) == [("a3", "a2"), ("a1", "a2")]
