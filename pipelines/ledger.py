"""The ledger: what the lake holds and where it came from, as four small tables.

Each run adds one delta file per table it changed; a later row replaces an earlier one of the same key, and a row with
``gone`` set takes it away. The run record names the ledger files that make up the state, so that the state changes as a
whole when the record appears. Deltas are merged as they come, each time the older one is no longer much larger, so that
there are never more than a few dozen of them and every row is rewritten a few times only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.spans import ids_of

INSTANT: Final = pa.timestamp("us", tz="UTC")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kind:
    """One table of the ledger; ``key`` is its first column, ``numbered`` are columns of ids that files hold as numbers too."""

    name: str
    schema: pa.Schema
    numbered: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the name of the key column."""
        return str(self.schema.names[0])

    def narrowed(self, columns: Sequence[str]) -> Kind:
        """Return the table with its key, these columns, and ``gone``."""
        names = dict.fromkeys([self.key, *columns, "gone"])
        schema = pa.schema([self.schema.field(name) for name in names])
        return dataclasses.replace(self, schema=schema)

    def rows(self, rows: Sequence[Mapping[str, Any]], *, gone: bool = False) -> pa.Table:
        """Build a delta from dictionaries; columns a row does not name are null."""
        columns = {
            name: pa.array([row.get(name) for row in rows], self.schema.field(name).type)
            for name in self.schema.names
        }
        columns["gone"] = pa.array([gone] * len(rows), pa.bool_())
        return pa.table(columns, schema=self.schema)

    def gone(self, keys: pa.Array | pa.ChunkedArray) -> pa.Table:
        """Build a delta that takes these keys away."""
        count = len(keys)
        columns: dict[str, Any] = {
            name: pa.nulls(count, self.schema.field(name).type) for name in self.schema.names
        }
        columns[self.key] = keys
        columns["gone"] = pa.array([True] * count, pa.bool_())
        return pa.table(columns, schema=self.schema)

    def conform(self, table: pa.Table) -> pa.Table:
        """Give a delta that an older version wrote the columns it lacks, as nulls."""
        columns = [
            table[field.name].cast(field.type)
            if field.name in table.schema.names
            else pa.nulls(table.num_rows, field.type)
            for field in self.schema
        ]
        return pa.table(columns, schema=self.schema)


def _kind(name: str, numbered: tuple[str, ...] = (), **columns: pa.DataType) -> Kind:
    schema = pa.schema([*columns.items(), ("gone", pa.bool_())])
    return Kind(name=name, schema=schema, numbered=numbered)


INPUTS: Final = _kind(
    "inputs",
    uri=pa.string(),
    size=pa.int64(),  # bytes; -1 for what could not be listed as a file
    modified=pa.float64(),
    etag=pa.string(),
    signature=pa.string(),  # settings and versions it was read with
    limits=pa.string(),  # limits on time and size it was read with
    limited=pa.int32(),  # rejects that larger limits could avoid
    articles=pa.int32(),
    rejects=pa.int32(),
    reasons=pa.string(),  # rejects by reason, "binary=1 too_short=2"
    content_hash=pa.string(),  # SHA-256 of the file; null for what lies behind a URL
    version=pa.string(),  # of the program that read it
    unit_id=pa.string(),
    run_id=pa.string(),
)
ARTICLES: Final = _kind(
    "articles",
    ("article_id", "content_hash"),
    article_id=pa.string(),
    uri=pa.string(),
    path=pa.string(),  # file of the articles table
    row=pa.int32(),
    content_hash=pa.string(),
    published_at=INSTANT,
    word_count=pa.int32(),
    row_hash=pa.string(),  # of all that annotation looks at
)
ANNOTATIONS: Final = _kind(
    "annotations",
    ("article_id",),
    article_id=pa.string(),
    signature=pa.string(),  # model, coder, knowledge and lexicons it was annotated with
    rejected=pa.bool_(),
    version=pa.string(),  # of the program that annotated it
    inferred=pa.string(),  # days of publication that others prove and it was annotated with; null: none
    unit_id=pa.string(),
    run_id=pa.string(),
)
FILES: Final = _kind(
    "files",
    path=pa.string(),
    table=pa.string(),
    unit_id=pa.string(),
    run_id=pa.string(),
    rows=pa.int64(),
    size=pa.int64(),
    sha256=pa.string(),
)
KINDS: Final = {kind.name: kind for kind in (INPUTS, ARTICLES, ANNOTATIONS, FILES)}


def fold(
    kind: Kind, deltas: Sequence[pa.Table], *, keep_gone: bool = False, folded: bool = False
) -> pa.Table:
    """Return the rows that are left: the last of each key, without those taken away unless ``keep_gone``.

    ``folded``: each delta has each key once, as those in the lake have.

    The newest delta stands as it is; of the older ones stay the rows whose key no newer one has. So the largest, which is
    the oldest, is gone through once against the few keys that came after it.
    """
    kept: list[pa.Table] = []
    newer: pa.Array | None = None
    filled = [delta for delta in deltas if delta.num_rows]
    for number, delta in enumerate(reversed(filled), start=1):
        rows = kind.conform(delta)
        if not folded:
            rows = _last_of_each(kind, rows)
        keys = _whole(rows[kind.key])
        if newer is not None:
            known = pc.is_in(keys, value_set=newer)
            rows = rows.filter(pc.invert(known))
            if number < len(filled):
                newer = pa.concat_arrays([newer, keys.filter(pc.invert(known))])
        else:
            newer = keys
        if not keep_gone:
            rows = rows.filter(pc.invert(rows["gone"]))
        kept.append(rows)
    return pa.concat_tables([kind.schema.empty_table(), *reversed(kept)]).combine_chunks()


def _last_of_each(kind: Kind, table: pa.Table) -> pa.Table:
    """Return the last row of each key, in order; a delta that was folded has each key once."""
    if pc.count_distinct(table[kind.key]).as_py() == table.num_rows:
        return table
    order = pa.array(range(table.num_rows), pa.int64())
    last = (
        pa.table({"key": table[kind.key], "order": order})
        .group_by("key", use_threads=False)
        .aggregate([("order", "max")])["order_max"]
    )
    return table.take(_sorted(last))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    return array if isinstance(array, pa.Array) else pa.concat_arrays(array.chunks)


def _sorted(indices: pa.ChunkedArray) -> pa.Array:
    array = indices.combine_chunks()
    return array.take(pc.sort_indices(array))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFile:
    """One delta: ``path`` relative to the lake, its table, rows and SHA-256."""

    kind: str
    path: str
    rows: int
    sha256: str


def read_kind(
    lake: Path, kind: Kind, files: Sequence[LedgerFile], columns: Sequence[str] | None = None
) -> pa.Table:
    """Read one table of the ledger as it stands, all columns or some.

    Raises:
      OSError, pa.ArrowInvalid: a ledger file is missing or damaged.
    """
    some = kind if columns is None else kind.narrowed(columns)
    deltas = [
        _read_delta(lake / file.path, some.schema.names) for file in files if file.kind == kind.name
    ]
    return fold(some, deltas, folded=True)


ROW_GROUP: Final = 65_536
"""Rows of a ledger file that are read together where a few are wanted: some 5 MB."""


def number_column(name: str) -> str:
    """Return the column that holds the 64 bits of a column of ids."""
    return f"{name}_bits"


def write_delta(sink: Any, kind: Kind, table: pa.Table) -> None:
    """Write one delta, whose rows are folded, with its ids as strings and as numbers."""
    plain = []
    for name in kind.numbered:
        table = table.append_column(number_column(name), pa.array(ids_of(table[name])))
        plain += [name, number_column(name)]
    names = table.schema.names
    pq.write_table(
        table,
        sink,
        compression={name: "none" if name.endswith("_bits") else "zstd" for name in names},
        use_dictionary=[name for name in names if name not in plain],
        row_group_size=ROW_GROUP,
    )


def _read_delta(path: Path, names: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        present = set(file.schema_arrow.names)
        return file.read(columns=[name for name in names if name in present])


def files_to_merge(files: Sequence[LedgerFile], rows: int) -> int:
    """Return how many of the latest deltas (in order) a new delta of ``rows`` rows is to be merged with.

    A delta is taken in while it is not twice as large as what has come together: like carrying in a binary counter, so
    there are about ``log2(rows)`` files and each row is rewritten that many times at most.
    """
    total = rows
    count = 0
    for file in reversed(files):
        if file.rows > 2 * total:
            break
        total += file.rows
        count += 1
    return count
