"""compact: the many small files of a partition become a few large ones, sorted for the usual questions.

Every night adds a file or more to each month it touches. A reader opens them all, and none is sorted beyond itself. Past
a threshold (``MOST_FILES``), or when asked, the files of a partition are read together, sorted by ``Table.cluster`` and
written again as files of 64 to 256 MB, in one commit; the rows stay what they are. Large files that are sorted already
are left alone, so that a row is rewritten a few times only however long the nights go on. DuckDB sorts, on disk where
memory is short, and hands the rows over a row group at a time.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import migrations
from pipelines.commit import COMPACTED, Change, Rewritten
from pipelines.execute import StageResult
from pipelines.lake import Lake, Run
from pipelines.ledger import FILES
from pipelines.records import REPAIR, LakeDamagedError, State
from schemas import ids, tables
from schemas.tables import Table
from schemas.units import StagedFile
from transforms import parquet
from transforms.parquet import OpenFile

if TYPE_CHECKING:
    import duckdb

STAGE: Final = "compact"

TARGET_BYTES: Final = 128_000_000
"""Of a file; a partition is cut into equal parts near it, so that none is larger than 192 MB."""

SMALL_BYTES: Final = 64_000_000
"""A sorted file from this size on is left alone."""

MOST_FILES: Final = 48
"""Files of a table and month from which they are compacted without being asked: DuckDB needs about 1 ms to open one."""

MEMORY: Final = "768MB"
"""What sorting may take; beyond it goes to the staging folder."""

_GROUP_ROWS: Final = {"articles": 8_192}
_OTHER_GROUP_ROWS: Final = 65_536
"""Rows of a row group: what DuckDB skips or reads at a time. A day of a month of ten million events is five of them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    """Files of one table and month that become new ones; ``size`` in bytes."""

    table: Table
    folder: str
    paths: tuple[str, ...]
    rows: int
    size: int

    @property
    def unit_id(self) -> str:
        """Return the id of the compaction, which owns the new files."""
        return COMPACTED + ids.digest("unit", STAGE, *self.paths)


def plan_compaction(state: State, least_files: int) -> list[Group]:
    """Return the partitions in which at least ``least_files`` are small or unsorted, those of ``duplicates`` and ``inferred_dates`` aside."""
    folders: dict[str, list[tuple[str, int, int]]] = {}
    files = state.table(FILES, ("table", "unit_id", "rows", "size"))
    names = ("path", "table", "unit_id", "rows", "size")
    for path, table, unit_id, rows, size in zip(
        *(files[name].to_pylist() for name in names), strict=True
    ):
        settled = unit_id.startswith(COMPACTED) and size >= SMALL_BYTES
        if table not in ("duplicates", "inferred_dates") and not settled:
            folders.setdefault(path.rsplit("/", 1)[0], []).append((path, rows, size))
    return [
        Group(
            table=tables.BY_NAME[folder.split("/")[0]],
            folder=folder,
            paths=tuple(sorted(path for path, _, _ in found)),
            rows=sum(rows for _, rows, _ in found),
            size=sum(size for _, _, size in found),
        )
        for folder, found in sorted(folders.items())
        if len(found) >= max(2, least_files)
    ]


def main(lake: Lake, least_files: int = 2) -> StageResult:
    """Compact what needs it, in one commit.

    Raises:
      LakeDamagedError: a file is not what the ledger says.
      LakeError: the lake cannot be written.
    """
    started = time.monotonic()
    groups = plan_compaction(lake.state, least_files)
    if not groups:
        lake.sweep(STAGE)
        return StageResult(stage=STAGE, run_id=None, listed=0, skipped=0)
    run = lake.begin(STAGE)
    with lake.writing():
        rewritten = [_rewrite(lake, run, group) for group in groups]
    before = sum(len(group.paths) for group in groups)
    after = sum(len(item.files) for item in rewritten)
    seconds = round(time.monotonic() - started, 2)
    facts = {"files_before": before, "files_after": after, "seconds": seconds}
    lake.commit(run, Change(rewritten=rewritten, facts=facts))
    lake.sweep(STAGE)
    return StageResult(
        stage=STAGE,
        run_id=run.run_id,
        listed=before,
        skipped=0,
        units=len(groups),
        seconds=seconds,
        detail=f"{before:,} files of {len(groups):,} partitions became {after:,}",
    )


def _rewrite(lake: Lake, run: Run, group: Group) -> Rewritten:
    parts = max(1, round(group.size / TARGET_BYTES))
    group_rows = _GROUP_ROWS.get(group.table.name, _OTHER_GROUP_ROWS)
    rows_of_part = -(-group.rows // parts)
    files: list[StagedFile] = []
    moved: list[pa.Table] = []
    open_file: OpenFile | None = None
    written = 0
    try:
        for rows in _sorted_rows(lake, run, group, group_rows):
            if open_file is None:
                open_file = _open(lake, run, group, len(files))
            if group.table is tables.ARTICLES:
                moved.append(_places(rows, open_file.path, open_file.rows))
            open_file.write(rows)
            written += rows.num_rows
            parquet.fault("compact.rows")
            if open_file.rows >= rows_of_part:
                files.append(open_file.close())
                open_file = None
        if open_file is not None:
            files.append(open_file.close())
            open_file = None
    except BaseException:
        if open_file is not None:
            open_file.abort()
        raise
    if written != group.rows:
        raise LakeDamagedError(
            f"{group.folder} holds {written:,} rows in the files of which the ledger says {group.rows:,}; {REPAIR}"
        )
    return Rewritten(
        unit_id=group.unit_id,
        removes=group.paths,
        files=tuple(files),
        moved=pa.concat_tables(moved) if moved else None,
    )


def _open(lake: Lake, run: Run, group: Group, part: int) -> OpenFile:
    path = f"{group.folder}/{group.unit_id}-{run.run_id}-{part:04d}.parquet"
    return OpenFile(
        lake.root,
        group.table.name,
        path,
        f"{run.staging}/compact/{path}",
        group.table.schema,
        group.table.text_columns,
    )


def _places(rows: pa.Table, path: str, first: int) -> pa.Table:
    return pa.table(
        {
            "article_id": rows["article_id"],
            "path": pa.array([path] * rows.num_rows, pa.string()),
            "row": pa.array(range(first, first + rows.num_rows), pa.int32()),
        }
    )


def _sorted_rows(lake: Lake, run: Run, group: Group, group_rows: int) -> Iterator[pa.Table]:
    """Yield the rows of the files in the order of the table's ``cluster``, a row group at a time."""
    import duckdb

    with duckdb.connect() as connection:
        _settle(connection, str(lake.root / run.staging / "sort"))
        try:
            reader = connection.sql(_query(lake, group)).fetch_arrow_reader(group_rows)
            waiting: list[pa.RecordBatch] = []
            count = 0
            for batch in reader:
                waiting.append(batch)
                count += batch.num_rows
                while count >= group_rows:
                    found = pa.Table.from_batches(waiting)
                    yield conform(group.table, found.slice(0, group_rows))
                    waiting = found.slice(group_rows).to_batches()
                    count -= group_rows
            if count:
                yield conform(group.table, pa.Table.from_batches(waiting))
        except duckdb.Error as error:
            raise LakeDamagedError(
                f"{group.folder} cannot be read as a whole ({error}); {REPAIR}"
            ) from error


def _settle(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET temp_directory = ?", [folder])
    connection.execute("SET preserve_insertion_order = false")


def _query(lake: Lake, group: Group) -> str:
    present = [set(pq.read_schema(lake.root / path).names) for path in group.paths]
    columns = []
    for name in group.table.columns:
        having = sum(name in names for names in present)
        fill = migrations.SQL_FILLS.get((group.table.name, name), "NULL")
        if having == len(present):
            columns.append(f'"{name}"')
        elif having:
            columns.append(f'coalesce("{name}", {fill}) AS "{name}"')
        else:
            columns.append(f'{fill} AS "{name}"')
    files = ", ".join("'" + str(lake.root / path).replace("'", "''") + "'" for path in group.paths)
    order = ", ".join(f'"{name}" NULLS LAST' for name in group.table.cluster or group.table.order)
    return (
        f"SELECT {', '.join(columns)} FROM read_parquet([{files}], union_by_name = true, "
        f"hive_partitioning = false) ORDER BY {order}"
    )


def conform(table: Table, rows: pa.Table) -> pa.Table:
    """Turn what DuckDB hands over into the types of the table: it knows neither dictionaries nor required fields."""
    columns = [_as(rows[field.name], field.type) for field in table.schema]
    return pa.table(columns, schema=table.schema)


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> Any:
    whole = pa.concat_arrays([*column.chunks, pa.array([], column.type)])
    return _array_as(whole, kind)


def _array_as(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_struct(kind):
        children = [
            _array_as(child, inner.type) for child, inner in zip(array.flatten(), kind, strict=True)
        ]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind):
        offsets = array.offsets
        first, last = offsets[0].as_py(), offsets[-1].as_py()
        values = _array_as(array.values.slice(first, last - first), kind.value_type)
        shifted = pa.array(offsets.to_numpy(zero_copy_only=False) - first, pa.int32())
        return pa.ListArray.from_arrays(shifted, values, type=kind)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return (
        array.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else array.cast(kind)
    )
