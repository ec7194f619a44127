"""What entities, places and dates cost beside the packaged language model, on the sample archive."""

from __future__ import annotations

from benchmarks.archive import sample_articles
from benchmarks.entities import Cost, measure

LIMIT = 0.15


def test_resolution_costs_at_most_fifteen_hundredths_of_the_language_model():
    articles = sample_articles()
    found: list[Cost] = []
    for _ in range(3):  # another program on the machine may take the caches away
        found.append(measure(articles))
        if found[-1].share <= LIMIT:
            break
    assert len(articles) >= 60
    assert min(cost.share for cost in found) <= LIMIT, found
