from __future__ import annotations

import csv
import io
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from schemas.outcomes import Reject
from tests.unit.formats.helpers import BODY, TITLE, articles, read, reasons

HEADER = ["id", "title", "text", "published"]
ROWS = [[f"doc-{i}", f"{TITLE} ({i})", "\n\n".join(BODY), "2022-06-14"] for i in (1, 2, 3)]


def table(rows, **dialect):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **dialect).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_rows_are_articles(delimiter, encoding):
    payload = table([HEADER, *ROWS], delimiter=delimiter).decode().encode(encoding)
    found = articles(payload, "a.csv")
    assert [a.title for a in found] == [r[1] for r in ROWS]
    assert [a.text for a in found] == ["\n\n".join(BODY)] * 3
    assert [(a.source_id, a.record_offset) for a in found] == [
        ("doc-1", 1),
        ("doc-2", 2),
        ("doc-3", 3),
    ]
    assert {str(a.published_at)[:10] for a in found} == {"2022-06-14"}


def test_a_table_is_told_by_its_header():
    assert [a.source_format for a in articles(table([HEADER, *ROWS]), "export")] == ["csv"] * 3


def test_rows_that_do_not_fit_are_rejects_with_their_number():
    found = read(table([HEADER, ROWS[0], ["doc-2", "short"], [*ROWS[2], "more"]]), "a.csv")
    assert [(f.reason, f.record_offset) if isinstance(f, Reject) else "ok" for f in found] == [
        "ok", ("bad_record", 2), ("bad_record", 3)
    ]  # fmt: skip


def test_big_cells_nulls_and_open_quotes():
    assert reasons(table([HEADER, ["1", TITLE, "word " * 40_000, "2022"]]), "a.csv") == ["ok"]
    assert reasons(table([HEADER, *ROWS]).replace(b"Keller", b"Kel\0ler"), "a.csv") == ["ok"] * 3
    assert "bad_record" in reasons(
        table([HEADER, ROWS[0]]) + b'doc-2,"open,"x\n' + table(ROWS[2:]), "a.csv"
    )


def test_tables_without_text_are_rejects():
    assert reasons(table([HEADER]), "a.csv") == ["empty"]
    assert reasons(table([["a", "b"], ["1", "2"]]), "a.csv") == ["no_article"]
    assert reasons(table(ROWS), "a.csv") == ["no_article"]


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_parquet_and_arrow(kind):
    columns = {name: [row[i] for row in ROWS] for i, name in enumerate(HEADER)}
    columns["vector"] = [[0.5, 0.5]] * 3
    columns["raw"] = [b"\0"] * 3
    rows = pa.table(columns)
    out = io.BytesIO()
    if kind == "parquet":
        pq.write_table(rows, out)
    else:
        with (pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream)(
            out, rows.schema
        ) as writer:
            writer.write_table(rows)
    name = {"parquet": "a", "arrow": "a", "stream": "a.arrow"}[kind]
    found = articles(out.getvalue(), name)
    assert [(a.title, a.record_offset) for a in found] == [
        (row[1], i) for i, row in enumerate(ROWS)
    ]
    assert reasons(out.getvalue()[: len(out.getvalue()) // 2], name)[-1] in (
        "bad_format",
        "truncated",
    )
    assert reasons(b"PAR1" + b"\0" * 100 + b"PAR1", "a") == ["bad_format"]


def test_a_damaged_offset_is_a_reject_and_no_crash():
    out = io.BytesIO()
    pa_table = pa.table({"title": [TITLE], "text": ["\n\n".join(BODY)]})
    feather.write_feather(pa_table, out, compression="uncompressed")
    offsets = struct.pack("<ii", 0, len(TITLE))
    before, _, after = out.getvalue().rpartition(
        offsets
    )  # the description of the buffers has it too
    damaged = before + struct.pack("<ii", 0, 2**31 - 1) + after
    assert reasons(damaged, "a.arrow") == ["bad_format"]


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_columns_of_one_name(kind):
    rows = pa.Table.from_arrays(
        [pa.array([TITLE]), pa.array(["\n\n".join(BODY)]), pa.array(["a"]), pa.array(["b"])],
        names=["title", "text", "", ""],
    )
    out = io.BytesIO()
    if kind == "parquet":
        pq.write_table(rows, out)
    else:
        with pa.ipc.new_file(out, rows.schema) as writer:
            writer.write_table(rows)
    (article,) = articles(out.getvalue(), "a")
    assert article.title == TITLE
    nameless = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["", ""])
    out = io.BytesIO()
    with pa.ipc.new_file(out, nameless.schema) as writer:
        writer.write_table(nameless)
    assert reasons(out.getvalue(), "a.arrow") == ["no_article"]
