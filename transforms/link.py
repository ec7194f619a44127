"""Articles that say the same become one original and its copies.

On one machine exact copies need no pipeline: the ledger holds every article's content hash, and finding equal ones is one
sort, a second for a million articles, where a shuffle of a million elements takes minutes. On an engine
``duplicates.py`` does the same.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.facts import Duplicate
from schemas.tables import DUPLICATES
from schemas.units import Manifest, Unit
from transforms.parquet import write_links

FINGERPRINT = ("article_id", "content_hash", "published_at")
"""What the ledger knows of an article that tells copies and originals."""

LINK_VERSION = "1"
"""Part of what decides whether ``duplicates`` is up to date."""


def find_copies(articles: pa.Table) -> pa.Table:
    """Return ``article_id`` and ``original_id`` of every exact copy, sorted by both.

    ``articles`` needs ``article_id``, ``content_hash`` and ``published_at``. The original is the article published
    first (unknown times come last), among equals the one with the smallest id: it depends on the articles alone, not on
    the order or the runs they came in.
    """
    counts = articles.group_by("content_hash").aggregate([("article_id", "count")])
    shared = counts.filter(pc.greater(counts["article_id_count"], 1))["content_hash"]
    groups = articles.select(list(FINGERPRINT)).filter(
        pc.is_in(articles["content_hash"], value_set=shared)
    )
    groups = groups.sort_by(
        [("content_hash", "ascending"), ("published_at", "ascending"), ("article_id", "ascending")]
    )
    hashes = groups["content_hash"].combine_chunks()
    count = len(hashes)
    first = np.ones(count, dtype=bool)  # of its group, whose original it is
    if count > 1:
        first[1:] = pc.not_equal(hashes.slice(1), hashes.slice(0, count - 1)).to_numpy(
            zero_copy_only=False
        )
    original = np.maximum.accumulate(np.where(first, np.arange(count), 0))
    ids = groups["article_id"].combine_chunks()
    table = pa.table({"article_id": ids, "original_id": ids.take(pa.array(original, pa.int64()))})
    return table.filter(pc.not_equal(table["article_id"], table["original_id"])).sort_by(
        [("original_id", "ascending"), ("article_id", "ascending")]
    )


def write_copies(
    copies: Iterable[tuple[str, str]], unit: Unit, lake: str, staging: str, run_id: str
) -> Manifest:
    """Write (article, original) pairs as rows of ``duplicates`` and say what was written.

    Raises:
      OSError: the lake cannot be written.
    """
    records = (
        Duplicate(article_id=article_id, original_id=original_id, kind="exact", similarity=1.0)
        for article_id, original_id in copies
    )
    return write_links(DUPLICATES, records, unit, lake, staging, run_id)
