"""verify --repair: every kind of damage done by hand, mended; then the next run ends with the tables of an undisturbed one."""

from __future__ import annotations

import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.lake import Lake
from pipelines.records import LakeDamagedError, LakeError
from pipelines.repair import repair
from pipelines.verify import verify
from tests import direct
from tests.direct import run
from tests.matchers import lake_rows


@pytest.fixture(autouse=True)
def _versions(monkeypatch):
    direct.versions(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("in")
    for number in range(4):
        (folder / f"{number}-2024-0{number % 2 + 5}-0{number + 1}.txt").write_text(
            f"Title {number}\nThe army of Nation{number} met Ålesund and Austria there."
        )
    (folder / "copy-2024-06-02.txt").write_text((folder / "0-2024-05-01.txt").read_text())
    (folder / "binary.txt").write_bytes(b"a\0b")
    (folder / "no-2024-05-01.txt").write_text("No\n!reject this please, all of it")
    return folder


@pytest.fixture(scope="module")
def whole_lake(archive, tmp_path_factory):
    """Two nights, the second with a change, so that there are records and ledger files of both."""
    lake = tmp_path_factory.mktemp("lakes") / "lake"
    with pytest.MonkeyPatch.context() as patch:
        direct.versions(patch)
        run(lake, archive)
        (archive / "later-2024-05-20.txt").write_text("Later\nFrance met Spain in Oslo.")
        run(lake, archive)
    return lake


@pytest.fixture(scope="module")
def compacted_lake(whole_lake, archive, tmp_path_factory):
    lake = tmp_path_factory.mktemp("compacted") / "lake"
    shutil.copytree(whole_lake, lake)
    with pytest.MonkeyPatch.context() as patch:
        direct.versions(patch)
        run(lake, archive, compact_after=2)
    return lake


@pytest.fixture(params=["small files", "compacted"])
def lake(whole_lake, compacted_lake, tmp_path, request):
    place = tmp_path / "lake"
    shutil.copytree(whole_lake if request.param == "small files" else compacted_lake, place)
    return place


def mend(lake):
    place = Lake(lake)
    with place.hold("test", repairing=True):
        return repair(place)


def first(lake, table):
    return min((lake / table).rglob("*.parquet"))


def remove(table):
    return lambda lake: first(lake, table).unlink()


def edit(table):
    def change(lake):
        path = first(lake, table)
        rows = pq.read_table(path, partitioning=None)
        pq.write_table(pa.concat_tables([rows, rows]), path)

    return change


def flip(table):
    """Change one byte and leave size and time as they were but for the time."""

    def change(lake):
        path = first(lake, table)
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 1
        path.write_bytes(content)

    return change


def cut(pattern, size=60):
    def change(lake):
        path = max((lake / "_dateline").glob(pattern))
        path.write_bytes(path.read_bytes()[:size])

    return change


def drop(pattern):
    return lambda lake: max((lake / "_dateline").glob(pattern)).unlink()


def stranger(lake):
    path = first(lake, "events")
    shutil.copy(path, path.with_name("mine.parquet"))


def all_ledgers(lake):
    for path in (lake / "_dateline" / "ledger").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:40])


DAMAGES = {
    **{f"{table} gone": remove(table) for table in ("articles", "mentions", "events", "duplicates", "rejects")},
    **{f"{table} edited": edit(table) for table in ("articles", "entities", "rejects")},
    **{f"{table} flipped": flip(table) for table in ("articles", "mentions")},
    "a run record cut": cut("runs/*.json"),
    "the inputs' ledger cut": cut("ledger/inputs-*"),
    "the articles' ledger cut": cut("ledger/articles-*"),
    "the annotations' ledger gone": drop("ledger/annotations-*"),
    "the files' ledger cut": cut("ledger/files-*"),
    "all of the ledger cut": all_ledgers,
    "a file of nobody's": stranger,
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_found_refused_mended_and_made_good(lake, archive, damage):
    wanted = lake_rows(lake)
    damage(lake)
    assert verify(Lake(lake)), "found by verify"
    before = sorted(path for path in lake.rglob("*") if path.suffix == ".parquet")
    with pytest.raises(LakeDamagedError, match="verify --repair"):
        run(lake, archive)
    assert sorted(path for path in lake.rglob("*") if path.suffix == ".parquet") == before
    deeds, problems = mend(lake)
    assert deeds
    assert problems == []
    run(lake, archive)
    assert lake_rows(lake) == wanted
    assert verify(Lake(lake)) == []


def test_a_whole_lake_is_left_alone(lake, archive):
    before = lake_rows(lake)
    assert mend(lake) == ([], [])
    assert lake_rows(lake) == before
    assert [result.run_id for result in run(lake, archive)] == [None, None, None]


def test_articles_whose_input_is_gone_are_lost_and_that_is_said(lake, archive, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.move(archive, moved)
    try:
        remove("articles")(lake)
        deeds, problems = mend(lake)
    finally:
        shutil.move(moved, archive)
    assert problems == []
    assert any("these articles are lost" in deed for deed in deeds)


def test_two_lakes_in_one_folder(lake, archive, tmp_path):
    """Somebody copied one lake over another: the other's files and records are named, refused and set aside."""
    other, folder = tmp_path / "other", tmp_path / "in2"
    folder.mkdir()
    (folder / "x-2024-05-01.txt").write_text("Other\nChad met Mali in Niger.")
    for number in range(4):  # so that its last record comes after all of ours
        (folder / f"y{number}-2024-05-01.txt").write_text(f"Other {number}\nChad{number} met Mali.")
        run(other, folder)
    wanted = lake_rows(lake)
    for path in other.rglob("*"):
        target = lake / path.relative_to(other)
        if path.is_file() and path.name not in ("lake.json", "seen.json", "lock"):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    names = {problem.name for problem in verify(Lake(lake))}
    assert names & {"foreign_record", "damaged_record"}
    with pytest.raises(LakeDamagedError, match="another lake"):
        run(lake, archive)
    _, problems = mend(lake)
    assert problems == []
    run(lake, archive)
    assert lake_rows(lake) == wanted


def test_a_record_of_the_future_is_refused(lake, archive, monkeypatch):
    from schemas import tables

    monkeypatch.setattr(tables, "SCHEMA_VERSION", "1.0")
    for call in (lambda: run(lake, archive), lambda: mend(lake), lambda: Lake(lake).state):
        with pytest.raises(LakeError, match=r"later version.*pip install"):
            call()


def test_a_commit_that_cannot_be_carried_out_is_set_aside(lake, archive):
    wanted = lake_rows(lake)
    (lake / "_dateline" / "intent.json").write_text("{")
    with pytest.raises(LakeDamagedError):
        run(lake, archive)
    deeds, problems = mend(lake)
    assert "set aside" in deeds[0]
    assert problems == []
    run(lake, archive)
    assert lake_rows(lake) == wanted


def test_rows_that_contradict_one_another_are_made_again(lake, archive):
    """A wrong span with a checksum to match: as if a bug of ours had written it."""
    from tests.unit.test_verify import column, rewrite

    wanted = lake_rows(lake)
    rewrite(
        lake, "mentions", column("start", lambda rows: pa.array([1] * rows.num_rows, pa.int32()))
    )
    assert {problem.name for problem in verify(Lake(lake))} == {"wrong_span"}
    deeds, problems = mend(lake)
    assert "contradict" in deeds[0]
    assert problems == []
    run(lake, archive)
    assert lake_rows(lake) == wanted


def test_what_was_set_aside_is_kept(lake):
    stranger(lake)
    mend(lake)
    assert list((lake / "_dateline" / "quarantine" / "events").rglob("mine.parquet"))


def test_a_copied_lake_is_as_good_as_the_first(lake, archive, tmp_path):
    """Times are new after a plain copy: checksums decide."""
    copy = tmp_path / "copy"
    shutil.copytree(lake, copy, copy_function=shutil.copy)
    assert [result.run_id for result in run(copy, archive)] == [None, None, None]
    seen = json.loads((copy / "_dateline" / "seen.json").read_text())
    assert seen
