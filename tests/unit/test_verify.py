"""verify names what is wrong: each kind of damage, done by hand to a whole lake."""

from __future__ import annotations

import json
import shutil

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.lake import Lake
from pipelines.ledger import FILES
from pipelines.verify import PROBLEMS, verify
from tests import direct
from tests.direct import run


@pytest.fixture(scope="module")
def whole_lake(tmp_path_factory):
    folder, lake = tmp_path_factory.mktemp("in"), tmp_path_factory.mktemp("lakes") / "lake"
    for number in range(3):
        (folder / f"{number}-2024-05-0{number + 1}.txt").write_text(
            f"Title {number}\nThe army of Nation{number} met Ålesund and Austria there."
        )
    (folder / "copy-2024-06-02.txt").write_text((folder / "0-2024-05-01.txt").read_text())
    (folder / "binary.txt").write_bytes(b"a\0b")
    with pytest.MonkeyPatch.context() as patch:
        direct.versions(patch)
        run(lake, folder)
    return lake


@pytest.fixture
def lake(whole_lake, tmp_path):
    shutil.copytree(whole_lake, tmp_path / "lake")
    return tmp_path / "lake"


def names(lake):
    return {problem.name for problem in verify(Lake(lake))}


def first(lake, table):
    return min((lake / table).rglob("*.parquet"))


def rewrite(lake, table, change):
    """Change a file's rows as somebody with pyarrow would, and tell the ledger its new checksum, to get past that."""
    path = first(lake, table)
    rows = change(pq.read_table(path, partitioning=None))
    pq.write_table(rows, path)
    forge_ledger(lake, path, rows.num_rows)


def forge_ledger(lake, path, rows):
    from pipelines import records as module
    from transforms.parquet import file_digest

    place = Lake(lake)
    files = place.state.table(FILES).to_pylist()
    for item in files:
        if item["path"] == str(path.relative_to(lake)):
            item.update(rows=rows, size=path.stat().st_size, sha256=file_digest(path))
    record_path = place.run_records()[-1]
    record = module.read_sealed(record_path)
    forged = lake / "_dateline" / "ledger" / "forged.parquet"
    pq.write_table(FILES.rows(files), forged)
    kept = [item for item in record["ledger"] if item["kind"] != "files"]
    entry = {
        "kind": "files",
        "path": "_dateline/ledger/forged.parquet",
        "rows": len(files),
        "sha256": file_digest(forged),
    }
    record_path.write_bytes(module.sealed({**record, "ledger": [*kept, entry]}))


def column(name, values):
    return lambda rows: rows.set_column(
        rows.schema.get_field_index(name), rows.schema.field(name), values(rows)
    )


def test_a_whole_lake_has_no_problems(lake):
    assert verify(Lake(lake)) == []


def test_every_problem_is_explained():
    source = __import__("inspect").getsource(__import__("pipelines.verify", fromlist=["x"]))
    for name in PROBLEMS:
        assert source.count(f'"{name}"') >= 2, f"{name} is never found"


def test_a_file_deleted_by_hand(lake):
    first(lake, "events").unlink()
    assert names(lake) == {"missing_file"}


def test_a_file_edited_by_hand(lake):
    path = first(lake, "events")
    rows = pq.read_table(path, partitioning=None)
    pq.write_table(rows.slice(1), path)
    assert {"wrong_checksum", "wrong_row_count"} <= names(lake)


def test_a_flipped_byte(lake):
    path = first(lake, "articles")
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    found = names(lake)
    assert "wrong_checksum" in found


def test_a_file_cut_short(lake):
    path = first(lake, "mentions")
    path.write_bytes(path.read_bytes()[:-100])
    assert {"wrong_checksum", "wrong_schema"} <= names(lake)


def test_a_file_that_no_run_published(lake):
    path = first(lake, "events")
    shutil.copy(path, path.with_name("copy.parquet"))
    assert {"orphan_file", "duplicate_key"} <= names(lake)


def test_another_lakes_files_mixed_in(lake, whole_lake):
    for path in whole_lake.rglob("events/**/*.parquet"):
        target = lake / "events" / "published_month=2023-01" / f"x{path.name}"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    assert {"orphan_file", "wrong_partition"} <= names(lake)


def test_an_event_without_its_article(lake):
    rewrite(lake, "events", column("article_id", lambda rows: pa.array(["a0"] * rows.num_rows)))
    assert {"missing_reference", "ledger_mismatch"} <= names(lake)


def test_a_mention_without_its_entity(lake):
    rewrite(lake, "mentions", column("entity_id", lambda rows: pa.array(["e0"] * rows.num_rows)))
    assert names(lake) == {"missing_reference"}


@pytest.mark.parametrize(
    ("table", "name", "value"),
    [
        ("mentions", "start", 1),
        ("mentions", "end", 10_000),
        ("events", "trigger_start", 0),
        ("mentions", "text", "x"),
    ],
)
def test_a_span_that_slices_to_something_else(lake, table, name, value):
    kind = pa.int32() if isinstance(value, int) else pa.string()
    rewrite(lake, table, column(name, lambda rows: pa.array([value] * rows.num_rows, kind)))
    assert names(lake) == {"wrong_span"}


def test_spans_count_code_points_not_bytes(lake):
    """``Ålesund`` stands before ``Austria`` in every text: counted in bytes, every later span would be off."""
    rows = pq.read_table(first(lake, "mentions"), partitioning=None)
    assert "Austria" in rows["text"].to_pylist()


def test_a_row_in_the_folder_of_another_month(lake):
    path = first(lake, "articles")
    target = lake / "articles" / "published_month=1999-01" / path.name
    target.parent.mkdir()
    path.rename(target)
    found = names(lake)
    assert {"missing_file", "orphan_file"} <= found


def test_a_copy_with_events(lake):
    rewrite(
        lake,
        "duplicates",
        column("article_id", lambda rows: pa.array([some_article(lake)] * rows.num_rows)),
    )
    assert names(lake) == {"copy_annotated"}


def some_article(lake):
    return pq.read_table(first(lake, "events"), partitioning=None)["article_id"][0].as_py()


def test_an_article_lost_from_the_table(lake):
    rewrite(
        lake,
        "articles",
        lambda rows: rows.filter(pc.not_equal(rows["article_id"], rows["article_id"][0])),
    )
    assert {"ledger_mismatch", "missing_reference"} <= names(lake)


def test_a_column_too_many(lake):
    rewrite(lake, "rejects", lambda rows: rows.append_column("mine", pa.array([1] * rows.num_rows)))
    assert names(lake) == {"wrong_schema"}


def test_a_damaged_ledger(lake):
    path = min((lake / "_dateline" / "ledger").glob("articles-*"))
    path.write_bytes(path.read_bytes()[:50])
    assert names(lake) == {"damaged_record"}


def test_a_run_record_edited_by_hand(lake):
    path = Lake(lake).run_records()[0]
    content = json.loads(path.read_text())
    content["content"]["articles"] = 99
    path.write_text(json.dumps(content))
    assert names(lake) == {"damaged_record"}


def test_a_commit_under_way(lake):
    (lake / "_dateline" / "intent.json").write_text("{}")
    assert "unfinished_commit" in names(lake)
