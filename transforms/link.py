"""Articles that say the same become one original and its copies.

Exact copies need no pipeline: the ledger holds every article's content hash, and finding equal ones is one sort, a
second for a million articles, where a shuffle of a million elements takes minutes on one machine.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
    groups = articles.select(["article_id", "content_hash", "published_at"]).filter(
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
