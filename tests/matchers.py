"""Comparing what steps give and what lakes hold."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from apache_beam.testing.util import BeamAssertException

from schemas.documents import Article
from schemas.outcomes import Reject
from schemas.tables import TABLES


def records(*expected: object, by: Callable[[Any], object]) -> Callable[[Iterable[Any]], None]:
    """For ``assert_that``: the records of all batches, each seen through ``by``, in any order."""

    def check(batches: Iterable[Any]) -> None:
        found = sorted(repr(by(record)) for batch in batches for record in batch)
        wanted = sorted(map(repr, expected))
        if found != wanted:
            raise BeamAssertException(f"found {found}, expected {wanted}")

    return check


def brief(record: Any) -> object:
    """See an article as its title, a reject as its stage and reason, anything else as its class."""
    if isinstance(record, Article):
        return record.title
    if isinstance(record, Reject):
        return (record.stage, record.reason)
    return type(record).__name__


def counters(result: Any, stage: str) -> dict[str, int]:
    """Return the counters of a stage after a pipeline has run."""
    found: dict[str, int] = {}
    for metric in result.metrics().query()["counters"]:
        if metric.key.metric.namespace == stage:
            found[metric.key.metric.name] = found.get(metric.key.metric.name, 0) + metric.committed
    return found


def lake_rows(lake: Path) -> dict[str, list[str]]:
    """Return every row of every table as sorted text, without the run ids that differ from run to run."""
    found = {}
    for table in TABLES:
        rows: list[str] = []
        for path in sorted((lake / table.name).rglob("*.parquet")):
            month = path.parent.name if table.partitioned else ""
            for row in pq.read_table(path, partitioning=None).to_pylist():
                row.pop("run_id", None)
                rows.append(f"{month} {row}")
        found[table.name] = sorted(rows)
    return found


def row_counts(lake: Path) -> Mapping[str, int]:
    """Return how many rows each table has."""
    return {name: len(rows) for name, rows in lake_rows(lake).items()}


def workers_of(pid: int) -> list[int]:
    """Return the processes below a supervisor: its workers and their fork server, not multiprocessing's own helper."""
    found = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=False
    )
    children: dict[int, list[int]] = {}
    for line in found.stdout.splitlines():
        child, parent, args = line.split(maxsplit=2)
        if "resource_tracker" not in args:
            children.setdefault(int(parent), []).append(int(child))
    below = list(children.get(pid, ()))
    for child in below:  # grows as it goes
        below.extend(children.get(child, ()))
    return below
