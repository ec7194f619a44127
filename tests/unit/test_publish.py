"""Publishing to a store without renames: readers see one state, at every step; what is old goes later."""

from __future__ import annotations

import os
import re
import shutil

import duckdb
import pytest

from pipelines import publish
from pipelines.lake import Lake
from pipelines.records import LakeError
from tests import direct
from tests.direct import run
from transforms import parquet


@pytest.fixture(autouse=True)
def _versions(monkeypatch):
    direct.versions(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, nation in enumerate(["France", "Spain", "Italy"]):
        (folder / f"{number}-2024-0{number + 4}-01.txt").write_text(
            f"T\nThe army of {nation} met Germany."
        )
    return folder


def send(lake, store, **settings):
    place = Lake(lake)
    with place.hold("publish"):
        return publish.main(place, store.as_uri(), **settings)


def texts(store):
    """Read a store as its readers do: through views.sql."""
    connection = duckdb.connect()
    connection.execute("SET VARIABLE dateline_lake = ?", [str(store)])
    connection.execute((store / "_dateline" / "views.sql").read_text())
    rows = connection.execute("SELECT article_id, text FROM articles ORDER BY ALL").fetchall()
    events = connection.execute("SELECT event_id FROM events ORDER BY ALL").fetchall()
    return rows, events


class StoppedError(Exception):
    pass


def test_readers_see_one_state_at_every_step_and_after_every_death(archive, tmp_path):
    lake, store = tmp_path / "lake", tmp_path / "store"
    run(lake, archive)
    send(lake, store)
    before = texts(store)
    assert len(before[0]) == 3
    (archive / "0-2024-04-01.txt").write_text("T\nThe navy of Malta met Cyprus.")
    (archive / "9-2024-04-01.txt").write_text("T\nChad met Mali in Niger.")
    run(lake, archive, compact_after=2)
    whole, steps = tmp_path / "whole", []
    shutil.copytree(store, whole)

    def look(name):
        if name.startswith("publish"):
            steps.append((name, texts(whole)))

    kept, parquet.fault = parquet.fault, look
    try:
        send(lake, whole)
    finally:
        parquet.fault = kept
    after = texts(whole)
    assert len(after[0]) == 4
    told = [name for name, _ in steps].index("publish._dateline/views.sql")
    assert all(found == before for _, found in steps[:told])
    assert all(found == after for _, found in steps[told:])

    for death in range(len(steps)):
        copy = tmp_path / f"store{death}"
        shutil.copytree(store, copy)
        left = [death]

        def die(name, left=left):
            if name.startswith("publish"):
                left[0] -= 1
                if left[0] < 0:
                    raise StoppedError(name)

        parquet.fault = die
        try:
            with pytest.raises(StoppedError):
                send(lake, copy)
        finally:
            parquet.fault = kept
        assert texts(copy) in (before, after)
        send(lake, copy)
        assert texts(copy) == after
        shutil.rmtree(copy)


def test_what_no_longer_counts_is_swept_later(archive, tmp_path):
    lake, store = tmp_path / "lake", tmp_path / "store"
    run(lake, archive)
    send(lake, store)
    old = set(store.rglob("articles/**/*.parquet"))
    run(lake, archive / "0-2024-04-01.txt")
    (archive / "0-2024-04-01.txt").write_text("T\nThe navy of Malta met Cyprus.")
    run(lake, archive)
    send(lake, store)
    assert old < set(store.rglob("articles/**/*.parquet")), "a reader may still be at it"
    result = send(lake, store, grace_seconds=0)
    assert re.search(r"[1-9]\d* swept", result.detail)
    here = {str(path.relative_to(store)) for path in store.rglob("*.parquet")}
    there = {str(path.relative_to(lake)) for path in lake.rglob("*.parquet")}
    assert here == there
    assert send(lake, store).run_id is None, "nothing more to do"


def test_a_store_that_cannot_be_written_is_one_sentence(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    (tmp_path / "file").write_text("x")
    with pytest.raises(LakeError, match="cannot be written"):
        send(lake, tmp_path / "file" / "store")
