"""link: articles that say the same become rows of ``duplicates``.

On one machine the copies are found on the driver, from the ledger: see ``transforms/link.py`` for why that is enough for
exact ones. On an engine they are found by it:

fingerprints ──LinkDuplicates──▶ copies ──write_shard──▶ duplicates
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from pipelines.execute import Execution, StageResult
from pipelines.lake import Change, Lake, Run
from pipelines.ledger import ARTICLES
from pipelines.lookup import Lookup, Places, lookup
from pipelines.spans import Keys
from pipelines.supervise import Job, RunStoppedError
from schemas import ids
from schemas.units import Manifest, Unit
from transforms.link import FINGERPRINT, LINK_VERSION, find_copies, write_copies

if TYPE_CHECKING:
    import apache_beam as beam

STAGE = "link"

_SHARD_ARTICLES = 1_000_000
"""Articles for one file of ``duplicates`` that an engine writes."""

_ROW_GROUP = 50_000
"""Fingerprints that an engine hands out together, some 5 MB."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LinkConfig:
    """What a job on an engine works on: a file of fingerprints in the staging folder, and its row groups."""

    fingerprints: str
    row_groups: int


def build(pipeline: beam.Pipeline, job: Job, units: Sequence[Unit] | None) -> None:
    """Wire the steps; ``units`` are the shards that are to be written."""
    import apache_beam as beam

    from transforms.duplicates import LinkDuplicates, read_fingerprints, write_shard
    from transforms.stage import SaveManifests

    config: LinkConfig = job.config
    shards = list(units or ())
    (
        pipeline
        | "RowGroups" >> beam.Create(range(config.row_groups))
        | "Deal" >> beam.Reshuffle()
        | "ReadFingerprints"
        >> beam.FlatMap(read_fingerprints, f"{job.lake}/{config.fingerprints}").with_output_types(
            tuple[str, tuple[int | None, str]]
        )
        | "LinkDuplicates" >> LinkDuplicates(len(shards))
        | "WriteShards" >> beam.Map(write_shard, shards, job.lake, job.staging, job.run_id)
        | "SaveManifests" >> SaveManifests(f"{job.lake}/{job.staging}")
    )


def main(lake: Lake, execution: Execution) -> StageResult:
    """Bring ``duplicates`` up to date with the articles; it is written whole, being small.

    Raises:
      RunStoppedError: the engine that was named could not do it.
      LakeError: the lake cannot be read or written.
    """
    started = time.monotonic()
    state = lake.state
    articles = lookup(state, ARTICLES)
    count = len(articles)
    if state.linked_version == state.articles_version:
        lake.sweep(STAGE)
        return StageResult(stage=STAGE, run_id=None, listed=count, skipped=count)
    run = lake.begin(STAGE)
    version = state.articles_version
    if execution.config.local or not count:
        manifests = [_find_here(lake, run, articles, version)]
    else:
        manifests = _find_elsewhere(lake, run, version, execution)
    rows = {"duplicates": sum(manifest.rows["duplicates"] for manifest in manifests)}
    lake.commit(
        run,
        Change(
            manifests=[manifest for manifest in manifests if manifest.files],
            replaced_tables=["duplicates"],
            linked=True,
            facts={"rows": rows, "seconds": round(time.monotonic() - started, 2)},
        ),
    )
    lake.sweep(STAGE)
    return StageResult(
        stage=STAGE,
        run_id=run.run_id,
        listed=count,
        skipped=0,
        copies=rows["duplicates"],
        rows=rows,
        seconds=round(time.monotonic() - started, 2),
    )


def _shard(version: int, number: int, cost: int) -> Unit:
    signature = ids.digest("link", LINK_VERSION, version)
    parts = (signature, number) if number else (signature,)
    return Unit(unit_id=ids.unit_id("link", *parts), stage=STAGE, signature=signature, cost=cost)


def _find_here(lake: Lake, run: Run, articles: Lookup, version: int) -> Manifest:
    copies = find_copies(articles.rows(_repeated(articles.numbers("content_hash")), FINGERPRINT))
    pairs = zip(copies["article_id"].to_pylist(), copies["original_id"].to_pylist(), strict=True)
    with lake.writing():
        unit = _shard(version, 0, copies.num_rows)
        return write_copies(pairs, unit, str(lake.root), run.staging, run.run_id)


def _repeated(numbers: Keys) -> Places:
    """Return where numbers stand that are there more than once."""
    ordered = np.sort(numbers)
    return Lookup.places_of(numbers, ordered[1:][ordered[1:] == ordered[:-1]])


def _find_elsewhere(lake: Lake, run: Run, version: int, execution: Execution) -> list[Manifest]:
    articles = lake.state.table(ARTICLES, FINGERPRINT)
    path = f"{run.staging}/fingerprints.parquet"
    with lake.writing():
        rows = articles.select(list(FINGERPRINT))
        pq.write_table(rows, lake.root / path, row_group_size=_ROW_GROUP)
    groups = -(-articles.num_rows // _ROW_GROUP)
    units = [
        _shard(version, number, _SHARD_ARTICLES)
        for number in range(1 + articles.num_rows // _SHARD_ARTICLES)
    ]
    job = Job(
        stage=STAGE,
        lake=str(lake.root),
        staging=run.staging,
        run_id=run.run_id,
        config=LinkConfig(fingerprints=path, row_groups=groups),
        beam_flags=execution.config.beam_flags,
    )
    outcome = execution.perform(job, units)
    if outcome.failures:
        raise RunStoppedError(f"link failed: {outcome.failures[0].message}")
    found = lake.gather(run)
    return [found[unit_id] for unit_id in outcome.done]
