from __future__ import annotations

import dataclasses
import json
import os
import random

import apache_beam as beam
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import ResolvedArticle
from schemas.units import CodedArticle, Manifest
from tests import builders, fakes
from tests.pipelines import pipeline
from transforms import parquet, write
from transforms.parquet import UnitWriter, file_digest
from transforms.stage import Batch, SaveManifests
from transforms.write import WriteTables, write_batch


@pytest.fixture(autouse=True)
def _no_power_cuts(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)


def coded(article) -> CodedArticle:
    resolved: ResolvedArticle = fakes.resolve_article(fakes.annotate(article), None)
    return CodedArticle(resolved=resolved, events=fakes.EventCoder().code(resolved))


def written(lake, *records, unit=None):
    unit = unit or builders.ingest_unit("/news/a.txt", "/news/b.txt")
    return write_batch(Batch(unit, list(records)), str(lake), "staging", "r1")


def table(lake, file):
    return pq.read_table(lake / file.staged, partitioning=None)


def test_rows_go_to_the_month_of_their_article(tmp_path):
    manifest = written(
        tmp_path,
        builders.article("One."),
        builders.article("Two.", record_offset=2, published_precision="year"),
        builders.article("Three.", record_offset=3, published_at=None),
        builders.reject(),
    )
    folders = {file.path.rsplit("/", 1)[0]: file.rows for file in manifest.files}
    assert folders == {
        "articles/published_month=2024-05": 1,
        "articles/published_month=unknown": 2,
        "rejects": 1,
    }


def test_mentions_entities_and_events_lie_in_the_month_of_their_article(tmp_path):
    manifest = written(tmp_path, coded(builders.article("France met Germany.")))
    assert {file.path.rsplit("/", 1)[0] for file in manifest.files} == {
        f"{name}/published_month=2024-05" for name in ("mentions", "entities", "events")
    }
    assert manifest.rows == {"mentions": 2, "entities": 2, "events": 1}
    assert (manifest.articles, manifest.words) == (1, 3)


def test_the_manifest_says_what_the_files_hold(tmp_path):
    manifest = written(
        tmp_path, builders.article(), builders.reject(), builders.reject(reason="binary")
    )
    for file in manifest.files:
        place = tmp_path / file.staged
        assert (place.stat().st_size, file_digest(place)) == (file.size, file.sha256)
        assert table(tmp_path, file).num_rows == file.rows
        assert pq.read_schema(place).metadata[b"dateline.schema_version"]
    assert manifest.rejects == {"empty": 1, "binary": 1}
    assert [(o.file.uri, o.articles, o.rejects) for o in manifest.outcomes] == [
        ("/news/a.txt", 1, {}),
        ("/news/b.txt", 0, {"empty": 1, "binary": 1}),
    ]


def test_rejects_carry_their_run(tmp_path):
    (file,) = written(tmp_path, builders.reject()).files
    assert table(tmp_path, file)["run_id"].to_pylist() == ["r1"]


def test_manifests_survive_json(tmp_path):
    manifest = written(tmp_path, builders.article(), builders.reject())
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest
    unit = builders.annotate_unit(("articles/x.parquet", 0, "a1"), ("articles/x.parquet", 4, "a2"))
    manifest = written(tmp_path, coded(builders.article()), unit=unit)
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 40), st.randoms())
def test_the_index_points_at_every_article(tmp_path_factory, count, months, flush_every, chance):
    """Whatever the flushes and the files that had to be closed in between, row numbers are right."""
    lake = tmp_path_factory.mktemp("lake")
    unit = builders.ingest_unit("/news/a.txt")
    writer = UnitWriter(str(lake), "staging", unit, "r1")
    kept, parquet.OPEN_FILES = parquet.OPEN_FILES, 2
    try:
        for number in range(count):
            month = f"2024-{chance.randint(1, months):02d}"
            writer.add(
                parquet.ARTICLES, month, builders.article(f"Number {number}.", record_offset=number)
            )
            if number % flush_every == 0:
                writer.flush()
        files, index = writer.close()
    finally:
        parquet.OPEN_FILES = kept
    assert index is not None
    by_path = {file.path: table(lake, file) for file in files}
    rows = pq.read_table(lake / index.staged).to_pylist()
    assert len(rows) == count == sum(found.num_rows for found in by_path.values())
    assert len({file.path for file in files}) == len(files)
    for row in rows:
        found = by_path[row["path"]].slice(row["row"], 1).to_pylist()[0]
        assert (found["article_id"], found["uri"]) == (row["article_id"], row["uri"])


def test_a_long_unit_is_written_in_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "FLUSH_CODE_POINTS", 50_000)
    articles = [
        builders.article("word " * 400, record_offset=n, word_count=400) for n in range(100)
    ]
    random.Random(1).shuffle(articles)
    manifest = written(tmp_path, *articles)
    (file,) = manifest.files
    metadata = pq.read_metadata(tmp_path / file.staged)
    assert 3 < metadata.num_row_groups < 20
    with pq.ParquetFile(tmp_path / file.staged) as found:
        for group in range(metadata.num_row_groups):
            ids = found.read_row_group(group, columns=["article_id"])["article_id"].to_pylist()
            assert ids == sorted(ids)


def test_the_order_of_records_does_not_show_in_the_rows(tmp_path):
    articles = [builders.article(f"Number {n}.", record_offset=n) for n in range(20)]
    first = written(tmp_path, *articles)
    second = written(tmp_path, *reversed(articles))
    assert table(tmp_path, first.files[0]).equals(table(tmp_path, second.files[0]))
    assert first.files[0].sha256 == second.files[0].sha256
    assert first.files[0].staged != second.files[0].staged


def test_a_full_disk_is_told_to_the_supervisor_and_raised(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(write, "fatal", told.append)
    monkeypatch.setattr(
        parquet, "fault", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OSError, match="No space"):
        written(tmp_path, builders.article())
    assert told == [f"the lake cannot be written: No space left on device ({tmp_path})"]


def test_an_unwritable_place_is_told_to_the_supervisor(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(write, "fatal", told.append)
    (tmp_path / "staging").write_text("a file where a folder should be")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        written(tmp_path, builders.article())


def test_the_step_saves_manifests_where_the_driver_finds_them(tmp_path):
    unit = builders.ingest_unit("/news/a.txt")
    with pipeline() as p:
        (
            p
            | beam.Create([unit])
            | beam.Map(lambda unit: Batch(unit, [builders.article()])).with_output_types(Batch)
            | WriteTables(str(tmp_path), "staging", "r1")
            | SaveManifests(f"{tmp_path}/staging")
        )
    (path,) = parquet.iterate_manifests(tmp_path / "staging")
    manifest = Manifest.from_json(json.loads(path.read_text()))
    assert manifest.unit_id == unit.unit_id
    assert [file.rows for file in manifest.files] == [1]
    assert not list((tmp_path / "staging").glob(".*"))


def gone(uri):
    return builders.reject(
        stage="read", uri=uri, reason="unreadable", error="FileNotFoundError", record_offset=None
    )


def test_an_input_that_is_gone_when_it_is_read_leaves_nothing(tmp_path):
    unit = builders.ingest_unit("/news/a.txt", "/news/b.txt")
    manifest = written(tmp_path, gone("/news/a.txt"), builders.article(uri="/news/b.txt"), unit=unit)  # fmt: skip
    assert manifest.vanished == 1
    assert manifest.rejects == {}
    assert [outcome.file.uri for outcome in manifest.outcomes] == ["/news/b.txt"]
    assert {file.table for file in manifest.files} == {"articles"}
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest


def test_a_link_to_nothing_that_was_found_while_listing_is_a_reject(tmp_path):
    link = gone("/news/link.txt")
    unit = dataclasses.replace(builders.ingest_unit("/news/a.txt"), rejects=(link,))
    manifest = written(tmp_path, link, builders.article(uri="/news/a.txt"), unit=unit)
    assert (manifest.vanished, manifest.rejects) == (0, {"unreadable": 1})
    assert len(manifest.outcomes) == 2
