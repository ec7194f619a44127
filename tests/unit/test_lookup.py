from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import ledger
from pipelines.ledger import ARTICLES, number_column, write_delta
from pipelines.lookup import Lookup
from pipelines.records import LakeDamagedError

IDS = [f"a{number:016x}" for number in range(0, 2**63, 2**60)]
HASHES = [f"{number:032x}" for number in (3, 2**64 + 3, 2**127)]  # two of them end alike

rows = st.fixed_dictionaries(
    {
        "article_id": st.sampled_from(IDS),
        "uri": st.sampled_from(["/a", "/b", None]),
        "path": st.sampled_from(["p", "q"]),
        "row": st.integers(0, 9),
        "content_hash": st.sampled_from(HASHES),
    }
)
deltas = st.lists(
    st.tuples(
        st.lists(rows, max_size=6, unique_by=lambda row: row["article_id"]),
        st.lists(st.sampled_from(IDS), max_size=2, unique=True),
        st.booleans(),  # written before there were numbers
    ),
    max_size=4,
)


def write(folder, parts):
    """Write deltas as files; return their paths and the oracle: the table as the ledger folds it."""
    paths, tables = [], []
    for number, (some, gone, old) in enumerate(parts):
        table = ledger.fold(ARTICLES, [ARTICLES.rows(some), ARTICLES.gone(pa.array(gone, pa.string()))], keep_gone=True)  # fmt: skip
        path = folder / f"{number}.parquet"
        if old:
            pq.write_table(table.drop_columns(["row_hash"]), path, row_group_size=2)
        else:
            write_delta(path, ARTICLES, table)
        paths.append(path)
        tables.append(table)
    return paths, ledger.fold(ARTICLES, tables)


def by_id(table):
    return sorted(table.to_pylist(), key=lambda row: row["article_id"])


@given(deltas, st.lists(st.sampled_from(IDS), max_size=4), st.sampled_from(["/a", "/c"]))
def test_it_finds_what_the_folded_table_has(parts, wanted, uri):
    with tempfile.TemporaryDirectory() as name:
        paths, oracle = write(Path(name), parts)
        found = Lookup(Path(name), ARTICLES, paths)
        everything = oracle.to_pylist()
        assert len(found) == len(everything)
        places = found.places(pa.array(wanted, pa.string()))
        assert by_id(found.rows(places)) == [row for row in by_id(oracle) if row["article_id"] in wanted]  # fmt: skip
        at = found.where("uri", pa.array([uri]))
        assert by_id(found.rows(at)) == [row for row in by_id(oracle) if row["uri"] == uri]
        back = found.rows(places[::-1], ["article_id", "row"]).to_pylist()
        assert back == found.rows(places, ["article_id", "row"]).to_pylist()[::-1]
        ids = found.column("article_id").cast(pa.string()).to_pylist()
        hashes = found.numbers("content_hash").tolist()
        assert dict(zip(ids, hashes, strict=True)) == {
            row["article_id"]: int(row["content_hash"], 16) % 2**64 for row in everything
        }


def test_only_the_row_groups_of_the_rows_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "ROW_GROUP", 10)
    table = ARTICLES.rows([{"article_id": f"a{n:016x}", "row": n} for n in range(100)])
    write_delta(tmp_path / "x", ARTICLES, table)
    groups = []
    real = pq.ParquetFile.read_row_group

    def read(self, group, *more, **settings):
        groups.append(group)
        return real(self, group, *more, **settings)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", read)
    found = Lookup(tmp_path, ARTICLES, [tmp_path / "x"])
    places = found.places(pa.array([f"a{n:016x}" for n in (95, 31, 30)]))
    assert found.rows(places)["row"].to_pylist() == [30, 31, 95]
    assert groups == [3, 9]


def test_the_numbers_are_no_columns_of_the_table(tmp_path):
    write_delta(tmp_path / "x", ARTICLES, ARTICLES.rows([{"article_id": IDS[1]}]))
    assert number_column("article_id") in pq.read_schema(tmp_path / "x").names
    files = [ledger.LedgerFile(kind="articles", path="x", rows=1, sha256="")]
    assert ledger.read_kind(tmp_path, ARTICLES, files).schema == ARTICLES.schema


@pytest.mark.parametrize("content", [None, b"PAR1 cut"])
def test_a_file_that_cannot_be_read_is_damage(tmp_path, content):
    if content:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(LakeDamagedError, match="verify --repair"):
        Lookup(tmp_path, ARTICLES, [tmp_path / "x"])
