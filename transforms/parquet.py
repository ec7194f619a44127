"""Parquet files in a staging folder: rows as they come, flat memory, whole or not at all. No Beam here."""

from __future__ import annotations

import collections
import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas import ids
from schemas.tables import ANNOTATED, ARTICLES, BY_NAME, REJECTS, SCHEMA_VERSION, Table
from schemas.units import Manifest, StagedFile, Unit

FLUSH_CODE_POINTS = 16_000_000
"""Text held back before it is written: some 4,000 articles, 100 MB with what Python adds; a row group of 5 to 10 MB."""

OPEN_FILES = 64
"""Parquet files a unit keeps open; an archive of many years in one container has a file per month."""

INDEX = pa.schema(
    [
        ("article_id", pa.string()),
        ("uri", pa.string()),
        ("path", pa.string()),
        ("row", pa.int32()),
        ("content_hash", pa.string()),
        ("published_at", pa.timestamp("us", tz="UTC")),
        ("word_count", pa.int32()),
        ("row_hash", pa.string()),
    ]
)
"""What the ledger keeps of every article: enough to plan ``annotate`` and to find exact copies."""


def fault(name: str) -> None:
    """Mark a step at which a process may die; does nothing. Tests put a killer here."""


class UnitWriter:
    """Writes the rows of one unit; memory stays flat however long the unit is.

    Rows wait until ``FLUSH_CODE_POINTS`` of text have come together and then become one row group per table and month,
    sorted by the table's order. File names carry the unit, the run and a number, and the folder is this attempt's own.
    """

    def __init__(self, lake: str, staging: str, unit: Unit, run_id: str) -> None:
        """Make the attempt's folder, ``staging`` being relative to ``lake``."""
        self._lake = Path(lake)
        self._attempt = f"{staging}/{unit.unit_id}-{uuid.uuid4().hex[:12]}"
        # There from the start: a folder without a manifest is what the run was at when it died.
        (self._lake / self._attempt).mkdir(parents=True, exist_ok=True)
        items = [file.uri for file in unit.inputs]
        items += [name for selection in unit.selections for name in selection.article_ids]
        (self._lake / self._attempt / "items.json").write_text(json.dumps(items))
        self._unit = unit
        self._run_id = run_id
        self._waiting: dict[tuple[str, str], list[Any]] = {}
        self._weight = 0
        self._open: collections.OrderedDict[tuple[str, str], OpenFile] = collections.OrderedDict()
        self._files: list[StagedFile] = []
        self._index: OpenFile | None = None
        self._index_file: StagedFile | None = None
        self._parts = 0

    def add(self, table: Table, month: str, record: Any, weight: int = 0) -> None:
        """Take one record; ``weight`` is the code points it holds."""
        if (
            self._unit.careful
        ):  # a row that fits no column shows now, and not with all others at the end
            table.to_arrow([record], self._constants(table))
        key = (table.name, month if table.partitioned else "")
        rows = self._waiting.get(key)
        if rows is None:
            rows = self._waiting[key] = []
        rows.append(record)
        self._weight += weight + 200  # 200: what a record without text takes
        if self._weight > FLUSH_CODE_POINTS:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        for (name, month), rows in sorted(self._waiting.items()):
            table = BY_NAME[name]
            self._write(table, month, table.to_arrow(rows, self._constants(table)))
        self._waiting.clear()
        self._weight = 0

    def _constants(self, table: Table) -> dict[str, str]:
        return {"run_id": self._run_id} if table is REJECTS else {}

    def close(self) -> tuple[tuple[StagedFile, ...], StagedFile | None]:
        """Write the rest and return all files, and the index of the articles if there are any."""
        self.flush()
        while self._open:
            self._close_oldest()
        if self._index is not None:
            self._index_file = self._index.close()
        return tuple(sorted(self._files, key=lambda file: file.path)), self._index_file

    def abort(self) -> None:
        """Let go of the open files after an error; the folder is swept with the run's."""
        for file in [*self._open.values(), *([self._index] if self._index else [])]:
            file.abort()
        self._open.clear()

    def _write(self, table: Table, month: str, rows: pa.Table) -> None:
        key = (table.name, month)
        file = self._open.get(key)
        if file is None:
            while len(self._open) >= OPEN_FILES:
                self._close_oldest()
            file = self._open[key] = self._create(table, month)
        self._open.move_to_end(key)
        if table is ARTICLES:
            self._write_index(file, rows)
        file.write(rows)

    def _create(self, table: Table, month: str) -> OpenFile:
        folder = f"{table.name}/published_month={month}" if table.partitioned else table.name
        path = f"{folder}/{self._unit.unit_id}-{self._run_id}-{self._parts:04d}.parquet"
        self._parts += 1
        return OpenFile(
            self._lake,
            table.name,
            path,
            f"{self._attempt}/{path}",
            table.schema,
            table.text_columns,
        )

    def _write_index(self, file: OpenFile, rows: pa.Table) -> None:
        if self._index is None:
            path = "index.parquet"
            self._index = OpenFile(self._lake, "index", path, f"{self._attempt}/{path}", INDEX, ())
        first = file.rows
        columns = {
            **{
                name: rows[name]
                for name in ("article_id", "uri", "content_hash", "published_at", "word_count")
            },
            "path": pa.array([file.path] * rows.num_rows, pa.string()),
            "row": pa.array(range(first, first + rows.num_rows), pa.int32()),
            "row_hash": pa.array(row_hashes(rows), pa.string()),
        }
        self._index.write(pa.table([columns[name] for name in INDEX.names], schema=INDEX))

    def _close_oldest(self) -> None:
        _, file = self._open.popitem(last=False)
        self._files.append(file.close())


def row_hashes(rows: pa.Table) -> list[str]:
    """Hash what annotation looks at of each article: 128 bits, the same on every machine."""
    columns = [rows[name].to_pylist() for name in ANNOTATED]
    return [ids.digest(*values, size=16) for values in zip(*columns, strict=True)]


class OpenFile:
    """One Parquet file being written: ``path`` in the lake once published, ``staged`` where it lies until then."""

    def __init__(
        self,
        lake: Path,
        table: str,
        path: str,
        staged: str,
        schema: pa.Schema,
        text_columns: tuple[str, ...],
    ) -> None:
        """Make the file, which must not be there."""
        self.table = table
        self.path = path
        self.staged = staged
        self.rows = 0
        self._place = lake / staged
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._sink = self._place.open("xb")
        self._writer = parquet_writer(self._sink, schema, text_columns)

    def write(self, rows: pa.Table) -> None:
        """Add a row group."""
        fault("write.rows")
        self._writer.write_table(rows, row_group_size=max(1, rows.num_rows))
        self.rows += rows.num_rows

    def close(self) -> StagedFile:
        """Finish the file and say what it holds."""
        fault("write.close")
        self._writer.close()
        self._sink.flush()
        os.fsync(self._sink.fileno())
        self._sink.close()
        return StagedFile(
            table=self.table,
            path=self.path,
            staged=self.staged,
            rows=self.rows,
            size=self._place.stat().st_size,
            sha256=file_digest(self._place),
        )

    def abort(self) -> None:
        """Let go of it after an error."""
        with contextlib.suppress(Exception):  # a second error would hide the first
            self._writer.close()
        self._sink.close()


def parquet_writer(sink: Any, schema: pa.Schema, text_columns: tuple[str, ...]) -> pq.ParquetWriter:
    """Open a Parquet file of ours: zstd, statistics, and the schema's version in its metadata."""
    metadata = {**(schema.metadata or {}), b"dateline.schema_version": SCHEMA_VERSION.encode()}
    # Leaves of nested columns are named "actor.list.element.text"; all of them repeat enough for a dictionary.
    leaves = [column.name for column in schema if column.name not in text_columns]
    return pq.ParquetWriter(
        sink,
        schema.with_metadata(metadata),
        compression="zstd",
        use_dictionary=True if not text_columns else leaves,
        write_statistics=True,
    )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def manifest_path(folder: Path, unit_id: str) -> Path:
    """Return where a unit's manifest lies."""
    return folder / f"{unit_id}.manifest.json"


def write_whole(place: Path, content: bytes) -> None:
    """Write a file so that a reader, or a restart, sees the old content or the new and nothing between."""
    temporary = place.with_name(f".{place.name}.{uuid.uuid4().hex[:12]}")
    with temporary.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fault(f"put.{place.name}")
    temporary.replace(place)
    fault(f"put.{place.name}.done")
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def iterate_manifests(folder: Path) -> Iterator[Path]:
    """Yield the manifests lying in a staging folder, in name order."""
    yield from sorted(folder.glob("*.manifest.json"))


def write_links(
    table: Table, records: Iterable[Any], unit: Unit, lake: str, staging: str, run_id: str
) -> Manifest:
    """Write a unit of one table that has no months, made of other tables, and say what was written.

    Raises:
      OSError: the lake cannot be written.
    """
    writer = UnitWriter(lake, staging, unit, run_id)
    count = 0
    for record in records:
        count += 1
        writer.add(table, "", record)
    files, _ = writer.close()
    return Manifest(
        unit_id=unit.unit_id,
        stage=unit.stage,
        signature=unit.signature,
        run_id=run_id,
        files=files,
        index=None,
        rows={table.name: count},
        rejects={},
        articles=0,
        words=0,
        seconds=0.0,
    )
