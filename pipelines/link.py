"""link: articles that say the same become rows of ``duplicates``.

The copies are found on the driver, from the ledger: see ``transforms/link.py`` for why that is enough for exact ones.
"""

from __future__ import annotations

import time

from pipelines.execute import StageResult
from pipelines.lake import Change, Lake, Run
from pipelines.ledger import ARTICLES
from schemas import ids
from schemas.facts import Duplicate
from schemas.tables import DUPLICATES
from schemas.units import Manifest, Unit
from transforms.link import LINK_VERSION, find_copies
from transforms.parquet import UnitWriter

STAGE = "link"


def main(lake: Lake) -> StageResult:
    """Bring ``duplicates`` up to date with the articles; it is written whole, being small.

    Raises:
      LakeError: the lake cannot be read or written.
    """
    started = time.monotonic()
    state = lake.state
    articles = state.table(ARTICLES, ("content_hash", "published_at"))
    count = articles.num_rows
    if state.linked_version == state.articles_version:
        lake.sweep(STAGE)
        return StageResult(stage=STAGE, run_id=None, listed=count, skipped=count)
    copies = find_copies(articles)
    run = lake.begin(STAGE)
    manifest = _write(lake, run, copies.to_pylist(), state.articles_version)
    rows = dict(manifest.rows)
    lake.commit(
        run,
        Change(
            manifests=[manifest] if manifest.files else [],
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
        copies=copies.num_rows,
        rows=rows,
        seconds=round(time.monotonic() - started, 2),
    )


def _write(lake: Lake, run: Run, copies: list[dict[str, str]], version: int) -> Manifest:
    signature = ids.digest("link", LINK_VERSION, version)
    unit = Unit(
        unit_id=ids.unit_id("link", signature), stage=STAGE, signature=signature, cost=len(copies)
    )
    with lake.writing():
        writer = UnitWriter(str(lake.root), run.staging, unit, run.run_id)
        for copy in copies:
            duplicate = Duplicate(
                article_id=copy["article_id"],
                original_id=copy["original_id"],
                kind="exact",
                similarity=1.0,
            )
            writer.add(DUPLICATES, "", duplicate)
        files, _ = writer.close()
    return Manifest(
        unit_id=unit.unit_id,
        stage=STAGE,
        signature=signature,
        run_id=run.run_id,
        files=files,
        index=None,
        rows={"duplicates": len(copies)},
        rejects={},
        articles=0,
        words=0,
        seconds=0.0,
    )
