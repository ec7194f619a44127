"""The lake: commit, ledger, changed inputs, recovery from a death at every step."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.lake import Lake, LakeBusyError, LakeDamagedError, LakeError
from pipelines.query import run_query
from pipelines.verify import verify
from tests import direct
from tests.direct import DirectExecution, run
from tests.faults import count_steps, die_at
from tests.matchers import lake_rows, row_counts
from transforms import parquet

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _versions(monkeypatch):
    direct.versions(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # for power cuts, which do not happen here


def write(folder, name, text, title="A title"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{title} of {name.rsplit('/', 1)[-1][:1]}\n{text}")
    return path


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "in"
    for number, nation in enumerate(["France", "Spain", "Italy", "Poland", "Norway", "Chile"]):
        write(
            folder,
            f"{number}-2024-0{number % 3 + 4}-01.txt",
            f"The army of {nation} met Germany and Austria there.",
        )
    write(folder, "0-copy-2024-04-02.txt", "The army of France met Germany and Austria there.")
    write(folder, "short.txt", "Too short")
    (folder / "binary.txt").write_bytes(b"a\0b")
    lines = [
        {
            "title": f"Line {n}",
            "text": f"Peru and Chile met Brazil {n} times.",
            "published": f"2024-0{n}-09",
        }
        for n in range(1, 6)
    ]
    (folder / "lines.jsonl").write_text(
        "\n".join(json.dumps(line) for line in lines) + "\nno json\n"
    )
    return folder


def whole(lake):
    assert verify(Lake(lake)) == []


def test_a_run_gives_rows_in_every_table_and_a_whole_lake(archive, tmp_path):
    lake = tmp_path / "lake"
    results = run(lake, archive)
    assert row_counts(lake) == {
        "articles": 12,
        "mentions": 11 * 4
        - 5,  # the copy has none; "The" of the texts counts, the lines have three names
        "entities": 11 * 4 - 5,
        "events": 6 * 2 + 5,
        "duplicates": 1,
        "date_clues": 0,
        "inferred_dates": 0,
        "rejects": 3,
    }
    assert results[0].rejects == {"bad_record": 1, "binary": 1, "too_short": 1}
    assert results[1].copies == 1
    months = {path.parent.name for path in (lake / "events").rglob("*.parquet")}
    assert months == {f"published_month=2024-0{month}" for month in range(1, 7)}
    whole(lake)


def test_a_second_run_does_nothing(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = sorted(path for path in lake.rglob("*") if path.name != "lock")
    execution = DirectExecution()
    results = run(lake, archive, execution=execution)
    assert execution.units_done == []
    assert [result.run_id for result in results] == [None, None, None]
    assert sorted(path for path in lake.rglob("*") if path.name != "lock") == before


def test_rows_do_not_depend_on_how_the_archive_came_in(archive, tmp_path):
    at_once, night_by_night = tmp_path / "one", tmp_path / "two"
    run(at_once, archive)
    files = sorted(archive.iterdir(), reverse=True)
    for path in files:
        run(night_by_night, path)
    assert lake_rows(at_once) == lake_rows(night_by_night)
    whole(night_by_night)


def test_a_changed_input_replaces_its_rows_everywhere(archive, tmp_path):
    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    run(lake, archive)
    write(archive, "1-2024-05-01.txt", "The navy of Iceland left.")
    (archive / "binary.txt").write_text("No longer binary\nNow Cuba and Haiti met.")
    (archive / "lines.jsonl").write_text(
        json.dumps({"title": "Line 1", "text": "Peru is alone now."})
    )
    execution = DirectExecution()
    run(lake, archive, execution=execution)
    run(fresh, archive)
    assert lake_rows(lake) == lake_rows(fresh)
    assert execution.units_done, "something was done"
    whole(lake)


def test_only_the_changed_input_is_done_again(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    write(archive, "1-2024-05-01.txt", "The navy of Iceland left.")
    results = run(lake, archive)
    assert [result.articles for result in results] == [1, 1, 0]


def test_an_original_that_comes_late_takes_over_from_its_copy(tmp_path):
    """The copy read first has events; the earlier original comes the next night."""
    folder, lake, fresh = tmp_path / "in", tmp_path / "lake", tmp_path / "fresh"
    write(folder, "a-2024-05-02.txt", "The army of France met Germany.")
    run(lake, folder)
    write(folder, "a-2024-05-01.txt", "The army of France met Germany.")
    run(lake, folder)
    run(fresh, folder)
    assert lake_rows(lake) == lake_rows(fresh)
    whole(lake)


def test_a_copy_whose_original_changes_gets_events_of_its_own(tmp_path):
    folder, lake, fresh = tmp_path / "in", tmp_path / "lake", tmp_path / "fresh"
    for day in (1, 2, 3):
        write(folder, f"a-2024-05-0{day}.txt", "The army of France met Germany.")
    run(lake, folder)
    assert row_counts(lake)["duplicates"] == 2
    write(folder, "a-2024-05-01.txt", "The army of Spain met Germany.")
    run(lake, folder)
    run(fresh, folder)
    assert row_counts(lake)["duplicates"] == 1
    assert lake_rows(lake) == lake_rows(fresh)
    whole(lake)


def test_ingest_alone_leaves_no_rows_without_their_article(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    write(archive, "0-2024-04-01.txt", "The army of Cuba met Germany.")
    run(lake, archive, stages=["ingest"])
    whole(lake)


def test_another_model_annotates_all_again_and_reads_nothing(archive, tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = lake_rows(lake)
    direct.versions(monkeypatch, model="2")
    results = run(lake, archive)
    assert [result.articles for result in results] == [0, 11, 0]
    assert lake_rows(lake) == before
    whole(lake)


def test_another_parser_reads_all_again(archive, tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = lake_rows(lake)
    direct.versions(monkeypatch, parser="2")
    results = run(lake, archive)
    assert [result.articles for result in results] == [12, 0, 0], (
        "what reads the same stays annotated"
    )
    assert lake_rows(lake) == before
    whole(lake)


def test_larger_limits_try_again_what_met_them(archive, tmp_path):
    lake = tmp_path / "lake"
    write(archive, "big.txt", "France " * 300)
    results = run(lake, archive)
    assert results[0].rejects["too_large"] == 1
    results = run(lake, archive, max_bytes=10_000)
    assert (results[0].articles, results[0].rejects) == (1, {})
    assert row_counts(lake)["rejects"] == 3
    whole(lake)


def test_too_many_rejects_publish_nothing_and_keep_the_work(archive, tmp_path):
    lake = tmp_path / "lake"
    results = run(lake, archive, execution=DirectExecution(max_reject_ratio=0.1))
    assert results[0].too_many_rejects
    assert row_counts(lake)["articles"] == 0
    execution = DirectExecution(max_reject_ratio=0.5)
    run(lake, archive, execution=execution, stages=["ingest"])
    assert execution.units_done == [], "what was done is taken over"
    assert row_counts(lake)["articles"] == 12
    whole(lake)


def test_an_input_that_vanishes_keeps_its_rows(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = lake_rows(lake)
    (archive / "lines.jsonl").unlink()
    run(lake, archive)
    assert lake_rows(lake) == before


def test_month_by_month_folders_that_empty_are_removed(tmp_path):
    folder, lake = tmp_path / "in", tmp_path / "lake"
    write(folder, "a.jsonl", "")
    (folder / "a.jsonl").write_text(
        json.dumps({"title": "x", "text": "France met Spain", "published": "2024-05-01"})
    )
    run(lake, folder)
    (folder / "a.jsonl").write_text(
        json.dumps({"title": "xyz", "text": "France met Spain", "published": "2024-06-01"})
    )
    run(lake, folder)
    assert {path.name for path in (lake / "events").iterdir()} == {"published_month=2024-06"}


# ------------------------------------------------------------------------------------- dying at every step


def change_everything(archive):
    write(archive, "1-2024-05-01.txt", "The navy of Iceland left Malta.")
    write(
        archive,
        "new-2024-01-01.txt",
        "The army of France met Germany and Austria there.",
        title="A title",
    )
    write(archive, "0-older-2024-03-02.txt", "The army of France met Germany and Austria there.")
    (archive / "binary.txt").write_text("No longer binary\nNow Cuba and Haiti met.")


def telling(steps):
    """Choose the first and the last of each kind of step: numbered ones are many and alike."""
    kinds: dict[str, list[int]] = {}
    for number, name in enumerate(steps):
        kinds.setdefault(re.sub(r"[ai]?[0-9a-f]{16}|r?\d+[0-9TZ-]*", "", name), []).append(number)
    chosen = {numbers[at] for numbers in kinds.values() for at in (0, -1)}
    return sorted(chosen)


@pytest.mark.slow
def test_killed_at_every_kind_of_step_the_next_run_ends_with_the_same_tables(archive, tmp_path):
    """A second night with changes, killed at each kind of step in turn; the third goes on from there."""
    first, undisturbed = tmp_path / "first", tmp_path / "undisturbed"
    run(first, archive)
    change_everything(archive)
    shutil.copytree(first, undisturbed)
    steps = count_steps(lambda: run(undisturbed, archive))
    wanted = lake_rows(undisturbed)
    chosen = telling(steps)
    assert len(chosen) > 20
    for number, step in enumerate(chosen):
        lake = tmp_path / f"lake{step}"
        shutil.copytree(first, lake)
        assert die_at(step, lambda lake=lake: run(lake, archive)), steps[step]
        run(lake, archive)
        assert lake_rows(lake) == wanted, steps[step]
        if number % 4 == 0:
            whole(lake)
        shutil.rmtree(lake)


@pytest.mark.slow
def test_killed_again_and_again_it_still_arrives(archive, tmp_path):
    undisturbed, lake = tmp_path / "undisturbed", tmp_path / "lake"
    run(undisturbed, archive)
    chance = random.Random(7)
    deaths = sum(die_at(chance.randrange(1, 40), lambda: run(lake, archive)) for _ in range(15))
    run(lake, archive)
    assert deaths >= 3
    assert lake_rows(lake) == lake_rows(undisturbed)
    whole(lake)


def test_what_was_finished_before_a_death_is_not_done_again(archive, tmp_path):
    lake = tmp_path / "lake"
    names = count_steps(lambda: run(tmp_path / "other", archive))
    last = max(number for number, name in enumerate(names) if name.endswith("manifest.json.done"))
    assert die_at(last + 2, lambda: run(lake, archive))
    execution = DirectExecution()
    run(lake, archive, execution=execution)
    assert (
        all(unit.startswith("a") is False for unit in execution.units_done)
        or not execution.units_done
    )


def test_a_reader_sees_no_article_twice_at_any_step_of_a_commit(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    change_everything(archive)
    seen = []

    def look(name):
        if name.startswith("commit"):
            ids = [
                row
                for path in (lake / "articles").rglob("*.parquet")
                for row in pq.read_table(path, columns=["article_id"], partitioning=None)[
                    "article_id"
                ].to_pylist()
            ]
            assert len(ids) == len(set(ids)), name
            seen.append(len(ids))

    parquet.fault, kept = look, parquet.fault
    try:
        run(lake, archive)
    finally:
        parquet.fault = kept
    assert len(seen) > 20


def test_a_query_sees_each_article_once_at_any_step_of_a_commit_and_after_a_death_in_it(
    archive, tmp_path
):
    """Before the intent the lake of before, from the intent on the lake after: nothing is missing for a moment."""
    lake = tmp_path / "lake"
    run(lake, archive, stages=["ingest"])
    sql = "SELECT count(*), count(DISTINCT article_id) FROM articles"
    before = run_query(Lake(lake), sql)[1]
    change_everything(archive)
    seen = []

    def look(name):
        if name.startswith(("commit", "put.intent")):
            seen.append((name, run_query(Lake(lake), sql)[1]))

    parquet.fault, kept = look, parquet.fault
    try:
        run(lake, archive, stages=["ingest"])
    finally:
        parquet.fault = kept
    after = run_query(Lake(lake), sql)[1]
    assert before != after
    decided = [name for name, _ in seen].index("put.intent.json.done")
    assert {str(found) for _, found in seen[:decided]} == {str(before)}
    assert {str(found) for _, found in seen[decided:]} == {str(after)}
    assert len(seen) > 10


# ------------------------------------------------------------------------------------------- lock and damage


def test_a_second_writer_is_told_who_holds_the_lake(tmp_path):
    lake = Lake(tmp_path / "lake")
    code = (
        "import sys; from pipelines.lake import Lake\n"
        f"with Lake({str(lake.root)!r}).hold('first'): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(LakeBusyError, match=rf"process {holder.pid} on .* \(first\)"),
            lake.hold("second"),
        ):
            pass
        holder.kill()
        holder.wait()
        with lake.hold("third"):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_a_folder_with_other_things_is_no_lake(tmp_path):
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(LakeError, match="not empty"), Lake(tmp_path).hold("x"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_a_file_is_no_lake(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LakeError), Lake(tmp_path / "file").hold("x"):
        pass


def test_a_lake_from_the_future_is_refused(tmp_path):
    lake = Lake(tmp_path / "lake")
    lake.create()
    marker = lake.home / "lake.json"
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "format": 99}))
    with pytest.raises(LakeError, match=r"later version.*pip install"), lake.hold("x"):
        pass


def test_a_lake_at_a_url_is_refused():
    with pytest.raises(LakeError, match="local"):
        Lake("s3://bucket/lake")


def test_a_cut_run_record_is_named(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    record = Lake(lake).run_records()[-1]
    record.write_bytes(record.read_bytes()[:100])
    assert "damaged_record" in {problem.name for problem in verify(Lake(lake))}
    with pytest.raises(LakeDamagedError, match=record.name):
        run(lake, archive)


def test_a_full_disk_is_one_sentence_and_leaves_the_lake_as_it_was(archive, tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = lake_rows(lake)
    change_everything(archive)

    def full(name):
        if name == "commit.begin":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet, "fault", full)
    with pytest.raises(LakeError, match="No space left on device"):
        run(lake, archive)
    monkeypatch.setattr(parquet, "fault", lambda _: None)
    assert lake_rows(lake) == before
    whole(lake)
    execution = DirectExecution()
    run(lake, archive, execution=execution, stages=["ingest"])
    assert execution.units_done == []


def test_run_records_say_what_happened(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    records = [json.loads(path.read_text())["content"] for path in Lake(lake).run_records()]
    assert [record["stage"] for record in records] == ["ingest", "annotate", "link"]
    assert [record["seq"] for record in records] == [1, 2, 3]
    assert records[0]["rejects"] == {"bad_record": 1, "binary": 1, "too_short": 1}
    added = {item["path"] for record in records for item in record["added"]}
    assert added == {
        str(path.relative_to(lake))
        for path in lake.rglob("*.parquet")
        if "_dateline" not in str(path)
    }


def test_times_that_go_backwards_do_not_matter(archive, tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    run(lake, archive)
    change_everything(archive)
    monkeypatch.setattr("pipelines.lake.now", lambda: "1999-01-01T00:00:00Z")
    monkeypatch.setattr(time, "time", lambda: 0.0)
    run(lake, archive)
    records = [path.name for path in Lake(lake).run_records()]
    assert records == sorted(records)
    assert len(records) == 6
    whole(lake)
