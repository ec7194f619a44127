"""Fingerprints of articles become rows of ``duplicates``, on an engine: what ``link.py`` finds with a sort, as shuffles."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.units import Manifest, Unit
from transforms.link import write_copies

Fingerprint = tuple[str, tuple[int | None, str]]
"""Content hash; time of publication in microseconds since 1970, if known, and article id."""


def read_fingerprints(row_group: int, path: str) -> Iterator[Fingerprint]:
    """Yield the fingerprints in one row group of a file with the columns that ``find_copies`` needs."""
    with pq.ParquetFile(path) as file:
        rows = file.read_row_group(row_group, ["content_hash", "published_at", "article_id"])
    times = rows["published_at"].cast(pa.int64())
    columns = (column.to_pylist() for column in (rows["content_hash"], times, rows["article_id"]))
    for content_hash, published, article_id in zip(*columns, strict=True):
        yield content_hash, (published, article_id)


def copies_in(group: tuple[str, Iterable[tuple[int | None, str]]]) -> Iterator[tuple[str, str]]:
    """Yield article and original of each copy among the articles with one content hash, as ``find_copies`` has them."""
    _, found = group
    (_, _, original), *copies = sorted(
        (published is None, published or 0, article_id) for published, article_id in found
    )
    for _, _, article_id in copies:
        yield article_id, original


@dataclasses.dataclass
class LinkDuplicates(beam.PTransform[Any, Any]):
    """Find the exact copies among fingerprints, and deal them out to shards.

    In: Fingerprint. Out: shard number and its (article, original) pairs, for every shard, also an empty one. Cost: the
    shuffle of a hundred bytes for each article; a group is held in memory, ids only.
    """

    shards: int

    def expand(self, fingerprints: beam.PCollection[Fingerprint]) -> beam.PCollection[Any]:
        """Wire the two shuffles."""
        shards = self.shards
        copies = (
            fingerprints
            | "ByHash" >> beam.GroupByKey()
            | "Copies" >> beam.FlatMap(copies_in)
            | "Shard" >> beam.Map(_with_shard, shards).with_output_types(tuple[int, Any])
        )
        every = fingerprints.pipeline | "Shards" >> beam.Create(
            [(number, None) for number in range(shards)]
        ).with_output_types(tuple[int, Any])
        return (copies, every) | "All" >> beam.Flatten() | "ByShard" >> beam.GroupByKey()


def _with_shard(copy: tuple[str, str], shards: int) -> tuple[int, Any]:
    return int(copy[1][1:9], 16) % shards, copy  # ids are hashes in hexadecimal, behind one letter


def write_shard(
    shard: tuple[int, Iterable[Any]], units: list[Unit], lake: str, staging: str, run_id: str
) -> Manifest:
    """Write the rows of ``duplicates`` of one shard."""
    number, pairs = shard
    copies = sorted((pair for pair in pairs if pair is not None), key=lambda pair: pair[::-1])
    return write_copies(copies, units[number], lake, staging, run_id)
