"""Compaction: the same rows in few sorted files, in one commit."""

from __future__ import annotations

import json
import os
import random

import pyarrow.parquet as pq
import pytest

from pipelines import compact
from pipelines.commit import COMPACTED
from pipelines.lake import Lake
from pipelines.verify import verify
from schemas.tables import BY_NAME, sort_indices
from tests import direct
from tests.direct import DirectExecution, run
from tests.matchers import lake_rows
from transforms import parquet


@pytest.fixture(autouse=True)
def _versions(monkeypatch):
    direct.versions(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    chance = random.Random(4)
    for number in range(6):
        nations = chance.sample(["France", "Spain", "Italy", "Poland", "Norway", "Chile"], 4)
        lines = [
            {"title": f"T{number} {n}", "text": f"The army of {nations[0]} met {nations[1]} {n} and {nations[2]}.", "published": f"2024-05-{n + 1:02d}"}
            for n in range(8)
        ]  # fmt: skip
        (folder / f"{number}.jsonl").write_text(
            "".join(json.dumps(line) + "\n" for line in lines) + "no json\n"
        )
    return folder


@pytest.fixture
def lake(archive, tmp_path):
    """Six nights, a file each."""
    for path in sorted(archive.iterdir()):
        run(tmp_path / "lake", path)
    return tmp_path / "lake"


def compacted(lake, least_files=2):
    place = Lake(lake)
    with place.hold("compact"):
        return compact.main(place, least_files)


def files(lake, table):
    return sorted((lake / table).rglob("*.parquet"))


def test_the_rows_stay_and_the_files_become_few(lake, archive):
    before = lake_rows(lake)
    assert len(files(lake, "events")) == 6
    result = compacted(lake)
    assert "became" in result.detail
    for table in ("articles", "mentions", "entities", "events", "rejects"):
        (path,) = files(lake, table)
        assert path.name.startswith(COMPACTED)
    assert lake_rows(lake) == before
    assert verify(Lake(lake)) == []
    execution = DirectExecution()
    assert [result.run_id for result in run(lake, archive, execution=execution)] == [
        None,
        None,
        None,
    ]
    assert compacted(lake).run_id is None, "once is enough"


@pytest.mark.parametrize("name", ["articles", "mentions", "entities", "events", "rejects"])
def test_rows_are_sorted_for_the_usual_queries(lake, name):
    compacted(lake)
    table = BY_NAME[name]
    rows = pq.read_table(files(lake, name)[0], partitioning=None)
    order = sort_indices(rows, table.cluster or table.order).to_pylist()
    assert order == sorted(order)


def test_types_and_metadata_are_those_of_the_table(lake):
    schemas = {name: pq.read_schema(files(lake, name)[0]) for name in BY_NAME if files(lake, name)}
    compacted(lake)
    for name, schema in schemas.items():
        assert pq.read_schema(files(lake, name)[0]).equals(schema, check_metadata=True)


def test_a_large_partition_becomes_several_files_of_like_size(lake, monkeypatch):
    before = lake_rows(lake)
    monkeypatch.setattr(
        compact, "TARGET_BYTES", sum(path.stat().st_size for path in files(lake, "events")) // 3
    )
    monkeypatch.setattr(compact, "_OTHER_GROUP_ROWS", 5)
    compacted(lake)
    found = files(lake, "events")
    assert len(found) == 3
    counts = [pq.read_metadata(path).num_rows for path in found]
    assert max(counts) - min(counts) <= 10
    assert lake_rows(lake) == before
    assert verify(Lake(lake)) == []


def test_large_sorted_files_are_left_alone(lake, archive, monkeypatch):
    compacted(lake)
    monkeypatch.setattr(compact, "SMALL_BYTES", 10)
    old = files(lake, "events")
    (archive / "new.jsonl").write_text(
        json.dumps({"title": "x", "text": "Cuba met Haiti.", "published": "2024-05-30"})
    )
    (archive / "newer.jsonl").write_text(
        json.dumps({"title": "y", "text": "Cuba met Chad.", "published": "2024-05-30"})
    )
    run(lake, archive / "new.jsonl")
    run(lake, archive / "newer.jsonl", compact_after=2)
    assert set(old) < set(files(lake, "events"))
    assert len(files(lake, "events")) == 2


def test_it_happens_by_itself_past_a_threshold(archive, tmp_path):
    lake = tmp_path / "lake"
    counts = []
    for path in sorted(archive.iterdir()):
        run(lake, path, compact_after=4)
        counts.append(len(files(lake, "events")))
    assert counts == [1, 2, 3, 1, 2, 3]


def test_a_reader_sees_no_article_twice_while_files_are_replaced(lake):
    seen = set()

    def look(name):
        if name.startswith("commit"):
            ids = [
                row
                for path in files(lake, "articles")
                for row in pq.read_table(path, columns=["article_id"], partitioning=None)["article_id"].to_pylist()
            ]  # fmt: skip
            assert len(ids) == len(set(ids)), name
            seen.add(len(ids))

    parquet.fault, kept = look, parquet.fault
    try:
        compacted(lake)
    finally:
        parquet.fault = kept
    assert 48 in seen


def test_a_changed_input_takes_its_rows_out_of_compacted_files(lake, archive, tmp_path):
    compacted(lake)
    text = (archive / "3.jsonl").read_text()
    (archive / "3.jsonl").write_text(text.replace("army", "navy"))
    run(lake, archive)
    run(tmp_path / "fresh", archive)
    assert lake_rows(lake) == lake_rows(tmp_path / "fresh")
    assert verify(Lake(lake)) == []
