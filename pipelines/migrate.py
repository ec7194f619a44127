"""migrate: the files of an earlier schema are written again as those of today, in one commit."""

from __future__ import annotations

import json
import time
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import migrations
from pipelines.commit import Change, Rewritten
from pipelines.execute import StageResult
from pipelines.lake import Lake, Run
from pipelines.ledger import FILES
from pipelines.records import LakeError
from schemas import tables
from transforms.parquet import OpenFile, write_whole

STAGE: Final = "migrate"


def main(lake: Lake) -> StageResult:
    """Rewrite every file that was written by another version of the tables.

    Raises:
      LakeError: there is no way from that version, or the lake cannot be written.
    """
    started = time.monotonic()
    files = lake.state.table(FILES, ("unit_id",))
    old = []
    for path, unit_id in zip(files["path"].to_pylist(), files["unit_id"].to_pylist(), strict=True):
        version = migrations.version_of(pq.read_schema(lake.root / path))
        if version != tables.SCHEMA_VERSION:
            old.append((path, unit_id, version))
    for version in sorted({version for *_, version in old}):
        missing = [
            major
            for major in range(
                migrations.parse(version)[0], migrations.parse(tables.SCHEMA_VERSION)[0]
            )
            if major not in migrations.STEPS
        ]
        if missing:
            raise LakeError(
                f"{lake.root} has tables of schema {version}, and there is no way from {missing[0]} to "
                f"{missing[0] + 1}; read the archive again into a new lake: dateline run INPUT... --lake NEW"
            )
    result = StageResult(stage=STAGE, run_id=None, listed=files.num_rows, skipped=files.num_rows)
    if old:
        run = lake.begin(STAGE)
        with lake.writing():
            rewritten = [_rewrite(lake, run, number, *item) for number, item in enumerate(old)]
        seconds = round(time.monotonic() - started, 2)
        versions = {"from": sorted({version for *_, version in old}), "to": tables.SCHEMA_VERSION}
        lake.commit(
            run, Change(rewritten=rewritten, facts={"schema": versions, "seconds": seconds})
        )
        result = StageResult(
            stage=STAGE,
            run_id=run.run_id,
            listed=files.num_rows,
            skipped=files.num_rows - len(old),
            seconds=seconds,
            detail=f"{len(old):,} files of schema {', '.join(versions['from'])} are now of {tables.SCHEMA_VERSION}",
        )
    lake.sweep(STAGE)
    marker = {**lake.marker(), "schema_version": tables.SCHEMA_VERSION}
    with lake.writing():
        write_whole(lake.home / "lake.json", json.dumps(marker, indent=2).encode())
        lake.write_views()
    return result


def _rewrite(lake: Lake, run: Run, number: int, path: str, unit_id: str, version: str) -> Rewritten:
    table = tables.BY_NAME[path.split("/")[0]]
    target = f"{path.rsplit('/', 1)[0]}/{unit_id}-{run.run_id}-m{number:05d}.parquet"
    file = OpenFile(
        lake.root,
        table.name,
        target,
        f"{run.staging}/migrate/{target}",
        table.schema,
        table.text_columns,
    )
    moved = []
    with pq.ParquetFile(lake.root / path) as source:
        for group in range(source.num_row_groups):
            rows = migrations.upgrade(table, source.read_row_group(group), version)
            if table is tables.ARTICLES:
                places = range(file.rows, file.rows + rows.num_rows)
                moved.append(
                    pa.table(
                        {
                            "article_id": rows["article_id"],
                            "path": pa.array([target] * rows.num_rows, pa.string()),
                            "row": pa.array(places, pa.int32()),
                        }
                    )
                )
            file.write(rows)
    return Rewritten(
        unit_id=unit_id,
        removes=(path,),
        files=(file.close(),),
        moved=pa.concat_tables(moved) if moved else None,
    )
