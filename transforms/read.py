"""Committed rows of ``articles`` become articles again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.documents import Article, dated
from schemas.outcomes import Reject
from schemas.tables import ANNOTATED
from schemas.units import Selection, Unit
from transforms.stage import Batch

COLUMNS = ANNOTATED
"""The columns that are read; the other fields of an article have their defaults."""

_TUPLES = ("paragraph_offsets",)


class LakeReadError(RuntimeError):
    """A committed file is not what the ledger says: somebody changed the lake by hand."""


@dataclasses.dataclass
class ReadArticles(beam.PTransform[Any, Any]):
    """Read the articles of each unit back from the lake.

    In: Unit. Out: a Batch of Article (of Reject, for a condemned unit). Cost: the row groups that hold the unit's rows.
    """

    lake: str

    def expand(self, units: beam.PCollection[Unit]) -> beam.PCollection[Batch]:
        """Wire the one step."""
        return units | "Read" >> beam.Map(read_unit, self.lake).with_output_types(Batch)


def read_unit(unit: Unit, lake: str) -> Batch:
    """Open a unit as a batch; nothing is read before the first article is asked for."""
    return Batch(unit, _records(unit, lake))


def _records(unit: Unit, lake: str) -> Iterator[Article | Reject]:
    for selection in unit.selections:
        for article in read_selection(Path(lake), selection):
            if unit.condemned is None:
                yield article
                continue
            fault = unit.condemned
            yield Reject(
                stage="annotate",
                uri=article.uri,
                member=article.member,
                record_offset=article.record_offset,
                article_id=article.article_id,
                reason=fault.reason,
                error=fault.error,
                message=fault.message,
                traceback=fault.traceback,
            )


def read_selection(lake: Path, selection: Selection) -> Iterator[Article]:
    """Yield the selected rows of one file, in order, holding one row group at a time.

    Raises:
      LakeReadError: the file is missing, or its rows are not the ones the ledger knows.
    """
    try:
        with pq.ParquetFile(lake / selection.path) as file:
            days = dict(zip(selection.article_ids, selection.inferred, strict=False))
            wanted = iter(zip(selection.rows, selection.article_ids, strict=True))
            row, article_id = next(wanted, (-1, ""))
            first = 0
            for group in range(file.num_row_groups):
                last = first + file.metadata.row_group(group).num_rows
                here: list[int] = []
                ids: list[str] = []
                while first <= row < last:
                    here.append(row - first)
                    ids.append(article_id)
                    row, article_id = next(wanted, (-1, ""))
                if here:
                    rows = file.read_row_group(group, columns=list(COLUMNS)).take(pa.array(here))
                    if rows["article_id"].to_pylist() != ids:
                        raise LakeReadError(
                            f"{selection.path}: rows are not those of the ledger; run `dateline verify`"
                        )
                    for article in articles_of(rows):
                        yield _with_days(article, days.get(article.article_id))
                first = last
            if row >= 0:
                raise LakeReadError(
                    f"{selection.path}: ends before row {row}; run `dateline verify`"
                )
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise LakeReadError(f"{selection.path}: {error}; run `dateline verify`") from error


def articles_of(rows: pa.Table) -> Iterator[Article]:
    """Turn Arrow rows into articles, column by column."""
    columns: dict[str, Sequence[Any]] = {name: rows[name].to_pylist() for name in rows.schema.names}
    for name in _TUPLES:
        columns[name] = [tuple(value) for value in columns[name]]
    names = list(columns)
    for values in zip(*columns.values(), strict=True):
        yield with_captions(Article(**dict(zip(names, values, strict=True))))


def _with_days(article: Article, inferred: str | None) -> Article:
    if inferred is None:
        return article
    return dated(article, *map(dt.date.fromisoformat, inferred.split("/")))


def with_captions(article: Article) -> Article:
    """Return an article as it is annotated: its captions stand behind its text, a paragraph each."""
    if not article.captions:
        return article
    start = len(article.text) + 2
    offsets = [*article.paragraph_offsets]
    for caption in article.captions.split("\n\n"):
        offsets.append(start)
        start += len(caption) + 2
    return dataclasses.replace(
        article, text=f"{article.text}\n\n{article.captions}", paragraph_offsets=tuple(offsets)
    )
