from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines import ledger
from pipelines.ledger import ARTICLES, INPUTS, LedgerFile

changes = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(0, 9), st.booleans()), max_size=12
)


def delta(rows):
    return pa.concat_tables(
        [
            INPUTS.schema.empty_table(),
            *(INPUTS.rows([{"uri": u, "size": n}], gone=g) for u, n, g in rows),
        ]
    )


@given(st.lists(changes, max_size=5))
def test_the_last_row_of_a_key_counts(deltas):
    oracle: dict[str, int] = {}
    for rows in deltas:
        for uri, size, gone in rows:
            oracle.pop(uri, None)
            if not gone:
                oracle[uri] = size
    found = ledger.fold(INPUTS, [delta(rows) for rows in [[], *deltas]])
    assert dict(zip(found["uri"].to_pylist(), found["size"].to_pylist(), strict=True)) == oracle


@given(changes, changes, changes)
def test_merging_the_last_deltas_first_changes_nothing(first, second, third):
    whole = ledger.fold(INPUTS, [delta(first), delta(second), delta(third)])
    merged = ledger.fold(INPUTS, [delta(second), delta(third)], keep_gone=True)
    assert whole.sort_by("uri").equals(ledger.fold(INPUTS, [delta(first), merged]).sort_by("uri"))


def test_a_delta_of_an_older_version_lacks_columns():
    old = pa.table({"uri": ["a"], "size": pa.array([1], pa.int64()), "gone": [False]})
    found = ledger.fold(INPUTS, [old]).to_pylist()
    assert found[0]["uri"] == "a"
    assert found[0]["signature"] is None


def test_keys_taken_away_are_away():
    table = ARTICLES.rows([{"article_id": "a1"}, {"article_id": "a2"}])
    assert ledger.fold(ARTICLES, [table, ARTICLES.gone(pa.array(["a1"]))])[
        "article_id"
    ].to_pylist() == ["a2"]


def test_a_year_of_nights_keeps_few_files_and_writes_rows_a_few_times():
    files: list[LedgerFile] = []
    written = 0
    for _ in range(365):
        count = ledger.files_to_merge(files, 1000)
        taken = files[len(files) - count :]
        rows = 1000 + sum(file.rows for file in taken)
        written += rows
        files = [
            *files[: len(files) - count],
            LedgerFile(kind="articles", path="", rows=rows, sha256=""),
        ]
        assert len(files) <= 10
    assert written <= 10 * 365_000
